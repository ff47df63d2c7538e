//! Rank Centrality: the stationary distribution of a walk by shares of wins, by power iteration.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Str, Value, Work,
};

use super::point::Track;
use super::walk::{SMOOTHING, Walk};
use super::{CHANGE, PROBLEMS, TOLERANCE, share_nu, tolerance};
use crate::instance::Ranking;
use crate::model::{Model, Strengths};

const PARAMS: &[ParamInfo] = &[SMOOTHING, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[CHANGE, super::walk::L1];

/// See [`MethodInfo::summary`].
pub static RANK_CENTRALITY: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.rank-centrality"),
        label: Str::Borrowed("Rank Centrality"),
        summary: Str::Borrowed(
            "A walk that stands at an item, picks one of those it met, and goes there with the share of games that the other \
             won. Where it is found in the long run ranks the items. It solves another model: its distance to the \
             Bradley-Terry optimum does not go to zero.",
        ),
        math: Str::Borrowed(
            r"\pi \leftarrow \pi P, \qquad P_{ij} = \frac{1}{d}\,\frac{a_{ji}+\varepsilon}{n_{ij}+2\varepsilon}\ \ (i \text{ met } j), \quad P_{ii} = 1 - \textstyle\sum_{j\ne i} P_{ij}, \qquad d = \text{most opponents of one item}",
        ),
        citation: Str::Borrowed(
            "S. Negahban, S. Oh, D. Shah, Rank Centrality: ranking from pairwise comparisons, Operations Research 65, 2017 \
             (NIPS 2012).",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed("one pass over the pairs, one multiplication for each side"),
        limits: Str::Borrowed(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero. A pair counts by its share \
             only, however many games it had; the prior of MAP is not used. Ties count as half a win to each, and the tie \
             strength is only read off their share. Without smoothing, items from which the walk never returns fall to \
             strength 0. It ends by its own tolerance.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<Ranking>()?;
    let model = ranking.model();
    let n = model.games.items;
    let most = (0..n).map(|i| model.games.of(i).len()).max().unwrap_or(1) as f64;
    let smoothing = input.values.real("smoothing");
    let shares = model.games.pairs.iter();
    let shares = shares.map(|p| (p.points() + smoothing) / (p.games() + 2.0 * smoothing) / most).collect();
    let mut view = Strengths::equal(&model);
    view.nu = share_nu(&model);
    let method = RankCentrality {
        tolerance: input.values.real("tolerance"),
        shares,
        each: 1.0 / most,
        walk: Walk::new(n),
        track: Track::new(&view),
        view,
        model,
    };
    Ok(CpuStepper::boxed(method, ranking.referee()))
}

/// The iteration.
struct RankCentrality {
    model: Rc<Model>,
    tolerance: f64,
    /// Chance of going from the second item of each pair to the first.
    shares: Vec<f64>,
    /// Chance of either way together.
    each: f64,
    walk: Walk,
    track: Track,
    view: Strengths,
}

impl Iteration for RankCentrality {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Walk { at, next, .. } = &mut self.walk;
        next.copy_from_slice(at);
        for (p, share) in self.model.games.pairs.iter().zip(&self.shares) {
            let (i, j) = (p.i as usize, p.j as usize);
            let flow = at[j] * share - at[i] * (self.each - share);
            next[i] += flow;
            next[j] -= flow;
        }
        let outcome = self.walk.arrive(self.tolerance);
        self.walk.show(&mut self.view);
        self.track.moved(&self.view);
        super::walk::count(&self.model, work);
        outcome
    }

    fn iterate(&mut self) -> &Strengths {
        &self.view
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.walk.moved]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.walk.save(out);
        self.track.save(out);
        out.real(self.tolerance);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.walk.load(from, &mut self.view);
        self.track.load(from);
        self.tolerance = from.real();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Progress, Stop};

    use crate::trial::{Trial, pairwise, portable};

    #[test]
    fn its_walk_is_the_one_of_choix() {
        let set = portable().unwrap();
        let given = [("smoothing", 0.0.into()), ("tolerance", 1e-15.into())];
        let mut run = Trial::new(&set, "ranking.rank-centrality", &given).unwrap();
        assert_eq!(run.stepper.advance(20_000), Ok(Progress::Stopped(Stop::Converged)));
        // choix 0.4.1, rank_centrality on the same games.
        let expected =
            [-1.3884191087548574, 0.03900395838635538, -0.13932951586700118, -2.647354557150403, -0.37522350096633106];
        for (s, expected) in run.strengths(&set).iter().zip(expected) {
            assert!((libm::log(*s) - expected).abs() < 1e-9, "{s} {expected}");
        }
    }

    #[test]
    fn where_all_games_fit_the_model_exactly_it_finds_the_strengths() {
        let games = [(0, 1, 2.0), (1, 0, 1.0), (1, 2, 3.0), (2, 1, 1.0), (0, 2, 6.0), (2, 0, 1.0)];
        let set = pairwise(3, &games.map(|(a, b, c)| (a, b, c, false)), &[]).unwrap();
        let given = [("smoothing", 0.0.into()), ("tolerance", 1e-16.into())];
        let mut run = Trial::new(&set, "ranking.rank-centrality", &given).unwrap();
        run.advance(2000);
        let s = run.strengths(&set);
        assert!((s[0] / s[1] - 2.0).abs() < 1e-12 && (s[1] / s[2] - 3.0).abs() < 1e-12, "{s:?}");
    }
}
