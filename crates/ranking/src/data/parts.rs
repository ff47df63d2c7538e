//! Parts of the items that results do not join: how they are named, and what is said of them.

use iterscope_core::{Fix, Note, Params, Severity, Value};
use iterscope_kernels::graph::StrongComponents;

/// Names listed before "and 12 more".
const MOST_NAMES: usize = 5;
/// Parts listed before "and 12 more parts".
const MOST_PARTS: usize = 3;

/// The largest part, the first of them where several are equally large.
pub fn largest(parts: &StrongComponents) -> usize {
    let size = |k: &usize| parts.sizes[*k];
    (0..parts.sizes.len()).rev().max_by_key(size).unwrap_or(0)
}

/// A warning that names who makes maximum likelihood infinite, with the remedies.
pub fn infinite(parts: &StrongComponents, names: &[String], words: Phrases) -> Note {
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

/// The remedy of a prior.
pub fn map_fix() -> Fix {
    fix("Estimate MAP", "estimate", "map")
}

/// A remedy that sets one parameter.
pub fn fix(label: &str, key: &str, value: &str) -> Fix {
    Fix { label: label.into(), params: Params::from([(key.into(), Value::from(value))]) }
}

/// What it is called to lose and to win something outside one's part.
#[derive(Clone, Copy, Debug)]
pub struct Phrases {
    /// Such as "Never lost a point outside their part".
    pub above: &'static str,
    /// Such as "Never won a point outside their part".
    pub below: &'static str,
}

/// Sentences that name the parts and say on which side each stands.
pub fn who_is_apart(parts: &StrongComponents, names: &[String], words: Phrases) -> String {
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
    say(&format!("{} (their strength grows for ever)", words.above), &|c| other(c) && parts.is_source[c] && !alone(c));
    say(&format!("{} (their strength falls for ever)", words.below), &|c| other(c) && parts.is_sink[c] && !alone(c));
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
