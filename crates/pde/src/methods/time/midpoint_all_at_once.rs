//! The implicit midpoint rule for all steps at once: one large system of linear equations over space and time.

use std::rc::Rc;

use iterscope_core::{
    Breakdown, BuildError, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo, StateReader, StateWriter,
    Stepper, Stop, Str, Value, Values, Work, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_linear::preconditioners::{KINDS, identity::Identity};
use iterscope_linear::solvers::gmres::Gmres;
use iterscope_linear::solvers::lsqr::Lsqr;
use iterscope_linear::{LinearSolver, Matrix, Preconditioner, Setup};

use super::BACKENDS;
use super::implicit::{Newton, Scheme};
use super::runge_kutta::add;
use super::slab::{self, DIAGNOSTICS, INTERVALS, SPAN, SlabMethod, Tools};
use crate::methods::adaptor::{FIXED, PRECONDITIONER};
use crate::system::{Part, System};
use crate::time::problem::Evolution;

static PARAMS: &[ParamInfo] = &[
    SPAN,
    INTERVALS,
    ParamInfo::choice(
        "solver",
        "Solver",
        "GMRES from the right preconditioned, or least squares",
        &[("gmres", "GMRES"), ("lsqr", "LSQR")],
        "gmres",
    ),
    ParamInfo::int("restart", "Restart length", "Vectors of GMRES that are kept before it starts anew", [1, 1000], 50)
        .log()
        .when("solver", &["gmres"]),
    FIXED,
];

/// The problems whose equations are linear as they stand, and typed ones, which may be.
const LINEAR: Names = Names::Static(&["pde.system", "pde.heat", "pde.wave", "pde.advection", "pde.schroedinger"]);

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.midpoint-all-at-once"),
        label: Str::Borrowed("Midpoint, all at once"),
        summary: words(
            "The implicit midpoint rule keeps the norm of a Schrödinger equation and the energy of a wave. Here all its steps are the unknowns of one \
             system, which a Krylov method solves.",
        ),
        math: words(
            r"\frac{U_{i+1} - U_i}{\Delta t} = F\left(t_{i+1/2}, \frac{U_{i+1} + U_i}{2}\right), \quad i = 0, \dots, N - 1",
        ),
        citation: words(
            "J. Wang, Z. Chen, D. Luo, Z. Zhao, V. M. Hur and B. K. Clark, Spacetime neural network for high dimensional quantum dynamics, 2021 (the rule and \
             its residual; no network here)",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "one step of the Krylov method: a product with the matrix of all steps, for LSQR one with its transpose too",
        ),
        limits: words(
            "Systems that are linear, with coefficients that do not change in time. All steps together are stored as a sparse matrix.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        if !problem.system().is_linear(Part::All) {
            let why = "needs a linear system whose coefficients do not change in time; Parareal and MGRIT take any";
            return Err(BuildError::new("method", why));
        }
        let n = problem.start.len();
        let entries = n.saturating_mul(input.values.size("intervals"));
        if entries > MOST {
            let why = format!("{entries} unknowns over space and time are too many; {MOST} are the most");
            return Err(BuildError::new("intervals", why));
        }
        slab::build(Box::new(AllAtOnce { values: input.values.clone(), seed: input.seed, built: None }), input)
    },
    predict: None,
};

/// The most unknowns.
const MOST: usize = 400_000;

/// The rule as an integrator.
pub struct Midpoint {
    before: Vec<f64>,
}

impl Midpoint {
    /// For states of `n` values.
    pub fn new(n: usize) -> Midpoint {
        Midpoint { before: vec![0.0; n] }
    }
}

impl Scheme for Midpoint {
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        self.before.copy_from_slice(u);
        // The middle solves an implicit Euler step of half the length; the end lies as far beyond it.
        newton.solve(system, (t + 0.5 * dt, 0.5 * dt), &self.before, u, work)?;
        u.iter_mut().zip(&self.before).for_each(|(u, before)| *u = 2.0 * *u - before);
        Ok(())
    }
}

struct Built {
    matrix: Rc<Matrix<f64>>,
    rhs: Vec<f64>,
    solver: Box<dyn LinearSolver<f64>>,
    preconditioner: Box<dyn Preconditioner<f64>>,
}

struct AllAtOnce {
    values: Values,
    seed: u64,
    built: Option<Built>,
}

impl AllAtOnce {
    /// The matrix of all steps, block by block on and below the diagonal, and what is given.
    fn assemble(tools: &mut Tools<'_>, start: &[f64], work: &mut Work) -> (Csr, Vec<f64>) {
        let (n, steps) = (start.len(), tools.times.len() - 1);
        let jacobian = tools.system.jacobian(Part::All, 0.0, start);
        let zero = vec![0.0; n];
        let mut rhs = vec![0.0; n * steps];
        let mut triplets: Vec<(u32, u32, f64)> = Vec::with_capacity((2 * jacobian.nnz() + 2 * n) * steps);
        for i in 0..steps {
            let (from, to) = (tools.times[i], tools.times[i + 1]);
            let dt = to - from;
            let mut given = vec![0.0; n];
            tools.system.rate(Part::All, 0.5 * (from + to), &zero, &mut given);
            work.operator += 1;
            let right = &mut rhs[i * n..][..n];
            add(right, dt, &given);
            for k in 0..n {
                let row = (i * n + k) as u32;
                let (mut diagonal, mut below) = (1.0, 1.0);
                for (j, value) in jacobian.row_iter(k) {
                    let half = 0.5 * dt * value;
                    if j == k {
                        diagonal -= half;
                        below += half;
                        continue;
                    }
                    triplets.push((row, (i * n + j) as u32, -half));
                    if i > 0 {
                        triplets.push((row, ((i - 1) * n + j) as u32, -half));
                    } else {
                        right[k] += half * start[j];
                    }
                }
                triplets.push((row, row, diagonal));
                if i > 0 {
                    triplets.push((row, row - n as u32, -below));
                } else {
                    right[k] += below * start[k];
                }
            }
        }
        let size = n * steps;
        (Csr::from_triplets(size, size, &triplets).expect("places are within and occur once"), rhs)
    }

    fn build(&self, tools: &mut Tools<'_>, start: &[f64], work: &mut Work) -> Result<Built, BuildError> {
        let (matrix, rhs) = Self::assemble(tools, start, work);
        let matrix = Rc::new(Matrix::from(matrix));
        let size = rhs.len();
        let name = self.values.get(PRECONDITIONER).and_then(Value::as_text).unwrap_or("none");
        let least_squares = self.values.text("solver") == "lsqr";
        let preconditioner: Box<dyn Preconditioner<f64>> = match KINDS.iter().find(|k| k.info.name == name) {
            Some(kind) if !least_squares => {
                let setup = Setup { seed: self.seed, ..Setup::new(&matrix) };
                (kind.build)(&setup, &self.values.under(PRECONDITIONER))?
            }
            _ => Box::new(Identity),
        };
        let solver: Box<dyn LinearSolver<f64>> = match least_squares {
            true => Box::new(Lsqr::new(size)),
            false => Box::new(Gmres::new(size, self.values.size("restart").min(size))),
        };
        Ok(Built { matrix, rhs, solver, preconditioner })
    }
}

impl SlabMethod for AllAtOnce {
    fn begin(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        slab::constant(slab);
        let built = self.build(tools, &slab[0], work).map_err(|_| Stop::Breakdown(Breakdown::Singular))?;
        let Built { matrix, rhs, solver, preconditioner } = self.built.insert(built);
        let guess: Vec<f64> = slab[1..].iter().flatten().copied().collect();
        solver.start(&**matrix, &mut **preconditioner, rhs, &guess, work);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        let Some(Built { matrix, rhs, solver, preconditioner }) = &mut self.built else {
            return Err(Stop::Breakdown(Breakdown::Singular));
        };
        let before = work.operator;
        let outcome = solver.step(&**matrix, &mut **preconditioner, rhs, work);
        *tools.sequential += work.operator - before;
        let n = slab[0].len();
        for (state, x) in slab[1..].iter_mut().zip(solver.iterate().chunks_exact(n)) {
            state.copy_from_slice(x);
        }
        match outcome {
            Outcome::Continue | Outcome::Stop(Stop::Converged) => Ok(()),
            Outcome::Stop(stop) => Err(stop),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(f64::from(u8::from(self.built.is_some())));
        if let Some(built) = &self.built {
            built.preconditioner.save(out);
            built.solver.save(out);
        }
    }

    fn load(&mut self, tools: &mut Tools<'_>, slab: &[Vec<f64>], from: &mut StateReader<'_>) {
        if from.real() != 1.0 {
            self.built = None;
            return;
        }
        if self.built.is_none() {
            self.built = self.build(tools, &slab[0], &mut Work::default()).ok();
        }
        if let Some(built) = &mut self.built {
            built.preconditioner.load(from);
            built.solver.load(from);
        }
    }
}
