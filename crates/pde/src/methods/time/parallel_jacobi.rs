//! Jacobi's and Gauss-Seidel's iteration over the steps of an integrator: all steps at the same time from the values of the sweep before.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Stop, Str, Work, words};

use super::slab::{self, DIAGNOSTICS, FINE, FINE_STEPS, INTERVALS, SPAN, SlabMethod, Tools};
use super::{BACKENDS, TYPED};

static PARAMS: &[ParamInfo] = &[
    SPAN,
    INTERVALS,
    FINE,
    FINE_STEPS,
    ParamInfo::int(
        "block",
        "Block",
        "Intervals that are computed one after the other, with new values; blocks at the same time: 1 is Jacobi, all of them Gauss-Seidel, which is \
         marching",
        [1, 2000],
        1,
    )
    .log(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.parallel-jacobi"),
        label: Str::Borrowed("Jacobi over time"),
        summary: words(
            "A recursion is a triangular system of equations, solved by sweeps in which all steps are taken at once. Exact after as many sweeps as there \
             are blocks; earlier where the past is forgotten fast.",
        ),
        math: words(r"U_{i+1}^{k+1} = F(U_i^k), \quad i = 0, \dots, N - 1"),
        citation: words(
            "Y. Song, C. Meng, R. Liao and S. Ermon, Accelerating feedforward computation via parallel nonlinear equation solving, International \
             Conference on Machine Learning, 2021",
        ),
        params: List::Borrowed(PARAMS),
        problems: TYPED,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("the fine method once on every interval; within a block one after the other"),
        limits: words(
            "No information goes further than a block in a sweep: what lives long needs as many sweeps as there are blocks.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        slab::build(Box::new(ParallelJacobi { block: input.values.size("block") }), input)
    },
    predict: None,
};

struct ParallelJacobi {
    block: usize,
}

impl SlabMethod for ParallelJacobi {
    fn begin(&mut self, _: &mut Tools<'_>, slab: &mut [Vec<f64>], _: &mut Work) -> Result<(), Stop> {
        slab::constant(slab);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        let last = slab.len() - 1;
        let blocks = last.div_ceil(self.block);
        let before = work.operator;
        // From the last block to the first, so that each finds the old values of the one before it.
        for b in (0..blocks).rev() {
            for i in b * self.block + 1..=((b + 1) * self.block).min(last) {
                let (old, new) = slab.split_at_mut(i);
                new[0].copy_from_slice(&old[i - 1]);
                tools.fine(i, &mut new[0], work)?;
            }
        }
        *tools.sequential += (work.operator - before) * self.block.min(last) as u64 / last as u64;
        Ok(())
    }
}
