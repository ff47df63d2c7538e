//! A positive semidefinite matrix seen through linear measurements.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, Level, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str,
};
use iterscope_kernels::dense::thin_qr;
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;

use crate::factors::Factors;
use crate::measure::Measure;
use crate::model::{Baseline, Completion, Data, Form, Model, Truth};
use crate::notes::grouped;
use crate::sensing::{Sensing, pack_gram, packed};

/// The most numbers that the measurement matrices may hold together.
const MOST: usize = 8_000_000;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("d", "size d", "Z is d x d; methods use d columns unless told otherwise.", [1, 64], 20),
    ParamInfo::real("sigma1", "σ₁", "Largest eigenvalue of Z.", [0.0, 100.0], 5.0),
    ParamInfo::real("sigma2", "σ₂", "Second eigenvalue; 0 leaves it out.", [0.0, 100.0], 2.0),
    ParamInfo::real("sigma3", "σ₃", "Third eigenvalue; 0 leaves it out.", [0.0, 100.0], 1.0),
    ParamInfo::int(
        "measurements",
        "measurements m",
        "Number of random symmetric measurement matrices; 0 observes Z itself, the limit of many.",
        [0, 10000],
        0,
    ),
    ParamInfo::int("truth_seed", "seed of Z", "Seed of the eigenvectors of Z alone.", [0, 1_000_000], 7),
];

/// `completion.sensing`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.sensing"),
        label: Str::Borrowed("matrix sensing"),
        summary: Str::Borrowed(
            "A positive semidefinite matrix of rank up to 3 is seen through random linear measurements, or fully. From a small \
             start, gradient descent learns one eigenvalue after the other.",
        ),
        math: Str::Borrowed(
            r"\min_{U \in \mathbb{R}^{d \times k}} \frac{1}{4m} \sum_{i=1}^{m} \big( \langle A_i, U U^{\top} \rangle - y_i \big)^2,
\qquad y_i = \langle A_i, Z \rangle, \quad A_i = \tfrac12 (G_i + G_i^{\top}), \quad G_i \sim \mathcal{N}(0, 1)",
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
    if r > d {
        return Err(BuildError::new(
            "d",
            format!("a {d} x {d} matrix cannot have {r} positive eigenvalues; at least {r}"),
        ));
    }
    if count * d * d > MOST {
        let most = MOST / (d * d);
        let why = format!("{count} matrices of size {d} do not fit into memory; at most {}", grouped(most));
        return Err(BuildError::new("measurements", why));
    }
    let truth = truth(d, &sigma, v.int("truth_seed") as u64);
    let mut z = vec![0.0; packed(d)];
    pack_gram(&truth.u, d, r, &mut z);
    let mut rng = Rng::new(input.seed);
    // The first d x d numbers of the stream are the start of the methods.
    rng.normal_fill(&mut vec![0.0; d * d]);
    let data = Sensing::new(d, z, count, &mut rng);

    let measures = [Measure::ResidualMeasured, Measure::ErrorAll]
        .into_iter()
        .chain((0..r).map(Measure::Singular))
        .collect::<Vec<_>>();
    let free = r * d - r * (r - 1) / 2;
    let note = match count {
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
    };
    let seen = if count == 0 { "observed fully".to_owned() } else { format!("{} measurements", grouped(count)) };
    let mut model = Model {
        rows: d,
        cols: d,
        rank: d,
        summary: format!("{d} x {d}, rank {r}, {seen}"),
        data: Data::Sensing(data),
        range: (0.0, 0.0),
        truth: Some(Truth::Factors(truth)),
        singular: sigma,
        held_out: Vec::new(),
        baseline: Baseline::zero(d, d),
        form: Form::Matrix,
        notes: vec![note],
        levels: Vec::new(),
        measures,
    };
    let most = (0..d * d).filter_map(|e| model.true_entry(e / d, e % d)).fold(0.0, |m: f64, x| m.max(x.abs()));
    model.range = (-most, most);
    model.levels = levels(&model);
    Ok(Completion::instance(model))
}

/// Q diag(sqrt(sigma)) with Q from the QR factorisation of a random d x d matrix.
fn truth(d: usize, sigma: &[f64], seed: u64) -> Factors {
    let mut q = vec![0.0; d * d];
    Rng::new(seed).normal_fill(&mut q);
    thin_qr(&mut q, d, d, &mut vec![0.0; d * d], &mut vec![0.0; 2 * d]);
    let mut f = Factors::zero(d, d, sigma.len());
    for (to, from) in f.u.chunks_exact_mut(sigma.len()).zip(q.chunks_exact(d)) {
        for ((to, q), s) in to.iter_mut().zip(from).zip(sigma) {
            *to = q * s.sqrt();
        }
    }
    f.v.copy_from_slice(&f.u);
    f
}

/// The errors of the best approximations of lower rank, and the true eigenvalues.
fn levels(model: &Model) -> Vec<Level> {
    let total = norm2(&model.singular);
    let mut levels = Vec::new();
    for &m in &model.measures {
        let info = m.info(model);
        if m.marks_plateaus(model) {
            levels.extend((1..model.singular.len()).map(|s| Level {
                series: info.key.clone(),
                label: format!("best of rank {s}"),
                value: norm2(&model.singular[s..]) / total,
            }));
        }
        if let Measure::Singular(s) = m {
            levels.push(Level {
                series: info.key.clone(),
                label: format!("{} of Z", info.label),
                value: model.singular[s],
            });
        }
    }
    levels
}
