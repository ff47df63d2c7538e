//! Newton's method with an old Hessian, renewed every few steps only.

use iterscope_core::{
    Backend, Breakdown, BuildError, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::reduce::{dot, norm2};

use super::PAIRS_AND_ORDERS;
use crate::instance::RankingInstance;
use crate::model::Strengths;
use crate::model::objective::{Curvature, LogLikelihood};
use crate::solvers::CHANGE;
use crate::solvers::ascent::{ChangeTracker, Point, at_rounding};
use crate::solvers::conjugate_gradients::NewtonSystem;

const EVERY: ParamInfo = ParamInfo::int(
    "every",
    "Renew every",
    "Number of steps that use the same Hessian; 1 renews it at every step.",
    [1, 1000],
    5,
)
.log()
.live();

/// Relative residual of the inner systems.
const INNER: f64 = 1e-10;
/// The most trials of a step.
const MOST: u32 = 60;

const PARAMS: &[ParamInfo] = &[EVERY];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new("lazy-newton.hessians", "Hessians", "Hessians evaluated so far.").linear(),
    SeriesInfo::new(
        "lazy-newton.shift",
        "shift",
        "Number added to the diagonal of the Hessian of the likelihood per game.",
    ),
];

/// See [`MethodInfo::summary`].
pub static LAZY_NEWTON: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.lazy-newton"),
        label: Str::Borrowed("Lazy Newton"),
        summary: words(
            "Newton steps with the Hessian of an earlier iterate, shifted in proportion to the root of the gradient, which keeps \
             them safe from any start. Renewing the Hessian rarely costs steps and saves Hessians; where a Hessian is as expensive \
             as many gradients, that is a gain.",
        ),
        math: words(
            r"s_{k+1} = s_k + \left(H(z_k)+\lambda_k I\right)^{-1}\nabla\tfrac1N\log L(s_k), \quad z_k = s_{m\lfloor k/m\rfloor}, \quad \lambda_k = \sqrt{M_k\,\|g_k\|}; \qquad \text{accepted if } \langle g_{k+1}, s_k - s_{k+1}\rangle \ge \frac{\|g_{k+1}\|^2}{4\lambda_k},\ M \leftarrow M/4, \text{ else } M \leftarrow 4M",
        ),
        citation: words(
            "N. Doikov, E. M. Chayti, M. Jaggi, Second-order optimization with lazy Hessians, ICML 2023; the search for the \
             constant: N. Doikov, K. Mishchenko, Y. Nesterov, Super-universal regularized Newton method, SIAM J. Optim. 34, 2024.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one system by conjugate gradients and one gradient for each trial; every m-th step, one Hessian"),
        limits: words(
            "Our Hessian is sparse and no more expensive than a gradient, and the systems cost the same whether it is old or new, so \
             here laziness saves little: the saving that the paper proves is for dense Hessians that are factorised once.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    let mut objective = ranking.objective();
    let hessian = objective.curvature();
    let now = Point::start(objective.as_mut());
    let newton = LazyNewton {
        every: input.values.size("every") as u64,
        age: 0,
        hessians: 0,
        constant: 1.0,
        shift: 0.0,
        snapshot: now.at.clone(),
        trial: Point::start(objective.as_mut()),
        solver: NewtonSystem::new(hessian.as_ref()),
        hessian,
        track: ChangeTracker::new(&now.at),
        now,
        objective,
    };
    Ok(ranking.stepper(newton))
}

/// The iteration.
struct LazyNewton {
    objective: Box<dyn LogLikelihood>,
    every: u64,
    /// Steps that the Hessian has served.
    age: u64,
    hessians: u64,
    /// M of the shift, for the likelihood per game.
    constant: f64,
    shift: f64,
    /// Where the Hessian was evaluated.
    snapshot: Strengths,
    now: Point,
    trial: Point,
    hessian: Box<dyn Curvature>,
    solver: NewtonSystem,
    track: ChangeTracker,
}

impl Iteration for LazyNewton {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let LazyNewton { objective, now, trial, hessian, solver, .. } = self;
        if self.age >= self.every || self.hessians == 0 {
            self.snapshot.copy(&now.at);
            hessian.assemble(&self.snapshot);
            hessian.count_assembly(work);
            (self.age, self.hessians) = (0, self.hessians + 1);
        }
        self.age += 1;
        let games = objective.shape().total;
        let order = hessian.diagonal().len();
        let size = norm2(&now.slope) / games;
        for trials in 1.. {
            self.shift = (self.constant * size).sqrt();
            solver.solve(hessian.as_mut(), self.shift * games, &now.slope, INNER, work);
            trial.climb(objective.as_mut(), now, 1.0, solver.direction(), work);
            let ahead = dot(&trial.slope[..order], solver.direction()) / games;
            let rest = norm2(&trial.slope) / games;
            if ahead * 4.0 * self.shift >= rest * rest || at_rounding(objective.as_ref(), &trial.slope) {
                break;
            }
            if trials == MOST {
                return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
            }
            self.constant *= 4.0;
        }
        self.constant = (0.25 * self.constant).max(f64::MIN_POSITIVE);
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
        out.copy_from_slice(&[self.track.change, self.hessians as f64, self.shift]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "every" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.every = EVERY.check(value)?.as_int().map_or(self.every, |m| m as u64);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        out.slice(&self.snapshot.log);
        out.slice(&self.snapshot.extra);
        for x in [self.snapshot.nu, self.constant, self.shift] {
            out.real(x);
        }
        for x in [self.every, self.age, self.hessians] {
            out.bits(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        from.slice(&mut self.snapshot.log);
        from.slice(&mut self.snapshot.extra);
        self.snapshot.nu = from.real();
        self.constant = from.real();
        self.shift = from.real();
        self.every = from.bits();
        self.age = from.bits();
        self.hessians = from.bits();
        self.hessian.assemble(&self.snapshot);
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestRun, portable};

    #[test]
    fn lazier_takes_more_steps_and_fewer_hessians() {
        let set = portable().unwrap();
        let (mut steps, mut hessians) = (Vec::new(), Vec::new());
        for every in [1, 2, 5, 50] {
            let mut run = TestRun::new(&set, "ranking.lazy-newton", &[("every", every.into())]).unwrap();
            steps.push(run.steps_until("gradient.rel", 1e-12, 500));
            hessians.push(run.value("lazy-newton.hessians"));
            assert_eq!(hessians.last().unwrap(), &(steps.last().unwrap().div_ceil(every as u64) as f64));
        }
        assert!(steps.is_sorted() && hessians.is_sorted_by(|a, b| a >= b), "{steps:?} {hessians:?}");
        assert!(hessians[3] < hessians[0] && steps[3] < 500);
    }

    #[test]
    fn a_far_start_is_no_danger() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.lazy-newton", &[]).unwrap();
        let mut start = run.stepper.save().unwrap();
        let iterscope_core::State::Full(numbers) = &mut start.state else { panic!("a full state") };
        for (i, s) in numbers[..40].iter_mut().enumerate() {
            *s = if i % 2 == 0 { 6.0 } else { -6.0 };
        }
        run.stepper.load(&start).unwrap();
        assert!(run.steps_until("gradient.rel", 1e-12, 500) < 500);
    }
}
