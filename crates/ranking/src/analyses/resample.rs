//! Games drawn anew, or split, from the lines of a file: one line may stand for many games.

use iterscope_core::{BuildError, Comparisons, Encounter};
use iterscope_kernels::rng::Rng;

use crate::model::{Games, Model};

/// Games up to which each is drawn by itself.
const ONE_BY_ONE: f64 = 4e6;

/// The same model of other games.
///
/// # Errors
/// There are none.
pub fn with_games(model: &Model, items: &[String], encounters: Vec<Encounter>) -> Result<Model, BuildError> {
    let games = Games::read(&Comparisons { items: items.to_vec(), encounters, ..Comparisons::default() })?;
    let mut other = model.clone();
    other.games = games;
    Ok(other)
}

/// As many games as there are, drawn from them with replacement: a multinomial draw over the lines by their counts. Counts
/// that add up to millions are drawn from the normal law instead.
pub fn resampled(lines: &[Encounter], rng: &mut Rng) -> Vec<Encounter> {
    let total: f64 = lines.iter().map(|l| l.count).sum();
    let mut counts = vec![0.0; lines.len()];
    if total <= ONE_BY_ONE {
        let mut ends = Vec::with_capacity(lines.len());
        let mut sum = 0.0;
        for l in lines {
            sum += l.count;
            ends.push(sum);
        }
        let draws = total.round().max(1.0);
        for _ in 0..draws as usize {
            let at = rng.uniform() * sum;
            counts[ends.partition_point(|e| *e <= at).min(lines.len() - 1)] += total / draws;
        }
    } else {
        let mut normal = vec![0.0; lines.len()];
        rng.normal_fill(&mut normal);
        for ((c, l), z) in counts.iter_mut().zip(lines).zip(normal) {
            *c = (l.count + l.count.sqrt() * z).max(0.0);
        }
        let drawn: f64 = counts.iter().sum();
        counts.iter_mut().for_each(|c| *c *= total / drawn);
    }
    let kept = lines.iter().zip(counts).filter(|(_, c)| *c > 0.0);
    kept.map(|(l, count)| Encounter { count, ..*l }).collect()
}

/// Splits all games into `k` parts of nearly equal size at random: for each part its share of each line's count.
pub fn folds(lines: &[Encounter], k: usize, rng: &mut Rng) -> Vec<Vec<f64>> {
    let mut out = vec![vec![0.0; lines.len()]; k];
    // Parts are filled in turn, in an order drawn anew for each round: sizes differ by one game at most.
    let mut round = Vec::new();
    let mut next = || {
        if round.is_empty() {
            round = rng.permutation(k);
        }
        round.pop().unwrap_or(0)
    };
    for i in lines_in_disorder(lines.len(), k) {
        let count = lines[i].count;
        let whole = (count / k as f64).floor();
        for part in &mut out {
            part[i] += whole;
        }
        let mut rest = count - whole * k as f64;
        while rest > 0.0 {
            let one = rest.min(1.0);
            out[next()][i] += one;
            rest -= one;
        }
    }
    out
}

/// The lines in an order in which neighbours of the file are apart; the shuffle of the parts does the rest.
fn lines_in_disorder(n: usize, k: usize) -> impl Iterator<Item = usize> {
    let step = n.div_ceil(k.max(1)).max(1);
    (0..step).flat_map(move |first| (first..n).step_by(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(counts: &[f64]) -> Vec<Encounter> {
        counts.iter().map(|c| Encounter { winner: 0, loser: 1, count: *c, tie: false }).collect()
    }

    #[test]
    fn draws_are_multinomial() {
        let given = lines(&[10.0, 30.0, 60.0]);
        let (mut rng, draws) = (Rng::new(1), 2000);
        let (mut mean, mut square) = (0.0, 0.0);
        for _ in 0..draws {
            let drawn = resampled(&given, &mut rng);
            assert!((drawn.iter().map(|l| l.count).sum::<f64>() - 100.0).abs() < 1e-9);
            let second = drawn.iter().map(|l| l.count).nth(1).unwrap_or(0.0);
            mean += second;
            square += (second - 30.0) * (second - 30.0);
        }
        let draws = f64::from(draws);
        // Variance 100 0.3 0.7 = 21; four standard deviations each.
        assert!((mean / draws - 30.0).abs() < 4.0 * (21.0 / draws).sqrt(), "{}", mean / draws);
        assert!((square / draws / 21.0 - 1.0).abs() < 4.0 * (2.0 / draws).sqrt(), "{}", square / draws);
    }

    #[test]
    fn parts_hold_every_game_once_and_are_of_one_size() {
        for given in [lines(&[1.0; 23]), lines(&[7.0, 0.5, 12.0, 3.25])] {
            let parts = folds(&given, 5, &mut Rng::new(2));
            for (i, l) in given.iter().enumerate() {
                assert!((parts.iter().map(|p| p[i]).sum::<f64>() - l.count).abs() < 1e-12);
            }
            let sizes: Vec<f64> = parts.iter().map(|p| p.iter().sum()).collect();
            let spread =
                sizes.iter().fold(0.0, |m: f64, s| m.max(*s)) - sizes.iter().fold(f64::MAX, |m: f64, s| m.min(*s));
            assert!(spread <= 1.5, "{sizes:?}");
        }
    }
}
