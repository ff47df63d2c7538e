//! How sure the filled cells are: the fit is repeated on entries drawn anew.

mod cells;
mod report;

use std::rc::Rc;

use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, BuildError, Job, List, Names, ParamInfo, Report, Str, Subject, Value, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use cells::{Hidden, cells};

use crate::instance::Completion;
use crate::linalg::least_squares::RowSolver;
use crate::model::factors::Factors;
use crate::model::{Entries, Model};

/// Flops of one piece of work.
const PIECE: u64 = 4_000_000;
/// A fit of the seen entries this close, relative to their size, leaves nothing to be unsure of.
const EXACT: f64 = 1e-8;
/// Fewer replicates say nothing yet.
const FEW: usize = 5;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int(
        "replicates",
        "Replicates",
        "How often entries are drawn and the matrix is fitted anew.",
        [5, 1000],
        50,
    )
    .log(),
    ParamInfo::int(
        "sweeps",
        "Sweeps",
        "Sweeps of alternating least squares for each, from the run's factors.",
        [1, 50],
        5,
    ),
    ParamInfo::real(
        "ridge",
        "Regularisation λ",
        "λ of the refits; 0 takes that of the run, where its method has one.",
        [0.0, 1e4],
        0.0,
    ),
    ParamInfo::int("seed", "Seed", "Another seed gives other draws.", [0, 1_000_000_000], 1),
];

/// See [`AnalysisInfo::summary`].
pub static UNCERTAINTY: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.uncertainty"),
        label: Str::Borrowed("How uncertain are the filled cells?"),
        summary: words(
            "Draws as many entries as are seen from the seen ones, with replacement, fits a matrix of the run's rank to them by alternating \
             least squares, and repeats: how much the prediction of a hidden cell varies is how unsure it is. Where hidden values are \
             known, it is counted how many intervals hold theirs.",
        ),
        citation: words("B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993."),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.low-rank", "completion.ratings", "completion.table"]),
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
        return Err(BuildError::new(
            "analysis",
            "every cell is seen: there is none whose uncertainty could be asked for",
        ));
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
        self.summarise(&mut report);
        let known: Vec<usize> = (0..self.cells.len()).filter(|c| !self.cells[*c].value.is_nan()).collect();
        if !known.is_empty() && !self.exact {
            self.calibration(&known, &mut report);
        }
        report.plot(self.by_entries());
        report.table(self.table());
        report
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::Mark;
    use iterscope_core::artifact::Cell;

    use super::report::half_width;
    use super::*;
    use crate::analyses::test_support::{Asked, plots, tables, text};

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
    fn holes_of_a_table_have_names_and_the_units_of_their_columns() {
        let given = [("holes", 0.2.into())];
        let asked = Asked::new("completion.table", &given, None, 3);
        let ran = Some(("completion.als", &[("ridge", 0.3.into())][..], 30));
        let report = asked.ask(ID, &[("replicates", 30.into())], ran).unwrap();
        assert!(coverage(&report) > 0.6, "{}", coverage(&report));
        let model = asked.instance.as_any().downcast_ref::<Completion>().unwrap().model();
        let crate::model::Form::Table(sheet) = &model.form else { panic!("a table") };
        let rows = &tables(&report)[0].rows;
        let mut checked = 0;
        for row in rows {
            let (Cell::Text(name), Cell::Text(column)) = (&row[0], &row[1]) else { panic!("names") };
            let i = sheet.rows.iter().position(|r| r == name).unwrap();
            let c = sheet.columns.iter().position(|c| c == column).unwrap();
            let known = sheet.cells[i * sheet.columns.len() + c];
            // Cells held out have their value in the units of the data; the others are holes.
            if let (false, Cell::Real(value)) = (known.is_nan(), &row[10]) {
                assert!((value - known).abs() < 1e-9 * known.abs().max(1.0), "{value} {known}");
                checked += 1;
            }
        }
        assert_eq!(checked, model.held_out.len());
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
