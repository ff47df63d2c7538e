//! Numbers that stand for missing ones: -9999, 99 and their like.

use iterscope_core::Reading;

use crate::report::Report;

/// A number that may stand for missing ones.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Suspect {
    pub code: f64,
    /// How many cells hold it, and in how many columns.
    pub cells: usize,
    pub columns: usize,
    /// It is a customary code and far outside of all other numbers wherever it stands, several times.
    pub certain: bool,
}

/// The least number of other values in a column that say what is usual there.
const LEAST: usize = 3;

/// Whether all digits are nines, such as 99, -9999 and 99.9.
fn is_nines(value: f64) -> bool {
    let text = value.abs().to_string();
    let nines = text.bytes().all(|b| matches!(b, b'9' | b'.')) && text.bytes().filter(|b| *b == b'9').count() >= 2;
    nines || value == -9.0
}

/// Numbers far beyond what is measured, and the ends of whole numbers of 16 and 32 bits, which programs write where nothing is;
/// -999.25 is that of well logs.
fn is_huge(value: f64) -> bool {
    const ENDS: [f64; 5] = [-999.25, -32_768.0, 32_767.0, -2_147_483_648.0, 2_147_483_647.0];
    value.abs() >= 1e19 || ENDS.contains(&value)
}

/// Answers such as "do not know" and "refused" beside a scale of whole numbers.
fn is_answer(value: f64) -> bool {
    [7.0, 8.0, 9.0, 77.0, 88.0, 97.0, 98.0].contains(&value)
}

/// Where a value stands in a column.
#[derive(Clone, Copy, Default)]
struct Seen {
    cells: usize,
    columns: usize,
    far: usize,
    very_far: usize,
    /// In how many columns it stands above a scale of whole numbers.
    above: usize,
}

/// The suspects among the cells of a table, NaN being holes; those that stand in most cells first.
pub(crate) fn suspects(values: &[f64], width: usize) -> Vec<Suspect> {
    let mut found: Vec<(f64, Seen)> = Vec::new();
    let mut negative = Vec::new();
    let mut sorted: Vec<f64> = Vec::new();
    for c in 0..width {
        sorted.clear();
        sorted.extend(values.iter().skip(c).step_by(width).filter(|v| !v.is_nan()));
        sorted.sort_unstable_by(f64::total_cmp);
        let mut runs: Vec<(f64, usize)> = Vec::new();
        for &v in &sorted {
            match runs.last_mut() {
                Some((last, count)) if *last == v => *count += 1,
                _ => runs.push((v, 1)),
            }
        }
        negative.extend(runs.iter().filter(|r| r.0 < 0.0).map(|r| r.0));
        let candidate = |v: f64| is_nines(v) || is_huge(v) || is_answer(v) || v == -1.0;
        // Codes leave a gap above a scale of whole numbers, such as 1 to 5.
        let scale = runs.iter().all(|r| r.0.fract() == 0.0 && r.0 >= 0.0);
        let is_above = |k: usize| {
            let coded = runs[k..].iter().all(|r| is_answer(r.0) || is_nines(r.0));
            let top = if k > 1 { runs[k - 1].0 } else { f64::NAN };
            scale && coded && (2.0..=7.0).contains(&top) && runs[k].0 >= top + 2.0
        };
        for (k, &(v, count)) in runs.iter().enumerate() {
            let outermost = k == 0 || k + 1 == runs.len();
            if !(candidate(v) || outermost && count > 1) {
                continue;
            }
            let at = match found.iter().position(|(code, _)| *code == v) {
                Some(at) => at,
                None => {
                    found.push((v, Seen::default()));
                    found.len() - 1
                }
            };
            let seen = &mut found[at].1;
            seen.cells += count;
            seen.columns += 1;
            seen.above += usize::from(is_above(k));
            // Other codes may stand further out.
            let others: Vec<f64> =
                runs.iter().map(|r| r.0).filter(|o| *o != v && !(is_nines(*o) || is_huge(*o))).collect();
            let (Some(lo), Some(hi)) = (others.first(), others.last()) else { continue };
            let distance = f64::max(lo - v, v - hi);
            let spread = hi - lo;
            // Of two numbers much is said only by a code that is far from anything.
            let few = others.len() == 2 && is_nines(v) && v.abs() >= 999.0 && distance > 10.0 * spread.max(1.0);
            if others.len() >= LEAST || sorted.len() - count >= LEAST && spread > 0.0 || few {
                seen.far += usize::from(distance > spread);
                seen.very_far += usize::from(distance > 10.0 * spread);
            }
        }
    }
    let mut suspects: Vec<Suspect> = found
        .into_iter()
        .filter_map(|(code, seen)| {
            let Seen { cells, columns, far, very_far, above } = seen;
            let customary = is_nines(code) || is_huge(code);
            let certain = customary && far == columns && (columns > 1 && cells > 2 || cells >= 5);
            let alone = code == -1.0 && negative.iter().all(|v| *v == -1.0 || is_nines(*v));
            let suspicious = customary && far > 0
                || above == columns && columns > 1
                || alone && (columns > 1 || width == 1) && cells > 2
                || !customary && columns > 1 && very_far == columns && cells > 3;
            (certain || suspicious).then_some(Suspect { code, cells, columns, certain })
        })
        .collect();
    suspects.sort_by(|a, b| b.cells.cmp(&a.cells).then(a.code.total_cmp(&b.code)));
    suspects
}

/// Says which numbers were taken as missing, which may be, and offers the other readings.
pub(crate) fn say(suspects: &[Suspect], report: &mut Report) {
    let text = |s: &Suspect| s.code.to_string();
    let list = |all: &[&Suspect]| all.iter().map(|s| text(s)).collect::<Vec<_>>().join(",");
    let (taken, doubted): (Vec<&Suspect>, Vec<&Suspect>) = suspects.iter().partition(|s| s.certain);
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let place = |s: &Suspect| format!("in {} of {}", count(s.cells, "cell"), count(s.columns, "column"));
    if !taken.is_empty() {
        let each: Vec<String> = taken.iter().map(|s| format!("{} ({})", text(s), place(s))).collect();
        let text = format!(
            "Taken as missing, being a customary code and far outside of all other numbers of its columns: {}.",
            each.join(", ")
        );
        report.offer(text, "missing", &[("these are numbers", "none")]);
    }
    for suspect in doubted {
        let with: Vec<&Suspect> = taken.iter().copied().chain([suspect]).collect();
        let code = text(suspect);
        let words =
            if suspect.code == -1.0 { "no other number is below zero" } else { "it lies far outside of the others" };
        let label = format!("{code} is missing");
        let readings = vec![Reading::new(label, &report.said.with("missing", &list(&with)))];
        report.remarks.push(iterscope_core::Remark::new(
            format!(
                "{code} stands {} and was taken as a number; {words}: it may mean that nothing is known.",
                place(suspect)
            ),
            readings,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of smooth numbers in which some cells are replaced.
    fn table(width: usize, scale: f64, code: f64, which: impl Fn(usize, usize) -> bool) -> Vec<f64> {
        let cell = |e: usize| ((e * 7919) % 101) as f64 / 101.0 * scale;
        (0..40 * width).map(|e| if which(e / width, e % width) { code } else { cell(e) }).collect()
    }

    #[test]
    fn codes_lie_far_outside() {
        for code in [-9999.0, 999.0, -999.0, 99.9, 1e30, -9.0] {
            let found = suspects(&table(4, 5.0, code, |i, j| (i + j) % 5 == 0), 4);
            assert_eq!(found, [Suspect { code, cells: 32, columns: 4, certain: true }], "{code}");
        }
        // 9 above scales of 1 to 5, but not within 1 to 10.
        let scale = |top: usize| -> Vec<f64> {
            (0..160).map(|e| if e % 11 == 0 { 9.0 } else { (1 + (e / 4 + e % 4) % top) as f64 }).collect()
        };
        assert_eq!(suspects(&scale(5), 4), [Suspect { code: 9.0, cells: 15, columns: 4, certain: false }]);
        assert!(suspects(&scale(10), 4).is_empty());
        // 99 within percentages is a number; a lone one beside small numbers is doubted.
        assert!(suspects(&table(4, 100.0, 99.0, |i, j| (i + j) % 5 == 0), 4).is_empty());
        let lone = suspects(&table(4, 5.0, 99.0, |i, j| i == 3 && j == 1), 4);
        assert_eq!(lone, [Suspect { code: 99.0, cells: 1, columns: 1, certain: false }]);
        let minus = suspects(&table(4, 5.0, -1.0, |i, j| (i + j) % 5 == 0), 4);
        assert_eq!(minus, [Suspect { code: -1.0, cells: 32, columns: 4, certain: false }]);
        let odd = suspects(&table(4, 5.0, 12345.0, |i, j| (i + j) % 5 == 0), 4);
        assert_eq!(odd, [Suspect { code: 12345.0, cells: 32, columns: 4, certain: false }]);
        assert!(suspects(&table(4, 5.0, 0.0, |_, _| false), 4).is_empty());
    }

    #[test]
    fn two_codes_are_found_together() {
        let mut values = table(4, 5.0, -9999.0, |i, j| (i + j) % 5 == 0);
        for e in (1..values.len()).step_by(7) {
            values[e] = -999.0;
        }
        let found = suspects(&values, 4);
        assert!(found.len() == 2 && found.iter().all(|s| s.certain), "{found:?}");
    }
}
