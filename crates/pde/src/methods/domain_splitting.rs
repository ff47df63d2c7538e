//! Two-level domain splitting.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::rng::Rng;
use iterscope_kernels::{compiled, reduce};
use iterscope_linear::splitting::mesh::Mesh;
use iterscope_linear::splitting::{Splitting, check_division};
use iterscope_linear::{Matrix, Operator};

use crate::equation::Equation;
use crate::linear::{self, Direct, LinearProblem};
use crate::problems::advection_diffusion::{ID, relative_distance};

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
    matrix: Rc<Matrix<f64>>,
    rhs: Rc<Vec<f64>>,
    splitting: Splitting,
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
}

/// The equation on a mesh of its own.
struct Own {
    mesh: Mesh,
    rhs: Vec<f64>,
    exact: Option<Vec<f64>>,
}

impl Own {
    fn new(equation: &Equation, nx: usize, ny: usize) -> Result<Own, BuildError> {
        let discrete = equation.on([nx, ny, 0]).discretise()?;
        let (matrix, rhs) = discrete.assemble()?;
        Ok(Own { mesh: Mesh::new(&Rc::new(matrix), nx, ny)?, rhs, exact: discrete.exact })
    }
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
        let [nx, ny, _] = discrete.grid.intervals;
        let mesh = Mesh::new(&problem.matrix, nx, ny)?;
        let (fine, n) = (nx, mesh.len());
        check_division(coarse, fine)?;
        let own = [Own::new(equation, fine, coarse)?, Own::new(equation, coarse, fine)?];
        let mut splitting = Splitting::new(&mesh, [&own[0].mesh, &own[1].mesh], coarse)?;
        for (strip, own) in splitting.strips.iter_mut().zip(&own) {
            strip.solve_own(&own.rhs);
        }
        let small = Own::new(equation, coarse, coarse)?;
        let Direct::Solved(on_coarse) = linear::solve_direct(&small.mesh.matrix, &small.rhs, None) else {
            return Err(BuildError::new("coarse", "the matrix of the coarse mesh is singular"));
        };

        let points = (coarse - 1) * (coarse - 1);
        let (mut of_x, mut of_y) = (vec![0.0; points], vec![0.0; points]);
        splitting.strips[0].coarse_values(&mut of_x);
        splitting.strips[1].coarse_values(&mut of_y);
        // Richardson: the weights for which the errors of order h_x^2 and of order h_y^2 cancel.
        let (hf, hc) = (1.0 / fine as f64, 1.0 / coarse as f64);
        let weight = hc * hc / (hf * hf + hc * hc);
        let target: Vec<f64> =
            (0..points).map(|p| (on_coarse[p] - weight * (of_x[p] + of_y[p])) / (1.0 - 2.0 * weight)).collect();
        let off = |axis: usize| {
            let strip = &splitting.strips[axis];
            own[axis].exact.as_ref().map(|exact| relative_distance(&strip.values, &strip.ordered(exact)))
        };
        let errors = match (off(0), off(1), &small.exact) {
            (Some(x), Some(y), Some(exact)) => Some(StartErrors {
                meshes: [x, y, relative_distance(&on_coarse, exact)],
                extrapolated: relative_distance(&target, exact),
            }),
            _ => None,
        };
        splitting.corners = target;

        let zeros = || vec![0.0; n];
        let (matrix, rhs) = (Rc::clone(&problem.matrix), Rc::clone(&problem.rhs));
        let (mut u, mut work) = (zeros(), zeros());
        splitting.merge(&mut u);
        matrix.residual(&rhs, &u, &mut work);
        splitting.boxes.add_solutions(&work, &mut u);
        let method = DomainSplitting {
            matrix,
            rhs,
            splitting,
            pick,
            rng: Rng::new(seed),
            count: 0,
            gamma: 1.0,
            stuck: [false; 2],
            u,
            r: zeros(),
            correction: zeros(),
            work,
        };
        Ok((method, errors))
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

impl Iteration for DomainSplitting {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let pick = self.next_pick();
        self.count += 1;
        self.matrix.residual(&self.rhs, &self.u, &mut self.r);
        self.splitting.skeleton(&self.r, pick, true, &mut self.correction);
        self.matrix.apply(&self.correction, &mut self.work);
        reduce::scale(-1.0, &mut self.work);
        self.splitting.boxes.add_solutions(&self.work, &mut self.correction);

        self.matrix.apply(&self.correction, &mut self.work);
        let (along, size) = (compiled::dot(&self.r, &self.work), compiled::dot(&self.work, &self.work));
        self.gamma = if size > 0.0 { (along / size).clamp(0.0, LONGEST) } else { 0.0 };
        compiled::axpy(self.gamma, &self.correction, &mut self.u);

        let n = self.u.len() as u64;
        work.operator += 3;
        work.preconditioner += 1;
        work.flops += 34 * n + self.splitting.flops();
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

    fn memory(&self) -> Option<usize> {
        Some(self.splitting.memory() + 8 * 4 * self.u.len())
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
