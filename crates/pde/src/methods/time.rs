//! Integrators in time, one file each, and what they share.

use iterscope_core::{Backend, List, Names, ParamInfo};

use crate::problems::evolution;
use crate::time::stepper::DT;

pub mod ab2;
pub mod bdf2;
pub mod crank_nicolson;
pub mod deer;
pub mod dopri5;
pub mod etdrk4;
pub mod euler;
pub mod heun;
pub mod imex;
pub mod implicit;
pub mod implicit_euler;
pub mod leapfrog;
pub mod mgrit;
pub mod midpoint_all_at_once;
pub mod msrktase;
pub mod parallel_jacobi;
pub mod parareal;
pub mod radau5;
pub mod rk4;
pub mod rkc;
pub mod runge_kutta;
pub mod sdirk;
pub mod shifted;
pub mod slab;
pub mod srktase;
pub mod ssp_rk3;
pub mod strang;
pub mod tase;

/// The problems that integrators run on.
pub const EVOLUTION: Names = Names::Static(crate::problems::IN_TIME);

/// Those of them that are typed systems.
pub const TYPED: Names = Names::Static(evolution::IDS);

/// The parameters of an explicit method with a fixed step.
pub static EXPLICIT: &[ParamInfo] = &[DT];

/// Where integrators run.
pub const BACKENDS: List<Backend> = List::Borrowed(&[Backend::CpuF64]);
