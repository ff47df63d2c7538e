//! What is known of reduced models in time.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Finding, Instance, Method, MethodInput, PaperCheck, Params, Value, Values, component,
};

use super::found;
use crate::methods::reduced::basis::leading;
use crate::methods::reduced::{adaptive, lagrangian_basis, pod_galerkin};
use crate::problems::evolution;
use crate::time::problem::Evolution;

/// Modes found with one parameter, used with another.
pub const MOVING_SOURCE: PaperCheck = PaperCheck {
    id: "pde.adaptive-rom.moving-source",
    source: "F. Casenave and N. Akkari, An error indicator-based adaptive reduced order model for nonlinear structural mechanics: application to high-pressure \
             turbine blades, Mathematical and Computational Applications 24, 2019. The source's model has five million unknowns; these figures are of an \
             independent program in NumPy for a source that moves through a nonlinear medium, with a residual as the indicator",
    methods: &["pde.pod-galerkin", "pde.adaptive-rom"],
    preset: Some("pde.reduced-elsewhere"),
    run: || found(moving_source()),
};

/// Modes of a hump that travels, and of the nodes that travel with a flow.
pub const FRAMES: PaperCheck = PaperCheck {
    id: "pde.lagrangian-basis.rank",
    source: "R. Mojgani and M. Balajewicz, Lagrangian basis method for dimensionality reduction of convection dominated nonlinear flows, arXiv 1701.04343, 2017: \
             the figures are of an independent program in NumPy, as those of the source were not at hand; that positions before a shock span two \
             directions is a fact of the characteristics",
    methods: &["pde.pod-galerkin", "pde.lagrangian-basis"],
    preset: Some("pde.lagrangian-frame"),
    run: || found(frames()),
};

fn frames() -> Result<Vec<Finding>, BuildError> {
    let hump = |t: f64, x: f64| libm::exp(-libm::pow((x - 0.2 - t) / 0.03, 2.0));
    let rows: Vec<f64> =
        (0..=100).flat_map(|k| (0..400).map(move |i| hump(f64::from(k) * 0.005, f64::from(i) / 399.0))).collect();
    let values = leading(&rows, 400, 1).values;
    let whole: f64 = values.iter().map(|s| s * s).sum();
    let enough = (1..=values.len()).find(|&r| values[..r].iter().map(|s| s * s).sum::<f64>() >= 0.999 * whole);
    let mut findings = vec![Finding::new(
        "a hump of width 0.03 carried by 0.5: modes for 99.9 % of the energy",
        19.0,
        enough.map_or(f64::NAN, |r| r as f64),
        0.0,
    )];
    for (k, expected) in [(1, 0.977_430_96), (2, 0.940_967_76), (4, 0.833_371_34)] {
        let claim = format!("its singular value {} over the first", k + 1);
        findings.push(Finding::new(claim, expected, values[k] / values[0], 1e-6));
    }
    let (positions, values) = lagrangian_basis::inviscid(400, 100, 0.005)?;
    findings.push(Finding::new("nodes carried by 0.5 + 0.2 sin(2 pi x): rank of their positions", 2.0, positions, 0.0));
    findings.push(Finding::new("rank of what they carry", 1.0, values, 0.0));
    Ok(findings)
}

const EQUATIONS: &str =
    "u_t = div((0.1 + u^2)*grad(u)) + a*exp(-((x - x0 - s*t)/0.05)^2); a = 5; s = 0.3; x0 = 0.5; u(0) = 0; all: u = 0";

fn moving_source() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    let (pod, grown) = (&pod_galerkin::METHOD, &adaptive::METHOD);
    let (error, _) = run(pod, &[("integrator", "implicit-euler".into())])?;
    findings.push(Finding::new("six modes without enrichment: largest relative error", 5.43e-1, error, 0.01));
    for (tol, expected, full) in [(0.1, 1.74e-2, 14.0), (0.01, 1.12e-3, 22.0)] {
        let (error, steps) = run(grown, &[("tol", Value::Real(tol))])?;
        findings.push(Finding::new(format!("tolerance {tol}: largest relative error"), expected, error, 0.03));
        findings.push(Finding::new(format!("tolerance {tol}: full steps of 100"), full, steps, 0.0));
    }
    Ok(findings)
}

/// The largest error of a run, and its third diagnostic at the end.
fn run(method: &Method, given: &[(&str, Value)]) -> Result<(f64, f64), BuildError> {
    let own = |(key, value): (&str, Value)| (key.to_owned(), value);
    let problem: Params =
        [("equations", EQUATIONS.into()), ("dimension", "1".into()), ("n", Value::Int(200))].map(own).into();
    let values = Values::resolve(&evolution::SYSTEM.info.params, &problem).map_err(|mut e| e.remove(0))?;
    let instance: Rc<dyn Instance> = Rc::new(Evolution::new(&values, 0)?);
    let same = [
        ("dt", Value::Real(0.01)),
        ("span", Value::Real(1.0)),
        ("snapshots", Value::Int(100)),
        ("modes", Value::Int(6)),
        ("train", "x0 = 0.2".into()),
    ];
    let given: Params = same.iter().chain(given).cloned().map(own).collect();
    let values =
        component::resolve(&method.info.params, crate::methods::COMPONENTS, &given).map_err(|mut e| e.remove(0))?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    let mut stepper = (method.build)(&input)?;
    let series = instance.series().len();
    let mut out = vec![f64::NAN; series + method.info.diagnostics.len()];
    let mut most = 0.0f64;
    for _ in 0..100 {
        let failed = |_| BuildError::new("method", "it failed");
        stepper.advance(1).map_err(failed)?;
        stepper.measure(&mut out).map_err(failed)?;
        most = if out[series] <= most { most } else { out[series] };
    }
    Ok((most, out[series + 2]))
}
