//! Circles of three among the pairs that met, and how many a model expects. Triangles are listed sparsely, each once, from
//! its items with the fewest opponents on (N. Chiba, T. Nishizeki, SIAM J. Comput. 14, 1985).

use super::shared::normal_below;
use crate::model::Games;
use crate::model::likelihood::OutcomeProbabilities;

/// Comparisons in one piece of work.
const PIECE: usize = 3_000_000;
/// Comparisons in all.
const MOST: usize = 600_000_000;
/// Circles that are kept.
const KEPT: usize = 10;
/// Games of a pair up to which the chance of a majority is a sum of binomial terms.
const SUMMED: f64 = 400.0;

/// One cycle: each item is ahead of the next, the last of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
    /// The items.
    pub items: [u32; 3],
    /// Wins and losses of each against the next.
    pub results: [(f64, f64); 3],
    /// The chance of these three majorities.
    pub chance: f64,
}

/// The count under way.
pub struct Cycles {
    /// For each item the pairs with those that come later in the order: `(place of the opponent, pair)`, sorted.
    later: Vec<Vec<(u32, u32)>>,
    order: Vec<u32>,
    met: Vec<Met>,
    /// Chances of a majority for the first and for the second of each pair.
    ahead: Vec<(f64, f64)>,
    next: usize,
    spent: usize,
    /// Triples that all met.
    pub triples: f64,
    /// Circles among them.
    pub seen: usize,
    /// Circles to be expected.
    pub expected: f64,
    /// Not all items were looked at.
    pub partial: bool,
    /// The least likely, first.
    pub worst: Vec<Cycle>,
    /// Whether the report has them.
    pub reported: bool,
}

impl Cycles {
    /// Starts on `games` with the chances of their pairs.
    pub fn new(games: &Games, chances: &[OutcomeProbabilities]) -> Cycles {
        let mut order: Vec<u32> = (0..games.items as u32).collect();
        order.sort_by_key(|i| (games.of(*i as usize).len(), *i));
        let mut place = vec![0u32; games.items];
        for (k, i) in order.iter().enumerate() {
            place[*i as usize] = k as u32;
        }
        let met = merged(games, chances);
        let mut later = vec![Vec::new(); games.items];
        for (k, p) in met.iter().enumerate() {
            let (a, b) = (place[p.i as usize], place[p.j as usize]);
            later[a.min(b) as usize].push((a.max(b), k as u32));
        }
        later.iter_mut().for_each(|l| l.sort_unstable());
        let ahead = met.iter().map(|p| majority(p.won + p.lost, p.share)).collect();
        Cycles {
            later,
            order,
            ahead,
            met,
            next: 0,
            spent: 0,
            triples: 0.0,
            seen: 0,
            expected: 0.0,
            partial: false,
            worst: Vec::new(),
            reported: false,
        }
    }

    /// Works on; the share done, 1 at the end.
    pub fn work(&mut self) -> f64 {
        let goal = self.spent + PIECE;
        while self.next < self.order.len() {
            let a = self.next;
            self.next += 1;
            for x in 0..self.later[a].len() {
                let (b, first) = self.later[a][x];
                let (mut l, mut r) = (x + 1, 0);
                while l < self.later[a].len() && r < self.later[b as usize].len() {
                    self.spent += 1;
                    let (left, right) = (self.later[a][l], self.later[b as usize][r]);
                    if left.0 == right.0 {
                        self.triple([a as u32, b, left.0], [first, right.1, left.1]);
                    }
                    l += usize::from(left.0 <= right.0);
                    r += usize::from(right.0 <= left.0);
                }
            }
            if self.spent > MOST {
                self.partial = self.next < self.order.len();
                self.next = self.order.len();
            }
            if self.spent > goal {
                break;
            }
        }
        if self.next == self.order.len() {
            return 1.0;
        }
        self.next as f64 / self.order.len() as f64
    }

    /// Items `a`, `b` and `c` by place, and their pairs `ab`, `bc` and `ac`.
    fn triple(&mut self, places: [u32; 3], pairs: [u32; 3]) {
        let items = places.map(|p| self.order[p as usize]);
        // Chances and results of each against the next: a against b, b against c, c against a.
        let side = |k: usize| {
            let (item, pair) = (items[k], pairs[k] as usize);
            let (p, (first, second)) = (&self.met[pair], self.ahead[pair]);
            if p.i == item { ((p.won, p.lost), (first, second)) } else { ((p.lost, p.won), (second, first)) }
        };
        let around = [side(0), side(1), side(2)];
        let with: f64 = around.iter().map(|s| s.1.0).product();
        let against: f64 = around.iter().map(|s| s.1.1).product();
        self.triples += 1.0;
        self.expected += with + against;
        let results = around.map(|s| s.0);
        if results.iter().all(|r| r.0 > r.1) {
            self.keep(Cycle { items, results, chance: with });
        } else if results.iter().all(|r| r.0 < r.1) {
            let turned = [2, 1, 0].map(|k: usize| (results[k].1, results[k].0));
            self.keep(Cycle { items: [items[0], items[2], items[1]], results: turned, chance: against });
        }
    }

    fn keep(&mut self, cycle: Cycle) {
        self.seen += 1;
        let at = self.worst.partition_point(|w| w.chance <= cycle.chance);
        if at < KEPT {
            self.worst.insert(at, cycle);
            self.worst.truncate(KEPT);
        }
    }
}

/// Decided games of two items, under whatever conditions.
struct Met {
    i: u32,
    j: u32,
    won: f64,
    lost: f64,
    /// Share of them that the first is expected to win.
    share: f64,
}

fn merged(games: &Games, chances: &[OutcomeProbabilities]) -> Vec<Met> {
    let mut out: Vec<Met> = Vec::with_capacity(games.pairs.len());
    for (p, q) in games.pairs.iter().zip(chances) {
        let decided = q.first + q.second;
        let share = if decided > 0.0 { q.first / decided } else { 0.5 };
        match out.last_mut() {
            Some(last) if (last.i, last.j) == (p.i, p.j) => {
                let (old, new) = (last.won + last.lost, p.won + p.lost);
                if new > 0.0 {
                    last.share = (old * last.share + new * share) / (old + new);
                }
                last.won += p.won;
                last.lost += p.lost;
            }
            _ => out.push(Met { i: p.i, j: p.j, won: p.won, lost: p.lost, share }),
        }
    }
    out
}

/// Chances that the first, and that the second, wins more of `games` decided ones, each won by the first with chance `p`.
fn majority(games: f64, p: f64) -> (f64, f64) {
    let games = games.round();
    if games <= 0.0 {
        return (0.0, 0.0);
    }
    if games > SUMMED {
        let spread = (games * p * (1.0 - p)).sqrt();
        let first = normal_below((games * (p - 0.5)) / spread);
        return (first, 1.0 - first);
    }
    if p <= 0.0 || p >= 1.0 {
        return if p > 0.5 { (1.0, 0.0) } else { (0.0, 1.0) };
    }
    // Terms of the binomial law, from their logarithms: no power underflows.
    let (mut first, mut second) = (0.0, 0.0);
    let (up, down) = (libm::log(p), libm::log1p(-p));
    let whole = libm::lgamma(games + 1.0);
    let mut k = 0.0;
    while k <= games {
        let log = whole - libm::lgamma(k + 1.0) - libm::lgamma(games - k + 1.0) + k * up + (games - k) * down;
        if 2.0 * k > games {
            first += libm::exp(log);
        } else if 2.0 * k < games {
            second += libm::exp(log);
        }
        k += 1.0;
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Comparisons, Encounter};
    use iterscope_kernels::rng::Rng;

    use super::*;
    use crate::model::likelihood::shares;

    #[test]
    fn cycles_are_those_of_a_count_over_all_triples() {
        let (n, mut rng) = (30, Rng::new(5));
        let mut encounters = Vec::new();
        for _ in 0..300 {
            let (winner, loser) = (rng.below(n) as u32, rng.below(n) as u32);
            if winner != loser {
                encounters.push(Encounter { winner, loser, count: 1.0, tie: false });
            }
        }
        let items = (0..n).map(|i| i.to_string()).collect();
        let games = Games::read(&Comparisons { items, encounters, ..Comparisons::default() }).unwrap();
        let chances = vec![shares(0.0, f64::NEG_INFINITY); games.pairs.len()];
        let mut cycles = Cycles::new(&games, &chances);
        while cycles.work() < 1.0 {}
        let pair = |i: usize, j: usize| games.of(i).find(|m| m.opponent as usize == j).map(|m| (m.won, m.lost));
        let (mut triples, mut count) = (0.0, 0);
        for i in 0..n {
            for j in i + 1..n {
                for k in j + 1..n {
                    if let (Some(a), Some(b), Some(c)) = (pair(i, j), pair(j, k), pair(k, i)) {
                        triples += 1.0;
                        let with = a.0 > a.1 && b.0 > b.1 && c.0 > c.1;
                        count += usize::from(with || (a.0 < a.1 && b.0 < b.1 && c.0 < c.1));
                    }
                }
            }
        }
        assert_eq!((cycles.triples, cycles.seen), (triples, count));
        assert!(count > 5);
        for c in &cycles.worst {
            for k in 0..3 {
                let (won, lost) = pair(c.items[k] as usize, c.items[(k + 1) % 3] as usize).unwrap();
                assert!(won > lost && c.results[k] == (won, lost));
            }
        }
    }

    #[test]
    fn majorities_follow_the_binomial_law() {
        // scipy: binom.sf(2, 5, 0.6) = 0.68256, binom.sf(2, 4, 0.6) = 0.4752, binom.cdf(1, 4, 0.6) = 0.1792.
        let q = 0.6;
        let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 1e-12 && (a.1 - b.1).abs() < 1e-12;
        assert!(near(majority(5.0, q), (0.68256, 0.31744)));
        assert!(near(majority(4.0, q), (0.4752, 0.1792)));
        let (below, above) = (majority(400.0, 0.525), majority(401.0, 0.525));
        assert!((below.0 - above.0).abs() < 0.02, "{below:?} {above:?}");
    }
}
