//! The two precisions, for code that makes preconditioners by name.

use iterscope_core::{BuildError, Values};

use crate::{Preconditioner, PreconditionerKind, Scalar, Setup};

/// A scalar that preconditioners can be made in.
pub trait Precision: Scalar + Sized {
    /// Makes the preconditioner of `kind` in this precision.
    ///
    /// # Errors
    /// The matrix does not fit, or a parameter; the field is the bare key.
    fn build(
        kind: &PreconditionerKind,
        setup: &Setup<'_, Self>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<Self>>, BuildError>;
}

impl Precision for f64 {
    fn build(
        kind: &PreconditionerKind,
        setup: &Setup<'_, f64>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<f64>>, BuildError> {
        (kind.build)(setup, values)
    }
}

impl Precision for f32 {
    fn build(
        kind: &PreconditionerKind,
        setup: &Setup<'_, f32>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<f32>>, BuildError> {
        (kind.build_f32)(setup, values)
    }
}
