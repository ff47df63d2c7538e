//! Glickman's second rule: ratings with deviations and volatilities, period by period, pass after pass.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Encounter, Iteration, List, Method, MethodInfo, MethodInput, Outcome,
    ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use super::PROBLEMS;
use crate::model::Strengths;
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::center;
use crate::solvers::rating_pass::RatingPasses;
use crate::solvers::{CHANGE, LOG_LIMIT, TOLERANCE};

const TAU: ParamInfo =
    ParamInfo::real("tau", "τ", "How fast volatilities may change; 0.3 to 1.2 are usual.", [0.05, 2.0], 0.5).live();
const PERIOD: ParamInfo = ParamInfo::int(
    "period",
    "Period",
    "Lines of the file in one rating period, whose games all count with the ratings before it.",
    [1, 1_000_000],
    20,
)
.log();
const DEVIATION: ParamInfo = ParamInfo::real(
    "deviation",
    "First deviation",
    "Rating deviation at the start, and the largest there is, in rating points.",
    [10.0, 1000.0],
    350.0,
);

/// Rating points for a factor e of the odds.
const POINTS: f64 = 173.7178;
/// Volatility at the start.
const VOLATILITY: f64 = 0.06;

const PARAMS: &[ParamInfo] = &[TAU, PERIOD, DEVIATION, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "glicko.rms.change",
        "change of ratings",
        "Root mean square over the items of the last pass's change of the rating, in rating points; the run ends when it is at \
         most the tolerance.",
    ),
    SeriesInfo::new("glicko.deviation", "deviation", "Mean rating deviation of the items, in rating points."),
];

/// See [`MethodInfo::summary`].
pub static GLICKO: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.glicko2"),
        label: Str::Borrowed("Glicko-2"),
        summary: words(
            "Elo's rule with an uncertainty of each rating, which sets its stake, and a volatility, which keeps the uncertainty \
             from vanishing. The first step is the rule as it is used; each further one plays all games again from the ratings of \
             the last, with all uncertainties fresh. It solves another model, in which late games count more: its distance to the \
             Bradley-Terry optimum does not go to zero.",
        ),
        math: words(
            r"\mu' = \mu + \phi'^2 \sum_j g(\phi_j)\left(r_j - E_j\right), \quad \frac1{\phi'^2} = \frac1{\phi^2+\sigma'^2} + \frac1v, \quad \frac1v = \sum_j g(\phi_j)^2 E_j(1-E_j), \qquad g(\phi) = \frac1{\sqrt{1+3\phi^2/\pi^2}}, \quad E_j = \frac1{1+e^{-g(\phi_j)(\mu-\mu_j)}}",
        ),
        citation: words(
            "M. E. Glickman, Dynamic paired comparison models with stochastic variances, J. Appl. Statist. 28, 2001; Example of \
             the Glicko-2 system, 2013.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one pass over the lines of the file, two exponentials for each, and one volatility for each item and period",
        ),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero. Deviations and volatilities start \
             afresh in each pass; carried over, volatilities grew without bound when the same games were played again and again. With \
             few, one-sided games the passes need not come to rest. \
             Items count as idle in the periods in which they have no line. The prior of MAP is not used, ties count as half \
             a win to each, and the tie strength is only read off their share. It ends by its own tolerance.",
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
    let passes = RatingPasses::new(&model, input.values.real("tolerance"));
    let widest = input.values.real("deviation") / POINTS;
    let glicko = Glicko {
        tau: input.values.real("tau"),
        period: input.values.size("period"),
        widest,
        periods: 0,
        players: vec![Player { mu: 0.0, phi: widest, sigma: VOLATILITY }; n],
        seen: vec![0; n],
        news: vec![News::default(); n],
        active: Vec::with_capacity(n),
        old: vec![0.0; n],
        lines: ranking.lines(),
        passes,
    };
    Ok(CpuStepper::boxed(glicko, ranking.referee()))
}

/// Rating, deviation and volatility on the scale of log-strengths.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Player {
    mu: f64,
    phi: f64,
    sigma: f64,
}

/// What one period says of a player.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct News {
    /// 1/v.
    information: f64,
    /// Sum of g (r - E).
    surplus: f64,
}

/// The iteration.
struct Glicko {
    lines: Rc<Vec<Encounter>>,
    tau: f64,
    period: usize,
    widest: f64,
    /// Periods of this pass so far.
    periods: u64,
    players: Vec<Player>,
    /// The period after the last one that a player played in.
    seen: Vec<u64>,
    news: Vec<News>,
    /// Who plays in the present period.
    active: Vec<u32>,
    old: Vec<f64>,
    passes: RatingPasses,
}

impl News {
    /// Adds `count` games against `other` with result `result`.
    fn add(&mut self, own: &Player, other: &Player, result: f64, count: f64) {
        let pi = core::f64::consts::PI;
        let g = 1.0 / (1.0 + 3.0 * other.phi * other.phi / (pi * pi)).sqrt();
        let expected = 1.0 / (1.0 + libm::exp(-g * (own.mu - other.mu)));
        self.information += count * g * g * expected * (1.0 - expected);
        self.surplus += count * g * (result - expected);
    }
}

/// The new volatility, by the rule of false position as Illinois modifies it, in its logarithm.
fn volatility(player: &Player, news: &News, tau: f64) -> f64 {
    let square = player.phi * player.phi;
    let v = 1.0 / news.information;
    let delta = v * news.surplus;
    let start = libm::log(player.sigma * player.sigma);
    let f = |x: f64| {
        let e = libm::exp(x);
        let all = square + v + e;
        e * (delta * delta - all) / (2.0 * all * all) - (x - start) / (tau * tau)
    };
    let mut a = start;
    let mut b = if delta * delta > square + v {
        libm::log(delta * delta - square - v)
    } else {
        let mut k = 1.0;
        while f(start - k * tau) < 0.0 && k < 100.0 {
            k += 1.0;
        }
        start - k * tau
    };
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..100 {
        if (b - a).abs() <= 1e-12 || at_a == at_b {
            break;
        }
        let c = a + (a - b) * at_a / (at_b - at_a);
        let at_c = f(c);
        if at_c * at_b <= 0.0 {
            (a, at_a) = (b, at_b);
        } else {
            at_a *= 0.5;
        }
        (b, at_b) = (c, at_c);
    }
    libm::exp(0.5 * a)
}

/// The player after the period.
fn updated(player: &Player, news: &News, tau: f64) -> Player {
    if news.information <= 0.0 {
        return *player;
    }
    let sigma = volatility(player, news, tau);
    let before = player.phi * player.phi + sigma * sigma;
    let after = 1.0 / (1.0 / before + news.information);
    Player { mu: player.mu + after * news.surplus, phi: after.sqrt(), sigma }
}

impl Glicko {
    /// Enters a player into the present period; the deviation grew while the player was idle.
    fn enter(&mut self, i: u32) {
        let k = i as usize;
        if self.seen[k] == self.periods + 1 {
            return;
        }
        let player = &mut self.players[k];
        let idle = (self.periods - self.seen[k]) as f64;
        player.phi = (player.phi * player.phi + idle * player.sigma * player.sigma).sqrt().min(self.widest);
        self.seen[k] = self.periods + 1;
        self.news[k] = News::default();
        self.active.push(i);
    }

    fn show(&mut self) {
        for (s, p) in self.passes.view.log.iter_mut().zip(&self.players) {
            *s = p.mu;
        }
    }

    /// Takes the common level, which no game depends on and every pass moves, from the ratings.
    fn level(&mut self) {
        self.show();
        center(&mut self.passes.view.log);
        for (s, p) in self.passes.view.log.iter().zip(&mut self.players) {
            p.mu = *s;
        }
    }
}

impl Iteration for Glicko {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        for (old, p) in self.old.iter_mut().zip(&mut self.players) {
            *old = p.mu;
            // Games played again are no new evidence: only the ratings carry over.
            (p.phi, p.sigma) = (self.widest, VOLATILITY);
        }
        self.seen.fill(0);
        self.periods = 0;
        let lines = Rc::clone(&self.lines);
        for period in lines.chunks(self.period) {
            for e in period {
                self.enter(e.winner);
                self.enter(e.loser);
            }
            for e in period {
                let (i, j) = (e.winner as usize, e.loser as usize);
                let (a, b) = (self.players[i], self.players[j]);
                let result = if e.tie { 0.5 } else { 1.0 };
                self.news[i].add(&a, &b, result, e.count);
                self.news[j].add(&b, &a, 1.0 - result, e.count);
            }
            for &i in &self.active {
                let k = i as usize;
                self.players[k] = updated(&self.players[k], &self.news[k], self.tau);
            }
            work.inner += 1;
            work.flops += 50 * period.len() as u64 + 300 * self.active.len() as u64;
            self.active.clear();
            self.periods += 1;
        }
        self.level();
        let pairs = self.players.iter().zip(&self.old);
        let square = pairs.fold(0.0, |sum, (p, old)| sum + (p.mu - old) * (p.mu - old));
        self.passes.change = POINTS * (square / self.old.len() as f64).sqrt();
        work.operator += 1;
        work.bytes += 160 * self.lines.len() as u64;
        self.passes.end(self.passes.view.log.iter().all(|s| s.abs() <= LOG_LIMIT))
    }

    fn iterate(&mut self) -> &Strengths {
        &self.passes.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "change of ratings", tolerance: Some(self.passes.tolerance()) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let deviation = self.players.iter().fold(0.0, |sum, p| sum + p.phi) / self.players.len() as f64;
        let [of_p, change] = self.passes.changes();
        out.copy_from_slice(&[of_p, change, POINTS * deviation]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "tau" {
            return self.passes.set(key, value);
        }
        self.tau = TAU.check(value)?.as_real().unwrap_or(self.tau);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        for p in &self.players {
            out.slice(&[p.mu, p.phi, p.sigma]);
        }
        self.passes.save(out);
        out.real(self.tau);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for p in &mut self.players {
            *p = Player { mu: from.real(), phi: from.real(), sigma: from.real() };
        }
        self.passes.load(from);
        self.tau = from.real();
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{TestRun, pairwise, portable};

    #[test]
    fn the_example_of_the_source_is_reproduced() {
        let rated = |r: f64, rd: f64| Player { mu: (r - 1500.0) / POINTS, phi: rd / POINTS, sigma: 0.06 };
        let player = rated(1500.0, 200.0);
        let mut news = News::default();
        for (r, rd, result) in [(1400.0, 30.0, 1.0), (1550.0, 100.0, 0.0), (1700.0, 300.0, 0.0)] {
            news.add(&player, &rated(r, rd), result, 1.0);
        }
        assert!((1.0 / news.information - 1.7785).abs() < 2e-3, "v");
        assert!((news.surplus / news.information + 0.4834).abs() < 1e-3, "delta");
        let after = updated(&player, &news, 0.5);
        assert!((1500.0 + POINTS * after.mu - 1464.06).abs() < 0.02);
        assert!((POINTS * after.phi - 151.52).abs() < 0.01);
        assert!((after.sigma - 0.05999).abs() < 1e-5);
    }

    #[test]
    fn a_surprise_raises_the_volatility() {
        let strong = Player { mu: 3.0, phi: 0.3, sigma: 0.06 };
        let weak = Player { mu: -3.0, phi: 0.3, sigma: 0.06 };
        let after = |result: f64| {
            let mut news = News::default();
            news.add(&strong, &weak, result, 3.0);
            updated(&strong, &news, 1.0)
        };
        assert!(after(0.0).sigma > 0.06 && after(1.0).sigma < 0.06);
        assert!(after(0.0).mu < 3.0 && after(1.0).mu > 3.0);
    }

    #[test]
    fn within_a_period_the_order_does_not_matter_and_the_idle_grow_uncertain() {
        let games = [(0, 1, 1.0, false), (1, 2, 1.0, false), (2, 0, 1.0, true), (1, 0, 2.0, false)];
        let mut back = games;
        back.reverse();
        let strengths = |games: &[(u32, u32, f64, bool)], period: i64| {
            let set = pairwise(3, games, &[]).unwrap();
            let mut run = TestRun::new(&set, "ranking.glicko2", &[("period", period.into())]).unwrap();
            run.advance(1);
            (run.strengths(&set), run.value("glicko.deviation"))
        };
        let (a, b) = (strengths(&games, 4).0, strengths(&back, 4).0);
        assert!(a.iter().zip(&b).all(|(x, y)| (x / y - 1.0).abs() < 1e-14));
        let (a, b) = (strengths(&games, 1).0, strengths(&back, 1).0);
        assert!(a.iter().zip(&b).any(|(x, y)| (x / y - 1.0).abs() > 1e-3));
    }

    #[test]
    fn passes_come_to_rest_at_another_answer() {
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.glicko2", &[]).unwrap();
        run.advance(1);
        let deviation = run.value("glicko.deviation");
        assert!(deviation < 100.0);
        run.advance(500);
        assert!(run.stepper.steps() < 500 && run.value("p.rms.error") > 1e-3);
        // What the games say of the deviations depends on the ratings but little.
        assert!((run.value("glicko.deviation") / deviation - 1.0).abs() < 0.1);
    }
}
