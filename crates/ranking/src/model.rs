//! The statistical model of an instance: how its games are read, and what is estimated from them.
//!
//! The variables are `theta = (s_1 .. s_n, tau, gamma, beta_1 .. beta_k)`: a log-strength of each item, the logarithm of the
//! tie strength (only where ties are outcomes of their own and there are any), the home advantage, and a coefficient
//! of each covariate. A game between i and j has the difference `d = s_i - s_j + side gamma`, and everything that is known of
//! its outcome follows from `d` and `tau` (see [`crate::model::likelihood`]).

pub mod hessian;
pub mod likelihood;
pub mod objective;

use std::rc::Rc;

use crate::data::covariates::Covariates;
pub use crate::data::games::{Games, Meeting, Pair};
use crate::model::likelihood::{
    AnyGameLikelihood, GameLikelihood, GlennDavid, Logistic, OutcomeProbabilities, Probit, RaoKupper, log_normal_below,
    normal_quantile, shares,
};

/// What is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// Maximum likelihood.
    Likelihood,
    /// Maximum a posteriori.
    Posterior,
}

impl Estimate {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Estimate::Likelihood => "maximum likelihood",
            Estimate::Posterior => "MAP",
        }
    }
}

/// The distribution of what is estimated before any game is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prior {
    /// Logistic: under Bradley and Terry's model the same as one win and one loss against strength 1.
    Logistic,
    /// Normal with mean 0 and this standard deviation.
    Gaussian(f64),
}

/// How the difference of two log-strengths becomes a chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The logistic distribution (Bradley and Terry).
    Logistic,
    /// The normal distribution (Thurstone's case V, Mosteller).
    Probit,
}

/// What a tie means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Half a win to each side.
    Half,
    /// An outcome of its own (Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison
    /// experiments", J. Amer. Statist. Assoc. 65, 1970).
    Davidson,
    /// A difference of the performances that is too small to be seen: below a threshold (P. V. Rao, L. L. Kupper, "Ties in
    /// paired-comparison experiments", J. Amer. Statist. Assoc. 62, 1967; for the normal distribution W. A. Glenn,
    /// H. A. David, "Ties in paired-comparison experiments using a modified Thurstone-Mosteller model", Biometrics 16, 1960).
    Threshold,
}

/// The statistical model of one instance: its games and how they are read. Shared by methods and referee.
#[derive(Clone, Debug, PartialEq)]
pub struct PairModel {
    /// The games.
    pub games: Games,
    /// What is estimated.
    pub estimate: Estimate,
    /// The prior, which counts where [`PairModel::has_prior`] says so.
    pub prior: Prior,
    /// What a difference means.
    pub link: Link,
    /// What a tie means.
    pub ties: Ties,
    /// Whether the home advantage is estimated.
    pub advantage: bool,
    /// Numbers known of the items, where strengths are explained by them.
    pub covariates: Option<Rc<Covariates>>,
}

impl PairModel {
    /// Bradley and Terry's model, or Davidson's, with the logistic prior where there is one.
    pub fn plain(games: Games, estimate: Estimate, ties: Ties) -> PairModel {
        let (prior, link) = (Prior::Logistic, Link::Logistic);
        PairModel { games, estimate, prior, link, ties, advantage: false, covariates: None }
    }

    /// Its name, with what is estimated.
    pub fn name(&self) -> String {
        let model = match (self.link, self.ties, self.has_nu()) {
            (Link::Logistic, Ties::Davidson, true) => "Davidson",
            (Link::Logistic, Ties::Threshold, true) => "Rao-Kupper",
            (Link::Logistic, ..) => "Bradley-Terry",
            (Link::Probit, Ties::Threshold, true) => "Glenn-David",
            (Link::Probit, ..) => "Thurstone-Mosteller",
        };
        format!("{model}, {}", self.estimate.name())
    }

    /// The same model of other games.
    pub fn with(&self, games: Games) -> PairModel {
        PairModel { games, covariates: self.covariates.clone(), ..*self }
    }

    /// Whether there is a prior.
    pub fn has_prior(&self) -> bool {
        self.estimate == Estimate::Posterior
    }

    /// Whether the tie strength is a variable. Without a tie it is 0, and the models of ties are those without.
    pub fn has_nu(&self) -> bool {
        self.ties != Ties::Half && self.games.ties > 0.0
    }

    /// Whether it is one of [`PairModel::plain`].
    pub fn is_plain(&self) -> bool {
        !self.advantage && self.is_plain_but_for_the_place()
    }

    /// The same, whether the home advantage is estimated or not.
    pub fn is_plain_but_for_the_place(&self) -> bool {
        self.link == Link::Logistic
            && self.ties != Ties::Threshold
            && self.covariates.is_none()
            && !(self.has_prior() && self.prior != Prior::Logistic)
    }

    /// The tie strength that every method starts from.
    pub fn initial_nu(&self) -> f64 {
        if self.has_nu() { self.nu_at(0.0) } else { 0.0 }
    }

    /// The tie strength at `tau`: Davidson's nu and Rao and Kupper's theta^2 - 1 are its exponential; Glenn and David's
    /// threshold is `log(1 + exp(tau))`.
    pub fn nu_at(&self, tau: f64) -> f64 {
        match self.link {
            Link::Logistic => libm::exp(tau),
            // Beyond, the two agree in double precision.
            Link::Probit if tau > 37.0 => tau,
            Link::Probit => libm::log1p(libm::exp(tau)),
        }
    }

    /// The `tau` of a positive tie strength.
    pub fn tau_of(&self, nu: f64) -> f64 {
        match self.link {
            Link::Logistic => libm::log(nu),
            Link::Probit if nu > 37.0 => nu,
            Link::Probit => libm::log(libm::expm1(nu)),
        }
    }

    /// The tie strength at which equals tie with chance `share`, in [0, 1).
    pub fn nu_of_share(&self, share: f64) -> f64 {
        tie_strength(self.ties, self.link, share)
    }

    /// The tie strength in the form in which the literature has it: Davidson's nu, Rao and Kupper's theta, or Glenn and
    /// David's threshold.
    pub fn tie_parameter(&self, nu: f64) -> f64 {
        if self.ties == Ties::Threshold && self.link == Link::Logistic { (1.0 + nu).sqrt() } else { nu }
    }

    /// Variables beside the log-strengths and the tie strength.
    pub fn extras(&self) -> usize {
        usize::from(self.advantage) + self.covariates.as_ref().map_or(0, |c| c.columns())
    }

    /// Number of variables: log-strengths, tie strength, advantage, coefficients.
    pub fn order(&self) -> usize {
        self.first_extra() + self.extras()
    }

    /// Where the variables begin that are neither log-strengths nor the tie strength.
    pub fn first_extra(&self) -> usize {
        self.games.items + usize::from(self.has_nu())
    }

    /// Length of a gradient: one place for each variable, and one more for the tie strength of a plain model without.
    pub fn width(&self) -> usize {
        self.order().max(self.games.items + 1)
    }

    /// Whether the strengths are a function of covariates and no variables of their own.
    pub fn strengths_follow(&self) -> bool {
        self.covariates.as_ref().is_some_and(|c| !c.effects)
    }

    /// Whether the common level of the strengths is free, and is set to mean 0.
    pub fn level_is_free(&self) -> bool {
        !self.has_prior() && !self.strengths_follow()
    }

    /// What one game's outcome depends on, at tie strength `nu`.
    pub fn game_likelihood(&self, nu: f64) -> AnyGameLikelihood {
        game_likelihood(self.link, self.ties, nu)
    }

    /// Chances of the outcomes of a game of `i` against `j`; `side` is 1 where `i` has the advantage, -1 where `j` has it, 0
    /// where nobody has.
    pub fn outcomes(&self, at: &Strengths, i: usize, j: usize, side: i8) -> OutcomeProbabilities {
        self.game_likelihood(at.nu).shares(at.log[i] - at.log[j] + f64::from(side) * self.advantage_at(at))
    }

    /// The difference of pair `k`.
    pub fn difference(&self, at: &Strengths, k: usize) -> f64 {
        let p = &self.games.pairs[k];
        let d = at.log[p.i as usize] - at.log[p.j as usize];
        if self.advantage { d + self.games.side(k) * at.extra[0] } else { d }
    }

    /// The advantage, 0 where none is estimated.
    pub fn advantage_at(&self, at: &Strengths) -> f64 {
        if self.advantage { at.extra[0] } else { 0.0 }
    }

    /// The coefficients of the covariates.
    pub fn coefficients<'a>(&self, at: &'a Strengths) -> &'a [f64] {
        &at.extra[usize::from(self.advantage).min(at.extra.len())..]
    }

    /// What the prior is of: the log-strength of item `i`, less what its covariates explain.
    pub fn effect(&self, at: &Strengths, i: usize) -> f64 {
        match &self.covariates {
            Some(c) if c.effects => at.log[i] - c.explained(i, self.coefficients(at)),
            _ => at.log[i],
        }
    }

    /// Logarithm of the prior's density at `x`, and its slope. Only for a model with a prior.
    pub fn prior_at(&self, x: f64) -> (f64, f64) {
        match self.prior {
            Prior::Logistic => {
                let q = shares(x, f64::NEG_INFINITY);
                (q.log_first + q.log_second, q.second - q.first)
            }
            Prior::Gaussian(scale) => {
                let z = x / scale;
                // log sqrt(2 pi)
                (-0.5 * z * z - libm::log(scale) - 0.918_938_533_204_672_8, -z / scale)
            }
        }
    }

    /// The negated second derivative of the same.
    pub fn prior_curvature(&self, x: f64) -> f64 {
        match self.prior {
            Prior::Logistic => {
                let q = shares(x, f64::NEG_INFINITY);
                2.0 * q.first * q.second
            }
            Prior::Gaussian(scale) => 1.0 / (scale * scale),
        }
    }

    /// The chance against an item of log-strength 0, on neutral ground and without ties.
    pub fn chance(&self, log_strength: f64) -> f64 {
        match self.link {
            Link::Logistic => likelihood::chance(log_strength),
            Link::Probit => libm::exp(log_normal_below(log_strength)),
        }
    }

    /// The odds against an item of log-strength 0, on neutral ground and without ties: the strength pi of Bradley and Terry.
    pub fn odds(&self, log_strength: f64) -> f64 {
        match self.link {
            Link::Logistic => libm::exp(log_strength),
            Link::Probit => libm::exp(log_normal_below(log_strength) - log_normal_below(-log_strength)),
        }
    }
}

/// What the outcome of a game depends on, at tie strength `nu`.
pub fn game_likelihood(link: Link, ties: Ties, nu: f64) -> AnyGameLikelihood {
    let tied = nu > 0.0;
    match (link, ties) {
        (Link::Logistic, Ties::Threshold) if tied => AnyGameLikelihood::RaoKupper(RaoKupper::new(nu)),
        (Link::Logistic, ties) => AnyGameLikelihood::Logistic(Logistic::new(ties == Ties::Davidson, nu)),
        (Link::Probit, Ties::Threshold) if tied => AnyGameLikelihood::GlennDavid(GlennDavid::new(nu)),
        (Link::Probit, _) => AnyGameLikelihood::Probit(Probit),
    }
}

/// The tie strength at which equals tie with chance `share`, in [0, 1).
pub fn tie_strength(ties: Ties, link: Link, share: f64) -> f64 {
    match (ties, link) {
        (Ties::Half, _) => 0.0,
        (Ties::Davidson, _) => share / (1.0 - share),
        (Ties::Threshold, Link::Logistic) => {
            let theta = (1.0 + share) / (1.0 - share);
            theta * theta - 1.0
        }
        (Ties::Threshold, Link::Probit) => normal_quantile(0.5 * (1.0 + share)),
    }
}

/// What every method hands to the referee.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strengths {
    /// Log-strength s of each item. Maximum likelihood leaves their common level open: it is set to mean 0.
    pub log: Vec<f64>,
    /// Tie strength, 0 unless the model has one.
    pub nu: f64,
    /// The home advantage, where it is estimated, then the coefficients of the covariates.
    pub extra: Vec<f64>,
}

impl Strengths {
    /// All strengths 1.
    pub fn equal(model: &PairModel) -> Strengths {
        Strengths { log: vec![0.0; model.games.items], nu: model.initial_nu(), extra: vec![0.0; model.extras()] }
    }

    /// Takes over the numbers of `other`, of the same model.
    pub fn copy(&mut self, other: &Strengths) {
        self.log.copy_from_slice(&other.log);
        self.nu = other.nu;
        self.extra.copy_from_slice(&other.extra);
    }
}
