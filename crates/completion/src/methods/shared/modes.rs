//! When an iterate finds each of the leading singular modes of the truth.

use iterscope_core::{SeriesInfo, StateReader, StateWriter};

use crate::linalg::product_svd::ProductSvd;
use crate::linalg::spectral::leading_of_dense;
use crate::model::factors::Factors;
use crate::model::{Model, Truth};

/// Modes that are watched.
pub(crate) const MODES: usize = 3;

/// What [`Modes::diagnostics`] writes.
pub(crate) const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "modes.seen",
        "modes found",
        "How many of the three leading singular modes of the truth the iterate has found: its component along u_s v_s' passed \
         half of σ_s.",
    )
    .linear(),
    SeriesInfo::new(
        "modes.expected",
        "modes expected",
        "How many of them first-order theory expects by this step, from ln(σ_s/α²)/(2 η σ_s).",
    )
    .linear(),
    SeriesInfo::new("mode.1.step", "step of mode 1", "Step at which mode 1 was found; 0 until then.").linear(),
    SeriesInfo::new("mode.2.step", "step of mode 2", "Step at which mode 2 was found; 0 until then.").linear(),
    SeriesInfo::new("mode.3.step", "step of mode 3", "Step at which mode 3 was found; 0 until then.").linear(),
];

/// The watch over up to [`MODES`] modes; over none where the truth is not known.
pub(crate) struct Modes {
    /// Left and right singular vectors of the truth, one after the other.
    left: Vec<f64>,
    right: Vec<f64>,
    s: Vec<f64>,
    /// Steps at which theory expects them.
    expected: Vec<f64>,
    found: [f64; MODES],
    taken: u64,
}

impl Modes {
    /// For iterates of rank `k`; `time` gives the step at which theory expects a mode of that singular value.
    pub fn new(model: &Model, k: usize, time: impl Fn(f64) -> f64) -> Modes {
        let most = MODES.min(k).min(model.rows).min(model.cols);
        let (left, right, s) = match &model.truth {
            Some(Truth::Factors(f)) if f.rank <= model.rows.min(model.cols) => {
                let mut svd = ProductSvd::new(model.rows, model.cols, f.rank);
                svd.find(f);
                let count = most.min(f.rank);
                (columns(&svd.left, f.rank, count), columns(&svd.right, f.rank, count), svd.s[..count].to_vec())
            }
            Some(Truth::Dense(values)) => of_dense(model, values, most),
            _ => (Vec::new(), Vec::new(), Vec::new()),
        };
        let expected = s.iter().map(|&s| time(s)).collect();
        Modes { left, right, s, expected, found: [0.0; MODES], taken: 0 }
    }

    /// Looks at the iterate after a step.
    pub fn watch(&mut self, x: &Factors) {
        self.taken += 1;
        let (m, n) = (x.u.len() / x.rank, x.v.len() / x.rank);
        for (c, &s) in self.s.iter().enumerate() {
            if self.found[c] == 0.0 && s > 0.0 {
                let (u, v) = (&self.left[c * m..][..m], &self.right[c * n..][..n]);
                let mut strength = 0.0;
                for a in 0..x.rank {
                    strength += along(u, &x.u, x.rank, a) * along(v, &x.v, x.rank, a);
                }
                if strength > 0.5 * s {
                    self.found[c] = self.taken as f64;
                }
            }
        }
    }

    pub fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.found.iter().filter(|f| **f > 0.0).count() as f64;
        out[1] = self.expected.iter().filter(|t| **t <= self.taken as f64).count() as f64;
        out[2..2 + MODES].copy_from_slice(&self.found);
    }

    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.found);
        out.bits(self.taken);
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.found);
        self.taken = from.bits();
    }
}

/// The inner product of `u` with column `a` of a matrix with rows of length k.
fn along(u: &[f64], matrix: &[f64], k: usize, a: usize) -> f64 {
    let mut sum = 0.0;
    for (u, row) in u.iter().zip(matrix.chunks_exact(k)) {
        sum += u * row[a];
    }
    sum
}

/// The first `count` columns of a matrix with rows of length k, one after the other.
fn columns(a: &[f64], k: usize, count: usize) -> Vec<f64> {
    (0..count).flat_map(|c| a.iter().skip(c).step_by(k).copied()).collect()
}

/// The leading triplets of a dense matrix.
fn of_dense(model: &Model, values: &[f64], count: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let n = model.cols;
    let Some(x) = leading_of_dense(model, values, count) else { return Default::default() };
    let (left, mut right) = (columns(&x.u, count, count), columns(&x.v, count, count));
    let mut s = Vec::with_capacity(count);
    for column in right.chunks_exact_mut(n) {
        let size = column.iter().map(|v| v * v).sum::<f64>().sqrt();
        if size > 0.0 {
            column.iter_mut().for_each(|v| *v /= size);
        }
        s.push(size);
    }
    (left, right, s)
}
