//! A surface that moves, as the zero set of a network of space and time, trained until the equation of level sets and the start hold.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, SeriesInfo, Stepper, Str, words,
};
use iterscope_neural::{Network, Shape};

use super::law::{Law, edges, one_field};
use super::space_time::{Eulerian, LOSS, Places, Trained};
use super::state::{ACTIVATION, activation, sides};
use crate::methods::time::BACKENDS;
use crate::methods::time::slab::{self, ERROR, FINE, FINE_STEPS, INTERVALS, RESIDUAL, SEQUENTIAL, SPAN};
use crate::time::problem::Evolution;

/// The most nodes at which the network is looked at.
const MOST: usize = 20_000;

/// Features of a coordinate.
pub const FEATURES: ParamInfo =
    ParamInfo::int("features", "Features", "Waves, or lines, of each coordinate that go into the network", [1, 40], 6);
/// Neurons of a layer.
pub const WIDTH: ParamInfo = ParamInfo::int("width", "Width", "Neurons of each hidden layer", [1, 40], 12);
/// Layers.
pub const HIDDEN: ParamInfo =
    ParamInfo::int("layers", "Hidden layers", "Between the features and the value", [1, 4], 1);
/// Places of the equation.
pub const POINTS: ParamInfo = ParamInfo::int(
    "points",
    "Points",
    "Random places in space and time at which the equation is to hold, other ones in each step",
    [4, 2000],
    200,
)
.log();
/// Places of the start.
pub const START_POINTS: ParamInfo =
    ParamInfo::int("start_points", "Points of the start", "Random nodes at which the start is to hold", [4, 2000], 80)
        .log();

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

static DIAGNOSTICS: &[SeriesInfo] = &[RESIDUAL, ERROR, SEQUENTIAL, LOSS];

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

/// The course of a problem that a network of space and time is to fulfil.
///
/// # Errors
/// The problem does not fit.
pub fn eulerian(input: &MethodInput<'_>, activation: iterscope_neural::Activation) -> Result<Eulerian, BuildError> {
    let problem = input.downcast::<Evolution>()?;
    let values = input.values;
    let system = one_field(problem, 2)?;
    let mesh = system.mesh();
    if mesh.len() > MOST {
        let why = format!("looks at the network node by node: {} nodes are too many, {MOST} the most", mesh.len());
        return Err(BuildError::new("method", why));
    }
    let law = Law::new(&system)?;
    let sides = sides(mesh);
    let edges = edges(system.typed(), &sides)?;
    let mut coordinates = sides.clone();
    coordinates.push(([0.0, values.real("span")], false));
    let network = Network::new(Shape {
        coordinates,
        features: values.size("features"),
        hidden: vec![values.size("width"); values.size("layers")],
        activation,
    });
    let nodes = (0..mesh.len()).map(|node| mesh.coordinates(node)).collect();
    let places = Places::new(sides, nodes, [values.size("points"), values.size("start_points")]);
    Ok(Eulerian::new(network, law, places, edges, values.real("weight")))
}
