//! Iterated Luce spectral ranking: maximum likelihood as a sequence of stationary distributions.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::{PAIRS_AND_ORDERS, model_for};
use crate::model::{PairModel, Strengths};
use crate::orders::{self, instance::OrderInstance};
use crate::pairs::instance::PairInstance;
use crate::solvers::CHANGE;
use crate::solvers::ascent::ChangeTracker;
use crate::solvers::fixed_point::tie_strength;
use crate::solvers::luce_chain::{Chain, left_range};

const SWEEPS: ParamInfo = ParamInfo::int(
    "sweeps",
    "Sweeps",
    "The most sweeps over the items that a step spends on one stationary distribution; a single one makes the step a kind of \
     Newman's.",
    [1, 2000],
    200,
)
.log()
.live();
const INNER: ParamInfo = ParamInfo::real(
    "inner_rtol",
    "Inner tolerance",
    "Imbalance of the flows, relative to all flows, at which the sweeps of a step end.",
    [1e-16, 0.9],
    1e-12,
)
.log();

const PARAMS: &[ParamInfo] = &[SWEEPS, INNER];
const DIAGNOSTICS: &[SeriesInfo] =
    &[CHANGE, SeriesInfo::new("ilsr.sweeps", "sweeps", "Sweeps over the items that the last step needed.").linear()];

/// See [`MethodInfo::summary`].
pub static ILSR: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.ilsr"),
        label: Str::Borrowed("I-LSR"),
        summary: words(
            "A walk that leaves an item for those that beat it, at rates that the current strengths set, is in equilibrium \
             exactly where the likelihood is largest. Each step takes the equilibrium of the present walk as the new \
             strengths. Few steps, each of them a linear problem of its own.",
        ),
        math: words(
            r"\pi^{(k+1)} Q(\pi^{(k)}) = 0, \qquad Q_{ij}(\pi) = \frac{a_{ji}}{\pi_i+\pi_j}, \quad Q_{ii} = -\textstyle\sum_j Q_{ij}",
        ),
        citation: words("L. Maystre, M. Grossglauser, Fast and accurate inference of Plackett-Luce models, NIPS 2015."),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("the rates, and sweeps over the meetings of all items until the flows balance"),
        limits: words(
            "A pass of Newman's iteration is one sweep with rates that are always fresh; solving for the equilibrium first saves \
             steps and wastes sweeps. The prior and Davidson's ties are not in the paper: the prior is one more item of strength \
             1, and the rates of ties follow from the same balance.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    if input.downcast::<OrderInstance>().is_ok() {
        return orders::chain::iterated(input, &PARAMS[0]);
    }
    let ranking = input.downcast::<PairInstance>()?;
    let model = model_for("ranking.ilsr", ranking)?;
    let view = Strengths::equal(&model);
    let ilsr = Ilsr {
        most: input.values.size("sweeps"),
        inner: input.values.real("inner_rtol"),
        pi: vec![1.0; model.games.items],
        nu: model.initial_nu(),
        sweeps: 0.0,
        chain: Chain::new(&model),
        track: ChangeTracker::new(&view),
        view,
        model,
    };
    Ok(CpuStepper::boxed(ilsr, ranking.referee()))
}

/// The iteration.
struct Ilsr {
    model: Rc<PairModel>,
    most: usize,
    inner: f64,
    pi: Vec<f64>,
    nu: f64,
    sweeps: f64,
    chain: Chain,
    track: ChangeTracker,
    view: Strengths,
}

impl Ilsr {
    fn show(&mut self) {
        for (s, pi) in self.view.log.iter_mut().zip(&self.pi) {
            *s = libm::log(*pi);
        }
        self.view.nu = self.nu;
    }
}

impl Iteration for Ilsr {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.chain.set(&self.model, &self.pi, self.nu, work);
        let mut sweeps = 0;
        while sweeps < self.most {
            sweeps += 1;
            if self.chain.sweep(&self.model, &mut self.pi, work) <= self.inner || left_range(&self.pi) {
                break;
            }
        }
        self.sweeps = sweeps as f64;
        self.chain.level(&mut self.pi);
        if self.model.has_nu() {
            self.nu = tie_strength(&self.model, &self.pi, 1.0, self.nu, 0.0);
        }
        self.show();
        self.track.moved(&self.view);
        let gone = left_range(&self.pi) || (self.model.has_nu() && left_range(&[self.nu]));
        if gone { Outcome::Stop(Stop::Diverged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.view
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.sweeps]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "sweeps" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.most = SWEEPS.check(value)?.as_int().map_or(self.most, |n| n as usize);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.pi);
        self.track.save(out);
        for x in [self.nu, self.sweeps, self.most as f64] {
            out.real(x);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.pi);
        self.track.load(from);
        self.nu = from.real();
        self.sweeps = from.real();
        self.most = from.real() as usize;
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestRun, pairwise, portable};

    #[test]
    fn the_first_step_is_the_spectral_estimate_and_the_last_is_maximum_likelihood() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.ilsr", &[]).unwrap();
        run.advance(1);
        // choix 0.4.1, lsr_pairwise on the same games.
        let lsr =
            [-1.3824320609436862, 0.059257081792964184, 0.08134798283388023, -2.969593938038095, -0.11977486141548233];
        for (s, expected) in run.strengths(&set).iter().zip(lsr) {
            assert!((libm::log(*s) - expected).abs() < 1e-9);
        }
        run.steps_until("gradient.rel", 1e-14, 200);
        // choix 0.4.1, opt_pairwise(tol=1e-14), which reaches about six digits.
        let ml =
            [-1.3604856773185454, 0.1696645569938299, 0.06508793750430406, -2.468158118297307, 0.011581020071793638];
        for (s, expected) in run.strengths(&set).iter().zip(ml) {
            assert!((libm::log(*s) - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn a_single_sweep_of_two_players_is_newmans_pass() {
        let set = pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.ilsr", &[("sweeps", 1.into())]).unwrap();
        run.advance(1);
        let s = run.strengths(&set);
        assert!((s[0] / s[1] - 3.0).abs() < 1e-14);
    }

    #[test]
    fn fewer_steps_than_newmans_iteration_but_more_sweeps() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.ilsr", &[]).unwrap();
        let steps = run.steps_until("gradient.rel", 1e-10, 200);
        let newman = TestRun::new(&set, "ranking.newman", &[]).unwrap().steps_until("gradient.rel", 1e-10, 200);
        assert!(run.stepper.work().inner > newman && steps < 30, "{steps} {newman}");
    }
}
