//! Linear measurements of a matrix.

use iterscope_kernels::dense::{a_b, a_bt, at_b};
use iterscope_kernels::reduce::{axpy, dot, norm2};
use iterscope_kernels::rng::Rng;

use crate::model::factors::{Factors, inner};

/// Measurements `y_i = <A_i, Z>` of a matrix Z; or Z itself, the limit of infinitely many of them.
///
/// Symmetric matrices are packed: the upper triangle row by row, `d (d + 1) / 2` numbers. In the packed `A_i` the entries
/// off the diagonal are doubled, so that an inner product of matrices is one of packed vectors.
#[derive(Debug)]
pub struct Sensing {
    /// Rows of Z.
    pub rows: usize,
    /// Columns of Z.
    pub cols: usize,
    /// Number of measurements; 0 for Z itself.
    pub count: usize,
    operator: Operator,
    /// What was measured: `y`, or Z itself, packed where it is symmetric.
    pub values: Vec<f64>,
    /// Norm of what was measured.
    pub norm: f64,
}

/// The measurement matrices.
#[derive(Debug)]
enum Operator {
    /// Symmetric, `A_i = (G + G')/2` with G standard normal, packed, one after the other; none where Z itself is seen.
    Symmetric(Vec<f64>),
    /// `A_i` standard normal, row by row, one after the other; none where Z itself is seen.
    Rectangular(Vec<f64>),
    /// `A_i = x_i x_i'`, x_i standard normal.
    Squares(Vec<f64>),
    /// `A_i = x_i y_i'`, both standard normal.
    Products(Vec<f64>, Vec<f64>),
}

/// What measurement matrices are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ensemble {
    /// All entries normal.
    Gaussian,
    /// A product of two normal vectors; of one with itself where Z is symmetric.
    RankOne,
}

/// Work space for measurements of an iterate.
pub(crate) struct SensingWork {
    packed: Vec<f64>,
    full: Vec<f64>,
    small: Vec<f64>,
    /// What [`Sensing::apply`] writes.
    pub residual: Vec<f64>,
}

impl SensingWork {
    /// For iterates of rank `k`.
    pub fn new(s: &Sensing, k: usize) -> SensingWork {
        SensingWork {
            packed: vec![0.0; if s.symmetric() { packed(s.rows) } else { 0 }],
            full: vec![0.0; s.rows * s.cols],
            small: vec![0.0; 2 * k],
            residual: vec![0.0; s.len()],
        }
    }
}

/// Packed length for size `d`.
pub fn packed(d: usize) -> usize {
    d * (d + 1) / 2
}

impl Sensing {
    /// Measures packed symmetric `z` with `count` Gaussian matrices drawn from `rng`, or observes it fully where `count` is 0.
    pub fn new(d: usize, z: Vec<f64>, count: usize, rng: &mut Rng) -> Sensing {
        let len = packed(d);
        let mut matrices = Vec::with_capacity(count * len);
        // One fill for all, as one call draws them: an odd call would drop a number of its last pair.
        let mut g = vec![0.0; count * d * d];
        rng.normal_fill(&mut g);
        for g in g.chunks_exact(d * d) {
            for i in 0..d {
                matrices.push(g[i * d + i]);
                for j in i + 1..d {
                    matrices.push(g[i * d + j] + g[j * d + i]);
                }
            }
        }
        let operator = Operator::Symmetric(matrices);
        let mut sensing = Sensing { rows: d, cols: d, count, operator, values: Vec::new(), norm: 1.0 };
        sensing.values = if count == 0 {
            z
        } else {
            let mut y = vec![0.0; count];
            sensing.measure(&z, &mut y);
            y
        };
        sensing.norm = sensing.size(&sensing.values);
        sensing
    }

    /// Measures `count` times (0: fully) the matrix that `truth` makes, symmetric where its factors are equal and `symmetric`
    /// says so.
    pub fn of(truth: &Factors, symmetric: bool, kind: Ensemble, count: usize, rng: &mut Rng) -> Sensing {
        let (rows, cols, k) = (truth.u.len() / truth.rank, truth.v.len() / truth.rank, truth.rank);
        if symmetric && (kind == Ensemble::Gaussian || count == 0) {
            let mut z = vec![0.0; packed(rows)];
            pack_gram(&truth.u, rows, k, &mut z);
            return Sensing::new(rows, z, count, rng);
        }
        let mut normal = |n: usize| {
            let mut x = vec![0.0; n];
            rng.normal_fill(&mut x);
            x
        };
        let operator = match kind {
            Ensemble::Gaussian => Operator::Rectangular(normal(count * rows * cols)),
            Ensemble::RankOne if symmetric => Operator::Squares(normal(count * rows)),
            Ensemble::RankOne if count > 0 => {
                let left = normal(count * rows);
                Operator::Products(left, normal(count * cols))
            }
            Ensemble::RankOne => Operator::Rectangular(Vec::new()),
        };
        let values = vec![0.0; if count == 0 { rows * cols } else { count }];
        let mut sensing = Sensing { rows, cols, count, operator, values, norm: 1.0 };
        let mut work = SensingWork::new(&sensing, k);
        sensing.apply(truth, &mut work);
        sensing.values = work.residual;
        sensing.norm = sensing.size(&sensing.values);
        sensing
    }

    /// Number of measured values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Never true; there is at least one value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether Z is symmetric and iterates are U U'.
    pub fn symmetric(&self) -> bool {
        matches!(self.operator, Operator::Symmetric(_) | Operator::Squares(_))
    }

    /// Whether the measurements keep lengths and directions on average: (1/m) sum of <A_i, Z> A_i has the mean Z.
    pub fn isotropic(&self) -> bool {
        !matches!(self.operator, Operator::Squares(_))
    }

    /// Flops of one measurement of a product of rank k and of one gradient.
    pub fn flops(&self, k: usize) -> u64 {
        let [d, n, k, m] = [self.rows, self.cols, k, self.count].map(|x| x as u64);
        match self.operator {
            Operator::Symmetric(_) => 4 * d * d * k + 2 * m * d * d,
            Operator::Rectangular(_) => 6 * d * n * k + 4 * m * d * n,
            Operator::Squares(_) => 4 * m * d * k,
            Operator::Products(..) => 4 * m * (d + n) * k,
        }
    }

    /// Bytes that the same must touch.
    pub fn bytes(&self, k: usize) -> u64 {
        let [d, n, k, m] = [self.rows, self.cols, k, self.count].map(|x| x as u64);
        8 * match self.operator {
            Operator::Symmetric(_) => m * d * d + 4 * d * k + 2 * d * d,
            Operator::Rectangular(_) => 2 * m * d * n + 4 * (d + n) * k + 2 * d * n,
            Operator::Squares(_) => m * d * (1 + 2 * k),
            Operator::Products(..) => m * (d + n) * (1 + 2 * k),
        }
    }

    /// out_i = <A_i, X> for packed symmetric X, or X itself.
    fn measure(&self, x: &[f64], out: &mut [f64]) {
        match &self.operator {
            Operator::Symmetric(matrices) if self.count > 0 => {
                for (o, a) in out.iter_mut().zip(matrices.chunks_exact(x.len())) {
                    *o = dot(a, x);
                }
            }
            _ => out.copy_from_slice(x),
        }
    }

    /// Measures U V' (U U' where Z is symmetric) into `work.residual`.
    pub(crate) fn apply(&self, x: &Factors, work: &mut SensingWork) {
        let (m, n, k) = (self.rows, self.cols, x.rank);
        let out = &mut work.residual;
        match &self.operator {
            Operator::Symmetric(_) => {
                pack_gram(&x.u, m, k, &mut work.packed);
                self.measure(&work.packed, out);
            }
            Operator::Rectangular(matrices) => {
                a_bt(&x.u, &x.v, &mut work.full, m, n, k);
                if self.count == 0 {
                    out.copy_from_slice(&work.full);
                }
                for (o, a) in out.iter_mut().zip(matrices.chunks_exact(m * n)) {
                    *o = dot(a, &work.full);
                }
            }
            Operator::Squares(vectors) => {
                for (o, a) in out.iter_mut().zip(vectors.chunks_exact(m)) {
                    let p = &mut work.small[..k];
                    project(a, &x.u, p);
                    *o = inner(p, p);
                }
            }
            Operator::Products(left, right) => {
                for ((o, a), b) in out.iter_mut().zip(left.chunks_exact(m)).zip(right.chunks_exact(n)) {
                    let (p, q) = work.small.split_at_mut(k);
                    project(a, &x.u, p);
                    project(b, &x.v, q);
                    *o = inner(p, q);
                }
            }
        }
    }

    /// With R = (1/m) sum of r_i A_i for the r in `work.residual`: g.u = R V and g.v = R' U; of symmetric Z g.u = R U alone.
    pub(crate) fn pull(&self, x: &Factors, work: &mut SensingWork, g: &mut Factors) {
        let (m, n, k) = (self.rows, self.cols, x.rank);
        let share = 1.0 / self.count.max(1) as f64;
        match &self.operator {
            Operator::Symmetric(_) => {
                self.adjoint(&work.residual, &mut work.packed, &mut work.full);
                a_b(&work.full, &x.u, &mut g.u, m, m, k);
            }
            Operator::Rectangular(_) => {
                self.adjoint(&work.residual, &mut work.packed, &mut work.full);
                a_b(&work.full, &x.v, &mut g.u, m, n, k);
                at_b(&work.full, &x.u, &mut g.v, m, n, k);
            }
            Operator::Squares(vectors) => {
                g.u.fill(0.0);
                for (r, a) in work.residual.iter().zip(vectors.chunks_exact(m)) {
                    let p = &mut work.small[..k];
                    project(a, &x.u, p);
                    spread(share * r, a, p, &mut g.u);
                }
            }
            Operator::Products(left, right) => {
                g.u.fill(0.0);
                g.v.fill(0.0);
                for ((r, a), b) in work.residual.iter().zip(left.chunks_exact(m)).zip(right.chunks_exact(n)) {
                    let (p, q) = work.small.split_at_mut(k);
                    project(a, &x.u, p);
                    project(b, &x.v, q);
                    spread(share * r, a, q, &mut g.u);
                    spread(share * r, b, p, &mut g.v);
                }
            }
        }
    }

    /// out = (1/m) sum_i r_i A_i as a full matrix; `work` has the length of [`packed`] where Z is symmetric. With full
    /// observation it is `r` itself.
    pub fn adjoint(&self, r: &[f64], work: &mut [f64], out: &mut [f64]) {
        let (d, n) = (self.rows, self.cols);
        let share = 1.0 / self.count.max(1) as f64;
        match &self.operator {
            Operator::Symmetric(matrices) => {
                let (packed, diagonal, off) = if self.count == 0 {
                    (r, 1.0, 1.0)
                } else {
                    work.fill(0.0);
                    for (&r, a) in r.iter().zip(matrices.chunks_exact(work.len())) {
                        axpy(r, a, work);
                    }
                    let m = self.count as f64;
                    (&*work, 1.0 / m, 0.5 / m)
                };
                unpack(packed, d, diagonal, off, out);
            }
            Operator::Rectangular(_) if self.count == 0 => out.copy_from_slice(r),
            Operator::Rectangular(matrices) => {
                out.fill(0.0);
                for (&r, a) in r.iter().zip(matrices.chunks_exact(d * n)) {
                    axpy(share * r, a, out);
                }
            }
            Operator::Squares(left) => {
                out.fill(0.0);
                for (&r, a) in r.iter().zip(left.chunks_exact(d)) {
                    spread(share * r, a, a, out);
                }
            }
            Operator::Products(left, right) => {
                out.fill(0.0);
                for ((&r, a), b) in r.iter().zip(left.chunks_exact(d)).zip(right.chunks_exact(n)) {
                    spread(share * r, a, b, out);
                }
            }
        }
    }

    /// Norm of measured values: Euclidean, or the Frobenius norm of a packed matrix with full observation.
    pub fn size(&self, values: &[f64]) -> f64 {
        if self.count > 0 || !self.symmetric() {
            return norm2(values);
        }
        let (mut diagonal, mut off, mut place) = (0.0, 0.0, 0);
        for i in 0..self.rows {
            diagonal += values[place] * values[place];
            for x in &values[place + 1..place + self.rows - i] {
                off += x * x;
            }
            place += self.rows - i;
        }
        (diagonal + 2.0 * off).sqrt()
    }
}

/// out = X' a for X with as many columns as `out` is long.
fn project(a: &[f64], x: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (&a, row) in a.iter().zip(x.chunks_exact(out.len())) {
        axpy(a, row, out);
    }
}

/// out += r a b'.
fn spread(r: f64, a: &[f64], b: &[f64], out: &mut [f64]) {
    for (&a, row) in a.iter().zip(out.chunks_exact_mut(b.len())) {
        axpy(r * a, b, row);
    }
}

/// The full matrix of a packed one, its diagonal and the rest multiplied by these.
fn unpack(packed: &[f64], d: usize, diagonal: f64, off: f64, out: &mut [f64]) {
    let mut from = packed.iter();
    for i in 0..d {
        for j in i..d {
            let x = from.next().copied().unwrap_or(0.0);
            let x = x * if i == j { diagonal } else { off };
            out[i * d + j] = x;
            out[j * d + i] = x;
        }
    }
}

/// Packs U U' for U of shape d x k.
pub fn pack_gram(u: &[f64], d: usize, k: usize, out: &mut [f64]) {
    let mut place = 0;
    for i in 0..d {
        for j in i..d {
            out[place] = dot(&u[i * k..][..k], &u[j * k..][..k]);
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut x = vec![0.0; n];
        Rng::new(seed).normal_fill(&mut x);
        x
    }

    #[test]
    fn the_adjoint_is_the_adjoint() {
        let u = random(4 * 2, 1);
        let square = Factors { rank: 2, u: u.clone(), v: u };
        let wide = Factors { rank: 2, u: random(4 * 2, 1), v: random(6 * 2, 3) };
        for (x, symmetric) in [(&square, true), (&wide, false)] {
            for kind in [Ensemble::Gaussian, Ensemble::RankOne] {
                for count in [0, 9] {
                    let s = Sensing::of(x, symmetric, kind, count, &mut Rng::new(5));
                    assert_eq!((s.symmetric(), s.len() == count), (symmetric, count > 0));
                    let mut work = SensingWork::new(&s, 2);
                    s.apply(x, &mut work);
                    assert_eq!(work.residual, s.values, "what was measured is measured again");
                    // <r, A(X)>/m = <A*(r)/m, X>, with the r of a packed matrix counting twice off its diagonal.
                    let r = random(s.len(), 2);
                    let mut full = vec![0.0; s.rows * s.cols];
                    s.adjoint(&r, &mut work.packed, &mut full);
                    let dense: Vec<f64> = (0..full.len()).map(|e| x.at(e / s.cols, e % s.cols)).collect();
                    if count > 0 {
                        let (left, right) = (dot(&r, &s.values) / count as f64, dot(&full, &dense));
                        assert!((left - right).abs() < 1e-12, "{kind:?} {left} {right}");
                    } else {
                        assert!((s.norm - norm2(&dense)).abs() < 1e-13);
                    }
                    let mut g = Factors::zero(s.rows, s.cols, 2);
                    work.residual.copy_from_slice(&r);
                    s.pull(x, &mut work, &mut g);
                    let mut expected = vec![0.0; g.u.len()];
                    a_b(&full, &x.v, &mut expected, s.rows, s.cols, 2);
                    assert!(g.u.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{kind:?} {count}");
                    if !symmetric {
                        let mut expected = vec![0.0; g.v.len()];
                        at_b(&full, &x.u, &mut expected, s.rows, s.cols, 2);
                        assert!(g.v.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{kind:?} {count}");
                    }
                }
            }
        }
    }
}
