//! Coordinate ascent on orders: one log-strength at a time to where the likelihood of all its choices is largest.

use std::rc::Rc;

use iterscope_core::{
    BuildError, CpuStepper, Iteration, MethodInput, Outcome, StateReader, StateWriter, Stepper, Stop, Value, Work,
};

use super::instance::OrderInstance;
use super::model::OrderModel;
use super::suffix::Suffixes;
use crate::model::Strengths;
use crate::model::likelihood::shares;
use crate::solvers::LOG_LIMIT;
use crate::solvers::ascent::{ChangeTracker, center};
use crate::solvers::coordinate::{ORDER, zero};
use crate::solvers::tournament::Tournament;

/// Coordinate ascent.
///
/// # Errors
/// The instance is not one of orders.
pub fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<OrderInstance>()?;
    let model = ranking.model();
    let n = model.contests.items;
    let now = Strengths { log: vec![0.0; n], ..Strengths::default() };
    let descent = Descent {
        greedy: input.values.text("order") == "greedy",
        suffixes: Suffixes::new(&model.contests),
        pi: vec![1.0; n],
        slope: vec![0.0; n],
        largest: Tournament::new(n),
        track: ChangeTracker::new(&now),
        now,
        model,
    };
    Ok(CpuStepper::boxed(descent, ranking.referee()))
}

/// The iteration.
struct Descent {
    model: Rc<OrderModel>,
    greedy: bool,
    now: Strengths,
    pi: Vec<f64>,
    suffixes: Suffixes,
    /// Gradient by log-strength, kept up to date within a greedy step.
    slope: Vec<f64>,
    largest: Tournament,
    track: ChangeTracker,
}

impl Descent {
    /// Moves item `i` to its maximum. With all others held, its chance at a stage depends on its move by `t = exp(s - s_i)`
    /// alone: from p to `p t/(1 - p + p t)`.
    fn update(&mut self, i: usize, work: &mut Work) {
        let Descent { model, suffixes, pi, .. } = self;
        let (contests, old, own) = (&model.contests, self.now.log[i], pi[i]);
        let (mut visits, mut stages) = (0, 0);
        let at = zero(old, |s| {
            visits += 1;
            let t = libm::exp(s - old);
            let (mut value, mut slope) = (0.0, 0.0);
            for entry in contests.of_item(i) {
                let contest = contests.contest(entry.contest as usize);
                let (sums, q) = (suffixes.of(entry.contest as usize), entry.position as usize);
                let lost = q.min(contest.stages);
                for sum in &sums[..lost] {
                    let now = own * t;
                    let chance = now / ((sum - own).max(0.0) + now);
                    value -= contest.count * chance;
                    slope += contest.count * chance * (1.0 - chance);
                }
                stages += lost;
                if q < contest.stages {
                    // The others' chance from their own sum, which stays exact where it is small.
                    let others = sums[q + 1] / (sums[q + 1] + own * t);
                    value += contest.count * others;
                    slope += contest.count * others * (1.0 - others);
                    stages += 1;
                }
            }
            if model.has_prior() {
                let q = shares(s, f64::NEG_INFINITY);
                value += q.second - q.first;
                slope += 2.0 * q.first * q.second;
            }
            (value, slope)
        });
        work.inner += visits;
        work.flops += 8 * stages as u64 + 30 * visits;
        work.bytes += 8 * stages as u64;
        if self.greedy {
            self.add_slopes(i, -1.0);
        }
        let new = libm::exp(at);
        self.suffixes.moved(&self.model.contests, i, new - own);
        (self.now.log[i], self.pi[i]) = (at, new);
        if self.greedy {
            self.add_slopes(i, 1.0);
            if self.model.has_prior() {
                let slope = |s: f64| {
                    let q = shares(s, f64::NEG_INFINITY);
                    q.second - q.first
                };
                self.slope[i] += slope(at) - slope(old);
            }
            let model = Rc::clone(&self.model);
            for entry in model.contests.of_item(i) {
                for j in model.contests.contest(entry.contest as usize).members {
                    self.largest.play(*j as usize, &self.slope);
                }
            }
        }
    }

    /// Adds `sign` times the contests of item `i` to the gradient of all in them.
    fn add_slopes(&mut self, i: usize, sign: f64) {
        let contests = &self.model.contests;
        for entry in contests.of_item(i) {
            add_race(
                contests.contest(entry.contest as usize),
                self.suffixes.of(entry.contest as usize),
                &self.pi,
                sign,
                &mut self.slope,
            );
        }
    }

    /// Gradients and tournament from scratch.
    fn prepare(&mut self) {
        let model = &self.model;
        for (g, s) in self.slope.iter_mut().zip(&self.now.log) {
            let q = shares(*s, f64::NEG_INFINITY);
            *g = if model.has_prior() { q.second - q.first } else { 0.0 };
        }
        for (k, contest) in model.contests.all().enumerate() {
            add_race(contest, self.suffixes.of(k), &self.pi, 1.0, &mut self.slope);
        }
        self.largest.start(&self.slope);
    }
}

/// Adds to the gradient, `sign` times, the choices that each of a contest won beyond expectation.
fn add_race(contest: super::model::Contest<'_>, sums: &[f64], pi: &[f64], sign: f64, slope: &mut [f64]) {
    let mut passed = 0.0;
    for (q, &i) in contest.members.iter().enumerate() {
        let mut surplus = -pi[i as usize] * passed;
        if q < contest.stages {
            surplus += sums[q + 1] / sums[q];
            passed += 1.0 / sums[q];
        }
        slope[i as usize] += sign * contest.count * surplus;
    }
}

impl Iteration for Descent {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        for (pi, s) in self.pi.iter_mut().zip(&self.now.log) {
            *pi = libm::exp(*s);
        }
        self.suffixes.fill(&self.model.contests, &self.pi);
        let n = self.pi.len();
        if self.greedy {
            self.prepare();
        }
        for k in 0..n {
            let i = if self.greedy { self.largest.best() } else { k };
            self.update(i, work);
        }
        if !self.model.has_prior() {
            center(&mut self.now.log);
        }
        work.operator += 1;
        self.track.moved(&self.now);
        if self.now.log.iter().all(|s| s.abs() <= LOG_LIMIT) {
            Outcome::Continue
        } else {
            Outcome::Stop(Stop::Diverged)
        }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.track.change;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "order" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.greedy = ORDER.check(value)?.as_text() == Some("greedy");
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now.log);
        self.track.save(out);
        out.real(f64::from(self.greedy));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.now.log);
        self.track.load(from);
        self.greedy = from.real() != 0.0;
    }
}
