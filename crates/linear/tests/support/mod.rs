//! Matrices, oracles and a runner for the tests.
#![allow(dead_code, reason = "each test file uses a part of this")]

use std::rc::Rc;

use iterscope_core::{Outcome, Stop, Work};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::preconditioners::{KINDS, identity::Identity};
use iterscope_linear::{Coarsening, Coarser, LinearSolver, Matrix, Operator, Preconditioner, Scalar, Setup, Side};

/// The expected values of an oracle: made by independent programs, which the file names.
pub fn oracle(name: &str) -> serde_json::Value {
    let path = format!("{}/tests/oracles/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["expected"].clone()
}

/// `-div(d grad u) + v grad u + c u` on the unit square with n intervals, zero on the rim, central differences; coefficients at the nodes.
pub fn advection_diffusion(
    n: usize,
    d: impl Fn(f64, f64) -> [f64; 2],
    v: impl Fn(f64, f64) -> [f64; 2],
    c: f64,
) -> Rc<Matrix<f64>> {
    let (m, h) = (n - 1, 1.0 / n as f64);
    let mut triplets = Vec::new();
    for k in 0..m * m {
        let (i, j) = (k % m, k / m);
        let (x, y) = ((i + 1) as f64 * h, (j + 1) as f64 * h);
        let ([d1, d2], [v1, v2]) = (d(x, y), v(x, y));
        triplets.push((k as u32, k as u32, 2.0 * d1 / (h * h) + 2.0 * d2 / (h * h) + c));
        let mut link = |ok: bool, other: usize, value: f64| {
            if ok {
                triplets.push((k as u32, other as u32, value));
            }
        };
        link(i > 0, k.wrapping_sub(1), -d1 / (h * h) - v1 / 2.0 / h);
        link(i + 1 < m, k + 1, -d1 / (h * h) + v1 / 2.0 / h);
        link(j > 0, k.wrapping_sub(m), -d2 / (h * h) - v2 / 2.0 / h);
        link(j + 1 < m, k + m, -d2 / (h * h) + v2 / 2.0 / h);
    }
    Rc::new(Csr::from_triplets(m * m, m * m, &triplets).unwrap().into())
}

/// The five-point matrix of the unit square with n intervals.
pub fn poisson(n: usize) -> Rc<Matrix<f64>> {
    advection_diffusion(n, |_, _| [1.0; 2], |_, _| [0.0; 2], 0.0)
}

/// Oracle ell-02: a rotating flow and its source.
pub fn rotating(n: usize) -> (Rc<Matrix<f64>>, Vec<f64>) {
    use std::f64::consts::PI;
    let flow =
        |x: f64, y: f64| [40.0 * libm::sin(PI * x) * libm::cos(PI * y), -40.0 * libm::cos(PI * x) * libm::sin(PI * y)];
    let source = |x: f64, y: f64| 100.0 * libm::exp(-60.0 * ((x - 0.3) * (x - 0.3) + (y - 0.6) * (y - 0.6)));
    (advection_diffusion(n, |_, _| [1.0; 2], flow, 0.0), sampled(n, source))
}

/// Oracle ell-04: an indefinite Helmholtz problem.
pub fn helmholtz() -> (Rc<Matrix<f64>>, Vec<f64>) {
    let source = |x: f64, y: f64| libm::exp(-80.0 * ((x - 0.31) * (x - 0.31) + (y - 0.62) * (y - 0.62)));
    (advection_diffusion(32, |_, _| [1.0; 2], |_, _| [0.0; 2], -150.0), sampled(32, source))
}

/// A function at the inner nodes of the unit square, x fastest.
pub fn sampled(n: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let m = n - 1;
    (0..m * m).map(|k| f((k % m + 1) as f64 / n as f64, (k / m + 1) as f64 / n as f64)).collect()
}

/// The seven-point matrix of the unit cube with n intervals.
pub fn poisson_3d(n: usize) -> Rc<Matrix<f64>> {
    let (m, scale) = (n - 1, (n * n) as f64);
    let mut triplets = Vec::new();
    for k in 0..m * m * m {
        triplets.push((k as u32, k as u32, 6.0 * scale));
        for (at, stride) in [(k % m, 1), (k / m % m, m), (k / m / m, m * m)] {
            if at > 0 {
                triplets.push((k as u32, (k - stride) as u32, -scale));
                triplets.push(((k - stride) as u32, k as u32, -scale));
            }
        }
    }
    Rc::new(Csr::from_triplets(m * m * m, m * m * m, &triplets).unwrap().into())
}

/// A matrix from its dense rows.
pub fn dense(rows: &[&[f64]]) -> Rc<Matrix<f64>> {
    let mut triplets = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        triplets.extend(row.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(j, v)| (i as u32, j as u32, *v)));
    }
    Rc::new(Csr::from_triplets(rows.len(), rows.len(), &triplets).unwrap().into())
}

/// What a run did.
pub struct Run {
    pub steps: usize,
    pub stop: Option<Stop>,
    /// The true relative residual at the end.
    pub residual: f64,
    pub x: Vec<f64>,
    pub work: Work,
}

pub fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

pub fn true_residual<T: Scalar>(a: &dyn Operator<T>, b: &[T], x: &[T]) -> f64 {
    let mut r = vec![T::ZERO; b.len()];
    a.residual(b, x, &mut r);
    let as_f64 = |v: &[T]| norm(&v.iter().map(|x| x.to_f64()).collect::<Vec<_>>());
    as_f64(&r) / as_f64(b)
}

/// Runs from zero until the method's own residual (the true one where it has none) falls to `tolerance` times the right-hand side.
pub fn run<T: Scalar>(
    solver: &mut dyn LinearSolver<T>,
    a: &dyn Operator<T>,
    m: &mut dyn Preconditioner<T>,
    b: &[T],
    tolerance: f64,
    most: usize,
) -> Run {
    let mut work = Work::default();
    solver.start(a, m, b, &vec![T::ZERO; b.len()], &mut work);
    let size = norm(&b.iter().map(|x| x.to_f64()).collect::<Vec<_>>());
    let (mut steps, mut stop) = (0, None);
    loop {
        let own = solver.residual().to_f64();
        let own = if own.is_nan() { true_residual(a, b, solver.iterate()) } else { own / size };
        if own <= tolerance || steps == most {
            break;
        }
        match solver.step(a, m, b, &mut work) {
            Outcome::Stop(why) => {
                stop = Some(why);
                break;
            }
            _ => steps += 1,
        }
    }
    let x: Vec<T> = solver.iterate().to_vec();
    Run { steps, stop, residual: true_residual(a, b, &x), x: x.iter().map(|x| x.to_f64()).collect(), work }
}

/// As [`run`] without a preconditioner to 1e-8.
pub fn plain(solver: &mut dyn LinearSolver<f64>, a: &Matrix<f64>, b: &[f64], most: usize) -> Run {
    run(solver, a, &mut Identity, b, 1e-8, most)
}

/// A preconditioner by its name, with some of its parameters given.
pub fn preconditioner(
    name: &str,
    matrix: &Rc<Matrix<f64>>,
    shape: Option<&[usize]>,
    given: &str,
) -> Box<dyn Preconditioner<f64>> {
    try_preconditioner(name, matrix, shape, given).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub fn try_preconditioner(
    name: &str,
    matrix: &Rc<Matrix<f64>>,
    shape: Option<&[usize]>,
    given: &str,
) -> Result<Box<dyn Preconditioner<f64>>, iterscope_core::BuildError> {
    let kind = KINDS.iter().find(|k| k.info.name == name).unwrap_or_else(|| panic!("no preconditioner {name}"));
    let infos: Vec<_> = KINDS.iter().map(|k| &k.info).collect();
    let given = serde_json::from_str(given).unwrap();
    let values = iterscope_core::component::resolve(&kind.info.params, &infos, &given).unwrap();
    (kind.build)(&Setup { shape, ..Setup::new(matrix) }, &values)
}

/// The five-point matrix of the unit square with its own numbers of intervals along x and y, as a stencil.
pub fn rectangle(nx: usize, ny: usize) -> Matrix<f64> {
    let (m, rows) = (nx - 1, ny - 1);
    let weights = [nx * nx, ny * ny].map(|w| w as f64);
    let mut stencil = Stencil::zero(m * rows, &[1, m]);
    stencil.centre.fill(2.0 * (weights[0] + weights[1]));
    for k in 0..m * rows {
        for (axis, (at, size)) in [(k % m, m), (k / m, rows)].into_iter().enumerate() {
            let link = &mut stencil.links[axis];
            link.lower[k] = if at > 0 { -weights[axis] } else { 0.0 };
            link.upper[k] = if at + 1 < size { -weights[axis] } else { 0.0 };
        }
    }
    stencil.into()
}

/// The unit square with given values on all sides, for what wants the problem on other meshes.
pub struct Square(pub [usize; 2]);

impl<T: Scalar> Coarsening<T> for Square {
    fn shape(&self) -> &[usize] {
        &self.0
    }
    fn sides(&self) -> &[[Side; 2]] {
        &[[Side::Given; 2]; 2]
    }
    fn on(&self, intervals: &[usize]) -> Option<Rc<Matrix<T>>> {
        Some(Rc::new(rectangle(intervals[0], intervals[1]).cast()))
    }
    fn coarser(&self) -> Option<Coarser<T>> {
        None
    }
}

/// A count that may differ from an oracle's by so much.
pub fn near(got: usize, expected: &serde_json::Value, off: usize, what: &str) {
    let expected = expected.as_u64().unwrap_or_else(|| panic!("{what}: no count {expected}")) as usize;
    assert!(got.abs_diff(expected) <= off, "{what}: {got} steps, the oracle has {expected}");
}
