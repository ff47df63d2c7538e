//! Games drawn from the model itself, with known strengths.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Comparisons, Details, Encounter, Instance, List, ParamInfo, Problem, ProblemInfo, ProblemInput, Str,
    Values, words,
};
use iterscope_kernels::rng::Rng;

use super::{ADVANTAGE, COVARIATE_EFFECT, COVARIATES, ESTIMATE, LINK, MATH, PART, PRIOR, PRIOR_SCALE, TIES};
use crate::model::likelihood::{AnyGameLikelihood, GameLikelihood};
use crate::model::{Link, Ties, game_likelihood, tie_strength};
use crate::pairs::instance::PairInstance;

const PLAYERS: ParamInfo = ParamInfo::int("players", "Players", "Number of players.", [2, 20_000], 40).log();
const GAMES: ParamInfo = ParamInfo::int("games", "Games", "Number of games.", [1, 1_000_000], 1200).log();
const SPREAD: ParamInfo = ParamInfo::real(
    "spread",
    "Spread",
    "Scale of the logistic distribution of the true log-strengths: the larger, the more one-sided the games.",
    [0.0, 10.0],
    0.5,
);
const TIE_RATE: ParamInfo =
    ParamInfo::real("tie_rate", "Tie rate", "Chance of a tie between equals.", [0.0, 0.95], 0.0);
const PAIRING: ParamInfo = ParamInfo::choice(
    "pairing",
    "Pairing",
    "Who meets: any two at random, or only neighbours in the order of the true strengths, as on a ladder.",
    &[("random", "any two at random"), ("neighbours", "neighbours in strength")],
    "random",
);

const DRAWN: ParamInfo = ParamInfo::choice(
    "drawn",
    "Drawn by",
    "The model that the games are drawn by: Davidson's (without ties that of Bradley and Terry), Rao and Kupper's, or the normal \
     one of Thurstone with Glenn and David's ties.",
    &[("davidson", "Davidson"), ("rao-kupper", "Rao and Kupper"), ("glenn-david", "Thurstone, Glenn and David")],
    "davidson",
);
const HOME: ParamInfo = ParamInfo::real(
    "home",
    "True advantage",
    "What is added to the log-strength of the player who is drawn first in each game.",
    [0.0, 5.0],
    0.0,
);

const PARAMS: &[ParamInfo] = &[
    PLAYERS,
    GAMES,
    SPREAD,
    TIE_RATE,
    PAIRING,
    DRAWN,
    HOME,
    ESTIMATE,
    PRIOR,
    PRIOR_SCALE,
    LINK,
    TIES,
    ADVANTAGE,
    COVARIATES,
    COVARIATE_EFFECT,
    PART,
];

/// See [`ProblemInfo::summary`].
pub static SYNTHETIC: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("ranking.synthetic"),
        label: Str::Borrowed("Synthetic games"),
        summary: words(
            "Players with known strengths, and games drawn by their chances. Size, one-sidedness and ties can be set, and the \
             estimate can be compared with the truth.",
        ),
        math: words(MATH),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let (games, truth) = draw(input.values, input.seed);
    Ok(Rc::new(PairInstance::build(&games, input.values, Some(truth))?))
}

/// The games and the true log-strengths. The order of the draws is fixed: all strengths first, `spread * logit(u)`; then for
/// each game the first player, the second among the rest, and the outcome.
fn draw(values: &Values, seed: u64) -> (Comparisons, Vec<f64>) {
    let n = values.size("players");
    let (spread, ladder) = (values.real("spread"), values.text("pairing") == "neighbours");
    let (ties, link) = match values.text("drawn") {
        "davidson" => (Ties::Davidson, Link::Logistic),
        "rao-kupper" => (Ties::Threshold, Link::Logistic),
        _ => (Ties::Threshold, Link::Probit),
    };
    let nu = tie_strength(ties, link, values.real("tie_rate"));
    let law = game_likelihood(link, ties, nu);
    let home = values.real("home");
    let mut rng = Rng::new(seed);
    let logit = |u: f64| libm::log(u / (1.0 - u));
    // u = 0 has chance 2^-53 and no logarithm.
    let truth: Vec<f64> = (0..n).map(|_| spread * logit(rng.uniform().max(f64::EPSILON / 4.0))).collect();
    let mut rungs: Vec<u32> = (0..n as u32).collect();
    rungs.sort_by(|a, b| truth[*b as usize].total_cmp(&truth[*a as usize]));
    let mut encounters = Vec::with_capacity(values.size("games"));
    let mut advantage = Vec::with_capacity(values.size("games"));
    for _ in 0..values.size("games") {
        let (i, j) = if ladder {
            let rung = rng.below(n - 1);
            (rungs[rung], rungs[rung + 1])
        } else {
            let i = rng.below(n);
            let j = rng.below(n - 1);
            (i as u32, (j + usize::from(j >= i)) as u32)
        };
        let d = truth[i as usize] - truth[j as usize] + home;
        let (wins, ties) = if let AnyGameLikelihood::Logistic(_) = law {
            let wins = 1.0 / (1.0 + libm::exp(-d) + 2.0 * nu * libm::exp(-0.5 * d));
            (wins, if nu > 0.0 { 2.0 * nu / (libm::exp(0.5 * d) + libm::exp(-0.5 * d) + 2.0 * nu) } else { 0.0 })
        } else {
            let q = law.shares(d);
            (q.first, q.tie)
        };
        let u = rng.uniform();
        let (winner, loser) = if u < wins + ties { (i, j) } else { (j, i) };
        encounters.push(Encounter { winner, loser, count: 1.0, tie: u >= wins && u < wins + ties });
        advantage.push(if winner == i { 1 } else { -1 });
    }
    let items = (1..=n).map(|k| format!("player {k}")).collect();
    let details = Details { advantage, ..Details::default() };
    (Comparisons { items, encounters, details, ..Comparisons::default() }, truth)
}
