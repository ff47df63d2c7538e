//! Operators, linear solvers and preconditioners; knows no family. One solver or preconditioner, one file.
//!
//! A [`LinearSolver`] iterates on `A x = b` for any [`Operator`]; a [`Preconditioner`] approximates `A^-1` from an assembled
//! [`Matrix`]. [`solvers::richardson::Richardson`] makes a preconditioner a solver.

pub mod eigen;
pub mod factors;
pub mod fourier;
pub mod hierarchy;
pub mod inner_solver;
pub mod matrix;
pub mod memory;
pub mod operator;
pub mod precision;
pub mod preconditioner;
pub mod preconditioners;
mod semidefinite;
pub mod solver;
pub mod solvers;
pub mod spectrum;
pub mod splitting;
mod state;
pub mod transfer;

pub use inner_solver::InnerSolver;
pub use matrix::Matrix;
pub use operator::{Cost, Operator};
pub use precision::Precision;
pub use preconditioner::{Coarsening, Coarser, Preconditioner, PreconditionerKind, Setup, Side};
pub use semidefinite::solve_semidefinite;
pub use solver::LinearSolver;

/// The scalars that all of this runs in: `f64`, the truth, and `f32`, the twin that a graphics device is compared with.
pub use iterscope_kernels::compiled::Compiled as Scalar;
