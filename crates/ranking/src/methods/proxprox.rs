//! ProxProx: each gradient of the likelihood corrects that of a part of the games, which is then minimised close by.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str};
use iterscope_optim::proxprox::{self, ProxProx};

use super::{PAIRS_AND_ORDERS, descent};

const PARAMS: &[ParamInfo] = &[proxprox::STEP, proxprox::PARTS, proxprox::INNER];

/// See [`MethodInfo::summary`].
pub static PROXPROX: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.proxprox"),
        label: Str::Borrowed("ProxProx"),
        summary: Str::Borrowed(
            "A part of the pairs or races serves as a cheap proxy. Each gradient of the whole corrects the proxy's; many accelerated steps \
             are then taken on the corrected proxy, held close to where the gradient was.",
        ),
        math: Str::Borrowed(proxprox::MATH),
        citation: Str::Borrowed(proxprox::CITATION),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(proxprox::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed("one gradient (a pass over the pairs), and the inner steps on a part of them"),
        limits: Str::Borrowed(proxprox::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    descent::build(input, input.values.size("parts"), |fit, start| {
        Ok(Box::new(ProxProx::new(fit, start, input.values)))
    })
}
