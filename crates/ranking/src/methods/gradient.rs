//! Steepest ascent of the log-likelihood in the log-strengths.

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

const LENGTH: ParamInfo = ParamInfo::choice(
    "length",
    "Step length",
    "Try twice the last length and halve until Armijo's condition holds, or always take 1/L with L the bound that holds \
     everywhere: half of the most games of one item, or of the choices that it was up for.",
    &[("backtracking", "backtracking"), ("fixed", "fixed: 1/L")],
    "backtracking",
)
.live();

const PARAMS: &[ParamInfo] = &[LENGTH];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "step.times.l",
        "step length t L",
        "Length of the last step in units of 1/L, L being the bound on the curvature that holds everywhere.",
    ),
];

/// See [`MethodInfo::summary`].
pub static GRADIENT: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.gradient"),
        label: Str::Borrowed("Gradient ascent"),
        summary: words(
            "Each log-strength moves in proportion to the wins beyond expectation. All items share one step length, which the \
             item with the most games keeps short: the baseline that the other methods improve on.",
        ),
        math: words(
            r"s \leftarrow s + t\,\nabla\log L(s), \qquad \partial_i \log L = \textstyle\sum_j \left(a_{ij} - n_{ij}\,p_{ij}\right), \qquad t = \tfrac1L,\ L = \tfrac12 \max_i n_i, \ \text{or by backtracking}",
        ),
        citation: words(
            "A.-L. Cauchy, Comptes Rendus 25, 1847; L. Armijo, Minimization of functions having Lipschitz continuous first \
             partial derivatives, Pacific J. Math. 16, 1966.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one gradient (a pass over the pairs) for each length that is tried: one, mostly two"),
        limits: words(
            "Slow where numbers of games differ much between items, and where groups of items are joined by few games. What \
             all games share (a tie strength, an advantage, coefficients) forces the shortest steps of all when they are fixed.",
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
    let safe = 1.0 / objective.curvature_bound();
    let gradient = Gradient {
        fixed: input.values.text("length") == "fixed",
        safe,
        length: safe,
        trial: Point::start(objective.as_mut()),
        track: ChangeTracker::new(&now.at),
        now,
        objective,
    };
    Ok(ranking.stepper(gradient))
}

/// The iteration.
struct Gradient {
    objective: Box<dyn LogLikelihood>,
    fixed: bool,
    /// The length 1/L that is right everywhere.
    safe: f64,
    length: f64,
    now: Point,
    trial: Point,
    track: ChangeTracker,
}

impl Iteration for Gradient {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Gradient { objective, now, trial, .. } = self;
        let square = dot(&now.slope, &now.slope);
        let mut length = if self.fixed { self.safe } else { 2.0 * self.length };
        loop {
            trial.climb(objective.as_mut(), now, length, &now.slope, work);
            let after = length * dot(&trial.slope, &now.slope);
            if length <= self.safe || rises_enough(now, trial, 0.5, length * square, after) {
                break;
            }
            length *= 0.5;
        }
        self.length = length;
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
        out.copy_from_slice(&[self.track.change, self.length / self.safe]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "length" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.fixed = LENGTH.check(value)?.as_text() == Some("fixed");
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        out.real(self.length);
        out.real(f64::from(self.fixed));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        self.length = from.real();
        self.fixed = from.real() != 0.0;
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestRun, choice, portable};

    #[test]
    fn the_likelihood_rises_at_every_step_and_backtracking_saves_steps() {
        let set = portable().unwrap();
        let mut needed = Vec::new();
        for length in ["fixed", "backtracking"] {
            let mut run = TestRun::new(&set, "ranking.gradient", &[choice("length", length)]).unwrap();
            let mut last = run.value("nll.gap");
            for step in 0..40 {
                run.advance(1);
                let now = run.value("nll.gap");
                assert!(now < last || now < 1e-24, "{length} {step}: {last:e} to {now:e}");
                last = now;
            }
            needed.push(run.steps_until("gradient.rel", 1e-10, 3000));
        }
        assert!(needed[1] < needed[0], "{needed:?}");
    }

    #[test]
    fn no_step_of_two_players_exceeds_what_the_curvature_allows() {
        // Two players: the curvature along the difference is at most L, so steps up to 2/L are right at equal strengths.
        let set = crate::test_support::pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.gradient", &[choice("length", "fixed")]).unwrap();
        run.advance(1);
        assert_eq!(run.value("step.times.l"), 1.0);
        // Gradient (1, -1) at L = 2: s = (1/2, -1/2).
        let s = run.strengths(&set);
        assert!((s[0] - libm::exp(0.5)).abs() < 1e-15);
    }
}
