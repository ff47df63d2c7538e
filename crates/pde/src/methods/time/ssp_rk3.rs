//! The method of Shu and Osher, which keeps what Euler's keeps.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str, words};

use super::runge_kutta::{Tableau, build_fixed};
use super::{BACKENDS, EVOLUTION, EXPLICIT};

/// Three stages, of third order.
pub static TABLEAU: Tableau =
    Tableau { a: &[&[], &[1.0], &[0.25, 0.25]], b: &[1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0], c: &[0.0, 1.0, 0.5] };

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.ssp-rk3"),
        label: Str::Borrowed("SSP-RK3"),
        summary: words(
            "Three evaluations a step, of third order. Each stage is a mean of Euler steps, so that bounds and monotony that Euler's method keeps are kept too.",
        ),
        math: words(
            r"u_1 = u + \Delta t\, F(u), \quad u_2 = \tfrac34 u + \tfrac14 (u_1 + \Delta t\, F(u_1)), \quad u_+ = \tfrac13 u + \tfrac23 (u_2 + \Delta t\, F(u_2))",
        ),
        citation: words(
            "C.-W. Shu and S. Osher, Efficient implementation of essentially non-oscillatory shock-capturing schemes, Journal of Computational Physics 77, 1988",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(&[]),
        backends: BACKENDS,
        step: words("three evaluations of the rate of change"),
        limits: words("Stable for real rates down to -2.513/dt, for oscillations up to 1.732/dt."),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { build_fixed(TABLEAU, input) },
    predict: Some(|input| TABLEAU.predict(input)),
};
