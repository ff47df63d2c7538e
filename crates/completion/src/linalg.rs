//! Linear algebra on factors, sparse matrices and their sums. Knows no method.

pub(crate) mod distance;
pub(crate) mod gram;
pub(crate) mod leading;
pub(crate) mod least_squares;
pub(crate) mod principal_angles;
pub(crate) mod product_svd;
pub(crate) mod sketch;
pub(crate) mod spectral;
pub(crate) mod svd_update;
