//! The error by frequency: how much of each sine mode it has. On a box with given values on all sides these are the modes of the Laplacian, which
//! relaxation damps one by one, the rough ones first.

use iterscope_core::{Extent, Picture, PictureInfo, PictureKind};
use iterscope_kernels::sine::SineTransform;
use iterscope_linear::Side;

use crate::linear::LinearProblem;

/// Key of the picture.
pub const KEY: &str = "frequencies";
/// What is below that power of ten is not told apart.
const FLOOR: f64 = -10.0;
/// Rounding.
const LEAST: f64 = 1e-17;

/// The picture on a box of so many dimensions.
pub fn info(dimension: usize) -> PictureInfo {
    let kind = if dimension == 1 { PictureKind::Line } else { PictureKind::Field };
    PictureInfo::new(KEY, "error by frequency (log₁₀, low ones at the lower left)", kind)
}

/// The numbers of unknowns along the axes, where all sides of the box are given.
pub fn shape(problem: &LinearProblem) -> Option<&Vec<usize>> {
    let given = problem.coarsening.as_ref()?.sides().iter().flatten().all(|s| *s == Side::Given);
    problem.shape.as_ref().filter(|_| given)
}

/// Draws errors by frequency.
pub struct Frequencies {
    shape: Vec<usize>,
    transforms: Vec<SineTransform>,
    /// The largest amplitude of the solution.
    scale: f64,
    amplitudes: Vec<f64>,
}

impl Frequencies {
    /// On a box, relative to the largest amplitude of `solution`.
    pub fn new(shape: &[usize], solution: &[f64]) -> Self {
        let transforms = shape.iter().map(|&m| SineTransform::new(m)).collect();
        let mut f = Frequencies { shape: shape.to_vec(), transforms, scale: 1.0, amplitudes: solution.to_vec() };
        f.transform();
        let largest = f.amplitudes.iter().fold(0.0, |m: f64, a| m.max(a.abs()));
        f.scale = if largest > 0.0 { largest } else { 1.0 };
        f
    }

    fn transform(&mut self) {
        let (mut stride, mut scale) = (1, 1.0);
        for (transform, m) in self.transforms.iter_mut().zip(&self.shape) {
            transform.along(&mut self.amplitudes, stride);
            stride *= m;
            scale *= 2.0 / (m + 1) as f64;
        }
        self.amplitudes.iter_mut().for_each(|a| *a *= scale);
    }

    /// The powers of ten of the amplitudes of `error`, by the number of half waves along x and, upwards, y; over z their root mean square.
    pub fn draw(&mut self, error: &[f64], extent: Extent, out: &mut Picture) {
        self.amplitudes.copy_from_slice(error);
        self.transform();
        let along = |axis: usize| self.shape.get(axis).copied().unwrap_or(1);
        let (columns, rows, layers) = (along(0), along(1), along(2));
        let power = |x: usize, y: usize| {
            let square = |z: usize| {
                let a = self.amplitudes[x + columns * (y + rows * z)];
                a * a
            };
            let mean = (0..layers).map(square).sum::<f64>() / layers as f64;
            libm::log10((mean.sqrt() / self.scale).max(LEAST))
        };
        if self.shape.len() == 1 {
            out.line((columns, 1), extent, |i| (i + 1) as f64, |_, i| power(i, 0));
        } else {
            out.field(rows, columns, extent, |row, col| power(col, rows - 1 - row));
        }
        // One scale for the whole run, so that falling is seen.
        (out.lo, out.hi) = (FLOOR as f32, out.hi.max(0.0));
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn modes_stand_where_their_half_waves_are() {
        let (m, n) = (7, 5);
        let mode = |x: usize, y: usize, j: usize, k: usize| {
            libm::sin(PI * (j * (x + 1)) as f64 / (m + 1) as f64)
                * libm::sin(PI * (k * (y + 1)) as f64 / (n + 1) as f64)
        };
        let of = |weights: &[(usize, usize, f64)]| -> Vec<f64> {
            (0..m * n).map(|i| weights.iter().map(|&(j, k, w)| w * mode(i % m, i / m, j, k)).sum()).collect()
        };
        let mut frequencies = Frequencies::new(&[m, n], &of(&[(1, 1, 2.0)]));
        let mut out = Picture::default();
        let extent = Extent { width: 20, height: 20 };
        frequencies.draw(&of(&[(1, 1, 0.2), (6, 4, 2e-3)]), extent, &mut out);
        assert_eq!((out.kind, out.width, out.height), (PictureKind::Field, 7, 5));
        let at = |j: usize, k: usize| out.values[(n - k) * m + j - 1];
        assert!((at(1, 1) + 1.0).abs() < 1e-6 && (at(6, 4) + 3.0).abs() < 1e-6, "{:?}", out.values);
        assert!(at(3, 2) < -15.0 && (out.lo, out.hi) == (-10.0, 0.0));
        let mut line = Frequencies::new(&[m], &[1.0; 7]);
        line.draw(&[0.0; 7], extent, &mut out);
        assert_eq!((out.kind, out.aux[0], out.aux[6]), (PictureKind::Line, 1.0, 7.0));
    }
}
