//! Two-level domain splitting of a rectangle (K. Trotti, A domain splitting strategy for solving PDEs, arXiv 2303.01163, 2023): two sub-meshes, each
//! fine along one axis and coarse along the other, whose solutions are brought to agreement at the points that they share, and the boxes between their
//! lines.

pub mod boxes;
pub mod mesh;
pub mod strip;

use iterscope_core::BuildError;
use iterscope_kernels::{compiled, reduce};

use self::boxes::Boxes;
use self::mesh::Mesh;
use self::strip::{Along, Strip};

/// Sub-meshes and boxes.
pub struct Splitting {
    /// Fine in x, fine in y.
    pub strips: [Strip; 2],
    /// Between the lines.
    pub boxes: Boxes,
    /// Values at the coarse points.
    pub corners: Vec<f64>,
}

impl Splitting {
    /// Of a fine mesh, with the sub-meshes that are fine in x and in y.
    ///
    /// # Errors
    /// `coarse` does not divide the intervals, or a matrix is singular or too large.
    pub fn new(fine: &Mesh, sub: [&Mesh; 2], coarse: usize) -> Result<Splitting, BuildError> {
        check_division(coarse, fine.nx)?;
        let strips = [Strip::new(sub[0], Along::X, coarse, fine.nx)?, Strip::new(sub[1], Along::Y, coarse, fine.nx)?];
        let corners = vec![0.0; (coarse - 1) * (coarse - 1)];
        Ok(Splitting { strips, boxes: Boxes::new(fine, coarse)?, corners })
    }

    /// Solves with the residual `r` on both sub-meshes, and lays both functions, bent to the values of sub-mesh `pick` at the coarse points, on the
    /// skeleton of `out`, zero in the boxes. With `alike` the second function is first scaled to the norm of the first, as the source does.
    pub fn skeleton(&mut self, r: &[f64], pick: usize, alike: bool, out: &mut [f64]) {
        for strip in &mut self.strips {
            strip.solve_residual(r);
        }
        if alike {
            // Plain norms of vectors of different length, as in the source.
            let (first, second) = (compiled::norm2(&self.strips[0].values), compiled::norm2(&self.strips[1].values));
            if second > 0.0 {
                reduce::scale(first / second, &mut self.strips[1].values);
            }
        }
        self.strips[pick].coarse_values(&mut self.corners);
        self.merge(out);
    }

    /// Bends both functions to the values in `corners` and lays them on the skeleton of `out`, zero in the boxes.
    pub fn merge(&mut self, out: &mut [f64]) {
        out.fill(0.0);
        for strip in &mut self.strips {
            strip.bend(&self.corners);
        }
        // At the coarse points both agree but for rounding: the one fine in x is laid last and stays.
        self.strips[1].paste(out);
        self.strips[0].paste(out);
    }

    /// Floating-point operations of the solves on sub-meshes and boxes.
    pub fn flops(&self) -> u64 {
        self.boxes.flops() + self.strips.iter().map(Strip::flops).sum::<u64>()
    }

    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        self.boxes.memory() + self.strips.iter().map(Strip::memory).sum::<usize>() + 8 * self.corners.len()
    }
}

/// Refuses coarse intervals that do not divide the fine ones.
///
/// # Errors
/// At `coarse`, with those that do.
pub fn check_division(coarse: usize, fine: usize) -> Result<(), BuildError> {
    if coarse < fine && fine.is_multiple_of(coarse) {
        return Ok(());
    }
    let fitting: Vec<usize> = (2..fine).filter(|c| fine.is_multiple_of(*c)).collect();
    let below = fitting.iter().rev().find(|c| **c < coarse);
    let above = fitting.iter().find(|c| **c > coarse);
    let near = match (below, above) {
        (Some(a), Some(b)) => format!("take {a} or {b}"),
        (Some(a), None) | (None, Some(a)) => format!("take {a}"),
        (None, None) => "n has no divisor: change n".to_owned(),
    };
    Err(BuildError::new("coarse", format!("must be a proper divisor of n = {fine}, and {coarse} is not: {near}")))
}
