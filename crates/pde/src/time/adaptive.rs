//! Steps whose length follows an estimate of the error: accepted or repeated, with the proportional-integral control of K. Gustafsson, Control theoretic
//! techniques for stepsize selection in explicit Runge-Kutta methods, ACM Transactions on Mathematical Software 17, 1991.

use iterscope_core::{
    Breakdown, BuildError, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Value, Values, Work,
};

use super::stepper::TimeStepper;
use crate::system::{Part, System};

/// The parameter `rtol`.
pub const RTOL: ParamInfo = ParamInfo::real(
    "rtol",
    "Relative tolerance",
    "The error that a step may make, as a part of each value",
    [1e-13, 0.1],
    1e-5,
)
.log()
.live();

/// The parameter `atol`.
pub const ATOL: ParamInfo =
    ParamInfo::real("atol", "Absolute tolerance", "The error that a step may make in any value", [1e-16, 1.0], 1e-8)
        .log()
        .live();

/// The series of all methods with [`Adaptive`]; those of the method follow.
pub const LENGTH: SeriesInfo = SeriesInfo::new("dt", "Step length", "Simulated time of the last step");
/// See [`LENGTH`].
pub const REJECTED: SeriesInfo =
    SeriesInfo::new("rejected", "Rejected steps", "Steps that were too inexact and were repeated, up to now").linear();

/// The most attempts at one step.
const ATTEMPTS: usize = 60;

/// The error that a step may make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// As a part of each value.
    pub relative: f64,
    /// In any value.
    pub absolute: f64,
}

impl Tolerance {
    /// The root mean square of errors, each as a part of what it may be: at most 1 is good. What is no number counts as infinite.
    pub fn norm(&self, errors: &[f64], before: &[f64], after: &[f64]) -> f64 {
        let mut sum = 0.0;
        for ((e, a), b) in errors.iter().zip(before).zip(after) {
            let part = e / (self.absolute + self.relative * a.abs().max(b.abs()));
            sum += part * part;
        }
        let norm = (sum / errors.len().max(1) as f64).sqrt();
        if norm.is_nan() { f64::INFINITY } else { norm }
    }
}

/// One attempt at a step.
pub struct Attempt<'a> {
    /// Where it begins.
    pub t: f64,
    /// How far it goes.
    pub dt: f64,
    /// The state there.
    pub u: &'a [f64],
    /// What it may be wrong by.
    pub tolerance: Tolerance,
    /// The one before was rejected, or there was none.
    pub uncertain: bool,
}

/// A method that estimates its own error.
pub trait Embedded {
    /// As [`TimeStepper::prepare`].
    ///
    /// # Errors
    /// What was chosen does not fit the system.
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        let _ = (system, start);
        Ok(())
    }

    /// The error of a step goes as `dt` to this power.
    const ORDER: f64;

    /// What it integrates.
    fn part(&self) -> Part {
        Part::All
    }

    /// Tries a step: writes the state after it to `next` and returns the norm of its error; infinity where it was not possible.
    ///
    /// # Errors
    /// No step of any length is possible.
    fn attempt(
        &mut self,
        system: &mut dyn System,
        at: &Attempt<'_>,
        next: &mut [f64],
        work: &mut Work,
    ) -> Result<f64, Stop>;

    /// The attempt was good.
    fn accept(&mut self) {}

    /// Values of the method's own diagnostics, after those of [`Adaptive`].
    fn diagnostics(&self, out: &mut [f64]) {
        let _ = out;
    }

    /// As [`TimeStepper::forget`].
    fn forget(&mut self) {}

    /// As [`TimeStepper::save`].
    fn save(&self, out: &mut StateWriter) {
        let _ = out;
    }

    /// As [`TimeStepper::load`].
    fn load(&mut self, from: &mut StateReader<'_>) {
        let _ = from;
    }
}

/// The steps of a method that estimates its error.
pub struct Adaptive<E> {
    inner: E,
    tolerance: Tolerance,
    /// The next length; 0 before it is known.
    dt: f64,
    /// The last length.
    done: f64,
    /// The error of the last step.
    error: f64,
    rejected: u64,
    next: Vec<f64>,
    rates: [Vec<f64>; 2],
}

impl<E: Embedded> Adaptive<E> {
    /// For states of `n` values, with the tolerances in `values`.
    pub fn new(inner: E, values: &Values, n: usize) -> Adaptive<E> {
        let tolerance = Tolerance { relative: values.real("rtol"), absolute: values.real("atol") };
        Adaptive::with(inner, tolerance, n)
    }

    /// For states of `n` values.
    pub fn with(inner: E, tolerance: Tolerance, n: usize) -> Adaptive<E> {
        let rates = std::array::from_fn(|_| vec![0.0; n]);
        Adaptive { inner, tolerance, dt: 0.0, done: 0.0, error: 1.0, rejected: 0, next: vec![0.0; n], rates }
    }

    /// Begins a run of its own with steps of length `dt`.
    pub fn begin(&mut self, dt: f64) {
        (self.dt, self.done, self.error) = (dt, 0.0, 1.0);
        self.inner.forget();
    }

    /// A first length (E. Hairer, S. P. Nørsett and G. Wanner, Solving Ordinary Differential Equations I, 1993, section II.4).
    fn first(&mut self, system: &mut dyn System, t: f64, u: &[f64], work: &mut Work) -> f64 {
        let part = self.inner.part();
        let [f, g] = &mut self.rates;
        system.rate(part, t, u, f);
        let (size, speed) = (self.tolerance.norm(u, u, u), self.tolerance.norm(f, u, u));
        let guess = if size < 1e-5 || speed < 1e-5 || speed.is_infinite() { 1e-6 } else { 0.01 * size / speed };
        for ((next, u), f) in self.next.iter_mut().zip(u).zip(&*f) {
            *next = u + guess * f;
        }
        system.rate(part, t + guess, &self.next, g);
        work.operator += 2;
        work.flops += 2 * system.flops();
        g.iter_mut().zip(&*f).for_each(|(g, f)| *g -= f);
        let bend = self.tolerance.norm(g, u, u) / guess;
        let most = speed.max(bend);
        if most.is_infinite() {
            return 1e-3 * guess;
        }
        let other = if most <= 1e-15 { (1e-3 * guess).max(1e-6) } else { libm::pow(0.01 / most, 1.0 / E::ORDER) };
        other.min(100.0 * guess)
    }
}

impl<E: Embedded> TimeStepper for Adaptive<E> {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.inner.prepare(system, start)
    }

    fn step(&mut self, system: &mut dyn System, t: f64, end: f64, u: &mut [f64], work: &mut Work) -> Result<f64, Stop> {
        if self.dt == 0.0 {
            self.dt = self.first(system, t, u, work);
        }
        let mut uncertain = self.done == 0.0;
        for _ in 0..ATTEMPTS {
            let last = t + self.dt * (1.0 + 1e-9) >= end;
            let dt = if last { end - t } else { self.dt };
            if dt <= 1e-15 * t.abs() {
                return Err(Stop::Breakdown(Breakdown::NoConvergence));
            }
            let attempt = Attempt { t, dt, u, tolerance: self.tolerance, uncertain };
            let error = self.inner.attempt(system, &attempt, &mut self.next, work)?;
            if error <= 1.0 {
                let small = error.max(1e-10);
                let exponent = 1.0 / E::ORDER;
                let factor = 0.9 * libm::pow(small, -0.7 * exponent) * libm::pow(self.error, 0.4 * exponent);
                // After a rejection it does not grow at once.
                let factor = factor.clamp(0.2, if uncertain && self.done != 0.0 { 1.0 } else { 5.0 });
                // One that was cut off at the end says nothing of how long steps could be.
                if !last || factor < 1.0 {
                    self.dt = dt * factor;
                }
                self.error = error.max(1e-4);
                self.done = dt;
                self.inner.accept();
                u.copy_from_slice(&self.next);
                return Ok(if last { end } else { t + dt });
            }
            self.rejected += 1;
            uncertain = true;
            let factor = if error.is_finite() { 0.9 * libm::pow(error, -1.0 / E::ORDER) } else { 0.2 };
            self.dt = dt * factor.clamp(0.1, 0.9);
        }
        Err(Stop::Breakdown(Breakdown::NoConvergence))
    }

    fn diagnostics(&self, out: &mut [f64]) {
        (out[0], out[1]) = (self.done, self.rejected as f64);
        self.inner.diagnostics(&mut out[2..]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let place = match key {
            "rtol" => &mut self.tolerance.relative,
            "atol" => &mut self.tolerance.absolute,
            _ => return Err(BuildError::new(key, "cannot change while running")),
        };
        let schema = if key == "rtol" { RTOL } else { ATOL };
        *place = schema.check(value)?.as_real().unwrap_or(*place);
        Ok(())
    }

    fn forget(&mut self) {
        self.begin(0.0);
    }

    fn save(&self, out: &mut StateWriter) {
        for x in [self.tolerance.relative, self.tolerance.absolute, self.dt, self.done, self.error] {
            out.real(x);
        }
        out.bits(self.rejected);
        self.inner.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.tolerance = Tolerance { relative: from.real(), absolute: from.real() };
        (self.dt, self.done, self.error) = (from.real(), from.real(), from.real());
        self.rejected = from.bits();
        self.inner.load(from);
    }
}
