//! How often intervals of 90 % hold what they are of, on tables made by chance: 60 x 8, rank 2 and noise of 0.3 of a column's
//! deviation, three quarters of the cells seen and a tenth of these held out. `coverage TABLES` fits each with ALS of rank 2
//! and lambda 0.3 and asks `completion.uncertainty` with 40 replicates; it prints the shares for the mean without noise, for a
//! new observation, and for the standard errors of the filled table. Its result stands in docs/benchmarks.md.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;
use std::rc::Rc;

use iterscope_completion::FAMILY;
use iterscope_core::artifact::Cell;
use iterscope_core::{
    AnalysisInput, Artifact, Backend, Dataset, Experiment, Fresh, MethodInput, ParamInfo, Params, ProblemInput,
    ProblemSpec, RunInput, RunSpec, SCHEMA, StopRule, Table, Value, Values, View,
};
use iterscope_kernels::rng::Rng;

const ROWS: usize = 60;
const COLS: usize = 8;
const RANK: usize = 2;
const NOISE: f64 = 0.3;
const STEPS: u32 = 60;
/// Half the width of an interval of 90 % in standard errors.
const Z: f64 = 1.6448536269514722;

/// A table, its cells without noise, and all its cells with noise.
fn table(seed: u64) -> (Table, Vec<f64>, Vec<f64>) {
    let mut rng = Rng::new(seed);
    let (mut u, mut v) = (vec![0.0; ROWS * RANK], vec![0.0; COLS * RANK]);
    rng.normal_fill(&mut u);
    rng.normal_fill(&mut v);
    let mean: Vec<f64> =
        (0..ROWS * COLS).map(|e| (0..RANK).map(|k| u[e / COLS * RANK + k] * v[e % COLS * RANK + k]).sum()).collect();
    let mut noisy = mean.clone();
    for c in 0..COLS {
        let column = || mean.iter().skip(c).step_by(COLS);
        let middle = column().sum::<f64>() / ROWS as f64;
        let size = (column().map(|x| (x - middle) * (x - middle)).sum::<f64>() / ROWS as f64).sqrt();
        noisy.iter_mut().skip(c).step_by(COLS).for_each(|x| *x += NOISE * size * rng.normal());
    }
    let values = noisy.iter().map(|x| if rng.uniform() < 0.75 { *x } else { f64::NAN }).collect();
    let columns = (0..COLS).map(|c| format!("c{c}")).collect();
    let rows = (0..ROWS).map(|r| format!("r{r}")).collect();
    (Table { columns, rows, values, ..Table::default() }, mean, noisy)
}

fn resolve(schema: &[ParamInfo], given: &[(&str, Value)]) -> Result<Values, Box<dyn Error>> {
    let params: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Values::resolve(schema, &params).map_err(|errors| format!("{errors:?}").into())
}

fn real(cell: &Cell) -> f64 {
    if let Cell::Real(x) = cell { *x } else { f64::NAN }
}

fn main() -> Result<(), Box<dyn Error>> {
    let tables: u64 = std::env::args().nth(1).ok_or("coverage TABLES")?.parse()?;
    let problem = FAMILY.problems.iter().find(|p| p.info.id == "completion.table").ok_or("no such problem")?;
    let method = FAMILY.methods.iter().find(|m| m.info.id == "completion.als").ok_or("no such method")?;
    let analysis = FAMILY.analyses.iter().find(|a| a.info.id == "completion.uncertainty").ok_or("no such analysis")?;
    let of_run = [("ridge", Value::Real(0.3))];
    // Inside and all: the mean, a new observation in a hole, a cell held out, a hole by the filled table.
    let mut found = [[0u32; 2]; 4];
    for seed in 1..=tables {
        let (table, mean, noisy) = table(seed);
        let data = Dataset::Table(table.clone());
        let values = resolve(&problem.info.params, &[("rank", Value::Int(2)), ("held_out", Value::Real(0.1))])?;
        let instance = (problem.build)(&ProblemInput { values: &values, data: Some(&data), seed })?;
        let fresh: Fresh = {
            let (instance, values) = (instance.clone(), Rc::new(resolve(&method.info.params, &of_run)?));
            Rc::new(move || {
                let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed };
                (method.build)(&input)
            })
        };
        let mut stepper = fresh()?;
        stepper.advance(STEPS).map_err(|e| e.to_string())?;
        let Artifact::Table { columns, rows } = stepper.result().map_err(|e| e.to_string())? else { continue };
        let iterate = stepper.snapshot().ok_or("an iterate")?;
        let params: Params = of_run.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let spec =
            ProblemSpec { id: problem.info.id.to_string(), data: None, columns: None, params: Params::default() };
        let runs = vec![RunSpec { method: method.info.id.to_string(), backend: Backend::CpuF64, params }];
        let (stop, changes) = (StopRule::default(), Vec::new());
        let experiment = Experiment { schema: SCHEMA, problem: spec, runs, seed, stop, changes, view: View::default() };
        let values = resolve(&analysis.info.params, &[("replicates", Value::Int(40))])?;
        let run = RunInput { index: 0, label: "ALS".into(), step: u64::from(STEPS), iterate, fresh };
        let input =
            AnalysisInput { experiment: &experiment, instance: &instance, data: None, run: Some(run), values: &values };
        let report = (analysis.build)(input)?.finish()?;
        let mut count = |what: usize, inside: bool| {
            found[what][0] += u32::from(inside);
            found[what][1] += 1;
        };
        for row in report.tables().next().map_or(&[][..], |t| &t.rows) {
            let (Cell::Text(name), Cell::Text(column)) = (&row[0], &row[1]) else { continue };
            let (Some(i), Some(j)) =
                (table.rows.iter().position(|r| r == name), table.columns.iter().position(|c| c == column))
            else {
                continue;
            };
            let e = i * COLS + j;
            let inside = |from: usize, x: f64| (real(&row[from])..=real(&row[from + 1])).contains(&x);
            if table.values[e].is_nan() {
                count(0, inside(5, mean[e]));
                count(1, inside(8, noisy[e]));
            } else {
                count(2, inside(8, noisy[e]));
            }
        }
        for (i, row) in rows.iter().enumerate() {
            for (j, column) in table.columns.iter().enumerate() {
                let e = i * COLS + j;
                let Some(place) = columns.iter().position(|c| c == column) else { continue };
                if table.values[e].is_nan() {
                    count(3, (real(&row[place]) - noisy[e]).abs() <= Z * real(&row[place + 1]));
                }
            }
        }
    }
    let names = [
        "mean of a missing cell, without noise",
        "new observation, missing cell",
        "new observation, cell held out",
        "standard errors of the filled table",
    ];
    for (name, [inside, all]) in names.iter().zip(found) {
        println!("{name}: {:.1} % of {all}", 100.0 * f64::from(inside) / f64::from(all));
    }
    Ok(())
}
