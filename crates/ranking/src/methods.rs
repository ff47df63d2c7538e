//! The methods, one file each.

pub mod coordinate_descent;
pub mod dpo;
pub mod dykstra;
pub mod elo;
pub mod forward_gradient;
pub mod fosi;
pub mod glicko;
pub mod gradient;
pub mod hodge;
pub mod ilsr;
pub mod kemeny;
pub mod lazy_newton;
pub mod lbfgs;
pub mod lsr;
pub mod massey;
pub mod nesterov;
pub mod newman;
pub mod newton;
pub mod optex;
pub mod optimiser;
pub mod pagerank;
pub mod project_and_forget;
pub mod proxprox;
pub mod rank_centrality;
pub mod root_newton;
pub mod sgd;
mod shared;
pub mod trueskill;
pub mod trust_region;
pub mod zermelo;

use std::rc::Rc;

use iterscope_core::{BuildError, Method, Names};

use crate::model::{Link, PairModel, Prior, Ties};
use crate::pairs::instance::PairInstance;

/// What a method is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// The optimum of the problem's model, to rounding.
    Optimum,
    /// The same, but too slowly to get all the way.
    Slowly,
    /// An answer of its own, which it ends at by its own criterion.
    Other,
    /// It is for problems of its own, not for rankings of pairs.
    Elsewhere,
}

/// Which models of pairs a method is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All.
    Any,
    /// Bradley and Terry's and Davidson's, with the logistic prior or none; see [`PairModel::is_plain`].
    Plain,
    /// The same, with or without the home advantage.
    Placed,
    /// It has an answer of its own from the results alone, whatever the model.
    Results,
    /// None: it is for problems of its own.
    Elsewhere,
}

/// All methods.
static LIST: [(&Method, Aim, Scope); 29] = [
    (&newman::NEWMAN, Aim::Optimum, Scope::Plain),
    (&zermelo::ZERMELO, Aim::Optimum, Scope::Placed),
    (&newton::NEWTON, Aim::Optimum, Scope::Any),
    (&coordinate_descent::COORDINATE_DESCENT, Aim::Optimum, Scope::Any),
    (&gradient::GRADIENT, Aim::Optimum, Scope::Any),
    (&nesterov::NESTEROV, Aim::Optimum, Scope::Any),
    (&lbfgs::LBFGS, Aim::Optimum, Scope::Any),
    (&lazy_newton::LAZY_NEWTON, Aim::Optimum, Scope::Any),
    (&root_newton::ROOT_NEWTON, Aim::Optimum, Scope::Any),
    (&trust_region::TRUST_REGION, Aim::Optimum, Scope::Any),
    (&sgd::SGD, Aim::Slowly, Scope::Plain),
    (&optimiser::OPTIMISER, Aim::Slowly, Scope::Any),
    (&fosi::FOSI, Aim::Slowly, Scope::Any),
    (&optex::OPTEX, Aim::Slowly, Scope::Any),
    (&proxprox::PROXPROX, Aim::Slowly, Scope::Any),
    (&forward_gradient::FORWARD_GRADIENT, Aim::Slowly, Scope::Any),
    (&ilsr::ILSR, Aim::Optimum, Scope::Plain),
    (&lsr::LSR, Aim::Other, Scope::Results),
    (&rank_centrality::RANK_CENTRALITY, Aim::Other, Scope::Results),
    (&pagerank::PAGERANK, Aim::Other, Scope::Results),
    (&hodge::HODGE, Aim::Other, Scope::Results),
    (&massey::MASSEY, Aim::Other, Scope::Results),
    (&elo::ELO, Aim::Other, Scope::Results),
    (&glicko::GLICKO, Aim::Other, Scope::Results),
    (&trueskill::TRUESKILL, Aim::Other, Scope::Results),
    (&kemeny::KEMENY, Aim::Other, Scope::Results),
    (&project_and_forget::PROJECT_AND_FORGET, Aim::Elsewhere, Scope::Elsewhere),
    (&dykstra::DYKSTRA, Aim::Elsewhere, Scope::Elsewhere),
    (&dpo::DPO, Aim::Elsewhere, Scope::Elsewhere),
];

/// The same for the catalog.
pub(crate) static ALL: [&Method; LIST.len()] = {
    let mut all = [LIST[0].0; LIST.len()];
    let mut k = 0;
    while k < all.len() {
        all[k] = LIST[k].0;
        k += 1;
    }
    all
};

/// What the method `id` is after.
pub(crate) fn aim(id: &str) -> Option<Aim> {
    LIST.iter().find(|(m, ..)| m.info.id == id).map(|(_, aim, _)| *aim)
}

/// Ids of the methods that are after `aim`.
pub(crate) fn that_aim_at(aim: Aim) -> impl Iterator<Item = &'static str> {
    LIST.iter().filter(move |(_, a, _)| *a == aim).map(|(m, ..)| &*m.info.id)
}

/// Whether the method `id` is of this scope.
#[cfg(test)]
pub(crate) fn in_scope(id: &str, scope: Scope) -> bool {
    LIST.iter().any(|(m, _, s)| m.info.id == id && *s == scope)
}

/// The model of `ranking` for the method `id`.
///
/// # Errors
/// Field `method`: it is for plain models, and this is another.
pub(crate) fn model_for(id: &str, ranking: &PairInstance) -> Result<Rc<PairModel>, BuildError> {
    let model = ranking.model();
    let Some((method, _, scope)) = LIST.iter().find(|(m, ..)| m.info.id == id) else { return Ok(model) };
    let placed = match scope {
        Scope::Plain => false,
        Scope::Placed => true,
        _ => return Ok(model),
    };
    if model.is_plain() || placed && model.is_plain_but_for_the_place() {
        return Ok(model);
    }
    let features = [
        (model.link == Link::Probit, "link = probit"),
        (model.ties == Ties::Threshold && model.link == Link::Logistic, "ties = threshold"),
        (model.has_prior() && model.prior != Prior::Logistic, "prior = gaussian"),
        (model.advantage && !placed, "advantage = estimated"),
        (model.covariates.is_some(), "covariates"),
    ];
    let named: Vec<&str> = features.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
    let others = LIST.iter().filter(|(_, aim, scope)| *aim == Aim::Optimum && *scope == Scope::Any);
    let others: Vec<&str> = others.map(|(m, ..)| m.info.id.trim_start_matches("ranking.")).collect();
    let why = format!(
        "{} is for the model of Bradley and Terry (with half ties or Davidson's, and the logistic prior); this problem has {}. Use {}.",
        method.info.label,
        named.join(", "),
        others.join(", ")
    );
    Err(BuildError::new("method", why))
}

/// The problems of this family.
pub(crate) const PROBLEMS: Names = Names::Static(&["ranking.pairwise", "ranking.synthetic"]);

/// The same with those of orders, for the methods that run on both.
pub(crate) const PAIRS_AND_ORDERS: Names =
    Names::Static(&["ranking.pairwise", "ranking.synthetic", "ranking.orders", "ranking.synthetic-orders"]);
