//! Skills as Gaussians, matched in their moments after each game, as TrueSkill does; further passes refine.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Encounter, Iteration, List, Method, MethodInfo, MethodInput, Outcome,
    ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Str, Value, Work, words,
};

use super::PROBLEMS;
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::center;
use crate::solvers::rating_pass::RatingPasses;
use crate::solvers::{CHANGE, LOG_LIMIT, TOLERANCE};

const SIGMA: ParamInfo = ParamInfo::real(
    "sigma",
    "Prior spread",
    "Standard deviation of the skills before any game, in units of that of a performance around its skill.",
    [0.1, 20.0],
    2.0,
);

/// Log-odds for a unit of the argument of the normal distribution: the usual match of probit and logit.
const LOGIT: f64 = 1.702;

const PARAMS: &[ParamInfo] = &[SIGMA, TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "skill.rms.change",
        "change of skills",
        "Root mean square over the items of the last pass's change of the mean skill, in units of the spread of a performance; \
         the run ends when it is at most the tolerance.",
    ),
    SeriesInfo::new("skill.deviation", "deviation", "Mean standard deviation of the skills, in the same units.")
        .linear(),
];

/// See [`MethodInfo::summary`].
pub static TRUESKILL: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.trueskill"),
        label: Str::Borrowed("TrueSkill-like"),
        summary: words(
            "Each skill is a normal distribution; a game replaces those of both sides by normal ones of the same moments. The \
             first pass is the online rule of TrueSkill for two players without dynamics; further passes take back what a game \
             said before they say it anew (expectation propagation), until all agree. It solves another model (performances are \
             normal, skills have a prior): its distance to the Bradley-Terry optimum does not go to zero.",
        ),
        math: words(
            r"\mu_i \leftarrow \mu_i + \frac{\sigma_i^2}{c}\,v, \quad \sigma_i^2 \leftarrow \sigma_i^2\left(1-\frac{\sigma_i^2}{c^2}\,w\right), \quad \mu_j \leftarrow \mu_j - \frac{\sigma_j^2}{c}\,v, \qquad c^2 = 2\beta^2+\sigma_i^2+\sigma_j^2,\ t = \frac{\mu_i-\mu_j-\varepsilon}{c},\ v = \frac{\varphi(t)}{\Phi(t)},\ w = v(v+t)",
        ),
        citation: words(
            "R. Herbrich, T. Minka, T. Graepel, TrueSkill: a Bayesian skill rating system, NIPS 2006; T. Minka, Expectation \
             propagation for approximate Bayesian inference, UAI 2001.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over the lines of the file, two values of the error function for each"),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero. It is not the TrueSkill of the \
             trade: two players a game, no teams, no change of skills in time. Skills are treated as independent, which \
             underestimates their spread. A draw is a difference of performances below a margin that the share of draws sets. \
             A line that stands for several games is matched as one game raised to that power, half of the way in each pass. Strengths are skills times 1.702 \
             over the spread of a difference.",
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
    let sigma = input.values.real("sigma");
    let lines = ranking.lines();
    let ties = (model.games.ties / model.games.total).min(0.99);
    let skills = Skills {
        margin: if ties > 0.0 { core::f64::consts::SQRT_2 * quantile(0.5 * (1.0 + ties)) } else { 0.0 },
        skills: vec![Normal { precision: 1.0 / (sigma * sigma), shift: 0.0 }; n],
        messages: vec![[Normal::default(); 2]; lines.len()],
        old: vec![0.0; n],
        lines,
        passes,
        model,
    };
    Ok(CpuStepper::boxed(skills, ranking.referee()))
}

/// A normal distribution (or a factor of one) by its precision and precision times mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Normal {
    precision: f64,
    shift: f64,
}

impl Normal {
    fn mean(&self) -> f64 {
        self.shift / self.precision
    }
    /// The product with the `power` of another.
    fn times(&self, other: &Normal, power: f64) -> Normal {
        Normal { precision: self.precision + power * other.precision, shift: self.shift + power * other.shift }
    }
}

/// The iteration. The unit is the spread of a performance (TrueSkill's beta).
struct Skills {
    model: Rc<PairModel>,
    lines: Rc<Vec<Encounter>>,
    margin: f64,
    skills: Vec<Normal>,
    /// What each line said of its two items, for all of its games together.
    messages: Vec<[Normal; 2]>,
    old: Vec<f64>,
    passes: RatingPasses,
}

/// Density of the standard normal distribution.
fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * core::f64::consts::PI).sqrt()
}

/// Distribution function of the same.
fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / core::f64::consts::SQRT_2)
}

/// Its inverse above 1/2.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if below(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Shift and shrinkage of the difference of two performances, of spread 1 and mean `t`, once it is known to exceed `e`.
fn won(t: f64, e: f64) -> (f64, f64) {
    let x = t - e;
    // Farther out the quotient is 0/0; what is left of it here.
    if x < -35.0 {
        return (-x, 1.0);
    }
    let v = density(x) / below(x);
    (v, v * (v + x))
}

/// The same once it is known to be between `-e` and `e`.
fn drawn(t: f64, e: f64) -> (f64, f64) {
    let (high, low) = (e - t.abs(), -e - t.abs());
    let inside = below(high) - below(low);
    let (v, w) = if inside < 1e-290 {
        (high, 1.0)
    } else {
        let v = (density(low) - density(high)) / inside;
        (v, v * v + (high * density(high) - low * density(low)) / inside)
    };
    (if t < 0.0 { -v } else { v }, w)
}

impl Skills {
    /// What one game says, given what all others say of the two.
    fn game(&self, tie: bool, i: &Normal, j: &Normal) -> [Normal; 2] {
        let (vi, vj) = (1.0 / i.precision, 1.0 / j.precision);
        let c = (2.0 + vi + vj).sqrt();
        let t = (i.mean() - j.mean()) / c;
        let (v, w) = if tie { drawn(t, self.margin / c) } else { won(t, self.margin / c) };
        let messages = |own: &Normal, variance: f64, v: f64| {
            let mean = own.mean() + variance / c * v;
            let precision = own.precision / (1.0 - variance / (c * c) * w);
            Normal { precision: precision - own.precision, shift: precision * mean - own.shift }
        };
        [messages(i, vi, v), messages(j, vj, -v)]
    }

    /// Moves what all lines said by one common amount, so that the means of the skills add up to 0 but for what the prior
    /// holds back: as they do at rest, because a game pulls its two items apart with equal forces. Left to themselves the
    /// passes approach that level very slowly.
    fn level(&mut self) {
        let amount = -self.skills.iter().fold(0.0, |sum, s| sum + s.mean()) / self.skills.len() as f64;
        for (k, e) in self.lines.iter().enumerate() {
            for (messages, item) in self.messages[k].iter_mut().zip([e.winner, e.loser]) {
                let shift = amount * messages.precision;
                messages.shift += shift;
                self.skills[item as usize].shift += shift;
            }
        }
    }

    fn show(&mut self) {
        for (s, skill) in self.passes.view.log.iter_mut().zip(&self.skills) {
            *s = LOGIT / core::f64::consts::SQRT_2 * skill.mean();
        }
        center(&mut self.passes.view.log);
    }
}

impl Iteration for Skills {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.level();
        for (old, skill) in self.old.iter_mut().zip(&self.skills) {
            *old = skill.mean();
        }
        let lines = Rc::clone(&self.lines);
        for (k, e) in lines.iter().enumerate() {
            let (i, j) = (e.winner as usize, e.loser as usize);
            let before = self.messages[k];
            // Without one of the line's games.
            let (own, other) =
                (self.skills[i].times(&before[0], -1.0 / e.count), self.skills[j].times(&before[1], -1.0 / e.count));
            // Many equal games at once overshoot, because each item moves as if the other stood still.
            let part = if e.count > 1.0 { 0.5 } else { 1.0 };
            let [one, two] = self.game(e.tie, &own, &other);
            let mix = |old: &Normal, new: &Normal| Normal::default().times(old, 1.0 - part).times(new, part * e.count);
            let now = [mix(&before[0], &one), mix(&before[1], &two)];
            self.skills[i] = self.skills[i].times(&before[0], -1.0).times(&now[0], 1.0);
            self.skills[j] = self.skills[j].times(&before[1], -1.0).times(&now[1], 1.0);
            self.messages[k] = now;
        }
        let square = self.skills.iter().zip(&self.old).fold(0.0, |sum, (s, old)| {
            let off = s.mean() - old;
            sum + off * off
        });
        self.passes.change = (square / self.old.len() as f64).sqrt();
        self.show();
        work.operator += 1;
        work.flops += 120 * lines.len() as u64;
        work.bytes += 140 * lines.len() as u64 + 40 * self.model.games.items as u64;
        let sane = |s: &Normal| s.precision > 0.0 && s.mean().abs() <= LOG_LIMIT;
        self.passes.end(self.skills.iter().all(sane))
    }

    fn iterate(&mut self) -> &Strengths {
        &self.passes.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "change of skills", tolerance: Some(self.passes.tolerance()) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let deviation = self.skills.iter().fold(0.0, |sum, s| sum + (1.0 / s.precision).sqrt());
        let [of_p, change] = self.passes.changes();
        out.copy_from_slice(&[of_p, change, deviation / self.skills.len() as f64]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.passes.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        for n in self.skills.iter().chain(self.messages.as_flattened()) {
            out.slice(&[n.precision, n.shift]);
        }
        self.passes.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for n in self.skills.iter_mut().chain(self.messages.as_flattened_mut()) {
            *n = Normal { precision: from.real(), shift: from.real() };
        }
        self.passes.load(from);
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{TestRun, pairwise, portable};

    /// TrueSkill's usual numbers in units of beta = 25/6: mean 0, spread 25/3.
    const BETA: f64 = 25.0 / 6.0;

    fn skill(strength: f64) -> f64 {
        libm::log(strength) * core::f64::consts::SQRT_2 / LOGIT * BETA
    }

    #[test]
    fn the_first_pass_is_trueskill() {
        // Python package trueskill 0.4.5, TrueSkill(mu=0, sigma=25/3, beta=25/6, tau=0, draw_probability=0), rate_1vs1 over
        // the portable games in the order of their draws; the first five of 40.
        let expected =
            [-4.863912172020531, 0.7672514578421319, 0.6398627773758443, -9.266245928074575, -0.028468454848737206];
        let set = portable().unwrap();
        let mut run = TestRun::new(&set, "ranking.trueskill", &[]).unwrap();
        run.advance(1);
        let s = run.strengths(&set);
        for k in 1..5 {
            // Differences, as the package has no common level; its own error function has seven digits.
            let found = skill(s[k] / s[0]);
            assert!((found - (expected[k] - expected[0])).abs() < 1e-6, "{found}");
        }
    }

    #[test]
    fn draws_are_those_of_trueskill() {
        // The same package with draw_probability = 0.5: two of the four games are ties.
        let expected = [-2.310828616151228, -3.0132104259555335, 3.181178798639338];
        let set =
            pairwise(3, &[(0, 1, 1.0, false), (1, 2, 1.0, true), (2, 0, 1.0, false), (0, 1, 1.0, true)], &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.trueskill", &[]).unwrap();
        run.advance(1);
        let s = run.strengths(&set);
        for k in 1..3 {
            assert!((skill(s[k] / s[0]) - (expected[k] - expected[0])).abs() < 1e-6, "{}", skill(s[k] / s[0]));
        }
    }

    #[test]
    fn moments_agree_with_quadrature() {
        for (t, e) in [(0.3, 0.0), (-2.0, 0.5), (1.5, 0.7)] {
            let moments = |inside: &dyn Fn(f64) -> bool| {
                let (mut all, mut first, mut second) = (0.0, 0.0, 0.0);
                for k in 0..400_000 {
                    let x = -10.0 + (f64::from(k) + 0.5) * 5e-5;
                    if inside(x + t) {
                        let p = density(x);
                        (all, first, second) = (all + p, first + p * x, second + p * x * x);
                    }
                }
                (first / all, 1.0 - (second / all - (first / all) * (first / all)))
            };
            for ((v, w), (mean, shrink)) in
                [(won(t, e), moments(&|d| d > e)), (drawn(t, e + 0.1), moments(&|d| d.abs() < e + 0.1))]
            {
                assert!((v - mean).abs() < 1e-4 && (w - shrink).abs() < 1e-4, "{t} {e}: {v} {mean} {w} {shrink}");
            }
        }
        assert!((quantile(0.975) - 1.959963984540054).abs() < 1e-12);
    }

    #[test]
    fn passes_come_to_rest_and_several_games_on_a_line_count_as_several_lines() {
        let once = [(0, 1, 1.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false), (0, 2, 1.0, false)];
        let rest = |games: &[(u32, u32, f64, bool)]| {
            let set = pairwise(3, games, &[]).unwrap();
            let mut run = TestRun::new(&set, "ranking.trueskill", &[("tolerance", 1e-13.into())]).unwrap();
            run.advance(2000);
            assert!(run.stepper.steps() < 2000);
            run.strengths(&set)
        };
        let lines: Vec<_> = once.iter().flat_map(|g| [*g; 3]).collect();
        let counted = once.map(|(a, b, c, t)| (a, b, 3.0 * c, t));
        for (a, b) in rest(&lines).iter().zip(rest(&counted)) {
            assert!((a / b - 1.0).abs() < 1e-10, "{a} {b}");
        }
    }
}
