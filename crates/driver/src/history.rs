//! What was measured, step by step.

use iterscope_core::Work;

/// The step after `step` at which the referee looks: every step up to 200, then about 1 % further each time, so that
/// watching a long run does not slow it.
pub fn next_sample(step: u64) -> u64 {
    step + (step >> 7).max(1) * u64::from(step >= 200) + u64::from(step < 200)
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// Steps done.
    pub step: u64,
    /// Seconds spent in steps so far; neither the referee nor drawing counts.
    pub seconds: f64,
    /// Work spent so far.
    pub work: Work,
    /// The series, then the method's diagnostics.
    pub values: &'a [f64],
}

/// All measurements of a run, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    width: usize,
    heads: Vec<(u64, f64, Work)>,
    values: Vec<f64>,
    fewest: usize,
}

impl History {
    /// An empty history of rows with `width` values.
    pub fn new(width: usize) -> Self {
        History { width, ..History::default() }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether nothing was measured yet.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Adds a row.
    pub fn push(&mut self, step: u64, seconds: f64, work: Work, values: &[f64]) {
        debug_assert_eq!(values.len(), self.width);
        self.heads.push((step, seconds, work));
        self.values.extend_from_slice(values);
    }

    /// Row `index`.
    pub fn row(&self, index: usize) -> Row<'_> {
        let (step, seconds, work) = self.heads[index];
        Row { step, seconds, work, values: &self.values[index * self.width..][..self.width] }
    }

    /// The newest row.
    pub fn last(&self) -> Option<Row<'_>> {
        self.len().checked_sub(1).map(|i| self.row(i))
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|i| self.row(i))
    }

    /// Index of the newest row at or before `step`.
    pub fn at(&self, step: u64) -> Option<usize> {
        self.heads.partition_point(|h| h.0 <= step).checked_sub(1)
    }

    /// The fewest rows there have been since this was last asked: who copies rows keeps that many.
    pub fn take_fewest(&mut self) -> usize {
        std::mem::replace(&mut self.fewest, usize::MAX).min(self.len())
    }

    /// Forgets all rows after `step`.
    pub fn truncate_after(&mut self, step: u64) {
        let keep = self.at(step).map_or(0, |i| i + 1);
        self.fewest = self.fewest.min(keep);
        self.heads.truncate(keep);
        self.values.truncate(keep * self.width);
    }
}

/// A fingerprint of a trace: 64-bit FNV-1a over steps, work and the bits of all values, seconds left out. Two runs
/// are the same run exactly when it is equal.
pub fn trace_hash(history: &History) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |word: u64| {
        for byte in word.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for row in history.rows() {
        eat(row.step);
        for w in row.work.counters() {
            eat(w);
        }
        for &v in row.values {
            // All NaNs are one: their payload is not specified across platforms.
            eat(if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() });
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_referee_looks_at_every_step_first_and_then_at_one_in_a_hundred() {
        assert!((0..200).all(|s| next_sample(s) == s + 1));
        let (mut step, mut looks) = (0, 0);
        while step < 1_000_000 {
            let next = next_sample(step);
            assert!(next > step && next - step <= (step / 100).max(1));
            (step, looks) = (next, looks + 1);
        }
        assert!(looks < 1500);
    }

    #[test]
    fn the_hash_sees_every_value_and_not_the_clock() {
        let history = |seconds: f64, value: f64| {
            let mut h = History::new(1);
            h.push(0, 0.0, Work::default(), &[1.0]);
            h.push(1, seconds, Work::default(), &[value]);
            trace_hash(&h)
        };
        assert_eq!(history(0.5, 2.0), history(0.7, 2.0));
        assert_ne!(history(0.5, 2.0), history(0.5, 2.0 + 4.0 * f64::EPSILON));
        assert_eq!(history(0.5, f64::NAN), history(0.5, -f64::NAN));
    }
}
