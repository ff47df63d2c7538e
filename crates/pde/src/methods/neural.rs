//! Networks as the state of a system in time.

mod state;
pub mod teng;
