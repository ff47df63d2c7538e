//! The methods, one file each, and what the fixed-point methods share.

pub mod newman;
pub mod newton;
pub(crate) mod passes;
pub mod zermelo;

use iterscope_core::{Names, SeriesInfo};

/// Log-strengths beyond this have left every sensible range (a ratio of 10^100): the run has diverged.
pub(crate) const LOG_LIMIT: f64 = 230.25850929940458;

/// The problems of this family.
pub(crate) const PROBLEMS: Names = Names::Static(&["ranking.pairwise", "ranking.synthetic"]);

/// How far the last step moved the iterate.
pub(crate) const CHANGE: SeriesInfo = SeriesInfo::new(
    "p.rms.change",
    "change of p",
    "Root mean square over the items of the last step's change of p = pi/(1 + pi); the stopping rule of the literature.",
);

/// The root mean square of the change from `p` to the chances of the new iterate, which replace `p`.
pub(crate) fn change(p: &mut [f64], now: impl Iterator<Item = f64>) -> f64 {
    let mut sum = 0.0;
    for (p, now) in p.iter_mut().zip(now) {
        sum += (now - *p) * (now - *p);
        *p = now;
    }
    (sum / p.len() as f64).sqrt()
}
