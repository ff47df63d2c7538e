//! Time steppers, and how they become iterations: the clock, the end, and what is no number.

use iterscope_core::{
    BuildError, CpuStepper, Iteration, MethodInput, Outcome, ParamInfo, StateReader, StateWriter, Stepper, Stop, Value,
    Work, brush,
};

use super::brush::paint;
use super::problem::Evolution;
use crate::system::System;

/// The state of a system at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The simulated time.
    pub time: f64,
    /// Values of the evolving fields; see [`super::semidiscrete::SemiDiscrete`].
    pub values: Vec<f64>,
    /// Of methods that iterate on all of a course: its states at equal distances from time 0 to [`Moment::time`]; else nothing.
    pub slab: Vec<Vec<f64>>,
    /// What the system is like at that time.
    pub live: Live,
}

/// Parameters of a typed system, of which those with a range may change while a run is under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// All values, in the order of the text.
    pub values: Vec<f64>,
    /// They are no longer those of the start, or something was painted: an exact solution is none of this run.
    pub changed: bool,
}

/// What the key of a parameter of the equations begins with.
pub const OF_EQUATIONS: &str = "equations.";

impl Live {
    /// Those that a system begins with: none where it is not typed.
    pub fn of(system: &mut dyn System) -> Live {
        let values = system.as_typed().map_or_else(Vec::new, |typed| typed.parameters().to_vec());
        Live { values, changed: false }
    }

    /// Changes the one with a key such as `equations.a`; nothing where the key is none of this kind, else whether it has another value now.
    ///
    /// # Errors
    /// There is none with a range, or the value is no number.
    pub fn set(&mut self, system: &mut dyn System, key: &str, value: &Value) -> Result<Option<bool>, BuildError> {
        let Some(name) = key.strip_prefix(OF_EQUATIONS) else { return Ok(None) };
        let wrong = |why: &str| BuildError::new(key, why);
        let none = || wrong("is no parameter with a range");
        let system = system.as_typed().ok_or_else(none)?;
        let typed = system.typed();
        let place = typed.slider(name).ok_or_else(none)?;
        let value = value.as_real().ok_or_else(|| wrong("must be a number"))?;
        if self.values[place] == value {
            return Ok(Some(false));
        }
        // Those that follow from others are computed anew.
        let ranged = |k: usize| typed.parameters.list[k].range.is_some();
        let moved = |k: usize| if k == place { Some(value) } else { Some(self.values[k]).filter(|_| ranged(k)) };
        let values = typed.parameters.values(moved);
        (self.values, self.changed) = (values, true);
        system.set_parameters(&self.values);
        Ok(Some(true))
    }

    /// Writes them.
    pub fn save(&self, out: &mut StateWriter) {
        if !self.values.is_empty() {
            out.slice(&self.values);
        }
        out.bits(u64::from(self.changed));
    }

    /// Reads them, and gives them to the system; whether it is another one now.
    pub fn load(&mut self, system: &mut dyn System, from: &mut StateReader<'_>) -> bool {
        if !self.values.is_empty() {
            from.slice(&mut self.values);
        }
        self.changed = from.bits() != 0;
        let Some(system) = system.as_typed().filter(|_| !self.values.is_empty()) else { return false };
        let other = system.parameters() != self.values;
        system.set_parameters(&self.values);
        other
    }
}

/// One integrator. It allocates when it is made, and where an implicit method meets another matrix.
pub trait TimeStepper {
    /// Takes the memory that steps will need of a system, once before the first.
    ///
    /// # Errors
    /// What was chosen does not fit the system.
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        let _ = (system, start);
        Ok(())
    }

    /// Does one step from `t`, which must not go beyond `end`, and returns the time it came to.
    ///
    /// # Errors
    /// It cannot go on; `u` is as good as it got.
    fn step(&mut self, system: &mut dyn System, t: f64, end: f64, u: &mut [f64], work: &mut Work) -> Result<f64, Stop>;

    /// Values of the method's own diagnostics.
    fn diagnostics(&self, out: &mut [f64]) {
        let _ = out;
    }

    /// Changes a live parameter.
    ///
    /// # Errors
    /// It is unknown or out of range.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let _ = value;
        Err(BuildError::new(key, "cannot change while running"))
    }

    /// Forgets what it keeps from former steps, because the state or the system was changed from outside: the next step is as the first.
    fn forget(&mut self) {}

    /// Writes everything that the next steps depend on, beside the state.
    fn save(&self, out: &mut StateWriter);

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>);
}

/// An integrator whose step is given from outside.
pub trait FixedStep {
    /// As [`TimeStepper::prepare`].
    ///
    /// # Errors
    /// What was chosen does not fit the system.
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        let _ = (system, start);
        Ok(())
    }

    /// Does one step of length `dt` from `t`.
    ///
    /// # Errors
    /// As [`TimeStepper::step`].
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop>;

    /// Values of the method's own diagnostics.
    fn diagnostics(&self, out: &mut [f64]) {
        let _ = out;
    }

    /// Changes a live parameter other than `dt`.
    ///
    /// # Errors
    /// It is unknown or out of range.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let _ = value;
        Err(BuildError::new(key, "cannot change while running"))
    }

    /// As [`TimeStepper::forget`].
    fn forget(&mut self) {}

    /// Writes what the next steps depend on, such as former rates.
    fn save(&self, out: &mut StateWriter) {
        let _ = out;
    }

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>) {
        let _ = from;
    }
}

/// The parameter `dt`.
pub const DT: ParamInfo = ParamInfo::real(
    "dt",
    "Time step",
    "Simulated time of one step; the last one is shortened so that it meets the end",
    [1e-12, 1e6],
    0.001,
)
.log()
.live();

/// Steps of one length, counted so that their sum does not drift.
pub struct Fixed<S> {
    inner: S,
    dt: f64,
    /// Where the present length began, and the steps since.
    origin: f64,
    count: u64,
}

impl<S: FixedStep> Fixed<S> {
    /// Steps of length `dt`.
    pub fn new(inner: S, dt: f64) -> Fixed<S> {
        Fixed { inner, dt, origin: 0.0, count: 0 }
    }
}

impl<S: FixedStep> TimeStepper for Fixed<S> {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.inner.prepare(system, start)
    }

    fn step(&mut self, system: &mut dyn System, t: f64, end: f64, u: &mut [f64], work: &mut Work) -> Result<f64, Stop> {
        let regular = self.origin + (self.count + 1) as f64 * self.dt;
        // A last step that is shorter by rounding alone is no step of its own.
        let (next, dt) = if regular >= end - 1e-9 * self.dt { (end, end - t) } else { (regular, self.dt) };
        // The step is the same number each time, so that what depends on it is computed once.
        let dt = if (dt - self.dt).abs() <= 1e-9 * self.dt { self.dt } else { dt };
        self.inner.step(system, t, dt, u, work)?;
        self.count += 1;
        Ok(next)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.inner.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != DT.key {
            return self.inner.set(key, value);
        }
        let dt = DT.check(value)?.as_real().unwrap_or(self.dt);
        (self.origin, self.count) = (self.origin + self.count as f64 * self.dt, 0);
        self.dt = dt;
        Ok(())
    }

    fn forget(&mut self) {
        self.inner.forget();
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.dt);
        out.real(self.origin);
        out.bits(self.count);
        self.inner.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.dt = from.real();
        self.origin = from.real();
        self.count = from.bits();
        self.inner.load(from);
    }
}

/// A stepper with its system: an iteration whose iterate is a moment.
struct Course {
    system: Box<dyn System>,
    stepper: Box<dyn TimeStepper>,
    moment: Moment,
    end: f64,
}

/// A run of a time stepper on the problem that was asked for.
///
/// # Errors
/// The problem is not one in time.
pub fn build(mut stepper: Box<dyn TimeStepper>, input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = input.downcast::<Evolution>()?;
    let mut system = problem.system();
    let live = Live::of(&mut *system);
    let moment = Moment { time: 0.0, values: problem.start.to_vec(), slab: Vec::new(), live };
    stepper.prepare(&mut *system, &problem.start)?;
    let course = Course { system, stepper, moment, end: f64::INFINITY };
    Ok(CpuStepper::boxed(course, problem.referee()))
}

impl Iteration for Course {
    type Iterate = Moment;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Moment { time, values, .. } = &mut self.moment;
        if *time >= self.end {
            return Outcome::Stop(Stop::TimeReached);
        }
        match self.stepper.step(&mut *self.system, *time, self.end, values, work) {
            Ok(next) => *time = next,
            Err(stop) => return Outcome::Stop(stop),
        }
        if !values.iter().all(|v| v.is_finite()) {
            return Outcome::Stop(Stop::Diverged);
        }
        if *time >= self.end { Outcome::Stop(Stop::TimeReached) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Moment {
        &self.moment
    }

    fn clock(&self) -> Option<f64> {
        Some(self.moment.time)
    }

    fn end_at(&mut self, until: f64) {
        self.end = until;
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.stepper.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if let Some(field) = brush::field_of(key) {
            paint(&mut *self.system, &mut self.moment.values, field, value)?;
            self.moment.live.changed = true;
            self.stepper.forget();
            return Ok(());
        }
        match self.moment.live.set(&mut *self.system, key, value)? {
            None => return self.stepper.set(key, value),
            Some(true) => self.stepper.forget(),
            Some(false) => {}
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.moment.time);
        out.slice(&self.moment.values);
        self.moment.live.save(out);
        self.stepper.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.moment.time = from.real();
        from.slice(&mut self.moment.values);
        if self.moment.live.load(&mut *self.system, from) {
            self.stepper.forget();
        }
        self.stepper.load(from);
    }
}
