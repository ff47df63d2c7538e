//! Crosstables: everybody against everybody, with the row's result against the column in the cell; leagues, with the score of
//! the row at home against the column; and tables of rounds as tournaments print them, with cells such as `12w1` or `W12`.

use crate::DataError;
use crate::error::quoted;
use crate::made::Made;
use crate::sheet::Sheet;
use crate::words::{is_hole, number, plain};

use super::score;

/// A table in memory: crosstables are small.
struct Grid {
    lines: Vec<u64>,
    rows: Vec<Vec<String>>,
}

/// The most rows of a crosstable.
const MOST: usize = 2000;

fn grid(sheet: &Sheet) -> Result<Option<Grid>, DataError> {
    let (mut lines, mut rows) = (Vec::new(), Vec::new());
    let mut all = sheet.rows();
    while let Some(row) = all.next()? {
        if rows.len() > MOST {
            return Ok(None);
        }
        lines.push(row.line);
        rows.push(row.cells().map(str::to_owned).collect());
    }
    Ok((rows.len() > 2).then_some(Grid { lines, rows }))
}

/// Single results in a cell, as the row sees them: 1, 0 and ½ for games, `+` and `-` for forfeits.
fn results(cell: &str) -> Option<Vec<char>> {
    let cell = cell.trim();
    match cell {
        "0.5" | "0,5" | ".5" | "1/2" => return Some(vec!['½']),
        "1.0" => return Some(vec!['1']),
        "0.0" => return Some(vec!['0']),
        _ => {}
    }
    let signs: Vec<char> = cell.chars().filter(|c| !matches!(c, ' ' | ',' | '/' | '|')).collect();
    let known = signs.iter().all(|c| matches!(c, '1' | '0' | '½' | '=' | '+' | '-'));
    (known && (1..=10).contains(&signs.len()))
        .then(|| signs.into_iter().map(|c| if c == '=' { '½' } else { c }).collect())
}

/// A cell that says nothing: on the diagonal, or a game that was not played.
fn is_blank(cell: &str) -> bool {
    is_hole(cell)
        || matches!(plain(cell).as_str(), "x" | "xx" | "xxx")
        || cell.chars().all(|c| matches!(c, '*' | '#' | '■' | '█' | '\\' | '×'))
}

/// Finds the games of a crosstable; `None` if the table is none.
///
/// # Errors
/// A cell of a crosstable that is no result.
pub(super) fn open(sheet: &Sheet) -> Result<Option<Sheet<'static>>, DataError> {
    // Two columns are no crosstable, and most tables have a header that is none.
    let mut rows = sheet.rows();
    let width = rows.next()?.map_or(0, |row| row.len());
    if width < 3 {
        return Ok(None);
    }
    let Some(grid) = grid(sheet)? else { return Ok(None) };
    let head = &grid.rows[0];
    let body = &grid.rows[1..];
    let cell = |r: usize, c: usize| body[r].get(c).map_or("", String::as_str);
    // Columns 1 to n in a row, for as many players or for rounds.
    let numbered = (0..width).find_map(|start| {
        let round = |c: usize| {
            let word = plain(&head[c]);
            let bare =
                ["round", "rnd", "rd", "r"].iter().find_map(|w| word.strip_prefix(w).or_else(|| word.strip_suffix(w)));
            bare.unwrap_or(&word).parse::<usize>().ok()
        };
        if head.len() != width || round(start) != Some(1) {
            return None;
        }
        let end = (start..width).take_while(|&c| round(c) == Some(c - start + 1)).count();
        (end > 1).then_some((start, end))
    });
    let named = (0..width).find(|&c| {
        let outside = numbered.is_none_or(|(start, end)| c < start || c >= start + end);
        outside && (0..body.len()).all(|r| !is_hole(cell(r, c)) && number(cell(r, c), true).is_none())
    });
    let Some(name) = named else { return Ok(None) };
    let names: Vec<&str> = (0..body.len()).map(|r| cell(r, name)).collect();
    if (1..names.len()).any(|i| names[..i].contains(&names[i])) {
        return Ok(None);
    }
    if let Some((start, count)) = numbered {
        if count == body.len() && (0..count).all(|i| is_blank(cell(i, start + i))) {
            return against(&grid, &names, start).map(Some);
        }
        return Ok(rounds(&grid, &names, start, count));
    }
    // Names of columns are those of the rows.
    let start = name + 1;
    let square = start + body.len() <= width && names.iter().enumerate().all(|(i, n)| head[start + i] == *n);
    if !square || !(0..body.len()).all(|i| is_blank(cell(i, start + i))) {
        return Ok(None);
    }
    let cells = || (0..body.len()).flat_map(|i| (0..body.len()).map(move |j| (i, j))).filter(|(i, j)| i != j);
    let filled: Vec<(usize, usize)> = cells().filter(|&(i, j)| !is_blank(cell(i, start + j))).collect();
    if !filled.is_empty()
        && filled
            .iter()
            .all(|&(i, j)| number(cell(i, start + j), true).is_none() && score::read(cell(i, start + j)).is_some())
    {
        let mut made = Made::new(&["home", "away", "result"]);
        for (i, j) in filled {
            made.row(grid.lines[i + 1], [names[i], names[j], cell(i, start + j)].into_iter());
        }
        let mut sheet = made.sheet();
        sheet.remarks.push("Read as a crosstable of scores, the row at home against the column.".into());
        return Ok(Some(sheet));
    }
    // Halves that add up with their opposites are results, not numbers of wins.
    let half = filled.iter().any(|&(i, j)| results(cell(i, start + j)).is_some_and(|r| r.contains(&'½')));
    let all = filled.iter().all(|&(i, j)| results(cell(i, start + j)).is_some_and(|r| r.len() == 1));
    if half && all {
        return against(&grid, &names, start).map(Some);
    }
    Ok(None)
}

/// The games of everybody against everybody; the columns from `start` on are in the order of the rows.
fn against(grid: &Grid, names: &[&str], start: usize) -> Result<Sheet<'static>, DataError> {
    let n = names.len();
    let cell = |i: usize, j: usize| grid.rows[i + 1].get(start + j).map_or("", String::as_str);
    let mut made = Made::new(&["first", "second", "outcome"]);
    let (mut games, mut contradictions, mut line) = (0u64, 0u64, 0);
    for i in 0..n {
        for j in i + 1..n {
            let read = |i: usize, j: usize| {
                let text = cell(i, j);
                if is_blank(text) {
                    return Ok(Vec::new());
                }
                results(text).ok_or_else(|| {
                    let message = format!(
                        "found {}; expected the result of {} against {}: 1, 0, ½ or nothing",
                        quoted(text),
                        quoted(names[i]),
                        quoted(names[j])
                    );
                    DataError::at(grid.lines[i + 1], (start + j) as u64 + 1, message)
                })
            };
            let (mine, theirs) = (read(i, j)?, read(j, i)?);
            let turned = |c: &char| match c {
                '1' => '0',
                '0' => '1',
                '+' => '-',
                '-' => '+',
                other => *other,
            };
            let told: Vec<char> = if mine.is_empty() { theirs.iter().map(turned).collect() } else { mine.clone() };
            let double = |v: &[char]| v.iter().all(|c| *c == '0' || *c == '-');
            if !theirs.is_empty()
                && theirs.iter().map(turned).collect::<Vec<_>>() != told
                && !(double(&mine) && double(&theirs))
            {
                contradictions += 1;
                line = if line == 0 { grid.lines[i + 1] } else { line };
            }
            for result in told {
                games += 1;
                let words = match result {
                    '1' => "1-0",
                    '0' => "0-1",
                    '½' => "½-½",
                    '+' => "+/-",
                    _ => "-/+",
                };
                made.row(grid.lines[i + 1], [names[i], names[j], words].into_iter());
            }
        }
    }
    let mut sheet = made.sheet();
    sheet.remarks.push(format!("Read {games} games from a crosstable of {n} players.").into());
    if contradictions > 0 {
        sheet.remarks.push(
            format!("{contradictions} results are told otherwise in the opponent's row, the first in line {line}; the upper row was believed.").into(),
        );
    }
    Ok(sheet)
}

/// An opponent's number and what the row's result is: `12w1`, `+12`, `W12`, `12b½`, `=3`.
fn pairing(cell: &str) -> Option<(usize, char)> {
    let compact: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    let sign = |c: char| match c {
        '+' | 'W' | 'w' | '1' => Some('1'),
        '-' | 'L' | 'l' | '0' => Some('0'),
        '=' | 'D' | 'd' | '½' => Some('½'),
        _ => None,
    };
    let mut chars = compact.chars();
    let first = chars.next()?;
    if !first.is_ascii_digit() {
        let rest = chars.as_str().trim_end_matches(['w', 'b', 'W', 'B']);
        return Some((rest.parse().ok().filter(|n| *n > 0)?, sign(first)?));
    }
    let digits = compact.find(|c: char| !c.is_ascii_digit())?;
    let number = compact[..digits].parse().ok().filter(|n| *n > 0)?;
    let mut rest = compact[digits..].chars();
    let (colour, result) = (rest.next()?, rest.next()?);
    (matches!(colour, 'w' | 'b' | 'W' | 'B' | 's') && rest.next().is_none()).then_some(())?;
    Some((
        number,
        match result {
            // A forfeit.
            '+' | '-' => result,
            other => sign(other)?,
        },
    ))
}

/// The games of a table of rounds; `None` if most cells are no pairings.
fn rounds(grid: &Grid, names: &[&str], start: usize, count: usize) -> Option<Sheet<'static>> {
    let n = names.len();
    let cell = |r: usize, c: usize| grid.rows[r + 1].get(start + c).map_or("", String::as_str);
    let found =
        (0..n).flat_map(|r| (0..count).map(move |c| (r, c))).filter(|&(r, c)| pairing(cell(r, c)).is_some()).count();
    if 2 * found < n * count {
        return None;
    }
    // Rows are numbered by a column before the rounds, or by their order.
    let number_of = |r: usize| {
        let own = (0..start).find_map(|c| grid.rows[r + 1].get(c)?.trim_end_matches('.').parse::<usize>().ok());
        own.unwrap_or(r + 1)
    };
    let numbers: Vec<usize> = (0..n).map(number_of).collect();
    let row_of = |number: usize| numbers.iter().position(|other| *other == number);
    let mut made = Made::new(&["first", "second", "outcome"]);
    let (mut games, mut unread, mut line) = (0u64, 0u64, 0);
    for c in 0..count {
        for r in 0..n {
            let text = cell(r, c);
            let pair = pairing(text).and_then(|(number, result)| Some((row_of(number)?, result)));
            let Some((other, result)) = pair.filter(|(other, _)| *other != r) else {
                if !is_blank(text) {
                    unread += 1;
                    line = if line == 0 { grid.lines[r + 1] } else { line };
                }
                continue;
            };
            let back = pairing(cell(other, c)).and_then(|(number, _)| row_of(number));
            if back == Some(r) && other < r {
                continue;
            }
            games += 1;
            let words = match result {
                '1' => "1-0",
                '0' => "0-1",
                '+' => "+/-",
                '-' => "-/+",
                _ => "½-½",
            };
            made.row(grid.lines[r + 1], [names[r], names[other], words].into_iter());
        }
    }
    let mut sheet = made.sheet();
    sheet.remarks.push(format!("Read {games} games from a table of {count} rounds.").into());
    if unread > 0 {
        let (cells, are) = if unread == 1 { ("cell", "is") } else { ("cells", "are") };
        sheet.remarks.push(
            format!(
                "Left out {unread} {cells} of rounds that {are} no game, such as a bye; the first is in line {line}."
            )
            .into(),
        );
    }
    Some(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Form;

    fn games(text: &str) -> Option<Vec<String>> {
        let form = Form { wanted: "x", also: None, ragged: true, header: |_| false };
        let sheet = open(&Sheet::open(text, &form).unwrap()).unwrap()?;
        let mut rows = sheet.rows();
        rows.next().unwrap();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push(row.cells().collect::<Vec<_>>().join(" "));
        }
        Some(seen)
    }

    #[test]
    fn everybody_against_everybody() {
        let text = "No,Name,Rtg,1,2,3,Pts\n1,Abel,2100,x,1,½,1.5\n2,Bird,2000,0,x,+,1\n3,Cole,1900,½,-,x,0.5\n";
        assert_eq!(games(text).unwrap(), ["Abel Bird 1-0", "Abel Cole ½-½", "Bird Cole +/-"]);
        let double = "Name,1,2,Pts\nAbel,*,1½,1.5\nBird,0½,*,0.5\n";
        assert_eq!(games(double).unwrap(), ["Abel Bird 1-0", "Abel Bird ½-½"]);
        let named = "x;Abel;Bird\nAbel;;0,5\nBird;0,5;\n";
        assert_eq!(games(named).unwrap(), ["Abel Bird ½-½"]);
        let league = "Home \\ Away,Ayr,Bute,Coll\nAyr,—,2–1,0–0\nBute,1–3,—,\nColl,0–2,1–1,—\n";
        assert_eq!(
            games(league).unwrap(),
            ["Ayr Bute 2–1", "Ayr Coll 0–0", "Bute Ayr 1–3", "Coll Ayr 0–2", "Coll Bute 1–1"]
        );
        // Numbers of wins are no results.
        assert!(games(",A,B\nA,0,3\nB,1,0\n").is_none());
    }

    #[test]
    fn rounds_of_tournaments() {
        let text = "Rk,Name,Rd1,Rd2\n1,Abel,2w1,3b½\n2,Bird,1b0,bye\n3,Cole,-,1w½\n";
        assert_eq!(games(text).unwrap(), ["Abel Bird 1-0", "Abel Cole ½-½"]);
        let signs = "#;Name;1;2\n1;Abel;+2;=3\n2;Bird;-1;+3\n3;Cole;bye;=1\n";
        assert_eq!(games(signs).unwrap(), ["Abel Bird 1-0", "Abel Cole ½-½", "Bird Cole 1-0"]);
    }
}
