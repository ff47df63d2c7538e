//! The discrete problem on a rectangle, with its own number of intervals in x and in y.

use std::rc::Rc;

use iterscope_core::BuildError;
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::{Matrix, Operator};

use crate::discrete::Discrete;
use crate::equation::Equation;

/// Matrix and right-hand side over `(nx - 1) (ny - 1)` unknowns, x fastest.
pub struct Mesh {
    /// Intervals in x.
    pub nx: usize,
    /// Intervals in y.
    pub ny: usize,
    /// `A`, a stencil.
    pub matrix: Rc<Matrix<f64>>,
    /// `b`
    pub rhs: Vec<f64>,
    /// The exact solution at the unknowns, where it is known.
    pub exact: Option<Vec<f64>>,
    /// Every row is alike, but for the sides.
    pub alike: bool,
}

impl Mesh {
    /// The equation on `nx` by `ny` intervals.
    ///
    /// # Errors
    /// Its data are not finite there.
    pub fn new(equation: &Equation, nx: usize, ny: usize) -> Result<Mesh, BuildError> {
        let discrete = equation.on([nx, ny, 0]).discretise()?;
        let (matrix, rhs) = discrete.assemble()?;
        let mesh = Mesh::of(&discrete, &Rc::new(matrix), &rhs)?;
        Ok(Mesh { exact: discrete.exact, ..mesh })
    }

    /// A problem that was discretised and assembled already.
    ///
    /// # Errors
    /// Its matrix is no stencil.
    pub fn of(discrete: &Discrete, matrix: &Rc<Matrix<f64>>, rhs: &[f64]) -> Result<Mesh, BuildError> {
        if matrix.stencil().is_none() {
            return Err(BuildError::new("method", "needs the unknowns of a whole box"));
        }
        let [nx, ny, _] = discrete.grid.intervals;
        let alike = discrete.has_constant_coefficients();
        Ok(Mesh { nx, ny, matrix: Rc::clone(matrix), rhs: rhs.to_vec(), exact: None, alike })
    }

    /// Unknowns in a row.
    pub fn width(&self) -> usize {
        self.nx - 1
    }

    /// Rows of unknowns.
    pub fn height(&self) -> usize {
        self.ny - 1
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.rhs.len()
    }

    /// The stencil of the matrix.
    pub fn stencil(&self) -> &Stencil<f64> {
        self.matrix.stencil().expect("looked at when it was made")
    }

    /// `out = b - A u`.
    pub fn residual(&self, u: &[f64], out: &mut [f64]) {
        self.matrix.residual(&self.rhs, u, out);
    }
}
