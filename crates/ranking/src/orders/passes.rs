//! Zermelo's (here: Hunter's MM) and Newman's passes over orders: one family, as for pairs.

use std::rc::Rc;

use iterscope_core::{
    BuildError, CpuStepper, Iteration, MethodInput, Outcome, StateReader, StateWriter, Stepper, Stop, Value, Work,
};

use super::instance::OrderInstance;
use super::model::OrderModel;
use super::suffix::Suffixes;
use crate::model::Strengths;
use crate::solvers::change;
use crate::solvers::fixed_point::{RESCALE, UPDATE, balance, bounded, center};
use crate::solvers::luce_chain::left_range;

/// The family's member `alpha`: 1 is Hunter's MM, 0 is Newman's rearrangement. `live` is the parameter that changes it, if it
/// may.
///
/// # Errors
/// The instance is not one of orders.
pub fn build(
    input: &MethodInput<'_>,
    alpha: f64,
    live: Option<&'static iterscope_core::ParamInfo>,
) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<OrderInstance>()?;
    let model = ranking.model();
    let n = model.contests.items;
    let passes = Passes {
        suffixes: Suffixes::new(&model.contests),
        alpha,
        live,
        pi: vec![1.0; n],
        next: vec![0.0; n],
        p: vec![0.5; n],
        change: 0.0,
        view: Strengths { log: vec![0.0; n], ..Strengths::default() },
        simultaneous: input.values.text("update") == "simultaneous",
        rescale: input.values.bool("rescale"),
        model,
    };
    Ok(CpuStepper::boxed(passes, ranking.referee()))
}

/// The iteration.
struct Passes {
    model: Rc<OrderModel>,
    alpha: f64,
    live: Option<&'static iterscope_core::ParamInfo>,
    suffixes: Suffixes,
    pi: Vec<f64>,
    /// New strengths on their way, where all items are updated at once.
    next: Vec<f64>,
    p: Vec<f64>,
    change: f64,
    view: Strengths,
    simultaneous: bool,
    rescale: bool,
}

impl Passes {
    /// The two sides of the update of item `i`. Newman's numerator weighs each choice won by the chance of the others; its
    /// denominator has the choices lost alone. The family adds the rest of the choices won to both.
    fn quotient(&self, i: usize) -> (f64, f64) {
        let contests = &self.model.contests;
        let (mut above, mut below, mut won) = (0.0, 0.0, contests.won[i]);
        for entry in contests.of_item(i) {
            let contest = contests.contest(entry.contest as usize);
            let sums = self.suffixes.of(entry.contest as usize);
            let q = entry.position as usize;
            let lost = sums[..q.min(contest.stages)].iter().fold(0.0, |sum, s| sum + 1.0 / s);
            below += contest.count * lost;
            if q < contest.stages {
                above += contest.count * sums[q + 1] / sums[q];
            }
        }
        if self.model.has_prior() {
            let inverse = 1.0 / (self.pi[i] + 1.0);
            above += inverse;
            below += inverse;
            won += 1.0;
        }
        let both = self.alpha * (won - above);
        (above + both, below + both / self.pi[i])
    }
}

impl Iteration for Passes {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.suffixes.fill(&self.model.contests, &self.pi);
        for i in 0..self.pi.len() {
            let (above, below) = self.quotient(i);
            let new = bounded(self.pi[i], above, below);
            if self.simultaneous {
                self.next[i] = new;
            } else {
                self.suffixes.moved(&self.model.contests, i, new - self.pi[i]);
                self.pi[i] = new;
            }
        }
        if self.simultaneous {
            std::mem::swap(&mut self.pi, &mut self.next);
        }
        if !self.model.has_prior() {
            center(&mut self.pi);
        } else if self.rescale {
            balance(&mut self.pi, work);
        }
        self.change = change(&mut self.p, self.pi.iter().map(|pi| pi / (1.0 + pi)));
        self.suffixes.count(&self.model.contests, if self.simultaneous { 2 } else { 3 }, work);
        work.flops += 10 * self.pi.len() as u64;
        if left_range(&self.pi) { Outcome::Stop(Stop::Diverged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Strengths {
        for (s, pi) in self.view.log.iter_mut().zip(&self.pi) {
            *s = libm::log(*pi);
        }
        &self.view
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.change;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, self.live) {
            ("update", _) => self.simultaneous = UPDATE.check(value)?.as_text() == Some("simultaneous"),
            ("rescale", _) => self.rescale = RESCALE.check(value)?.as_bool() == Some(true),
            (key, Some(live)) if live.key == key => {
                self.alpha = live.check(value)?.as_real().unwrap_or(self.alpha);
            }
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.pi);
        out.slice(&self.p);
        for x in [self.change, self.alpha, f64::from(self.simultaneous), f64::from(self.rescale)] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.pi);
        from.slice(&mut self.p);
        self.change = from.real();
        self.alpha = from.real();
        self.simultaneous = from.real() != 0.0;
        self.rescale = from.real() != 0.0;
    }
}
