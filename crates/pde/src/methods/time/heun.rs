//! Heun's method.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str, words};

use super::runge_kutta::{Tableau, build_fixed};
use super::{BACKENDS, EVOLUTION, EXPLICIT};

/// Two stages, of second order.
pub static TABLEAU: Tableau = Tableau { a: &[&[], &[1.0]], b: &[0.5, 0.5], c: &[0.0, 1.0] };

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.heun"),
        label: Str::Borrowed("Heun"),
        summary: words(
            "Two evaluations a step, of second order: the mean of the slopes at both ends of an Euler step.",
        ),
        math: words(
            r"k_1 = F(t, u), \quad k_2 = F(t + \Delta t, u + \Delta t\, k_1), \quad u_+ = u + \tfrac{\Delta t}{2} (k_1 + k_2)",
        ),
        citation: words(
            "K. Heun, Neue Methoden zur approximativen Integration der Differentialgleichungen einer unabhängigen Veränderlichen, Zeitschrift für Mathematik und Physik 45, 1900",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(&[]),
        backends: BACKENDS,
        step: words("two evaluations of the rate of change"),
        limits: words(
            "Stable for real rates down to -2/dt, as Euler's method is, and for no oscillation without damping.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { build_fixed(TABLEAU, input) },
    predict: Some(|input| TABLEAU.predict(input)),
};
