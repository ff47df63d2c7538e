//! What every preconditioner offers, and how one is made from its parameters.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, StateReader, StateWriter, Value, Values, Work};

use crate::{Matrix, Operator, Scalar};

/// An approximation `M^-1` of `A^-1`. Everything is allocated when it is made.
pub trait Preconditioner<T: Scalar> {
    /// `z = M^-1 r`.
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work);

    /// One step of the stationary method that belongs to it, `x += M^-1 (b - A x)`. Sweeps do it in place, without a residual;
    /// `scratch` has two vectors of the length of `x`.
    fn relax(&mut self, a: &dyn Operator<T>, b: &[T], x: &mut [T], scratch: &mut [Vec<T>; 2], work: &mut Work) {
        let [r, z] = scratch;
        a.residual(b, x, r);
        a.cost().count(work);
        self.apply(r, z, work);
        for (x, &z) in x.iter_mut().zip(&*z) {
            *x += z;
        }
    }

    /// It is the same linear map each time; otherwise only flexible methods may use it.
    fn is_fixed(&self) -> bool {
        true
    }

    /// It is symmetric wherever the matrix is; conjugate gradients and MINRES need that, and that it is positive definite.
    fn is_symmetric(&self) -> bool {
        true
    }

    /// It does nothing: methods leave out what it would cost.
    fn is_identity(&self) -> bool {
        false
    }

    /// Changes a live parameter.
    ///
    /// # Errors
    /// It is unknown or out of range.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let _ = value;
        Err(BuildError::new(key, "cannot change while running"))
    }

    /// Writes everything that the next applications depend on: live parameters, the state of a generator.
    fn save(&self, out: &mut StateWriter) {
        let _ = out;
    }

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>) {
        let _ = from;
    }
}

/// What a preconditioner is made from.
pub struct Setup<'a, T: Scalar> {
    /// The matrix.
    pub matrix: &'a Rc<Matrix<T>>,
    /// The numbers of unknowns along x, y and z, where they form a box and each row of the matrix couples within it.
    pub shape: Option<&'a [usize]>,
    /// Seed of everything random.
    pub seed: u64,
}

/// Makes a preconditioner from its own parameters, which carry no prefix.
///
/// # Errors
/// The matrix does not fit, or a parameter; the field is the bare key.
pub type Build<T> = fn(&Setup<'_, T>, &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError>;

/// A preconditioner that can be chosen by name.
pub struct PreconditionerKind {
    /// Its name, what it does and its parameters.
    pub info: ComponentInfo,
    /// Makes it in double precision.
    pub build: Build<f64>,
    /// Makes it in single precision.
    pub build_f32: Build<f32>,
}
