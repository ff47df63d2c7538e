//! Euler's explicit method.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str, words};

use super::runge_kutta::{Tableau, build_fixed};
use super::{BACKENDS, EVOLUTION, EXPLICIT};

/// One stage.
pub static TABLEAU: Tableau = Tableau { a: &[&[]], b: &[1.0], c: &[0.0] };

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.euler"),
        label: Str::Borrowed("Euler"),
        summary: words(
            "One evaluation a step, of first order. Unstable where dt is more than twice the fastest time of decay.",
        ),
        math: words(r"u_{k+1} = u_k + \Delta t\, F(t_k, u_k)"),
        citation: words("L. Euler, Institutiones calculi integralis, 1768"),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(&[]),
        backends: BACKENDS,
        step: words("one evaluation of the rate of change"),
        limits: words("Stable for real rates down to -2/dt only, and for no oscillation without damping."),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { build_fixed(TABLEAU, input) },
    predict: Some(|input| TABLEAU.predict(input)),
};
