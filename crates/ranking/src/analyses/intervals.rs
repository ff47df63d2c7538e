//! Strengths and ranks with intervals, from Fisher's information.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, ParamInfo, Plot, Report,
    ReportTable, Str, Subject, words,
};
use iterscope_kernels::rng::Rng;

use super::information::Information;
use super::ranking_model::{Question, RankingModel, Scope, own_answer};
use super::refit::{self, Fit, Refit};
use super::shared::{GAMES_AND_ORDERS, SHOWN, level, normal_quantile, quantile};
use crate::data::parts::{level_groups, ranks_within};
use crate::model::Strengths;

/// The level of an interval.
pub const LEVEL: ParamInfo =
    ParamInfo::real("level", "Level", "How often such an interval holds what it is meant to.", [0.5, 0.999], 0.95);
const SEED: u64 = 20_250_101;
/// Draws for ranks, and where every one of them is the solution of a system.
const DRAWS: usize = 1000;
const DEAR_DRAWS: usize = 200;
/// Ranks of all draws together that are worth their memory.
const MOST_RANKS: usize = 8_000_000;

const PARAMS: &[ParamInfo] = &[LEVEL];

/// See [`AnalysisInfo::summary`].
pub static INTERVALS: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.intervals"),
        label: Str::Borrowed("Strengths with intervals"),
        summary: words(
            "How sure each strength and each rank is, from the curvature of the likelihood at its optimum (Fisher's information). \
             Ranks get intervals from draws of the estimate's normal distribution: for each item alone, and for all items at once.",
        ),
        citation: words(
            "A. Agresti, Categorical Data Analysis, 2nd edition, Wiley 2002, section 10.6; D. Firth, R. X. de Menezes, \
             Quasi-variances, Biometrika 91, 2004; for ranks M. Mogstad et al., Inference for ranks with applications to mobility \
             across neighbourhoods and academic achievement across countries, Rev. Econ. Stud. 91, 2024.",
        ),
        params: List::Borrowed(PARAMS),
        problems: GAMES_AND_ORDERS,
        subject: Subject::Run,
        limits: words(
            "Intervals from curvature suppose many games and a model that is right. With few games, or strengths far apart, they \
             are too narrow or too symmetric: compare them with the bootstrap.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let question = Question::of(&input)?;
    let own = own_answer(&input);
    let (run, shown) = input.iterate::<Strengths>()?;
    let fit = refit::of(&question)?;
    let n = shown.log.len();
    Ok(Box::new(Intervals {
        names: question.names,
        model: question.model,
        scope: question.scope,
        own,
        shown: shown.clone(),
        step: run.step,
        level: input.values.real("level"),
        stage: Stage::Fit(Box::new(fit)),
        drawn: Vec::new(),
        far: Vec::new(),
        rng: Rng::new(SEED),
        goal: DRAWS.min(MOST_RANKS / n).max(DEAR_DRAWS.min(MOST_RANKS / n)).max(20),
        found: None,
    }))
}

enum Stage {
    Fit(Box<Refit>),
    Invert(Strengths, Box<Information>),
    Done,
}

/// What was found.
pub struct Found {
    /// The optimum.
    pub at: Strengths,
    /// Standard error of each log-strength.
    pub error: Vec<f64>,
    how: &'static str,
    prior: bool,
    exact: bool,
    draws: usize,
    alone: Vec<(u32, u32)>,
    together: Vec<(u32, u32)>,
}

struct Intervals {
    names: Vec<String>,
    model: Rc<dyn RankingModel>,
    scope: Rc<Scope>,
    /// The run, where its method has an answer of its own.
    own: Option<String>,
    shown: Strengths,
    step: u64,
    level: f64,
    stage: Stage,
    /// Ranks of all items, draw by draw.
    drawn: Vec<u32>,
    /// The draws themselves, until their errors are known.
    far: Vec<Vec<f64>>,
    rng: Rng,
    goal: usize,
    found: Option<Found>,
}

impl Job for Intervals {
    fn work(&mut self) -> Result<f64, BuildError> {
        let n = self.names.len();
        match &mut self.stage {
            Stage::Fit(fit) => match fit.step() {
                Fit::Going => Ok(0.02),
                Fit::Lost => Err(refit::lost()),
                Fit::Found => {
                    let at = self.scope.levelled(fit.at());
                    let information = Box::new(self.model.information(&at, &self.scope.groups));
                    self.stage = Stage::Invert(at, information);
                    Ok(0.05)
                }
            },
            Stage::Invert(at, information) => {
                let ready = information.work();
                if ready < 1.0 {
                    return Ok(0.05 + 0.45 * ready);
                }
                if !information.exact() {
                    self.goal = self.goal.min(DEAR_DRAWS);
                }
                // About as many numbers as fit into a piece.
                let batch = if information.exact() { (100_000 / n).clamp(1, 100) } else { 1 };
                for _ in 0..batch.min(self.goal - self.far.len()) {
                    let mut x = information.draw(&mut self.rng);
                    x.truncate(n);
                    let moved: Vec<f64> = at.log.iter().zip(&x).map(|(s, e)| s + e).collect();
                    self.drawn.extend(self.scope.ranks(&moved));
                    self.far.push(x);
                }
                if self.far.len() < self.goal {
                    return Ok(0.5 + 0.45 * self.far.len() as f64 / self.goal as f64);
                }
                let error: Vec<f64> = information.variances().iter().map(|v| v.sqrt()).collect();
                let (how, exact) = (information.how(), information.exact());
                let together = if n <= MOST_COMPARED {
                    compared(&at.log, &self.far, self.level, &self.scope)
                } else {
                    simultaneous(&at.log, &error, &self.far, self.level, &self.scope)
                };
                let alone = alone(&self.drawn, n, self.level);
                let (at, prior) = (at.clone(), self.model.has_prior());
                let draws = self.far.len();
                self.found = Some(Found { at, error, how, prior, exact, draws, alone, together });
                (self.far, self.drawn) = (Vec::new(), Vec::new());
                self.stage = Stage::Done;
                Ok(1.0)
            }
            Stage::Done => Ok(1.0),
        }
    }

    fn report(&self) -> Report {
        self.found.as_ref().map_or_else(Report::default, |found| self.report_of(found))
    }
}

/// Items up to which every two of them are compared.
const MOST_COMPARED: usize = 120;

/// For each item the ranks from and to which the simultaneous intervals of all differences leave room: a difference is sure
/// where it is further from 0 than the largest error of any of them is, on its own scale, in `level` of the draws.
fn compared(log: &[f64], draws: &[Vec<f64>], level: f64, scope: &Scope) -> Vec<(u32, u32)> {
    let n = log.len();
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let pairs: Vec<(usize, usize)> = pairs.filter(|(i, j)| scope.sets[*i] == scope.sets[*j]).collect();
    let mut square = vec![0.0; pairs.len()];
    for x in draws {
        for (s, (i, j)) in square.iter_mut().zip(&pairs) {
            *s += (x[*i] - x[*j]) * (x[*i] - x[*j]);
        }
    }
    let error: Vec<f64> = square.iter().map(|s| (s / draws.len() as f64).sqrt()).collect();
    let largest =
        |x: &Vec<f64>| pairs.iter().zip(&error).fold(0.0f64, |m, ((i, j), e)| m.max((x[*i] - x[*j]).abs() / e));
    let mut reach: Vec<f64> = draws.iter().map(largest).collect();
    reach.sort_unstable_by(f64::total_cmp);
    let c = quantile(&reach, level);
    let mut out: Vec<(u32, u32)> = (0..n).map(|i| (1, scope.size(i) as u32)).collect();
    for ((i, j), e) in pairs.into_iter().zip(error) {
        let d = log[i] - log[j];
        if d.abs() > c * e {
            let (better, worse) = if d > 0.0 { (i, j) } else { (j, i) };
            out[better].1 -= 1;
            out[worse].0 += 1;
        }
    }
    out
}

/// For each item the ranks from and to which the simultaneous intervals of the strengths leave room: one more than there are
/// items surely above it, and as many as there are items less those surely below.
fn simultaneous(log: &[f64], error: &[f64], draws: &[Vec<f64>], level: f64, scope: &Scope) -> Vec<(u32, u32)> {
    // One that has nobody to be compared with has no error.
    let largest =
        |x: &Vec<f64>| x.iter().zip(error).filter(|(_, s)| **s > 0.0).fold(0.0f64, |m, (e, s)| m.max((e / s).abs()));
    let mut reach: Vec<f64> = draws.iter().map(largest).collect();
    reach.sort_unstable_by(f64::total_cmp);
    let c = quantile(&reach, level);
    let ends: Vec<(f64, f64)> = log.iter().zip(error).map(|(s, e)| (s - c * e, s + c * e)).collect();
    let mut out = vec![(1, 1); log.len()];
    for set in 0..scope.sizes.len() as u32 {
        let own: Vec<usize> = (0..log.len()).filter(|i| scope.sets[*i] == set).collect();
        let mut lows: Vec<f64> = own.iter().map(|i| ends[*i].0).collect();
        let mut highs: Vec<f64> = own.iter().map(|i| ends[*i].1).collect();
        lows.sort_unstable_by(f64::total_cmp);
        highs.sort_unstable_by(f64::total_cmp);
        for &i in &own {
            let above = lows.len() - lows.partition_point(|l| *l <= ends[i].1);
            let below = highs.partition_point(|h| *h < ends[i].0);
            out[i] = (above as u32 + 1, (own.len() - below) as u32);
        }
    }
    out
}

/// For each of `n` items the middle part of its drawn ranks, of size `level` at least.
fn alone(drawn: &[u32], n: usize, level: f64) -> Vec<(u32, u32)> {
    let draws = drawn.len() / n;
    let out = (0.5 * (1.0 - level) * draws as f64) as usize;
    let mut own = Vec::with_capacity(draws);
    let mut interval = |i: usize| {
        own.clear();
        own.extend((0..draws).map(|d| drawn[d * n + i]));
        own.sort_unstable();
        (own[out], own[draws - 1 - out])
    };
    (0..n).map(&mut interval).collect()
}

impl Intervals {
    fn report_of(&self, found: &Found) -> Report {
        let mut report = Report::default();
        let (log, error) = (&found.at.log, &found.error);
        let order = self.scope.by_strength(log);
        let Some(&first_item) = order.first() else {
            report.say(self.scope.remark().unwrap_or_default());
            return report;
        };
        let percent = level(self.level);
        let (best, n) = (first_item as usize, order.len());
        let (first, last) = found.together[best];
        let surely = match (last - first) as usize {
            0 => format!("{} is first, and surely so", self.names[best]),
            _ => format!("{} is first, but its rank may be anything from {first} to {last}", self.names[best]),
        };
        if let Some(remark) = self.scope.remark() {
            report.say(remark);
        }
        if let Some(own) = &self.own {
            report.say(format!(
                "These are the strengths and intervals of the model ({}), not of {own}, whose ratings are the answer to another question \
                 and have no such intervals.",
                self.model.name()
            ));
        }
        let surely = if self.scope.is_one() { surely } else { format!("In the largest part {surely}") };
        report.say(format!(
            "{surely} (all ranks at once, {percent}). Log-strengths are {}; a difference of 1 makes the odds 2.7 to 1. Standard errors \
             come from {}{}; ranks from {} draws of the normal distribution that the estimate has with many {}.",
            match (found.prior, self.scope.is_one()) {
                (true, _) => "measured from the middle of the prior",
                (false, true) => "differences to the mean of all items",
                (false, false) => "differences to the mean of all items of the part",
            },
            found.how,
            if found.exact { "" } else { " (within about 1 %)" },
            found.draws,
            self.model.words().games
        ));
        report.say(self.converged(found));
        let z = normal_quantile(0.5 + 0.5 * self.level);
        let shown = &order[..n.min(SHOWN)];
        let of = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { shown.iter().map(|i| f(*i as usize)).collect() };
        let at: Vec<f64> = (0..shown.len()).map(|k| k as f64).collect();
        let rest = if n > SHOWN { format!(" The {SHOWN} strongest of {n}; the table has all.") } else { String::new() };
        report.plot(Plot {
            caption: format!("Log-strengths with {percent} intervals, each for its item alone.{rest}"),
            x: Axis::linear("log-strength"),
            y: Axis::named("", shown.iter().map(|i| self.names[*i as usize].clone()).collect()),
            marks: vec![Mark::Intervals {
                label: String::new(),
                at: at.clone(),
                low: of(&|i| log[i] - z * error[i]),
                mid: of(&|i| log[i]),
                high: of(&|i| log[i] + z * error[i]),
                tone: 0,
            }],
        });
        let places = |list: &[(u32, u32)], end: bool| -> Vec<f64> {
            shown.iter().map(|i| f64::from(if end { list[*i as usize].1 } else { list[*i as usize].0 })).collect()
        };
        report.plot(Plot {
            caption: format!(
                "Ranks with {percent} intervals: thick for each item alone, thin for all items at once. Where intervals overlap, the \
                 order is not sure."
            ),
            x: Axis::linear("rank").flipped(),
            y: Axis::named("", shown.iter().map(|i| self.names[*i as usize].clone()).collect()),
            marks: vec![
                Mark::Edges {
                    from: places(&found.together, false).into_iter().zip(at.iter().copied()).collect(),
                    to: places(&found.together, true).into_iter().zip(at.iter().copied()).collect(),
                    weight: vec![1.5; shown.len()],
                    tone: 1,
                },
                Mark::Intervals {
                    label: String::new(),
                    low: places(&found.alone, false),
                    mid: ranks_within(shown, &self.scope.sets).into_iter().map(f64::from).collect(),
                    high: places(&found.alone, true),
                    at,
                    tone: 0,
                },
            ],
        });
        report.table(self.sheet(found, &order, z));
        report
    }

    fn sheet(&self, found: &Found, order: &[u32], z: f64) -> ReportTable {
        let (log, error) = (&found.at.log, &found.error);
        let rank = ranks_within(order, &self.scope.sets);
        let row = |(place, i): (usize, &u32)| {
            let i = *i as usize;
            let (alone, together) = (found.alone[i], found.together[i]);
            let mut row = vec![
                Cell::Int(i64::from(rank[place])),
                Cell::Text(self.names[i].clone()),
                Cell::Real(log[i]),
                Cell::Real(error[i]),
                Cell::Real(log[i] - z * error[i]),
                Cell::Real(log[i] + z * error[i]),
                Cell::Text(format!("{}–{}", alone.0, alone.1)),
                Cell::Text(format!("{}–{}", together.0, together.1)),
                Cell::Int(i64::from(together.0) - 1),
                Cell::Int(self.scope.size(i) as i64 - i64::from(together.1)),
            ];
            if !self.scope.is_one() {
                row.push(Cell::Int(i64::from(self.scope.sets[i]) + 1));
            }
            if self.own.is_some() {
                row.push(Cell::Text(self.model.name()));
            }
            row
        };
        let real = |label: &str| Heading::new(label, 3);
        let mut columns = vec![
            real("rank"),
            real("item"),
            real("log-strength"),
            real("standard error"),
            real("from"),
            real("to"),
            real("rank, alone"),
            real("rank, all at once"),
            real("surely above it"),
            real("surely below it"),
        ];
        if !self.scope.is_one() {
            columns.push(real("part"));
        }
        if self.own.is_some() {
            columns.push(real("model"));
        }
        ReportTable {
            caption: format!("Log-strengths and ranks with {} intervals: {}.", level(self.level), self.model.name()),
            columns,
            rows: order.iter().enumerate().map(row).collect(),
        }
    }

    /// Whether the iterate that is shown is the optimum that the intervals are of.
    fn converged(&self, found: &Found) -> String {
        let levelled = |log: &[f64]| {
            let mut log = log.to_vec();
            if !found.prior {
                level_groups(&self.scope.groups, &mut log);
            }
            log
        };
        let (own, best) = (levelled(&self.shown.log), levelled(&found.at.log));
        // One that has nobody to be compared with has no error.
        let off = (0..found.error.len()).filter(|i| self.scope.is_one() || self.scope.size(*i) > 1);
        let far = off.map(|i| ((own[i] - best[i]) / found.error[i]).abs()).fold(0.0f64, f64::max);
        let now = self.scope.ranks(&self.shown.log);
        let moved = self.scope.ranks(&found.at.log).iter().zip(&now).filter(|(a, b)| a != b).count();
        if far < 0.01 {
            return format!(
                "The run has come to this optimum by step {}: no strength is further from it than {} of its standard error.",
                self.step,
                if far < 1e-3 { "a thousandth" } else { "a hundredth" }
            );
        }
        let order = if moved == 0 {
            "the order is already the same".to_owned()
        } else {
            format!(
                "{} elsewhere in its order",
                if moved == 1 { "1 item stands".into() } else { count(moved, "item", "items stand") }
            )
        };
        let far = if far < 1000.0 { format!("{far:.2}") } else { "more than a thousand".into() };
        format!(
            "The run as shown is not there: at step {} a strength is {far} of its standard errors from the optimum of the likelihood, and \
             {order}. The intervals are those of the optimum; around another iterate they would mean nothing.",
            self.step
        )
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;

    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, WORLD_CUP, cell, tables, text, truth};

    const ID: &str = "ranking.intervals";
    const NEWTON: Option<(&str, u32)> = Some(("ranking.newton", 12));

    #[test]
    fn baseball_has_the_standard_errors_of_the_independent_program() {
        // numpy 2.4, Fisher scoring, Moore-Penrose inverse of the information; against Baltimore these are the estimates and
        // errors 1.58 (0.34) ... 0.68 (0.33) of Agresti, Categorical Data Analysis, section 10.6.2.
        let known = [
            ("Milwaukee", 0.53115334, 0.20741948),
            ("Detroit", 0.3862059, 0.20415656),
            ("Toronto", 0.24428259, 0.20206152),
            ("New York", 0.19741531, 0.20160375),
            ("Boston", 0.05749517, 0.20091907),
            ("Cleveland", -0.36634977, 0.20504432),
            ("Baltimore", -1.05020254, 0.2324623),
        ];
        let report = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[], NEWTON).unwrap();
        let sheet = tables(&report)[0];
        for (name, log, error) in known {
            assert!((cell(sheet, name, "log-strength") - log).abs() < 1e-7, "{name}");
            assert!((cell(sheet, name, "standard error") - error).abs() < 1e-7, "{name}");
            assert!((cell(sheet, name, "to") - (log + 1.959963984540054 * error)).abs() < 1e-6, "{name}");
        }
        assert_eq!(sheet.rows[0][1], Cell::Text("Milwaukee".into()));
        assert!(cell(sheet, "Baltimore", "surely above it") >= 4.0);
        assert!(text(&report).contains("has come to this optimum by step 12"), "{}", text(&report));
    }

    #[test]
    fn intervals_asked_of_ratings_of_another_kind_say_whose_they_are() {
        let asked = AnalysisCase::sample(BASEBALL, &[]);
        let report = asked.ask(ID, &[], Some(("ranking.elo", 3))).unwrap();
        assert!(text(&report).contains("Bradley-Terry, maximum likelihood), not of ranking.elo"), "{}", text(&report));
        let sheet = tables(&report)[0];
        assert_eq!(sheet.columns.last().unwrap().label, "model");
        assert!(
            sheet.rows.iter().all(|r| *r.last().unwrap() == Cell::Text("Bradley-Terry, maximum likelihood".into()))
        );
        assert!(asked.ask(ID, &[], NEWTON).is_ok_and(|r| !text(&r).contains("not of")));
    }

    #[test]
    fn a_run_that_is_not_there_is_told_so() {
        let report = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[], Some(("ranking.zermelo", 1))).unwrap();
        assert!(text(&report).contains("is not there: at step 1"), "{}", text(&report));
        let map = [choice("estimate", "map")];
        let report = AnalysisCase::sample(WORLD_CUP, &map).ask(ID, &[], Some(("ranking.newman", 40))).unwrap();
        assert!(text(&report).contains("middle of the prior"));
        let report = AnalysisCase::sample(WORLD_CUP, &[]).ask(ID, &[], NEWTON).unwrap();
        assert!(text(&report).contains("2 items have nobody to be compared with"), "{}", text(&report));
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        // 60 sets of 12 players: each item's interval holds its true log-strength in about 90 of 100 sets; the items of one set
        // are nearly independent. Simultaneous ranks hold all true ranks at least as often.
        let (mut inside, mut all, mut together) = (0.0, 0.0, 0);
        for seed in 0..60 {
            let given = [("players", 12.into()), ("games", 900.into())];
            let asked = AnalysisCase::synthetic(&given, seed);
            let truth = truth(12, seed);
            let rank = crate::analyses::shared::ranks(&truth);
            let report = asked.ask(ID, &[("level", 0.9.into())], NEWTON).unwrap();
            let sheet = tables(&report)[0];
            let mut every = true;
            for (i, name) in asked.set.labels().iter().enumerate() {
                let (low, high) = (cell(sheet, name, "from"), cell(sheet, name, "to"));
                inside += f64::from(u8::from(low <= truth[i] && truth[i] <= high));
                all += 1.0;
                let above = cell(sheet, name, "surely above it");
                let below = cell(sheet, name, "surely below it");
                every &= f64::from(rank[i]) > above && f64::from(rank[i]) <= 12.0 - below;
            }
            together += u32::from(every);
        }
        // Four standard deviations of a binomial share of 720.
        assert!((inside / all - 0.9_f64).abs() < 4.0 * (0.09_f64 / all).sqrt(), "{}", inside / all);
        assert!(together >= 51, "{together} of 60");
    }
}
