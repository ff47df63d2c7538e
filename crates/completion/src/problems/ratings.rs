//! A table of ratings by users of items.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Ratings,
    Severity, Str,
};
use iterscope_kernels::rng::Rng;

use crate::measure::Measure;
use crate::model::{Baseline, Completion, Data, Entries, Form, HeldOut, Model, check_rank};
use crate::notes::{coverage, grouped, sampling};
use crate::predictions;

/// Rounds of alternating averages for the biases, and the number of average ratings that damps each.
const ROUNDS: usize = 10;
const DAMPING: f64 = 5.0;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("rank", "rank", "The rank that methods use by default.", [1, 100], 5),
    ParamInfo::real(
        "held_out",
        "share held out",
        "Share of the ratings kept back at random to measure prediction; every user and item keeps at least one.",
        [0.0, 0.5],
        0.1,
    ),
    ParamInfo::choice(
        "centre",
        "subtract first",
        "What is subtracted from the ratings before a low-rank matrix is fitted, and added to predictions again.",
        &[("none", "nothing"), ("mean", "the mean"), ("biases", "mean and biases of users and items")],
        "biases",
    ),
];

/// `completion.ratings`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.ratings"),
        label: Str::Borrowed("ratings"),
        summary: Str::Borrowed(
            "Your own table of user, item, rating: a low-rank matrix is fitted to the known ratings, prediction is measured \
             on ratings kept back, and recommendations can be taken away.",
        ),
        math: Str::Borrowed(
            r"\min_{U, V} \tfrac12 \sum_{(i,j) \in \Omega} \big( \mu + b_i + c_j + u_i^{\top} v_j - M_{ij} \big)^2,
\qquad \mathrm{RMSE} = \Big( \tfrac{1}{|\Omega'|} \sum_{(i,j) \in \Omega'} (\hat M_{ij} - M_{ij})^2 \Big)^{1/2}",
        ),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Ratings),
        data_required: true,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let data = match input.data {
        Some(Dataset::Ratings(r)) => r,
        Some(_) => return Err(BuildError::new("data", "must be ratings: lines of user, item, rating")),
        None => return Err(BuildError::new("data", "bring a file of user, item, rating, or choose a sample")),
    };
    let (m, n) = (data.users.len(), data.items.len());
    check(data, m, n)?;
    let rank = input.values.size("rank");
    check_rank(rank, m, n)?;
    let (mut seen, mut held_out) = split(data, input.values.real("held_out"), input.seed);
    let (lo, hi) = seen.iter().fold((f64::MAX, f64::MIN), |(lo, hi), t| (lo.min(t.2), hi.max(t.2)));
    let baseline = baseline(input.values.text("centre"), &seen, m, n);
    for (i, j, value) in &mut seen {
        *value -= baseline.at(*i as usize, *j as usize);
    }
    for e in &mut held_out {
        e.value -= baseline.at(e.row as usize, e.col as usize);
    }
    let entries = Entries::new(m, n, &seen, "data")?;
    if entries.count() != seen.len() {
        return Err(BuildError::new("data", "a user rates the same item twice; keep one rating of each pair"));
    }

    let mut notes: Vec<Note> =
        data.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
    notes.push(sampling(&entries, rank));
    notes.extend(coverage(&entries, rank, ["user", "users"], ["item", "items"]));
    if entries.by_row.values.iter().all(|v| *v == 0.0) {
        let text = "All seen ratings equal what is subtracted from them: there is nothing left to fit.";
        notes.push(Note::new(Severity::Warning, Some("centre"), text));
    }
    if held_out.is_empty() {
        let text = "No rating is held out: prediction cannot be measured, and a close fit proves nothing.";
        notes.push(Note::new(Severity::Info, Some("held_out"), text));
    }
    let mut measures = vec![Measure::ResidualSeen, Measure::RmseSeen, Measure::GradientStops];
    if !held_out.is_empty() {
        measures.insert(1, Measure::RmseHeldOut);
    }
    Ok(Completion::instance(Model {
        rows: m,
        cols: n,
        rank,
        summary: format!(
            "{} ratings of {} items by {} users, {} held out",
            grouped(data.entries.len()),
            grouped(n),
            grouped(m),
            grouped(held_out.len())
        ),
        data: Data::Entries(entries),
        truth: None,
        singular: Vec::new(),
        held_out,
        baseline,
        range: (lo, hi),
        form: Form::Ratings(predictions::Ratings {
            users: data.users.clone(),
            items: data.items.clone(),
            clip: None,
            top: 10,
            least: lo,
        }),
        notes,
        levels: Vec::new(),
        measures,
    }))
}

/// What a reader of files guarantees, checked because a data set may come from elsewhere.
fn check(data: &Ratings, m: usize, n: usize) -> Result<(), BuildError> {
    if data.entries.is_empty() {
        return Err(BuildError::new("data", "there is no rating in it"));
    }
    for (line, r) in data.entries.iter().enumerate() {
        if r.user as usize >= m || r.item as usize >= n {
            return Err(BuildError::new(
                "data",
                format!("rating {} names a user or an item that is not listed", line + 1),
            ));
        }
        if !r.value.is_finite() || r.value.abs() > 1e100 {
            return Err(BuildError::new("data", format!("rating {} is not a usable number", line + 1)));
        }
    }
    Ok(())
}

type Split = (Vec<(u32, u32, f64)>, Vec<HeldOut>);

/// Keeps back about `share` of the entries, in a random order, but never the last one of a user or an item.
fn split(data: &Ratings, share: f64, seed: u64) -> Split {
    let mut left_user = vec![0u32; data.users.len()];
    let mut left_item = vec![0u32; data.items.len()];
    for r in &data.entries {
        left_user[r.user as usize] += 1;
        left_item[r.item as usize] += 1;
    }
    let wanted = libm::round(share * data.entries.len() as f64) as usize;
    let mut kept_back = vec![false; data.entries.len()];
    let mut taken = 0;
    for e in Rng::new(seed).permutation(data.entries.len()) {
        let (user, item) = (data.entries[e].user as usize, data.entries[e].item as usize);
        if taken < wanted && left_user[user] > 1 && left_item[item] > 1 {
            left_user[user] -= 1;
            left_item[item] -= 1;
            kept_back[e] = true;
            taken += 1;
        }
    }
    let (mut seen, mut held_out) = (Vec::new(), Vec::new());
    for (r, &back) in data.entries.iter().zip(&kept_back) {
        if back {
            held_out.push(HeldOut { row: r.user, col: r.item, value: r.value });
        } else {
            seen.push((r.user, r.item, r.value));
        }
    }
    // The referee looks them up by place.
    held_out.sort_by_key(|e| (e.row, e.col));
    (seen, held_out)
}

/// Mean and damped biases by alternating averages over the seen ratings.
fn baseline(kind: &str, seen: &[(u32, u32, f64)], m: usize, n: usize) -> Baseline {
    let mut b = Baseline::zero(m, n);
    if kind == "none" || seen.is_empty() {
        return b;
    }
    b.mean = seen.iter().map(|t| t.2).sum::<f64>() / seen.len() as f64;
    if kind == "mean" {
        return b;
    }
    let (mut sums, mut counts) = (vec![0.0; m.max(n)], vec![0.0; m.max(n)]);
    for round in 0..2 * ROUNDS {
        let items = round % 2 == 0;
        sums.fill(0.0);
        counts.fill(0.0);
        for &(i, j, value) in seen {
            let (i, j) = (i as usize, j as usize);
            let (place, other) = if items { (j, b.row[i]) } else { (i, b.col[j]) };
            sums[place] += value - b.mean - other;
            counts[place] += 1.0;
        }
        let bias = if items { &mut b.col } else { &mut b.row };
        for ((bias, sum), count) in bias.iter_mut().zip(&sums).zip(&counts) {
            *bias = sum / (count + DAMPING);
        }
    }
    b
}
