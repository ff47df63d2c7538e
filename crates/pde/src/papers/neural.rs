//! What is known of networks that are moved in time.

use std::f64::consts::TAU;
use std::rc::Rc;

use iterscope_core::{
    Artifact, Backend, BuildError, Cell, Finding, Instance, Method, MethodInput, PaperCheck, Params, Value, Values,
    component,
};

use super::found;
use crate::methods::neural::{insr, lagrangian_pinn, level_set, predicting_change, teng};
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
    let problem = Problem { text: BURGERS_TEXT, ..CIRCLE };
    let to = |method: &Method, given: &[(&str, Value)]| problem.run(method, given, End::At(0.5));
    let reference = to(&methods::rk4::METHOD, &[("dt", Value::Real(2.5e-4))])?;
    let mut findings = Vec::new();
    for (order, dt, expected) in [("1", 0.01, 2.66e-3), ("1", 0.005, 1.32e-3), ("2", 0.01, 2.67e-5)] {
        let u = to(&teng::METHOD, &[("dt", Value::Real(dt)), ("order", order.into())])?;
        // The start is fitted to some 1e-6, which is a tenth of the smallest error and none of the others; that the path is right is held by a test to
        // 1e-10, against the same network in another program.
        let tolerance = if order == "2" { 0.15 } else { 0.05 };
        let claim = format!("order {order}, dt = {dt}: relative error");
        findings.push(Finding::new(claim, expected, off(&u, &reference), tolerance));
    }
    Ok(findings)
}

const BURGERS_TEXT: &str = "u_t = 0.1*u_xx - u*u_x; u(0) = exp(3*(sin(x) - 1)); periodic";

/// The error of a bump that is carried along by implicit steps of a network.
pub const BUMP: PaperCheck = PaperCheck {
    id: "pde.insr.bump",
    source: "H. Chen, R. Wu, E. Grinspun, C. Zheng and P. Y. Chen, Implicit neural spatial representations for time-dependent PDEs, International Conference on Machine \
             Learning, 2023: the bump of the authors' program, 30 steps of 0.05 with the speed 0.25; figures of the trapezoidal rule without a network, mode by mode, in NumPy",
    methods: &["pde.insr"],
    preset: Some("pde.network-without-mesh"),
    run: || found(bump()),
};

fn bump() -> Result<Vec<Finding>, BuildError> {
    let text = "u_t = -0.25*u_x; u(0) = exp(-x^2/(2*0.1^2)); all: u = 0";
    let problem = Problem { text, n: 100, bounds: [-2.0, 2.0], ..CIRCLE };
    let given = [
        ("dt", Value::Real(0.05)),
        ("features", 16.into()),
        ("width", 8.into()),
        ("layers", 1.into()),
        ("points", 150.into()),
    ];
    let u = problem.run(&insr::METHOD, &given, End::At(1.5))?;
    let exact = problem.exact(|x| libm::exp(-(x - 0.375) * (x - 0.375) / 0.02), 101);
    Ok(vec![Finding::new("relative error at t = 1.5", 6.631e-3, off(&u, &exact), 0.05)])
}

/// Errors of learned states and rates at the time step of their examples and at half of it.
pub const CHANGE: PaperCheck = PaperCheck {
    id: "pde.predicting-change.orders",
    source: "A. Zhou and A. Barati Farimani, Predicting change, not states: An alternate framework for neural PDE surrogates, arXiv 2412.13074, 2024: a state is learned for one time \
             step, a rate for all if differences and integrator are of matching order; figures of an independent program in NumPy, which learns five taps from the exact solution",
    methods: &["pde.predicting-change"],
    preset: Some("pde.learned-step"),
    run: || found(change()),
};

fn change() -> Result<Vec<Finding>, BuildError> {
    let text = "u_t = -u_x + 0.05*u_xx; u(0) = cos(x + 0.3) + cos(2*x + 1.1) + cos(3*x + 2.5) + cos(4*x + 4) + cos(5*x + 5.2); periodic";
    let problem = Problem { text, n: 64, ..CIRCLE };
    let exact = problem.exact(
        |x| {
            let wave = |(k, phase): (f64, f64)| libm::exp(-0.1 * k * k) * libm::cos(k * (x - 2.0) + phase);
            [(1.0, 0.3), (2.0, 1.1), (3.0, 2.5), (4.0, 4.0), (5.0, 5.2)].into_iter().map(wave).sum()
        },
        64,
    );
    let mut findings = Vec::new();
    for (target, integrator, [full, half]) in [
        ("state", "rk4", [8.211e-5, 1.4852]),
        ("forward", "euler", [8.211e-5, 0.11111]),
        ("central", "heun", [2.9025e-3, 1.1504e-2]),
        ("richardson", "rk4", [9.152e-4, 9.113e-4]),
        ("richardson", "euler", [0.37011, 0.15045]),
    ] {
        for (dt, expected) in [(0.05, full), (0.025, half)] {
            let given = [
                ("dt", Value::Real(dt)),
                ("target", target.into()),
                ("integrator", integrator.into()),
                ("courses", 8.into()),
            ];
            let u = problem.run(&predicting_change::METHOD, &given, End::At(2.0))?;
            let how = if target == "state" { "no integrator" } else { integrator };
            let claim = format!("{target} and {how}, dt = {dt}: relative error at t = 2");
            findings.push(Finding::new(claim, expected, off(&u, &exact), 0.03));
        }
    }
    Ok(findings)
}

/// The area within a closed curve that moves by its curvature.
pub const CURVE: PaperCheck = PaperCheck {
    id: "pde.neural-level-set.area",
    source: "M. Gage and R. S. Hamilton, The heat equation shrinking convex plane curves, Journal of Differential Geometry 23, 1986: the area within falls at the rate 2 pi alpha; T. Novello et al., \
             Neural implicit surface evolution, 2023, print no figure of it",
    methods: &["pde.neural-level-set"],
    preset: Some("pde.moving-curve"),
    run: || found(curve()),
};

fn curve() -> Result<Vec<Finding>, BuildError> {
    let text = "u_t = 0.2*(u_xx*u_y^2 - 2*u_x*u_y*u_xy + u_yy*u_x^2)/(u_x^2 + u_y^2 + 1e-3); u(0) = cos(x) + cos(y) + 0.8; periodic";
    let problem = Problem { text, n: 32, dimension: "2", ..CIRCLE };
    // A step that is as wide as the mesh allows.
    let area =
        |u: &[f64]| u.iter().map(|u| 1.0 / (1.0 + libm::exp(12.0 * u))).sum::<f64>() * (TAU / 32.0) * (TAU / 32.0);
    let line = problem.exact(libm::cos, 32);
    let start: Vec<f64> = line.iter().flat_map(|y| line.iter().map(move |x| x + y + 0.8)).collect();
    let given = [("span", Value::Real(1.0)), ("intervals", 4.into())];
    let u = problem.run(&level_set::METHOD, &given, End::Steps(20))?;
    let fallen = area(&start) - area(&u);
    Ok(vec![Finding::new("area lost by t = 1 with alpha = 0.2", 0.4 * std::f64::consts::PI, fallen, 0.05)])
}

/// What networks make of a wave that is carried far, with labels that are carried along and at places that stand still.
pub const CARRIED: PaperCheck = PaperCheck {
    id: "pde.lagrangian-pinn.far",
    source: "R. Mojgani, M. Balajewicz and P. Hassanzadeh, Lagrangian PINNs: A causality-conforming solution to failure modes of physics-informed neural networks, arXiv 2205.02902, 2022: \
             at speeds of 30 and more networks at places that stand still come to a flat course, those in labels to the right one; tables were not at hand",
    methods: &["pde.lagrangian-pinn"],
    preset: Some("pde.carried-labels"),
    run: || found(far()),
};

fn far() -> Result<Vec<Finding>, BuildError> {
    let problem = Problem { text: "u_t = -30*u_x; u(0) = sin(x); periodic", n: 64, ..CIRCLE };
    let exact = problem.exact(|x| libm::sin(x - 30.0), 64);
    let mut findings = Vec::new();
    for (frame, words, expected, tolerance) in [
        ("labels", "labels: relative error at t = 1 after 40 steps, below 1e-2", 0.0, 1e-2),
        ("places", "places: the same, with nothing of the wave", 1.0, 0.1),
    ] {
        let given = [("span", Value::Real(1.0)), ("intervals", 4.into()), ("frame", frame.into())];
        let u = problem.run(&lagrangian_pinn::METHOD, &given, End::Steps(40))?;
        findings.push(Finding::new(words, expected, off(&u, &exact), tolerance));
    }
    Ok(findings)
}

/// The norm of the difference, as a part of the norm of the second.
fn off(u: &[f64], exact: &[f64]) -> f64 {
    let size = exact.iter().map(|x| x * x).sum::<f64>().sqrt();
    u.iter().zip(exact).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt() / size
}

/// A typed equation on a box.
#[derive(Clone, Copy)]
struct Problem {
    text: &'static str,
    dimension: &'static str,
    n: i64,
    bounds: [f64; 2],
}

/// The usual box.
const CIRCLE: Problem = Problem { text: "", dimension: "1", n: 128, bounds: [0.0, TAU] };

/// Where a run ends.
enum End {
    At(f64),
    Steps(u32),
}

impl Problem {
    /// A function at so many nodes of the first axis.
    fn exact(&self, f: impl Fn(f64) -> f64, nodes: usize) -> Vec<f64> {
        let h = (self.bounds[1] - self.bounds[0]) / self.n as f64;
        (0..nodes).map(|i| f(self.bounds[0] + i as f64 * h)).collect()
    }

    /// The field at the end.
    fn run(&self, method: &Method, given: &[(&str, Value)], end: End) -> Result<Vec<f64>, BuildError> {
        let own = |(key, value): (&str, Value)| (key.to_owned(), value);
        let [low, high] = self.bounds.map(Value::Real);
        let problem: Params = [
            ("equations", self.text.into()),
            ("dimension", self.dimension.into()),
            ("n", Value::Int(self.n)),
            ("x_min", low.clone()),
            ("x_max", high.clone()),
            ("y_min", low),
            ("y_max", high),
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
        let failed = |_| BuildError::new("method", "it failed");
        let steps = match end {
            End::At(time) => {
                stepper.end_at(time);
                u32::MAX
            }
            End::Steps(steps) => steps,
        };
        stepper.advance(steps).map_err(failed)?;
        let Artifact::Table { rows, .. } = stepper.result().map_err(failed)? else { return Ok(Vec::new()) };
        let value = |row: &Vec<Cell>| if let Some(Cell::Real(x)) = row.last() { *x } else { f64::NAN };
        Ok(rows.iter().map(value).collect())
    }
}
