//! Points of which some distances are known.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str,
    Table, words,
};
use iterscope_kernels::dense::singular_values_of_product;
use iterscope_kernels::reduce::dot;
use iterscope_kernels::rng::Rng;

use super::notes::{connected, coverage, grouped, refitted, sampling, seen};
use super::sampling::hold_out;
use crate::instance::Completion;
use crate::model::factors::Factors;
use crate::model::metric::Metric;
use crate::model::points::{Points, centred};
use crate::model::{Data, Entries, Form, HeldOut, Model, Truth};

/// Two given distances of one pair may differ by this share.
const ALIKE: f64 = 1e-6;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("points", "Points", "Number of points that are made.", [5, 500], 60),
    ParamInfo::int("dim", "Dimension d", "Coordinates of a point. Methods complete at rank d + 2.", [1, 3], 2),
    ParamInfo::choice(
        "shape",
        "Shape",
        "Where the points lie that are made: anywhere in a square, along a spiral, or in four clusters.",
        &[("square", "square"), ("spiral", "spiral"), ("clusters", "clusters")],
        "spiral",
    ),
    ParamInfo::choice(
        "pattern",
        "What is known",
        "Distances of pairs at random, or the shortest ones: those that radios in reach of each other can measure.",
        &[("random", "pairs at random"), ("near", "the shortest")],
        "random",
    ),
    ParamInfo::real("sampling", "Share known", "Share of the pairs whose distance is known.", [0.02, 1.0], 0.3).log(),
    ParamInfo::real(
        "noise",
        "Noise",
        "Known distances are wrong by this share, normally distributed.",
        [0.0, 0.5],
        0.0,
    ),
    ParamInfo::choice(
        "values",
        "The table holds",
        "Whether a table of your own holds distances or their squares. Squares are completed in either case.",
        &[("distances", "distances"), ("squares", "squared distances")],
        "distances",
    ),
    ParamInfo::real(
        "held_out",
        "Share held out",
        "Share of the known pairs of a table of your own that is held out to measure prediction.",
        [0.0, 0.5],
        0.1,
    ),
];

/// `completion.distances`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.distances"),
        label: Str::Borrowed("Map from distances"),
        summary: words(
            "Some of the distances between points are known. Their squares form a matrix of rank d + 2; it is completed, and the \
             points are placed by classical scaling. Bring a square table of distances with missing values, or let points be made.",
        ),
        math: words(
            r"D_{ij} = \lVert x_i - x_j \rVert^2 = \lVert x_i \rVert^2 - 2\, x_i^{\top} x_j + \lVert x_j \rVert^2, \quad \operatorname{rank} D \le d + 2,
\qquad X X^{\top} = -\tfrac12 J D J, \quad J = I - \tfrac1n \mathbf{1}\mathbf{1}^{\top}",
        ),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Table),
        data_required: false,
    },
    build,
};

/// What is known: squares by pair i < j, and what else the problem says.
struct Known {
    names: Vec<String>,
    pairs: Vec<(u32, u32, f64)>,
    truth: Option<Vec<f64>>,
    notes: Vec<Note>,
    share: f64,
}

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let v = input.values;
    let dim = v.size("dim");
    let rooted = v.text("values") == "distances";
    let Known { names, pairs, truth, mut notes, share } = match input.data {
        None => made(input, dim),
        Some(Dataset::Table(table)) => read(table, rooted, v.real("held_out"))?,
        Some(_) => return Err(BuildError::new("data", "must be a square table of distances")),
    };
    let n = names.len();
    let rank = dim + 2;
    if n < rank {
        let why =
            format!("{n} points have distances of rank {n} at most: dimension {dim} needs {rank} points at least");
        return Err(BuildError::new("dim", why));
    }
    let back = hold_out(n, n, pairs.len(), |e| (pairs[e].0, pairs[e].1), share, input.seed);
    let (mut triplets, mut held_out) = (Vec::with_capacity(2 * pairs.len() + n), Vec::new());
    triplets.extend((0..n as u32).map(|i| (i, i, 0.0)));
    for (&(i, j, square), &back) in pairs.iter().zip(&back) {
        if back {
            held_out.push(HeldOut { row: i, col: j, value: square });
        } else {
            triplets.extend([(i, j, square), (j, i, square)]);
        }
    }
    held_out.sort_unstable_by_key(|e| (e.row, e.col));
    if triplets.len() == n {
        let field = if input.data.is_some() { "data" } else { "sampling" };
        return Err(BuildError::new(field, "no distance between two points is known"));
    }
    let hi = triplets.iter().fold(0.0, |m: f64, t| m.max(t.2));
    let entries = Entries::new(n, n, &triplets, "sampling")?;
    notes.insert(
        0,
        Note::new(
            Severity::Info,
            Some("dim"),
            format!(
                "Squared distances of points of {dim} coordinates are the sum of three matrices, |x|² 1', -2 X X' and 1 (|x|²)': \
                 of rank {rank} at most, however many points there are. The diagonal of zeros is known, each pair counts twice."
            ),
        ),
    );
    notes.push(sampling(&entries, rank));
    // Rows and columns are the same points.
    let mut short = coverage(&entries, rank, ["point", "points"], ["point", "points"]);
    short.dedup();
    notes.extend(short);
    let name = |i: usize| names[i].clone();
    notes.extend(connected(
        &entries,
        ["point", "points"],
        ["point", "points"],
        [&name, &name],
        "no distance between points of two parts is given back, and the parts may lie anywhere on the map.",
    ));
    let truth_factors = truth.as_deref().map(|p| factors(p, dim));
    let singular =
        truth_factors.as_ref().map_or_else(Vec::new, |f| singular_values_of_product(&f.u, &f.v, n, n, f.rank));
    if !held_out.is_empty() {
        notes.push(refitted());
    }
    let mut metrics = vec![Metric::ResidualSeen];
    if truth.is_some() {
        metrics.extend([Metric::ErrorPoints, Metric::ErrorAll]);
    }
    if !held_out.is_empty() {
        metrics.push(Metric::RmseHeldOut);
    }
    let noisy = input.data.is_some() || v.real("noise") > 0.0;
    metrics.extend([Metric::RmseSeen, if noisy { Metric::GradientStops } else { Metric::Gradient }]);
    if truth.is_some() {
        metrics.extend([Metric::AngleLeft, Metric::AngleRight]);
    }
    Ok(Completion::instance(Model {
        summary: format!("{n} points in {dim} dimensions, {}", seen(&entries, rank)),
        truth: truth_factors.map(Truth::Factors),
        singular,
        held_out,
        range: (0.0, hi),
        form: Form::Points(Points { names, dim, truth, rooted }),
        notes,
        metrics,
        whole: Some(whole),
        ..Model::new(n, n, rank, Data::Entries(entries))
    }))
}

/// The same distances, all known pairs seen.
fn whole(model: &Model) -> Result<Model, BuildError> {
    let Form::Points(points) = &model.form else {
        return Err(BuildError::new("data", "these are no points"));
    };
    let mut all = model.entries()?.restored(&model.held_out, &model.baseline);
    all.extend(model.held_out.iter().map(|e| (e.col, e.row, e.value)));
    let entries = Entries::new(model.rows, model.cols, &all, "data")?;
    Ok(Model {
        range: model.range,
        form: Form::Points(points.clone()),
        metrics: vec![Metric::ResidualSeen],
        ..Model::new(model.rows, model.cols, model.rank, Data::Entries(entries))
    })
}

/// Draws the points, then a uniform number for each pair of points at random, then the noise of the known ones.
fn made(input: &ProblemInput<'_>, dim: usize) -> Known {
    let v = input.values;
    let (n, rate, noise) = (v.size("points"), v.real("sampling"), v.real("noise"));
    let mut rng = Rng::new(input.seed);
    let places = centred(&places(v.text("shape"), n, dim, &mut rng), dim);
    let at = |i: usize| &places[i * dim..][..dim];
    let mut all = Vec::with_capacity(n * (n - 1) / 2);
    for i in 0..n {
        for j in i + 1..n {
            let square = at(i).iter().zip(at(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
            all.push((i as u32, j as u32, square));
        }
    }
    let mut notes = Vec::new();
    let near = v.text("pattern") == "near";
    let mut pairs = if near {
        let mut squares: Vec<f64> = all.iter().map(|p| p.2).collect();
        squares.sort_unstable_by(f64::total_cmp);
        let count = (libm::round(rate * squares.len() as f64) as usize).clamp(1, squares.len());
        let reach = squares[count - 1];
        let text = format!(
            "Distances up to {:.3} are known, longer ones are not: nothing is at random, and the long ones carry most of the \
             matrix. Low rank alone often fails here; single points may have no neighbour.",
            reach.sqrt()
        );
        notes.push(Note::new(Severity::Warning, Some("pattern"), text));
        all.retain(|p| p.2 <= reach);
        all
    } else {
        all.retain(|_| rng.uniform() < rate);
        all
    };
    if noise > 0.0 {
        let mut e = vec![0.0; pairs.len()];
        rng.normal_fill(&mut e);
        for (p, e) in pairs.iter_mut().zip(&e) {
            let factor = (1.0 + noise * e).max(0.0);
            p.2 *= factor * factor;
        }
        let text = format!(
            "Distances are wrong by {:.1} %: no matrix of rank {} fits their squares, and a run ends when the gradient vanishes.",
            100.0 * noise,
            dim + 2
        );
        notes.push(Note::new(Severity::Info, Some("noise"), text));
    }
    let names = (1..=n).map(|i| i.to_string()).collect();
    Known { names, pairs, truth: Some(places), notes, share: 0.0 }
}

/// Points in about the unit cube.
fn places(shape: &str, n: usize, dim: usize, rng: &mut Rng) -> Vec<f64> {
    const CORNERS: [[f64; 3]; 4] = [[0.0, 0.0, 0.0], [1.0, 0.2, 0.5], [0.3, 1.0, 0.9], [0.9, 0.9, 0.1]];
    let mut out = vec![0.0; n * dim];
    for (i, p) in out.chunks_exact_mut(dim).enumerate() {
        let t = (i as f64 + 0.5) / n as f64;
        for (axis, x) in p.iter_mut().enumerate() {
            let noise = rng.uniform() - 0.5;
            let angle = 2.5 * std::f64::consts::TAU * t;
            *x = match (shape, axis) {
                ("spiral", 0) if dim > 1 => 0.5 * t * libm::cos(angle) + 0.02 * noise,
                ("spiral", 1) => 0.5 * t * libm::sin(angle) + 0.02 * noise,
                ("spiral", _) => t + 0.02 * noise,
                ("clusters", a) => CORNERS[i % 4][a] + 0.25 * noise,
                _ => noise,
            };
        }
    }
    out
}

/// Factors of the squared distances: (|x|², 1, -2 x) and (1, |x|², x).
fn factors(places: &[f64], dim: usize) -> Factors {
    let (n, k) = (places.len() / dim, dim + 2);
    let mut f = Factors::zero(n, n, k);
    for (i, p) in places.chunks_exact(dim).enumerate() {
        let square = dot(p, p);
        let (u, v) = (&mut f.u[i * k..][..k], &mut f.v[i * k..][..k]);
        (u[0], u[1], v[0], v[1]) = (square, 1.0, 1.0, square);
        for (c, x) in p.iter().enumerate() {
            (u[2 + c], v[2 + c]) = (-2.0 * x, *x);
        }
    }
    f
}

/// Pairs from a table of distances: one known half suffices, two halves are averaged where they differ.
fn read(table: &Table, rooted: bool, share: f64) -> Result<Known, BuildError> {
    let wrong = |why: String| Err(BuildError::new("data", why));
    let mut notes: Vec<Note> =
        table.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
    let Matched { names, row_of, col_of } = matched(table, &mut notes)?;
    let (n, width) = (names.len(), table.columns.len());
    let cell = |i: usize, j: usize| format!("row `{}`, column `{}`", table.rows[i], table.columns[j]);
    // The distances from a to b, wherever they stand.
    let mut known = vec![f64::NAN; n * n];
    for (i, &a) in row_of.iter().enumerate() {
        for (j, &b) in col_of.iter().enumerate() {
            let value = table.values[i * width + j];
            if value < 0.0 || value.is_infinite() || value > 1e100 {
                return wrong(format!("{} is not a distance: it must be a number, not negative", cell(i, j)));
            }
            if a == b && value > 0.0 {
                return wrong(format!("{} is the distance of a point from itself and must be 0 or empty", cell(i, j)));
            }
            known[a * n + b] = value;
        }
    }
    let (mut pairs, mut uneven) = (Vec::new(), 0usize);
    for a in 0..n {
        for b in a + 1..n {
            let (there, back) = (known[a * n + b], known[b * n + a]);
            let mean = match (there.is_nan(), back.is_nan()) {
                (true, true) => continue,
                (false, true) => there,
                (true, false) => back,
                (false, false) => {
                    uneven += usize::from((there - back).abs() > ALIKE * there.max(back));
                    0.5 * (there + back)
                }
            };
            pairs.push((a as u32, b as u32, if rooted { mean * mean } else { mean }));
        }
    }
    if uneven > 0 {
        let text = format!("{} pairs have two different distances: their mean is taken.", grouped(uneven));
        notes.push(Note::new(Severity::Warning, Some("data"), text));
    }
    Ok(Known { names, pairs, truth: None, notes, share })
}

/// The points of a table, and which of them each row and each column is.
struct Matched {
    names: Vec<String>,
    row_of: Vec<usize>,
    col_of: Vec<usize>,
}

/// Finds the points by their names, wherever rows and columns have names; else by their places.
fn matched(table: &Table, notes: &mut Vec<Note>) -> Result<Matched, BuildError> {
    let (m, n) = (table.rows.len(), table.columns.len());
    if m == 0 || n == 0 || table.values.len() != m * n {
        return Err(BuildError::new("data", "the table has no cells, or not as many as its rows and columns say"));
    }
    // A reader numbers what has no name.
    let numbered = |names: &[String]| names.iter().enumerate().all(|(i, name)| *name == (i + 1).to_string());
    if numbered(&table.rows) || numbered(&table.columns) {
        if m != n {
            let why = format!(
                "must be square, with one row and one column for each point: it has {m} rows and {n} columns of numbers"
            );
            return Err(BuildError::new("data", why));
        }
        let names = if numbered(&table.columns) { table.rows.clone() } else { table.columns.clone() };
        return Ok(Matched { names, row_of: (0..n).collect(), col_of: (0..n).collect() });
    }
    for (what, names) in [("rows", &table.rows), ("columns", &table.columns)] {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|w| w[0] == w[1]) {
            return Err(BuildError::new("data", format!("two {what} have the name `{}`", twice[0])));
        }
    }
    let lacks = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| !others.contains(name)).cloned().collect()
    };
    let (only_rows, only_columns) = (lacks(&table.rows, &table.columns), lacks(&table.columns, &table.rows));
    // Half a table may leave out the first point on one side and the last one on the other.
    if only_rows.len() > 1 || only_columns.len() > 1 {
        return Err(BuildError::new("data", different(&only_rows, &only_columns)));
    }
    let columns_first = table.columns.contains(&table.rows[0]);
    let (first, more) = if columns_first { (&table.columns, &only_rows) } else { (&table.rows, &only_columns) };
    let names: Vec<String> = first.iter().chain(more).cloned().collect();
    let place = |name: &String| names.iter().position(|n| n == name).unwrap_or(0);
    let (row_of, col_of): (Vec<usize>, Vec<usize>) =
        (table.rows.iter().map(place).collect(), table.columns.iter().map(place).collect());
    if only_rows.is_empty() && only_columns.is_empty() && row_of != col_of {
        let text = "The rows stand in another order than the columns: they were matched by their names.";
        notes.push(Note::new(Severity::Info, Some("data"), text));
    } else if !only_rows.is_empty() || !only_columns.is_empty() {
        let text = format!(
            "Rows and columns do not name the same points; they were matched by their names: {} points.",
            grouped(names.len())
        );
        notes.push(Note::new(Severity::Info, Some("data"), text));
    }
    Ok(Matched { names, row_of, col_of })
}

/// What is said where rows and columns are not the same points.
fn different(only_rows: &[String], only_columns: &[String]) -> String {
    const NAMED: usize = 3;
    let list = |names: &[String]| {
        let some: Vec<String> = names.iter().take(NAMED).map(|n| format!("`{n}`")).collect();
        format!("{}{}", some.join(", "), if names.len() > NAMED { " and others" } else { "" })
    };
    let plain = |name: &String| name.split_whitespace().collect::<String>().to_lowercase();
    let near = only_rows.iter().find_map(|r| only_columns.iter().find(|c| plain(c) == plain(r)).map(|c| (r, c)));
    let hint = near.map_or_else(String::new, |(r, c)| format!(" Perhaps `{r}` and `{c}` are one point."));
    let says = |names: &[String], here: &str, there: &str| match names.len() {
        0 => None,
        1 => Some(format!("{} is a {here} and no {there}", list(names))),
        _ => Some(format!("{} are {here}s and no {there}s", list(names))),
    };
    let parts: Vec<String> =
        [says(only_rows, "row", "column"), says(only_columns, "column", "row")].into_iter().flatten().collect();
    format!("rows and columns must name the same points: {}.{hint}", parts.join("; "))
}
