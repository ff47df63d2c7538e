//! Which model of the same games foresees games that it has not seen.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Dataset, Heading, Instance, Job, Kind, List, Mark,
    ParamInfo, Params, Plot, Report, ReportTable, Str, Subject, Value, Values, words,
};
use iterscope_kernels::rng::Rng;

use super::predictions::points;
use super::refit::{Fit, Refit};
use super::resample::{Line, as_data, folds, lines_of, with_games};
use super::shared::GAMES;
use crate::FAMILY;
use crate::model::{PairModel, Strengths};
use crate::pairs::existence::connectivity;
use crate::pairs::instance::PairInstance;
use crate::pairs::objective::PairLikelihood;

/// Standard errors on both sides of a mean that hold 95 of 100.
const Z: f64 = 1.959963984540054;
/// Parameters of the problem that make another model.
const VARIED: [&str; 5] = ["estimate", "prior", "link", "ties", "advantage"];

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int(
        "folds",
        "Parts",
        "The games are split into so many parts; each is predicted from all others.",
        [2, 20],
        5,
    ),
    ParamInfo::int("seed", "Seed", "Another seed splits the games in another way.", [0, 1_000_000_000], 1),
];

/// See [`AnalysisInfo::summary`].
pub static COMPARE: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.compare"),
        label: Str::Borrowed("Which model predicts best?"),
        summary: words(
            "Splits the games into parts, estimates each model without one part, and asks how likely the games of that part were: the \
             log-likelihood of games held out. The models differ from the one in use in one parameter each.",
        ),
        citation: words(
            "M. Stone, Cross-validatory choice and assessment of statistical predictions, J. Roy. Statist. Soc. B 36, 1974.",
        ),
        params: List::Borrowed(PARAMS),
        problems: GAMES,
        subject: Subject::Problem,
        limits: words(
            "All models are scored by the points that they predict (a tie is half a point to each side), so that models with and without \
             ties can be compared. Standard errors take games as independent.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let spec = &input.experiment.problem;
    let unknown = || BuildError::new("analysis", "the problem is unknown");
    let problem = FAMILY.problems.iter().find(|p| p.info.id == spec.id.as_str()).ok_or_else(unknown)?;
    let schema = &problem.info.params;
    let mut base = spec.params.clone();
    // What is ranked was chosen already, and the games are weighted.
    for key in ["part", "group", "half_life", "margin"] {
        base.remove(key);
    }
    let now = Values::resolve(schema, &base).map_err(|mut e| e.swap_remove(0))?;
    let mut waiting = vec![("as it is".to_owned(), base.clone())];
    let relevant = |p: &&ParamInfo| p.relevant(schema, |key| now.get(key).cloned());
    for p in schema.iter().filter(|p| VARIED.contains(&&*p.key)).filter(relevant) {
        let Kind::Choice { options } = &p.kind else { continue };
        for (value, label) in options.iter().filter(|(v, _)| *v != now.text(&p.key)) {
            let mut other = base.clone();
            other.insert(p.key.to_string(), Value::from(value));
            waiting.push((format!("{}: {label}", p.label), other));
        }
    }
    waiting.reverse();
    let lines = lines_for(&input, ranking);
    let k = input.values.size("folds");
    let games: f64 = lines.iter().map(|l| l.result.count).sum();
    if games < 2.0 * k as f64 {
        return Err(BuildError::new("folds", format!("{games} games are too few for {k} parts")));
    }
    let mut rng = Rng::new(input.values.int("seed") as u64);
    let parts = folds(&lines, k, &mut rng);
    Ok(Box::new(Compare {
        names: ranking.labels().to_vec(),
        schema,
        lines,
        parts,
        waiting,
        variants: Vec::new(),
        left_out: Vec::new(),
        fold: 0,
        variant: 0,
        fit: None,
        fresh: true,
    }))
}

/// One model.
struct Variant {
    label: String,
    model: Rc<PairModel>,
    start: Strengths,
    /// Scores of the games held out, part by part and line by line.
    scores: Vec<f64>,
    /// Why it is given up.
    lost: Option<String>,
}

struct Compare {
    names: Vec<String>,
    schema: &'static [ParamInfo],
    lines: Vec<Line>,
    parts: Vec<Vec<f64>>,
    waiting: Vec<(String, Params)>,
    variants: Vec<Variant>,
    left_out: Vec<(String, String)>,
    fold: usize,
    variant: usize,
    fit: Option<Refit>,
    fresh: bool,
}

/// The logarithm of the chance of the points that the first of a line won: half of each where they tied.
fn score(model: &PairModel, at: &Strengths, line: &Line) -> f64 {
    let result = &line.result;
    let q = model.outcomes(at, result.winner as usize, result.loser as usize, line.side);
    let (share, other) = (points(&q), q.second + 0.5 * q.tie);
    if result.tie { 0.5 * (libm::log(share) + libm::log(other)) } else { libm::log(share) }
}

/// The games as the file has them, with who had the advantage, if the model ranks all of them and weighs them alike; else as
/// the model has them.
fn lines_for(input: &AnalysisInput<'_>, ranking: &PairInstance) -> Vec<Line> {
    let games = &ranking.model().games;
    if let Some(Dataset::Comparisons(data)) = input.data.as_deref() {
        let total: f64 = data.encounters.iter().map(|e| e.count).sum();
        let side = |k: usize| data.details.advantage.get(k).copied().unwrap_or(0);
        if data.items == ranking.labels() && (total - games.total).abs() <= 1e-9 * total {
            return data
                .encounters
                .iter()
                .enumerate()
                .map(|(k, result)| Line { result: *result, side: side(k) })
                .collect();
        }
    }
    lines_of(games)
}

impl Compare {
    /// Builds the next model, or says why it is left out.
    fn prepare(&mut self, label: String, params: &Params) -> Result<(), BuildError> {
        let values = Values::resolve(self.schema, params).map_err(|mut e| e.swap_remove(0))?;
        let data = as_data(&self.names, &self.lines, self.lines.iter().any(|l| l.side != 0));
        let built = match PairInstance::build(&data, &values, None) {
            Ok(built) => built,
            Err(e) => {
                self.left_out.push((label, e.message));
                return Ok(());
            }
        };
        let model = built.model();
        if self.variants.iter().any(|v| *v.model == *model) {
            self.left_out.push((label, "it is the same model for these games".into()));
        } else if params.get("ties").and_then(Value::as_text).is_some_and(|t| t != "half") && model.games.ties == 0.0 {
            self.left_out.push((label, "there are no ties".into()));
        } else if !built.series().first().is_some_and(|s| s.stop) {
            self.left_out.push((label, "its estimate is infinite for these games".into()));
        } else {
            let start = built.optimum().map_or_else(|| Strengths::equal(&model), |o| o.at.clone());
            self.variants.push(Variant { label, model, start, scores: Vec::new(), lost: None });
        }
        Ok(())
    }

    /// Starts to fit the current model to all parts but the current one.
    fn begin(&mut self) -> Result<(), BuildError> {
        let held = &self.parts[self.fold];
        let rest = self.lines.iter().zip(held).filter(|(l, h)| l.result.count - **h > 1e-9 * l.result.count);
        let rest: Vec<Line> = rest.map(|(l, h)| l.of(l.result.count - h)).collect();
        let variant = &mut self.variants[self.variant];
        let model = with_games(&variant.model, &self.names, &rest)?;
        let parts = connectivity(&model.games).parts.sizes.len();
        if model.level_is_free() && parts > connectivity(&variant.model.games).parts.sizes.len() {
            variant.lost = Some("without one of the parts its estimate is infinite".into());
            return Ok(());
        }
        self.fit = Some(Refit::from(Box::new(PairLikelihood(Rc::new(model))), &variant.start));
        Ok(())
    }

    /// Scores the games held out.
    fn tally(&mut self, at: &Strengths) {
        let variant = &mut self.variants[self.variant];
        let held = self.lines.iter().zip(&self.parts[self.fold]).filter(|(_, h)| **h > 0.0);
        variant.scores.extend(held.map(|(line, _)| score(&variant.model, at, line)));
    }

    /// Mean and standard error per game of the scores of a model less those of another, if one is given.
    fn per_game(&self, own: &Variant, other: Option<&Variant>) -> (f64, f64) {
        let games = self.parts.iter().flatten().filter(|h| **h > 0.0);
        let (mut total, mut sum, mut square) = (0.0, 0.0, 0.0);
        for (k, (games, score)) in games.zip(&own.scores).enumerate() {
            let x = score - other.map_or(0.0, |o| o.scores[k]);
            total += games;
            sum += games * x;
            square += games * x * x;
        }
        let mean = sum / total;
        (mean, ((square / total - mean * mean).max(0.0) / total).sqrt())
    }
}

impl Job for Compare {
    fn work(&mut self) -> Result<f64, BuildError> {
        if let Some((label, params)) = self.waiting.pop() {
            self.prepare(label, &params)?;
            return Ok(0.1 / (1.0 + self.waiting.len() as f64));
        }
        if self.fresh {
            self.fresh = false;
            if self.variants.is_empty() {
                return Err(BuildError::new("analysis", "no model has a finite estimate for these games"));
            }
        }
        let all = self.variants.len();
        let pairs = self.variants[0].model.games.pairs.len();
        for _ in 0..(15_000 / pairs).clamp(1, 400) {
            if self.fold == self.parts.len() {
                return Ok(1.0);
            }
            if let Some(fit) = &mut self.fit {
                match fit.step() {
                    Fit::Going => continue,
                    Fit::Lost => self.variants[self.variant].lost = Some("its optimum was not reached".into()),
                    Fit::Found => {
                        let at = fit.at().clone();
                        self.tally(&at);
                    }
                }
                self.fit = None;
            } else if self.variants[self.variant].lost.is_none() {
                self.begin()?;
                if self.fit.is_some() {
                    continue;
                }
            }
            self.variant += 1;
            if self.variant == all {
                self.variant = 0;
                self.fold += 1;
            }
        }
        let done = self.fold * all + self.variant;
        Ok(if self.fold == self.parts.len() { 1.0 } else { 0.1 + 0.9 * done as f64 / (self.parts.len() * all) as f64 })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.fold < self.parts.len() || !self.waiting.is_empty() {
            return report;
        }
        let mut kept: Vec<&Variant> = self.variants.iter().filter(|v| v.lost.is_none()).collect();
        // Differences are to the first model, if that could be scored.
        let Some(first) = kept.first().copied() else {
            report.say("No model could be estimated without each of the parts: there are too few games.");
            return report;
        };
        let of_all = |v: &Variant| self.per_game(v, None);
        let beside = |v: &Variant| self.per_game(v, Some(first));
        kept.sort_by(|a, b| of_all(b).0.total_cmp(&of_all(a).0));
        let best = kept[0];
        let ((gain, unsure), score) = (beside(best), of_all(best).0);
        let (first, games) = (&first.label, self.lines.iter().map(|l| l.result.count).sum::<f64>());
        report.say(if best.label == *first {
            format!("The model \"{first}\" predicts held-out games best, with {score:.4} nats per game.")
        } else {
            format!(
                "\"{}\" predicts held-out games best, with {:.4} nats per game: {gain:.4} more than \"{first}\", standard error {unsure:.4}{}.",
                best.label,
                score,
                if gain > 2.0 * unsure { "" } else { ", so the games do not tell the two apart" }
            )
        });
        let half = -libm::log(2.0);
        report.say(format!(
            "A model that knows nothing and says one half has {half:.4}{}. {} split into {}.",
            if score < half { ", which is better: strengths of so few games predict nothing" } else { "" },
            count(games.round() as usize, "game", "games"),
            count(self.parts.len(), "part", "parts")
        ));
        let of = |f: fn(f64, f64) -> f64| -> Vec<f64> {
            kept.iter().map(|v| beside(v)).map(|(mean, error)| f(mean, error)).collect()
        };
        report.plot(Plot {
            caption: format!(
                "Held-out log-likelihood per game, less that of \"{first}\", with 95 % intervals. Right is better."
            ),
            x: Axis::linear("nats per game"),
            y: Axis::named("", kept.iter().map(|v| v.label.clone()).collect()),
            marks: vec![
                Mark::Rule { label: String::new(), at: 0.0, vertical: true },
                Mark::Intervals {
                    label: String::new(),
                    at: (0..kept.len()).map(|k| k as f64).collect(),
                    low: of(|mean, error| mean - Z * error),
                    mid: of(|mean, _| mean),
                    high: of(|mean, error| mean + Z * error),
                    tone: 0,
                },
            ],
        });
        let row = |v: &&Variant| {
            vec![
                Cell::Text(v.label.clone()),
                Cell::Real(of_all(v).0),
                Cell::Real(of_all(v).1),
                Cell::Real(beside(v).0),
                Cell::Real(beside(v).1),
            ]
        };
        let columns = [("model", 0), ("log-likelihood", 5), ("standard error", 2), ("difference", 3), ("its error", 2)];
        report.table(ReportTable {
            caption: "Held-out log-likelihood in nats per game, the best first.".into(),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: kept.iter().map(row).collect(),
        });
        let lost = self.variants.iter().filter_map(|v| Some((v.label.clone(), v.lost.clone()?)));
        let out: Vec<String> =
            self.left_out.iter().cloned().chain(lost).map(|(l, why)| format!("{l} ({why})")).collect();
        if !out.is_empty() {
            report.say(format!("Left out: {}.", out.join("; ")));
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;
    use iterscope_kernels::rng::Rng;

    use crate::analyses::resample::{folds, lines_of};
    use crate::pairs::instance::PairInstance;
    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, WORLD_CUP, cell, tables, text};

    const ID: &str = "ranking.compare";

    #[test]
    fn a_prior_helps_where_games_are_few_and_is_harmless_where_they_are_many() {
        let few = AnalysisCase::sample(WORLD_CUP, &[choice("estimate", "map")]).ask(ID, &[], None).unwrap();
        assert!(text(&few).contains("Left out"), "{}", text(&few));
        assert!(tables(&few)[0].rows.iter().all(|r| matches!(&r[1], Cell::Real(x) if *x < 0.0)));
        let many = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[("folds", 10.into())], None).unwrap();
        let sheet = tables(&many)[0];
        let known = cell(sheet, "as it is", "log-likelihood");
        assert!(known > -libm::log(2.0) && known < -0.6, "{known}");
        assert_eq!(cell(sheet, "as it is", "difference"), 0.0);
        assert!(sheet.rows.len() >= 2, "{}", text(&many));
        assert!(text(&many).contains("there are no ties"), "{}", text(&many));
    }

    #[test]
    fn the_score_is_that_of_a_split_made_by_hand() {
        // Two players: the estimate is the share of the games that were not held out.
        let games = [(0, 1, 70.0, false), (1, 0, 50.0, false)];
        let asked = AnalysisCase::games(2, &games, &[]);
        let ranking: &PairInstance = asked.set.as_any().downcast_ref().unwrap();
        let mut known = 0.0;
        for held in folds(&lines_of(&ranking.model().games), 3, &mut Rng::new(9)) {
            let share = (70.0 - held[0]) / (120.0 - held[0] - held[1]);
            known += held[0] * libm::log(share) + held[1] * libm::log(1.0 - share);
        }
        let report = asked.ask(ID, &[("folds", 3.into()), ("seed", 9.into())], None).unwrap();
        let found = cell(tables(&report)[0], "as it is", "log-likelihood");
        assert!((found - known / 120.0).abs() < 1e-9, "{found} {}", known / 120.0);
    }
}
