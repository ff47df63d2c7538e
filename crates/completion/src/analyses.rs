//! What can be asked beside the race, one file each.

mod history;
mod phase_map;
mod recommend;
#[cfg(test)]
pub(crate) mod test_support;
mod uncertainty;

use iterscope_core::Analysis;

/// All of them, in the order in which they are offered.
pub static ANALYSES: &[&Analysis] =
    &[&phase_map::PHASE_MAP, &history::HISTORY, &recommend::RECOMMEND, &uncertainty::UNCERTAINTY];
