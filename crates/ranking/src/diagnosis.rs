//! Whether the estimate is finite, said before anything runs: maximum likelihood needs a graph of results in which every
//! item is joined to every other in both directions (Ford, "Solution of a ranking problem from binary comparisons", Amer.
//! Math. Monthly 64, 1957).

use iterscope_core::{Fix, Note, Params, Severity, Value};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::graph::{StrongComponents, strongly_connected_components};

use crate::model::{Estimate, Games, Ties};

/// Names listed before "and 12 more".
const MOST_NAMES: usize = 5;
/// Parts listed before "and 12 more parts".
const MOST_PARTS: usize = 3;
/// Relaxations that the search for a cycle may cost.
const MOST_RELAXATIONS: usize = 200_000_000;

/// The strongly connected parts of the graph with an edge to everybody whom an item took a point from.
pub fn parts(games: &Games) -> StrongComponents {
    strongly_connected_components(&graph(games, |points, _| points > 0.0))
}

/// Edges from an item to the opponents for which `keep(points, ties)` holds.
fn graph(games: &Games, keep: impl Fn(f64, f64) -> bool) -> Csr {
    let mut csr = Csr { rows: games.items, cols: games.items, indptr: vec![0], indices: vec![], values: vec![] };
    for i in 0..games.items {
        let kept = games.of(i).iter().filter(|m| keep(m.won, m.tied)).map(|m| m.opponent);
        csr.indices.extend(kept);
        csr.indptr.push(csr.indices.len() as u32);
    }
    csr.values = vec![1.0; csr.indices.len()];
    csr
}

/// The largest part, the first of them where several are equally large.
pub fn largest(parts: &StrongComponents) -> usize {
    let size = |k: &usize| parts.sizes[*k];
    (0..parts.sizes.len()).rev().max_by_key(size).unwrap_or(0)
}

/// What is known of the estimate before it is computed.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Whether it is finite.
    pub finite: bool,
    /// For people.
    pub notes: Vec<Note>,
}

/// Looks at the games that are to be ranked; `names` are those of their items.
pub fn diagnose(games: &Games, names: &[String], estimate: Estimate, ties: Ties) -> Diagnosis {
    let parts = parts(games);
    let connected = parts.sizes.len() == 1;
    let mut notes = Vec::new();
    let mut finite = connected;
    match (estimate, connected) {
        (Estimate::Likelihood, true) => {}
        (Estimate::Likelihood, false) => notes.push(infinite(&parts, names, POINTS)),
        (Estimate::Posterior, true) => notes.push(Note::new(
            Severity::Good,
            Some("estimate"),
            "The MAP estimate is finite, as always; the results join all items both ways, so maximum likelihood exists, too.",
        )),
        (Estimate::Posterior, false) => notes.push(Note::new(
            Severity::Good,
            Some("estimate"),
            format!(
                "The MAP estimate is finite, as always. Maximum likelihood would be infinite: {}",
                who_is_apart(&parts, names, POINTS)
            ),
        )),
    }
    finite |= estimate == Estimate::Posterior;
    if ties == Ties::Davidson {
        finite &= diagnose_nu(games, estimate, connected, &mut notes);
    }
    if finite && estimate == Estimate::Likelihood {
        let text = "The maximum-likelihood estimate exists and is unique up to a common factor: every item is joined to every \
                    other by a chain of results in both directions.";
        notes.insert(0, Note::new(Severity::Good, Some("estimate"), text));
    }
    Diagnosis { finite, notes }
}

/// Whether the tie strength has a finite value, with a note where it has none.
fn diagnose_nu(games: &Games, estimate: Estimate, connected: bool, notes: &mut Vec<Note>) -> bool {
    let half = || fix("Count ties as half a win", "ties", "half");
    let warn = |text: &str, fixes: Vec<Fix>| Note { fixes, ..Note::new(Severity::Warning, Some("ties"), text) };
    if games.ties == 0.0 {
        let text = "There are no ties: the tie strength is 0, and Davidson's model is the one of Bradley and Terry.";
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
    if estimate == Estimate::Likelihood && connected && !has_upset_cycle(games) {
        let text = "No chain of wins leads back to its start, even across ties: strengths and tie strength grow together for \
                    ever. Estimate MAP, or count ties as half a win.";
        notes.push(warn(text, vec![map_fix(), half()]));
        return false;
    }
    true
}

/// Whether some closed chain of results, each a win or a tie, has more wins than ties. With wins of length -1 and ties
/// of length 1, that is a negative cycle, which relaxation by Bellman and Ford never settles.
fn has_upset_cycle(games: &Games) -> bool {
    if strongly_connected_components(&graph(games, |points, ties| points > 0.5 * ties)).sizes.len() < games.items {
        return true;
    }
    let mut distance = vec![0i64; games.items];
    let rounds = (MOST_RELAXATIONS / games.pairs.len().max(1)).clamp(1, games.items + 1);
    for _ in 0..rounds {
        let mut settled = true;
        for p in &games.pairs {
            for (from, to, won) in [(p.i as usize, p.j as usize, p.won), (p.j as usize, p.i as usize, p.lost)] {
                let length = if won > 0.0 {
                    -1
                } else if p.tied > 0.0 {
                    1
                } else {
                    continue;
                };
                if distance[from] + length < distance[to] {
                    distance[to] = distance[from] + length;
                    settled = false;
                }
            }
        }
        if settled {
            return false;
        }
    }
    true
}

/// A warning that names who makes maximum likelihood infinite, with the remedies.
pub fn infinite(parts: &StrongComponents, names: &[String], words: Words) -> Note {
    let mut note = Note::new(
        Severity::Warning,
        Some("estimate"),
        format!(
            "The maximum-likelihood strengths are infinite: {} The run will drift. Estimate MAP{}.",
            who_is_apart(parts, names, words),
            if parts.sizes.iter().any(|s| *s > 1) { ", or rank the largest part alone" } else { "" }
        ),
    );
    note.fixes.push(map_fix());
    let part = largest(parts);
    if parts.sizes[part] > 1 {
        let label = format!("Rank the largest part ({} of {} items)", parts.sizes[part], names.len());
        note.fixes.push(fix(&label, "part", "largest"));
    }
    note
}

fn map_fix() -> Fix {
    fix("Estimate MAP", "estimate", "map")
}

fn fix(label: &str, key: &str, value: &str) -> Fix {
    Fix { label: label.into(), params: Params::from([(key.into(), Value::from(value))]) }
}

/// What it is called to lose and to win something outside one's part.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Such as "Never lost a point outside their part".
    pub above: &'static str,
    /// Such as "Never won a point outside their part".
    pub below: &'static str,
}

const POINTS: Words =
    Words { above: "Never lost a point outside their part", below: "Never won a point outside their part" };

/// Sentences that name the parts and say on which side each stands.
pub fn who_is_apart(parts: &StrongComponents, names: &[String], words: Words) -> String {
    let mut by_size: Vec<usize> = (0..parts.sizes.len()).collect();
    by_size.sort_by_key(|k| std::cmp::Reverse(parts.sizes[*k]));
    let listed: Vec<String> =
        by_size.iter().take(MOST_PARTS).map(|k| format!("{{{}}}", members(parts, names, |c| c == *k))).collect();
    let rest = match by_size.len() - listed.len() {
        0 => String::new(),
        1 => " and 1 more part".into(),
        n => format!(" and {n} more parts"),
    };
    let mut text =
        format!("the results fall into {} strongly connected parts: {}{rest}.", parts.sizes.len(), listed.join(", "));
    let main = largest(parts);
    let alone = |c: usize| parts.is_source[c] && parts.is_sink[c];
    let mut say = |words: &str, which: &dyn Fn(usize) -> bool| {
        let found = members(parts, names, which);
        if !found.is_empty() {
            text.push_str(&format!(" {words}: {found}."));
        }
    };
    // A part of most items is the point of view from which the others stand apart.
    let other = |c: usize| c != main || 2 * parts.sizes[main] as usize <= names.len();
    say("Never met anybody outside their part", &|c| alone(c));
    say(&format!("{} (their strength grows for ever)", words.above), &|c| {
        other(c) && parts.is_source[c] && !alone(c)
    });
    say(&format!("{} (their strength falls for ever)", words.below), &|c| {
        other(c) && parts.is_sink[c] && !alone(c)
    });
    text
}

/// Names of the items whose part satisfies `which`.
fn members(parts: &StrongComponents, names: &[String], which: impl Fn(usize) -> bool) -> String {
    let found: Vec<&str> = (0..names.len()).filter(|i| which(parts.id[*i] as usize)).map(|i| &*names[i]).collect();
    some(&found)
}

/// `a, b, c and 12 more`.
pub fn some(names: &[&str]) -> String {
    let shown = names[..names.len().min(MOST_NAMES)].join(", ");
    if names.len() > MOST_NAMES { format!("{shown} and {} more", names.len() - MOST_NAMES) } else { shown }
}
