//! What is known of networks that are moved in time.

use std::rc::Rc;

use iterscope_core::{
    Artifact, Backend, BuildError, Cell, Finding, Instance, Method, MethodInput, PaperCheck, Params, Value, Values,
    component,
};

use super::found;
use crate::methods::neural::teng;
use crate::methods::time as methods;
use crate::problems::evolution;
use crate::time::problem::Evolution;

/// Errors of steps with a network.
pub const BURGERS: PaperCheck = PaperCheck {
    id: "pde.teng.burgers",
    source: "Z. Chen, J. McCarran, E. Vizcaino, M. Soljačić and D. Luo, TENG: Time-evolving natural gradient for solving PDEs with deep neural nets toward machine \
             precision, International Conference on Machine Learning, 2024; figures of an independent program in NumPy with spectral derivatives, for \
             u_t = 0.1 u_xx - u u_x from exp(3 (sin x - 1)) to t = 0.5 with 261 parameters",
    methods: &["pde.teng"],
    preset: Some("pde.network-as-state"),
    run: || found(burgers()),
};

fn burgers() -> Result<Vec<Finding>, BuildError> {
    let reference = run(&methods::rk4::METHOD, &[("dt", Value::Real(2.5e-4))])?;
    let size = reference.iter().map(|x| x * x).sum::<f64>().sqrt();
    let off = |u: &[f64]| u.iter().zip(&reference).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt() / size;
    let mut findings = Vec::new();
    for (order, dt, expected) in [("1", 0.01, 2.66e-3), ("1", 0.005, 1.32e-3), ("2", 0.01, 2.67e-5)] {
        let u = run(&teng::METHOD, &[("dt", Value::Real(dt)), ("order", order.into())])?;
        // Differences of the grid, and a start that is fitted to some 1e-5, leave their part of the smallest error.
        let tolerance = if order == "2" { 0.15 } else { 0.05 };
        findings.push(Finding::new(format!("order {order}, dt = {dt}: relative error"), expected, off(&u), tolerance));
    }
    Ok(findings)
}

/// The state at t = 0.5.
fn run(method: &Method, given: &[(&str, Value)]) -> Result<Vec<f64>, BuildError> {
    let own = |(key, value): (&str, Value)| (key.to_owned(), value);
    let problem: Params = [
        ("equations", "u_t = 0.1*u_xx - u*u_x; u(0) = exp(3*(sin(x) - 1)); periodic".into()),
        ("dimension", "1".into()),
        ("n", Value::Int(128)),
        ("x_max", Value::Real(std::f64::consts::TAU)),
    ]
    .map(own)
    .into();
    let values = Values::resolve(&evolution::SYSTEM.info.params, &problem).map_err(|mut e| e.remove(0))?;
    let instance: Rc<dyn Instance> = Rc::new(Evolution::new(&values, 0)?);
    let given: Params = given.iter().cloned().map(own).collect();
    let values =
        component::resolve(&method.info.params, crate::methods::COMPONENTS, &given).map_err(|mut e| e.remove(0))?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 1 };
    let mut stepper = (method.build)(&input)?;
    stepper.end_at(0.5);
    let failed = |_| BuildError::new("method", "it failed");
    stepper.advance(u32::MAX).map_err(failed)?;
    let Artifact::Table { rows, .. } = stepper.result().map_err(failed)? else { return Ok(Vec::new()) };
    Ok(rows.iter().map(|row| if let Cell::Real(x) = row[1] { x } else { f64::NAN }).collect())
}
