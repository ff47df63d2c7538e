//! What a cell says of how a game went: scores of all kinds, and that there was no game.

use crate::words::{is_hole, number, plain};

/// Why a game does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unplayed {
    /// It is not over, or nobody knows how it ended.
    NoResult,
    /// Somebody did not come, or was ruled to have lost.
    Walkover,
}

/// A score, as the first sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// The first's points, goals or sets won, minus the second's; NaN where only the result is known.
    pub margin: f64,
    /// Above 0 where the first won, below where the second did, 0 for a tie.
    pub sign: f64,
    /// The same of the shoot-out that settled a tie.
    pub shoot_out: Option<f64>,
    /// Somebody gave up, so that the score does not say who won.
    pub given_up: bool,
}

/// Whether a cell says that a game does not count.
pub(super) fn unplayed(text: &str) -> Option<Unplayed> {
    const OPEN: [&str; 22] = [
        "p",
        "pp",
        "ppd",
        "postponed",
        "cancelled",
        "canceled",
        "canc",
        "abandoned",
        "abn",
        "abd",
        "tbd",
        "tba",
        "vs",
        "unfinished",
        "notplayed",
        "noresult",
        "nr",
        "inprogress",
        "scheduled",
        "suspended",
        "susp",
        "pst",
    ];
    const NOBODY: [&str; 22] = [
        "wo",
        "walkover",
        "wover",
        "bye",
        "forfeit",
        "forfeits",
        "forfeited",
        "forf",
        "ff",
        "fft",
        "ffw",
        "ffl",
        "noshow",
        "awarded",
        "awd",
        "annulled",
        "void",
        "kampflos",
        "winbyforfeit",
        "lossbyforfeit",
        "rulesforfeit",
        "unplayed",
    ];
    if is_hole(text) || text == "*" {
        return Some(Unplayed::NoResult);
    }
    // Few cells have letters beside digits, and most of those are scores.
    let word = plain(text);
    if OPEN.contains(&word.as_str()) {
        return Some(Unplayed::NoResult);
    }
    if NOBODY.contains(&word.as_str()) {
        return Some(Unplayed::Walkover);
    }
    // `+/-`, `-:+`, `+--` and the like of chess; `1-0F`.
    let signs = text.len() <= 9
        && text.contains('+')
        && text.chars().all(|c| matches!(c, '+' | '-' | '/' | ':' | ' ' | '−' | '–'));
    let double = matches!(text, "-/-" | "-:-" | "---" | "0-0F" | "0F-0F");
    let ruled = || {
        let ends = word.strip_suffix("ff").or_else(|| word.strip_suffix('f'));
        let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'f');
        text.contains(['-', ':', '–']) && ends.is_some_and(digits)
    };
    let within = || {
        let lower = text.to_lowercase();
        let words = ["w/o", "w.o.", "walkover", "forfeit", "awarded", "(ff)", "(wo)", "kampflos", "no show"];
        words.iter().any(|w| lower.contains(w))
    };
    (signs || double || ruled() || within()).then_some(Unplayed::Walkover)
}

/// Who was ruled to have won a game that nobody played: above 0 the first, below the second.
pub(super) fn ruled(text: &str) -> Option<f64> {
    let bare = text.trim().trim_end_matches(['f', 'F', ' ']);
    if let Some((left, right)) = two(bare) {
        return Some(left - right).filter(|d| *d != 0.0);
    }
    let signs: Vec<char> = text.chars().filter(|c| matches!(c, '+' | '-')).collect();
    match signs.first()? {
        '+' => Some(1.0),
        _ if signs.contains(&'+') => Some(-1.0),
        _ => None,
    }
}

/// `3`, `½`, `1/2`, `2½` or `2.5`.
fn points(text: &str) -> Option<f64> {
    match text.trim() {
        "½" | "1/2" => Some(0.5),
        text => {
            let (whole, half) = text.strip_suffix('½').map_or((text, 0.0), |whole| (whole, 0.5));
            let digits = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            digits.then(|| number(whole, false))?.map(|n| n + half)
        }
    }
}

/// The two sides of `3-1`, `3:1` or `½-½`.
fn two(text: &str) -> Option<(f64, f64)> {
    let (left, right) = text.split_once(['-', ':', '–', '—', '−'])?;
    points(left).zip(points(right))
}

fn sign(margin: f64) -> f64 {
    if margin > 0.0 {
        1.0
    } else if margin < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// Reads `3-1`, `W 3-1`, `6-4 7-6(5)`, `1-1 (4-3 p)`, `5-3 (10)`, `6-3 RET` and the like.
pub(super) fn read(text: &str) -> Option<Score> {
    let plain_score = |(left, right): (f64, f64)| Score {
        margin: left - right,
        sign: sign(left - right),
        shoot_out: None,
        given_up: false,
    };
    if let Some(score) = two(text) {
        return Some(plain_score(score));
    }
    // Names and words have no digits.
    if !text.bytes().any(|b| b.is_ascii_digit()) || text.len() > 60 {
        return None;
    }
    let said = match text.split_once([' ', ',']) {
        Some((word, rest)) => match word {
            "W" | "w" | "Won" | "won" => Some((1.0, rest)),
            "L" | "l" | "Lost" | "lost" => Some((-1.0, rest)),
            "D" | "d" | "T" | "t" | "Drew" | "Tied" => Some((0.0, rest)),
            _ => None,
        },
        None => None,
    };
    let (said, text) = said.map_or((None, text), |(sign, rest)| (Some(sign), rest));
    let mut found = Tokens::default();
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let close = open + rest[open..].find(')')?;
        found.take(&rest[..open])?;
        found.aside(rest[open + 1..close].trim())?;
        rest = &rest[close + 1..];
    }
    found.take(rest)?;
    let mut score = match found.scores[..] {
        [] => return None,
        [one] => plain_score(one),
        _ => {
            let won: f64 = found.scores.iter().map(|(a, b)| sign(a - b)).sum();
            plain_score((won, 0.0))
        }
    };
    score.given_up = found.given_up;
    score.shoot_out = found.shoot_out.map(|(a, b)| sign(a - b)).filter(|s| score.sign == 0.0 && *s != 0.0);
    if let Some(said) = said {
        // Some write the winner's points first, and a loss is a loss whoever's stand first.
        score.margin = score.margin.abs() * said;
        (score.sign, score.shoot_out) = (said, None);
    }
    Some(score)
}

/// The parts of a score.
#[derive(Default)]
struct Tokens {
    scores: Vec<(f64, f64)>,
    shoot_out: Option<(f64, f64)>,
    given_up: bool,
    /// The next score is that of a shoot-out.
    awaited: bool,
}

impl Tokens {
    /// Takes what stands outside parentheses.
    fn take(&mut self, text: &str) -> Option<()> {
        let joined = text.replace(" - ", "-").replace(" : ", ":").replace(" – ", "–");
        for token in joined.split([' ', ',', ';']).filter(|t| !t.is_empty()) {
            let token = token.trim_matches(['[', ']']);
            let bare = token.trim_end_matches(['p', 'P']);
            match two(bare) {
                Some(score) if self.awaited || bare.len() < token.len() => self.shoot_out = Some(score),
                Some(score) => self.scores.push(score),
                None => self.word(token)?,
            }
        }
        Some(())
    }

    fn word(&mut self, token: &str) -> Option<()> {
        match plain(token).as_str() {
            "p" | "pen" | "pens" | "pso" | "penalties" | "so" => {
                self.awaited = true;
                // `4-5 pens`: the score before the word.
                if self.scores.len() > 1 {
                    self.shoot_out = self.scores.pop();
                }
            }
            "ret" | "retired" | "def" | "dnf" | "abandoned" => self.given_up = true,
            "aet" | "ot" | "et" | "ft" | "2ot" | "3ot" | "4ot" | "f" | "final" => {}
            _ => return None,
        }
        Some(())
    }

    /// Takes what stands in parentheses: a shoot-out, or what does not matter here, such as a tie-break or innings.
    fn aside(&mut self, text: &str) -> Option<()> {
        let lower = text.to_lowercase();
        let words = ["p", "pen", "pens", "pso", "so", "penalties"];
        let mut score = None;
        let mut shoot_out = false;
        let joined = lower.replace(" - ", "-");
        for token in joined.split([' ', ',', ';']).filter(|t| !t.is_empty()) {
            let bare = token.trim_end_matches(['p', '.']);
            match two(bare) {
                Some(found) => {
                    score = Some(found);
                    shoot_out |= bare.len() < token.len();
                }
                None => shoot_out |= words.contains(&token.trim_end_matches('.')),
            }
        }
        if shoot_out && score.is_some() {
            self.shoot_out = score;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_all_kinds() {
        let cases: [(&str, f64, f64, Option<f64>, bool); 22] = [
            ("3-1", 2.0, 1.0, None, false),
            ("0:2", -2.0, -1.0, None, false),
            ("1 - 1", 0.0, 0.0, None, false),
            ("½-½", 0.0, 0.0, None, false),
            ("2½-1½", 1.0, 1.0, None, false),
            ("1/2-1/2", 0.0, 0.0, None, false),
            ("W 3-1", 2.0, 1.0, None, false),
            ("L 1-3", -2.0, -1.0, None, false),
            ("L 3-1", -2.0, -1.0, None, false),
            ("T 2-2 (OT)", 0.0, 0.0, None, false),
            ("W, 5–3 (10)", 2.0, 1.0, None, false),
            ("6-4 7-6(5)", 2.0, 1.0, None, false),
            ("4-6 7-6(5) [8-10]", -1.0, -1.0, None, false),
            ("6-4, 3-6, 7-5", 1.0, 1.0, None, false),
            ("1-1 (4-3 p)", 0.0, 0.0, Some(1.0), false),
            ("1–1 (3–4 pen.)", 0.0, 0.0, Some(-1.0), false),
            ("2-2 aet, 4-5 pens", 0.0, 0.0, Some(-1.0), false),
            ("0-0 pens 5-4", 0.0, 0.0, Some(1.0), false),
            ("0-0 5-4p", 0.0, 0.0, Some(1.0), false),
            ("2-1 (a.e.t.)", 1.0, 1.0, None, false),
            ("6-3 RET", 3.0, 1.0, None, true),
            ("6-3 2-1 ret.", 2.0, 1.0, None, true),
        ];
        for (text, margin, sign, shoot_out, given_up) in cases {
            assert_eq!(read(text), Some(Score { margin, sign, shoot_out, given_up }), "{text}");
        }
        for text in ["", "won by far", "-3--1", "2020-01-05", "3", "Ann", "12 x 3", "1-0F"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn games_that_were_none() {
        use Unplayed::{NoResult, Walkover};
        for (text, wanted) in [
            ("", NoResult),
            ("*", NoResult),
            ("\\N", NoResult),
            ("ppd", NoResult),
            ("No Result", NoResult),
            ("W/O", Walkover),
            ("w.o.", Walkover),
            ("6-3 W/O", Walkover),
            ("Walkover", Walkover),
            ("+/-", Walkover),
            ("- : +", Walkover),
            ("+--", Walkover),
            ("1-0F", Walkover),
            ("0 - 1 F", Walkover),
            ("3-0 (awarded)", Walkover),
            ("3-0 forfeit", Walkover),
        ] {
            assert_eq!(unplayed(text), Some(wanted), "{text}");
        }
        for text in ["1-0", "6-3 RET", "DEF", "+5", "Completed", "F", "Ann", "1", "½-½", "10-9"] {
            assert_eq!(unplayed(text), None, "{text}");
        }
    }
}
