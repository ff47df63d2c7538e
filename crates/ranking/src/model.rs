//! Sparse pairwise data: games added up by pair, and again by item in compressed rows. Nothing here is n x n.

use iterscope_core::{BuildError, Comparisons, Encounter};

/// What is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// Maximum likelihood.
    Likelihood,
    /// Maximum a posteriori with a logistic prior on every log-strength: one win and one loss against strength 1.
    Posterior,
}

/// What a tie means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Half a win to each side.
    Half,
    /// An outcome of its own (Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison
    /// experiments", J. Amer. Statist. Assoc. 65, 1970).
    Davidson,
}

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

/// Games between `items` items; memory is linear in the number of pairs that met.
#[derive(Clone, Debug, PartialEq)]
pub struct Games {
    /// Number of items.
    pub items: usize,
    /// The pairs that met, sorted.
    pub pairs: Vec<Pair>,
    /// Where the meetings of each item start; `items + 1` entries.
    starts: Vec<u32>,
    meetings: Vec<Meeting>,
    /// Points of each item.
    pub points: Vec<f64>,
    /// Games of each item.
    pub played: Vec<f64>,
    /// All games.
    pub total: f64,
    /// All ties.
    pub ties: f64,
}

/// Counts above this cannot be added without losing games.
const MOST_GAMES: f64 = 1e15;

impl Games {
    /// Adds up what was read.
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
        for (k, e) in data.encounters.iter().enumerate() {
            if e.winner as usize >= n || e.loser as usize >= n {
                return refuse(format!("game {} names an item that is not in the list", k + 1));
            }
            if e.winner == e.loser {
                return refuse(format!("game {} is of {} against itself", k + 1, data.items[e.winner as usize]));
            }
            if !(e.count > 0.0 && e.count <= MOST_GAMES) {
                return refuse(format!(
                    "game {} has the count {}, which must be positive and at most 1e15",
                    k + 1,
                    e.count
                ));
            }
        }
        let games = Games::of_pairs(n, add_up(&data.encounters));
        if games.total > MOST_GAMES {
            return refuse("more than 1e15 games in all".into());
        }
        Ok(games)
    }

    fn of_pairs(items: usize, pairs: Vec<Pair>) -> Games {
        let mut starts = vec![0u32; items + 1];
        for p in &pairs {
            starts[p.i as usize + 1] += 1;
            starts[p.j as usize + 1] += 1;
        }
        for i in 0..items {
            starts[i + 1] += starts[i];
        }
        let nothing = Meeting { opponent: 0, pair: 0, won: 0.0, lost: 0.0, tied: 0.0 };
        let mut meetings = vec![nothing; 2 * pairs.len()];
        let mut next = starts.clone();
        let (mut points, mut played) = (vec![0.0; items], vec![0.0; items]);
        let (mut total, mut ties) = (0.0, 0.0);
        for (k, p) in pairs.iter().enumerate() {
            let (a, b, games) = (p.points(), p.points_against(), p.games());
            for (me, opponent, won, lost) in [(p.i as usize, p.j, a, b), (p.j as usize, p.i, b, a)] {
                meetings[next[me] as usize] = Meeting { opponent, pair: k as u32, won, lost, tied: p.tied };
                next[me] += 1;
                points[me] += won;
                played[me] += games;
            }
            total += games;
            ties += p.tied;
        }
        Games { items, pairs, starts, meetings, points, played, total, ties }
    }

    /// The meetings of item `i`, by pair.
    pub fn of(&self, i: usize) -> &[Meeting] {
        &self.meetings[self.starts[i] as usize..self.starts[i + 1] as usize]
    }

    /// The games among the items that `keep` marks, which are renumbered in their old order.
    pub fn among(&self, keep: &[bool]) -> Games {
        let mut number = vec![0u32; self.items];
        let mut kept = 0;
        for (i, _) in keep.iter().enumerate().filter(|(_, k)| **k) {
            number[i] = kept;
            kept += 1;
        }
        let inside = self.pairs.iter().filter(|p| keep[p.i as usize] && keep[p.j as usize]);
        let renumbered = |p: &Pair| Pair { i: number[p.i as usize], j: number[p.j as usize], ..*p };
        Games::of_pairs(kept as usize, inside.map(renumbered).collect())
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

/// One entry for each pair that met, sorted; counts are added in file order.
fn add_up(encounters: &[Encounter]) -> Vec<Pair> {
    let one = |e: &Encounter| {
        let (i, j) = (e.winner.min(e.loser), e.winner.max(e.loser));
        let mut p = Pair { i, j, won: 0.0, lost: 0.0, tied: 0.0 };
        *if e.tie {
            &mut p.tied
        } else if e.winner == i {
            &mut p.won
        } else {
            &mut p.lost
        } = e.count;
        p
    };
    let mut all: Vec<Pair> = encounters.iter().map(one).collect();
    all.sort_by_key(|p| (p.i, p.j));
    all.dedup_by(|next, first| {
        let same = (next.i, next.j) == (first.i, first.j);
        if same {
            first.won += next.won;
            first.lost += next.lost;
            first.tied += next.tied;
        }
        same
    });
    all
}

/// The statistical model of one instance: its games and how they are read. Shared by methods and referee.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The games.
    pub games: Games,
    /// What is estimated.
    pub estimate: Estimate,
    /// What a tie means.
    pub ties: Ties,
}

impl Model {
    /// Whether there is a prior.
    pub fn prior(&self) -> bool {
        self.estimate == Estimate::Posterior
    }

    /// Whether the tie strength is a variable. Without a tie it is 0, and Davidson's model is Bradley and Terry's.
    pub fn has_nu(&self) -> bool {
        self.ties == Ties::Davidson && self.games.ties > 0.0
    }

    /// The tie strength that every method starts from.
    pub fn initial_nu(&self) -> f64 {
        if self.has_nu() { 1.0 } else { 0.0 }
    }
}

/// What every method hands to the referee.
#[derive(Clone, Debug, PartialEq)]
pub struct Strengths {
    /// Log-strength s of each item. Maximum likelihood leaves their common level open: it is set to mean 0.
    pub log: Vec<f64>,
    /// Tie strength, 0 unless the model has one.
    pub nu: f64,
}

impl Strengths {
    /// All strengths 1.
    pub fn equal(model: &Model) -> Strengths {
        Strengths { log: vec![0.0; model.games.items], nu: model.initial_nu() }
    }
}

#[cfg(test)]
mod tests {
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
        let one = g.of(1);
        assert_eq!((one[0].opponent, one[0].won, one[0].lost), (0, 2.0, 1.0));
        assert_eq!((one[1].opponent, one[1].pair, one[1].tied), (2, 1, 1.5));
        assert_eq!(g.record(1), (2.0, 1.0, 1.5));
        let part = g.among(&[false, true, true]);
        assert_eq!((part.items, part.pairs.clone()), (2, vec![pair(0, 1, 0.0, 0.0, 1.5)]));
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
