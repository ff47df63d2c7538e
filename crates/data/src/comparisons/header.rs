//! Header words of games.

use iterscope_core::Role;

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::rows::Row;
use crate::words::plain;

use super::fields::Fields;

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

const SIDES: [(&str, Side); 33] = [
    ("home", Side::Home),
    ("host", Side::Home),
    ("hosts", Side::Home),
    ("h", Side::Home),
    ("white", Side::Home),
    ("away", Side::Away),
    ("visitor", Side::Away),
    ("visitors", Side::Away),
    ("visiting", Side::Away),
    ("guest", Side::Away),
    ("guests", Side::Away),
    ("v", Side::Away),
    ("black", Side::Away),
    ("winner", Side::Winner),
    ("winners", Side::Winner),
    ("winning", Side::Winner),
    ("won", Side::Winner),
    ("w", Side::Winner),
    ("loser", Side::Loser),
    ("losers", Side::Loser),
    ("losing", Side::Loser),
    ("lost", Side::Loser),
    ("l", Side::Loser),
    ("first", Side::First),
    ("left", Side::First),
    ("1", Side::First),
    ("a", Side::First),
    ("second", Side::Second),
    ("right", Side::Second),
    ("2", Side::Second),
    ("b", Side::Second),
    ("opponent", Side::Second),
    ("opp", Side::Second),
];
const ITEMS: [&str; 19] = [
    "",
    "name",
    "team",
    "teamname",
    "player",
    "playername",
    "p",
    "item",
    "itemname",
    "model",
    "modelname",
    "club",
    "side",
    "t",
    "option",
    "animal",
    "id",
    "teamid",
    "playerid",
];
const SCORES: [&str; 14] = [
    "score",
    "scores",
    "goals",
    "goal",
    "g",
    "points",
    "pts",
    "runs",
    "sets",
    "teamscore",
    "teamgoals",
    "playerscore",
    "finalscore",
    "goalsscored",
];
const WINS: [&str; 3] = ["wins", "win", "victories"];

/// The side in `word`, and the rest of it, which is one of `nouns`.
fn side_and<'n>(word: &str, nouns: &[&'n str]) -> Option<(Side, &'n str)> {
    SIDES.iter().find_map(|(name, side)| {
        let rest = [word.strip_prefix(name), word.strip_suffix(name)];
        let noun = rest.into_iter().flatten().find_map(|rest| nouns.iter().find(|noun| **noun == rest))?;
        // Single letters mean a side only beside something else, but for `a` and `b`.
        (!noun.is_empty() || word.len() > 2 || matches!(word, "a" | "b")).then_some((*side, *noun))
    })
}

/// Which of the two players a word such as `home`, `model_a` or `player 2` means.
pub(crate) fn side(text: &str) -> Option<Side> {
    side_and(&plain(text), &ITEMS[..16]).map(|(side, _)| side)
}

/// What a column of that name is for, and whether it holds numbers in place of names.
fn role(cell: &str) -> (Role, bool) {
    let word = plain(cell);
    let found = match word.as_str() {
        "outcome" | "result" | "res" | "ftr" | "score" | "finalscore" | "ft" => Role::Outcome,
        "count" | "counts" | "n" | "games" | "times" | "number" | "freq" | "frequency" | "wins" | "weight" => {
            Role::Count
        }
        "tie" | "ties" | "draw" | "draws" | "tied" => Role::Ties,
        "margin" | "diff" | "difference" | "goaldif" | "goaldiff" | "goaldifference" | "gd" | "pointdiff" | "mov" => {
            Role::Margin
        }
        "group" | "category" | "league" | "division" | "div" | "tournament" | "competition" | "board" | "topic"
        | "language" | "class" | "criterion" | "attribute" | "instrument" => Role::Group,
        "advantage" | "neutral" | "neutralsite" | "neutralvenue" | "homeadvantage" | "homefield" | "homeice"
        | "homecourt" | "wloc" => Role::Advantage,
        "fthg" => Role::FirstScore,
        "ftag" => Role::SecondScore,
        "datetime" | "timestamp" | "tstamp" | "day" | "when" | "played" | "playedon" => Role::Date,
        "team" | "player" => Role::First,
        _ if word.ends_with("date") => Role::Date,
        _ => Role::Ignored,
    };
    if found != Role::Ignored {
        return (found, false);
    }
    let pair = |side, first, second| match side {
        Side::First | Side::Home | Side::Winner => first,
        _ => second,
    };
    if let Some((side, noun)) = side_and(&word, &ITEMS) {
        let role = match side {
            Side::First => Role::First,
            Side::Second => Role::Second,
            Side::Home => Role::Home,
            Side::Away => Role::Away,
            Side::Winner => Role::Winner,
            Side::Loser => Role::Loser,
        };
        return (role, noun.ends_with("id"));
    }
    if let Some((side, _)) = side_and(&word, &SCORES) {
        return (pair(side, Role::FirstScore, Role::SecondScore), false);
    }
    if let Some((side, _)) = side_and(&word, &WINS) {
        return (pair(side, Role::FirstWins, Role::SecondWins), false);
    }
    (Role::Ignored, false)
}

/// The layout that a header says; `None` if the row is none.
///
/// # Errors
/// A header that is clearly one but lacks a column, or has one twice.
pub(super) fn layout(row: Row) -> Result<Option<Layout>, DataError> {
    let found: Vec<(Role, bool)> = row.cells().map(role).collect();
    let mut roles: Vec<Role> = found.iter().map(|(role, _)| *role).collect();
    let has = |roles: &[Role], role| roles.contains(&role);
    // Beside `home` or `hgoal`, `agoal` is of the away team.
    if has(&roles, Role::Home) {
        for (i, cell) in row.cells().enumerate() {
            if roles[i] == Role::FirstScore && plain(cell).starts_with('a') {
                roles[i] = Role::SecondScore;
            }
        }
    }
    for (first, second) in [(Role::Home, Role::Second), (Role::First, Role::Away)] {
        // `team,opponent` and the like: who has the advantage is not said, or by one word only.
        let other = if second == Role::Second { Role::Away } else { Role::Home };
        if has(&roles, first) && has(&roles, second) && !has(&roles, other) {
            let (from, to) = if first == Role::Home { (Role::Second, Role::Away) } else { (Role::First, Role::Home) };
            for role in roles.iter_mut().filter(|r| **r == from) {
                *role = to;
            }
        }
    }
    if has(&roles, Role::Winner) && has(&roles, Role::Loser) {
        // The words of other shapes say nothing more.
        for role in &mut roles {
            if matches!(role, Role::Outcome | Role::First | Role::Second | Role::Home | Role::Away | Role::Ties) {
                *role = Role::Ignored;
            }
        }
    } else if let Some(winner) = roles.iter().position(|r| *r == Role::Winner)
        && !has(&roles, Role::Outcome)
        && (has(&roles, Role::First) || has(&roles, Role::Home))
    {
        roles[winner] = Role::Outcome;
    }
    // Of several columns, an id gives way to a name; what is not needed gives way to what comes first.
    for i in 0..roles.len() {
        let role = roles[i];
        let same = |j: &usize| roles[*j] == role;
        let soft = matches!(role, Role::Date | Role::Group | Role::Advantage | Role::Margin);
        let drop = match (0..i).find(same) {
            _ if role == Role::Ignored => false,
            Some(_) => soft || found[i].1,
            None => found[i].1 && (i + 1..roles.len()).any(|j| same(&j) && !found[j].1),
        };
        if drop {
            roles[i] = Role::Ignored;
        }
    }
    let mut fields = Fields::of(&roles);
    // Scores or wins of one side only.
    for (one, other) in [(Role::FirstScore, Role::SecondScore), (Role::FirstWins, Role::SecondWins)] {
        if has(&roles, one) != has(&roles, other) {
            roles.iter_mut().filter(|r| **r == one || **r == other).for_each(|r| *r = Role::Ignored);
            fields = Fields::of(&roles);
        }
    }
    if fields.is_err() {
        let first = roles.iter().position(|r| matches!(r, Role::First | Role::Home));
        let second = roles.iter().position(|r| matches!(r, Role::Second | Role::Away));
        if let (Some(first), Some(_)) = (first, second) {
            // Short words such as `a`, `b` and `first` may as well be names.
            if plain(row.get(first)).len() > 5 || plain(row.get(first)) == "home" {
                return Err(DataError::line(
                    row.line,
                    "the header names two players but no outcome: add a column named outcome with a, b or tie, or \
                     name the players' columns winner and loser",
                ));
            }
        } else if row.cells().any(|cell| plain(cell) == "winner") {
            return Err(DataError::line(row.line, "the header has a column winner but no column loser"));
        }
        return Ok(None);
    }
    let twice = (0..roles.len()).find(|&i| roles[i] != Role::Ignored && roles[..i].contains(&roles[i]));
    if let Some(i) = twice {
        let message = format!("the header has a second column like {}: rename or remove one", quoted(row.get(i)));
        return Err(row.error(i, message));
    }
    let mut layout = Layout::new(true, roles);
    layout.remark_ignored(row);
    Ok(Some(layout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_people_write_them() {
        use Role::*;
        let cases: [(&str, &[Role]); 16] = [
            (
                "date,home_team,away_team,home_score,away_score,tournament,city,country,neutral",
                &[Date, Home, Away, FirstScore, SecondScore, Group, Ignored, Ignored, Advantage],
            ),
            (
                "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HTHG,HTAG,HTR,Referee,HS,AS,B365H",
                &[
                    Group,
                    Date,
                    Ignored,
                    Home,
                    Away,
                    FirstScore,
                    SecondScore,
                    Outcome,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                ],
            ),
            (
                "Date,Season,home,visitor,FT,hgoal,vgoal,division",
                &[Date, Ignored, Home, Away, Outcome, FirstScore, SecondScore, Group],
            ),
            ("Home,Away,HG,AG,Res", &[Home, Away, FirstScore, SecondScore, Outcome]),
            (
                "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc",
                &[Ignored, Ignored, Winner, FirstScore, Loser, SecondScore, Advantage],
            ),
            ("winner_id,winner_name,loser_id,loser_name,score", &[Ignored, Winner, Ignored, Loser, Ignored]),
            (
                "question_id,model_a,model_b,winner,judge,language,tstamp",
                &[Ignored, First, Second, Outcome, Ignored, Group, Date],
            ),
            ("player1,player2,win1,win2", &[First, Second, FirstWins, SecondWins]),
            ("home.team,away.team,home.wins,away.wins", &[Home, Away, FirstWins, SecondWins]),
            ("field1,field2,win1,tie,win2,instrument", &[Ignored; 6]),
            ("visitor,goals_visitor,opponent,goals_opponent,result", &[Ignored; 5]),
            ("White,Black,Result,WhiteElo,BlackElo", &[Home, Away, Outcome, Ignored, Ignored]),
            ("team,opponent,outcome", &[First, Second, Outcome]),
            (
                "Team 1;Team 2;Score 1;Score 2".split(';').collect::<Vec<_>>().join(",").leak(),
                &[First, Second, FirstScore, SecondScore],
            ),
            ("item1,item2,wins1,ties,wins2", &[First, Second, FirstWins, Ties, SecondWins]),
            ("a,b,margin", &[First, Second, Margin]),
        ];
        for (text, expected) in cases {
            let mut rows = crate::rows::Rows::new(text, 1, ",", true, false);
            let row = rows.next().unwrap().unwrap();
            let roles = layout(row).unwrap().map(|l| l.roles).unwrap_or_else(|| vec![Ignored; row.len()]);
            assert_eq!(roles, expected, "{text}");
        }
    }
}
