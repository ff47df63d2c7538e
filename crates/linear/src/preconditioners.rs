//! The preconditioners, one file each.

pub mod aggregation;
pub mod chebyshev;
pub mod domain_splitting;
pub mod gauss_seidel;
pub mod ic0;
pub mod identity;
pub mod ilu0;
mod incomplete;
pub mod inner;
pub mod jacobi;
pub mod learned;
pub mod line;
pub mod multigrid;
pub mod polynomial;
pub mod schwarz;
pub mod ssor;

use iterscope_core::{BuildError, ParamInfo, Value, Work};

use crate::{PreconditionerKind, Scalar, Setup};

/// The role that all of them play in the schema of a method.
pub const ROLE: &str = "preconditioner";

/// All of them, in the order in which they are offered; the first is the default.
pub static KINDS: &[&PreconditionerKind] = &[
    &identity::KIND,
    &jacobi::KIND,
    &gauss_seidel::KIND,
    &ssor::KIND,
    &line::KIND,
    &ic0::KIND,
    &ilu0::KIND,
    &chebyshev::KIND,
    &polynomial::KIND,
    &schwarz::KIND,
    &multigrid::KIND,
    &aggregation::KIND,
    &domain_splitting::KIND,
    &learned::KIND,
    &inner::KIND,
];

/// The inverse of the diagonal.
///
/// # Errors
/// The diagonal has a zero.
pub(crate) fn inverse_diagonal<T: Scalar>(setup: &Setup<'_, T>) -> Result<Vec<T>, BuildError> {
    setup
        .matrix
        .inverse_diagonal()
        .map_err(|zero| BuildError::new("method", format!("needs a diagonal without zeros; {zero}")))
}

/// A new value of a live number, checked against its schema.
///
/// # Errors
/// Unknown, not live or out of range.
pub(crate) fn live_real(params: &[ParamInfo], key: &str, value: &Value) -> Result<f64, BuildError> {
    let found = params.iter().find(|p| p.key == key && p.live);
    let found = found.ok_or_else(|| BuildError::new(key, "cannot change while running"))?;
    Ok(found.check(value)?.as_real().unwrap_or(f64::NAN))
}

/// Counts one application that did so many operations and moved so many bytes.
pub(crate) fn count(work: &mut Work, flops: u64, bytes: u64) {
    work.preconditioner += 1;
    work.flops += flops;
    work.bytes += bytes;
}
