//! The layout of the sushi preferences of T. Kamishima: the number of items and 1, then, for each person, 0, the number of
//! items and the items, best first, all separated by blanks.

use crate::made::Made;
use crate::sheet::Sheet;

/// The orders; `None` if the text is none.
pub(super) fn open(text: &str) -> Option<Sheet<'static>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let whole = |line: &str| line.split_ascii_whitespace().map(|n| n.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
    let [items, 1] = whole(lines.next()?.1)?[..] else { return None };
    let mut rows = Vec::new();
    let mut longest = 0;
    for (i, line) in lines {
        let numbers = whole(line)?;
        let [_, count, rest @ ..] = &numbers[..] else { return None };
        if *count != rest.len() as u64 || *count > items || rest.len() < 2 {
            return None;
        }
        longest = longest.max(rest.len());
        rows.push((i as u64 + 1, rest.iter().map(u64::to_string).collect::<Vec<_>>()));
    }
    if rows.is_empty() {
        return None;
    }
    let header: Vec<String> = (1..=longest).map(|k| format!("rank {k}")).collect();
    let mut made = Made::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for (line, row) in &rows {
        made.row(*line, row.iter().map(String::as_str));
    }
    let mut sheet = made.sheet();
    let n = rows.len();
    sheet.remarks.push(format!("Read as {n} orders of numbered items, as the sushi data are written.").into());
    Some(sheet)
}
