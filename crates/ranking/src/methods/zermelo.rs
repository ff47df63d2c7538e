//! Zermelo's iteration, which is also the minorise-maximise algorithm for this likelihood.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, Prediction,
    SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use super::PAIRS_AND_ORDERS;
use super::shared::{self, contraction};
use crate::model::{PairModel, Strengths};
use crate::orders::{self, instance::OrderInstance};
use crate::pairs::instance::PairInstance;
use crate::solvers::CHANGE;
use crate::solvers::fixed_point::{At, Passes, RESCALE, UPDATE};

const PARAMS: &[ParamInfo] = &[UPDATE, RESCALE];
const DIAGNOSTICS: &[SeriesInfo] = &[CHANGE];

/// See [`MethodInfo::summary`].
pub static ZERMELO: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.zermelo"),
        label: Str::Borrowed("Zermelo"),
        summary: words(
            "The classical iteration: each strength becomes the item's wins over the sum of its games, each divided by \
             the strengths that met. Every update raises the likelihood, in place or all at once, but the steps are short: \
             the more one-sided the games, the slower.",
        ),
        math: words(
            r"\pi_i \leftarrow \frac{\sum_j a_{ij}}{\sum_j (a_{ij}+a_{ji})/(\pi_i+\pi_j)}, \qquad \text{MAP: } \pi_i \leftarrow \frac{1+\sum_j a_{ij}}{2/(\pi_i+1)+\sum_j (a_{ij}+a_{ji})/(\pi_i+\pi_j)}; \qquad \text{place: } \theta \leftarrow \frac{\text{points at the place}}{\sum_{i\text{ at the place}} (a_{ij}+a_{ji})\,\pi_i/(\theta\pi_i+\pi_j)}, \quad \gamma = \log\theta",
        ),
        citation: words(
            "E. Zermelo, Die Berechnung der Turnier-Ergebnisse als ein Maximumproblem der Wahrscheinlichkeitsrechnung, \
             Mathematische Zeitschrift 29, 1929; D. R. Hunter, MM algorithms for generalized Bradley-Terry models, Annals \
             of Statistics 32(1), 2004, whose section 2 has the home advantage.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over all items: one division for each opponent of each item"),
        limits: words(
            "Slow on one-sided games. Where maximum likelihood does not exist, an item that never loses drifts away so slowly \
             that the run may look settled.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    if input.downcast::<OrderInstance>().is_ok() {
        return orders::passes::build(input, 1.0, None);
    }
    let ranking = input.downcast::<PairInstance>()?;
    let passes = shared::passes("ranking.zermelo", ranking, input.values)?;
    Ok(CpuStepper::boxed(Zermelo { passes }, ranking.referee()))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    contraction::predict(input, 1.0)
}

/// The iteration.
struct Zermelo {
    passes: Passes,
}

/// The two sides of the update of item `i`. With ties of their own (tie strength nu) the denominator gains
/// `1 + nu sqrt(pi_j/pi_i)`, from bounding the geometric mean by the arithmetic one.
fn quotient(model: &PairModel, at: &At<'_>, i: usize) -> (f64, f64) {
    let (own, nu) = (at.pi[i], at.nu);
    let (mut above, mut below) = (model.games.points[i], 0.0);
    if model.advantage {
        for m in model.games.of(i) {
            // Only the ratio counts: the place of the one is the handicap of the other.
            let other = at.pi[m.opponent as usize] / at.factor(model, i, m.pair as usize);
            let root = (own * other).sqrt();
            below += (m.won + m.lost) * (1.0 + nu * root / own) / (own + other + 2.0 * nu * root);
        }
    } else if nu > 0.0 {
        for m in model.games.of(i) {
            let other = at.pi[m.opponent as usize];
            let root = (own * other).sqrt();
            below += (m.won + m.lost) * (1.0 + nu * root / own) / (own + other + 2.0 * nu * root);
        }
    } else {
        for m in model.games.of(i) {
            below += (m.won + m.lost) / (own + at.pi[m.opponent as usize]);
        }
    }
    if model.has_prior() {
        above += 1.0;
        below += 2.0 / (own + 1.0);
    }
    (above, below)
}

impl Iteration for Zermelo {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.passes.pass(1.0, work, quotient).map_or(Outcome::Continue, Outcome::Stop)
    }

    fn iterate(&mut self) -> &Strengths {
        self.passes.view()
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.passes.change;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.passes.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.passes.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.passes.load(from);
    }
}
