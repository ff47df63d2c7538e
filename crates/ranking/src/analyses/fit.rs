//! Whether the model fits the games.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Instance, Job, List, Mark, Plot, Report,
    ReportTable, Str, Subject, words,
};

use super::cycle_search::{Cycle, Cycles};
use super::fit_orders;
use super::fitted_model::FittedModel;
use super::predictions::{of_pair, points};
use super::ranking_model::{Question, Scope};
use super::shared::{GAMES_AND_ORDERS, amount, chi_square_above, normal_quantile, wilson};
use crate::model::likelihood::OutcomeProbabilities;
use crate::model::{Pair, PairModel, Ties};
use crate::orders::instance::OrderInstance;
use crate::pairs::instance::PairInstance;

/// Rows of the tables.
const ROWS: usize = 20;
/// Bins of the predicted share, from one half to one.
const BINS: usize = 10;

/// See [`AnalysisInfo::summary`].
pub static FIT: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.fit"),
        label: Str::Borrowed("Does the model fit?"),
        summary: words(
            "How well one strength for each item explains the games: deviance and Pearson's chi-square, predicted against observed \
             shares, the pairs that surprise most, and cycles of three (A beats B, B beats C, C beats A) beside how many \
             were to be expected. Of orders of several: whether strengths tell as much of every place, and predicted against observed \
             shares.",
        ),
        citation: words(
            "A. Agresti, Categorical Data Analysis, 2nd edition, Wiley 2002, sections 6.2 and 10.6; M. G. Kendall, B. Babington Smith, \
             On the method of paired comparisons, Biometrika 31, 1940; Wilson's interval: J. Amer. Statist. Assoc. 22, 1927; places of orders: \
             J. A. Hausman, P. A. Ruud, Specifying and testing econometric models for rank-ordered data, J. Econometrics 34, 1987.",
        ),
        params: List::Borrowed(&[]),
        problems: GAMES_AND_ORDERS,
        subject: Subject::Problem,
        limits: words(""),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    if let Ok(ranking) = input.downcast::<OrderInstance>() {
        return fit_orders::job(Question::of_orders(ranking)?);
    }
    let ranking = input.downcast::<PairInstance>()?;
    let basis = FittedModel::of(&Question::of_games(ranking))?;
    Ok(Box::new(FitJob { names: ranking.labels().to_vec(), basis, cycles: None, report: Report::default() }))
}

struct FitJob {
    names: Vec<String>,
    basis: FittedModel<PairModel>,
    cycles: Option<Cycles>,
    report: Report,
}

impl Job for FitJob {
    fn work(&mut self) -> Result<f64, BuildError> {
        let ready = self.basis.work()?;
        if ready < 1.0 {
            return Ok(0.6 * ready);
        }
        let model = self.basis.model.clone();
        let Some((at, information)) = self.basis.found() else { return Ok(1.0) };
        let Some(cycles) = &mut self.cycles else {
            let chances: Vec<OutcomeProbabilities> =
                (0..model.games.pairs.len()).map(|k| of_pair(&model, at, k)).collect();
            let variances = information.pair_variances();
            let scope = Rc::clone(&self.basis.scope);
            self.report = report_of(&self.names, &model, &chances, variances.as_deref(), &scope);
            self.cycles = Some(Cycles::new(&model.games, &chances));
            return Ok(0.7);
        };
        let share = cycles.work();
        if share == 1.0 && !cycles.reported {
            cycles.reported = true;
            told_cycles(&mut self.report, &self.names, cycles);
        }
        Ok(0.7 + 0.3 * share)
    }

    fn report(&self) -> Report {
        self.report.clone()
    }
}

/// Observed and expected numbers of the outcomes of one pair.
fn cells(model: &PairModel, p: &Pair, q: &OutcomeProbabilities) -> Vec<(f64, f64)> {
    let games = p.games();
    if model.ties == Ties::Half {
        vec![(p.points(), games * points(q)), (p.points_against(), games * (1.0 - points(q)))]
    } else if model.has_nu() {
        vec![(p.won, games * q.first), (p.lost, games * q.second), (p.tied, games * q.tie)]
    } else {
        vec![(p.won, games * q.first), (p.lost, games * q.second)]
    }
}

fn report_of(
    names: &[String],
    model: &PairModel,
    chances: &[OutcomeProbabilities],
    variances: Option<&[f64]>,
    scope: &Scope,
) -> Report {
    let mut report = Report::default();
    if let Some(remark) = scope.remark() {
        report.say(remark);
    }
    let (mut deviance, mut pearson, mut small, mut all, mut total, mut free) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (p, q) in model.games.pairs.iter().zip(chances) {
        let cells = cells(model, p, q);
        free += cells.len() as f64 - 1.0;
        for (seen, expected) in cells {
            if seen > 0.0 {
                deviance += 2.0 * seen * libm::log(seen / expected);
            }
            pearson += (seen - expected) * (seen - expected) / expected;
            small += f64::from(u8::from(expected < 5.0));
            all += 1.0;
            total += expected;
        }
    }
    let levels = if model.level_is_free() { scope.groups.sizes.len() } else { 0 };
    let free_items = if model.strengths_follow() { model.games.items } else { levels };
    let estimated = (model.order() - free_items) as f64;
    let freedom = free - estimated;
    let chance = |x: f64| if freedom > 0.0 { chi_square_above(x, freedom) } else { f64::NAN };
    report.say(if freedom <= 0.0 {
        "There are no more results than strengths, so any games of this shape are explained: the fit cannot be judged.".into()
    } else {
        let p = chance(deviance);
        let verdict = match p {
            p if p < 0.01 => "far more than chance allows: something other than one strength for each item is at work",
            p if p < 0.05 => "more than chance allows often",
            p if p > 0.99 => "less than chance allows: results repeat themselves more than independent games would",
            _ => "what chance allows",
        };
        // Where the approximation is too far off, its p values would only mislead.
        if total < 2.0 * all {
            format!(
                "The deviance is {deviance:.1} and Pearson's chi-square {pearson:.1} at {freedom} degrees of freedom. Do not read a p value \
                 from them: a result of a pair is expected {:.1} times on average, too few games for the chi-square approximation. Calibration and cycles below \
                 need fewer games.",
                total / all
            )
        } else {
            let rough = if small > 0.2 * all {
                format!(" Both are rough: {:.0} % of the results are expected fewer than 5 times.", 100.0 * small / all)
            } else {
                String::new()
            };
            format!(
                "The deviance is {deviance:.1} at {freedom} degrees of freedom, {verdict} (p = {p:.2}); Pearson's chi-square is {pearson:.1} \
                 (p = {:.2}).{rough}",
                chance(pearson)
            )
        }
    });
    if model.ties == Ties::Half && model.games.ties > 0.0 {
        report.say(
            "Ties count as half a win for each side, which makes points vary less than wins would: deviance and residuals come out too \
             small. Davidson's ties are a model of their own.",
        );
    }
    if model.has_prior() {
        report
            .say("With a prior the estimate is drawn to the middle, and the degrees of freedom are only about right.");
    }
    calibration(&mut report, model, chances);
    residuals(&mut report, names, model, chances, variances);
    report
}

/// Shares of the favourites' points, in bins of the predicted share.
fn calibration(report: &mut Report, model: &PairModel, chances: &[OutcomeProbabilities]) {
    let mut bins = [[0.0f64; 3]; BINS];
    for (p, q) in model.games.pairs.iter().zip(chances) {
        let share = points(q);
        let (share, won) = if share >= 0.5 { (share, p.points()) } else { (1.0 - share, p.points_against()) };
        let bin = &mut bins[(((share - 0.5) * 2.0 * BINS as f64) as usize).min(BINS - 1)];
        bin[0] += p.games();
        bin[1] += p.games() * share;
        bin[2] += won;
    }
    let z = normal_quantile(0.975);
    let (mut at, mut low, mut mid, mut high, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut off = 0;
    for [games, expected, won] in bins.into_iter().filter(|b| b[0] > 0.0) {
        let (from, to) = wilson(won, games, z);
        at.push(expected / games);
        mid.push(won / games);
        off += usize::from(expected / games < from || expected / games > to);
        rows.push(vec![
            Cell::Real(expected / games),
            Cell::Real(won / games),
            Cell::Real(from),
            Cell::Real(to),
            Cell::Real(games),
        ]);
        low.push(from);
        high.push(to);
    }
    report.say(match off {
        0 => format!("Predicted shares of the favourites agree with the observed ones in all {}.", count(at.len(), "bin", "bins")),
        off => format!(
            "In {off} of {} the observed share of the favourites is off the predicted one by more than its 95 % interval; of twenty such \
             intervals one misses by chance.",
            count(at.len(), "bin", "bins")
        ),
    });
    report.plot(Plot {
        caption: "Predicted share of the favourite's points against the observed one, with Wilson's 95 % intervals. A perfect model lies \
                  on the dashed line; left of it favourites do worse than predicted."
            .into(),
        x: Axis::linear("observed share"),
        y: Axis::linear("predicted share"),
        marks: vec![Mark::Diagonal, Mark::Intervals { label: String::new(), at, low, mid, high, tone: 0 }],
    });
    let columns = ["predicted", "observed", "from", "to", "games"].map(|l| Heading::new(l, 3)).to_vec();
    report.table(ReportTable { caption: "Predicted and observed shares of the favourites.".into(), columns, rows });
}

/// The pairs whose points are furthest from what was expected.
fn residuals(
    report: &mut Report,
    names: &[String],
    model: &PairModel,
    chances: &[OutcomeProbabilities],
    variances: Option<&[f64]>,
) {
    let one = |k: usize| {
        let (p, q) = (&model.games.pairs[k], &chances[k]);
        let share = points(q);
        // The variance of one game's points.
        let own =
            q.first * (1.0 - share) * (1.0 - share) + q.second * share * share + q.tie * (0.5 - share) * (0.5 - share);
        let expected = p.games() * share;
        let spread = p.games() * own;
        // An estimate follows its own games: that makes residuals smaller, and is divided out.
        let leverage = variances.map_or(0.0, |v| (spread * v[k]).clamp(0.0, 1.0 - 1e-9));
        (p.points() - expected) / (spread * (1.0 - leverage)).sqrt()
    };
    let mut list: Vec<(f64, usize)> = (0..chances.len()).map(|k| (one(k), k)).collect();
    list.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    let beyond = list.iter().filter(|(r, _)| r.abs() > 1.959963984540054).count();
    let pairs = list.len();
    let row = |(residual, k): &(f64, usize)| {
        let (p, share) = (&model.games.pairs[*k], points(&chances[*k]));
        // Told from the side that did better than expected.
        let (better, worse, own, expected) = if *residual >= 0.0 {
            (p.i, p.j, p.points(), p.games() * share)
        } else {
            (p.j, p.i, p.points_against(), p.games() * (1.0 - share))
        };
        vec![
            Cell::Text(names[better as usize].clone()),
            Cell::Text(names[worse as usize].clone()),
            Cell::Real(p.games()),
            Cell::Real(own),
            Cell::Real(expected),
            Cell::Real(residual.abs()),
        ]
    };
    let columns = [("did better", 0), ("against", 0), ("games", 6), ("points", 4), ("expected", 3), ("residual", 3)];
    let kind = if variances.is_some() { "standardised residuals" } else { "Pearson residuals" };
    report.table(ReportTable {
        caption: format!(
            "The pairs that surprise most, by {kind}. Of {}, {beyond} are beyond 1.96; about {:.0} are to be expected.",
            count(pairs, "pair", "pairs"),
            0.05 * pairs as f64
        ),
        columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
        rows: list.iter().take(ROWS).map(row).collect(),
    });
    by_opponent(report, names, &list, model, chances);
}

/// Residuals of each pair over its predicted share: a bend means that the chances have another shape.
fn by_opponent(
    report: &mut Report,
    names: &[String],
    list: &[(f64, usize)],
    model: &PairModel,
    chances: &[OutcomeProbabilities],
) {
    if list.len() > 2000 || list.len() < 8 {
        return;
    }
    let favourite = |(residual, k): &(f64, usize)| {
        let p = &model.games.pairs[*k];
        let up = points(&chances[*k]) >= 0.5;
        let (name, share) = if up {
            (format!("{} – {}", names[p.i as usize], names[p.j as usize]), points(&chances[*k]))
        } else {
            (format!("{} – {}", names[p.j as usize], names[p.i as usize]), 1.0 - points(&chances[*k]))
        };
        (share, if up { *residual } else { -residual }, name)
    };
    let all: Vec<(f64, f64, String)> = list.iter().map(favourite).collect();
    report.plot(Plot {
        caption: "Residual of each pair, seen from its favourite: a bend would mean that chances depend on strengths in another way than \
                  the model says."
            .into(),
        x: Axis::linear("predicted share of the favourite"),
        y: Axis::linear("residual"),
        marks: vec![
            Mark::Rule { label: String::new(), at: 0.0, vertical: false },
            Mark::Points {
                label: String::new(),
                x: all.iter().map(|a| a.0).collect(),
                y: all.iter().map(|a| a.1).collect(),
                names: all.into_iter().map(|a| a.2).collect(),
                tones: vec![0],
                named: false,
            },
        ],
    });
}

fn told_cycles(report: &mut Report, names: &[String], cycles: &Cycles) {
    if cycles.triples == 0.0 {
        report.say("No three items have all met each other, so there are no cycles of three.");
        return;
    }
    let spread = if cycles.partial { " (counted among the pairs of the items with the fewest opponents)" } else { "" };
    report.say(format!(
        "Circles of three, where A is ahead of B, B of C and C of A: {} among {} triples that all met{spread}; with these strengths {:.1} \
         were to be expected{}.",
        cycles.seen,
        amount(cycles.triples),
        cycles.expected,
        match cycles.seen as f64 {
            x if x > cycles.expected + 3.0 * cycles.expected.max(1.0).sqrt() => ": there is more to it than one strength each",
            x if x > cycles.expected => ", so a few more than expected",
            _ => ", so no more than chance makes",
        }
    ));
    let row = |c: &Cycle| {
        let of = |k: usize| Cell::Text(names[c.items[k] as usize].clone());
        let line = |k: usize| Cell::Text(format!("{}–{}", amount(c.results[k].0), amount(c.results[k].1)));
        vec![of(0), line(0), of(1), line(1), of(2), line(2), Cell::Real(c.chance)]
    };
    let columns = ["first", "against second", "second", "against third", "third", "against first", "chance"];
    if !cycles.worst.is_empty() {
        report.table(ReportTable {
            caption: "The cycles that the model finds least likely.".into(),
            columns: columns.map(|l| Heading::new(l, 2)).to_vec(),
            rows: cycles.worst.iter().map(row).collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;

    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, WORLD_CUP, cell, tables, text};

    const ID: &str = "ranking.fit";

    #[test]
    fn baseball_has_the_deviance_and_residuals_of_the_independent_program() {
        // numpy: 15.7365 and 14.6125 at 15 degrees of freedom (Agresti: 15.74); scipy: chi2.sf = 0.3997; residuals with
        // leverages from the Moore-Penrose inverse.
        let report = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[], None).unwrap();
        let words = text(&report);
        assert!(
            words.contains("The deviance is 15.7 at 15 degrees of freedom, what chance allows (p = 0.40)"),
            "{words}"
        );
        assert!(words.contains("chi-square is 14.6"), "{words}");
        let sheet = tables(&report)[1];
        assert_eq!(sheet.rows[0][..2], [Cell::Text("Detroit".into()), Cell::Text("Boston".into())]);
        assert!((cell(sheet, "Detroit", "residual") - 2.31181377458074).abs() < 1e-7);
        assert_eq!(sheet.rows[1][..2], [Cell::Text("Baltimore".into()), Cell::Text("Cleveland".into())]);
        assert!((cell(sheet, "Baltimore", "residual") - 1.8793746956501172).abs() < 1e-7);
    }

    #[test]
    fn few_games_are_no_ground_for_a_p_value_and_a_circle_is_found() {
        let report = AnalysisCase::sample(WORLD_CUP, &[choice("estimate", "map")]).ask(ID, &[], None).unwrap();
        assert!(text(&report).contains("Do not read a p value"), "{}", text(&report));
        let cycle = [(0, 1, 5.0, false), (1, 2, 5.0, false), (2, 0, 5.0, false), (1, 0, 1.0, false)];
        let report = AnalysisCase::games(3, &cycle, &[]).ask(ID, &[], None).unwrap();
        assert!(text(&report).contains("1 among 1 triples"), "{}", text(&report));
        let worst = tables(&report)[2];
        assert_eq!(worst.rows.len(), 1);
    }

    #[test]
    fn games_of_the_model_are_rejected_as_often_as_the_level_says() {
        // 8 players, 28 pairs, about 36 games each: under the model p is uniform, so of 100 sets 5 are below 0.05, and never
        // more than 13 but once in a thousand times.
        let mut rejected = 0;
        for seed in 0..100 {
            let asked = AnalysisCase::synthetic(&[("players", 8.into()), ("games", 1000.into())], seed);
            let words = text(&asked.ask(ID, &[], None).unwrap());
            let p: f64 = words.split("(p = ").nth(1).unwrap().split(')').next().unwrap().parse().unwrap();
            rejected += usize::from(p < 0.05);
        }
        assert!((1..=13).contains(&rejected), "{rejected}");
    }
}
