//! Networks as the state of a system in time, or as all of its course.

pub mod insr;
pub mod lagrangian_pinn;
mod law;
pub mod level_set;
pub mod predicting_change;
mod space_time;
mod state;
pub mod teng;
