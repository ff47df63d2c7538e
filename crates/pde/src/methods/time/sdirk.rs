//! A singly diagonally implicit Runge-Kutta method of two stages.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Stop, Str, Work, words};

use super::implicit::{DIAGNOSTICS, Implicit, Newton, PARAMS, Scheme};
use super::runge_kutta::add;
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, build};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.sdirk"),
        label: Str::Borrowed("SDIRK2"),
        summary: words(
            "Of second order, and stable whatever dt is with fast modes damped to nothing. Two implicit stages with one matrix.",
        ),
        math: words(
            r"k_1 = F(t + \gamma \Delta t, u + \gamma \Delta t\, k_1), \quad k_2 = F(t + \Delta t, u + (1-\gamma) \Delta t\, k_1 + \gamma \Delta t\, k_2), \quad u_+ = u + \Delta t ((1-\gamma) k_1 + \gamma k_2), \quad \gamma = 1 - \tfrac{1}{\sqrt 2}",
        ),
        citation: words(
            "R. Alexander, Diagonally implicit Runge-Kutta methods for stiff O.D.E.'s, SIAM Journal on Numerical Analysis 14, 1977",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("Newton's method twice: for linear systems two solves with one matrix"),
        limits: words(
            "The stages are of first order: where boundary values move and the equation is very stiff, second order is seen only for small dt.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let (n, dt) = (input.downcast::<Evolution>()?.start.len(), input.values.real("dt"));
        let inner = Implicit::new(Newton::of(input, Part::All, GAMMA * dt)?, Stages::new(n));
        build(Box::new(Fixed::new(inner, dt)), input)
    },
    predict: Some(|input| predict(input, &factor, Region::Everything, Part::All)),
};

/// `1 - 1/sqrt(2)`
pub const GAMMA: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

/// `(1 + (1 - 2 gamma) z) / (1 - gamma z)^2`
pub fn factor(z: Complex) -> f64 {
    let below = (Complex::ONE - z.times(GAMMA)).abs();
    (Complex::ONE + z.times(1.0 - 2.0 * GAMMA)).abs() / (below * below)
}

/// The memory of both stages.
pub(super) struct Stages {
    before: Vec<f64>,
    first: Vec<f64>,
}

impl Stages {
    /// For states of `n` values.
    pub fn new(n: usize) -> Stages {
        Stages { before: vec![0.0; n], first: vec![0.0; n] }
    }
}

impl Scheme for Stages {
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        let gamma = GAMMA * dt;
        self.before.copy_from_slice(u);
        newton.solve(system, (t + gamma, gamma), &self.before, u, work)?;
        // dt k_1, by the equation that was solved.
        for ((k, u), b) in self.first.iter_mut().zip(&*u).zip(&self.before) {
            *k = (u - b) / GAMMA;
        }
        add(&mut self.before, 1.0 - GAMMA, &self.first);
        newton.solve(system, (t + dt, gamma), &self.before, u, work)
    }
}
