//! The growth of an error under linearised passes, by a power iteration.

use iterscope_kernels::reduce::{norm2, scale};
use iterscope_kernels::rng::Rng;

/// Visits of a meeting, or of two members of a race, that an estimate may cost.
pub const MOST_VISITS: usize = 16_000_000;
const MOST_SWEEPS: usize = 400;
const FEWEST_SWEEPS: usize = 20;

/// Sweeps that can be afforded at `visits` each; none if those are too few.
pub fn affordable(visits: usize) -> Option<usize> {
    let sweeps = (MOST_VISITS / visits.max(1)).min(MOST_SWEEPS);
    (sweeps >= FEWEST_SWEEPS).then_some(sweeps)
}

/// By how much a linear sweep over `order` numbers makes them longer, in the end.
pub fn growth(sweeps: usize, order: usize, mut sweep: impl FnMut(&mut [f64])) -> Option<f64> {
    let mut v = vec![0.0; order];
    Rng::new(1).normal_fill(&mut v);
    // The growth over the last quarter of the sweeps; single factors may jump where the error turns.
    let last = sweeps / 4;
    let mut grown = 0.0;
    for k in 0..sweeps {
        sweep(&mut v);
        let size = norm2(&v);
        if size < 1e-150 {
            return Some(f64::MIN_POSITIVE);
        }
        scale(1.0 / size, &mut v);
        if k >= sweeps - last {
            grown += libm::log(size);
        }
    }
    Some(libm::exp(grown / last as f64))
}

/// What a pass does about the common scale; `prior` is the prior's part of the Hessian's diagonal, where there is one.
pub fn level(prior: Option<&[f64]>, rescale: bool, items: &mut [f64]) {
    let weighed = |w: &dyn Fn(usize) -> f64| {
        let (mut sum, mut all) = (0.0, 0.0);
        for (i, v) in items.iter().enumerate() {
            sum += w(i) * v;
            all += w(i);
        }
        sum / all
    };
    let mean = match (prior, rescale) {
        (None, _) => weighed(&|_| 1.0),
        (Some(prior), true) => weighed(&|i| prior[i]),
        (Some(_), false) => 0.0,
    };
    items.iter_mut().for_each(|v| *v -= mean);
}
