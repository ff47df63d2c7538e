//! The five-point stencil as a matrix, with loops that vectorise.

use crate::compiled::Compiled;
use crate::real::Real;

/// A five-point matrix on a rectangle of unknowns, x fastest, with a coefficient of its own for every node and
/// neighbour: `(A u)_k = centre_k u_k + west_k u_{k-1} + east_k u_{k+1} + south_k u_{k-width} + north_k u_{k+width}`.
///
/// Coefficients that would reach across the boundary are zero, so that the loops run over the plain vector without asking
/// where a row ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Stencil<T> {
    /// Unknowns in a row.
    pub width: usize,
    /// The diagonal.
    pub centre: Vec<T>,
    /// Towards smaller x.
    pub west: Vec<T>,
    /// Towards larger x.
    pub east: Vec<T>,
    /// Towards smaller y.
    pub south: Vec<T>,
    /// Towards larger y.
    pub north: Vec<T>,
}

impl<T: Real> Stencil<T> {
    /// The zero matrix of `height` rows of `width` unknowns.
    pub fn zero(width: usize, height: usize) -> Self {
        let zeros = || vec![T::ZERO; width * height];
        Stencil { width, centre: zeros(), west: zeros(), east: zeros(), south: zeros(), north: zeros() }
    }

    /// The same matrix in another precision.
    pub fn cast<S: Real>(&self) -> Stencil<S> {
        let cast = |v: &[T]| v.iter().map(|x| S::from_f64(x.to_f64())).collect();
        Stencil {
            width: self.width,
            centre: cast(&self.centre),
            west: cast(&self.west),
            east: cast(&self.east),
            south: cast(&self.south),
            north: cast(&self.north),
        }
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.centre.len()
    }

    /// Whether there are no unknowns.
    pub fn is_empty(&self) -> bool {
        self.centre.is_empty()
    }

    /// The sum over the neighbours of unknown `k`, without the diagonal, in the order west, east, south, north.
    #[inline]
    pub fn neighbours(&self, k: usize, u: &[T]) -> T {
        let (n, m) = (u.len(), self.width);
        let mut sum = T::ZERO;
        if k > 0 {
            sum += self.west[k] * u[k - 1];
        }
        if k + 1 < n {
            sum += self.east[k] * u[k + 1];
        }
        if k >= m {
            sum += self.south[k] * u[k - m];
        }
        if k + m < n {
            sum += self.north[k] * u[k + m];
        }
        sum
    }

    /// `out_k = finish(k, (A u)_k)`.
    #[inline(always)]
    pub(crate) fn sweep(&self, u: &[T], out: &mut [T], finish: impl Fn(usize, T) -> T) {
        let (n, m) = (self.len(), self.width);
        assert!(u.len() == n && out.len() == n, "vectors of unequal length");
        // The first and the last row lack a neighbour in the vector; the rows between run without a question.
        let edge = if n > 2 * m { m } else { n };
        let last = if n > 2 * m { n - m } else { n };
        for k in (0..edge).chain(last..n) {
            out[k] = finish(k, self.centre[k] * u[k] + self.neighbours(k, u));
        }
        if n <= 2 * m {
            return;
        }
        let inner = n - 2 * m;
        let (c, w, e) = (&self.centre[m..n - m], &self.west[m..n - m], &self.east[m..n - m]);
        let (s, t) = (&self.south[m..n - m], &self.north[m..n - m]);
        let (uc, uw, ue) = (&u[m..n - m], &u[m - 1..n - m - 1], &u[m + 1..n - m + 1]);
        let (us, ut) = (&u[..inner], &u[2 * m..]);
        let out = &mut out[m..n - m];
        for k in 0..inner {
            let around = w[k] * uw[k] + e[k] * ue[k] + s[k] * us[k] + t[k] * ut[k];
            out[k] = finish(k + m, c[k] * uc[k] + around);
        }
    }
}

impl<T: Compiled> Stencil<T> {
    /// `out = A u`.
    ///
    /// # Panics
    /// Here and below, where the lengths of the vectors differ.
    pub fn apply(&self, u: &[T], out: &mut [T]) {
        T::apply(self, u, out);
    }

    /// `out = b - A u`.
    pub fn residual(&self, b: &[T], u: &[T], out: &mut [T]) {
        T::residual(self, b, u, out);
    }

    /// `out = u + omega D^-1 (b - A u)`, with `inverse` the diagonal of `D^-1`.
    pub fn relax(&self, b: &[T], inverse: &[T], omega: T, u: &[T], out: &mut [T]) {
        T::relax(self, b, inverse, omega, u, out);
    }
}

impl Stencil<f64> {
    /// Visits the unknowns `from`, `from + stride` and so on below `to` and relaxes each with the newest values of the
    /// others: `u_k += omega ((b_k - sum of neighbours) / centre_k - u_k)`, with `inverse` the diagonal of `D^-1`.
    #[inline(never)]
    pub fn relax_in_place(
        &self,
        b: &[f64],
        inverse: &[f64],
        omega: f64,
        (from, to, stride): (usize, usize, usize),
        u: &mut [f64],
    ) {
        for k in (from..to).step_by(stride) {
            let gauss_seidel = (b[k] - self.neighbours(k, u)) * inverse[k];
            u[k] += omega * (gauss_seidel - u[k]);
        }
    }
}
