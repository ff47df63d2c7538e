//! Gauss-Seidel and over-relaxation in place on a stencil, with loops that keep memory and the processor busy.
//!
//! An update waits for the one before it along its line. Four lines are therefore swept together, each one unknown behind the line before it: their
//! updates do not wait for each other, and every one sees the values that it would see in a plain sweep. The two colours of a chessboard are visited
//! in one pass through memory, the second one as far behind the first as it must be. All bits are those of the plain loops.

use crate::compiled::Compiled;
use crate::real::Real;
use crate::stencil::{Stencil, Uniform};

/// Lines that are swept together.
const TOGETHER: usize = 4;

/// `u_k += omega ((b_k - sum of neighbours) / centre_k - u_k)`, with the newest values of the neighbours.
#[derive(Clone, Copy)]
pub struct Relaxation<'a, T> {
    /// The matrix.
    pub stencil: &'a Stencil<T>,
    /// Its one row, where that is known.
    pub uniform: Option<&'a Uniform<T>>,
    /// The right-hand side.
    pub b: &'a [T],
    /// The inverse of the diagonal; not looked at where the row is known.
    pub inverse: &'a [T],
    /// The weight; 1 is Gauss-Seidel.
    pub omega: T,
}

/// A coefficient of the unknowns of a line, or of all of them.
trait Coefficient<T>: Copy {
    fn at(self, k: usize) -> T;
}

#[derive(Clone, Copy)]
struct Same<T>(T);

impl<T: Copy> Coefficient<T> for Same<T> {
    #[inline(always)]
    fn at(self, _: usize) -> T {
        self.0
    }
}

impl<T: Copy> Coefficient<T> for &[T] {
    #[inline(always)]
    fn at(self, k: usize) -> T {
        self[k]
    }
}

/// Couplings along the axes with the inverse of the diagonal; the third axis has the stride zero where there is none.
#[derive(Clone, Copy)]
struct Row<C> {
    links: [[C; 2]; 3],
    strides: [usize; 3],
    inverse: C,
}

impl<C> Row<C> {
    /// The value that satisfies the equation of unknown `k`, relaxed. Neighbours are summed as [`Stencil::neighbours`] does it.
    #[inline(always)]
    fn value<T: Real>(&self, b: T, omega: T, k: usize, u: &[T]) -> T
    where
        C: Coefficient<T>,
    {
        let [[w, e], [s, t], [l, r]] = self.links;
        let [_, y, z] = self.strides;
        let mut sum = w.at(k) * u[k - 1] + e.at(k) * u[k + 1] + s.at(k) * u[k - y] + t.at(k) * u[k + y];
        if z > 0 {
            sum = sum + l.at(k) * u[k - z] + r.at(k) * u[k + z];
        }
        u[k] + omega * ((b - sum) * self.inverse.at(k) - u[k])
    }
}

/// The one row of a box with two or three axes.
fn uniform_row<T: Real>(uniform: &Uniform<T>) -> Row<Same<T>> {
    let of = |axis: usize| uniform.links.get(axis).map_or([Same(T::ZERO); 2], |l| l.map(Same));
    let (width, height) = (uniform.shape[0], uniform.shape[1]);
    let third = if uniform.links.len() > 2 { width * height } else { 0 };
    Row { links: [of(0), of(1), of(2)], strides: [1, width, third], inverse: Same(uniform.inverse) }
}

impl<T: Real> Relaxation<'_, T> {
    #[inline(always)]
    fn point(&self, k: usize, u: &mut [T]) {
        let inverse = self.uniform.map_or_else(|| self.inverse[k], |row| row.inverse);
        let gauss_seidel = (self.b[k] - self.stencil.neighbours(k, u)) * inverse;
        u[k] += self.omega * (gauss_seidel - u[k]);
    }

    /// The unknowns `from`, `from + stride` and so on below `to`.
    #[inline(always)]
    pub(crate) fn some(&self, (from, to, stride): (usize, usize, usize), u: &mut [T]) {
        (from..to).step_by(stride).for_each(|k| self.point(k, u));
    }

    /// The length of a line and the number of lines in a plane, where the stencil is one of two or three axes.
    fn lines(&self) -> Option<(usize, usize)> {
        let n = self.stencil.len();
        let (width, plane) = match &self.stencil.links[..] {
            [x, y] if x.stride == 1 => (y.stride, n),
            [x, y, z] if x.stride == 1 => (y.stride, z.stride),
            _ => return None,
        };
        let is_box = width > 2 && plane > 0 && plane.is_multiple_of(width) && n.is_multiple_of(plane);
        is_box.then(|| (width, plane / width))
    }

    /// Whether a line has neighbours in the vector on all sides.
    fn is_inside(&self, line: usize, width: usize) -> bool {
        let (reach, from) = (self.stencil.reach(), line * width);
        from >= reach && from + width + reach <= self.stencil.len()
    }

    /// All unknowns in their order, or against it.
    #[inline(always)]
    pub(crate) fn all(&self, backwards: bool, u: &mut [T]) {
        let n = u.len();
        assert!(n == self.stencil.len() && self.b.len() == n, "vectors of unequal length");
        let Some((width, height)) = self.lines().filter(|_| n > 0) else {
            return if backwards { (0..n).rev().for_each(|k| self.point(k, u)) } else { self.some((0, n, 1), u) };
        };
        let (lines, flat) = (n / width, self.stencil.links.len() == 2);
        let mut done = 0;
        while done < lines {
            let line = |number: usize| if backwards { lines - 1 - number } else { number };
            let fits = |number: usize| {
                let line = line(number);
                // With one row for all, those at the sides of a plane are others.
                let at = line % height;
                self.is_inside(line, width) && (self.uniform.is_none() || flat || (at > 0 && at + 1 < height))
            };
            let same = |number: usize| line(number) / height == line(done) / height;
            let together = (done..lines.min(done + TOGETHER)).take_while(|&l| fits(l) && same(l)).count();
            if together < TOGETHER {
                let from = line(done) * width;
                if backwards {
                    (from..from + width).rev().for_each(|k| self.point(k, u));
                } else {
                    self.some((from, from + width, 1), u);
                }
                done += 1;
                continue;
            }
            match self.uniform {
                Some(uniform) => self.skewed(&uniform_row(uniform), line(done) * width, width, backwards, u),
                None => self.skewed(&self.own_row(), line(done) * width, width, backwards, u),
            }
            done += TOGETHER;
        }
    }

    /// Some lines together; `from` is the first unknown of the one that is visited first.
    #[inline(always)]
    fn skewed<C: Coefficient<T>>(&self, row: &Row<C>, from: usize, width: usize, backwards: bool, u: &mut [T]) {
        let place = |line: usize, i: usize| {
            if backwards { from - line * width + (width - 1 - i) } else { from + line * width + i }
        };
        for step in 0..width + TOGETHER - 1 {
            // All of them are away from the ends of their lines.
            if step >= TOGETHER && step + 1 < width {
                let mut new = [T::ZERO; TOGETHER];
                for (line, new) in new.iter_mut().enumerate() {
                    let k = place(line, step - line);
                    *new = row.value(self.b[k], self.omega, k, u);
                }
                for (line, new) in new.into_iter().enumerate() {
                    u[place(line, step - line)] = new;
                }
                continue;
            }
            for line in 0..TOGETHER.min(step + 1) {
                if step - line < width {
                    self.point(place(line, step - line), u);
                }
            }
        }
    }

    /// The unknowns of a box whose places sum to an even number, then the others; or the other way round.
    #[inline(always)]
    pub(crate) fn chessboard(&self, reversed: bool, u: &mut [T]) {
        let n = u.len();
        assert!(n == self.stencil.len() && self.b.len() == n, "vectors of unequal length");
        let (width, height) = self.lines().unwrap_or((n.max(1), 1));
        let lines = n / width;
        // A line of the second colour needs its neighbours of the first, the farthest as many lines on.
        let lag = (self.stencil.reach() / width).max(1);
        for step in 0..lines + lag {
            if step < lines {
                self.half_line(step, (width, height), reversed, u);
            }
            if step >= lag {
                self.half_line(step - lag, (width, height), !reversed, u);
            }
        }
    }

    /// Every second unknown of a line.
    #[inline(always)]
    fn half_line(&self, line: usize, (width, height): (usize, usize), odd: bool, u: &mut [T]) {
        let first = usize::from(((line % height + line / height) % 2 == 1) != odd);
        let from = line * width;
        if !self.is_inside(line, width) || self.stencil.links.len() < 2 {
            return self.some((from + first, from + width, 2), u);
        }
        for i in [0, width - 1] {
            if i % 2 == first {
                self.point(from + i, u);
            }
        }
        let next = if first == 0 { 2 } else { 1 };
        match self.uniform {
            Some(uniform) => {
                let mut row = uniform_row(uniform);
                // In three dimensions the lines at the sides of a plane have others beside them that are not coupled with them.
                if row.strides[2] > 0 && line.is_multiple_of(height) {
                    row.links[1][0] = Same(T::ZERO);
                }
                if row.strides[2] > 0 && (line + 1).is_multiple_of(height) {
                    row.links[1][1] = Same(T::ZERO);
                }
                self.alternate(&row, from, width, next, u);
            }
            None => {
                let mut row = self.own_row();
                let cut = |c: &mut &[T]| *c = c.get(from..from + width).unwrap_or_default();
                row.links.iter_mut().flatten().for_each(cut);
                cut(&mut row.inverse);
                self.alternate(&row, from, width, next, u);
            }
        }
    }

    /// Every second unknown of a line from the `next` one on, without its ends. Coefficients are those of the line.
    #[inline(always)]
    fn alternate<C: Coefficient<T>>(&self, row: &Row<C>, from: usize, width: usize, next: usize, u: &mut [T]) {
        let [_, y, z] = row.strides;
        let (head, rest) = u.split_at_mut(from);
        let (own, tail) = rest.split_at_mut(width);
        let beside = |stride: usize| {
            let (below, above) = (&head[from - stride..], &tail[stride - width..]);
            (&below[..width], &above[..width])
        };
        let ((south, north), b) = (beside(y), &self.b[from..from + width]);
        let [[w, e], [s, t], [l, r]] = row.links;
        let relaxed = |old: T, b: T, sum: T, k: usize| old + self.omega * ((b - sum) * row.inverse.at(k) - old);
        let mut k = next;
        if z == 0 {
            while k + 1 < width {
                let sum = w.at(k) * own[k - 1] + e.at(k) * own[k + 1] + s.at(k) * south[k] + t.at(k) * north[k];
                own[k] = relaxed(own[k], b[k], sum, k);
                k += 2;
            }
            return;
        }
        let (front, back) = beside(z);
        while k + 1 < width {
            let sum = w.at(k) * own[k - 1] + e.at(k) * own[k + 1] + s.at(k) * south[k] + t.at(k) * north[k];
            let sum = sum + l.at(k) * front[k] + r.at(k) * back[k];
            own[k] = relaxed(own[k], b[k], sum, k);
            k += 2;
        }
    }

    /// The rows of a stencil with two or three links.
    #[inline(always)]
    fn own_row(&self) -> Row<&[T]> {
        let links = &self.stencil.links;
        let of = |axis: usize| links.get(axis).map_or([&[][..]; 2], |l| [&l.lower[..], &l.upper[..]]);
        let stride = |axis: usize| links.get(axis).map_or(0, |l| l.stride);
        Row { links: [of(0), of(1), of(2)], strides: [stride(0), stride(1), stride(2)], inverse: self.inverse }
    }
}

impl<T: Compiled> Relaxation<'_, T> {
    /// Relaxes the unknowns `from`, `from + stride` and so on below `to`, in place and one after the other.
    ///
    /// # Panics
    /// Here and below, where the lengths of the vectors differ.
    pub fn visit(self, visit: (usize, usize, usize), u: &mut [T]) {
        if visit == (0, u.len(), 1) { T::relax_all(self, false, u) } else { T::relax_some(self, visit, u) }
    }

    /// Relaxes all unknowns from the last to the first.
    pub fn backwards(self, u: &mut [T]) {
        T::relax_all(self, true, u);
    }

    /// Relaxes those unknowns of the stencil's box first whose places along the axes sum to an even number, then the others, or `reversed`.
    pub fn colours(self, reversed: bool, u: &mut [T]) {
        T::relax_chessboard(self, reversed, u);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// A random matrix on a box, or one with the same row everywhere.
    fn stencil(shape: &[usize], same: bool) -> Stencil<f64> {
        let n = shape.iter().product();
        let strides: Vec<usize> = (0..shape.len()).map(|a| shape[..a].iter().product()).collect();
        let (mut stencil, mut rng) = (Stencil::zero(n, &strides), Rng::new(11));
        stencil.centre.fill(7.0);
        for (a, link) in stencil.links.iter_mut().enumerate() {
            for k in 0..n {
                let at = k / strides[a] % shape[a];
                let mut draw = |fixed: f64| if same { fixed } else { rng.normal() };
                let (lower, upper) = (draw(-1.1 - a as f64 / 4.0), draw(-0.7));
                link.lower[k] = if at > 0 { lower } else { 0.0 };
                link.upper[k] = if at + 1 < shape[a] { upper } else { 0.0 };
            }
        }
        if !same {
            stencil.centre.iter_mut().for_each(|c| *c += rng.uniform());
        }
        stencil
    }

    #[test]
    fn every_loop_has_the_bits_of_the_plain_one() {
        for shape in [&[9][..], &[3, 3], &[3, 12], &[13, 4], &[17, 11], &[40, 23], &[5, 4, 3], &[9, 11, 6], &[12, 3, 9]]
        {
            for same in [false, true] {
                let a = stencil(shape, same);
                let n = a.len();
                let (mut b, mut u) = (vec![0.0; n], vec![0.0; n]);
                let mut rng = Rng::new(5);
                rng.normal_fill(&mut b);
                rng.normal_fill(&mut u);
                let inverse: Vec<f64> = a.centre.iter().map(|c| 1.0 / c).collect();
                let found = a.uniform();
                assert_eq!(found.is_some(), same && shape.len() > 1, "{shape:?}");
                let plain = |order: &[usize]| {
                    let mut u = u.clone();
                    for &k in order {
                        let value = (b[k] - a.neighbours(k, &u)) * inverse[k];
                        u[k] += 1.3 * (value - u[k]);
                    }
                    u
                };
                let place = |k: usize| {
                    let strides = (0..shape.len()).map(|a| shape[..a].iter().product::<usize>());
                    strides.zip(shape).map(|(s, m)| k / s % m).sum::<usize>() % 2
                };
                let (all, mut colours): (Vec<usize>, Vec<usize>) = ((0..n).collect(), (0..n).collect());
                colours.sort_by_key(|&k| place(k));
                let mut other = colours.clone();
                other.sort_by_key(|&k| 1 - place(k));
                let back: Vec<usize> = all.iter().rev().copied().collect();
                for uniform in [None, found.as_ref()] {
                    let how = Relaxation { stencil: &a, uniform, b: &b, inverse: &inverse, omega: 1.3 };
                    let run = |work: &dyn Fn(&mut [f64])| {
                        let mut u = u.clone();
                        work(&mut u);
                        u
                    };
                    assert_eq!(run(&|u| how.visit((0, n, 1), u)), plain(&all), "{shape:?}");
                    assert_eq!(run(&|u| how.backwards(u)), plain(&back), "{shape:?}");
                    assert_eq!(run(&|u| how.colours(false, u)), plain(&colours), "{shape:?}");
                    assert_eq!(run(&|u| how.colours(true, u)), plain(&other), "{shape:?}");
                    let mut product = vec![f64::NAN; n];
                    a.apply(uniform, &u, &mut product);
                    let one = |k: usize| a.centre[k] * u[k] + a.neighbours(k, &u);
                    let plain: Vec<f64> = (0..n).map(one).collect();
                    assert_eq!(product, plain, "{shape:?}");
                    // In layers, as restriction asks for them.
                    let layer = n / shape[shape.len() - 1];
                    for from in (0..n).step_by(layer) {
                        a.residual(uniform, &b, &u, (from, from + layer), &mut product[from..from + layer]);
                    }
                    let plain: Vec<f64> = plain.iter().zip(&b).map(|(p, b)| b - p).collect();
                    assert_eq!(product, plain, "{shape:?}");
                }
            }
        }
    }
}
