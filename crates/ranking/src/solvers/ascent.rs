//! Points of the log-likelihood with their slopes, and steps between them: what the methods share that climb by gradients.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::reduce::{norm2, sum};

use super::LOG_LIMIT;
use crate::model::Strengths;
use crate::model::likelihood::chance;
use crate::model::objective::{LogLikelihood, Shape};

/// Part of the log-likelihood's size below which a difference of two values is rounding.
const ROUNDING: f64 = 1e-12;

/// A point, its log-likelihood (with the prior, where there is one) and the gradient of it.
pub struct Point {
    /// Where it is.
    pub at: Strengths,
    /// Logarithm of the tie strength; stays 0 where that is no variable.
    pub log_nu: f64,
    /// Log-likelihood.
    pub value: f64,
    /// By all variables, in their order (see [`crate::model`]).
    pub slope: Vec<f64>,
}

impl Point {
    /// Equal strengths.
    pub fn start(objective: &mut dyn LogLikelihood) -> Point {
        let (at, slope) = (objective.start(), vec![0.0; objective.shape().width]);
        let mut point = Point { at, log_nu: 0.0, value: 0.0, slope };
        point.value = objective.gradient(&point.at, &mut point.slope);
        point
    }

    /// Evaluates value and slope after `at` was changed.
    pub fn evaluate(&mut self, objective: &mut dyn LogLikelihood, work: &mut Work) {
        self.value = objective.gradient(&self.at, &mut self.slope);
        objective.count(work);
    }

    /// Goes to `from` plus `length` times `direction` (which may leave out the last place of a plain model), without
    /// evaluating. Maximum likelihood has no common level: it is set to mean 0.
    pub fn place(&mut self, objective: &dyn LogLikelihood, from: &Point, length: f64, direction: &[f64]) {
        let shape = objective.shape();
        for ((t, s), d) in self.at.log.iter_mut().zip(&from.at.log).zip(direction) {
            *t = s + length * d;
        }
        let first = shape.first_extra();
        for (c, t) in self.at.extra.iter_mut().enumerate() {
            *t = from.at.extra[c] + length * direction[first + c];
        }
        if shape.level_is_free {
            center(&mut self.at.log);
        }
        objective.follow(&mut self.at);
        let along = direction.get(shape.items).copied().unwrap_or(0.0);
        self.set_log_nu(objective, from.log_nu + length * along);
    }

    /// The move from `from` to here, by variable; strengths that covariates explain do not move by themselves.
    pub fn movement(&self, shape: &Shape, from: &Point, out: &mut [f64]) {
        let (n, first) = (shape.items, shape.first_extra());
        for ((m, t), s) in out.iter_mut().zip(&self.at.log).zip(&from.at.log) {
            *m = if shape.strengths_follow { 0.0 } else { t - s };
        }
        if out.len() > n && (shape.has_nu || shape.extras == 0) {
            out[n] = self.log_nu - from.log_nu;
        }
        for ((m, t), s) in out.iter_mut().skip(first).zip(&self.at.extra).zip(&from.at.extra) {
            *m = t - s;
        }
    }

    /// The same, and evaluates there.
    pub fn climb(
        &mut self,
        objective: &mut dyn LogLikelihood,
        from: &Point,
        length: f64,
        direction: &[f64],
        work: &mut Work,
    ) {
        self.place(objective, from, length, direction);
        self.evaluate(objective, work);
    }

    /// Sets the tie strength.
    pub fn set_log_nu(&mut self, objective: &dyn LogLikelihood, log_nu: f64) {
        if objective.shape().has_nu {
            self.log_nu = log_nu;
            self.at.nu = objective.nu_at(log_nu);
        }
    }

    /// Whether it left every sensible range or is not finite.
    pub fn left_range(&self) -> bool {
        let inside = |x: f64| x.abs() <= LOG_LIMIT;
        let all = self.at.log.iter().chain(&self.at.extra).all(|s| inside(*s));
        !(self.value.is_finite() && all && inside(self.log_nu))
    }

    /// Writes where it is.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.at.log);
        out.real(self.log_nu);
        out.slice(&self.at.extra);
    }

    /// Reads where it is, and evaluates there.
    pub fn load(&mut self, objective: &mut dyn LogLikelihood, from: &mut StateReader<'_>) {
        from.slice(&mut self.at.log);
        let log_nu = from.real();
        from.slice(&mut self.at.extra);
        self.set_log_nu(objective, log_nu);
        self.value = objective.gradient(&self.at, &mut self.slope);
    }
}

/// Takes their mean from the log-strengths.
pub fn center(log: &mut [f64]) {
    let mean = sum(log) / log.len() as f64;
    log.iter_mut().for_each(|s| *s -= mean);
}

/// Armijo's condition: from `old` to `new` the log-likelihood rose by at least `part` of `rise`, the slope along the step
/// there times its length; `after` is the same at the new point.
pub fn rises_enough(old: &Point, new: &Point, part: f64, rise: f64, after: f64) -> bool {
    rises(old.value, new.value, part, rise, after)
}

/// The same for two values.
///
/// Close to the optimum the rise drowns in rounding; there the condition is asked of the quadratic through both slopes, as
/// by W. W. Hager and H. Zhang, A new conjugate gradient method with guaranteed descent and an efficient line search, SIAM
/// J. Optim. 16, 2005.
pub fn rises(old: f64, new: f64, part: f64, rise: f64, after: f64) -> bool {
    let close = rise <= ROUNDING * old.abs() && new >= old - ROUNDING * old.abs();
    new >= old + part * rise || (close && after >= (2.0 * part - 1.0) * rise)
}

/// Whether a gradient is what rounding leaves of a vanishing one.
pub fn at_rounding(objective: &dyn LogLikelihood, slope: &[f64]) -> bool {
    norm2(slope) <= 1e-15 * objective.gradient_scale()
}

/// How far a step moved the chances p of the items.
pub struct ChangeTracker {
    p: Vec<f64>,
    /// Root mean square over the items.
    pub change: f64,
}

impl ChangeTracker {
    /// At the start.
    pub fn new(start: &Strengths) -> ChangeTracker {
        ChangeTracker { p: start.log.iter().map(|s| chance(*s)).collect(), change: 0.0 }
    }

    /// After a step.
    pub fn moved(&mut self, now: &Strengths) {
        self.change = super::change(&mut self.p, now.log.iter().map(|s| chance(*s)));
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.p);
        out.real(self.change);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.p);
        self.change = from.real();
    }
}
