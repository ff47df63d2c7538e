//! Linear solvers as iterations of the family: what they share, once.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Extent, Iteration, MethodInput, Names, Outcome, ParamInfo, Picture, StateReader,
    StateWriter, Stepper, Value, Values, Work,
};
use iterscope_kernels::compiled;
use iterscope_linear::preconditioners::{KINDS, identity::Identity};
use iterscope_linear::{LinearSolver, Matrix, Precision, Preconditioner, Setup};

use crate::coarsening;
use crate::linear::{self, LinearProblem};
use crate::problems::{advection_diffusion, biharmonic, matrix, poisson};
use crate::ritz::{self, Excited};

/// The problems that linear methods run on.
pub const LINEAR: Names = Names::Static(&[advection_diffusion::ID, poisson::ID, biharmonic::ID, matrix::ID]);

/// Those of them whose unknowns lie on a grid.
pub const GRIDS: Names = Names::Static(&[advection_diffusion::ID, poisson::ID, biharmonic::ID]);

/// Those of them that couple an unknown with its neighbours along the axes alone.
pub const NEIGHBOURS: Names = Names::Static(&[advection_diffusion::ID, poisson::ID]);

/// Key of the choice of a preconditioner.
pub const PRECONDITIONER: &str = "preconditioner";

/// The choice of any preconditioner.
pub const ANY: ParamInfo = preconditioner(&[]);
/// The choice of one that is the same symmetric map each time, for methods that rest on that.
pub const SYMMETRIC: ParamInfo = preconditioner(&["fixed", "symmetric"]);
/// The choice of one that is the same map each time.
pub const FIXED: ParamInfo = preconditioner(&["fixed"]);

const fn preconditioner(needs: &'static [&'static str]) -> ParamInfo {
    let doc = "An approximate inverse of the matrix that each step applies";
    ParamInfo::component(PRECONDITIONER, "Preconditioner", doc, "preconditioner", needs, "none")
}

/// What a method rests on in a preconditioner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// It may be anything.
    Nothing,
    /// It is the same linear map each time.
    Fixed,
    /// It is the same symmetric map each time.
    Symmetric,
}

impl Needs {
    /// Refuses a preconditioner that does not fit with the parameters that it has.
    ///
    /// # Errors
    /// At the parameter that makes it so, with what to choose.
    fn check<T: Precision>(self, made: &dyn Preconditioner<T>, values: &Values) -> Result<(), BuildError> {
        let (needed, cycles) = match self {
            Needs::Symmetric if !(made.is_symmetric() && made.is_fixed()) => ("a symmetric map", "V or W"),
            Needs::Fixed if !made.is_fixed() => ("the same map in every step", "V, W or F"),
            _ => return Ok(()),
        };
        let own = values.under(PRECONDITIONER);
        let cycle = own.get("cycle").and_then(Value::as_text).unwrap_or("v");
        let (key, what, instead) = if !matches!(cycle, "v" | "w") {
            (".cycle", "with this cycle", cycles)
        } else if own.get("pre") != own.get("post") {
            (".post", "with unequal numbers of sweeps", "as many sweeps after the correction as before")
        } else if own.get("mirrored").and_then(Value::as_bool) == Some(false) {
            (".mirrored", "without mirrored sweeps", "mirrored ones")
        } else {
            ("", "as it is", "another one")
        };
        let why = format!(
            "{what} the preconditioner is not {needed}, which this method rests on: take {instead}, or flexible GMRES (pde.fgmres)"
        );
        Err(BuildError::new(format!("{PRECONDITIONER}{key}"), why))
    }
}

/// How a method makes its solver, in either precision.
pub trait SolverKind {
    /// The method is made by its preconditioner, and its parameters are that one's.
    const STATIONARY: bool = false;

    /// What the preconditioner must be, with the parameters that were chosen.
    const NEEDS: Needs = Needs::Nothing;

    /// The solver for a problem.
    ///
    /// # Errors
    /// A parameter or the problem does not fit.
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError>;

    /// The preconditioner: the one that was chosen, where the method lets one choose.
    ///
    /// # Errors
    /// It does not fit the problem.
    fn preconditioner<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
        chosen(setup, values)
    }
}

/// The preconditioner that was chosen.
pub(crate) fn chosen<T: Precision>(
    setup: &Setup<'_, T>,
    values: &Values,
) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let name = values.get(PRECONDITIONER).and_then(Value::as_text).unwrap_or("none");
    let Some(kind) = KINDS.iter().find(|k| k.info.name == name) else { return Ok(Box::new(Identity)) };
    T::build(kind, setup, &values.under(PRECONDITIONER)).map_err(|e| match e.field.as_str() {
        "method" => BuildError { field: PRECONDITIONER.into(), ..e },
        _ => e.under("preconditioner."),
    })
}

/// Builds a run of `kind`.
///
/// # Errors
/// A parameter, the preconditioner or the problem does not fit.
pub fn build(kind: &impl SolverKind, input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = linear::of(input)?;
    Ok(match input.backend {
        Backend::CpuF32 => {
            CpuStepper::boxed(LinearIteration::<f32>::new(kind, problem, input.values, input.seed)?, problem.referee())
        }
        _ => {
            CpuStepper::boxed(LinearIteration::<f64>::new(kind, problem, input.values, input.seed)?, problem.referee())
        }
    })
}

/// A linear solver from zero, with its matrix, right-hand side and preconditioner.
pub struct LinearIteration<T: Precision> {
    matrix: Rc<Matrix<T>>,
    rhs: Vec<T>,
    solver: Box<dyn LinearSolver<T>>,
    preconditioner: Box<dyn Preconditioner<T>>,
    stationary: bool,
    rhs_norm: f64,
    /// What starting cost, counted with the first step.
    start: Work,
    shown: Vec<f64>,
    excited: Option<Rc<Excited>>,
    definite: bool,
}

impl<T: Precision> LinearIteration<T> {
    /// The iteration at step 0.
    ///
    /// # Errors
    /// As [`build`].
    pub fn new(
        kind: &impl SolverKind,
        problem: &LinearProblem,
        values: &Values,
        seed: u64,
    ) -> Result<Self, BuildError> {
        let matrix: Rc<Matrix<T>> = Rc::new(problem.matrix.cast());
        let coarsening = problem.coarsening.clone().map(coarsening::cast);
        let setup =
            Setup { shape: problem.shape.as_deref(), coarsening: coarsening.as_ref(), seed, ..Setup::new(&matrix) };
        let (mut solver, mut preconditioner) = (kind.solver(&setup, values)?, kind.preconditioner(&setup, values)?);
        needs(kind).check(&*preconditioner, values)?;
        let rhs: Vec<T> = problem.rhs.iter().map(|&b| T::from_f64(b)).collect();
        let n = rhs.len();
        let mut start = Work::default();
        solver.start(&*matrix, &mut *preconditioner, &rhs, &vec![T::ZERO; n], &mut start);
        let size = compiled::norm2(&problem.rhs);
        let rhs_norm = if size > 0.0 { size } else { 1.0 };
        let (stationary, shown) = (kind_is_stationary(kind), vec![0.0; n]);
        let (excited, definite) = (problem.excited.clone(), problem.facts.positive_definite);
        Ok(LinearIteration {
            matrix,
            rhs,
            solver,
            preconditioner,
            stationary,
            rhs_norm,
            start,
            shown,
            excited,
            definite,
        })
    }
}

impl<T: Precision> Iteration for LinearIteration<T> {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        add(work, std::mem::take(&mut self.start));
        self.solver.step(&*self.matrix, &mut *self.preconditioner, &self.rhs, work)
    }

    fn iterate(&mut self) -> &[f64] {
        for (shown, x) in self.shown.iter_mut().zip(self.solver.iterate()) {
            *shown = x.to_f64();
        }
        &self.shown
    }

    fn estimate(&self) -> f64 {
        self.solver.residual().to_f64() / self.rhs_norm
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.solver.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key.strip_prefix("preconditioner.") {
            Some(own) => self.preconditioner.set(own, value).map_err(|e| e.under("preconditioner.")),
            None if self.stationary => self.preconditioner.set(key, value),
            None => self.solver.set(key, value),
        }
    }

    fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let (Some(coefficients), Some(excited)) = (self.solver.coefficients(), &self.excited) else { return false };
        if key != ritz::KEY {
            return false;
        }
        // Of a preconditioned matrix the eigenvalues are others.
        let eigenvalues = if self.preconditioner.is_identity() { excited.values() } else { &[] };
        ritz::draw(Some(coefficients), eigenvalues, self.definite, extent, out);
        true
    }

    fn memory(&self) -> Option<usize> {
        Some(self.solver.memory() + self.preconditioner.memory())
    }

    fn save(&self, out: &mut StateWriter) {
        for counter in self.start.counters() {
            out.bits(counter);
        }
        self.preconditioner.save(out);
        self.solver.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let [operator, preconditioner, inner, flops, bytes] = std::array::from_fn(|_| from.bits());
        self.start = Work { operator, preconditioner, inner, flops, bytes };
        self.preconditioner.load(from);
        self.solver.load(from);
    }

    fn restart(&mut self, iterate: &[f64]) -> Result<(), BuildError> {
        if iterate.len() != self.rhs.len() {
            return Err(BuildError::new("checkpoint", "the iterate is of a problem of another size"));
        }
        let x: Vec<T> = iterate.iter().map(|&x| T::from_f64(x)).collect();
        // Handed over from another backend: what it cost until there is known, and this is no step.
        self.start = Work::default();
        self.solver.start(&*self.matrix, &mut *self.preconditioner, &self.rhs, &x, &mut Work::default());
        Ok(())
    }
}

fn needs<K: SolverKind>(_: &K) -> Needs {
    K::NEEDS
}

fn kind_is_stationary<K: SolverKind>(_: &K) -> bool {
    K::STATIONARY
}

pub(crate) fn add(work: &mut Work, more: Work) {
    work.operator += more.operator;
    work.preconditioner += more.preconditioner;
    work.inner += more.inner;
    work.flops += more.flops;
    work.bytes += more.bytes;
}
