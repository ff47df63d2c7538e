//! Several runs of one experiment, side by side.

use iterscope_core::StepError;

use crate::{Clock, Pumped, Run, Status};

/// How the runs share time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// In lockstep, `60 * factor` steps a second at first, then growing in proportion to the step number.
    Lockstep {
        /// 1 is the normal speed.
        factor: f64,
    },
    /// Every run as fast as it can, each with the same share of time.
    Free,
}

/// Steps a second at which a lockstep race starts, and the rate at which its speed grows with the step number.
const BASE: f64 = 60.0;

/// The runs with the step that lockstep has reached.
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
        self.target = ready.map(Run::shown).max().unwrap_or(0) as f64;
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
            Pace::Free => u64::MAX,
            Pace::Lockstep { factor } => {
                // A long gap (a slow step, a busy page) is not made up for.
                let dt = (now - self.last.unwrap_or(now)).clamp(0.0, 0.1);
                let lagging =
                    self.runs.iter().any(|r| r.status() == Status::Ready && (r.shown() as f64) + 1.0 <= self.target);
                if !lagging {
                    self.target += dt * factor * self.target.max(BASE);
                }
                self.target as u64
            }
        };
        self.last = Some(now);
        self.pump(goal, clock, now + budget)
    }

    /// Brings every run to step `goal`, as far as `deadline` allows, sharing the time evenly.
    ///
    /// # Errors
    /// As [`Race::tick`].
    pub fn pump(
        &mut self,
        goal: u64,
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
            match self.runs[i].pump(goal, clock, share) {
                Ok(Pumped::Moved(words)) => said.push((i, words)),
                Ok(_) => {}
                Err(error) => return Err((i, error)),
            }
        }
        Ok(said)
    }
}
