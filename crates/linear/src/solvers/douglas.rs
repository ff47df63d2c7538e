//! Alternating directions in three dimensions, `A = A_1 + A_2 + A_3` with a part along each axis (J. Douglas, Alternating direction methods for three
//! space variables, Numerische Mathematik 4, 1962): `(A_1 + rho) d_1 = 2 rho^2 r`, `(A_2 + rho) d_2 = d_1`, `(A_3 + rho) d_3 = d_2`, `u += d_3` with the residual r, each a
//! tridiagonal solve along every line. In two dimensions, with `2 rho` in place of `2 rho^2`, that is Peaceman and Rachford's iteration.
//!
//! Where the parts commute, the error in the mode of the eigenvalues x, y and z is multiplied by `1 - 2 rho^2 (x + y + z) / ((rho + x)(rho + y)(rho + z))`, which lies
//! between -1 and 1 for positive ones. The shifts are those that are best in two dimensions; in three no best ones are known.

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Work};

use super::adi::{Part, Shifts, positive};
use super::{count, norm};
use crate::memory::{Many, held};
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar, Setup, Side};

/// Eigenvalues along an axis at which the factor of a cycle is looked at.
const SAMPLES: usize = 40;

/// What one cycle of these shifts leaves at most of the error of any mode with eigenvalues in `[a, b]` along each axis.
pub fn cycle_factor(shifts: &[f64], a: f64, b: f64) -> f64 {
    let at = |i: usize| a * libm::exp(libm::log(b / a) * i as f64 / (SAMPLES - 1) as f64);
    let mut most = 0.0;
    for i in 0..SAMPLES {
        for j in i..SAMPLES {
            for k in j..SAMPLES {
                let [x, y, z] = [i, j, k].map(at);
                let one = |s: &f64| 1.0 - 2.0 * s * s * (x + y + z) / ((s + x) * (s + y) * (s + z));
                most = f64::max(most, shifts.iter().map(one).product::<f64>().abs());
            }
        }
    }
    most
}

/// The iteration; one step is a solve along each axis with the next shift.
pub struct Douglas<T> {
    parts: Vec<Part<T>>,
    shifts: Shifts<T>,
    x: Vec<T>,
    r: Vec<T>,
    d: Vec<T>,
    line: [Vec<T>; 2],
    norm: T,
}

impl<T: Scalar> Douglas<T> {
    /// With a cycle of `count` shifts.
    ///
    /// # Errors
    /// The unknowns form no box of three axes with given values on all sides and a seven-point stencil, or a part is not positive definite.
    pub fn new(setup: &Setup<'_, T>, count: usize) -> Result<Self, BuildError> {
        let given = setup.coarsening.is_none_or(|c| c.sides().iter().flatten().all(|s| *s == Side::Given));
        let stencil = setup.matrix.stencil().filter(|s| s.links.len() == 3 && given);
        let (Some(stencil), Ok(shape)) = (stencil, setup.boxed()) else {
            let why = "alternating directions need a box of unknowns with given values on all sides, coupled along the axes alone";
            return Err(BuildError::new("method", why));
        };
        let n = stencil.len();
        let part = |axis: usize| {
            let (link, length) = (&stencil.links[axis], shape[axis]);
            let centre = |k: usize| match k / link.stride % length {
                _ if length == 1 => stencil.centre[k] * T::from_f64(1.0 / 3.0),
                // The coupling beyond a side is not in the matrix: the one on the other side of the unknown stands for it.
                0 => -(link.upper[k] + link.upper[k]),
                at if at + 1 == length => -(link.lower[k] + link.lower[k]),
                _ => -(link.lower[k] + link.upper[k]),
            };
            let centre = (0..n).map(centre).collect();
            Part { stride: link.stride, length, centre, lower: link.lower.clone(), upper: link.upper.clone() }
        };
        let mut parts: Vec<Part<T>> = (0..3).map(part).collect();
        let third = T::from_f64(1.0 / 3.0);
        for k in 0..n {
            let mut rest = stencil.centre[k];
            parts.iter().for_each(|p| rest -= p.centre[k]);
            parts.iter_mut().for_each(|p| p.centre[k] += rest * third);
        }
        let shifts = Shifts::new(positive(&parts)?, count);
        let longest = shape.iter().copied().max().unwrap_or(1);
        let zeros = |n: usize| vec![T::ZERO; n];
        Ok(Douglas {
            parts,
            shifts,
            x: zeros(n),
            r: zeros(n),
            d: zeros(n),
            line: [zeros(longest), zeros(longest)],
            norm: T::ZERO,
        })
    }

    /// The interval that holds the eigenvalues of all parts.
    pub fn interval(&self) -> [f64; 2] {
        self.shifts.interval()
    }

    /// The shifts of a cycle, in double precision.
    pub fn shifts(&self) -> Vec<f64> {
        self.shifts.all()
    }
}

impl<T: Scalar> LinearSolver<T> for Douglas<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        self.shifts.rewind();
        super::first_residual(a, b, x, &mut self.r, work);
        self.norm = norm(&self.r);
    }

    fn step(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        let rho = self.shifts.take();
        let scale = (rho + rho) * rho;
        self.r.iter_mut().for_each(|r| *r *= scale);
        self.parts[0].solve(rho, &self.r, &mut self.d, &mut self.line);
        self.parts[1].solve(rho, &self.d, &mut self.r, &mut self.line);
        self.parts[2].solve(rho, &self.r, &mut self.d, &mut self.line);
        for (x, &d) in self.x.iter_mut().zip(&self.d) {
            *x += d;
        }
        a.residual(b, &self.x, &mut self.r);
        a.cost().count(work);
        self.norm = norm(&self.r);
        work.preconditioner += 1;
        count::<T>(work, self.x.len(), 30, 24);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn diagnostics(&self, out: &mut [f64]) {
        if let Some(out) = out.first_mut() {
            *out = self.shifts.last().to_f64();
        }
    }

    fn memory(&self) -> usize {
        let parts: usize = self.parts.iter().map(Part::memory).sum();
        held(&[&parts, &self.x, &self.r, &self.d, &Many(&self.line)])
    }

    fn save(&self, out: &mut StateWriter) {
        self.shifts.save(out);
        put(out, &[self.norm]);
        put(out, &self.x);
        put(out, &self.r);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.shifts.load(from);
        let mut one = [T::ZERO];
        get(from, &mut one);
        self.norm = one[0];
        get(from, &mut self.x);
        get(from, &mut self.r);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use iterscope_kernels::stencil::Stencil;

    use super::*;
    use crate::Matrix;
    use crate::preconditioners::identity::Identity;

    /// Every mode of the cube falls by the factor of the theory, in one step and in a cycle; the residual by the cycle's worst at most.
    #[test]
    fn modes_fall_by_their_factors() {
        let (m, pi) = (7usize, std::f64::consts::PI);
        let n = m * m * m;
        let mut stencil = Stencil::zero(n, &[1, m, m * m]);
        let weights = [64.0, 128.0, 32.0];
        stencil.centre.fill(2.0 * weights.iter().sum::<f64>());
        let place = |k: usize| [k % m, k / m % m, k / m / m];
        for k in 0..n {
            for ((link, weight), at) in stencil.links.iter_mut().zip(weights).zip(place(k)) {
                link.lower[k] = if at > 0 { -weight } else { 0.0 };
                link.upper[k] = if at + 1 < m { -weight } else { 0.0 };
            }
        }
        let a: Rc<Matrix<f64>> = Rc::new(stencil.into());
        let (shape, zero, mut work) = ([m; 3], vec![0.0; n], Work::default());
        let mut adi = Douglas::new(&Setup::new(&a).shaped(&shape), 4).unwrap();
        let shifts = adi.shifts();
        let mut worst: f64 = 0.0;
        for modes in [[1, 1, 1], [7, 1, 3], [4, 5, 6], [7, 7, 7]] {
            let wave = |k: usize| -> f64 {
                place(k).iter().zip(modes).map(|(x, j)| libm::sin(pi * (j * (x + 1)) as f64 / 8.0)).product()
            };
            let mode: Vec<f64> = (0..n).map(wave).collect();
            let values: Vec<f64> =
                modes.iter().zip(weights).map(|(&j, w)| 2.0 * w * (1.0 - libm::cos(pi * j as f64 / 8.0))).collect();
            adi.start(&*a, &mut Identity, &zero, &mode, &mut work);
            let mut factor = 1.0;
            for s in &shifts {
                adi.step(&*a, &mut Identity, &zero, &mut work);
                factor *=
                    1.0 - 2.0 * s * s * values.iter().sum::<f64>() / values.iter().map(|v| s + v).product::<f64>();
                let off = adi.iterate().iter().zip(&mode).map(|(x, u)| (x - factor * u).abs()).fold(0.0, f64::max);
                assert!(off < 1e-12, "{modes:?}: {off}");
            }
            worst = worst.max(factor.abs());
        }
        let [low, high] = adi.interval();
        let bound = cycle_factor(&shifts, low, high);
        assert!(worst <= bound && bound < 1.0, "{worst} {bound}");
    }
}
