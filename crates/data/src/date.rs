//! Dates as days since 1970-01-01.

use crate::DataError;
use crate::report::Report;
use crate::words::number;

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar; `None` if there is no such day.
fn days(year: i64, month: i64, day: i64) -> Option<f64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let year = if month < 3 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some((era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) as f64)
}

/// A date with the name of its month: `Tue Oct 24 2023`, `24-Oct-2023`, `October 24th, 2023`.
fn with_month(text: &str) -> Option<f64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    if text.len() > 40 || text.bytes().filter(u8::is_ascii_alphabetic).count() < 3 {
        return None;
    }
    let (mut year, mut month, mut day) = (None, None, None);
    let of_day = text.find(':').and_then(|at| clock(&text[text[..at].rfind(' ')? + 1..])).unwrap_or(0.0);
    for token in text.split([' ', ',', '-', '.', '/']).filter(|t| !t.is_empty()) {
        let word = token.to_ascii_lowercase();
        let begins = |name: &&str| word.len() >= 3 && name.starts_with(&word);
        let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(&word);
        if let Ok(value) = bare.parse::<i64>() {
            match bare.len() {
                4 if year.is_none() => year = Some(value),
                1 | 2 if day.is_none() => day = Some(value),
                2 if year.is_none() => year = Some(if value < 70 { 2000 + value } else { 1900 + value }),
                _ => return None,
            }
        } else if let Some(k) = MONTHS.iter().position(|m| begins(m) || word == "sept" && *m == "september") {
            month = Some(k as i64 + 1);
        } else if !token.contains(':') && !matches!(&*word, "am" | "pm") && !DAYS.iter().any(begins) {
            return None;
        }
    }
    Some(days(year?, month?, day?)? + of_day)
}

/// A time of day as a part of the day: `18:30`, `18:30:05.25`, `6:30 PM`, with its difference to universal time or without
/// (`Z`, `+02:00`), which may lead into another day. What stands behind it is passed over.
pub(crate) fn clock(text: &str) -> Option<f64> {
    let whole = |part: &str, most: u32| {
        let short = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        short.then(|| part.parse().ok()).flatten().filter(|v| *v <= most)
    };
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let (time, rest) = text.split_at(end);
    let mut parts = time.split(':');
    let (hours, minutes) = (whole(parts.next()?, 24)?, whole(parts.next()?, 59)?);
    let seconds: f64 = parts.next().map_or(Some(0.0), |s| s.parse().ok().filter(|s| (0.0..=60.0).contains(s)))?;
    if parts.next().is_some() {
        return None;
    }
    let rest = rest.trim_start();
    let is = |word: &str| rest.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    let hours = match (hours, is("p")) {
        (12, false) if is("a") => 0,
        (1..=11, true) => hours + 12,
        _ => hours,
    };
    let zone = rest.strip_prefix(['+', '-']).and_then(|zone| {
        let (hours, minutes) = zone.split_once(':').or_else(|| zone.split_at_checked(2)).unwrap_or((zone, ""));
        let minutes = if minutes.is_empty() { 0 } else { whole(minutes, 59)? };
        Some(f64::from(whole(hours, 14)? * 60 + minutes))
    });
    let zone = zone.map_or(0.0, |minutes| if rest.starts_with('+') { minutes } else { -minutes });
    Some((f64::from(hours * 60 + minutes) - zone) / 1440.0 + seconds / 86_400.0)
}

/// A date in its two readings, the day first or the month first; NaN where it cannot be read so. `None` if it is none.
///
/// Numbers are a year (four digits), year, month and day together (eight digits), or days, seconds or milliseconds since 1970.
pub(crate) fn parse(text: &str) -> Option<[f64; 2]> {
    let both = |day: Option<f64>| day.map(|day| [day, day]);
    if let Some(day) = with_month(text) {
        return both(Some(day));
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    // What else stands behind a date is passed over.
    let of_day = clock(time).unwrap_or(0.0);
    let mut parts = date.split(['-', '/', '.']);
    if let (Some(a), Some(b), Some(c), None) = (parts.next(), parts.next(), parts.next(), parts.next()) {
        let digits = |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        if ![a, b, c].iter().all(|part| digits(part)) {
            return None;
        }
        let value = |part: &str| part.parse::<i64>().ok();
        let (x, y, z) = (value(a)?, value(b)?, value(c)?);
        if a.len() == 4 {
            return both(days(x, y, z).map(|day| day + of_day));
        }
        let year = match c.len() {
            4 => z,
            2 if z < 70 => 2000 + z,
            2 => 1900 + z,
            _ => return None,
        };
        // Dots are used with the day first only.
        let month_first = if date.contains('.') { None } else { days(year, x, y) };
        let readings = [days(year, y, x).unwrap_or(f64::NAN), month_first.unwrap_or(f64::NAN)].map(|day| day + of_day);
        return readings.iter().any(|day| day.is_finite()).then_some(readings);
    }
    let value = number(text, false).filter(|v| v.is_finite())?;
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let whole = value as i64;
        match text.len() {
            4 => return both(days(whole, 1, 1)),
            8 => return both(days(whole / 10_000, whole / 100 % 100, whole % 100)),
            _ => {}
        }
    }
    // Small numbers count days. Seconds reach 1e11 in the year 5138, milliseconds in 1973.
    let size = value.abs();
    let unit = if size < 1e5 {
        1.0
    } else if size < 1e11 {
        86_400.0
    } else {
        86_400_000.0
    };
    both(Some(value / unit))
}

/// The dates of a column, whose reading the column as a whole decides.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    readings: Vec<[f64; 2]>,
    /// For each reading the first line that rules it out.
    against: [Option<u64>; 2],
}

impl Dates {
    pub fn push(&mut self, readings: [f64; 2], line: u64) {
        for (against, day) in self.against.iter_mut().zip(readings) {
            if day.is_nan() {
                against.get_or_insert(line);
            }
        }
        self.readings.push(readings);
    }

    /// The days, and a remark where both readings are possible.
    ///
    /// # Errors
    /// No reading fits all rows of `column`, counted from 0, or not the one that a person chose.
    pub fn resolve(self, column: usize, report: &mut Report) -> Result<Vec<f64>, DataError> {
        const DAY: &str = "the day first";
        const MONTH: &str = "the month first";
        let all = |reading: usize| self.readings.iter().map(|r| r[reading]).collect::<Vec<_>>();
        let chosen = report.choice("dates").map(|c| usize::from(c == "month-first"));
        if let (Some(chosen), false) = (chosen, self.readings.iter().all(|[a, b]| a == b)) {
            return match self.against[chosen] {
                None => Ok(all(chosen)),
                Some(line) => {
                    let message = format!("the date cannot be read with {}", [DAY, MONTH][chosen]);
                    Err(DataError::at(line, column as u64 + 1, message))
                }
            };
        }
        match self.against {
            [Some(a), Some(b)] => Err(DataError::at(
                a.max(b),
                column as u64 + 1,
                format!(
                    "the date has another order than that of line {}: write all dates as 2024-12-31",
                    if a < b { a } else { b }
                ),
            )),
            [Some(_), None] => Ok(all(1)),
            [None, Some(_)] => Ok(all(0)),
            [None, None] if self.readings.iter().all(|[a, b]| a == b) => Ok(all(0)),
            [None, None] => {
                let (day_first, month_first) = (all(0), all(1));
                let ordered = |days: &[f64]| days.is_sorted() || days.iter().rev().is_sorted();
                // Files are mostly in the order of time.
                let month = ordered(&month_first) && !ordered(&day_first);
                let (order, days) = if month { ("month/day", month_first) } else { ("day/month", day_first) };
                let why = if ordered(&days) && days.len() > 2 { ", in which they are in order" } else { "" };
                let other = if month { (DAY, "day-first") } else { (MONTH, "month-first") };
                report.offer(
                    format!(
                        "The dates can be read in two ways and were read as {order}{why}; dates such as 2024-12-31 leave \
                         no doubt."
                    ),
                    "dates",
                    &[other],
                );
                Ok(days)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(texts: &[&str]) -> Result<(Vec<f64>, Option<String>), DataError> {
        resolve_as(texts, None)
    }

    fn resolve_as(texts: &[&str], said: Option<&str>) -> Result<(Vec<f64>, Option<String>), DataError> {
        let said = said.map(|said| said.parse().unwrap());
        let mut report = Report::of(said.as_ref());
        let mut dates = Dates::default();
        for (i, text) in texts.iter().enumerate() {
            dates.push(parse(text).unwrap_or_else(|| panic!("{text}")), i as u64 + 1);
        }
        let days = dates.resolve(2, &mut report)?;
        if let Some(remark) = report.remarks.first() {
            assert_eq!(remark.readings.len(), 1);
            let other = resolve_as(texts, Some(&remark.readings[0].columns)).unwrap();
            assert_ne!(days, other.0);
            assert!(other.1.is_none());
        }
        Ok((days, report.remarks.pop().map(String::from)))
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        // From the seconds that `date -u` prints.
        for (text, day) in [
            ("1970-01-01", 0.0),
            ("2000-02-29", 11_016.0),
            ("1969-12-31", -1.0),
            ("2024/12/31", 20_088.0),
            ("2024-12-31T23:59:59Z", 20_088.0 + 86_399.0 / 86_400.0),
            ("2024-12-31 12:00", 20_088.5),
            ("2024-12-31T18:00:00.000+06:00", 20_088.5),
            ("2024-12-31 18:00:00-0600", 20_089.0),
            ("2024-12-31 at noon", 20_088.0),
            ("31.12.2024 6:00 PM", 20_088.75),
            ("12/31/2024 12:00 AM", 20_088.0),
            ("Dec 31, 2024 06:00 PM", 20_088.75),
            ("31.12.2024", 20_088.0),
            ("12/31/24", 20_088.0),
            ("31-12-2024", 20_088.0),
            ("Tue Dec 31 2024", 20_088.0),
            ("31-Dec-2024", 20_088.0),
            ("December 31st, 2024", 20_088.0),
            ("31 Dec 24", 20_088.0),
            ("20241231", 20_088.0),
            ("1970", 0.0),
            ("1900-03-01", -25_508.0),
            ("432000000", 5000.0),
            ("17", 17.0),
            ("881250949", 881_250_949.0 / 86_400.0),
            ("1735603200000", 20_088.0),
        ] {
            assert_eq!(resolve(&[text]).unwrap().0, [day], "{text}");
        }
        for text in ["", "2023-02-29", "1900-02-29", "13/13/2000", "31.2.2000", "a-b-c", "1/2/3", "inf", "00000-1-1"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_column_decides() {
        assert_eq!(resolve(&["1/2/2000", "13/2/2000"]).unwrap(), (vec![10_988.0, 11_000.0], None));
        assert_eq!(resolve(&["1/2/2000", "1/13/2000"]).unwrap(), (vec![10_958.0, 10_969.0], None));
        // Only the month first keeps them in order.
        let (days, remark) = resolve(&["1/2/2000", "1/3/2000", "2/1/2000"]).unwrap();
        assert_eq!(days, [10_958.0, 10_959.0, 10_988.0]);
        assert!(remark.unwrap().contains("month/day, in which they are in order"));
        let (days, remark) = resolve(&["1/2/2000", "5/1/2000", "3/3/2000"]).unwrap();
        assert_eq!(days[0], 10_988.0);
        assert!(remark.unwrap().contains("were read as day/month;"));
        let error = resolve(&["31/1/2000", "1/31/2000"]).unwrap_err();
        assert_eq!((error.line, error.column), (Some(2), Some(3)));
        let error = resolve_as(&["1/2/2000", "13/2/2000"], Some("dates=month-first")).unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 3: the date cannot be read with the month first");
    }
}
