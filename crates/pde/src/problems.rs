//! The problems of the family.

use iterscope_core::Problem;

pub mod advection_diffusion;
pub mod biharmonic;
pub mod bratu;
pub mod eigen;
pub mod evolution;
pub mod matrix;
pub mod minimal_surface;
pub mod navier_stokes;
pub mod on_grid;
pub mod p_laplace;
pub mod poisson;

const STEADY: &[&Problem] = &[
    &advection_diffusion::PROBLEM,
    &poisson::PROBLEM,
    &matrix::PROBLEM,
    &eigen::PROBLEM,
    &biharmonic::PROBLEM,
    &bratu::PROBLEM,
    &minimal_surface::PROBLEM,
    &p_laplace::PROBLEM,
];

/// Problems in time that are no typed systems.
const OTHER_IN_TIME: &[&Problem] = &[&navier_stokes::PROBLEM];

/// Ids of problems in time.
pub const IN_TIME: &[&str] = &in_time();

const fn in_time() -> [&'static str; evolution::IDS.len() + 1] {
    let mut all = [navier_stokes::ID; evolution::IDS.len() + 1];
    let mut i = 0;
    while i < evolution::IDS.len() {
        all[i] = evolution::IDS[i];
        i += 1;
    }
    all
}

/// All of them, the default first.
pub static ALL: &[&Problem] = &all();

const LISTS: [&[&Problem]; 3] = [STEADY, evolution::ALL, OTHER_IN_TIME];
const COUNT: usize = STEADY.len() + evolution::ALL.len() + OTHER_IN_TIME.len();

const fn all() -> [&'static Problem; COUNT] {
    let mut all = [STEADY[0]; COUNT];
    let (mut list, mut within, mut i) = (0, 0, 0);
    while i < COUNT {
        if within == LISTS[list].len() {
            (list, within) = (list + 1, 0);
        }
        all[i] = LISTS[list][within];
        (within, i) = (within + 1, i + 1);
    }
    all
}
