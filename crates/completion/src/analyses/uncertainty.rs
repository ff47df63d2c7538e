//! How sure the filled cells are: the fit is repeated on entries drawn anew.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, Names, ParamInfo, Plot, Report,
    Sheet, Str, Subject, Value, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use crate::factors::Factors;
use crate::least_squares::RowSolver;
use crate::model::{Completion, Data, Entries, Form, Model};
use iterscope_core::naming::count;

/// Cells that are followed; of more, as many are drawn.
const MOST: usize = 20_000;
/// Rows of the table.
const SHOWN: usize = 2000;
/// Points of the picture.
const DRAWN: usize = 2000;
/// Flops of one piece of work.
const PIECE: u64 = 4_000_000;
/// The level of the intervals.
const LEVEL: f64 = 0.9;
/// A fit of the seen entries this close, relative to their size, leaves nothing to be unsure of.
const EXACT: f64 = 1e-8;
/// Fewer replicates say nothing yet.
const FEW: usize = 5;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int(
        "replicates",
        "replicates",
        "How often entries are drawn and the matrix is fitted anew.",
        [5, 1000],
        50,
    )
    .log(),
    ParamInfo::int(
        "sweeps",
        "sweeps",
        "Sweeps of alternating least squares for each, from the run's factors.",
        [1, 50],
        5,
    ),
    ParamInfo::real(
        "ridge",
        "regularisation λ",
        "λ of the refits; 0 takes that of the run, where its method has one.",
        [0.0, 1e4],
        0.0,
    ),
    ParamInfo::int("seed", "seed", "Another seed gives other draws.", [0, 1_000_000_000], 1),
];

/// See [`AnalysisInfo::summary`].
pub static UNCERTAINTY: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.uncertainty"),
        label: Str::Borrowed("How sure are the filled cells?"),
        summary: words(
            "Draws as many entries as are seen from the seen ones, with replacement, fits a matrix of the run's rank to them by alternating \
             least squares, and repeats: how much the prediction of a hidden cell varies is how unsure it is. Where hidden values are \
             known, it is counted how many intervals hold theirs.",
        ),
        citation: words("B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993."),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.low-rank", "completion.ratings"]),
        subject: Subject::Run,
        limits: words(
            "A bootstrap; it does not know the bias of the rank: if the matrix is not of this rank, all replicates are wrong in the same \
             way. Nor does it know that of λ. Rows with hardly more seen entries than the rank are fitted without error by most replicates, \
             and their intervals mean little.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let (run, x) = input.iterate::<Factors>()?;
    let entries = model.entries()?;
    if !x.is_finite() {
        return Err(BuildError::new("analysis", "the iterate is not finite: choose an earlier step"));
    }
    let of_run = |key: &str| input.experiment.runs.get(run.index).and_then(|r| r.params.get(key));
    let ridge = match input.values.real("ridge") {
        0.0 => of_run("ridge").and_then(Value::as_real).unwrap_or(0.0),
        given => given,
    };
    let weighted = of_run("weighting").and_then(Value::as_text) == Some("counts");
    let cells = cells(&model, x);
    if cells.is_empty() {
        return Err(BuildError::new("analysis", "every cell is seen: there is none to be unsure of"));
    }
    let mut squares = 0.0;
    for i in 0..model.rows {
        for (j, value) in entries.by_row.row_iter(i) {
            let e = x.at(i, j) - value;
            squares += e * e;
        }
    }
    let (used, seen) = ((x.rank * (model.rows + model.cols)).saturating_sub(x.rank * x.rank), entries.count());
    Ok(Box::new(Uncertainty {
        label: run.label.clone(),
        solver: RowSolver::new(x.rank, entries.longest()),
        exact: squares.sqrt() < EXACT * entries.norm,
        noise: squares / if seen > used { seen - used } else { seen } as f64,
        spare: seen > used,
        mean: vec![0.0; cells.len()],
        square: vec![0.0; cells.len()],
        done: 0,
        replicates: input.values.size("replicates"),
        sweeps: input.values.size("sweeps"),
        rng: Rng::new(input.values.int("seed") as u64),
        refit: None,
        start: x.clone(),
        ridge,
        weighted,
        cells,
        model,
    }))
}

/// A cell that is followed.
struct Hidden {
    row: u32,
    col: u32,
    /// What the run predicts, baseline excluded.
    predicted: f64,
    /// Its value, where known: of an entry kept back or of the truth.
    value: f64,
    /// The value is data, with the noise of data.
    data: bool,
}

/// Entries kept back, and unseen ones, both in the order of rows.
fn cells(model: &Model, x: &Factors) -> Vec<Hidden> {
    let mut rng = Rng::new(1);
    let hidden = |row: u32, col: u32, value: f64, data: bool| Hidden {
        row,
        col,
        predicted: x.at(row as usize, col as usize),
        value,
        data,
    };
    let kept = model.held_out.len();
    // Each is taken with the chance that leaves about as many as wanted.
    let mut out: Vec<Hidden> = Vec::new();
    for e in &model.held_out {
        if kept <= MOST || rng.uniform() * (kept as f64) < MOST as f64 {
            out.push(hidden(e.row, e.col, e.value, true));
        }
    }
    let Data::Entries(entries) = &model.data else { return out };
    let room = MOST.saturating_sub(out.len());
    let unseen = model.rows * model.cols - entries.count() - kept;
    let mut take = |i: usize, j: usize, rng: &mut Rng| {
        let known = entries.by_row.row(i).0.binary_search(&(j as u32)).is_ok();
        let place = (i as u32, j as u32);
        if known || model.held_out.binary_search_by_key(&place, |e| (e.row, e.col)).is_ok() {
            return;
        }
        if unseen <= room || rng.uniform() * (unseen as f64) < room as f64 {
            out.push(hidden(place.0, place.1, model.true_entry(i, j).unwrap_or(f64::NAN), false));
        }
    };
    let all = model.rows * model.cols;
    if all <= 50 * MOST {
        (0..all).for_each(|e| take(e / model.cols, e % model.cols, &mut rng));
    } else {
        // So many cells are not walked through: as many are drawn, and a few may be drawn twice.
        let mut drawn: Vec<usize> = (0..room).map(|_| rng.below(all)).collect();
        drawn.sort_unstable();
        drawn.dedup();
        for e in drawn {
            let (i, j) = (e / model.cols, e % model.cols);
            if entries.by_row.row(i).0.binary_search(&(j as u32)).is_err() {
                out.push(hidden(i as u32, j as u32, model.true_entry(i, j).unwrap_or(f64::NAN), false));
            }
        }
    }
    out
}

/// A fit under way.
struct Refit {
    x: Factors,
    /// Roots of how often each entry was drawn, in both orders.
    by_row: Csr,
    by_col: Csr,
    /// Half sweeps done, and rows of the current one.
    half: usize,
    row: usize,
}

struct Uncertainty {
    model: Rc<Model>,
    label: String,
    start: Factors,
    cells: Vec<Hidden>,
    solver: RowSolver,
    ridge: f64,
    weighted: bool,
    /// The seen entries are fitted exactly.
    exact: bool,
    /// Variance of the seen residual, degrees of freedom of the matrix taken off where there are enough entries.
    noise: f64,
    spare: bool,
    replicates: usize,
    sweeps: usize,
    rng: Rng,
    refit: Option<Refit>,
    done: usize,
    /// For each cell the mean and the sum of squared deviations of the replicates.
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Uncertainty {
    fn entries(&self) -> Result<&Entries, BuildError> {
        self.model.entries()
    }

    fn draw(&mut self) -> Result<Refit, BuildError> {
        let model = self.model.clone();
        let all = &model.entries()?.by_row;
        let mut by_row = all.clone();
        by_row.values.fill(0.0);
        for _ in 0..all.nnz() {
            by_row.values[self.rng.below(all.nnz())] += 1.0;
        }
        by_row.values.iter_mut().for_each(|w| *w = w.sqrt());
        let by_col = by_row.transpose();
        Ok(Refit { x: self.start.clone(), by_row, by_col, half: 0, row: 0 })
    }

    /// Replaces rows of the factor that is due by their solutions; returns the flops.
    fn sweep(&mut self, refit: &mut Refit, budget: u64) -> Result<u64, BuildError> {
        let model = self.model.clone();
        let entries = model.entries()?;
        let k = refit.x.rank;
        let right = refit.half.is_multiple_of(2);
        let x = &mut refit.x;
        let (of, weights, from, to) = if right {
            (&entries.by_col, &refit.by_col, &x.u, &mut x.v)
        } else {
            (&entries.by_row, &refit.by_row, &x.v, &mut x.u)
        };
        let mut spent = 0;
        while refit.row < of.rows && spent < budget {
            let i = refit.row;
            let roots = weights.row(i).1;
            let drawn: f64 = roots.iter().map(|w| w * w).sum();
            self.solver.gather_weighted(of.row_iter(i).zip(roots).map(|((j, v), w)| (j, v, *w)), from);
            let ridge = if self.weighted { self.ridge * drawn } else { self.ridge };
            self.solver.exact(ridge, &mut to[i * k..][..k]);
            spent += (k * k * (roots.len() + k / 3 + 1)) as u64;
            refit.row += 1;
        }
        if refit.row == of.rows {
            refit.row = 0;
            refit.half += 1;
        }
        Ok(spent)
    }

    fn take(&mut self, x: &Factors) {
        self.done += 1;
        for ((cell, mean), square) in self.cells.iter().zip(&mut self.mean).zip(&mut self.square) {
            let value = x.at(cell.row as usize, cell.col as usize);
            let off = value - *mean;
            *mean += off / self.done as f64;
            *square += off * (value - *mean);
        }
    }

    fn share(&self) -> f64 {
        let part = self.refit.as_ref().map_or(0.0, |r| r.half as f64 / (2 * self.sweeps) as f64);
        (self.done as f64 + part) / self.replicates as f64
    }
}

impl Job for Uncertainty {
    fn work(&mut self) -> Result<f64, BuildError> {
        let mut spent = 0;
        while self.done < self.replicates && spent < PIECE {
            let mut refit = match self.refit.take() {
                Some(refit) => refit,
                None => self.draw()?,
            };
            spent += self.sweep(&mut refit, PIECE - spent)?;
            if refit.half < 2 * self.sweeps {
                self.refit = Some(refit);
            } else {
                self.take(&refit.x);
                spent += (self.cells.len() * refit.x.rank + self.entries()?.count() * 4) as u64;
            }
        }
        Ok(if self.done == self.replicates { 1.0 } else { self.share().min(0.999) })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.done < FEW {
            return report;
        }
        self.say(&mut report);
        let known: Vec<usize> = (0..self.cells.len()).filter(|c| !self.cells[*c].value.is_nan()).collect();
        if !known.is_empty() && !self.exact {
            self.calibration(&known, &mut report);
        }
        report.plot(self.by_entries());
        report.table(self.sheet());
        report
    }
}

/// The number that a standard normal one is beyond, on either side, with chance `1 - level`: by bisection.
fn half_width(level: f64) -> f64 {
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

    /// Standard deviation of what is looked up: a value of the data has the noise of the data beside.
    fn error(&self, c: usize) -> f64 {
        let own = self.square[c] / (self.done as f64 - 1.0);
        if self.cells[c].data { (own + self.noise).sqrt() } else { own.sqrt() }
    }

    fn covered(&self, known: &[usize], level: f64) -> f64 {
        let z = half_width(level);
        let held = |c: &&usize| {
            let cell = &self.cells[**c];
            (cell.predicted - cell.value).abs() <= z * self.error(**c)
        };
        known.iter().filter(held).count() as f64 / known.len() as f64
    }

    fn say(&self, report: &mut Report) {
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
        if !self.spare {
            report.say(
                "The matrix has more degrees of freedom than entries are seen: the noise is estimated too small, and so are all intervals. \
                 Take a lower rank.",
            );
        }
    }

    fn calibration(&self, known: &[usize], report: &mut Report) {
        let data = self.cells[known[0]].data;
        let found = self.covered(known, LEVEL);
        let what = if data { "entries kept back" } else { "unseen cells, against the truth" };
        // Of few values, some more or fewer inside is chance: two standard deviations of a binomial share.
        let chance = 2.0 * (LEVEL * (1.0 - LEVEL) / known.len() as f64).sqrt();
        let slack = chance.max(0.05);
        let word = match found - LEVEL {
            d if d < -slack => "the intervals are too short: predictions are less sure than they say",
            d if d > slack => "the intervals are too long: predictions are surer than they say",
            _ => "the intervals say what they mean",
        };
        report.say(format!(
            "Of {} known hidden values ({what}) {:.1} % lie in their interval of nominally 90 %: {word}. A bootstrap; it does not know the \
             bias of the rank.",
            known.len(),
            100.0 * found
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
            Form::Sheet(sheet) => {
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
            Form::Sheet(sheet) => (sheet.shift[j], sheet.scale[j]),
            _ => (self.model.baseline.at(i, j), 1.0),
        }
    }

    fn by_entries(&self) -> Plot {
        let every = self.cells.len().div_ceil(DRAWN);
        let chosen: Vec<usize> = (0..self.cells.len()).step_by(every).collect();
        let seen = |c: &usize| {
            let Data::Entries(e) = &self.model.data else { return f64::NAN };
            let cell = &self.cells[*c];
            let [row, col] = [e.by_row.row(cell.row as usize).0.len(), e.by_col.row(cell.col as usize).0.len()];
            row.min(col) as f64
        };
        Plot {
            caption: "How unsure a cell is against how much is known of its row or its column, whichever is known less. Points below the \
                      rank, if any, are cells that the data hardly determine."
                .into(),
            x: Axis::linear("entries seen in the row or the column, the smaller"),
            y: Axis::log("standard deviation"),
            marks: vec![
                Mark::Points {
                    label: String::new(),
                    x: chosen.iter().map(seen).collect(),
                    y: chosen.iter().map(|c| self.deviation(*c) * self.units(&self.cells[*c]).1).collect(),
                    names: chosen.iter().map(|c| self.names(&self.cells[*c]).join(", ")).collect(),
                    tones: vec![0],
                    named: false,
                },
                Mark::Rule { label: "rank".into(), at: self.start.rank as f64, vertical: true },
            ],
        }
    }

    fn sheet(&self) -> Sheet {
        let z = half_width(LEVEL);
        let (rows, cols) =
            if matches!(self.model.form, Form::Ratings(_)) { ("user", "item") } else { ("row", "column") };
        let heads = [
            (rows, 0),
            (cols, 0),
            ("prediction", 4),
            ("mean of replicates", 4),
            ("standard deviation", 3),
            ("from", 4),
            ("to", 4),
            ("value", 4),
        ];
        let row = |c: &usize| {
            let cell = &self.cells[*c];
            let (shift, scale) = self.units(cell);
            let [row, col] = self.names(cell);
            let wide = z * self.error(*c);
            let mut out = vec![Cell::Text(row), Cell::Text(col)];
            let numbers = [cell.predicted, self.mean[*c]].map(|x| Cell::Real(shift + scale * x));
            out.extend(numbers);
            out.push(Cell::Real(scale * self.deviation(*c)));
            out.extend(
                [cell.predicted - wide, cell.predicted + wide, cell.value].map(|x| Cell::Real(shift + scale * x)),
            );
            out
        };
        let order = self.order();
        let shown = &order[..order.len().min(SHOWN)];
        let noise = if self.cells.iter().any(|c| c.data) {
            " Intervals of entries kept back are for the entry itself and have the noise of the data in them."
        } else {
            ""
        };
        Sheet {
            caption: format!(
                "Hidden cells with intervals of 90 %, the most uncertain first: {} of {}.{noise}",
                shown.len(),
                order.len()
            ),
            columns: heads.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: shown.iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::trial::{Asked, plots, tables, text};

    const ID: &str = "completion.uncertainty";

    fn noisy(rank: i64, seed: u64) -> Asked {
        let given = [
            ("rows", 60.into()),
            ("cols", 50.into()),
            ("rank", rank.into()),
            ("sampling", 0.5.into()),
            ("noise", 0.2.into()),
        ];
        Asked::low_rank(&given, seed)
    }

    /// Share of values inside at the level of 90 %.
    fn coverage(report: &Report) -> f64 {
        let Mark::Line { x, y, .. } = &plots(report)[0].marks[1] else { panic!("a line after the diagonal") };
        assert_eq!(x[17], 0.9);
        y[17]
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let mut sum = 0.0;
        for seed in 1..=4 {
            let report = noisy(2, seed).ask(ID, &[], Some(("completion.als", &[], 30))).unwrap();
            sum += coverage(&report);
            let sheet = tables(&report)[0];
            assert!(sheet.rows.len() > 1300 && sheet.rows.len() < 1700);
        }
        // Cells of one row share its error, so that there are about as many independent ones as free numbers: 4 x 216.
        let bound = 4.0 * (0.9 * 0.1 / 864.0f64).sqrt();
        assert!((sum / 4.0 - 0.9).abs() < bound, "{} {bound}", sum / 4.0);
    }

    #[test]
    fn a_rank_that_is_too_low_is_not_known_to_the_bootstrap() {
        let report = noisy(4, 1).ask(ID, &[], Some(("completion.als", &[("rank", 1.into())], 30))).unwrap();
        assert!(coverage(&report) < 0.8, "{}", coverage(&report));
        assert!(text(&report).contains("too short"), "{}", text(&report));
        assert!(text(&report).contains("does not know the bias of the rank"));
    }

    #[test]
    fn exact_data_leave_no_doubt_and_the_same_seed_repeats() {
        let asked = Asked::low_rank(
            &[("rows", 40.into()), ("cols", 30.into()), ("rank", 2.into()), ("sampling", 0.7.into())],
            2,
        );
        let of = |seed: i64| {
            let given = [("replicates", 10.into()), ("seed", seed.into())];
            asked.ask(ID, &given, Some(("completion.als", &[], 60))).unwrap()
        };
        let report = of(1);
        assert!(text(&report).contains("exactly"), "{}", text(&report));
        let Cell::Real(most) = tables(&report)[0].rows[0][4] else { panic!("a deviation") };
        assert!(most < 1e-6, "{most}");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn nothing_hidden_is_refused() {
        let asked =
            Asked::low_rank(&[("rows", 8.into()), ("cols", 8.into()), ("rank", 1.into()), ("sampling", 1.0.into())], 2);
        let error = asked.ask(ID, &[], Some(("completion.als", &[], 3))).unwrap_err();
        assert_eq!(error.field, "analysis");
        assert!((half_width(0.9) - 1.6448536269514722).abs() < 1e-12);
    }
}
