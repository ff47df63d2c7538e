//! In place of answers, in the modules of families of which nothing can be asked: a lighter module.

use std::rc::Rc;

use iterscope_catalog::{BuiltProblem, Shown};
use iterscope_core::{BuildError, Dataset, Experiment, Params};
use iterscope_driver::Clock;
use iterscope_protocol::Event;

/// Nothing is ever asked.
#[derive(Default)]
pub struct Asked;

fn none() -> BuildError {
    BuildError::new("analysis", "nothing can be asked of this family of problems")
}

impl Asked {
    /// Says that there is nothing to ask.
    pub fn start(
        &mut self,
        ticket: u32,
        _: &Experiment,
        _: (&Rc<BuiltProblem>, Option<Rc<Dataset>>),
        _: Option<Shown>,
        _: (&str, &Params),
    ) -> Option<Event> {
        Some(Event::Answer { ticket, share: 1.0, html: String::new(), opens: Vec::new(), error: Some(none()) })
    }

    /// Does nothing.
    pub fn stop(&mut self) {}

    /// Never.
    pub fn busy(&self) -> bool {
        false
    }

    /// Does nothing.
    pub fn work(&mut self, _: &dyn Clock) -> Option<Event> {
        None
    }

    /// There is nothing to take away.
    pub fn export(&self, _: &str) -> Result<(String, &'static str, Vec<u8>), BuildError> {
        Err(none())
    }
}
