//! The solvers, one file each.

pub mod cg;
pub mod richardson;
