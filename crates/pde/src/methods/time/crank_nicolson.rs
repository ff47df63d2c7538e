//! The method of Crank and Nicolson.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Stepper, Stop, Str, Work, words};

use super::implicit::{DIAGNOSTICS, Implicit, Newton, PARAMS, Scheme};
use super::runge_kutta::{add, count};
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, build};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.crank-nicolson"),
        label: Str::Borrowed("Crank-Nicolson"),
        summary: words(
            "Of second order, and stable whatever dt is: the mean of the slopes at both ends. What oscillates keeps its norm.",
        ),
        math: words(r"u_{k+1} = u_k + \tfrac{\Delta t}{2} \bigl( F(t_k, u_k) + F(t_{k+1}, u_{k+1}) \bigr)"),
        citation: words(
            "J. Crank and P. Nicolson, A practical method for numerical evaluation of solutions of partial differential equations of the heat-conduction type, Proceedings of the Cambridge Philosophical Society 43, 1947",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("one evaluation and Newton's method: for linear systems one solve"),
        limits: words(
            "Modes with rates far beyond -2/dt are hardly damped and change their sign at each step: starts with corners oscillate for long. Begin with some steps of implicit Euler, or take SDIRK.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let (n, dt) = (input.downcast::<Evolution>()?.start.len(), input.values.real("dt"));
        let newton = Newton::of(input, Part::All, 0.5 * dt)?;
        let inner = CrankNicolson { before: vec![0.0; n], rate: vec![0.0; n] };
        build(Box::new(Fixed::new(Implicit::new(newton, inner), dt)), input)
    },
    predict: Some(|input| predict(input, &factor, Region::Everything, Part::All)),
};

/// `(1 + z/2) / (1 - z/2)`
pub fn factor(z: Complex) -> f64 {
    let half = z.times(0.5);
    (Complex::ONE + half).abs() / (Complex::ONE - half).abs()
}

struct CrankNicolson {
    before: Vec<f64>,
    rate: Vec<f64>,
}

impl Scheme for CrankNicolson {
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        system.rate(Part::All, t, u, &mut self.rate);
        count(work, system, 1, u.len());
        self.before.copy_from_slice(u);
        add(&mut self.before, 0.5 * dt, &self.rate);
        newton.solve(system, (t + dt, 0.5 * dt), &self.before, u, work)
    }
}
