//! What can be asked beside the race, one file each.

mod basis;
mod bootstrap;
mod compare;
mod cycles;
mod fit;
mod graph;
mod information;
mod intervals;
mod ldl;
mod next_games;
mod outlook;
mod pair;
mod refit;
mod resample;
mod shared;
mod stability;
#[cfg(test)]
mod trial;

use iterscope_core::Analysis;

/// All of them, in the order in which they are offered.
pub static ANALYSES: &[&Analysis] = &[
    &intervals::INTERVALS,
    &bootstrap::BOOTSTRAP,
    &pair::PAIR,
    &fit::FIT,
    &next_games::NEXT_GAMES,
    &compare::COMPARE,
    &stability::STABILITY,
    &graph::GRAPH,
];
