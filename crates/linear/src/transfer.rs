//! Restriction and prolongation between a fine and a coarse level.

use iterscope_kernels::csr::Csr;

use crate::{Scalar, Side};

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
        BoxTransfer { axes, fine: fine.to_vec(), coarse: coarse.to_vec() }
    }

    /// Calls `visit` for each pair of a coarse and a fine unknown with the weights of prolongation and restriction.
    #[inline(always)]
    fn pairs(&self, mut visit: impl FnMut(usize, usize, [T; 2])) {
        let one = [Taps { count: 1, fine: [0; 3], weights: [[T::ONE; 2]; 3] }];
        let axis = |a: usize| self.axes.get(a).map_or(&one[..], |t| &t[..]);
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
    /// A prolongation with its transpose.
    pub fn rows(prolong: Csr<T>) -> Self {
        let restrict = prolong.transpose();
        Transfer::Rows { prolong, restrict }
    }

    /// `coarse = R fine`.
    pub fn restrict(&self, fine: &[T], coarse: &mut [T]) {
        match self {
            Transfer::Boxes(boxes) => {
                coarse.fill(T::ZERO);
                boxes.pairs(|c, f, [_, w]| coarse[c] += w * fine[f]);
            }
            Transfer::Rows { restrict, .. } => restrict.matvec(fine, coarse),
        }
    }

    /// `fine += P coarse`.
    pub fn prolong_add(&self, coarse: &[T], fine: &mut [T]) {
        match self {
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
