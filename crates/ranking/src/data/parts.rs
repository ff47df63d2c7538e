//! How results join the items: the groups that never met, the strongly connected parts within them, and what is said of both.

use iterscope_core::{Fix, Note, Params, Severity, Value};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::graph::{Components, StrongComponents, connected_components, strongly_connected_components};

use crate::model::Estimate;

/// Names listed before "and 12 more".
const MOST_NAMES: usize = 5;
/// Parts listed before "and 12 more parts".
const MOST_PARTS: usize = 3;

/// How results join the items.
#[derive(Clone, Debug)]
pub struct Connectivity {
    /// Who met whom, directly or through others. Of items in different groups the data say nothing.
    pub groups: Components,
    /// Who is joined by results in both directions. Between parts of one group all results point one way.
    pub parts: StrongComponents,
    /// For each group, whether its parts stand in one order: every part took points from the next.
    ordered: Vec<bool>,
}

impl Connectivity {
    /// Of the graph with an edge from each item to everybody whom it took a point from, or came ahead of.
    pub fn of(graph: &Csr) -> Connectivity {
        let (groups, parts) = (connected_components(graph), strongly_connected_components(graph));
        let count = parts.sizes.len();
        let mut group_of = vec![0; count];
        for (part, group) in parts.id.iter().zip(&groups.id) {
            group_of[*part as usize] = *group as usize;
        }
        let mut below: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut above = vec![0u32; count];
        for i in 0..graph.rows {
            for j in graph.row(i).0 {
                let (from, to) = (parts.id[i], parts.id[*j as usize]);
                if from != to {
                    below[from as usize].push(to);
                }
            }
        }
        for list in &mut below {
            list.sort_unstable();
            list.dedup();
            list.iter().for_each(|to| above[*to as usize] += 1);
        }
        // A group has one order exactly where at every moment one part alone has nobody above it that is left.
        let mut free: Vec<Vec<u32>> = vec![Vec::new(); groups.sizes.len()];
        for part in (0..count).filter(|p| above[*p] == 0) {
            free[group_of[part]].push(part as u32);
        }
        let mut ordered = vec![true; groups.sizes.len()];
        for (group, free) in free.iter_mut().enumerate() {
            while let Some(part) = free.pop() {
                ordered[group] &= free.is_empty();
                for to in &below[part as usize] {
                    above[*to as usize] -= 1;
                    if above[*to as usize] == 0 {
                        free.push(*to);
                    }
                }
            }
        }
        Connectivity { groups, parts, ordered }
    }

    /// Whether every item is joined to every other in both directions.
    pub fn is_strong(&self) -> bool {
        self.parts.sizes.len() == 1
    }

    /// Whether that holds within each group: then maximum likelihood is finite within groups, and says nothing across them.
    pub fn groups_are_strong(&self) -> bool {
        self.parts.sizes.len() == self.groups.sizes.len()
    }

    /// Sets of items whose order the data tell under `estimate`: all of them with a prior, else groups whose parts stand in one
    /// order, and parts where they do not.
    pub fn ranked_together(&self, estimate: Estimate) -> Vec<u32> {
        let groups = self.groups.sizes.len() as u32;
        let one = |i: usize| {
            let group = self.groups.id[i];
            if self.ordered[group as usize] { group } else { groups + self.parts.id[i] }
        };
        match estimate {
            Estimate::Posterior => vec![0; self.parts.id.len()],
            Estimate::Likelihood => (0..self.parts.id.len()).map(one).collect(),
        }
    }

    /// Whether every chain of results between `a` and `b`, of one group, leads from the one to the other: the first of the pair
    /// that is returned is ahead. None where no chain does.
    pub fn ahead(&self, graph: &Csr, a: usize, b: usize) -> Option<(usize, usize)> {
        let reaches = |from: usize, to: usize| {
            let mut seen = vec![false; graph.rows];
            let mut queue = vec![from];
            seen[from] = true;
            while let Some(at) = queue.pop() {
                for next in graph.row(at).0 {
                    if !std::mem::replace(&mut seen[*next as usize], true) {
                        queue.push(*next as usize);
                    }
                }
            }
            seen[to]
        };
        if reaches(a, b) {
            Some((a, b))
        } else if reaches(b, a) {
            Some((b, a))
        } else {
            None
        }
    }

    /// `{A, B}, {X, Y} and 3 more groups`, the largest first.
    pub fn name_groups(&self, names: &[String]) -> String {
        list_sets(&self.groups.id, &self.groups.sizes, names, "group")
    }

    /// The same of the strongly connected parts.
    pub fn name_parts(&self, names: &[String]) -> String {
        list_sets(&self.parts.id, &self.parts.sizes, names, "part")
    }
}

fn list_sets(id: &[u32], sizes: &[u32], names: &[String], what: &str) -> String {
    let mut by_size: Vec<usize> = (0..sizes.len()).collect();
    by_size.sort_by_key(|k| std::cmp::Reverse(sizes[*k]));
    let one = |k: &usize| format!("{{{}}}", members(id, names, |c| c == *k));
    let listed: Vec<String> = by_size.iter().take(MOST_PARTS).map(one).collect();
    let rest = match by_size.len() - listed.len() {
        0 => String::new(),
        1 => format!(" and 1 more {what}"),
        n => format!(" and {n} more {what}s"),
    };
    format!("{}{rest}", listed.join(", "))
}

/// Takes from the log-strengths of each group their mean: across groups there is no level to compare.
pub fn level_groups(groups: &Components, log: &mut [f64]) {
    let mut sums = vec![0.0; groups.sizes.len()];
    for (s, g) in log.iter().zip(&groups.id) {
        sums[*g as usize] += s;
    }
    for (sum, size) in sums.iter_mut().zip(&groups.sizes) {
        *sum /= f64::from(*size);
    }
    for (s, g) in log.iter_mut().zip(&groups.id) {
        *s -= sums[*g as usize];
    }
}

/// The rank of each place of `order`, which has the items set by set and best first: counted anew in every set.
pub fn ranks_within(order: &[u32], sets: &[u32]) -> Vec<u32> {
    let mut rank = 0;
    let one = |k: usize| {
        let begins = k == 0 || sets[order[k] as usize] != sets[order[k - 1] as usize];
        rank = if begins { 1 } else { rank + 1 };
        rank
    };
    (0..order.len()).map(one).collect()
}

/// A warning that the data say nothing across groups, each of which has a finite estimate.
pub fn apart(of: &Connectivity, names: &[String]) -> Note {
    let mut note = Note::new(
        Severity::Warning,
        Some("estimate"),
        format!(
            "The items fall into {} groups that never met, not even through others: {}. Within each group the maximum-likelihood \
             estimate exists and is unique up to a common factor, and all that is shown holds there; of items of different groups \
             nothing is known. For one common ranking estimate MAP, where between groups the prior alone decides.",
            of.groups.sizes.len(),
            of.name_groups(names)
        ),
    );
    note.fixes = remedies(&of.parts, names);
    note
}

/// What is said of every run where maximum likelihood puts parts infinitely far apart; `ml` says that there is no prior.
pub fn drift(of: &Connectivity, names: &[String], ml: bool) -> Option<String> {
    (ml && !of.groups_are_strong()).then(|| {
        format!(
            "Between parts of the items, {}, all results point one way: the larger their distance, the better it fits, so strengths of \
             different parts move apart for ever while the likelihood hardly rises. Within a part they settle.",
            of.name_parts(names)
        )
    })
}

/// What is said under MAP of groups that never met.
pub fn prior_decides(of: &Connectivity, names: &[String]) -> Note {
    let text = format!(
        "The items fall into {} groups that never met, not even through others: {}. Between groups the prior alone decides: it puts \
         their middles level.",
        of.groups.sizes.len(),
        of.name_groups(names)
    );
    Note { fixes: largest_fix(&of.parts, names), ..Note::new(Severity::Info, Some("estimate"), text) }
}

/// The remedies where there is more than one part.
fn remedies(parts: &StrongComponents, names: &[String]) -> Vec<Fix> {
    std::iter::once(map_fix()).chain(largest_fix(parts, names)).collect()
}

/// The remedy of ranking the largest part alone, where it is more than one item.
pub fn largest_fix(parts: &StrongComponents, names: &[String]) -> Vec<Fix> {
    let size = parts.sizes[largest(parts)];
    let label = format!("Rank the largest part ({size} of {} items)", names.len());
    if size > 1 { vec![fix(&label, "part", "largest")] } else { Vec::new() }
}

/// The largest part, the first of them where several are equally large.
pub fn largest(parts: &StrongComponents) -> usize {
    let size = |k: &usize| parts.sizes[*k];
    (0..parts.sizes.len()).rev().max_by_key(size).unwrap_or(0)
}

/// A warning that names who makes maximum likelihood infinite, with the remedies.
pub fn infinite(of: &Connectivity, names: &[String], words: Phrases) -> Note {
    let mut note = Note::new(
        Severity::Warning,
        Some("estimate"),
        format!(
            "The maximum-likelihood strengths are infinite: {} A run moves such parts away from each other for ever, and what it shows \
             between them is how far it has come; within a part strengths settle. Estimate MAP{}.",
            who_is_apart(of, names, words),
            if of.parts.sizes.iter().any(|s| *s > 1) { ", or rank the largest part alone" } else { "" }
        ),
    );
    note.fixes = remedies(&of.parts, names);
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
pub fn who_is_apart(of: &Connectivity, names: &[String], words: Phrases) -> String {
    let parts = &of.parts;
    let mut text =
        format!("the results fall into {} strongly connected parts: {}.", parts.sizes.len(), of.name_parts(names));
    let main = largest(parts);
    let alone = |c: usize| parts.is_source[c] && parts.is_sink[c];
    let mut say = |words: &str, which: &dyn Fn(usize) -> bool| {
        let found = members(&parts.id, names, which);
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

/// Names of the items whose set satisfies `which`.
fn members(id: &[u32], names: &[String], which: impl Fn(usize) -> bool) -> String {
    let found: Vec<&str> = (0..names.len()).filter(|i| which(id[*i] as usize)).map(|i| &*names[i]).collect();
    some(&found)
}

/// `a, b, c and 12 more`.
pub fn some(names: &[&str]) -> String {
    let shown = names[..names.len().min(MOST_NAMES)].join(", ");
    if names.len() > MOST_NAMES { format!("{shown} and {} more", names.len() - MOST_NAMES) } else { shown }
}
