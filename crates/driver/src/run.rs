//! One run: a stepper, what was measured of it, and where it stands.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{
    Artifact, BuildError, Change, Extent, Picture, Prediction, Progress, SeriesInfo, State, Status, StepError, Stepper,
    Stop, StopRule, Value, brush, turning_point,
};

use crate::{Checkpoints, Clock, History, next_sample};

/// A headline that grows by this factor over its start has diverged.
const DIVERGED: f64 = 1e8;

/// What a run is made of.
pub struct Plan {
    /// The stepper, at step 0.
    pub stepper: Box<dyn Stepper>,
    /// Number of series and diagnostics.
    pub width: usize,
    /// Number of series; the diagnostics of the method come after them.
    pub series: usize,
    /// Indices of the series that stop the run.
    pub stops: Vec<usize>,
    /// Index of the series that holds the simulated time, where there is one.
    pub time: Option<usize>,
    /// Index of the series that says how large the iterate is, where nothing stops the run.
    pub size: usize,
    /// When it ends.
    pub rule: StopRule,
    /// What theory says where it expects the run to grow.
    pub growth: Option<String>,
    /// It may stay on a plateau for long: only a very long flat stretch is stagnation.
    pub plateaus: bool,
    /// Builds the same run on the CPU, should the device be lost.
    pub fallback: Option<Fallback>,
    /// Its place in the experiment.
    pub index: usize,
    /// Live parameters that are changed on the way, in the order of their steps.
    pub changes: Vec<Change>,
}

impl Plan {
    /// The plan for `stepper`, which measures `series` and then `diagnostics` values of its own.
    pub fn new(stepper: Box<dyn Stepper>, series: &[SeriesInfo], diagnostics: usize, rule: StopRule) -> Self {
        let stops = (0..series.len()).filter(|&i| series[i].stop).collect();
        let time = series.iter().position(|s| s.key == SeriesInfo::TIME);
        let size = series.iter().position(|s| s.key == SeriesInfo::LARGEST).filter(|_| time.is_some()).unwrap_or(0);
        let (series, width) = (series.len(), series.len() + diagnostics);
        Plan {
            stepper,
            width,
            series,
            stops,
            time,
            size,
            rule,
            growth: None,
            plateaus: false,
            fallback: None,
            index: 0,
            changes: Vec::new(),
        }
    }

    /// The same with what theory predicts of the run.
    #[must_use]
    pub fn expecting(self, prediction: Option<&Prediction>) -> Self {
        let growth = prediction.filter(|p| p.factor >= 1.0 && !p.bound).map(|p| p.words.clone());
        Plan { growth, ..self }
    }

    /// The value that decides whether a run has converged or stagnates: the method's own where it has one, else the first
    /// series that stops.
    fn headline(&self) -> Option<usize> {
        match self.stepper.criterion() {
            Some(own) => Some(self.series + own.diagnostic),
            None => self.stops.first().copied(),
        }
    }

    /// Whether these values are what was asked for.
    fn reached(&self, values: &[f64]) -> bool {
        let low = |i: usize| values.get(i).is_some_and(|v| *v <= self.rule.rtol);
        match self.stepper.criterion() {
            // It ends by itself.
            Some(own) if own.tolerance.is_some() => false,
            Some(own) => low(self.series + own.diagnostic),
            None => self.stops.iter().any(|&i| low(i)),
        }
    }
}

/// Builds a stepper when it is needed.
pub type Fallback = Box<dyn FnOnce() -> Result<Box<dyn Stepper>, BuildError>>;

/// How far a run is to go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// Until this many steps are done.
    Step(u64),
    /// Until the simulated time is at least this.
    Time(f64),
}

/// What a call of [`Run::go`] achieved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pumped {
    /// The limit or the end was reached.
    Done,
    /// The deadline came first; call again.
    More,
    /// Work is in flight on a device: yield and call again.
    Pending,
    /// The device was lost and the run goes on elsewhere, from the step named in the sentence.
    Moved(String),
}

/// One run of a race.
pub struct Run {
    plan: Plan,
    history: History,
    checkpoints: Checkpoints,
    values: Vec<f64>,
    ended: Option<Stop>,
    /// Whether the method itself gave up on an iterate without meaning.
    left_range: bool,
    seconds: f64,
    pending_since: Option<f64>,
    seconds_per_step: f64,
    /// Number of the changes that have been made, where the stepper stands.
    made: usize,
    failed: Option<StepError>,
    next: u64,
    best: (f64, u64),
    start: f64,
    shown: u64,
    /// The estimate of the headline at which the method is to be measured.
    watched: f64,
}

impl Run {
    /// A run at step 0, measured once.
    pub fn new(plan: Plan) -> Self {
        let width = plan.width;
        let mut run = Run {
            plan,
            history: History::new(width),
            checkpoints: Checkpoints::default(),
            values: vec![0.0; width],
            ended: None,
            left_range: false,
            seconds: 0.0,
            pending_since: None,
            seconds_per_step: 0.0,
            made: 0,
            failed: None,
            next: 1,
            best: (f64::INFINITY, 0),
            start: f64::NAN,
            shown: 0,
            watched: 0.0,
        };
        if let Some(until) = run.plan.rule.until {
            run.plan.stepper.end_at(until);
        }
        run.trust();
        run.sample();
        run.failed = run.make_changes().err();
        run
    }

    /// What is changed of it on the way, in the order of the steps: changes that were made, and those of the experiment that
    /// are still to come.
    pub fn changes(&self) -> &[Change] {
        &self.plan.changes
    }

    /// What was measured.
    pub fn history(&self) -> &History {
        &self.history
    }
    /// See [`History::take_fewest`].
    pub fn take_fewest_rows(&mut self) -> usize {
        self.history.take_fewest()
    }
    /// Where it stands; a run that is shown as it was before its end can go on.
    pub fn status(&self) -> Status {
        match self.ended {
            Some(stop) if !self.behind() => Status::Stopped(stop),
            _ => Status::Ready,
        }
    }
    /// The step that is shown: the newest, or the one sought back to.
    pub fn shown(&self) -> u64 {
        self.shown
    }
    /// The simulated time that is shown; none where the problem has no time.
    pub fn clock(&self) -> Option<f64> {
        self.plan.stepper.clock()
    }
    /// Seconds spent in steps.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }
    /// Whether it waits to be shown at an earlier step than it stands at.
    fn behind(&self) -> bool {
        self.history.last().is_some_and(|last| self.shown < last.step)
    }

    /// Why it ended, in a sentence; `series` are those of its instance.
    pub fn explain(&self, series: &[SeriesInfo]) -> Option<String> {
        let Status::Stopped(stop) = self.status() else { return None };
        let max_steps = self.plan.rule.max_steps;
        let own = self.plan.stepper.criterion();
        let rtol = own.and_then(|own| own.tolerance).unwrap_or(self.plan.rule.rtol);
        let fell = |&&i: &&usize| self.values.get(i).is_some_and(|v| *v <= rtol);
        let named = self.plan.stops.iter().find(fell).or(self.plan.stops.first()).copied().unwrap_or(self.plan.size);
        let what = match own {
            Some(own) => own.label.to_owned(),
            None => series.get(named).map_or(String::new(), |s| s.label.to_ascii_lowercase()),
        };
        let last = own.and_then(|own| self.values.get(self.plan.series + own.diagnostic));
        let met = if own.is_some() { last.is_some_and(|v| *v <= rtol) } else { fell(&&named) };
        let mut words = match stop {
            Stop::Converged if met => format!("Converged: the {what} is at most {rtol:e}."),
            Stop::Converged => "Converged by the method's own criterion.".into(),
            Stop::TimeReached => {
                format!("The time {} was reached.", self.plan.stepper.clock().unwrap_or_default())
            }
            Stop::MaxSteps if self.plan.headline().is_none() => format!("The limit of {max_steps} steps was reached."),
            Stop::MaxSteps => format!("The limit of {max_steps} steps was reached before the {what} fell to {rtol:e}."),
            Stop::Stagnated => format!("Stagnated: further steps no longer reduce the {what}."),
            Stop::Diverged if self.left_range => {
                "Diverged: the iterate left every range in which it has a meaning.".into()
            }
            Stop::Diverged => {
                format!("Diverged: the {what} grew by more than a factor of {DIVERGED:e} or is not finite.")
            }
            Stop::Breakdown(kind) => format!("Broke down: {}. The last iterate is kept.", kind.words()),
        };
        let failed = matches!(stop, Stop::Diverged | Stop::Breakdown(_));
        // A run that failed is lost in other ways.
        if !failed {
            let mut unseen = (0..series.len()).filter(|&i| series[i].unseen);
            words += &unseen.find_map(|i| self.turn(i, &series[i].label)).unwrap_or_default();
        }
        let growth = self.plan.growth.clone().filter(|_| stop == Stop::Diverged);
        for more in [growth, self.plan.stepper.remark()].into_iter().flatten() {
            words = format!("{words} {more}");
        }
        Some(words)
    }

    /// Where an error on what is not seen was least, if it has grown since.
    fn turn(&self, series: usize, label: &str) -> Option<String> {
        let least = self.history.row(turning_point(self.history.rows().map(|r| r.values[series]))?);
        let growth = 100.0 * (self.history.last()?.values[series] / least.values[series] - 1.0);
        let more = if growth < 1000.0 { format!("{} %", growth.round() as u32) } else { "over ten times".into() };
        Some(format!(" {label}: least at step {}, {more} larger at the end (overfitting).", least.step))
    }

    /// Goes on until step `limit`, the end or the deadline, whichever comes first.
    ///
    /// # Errors
    /// As [`Run::go`].
    pub fn pump(&mut self, limit: u64, clock: &dyn Clock, deadline: f64) -> Result<Pumped, StepError> {
        self.go(Goal::Step(limit), clock, deadline)
    }

    /// Goes on until the goal, the end or the deadline, whichever comes first.
    ///
    /// # Errors
    /// The environment failed and there is no other way to run this.
    pub fn go(&mut self, goal: Goal, clock: &dyn Clock, deadline: f64) -> Result<Pumped, StepError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if self.behind() {
            self.resume();
        }
        loop {
            let at = self.plan.stepper.steps();
            let limit = match goal {
                Goal::Step(limit) => limit,
                Goal::Time(time) => at + self.steps_until(time),
            };
            if self.ended.is_some() || at >= limit {
                return Ok(Pumped::Done);
            }
            let now = clock.now();
            if now >= deadline {
                return Ok(Pumped::More);
            }
            let next = self.next.max(at + u64::from(self.plan.stepper.batch()));
            let next = next.min(self.plan.rule.max_steps).min(limit).min(self.next_change());
            let mut n = next - at;
            if self.seconds_per_step > 0.0 && self.plan.stepper.batch() == 1 {
                n = n.min(((deadline - now) / self.seconds_per_step).ceil().max(1.0) as u64);
            }
            let progress = match self.plan.stepper.advance(n as u32) {
                Ok(progress) => progress,
                Err(error) => return self.move_away(&error),
            };
            let then = clock.now();
            if progress == Progress::Pending {
                self.pending_since.get_or_insert(now);
                return Ok(Pumped::Pending);
            }
            let spent = then - self.pending_since.take().unwrap_or(now);
            self.seconds += spent;
            let done = self.plan.stepper.steps() - at;
            if done > 0 {
                let each = spent / done as f64;
                self.seconds_per_step =
                    if self.seconds_per_step > 0.0 { 0.8 * self.seconds_per_step + 0.2 * each } else { each };
            }
            let step = self.plan.stepper.steps();
            self.shown = step;
            let stopped = match progress {
                Progress::Stopped(stop) => Some(stop),
                _ => None,
            };
            // The stepper returned early: by its own estimate it may be done.
            let claims = progress == Progress::Advanced && self.plan.stepper.batch() == 1 && done < n;
            if stopped.is_some() || claims || step >= self.next || step >= self.plan.rule.max_steps {
                self.sample();
                self.left_range = self.ended.is_none() && stopped == Some(Stop::Diverged);
                if claims && self.ended.is_none() {
                    self.doubt();
                }
                self.ended = self.ended.or(stopped);
            }
            self.make_changes()?;
        }
    }

    /// About how many steps it takes until `time`; 0 where the run is there, or has no clock.
    fn steps_until(&self, time: f64) -> u64 {
        let Some(clock) = self.clock().filter(|&clock| clock < time) else { return 0 };
        let mean = clock / self.plan.stepper.steps().max(1) as f64;
        // Steps of changing length: half of what is expected, and then looked at again.
        if mean > 0.0 { (0.5 * (time - clock) / mean) as u64 + 1 } else { 1 }
    }

    /// The mean length of its steps in simulated time, where it has a clock and did a step.
    pub fn mean_time_step(&self) -> Option<f64> {
        let steps = self.plan.stepper.steps();
        self.clock().filter(|_| steps > 0).map(|clock| clock / steps as f64)
    }

    /// The simulated time at which it is to end.
    pub fn until(&self) -> Option<f64> {
        self.plan.rule.until
    }

    /// The newest step that was measured and does not lie behind this simulated time.
    pub fn step_at_time(&self, time: f64) -> u64 {
        let Some(index) = self.plan.time else { return 0 };
        let mut rows = self.history.rows().take_while(|row| row.values[index] <= time * (1.0 + 1e-12));
        rows.by_ref().last().map_or(0, |row| row.step)
    }

    /// The simulated time at the newest step that was measured and does not lie behind `step`.
    pub fn time_at_step(&self, step: u64) -> Option<f64> {
        Some(self.history.row(self.history.at(step)?).values[self.plan.time?])
    }

    /// The step of the next change.
    fn next_change(&self) -> u64 {
        self.plan.changes.get(self.made).map_or(u64::MAX, |change| change.step)
    }

    /// Makes the changes of the step at which the stepper stands.
    fn make_changes(&mut self) -> Result<(), StepError> {
        let at = self.plan.stepper.steps();
        while self.next_change() <= at {
            self.make_change()?;
            self.changed();
        }
        Ok(())
    }

    fn make_change(&mut self) -> Result<(), StepError> {
        let Change { step, key, value, .. } = &self.plan.changes[self.made];
        self.plan.stepper.set(key, value).map_err(|e| {
            StepError::Change(match brush::field_of(key) {
                Some(field) => format!("{field} cannot be painted on at step {step}: {}", e.message),
                None => format!("{key} cannot be changed to {value} at step {step}: {}", e.message),
            })
        })?;
        self.made += 1;
        Ok(())
    }

    /// From here on it is another run.
    fn changed(&mut self) {
        let at = self.plan.stepper.steps();
        self.forget_after(at);
        if at >= self.plan.rule.max_steps {
            self.ended = Some(Stop::MaxSteps);
        }
        // A checkpoint of this step from before the change would undo it.
        self.checkpoints.truncate_from(at);
        if let Ok(checkpoint) = self.plan.stepper.save() {
            // Strokes are many, and are made again on the way from an earlier checkpoint.
            let pinned = self.made.checked_sub(1).is_none_or(|last| !self.plan.changes[last].adds());
            self.checkpoints.keep(checkpoint, pinned);
        }
    }

    /// The method's estimate is below the tolerance and what was measured is not: it is believed only further down.
    fn doubt(&mut self) {
        let measured = self.plan.headline().and_then(|i| self.values.get(i)).copied().unwrap_or(f64::NAN);
        let ratio = self.plan.rule.rtol / measured;
        self.watched *= if ratio > 0.0 { ratio.min(0.9) } else { 0.9 };
        self.plan.stepper.watch(self.watched);
    }

    /// Believes the method's estimate as it is.
    fn trust(&mut self) {
        self.watched = self.plan.rule.rtol;
        self.plan.stepper.watch(self.watched);
    }

    /// Measures the iterate, keeps the row, and applies the stop rule.
    fn sample(&mut self) {
        let step = self.plan.stepper.steps();
        // A stepper that cannot measure now keeps its former values; the CPU ones always can.
        if self.plan.stepper.measure(&mut self.values).is_err() {
            return;
        }
        self.history.push(step, self.seconds, self.plan.stepper.work(), &self.values);
        if self.checkpoints.wanted(step)
            && let Ok(checkpoint) = self.plan.stepper.save()
        {
            self.checkpoints.keep(checkpoint, false);
        }
        self.next = next_sample(step);
        self.judge(step);
    }

    fn judge(&mut self, step: u64) {
        let Some(&headline) = self.plan.headline().and_then(|i| self.values.get(i)) else {
            // Nothing to converge to: only a limit ends the run, or what is no number.
            let size = self.values.get(self.plan.size).copied().unwrap_or(0.0);
            if step == 0 {
                self.start = size;
            }
            if step > 0 && (!size.is_finite() || (self.plan.time.is_some() && size > self.most())) {
                self.ended = Some(Stop::Diverged);
            } else if step >= self.plan.rule.max_steps {
                self.ended = Some(Stop::MaxSteps);
            }
            return;
        };
        // Divergence is seen in the series, whatever the method promises.
        let size = self.plan.stops.first().map_or(headline, |&i| self.values[i]);
        if step == 0 {
            self.start = size;
        }
        // The starting point need not be a defined iterate of the method (0/0 before the first step).
        if (!size.is_finite() && step > 0) || size > self.most() {
            self.ended = Some(Stop::Diverged);
        } else if self.plan.reached(&self.values) {
            self.ended = Some(Stop::Converged);
        } else {
            if headline < 0.999 * self.best.0 {
                self.best = (headline, step);
            }
            let patience = (if self.plan.plateaus { 2000 } else { 200 }).max(step / 2);
            if step - self.best.1 >= patience && !self.moves(step, patience) {
                self.ended = Some(Stop::Stagnated);
            } else if step >= self.plan.rule.max_steps {
                self.ended = Some(Stop::MaxSteps);
            }
        }
    }

    /// What is larger has diverged.
    fn most(&self) -> f64 {
        DIVERGED * if self.start.is_finite() { self.start.max(1.0) } else { 1.0 }
    }

    /// Whether the headline, though above its best (it may have grown at first), has been falling or growing of late.
    fn moves(&self, step: u64, patience: u64) -> bool {
        let Some(i) = self.plan.headline() else { return false };
        let (older, recent) = (step - patience / 2, step - patience / 4);
        let least = |from: u64, to: u64| {
            let rows = self.history.rows().filter(|row| row.step > from && row.step <= to);
            rows.map(|row| row.values[i]).fold(f64::INFINITY, f64::min)
        };
        let ratio = least(recent, step) / least(older, recent);
        !(0.999..=1.05).contains(&ratio)
    }

    /// After a lost device: the same run on the CPU, from the last checkpoint.
    fn move_away(&mut self, error: &StepError) -> Result<Pumped, StepError> {
        let at = self.plan.stepper.steps();
        let fallback = self.plan.fallback.take().ok_or_else(|| error.clone())?;
        let mut stepper = fallback().map_err(|e| StepError::DeviceLost(format!("{error}; {e}")))?;
        if let Some(until) = self.plan.rule.until {
            stepper.end_at(until);
        }
        let mut from = 0;
        // The iterate alone holds no parameters.
        let mut bare = true;
        if let Some(checkpoint) = self.checkpoints.before(at)
            && stepper.load(checkpoint).is_ok()
        {
            from = checkpoint.step;
            bare = matches!(checkpoint.state, State::Iterate(_));
        }
        self.plan.stepper = stepper;
        self.made = if bare { 0 } else { self.made_until(from) };
        while self.next_change() <= from {
            self.make_change()?;
        }
        self.pending_since = None;
        self.seconds_per_step = 0.0;
        self.forget_after(from);
        Ok(Pumped::Moved(format!(
            "At step {at} {error}. The run goes on, on the CPU, from its last checkpoint at step {from}."
        )))
    }

    /// Shows the run as it was at `step`, or at the nearest step that a stop left. Returns the step shown.
    ///
    /// # Errors
    /// The environment failed.
    pub fn seek(&mut self, step: u64) -> Result<u64, StepError> {
        let last = self.history.last().map_or(0, |r| r.step);
        let step = step.min(last);
        // Only steps that were measured are offered: the stop at the end may lie between two of the grid.
        let step = self.history.at(step).map_or(0, |i| self.history.row(i).step);
        if step == self.shown {
            return Ok(step);
        }
        let at = self.plan.stepper.steps();
        let checkpoint = self.checkpoints.before(step);
        let forward_is_nearer = at <= step && checkpoint.is_none_or(|c| c.step <= at);
        if !forward_is_nearer {
            match checkpoint.map(|c| (c.step, matches!(c.state, State::Full(_)), self.plan.stepper.load(c))) {
                Some((from, full, Ok(()))) => self.made = if full { self.made_until(from) } else { 0 },
                _ => {
                    self.plan.stepper.reset()?;
                    self.made = 0;
                }
            }
            while self.next_change() <= self.plan.stepper.steps() {
                self.make_change()?;
            }
        }
        // On the way to a step that was measured before nothing is looked for.
        self.plan.stepper.watch(0.0);
        // A device cannot be waited for here; its picture is that of the checkpoint.
        while self.plan.stepper.steps() < step && self.plan.stepper.batch() == 1 {
            let at = self.plan.stepper.steps();
            let n = (step.min(self.next_change()) - at).min(u64::from(u32::MAX));
            self.plan.stepper.advance(n as u32)?;
            if self.plan.stepper.steps() == at {
                break;
            }
            while self.next_change() <= self.plan.stepper.steps() {
                self.make_change()?;
            }
        }
        self.plan.stepper.watch(self.watched);
        self.shown = self.plan.stepper.steps();
        Ok(self.shown)
    }

    /// Number of the changes until `step`.
    fn made_until(&self, step: u64) -> usize {
        self.plan.changes.partition_point(|change| change.step <= step)
    }

    /// Goes on from the step that is shown, forgetting what came after, and with it the changes that were made there.
    fn resume(&mut self) {
        let (at, last) = (self.plan.stepper.steps(), self.history.last().map_or(0, |r| r.step));
        self.plan.changes.retain(|change| change.step <= at || change.step > last);
        self.forget_after(at);
    }

    fn forget_after(&mut self, step: u64) {
        self.history.truncate_after(step);
        self.checkpoints.truncate_after(step);
        self.shown = step;
        self.trust();
        self.ended = None;
        self.next = next_sample(self.history.last().map_or(0, |r| r.step)).max(step + 1);
        self.seconds = self.history.last().map_or(0.0, |r| r.seconds);
        self.best = (f64::INFINITY, 0);
        if let Some(i) = self.plan.headline() {
            for row in self.history.rows() {
                if row.values[i] < 0.999 * self.best.0 {
                    self.best = (row.values[i], row.step);
                }
            }
        }
    }

    /// Changes a live parameter or paints a stroke from the step shown on, and records it. Changes after that step are forgotten: they were made, or
    /// would have been made, in another run.
    ///
    /// # Errors
    /// It is not live or out of range.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.plan.stepper.set(key, value)?;
        let (step, run) = (self.plan.stepper.steps(), self.plan.index);
        // Of several new values at one step the last one counts; all strokes do.
        self.plan.changes.retain(|c| c.step < step || (c.step == step && (c.adds() || c.key != key)));
        self.plan.changes.push(Change { run, step, key: key.to_owned(), value: value.clone() });
        self.made = self.plan.changes.len();
        self.failed = None;
        self.changed();
        Ok(())
    }

    /// Draws the iterate that is shown.
    ///
    /// # Errors
    /// The environment failed.
    pub fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> Result<(), StepError> {
        self.plan.stepper.picture(key, extent, out).map(|_| ())
    }

    /// What a person takes away of the iterate that is shown.
    ///
    /// # Errors
    /// The environment failed.
    pub fn result(&mut self) -> Result<Artifact, StepError> {
        self.plan.stepper.result()
    }

    /// The iterate that is shown, for analyses; see [`Stepper::snapshot`].
    pub fn snapshot(&mut self) -> Option<Rc<dyn Any>> {
        self.plan.stepper.snapshot()
    }
}
