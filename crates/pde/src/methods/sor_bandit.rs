//! SOR over a sequence of systems, with a relaxation that a bandit learns from the sweeps that each system took.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;

use self::learners::{ChebCb, Learner, Tsallis};
use super::sequence::Place;
use crate::problems::sequence::{ID, SequenceReferee};

mod learners;

/// The relaxations that a bandit chooses from: 1, 1.05, ..., 1.95.
const ARMS: usize = 20;
/// Bins of the context.
const BINS: usize = 5;
/// The most sweeps of a system; then it counts as solved.
const MOST: u64 = 10_000;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "learner",
        "Learner",
        "Tsallis-INF finds the best fixed relaxation; with bins, and ChebCB, look at the parameter of the system first",
        &[
            ("fixed", "none: a fixed relaxation"),
            ("tsallis-inf", "Tsallis-INF"),
            ("tsallis-inf-bins", "Tsallis-INF in five bins"),
            ("chebcb", "ChebCB"),
        ],
        "chebcb",
    ),
    ParamInfo::real("omega", "ω", "The relaxation of every system", [0.05, 1.99], 1.5).when("learner", &["fixed"]),
];

static DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("omega", "ω", "The relaxation in use on the system at hand").linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.sor-bandit"),
        label: Str::Borrowed("SOR, learned ω"),
        summary: words(
            "A relaxation is drawn for each system, and only the number of its sweeps is seen. Without a look at the system the learner comes close to \
             the best fixed relaxation; with a look at its parameter, to the best one for each system.",
        ),
        math: words(
            r"\omega_t \sim p_t, \qquad p_t = \operatorname*{arg\,min}_p \Bigl\langle \sum_{s<t} \hat c_s, p \Bigr\rangle - \frac{4}{\eta_t} \sum_i \sqrt{p_i}",
        ),
        citation: words(
            "M. Khodak, E. Chow, M.-F. Balcan and A. Talwalkar, Learning to relax: setting solver parameters across a sequence of linear system \
             instances, ICLR 2024, with the authors' program",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[ID]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one sweep of SOR and one residual, 19 N flops"),
        limits: words(
            "What is learned is the number of sweeps, so that it takes many systems; a system is given up after 10,000 sweeps. ChebCB draws \
             every arm again and again, however bad.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let iteration = SorBandit::new(input)?;
    let referee = SequenceReferee::new(&iteration.place.sequence);
    Ok(CpuStepper::boxed(iteration, referee))
}

/// The iteration; step 0 stands before the first system.
pub struct SorBandit {
    place: Place,
    learner: Learner,
    fixed: Option<f64>,
    rng: Rng,
    arm: usize,
    inverse: Vec<f64>,
    rest: Vec<f64>,
    fresh: bool,
}

impl SorBandit {
    /// As the parameters say.
    ///
    /// # Errors
    /// The problem is no sequence.
    pub fn new(input: &MethodInput<'_>) -> Result<SorBandit, BuildError> {
        let place = Place::new(input, |s| (0..s.systems()).collect())?;
        let first = place.sequence.parameters.iter().map(|p| p[0]);
        let ends = first.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], x| [a.min(x), b.max(x)]);
        let range = if ends[1] > ends[0] { ends } else { [ends[0] - 0.5, ends[0] + 0.5] };
        let name = input.values.text("learner");
        let learner = match name {
            "tsallis-inf" => Learner::Tsallis(vec![Tsallis::new(ARMS)], range),
            "tsallis-inf-bins" => Learner::Tsallis(vec![Tsallis::new(ARMS); BINS], range),
            "chebcb" => Learner::Cheb(Box::new(ChebCb::new(ARMS, range))),
            _ => Learner::Fixed,
        };
        let fixed = (name == "fixed").then(|| input.values.real("omega"));
        let zeros = vec![0.0; place.sequence.len()];
        let rng = Rng::new(input.seed);
        Ok(SorBandit { place, learner, fixed, rng, arm: 0, inverse: zeros.clone(), rest: zeros, fresh: true })
    }

    fn omega(&self) -> f64 {
        self.fixed.unwrap_or(1.0 + 0.05 * self.arm as f64)
    }

    fn context(&self) -> f64 {
        self.place.sequence.parameters[self.place.current()][0]
    }
}

impl Iteration for SorBandit {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        if self.place.is_done() {
            return Outcome::Stop(Stop::Converged);
        }
        let context = self.context();
        if std::mem::take(&mut self.fresh) {
            self.arm = self.learner.choose(context, &mut self.rng);
            for (inverse, d) in self.inverse.iter_mut().zip(&self.place.matrix.centre) {
                *inverse = 1.0 / d;
            }
        }
        let (omega, n) = (self.omega(), self.inverse.len());
        let p = &mut self.place;
        p.steps += 1;
        p.matrix.relax_in_place(&p.rhs, &self.inverse, omega, (0, n, 1), &mut p.iterate[..n]);
        p.matrix.residual(&p.rhs, &p.iterate[..n], &mut self.rest);
        p.residual = compiled::norm2(&self.rest) / p.size;
        work.operator += 2;
        work.flops += 21 * n as u64;
        work.bytes += 8 * 17 * n as u64;
        if p.is_solved() || p.steps >= MOST {
            let cost = p.steps as f64;
            p.next(omega);
            self.learner.learn(context, self.arm, cost);
            self.fresh = true;
        }
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[f64] {
        &self.place.iterate
    }

    fn estimate(&self) -> f64 {
        self.place.left()
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.omega();
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(u64::from(self.fresh));
        out.bits(self.arm as u64);
        out.bits(self.rng.state());
        out.slice(&self.inverse);
        self.learner.save(out);
        self.place.save(true, out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.fresh = from.bits() != 0;
        self.arm = (from.bits() as usize).min(ARMS - 1);
        self.rng = Rng::from_state(from.bits());
        from.slice(&mut self.inverse);
        self.learner.load(from);
        self.place.load(true, from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Costs are least at an arm that moves with the context.
    fn regret(mut learner: Learner, rounds: usize) -> f64 {
        let (mut rng, mut noise, mut sum) = (Rng::new(3), Rng::new(4), 0.0);
        for _ in 0..rounds {
            let context = noise.uniform();
            let arm = learner.choose(context, &mut rng);
            let away = arm as f64 / 19.0 - context;
            let cost = 10.0 + 200.0 * away * away;
            learner.learn(context, arm, cost);
            sum += cost - 10.0;
        }
        sum / rounds as f64
    }

    #[test]
    fn a_look_at_the_context_pays_and_learners_beat_chance() {
        let range = [0.0, 1.0];
        // Arms by chance cost 200 / 6; the best fixed one 200 / 12.
        let tsallis = regret(Learner::Tsallis(vec![Tsallis::new(ARMS)], range), 4000);
        let bins = regret(Learner::Tsallis(vec![Tsallis::new(ARMS); BINS], range), 4000);
        let cheb = regret(Learner::Cheb(Box::new(ChebCb::new(ARMS, range))), 4000);
        assert!(tsallis > 200.0 / 12.0 && tsallis < 22.0, "{tsallis}");
        assert!(bins < 0.6 * tsallis && cheb < 0.6 * tsallis, "{bins} {cheb} {tsallis}");
    }
}
