//! A synthetic matrix of known rank.

use std::rc::Rc;

use iterscope_core::{BuildError, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str};
use iterscope_kernels::dense::singular_values_of_product;
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;

use crate::factors::Factors;
use crate::measure::Measure;
use crate::model::{Baseline, Completion, Data, Entries, Form, Model, Truth, check_rank};
use crate::notes::{coherence, coverage, grouped, sampling};

/// Largest outlier, in root mean squares of the seen entries.
const OUTLIER_SIZE: f64 = 5.0;
/// Rounds for the factor of uneven sampling.
const ROUNDS: usize = 20;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("rows", "rows", "Rows of the matrix.", [1, 2000], 200).log(),
    ParamInfo::int("cols", "columns", "Columns of the matrix.", [1, 2000], 150).log(),
    ParamInfo::int("rank", "rank", "Rank of the matrix, and the rank that methods use by default.", [1, 50], 4),
    ParamInfo::real("sampling", "share seen", "Probability with which an entry is seen.", [0.001, 1.0], 0.3).log(),
    ParamInfo::real(
        "noise",
        "noise",
        "Standard deviation of normal noise on the seen entries, relative to their root mean square.",
        [0.0, 2.0],
        0.0,
    ),
    ParamInfo::real(
        "condition",
        "condition number",
        "The columns of the left factor shrink geometrically by this much in all: about the condition number of the matrix.",
        [1.0, 1e4],
        1.0,
    )
    .log(),
    ParamInfo::real(
        "coherence",
        "unevenness",
        "Row i (from 1) of both factors is divided by i to this power and the rest enlarged to keep the size: the first rows \
         and columns carry more of the matrix.",
        [0.0, 1.5],
        0.0,
    ),
    ParamInfo::real(
        "popularity",
        "popularity",
        "Row i and column j (from 1) are seen with a probability that falls as (i j) to the power of minus this, as ratings \
         do; the share seen stays the same.",
        [0.0, 1.5],
        0.0,
    ),
    ParamInfo::real(
        "outliers",
        "outliers",
        "Share of the seen entries replaced by numbers that have nothing to do with the matrix, up to five times the root \
         mean square of the others.",
        [0.0, 0.5],
        0.0,
    ),
];

/// `completion.low-rank`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.low-rank"),
        label: Str::Borrowed("low-rank matrix"),
        summary: Str::Borrowed(
            "A random matrix of known rank of which some entries are seen at random. The truth is known, so the error on \
             the unseen entries can be watched.",
        ),
        math: Str::Borrowed(
            r"\min_{U \in \mathbb{R}^{m \times r},\, V \in \mathbb{R}^{n \times r}} \tfrac12 \sum_{(i,j) \in \Omega} \big( u_i^{\top} v_j - M_{ij} \big)^2,
\qquad M = U_0 D V_0^{\top}, \quad U_0, V_0 \sim \mathcal{N}(0, 1)",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

/// Draws U0 (m x k), V0 (n x k), then one uniform number for each entry, row by row, then the noise of the seen entries, then a pair of
/// uniform numbers for each of them where there are outliers.
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
    if condition > 1.0 && k > 1 {
        let step = libm::log(condition) / (k - 1) as f64;
        for row in truth.u.chunks_exact_mut(k) {
            for (c, x) in row.iter_mut().enumerate() {
                *x *= libm::exp(-step * c as f64);
            }
        }
    }
    let popularity = v.real("popularity");
    let (of_row, of_col) = (powers(m, popularity), powers(n, popularity));
    let scale = if popularity > 0.0 { share(rate, &of_row, &of_col) } else { rate };
    let mut triplets = Vec::new();
    for (i, r) in of_row.iter().enumerate() {
        for (j, c) in of_col.iter().enumerate() {
            if rng.uniform() < scale * r * c {
                triplets.push((i as u32, j as u32, truth.at(i, j)));
            }
        }
    }
    if noise > 0.0 {
        let clean: Vec<f64> = triplets.iter().map(|t| t.2).collect();
        let size = noise * norm2(&clean) / (clean.len().max(1) as f64).sqrt();
        let mut e = vec![0.0; clean.len()];
        rng.normal_fill(&mut e);
        triplets.iter_mut().zip(&e).for_each(|(t, e)| t.2 += size * e);
    }
    if outliers > 0.0 {
        let values: Vec<f64> = triplets.iter().map(|t| t.2).collect();
        let most = OUTLIER_SIZE * norm2(&values) / (values.len().max(1) as f64).sqrt();
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
    notes.push(Note::new(
        Severity::Info,
        None,
        format!(
            "Coherence {spread:.1}, where 1 is a matrix spread evenly over its entries and {:.0} one that single entries \
             carry: the lower, the fewer entries suffice.",
            m.max(n) as f64 / k as f64
        ),
    ));
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
    let gradient = if noise > 0.0 || outliers > 0.0 { Measure::GradientStops } else { Measure::Gradient };
    let (lo, hi) = entries.by_row.values.iter().fold((f64::MAX, f64::MIN), |(lo, hi), &x| (lo.min(x), hi.max(x)));
    Ok(Completion::instance(Model {
        rows: m,
        cols: n,
        rank: k,
        summary: format!("{m} x {n}, rank {k}, {} entries seen", grouped(entries.count())),
        data: Data::Entries(entries),
        truth: Some(Truth::Factors(truth)),
        singular,
        held_out: Vec::new(),
        baseline: Baseline::zero(m, n),
        range: (lo, hi),
        form: Form::Matrix,
        notes,
        levels: Vec::new(),
        measures: vec![Measure::ResidualSeen, Measure::ErrorAll, Measure::RmseSeen, gradient],
    }))
}

/// 1 / i to that power, i from 1; ones for power 0.
fn powers(n: usize, power: f64) -> Vec<f64> {
    (1..=n).map(|i| if power > 0.0 { libm::pow(i as f64, -power) } else { 1.0 }).collect()
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

/// The factor c with which the mean of min(1, c r_i c_j) is the share `rate`, nearly: the mean rises with c and is concave,
/// so these rounds approach it from below.
fn share(rate: f64, of_row: &[f64], of_col: &[f64]) -> f64 {
    let mut scale = rate;
    for _ in 0..ROUNDS {
        let mut sum = 0.0;
        for r in of_row {
            let mut part = 0.0;
            for c in of_col {
                part += (scale * r * c).min(1.0);
            }
            sum += part;
        }
        scale *= rate * (of_row.len() * of_col.len()) as f64 / sum;
    }
    scale
}
