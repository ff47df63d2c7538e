//! A few steps of a solver as a preconditioner: inner and outer iterations (Y. Saad 1993; G. H. Golub and Q. Ye, Inexact preconditioned conjugate
//! gradient method with inner-outer iteration, SIAM Journal on Scientific Computing 21, 1999).
//!
//! Krylov methods are not linear in the right-hand side, so that it changes from one application to the next: flexible GMRES takes it, conjugate
//! gradients do not. Steps of a stationary iteration or of Chebyshev's are linear, but cost as much. The inner steps end early at a
//! relative residual.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, Outcome, ParamInfo, Values, Work};

use super::{KINDS, ROLE};
use crate::solvers::bicgstab::BiCgStab;
use crate::solvers::cg::ConjugateGradients;
use crate::solvers::gmres::Gmres;
use crate::solvers::minres::MinRes;
use crate::solvers::norm;
use crate::solvers::richardson::Richardson;
use crate::{LinearSolver, Matrix, Operator, Precision, Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "solver",
        "Solver",
        "What runs inside",
        &[
            ("cg", "conjugate gradients"),
            ("minres", "MINRES"),
            ("gmres", "GMRES"),
            ("bicgstab", "BiCGStab"),
            ("richardson", "Richardson"),
        ],
        "gmres",
    ),
    ParamInfo::int("steps", "Steps", "The most inner steps for each outer one", [1, 200], 10),
    ParamInfo::real(
        "tolerance",
        "Tolerance",
        "Inner steps end where the residual has fallen by this factor",
        [1e-12, 1.0],
        0.01,
    )
    .log(),
    ParamInfo::component(
        "preconditioner",
        "Inner preconditioner",
        "The preconditioner of the inner solver",
        ROLE,
        &["fixed"],
        "none",
    ),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "inner",
        "inner solver",
        "A few steps of another solver; only methods that allow a preconditioner to change take it",
        PARAMS,
    ),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Precision>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let n = setup.matrix.len();
    let steps = values.int("steps") as usize;
    let solver: Box<dyn LinearSolver<T>> = match values.text("solver") {
        "cg" => Box::new(ConjugateGradients::new(n)),
        "minres" => Box::new(MinRes::new(n)),
        "bicgstab" => Box::new(BiCgStab::new(n)),
        "richardson" => Box::new(Richardson::new(n, 1.0)),
        _ => Box::new(Gmres::new(n, steps)),
    };
    let name = values.text("preconditioner");
    let kind = KINDS.iter().find(|k| k.info.name == name);
    let kind = kind.ok_or_else(|| BuildError::new("preconditioner", format!("there is no preconditioner `{name}`")))?;
    let made = T::build(kind, setup, &values.under("preconditioner"));
    let own = made.map_err(|e| e.under("preconditioner."))?;
    Ok(Box::new(Inner::new(setup.matrix, solver, own, steps, values.real("tolerance"))))
}

/// The solver and its own preconditioner.
pub struct Inner<T: Scalar> {
    matrix: Rc<Matrix<T>>,
    solver: Box<dyn LinearSolver<T>>,
    own: Box<dyn Preconditioner<T>>,
    steps: usize,
    tolerance: T,
}

impl<T: Scalar> Inner<T> {
    /// At most `steps` steps from zero, until the solver's own residual has fallen by `tolerance`.
    pub fn new(
        matrix: &Rc<Matrix<T>>,
        solver: Box<dyn LinearSolver<T>>,
        own: Box<dyn Preconditioner<T>>,
        steps: usize,
        tolerance: f64,
    ) -> Self {
        Inner { matrix: Rc::clone(matrix), solver, own, steps, tolerance: T::from_f64(tolerance) }
    }
}

impl<T: Scalar> Preconditioner<T> for Inner<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        let (operators, own) = (work.operator, work.preconditioner);
        z.fill(T::ZERO);
        self.solver.start(&*self.matrix, &mut *self.own, r, z, work);
        let target = self.tolerance * norm(r);
        for _ in 0..self.steps {
            if self.solver.residual() <= target
                || !matches!(self.solver.step(&*self.matrix, &mut *self.own, r, work), Outcome::Continue)
            {
                break;
            }
            work.inner += 1;
        }
        z.copy_from_slice(self.solver.iterate());
        // Its products are part of this one application; what they cost stays counted.
        (work.operator, work.preconditioner) = (operators, own + 1);
    }

    fn is_fixed(&self) -> bool {
        false
    }

    fn is_symmetric(&self) -> bool {
        false
    }

    fn memory(&self) -> usize {
        self.solver.memory() + self.own.memory()
    }
}
