//! Which entries of a matrix are seen.

use iterscope_kernels::rng::Rng;

/// Rounds for the factor of uneven sampling.
const ROUNDS: usize = 20;
/// Entries looked at to find the level of sampling by value.
const LOOKED_AT: usize = 10_000;
/// Halvings of the interval of that level.
const HALVINGS: usize = 50;

/// How likely each entry is to be seen.
pub(crate) enum Pattern {
    /// `min(1, scale * row_i * col_j)`.
    Product { scale: f64, row: Vec<f64>, col: Vec<f64> },
    /// Blocks are seen whole or not at all: row and column of blocks of each entry, and whether each block is seen.
    Blocks { across: usize, rows: usize, cols: usize, seen: Vec<bool> },
    /// 1 / (1 + exp(-(level + slope * value))).
    ByValue { level: f64, slope: f64 },
}

impl Pattern {
    /// Every entry with the same probability; row i and column j (from 1) less, as (i j) to the power of minus `popularity`.
    pub fn popular(m: usize, n: usize, rate: f64, popularity: f64) -> Pattern {
        let (row, col) = (powers(m, popularity), powers(n, popularity));
        let scale = if popularity > 0.0 { share(rate, &row, &col) } else { rate };
        Pattern::Product { scale, row, col }
    }

    /// `across * across` blocks, each seen with probability `rate`; draws one number for each.
    pub fn blocks(m: usize, n: usize, rate: f64, across: usize, rng: &mut Rng) -> Pattern {
        Pattern::Blocks { across, rows: m, cols: n, seen: (0..across * across).map(|_| rng.uniform() < rate).collect() }
    }

    /// Log-odds that rise by `slope` with each root mean square of the values; the level gives the share `rate`.
    pub fn by_value(m: usize, n: usize, rate: f64, slope: f64, at: impl Fn(usize, usize) -> f64) -> Pattern {
        let stride = (m * n).div_ceil(LOOKED_AT).max(1);
        // Strides that share no factor with the columns go through all of them.
        let stride = (stride..).find(|s| gcd(*s, n) == 1).unwrap_or(1);
        let some: Vec<f64> = (0..m * n).step_by(stride).map(|e| at(e / n, e % n)).collect();
        let size = (some.iter().map(|x| x * x).sum::<f64>() / some.len() as f64).sqrt();
        let slope = if size > 0.0 { slope / size } else { 0.0 };
        let (mut lo, mut hi) = (-60.0, 60.0);
        for _ in 0..HALVINGS {
            let level = 0.5 * (lo + hi);
            let mean = some.iter().map(|x| logistic(level + slope * x)).sum::<f64>() / some.len() as f64;
            if mean < rate { lo = level } else { hi = level }
        }
        Pattern::ByValue { level: 0.5 * (lo + hi), slope }
    }

    /// The probability with which entry (i, j) of that value is seen.
    pub fn chance(&self, i: usize, j: usize, value: impl FnOnce() -> f64) -> f64 {
        match self {
            Pattern::Product { scale, row, col } => scale * row[i] * col[j],
            Pattern::Blocks { across, rows, cols, seen } => {
                if seen[i * across / rows * across + j * across / cols] {
                    1.0
                } else {
                    0.0
                }
            }
            Pattern::ByValue { level, slope } => logistic(level + slope * value()),
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// 1 / i to that power, i from 1; ones for power 0.
pub(crate) fn powers(n: usize, power: f64) -> Vec<f64> {
    (1..=n).map(|i| if power > 0.0 { libm::pow(i as f64, -power) } else { 1.0 }).collect()
}

/// The factor c with which the mean of min(1, c r_i c_j) is the share `rate`, nearly: the mean rises with c and is concave,
/// so these rounds approach it from below.
fn share(rate: f64, of_row: &[f64], of_col: &[f64]) -> f64 {
    let mut scale = rate;
    for _ in 0..ROUNDS {
        let mut sum = 0.0;
        for r in of_row {
            let mut part = 0.0;
            for c in of_col {
                part += (scale * r * c).min(1.0);
            }
            sum += part;
        }
        scale *= rate * (of_row.len() * of_col.len()) as f64 / sum;
    }
    scale
}

/// About `share` of the entries, in a random order, but never the last one of a row or a column: whether each is held out.
pub(crate) fn hold_out(
    rows: usize,
    cols: usize,
    count: usize,
    place: impl Fn(usize) -> (u32, u32),
    share: f64,
    seed: u64,
) -> Vec<bool> {
    let (mut of_row, mut of_col) = (vec![0u32; rows], vec![0u32; cols]);
    for e in 0..count {
        let (i, j) = place(e);
        of_row[i as usize] += 1;
        of_col[j as usize] += 1;
    }
    let wanted = libm::round(share * count as f64) as usize;
    let mut kept_back = vec![false; count];
    let mut taken = 0;
    // The order of `Rng::permutation`, in half of its memory.
    let mut order: Vec<u32> = (0..count as u32).collect();
    let mut rng = Rng::new(seed);
    for i in (1..count).rev() {
        order.swap(i, rng.below(i + 1));
    }
    for e in order {
        let (i, j) = place(e as usize);
        let (row, col) = (&mut of_row[i as usize], &mut of_col[j as usize]);
        if taken < wanted && *row > 1 && *col > 1 {
            *row -= 1;
            *col -= 1;
            kept_back[e as usize] = true;
            taken += 1;
        }
    }
    kept_back
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_their_share() {
        let value = |i: usize, j: usize| ((7 * i + 3 * j) % 11) as f64 - 5.0;
        let mut rng = Rng::new(2);
        for (m, n) in [(120, 90), (300, 200)] {
            for rate in [0.1, 0.5] {
                let all = [
                    Pattern::popular(m, n, rate, 0.7),
                    Pattern::by_value(m, n, rate, 1.5, value),
                    Pattern::by_value(m, n, rate, -1.5, value),
                    Pattern::by_value(m, n, rate, 1.0, |_, _| 0.0),
                ];
                for p in &all {
                    let chance = |e: usize| p.chance(e / n, e % n, || value(e / n, e % n)).min(1.0);
                    let flat = matches!(p, Pattern::ByValue { slope, .. } if *slope == 0.0);
                    let mean = (0..m * n).map(chance).sum::<f64>() / (m * n) as f64;
                    assert!((mean - rate).abs() < 0.02 || flat, "{m} {rate}: {mean}");
                }
                let odds = |p: &Pattern, x: f64| p.chance(0, 0, || x);
                assert!(odds(&all[1], 3.0) > odds(&all[1], -3.0) && odds(&all[2], 3.0) < odds(&all[2], -3.0));
            }
        }
        let p = Pattern::blocks(20, 10, 0.5, 5, &mut rng);
        let Pattern::Blocks { seen, .. } = &p else { panic!("blocks") };
        assert!((0..200).all(|e| (p.chance(e / 10, e % 10, || 0.0) == 1.0) == seen[e / 10 / 4 * 5 + e % 10 / 2]));
    }

    #[test]
    fn the_last_entry_of_a_row_is_not_kept_back() {
        let places = [(0, 0), (0, 1), (1, 1), (2, 1), (2, 0)];
        let back = hold_out(3, 2, 5, |e| places[e], 0.9, 3);
        assert!(!back[2] && back.iter().filter(|b| **b).count() == 2);
        let mut expected = Rng::new(5).permutation(9);
        expected.truncate(3);
        let back = hold_out(1, 1, 9, |_| (0, 0), 3.0 / 9.0, 5);
        assert!((0..9).all(|e| back[e] == expected.contains(&e)));
    }
}
