//! What is told of the replicates.

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{Axis, Heading, Mark, Plot, Report, ReportTable, Value};

use super::Uncertainty;
use super::cells::Hidden;
use crate::model::{Data, Form};

/// Rows of the table.
const SHOWN: usize = 2000;
/// Points of the picture.
const DRAWN: usize = 2000;
/// The level of the intervals.
const LEVEL: f64 = 0.9;

/// The number that a standard normal one is beyond, on either side, with chance `1 - level`: by bisection.
pub(super) fn half_width(level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if libm::erf(middle * core::f64::consts::FRAC_1_SQRT_2) < level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

impl Uncertainty {
    /// Standard deviation of the replicates of a cell.
    fn deviation(&self, c: usize) -> f64 {
        (self.square[c] / (self.done as f64 - 1.0)).sqrt()
    }

    /// Standard error of a new observation of a cell: the noise of the data beside that of the mean.
    fn observation(&self, c: usize) -> f64 {
        (self.square[c] / (self.done as f64 - 1.0) + self.noise).sqrt()
    }

    /// Standard error of what the known value of a cell is: an observation, or the mean without noise.
    fn error(&self, c: usize) -> f64 {
        if self.cells[c].data { self.observation(c) } else { self.deviation(c) }
    }

    fn covered(&self, known: &[usize], level: f64) -> f64 {
        let z = half_width(level);
        let held = |c: &&usize| {
            let cell = &self.cells[**c];
            (cell.predicted - cell.value).abs() <= z * self.error(**c)
        };
        known.iter().filter(held).count() as f64 / known.len() as f64
    }

    pub(super) fn summarise(&self, report: &mut Report) {
        let ridge = if self.ridge > 0.0 { format!(", λ {}", Value::Real(self.ridge)) } else { String::new() };
        report.say(format!(
            "{}: {} of the seen entries drawn anew, each fitted with rank {}{ridge} in {} of alternating least squares; {} followed.",
            self.label,
            count(self.done, "set", "sets"),
            self.start.rank,
            count(self.sweeps, "sweep", "sweeps"),
            count(self.cells.len(), "hidden cell", "hidden cells"),
        ));
        if self.exact {
            report.say(
                "The run fits the seen entries exactly, to rounding: data without noise give every set the same matrix wherever they \
                 determine it. A cell with a deviation much above rounding is one that they do not determine.",
            );
        }
        if matches!(&self.model.data, Data::Entries(e) if e.parts.count() > 1) {
            report.say(
                "The seen entries fall into several connected parts. Cells between parts are left out: nothing that is seen determines them.",
            );
        }
        if !self.spare {
            report.say(
                "The matrix has more degrees of freedom than entries are seen: the noise is estimated too small, and so are all intervals. \
                 Take a lower rank.",
            );
        }
    }

    pub(super) fn calibration(&self, known: &[usize], report: &mut Report) {
        let data = self.cells[known[0]].data;
        let found = self.covered(known, LEVEL);
        let what = if data { "entries held out" } else { "unseen cells, against the truth" };
        // Of few values, some more or fewer inside is chance: two standard deviations of a binomial share.
        let chance = 2.0 * (LEVEL * (1.0 - LEVEL) / known.len() as f64).sqrt();
        let slack = chance.max(0.05);
        let word = match found - LEVEL {
            d if d < -slack => "the intervals are too short: predictions are less certain than they claim",
            d if d > slack => "the intervals are too long: predictions are more certain than they claim",
            _ => "the intervals say what they mean",
        };
        report.say(format!(
            "Of {} known hidden values ({what}) {:.1} % lie in their interval of {} of nominally 90 %: {word}. A bootstrap; it does not \
             know the bias of the rank.",
            known.len(),
            100.0 * found,
            if data { "a new observation" } else { "the mean" }
        ));
        let levels: Vec<f64> = (1..20).map(|l| f64::from(l) / 20.0).collect();
        let y = levels.iter().map(|l| self.covered(known, *l)).collect();
        report.plot(Plot {
            caption: "Share of known hidden values that lie in their interval, for intervals of every level. On the diagonal the intervals keep \
                      what they promise; below it they are too short."
                .into(),
            x: Axis::linear("level of the interval"),
            y: Axis::linear("share of values inside"),
            marks: vec![
                Mark::Diagonal,
                Mark::Line { label: "found".into(), x: levels, y, tone: 0, dashed: false },
            ],
        });
    }

    /// Cells with the largest deviation first.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        order.sort_by(|a, b| self.deviation(*b).total_cmp(&self.deviation(*a)).then(a.cmp(b)));
        order
    }

    /// Name of the row and of the column.
    fn names(&self, cell: &Hidden) -> [String; 2] {
        let (i, j) = (cell.row as usize, cell.col as usize);
        match &self.model.form {
            Form::Ratings(form) => [form.users[i].clone(), form.items[j].clone()],
            Form::Table(sheet) => {
                let column = sheet.place.iter().position(|p| *p == Some(j));
                [sheet.rows[i].clone(), column.map_or_else(|| (j + 1).to_string(), |c| sheet.columns[c].clone())]
            }
            _ => [(i + 1).to_string(), (j + 1).to_string()],
        }
    }

    /// An entry of the matrix is `scale` times this large in the data, `shift` added.
    fn units(&self, cell: &Hidden) -> (f64, f64) {
        let (i, j) = (cell.row as usize, cell.col as usize);
        match &self.model.form {
            Form::Table(sheet) => (sheet.shift[j], sheet.scale[j]),
            _ => (self.model.baseline.at(i, j), 1.0),
        }
    }

    pub(super) fn by_entries(&self) -> Plot {
        let every = self.cells.len().div_ceil(DRAWN);
        let chosen: Vec<usize> = (0..self.cells.len()).step_by(every).collect();
        let seen = |c: &usize| {
            let Data::Entries(e) = &self.model.data else { return f64::NAN };
            let cell = &self.cells[*c];
            let [row, col] = [e.by_row.row(cell.row as usize).0.len(), e.by_col.row(cell.col as usize).0.len()];
            row.min(col) as f64
        };
        // Columns of a table have units of their own, which one axis cannot show.
        let unit = match &self.model.form {
            Form::Table(_) => "standard deviation, columns scaled as the problem says",
            _ => "standard deviation",
        };
        Plot {
            caption: "Uncertainty of a cell against how much is known of its row or its column, whichever is known less. Points below the \
                      rank, if any, are cells that the data hardly determine."
                .into(),
            x: Axis::linear("entries seen in the row or the column, the smaller"),
            y: Axis::log(unit),
            marks: vec![
                Mark::Points {
                    label: String::new(),
                    x: chosen.iter().map(seen).collect(),
                    y: chosen.iter().map(|c| self.deviation(*c)).collect(),
                    names: chosen.iter().map(|c| self.names(&self.cells[*c]).join(", ")).collect(),
                    tones: vec![0],
                    named: false,
                },
                Mark::Rule { label: "rank".into(), at: self.start.rank as f64, vertical: true },
            ],
        }
    }

    pub(super) fn table(&self) -> ReportTable {
        let z = half_width(LEVEL);
        let (rows, cols) =
            if matches!(self.model.form, Form::Ratings(_)) { ("user", "item") } else { ("row", "column") };
        let heads = [
            (rows, 0),
            (cols, 0),
            ("prediction", 4),
            ("mean of replicates", 4),
            ("standard error of the mean", 3),
            ("mean from", 4),
            ("mean to", 4),
            ("standard error of a new observation", 3),
            ("observation from", 4),
            ("observation to", 4),
            ("value", 4),
        ];
        let row = |c: &usize| {
            let cell = &self.cells[*c];
            let (shift, scale) = self.units(cell);
            let [row, col] = self.names(cell);
            let interval = |error: f64, out: &mut Vec<Cell>| {
                out.push(Cell::Real(scale * error));
                out.extend([-z, z].map(|z| Cell::Real(shift + scale * (cell.predicted + z * error))));
            };
            let mut out = vec![Cell::Text(row), Cell::Text(col)];
            let numbers = [cell.predicted, self.mean[*c]].map(|x| Cell::Real(shift + scale * x));
            out.extend(numbers);
            interval(self.deviation(*c), &mut out);
            interval(self.observation(*c), &mut out);
            out.push(Cell::Real(shift + scale * cell.value));
            out
        };
        let order = self.order();
        let shown = &order[..order.len().min(SHOWN)];
        let noise = " The mean is what the cell would be without noise, its interval tells how well the fit knows it; a new observation has \
                     the noise of the data beside, and its interval is the one to hold a measured value.";
        let scaled =
            if matches!(self.model.form, Form::Table(_)) { " (columns scaled as the problem says)" } else { "" };
        ReportTable {
            caption: format!(
                "Hidden cells with intervals of 90 %, the most uncertain first{scaled}: {} of {}.{noise}",
                shown.len(),
                order.len()
            ),
            columns: heads.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: shown.iter().map(row).collect(),
        }
    }
}
