//! The ranking family: strengths from pairwise comparisons.
//!
//! [`model`] holds the games, [`instance`] what is known before a run, `methods` one iteration a file, [`referee`] what is
//! measured of them all.

mod analyses;
mod covariates;
pub mod diagnosis;
pub mod games;
mod hessian;
pub mod instance;
pub mod likelihood;
mod methods;
pub mod model;
pub mod optimum;
pub mod orders;
mod papers;
mod presets;
mod problems;
mod rate;
pub mod referee;
mod setup;
#[cfg(test)]
mod tests;
mod trial;

use iterscope_core::Family;

/// Everything in this crate.
pub static FAMILY: Family = Family {
    id: "ranking",
    label: "Ranking",
    problems: &[
        &problems::pairwise::PAIRWISE,
        &problems::synthetic::SYNTHETIC,
        &problems::orders::ORDERS,
        &problems::synthetic_orders::SYNTHETIC_ORDERS,
    ],
    methods: &methods::ALL,
    // The page reads presets, and what the checks found, from files made when it is built; its module goes without.
    presets: if cfg!(target_arch = "wasm32") { &[] } else { presets::PRESETS },
    analyses: analyses::ANALYSES,
    checks: if cfg!(target_arch = "wasm32") { &[] } else { papers::CHECKS },
};
