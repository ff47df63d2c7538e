//! What the third column of `a,b,outcome` says.
//!
//! Some signs mean different things in different files: `a` is the first player or, beside `home`, the away team; `0` is
//! a win of the second player or, beside `2` or `-1`, a tie; and a name may look like a sign. They are therefore read for
//! the file as a whole, and refused where the file does not settle them.

use crate::DataError;
use crate::report::Report;
use crate::words::{number, plain};

use super::score;
use super::words::side;

/// Who won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    First,
    Second,
    Tie,
}

/// One sign as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    A,
    B,
    Home,
    Away,
    First,
    Second,
    /// Left beside `R`, else lost.
    L,
    R,
    Zero,
    Two,
    MinusOne,
    Tie,
}

const SIGNS: [(&str, Sign); 28] = [
    ("a", Sign::A),
    ("b", Sign::B),
    ("h", Sign::Home),
    ("home", Sign::Home),
    ("away", Sign::Away),
    ("1", Sign::First),
    ("0", Sign::Zero),
    ("2", Sign::Two),
    ("-1", Sign::MinusOne),
    ("0.5", Sign::Tie),
    ("0,5", Sign::Tie),
    ("½", Sign::Tie),
    ("1/2", Sign::Tie),
    ("tie", Sign::Tie),
    ("tied", Sign::Tie),
    ("draw", Sign::Tie),
    ("drawn", Sign::Tie),
    ("d", Sign::Tie),
    ("t", Sign::Tie),
    ("x", Sign::Tie),
    ("=", Sign::Tie),
    ("w", Sign::First),
    ("win", Sign::First),
    ("first", Sign::First),
    ("l", Sign::L),
    ("r", Sign::R),
    ("loss", Sign::Second),
    ("second", Sign::Second),
];

/// Words for that neither won, as [`plain`] has them.
const NEITHER: [&str; 8] = ["bothbad", "bothgood", "neither", "both", "equal", "same", "nopreference", "drew"];

/// The sign that `text` is, where it is no score.
fn sign(text: &str) -> Option<Sign> {
    if let Some((_, sign)) = SIGNS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        return Some(*sign);
    }
    match number(text, true) {
        Some(1.0) => Some(Sign::First),
        Some(0.0) => Some(Sign::Zero),
        Some(0.5) => Some(Sign::Tie),
        Some(2.0) => Some(Sign::Two),
        Some(-1.0) => Some(Sign::MinusOne),
        Some(_) => None,
        None => match side(text) {
            Some(side) => Some(if side.leads() { Sign::First } else { Sign::Second }),
            None => {
                let word = plain(text);
                (word.starts_with("tie") || NEITHER.contains(&word.as_str())).then_some(Sign::Tie)
            }
        },
    }
}

/// One row, as far as it can be read by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    sign: Option<Sign>,
    named: Option<Outcome>,
    line: u32,
    /// By how much the first won; NaN where that is not said.
    pub margin: f64,
    /// The sign of the shoot-out that settled a tie.
    pub shoot_out: Option<f64>,
    /// Somebody gave up, and who is not said.
    pub given_up: bool,
}

/// Reads the outcome between players `a` and `b`; `None` if it is none.
pub(super) fn read(text: &str, a: &str, b: &str, line: u64) -> Option<Reading> {
    let named = match text {
        "" => None,
        _ if text == a => Some(Outcome::First),
        _ if text == b => Some(Outcome::Second),
        _ => None,
    };
    let score = match sign(text) {
        None => score::read(text),
        Some(_) => None,
    };
    let of = |difference: f64| match difference {
        d if d > 0.0 => Sign::First,
        d if d < 0.0 => Sign::Second,
        _ => Sign::Tie,
    };
    let sign = sign(text).or(score.map(|s| of(s.shoot_out.unwrap_or(s.sign))));
    (sign.is_some() || named.is_some()).then_some(Reading {
        sign,
        named,
        // A file has fewer lines than there are numbers.
        line: line as u32,
        margin: score.map_or(f64::NAN, |s| s.margin),
        shoot_out: score.and_then(|s| s.shoot_out),
        given_up: named.is_none() && score.is_some_and(|s| s.given_up),
    })
}

impl Reading {
    /// The same with the shoot-out left aside.
    pub fn without_shoot_out(self) -> Self {
        if self.shoot_out.is_some() { Reading { sign: Some(Sign::Tie), ..self } } else { self }
    }

    /// A number that follows a convention.
    pub fn of(outcome: Outcome, margin: f64, line: u64) -> Self {
        let sign = match outcome {
            Outcome::First => Sign::First,
            Outcome::Second => Sign::Second,
            Outcome::Tie => Sign::Tie,
        };
        Reading { sign: Some(sign), named: None, line: line as u32, margin, shoot_out: None, given_up: false }
    }

    /// That neither won.
    pub fn is_tie(&self) -> bool {
        self.sign == Some(Sign::Tie) && self.named.is_none()
    }
}

/// The outcomes of a file, in order.
#[derive(Debug)]
pub(super) struct Outcomes {
    readings: Vec<Reading>,
    /// The players are home and away teams.
    home: bool,
    column: u64,
    /// What a person says of `A` beside home and away: the away team, or the first.
    a: Option<Outcome>,
    /// The rows whose scores agree with `A` for the away team, and for the first.
    agree: (u64, u64),
    /// `D` stands for a tie, as it does beside `H` and `A`.
    letters: bool,
    /// `W` stands beside `L`, which is then for lost.
    won: bool,
}

impl Outcomes {
    /// `column` from 0; `home` if the header says home and away.
    pub fn new(column: usize, home: bool) -> Self {
        Outcomes {
            readings: Vec::new(),
            home,
            column: column as u64 + 1,
            a: None,
            agree: (0, 0),
            letters: false,
            won: false,
        }
    }

    /// Takes what a person says of `A`.
    pub fn say(&mut self, choice: Option<&str>) {
        self.a = choice.map(|c| if c == "first" { Outcome::First } else { Outcome::Second });
    }

    /// Takes one more row, as it is written, and the difference of its scores where there is one.
    pub fn push(&mut self, reading: Reading, text: &str, difference: f64) {
        self.letters |= text.eq_ignore_ascii_case("d");
        self.won |= text.eq_ignore_ascii_case("w");
        if reading.sign == Some(Sign::A) {
            self.agree.0 += u64::from(difference < 0.0);
            self.agree.1 += u64::from(difference > 0.0);
        }
        self.readings.push(reading);
    }

    /// What every row means.
    ///
    /// # Errors
    /// Signs that the file as a whole does not settle.
    pub fn resolve(self, report: &Report) -> Result<Vec<Outcome>, DataError> {
        let line_of = |wanted: Sign| self.readings.iter().find(|r| r.sign == Some(wanted)).map(|r| r.line);
        let by_sign_only = self.readings.iter().all(|r| r.sign.is_some());
        let by_name_only = self.readings.iter().all(|r| r.named.is_some() || r.sign == Some(Sign::Tie));
        let error = |line: u32, message: String| DataError::at(line.into(), self.column, message);
        let right = line_of(Sign::R);
        if let Some(line) = right.filter(|_| !by_name_only) {
            if self.won {
                return Err(error(line, "both `R` for right and `W` for won are used: write a, b or tie".into()));
            }
            if let Some(line) = line_of(Sign::A).or_else(|| line_of(Sign::B)) {
                return Err(error(
                    line,
                    "letters for a and b stand beside those for left and right: write a, b or tie".into(),
                ));
            }
        }
        let a = if by_name_only && !by_sign_only {
            // No sign but the tie is used, whatever the names look like.
            Outcome::First
        } else {
            let marked = self.home && (line_of(Sign::Home).is_some() || line_of(Sign::Away).is_some());
            let by_letters = self.home && self.letters && line_of(Sign::B).is_none();
            let letters_home = match (self.a, self.agree) {
                (Some(a), _) => a == Outcome::Second,
                // The scores settle it.
                (None, (1.., 0)) if self.home => true,
                (None, (0, 1..)) => false,
                _ => marked || by_letters,
            };
            let settled = self.a.is_some() || matches!(self.agree, (1.., 0) | (0, 1..)) || letters_home;
            if let Some(line) = line_of(Sign::A).filter(|_| self.home && !settled && line_of(Sign::B).is_none()) {
                return Err(error(
                    line,
                    "`a` may mean the first player or the away team: write home, away or tie".into(),
                )
                .or(report.readings("letter-a", &[("`a` is the away team", "away"), ("`a` is the first", "first")])));
            }
            if let Some(line) = line_of(Sign::B).filter(|_| letters_home) {
                return Err(error(
                    line,
                    "both `b` and signs for home or away are used: write home, away or tie".into(),
                ));
            }
            if let Some(line) = line_of(Sign::Zero)
                && (line_of(Sign::Two).is_some() || line_of(Sign::MinusOne).is_some())
            {
                return Err(error(
                    line,
                    "`0` may mean a tie or a win of the second player, because 2 or -1 is used too: write a, b or tie"
                        .into(),
                ));
            }
            if letters_home { Outcome::Second } else { Outcome::First }
        };
        let meaning = |sign| match sign {
            Sign::A => a,
            Sign::L if right.is_some() => Outcome::First,
            Sign::Home | Sign::First => Outcome::First,
            Sign::B | Sign::Away | Sign::Second | Sign::L | Sign::R | Sign::Zero | Sign::Two | Sign::MinusOne => {
                Outcome::Second
            }
            Sign::Tie => Outcome::Tie,
        };
        self.readings
            .iter()
            .map(|reading| match (reading.sign.map(meaning), reading.named) {
                (Some(by_sign), Some(by_name)) if by_sign != by_name => match (by_sign_only, by_name_only) {
                    (true, false) => Ok(by_sign),
                    (false, true) => Ok(by_name),
                    _ => Err(error(
                        reading.line,
                        "the outcome is the name of one player and the sign for another result: \
                         rename the player, or write winner,loser instead"
                            .into(),
                    )),
                },
                (_, Some(by_name)) => Ok(by_name),
                (Some(by_sign), None) => Ok(by_sign),
                // Rows that say nothing were refused when they came.
                (None, None) => Err(error(reading.line, "the outcome is missing".into())),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(home: bool, rows: &[(&str, &str, &str)]) -> Result<Vec<Outcome>, String> {
        let mut outcomes = Outcomes::new(2, home);
        for (i, (a, b, text)) in rows.iter().enumerate() {
            let reading = read(text, a, b, i as u64 + 1).unwrap_or_else(|| panic!("{text}"));
            outcomes.push(reading, text, f64::NAN);
        }
        outcomes.resolve(&Report::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn signs_and_names() {
        use Outcome::{First, Second, Tie};
        let all = |texts: &[&str]| resolve(false, &texts.iter().map(|t| ("Ann", "Bob", *t)).collect::<Vec<_>>());
        assert_eq!(all(&["A", "b", "TIE", "Draw"]).unwrap(), [First, Second, Tie, Tie]);
        assert_eq!(all(&["1", "0", "0.5", "1.0", "½"]).unwrap(), [First, Second, Tie, First, Tie]);
        assert_eq!(all(&["1", "x", "2"]).unwrap(), [First, Tie, Second]);
        assert_eq!(all(&["Ann", "Bob", "draw"]).unwrap(), [First, Second, Tie]);
        assert_eq!(
            all(&["model_a", "Player 2", "tie (bothbad)", "white", "lost"]).unwrap(),
            [First, Second, Tie, First, Second]
        );
        assert_eq!(all(&["3-1", "0:2", "1 - 1", "½-½", "10-9"]).unwrap(), [First, Second, Tie, Tie, First]);
    }

    #[test]
    fn what_is_no_outcome() {
        for text in ["", "3", "won by far", "-3--1", "nan", "c", "Cid"] {
            assert!(read(text, "Ann", "Bob", 1).is_none(), "{text}");
        }
        assert_eq!(read("1:4", "Ann", "Bob", 1).unwrap().margin, -3.0);
        assert!(read("a", "Ann", "Bob", 1).unwrap().margin.is_nan());
    }

    #[test]
    fn names_that_look_like_signs() {
        use Outcome::{First, Second};
        // Numbers as names, and the winner's number as outcome: `1` cannot be a sign where `7` occurs too.
        assert_eq!(resolve(false, &[("7", "1", "1"), ("7", "2", "7")]).unwrap(), [Second, First]);
        // Numbers as names, and signs as outcomes.
        assert_eq!(resolve(false, &[("7", "1", "1"), ("7", "2", "1")]).unwrap(), [First, First]);
        let error = resolve(false, &[("b", "a", "a")]).unwrap_err();
        assert!(error.starts_with("line 1, column 3: the outcome is the name of one player"), "{error}");
    }

    #[test]
    fn signs_that_the_file_settles_or_not() {
        use Outcome::{First, Second, Tie};
        let home = |texts: &[&str]| resolve(true, &texts.iter().map(|t| ("X-Ray", "Yard", *t)).collect::<Vec<_>>());
        assert_eq!(home(&["H", "D", "A"]).unwrap(), [First, Tie, Second]);
        assert_eq!(home(&["a", "b"]).unwrap(), [First, Second]);
        assert!(home(&["a", "tie"]).unwrap_err().contains("`a` may mean"));
        // D stands for a tie beside H and A.
        assert_eq!(home(&["a", "D"]).unwrap(), [Second, Tie]);
        assert!(home(&["H", "b"]).unwrap_err().contains("both `b` and"));
        // L is left beside R, and lost beside W.
        assert_eq!(home(&["L", "R", "tie"]).unwrap(), [First, Second, Tie]);
        assert_eq!(home(&["W", "L", "T"]).unwrap(), [First, Second, Tie]);
        assert!(home(&["W", "R"]).unwrap_err().contains("both `R` for right"));
        assert!(home(&["L", "R", "B"]).unwrap_err().contains("beside those for left and right"));
        assert!(home(&["1", "0", "-1"]).unwrap_err().contains("`0` may mean"));
        assert!(home(&["1", "0", "2"]).unwrap_err().starts_with("line 2, column 3: `0` may mean"));
    }
}
