//! Stochastic gradient ascent, pair by pair or race by race in random order.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo, StateReader,
    StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::rng::Rng;

use super::{PAIRS_AND_ORDERS, model_for};
use crate::instance::RankingInstance;
use crate::model::likelihood::shares;
use crate::model::{PairModel, Strengths};
use crate::orders::sample::ContestTerms;
use crate::solvers::ascent::{ChangeTracker, center};
use crate::solvers::stochastic::Terms;
use crate::solvers::{CHANGE, LOG_LIMIT};

const STEP: ParamInfo = ParamInfo::real(
    "step",
    "First step",
    "Length of the steps of the first pass, in units of the longest that cannot overshoot on any single pair or race.",
    [1e-4, 2.0],
    0.5,
)
.log()
.live();
const DECAY: ParamInfo = ParamInfo::real(
    "decay",
    "Decay",
    "The steps of pass k are divided by 1 + decay k; 0 keeps their length, and a noise that does not fade.",
    [0.0, 10.0],
    0.2,
)
.live();
const ORDER: ParamInfo = ParamInfo::choice(
    "order",
    "VisitingOrder",
    "Every pair or race once in each pass in a new random order, drawn with repetition, or always in the same order.",
    &[("reshuffled", "reshuffled"), ("drawn", "drawn with repetition"), ("fixed", "always the same")],
    "reshuffled",
);

const PARAMS: &[ParamInfo] = &[STEP, DECAY, ORDER];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new("sgd.length", "step length", "Factor of the gradient of one pair or race in the last pass."),
];

/// See [`MethodInfo::summary`].
pub static SGD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.sgd"),
        label: Str::Borrowed("Stochastic gradient"),
        summary: words(
            "A gradient step for one pair (or race) at a time, as Elo's rule does it, with steps that get shorter. The first pass gains \
             about as much as many full gradients; the last digits take for ever.",
        ),
        math: words(
            r"\text{for each pair } (i,j) \text{ in random order:}\quad s_i \leftarrow s_i + \eta_k\,(a_{ij} - n_{ij}\,p_{ij}), \quad s_j \leftarrow s_j - \eta_k\,(a_{ij} - n_{ij}\,p_{ij}), \qquad \eta_k = \frac{\eta_0}{1+\gamma k}",
        ),
        citation: words(
            "H. Robbins, S. Monro, A stochastic approximation method, Ann. Math. Statist. 22, 1951; reshuffling: M. \
             Gurbuzbalaban, A. Ozdaglar, P. Parrilo, Why random reshuffling beats stochastic gradient descent, Math. \
             Programming 186, 2021.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over the pairs or races in random order, as expensive as one gradient"),
        limits: words(
            "With decay the distance to the optimum falls like 1/k at best, without it stays at a level that the step length \
             sets; eight digits are out of reach. One pair with very many games keeps the steps of all others short.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum VisitingOrder {
    Reshuffled,
    Drawn,
    Fixed,
}

/// The pairs of games.
struct PairTerms(Rc<PairModel>);

impl Terms for PairTerms {
    fn len(&self) -> usize {
        self.0.games.pairs.len()
    }

    /// The curvature of one pair along its difference is at most half of its games; the prior is shared out.
    fn longest(&self) -> f64 {
        let most = self.0.games.pairs.iter().fold(0.0, |most: f64, p| most.max(p.games()));
        2.0 / (most + f64::from(u8::from(self.0.has_prior())))
    }

    fn level_is_free(&self) -> bool {
        !self.0.has_prior()
    }

    fn cost(&self) -> [u64; 2] {
        [40 * self.len() as u64, 100 * self.len() as u64]
    }

    fn visit(&mut self, k: usize, length: f64, now: &mut Strengths, log_nu: &mut f64) {
        let model = &self.0;
        let p = &model.games.pairs[k];
        let (i, j) = (p.i as usize, p.j as usize);
        let has_nu = model.has_nu();
        let tie = if has_nu { libm::log(2.0) + *log_nu } else { f64::NEG_INFINITY };
        let q = shares(now.log[i] - now.log[j], tie);
        let surplus = p.points() * (q.second + 0.5 * q.tie) - p.points_against() * (q.first + 0.5 * q.tie);
        let prior = |i: usize| {
            let q = shares(now.log[i], f64::NEG_INFINITY);
            (q.second - q.first) / model.games.of(i).len() as f64
        };
        let (more, less) = if model.has_prior() { (prior(i), prior(j)) } else { (0.0, 0.0) };
        now.log[i] += length * (surplus + more);
        now.log[j] += length * (less - surplus);
        if has_nu {
            *log_nu += length * (p.tied * (q.first + q.second) - (p.won + p.lost) * q.tie);
        }
    }
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let subject = RankingInstance::of(input)?;
    let (terms, has_nu): (Box<dyn Terms>, bool) = match subject {
        RankingInstance::Pairs(ranking) => {
            let model = model_for("ranking.sgd", ranking)?;
            let has_nu = model.has_nu();
            (Box::new(PairTerms(model)), has_nu)
        }
        RankingInstance::Orders(ranking) => (Box::new(ContestTerms::new(ranking.model())), false),
    };
    let now = subject.objective().start();
    let sgd = Sgd {
        longest: terms.longest(),
        step: input.values.real("step"),
        decay: input.values.real("decay"),
        order: match input.values.text("order") {
            "reshuffled" => VisitingOrder::Reshuffled,
            "drawn" => VisitingOrder::Drawn,
            _ => VisitingOrder::Fixed,
        },
        rng: Rng::new(input.seed),
        list: vec![0; terms.len()],
        has_nu,
        log_nu: 0.0,
        passes: 0.0,
        length: 0.0,
        track: ChangeTracker::new(&now),
        now,
        terms,
    };
    Ok(subject.stepper(sgd))
}

/// The iteration.
struct Sgd {
    terms: Box<dyn Terms>,
    longest: f64,
    step: f64,
    decay: f64,
    order: VisitingOrder,
    rng: Rng,
    list: Vec<u32>,
    has_nu: bool,
    now: Strengths,
    log_nu: f64,
    passes: f64,
    length: f64,
    track: ChangeTracker,
}

impl Sgd {
    /// The order of one pass. It depends on the generator alone, so that nothing else has to be kept.
    fn arrange(&mut self) {
        for (k, place) in self.list.iter_mut().enumerate() {
            *place = k as u32;
        }
        match self.order {
            VisitingOrder::Reshuffled => {
                for k in (1..self.list.len()).rev() {
                    self.list.swap(k, self.rng.below(k + 1));
                }
            }
            VisitingOrder::Drawn => {
                let pairs = self.list.len();
                self.list.iter_mut().for_each(|place| *place = self.rng.below(pairs) as u32);
            }
            VisitingOrder::Fixed => {}
        }
    }
}

impl Iteration for Sgd {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.length = self.step * self.longest / (1.0 + self.decay * self.passes);
        self.arrange();
        for place in 0..self.list.len() {
            self.terms.visit(self.list[place] as usize, self.length, &mut self.now, &mut self.log_nu);
        }
        if self.terms.level_is_free() {
            center(&mut self.now.log);
        }
        self.passes += 1.0;
        let [flops, bytes] = self.terms.cost();
        work.operator += 1;
        work.flops += flops;
        work.bytes += bytes;
        let inside = |s: f64| s.abs() <= LOG_LIMIT;
        if !(self.now.log.iter().all(|s| inside(*s)) && inside(self.log_nu)) {
            return Outcome::Stop(Stop::Diverged);
        }
        self.now.nu = if self.has_nu { libm::exp(self.log_nu) } else { 0.0 };
        self.track.moved(&self.now);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.length]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key {
            "step" => self.step = STEP.check(value)?.as_real().unwrap_or(self.step),
            "decay" => self.decay = DECAY.check(value)?.as_real().unwrap_or(self.decay),
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now.log);
        self.track.save(out);
        for x in [self.now.nu, self.log_nu, self.passes, self.length, self.step, self.decay] {
            out.real(x);
        }
        out.bits(self.rng.state());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.now.log);
        self.track.load(from);
        self.now.nu = from.real();
        self.log_nu = from.real();
        self.passes = from.real();
        self.length = from.real();
        self.step = from.real();
        self.decay = from.real();
        self.rng = Rng::from_state(from.bits());
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestRun, choice, portable};

    #[test]
    fn distances_fall_like_one_over_k_with_decay_and_stop_falling_without() {
        let set = portable().unwrap();
        let after = |given: &[_], passes: u32| {
            let mut run = TestRun::new(&set, "ranking.sgd", given).unwrap();
            run.advance(passes);
            run.value("p.rms.error")
        };
        let (early, late) = (after(&[], 200), after(&[], 1600));
        assert!(late < 0.3 * early && late > 1e-8, "{early:e} {late:e}");
        let flat = [("decay", 0.0.into())];
        let (early, late) = (after(&flat, 200), after(&flat, 1600));
        assert!(late > 0.2 * early, "{early:e} {late:e}");
    }

    #[test]
    fn reshuffling_beats_drawing() {
        let set = portable().unwrap();
        let after = |order: &str| {
            let mut run = TestRun::new(&set, "ranking.sgd", &[choice("order", order)]).unwrap();
            run.advance(400);
            run.value("nll.gap")
        };
        assert!(5.0 * after("reshuffled") < after("drawn"));
    }

    #[test]
    fn an_order_that_never_changes_is_the_incremental_gradient_method() {
        // One pass in file order, written out.
        let set = crate::test_support::pairwise(3, &[(0, 1, 2.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false)], &[])
            .unwrap();
        let mut run = TestRun::new(&set, "ranking.sgd", &[choice("order", "fixed"), ("step", 1.0.into())]).unwrap();
        run.advance(1);
        let (mut s, chance) = ([0.0f64; 3], |d: f64| 1.0 / (1.0 + libm::exp(-d)));
        for (i, j, won, lost) in [(0, 1, 2.0, 0.0), (0, 2, 0.0, 1.0), (1, 2, 1.0, 0.0)] {
            let move_ = won - (won + lost) * chance(s[i] - s[j]);
            s[i] += move_;
            s[j] -= move_;
        }
        for (found, expected) in run.strengths(&set).iter().zip(s) {
            assert!((libm::log(*found) - expected).abs() < 1e-14);
        }
    }
}
