//! Incomplete Cholesky factorisation without fill, IC(0) (J. A. Meijerink and H. A. van der Vorst, An iterative solution method for linear systems
//! of which the coefficient matrix is a symmetric M-matrix, Mathematics of Computation 31, 1977).
//!
//! L keeps the pattern of A, and `L D L'` agrees with A there. For M-matrices it exists; elsewhere a pivot may turn out not positive, which
//! is counted and refused, for conjugate gradients would run on noise. A shift, a share of the diagonal that is added to it first, helps
//! (T. A. Manteuffel, An incomplete factorization technique for positive definite linear systems, Mathematics of Computation 34, 1980). One
//! application is two triangular solves, as much as a product with A. The order of the unknowns matters.

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, Values, Work};

use super::incomplete::Incomplete;
use super::{ROLE, count};
use crate::{Preconditioner, PreconditionerKind, Scalar, Setup};

pub(super) static PARAMS: &[ParamInfo] = &[ParamInfo::real(
    "shift",
    "Shift",
    "Share of the diagonal that is added to it before the factorisation; needed where pivots are not positive",
    [0.0, 10.0],
    0.0,
)];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "ic0",
        "IC(0)",
        "Incomplete Cholesky factorisation on the pattern of the matrix, for symmetric positive definite ones",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Ic0::new(setup, values.real("shift"))?))
}

/// `z = (L D L')^-1 r`.
pub struct Ic0<T>(Incomplete<T>);

impl<T: Scalar> Ic0<T> {
    /// For the matrix of `setup` with the diagonal times `1 + shift`.
    ///
    /// # Errors
    /// The matrix is not symmetric, a diagonal entry is missing, or pivots are not positive; the message counts them and offers a shift.
    pub fn new(setup: &Setup<'_, T>, shift: f64) -> Result<Self, BuildError> {
        if !setup.matrix.is_symmetric(1e-10) {
            return Err(BuildError::new("method", "IC(0) needs a symmetric matrix; ILU(0) takes any"));
        }
        let Some(factors) = Incomplete::new(setup.matrix, shift) else {
            return Err(BuildError::new("method", "IC(0) needs every diagonal entry"));
        };
        if factors.not_positive == 0 {
            return Ok(Ic0(factors));
        }
        let helps = Incomplete::helpful_shift(setup.matrix, |f| f.not_positive == 0);
        let offer = helps.map_or("Jacobi may serve".to_owned(), |s| format!("a shift of {s} makes all positive"));
        let (count, pivots) = (factors.not_positive, if factors.not_positive == 1 { "pivot is" } else { "pivots are" });
        Err(BuildError::new("shift", format!("{count} {pivots} not positive; {offer}")))
    }
}

impl<T: Scalar> Preconditioner<T> for Ic0<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        self.0.solve(r, z);
        let (flops, bytes) = self.0.cost();
        count(work, flops, bytes);
    }

    fn memory(&self) -> usize {
        self.0.memory()
    }
}
