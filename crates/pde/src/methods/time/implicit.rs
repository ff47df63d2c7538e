//! The equations of implicit steps, solved by Newton's method.

use iterscope_core::{Breakdown, BuildError, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Values, Work};
use iterscope_kernels::compiled::norm2;
use iterscope_kernels::csr::Csr;
use iterscope_linear::inner_solver::InnerSolver;

use crate::system::{Part, System};
use crate::time::stepper::DT;

/// The residual of a stage, as a part of the right-hand side, at which Newton's method ends.
const TOLERANCE: f64 = 1e-11;
/// The most iterations for one stage.
const MOST: usize = 25;
/// A slower decrease of the residual than by this factor makes the matrix anew.
const SLOW: f64 = 0.1;

/// The choice of the linear solver inside.
pub const SOLVER: ParamInfo = iterscope_linear::inner_solver::ANY;

/// The parameters of an implicit method with a fixed step.
pub static PARAMS: &[ParamInfo] = &[DT, SOLVER];

/// What methods with [`Newton`] show beside the referee's series.
pub static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("newton", "Newton iterations", "Iterations of Newton's method in the last step").linear(),
    SeriesInfo::new("inner", "Linear iterations", "Steps of the linear solver in the last step").linear(),
];

/// Newton's method for `u - gamma F(t, u) = b`. The matrix is kept from stage to stage while it serves.
pub struct Newton {
    /// What the solver's matrix is of, where it is of something: part, time and `gamma`.
    shift: Option<(Part, f64, f64)>,
    /// The state that it was made at.
    at: Vec<f64>,
    /// The matrix has to be made anew of what was saved.
    stale: bool,
    solver: InnerSolver,
    residual: Vec<f64>,
    correction: Vec<f64>,
    iterations: u64,
    inner: u64,
}

impl Newton {
    /// For states of `n` values, with the linear solver chosen in `values`.
    ///
    /// # Errors
    /// There is no such solver.
    pub fn new(n: usize, values: &Values) -> Result<Newton, BuildError> {
        let solver = InnerSolver::build(values)?;
        let (residual, correction, at) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        Ok(Newton { shift: None, at, stale: false, solver, residual, correction, iterations: 0, inner: 0 })
    }

    /// Begins the count of iterations anew.
    pub fn begin_step(&mut self) {
        (self.iterations, self.inner) = (0, 0);
    }

    /// The values of [`DIAGNOSTICS`]: iterations since the step began.
    pub fn diagnostics(&self, out: &mut [f64]) {
        (out[0], out[1]) = (self.iterations as f64, self.inner as f64);
    }

    /// Replaces the guess `u` by the solution of `u - gamma F(part, t, u) = b`.
    ///
    /// # Errors
    /// The matrix is singular, or no solution was found.
    pub fn solve(
        &mut self,
        system: &mut dyn System,
        (part, t, gamma): (Part, f64, f64),
        b: &[f64],
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        let scale = norm2(b).max(norm2(u)).max(f64::MIN_POSITIVE);
        let mut last = f64::INFINITY;
        let mut fresh = false;
        for _ in 0..MOST {
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
            if size <= TOLERANCE * scale {
                return Ok(());
            }
            // Rounding is all that is left.
            if fresh && size >= 0.5 * last && size <= 1e3 * TOLERANCE * scale {
                return Ok(());
            }
            if self.stale {
                self.make_matrix(system, work)?;
            }
            let serves = self.shift.is_some_and(|(p, _, g)| (p, g) == (part, gamma))
                && (system.is_linear(part) || size <= SLOW * last || last.is_infinite());
            if !serves {
                self.shift = Some((part, t, gamma));
                self.at.copy_from_slice(u);
                self.make_matrix(system, work)?;
                fresh = true;
            }
            self.correction.fill(0.0);
            let tolerance = self.solver.tolerance();
            self.inner += u64::from(self.solver.solve(&self.residual, &mut self.correction, tolerance, work)?);
            self.iterations += 1;
            u.iter_mut().zip(&self.correction).for_each(|(u, d)| *u += d);
            last = size;
        }
        Err(Stop::Breakdown(Breakdown::NoConvergence))
    }

    fn make_matrix(&mut self, system: &mut dyn System, work: &mut Work) -> Result<(), Stop> {
        self.stale = false;
        let Some((part, t, gamma)) = self.shift else { return Ok(()) };
        let matrix = shifted(&system.jacobian(part, t, &self.at), gamma);
        self.solver.set_matrix(&matrix, work).map_err(|_| Stop::Breakdown(Breakdown::Singular))
    }

    /// Forgets the matrix, so that what comes does not depend on what was.
    pub fn forget(&mut self) {
        (self.shift, self.stale) = (None, false);
    }

    /// Writes what the matrix is of: a run that is continued has the same one.
    pub fn save(&self, out: &mut StateWriter) {
        let (part, t, gamma) =
            self.shift.map_or((0.0, 0.0, 0.0), |(part, t, gamma)| (1.0 + part as u8 as f64, t, gamma));
        [part, t, gamma].into_iter().for_each(|x| out.real(x));
        out.slice(&self.at);
    }

    /// Reads what [`Newton::save`] wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        let [part, t, gamma] = std::array::from_fn(|_| from.real());
        let part = match part as u8 {
            1 => Some(Part::All),
            2 => Some(Part::Stiff),
            3 => Some(Part::Rest),
            _ => None,
        };
        self.shift = part.map(|part| (part, t, gamma));
        self.stale = part.is_some();
        from.slice(&mut self.at);
    }
}

/// `I - gamma J`
pub fn shifted(jacobian: &Csr, gamma: f64) -> Csr {
    let n = jacobian.rows;
    let mut triplets: Vec<(u32, u32, f64)> = Vec::with_capacity(jacobian.nnz() + n);
    for i in 0..n {
        let mut diagonal = 1.0;
        for (j, value) in jacobian.row_iter(i) {
            if i == j {
                diagonal -= gamma * value;
            } else {
                triplets.push((i as u32, j as u32, -gamma * value));
            }
        }
        triplets.push((i as u32, i as u32, diagonal));
    }
    Csr::from_triplets(n, n, &triplets).expect("places are within and occur once")
}
