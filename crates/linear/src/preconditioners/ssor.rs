//! Symmetric successive over-relaxation: a sweep forwards and one backwards.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, StateReader, StateWriter, Value, Values, Work};

use crate::memory::held;
use crate::preconditioners::ROLE;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] = &[ParamInfo::real(
    "omega",
    "Relaxation",
    "1 is the symmetric Gauss-Seidel sweep; near the optimal value of SOR it is best",
    [0.05, 1.99],
    1.0,
)
.live()];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "ssor",
        "SSOR",
        "A sweep of successive over-relaxation forwards and one backwards, so that it is symmetric (Axelsson 1972)",
        PARAMS,
    )
    .is(&["fixed", "symmetric"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    Ok(Box::new(Ssor::new(setup, values.real("omega"))?))
}

/// `z` after one sweep forwards and one backwards on `A z = r` from zero:
/// `M = (D/omega + L) (D (2/omega - 1))^-1 (D/omega + U)`.
pub struct Ssor<T> {
    matrix: Rc<Matrix<T>>,
    inverse: Vec<T>,
    omega: T,
}

impl<T: Scalar> Ssor<T> {
    /// For the matrix of `setup`.
    ///
    /// # Errors
    /// The diagonal has a zero.
    pub fn new(setup: &Setup<'_, T>, omega: f64) -> Result<Self, BuildError> {
        let inverse = super::inverse_diagonal(setup)?;
        Ok(Ssor { matrix: Rc::clone(setup.matrix), inverse, omega: T::from_f64(omega) })
    }

    fn sweeps(&self, b: &[T], x: &mut [T], work: &mut Work) {
        self.matrix.relax_forward(b, &self.inverse, self.omega, (0, x.len(), 1), x);
        self.matrix.relax_backward(b, &self.inverse, self.omega, x);
        let cost = self.matrix.cost();
        work.preconditioner += 1;
        work.flops += 2 * (cost.flops + 3 * x.len() as u64);
        work.bytes += 2 * cost.bytes;
    }
}

impl<T: Scalar> Preconditioner<T> for Ssor<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        self.sweeps(r, z, work);
    }

    fn relax(&mut self, _: &dyn Operator<T>, b: &[T], x: &mut [T], _: &mut [Vec<T>; 2], work: &mut Work) {
        self.sweeps(b, x, work);
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
