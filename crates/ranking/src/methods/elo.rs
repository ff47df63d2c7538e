//! Elo's rule, game by game in the order of the file, pass after pass.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Encounter, Iteration, List, Method, MethodInfo, MethodInput, Outcome,
    ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use super::PROBLEMS;
use crate::model::likelihood::shares;
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::center;
use crate::solvers::rating_pass::RatingPasses;
use crate::solvers::{CHANGE, LOG_LIMIT, TOLERANCE};

const K: ParamInfo = ParamInfo::real(
    "k",
    "K",
    "Points at stake in a game: 10 to 40 in chess. The smaller, the slower, and the closer to maximum likelihood in the end.",
    [0.01, 400.0],
    20.0,
)
.log()
.live();

/// Elo points for a factor e of the odds: 400/log(10).
const POINTS: f64 = 173.717_792_761_304_3;
/// Equal games in a row that one line is played out as at most; more would not move the ratings any further.
const MOST: f64 = 1000.0;

const PARAMS: &[ParamInfo] = &[K, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "elo.rms.change",
        "change of ratings",
        "Root mean square over the items of the last pass's change of the rating, in Elo points; the run ends when it is at most \
         the tolerance.",
    ),
];

/// See [`MethodInfo::summary`].
pub static ELO: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.elo"),
        label: Str::Borrowed("Elo"),
        summary: words(
            "After each game the winner takes points from the loser, more the less the win was expected. One step plays all games \
             again in the order of the file. It is stochastic gradient ascent with a constant step, and with all games known it \
             solves another model, in which late games count more: its distance to the Bradley-Terry optimum does not go to zero.",
        ),
        math: words(
            r"R_i \leftarrow R_i + K\left(r - \frac{1}{1+10^{(R_j-R_i)/400}}\right), \quad R_j \leftarrow R_j - K\left(r - \frac{1}{1+10^{(R_j-R_i)/400}}\right), \qquad r = 1,\ \tfrac12,\ 0; \qquad s_i = R_i\,\frac{\log 10}{400}",
        ),
        citation: words("A. E. Elo, The Rating of Chessplayers, Past and Present, Arco 1978."),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over the lines of the file, one exponential for each game"),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero, but falls in proportion to K; \
             the passes come to rest where one pass leads back to its start, and drift for ever with items that never won or never \
             lost. Ratings as they are published are those after one \
             pass. A line that stands for several games is played out game by game, at most a thousand times. The prior of \
             MAP is not used, ties count as half a win to each, and the tie strength is only read off their share.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let passes = RatingPasses::new(&model, input.values.real("tolerance"));
    let elo = Elo {
        k: input.values.real("k"),
        now: passes.view.log.clone(),
        old: passes.view.log.clone(),
        lines: ranking.lines(),
        passes,
        model,
    };
    Ok(CpuStepper::boxed(elo, ranking.referee()))
}

/// The iteration.
struct Elo {
    model: Rc<PairModel>,
    lines: Rc<Vec<Encounter>>,
    k: f64,
    now: Vec<f64>,
    old: Vec<f64>,
    passes: RatingPasses,
}

impl Elo {
    fn show(&mut self) {
        self.passes.view.log.copy_from_slice(&self.now);
        center(&mut self.passes.view.log);
    }
}

impl Iteration for Elo {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.old.copy_from_slice(&self.now);
        let stake = self.k / POINTS;
        for e in self.lines.iter() {
            let (i, j) = (e.winner as usize, e.loser as usize);
            let result = if e.tie { 0.5 } else { 1.0 };
            let games = e.count.ceil().min(MOST);
            let weight = stake * (e.count / games).min(1.0);
            for _ in 0..games as u32 {
                let expected = shares(self.now[i] - self.now[j], f64::NEG_INFINITY).first;
                let points = weight * (result - expected);
                self.now[i] += points;
                self.now[j] -= points;
            }
            work.flops += 16 * games as u64;
        }
        let square = self.now.iter().zip(&self.old).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
        self.passes.change = POINTS * (square / self.now.len() as f64).sqrt();
        self.show();
        work.operator += 1;
        work.bytes += 56 * self.lines.len() as u64 + 32 * self.model.games.items as u64;
        self.passes.end(self.now.iter().all(|s| s.abs() <= LOG_LIMIT))
    }

    fn iterate(&mut self) -> &Strengths {
        &self.passes.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "change of ratings", tolerance: Some(self.passes.tolerance()) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.passes.changes());
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "k" {
            return self.passes.set(key, value);
        }
        self.k = K.check(value)?.as_real().unwrap_or(self.k);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now);
        self.passes.save(out);
        out.real(self.k);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.now);
        self.passes.load(from);
        self.k = from.real();
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::Value;

    use super::POINTS;
    use crate::test_support::{TestRun, pairwise, portable};

    #[test]
    fn ratings_are_those_of_an_independent_program() {
        // Python 3.11, the rule in Elo points from 1500, K = 20, on the portable games in the order of their draws; the
        // first five of 40 after one pass and after two.
        let first = [1358.0826213515188, 1513.3779969260636, 1501.962461288869, 1292.1879227256502, 1511.1480615906924];
        let second =
            [1315.6148136427537, 1512.4665902138313, 1504.2271042381835, 1206.4753642619978, 1508.953500747656];
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.elo", &[]).unwrap();
        for expected in [first, second] {
            run.advance(1);
            for (s, expected) in run.strengths(&set).iter().zip(expected) {
                assert!((1500.0 + POINTS * libm::log(*s) - expected).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_distance_at_rest_falls_with_k_also_while_running() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.elo", &[("tolerance", 1e-9.into())]).unwrap();
        let mut last = f64::INFINITY;
        for k in [32.0, 8.0, 2.0] {
            run.stepper.set("k", &Value::from(k)).unwrap();
            run.advance(20_000);
            let error = run.value("p.rms.error");
            assert!(error < 0.4 * last && error > 1e-5, "{k}: {error}");
            last = error;
        }
    }

    #[test]
    fn several_games_on_a_line_are_played_one_after_another() {
        let one_by_one = vec![(0, 1, 1.0, false); 5];
        let strengths = |games: &[(u32, u32, f64, bool)]| {
            let set = pairwise(2, games, &[]).unwrap();
            let mut run = TestRun::new(&set, "ranking.elo", &[]).unwrap();
            run.advance(1);
            run.strengths(&set)
        };
        assert_eq!(strengths(&one_by_one), strengths(&[(0, 1, 5.0, false)]));
        assert!(strengths(&[(0, 1, 1e15, false)])[0].is_finite());
    }
}
