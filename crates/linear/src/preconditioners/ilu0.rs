//! Incomplete LU factorisation without fill, ILU(0), for any matrix (Y. Saad, Iterative Methods for Sparse Linear Systems, section 10.3).
//!
//! L and U keep the pattern of A, and their product agrees with A there. A pivot that is zero is refused, with a shift that helps. One
//! application is two triangular solves, as much as a product with A. It is symmetric where A is; conjugate gradients moreover need positive
//! pivots, which IC(0) checks.

use iterscope_core::{BuildError, ComponentInfo, Values, Work};

use super::ic0::PARAMS;
use super::incomplete::Incomplete;
use super::{ROLE, count};
use crate::{Preconditioner, PreconditionerKind, Scalar, Setup};

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "ilu0",
        "ILU(0)",
        "Incomplete LU factorisation on the pattern of the matrix, for any matrix",
        PARAMS,
    )
    .is(&["fixed"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Ilu0::new(setup, values.real("shift"))?))
}

/// `z = (L U)^-1 r`.
pub struct Ilu0<T> {
    factors: Incomplete<T>,
    symmetric: bool,
}

impl<T: Scalar> Ilu0<T> {
    /// For the matrix of `setup` with the diagonal times `1 + shift`.
    ///
    /// # Errors
    /// A diagonal entry is missing, or pivots are zero; the message counts them and offers a shift.
    pub fn new(setup: &Setup<'_, T>, shift: f64) -> Result<Self, BuildError> {
        let Some(factors) = Incomplete::new(setup.matrix, shift) else {
            return Err(BuildError::new("method", "ILU(0) needs every diagonal entry"));
        };
        if factors.unusable == 0 {
            return Ok(Ilu0 { factors, symmetric: setup.matrix.is_symmetric(1e-10) });
        }
        let helps = Incomplete::helpful_shift(setup.matrix, |f| f.unusable == 0);
        let offer = helps.map_or("Jacobi may serve".to_owned(), |s| format!("a shift of {s} helps"));
        let (count, pivots) = (factors.unusable, if factors.unusable == 1 { "pivot is" } else { "pivots are" });
        Err(BuildError::new("shift", format!("{count} {pivots} zero or not finite; {offer}")))
    }

    /// Pivots that are not positive.
    pub fn not_positive(&self) -> usize {
        self.factors.not_positive
    }
}

impl<T: Scalar> Preconditioner<T> for Ilu0<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        self.factors.solve(r, z);
        let (flops, bytes) = self.factors.cost();
        count(work, flops, bytes);
    }

    fn is_symmetric(&self) -> bool {
        self.symmetric
    }

    fn memory(&self) -> usize {
        self.factors.memory()
    }
}
