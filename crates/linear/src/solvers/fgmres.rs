//! Flexible GMRES: the preconditioner may be another one at each step (Y. Saad, A flexible inner-outer preconditioned GMRES algorithm,
//! SIAM Journal on Scientific Computing 14, 1993).
//!
//! The vectors that the preconditioner made are kept, so that the iterate is put together from them. [`Gmres`] keeps them too, for they
//! spare it an application at the end of the cycle; so this is the same recurrence, allowed for preconditioners that change.

use super::gmres::Gmres;
use crate::Scalar;

/// For `n` unknowns, begun anew after `restart` steps.
pub fn flexible<T: Scalar>(n: usize, restart: usize) -> Gmres<T> {
    Gmres::new(n, restart)
}
