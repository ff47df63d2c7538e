//! Files of PrefLib: a header with the names of numbered alternatives, then ballots with their counts.

use crate::sheet::Sheet;

/// The ballots of a PrefLib file; `None` if the text is none.
///
/// Both forms are read: `# ALTERNATIVE NAME 1: Ada` and `12: 1,2,{3,4}`; and, older, the number of alternatives, lines such
/// as `1,Ada`, a line with the number of voters, and `12,1,2,{3,4}`.
pub(super) fn open(text: &str) -> Option<Sheet<'_>> {
    if text.trim_start().starts_with('#') {
        let mut names = Vec::new();
        for line in text.lines().filter(|line| line.starts_with('#')) {
            let word = line.trim_start_matches('#').trim_start();
            if let Some((number, name)) = word.strip_prefix("ALTERNATIVE NAME ").and_then(|rest| rest.split_once(':')) {
                if number.trim().parse() != Ok(names.len() + 1) {
                    return None;
                }
                names.push(name.trim().to_owned());
            }
        }
        return (!names.is_empty()).then(|| Sheet::of_commas(text, 1, names));
    }
    let count: usize = text.lines().next()?.trim().parse().ok()?;
    let mut names = Vec::new();
    let mut rest = text.split_once('\n')?.1;
    for k in 1..=count {
        let (line, below) = rest.split_once('\n')?;
        let (number, name) = line.split_once(',')?;
        if number.trim().parse() != Ok(k) {
            return None;
        }
        names.push(name.trim().trim_matches('"').to_owned());
        rest = below;
    }
    let (voters, below) = rest.split_once('\n')?;
    let three = voters.split(',').count() == 3 && voters.split(',').all(|n| n.trim().parse::<u64>().is_ok());
    (three && count > 0).then(|| Sheet::of_commas(below, count as u64 + 3, names))
}
