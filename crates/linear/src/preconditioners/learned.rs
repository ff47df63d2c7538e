//! A learned factor as a preconditioner: a triangular `L` with the pattern of A for which `L L'` acts like A on examples (Y. Li, P. Y. Chen,
//! T. Du, W. Matusik, Learning preconditioners for conjugate gradient PDE solvers, Proceedings of the 40th International Conference on Machine
//! Learning, 2023). There a graph network gives the entries; here, with unit diagonal after scaling, `L = d I + a lower(A)` has two numbers, which
//! least squares over the examples determine.
//!
//! What is learned is what the examples are: solutions of random right-hand sides are smooth, and a factor that is right on them does far better than one
//! that is right on noise, which is nearest to A entry by entry. One application is two triangular solves.

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, Values, Work};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use super::{ROLE, count};
use crate::factors::Factors;
use crate::memory::held;
use crate::{Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "examples",
        "Examples",
        "The vectors on which the factor is to act like the matrix",
        &[("solutions", "solutions of random right-hand sides"), ("noise", "random vectors")],
        "solutions",
    ),
    ParamInfo::int("count", "Number of examples", "Each is solved for exactly, once", [1, 200], 16),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "learned",
        "learned factor",
        "A triangular factor that learns from examples to act like the matrix where its solutions are",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Learned::new(setup, values.text("examples") == "solutions", values.size("count"))?))
}

/// `z = S (L L')^-1 S r` with `S = diag(A)^(-1/2)`.
pub struct Learned<T> {
    /// Below the diagonal of `S A S`, times `a / d`.
    lower: Csr<T>,
    /// `S / d`
    scale: Vec<T>,
    weights: [f64; 2],
}

impl<T: Scalar> Learned<T> {
    /// From so many examples: solutions of random right-hand sides, or noise.
    ///
    /// # Errors
    /// The matrix is not symmetric or has a diagonal entry that is not positive, or its solutions are too dear to be computed.
    pub fn new(setup: &Setup<'_, T>, solutions: bool, examples: usize) -> Result<Self, BuildError> {
        let refuse = |why: &str| BuildError::new("method", why);
        if !setup.matrix.is_symmetric(1e-10) {
            return Err(refuse("a learned factor needs a symmetric matrix"));
        }
        let diagonal: Vec<f64> = setup.matrix.diagonal().iter().map(|d| d.to_f64()).collect();
        if diagonal.iter().any(|d| !(*d > 0.0 && d.is_finite())) {
            return Err(refuse("a learned factor needs a positive diagonal"));
        }
        let mut scaled: Csr<f64> = setup.matrix.rows().cast();
        let root: Vec<f64> = diagonal.iter().map(|d| d.sqrt()).collect();
        for i in 0..scaled.rows {
            for at in scaled.indptr[i] as usize..scaled.indptr[i + 1] as usize {
                scaled.values[at] /= root[i] * root[scaled.indices[at] as usize];
            }
        }
        let factors = if solutions { Some(Factors::affordable(&scaled)) } else { None };
        let mut factors = factors.transpose().map_err(|_| {
            refuse("a learned factor needs exact solutions to learn from, which are too dear here, or the matrix is singular: learn from random vectors")
        })?;
        let n = scaled.rows;
        let (mut rng, mut gram) = (Rng::new(setup.seed), [[0.0; 4]; 4]);
        let (mut x, mut b) = (vec![0.0; n], vec![0.0; n]);
        let (mut sum, mut twice) = (vec![0.0; n], vec![0.0; n]);
        for _ in 0..examples {
            rng.normal_fill(&mut x);
            match &mut factors {
                Some(factors) => {
                    // The scaled right-hand side is noise in the variables of A itself.
                    b.iter_mut().zip(&x).zip(&root).for_each(|((b, x), root)| *b = x / root);
                    x.copy_from_slice(&b);
                    factors.solve(&mut x);
                }
                None => apply(&scaled, &x, &mut b),
            }
            products(&scaled, &x, &mut sum, &mut twice);
            let parts = [&x, &sum, &twice, &b];
            let size = dot(&b, &b);
            for (row, p) in gram.iter_mut().zip(parts) {
                for (entry, q) in row.iter_mut().zip(parts) {
                    *entry += dot(p, q) / (size * examples as f64);
                }
            }
        }
        let weights = least(&gram);
        let [d, a] = weights;
        let mut entries = Vec::with_capacity(scaled.nnz() / 2);
        for i in 0..n {
            let (columns, values) = scaled.row(i);
            let below = columns.iter().zip(values).filter(|(j, _)| (**j as usize) < i);
            entries.extend(below.map(|(&j, &v)| (i as u32, j, T::from_f64(a / d * v))));
        }
        let lower = Csr::from_triplets(n, n, &entries).map_err(|e| refuse(&e.to_string()))?;
        let scale = root.iter().map(|root| T::from_f64(1.0 / (d * root))).collect();
        Ok(Learned { lower, scale, weights })
    }

    /// What was learned: d and a, for a matrix with a unit diagonal.
    pub fn weights(&self) -> [f64; 2] {
        self.weights
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    iterscope_kernels::compiled::dot(x, y)
}

fn apply(a: &Csr<f64>, x: &[f64], y: &mut [f64]) {
    for (i, y) in y.iter_mut().enumerate() {
        *y = a.row_iter(i).map(|(j, v)| v * x[j]).sum();
    }
}

/// `(E + E') x` and `E E' x` for the part E of the matrix below its diagonal.
fn products(a: &Csr<f64>, x: &[f64], sum: &mut [f64], twice: &mut [f64]) {
    let n = x.len();
    let above = |i: usize| a.row_iter(i).filter(|(j, _)| *j > i).map(|(j, v)| v * x[j]).sum::<f64>();
    let upper: Vec<f64> = (0..n).map(above).collect();
    for i in 0..n {
        (sum[i], twice[i]) = (upper[i], 0.0);
        for (j, v) in a.row_iter(i).filter(|(j, _)| *j < i) {
            sum[i] += v * x[j];
            twice[i] += v * upper[j];
        }
    }
}

/// The mean of `||(d I + a E)(d I + a E)' x - b||^2 / ||b||^2`, from the inner products of its parts.
fn loss(gram: &[[f64; 4]; 4], [d, a]: [f64; 2]) -> f64 {
    let v = [d * d, d * a, a * a, -1.0];
    let mut loss = 0.0;
    for (row, v_i) in gram.iter().zip(v) {
        for (entry, v_j) in row.iter().zip(v) {
            loss += v_i * entry * v_j;
        }
    }
    loss
}

/// Where the loss is least near the factor of a matrix without couplings, by the simplex method of J. A. Nelder and R. Mead, The Computer Journal 7,
/// 1965. The loss is a polynomial of degree four in two variables.
fn least(gram: &[[f64; 4]; 4]) -> [f64; 2] {
    let mut simplex = [[1.0, 1.0], [0.9, 1.0], [1.0, 1.2]].map(|p: [f64; 2]| (loss(gram, p), p));
    for _ in 0..200 {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let [best, middle, worst] = simplex;
        let centre = [0, 1].map(|i| 0.5 * (best.1[i] + middle.1[i]));
        let along = |t: f64| {
            let p = [0, 1].map(|i| centre[i] + t * (worst.1[i] - centre[i]));
            (loss(gram, p), p)
        };
        let reflected = along(-1.0);
        simplex[2] = if reflected.0 < best.0 {
            let far = along(-2.0);
            if far.0 < reflected.0 { far } else { reflected }
        } else if reflected.0 < middle.0 {
            reflected
        } else {
            let near = if reflected.0 < worst.0 { along(-0.5) } else { along(0.5) };
            if near.0 < worst.0.min(reflected.0) {
                near
            } else {
                for vertex in &mut simplex[1..] {
                    let p = [0, 1].map(|i| 0.5 * (best.1[i] + vertex.1[i]));
                    *vertex = (loss(gram, p), p);
                }
                continue;
            }
        };
    }
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    simplex[0].1
}

impl<T: Scalar> Preconditioner<T> for Learned<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        let l = &self.lower;
        for i in 0..z.len() {
            let mut sum = r[i] * self.scale[i];
            for at in l.indptr[i] as usize..l.indptr[i + 1] as usize {
                sum -= l.values[at] * z[l.indices[at] as usize];
            }
            z[i] = sum;
        }
        for i in (0..z.len()).rev() {
            let own = z[i];
            for at in l.indptr[i] as usize..l.indptr[i + 1] as usize {
                z[l.indices[at] as usize] -= l.values[at] * own;
            }
            z[i] = own * self.scale[i];
        }
        let (entries, n, scalar) = (l.nnz() as u64, z.len() as u64, size_of::<T>() as u64);
        count(work, 4 * entries + 2 * n, 2 * entries * (scalar + 4) + 6 * n * scalar);
    }

    fn memory(&self) -> usize {
        held(&[&self.lower, &self.scale])
    }
}
