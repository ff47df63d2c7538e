//! Restriction and prolongation between a fine and a coarse level.

use iterscope_kernels::csr::Csr;

use crate::memory::Held;
use crate::{Matrix, Operator, Scalar, Side};

/// How two levels are joined.
pub enum Transfer<T> {
    /// Boxes of nodes, the coarse one with every second: linear interpolation along each axis, and its weighted transpose.
    Boxes(BoxTransfer<T>),
    /// Any prolongation by its rows, with its transpose.
    Rows {
        /// Fine rows, coarse columns.
        prolong: Csr<T>,
        /// Coarse rows, fine columns.
        restrict: Csr<T>,
    },
}

/// The fine nodes of an axis that a coarse node is joined with, and with which weights: at most three.
#[derive(Clone, Copy, Debug)]
struct Taps<T> {
    count: usize,
    fine: [u32; 3],
    /// Of the prolongation, and of the restriction.
    weights: [[T; 2]; 3],
}

/// Taps of each coarse node along each axis.
pub struct BoxTransfer<T> {
    axes: Vec<Vec<Taps<T>>>,
    fine: Vec<usize>,
    coarse: Vec<usize>,
    sides: Vec<[Side; 2]>,
    /// The taps of an axis that is not there.
    single: [Taps<T>; 1],
}

/// The number of unknowns that every second node of an axis has; `None` where there is no such coarser axis.
pub fn halved(m: usize, sides: [Side; 2]) -> Option<usize> {
    let given = sides.iter().filter(|s| **s == Side::Given).count();
    let intervals = if sides[0] == Side::Periodic { m } else { m + given - 1 };
    if !intervals.is_multiple_of(2) || intervals < 4 {
        return None;
    }
    Some(if sides[0] == Side::Periodic { intervals / 2 } else { intervals / 2 + 1 - given })
}

impl<T: Scalar> BoxTransfer<T> {
    /// Between boxes of these numbers of unknowns along each axis, which are the same or halved.
    ///
    /// # Panics
    /// Where an axis is neither.
    pub fn new(fine: &[usize], coarse: &[usize], sides: &[[Side; 2]]) -> Self {
        let axes = fine.iter().zip(coarse).zip(sides).map(|((&m, &mc), &s)| taps(m, mc, s)).collect();
        let single = [Taps { count: 1, fine: [0; 3], weights: [[T::ONE; 2]; 3] }];
        BoxTransfer { axes, fine: fine.to_vec(), coarse: coarse.to_vec(), sides: sides.to_vec(), single }
    }

    /// Calls `visit` for each pair of a coarse and a fine unknown with the weights of prolongation and restriction.
    #[inline(always)]
    fn pairs(&self, mut visit: impl FnMut(usize, usize, [T; 2])) {
        let axis = |a: usize| self.axes.get(a).map_or(&self.single[..], |t| &t[..]);
        let size = |a: usize| self.fine.get(a).copied().unwrap_or(1);
        let (xs, ys, zs) = (axis(0), axis(1), axis(2));
        let (nx, ny) = (size(0), size(1));
        let mut k = 0;
        for z in zs {
            for y in ys {
                for x in xs {
                    for tz in 0..z.count {
                        for ty in 0..y.count {
                            let [p, r] = [0, 1].map(|w| z.weights[tz][w] * y.weights[ty][w]);
                            let row = (z.fine[tz] as usize * ny + y.fine[ty] as usize) * nx;
                            for tx in 0..x.count {
                                let [px, rx] = x.weights[tx];
                                visit(k, row + x.fine[tx] as usize, [p * px, r * rx]);
                            }
                        }
                    }
                    k += 1;
                }
            }
        }
    }

    /// A smooth function on the fine box by cubic interpolation along each axis, by parabolas next to the sides, whose values are not asked for;
    /// false where an axis is periodic or has fewer than four coarse nodes, and nothing is done.
    fn cubic(&self, coarse: &[T], fine: &mut [T]) -> bool {
        let halved = |a: usize| self.fine[a] != self.coarse[a];
        let fits = |a: usize| !halved(a) || (self.coarse[a] >= 4 && self.sides[a][0] != Side::Periodic);
        if !(0..self.fine.len()).all(fits) {
            return false;
        }
        let size = |sizes: &[usize], a: usize| sizes.get(a).copied().unwrap_or(1);
        let fine_at = |a: usize, c: usize| self.axes.get(a).map_or(0, |t| t[c].fine[0] as usize);
        let (nx, ny) = (size(&self.fine, 0), size(&self.fine, 1));
        let [mx, my, mz] = [0, 1, 2].map(|a| size(&self.coarse, a));
        for z in 0..mz {
            for y in 0..my {
                for x in 0..mx {
                    let to = (fine_at(2, z) * ny + fine_at(1, y)) * nx + fine_at(0, x);
                    fine[to] = coarse[(z * my + y) * mx + x];
                }
            }
        }
        // Axis after axis: lines through nodes that are filled already, all that lie side by side in memory at once.
        if halved(0) {
            for z in 0..mz {
                for y in 0..my {
                    self.lines(0, (fine_at(2, z) * ny + fine_at(1, y)) * nx, 1, fine);
                }
            }
        }
        if self.fine.len() > 1 && halved(1) {
            (0..mz).for_each(|z| self.lines(1, fine_at(2, z) * ny * nx, nx, fine));
        }
        if self.fine.len() > 2 && halved(2) {
            self.lines(2, 0, nx * ny, fine);
        }
        true
    }

    /// Fills the nodes between the coarse ones of lines along an axis; nodes of a line are `stride` apart, and so many lines lie side by side.
    fn lines(&self, axis: usize, start: usize, stride: usize, fine: &mut [T]) {
        let (m, mc) = (self.fine[axis], self.coarse[axis]);
        let first = usize::from(self.sides[axis][0] == Side::Given);
        let at = |node: usize| start + node * stride;
        let coarse = |c: usize| at(2 * c + first);
        let [sixteenth, eighth] = [1.0 / 16.0, 1.0 / 8.0].map(T::from_f64);
        let [three, six, nine, ten, fifteen] = [3.0, 6.0, 9.0, 10.0, 15.0].map(T::from_f64);
        for c in 0..mc - 1 {
            let (left, right) = (coarse(c), coarse(c + 1));
            for i in 0..stride {
                let (l, r) = (fine[left + i], fine[right + i]);
                fine[left + stride + i] = if c == 0 {
                    (three * l + six * r - fine[coarse(2) + i]) * eighth
                } else if c + 2 == mc {
                    (three * r + six * l - fine[coarse(c - 1) + i]) * eighth
                } else {
                    (nine * (l + r) - (fine[coarse(c - 1) + i] + fine[coarse(c + 2) + i])) * sixteenth
                };
            }
        }
        let beyond = |a: T, b: T, c: T| (fifteen * a - ten * b + three * c) * eighth;
        for i in 0..stride {
            if first == 1 {
                fine[at(0) + i] = beyond(fine[coarse(0) + i], fine[coarse(1) + i], fine[coarse(2) + i]);
            }
            if 2 * (mc - 1) + first + 1 < m {
                let end = [mc - 1, mc - 2, mc - 3].map(|c| fine[coarse(c) + i]);
                fine[at(m - 1) + i] = beyond(end[0], end[1], end[2]);
            }
        }
    }

    /// Unknowns of a layer of the fine box: a line in two dimensions, a plane in three.
    fn layer(&self) -> usize {
        self.fine[..self.fine.len() - 1].iter().product()
    }

    /// `coarse = R fine`, layer by layer; `fine` gives those that a layer of the coarse box is joined with, by their numbers.
    #[inline(always)]
    fn restrict_layers(&self, mut fine: impl FnMut(&[u32], &mut dyn FnMut(usize, &[T])), coarse: &mut [T]) {
        let (lines, width) = (self.middle(), self.coarse[0]);
        let last = &self.axes[self.fine.len() - 1];
        for (taps, coarse) in last.iter().zip(coarse.chunks_exact_mut(width * lines.len())) {
            coarse.fill(T::ZERO);
            fine(&taps.fine[..taps.count], &mut |tap, layer| {
                for (line, coarse) in lines.iter().zip(coarse.chunks_exact_mut(width)) {
                    for t in 0..line.count {
                        let from = line.fine[t] as usize * self.fine[0];
                        let weight = taps.weights[tap][1] * line.weights[t][1];
                        self.gather(weight, &layer[from..from + self.fine[0]], coarse);
                    }
                }
            });
        }
    }

    /// Taps of the axis between the lines and the layers: one line where there is none.
    fn middle(&self) -> &[Taps<T>] {
        if self.fine.len() > 2 { &self.axes[1] } else { &self.single }
    }

    /// Adds what a line of the fine box gives to one of the coarse box.
    #[inline(always)]
    fn gather(&self, weight: T, fine: &[T], coarse: &mut [T]) {
        let (taps, last) = (&self.axes[0], coarse.len() - 1);
        if fine.len() == coarse.len() {
            return coarse.iter_mut().zip(fine).for_each(|(coarse, &fine)| *coarse += weight * fine);
        }
        for c in if last == 0 { 0..1 } else { 0..2 }.map(|end| end * last) {
            for t in 0..taps[c].count {
                coarse[c] += weight * taps[c].weights[t][1] * fine[taps[c].fine[t] as usize];
            }
        }
        // Away from the ends every node is joined with its own and one on either side.
        let [half, quarter] = [0.5, 0.25].map(|w| weight * T::from_f64(w));
        let fine = &fine[taps[0].fine[0] as usize..];
        for c in 1..last {
            coarse[c] = coarse[c] + half * fine[2 * c] + quarter * fine[2 * c - 1] + quarter * fine[2 * c + 1];
        }
    }

    /// Adds what a line of the coarse box gives to one of the fine box.
    #[inline(always)]
    fn spread(&self, weight: T, coarse: &[T], fine: &mut [T]) {
        let last = coarse.len() - 1;
        if fine.len() == coarse.len() {
            return fine.iter_mut().zip(coarse).for_each(|(fine, &coarse)| *fine += weight * coarse);
        }
        let half = weight * T::from_f64(0.5);
        let first = self.axes[0][0].fine[0] as usize;
        if first == 1 {
            fine[0] += half * coarse[0];
        }
        {
            let fine = &mut fine[first..];
            for c in 0..last {
                fine[2 * c] += weight * coarse[c];
                fine[2 * c + 1] = fine[2 * c + 1] + half * coarse[c] + half * coarse[c + 1];
            }
            fine[2 * last] += weight * coarse[last];
        }
        let end = 2 * last + first + 1;
        if end < fine.len() {
            if self.sides[0][0] == Side::Periodic {
                fine[end] += half * coarse[0];
            }
            fine[end] += half * coarse[last];
        }
    }

    /// `coarse = R (b - A x)`, without the residual in memory; `scratch` is for [`Transfer::scratch`] unknowns.
    fn restrict_residual(&self, a: &Matrix<T>, b: &[T], x: &[T], scratch: &mut [T], coarse: &mut [T]) {
        let layer = self.layer();
        let mut held = [usize::MAX; 3];
        self.restrict_layers(
            |wanted, visit| {
                for (tap, &number) in wanted.iter().enumerate() {
                    let number = number as usize;
                    let place = held.iter().position(|&h| h == number).unwrap_or_else(|| {
                        let free = held.iter().position(|&h| wanted.iter().all(|&w| w as usize != h));
                        let place = free.unwrap_or_default();
                        let out = &mut scratch[place * layer..(place + 1) * layer];
                        a.residual_of(b, x, (number * layer, (number + 1) * layer), out);
                        held[place] = number;
                        place
                    });
                    visit(tap, &scratch[place * layer..(place + 1) * layer]);
                }
            },
            coarse,
        );
    }

    /// The prolongation and the restriction by rows.
    pub fn rows(&self) -> (Csr<T>, Csr<T>) {
        let (n, nc) = (self.fine.iter().product(), self.coarse.iter().product());
        let (mut p, mut r) = (Vec::new(), Vec::new());
        self.pairs(|c, f, [wp, wr]| {
            p.push((f as u32, c as u32, wp));
            r.push((c as u32, f as u32, wr));
        });
        let made = (Csr::from_triplets(n, nc, &p), Csr::from_triplets(nc, n, &r));
        let (Ok(p), Ok(r)) = made else { unreachable!("each pair is within both boxes") };
        (p, r)
    }
}

fn taps<T: Scalar>(m: usize, mc: usize, sides: [Side; 2]) -> Vec<Taps<T>> {
    let whole = T::ONE;
    let [half, quarter] = [0.5, 0.25].map(T::from_f64);
    if m == mc {
        let own = |c: u32| Taps { count: 1, fine: [c; 3], weights: [[whole; 2]; 3] };
        return (0..m as u32).map(own).collect();
    }
    assert_eq!(halved(m, sides), Some(mc), "a coarse axis has every second node");
    let first = usize::from(sides[0] == Side::Given);
    let own = |c: usize| {
        let f = 2 * c + first;
        let mut taps = Taps { count: 1, fine: [f as u32; 3], weights: [[whole, half]; 3] };
        let mut join = |fine: usize, mirrored: bool| {
            taps.fine[taps.count] = fine as u32;
            taps.weights[taps.count] = [half, if mirrored { half } else { quarter }];
            taps.count += 1;
        };
        let periodic = sides[0] == Side::Periodic;
        if f > 0 {
            // A row that counts its inner neighbour twice stands for a mirror image beyond the side.
            join(f - 1, f + 1 == m && sides[1] == Side::Mirrored);
        } else if periodic {
            join(m - 1, false);
        }
        if f + 1 < m {
            join(f + 1, f == 0 && sides[0] == Side::Mirrored);
        } else if periodic {
            join(0, false);
        }
        taps
    };
    (0..mc).map(own).collect()
}

impl<T: Scalar> Transfer<T> {
    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        match self {
            Transfer::Boxes(boxes) => boxes.axes.iter().map(|taps| size_of_val(&taps[..])).sum(),
            Transfer::Rows { prolong, restrict } => prolong.held() + restrict.held(),
        }
    }

    /// A prolongation with its transpose.
    pub fn rows(prolong: Csr<T>) -> Self {
        let restrict = prolong.transpose();
        Transfer::Rows { prolong, restrict }
    }

    /// `coarse = R fine`.
    pub fn restrict(&self, fine: &[T], coarse: &mut [T]) {
        match self {
            Transfer::Boxes(boxes) if boxes.fine.len() > 1 => {
                let layer = boxes.layer();
                let part = |number: u32| &fine[number as usize * layer..(number as usize + 1) * layer];
                let all = |wanted: &[u32], visit: &mut dyn FnMut(usize, &[T])| {
                    wanted.iter().enumerate().for_each(|(tap, &number)| visit(tap, part(number)));
                };
                boxes.restrict_layers(all, coarse);
            }
            Transfer::Boxes(boxes) => {
                coarse.fill(T::ZERO);
                boxes.pairs(|c, f, [_, w]| coarse[c] += w * fine[f]);
            }
            Transfer::Rows { restrict, .. } => restrict.matvec(fine, coarse),
        }
    }

    /// `coarse = R (b - A x)`; `scratch` is for so many unknowns as [`Transfer::scratch`] says.
    pub fn restrict_residual(&self, a: &Matrix<T>, b: &[T], x: &[T], scratch: &mut [T], coarse: &mut [T]) {
        match self {
            Transfer::Boxes(boxes) if self.scratch(x.len()) < x.len() => {
                boxes.restrict_residual(a, b, x, scratch, coarse);
            }
            _ => {
                let scratch = &mut scratch[..x.len()];
                a.residual(b, x, scratch);
                self.restrict(scratch, coarse);
            }
        }
    }

    /// What [`Transfer::restrict_residual`] needs for `n` fine unknowns: three layers of a box, or all.
    pub fn scratch(&self, n: usize) -> usize {
        match self {
            Transfer::Boxes(boxes) if boxes.fine.len() > 1 => n.min(3 * boxes.layer()),
            _ => n,
        }
    }

    /// `fine += P coarse`.
    pub fn prolong_add(&self, coarse: &[T], fine: &mut [T]) {
        match self {
            Transfer::Boxes(boxes) if boxes.fine.len() > 1 => {
                let (lines, width, layer) = (boxes.middle(), boxes.coarse[0], boxes.layer());
                let last = &boxes.axes[boxes.fine.len() - 1];
                for (number, coarse) in coarse.chunks_exact(width).enumerate() {
                    let (line, taps) = (&lines[number % lines.len()], &last[number / lines.len()]);
                    for z in 0..taps.count {
                        for y in 0..line.count {
                            let from = taps.fine[z] as usize * layer + line.fine[y] as usize * boxes.fine[0];
                            let weight = taps.weights[z][0] * line.weights[y][0];
                            boxes.spread(weight, coarse, &mut fine[from..from + boxes.fine[0]]);
                        }
                    }
                }
            }
            Transfer::Boxes(boxes) => boxes.pairs(|c, f, [w, _]| fine[f] += w * coarse[c]),
            Transfer::Rows { prolong, .. } => {
                for (i, fine) in fine.iter_mut().enumerate() {
                    let (columns, values) = prolong.row(i);
                    let mut sum = T::ZERO;
                    for (&j, &p) in columns.iter().zip(values) {
                        sum += p * coarse[j as usize];
                    }
                    *fine += sum;
                }
            }
        }
    }

    /// A first guess on the fine level from a solution on the coarse one: of a higher order than the prolongation where the levels are boxes, and
    /// without a guess of the values on the sides.
    pub fn guess(&self, coarse: &[T], fine: &mut [T]) {
        if let Transfer::Boxes(boxes) = self
            && boxes.cubic(coarse, fine)
        {
            return;
        }
        fine.fill(T::ZERO);
        self.prolong_add(coarse, fine);
    }

    /// `R A P`.
    pub fn galerkin(&self, a: &Csr<T>) -> Csr<T> {
        match self {
            Transfer::Boxes(boxes) => {
                let (p, r) = boxes.rows();
                r.times(&a.times(&p))
            }
            Transfer::Rows { prolong, restrict } => restrict.times(&a.times(prolong)),
        }
    }

    /// Operations of one restriction or prolongation.
    pub fn flops(&self) -> u64 {
        match self {
            Transfer::Boxes(b) => 2 * b.fine.iter().product::<usize>() as u64 * 9 / 4,
            Transfer::Rows { prolong, .. } => 2 * prolong.nnz() as u64,
        }
    }
}
