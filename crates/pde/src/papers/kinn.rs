//! What is known of networks that solve a steady equation.

use std::rc::Rc;

use iterscope_core::{Backend, BuildError, Finding, Instance, MethodInput, PaperCheck, Value, Values};

use super::found;
use crate::methods::neural::kinn::METHOD;
use crate::problems::poisson;
use crate::referee::{DISCRETE, EXACT};

/// The order of splines.
pub const ORDER: PaperCheck = PaperCheck {
    id: "pde.kinn.order",
    source: "L. L. Schumaker, Spline Functions: Basic Theory, 3rd edition, 2007: cubic splines are of fourth order; figures of an independent program in NumPy for u = sin(5 pi x), with splines by \
             recursion",
    methods: &["pde.kinn"],
    preset: Some("pde.splines-as-network"),
    run: || found(order()),
};

fn order() -> Result<Vec<Finding>, BuildError> {
    let (mut findings, mut errors) = (Vec::new(), Vec::new());
    for (cells, expected) in [(8, 2.008_999_6e-2), (16, 6.729_433_9e-4), (32, 4.445_726_9e-5), (64, 2.062_991_6e-6)] {
        let given = [("form", "energy".into()), ("layers", 0.into()), ("cells", cells.into()), ("points", 1920.into())];
        let error = run(&[("n", 60.into()), ("exact", "sin(5*pi*x)".into())], &given, 1, EXACT)?;
        findings.push(Finding::new(format!("{cells} cells: relative error after one step"), expected, error, 1e-3));
        errors.push(error);
    }
    let slope = libm::log2(errors[1] / errors[3]) / 2.0;
    findings.push(Finding::new("order between 16 and 64 cells", 4.0, slope, 0.06));
    Ok(findings)
}

/// A jump of the diffusion.
pub const JUMP: PaperCheck = PaperCheck {
    id: "pde.kinn.jump",
    source: "Y. Wang et al., Kolmogorov-Arnold-informed neural network, Computer Methods in Applied Mechanics and Engineering 433, 2025: more accurate than dense networks on \
             heterogeneous problems among others; its tables were not at hand, and this jump on an interval is this project's own",
    methods: &["pde.kinn"],
    preset: Some("pde.jump-by-energy"),
    run: || found(jump()),
};

fn jump() -> Result<Vec<Finding>, BuildError> {
    let problem = [("n", 60.into()), ("diffusion", "if(x < 0.5, 1, 10)".into()), ("face_mean", "harmonic".into())];
    let energy = ("form", Value::from("energy"));
    let dense = [energy.clone(), ("network", "dense".into()), ("layers", 2.into()), ("width", 8.into())];
    let splines = run(&problem, &[energy], 200, DISCRETE)?;
    let dense = run(&problem, &dense, 200, DISCRETE)?;
    let points = run(&problem, &[], 200, DISCRETE)?;
    Ok(vec![
        Finding::new("energy, splines on edges: relative error after 200 steps, below 1e-2", 0.0, splines, 1e-2),
        Finding::new("residual at points: the same, as large as the solution", 1.0, points, 0.1),
        Finding::not_reproduced(
            "energy: the error with splines as a part of that of a dense network of as many parameters, below 1",
            0.0,
            splines / dense,
            1.0,
        ),
    ])
}

/// A series after some steps on an interval.
fn run(problem: &[(&str, Value)], given: &[(&str, Value)], steps: u32, key: &str) -> Result<f64, BuildError> {
    let pairs = |pairs: &[(&str, Value)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let line = [problem, &[("dimension", "1".into())]].concat();
    let values = Values::resolve(&poisson::PROBLEM.info.params, &pairs(&line)).map_err(|mut e| e.remove(0))?;
    let instance: Rc<dyn Instance> = Rc::new(poisson::build(&values)?);
    let values = Values::resolve(&METHOD.info.params, &pairs(given)).map_err(|mut e| e.remove(0))?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    let mut stepper = (METHOD.build)(&input)?;
    let failed = |_| BuildError::new("method", "it failed");
    stepper.advance(steps).map_err(failed)?;
    let mut measured = vec![f64::NAN; instance.series().len() + METHOD.info.diagnostics.len()];
    stepper.measure(&mut measured).map_err(failed)?;
    Ok(instance.series().iter().position(|s| s.key == key).map_or(f64::NAN, |k| measured[k]))
}
