//! The methods, one file each, and what they share.

pub mod coordinate_descent;
pub mod gradient;
pub mod lazy_newton;
pub mod lbfgs;
pub mod nesterov;
pub mod newman;
pub mod newton;
pub(crate) mod passes;
pub(crate) mod point;
pub mod root_newton;
pub mod sgd;
pub(crate) mod solve;
pub mod trust_region;
pub mod zermelo;

use iterscope_core::{Method, Names, SeriesInfo};

/// What a method is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// The optimum of the problem's model, to rounding.
    Optimum,
    /// The same, but too slowly to get all the way.
    Slowly,
}

/// All methods.
static LIST: [(&Method, Aim); 11] = [
    (&newman::NEWMAN, Aim::Optimum),
    (&zermelo::ZERMELO, Aim::Optimum),
    (&newton::NEWTON, Aim::Optimum),
    (&coordinate_descent::COORDINATE_DESCENT, Aim::Optimum),
    (&gradient::GRADIENT, Aim::Optimum),
    (&nesterov::NESTEROV, Aim::Optimum),
    (&lbfgs::LBFGS, Aim::Optimum),
    (&lazy_newton::LAZY_NEWTON, Aim::Optimum),
    (&root_newton::ROOT_NEWTON, Aim::Optimum),
    (&trust_region::TRUST_REGION, Aim::Optimum),
    (&sgd::SGD, Aim::Slowly),
];

/// The same for the catalog.
pub(crate) static ALL: [&Method; LIST.len()] = {
    let mut all = [LIST[0].0; LIST.len()];
    let mut k = 0;
    while k < all.len() {
        all[k] = LIST[k].0;
        k += 1;
    }
    all
};

/// Ids of the methods that are after `aim`.
pub(crate) fn that_aim_at(aim: Aim) -> impl Iterator<Item = &'static str> {
    LIST.iter().filter(move |(_, a)| *a == aim).map(|(m, _)| &*m.info.id)
}

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
