//! Parameters and series that several methods have.

use iterscope_core::{BuildError, Criterion, ParamInfo, SeriesInfo};

use crate::model::Model;

/// The rank of the factors, a parameter of every method.
pub(crate) const RANK: ParamInfo = ParamInfo::int(
    "rank",
    "Rank",
    "Columns of the factors U and V; 0 takes the rank that the problem names.",
    [0, 100],
    0,
);

/// Regularisation of the factors.
pub(crate) const RIDGE: ParamInfo = ParamInfo::real(
    "ridge",
    "Regularisation λ",
    "Adds λ/2 (|U|² + |V|²) to the objective: fits less and predicts better where data are noisy or few.",
    [0.0, 1e4],
    0.0,
)
.live();

/// The problems given by entries.
pub(crate) const ENTRY_PROBLEMS: &[&str] = &[
    "completion.low-rank",
    "completion.image",
    "completion.ratings",
    "completion.table",
    "completion.distances",
    "completion.ired-task",
];

/// The same, and streams.
pub(crate) const ENTRY_AND_STREAM_PROBLEMS: &[&str] = {
    const ALL: [&str; ENTRY_PROBLEMS.len() + 1] = {
        let mut all = ["completion.stream"; ENTRY_PROBLEMS.len() + 1];
        let mut i = 0;
        while i < ENTRY_PROBLEMS.len() {
            all[i] = ENTRY_PROBLEMS[i];
            i += 1;
        }
        all
    };
    &ALL
};

/// The most columns that a method which finds the rank itself may use.
pub(crate) const RANK_CAP: ParamInfo = ParamInfo::int(
    "rank",
    "Largest rank",
    "Columns kept: the method finds the rank itself, up to this; 0 takes twice the rank that the problem names, and 5 more.",
    [0, 100],
    0,
);

/// The weight of the nuclear norm.
pub(crate) const LAMBDA: ParamInfo = ParamInfo::real(
    "lambda",
    "Regularisation λ",
    "Weight of the nuclear norm, relative to the largest singular value of the seen entries: at 1 the solution is zero.",
    [0.0, 1.0],
    0.02,
)
.live();

/// Diagnostics of methods that minimise with the nuclear norm.
pub(crate) const NUCLEAR_DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "objective.nuclear.rel",
        "objective",
        "1/2 |P(X - M)|^2 + lambda |X|_* (Frobenius norm on the seen entries, nuclear norm), divided by its value at zero.",
    ),
    RANK_USED,
    SeriesInfo::new(
        "optimality.nuclear.rel",
        "optimality",
        "Frobenius distance of the iterate from the point that its step was taken from, divided by its own norm: zero exactly \
         where a step changes nothing, that is at the solution. A run ends when it is at most the tolerance, once lambda \
         has come down its path.",
    ),
];

/// What [`NUCLEAR_DIAGNOSTICS`] are judged by.
pub(crate) const NUCLEAR_CRITERION: Criterion = Criterion { diagnostic: 2, label: "optimality", tolerance: None };

/// What is said where the largest rank cuts something off.
pub(crate) fn cut_off(rank: usize) -> String {
    format!(
        "The largest rank, {rank}, is reached and cuts singular values off that the solution has: this is no longer the convex \
         problem, and its solution is another one. Raise the largest rank."
    )
}

/// How many singular values are not zero.
pub(crate) const RANK_USED: SeriesInfo =
    SeriesInfo::new("rank.used", "rank used", "Number of singular values of the iterate that are not zero.").linear();

/// The rank that [`RANK_CAP`] means.
///
/// # Errors
/// The rank is larger than the matrix.
pub(crate) fn rank_cap(model: &Model, asked: usize) -> Result<usize, BuildError> {
    if asked == 0 {
        return Ok((2 * model.rank + 5).min(model.rows).min(model.cols));
    }
    model.method_rank(asked)
}

/// A path goes no further down than this by equal factors.
const PATH_END: f64 = 1e-4;

/// Steps over which λ falls to its value.
pub(crate) const PATH: ParamInfo = ParamInfo::int(
    "path",
    "Steps of the path",
    "λ falls from 1 to its value by equal factors in this many steps, each started from the last; 0 starts at λ.",
    [0, 500],
    0,
);

/// The λ of step `t` (from 1) on a path of that many steps, as a share of the largest that makes sense.
pub(crate) fn on_path(lambda: f64, t: u64, path: u64) -> f64 {
    if t >= path { lambda } else { libm::pow(lambda.max(PATH_END), t as f64 / path as f64) }
}
