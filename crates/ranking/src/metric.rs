//! The nearest metric to a table of dissimilarities: what must change so that no detour is shorter than the direct way.

pub mod instance;
pub mod referee;

use iterscope_core::{BuildError, Comparisons};

use crate::data::games::Games;

/// Most items: a look at all shortest paths costs their number cubed.
pub const MOST_ITEMS: usize = 150;

/// A symmetric table of dissimilarities, some of which may be unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Dissimilarities {
    /// Number of items.
    pub items: usize,
    /// `items * items`, 0 on the diagonal, infinite where unknown.
    pub given: Vec<f64>,
    /// The known pairs, `(u, v)` with u < v, by u and then v.
    pub known: Vec<(u32, u32)>,
    /// The largest known.
    pub largest: f64,
}

impl Dissimilarities {
    /// From the known ones, `(u, v, d)` with u < v in rising order; finite and not negative.
    pub fn new(items: usize, list: &[(u32, u32, f64)]) -> Dissimilarities {
        let mut given = vec![f64::INFINITY; items * items];
        for i in 0..items {
            given[i * items + i] = 0.0;
        }
        for &(u, v, d) in list {
            let (u, v) = (u as usize, v as usize);
            given[u * items + v] = d;
            given[v * items + u] = d;
        }
        let largest = list.iter().fold(0.0, |most: f64, (.., d)| most.max(*d));
        Dissimilarities { items, given, known: list.iter().map(|&(u, v, _)| (u, v)).collect(), largest }
    }

    /// By the games of each pair that met: the absolute value of its log-odds, after `smoothing` points more for both. Where
    /// the pairs agree on one scale of strengths, that is a metric.
    ///
    /// # Errors
    /// Field `data`: see [`Games::read`]; more than [`MOST_ITEMS`] items.
    pub fn of_games(data: &Comparisons, smoothing: f64) -> Result<Dissimilarities, BuildError> {
        if data.items.len() > MOST_ITEMS {
            let why = format!("{} items; this problem takes at most {MOST_ITEMS}", data.items.len());
            return Err(BuildError::new("data", why));
        }
        // Whoever had the home advantage: a pair counts once.
        let plain =
            Comparisons { items: data.items.clone(), encounters: data.encounters.clone(), ..Comparisons::default() };
        let games = Games::read(&plain)?;
        let odds =
            |p: &crate::data::games::Pair| libm::log((p.points() + smoothing) / (p.points_against() + smoothing));
        let list: Vec<_> = games.pairs.iter().map(|p| (p.i, p.j, odds(p).abs())).collect();
        Ok(Dissimilarities::new(games.items, &list))
    }
}

/// All shortest paths of the table `length` by the algorithm of Floyd and Warshall: `distance` becomes their lengths; `next`,
/// where it is wanted, the first item after the start of each.
pub fn shortest_paths(items: usize, length: &[f64], distance: &mut [f64], mut next: Option<&mut [u32]>) {
    distance.copy_from_slice(length);
    if let Some(next) = &mut next {
        for (k, to) in next.iter_mut().enumerate() {
            *to = (k % items) as u32;
        }
    }
    for k in 0..items {
        for i in 0..items {
            let first = distance[i * items + k];
            if i == k || first == f64::INFINITY {
                continue;
            }
            for j in 0..items {
                let detour = first + distance[k * items + j];
                // A tie up to rounding is no detour.
                if detour < distance[i * items + j] - 1e-15 {
                    distance[i * items + j] = detour;
                    if let Some(next) = &mut next {
                        next[i * items + j] = next[i * items + k];
                    }
                }
            }
        }
    }
}
