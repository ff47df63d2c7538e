//! Luce spectral ranking: one Markov chain, whose equilibrium estimates the strengths.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::PAIRS_AND_ORDERS;
use crate::model::{PairModel, Strengths};
use crate::orders::{self, instance::OrderInstance};
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::ChangeTracker;
use crate::solvers::luce_chain::{Chain, left_range};
use crate::solvers::{CHANGE, TOLERANCE, share_nu, tolerance};

const PARAMS: &[ParamInfo] = &[TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "balance.l1.rel",
        "imbalance",
        "Sum over the items of the difference of what flows in and out, as the last sweep met it, over the sum of all flows; the \
         run ends when it is at most the tolerance.",
    ),
];

/// See [`MethodInfo::summary`].
pub static LSR: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.lsr"),
        label: Str::Borrowed("LSR"),
        summary: words(
            "A walk that leaves an item for those that beat it, in proportion to their wins; where it spends its time estimates \
             the strengths. One linear problem and no likelihood: it solves another model, and its distance to the \
             Bradley-Terry optimum does not go to zero. It is the first step of I-LSR, which goes on to it.",
        ),
        math: words(
            r"\pi Q = 0, \qquad Q_{ij} = \tfrac12 a_{ji}, \quad Q_{ii} = -\textstyle\sum_j Q_{ij}; \qquad \pi_i \leftarrow \frac{\sum_j a_{ij}\,\pi_j}{\sum_j a_{ji}} \ \text{ in place, up and down the list}",
        ),
        citation: words(
            "L. Maystre, M. Grossglauser, Fast and accurate inference of Plackett-Luce models, NIPS 2015; sweeps: W. J. \
             Stewart, Introduction to the Numerical Solution of Markov Chains, Princeton 1994.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one sweep over the meetings of all items, two multiplications each"),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero, and it uses the games less \
             well where strengths differ much. Ties count as half a win to each; the tie strength, where there is one, is \
             only read off their share. It ends by its own tolerance. Items that never lost or never won drift for ever.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    if input.downcast::<OrderInstance>().is_ok() {
        return orders::chain::once(input);
    }
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let mut view = Strengths::equal(&model);
    view.nu = share_nu(&model);
    let pi = vec![1.0; model.games.items];
    let mut chain = Chain::new(&model);
    chain.set(&model, &pi, 0.0, &mut Work::default());
    let lsr = Lsr {
        tolerance: input.values.real("tolerance"),
        off: f64::NAN,
        pi,
        chain,
        track: ChangeTracker::new(&view),
        view,
        model,
    };
    Ok(CpuStepper::boxed(lsr, ranking.referee()))
}

/// The iteration.
struct Lsr {
    model: Rc<PairModel>,
    tolerance: f64,
    off: f64,
    pi: Vec<f64>,
    /// Its rates are those at equal strengths.
    chain: Chain,
    track: ChangeTracker,
    view: Strengths,
}

impl Lsr {
    /// The weights as strengths; the weights themselves keep their scale from sweep to sweep.
    fn show(&mut self) {
        for (s, pi) in self.view.log.iter_mut().zip(&self.pi) {
            *s = libm::log(*pi);
        }
    }
}

impl Iteration for Lsr {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.off = self.chain.sweep(&self.model, &mut self.pi, work);
        self.chain.level(&mut self.pi);
        *self.chain.place().0 = 1.0;
        self.show();
        self.track.moved(&self.view);
        work.operator += 1;
        if left_range(&self.pi) {
            Outcome::Stop(Stop::Diverged)
        } else if self.off <= self.tolerance {
            Outcome::Stop(Stop::Converged)
        } else {
            Outcome::Continue
        }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "imbalance of the flows", tolerance: Some(self.tolerance) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.off]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.pi);
        self.track.save(out);
        for x in self.chain.state() {
            out.real(x);
        }
        out.real(self.off);
        out.real(self.tolerance);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.pi);
        self.track.load(from);
        let (anchor, upwards) = self.chain.place();
        *anchor = from.real();
        *upwards = from.real() != 0.0;
        self.off = from.real();
        self.tolerance = from.real();
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Progress, Stop};

    use crate::test_support::{TestRun, pairwise, portable};

    #[test]
    fn its_equilibrium_is_the_one_of_choix() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.lsr", &[("tolerance", 1e-14.into())]).unwrap();
        assert_eq!(run.stepper.advance(5000), Ok(Progress::Stopped(Stop::Converged)));
        // choix 0.4.1, lsr_pairwise on the same games.
        let lsr =
            [-1.3824320609436862, 0.059257081792964184, 0.08134798283388023, -2.969593938038095, -0.11977486141548233];
        for (s, expected) in run.strengths(&set).iter().zip(lsr) {
            assert!((libm::log(*s) - expected).abs() < 1e-11);
        }
        assert!(run.value("p.rms.error") > 1e-3, "another model");
    }

    #[test]
    fn where_all_games_fit_the_model_exactly_it_finds_the_strengths() {
        // Shares 2/3, 3/4 and 6/7 are those of strengths 6, 3, 1.
        let games = [(0, 1, 2.0), (1, 0, 1.0), (1, 2, 3.0), (2, 1, 1.0), (0, 2, 6.0), (2, 0, 1.0)];
        let set = pairwise(3, &games.map(|(a, b, c)| (a, b, c, false)), &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.lsr", &[("tolerance", 1e-15.into())]).unwrap();
        run.advance(2000);
        let s = run.strengths(&set);
        assert!((s[0] / s[1] - 2.0).abs() < 1e-12 && (s[1] / s[2] - 3.0).abs() < 1e-12, "{s:?}");
    }
}
