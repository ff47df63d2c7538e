//! What counts where a user rates an item more than once.

use std::borrow::Cow;
use std::cmp::Ordering;

use iterscope_core::{BuildError, Note, ParamInfo, Rating, Ratings, Severity};

use super::notes::grouped;

/// The parameter that chooses.
pub(crate) const DUPLICATES: ParamInfo = ParamInfo::choice(
    "duplicates",
    "Duplicate ratings",
    "What counts where a user rates an item more than once. First and last are by time where the file says when ratings were \
     made, and by the order of its lines otherwise.",
    &[
        ("last", "the last"),
        ("first", "the first"),
        ("mean", "their mean"),
        ("sum", "their sum"),
        ("refuse", "none: refuse the file"),
    ],
    "last",
);

/// Ratings of which each pair of user and item has one.
pub(crate) struct Once<'a> {
    /// Each at the place of the first of its pair.
    pub entries: Cow<'a, [Rating]>,
    /// When, as in [`Ratings`]; of a mean or a sum the newest.
    pub day: Cow<'a, [f64]>,
    /// What was merged.
    pub note: Option<Note>,
}

/// Merges ratings of the same pair as `policy` says. Takes time and memory linear in the number of ratings, and copies them
/// only where there is something to merge. Users and items must be in range.
///
/// # Errors
/// `duplicates` is named where the policy is to refuse.
pub(crate) fn once<'a>(data: &'a Ratings, policy: &str) -> Result<Once<'a>, BuildError> {
    let mut again = repeated(data);
    let Some(&(first, _)) = again.first() else {
        return Ok(Once { entries: Cow::Borrowed(&data.entries), day: Cow::Borrowed(&data.day), note: None });
    };
    if policy == "refuse" {
        let Rating { user, item, .. } = data.entries[first as usize];
        let why = format!(
            "{} rates {} more than once, and {} of the ratings are such repetitions; choose which of them count",
            data.users[user as usize],
            data.items[item as usize],
            grouped(again.len()),
        );
        return Err(BuildError::new("duplicates", why));
    }
    let timed = data.day.len() == data.entries.len();
    again.sort_unstable();
    let (mut entries, mut day) = (data.entries.clone(), data.day.clone());
    let mut gone = vec![false; entries.len()];
    for pair in again.chunk_by(|a, b| a.0 == b.0) {
        let kept = pair[0].0 as usize;
        for &(_, other) in pair {
            let other = other as usize;
            gone[other] = true;
            let order = if timed { data.day[other].total_cmp(&day[kept]) } else { Ordering::Equal };
            let value = data.entries[other].value;
            let (replaces, newest) = match policy {
                // Of the same time, the later line is the last.
                "first" => (order == Ordering::Less, false),
                "mean" | "sum" => {
                    entries[kept].value += value;
                    (false, order == Ordering::Greater)
                }
                _ => (order != Ordering::Less, false),
            };
            if replaces {
                entries[kept].value = value;
            }
            if timed && (replaces || newest) {
                day[kept] = data.day[other];
            }
        }
        if policy == "mean" {
            entries[kept].value /= (pair.len() + 1) as f64;
        }
    }
    let text = format!(
        "{}: of each such pair {}.",
        match again.len() {
            1 => "1 rating is by a user of an item that the same user rates elsewhere".to_owned(),
            n => format!("{} ratings are by a user of an item that the same user rates elsewhere", grouped(n)),
        },
        match (policy, timed) {
            ("first", true) => "the oldest rating counts",
            ("first", false) => "the first rating in the file counts",
            ("mean", _) => "the mean of the ratings counts",
            ("sum", _) => "the sum of the ratings counts",
            (_, true) => "the newest rating counts",
            (_, false) => "the last rating in the file counts",
        }
    );
    retain(&mut entries, &gone);
    retain(&mut day, &gone);
    Ok(Once {
        entries: Cow::Owned(entries),
        day: Cow::Owned(day),
        note: Some(Note::new(Severity::Info, Some("duplicates"), text)),
    })
}

fn retain<T>(list: &mut Vec<T>, gone: &[bool]) {
    let mut gone = gone.iter();
    list.retain(|_| gone.next() != Some(&true));
}

/// For each rating of a pair that was rated before in the file: the first of the pair, and itself.
fn repeated(data: &Ratings) -> Vec<(u32, u32)> {
    // By users, each user's in the order of the file.
    let mut next = vec![0u32; data.users.len() + 1];
    for e in &data.entries {
        next[e.user as usize + 1] += 1;
    }
    for i in 1..next.len() {
        next[i] += next[i - 1];
    }
    let mut order = vec![0u32; data.entries.len()];
    for (e, rating) in (0u32..).zip(&data.entries) {
        let place = &mut next[rating.user as usize];
        order[*place as usize] = e;
        *place += 1;
    }
    // The first rating of each item by the user at hand; one that is left from another user is recognised.
    let mut first = vec![u32::MAX; data.items.len()];
    let mut again = Vec::new();
    for e in order {
        let Rating { user, item, .. } = data.entries[e as usize];
        let before = &mut first[item as usize];
        if *before != u32::MAX && data.entries[*before as usize].user == user {
            again.push((*before, e));
        } else {
            *before = e;
        }
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ann rates X three times and Y once between; Bob rates X once and Y twice.
    fn twice(day: &[f64]) -> Ratings {
        let entries = [(0, 0, 1.0), (1, 0, 5.0), (0, 1, 2.0), (0, 0, 4.0), (1, 1, 3.0), (0, 0, 1.5), (1, 1, 3.5)];
        Ratings {
            users: vec!["Ann".into(), "Bob".into()],
            items: vec!["X".into(), "Y".into()],
            entries: entries.map(|(user, item, value)| Rating { user, item, value }).to_vec(),
            day: day.to_vec(),
            remarks: Vec::new(),
        }
    }

    const TIMES: [f64; 7] = [20.0, 21.0, 22.0, 30.0, 40.0, 25.0, 35.0];

    /// Policy, days of all ratings, values and days of those that count, and words of the note.
    type Case = (&'static str, &'static [f64], [f64; 4], [f64; 4], &'static str);

    #[test]
    fn what_counts_is_chosen_and_said() {
        // Values and days of Ann/X, Bob/X, Ann/Y, Bob/Y.
        let cases: [Case; 8] = [
            ("last", &[], [1.5, 5.0, 2.0, 3.5], [0.0; 4], "the last rating in the file"),
            ("first", &[], [1.0, 5.0, 2.0, 3.0], [0.0; 4], "the first rating in the file"),
            ("mean", &[], [6.5 / 3.0, 5.0, 2.0, 3.25], [0.0; 4], "the mean"),
            ("sum", &[], [6.5, 5.0, 2.0, 6.5], [0.0; 4], "the sum"),
            ("last", &TIMES, [4.0, 5.0, 2.0, 3.0], [30.0, 21.0, 22.0, 40.0], "the newest"),
            ("first", &TIMES, [1.0, 5.0, 2.0, 3.5], [20.0, 21.0, 22.0, 35.0], "the oldest"),
            ("mean", &TIMES, [6.5 / 3.0, 5.0, 2.0, 3.25], [30.0, 21.0, 22.0, 40.0], "the mean"),
            ("last", &[7.0; 7], [1.5, 5.0, 2.0, 3.5], [7.0; 4], "the newest"),
        ];
        for (policy, day, values, days, said) in cases {
            let data = twice(day);
            let once = once(&data, policy).expect("merged");
            assert_eq!(once.entries.iter().map(|e| e.value).collect::<Vec<_>>(), values, "{policy}");
            assert_eq!(&once.day[..], &days[..day.len().min(4)], "{policy}");
            let note = once.note.expect("a note").text;
            assert!(note.starts_with("3 ratings ") && note.contains(said), "{note}");
        }
    }

    #[test]
    fn they_can_be_refused() {
        let error = once(&twice(&[]), "refuse").err().expect("refused");
        assert_eq!(error.field, "duplicates");
        assert!(error.message.contains("Ann rates X more than once, and 3 "), "{}", error.message);
    }

    #[test]
    fn without_any_nothing_is_copied_or_said() {
        let mut data = twice(&TIMES);
        data.entries.truncate(3);
        data.day.truncate(3);
        for policy in ["last", "refuse"] {
            let once = once(&data, policy).expect("nothing to merge");
            assert!(matches!((once.entries, once.day, once.note), (Cow::Borrowed(_), Cow::Borrowed(_), None)));
        }
    }
}
