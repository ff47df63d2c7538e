//! What is known of incompressible flows.

use std::rc::Rc;

use iterscope_core::{
    Artifact, Backend, BuildError, Cell, Finding, Instance, Method, MethodInput, PaperCheck, Params, Value, Values,
    component,
};

use super::found;
use crate::methods::time as methods;
use crate::problems::navier_stokes::{self, ghia};
use crate::time::problem::Evolution;
use crate::time::stepper::{Live, Moment};

/// The lid-driven cavity.
pub const CAVITY: PaperCheck = PaperCheck {
    id: "pde.navier-stokes.cavity",
    source: "U. Ghia, K. N. Ghia and C. T. Shin, High-Re solutions for incompressible flow using the Navier-Stokes equations and a multigrid method, \
             Journal of Computational Physics 48, 1982, tables I and V",
    methods: &[],
    preset: Some("pde.driven-cavity"),
    run: || found(cavity()),
};

/// Decaying vortices.
pub const VORTICES: PaperCheck = PaperCheck {
    id: "pde.navier-stokes.vortices",
    source: "G. I. Taylor and A. E. Green, Mechanism of the production of small eddies from large ones, Proceedings of the Royal Society A 158, 1937; on a \
             grid with five-point differences the rate is (4 - 4 cos h) / (Re h^2)",
    methods: &["pde.rk4", "pde.crank-nicolson"],
    preset: Some("pde.taylor-green"),
    run: || found(vortices()),
};

fn problem(given: &[(&str, Value)]) -> Result<Evolution, BuildError> {
    let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let values = Values::resolve(&navier_stokes::PROBLEM.info.params, &given).map_err(|mut e| e.remove(0))?;
    navier_stokes::build(&values)
}

fn cavity() -> Result<Vec<Finding>, BuildError> {
    let flow = problem(&[("n", Value::Int(64))])?;
    let none = || BuildError::new("flow", "there is no steady flow");
    let values = flow.linearised_about().ok_or_else(none)?;
    let mut out = vec![f64::NAN; flow.series().len()];
    flow.referee().measure(&Moment { time: 0.0, values, slab: Vec::new(), live: Live::default() }, &mut out);
    let of = |key: &str| flow.series().iter().zip(&out).find(|(s, _)| s.key == key).map_or(f64::NAN, |(_, x)| *x);
    Ok(vec![
        Finding::new("largest difference from the velocities of table I on 64 x 64 cells", 0.0, of("table"), 0.01),
        Finding::new("strength of the vortex, table V", -ghia::PSI, of("vortex"), 0.01),
    ])
}

fn vortices() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for (method, dt, factor) in [
        (&methods::rk4::METHOD, 0.01, 0.819_256_323_482_719_5),
        // ((1 - z/2)/(1 + z/2))^10 with z = 0.1 times the rate 0.199359...
        (&methods::crank_nicolson::METHOD, 0.1, 0.819_250_913_874_651_1),
    ] {
        let given = [("flow", "taylor-green".into()), ("re", Value::Real(10.0)), ("n", Value::Int(32))];
        let flow = problem(&given)?;
        let before = flow.start[16] - flow.start[8 * 32];
        let after = run(flow, method, dt)?;
        let claim = format!("{}: by what velocities are multiplied until t = 1", method.info.label);
        findings.push(Finding::new(claim, factor, (after[16] - after[8 * 32]) / before, 1e-10));
    }
    Ok(findings)
}

/// The stream function at t = 1.
fn run(flow: Evolution, method: &Method, dt: f64) -> Result<Vec<f64>, BuildError> {
    let instance: Rc<dyn Instance> = Rc::new(flow);
    let given: Params = [("dt".to_owned(), Value::Real(dt))].into();
    let values =
        component::resolve(&method.info.params, crate::methods::COMPONENTS, &given).map_err(|mut e| e.remove(0))?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    let mut stepper = (method.build)(&input)?;
    stepper.end_at(1.0);
    let failed = |_| BuildError::new("method", "it failed");
    stepper.advance(u32::MAX).map_err(failed)?;
    let Artifact::Table { rows, .. } = stepper.result().map_err(failed)? else { return Ok(Vec::new()) };
    let psi = |row: &Vec<Cell>| if let Cell::Real(x) = row[4] { x } else { f64::NAN };
    Ok(rows.iter().map(psi).collect())
}
