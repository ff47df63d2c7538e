//! The boxes between the lines of the skeleton: independent Dirichlet problems.

use iterscope_core::BuildError;
use iterscope_kernels::banded::BandedLu;

use super::mesh::Mesh;

/// The most memory that the factors may take, in bytes.
const MEMORY: usize = 256 << 20;

/// Direct solvers for all `coarse * coarse` boxes of `(ratio - 1)^2` unknowns.
pub struct Boxes {
    coarse: usize,
    ratio: usize,
    /// One for each box, or a single one where all boxes are alike.
    factors: Vec<BandedLu>,
    part: Vec<f64>,
}

impl Boxes {
    /// Factorises the boxes of the fine problem `d`.
    ///
    /// # Errors
    /// A box is singular, or the factors would take too much memory.
    pub fn new(d: &Mesh, coarse: usize) -> Result<Boxes, BuildError> {
        let ratio = d.nx / coarse;
        let side = ratio - 1;
        let alike = d.alike;
        let count = if alike { 1 } else { coarse * coarse };
        let bytes = count * side * side * (3 * side + 1) * 8;
        if bytes > MEMORY {
            let why = format!(
                "the factors of {count} boxes of {side} × {side} unknowns would take {} MB; take more coarse intervals",
                bytes >> 20
            );
            return Err(BuildError::new("coarse", why));
        }
        let factors = (0..count).map(|b| factor(d, ratio, b / coarse, b % coarse)).collect::<Result<_, _>>()?;
        Ok(Boxes { coarse, ratio, factors, part: vec![0.0; side * side] })
    }

    /// Solves in every box with the right-hand side `r` of the fine mesh and adds to `u`.
    pub fn add_solutions(&mut self, r: &[f64], u: &mut [f64]) {
        let (coarse, ratio) = (self.coarse, self.ratio);
        let (width, side) = (coarse * ratio - 1, ratio - 1);
        for b in 0..coarse * coarse {
            let first = (b / coarse * width + b % coarse) * ratio;
            for (row, part) in self.part.chunks_exact_mut(side).enumerate() {
                part.copy_from_slice(&r[first + row * width..][..side]);
            }
            let lu = if self.factors.len() == 1 { &self.factors[0] } else { &self.factors[b] };
            lu.solve(&mut self.part);
            for (row, part) in self.part.chunks_exact(side).enumerate() {
                for (u, p) in u[first + row * width..][..side].iter_mut().zip(part) {
                    *u += p;
                }
            }
        }
    }

    /// Bytes that the factors hold.
    pub fn memory(&self) -> usize {
        let side = self.ratio - 1;
        self.factors.len() * side * side * (8 * (3 * side + 1) + 4)
    }

    /// Floating-point operations of one [`Boxes::add_solutions`].
    pub fn flops(&self) -> u64 {
        let side = self.ratio as u64 - 1;
        (self.coarse * self.coarse) as u64 * side * side * 6 * side
    }
}

fn factor(d: &Mesh, ratio: usize, row: usize, column: usize) -> Result<BandedLu, BuildError> {
    let (side, width, s) = (ratio - 1, d.width(), d.stencil());
    let mut lu = BandedLu::new(side * side, side, side);
    for y in 0..side {
        for x in 0..side {
            let (p, k) = (y * side + x, (row * ratio + y) * width + column * ratio + x);
            lu.add(p, p, s.centre[k]);
            if x > 0 {
                lu.add(p, p - 1, s.links[0].lower[k]);
            }
            if x + 1 < side {
                lu.add(p, p + 1, s.links[0].upper[k]);
            }
            if y > 0 {
                lu.add(p, p - side, s.links[1].lower[k]);
            }
            if y + 1 < side {
                lu.add(p, p + side, s.links[1].upper[k]);
            }
        }
    }
    lu.factor().map_err(|_| BuildError::new("coarse", "the matrix of a box is singular"))?;
    Ok(lu)
}
