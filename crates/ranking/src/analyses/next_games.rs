//! Which games would tell most next.

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Instance, Job, List, Mark, ParamInfo, Plot,
    Report, ReportTable, Str, Subject, words,
};
use iterscope_kernels::reduce::dot;

use super::fitted_model::FittedModel;
use super::predictions::{between, per_game, points};
use super::ranking_model::Question;
use super::shared::GAMES;
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;

/// Items up to which all pairs are looked at.
const ALL: usize = 200;
/// Beyond, places in the order up to which two items are near.
const NEAR: usize = 10;
/// Pairs that are then computed exactly.
const EXACT: usize = 80;
/// Rows of the table, and names in the plot.
const ROWS: usize = 30;
const NAMED: usize = 8;

const PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "goal",
    "Goal",
    "What the next game is to make smaller: the sum of the variances of all strengths (A-optimality), or the volume in which they \
     may lie (D-optimality).",
    &[("variance", "sum of the variances"), ("volume", "volume of the region")],
    "variance",
)];

/// See [`AnalysisInfo::summary`].
pub static NEXT_GAMES: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.next-games"),
        label: Str::Borrowed("Which games next?"),
        summary: words(
            "For pairs of items how much one further game between them would tell, from Fisher's information: games between equals, and \
             of those about whom little is known, tell most.",
        ),
        citation: words(
            "K. Chaloner, I. Verdinelli, Bayesian experimental design: a review, Statist. Sci. 10, 1995; for paired comparisons \
             M. E. Glickman, S. T. Jensen, Adaptive paired comparison design, J. Statist. Plann. Inference 127, 2005.",
        ),
        params: List::Borrowed(PARAMS),
        problems: GAMES,
        subject: Subject::Problem,
        limits: words(
            "Each row is of one further game by itself: after it has been played, the others tell less than stated. What else the model \
             estimates (such as the tie strength) is taken as known.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    Ok(Box::new(NextGames {
        names: ranking.labels().to_vec(),
        basis: FittedModel::of(&Question::of_games(ranking))?,
        volume: input.values.text("goal") == "volume",
        columns: Vec::new(),
        candidates: Vec::new(),
        started: false,
        found: Vec::new(),
    }))
}

/// What one game between two items would tell.
#[derive(Clone, Copy, Debug)]
struct Gain {
    pair: (u32, u32),
    /// Expected share of the points of the first.
    share: f64,
    difference: f64,
    /// Standard error of the difference.
    error: f64,
    /// By how much the sum of the variances falls.
    variance: f64,
    /// By how much the logarithm of the determinant of the information rises.
    volume: f64,
}

struct NextGames {
    names: Vec<String>,
    basis: FittedModel<PairModel>,
    volume: bool,
    /// Columns of the covariance matrix, where all pairs are looked at.
    columns: Vec<Vec<f64>>,
    candidates: Vec<(u32, u32)>,
    started: bool,
    found: Vec<Gain>,
}

impl NextGames {
    /// Pairs that are near in the order, best first by what is known of them without a further system.
    fn near(&self) -> Vec<(u32, u32)> {
        let (log, errors) = (self.basis.optimum(), self.basis.errors());
        let order = self.basis.scope.by_strength(log);
        let mut all: Vec<(f64, (u32, u32))> = Vec::new();
        for (k, a) in order.iter().enumerate() {
            for b in order[k + 1..].iter().take(NEAR) {
                if self.basis.scope.sets[*a as usize] != self.basis.scope.sets[*b as usize] {
                    continue;
                }
                let d = log[*a as usize] - log[*b as usize];
                let even = 1.0 / (2.0 + 2.0 * libm::cosh(d));
                let square = |i: u32| errors[i as usize] * errors[i as usize];
                let (x, y) = (square(*a), square(*b));
                let gain = if self.volume { even * (x + y) } else { even * (x * x + y * y) };
                all.push((gain, (*a, *b)));
            }
        }
        all.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        all.into_iter().take(EXACT).map(|(_, pair)| pair).collect()
    }

    fn gain(&self, pair: (u32, u32), at: &Strengths, column: &[f64]) -> Gain {
        let (a, b) = (pair.0 as usize, pair.1 as usize);
        let log = self.basis.optimum();
        let spread = (column[a] - column[b]).max(0.0);
        let d = log[a] - log[b];
        let weight = per_game(&self.basis.model, at, d);
        let fall = weight * dot(column, column) / (1.0 + weight * spread);
        let volume = libm::log1p(weight * spread);
        Gain {
            pair,
            share: points(&between(&self.basis.model, at, a, b)),
            difference: d,
            error: spread.sqrt(),
            variance: fall,
            volume,
        }
    }

    fn sorted(&mut self) {
        let by = |g: &Gain| if self.volume { g.volume } else { g.variance };
        self.found.sort_by(|x, y| by(y).total_cmp(&by(x)).then(x.pair.cmp(&y.pair)));
    }
}

impl Job for NextGames {
    fn work(&mut self) -> Result<f64, BuildError> {
        let n = self.names.len();
        let ready = self.basis.work()?;
        if ready < 1.0 {
            return Ok(0.4 * ready);
        }
        let ready = self.basis.work_errors();
        if ready < 1.0 {
            return Ok(0.4 + 0.2 * ready);
        }
        let model = self.basis.model.clone();
        let at = match self.basis.found() {
            Some((at, _)) => at.clone(),
            None => return Ok(1.0),
        };
        if n <= ALL {
            // The covariance of an item with all others, up to a common part that differences do not see.
            while self.columns.len() < n {
                let own = self.columns.len();
                let groups = &self.basis.scope.groups;
                let mut unit = vec![0.0; n];
                if model.level_is_free() {
                    let group = groups.id[own];
                    let share = -1.0 / f64::from(groups.sizes[group as usize]);
                    (0..n).filter(|i| groups.id[*i] == group).for_each(|i| unit[i] = share);
                }
                unit[own] += 1.0;
                let Some((_, information)) = self.basis.found() else { return Ok(1.0) };
                let mut column = information.covariance(&unit);
                column.truncate(n);
                self.columns.push(column);
                if self.columns.len().is_multiple_of(50) {
                    return Ok(0.6 + 0.2 * self.columns.len() as f64 / n as f64);
                }
            }
            if self.found.is_empty() {
                for a in 0..n as u32 {
                    for b in a + 1..n as u32 {
                        if self.basis.scope.sets[a as usize] != self.basis.scope.sets[b as usize] {
                            continue;
                        }
                        let column: Vec<f64> = self.columns[a as usize]
                            .iter()
                            .zip(&self.columns[b as usize])
                            .map(|(x, y)| x - y)
                            .collect();
                        self.found.push(self.gain((a, b), &at, &column));
                    }
                }
                self.sorted();
            }
            return Ok(1.0);
        }
        if !self.started {
            self.candidates = self.near();
            self.candidates.reverse();
            self.started = true;
        }
        if let Some((a, b)) = self.candidates.pop() {
            let mut contrast = vec![0.0; n];
            (contrast[a as usize], contrast[b as usize]) = (1.0, -1.0);
            let Some((_, information)) = self.basis.found() else { return Ok(1.0) };
            let mut column = information.covariance(&contrast);
            column.truncate(n);
            self.found.push(self.gain((a, b), &at, &column));
            return Ok(0.6 + 0.39 * (1.0 - self.candidates.len() as f64 / EXACT as f64));
        }
        self.sorted();
        Ok(1.0)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let n = self.names.len();
        if let Some(remark) = self.basis.scope.remark().filter(|_| !self.basis.scope.is_one()) {
            report.say(format!(
                "{remark} First of all, games between parts are wanted: until results join them in both directions, nothing is known of \
                 one against another."
            ));
        }
        let Some(best) = self.found.first().copied() else { return report };
        if n > ALL && !self.candidates.is_empty() {
            return report;
        }
        let name = |i: u32| self.names[i as usize].as_str();
        let errors = self.basis.errors();
        let total: f64 = errors.iter().map(|e| e * e).sum();
        let games = &self.basis.model.games;
        let met = |(a, b): (u32, u32)| -> f64 {
            let own = games.of(a as usize).filter(|m| m.opponent == b);
            own.map(|m| games.pairs[m.pair as usize].games()).sum()
        };
        let usual = total / games.total;
        report.say(format!(
            "A game between {} and {} would tell most: it takes {:.2} % from the sum of the variances of all log-strengths, {:.1} times \
             what a game has done on average so far.",
            name(best.pair.0),
            name(best.pair.1),
            100.0 * best.variance / total,
            best.variance / usual
        ));
        if n > ALL {
            report.say(format!(
                "With {n} items not all pairs were looked at: those up to {NEAR} places apart in the order were compared by their own \
                 variances, and the best {EXACT} of them exactly."
            ));
        }
        let shown: Vec<&Gain> = self.found.iter().take(2000).collect();
        let value = |g: &Gain| if self.volume { g.volume } else { 100.0 * g.variance / total };
        let label = if self.volume { "gain in log of the volume" } else { "fall of the variances, %" };
        let scatter = |of: &[&Gain], tone: usize, named: bool| Mark::Points {
            label: String::new(),
            x: of.iter().map(|g| g.difference.abs()).collect(),
            y: of.iter().map(|g| value(g)).collect(),
            names: of.iter().map(|g| format!("{} – {}", name(g.pair.0), name(g.pair.1))).collect(),
            tones: vec![tone],
            named,
        };
        let (top, others) = shown.split_at(NAMED.min(shown.len()));
        report.plot(Plot {
            caption: "What one further game of each pair would tell, by how far apart the two are. The best are named."
                .into(),
            x: Axis::linear("difference of log-strengths"),
            y: Axis::linear(label),
            marks: vec![scatter(others, 5, false), scatter(top, 0, true)],
        });
        let rank = self.basis.scope.ranks(self.basis.optimum());
        let row = |g: &Gain| {
            let (a, b) = if g.difference >= 0.0 { g.pair } else { (g.pair.1, g.pair.0) };
            vec![
                Cell::Text(name(a).into()),
                Cell::Int(i64::from(rank[a as usize])),
                Cell::Text(name(b).into()),
                Cell::Int(i64::from(rank[b as usize])),
                Cell::Real(met(g.pair)),
                Cell::Real(g.share.max(1.0 - g.share)),
                Cell::Real(g.error),
                Cell::Real(100.0 * g.variance / total),
                Cell::Real(g.volume),
            ]
        };
        let labels = ["stronger", "rank", "weaker", "its rank", "games", "share", "error", "fall, %", "gain in volume"];
        report.table(ReportTable {
            caption: "The games that would tell most, each by itself: games so far, the expected share of the stronger, the standard error of the \
                      difference, and what one more game does to the sum of the variances and to the log of the volume."
                .into(),
            columns: labels.map(|l| Heading::new(l, 3)).to_vec(),
            rows: self.found.iter().take(ROWS).map(row).collect(),
        });
        report
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;

    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, cell, tables, text};

    const ID: &str = "ranking.next-games";

    #[test]
    fn gains_are_those_of_the_independent_program() {
        // numpy: fall of the trace of the Moore-Penrose inverse, 0.3026260340765569 before, and rise of the log-determinant.
        let report = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[], None).unwrap();
        let sheet = tables(&report)[0];
        let pair = |row: usize| (&sheet.rows[row][0], &sheet.rows[row][2]);
        let text = |t: &str| Cell::Text(t.into());
        assert_eq!(pair(0), (&text("Cleveland"), &text("Baltimore")));
        assert_eq!(pair(1), (&text("Boston"), &text("Baltimore")));
        let fall = cell(sheet, "Cleveland", "fall, %");
        assert!((fall - 100.0 * 0.0013416770789361156 / 0.3026260340765569).abs() < 1e-6, "{fall}");
        assert!((cell(sheet, "Cleveland", "gain in volume") - 0.02425495961573971).abs() < 1e-8);
        let report = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[choice("goal", "volume")], None).unwrap();
        let sheet = tables(&report)[0];
        assert_eq!((&sheet.rows[1][0], &sheet.rows[1][2]), (&text("Milwaukee"), &text("Detroit")));
    }

    #[test]
    fn many_items_are_looked_at_near_each_other_only() {
        let given = [("players", 260.into()), ("games", 4000.into()), choice("estimate", "map")];
        let report = AnalysisCase::synthetic(&given, 3).ask(ID, &[], None).unwrap();
        assert!(text(&report).contains("not all pairs"), "{}", text(&report));
        let rows = &tables(&report)[0].rows;
        assert_eq!(rows.len(), 30);
        for row in rows {
            let (Cell::Int(a), Cell::Int(b)) = (&row[1], &row[3]) else { panic!("ranks") };
            assert!((1..=10).contains(&(b - a)), "{a} {b}");
        }
    }
}
