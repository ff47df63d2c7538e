//! Numbers as people and programs write them: with decimal points or commas, with something between thousands, with signs of
//! percent and of currencies, negative ones in parentheses. All cells of a column, then those of the file, decide what a comma
//! and a point mean; where they leave it open, a person is asked.

use iterscope_core::{Columns, Reading};

use crate::DataError;
use crate::error::quoted;
use crate::report::Report;
use crate::words::{is_hole, number, parsed};

/// Signs and codes of currencies, longer ones before those that they begin with.
const CURRENCIES: [&str; 34] = [
    "US$", "R$", "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₴", "₪", "₫", "฿", "USD", "EUR", "GBP", "CHF", "JPY", "CNY",
    "RUB", "INR", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "BRL", "kr.", "kr", "zł",
];

/// A cell, taken apart.
struct Parts<'a> {
    /// Digits, points, commas and what stands between thousands, with an exponent.
    core: &'a str,
    negative: bool,
    parentheses: bool,
    percent: bool,
    currency: &'static str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = Parts { core: text.trim(), negative: false, parentheses: false, percent: false, currency: "" };
        if let Some(inner) = parts.core.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            (parts.core, parts.parentheses, parts.negative) = (inner.trim(), true, true);
        }
        // A sign may stand before or behind that of the currency.
        for _ in 0..2 {
            if !parts.negative || parts.parentheses {
                parts.sign();
            }
            if parts.currency.is_empty() {
                parts.currency();
            }
        }
        if let Some(rest) = parts.core.strip_suffix('%') {
            (parts.core, parts.percent) = (rest.trim_end(), true);
        }
        (parts.core.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))).then_some(parts)
    }

    fn sign(&mut self) {
        if let Some(rest) = self.core.strip_prefix(['-', '\u{2212}']) {
            (self.core, self.negative) = (rest.trim_start(), !self.negative);
        } else if let Some(rest) = self.core.strip_prefix('+') {
            self.core = rest.trim_start();
        }
    }

    fn currency(&mut self) {
        for sign in CURRENCIES {
            let rest = self.core.strip_prefix(sign).or_else(|| self.core.strip_suffix(sign));
            if let Some(rest) = rest {
                (self.core, self.currency) = (rest.trim(), sign);
                return;
            }
        }
    }

    /// The number, with that sign before decimals and the other one between thousands.
    fn value(&self, comma: bool) -> Option<f64> {
        let (decimal, group) = if comma { (',', '.') } else { ('.', ',') };
        let (whole, fraction) = match self.core.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (self.core, None),
        };
        let mut plain = String::with_capacity(self.core.len() + 1);
        let between = whole.find([group, ' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '’']);
        match between.and_then(|at| whole[at..].chars().next()) {
            None => plain.push_str(whole),
            Some(between) => {
                let mut groups = whole.split(between);
                let first = groups.next()?;
                if !(1..=3).contains(&first.len()) || first.starts_with('0') {
                    return None;
                }
                plain.push_str(first);
                for part in groups {
                    if part.len() != 3 {
                        return None;
                    }
                    plain.push_str(part);
                }
                // An exponent behind thousands is a mistake.
                if !plain.bytes().all(|b| b.is_ascii_digit()) || fraction.is_some_and(|f| f.contains(['e', 'E'])) {
                    return None;
                }
            }
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let value = parsed(&plain)?;
        Some(if self.negative { -value } else { value })
    }
}

/// What the cells of a column show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Cells that are numbers in one way or the other.
    pub numbers: usize,
    /// Cells that are neither numbers nor holes, and the line of the first.
    pub others: usize,
    pub line: u64,
    /// Cells that are numbers with a decimal point only, or with a decimal comma only.
    certain: [usize; 2],
    /// Cells with three digits behind a lone point, or comma: a whole number with thousands, or not.
    open: [usize; 2],
    /// An example of what may be either, for messages.
    example: Option<(u64, String)>,
    /// The first cell that only a decimal comma explains.
    decimal_comma: Option<String>,
    /// Whole numbers below and above a thousand without any sign in them.
    small: usize,
    large: usize,
    percent: usize,
    /// Numbers without a sign of percent that are more than 1 in size.
    above_one: usize,
    parentheses: usize,
    blanks: usize,
    currency: &'static str,
    /// Where another currency stands than in the rows above.
    second_currency: Option<(u64, &'static str)>,
}

impl Tally {
    /// Counts a cell.
    pub fn add(&mut self, text: &str, line: u64) {
        let comma = text.contains(',');
        if !comma && let Some(value) = number(text, false) {
            self.numbers += 1;
            self.above_one += usize::from(value.abs() > 1.0);
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            match digits.split_once('.') {
                Some((whole, fraction)) if is_open(whole, fraction) => self.open(0, text, line),
                Some(_) => self.certain[0] += 1,
                None if value.abs() < 1000.0 => self.small += 1,
                // Exponents say nothing of thousands.
                None => self.large += usize::from(digits.bytes().all(|b| b.is_ascii_digit())),
            }
            return;
        }
        if is_hole(text) {
            return;
        }
        let parts = Parts::of(text);
        let read = parts.as_ref().map(|p| (p, p.value(false), p.value(true)));
        let Some((parts, point, with_comma)) = read.filter(|r| r.1.is_some() || r.2.is_some()) else {
            self.others += 1;
            if self.others == 1 {
                self.line = line;
            }
            return;
        };
        self.numbers += 1;
        match (point, with_comma) {
            (Some(a), Some(b)) if a.to_bits() == b.to_bits() => {
                let bare = parts.core.bytes().all(|b| b.is_ascii_digit());
                self.small += usize::from(bare && a.abs() < 1000.0);
                self.large += usize::from(bare && a.abs() >= 1000.0);
            }
            (Some(_), Some(_)) => self.open(usize::from(parts.core.contains(',')), text, line),
            (Some(_), None) => self.certain[0] += 1,
            _ => {
                self.certain[1] += 1;
                self.decimal_comma.get_or_insert_with(|| text.to_owned());
            }
        }
        self.percent += usize::from(parts.percent);
        self.above_one += usize::from(!parts.percent && point.or(with_comma).is_some_and(|v| v.abs() > 1.0));
        self.parentheses += usize::from(parts.parentheses);
        self.blanks += usize::from(parts.core.contains(|c: char| c.is_whitespace() || matches!(c, '\'' | '’')));
        if !parts.currency.is_empty() {
            if self.currency.is_empty() {
                self.currency = parts.currency;
            } else if self.currency != parts.currency && self.second_currency.is_none() {
                self.second_currency = Some((line, parts.currency));
            }
        }
    }

    fn open(&mut self, which: usize, text: &str, line: u64) {
        self.open[which] += 1;
        // Of the two, a comma is what is asked about first.
        if which == 1 && self.open[1] == 1 || self.example.is_none() {
            self.example = Some((line, text.to_owned()));
        }
    }

    /// Whether most of what stands there is no number.
    pub fn is_text(&self) -> bool {
        self.others > self.numbers
    }
}

/// Whether digits around a point or comma may be thousands.
fn is_open(whole: &str, fraction: &str) -> bool {
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    fraction.len() == 3
        && (1..=3).contains(&whole.len())
        && !whole.starts_with('0')
        && digits(whole)
        && digits(fraction)
}

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
                    shown(&text, false),
                    shown(&text, true)
                );
                let readings = report.readings("decimal", &[("decimal points", "point"), ("decimal commas", "comma")]);
                return Err(DataError::at(line, names[k].0 as u64 + 1, message).or(readings));
            }
        };
        let all_below = tally.percent > 0 && tally.percent < tally.numbers && tally.above_one == 0;
        let fraction = report.choice("percent").map_or(all_below, |c| c == "fraction");
        styles.push(Style { comma, fraction });
    }
    say_decimals(tallies, names, &doubts, report);
    if delimiter == "," && said.is_none() {
        say_decimal_commas(tallies, names, &styles, report);
    }
    say_signs(tallies, names, &styles, report);
    Ok(styles)
}

fn shown(text: &str, comma: bool) -> String {
    let value = Style { comma, fraction: false }.number(text);
    value.map_or_else(|| "no number".into(), |v| format!("{v}"))
}

fn list(names: &[(usize, String)], which: &[usize]) -> String {
    const NAMED: usize = 5;
    let some: Vec<&str> = which.iter().take(NAMED).map(|&k| names[k].1.as_str()).collect();
    let what = if which.len() == 1 { "column" } else { "columns" };
    let more = which.len().saturating_sub(NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{what} {}{tail}", some.join(", "))
}

fn say_decimals(
    tallies: &[&Tally],
    names: &[(usize, String)],
    doubts: &[(bool, &'static str, usize)],
    report: &mut Report,
) {
    let mut said: Vec<(bool, &str)> = Vec::new();
    for &(comma, why, first) in doubts {
        if said.contains(&(comma, why)) {
            continue;
        }
        said.push((comma, why));
        let which: Vec<usize> = doubts.iter().filter(|d| (d.0, d.1) == (comma, why)).map(|d| d.2).collect();
        let text = tallies[first].example.clone().unwrap_or_default().1;
        let other = if comma { ("decimal points", "point") } else { ("decimal commas", "comma") };
        report.offer(
            format!(
                "In {}, {} was read as {}, not as {}: {why}.",
                list(names, &which),
                quoted(&text),
                shown(&text, comma),
                shown(&text, !comma)
            ),
            "decimal",
            &[other],
        );
    }
}

/// Says that quoted cells have decimal commas where commas separate the columns: nothing else explains them, but few expect it.
fn say_decimal_commas(tallies: &[&Tally], names: &[(usize, String)], styles: &[Style], report: &mut Report) {
    let found: Vec<usize> =
        (0..tallies.len()).filter(|&k| styles[k].comma && tallies[k].decimal_comma.is_some()).collect();
    let Some(example) = found.first().and_then(|&k| tallies[k].decimal_comma.as_deref()) else { return };
    report.say(format!(
        "In {}, a comma stands before decimals: {} was read as {}.",
        list(names, &found),
        quoted(example),
        shown(example, true)
    ));
}

fn say_signs(tallies: &[&Tally], names: &[(usize, String)], styles: &[Style], report: &mut Report) {
    let which = |f: &dyn Fn(usize) -> bool| (0..tallies.len()).filter(|&k| f(k)).collect::<Vec<_>>();
    for fraction in [false, true] {
        let found = which(&|k| tallies[k].percent > 0 && styles[k].fraction == fraction);
        if found.is_empty() {
            continue;
        }
        let bare: usize = found.iter().map(|&k| tallies[k].numbers - tallies[k].percent).sum();
        let beside =
            if bare > 0 { format!("; {bare} numbers there have no sign and stay as they are") } else { String::new() };
        let (how, other) =
            if fraction { ("0.5", ("50% is 50", "as-written")) } else { ("50", ("50% is 0.5", "fraction")) };
        report.offer(
            format!("Percentages in {}: 50% was read as {how}{beside}.", list(names, &found)),
            "percent",
            &[other],
        );
    }
    let mut signs: Vec<&str> = tallies.iter().map(|t| t.currency).filter(|c| !c.is_empty()).collect();
    signs.dedup();
    for sign in signs {
        let found = which(&|k| tallies[k].currency == sign);
        report.say(format!("Amounts in {sign} in {}: the sign was left out.", list(names, &found)));
    }
    let found = which(&|k| tallies[k].parentheses > 0);
    if !found.is_empty() {
        report.say(format!("Numbers in parentheses in {} were read as negative.", list(names, &found)));
    }
    let found = which(&|k| tallies[k].blanks > 0);
    if !found.is_empty() {
        report.say(format!("Blanks or apostrophes in numbers in {} stand between thousands.", list(names, &found)));
    }
}

/// What a person says is missing too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    numbers: Vec<f64>,
    words: Vec<String>,
    /// Something was said, be it that nothing else is missing.
    pub said: bool,
}

impl Codes {
    /// From the choice `missing`: numbers and words between commas, or `none`.
    pub fn of(columns: &Columns) -> Self {
        let Some(text) = columns.choice("missing") else { return Codes::default() };
        let mut codes = Codes { said: true, ..Codes::default() };
        for word in text.split(',').map(str::trim).filter(|w| !w.is_empty() && *w != "none") {
            match number(word, false) {
                Some(value) => codes.numbers.push(value),
                None => codes.words.push(word.to_owned()),
            }
        }
        codes
    }

    /// The reading in which a word that is no number means missing, beside what a person says already.
    pub fn reading(&self, word: &str, report: &Report) -> Vec<Reading> {
        const LONGEST: usize = 20;
        let can =
            word.chars().count() <= LONGEST && !word.contains([',', ';', '=']) && !word.chars().any(char::is_control);
        // What begins like a number is a mistake in one.
        if !can || word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
            return Vec::new();
        }
        let before = report.choice("missing").filter(|said| *said != "none").map(|said| format!("{said},"));
        let all = format!("{}{word}", before.unwrap_or_default());
        report.readings("missing", &[(&format!("{} says that nothing is known", quoted(word)), &all)])
    }

    /// These numbers mean missing too.
    pub fn take(&mut self, codes: &[f64]) {
        self.numbers.extend_from_slice(codes);
    }

    /// Whether a cell is a word that means missing.
    pub fn has_word(&self, text: &str) -> bool {
        self.words.iter().any(|w| w.eq_ignore_ascii_case(text))
    }

    /// Whether a number means missing.
    pub fn has(&self, value: f64) -> bool {
        self.numbers.contains(&value)
    }
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
