//! Matrices over the unknowns of a layout: a stencil where they form a box that is not joined to itself, rows elsewhere.

use iterscope_core::BuildError;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::Matrix;

use crate::layout::Layout;

/// A matrix in the making, by couplings of neighbours.
pub struct Assembly {
    n: usize,
    stencil: Option<Stencil<f64>>,
    triplets: Vec<(u32, u32, f64)>,
}

impl Assembly {
    /// The zero matrix over the unknowns of `layout`.
    pub fn new(layout: &Layout) -> Assembly {
        let n = layout.len();
        let strides = |shape: &Vec<usize>| -> Vec<usize> {
            (0..shape.len()).map(|axis| shape[..axis].iter().product()).collect()
        };
        let stencil = layout.boxed().map(|shape| Stencil::zero(n, &strides(shape)));
        Assembly { n, stencil, triplets: Vec::new() }
    }

    /// The coupling of unknown `k` with its lower or upper neighbour along `axis`.
    pub fn couple(&mut self, k: usize, axis: usize, upper: bool, neighbour: u32, value: f64) {
        match &mut self.stencil {
            Some(stencil) => {
                let link = &mut stencil.links[axis];
                (if upper { &mut link.upper } else { &mut link.lower })[k] = value;
            }
            None => self.triplets.push((k as u32, neighbour, value)),
        }
    }

    /// The diagonal entry of unknown `k`.
    pub fn centre(&mut self, k: usize, value: f64) {
        match &mut self.stencil {
            Some(stencil) => stencil.centre[k] = value,
            None => self.triplets.push((k as u32, k as u32, value)),
        }
    }

    /// The matrix.
    ///
    /// # Errors
    /// It is too large for its indices.
    pub fn matrix(self) -> Result<Matrix<f64>, BuildError> {
        match self.stencil {
            Some(stencil) => Ok(stencil.into()),
            None => {
                let rows = Csr::from_triplets(self.n, self.n, &self.triplets);
                Ok(rows.map_err(|e| BuildError::new("n", e.to_string()))?.into())
            }
        }
    }
}
