//! What methods are made of: iterations and linear algebra that more than one of them uses. Nothing here knows an instance or a
//! method.

pub mod arnoldi;
pub mod ascent;
pub mod conjugate_gradients;
pub mod coordinate;
pub mod curl;
pub mod first_order;
pub mod fixed_point;
pub mod luce_chain;
pub mod newton;
pub mod power_iteration;
pub mod random_walk;
pub mod rating_pass;
pub mod secant_pairs;
pub mod stochastic;
pub mod tournament;

use iterscope_core::{BuildError, ParamInfo, SeriesInfo, Value};

use crate::model::{PairModel, Ties};

/// Log-strengths beyond this have left every sensible range (a ratio of 10^100): the run has diverged.
pub const LOG_LIMIT: f64 = 230.25850929940458;

/// `tolerance`: where methods that do not maximise the likelihood end.
pub const TOLERANCE: ParamInfo = ParamInfo::real(
    "tolerance",
    "Own tolerance",
    "The run ends when the method's own residual, which is drawn with the other series, is at most this.",
    [1e-16, 1.0],
    1e-10,
)
.log()
.live();

/// Changes `tolerance`.
pub fn tolerance(held: &mut f64, key: &str, value: &Value) -> Result<(), BuildError> {
    if key != "tolerance" {
        return Err(BuildError::new(key, "cannot change while running"));
    }
    *held = TOLERANCE.check(value)?.as_real().unwrap_or(*held);
    Ok(())
}

/// The tie strength by the share of ties alone, as between equals; for methods that do not estimate it.
pub fn share_nu(model: &PairModel) -> f64 {
    let (ties, total) = (model.games.ties, model.games.total);
    // With ties only there is no finite value; one more decided game gives one.
    let decided = (total - ties).max(1.0);
    match model.ties {
        _ if !model.has_nu() => 0.0,
        Ties::Davidson => ties / decided,
        _ => model.nu_of_share(ties / (ties + decided)),
    }
}

/// How far the last step moved the iterate.
pub const CHANGE: SeriesInfo = SeriesInfo::new(
    "p.rms.change",
    "change of p",
    "Root mean square over the items of the last step's change of p = pi/(1 + pi); the stopping rule of the literature.",
);

/// The root mean square of the change from `p` to the chances of the new iterate, which replace `p`.
pub fn change(p: &mut [f64], now: impl Iterator<Item = f64>) -> f64 {
    let mut sum = 0.0;
    for (p, now) in p.iter_mut().zip(now) {
        sum += (now - *p) * (now - *p);
        *p = now;
    }
    (sum / p.len() as f64).sqrt()
}
