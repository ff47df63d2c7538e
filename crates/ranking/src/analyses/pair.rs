//! The chance that one item beats another, with its interval.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::named;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, ParamInfo, Plot, Report,
    ReportTable, Str, Subject, words,
};

use super::information::Information;
use super::intervals::LEVEL;
use super::predictions::GamePrediction;
use super::ranking_model::{Question, RankingModel, Scope};
use super::refit::{self, Fit, Refit};
use super::shared::{GAMES_AND_ORDERS, level, normal_below, normal_quantile, percent};
use crate::model::Strengths;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::item("a", "First", "Name of an item; the strongest if left empty."),
    ParamInfo::item("b", "Second", "Name of another item; the strongest beside the first if left empty."),
    LEVEL,
];

/// See [`AnalysisInfo::summary`].
pub static PAIR: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.pair"),
        label: Str::Borrowed("One against another"),
        summary: words(
            "How likely one item beats another by the model, at its optimum, with an interval by the delta method, beside the games that \
             the two have had.",
        ),
        citation: words(""),
        params: List::Borrowed(PARAMS),
        problems: GAMES_AND_ORDERS,
        subject: Subject::Problem,
        limits: words(
            "The interval is of the chance, not of the next result: it says how well the games so far tell it, if the model is right.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let question = Question::of(&input)?;
    let names = &question.names;
    let typed = |key: &str| {
        let name = input.values.text(key);
        if name.trim().is_empty() { Ok(None) } else { named(names, name, key, "item").map(Some) }
    };
    let (a, b) = (typed("a")?, typed("b")?);
    if a.is_some() && a == b {
        return Err(BuildError::new("b", "an item does not meet itself: choose another one"));
    }
    let fit = refit::of(&question)?;
    Ok(Box::new(PairJob {
        names: question.names,
        model: question.model,
        scope: question.scope,
        level: input.values.real("level"),
        chosen: (a, b),
        stage: Stage::Fit(Box::new(fit)),
        report: Report::default(),
    }))
}

enum Stage {
    Fit(Box<Refit>),
    Invert(Strengths, Box<Information>),
    Done,
}

struct PairJob {
    names: Vec<String>,
    model: Rc<dyn RankingModel>,
    scope: Rc<Scope>,
    level: f64,
    chosen: (Option<usize>, Option<usize>),
    stage: Stage,
    report: Report,
}

impl Job for PairJob {
    fn work(&mut self) -> Result<f64, BuildError> {
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
                    return Ok(0.05 + 0.9 * ready);
                }
                // By default two that can be compared, of the largest part.
                let order = self.scope.by_strength(&at.log);
                let near =
                    |other: Option<usize>, i: usize| other.is_none_or(|o| self.scope.sets[o] == self.scope.sets[i]);
                let best = |other: Option<usize>| {
                    order.iter().map(|i| *i as usize).find(|i| Some(*i) != other && near(other, *i))
                };
                let a = self.chosen.0.or_else(|| best(self.chosen.1)).unwrap_or(0);
                let b = self.chosen.1.or_else(|| best(Some(a))).unwrap_or(1);
                let beyond = self.scope.beyond(a, b);
                if self.scope.sets[a] != self.scope.sets[b] {
                    self.report.say(beyond.unwrap_or_default());
                    self.stage = Stage::Done;
                    return Ok(1.0);
                }
                let mut contrast = vec![0.0; at.log.len()];
                (contrast[a], contrast[b]) = (1.0, -1.0);
                let covariance = information.covariance(&contrast);
                let at = at.clone();
                let found = self.model.chances(&at, (a, b), &covariance, information.extras());
                self.report = self.report_of((a, b), &at, &found);
                if let Some(beyond) = beyond {
                    self.report.say(beyond);
                }
                self.stage = Stage::Done;
                Ok(1.0)
            }
            Stage::Done => Ok(1.0),
        }
    }

    fn report(&self) -> Report {
        self.report.clone()
    }
}

impl PairJob {
    fn report_of(&self, (a, b): (usize, usize), at: &Strengths, found: &[GamePrediction]) -> Report {
        let mut report = Report::default();
        let (first, second, words) = (&self.names[a], &self.names[b], self.model.words());
        let (z, sure) = (normal_quantile(0.5 + 0.5 * self.level), level(self.level));
        let main = &found[0];
        let (low, high) = main.first.interval(z);
        let tie = match &main.tie {
            Some(tie) => {
                let (low, high) = tie.interval(z);
                format!(", and they tie with {} ({} to {})", percent(tie.value), percent(low), percent(high))
            }
            None => String::new(),
        };
        report.say(format!(
            "{first} {} {second} with a chance of {} ({sure} interval {} to {}){tie}.",
            words.beats,
            percent(main.first.value),
            percent(low),
            percent(high)
        ));
        let difference = at.log[a] - at.log[b];
        let stronger = normal_below(difference.abs() / main.error);
        let more = if difference >= 0.0 { first } else { second };
        report.say(format!(
            "{more} is the stronger of the two by {:.3} in log-strength, standard error {:.3}: with a normal distribution around the estimate, it \
             truly is with a probability of {}{}.",
            difference.abs(),
            main.error,
            percent(stronger),
            if stronger < 0.5 + 0.5 * self.level { format!(", so the {} do not settle it", words.games) } else { String::new() }
        ));
        report.say(self.model.record(&self.names, (a, b), at));
        let mut rows = Vec::new();
        let (mut labels, mut low, mut mid, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for chances in found {
            let outcomes = [
                (format!("{first} {}{}", words.wins, chances.words), Some(&chances.first)),
                (format!("tie{}", chances.words), chances.tie.as_ref()),
                (format!("{second} {}{}", words.wins, chances.words), Some(&chances.second)),
            ];
            for (label, chance) in outcomes.into_iter().filter_map(|(l, c)| Some((l, c?))) {
                let (from, to) = chance.interval(z);
                rows.push(vec![Cell::Text(label.clone()), Cell::Real(chance.value), Cell::Real(from), Cell::Real(to)]);
                labels.push(label);
                low.push(from);
                mid.push(chance.value);
                high.push(to);
            }
        }
        let at = (0..labels.len()).map(|k| k as f64).collect();
        report.plot(Plot {
            caption: format!("Chances of {} between the two, with {sure} intervals.", words.one),
            x: Axis::linear("chance"),
            y: Axis::named("", labels),
            marks: vec![
                Mark::Rule { label: String::new(), at: 0.5, vertical: true },
                Mark::Intervals { label: String::new(), at, low, mid, high, tone: 0 },
            ],
        });
        let columns = ["result", "chance", "from", "to"].map(|label| Heading::new(label, 3)).to_vec();
        report.table(ReportTable { caption: format!("Chances of {}.", words.one), columns, rows });
        report
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, WORLD_CUP, cell, tables, text};

    const ID: &str = "ranking.pair";

    #[test]
    fn a_chance_and_its_interval_are_those_of_the_independent_program() {
        // numpy: logistic of the difference and of its ends at 1.96 standard errors.
        let report = AnalysisCase::sample(BASEBALL, &[]).ask(ID, &[], None).unwrap();
        let sheet = tables(&report)[0];
        let near = |label: &str, known: f64| {
            let found = cell(sheet, "Milwaukee wins", label);
            assert!((found - known).abs() < 1e-8, "{label}: {found}");
        };
        near("chance", 0.5361735502386522);
        near("from", 0.3858321707885799);
        near("to", 0.6802151314004432);
        assert!(text(&report).contains("standard error 0.311"), "{}", text(&report));
        assert!(text(&report).contains("In their 13 games"), "{}", text(&report));
    }

    #[test]
    fn the_other_way_round_is_the_complement_and_ties_are_told() {
        let given = [choice("estimate", "map"), choice("ties", "davidson")];
        let asked = AnalysisCase::sample(WORLD_CUP, &given);
        let of = |a: &str, b: &str| asked.ask(ID, &[("a", a.into()), ("b", b.into())], None).unwrap();
        let (one, other) = (of("France", "argentina"), of("Argentina", "France"));
        let (one, other) = (tables(&one)[0], tables(&other)[0]);
        for label in ["chance", "from", "to"] {
            for name in ["France wins", "Argentina wins", "tie"] {
                assert!((cell(one, name, label) - cell(other, name, label)).abs() < 1e-9, "{name} {label}");
            }
        }
        let sum: f64 = ["France wins", "Argentina wins", "tie"].iter().map(|n| cell(one, n, "chance")).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_advantage_is_told_with_and_without_it() {
        // numpy, Fisher scoring with one number for the home ground: 0.3023, standard error 0.1309, as Agresti has it in
        // section 10.6.3.
        let report = AnalysisCase::sample(BASEBALL, &[choice("advantage", "estimated")]).ask(ID, &[], None).unwrap();
        let sheet = tables(&report)[0];
        for (name, known) in [
            ("Milwaukee wins", [0.5359871099331349, 0.3840662852725277, 0.6815099802438094]),
            ("Milwaukee wins with the advantage", [0.6097968660727627, 0.4447169665925727, 0.753052052227427]),
            ("Milwaukee wins without the advantage", [0.4605663473959066, 0.3046657264311378, 0.6245841565567972]),
        ] {
            for (label, known) in ["chance", "from", "to"].into_iter().zip(known) {
                let found = cell(sheet, name, label);
                assert!((found - known).abs() < 1e-7, "{name}, {label}: {found} {known}");
            }
        }
    }

    #[test]
    fn a_wrong_name_is_named_with_its_neighbours() {
        let asked = AnalysisCase::sample(BASEBALL, &[]);
        let error = asked.ask(ID, &[("a", "Milwauke".into())], None).unwrap_err();
        assert_eq!(error.field, "a");
        assert!(error.message.contains("`Milwaukee`"), "{error}");
        let error = asked.ask(ID, &[("a", "Boston".into()), ("b", "boston".into())], None).unwrap_err();
        assert_eq!(error.field, "b");
    }
}
