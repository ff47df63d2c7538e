//! What is kept of the iterates of a run, for pictures of how it came about.

/// Columns of a picture over steps. Iterates are kept as densely as that many columns need.
pub const COLUMNS: u64 = 64;

/// What was seen of the iterates measured so far. All of the first [`COLUMNS`] steps are kept, then each that is that part
/// further than the last: some hundreds at most. Which ones does not depend on what was drawn, so that a step sought back to
/// shows the same picture.
#[derive(Clone, Debug)]
pub struct Snapshots<T> {
    kept: Vec<(u64, T)>,
}

impl<T> Default for Snapshots<T> {
    fn default() -> Self {
        Snapshots { kept: Vec::new() }
    }
}

impl<T> Snapshots<T> {
    /// Looks at the iterate of a step, if it is to be kept. Later ones belong to a run that was gone back on.
    pub fn record(&mut self, step: u64, look: impl FnOnce() -> T) {
        self.kept.truncate(self.kept.partition_point(|k| k.0 < step));
        if self.kept.last().is_none_or(|(last, _)| step <= COLUMNS || step - last >= last / COLUMNS) {
            self.kept.push((step, look()));
        }
    }

    /// Forgets what came after `step`.
    pub fn forget_after(&mut self, step: u64) {
        self.kept.truncate(self.kept.partition_point(|k| k.0 <= step));
    }

    /// Columns of a picture at most `width` wide of all up to `step`, at which `now` was seen: steps to the right, as many for
    /// each column as a power of two must be for all to fit. What is still to come is `None`.
    pub fn columns<'a>(&'a self, step: u64, now: &'a T, width: u32) -> Vec<Option<&'a T>> {
        let width = COLUMNS.min(u64::from(width.max(1)));
        let mut stride = 1;
        while step / stride >= width {
            stride *= 2;
        }
        let column = |c: u64| {
            if c == step / stride {
                return Some(now);
            }
            let end = self.kept.partition_point(|k| k.0 < (c + 1) * stride && k.0 <= step);
            self.kept[..end].last().map(|k| &k.1).filter(|_| c < step / stride)
        };
        (0..width).map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_powers_of_two_steps_and_the_last_is_the_shown_iterate() {
        let mut all = Snapshots::default();
        // As a referee is asked: every step up to 200, then about 1 % further.
        let mut steps = vec![0];
        while *steps.last().unwrap() < 5000u64 {
            let last = *steps.last().unwrap();
            steps.push(last + (last / 128).max(1));
        }
        steps.iter().for_each(|s| all.record(*s, || *s as f32));
        assert!(all.kept.len() < 400, "{}", all.kept.len());
        for step in [0, 7, 63, 64, 100, 1000, 4096] {
            let now = step as f32;
            let row = all.columns(step, &now, 200);
            let stride = (step / 64 + 1).next_power_of_two() as usize;
            let last = step as usize / stride;
            assert_eq!((row.len(), row[last]), (64, Some(&now)), "the shown one");
            assert!(row[last + 1..].iter().all(Option::is_none));
            for (c, v) in row[..last].iter().enumerate() {
                let end = ((c + 1) * stride - 1) as f32;
                let v = *v.unwrap();
                assert!(v <= end && v >= end * (1.0 - 2.1 / 64.0) - 1.0, "step {step}, column {c}: {v} of {end}");
            }
        }
        assert_eq!(all.columns(3, &3.0, 5), [Some(&0.0), Some(&1.0), Some(&2.0), Some(&3.0), None]);
    }

    #[test]
    fn going_back_shows_what_was_there_and_going_on_replaces_it() {
        let mut all = Snapshots::default();
        (0..=20).for_each(|s| all.record(s, || 1));
        let ones = |row: &[Option<&i32>], wanted: i32| row.iter().filter(|v| **v == Some(&wanted)).count();
        assert_eq!(ones(&all.columns(9, &1, 64), 1), 10);
        all.forget_after(9);
        (10..=20).for_each(|s| all.record(s, || 2));
        let row = all.columns(20, &2, 64);
        assert_eq!((ones(&row, 1), ones(&row, 2)), (10, 11));
        all.record(5, || 3);
        assert_eq!(ones(&all.columns(20, &2, 64), 3), 15, "what came after a step that is measured again is gone");
    }
}
