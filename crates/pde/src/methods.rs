//! The methods of the family, one file each.

use iterscope_core::{BuildError, ComponentInfo, MethodInput, ParamInfo, Value};
use iterscope_linear::inner_solver::SOLVERS;
use iterscope_linear::preconditioners::KINDS;

use crate::discrete::Discrete;
use crate::linear::{self, LinearProblem};

pub mod adaptor;
pub mod adi;
pub mod anderson;
pub mod bicgstab;
pub mod block_coordinate_descent;
pub mod cg;
pub mod chebyshev;
pub mod conjugate_directions;
pub mod direct;
pub mod domain_splitting;
pub mod eigen;
pub mod fas;
pub mod fgmres;
pub mod gauss_seidel;
pub mod gmres;
pub mod graph_solver;
pub mod halpern;
pub mod idr;
pub mod inverse_iteration;
pub mod jacobi;
pub mod kaczmarz;
pub mod lanczos;
pub mod lobpcg;
pub mod lsqr;
pub mod minres;
pub mod multigrid;
pub mod neural;
pub mod newton;
pub mod nonlinear;
pub mod nonlinear_cg;
pub mod picard;
pub mod rayleigh_quotient;
pub mod reduced;
pub mod richardson;
pub mod schwarz;
pub mod sketch_and_project;
pub mod sor;
pub mod ssor;
pub mod steepest_descent;
pub mod subspace_iteration;
pub mod sweep;
pub mod time;
pub mod wkb;

/// What the methods can be composed of.
pub static COMPONENTS: &[&ComponentInfo] = &components();

const fn components() -> [&'static ComponentInfo; KINDS.len() + SOLVERS.len()] {
    let mut all = [&KINDS[0].info; KINDS.len() + SOLVERS.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = if i < KINDS.len() { &KINDS[i].info } else { &SOLVERS[i - KINDS.len()] };
        i += 1;
    }
    all
}

/// An equation in non-divergence form: the problem, and its data at the unknowns.
fn nodal<'a>(input: &'a MethodInput<'_>) -> Option<(&'a LinearProblem, &'a Discrete)> {
    let problem = linear::of(input).ok()?;
    Some((problem, problem.nodal()?.1))
}

/// A new value of a live parameter, checked against its schema.
fn live(params: &[ParamInfo], key: &str, value: &Value) -> Result<Value, BuildError> {
    match params.iter().find(|p| p.key == key && p.live) {
        Some(p) => p.check(value),
        None => Err(BuildError::new(key, "cannot change while running")),
    }
}
