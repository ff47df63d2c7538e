//! The classical method of Runge and Kutta.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str, words};

use super::runge_kutta::{Tableau, build_fixed};
use super::{BACKENDS, EVOLUTION, EXPLICIT};

/// Four stages, of fourth order.
pub static TABLEAU: Tableau = Tableau {
    a: &[&[], &[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
    b: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
    c: &[0.0, 0.5, 0.5, 1.0],
};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.rk4"),
        label: Str::Borrowed("RK4"),
        summary: words("Four evaluations a step, of fourth order: the usual choice where nothing is stiff."),
        math: words(
            r"k_1 = F(t, u), \quad k_2 = F(t + \tfrac{\Delta t}{2}, u + \tfrac{\Delta t}{2} k_1), \quad k_3 = F(t + \tfrac{\Delta t}{2}, u + \tfrac{\Delta t}{2} k_2), \quad k_4 = F(t + \Delta t, u + \Delta t\, k_3), \quad u_+ = u + \tfrac{\Delta t}{6}(k_1 + 2 k_2 + 2 k_3 + k_4)",
        ),
        citation: words(
            "W. Kutta, Beitrag zur näherungsweisen Integration totaler Differentialgleichungen, Zeitschrift für Mathematik und Physik 46, 1901",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(&[]),
        backends: BACKENDS,
        step: words("four evaluations of the rate of change"),
        limits: words("Stable for real rates down to -2.785/dt, for oscillations up to 2.828/dt."),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { build_fixed(TABLEAU, input) },
    predict: Some(|input| TABLEAU.predict(input)),
};
