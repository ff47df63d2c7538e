//! Headers of games.

use iterscope_core::Role;

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::rows::Row;
use crate::words::plain;

use super::fields::Fields;
use super::words::{Meaning, Side, is_id, meaning};

/// The three ways to name two players, the one that says most first.
const PAIRS: [(Side, Side); 3] = [(Side::Winner, Side::Loser), (Side::Home, Side::Away), (Side::First, Side::Second)];

/// The columns of the two players; that of the first, then that of the second.
fn pair(means: &[Meaning], (lead, trail): (Side, Side)) -> Option<(usize, usize)> {
    let of = |wanted: Side| {
        means.iter().enumerate().filter_map(move |(i, m)| match m {
            Meaning::Player(side, rank) if *side == wanted => Some((i, *rank)),
            _ => None,
        })
    };
    // A pair under the same word, as good a word as there is, is meant before two under different words.
    let same = of(lead).flat_map(|a| of(trail).map(move |b| (a, b)));
    same.min_by_key(|((i, a), (j, b))| (is_id(*a) || is_id(*b), a != b, a + b, i + j)).map(|((i, _), (j, _))| (i, j))
}

/// The side that a word means as the name of a player.
pub(super) fn meaning_of(cell: &str) -> Option<Side> {
    match meaning(cell) {
        Meaning::Player(side, _) => Some(side),
        _ => None,
    }
}

/// The roles that the words of a header say, as far as they say some.
pub(super) fn roles(row: Row) -> Vec<Role> {
    let means: Vec<Meaning> = row.cells().map(meaning).collect();
    let mut roles = vec![Role::Ignored; means.len()];
    for (role, m) in roles.iter_mut().zip(&means) {
        if let Meaning::Role(found) = m {
            *role = *found;
        }
    }
    // What gives way: to a better word, and to what comes before it.
    for (i, m) in means.iter().enumerate() {
        if let Meaning::Weak(found) = m {
            roles[i] = match (roles.contains(found), found) {
                (false, _) => *found,
                // A score beside the result may still say that nobody came.
                (true, Role::Outcome) => Role::Note,
                (true, _) => Role::Ignored,
            };
        }
    }
    let player = |side: Side| {
        let found = means.iter().enumerate().filter_map(|(i, m)| match m {
            Meaning::Player(s, rank) if *s == side => Some((*rank, i)),
            _ => None,
        });
        found.min().map(|(_, i)| i)
    };
    let named = PAIRS.iter().find_map(|sides| pair(&means, *sides).map(|found| (*sides, found)));
    match named {
        Some((sides, (i, j))) => {
            (roles[i], roles[j]) = (sides.0.role(), sides.1.role());
            if sides.0 == Side::Winner {
                // The words of other shapes say nothing more, but what they say of how it ended.
                for role in &mut roles {
                    if *role == Role::Outcome {
                        *role = Role::Note;
                    } else if matches!(role, Role::FirstWins | Role::SecondWins) {
                        *role = Role::Ignored;
                    }
                }
            }
        }
        // `team,opponent` and the like: who has the advantage is not said, or by one word only.
        None => match (player(Side::Home), player(Side::Second), player(Side::First), player(Side::Away)) {
            (Some(i), Some(j), ..) | (.., Some(i), Some(j)) => (roles[i], roles[j]) = (Role::Home, Role::Away),
            (home, second, first, away) => {
                for (i, role) in [(home, Role::Home), (second, Role::Second), (first, Role::First), (away, Role::Away)]
                {
                    if let Some(i) = i {
                        roles[i] = role;
                    }
                }
            }
        },
    }
    let has = |roles: &[Role], role| roles.contains(&role);
    if let Some(winner) = player(Side::Winner)
        && !has(&roles, Role::Winner)
        && !has(&roles, Role::Outcome)
        && (has(&roles, Role::First) || has(&roles, Role::Home))
    {
        roles[winner] = Role::Outcome;
    }
    scores(row, &means, &mut roles);
    // What is not needed gives way to what comes first.
    for i in 0..roles.len() {
        let soft = matches!(roles[i], Role::Date | Role::Group | Role::Advantage | Role::Margin);
        if soft && roles[..i].contains(&roles[i]) {
            roles[i] = Role::Ignored;
        }
    }
    roles
}

/// Scores that are named by their place or by one letter.
fn scores(row: Row, means: &[Meaning], roles: &mut [Role]) {
    // Beside `home` or `hgoal`, `agoal` is of the away team.
    if roles.contains(&Role::Home) {
        for (i, cell) in row.cells().enumerate() {
            if roles[i] == Role::FirstScore && plain(cell).starts_with('a') {
                roles[i] = Role::SecondScore;
            }
        }
    }
    let place = |wanted: [Role; 3]| roles.iter().position(|r| wanted.contains(r));
    let first = place([Role::Winner, Role::Home, Role::First]);
    let second = place([Role::Loser, Role::Away, Role::Second]);
    let bare: Vec<usize> = (0..means.len()).filter(|&i| means[i] == Meaning::Score).collect();
    let (Some(first), Some(second)) = (first, second) else { return };
    // Points that a ranking gives stand beside what counts in the game.
    let is_points = |i: usize| ["pts", "points"].iter().any(|word| plain(row.get(i)).ends_with(word));
    for role in [Role::FirstScore, Role::SecondScore] {
        let all: Vec<usize> = (0..roles.len()).filter(|&i| roles[i] == role).collect();
        if all.len() > 1 && all.iter().any(|&i| !is_points(i)) {
            all.into_iter().filter(|&i| is_points(i)).for_each(|i| roles[i] = Role::Ignored);
        }
    }
    // Two columns of one name stand in the order of the players.
    if let [i, j] = bare[..]
        && plain(row.get(i)) == plain(row.get(j))
        && !roles.contains(&Role::FirstScore)
    {
        (roles[i], roles[j]) =
            if first < second { (Role::FirstScore, Role::SecondScore) } else { (Role::SecondScore, Role::FirstScore) };
    }
}

/// The layout that a header says; `None` if the row is none.
///
/// # Errors
/// A header that is clearly one but lacks a column, or has one twice.
pub(super) fn layout(row: Row) -> Result<Option<Layout>, DataError> {
    let mut roles = roles(row);
    let has = |roles: &[Role], role| roles.contains(&role);
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
            if plain(row.get(first)).len() > 5 || matches!(plain(row.get(first)).as_str(), "home" | "left" | "white") {
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
    let twice = (0..roles.len()).find(|&i| !roles[i].repeats() && roles[..i].contains(&roles[i]));
    if let Some(i) = twice {
        let message = format!("the header has a second column like {}: rename or remove one", quoted(row.get(i)));
        return Err(row.error(i, message));
    }
    Ok(Some(Layout::new(true, roles)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_people_write_them() {
        use Role::*;
        let cases: [(&str, &[Role]); 25] = [
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
            ("winner_id,winner_name,loser_id,loser_name,score", &[Ignored, Winner, Ignored, Loser, Note]),
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
            ("judge,chosen,rejected", &[Ignored, Winner, Loser]),
            ("better;worse".split(';').collect::<Vec<_>>().join(",").leak(), &[Winner, Loser]),
            ("left,right,preference", &[First, Second, Outcome]),
            ("Date,winner,loser,Draw,intensity", &[Date, Winner, Loser, Ties, Ignored]),
            (
                "id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie",
                &[Ignored, First, Second, Ignored, Ignored, Ignored, FirstWins, SecondWins, Ties],
            ),
            (
                "Date,Start (ET),Visitor/Neutral,PTS,Home/Neutral,PTS,,,Attend.,LOG,Arena,Notes",
                &[
                    Date,
                    Ignored,
                    Away,
                    SecondScore,
                    Home,
                    FirstScore,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                    Note,
                ],
            ),
            (
                "Week,Day,Date,Time,Winner/tie,,Loser/tie,,PtsW,PtsL,YdsW,TOW,YdsL,TOL",
                &[
                    Ignored,
                    Ignored,
                    Date,
                    Ignored,
                    Winner,
                    Ignored,
                    Loser,
                    Ignored,
                    FirstScore,
                    SecondScore,
                    Ignored,
                    Ignored,
                    Ignored,
                    Ignored,
                ],
            ),
            (
                "Winner ID,Winner Text,Loser ID,Loser Text,Left Choice ID,Right Choice ID,Valid",
                &[Ignored, Winner, Ignored, Loser, Ignored, Ignored, Note],
            ),
            ("team_a_id,team_a_name,team_b_id,team_b_name,result", &[Ignored, First, Ignored, Second, Outcome]),
        ];
        for (text, expected) in cases {
            let mut rows = crate::rows::Rows::new(text, 1, ",", true, false);
            let row = rows.next().unwrap().unwrap();
            let roles = layout(row).unwrap().map(|l| l.roles).unwrap_or_else(|| vec![Ignored; row.len()]);
            assert_eq!(roles, expected, "{text}");
        }
    }
}
