//! The equations of implicit steps, solved by Newton's method.

use iterscope_core::{
    Breakdown, BuildError, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Values, Work,
};
use iterscope_kernels::compiled::norm2;

use super::shifted::Shifted;
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, FixedStep};

/// The residual of a stage, as a part of its terms, at which Newton's method ends.
const TOLERANCE: f64 = 1e-11;
/// The most iterations for one stage.
const MOST: usize = 25;
/// A slower decrease of the residual than by this factor takes the Jacobian anew.
const SLOW: f64 = 0.1;

/// The choice of the linear solver inside.
pub const SOLVER: ParamInfo = iterscope_linear::inner_solver::ANY;

/// The parameters of an implicit method with a fixed step.
pub static PARAMS: &[ParamInfo] = &[DT, SOLVER];

/// Newton iterations of a step.
pub const NEWTON: SeriesInfo =
    SeriesInfo::new("newton", "Newton iterations", "Iterations of Newton's method in the last step").linear();
/// Linear iterations of a step.
pub const INNER: SeriesInfo =
    SeriesInfo::new("inner", "Linear iterations", "Steps of the linear solver in the last step").linear();

/// What methods with [`Newton`] show beside the referee's series.
pub static DIAGNOSTICS: &[SeriesInfo] = &[NEWTON, INNER];

/// Newton's method for `u - gamma F(t, u) = b`. The Jacobian is that of the step's beginning, and taken anew where that is too slow.
pub struct Newton {
    matrix: Shifted,
    residual: Vec<f64>,
    correction: Vec<f64>,
    iterations: u64,
    inner: u64,
}

impl Newton {
    /// For states of `n` values, with the linear solver chosen in `values`, and memory that is taken when it is needed.
    ///
    /// # Errors
    /// There is no such solver.
    pub fn new(n: usize, values: &Values, part: Part) -> Result<Newton, BuildError> {
        Ok(Newton::with(Shifted::new(values, (None, 1), part, 0.0)?, n))
    }

    /// For a part of the problem of `input`; `gamma` is what most steps will have. It wants [`Newton::prepare`].
    ///
    /// # Errors
    /// As [`Shifted::of`].
    pub fn of(input: &MethodInput<'_>, part: Part, gamma: f64) -> Result<Newton, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        Ok(Newton::with(Shifted::of(input, part, gamma)?, n))
    }

    fn with(matrix: Shifted, n: usize) -> Newton {
        Newton { matrix, residual: vec![0.0; n], correction: vec![0.0; n], iterations: 0, inner: 0 }
    }

    /// Takes the Jacobian at the start of a run, and the memory for all others.
    ///
    /// # Errors
    /// As [`Shifted::prepare`].
    pub fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.matrix.prepare(system, start)
    }

    /// Begins a step: the Jacobian will be that of the state it begins with, and the count of iterations is anew.
    pub fn begin_step(&mut self, system: &dyn System) {
        self.matrix.outdated(system);
        (self.iterations, self.inner) = (0, 0);
    }

    /// The values of [`DIAGNOSTICS`]: iterations since the step began.
    pub fn diagnostics(&self, out: &mut [f64]) {
        (out[0], out[1]) = (self.iterations as f64, self.inner as f64);
    }

    /// Replaces the guess `u` by the solution of `u - gamma F(t, u) = b`.
    ///
    /// # Errors
    /// The matrix is singular, or no solution was found.
    pub fn solve(
        &mut self,
        system: &mut dyn System,
        (t, gamma): (f64, f64),
        b: &[f64],
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        let part = self.matrix.part();
        let mut scale = norm2(b).max(norm2(u));
        let mut last = f64::INFINITY;
        for _ in 0..MOST {
            // From rest the size of the solution is that of the first correction.
            if scale <= f64::MIN_POSITIVE {
                scale = norm2(u).max(f64::MIN_POSITIVE);
            }
            system.rate(part, t, u, &mut self.residual);
            work.operator += 1;
            work.flops += system.flops();
            for ((r, b), u) in self.residual.iter_mut().zip(b).zip(&*u) {
                *r = b - u + gamma * *r;
            }
            let size = norm2(&self.residual);
            if size.is_nan() {
                return Err(Stop::Diverged);
            }
            // Where it falls no more, rounding is all that is left.
            if size <= TOLERANCE * scale || (size >= 0.5 * last && size <= 1e3 * TOLERANCE * scale) {
                return Ok(());
            }
            if size > SLOW * last {
                self.matrix.outdated(system);
            }
            self.matrix.linearise(system, t, u, work);
            self.matrix.shift(gamma, work)?;
            let solved = self.matrix.solve(&self.residual, &mut self.correction, work);
            self.inner += self.matrix.take_inner();
            solved?;
            self.iterations += 1;
            u.iter_mut().zip(&self.correction).for_each(|(u, d)| *u += d);
            // It may grow at first: where the Jacobian of the start knows nothing of a fast reaction, the first correction goes far too far.
            last = size;
        }
        Err(Stop::Breakdown(Breakdown::NoConvergence))
    }

    /// As [`crate::time::stepper::TimeStepper::forget`].
    pub fn forget(&mut self) {
        self.matrix.forget();
    }

    /// Writes what the next steps depend on.
    pub fn save(&self, out: &mut StateWriter) {
        self.matrix.save(out);
        out.bits(self.iterations);
        out.bits(self.inner);
    }

    /// Reads what was written.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.matrix.load(from);
        (self.iterations, self.inner) = (from.bits(), from.bits());
    }
}

/// What is particular to an implicit method: its stages, and what it keeps of former steps. Allocates nothing in [`Scheme::step`].
pub trait Scheme {
    /// Does one step from a time, of a length; `newton` has begun it.
    ///
    /// # Errors
    /// As [`Newton::solve`].
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        interval: (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop>;

    /// As [`FixedStep::forget`].
    fn forget(&mut self) {}

    /// Writes what the next steps depend on.
    fn save(&self, out: &mut StateWriter) {
        let _ = out;
    }

    /// Reads what was written.
    fn load(&mut self, from: &mut StateReader<'_>) {
        let _ = from;
    }
}

/// A scheme with the Newton's method that solves its stages.
pub struct Implicit<S> {
    newton: Newton,
    scheme: S,
}

impl<S: Scheme> Implicit<S> {
    /// Joins them.
    pub fn new(newton: Newton, scheme: S) -> Implicit<S> {
        Implicit { newton, scheme }
    }
}

impl<S: Scheme> FixedStep for Implicit<S> {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        self.newton.begin_step(system);
        self.scheme.step(&mut self.newton, system, (t, dt), u, work)
    }

    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.newton.prepare(system, start)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.newton.diagnostics(out);
    }

    fn forget(&mut self) {
        self.newton.forget();
        self.scheme.forget();
    }

    fn save(&self, out: &mut StateWriter) {
        self.newton.save(out);
        self.scheme.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.newton.load(from);
        self.scheme.load(from);
    }
}
