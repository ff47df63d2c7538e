//! Splitting after Strang.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Prediction, SeriesInfo, StateReader, StateWriter, Stepper, Stop,
    Str, Work, words,
};

use super::dopri5::DormandPrince;
use super::etdrk4::{Linear, PRODUCTS};
use super::shifted::affordable;
use super::{BACKENDS, EVOLUTION, EXPLICIT};
use crate::system::{Part, System};
use crate::time::adaptive::{Adaptive, Tolerance};
use crate::time::exponential::Exponential;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{Fixed, FixedStep, TimeStepper, build};

/// What the flows of the parts may be wrong by: far less than the splitting.
const ACCURATE: Tolerance = Tolerance { relative: 1e-9, absolute: 1e-12 };

static DIAGNOSTICS: &[SeriesInfo] = &[
    PRODUCTS,
    SeriesInfo::new("reaction", "Reaction steps", "Steps of the accurate method for the rest in the last step")
        .linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.strang"),
        label: Str::Borrowed("Strang splitting"),
        summary: words(
            "Half a step of reaction alone, a step of diffusion alone, half a step of reaction: of second order, each part as accurate as it can be.",
        ),
        math: words(r"u_{k+1} = \Phi^N_{\Delta t/2} \circ \Phi^S_{\Delta t} \circ \Phi^N_{\Delta t/2}\, (u_k)"),
        citation: words(
            "G. Strang, On the construction and comparison of difference schemes, SIAM Journal on Numerical Analysis 5, 1968",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("Dormand-Prince to 1e-9 for the reaction, twice; a Krylov exponential for the diffusion"),
        limits: words(
            "A state at rest is not at rest for the parts: the splitting moves it by the square of dt. Boundary values that move, and those that a reaction does not keep, bring the order down. Diffusion that is not linear is taken by Dormand-Prince too, which needs many steps.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        let flow = |part: Part| {
            let mut pair = DormandPrince::new(n);
            pair.part = part;
            Adaptive::with(pair, ACCURATE, n)
        };
        let inner = Strang {
            linear: Linear::new(),
            exponential: Exponential::new(n, 1),
            rest: flow(Part::Rest),
            stiff: flow(Part::Stiff),
            constant: vec![0.0; n],
            product: vec![0.0; n],
            products: 0,
            steps: 0,
        };
        build(Box::new(Fixed::new(inner, input.values.real("dt"))), input)
    },
    predict: Some(expect),
};

/// Both parts are followed by themselves, so nearly exactly that it is their exponentials: stable wherever both damp.
fn expect(input: &MethodInput<'_>) -> Option<Prediction> {
    let mut p = predict(input, &|z| z.exp().abs(), Region::Everything, Part::All)?;
    p.words = format!(
        "Each part is followed nearly exactly: the error is that of splitting them, of second order. {}",
        p.words
    );
    Some(p)
}

struct Strang {
    linear: Linear,
    exponential: Exponential,
    rest: Adaptive<DormandPrince>,
    stiff: Adaptive<DormandPrince>,
    constant: Vec<f64>,
    product: Vec<f64>,
    products: u64,
    steps: u64,
}

/// Follows a part from `t` to `end`; the number of steps.
fn follow(
    flow: &mut Adaptive<DormandPrince>,
    system: &mut dyn System,
    (t, end): (f64, f64),
    u: &mut [f64],
    work: &mut Work,
) -> Result<u64, Stop> {
    flow.begin(end - t);
    let (mut now, mut steps) = (t, 0);
    while now < end {
        now = flow.step(system, now, end, u, work)?;
        steps += 1;
    }
    Ok(steps)
}

impl FixedStep for Strang {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        if system.is_linear(Part::Stiff) {
            affordable(system)?;
            self.linear.prepare(system, start);
        }
        Ok(())
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let (middle, end) = (t + 0.5 * dt, t + dt);
        self.steps = follow(&mut self.rest, system, (t, middle), u, work)?;
        if system.is_linear(Part::Stiff) {
            self.linear.begin_step(system, t, u, work);
            let matrix = &self.linear.matrix;
            // Sources and boundary values are those of the middle.
            system.rate(Part::Stiff, middle, u, &mut self.constant);
            work.operator += 1;
            work.flops += system.flops();
            matrix.matvec(u, &mut self.product);
            self.constant.iter_mut().zip(&self.product).for_each(|(c, p)| *c -= p);
            self.exponential.apply(matrix, dt, u, &[&self.constant], work)?;
            self.products = self.exponential.take_products();
        } else {
            self.steps += follow(&mut self.stiff, system, (t, end), u, work)?;
        }
        self.steps += follow(&mut self.rest, system, (middle, end), u, work)?;
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        (out[0], out[1]) = (self.products as f64, self.steps as f64);
    }

    fn forget(&mut self) {
        self.linear.forget();
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.products);
        out.bits(self.steps);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        (self.products, self.steps) = (from.bits(), from.bits());
        self.linear.loaded();
    }
}
