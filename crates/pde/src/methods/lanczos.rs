//! Lanczos' process.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, words,
};
use iterscope_linear::eigen::lanczos::Lanczos;

use super::eigen::{self, EIGEN, EigenIteration, SHIFT};
use crate::problems::eigen as problem;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "on",
        "Space of",
        "Powers of the matrix, which cost a product each, or of the inverse of the shifted one, which cost a solve",
        &[("matrix", "the matrix"), ("inverse", "the shifted inverse")],
        "matrix",
    ),
    SHIFT.when("on", &["inverse"]),
    ParamInfo::int(
        "space",
        "Vectors",
        "Most vectors that are kept; then the process restarts with the best of them",
        [3, 600],
        60,
    ),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.lanczos"),
        label: Str::Borrowed("Lanczos"),
        summary: words(
            "The best approximations in the space of all products of the matrix with one vector. On the matrix itself the ends of the spectrum \
             come first, and the low end of a fine grid late; on the shifted inverse a few steps suffice.",
        ),
        math: words(
            r"A V_k = V_k T_k + \beta_k v_{k+1} e_k^T, \qquad T_k s = \theta s, \qquad \lVert A V_k s - \theta V_k s \rVert = \beta_k \lvert e_k^T s \rvert",
        ),
        citation: words(
            "C. Lanczos, An iteration method for the solution of the eigenvalue problem of linear differential and integral operators, Journal of Research of the \
             National Bureau of Standards 45, 1950; K. Wu and H. Simon, Thick-restart Lanczos method for large symmetric eigenvalue problems, SIAM Journal \
             on Matrix Analysis and Applications 22, 2000",
        ),
        params: List::Borrowed(PARAMS),
        problems: EIGEN,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one product (or one solve), and inner products with all vectors that are kept"),
        limits: words(
            "One vector sees one mode of a multiple eigenvalue; the others come in by rounding, late, and it does not notice. Block methods do not \
             have that gap.",
        ),
        plateaus: true,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem::of(input)?;
    let (n, space) = (p.len(), input.values.size("space"));
    if space.min(n) < p.modes + 2 && p.modes + 2 <= n {
        return Err(BuildError::new("space", format!("must be at least {} for {} modes", p.modes + 2, p.modes)));
    }
    // A space of all unknowns has no room to spare, and needs none.
    let space = if p.modes + 2 > n { n } else { space };
    let (inverse, lowest, remark) = if input.values.text("on") == "inverse" {
        let shift = input.values.real("shift");
        let factors = eigen::factors(p, shift)?;
        let (lowest, remark) = eigen::below(&factors, shift);
        (Some((factors, shift)), lowest, remark)
    } else {
        (None, true, None)
    };
    let solver = Box::new(Lanczos::new(n, p.modes, space, inverse, input.seed));
    Ok(EigenIteration::new(p, solver, p.modes, lowest).remarked(remark).boxed(p))
}

/// The growth of Chebyshev's polynomial beyond its interval, for the vector of the last wanted mode (Y. Saad, On the rates of convergence of the
/// Lanczos and the block-Lanczos methods, SIAM Journal on Numerical Analysis 17, 1980).
fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let p = problem::of(input).ok()?;
    let s = p.spectrum()?;
    let (last, next) = (s.lowest[p.modes - 1], *s.lowest.get(p.modes)?);
    let start = if input.values.text("on") == "inverse" { 1.0 } else { eigen::random_start(s, last) };
    let gamma = if input.values.text("on") == "inverse" {
        let shift = input.values.real("shift");
        if shift >= s.lowest[0] {
            return None;
        }
        // Of the inverse the wanted ones are the largest, and the least is next to zero.
        let inverse = |value: f64| 1.0 / (value - shift);
        (inverse(last) - inverse(next)) / (inverse(next) - inverse(s.highest))
    } else {
        (next - last) / (s.highest - next)
    };
    // A gap of rounding alone is a multiple eigenvalue.
    if !(gamma > 1e-9 && gamma.is_finite()) {
        return None;
    }
    let growth = gamma.sqrt() + (1.0 + gamma).sqrt();
    let why = "Slower than that only by restarts, faster once the modes behind have come in: 1 / (√γ + √(1 + γ))² with the gap γ behind the last wanted mode";
    eigen::rate(start, 1.0 / (growth * growth), false, "Chebyshev's polynomial", why)
}
