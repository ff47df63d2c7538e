//! How much of the results a ranking explains, and what is cyclic.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Instance, Iteration, Job, List, Mark, Outcome,
    ParamInfo, Plot, Report, ReportTable, Str, Subject, Work, words,
};

use super::shared::{GAMES, amount, normal_below, percent};
use crate::methods::hodge::{Given, Hodge, SMOOTHING, WEIGHTS};
use crate::model::{Estimate, PairModel, Ties};
use crate::pairs::instance::PairInstance;
use crate::solvers::curl::around;

/// Rows of the tables.
const ROWS: usize = 20;
/// Pairs that are drawn.
const DRAWN: usize = 2000;
/// What the residuals are brought down to.
const TOLERANCE: f64 = 1e-12;
/// Steps in all, and visits of pairs and triangles in one piece of work.
const MOST: u64 = 20_000;
const PIECE: u64 = 2_000_000;
/// Standard errors beyond which a sum around three is an exception under consistency, at the usual level.
const EXCEPTION: f64 = 1.96;

const PARAMS: &[ParamInfo] = &[SMOOTHING, WEIGHTS];

/// See [`AnalysisInfo::summary`].
pub static CYCLES: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.circles"),
        label: Str::Borrowed("Where do results contradict each other?"),
        summary: words(
            "The log-odds of all pairs, divided into what a ranking explains, what runs around triangles (A beats B, B beats C, C \
             beats A) and what runs around holes of the graph of games; with the pairs that fit least and the three that \
             contradict each other most.",
        ),
        citation: words(
            "X. Jiang, L.-H. Lim, Y. Yao, Y. Ye, Statistical ranking and combinatorial Hodge theory, Math. Programming 127, 2011; \
             variance of log-odds: J. B. S. Haldane, Annals of Human Genetics 20, 1956.",
        ),
        params: List::Borrowed(PARAMS),
        problems: GAMES,
        subject: Subject::Problem,
        limits: words(
            "It uses the results alone: prior, advantage, covariates and the model's link are left out, ties count as half a win to \
             each. Where there are more than 200,000 triangles the cycles are not divided.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let given = Given::read(input.values);
    let games = ranking.model().games.without_sides();
    let model = Rc::new(PairModel::plain(games, Estimate::Likelihood, Ties::Half));
    let hodge = Hodge::start(Rc::clone(&model), given, true, TOLERANCE);
    Ok(Box::new(Circles { names: ranking.labels().to_vec(), model, given, hodge, done: 0.0, steps: 0 }))
}

struct Circles {
    names: Vec<String>,
    model: Rc<PairModel>,
    given: Given,
    hodge: Hodge,
    done: f64,
    steps: u64,
}

/// The flow of one pair, as the item with the smaller number has it.
struct Parts {
    weight: f64,
    all: f64,
    ranking: f64,
    triangles: f64,
    holes: f64,
}

/// Three that all met, in the direction in which the log-odds add up to something positive.
struct Three {
    items: [u32; 3],
    points: [(f64, f64); 3],
    /// Sum of the log-odds around, and that over its standard error.
    sum: f64,
    score: f64,
    cycle: bool,
}

impl Job for Circles {
    fn work(&mut self) -> Result<f64, BuildError> {
        let triangles = self.hodge.curl().map_or(0, |c| c.triangles().len());
        let cost = (self.model.games.pairs.len() + triangles) as u64;
        let mut work = Work::default();
        for _ in 0..(PIECE / cost).max(1) {
            self.steps += 1;
            if self.hodge.step(&mut work) != Outcome::Continue || self.steps >= MOST {
                self.done = 1.0;
                return Ok(1.0);
            }
        }
        let digits = libm::log(self.hodge.rest().max(TOLERANCE)) / libm::log(TOLERANCE);
        self.done = digits.min(0.99).max(self.done);
        Ok(self.done)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.done < 1.0 {
            return report;
        }
        let parts = self.parts();
        self.split(&mut report, &parts);
        self.plot(&mut report, &parts);
        self.threes(&mut report);
        self.pairs(&mut report, &parts);
        report
    }
}

impl Circles {
    fn parts(&self) -> Vec<Parts> {
        let potential = self.hodge.potential();
        let around: Vec<f64> = self.hodge.curl().map_or(Vec::new(), |c| c.flow().collect());
        let of = |(k, (p, (weight, all))): (usize, (&crate::model::Pair, &(f64, f64)))| {
            let ranking = potential[p.i as usize] - potential[p.j as usize];
            let triangles = around.get(k).copied().unwrap_or(f64::NAN);
            Parts { weight: *weight, all: *all, ranking, triangles, holes: all - ranking - triangles }
        };
        self.model.games.pairs.iter().zip(self.hodge.flows()).enumerate().map(of).collect()
    }

    fn split(&self, report: &mut Report, parts: &[Parts]) {
        let sum = |of: fn(&Parts) -> f64| parts.iter().fold(0.0, |sum, p| sum + p.weight * of(p) * of(p));
        let all = sum(|p| p.all);
        if all == 0.0 {
            report.say("All pairs are even: there is nothing to divide.");
            return;
        }
        let ranking = sum(|p| p.ranking) / all;
        let mut names = vec!["the ranking".to_owned()];
        let mut shares = vec![ranking];
        if self.hodge.curl().is_some() {
            shares.extend([sum(|p| p.triangles) / all, sum(|p| p.holes) / all]);
            names.extend(["around triangles".to_owned(), "around holes".to_owned()]);
            report.say(format!(
                "Of the log-odds of the pairs (their weighted squares) a ranking explains {}; {} run around triangles, which is \
                 inconsistency among three, and {} around holes of the graph of games.",
                percent(ranking),
                percent(shares[1]),
                percent(shares[2].max(0.0))
            ));
        } else {
            shares.push(1.0 - ranking);
            names.push("cyclic".to_owned());
            report.say(format!(
                "Of the log-odds of the pairs (their weighted squares) a ranking explains {}; the rest is cyclic. There are too many \
                 triangles to divide it further.",
                percent(ranking)
            ));
        }
        if self.hodge.rest() > 1e-6 {
            report.say("The numbers have few correct digits: conjugate gradients did not come to rest.");
        }
        report.plot(Plot {
            caption: "What the log-odds of the pairs consist of: parts that are orthogonal to each other, so that the shares add up to one."
                .into(),
            x: Axis::linear("share of the weighted squares"),
            y: Axis::named("", names),
            marks: vec![Mark::Intervals {
                label: String::new(),
                at: (0..shares.len()).map(|k| k as f64).collect(),
                low: vec![0.0; shares.len()],
                mid: shares.clone(),
                high: shares,
                tone: 0,
            }],
        });
    }

    /// Names of a pair, the one ahead in the ranking first, and the sign that turns its flows so.
    fn favourite(&self, k: usize, parts: &Parts) -> (&str, &str, f64) {
        let p = &self.model.games.pairs[k];
        let (i, j) = (&*self.names[p.i as usize], &*self.names[p.j as usize]);
        if parts.ranking >= 0.0 { (i, j, 1.0) } else { (j, i, -1.0) }
    }

    fn plot(&self, report: &mut Report, parts: &[Parts]) {
        if parts.len() > DRAWN {
            return;
        }
        let mut points = (Vec::new(), Vec::new(), Vec::new());
        for (k, part) in parts.iter().enumerate() {
            let (first, second, sign) = self.favourite(k, part);
            points.0.push(sign * part.ranking);
            points.1.push(sign * part.all);
            points.2.push(format!("{first} – {second}"));
        }
        report.plot(Plot {
            caption: "Log-odds of each pair over what the ranking explains of them, seen from the favourite. The distance from the diagonal \
                      is cyclic; below zero the outsider leads."
                .into(),
            x: Axis::linear("difference in the ranking"),
            y: Axis::linear("log-odds"),
            marks: vec![
                Mark::Diagonal,
                Mark::Rule { label: String::new(), at: 0.0, vertical: false },
                Mark::Points {
                    label: String::new(),
                    x: points.0,
                    y: points.1,
                    names: points.2,
                    tones: vec![0],
                    named: false,
                },
            ],
        });
    }

    /// The triangle with these pairs.
    fn three(&self, t: &[u32; 3]) -> Three {
        let pairs = t.map(|k| self.model.games.pairs[k as usize]);
        let flow = |k: u32| self.hodge.flows()[k as usize].1;
        let sum = around(t, flow);
        let variance = |k: usize| {
            let (a, b) = self.given.points(&pairs[k]);
            1.0 / a + 1.0 / b
        };
        let score = sum / (variance(0) + variance(1) + variance(2)).sqrt();
        let [i, j, k] = [pairs[0].i, pairs[0].j, pairs[1].j];
        let points = |k: usize| (pairs[k].points(), pairs[k].points_against());
        let turned = |(a, b): (f64, f64)| (b, a);
        let (items, points) = if sum >= 0.0 {
            ([i, j, k], [points(0), points(1), turned(points(2))])
        } else {
            ([i, k, j], [points(2), turned(points(1)), turned(points(0))])
        };
        let cycle = points.iter().all(|(a, b)| a > b);
        Three { items, points, sum: sum.abs(), score: score.abs(), cycle }
    }

    fn threes(&self, report: &mut Report) {
        let Some(curl) = self.hodge.curl() else { return };
        if curl.triangles().is_empty() {
            report.say("No three items have all met each other.");
            return;
        }
        let mut all: Vec<Three> = curl.triangles().iter().map(|t| self.three(t)).collect();
        let beyond = all.iter().filter(|t| t.score > EXCEPTION).count();
        let cycles = all.iter().filter(|t| t.cycle).count();
        report.say(format!(
            "Under a ranking the log-odds of three that all met add up to nothing on the way around. Of {} such triples {beyond} are off by \
             more than {EXCEPTION} standard errors, and {} would be by chance alone{}. In {cycles} of them each leads against the next.",
            all.len(),
            amount((2.0 * normal_below(-EXCEPTION) * all.len() as f64).round()),
            if self.few() { " (with so few games for a pair a rough guide)" } else { "" }
        ));
        // Triangles are in the order of their items, which decides between equals.
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        let row = |t: &Three| {
            let name = |k: usize| Cell::Text(self.names[t.items[k] as usize].clone());
            let line = |k: usize| Cell::Text(format!("{}–{}", amount(t.points[k].0), amount(t.points[k].1)));
            let cycle = if t.cycle { "cycle" } else { "" };
            let sums = [Cell::Real(t.sum), Cell::Real(t.score), Cell::Text(cycle.into())];
            [name(0), line(0), name(1), line(1), name(2), line(2)].into_iter().chain(sums).collect()
        };
        let columns = [
            "first",
            "against second",
            "second",
            "against third",
            "third",
            "against first",
            "log-odds around",
            "in standard errors",
            "each leads",
        ];
        report.table(ReportTable {
            caption: "Three that contradict each other, most strongly first; points of each against the next.".into(),
            columns: columns.map(|l| Heading::new(l, 3)).to_vec(),
            rows: all.iter().take(ROWS).map(row).collect(),
        });
    }

    /// Whether the normal distribution of the log-odds is in doubt.
    fn few(&self) -> bool {
        let games = &self.model.games;
        games.total < 10.0 * games.pairs.len() as f64
    }

    fn pairs(&self, report: &mut Report, parts: &[Parts]) {
        let off = |p: &Parts| p.weight * (p.all - p.ranking) * (p.all - p.ranking);
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by(|a, b| off(&parts[*b]).total_cmp(&off(&parts[*a])));
        let row = |k: &usize| {
            let part = &parts[*k];
            let (first, second, sign) = self.favourite(*k, part);
            let mut row = vec![Cell::Text(first.into()), Cell::Text(second.into())];
            row.extend([part.all, part.ranking, part.triangles, part.holes].map(|x| Cell::Real(sign * x)));
            row
        };
        let columns = ["favourite", "outsider", "log-odds", "ranking", "around triangles", "around holes"];
        report.table(ReportTable {
            caption: "The pairs that the ranking explains least, and what their log-odds consist of.".into(),
            columns: columns.map(|l| Heading::new(l, 3)).to_vec(),
            rows: order.iter().take(ROWS).map(row).collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;
    use iterscope_core::{Mark, Value};

    use crate::methods::hodge::tests::RING;
    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, plots, tables, text};

    const ID: &str = "ranking.circles";

    fn reals(row: &[Cell]) -> Vec<f64> {
        row.iter().filter_map(|c| if let Cell::Real(x) = c { Some(*x) } else { None }).collect()
    }

    #[test]
    fn pairs_and_threes_are_those_of_the_independent_program() {
        // tests/oracles/hodge.py, weights by games; the favourite first.
        let oracle: [(&str, &str, [f64; 4]); 4] = [
            ("p4", "p5", [1.0986122886681098, -1.4136085537187828, 2.223380166372705, 0.2888406760141877]),
            ("p0", "p7", [1.6094379124341003, 1.2573254433000312, 1.0793720283840775, -0.7272595592500084]),
            ("p2", "p3", [1.6094379124341003, 0.6397585001007541, 0.0, 0.9696794123333462]),
            ("p0", "p2", [-1.9459101490553135, -0.33760887927715627, -1.9961730347114957, 0.3878717649333385]),
        ];
        let report = AnalysisCase::games(9, &RING, &[]).ask(ID, &[], None).unwrap();
        let sheets = tables(&report);
        assert_eq!(sheets[1].rows.len(), 12);
        for (a, b, expected) in oracle {
            // Where the ranking says the opposite, all signs turn with the names.
            let (first, second, sign) = if expected[1] < 0.0 { (b, a, -1.0) } else { (a, b, 1.0) };
            let named = |r: &&Vec<Cell>| r[..2] == [Cell::Text(first.into()), Cell::Text(second.into())];
            let found = reals(sheets[1].rows.iter().find(named).unwrap());
            for (x, y) in found.iter().zip(expected) {
                assert!((x - sign * y).abs() < 1e-10, "{a} {b}: {found:?}");
            }
        }
        let three = &sheets[0].rows;
        assert_eq!(three.len(), 3);
        let names = ["p0", "4–0", "p1", "3–1", "p2", "3–0"].map(|t| Cell::Text(t.into()));
        assert_eq!((&three[0][..6], &three[0][8]), (&names[..], &Cell::Text("cycle".into())));
        for (row, expected) in three.iter().zip([
            [4.990432586778737, 2.135645902243394],
            [4.31748811353631, 1.5800388618579413],
            [2.98568193770049, 1.4678482659759737],
        ]) {
            assert!(reals(row).iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-12), "{row:?}");
        }
        let Mark::Intervals { high, .. } = &plots(&report)[0].marks[0] else { panic!("the shares first") };
        let shares = [1.0 - 0.6842423040021272, 0.5845590358866843, 0.0996832681154427];
        assert!(high.iter().zip(shares).all(|(x, y)| (x - y).abs() < 1e-11), "{high:?}");
        assert!(text(&report).contains("explains 32 %; 58 % run around triangles"), "{}", text(&report));
    }

    #[test]
    fn games_at_either_place_are_joined() {
        // As many at home and away: the shares do not depend on whether the advantage is estimated.
        let with = AnalysisCase::sample(BASEBALL, &[choice("advantage", "estimated")]).ask(ID, &[], None).unwrap();
        let without = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[], None).unwrap();
        assert_eq!(with, without);
        assert_eq!(tables(&with)[1].rows.len(), 20);
    }

    #[test]
    fn a_consistent_table_has_no_cycles() {
        // Log-odds of whole steps, exactly: e-fold points for each step, with next to no smoothing.
        let odds = |steps: f64| libm::exp(steps);
        let mut games = Vec::new();
        for (a, b, steps) in [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 2.0), (2, 3, 0.5), (0, 3, 2.5)] {
            games.extend([(a, b, 100.0 * odds(steps), false), (b, a, 100.0, false)]);
        }
        let report = AnalysisCase::games(4, &games, &[]).ask(ID, &[("smoothing", Value::Real(0.01))], None).unwrap();
        let words = text(&report);
        assert!(words.contains("explains more than 99.9 %"), "{words}");
        assert!(words.contains("Of 2 such triples 0 are off"), "{words}");
    }
}
