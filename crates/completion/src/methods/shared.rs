//! What several methods need.

pub(crate) mod first_order;
pub(crate) mod fixed_rank;
pub(crate) mod gradient;
pub(crate) mod half_sweep;
pub(crate) mod live_rank;
pub(crate) mod modes;
pub(crate) mod nuclear;
pub(crate) mod objective;
pub(crate) mod params;
pub(crate) mod proximal_gradient;
pub(crate) mod ridge;
pub(crate) mod start;
