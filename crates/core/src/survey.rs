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
    /// Comparisons: what is remarked of the game, such as that nobody came.
    Note = "note",
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
    /// Orders: the place of the item of this column, in the race or in the eyes of the judge of the row.
    Rank = "rank",
    /// Orders: an item, better than those in later columns of this role.
    Ranked = "ranked",
    /// Ratings: who rates.
    User = "user",
    /// Orders and ratings: the item.
    Item = "item",
    /// Ratings: the rating.
    Rating = "rating",
    /// Tables, square tables, and ratings with a row for each user: the name of the row.
    Name = "name",
    /// Tables: numbers. Ratings with a row for each user: those of the item of this column.
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
                Note,
                Name,
                Wins,
            ],
            DataKind::Orders => &[Ignored, Ranked, Event, Item, Place, Race, Rank, Count],
            DataKind::Ratings => &[Ignored, User, Item, Rating, Date, Name, Value],
            DataKind::Table => &[Ignored, Name, Value],
            DataKind::Matrix | DataKind::Image => &[],
        }
    }

    /// Whether several columns may have it.
    pub fn repeats(self) -> bool {
        matches!(self, Role::Ignored | Role::Note | Role::Wins | Role::Race | Role::Rank | Role::Ranked | Role::Value)
    }
}

/// A question that a file may leave open, and the answers a person may give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The word for it.
    pub key: &'static str,
    /// The answers, the one that is taken unless said otherwise first; none where any text may stand.
    pub values: &'static [&'static str],
    /// The kinds of data that have the question.
    pub kinds: &'static [DataKind],
}

/// All questions that a file may leave open.
pub const CHOICES: &[Choice] = &[
    // Names that differ by case, blanks or the composition of accents only.
    Choice {
        key: "names",
        values: &["apart", "merged"],
        kinds: &[DataKind::Comparisons, DataKind::Orders, DataKind::Ratings],
    },
    // Numbers in place of outcomes: 1 for a win; 1 and 2 for the two; 0 and 1 for the two; the sign; a scale from the first
    // to the second.
    Choice {
        key: "codes",
        values: &["points", "numbers", "index", "signed", "scale"],
        kinds: &[DataKind::Comparisons],
    },
    // `A` beside home and away.
    Choice { key: "letter-a", values: &["away", "first"], kinds: &[DataKind::Comparisons] },
    // A column says who won, and two equal scores.
    Choice { key: "equal-scores", values: &["ties", "wins"], kinds: &[DataKind::Comparisons] },
    // A tie that was settled by penalties and the like.
    Choice { key: "shoot-outs", values: &["wins", "ties"], kinds: &[DataKind::Comparisons] },
    // Games that nobody played: walkovers and forfeits.
    Choice { key: "walkovers", values: &["left-out", "counted"], kinds: &[DataKind::Comparisons] },
    // Lines marked as not valid.
    Choice { key: "invalid", values: &["left-out", "counted"], kinds: &[DataKind::Comparisons] },
    // Games without dates whose rounds are numbered, and stand in another order.
    Choice { key: "rounds", values: &["in-order", "as-in-file"], kinds: &[DataKind::Comparisons] },
    // Games that stand in a file from both sides.
    Choice { key: "mirrored", values: &["once", "counted"], kinds: &[DataKind::Comparisons] },
    // Items that a ballot does not name.
    Choice { key: "unnamed", values: &["absent", "behind"], kinds: &[DataKind::Orders] },
    // Places that several items share: each was chosen before all behind it, or the order ends there.
    Choice { key: "shared", values: &["chosen", "end"], kinds: &[DataKind::Orders] },
    // What `1/2/2024` means.
    Choice { key: "dates", values: &["day-first", "month-first"], kinds: &[DataKind::Comparisons, DataKind::Ratings] },
    // Numbers and words that mean missing, between commas; `none` where only empty cells are.
    Choice { key: "missing", values: &[], kinds: &[DataKind::Ratings, DataKind::Table] },
    // What stands before decimals.
    Choice { key: "decimal", values: &["point", "comma"], kinds: &[DataKind::Ratings, DataKind::Table] },
    // What 50% is.
    Choice { key: "percent", values: &["as-written", "fraction"], kinds: &[DataKind::Ratings, DataKind::Table] },
    // Which of several arrays in a file.
    Choice { key: "array", values: &[], kinds: &[DataKind::Ratings, DataKind::Table] },
    // What the entries are that a sparse matrix does not store.
    Choice { key: "unstored", values: &["missing", "zero"], kinds: &[DataKind::Table] },
];

impl Choice {
    fn find(key: &str, value: &str) -> Result<&'static Choice, String> {
        let words = |all: &mut dyn Iterator<Item = &str>| all.collect::<Vec<_>>().join(", ");
        let Some(choice) = CHOICES.iter().find(|c| c.key == key) else {
            let keys = words(&mut CHOICES.iter().map(|c| c.key));
            return Err(format!("`{key}` is no choice of how a file is read; the choices are {keys}"));
        };
        if value.is_empty() || !choice.values.is_empty() && !choice.values.contains(&value) {
            let values = words(&mut choice.values.iter().copied());
            return Err(format!("`{key}` cannot be `{value}`; it can be {values}"));
        }
        Ok(choice)
    }
}

/// What a person says the columns are for, written as one role for each column: `winner,loser,-,count`.
///
/// `...` at the end repeats the role before it for all further columns. `header;` or `plain;` in front says whether the first
/// line holds names of columns; without it, the file is looked at. In front of that stand the answers to what the file leaves
/// open, as `names=merged;`; they may stand alone, and then the roles are guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Keys and values of [`CHOICES`], in the order of the keys there, none twice.
    pub choices: Vec<(String, String)>,
    /// Whether the first line holds names, where said.
    pub header: Option<bool>,
    /// One role for each column from the first; none where they are to be guessed.
    pub roles: Vec<Role>,
    /// Further columns have the last role.
    pub more: bool,
}

impl Columns {
    /// What a person answered to a question of [`CHOICES`].
    pub fn choice(&self, key: &str) -> Option<&str> {
        self.choices.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// The same with another answer to a question of [`CHOICES`].
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Columns {
        let mut new = self.clone();
        new.choices.retain(|(k, _)| k != key);
        new.choices.push((key.to_owned(), value.to_owned()));
        new.choices.sort_by_key(|(key, _)| CHOICES.iter().position(|c| c.key == key));
        new
    }

    /// The same with other roles.
    #[must_use]
    pub fn with_roles(&self, header: bool, roles: &[Role], more: bool) -> Columns {
        Columns { choices: self.choices.clone(), header: Some(header), roles: roles.to_vec(), more }
    }

    /// The first answer to a question that data of this kind do not have.
    ///
    /// # Errors
    /// Which, and which there are.
    pub fn check_choices(&self, kind: DataKind) -> Result<(), String> {
        let known = || CHOICES.iter().filter(|c| c.kinds.contains(&kind)).map(|c| c.key);
        let Some((key, _)) = self.choices.iter().find(|(key, _)| !known().any(|k| k == key)) else { return Ok(()) };
        let keys = known().collect::<Vec<_>>().join(", ");
        Err(match keys.is_empty() {
            true => format!("data of this kind leave nothing open that `{key}` could answer"),
            false => format!("data of this kind have no choice `{key}`; the choices are {keys}"),
        })
    }
}

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut columns = Columns::default();
        let mut text = text;
        loop {
            let (word, rest) = text.split_once(';').map_or((text, None), |(word, rest)| (word, Some(rest)));
            let Some((key, value)) = word.split_once('=') else { break };
            let (key, value) = (key.trim(), value.trim());
            Choice::find(key, value)?;
            if columns.choice(key).is_some() {
                return Err(format!("`{key}` is answered twice"));
            }
            columns = columns.with(key, value);
            match rest.filter(|rest| !rest.trim().is_empty()) {
                Some(rest) => text = rest,
                None => return Ok(columns),
            }
        }
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
        Ok(Columns { choices: columns.choices, header, roles, more })
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (key, value)) in self.choices.iter().enumerate() {
            write!(f, "{}{key}={value}", if i > 0 { ";" } else { "" })?;
        }
        if self.roles.is_empty() {
            return Ok(());
        }
        f.write_str(if self.choices.is_empty() { "" } else { ";" })?;
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

/// A way to read a file, for a person to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What it takes the file for, in a few words.
    pub label: String,
    /// What an experiment says of its columns to have it, as text that [`Columns`] reads.
    pub columns: String,
}

impl Reading {
    /// A reading that `columns` asks for.
    pub fn new(label: impl Into<String>, columns: &Columns) -> Self {
        Reading { label: label.into(), columns: columns.to_string() }
    }
}

/// What a reader says of a file: what it found, which reading it took, and the other readings there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// One or two sentences.
    pub text: String,
    /// Other readings, each to be had with one click or with one option of the command line.
    pub readings: Vec<Reading>,
}

impl Remark {
    /// A remark on something that could be read otherwise.
    pub fn new(text: impl Into<String>, readings: Vec<Reading>) -> Self {
        Remark { text: text.into(), readings }
    }
}

impl std::ops::Deref for Remark {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for Remark {
    fn from(text: String) -> Self {
        Remark { text, readings: Vec::new() }
    }
}

impl From<&str> for Remark {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Remark> for String {
    fn from(remark: Remark) -> String {
        remark.text
    }
}

impl PartialEq<&str> for Remark {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
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
    pub remarks: Vec<Remark>,
    /// Why the file does not read as it is, with line and column.
    pub error: Option<String>,
    /// Where it does not read because it has several readings: which.
    pub readings: Vec<Reading>,
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
    fn answers_stand_in_front_of_the_roles_or_alone() {
        for text in ["names=merged", "names=merged;dates=month-first;header;home,away,outcome"] {
            assert_eq!(text.parse::<Columns>().unwrap().to_string(), text);
        }
        let columns: Columns = " dates = month-first ; names=merged; winner,loser".parse().unwrap();
        assert_eq!(columns.to_string(), "names=merged;dates=month-first;winner,loser");
        assert_eq!(columns.choice("dates"), Some("month-first"));
        assert_eq!(columns.with("dates", "day-first").choice("dates"), Some("day-first"));
        let refuse = |text: &str| text.parse::<Columns>().unwrap_err();
        assert!(
            refuse("name=merged").starts_with("`name` is no choice of how a file is read; the choices are names, ")
        );
        assert_eq!(refuse("names=both"), "`names` cannot be `both`; it can be apart, merged");
        assert_eq!(refuse("names=apart;names=merged"), "`names` is answered twice");
        assert!(columns.check_choices(DataKind::Comparisons).is_ok());
        assert!(columns.check_choices(DataKind::Ratings).is_ok());
        assert!(columns.check_choices(DataKind::Table).unwrap_err().contains("no choice `names`"));
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
