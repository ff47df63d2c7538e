//! The family through its public face.

mod advection;
mod answers;
mod bench;
mod brush;
mod direct;
mod eigen;
mod evolution;
mod flow;
mod integrators;
mod kinn;
mod live;
mod methods;
mod neural;
mod nonlinear;
mod plate;
mod poisson;
mod predictions;
mod problem;
mod reduced;
mod reference;
mod remedies;
mod slab;
mod time;

use iterscope_testkit::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
