//! What a sweep leaves of each frequency of the error, measured beside local Fourier analysis.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Instance, Job, List, Mark, Names, ParamInfo,
    Plot, Report, ReportTable, Scale, Str, Subject, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;
use iterscope_kernels::sine::SineTransform;
use iterscope_linear::fourier::{Couplings, Relaxation, smoothing_factor};
use iterscope_linear::preconditioners::gauss_seidel::{GaussSeidel, SweepOrder};
use iterscope_linear::preconditioners::jacobi::Jacobi;
use iterscope_linear::preconditioners::multigrid::uniform;
use iterscope_linear::{Preconditioner, Setup};

use crate::frequencies;
use crate::linear::LinearProblem;
use crate::problems::{advection_diffusion, poisson};

/// The most unknowns.
const MOST: usize = 300_000;
/// Random errors whose frequencies are looked at.
const DRAWS: usize = 4;
/// The most cells along an axis of a map.
const CELLS: usize = 24;
/// Frequencies along an axis that Fourier analysis looks at, by dimension.
const SAMPLES: [usize; 3] = [64, 32, 10];

const PARAMS: &[ParamInfo] = &[
    ParamInfo::real(
        "omega",
        "Weight of Jacobi",
        "0 takes the usual one: 2/3, 4/5 and 6/7 in one, two and three dimensions",
        [0.0, 2.0],
        0.0,
    ),
    ParamInfo::int("sweeps", "Sweeps", "Over how many the factor is measured", [4, 100], 20),
];

/// See [`AnalysisInfo::summary`].
pub static SMOOTHING: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.smoothing"),
        label: Str::Borrowed("What does a sweep leave of the error?"),
        summary: words(
            "Lets relaxation work on random errors of this very problem and shows what one sweep leaves of each frequency. Beside it the smoothing factor, the part of the rough half that \
             is left, as measured and as local Fourier analysis has it: it says how good the sweep is for multigrid.",
        ),
        citation: words(
            "A. Brandt, Multi-level adaptive solutions to boundary-value problems, Mathematics of Computation 31, 1977; U. Trottenberg, C. Oosterlee, A. Schüller, \
             Multigrid, Academic Press 2001, chapters 2 and 4.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[poisson::ID, advection_diffusion::ID]),
        subject: Subject::Problem,
        limits: words(""),
    },
    build,
};

/// A sweep to look at.
struct Smoother {
    label: String,
    how: Relaxation,
}

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let problem = input.downcast::<LinearProblem>()?;
    let refuse = |why: &str| BuildError::new("analysis", why);
    let shape = frequencies::shape(problem).filter(|_| problem.matrix.stencil().is_some());
    let shape =
        shape.ok_or_else(|| refuse("frequencies are sines: this needs a whole box with values given on all sides"))?;
    if problem.rhs.len() > MOST || shape.iter().any(|m| *m < 3) {
        return Err(refuse("needs from 3 unknowns along each axis to 300,000 in all: take another n"));
    }
    let v = input.values;
    let omega = match v.real("omega") {
        0.0 => [2.0 / 3.0, 0.8, 6.0 / 7.0][shape.len() - 1],
        own => own,
    };
    let smoothers = [
        (format!("Jacobi, ω = {:.3}", omega), Relaxation::Jacobi(omega)),
        ("Jacobi, ω = 1".to_owned(), Relaxation::Jacobi(1.0)),
        ("Gauss-Seidel".to_owned(), Relaxation::Forward(1.0)),
        ("red-black Gauss-Seidel".to_owned(), Relaxation::RedBlack(1.0)),
    ];
    let smoothers = smoothers.map(|(label, how)| Smoother { label, how }).into_iter();
    Ok(Box::new(Smoothing {
        shape: shape.clone(),
        couplings: uniform(&problem.matrix, shape).map(|(centre, axes)| Couplings { centre, axes }),
        instance: Rc::clone(input.instance),
        transforms: shape.iter().map(|&m| SineTransform::new(m)).collect(),
        sweeps: v.size("sweeps"),
        seed: input.experiment.seed,
        smoothers: smoothers.filter(|s| omega != 1.0 || s.label != "Jacobi, ω = 1").collect(),
        found: Vec::new(),
    }))
}

struct Found {
    predicted: f64,
    measured: f64,
    /// What is left of each cell of the map, row by row from low to high.
    left: Vec<f64>,
}

struct Smoothing {
    instance: Rc<dyn Instance>,
    shape: Vec<usize>,
    /// Of every row, where all are alike.
    couplings: Option<Couplings>,
    transforms: Vec<SineTransform>,
    sweeps: usize,
    seed: u64,
    smoothers: Vec<Smoother>,
    found: Vec<Found>,
}

impl Job for Smoothing {
    fn work(&mut self) -> Result<f64, BuildError> {
        if self.found.len() < self.smoothers.len() {
            let found = self.look(self.smoothers[self.found.len()].how)?;
            self.found.push(found);
        }
        Ok(self.found.len() as f64 / self.smoothers.len() as f64)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.found.is_empty() {
            return report;
        }
        report.say(
            "The rough half of the error, every frequency that a grid with every second node cannot show, is what a sweep has to remove in multigrid; the smooth half is left to the coarse grid.",
        );
        if self.couplings.is_none() {
            report.say("Coefficients vary, so that Fourier analysis says nothing: measured factors stand alone.");
        }
        let best = self.smoothers.iter().zip(&self.found).min_by(|a, b| a.1.measured.total_cmp(&b.1.measured));
        if let Some((smoother, found)) = best.filter(|_| self.found.len() == self.smoothers.len()) {
            let words = if found.measured > 0.8 {
                " None of them smooths: the couplings along the axes differ much, or the flow is strong. Lines along the strong axis do better."
            } else {
                ""
            };
            report.say(format!(
                "The best of them is {}, of which a sweep leaves {:.3} of the rough half.{words}",
                smoother.label, found.measured
            ));
        }
        self.plots(&mut report);
        report.table(self.table());
        report
    }
}

/// The cell of a map in which a frequency lies.
fn cell(frequency: usize, all: usize) -> usize {
    frequency * all.min(CELLS) / all
}

impl Smoothing {
    fn transform(&mut self, v: &mut [f64]) {
        let mut stride = 1;
        for (transform, m) in self.transforms.iter_mut().zip(&self.shape) {
            transform.along(v, stride);
            stride *= m;
        }
    }

    /// The places of mode `k` along the axes, from 0.
    fn place(&self, k: usize) -> [usize; 3] {
        let mut place = [0; 3];
        let mut rest = k;
        for (place, m) in place.iter_mut().zip(&self.shape) {
            *place = rest % m;
            rest /= m;
        }
        place
    }

    /// Takes the smooth half out of an error.
    fn roughen(&mut self, e: &mut [f64]) {
        self.transform(e);
        let scale: f64 = self.shape.iter().map(|m| 2.0 / (m + 1) as f64).product();
        for (k, e) in e.iter_mut().enumerate() {
            let rough = self.place(k).iter().zip(&self.shape).any(|(j, m)| 2 * (j + 1) > *m);
            *e *= if rough { scale } else { 0.0 };
        }
        self.transform(e);
    }

    fn look(&mut self, how: Relaxation) -> Result<Found, BuildError> {
        let instance = Rc::clone(&self.instance);
        let problem: &LinearProblem = instance.as_any().downcast_ref().expect("it was built for a linear problem");
        let setup = Setup::new(&problem.matrix).shaped(&self.shape);
        let mut smoother: Box<dyn Preconditioner<f64>> = match how {
            Relaxation::Jacobi(omega) => Box::new(Jacobi::new(&setup, omega)?),
            Relaxation::Forward(omega) => Box::new(GaussSeidel::new(&setup, SweepOrder::Forward, omega)?),
            _ => Box::new(GaussSeidel::new(&setup, SweepOrder::RedBlack, 1.0)?),
        };
        let n = problem.rhs.len();
        let zero = vec![0.0; n];
        let (mut e, mut scratch) = (vec![0.0; n], [vec![0.0; n], vec![0.0; n]]);
        let (mut rng, mut work) = (Rng::new(self.seed), Work::default());
        let mut relax = |e: &mut [f64]| smoother.relax(&*problem.matrix, &zero, e, &mut scratch, &mut work);

        let along = |axis: usize| self.shape.get(axis).map_or(1, |m| (*m).min(CELLS));
        let width = along(0);
        let cells = width * along(1);
        let (mut before, mut after) = (vec![0.0; cells], vec![0.0; cells]);
        for _ in 0..DRAWS {
            rng.normal_fill(&mut e);
            let mut swept = e.clone();
            relax(&mut swept);
            self.transform(&mut e);
            self.transform(&mut swept);
            for k in 0..n {
                let [x, y, _] = self.place(k);
                let at = cell(x, self.shape[0]) + width * self.shape.get(1).map_or(0, |m| cell(y, *m));
                before[at] += e[k] * e[k];
                after[at] += swept[k] * swept[k];
            }
        }
        rng.normal_fill(&mut e);
        self.roughen(&mut e);
        let (mut size, mut sum, mut counted) = (compiled::norm2(&e), 0.0, 0.0);
        for sweep in 0..self.sweeps {
            relax(&mut e);
            self.roughen(&mut e);
            let now = compiled::norm2(&e);
            // The first sweeps are of all rough frequencies, the later ones of the slowest.
            if 2 * sweep >= self.sweeps {
                sum += libm::log(now / size);
                counted += 1.0;
            }
            e.iter_mut().for_each(|e| *e /= now);
            size = 1.0;
        }
        let dimension = self.shape.len();
        let predicted = self
            .couplings
            .as_ref()
            .map(|c| smoothing_factor(c, how, &vec![true; dimension], 1, SAMPLES[dimension - 1]));
        Ok(Found {
            predicted: predicted.unwrap_or(f64::NAN),
            measured: libm::exp(sum / counted),
            left: after.iter().zip(&before).map(|(a, b)| (a / b).sqrt()).collect(),
        })
    }

    fn plots(&self, report: &mut Report) {
        let middles = |m: usize| -> Vec<f64> {
            let cells = m.min(CELLS);
            (0..cells).map(|c| (c as f64 + 0.5) / cells as f64).collect()
        };
        let caption = "What one sweep leaves of each frequency, from the smoothest to the roughest that the grid shows (root mean square over random errors)";
        if self.shape.len() == 1 {
            let line = |(tone, (s, f)): (usize, (&Smoother, &Found))| Mark::Line {
                label: s.label.clone(),
                x: middles(self.shape[0]),
                y: f.left.clone(),
                tone,
                dashed: false,
            };
            let mut marks: Vec<Mark> = self.smoothers.iter().zip(&self.found).enumerate().map(line).collect();
            marks.push(Mark::Rule { label: "rough from here on".into(), at: 0.5, vertical: true });
            let (x, y) = (Axis::linear("frequency, 1 is the roughest"), Axis::linear("part that is left"));
            report.plot(Plot { caption: format!("{caption}."), x, y, marks });
            return;
        }
        for (smoother, found) in self.smoothers.iter().zip(&self.found) {
            let rule = |vertical: bool| Mark::Rule { label: String::new(), at: 0.5, vertical };
            report.plot(Plot {
                caption: format!("{}: {}{}.", smoother.label, caption[..1].to_lowercase(), &caption[1..]),
                x: Axis::linear("frequency in x, 1 is the roughest"),
                y: Axis::linear("in y"),
                marks: vec![
                    Mark::Heat {
                        x: middles(self.shape[0]),
                        y: middles(self.shape[1]),
                        values: found.left.clone(),
                        label: "part that is left".into(),
                        scale: Scale::Linear,
                        names: Vec::new(),
                        opens: Vec::new(),
                    },
                    rule(true),
                    rule(false),
                ],
            });
        }
    }

    fn table(&self) -> ReportTable {
        let columns = [("sweep", 0), ("by Fourier analysis", 4), ("measured", 4)];
        let row = |(s, f): (&Smoother, &Found)| {
            vec![Cell::Text(s.label.clone()), Cell::Real(f.predicted), Cell::Real(f.measured)]
        };
        ReportTable {
            caption: format!(
                "Smoothing factors: what a sweep leaves of the rough half, the slowest frequencies deciding; measured over the second half of {} sweeps, after each of which \
                 the smooth half is taken out.",
                self.sweeps
            ),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: self.smoothers.iter().zip(&self.found).map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::test_support::{Given, ask, text};

    fn factors(problem: &str, given: Given<'_>) -> (Report, Vec<[f64; 2]>) {
        let report = ask(problem, given, "pde.smoothing", &[("sweeps", 40.into())]).unwrap();
        let number = |cell: &Cell| if let Cell::Real(x) = cell { *x } else { panic!("a number") };
        let rows = report.tables().next().unwrap().rows.iter();
        let found = rows.map(|r| [number(&r[1]), number(&r[2])]).collect();
        (report, found)
    }

    /// `(sum l^80 / sum l^40)^(1/40)` over `l = 1 - w (1 - (cos(k pi/48) + cos(j pi/48))/2)` with the larger of k and j at least 24, for w = 4/5 and 1.
    const JACOBI: [f64; 2] = [0.589_613_801_791_968_7, 0.980_225_218_029_047_2];

    /// Closed forms: 3/5 and 1 for Jacobi, 1/2 and 1/4 for the two orders of Gauss-Seidel in the plane, 1/3 for Jacobi on the line (Trottenberg, Oosterlee,
    /// Schüller).
    #[test]
    fn measured_factors_are_those_of_fourier_analysis() {
        let (report, plane) = factors("pde.poisson", &[("n", 48.into())]);
        // What sweeps 21 to 40 of Jacobi leave of all rough sine modes together, from their eigenvalues: a little less than of the slowest. Fourier analysis
        // knows no sides, which help the sweeps of Gauss-Seidel by some percent on a grid of this size.
        let expected = [(0.6, JACOBI[0], 0.01), (1.0, JACOBI[1], 0.01), (0.5, 0.5, 0.1), (0.25, 0.25, 0.1)];
        for ([predicted, measured], (known, left, sides)) in plane.into_iter().zip(expected) {
            assert!((predicted - known).abs() < 5e-3, "{known}: {predicted}");
            assert!((measured / left - 1.0).abs() < sides, "{known}: {measured}");
        }
        assert_eq!(report.plots().count(), 4);
        let (_, line) = factors("pde.poisson", &[("n", 64.into()), ("dimension", "1".into())]);
        assert!((line[0][1] - 1.0 / 3.0).abs() < 0.02, "{line:?}");
    }

    #[test]
    fn varying_coefficients_are_measured_alone_and_other_boxes_are_refused() {
        let (report, found) = factors("pde.poisson", &[("n", 32.into()), ("diffusion", "1 + 5*x".into())]);
        assert!(found.iter().all(|f| f[0].is_nan() && f[1] > 0.0 && f[1] < 1.1), "{found:?}");
        assert!(text(&report).contains("stand alone"));
        let error = ask("pde.poisson", &[("left", "du/dn = 0".into())], "pde.smoothing", &[]).unwrap_err();
        assert!(error.message.contains("given on all sides"), "{error}");
    }
}
