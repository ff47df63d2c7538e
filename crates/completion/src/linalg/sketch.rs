//! Random sketches S of the system of a row: S A and S b for a d x k matrix A, with E[S'S] = I.

use iterscope_kernels::rng::Rng;

/// How a sketch mixes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SketchKind {
    /// Each row goes to one bucket with a sign (Charikar, Chen, Farach-Colton 2002; Clarkson, Woodruff 2013).
    Count,
    /// Independent normal weights.
    Gaussian,
    /// Signs, a Hadamard transform, and a sample of its rows (Ailon, Chazelle 2006; Tropp 2011).
    Hadamard,
}

/// The random numbers of one sketch of s rows, shared by all systems of a half sweep, and work space.
pub(crate) struct Sketch {
    kind: SketchKind,
    s: usize,
    bucket: Vec<u32>,
    sign: Vec<f64>,
    weights: Vec<f64>,
    /// The sample: numbers in [0, 1), turned into rows for each length.
    picks: Vec<f64>,
    order: Vec<u32>,
    mixed: Vec<f64>,
}

impl Sketch {
    /// Sketches of `s` rows, for systems of up to `longest` rows and `k` columns.
    pub fn new(kind: SketchKind, s: usize, longest: usize, k: usize) -> Sketch {
        let padded = longest.next_power_of_two();
        let only = |wanted: SketchKind, n: usize| if kind == wanted { n } else { 0 };
        Sketch {
            kind,
            s,
            bucket: vec![0; only(SketchKind::Count, longest)],
            sign: vec![1.0; longest],
            weights: vec![0.0; only(SketchKind::Gaussian, longest * s)],
            picks: vec![0.0; only(SketchKind::Hadamard, s)],
            order: vec![0; only(SketchKind::Hadamard, padded)],
            mixed: vec![0.0; only(SketchKind::Hadamard, padded * (k + 1))],
        }
    }

    /// Draws a new sketch.
    pub fn draw(&mut self, rng: &mut Rng) {
        match self.kind {
            SketchKind::Count => {
                for (bucket, sign) in self.bucket.iter_mut().zip(&mut self.sign) {
                    *bucket = rng.below(self.s) as u32;
                    *sign = if rng.uniform() < 0.5 { -1.0 } else { 1.0 };
                }
            }
            SketchKind::Gaussian => {
                rng.normal_fill(&mut self.weights);
                let scale = 1.0 / (self.s as f64).sqrt();
                self.weights.iter_mut().for_each(|w| *w *= scale);
            }
            SketchKind::Hadamard => {
                self.sign.iter_mut().for_each(|s| *s = if rng.uniform() < 0.5 { -1.0 } else { 1.0 });
                self.picks.iter_mut().for_each(|p| *p = rng.uniform());
            }
        }
    }

    /// S A into `sa` (s x k) and S b into `sb` (s), for the d x k matrix `a` with d > s.
    pub fn apply(&mut self, a: &[f64], b: &[f64], k: usize, sa: &mut [f64], sb: &mut [f64]) {
        match self.kind {
            SketchKind::Count => {
                sa.fill(0.0);
                sb.fill(0.0);
                for (t, (row, b)) in a.chunks_exact(k).zip(b).enumerate() {
                    let (bucket, sign) = (self.bucket[t] as usize, self.sign[t]);
                    for (o, a) in sa[bucket * k..][..k].iter_mut().zip(row) {
                        *o += sign * a;
                    }
                    sb[bucket] += sign * b;
                }
            }
            SketchKind::Gaussian => {
                sa.fill(0.0);
                sb.fill(0.0);
                for ((row, b), w) in a.chunks_exact(k).zip(b).zip(self.weights.chunks_exact(self.s)) {
                    for (i, w) in w.iter().enumerate() {
                        for (o, a) in sa[i * k..][..k].iter_mut().zip(row) {
                            *o += w * a;
                        }
                        sb[i] += w * b;
                    }
                }
            }
            SketchKind::Hadamard => self.hadamard(a, b, k, sa, sb),
        }
    }

    fn hadamard(&mut self, a: &[f64], b: &[f64], k: usize, sa: &mut [f64], sb: &mut [f64]) {
        let d = b.len().next_power_of_two();
        let (w, width) = (k + 1, d * (k + 1));
        let mixed = &mut self.mixed[..width];
        mixed.fill(0.0);
        for (((to, row), b), sign) in mixed.chunks_exact_mut(w).zip(a.chunks_exact(k)).zip(b).zip(&self.sign) {
            for (o, a) in to.iter_mut().zip(row) {
                *o = sign * a;
            }
            to[k] = sign * b;
        }
        transform(mixed, w);
        // A sample without replacement: the first s places of a shuffle.
        let order = &mut self.order[..d];
        for (i, o) in order.iter_mut().enumerate() {
            *o = i as u32;
        }
        let scale = 1.0 / (self.s as f64).sqrt();
        for (t, (sa, sb)) in sa.chunks_exact_mut(k).zip(sb).enumerate() {
            let other = t + (self.picks[t] * (d - t) as f64) as usize;
            order.swap(t, other);
            let row = &mixed[order[t] as usize * w..][..w];
            for (o, x) in sa.iter_mut().zip(row) {
                *o = scale * x;
            }
            *sb = scale * row[k];
        }
    }

    /// Flops for one system of d rows and k columns, right-hand side included.
    pub fn flops(&self, d: u64, k: u64) -> u64 {
        let s = self.s as u64;
        match self.kind {
            SketchKind::Count => 2 * d * (k + 1),
            SketchKind::Gaussian => 2 * d * s * (k + 1),
            SketchKind::Hadamard => {
                let padded = d.next_power_of_two();
                padded * u64::from(padded.trailing_zeros()) * (k + 1) + (d + s) * (k + 1)
            }
        }
    }
}

/// The Hadamard transform (not scaled) of the columns of a matrix with rows of length w, their number a power of two.
fn transform(a: &mut [f64], w: usize) {
    let d = a.len() / w;
    let mut half = 1;
    while half < d {
        for block in a.chunks_exact_mut(2 * half * w) {
            let (upper, lower) = block.split_at_mut(half * w);
            for (x, y) in upper.iter_mut().zip(lower) {
                (*x, *y) = (*x + *y, *x - *y);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [SketchKind; 3] = [SketchKind::Count, SketchKind::Gaussian, SketchKind::Hadamard];

    fn system(d: usize, k: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut a, mut b) = (vec![0.0; d * k], vec![0.0; d]);
        let mut rng = Rng::new(5);
        rng.normal_fill(&mut a);
        rng.normal_fill(&mut b);
        (a, b)
    }

    #[test]
    fn the_mean_of_many_sketches_keeps_inner_products() {
        let (d, k, s) = (37, 2, 8);
        let (a, b) = system(d, k);
        let exact = [0, 1].map(|c| (0..d).map(|i| a[i * k + c] * b[i]).sum::<f64>());
        let size = (0..d).map(|i| b[i] * b[i]).sum::<f64>();
        for kind in KINDS {
            let (mut sketch, mut rng) = (Sketch::new(kind, s, 64, k), Rng::new(1));
            let (mut mean, mut square) = ([0.0; 2], 0.0);
            for _ in 0..4000 {
                sketch.draw(&mut rng);
                let (mut sa, mut sb) = (vec![f64::NAN; s * k], vec![f64::NAN; s]);
                sketch.apply(&a, &b, k, &mut sa, &mut sb);
                for (i, b) in sb.iter().enumerate() {
                    square += b * b / 4000.0;
                    for c in 0..2 {
                        mean[c] += sa[i * k + c] * b / 4000.0;
                    }
                }
            }
            assert!((square / size - 1.0).abs() < 0.05, "{kind:?}: {square} {size}");
            for c in 0..2 {
                assert!((mean[c] - exact[c]).abs() < 0.05 * size, "{kind:?}: {mean:?} {exact:?}");
            }
        }
    }

    #[test]
    fn a_sketch_of_all_hadamard_rows_keeps_every_length() {
        let (a, b) = system(32, 3);
        let mut sketch = Sketch::new(SketchKind::Hadamard, 32, 32, 3);
        sketch.draw(&mut Rng::new(2));
        let (mut sa, mut sb) = (vec![0.0; 96], vec![0.0; 32]);
        sketch.apply(&a, &b, 3, &mut sa, &mut sb);
        for c in 0..3 {
            let product = |a: &[f64], b: &[f64]| (0..32).map(|i| a[i * 3 + c] * b[i]).sum::<f64>();
            assert!((product(&a, &b) - product(&sa, &sb)).abs() < 1e-12);
        }
    }
}
