//! Newton's method on the log-strengths, damped by a line search; the linear systems are solved by conjugate gradients.

use iterscope_core::{
    Backend, Breakdown, BuildError, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Work,
};
use iterscope_kernels::reduce::dot;

use super::point::{Point, Track, rises_enough};
use super::solve::Solver;
use super::{CHANGE, PAIRS_AND_ORDERS};
use crate::model::Strengths;
use crate::objective::{Curvature, Objective};
use crate::subject::Subject;

const DAMPING: ParamInfo = ParamInfo::choice(
    "damping",
    "Damping",
    "Halve a step until the likelihood rises enough, or always take the whole step.",
    &[("backtracking", "backtracking line search"), ("none", "none: whole steps")],
    "backtracking",
);
const CG_RTOL: ParamInfo = ParamInfo::real(
    "cg_rtol",
    "Inner tolerance",
    "Relative residual at which the conjugate gradients inside a step stop.",
    [1e-14, 0.9],
    1e-10,
)
.log();

const PARAMS: &[ParamInfo] = &[DAMPING, CG_RTOL];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "newton.decrement",
        "Newton decrement",
        "Square root of the inner product of the gradient with the Newton direction, in games: the distance to the \
                 optimum in the norm of the Hessian, to first order.",
    ),
    SeriesInfo::new("newton.damping", "step length t", "Part of the Newton direction that was taken.").linear(),
];

/// See [`MethodInfo::summary`].
pub static NEWTON: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.newton"),
        label: Str::Borrowed("Newton"),
        summary: Str::Borrowed(
            "Newton's method on the log-strengths s = log(pi), where the log-likelihood is concave. The Hessian is the \
             Laplacian of the graph of games; its systems are solved by conjugate gradients, without a matrix. Few steps, \
             each of them worth many passes: compare by work, too.",
        ),
        math: Str::Borrowed(
            r"s \leftarrow s + t\,H^{-1}\nabla\log L, \qquad H_{ij} = -n_{ij}\,p_{ij}\,p_{ji}, \quad H_{ii} = \textstyle\sum_j n_{ij}\,p_{ij}\,p_{ji}, \quad t = 1, \tfrac12, \tfrac14, \dots",
        ),
        citation: Str::Borrowed(
            "J. Nocedal, S. J. Wright, Numerical Optimization, 2nd edition, Springer 2006, chapters 3 and 7; for this \
             likelihood D. R. Hunter, Annals of Statistics 32(1), 2004, section 3.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "one gradient for each trial, one Hessian, and one pass over the pairs for each inner iteration",
        ),
        limits: Str::Borrowed(
            "Without damping a whole step can overshoot where strengths are far from right; from equal strengths it converged \
             on every set that we tried. Where maximum likelihood does not exist, each step moves the strengths that are \
             infinite by about 1 in log.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let subject = Subject::of(input)?;
    let damped = input.values.text("damping") == "backtracking";
    Ok(subject.stepper(Newton::new(subject.objective(), damped, input.values.real("cg_rtol"))))
}

/// The iteration.
pub(crate) struct Newton {
    objective: Box<dyn Objective>,
    damped: bool,
    cg_rtol: f64,
    now: Point,
    trial: Point,
    hessian: Box<dyn Curvature>,
    solver: Solver,
    track: Track,
    /// Newton decrement at the last step's start.
    pub decrement: f64,
    length: f64,
}

impl Newton {
    /// Starts from equal strengths.
    pub fn new(mut objective: Box<dyn Objective>, damped: bool, cg_rtol: f64) -> Newton {
        let hessian = objective.curvature();
        let now = Point::start(objective.as_mut());
        Newton {
            damped,
            cg_rtol,
            trial: Point::start(objective.as_mut()),
            solver: Solver::new(hessian.as_ref()),
            hessian,
            track: Track::new(&now.at),
            now,
            decrement: 0.0,
            length: 0.0,
            objective,
        }
    }

    /// The largest entry of the last direction.
    pub fn longest(&self) -> f64 {
        self.solver.direction.iter().fold(0.0, |most: f64, d| most.max(d.abs()))
    }
}

impl Iteration for Newton {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Newton { objective, now, trial, hessian, solver, .. } = self;
        hessian.assemble(&now.at);
        hessian.count_assembly(work);
        solver.solve(hessian.as_mut(), 0.0, &now.slope, self.cg_rtol, work);
        let direction = &solver.direction;
        let order = direction.len();
        let rise = dot(&now.slope[..order], direction);
        self.decrement = rise.max(0.0).sqrt();
        let mut length = 1.0;
        loop {
            trial.climb(objective.as_mut(), now, length, direction, work);
            // Close to the optimum the rise drowns in rounding, and whole steps are right.
            let after = length * dot(&trial.slope[..order], direction);
            if !self.damped || rises_enough(now, trial, 1e-4, length * rise, after) {
                self.length = length;
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
            }
        }
        if trial.left_range() {
            return Outcome::Stop(Stop::Diverged);
        }
        std::mem::swap(&mut self.now, &mut self.trial);
        self.track.moved(&self.now.at);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.decrement, self.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        out.real(self.decrement);
        out.real(self.length);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        self.decrement = from.real();
        self.length = from.real();
    }
}
