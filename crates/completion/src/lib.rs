//! The matrix-completion family: find the low-rank matrix behind a few of its entries, or behind linear measurements.

mod analyses;
mod harness;
mod instance;
mod linalg;
mod methods;
mod model;
mod papers;
mod presets;
mod problems;
mod referee;
#[cfg(test)]
mod tests;
mod views;

pub use instance::Completion;

use iterscope_core::Family;

/// The family.
pub static FAMILY: Family = Family {
    id: "completion",
    label: "Completion",
    problems: &[
        &problems::low_rank::PROBLEM,
        &problems::image::PROBLEM,
        &problems::ratings::PROBLEM,
        &problems::sensing::PROBLEM,
        &problems::table::PROBLEM,
        &problems::distances::PROBLEM,
        &problems::stream::PROBLEM,
        &problems::ired::PROBLEM,
    ],
    methods: &[
        &methods::als::METHOD,
        &methods::robust_altmin::METHOD,
        &methods::gd_small_init::METHOD,
        &methods::scaled_gd::METHOD,
        &methods::iht::METHOD,
        &methods::soft_impute::METHOD,
        &methods::soft_impute_als::METHOD,
        &methods::svt::METHOD,
        &methods::nuclear_apg::METHOD,
        &methods::ccd::METHOD,
        &methods::sgd::METHOD,
        &methods::optimiser::METHOD,
        &methods::fosi::METHOD,
        &methods::optex::METHOD,
        &methods::proxprox::METHOD,
        &methods::forward_gradient::METHOD,
        &methods::irls::METHOD,
        &methods::hm_irls::METHOD,
        &methods::rpca::METHOD,
        &methods::riemannian_cg::METHOD,
        &methods::riemannian_tr::METHOD,
        &methods::grouse::METHOD,
        &methods::svd_updates::METHOD,
    ],
    // The page reads presets, and what the checks found, from files made when it is built; its module goes without.
    components: &[],
    presets: if cfg!(target_arch = "wasm32") { &[] } else { presets::PRESETS },
    analyses: analyses::ANALYSES,
    checks: if cfg!(target_arch = "wasm32") { &[] } else { papers::CHECKS },
};
