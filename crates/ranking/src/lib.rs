//! The ranking family: strengths from pairwise comparisons.
//!
//! [`data`] holds games, [`model`] says how they are read, [`pairs`] and [`orders`] have what is known before a run and what is
//! measured, `solvers` what methods are made of, `methods` one iteration a file. Each uses those before it.
//!
//! The models of pairs: a link (logistic or normal), ties (half wins, Davidson's, or a threshold), maximum likelihood or a
//! prior (logistic or normal), the home advantage, weights by margin and date, covariates. A model is *plain* with the
//! logistic link, without threshold, normal prior, advantage and covariates; weights do not matter. Who is for what:
//!
//! | scope | methods |
//! |---|---|
//! | all models | `newton`, `coordinate-descent`, `gradient`, `nesterov`, `lbfgs`, `lazy-newton`, `root-newton`, `trust-region`, `optimiser`, `fosi`, `optex`, `proxprox`, `forward-gradient` |
//! | plain models (others are an error) | `newman`, `sgd`, `ilsr` |
//! | the same, with or without the advantage | `zermelo` |
//! | results alone (an answer of its own, whatever the model) | `lsr`, `rank-centrality`, `pagerank`, `hodge`, `massey`, `elo`, `glicko2`, `trueskill`, `kemeny` |
//!
//! [`orders`] has races of several, on which the methods of the first two rows and `lsr` run, too; [`metric`] and
//! [`preference`] are problems with methods of their own.

mod analyses;
pub mod data;
mod instance;
mod methods;
pub mod metric;
pub mod model;
pub mod orders;
pub mod pairs;
mod papers;
pub mod preference;
mod presets;
mod problems;
mod solvers;
mod test_support;
#[cfg(test)]
mod tests;
mod views;

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
        &problems::metric_repair::METRIC_REPAIR,
        &problems::preference::PREFERENCE,
    ],
    methods: &methods::ALL,
    // The page reads presets, and what the checks found, from files made when it is built; its module goes without.
    components: &[],
    presets: if cfg!(target_arch = "wasm32") { &[] } else { presets::PRESETS },
    analyses: analyses::ANALYSES,
    checks: if cfg!(target_arch = "wasm32") { &[] } else { papers::CHECKS },
};
