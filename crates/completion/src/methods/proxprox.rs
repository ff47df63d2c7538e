//! ProxProx: each gradient of the fit corrects the fit to a part of the entries, which is then minimised close by.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};
use iterscope_optim::proxprox::{self, ProxProx};

use super::shared::first_order;
use super::shared::params::{ENTRY_PROBLEMS, RANK, RIDGE};

const PARAMS: &[ParamInfo] = &[RANK, proxprox::STEP, proxprox::PARTS, proxprox::INNER, RIDGE];

/// `completion.proxprox`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.proxprox"),
        label: Str::Borrowed("ProxProx"),
        summary: words(
            "A part of the entries serves as a cheap proxy. Each gradient of the whole corrects the proxy's; many accelerated steps \
             are then taken on the corrected proxy, held close to where the gradient was.",
        ),
        math: words(proxprox::MATH),
        citation: words(proxprox::CITATION),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(proxprox::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one gradient of the whole, 6 |Ω| k flops, and the inner steps on a part of the entries"),
        limits: words(proxprox::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    first_order::build(input, input.values.size("parts"), |fit, start| {
        Ok(Box::new(ProxProx::new(fit, start, input.values)))
    })
}
