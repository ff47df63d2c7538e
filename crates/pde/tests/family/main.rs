//! The family through its public face.

mod advection;
mod bench;
mod methods;
mod poisson;
mod predictions;
mod problem;
mod slab;
mod time;
