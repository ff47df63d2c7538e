//! Modified Singly-RKTASE methods: each stage has its own operator.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words};

use super::implicit::SOLVER;
use super::srktase::{KUTTA, MIDPOINT};
use super::tase::{DIAGNOSTICS, JACOBIAN, Member, alpha};
use super::{BACKENDS, EVOLUTION};
use crate::time::stepper::DT;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice(
        "order",
        "Order",
        "The midpoint rule with 3 solves, or Kutta's method with 5",
        &[("2", "second"), ("3", "third")],
        "2",
    ),
    alpha(1.0),
    JACOBIAN,
    SOLVER,
];

/// The members of orders 2 and 3; coefficients derived here, from the order conditions for an arbitrary matrix W.
pub static MEMBERS: [Member; 2] = [
    Member { tableau: MIDPOINT, beta: &[&[1.0], &[2.0, -1.0]] },
    Member { tableau: KUTTA, beta: &[&[1.0], &[4.0, -4.5, 1.5], &[1.0]] },
];

fn member(values: &Values) -> &'static Member {
    &MEMBERS[usize::from(values.text("order") != "2")]
}

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.msrktase"),
        label: Str::Borrowed("MSRKTASE"),
        summary: words(
            "As SRKTASE, with an operator of its own for each stage: fewer solves and smaller errors. Coefficients derived here.",
        ),
        math: words(
            r"K_i = T_i F\bigl(u + \Delta t \sum_{j<i} a_{ij} K_j\bigr), \quad T_i = \sum_j \beta_{ij} R^j; \quad p = 2: T_1 = R,\ T_2 = 2R - R^2; \quad p = 3: T_1 = T_3 = R,\ T_2 = 4R - \tfrac92 R^2 + \tfrac32 R^3",
        ),
        citation: words(
            "The class: M. Calvo, J. I. Montijano and L. Rández, Modified Singly-Runge-Kutta-TASE methods for the numerical solution of stiff differential equations, Journal of Scientific Computing, 2025 (arXiv 2407.01785)",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("2 evaluations and 3 solves for second order, 3 and 5 for third"),
        limits: words(
            "The coefficients are derived here from the order conditions and are not those of the source. Second order is stable whatever dt is; third order is stable in all but half a degree about the imaginary axis: oscillations grow slowly.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { member(input.values).build(input) },
    predict: Some(|input| member(input.values).predict(input)),
};
