//! What the words in headers of games mean.

use iterscope_core::Role;

use crate::words::plain;

/// Which of the two a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    First,
    Second,
    Home,
    Away,
    Winner,
    Loser,
}

impl Side {
    /// The first of its pair.
    pub fn leads(self) -> bool {
        matches!(self, Side::First | Side::Home | Side::Winner)
    }

    /// The role of a player on that side.
    pub fn role(self) -> Role {
        match self {
            Side::First => Role::First,
            Side::Second => Role::Second,
            Side::Home => Role::Home,
            Side::Away => Role::Away,
            Side::Winner => Role::Winner,
            Side::Loser => Role::Loser,
        }
    }
}

const SIDES: [(&str, Side); 49] = [
    ("home", Side::Home),
    ("host", Side::Home),
    ("hosts", Side::Home),
    ("h", Side::Home),
    ("white", Side::Home),
    ("away", Side::Away),
    ("visitor", Side::Away),
    ("visitors", Side::Away),
    ("visiting", Side::Away),
    ("road", Side::Away),
    ("guest", Side::Away),
    ("guests", Side::Away),
    ("v", Side::Away),
    ("black", Side::Away),
    ("winner", Side::Winner),
    ("winners", Side::Winner),
    ("winning", Side::Winner),
    ("won", Side::Winner),
    ("chosen", Side::Winner),
    ("better", Side::Winner),
    ("preferred", Side::Winner),
    ("selected", Side::Winner),
    ("accepted", Side::Winner),
    ("w", Side::Winner),
    ("loser", Side::Loser),
    ("losers", Side::Loser),
    ("losing", Side::Loser),
    ("lost", Side::Loser),
    ("rejected", Side::Loser),
    ("worse", Side::Loser),
    ("dispreferred", Side::Loser),
    ("unpreferred", Side::Loser),
    ("nonpreferred", Side::Loser),
    ("unselected", Side::Loser),
    ("notchosen", Side::Loser),
    ("unchosen", Side::Loser),
    ("l", Side::Loser),
    ("first", Side::First),
    ("left", Side::First),
    ("1", Side::First),
    ("a", Side::First),
    ("i", Side::First),
    ("second", Side::Second),
    ("right", Side::Second),
    ("2", Side::Second),
    ("b", Side::Second),
    ("j", Side::Second),
    ("opponent", Side::Second),
    ("opp", Side::Second),
];

/// What a player may be called, the better word first. A number for a player stands last.
const ITEMS: [&str; 59] = [
    "name",
    "teamname",
    "clubname",
    "playername",
    "itemname",
    "modelname",
    "team",
    "player",
    "",
    "tie",
    "neutral",
    "text",
    "title",
    "label",
    "club",
    "side",
    "model",
    "item",
    "option",
    "choice",
    "alternative",
    "candidate",
    "competitor",
    "contestant",
    "participant",
    "opponent",
    "fighter",
    "athlete",
    "boxer",
    "wrestler",
    "animal",
    "individual",
    "subject",
    "stimulus",
    "object",
    "image",
    "picture",
    "photo",
    "school",
    "country",
    "nation",
    "bot",
    "agent",
    "engine",
    "deck",
    "system",
    "method",
    "variant",
    "p",
    "t",
    "id",
    "teamid",
    "clubid",
    "playerid",
    "itemid",
    "modelid",
    "choiceid",
    "optionid",
    "no",
];

/// From this one on, words of [`ITEMS`] are of numbers in place of names.
const IDS: usize = 50;

const SCORES: [&str; 24] = [
    "score",
    "scores",
    "goals",
    "goal",
    "g",
    "points",
    "pts",
    "runs",
    "sets",
    "setswon",
    "frames",
    "teamscore",
    "teamgoals",
    "clubgoals",
    "clubscore",
    "teampoints",
    "teampts",
    "teamruns",
    "teamsets",
    "playerpoints",
    "playersets",
    "playerscore",
    "finalscore",
    "goalsscored",
];
const WINS: [&str; 3] = ["wins", "win", "victories"];
/// Headers whose column says which of the two it was by a number of the two, so that 0 may be the first.
const INDICES: [&str; 18] = [
    "winner",
    "choice",
    "chosen",
    "label",
    "pick",
    "picked",
    "preferred",
    "preference",
    "selected",
    "vote",
    "voted",
    "better",
    "verdict",
    "decision",
    "judgment",
    "judgement",
    "answer",
    "response",
];

/// The side in `word` at its beginning, its end, or before an ending such as `id`, and the rest.
fn sides(word: &str) -> impl Iterator<Item = (Side, String)> {
    const ENDINGS: [&str; 10] = ["id", "name", "text", "score", "wins", "goals", "points", "pts", "runs", "sets"];
    SIDES.iter().flat_map(move |(name, side)| {
        let inner = ENDINGS.iter().filter_map(move |end| {
            let rest = word.strip_suffix(end)?.strip_suffix(name)?;
            (!rest.is_empty()).then(|| format!("{rest}{end}"))
        });
        let ends = [word.strip_prefix(name), word.strip_suffix(name)].into_iter().flatten().map(str::to_owned);
        ends.chain(inner).map(move |rest| (*side, rest))
    })
}

/// The side in `word`, and the number among `nouns` of its rest.
fn side_and(word: &str, nouns: &[&str]) -> Option<(Side, usize)> {
    sides(word).find_map(|(side, rest)| {
        let noun = nouns.iter().position(|noun| *noun == rest)?;
        // Single letters mean a side only beside something else, but for `a` and `b`, `i` and `j`.
        (!rest.is_empty() || word.len() > 2 || matches!(word, "a" | "b" | "i" | "j")).then_some((side, noun))
    })
}

/// Which of the two players a word such as `home`, `model_a` or `player 2` means.
pub(crate) fn side(text: &str) -> Option<Side> {
    side_and(&plain(text), &ITEMS[..IDS]).map(|(side, _)| side)
}

/// Every way to take a word as a side and something unknown: `stimulusa` is `stimulus` of the first.
pub(super) fn loose(text: &str) -> Vec<(Side, String)> {
    sides(&plain(text)).filter(|(_, rest)| rest.chars().count() > 1).collect()
}

/// What the name of a column says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Nothing,
    /// A player; the lower the rank, the better the word.
    Player(Side, usize),
    /// A score, which two columns of one name may hold.
    Score,
    /// One of the other roles.
    Role(Role),
    /// A role that gives way to a column with a better word for it.
    Weak(Role),
}

/// Whether numbers under that header may be numbers of the two, so that 0 may be the first.
pub(super) fn is_index(cell: &str) -> bool {
    INDICES.contains(&plain(cell).as_str())
}

/// Whether a header word is one of games alone: long enough to be no name, and of a winner, a loser, home or away.
#[cfg(feature = "orders")]
pub(super) fn is_game(cell: &str) -> bool {
    let found = side_and(&plain(cell), &ITEMS);
    plain(cell).chars().count() > 3 && found.is_some_and(|(side, _)| side != Side::First)
}

/// Whether words of [`ITEMS`] of that rank stand over numbers in place of names.
pub(super) fn is_id(rank: usize) -> bool {
    rank >= IDS
}

/// What a column of that name is for.
pub(super) fn meaning(cell: &str) -> Meaning {
    let word = plain(cell);
    // `Winner/tie` stands over names, `winner_tie` over yes and no.
    let word = if cell.contains('/') && word == "winnertie" { "winner".to_owned() } else { word };
    let role =
        match word.as_str() {
            "outcome" | "result" | "res" | "ftr" | "finalscore" | "ft" | "wl" | "wld" | "wdl" | "wlt" | "choice"
            | "label" | "vote" | "voted" | "pick" | "picked" | "preference" | "verdict" | "decision" | "judgment"
            | "judgement" | "gameresult" | "matchresult" | "matchoutcome" | "gameoutcome" | "whowon" => Role::Outcome,
            "score" | "matchscore" | "answer" | "response" | "prob" | "probability" | "winprob" | "winprobability"
            | "share" => return Meaning::Weak(Role::Outcome),
            "count" | "counts" | "n" | "games" | "times" | "number" | "freq" | "frequency" | "wins" | "weight" => {
                Role::Count
            }
            "tie" | "ties" | "draw" | "draws" | "tied" | "drawn" | "drew" | "istie" | "isdraw" | "wastie"
            | "isdrawn" | "istied" | "winnertie" | "winnerdraw" | "tieflag" | "drawflag" => Role::Ties,
            "margin" | "diff" | "difference" | "goaldif" | "goaldiff" | "goaldifference" | "gd" | "pointdiff"
            | "mov" => Role::Margin,
            "group" | "category" | "league" | "division" | "div" | "tournament" | "competition" | "board" | "topic"
            | "language" | "class" | "criterion" | "attribute" | "instrument" => Role::Group,
            "advantage" | "neutral" | "neutralsite" | "neutralvenue" | "homeadvantage" | "homefield" | "homeice"
            | "homecourt" | "wloc" => Role::Advantage,
            "location" | "loc" | "site" | "venue" | "homeaway" | "ha" => return Meaning::Weak(Role::Advantage),
            "fthg" | "gf" | "pf" | "rs" | "goalsfor" | "pointsfor" | "ptsfor" | "runsfor" => Role::FirstScore,
            "ftag" | "ga" | "pa" | "ra" | "goalsagainst" | "pointsagainst" | "ptsagainst" | "runsagainst" => {
                Role::SecondScore
            }
            "datetime" | "timestamp" | "tstamp" | "when" | "played" | "playedon" => Role::Date,
            "day" | "time" | "timestep" | "kickoff" | "createdat" | "created" | "submittedat" => {
                return Meaning::Weak(Role::Date);
            }
            "comment" | "comments" | "remark" | "remarks" | "note" | "notes" | "status" | "matchstatus"
            | "gamestatus" | "termination" | "walkover" | "iswalkover" | "wo" | "forfeit" | "isforfeit"
            | "forfeited" | "valid" | "isvalid" | "invalid" | "void" | "cancelled" | "canceled" | "abandoned"
            | "bye" | "isbye" | "completed" => Role::Note,
            "team" | "player" | "tm" | "competitor" | "fighter" => return Meaning::Player(Side::First, 7),
            _ if word.ends_with("date") => Role::Date,
            _ => Role::Ignored,
        };
    if role != Role::Ignored {
        return Meaning::Role(role);
    }
    if SCORES.contains(&word.as_str()) || word == "r" {
        return Meaning::Score;
    }
    let pair = |side: Side, first, second| Meaning::Role(if side.leads() { first } else { second });
    // `winner_model_a` is 1 where the first won.
    let of_winner = ["winner", "wins", "win", "won", "iswinner"].iter().find_map(|name| word.strip_prefix(name));
    if let Some((side, _)) = of_winner.and_then(|rest| side_and(rest, &ITEMS[..IDS]))
        && !matches!(side, Side::Winner | Side::Loser)
    {
        return pair(side, Role::FirstWins, Role::SecondWins);
    }
    if let Some((side, rank)) = side_and(&word, &ITEMS) {
        return Meaning::Player(side, rank);
    }
    if let Some((side, _)) = side_and(&word, &SCORES) {
        return pair(side, Role::FirstScore, Role::SecondScore);
    }
    if let Some((side, _)) = side_and(&word, &WINS) {
        return pair(side, Role::FirstWins, Role::SecondWins);
    }
    Meaning::Nothing
}
