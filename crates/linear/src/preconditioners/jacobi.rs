//! Jacobi: the weighted inverse of the diagonal.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, StateReader, StateWriter, Value, Values, Work};

use iterscope_kernels::compiled;

use crate::memory::held;
use crate::preconditioners::ROLE;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] =
    &[ParamInfo::real("omega", "Relaxation", "Weight of the inverse diagonal", [0.05, 2.0], 1.0).live()];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "jacobi",
        "Jacobi",
        "The inverse of the diagonal: undoes a bad scaling of the rows, and nothing else",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Jacobi::new(setup, values.real("omega"))?))
}

/// `z = omega D^-1 r`.
pub struct Jacobi<T> {
    matrix: Rc<Matrix<T>>,
    inverse: Vec<T>,
    omega: T,
}

impl<T: Scalar> Jacobi<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(setup: &Setup<'_, T>, omega: f64) -> Result<Self, BuildError> {
        Ok(Jacobi {
            matrix: Rc::clone(setup.matrix),
            inverse: super::inverse_diagonal(setup)?,
            omega: T::from_f64(omega),
        })
    }
}

impl<T: Scalar> Preconditioner<T> for Jacobi<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        for ((z, &r), &d) in z.iter_mut().zip(r).zip(&self.inverse) {
            *z = self.omega * (d * r);
        }
        work.preconditioner += 1;
        work.flops += 2 * r.len() as u64;
        work.bytes += 3 * size_of_val(r) as u64;
    }

    fn relax(&mut self, a: &dyn Operator<T>, b: &[T], x: &mut [T], scratch: &mut [Vec<T>; 2], work: &mut Work) {
        let [r, z] = scratch;
        let Some(stencil) = self.matrix.stencil() else {
            a.residual(b, x, r);
            a.cost().count(work);
            self.apply(r, z, work);
            compiled::axpy(T::ONE, z, x);
            return;
        };
        // One pass over the matrix, without a residual.
        stencil.relax(self.matrix.uniform(), b, &self.inverse, self.omega, x, r);
        x.copy_from_slice(r);
        let (n, points) = (x.len() as u64, 1 + 2 * stencil.links.len() as u64);
        work.operator += 1;
        work.flops += (2 * points + 3) * n;
        work.bytes += (points + 4) * n * size_of::<T>() as u64;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.omega = T::from_f64(super::live_real(PARAMS, key, value)?);
        Ok(())
    }

    fn memory(&self) -> usize {
        held(&[&self.inverse])
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.omega.to_f64());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.omega = T::from_f64(from.real());
    }
}
