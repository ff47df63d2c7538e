//! Several runs of one experiment, side by side.

use iterscope_core::{Status, StepError};

use crate::{Clock, Goal, Pumped, Run};

/// How the runs share time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// In lockstep, `60 * factor` steps a second at first, then growing in proportion to the step number. Runs that have a clock are at the
    /// same simulated time, and come to its end within `10 / factor` seconds.
    Lockstep {
        /// 1 is the normal speed.
        factor: f64,
    },
    /// Every run as fast as it can, each with the same share of time.
    Free,
}

/// Steps a second at which a lockstep race starts, and the rate at which its speed grows with the step number.
const BASE: f64 = 60.0;

/// Seconds in which a lockstep race with clocks comes to the end of the simulated time.
const WHOLE: f64 = 10.0;

/// The runs with the step, or the simulated time, that lockstep has reached.
pub struct Race {
    /// The runs, in the order of the experiment.
    pub runs: Vec<Run>,
    target: f64,
    last: Option<f64>,
    first: usize,
}

impl Race {
    /// A race at step 0.
    pub fn new(runs: Vec<Run>) -> Self {
        Race { runs, target: 0.0, last: None, first: 0 }
    }

    /// Whether every run has ended.
    pub fn finished(&self) -> bool {
        self.runs.iter().all(|r| r.status() != Status::Ready)
    }

    /// The step of the run that is furthest.
    pub fn front(&self) -> u64 {
        self.runs.iter().map(Run::shown).max().unwrap_or(0)
    }

    /// To be called when time was not counted, after a pause: the next tick starts the clock anew.
    pub fn rest(&mut self) {
        self.last = None;
        let ready = self.runs.iter().filter(|r| r.status() == Status::Ready);
        self.target = match self.is_timed() {
            true => ready.filter_map(Run::clock).fold(0.0, f64::max),
            false => ready.map(Run::shown).max().unwrap_or(0) as f64,
        };
    }

    /// Whether all runs have a clock, by which they are kept side by side.
    fn is_timed(&self) -> bool {
        !self.runs.is_empty() && self.runs.iter().all(|r| r.clock().is_some())
    }

    /// How far `steps` more steps lead: those of the run that is furthest, the others side by side with it.
    pub fn goal_after(&self, steps: u32) -> Goal {
        let ready = || self.runs.iter().filter(|r| r.status() == Status::Ready);
        let longest = ready().filter_map(Run::mean_time_step).fold(0.0, f64::max);
        if self.is_timed() && longest > 0.0 {
            let front = ready().filter_map(Run::clock).fold(0.0, f64::max);
            return Goal::Time(front + (f64::from(steps) - 0.5) * longest);
        }
        Goal::Step(ready().map(Run::shown).max().unwrap_or(0) + u64::from(steps))
    }

    /// Shows the race as it was at `step` of the run that did the most: the others at the same simulated time where they have a clock, else at
    /// the same step.
    ///
    /// # Errors
    /// The environment failed under the run of that index.
    pub fn seek(&mut self, step: u64) -> Result<(), (usize, StepError)> {
        let last = |run: &Run| run.history().last().map_or(0, |row| row.step);
        let leader = self.runs.iter().max_by_key(|run| last(run));
        let time = leader.filter(|_| self.is_timed()).and_then(|run| run.time_at_step(step.min(last(run))));
        let mut failed = None;
        for (i, run) in self.runs.iter_mut().enumerate() {
            let to = time.map_or(step, |time| run.step_at_time(time));
            failed = run.seek(to).err().map(|error| (i, error)).or(failed);
        }
        self.rest();
        failed.map_or(Ok(()), Err)
    }

    /// Goes on at `pace` for at most `budget` seconds. Sentences about runs that were moved come back with their index.
    ///
    /// # Errors
    /// The environment failed under the run of that index, and there is no other way to run it.
    pub fn tick(
        &mut self,
        pace: Pace,
        clock: &dyn Clock,
        budget: f64,
    ) -> Result<Vec<(usize, String)>, (usize, StepError)> {
        let now = clock.now();
        let goal = match pace {
            Pace::Free => Goal::Step(u64::MAX),
            Pace::Lockstep { factor } => {
                // A long gap (a slow step, a busy page) is not made up for.
                let dt = (now - self.last.unwrap_or(now)).clamp(0.0, 0.1);
                let timed = self.is_timed();
                let target = self.target;
                let lags = |r: &Run| match r.clock().filter(|_| timed) {
                    Some(clock) => r.mean_time_step().is_some_and(|dt| clock + dt <= target),
                    None => (r.shown() as f64) + 1.0 <= target,
                };
                let lagging = self.runs.iter().any(|r| r.status() == Status::Ready && lags(r));
                if !lagging {
                    self.target += dt * factor * if timed { self.time_speed() } else { target.max(BASE) };
                }
                match timed {
                    // The first step says how long steps are.
                    true if self.runs.iter().any(|r| r.status() == Status::Ready && r.shown() == 0) => Goal::Step(1),
                    true => Goal::Time(self.target),
                    false => Goal::Step(self.target as u64),
                }
            }
        };
        self.last = Some(now);
        self.pump(goal, clock, now + budget)
    }

    /// Simulated time that goes by in a second at the normal speed.
    fn time_speed(&self) -> f64 {
        let longest = self.runs.iter().filter_map(Run::mean_time_step).fold(0.0, f64::max);
        let until = self.runs.iter().filter_map(Run::until).fold(0.0, f64::max);
        if until > 0.0 { until / WHOLE } else { BASE * longest }
    }

    /// Brings every run to its goal, as far as `deadline` allows, sharing the time evenly.
    ///
    /// # Errors
    /// As [`Race::tick`].
    pub fn pump(
        &mut self,
        goal: Goal,
        clock: &dyn Clock,
        deadline: f64,
    ) -> Result<Vec<(usize, String)>, (usize, StepError)> {
        let mut said = Vec::new();
        let active: Vec<usize> = (0..self.runs.len()).filter(|&i| self.runs[i].status() == Status::Ready).collect();
        // Whoever was last served least starts: no run is starved by those before it.
        self.first = if active.is_empty() { 0 } else { (self.first + 1) % active.len() };
        for k in 0..active.len() {
            let i = active[(self.first + k) % active.len()];
            let now = clock.now();
            let share = now + (deadline - now).max(0.0) / (active.len() - k) as f64;
            match self.runs[i].go(goal, clock, share) {
                Ok(Pumped::Moved(words)) => said.push((i, words)),
                Ok(_) => {}
                Err(error) => return Err((i, error)),
            }
        }
        Ok(said)
    }
}
