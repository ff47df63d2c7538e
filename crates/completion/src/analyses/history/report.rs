//! What is told of the steps that were looked at.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis, Heading, Mark, Plot, Report, ReportTable, Scale};

use super::{EVERY, History, LINES, NOTHING, Point};

/// A later error this much larger than the least is worth the word.
const LOST: f64 = 1.005;

impl History {
    /// Steps as abscissas; a logarithmic axis has no place for step 0.
    fn steps(&self) -> (Vec<f64>, Axis) {
        let long = self.last > EVERY;
        let at = |p: &Point| if long && p.step == 0 { f64::NAN } else { p.step as f64 };
        let scale = if long { Scale::Log } else { Scale::Linear };
        (self.points.iter().map(at).collect(), Axis { scale, ..Axis::linear("step") })
    }

    fn line(&self, label: impl Into<String>, tone: usize, of: impl Fn(&Point) -> f64) -> Mark {
        let y = self.points.iter().map(of).collect();
        Mark::Line { label: label.into(), x: self.steps().0, y, tone, dashed: false }
    }

    pub(super) fn report_errors(&self, report: &mut Report, last: &Point) {
        let has_seen = !last.seen.is_nan();
        if self.probes.is_empty() && !has_seen {
            return;
        }
        let mut marks = Vec::new();
        if has_seen {
            marks.push(self.line("seen", 0, |p| p.seen));
        }
        let held_out = !self.model.held_out.is_empty();
        let name = if held_out { "held out" } else { "unseen" };
        let mut against = String::new();
        if !self.probes.is_empty() {
            marks.push(self.line(name, 1, |p| p.unseen));
            let best = self.points.iter().min_by(|a, b| a.unseen.total_cmp(&b.unseen)).unwrap_or(last);
            if last.unseen > LOST * best.unseen {
                marks.push(Mark::Rule { label: format!("least {name} error"), at: best.step as f64, vertical: true });
                let percent = 100.0 * (last.unseen / best.unseen - 1.0);
                report.say(format!(
                    "{}: the error on {name} entries was least at step {} ({:.3e}); by step {} it had grown by {percent:.1} %{}.",
                    self.label,
                    best.step,
                    best.unseen,
                    last.step,
                    if has_seen && last.seen < best.seen {
                        ", while the error on seen entries still fell: from there on the run fitted what does not carry over (overfitting)"
                    } else {
                        ""
                    }
                ));
            } else {
                report.say(format!(
                    "{}: the error on {name} entries was least at the last step or as good as that ({:.3e} at step {}): there is no \
                     overfitting so far.",
                    self.label, last.unseen, last.step
                ));
            }
            against = if held_out {
                format!(" {} entries were held out.", self.probes.len())
            } else {
                format!(" Unseen entries are compared with the truth, {} of them.", self.probes.len())
            };
        }
        report.plot(Plot {
            caption: format!("Root mean square error at each step, in units of the data.{against}"),
            x: self.steps().1,
            y: Axis::log("error"),
            marks,
        });
    }

    pub(super) fn singular_values(&self) -> Plot {
        let width = self.points.iter().map(|p| p.singular.len()).max().unwrap_or(0);
        let largest = self.points.iter().filter_map(|p| p.singular.first()).copied().fold(0.0, f64::max);
        let x = self.steps().0;
        let ends = [x.iter().copied().find(|x| !x.is_nan()), x.last().copied()].map(|x| x.unwrap_or(f64::NAN));
        let mut marks: Vec<Mark> = (0..width.min(LINES))
            .map(|c| {
                let at = |p: &Point| p.singular.get(c).copied().filter(|s| *s > NOTHING * largest).unwrap_or(f64::NAN);
                self.line(if c == 0 { "iterate" } else { "" }, c, at)
            })
            .collect();
        for (c, s) in self.model.singular.iter().enumerate().take(LINES) {
            let label = if c == 0 { "truth".into() } else { String::new() };
            marks.push(Mark::Line { label, x: ends.to_vec(), y: vec![*s; 2], tone: c, dashed: true });
        }
        let rest = if width > LINES { format!(" The first {LINES} of {width}.") } else { String::new() };
        let truth = if self.model.singular.is_empty() { "" } else { "; dashed, those of the truth" };
        Plot {
            caption: format!(
                "Singular values of the iterate at each step{truth}. Values that rise one after the other are parts of the matrix that are \
                 learnt one after the other.{rest}"
            ),
            x: self.steps().1,
            y: Axis::log("singular value"),
            marks,
        }
    }

    pub(super) fn report_angles(&self, report: &mut Report, last: &Point) {
        let largest = |a: &[f64]| a.last().copied().unwrap_or(f64::NAN);
        report.say(format!(
            "At step {} the largest angle to the true column space is {:.2e} degrees, to the true row space {:.2e}. At 90 degrees a true \
             direction is missing from the iterate.",
            last.step,
            largest(&last.columns),
            largest(&last.rows)
        ));
        type Of = fn(&Point) -> &[f64];
        let sides: [(&str, Of); 2] = [("column", |p| &p.columns), ("row", |p| &p.rows)];
        for (side, of) in sides {
            let width = of(last).len();
            let marks = (0..width.min(LINES))
                .map(|c| {
                    self.line(if width <= 6 { format!("angle {}", c + 1) } else { String::new() }, c, |p| of(p)[c])
                })
                .collect();
            report.plot(Plot {
                caption: format!(
                    "Principal angles between the {side} space of the iterate and that of the truth, the smallest first."
                ),
                x: self.steps().1,
                y: Axis::log("degrees"),
                marks,
            });
        }
    }

    pub(super) fn table(&self) -> ReportTable {
        let mut columns = vec![Heading::new("step", 0)];
        let width = self.points.iter().map(|p| p.singular.len()).max().unwrap_or(0).min(LINES);
        let seen = self.points.iter().any(|p| !p.seen.is_nan());
        if seen {
            columns.push(Heading::new("error, seen", 4));
        }
        if !self.probes.is_empty() {
            columns.push(Heading::new("error, unseen", 4));
        }
        if self.spaces.is_some() {
            columns.push(Heading::new("largest angle, columns", 3));
            columns.push(Heading::new("largest angle, rows", 3));
        }
        columns.extend((1..=width).map(|c| Heading::new(format!("σ{c}"), 4)));
        let row = |p: &Point| {
            let mut row = vec![Cell::Int(p.step as i64)];
            if seen {
                row.push(Cell::Real(p.seen));
            }
            if !self.probes.is_empty() {
                row.push(Cell::Real(p.unseen));
            }
            if self.spaces.is_some() {
                row.extend([&p.columns, &p.rows].map(|a| Cell::Real(a.last().copied().unwrap_or(f64::NAN))));
            }
            row.extend((0..width).map(|c| Cell::Real(p.singular.get(c).copied().unwrap_or(f64::NAN))));
            row
        };
        let rows = self.points.iter().map(row).collect();
        ReportTable {
            caption: "The steps that were looked at. Errors are root mean squares, angles in degrees.".into(),
            columns,
            rows,
        }
    }
}
