//! Claims about methods that are parallel in time.

use std::rc::Rc;

use iterscope_core::{Backend, BuildError, Finding, Instance, Method, MethodInput, Params, Value, Values, component};

use crate::methods::time::{deer, mgrit, midpoint_all_at_once, parallel_jacobi, parareal};
use crate::problems::evolution;
use crate::time::problem::Evolution;

/// Values of the series and diagnostics after each of some iterations, the first guess first, with the number of series.
fn course(
    problem: &[(&str, &str)],
    method: &Method,
    given: &[(&str, &str)],
    iterations: usize,
) -> Result<Course, BuildError> {
    let first =
        |errors: Vec<BuildError>| errors.into_iter().next().unwrap_or_else(|| BuildError::new("params", "wrong"));
    let read = |pairs: &[(&str, &str)]| -> Params {
        // A choice is text, whatever it looks like.
        let value = |key: &str, text: &str| match text.parse::<f64>() {
            _ if key == "dimension" => Value::from(text),
            Ok(number) if number.fract() == 0.0 && !text.contains('.') => Value::Int(number as i64),
            Ok(number) => Value::Real(number),
            Err(_) => Value::from(text),
        };
        pairs.iter().map(|&(key, text)| (key.to_owned(), value(key, text))).collect()
    };
    let info = &evolution::SYSTEM.info;
    let values = Values::resolve(&info.params, &read(problem)).map_err(first)?;
    let instance: Rc<dyn Instance> = Rc::new(Evolution::new(&values, 0)?);
    let values = component::resolve(&method.info.params, crate::methods::COMPONENTS, &read(given)).map_err(first)?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    let mut stepper = (method.build)(&input)?;
    let keys: Vec<String> =
        instance.series().iter().chain(method.info.diagnostics.iter()).map(|s| s.key.to_string()).collect();
    let mut rows = Vec::new();
    for k in 0..=iterations {
        let mut row = vec![f64::NAN; keys.len()];
        if k > 0 {
            stepper.advance(1).map_err(|e| BuildError::new("method", e.to_string()))?;
        }
        stepper.measure(&mut row).map_err(|e| BuildError::new("method", e.to_string()))?;
        rows.push(row);
    }
    Ok(Course { keys, rows })
}

struct Course {
    keys: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Course {
    fn of(&self, key: &str) -> Vec<f64> {
        let place = self.keys.iter().position(|k| k == key).unwrap_or(0);
        self.rows.iter().map(|row| row[place]).collect()
    }
}

const HEAT: &[(&str, &str)] =
    &[("dimension", "1"), ("n", "16"), ("equations", "u_t = lap(u) + 10*sin(20*t)*x; u(0) = sin(pi*x); all: u = 0")];

pub(super) fn exact() -> Result<Vec<Finding>, BuildError> {
    let slab = &[("span", "0.2"), ("intervals", "8"), ("fine", "implicit-euler"), ("fine_steps", "8")];
    let all = course(HEAT, &parareal::METHOD, slab, 8)?.of("slab.error");
    let contraction = (2..5).map(|k| all[k] / all[k - 1]).fold(0.0f64, f64::max);
    let cycles = course(HEAT, &mgrit::METHOD, &[&slab[..], &[("coarsening", "2")]].concat(), 6)?.of("slab.error");
    let cycle = (2..5).map(|k| cycles[k] / cycles[k - 1]).fold(0.0f64, f64::max);
    let below = |bound: f64, x: f64| if x <= bound { 0.0 } else { x - bound };
    Ok(vec![
        Finding::new("error of Parareal after as many iterations as there are intervals", 0.0, all[8], 1e-9),
        Finding::new(
            "factor of Parareal with implicit Euler on diffusion, beyond its bound of 0.298",
            0.0,
            below(0.298, contraction),
            0.0,
        ),
        Finding::new("factor of an FCF cycle of MGRIT on diffusion, beyond 0.298", 0.0, below(0.298, cycle), 0.0),
    ])
}

fn recursion(alpha: &str) -> Vec<(&'static str, String)> {
    let text = "u_t = tanh(a*(-0.527089*u - 0.261459*v) - 0.898913*(sin(0.1*t) + 0.5*sin(0.37*t))) - u; \
                v_t = tanh(a*(0.008484*u + 0.409767*v) - 0.260963*(sin(0.1*t) + 0.5*sin(0.37*t))) - v; periodic; a = ";
    vec![("dimension", "1".into()), ("n", "2".into()), ("equations", format!("{text}{alpha}"))]
}

const STEPS: &[(&str, &str)] = &[("span", "300"), ("intervals", "300"), ("fine", "euler"), ("fine_steps", "1")];

pub(super) fn sweeps() -> Result<Vec<Finding>, BuildError> {
    let count = |alpha: &str| {
        let problem = recursion(alpha);
        let problem: Vec<(&str, &str)> = problem.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let errors = course(&problem, &parallel_jacobi::METHOD, STEPS, 40)?.of("slab.error");
        Ok::<f64, BuildError>(errors.iter().position(|&e| e < 1e-6).map_or(f64::NAN, |k| k as f64))
    };
    Ok(vec![
        Finding::new("sweeps over 300 steps to 1e-6, a = 0.5 (10 of another program)", 10.0, count("0.5")?, 0.1),
        Finding::new("sweeps over 300 steps to 1e-6, a = 1 (20 of another program)", 20.0, count("1")?, 0.05),
    ])
}

pub(super) fn newton() -> Result<Vec<Finding>, BuildError> {
    let problem = recursion("1");
    let problem: Vec<(&str, &str)> = problem.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let errors = course(&problem, &deer::METHOD, STEPS, 5)?.of("slab.error");
    let iterations = errors.iter().position(|&e| e < 1e-10).map_or(f64::NAN, |k| k as f64);
    Ok(vec![
        Finding::new("iterations to 1e-10, a = 1", 4.0, iterations, 0.0),
        Finding::new(
            "error after two iterations, a = 1, in powers of ten (4.5e-4 of another program)",
            -3.35,
            libm::log10(errors[2]),
            0.12,
        ),
    ])
}

pub(super) fn norm() -> Result<Vec<Finding>, BuildError> {
    let ring = &[
        ("dimension", "1"),
        ("n", "20"),
        (
            "equations",
            "u_t = -lap(v)/2; v_t = lap(u)/2; u(0) = exp(-50*(x-0.5)^2)*cos(20*x); v(0) = exp(-50*(x-0.5)^2)*sin(20*x); periodic",
        ),
        ("measures", "norm = u^2 + v^2"),
    ];
    let slab = &[("span", "0.02"), ("intervals", "20"), ("preconditioner", "ilu0")];
    let norms = course(ring, &midpoint_all_at_once::METHOD, slab, 60)?.of("measure.norm");
    Ok(vec![Finding::new("norm at the end over that at the start", 1.0, norms[60] / norms[0], 1e-9)])
}
