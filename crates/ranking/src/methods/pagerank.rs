//! PageRank on the graph of defeats, by power iteration.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use super::PROBLEMS;
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::random_walk::Walk;
use crate::solvers::{CHANGE, TOLERANCE};

const DAMPING: ParamInfo = ParamInfo::real(
    "damping",
    "Damping",
    "Chance of following a defeat instead of jumping to any item; each step leaves at most this part of the error.",
    [0.0, 0.999],
    0.85,
)
.live();

const PARAMS: &[ParamInfo] = &[DAMPING, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[CHANGE, crate::solvers::random_walk::L1];

/// See [`MethodInfo::summary`].
pub static PAGERANK: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.pagerank"),
        label: Str::Borrowed("PageRank"),
        summary: words(
            "A surfer goes from each item to one that took points from it, in proportion to the points, and now and then jumps \
             anywhere. It rewards wins against those who rarely lose. It solves another model: its distance to the Bradley-Terry \
             optimum does not go to zero.",
        ),
        math: words(
            r"\pi_i \leftarrow \frac{1-d}{n} + d\left(\sum_j \frac{a_{ij}}{l_j}\,\pi_j + \frac1n \sum_{l_j=0} \pi_j\right), \qquad l_j = \textstyle\sum_i a_{ij}",
        ),
        citation: words(
            "S. Brin, L. Page, The anatomy of a large-scale hypertextual web search engine, Computer Networks 30, 1998; for \
             games: A. Y. Govan, C. D. Meyer, R. Albright, Generalizing Google's PageRank to rank National Football League \
             teams, SAS Global Forum 2008.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over the pairs, one multiplication for each side"),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero. Its numbers are chances of a \
             surfer and say nothing of who beats whom how often; the prior of MAP is not used, ties count as half a win to \
             each, and the tie strength is only read off their share. Games lost by items that lose much are worth \
             little, so playing often helps. It ends by its own tolerance.",
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
    let lost = |i: usize| model.games.played[i] - model.games.points[i];
    let leaving = (0..n).map(|i| if lost(i) > 0.0 { 1.0 / lost(i) } else { 0.0 }).collect();
    let walk = Walk::new(Rc::clone(&model), input.values.real("tolerance"));
    let method = PageRank { damping: input.values.real("damping"), leaving, walk, model };
    Ok(CpuStepper::boxed(method, ranking.referee()))
}

/// The iteration.
struct PageRank {
    model: Rc<PairModel>,
    damping: f64,
    /// Inverse of the points lost by each item; 0 for those that lost none.
    leaving: Vec<f64>,
    walk: Walk,
}

impl Iteration for PageRank {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Walk { at, next, .. } = &mut self.walk;
        let stuck = at.iter().zip(&self.leaving).filter(|(_, l)| **l == 0.0).fold(0.0, |sum, (x, _)| sum + x);
        next.fill((1.0 - self.damping + self.damping * stuck) / at.len() as f64);
        for p in &self.model.games.pairs {
            let (i, j) = (p.i as usize, p.j as usize);
            next[i] += self.damping * p.points() * self.leaving[j] * at[j];
            next[j] += self.damping * p.points_against() * self.leaving[i] * at[i];
        }
        self.walk.arrive(work)
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
        if key != "damping" {
            return self.walk.set(key, value);
        }
        self.damping = DAMPING.check(value)?.as_real().unwrap_or(self.damping);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.walk.save(out);
        out.real(self.damping);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.walk.load(from);
        self.damping = from.real();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Progress, Stop};

    use crate::test_support::{TestRun, pairwise, portable};

    #[test]
    fn its_chances_are_those_of_an_independent_program() {
        // numpy 2.4.6, 5000 dense power iterations from equal chances, damping 0.85; the first of 40.
        let expected = [
            0.011127865102269423,
            0.01877613673028004,
            0.02630229782490979,
            0.005045524165004957,
            0.015425208697599838,
        ];
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.pagerank", &[("tolerance", 1e-15.into())]).unwrap();
        assert_eq!(run.stepper.advance(2000), Ok(Progress::Stopped(Stop::Converged)));
        let s = run.strengths(&set);
        let total: f64 = s.iter().sum();
        for (s, expected) in s.iter().zip(expected) {
            assert!((s / total - expected).abs() < 1e-13);
        }
    }

    #[test]
    fn each_step_leaves_at_most_the_damping_of_the_error() {
        let set = portable().unwrap();
        for damping in [0.5, 0.85, 0.99] {
            let mut run = TestRun::new(&set, "ranking.pagerank", &[("damping", damping.into())]).unwrap();
            run.advance(1);
            let mut last = run.value("walk.l1.change");
            for _ in 0..10 {
                run.advance(1);
                let now = run.value("walk.l1.change");
                assert!(now <= damping * last * (1.0 + 1e-12), "{damping}: {last} {now}");
                last = now;
            }
        }
    }

    #[test]
    fn the_undefeated_are_left_by_a_jump() {
        // p0 beat p1: the surfer at p1 goes to p0; from p0, anywhere. With d = 1/2: x0 = 1/4 + (x0/2 + x1)/2, so x0 = 3/5.
        let set = pairwise(2, &[(0, 1, 5.0, false)], &[]).unwrap();
        let given = [("damping", 0.5.into()), ("tolerance", 1e-16.into())];
        let mut run = TestRun::new(&set, "ranking.pagerank", &given).unwrap();
        run.advance(200);
        let s = run.strengths(&set);
        assert!((s[0] / (s[0] + s[1]) - 0.6).abs() < 1e-14);
    }
}
