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

/// The one row of a stencil whose rows are all the same but for what would reach across the sides. Loops that know it read no coefficients, and
/// give the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform<T> {
    /// The numbers of unknowns along the axes.
    pub shape: Vec<usize>,
    /// The diagonal entry.
    pub centre: T,
    /// Its inverse.
    pub inverse: T,
    /// The lower and the upper coupling along each axis.
    pub links: Vec<[T; 2]>,
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

    /// The one row, where all rows are the same but for what would reach across the sides: at least three unknowns along each of two or three axes.
    pub fn uniform(&self) -> Option<Uniform<T>> {
        let shape = self.shape().filter(|s| s.len() > 1)?;
        let (centre, links) = self.row(&shape)?;
        Some(Uniform { shape, centre, inverse: T::ONE / centre, links })
    }

    /// The numbers of unknowns along the axes, where each link is one of a box.
    pub fn shape(&self) -> Option<Vec<usize>> {
        let mut ends = self.links.iter().map(|l| l.stride).chain([self.len()]);
        let mut own = ends.next().filter(|&stride| stride == 1)?;
        let mut shape = Vec::with_capacity(self.links.len());
        for next in ends {
            if next == 0 || !next.is_multiple_of(own) {
                return None;
            }
            shape.push(next / own);
            own = next;
        }
        Some(shape)
    }

    /// The row that all rows on a box of this shape are, cut at its sides: the diagonal entry, and the lower and the upper coupling along each axis. None
    /// where rows differ, or an axis has fewer than three unknowns.
    pub fn row(&self, shape: &[usize]) -> Option<(T, Vec<[T; 2]>)> {
        if self.links.len() != shape.len() || shape.iter().any(|&m| m < 3) {
            return None;
        }
        // Looked at without leaving early, a stretch at a time: so that it is as fast as memory.
        let all = |v: &[T], value: T| v.chunks(1024).all(|v| v.iter().fold(true, |same, &x| same & (x == value)));
        let centre = self.centre[0];
        if !all(&self.centre, centre) {
            return None;
        }
        let mut links = Vec::with_capacity(shape.len());
        for (link, &m) in self.links.iter().zip(shape) {
            let s = link.stride;
            let [lower, upper] = [link.lower[s], link.upper[0]];
            for (low, up) in link.lower.chunks(s * m).zip(link.upper.chunks(s * m)) {
                let inside = all(&low[..s], T::ZERO) && all(&low[s..], lower) && all(&up[..up.len() - s], upper);
                if !inside || !all(&up[up.len() - s..], T::ZERO) {
                    return None;
                }
            }
            links.push([lower, upper]);
        }
        Some((centre, links))
    }

    /// The farthest stride.
    pub(crate) fn reach(&self) -> usize {
        self.links.iter().map(|l| l.stride).max().unwrap_or(0)
    }

    /// `out_k = finish(k, (A u)_k)` for the unknowns of a range, whose part of the vector `out` is; whole lines where the rows are `uniform`.
    #[inline(always)]
    pub(crate) fn sweep<F: Finish<T>>(
        &self,
        uniform: Option<&Uniform<T>>,
        u: &[T],
        (from, to): (usize, usize),
        out: &mut [T],
        finish: F,
    ) {
        let n = self.len();
        assert!(u.len() == n && out.len() == to - from, "vectors of unequal length");
        // Near both ends a neighbour is missing in the vector; what lies between runs without a question.
        let reach = self.reach();
        let (low, high) = if n > 2 * reach { (reach, n - reach) } else { (n, n) };
        let (low, high) = (low.clamp(from, to), high.clamp(from, to));
        for k in (from..low).chain(high..to) {
            out[k - from] = finish.at(k - from, self.centre[k] * u[k] + self.neighbours(k, u));
        }
        if low == high {
            return;
        }
        let Some(uniform) = uniform else {
            return self.general(
                u,
                (low, high),
                &mut out[low - from..high - from],
                finish.cut(low - from, high - from),
            );
        };
        let (width, height) = (uniform.shape[0], uniform.shape[1]);
        for line in low / width..high / width {
            let start = line * width;
            let (own, out) = (&u[start..start + width], &mut out[start - from..start - from + width]);
            let finish = finish.cut(start - from, start - from + width);
            for i in [0, width - 1] {
                out[i] = finish.at(i, uniform.centre * own[i] + self.neighbours(start + i, u));
            }
            let (out, finish) = (&mut out[1..width - 1], finish.cut(1, width - 1));
            let length = out.len();
            let [[w, e], [mut s, mut t]] = [uniform.links[0], uniform.links[1]];
            let (left, at, right) = (&own[..length], &own[1..1 + length], &own[2..2 + length]);
            let beside = |shift: usize, up: bool| {
                let first = if up { start + shift } else { start - shift } + 1;
                &u[first..first + length]
            };
            let (below, above) = (beside(width, false), beside(width, true));
            let Some(&[b, f]) = uniform.links.get(2) else {
                for k in 0..length {
                    let around = w * left[k] + e * right[k] + s * below[k] + t * above[k];
                    out[k] = finish.at(k, uniform.centre * at[k] + around);
                }
                continue;
            };
            if line % height == 0 {
                s = T::ZERO;
            }
            if line % height + 1 == height {
                t = T::ZERO;
            }
            let (front, back) = (beside(width * height, false), beside(width * height, true));
            for k in 0..length {
                let around = w * left[k] + e * right[k] + s * below[k] + t * above[k] + b * front[k] + f * back[k];
                out[k] = finish.at(k, uniform.centre * at[k] + around);
            }
        }
    }

    /// As [`Stencil::sweep`], away from the ends.
    #[inline(always)]
    fn general<F: Finish<T>>(&self, u: &[T], (from, to): (usize, usize), out: &mut [T], finish: F) {
        let (centre, at) = (&self.centre[from..to], &u[from..to]);
        let length = to - from;
        let out = &mut out[..length];
        match &self.links[..] {
            [x] => {
                let (xl, ul, xu, uu) = x.cut(from, to, u);
                for k in 0..length {
                    out[k] = finish.at(k, centre[k] * at[k] + (xl[k] * ul[k] + xu[k] * uu[k]));
                }
            }
            [x, y] => {
                let ((w, uw, e, ue), (s, us, t, ut)) = (x.cut(from, to, u), y.cut(from, to, u));
                for k in 0..length {
                    let around = w[k] * uw[k] + e[k] * ue[k] + s[k] * us[k] + t[k] * ut[k];
                    out[k] = finish.at(k, centre[k] * at[k] + around);
                }
            }
            [x, y, z] => {
                let ((w, uw, e, ue), (s, us, t, ut), (b, ub, f, uf)) =
                    (x.cut(from, to, u), y.cut(from, to, u), z.cut(from, to, u));
                for k in 0..length {
                    let around =
                        w[k] * uw[k] + e[k] * ue[k] + s[k] * us[k] + t[k] * ut[k] + b[k] * ub[k] + f[k] * uf[k];
                    out[k] = finish.at(k, centre[k] * at[k] + around);
                }
            }
            _ => {
                for k in 0..length {
                    let mut around = T::ZERO;
                    for link in &self.links {
                        let i = k + from;
                        around += link.lower[i] * u[i - link.stride] + link.upper[i] * u[i + link.stride];
                    }
                    out[k] = finish.at(k, centre[k] * at[k] + around);
                }
            }
        }
    }
}

/// What becomes of a product with a row.
pub(crate) trait Finish<T>: Copy {
    /// For the part of the range from `from` to `to`.
    fn cut(&self, from: usize, to: usize) -> Self;
    /// The result for unknown `i` of the range.
    fn at(&self, i: usize, product: T) -> T;
}

/// The product itself.
#[derive(Clone, Copy)]
pub(crate) struct Product;

impl<T> Finish<T> for Product {
    #[inline(always)]
    fn cut(&self, _: usize, _: usize) -> Self {
        Product
    }

    #[inline(always)]
    fn at(&self, _: usize, product: T) -> T {
        product
    }
}

/// `b - A u`.
#[derive(Clone, Copy)]
pub(crate) struct Remainder<'a, T>(pub &'a [T]);

impl<T: Real> Finish<T> for Remainder<'_, T> {
    #[inline(always)]
    fn cut(&self, from: usize, to: usize) -> Self {
        Remainder(&self.0[from..to])
    }

    #[inline(always)]
    fn at(&self, i: usize, product: T) -> T {
        self.0[i] - product
    }
}

/// `u + omega D^-1 (b - A u)`.
#[derive(Clone, Copy)]
pub(crate) struct Relaxed<'a, T> {
    pub b: &'a [T],
    pub inverse: &'a [T],
    pub omega: T,
    pub u: &'a [T],
}

impl<T: Real> Finish<T> for Relaxed<'_, T> {
    #[inline(always)]
    fn cut(&self, from: usize, to: usize) -> Self {
        Relaxed { b: &self.b[from..to], inverse: &self.inverse[from..to], omega: self.omega, u: &self.u[from..to] }
    }

    #[inline(always)]
    fn at(&self, i: usize, product: T) -> T {
        self.u[i] + self.omega * (self.inverse[i] * (self.b[i] - product))
    }
}

impl<T: Compiled> Stencil<T> {
    /// `out = A u`; here and below with `uniform`, where it is known, the one row that there is.
    ///
    /// # Panics
    /// Here and below, where the lengths of the vectors differ.
    pub fn apply(&self, uniform: Option<&Uniform<T>>, u: &[T], out: &mut [T]) {
        T::apply(self, uniform, u, out);
    }

    /// `out = b - A u` for the unknowns from `from` to `to`, whose part of the residual `out` is; whole lines where there is a `uniform` row.
    pub fn residual(&self, uniform: Option<&Uniform<T>>, b: &[T], u: &[T], range: (usize, usize), out: &mut [T]) {
        T::residual(self, uniform, b, u, range, out);
    }

    /// `out = u + omega D^-1 (b - A u)`, with `inverse` the diagonal of `D^-1`.
    pub fn relax(&self, uniform: Option<&Uniform<T>>, b: &[T], inverse: &[T], omega: T, u: &[T], out: &mut [T]) {
        T::relax(self, uniform, b, inverse, omega, u, out);
    }
}
