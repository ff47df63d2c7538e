//! The methods of the family, one file each.

use iterscope_core::{BuildError, ComponentInfo, MethodInput, Names, ParamInfo, Value};
use iterscope_decimal::Short;
use iterscope_kernels::real::Real;
use iterscope_linear::inner_solver::SOLVERS;
use iterscope_linear::preconditioners::KINDS;

use crate::discrete::Discrete;
use crate::problems::advection_diffusion::{AdvectionDiffusion, ID};

pub mod adaptor;
pub mod bicgstab;
pub mod block_coordinate_descent;
pub mod cg;
pub mod chebyshev;
pub mod domain_splitting;
pub mod fgmres;
pub mod gauss_seidel;
pub mod gmres;
pub mod idr;
pub mod jacobi;
pub mod kaczmarz;
pub mod lsqr;
pub mod minres;
pub mod multigrid;
pub mod richardson;
pub mod schwarz;
pub mod sketch_and_project;
pub mod sor;
pub mod ssor;
pub mod steepest_descent;
pub mod sweep;
pub mod time;

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

/// The problems that every method of the family runs on.
const PROBLEMS: Names = Names::Static(&[ID]);

fn problem<'a>(input: &'a MethodInput<'_>) -> Result<&'a AdvectionDiffusion, BuildError> {
    input.downcast::<AdvectionDiffusion>()
}

/// The inverse of the diagonal; the splitting methods need it, on the CPU and on the device.
///
/// # Errors
/// The diagonal has a zero.
pub fn inverse_diagonal<T: Real>(d: &Discrete) -> Result<Vec<T>, BuildError> {
    let invert = |(k, &c): (usize, &f64)| {
        let inverse = T::from_f64(1.0 / c);
        if inverse.is_finite() {
            return Ok(inverse);
        }
        let (x, y) = d.point(k);
        let why = format!(
            "needs a diagonal without zeros, but that of the matrix is {} at x = {}, y = {}",
            Short(c),
            Short(x),
            Short(y)
        );
        Err(BuildError::new("method", why))
    };
    d.stencil.centre.iter().enumerate().map(invert).collect()
}

/// A new value of a live parameter, checked against its schema.
fn live(params: &[ParamInfo], key: &str, value: &Value) -> Result<Value, BuildError> {
    match params.iter().find(|p| p.key == key && p.live) {
        Some(p) => p.check(value),
        None => Err(BuildError::new(key, "cannot change while running")),
    }
}
