//! Errors. That a method stopped is not one of them: see [`crate::Stop`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a person asked for cannot be built: names the field that is wrong and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildError {
    /// Path of the field, such as `problem.params.n`, `runs[0].method` or `stop.rtol`.
    pub field: String,
    /// What is wrong and what would be right, in a sentence.
    pub message: String,
    /// For typed mathematics: index of the first wrong character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
}

impl BuildError {
    /// An error at `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        BuildError { field: field.into(), message: message.into(), at: None }
    }

    /// An error at character `at` of `field`.
    pub fn at(field: impl Into<String>, message: impl Into<String>, at: usize) -> Self {
        BuildError { at: Some(at), ..BuildError::new(field, message) }
    }

    /// The same error with `prefix` before its field path.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.field = format!("{prefix}{}", self.field);
        self
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}, character {}: {}", self.field, at + 1, self.message),
            None => write!(f, "{}: {}", self.field, self.message),
        }
    }
}

impl std::error::Error for BuildError {}

/// The environment failed under a run; the driver moves the run to the CPU from its last checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The graphics device is gone.
    DeviceLost(String),
    /// Memory for the run could not be had.
    OutOfMemory(String),
    /// A change that the experiment records cannot be made.
    Change(String),
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StepError::DeviceLost(why) => write!(f, "the graphics device was lost ({why})"),
            StepError::OutOfMemory(why) => write!(f, "out of memory ({why})"),
            StepError::Change(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StepError {}
