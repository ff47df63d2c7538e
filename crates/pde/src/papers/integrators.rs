//! What the sources of integrators in time claim.

use std::rc::Rc;

use iterscope_core::{
    Artifact, Backend, BuildError, Cell, Finding, Instance, Method, MethodInput, PaperCheck, Params, Value, Values,
    component,
};

use super::found;
use crate::methods::time as methods;
use crate::methods::time::runge_kutta::Tableau;
use crate::problems::evolution;
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{polynomial, reach};

/// Limits of stability.
pub const LIMITS: PaperCheck = PaperCheck {
    id: "pde.integrators.limits",
    source: "E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, 1996, sections IV.2 and V.1; S. Gottlieb, D. I. Ketcheson \
                 and C.-W. Shu, Strong Stability Preserving Runge-Kutta and Multistep Time Discretizations, 2011",
    methods: &["pde.euler", "pde.rk4", "pde.ssp-rk3", "pde.ab2", "pde.leapfrog"],
    preset: Some("pde.explicit-limits"),
    run: limits,
};

/// The limit of the stabilised method.
pub const RKC: PaperCheck = PaperCheck {
    id: "pde.rkc.limit",
    source: "B. P. Sommeijer, L. F. Shampine and J. G. Verwer, RKC: An explicit solver for parabolic PDEs, Journal of Computational and \
                 Applied Mathematics 88, 1998: the limit is about (2/3)(s^2 - 1)(1 - (2/15) eps) for eps = 2/13",
    methods: &["pde.rkc"],
    preset: Some("pde.explicit-limits"),
    run: chebyshev,
};

/// Observed orders.
pub const ORDERS: PaperCheck = PaperCheck {
    id: "pde.integrators.orders",
    source: "The orders that the sources of the methods prove, seen on u_t = u_xx + 20 (u - u^3) with 31 inner nodes",
    methods: &[
        "pde.heun",
        "pde.rkc",
        "pde.ab2",
        "pde.implicit-euler",
        "pde.crank-nicolson",
        "pde.sdirk",
        "pde.imex",
        "pde.strang",
        "pde.etdrk4",
    ],
    preset: Some("pde.implicit-orders"),
    run: || found(orders()),
};

/// Errors of methods with damped rates.
pub const KAPS: PaperCheck = PaperCheck {
    id: "pde.tase.kaps",
    source: "The problem of Kaps with eps = 0.2 to t = 1, exact (exp(-2t), exp(-t)): largest errors of an independent implementation in NumPy. The \
                 sources print no table of this set-up; the coefficients of MSRKTASE are derived here",
    methods: &["pde.srktase", "pde.msrktase"],
    preset: Some("pde.tase"),
    run: || found(kaps()),
};

fn limits() -> Vec<Finding> {
    let (real, imaginary) = (Complex::new(-1.0, 0.0), Complex::new(0.0, 1.0));
    let of = |tableau: &Tableau, direction| {
        let coefficients = tableau.polynomial();
        reach(&|z| polynomial(&coefficients, z).abs(), direction, 40.0)
    };
    let add = |claim: &str, expected, measured| Finding::new(claim, expected, measured, 1e-6);
    vec![
        add("Euler on the negative real axis", 2.0, of(&methods::euler::TABLEAU, real)),
        add("Heun on the negative real axis", 2.0, of(&methods::heun::TABLEAU, real)),
        add("RK4 on the negative real axis", 2.785_293_563_405_282, of(&methods::rk4::TABLEAU, real)),
        add("RK4 on the imaginary axis", 8.0f64.sqrt(), of(&methods::rk4::TABLEAU, imaginary)),
        add("SSP-RK3 on the negative real axis", 2.512_745_326_618_329, of(&methods::ssp_rk3::TABLEAU, real)),
        add("SSP-RK3 on the imaginary axis", 3.0f64.sqrt(), of(&methods::ssp_rk3::TABLEAU, imaginary)),
        add("Adams-Bashforth 2 on the negative real axis", 1.0, reach(&methods::ab2::factor, real, 10.0)),
        add("leapfrog on the imaginary axis, second order", 2.0, reach(&methods::leapfrog::of_second, imaginary, 10.0)),
        add("leapfrog on the imaginary axis, first order", 1.0, reach(&methods::leapfrog::of_first, imaginary, 10.0)),
    ]
}

fn chebyshev() -> Vec<Finding> {
    let one = |s: usize| {
        let expected = methods::rkc::limit(s);
        let measured = reach(&|z| methods::rkc::factor(s, z), Complex::new(-1.0, 0.0), 2.0 * expected);
        Finding::new(format!("limit on the negative real axis with {s} stages"), expected, measured, 0.01)
    };
    [20, 50, 100].map(one).into()
}

/// The fields of a typed system at the end of a run, without coordinates, one after the other.
fn run(equations: &str, n: i64, method: &Method, given: &[(&str, Value)], until: f64) -> Result<Vec<f64>, BuildError> {
    let problem: Params =
        [("equations", equations.into()), ("dimension", "1".into()), ("n", Value::Int(n))].map(own).into();
    let values = Values::resolve(&evolution::SYSTEM.info.params, &problem).map_err(|mut e| e.remove(0))?;
    let instance: Rc<dyn Instance> = Rc::new(Evolution::new(&values, 0)?);
    let given: Params = given.iter().cloned().map(own).collect();
    let values = component::resolve(&method.info.params, crate::methods::COMPONENTS, &given);
    let values = values.map_err(|mut e| e.remove(0))?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    let mut stepper = (method.build)(&input)?;
    stepper.end_at(until);
    let failed = |_| BuildError::new("method", "it failed");
    stepper.advance(u32::MAX).map_err(failed)?;
    let Artifact::Table { columns, rows } = stepper.result().map_err(failed)? else { return Ok(Vec::new()) };
    let value = |c: &Cell| if let Cell::Real(x) = c { *x } else { f64::NAN };
    Ok((1..columns.len()).flat_map(|k| rows.iter().map(move |r| value(&r[k]))).collect())
}

fn own((key, value): (&str, Value)) -> (String, Value) {
    (key.to_owned(), value)
}

fn orders() -> Result<Vec<Finding>, BuildError> {
    const ALLEN_CAHN: &str = "u_t = u_xx + 20*(u - u^3); u(0) = sin(pi*x) + 0.3*sin(4*pi*x); all: u = 0";
    let end =
        |method: &Method, steps: u32| run(ALLEN_CAHN, 32, method, &[("dt", Value::Real(0.1 / f64::from(steps)))], 0.1);
    let reference = end(&methods::rk4::METHOD, 10_000)?;
    let mut findings = Vec::new();
    for (method, order, steps) in [
        (&methods::heun::METHOD, 2.0, 640),
        (&methods::rkc::METHOD, 2.0, 640),
        (&methods::ab2::METHOD, 2.0, 640),
        (&methods::implicit_euler::METHOD, 1.0, 160),
        (&methods::crank_nicolson::METHOD, 2.0, 80),
        (&methods::sdirk::METHOD, 2.0, 160),
        (&methods::imex::METHOD, 2.0, 320),
        (&methods::strang::METHOD, 2.0, 40),
        (&methods::etdrk4::METHOD, 4.0, 40),
    ] {
        let error = |steps| -> Result<f64, BuildError> {
            Ok(end(method, steps)?.iter().zip(&reference).map(|(u, v)| (u - v) * (u - v)).sum::<f64>().sqrt())
        };
        let measured = libm::log2(error(steps)? / error(2 * steps)?);
        findings.push(Finding::new(format!("order of {}", method.info.label), order, measured, 0.05));
    }
    Ok(findings)
}

fn kaps() -> Result<Vec<Finding>, BuildError> {
    const EQUATIONS: &str = "u_t = -(1/eps + 2)*u + v^2/eps; v_t = u - v*(1 + v); eps = 0.2; u(0) = 1; v(0) = 1; \
                        all: du/dn = 0; all: dv/dn = 0";
    let mut findings = Vec::new();
    for (method, order, alpha, steps, expected) in [
        (&methods::srktase::METHOD, "2", 1.0, 80, 1.210e-4),
        (&methods::srktase::METHOD, "2", 1.0, 640, 2.051e-6),
        (&methods::srktase::METHOD, "3", 1.0, 80, 4.599e-6),
        (&methods::srktase::METHOD, "3", 1.0, 640, 1.157e-8),
        (&methods::srktase::METHOD, "4", 1.0, 80, 3.781e-7),
        (&methods::msrktase::METHOD, "2", 1.0, 80, 6.68e-5),
        (&methods::msrktase::METHOD, "2", 1.0, 640, 1.16e-6),
        (&methods::msrktase::METHOD, "3", 0.5, 80, 3.88e-7),
        (&methods::msrktase::METHOD, "3", 0.5, 320, 7.10e-9),
    ] {
        let dt = Value::Real(1.0 / f64::from(steps));
        let found =
            run(EQUATIONS, 2, method, &[("dt", dt), ("order", order.into()), ("alpha", Value::Real(alpha))], 1.0)?;
        let exact = [libm::exp(-2.0), libm::exp(-1.0)];
        let nodes = found.len() / 2;
        let error = found.iter().enumerate().map(|(k, x)| (x - exact[k / nodes]).abs()).fold(0.0, f64::max);
        let claim = format!("{} of order {order}, alpha = {alpha}: error with {steps} steps", method.info.label);
        findings.push(Finding::new(claim, expected, error, 0.01));
    }
    Ok(findings)
}
