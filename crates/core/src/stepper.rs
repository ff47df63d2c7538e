//! Inverted control: the caller owns the loop, a stepper does at most `n` steps and returns.

use std::any::Any;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{Artifact, BuildError, Extent, Picture, StepError, Value};

/// What a run has spent so far. Counters only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Applications of the problem's operator (matrix-vector products, passes over the data).
    pub operator: u64,
    /// Applications of a preconditioner.
    pub preconditioner: u64,
    /// Inner iterations.
    pub inner: u64,
    /// Floating-point operations.
    pub flops: u64,
    /// Bytes moved to and from memory, estimated from the arrays that a step must touch.
    pub bytes: u64,
}

impl Work {
    /// Names of the counters, in the order of [`Work::counters`].
    pub const NAMES: [&'static str; 5] = ["operator", "preconditioner", "inner", "flops", "bytes"];
    /// Place of the floating-point operations among them.
    pub const FLOPS: usize = 3;

    /// The counters.
    pub fn counters(&self) -> [u64; 5] {
        [self.operator, self.preconditioner, self.inner, self.flops, self.bytes]
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It can go on.
    Ready,
    /// It has ended.
    Stopped(Stop),
}

/// Why a run ended. None of these is an error, and the iterate is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// A stop series fell to the tolerance.
    Converged,
    /// The step limit was reached.
    MaxSteps,
    /// The simulated time that was asked for was reached.
    TimeReached,
    /// Steps no longer change what is measured.
    Stagnated,
    /// The iterate grew without bound or is not finite.
    Diverged,
    /// The method's own recurrence cannot go on.
    Breakdown(Breakdown),
}

impl Stop {
    /// One lower-case word for tables and files.
    pub fn word(self) -> &'static str {
        match self {
            Stop::Converged => "converged",
            Stop::MaxSteps => "max-steps",
            Stop::TimeReached => "time-reached",
            Stop::Stagnated => "stagnated",
            Stop::Diverged => "diverged",
            Stop::Breakdown(_) => "breakdown",
        }
    }
}

/// The ways in which a recurrence can break down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breakdown {
    /// An inner product that the method divides by vanished.
    ZeroInnerProduct,
    /// The operator turned out not to be positive definite.
    Indefinite,
    /// A matrix that had to be factorised is singular.
    Singular,
    /// A line search found no acceptable step.
    LineSearch,
    /// An inner iteration did not converge.
    NoConvergence,
    /// Nodes that move along overtook each other.
    Tangled,
}

impl Breakdown {
    /// What happened, in words.
    pub fn words(self) -> &'static str {
        match self {
            Breakdown::ZeroInnerProduct => "an inner product that the method divides by is zero",
            Breakdown::Indefinite => "the operator is not symmetric positive definite, which this method needs",
            Breakdown::Singular => "a matrix that had to be factorised is singular",
            Breakdown::LineSearch => "the line search found no acceptable step",
            Breakdown::NoConvergence => "an inner iteration did not converge; a smaller step may help",
            Breakdown::Tangled => "nodes that move along overtook each other, as in a shock",
        }
    }
}

/// What a call achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Done; for `advance`, all steps asked for were made.
    Advanced,
    /// Work is in flight on a device: yield to the event loop and call again.
    Pending,
    /// The method itself ended; the iterate is kept.
    Stopped(Stop),
}

/// Everything needed to continue from a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    /// Work spent.
    pub work: Work,
    /// The method's state.
    pub state: State,
}

/// The state kept by a checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The whole state of the method that wrote it: continuing repeats the run bit for bit.
    Full(Vec<f64>),
    /// The iterate alone: another backend of the same method may restart from it.
    Iterate(Vec<f64>),
}

impl State {
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match self {
            State::Full(v) | State::Iterate(v) => 8 * v.len(),
        }
    }
}

/// A diagnostic that measures how far a method is from what it promises: a run has converged when it is at most the
/// tolerance, and stagnates when it no longer falls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criterion {
    /// Place among the method's diagnostics.
    pub diagnostic: usize,
    /// Its name in a sentence, such as `optimality`.
    pub label: &'static str,
    /// The method's own tolerance, where it has one: then the method ends the run by itself, and the stop rule's does not count.
    pub tolerance: Option<f64>,
}

/// A run of one method on one problem instance.
///
/// `advance` does not allocate after the stepper was built, and never blocks.
pub trait Stepper {
    /// Does at most `n` steps. [`Progress::Pending`]: call again, with the same or another `n`, which does not change what
    /// is in flight; all other methods speak of what has arrived.
    ///
    /// # Errors
    /// The environment failed; the stepper is of no further use but to be dropped.
    fn advance(&mut self, n: u32) -> Result<Progress, StepError>;

    /// Makes [`Stepper::advance`] return early, with fewer steps, after the first step at which the method's own estimate of the headline is at
    /// most `limit`, so that it can be measured there. Without an estimate nothing changes.
    fn watch(&mut self, limit: f64) {
        let _ = limit;
    }

    /// The simulated time of the current iterate; none where the problem has no time.
    fn clock(&self) -> Option<f64> {
        None
    }

    /// Ends the run at this simulated time, which the last step meets exactly. Without a clock nothing changes.
    fn end_at(&mut self, until: f64) {
        let _ = until;
    }

    /// The fewest steps worth a call: the driver asks for at least as many unless a person wants fewer.
    fn batch(&self) -> u32 {
        1
    }

    /// Steps done so far.
    fn steps(&self) -> u64;

    /// Work spent so far, the referee's excluded.
    fn work(&self) -> Work;

    /// The referee's values for the current iterate, one for each series of the instance, then the method's
    /// diagnostics. `out` has exactly that length.
    fn measure(&mut self, out: &mut [f64]) -> Result<Progress, StepError>;

    /// What the method promises with its present parameters, where that is not what the instance's series say.
    fn criterion(&self) -> Option<Criterion> {
        None
    }

    /// What a person should know of the current iterate and no series says, in a sentence or two.
    fn remark(&self) -> Option<String> {
        None
    }

    /// Draws picture `key` of the current iterate at no more than `extent` into `out`, reusing its buffers.
    fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> Result<Progress, StepError>;

    /// Changes a live parameter; it takes effect with the next step.
    ///
    /// # Errors
    /// The parameter is unknown, not live, or out of range.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError>;

    /// Back to step 0, exactly as built.
    fn reset(&mut self) -> Result<(), StepError>;

    /// The state at the current step.
    fn save(&mut self) -> Result<Checkpoint, StepError>;

    /// Continues from `from`.
    ///
    /// # Errors
    /// The checkpoint is not of this problem and method.
    fn load(&mut self, from: &Checkpoint) -> Result<(), BuildError>;

    /// What a person takes away from the current iterate.
    fn result(&mut self) -> Result<Artifact, StepError>;

    /// Bytes that the method holds beside its problem; none where it does not count them.
    fn memory(&self) -> Option<usize> {
        None
    }

    /// A clone of the current iterate as the family's own type, for analyses; none where the family has no analyses.
    fn snapshot(&mut self) -> Option<Rc<dyn Any>> {
        None
    }
}
