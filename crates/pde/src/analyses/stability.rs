//! Where an integrator is stable, with the modes of the problem in it.

use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Cell, Heading, Job, List, Mark, Names, ParamInfo, Params,
    Plot, Report, ReportTable, Scale, Str, Subject, Value, words,
};

use super::amplification::Amplification;
use crate::methods::time::dopri5;
use crate::methods::time::radau5::Coefficients;
use crate::methods::time::rkc;
use crate::problems::evolution;
use crate::system::Part;
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::spectrum::{Spectrum, second_order, spectrum_at};
use crate::time::stability::polynomial;
use crate::time::stepper::Moment;

/// Cells of the picture along each axis.
const CELLS: [usize; 2] = [61, 41];
/// Half the width of the picture, at least and at most.
const HALF: [f64; 2] = [4.0, 400.0];
/// Rows of cells in one piece of work.
const PIECE: usize = 1;
/// Modes in the table.
const LISTED: usize = 12;
/// Steps of a run that are repeated to find how long the last one was.
const REPEATED: u64 = 2000;
/// Factors above this are drawn as this.
const CLIPPED: f64 = 2.0;
/// A factor above 1 by less is rounding.
const ROUNDING: f64 = 1e-9;

static PARAMS: &[ParamInfo] =
    &[ParamInfo::real("dt", "Time step", "The step that is asked about; 0 takes that of the run", [0.0, 1e6], 0.0)];

/// The question.
pub static STABILITY: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.stability"),
        label: Str::Borrowed("Stability region"),
        summary: words(
            "The step times the rate of each mode of the problem, in the region of the complex plane where the integrator damps. The region is found by \
             taking steps of the method itself on the equation of one mode.",
        ),
        citation: words("G. Dahlquist, A special stability problem for linear multistep methods, BIT 3, 1963"),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(evolution::IDS),
        subject: Subject::Run,
        limits: words(
            "Of a method that chooses its steps, the step is the last one, or that of step 2,000. Modes are those of the equations linearised at the moment shown; on large meshes the outermost are found, not all. Where linear parts do not commute with each \
             other or with time, stability of each mode does not settle the whole.",
        ),
    },
    build,
};

/// How the factor of a mode is found.
enum Factor {
    /// By steps.
    Steps(Box<Amplification>),
    /// By the coefficients of a method that chooses its steps by itself.
    Formula(fn(Complex) -> f64),
}

impl Factor {
    fn of(&mut self, z: Complex) -> f64 {
        match self {
            Factor::Steps(steps) => steps.of(z),
            Factor::Formula(f) => f(z),
        }
    }
}

/// The factor of Dormand and Prince's six stages.
fn of_dopri5(z: Complex) -> f64 {
    polynomial(&dopri5::TABLEAU.polynomial(), z).abs()
}

/// The factor of Radau's three stages: `1 / det(I - z A)` times a polynomial, by the eigenvalues of the inverse tableau.
fn of_radau5(z: Complex) -> f64 {
    let Coefficients { eigenvalues: [gamma, alpha, beta], .. } = Coefficients::new();
    // det(I - z A) = (gamma - z) ((alpha - z)^2 + beta^2) / (gamma (alpha^2 + beta^2))
    let minus = |x: f64| Complex::from(x) - z;
    let below = minus(gamma) * (minus(alpha) * minus(alpha) + Complex::from(beta * beta));
    let above = polynomial(&[1.0, 2.0 / 5.0, 1.0 / 20.0], z);
    (above.times(gamma * (alpha * alpha + beta * beta)) / below).abs()
}

struct Region {
    factor: Factor,
    what: String,
    dt: f64,
    spectrum: Spectrum,
    /// Abscissas and ordinates of the cells.
    x: Vec<f64>,
    y: Vec<f64>,
    /// Row by row, as far as they are known.
    values: Vec<f64>,
    /// Of each mode.
    of_modes: Vec<f64>,
}

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let problem = input.downcast::<Evolution>()?;
    let (run, moment) = input.iterate::<Moment>()?;
    let spec = &input.experiment.runs[run.index];
    let refuse = |why: &str| BuildError::new("analysis", why);
    let (id, own) = (spec.method.as_str(), spec.params.get("dt").and_then(Value::as_real));
    let asked = input.values.real("dt");
    // What is taken explicitly, where the rest is exact or implicit.
    let damps_little = spec.params.get("jacobian").and_then(Value::as_text) == Some("stiff");
    let part = if damps_little || matches!(id, "pde.etdrk4" | "pde.imex") { Part::Rest } else { Part::All };
    let spectrum = spectrum_at(problem, part, moment);
    let default =
        super::trial::method(id)?.info.params.iter().find(|p| p.key == "dt").and_then(|p| p.default.as_real());
    let (factor, dt) = match (id, own.or(default)) {
        ("pde.dopri5" | "pde.radau5", _) => {
            let (mut stepper, steps) = ((run.fresh)()?, run.step);
            let used = last_step(&mut *stepper, steps);
            let of = if id == "pde.dopri5" { of_dopri5 } else { of_radau5 };
            (Factor::Formula(of), used)
        }
        (_, None) => {
            return one_interval(&input, problem, spectrum);
        }
        (_, Some(dt)) => {
            let dt = if asked > 0.0 { asked } else { dt };
            let swings = || problem.typed().is_some_and(|typed| second_order(&typed.system()).is_some());
            let second = id == "pde.leapfrog" && swings();
            let params = fixed_stages(id, &spec.params, dt * spectrum.radius());
            (Factor::Steps(Box::new(Amplification::new(id, &params, second)?)), dt)
        }
    };
    let dt = if asked > 0.0 { asked } else { dt };
    if !(dt > 0.0 && dt.is_finite()) {
        return Err(refuse("no step was taken yet: go on by a step, or say dt"));
    }
    let what = if part == Part::Rest { " of what is taken explicitly" } else { "" };
    Ok(Box::new(Region::new(factor, what.to_owned(), dt, spectrum)))
}

/// The length of the last of so many steps, or of the last that is repeated, of a method that chooses them.
fn last_step(stepper: &mut dyn iterscope_core::Stepper, steps: u64) -> f64 {
    let mut before = 0.0;
    while stepper.steps() < steps.clamp(1, REPEATED) {
        before = stepper.clock().unwrap_or_default();
        let done = stepper.steps();
        if stepper.advance(1).is_err() || stepper.steps() == done {
            break;
        }
    }
    stepper.clock().unwrap_or_default() - before
}

/// With the number of stages that the method takes for this reach, where it chooses them.
fn fixed_stages(id: &str, params: &Params, reach: f64) -> Params {
    let mut params = params.clone();
    if id == "pde.rkc" && params.get("stages").and_then(Value::as_text) != Some("fixed") {
        params.insert("stages".to_owned(), "fixed".into());
        params.insert("s".to_owned(), Value::Int(rkc::stages_for(1.1 * reach) as i64));
    }
    params
}

/// Of a method that is parallel in time: its fine method on one of its steps.
fn one_interval(
    input: &AnalysisInput<'_>,
    problem: &Evolution,
    spectrum: Spectrum,
) -> Result<Box<dyn Job>, BuildError> {
    let (run, _) = input.iterate::<Moment>()?;
    let spec = &input.experiment.runs[run.index];
    let method = super::trial::method(&spec.method)?;
    let value = |key: &str| {
        let default = || method.info.params.iter().find(|p| p.key == key).map(|p| p.default.clone());
        spec.params.get(key).cloned().or_else(default)
    };
    let number = |key: &str| value(key).and_then(|v| v.as_real()).unwrap_or(1.0);
    let span = input.experiment.stop.until.unwrap_or_else(|| number("span"));
    let dt = span / number("intervals") / number("fine_steps");
    let fine = value("fine").and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_else(|| "crank-nicolson".into());
    let asked = input.values.real("dt");
    let _ = problem;
    let factor = Factor::Steps(Box::new(Amplification::new(&format!("pde.{fine}"), &Params::new(), false)?));
    let what = format!(" by a step of the fine method ({fine})");
    Ok(Box::new(Region::new(factor, what, if asked > 0.0 { asked } else { dt }, spectrum)))
}

impl Region {
    fn new(factor: Factor, what: String, dt: f64, spectrum: Spectrum) -> Region {
        let reach = 1.25 * dt * spectrum.radius();
        let half = if reach.is_finite() { reach.clamp(HALF[0], HALF[1]) } else { HALF[0] };
        let [columns, rows] = CELLS;
        let along = |n: usize, from: f64, to: f64| -> Vec<f64> {
            (0..n).map(|k| from + (to - from) * k as f64 / (n - 1) as f64).collect()
        };
        // Rates that grow need little room.
        Region {
            x: along(columns, -half, 0.5 * half),
            y: along(rows, -0.75 * half, 0.75 * half),
            values: Vec::with_capacity(columns * rows),
            of_modes: Vec::new(),
            factor,
            what,
            dt,
            spectrum,
        }
    }
}

impl Job for Region {
    fn work(&mut self) -> Result<f64, BuildError> {
        let [columns, rows] = CELLS;
        if self.of_modes.is_empty() && !self.spectrum.rates.is_empty() {
            for k in 0..self.spectrum.rates.len() {
                self.of_modes.push(self.factor.of(self.spectrum.rates[k].times(self.dt)));
            }
        }
        for _ in 0..PIECE {
            let row = self.values.len() / columns;
            if row < rows {
                for column in 0..columns {
                    let z = Complex::new(self.x[column], self.y[row]);
                    self.values.push(self.factor.of(z).min(1e6));
                }
            }
        }
        Ok(self.values.len() as f64 / (columns * rows) as f64)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let z: Vec<Complex> = self.spectrum.rates.iter().map(|r| r.times(self.dt)).collect();
        let worst = self.of_modes.iter().zip(&self.spectrum.rates).filter(|(_, r)| r.re <= 0.0).map(|(f, _)| *f);
        let worst = worst.fold(0.0, f64::max);
        let (left, right) = (self.x[0], self.x[self.x.len() - 1]);
        let (low, high) = (self.y[0], self.y[self.y.len() - 1]);
        let inside = |z: &Complex| (left..=right).contains(&z.re) && (low..=high).contains(&z.im);
        let beyond = z.iter().filter(|z| !inside(z)).count();
        let verdict = if z.is_empty() {
            format!("There is no mode with a rate{}.", self.what)
        } else if worst <= 1.0 + ROUNDING {
            format!("With dt = {} no mode that decays or oscillates grows.", self.dt)
        } else if worst.is_finite() {
            format!("With dt = {} a mode that should not grow is multiplied by up to {worst:.4} a step.", self.dt)
        } else {
            format!("With dt = {} there is a mode for which a step is not possible.", self.dt)
        };
        report.say(format!(
            "{verdict} The region is that{}.",
            if self.what.is_empty() { " of the whole step" } else { &self.what }
        ));
        if beyond > 0 {
            let farthest = z.iter().fold(0.0f64, |m, z| m.max(z.abs()));
            report.say(format!(
                "{beyond} of {} modes lie beyond the picture, up to a distance of {farthest:.4} from 0.",
                z.len()
            ));
        }
        let mut values: Vec<f64> = self.values.iter().map(|v| v.min(CLIPPED)).collect();
        values.resize(self.x.len() * self.y.len(), f64::NAN);
        let shown: Vec<usize> = (0..z.len()).filter(|&k| inside(&z[k])).collect();
        let boundary = self.boundary();
        let name = |k: &usize| {
            format!("rate {}, factor {:.4}", complex(self.spectrum.rates[*k]), self.of_modes.get(*k).unwrap_or(&0.0))
        };
        report.plot(Plot {
            caption: "The factor of a step over dt times a rate: within the line the step damps. Points are the modes of the problem.".into(),
            x: Axis::linear("real part of dt times the rate"),
            y: Axis::linear("imaginary part"),
            marks: vec![
                Mark::Heat {
                    x: self.x.clone(),
                    y: self.y.clone(),
                    values,
                    label: "factor of a step, 2 and more as 2".into(),
                    scale: Scale::Linear,
                    names: Vec::new(),
                    opens: Vec::new(),
                },
                Mark::Edges {
                    weight: vec![1.5; boundary.len()],
                    from: boundary.iter().map(|piece| piece[0]).collect(),
                    to: boundary.iter().map(|piece| piece[1]).collect(),
                    tone: 0,
                },
                Mark::Points {
                    label: "modes".into(),
                    x: shown.iter().map(|&k| z[k].re).collect(),
                    y: shown.iter().map(|&k| z[k].im).collect(),
                    names: shown.iter().map(name).collect(),
                    tones: vec![1],
                    named: false,
                },
            ],
        });
        let mut order: Vec<usize> = (0..self.of_modes.len()).collect();
        order.sort_by(|&a, &b| self.of_modes[b].total_cmp(&self.of_modes[a]));
        let rows = order.into_iter().take(LISTED).map(|k| {
            let rate = self.spectrum.rates[k];
            [rate.re, rate.im, z[k].re, z[k].im, self.of_modes[k]].map(Cell::Real).to_vec()
        });
        report.table(ReportTable {
            caption: "The modes that a step multiplies by most.".into(),
            columns: ["rate, real", "imaginary", "dt times it, real", "imaginary ", "factor of a step"]
                .map(|label| Heading::new(label, 5))
                .to_vec(),
            rows: rows.collect(),
        });
        report
    }
}

impl Region {
    /// The line on which the factor is 1: where it passes between neighbouring cells, linearly.
    fn boundary(&self) -> Vec<[(f64, f64); 2]> {
        let mut pieces = Vec::new();
        let columns = self.x.len();
        let rows = self.values.len() / columns;
        let at = |row: usize, column: usize| self.values[row * columns + column] - 1.0;
        for row in 1..rows {
            for column in 1..columns {
                let corners = [(row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1)];
                let mut crossings = Vec::new();
                for k in 0..4 {
                    let (a, b) = (corners[k], corners[(k + 1) % 4]);
                    let (fa, fb) = (at(a.0, a.1), at(b.0, b.1));
                    if (fa <= 0.0) != (fb <= 0.0) {
                        // Far beyond 1 the factor is no guide to where it passes.
                        let (fa, fb) = (fa.min(1.0), fb.min(1.0));
                        let part = fa / (fa - fb);
                        let along = |v: &[f64], i: usize, j: usize| v[i] + part * (v[j] - v[i]);
                        crossings.push((along(&self.x, a.1, b.1), along(&self.y, a.0, b.0)));
                    }
                }
                pieces.extend(crossings.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
            }
        }
        pieces
    }
}

fn complex(z: Complex) -> String {
    if z.im == 0.0 {
        format!("{:.4}", z.re)
    } else {
        format!("{:.4} {} {:.4}i", z.re, if z.im < 0.0 { '-' } else { '+' }, z.im.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(id: &str, params: &Params, second: bool) -> Amplification {
        Amplification::new(id, params, second).unwrap_or_else(|e| panic!("{id}: {e}"))
    }

    #[test]
    fn factors_found_by_steps_are_those_of_closed_forms() {
        let z = Complex::new(-0.7, 0.9);
        let one = Complex::ONE;
        let taylor = |n: usize| {
            let mut c = vec![1.0];
            (1..=n).for_each(|k| c.push(c[k - 1] / k as f64));
            polynomial(&c, z).abs()
        };
        let none = Params::new();
        let cases = [
            ("pde.euler", taylor(1)),
            ("pde.heun", taylor(2)),
            ("pde.ssp-rk3", taylor(3)),
            ("pde.rk4", taylor(4)),
            ("pde.etdrk4", taylor(4)),
            ("pde.implicit-euler", (one / (one - z)).abs()),
            ("pde.crank-nicolson", ((one + z.times(0.5)) / (one - z.times(0.5))).abs()),
            ("pde.strang", libm::exp(z.re)),
            // The larger root of w^2 - (1 + 3/2 z) w + z/2.
            ("pde.ab2", crate::time::complex::largest_root(one, -(one + z.times(1.5)), z.times(0.5))),
            // The larger root of (3/2 - z) w^2 - 2 w + 1/2.
            (
                "pde.bdf2",
                crate::time::complex::largest_root(Complex::from(1.5) - z, Complex::from(-2.0), Complex::from(0.5)),
            ),
        ];
        for (id, expected) in cases {
            let found = steps(id, &none, false).of(z);
            assert!((found - expected).abs() < 2e-3 * expected, "{id}: {found} {expected}");
        }
        let stages = Params::from([("stages".to_owned(), "fixed".into()), ("s".to_owned(), Value::Int(7))]);
        let (found, expected) = (steps("pde.rkc", &stages, false).of(z), rkc::factor(7, z));
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        // Of second order: oscillations of up to 2 are kept, beyond they grow.
        let mut leapfrog = steps("pde.leapfrog", &none, true);
        assert!((leapfrog.of(Complex::new(0.0, 1.9)) - 1.0).abs() < 5e-3);
        let expected = crate::methods::time::leapfrog::of_second(Complex::new(0.0, 2.1));
        assert!((leapfrog.of(Complex::new(0.0, 2.1)) / expected - 1.0).abs() < 5e-3);
    }

    #[test]
    fn methods_that_choose_their_steps_have_the_factors_of_their_coefficients() {
        let z = Complex::new(-1.3, 0.4);
        // R(z) of Radau IIA (E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, 1996, table IV.3.1).
        let below = polynomial(&[1.0, -3.0 / 5.0, 3.0 / 20.0, -1.0 / 60.0], z);
        let expected = (polynomial(&[1.0, 2.0 / 5.0, 1.0 / 20.0], z) / below).abs();
        assert!((of_radau5(z) - expected).abs() < 1e-13);
        assert!((of_radau5(Complex::new(-1e-3, 0.0)) - libm::exp(-1e-3)).abs() < 1e-15);
        assert!((of_dopri5(Complex::new(-0.1, 0.0)) - libm::exp(-0.1)).abs() < 1e-8);
    }
}
