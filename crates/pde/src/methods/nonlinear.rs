//! What methods for nonlinear problems share.

use std::rc::Rc;

use iterscope_core::{Breakdown, BuildError, Names, Stop, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;
use iterscope_linear::inner_solver::{self, InnerSolver};

use crate::nonlinear::NonlinearProblem;
use crate::nonlinear::model::GridEquation;
use crate::problems::{bratu, minimal_surface, p_laplace};

/// The problems that they run on.
pub const NONLINEAR: Names = Names::Static(&[bratu::ID, minimal_surface::ID, p_laplace::ID]);

/// Counts one evaluation of the residual.
pub fn evaluated(work: &mut Work, flops: u64, n: usize) {
    work.operator += 1;
    work.flops += flops;
    work.bytes += 24 * n as u64;
}

/// Why a run that stopped for this reason short of its goal has no solution to show.
pub fn no_solution(stop: Option<Stop>) -> Option<String> {
    let text = match stop? {
        Stop::Breakdown(_) => {
            "No solution was found: the last iterate solves nothing. There may be none near it, or none at all; another start may find one."
        }
        Stop::Diverged => "No solution was found: the iterates left every bound.",
        _ => return None,
    };
    Some(text.to_owned())
}

/// Whether a residual is as small as rounding in its terms leaves it: `diagonal` times the iterate is the size of one term.
pub fn is_rounding(residual: f64, diagonal: &[f64], u: &[f64]) -> bool {
    let terms: f64 = diagonal.iter().zip(u).map(|(d, u)| d * u * d * u).sum();
    residual <= 64.0 * f64::EPSILON * terms.sqrt()
}

/// `to = from + length direction`
pub fn along(from: &[f64], length: f64, direction: &[f64], to: &mut [f64]) {
    to.copy_from_slice(from);
    compiled::axpy(length, direction, to);
}

/// The map from an iterate to the solution of the linear equation with its coefficients and source: a solution is a fixed point.
pub struct Lagged {
    model: Rc<GridEquation>,
    solver: InnerSolver,
    matrix: Csr,
    values: Vec<f64>,
    rhs: Vec<f64>,
    /// What known values add to the right-hand side of an equation whose matrix is the same for all iterates.
    fixed: Vec<f64>,
    /// The solver's tolerance; for the direct one it says nothing.
    tolerance: f64,
    /// Inner steps of the last application.
    pub inner: u32,
    /// The matrix is the same for all iterates, and the solver has it.
    ready: bool,
}

impl Lagged {
    /// For a problem; the solver has no matrix yet.
    ///
    /// # Errors
    /// The solver's preconditioner does not fit.
    pub fn new(problem: &NonlinearProblem, solver: InnerSolver) -> Result<Lagged, BuildError> {
        let model = Rc::clone(&problem.model);
        let solver = solver.shaped(model.discrete.shape.as_deref());
        let (matrix, values, rhs) = (model.pattern(true)?, model.values(), vec![0.0; model.len()]);
        let (tolerance, ready, mut fixed) = (solver.tolerance(), false, vec![0.0; model.len()]);
        if model.is_semilinear() {
            model.known(&mut fixed);
        }
        let mut map = Lagged { model, solver, matrix, values, rhs, fixed, tolerance, inner: 0, ready };
        map.model.lagged(&problem.initial, &mut map.values, &mut map.matrix, &mut map.rhs);
        // Memory is taken here; a matrix that is singular at the start is met again in the first step.
        match map.solver.set_matrix(&map.matrix, &mut Work::default()) {
            Err(e) if e.field != inner_solver::ROLE => return Err(e),
            made => map.ready = made.is_ok() && map.model.is_semilinear(),
        }
        Ok(map)
    }

    /// Writes the image of `u` to `next`, which holds a first guess for an iterative solver.
    ///
    /// # Errors
    /// How the linear solve ended.
    pub fn apply(&mut self, u: &[f64], next: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        if self.ready {
            self.model.source(u, &mut self.rhs);
            compiled::axpy(1.0, &self.fixed, &mut self.rhs);
        } else {
            self.model.lagged(u, &mut self.values, &mut self.matrix, &mut self.rhs);
            if self.solver.set_matrix(&self.matrix, work).is_err() {
                return Err(Stop::Breakdown(Breakdown::Singular));
            }
        }
        evaluated(work, self.model.flops(), u.len());
        if self.rhs.iter().any(|b| !b.is_finite()) {
            return Err(Stop::Diverged);
        }
        self.inner = self.solver.solve(&self.rhs, next, self.tolerance, work)?;
        Ok(())
    }
}
