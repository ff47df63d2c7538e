//! What the columns of a table are for: as a person says it in an experiment, and as a file was read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::DataKind;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal),* $(,)?) => {
        /// What a column is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Role {
            $($(#[$doc])* #[serde(rename = $name)] $role,)*
        }

        impl Role {
            /// All of them.
            pub const ALL: &'static [Role] = &[$(Role::$role),*];

            /// The word for it in an experiment.
            pub fn name(self) -> &'static str {
                match self {
                    $(Role::$role => $name,)*
                }
            }
        }
    };
}

roles! {
    /// Nothing: left out.
    Ignored = "-",
    /// Comparisons: who won.
    Winner = "winner",
    /// Comparisons: who lost.
    Loser = "loser",
    /// Comparisons: the first of two.
    First = "first",
    /// Comparisons: the second of two.
    Second = "second",
    /// Comparisons: the first of two, who has the advantage of the place or of the first move.
    Home = "home",
    /// Comparisons: the second of two, who has not.
    Away = "away",
    /// Comparisons: how it ended.
    Outcome = "outcome",
    /// Comparisons: the score of the first, or of the winner.
    FirstScore = "first-score",
    /// Comparisons: the score of the second, or of the loser.
    SecondScore = "second-score",
    /// Comparisons: how often the first won.
    FirstWins = "first-wins",
    /// Comparisons: how often the second won.
    SecondWins = "second-wins",
    /// Comparisons: how often neither won.
    Ties = "ties",
    /// Comparisons: who had the advantage, or whether the place was neutral.
    Advantage = "advantage",
    /// Comparisons: the difference of the scores, the first's minus the second's.
    Margin = "margin",
    /// Comparisons: a group such as a category.
    Group = "group",
    /// Comparisons: in a square table, wins over the item of this column.
    Wins = "wins",
    /// Comparisons and orders: how often.
    Count = "count",
    /// Comparisons and ratings: when.
    Date = "date",
    /// Orders: which race or ballot.
    Event = "event",
    /// Orders: the place of the item.
    Place = "place",
    /// Orders: the places in the race of this column.
    Race = "race",
    /// Orders: an item, better than those in later columns of this role.
    Ranked = "ranked",
    /// Ratings: who rates.
    User = "user",
    /// Orders and ratings: the item.
    Item = "item",
    /// Ratings: the rating.
    Rating = "rating",
    /// Tables and square tables: the name of the row.
    Name = "name",
    /// Tables: numbers.
    Value = "value",
}

impl Role {
    /// The roles that columns of a kind of data may have.
    pub fn of(kind: DataKind) -> &'static [Role] {
        use Role::*;
        match kind {
            DataKind::Comparisons => &[
                Ignored,
                Winner,
                Loser,
                First,
                Second,
                Home,
                Away,
                Outcome,
                FirstScore,
                SecondScore,
                FirstWins,
                SecondWins,
                Ties,
                Count,
                Margin,
                Advantage,
                Date,
                Group,
                Name,
                Wins,
            ],
            DataKind::Orders => &[Ignored, Ranked, Event, Item, Place, Race, Count],
            DataKind::Ratings => &[Ignored, User, Item, Rating, Date],
            DataKind::Table => &[Ignored, Name, Value],
            DataKind::Image => &[],
        }
    }

    /// Whether several columns may have it.
    pub fn repeats(self) -> bool {
        matches!(self, Role::Ignored | Role::Wins | Role::Race | Role::Ranked | Role::Value)
    }
}

/// What a person says the columns are for, written as one role for each column: `winner,loser,-,count`.
///
/// `...` at the end repeats the role before it for all further columns. `header;` or `plain;` in front says whether the first
/// line holds names of columns; without it, the file is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Whether the first line holds names, where said.
    pub header: Option<bool>,
    /// One role for each column from the first.
    pub roles: Vec<Role>,
    /// Further columns have the last role.
    pub more: bool,
}

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (header, list) = match text.split_once(';') {
            Some((word, list)) => match word.trim() {
                "header" => (Some(true), list),
                "plain" => (Some(false), list),
                other => return Err(format!("`{other}` before the semicolon should be header or plain")),
            },
            None => (None, text),
        };
        let (list, more) = match list.trim_end().strip_suffix("...") {
            Some(list) => (list.trim_end().strip_suffix(',').unwrap_or(list), true),
            None => (list, false),
        };
        let role = |word: &str| {
            let found = Role::ALL.iter().find(|role| role.name() == word);
            found.copied().ok_or_else(|| {
                let names: Vec<_> = Role::ALL.iter().map(|r| r.name()).collect();
                format!("`{word}` is no role of a column; the roles are {}", names.join(", "))
            })
        };
        let roles = list.split(',').map(|word| role(word.trim())).collect::<Result<_, _>>()?;
        Ok(Columns { header, roles, more })
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.header {
            Some(true) => "header;",
            Some(false) => "plain;",
            None => "",
        })?;
        for (i, role) in self.roles.iter().enumerate() {
            write!(f, "{}{}", if i > 0 { "," } else { "" }, role.name())?;
        }
        f.write_str(if self.more { ",..." } else { "" })
    }
}

/// How a file was read, for people to look at and to correct.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// What separates the columns; empty where the format has its own rules.
    pub delimiter: String,
    /// The first line holds names of columns.
    pub header: bool,
    /// The columns, as many as the first line has.
    pub columns: Vec<SurveyColumn>,
    /// Rows that were read, without the header.
    pub rows: u64,
    /// The first rows that were left out, at most 20.
    pub left_out: Vec<LeftOut>,
    /// How many rows were left out in all.
    pub left_out_rows: u64,
    /// What was found in one line, such as `64 games between 32 items`; empty where it did not read.
    pub summary: String,
    /// What was guessed, left out or merged and why.
    pub remarks: Vec<String>,
    /// Why the file does not read as it is, with line and column.
    pub error: Option<String>,
}

/// One column of a [`Survey`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurveyColumn {
    /// From the header, else empty.
    pub name: String,
    /// What it was taken for.
    pub role: Role,
    /// Its first cells, at most 8.
    pub cells: Vec<String>,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// From 1.
    pub line: u64,
    /// Why.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_as_they_are_written() {
        for text in ["winner,loser,-,count", "header;user,item,rating", "plain;count,ranked,...", "name,value,..."] {
            assert_eq!(text.parse::<Columns>().unwrap().to_string(), text);
        }
        let spaced: Columns = " plain ; home , away,  outcome ".parse().unwrap();
        assert_eq!(spaced.to_string(), "plain;home,away,outcome");
    }

    #[test]
    fn wrong_columns_are_refused() {
        let refuse = |text: &str| text.parse::<Columns>().unwrap_err();
        assert!(refuse("winner,looser").starts_with("`looser` is no role of a column; the roles are -, winner, loser"));
        assert!(refuse("").starts_with("`` is no role"));
        assert!(refuse("...").starts_with("`` is no role"));
        assert_eq!(refuse("head;user"), "`head` before the semicolon should be header or plain");
    }

    #[test]
    fn every_role_belongs_to_a_kind_and_is_written_by_its_name() {
        let kinds = [DataKind::Comparisons, DataKind::Orders, DataKind::Ratings, DataKind::Table];
        for role in Role::ALL {
            assert!(kinds.iter().any(|kind| Role::of(*kind).contains(role)), "{role:?}");
            assert_eq!(serde_json::to_string(role).unwrap(), format!("\"{}\"", role.name()));
        }
    }
}
