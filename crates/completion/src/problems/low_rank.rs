//! A synthetic matrix of known rank.

use std::rc::Rc;

use iterscope_core::{BuildError, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str};
use iterscope_kernels::dense::singular_values_of_product;
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;

use crate::factors::Factors;
use crate::measure::Measure;
use crate::model::{Baseline, Completion, Data, Entries, Model, Truth, check_rank};
use crate::notes::{coherence, coverage, grouped, sampling};

/// Largest outlier, in root mean squares of the seen entries.
const OUTLIER_SIZE: f64 = 5.0;

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
    let spread = coherence(&truth.u, k).max(coherence(&truth.v, k));
    if condition > 1.0 && k > 1 {
        let step = libm::log(condition) / (k - 1) as f64;
        for row in truth.u.chunks_exact_mut(k) {
            for (c, x) in row.iter_mut().enumerate() {
                *x *= libm::exp(-step * c as f64);
            }
        }
    }
    let mut triplets = Vec::new();
    for i in 0..m {
        for j in 0..n {
            if rng.uniform() < rate {
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
        names: None,
        notes,
        levels: Vec::new(),
        measures: vec![Measure::ResidualSeen, Measure::ErrorAll, Measure::RmseSeen, gradient],
    }))
}
