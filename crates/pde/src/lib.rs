//! The PDE family: steady advection, diffusion and reaction, and the iterations that solve the discrete problem.

use iterscope_core::Family;

pub use iterscope_kernels::stencil::Stencil;

pub mod analyses;
pub mod assembly;
pub mod boundary;
pub mod coarsening;
pub mod discrete;
pub mod equation;
pub mod flux;
pub mod frequencies;
pub mod grid;
pub mod layout;
pub mod linear;
pub mod methods;
pub mod nonlinear;
mod notes;
pub mod papers;
pub mod presets;
pub mod problems;
pub mod referee;
pub mod ritz;
pub mod system;
pub mod theory;
pub mod time;
pub mod typed;

pub use discrete::{Advection, Discrete};
pub use linear::LinearProblem;

/// The family.
pub static FAMILY: Family = Family {
    id: "pde",
    label: "PDE",
    problems: problems::ALL,
    methods: &[
        &methods::jacobi::METHOD,
        &methods::gauss_seidel::METHOD,
        &methods::sor::METHOD,
        &methods::ssor::METHOD,
        &methods::richardson::METHOD,
        &methods::chebyshev::METHOD,
        &methods::steepest_descent::METHOD,
        &methods::cg::METHOD,
        &methods::conjugate_directions::METHOD,
        &methods::minres::METHOD,
        &methods::gmres::METHOD,
        &methods::fgmres::METHOD,
        &methods::bicgstab::METHOD,
        &methods::idr::METHOD,
        &methods::lsqr::METHOD,
        &methods::kaczmarz::METHOD,
        &methods::sketch_and_project::METHOD,
        &methods::block_coordinate_descent::METHOD,
        &methods::graph_solver::METHOD,
        &methods::schwarz::METHOD,
        &methods::multigrid::METHOD,
        &methods::domain_splitting::METHOD,
        &methods::newton::METHOD,
        &methods::picard::METHOD,
        &methods::anderson::METHOD,
        &methods::nonlinear_cg::METHOD,
        &methods::fas::METHOD,
        &methods::halpern::METHOD,
        &methods::time::euler::METHOD,
        &methods::time::heun::METHOD,
        &methods::time::rk4::METHOD,
        &methods::time::ssp_rk3::METHOD,
        &methods::time::rkc::METHOD,
        &methods::time::dopri5::METHOD,
        &methods::time::ab2::METHOD,
        &methods::time::leapfrog::METHOD,
        &methods::time::implicit_euler::METHOD,
        &methods::time::parareal::METHOD,
        &methods::time::mgrit::METHOD,
        &methods::time::deer::METHOD,
        &methods::time::parallel_jacobi::METHOD,
        &methods::time::midpoint_all_at_once::METHOD,
        &methods::adi::METHOD,
        &methods::direct::METHOD,
        &methods::lanczos::METHOD,
        &methods::lobpcg::METHOD,
        &methods::subspace_iteration::METHOD,
        &methods::inverse_iteration::METHOD,
        &methods::rayleigh_quotient::METHOD,
        &methods::time::crank_nicolson::METHOD,
        &methods::time::bdf2::METHOD,
        &methods::time::sdirk::METHOD,
        &methods::time::radau5::METHOD,
        &methods::time::imex::METHOD,
        &methods::time::strang::METHOD,
        &methods::time::etdrk4::METHOD,
        &methods::time::srktase::METHOD,
        &methods::time::msrktase::METHOD,
        &methods::reduced::pod_galerkin::METHOD,
        &methods::reduced::adaptive::METHOD,
        &methods::reduced::lagrangian_basis::METHOD,
        &methods::reduced::dictionary::METHOD,
        &methods::wkb::METHOD,
        &methods::neural::teng::METHOD,
        &methods::neural::insr::METHOD,
        &methods::neural::predicting_change::METHOD,
        &methods::neural::level_set::METHOD,
        &methods::neural::lagrangian_pinn::METHOD,
        &methods::neural::kinn::METHOD,
    ],
    // The page reads presets, and what the checks found, from files made when it is built; its module goes without.
    components: methods::COMPONENTS,
    presets: if cfg!(target_arch = "wasm32") { &[] } else { presets::PRESETS },
    analyses: analyses::ANALYSES,
    checks: if cfg!(target_arch = "wasm32") { &[] } else { papers::CHECKS },
};
