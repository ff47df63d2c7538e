//! The matrix of an anisotropic sub-mesh: fine along one axis, coarse along the other.

use iterscope_core::BuildError;
use iterscope_kernels::banded::BandedLu;
use iterscope_kernels::compiled;
use iterscope_kernels::spline::interpolation_matrix;

use super::mesh::Mesh;
use crate::memory::held;

/// The order of the correcting spline: degree 4.
const ORDER: usize = 5;

/// The axis along which a sub-mesh is fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Fine in x, coarse in y.
    X,
    /// Fine in y, coarse in x.
    Y,
}

/// A solver on one sub-mesh. Its functions have `fine - 1` rows of `coarse - 1` values: the position along the fine axis,
/// then the coarse line. Functions on the coarse points have row `y`, column `x`.
pub struct Strip {
    coarse: usize,
    lu: BandedLu,
    /// The function at hand.
    pub values: Vec<f64>,
    /// The unknown of the sub-mesh's own numbering at each value.
    own: Vec<usize>,
    /// The unknown of the fine mesh at each value.
    nodes: Vec<usize>,
    /// The place of each coarse point among the values.
    corners: Vec<usize>,
    /// The spline through zero at both ends and values at the coarse points, as a matrix `(fine - 1) x (coarse - 1)`.
    spline: Vec<f64>,
    mismatch: Vec<f64>,
}

impl Strip {
    /// Factorises the matrix of the sub-mesh.
    ///
    /// # Errors
    /// It is singular.
    pub fn new(mesh: &Mesh, axis: Along, coarse: usize, fine: usize) -> Result<Strip, BuildError> {
        let along_x = axis == Along::X;
        let (length, lines, ratio) = (fine - 1, coarse - 1, fine / coarse);
        // The unknown of the sub-mesh's own numbering at value `q`.
        let own = |q: usize| {
            let (f, c) = (q / lines, q % lines);
            if along_x { c * length + f } else { f * lines + c }
        };
        let lu = factor(mesh, lines, own)?;
        let on_line = |c: usize| (c + 1) * ratio - 1;
        let nodes = (0..length * lines)
            .map(|q| {
                let (f, c) = (q / lines, on_line(q % lines));
                if along_x { c * length + f } else { f * length + c }
            })
            .collect();
        let corners = (0..lines * lines)
            .map(|p| {
                let (y, x) = (p / lines, p % lines);
                if along_x { on_line(x) * lines + y } else { on_line(y) * lines + x }
            })
            .collect();
        Ok(Strip {
            coarse,
            lu,
            values: vec![0.0; length * lines],
            own: (0..length * lines).map(own).collect(),
            nodes,
            corners,
            spline: spline(coarse, fine),
            mismatch: vec![0.0; lines * lines],
        })
    }

    /// `values` becomes the solution with a right-hand side in the sub-mesh's own numbering.
    pub fn solve_own(&mut self, rhs: &[f64]) {
        for (value, &k) in self.values.iter_mut().zip(&self.own) {
            *value = rhs[k];
        }
        self.lu.solve(&mut self.values);
    }

    /// Brings values in the sub-mesh's own numbering into the order of `values`.
    pub fn ordered(&self, own: &[f64]) -> Vec<f64> {
        self.own.iter().map(|&k| own[k]).collect()
    }

    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        let n = self.values.len();
        let factors = n * (8 * (3 * self.lu.width() + 1) + 4);
        held(&[&factors, &self.values, &self.own, &self.nodes, &self.corners, &self.spline, &self.mismatch])
    }

    /// The function's values at the coarse points.
    pub fn coarse_values(&self, out: &mut [f64]) {
        for (out, &q) in out.iter_mut().zip(&self.corners) {
            *out = self.values[q];
        }
    }

    /// Solves with the residual `r` of the fine mesh, injected to the sub-mesh, as right-hand side.
    pub fn solve_residual(&mut self, r: &[f64]) {
        for (value, &k) in self.values.iter_mut().zip(&self.nodes) {
            *value = r[k];
        }
        self.lu.solve(&mut self.values);
    }

    /// Adds the spline along each coarse line that brings the function to `target` at the coarse points.
    pub fn bend(&mut self, target: &[f64]) {
        let lines = self.coarse - 1;
        let ratio = (self.values.len() / lines + 1) / self.coarse;
        for (&q, t) in self.corners.iter().zip(target) {
            // The m-th coarse point of line c: row m, column c.
            let (m, c) = ((q / lines + 1) / ratio - 1, q % lines);
            self.mismatch[m * lines + c] = t - self.values[q];
        }
        for (row, weights) in self.values.chunks_exact_mut(lines).zip(self.spline.chunks_exact(lines)) {
            for (w, mismatch) in weights.iter().zip(self.mismatch.chunks_exact(lines)) {
                compiled::axpy(*w, mismatch, row);
            }
        }
    }

    /// Writes the function on the lines of the fine mesh that the sub-mesh consists of.
    pub fn paste(&self, u: &mut [f64]) {
        for (value, &k) in self.values.iter().zip(&self.nodes) {
            u[k] = *value;
        }
    }

    /// Floating-point operations of one [`Strip::solve_residual`] with one [`Strip::bend`].
    pub fn flops(&self) -> u64 {
        let (n, band) = (self.values.len() as u64, self.coarse as u64 - 1);
        n * 6 * band + 2 * n * band
    }
}

/// The matrix of the sub-mesh with the unknowns in the order given by `own`, which makes the band narrow.
fn factor(d: &Mesh, lines: usize, own: impl Fn(usize) -> usize) -> Result<BandedLu, BuildError> {
    let (n, s) = (d.len(), d.stencil());
    let mut lu = BandedLu::new(n, lines, lines);
    let mut place = vec![0; n];
    for q in 0..n {
        place[own(q)] = q;
    }
    let width = d.width();
    for q in 0..n {
        let k = own(q);
        lu.add(q, q, s.centre[k]);
        let (column, row) = (k % width, k / width);
        if column > 0 {
            lu.add(q, place[k - 1], s.links[0].lower[k]);
        }
        if column + 1 < width {
            lu.add(q, place[k + 1], s.links[0].upper[k]);
        }
        if row > 0 {
            lu.add(q, place[k - width], s.links[1].lower[k]);
        }
        if row + 1 < d.height() {
            lu.add(q, place[k + width], s.links[1].upper[k]);
        }
    }
    lu.factor().map_err(|_| BuildError::new("coarse", "the matrix of a sub-mesh is singular"))?;
    Ok(lu)
}

fn spline(coarse: usize, fine: usize) -> Vec<f64> {
    let sites: Vec<f64> = (0..=coarse).map(|i| i as f64 / coarse as f64).collect();
    let nodes: Vec<f64> = (1..fine).map(|i| i as f64 / fine as f64).collect();
    let full = interpolation_matrix(&sites, &nodes, ORDER);
    // The end values are zero: their columns drop out.
    full.chunks_exact(coarse + 1).flat_map(|row| row[1..coarse].iter().copied()).collect()
}
