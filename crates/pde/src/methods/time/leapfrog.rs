//! Leapfrog: staggered in time for equations of second order, over two steps for those of first order.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Prediction, StateReader, StateWriter, Stepper, Stop, Str, Work,
    words,
};
use iterscope_expr::system::{FieldKind, Symbol, TypedSystem};

use super::runge_kutta::{add, count};
use super::{BACKENDS, EVOLUTION, EXPLICIT};
use crate::system::{Part, System};
use crate::time::complex::{Complex, largest_root};
use crate::time::problem::Evolution;
use crate::time::spectrum::{second_order, undamped};
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, FixedStep, build};
use crate::time::typed::Typed;

/// The most evaluations for a velocity that damps itself.
const IMPLICIT: usize = 12;

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.leapfrog"),
        label: Str::Borrowed("Leapfrog"),
        summary: words(
            "For waves, u_tt = F(u): values and velocities leap over each other, one evaluation a step, of second order. A discrete energy is kept for all time. Equations of first order are stepped over their middle.",
        ),
        math: words(
            r"v_{k+1/2} = v_{k-1/2} + \Delta t\, F(u_k), \quad u_{k+1} = u_k + \Delta t\, v_{k+1/2}; \qquad \text{of first order: } u_{k+1} = u_{k-1} + 2 \Delta t\, F(u_k)",
        ),
        citation: words(
            "L. Verlet, Computer experiments on classical fluids, Physical Review 159, 1967; R. Courant, K. Friedrichs and H. Lewy, Über die partiellen Differenzengleichungen der mathematischen Physik, Mathematische Annalen 100, 1928",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(&[]),
        backends: BACKENDS,
        step: words("one evaluation of the rate of change; some more where velocities damp themselves"),
        limits: words(
            "Stable for oscillations up to 2/dt of second and 1/dt of first order. Equations of first order that damp, such as heat, grow with every dt. Where the last step is shortened, the energy changes a little.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let (n, dt) = (problem.start.len(), input.values.real("dt"));
        match problem.typed().map(Typed::system).and_then(|s| second_order(&s).map(|pairs| (s, pairs))) {
            Some((mut system, pairs)) => {
                // Damping that is nothing now may be turned up.
                let damped = !undamped(&mut system, &problem.start, &pairs) || may_be_damped(system.typed());
                let nodes = system.mesh().len();
                let middle = if damped { vec![0.0; n] } else { Vec::new() };
                let inner = Staggered { pairs, nodes, damped, rate: vec![0.0; n], middle, known: false };
                build(Box::new(Fixed::new(inner, dt)), input)
            }
            None => {
                let inner = TwoSteps { before: vec![0.0; n], rate: vec![0.0; n], at: vec![0.0; n], last: 0.0 };
                build(Box::new(Fixed::new(inner, dt)), input)
            }
        }
    },
    predict: Some(expect),
};

/// Whether a velocity stands in the equation of its own rate, with a parameter that a slider moves somewhere in the system.
fn may_be_damped(typed: &TypedSystem) -> bool {
    let is_velocity = |f: usize| matches!(typed.fields[f].kind, FieldKind::Velocity(_));
    let on_velocity = |(_, s): &(usize, &Symbol)| match s {
        Symbol::Field(f) | Symbol::Derivative { field: f, .. } => is_velocity(*f),
        _ => false,
    };
    let velocities = typed.symbols.iter().enumerate().filter(on_velocity).map(|(v, _)| v).collect::<Vec<_>>();
    let damps = |f: usize| velocities.iter().any(|&v| typed.equations[f].reaction.depends_on(v));
    typed.parameters.list.iter().any(|p| p.range.is_some())
        && (0..typed.fields.len()).any(|f| is_velocity(f) && damps(f))
}

fn expect(input: &MethodInput<'_>) -> Option<Prediction> {
    let problem = input.downcast::<Evolution>().ok()?;
    let swings = problem.typed().is_some_and(|t| second_order(&t.system()).is_some());
    let factor = if swings { of_second } else { of_first };
    predict(input, &factor, Region::Upto(4.0), Part::All)
}

/// The larger root of `w^2 - (2 + z^2) w + 1`, for oscillations without damping.
pub fn of_second(z: Complex) -> f64 {
    largest_root(Complex::ONE, -(Complex::from(2.0) + z * z), Complex::ONE)
}

/// The larger root of `w^2 - 2 z w - 1`.
pub fn of_first(z: Complex) -> f64 {
    largest_root(Complex::ONE, -z.times(2.0), -Complex::ONE)
}

/// Half a step of velocities, a step of values, half a step of velocities: the staggered velocities are those in between.
struct Staggered {
    /// Places of values and their velocities.
    pairs: Vec<(usize, usize)>,
    nodes: usize,
    damped: bool,
    rate: Vec<f64>,
    /// The state with the velocities of the middle of the step, where these damp themselves.
    middle: Vec<f64>,
    /// `rate` belongs to the state.
    known: bool,
}

impl Staggered {
    fn kick(&self, dt: f64, u: &mut [f64]) {
        for &(_, v) in &self.pairs {
            add(&mut u[v..v + self.nodes], 0.5 * dt, &self.rate[v..v + self.nodes]);
        }
    }
}

impl FixedStep for Staggered {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        if !self.known {
            system.rate(Part::All, t, u, &mut self.rate);
            count(work, system, 1, u.len());
        }
        self.kick(dt, u);
        for &(x, v) in &self.pairs {
            for k in 0..self.nodes {
                u[x + k] += dt * u[v + k];
            }
        }
        if self.damped {
            self.middle.copy_from_slice(u);
        }
        system.rate(Part::All, t + dt, u, &mut self.rate);
        count(work, system, 1, u.len());
        self.kick(dt, u);
        // Where it depends on the velocity at the end, that is found by repetition.
        for _ in 0..if self.damped { IMPLICIT } else { 0 } {
            system.rate(Part::All, t + dt, u, &mut self.rate);
            count(work, system, 1, u.len());
            u.copy_from_slice(&self.middle);
            self.kick(dt, u);
        }
        self.known = true;
        Ok(())
    }

    fn forget(&mut self) {
        self.known = false;
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(u64::from(self.known));
        out.slice(&self.rate);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.known = from.bits() != 0;
        from.slice(&mut self.rate);
    }
}

/// From the state before the last over its middle.
struct TwoSteps {
    before: Vec<f64>,
    rate: Vec<f64>,
    at: Vec<f64>,
    /// Length of the last step; 0 where there was none.
    last: f64,
}

impl FixedStep for TwoSteps {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        system.rate(Part::All, t, u, &mut self.rate);
        count(work, system, 1, u.len());
        if self.last == 0.0 {
            self.before.copy_from_slice(u);
            self.at.copy_from_slice(u);
            add(&mut self.at, 0.5 * dt, &self.rate);
            system.rate(Part::All, t + 0.5 * dt, &self.at, &mut self.rate);
            count(work, system, 1, u.len());
            add(u, dt, &self.rate);
        } else {
            // The parabola through both values with this slope.
            let r = dt / self.last;
            for ((u, before), f) in u.iter_mut().zip(&mut self.before).zip(&self.rate) {
                let next = *u + r * r * (*before - *u) + dt * (1.0 + r) * f;
                *before = *u;
                *u = next;
            }
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
