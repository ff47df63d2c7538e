//! Symmetric polynomials of the spectrum as a preconditioner (N. Doikov and A. Rodomanov, Polynomial preconditioning for gradient methods,
//! International Conference on Machine Learning, 2023).
//!
//! `P_tau = (1/tau) sum_i (-1)^(i-1) P_{tau-i} (tr(A^i) I - A^i)`: its eigenvalue along an eigenvector of A is the elementary symmetric
//! polynomial of degree tau of all the other eigenvalues. It removes the influence of the tau largest eigenvalues, from traces and
//! products with A alone; where no few eigenvalues stand apart it is close to a multiple of the identity. A is divided by its trace first,
//! for the polynomials grow like products of eigenvalues. One application costs tau products.
//!
//! The traces of small matrices are exact; those of large ones beyond the second are estimated from random signs (M. F. Hutchinson, A
//! stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines, Communications in Statistics 18, 1989).

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, Values, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;

use super::{ROLE, count};
use crate::memory::held;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

/// Up to so many unknowns the traces are exact, by a product for each unknown.
const EXACT: usize = 1500;
/// Vectors of random signs beyond that.
const PROBES: usize = 64;

static PARAMS: &[ParamInfo] =
    &[ParamInfo::int("degree", "Degree", "How many of the largest eigenvalues lose their influence", [0, 8], 2)];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "polynomial",
        "symmetric polynomial",
        "A polynomial of the matrix that cuts off a few largest eigenvalues standing apart",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Symmetric::new(setup, values.int("degree") as usize)?))
}

/// `z = P_tau(A / tr A) r`.
pub struct Symmetric<T> {
    matrix: Rc<Matrix<T>>,
    /// Coefficients of the powers of A, the constant first.
    coefficients: Vec<T>,
    q: Vec<T>,
}

impl<T: Scalar> Symmetric<T> {
    /// Of this degree, which is cut to what has a meaning.
    ///
    /// # Errors
    /// The matrix is not symmetric, or its trace is not positive.
    pub fn new(setup: &Setup<'_, T>, degree: usize) -> Result<Self, BuildError> {
        let matrix = setup.matrix;
        if !matrix.is_symmetric(1e-10) {
            return Err(BuildError::new("method", "the symmetric polynomial needs a symmetric matrix"));
        }
        let degree = degree.min(matrix.len().saturating_sub(1));
        let trace: f64 = matrix.diagonal().iter().map(|d| d.to_f64()).sum();
        if !(trace > 0.0 && trace.is_finite()) {
            return Err(BuildError::new("method", "the symmetric polynomial needs a matrix of positive trace"));
        }
        let traces = traces(matrix, degree, trace, setup.seed);
        // P_tau as coefficients of powers of B = A / trace.
        let mut family: Vec<Vec<f64>> = vec![vec![1.0]];
        for tau in 1..=degree {
            let mut p = vec![0.0; tau + 1];
            for i in 1..=tau {
                let sign = if i % 2 == 1 { 1.0 } else { -1.0 } / tau as f64;
                for (power, &c) in family[tau - i].iter().enumerate() {
                    p[power] += sign * traces[i - 1] * c;
                    p[power + i] -= sign * c;
                }
            }
            family.push(p);
        }
        let mut scale = 1.0;
        let last = family.pop().unwrap_or_default();
        let whole = last.first().copied().filter(|c| *c > 0.0).unwrap_or(1.0);
        let coefficients = last
            .into_iter()
            .map(|c| {
                let own = T::from_f64(c / whole * scale);
                scale /= trace;
                own
            })
            .collect();
        Ok(Symmetric { matrix: Rc::clone(matrix), coefficients, q: vec![T::ZERO; matrix.len()] })
    }
}

/// `tr((A / scale)^i)` for i from 1 to `degree`.
fn traces<T: Scalar>(matrix: &Matrix<T>, degree: usize, scale: f64, seed: u64) -> Vec<f64> {
    let n = matrix.len();
    let squares: f64 = matrix.rows().values.iter().map(|a| a.to_f64() * a.to_f64()).sum();
    let mut traces = vec![1.0, squares / (scale * scale)];
    traces.truncate(degree);
    if degree < 3 {
        return traces;
    }
    let (mut v, mut w) = (vec![T::ZERO; n], vec![T::ZERO; n]);
    let exact = n <= EXACT;
    let count = if exact { n } else { PROBES };
    let mut sums = vec![0.0; degree];
    let mut rng = Rng::new(seed);
    let over = T::from_f64(1.0 / scale);
    let mut first = vec![T::ZERO; n];
    for probe in 0..count {
        if exact {
            first.fill(T::ZERO);
            first[probe] = T::ONE;
        } else {
            first.iter_mut().for_each(|x| *x = if rng.uniform() < 0.5 { T::ONE } else { -T::ONE });
        }
        v.copy_from_slice(&first);
        for sum in &mut sums {
            matrix.apply(&v, &mut w);
            w.iter_mut().for_each(|w| *w *= over);
            std::mem::swap(&mut v, &mut w);
            *sum += compiled::dot(&first, &v).to_f64();
        }
    }
    let share = if exact { 1.0 } else { 1.0 / PROBES as f64 };
    traces.extend(sums[2..].iter().map(|s| s * share));
    traces
}

impl<T: Scalar> Preconditioner<T> for Symmetric<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        // Horner's rule.
        let (last, rest) = self.coefficients.split_last().map_or((T::ONE, &[][..]), |(l, r)| (*l, r));
        for (z, &r) in z.iter_mut().zip(r) {
            *z = last * r;
        }
        for &c in rest.iter().rev() {
            self.matrix.apply(z, &mut self.q);
            z.copy_from_slice(&self.q);
            compiled::axpy(c, r, z);
        }
        let (cost, degree, n) = (self.matrix.cost(), rest.len() as u64, r.len() as u64);
        count(work, degree * (cost.flops + 2 * n) + n, degree * cost.bytes + 2 * n * size_of::<T>() as u64);
    }

    fn memory(&self) -> usize {
        held(&[&self.coefficients, &self.q])
    }
}
