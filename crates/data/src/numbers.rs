//! Numbers as people and programs write them: with decimal points or commas, with something between thousands, with signs of
//! percent and of currencies, negative ones in parentheses. All cells of a column, then those of the file, decide what a comma
//! and a point mean; where they leave it open, a person is asked.

mod cell;
mod codes;
mod say;
mod tally;

use crate::DataError;
use crate::error::quoted;
use crate::report::Report;
use crate::words::number;

use cell::Parts;
pub(crate) use codes::Codes;
pub(crate) use tally::{Tally, truth};

/// How the numbers of a column are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// A comma stands before decimals.
    pub comma: bool,
    /// What has a sign of percent is divided by 100.
    pub fraction: bool,
}

impl Style {
    /// The number in a cell; `None` where there is none.
    pub fn number(self, text: &str) -> Option<f64> {
        if (!self.comma || !text.contains('.'))
            && let Some(value) = number(text, self.comma)
        {
            return Some(value);
        }
        let parts = Parts::of(text)?;
        let value = parts.value(self.comma)?;
        Some(if parts.percent && self.fraction { value / 100.0 } else { value })
    }
}

/// What was found for a column.
enum Verdict {
    /// No cell leaves anything open.
    Plain,
    /// Cells show that a point, or a comma, stands before decimals.
    Certain(bool),
    /// A comma stands before decimals or not, for this reason; the other is possible.
    Likely(bool, &'static str),
    /// Nothing decides.
    Open,
}

fn verdict(tally: &Tally, delimiter: &str) -> Verdict {
    let lone_small = tally.small > 0 && tally.large == 0;
    match (tally.certain, tally.open) {
        ([0, 0], [0, 0]) => Verdict::Plain,
        ([0, 0], [0, _]) if lone_small => Verdict::Likely(false, "no whole number without a comma reaches 1000"),
        ([0, 0], [0, _]) if tally.large > 0 => {
            Verdict::Likely(true, "whole numbers above 1000 stand there without a comma")
        }
        ([0, 0], [0, _]) if delimiter == ";" => Verdict::Likely(true, "semicolons separate the columns"),
        ([0, 0], [0, _]) if delimiter == "," => Verdict::Likely(false, "commas separate the columns"),
        ([0, 0], [0, _]) => Verdict::Open,
        ([0, 0], [points, 0]) if points > 2 && lone_small && delimiter != "," => {
            Verdict::Likely(true, "no whole number without a point reaches 1000")
        }
        ([0, 0], [points, 0]) if points > 2 && lone_small => Verdict::Likely(false, "commas separate the columns"),
        // Three decimals are nothing special.
        ([0, 0], [_, 0]) => Verdict::Plain,
        ([0, 0], _) => Verdict::Open,
        // Where both are certain somewhere, the rarer ones are mistakes.
        ([point, comma], _) => Verdict::Certain(comma > point),
    }
}

/// How the numbers of columns are to be read; `names` are for messages, one for each tally, with the number of the column.
///
/// # Errors
/// Nothing decides between two readings, or a column holds several currencies.
pub(crate) fn styles(
    tallies: &[&Tally],
    names: &[(usize, String)],
    delimiter: &str,
    report: &mut Report,
) -> Result<Vec<Style>, DataError> {
    for (tally, (column, _)) in tallies.iter().zip(names) {
        if let Some((line, other)) = tally.second_currency {
            let message =
                format!("the column holds amounts in {} and in {other}; bring them in one currency", tally.currency);
            return Err(DataError::at(line, *column as u64 + 1, message));
        }
    }
    let verdicts: Vec<Verdict> = tallies.iter().map(|t| verdict(t, delimiter)).collect();
    let certain = |comma: bool| verdicts.iter().any(|v| matches!(v, Verdict::Certain(c) if *c == comma));
    // Other columns decide where all of them agree and at least one has a comma in it.
    let file = match (certain(false), certain(true)) {
        (false, true) => Some(true),
        (true, false) => Some(false),
        _ => None,
    };
    let said = report.choice("decimal").map(|c| c == "comma");
    let mut styles = Vec::with_capacity(tallies.len());
    let mut doubts: Vec<(bool, &'static str, usize)> = Vec::new();
    for (k, (tally, verdict)) in tallies.iter().zip(&verdicts).enumerate() {
        let open = tally.open != [0, 0] && tally.certain == [0, 0];
        let comma = match (said, verdict) {
            (Some(said), _) => said,
            (None, Verdict::Certain(comma)) => *comma,
            (None, _) if open && file == Some(true) => {
                doubts.push((true, "other columns have decimal commas", k));
                true
            }
            (None, _) if tally.open[1] > 0 && file == Some(false) => {
                doubts.push((false, "other columns have decimal points", k));
                false
            }
            (None, Verdict::Likely(true, _)) if file == Some(false) => {
                doubts.push((false, "other columns have decimal points", k));
                false
            }
            (None, Verdict::Plain) => false,
            (None, Verdict::Likely(comma, why)) => {
                doubts.push((*comma, why, k));
                *comma
            }
            (None, Verdict::Open) => {
                let (line, text) = tally.example.clone().unwrap_or_default();
                let message = format!(
                    "{} may be {} or {}: nothing in the column says whether commas stand between thousands or before decimals",
                    quoted(&text),
                    say::shown(&text, false),
                    say::shown(&text, true)
                );
                let readings = report.readings("decimal", &[("decimal points", "point"), ("decimal commas", "comma")]);
                return Err(DataError::at(line, names[k].0 as u64 + 1, message).or(readings));
            }
        };
        let all_below = tally.percent > 0 && tally.percent < tally.numbers && tally.above_one == 0;
        let fraction = report.choice("percent").map_or(all_below, |c| c == "fraction");
        styles.push(Style { comma, fraction });
    }
    say::decimals(tallies, names, &doubts, report);
    if delimiter == "," && said.is_none() {
        say::decimal_commas(tallies, names, &styles, report);
    }
    say::signs(tallies, names, &styles, report);
    Ok(styles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[&str], delimiter: &str, said: Option<&str>) -> Result<(Vec<f64>, Vec<String>), DataError> {
        let said = said.map(|s| s.parse().unwrap());
        let mut report = Report::of(said.as_ref());
        let mut tally = Tally::default();
        for (line, cell) in (1..).zip(cells) {
            tally.add(cell, line);
        }
        let style = styles(&[&tally], &[(0, "`a`".into())], delimiter, &mut report)?[0];
        let values = cells.iter().map(|c| style.number(c).unwrap_or(f64::NAN)).collect();
        Ok((values, report.remarks.into_iter().map(String::from).collect()))
    }

    #[test]
    fn all_cells_decide() {
        for (cells, delimiter, values, remarks) in [
            (&["2,401", "858"][..], "\t", &[2401.0, 858.0][..], 1),
            (&["2,401", "1858"], "\t", &[2.401, 1858.0], 1),
            (&["2,401", "3,5"], "\t", &[2.401, 3.5], 0),
            (&["2,401", "0,125"], "\t", &[2.401, 0.125], 0),
            (&["2,401", "3,180.25"], ",", &[2401.0, 3180.25], 0),
            (&["2,401", "3.5"], ",", &[2401.0, 3.5], 0),
            (&["4,5", "3"], ",", &[4.5, 3.0], 1),
            (&["4,5", "3"], ";", &[4.5, 3.0], 0),
            (&["2.401", "3.180,25"], ";", &[2401.0, 3180.25], 0),
            (&["2.401", "1.234.567"], ";", &[2401.0, 1_234_567.0], 0),
            (&["2.401", "3.125"], "\t", &[2.401, 3.125], 0),
            (&["2.401", "3.125", "4.875", "858"], ";", &[2401.0, 3125.0, 4875.0, 858.0], 1),
            (&["2.401", "3.125", "4.875", "858"], ",", &[2.401, 3.125, 4.875, 858.0], 1),
            (&["2,401", "3,125"], ";", &[2.401, 3.125], 1),
            (&["12 500", "1'234", "7"], ",", &[12500.0, 1234.0, 7.0], 1),
            (&["$1,234.50", "$7", "-$3.25", "($2.00)"], ",", &[1234.5, 7.0, -3.25, -2.0], 2),
            (&["1.234,50 €", "7 €"], ";", &[1234.5, 7.0], 1),
            (&["63.7%", "50 %"], ",", &[63.7, 50.0], 1),
            (&["63.7%", "0.5"], ",", &[0.637, 0.5], 1),
            (&["\u{2212}3.5", "+2"], ",", &[-3.5, 2.0], 0),
        ] {
            let (found, said) = column(cells, delimiter, None).unwrap();
            assert_eq!(found, values, "{cells:?}");
            assert_eq!(said.len(), remarks, "{cells:?}: {said:?}");
        }
    }

    #[test]
    fn a_person_decides() {
        assert_eq!(column(&["2,401", "858"], "\t", Some("decimal=comma")).unwrap().0, [2.401, 858.0]);
        assert_eq!(column(&["63.7%"], ",", Some("percent=fraction")).unwrap().0, [0.637]);
        let open = column(&["2,401", "3,125"], "\t", None).unwrap_err();
        assert_eq!((open.line, open.column, open.readings.len()), (Some(1), Some(1), 2));
        assert!(open.message.starts_with("`2,401` may be 2401 or 2.401"), "{}", open.message);
        let open = column(&["2,401", "3.125"], ",", None).unwrap_err();
        assert_eq!(open.readings[1].columns, "decimal=comma");
        let mixed = column(&["$5", "€5"], ",", None).unwrap_err();
        assert_eq!((mixed.line, mixed.column), (Some(2), Some(1)));
    }

    #[test]
    fn what_is_no_number() {
        let style = Style::default();
        for text in
            ["", "x", "1,23", "12,34,567", "0,123", "1.2.3", "1,234e5", "$", "%", "()", "--5", "5 kg", "1/2", "1,2345"]
        {
            assert_eq!(style.number(text), None, "{text}");
        }
    }
}
