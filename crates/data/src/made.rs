//! Tables made from texts that are none: each cell quoted where it must be, each row with the line it came from.

use crate::sheet::Sheet;

/// Rows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Made {
    body: String,
    /// Where each row came from.
    lines: Vec<u64>,
    first: bool,
}

impl Made {
    /// A table whose first row is a header.
    pub fn new(header: &[&str]) -> Self {
        let mut made = Made::default();
        made.row(1, header.iter().copied());
        made
    }

    /// Takes a row that was made from `line`.
    pub fn row<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c str>) {
        self.first = true;
        for cell in cells {
            if !self.first {
                self.body.push(',');
            }
            self.first = false;
            self.cell(cell);
        }
        self.body.push('\n');
        self.lines.push(line);
    }

    fn cell(&mut self, cell: &str) {
        // A cell is one line, so that lines can be counted; an empty one alone would be no row.
        let quotes = cell.is_empty() || cell.contains(['"', ',', '\n', '\r', '#']);
        if !quotes {
            self.body.push_str(cell);
            return;
        }
        self.body.push('"');
        for c in cell.chars() {
            match c {
                '"' => self.body.push_str("\"\""),
                '\n' | '\r' => self.body.push(' '),
                c => self.body.push(c),
            }
        }
        self.body.push('"');
    }

    /// The table.
    pub fn sheet(self) -> Sheet<'static> {
        Sheet::made(self.body, self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_with_the_lines_they_came_from() {
        let mut made = Made::new(&["a", "b"]);
        made.row(7, ["x,\"y\"\nz", ""].into_iter());
        made.row(9, ["#1", " q "].into_iter());
        let sheet = made.sheet();
        let mut rows = sheet.rows();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.get(0).to_owned(), row.get(1).to_owned()));
        }
        let wanted = [(1, "a", "b"), (7, "x,\"y\" z", ""), (9, "#1", "q")];
        assert_eq!(seen, wanted.map(|(line, a, b)| (line, a.to_owned(), b.to_owned())));
    }
}
