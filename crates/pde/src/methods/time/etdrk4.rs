//! Exponential time differencing of fourth order.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Prediction, SeriesInfo, StateReader, StateWriter, Stepper, Stop,
    Str, Work, words,
};
use iterscope_kernels::csr::Csr;

use super::runge_kutta::count;
use super::shifted::affordable;
use super::{BACKENDS, EVOLUTION, EXPLICIT};
use crate::system::{Part, System};
use crate::time::exponential::Exponential;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, polynomial, predict};
use crate::time::stepper::{Fixed, FixedStep, build};

/// Products with the matrix of a step.
pub const PRODUCTS: SeriesInfo =
    SeriesInfo::new("products", "Products", "Products with the Jacobian for the Krylov spaces of the last step")
        .linear();

static DIAGNOSTICS: &[SeriesInfo] = &[PRODUCTS];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.etdrk4"),
        label: Str::Borrowed("ETDRK4"),
        summary: words(
            "Of fourth order: what is stiff is taken exactly by matrix exponentials, the rest explicitly. The exponentials act by Krylov spaces.",
        ),
        math: words(
            r"a = e^{hL/2} u + \tfrac h2 \varphi_1(\tfrac{hL}{2}) N(u), \; b = e^{hL/2} u + \tfrac h2 \varphi_1(\tfrac{hL}{2}) N(a), \; c = e^{hL/2} a + \tfrac h2 \varphi_1(\tfrac{hL}{2}) (2 N(b) - N(u)), \quad u_+ = e^{hL} u + h \bigl( (\varphi_1 - 3 \varphi_2 + 4 \varphi_3) N(u) + (2 \varphi_2 - 4 \varphi_3) (N(a) + N(b)) + (4 \varphi_3 - \varphi_2) N(c) \bigr)",
        ),
        citation: words(
            "S. M. Cox and P. C. Matthews, Exponential time differencing for stiff systems, Journal of Computational Physics 176, 2002",
        ),
        params: List::Borrowed(EXPLICIT),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("four evaluations of the rate of change, and the Krylov spaces of four exponentials"),
        limits: words(
            "Where dt times the fastest rate is large the Krylov spaces are taken in many pieces: their cost grows with the root of it at best. Boundary values that move bring the order down to two or three.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        build(Box::new(Fixed::new(Etdrk4::new(n), input.values.real("dt"))), input)
    },
    predict: Some(expect),
};

/// The explicit part alone, as by RK4: the exponentials damp what they add to.
fn expect(input: &MethodInput<'_>) -> Option<Prediction> {
    let coefficients = super::rk4::TABLEAU.polynomial();
    predict(input, &|z| polynomial(&coefficients, z).abs(), Region::Upto(8.0), Part::Rest)
}

/// The Jacobian of what is stiff, where it belongs to the present.
pub(super) struct Linear {
    /// The Jacobian.
    pub matrix: Csr,
    known: bool,
    /// It was known before the run was continued: taking it again costs nothing.
    silent: bool,
}

impl Linear {
    /// Not yet known.
    pub fn new() -> Linear {
        let matrix = Csr { rows: 0, cols: 0, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
        Linear { matrix, known: false, silent: false }
    }

    /// Takes it at the start of a run.
    pub fn prepare(&mut self, system: &mut dyn System, start: &[f64]) {
        self.matrix = system.jacobian(Part::Stiff, 0.0, start);
        self.known = system.is_linear(Part::Stiff);
    }

    /// Takes it at the beginning of a step, where it is not the same at all times.
    pub fn begin_step(&mut self, system: &mut dyn System, t: f64, u: &[f64], work: &mut Work) {
        if self.known {
            return;
        }
        system.jacobian_into(Part::Stiff, t, u, &mut self.matrix);
        self.known = system.is_linear(Part::Stiff);
        if !(self.known && self.silent) {
            let evaluations = system.jacobian_evaluations(Part::Stiff);
            work.operator += evaluations;
            work.flops += evaluations * system.flops();
        }
        self.silent = false;
    }

    /// The system is another one.
    pub fn forget(&mut self) {
        (self.known, self.silent) = (false, false);
    }

    /// A run is continued.
    pub fn loaded(&mut self) {
        (self.known, self.silent) = (false, true);
    }
}

struct Etdrk4 {
    linear: Linear,
    exponential: Exponential,
    stages: [Vec<f64>; 2],
    rates: [Vec<f64>; 4],
    sums: [Vec<f64>; 2],
    products: u64,
}

impl Etdrk4 {
    fn new(n: usize) -> Etdrk4 {
        let zero = |_| vec![0.0; n];
        Etdrk4 {
            linear: Linear::new(),
            exponential: Exponential::new(n, 3),
            stages: std::array::from_fn(zero),
            rates: std::array::from_fn(zero),
            sums: std::array::from_fn(zero),
            products: 0,
        }
    }

    /// `F(t, u) - L u`, by way of `scratch`.
    fn rest(linear: &Csr, system: &mut dyn System, t: f64, u: &[f64], scratch: &mut [f64], out: &mut [f64]) {
        system.rate(Part::All, t, u, out);
        linear.matvec(u, scratch);
        out.iter_mut().zip(&*scratch).for_each(|(o, l)| *o -= l);
    }
}

impl FixedStep for Etdrk4 {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        affordable(system)?;
        self.linear.prepare(system, start);
        Ok(())
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        self.linear.begin_step(system, t, u, work);
        let half = 0.5 * dt;
        let Etdrk4 { linear, exponential: e, stages: [a, b], rates: [nu, na, nb, nc], sums: [second, third], .. } =
            self;
        let l = &linear.matrix;
        Self::rest(l, system, t, u, second, nu);
        a.copy_from_slice(u);
        e.apply(l, half, a, &[nu], work)?;
        Self::rest(l, system, t + half, a, second, na);
        b.copy_from_slice(u);
        e.apply(l, half, b, &[na], work)?;
        Self::rest(l, system, t + half, b, second, nb);
        for ((x, nb), nu) in third.iter_mut().zip(&*nb).zip(&*nu) {
            *x = 2.0 * nb - nu;
        }
        // The third stage goes on from the first.
        e.apply(l, half, a, &[third], work)?;
        Self::rest(l, system, t + dt, a, second, nc);
        for k in 0..u.len() {
            let middle = na[k] + nb[k];
            second[k] = (-3.0 * nu[k] + 2.0 * middle - nc[k]) / dt;
            third[k] = 4.0 * (nu[k] - middle + nc[k]) / (dt * dt);
        }
        e.apply(l, dt, u, &[nu, second, third], work)?;
        count(work, system, 4, u.len());
        self.products = e.take_products();
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.products as f64;
    }

    fn forget(&mut self) {
        self.linear.forget();
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.products);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.products = from.bits();
        self.linear.loaded();
    }
}
