//! Games drawn anew, or split, from the lines of a file: one line may stand for many games.

use iterscope_core::{BuildError, Comparisons, Details, Encounter};
use iterscope_kernels::rng::Rng;

use crate::model::{Games, PairModel};

/// Games up to which each is drawn by itself.
const ONE_BY_ONE: f64 = 4e6;

/// Games that ended alike under the same conditions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The result.
    pub result: Encounter,
    /// Who had the home advantage: 1 the winner (or the first of two that tied), -1 the other, 0 nobody.
    pub side: i8,
}

impl Line {
    /// The same of `count` games.
    pub fn of(&self, count: f64) -> Line {
        Line { result: Encounter { count, ..self.result }, ..*self }
    }
}

/// The games of a model, as it weighs them.
pub fn lines_of(games: &Games) -> Vec<Line> {
    let mut out = Vec::new();
    for (k, p) in games.pairs.iter().enumerate() {
        let side = games.side(k) as i8;
        for (winner, loser, count, tie, side) in
            [(p.i, p.j, p.won, false, side), (p.j, p.i, p.lost, false, -side), (p.i, p.j, p.tied, true, side)]
        {
            if count > 0.0 {
                out.push(Line { result: Encounter { winner, loser, count, tie }, side });
            }
        }
    }
    out
}

/// What a file of these games would hold.
pub fn as_data(items: &[String], lines: &[Line], sides: bool) -> Comparisons {
    let advantage = if sides { lines.iter().map(|l| l.side).collect() } else { Vec::new() };
    Comparisons {
        items: items.to_vec(),
        encounters: lines.iter().map(|l| l.result).collect(),
        details: Details { advantage, ..Details::default() },
        ..Comparisons::default()
    }
}

/// The same model of other games.
///
/// # Errors
/// There are none.
pub fn with_games(model: &PairModel, items: &[String], lines: &[Line]) -> Result<PairModel, BuildError> {
    let games = Games::read(&as_data(items, lines, model.advantage))?;
    let mut other = model.clone();
    other.games = games;
    Ok(other)
}

/// As many games as there are, drawn from them with replacement: a multinomial draw over the lines by their counts. Counts
/// that add up to millions are drawn from the normal distribution instead.
pub fn resampled(lines: &[Line], rng: &mut Rng) -> Vec<Line> {
    let counts: Vec<f64> = lines.iter().map(|l| l.result.count).collect();
    let kept = lines.iter().zip(multinomial(&counts, rng)).filter(|(_, c)| *c > 0.0);
    kept.map(|(l, count)| l.of(count)).collect()
}

/// How often each was drawn, in as many draws as the counts add up to.
pub fn multinomial(given: &[f64], rng: &mut Rng) -> Vec<f64> {
    let total: f64 = given.iter().sum();
    let mut counts = vec![0.0; given.len()];
    if total <= ONE_BY_ONE {
        let mut ends = Vec::with_capacity(given.len());
        let mut sum = 0.0;
        for count in given {
            sum += count;
            ends.push(sum);
        }
        let draws = total.round().max(1.0);
        for _ in 0..draws as usize {
            let at = rng.uniform() * sum;
            counts[ends.partition_point(|e| *e <= at).min(given.len() - 1)] += total / draws;
        }
    } else {
        let mut normal = vec![0.0; given.len()];
        rng.normal_fill(&mut normal);
        for ((c, count), z) in counts.iter_mut().zip(given).zip(normal) {
            *c = (count + count.sqrt() * z).max(0.0);
        }
        let drawn: f64 = counts.iter().sum();
        counts.iter_mut().for_each(|c| *c *= total / drawn);
    }
    counts
}

/// Splits all games into `k` parts of nearly equal size at random: for each part its share of each line's count.
pub fn folds(lines: &[Line], k: usize, rng: &mut Rng) -> Vec<Vec<f64>> {
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
        let count = lines[i].result.count;
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

    fn lines(counts: &[f64]) -> Vec<Line> {
        let one = |count: &f64| Encounter { winner: 0, loser: 1, count: *count, tie: false };
        counts.iter().map(|c| Line { result: one(c), side: 0 }).collect()
    }

    #[test]
    fn draws_are_multinomial() {
        let given = lines(&[10.0, 30.0, 60.0]);
        let (mut rng, draws) = (Rng::new(1), 2000);
        let (mut mean, mut square) = (0.0, 0.0);
        for _ in 0..draws {
            let drawn = resampled(&given, &mut rng);
            assert!((drawn.iter().map(|l| l.result.count).sum::<f64>() - 100.0).abs() < 1e-9);
            let second = drawn.iter().map(|l| l.result.count).nth(1).unwrap_or(0.0);
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
                assert!((parts.iter().map(|p| p[i]).sum::<f64>() - l.result.count).abs() < 1e-12);
            }
            let sizes: Vec<f64> = parts.iter().map(|p| p.iter().sum()).collect();
            let spread =
                sizes.iter().fold(0.0, |m: f64, s| m.max(*s)) - sizes.iter().fold(f64::MAX, |m: f64, s| m.min(*s));
            assert!(spread <= 1.5, "{sizes:?}");
        }
    }
}
