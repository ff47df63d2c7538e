//! Files of PrefLib: a header with the names of numbered alternatives, then ballots with their counts, or a graph.
//!
//! Two forms are read: `# ALTERNATIVE NAME 1: Ada` with `12: 1,2,{3,4}` or, for graphs, `1,2,5.0`; and, older, the number of
//! alternatives, lines such as `1,Ada`, a line with the number of voters, and `12,1,2,{3,4}`.

use std::collections::BTreeMap;

use crate::DataError;

/// A file of PrefLib.
#[derive(Debug)]
pub(crate) struct PrefLib<'a> {
    /// The names by number; the numbers may begin at 0 and stand in any order.
    pub names: BTreeMap<u64, String>,
    /// What follows the header, and its first line.
    pub body: &'a str,
    pub line: u64,
    /// What the header says of the kind, such as `soc`; empty where it says nothing.
    pub kind: String,
}

impl PrefLib<'_> {
    /// Whether the header says that this is a weighted graph.
    pub fn is_graph(&self) -> bool {
        matches!(self.kind.as_str(), "wmd" | "wmg" | "tog" | "mjg" | "pwg")
    }
}

/// Takes a file of PrefLib apart; `None` if the text is none.
///
/// # Errors
/// A number that two alternatives have.
pub(crate) fn open(text: &str) -> Result<Option<PrefLib<'_>>, DataError> {
    if !text.trim_start().starts_with('#') {
        return Ok(older(text));
    }
    let mut names = BTreeMap::new();
    let mut kind = String::new();
    let (mut at, mut line) = (0, 1);
    while let Some(found) = text[at..].lines().next() {
        if !found.starts_with('#') && !found.trim().is_empty() {
            break;
        }
        let word = found.trim_start_matches('#').trim_start();
        if let Some((number, name)) = word.strip_prefix("ALTERNATIVE NAME ").and_then(|rest| rest.split_once(':')) {
            let Ok(number) = number.trim().parse() else { return Ok(None) };
            if names.insert(number, name.trim().to_owned()).is_some() {
                return Err(DataError::line(line, format!("the alternative {number} is named twice")));
            }
        } else if let Some(said) = word.strip_prefix("DATA TYPE:") {
            kind = said.trim().to_ascii_lowercase();
        }
        line += 1;
        at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        if at == text.len() {
            break;
        }
    }
    Ok((!names.is_empty()).then(|| PrefLib { names, body: &text[at..], line, kind }))
}

fn older(text: &str) -> Option<PrefLib<'_>> {
    let count: u64 = text.lines().next()?.trim().parse().ok()?;
    let mut names = BTreeMap::new();
    let mut rest = text.split_once('\n')?.1;
    for k in 1..=count {
        let (line, below) = rest.split_once('\n')?;
        let (number, name) = line.split_once(',')?;
        if number.trim().parse() != Ok(k) {
            return None;
        }
        names.insert(k, name.trim().trim_matches('"').to_owned());
        rest = below;
    }
    let (voters, below) = rest.split_once('\n')?;
    let three = voters.split(',').count() == 3 && voters.split(',').all(|n| n.trim().parse::<u64>().is_ok());
    (three && count > 0).then(|| PrefLib { names, body: below, line: count + 3, kind: String::new() })
}
