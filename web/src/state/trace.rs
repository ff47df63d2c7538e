//! What the page keeps of a run's measurements.

use iterscope_core::Work;
use iterscope_protocol::row;

/// The horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abscissa {
    /// Steps.
    Steps,
    /// Floating-point operations.
    Work,
    /// Seconds of computing.
    Time,
    /// Simulated time, where the problem has one.
    Simulated,
}

impl Abscissa {
    /// All axes with their labels.
    pub const ALL: [(Abscissa, &'static str); 4] = [
        (Abscissa::Simulated, "simulated time"),
        (Abscissa::Steps, "steps"),
        (Abscissa::Work, "work"),
        (Abscissa::Time, "seconds"),
    ];
}

/// The rows of one run, one after the other: the head, then the values of its series.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    rows: Vec<f64>,
    series: usize,
    /// Place of the simulated time among the series.
    time: Option<usize>,
}

impl Trace {
    /// An empty trace of `series` series, of which one may be the simulated time.
    pub fn new(series: usize, time: Option<usize>) -> Trace {
        Trace { rows: Vec::new(), series, time }
    }

    /// Number of series.
    pub fn series(&self) -> usize {
        self.series
    }

    fn stride(&self) -> usize {
        row::HEAD + self.series
    }

    /// Forgets all but `keep` rows and adds new ones.
    pub fn splice(&mut self, keep: usize, new: &[f64]) {
        self.rows.truncate(keep * self.stride());
        self.rows.extend_from_slice(&new[..new.len() - new.len() % self.stride()]);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len() / self.stride()
    }

    /// The step of the last row.
    pub fn last_step(&self) -> f64 {
        self.len().checked_sub(1).map_or(0.0, |last| self.x(last, Abscissa::Steps))
    }

    /// Abscissa of a row.
    pub fn x(&self, row: usize, axis: Abscissa) -> f64 {
        let column = match axis {
            Abscissa::Steps => row::STEP,
            Abscissa::Time => row::SECONDS,
            Abscissa::Work => row::WORK + Work::FLOPS,
            Abscissa::Simulated => self.time.map_or(row::STEP, |time| row::HEAD + time),
        };
        self.rows[row * self.stride() + column]
    }

    /// Value of a series in a row.
    pub fn y(&self, row: usize, series: usize) -> f64 {
        self.rows[row * self.stride() + row::HEAD + series]
    }

    /// The last row whose abscissa is at most `x`.
    pub fn row_at(&self, x: f64, axis: Abscissa) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.x(middle, axis) <= x {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1)
    }

    /// The mean factor per step over the last tenth of the way to `row`, and at least ten steps where there are as many.
    pub fn rate(&self, row: usize, series: usize) -> Option<f64> {
        let (step, now) = (self.x(row, Abscissa::Steps), self.y(row, series));
        let span = (step / 10.0).max(10.0).min(step);
        let before = self.row_at(step - span, Abscissa::Steps)?;
        let (from, then) = (self.x(before, Abscissa::Steps), self.y(before, series));
        let factor = ((now / then).ln() / (step - from)).exp();
        (step > from && now > 0.0 && then > 0.0 && factor.is_finite()).then_some(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halving(rows: usize) -> Trace {
        let mut trace = Trace::new(1, Some(0));
        let mut flat = Vec::new();
        for k in 0..rows {
            flat.extend([k as f64, k as f64 * 0.5, 0.0, 0.0, 0.0, k as f64 * 100.0, 0.0, 0.5f64.powi(k as i32)]);
        }
        trace.splice(0, &flat);
        trace
    }

    #[test]
    fn rows_are_found_by_every_axis() {
        let trace = halving(30);
        assert_eq!(trace.len(), 30);
        assert_eq!(trace.row_at(12.5, Abscissa::Steps), Some(12));
        assert_eq!(trace.row_at(1250.0, Abscissa::Work), Some(12));
        assert_eq!(trace.row_at(-1.0, Abscissa::Time), None);
        assert_eq!(trace.row_at(1e9, Abscissa::Time), Some(29));
        assert_eq!(trace.x(3, Abscissa::Simulated), 0.125);
    }

    #[test]
    fn the_rate_of_a_halving_series_is_a_half() {
        let trace = halving(40);
        assert!((trace.rate(39, 0).unwrap() - 0.5).abs() < 1e-12);
        assert!((trace.rate(3, 0).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(trace.rate(0, 0), None);
    }

    #[test]
    fn going_back_forgets_what_came_after() {
        let mut trace = halving(40);
        trace.splice(10, &[10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0]);
        assert_eq!((trace.len(), trace.y(10, 0)), (11, 9.0));
    }
}
