//! A table of numbers with holes, each column in units of its own.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str,
    Table, words,
};
use iterscope_kernels::dense::singular_values_of_product;
use iterscope_kernels::rng::Rng;

use super::notes::{connected, coverage, grouped, refitted, sampling, without_factors};
use super::sampling::hold_out;
use crate::instance::Completion;
use crate::model::DataTable;
use crate::model::factors::Factors;
use crate::model::metric::Metric;
use crate::model::{Data, Entries, Form, HeldOut, Model, Truth, check_rank};

/// The table that is made where none is brought: its columns with their means and standard deviations.
const MADE: [(&str, f64, f64); 9] = [
    ("length (mm)", 182.0, 14.0),
    ("width (mm)", 61.0, 6.0),
    ("height (mm)", 44.0, 5.0),
    ("mass (g)", 640.0, 120.0),
    ("volume (ml)", 590.0, 105.0),
    ("girth (cm)", 19.5, 1.7),
    ("age (d)", 410.0, 95.0),
    ("speed (m/s)", 1.9, 0.35),
    ("strength (N)", 8.2, 2.1),
];
/// Its rows, what they have in common, and how much of each column is its own.
const ROWS: usize = 120;
const COMMON: usize = 3;
const OWN: f64 = 0.25;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("rank", "Rank", "The rank that methods use by default.", [1, 100], 2),
    ParamInfo::choice(
        "scale",
        "Columns",
        "What is done to each column before a low-rank matrix is fitted, and undone in the result: made to have mean 0 and \
         standard deviation 1, mean 0 only, or nothing. Unscaled, the column of the largest numbers rules the fit.",
        &[("standardise", "standardised"), ("centre", "mean taken away"), ("none", "as they are")],
        "standardise",
    ),
    ParamInfo::real(
        "held_out",
        "Share held out",
        "Share of the known cells held out at random, to choose rank and regularisation honestly; every row and column keeps at \
         least one.",
        [0.0, 0.5],
        0.1,
    ),
    ParamInfo::real(
        "holes",
        "Share missing",
        "Share of the cells that are missing in the table that is made.",
        [0.0, 0.8],
        0.25,
    ),
];

/// `completion.table`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.table"),
        label: Str::Borrowed("Table with missing values"),
        summary: words(
            "Your own table of numbers, or one that is made: its missing cells are filled in from what the columns have in common. \
             The filled table is given back in its own units, with a standard error for each filled cell.",
        ),
        math: words(
            r"\min_{U, V} \tfrac12 \sum_{(i,j) \in \Omega} \Big( u_i^{\top} v_j - \frac{T_{ij} - \mu_j}{s_j} \Big)^2,
\qquad \hat T_{ij} = \mu_j + s_j\, u_i^{\top} v_j",
        ),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Table),
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let v = input.values;
    let made;
    let (table, common) = match input.data {
        Some(Dataset::Table(t)) => (t, None),
        Some(_) => return Err(BuildError::new("data", "must be a table of numbers, with named columns")),
        None => {
            let (table, truth) = make(v.real("holes"), input.seed);
            made = table;
            (&made, Some(truth))
        }
    };
    let mut notes: Vec<Note> =
        table.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
    let place = places(table, &mut notes)?;
    let cols = place.iter().flatten().count();
    let rows = table.rows.len();
    let rank = v.size("rank");
    check_rank(rank, rows, cols)?;
    let width = table.columns.len();
    let known = known_cells(&table.values, &place);
    let back = hold_out(rows, cols, known.len(), |e| (known[e].0, known[e].1), v.real("held_out"), input.seed);
    let mut seen: Vec<(u32, u32, f64)> = known.iter().zip(&back).filter(|(_, b)| !**b).map(|(t, _)| *t).collect();
    let (shift, scale, constant) = units(v.text("scale"), &seen, cols);
    let unit = |j: u32, value: f64| (value - shift[j as usize]) / scale[j as usize];
    seen.iter_mut().for_each(|t| t.2 = unit(t.1, t.2));
    let held_out: Vec<HeldOut> = known
        .iter()
        .zip(&back)
        .filter(|(_, b)| **b)
        .map(|(t, _)| HeldOut { row: t.0, col: t.1, value: unit(t.1, t.2) })
        .collect();
    let (lo, hi) = seen.iter().fold((f64::MAX, f64::MIN), |(lo, hi), t| (lo.min(t.2), hi.max(t.2)));
    let entries = Entries::new(rows, cols, &seen, "data")?;
    let cells = rows * cols;
    let holes = cells - known.len();
    notes.push(sampling(&entries, rank));
    notes.extend(coverage(&entries, rank, ["row", "rows"], ["column", "columns"]));
    let of: Vec<usize> = (0..width).filter(|c| place[*c].is_some()).collect();
    notes.extend(connected(
        &entries,
        ["row", "rows"],
        ["column", "columns"],
        [&|i| table.rows[i].clone(), &|j| table.columns[of[j]].clone()],
        "it is filled with the mean of its column, and its error is the standard deviation of the column.",
    ));
    if constant > 0 {
        let text = format!(
            "{} of the columns {} the same number in all known cells: what is missing there becomes that number.",
            grouped(constant),
            if constant == 1 { "has" } else { "have" }
        );
        notes.push(Note::new(Severity::Info, None, text));
    }
    if holes == 0 {
        notes.push(Note::new(Severity::Info, Some("data"), "No cell is missing: there is nothing to fill in."));
    }
    if held_out.is_empty() {
        let text = "No cell is held out: nothing tells whether what is filled in is right.";
        notes.push(Note::new(Severity::Info, Some("held_out"), text));
    }
    let truth = common.map(|f| in_units(f, &shift, &scale));
    let singular = truth.as_ref().map_or_else(Vec::new, |f| singular_values_of_product(&f.u, &f.v, rows, cols, f.rank));
    if !held_out.is_empty() {
        notes.push(refitted());
    }
    let mut metrics = vec![Metric::ResidualSeen, Metric::RmseSeen, Metric::GradientStops];
    if !held_out.is_empty() {
        metrics.insert(1, Metric::RmseHeldOut);
        metrics.push(Metric::MaeHeldOut);
    }
    if truth.is_some() {
        metrics.extend([Metric::ErrorAll, Metric::AngleLeft, Metric::AngleRight]);
    }
    let table = DataTable {
        columns: table.columns.clone(),
        rows: table.rows.clone(),
        cells: table.values.clone(),
        place,
        scaling: v.text("scale").to_owned(),
        shift,
        scale,
    };
    let levels = without_factors(&held_out, v.text("scale") != "none", "means of columns").into_iter().collect();
    Ok(Completion::instance(Model {
        levels,
        summary: format!(
            "{} rows of {} columns, {} cells missing, {} held out",
            grouped(rows),
            grouped(width),
            grouped(holes),
            grouped(held_out.len())
        ),
        truth: truth.map(Truth::Factors),
        singular,
        held_out,
        range: (lo, hi),
        form: Form::Table(table),
        notes,
        metrics,
        whole: Some(whole),
        ..Model::new(rows, cols, rank, Data::Entries(entries))
    }))
}

/// Row, column of the matrix and value of each known cell, row by row.
fn known_cells(cells: &[f64], place: &[Option<usize>]) -> Vec<(u32, u32, f64)> {
    let mut known = Vec::new();
    for (i, row) in cells.chunks_exact(place.len()).enumerate() {
        for (value, j) in row.iter().zip(place) {
            if let (Some(j), false) = (j, value.is_nan()) {
                known.push((i as u32, *j as u32, *value));
            }
        }
    }
    known
}

/// The same table, all known cells seen.
fn whole(model: &Model) -> Result<Model, BuildError> {
    let Form::Table(table) = &model.form else {
        return Err(BuildError::new("data", "this is no table"));
    };
    let mut known = known_cells(&table.cells, &table.place);
    let (shift, scale, _) = units(&table.scaling, &known, model.cols);
    known.iter_mut().for_each(|t| t.2 = (t.2 - shift[t.1 as usize]) / scale[t.1 as usize]);
    let entries = Entries::new(model.rows, model.cols, &known, "data")?;
    Ok(Model {
        range: model.range,
        form: Form::Table(DataTable { shift, scale, ..table.clone() }),
        metrics: vec![Metric::ResidualSeen],
        ..Model::new(model.rows, model.cols, model.rank, Data::Entries(entries))
    })
}

/// The column of the matrix that each column of the table becomes; columns without a known cell become none, with a note.
fn places(table: &Table, notes: &mut Vec<Note>) -> Result<Vec<Option<usize>>, BuildError> {
    let width = table.columns.len();
    if width == 0 || table.rows.is_empty() || table.values.len() != width * table.rows.len() {
        return Err(BuildError::new("data", "the table has no cells, or not as many as its rows and columns say"));
    }
    if let Some(e) = table.values.iter().position(|v| v.is_infinite() || v.abs() > 1e100) {
        let why = format!("row {}, column `{}` is not a usable number", e / width + 1, table.columns[e % width]);
        return Err(BuildError::new("data", why));
    }
    let known = |c: usize| table.values.iter().skip(c).step_by(width).any(|v| !v.is_nan());
    let mut next = 0;
    let mut place = Vec::with_capacity(width);
    let mut missing = Vec::new();
    for c in 0..width {
        if known(c) {
            place.push(Some(next));
            next += 1;
        } else {
            place.push(None);
            missing.push(format!("`{}`", table.columns[c]));
        }
    }
    if next == 0 {
        return Err(BuildError::new("data", "no cell of the table is known"));
    }
    if !missing.is_empty() {
        let text = format!("Nothing is known of {}: left out, and empty in the result.", missing.join(", "));
        notes.push(Note::new(Severity::Warning, Some("data"), text));
    }
    Ok(place)
}

/// Shift and scale of each column over the seen cells, and how many columns are constant there.
fn units(kind: &str, seen: &[(u32, u32, f64)], cols: usize) -> (Vec<f64>, Vec<f64>, usize) {
    let (mut shift, mut scale, mut counts) = (vec![0.0; cols], vec![0.0; cols], vec![0.0; cols]);
    for &(_, j, value) in seen {
        shift[j as usize] += value;
        counts[j as usize] += 1.0;
    }
    shift.iter_mut().zip(&counts).for_each(|(s, c)| *s /= f64::max(*c, 1.0));
    for &(_, j, value) in seen {
        let off = value - shift[j as usize];
        scale[j as usize] += off * off;
    }
    let mut constant = 0;
    for ((s, c), mean) in scale.iter_mut().zip(&counts).zip(&shift) {
        *s = (*s / f64::max(*c, 1.0)).sqrt();
        // What rounding leaves of a constant is no spread.
        if *s <= 1e-12 * mean.abs() || *s == 0.0 {
            constant += usize::from(*c > 1.0);
            *s = 1.0;
        }
    }
    if kind != "standardise" {
        scale.fill(1.0);
    }
    if kind == "none" {
        shift.fill(0.0);
    }
    (shift, scale, constant)
}

/// The made table, and the factors of what its columns have in common: each cell is its column's mean plus the standard
/// deviation times a mixture of the row's three numbers, plus what is its own.
fn make(holes: f64, seed: u64) -> (Table, Factors) {
    let n = MADE.len();
    let mut rng = Rng::new(seed);
    let mut common = vec![0.0; ROWS * COMMON];
    let mut mixture = vec![0.0; n * COMMON];
    let mut own = vec![0.0; ROWS * n];
    rng.normal_fill(&mut common);
    rng.normal_fill(&mut mixture);
    rng.normal_fill(&mut own);
    let k = COMMON + 1;
    let mut truth = Factors::zero(ROWS, n, k);
    for (to, from) in truth.u.chunks_exact_mut(k).zip(common.chunks_exact(COMMON)) {
        to[..COMMON].copy_from_slice(from);
        to[COMMON] = 1.0;
    }
    for ((to, from), (_, mean, deviation)) in truth.v.chunks_exact_mut(k).zip(mixture.chunks_exact(COMMON)).zip(MADE) {
        let size = from.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        to.iter_mut().zip(from).for_each(|(t, f)| *t = deviation * f / size);
        to[COMMON] = mean;
    }
    let mut values = Vec::with_capacity(ROWS * n);
    for i in 0..ROWS {
        for (j, (_, _, deviation)) in MADE.iter().enumerate() {
            let value = truth.at(i, j) + OWN * deviation * own[i * n + j];
            values.push(if rng.uniform() < holes { f64::NAN } else { value });
        }
    }
    let columns = MADE.iter().map(|c| c.0.to_owned()).collect();
    let rows = (1..=ROWS).map(|i| format!("specimen {i}")).collect();
    (Table { columns, rows, values, remarks: Vec::new() }, truth)
}

/// Factors whose last right column holds what is added to all rows, in the units of the matrix.
fn in_units(mut f: Factors, shift: &[f64], scale: &[f64]) -> Factors {
    let k = f.rank;
    for ((row, shift), scale) in f.v.chunks_exact_mut(k).zip(shift).zip(scale) {
        row[k - 1] -= shift;
        row.iter_mut().for_each(|x| *x /= scale);
    }
    f
}
