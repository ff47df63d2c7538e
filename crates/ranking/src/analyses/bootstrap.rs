//! Strengths and ranks with intervals, from games or races drawn anew.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, ParamInfo, Plot, Report,
    ReportTable, Str, Subject, words,
};
use iterscope_kernels::rng::Rng;

use super::fitted_model::FittedModel;
use super::intervals::LEVEL;
use super::ranking_model::{Draws, Question, RankingModel};
use super::refit::{Fit, Refit};
use super::shared::{GAMES_AND_ORDERS, SHOWN, level, normal_quantile, quantile};
use crate::data::parts::{level_groups, ranks_within};

/// Strengths of all replicates that are worth their memory.
const MOST: usize = 8_000_000;
/// Visits of pairs in one piece of work.
const PIECE: usize = 150_000;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int(
        "replicates",
        "Replicates",
        "How often games are drawn and strengths estimated anew.",
        [20, 5000],
        200,
    )
    .log(),
    LEVEL,
    ParamInfo::int("seed", "Seed", "Another seed gives other draws.", [0, 1_000_000_000], 1),
];

/// See [`AnalysisInfo::summary`].
pub static BOOTSTRAP: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.bootstrap"),
        label: Str::Borrowed("Intervals by the bootstrap"),
        summary: words(
            "Draws as many games (or races) as there are from the games themselves, with replacement, estimates all strengths anew, and repeats: the \
             middle of what comes out is an interval that does not lean on the normal distribution. Shown beside Fisher's.",
        ),
        citation: words(
            "B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993, chapter 13.",
        ),
        params: List::Borrowed(PARAMS),
        problems: GAMES_AND_ORDERS,
        subject: Subject::Problem,
        limits: words(
            "Games are drawn as if independent. Items with few games or lopsided records have draws without their only win or loss: \
             percentile intervals of them are too short.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let question = Question::of(&input)?;
    let (n, replicates) = (question.names.len(), input.values.size("replicates"));
    if n * replicates > MOST {
        return Err(BuildError::new("replicates", format!("with {n} items at most {} can be kept", MOST / n)));
    }
    let level_is_free = Rc::clone(&question.model).objective().shape().level_is_free;
    Ok(Box::new(Bootstrap {
        basis: FittedModel::of(&question)?,
        cost: (Rc::clone(&question.model).objective().cost()[0] / 40) as usize,
        draws: question.model.draws(&question.names),
        names: question.names,
        rng: Rng::new(input.values.int("seed") as u64),
        level: input.values.real("level"),
        replicates,
        fit: None,
        done: 0,
        log: Vec::with_capacity(n * replicates),
        rank: Vec::with_capacity(n * replicates),
        level_is_free,
        apart: 0,
        lost: 0,
    }))
}

struct Bootstrap {
    names: Vec<String>,
    basis: FittedModel<dyn RankingModel>,
    draws: Box<dyn Draws>,
    /// What a gradient costs, in visits of a pair.
    cost: usize,
    rng: Rng,
    level: f64,
    replicates: usize,
    fit: Option<Refit>,
    done: usize,
    /// Log-strengths and ranks of all replicates, one after the other.
    log: Vec<f64>,
    rank: Vec<u32>,
    /// Whether the model's strengths have no level of their own.
    level_is_free: bool,
    /// Replicates of which maximum likelihood is infinite, and of which nothing was found.
    apart: usize,
    lost: usize,
}

impl Bootstrap {
    /// Draws games or races and starts to fit them.
    fn draw(&mut self) -> Result<Refit, BuildError> {
        let (objective, apart) = self.draws.draw(&mut self.rng)?;
        self.apart += usize::from(apart);
        Ok(match self.basis.found() {
            Some((at, _)) => Refit::from(objective, at),
            None => Refit::new(objective),
        })
    }
}

impl Job for Bootstrap {
    fn work(&mut self) -> Result<f64, BuildError> {
        if self.done == self.replicates {
            return Ok(1.0);
        }
        let ready = self.basis.work()?;
        if ready < 1.0 {
            return Ok(0.05 * ready);
        }
        let ready = self.basis.work_errors();
        if ready < 1.0 {
            return Ok(0.05 + 0.05 * ready);
        }
        // A step is about ten passes over the pairs.
        for _ in 0..(PIECE / (10 * self.cost).max(1)).clamp(1, 400) {
            let Some(fit) = &mut self.fit else {
                self.fit = Some(self.draw()?);
                continue;
            };
            match fit.step() {
                Fit::Going => continue,
                Fit::Lost => self.lost += 1,
                Fit::Found => {
                    let mut log = fit.at().log.clone();
                    // A replicate that needed a prior is compared with those that had none.
                    if self.level_is_free {
                        level_groups(&self.basis.scope.groups, &mut log);
                    }
                    self.rank.extend(self.basis.scope.ranks(&log));
                    self.log.extend(log);
                }
            }
            self.fit = None;
            self.done += 1;
            if self.done == self.replicates {
                return Ok(1.0);
            }
        }
        Ok(0.1 + 0.9 * self.done as f64 / self.replicates as f64)
    }

    fn report(&self) -> Report {
        let n = self.names.len();
        let kept = self.log.len() / n;
        // What has come so far is worth showing.
        if kept < 20 {
            return Report::default();
        }
        self.report_of(kept)
    }
}

/// What the replicates say of one item.
struct Row {
    error: f64,
    low: f64,
    high: f64,
    ranks: (f64, f64),
    first: f64,
}

impl Bootstrap {
    fn rows(&self, kept: usize) -> Vec<Row> {
        let n = self.names.len();
        let out = 0.5 * (1.0 - self.level);
        let (mut log, mut rank) = (Vec::with_capacity(kept), Vec::with_capacity(kept));
        let mut row = |i: usize| {
            log.clear();
            rank.clear();
            log.extend((0..kept).map(|r| self.log[r * n + i]));
            rank.extend((0..kept).map(|r| f64::from(self.rank[r * n + i])));
            let mean = log.iter().sum::<f64>() / kept as f64;
            let square: f64 = log.iter().map(|x| (x - mean) * (x - mean)).sum();
            let first = rank.iter().filter(|r| **r == 1.0).count() as f64 / kept as f64;
            log.sort_unstable_by(f64::total_cmp);
            rank.sort_unstable_by(f64::total_cmp);
            let far = kept - 1 - (out * kept as f64) as usize;
            Row {
                error: (square / (kept as f64 - 1.0)).sqrt(),
                low: quantile(&log, out),
                high: quantile(&log, 1.0 - out),
                ranks: (rank[kept - 1 - far], rank[far]),
                first,
            }
        };
        (0..n).map(&mut row).collect()
    }

    fn report_of(&self, kept: usize) -> Report {
        let mut report = Report::default();
        let rows = self.rows(kept);
        let errors = self.basis.errors();
        let at = self.basis.optimum();
        let scope = &self.basis.scope;
        let order = scope.by_strength(at);
        let n = order.len();
        let Some(&strongest) = order.first() else {
            report.say(scope.remark().unwrap_or_default());
            return report;
        };
        if let Some(remark) = scope.remark() {
            report.say(remark);
        }
        let (sure, z) = (level(self.level), normal_quantile(0.5 + 0.5 * self.level));
        let mut ratio: Vec<f64> = order.iter().map(|i| rows[*i as usize].error / errors[*i as usize]).collect();
        ratio.sort_unstable_by(f64::total_cmp);
        let middle = quantile(&ratio, 0.5);
        let best = strongest as usize;
        report.say(format!(
            "From {kept} sets of {} drawn anew: {} comes out first in {} of them. Standard errors are {} Fisher's: {middle:.2} times on \
             the median item, {:.2} to {:.2} on nine of ten.",
            self.basis.model.words().games,
            self.names[best],
            super::shared::percent(rows[best].first),
            if (0.9..1.1).contains(&middle) { "close to" } else { "not those of" },
            quantile(&ratio, 0.05),
            quantile(&ratio, 0.95)
        ));
        if self.apart > 0 {
            report.say(format!(
                "In {} of them the results no longer joined all items in both directions, so that maximum likelihood is infinite: these \
                 were estimated with the logistic prior (MAP), which keeps them finite and pulls them a little to the middle.",
                count(self.apart, "set", "sets")
            ));
        }
        if self.lost > 0 {
            report.say(format!("{} had no optimum and are left out.", count(self.lost, "set", "sets")));
        }
        let shown = &order[..n.min(SHOWN)];
        let of = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { shown.iter().map(|i| f(*i as usize)).collect() };
        let places = |off: f64| (0..shown.len()).map(|k| k as f64 + off).collect();
        let rest = if n > SHOWN { format!(" The {SHOWN} strongest of {n}; the table has all.") } else { String::new() };
        report.plot(Plot {
            caption: format!(
                "Log-strengths with {sure} intervals, by Fisher's information and by the bootstrap.{rest}"
            ),
            x: Axis::linear("log-strength"),
            y: Axis::named("", shown.iter().map(|i| self.names[*i as usize].clone()).collect()),
            marks: vec![
                Mark::Intervals {
                    label: "Fisher's information".into(),
                    at: places(-0.16),
                    low: of(&|i| at[i] - z * errors[i]),
                    mid: of(&|i| at[i]),
                    high: of(&|i| at[i] + z * errors[i]),
                    tone: 0,
                },
                Mark::Intervals {
                    label: "bootstrap".into(),
                    at: places(0.16),
                    low: of(&|i| rows[i].low),
                    mid: of(&|i| at[i]),
                    high: of(&|i| rows[i].high),
                    tone: 1,
                },
            ],
        });
        let rank = ranks_within(&order, &scope.sets);
        let line = |(place, i): (usize, &u32)| {
            let i = *i as usize;
            let r = &rows[i];
            let mut line = vec![
                Cell::Int(i64::from(rank[place])),
                Cell::Text(self.names[i].clone()),
                Cell::Real(at[i]),
                Cell::Real(r.error),
                Cell::Real(r.low),
                Cell::Real(r.high),
                Cell::Real(errors[i]),
                Cell::Text(format!("{}–{}", r.ranks.0, r.ranks.1)),
                Cell::Real(r.first),
            ];
            if !scope.is_one() {
                line.push(Cell::Int(i64::from(scope.sets[i]) + 1));
            }
            line
        };
        let mut labels = vec![
            "rank",
            "item",
            "log-strength",
            "standard error",
            "from",
            "to",
            "Fisher's error",
            "ranks",
            "share of first places",
        ];
        if !scope.is_one() {
            labels.push("part");
        }
        report.table(ReportTable {
            caption: format!("Log-strengths and ranks with {sure} percentile intervals."),
            columns: labels.into_iter().map(|l| Heading::new(l, 3)).collect(),
            rows: order.iter().enumerate().map(line).collect(),
        });
        report
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, cell, plots, tables, text};

    const ID: &str = "ranking.bootstrap";

    #[test]
    fn errors_are_close_to_fishers_where_there_are_many_games() {
        let asked = AnalysisCase::synthetic(&[("players", 10.into()), ("games", 4000.into())], 7);
        let report = asked.ask(ID, &[("replicates", 400.into())], None).unwrap();
        let sheet = tables(&report)[0];
        for name in asked.set.labels() {
            let (own, fisher) = (cell(sheet, name, "standard error"), cell(sheet, name, "Fisher's error"));
            // An error from 400 draws is itself known to one part in 28; four of these.
            assert!((own / fisher - 1.0).abs() < 4.0 / 28.0 + 0.03, "{name}: {own} {fisher}");
        }
        assert!(text(&report).contains("close to Fisher's"), "{}", text(&report));
        assert_eq!(plots(&report)[0].marks.len(), 2);
    }

    #[test]
    fn the_same_seed_repeats_and_another_does_not() {
        let asked = AnalysisCase::sample(BASEBALL, &[]);
        let of = |seed: i64| asked.ask(ID, &[("replicates", 50.into()), ("seed", seed.into())], None).unwrap();
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn infinite_replicates_are_counted_and_too_many_are_refused() {
        // Each lost one of three: often a draw leaves that out.
        let games = [(0, 1, 3.0, false), (1, 0, 1.0, false), (1, 2, 3.0, false), (2, 1, 1.0, false)];
        let report = AnalysisCase::games(3, &games, &[]).ask(ID, &[("replicates", 100.into())], None).unwrap();
        assert!(text(&report).contains("maximum likelihood is infinite"), "{}", text(&report));
        let report = AnalysisCase::games(3, &games, &[choice("estimate", "map")]).ask(ID, &[], None).unwrap();
        assert!(!text(&report).contains("infinite"));
        let large = AnalysisCase::synthetic(&[("players", 20_000.into()), choice("estimate", "map")], 1);
        assert_eq!(large.ask(ID, &[("replicates", 5000.into())], None).unwrap_err().field, "replicates");
    }
}
