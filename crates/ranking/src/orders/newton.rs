//! Newton's method and L-BFGS on the log-strengths of orders.

use std::rc::Rc;

use iterscope_core::{
    Breakdown, BuildError, CpuStepper, Iteration, MethodInput, Outcome, StateReader, StateWriter, Stepper, Stop, Work,
};
use iterscope_kernels::reduce::dot;

use super::hessian::{Hessian, Parts};
use super::instance::OrderRanking;
use super::likelihood::{Scratch, gradient};
use super::model::OrderModel;
use crate::likelihood::chance;
use crate::methods::memory::Memory;
use crate::methods::point::{center, rises};
use crate::methods::solve::{Curvature, Solver};
use crate::methods::{LOG_LIMIT, change};

/// A point with its log-likelihood and gradient.
struct Point {
    log: Vec<f64>,
    value: f64,
    slope: Vec<f64>,
    scratch: Scratch,
}

impl Point {
    /// Equal strengths.
    fn start(model: &OrderModel) -> Point {
        let zeros = || vec![0.0; model.races.items];
        let mut point = Point { log: zeros(), value: 0.0, slope: zeros(), scratch: Scratch::new(&model.races) };
        point.evaluate(model);
        point
    }

    fn evaluate(&mut self, model: &OrderModel) {
        self.value = gradient(model, &self.log, &mut self.slope, &mut self.scratch);
    }

    /// Goes to `from` plus `length` times `direction`, and evaluates there. Maximum likelihood has no common level: it is set
    /// to mean 0.
    fn climb(&mut self, model: &OrderModel, from: &Point, length: f64, direction: &[f64], work: &mut Work) {
        for ((t, s), d) in self.log.iter_mut().zip(&from.log).zip(direction) {
            *t = s + length * d;
        }
        if !model.prior() {
            center(&mut self.log);
        }
        self.evaluate(model);
        let (places, items) = (model.races.places() as u64, model.races.items as u64);
        work.operator += 1;
        work.flops += 160 * places + 2 * items;
        work.bytes += 40 * places + 16 * items;
    }

    fn left_range(&self) -> bool {
        !(self.value.is_finite() && self.log.iter().all(|s| s.abs() <= LOG_LIMIT))
    }
}

/// What both share: where they are, and the search along a direction.
struct Climber {
    model: Rc<OrderModel>,
    now: Point,
    trial: Point,
    p: Vec<f64>,
    change: f64,
    /// Part of the direction that was taken.
    length: f64,
}

impl Climber {
    fn new(model: Rc<OrderModel>) -> Climber {
        let (now, trial) = (Point::start(&model), Point::start(&model));
        Climber { p: vec![0.5; model.races.items], now, trial, change: 0.0, length: 0.0, model }
    }

    /// Halves the step until the likelihood rises enough, if `damped`; the end is in `trial`. False where no length is good.
    fn search(&mut self, direction: &[f64], rise: f64, damped: bool, work: &mut Work) -> bool {
        let mut length = 1.0;
        loop {
            self.trial.climb(&self.model, &self.now, length, direction, work);
            let after = length * dot(&self.trial.slope, direction);
            if !damped || rises(self.now.value, self.trial.value, 1e-4, length * rise, after) {
                self.length = length;
                return true;
            }
            length *= 0.5;
            if length < 1e-12 {
                return false;
            }
        }
    }

    /// Takes the step to `trial`.
    fn arrive(&mut self) -> Outcome {
        if self.trial.left_range() {
            return Outcome::Stop(Stop::Diverged);
        }
        std::mem::swap(&mut self.now, &mut self.trial);
        self.change = change(&mut self.p, self.now.log.iter().map(|s| chance(*s)));
        Outcome::Continue
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now.log);
        out.slice(&self.p);
        out.real(self.change);
        out.real(self.length);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.now.log);
        from.slice(&mut self.p);
        self.change = from.real();
        self.length = from.real();
        self.now.evaluate(&self.model);
    }
}

/// Newton's method.
pub struct Newton {
    climber: Climber,
    damped: bool,
    cg_rtol: f64,
    parts: Parts,
    solver: Solver,
    /// Newton decrement at the last step's start.
    pub decrement: f64,
}

impl Newton {
    /// Starts from equal strengths.
    pub fn new(model: Rc<OrderModel>, damped: bool, cg_rtol: f64) -> Newton {
        let (parts, solver) = (Parts::new(&model), Solver::of_order(model.races.items));
        Newton { climber: Climber::new(model), damped, cg_rtol, parts, solver, decrement: 0.0 }
    }
}

/// Newton's method.
///
/// # Errors
/// The instance is not one of orders.
pub fn newton(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<OrderRanking>()?;
    let damped = input.values.text("damping") == "backtracking";
    Ok(CpuStepper::boxed(Newton::new(ranking.model(), damped, input.values.real("cg_rtol")), ranking.referee()))
}

impl Iteration for Newton {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Newton { climber, damped, cg_rtol, parts, solver, decrement } = self;
        let mut hessian = Hessian::at(&climber.model, parts, &climber.now.log);
        hessian.count(work);
        solver.solve_with(&mut hessian, 0.0, &climber.now.slope, *cg_rtol, work);
        let rise = dot(&climber.now.slope, &solver.direction);
        *decrement = rise.max(0.0).sqrt();
        if !climber.search(&solver.direction, rise, *damped, work) {
            return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
        }
        climber.arrive()
    }

    fn iterate(&mut self) -> &[f64] {
        &self.climber.now.log
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.climber.change, self.decrement, self.climber.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.climber.save(out);
        out.real(self.decrement);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.climber.load(from);
        self.decrement = from.real();
    }
}

/// L-BFGS.
struct Lbfgs {
    climber: Climber,
    /// The inverse of an upper bound on the largest eigenvalue of the Hessian, for the first step.
    safe: f64,
    memory: Memory,
    direction: Vec<f64>,
}

/// L-BFGS.
///
/// # Errors
/// The instance is not one of orders.
pub fn lbfgs(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<OrderRanking>()?;
    let model = ranking.model();
    let (n, most) = (model.races.items, input.values.size("memory"));
    let lbfgs = Lbfgs {
        safe: 1.0 / curvature_bound(&model),
        memory: Memory::new(n, most),
        direction: vec![0.0; n],
        climber: Climber::new(model),
    };
    Ok(CpuStepper::boxed(lbfgs, ranking.referee()))
}

/// The covariance of a choice has row sums of absolute values of at most 2 q (1 - q), so 1/2; an item is up for choice once in
/// each stage of its races. Gershgorin's discs of all choices together give the bound.
fn curvature_bound(model: &OrderModel) -> f64 {
    let mut choices = vec![0.0; model.races.items];
    for race in model.races.all() {
        for (q, &i) in race.members.iter().enumerate() {
            choices[i as usize] += race.count * (q + 1).min(race.stages) as f64;
        }
    }
    let prior = if model.prior() { 0.5 } else { 0.0 };
    0.5 * choices.iter().fold(0.0, |most: f64, c| most.max(*c)) + prior
}

impl Iteration for Lbfgs {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Lbfgs { climber, safe, memory, direction } = self;
        let rise = memory.aim(&climber.now.slope, *safe, direction);
        if !climber.search(direction, rise, true, work) {
            return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
        }
        memory.count(work);
        let Climber { now, trial, .. } = &*climber;
        memory.remember(|i| (trial.log[i] - now.log[i], now.slope[i] - trial.slope[i]));
        climber.arrive()
    }

    fn iterate(&mut self) -> &[f64] {
        &self.climber.now.log
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.climber.change, self.climber.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.climber.save(out);
        self.memory.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.climber.load(from);
        self.memory.load(from);
    }
}
