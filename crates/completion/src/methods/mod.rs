//! The methods of the family, one file each.

pub mod als;
pub mod gd_small_init;
pub mod iht;
pub mod robust_altmin;
pub mod scaled_gd;

use iterscope_core::ParamInfo;

/// The rank of the factors, a parameter of every method.
pub(crate) const RANK: ParamInfo = ParamInfo::int(
    "rank",
    "rank",
    "Columns of the factors U and V; 0 takes the rank that the problem names.",
    [0, 100],
    0,
);

/// The problems given by entries.
pub(crate) const ENTRY_PROBLEMS: &[&str] = &["completion.low-rank", "completion.image", "completion.ratings"];
