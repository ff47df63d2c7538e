//! What can be asked beside the race, one file each.

use iterscope_core::Analysis;

/// All of them, in the order in which they are offered.
pub static ANALYSES: &[&Analysis] = &[];
