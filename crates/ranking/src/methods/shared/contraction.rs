//! The rate at which the fixed-point methods close in on the optimum, before they run.
//!
//! Near the optimum a pass with update quotient (A + alpha C)/(B + alpha C) acts on the error as one relaxed Gauss-Seidel
//! (or Jacobi) sweep with the Hessian: `v_i <- v_i - (H v)_i / (A_i + alpha C_i)`. Its spectral radius is the factor.

use iterscope_core::{Fix, MethodInput, Params, Prediction, Str};
use iterscope_kernels::reduce::norm2;

use crate::instance::RankingInstance;
use crate::{orders, pairs};

/// The expected factor of the family's member `alpha`; none where the optimum is unknown or the games are too many.
pub fn predict(input: &MethodInput<'_>, alpha: f64) -> Option<Prediction> {
    let subject = RankingInstance::of(input).ok()?;
    let simultaneous = input.values.text("update") == "simultaneous";
    let rescale = input.values.bool("rescale");
    let factor = match subject {
        RankingInstance::Pairs(ranking) if !ranking.model().is_plain() => None,
        RankingInstance::Pairs(ranking) => {
            pairs::contraction::factor(&ranking.model(), ranking.optimum()?, alpha, simultaneous, rescale)
        }
        RankingInstance::Orders(ranking) => orders::contraction::factor(ranking, alpha, simultaneous, rescale),
    }?;
    let mut objective = subject.objective();
    let mut slope = vec![0.0; objective.shape().width];
    objective.gradient(&objective.start(), &mut slope);
    let words = if factor < 0.995 || !simultaneous {
        format!(
            "Estimated: near the optimum each pass leaves {factor:.4} of the error, the spectral radius of the pass \
             linearised there, by a power iteration. The first passes may do better or worse."
        )
    } else {
        format!(
            "Estimated: updated all at once, each pass multiplies the error near the optimum by {factor:.4}: it does not \
             settle. Update in place instead."
        )
    };
    Some(Prediction {
        series: Str::Borrowed("gradient.rel"),
        start: norm2(&slope) / objective.gradient_scale(),
        factor,
        points: Vec::new(),
        bound: false,
        label: "spectral radius of a pass, estimated".into(),
        words,
        remedy: (factor >= 0.995 && simultaneous).then(|| Fix {
            label: "Update in place".into(),
            params: Params::from([("update".into(), "in-place".into())]),
        }),
    })
}
