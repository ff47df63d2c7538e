//! Matrices of grids: a diagonal and pairs of links to neighbours at fixed strides, with loops that vectorise.

use crate::compiled::Compiled;
use crate::csr::Csr;
use crate::real::Real;

/// The coefficients towards the two neighbours of every unknown along one direction of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Link<T> {
    /// Distance in the vector between an unknown and its neighbours.
    pub stride: usize,
    /// Coefficient of unknown `k - stride`, at `k`.
    pub lower: Vec<T>,
    /// Coefficient of unknown `k + stride`, at `k`.
    pub upper: Vec<T>,
}

/// A matrix on a box of unknowns, x fastest, with a coefficient of its own for every unknown and neighbour:
/// `(A u)_k = centre_k u_k + sum over links (lower_k u_{k-stride} + upper_k u_{k+stride})`. Three-, five- and seven-point
/// stencils have one link for each axis, in the order x, y, z; wider ones have more.
///
/// Coefficients that would reach across the boundary are zero, so that the loops run over the plain vector without asking
/// where a row ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Stencil<T> {
    /// The diagonal.
    pub centre: Vec<T>,
    /// The neighbours.
    pub links: Vec<Link<T>>,
}

impl<T> Link<T> {
    /// Coefficients and neighbours of the unknowns from `from` to `to`: lower, then upper.
    #[inline(always)]
    fn cut<'a>(&'a self, from: usize, to: usize, u: &'a [T]) -> (&'a [T], &'a [T], &'a [T], &'a [T]) {
        let s = self.stride;
        (&self.lower[from..to], &u[from - s..to - s], &self.upper[from..to], &u[from + s..to + s])
    }
}

impl<T: Real> Stencil<T> {
    /// The zero matrix of `n` unknowns with links at these strides.
    pub fn zero(n: usize, strides: &[usize]) -> Self {
        let link = |&stride: &usize| Link { stride, lower: vec![T::ZERO; n], upper: vec![T::ZERO; n] };
        Stencil { centre: vec![T::ZERO; n], links: strides.iter().map(link).collect() }
    }

    /// The same matrix in another precision.
    pub fn cast<S: Real>(&self) -> Stencil<S> {
        let cast = |v: &[T]| v.iter().map(|x| S::from_f64(x.to_f64())).collect();
        let link = |l: &Link<T>| Link { stride: l.stride, lower: cast(&l.lower), upper: cast(&l.upper) };
        Stencil { centre: cast(&self.centre), links: self.links.iter().map(link).collect() }
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.centre.len()
    }

    /// Whether there are no unknowns.
    pub fn is_empty(&self) -> bool {
        self.centre.is_empty()
    }

    /// The same matrix by rows, without the zeros of the links.
    pub fn to_csr(&self) -> Csr<T> {
        let n = self.len();
        // Columns rise: the widest lower link first, the widest upper link last.
        let mut order: Vec<&Link<T>> = self.links.iter().collect();
        order.sort_by_key(|l| l.stride);
        let mut rows = Csr { rows: n, cols: n, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
        for k in 0..n {
            let lower = order.iter().rev().filter(|l| k >= l.stride).map(|l| (k - l.stride, l.lower[k]));
            let upper = order.iter().filter(|l| k + l.stride < n).map(|l| (k + l.stride, l.upper[k]));
            for (column, value) in lower.chain([(k, self.centre[k])]).chain(upper) {
                if value != T::ZERO || column == k {
                    rows.indices.push(column as u32);
                    rows.values.push(value);
                }
            }
            rows.indptr.push(rows.indices.len() as u32);
        }
        rows
    }

    /// The sum over the neighbours of unknown `k`, without the diagonal, link by link, the lower neighbour first.
    #[inline]
    pub fn neighbours(&self, k: usize, u: &[T]) -> T {
        let n = u.len();
        let mut sum = T::ZERO;
        for link in &self.links {
            if k >= link.stride {
                sum += link.lower[k] * u[k - link.stride];
            }
            if k + link.stride < n {
                sum += link.upper[k] * u[k + link.stride];
            }
        }
        sum
    }

    /// `out_k = finish(k, (A u)_k)`.
    #[inline(always)]
    pub(crate) fn sweep(&self, u: &[T], out: &mut [T], finish: impl Fn(usize, T) -> T) {
        let n = self.len();
        assert!(u.len() == n && out.len() == n, "vectors of unequal length");
        // Near both ends a neighbour is missing in the vector; what lies between runs without a question.
        let reach = self.links.iter().map(|l| l.stride).max().unwrap_or(0);
        let (edge, last) = if n > 2 * reach { (reach, n - reach) } else { (n, n) };
        for k in (0..edge).chain(last..n) {
            out[k] = finish(k, self.centre[k] * u[k] + self.neighbours(k, u));
        }
        if n <= 2 * reach {
            return;
        }
        let inner = edge..last;
        let (centre, at) = (&self.centre[inner.clone()], &u[inner.clone()]);
        let out = &mut out[inner.clone()];
        let length = out.len();
        match &self.links[..] {
            [x] => {
                let (xl, ul, xu, uu) = x.cut(edge, last, u);
                for k in 0..length {
                    out[k] = finish(k + edge, centre[k] * at[k] + (xl[k] * ul[k] + xu[k] * uu[k]));
                }
            }
            [x, y] => {
                let ((w, uw, e, ue), (s, us, t, ut)) = (x.cut(edge, last, u), y.cut(edge, last, u));
                for k in 0..length {
                    let around = w[k] * uw[k] + e[k] * ue[k] + s[k] * us[k] + t[k] * ut[k];
                    out[k] = finish(k + edge, centre[k] * at[k] + around);
                }
            }
            [x, y, z] => {
                let ((w, uw, e, ue), (s, us, t, ut), (b, ub, f, uf)) =
                    (x.cut(edge, last, u), y.cut(edge, last, u), z.cut(edge, last, u));
                for k in 0..length {
                    let around =
                        w[k] * uw[k] + e[k] * ue[k] + s[k] * us[k] + t[k] * ut[k] + b[k] * ub[k] + f[k] * uf[k];
                    out[k] = finish(k + edge, centre[k] * at[k] + around);
                }
            }
            _ => {
                for k in 0..length {
                    let mut around = T::ZERO;
                    for link in &self.links {
                        let i = k + edge;
                        around += link.lower[i] * u[i - link.stride] + link.upper[i] * u[i + link.stride];
                    }
                    out[k] = finish(k + edge, centre[k] * at[k] + around);
                }
            }
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

    /// Visits the unknowns `from`, `from + stride` and so on below `to` and relaxes each with the newest values of the
    /// others: `u_k += omega ((b_k - sum of neighbours) / centre_k - u_k)`, with `inverse` the diagonal of `D^-1`.
    pub fn relax_in_place(&self, b: &[T], inverse: &[T], omega: T, visit: (usize, usize, usize), u: &mut [T]) {
        T::relax_in_place(self, b, inverse, omega, visit, u);
    }

    /// As [`Stencil::relax_in_place`], from the last of the range to the first.
    pub fn relax_backwards(&self, b: &[T], inverse: &[T], omega: T, (from, to): (usize, usize), u: &mut [T]) {
        T::relax_backwards(self, b, inverse, omega, (from, to), u);
    }
}
