//! Where the time of a run of the program goes.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use iterscope_core::phase::{self, Phase};
use serde::Serialize;

use crate::watch::Watch;

/// Seconds of the wall clock, by what they were spent on. Together they are all that the program does.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Seconds {
    /// Reading the data.
    pub read: f64,
    /// Building the problem and its runs, without the two that follow.
    pub build: f64,
    /// Computing the solution that runs are measured against.
    pub reference: f64,
    /// Working out what theory expects.
    pub predict: f64,
    /// The steps of the methods.
    pub run: f64,
    /// The referee's looks on the way.
    pub measure: f64,
    /// Writing what was asked for, with the run to everything that is known behind it.
    pub write: f64,
}

impl Seconds {
    /// One line for people.
    pub fn words(&self) -> String {
        format!(
            "read {:.2} s, build {:.2} s, reference {:.2} s, predict {:.2} s, run {:.2} s, measure {:.2} s, write {:.2} s",
            self.read, self.build, self.reference, self.predict, self.run, self.measure, self.write
        )
    }
}

#[derive(Default)]
struct Inside {
    seconds: Seconds,
    /// The phases that go on, each with its beginning and what others took inside of it.
    open: Vec<(Phase, Instant, f64)>,
}

/// Measures the phases inside of building while it exists.
pub struct Phases(Rc<RefCell<Inside>>);

impl Phases {
    /// Listens from now on, and tells `watch` what goes on.
    pub fn start(watch: &Rc<Watch>) -> Self {
        let inside: Rc<RefCell<Inside>> = Rc::default();
        let (place, watch) = (Rc::clone(&inside), Rc::clone(watch));
        let mut before = Vec::new();
        phase::listen(Some(Box::new(move |phase| {
            let mut inside = place.borrow_mut();
            match phase {
                Some(phase) => {
                    before.push(watch.doing());
                    watch.at(phase.words());
                    inside.open.push((phase, Instant::now(), 0.0));
                }
                None => {
                    if let Some(what) = before.pop() {
                        watch.at(&what);
                    }
                    inside.close();
                }
            }
        })));
        Phases(inside)
    }

    /// What was measured so far; the rest of it is zero.
    pub fn seconds(&self) -> Seconds {
        self.0.borrow().seconds
    }
}

impl Inside {
    fn close(&mut self) {
        let Some((phase, from, others)) = self.open.pop() else { return };
        let whole = from.elapsed().as_secs_f64();
        *match phase {
            Phase::Reference => &mut self.seconds.reference,
            Phase::Predict => &mut self.seconds.predict,
        } += whole - others;
        if let Some((.., inside)) = self.open.last_mut() {
            *inside += whole;
        }
    }
}

impl Drop for Phases {
    fn drop(&mut self) {
        phase::listen(None);
    }
}
