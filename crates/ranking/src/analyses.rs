//! What can be asked beside the race, one file each.

mod bootstrap;
mod compare;
mod cycle_search;
mod cycles;
mod fit;
mod fit_orders;
mod fitted_model;
mod graph;
pub(crate) mod iacv;
pub(crate) mod information;
mod intervals;
mod ldl;
mod leave_one_out;
mod next_games;
mod order_model;
mod pair;
pub(crate) mod predictions;
pub(crate) mod ranking_model;
mod refit;
pub(crate) mod resample;
pub(crate) mod shared;
mod stability;

use iterscope_core::Analysis;

/// All of them, in the order in which they are offered.
pub static ANALYSES: &[&Analysis] = &[
    &intervals::INTERVALS,
    &bootstrap::BOOTSTRAP,
    &pair::PAIR,
    &fit::FIT,
    &next_games::NEXT_GAMES,
    &compare::COMPARE,
    &leave_one_out::LEAVE_ONE_OUT,
    &stability::STABILITY,
    &graph::GRAPH,
    &cycles::CYCLES,
];
