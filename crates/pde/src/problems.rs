//! The problems of the family.

pub mod advection_diffusion;
pub mod biharmonic;
pub mod eigen;
pub mod evolution;
pub mod matrix;
pub mod on_grid;
pub mod poisson;
