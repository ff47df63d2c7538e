//! How well each game is predicted by all others, at every step of a run.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Encounter, Heading, Instance, Job, List, Mark, ParamInfo,
    Plot, Progress, Report, ReportTable, Scale, Stepper, Str, Subject, words,
};
use iterscope_kernels::reduce::dot;

use super::iacv::{Term, from_one_point, step};
use super::information::Information;
use super::predictions::{GameResult, loss};
use super::ranking_model::{Question, own_answer};
use super::refit::{self, Fit, Refit};
use super::resample::{Line, with_games};
use super::shared::GAMES;
use crate::data::parts::Connectivity;
use crate::model::hessian::Hessian;
use crate::model::likelihood::gradient;
use crate::model::{PairModel, Strengths};
use crate::pairs::existence::connectivity;
use crate::pairs::instance::PairInstance;
use crate::pairs::objective::PairLikelihood;

/// Steps that are looked at one by one; beyond, each next one is a tenth further.
const EVERY: u64 = 30;
/// Numbers of all points without one game that are worth their memory.
const MOST_KEPT: usize = 2_000_000;
/// Visits of pairs that following all these points may cost, and those that exact ones may.
const MOST_VISITS: f64 = 3e9;
const MOST_EXACT: f64 = 6e8;
/// Items for which a factorisation at every step looked at is worth the wait.
const MOST_ITEMS: usize = 1500;

const PARAMS: &[ParamInfo] = &[ParamInfo::switch(
    "exact",
    "Exact",
    "Leave each game out in earnest, too, to compare: the run is repeated without it (gradient steps), or the optimum found without \
     it. Only for small sets.",
    false,
)];

/// See [`AnalysisInfo::summary`].
pub static LEAVE_ONE_OUT: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.leave-one-out"),
        label: Str::Borrowed("How well are games predicted?"),
        summary: words(
            "At every step of the run, how likely each game is to strengths that have not seen it, without running once for each game: one \
             step of Newton's corrects for the game left out, and where the run takes gradient steps a linearised copy follows it \
             (iterative approximate cross-validation), which is right before convergence, too.",
        ),
        citation: words("Y. Luo, Z. Ren, R. F. Barber, Iterative approximate cross-validation, ICML 2023."),
        params: List::Borrowed(PARAMS),
        problems: GAMES,
        subject: Subject::Run,
        limits: words(
            "Far from the optimum one step of Newton's says what the optimum would predict rather than what this step does. What else the \
             model estimates (such as the tie strength) is taken from the run as it is.",
        ),
    },
    build,
};

/// Games of a pair that ended alike.
struct Unit {
    pair: usize,
    outcome: GameResult,
    games: f64,
    form: [(usize, f64); 2],
}

fn units(model: &PairModel) -> Vec<Unit> {
    let mut out = Vec::new();
    for (pair, p) in model.games.pairs.iter().enumerate() {
        let form = [(p.i as usize, 1.0), (p.j as usize, -1.0)];
        for (games, outcome) in [(p.won, GameResult::First), (p.lost, GameResult::Second), (p.tied, GameResult::Tie)] {
            if games > 0.0 {
                out.push(Unit { pair, outcome, games, form });
            }
        }
    }
    out
}

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let own = own_answer(&input).is_some();
    let (run, _) = input.iterate::<Strengths>()?;
    let model = ranking.model();
    let (n, pairs) = (model.games.items, model.games.pairs.len());
    let joined = ranking.joined();
    if !model.has_prior() && model.covariates.is_none() && !joined.groups_are_strong() {
        let why = "the estimate is infinite between parts of the items, so the loss of a game between them has no value: estimate \
                   MAP, or rank the largest part alone";
        return Err(BuildError::new("analysis", why));
    }
    refit::of(&Question::of_games(ranking))?;
    if model.strengths_follow() {
        let why = "strengths are explained by covariates alone, and one game hardly moves those: compare models by parts instead";
        return Err(BuildError::new("analysis", why));
    }
    if n > MOST_ITEMS {
        let why = format!("with {n} items a factorisation at every step takes too long; at most {MOST_ITEMS}");
        return Err(BuildError::new("analysis", why));
    }
    let units = units(&model);
    let visits = units.len() as f64 * (pairs + n) as f64;
    let follow = units.len() * n <= MOST_KEPT && visits * run.step as f64 <= MOST_VISITS;
    let exact = input.values.bool("exact");
    if exact && (visits * (run.step as f64).max(60.0) > MOST_EXACT || !follow) {
        let why =
            format!("{} different results at {} steps are too many to be left out one by one", units.len(), run.step);
        return Err(BuildError::new("exact", why));
    }
    let stepper = (run.fresh)()?;
    Ok(Box::new(LeaveOneOut {
        names: ranking.labels().to_vec(),
        label: run.label.clone(),
        own,
        last: run.step,
        stepper,
        left: Vec::new(),
        earnest: Vec::new(),
        following: follow,
        length: 0.0,
        exact,
        pending: None,
        rows: Vec::new(),
        joined: Rc::clone(joined),
        hessian: Hessian::new(&model),
        image: vec![0.0; model.width()],
        far: vec![0.0; model.width()],
        slope: vec![0.0; model.width()],
        refits: Refits { next: 0, fit: None, loss: 0.0, games: 0.0, apart: 0 },
        units,
        model,
        stage: Stage::Run,
    }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Run,
    Refit,
    Done,
}

/// Losses per game at one step.
#[derive(Clone, Copy)]
struct Row {
    step: u64,
    seen: f64,
    newton: f64,
    jackknife: f64,
    followed: f64,
    exact: f64,
}

/// A line of the chart: its label, what it shows, and whether it is dashed.
type Drawn = (&'static str, fn(&Row) -> f64, bool);

/// The optima without one game.
struct Refits {
    next: usize,
    fit: Option<Refit>,
    loss: f64,
    games: f64,
    apart: usize,
}

struct LeaveOneOut {
    names: Vec<String>,
    label: String,
    model: Rc<PairModel>,
    units: Vec<Unit>,
    stepper: Box<dyn Stepper>,
    last: u64,
    /// Points without one game: followed by the linearised step, and in earnest.
    left: Vec<Vec<f64>>,
    earnest: Vec<Vec<f64>>,
    following: bool,
    /// Length of the last step that was no rounding.
    length: f64,
    exact: bool,
    pending: Option<(Strengths, Box<Information>)>,
    rows: Vec<Row>,
    /// How the games join the items.
    joined: Rc<Connectivity>,
    /// Whether the run's method has an answer of its own, which is not the model's.
    own: bool,
    hessian: Hessian,
    image: Vec<f64>,
    far: Vec<f64>,
    slope: Vec<f64>,
    refits: Refits,
    stage: Stage,
}

impl LeaveOneOut {
    fn now(&mut self) -> Result<Strengths, BuildError> {
        let none = || BuildError::new("analysis", "this kind of run has no iterate that could be looked at");
        let now = self.stepper.snapshot().ok_or_else(none)?;
        now.downcast_ref::<Strengths>().cloned().ok_or_else(none)
    }

    /// What a difference has beside the two log-strengths.
    fn shift(&self, at: &Strengths, pair: usize) -> f64 {
        self.model.games.side(pair) * self.model.advantage_at(at)
    }

    fn mean(&self, at: &Strengths, difference: impl Fn(usize) -> f64) -> f64 {
        let (mut sum, mut games) = (0.0, 0.0);
        for (u, unit) in self.units.iter().enumerate() {
            let d = difference(u);
            // Without a game that alone joins two parts there is no difference between them.
            if d.is_finite() {
                sum += unit.games * loss(&self.model, at, d, unit.outcome)[0];
                games += unit.games;
            }
        }
        sum / games
    }

    /// Losses at a step, once the information there is ready.
    fn record(&mut self, at: &Strengths, information: &mut Information) {
        let n = at.log.len();
        gradient(&self.model, at, &mut self.slope);
        let ahead = information.covariance(&self.slope[..n]);
        let spreads = information.pair_variances().unwrap_or_default();
        let d = |u: usize| self.model.difference(at, self.units[u].pair);
        let moved = |u: usize, which: usize| {
            let unit = &self.units[u];
            let [_, slope, curvature] = loss(&self.model, at, d(u), unit.outcome);
            let spread = spreads.get(unit.pair).copied().unwrap_or(f64::NAN);
            if curvature * spread > 1.0 - 1e-9 {
                return f64::NAN;
            }
            // The slope of the likelihood is minus the gradient of the loss.
            let along = -unit.form.iter().map(|(k, x)| x * ahead[*k]).sum::<f64>();
            d(u) + from_one_point(slope, curvature, along, spread)[which]
        };
        let of = |points: &[Vec<f64>]| {
            if points.is_empty() {
                return f64::NAN;
            }
            let own = |u: usize| self.units[u].form.iter().map(|(k, x)| x * points[u][*k]).sum::<f64>();
            self.mean(at, |u| own(u) + self.shift(at, self.units[u].pair))
        };
        let row = Row {
            step: self.stepper.steps(),
            seen: self.mean(at, d),
            newton: self.mean(at, |u| moved(u, 0)),
            jackknife: self.mean(at, |u| moved(u, 1)),
            followed: of(&self.left),
            exact: of(&self.earnest),
        };
        self.rows.push(row);
    }

    /// One step of the run, and of all points without one game if it was a gradient step.
    fn advance(&mut self) -> Result<bool, BuildError> {
        let at = self.now()?;
        let n = at.log.len();
        let before = self.stepper.steps();
        let progress = self.stepper.advance(1).map_err(|e| BuildError::new("analysis", e.to_string()))?;
        let ended = self.stepper.steps() == before || matches!(progress, Progress::Stopped(_));
        if self.following && self.stepper.steps() > before {
            let next = self.now()?;
            gradient(&self.model, &at, &mut self.slope);
            let moved: Vec<f64> = next.log.iter().zip(&at.log).map(|(a, b)| a - b).collect();
            let slope = &self.slope[..n];
            let size = dot(&moved, &moved);
            // Close to the optimum a step drowns in rounding; it goes on as before.
            if size > 1e-14 {
                self.length = dot(&moved, slope) / dot(slope, slope);
                let off = moved.iter().zip(slope).map(|(m, s)| (m - self.length * s) * (m - self.length * s));
                self.following = off.sum::<f64>() <= 1e-10 * size;
            }
            if self.following {
                self.follow(&at, self.length);
            }
            if !self.following {
                (self.left, self.earnest) = (Vec::new(), Vec::new());
                self.rows.iter_mut().for_each(|r| (r.followed, r.exact) = (f64::NAN, f64::NAN));
            }
        }
        Ok(ended)
    }

    fn follow(&mut self, at: &Strengths, length: f64) {
        let n = at.log.len();
        if self.left.is_empty() {
            self.left = vec![at.log.clone(); self.units.len()];
            if self.exact {
                self.earnest = self.left.clone();
            }
        }
        let down: Vec<f64> = self.slope[..n].iter().map(|s| -s).collect();
        self.hessian.assemble(&self.model, at);
        let order = self.hessian.order();
        for (u, unit) in self.units.iter().enumerate() {
            let [_, slope, curvature] = loss(&self.model, at, self.model.difference(at, unit.pair), unit.outcome);
            self.far.fill(0.0);
            for k in 0..n {
                self.far[k] = self.left[u][k] - at.log[k];
            }
            self.hessian.apply(&self.model, &self.far[..order], &mut self.image[..order]);
            let term = Term { form: &unit.form, slope, curvature };
            step(&mut self.left[u], &at.log, &down, &self.image[..n], &term, length);
            if let Some(point) = self.earnest.get_mut(u) {
                let here = Strengths { log: point.clone(), ..at.clone() };
                gradient(&self.model, &here, &mut self.slope);
                let [_, own, _] = loss(&self.model, at, self.model.difference(&here, unit.pair), unit.outcome);
                for (k, s) in self.slope[..n].iter().enumerate() {
                    point[k] += length * s;
                }
                // The gradient had the game in it; its loss has the opposite sign of the likelihood.
                for (k, x) in &unit.form {
                    point[*k] += length * own * x;
                }
            }
        }
    }

    /// The games without one.
    fn without(&self, unit: &Unit) -> Vec<Line> {
        let mut all = Vec::new();
        for (k, p) in self.model.games.pairs.iter().enumerate() {
            let of = |outcome: GameResult, games: f64| {
                if k == unit.pair && outcome == unit.outcome { games - games.min(1.0) } else { games }
            };
            let side = self.model.games.side(k) as i8;
            for (outcome, games, (winner, loser), side) in [
                (GameResult::First, p.won, (p.i, p.j), side),
                (GameResult::Second, p.lost, (p.j, p.i), -side),
                (GameResult::Tie, p.tied, (p.i, p.j), side),
            ] {
                let (count, tie) = (of(outcome, games), outcome == GameResult::Tie);
                if count > 0.0 {
                    all.push(Line { result: Encounter { winner, loser, count, tie }, side });
                }
            }
        }
        all
    }

    /// Finds optima without one game, some steps further; whether all are found.
    fn refit(&mut self) -> Result<bool, BuildError> {
        for _ in 0..(20_000 / self.model.games.pairs.len()).clamp(1, 200) {
            let Some(unit) = self.units.get(self.refits.next) else { return Ok(true) };
            let Some(fit) = &mut self.refits.fit else {
                let model = with_games(&self.model, &self.names, &self.without(unit))?;
                let parts = connectivity(&model.games).parts.sizes.len();
                if model.level_is_free() && parts > self.joined.parts.sizes.len() {
                    self.refits.apart += 1;
                    self.refits.next += 1;
                    continue;
                }
                let at = self.now()?;
                self.refits.fit = Some(Refit::from(Box::new(PairLikelihood(Rc::new(model))), &at));
                continue;
            };
            match fit.step() {
                Fit::Going => continue,
                Fit::Lost => self.refits.apart += 1,
                Fit::Found => {
                    let at = fit.at();
                    let d = self.model.difference(at, unit.pair);
                    self.refits.loss += unit.games * loss(&self.model, at, d, unit.outcome)[0];
                    self.refits.games += unit.games;
                }
            }
            self.refits.fit = None;
            self.refits.next += 1;
        }
        Ok(false)
    }
}

impl Job for LeaveOneOut {
    fn work(&mut self) -> Result<f64, BuildError> {
        let run = if self.exact { 0.6 } else { 1.0 };
        match self.stage {
            Stage::Done => return Ok(1.0),
            Stage::Refit => {
                if self.refit()? {
                    self.stage = Stage::Done;
                    return Ok(1.0);
                }
                return Ok(0.6 + 0.4 * self.refits.next as f64 / self.units.len() as f64);
            }
            Stage::Run => {}
        }
        if let Some((at, mut information)) = self.pending.take() {
            if information.work() < 1.0 {
                self.pending = Some((at, information));
            } else {
                self.record(&at, &mut information);
            }
            return Ok(run * 0.99 * self.stepper.steps() as f64 / (self.last as f64 + 1.0));
        }
        let now = self.stepper.steps();
        let due = self
            .rows
            .last()
            .is_none_or(|r| now > r.step && (now <= EVERY || now >= self.last || now as f64 >= 1.1 * r.step as f64));
        if due {
            let at = self.now()?;
            let information = Box::new(Information::new(&self.model, &at, &self.joined.groups));
            self.pending = Some((at, information));
            return Ok(run * 0.99 * now as f64 / (self.last as f64 + 1.0));
        }
        let ended = now >= self.last || self.advance()?;
        if ended && self.stepper.steps() <= self.rows.last().map_or(0, |r| r.step) {
            self.stage = if self.exact { Stage::Refit } else { Stage::Done };
            return Ok(run);
        }
        if ended {
            // The run ended by itself: this was its last step.
            self.last = self.stepper.steps();
        }
        Ok(run * 0.99 * self.stepper.steps() as f64 / (self.last as f64 + 1.0))
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let (Stage::Done, Some(end)) = (self.stage, self.rows.last()) else { return report };
        let followed = end.followed.is_finite();
        let estimate = |r: &Row| if followed { r.followed } else { r.newton };
        if self.own {
            report.say(format!(
                "{} does not climb this likelihood. What a game left out would change is taken from one step of Newton's on the model ({}) at \
                 its ratings, not from the method.",
                self.label,
                self.model.name()
            ));
        }
        report.say(format!(
            "{}, step {}: games that the strengths have seen cost {:.4} nats each, games left out {:.4} ({}); saying one half always \
             costs {:.4}.",
            self.label,
            end.step,
            end.seen,
            estimate(end),
            if followed { "iterative approximate cross-validation" } else { "one step of Newton's" },
            libm::log(2.0)
        ));
        let best =
            self.rows.iter().filter(|r| estimate(r).is_finite()).min_by(|a, b| estimate(a).total_cmp(&estimate(b)));
        if let Some(best) = best.filter(|b| followed && b.step < end.step && estimate(b) < estimate(end) - 1e-4) {
            report.say(format!(
                "Games left out were predicted best at step {}, with {:.4}: to stop there would predict better than to go on, as a prior would.",
                best.step,
                estimate(best)
            ));
        }
        if !followed {
            report.say(
                "This run does not take plain gradient steps (or is too large to be followed), so there is no linearised copy of it: read \
                 the estimate near the end of the run.",
            );
        }
        if self.refits.games > 0.0 {
            report.say(format!(
                "Left out in earnest, with the optimum found anew without each: {:.4} nats per game at the optimum{}.",
                self.refits.loss / self.refits.games,
                if self.refits.apart > 0 {
                    format!(
                        "; {} cannot be left out, as the estimate would be infinite",
                        count(self.refits.apart, "result", "results")
                    )
                } else {
                    String::new()
                }
            ));
        }
        let x: Vec<f64> = self.rows.iter().map(|r| r.step as f64).collect();
        let series: [Drawn; 5] = [
            ("seen", |r| r.seen, false),
            ("one step of Newton's", |r| r.newton, false),
            ("jackknife", |r| r.jackknife, true),
            ("followed (IACV)", |r| r.followed, false),
            ("exact", |r| r.exact, true),
        ];
        let shown: Vec<_> = series.into_iter().filter(|s| self.rows.iter().any(|r| s.1(r).is_finite())).collect();
        let mut marks: Vec<Mark> = shown
            .iter()
            .enumerate()
            .map(|(tone, (label, of, dashed))| Mark::Line {
                label: (*label).into(),
                x: x.clone(),
                y: self.rows.iter().map(of).collect(),
                tone,
                dashed: *dashed,
            })
            .collect();
        if self.refits.games > 0.0 {
            marks.push(Mark::Rule {
                label: "exact at the optimum".into(),
                at: self.refits.loss / self.refits.games,
                vertical: false,
            });
        }
        let long = end.step > 60;
        report.plot(Plot {
            caption: "Loss per game at each step: of games that were seen, and of games left out.".into(),
            x: Axis { scale: if long { Scale::Log } else { Scale::Linear }, ..Axis::linear("step") },
            y: Axis::linear("nats per game"),
            marks,
        });
        let row = |r: &Row| {
            let mut cells = vec![Cell::Int(r.step as i64)];
            cells.extend(shown.iter().map(|s| Cell::Real(s.1(r))));
            cells
        };
        let mut columns = vec![Heading::new("step", 6)];
        columns.extend(shown.iter().map(|s| Heading::new(s.0, 5)));
        report.table(ReportTable {
            caption: "Loss in nats per game.".into(),
            columns,
            rows: self.rows.iter().map(row).collect(),
        });
        report
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;

    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, WORLD_CUP, tables, text};

    const ID: &str = "ranking.leave-one-out";

    fn last(report: &iterscope_core::Report) -> Vec<f64> {
        let row = tables(report)[0].rows.last().unwrap();
        row[1..].iter().map(|c| if let Cell::Real(x) = c { *x } else { f64::NAN }).collect()
    }

    #[test]
    fn the_followed_points_are_close_to_the_exact_ones_before_convergence() {
        let asked = AnalysisCase::sample(BASEBALL, &[]);
        for steps in [1, 5, 40] {
            let report = asked.ask(ID, &[("exact", true.into())], Some(("ranking.gradient", steps))).unwrap();
            let [seen, newton, _, followed, exact] = last(&report)[..] else { panic!("five columns") };
            // A hundredth of what leaving out changes.
            assert!(exact > seen && (followed - exact).abs() < 0.01 * (exact - seen), "{steps}: {followed} {exact}");
            if steps == 1 {
                // The first step is linear in the point before it; Newton's looks past it to the optimum.
                assert!(
                    (followed - exact).abs() < 1e-14 && (newton - exact).abs() > 1e-3,
                    "{followed} {newton} {exact}"
                );
            }
        }
    }

    #[test]
    fn at_the_optimum_one_step_of_newtons_is_close_to_the_exact_figure() {
        for asked in
            [AnalysisCase::sample(BASEBALL, &[]), AnalysisCase::sample(WORLD_CUP, &[choice("estimate", "map")])]
        {
            let report = asked.ask(ID, &[("exact", true.into())], Some(("ranking.newton", 10))).unwrap();
            let newton = last(&report)[1];
            let words = text(&report);
            let exact: f64 = words.split("without each: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
            assert!((newton - exact).abs() < 0.02 * exact, "{newton} {exact}");
            assert!(words.contains("does not take plain gradient steps"));
        }
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        let asked = AnalysisCase::synthetic(&[("players", 300.into()), ("games", 20_000.into())], 1);
        let error = asked.ask(ID, &[("exact", true.into())], Some(("ranking.newton", 3))).unwrap_err();
        assert_eq!(error.field, "exact");
    }
}
