//! The likelihood from the list of pairs: the referee's own route to it. One law of the outcome of a game, one file.

mod glenn_david;
mod logistic;
pub(crate) mod normal;
mod probit;
mod rao_kupper;

use iterscope_kernels::reduce;

pub use self::glenn_david::GlennDavid;
pub use self::logistic::{Logistic, chance, shares};
pub use self::normal::{log_normal_below, normal_quantile};
pub use self::probit::Probit;
pub use self::rao_kupper::RaoKupper;
use crate::data::games::Results;
use crate::model::{PairModel, Strengths, Ties};

/// Probabilities of the outcomes of one game.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeProbabilities {
    /// The first wins.
    pub first: f64,
    /// The second wins.
    pub second: f64,
    /// They tie.
    pub tie: f64,
    /// Logarithm of `first`.
    pub log_first: f64,
    /// Logarithm of `second`.
    pub log_second: f64,
    /// Logarithm of `tie`; minus infinity where ties are no outcome of their own.
    pub log_tie: f64,
}

/// Negated second derivatives of the log-likelihood of some games by their difference d and by tau.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SecondDerivatives {
    /// Twice by d.
    pub link: f64,
    /// By d and tau.
    pub border: f64,
    /// Twice by tau, without `excess`.
    pub corner: f64,
    /// What twice by tau has beside; it may be negative, and its sum over all games vanishes at a maximum.
    pub excess: f64,
}

/// What the outcome of one game depends on: the difference d of the two, and the logarithm tau of the tie strength.
pub trait GameLikelihood: Copy {
    /// Chances of the outcomes.
    fn shares(&self, d: f64) -> OutcomeProbabilities;
    /// Adds the log-likelihood of `results` to `total`; its derivatives by d and by tau.
    fn slope(&self, results: &Results, d: f64, total: &mut f64) -> [f64; 2];
    /// Its negated second derivatives.
    fn bend(&self, results: &Results, d: f64) -> SecondDerivatives;
    /// First and negated second derivatives.
    fn turn(&self, results: &Results, d: f64) -> ([f64; 2], SecondDerivatives) {
        (self.slope(results, d, &mut 0.0), self.bend(results, d))
    }
}

/// Any of the laws.
#[derive(Clone, Copy, Debug)]
pub enum AnyGameLikelihood {
    /// Bradley and Terry's, with half ties or Davidson's.
    Logistic(Logistic),
    /// Rao and Kupper's.
    RaoKupper(RaoKupper),
    /// Thurstone's.
    Probit(Probit),
    /// Glenn and David's.
    GlennDavid(GlennDavid),
}

/// Evaluates an expression with the law itself, so that a loop over pairs inside it is compiled for each law.
macro_rules! with_likelihood {
    ($any:expr, $law:ident => $body:expr) => {
        match $any {
            $crate::model::likelihood::AnyGameLikelihood::Logistic($law) => $body,
            $crate::model::likelihood::AnyGameLikelihood::RaoKupper($law) => $body,
            $crate::model::likelihood::AnyGameLikelihood::Probit($law) => $body,
            $crate::model::likelihood::AnyGameLikelihood::GlennDavid($law) => $body,
        }
    };
}
pub(crate) use with_likelihood;

impl GameLikelihood for AnyGameLikelihood {
    fn shares(&self, d: f64) -> OutcomeProbabilities {
        with_likelihood!(self, law => law.shares(d))
    }
    fn slope(&self, results: &Results, d: f64, total: &mut f64) -> [f64; 2] {
        with_likelihood!(self, law => law.slope(results, d, total))
    }
    fn bend(&self, results: &Results, d: f64) -> SecondDerivatives {
        with_likelihood!(self, law => law.bend(results, d))
    }
    fn turn(&self, results: &Results, d: f64) -> ([f64; 2], SecondDerivatives) {
        with_likelihood!(self, law => law.turn(results, d))
    }
}

/// log(2 nu) where ties are outcomes of their own by Davidson's model.
pub fn log_tie(model: &PairModel, nu: f64) -> f64 {
    match model.ties {
        Ties::Davidson if nu > 0.0 => libm::log(2.0 * nu),
        _ => f64::NEG_INFINITY,
    }
}

/// Log-likelihood (with the prior, where there is one) and its gradient by all variables, in their order (see
/// [`crate::model`]).
///
/// `gradient` has [`PairModel::width`] places; without any variable beside the log-strengths the last is 0.
pub fn gradient(model: &PairModel, at: &Strengths, gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let n = model.games.items;
    let first = model.first_extra();
    let mut total = 0.0;
    let [tie, home] = with_likelihood!(model.game_likelihood(at.nu), law => if model.advantage {
        of_pairs::<_, true>(model, at, law, gradient, &mut total)
    } else {
        of_pairs::<_, false>(model, at, law, gradient, &mut total)
    });
    if model.has_prior() {
        let shifts = model.covariates.as_deref().filter(|c| c.effects);
        for i in 0..n {
            let (value, slope) = model.prior_at(model.effect(at, i));
            gradient[i] += slope;
            total += value;
            if let Some(covariates) = shifts {
                let beta = first + usize::from(model.advantage);
                covariates.add(i, -slope, &mut gradient[beta..]);
            }
        }
    }
    if model.has_nu() {
        gradient[n] = tie;
    }
    if model.advantage {
        gradient[first] = home;
    }
    if let Some(covariates) = model.covariates.as_deref().filter(|c| !c.effects) {
        let (strengths, beta) = gradient.split_at_mut(first + usize::from(model.advantage));
        for (i, g) in strengths[..n].iter_mut().enumerate() {
            covariates.add(i, *g, beta);
            *g = 0.0;
        }
    }
    total
}

/// The games' part of the gradient by log-strength, and the derivatives by tau and by the advantage.
fn of_pairs<L: GameLikelihood, const SIDES: bool>(
    model: &PairModel,
    at: &Strengths,
    law: L,
    gradient: &mut [f64],
    total: &mut f64,
) -> [f64; 2] {
    let (mut tie, mut home) = (0.0, 0.0);
    let mut sum = *total;
    for (k, p) in model.games.pairs.iter().enumerate() {
        let (i, j) = (p.i as usize, p.j as usize);
        let mut d = at.log[i] - at.log[j];
        let side = if SIDES { model.games.side(k) } else { 0.0 };
        if SIDES {
            d += side * at.extra[0];
        }
        let [surplus, by_tau] = law.slope(&p.results(), d, &mut sum);
        gradient[i] += surplus;
        gradient[j] -= surplus;
        tie += by_tau;
        if SIDES {
            home += side * surplus;
        }
    }
    *total = sum;
    [tie, home]
}

/// Euclidean norm of the numbers of games of the items: what the gradient is measured against.
pub fn gradient_scale(model: &PairModel) -> f64 {
    reduce::norm2(&model.games.played)
}
