//! Games and judgements: `winner,loser[,count]` or `a,b,outcome[,count]`, with or without a header.

use iterscope_core::{Comparisons, Encounter};

use crate::DataError;
use crate::error::quoted;
use crate::outcome::{Outcome, Outcomes, is_outcome};
use crate::table::{Interner, Row, Table, columns, number, only_empty_rows, plain};

/// What messages ask for.
const WANTED: &str = "winner,loser[,count] or a,b,outcome";

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Winner,
    Loser,
    First,
    Second,
    Outcome,
    Count,
}

fn role(cell: &str) -> Option<Role> {
    Some(match plain(cell).as_str() {
        "winner" | "winners" | "won" | "winningteam" | "winnername" => Role::Winner,
        "loser" | "losers" | "lost" | "losingteam" | "losername" => Role::Loser,
        "a" | "player1" | "playera" | "p1" | "team1" | "teama" | "item1" | "itema" | "modela" | "first" | "left"
        | "white" | "home" | "hometeam" => Role::First,
        "b" | "player2" | "playerb" | "p2" | "team2" | "teamb" | "item2" | "itemb" | "modelb" | "second" | "right"
        | "black" | "away" | "awayteam" | "visitor" => Role::Second,
        "outcome" | "result" | "res" | "ftr" => Role::Outcome,
        "count" | "counts" | "n" | "games" | "times" | "number" | "freq" | "frequency" | "wins" => Role::Count,
        _ => return None,
    })
}

/// Where what stands; fields from 0.
#[derive(Clone, Copy, Debug)]
struct Layout {
    header: bool,
    first: usize,
    second: usize,
    /// Absent where the first player always won.
    outcome: Option<usize>,
    count: Option<usize>,
    home: bool,
}

impl Layout {
    fn bare(outcome: Option<usize>, count: Option<usize>) -> Self {
        Layout { header: false, first: 0, second: 1, outcome, count, home: false }
    }

    /// The layout that a header says; `None` if the row is none.
    ///
    /// # Errors
    /// A header that is clearly one but lacks a column, or has one twice.
    fn of_header(row: Row) -> Result<Option<Self>, DataError> {
        let roles: Vec<_> = row.cells().map(role).collect();
        let find = |wanted| roles.iter().position(|r| *r == Some(wanted));
        let twice = roles.iter().enumerate().find(|(i, r)| r.is_some() && roles[..*i].contains(r));
        let home = row.cells().any(|cell| plain(cell).starts_with("home"));
        let layout =
            |first, second, outcome| Layout { header: true, first, second, outcome, count: find(Role::Count), home };
        let (winner, loser) = (find(Role::Winner), find(Role::Loser));
        let found = match (winner, loser, find(Role::First), find(Role::Second)) {
            (Some(winner), Some(loser), _, _) => layout(winner, loser, None),
            (_, _, Some(first), Some(second)) => match find(Role::Outcome).or(winner) {
                Some(outcome) => layout(first, second, Some(outcome)),
                // Short words such as `a`, `b` and `first` may as well be names.
                None if plain(row.get(first)).len() > 5 || home => {
                    return Err(DataError::line(
                        row.line,
                        "the header names two players but no outcome: add a column named outcome with a, b or tie, or \
                         name the players' columns winner and loser",
                    ));
                }
                None => return Ok(None),
            },
            (Some(_), None, _, _) if plain(row.get(winner.unwrap_or(0))) == "winner" => {
                return Err(DataError::line(row.line, "the header has a column winner but no column loser"));
            }
            _ => return Ok(None),
        };
        match twice {
            Some((i, _)) => Err(row
                .error(i, format!("the header has a second column like {}: rename or remove one", quoted(row.get(i))))),
            None => Ok(Some(found)),
        }
    }

    /// The layout of a table whose first row is no known header.
    fn guess(table: &Table, remarks: &mut Vec<String>) -> Result<Self, DataError> {
        let mut rows = table.rows();
        let mut header = false;
        let mut line = 0;
        // All values of the third column so far are 0, 1/2 or 1, and not all are 1.
        let (mut unit, mut below_one) = (true, false);
        let mut index = 0;
        while let Some(row) = rows.next()? {
            match row.len() {
                2 => return Ok(Layout::bare(None, None)),
                3 => {}
                n => {
                    return Err(DataError::line(
                        row.line,
                        format!(
                            "found {} without a known header: start with a line such as winner,loser,count or a,b,outcome",
                            columns(n)
                        ),
                    ));
                }
            }
            let text = row.get(2);
            let value = number(text, table.decimal_comma());
            index += 1;
            match value {
                Some(value) if value == 0.0 || value == 0.5 || value == 1.0 => below_one |= value != 1.0,
                Some(_) => {
                    unit = false;
                    break;
                }
                None if is_outcome(text, row.get(0), row.get(1)) => {
                    return Ok(Layout { header, ..Layout::bare(Some(2), None) });
                }
                None if index == 1 => (header, line) = (true, row.line),
                // A row to complain of later, by the rules that the rows before it set.
                None => break,
            }
        }
        if header && index == 1 {
            header = false;
        }
        if header {
            remarks.push(format!("Line {line} was taken as a header of unknown names."));
        }
        let outcomes = unit && below_one;
        if outcomes {
            remarks.push(
                "The third column was read as outcomes, 1 for a win of the first player; \
                 if it counts wins, start the file with the line winner,loser,count."
                    .into(),
            );
        }
        let layout = if outcomes { Layout::bare(Some(2), None) } else { Layout::bare(None, Some(2)) };
        Ok(Layout { header, ..layout })
    }
}

/// Reads games from CSV text.
///
/// # Errors
/// The first thing that is wrong, with its line and column.
pub(crate) fn read(text: &str) -> Result<Comparisons, DataError> {
    let table = Table::open(text, |row| matches!(Layout::of_header(row), Ok(Some(_)) | Err(_)), WANTED)?;
    let mut remarks = Vec::new();
    let mut rows = table.rows();
    let layout = match rows.next()? {
        None => return Err(only_empty_rows(WANTED)),
        Some(row) => match Layout::of_header(row)? {
            Some(layout) => {
                remarks.extend(ignored_columns(row, &layout));
                layout
            }
            None => Layout::guess(&table, &mut remarks)?,
        },
    };
    if !layout.header {
        rows = table.rows();
    }
    let mut reader = Reader::new(&table, layout);
    while let Some(row) = rows.next()? {
        reader.take(row)?;
    }
    remarks.extend(rows.remark());
    reader.finish(remarks)
}

/// A remark on columns that a header names and nothing uses.
fn ignored_columns(row: Row, layout: &Layout) -> Option<String> {
    let used = [Some(layout.first), Some(layout.second), layout.outcome, layout.count];
    let names: Vec<_> =
        row.cells().enumerate().filter(|(i, _)| !used.contains(&Some(*i))).map(|(_, cell)| quoted(cell)).collect();
    (!names.is_empty()).then(|| format!("Ignored {}: {}.", columns(names.len()), names.join(", ")))
}

/// Rows to encounters.
#[derive(Debug)]
struct Reader {
    layout: Layout,
    decimal_comma: bool,
    names: Interner,
    encounters: Vec<Encounter>,
    outcomes: Option<Outcomes>,
    /// Rows with a count of zero, and the line of the first.
    zeros: (u64, u64),
    /// The first row with its names, and whether one of them came again.
    first_row: Option<(u64, String)>,
    seen_again: bool,
}

impl Reader {
    fn new(table: &Table, layout: Layout) -> Self {
        Reader {
            layout,
            decimal_comma: table.decimal_comma(),
            names: Interner::default(),
            encounters: Vec::new(),
            outcomes: layout.outcome.map(|column| Outcomes::new(column, layout.home)),
            zeros: (0, 0),
            first_row: None,
            seen_again: false,
        }
    }

    fn take(&mut self, row: Row) -> Result<(), DataError> {
        let Layout { first, second, outcome, count, .. } = self.layout;
        let (a, b) = (row.get(first), row.get(second));
        for (i, name) in [(first, a), (second, b)] {
            if name.is_empty() {
                return Err(row.error(i, "the name is empty; expected the name of a player"));
            }
        }
        if a == b {
            return Err(row.error(second, format!("{} plays against itself; expected two different names", quoted(a))));
        }
        let games = count.map_or(Ok(1.0), |i| self.count(row, i))?;
        let text = outcome.map(|i| row.get(i));
        if let (Some(i), Some(text)) = (outcome, text)
            && !is_outcome(text, a, b)
        {
            let found = if text.is_empty() { "the outcome is empty".into() } else { format!("found {}", quoted(text)) };
            return Err(row.error(
                i,
                format!("{found}; expected a, b or tie (or 1, 0, 0.5, a score such as 3-1, or the winner's name)"),
            ));
        }
        if games == 0.0 {
            if self.zeros.0 == 0 {
                self.zeros.1 = row.line;
            }
            self.zeros.0 += 1;
            return Ok(());
        }
        let (winner, loser) = (self.names.id(a), self.names.id(b));
        if self.encounters.is_empty() {
            self.first_row = Some((row.line, format!("{}, {}", quoted(a), quoted(b))));
        } else {
            self.seen_again |= winner < 2 || loser < 2;
        }
        self.encounters.push(Encounter { winner, loser, count: games, tie: false });
        if let (Some(outcomes), Some(text)) = (&mut self.outcomes, text) {
            outcomes.push(text, a, b, row.line);
        }
        Ok(())
    }

    /// The count in field `i`: finite and not negative.
    fn count(&self, row: Row, i: usize) -> Result<f64, DataError> {
        let text = row.get(i);
        let problem = match number(text, self.decimal_comma) {
            Some(value) if value.is_finite() && value >= 0.0 => return Ok(value),
            Some(value) if value.is_finite() => format!("the count {text} is negative"),
            Some(_) => format!("the count {} is not finite", quoted(text)),
            None if text.is_empty() => "the count is empty".into(),
            None => format!("found {}", quoted(text)),
        };
        Err(row.error(i, format!("{problem}; expected how often it happened, such as 3")))
    }

    fn finish(mut self, mut remarks: Vec<String>) -> Result<Comparisons, DataError> {
        if self.encounters.is_empty() {
            return Err(DataError::file(match self.zeros {
                (0, _) => format!("the file has a header and no rows below it; expected rows of {WANTED}"),
                _ => "no games are left, because every count is 0".into(),
            }));
        }
        if let Some(outcomes) = self.outcomes {
            for (encounter, outcome) in self.encounters.iter_mut().zip(outcomes.resolve()?) {
                match outcome {
                    Outcome::First => {}
                    Outcome::Second => std::mem::swap(&mut encounter.winner, &mut encounter.loser),
                    Outcome::Tie => encounter.tie = true,
                }
            }
        }
        match self.zeros {
            (0, _) => {}
            (1, line) => remarks.push(format!("Left out line {line}, because its count is 0.")),
            (n, line) => remarks.push(format!("Left out {n} rows with a count of 0, the first in line {line}.")),
        }
        if let Some((line, names)) = self.first_row
            && !(self.layout.header || self.seen_again || self.encounters.len() == 1)
        {
            remarks.push(format!(
                "Line {line} ({names}) was read as a game; its names do not occur again: if it is a header, name its \
                 columns winner,loser,count or a,b,outcome."
            ));
        }
        Ok(Comparisons {
            items: self.names.into_names(),
            encounters: self.encounters,
            remarks,
            ..Comparisons::default()
        })
    }
}
