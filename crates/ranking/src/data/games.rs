//! Sparse pairwise data: games added up by pair (and by who had the advantage, where that matters), and again by item in
//! compressed rows. Nothing here is n x n.

use iterscope_core::{BuildError, Comparisons};

use crate::data::count;

/// All games between two items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The item with the smaller number.
    pub i: u32,
    /// The item with the larger number.
    pub j: u32,
    /// Wins of `i`, ties left out.
    pub won: f64,
    /// Wins of `j`, ties left out.
    pub lost: f64,
    /// Ties.
    pub tied: f64,
}

impl Pair {
    /// Games between the two.
    pub fn games(&self) -> f64 {
        self.won + self.lost + self.tied
    }
    /// Points of `i`: wins, and half of the ties.
    pub fn points(&self) -> f64 {
        self.won + 0.5 * self.tied
    }
    /// Points of `j`.
    pub fn points_against(&self) -> f64 {
        self.lost + 0.5 * self.tied
    }
    /// The results without the items.
    pub fn results(&self) -> Results {
        Results { won: self.won, lost: self.lost, tied: self.tied }
    }
}

/// How often one side won, the other won, and neither.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Results {
    /// Wins of the first, ties left out.
    pub won: f64,
    /// Wins of the second, ties left out.
    pub lost: f64,
    /// Ties.
    pub tied: f64,
}

/// What one item did against one opponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meeting {
    /// The opponent.
    pub opponent: u32,
    /// Where the two stand in the list of pairs.
    pub pair: u32,
    /// Points of the item: wins, and half of the ties.
    pub won: f64,
    /// Points of the opponent.
    pub lost: f64,
    /// Ties.
    pub tied: f64,
}

impl Meeting {
    /// The results, those of the item first.
    pub fn results(&self) -> Results {
        Results { won: self.won - 0.5 * self.tied, lost: self.lost - 0.5 * self.tied, tied: self.tied }
    }
}

/// Games between `items` items; memory is linear in the number of pairs that met.
#[derive(Clone, Debug, PartialEq)]
pub struct Games {
    /// Number of items.
    pub items: usize,
    /// The pairs that met, sorted.
    pub pairs: Vec<Pair>,
    /// Where the meetings of each item start; `items + 1` entries.
    starts: Vec<u32>,
    /// The parts of all meetings (see [`Meeting`]), apart, so that a pass reads no more than it needs.
    opponents: Vec<u32>,
    numbers: Vec<u32>,
    won: Vec<f64>,
    lost: Vec<f64>,
    /// Empty without ties.
    tied: Vec<f64>,
    /// Points of each item.
    pub points: Vec<f64>,
    /// Games of each item.
    pub played: Vec<f64>,
    /// All games.
    pub total: f64,
    /// All ties.
    pub ties: f64,
    /// Who had the home advantage in the games of each pair: 1 the item with the smaller number, -1 the other, 0
    /// nobody. Games of the same two under different conditions are pairs of their own. Empty where it does not matter.
    pub sides: Vec<i8>,
}

/// Counts above this cannot be added without losing games.
pub(crate) const MOST_GAMES: f64 = 1e15;

impl Games {
    /// Adds up what was read, apart by who had the advantage where the details say it.
    ///
    /// # Errors
    /// Field `data`: no games, fewer than two items, a game of an item against itself or of one that does not exist, a
    /// count that is not positive or too large.
    pub fn read(data: &Comparisons) -> Result<Games, BuildError> {
        let refuse = |why: String| Err(BuildError::new("data", why));
        if data.encounters.is_empty() {
            return refuse("there are no games in it".into());
        }
        let n = data.items.len();
        if n < 2 {
            return refuse("there is one item only; a ranking needs at least two that met".into());
        }
        let advantage = &data.details.advantage;
        let advantage = (advantage.len() == data.encounters.len()).then_some(&advantage[..]);
        let (pairs, sides) = match count::by_pair(n, &data.encounters, advantage) {
            Ok(counted) => counted,
            Err(k) => {
                let (number, e) = (k + 1, &data.encounters[k]);
                return refuse(if e.winner.max(e.loser) as usize >= n {
                    format!("game {number} names an item that is not in the list")
                } else if e.winner == e.loser {
                    format!("game {number} is of {} against itself", data.items[e.winner as usize])
                } else {
                    format!("game {number} has the count {}, which must be positive and at most 1e15", e.count)
                });
            }
        };
        let games = Games::of_pairs(n, pairs, sides);
        if games.total > MOST_GAMES {
            return refuse("more than 1e15 games in all".into());
        }
        Ok(games)
    }

    fn of_pairs(items: usize, pairs: Vec<Pair>, sides: Vec<i8>) -> Games {
        let mut starts = vec![0u32; items + 1];
        for p in &pairs {
            starts[p.i as usize + 1] += 1;
            starts[p.j as usize + 1] += 1;
        }
        for i in 0..items {
            starts[i + 1] += starts[i];
        }
        let meetings = 2 * pairs.len();
        let (mut opponents, mut numbers) = (vec![0; meetings], vec![0; meetings]);
        let (mut won, mut lost) = (vec![0.0; meetings], vec![0.0; meetings]);
        let mut tied = vec![0.0; if pairs.iter().any(|p| p.tied > 0.0) { meetings } else { 0 }];
        let mut next = starts.clone();
        let (mut points, mut played) = (vec![0.0; items], vec![0.0; items]);
        let (mut total, mut ties) = (0.0, 0.0);
        for (k, p) in pairs.iter().enumerate() {
            let (a, b, games) = (p.points(), p.points_against(), p.games());
            for (me, opponent, above, below) in [(p.i as usize, p.j, a, b), (p.j as usize, p.i, b, a)] {
                let at = next[me] as usize;
                (opponents[at], numbers[at], won[at], lost[at]) = (opponent, k as u32, above, below);
                if let Some(tied) = tied.get_mut(at) {
                    *tied = p.tied;
                }
                next[me] += 1;
                points[me] += above;
                played[me] += games;
            }
            total += games;
            ties += p.tied;
        }
        Games { items, pairs, starts, opponents, numbers, won, lost, tied, points, played, total, ties, sides }
    }

    /// The meetings of item `i`, by pair.
    pub fn of(&self, i: usize) -> impl ExactSizeIterator<Item = Meeting> + Clone + '_ {
        let range = self.starts[i] as usize..self.starts[i + 1] as usize;
        let tied = self.tied.get(range.clone()).unwrap_or_default();
        let who = self.opponents[range.clone()].iter().zip(&self.numbers[range.clone()]);
        let results = self.won[range.clone()].iter().zip(&self.lost[range]);
        who.zip(results).enumerate().map(|(k, ((&opponent, &pair), (&won, &lost)))| {
            let tied = tied.get(k).copied().unwrap_or(0.0);
            Meeting { opponent, pair, won, lost, tied }
        })
    }

    /// The games among the items that `keep` marks, which are renumbered in their old order.
    pub fn among(&self, keep: &[bool]) -> Games {
        let mut number = vec![0u32; self.items];
        let mut kept = 0;
        for (i, _) in keep.iter().enumerate().filter(|(_, k)| **k) {
            number[i] = kept;
            kept += 1;
        }
        let inside = |p: &Pair| keep[p.i as usize] && keep[p.j as usize];
        let renumbered = |p: &Pair| Pair { i: number[p.i as usize], j: number[p.j as usize], ..*p };
        let sides = self.pairs.iter().zip(&self.sides).filter(|(p, _)| inside(p)).map(|(_, side)| *side).collect();
        let pairs = self.pairs.iter().filter(|p| inside(p)).map(renumbered).collect();
        Games::of_pairs(kept as usize, pairs, sides)
    }

    /// The games between items of the same set; the items stay.
    pub fn within(&self, sets: &[u32]) -> Games {
        let inside = |p: &Pair| sets[p.i as usize] == sets[p.j as usize];
        let sides = self.pairs.iter().zip(&self.sides).filter(|(p, _)| inside(p)).map(|(_, side)| *side).collect();
        Games::of_pairs(self.items, self.pairs.iter().copied().filter(inside).collect(), sides)
    }

    /// The same games, whoever had the advantage.
    pub fn without_sides(&self) -> Games {
        let mut pairs: Vec<Pair> = Vec::with_capacity(self.pairs.len());
        for p in &self.pairs {
            match pairs.last_mut() {
                Some(last) if (last.i, last.j) == (p.i, p.j) => {
                    last.won += p.won;
                    last.lost += p.lost;
                    last.tied += p.tied;
                }
                _ => pairs.push(*p),
            }
        }
        Games::of_pairs(self.items, pairs, Vec::new())
    }

    /// The pairs `places` alone, with the sums over all games as they are: for a likelihood that is a sum over pairs. What is
    /// known item by item is left out, as there may be thousands of such parts.
    pub fn summands(&self, places: &[u32]) -> Games {
        Games {
            items: self.items,
            pairs: places.iter().map(|k| self.pairs[*k as usize]).collect(),
            starts: Vec::new(),
            opponents: Vec::new(),
            numbers: Vec::new(),
            won: Vec::new(),
            lost: Vec::new(),
            tied: Vec::new(),
            points: Vec::new(),
            played: Vec::new(),
            total: self.total,
            ties: self.ties,
            sides: places.iter().filter_map(|k| self.sides.get(*k as usize).copied()).collect(),
        }
    }

    /// Who had the advantage in the games of pair `k`: 1 the item with the smaller number, -1 the other, 0 nobody.
    pub fn side(&self, k: usize) -> f64 {
        self.sides.get(k).map_or(0.0, |side| f64::from(*side))
    }

    /// Pairs of items that met, under whatever conditions.
    pub fn pairs_that_met(&self) -> usize {
        let changes = self.pairs.windows(2).filter(|w| (w[0].i, w[0].j) != (w[1].i, w[1].j)).count();
        changes + usize::from(!self.pairs.is_empty())
    }

    /// Wins, losses and ties of item `i`.
    pub fn record(&self, i: usize) -> (f64, f64, f64) {
        let (mut won, mut lost, mut tied) = (0.0, 0.0, 0.0);
        for m in self.of(i) {
            let p = &self.pairs[m.pair as usize];
            let first = p.i as usize == i;
            won += if first { p.won } else { p.lost };
            lost += if first { p.lost } else { p.won };
            tied += p.tied;
        }
        (won, lost, tied)
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::Encounter;

    use super::*;

    fn game(winner: u32, loser: u32, count: f64, tie: bool) -> Encounter {
        Encounter { winner, loser, count, tie }
    }

    fn data(n: usize, encounters: Vec<Encounter>) -> Comparisons {
        Comparisons { items: (0..n).map(|i| format!("p{i}")).collect(), encounters, ..Comparisons::default() }
    }

    #[test]
    fn games_add_up_by_pair_and_by_item() {
        let list = vec![game(1, 0, 2.0, false), game(0, 1, 1.0, false), game(2, 1, 0.5, true), game(1, 2, 1.0, true)];
        let g = Games::read(&data(3, list)).unwrap();
        let pair = |i, j, won, lost, tied| Pair { i, j, won, lost, tied };
        assert_eq!(g.pairs, [pair(0, 1, 1.0, 2.0, 0.0), pair(1, 2, 0.0, 0.0, 1.5)]);
        assert_eq!(g.points, [1.0, 2.75, 0.75]);
        assert_eq!(g.played, [3.0, 4.5, 1.5]);
        assert_eq!((g.total, g.ties), (4.5, 1.5));
        let one: Vec<Meeting> = g.of(1).collect();
        assert_eq!((one[0].opponent, one[0].won, one[0].lost), (0, 2.0, 1.0));
        assert_eq!((one[1].opponent, one[1].pair, one[1].tied), (2, 1, 1.5));
        assert_eq!(g.record(1), (2.0, 1.0, 1.5));
        let part = g.among(&[false, true, true]);
        assert_eq!((part.items, part.pairs.clone()), (2, vec![pair(0, 1, 0.0, 0.0, 1.5)]));
    }

    #[test]
    fn games_at_either_place_are_kept_apart() {
        let list = vec![game(1, 0, 2.0, false), game(0, 1, 1.0, false), game(0, 1, 4.0, true), game(1, 2, 1.0, false)];
        let mut given = data(3, list);
        given.details.advantage = vec![1, -1, 1, 0];
        let g = Games::read(&given).unwrap();
        let pair = |i, j, won, lost, tied| Pair { i, j, won, lost, tied };
        assert_eq!(g.pairs, [pair(0, 1, 0.0, 0.0, 4.0), pair(0, 1, 1.0, 2.0, 0.0), pair(1, 2, 1.0, 0.0, 0.0)]);
        assert_eq!(g.sides, [1, -1, 0]);
        assert_eq!((g.side(1), g.pairs_that_met(), g.of(1).len()), (-1.0, 2, 3));
        assert_eq!(g.record(0), (1.0, 2.0, 4.0));
        assert_eq!(g.among(&[false, true, true]).sides, [0]);
        assert_eq!(g.without_sides().pairs, [pair(0, 1, 1.0, 2.0, 4.0), pair(1, 2, 1.0, 0.0, 0.0)]);
        assert_eq!(g.of(1).nth(1).unwrap().results(), Results { won: 2.0, lost: 1.0, tied: 0.0 });
    }

    #[test]
    fn bad_data_are_refused_with_words() {
        let why = |n, list| Games::read(&data(n, list)).unwrap_err().message;
        assert!(why(2, vec![]).contains("no games"));
        assert!(why(1, vec![game(0, 0, 1.0, false)]).contains("one item only"));
        assert!(
            why(2, vec![game(0, 1, 1.0, false), game(1, 1, 1.0, false)]).contains("game 2 is of p1 against itself")
        );
        assert!(why(2, vec![game(0, 7, 1.0, false)]).contains("not in the list"));
        for count in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(why(2, vec![game(0, 1, count, false)]).contains("count"));
        }
        assert!(why(2, vec![game(0, 1, 9e14, false); 2]).contains("1e15"));
    }
}
