//! Integrators in time, one file each, and what they share.

use iterscope_core::{Backend, List, Names, ParamInfo};

use crate::problems::evolution;
use crate::time::stepper::DT;

pub mod deer;
pub mod euler;
pub mod implicit;
pub mod implicit_euler;
pub mod mgrit;
pub mod midpoint_all_at_once;
pub mod parallel_jacobi;
pub mod parareal;
pub mod rk4;
pub mod runge_kutta;
pub mod slab;

/// The problems that integrators run on.
pub const EVOLUTION: Names = Names::Static(evolution::IDS);

/// The parameters of an explicit method with a fixed step.
pub static EXPLICIT: &[ParamInfo] = &[DT];

/// Where integrators run.
pub const BACKENDS: List<Backend> = List::Borrowed(&[Backend::CpuF64]);
