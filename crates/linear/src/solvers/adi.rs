//! Alternating directions for A = H + V, with H coupling along x and V along y alone (D. W. Peaceman and H. H. Rachford, The numerical solution of
//! parabolic and elliptic differential equations, Journal of the Society for Industrial and Applied Mathematics 3, 1955):
//! `(H + rho) u* = b - (V - rho) u`, then `(V + rho) u = b - (H - rho) u*`, each a tridiagonal solve along every line.
//!
//! Where H and V commute, as on a rectangle with separable coefficients, the error in the mode of the eigenvalues x and y is multiplied by
//! `(rho - x)(rho - y) / ((rho + x)(rho + y))`. The shifts of a cycle that are best for eigenvalues in `[a, b]` are `b dn((2 j - 1) K / 2 J, k)` with
//! `k^2 = 1 - (a/b)^2` (E. L. Wachspress, Optimum alternating-direction-implicit iteration parameters for a model problem, Journal of the
//! Society for Industrial and Applied Mathematics 10, 1962): the number of cycles then grows with the logarithm of b/a alone. Where they do not
//! commute, one shift converges for positive definite H and V, and several may not (D. M. Young, Iterative Solution of Large Linear
//! Systems, 1971, chapter 17).

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::stencil::{Link, Stencil};

use super::{count, norm};
use crate::memory::{Many, held};
use crate::state::{get, get_count, put, put_count};
use crate::{LinearSolver, Operator, Preconditioner, Scalar, Setup, Side};

/// Most steps of the arithmetic-geometric mean; eight give all digits.
const MEANS: usize = 16;

/// The best `count` shifts for eigenvalues in `[a, b]`, falling.
///
/// # Panics
/// Where `a` is not positive or `b` smaller.
pub fn wachspress(a: f64, b: f64, count: usize) -> Vec<f64> {
    assert!(a > 0.0 && a <= b, "an interval of positive numbers");
    let complement = a / b;
    let modulus = (1.0 - complement * complement).max(0.0).sqrt();
    // Gauss' transformation by the arithmetic-geometric mean of 1 and k' (M. Abramowitz and I. Stegun, 16.4).
    let (mut mean, mut geometric) = (vec![1.0], complement);
    let mut difference = vec![modulus];
    while mean.len() < MEANS && difference[difference.len() - 1].abs() > 1e-17 {
        let before = mean[mean.len() - 1];
        difference.push(0.5 * (before - geometric));
        mean.push(0.5 * (before + geometric));
        geometric = (before * geometric).sqrt();
    }
    let last = mean.len() - 1;
    let quarter = std::f64::consts::FRAC_PI_2 / mean[last];
    let dn = |u: f64| {
        let mut phi = (1u64 << last) as f64 * mean[last] * u;
        for i in (1..=last).rev() {
            let turn = difference[i] / mean[i] * libm::sin(phi);
            phi = 0.5 * (phi + libm::asin(turn.clamp(-1.0, 1.0)));
        }
        let (s, c) = (libm::sin(phi), libm::cos(phi));
        (c * c + complement * complement * s * s).sqrt()
    };
    (0..count).map(|j| b * dn((2 * j + 1) as f64 * quarter / (2 * count) as f64)).collect()
}

/// What one cycle of these shifts leaves at most of the error of any mode with eigenvalues in `[a, b]`.
pub fn cycle_factor(shifts: &[f64], a: f64, b: f64) -> f64 {
    // The product is largest at the ends and between the shifts; it is looked for finely between.
    let one = |x: f64| shifts.iter().map(|s| ((s - x) / (s + x)).abs()).product::<f64>();
    let ratio = libm::log(b / a);
    let most = (0..=4000).map(|i| one(a * libm::exp(ratio * f64::from(i) / 4000.0))).fold(0.0, f64::max);
    most * most
}

/// The part of the matrix along one axis.
pub(super) struct Part<T> {
    pub stride: usize,
    pub length: usize,
    pub centre: Vec<T>,
    pub lower: Vec<T>,
    pub upper: Vec<T>,
}

impl<T: Scalar> Part<T> {
    pub fn start(&self, line: usize) -> usize {
        line / self.stride * self.stride * self.length + line % self.stride
    }

    /// The smallest and the largest eigenvalue of all lines; none where they are not real.
    pub fn extremes(&self) -> Option<[f64; 2]> {
        let mut ends = [f64::INFINITY, f64::NEG_INFINITY];
        let lines = self.centre.len() / self.length;
        let (mut diagonal, mut squares) = (vec![0.0; self.length], vec![0.0; self.length]);
        let (mut before, mut known) = ((Vec::new(), Vec::new()), false);
        for line in 0..lines {
            let start = self.start(line);
            for j in 0..self.length {
                let k = start + j * self.stride;
                diagonal[j] = self.centre[k].to_f64();
                squares[j] = if j == 0 { 0.0 } else { (self.lower[k] * self.upper[k - self.stride]).to_f64() };
                if squares[j] < 0.0 {
                    return None;
                }
            }
            // Lines of constant coefficients are all alike.
            if known && before.0 == diagonal && before.1 == squares {
                continue;
            }
            before = (diagonal.clone(), squares.clone());
            known = true;
            let radius = |j: usize| squares[j].sqrt() + squares.get(j + 1).copied().unwrap_or(0.0).sqrt();
            let low = (0..self.length).map(|j| diagonal[j] - radius(j)).fold(f64::INFINITY, f64::min);
            let high = (0..self.length).map(|j| diagonal[j] + radius(j)).fold(f64::NEG_INFINITY, f64::max);
            let least = bisect(&diagonal, &squares, [low, high], 1);
            let most = bisect(&diagonal, &squares, [low, high], self.length);
            ends = [ends[0].min(least), ends[1].max(most)];
        }
        Some(ends)
    }
}

impl<T: Scalar> Part<T> {
    /// `out = (part + rho)^-1 side` along every line; `scratch` has two lines.
    pub fn solve(&self, rho: T, side: &[T], out: &mut [T], [ratio, value]: &mut [Vec<T>; 2]) {
        let (stride, length) = (self.stride, self.length);
        for line in 0..side.len() / length {
            let start = self.start(line);
            let (mut up, mut before) = (T::ZERO, T::ZERO);
            for j in 0..length {
                let k = start + j * stride;
                let lower = if j > 0 { self.lower[k] } else { T::ZERO };
                let inverse = T::ONE / (self.centre[k] + rho - lower * up);
                up = self.upper[k] * inverse;
                before = (side[k] - lower * before) * inverse;
                (ratio[j], value[j]) = (up, before);
            }
            let mut after = T::ZERO;
            for j in (0..length).rev() {
                after = value[j] - if j + 1 < length { ratio[j] * after } else { T::ZERO };
                out[start + j * stride] = after;
            }
        }
    }

    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        held(&[&self.centre, &self.lower, &self.upper])
    }
}

/// The interval of the eigenvalues of all parts.
///
/// # Errors
/// They are not real, or not positive.
pub(super) fn positive<T: Scalar>(parts: &[Part<T>]) -> Result<[f64; 2], BuildError> {
    let mut interval = [f64::INFINITY, f64::NEG_INFINITY];
    for part in parts {
        let Some([least, most]) = part.extremes() else {
            let why = "the eigenvalues along the lines are not real: take upwind differences or a finer grid";
            return Err(BuildError::new("method", why));
        };
        interval = [interval[0].min(least), interval[1].max(most)];
    }
    if interval[0] > 0.0 && interval[1].is_finite() {
        return Ok(interval);
    }
    let why = format!(
        "alternating directions need parts with positive eigenvalues, but those along the lines reach down to {:.4e}",
        interval[0]
    );
    Err(BuildError::new("method", why))
}

/// The eigenvalue of that place of a tridiagonal matrix by Sturm's count, between two bounds.
fn bisect(diagonal: &[f64], squares: &[f64], [mut low, mut high]: [f64; 2], place: usize) -> f64 {
    let below = |x: f64| {
        let mut pivot = 1.0;
        let mut count = 0;
        for (d, s) in diagonal.iter().zip(squares) {
            pivot = d - x - if *s == 0.0 { 0.0 } else { s / pivot };
            if pivot == 0.0 {
                pivot = f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    };
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(middle) >= place {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

/// The sums of both couplings of each unknown along x and along y. Beside a side one of them is not in the matrix: it follows from the diagonal
/// with the reaction of the next unknown inwards, and in the corners from the next unknown along the side.
fn couplings<T: Scalar>(stencil: &Stencil<T>, [width, height]: [usize; 2]) -> [Vec<T>; 2] {
    let n = stencil.len();
    let strides = [1, width];
    let place = |k: usize| [k % width, k / width];
    let last = [width - 1, height - 1];
    let is_side = |k: usize, axis: usize| place(k)[axis] == 0 || place(k)[axis] == last[axis];
    // The next unknown inwards along the axes for which this one is beside a side.
    let inner = |k: usize, axis: usize| if place(k)[axis] == 0 { k + strides[axis] } else { k - strides[axis] };
    let mut sums: [Vec<T>; 2] = std::array::from_fn(|axis| {
        let link = &stencil.links[axis];
        (0..n).map(|k| link.lower[k] + link.upper[k]).collect()
    });
    if width < 3 || height < 3 {
        // No unknown is inside: the coupling beyond the side is that on the other side of the unknown.
        let half = T::from_f64(0.5);
        for (axis, sums) in sums.iter_mut().enumerate() {
            for k in (0..n).filter(|&k| is_side(k, axis)) {
                let own = stencil.links[axis].lower[k] + stencil.links[axis].upper[k];
                sums[k] = if last[axis] == 0 { -stencil.centre[k] * half } else { own + own };
            }
        }
        return sums;
    }
    let reaction = |sums: &[Vec<T>; 2], k: usize| stencil.centre[k] + sums[0][k] + sums[1][k];
    for axis in 0..2 {
        for k in (0..n).filter(|&k| is_side(k, axis) && !is_side(k, 1 - axis)) {
            let c = reaction(&sums, inner(k, axis));
            sums[axis][k] = c - stencil.centre[k] - sums[1 - axis][k];
        }
    }
    for k in (0..n).filter(|&k| is_side(k, 0) && is_side(k, 1)) {
        let c = reaction(&sums, inner(inner(k, 0), 1));
        sums[0][k] = sums[0][inner(k, 1)];
        sums[1][k] = c - stencil.centre[k] - sums[0][k];
    }
    sums
}

/// Shifts that are taken in turn.
pub(super) struct Shifts<T> {
    values: Vec<T>,
    next: usize,
    /// What they are best for.
    interval: [f64; 2],
}

impl<T: Scalar> Shifts<T> {
    /// A cycle of the `count` best for eigenvalues in `interval`.
    pub fn new(interval: [f64; 2], count: usize) -> Self {
        let values = wachspress(interval[0], interval[1], count).into_iter().map(T::from_f64).collect();
        Shifts { values, next: 0, interval }
    }

    /// Begins the cycle anew.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// The next one.
    pub fn take(&mut self) -> T {
        let shift = self.values[self.next];
        self.next = (self.next + 1) % self.values.len();
        shift
    }

    /// The one that was taken last.
    pub fn last(&self) -> T {
        self.values[(self.next + self.values.len() - 1) % self.values.len()]
    }

    pub fn interval(&self) -> [f64; 2] {
        self.interval
    }

    /// All, in double precision.
    pub fn all(&self) -> Vec<f64> {
        self.values.iter().map(|s| s.to_f64()).collect()
    }

    pub fn save(&self, out: &mut StateWriter) {
        put_count(out, self.next);
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.next = get_count(from, self.values.len() - 1);
    }
}

/// The iteration; one step is a double sweep with the next shift.
pub struct Adi<T> {
    parts: [Part<T>; 2],
    shifts: Shifts<T>,
    x: Vec<T>,
    side: Vec<T>,
    line: [Vec<T>; 2],
    r: Vec<T>,
    norm: T,
}

impl<T: Scalar> Adi<T> {
    /// With a cycle of `count` shifts.
    ///
    /// # Errors
    /// The unknowns form no rectangle with given values on all sides and a five-point stencil, or a part is not positive definite.
    pub fn new(setup: &Setup<'_, T>, count: usize) -> Result<Self, BuildError> {
        let refuse = |why: &str| BuildError::new("method", why.to_owned());
        let given = setup.coarsening.is_none_or(|c| c.sides().iter().flatten().all(|s| *s == Side::Given));
        let (Some(stencil), Ok(&[width, height]), true) = (setup.matrix.stencil(), setup.boxed(), given) else {
            return Err(refuse(
                "alternating directions need a rectangle of unknowns with given values on all four sides",
            ));
        };
        let [along_x, along_y] = &stencil.links[..] else {
            return Err(refuse("alternating directions need couplings along the axes alone: a five-point stencil"));
        };
        let n = stencil.len();
        let couplings = couplings(stencil, [width, height]);
        let part = |link: &Link<T>, length: usize, coupling: &[T]| Part {
            stride: link.stride,
            length,
            centre: coupling.iter().map(|&c| -c).collect(),
            lower: link.lower.clone(),
            upper: link.upper.clone(),
        };
        let mut parts = [part(along_x, width, &couplings[0]), part(along_y, height, &couplings[1])];
        let half = T::from_f64(0.5);
        for k in 0..n {
            let rest = (stencil.centre[k] - parts[0].centre[k] - parts[1].centre[k]) * half;
            parts.iter_mut().for_each(|p| p.centre[k] += rest);
        }
        let shifts = Shifts::new(positive(&parts)?, count);
        let zeros = |n: usize| vec![T::ZERO; n];
        let longest = width.max(height);
        Ok(Adi {
            parts,
            shifts,
            x: zeros(n),
            side: zeros(n),
            line: [zeros(longest), zeros(longest)],
            r: zeros(n),
            norm: T::ZERO,
        })
    }

    /// The interval that holds the eigenvalues of both parts.
    pub fn interval(&self) -> [f64; 2] {
        self.shifts.interval()
    }

    /// The shifts of a cycle, in double precision.
    pub fn shifts(&self) -> Vec<f64> {
        self.shifts.all()
    }

    /// `side = b - (other - rho) x`, then `x = (own + rho)^-1 side`.
    fn half(&mut self, own: usize, rho: T, b: &[T]) {
        let other = &self.parts[1 - own];
        let (stride, length) = (other.stride, other.length);
        for line in 0..self.x.len() / length {
            let start = other.start(line);
            for j in 0..length {
                let k = start + j * stride;
                let mut sum = (other.centre[k] - rho) * self.x[k];
                if j > 0 {
                    sum += other.lower[k] * self.x[k - stride];
                }
                if j + 1 < length {
                    sum += other.upper[k] * self.x[k + stride];
                }
                self.side[k] = b[k] - sum;
            }
        }
        self.parts[own].solve(rho, &self.side, &mut self.x, &mut self.line);
    }
}

impl<T: Scalar> LinearSolver<T> for Adi<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        self.shifts.rewind();
        super::first_residual(a, b, x, &mut self.r, work);
        self.norm = norm(&self.r);
    }

    fn step(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        let rho = self.shifts.take();
        self.half(0, rho, b);
        self.half(1, rho, b);
        a.residual(b, &self.x, &mut self.r);
        a.cost().count(work);
        self.norm = norm(&self.r);
        work.preconditioner += 1;
        count::<T>(work, self.x.len(), 32, 24);
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
        held(&[&parts, &self.x, &self.side, &Many(&self.line), &self.r])
    }

    fn save(&self, out: &mut StateWriter) {
        self.shifts.save(out);
        put(out, &[self.norm]);
        put(out, &self.x);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.shifts.load(from);
        let mut one = [T::ZERO];
        get(from, &mut one);
        self.norm = one[0];
        get(from, &mut self.x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_those_of_the_theory() {
        // One shift: the geometric mean. Two: Wachspress' recursion from one by arithmetic and geometric means.
        let one = wachspress(0.01, 4.0, 1);
        assert!((one[0] - 0.2).abs() < 1e-14, "{one:?}");
        let (a, b) = (0.01f64, 4.0f64);
        let (low, high) = ((a * b).sqrt(), 0.5 * (a + b));
        let middle = (low * high).sqrt();
        let root = (middle * middle - a * b).sqrt();
        let two = wachspress(a, b, 2);
        assert!((two[0] - (middle + root)).abs() < 1e-13 && (two[1] - (middle - root)).abs() < 1e-13, "{two:?}");
        for count in [1, 3, 8] {
            let shifts = wachspress(1e-3, 1.0, count);
            assert!(shifts.windows(2).all(|w| w[0] > w[1]));
            // At the ends the product of all factors is the largest anywhere.
            let end = shifts.iter().map(|s| (s - 1e-3) / (s + 1e-3)).product::<f64>();
            assert!((cycle_factor(&shifts, 1e-3, 1.0) / (end * end) - 1.0).abs() < 1e-9, "{count}");
        }
    }

    #[test]
    fn extreme_eigenvalues_of_a_line() {
        let (diagonal, squares) = (vec![2.0; 9], [vec![0.0], vec![1.0; 8]].concat());
        let known = 2.0 - 2.0 * libm::cos(std::f64::consts::PI / 10.0);
        assert!((bisect(&diagonal, &squares, [0.0, 4.0], 1) - known).abs() < 1e-14);
        assert!((bisect(&diagonal, &squares, [0.0, 4.0], 9) - (4.0 - known)).abs() < 1e-14);
    }
}
