//! Names that are nearly equal: they differ by case, by blanks and what cannot be seen, or by how accents, quotes and dashes are
//! written.

use std::collections::BTreeMap;

use crate::error::quoted;
use crate::report::Report;

/// The most groups of names that are named.
const NAMED: usize = 5;

/// What nearly equal names have in common.
fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in composed(name).split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        // Small letters of capital ones, so that `ß` and `SS` are the same. Some marks have no width.
        let seen = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
        let plain = word.chars().filter(seen).map(typed);
        key.extend(plain.flat_map(char::to_uppercase).flat_map(char::to_lowercase));
    }
    key
}

/// A sign as a keyboard has it: straight quotes, hyphens, and letters of usual width.
fn typed(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '`' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// A name with its accents composed.
fn composed(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { composed_by_tables(name) }
}

/// Apart, so that names without accents do not bring its tables along.
#[inline(never)]
fn composed_by_tables(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfc().collect()
}

/// Looks for names that are nearly equal, and says so. Where a person wants them merged, the names become fewer, the first of
/// each group stays, and the answer has the new number of each old one.
pub(crate) fn merge(items: &mut Vec<String>, report: &mut Report) -> Option<Vec<u32>> {
    let chosen = report.choice("names");
    if chosen == Some("apart") {
        return None;
    }
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, name) in items.iter().enumerate() {
        groups.entry(key(name)).or_default().push(i);
    }
    groups.retain(|_, members| members.len() > 1);
    if groups.is_empty() {
        return None;
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort();
    let words = |members: &Vec<usize>| {
        let names: Vec<_> = members.iter().take(NAMED).map(|&i| quoted(&items[i])).collect();
        let more = members.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        names.join(" and ") + &more
    };
    let some: Vec<_> = groups.iter().take(NAMED).map(words).collect();
    let more = groups.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let list = format!("{}{more}", some.join("; "));
    const BY: &str = "that differ only by case, by blanks or by how accents, quotes and dashes are written";
    if chosen.is_none() {
        report.offer(
            format!("There are names {BY}, and they are kept apart: {list}."),
            "names",
            &[("merge them", "merged")],
        );
        return None;
    }
    report.offer(format!("Names {BY} are taken for one: {list}."), "names", &[("keep them apart", "apart")]);
    let mut first: Vec<usize> = (0..items.len()).collect();
    for members in &groups {
        members.iter().for_each(|&i| first[i] = members[0]);
    }
    let mut new = vec![0; items.len()];
    let mut kept = Vec::new();
    for (i, name) in items.drain(..).enumerate() {
        new[i] = if first[i] == i {
            kept.push(name);
            kept.len() as u32 - 1
        } else {
            new[first[i]]
        };
    }
    *items = kept;
    Some(new)
}

/// Leaves out the games of an item against itself that merging has made.
#[cfg(feature = "comparisons")]
pub(crate) fn drop_own(data: &mut iterscope_core::Comparisons, report: &mut Report) {
    let keep: Vec<bool> = data.encounters.iter().map(|e| e.winner != e.loser).collect();
    let own = keep.iter().filter(|keep| !**keep).count();
    if own == 0 {
        return;
    }
    retain(data, &keep);
    report.say(format!("Left out {own} games of a name against itself, since names were merged."));
}

/// Keeps some of the games, and what is known of them.
#[cfg(feature = "comparisons")]
pub(crate) fn retain(data: &mut iterscope_core::Comparisons, keep: &[bool]) {
    fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
        let mut keep = keep.iter();
        list.retain(|_| keep.next().copied().unwrap_or(true));
    }
    retain(&mut data.encounters, keep);
    let details = &mut data.details;
    retain(&mut details.advantage, keep);
    retain(&mut details.margin, keep);
    retain(&mut details.day, keep);
    retain(&mut details.group, keep);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_merged_where_wanted() {
        let names = ["Ada Lee", "Bo", "Ada  Lee", "bo", "Cy", "José", "Jose\u{301}"].map(str::to_owned);
        let mut items = names.to_vec();
        let mut report = Report::default();
        assert!(merge(&mut items, &mut report).is_none());
        assert!(report.remarks[0].contains("`Ada Lee` and `Ada  Lee`; `Bo` and `bo`; `José` and"));
        assert_eq!(report.remarks[0].readings[0].columns, "names=merged");
        let said = "names=merged".parse().unwrap();
        let mut report = Report::of(Some(&said));
        assert_eq!(merge(&mut items, &mut report), Some(vec![0, 1, 0, 1, 2, 3, 3]));
        assert_eq!(items, ["Ada Lee", "Bo", "Cy", "José"]);
        let said = "names=apart".parse().unwrap();
        let mut report = Report::of(Some(&said));
        assert!(merge(&mut names.to_vec(), &mut report).is_none() && report.remarks.is_empty());
    }
}
