//! DEER: Newton's method for all steps of a recursion at once.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Stop, Str, Work, words};
use iterscope_kernels::compiled::norm2;

use super::slab::{self, DIAGNOSTICS, FINE, FINE_STEPS, INTERVALS, SPAN, SlabMethod, Tools};
use super::{BACKENDS, TYPED};

static PARAMS: &[ParamInfo] = &[SPAN, INTERVALS, FINE, FINE_STEPS];

/// Size of a difference that stands for a derivative, as a part of the state.
const SHIFT: f64 = 1e-7;
/// Larger values are cut off, as by the authors: an iterate may overshoot on its way.
const CLIP: f64 = 1e8;

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.deer"),
        label: Str::Borrowed("DEER"),
        summary: words(
            "Linearises the fine method around the whole course at once and solves the linear recursion that is left: quadratic convergence wherever \
             the course is near. Exact after one iteration on linear systems.",
        ),
        math: words(r"U_{i+1}^{k+1} = F(U_i^k) + F'(U_i^k)\, (U_i^{k+1} - U_i^k)"),
        citation: words(
            "Y. H. Lim, Q. Zhu, J. Selfridge and M. F. Kasim, Parallelizing non-linear sequential models over the sequence length, International Conference \
             on Learning Representations, 2024",
        ),
        params: List::Borrowed(PARAMS),
        problems: TYPED,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "the fine method once on every interval, and once more for its derivative in the direction of the change; with matrices and a prefix scan all \
             of it would be parallel",
        ),
        limits: words(
            "On chaotic systems products of derivatives grow without bound, and iterates with them; they are cut off at 1e8. The derivative is taken by \
             differences, in sequence: evaluations in sequence are those of a machine that has the matrices.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        slab::build(Box::new(Deer::default()), input)
    },
    predict: None,
};

/// Changes of the present moment and of the one before it, and two states.
#[derive(Default)]
struct Deer {
    vectors: [Vec<f64>; 4],
}

impl SlabMethod for Deer {
    fn begin(&mut self, _: &mut Tools<'_>, slab: &mut [Vec<f64>], _: &mut Work) -> Result<(), Stop> {
        slab::constant(slab);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        let n = slab[0].len();
        for vector in &mut self.vectors {
            vector.clear();
            vector.resize(n, 0.0);
        }
        let [mut change, mut old_change, image, moved] = self.vectors.each_mut();
        let before = work.operator;
        for i in 1..slab.len() {
            // `old_change` is that of the moment before; its old state is the new one less the change.
            std::mem::swap(&mut change, &mut old_change);
            for ((image, u), change) in image.iter_mut().zip(&slab[i - 1]).zip(&*old_change) {
                *image = u - change;
            }
            moved.copy_from_slice(image);
            let size = norm2(old_change);
            let shift = SHIFT * norm2(image).max(1.0);
            tools.fine(i, image, work)?;
            if size > 0.0 {
                let scale = shift / size;
                for (moved, change) in moved.iter_mut().zip(&*old_change) {
                    *moved += scale * change;
                }
                tools.fine(i, moved, work)?;
                for (image, moved) in image.iter_mut().zip(&*moved) {
                    *image += (moved - *image) / scale;
                }
            }
            for ((u, image), change) in slab[i].iter_mut().zip(&*image).zip(&mut *change) {
                let new = if image.is_nan() { 0.0 } else { image.clamp(-CLIP, CLIP) };
                *change = new - *u;
                *u = new;
            }
        }
        *tools.sequential += 2 * (work.operator - before) / (2 * (slab.len() - 1) as u64);
        Ok(())
    }
}
