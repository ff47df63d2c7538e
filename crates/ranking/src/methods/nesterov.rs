//! Nesterov's accelerated gradient method with adaptive restart.

use iterscope_core::{
    Backend, BuildError, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo, StateReader,
    StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::reduce::dot;

use super::PAIRS_AND_ORDERS;
use crate::instance::RankingInstance;
use crate::model::Strengths;
use crate::model::objective::LogLikelihood;
use crate::solvers::CHANGE;
use crate::solvers::ascent::{ChangeTracker, Point, rises_enough};

const RESTART: ParamInfo = ParamInfo::choice(
    "restart",
    "Restart",
    "Drop the momentum when the step points against the gradient, when the likelihood fell, or never.",
    &[("gradient", "by the gradient"), ("value", "by the likelihood"), ("none", "never")],
    "gradient",
)
.live();

/// How much longer a step is tried than the last one was.
const GROWTH: f64 = 1.25;

const PARAMS: &[ParamInfo] = &[RESTART];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new("momentum", "momentum", "Weight of the last movement in the point that the step starts from.")
        .linear(),
];

/// See [`MethodInfo::summary`].
pub static NESTEROV: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.nesterov"),
        label: Str::Borrowed("Nesterov"),
        summary: words(
            "Gradient steps from a point ahead of the iterate. The number of steps grows with the root of the condition number \
             instead of the number itself. Momentum that outlives its use makes the likelihood ripple; restarting removes \
             the ripples.",
        ),
        math: words(
            r"y_k = s_k + \frac{\theta_{k-1}-1}{\theta_k}(s_k - s_{k-1}), \quad s_{k+1} = y_k + t_k\,\nabla\log L(y_k), \quad \theta_{k+1} = \tfrac12\left(1+\sqrt{1+4\theta_k^2}\right); \quad \theta \leftarrow 1 \text{ if } \langle\nabla\log L(y_k),\, s_{k+1}-s_k\rangle < 0",
        ),
        citation: words(
            "Y. Nesterov, A method of solving a convex programming problem with convergence rate O(1/k^2), Soviet Math. \
             Dokl. 27, 1983; restart: B. O'Donoghue, E. Candes, Adaptive restart for accelerated gradient schemes, Found. \
             Comput. Math. 15, 2015.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("two gradients, one more for each length that was too long"),
        limits: words(
            "The likelihood need not rise at every step. Steps may grow again by a quarter, which the proof of the rate does \
             not cover; without restart the last digits come slowly.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Restart {
    Gradient,
    Value,
    Never,
}

fn restart(text: &str) -> Restart {
    match text {
        "gradient" => Restart::Gradient,
        "value" => Restart::Value,
        _ => Restart::Never,
    }
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    let mut objective = ranking.objective();
    let now = Point::start(objective.as_mut());
    let safe = 1.0 / objective.curvature_bound();
    let nesterov = Nesterov {
        restart: restart(input.values.text("restart")),
        safe,
        length: safe,
        theta: 1.0,
        momentum: 0.0,
        ahead: Point::start(objective.as_mut()),
        trial: Point::start(objective.as_mut()),
        movement: vec![0.0; objective.shape().width],
        track: ChangeTracker::new(&now.at),
        now,
        objective,
    };
    Ok(ranking.stepper(nesterov))
}

/// The iteration.
struct Nesterov {
    objective: Box<dyn LogLikelihood>,
    restart: Restart,
    /// The length 1/L that is right everywhere.
    safe: f64,
    length: f64,
    theta: f64,
    momentum: f64,
    now: Point,
    ahead: Point,
    trial: Point,
    /// The last movement of the iterate.
    movement: Vec<f64>,
    track: ChangeTracker,
}

impl Iteration for Nesterov {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Nesterov { objective, now, ahead, trial, movement, .. } = self;
        let theta = 0.5 * (1.0 + (1.0 + 4.0 * self.theta * self.theta).sqrt());
        self.momentum = (self.theta - 1.0) / theta;
        self.theta = theta;
        ahead.climb(objective.as_mut(), now, self.momentum, movement, work);
        let square = dot(&ahead.slope, &ahead.slope);
        let mut length = GROWTH * self.length;
        loop {
            trial.climb(objective.as_mut(), ahead, length, &ahead.slope, work);
            let after = length * dot(&trial.slope, &ahead.slope);
            if length <= self.safe || rises_enough(ahead, trial, 0.5, length * square, after) {
                break;
            }
            length = (0.5 * length).max(self.safe);
        }
        self.length = length;
        if trial.left_range() {
            return Outcome::Stop(Stop::Diverged);
        }
        trial.movement(&objective.shape(), now, movement);
        let fresh = match self.restart {
            Restart::Gradient => dot(&ahead.slope, movement) < 0.0,
            Restart::Value => trial.value < now.value,
            Restart::Never => false,
        };
        if fresh {
            self.theta = 1.0;
        }
        work.flops += 8 * movement.len() as u64;
        std::mem::swap(&mut self.now, &mut self.trial);
        self.track.moved(&self.now.at);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.momentum]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "restart" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.restart = restart(RESTART.check(value)?.as_text().unwrap_or_default());
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        out.slice(&self.movement);
        for x in [self.length, self.theta, self.momentum, f64::from(self.restart as u8)] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        from.slice(&mut self.movement);
        self.length = from.real();
        self.theta = from.real();
        self.momentum = from.real();
        self.restart = match from.real() as u8 {
            0 => Restart::Gradient,
            1 => Restart::Value,
            _ => Restart::Never,
        };
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::Value;

    use crate::test_support::{TestRun, choice, synthetic};

    #[test]
    fn acceleration_and_restarts_save_steps_on_a_ladder() {
        let given =
            [("players", 12.into()), ("games", 5000.into()), ("spread", 1.0.into()), choice("pairing", "neighbours")];
        let set = synthetic(&given, 2).unwrap();
        let steps =
            |id: &str, given: &[_]| TestRun::new(&set, id, given).unwrap().steps_until("gradient.rel", 1e-10, 20_000);
        let plain = steps("ranking.gradient", &[]);
        let by_gradient = steps("ranking.nesterov", &[]);
        let by_value = steps("ranking.nesterov", &[choice("restart", "value")]);
        let never = steps("ranking.nesterov", &[choice("restart", "none")]);
        assert!(3 * by_gradient < plain, "{by_gradient} {plain}");
        assert!(by_gradient < never && by_value < never, "{by_gradient} {by_value} {never}");
    }

    #[test]
    fn the_restart_rule_can_change_while_running() {
        let set = synthetic(&[("players", 8.into()), ("games", 400.into())], 1).unwrap();
        let mut run = TestRun::new(&set, "ranking.nesterov", &[choice("restart", "none")]).unwrap();
        run.advance(10);
        assert!(run.value("momentum") > 0.5);
        run.stepper.set("restart", &Value::from("gradient")).unwrap();
        assert!(run.steps_until("gradient.rel", 1e-12, 500) < 500);
    }
}
