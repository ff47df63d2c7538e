//! The solution of a linear problem as exactly as rounding allows, in pieces.

use std::rc::Rc;

use iterscope_core::{BuildError, Instance, Params, Progress};

use super::trial::Trial;
use crate::linear::LinearProblem;

/// Floating-point operations of one piece of work.
const PIECE: u64 = 20_000_000;
/// Unknowns up to which elimination is tried first, by dimension.
const SMALL: [usize; 3] = [2_000_000, 20_000, 6_000];
/// Of matrices that are not definite elimination is tried up to here.
const INDEFINITE: usize = 150_000;
/// A relative residual below this counts as solved if it falls no further.
const SOLVED: f64 = 1e-9;
/// It falls no further where so many steps have not halved it.
const CALM: u32 = 4;
/// The most steps of an iteration.
const STEPS: u64 = 400;

/// One way to solve: what it is called, the method and its parameters.
type Way = (&'static str, &'static str, Params);

/// A solution under way.
pub struct Solve {
    problem: Rc<dyn Instance>,
    ways: Vec<Way>,
    at: usize,
    trial: Option<Trial>,
    best: f64,
    calm: u32,
    seed: u64,
    why: Option<BuildError>,
}

/// What came of it.
pub struct Solved {
    /// Values at the unknowns.
    pub u: Rc<Vec<f64>>,
    /// In which way.
    pub by: &'static str,
    /// Steps that it took.
    pub steps: u64,
    /// The relative residual that is left.
    pub residual: f64,
}

fn ways(problem: &LinearProblem) -> Vec<Way> {
    let with = |name: &str| Params::from([("preconditioner".to_owned(), name.into())]);
    let n = problem.rhs.len();
    let (definite, singular) = (problem.facts.positive_definite, problem.constants.is_some());
    let dimension = problem.layout().map_or(2, |l| l.grid.dimension);
    let mut ways: Vec<Way> = Vec::new();
    if !singular && (n <= SMALL[dimension - 1] || (problem.facts.symmetric && !definite && n <= INDEFINITE)) {
        ways.push(("elimination", "pde.direct", Params::new()));
    }
    let multigrid = problem.coarsening.is_some();
    if definite {
        if multigrid {
            ways.push(("CG with multigrid", "pde.cg", with("multigrid")));
        }
        ways.push(("CG with aggregation", "pde.cg", with("aggregation")));
        ways.push(("CG", "pde.cg", Params::new()));
    } else {
        if multigrid {
            ways.push(("BiCGStab with multigrid", "pde.bicgstab", with("multigrid")));
        }
        let mut restarted = with("ilu0");
        restarted.insert("restart".into(), 60.into());
        ways.push(("GMRES with ILU(0)", "pde.gmres", restarted));
    }
    ways
}

impl Solve {
    /// Of a problem that is linear.
    ///
    /// # Errors
    /// It is not.
    pub fn begin(problem: Rc<dyn Instance>, seed: u64) -> Result<Solve, BuildError> {
        let linear = problem.as_any().downcast_ref::<LinearProblem>();
        let linear = linear.ok_or_else(|| BuildError::new("analysis", "this is asked of linear problems"))?;
        let ways = ways(linear);
        Ok(Solve { problem, ways, at: 0, trial: None, best: f64::INFINITY, calm: 0, seed, why: None })
    }

    /// The problem.
    pub fn problem(&self) -> Option<&LinearProblem> {
        self.problem.as_any().downcast_ref()
    }

    fn give_up(&mut self, why: BuildError) {
        self.why.get_or_insert(why);
        (self.trial, self.best, self.calm) = (None, f64::INFINITY, 0);
        self.at += 1;
    }

    /// Works on for some milliseconds; the solution when it is there.
    ///
    /// # Errors
    /// No way leads to a solution; why the first did not.
    pub fn work(&mut self) -> Result<Option<Solved>, BuildError> {
        let Some((label, id, params)) = self.ways.get(self.at) else {
            let none = || BuildError::new("analysis", "no method was found");
            return Err(self.why.take().unwrap_or_else(none));
        };
        let label = *label;
        let Some(trial) = &mut self.trial else {
            match Trial::begin(id, params, &self.problem, self.seed) {
                Ok(trial) => self.trial = Some(trial),
                Err(error) => self.give_up(error),
            }
            return Ok(None);
        };
        let from = trial.stepper.work().flops;
        loop {
            let progress = trial.advance(1)?;
            let residual = trial.residual()?;
            (self.calm, self.best) = match residual < 0.5 * self.best {
                true => (0, residual),
                false => (self.calm + 1, self.best.min(residual)),
            };
            let steps = trial.stepper.steps();
            let over = matches!(progress, Progress::Stopped(_)) || self.calm >= CALM || steps >= STEPS;
            if over && residual <= SOLVED || residual == 0.0 {
                let u = trial.iterate()?;
                return Ok(Some(Solved { u, by: label, steps, residual }));
            }
            // An iteration may stand still for some steps before it falls.
            if over && (residual.is_nan() || matches!(progress, Progress::Stopped(_)) || steps >= STEPS) {
                let why = format!("{label} came to a relative residual of {residual:.1e} in {steps} steps only");
                self.give_up(BuildError::new("analysis", why));
                return Ok(None);
            }
            if trial.stepper.work().flops - from > PIECE {
                return Ok(None);
            }
        }
    }
}
