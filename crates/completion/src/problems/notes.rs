//! What is said about a problem before anything runs.

pub use iterscope_core::naming::grouped;
use iterscope_core::{Level, Note, Severity};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::thin_qr;

use crate::model::factors::inner;
use crate::model::{Entries, HeldOut};

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// Entries seen against the degrees of freedom of a matrix of that rank.
pub fn sampling(entries: &Entries, rank: usize) -> Note {
    let (m, n) = (entries.by_row.rows, entries.by_row.cols);
    let free = degrees(entries, rank);
    let ratio = entries.count() as f64 / free as f64;
    let seen = format!(
        "{} of {} entries seen; {ratio:.1} times the {} degrees of freedom of rank {rank}, r (m + n - r).",
        grouped(entries.count()),
        grouped(m * n),
        grouped(free)
    );
    if ratio < 1.0 {
        let more = "Many matrices of that rank fit them exactly: the rest cannot be recovered. See more, or choose a lower rank.";
        Note::new(Severity::Warning, Some("rank"), format!("{seen} {more}"))
    } else if ratio < 2.0 {
        Note::new(Severity::Info, Some("rank"), format!("{seen} Below about 2, recovery is slow or fails."))
    } else {
        Note::new(Severity::Good, None, seen)
    }
}

/// How much is seen, for summaries, such as `10,007 entries seen, 2.1 times the degrees of freedom`.
pub fn seen(entries: &Entries, rank: usize) -> String {
    let ratio = entries.count() as f64 / degrees(entries, rank) as f64;
    format!("{} entries seen, {ratio:.1} times the degrees of freedom", grouped(entries.count()))
}

/// Numbers that determine a matrix of that rank.
fn degrees(entries: &Entries, rank: usize) -> usize {
    rank * (entries.by_row.rows + entries.by_row.cols - rank)
}

/// What the coherence of the truth means for the number of entries.
pub fn spread_note(coherence: f64, m: usize, n: usize, rank: usize) -> Note {
    let larger = m.max(n) as f64;
    let order = coherence * rank as f64 * larger * libm::log(larger.max(2.0));
    let text = format!(
        "Coherence {coherence:.1}, where 1 is a matrix spread evenly over its entries and {:.0} one that single entries carry: the \
         lower, the fewer entries suffice. Recovery is proved for random entries of the order of coherence times r n log n, here \
         {}, constants left out.",
        larger / rank as f64,
        grouped(order as usize)
    );
    Note::new(Severity::Info, None, text)
}

/// Rows and columns with too few entries for the rank.
pub fn coverage(entries: &Entries, rank: usize, row: [&str; 2], col: [&str; 2]) -> Vec<Note> {
    let mut notes = Vec::new();
    for (matrix, [one, many]) in [(&entries.by_row, row), (&entries.by_col, col)] {
        let (empty, short) = short_rows(matrix, rank);
        if empty > 0 {
            let them = if empty == 1 { "it" } else { "them" };
            let collected = matrix.rows as f64 * (libm::log(matrix.rows as f64) + 0.5772);
            let text = format!(
                "{} without a seen entry: nothing is known about {them}, and the methods leave {them} at zero. See more entries, \
                 or leave {them} out. Entries that fall at random meet all of {} {many} after about {} of them (the coupon \
                 collector's problem); {} are seen.",
                counted(empty, one, many),
                grouped(matrix.rows),
                grouped(collected as usize),
                grouped(entries.count()),
            );
            notes.push(Note::new(Severity::Warning, None, text));
        }
        if short > 0 {
            let text = format!(
                "{} with fewer than {rank} seen entries: a fit of rank {rank} is not unique there. Regularisation (the ridge \
                 of ALS) or a lower rank helps; without, the fit of least norm is taken.",
                counted(short, one, many)
            );
            notes.push(Note::new(Severity::Info, Some("rank"), text));
        }
    }
    notes
}

/// Parts that are listed.
const LISTED: usize = 4;
/// Names of a part that are listed.
const NAMED: usize = 3;

/// What the connected parts of the seen entries mean, where there are several: `row` and `col` are what a row and a column are
/// called, one and many; `names` name them; `fate` says what becomes of entries between parts.
pub fn connected(
    entries: &Entries,
    row: [&str; 2],
    col: [&str; 2],
    names: [&dyn Fn(usize) -> String; 2],
    fate: &str,
) -> Option<Note> {
    let parts = &entries.parts;
    if parts.count() < 2 {
        return None;
    }
    let mut members: Vec<[Vec<usize>; 2]> = vec![[Vec::new(), Vec::new()]; parts.count()];
    (0..entries.by_row.rows).for_each(|i| parts.of_row(i).into_iter().for_each(|p| members[p][0].push(i)));
    (0..entries.by_row.cols).for_each(|j| parts.of_col(j).into_iter().for_each(|p| members[p][1].push(j)));
    // The largest first; the sort is stable.
    members.sort_by_key(|[rows, cols]| std::cmp::Reverse(rows.len() + cols.len()));
    let side = |of: &[usize], words: [&str; 2], name: &dyn Fn(usize) -> String| match of {
        [_] | [_, _] | [_, _, _] => {
            let names: Vec<String> = of.iter().take(NAMED).map(|i| format!("`{}`", name(*i))).collect();
            format!("{} {}", if of.len() == 1 { words[0] } else { words[1] }, names.join(", "))
        }
        _ => counted(of.len(), words[0], words[1]),
    };
    let listed: Vec<String> = members
        .iter()
        .take(LISTED)
        .map(|[rows, cols]| format!("{} with {}", side(rows, row, names[0]), side(cols, col, names[1])))
        .collect();
    let more = match members.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("; and {} smaller", grouped(more)),
    };
    let text = format!(
        "The seen entries fall into {} parts that have no {} and no {} in common: {}{more}. An entry between two parts is not \
         determined by what is seen, whatever the rank: {fate}",
        grouped(members.len()),
        row[0],
        col[0],
        listed.join("; ")
    );
    Some(Note::new(Severity::Warning, Some("data"), text))
}

/// What is exported where something is held out.
pub fn refitted() -> Note {
    let text = "What is taken away as a result is fitted anew to everything known, what is held out included, with the same parameters and \
                as many steps. What is measured on held-out values comes from the run itself.";
    Note::new(Severity::Info, Some("held_out"), text)
}

/// The number of a row or a column, counted from 1, as its name.
pub fn numbered(i: usize) -> String {
    (i + 1).to_string()
}

/// Where the error of the entries held out would lie without any factor, as a line in the chart; none where nothing was
/// held out or subtracted.
pub fn without_factors(held_out: &[HeldOut], subtracted: bool, label: &str) -> Option<Level> {
    let squares = held_out.iter().map(|e| e.value * e.value).sum::<f64>();
    let value = (squares / held_out.len() as f64).sqrt();
    (subtracted && !held_out.is_empty()).then(|| Level { series: "rmse.heldout".into(), label: label.into(), value })
}

/// Rows without entries, and rows with some but fewer than `rank`.
fn short_rows(a: &Csr, rank: usize) -> (usize, usize) {
    let counts = || a.indptr.windows(2).map(|w| (w[1] - w[0]) as usize);
    (counts().filter(|&c| c == 0).count(), counts().filter(|&c| c > 0 && c < rank).count())
}

/// Coherence of the column space of `u` (m x k): `m/k` times the largest squared row norm of an orthonormal basis, from 1
/// (spread evenly) to m/k (one row alone carries a direction).
pub fn coherence(u: &[f64], k: usize) -> f64 {
    let m = u.len() / k;
    let mut q = u.to_vec();
    thin_qr(&mut q, m, k, &mut vec![0.0; k * k], &mut vec![0.0; 2 * k]);
    let largest = q.chunks_exact(k).map(|row| inner(row, row)).fold(0.0, f64::max);
    largest * m as f64 / k as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_empty_rows_are_told() {
        let e = Entries::new(3, 3, &[(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0)], "x").expect("valid");
        let notes = coverage(&e, 2, ["row", "rows"], ["column", "columns"]);
        let texts: Vec<&str> = notes.iter().map(|n| n.text.as_str()).collect();
        assert!(texts[0].starts_with("1 row without a seen entry") && texts[1].starts_with("1 row with fewer than 2"));
        assert!(texts[2].starts_with("1 column without") && texts.len() == 4);
        assert_eq!(sampling(&e, 2).severity, Severity::Warning);
        assert!(sampling(&e, 1).text.contains("0.6 times the 5 degrees"));
    }

    #[test]
    fn parts_are_named_and_counted() {
        let triplets: Vec<(u32, u32, f64)> = (0..10).map(|i| (i, u32::from(i >= 6), 1.0)).collect();
        let e = Entries::new(10, 2, &triplets, "x").expect("valid");
        let names: [&dyn Fn(usize) -> String; 2] = [&numbered, &|j| ["a", "b"][j].to_owned()];
        let note = connected(&e, ["row", "rows"], ["column", "columns"], names, "nothing is said.").expect("two parts");
        assert!(note.text.contains("2 parts") && note.text.contains("6 rows with column `a`; 4 rows with column `b`"));
        let one = Entries::new(2, 2, &[(0, 0, 1.0), (1, 0, 1.0)], "x").expect("valid");
        assert!(connected(&one, ["row", "rows"], ["column", "columns"], names, "").is_none());
    }

    #[test]
    fn coherence_is_between_its_bounds() {
        assert!((coherence(&[1.0, -1.0, 1.0, 1.0], 1) - 1.0).abs() < 1e-14);
        assert!((coherence(&[0.0, 0.0, 7.0, 0.0], 1) - 4.0).abs() < 1e-14);
    }
}
