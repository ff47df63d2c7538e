//! Steppers on the CPU: a method's iteration on one side, the family's referee on the other.

use std::any::Any;
use std::rc::Rc;

use crate::{
    Artifact, Breakdown, BuildError, Checkpoint, Criterion, Extent, Picture, Progress, State, StepError, Stepper, Stop,
    Value, Work,
};

/// One method, seen from inside its family. It knows nothing of stop rules, history or pictures.
pub trait Iteration {
    /// What the referee looks at.
    type Iterate: ?Sized;

    /// Does exactly one step and adds what it cost to `work`. Does not allocate.
    fn step(&mut self, work: &mut Work) -> Outcome;

    /// The current iterate. Takes `&mut self` so that a method may bring its own form into the referee's.
    fn iterate(&mut self) -> &Self::Iterate;

    /// The method's own cheap estimate of the headline series at the current iterate; NaN where it has none. It decides only when the
    /// referee is asked.
    fn estimate(&self) -> f64 {
        f64::NAN
    }

    /// The simulated time of the current iterate; none where the problem has no time.
    fn clock(&self) -> Option<f64> {
        None
    }

    /// Ends the run at this simulated time: the last step meets it exactly, with [`Stop::TimeReached`].
    fn end_at(&mut self, until: f64) {
        let _ = until;
    }

    /// Values of the method's own diagnostics, as its `MethodInfo` lists them.
    fn diagnostics(&self, out: &mut [f64]) {
        let _ = out;
    }

    /// The diagnostic that says how far the method is from what it promises with its present parameters; none where the
    /// referee's series say it.
    fn criterion(&self) -> Option<Criterion> {
        None
    }

    /// What a person should know of the current iterate and no series says, in a sentence or two.
    fn remark(&self) -> Option<String> {
        None
    }

    /// Changes a live parameter.
    ///
    /// # Errors
    /// Out of range. Keys that are not live never arrive here.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let _ = value;
        Err(BuildError::new(key, "cannot change while running"))
    }

    /// Draws picture `key` of what the method itself has and no iterate tells; false where it has none of that key.
    fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let _ = (key, extent, out);
        false
    }

    /// Bytes that the method holds beside its problem; none where it does not count them.
    fn memory(&self) -> Option<usize> {
        None
    }

    /// Writes everything that the next steps depend on, live parameters included.
    fn save(&self, out: &mut StateWriter);

    /// Reads what `save` wrote, in the same order.
    fn load(&mut self, from: &mut StateReader<'_>);

    /// Starts anew from an iterate alone, written by another backend of the same method.
    ///
    /// # Errors
    /// The method has only one backend, or the iterate has another size.
    fn restart(&mut self, iterate: &[f64]) -> Result<(), BuildError> {
        let _ = iterate;
        Err(BuildError::new("checkpoint", "this method cannot restart from an iterate alone"))
    }
}

/// What one step led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Go on.
    Continue,
    /// The method itself cannot or need not go on; the iterate is valid.
    Stop(Stop),
}

/// Recomputes what matters about an iterate by a route of its own; one for each family.
pub trait Referee {
    /// What it looks at.
    type Iterate: ?Sized;

    /// Number of series.
    fn series(&self) -> usize;
    /// The step at which the iterate stands that is measured or drawn next, for a referee that draws how it came about.
    fn at(&mut self, step: u64) {
        let _ = step;
    }
    /// From that step on the run is another one: what was measured later no longer belongs to it.
    fn forget_after(&mut self, step: u64) {
        let _ = step;
    }
    /// Measures `iterate`; `out` has one place for each series.
    fn measure(&mut self, iterate: &Self::Iterate, out: &mut [f64]);
    /// Draws picture `key`; an unknown key leaves `out` empty.
    fn picture(&mut self, key: &str, iterate: &Self::Iterate, extent: Extent, out: &mut Picture);
    /// What a person takes away.
    fn result(&mut self, iterate: &Self::Iterate) -> Artifact;
    /// A clone of the iterate, for analyses; none in a family that has no analyses.
    fn snapshot(&self, iterate: &Self::Iterate) -> Option<Rc<dyn Any>> {
        let _ = iterate;
        None
    }
    /// What a person should know of every iterate on this problem and no series says, in a sentence or two.
    fn remark(&self) -> Option<String> {
        None
    }
}

impl<R: Referee + ?Sized> Referee for Box<R> {
    type Iterate = R::Iterate;

    fn series(&self) -> usize {
        (**self).series()
    }
    fn at(&mut self, step: u64) {
        (**self).at(step);
    }
    fn forget_after(&mut self, step: u64) {
        (**self).forget_after(step);
    }
    fn measure(&mut self, iterate: &Self::Iterate, out: &mut [f64]) {
        (**self).measure(iterate, out);
    }
    fn picture(&mut self, key: &str, iterate: &Self::Iterate, extent: Extent, out: &mut Picture) {
        (**self).picture(key, iterate, extent, out);
    }
    fn result(&mut self, iterate: &Self::Iterate) -> Artifact {
        (**self).result(iterate)
    }
    fn snapshot(&self, iterate: &Self::Iterate) -> Option<Rc<dyn Any>> {
        (**self).snapshot(iterate)
    }
    fn remark(&self) -> Option<String> {
        (**self).remark()
    }
}

/// The stops that a method may come to by itself, as a checkpoint numbers them from 1.
const SELF_STOPS: [Stop; 9] = [
    Stop::Converged,
    Stop::Stagnated,
    Stop::Diverged,
    Stop::Breakdown(Breakdown::ZeroInnerProduct),
    Stop::Breakdown(Breakdown::Indefinite),
    Stop::Breakdown(Breakdown::Singular),
    Stop::Breakdown(Breakdown::LineSearch),
    Stop::TimeReached,
    Stop::Breakdown(Breakdown::NoConvergence),
];

/// The stepper made of an iteration and a referee. It holds any iteration of its family, so that what follows is compiled
/// once for a family and not for every method.
pub struct CpuStepper<R: Referee> {
    iteration: Box<dyn Iteration<Iterate = R::Iterate>>,
    referee: R,
    initial: Vec<f64>,
    step: u64,
    work: Work,
    stopped: Option<Stop>,
    watched: f64,
}

impl<R: Referee> CpuStepper<R> {
    /// Joins them; the iteration stands at step 0.
    pub fn new(iteration: Box<dyn Iteration<Iterate = R::Iterate>>, referee: R) -> Self {
        let initial = written(&*iteration);
        CpuStepper { iteration, referee, initial, step: 0, work: Work::default(), stopped: None, watched: 0.0 }
    }

    /// The same, boxed.
    pub fn boxed(iteration: impl Iteration<Iterate = R::Iterate> + 'static, referee: R) -> Box<dyn Stepper>
    where
        R: 'static,
    {
        Box::new(Self::new(Box::new(iteration), referee))
    }
}

fn written<T: ?Sized>(iteration: &dyn Iteration<Iterate = T>) -> Vec<f64> {
    let mut out = StateWriter(Vec::new());
    iteration.save(&mut out);
    out.0
}

fn read<T: ?Sized>(iteration: &mut dyn Iteration<Iterate = T>, from: &[f64]) -> Result<(), BuildError> {
    let mut reader = StateReader { rest: from, short: false };
    iteration.load(&mut reader);
    if reader.short || !reader.rest.is_empty() {
        return Err(BuildError::new("checkpoint", "it is not of this problem and method"));
    }
    Ok(())
}

impl<R: Referee> Stepper for CpuStepper<R> {
    fn advance(&mut self, n: u32) -> Result<Progress, StepError> {
        for _ in 0..n {
            if let Some(stop) = self.stopped {
                return Ok(Progress::Stopped(stop));
            }
            let outcome = self.iteration.step(&mut self.work);
            self.step += 1;
            if let Outcome::Stop(stop) = outcome {
                self.stopped = Some(stop);
                return Ok(Progress::Stopped(stop));
            }
            if self.watched > 0.0 && self.iteration.estimate() <= self.watched {
                break;
            }
        }
        Ok(Progress::Advanced)
    }

    fn watch(&mut self, limit: f64) {
        self.watched = limit;
    }

    fn clock(&self) -> Option<f64> {
        self.iteration.clock()
    }

    fn end_at(&mut self, until: f64) {
        self.iteration.end_at(until);
    }

    fn steps(&self) -> u64 {
        self.step
    }

    fn work(&self) -> Work {
        self.work
    }

    fn measure(&mut self, out: &mut [f64]) -> Result<Progress, StepError> {
        let (series, diagnostics) = out.split_at_mut(self.referee.series());
        self.referee.at(self.step);
        self.referee.measure(self.iteration.iterate(), series);
        self.iteration.diagnostics(diagnostics);
        Ok(Progress::Advanced)
    }

    fn criterion(&self) -> Option<Criterion> {
        self.iteration.criterion()
    }

    fn remark(&self) -> Option<String> {
        // What is known of the problem's estimate does not hold for an answer of another kind.
        let own = self.iteration.criterion().is_some_and(|c| c.tolerance.is_some());
        self.iteration.remark().or_else(|| if own { None } else { self.referee.remark() })
    }

    fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> Result<Progress, StepError> {
        self.referee.at(self.step);
        if !self.iteration.picture(key, extent, out) {
            self.referee.picture(key, self.iteration.iterate(), extent, out);
        }
        Ok(Progress::Advanced)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.iteration.set(key, value)?;
        // A change may free a method that had come to rest.
        self.stopped = None;
        self.referee.forget_after(self.step);
        Ok(())
    }

    fn reset(&mut self) -> Result<(), StepError> {
        read(&mut *self.iteration, &self.initial).map_err(|e| StepError::OutOfMemory(e.message))?;
        (self.step, self.work, self.stopped) = (0, Work::default(), None);
        Ok(())
    }

    fn save(&mut self) -> Result<Checkpoint, StepError> {
        let mut state = written(&*self.iteration);
        // A method that came to rest must not take one more step after a load.
        state.push(SELF_STOPS.iter().position(|s| Some(*s) == self.stopped).map_or(0.0, |k| k as f64 + 1.0));
        Ok(Checkpoint { step: self.step, work: self.work, state: State::Full(state) })
    }

    fn load(&mut self, from: &Checkpoint) -> Result<(), BuildError> {
        let stopped = match &from.state {
            State::Full(v) => {
                let (stop, state) = v.split_last().map_or((0.0, &v[..]), |(stop, state)| (*stop, state));
                read(&mut *self.iteration, state)?;
                SELF_STOPS.get((stop - 1.0) as usize).copied().filter(|_| stop >= 1.0)
            }
            State::Iterate(v) => {
                self.iteration.restart(v)?;
                None
            }
        };
        (self.step, self.work, self.stopped) = (from.step, from.work, stopped);
        Ok(())
    }

    fn result(&mut self) -> Result<Artifact, StepError> {
        Ok(self.referee.result(self.iteration.iterate()))
    }

    fn memory(&self) -> Option<usize> {
        self.iteration.memory()
    }

    fn snapshot(&mut self) -> Option<Rc<dyn Any>> {
        self.referee.snapshot(self.iteration.iterate())
    }
}

/// Collects a method's state.
#[derive(Default)]
pub struct StateWriter(Vec<f64>);

impl StateWriter {
    /// All that was written.
    pub fn into_values(self) -> Vec<f64> {
        self.0
    }
    /// Writes numbers; the reader must ask for as many.
    pub fn slice(&mut self, values: &[f64]) {
        self.0.extend_from_slice(values);
    }
    /// Writes single-precision numbers.
    pub fn slice_f32(&mut self, values: &[f32]) {
        self.0.extend(values.iter().map(|&v| f64::from(v)));
    }
    /// Writes one number.
    pub fn real(&mut self, value: f64) {
        self.0.push(value);
    }
    /// Writes a whole number of 64 bits, such as the state of a generator.
    pub fn bits(&mut self, value: u64) {
        // Two halves: a pattern that happens to be a NaN would not survive as one f64.
        self.0.push(f64::from((value >> 32) as u32));
        self.0.push(f64::from(value as u32));
    }
}

/// Gives a method's state back.
pub struct StateReader<'a> {
    rest: &'a [f64],
    short: bool,
}

impl<'a> StateReader<'a> {
    /// Reads what [`StateWriter::into_values`] gave.
    pub fn new(values: &'a [f64]) -> Self {
        StateReader { rest: values, short: false }
    }

    fn take(&mut self, n: usize) -> &[f64] {
        if n > self.rest.len() {
            self.short = true;
            return &[];
        }
        let (now, rest) = self.rest.split_at(n);
        self.rest = rest;
        now
    }
    /// Fills `out`.
    pub fn slice(&mut self, out: &mut [f64]) {
        let from = self.take(out.len());
        if from.len() == out.len() {
            out.copy_from_slice(from);
        }
    }
    /// Fills `out` with single-precision numbers.
    pub fn slice_f32(&mut self, out: &mut [f32]) {
        let from = self.take(out.len());
        for (o, &f) in out.iter_mut().zip(from) {
            *o = f as f32;
        }
    }
    /// One number; 0 if there is none left, which the caller of `load` reports.
    pub fn real(&mut self) -> f64 {
        self.take(1).first().copied().unwrap_or(0.0)
    }
    /// A whole number of 64 bits.
    pub fn bits(&mut self) -> u64 {
        let (hi, lo) = (self.real() as u64, self.real() as u64);
        (hi << 32) | lo
    }
}
