//! A matrix seen through linear measurements: positive semidefinite or rectangular.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, Level, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str, words,
};
use iterscope_kernels::dense::thin_qr;
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;

use super::notes::grouped;
use crate::instance::Completion;
use crate::model::factors::Factors;
use crate::model::metric::Metric;
use crate::model::sensing::{Ensemble, Sensing};
use crate::model::{Data, Model, Truth};

/// The most numbers that the measurement matrices may hold together.
const MOST: usize = 8_000_000;

/// What measurements of rank one mean.
const SQUARES: &str = "Each measurement is x' Z x, as in phase retrieval and covariance sketching. On average the gradient points to 2 Z \
     plus the trace of Z times the identity, not to Z: from a small start all directions grow at first, and no theory of modes \
     is offered.";
const PRODUCTS: &str = "Each measurement is x' Z z. On average it keeps all directions, but single ones vary widely: it takes more of \
     them than of Gaussian matrices for the same progress.";

const PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "shape",
        "Shape of Z",
        "Positive semidefinite, sought as U U', or rectangular, sought as U V'.",
        &[("psd", "positive semidefinite"), ("rectangular", "rectangular")],
        "psd",
    ),
    ParamInfo::int(
        "d",
        "Size d",
        "Rows of Z, and its columns unless it is rectangular; methods use as many columns of U unless told otherwise.",
        [1, 64],
        20,
    ),
    ParamInfo::int("cols", "Columns", "Columns of a rectangular Z.", [1, 64], 15).when("shape", &["rectangular"]),
    ParamInfo::real("sigma1", "σ₁", "Largest eigenvalue (or singular value) of Z.", [0.0, 100.0], 5.0),
    ParamInfo::real("sigma2", "σ₂", "Second one; 0 leaves it out.", [0.0, 100.0], 2.0),
    ParamInfo::real("sigma3", "σ₃", "Third one; 0 leaves it out.", [0.0, 100.0], 1.0),
    ParamInfo::choice(
        "kind",
        "Measurement matrices",
        "All entries normal, or products of two normal vectors (of one with itself, x x', where Z is semidefinite), which take \
         little memory.",
        &[("gaussian", "Gaussian"), ("rank-one", "rank one")],
        "gaussian",
    ),
    ParamInfo::int(
        "measurements",
        "Measurements m",
        "Number of random measurement matrices; 0 observes Z itself, the limit of many.",
        [0, 10000],
        0,
    ),
    ParamInfo::int(
        "truth_seed",
        "Seed of Z",
        "Seed of the eigenvectors (or singular vectors) of Z alone.",
        [0, 1_000_000],
        7,
    ),
];

/// `completion.sensing`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.sensing"),
        label: Str::Borrowed("Matrix sensing"),
        summary: words(
            "A matrix of rank up to 3, positive semidefinite or rectangular, is seen through random linear measurements, or fully. \
             From a small start, gradient descent learns one eigenvalue after the other.",
        ),
        math: words(
            r"\min_{U \in \mathbb{R}^{d \times k}} \frac{1}{4m} \sum_{i=1}^{m} \big( \langle A_i, U U^{\top} \rangle - y_i \big)^2,
\qquad y_i = \langle A_i, Z \rangle, \quad A_i = \tfrac12 (G_i + G_i^{\top}) \text{ or } x_i x_i^{\top};
\qquad \min_{U, V} \frac{1}{2m} \sum_{i=1}^{m} \big( \langle A_i, U V^{\top} \rangle - y_i \big)^2, \quad A_i = G_i \text{ or } x_i z_i^{\top};
\qquad G_i, x_i, z_i \sim \mathcal{N}(0, 1)",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let v = input.values;
    let (d, count) = (v.size("d"), v.size("measurements"));
    let mut sigma: Vec<f64> =
        ["sigma1", "sigma2", "sigma3"].map(|key| v.real(key)).into_iter().filter(|s| *s > 0.0).collect();
    sigma.sort_by(|a, b| b.total_cmp(a));
    if sigma.is_empty() {
        return Err(BuildError::new("sigma1", "at least one eigenvalue must be positive"));
    }
    let r = sigma.len();
    let psd = v.text("shape") == "psd";
    let n = if psd { d } else { v.size("cols") };
    for (field, size) in [("d", d), ("cols", n)] {
        if r > size {
            let what = if psd { "positive eigenvalues" } else { "singular values that are not zero" };
            return Err(BuildError::new(field, format!("a {d} x {n} matrix cannot have {r} {what}; at least {r}")));
        }
    }
    let kind = if v.text("kind") == "gaussian" { Ensemble::Gaussian } else { Ensemble::RankOne };
    let each = match kind {
        Ensemble::Gaussian => d * n,
        Ensemble::RankOne => d + n,
    };
    if count * each > MOST {
        let why = format!("{count} matrices of size {d} do not fit into memory; at most {}", grouped(MOST / each));
        return Err(BuildError::new("measurements", why));
    }
    let truth = truth(d, n, &sigma, v.int("truth_seed") as u64, psd);
    let mut rng = Rng::new(input.seed);
    // The first d x d numbers of the stream are the start of the methods.
    rng.normal_fill(&mut vec![0.0; d * d]);
    let data = Sensing::of(&truth, psd, kind, count, &mut rng);

    let metrics = [Metric::ResidualMeasured, Metric::ErrorAll]
        .into_iter()
        .chain((0..r).map(Metric::Singular))
        .chain([Metric::AngleLeft])
        .chain((!psd).then_some(Metric::AngleRight))
        .collect::<Vec<_>>();
    let free = if psd { r * d - r * (r - 1) / 2 } else { r * (d + n - r) };
    let mut notes = vec![match count {
        0 => {
            Note::new(Severity::Good, None, "Z is observed fully: what is seen is the method alone, not the sampling.")
        }
        _ if count < free => {
            let text = format!(
                "{} measurements, fewer than the {free} degrees of freedom of rank {r}: many matrices fit. Take more.",
                grouped(count)
            );
            Note::new(Severity::Warning, Some("measurements"), text)
        }
        _ => {
            let times = count as f64 / free as f64;
            let text =
                format!("{} measurements; {times:.1} times the {free} degrees of freedom of rank {r}.", grouped(count));
            Note::new(if times < 3.0 { Severity::Info } else { Severity::Good }, None, text)
        }
    }];
    if count > 0 && kind == Ensemble::RankOne {
        notes.push(Note::new(Severity::Info, Some("kind"), if psd { SQUARES } else { PRODUCTS }));
    }
    let seen = if count == 0 { "observed fully".to_owned() } else { format!("{} measurements", grouped(count)) };
    let mut model = Model {
        summary: format!("{d} x {n}, rank {r}, {seen}"),
        truth: Some(Truth::Factors(truth)),
        singular: sigma,
        notes,
        metrics,
        ..Model::new(d, n, d.min(n), Data::Sensing(data))
    };
    let most = (0..d * n).filter_map(|e| model.true_entry(e / n, e % n)).fold(0.0, |m: f64, x| m.max(x.abs()));
    model.range = (-most, most);
    model.levels = levels(&model);
    Ok(Completion::instance(model))
}

/// Q diag(sqrt(sigma)) with Q from the QR factorisation of a random d x d matrix; the right factor is the same where Z is
/// semidefinite, else made in this way of an n x n matrix that is drawn next.
fn truth(d: usize, n: usize, sigma: &[f64], seed: u64, psd: bool) -> Factors {
    let mut rng = Rng::new(seed);
    let mut side = |size: usize, out: &mut [f64]| {
        let mut q = vec![0.0; size * size];
        rng.normal_fill(&mut q);
        thin_qr(&mut q, size, size, &mut vec![0.0; size * size], &mut vec![0.0; 2 * size]);
        for (to, from) in out.chunks_exact_mut(sigma.len()).zip(q.chunks_exact(size)) {
            for ((to, q), s) in to.iter_mut().zip(from).zip(sigma) {
                *to = q * s.sqrt();
            }
        }
    };
    let mut f = Factors::zero(d, n, sigma.len());
    side(d, &mut f.u);
    if psd {
        f.v.copy_from_slice(&f.u);
    } else {
        side(n, &mut f.v);
    }
    f
}

/// Whether the best errors of lower rank are levels of this series.
fn marks_plateaus(metric: Metric, model: &Model) -> bool {
    match metric {
        Metric::ErrorAll => true,
        Metric::ResidualMeasured => matches!(&model.data, Data::Sensing(s) if s.count == 0),
        _ => false,
    }
}

/// The errors of the best approximations of lower rank, and the true eigenvalues.
fn levels(model: &Model) -> Vec<Level> {
    let total = norm2(&model.singular);
    let mut levels = Vec::new();
    for &m in &model.metrics {
        let info = m.info(&model.form);
        if marks_plateaus(m, model) {
            levels.extend((1..model.singular.len()).map(|s| Level {
                series: info.key.clone(),
                label: format!("best of rank {s}"),
                value: norm2(&model.singular[s..]) / total,
            }));
        }
        if let Metric::Singular(s) = m {
            levels.push(Level {
                series: info.key.clone(),
                label: format!("{} of Z", info.label),
                value: model.singular[s],
            });
        }
    }
    levels
}
