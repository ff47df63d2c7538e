//! Euler's implicit method.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Stop, Str, Work, words};

use super::implicit::{DIAGNOSTICS, Implicit, Newton, PARAMS, Scheme};
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, build};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.implicit-euler"),
        label: Str::Borrowed("Implicit Euler"),
        summary: words(
            "Of first order, and stable whatever dt is: fast modes are damped to nothing. Each step solves a system of equations.",
        ),
        math: words(r"u_{k+1} = u_k + \Delta t\, F(t_{k+1}, u_{k+1})"),
        citation: words(
            "C. F. Curtiss and J. O. Hirschfelder, Integration of stiff equations, Proceedings of the National Academy of Sciences 38, 1952",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("Newton's method: for linear systems one solve"),
        limits: words("It damps what should oscillate: energy is lost where the equation keeps it."),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let (n, dt) = (input.downcast::<Evolution>()?.start.len(), input.values.real("dt"));
        let inner = Implicit::new(Newton::of(input, Part::All, dt)?, ImplicitEuler::new(n));
        build(Box::new(Fixed::new(inner, dt)), input)
    },
    predict: Some(|input| predict(input, &factor, Region::Everything, Part::All)),
};

/// `1 / (1 - z)`
pub fn factor(z: Complex) -> f64 {
    1.0 / (Complex::ONE - z).abs()
}

/// The method on states.
pub struct ImplicitEuler {
    before: Vec<f64>,
}

impl ImplicitEuler {
    /// For states of `n` values.
    pub fn new(n: usize) -> ImplicitEuler {
        ImplicitEuler { before: vec![0.0; n] }
    }
}

impl Scheme for ImplicitEuler {
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        self.before.copy_from_slice(u);
        newton.solve(system, (t + dt, dt), &self.before, u, work)
    }
}
