//! What the sources of the methods claim, measured.

use std::f64::consts::PI;

use iterscope_core::{BuildError, Finding, Iteration, PaperCheck, Referee, Value, Values, Work};

use crate::linear::LinearProblem;
use crate::methods::adaptor::{LinearIteration, SolverKind};
use crate::methods::cg::Cg;
use crate::methods::domain_splitting::{DomainSplitting, Pick};
use crate::methods::gauss_seidel::GaussSeidel;
use crate::methods::jacobi::WeightedJacobi;
use crate::methods::sor::Sor;
use crate::problems::advection_diffusion;
use crate::referee::{ENERGY, EXACT, RESIDUAL};
use crate::theory;

mod fixed_point;
mod flow;
mod integrators;
mod kinn;
mod learned;
mod neural;
mod nonlinear;
mod reduced;
mod slab;
mod steady;
mod wkb;

/// Printed figures have five digits.
const PRINTED: f64 = 1e-4;

const SPLITTING: &str = "K. Trotti, A domain splitting strategy for solving PDEs, arXiv 2303.01163, 2023: the set-up of the author's \
                         program; the source prints no figures, these are of an independent implementation in SciPy";

/// All checks of the family.
pub static CHECKS: &[PaperCheck] = &[
    PaperCheck {
        id: "pde.domain-splitting.case-a",
        source: SPLITTING,
        methods: &["pde.domain-splitting"],
        preset: Some("pde.domain-splitting-a"),
        run: || found(case_a()),
    },
    PaperCheck {
        id: "pde.domain-splitting.case-a1",
        source: SPLITTING,
        methods: &["pde.domain-splitting"],
        preset: None,
        run: || found(case_a1()),
    },
    PaperCheck {
        id: "pde.domain-splitting.case-b",
        source: SPLITTING,
        methods: &["pde.domain-splitting"],
        preset: Some("pde.domain-splitting-b"),
        run: || found(case_b()),
    },
    PaperCheck {
        id: "pde.discretisation.order",
        source: "R. J. LeVeque, Finite Difference Methods for Ordinary and Partial Differential Equations, 2007, chapters 2 and 3",
        methods: &[],
        preset: None,
        run: || found(order()),
    },
    PaperCheck {
        id: "pde.splittings.rate",
        source: "D. M. Young, Iterative Solution of Large Linear Systems, 1971, chapters 4 and 5",
        methods: &["pde.jacobi", "pde.gauss-seidel"],
        preset: Some("pde.poisson"),
        run: || found(splitting_rates()),
    },
    PaperCheck {
        id: "pde.sor.optimum",
        source: "D. M. Young, Iterative methods for solving partial difference equations of elliptic type, Transactions of \
                 the AMS 76, 1954",
        methods: &["pde.sor"],
        preset: Some("pde.sor-race"),
        run: || found(sor_optimum()),
    },
    PaperCheck {
        id: "pde.cg.bound",
        source: "Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd edition, 2003, section 6.11",
        methods: &["pde.cg"],
        preset: Some("pde.cg-against-jacobi"),
        run: || found(cg_bound()),
    },
    PaperCheck {
        id: "pde.eigen.l-shape",
        source: "L. N. Trefethen and T. Betcke, Computed eigenmodes of planar regions, Contemporary Mathematics 412, 2006; L. Fox, P. Henrici and \
                 C. Moler, Approximations and bounds for eigenvalues of elliptic operators, SIAM Journal on Numerical Analysis 4, 1967",
        methods: &["pde.lobpcg"],
        preset: Some("pde.l-shape-modes"),
        run: || found(steady::l_shape()),
    },
    PaperCheck {
        id: "pde.subspace-iteration.rate",
        source: "B. N. Parlett, The Symmetric Eigenvalue Problem, 1980, chapter 14",
        methods: &["pde.subspace-iteration", "pde.inverse-iteration"],
        preset: Some("pde.drum"),
        run: || found(steady::subspace()),
    },
    PaperCheck {
        id: "pde.rayleigh-quotient.cubic",
        source: "A. M. Ostrowski 1957; B. N. Parlett, The Rayleigh quotient iteration and some generalizations for nonnormal matrices, Mathematics of \
                 Computation 28, 1974",
        methods: &["pde.rayleigh-quotient"],
        preset: Some("pde.one-mode"),
        run: || found(steady::cubic()),
    },
    PaperCheck {
        id: "pde.lanczos.bound",
        source: "Y. Saad, On the rates of convergence of the Lanczos and the block-Lanczos methods, SIAM Journal on Numerical Analysis 17, 1980",
        methods: &["pde.lanczos"],
        preset: Some("pde.double-eigenvalue"),
        run: || found(steady::kaniel_paige()),
    },
    PaperCheck {
        id: "pde.adi.rate",
        source: "R. S. Varga, Matrix Iterative Analysis, 1962, chapter 7; E. L. Wachspress, Optimum alternating-direction-implicit iteration parameters for a \
                 model problem, Journal of the Society for Industrial and Applied Mathematics 10, 1962",
        methods: &["pde.adi"],
        preset: Some("pde.directions"),
        run: || found(steady::directions()),
    },
    PaperCheck {
        id: "pde.direct.fill",
        source: "A. George, Nested dissection of a regular finite element mesh, SIAM Journal on Numerical Analysis 10, 1973",
        methods: &["pde.direct"],
        preset: Some("pde.elimination"),
        run: || found(steady::dissection()),
    },
    PaperCheck {
        id: "pde.parareal.exact",
        source: "M. J. Gander and S. Vandewalle, Analysis of the parareal time-parallel time-integration method, SIAM Journal on Scientific Computing 29, 2007",
        methods: &["pde.parareal", "pde.mgrit"],
        preset: Some("pde.parallel-in-time"),
        run: || found(slab::exact()),
    },
    PaperCheck {
        id: "pde.parallel-jacobi.sweeps",
        source: "Y. Song, C. Meng, R. Liao and S. Ermon, Accelerating feedforward computation via parallel nonlinear equation solving, 2021 (the recursion and its \
                 numbers are this project's own)",
        methods: &["pde.parallel-jacobi"],
        preset: Some("pde.recursion"),
        run: || found(slab::sweeps()),
    },
    PaperCheck {
        id: "pde.deer.newton",
        source: "Y. H. Lim, Q. Zhu, J. Selfridge and M. F. Kasim, Parallelizing non-linear sequential models over the sequence length, 2024 (the recursion and its \
                 numbers are this project's own)",
        methods: &["pde.deer"],
        preset: Some("pde.recursion"),
        run: || found(slab::newton()),
    },
    PaperCheck {
        id: "pde.midpoint-all-at-once.norm",
        source: "J. Wang et al., Spacetime neural network for high dimensional quantum dynamics, 2021: the midpoint rule keeps the norm",
        methods: &["pde.midpoint-all-at-once"],
        preset: Some("pde.all-at-once"),
        run: || found(slab::norm()),
    },
    PaperCheck {
        id: "pde.halpern.certificate",
        source: "J. Park and E. K. Ryu, Accelerated infeasibility detection of constrained optimization and fixed-point iterations, ICML 2023: the bound of the \
                 theorem; the figures of the example by an independent program in NumPy",
        methods: &["pde.halpern"],
        preset: None,
        run: || found(fixed_point::certificate()),
    },
    PaperCheck {
        id: "pde.halpern.averages",
        source: "Iterate to accelerate, arXiv 2502.03787, 2025: an error of order 1/t^2, which holds for contractions by at most 1/2 only; figures by the product formula",
        methods: &["pde.halpern"],
        preset: Some("pde.anchored"),
        run: || found(fixed_point::averages()),
    },
    PaperCheck {
        id: "pde.bratu.fold",
        source: "A. Mohsen, A simple solution of the Bratu problem, Computers and Mathematics with Applications 67, 2014; the figure of the grid by an independent \
                 continuation program in NumPy",
        methods: &["pde.newton"],
        preset: Some("pde.bratu-beyond"),
        run: || found(nonlinear::folds()),
    },
    PaperCheck {
        id: "pde.scherk.order",
        source: "H. F. Scherk, Bemerkungen über die kleinste Fläche innerhalb gegebener Grenzen, Journal für die reine und angewandte Mathematik 13, 1835; figures of an \
                 independent finite element program in SciPy",
        methods: &["pde.newton"],
        preset: Some("pde.scherk"),
        run: || found(nonlinear::surface()),
    },
    PaperCheck {
        id: "pde.nonlinear.rates",
        source: "C. T. Kelley, Solving Nonlinear Equations with Newton's Method, 2003; L. V. Kačanov, Variational methods of solution of plasticity problems, Journal of \
                 Applied Mathematics and Mechanics 23, 1959",
        methods: &["pde.newton", "pde.picard"],
        preset: Some("pde.p-laplace"),
        run: || found(nonlinear::rates()),
    },
    integrators::LIMITS,
    integrators::RKC,
    integrators::ORDERS,
    integrators::KAPS,
    learned::FACTOR,
    learned::DIRECTIONS,
    learned::GRAPH,
    flow::CAVITY,
    flow::VORTICES,
    reduced::MOVING_SOURCE,
    reduced::FRAMES,
    reduced::DICTIONARY,
    reduced::MATRICES,
    wkb::AIRY,
    neural::BURGERS,
    neural::BUMP,
    neural::CHANGE,
    neural::CURVE,
    neural::CARRIED,
    kinn::ORDER,
    kinn::JUMP,
];

/// A set-up that cannot be built is a claim that fails, with words.
fn found(findings: Result<Vec<Finding>, BuildError>) -> Vec<Finding> {
    findings.unwrap_or_else(|e| vec![Finding::new(format!("the set-up can be built ({e})"), 0.0, f64::NAN, 0.0)])
}

/// A problem by its expressions.
fn set_up(n: i64, fields: &[(&str, &str)]) -> Result<LinearProblem, BuildError> {
    let mut pairs: Vec<(&str, Value)> = fields.iter().map(|(k, v)| (*k, Value::from(*v))).collect();
    pairs.push(("n", Value::Int(n)));
    advection_diffusion::from_pairs(&pairs)
}

/// A linear solver on a problem, with these parameters.
fn solver(
    problem: &LinearProblem,
    kind: &impl SolverKind,
    given: &[(&str, Value)],
) -> Result<LinearIteration<f64>, BuildError> {
    let values: Values = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    LinearIteration::new(kind, problem, &values, 0)
}

/// Runs an iteration and measures it with the referee.
struct Watched<'a, I> {
    problem: &'a LinearProblem,
    referee: Box<dyn Referee<Iterate = [f64]>>,
    iteration: I,
    values: Vec<f64>,
}

impl<'a, I: Iteration<Iterate = [f64]>> Watched<'a, I> {
    fn new(problem: &'a LinearProblem, iteration: I) -> Self {
        let referee = problem.referee();
        let values = vec![0.0; referee.series()];
        Watched { problem, referee, iteration, values }
    }

    fn steps(&mut self, n: usize) {
        let mut work = Work::default();
        for _ in 0..n {
            self.iteration.step(&mut work);
        }
    }

    fn measure(&mut self, key: &str) -> f64 {
        use iterscope_core::Instance;
        self.referee.measure(self.iteration.iterate(), &mut self.values);
        let place = self.problem.series().iter().position(|s| s.key == key);
        place.map_or(f64::NAN, |i| self.values[i])
    }
}

/// What the source's table holds of one case.
struct SourceTable {
    direct: f64,
    meshes: [f64; 3],
    extrapolated: f64,
    /// Number of refinements, relative residual, relative error.
    fixed: &'static [(usize, f64, f64)],
    alternating: &'static [(usize, f64, f64)],
}

fn tabulated(fields: &[(&str, &str)], table: &SourceTable) -> Result<(LinearProblem, Vec<Finding>), BuildError> {
    let mut given = vec![("exact", "sin(pi*x + pi*y)")];
    given.extend_from_slice(fields);
    let problem = set_up(100, &given)?;
    let mut findings = Vec::new();
    let mut add = |claim: String, expected, measured| findings.push(Finding::new(claim, expected, measured, PRINTED));
    let level = iterscope_core::Instance::levels(&problem).first().map_or(f64::NAN, |l| l.value);
    add("error of the direct solution".into(), table.direct, level);
    for (pick, name, rows) in [(Pick::X, "pick x", table.fixed), (Pick::Alternate, "alternating", table.alternating)] {
        let (iteration, errors) = DomainSplitting::new(&problem, 5, pick, 0)?;
        if pick == Pick::X
            && let Some(errors) = errors
        {
            for (mesh, expected, measured) in [
                ("fine in x", table.meshes[0], errors.meshes[0]),
                ("fine in y", table.meshes[1], errors.meshes[1]),
                ("coarse", table.meshes[2], errors.meshes[2]),
                ("coarse, after extrapolation", table.extrapolated, errors.extrapolated),
            ] {
                add(format!("error on the mesh {mesh}"), expected, measured);
            }
        }
        let mut run = Watched::new(&problem, iteration);
        let mut done = 0;
        for &(step, residual, error) in rows {
            run.steps(step - done);
            done = step;
            let what =
                if step == 0 { "after merge and fill".into() } else { format!("after refinement {step}, {name}") };
            add(format!("relative residual {what}"), residual, run.measure(RESIDUAL));
            add(format!("relative error {what}"), error, run.measure(EXACT));
        }
    }
    Ok((problem, findings))
}

fn case_a() -> Result<Vec<Finding>, BuildError> {
    let table = SourceTable {
        direct: 5.0074e-05,
        meshes: [9.5561e-03, 1.2969e-02, 2.6191e-02],
        extrapolated: 7.9006e-04,
        fixed: &[
            (0, 3.0672e-05, 5.9922e-04),
            (1, 7.0170e-06, 5.1537e-05),
            (2, 3.1165e-06, 6.0200e-05),
            (5, 2.1438e-06, 7.2691e-05),
        ],
        alternating: &[(2, 3.0031e-06, 4.7766e-05), (10, 2.2246e-07, 5.1430e-05), (20, 1.0752e-07, 5.0592e-05)],
    };
    let (problem, mut findings) = tabulated(&[("velocity_x", "2 - x"), ("velocity_y", "1")], &table)?;
    // Honest: refinement with a fixed pick does not go to the discrete solution.
    let mut run = Watched::new(&problem, DomainSplitting::new(&problem, 5, Pick::X, 0)?.0);
    let mut gammas = Vec::new();
    for _ in 0..6 {
        run.steps(1);
        let mut gamma = [0.0];
        run.iteration.diagnostics(&mut gamma);
        gammas.push(gamma[0]);
    }
    findings.push(Finding::new("line search in refinement 1, pick x: gamma", 0.1000, gammas[0], 5e-4));
    findings.push(Finding::new("line search in refinement 2, pick x: gamma", 0.1787, gammas[1], 5e-4));
    findings.push(Finding::new("refinement 6 with pick x is no descent direction: gamma", 0.0, gammas[5], 0.0));
    let stalled = run.measure(RESIDUAL);
    findings.push(Finding::new(
        "with pick x the relative residual stalls and goes no further than",
        2.1438e-06,
        stalled,
        PRINTED,
    ));
    Ok(findings)
}

fn case_a1() -> Result<Vec<Finding>, BuildError> {
    let table = SourceTable {
        direct: 4.4383e-05,
        meshes: [9.9019e-03, 9.9019e-03, 2.3068e-02],
        extrapolated: 6.1469e-04,
        fixed: &[
            (0, 2.3801e-05, 4.6620e-04),
            (1, 4.9899e-06, 3.6156e-05),
            (2, 1.7765e-06, 5.4307e-05),
            (5, 4.5218e-07, 4.5520e-05),
        ],
        alternating: &[],
    };
    Ok(tabulated(&[("velocity_x", "1"), ("velocity_y", "1")], &table)?.1)
}

fn case_b() -> Result<Vec<Finding>, BuildError> {
    let table = SourceTable {
        direct: 3.9180e-05,
        meshes: [9.8292e-03, 7.9460e-03, 2.0338e-02],
        extrapolated: 7.2921e-04,
        fixed: &[
            (0, 2.2751e-05, 5.5336e-04),
            (1, 4.4327e-06, 2.4249e-05),
            (2, 2.2186e-06, 3.7392e-05),
            (5, 7.5045e-07, 3.2935e-05),
        ],
        alternating: &[(20, 1.0585e-07, 3.9442e-05)],
    };
    let fields =
        [("diffusion_x", "1 + x^2"), ("diffusion_y", "2 + x*y"), ("velocity_x", "2 - x"), ("velocity_y", "1 + y")];
    Ok(tabulated(&fields, &table)?.1)
}

/// The relative error of the direct solution with `n` intervals.
fn direct_error(n: i64, advection: &str) -> Result<f64, BuildError> {
    let fields = [
        ("exact", "sin(3*x + 2*y)"),
        ("diffusion_x", "1 + x^2"),
        ("velocity_x", "20"),
        ("velocity_y", "-10*x"),
        ("reaction", "1 + y"),
        ("advection", advection),
    ];
    let problem = set_up(n, &fields)?;
    Ok(iterscope_core::Instance::levels(&problem).first().map_or(f64::NAN, |l| l.value))
}

fn order() -> Result<Vec<Finding>, BuildError> {
    let observed = |advection| -> Result<f64, BuildError> {
        Ok(libm::log2(direct_error(40, advection)? / direct_error(80, advection)?))
    };
    Ok(vec![
        Finding::new("observed order of central differences", 2.0, observed("central")?, 0.02),
        Finding::new("observed order of upwind differences", 1.0, observed("upwind")?, 0.06),
    ])
}

/// The mean factor per step of the error against the discrete solution, over `count` steps after `before`.
fn late_rate<I: Iteration<Iterate = [f64]>>(problem: &LinearProblem, iteration: I, before: usize, count: usize) -> f64 {
    let mut run = Watched::new(problem, iteration);
    run.steps(before);
    let start = run.measure(ENERGY);
    run.steps(count);
    libm::pow(run.measure(ENERGY) / start, 1.0 / count as f64)
}

fn splitting_rates() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for n in [8, 16] {
        let problem = set_up(n, &[("source", "1")])?;
        let rho = libm::cos(PI / n as f64);
        let jacobi = late_rate(&problem, solver(&problem, &WeightedJacobi, &[("omega", Value::Real(1.0))])?, 200, 100);
        findings.push(Finding::new(format!("Jacobi, n = {n}: the rate is cos(pi h)"), rho, jacobi, 1e-4));
        for name in ["lexicographic", "red-black"] {
            let rate = late_rate(&problem, solver(&problem, &GaussSeidel, &[("order", name.into())])?, 60, 60);
            let claim = format!("Gauss-Seidel, {name}, n = {n}: the rate is cos(pi h)^2");
            findings.push(Finding::new(claim, rho * rho, rate, 1e-4));
        }
    }
    Ok(findings)
}

fn sor_steps(problem: &LinearProblem, omega: f64) -> Result<usize, BuildError> {
    let mut run = Watched::new(problem, solver(problem, &Sor { omega }, &[])?);
    for step in 0..2000 {
        if run.measure(RESIDUAL) <= 1e-10 {
            return Ok(step);
        }
        run.steps(1);
    }
    Ok(2000)
}

fn sor_optimum() -> Result<Vec<Finding>, BuildError> {
    let n = 32;
    let problem = set_up(n, &[("source", "exp(x)*(1 + y)")])?;
    let expected = 2.0 / (1.0 + libm::sin(PI / n as f64));
    let mut best = (usize::MAX, 0.0);
    for i in 0..40 {
        let omega = 1.6 + 0.01 * f64::from(i);
        let steps = sor_steps(&problem, omega)?;
        if steps < best.0 {
            best = (steps, omega);
        }
    }
    let rate = late_rate(&problem, solver(&problem, &Sor { omega: 1.5 }, &[])?, 150, 100);
    let theory = {
        let (_, d) = problem.nodal().ok_or_else(|| BuildError::new("method", "is in non-divergence form"))?;
        theory::jacobi_spectrum(&problem.matrix, d).sor(1.5)
    };
    Ok(vec![
        Finding::new("best omega, 2 / (1 + sin(pi h)), n = 32", expected, best.1, 0.01),
        Finding::new("rate for omega = 1.5, below the best one", theory, rate, 1e-4),
        Finding::new(
            "rate for omega = 1.9, above the best one: omega - 1",
            0.9,
            late_rate(&problem, solver(&problem, &Sor { omega: 1.9 }, &[])?, 80, 120),
            0.01,
        ),
    ])
}

fn cg_bound() -> Result<Vec<Finding>, BuildError> {
    let problem = set_up(48, &[("source", "exp(3*x)*sin(9*y)")])?;
    let Some(condition) = theory::condition(&problem) else {
        return Err(BuildError::new("diffusion_x", "the matrix is not symmetric positive definite"));
    };
    let mut run = Watched::new(&problem, solver(&problem, &Cg, &[])?);
    let (mut exceeded, mut risen, mut bound, mut before) = (0.0, 0.0, 2.0, f64::INFINITY);
    for _ in 0..100 {
        let error = run.measure(ENERGY);
        exceeded += f64::from(error > bound);
        risen += f64::from(error > before);
        before = error;
        bound *= condition.cg_factor();
        run.steps(1);
    }
    let kappa = 1.0 / libm::pow(libm::tan(PI / 96.0), 2.0);
    Ok(vec![
        Finding::new("condition number of Poisson's matrix, cot(pi h / 2)^2, n = 48", kappa, condition.number(), 1e-10),
        Finding::new("steps of 100 in which the energy norm of the error exceeds 2 q^k", 0.0, exceeded, 0.0),
        Finding::new("steps of 100 in which the energy norm of the error rises", 0.0, risen, 0.0),
    ])
}
