//! Newton's iteration on any log-likelihood: the method of that name, and the way to the optimum that runs are measured
//! against.

use iterscope_core::{Breakdown, Iteration, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::reduce::dot;

use super::ascent::{ChangeTracker, Point, rises_enough};
use super::conjugate_gradients::NewtonSystem;
use crate::model::Strengths;
use crate::model::objective::{Curvature, LogLikelihood};

/// The iteration.
pub struct Newton {
    objective: Box<dyn LogLikelihood>,
    damped: bool,
    cg_rtol: f64,
    now: Point,
    trial: Point,
    hessian: Box<dyn Curvature>,
    solver: NewtonSystem,
    track: ChangeTracker,
    /// Newton decrement at the last step's start.
    pub decrement: f64,
    length: f64,
}

impl Newton {
    /// Starts from equal strengths.
    pub fn new(mut objective: Box<dyn LogLikelihood>, damped: bool, cg_rtol: f64) -> Newton {
        let hessian = objective.curvature();
        let now = Point::start(objective.as_mut());
        Newton {
            damped,
            cg_rtol,
            trial: Point::start(objective.as_mut()),
            solver: NewtonSystem::new(hessian.as_ref()),
            hessian,
            track: ChangeTracker::new(&now.at),
            now,
            decrement: 0.0,
            length: 0.0,
            objective,
        }
    }

    /// The largest entry of the last direction.
    pub fn longest(&self) -> f64 {
        self.solver.direction().iter().fold(0.0, |most: f64, d| most.max(d.abs()))
    }
}

impl Iteration for Newton {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Newton { objective, now, trial, hessian, solver, .. } = self;
        hessian.assemble(&now.at);
        hessian.count_assembly(work);
        solver.solve(hessian.as_mut(), 0.0, &now.slope, self.cg_rtol, work);
        let direction = solver.direction();
        let order = direction.len();
        let rise = dot(&now.slope[..order], direction);
        self.decrement = rise.max(0.0).sqrt();
        let mut length = 1.0;
        loop {
            trial.climb(objective.as_mut(), now, length, direction, work);
            // Close to the optimum the rise drowns in rounding, and whole steps are right.
            let after = length * dot(&trial.slope[..order], direction);
            if !self.damped || rises_enough(now, trial, 1e-4, length * rise, after) {
                self.length = length;
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
            }
        }
        if trial.left_range() {
            return Outcome::Stop(Stop::Diverged);
        }
        std::mem::swap(&mut self.now, &mut self.trial);
        self.track.moved(&self.now.at);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.decrement, self.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        out.real(self.decrement);
        out.real(self.length);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        self.decrement = from.real();
        self.length = from.real();
    }
}
