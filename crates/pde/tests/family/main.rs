//! The family through its public face.

mod advection;
mod bench;
mod direct;
mod eigen;
mod evolution;
mod methods;
mod nonlinear;
mod plate;
mod poisson;
mod predictions;
mod problem;
mod sequences;
mod slab;
mod time;
