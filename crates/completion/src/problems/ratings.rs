//! A table of ratings by users of items.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Rating,
    Ratings, Severity, Str, words,
};

use super::duplicates::{self, DUPLICATES, Once};
use super::notes::{connected, coverage, grouped, refitted, sampling, without_factors};
use super::sampling::hold_out;
use crate::instance::Completion;
use crate::model::metric::Metric;
use crate::model::{self, Baseline, Data, Entries, Form, HeldOut, Model, check_rank};

/// Rounds of alternating averages for the biases, and the number of average ratings that damps each.
const ROUNDS: usize = 10;
const DAMPING: f64 = 5.0;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("rank", "Rank", "The rank that methods use by default.", [1, 100], 5),
    ParamInfo::real(
        "held_out",
        "Share held out",
        "Share of the ratings held out to measure prediction.",
        [0.0, 0.5],
        0.1,
    ),
    ParamInfo::choice(
        "split",
        "Which are held out",
        "At random, where every user and item keeps at least one; or the newest, as in use: the past predicts the future. The \
         file must say when ratings were made.",
        &[("random", "at random"), ("time", "the newest")],
        "random",
    ),
    DUPLICATES,
    ParamInfo::choice(
        "centre",
        "Subtract first",
        "What is subtracted from the ratings before a low-rank matrix is fitted, and added to predictions again.",
        &[("none", "nothing"), ("mean", "the mean"), ("biases", "mean and biases of users and items")],
        "biases",
    ),
    ParamInfo::switch("clip", "Clip predictions", "Brings predictions into the range of the ratings seen.", false),
    ParamInfo::int(
        "top",
        "Length k",
        "NDCG@k looks at the first k of the ratings held out of each user, in the order of their predictions.",
        [1, 100],
        10,
    ),
];

/// `completion.ratings`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.ratings"),
        label: Str::Borrowed("Ratings"),
        summary: words(
            "Your own table of user, item, rating: a low-rank matrix is fitted to the known ratings, prediction is measured \
             on ratings held out, and recommendations can be taken away.",
        ),
        math: words(
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
    let v = input.values;
    let rank = v.size("rank");
    check_rank(rank, m, n)?;
    let by_time = v.text("split") == "time";
    if by_time && data.day.len() != data.entries.len() {
        let why = "the data do not say when ratings were made: name the column of times, or split at random";
        return Err(BuildError::new("split", why));
    }
    let Once { entries: ratings, day, note: merged } = duplicates::once(data, v.text("duplicates"))?;
    let back = if by_time {
        newest(&day, v.real("held_out"))?
    } else {
        let place = |e: usize| (ratings[e].user, ratings[e].item);
        hold_out(m, n, ratings.len(), place, v.real("held_out"), input.seed)
    };
    let all = ratings.len();
    let scale = ratings.iter().fold((f64::MAX, f64::MIN), |(lo, hi), r| (lo.min(r.value), hi.max(r.value)));
    let (mut seen, mut held_out) = split(&ratings, &back);
    drop((back, ratings, day));
    let (lo, hi) = seen.iter().fold((f64::MAX, f64::MIN), |(lo, hi), t| (lo.min(t.2), hi.max(t.2)));
    let constant = constant_rows(&seen, m);
    let baseline = baseline(v.text("centre"), &seen, m, n);
    for (i, j, value) in &mut seen {
        *value -= baseline.at(*i as usize, *j as usize);
    }
    for e in &mut held_out {
        e.value -= baseline.at(e.row as usize, e.col as usize);
    }
    let entries = Entries::consume(m, n, seen, "data")?;

    let mut notes: Vec<Note> =
        data.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
    notes.extend(merged);
    notes.push(sampling(&entries, rank));
    notes.extend(coverage(&entries, rank, ["user", "users"], ["item", "items"]));
    notes.extend(connected(
        &entries,
        ["user", "users"],
        ["item", "items"],
        [&|i| data.users[i].clone(), &|j| data.items[j].clone()],
        "what was subtracted (or the mean of the item) alone predicts it, and it is not recommended.",
    ));
    if by_time {
        notes.extend(strangers(&entries, &held_out));
    }
    if constant > 0 {
        let text = format!(
            "{} of the users with several ratings gave all of them the same: their biases say all there is, and no factor can be \
             learnt from them.",
            grouped(constant)
        );
        notes.push(Note::new(Severity::Info, None, text));
    }
    if entries.by_row.values.iter().all(|v| *v == 0.0) {
        let text = "All seen ratings equal what is subtracted from them: there is nothing left to fit.";
        notes.push(Note::new(Severity::Warning, Some("centre"), text));
    }
    if held_out.is_empty() {
        let text = "No rating is held out: prediction cannot be measured, and a close fit proves nothing.";
        notes.push(Note::new(Severity::Info, Some("held_out"), text));
    }
    if !held_out.is_empty() {
        notes.push(refitted());
    }
    let mut metrics = vec![Metric::ResidualSeen, Metric::RmseSeen, Metric::GradientStops];
    if !held_out.is_empty() {
        metrics.insert(1, Metric::RmseHeldOut);
        metrics.push(Metric::MaeHeldOut);
        if held_out
            .chunk_by(|a, b| a.row == b.row)
            .any(|of_user| of_user.iter().any(|e| ranks(e, &of_user[0], &baseline)))
        {
            metrics.push(Metric::Ndcg);
        }
    }
    let subtracted = v.text("centre") != "none" && !v.bool("clip");
    let levels = without_factors(&held_out, subtracted, "without factors").into_iter().collect();
    Ok(Completion::instance(Model {
        levels,
        summary: format!(
            "{} ratings of {} items by {} users, {} held out",
            grouped(all),
            grouped(n),
            grouped(m),
            grouped(held_out.len())
        ),
        held_out,
        baseline,
        range: (lo, hi),
        form: Form::Ratings(model::Ratings {
            users: data.users.clone(),
            items: data.items.clone(),
            scale,
            centre: v.text("centre").to_owned(),
            clip: v.bool("clip").then_some((lo, hi)),
            top: v.size("top"),
            least: lo,
        }),
        notes,
        metrics,
        whole: Some(whole),
        ..Model::new(m, n, rank, Data::Entries(entries))
    }))
}

/// The same ratings, all of them seen.
fn whole(model: &Model) -> Result<Model, BuildError> {
    let Form::Ratings(form) = &model.form else {
        return Err(BuildError::new("data", "these are no ratings"));
    };
    let (m, n) = (model.rows, model.cols);
    let mut all = model.entries()?.restored(&model.held_out, &model.baseline);
    let baseline = baseline(&form.centre, &all, m, n);
    all.iter_mut().for_each(|(i, j, value)| *value -= baseline.at(*i as usize, *j as usize));
    Ok(Model {
        baseline,
        range: model.range,
        form: Form::Ratings(form.clone()),
        metrics: vec![Metric::ResidualSeen],
        ..Model::new(m, n, model.rank, Data::Entries(Entries::consume(m, n, all, "data")?))
    })
}

/// Whether two ratings held out of one user differ, so that there is an order to find.
fn ranks(a: &HeldOut, b: &HeldOut, baseline: &Baseline) -> bool {
    let value = |e: &HeldOut| baseline.at(e.row as usize, e.col as usize) + e.value;
    // Bits below are lost when the baseline is subtracted.
    (value(a) - value(b)).abs() > 1e-9 * value(a).abs()
}

/// Users with two ratings at least, all of them equal.
fn constant_rows(seen: &[(u32, u32, f64)], m: usize) -> usize {
    let mut first = vec![f64::NAN; m];
    // 0: none or one rating; 1: several and equal; 2: different ones.
    let mut state = vec![0u8; m];
    for &(i, _, value) in seen {
        let i = i as usize;
        if first[i].is_nan() {
            first[i] = value;
        } else {
            state[i] = state[i].max(if value == first[i] { 1 } else { 2 });
        }
    }
    state.iter().filter(|s| **s == 1).count()
}

/// Who and what among the ratings held out was never seen before.
fn strangers(entries: &Entries, held_out: &[HeldOut]) -> Option<Note> {
    let user = |e: &&HeldOut| entries.by_row.row(e.row as usize).0.is_empty();
    let item = |e: &&HeldOut| entries.by_col.row(e.col as usize).0.is_empty();
    let (users, items) = (held_out.iter().filter(user).count(), held_out.iter().filter(item).count());
    if users + items == 0 {
        return None;
    }
    let text = format!(
        "Of the ratings held out, {} are by users and {} of items that were never seen before: the mean and the bias of the other \
         side alone predict these, whatever a method leaves in their factors.",
        grouped(users),
        grouped(items)
    );
    Some(Note::new(Severity::Info, Some("split"), text))
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

/// The newest share of the entries; of equal times the later ones in the file.
fn newest(day: &[f64], share: f64) -> Result<Vec<bool>, BuildError> {
    if !day.iter().all(|d| d.is_finite()) {
        return Err(BuildError::new("data", "a rating was made at no time that can be used"));
    }
    let count = day.len();
    let wanted = libm::round(share * count as f64) as usize;
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.sort_unstable_by(|&a, &b| day[a as usize].total_cmp(&day[b as usize]).then(a.cmp(&b)));
    let mut back = vec![false; count];
    // One is left to learn from, however large the share.
    order.iter().rev().take(wanted.min(count.saturating_sub(1))).for_each(|&e| back[e as usize] = true);
    Ok(back)
}

type Split = (Vec<(u32, u32, f64)>, Vec<HeldOut>);

/// The entries that are seen, and those held out.
fn split(ratings: &[Rating], kept_back: &[bool]) -> Split {
    let back = kept_back.iter().filter(|b| **b).count();
    let (mut seen, mut held_out) = (Vec::with_capacity(kept_back.len() - back), Vec::with_capacity(back));
    for (r, &back) in ratings.iter().zip(kept_back) {
        if back {
            held_out.push(HeldOut { row: r.user, col: r.item, value: r.value });
        } else {
            seen.push((r.user, r.item, r.value));
        }
    }
    // The referee looks them up by place.
    held_out.sort_unstable_by_key(|e| (e.row, e.col));
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
