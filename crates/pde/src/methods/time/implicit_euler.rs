//! Euler's implicit method.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};

use super::implicit::{DIAGNOSTICS, Newton, PARAMS};
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, FixedStep, build};

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
        let inner = ImplicitEuler::new(Newton::of(input, Part::All, dt)?, n);
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
    newton: Newton,
    before: Vec<f64>,
}

impl ImplicitEuler {
    /// For states of `n` values.
    pub fn new(newton: Newton, n: usize) -> ImplicitEuler {
        ImplicitEuler { newton, before: vec![0.0; n] }
    }
}

impl FixedStep for ImplicitEuler {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        self.newton.begin_step(system);
        self.before.copy_from_slice(u);
        self.newton.solve(system, (t + dt, dt), &self.before, u, work)
    }

    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.newton.prepare(system, start)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.newton.diagnostics(out);
    }

    fn forget(&mut self) {
        self.newton.forget();
    }

    fn save(&self, out: &mut StateWriter) {
        self.newton.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.newton.load(from);
    }
}
