//! Nonlinear conjugate gradients on the energy of the equation (R. Fletcher and C. M. Reeves, Function minimization by conjugate gradients, The
//! Computer Journal 7, 1964; E. Polak and G. Ribière, Note sur la convergence de méthodes de directions conjuguées, 1969; W. W. Hager and
//! H. Zhang, A new conjugate gradient method with guaranteed descent, SIAM Journal on Optimization 16, 2005).
//!
//! The residual is minus the gradient of an energy. Each step goes along a direction that remembers the last one, until the slope of
//! the energy has nearly vanished (the conditions of P. Wolfe, the strong ones): the length is found by secants of the slope between bounds. On a
//! quadratic energy with exact lengths it is the method of conjugate gradients.
//!
//! One step is one energy and one gradient for each length that is tried, two on average.

use iterscope_core::{
    Backend, Breakdown, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use std::rc::Rc;

use iterscope_kernels::compiled;
use iterscope_linear::{Matrix, Preconditioner, Setup};

use super::adaptor::{self, SYMMETRIC};
use super::nonlinear::{NONLINEAR, along, evaluated, is_rounding, no_solution};
use crate::nonlinear;
use crate::nonlinear::model::GridEquation;

/// Wolfe's constants: part of the promised fall, part of the slope that may be left.
const WOLFE: [f64; 2] = [1e-4, 0.01];
/// The most lengths that are tried in a step.
const MOST_LENGTHS: usize = 30;
/// A length grows by no more than this at once.
const GROWTH: f64 = 10.0;
/// Rounding in the energy, relative to it.
const ROUNDING: f64 = 1e-13;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "formula",
        "Formula",
        "How much of the last direction is kept",
        &[
            ("polak-ribiere", "Polak and Ribière, never negative"),
            ("fletcher-reeves", "Fletcher and Reeves"),
            ("hager-zhang", "Hager and Zhang"),
            ("steepest-descent", "none: steepest descent"),
        ],
        "polak-ribiere",
    ),
    SYMMETRIC,
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("step-length", "Step length", "Length of the step, in units of the direction"),
    SeriesInfo::new("tried", "Lengths tried", "Energies and gradients evaluated in this step").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.nonlinear-cg"),
        label: Str::Borrowed("Nonlinear CG"),
        summary: words(
            "Goes downhill on the energy, each time along a direction that remembers the last. No matrix, five vectors; as many steps as conjugate gradients need on \
             the equation linearised at the solution. The energy falls with every step.",
        ),
        math: words(
            r"d_k = M^{-1} F(u_k) + \beta_k d_{k-1}, \qquad u_{k+1} = u_k + \alpha_k d_k, \qquad \alpha_k \approx \arg\min_\alpha E(u_k + \alpha d_k)",
        ),
        citation: words(
            "R. Fletcher and C. M. Reeves, Function minimization by conjugate gradients, The Computer Journal 7, 1964; E. Polak and G. Ribière, Note sur la convergence \
             de méthodes de directions conjuguées, Revue française d'informatique et de recherche opérationnelle 3, 1969; W. W. Hager and H. Zhang, A new conjugate \
             gradient method with guaranteed descent, SIAM Journal on Optimization 16, 2005",
        ),
        params: List::Borrowed(PARAMS),
        problems: NONLINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("an energy and a gradient for each length that is tried, an application of the preconditioner"),
        limits: words(
            "Finds minima of the energy only: not the upper branch of Bratu's equation, which is a saddle. The preconditioner is made from the coefficients at the start, and \
             helps as long as those are near. Beyond the fold the energy has no minimum, and the run diverges.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

/// The part of the last direction that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Formula {
    PolakRibiere,
    FletcherReeves,
    HagerZhang,
    SteepestDescent,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = nonlinear::of(input)?;
    let model = Rc::clone(&problem.model);
    let formula = match input.values.text("formula") {
        "fletcher-reeves" => Formula::FletcherReeves,
        "hager-zhang" => Formula::HagerZhang,
        "steepest-descent" => Formula::SteepestDescent,
        _ => Formula::PolakRibiere,
    };
    let n = model.len();
    let zeros = || vec![0.0; n];
    let (mut rows, mut values, mut rhs) = (model.pattern(true)?, model.values(), zeros());
    model.lagged(&problem.initial, &mut values, &mut rows, &mut rhs);
    let diagonal = rows.diagonal();
    let matrix = Rc::new(Matrix::from(rows));
    let setup = Setup { shape: model.discrete.shape.as_deref(), seed: input.seed, ..Setup::new(&matrix) };
    let preconditioner = adaptor::chosen(&setup, input.values)?;
    let mut method = NonlinearCg {
        model,
        formula,
        preconditioner,
        scale: problem.scale,
        diagonal,
        values,
        u: problem.initial.to_vec(),
        f: zeros(),
        before: zeros(),
        z: zeros(),
        d: zeros(),
        trial: zeros(),
        energy: 0.0,
        fz: 0.0,
        length: 0.0,
        tried: 0,
        stopped: None,
        start: Work::default(),
    };
    method.refresh();
    evaluated(&mut method.start, method.model.flops(), n);
    Ok(CpuStepper::boxed(method, problem.referee()))
}

struct NonlinearCg {
    model: Rc<GridEquation>,
    formula: Formula,
    preconditioner: Box<dyn Preconditioner<f64>>,
    scale: f64,
    diagonal: Vec<f64>,
    values: Vec<f64>,
    u: Vec<f64>,
    /// Minus the gradient, here and at the iterate before.
    f: Vec<f64>,
    before: Vec<f64>,
    z: Vec<f64>,
    d: Vec<f64>,
    trial: Vec<f64>,
    energy: f64,
    /// `F' M^-1 F` at the last step; 0 before the first.
    fz: f64,
    /// The last length.
    length: f64,
    tried: u32,
    stopped: Option<Stop>,
    start: Work,
}

impl NonlinearCg {
    fn refresh(&mut self) {
        self.model.residual(&self.u, &mut self.values, &mut self.f);
        self.energy = self.model.energy(&self.u, &mut self.values);
    }

    /// The energy and its slope at `length` along the direction; the residual there is left in `f`.
    fn look(&mut self, length: f64, work: &mut Work) -> (f64, f64) {
        along(&self.u, length, &self.d, &mut self.trial);
        self.model.residual(&self.trial, &mut self.values, &mut self.f);
        let energy = self.model.energy(&self.trial, &mut self.values);
        evaluated(work, 2 * self.model.flops(), self.u.len());
        self.tried += 1;
        (energy, -compiled::dot(&self.f, &self.d))
    }

    /// The length at which the slope has nearly vanished, none where there is none.
    fn search(&mut self, slope: f64, first: f64, work: &mut Work) -> Option<f64> {
        let energy = self.energy;
        let noise = ROUNDING * energy.abs();
        // The bracket: the slope is negative at `low` and the energy no higher; it rises, or the energy does, at `high`.
        let (mut low, mut low_slope, mut high) = (0.0, slope, f64::INFINITY);
        let (mut high_slope, mut length) = (f64::NAN, first);
        for _ in 0..MOST_LENGTHS {
            let (here, here_slope) = self.look(length, work);
            let fallen = here <= energy + WOLFE[0] * length * slope + noise;
            // One secant at least: conjugacy lives on exact lengths, and on a quadratic energy that one is.
            let accurate =
                here_slope.abs() <= -WOLFE[1] * slope && (self.tried > 1 || here_slope.abs() <= -1e-8 * slope);
            if fallen && accurate {
                return Some(length);
            }
            let usable = here.is_finite() && here_slope.is_finite() && fallen;
            if !usable || here_slope > 0.0 {
                (high, high_slope) = (length, if usable { here_slope } else { f64::NAN });
            } else {
                if high.is_infinite() {
                    // The secant of the slope beyond.
                    let secant = length - here_slope * (length - low) / (here_slope - low_slope);
                    let most = GROWTH * length;
                    (low, low_slope) = (length, here_slope);
                    length = if secant > length && secant < most { secant } else { most };
                    if !length.is_finite() {
                        return None;
                    }
                    continue;
                }
                (low, low_slope) = (length, here_slope);
            }
            // Secants may creep up on one end: every third time the bracket is halved.
            let secant = low - low_slope * (high - low) / (high_slope - low_slope);
            let inside = secant > low && secant < high && !self.tried.is_multiple_of(3);
            length = if inside { secant } else { 0.5 * (low + high) };
            if high - low <= f64::EPSILON * high {
                break;
            }
        }
        // Short of Wolfe's second condition, but downhill.
        if low > 0.0 {
            let (here, _) = self.look(low, work);
            return (here <= energy + noise).then_some(low);
        }
        None
    }

    fn stop(&mut self, why: Stop) -> Outcome {
        let norm = compiled::norm2(&self.f);
        let rounding = matches!(why, Stop::Breakdown(_)) && is_rounding(norm, &self.diagonal, &self.u);
        let why = if rounding { Stop::Stagnated } else { why };
        self.stopped = Some(why);
        Outcome::Stop(why)
    }
}

impl Iteration for NonlinearCg {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        adaptor::add(work, std::mem::take(&mut self.start));
        self.stopped = None;
        if self.f.iter().all(|f| *f == 0.0) {
            return self.stop(Stop::Converged);
        }
        if !self.energy.is_finite() {
            return self.stop(Stop::Diverged);
        }
        self.preconditioner.apply(&self.f, &mut self.z, work);
        let fz = compiled::dot(&self.f, &self.z);
        if fz.is_nan() || fz <= 0.0 {
            return self.stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        let mut beta = 0.0;
        if self.fz > 0.0 {
            // With y = g - g_before = before - f.
            let before_z = compiled::dot(&self.before, &self.z);
            beta = match self.formula {
                Formula::SteepestDescent => 0.0,
                Formula::FletcherReeves => fz / self.fz,
                Formula::PolakRibiere => ((fz - before_z) / self.fz).max(0.0),
                Formula::HagerZhang => self.hager_zhang(fz, before_z, work),
            };
        }
        compiled::xpby(&self.z, beta, &mut self.d);
        let mut slope = -compiled::dot(&self.f, &self.d);
        if slope.is_nan() || slope >= 0.0 {
            // No way down: begin anew.
            self.d.copy_from_slice(&self.z);
            slope = -fz;
        }
        self.tried = 0;
        let first = self.first_length(slope);
        self.before.copy_from_slice(&self.f);
        let Some(length) = self.search(slope, first, work) else {
            let grown = !(self.values.iter().all(|v| v.is_finite()) && self.energy > -1e30);
            self.refresh();
            let why = if grown { Stop::Diverged } else { Stop::Breakdown(Breakdown::LineSearch) };
            return self.stop(why);
        };
        // `trial` and `f` are those of the last length that was tried, which is this one.
        std::mem::swap(&mut self.u, &mut self.trial);
        self.energy = self.model.energy(&self.u, &mut self.values);
        (self.fz, self.length) = (fz, length);
        let n = self.u.len() as u64;
        (work.flops, work.bytes) = (work.flops + 12 * n, work.bytes + 14 * 8 * n);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn estimate(&self) -> f64 {
        compiled::norm2(&self.f) / self.scale
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let values = [self.length, f64::from(self.tried)];
        out.iter_mut().zip(values).for_each(|(out, value)| *out = value);
    }

    fn remark(&self) -> Option<String> {
        no_solution(self.stopped)
    }

    fn save(&self, out: &mut StateWriter) {
        for counter in self.start.counters() {
            out.bits(counter);
        }
        out.slice(&[self.fz, self.length, f64::from(self.tried)]);
        for v in [&self.u, &self.before, &self.d] {
            out.slice(v);
        }
        self.preconditioner.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let [operator, preconditioner, inner, flops, bytes] = std::array::from_fn(|_| from.bits());
        self.start = Work { operator, preconditioner, inner, flops, bytes };
        let mut scalars = [0.0; 3];
        from.slice(&mut scalars);
        (self.fz, self.length, self.tried) = (scalars[0], scalars[1], scalars[2] as u32);
        for v in [&mut self.u, &mut self.before, &mut self.d] {
            from.slice(v);
        }
        self.preconditioner.load(from);
        self.stopped = None;
        self.refresh();
    }
}

impl NonlinearCg {
    /// `(y - 2 d |y|^2 / d'y)' g / d'y`, with the preconditioner's product, never below its bound.
    fn hager_zhang(&mut self, fz: f64, before_z: f64, work: &mut Work) -> f64 {
        // y = before - f as both are minus gradients.
        for (y, (b, f)) in self.trial.iter_mut().zip(self.before.iter().zip(&self.f)) {
            *y = b - f;
        }
        let dy = compiled::dot(&self.d, &self.trial);
        let yz = before_z - fz;
        let fd = compiled::dot(&self.f, &self.d);
        // |y|^2 in the preconditioner's product; `before` is free until the step is made.
        self.preconditioner.apply(&self.trial, &mut self.before, work);
        let yy = compiled::dot(&self.trial, &self.before);
        if dy == 0.0 {
            return 0.0;
        }
        let beta = (-yz + 2.0 * yy * fd / dy) / dy;
        let bound = -1.0 / (compiled::norm2(&self.d) * compiled::norm2(&self.f).min(1e-2 * self.scale));
        if beta.is_finite() { beta.max(bound) } else { 0.0 }
    }

    /// Where the search begins: the length whose first-order change is that of the last step, or that of the diagonal.
    fn first_length(&self, slope: f64) -> f64 {
        if self.fz > 0.0 && self.length > 0.0 {
            return self.length;
        }
        let curvature: f64 = self.diagonal.iter().zip(&self.d).map(|(a, d)| a * d * d).sum();
        if curvature > 0.0 { -slope / curvature } else { 1.0 }
    }
}
