//! What is told of the cells.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis, Heading, Mark, Plot, Report, ReportTable, Scale, Value};

use super::{Found, LOST, PhaseMap};

impl PhaseMap {
    fn freedom(&self, rank: f64) -> f64 {
        let [m, n] = self.size.map(|s| s as f64);
        rank * (m + n - rank) / (m * n)
    }

    pub(super) fn summarise(&self, report: &mut Report) {
        let [m, n] = self.size;
        let label = &self.method.info.label;
        let why = if self.shrunk { ", made smaller for the map in the proportions of the problem" } else { "" };
        report.say(format!(
            "{label} on {m} x {n} matrices{why}: {} for each cell, at most {} steps each. A matrix of rank r has r (m + n - r) degrees of \
             freedom; with fewer entries than that (left of the line) nothing can recover it, and a method needs some multiple.",
            if self.repeats == 1 { "one matrix".into() } else { format!("{} matrices", self.repeats) },
            self.steps
        ));
        if self.noisy {
            report.say(format!(
                "The seen entries have noise or outliers: an error below {} may be out of reach at any rate. Raise the tolerance to map \
                 a recovery up to noise.",
                Value::Real(self.tolerance)
            ));
        }
        let lost = self.found.iter().filter(|c| c.diverged() > 0).count();
        if lost > 0 {
            report.say(format!(
                "In {lost} of {} cells runs diverged (dots): the unseen entries came out more than {LOST} \
                 times the size of the matrix, while the seen ones may be fitted well. There are too few entries for the rank; a weight \
                 on the size of the factors (λ) prevents it.",
                self.found.len(),
            ));
        }
        let width = self.rates.len();
        let always = |c: &Found| c.tried > 0 && c.recovered == c.tried;
        let mut factors = Vec::new();
        for (r, row) in self.ranks.iter().zip(self.found.chunks_exact(width)) {
            // The lowest rate from which on every matrix was recovered.
            let from = row.iter().rposition(|c| !always(c)).map_or(0, |c| c + 1);
            if from < width {
                factors.push((*r, self.rates[from], self.rates[from] / self.freedom(*r as f64)));
            }
        }
        match (factors.first(), factors.last()) {
            (Some((low, rate, times)), Some((high, rate_high, times_high))) => report.say(format!(
                "So far all matrices of rank {low} were recovered from a share of {rate:.2} on ({times:.1} times the degrees of freedom), \
                 and those of rank {high} from {rate_high:.2} on ({times_high:.1} times).",
            )),
            _ => report.say("No rank was recovered every time at the highest rate: allow more steps, or lower ranks."),
        }
    }

    pub(super) fn map(&self) -> Plot {
        let share = |c: &Found| if c.tried == 0 { f64::NAN } else { c.recovered as f64 / c.tried as f64 };
        let (y, top): (Vec<f64>, f64) =
            (self.ranks.iter().map(|r| *r as f64).collect(), self.ranks.last().map_or(1.0, |r| *r as f64));
        let points: Vec<f64> =
            (0..=60).map(|k| top * f64::from(k) / 60.0).filter(|r| self.freedom(*r) <= 1.0).collect();
        let lost: Vec<usize> = (0..self.found.len()).filter(|c| self.found[*c].diverged() > 0).collect();
        let diverged = |c: &usize| {
            let found = &self.found[*c];
            format!("{} of {} diverged", found.diverged(), found.tried)
        };
        let mut plot = Plot {
            caption: format!(
                "Share of the matrices that were recovered{}. Each cell opens its experiment; the dashed line has as many seen entries as \
                 degrees of freedom.",
                if lost.is_empty() { "" } else { "; dots where some run diverged" }
            ),
            x: Axis::linear("share of entries seen"),
            y: Axis::linear("rank"),
            marks: vec![
                Mark::Heat {
                    x: self.rates.clone(),
                    y,
                    values: self.found.iter().map(share).collect(),
                    label: "recovered".into(),
                    scale: Scale::Linear,
                    names: Vec::new(),
                    opens: (0..self.found.len()).map(|c| Some(self.experiment(c))).collect(),
                },
                Mark::Line {
                    label: "degrees of freedom".into(),
                    x: points.iter().map(|r| self.freedom(*r)).collect(),
                    y: points,
                    tone: 1,
                    dashed: true,
                },
            ],
        };
        if !lost.is_empty() {
            plot.marks.push(Mark::Points {
                label: "diverged".into(),
                x: lost.iter().map(|c| self.rates[c % self.rates.len()]).collect(),
                y: lost.iter().map(|c| self.ranks[c / self.rates.len()] as f64).collect(),
                names: lost.iter().map(diverged).collect(),
                tones: vec![2],
                named: false,
            });
        }
        plot
    }

    pub(super) fn table(&self) -> ReportTable {
        let columns = [
            ("rank", 0),
            ("share seen", 3),
            ("entries per degree of freedom", 3),
            ("recovered", 0),
            ("of", 0),
            ("diverged", 0),
            ("median error", 2),
            ("mean steps", 3),
        ];
        let row = |(cell, found): (usize, &Found)| {
            let (rank, rate) = (self.ranks[cell / self.rates.len()], self.rates[cell % self.rates.len()]);
            let mut errors = found.errors.clone();
            errors.sort_unstable_by(f64::total_cmp);
            let median = errors[(errors.len() - 1) / 2];
            vec![
                Cell::Int(rank as i64),
                Cell::Real(rate),
                Cell::Real(rate / self.freedom(rank as f64)),
                Cell::Int(found.recovered as i64),
                Cell::Int(found.tried as i64),
                Cell::Int(found.diverged() as i64),
                if median <= LOST { Cell::Real(median) } else { Cell::Text("diverged".into()) },
                Cell::Real(found.steps as f64 / found.tried as f64),
            ]
        };
        let done = self.found.iter().enumerate().filter(|(_, f)| f.tried > 0);
        ReportTable {
            caption: "Every cell: how many of its matrices were recovered, and the relative error on all entries at the end of a run."
                .into(),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: done.map(row).collect(),
        }
    }
}
