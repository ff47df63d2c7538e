//! FOSI: Newton's step in the space of the largest curvatures, a first-order rule in the rest.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str};
use iterscope_optim::fosi::{self, Fosi};

use super::{PAIRS_AND_ORDERS, descent};

const PARAMS: &[ParamInfo] =
    &[fosi::BASE, fosi::STEP, fosi::MOMENTUM, fosi::PAIRS, fosi::EVERY, fosi::WARMUP, fosi::NEWTON, fosi::STRETCH];

/// See [`MethodInfo::summary`].
pub static FOSI: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.fosi"),
        label: Str::Borrowed("FOSI"),
        summary: Str::Borrowed(
            "Lanczos' method finds the directions of largest curvature now and then, those of the items with most games; Newton's \
             step is taken in them, and a plain, heavy-ball or Adam step in the rest, which may then be longer.",
        ),
        math: Str::Borrowed(fosi::MATH),
        citation: Str::Borrowed(fosi::CITATION),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(fosi::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed("one gradient (a pass over the pairs); when the space is renewed 8 more for each vector"),
        limits: Str::Borrowed(fosi::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    descent::build(input, 1, |fit, start| Ok(Box::new(Fosi::new(fit, start, input.values, descent::own_seed(input)))))
}
