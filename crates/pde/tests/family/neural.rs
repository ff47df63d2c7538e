//! Networks that are moved in time, beside the methods that do the same without.

use std::rc::Rc;

use iterscope_core::{Artifact, Backend, Cell, Instance, MethodInput, Params, Stepper, component};
use iterscope_pde::FAMILY;

use crate::evolution::named;

const WAVE: &str = r#"{"dimension": "1", "n": 24, "x_max": 6.283185307179586, "equations": "u_t = 0.1*u_xx - u*u_x; u(0) = 1 + sin(x)/2; periodic"}"#;

fn stepper(problem: &str, method: &str, json: &str) -> Result<Box<dyn Stepper>, String> {
    let instance: Rc<dyn Instance> = Rc::new(named("pde.system", problem));
    let method = FAMILY.methods.iter().find(|m| m.info.id == method).unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let values = component::resolve(&method.info.params, FAMILY.components, &given).unwrap();
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 4 };
    (method.build)(&input).map_err(|e| format!("{}: {}", e.field, e.message))
}

fn after(method: &str, json: &str, steps: u32) -> Vec<f64> {
    let mut run = stepper(WAVE, method, json).unwrap();
    run.advance(steps).unwrap();
    let Artifact::Table { rows, .. } = run.result().unwrap() else { panic!("a table") };
    rows.iter().map(|row| if let Cell::Real(x) = row[1] { x } else { f64::NAN }).collect()
}

#[test]
fn a_network_goes_where_the_step_goes() {
    for (network, plain, extra) in [("pde.teng", "pde.euler", r#", "order": "1""#), ("pde.teng", "pde.heun", "")] {
        let (a, b) = (after(network, &format!(r#"{{"dt": 0.05{extra}}}"#), 10), after(plain, r#"{"dt": 0.05}"#, 10));
        let start = after(plain, r#"{"dt": 1e-9}"#, 1);
        let norm = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
        assert!(norm(&a, &b) < 1e-3 * norm(&start, &b), "{network}: {} of {}", norm(&a, &b), norm(&start, &b));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let two = r#"{"dimension": "1", "n": 9, "equations": "u_t = v; v_t = u_xx; u(0) = x; v(0) = 0; periodic"}"#;
    let wide = r#"{"dimension": "2", "n": 60, "equations": "u_t = lap(u); u(0) = x; all: u = 0"}"#;
    for problem in [two, wide] {
        let error = stepper(problem, "pde.teng", "{}").err().unwrap();
        assert!(error.starts_with("method: "), "{error}");
    }
}
