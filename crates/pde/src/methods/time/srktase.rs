//! Singly-RKTASE methods.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words};

use super::implicit::SOLVER;
use super::runge_kutta::Tableau;
use super::tase::{DIAGNOSTICS, JACOBIAN, Member, alpha};
use super::{BACKENDS, EVOLUTION, rk4};
use crate::time::stepper::DT;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice(
        "order",
        "Order",
        "The midpoint rule, Kutta's method, or the classical one",
        &[("2", "second"), ("3", "third"), ("4", "fourth")],
        "2",
    ),
    alpha(1.0),
    JACOBIAN,
    SOLVER,
];

/// The midpoint rule.
pub static MIDPOINT: Tableau = Tableau { a: &[&[], &[0.5]], b: &[0.0, 1.0], c: &[0.0, 0.5] };
/// Kutta's method of third order.
pub static KUTTA: Tableau =
    Tableau { a: &[&[], &[0.5], &[-1.0, 2.0]], b: &[1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0], c: &[0.0, 0.5, 1.0] };

/// `I - (I - R)^p` in powers of R.
const SECOND: &[f64] = &[2.0, -1.0];
const THIRD: &[f64] = &[3.0, -3.0, 1.0];
const FOURTH: &[f64] = &[4.0, -6.0, 4.0, -1.0];

/// The members of orders 2, 3 and 4.
pub static MEMBERS: [Member; 3] = [
    Member { tableau: MIDPOINT, beta: &[SECOND, SECOND] },
    Member { tableau: KUTTA, beta: &[THIRD, THIRD, THIRD] },
    Member { tableau: rk4::TABLEAU, beta: &[FOURTH, FOURTH, FOURTH, FOURTH] },
];

fn member(values: &Values) -> &'static Member {
    &MEMBERS[match values.text("order") {
        "2" => 0,
        "3" => 1,
        _ => 2,
    }]
}

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.srktase"),
        label: Str::Borrowed("SRKTASE"),
        summary: words(
            "An explicit Runge-Kutta method for u' = T F(u): T damps fast modes and is the identity up to the order. One matrix and no Newton iteration a step.",
        ),
        math: words(
            r"K_i = T_p F\bigl(u + \Delta t \sum_{j<i} a_{ij} K_j\bigr), \quad u_+ = u + \Delta t \sum_i b_i K_i, \quad T_p = I - (I - R)^p, \quad R = (I - \alpha \Delta t\, W)^{-1}",
        ),
        citation: words(
            "M. Calvo, L. Fu, J. I. Montijano and L. Rández, Singly TASE operators for the numerical solution of stiff differential equations by explicit Runge-Kutta schemes, Journal of Scientific Computing 96, 2023; M. Bassenne, L. Fu and A. Mani, Time-accurate and highly-stable explicit operators for stiff differential equations, Journal of Computational Physics 424, 2021",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("p evaluations of the rate of change and p^2 solves with one matrix"),
        limits: words(
            "Second order is stable whatever dt is for alpha of 1 and more; third and fourth order need alpha of 1.5 and more for stiff runs, and are not stable for fast oscillations.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { member(input.values).build(input) },
    predict: Some(|input| member(input.values).predict(input)),
};
