//! Block coordinate descent with greedy choice.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::block_descent};

use super::adaptor::{self, NEIGHBOURS, SolverKind};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "blocks",
        "Blocks",
        "How the unknowns are divided",
        &[("trees", "two combs, each a tree"), ("colours", "red and black"), ("runs", "runs of neighbours")],
        "trees",
    ),
    ParamInfo::int("size", "Block size", "Unknowns in a run", [1, 4096], 64).log().when("blocks", &["runs"]),
    ParamInfo::choice(
        "selection",
        "Selection",
        "Which block is next",
        &[
            ("cyclic", "in turn"),
            ("random", "random"),
            ("gradient", "the longest gradient"),
            ("diagonal", "the longest gradient, by the diagonal"),
            ("exact", "the largest gain"),
        ],
        "exact",
    ),
    ParamInfo::choice(
        "update",
        "Update",
        "How a block is updated",
        &[("exact", "to its minimum"), ("gradient", "by a gradient step")],
        "exact",
    ),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.block-coordinate-descent"),
        label: Str::Borrowed("Block coordinate descent"),
        summary: words(
            "Minimises the energy over one block of unknowns at a time, chosen in turn, by chance or greedily; blocks that are trees are solved exactly at linear cost.",
        ),
        math: words(r"u_B \leftarrow u_B + A_{BB}^{-1} (b - A u)_B, \qquad B = \arg\max_B\, r_B^T A_{BB}^{-1} r_B"),
        citation: words(
            "J. Nutini, I. Laradji and M. Schmidt, Let’s make block coordinate descent converge faster: faster greedy rules, message-passing, active-set complexity, and superlinear convergence, Journal of Machine Learning Research 23, 2022",
        ),
        params: List::Borrowed(PARAMS),
        problems: NEIGHBOURS,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("the update of one block"),
        limits: words("Needs a symmetric positive definite matrix. One step is one block: compare by work."),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&BlockCoordinateDescent, input)
}

/// Makes the solver.
pub struct BlockCoordinateDescent;

impl SolverKind for BlockCoordinateDescent {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let n = setup.matrix.len();
        let size = values.size("size").min(n);
        let boxed = match setup.shape {
            Some([width, height]) => Some((*width, *height)),
            _ => None,
        };
        let blocks = match (values.text("blocks"), boxed) {
            ("trees", Some((width, height))) => block_descent::combs(width, height).to_vec(),
            ("colours", Some((width, height))) => block_descent::colours(width, height).to_vec(),
            ("runs", _) => block_descent::runs(n, size),
            _ => {
                return Err(BuildError::new(
                    "blocks",
                    "needs the unknowns of a rectangle: take runs for other domains",
                ));
            }
        };
        let selection = match values.text("selection") {
            "random" => block_descent::Selection::Random,
            "gradient" => block_descent::Selection::Gradient,
            "diagonal" => block_descent::Selection::Diagonal,
            "exact" => block_descent::Selection::Exact,
            _ => block_descent::Selection::Cyclic,
        };
        let update = match values.text("update") {
            "gradient" => block_descent::Update::Gradient,
            _ => block_descent::Update::Exact,
        };
        Ok(Box::new(block_descent::BlockDescent::new(setup.matrix, blocks, selection, update, setup.seed)?))
    }
}
