//! Which column is for what: guessed, or said by a person.

use iterscope_core::{Columns, DataKind, Remark, Role};

use crate::DataError;
use crate::error::quoted;
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{columns, is_hole, number};

/// Which column is for what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// The first row holds names of columns.
    pub header: bool,
    pub roles: Vec<Role>,
    /// Further columns have the last role.
    pub more: bool,
    /// A person said so.
    pub given: bool,
    /// What was guessed.
    pub remarks: Vec<Remark>,
}

impl Layout {
    pub fn new(header: bool, roles: Vec<Role>) -> Self {
        Layout { header, roles, ..Layout::default() }
    }

    /// Says something.
    pub fn say(&mut self, remark: impl Into<Remark>) {
        self.remarks.push(remark.into());
    }

    /// The first column with a role.
    pub fn find(&self, role: Role) -> Option<usize> {
        self.roles.iter().position(|r| *r == role)
    }

    /// All columns with a role among the first `width`.
    pub fn all(&self, role: Role, width: usize) -> Vec<usize> {
        (0..width).filter(|&i| self.role(i) == role).collect()
    }

    pub fn role(&self, i: usize) -> Role {
        let last = if self.more { self.roles.last() } else { None };
        self.roles.get(i).or(last).copied().unwrap_or(Role::Ignored)
    }

    /// What a person says, held against the table.
    ///
    /// # Errors
    /// Roles that columns of this kind cannot have, that several columns share, or that are more or fewer than the columns.
    pub fn given(kind: DataKind, sheet: &Sheet, form: &Form, said: &Columns) -> Result<Self, DataError> {
        let mut rows = sheet.rows();
        let Some(first) = rows.next()? else { return Err(only_empty_rows(form.wanted)) };
        let (roles, width) = (&said.roles, first.len());
        let fits = if said.more { roles.len() <= width } else { roles.len() == width };
        if !fits && !form.ragged {
            return Err(DataError::columns(format!(
                "{} roles are given, and the file has {}",
                roles.len(),
                columns(width)
            )));
        }
        for (i, role) in roles.iter().enumerate() {
            if !Role::of(kind).contains(role) {
                let names: Vec<_> = Role::of(kind).iter().map(|r| r.name()).collect();
                let message =
                    format!("data of this kind have no column `{}`; the roles are {}", role.name(), names.join(", "));
                return Err(DataError::columns(message));
            }
            let again = roles[..i].contains(role) || said.more && i + 1 == roles.len() && width > roles.len();
            if again && !role.repeats() {
                return Err(DataError::columns(format!("two columns are `{}`; only one can be", role.name())));
            }
        }
        let mut layout = Layout { roles: roles.clone(), more: said.more, given: true, ..Layout::default() };
        // A word stands where the column has numbers.
        let word = |i: usize, text: &str| {
            numeric(layout.role(i)) && !is_hole(text) && number(text, sheet.decimal_comma()).is_none()
        };
        layout.header =
            said.header.unwrap_or_else(|| (form.header)(first) || first.cells().enumerate().any(|(i, t)| word(i, t)));
        Ok(layout)
    }

    /// Remarks on columns that a header names and nothing uses.
    pub fn remark_ignored(&mut self, header: Row) {
        self.remark_ignored_but(header, &[]);
    }

    /// The same, where columns without a role are used all the same.
    pub fn remark_ignored_but(&mut self, header: Row, used: &[usize]) {
        let unused = header.cells().enumerate().filter(|(i, _)| self.role(*i) == Role::Ignored && !used.contains(i));
        const NAMED: usize = 12;
        let names: Vec<_> = unused.map(|(_, cell)| quoted(cell)).collect();
        if !names.is_empty() {
            let more = names.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let some = names[..names.len().min(NAMED)].join(", ");
            self.say(format!("Ignored {}: {some}{more}.", columns(names.len())));
        }
    }
}

fn numeric(role: Role) -> bool {
    use Role::*;
    matches!(role, Count | FirstScore | SecondScore | FirstWins | SecondWins | Ties | Margin | Rating | Value | Wins)
}
