//! States kept so that a run can be shown as it was, and gone on with from there.

use iterscope_core::Checkpoint;

/// Memory that the checkpoints of one run may take, in bytes.
const BUDGET: usize = 48 << 20;
/// The most checkpoints of one run.
const MOST: usize = 96;

/// Checkpoints in growing order of steps, thinned out evenly when there are too many. The first is always kept.
#[derive(Debug, Default)]
pub struct Checkpoints {
    kept: Vec<(Checkpoint, bool)>,
    gap: u64,
    bytes: usize,
}

impl Checkpoints {
    /// Whether a checkpoint at `step` is far enough from the last.
    pub fn wanted(&self, step: u64) -> bool {
        self.kept.last().is_none_or(|(last, _)| step >= last.step + self.gap.max(1))
    }

    /// Keeps `checkpoint`; a `pinned` one survives thinning, because a parameter was changed there.
    pub fn keep(&mut self, checkpoint: Checkpoint, pinned: bool) {
        if let Some((last, was_pinned)) = self.kept.last_mut().filter(|(last, _)| last.step == checkpoint.step) {
            self.bytes = self.bytes - last.state.bytes() + checkpoint.state.bytes();
            *last = checkpoint;
            *was_pinned |= pinned;
            return;
        }
        self.bytes += checkpoint.state.bytes();
        self.kept.push((checkpoint, pinned));
        while self.kept.len() > MOST || (self.bytes > BUDGET && self.kept.len() > 3) {
            let before = self.kept.len();
            self.thin();
            if self.kept.len() == before {
                break;
            }
        }
    }

    fn thin(&mut self) {
        self.gap = (2 * self.gap).max(2);
        let mut next = 0;
        let (last, gap) = (self.kept.len() - 1, self.gap);
        let mut index = 0;
        self.kept.retain(|(c, pinned)| {
            let keep = index == 0 || index == last || *pinned || c.step >= next;
            if keep {
                next = c.step + gap;
            }
            index += 1;
            keep
        });
        self.bytes = self.kept.iter().map(|(c, _)| c.state.bytes()).sum();
    }

    /// The newest checkpoint at or before `step`.
    pub fn before(&self, step: u64) -> Option<&Checkpoint> {
        let after = self.kept.partition_point(|(c, _)| c.step <= step);
        after.checked_sub(1).map(|i| &self.kept[i].0)
    }

    /// Forgets all checkpoints after `step`.
    pub fn truncate_after(&mut self, step: u64) {
        self.forget(|at| at > step);
    }

    /// Forgets all checkpoints at `step` and after.
    pub fn truncate_from(&mut self, step: u64) {
        self.forget(|at| at >= step);
    }

    fn forget(&mut self, which: impl Fn(u64) -> bool) {
        self.kept.retain(|(c, _)| !which(c.step));
        self.bytes = self.kept.iter().map(|(c, _)| c.state.bytes()).sum();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{State, Work};

    use super::*;

    fn checkpoint(step: u64, numbers: usize) -> Checkpoint {
        Checkpoint { step, work: Work::default(), state: State::Full(vec![0.0; numbers]) }
    }

    #[test]
    fn many_checkpoints_are_thinned_evenly() {
        let mut c = Checkpoints::default();
        for step in 0..5000 {
            if c.wanted(step) {
                c.keep(checkpoint(step, 10), step == 77);
            }
        }
        assert!(c.kept.len() <= MOST);
        assert_eq!(c.before(0).unwrap().step, 0);
        assert_eq!(c.before(77).unwrap().step, 77);
        for step in (0..5000).step_by(111) {
            let found = c.before(step).unwrap().step;
            assert!(found <= step && step - found <= 5000 / 24, "{step} {found}");
        }
    }

    #[test]
    fn memory_stays_within_the_budget() {
        let mut c = Checkpoints::default();
        for step in 0..100 {
            c.keep(checkpoint(step, 1 << 18), false);
        }
        assert!(c.bytes <= BUDGET + (1 << 21));
        assert_eq!(c.before(0).unwrap().step, 0);
    }
}
