//! Games of chess in PGN: the tags alone, `[White "..."]`, `[Black "..."]`, `[Result "..."]` and what may stand beside them.
//!
//! Portable Game Notation Specification and Implementation Guide, 1994, section 8.1.

use crate::made::Made;
use crate::sheet::Sheet;

/// The tags that are kept, and the columns they become.
const TAGS: [(&str, &str); 6] = [
    ("Date", "date"),
    ("White", "white"),
    ("Black", "black"),
    ("Result", "result"),
    ("Termination", "termination"),
    ("Event", "tournament"),
];
const DATE: usize = 0;
const WHITE: usize = 1;
const BLACK: usize = 2;
const RESULT: usize = 3;
const TERMINATION: usize = 4;
const EVENT: usize = 5;

/// A tag pair: its name and its value.
fn tag(line: &str) -> Option<(&str, String)> {
    let inside = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    let (name, rest) = inside.split_once(char::is_whitespace)?;
    let value = rest.trim().strip_prefix('"')?.strip_suffix('"')?;
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    named.then(|| (name, value.replace("\\\"", "\"").replace("\\\\", "\\")))
}

/// The games; `None` if the text is no PGN.
pub(super) fn open(text: &str) -> Option<Sheet<'static>> {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('%'))?;
    tag(first)?;
    let mut games: Vec<(u64, [Option<String>; 6])> = Vec::new();
    let mut in_tags = false;
    let mut comment = false;
    for (k, line) in text.lines().enumerate() {
        let found = if comment { None } else { tag(line) };
        match found {
            Some((name, value)) => {
                if !in_tags {
                    games.push((k as u64 + 1, Default::default()));
                }
                in_tags = true;
                if let (Some(at), Some((_, game))) = (TAGS.iter().position(|(tag, _)| *tag == name), games.last_mut()) {
                    // A question mark stands for what is not known, a hyphen for what there is not.
                    game[at] =
                        Some(value).filter(|v| !([WHITE, BLACK].contains(&at) && matches!(v.as_str(), "?" | "-")));
                }
            }
            None if line.trim().is_empty() => {}
            None => {
                in_tags = false;
                // A comment may span lines, and hold what looks like tags.
                for c in line.chars() {
                    match c {
                        '{' => comment = true,
                        '}' => comment = false,
                        ';' if !comment => break,
                        _ => {}
                    }
                }
            }
        }
    }
    // What no game says is no column; a group must be said by all.
    let some = |at: usize| games.iter().any(|(_, game)| game[at].is_some());
    let all = |at: usize| games.iter().all(|(_, game)| game[at].as_deref().is_some_and(|v| !v.is_empty() && v != "?"));
    let columns: Vec<usize> = (0..TAGS.len())
        .filter(|&at| match at {
            WHITE | BLACK | RESULT => true,
            EVENT => all(at),
            DATE | TERMINATION => some(at),
            _ => false,
        })
        .collect();
    if !some(WHITE) || !some(BLACK) {
        return None;
    }
    let mut made = Made::new(&columns.iter().map(|&at| TAGS[at].1).collect::<Vec<_>>());
    for (line, game) in &games {
        made.row(*line, columns.iter().map(|&at| game[at].as_deref().unwrap_or_default()));
    }
    let mut sheet = made.sheet();
    sheet.remarks.push(format!("Read the tags of {} games in PGN; the moves are passed over.", games.len()).into());
    Some(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_games_and_nothing_of_comments() {
        let text = "[Event \"Cup\"]\n[Date \"2023.10.24\"]\n[White \"Doe, \\\"J\\\"\"]\n[Black \"Roe\"]\n[Result \"1-0\"]\n\n\
                    1. e4 {a comment\n[White \"nobody\"]\nends} e5 1-0\n\n[Event \"Cup\"]\n[White \"Roe\"]\n[Black \"Poe\"]\n\
                    [Result \"*\"]\n\n*\n";
        let sheet = open(text).unwrap();
        let mut rows = sheet.rows();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.cells().collect::<Vec<_>>().join("|")));
        }
        let wanted = [
            (1, "date|white|black|result|tournament"),
            (1, "2023.10.24|Doe, \"J\"|Roe|1-0|Cup"),
            (11, "|Roe|Poe|*|Cup"),
        ];
        assert_eq!(seen, wanted.map(|(l, s)| (l, s.to_owned())));
        assert!(open("[[1, 2]]").is_none() && open("a,b\n").is_none() && open("").is_none());
    }
}
