//! What is known of the optimally truncated series for oscillations.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Finding, Instance, MethodInput, PaperCheck, Params, Progress, Stepper, Stop, Value, Values,
    component,
};

use super::found;
use crate::methods::wkb::METHOD;
use crate::problems::evolution;
use crate::time::problem::Evolution;
use crate::time::stepper::Moment;

/// Errors by the number of terms.
pub const AIRY: PaperCheck = PaperCheck {
    id: "pde.wkb.airy",
    source: "J. Körner, A. Arnold, C. Klein and J. M. Melenk, Optimally truncated WKB approximation for the highly oscillatory stationary 1D Schrödinger equation, \
             Applied Mathematics and Computation 460, 2024: eps^2 phi'' + x phi = 0 on [1, 2] with phi = Ai + i Bi; figures of an independent program with 60 \
             digits",
    methods: &["pde.wkb"],
    preset: Some("pde.fast-oscillation"),
    run: || found(airy()),
};

/// Moments between the ends.
const MOMENTS: usize = 40;

/// Ai and Bi of `-eps^(-2/3) x` at x = 1 with their slopes in x, by SciPy 1.17.1 (`scipy.special.airy`).
const STARTS: [(f64, [[f64; 2]; 2]); 2] = [
    (0.125, [[-0.070_265_532_949_29, 3.162_514_301_474_324], [0.392_234_705_706_999_2, 0.466_682_269_753_367_3]]),
    (
        0.0625,
        [[-0.319_936_660_516_637_33, 2.553_995_583_995_665_6], [0.154_550_435_145_201_23, 5.083_570_795_632_776_5]],
    ),
];

fn airy() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for ((eps, starts), terms, name) in [
        (STARTS[0], &[(0, 6.54e-2), (1, 3.13e-3), (2, 4.25e-4), (4, 3.03e-5), (6, 6.28e-6), (11, 1.734e-6)][..], "1/8"),
        (STARTS[1], &[(1, 1.31e-3), (3, 9.53e-6), (6, 7.59e-8), (11, 6.394e-10), (22, 2.679e-11)][..], "1/16"),
    ] {
        let runs = starts.map(|start| values(eps, start, 25, "never"));
        let [real, imaginary] = runs;
        let (real, imaginary) = (real?, imaginary?);
        let exact = starts.map(|start| taylor(eps, start));
        for &(n, expected) in terms {
            let off = |k: usize| {
                let (a, b) = (real[n][k] - exact[0][k], imaginary[n][k] - exact[1][k]);
                (a * a + b * b).sqrt()
            };
            let error = (0..=MOMENTS).map(off).fold(0.0, f64::max);
            findings.push(Finding::new(format!("eps = {name}: largest error with {n} terms"), expected, error, 0.01));
        }
        let cut = values(eps, starts[0], 40, "smallest")?.len() - 1;
        let best = if eps == 0.125 { 11.0 } else { 22.0 };
        findings.push(Finding::new(format!("eps = {name}: terms up to the smallest"), best, cut as f64, 0.1));
    }
    Ok(findings)
}

/// The values at all moments with 0, 1, 2, ... terms.
fn values(eps: f64, [value, slope]: [f64; 2], terms: i64, cut: &str) -> Result<Vec<Vec<f64>>, BuildError> {
    let text = format!("u_tt = -(1 + t)/eps^2*u; eps = {eps}; u(0) = {value}; u_t(0) = {slope}");
    let own = |(key, value): (&str, Value)| (key.to_owned(), value);
    let given: Params = [("equations", text.as_str().into()), ("measures", "".into())].map(own).into();
    let resolved = Values::resolve(&evolution::OSCILLATION.info.params, &given).map_err(|mut e| e.remove(0))?;
    let instance: Rc<dyn Instance> = Rc::new(Evolution::ode(&resolved, 0)?);
    let given: Params = [
        ("span", Value::Real(1.0)),
        ("intervals", Value::Int(MOMENTS as i64)),
        ("terms", Value::Int(terms)),
        ("cut", cut.into()),
        ("fine_steps", Value::Int(10)),
    ]
    .map(own)
    .into();
    let resolved =
        component::resolve(&METHOD.info.params, crate::methods::COMPONENTS, &given).map_err(|mut e| e.remove(0))?;
    let input = MethodInput { instance: &instance, values: &resolved, backend: Backend::CpuF64, seed: 0 };
    let mut stepper = (METHOD.build)(&input)?;
    let failed = |_| BuildError::new("method", "it failed");
    let mut all = Vec::new();
    loop {
        all.push(moments(stepper.as_mut()));
        if let Progress::Stopped(stop) = stepper.advance(1).map_err(failed)? {
            return if stop == Stop::Stagnated { Ok(all) } else { Err(BuildError::new("method", "it broke down")) };
        }
    }
}

/// The first value at every moment of the slab.
fn moments(stepper: &mut dyn Stepper) -> Vec<f64> {
    let iterate = stepper.snapshot();
    let moment = iterate.as_ref().and_then(|iterate| iterate.downcast_ref::<Moment>());
    moment.map_or_else(Vec::new, |moment| moment.slab.iter().map(|state| state[0]).collect())
}

/// The solution at the moments from its power series about each of them.
fn taylor(eps: f64, [mut u, mut v]: [f64; 2]) -> Vec<f64> {
    let h = 1.0 / MOMENTS as f64;
    let mut all = vec![u];
    for k in 0..MOMENTS {
        let x = 1.0 + k as f64 * h;
        // eps^2 (n + 2)(n + 1) c_{n+2} = -(x c_n + c_{n-1})
        let mut c = vec![u, v];
        for n in 0..30 {
            let before = if n == 0 { 0.0 } else { c[n - 1] };
            c.push(-(x * c[n] + before) / (eps * eps * ((n + 2) * (n + 1)) as f64));
        }
        u = c.iter().rev().fold(0.0, |sum, c| sum * h + c);
        v = c.iter().enumerate().skip(1).rev().fold(0.0, |sum, (n, c)| sum * h + n as f64 * c);
        all.push(u);
    }
    all
}
