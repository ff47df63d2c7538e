//! HodgeRank: the potential whose differences fit the log-odds of the pairs best, by conjugate gradients.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Values, Work, words,
};
use iterscope_kernels::reduce::norm2;

use super::PROBLEMS;
use crate::model::{Pair, PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::{ChangeTracker, center};
use crate::solvers::conjugate_gradients::{ConjugateGradients, System, divide};
use crate::solvers::curl::Curl;
use crate::solvers::random_walk::count;
use crate::solvers::{CHANGE, LOG_LIMIT, TOLERANCE, share_nu, tolerance};

pub(crate) const SMOOTHING: ParamInfo = ParamInfo::real(
    "smoothing",
    "Smoothing",
    "Points added to both sides of each pair, so that its log-odds are finite.",
    [0.01, 100.0],
    0.5,
);
pub(crate) const WEIGHTS: ParamInfo = ParamInfo::choice(
    "weights",
    "Weights",
    "What a pair counts: by its games, or by the inverse variance of its log-odds (minimum logit chi-square), which trusts \
     one-sided pairs less.",
    &[("games", "games"), ("variance", "inverse variance")],
    "games",
);

const TRIANGLES: ParamInfo = ParamInfo::switch(
    "triangles",
    "Divide the cyclic part",
    "Fits circulations around all triangles of pairs that met, beside the potential: their share is local, what is left runs \
     around holes of the graph.",
    true,
);

const PARAMS: &[ParamInfo] = &[SMOOTHING, WEIGHTS, TRIANGLES, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "hodge.residual.l2.rel",
        "residual",
        "Euclidean norm of the residual of the normal equations over that at the start; the run ends when it is at most the \
         tolerance.",
    ),
    SeriesInfo::new(
        "hodge.cyclic.share",
        "cyclic part",
        "Weighted sum of the squares of the log-odds that no ranking explains (the part that is cyclic), over that of all \
         log-odds: 0 is perfectly consistent.",
    )
    .linear(),
    SeriesInfo::new(
        "hodge.local.share",
        "around triangles",
        "Weighted sum of the squares of the circulations around triangles that fit the log-odds best, over that of all log-odds: \
         inconsistency among three at a time.",
    )
    .linear(),
    SeriesInfo::new(
        "hodge.harmonic.share",
        "around holes",
        "The cyclic part less that around triangles: inconsistency that runs along chains of items of which no three close a \
         triangle.",
    )
    .linear(),
];

/// See [`MethodInfo::summary`].
pub static HODGE: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.hodge"),
        label: Str::Borrowed("HodgeRank"),
        summary: words(
            "Each pair's log-odds is a flow along an edge. The potential that fits the flows best, by least squares on the graph, \
             is the ranking; what is left is cyclic, around triangles or around holes of the graph, and measures how inconsistent \
             the games are. It solves another \
             model: its distance to the Bradley-Terry optimum does not go to zero.",
        ),
        math: words(
            r"\min_s \sum_{i<j} w_{ij}\left(s_i - s_j - Y_{ij}\right)^2, \quad Y_{ij} = \log\frac{a_{ij}+\varepsilon}{a_{ji}+\varepsilon} \quad\Longleftrightarrow\quad \Delta_w s = \operatorname{div}(wY); \qquad Y = \operatorname{grad} s + \operatorname{curl}^{*}\varphi + \text{harmonic}, \quad \text{by conjugate gradients}",
        ),
        citation: words(
            "X. Jiang, L.-H. Lim, Y. Yao, Y. Ye, Statistical ranking and combinatorial Hodge theory, Math. Programming 127, \
             2011; weights by variance: J. Berkson, J. Amer. Statist. Assoc. 39, 1944.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one step of conjugate gradients for the potential, two passes over the pairs; and one for the triangles, one pass over \
             them",
        ),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero, but shrinks as every pair plays \
             more games, with weights by variance as fast as maximum likelihood itself. With few games for each pair the \
             smoothing pulls all strengths together. The prior of MAP becomes two games at even odds against strength 1. \
             Ties count as half a win to each, and the tie strength is only read off their share. Of more than 200,000 \
             triangles, and where pairs are kept apart by who had the home advantage, the cyclic part is not divided. Under MAP what the prior keeps from the potential is counted as around \
             holes.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let given = Given::read(input.values);
    let triangles = input.values.bool("triangles");
    let hodge = Hodge::start(ranking.model(), given, triangles, input.values.real("tolerance"));
    Ok(CpuStepper::boxed(hodge, ranking.referee()))
}

/// What makes the flows.
#[derive(Clone, Copy)]
pub(crate) struct Given {
    smoothing: f64,
    by_variance: bool,
}

impl Given {
    /// From the parameters `smoothing` and `weights`.
    pub fn read(values: &Values) -> Given {
        Given { smoothing: values.real("smoothing"), by_variance: values.text("weights") == "variance" }
    }

    /// Points of the two of a pair with the smoothing.
    pub fn points(&self, p: &Pair) -> (f64, f64) {
        (p.points() + self.smoothing, p.points_against() + self.smoothing)
    }
}

impl Hodge {
    /// All strengths 1.
    pub fn start(model: Rc<PairModel>, given: Given, triangles: bool, tolerance: f64) -> Hodge {
        let n = model.games.items;
        let flows: Vec<(f64, f64)> = (model.games.pairs.iter())
            .map(|p| {
                let (a, b) = given.points(p);
                (if given.by_variance { a * b / (a + b) } else { p.games() }, libm::log(a / b))
            })
            .collect();
        let ridge = match (model.has_prior(), given.by_variance) {
            (false, _) => 0.0,
            (true, false) => 2.0,
            (true, true) => 0.5,
        };
        let (mut residual, mut diagonal) = (vec![0.0; n], vec![ridge; n]);
        for (p, (weight, flow)) in model.games.pairs.iter().zip(&flows) {
            for (i, sign) in [(p.i as usize, 1.0), (p.j as usize, -1.0)] {
                residual[i] += sign * weight * flow;
                diagonal[i] += weight;
            }
        }
        let mut view = Strengths::equal(&model);
        view.nu = share_nu(&model);
        let curl = if triangles { Curl::new(&model.games, &flows) } else { None };
        let mut hodge = Hodge {
            curl,
            tolerance,
            all: flows.iter().fold(0.0, |sum, (w, y)| sum + w * y * y),
            start: norm2(&residual),
            rest: 1.0,
            cyclic: 1.0,
            potential: ConjugateGradients::new(residual),
            diagonal,
            ridge,
            flows,
            track: ChangeTracker::new(&view),
            view,
            model,
        };
        hodge.judge();
        hodge
    }

    /// Weight and flow of each pair.
    pub fn flows(&self) -> &[(f64, f64)] {
        &self.flows
    }

    /// The potential of each item.
    pub fn potential(&self) -> &[f64] {
        &self.potential.solution
    }

    /// The part around triangles, where it is divided out.
    pub fn curl(&self) -> Option<&Curl> {
        self.curl.as_ref()
    }

    /// The worse of the two residuals, over those at the start.
    pub fn rest(&self) -> f64 {
        self.curl.as_ref().map_or(self.rest, |curl| curl.rest().max(self.rest))
    }
}

/// The iteration.
pub(crate) struct Hodge {
    model: Rc<PairModel>,
    tolerance: f64,
    /// Weight and log-odds of each pair.
    flows: Vec<(f64, f64)>,
    /// Of the normal matrix.
    diagonal: Vec<f64>,
    ridge: f64,
    /// The weighted squares of all flows, and the norm of the first residual.
    all: f64,
    start: f64,
    rest: f64,
    cyclic: f64,
    /// The part around triangles, where it is asked for and there are not too many.
    curl: Option<Curl>,
    potential: ConjugateGradients,
    track: ChangeTracker,
    view: Strengths,
}

impl Hodge {
    /// Residual and cyclic part of the present potential, and the potential as strengths.
    fn judge(&mut self) {
        let now = &self.potential.solution;
        let mut left = 0.0;
        for (p, (weight, flow)) in self.model.games.pairs.iter().zip(&self.flows) {
            let off = flow - (now[p.i as usize] - now[p.j as usize]);
            left += weight * off * off;
        }
        self.cyclic = if self.all > 0.0 { left / self.all } else { 0.0 };
        self.rest = if self.start > 0.0 { norm2(&self.potential.residual) / self.start } else { 0.0 };
        for (s, now) in self.view.log.iter_mut().zip(now) {
            *s = now.clamp(-LOG_LIMIT, LOG_LIMIT);
        }
        if !self.model.has_prior() {
            center(&mut self.view.log);
        }
    }
}

/// The normal matrix: the Laplacian of the weighted graph, and the ridge.
struct Laplacian<'a> {
    pairs: &'a [Pair],
    flows: &'a [(f64, f64)],
    diagonal: &'a [f64],
    ridge: f64,
}

impl System for Laplacian<'_> {
    fn precondition(&self, residual: &[f64], out: &mut [f64]) {
        divide(residual, self.diagonal.iter().copied(), out);
    }

    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        for (y, p) in y.iter_mut().zip(x) {
            *y = self.ridge * p;
        }
        for (p, (weight, _)) in self.pairs.iter().zip(self.flows) {
            let (i, j) = (p.i as usize, p.j as usize);
            let flow = weight * (x[i] - x[j]);
            y[i] += flow;
            y[j] -= flow;
        }
    }
}

impl Hodge {
    /// One step of conjugate gradients for the potential.
    fn improve(&mut self, work: &mut Work) {
        let mut system = Laplacian {
            pairs: &self.model.games.pairs,
            flows: &self.flows,
            diagonal: &self.diagonal,
            ridge: self.ridge,
        };
        if self.potential.step(&mut system).is_none() {
            // Only a common level is left to move, which changes nothing.
            self.rest = 0.0;
            return;
        }
        self.judge();
        self.track.moved(&self.view);
        count(&self.model, work);
        count(&self.model, work);
    }
}

impl Iteration for Hodge {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        if self.rest > self.tolerance {
            self.improve(work);
        }
        if let Some(curl) = &mut self.curl
            && curl.rest() > self.tolerance
        {
            curl.step(work);
        }
        if self.rest() <= self.tolerance { Outcome::Stop(Stop::Converged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "residual", tolerance: Some(self.tolerance) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let local = match &self.curl {
            Some(curl) if self.all > 0.0 => curl.fitted() / self.all,
            Some(_) => 0.0,
            None => f64::NAN,
        };
        out.copy_from_slice(&[self.track.change, self.rest, self.cyclic, local, self.cyclic - local]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.potential.save(out);
        self.track.save(out);
        out.real(self.tolerance);
        if let Some(curl) = &self.curl {
            curl.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.potential.load(from);
        self.track.load(from);
        self.tolerance = from.real();
        if let Some(curl) = &mut self.curl {
            curl.load(from);
        }
        self.judge();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use iterscope_core::{Progress, Stop};

    use crate::test_support::{TestRun, choice, pairwise, portable};

    #[test]
    fn its_potential_and_cyclic_part_are_those_of_an_independent_program() {
        // numpy 2.4.6, linalg.lstsq on the incidence matrix; the first of 40 items, mean 0.
        let games =
            [-0.8498688400322509, 0.14024186588767495, 0.0962773561048272, -1.1031157355844297, 0.0799855543928051];
        let variance = [
            -0.6537855817588146,
            0.08152935066046674,
            0.025542645385211924,
            -1.0312708561380934,
            -0.027799013381738253,
        ];
        let set = portable().unwrap();
        for (weights, expected, cyclic) in
            [("games", games, 0.5344786527564963), ("variance", variance, 0.6244393920404152)]
        {
            let given = [choice("weights", weights), ("tolerance", 1e-14.into())];
            let mut run = TestRun::new(&set, "ranking.hodge", &given).unwrap();
            assert_eq!(run.stepper.advance(200), Ok(Progress::Stopped(Stop::Converged)));
            for (s, expected) in run.strengths(&set).iter().zip(expected) {
                assert!((libm::log(*s) - expected).abs() < 1e-12);
            }
            assert!((run.value("hodge.cyclic.share") - cyclic).abs() < 1e-12);
        }
    }

    #[test]
    fn a_circle_is_all_cyclic_and_a_chain_not_at_all() {
        let share = |games: &[(u32, u32, f64, bool)]| {
            let set = pairwise(3, games, &[choice("estimate", "ml")]).unwrap();
            let mut run = TestRun::new(&set, "ranking.hodge", &[]).unwrap();
            run.advance(20);
            run.value("hodge.cyclic.share")
        };
        assert_eq!(share(&[(0, 1, 5.0, false), (1, 2, 5.0, false), (2, 0, 5.0, false)]), 1.0);
        assert!(share(&[(0, 1, 5.0, false), (1, 0, 2.0, false), (1, 2, 5.0, false)]) < 1e-20);
    }

    #[test]
    fn cycles_of_three_are_local_and_longer_ones_are_not() {
        let shares = |n: usize, games: &[(u32, u32, f64, bool)]| {
            let set = pairwise(n, games, &[choice("estimate", "ml")]).unwrap();
            let mut run = TestRun::new(&set, "ranking.hodge", &[("tolerance", 1e-13.into())]).unwrap();
            run.advance(200);
            (run.value("hodge.local.share"), run.value("hodge.harmonic.share"))
        };
        let near = |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 1e-12 && (b - d).abs() < 1e-12;
        assert!(near(shares(3, &[(0, 1, 5.0, false), (1, 2, 5.0, false), (2, 0, 5.0, false)]), (1.0, 0.0)));
        let square = [(0, 1, 5.0, false), (1, 2, 5.0, false), (2, 3, 5.0, false), (3, 0, 5.0, false)];
        assert!(near(shares(4, &square), (0.0, 1.0)));
        // A diagonal closes two triangles, and fills the hole.
        let (local, harmonic) = shares(4, &[&square[..], &[(0, 2, 1.0, false)]].concat());
        assert!(local > 0.9 && harmonic.abs() < 1e-12, "{local} {harmonic}");
    }

    #[test]
    fn the_local_part_is_that_of_an_independent_program() {
        // tests/oracles/hodge.py: a ring of nine with some triangles.
        let set = pairwise(9, &RING, &[]).unwrap();
        for (weights, local, harmonic) in ORACLE {
            let mut run =
                TestRun::new(&set, "ranking.hodge", &[choice("weights", weights), ("tolerance", 1e-14.into())])
                    .unwrap();
            run.advance(500);
            assert!((run.value("hodge.local.share") - local).abs() < 1e-11, "{}", run.value("hodge.local.share"));
            assert!((run.value("hodge.harmonic.share") - harmonic).abs() < 1e-11);
        }
    }

    /// Wins along a ring of nine, and four chords.
    pub(crate) const RING: [(u32, u32, f64, bool); 15] = [
        (0, 1, 4.0, false),
        (1, 2, 3.0, false),
        (2, 1, 1.0, false),
        (2, 3, 2.0, false),
        (3, 4, 5.0, false),
        (4, 3, 2.0, false),
        (4, 5, 1.0, false),
        (5, 6, 2.0, false),
        (6, 7, 3.0, false),
        (7, 8, 1.0, false),
        (8, 0, 2.0, false),
        (2, 0, 3.0, false),
        (3, 5, 1.0, false),
        (5, 3, 4.0, false),
        (0, 7, 2.0, false),
    ];

    /// Weights, local and harmonic share.
    const ORACLE: [(&str, f64, f64); 2] =
        [("games", 0.5845590358866843, 0.0996832681154427), ("variance", 0.6633015843544094, 0.1436449290151407)];

    #[test]
    fn conjugate_gradients_end_after_as_many_steps_as_there_are_directions() {
        let games =
            [(0, 1, 5.0, false), (1, 2, 2.0, false), (2, 3, 7.0, false), (0, 3, 1.0, false), (1, 3, 4.0, false)];
        let set = pairwise(4, &games, &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.hodge", &[("tolerance", 1e-12.into())]).unwrap();
        run.advance(20);
        assert!(run.stepper.steps() <= 4);
    }
}
