//! What the referee measures, and how it is described.

use iterscope_core::SeriesInfo;

use super::Form;

/// One series of the referee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Relative residual on the seen entries; ends a run.
    ResidualSeen,
    /// Relative residual of the measurements; ends a run.
    ResidualMeasured,
    /// Root mean square error on the seen entries.
    RmseSeen,
    /// The same on the entries held out.
    RmseHeldOut,
    /// Mean magnitude of the errors on the entries held out.
    MaeHeldOut,
    /// How well predictions put the best first.
    Ndcg,
    /// Relative error on all entries.
    ErrorAll,
    /// Relative error of the picture that patches make.
    ErrorPicture,
    /// Relative error of the places that squared distances give.
    ErrorPoints,
    /// Sine of the largest angle to the true column space.
    AngleLeft,
    /// Sine of the largest angle to the true row space.
    AngleRight,
    /// Squared error of the unseen entries, averaged over all entries.
    MseUnseen,
    /// Relative gradient; does not end a run, since the residual does.
    Gradient,
    /// Relative gradient where no iterate fits the data exactly; ends a run.
    GradientStops,
    /// Singular value of the iterate, counted from 0.
    Singular(usize),
}

/// Keys of the leading singular values.
pub const SINGULAR_KEYS: [&str; 3] = ["sigma.1", "sigma.2", "sigma.3"];

impl Metric {
    /// The series for a problem whose matrix is of that form.
    pub fn info(self, form: &Form) -> SeriesInfo {
        // Rating errors span a factor of two, not ten powers of ten.
        let rmse = |s: SeriesInfo| if matches!(form, Form::Ratings(_) | Form::Table(_)) { s.linear() } else { s };
        let scaled = matches!(form, Form::Table(_));
        let gradient = || {
            SeriesInfo::new(
                "gradient.fro.rel",
                "gradient",
                "Gradient of f = 1/2 sum over seen entries of (U V' - M)^2, that is E V and E' U for the residual E: \
                 sqrt((|E V|/|V|)^2 + (|E' U|/|U|)^2) / |M on seen entries|, Frobenius norms. Zero exactly at \
                 stationary points, and unchanged when one factor is scaled up and the other down; the relative residual where both \
                 factors are zero.",
            )
        };
        match self {
            Metric::ResidualSeen => SeriesInfo::new(
                "residual.seen.rel",
                "residual, seen",
                "Frobenius norm of U V' - M on the seen entries, divided by that of M there.",
            )
            .stops(),
            Metric::ResidualMeasured => SeriesInfo::new(
                "residual.measured.rel",
                "residual, measured",
                "Euclidean norm of A(U U') - y divided by that of y (Frobenius norms with full observation).",
            )
            .stops(),
            Metric::RmseSeen => rmse(SeriesInfo::new(
                "rmse.seen",
                "RMSE, seen",
                "Root mean square of U V' - M over the seen entries, in units of the data.",
            )),
            Metric::RmseHeldOut => rmse(SeriesInfo::new(
                "rmse.heldout",
                "RMSE, held out",
                if scaled {
                    "Root mean square of prediction minus value over the cells held out, columns scaled as the problem says."
                } else {
                    "Root mean square of prediction minus value over the entries held out, in units of the data."
                },
            ))
            .unseen(),
            Metric::MaeHeldOut => SeriesInfo::new(
                "mae.heldout",
                "MAE, held out",
                if scaled {
                    "Mean magnitude of prediction minus value over the cells held out, columns scaled as the problem says."
                } else {
                    "Mean magnitude of prediction minus value over the entries held out, in units of the data."
                },
            )
            .linear()
            .unseen(),
            Metric::Ndcg => SeriesInfo::new(
                "ndcg.heldout",
                "NDCG@k, held out",
                "Normalised discounted cumulative gain of the first k of the ratings held out of each user, in the order of their \
                 predictions: the sum of (rating - lowest rating seen) / log2(place + 1), divided by that of the best order; mean over \
                 users with at least two different ones. 1 is the best order.",
            )
            .linear(),
            Metric::ErrorPicture => SeriesInfo::new(
                "error.picture.rel",
                "error, picture",
                "Euclidean norm of the picture that the patches make (means where they overlap) minus the true one, over all pixels \
                 and colours, divided by that of the true one.",
            )
            .unseen(),
            Metric::ErrorPoints => SeriesInfo::new(
                "error.points.rel",
                "error, positions",
                "Root mean square distance of the points, placed by classical scaling of the completed matrix and turned onto the \
                 true ones, from these, divided by the root mean square distance of the true ones from their mean.",
            )
            .unseen(),
            Metric::AngleLeft => SeriesInfo::new(
                "angle.left",
                "angle, columns",
                "Sine of the largest principal angle between the leading left singular vectors of U V', as many as the true rank (or \
                 all, if fewer), and the true column space.",
            ),
            Metric::AngleRight => SeriesInfo::new(
                "angle.right",
                "angle, rows",
                "Sine of the largest principal angle between the leading right singular vectors of U V', as many as the true rank (or \
                 all, if fewer), and the true row space.",
            ),
            Metric::ErrorAll => SeriesInfo::new(
                "error.all.rel",
                "error, all entries",
                "Frobenius norm of U V' minus the truth on all entries, divided by that of the truth.",
            )
            .unseen(),
            Metric::MseUnseen => SeriesInfo::new(
                "mse.unseen",
                "MSE, seen entries kept",
                "Mean over all entries of the squared error where seen entries are kept as they are: the sum over the unseen \
                 ones, divided by the number of all.",
            )
            .unseen(),
            Metric::Gradient => gradient(),
            Metric::GradientStops => gradient().stops(),
            Metric::Singular(s) => {
                const LABELS: [&str; 3] = ["σ₁", "σ₂", "σ₃"];
                SeriesInfo::new(SINGULAR_KEYS[s], LABELS[s], "Singular value of the iterate, counted from the largest.")
                    .linear()
            }
        }
    }
}
