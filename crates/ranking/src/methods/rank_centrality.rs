//! Rank Centrality: the stationary distribution of a walk by shares of wins, by power iteration or by
//! Arnoldi's process.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use super::PROBLEMS;
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::arnoldi::Arnoldi;
use crate::solvers::random_walk::{SMOOTHING, Walk};
use crate::solvers::{CHANGE, TOLERANCE};

const SOLVER: ParamInfo = ParamInfo::choice(
    "solver",
    "Solver",
    "Go step by step (power iteration), or find the best equilibrium among all mixtures of the last steps (Arnoldi's process: \
     Lanczos's for walks that are not reversible, as this one is only where the games fit the model).",
    &[("power", "power iteration"), ("arnoldi", "Arnoldi, restarted")],
    "power",
);
const MEMORY: ParamInfo =
    ParamInfo::int("memory", "Memory", "Steps that are mixed before Arnoldi's process starts anew.", [2, 40], 12)
        .when("solver", &["arnoldi"]);

const PARAMS: &[ParamInfo] = &[SOLVER, MEMORY, SMOOTHING, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[CHANGE, crate::solvers::random_walk::L1];

/// See [`MethodInfo::summary`].
pub static RANK_CENTRALITY: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.rank-centrality"),
        label: Str::Borrowed("Rank Centrality"),
        summary: words(
            "A walk that stands at an item, picks one of those it met, and goes there with the share of games that the other \
             won. Where it is found in the long run ranks the items. It solves another model: its distance to the \
             Bradley-Terry optimum does not go to zero.",
        ),
        math: words(
            r"\pi \leftarrow \pi P, \qquad P_{ij} = \frac{1}{d}\,\frac{a_{ji}+\varepsilon}{n_{ij}+2\varepsilon}\ \ (i \text{ met } j), \quad P_{ii} = 1 - \textstyle\sum_{j\ne i} P_{ij}, \qquad d = \text{most opponents of one item}",
        ),
        citation: words(
            "S. Negahban, S. Oh, D. Shah, Rank Centrality: ranking from pairwise comparisons, Operations Research 65, 2017 \
             (NIPS 2012); solver: G. H. Golub, C. Greif, An Arnoldi-type algorithm for computing PageRank, BIT 46, 2006.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one pass over the pairs, one multiplication for each side; Arnoldi's process adds up to 6 memory n operations",
        ),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero. A pair counts by its share \
             only, however many games it had; the prior of MAP is not used. Ties count as half a win to each, and the tie \
             strength is only read off their share. Without smoothing, items from which the walk never returns fall to \
             strength 0. It ends by its own tolerance. Arnoldi's mixtures may \
             have negative chances on the way, which are shown as the weakest strength.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let n = model.games.items;
    let most = (0..n).map(|i| model.games.of(i).len()).max().unwrap_or(1) as f64;
    let smoothing = input.values.real("smoothing");
    let shares = model.games.pairs.iter();
    let shares = shares.map(|p| (p.points() + smoothing) / (p.games() + 2.0 * smoothing) / most).collect();
    let arnoldi = (input.values.text("solver") == "arnoldi").then(|| Arnoldi::new(n, input.values.size("memory")));
    let walk = Walk::new(Rc::clone(&model), input.values.real("tolerance"));
    let method = RankCentrality { steps: Steps { shares, each: 1.0 / most, model }, arnoldi, walk };
    Ok(CpuStepper::boxed(method, ranking.referee()))
}

/// The walk's chances of going.
struct Steps {
    model: Rc<PairModel>,
    /// Chance of going from the second item of each pair to the first.
    shares: Vec<f64>,
    /// Chance of either way together.
    each: f64,
}

impl Steps {
    /// One step of the walk.
    fn go(&self, at: &[f64], next: &mut [f64]) {
        next.copy_from_slice(at);
        for (p, share) in self.model.games.pairs.iter().zip(&self.shares) {
            let (i, j) = (p.i as usize, p.j as usize);
            let flow = at[j] * share - at[i] * (self.each - share);
            next[i] += flow;
            next[j] -= flow;
        }
    }
}

/// The iteration.
struct RankCentrality {
    steps: Steps,
    arnoldi: Option<Arnoldi>,
    walk: Walk,
}

impl Iteration for RankCentrality {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Walk { at, next, .. } = &mut self.walk;
        match &mut self.arnoldi {
            None => {
                self.steps.go(at, next);
                self.walk.arrive(work)
            }
            Some(arnoldi) => {
                let moved = arnoldi.step(at, next, |x, y| self.steps.go(x, y), work);
                self.walk.land(moved, work)
            }
        }
    }

    fn iterate(&mut self) -> &Strengths {
        self.walk.view()
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "change of the walk", tolerance: Some(self.walk.tolerance()) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.walk.diagnostics());
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.walk.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.walk.save(out);
        if let Some(arnoldi) = &self.arnoldi {
            arnoldi.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.walk.load(from);
        if let Some(arnoldi) = &mut self.arnoldi {
            arnoldi.load(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Progress, Stop};

    use crate::test_support::{TestRun, choice, pairwise, portable, synthetic};

    #[test]
    fn its_walk_is_the_one_of_choix() {
        let set = portable().unwrap();
        let given = [("smoothing", 0.0.into()), ("tolerance", 1e-15.into())];
        let mut run = TestRun::new(&set, "ranking.rank-centrality", &given).unwrap();
        assert_eq!(run.stepper.advance(20_000), Ok(Progress::Stopped(Stop::Converged)));
        // choix 0.4.1, rank_centrality on the same games.
        let expected =
            [-1.3884191087548574, 0.03900395838635538, -0.13932951586700118, -2.647354557150403, -0.37522350096633106];
        for (s, expected) in run.strengths(&set).iter().zip(expected) {
            assert!((libm::log(*s) - expected).abs() < 1e-9, "{s} {expected}");
        }
    }

    #[test]
    fn both_solvers_find_the_same_and_arnoldi_in_fewer_steps() {
        let given = [("players", 40.into()), ("games", 20_000.into()), choice("pairing", "neighbours")];
        let set = synthetic(&given, 3).unwrap();
        let solve = |solver: &str, memory: i64| {
            let given = [choice("solver", solver), ("memory", memory.into()), ("tolerance", 1e-13.into())];
            let mut run = TestRun::new(&set, "ranking.rank-centrality", &given).unwrap();
            assert_eq!(run.stepper.advance(200_000), Ok(Progress::Stopped(Stop::Converged)), "{solver} {memory}");
            (run.stepper.steps(), run.strengths(&set))
        };
        let (steps, expected) = solve("power", 12);
        for (memory, factor) in [(12, 4), (40, 20)] {
            let (fewer, found) = solve("arnoldi", memory);
            assert!(factor * fewer < steps, "{memory}: {fewer} {steps}");
            // A slow walk hides its distance: the tolerance is of one step.
            assert!(found.iter().zip(&expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-6), "{found:?} {expected:?}");
        }
    }

    #[test]
    fn arnoldi_ends_at_once_where_there_are_two() {
        let set = pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[]).unwrap();
        let given = [choice("solver", "arnoldi"), ("smoothing", 0.0.into()), ("tolerance", 1e-14.into())];
        let mut run = TestRun::new(&set, "ranking.rank-centrality", &given).unwrap();
        assert_eq!(run.stepper.advance(5), Ok(Progress::Stopped(Stop::Converged)));
        assert!(run.stepper.steps() <= 2);
        let s = run.strengths(&set);
        assert!((s[0] / s[1] - 3.0).abs() < 1e-13);
    }

    #[test]
    fn where_all_games_fit_the_model_exactly_it_finds_the_strengths() {
        let games = [(0, 1, 2.0), (1, 0, 1.0), (1, 2, 3.0), (2, 1, 1.0), (0, 2, 6.0), (2, 0, 1.0)];
        let set = pairwise(3, &games.map(|(a, b, c)| (a, b, c, false)), &[]).unwrap();
        let given = [("smoothing", 0.0.into()), ("tolerance", 1e-16.into())];
        let mut run = TestRun::new(&set, "ranking.rank-centrality", &given).unwrap();
        run.advance(2000);
        let s = run.strengths(&set);
        assert!((s[0] / s[1] - 2.0).abs() < 1e-12 && (s[1] / s[2] - 3.0).abs() < 1e-12, "{s:?}");
    }
}
