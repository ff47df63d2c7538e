//! The problems of the family.

use iterscope_core::Problem;

pub mod advection_diffusion;
pub mod biharmonic;
pub mod bratu;
pub mod eigen;
pub mod evolution;
pub mod matrix;
pub mod minimal_surface;
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

/// All of them, the default first.
pub static ALL: &[&Problem] = &all();

const fn all() -> [&'static Problem; STEADY.len() + evolution::ALL.len()] {
    let mut all = [STEADY[0]; STEADY.len() + evolution::ALL.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = if i < STEADY.len() { STEADY[i] } else { evolution::ALL[i - STEADY.len()] };
        i += 1;
    }
    all
}
