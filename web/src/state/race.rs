//! The race that is shown, as the worker built it.

use iterscope_core::{PictureInfo, SeriesInfo};
use iterscope_protocol::{ProblemFacts, RunFacts};

use super::Draft;

/// What is known of the race.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRace {
    /// What it was built from.
    pub draft: Draft,
    /// About the problem.
    pub problem: ProblemFacts,
    /// About each run.
    pub runs: Vec<RunFacts>,
}

impl ShownRace {
    /// All series that some run records, the referee's first, each key once.
    pub fn series(&self) -> Vec<&SeriesInfo> {
        let mut all: Vec<&SeriesInfo> = self.problem.series.iter().collect();
        for info in self.runs.iter().flat_map(|r| &r.diagnostics) {
            if all.iter().all(|s| s.key != info.key) {
                all.push(info);
            }
        }
        all
    }

    /// The series of that key.
    pub fn series_info(&self, key: &str) -> Option<&SeriesInfo> {
        let diagnostics = self.runs.iter().flat_map(|r| &r.diagnostics);
        self.problem.series.iter().chain(diagnostics).find(|s| s.key == key)
    }

    /// Whether simulated time goes by in a run.
    pub fn is_timed(&self) -> bool {
        self.runs.iter().any(|run| run.clock)
    }

    /// Whether simulated time goes by in all runs, so that they are best seen over it.
    pub fn is_timed_throughout(&self) -> bool {
        self.runs.iter().all(|run| run.clock)
    }

    /// Whether the problem has a simulated time, at which runs can end.
    pub fn has_time(&self) -> bool {
        self.problem.series.iter().any(|s| s.key == SeriesInfo::TIME)
    }

    /// Where a series stands in the rows of a run.
    pub fn series_index(&self, run: usize, key: &str) -> Option<usize> {
        let own = &self.runs.get(run)?.diagnostics;
        self.problem.series.iter().chain(own).position(|s| s.key == key)
    }

    /// Number of values in the rows of a run after their head.
    pub fn width(&self, run: usize) -> usize {
        self.problem.series.len() + self.runs[run].diagnostics.len()
    }

    /// The picture of that key.
    pub fn picture_info(&self, key: &str) -> Option<&PictureInfo> {
        self.problem.pictures.iter().find(|p| p.key == key)
    }
}
