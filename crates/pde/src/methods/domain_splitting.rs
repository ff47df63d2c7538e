//! Two-level domain splitting.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::rng::Rng;
use iterscope_kernels::{compiled, reduce};
use iterscope_linear::Operator;

use self::boxes::Boxes;
use self::mesh::Mesh;
use self::strip::{Axis, Strip};
use crate::linear::{self, Direct, LinearProblem};
use crate::problems::advection_diffusion::{ID, relative_distance};

mod boxes;
mod mesh;
mod strip;

/// The longest step along the correction.
const LONGEST: f64 = 10.0;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int("coarse", "coarse", "Intervals per side of the coarse mesh; must divide n", [2, 256], 4),
    ParamInfo::choice(
        "pick",
        "pick",
        "Which of the two corrections gives the values at the coarse points",
        &[
            ("x", "the one fine in x"),
            ("y", "the one fine in y"),
            ("alternate", "x, y, x, y, …"),
            ("random", "at random"),
        ],
        "alternate",
    ),
];

static DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "gamma",
    "γ",
    "Length of the step along the last correction, from the line search on [0, 10]; 1 at the start",
)
.linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.domain-splitting"),
        label: Str::Borrowed("Domain splitting"),
        summary: words(
            "Solves on two meshes that are fine in one direction only, brings them to agreement at the points they share by \
             Richardson extrapolation and splines, and fills the boxes between their lines. Each step does the same with the \
             residual. The fine matrix is never factorised as a whole.",
        ),
        math: words(
            r"\begin{aligned} & e_k = A_k^{-1} R_k (b - A u), \quad k = 1, 2, \qquad e_2 \leftarrow e_2 \,\frac{\lVert e_1 \rVert}{\lVert e_2 \rVert}, \\ & E = \operatorname{fill}\bigl(\operatorname{merge}(e_1, e_2)\bigr), \qquad u \leftarrow u + \gamma E, \quad \gamma = \operatorname*{arg\,min}_{[0, 10]} \lVert b - A(u + \gamma E) \rVert \end{aligned}",
        ),
        citation: words(
            "K. Trotti, A domain splitting strategy for solving PDEs, arXiv 2303.01163, 2023, with the author's program",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[ID]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one refinement: two sub-mesh solves, all boxes, three products with A"),
        limits: words(
            "One refinement reaches the accuracy of the discretisation, but the residual does not go to zero: with a fixed pick \
             the correction soon is no descent direction and γ becomes 0; alternating and random picks go on slowly.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = linear::of(input)?;
    let pick = match input.values.text("pick") {
        "x" => Pick::X,
        "y" => Pick::Y,
        "random" => Pick::Random,
        _ => Pick::Alternate,
    };
    let (iteration, _) = DomainSplitting::new(p, input.values.size("coarse"), pick, input.seed)?;
    Ok(CpuStepper::boxed(iteration, p.referee()))
}

/// Which correction gives the values at the coarse points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The one fine in x.
    X,
    /// The one fine in y.
    Y,
    /// The one fine in x first, then by turns.
    Alternate,
    /// By chance.
    Random,
}

/// Relative errors of what the start is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StartErrors {
    /// On the meshes fine in x, fine in y, coarse in both.
    pub meshes: [f64; 3],
    /// At the coarse points after extrapolation.
    pub extrapolated: f64,
}

/// The refinement; step 0 is the merged and filled start.
pub struct DomainSplitting {
    mesh: Mesh,
    strips: [Strip; 2],
    boxes: Boxes,
    pick: Pick,
    rng: Rng,
    /// Refinements done.
    count: u64,
    gamma: f64,
    /// For x and y: with this pick the current iterate did not move.
    stuck: [bool; 2],
    u: Vec<f64>,
    r: Vec<f64>,
    correction: Vec<f64>,
    work: Vec<f64>,
    corners: Vec<f64>,
}

impl DomainSplitting {
    /// Solves on the sub-meshes, merges and fills. The errors are given where the exact solution is known.
    ///
    /// # Errors
    /// `coarse` does not divide the intervals, or a matrix is singular or too large.
    pub fn new(
        problem: &LinearProblem,
        coarse: usize,
        pick: Pick,
        seed: u64,
    ) -> Result<(DomainSplitting, Option<StartErrors>), BuildError> {
        let plain = problem.nodal().filter(|(_, d)| d.grid.dimension == 2 && d.is_plain_box());
        let Some((equation, discrete)) = plain else {
            let why = "needs the whole rectangle with values given on all sides: take two dimensions, no domain and `u = EXPR` everywhere";
            return Err(BuildError::new("method", why));
        };
        let mesh = Mesh::of(discrete, &problem.matrix, &problem.rhs)?;
        let (fine, n) = (mesh.nx, mesh.len());
        check_division(coarse, fine)?;
        let (x, error_x) = Strip::new(equation, Axis::X, coarse, fine)?;
        let (y, error_y) = Strip::new(equation, Axis::Y, coarse, fine)?;
        let small = Mesh::new(equation, coarse, coarse)?;
        let Direct::Solved(on_coarse) = linear::solve_direct(&small.matrix, &small.rhs, None) else {
            return Err(BuildError::new("coarse", "the matrix of the coarse mesh is singular"));
        };

        let points = (coarse - 1) * (coarse - 1);
        let (mut of_x, mut of_y) = (vec![0.0; points], vec![0.0; points]);
        x.coarse_values(&mut of_x);
        y.coarse_values(&mut of_y);
        // Richardson: the weights for which the errors of order h_x^2 and of order h_y^2 cancel.
        let (hf, hc) = (1.0 / fine as f64, 1.0 / coarse as f64);
        let weight = hc * hc / (hf * hf + hc * hc);
        let target: Vec<f64> =
            (0..points).map(|p| (on_coarse[p] - weight * (of_x[p] + of_y[p])) / (1.0 - 2.0 * weight)).collect();
        let errors = match (error_x, error_y, &small.exact) {
            (Some(x), Some(y), Some(exact)) => Some(StartErrors {
                meshes: [x, y, relative_distance(&on_coarse, exact)],
                extrapolated: relative_distance(&target, exact),
            }),
            _ => None,
        };

        let zeros = || vec![0.0; n];
        let mut splitting = DomainSplitting {
            boxes: Boxes::new(&mesh, coarse)?,
            strips: [x, y],
            pick,
            rng: Rng::new(seed),
            count: 0,
            gamma: 1.0,
            stuck: [false; 2],
            u: zeros(),
            r: zeros(),
            correction: zeros(),
            work: zeros(),
            corners: target,
            mesh,
        };
        splitting.merge();
        let DomainSplitting { mesh, boxes, correction, work, .. } = &mut splitting;
        mesh.residual(correction, work);
        boxes.add_solutions(work, correction);
        std::mem::swap(&mut splitting.u, &mut splitting.correction);
        Ok((splitting, errors))
    }

    /// Bends both functions to the values in `corners` and lays them on the skeleton of `correction`, zero in the boxes.
    fn merge(&mut self) {
        self.correction.fill(0.0);
        for strip in &mut self.strips {
            strip.bend(&self.corners);
        }
        // At the coarse points both agree but for rounding: the one fine in x is laid last and stays.
        self.strips[1].paste(&mut self.correction);
        self.strips[0].paste(&mut self.correction);
    }

    fn next_pick(&mut self) -> usize {
        match self.pick {
            Pick::X => 0,
            Pick::Y => 1,
            Pick::Alternate => (self.count % 2) as usize,
            Pick::Random => self.rng.below(2),
        }
    }

    /// Whether no pick that is left moves the iterate.
    fn is_stuck(&self) -> bool {
        match self.pick {
            Pick::X => self.stuck[0],
            Pick::Y => self.stuck[1],
            Pick::Alternate | Pick::Random => self.stuck[0] && self.stuck[1],
        }
    }
}

fn check_division(coarse: usize, fine: usize) -> Result<(), BuildError> {
    if coarse < fine && fine.is_multiple_of(coarse) {
        return Ok(());
    }
    let fitting: Vec<usize> = (2..fine).filter(|c| fine.is_multiple_of(*c)).collect();
    let below = fitting.iter().rev().find(|c| **c < coarse);
    let above = fitting.iter().find(|c| **c > coarse);
    let near = match (below, above) {
        (Some(a), Some(b)) => format!("take {a} or {b}"),
        (Some(a), None) | (None, Some(a)) => format!("take {a}"),
        (None, None) => "n has no divisor: change n".to_owned(),
    };
    Err(BuildError::new("coarse", format!("must be a proper divisor of n = {fine}, and {coarse} is not: {near}")))
}

impl Iteration for DomainSplitting {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let pick = self.next_pick();
        self.count += 1;
        self.mesh.residual(&self.u, &mut self.r);
        for strip in &mut self.strips {
            strip.solve_residual(&self.r);
        }
        // Plain norms of vectors of different length, as in the source.
        let (first, second) = (compiled::norm2(&self.strips[0].values), compiled::norm2(&self.strips[1].values));
        if second > 0.0 {
            reduce::scale(first / second, &mut self.strips[1].values);
        }
        self.strips[pick].coarse_values(&mut self.corners);
        self.merge();
        self.mesh.matrix.apply(&self.correction, &mut self.work);
        reduce::scale(-1.0, &mut self.work);
        self.boxes.add_solutions(&self.work, &mut self.correction);

        self.mesh.matrix.apply(&self.correction, &mut self.work);
        let (along, size) = (compiled::dot(&self.r, &self.work), compiled::dot(&self.work, &self.work));
        self.gamma = if size > 0.0 { (along / size).clamp(0.0, LONGEST) } else { 0.0 };
        compiled::axpy(self.gamma, &self.correction, &mut self.u);

        let n = self.u.len() as u64;
        work.operator += 3;
        work.preconditioner += 1;
        work.flops += 34 * n + self.boxes.flops() + self.strips.iter().map(Strip::flops).sum::<u64>();
        work.bytes += 8 * 34 * n;
        if self.gamma > 0.0 {
            self.stuck = [false; 2];
            return Outcome::Continue;
        }
        self.stuck[pick] = true;
        if reduce::max_abs(&self.r) == 0.0 {
            Outcome::Stop(Stop::Converged)
        } else if self.is_stuck() {
            Outcome::Stop(Stop::Stagnated)
        } else {
            Outcome::Continue
        }
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.gamma;
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.rng.state());
        out.bits(self.count);
        out.real(self.gamma);
        for stuck in self.stuck {
            out.bits(u64::from(stuck));
        }
        out.slice(&self.u);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rng = Rng::from_state(from.bits());
        self.count = from.bits();
        self.gamma = from.real();
        for stuck in &mut self.stuck {
            *stuck = from.bits() != 0;
        }
        from.slice(&mut self.u);
    }
}
