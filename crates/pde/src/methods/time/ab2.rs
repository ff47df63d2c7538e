//! The two-step method of Adams and Bashforth.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};

use super::runge_kutta::{add, count};
use super::{BACKENDS, EVOLUTION, EXPLICIT};
use crate::system::{Part, System};
use crate::time::complex::{Complex, largest_root};
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, FixedStep, build};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.ab2"),
        label: Str::Borrowed("Adams-Bashforth 2"),
        summary: words(
            "One evaluation a step, of second order: it goes on along the line through the last two slopes. It begins with a step of Heun's.",
        ),
        math: words(
            r"u_{k+1} = u_k + \Delta t\, \bigl( (1 + \tfrac{r}{2}) F_k - \tfrac{r}{2} F_{k-1} \bigr), \quad r = \Delta t / \Delta t_{k-1}",
        ),
        citation: words(
            "F. Bashforth and J. C. Adams, An attempt to test the theories of capillary action, Cambridge University Press 1883",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(&[]),
        backends: BACKENDS,
        step: words("one evaluation of the rate of change"),
        limits: words(
            "Stable for real rates down to -1/dt only: half of what Euler's method allows. Oscillations grow slowly.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        let inner = AdamsBashforth { rate: vec![0.0; n], before: vec![0.0; n], at: vec![0.0; n], last: 0.0 };
        build(Box::new(Fixed::new(inner, input.values.real("dt"))), input)
    },
    predict: Some(|input| predict(input, &factor, Region::Upto(2.0), Part::All)),
};

/// The larger root of `w^2 - (1 + 3z/2) w + z/2`.
pub fn factor(z: Complex) -> f64 {
    largest_root(Complex::ONE, -(Complex::ONE + z.times(1.5)), z.times(0.5))
}

struct AdamsBashforth {
    rate: Vec<f64>,
    before: Vec<f64>,
    at: Vec<f64>,
    /// Length of the last step; 0 where there was none.
    last: f64,
}

impl FixedStep for AdamsBashforth {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        system.rate(Part::All, t, u, &mut self.rate);
        count(work, system, 1, u.len());
        if self.last == 0.0 {
            self.at.copy_from_slice(u);
            add(&mut self.at, dt, &self.rate);
            system.rate(Part::All, t + dt, &self.at, &mut self.before);
            count(work, system, 1, u.len());
            add(u, 0.5 * dt, &self.rate);
            add(u, 0.5 * dt, &self.before);
        } else {
            let half = 0.5 * dt / self.last;
            add(u, dt * (1.0 + half), &self.rate);
            add(u, -dt * half, &self.before);
        }
        std::mem::swap(&mut self.rate, &mut self.before);
        self.last = dt;
        Ok(())
    }

    fn forget(&mut self) {
        self.last = 0.0;
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.last);
        out.slice(&self.before);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.last = from.real();
        from.slice(&mut self.before);
    }
}
