//! The linear solver inside of another method: Newton's, an implicit step in time. Chosen by name, with its own preconditioner.
//!
//! Its matrix may change from one solve to the next. Memory is kept while the pattern stays: a direct solver factorises in place, a Krylov
//! method without a preconditioner takes the new entries over. A preconditioner is made anew with each matrix.

use std::rc::Rc;

use iterscope_core::{Breakdown, BuildError, ComponentInfo, Outcome, ParamInfo, Stop, Value, Values, Work};
use iterscope_kernels::csr::Csr;

use crate::factors::Factors;
use crate::preconditioners::{KINDS, ROLE as PRECONDITIONER, identity::Identity};
use crate::solvers::bicgstab::BiCgStab;
use crate::solvers::cg::ConjugateGradients;
use crate::solvers::gmres::Gmres;
use crate::solvers::idr::Idr;
use crate::solvers::minres::MinRes;
use crate::solvers::norm;
use crate::{LinearSolver, Matrix, Preconditioner, Setup, Side};

/// The role that solvers play in the schema of a method, and the key of the choice.
pub const ROLE: &str = "solver";

/// Property of the solvers that take any regular matrix, not only symmetric ones.
pub const GENERAL: &str = "general";

/// The choice of any solver.
pub const ANY: ParamInfo = choice(&[], "direct");

/// The choice of one that does not need a symmetric matrix.
pub const ANY_MATRIX: ParamInfo = choice(&[GENERAL], "direct");

/// The choice of a solver with these properties.
pub const fn choice(needs: &'static [&'static str], default: &'static str) -> ParamInfo {
    ParamInfo::component(ROLE, "Linear solver", "What solves the linear equations of each step", ROLE, needs, default)
}

const TOLERANCE: ParamInfo = ParamInfo::real(
    "tolerance",
    "Tolerance",
    "Inner steps end where the residual is this part of the right-hand side, where the method does not say how far",
    [1e-14, 1.0],
    1e-8,
)
.log();

const STEPS: ParamInfo =
    ParamInfo::int("steps", "Steps", "The most inner steps of one solve", [1, 100_000], 1000).log();

const fn preconditioner(needs: &'static [&'static str]) -> ParamInfo {
    ParamInfo::component(
        "preconditioner",
        "Preconditioner",
        "An approximate inverse of the matrix that each inner step applies; made anew with each matrix",
        PRECONDITIONER,
        needs,
        "none",
    )
}

const SYMMETRIC: ParamInfo = preconditioner(&["fixed", "symmetric"]);
const FIXED: ParamInfo = preconditioner(&["fixed"]);

static FOR_SYMMETRIC: &[ParamInfo] = &[TOLERANCE, STEPS, SYMMETRIC];
static FOR_GENERAL: &[ParamInfo] = &[TOLERANCE, STEPS, FIXED];
static FOR_GMRES: &[ParamInfo] = &[
    TOLERANCE,
    STEPS,
    ParamInfo::int("restart", "Restart length", "Vectors that are kept before it starts anew", [1, 1000], 30).log(),
    FIXED,
];
static FOR_IDR: &[ParamInfo] = &[
    TOLERANCE,
    STEPS,
    ParamInfo::int("s", "Shadow vectors s", "1 is close to BiCGStab, 8 to full GMRES", [1, 64], 4),
    FIXED,
];

/// All of them, in the order in which they are offered.
pub static SOLVERS: &[ComponentInfo] = &[
    ComponentInfo::new(
        ROLE,
        "direct",
        "direct",
        "Elimination: sparse and symmetric without pivoting where that goes, banded with pivoting otherwise",
        &[],
    )
    .is(&[GENERAL]),
    ComponentInfo::new(
        ROLE,
        "cg",
        "conjugate gradients",
        "For symmetric positive definite matrices; stops where it meets a direction of negative curvature",
        FOR_SYMMETRIC,
    ),
    ComponentInfo::new(ROLE, "minres", "MINRES", "For symmetric matrices, definite or not", FOR_SYMMETRIC),
    ComponentInfo::new(ROLE, "gmres", "GMRES", "For any matrix; the least residual of each cycle", FOR_GMRES)
        .is(&[GENERAL]),
    ComponentInfo::new(ROLE, "bicgstab", "BiCGStab", "For any matrix, with short recurrences", FOR_GENERAL)
        .is(&[GENERAL]),
    ComponentInfo::new(ROLE, "idr", "IDR(s)", "For any matrix, with recurrences of s + 1 vectors", FOR_IDR)
        .is(&[GENERAL]),
];

/// What does the work.
enum Engine {
    Direct(Factors<f64>),
    Krylov { solver: Box<dyn LinearSolver<f64>>, preconditioner: Box<dyn Preconditioner<f64>> },
}

/// A linear solver for `A x = b` whose matrix is given, and given anew, while it runs. See [`InnerSolver::set_matrix`] for what allocates.
pub struct InnerSolver {
    name: String,
    values: Values,
    shape: Option<Vec<usize>>,
    sides: Option<Vec<[Side; 2]>>,
    seed: u64,
    tolerance: f64,
    steps: u32,
    matrix: Option<Rc<Matrix<f64>>>,
    engine: Option<Engine>,
}

impl InnerSolver {
    /// The solver chosen under [`ROLE`] in the values of a method; it has no matrix yet.
    ///
    /// # Errors
    /// There is no solver of that name.
    pub fn build(values: &Values) -> Result<InnerSolver, BuildError> {
        let name = values.get(ROLE).and_then(Value::as_text).unwrap_or("direct").to_owned();
        if !SOLVERS.iter().any(|s| s.name == name) {
            return Err(BuildError::new(ROLE, format!("there is no solver `{name}`")));
        }
        let values = values.under(ROLE);
        let tolerance = values.get("tolerance").and_then(Value::as_real).unwrap_or(0.0);
        let steps = values.get("steps").and_then(Value::as_int).map_or(1, |s| s.clamp(1, i64::from(u32::MAX)) as u32);
        Ok(InnerSolver {
            name,
            values,
            shape: None,
            sides: None,
            seed: 1,
            tolerance,
            steps,
            matrix: None,
            engine: None,
        })
    }

    /// For unknowns that form a box, x fastest: some preconditioners need to know it.
    #[must_use]
    pub fn shaped(mut self, shape: Option<&[usize]>) -> Self {
        self.shape = shape.map(<[usize]>::to_vec);
        self
    }

    /// With the sides of that box, along each axis; it is taken for one with given values on all where they are not said.
    #[must_use]
    pub fn sided(mut self, sides: &[[Side; 2]]) -> Self {
        self.sides = Some(sides.to_vec());
        self
    }

    /// With the seed of everything random in it.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether it eliminates, and needs no tolerance.
    pub fn is_direct(&self) -> bool {
        self.name == "direct"
    }

    /// The relative residual that the person asked for; 0 for the direct solver.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Takes the entries of `a`: factorises, or makes the preconditioner. Memory is allocated the first time, where the pattern
    /// changed, for a preconditioner, and where a direct solver has to begin pivoting. What it costs is counted as operations.
    ///
    /// # Errors
    /// The matrix is singular ([`ROLE`] is the field), or the preconditioner does not fit it (`solver.preconditioner`); the solver has no
    /// matrix then.
    ///
    /// # Panics
    /// Where the matrix is not square.
    pub fn set_matrix(&mut self, a: &Csr, work: &mut Work) -> Result<(), BuildError> {
        let n = a.rows;
        let mut engine = self.engine.take();
        let same = self.matrix.as_ref().is_some_and(|m| {
            let rows = m.rows();
            rows.rows == n && rows.indptr == a.indptr && rows.indices == a.indices
        });
        // A preconditioner holds the old entries.
        if let Some(Engine::Krylov { preconditioner, .. }) = &mut engine {
            *preconditioner = Box::new(Identity);
        }
        match self.matrix.as_mut().and_then(Rc::get_mut) {
            Some(matrix) if same => matrix.refill(&a.values),
            _ => self.matrix = Some(Rc::new(Matrix::from(a.clone()))),
        }
        let Some(matrix) = &self.matrix else { return Ok(()) };
        let singular = |at: iterscope_kernels::banded::Singular| {
            BuildError::new(ROLE, format!("the matrix is singular: no pivot is left in row {}", at.row + 1))
        };
        self.engine = Some(match engine {
            Some(Engine::Direct(mut factors)) if same => {
                factors.factor(a).map_err(singular)?;
                work.flops += factors.factor_flops();
                Engine::Direct(factors)
            }
            _ if self.name == "direct" => {
                let factors = Factors::new(a).map_err(singular)?.prepared();
                work.flops += factors.factor_flops();
                Engine::Direct(factors)
            }
            kept => {
                let preconditioner = self.preconditioner(matrix)?;
                match kept {
                    Some(Engine::Krylov { solver, .. }) if same => Engine::Krylov { solver, preconditioner },
                    _ => Engine::Krylov { solver: self.solver(n), preconditioner },
                }
            }
        });
        Ok(())
    }

    fn solver(&self, n: usize) -> Box<dyn LinearSolver<f64>> {
        match self.name.as_str() {
            "cg" => Box::new(ConjugateGradients::new(n)),
            "minres" => Box::new(MinRes::new(n)),
            "bicgstab" => Box::new(BiCgStab::new(n)),
            "idr" => Box::new(Idr::new(n, self.values.size("s"), self.seed)),
            _ => Box::new(Gmres::new(n, self.values.size("restart"))),
        }
    }

    fn preconditioner(&self, matrix: &Rc<Matrix<f64>>) -> Result<Box<dyn Preconditioner<f64>>, BuildError> {
        let name = self.values.get(PRECONDITIONER).and_then(Value::as_text).unwrap_or("none");
        let Some(kind) = KINDS.iter().find(|k| k.info.name == name) else {
            return Err(BuildError::new("solver.preconditioner", format!("there is no preconditioner `{name}`")));
        };
        let (shape, sides) = (self.shape.as_deref(), self.sides.as_deref());
        let setup = Setup { shape, sides, seed: self.seed, ..Setup::new(matrix) };
        (kind.build)(&setup, &self.values.under(PRECONDITIONER)).map_err(|e| match e.field.as_str() {
            "method" => BuildError { field: "solver.preconditioner".into(), ..e },
            _ => e.under("solver.preconditioner."),
        })
    }

    /// Solves `A x = b` from the guess in `x`, until the solver's own residual is at most `tolerance` times `b`, and returns the number of
    /// inner steps, 1 for the direct solver. They are counted as inner ones: its products with `A` are no evaluations of the problem.
    ///
    /// # Errors
    /// How it ended short of that: it broke down, the most steps were made ([`Stop::Stagnated`]), or the iterate is not finite
    /// ([`Stop::Diverged`]). `x` holds the last iterate. Without a matrix it is singular.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn solve(&mut self, b: &[f64], x: &mut [f64], tolerance: f64, work: &mut Work) -> Result<u32, Stop> {
        let (Some(engine), Some(matrix)) = (&mut self.engine, &self.matrix) else {
            return Err(Stop::Breakdown(Breakdown::Singular));
        };
        let counted = (work.operator, work.preconditioner);
        let ended = match engine {
            Engine::Direct(factors) => {
                x.copy_from_slice(b);
                factors.solve(x);
                work.flops += factors.flops();
                Ok(1)
            }
            Engine::Krylov { solver, preconditioner } => {
                let (target, mut done, mut stop) = (tolerance * norm(b), 0, None);
                solver.start(&**matrix, &mut **preconditioner, b, x, work);
                while solver.residual() > target && stop.is_none() {
                    if done == self.steps {
                        stop = Some(Stop::Stagnated);
                        break;
                    }
                    match solver.step(&**matrix, &mut **preconditioner, b, work) {
                        Outcome::Continue => done += 1,
                        Outcome::Stop(Stop::Converged) => break,
                        Outcome::Stop(why) => stop = Some(why),
                    }
                }
                x.copy_from_slice(solver.iterate());
                work.preconditioner = counted.1 + u64::from(done);
                if solver.residual().is_nan() { Err(Stop::Diverged) } else { stop.map_or(Ok(done), Err) }
            }
        };
        work.operator = counted.0;
        work.inner += u64::from(*ended.as_ref().unwrap_or(&0));
        if x.iter().all(|x| x.is_finite()) { ended } else { Err(Stop::Diverged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solvers::first_residual;

    fn matrix(m: usize, shift: f64, skew: f64) -> Csr {
        let mut triplets = Vec::new();
        for k in 0..m * m {
            triplets.push((k as u32, k as u32, 4.0 + shift));
            let mut link = |ok: bool, other: usize, value: f64| {
                if ok {
                    triplets.push((k as u32, other as u32, value));
                }
            };
            link(k % m > 0, k.wrapping_sub(1), -1.0 - skew);
            link(k % m + 1 < m, k + 1, -1.0 + skew);
            link(k >= m, k.wrapping_sub(m), -1.0);
            link(k + m < m * m, k + m, -1.0);
        }
        Csr::from_triplets(m * m, m * m, &triplets).expect("valid")
    }

    fn solver(given: &str) -> InnerSolver {
        let components: Vec<&ComponentInfo> = SOLVERS.iter().chain(KINDS.iter().map(|k| &k.info)).collect();
        let given = serde_json::from_str(given).expect("valid");
        let values = iterscope_core::component::resolve(&[ANY], &components, &given).expect("they fit");
        InnerSolver::build(&values).expect("it can be built")
    }

    fn left(a: &Csr, b: &[f64], x: &[f64]) -> f64 {
        let mut r = vec![0.0; b.len()];
        first_residual(&Matrix::from(a.clone()), b, x, &mut r, &mut Work::default());
        norm(&r) / norm(b)
    }

    #[test]
    fn every_solver_solves_and_follows_its_matrix() {
        let b: Vec<f64> = (0..100).map(|k| libm::sin(f64::from(k))).collect();
        for name in SOLVERS.iter().map(|s| &s.name) {
            for preconditioner in ["none", "ic0", "aggregation"] {
                let mut s = solver(&format!(r#"{{"solver": "{name}", "solver.preconditioner": "{preconditioner}"}}"#));
                for shift in [0.0, 1.5] {
                    let (a, mut x, mut work) = (matrix(10, shift, 0.0), vec![0.0; 100], Work::default());
                    s.set_matrix(&a, &mut work).expect("regular");
                    let steps = s.solve(&b, &mut x, 1e-10, &mut work).expect("it gets there");
                    assert!(left(&a, &b, &x) < 1e-9, "{name} {preconditioner}");
                    assert_eq!((work.operator, work.inner), (0, u64::from(steps)), "{name} {preconditioner}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_that_ceases_to_be_symmetric_is_pivoted() {
        let (mut s, mut work) = (solver("{}"), Work::default());
        let b = vec![1.0; 100];
        for skew in [0.0, 0.4, 0.0] {
            let (a, mut x, mut fresh) = (matrix(10, 0.0, skew), vec![0.0; 100], vec![0.0; 100]);
            s.set_matrix(&a, &mut work).expect("regular");
            s.solve(&b, &mut x, 0.0, &mut work).expect("it gets there");
            assert!(left(&a, &b, &x) < 1e-12, "{skew}");
            let mut new = solver("{}");
            new.set_matrix(&a, &mut work).expect("regular");
            new.solve(&b, &mut fresh, 0.0, &mut work).expect("it gets there");
            assert_eq!(x, fresh, "what was factorised before leaves no trace");
        }
    }

    #[test]
    fn the_tolerance_is_kept_and_what_falls_short_is_said() {
        let (a, b, mut work) = (matrix(10, 0.0, 0.0), vec![1.0; 100], Work::default());
        let mut counts = Vec::new();
        for tolerance in [1e-1, 1e-4, 1e-8] {
            let (mut s, mut x) = (solver(r#"{"solver": "cg"}"#), vec![0.0; 100]);
            s.set_matrix(&a, &mut work).expect("any");
            counts.push(s.solve(&b, &mut x, tolerance, &mut work).expect("it gets there"));
            assert!(left(&a, &b, &x) <= tolerance);
        }
        assert!(counts[0] < counts[1] && counts[1] < counts[2], "{counts:?}");
        let (mut short, mut x) = (solver(r#"{"solver": "cg", "solver.steps": 3}"#), vec![0.0; 100]);
        short.set_matrix(&a, &mut work).expect("any");
        assert_eq!(short.solve(&b, &mut x, 1e-8, &mut work), Err(Stop::Stagnated));
        let before = left(&a, &b, &x);
        assert!(before < 1.0, "the last iterate is handed back");
        // Indefinite: conjugate gradients say so, the others go on.
        let (indefinite, mut x) = (matrix(10, -4.3, 0.0), vec![0.0; 100]);
        short.set_matrix(&indefinite, &mut work).expect("any");
        assert_eq!(short.solve(&b, &mut x, 1e-8, &mut work), Err(Stop::Breakdown(Breakdown::Indefinite)));
        let mut minres = solver(r#"{"solver": "minres"}"#);
        minres.set_matrix(&indefinite, &mut work).expect("any");
        assert!(minres.solve(&b, &mut x, 1e-8, &mut work).is_ok());
        // Singular.
        let null = Csr::from_triplets(2, 2, &[(0, 0, 1.0), (0, 1, -1.0), (1, 0, -1.0), (1, 1, 1.0)]).expect("valid");
        let refused = solver("{}").set_matrix(&null, &mut work).expect_err("no pivot");
        assert_eq!(refused.field, "solver");
    }

    #[test]
    fn a_preconditioner_that_does_not_fit_is_named() {
        let mut s = solver(r#"{"solver": "cg", "solver.preconditioner": "multigrid"}"#);
        let refused = s.set_matrix(&matrix(10, 0.0, 0.0), &mut Work::default()).expect_err("there is no box");
        assert_eq!(refused.field, "solver.preconditioner", "{refused}");
        let mut s = s.shaped(Some(&[15, 15]));
        s.set_matrix(&matrix(15, 0.0, 0.0), &mut Work::default()).expect("now there is");
    }
}
