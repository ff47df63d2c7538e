//! The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno.

use iterscope_core::{
    Backend, Breakdown, BuildError, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::reduce::dot;

use super::PAIRS_AND_ORDERS;
use crate::instance::RankingInstance;
use crate::model::Strengths;
use crate::model::objective::LogLikelihood;
use crate::solvers::CHANGE;
use crate::solvers::ascent::{ChangeTracker, Point, rises_enough};
use crate::solvers::secant_pairs::SecantPairs;

const MEMORY: ParamInfo = ParamInfo::int("memory", "Memory", "Number of past steps that are remembered.", [1, 50], 8);

/// Armijo's constant.
const PART: f64 = 1e-4;

const PARAMS: &[ParamInfo] = &[MEMORY];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new("lbfgs.length", "step length t", "Part of the direction that was taken; 1 is the rule.").linear(),
];

/// See [`MethodInfo::summary`].
pub static LBFGS: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.lbfgs"),
        label: Str::Borrowed("L-BFGS"),
        summary: words(
            "A quasi-Newton method: the inverse Hessian is read off the last few steps and their changes of gradient. It needs \
             no second derivatives and hardly more work for a step than gradient ascent, yet far fewer steps.",
        ),
        math: words(
            r"s_{k+1} = s_k + t_k\,B_k\nabla\log L(s_k), \qquad B_{k+1} = V_k^{\mathsf T} B_k V_k + \rho_k\,u_k u_k^{\mathsf T}, \quad V_k = I-\rho_k\,y_k u_k^{\mathsf T}, \quad u_k = s_{k+1}-s_k,\ y_k = \nabla\log L(s_k)-\nabla\log L(s_{k+1}),\ \rho_k = \frac1{y_k^{\mathsf T}u_k}",
        ),
        citation: words(
            "J. Nocedal, Updating quasi-Newton matrices with limited storage, Math. Comp. 35, 1980; D. C. Liu, J. Nocedal, On \
             the limited memory BFGS method for large scale optimization, Math. Programming 45, 1989.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one gradient for each length that is tried (one, nearly always), and 4 memory n multiplications"),
        limits: words(
            "The line search halves until Armijo's condition holds; steps along which the gradient did not fall are not \
             remembered. It breaks down where no length is good enough, which we saw at rounding level only.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    let mut objective = ranking.objective();
    let now = Point::start(objective.as_mut());
    let width = objective.shape().width;
    let lbfgs = Lbfgs {
        safe: 1.0 / objective.curvature_bound(),
        memory: SecantPairs::new(width, input.values.size("memory")),
        direction: vec![0.0; width],
        movement: vec![0.0; width],
        length: 0.0,
        trial: Point::start(objective.as_mut()),
        track: ChangeTracker::new(&now.at),
        now,
        objective,
    };
    Ok(ranking.stepper(lbfgs))
}

/// The iteration.
struct Lbfgs {
    objective: Box<dyn LogLikelihood>,
    /// The length 1/L that is right everywhere, for the first step.
    safe: f64,
    memory: SecantPairs,
    direction: Vec<f64>,
    movement: Vec<f64>,
    length: f64,
    now: Point,
    trial: Point,
    track: ChangeTracker,
}

impl Iteration for Lbfgs {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let rise = self.memory.aim(&self.now.slope, self.safe, &mut self.direction);
        let mut length = 1.0;
        loop {
            self.trial.climb(self.objective.as_mut(), &self.now, length, &self.direction, work);
            let after = length * dot(&self.trial.slope, &self.direction);
            if rises_enough(&self.now, &self.trial, PART, length * rise, after) {
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
            }
        }
        self.length = length;
        if self.trial.left_range() {
            return Outcome::Stop(Stop::Diverged);
        }
        self.memory.count(work);
        let Lbfgs { objective, memory, trial, now, movement, .. } = self;
        trial.movement(&objective.shape(), now, movement);
        memory.remember(|i| (movement[i], now.slope[i] - trial.slope[i]));
        std::mem::swap(&mut self.now, &mut self.trial);
        self.track.moved(&self.now.at);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.length]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        self.memory.save(out);
        out.real(self.length);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        self.memory.load(from);
        self.length = from.real();
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestRun, portable, synthetic};

    #[test]
    fn memory_saves_steps_and_the_likelihood_rises() {
        let set = portable().unwrap();
        let gradient = TestRun::new(&set, "ranking.gradient", &[]).unwrap().steps_until("gradient.rel", 1e-10, 3000);
        let mut run = TestRun::new(&set, "ranking.lbfgs", &[]).unwrap();
        let mut last = run.value("nll.gap");
        for _ in 0..20 {
            run.advance(1);
            assert!(run.value("nll.gap") < last || last < 1e-24);
            last = run.value("nll.gap");
        }
        let steps = run.steps_until("gradient.rel", 1e-10, 3000);
        assert!(2 * steps < gradient, "{steps} {gradient}");
    }

    #[test]
    fn it_ends_on_a_quadratic_in_as_many_steps_as_there_are_directions() {
        // Nearly equal players: almost quadratic, three directions (four items without their common level).
        let games = [(0, 1, 1000.0, false), (1, 0, 1001.0, false), (1, 2, 2000.0, false), (2, 1, 1999.0, false)];
        let games = [&games[..], &[(2, 3, 500.0, false), (3, 2, 501.0, false)]].concat();
        let set = crate::test_support::pairwise(4, &games, &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.lbfgs", &[("memory", 20.into())]).unwrap();
        let steps = run.steps_until("gradient.rel", 1e-11, 200);
        assert!(steps <= 12, "{steps}");
    }

    #[test]
    fn a_memory_of_one_still_gets_there() {
        let set = synthetic(&[("players", 10.into()), ("games", 500.into()), ("spread", 1.0.into())], 4).unwrap();
        let mut run = TestRun::new(&set, "ranking.lbfgs", &[("memory", 1.into())]).unwrap();
        assert!(run.steps_until("gradient.rel", 1e-12, 500) < 500);
    }
}
