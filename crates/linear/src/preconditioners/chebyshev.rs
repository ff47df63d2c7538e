//! Chebyshev polynomials as a preconditioner and as a smoother (M. Adams, M. Brezina, J. Hu and R. Tuminaro, Parallel multigrid smoothing:
//! polynomial versus Gauss-Seidel, Journal of Computational Physics 188, 2003).
//!
//! A few steps of Chebyshev iteration on `D^-1 A` from zero, for eigenvalues between a share of the largest and the largest: a polynomial of
//! `D^-1 A` times `D^-1`, symmetric and the same each time, without an inner product. The largest eigenvalue comes from Lanczos' process, raised by
//! 10 %, but never above Gerschgorin's bound. A share of 1/10 to 1/4 smooths; a small one preconditions. One application of degree d costs d - 1
//! products with A.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, Values, Work};
use iterscope_kernels::compiled;

use super::jacobi::Jacobi;
use super::{ROLE, count};
use crate::memory::held;
use crate::spectrum;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

/// Steps of Lanczos' process for the largest eigenvalue, and what is added to what they give.
const STEPS: usize = 12;
const MARGIN: f64 = 1.1;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int("degree", "Degree", "Degree of the polynomial: products with the matrix, less one", [1, 50], 4),
    ParamInfo::real(
        "share",
        "Share of the spectrum",
        "The interval runs from this share of the largest eigenvalue to the largest",
        [1e-6, 0.9],
        0.03,
    )
    .log(),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "chebyshev",
        "Chebyshev polynomial",
        "The polynomial of the matrix that is least on the upper part of its spectrum: no inner product, no triangular solve",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Polynomial::new(setup, values.int("degree") as usize, values.real("share"))?))
}

/// Steps of Chebyshev iteration.
pub struct Polynomial<T> {
    matrix: Rc<Matrix<T>>,
    inverse: Vec<T>,
    degree: usize,
    centre: T,
    radius: T,
    r: Vec<T>,
    d: Vec<T>,
    q: Vec<T>,
}

impl<T: Scalar> Polynomial<T> {
    /// Of this degree, for eigenvalues of `D^-1 A` from `share` times the largest to the largest.
    ///
    /// # Errors
    /// The diagonal has a zero, or the largest eigenvalue is not positive.
    pub fn new(setup: &Setup<'_, T>, degree: usize, share: f64) -> Result<Self, BuildError> {
        let inverse = super::inverse_diagonal(setup)?;
        let most = largest(setup, &inverse)?;
        let n = inverse.len();
        Ok(Polynomial {
            matrix: Rc::clone(setup.matrix),
            inverse,
            degree,
            centre: T::from_f64(0.5 * most * (1.0 + share)),
            radius: T::from_f64(0.5 * most * (1.0 - share)),
            r: vec![T::ZERO; n],
            d: vec![T::ZERO; n],
            q: vec![T::ZERO; n],
        })
    }

    /// The interval in use.
    pub fn interval(&self) -> [f64; 2] {
        let (c, r) = (self.centre.to_f64(), self.radius.to_f64());
        [c - r, c + r]
    }

    /// Steps from `x`, with the first residual in `r`.
    fn steps(&mut self, x: &mut [T], work: &mut Work) {
        let scale = T::ONE / self.centre;
        for ((d, &r), &inverse) in self.d.iter_mut().zip(&self.r).zip(&self.inverse) {
            *d = scale * (inverse * r);
        }
        let two = T::from_f64(2.0);
        let mut rho = self.radius / self.centre;
        for k in 0..self.degree {
            for (x, &d) in x.iter_mut().zip(&self.d) {
                *x += d;
            }
            if k + 1 == self.degree {
                break;
            }
            self.matrix.apply(&self.d, &mut self.q);
            compiled::axpy(-T::ONE, &self.q, &mut self.r);
            let next = T::ONE / (two * self.centre / self.radius - rho);
            let (keep, take) = (next * rho, two * next / self.radius);
            for ((d, &r), &inverse) in self.d.iter_mut().zip(&self.r).zip(&self.inverse) {
                *d = keep * *d + take * (inverse * r);
            }
            rho = next;
        }
        let (cost, products, n) = (self.matrix.cost(), self.degree as u64 - 1, x.len() as u64);
        let bytes = (5 * self.degree as u64 + 3) * n * size_of::<T>() as u64;
        count(work, products * (cost.flops + n) + 6 * self.degree as u64 * n, products * cost.bytes + bytes);
    }
}

/// The largest eigenvalue of `D^-1 A`, or a little more.
pub(crate) fn largest<T: Scalar>(setup: &Setup<'_, T>, inverse: &[T]) -> Result<f64, BuildError> {
    let rows = setup.matrix.rows();
    let mut bound = 0.0f64;
    for (i, inverse) in inverse.iter().enumerate() {
        let sum: f64 = rows.row(i).1.iter().map(|a| a.to_f64().abs()).sum();
        bound = bound.max(sum * inverse.to_f64().abs());
    }
    if !setup.matrix.is_symmetric(1e-10) || inverse.iter().any(|d| *d <= T::ZERO) {
        return Ok(bound);
    }
    let mut jacobi = Jacobi::new(setup, 1.0)?;
    let found = spectrum::extremes(&**setup.matrix, &mut jacobi, STEPS, setup.seed, &mut Work::default());
    Ok(found.map_or(bound, |[_, most]| bound.min(MARGIN * most)))
}

impl<T: Scalar> Preconditioner<T> for Polynomial<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        self.r.copy_from_slice(r);
        self.steps(z, work);
    }

    fn relax(&mut self, a: &dyn Operator<T>, b: &[T], x: &mut [T], _: &mut [Vec<T>; 2], work: &mut Work) {
        a.residual(b, x, &mut self.r);
        a.cost().count(work);
        self.steps(x, work);
    }

    fn memory(&self) -> usize {
        held(&[&self.inverse, &self.r, &self.d, &self.q])
    }
}
