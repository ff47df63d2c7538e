//! Quantiles of samples that may hold what is larger than everything, and the interval of a median that assumes nothing of its
//! distribution.

use std::cmp::Ordering;

/// The least coverage that is asked of an interval, where the sample is large enough.
pub const COVERAGE: f64 = 0.95;

/// A sample in ascending order. What is no number counts as larger than everything.
pub struct Sample(Vec<f64>);

/// The interval of a median.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its ends.
    pub ends: [f64; 2],
    /// How surely it covers the median of what the sample was drawn from, whatever the distribution.
    pub coverage: f64,
}

impl Sample {
    /// The sample of these values.
    pub fn new(values: impl IntoIterator<Item = f64>) -> Sample {
        let mut all: Vec<f64> = values.into_iter().map(|v| if v.is_nan() { f64::INFINITY } else { v }).collect();
        all.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        Sample(all)
    }

    /// The quantile at a part of 1, linear between order statistics (type 7 of Hyndman and Fan, 1996); infinite where it lies among
    /// what is larger than everything, and no number of an empty sample.
    pub fn quantile(&self, part: f64) -> f64 {
        let Some(last) = self.0.len().checked_sub(1) else { return f64::NAN };
        let at = part * last as f64;
        let low = (at as usize).min(last);
        let rest = at - low as f64;
        let (a, b) = (self.0[low], self.0[(low + 1).min(last)]);
        if rest == 0.0 || a == b { a } else { a + rest * (b - a) }
    }

    /// The smallest and the largest value.
    pub fn range(&self) -> [f64; 2] {
        [self.quantile(0.0), self.quantile(1.0)]
    }

    /// The shortest interval between the order statistics `k` and `n + 1 - k` that covers the median at least with [`COVERAGE`] (the
    /// interval of the sign test); of samples below six, where there is none, that from the smallest value to the largest.
    pub fn median_interval(&self) -> Interval {
        let n = self.0.len();
        if n == 0 {
            return Interval { ends: [f64::NAN; 2], coverage: 0.0 };
        }
        // The median lies outside with twice the probability of fewer than k heads in n throws.
        let mut term = libm::exp2(-(n as f64));
        let (mut below, mut k) = (term, 1);
        while k < n.div_ceil(2) {
            term *= (n - k + 1) as f64 / k as f64;
            if 1.0 - 2.0 * (below + term) < COVERAGE {
                break;
            }
            below += term;
            k += 1;
        }
        Interval { ends: [self.0[k - 1], self.0[n - k]], coverage: 1.0 - 2.0 * below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_numpy() {
        // numpy 2.3.5: numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .25, .5, .75, 1])
        let sample = Sample::new([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]);
        let found: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().map(|p| sample.quantile(p)).collect();
        assert_eq!(found, [1.0, 1.75, 3.5, 5.25, 9.0]);
        assert!(Sample::new([]).quantile(0.5).is_nan());
        assert_eq!(Sample::new([7.0]).quantile(0.75), 7.0);
    }

    #[test]
    fn what_did_not_arrive_is_larger_than_everything() {
        let sample = Sample::new([2.0, f64::NAN, 1.0, f64::NAN, 3.0]);
        assert_eq!(sample.range(), [1.0, f64::INFINITY]);
        assert_eq!((sample.quantile(0.5), sample.quantile(0.75)), (3.0, f64::INFINITY));
        assert_eq!(Sample::new([1.0, f64::NAN]).quantile(0.5), f64::INFINITY);
    }

    #[test]
    fn intervals_of_the_median_are_those_of_the_sign_test() {
        // Order statistics and coverages as in tables of the sign test, such as Conover, Practical Nonparametric Statistics: 1 - 2 P(Bin(n, 1/2) < k).
        for (n, k, coverage) in [
            (2, 1, 0.5),
            (5, 1, 0.9375),
            (6, 1, 0.96875),
            (8, 1, 0.9921875),
            (9, 2, 0.9609375),
            (10, 2, 0.978515625),
            (15, 4, 0.96484375),
            (20, 6, 0.9586105346679688),
            (25, 8, 0.9567147493362427),
        ] {
            let sample = Sample::new((1..=n).map(f64::from));
            let Interval { ends, coverage: found } = sample.median_interval();
            assert_eq!(ends, [f64::from(k), f64::from(n + 1 - k)], "{n}");
            assert!((found - coverage).abs() < 1e-12, "{n}: {found}");
        }
        assert_eq!(Sample::new([4.0]).median_interval().ends, [4.0, 4.0]);
        let many = Sample::new((1..=1000).map(f64::from)).median_interval();
        // scipy 1.16.3: scipy.stats.binom.ppf(0.025, 1000, 0.5) = 469
        assert_eq!(many.ends, [469.0, 532.0]);
        assert!((0.95..0.96).contains(&many.coverage), "{many:?}");
    }
}
