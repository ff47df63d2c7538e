//! What can be asked beside the race, one file each.

mod factors;
mod history;
mod phase_map;
mod predictions;
mod recommend;
#[cfg(test)]
pub(crate) mod test_support;
mod uncertainty;

use iterscope_core::Analysis;

/// All of them, in the order in which they are offered.
pub static ANALYSES: &[&Analysis] = &[
    &phase_map::PHASE_MAP,
    &history::HISTORY,
    &recommend::RECOMMEND,
    &predictions::PREDICTIONS,
    &uncertainty::UNCERTAINTY,
    &factors::FACTORS,
];
