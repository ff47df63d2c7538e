//! What can be asked beside the race, one file each.

mod amplification;
mod courses;
pub(crate) mod matrix_interpolation;
mod pairs;
pub(crate) mod reduced_basis;
mod refinement;
mod smoothing;
mod solve;
mod stability;
mod trial;
mod work_precision;

#[cfg(test)]
pub(crate) mod test_support;

use iterscope_core::Analysis;

/// All of them, in the order in which they are offered.
pub static ANALYSES: &[&Analysis] = &[
    &refinement::REFINEMENT,
    &pairs::PAIRS,
    &smoothing::SMOOTHING,
    &reduced_basis::REDUCED_BASIS,
    &matrix_interpolation::MATRIX_INTERPOLATION,
    &work_precision::WORK_PRECISION,
    &stability::STABILITY,
];
