//! The PDE family: steady advection, diffusion and reaction, and the iterations that solve the discrete problem.

pub mod discrete;
pub mod equation;
pub mod methods;
mod notes;
pub mod papers;
pub mod problems;
pub mod referee;
pub mod stencil;
pub mod theory;

pub use discrete::{Advection, Discrete};
pub use problems::advection_diffusion::AdvectionDiffusion;
pub use referee::PdeReferee;
pub use stencil::Stencil;
