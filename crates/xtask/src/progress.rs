//! Which of how many things is being done, and about how long it takes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::process::{Result, target};

/// The steps of a long piece of work. What each of them took is kept, and told the next time.
pub struct Progress {
    steps: usize,
    done: usize,
    took: BTreeMap<String, f64>,
}

impl Progress {
    /// Nothing of `steps` steps is done.
    pub fn new(steps: usize) -> Self {
        let kept = fs::read_to_string(file()).ok();
        let took = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Progress { steps, done: 0, took }
    }

    /// Does a step. `guess` is about what it takes from nothing on a machine of two cores, in seconds: told as long as nothing
    /// better is known. `key` names the step together with all that its length depends on.
    pub fn step<T>(&mut self, what: &str, key: &str, guess: f64, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        let about = duration(self.took.get(key).copied().unwrap_or(guess));
        println!("build: {} of {}: {what} (about {about})", self.done, self.steps);
        let begun = Instant::now();
        let outcome = step()?;
        self.took.insert(key.to_owned(), begun.elapsed().as_secs_f64());
        // Only a better guess is lost where this fails.
        let _ = serde_json::to_string(&self.took).map(|text| fs::write(file(), text));
        Ok(outcome)
    }
}

fn file() -> PathBuf {
    target().join("xtask/took.json")
}

/// A length of time as people say it.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.5 => "1 s".into(),
        s if s < 90.0 => format!("{s:.0} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_round_numbers() {
        assert_eq!([0.2, 40.4, 89.0, 95.0, 600.0].map(duration), ["1 s", "40 s", "89 s", "2 min", "10 min"]);
    }

    #[test]
    fn a_step_that_fails_is_not_counted_as_quick() {
        let mut progress = Progress { steps: 1, done: 0, took: BTreeMap::new() };
        assert!(progress.step::<()>("nothing", "test", 1.0, || Err("no".into())).is_err());
        assert!(progress.took.is_empty());
    }
}
