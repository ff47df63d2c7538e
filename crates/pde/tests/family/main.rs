//! The family through its public face.

mod bench;
mod methods;
mod poisson;
mod problem;
mod time;
