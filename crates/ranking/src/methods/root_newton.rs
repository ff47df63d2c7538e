//! Damped Newton steps whose length follows from the local norm of the gradient.

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
use crate::solvers::ascent::{ChangeTracker, Point, at_rounding, rises_enough};
use crate::solvers::conjugate_gradients::NewtonSystem;

const RULE: ParamInfo = ParamInfo::choice(
    "rule",
    "Step rule",
    "UN finds its constant by itself; RN needs a bound M on the third (q = 3) or fourth (q = 4) derivative; GRLS searches for the \
     length with the largest rise for what is left of the gradient.",
    &[("un", "UN: universal"), ("rn-3", "RN, q = 3"), ("rn-4", "RN, q = 4"), ("grls", "GRLS: search")],
    "un",
);
const BETA: ParamInfo =
    ParamInfo::real("beta", "β", "Exponent of the universal rule.", [2.0 / 3.0, 1.0], 2.0 / 3.0).when("rule", &["un"]);
const CONSTANT: ParamInfo = ParamInfo::real(
    "constant",
    "M",
    "Constant of the rules RN, for the negative log-likelihood per game. Too small a constant costs repeated halving.",
    [1e-6, 1e6],
    1.0,
)
.log()
.live()
.when("rule", &["rn-3", "rn-4"]);

/// Relative residual of the inner systems.
const INNER: f64 = 1e-10;
/// The most trials of a step.
const MOST: u32 = 60;
/// Sections of GRLS: the length is found to 1/1000.
const SECTIONS: u32 = 14;
/// The golden section.
const GOLDEN: f64 = 0.618033988749895;

const PARAMS: &[ParamInfo] = &[RULE, BETA, CONSTANT];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "root-newton.gamma",
        "local norm",
        "Norm of the gradient per game in the metric of the inverse Hessian.",
    ),
    SeriesInfo::new("root-newton.length", "step length", "Part of the Newton direction that was taken.").linear(),
    SeriesInfo::new("root-newton.trials", "trials", "Lengths that the last step tried.").linear(),
];

/// See [`MethodInfo::summary`].
pub static ROOT_NEWTON: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.root-newton"),
        label: Str::Borrowed("Root Newton"),
        summary: words(
            "Newton's direction with an explicit length: short where the gradient is large in the metric of the Hessian, whole \
             in the end. No line search along the likelihood, and the same steps in whatever units the strengths are written. \
             The gap falls at least like 1/k^3.",
        ),
        math: words(
            r"s \leftarrow s + \frac{1}{1+\theta}\,H^{-1}\nabla\log L, \quad \gamma = \sqrt{\tfrac1N\langle \nabla\log L, H^{-1}\nabla\log L\rangle}, \qquad \text{RN: } \theta = (9M)^{\frac1{q-1}}\gamma^{\frac{q-2}{q-1}}, \qquad \text{UN: } \theta = \sigma 2^j \gamma^\beta,\ \text{least } j \text{ with } \langle g_+, n\rangle \ge \frac{1+\theta}{2\theta}\,\|g_+\|^2_{H^{-1}}, \qquad \text{GRLS: } \alpha = \operatorname*{arg\,max}_{0\le\alpha\le1} \frac{\log L(s+\alpha n) - \log L(s)}{\|\nabla\log L(s+\alpha n)\|^2_{H^{-1}}}",
        ),
        citation: words(
            "S. Hanzely, F. Abdukhakimov, M. Takac, Newton method revisited: global convergence rates up to O(k^-3) for stepsize \
             schedules and linesearch procedures, arXiv 2405.18926, 2024.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one Hessian, one system by conjugate gradients, and for each trial one gradient; the universal rule and GRLS solve \
             one more system for each trial",
        ),
        limits: words(
            "The rules of the paper leave RN without a remedy where M is too small: here its length is halved until the \
             likelihood does not fall. On this likelihood plain Newton steps are good from the start, so the rules cost steps \
             rather than save them; they matter from starts far away. The search of GRLS is by \
             golden section in a fixed number of trials, and ends with whole steps once the rise drowns in rounding.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Universal,
    Third,
    Fourth,
    Greedy,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    let mut objective = ranking.objective();
    let hessian = objective.curvature();
    let now = Point::start(objective.as_mut());
    let newton = RootNewton {
        rule: match input.values.text("rule") {
            "un" => Rule::Universal,
            "rn-3" => Rule::Third,
            "grls" => Rule::Greedy,
            _ => Rule::Fourth,
        },
        beta: input.values.real("beta"),
        constant: input.values.real("constant"),
        sigma: 1.0,
        gamma: 0.0,
        length: 0.0,
        trials: 0,
        trial: Point::start(objective.as_mut()),
        solver: NewtonSystem::new(hessian.as_ref()),
        check: NewtonSystem::new(hessian.as_ref()),
        hessian,
        track: ChangeTracker::new(&now.at),
        now,
        objective,
    };
    Ok(ranking.stepper(newton))
}

/// The iteration.
struct RootNewton {
    objective: Box<dyn LogLikelihood>,
    rule: Rule,
    beta: f64,
    constant: f64,
    /// Constant that the universal rule starts its next search from.
    sigma: f64,
    gamma: f64,
    length: f64,
    trials: u32,
    now: Point,
    trial: Point,
    hessian: Box<dyn Curvature>,
    solver: NewtonSystem,
    /// For the norm of the new gradient in the old metric.
    check: NewtonSystem,
    track: ChangeTracker,
}

impl RootNewton {
    /// The length between 0 and 1 with the largest rise over the square of the new gradient's norm, by golden section; the
    /// trial is left there.
    fn section(&mut self, work: &mut Work) {
        let rise = self.gamma * self.gamma * self.objective.shape().total;
        (self.length, self.trials) = (1.0, 1);
        let whole = self.worth(1.0, work);
        if rise <= 1e-10 * self.now.value.abs() || whole == f64::INFINITY {
            return;
        }
        let mut best = (1.0, whole);
        let (mut low, mut high) = (0.0, 1.0);
        let (mut a, mut b) = (1.0 - GOLDEN, GOLDEN);
        let (mut at_a, mut at_b) = (self.worth(a, work), self.worth(b, work));
        for _ in 0..SECTIONS {
            for (length, worth) in [(a, at_a), (b, at_b)] {
                if worth > best.1 {
                    best = (length, worth);
                }
            }
            if at_a > at_b {
                (high, b, at_b) = (b, a, at_a);
                a = high - GOLDEN * (high - low);
                at_a = self.worth(a, work);
            } else {
                (low, a, at_a) = (a, b, at_b);
                b = low + GOLDEN * (high - low);
                at_b = self.worth(b, work);
            }
        }
        (self.length, self.trials) = (best.0, SECTIONS + 3);
        self.trial.climb(self.objective.as_mut(), &self.now, best.0, self.solver.direction(), work);
    }

    /// The rise at a length over the square of the gradient's norm there, in the present metric; infinite where rounding is
    /// all that is left of the gradient.
    fn worth(&mut self, length: f64, work: &mut Work) -> f64 {
        let RootNewton { objective, now, trial, hessian, solver, check, .. } = self;
        trial.climb(objective.as_mut(), now, length, solver.direction(), work);
        if !trial.value.is_finite() {
            return f64::NEG_INFINITY;
        }
        if at_rounding(objective.as_ref(), &trial.slope) {
            return f64::INFINITY;
        }
        check.solve(hessian.as_mut(), 0.0, &trial.slope, INNER, work);
        let square = dot(&trial.slope[..hessian.diagonal().len()], check.direction());
        (trial.value - now.value) / square.max(f64::MIN_POSITIVE)
    }

    /// Tries lengths until one is good; false where none is.
    fn search(&mut self, work: &mut Work) -> bool {
        if self.rule == Rule::Greedy {
            self.section(work);
            return self.trial.value.is_finite();
        }
        let RootNewton { objective, now, trial, hessian, solver, check, .. } = self;
        let order = hessian.diagonal().len();
        let mut theta = match self.rule {
            Rule::Universal => self.sigma * libm::pow(self.gamma, self.beta),
            Rule::Third => 3.0 * (self.constant * self.gamma).sqrt(),
            _ => libm::cbrt(9.0 * self.constant * self.gamma * self.gamma),
        };
        let rise = dot(&now.slope[..order], solver.direction());
        let mut least = 1.0;
        for trials in 1..=MOST {
            let length = least / (1.0 + theta);
            (self.length, self.trials) = (length, trials);
            trial.climb(objective.as_mut(), now, length, solver.direction(), work);
            let ahead = dot(&trial.slope[..order], solver.direction());
            if self.rule != Rule::Universal {
                if rises_enough(now, trial, 0.0, length * rise, length * ahead) {
                    return true;
                }
                least *= 0.5;
                continue;
            }
            if trial.value.is_finite() {
                check.solve(hessian.as_mut(), 0.0, &trial.slope, INNER, work);
                let square = dot(&trial.slope[..order], check.direction());
                if ahead >= square * (1.0 + theta) / (2.0 * theta) || at_rounding(objective.as_ref(), &trial.slope) {
                    // As many doublings as there were, less one.
                    self.sigma *= libm::exp2(f64::from(trials) - 2.0);
                    return true;
                }
            }
            theta *= 2.0;
        }
        false
    }
}

impl Iteration for RootNewton {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let RootNewton { objective, now, hessian, solver, .. } = self;
        hessian.assemble(&now.at);
        hessian.count_assembly(work);
        solver.solve(hessian.as_mut(), 0.0, &now.slope, INNER, work);
        let rise = dot(&now.slope[..hessian.diagonal().len()], solver.direction());
        self.gamma = (rise.max(0.0) / objective.shape().total).sqrt();
        if norm2(solver.direction()) == 0.0 {
            return Outcome::Stop(Stop::Converged);
        }
        if !self.search(work) {
            return Outcome::Stop(Stop::Breakdown(Breakdown::LineSearch));
        }
        if self.trial.left_range() {
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
        out.copy_from_slice(&[self.track.change, self.gamma, self.length, f64::from(self.trials)]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "constant" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.constant = CONSTANT.check(value)?.as_real().unwrap_or(self.constant);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        for x in [self.constant, self.sigma, self.gamma, self.length, f64::from(self.trials)] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        self.constant = from.real();
        self.sigma = from.real();
        self.gamma = from.real();
        self.length = from.real();
        self.trials = from.real() as u32;
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestRun, choice, portable, synthetic};

    #[test]
    fn every_rule_ends_with_whole_steps_at_the_optimum() {
        let set = portable().unwrap();
        for rule in ["un", "rn-3", "rn-4", "grls"] {
            let mut run = TestRun::new(&set, "ranking.root-newton", &[choice("rule", rule)]).unwrap();
            run.advance(1);
            let first = run.value("root-newton.length");
            assert!(run.steps_until("gradient.rel", 1e-12, 300) < 300, "{rule}");
            let last = run.value("root-newton.length");
            // From equal strengths the search takes whole steps here.
            assert!((first < last || rule == "grls") && last > 0.99, "{rule}: {first} {last}");
        }
    }

    #[test]
    fn the_search_does_no_worse_than_a_rule() {
        let given = [("players", 20.into()), ("games", 20_000.into()), ("spread", 2.0.into())];
        let set = synthetic(&given, 1).unwrap();
        let mut grls = TestRun::new(&set, "ranking.root-newton", &[choice("rule", "grls")]).unwrap();
        let mut other = TestRun::new(&set, "ranking.root-newton", &[choice("rule", "rn-4")]).unwrap();
        grls.advance(1);
        other.advance(1);
        assert!(grls.value("nll") < other.value("nll"));
        assert!(grls.steps_until("gradient.rel", 1e-12, 50) <= other.steps_until("gradient.rel", 1e-12, 50));
    }

    #[test]
    fn the_search_goes_where_the_independent_program_goes() {
        // tests/oracles/grls.py: the likelihoods after each step; from equal strengths the best length is a whole step.
        let games = [
            (0, 1, 98.0, false),
            (0, 2, 3.0, false),
            (0, 3, 1.0, false),
            (0, 4, 100.0, false),
            (1, 0, 2.0, false),
            (1, 2, 96.0, false),
            (2, 1, 4.0, false),
            (2, 3, 72.0, false),
            (3, 0, 99.0, false),
            (3, 1, 1.0, false),
            (3, 2, 28.0, false),
            (4, 1, 1.0, false),
            (4, 2, 10.0, false),
            (4, 3, 10.0, false),
        ];
        let set = crate::test_support::pairwise(5, &games, &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.root-newton", &[choice("rule", "grls")]).unwrap();
        for nll in [0.6100404674458853, 0.6086156384750824, 0.6086077960156473, 0.6086077956435009] {
            run.advance(1);
            assert!((run.value("nll") - nll).abs() < 1e-9, "{} {nll}", run.value("nll"));
            assert!(run.value("root-newton.length") > 0.999);
        }
    }

    #[test]
    fn the_gap_falls_faster_than_the_third_power() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.root-newton", &[choice("rule", "rn-4")]).unwrap();
        run.advance(3);
        let early = run.value("nll.gap");
        run.advance(9);
        // Four times as many steps.
        assert!(run.value("nll.gap") < early / 64.0);
    }

    #[test]
    fn the_directions_do_not_depend_on_how_often_every_game_was_played() {
        // Per game the likelihood is the same, so all steps are.
        let games = [(0, 1, 3.0, false), (1, 0, 1.0, false), (1, 2, 2.0, false), (2, 0, 1.0, false)];
        let tenfold = games.map(|(a, b, c, t)| (a, b, 10.0 * c, t));
        let run = |games: &[(u32, u32, f64, bool)]| {
            let set = crate::test_support::pairwise(3, games, &[]).unwrap();
            let mut run = TestRun::new(&set, "ranking.root-newton", &[]).unwrap();
            run.advance(4);
            run.strengths(&set)
        };
        for (a, b) in run(&games).iter().zip(run(&tenfold)) {
            assert!((a / b - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn too_small_a_constant_is_made_up_for_by_halving() {
        let given = [("players", 20.into()), ("games", 20_000.into()), ("spread", 2.0.into())];
        let set = synthetic(&given, 1).unwrap();
        let tiny = [choice("rule", "rn-4"), ("constant", 1e-6.into())];
        let mut run = TestRun::new(&set, "ranking.root-newton", &tiny).unwrap();
        let mut last = run.value("nll");
        for _ in 0..15 {
            run.advance(1);
            assert!(run.value("nll") <= last + 1e-14);
            last = run.value("nll");
        }
    }
}
