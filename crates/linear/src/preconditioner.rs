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

    /// [`Preconditioner::relax`] needs its scratch vectors.
    fn uses_scratch(&self) -> bool {
        true
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

    /// Bytes that it holds beyond the matrix.
    fn memory(&self) -> usize;

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

/// Where the unknowns of an axis end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The node on the side is given, and no unknown: the first unknown is one interval inside.
    Given,
    /// The node on the side is an unknown, and its row is weighted by its half cell, as symmetric matrices have it.
    Unknown,
    /// The node on the side is an unknown, and its row counts the inner neighbour twice, in place of a mirror image beyond the side.
    Mirrored,
    /// The axis closes on itself; so says its other side, too.
    Periodic,
}

/// A box of nodes that knows its next coarser one, with every second node.
pub trait Coarsening<T: Scalar> {
    /// The numbers of unknowns along x, y and z.
    fn shape(&self) -> &[usize];

    /// The lower and the upper side of each axis.
    fn sides(&self) -> &[[Side; 2]];

    /// The matrix of the same problem on the same box with these numbers of intervals along the axes, where it is to be had.
    fn on(&self, intervals: &[usize]) -> Option<Rc<Matrix<T>>> {
        let _ = intervals;
        None
    }

    /// The same problem on a coarser box, where there is one: along each axis it has every second node or the same nodes.
    fn coarser(&self) -> Option<Coarser<T>>;
}

/// A coarser box with the matrix of the problem on it.
pub type Coarser<T> = (Rc<Matrix<T>>, Rc<dyn Coarsening<T>>);

/// What a preconditioner is made from.
pub struct Setup<'a, T: Scalar> {
    /// The matrix.
    pub matrix: &'a Rc<Matrix<T>>,
    /// The numbers of unknowns along x, y and z, where they form a box and each row of the matrix couples within it.
    pub shape: Option<&'a [usize]>,
    /// The sides of the box along each axis, where the coarsening does not say it; given ones where nobody does.
    pub sides: Option<&'a [[Side; 2]]>,
    /// The box and its coarser ones, where the problem can be discretised anew on them.
    pub coarsening: Option<&'a Rc<dyn Coarsening<T>>>,
    /// Seed of everything random.
    pub seed: u64,
}

impl<'a, T: Scalar> Setup<'a, T> {
    /// For a matrix of which nothing else is known.
    pub fn new(matrix: &'a Rc<Matrix<T>>) -> Self {
        Setup { matrix, shape: None, sides: None, coarsening: None, seed: 1 }
    }

    /// For unknowns that form a box.
    #[must_use]
    pub fn shaped(mut self, shape: &'a [usize]) -> Self {
        self.shape = Some(shape);
        self
    }

    /// The box of the unknowns.
    ///
    /// # Errors
    /// They form none.
    pub fn boxed(&self) -> Result<&'a [usize], BuildError> {
        let fits = |shape: &&[usize]| shape.iter().product::<usize>() == self.matrix.len();
        self.shape.filter(fits).ok_or_else(|| BuildError::new("method", "needs unknowns that form a box"))
    }

    /// The same for another matrix, of which nothing but its box is known.
    pub(crate) fn of<'b>(&self, matrix: &'b Rc<Matrix<T>>, shape: Option<&'b [usize]>) -> Setup<'b, T> {
        Setup { matrix, shape, sides: None, coarsening: None, seed: self.seed }
    }
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
