//! Questions asked in tests, without a catalog.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    AnalysisInput, Backend, BuildError, Comparisons, Dataset, Details, Encounter, Experiment, Instance, MethodInput,
    Order, Orders, Params, Plot, ProblemSpec, Report, ReportTable, RunInput, RunSpec, SCHEMA, Stepper, StopRule,
    Values, View,
};

use iterscope_kernels::rng::Rng;

use crate::FAMILY;
use crate::test_support::{Setting, problem};

/// A problem with what it was built from.
pub struct AnalysisCase {
    /// The problem.
    pub set: Rc<dyn Instance>,
    experiment: Experiment,
    data: Option<Rc<Dataset>>,
}

fn params(list: &[Setting<'_>]) -> Params {
    list.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

impl AnalysisCase {
    fn new(id: &str, given: &[Setting<'_>], seed: u64, data: Option<Dataset>) -> AnalysisCase {
        let set = problem(id, given, seed, data.as_ref()).unwrap();
        let spec = ProblemSpec { id: id.into(), data: None, columns: None, params: params(given) };
        let stop = StopRule { rtol: 1e-8, max_steps: 1000, until: None };
        let experiment = Experiment {
            schema: SCHEMA,
            problem: spec,
            runs: Vec::new(),
            seed,
            stop,
            changes: Vec::new(),
            view: View::default(),
        };
        AnalysisCase { set, experiment, data: data.map(Rc::new) }
    }

    /// Synthetic games.
    pub fn synthetic(given: &[Setting<'_>], seed: u64) -> AnalysisCase {
        AnalysisCase::new("ranking.synthetic", given, seed, None)
    }

    /// Synthetic orders.
    pub fn synthetic_orders(given: &[Setting<'_>], seed: u64) -> AnalysisCase {
        AnalysisCase::new("ranking.synthetic-orders", given, seed, None)
    }

    /// Given orders; items are named p0, p1, ...
    pub fn orders(n: usize, orders: Vec<Order>, given: &[Setting<'_>]) -> AnalysisCase {
        let items = (0..n).map(|i| format!("p{i}")).collect();
        AnalysisCase::orders_of(Orders { items, orders, ..Orders::default() }, given)
    }

    /// The same, with names.
    pub fn orders_of(orders: Orders, given: &[Setting<'_>]) -> AnalysisCase {
        AnalysisCase::new("ranking.orders", given, 0, Some(Dataset::Orders(orders)))
    }

    /// Given games, each `(winner, loser, count, tie)`; items are named p0, p1, ...
    pub fn games(n: usize, games: &[(u32, u32, f64, bool)], given: &[Setting<'_>]) -> AnalysisCase {
        let encounter = |&(winner, loser, count, tie): &(u32, u32, f64, bool)| Encounter { winner, loser, count, tie };
        let (items, encounters) = ((0..n).map(|i| format!("p{i}")).collect(), games.iter().map(encounter).collect());
        let data = Comparisons { items, encounters, ..Comparisons::default() };
        AnalysisCase::new("ranking.pairwise", given, 0, Some(Dataset::Comparisons(data)))
    }

    /// One of the tables of `crates/data/samples`: `a,b,outcome[,count]`, the outcome being that of the first (`a`, `home`),
    /// of the second or a tie.
    pub fn sample(csv: &str, given: &[Setting<'_>]) -> AnalysisCase {
        let (mut items, mut encounters): (Vec<String>, Vec<Encounter>) = (Vec::new(), Vec::new());
        let mut details = Details::default();
        let mut item = |name: &str| {
            items.iter().position(|i| i == name).unwrap_or_else(|| {
                items.push(name.into());
                items.len() - 1
            }) as u32
        };
        for line in csv.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let (a, b) = (item(cells[0]), item(cells[1]));
            let count = cells.get(3).map_or(1.0, |c| c.parse().unwrap());
            let (winner, loser) = if matches!(cells[2], "b" | "away") { (b, a) } else { (a, b) };
            encounters.push(Encounter { winner, loser, count, tie: cells[2] == "tie" });
            match cells[2] {
                "home" => details.advantage.push(1),
                "away" => details.advantage.push(-1),
                _ => {}
            }
        }
        let data = Comparisons { items, encounters, details, ..Comparisons::default() };
        AnalysisCase::new("ranking.pairwise", given, 0, Some(Dataset::Comparisons(data)))
    }

    /// The answer to a question; `run` is a method and how many steps it has made.
    pub fn ask(&self, id: &str, given: &[Setting<'_>], run: Option<(&'static str, u32)>) -> Result<Report, BuildError> {
        let analysis = FAMILY.analyses.iter().find(|a| a.info.id == id).expect("a known analysis");
        let values = Values::resolve(&analysis.info.params, &params(given)).map_err(|mut e| e.remove(0))?;
        let run = run.map(|(method, steps)| {
            let set = Rc::clone(&self.set);
            let fresh: iterscope_core::Fresh = Rc::new(move || {
                let found = FAMILY.methods.iter().find(|m| m.info.id == method).expect("a known method");
                let values = Values::resolve(&found.info.params, &Params::new()).map_err(|mut e| e.remove(0))?;
                (found.build)(&MethodInput { instance: &set, values: &values, backend: Backend::CpuF64, seed: 0 })
            });
            let mut stepper: Box<dyn Stepper> = fresh().unwrap();
            stepper.advance(steps).unwrap();
            let (step, iterate) = (stepper.steps(), stepper.snapshot().unwrap());
            RunInput { index: 0, label: method.into(), step, iterate, fresh }
        });
        let mut experiment = self.experiment.clone();
        experiment.runs.extend(run.as_ref().map(|run| RunSpec {
            method: run.label.clone(),
            backend: Backend::CpuF64,
            params: Params::new(),
        }));
        let (experiment, instance, data) = (&experiment, &self.set, self.data.clone());
        let mut job = (analysis.build)(AnalysisInput { experiment, instance, data, run, values: &values })?;
        job.finish()
    }
}

/// The tables of a report.
pub fn tables(report: &Report) -> Vec<&ReportTable> {
    report.tables().collect()
}

/// The plots of a report.
pub fn plots(report: &Report) -> Vec<&Plot> {
    report.plots().collect()
}

/// All paragraphs of a report.
pub fn text(report: &Report) -> String {
    report.texts().collect::<Vec<_>>().join("\n")
}

/// The number in column `label` of the row that has `name` in a cell of text; NaN where there is none.
pub fn cell(sheet: &ReportTable, name: &str, label: &str) -> f64 {
    let named = |r: &&Vec<Cell>| r.iter().any(|c| matches!(c, Cell::Text(t) if t == name));
    let column = sheet.columns.iter().position(|c| c.label == label);
    match sheet.rows.iter().find(named).zip(column).map(|(row, c)| &row[c]) {
        Some(Cell::Real(x)) => *x,
        Some(Cell::Int(x)) => *x as f64,
        _ => f64::NAN,
    }
}

/// Results of baseball, 1987.
pub const BASEBALL: &str = include_str!("../../../data/samples/baseball-1987.csv");
/// Results of football, 2022.
pub const WORLD_CUP: &str = include_str!("../../../data/samples/world-cup-2022.csv");

/// The true log-strengths of synthetic games of the default spread, with mean 0.
pub fn truth(players: usize, seed: u64) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    let drawn: Vec<f64> = (0..players)
        .map(|_| {
            let u = rng.uniform();
            0.5 * libm::log(u / (1.0 - u))
        })
        .collect();
    let mean = drawn.iter().sum::<f64>() / players as f64;
    drawn.into_iter().map(|s| s - mean).collect()
}
