//! The run loop: races, history, checkpoints, stop rules.
//!
//! The caller owns time: it gives a [`Clock`] and a deadline, and gets control back. The same loop runs in the worker,
//! in the command line and in tests.

mod checkpoints;
mod history;
mod race;
mod run;
mod trace;

pub use checkpoints::Checkpoints;
pub use history::{History, Row, next_sample, trace_hash};
pub use race::{Pace, Race};
pub use run::{Goal, Plan, Pumped, Run};
pub use trace::{Traced, trace_csv};

/// A monotonic clock, in seconds.
pub trait Clock {
    /// Now.
    fn now(&self) -> f64;
}

impl<F: Fn() -> f64> Clock for F {
    fn now(&self) -> f64 {
        self()
    }
}
