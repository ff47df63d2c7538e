//! What can be asked beside the race, one file each.

mod basis;
mod bootstrap;
mod circles;
mod compare;
mod cycles;
mod fit;
mod fit_orders;
mod graph;
pub(crate) mod iacv;
pub(crate) mod information;
mod intervals;
mod ldl;
mod leave_one_out;
mod next_games;
pub(crate) mod outlook;
mod pair;
pub(crate) mod ranked;
mod refit;
pub(crate) mod resample;
pub(crate) mod shared;
mod stability;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod trial;

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
    &circles::CIRCLES,
];
