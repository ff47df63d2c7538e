//! A surface that moves, as the zero set of a network of space and time, trained until the equation of level sets and the start hold.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words};

use super::space_time::{DIAGNOSTICS, HIDDEN, POINTS, START_POINTS, Trained, eulerian};
use super::state::{ACTIVATION, activation};
use crate::methods::time::BACKENDS;
use crate::methods::time::slab::{self, FINE, FINE_STEPS, INTERVALS, SPAN};

/// Features of a coordinate.
const FEATURES: ParamInfo =
    ParamInfo::int("features", "Features", "Waves, or lines, of each coordinate that go into the network", [1, 40], 6);
/// Neurons of a layer.
const WIDTH: ParamInfo = ParamInfo::int("width", "Width", "Neurons of each hidden layer", [1, 40], 12);
static PARAMS: &[ParamInfo] = &[
    SPAN,
    INTERVALS,
    FEATURES,
    WIDTH,
    HIDDEN,
    ACTIVATION,
    POINTS,
    START_POINTS,
    ParamInfo::real(
        "weight",
        "Weight of the start",
        "Of the mean square of what is missed of the start, and of conditions on sides, against that of the equation",
        [1e-3, 1e6],
        5.0,
    )
    .log(),
    FINE,
    FINE_STEPS,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.neural-level-set"),
        label: Str::Borrowed("Neural level set"),
        summary: words(
            "A surface that moves is the zero set of one network of space and time, without a mesh. Each step is one of least squares for the equation of level sets at \
             random places and for the start. A grid of the same size is thousands of times as fast and, refined, more accurate; the network is smooth, holds at all times at \
             once, and takes a few hundred numbers.",
        ),
        math: words(
            r"\min_\theta \frac{1}{M} \sum_m \left( \partial_t f_\theta - F(f_\theta, \nabla f_\theta, \nabla^2 f_\theta) \right)^2 (x_m, t_m) + \frac{w}{K} \sum_k \left( f_\theta(x_k, 0) - f_0(x_k) \right)^2",
        ),
        citation: words(
            "T. Novello, V. da Silva, G. Schardong, L. Schirmer, H. Lopes and L. Velho, Neural implicit surface evolution, IEEE/CVF International Conference on \
             Computer Vision, 2023",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.system"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "one least-squares problem with a row for each place; the network goes forward and back once for each direction in which the equation differentiates, at \
             all places",
        ),
        limits: words(
            "One field in one or two dimensions, derivatives up to order 2, sides that are joined or where u or du/dn is given. Least squares in place of the source's Adam, no term for \
             normals of the start, and random parameters to begin with in place of a network that was trained on the shape. It comes to a loss that its size allows, and not to the \
             solution of the grid.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let course = eulerian(input, activation(input.values))?;
        slab::build(Box::new(Trained::new(course, input.seed)), input)
    },
    predict: None,
};
