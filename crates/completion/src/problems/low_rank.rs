//! A synthetic matrix of known rank.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str, words,
};
use iterscope_kernels::dense::singular_values_of_product;
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;

use super::notes::{coherence, connected, coverage, numbered, sampling, seen, spread_note};
use super::sampling::{Pattern, powers};
use super::spectrum::{self, DECAYS, impose};
use crate::instance::Completion;
use crate::model::factors::{Factors, inner};
use crate::model::metric::Metric;
use crate::model::{Data, Entries, Model, Truth, check_rank};

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("rows", "Rows", "Rows of the matrix.", [1, 2000], 200).log(),
    ParamInfo::int("cols", "Columns", "Columns of the matrix.", [1, 2000], 150).log(),
    ParamInfo::int("rank", "Rank", "Rank of the matrix, and the rank that methods use by default.", [1, 50], 4),
    ParamInfo::real("sampling", "Share seen", "Probability with which an entry is seen.", [0.001, 1.0], 0.3).log(),
    ParamInfo::real(
        "noise",
        "Noise",
        "Standard deviation of normal noise on the seen entries, relative to their root mean square.",
        [0.0, 2.0],
        0.0,
    ),
    ParamInfo::choice(
        "decay",
        "Singular values",
        "How they fall: as random factors give it, whose columns shrink geometrically, or exactly flat, in equal steps, by equal \
         factors, or as a power of their number.",
        DECAYS,
        "factors",
    ),
    ParamInfo::real(
        "condition",
        "Condition number",
        "The largest singular value is this many times the smallest one (about, with random factors).",
        [1.0, 1e4],
        1.0,
    )
    .log(),
    ParamInfo::real(
        "coherence",
        "Coherence",
        "Row i (from 1) of both factors is divided by i to this power and the rest enlarged to keep the size: the first rows \
         and columns carry more of the matrix.",
        [0.0, 1.5],
        0.0,
    ),
    ParamInfo::real(
        "popularity",
        "Popularity",
        "Row i and column j (from 1) are seen with a probability that falls as (i j) to the power of minus this, as ratings \
         do; the share seen stays the same.",
        [0.0, 1.5],
        0.0,
    )
    .when("pattern", &["random"]),
    ParamInfo::real(
        "outliers",
        "Outliers",
        "Share of the seen entries replaced by numbers that have nothing to do with the matrix.",
        [0.0, 0.5],
        0.0,
    ),
    ParamInfo::real(
        "outlier_size",
        "Size of outliers",
        "The largest of them, in root mean squares of the seen entries; they are uniform up to it.",
        [0.1, 1000.0],
        5.0,
    )
    .log(),
    ParamInfo::choice(
        "pattern",
        "What is seen",
        "Single entries at random; whole blocks of neighbouring rows and columns; or entries by their value, which is not at \
         random: ratings of what people like, readings that a meter can show.",
        &[("random", "entries at random"), ("blocks", "whole blocks"), ("value", "by value")],
        "random",
    ),
    ParamInfo::int("blocks", "Blocks across", "The rows, and the columns, fall into this many groups.", [1, 50], 8)
        .when("pattern", &["blocks"]),
    ParamInfo::real(
        "selection",
        "Selection",
        "The log-odds of being seen rise by this much with each root mean square of the value; below zero small values are \
         seen.",
        [-5.0, 5.0],
        1.0,
    )
    .when("pattern", &["value"]),
];

/// `completion.low-rank`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.low-rank"),
        label: Str::Borrowed("Low-rank matrix"),
        summary: words(
            "A random matrix of known rank of which some entries are seen at random. The truth is known, so the error on \
             the unseen entries can be watched.",
        ),
        math: words(
            r"\min_{U \in \mathbb{R}^{m \times r},\, V \in \mathbb{R}^{n \times r}} \tfrac12 \sum_{(i,j) \in \Omega} \big( u_i^{\top} v_j - M_{ij} \big)^2,
\qquad M = U_0 D V_0^{\top}, \quad U_0, V_0 \sim \mathcal{N}(0, 1)",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

/// Draws U0 (m x k), V0 (n x k), then one uniform number for each block where whole blocks are seen, one for each entry, row by
/// row, then the noise of the seen entries, then a pair of uniform numbers for each of them where there are outliers.
fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let v = input.values;
    let (m, n, k) = (v.size("rows"), v.size("cols"), v.size("rank"));
    let (rate, noise, condition) = (v.real("sampling"), v.real("noise"), v.real("condition"));
    let outliers = v.real("outliers");
    check_rank(k, m, n)?;
    let mut rng = Rng::new(input.seed);
    let mut truth = Factors::zero(m, n, k);
    rng.normal_fill(&mut truth.u);
    rng.normal_fill(&mut truth.v);
    uneven(&mut truth.u, k, v.real("coherence"));
    uneven(&mut truth.v, k, v.real("coherence"));
    let spread = coherence(&truth.u, k).max(coherence(&truth.v, k));
    let decay = v.text("decay");
    if decay != "factors" {
        impose(&mut truth, &spectrum::decay(decay, k, condition));
    } else if condition > 1.0 && k > 1 {
        let step = libm::log(condition) / (k - 1) as f64;
        for row in truth.u.chunks_exact_mut(k) {
            for (c, x) in row.iter_mut().enumerate() {
                *x *= libm::exp(-step * c as f64);
            }
        }
    }
    let kind = v.text("pattern");
    let pattern = match kind {
        "blocks" => Pattern::blocks(m, n, rate, v.size("blocks"), &mut rng),
        "value" => Pattern::by_value(m, n, rate, v.real("selection"), |i, j| truth.at(i, j)),
        _ => Pattern::popular(m, n, rate, v.real("popularity")),
    };
    let mut triplets = Vec::new();
    for i in 0..m {
        for j in 0..n {
            if rng.uniform() < pattern.chance(i, j, || truth.at(i, j)) {
                triplets.push((i as u32, j as u32, truth.at(i, j)));
            }
        }
    }
    let (lo, hi) = triplets.iter().fold((f64::MAX, f64::MIN), |(lo, hi), t| (lo.min(t.2), hi.max(t.2)));
    let mean = triplets.iter().map(|t| t.2).sum::<f64>() / triplets.len().max(1) as f64;
    if noise > 0.0 {
        let clean: Vec<f64> = triplets.iter().map(|t| t.2).collect();
        let size = noise * norm2(&clean) / (clean.len().max(1) as f64).sqrt();
        let mut e = vec![0.0; clean.len()];
        rng.normal_fill(&mut e);
        triplets.iter_mut().zip(&e).for_each(|(t, e)| t.2 += size * e);
    }
    if outliers > 0.0 {
        let values: Vec<f64> = triplets.iter().map(|t| t.2).collect();
        let most = v.real("outlier_size") * norm2(&values) / (values.len().max(1) as f64).sqrt();
        for t in &mut triplets {
            let (hit, place) = (rng.uniform() < outliers, rng.uniform());
            if hit {
                t.2 = most * (2.0 * place - 1.0);
            }
        }
    }
    let entries = Entries::new(m, n, &triplets, "sampling")?;
    let singular = singular_values_of_product(&truth.u, &truth.v, m, n, k);
    let mut notes = vec![sampling(&entries, k)];
    notes.extend(coverage(&entries, k, ["row", "rows"], ["column", "columns"]));
    let fate = "what methods leave there means nothing.";
    notes.extend(connected(&entries, ["row", "rows"], ["column", "columns"], [&numbered, &numbered], fate));
    notes.push(spread_note(spread, m, n, k));
    match kind {
        "blocks" => notes.push(Note::new(
            Severity::Info,
            Some("pattern"),
            "Whole blocks are missing, so entries of a block say nothing of each other. What can be recovered depends on which \
             blocks are seen: a missing one needs rank-many rows and columns that are seen together elsewhere.",
        )),
        "value" => notes.push(selected(mean, mean_of(&truth, m, n), v.real("selection"))),
        _ => {}
    }
    if noise > 0.0 {
        let text = format!(
            "With noise no matrix of rank {k} fits the seen entries exactly: the residual stays near {noise:.3}, and a run ends \
             when the gradient vanishes."
        );
        notes.push(Note::new(Severity::Info, Some("noise"), text));
    }
    if outliers > 0.0 {
        let text = "With outliers a close fit to the seen entries is wrong: least squares bends to them. Robust PCA sets them \
                    apart.";
        notes.push(Note::new(Severity::Info, Some("outliers"), text));
    }
    let gradient = if noise > 0.0 || outliers > 0.0 { Metric::GradientStops } else { Metric::Gradient };
    Ok(Completion::instance(Model {
        summary: format!("{m} x {n}, rank {k}, {}", seen(&entries, k)),
        truth: Some(Truth::Factors(truth)),
        singular,
        // Outliers would take the colours away from the matrix.
        range: (lo, hi),
        notes,
        metrics: vec![
            Metric::ResidualSeen,
            Metric::ErrorAll,
            Metric::RmseSeen,
            gradient,
            Metric::AngleLeft,
            Metric::AngleRight,
        ],
        ..Model::new(m, n, k, Data::Entries(entries))
    }))
}

/// Mean of all entries, from the sums of the factors' columns.
fn mean_of(x: &Factors, m: usize, n: usize) -> f64 {
    let sums = |a: &[f64]| -> Vec<f64> { (0..x.rank).map(|c| a.iter().skip(c).step_by(x.rank).sum()).collect() };
    inner(&sums(&x.u), &sums(&x.v)) / (m as f64 * n as f64)
}

/// What sampling by value does.
fn selected(seen: f64, all: f64, selection: f64) -> Note {
    let which = if selection >= 0.0 { "large" } else { "small" };
    let text = format!(
        "Not at random: {which} entries are seen more often, their mean is {seen:.2} and that of all entries {all:.2}. Whatever \
         takes the seen entries for a fair sample inherits this: means, starts from the seen entries, steps scaled by the share \
         seen, and every shrinkage of what is unseen; errors on entries held out of the seen ones look better than they are. A \
         close fit of the right rank without noise is right all the same; but where hardly any of the other entries is seen, \
         methods on factors often come to rest away from it, and convex shrinkage is safer."
    );
    Note::new(Severity::Info, Some("selection"), text)
}

/// Divides row i by i to that power; the mean square of all entries stays.
fn uneven(a: &mut [f64], k: usize, power: f64) {
    if power == 0.0 {
        return;
    }
    let before = norm2(a);
    let weights = powers(a.len() / k, power);
    for (row, w) in a.chunks_exact_mut(k).zip(weights) {
        row.iter_mut().for_each(|x| *x *= w);
    }
    let factor = before / norm2(a);
    a.iter_mut().for_each(|x| *x *= factor);
}
