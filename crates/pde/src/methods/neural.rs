//! Networks as the state of a system in time, as all of its course, or as the solution of a steady equation.

pub mod insr;
pub mod kinn;
pub mod lagrangian_pinn;
mod law;
pub mod level_set;
pub mod predicting_change;
mod space_time;
mod state;
pub mod teng;
