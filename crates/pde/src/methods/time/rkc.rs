//! The stabilised method of Runge, Kutta and Chebyshev.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, SeriesInfo, StateReader, StateWriter,
    Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::compiled::norm2;

use super::runge_kutta::count;
use super::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::complex::Complex;
use crate::time::problem::Evolution;
use crate::time::stability::{Region, predict};
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// How far the stability polynomial stays below 1, inside.
const DAMPING: f64 = 2.0 / 13.0;
/// The most stages that are chosen.
const MOST: usize = 400;
/// The spectral radius is estimated anew after so many steps.
const OFTEN: u64 = 25;
/// The most evaluations for one estimate.
const EVALUATIONS: usize = 60;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice(
        "stages",
        "Stages",
        "As many as dt needs, by an estimate of the fastest rate while it runs, or a number of your own",
        &[("automatic", "automatic"), ("fixed", "a number")],
        "automatic",
    ),
    ParamInfo::int("s", "Number of stages", "Evaluations in each step", [2, MOST as i64], 10)
        .when("stages", &["fixed"]),
];

static DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new("stages", "Stages", "Evaluations in the last step").linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.rkc"),
        label: Str::Borrowed("RKC"),
        summary: words(
            "Explicit, of second order, and made for diffusion: with s evaluations it goes some 0.65 s times farther in a step than Euler's method with as many.",
        ),
        math: words(
            r"Y_j = (1 - \mu_j - \nu_j) u + \mu_j Y_{j-1} + \nu_j Y_{j-2} + \tilde\mu_j \Delta t\, F(Y_{j-1}) + \tilde\gamma_j \Delta t\, F(u), \quad R_s(z) = a_s + b_s T_s(w_0 + w_1 z)",
        ),
        citation: words(
            "B. P. Sommeijer, L. F. Shampine and J. G. Verwer, RKC: An explicit solver for parabolic PDEs, Journal of Computational and Applied Mathematics 88, 1998",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("s evaluations of the rate of change; each 25 steps some more for the fastest rate"),
        limits: words(
            "For rates that are real or nearly so: oscillations and strong advection are stable only in a narrow strip. The fastest rate is estimated from below, with a margin of a tenth.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let fixed = (input.values.text("stages") == "fixed").then(|| input.values.size("s"));
        let inner = Rkc::new(fixed, problem.rough());
        build(Box::new(Fixed::new(inner, input.values.real("dt"))), input)
    },
    predict: Some(expect),
};

fn expect(input: &MethodInput<'_>) -> Option<Prediction> {
    let problem = input.downcast::<Evolution>().ok()?;
    let fixed = (input.values.text("stages") == "fixed").then(|| input.values.size("s"));
    let stages =
        fixed.unwrap_or_else(|| stages_for(input.values.real("dt") * MARGIN * problem.spectrum(Part::All).radius()));
    let farthest = 1.2 * limit(stages) + 2.0;
    let mut p = predict(input, &|z| factor(stages, z), Region::Upto(farthest), Part::All)?;
    p.words = format!("{stages} stages a step. {}", p.words);
    Some(p)
}

/// Stages are chosen for a fastest rate larger than the estimate by this factor.
const MARGIN: f64 = 1.1;

/// Real rates down to minus this over dt are stable.
pub fn limit(stages: usize) -> f64 {
    let s = stages as f64;
    2.0 / 3.0 * (s * s - 1.0) * (1.0 - 2.0 / 15.0 * DAMPING)
}

/// The fewest stages with which a rate of `-reach/dt` is stable.
pub fn stages_for(reach: f64) -> usize {
    if !reach.is_finite() {
        return 2;
    }
    let mut s = (libm::ceil((1.0 + reach / limit(2) * 3.0).sqrt()) as usize).clamp(2, MOST);
    while s > 2 && limit(s - 1) >= reach {
        s -= 1;
    }
    while s < MOST && limit(s) < reach {
        s += 1;
    }
    s
}

/// Chebyshev polynomials at `w0` with their first two derivatives, degree by degree.
struct Chebyshev {
    w0: f64,
    now: [f64; 3],
    before: [f64; 3],
}

impl Chebyshev {
    fn new(w0: f64) -> Chebyshev {
        Chebyshev { w0, now: [w0, 1.0, 0.0], before: [1.0, 0.0, 0.0] }
    }

    fn rise(&mut self) {
        let ([t, d, e], [t0, d0, e0]) = (self.now, self.before);
        let next = [2.0 * self.w0 * t - t0, 2.0 * self.w0 * d - d0 + 2.0 * t, 2.0 * self.w0 * e - e0 + 4.0 * d];
        self.before = std::mem::replace(&mut self.now, next);
    }

    /// `w0`, `w1` and `b` for `s` stages.
    fn at_end(stages: usize) -> (f64, f64, [f64; 3]) {
        let s = stages as f64;
        let mut c = Chebyshev::new(1.0 + DAMPING / (s * s));
        (1..stages).for_each(|_| c.rise());
        (c.w0, c.now[1] / c.now[2], c.now)
    }

    fn b(&self) -> f64 {
        self.now[2] / (self.now[1] * self.now[1])
    }
}

/// The modulus of the stability polynomial.
pub fn factor(stages: usize, z: Complex) -> f64 {
    let (w0, w1, [t, d, e]) = Chebyshev::at_end(stages);
    let b = e / (d * d);
    let x = Complex::from(w0) + z.times(w1);
    let (mut now, mut before) = (x, Complex::ONE);
    for _ in 1..stages {
        let next = (x * now).times(2.0) - before;
        before = std::mem::replace(&mut now, next);
    }
    (Complex::from(1.0 - b * t) + now.times(b)).abs()
}

struct Rkc {
    fixed: Option<usize>,
    stages: usize,
    /// The estimate of the fastest rate, the mode that it belongs to, and the steps since.
    radius: f64,
    mode: Vec<f64>,
    since: u64,
    first: Vec<f64>,
    rate: Vec<f64>,
    y: [Vec<f64>; 2],
}

impl Rkc {
    fn new(fixed: Option<usize>, mode: Vec<f64>) -> Rkc {
        let n = mode.len();
        let zero = || vec![0.0; n];
        let y = [zero(), zero()];
        Rkc { fixed, stages: fixed.unwrap_or(2), radius: 0.0, mode, since: 0, first: zero(), rate: zero(), y }
    }

    /// The power method on differences of the rate; `first` is the rate at `u`.
    fn estimate(&mut self, system: &mut dyn System, t: f64, u: &[f64], work: &mut Work) {
        let size = norm2(u);
        let size = if size > 0.0 { size } else { 1.0 };
        for k in 0..EVALUATIONS {
            let h = 1e-7 * size / norm2(&self.mode);
            let [shifted, _] = &mut self.y;
            for ((to, u), v) in shifted.iter_mut().zip(u).zip(&self.mode) {
                *to = u + h * v;
            }
            system.rate(Part::All, t, shifted, &mut self.rate);
            count(work, system, 1, u.len());
            let length = norm2(&self.mode);
            self.rate.iter_mut().zip(&self.first).for_each(|(r, f)| *r = (*r - f) / h);
            let found = norm2(&self.rate) / length;
            if !(found > 0.0 && found.is_finite()) {
                return;
            }
            let settled = (found - self.radius).abs() <= 1e-2 * found;
            self.radius = if k == 0 { found } else { found.max(self.radius) };
            self.mode.iter_mut().zip(&self.rate).for_each(|(v, r)| *v = r / found);
            if settled && k >= 4 {
                return;
            }
        }
    }
}

impl FixedStep for Rkc {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        system.rate(Part::All, t, u, &mut self.first);
        count(work, system, 1, u.len());
        if self.fixed.is_none() {
            if self.since == 0 {
                self.estimate(system, t, u, work);
            }
            self.since = (self.since + 1) % OFTEN;
            self.stages = stages_for(dt * MARGIN * self.radius);
        }
        let s = self.stages;
        let (w0, w1, _) = Chebyshev::at_end(s);
        let mut c = Chebyshev::new(w0);
        c.rise();
        // b_0 = b_1 = b_2; the first time is that of an Euler step of its length.
        let mut b = [c.b(); 3];
        let mut times = [0.0, b[1] * w1];
        let mut a = 1.0 - b[1] * w0;
        let [before, now] = &mut self.y;
        before.copy_from_slice(u);
        for ((now, u), f) in now.iter_mut().zip(&*u).zip(&self.first) {
            *now = u + b[1] * w1 * dt * f;
        }
        for j in 2..=s {
            if j > 2 {
                c.rise();
            }
            b = [b[1], b[2], c.b()];
            if j == 2 {
                b = [b[2]; 3];
            }
            let (mu, nu, slope) = (2.0 * b[2] * w0 / b[1], -b[2] / b[0], 2.0 * b[2] * w1 / b[1]);
            let pull = -a * slope;
            system.rate(Part::All, t + times[1] * dt, now, &mut self.rate);
            let of_start = 1.0 - mu - nu;
            for ((((old, now), u), f), f0) in before.iter_mut().zip(&*now).zip(&*u).zip(&self.rate).zip(&self.first) {
                *old = of_start * u + mu * now + nu * *old + slope * dt * f + pull * dt * f0;
            }
            std::mem::swap(before, now);
            times = [times[1], mu * times[1] + nu * times[0] + slope + pull];
            a = 1.0 - b[2] * c.now[0];
        }
        count(work, system, s as u64 - 1, u.len());
        u.copy_from_slice(now);
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.stages as f64;
    }

    fn forget(&mut self) {
        self.since = 0;
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.stages as u64);
        out.bits(self.since);
        out.real(self.radius);
        out.slice(&self.mode);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.stages = from.bits() as usize;
        self.since = from.bits();
        self.radius = from.real();
        from.slice(&mut self.mode);
    }
}
