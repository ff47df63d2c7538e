//! What the referee of the family measures and draws.

use iterscope_core::{PictureInfo, PictureKind, SeriesInfo};

/// Key of the headline series.
pub const RESIDUAL: &str = "residual.l2.rel";
/// Key of the energy norm of the error.
pub const ENERGY: &str = "error.energy.rel";
/// Key of the error against the exact solution.
pub const EXACT: &str = "error.exact.l2.rel";
/// Key of the error against the direct solution of the discrete problem.
pub const DISCRETE: &str = "error.discrete.l2.rel";

const RESIDUAL_INFO: SeriesInfo = SeriesInfo::new(
    RESIDUAL,
    "residual",
    "||b - A u|| / ||b|| in the Euclidean norm over the unknowns, recomputed from the coefficients; absolute where b = 0",
)
.stops();
const ENERGY_INFO: SeriesInfo = SeriesInfo::new(
    ENERGY,
    "error, energy norm",
    "sqrt(e'A e / u'A u) with e the difference to the solution u of the discrete problem; absolute where u = 0",
);
const EXACT_INFO: SeriesInfo = SeriesInfo::new(
    EXACT,
    "error against the exact solution",
    "Euclidean norm of the difference over the unknowns, relative to the exact solution; absolute where that is zero",
);
const DISCRETE_INFO: SeriesInfo = SeriesInfo::new(
    DISCRETE,
    "error against the discrete solution",
    "Euclidean norm of the difference to the direct solution of the discrete problem, relative to it; absolute where that \
     is zero",
);

pub(crate) const SOLUTION: PictureInfo = PictureInfo::new("solution", "solution", PictureKind::Field);
const RESIDUAL_PICTURE: PictureInfo = PictureInfo::new("residual", "residual", PictureKind::Field).signed();
const ERROR_PICTURE: PictureInfo = PictureInfo::new("error", "error", PictureKind::Field).signed();

/// The series and pictures of a problem, by what is known of it: an energy norm, an exact solution, one by elimination.
pub(crate) fn kept(energy: bool, exact: bool, direct: bool) -> (Vec<SeriesInfo>, Vec<PictureInfo>) {
    let series = [(true, RESIDUAL_INFO), (energy, ENERGY_INFO), (exact, EXACT_INFO), (direct, DISCRETE_INFO)];
    let pictures = [(true, SOLUTION), (true, RESIDUAL_PICTURE), (direct || exact, ERROR_PICTURE)];
    (
        series.into_iter().filter_map(|(offered, info)| offered.then_some(info)).collect(),
        pictures.into_iter().filter_map(|(offered, info)| offered.then_some(info)).collect(),
    )
}
