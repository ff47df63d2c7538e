//! Small dense linear algebra on row-major slices: an m x n matrix `a` has entry (i, j) at `a[i * n + j]`.
//!
//! Functions that take their outputs and work space as slices allocate nothing and run in any [`Real`](crate::real::Real)
//! type; the `f64` helpers that return vectors allocate. Wrong lengths are a programming error and panic.

mod cholesky;
mod normal;
mod product;
mod qr;
mod roots;
mod spectral;

pub use cholesky::{NotPositiveDefinite, cholesky, cholesky_solve, cholesky_solve_rows};
pub use normal::NormalEquations;
pub use product::{a_b, a_bt, a_x, at_b, at_b_add, at_x, transpose};
pub use qr::{solve_lower, solve_lower_transposed, solve_upper, solve_upper_transposed, thin_qr};
pub use roots::{
    InverseRoot, RootEnd, inverse_root_newton, inverse_root_spectral, sqrt_gradient, sqrt_newton_schulz, sqrt_pade,
    sqrt_spectral, sqrt_taylor,
};
pub use spectral::{jacobi_svd, singular_values_of_product, svd, symmetric_eigen};
