//! Proximal gradient steps for 1/2 |P(X - M)|² + λ |X|_*, plain or from an extrapolated point.

use std::rc::Rc;

use iterscope_core::{
    BuildError, CpuStepper, Criterion, Iteration, MethodInput, Outcome, StateReader, StateWriter, Stepper, Stop, Value,
    Work,
};

use super::nuclear::{Nuclear, measure};
use super::params::{NUCLEAR_CRITERION, cut_off, rank_cap};
use super::start::generator;
use crate::instance::Completion;
use crate::linalg::distance::relative_change;
use crate::linalg::leading::{Leading, SparsePlusLowRank, residual};
use crate::model::factors::Factors;
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

/// Where a step is taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Momentum {
    /// From the iterate itself.
    None,
    /// From a point extrapolated along the last move.
    Nesterov,
    /// The same; a step that would raise the objective is taken again from the iterate itself.
    Restarted,
}

struct ProximalGradient {
    model: Rc<Model>,
    x: Factors,
    previous: Factors,
    trial: Factors,
    residual: Vec<f64>,
    previous_residual: Vec<f64>,
    trial_residual: Vec<f64>,
    values: Vec<f64>,
    leading: Leading,
    nuclear: Nuclear,
    momentum: Momentum,
    theta: f64,
    /// The share of the last move that the last step started ahead.
    beta: f64,
    /// The largest rank cut off singular values above λ in the last step.
    cut: bool,
}

/// Builds the stepper of a method that takes `rank`, `lambda` and `path`, from X = 0.
///
/// # Errors
/// The rank is larger than the matrix, or the problem has no entries.
pub(crate) fn build(input: &MethodInput<'_>, momentum: Momentum) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n, count) = (model.rows, model.cols, entries.count());
    let x = Factors::zero(m, n, k);
    let mut iteration = ProximalGradient {
        previous: x.clone(),
        trial: x.clone(),
        residual: vec![0.0; count],
        previous_residual: vec![0.0; count],
        trial_residual: vec![0.0; count],
        values: vec![0.0; count],
        leading: Leading::new(m, n, k, k, &mut generator(input.seed)),
        nuclear: Nuclear::new(entries, input.values),
        momentum,
        theta: 1.0,
        beta: 0.0,
        cut: false,
        x,
        model: model.clone(),
    };
    iteration.refresh();
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl ProximalGradient {
    /// Recomputes what follows from the two last iterates.
    fn refresh(&mut self) {
        if let Data::Entries(entries) = &self.model.data {
            self.nuclear.fit = residual(entries, &self.x, &mut self.residual);
            residual(entries, &self.previous, &mut self.previous_residual);
        }
    }

    /// The proximal step from X + β (X - X_previous) into `trial`; returns its squared residual, its nuclear norm and its
    /// rank.
    fn propose(&mut self, beta: f64, lambda: f64, work: &mut Work) -> [f64; 3] {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return [0.0; 3] };
        for ((v, r), p) in self.values.iter_mut().zip(&self.residual).zip(&self.previous_residual) {
            *v = (1.0 + beta) * r - beta * p;
        }
        let both = [(1.0 + beta, &self.x), (-beta, &self.previous)];
        let low = if beta == 0.0 { &both[..1] } else { &both[..] };
        self.leading.find(&SparsePlusLowRank { places: &entries.by_row, values: &self.values, low }, lambda, work);
        self.leading.write(&mut self.trial, |s| (s - lambda).max(0.0));
        let (norm, rank) = measure(&self.leading.s[..self.x.rank], lambda, lambda);
        self.beta = beta;
        self.cut = self.leading.s.get(self.x.rank).is_some_and(|s| *s > lambda);
        work.operator += 1;
        work.flops += 2 * entries.count() as u64 * self.x.rank as u64;
        [residual(entries, &self.trial, &mut self.trial_residual), norm, rank]
    }

    /// θ of this step and the share β of the last move that it starts ahead.
    fn extrapolation(&self) -> (f64, f64) {
        if self.momentum == Momentum::None {
            return (1.0, 0.0);
        }
        let theta = 0.5 * (1.0 + (1.0 + 4.0 * self.theta * self.theta).sqrt());
        (theta, (self.theta - 1.0) / theta)
    }
}

impl Iteration for ProximalGradient {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let lambda = self.nuclear.next();
        let objective = |fit: f64, nuclear: f64| 0.5 * fit + lambda * nuclear;
        let (mut theta, beta) = self.extrapolation();
        let mut found = self.propose(beta, lambda, work);
        let rises = objective(found[0], found[1]) > objective(self.nuclear.fit, self.nuclear.norm);
        if self.momentum == Momentum::Restarted && beta > 0.0 && rises {
            theta = 1.0;
            found = self.propose(0.0, lambda, work);
        }
        self.theta = theta;
        self.nuclear.replace(found[0], found[1], found[2]);
        // previous <- x <- trial.
        std::mem::swap(&mut self.previous, &mut self.x);
        std::mem::swap(&mut self.x, &mut self.trial);
        std::mem::swap(&mut self.previous_residual, &mut self.residual);
        std::mem::swap(&mut self.residual, &mut self.trial_residual);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.nuclear.diagnostics(out);
        // `trial` holds the iterate before `previous`.
        let from = [(1.0 + self.beta, &self.previous), (-self.beta, &self.trial)];
        let from = if self.beta == 0.0 { &from[..1] } else { &from[..] };
        out[2] = if self.nuclear.arrived() { relative_change(&self.x, from) } else { 1.0 };
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(NUCLEAR_CRITERION)
    }

    fn remark(&self) -> Option<String> {
        self.cut.then(|| cut_off(self.x.rank))
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        // The momentum was that of another problem.
        self.theta = 1.0;
        self.nuclear.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        for x in [&self.x, &self.previous, &self.trial] {
            out.slice(&x.u);
            out.slice(&x.v);
        }
        self.leading.save(out);
        self.nuclear.save(out);
        out.real(self.theta);
        out.real(self.beta);
        out.bits(u64::from(self.cut));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for x in [&mut self.x, &mut self.previous, &mut self.trial] {
            from.slice(&mut x.u);
            from.slice(&mut x.v);
        }
        self.leading.load(from);
        self.nuclear.load(from);
        self.theta = from.real();
        self.beta = from.real();
        self.cut = from.bits() > 0;
        self.refresh();
    }
}
