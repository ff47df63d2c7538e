//! The matrix of a rectangle with its own number of intervals in x and in y.

use std::rc::Rc;

use iterscope_core::BuildError;
use iterscope_kernels::stencil::Stencil;

use crate::{Matrix, Operator};

/// A matrix over `(nx - 1) (ny - 1)` unknowns, x fastest.
pub struct Mesh {
    /// Intervals in x.
    pub nx: usize,
    /// Intervals in y.
    pub ny: usize,
    /// `A`, a stencil.
    pub matrix: Rc<Matrix<f64>>,
    /// Every row is alike, but for the sides.
    pub alike: bool,
}

impl Mesh {
    /// A matrix on `nx` by `ny` intervals.
    ///
    /// # Errors
    /// It is no stencil of neighbours along the two axes, or of another size.
    pub fn new(matrix: &Rc<Matrix<f64>>, nx: usize, ny: usize) -> Result<Mesh, BuildError> {
        let fits = matrix.len() == (nx - 1) * (ny - 1);
        let stencil = matrix.stencil().filter(|s| fits && s.links.len() == 2);
        let stencil = stencil.ok_or_else(|| BuildError::new("method", "needs the unknowns of a whole box"))?;
        Ok(Mesh { nx, ny, matrix: Rc::clone(matrix), alike: alike(stencil, nx - 1) })
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
        self.matrix.len()
    }

    /// Whether there are none; never so for a mesh that was made.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stencil of the matrix.
    pub fn stencil(&self) -> &Stencil<f64> {
        self.matrix.stencil().expect("looked at when it was made")
    }
}

/// Whether all rows are equal where their neighbours are unknowns.
fn alike(s: &Stencil<f64>, width: usize) -> bool {
    let n = s.centre.len();
    let column = |k: &usize| k % width;
    equal(s.centre.iter().copied())
        && equal((0..n).filter(|k| column(k) > 0).map(|k| s.links[0].lower[k]))
        && equal((0..n).filter(|k| column(k) + 1 < width).map(|k| s.links[0].upper[k]))
        && equal((width..n).map(|k| s.links[1].lower[k]))
        && equal((0..n.saturating_sub(width)).map(|k| s.links[1].upper[k]))
}

fn equal(mut values: impl Iterator<Item = f64>) -> bool {
    let first = values.next();
    values.all(|v| Some(v) == first)
}
