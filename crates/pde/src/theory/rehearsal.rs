//! What is expected of a run from runs of the same method on the same problem on coarser grids: right-hand side and eigenvalues look
//! alike there, and from one grid to the next the steps grow by a power that two grids show. A small problem is run as it is.

use iterscope_core::naming::grouped;
use iterscope_core::{Iteration, MethodInput, Outcome, Prediction, Stop, Str, Work};
use iterscope_kernels::compiled;
use iterscope_linear::Operator;

use crate::linear::{self, LinearProblem};
use crate::methods::adaptor::{LinearIteration, SolverKind};
use crate::referee::RESIDUAL;

/// Up to so many unknowns a problem is rehearsed as it is.
const SMALL: usize = 1100;
/// The most unknowns of a rehearsal on a coarser grid.
const MOST: usize = 4500;
/// Floating-point operations that one rehearsal may take.
const FLOPS: u64 = 60_000_000;
/// The most steps of one.
const STEPS: usize = 20_000;
/// How far a rehearsal goes.
const DEPTH: f64 = 1e-12;
/// A residual that has grown so far grows on.
const GROWN: f64 = 1e5;
/// The tolerance at which grids are compared.
const TOLERANCE: f64 = 1e-8;
/// Intervals along an axis of the coarsest grid that shows a trend.
const COARSEST: usize = 8;
/// Steps grow by no more than this power of the intervals: the square, for the slowest methods.
const MOST_POWER: f64 = 2.1;

/// What is expected of a run; none where a rehearsal breaks down or comes to rest, and where there is no coarser grid.
pub(crate) fn rehearse(kind: &impl SolverKind, input: &MethodInput<'_>) -> Option<Prediction> {
    let problem = linear::of(input).ok()?;
    let n = problem.rhs.len();
    if n <= SMALL {
        let run = Run::of(kind, problem, input)?;
        let steps = run.steps_to(TOLERANCE);
        return run.prediction(1.0, "run beforehand", |_| match steps {
            Some(steps) => format!("Run beforehand, as the problem is small: {} to 1e-8.", in_words(steps)),
            None => "Run beforehand, as the problem is small: it diverges.".to_owned(),
        });
    }
    let grid = problem.grid()?;
    let (dimension, intervals) = (grid.dimension, grid.intervals[0]);
    // Close to this grid where that is affordable; even, as multigrid needs.
    let thirds = |n: usize| n / 3 * 2;
    let (near, far) = if thirds(intervals).pow(dimension as u32) <= MOST {
        (thirds(intervals), thirds(thirds(intervals)))
    } else {
        let halvings = (1..20).find(|h| n >> (dimension * h) <= MOST)?;
        let near = intervals >> halvings;
        (near, if near / 2 >= COARSEST { near / 2 } else { thirds(near) })
    };
    let [Ok(fine), Ok(coarse)] = [near, far].map(|n| problem.on(n)) else { return None };
    let runs = [Run::of(kind, &fine, input)?, Run::of(kind, &coarse, input)?];
    let names = [fine.grid()?.size(), coarse.grid()?.size()];
    let log = |a: usize, b: usize| libm::log(a as f64 / b as f64);
    let scales = log(intervals, near) / log(near, far);
    let most = libm::exp(MOST_POWER * log(intervals, near));
    let [near, far] = [runs[0].steps_to(TOLERANCE), runs[1].steps_to(TOLERANCE)];
    let growth = match (near, far) {
        (Some(near), Some(far)) if far > 0.0 => near / far,
        _ => 1.0,
    };
    let scale = libm::pow(growth, scales).clamp(0.8, most);
    runs[0].prediction(scale, "from coarser grids", |p| match (near, far, p.steps_to(TOLERANCE)) {
        (Some(near), Some(far), Some(here)) => format!(
            "On {} and {} cells it takes {} and {} to 1e-8: {} here, if that goes on.",
            names[0],
            names[1],
            in_words(near).trim_end_matches(" steps").trim_end_matches(" step"),
            in_words(far),
            super::about(here)
        ),
        _ => format!("On {} cells it diverges.", names[0]),
    })
}

fn in_words(steps: f64) -> String {
    let steps = steps.ceil() as usize;
    format!("{} step{}", grouped(steps), if steps == 1 { "" } else { "s" })
}

/// A rehearsal: the relative residual after each step.
struct Run {
    residuals: Vec<f64>,
}

impl Run {
    fn of(kind: &impl SolverKind, problem: &LinearProblem, input: &MethodInput<'_>) -> Option<Run> {
        let mut iteration = LinearIteration::<f64>::new(kind, problem, input.values, input.seed).ok()?;
        let size = compiled::norm2(&problem.rhs);
        if size == 0.0 {
            return None;
        }
        let mut work = Work::default();
        let mut r = vec![0.0; problem.rhs.len()];
        let mut residuals = vec![1.0];
        while residuals.len() <= STEPS && work.flops <= FLOPS {
            let outcome = iteration.step(&mut work);
            problem.matrix.residual(&problem.rhs, iteration.iterate(), &mut r);
            let residual = compiled::norm2(&r) / size;
            if !residual.is_finite() {
                break;
            }
            residuals.push(residual);
            match outcome {
                _ if residual <= DEPTH || residual > GROWN => break,
                Outcome::Continue => {}
                // What breaks down on its way gives no rate.
                Outcome::Stop(Stop::Breakdown(_)) if residual > TOLERANCE => return None,
                Outcome::Stop(_) => break,
            }
        }
        (residuals.len() > 1).then_some(Run { residuals })
    }

    /// The mean factor per step over the last third.
    fn late_factor(&self) -> f64 {
        let last = self.residuals.len() - 1;
        let from = last - (last / 3).max(1);
        let ratio = self.residuals[last].max(f64::MIN_POSITIVE) / self.residuals[from].max(f64::MIN_POSITIVE);
        libm::pow(ratio, 1.0 / (last - from) as f64)
    }

    /// Steps to a tolerance, between steps by the logarithm; beyond the last step by the late factor.
    fn steps_to(&self, tolerance: f64) -> Option<f64> {
        let log = |x: f64| libm::log(x.max(f64::MIN_POSITIVE));
        if let Some(k) = self.residuals.iter().position(|r| *r <= tolerance) {
            let part = k.checked_sub(1).map_or(1.0, |before| {
                log(tolerance / self.residuals[before]) / log(self.residuals[k] / self.residuals[before])
            });
            return Some((k as f64 - 1.0 + part).max(0.0));
        }
        let (factor, last) = (self.late_factor(), self.residuals.len() - 1);
        (factor < 1.0 - 1e-6).then(|| last as f64 + log(tolerance / self.residuals[last]) / log(factor))
    }

    /// What is expected where a run takes `scale` times these steps.
    fn prediction(&self, scale: f64, label: &str, words: impl FnOnce(&Prediction) -> String) -> Option<Prediction> {
        let factor = self.late_factor();
        let diverges = factor > 1.0 + 1e-6 && self.residuals[self.residuals.len() - 1] > 1.0;
        if self.steps_to(TOLERANCE).is_none() && !diverges {
            return None;
        }
        let mut points: Vec<[f64; 2]> = Vec::new();
        let tolerances = (1..=24).map(|half| libm::pow(10.0, -0.5 * f64::from(half)));
        for tolerance in tolerances.filter(|_| !diverges) {
            if !self.residuals.iter().any(|r| *r <= tolerance) {
                break;
            }
            let step = self.steps_to(tolerance)? * scale;
            if points.last().is_none_or(|p| step > p[0]) {
                points.push([step, tolerance]);
            }
        }
        let mut p = Prediction {
            series: Str::Borrowed(RESIDUAL),
            start: 1.0,
            factor: libm::pow(factor, 1.0 / scale).max(f64::EPSILON),
            points,
            bound: false,
            label: label.to_owned(),
            remedy: None,
            words: String::new(),
        };
        p.words = words(&p);
        Some(p)
    }
}
