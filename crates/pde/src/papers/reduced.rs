//! What is known of reduced models in time.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Finding, Instance, Method, MethodInput, PaperCheck, Params, Value, Values, component,
};
use iterscope_kernels::compiled::dot;

use super::found;
use crate::analyses::matrix_interpolation::Greedy;
use crate::analyses::reduced_basis::small;
use crate::methods::reduced::basis::leading;
use crate::methods::reduced::dictionary::{medoids, sines, units};
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

/// One basis, and several that take turns.
pub const DICTIONARY: PaperCheck = PaperCheck {
    id: "pde.dictionary-rom.humps",
    source: "T. Daniel, F. Casenave, N. Akkari, A. Ketata and D. Ryckelynck, Physics-informed cluster analysis and a priori efficiency criterion for the construction of local \
             reduced-order bases, Journal of Computational Physics 458, 2022: the criterion. The figures are of an independent program in NumPy for 121 humps on 400 points, \
             whose clusters began elsewhere, so that costs agree within 2 %",
    methods: &["pde.dictionary-rom"],
    preset: Some("pde.dictionary"),
    run: dictionary,
};

fn dictionary() -> Vec<Finding> {
    let hump = |place: f64, x: f64| libm::exp(-libm::pow((x - place) / 0.03, 2.0));
    let rows: Vec<Vec<f64>> =
        (0..121).map(|k| (0..400).map(|i| hump(0.2 + 0.005 * f64::from(k), f64::from(i) / 399.0)).collect()).collect();
    let units = units(rows.iter().map(Vec::as_slice));
    let distances = sines(&units);
    // The largest part of a state that its space leaves out.
    let missed = |own: &[&Vec<f64>], modes: usize| {
        let flat: Vec<f64> = own.iter().flat_map(|row| row.iter()).copied().collect();
        let found = leading(&flat, 400, modes);
        let of = |row: &&Vec<f64>| {
            let within: f64 = found.columns.chunks_exact(400).map(|v| libm::pow(dot(v, row), 2.0)).sum();
            (1.0 - within / dot(row, row)).max(0.0).sqrt()
        };
        own.iter().map(of).fold(0.0, f64::max)
    };
    let all: Vec<&Vec<f64>> = rows.iter().collect();
    let mut findings: Vec<Finding> = [(2, 0.993), (4, 0.960), (6, 0.891)]
        .into_iter()
        .map(|(r, expected)| {
            Finding::new(format!("one basis of {r}: largest projection error"), expected, missed(&all, r), 1e-3)
        })
        .collect();
    for (clusters, cost) in [(2, 105.86), (4, 90.73), (8, 63.84), (16, 37.21)] {
        let found = medoids(&distances, rows.len(), clusters, 1);
        findings.push(Finding::new(format!("{clusters} clusters: sum of the distances"), cost, found.cost, 0.02));
        let of = |k: usize| {
            let own: Vec<&Vec<f64>> = (0..rows.len()).filter(|&i| found.of[i] == k).map(|i| &rows[i]).collect();
            missed(&own, 4)
        };
        let worst = (0..clusters).map(of).fold(0.0, f64::max);
        // Beyond, one hump more or less in a cluster decides about the worst one.
        if clusters == 4 {
            findings.push(Finding::new("4 bases of four: largest projection error", 0.370, worst, 0.1));
        }
        if clusters == 16 {
            let claim = "16 bases of four: largest projection error, as far as it exceeds a fiftieth of that of one basis of six";
            findings.push(Finding::new(claim, 0.0, (worst - missed(&all, 6) / 50.0).max(0.0), 0.0));
        }
    }
    findings
}

/// Matrices of a parameter from a few complete ones.
pub const MATRICES: PaperCheck = PaperCheck {
    id: "pde.matrix-interpolation.exponentials",
    source: "F. Casenave, A. Ern, T. Lelièvre, A nonintrusive reduced basis method applied to aeroacoustic simulations, Advances in Computational Mathematics 41, 2015: the source's \
             matrices are of boundary elements in three dimensions; these figures are of an independent program in NumPy for exp(-mu |x - y|) and the identity on 60 points, \
             and for powers of the parameter",
    methods: &[],
    preset: None,
    run: matrices,
};

fn matrices() -> Vec<Finding> {
    let places: Vec<f64> = (0..60).map(|i| f64::from(i) / 59.0).collect();
    let entry =
        |mu: f64, i: usize, j: usize| libm::exp(-mu * (places[i] - places[j]).abs()) + f64::from(u8::from(i == j));
    // The function whose values the entries are, and a row of ones for what does not depend on the parameter.
    let column =
        |mu: f64| -> Vec<f64> { (0..401).map(|r| libm::exp(-mu * f64::from(r) / 400.0)).chain([1.0]).collect() };
    let parameters: Vec<f64> = (0..181).map(|k| 1.0 + 9.0 * f64::from(k) / 180.0).collect();
    let table: Vec<Vec<f64>> = parameters.iter().map(|&mu| column(mu)).collect();
    let greedy = Greedy::of(&table, 12);
    let mut findings = Vec::new();
    for (k, expected) in [(1, 7.0e-1), (3, 4.0e-2), (5, 1.0e-3), (7, 4.4e-6), (9, 8.4e-8)] {
        let missed = greedy.missed.get(k).copied().unwrap_or(f64::NAN);
        findings.push(Finding::new(format!("what {k} exponentials miss of the others"), expected, missed, 0.06));
    }
    for (k, expected) in [1.0, 10.0, 2.85, 6.1, 1.65, 8.25, 4.25, 9.35].into_iter().enumerate() {
        let mu = greedy.columns.get(k).map_or(f64::NAN, |&j| parameters[j]);
        findings.push(Finding::new(format!("parameter {} that is taken", k + 1), expected, mu, 1e-9));
    }
    let size = |v: &[f64]| dot(v, v).sqrt();
    for (count, of_matrix, of_solution) in
        [(2, 1.71e-1, 3.62e-1), (4, 4.04e-3, 1.55e-2), (6, 1.23e-4, 1.79e-4), (8, 4.57e-7, 3.69e-6)]
    {
        let mut worst = [0.0f64; 2];
        for mu in (0..97).map(|k| 1.0 + 9.0 * f64::from(k) / 96.0) {
            let own = column(mu);
            let weights = greedy.weights(count, &table, |i| own[i]).unwrap_or_default();
            let made = |i: usize, j: usize| {
                let part = |(w, &at): (&f64, &usize)| w * entry(parameters[at], i, j);
                weights.iter().zip(&greedy.columns).map(part).sum::<f64>()
            };
            let all = || (0..60).flat_map(|i| (0..60).map(move |j| (i, j)));
            let truth: Vec<f64> = all().map(|(i, j)| entry(mu, i, j)).collect();
            let made: Vec<f64> = all().map(|(i, j)| made(i, j)).collect();
            let apart = |a: &[f64], b: &[f64]| {
                let off: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
                size(&off) / size(b)
            };
            let solved = |matrix: &[f64]| {
                let mut u: Vec<f64> = places.iter().map(|x| libm::sin(3.0 * x)).collect();
                small(60, |i, j| matrix[i * 60 + j], &mut u);
                u
            };
            worst[0] = worst[0].max(apart(&made, &truth));
            worst[1] = worst[1].max(apart(&solved(&made), &solved(&truth)));
        }
        findings.push(Finding::new(format!("{count} matrices: largest relative error"), of_matrix, worst[0], 0.01));
        findings.push(Finding::new(format!("{count} matrices: of the solution"), of_solution, worst[1], 0.02));
    }
    // Limits of powers of a matrix that is affine in the parameter are sums of its powers.
    let parameters: Vec<f64> = (0..201).map(|k| f64::from(k) / 200.0).collect();
    let powers = |mu: &f64| -> Vec<f64> {
        (0..60).map(|k| if k == 0 { 1.0 } else { libm::pow(mu * 2.0 / 3.0, f64::from(k)) }).collect()
    };
    let table: Vec<Vec<f64>> = parameters.iter().map(powers).collect();
    let greedy = Greedy::of(&table, 6);
    for (k, expected) in [0.0, 1.0, 0.575, 0.235, 0.86, 0.09].into_iter().enumerate() {
        let mu = greedy.columns.get(k).map_or(f64::NAN, |&j| parameters[j]);
        findings.push(Finding::new(format!("parameter {} that is taken for powers", k + 1), expected, mu, 1e-9));
    }
    findings
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
