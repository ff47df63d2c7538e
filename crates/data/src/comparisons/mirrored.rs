//! Games that stand twice in a file, once from each side, as in lists with a line for each team of each game.

use std::collections::BTreeMap;

use iterscope_core::Comparisons;

use super::fields::{Fields, Result as How};
use crate::report::Report;

/// So many games from both sides are no chance; fewer with dates.
const TELLING: usize = 3;
const TELLING_DATED: usize = 2;

/// What two lines of one game have in common: the two, who won, and what is known beside.
type Key = (u32, u32, Option<u32>, [u64; 3], u32);

/// Whether a game may stand in a file from either side: where the first did not always win, and has no advantage.
pub(super) fn possible(fields: &Fields) -> bool {
    !fields.home && fields.advantage.is_none() && !matches!(fields.result, How::First)
}

/// Whether each encounter is kept, where all games stand in the file from both sides and are to count once; says so, and
/// offers to count all lines. `firsts` has the first of each encounter as it stands in the file.
pub(super) fn once(data: &Comparisons, firsts: &[u32], report: &mut Report) -> Option<Vec<bool>> {
    // Each stands first as often as second, which is soon counted.
    let mut more = vec![0i64; data.items.len()];
    for (e, &first) in data.encounters.iter().zip(firsts) {
        let second = if e.winner == first { e.loser } else { e.winner };
        more[first as usize] += 1;
        more[second as usize] -= 1;
    }
    if more.iter().any(|more| *more != 0) {
        return None;
    }
    let details = &data.details;
    let key = |i: usize| -> Key {
        let e = &data.encounters[i];
        let of = |list: &[f64]| list.get(i).map_or(0, |v| v.to_bits());
        let winner = (!e.tie).then_some(e.winner);
        let known = [e.count.to_bits(), of(&details.day), of(&details.margin)];
        (e.winner.min(e.loser), e.winner.max(e.loser), winner, known, details.group.get(i).copied().unwrap_or(0))
    };
    // From which side a game stands first, and how often from there more than from the other.
    let mut seen: BTreeMap<Key, (u32, i64)> = BTreeMap::new();
    let mut keep = Vec::with_capacity(firsts.len());
    for (i, &first) in firsts.iter().enumerate() {
        let (side, more) = seen.entry(key(i)).or_insert((first, 0));
        *more += if *side == first { 1 } else { -1 };
        keep.push(*side == first);
    }
    let least = if details.day.is_empty() { TELLING } else { TELLING_DATED };
    if seen.len() < least || seen.values().any(|(_, more)| *more != 0) {
        return None;
    }
    let all = firsts.len();
    let counted = report.choice("mirrored") == Some("counted");
    let (taken, other) = match counted {
        true => ("all lines count", ("count each game once", "once")),
        false => ("each counts once", ("count all lines", "counted")),
    };
    report.offer(
        format!("All {} games stand twice in {all} lines, once from each side: {taken}.", all / 2),
        "mirrored",
        &[other],
    );
    (!counted).then_some(keep)
}
