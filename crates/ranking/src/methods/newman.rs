//! Newman's iteration and the family that joins it with Zermelo's.

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
use crate::solvers::fixed_point::{Passes, RESCALE, UPDATE};

const ALPHA: ParamInfo =
    ParamInfo::real("alpha", "α", "Member of the family: 0 is Newman's iteration, 1 is Zermelo's.", [0.0, 1.0], 0.0)
        .live();

const PARAMS: &[ParamInfo] = &[ALPHA, UPDATE, RESCALE];
const DIAGNOSTICS: &[SeriesInfo] = &[CHANGE];

/// See [`MethodInfo::summary`].
pub static NEWMAN: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.newman"),
        label: Str::Borrowed("Newman"),
        summary: words(
            "The stationarity condition rearranged, so that what an item won against others is weighted by how little \
             that could be expected. A pass costs what Zermelo's costs and moves much further; updated in place, the \
             likelihood still never falls. The slider alpha leads over to Zermelo's iteration.",
        ),
        math: words(
            r"\pi_i \leftarrow \frac{\sum_j a_{ij}\,(\alpha\pi_i+\pi_j)/(\pi_i+\pi_j)}{\sum_j (\alpha a_{ij}+a_{ji})/(\pi_i+\pi_j)}, \qquad \alpha=0:\ \pi_i \leftarrow \frac{\sum_j a_{ij}\,\pi_j/(\pi_i+\pi_j)}{\sum_j a_{ji}/(\pi_i+\pi_j)}",
        ),
        citation: words(
            "M. E. J. Newman, Efficient computation of rankings from pairwise comparisons, Journal of Machine Learning \
             Research 24(238), 2023. Ties: R. R. Davidson, J. Amer. Statist. Assoc. 65, 1970.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over all items: one division for each opponent of each item, as Zermelo's"),
        limits: words(
            "All items at once (update = simultaneous) need not converge: two players at 3-1 jump between the ratios 9 and \
             1 for ever. The paper reports more than a hundred times fewer steps than Zermelo's in some cases: we measured several to \
             about fifty on most sets, and more than a hundred where one item is nearly unbeatable.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    if input.downcast::<OrderInstance>().is_ok() {
        return orders::passes::build(input, input.values.real("alpha"), Some(&PARAMS[0]));
    }
    let ranking = input.downcast::<PairInstance>()?;
    let passes = shared::passes("ranking.newman", ranking, input.values)?;
    Ok(CpuStepper::boxed(Newman { passes, alpha: input.values.real("alpha") }, ranking.referee()))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    contraction::predict(input, input.values.real("alpha"))
}

/// The iteration.
struct Newman {
    passes: Passes,
    alpha: f64,
}

/// The two sides of the update of item `i`.
///
/// With `A` the points won weighted by the chance of not winning them, and `B` the same of the points lost, the point of
/// stationarity is `A = B`; the family adds `alpha` times the rest of the points won to both sides.
fn quotient(model: &PairModel, pi: &[f64], nu: f64, i: usize, alpha: f64) -> (f64, f64) {
    let own = pi[i];
    let (mut above, mut below, mut points) = (0.0, 0.0, model.games.points[i]);
    if nu > 0.0 {
        for m in model.games.of(i) {
            let other = pi[m.opponent as usize];
            let root = nu * (own * other).sqrt();
            let inverse = 1.0 / (own + other + 2.0 * root);
            above += m.won * (other + root) * inverse;
            below += m.lost * (1.0 + root / own) * inverse;
        }
    } else {
        for m in model.games.of(i) {
            let other = pi[m.opponent as usize];
            let inverse = 1.0 / (own + other);
            above += m.won * other * inverse;
            below += m.lost * inverse;
        }
    }
    if model.has_prior() {
        let inverse = 1.0 / (own + 1.0);
        above += inverse;
        below += inverse;
        points += 1.0;
    }
    let both = alpha * (points - above);
    (above + both, below + both / own)
}

impl Iteration for Newman {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let alpha = self.alpha;
        let stop = self.passes.pass(alpha, work, |model, at, i| quotient(model, at.pi, at.nu, i, alpha));
        stop.map_or(Outcome::Continue, Outcome::Stop)
    }

    fn iterate(&mut self) -> &Strengths {
        self.passes.view()
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.passes.change;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "alpha" {
            return self.passes.set(key, value);
        }
        self.alpha = ALPHA.check(value)?.as_real().unwrap_or(self.alpha);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.passes.save(out);
        out.real(self.alpha);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.passes.load(from);
        self.alpha = from.real();
    }
}
