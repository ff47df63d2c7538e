//! Places as numbers: `race,item,place`, or one row for each item and one column for each race.

use iterscope_core::{Orders, Role};

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::{Interner, is_hole, number, plain};

use super::WANTED;
use super::shared::{self, Found};

/// What stands where a place is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    At(f64),
    /// Took part, and did not come in.
    Out,
    /// Is not counted: disqualified.
    Barred,
    /// Did not take part.
    Absent,
}

impl Place {
    /// Reads `3`, `3rd`, `T3`, `=3`, `DNF` and the like.
    pub fn read(text: &str, decimal_comma: bool) -> Option<Place> {
        if is_hole(text) {
            return Some(Place::Absent);
        }
        if let Some(place) = number(text, decimal_comma) {
            return place.is_finite().then_some(Place::At(place));
        }
        let word = plain(text);
        match word.as_str() {
            "r" | "n" | "dnf" | "ret" | "retired" | "nc" | "otl" | "hd" | "ab" | "np" | "lap" | "el" | "out"
            | "acc" | "dnc" => {
                return Some(Place::Out);
            }
            "d" | "e" | "dsq" | "dq" | "disq" | "disqualified" | "ex" | "exc" | "excluded" => {
                return Some(Place::Barred);
            }
            "w" | "f" | "dns" | "dnq" | "dnpq" | "wd" | "wdn" | "withdrew" | "withdrawn" | "abs" | "absent" | "inj"
            | "c" | "dna" => {
                return Some(Place::Absent);
            }
            _ => {}
        }
        // `1st choice` and `Rank 2` of forms.
        const NOUNS: [&str; 5] = ["choice", "preference", "priority", "place", "rank"];
        let noun = NOUNS.iter().find_map(|noun| word.strip_suffix(noun).or_else(|| word.strip_prefix(noun)));
        if let Some(at) = noun.and_then(|rest| super::ORDINALS.iter().position(|name| *name == rest)) {
            return Some(Place::At(at as f64 + 1.0));
        }
        let word = noun.unwrap_or(&word);
        let digits = word.strip_prefix('t').unwrap_or(word);
        let ending = ["st", "nd", "rd", "th"].iter().find_map(|end| digits.strip_suffix(end)).unwrap_or(digits);
        // Who was first in practice (P) or had the fastest lap (F), as tables of seasons mark it.
        let bare = ending.trim_end_matches(['p', 'f']);
        let marked = !bare.is_empty() && ending.len() - bare.len() <= 2;
        let place = if marked { bare } else { ending };
        place.bytes().all(|b| b.is_ascii_digit()).then(|| number(place, false).map(Place::At))?
    }
}

/// The results of a race, and the line of the first.
#[derive(Debug, Default)]
struct Contest {
    line: u64,
    arrivals: Vec<Arrival>,
}

/// Who came where, and in which line that stands.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    place: Place,
    item: u32,
    line: u64,
}

/// Reads the rows.
///
/// # Errors
/// A name that is empty or comes twice in a race, or a place that is none.
pub(super) fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Orders, DataError> {
    let mut rows = sheet.rows();
    let width = sheet.rows().next()?.map_or(0, |row| row.len());
    let races = layout.all(Role::Race, width);
    let comma = sheet.decimal_comma();
    if layout.header {
        rows.next()?;
    }
    let item = layout.find(Role::Item).unwrap_or(0);
    let (event, place) = (layout.find(Role::Event), layout.find(Role::Place));
    let mut items = Interner::default();
    let mut events = Interner::default();
    let mut results: Vec<Contest> = races.iter().map(|_| Contest::default()).collect();
    // Each way of not coming in: what is said of it, how often, and the first line.
    let mut said = [
        ("did not come in: they count as behind all others of the race", 0, 0),
        ("were disqualified: they are left out of the race", 0, 0),
    ];
    while let Some(row) = rows.next()? {
        report.rows += 1;
        let name = row.get(item);
        if name.is_empty() {
            return Err(row.error(item, "the name is empty; expected the name of an item"));
        }
        let id = items.id(name);
        let cells: Vec<(usize, usize)> = match place {
            Some(place) => {
                let which = event.map_or(0, |e| events.id(row.get(e))) as usize;
                if which == results.len() {
                    results.push(Contest { line: row.line, arrivals: Vec::new() });
                }
                vec![(which, place)]
            }
            None => races.iter().copied().enumerate().collect(),
        };
        for (which, column) in cells {
            let Some(found) = Place::read(row.get(column), comma) else {
                let message =
                    format!("found {}; expected a place such as 3, or DNF, or nothing", quoted(row.get(column)));
                return Err(row.error(column, message));
            };
            let told = match found {
                Place::At(_) => None,
                Place::Out => Some(0),
                Place::Barred => Some(1),
                Place::Absent => {
                    if place.is_some() {
                        report.leave(row.line, "it has no place");
                    }
                    None
                }
            };
            if let Some(which) = told {
                let (_, times, line) = &mut said[which];
                *times += 1;
                if *times == 1 {
                    *line = row.line;
                }
            }
            if matches!(found, Place::At(_) | Place::Out) {
                // A race in a column begins where somebody took part.
                if results[which].line == 0 {
                    results[which].line = row.line;
                }
                results[which].arrivals.push(Arrival { place: found, item: id, line: row.line });
            }
        }
    }
    report.remarks.extend(rows.remark());
    for (words, times, line) in said {
        if times > 0 {
            report.say(format!("{times} results, the first in line {line}, {words}."));
        }
    }
    let names = items.into_names();
    let mut found = Vec::new();
    for Contest { line, arrivals: mut result } in results {
        let key = |place: Place| if let Place::At(at) = place { at } else { f64::INFINITY };
        result.sort_by_key(|r| (r.item, r.line));
        if let Some(pair) = result.windows(2).find(|pair| pair[0].item == pair[1].item) {
            let message = format!("{} comes twice in the same race", quoted(&names[pair[1].item as usize]));
            return Err(DataError::at(pair[1].line, item as u64 + 1, message));
        }
        result.sort_by(|a, b| key(a.place).total_cmp(&key(b.place)).then(a.line.cmp(&b.line)));
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let mut behind = Vec::new();
        let mut last = None;
        for Arrival { place, item: id, .. } in result {
            match place {
                Place::At(at) if last == Some(at) => groups.iter_mut().last().into_iter().for_each(|g| g.push(id)),
                Place::At(at) => {
                    last = Some(at);
                    groups.push(vec![id]);
                }
                _ => behind.push(id),
            }
        }
        found.push(Found { groups, behind, count: 1.0, line });
    }
    shared::orders(found, names, false, report, WANTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_as_people_write_them() {
        for (text, place) in [
            ("3", Place::At(3.0)),
            ("1st", Place::At(1.0)),
            ("22nd", Place::At(22.0)),
            ("T5", Place::At(5.0)),
            ("=7", Place::At(7.0)),
            ("1st choice", Place::At(1.0)),
            ("Third choice", Place::At(3.0)),
            ("Rank 2", Place::At(2.0)),
            ("2†", Place::At(2.0)),
            ("1PF", Place::At(1.0)),
            ("DNF", Place::Out),
            ("Ret", Place::Out),
            ("D.S.Q.", Place::Barred),
            ("dns", Place::Absent),
            ("", Place::Absent),
            ("NA", Place::Absent),
        ] {
            assert_eq!(Place::read(text, false), Some(place), "{text}");
        }
        for text in ["third", "inf", "3x", "T", "st", "pf", "choice", "rank", "3ppf"] {
            assert_eq!(Place::read(text, false), None, "{text}");
        }
    }
}
