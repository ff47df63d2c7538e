//! Backward differences over two steps.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};

use super::implicit::{DIAGNOSTICS, Implicit, Newton, PARAMS, Scheme};
use super::sdirk::Stages;
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::complex::{Complex, largest_root};
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, build};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.bdf2"),
        label: Str::Borrowed("BDF2"),
        summary: words(
            "Of second order, and stable whatever dt is with fast modes damped to nothing: one solve a step. It begins with a step of SDIRK.",
        ),
        math: words(
            r"u_{k+1} - \tfrac{(1+r)^2}{1+2r} u_k + \tfrac{r^2}{1+2r} u_{k-1} = \tfrac{1+r}{1+2r} \Delta t\, F(t_{k+1}, u_{k+1}), \quad r = \Delta t / \Delta t_{k-1}",
        ),
        citation: words(
            "C. F. Curtiss and J. O. Hirschfelder, Integration of stiff equations, Proceedings of the National Academy of Sciences 38, 1952; C. W. Gear, Numerical Initial Value Problems in Ordinary Differential Equations, 1971",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("Newton's method: for linear systems one solve"),
        limits: words(
            "Oscillations lose norm, less than with implicit Euler. Steps that grow by more than 1 + sqrt(2) at once are not stable.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let (n, dt) = (input.downcast::<Evolution>()?.start.len(), input.values.real("dt"));
        let newton = Newton::of(input, Part::All, 2.0 / 3.0 * dt)?;
        let inner = Bdf2 { stages: Stages::new(n), before: vec![0.0; n], known: vec![0.0; n], last: 0.0 };
        build(Box::new(Fixed::new(Implicit::new(newton, inner), dt)), input)
    },
    predict: Some(|input| predict(input, &factor, Region::Everything, Part::All)),
};

/// The larger root of `(3 - 2z) w^2 - 4 w + 1`.
pub fn factor(z: Complex) -> f64 {
    largest_root(Complex::from(3.0) - z.times(2.0), Complex::from(-4.0), Complex::ONE)
}

struct Bdf2 {
    stages: Stages,
    before: Vec<f64>,
    known: Vec<f64>,
    /// Length of the last step; 0 where there was none.
    last: f64,
}

impl Scheme for Bdf2 {
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        if self.last == 0.0 {
            self.before.copy_from_slice(u);
            self.stages.step(newton, system, (t, dt), u, work)?;
        } else {
            let r = dt / self.last;
            let below = 1.0 + 2.0 * r;
            let (now, old) = ((1.0 + r) * (1.0 + r) / below, r * r / below);
            for ((known, before), u) in self.known.iter_mut().zip(&mut self.before).zip(&mut *u) {
                *known = now * *u - old * *before;
                // The guess goes on along the line.
                let guess = *u + r * (*u - *before);
                *before = std::mem::replace(u, guess);
            }
            let gamma = (1.0 + r) / below * dt;
            newton.solve(system, (t + dt, gamma), &self.known, u, work)?;
        }
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
