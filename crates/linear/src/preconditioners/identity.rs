//! No preconditioner.

use iterscope_core::{BuildError, ComponentInfo, Values, Work};

use crate::preconditioners::ROLE;
use crate::{Preconditioner, PreconditionerKind, Scalar, Setup};

/// The choice of none.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(ROLE, "none", "none", "The residual as it is", &[]).is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(_: &Setup<'_, T>, _: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Identity))
}

/// `z = r`.
pub struct Identity;

impl<T: Scalar> Preconditioner<T> for Identity {
    fn apply(&mut self, r: &[T], z: &mut [T], _: &mut Work) {
        z.copy_from_slice(r);
    }
    fn is_identity(&self) -> bool {
        true
    }

    fn memory(&self) -> usize {
        0
    }
}
