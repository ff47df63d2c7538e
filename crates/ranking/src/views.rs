//! What pictures show beside the numbers.

pub mod intervals;
pub mod rank_history;
