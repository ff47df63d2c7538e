//! Coordinate ascent: one log-strength at a time to its exact maximum.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::PAIRS_AND_ORDERS;
use crate::model::likelihood::{AnyGameLikelihood, GameLikelihood, gradient};
use crate::model::{Meeting, PairModel, Strengths};
use crate::orders::{self, instance::OrderInstance};
use crate::pairs::instance::PairInstance;
use crate::pairs::objective::follow;
use crate::solvers::ascent::{ChangeTracker, center};
use crate::solvers::coordinate::{ORDER, zero};
use crate::solvers::tournament::Tournament;
use crate::solvers::{CHANGE, LOG_LIMIT};

const PARAMS: &[ParamInfo] = &[ORDER];
const DIAGNOSTICS: &[SeriesInfo] = &[CHANGE];

/// See [`MethodInfo::summary`].
pub static COORDINATE_DESCENT: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.coordinate-descent"),
        label: Str::Borrowed("Coordinate ascent"),
        summary: words(
            "One item at a time, its log-strength goes exactly to where the likelihood is largest given all others, by a few \
             Newton steps in one variable. Taking the item with the largest gradient first saves the updates of items that \
             are already right.",
        ),
        math: words(
            r"s_i \leftarrow \arg\max_{s_i} \log L(s): \quad \textstyle\sum_j \left(a_{ij} - n_{ij}\,p_{ij}(s_i - s_j)\right) = 0; \qquad i = 1, 2, \dots, n \quad\text{or}\quad i = \arg\max_i |\partial_i \log L|",
        ),
        citation: words(
            "S. J. Wright, Coordinate descent algorithms, Math. Programming 151, 2015; the greedy rule: J. Nutini, M. Schmidt, \
             I. H. Laradji, M. Friedlander, H. Koepke, Coordinate descent converges faster with the Gauss-Southwell rule than \
             random selection, ICML 2015.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "n updates, each some four visits of all opponents of one item (of all choices it was up for, in orders); with ties \
             of their own, one more pass for the tie strength",
        ),
        limits: words(
            "Exact updates gain little over Newman's single quotient, for several times the work. The common scale under MAP \
             is slow, as in every method that moves one item at a time. The tie strength always comes last in a step.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    if input.downcast::<OrderInstance>().is_ok() {
        return orders::coordinates::build(input);
    }
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let n = model.games.items;
    let now = Strengths::equal(&model);
    let descent = Descent {
        greedy: input.values.text("order") == "greedy",
        log_nu: 0.0,
        slope: vec![0.0; model.width()],
        largest: Tournament::new(n),
        track: ChangeTracker::new(&now),
        now,
        model,
    };
    Ok(CpuStepper::boxed(descent, ranking.referee()))
}

/// The iteration.
struct Descent {
    model: Rc<PairModel>,
    greedy: bool,
    now: Strengths,
    log_nu: f64,
    /// Gradient by variable, that by log-strength kept up to date within a greedy step.
    slope: Vec<f64>,
    largest: Tournament,
    track: ChangeTracker,
}

/// The slope of the log-likelihood of a meeting by its difference `d`, and the negated slope of that.
fn meeting(law: &AnyGameLikelihood, m: &Meeting, d: f64) -> (f64, f64) {
    if let AnyGameLikelihood::Logistic(law) = law {
        // Points beyond expectation, from the points themselves.
        let q = law.shares(d);
        let surplus = m.won * (q.second + 0.5 * q.tie) - m.lost * (q.first + 0.5 * q.tie);
        return (surplus, (m.won + m.lost) * (q.first * q.second + 0.25 * q.tie * (q.first + q.second)));
    }
    let ([by_d, _], bend) = law.turn(&m.results(), d);
    (by_d, bend.link)
}

/// What the place adds to the difference of item `i` in a meeting.
fn place(model: &PairModel, now: &Strengths, i: usize, m: &Meeting) -> f64 {
    if !model.advantage {
        return 0.0;
    }
    let side = model.games.side(m.pair as usize) * now.extra[0];
    if model.games.pairs[m.pair as usize].i as usize == i { side } else { -side }
}

impl Descent {
    /// Moves item `i` to its maximum.
    fn update(&mut self, i: usize, work: &mut Work) {
        let (model, log) = (&self.model, &self.now.log);
        let law = model.game_likelihood(self.now.nu);
        let meetings = model.games.of(i).len() as u64;
        let mut visits = 0;
        // What the prior is centred at.
        let explained = log[i] - model.effect(&self.now, i);
        let at = zero(log[i], |s| {
            visits += 1;
            let (mut value, mut slope) = (0.0, 0.0);
            for m in model.games.of(i) {
                let d = s - log[m.opponent as usize] + place(model, &self.now, i, &m);
                let (v, w) = meeting(&law, &m, d);
                value += v;
                slope += w;
            }
            if model.has_prior() {
                value += model.prior_at(s - explained).1;
                slope += model.prior_curvature(s - explained);
            }
            (value, slope)
        });
        work.inner += visits;
        work.flops += 30 * visits * meetings;
        work.bytes += 40 * visits * meetings;
        if !self.greedy {
            self.now.log[i] = at;
            return;
        }
        // The gradients of the opponents move with it.
        let old = self.now.log[i];
        self.now.log[i] = at;
        let mut own = 0.0;
        let model = Rc::clone(&self.model);
        for m in model.games.of(i) {
            let other = m.opponent as usize;
            let home = place(&model, &self.now, i, &m);
            let before = meeting(&law, &m, old - self.now.log[other] + home).0;
            let after = meeting(&law, &m, at - self.now.log[other] + home).0;
            own += after;
            self.slope[other] += before - after;
            self.largest.play(other, &self.slope);
        }
        if model.has_prior() {
            own += model.prior_at(at - explained).1;
        }
        self.slope[i] = own;
        self.largest.play(i, &self.slope);
    }

    /// Gradients and tournament from scratch.
    fn prepare(&mut self) {
        gradient(&self.model, &self.now, &mut self.slope);
        self.largest.start(&self.slope);
    }

    /// Moves the tie strength to its maximum.
    fn update_nu(&mut self, work: &mut Work) {
        let (model, now) = (&self.model, &self.now);
        let mut visits = 0;
        self.log_nu = zero(self.log_nu, |tau| {
            visits += 1;
            let law = model.game_likelihood(model.nu_at(tau));
            let (mut value, mut slope) = (0.0, 0.0);
            for (k, p) in model.games.pairs.iter().enumerate() {
                let d = model.difference(now, k);
                let ([_, by_tau], bend) = law.turn(&p.results(), d);
                value += by_tau;
                slope += bend.corner + bend.excess;
            }
            (value, slope)
        });
        self.now.nu = model.nu_at(self.log_nu);
        Self::count(model, visits, work);
    }

    /// Moves number `c` of what is estimated beside strengths and ties to its maximum.
    fn update_extra(&mut self, c: usize, work: &mut Work) {
        let Descent { model, now, .. } = self;
        let law = model.game_likelihood(now.nu);
        let covariates = model.covariates.as_deref();
        let column = c.checked_sub(usize::from(model.advantage));
        let x = |i: usize| covariates.zip(column).map_or(0.0, |(t, column)| t.of(i)[column]);
        let (old, n) = (now.extra[c], model.games.items);
        let mut visits = 0;
        let new = zero(old, |new| {
            visits += 1;
            let (mut value, mut slope) = (0.0, 0.0);
            let move_by = new - old;
            // With effects of their own, the items' strengths stay, and only their prior moves.
            if column.is_none() || model.strengths_follow() {
                for (k, p) in model.games.pairs.iter().enumerate() {
                    let by = if column.is_none() { model.games.side(k) } else { x(p.i as usize) - x(p.j as usize) };
                    let d = model.difference(now, k) + by * move_by;
                    let ([by_d, _], bend) = law.turn(&p.results(), d);
                    value += by * by_d;
                    slope += by * by * bend.link;
                }
            }
            if column.is_some() && model.has_prior() {
                let sign = if model.strengths_follow() { 1.0 } else { -1.0 };
                for i in 0..n {
                    let effect = model.effect(now, i) + sign * x(i) * move_by;
                    value += sign * x(i) * model.prior_at(effect).1;
                    slope += x(i) * x(i) * model.prior_curvature(effect);
                }
            }
            (value, slope)
        });
        now.extra[c] = new;
        follow(model, now);
        Self::count(model, visits, work);
    }

    /// Counts passes over the pairs.
    fn count(model: &PairModel, visits: u64, work: &mut Work) {
        work.inner += visits;
        work.flops += 30 * visits * model.games.pairs.len() as u64;
        work.bytes += 40 * visits * model.games.pairs.len() as u64;
    }
}

impl Iteration for Descent {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let n = self.model.games.items;
        if self.model.strengths_follow() {
            // There are coefficients only.
        } else if self.greedy {
            self.prepare();
            for _ in 0..n {
                self.update(self.largest.best(), work);
            }
        } else {
            for i in 0..n {
                self.update(i, work);
            }
        }
        if self.model.has_nu() {
            self.update_nu(work);
        }
        for c in 0..self.now.extra.len() {
            self.update_extra(c, work);
        }
        if self.model.level_is_free() {
            center(&mut self.now.log);
        }
        work.operator += 1;
        self.track.moved(&self.now);
        let inside = |s: f64| s.abs() <= LOG_LIMIT;
        if self.now.log.iter().chain(&self.now.extra).all(|s| inside(*s)) && inside(self.log_nu) {
            Outcome::Continue
        } else {
            Outcome::Stop(Stop::Diverged)
        }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.track.change;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "order" {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.greedy = ORDER.check(value)?.as_text() == Some("greedy");
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now.log);
        out.slice(&self.now.extra);
        self.track.save(out);
        out.real(self.log_nu);
        out.real(self.now.nu);
        out.real(f64::from(self.greedy));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.now.log);
        from.slice(&mut self.now.extra);
        self.track.load(from);
        self.log_nu = from.real();
        self.now.nu = from.real();
        self.greedy = from.real() != 0.0;
    }
}

#[cfg(test)]
mod tests {
    use crate::solvers::coordinate::zero;
    use crate::test_support::{TestRun, choice, pairwise, portable, synthetic};

    #[test]
    fn one_exact_update_solves_two_players() {
        let set = pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[]).unwrap();
        for order in ["cyclic", "greedy"] {
            let mut run = TestRun::new(&set, "ranking.coordinate-descent", &[choice("order", order)]).unwrap();
            run.advance(1);
            let s = run.strengths(&set);
            assert!((s[0] / s[1] - 3.0).abs() < 1e-14, "{order}");
        }
    }

    #[test]
    fn zeros_are_found_from_far_and_runaways_are_held() {
        let falling = |x: f64| (1.0 - 2.0 / (1.0 + libm::exp(-(x - 3.0) * 4.0)), 1e-9);
        assert!((zero(0.0, falling) - 3.0).abs() < 1e-12);
        assert!((zero(0.0, |_| (1.0, 0.0)) - crate::solvers::coordinate::LONGEST).abs() < 1e-12);
    }

    #[test]
    fn a_greedy_step_gains_at_least_what_one_in_turn_gains_here_and_both_always_rise() {
        let set = portable().unwrap();
        let mut gap = [0.0; 2];
        for (k, order) in ["cyclic", "greedy"].into_iter().enumerate() {
            let mut run = TestRun::new(&set, "ranking.coordinate-descent", &[choice("order", order)]).unwrap();
            let mut last = run.value("nll.gap");
            for _ in 0..5 {
                run.advance(1);
                assert!(run.value("nll.gap") < last, "{order}");
                last = run.value("nll.gap");
            }
            gap[k] = last;
        }
        assert!(gap[1] < gap[0], "{gap:?}");
    }

    #[test]
    fn kept_gradients_choose_like_fresh_ones() {
        // As many updates as there are items, each of the largest gradient evaluated from scratch.
        let given = [("players", 7.into()), ("games", 80.into()), ("spread", 1.0.into()), choice("estimate", "map")];
        let set = synthetic(&given, 3).unwrap();
        let model = set.as_any().downcast_ref::<crate::pairs::instance::PairInstance>().unwrap().model();
        let mut log = vec![0.0; 7];
        for _ in 0..7 {
            let mut slope = vec![0.0; 8];
            let at = crate::model::Strengths { log: log.clone(), ..Default::default() };
            crate::model::likelihood::gradient(&model, &at, &mut slope);
            let i = (0..7).fold(0, |best, i| if slope[i].abs() > slope[best].abs() { i } else { best });
            // Bisection, independent of the method's own search.
            let (mut low, mut high) = (-20.0, 20.0);
            for _ in 0..200 {
                log[i] = 0.5 * (low + high);
                crate::model::likelihood::gradient(
                    &model,
                    &crate::model::Strengths { log: log.clone(), ..Default::default() },
                    &mut slope,
                );
                if slope[i] > 0.0 { low = log[i] } else { high = log[i] }
            }
        }
        let mut run = TestRun::new(&set, "ranking.coordinate-descent", &[choice("order", "greedy")]).unwrap();
        run.advance(1);
        for (s, expected) in run.strengths(&set).iter().zip(&log) {
            assert!((libm::log(*s) - expected).abs() < 1e-12);
        }
    }
}
