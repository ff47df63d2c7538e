//! Ranking from a file of games.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, ParamInfo, Problem, ProblemInfo, ProblemInput, Str, words,
};

use super::{
    ADVANTAGE, COVARIATE_EFFECT, COVARIATES, ESTIMATE, GROUP, HALF_LIFE, LINK, MARGIN, MATH, PART, PRIOR, PRIOR_SCALE,
    TIES,
};
use crate::pairs::instance::PairInstance;

const PARAMS: &[ParamInfo] = &[
    ESTIMATE,
    PRIOR,
    PRIOR_SCALE,
    LINK,
    TIES,
    ADVANTAGE,
    MARGIN,
    HALF_LIFE,
    GROUP,
    COVARIATES,
    COVARIATE_EFFECT,
    PART,
];

/// See [`ProblemInfo::summary`].
pub static PAIRWISE: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("ranking.pairwise"),
        label: Str::Borrowed("Games"),
        summary: words(
            "A ranking from results between two: games, votes, judgements. Each item gets a strength, and the chance to beat \
             another is its share of the two strengths (Bradley and Terry), or the normal distribution of their difference \
             (Thurstone). The model may have ties, the home advantage, margins, dates, groups and covariates.",
        ),
        math: words(MATH),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Comparisons),
        data_required: true,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    match input.data {
        Some(Dataset::Comparisons(games)) => Ok(Rc::new(PairInstance::build(games, input.values, None)?)),
        Some(_) => Err(BuildError::new("data", "this problem needs games: `winner,loser[,count]` or `a,b,outcome`")),
        None => Err(BuildError::new("data", "this problem needs a file of games")),
    }
}
