//! Inverse iteration.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, words,
};
use iterscope_linear::eigen::inverse::Inverse;

use super::eigen::{self, EIGEN, EigenIteration, SHIFT};
use crate::problems::eigen as problem;

static PARAMS: &[ParamInfo] = &[SHIFT];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.inverse-iteration"),
        label: Str::Borrowed("Inverse iteration"),
        summary: words(
            "Solves with the shifted matrix again and again: what is near the shift grows most. One mode alone, the one nearest to \
             the shift; with a shift of zero the lowest.",
        ),
        math: words(
            r"x_{k+1} = \frac{(A - \sigma I)^{-1} x_k}{\lVert (A - \sigma I)^{-1} x_k \rVert}, \qquad \lambda_{k+1} = x_{k+1}^T A\, x_{k+1}",
        ),
        citation: words(
            "H. Wielandt, Beiträge zur mathematischen Behandlung komplexer Eigenwertprobleme, Teil V: Bestimmung höherer Eigenwerte durch gebrochene \
             Iteration, 1944; I. C. F. Ipsen, Computing an eigenvector with inverse iteration, SIAM Review 39, 1997",
        ),
        params: List::Borrowed(PARAMS),
        problems: EIGEN,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one solve with factors that are made once, one product"),
        limits: words(
            "One mode alone. Of a multiple eigenvalue it finds one vector, which one depends on the start. Slow where the shift is about as \
             near to a second eigenvalue.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem::of(input)?;
    let shift = input.values.real("shift");
    let factors = eigen::factors(p, shift)?;
    let (lowest, remark) = eigen::below(&factors, shift);
    let solver = Box::new(Inverse::new(p.len(), factors, input.seed));
    Ok(EigenIteration::new(p, solver, 1, lowest).remarked(remark).boxed(p))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let p = problem::of(input).ok()?;
    let (lowest, shift) = (&p.spectrum()?.lowest, input.values.real("shift"));
    let mut distances: Vec<f64> = lowest.iter().map(|l| (l - shift).abs()).collect();
    distances.sort_by(f64::total_cmp);
    let [first, second, ..] = distances[..] else { return None };
    // Beyond the largest known eigenvalue there may be nearer ones.
    let reach = lowest.last().map_or(0.0, |last| last - shift);
    if second > reach {
        return None;
    }
    eigen::rate(
        1.0,
        first / second,
        false,
        "ratio of distances to the shift",
        "|λ - σ| / |λ' - σ| of the two nearest eigenvalues",
    )
}
