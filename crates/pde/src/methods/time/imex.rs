//! Implicit-explicit methods: what is stiff is taken implicitly, the rest explicitly.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Stop, Str, Work, words,
};

use super::implicit::{DIAGNOSTICS, Implicit, Newton, SOLVER, Scheme};
use super::runge_kutta::{add, count};
use super::sdirk::GAMMA;
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stability::{Region, polynomial, predict};
use crate::time::stepper::{DT, Fixed, build};

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice(
        "order",
        "Order",
        "IMEX Euler, or the two stages ARS(2,2,2)",
        &[("1", "first"), ("2", "second")],
        "2",
    ),
    SOLVER,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.imex"),
        label: Str::Borrowed("IMEX"),
        summary: words(
            "Diffusion implicitly, reaction and advection explicitly: where diffusion is linear, each stage is one linear solve with a matrix that stays.",
        ),
        math: words(
            r"u' = S(u) + N(u): \quad \text{first order: } u_{k+1} - \Delta t\, S(u_{k+1}) = u_k + \Delta t\, N(u_k); \quad \text{second: } U_2 = u + \gamma \Delta t (N(u) + S(U_2)), \quad U_3 = u + \Delta t (\delta N(u) + (1-\delta) N(U_2) + (1-\gamma) S(U_2) + \gamma S(U_3)), \quad \gamma = 1 - \tfrac{1}{\sqrt 2}, \; \delta = 1 - \tfrac{1}{2 \gamma}",
        ),
        citation: words(
            "U. M. Ascher, S. J. Ruuth and R. J. Spiteri, Implicit-explicit Runge-Kutta methods for time-dependent partial differential equations, Applied Numerical Mathematics 25, 1997",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("one or two evaluations of the rest, and as many solves"),
        limits: words(
            "dt is still bounded by what is taken explicitly: fast reactions and advection. Terms that are linear in second and higher derivatives count as stiff, whatever their coefficients are.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let (n, dt) = (input.downcast::<Evolution>()?.start.len(), input.values.real("dt"));
        let second = input.values.text("order") == "2";
        let newton = Newton::of(input, Part::Stiff, if second { GAMMA * dt } else { dt })?;
        let zero = || vec![0.0; n];
        let inner = Imex { second, known: zero(), next: zero(), rate: zero(), stiff: zero() };
        build(Box::new(Fixed::new(Implicit::new(newton, inner), dt)), input)
    },
    predict: Some(expect),
};

/// The explicit part alone: the implicit one damps what it adds to.
fn expect(input: &MethodInput<'_>) -> Option<Prediction> {
    let coefficients: &[f64] = if input.values.text("order") == "2" { &[1.0, 1.0, 0.5] } else { &[1.0, 1.0] };
    predict(input, &|z| polynomial(coefficients, z).abs(), Region::Upto(8.0), Part::Rest)
}

struct Imex {
    second: bool,
    /// What is known of the last stage's equation, and of the next one's.
    known: Vec<f64>,
    next: Vec<f64>,
    rate: Vec<f64>,
    stiff: Vec<f64>,
}

impl Scheme for Imex {
    fn step(
        &mut self,
        newton: &mut Newton,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        system.rate(Part::Rest, t, u, &mut self.rate);
        count(work, system, 1, u.len());
        self.known.copy_from_slice(u);
        if !self.second {
            add(&mut self.known, dt, &self.rate);
            return newton.solve(system, (t + dt, dt), &self.known, u, work);
        }
        let (gamma, delta) = (GAMMA * dt, 1.0 - 0.5 / GAMMA);
        self.next.copy_from_slice(u);
        add(&mut self.next, dt * delta, &self.rate);
        add(&mut self.known, gamma, &self.rate);
        newton.solve(system, (t + gamma, gamma), &self.known, u, work)?;
        // gamma S(U_2), by the equation that was solved.
        for ((s, u), known) in self.stiff.iter_mut().zip(&*u).zip(&self.known) {
            *s = u - known;
        }
        add(&mut self.next, (1.0 - GAMMA) / GAMMA, &self.stiff);
        system.rate(Part::Rest, t + gamma, u, &mut self.rate);
        count(work, system, 1, u.len());
        add(&mut self.next, dt * (1.0 - delta), &self.rate);
        newton.solve(system, (t + dt, gamma), &self.next, u, work)
    }
}
