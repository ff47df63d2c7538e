//! Whether the estimate is finite, said before anything runs: maximum likelihood needs a graph of results in which every
//! item is joined to every other in both directions (Ford, "Solution of a ranking problem from binary comparisons", Amer.
//! Math. Monthly 64, 1957).

use iterscope_core::{Fix, Note, Severity};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::graph::strongly_connected_components;

use crate::data::parts::{Connectivity, Phrases, apart, fix, infinite, map_fix, prior_decides, who_is_apart};
use crate::model::{Estimate, Games, Link, PairModel, Ties};

/// What it is called to lose and to win something outside one's part.
const POINTS: Phrases =
    Phrases { above: "Never lost a point outside their part", below: "Never won a point outside their part" };
/// Relaxations that the search for a cycle may cost.
const MOST_RELAXATIONS: usize = 200_000_000;

/// The graph with an edge to everybody whom an item took a point from.
pub fn results(games: &Games) -> Csr {
    graph(games, |points, _| points > 0.0)
}

/// How the games join the items.
pub fn connectivity(games: &Games) -> Connectivity {
    Connectivity::of(&results(games))
}

/// Whether maximum likelihood has finite strengths within each group of items that met.
pub fn groups_are_strong(games: &Games) -> bool {
    connectivity(games).groups_are_strong()
}

/// Edges from an item to the opponents for which `keep(points, ties)` holds.
fn graph(games: &Games, keep: impl Fn(f64, f64) -> bool) -> Csr {
    let mut csr = Csr { rows: games.items, cols: games.items, indptr: vec![0], indices: vec![], values: vec![] };
    for i in 0..games.items {
        let kept = games.of(i).filter(|m| keep(m.won, m.tied)).map(|m| m.opponent);
        csr.indices.extend(kept);
        csr.indptr.push(csr.indices.len() as u32);
    }
    csr.values = vec![1.0; csr.indices.len()];
    csr
}

/// What is known of the estimate before it is computed.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Whether it is finite; none where only the attempt tells.
    pub finite: Option<bool>,
    /// For people.
    pub notes: Vec<Note>,
}

/// Looks at the games that are to be ranked, which join the items as `joined` says; `names` are those of the items.
///
/// The condition is the same for every law whose chances rise from 0 to 1 and are log-concave: Bradley and Terry's,
/// Thurstone's, and those with a threshold of ties.
pub fn diagnose(model: &PairModel, joined: &Connectivity, names: &[String]) -> Diagnosis {
    let estimate = model.estimate;
    // Groups that never met do not matter here: each has a finite estimate by itself, or not.
    let connected = joined.groups_are_strong();
    let several = joined.groups.sizes.len() > 1;
    let mut notes = Vec::new();
    let mut finite = Some(connected || estimate == Estimate::Posterior);
    match (&model.covariates, estimate, connected) {
        (Some(covariates), ..) => {
            // Independent columns of mean 0 move the strengths whenever a coefficient moves. A prior on the strengths, or results
            // that join all items both ways, then stop it.
            let bounded = joined.is_strong() || (model.has_prior() && !covariates.effects);
            finite = bounded.then_some(true);
            let text = if bounded {
                "The coefficients are finite."
            } else {
                "The coefficients are finite unless some weighted sum of the covariates puts every winner at least level with \
                 the loser; whether one does is found out by the attempt."
            };
            let severity = if bounded { Severity::Good } else { Severity::Info };
            notes.push(Note::new(severity, Some("covariates"), text));
        }
        (None, Estimate::Likelihood, true) if several => notes.push(apart(joined, names)),
        (None, Estimate::Likelihood, true) => {}
        (None, Estimate::Likelihood, false) => notes.push(infinite(joined, names, POINTS)),
        (None, Estimate::Posterior, true) if several => notes.push(Note::new(
            Severity::Good,
            Some("estimate"),
            "The MAP estimate is finite, as always; within each group of items that met, maximum likelihood exists, too.",
        )),
        (None, Estimate::Posterior, true) => notes.push(Note::new(
            Severity::Good,
            Some("estimate"),
            "The MAP estimate is finite, as always; the results join all items both ways, so maximum likelihood exists, too.",
        )),
        (None, Estimate::Posterior, false) => notes.push(Note::new(
            Severity::Good,
            Some("estimate"),
            format!(
                "The MAP estimate is finite, as always. Maximum likelihood would be infinite: {}",
                who_is_apart(joined, names, POINTS)
            ),
        )),
    }
    if several && estimate == Estimate::Posterior && model.covariates.is_none() {
        notes.push(prior_decides(joined, names));
    }
    let mut beside = true;
    if model.ties != Ties::Half {
        beside &= diagnose_nu(model, connected, &mut notes);
    }
    if model.advantage {
        beside &= diagnose_advantage(model, connected, &mut notes);
    }
    if !beside {
        finite = Some(false);
    }
    if finite == Some(true) && !several && estimate == Estimate::Likelihood && model.covariates.is_none() {
        let text = "The maximum-likelihood estimate exists and is unique up to a common factor: every item is joined to every \
                    other by a chain of results in both directions.";
        notes.insert(0, Note::new(Severity::Good, Some("estimate"), text));
    }
    Diagnosis { finite, notes }
}

/// What is said where the attempt to find finite coefficients failed.
pub fn not_found(model: &PairModel) -> Note {
    let text = "No finite estimate was found: some weighted sum of the covariates seems to put every winner at least level with the \
                loser, so the coefficients grow for ever.";
    let mut note = Note::new(Severity::Warning, Some("covariates"), text);
    if !model.has_prior() {
        note.text.push_str(" Estimate MAP, or take a column away.");
        note.fixes.push(map_fix());
    }
    note
}

/// Whether the advantage has a finite value, with a note where it has none.
///
/// Without a prior it is infinite exactly where some strengths make every result right that has an advantage of 1 (or of -1)
/// beside them: a system of differences, which has no solution exactly where its graph has a negative cycle. With a prior the
/// strengths stay where they are, and it takes one point against who had the advantage and one for.
fn diagnose_advantage(model: &PairModel, connected: bool, notes: &mut Vec<Note>) -> bool {
    let games = &model.games;
    let mut points = [0.0; 2];
    for (k, p) in games.pairs.iter().enumerate() {
        let (with, against) =
            if games.side(k) > 0.0 { (p.points(), p.points_against()) } else { (p.points_against(), p.points()) };
        if games.side(k) != 0.0 {
            points[0] += with;
            points[1] += against;
        }
    }
    let exact = model.estimate == Estimate::Likelihood && connected && model.covariates.is_none();
    let [more, less] = [1i64, -1].map(|sign| {
        points[usize::from(sign > 0)] == 0.0
            || (exact && !has_negative_cycle(games, |k| sign * games.side(k) as i64, None))
    });
    let text = match (more, less) {
        (false, false) => {
            if model.has_nu() {
                let text = "The advantage was checked for being finite by counting ties as half a win; whether it could grow together \
                            with the strength of ties was not.";
                notes.push(Note::new(Severity::Info, Some("advantage"), text));
            }
            return true;
        }
        (true, true) => {
            "The advantage cannot be told apart from the strengths: who played at home was such that raising the one and lowering \
             the others changes nothing. Leave it out."
        }
        (true, false) => {
            "No result speaks against an advantage without bound: the larger it is, the better all results fit, so its estimate \
             grows for ever. Leave it out."
        }
        (false, true) => {
            "No result speaks against a disadvantage without bound: the larger it is, the better all results fit, so its estimate \
             falls for ever. Leave it out."
        }
    };
    let fixes = vec![fix("Leave the advantage out", "advantage", "off")];
    notes.push(Note { fixes, ..Note::new(Severity::Warning, Some("advantage"), text) });
    false
}

/// Whether the tie strength has a finite value, with a note where it has none.
fn diagnose_nu(model: &PairModel, connected: bool, notes: &mut Vec<Note>) -> bool {
    let (games, estimate) = (&model.games, model.estimate);
    let half = || fix("Count ties as half a win", "ties", "half");
    let warn = |text: &str, fixes: Vec<Fix>| Note { fixes, ..Note::new(Severity::Warning, Some("ties"), text) };
    if games.ties == 0.0 {
        let text = match (model.ties, model.link) {
            (Ties::Threshold, Link::Logistic) => {
                "There are no ties: the threshold is nothing, and the model is the one of Bradley and Terry."
            }
            (Ties::Threshold, Link::Probit) => {
                "There are no ties: the threshold is 0, and the model is the one of Thurstone."
            }
            _ => "There are no ties: the tie strength is 0, and Davidson's model is the one of Bradley and Terry.",
        };
        notes.push(Note::new(Severity::Info, Some("ties"), text));
        return true;
    }
    if games.ties == games.total {
        let text =
            "All games are ties: the tie strength has no finite estimate and grows for ever. Count ties as half a win.";
        notes.push(warn(text, vec![half()]));
        return false;
    }
    // Strengths and tie strength can also run away together: with every win ahead of the order, and ties between
    // neighbours only, ever larger differences and an ever larger tie strength fit ever better.
    if estimate == Estimate::Likelihood && connected && model.covariates.is_none() && !has_upset_cycle(games) {
        let text = "No chain of wins leads back to its start, even across ties: strengths and tie strength grow together for \
                    ever. Estimate MAP, or count ties as half a win.";
        notes.push(warn(text, vec![map_fix(), half()]));
        return false;
    }
    true
}

/// Whether some closed chain of results, each a win or a tie, has more wins than ties. With wins of length -1 and ties
/// of length 1, that is a negative cycle.
fn has_upset_cycle(games: &Games) -> bool {
    if strongly_connected_components(&graph(games, |points, ties| points > 0.5 * ties)).sizes.len() < games.items {
        return true;
    }
    has_negative_cycle(games, |_| -1, Some(1))
}

/// Whether the graph with an edge from each winner to the loser has a negative cycle: relaxation by Bellman and Ford never
/// settles then, and mostly after a few rounds the edges of the last relaxations close a cycle, which is a negative one. A win in pair `k` has the length `win(k)` if the item with the smaller number won, and `-win(k)` if the other
/// did, where ties are half a win to each; with a length of ties both wins have length `win(k)`.
fn has_negative_cycle(games: &Games, win: impl Fn(usize) -> i64, tie: Option<i64>) -> bool {
    let mut distance = vec![0i64; games.items];
    let mut from_whom = vec![u32::MAX; games.items];
    let rounds = (MOST_RELAXATIONS / games.pairs.len().max(1)).clamp(1, games.items + 1);
    for _ in 0..rounds {
        let mut settled = true;
        for (k, p) in games.pairs.iter().enumerate() {
            let back = if tie.is_some() { win(k) } else { -win(k) };
            for (from, to, won, length) in
                [(p.i as usize, p.j as usize, p.won, win(k)), (p.j as usize, p.i as usize, p.lost, back)]
            {
                let length = match tie {
                    _ if won > 0.0 => length,
                    Some(tie) if p.tied > 0.0 => tie,
                    None if p.tied > 0.0 => length,
                    _ => continue,
                };
                if distance[from] + length < distance[to] {
                    distance[to] = distance[from] + length;
                    from_whom[to] = from as u32;
                    settled = false;
                }
            }
        }
        if settled {
            return false;
        }
        if has_cycle(&from_whom) {
            return true;
        }
    }
    true
}

/// Whether some walk that goes from each item to the one that is named for it returns to its start.
fn has_cycle(next: &[u32]) -> bool {
    let mut seen = vec![u32::MAX; next.len()];
    for start in 0..next.len() as u32 {
        let mut at = start;
        while let Some(mark) = seen.get_mut(at as usize) {
            if *mark != u32::MAX {
                break;
            }
            *mark = start;
            at = next[at as usize];
        }
        // A mark of this walk, not of an earlier one; a walk that ended at nobody has none.
        if seen.get(at as usize) == Some(&start) {
            return true;
        }
    }
    false
}
