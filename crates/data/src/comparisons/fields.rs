//! What a table of games needs, and where it stands.

use iterscope_core::Role;

/// How a row says who won.
#[derive(Clone, Copy, Debug)]
pub(super) enum Result {
    /// The first always did.
    First,
    /// By a sign or a name.
    Outcome(usize),
    /// By two scores.
    Scores,
    /// By how often each won, and perhaps how often neither did.
    Wins(usize, usize, Option<usize>),
    /// By the sign of the difference of the scores.
    Margin(usize),
}

/// Which column is for what; fields from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub first: usize,
    pub second: usize,
    /// The first has the advantage where nothing else is said.
    pub home: bool,
    pub result: Result,
    pub scores: Option<(usize, usize)>,
    pub margin: Option<usize>,
    /// Where it is said of each game whether neither won.
    pub tie: Option<usize>,
    pub count: Option<usize>,
    pub advantage: Option<usize>,
    pub date: Option<usize>,
    pub group: Option<usize>,
}

impl Fields {
    /// # Errors
    /// What is missing, in words.
    pub fn of(roles: &[Role]) -> std::result::Result<Self, &'static str> {
        let find = |role: Role| roles.iter().position(|r| *r == role);
        let pair = |a, b| find(a).zip(find(b));
        let scores = pair(Role::FirstScore, Role::SecondScore);
        let margin = find(Role::Margin);
        let home = pair(Role::Home, Role::Away);
        let (first, second, result) = match pair(Role::Winner, Role::Loser) {
            Some((winner, loser)) => (winner, loser, Result::First),
            None => {
                let (first, second) = home
                    .or(pair(Role::First, Role::Second))
                    .ok_or("the columns need winner and loser, or first and second, or home and away")?;
                let result = match (find(Role::Outcome), scores, pair(Role::FirstWins, Role::SecondWins), margin) {
                    (Some(outcome), ..) => Result::Outcome(outcome),
                    (_, Some(_), ..) => Result::Scores,
                    (.., Some((a, b)), _) => Result::Wins(a, b, find(Role::Ties)),
                    (.., Some(margin)) => Result::Margin(margin),
                    _ => {
                        return Err(
                            "beside two players, the columns need an outcome, two scores, two wins or a margin",
                        );
                    }
                };
                (first, second, result)
            }
        };
        let tie = if matches!(result, Result::Wins(..)) { None } else { find(Role::Ties) };
        Ok(Fields {
            first,
            second,
            home: home.is_some(),
            result,
            scores,
            margin,
            tie,
            count: find(Role::Count),
            advantage: find(Role::Advantage),
            date: find(Role::Date),
            group: find(Role::Group),
        })
    }
}
