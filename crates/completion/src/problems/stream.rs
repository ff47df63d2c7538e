//! A matrix whose rows and columns arrive while methods run.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, Level, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str, words,
};
use iterscope_kernels::dense::{at_b, singular_values_of_product, symmetric_eigen, transpose};
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;

use super::notes::{grouped, sampling};
use crate::instance::Completion;
use crate::model::arrivals::Arrivals;
use crate::model::factors::Factors;
use crate::model::metric::Metric;
use crate::model::{Baseline, Data, Entries, Form, Model, Truth, check_rank};

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("rows", "Rows", "Rows of the matrix, all of them arrived.", [2, 600], 400),
    ParamInfo::int("cols", "Columns", "Columns of the matrix, all of them arrived.", [2, 600], 300),
    ParamInfo::int("rank", "Rank", "Rank of the matrix, and the rank that methods use by default.", [1, 50], 10),
    ParamInfo::real("sampling", "Share seen", "Probability with which an entry is seen.", [0.01, 1.0], 0.3).log(),
    ParamInfo::real(
        "noise",
        "Noise",
        "Standard deviation of normal noise on the seen entries, relative to their root mean square.",
        [0.0, 2.0],
        0.0,
    ),
    ParamInfo::choice(
        "arrive",
        "What arrives",
        "Rows (new users), columns (new items), or both in turn.",
        &[("rows", "rows"), ("columns", "columns"), ("both", "both in turn")],
        "rows",
    ),
    ParamInfo::real(
        "first",
        "Share at the start",
        "Share of what arrives that is known before the first step.",
        [0.05, 1.0],
        0.5,
    ),
    ParamInfo::int("batch", "Batch", "Rows or columns that arrive with one step.", [1, 100], 10),
    ParamInfo::choice(
        "unseen",
        "An entry not seen",
        "Is hidden and to be predicted, or is a zero of a sparse matrix that is to be approximated as it stands.",
        &[("hidden", "is hidden"), ("zero", "is a zero")],
        "hidden",
    ),
];

/// `completion.stream`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.stream"),
        label: Str::Borrowed("Stream of rows and columns"),
        summary: words(
            "A matrix grows while methods run: with each step a batch of rows or columns arrives. What has not arrived counts as \
             zero in the methods' matrix, so the error on all entries falls as the matrix fills.",
        ),
        math: words(
            r"A_{t+1} = \begin{pmatrix} A_t \\ E_t \end{pmatrix} \text{ or } \begin{pmatrix} A_t & E_t \end{pmatrix}, \qquad
A_t \approx U_t \Sigma_t V_t^{\top} \text{ of rank } k",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

/// Draws U0 (m x k), V0' (k x n), then one uniform number for each entry, row by row, then the noise of the seen entries.
fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let v = input.values;
    let (m, n, k) = (v.size("rows"), v.size("cols"), v.size("rank"));
    check_rank(k, m, n)?;
    let arrivals = plan([m, n], v.text("arrive"), v.real("first"), v.size("batch"));
    check_rank(k, arrivals.first[0], arrivals.first[1])
        .map_err(|e| BuildError::new("first", format!("of the block known at the start: {}", e.message)))?;
    let mut rng = Rng::new(input.seed);
    let mut truth = Factors::zero(m, n, k);
    let mut vt = vec![0.0; k * n];
    rng.normal_fill(&mut truth.u);
    rng.normal_fill(&mut vt);
    transpose(&vt, &mut truth.v, k, n);
    let mut triplets = Vec::new();
    for i in 0..m {
        for j in 0..n {
            if rng.uniform() < v.real("sampling") {
                triplets.push((i as u32, j as u32, truth.at(i, j)));
            }
        }
    }
    let noise = v.real("noise");
    let clean: Vec<f64> = triplets.iter().map(|t| t.2).collect();
    let size = noise * norm2(&clean) / (clean.len().max(1) as f64).sqrt();
    if noise > 0.0 {
        let mut e = vec![0.0; clean.len()];
        rng.normal_fill(&mut e);
        triplets.iter_mut().zip(&e).for_each(|(t, e)| t.2 += size * e);
    }
    let mut entries = Entries::new(m, n, &triplets, "sampling")?;
    let zero = v.text("unseen") == "zero";
    let (truth, singular) = if zero {
        let mut dense = vec![0.0; m * n];
        for (i, j, value) in triplets {
            dense[i as usize * n + j as usize] = value;
        }
        let singular = singular_values(&dense, m, n);
        (Truth::Dense(dense), singular)
    } else {
        let singular = singular_values_of_product(&truth.u, &truth.v, m, n, k);
        (Truth::Factors(truth), singular)
    };
    let steps = batches(arrivals);
    let mut notes = vec![Note::new(
        Severity::Info,
        None,
        format!(
            "{} x {} at the start; all of the {m} x {n} has arrived after {} steps, and a run ends there.",
            arrivals.first[0],
            arrivals.first[1],
            grouped(steps)
        ),
    )];
    let mut best = None;
    if zero {
        let error = norm2(&singular[k.min(singular.len())..]) / norm2(&singular).max(f64::MIN_POSITIVE);
        best = Some(error);
        let text = format!(
            "Unseen entries are zeros of the matrix itself. Its best approximation of rank {k} leaves a relative error of \
             {error:.4}: no method comes below."
        );
        notes.push(Note::new(Severity::Info, Some("unseen"), text));
    } else {
        notes.push(sampling(&entries, k));
    }
    let (lo, hi) = entries.by_row.values.iter().fold((f64::MAX, f64::MIN), |(lo, hi), &x| (lo.min(x), hi.max(x)));
    let summary =
        format!("{m} x {n}, rank {k}, {} entries, arriving in {} steps", grouped(entries.count()), grouped(steps));
    entries.arrivals = Some(arrivals);
    let mut model = Model {
        rows: m,
        cols: n,
        rank: k,
        summary,
        data: Data::Entries(entries),
        truth: Some(truth),
        singular,
        held_out: Vec::new(),
        baseline: Baseline::zero(m, n),
        range: (lo, hi),
        form: Form::Matrix,
        notes,
        levels: Vec::new(),
        whole: None,
        tested: None,
        metrics: vec![Metric::ResidualSeen, Metric::ErrorAll, Metric::RmseSeen],
    };
    if !zero {
        model.metrics.extend([Metric::AngleLeft, Metric::AngleRight]);
    }
    let series = Metric::ErrorAll.info(&model.form).key;
    model.levels = best.map(|value| Level { series, label: format!("best of rank {k}"), value }).into_iter().collect();
    Ok(Completion::instance(model))
}

/// Singular values of a dense matrix, descending, from its Gram matrix: those below about 1e-7 of the largest count as zero.
fn singular_values(a: &[f64], m: usize, n: usize) -> Vec<f64> {
    let mut gram = vec![0.0; n * n];
    at_b(a, a, &mut gram, m, n, n);
    let squares = symmetric_eigen(&gram, n).0;
    let least = 1e-14 * squares.first().copied().unwrap_or(0.0);
    squares.iter().take(m.min(n)).map(|&s| if s > least { s.sqrt() } else { 0.0 }).collect()
}

fn plan(all: [usize; 2], arrive: &str, share: f64, batch: usize) -> Arrivals {
    let part = |n: usize, arrives: bool| if arrives { (libm::round(share * n as f64) as usize).clamp(1, n) } else { n };
    let first = [part(all[0], arrive != "columns"), part(all[1], arrive != "rows")];
    Arrivals { first, all, batch }
}

fn batches(arrivals: Arrivals) -> usize {
    (0..2).map(|side| (arrivals.all[side] - arrivals.first[side]).div_ceil(arrivals.batch)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Setting;
    use iterscope_core::Value;

    #[test]
    fn the_plan_names_what_is_there_at_first() {
        assert_eq!(plan([400, 300], "rows", 0.5, 10).first, [200, 300]);
        assert_eq!(plan([400, 300], "columns", 0.5, 10).first, [400, 150]);
        assert_eq!(plan([400, 300], "both", 1.0, 10).first, [400, 300]);
        assert_eq!(batches(plan([400, 300], "both", 0.5, 40)), 5 + 4);
    }

    #[test]
    fn a_first_block_too_small_for_the_rank_is_refused_by_name() {
        let given = [("rows", Value::Int(20)), ("first", Value::Real(0.1))];
        let error = Setting::new(&PROBLEM, &given, None, 1).err().expect("an error");
        assert_eq!(error.field, "first");
        assert!(error.message.contains("rank 2 at most, not 10"), "{}", error.message);
    }
}
