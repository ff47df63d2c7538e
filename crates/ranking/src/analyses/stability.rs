//! From which step on the order is final: how much a ranking depends on when a run is stopped.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Job, List, Mark, Plot, Progress, Report,
    ReportTable, Scale, Stepper, Str, Subject, words,
};

use super::shared::{GAMES_AND_ORDERS, by_strength, ranks};
use crate::model::Strengths;
use crate::orders::instance::OrderInstance;
use crate::pairs::instance::PairInstance;

/// Lines of the chart.
const LINES: usize = 15;
/// Lower ranks are left out of it.
const LOWEST: f64 = 25.0;
/// Steps that are looked at one by one; beyond, each next one is a tenth further.
const EVERY: u64 = 60;
/// Ranks sorted in one piece of work.
const PIECE: usize = 60_000;
/// Steps that are repeated at most.
const MOST_STEPS: u64 = 200_000;

/// See [`AnalysisInfo::summary`].
pub static STABILITY: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.stability"),
        label: Str::Borrowed("When did the ranking stop changing?"),
        summary: words(
            "Repeats the run from its first step and follows the ranks: from which step on the first one, the top three, five, ten and \
             all have kept their order, and which items changed places on the way.",
        ),
        citation: words(""),
        params: List::Borrowed(&[]),
        problems: GAMES_AND_ORDERS,
        subject: Subject::Run,
        limits: words("Final means: as at the step that is shown. A run that goes on may still change it."),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let names = input.instance.labels().to_vec();
    let (run, last) = input.iterate::<Strengths>()?;
    if run.step > MOST_STEPS {
        let why = format!(
            "the run has made {} steps; at most {MOST_STEPS} are repeated: go back to an earlier step",
            run.step
        );
        return Err(BuildError::new("analysis", why));
    }
    let order = by_strength(&last.log);
    let joined = match input.downcast::<PairInstance>() {
        Ok(games) => Some(games.joined()),
        Err(_) => input.downcast::<OrderInstance>().ok().map(OrderInstance::joined),
    };
    let groups = joined.filter(|joined| joined.groups.sizes.len() > 1).map(|joined| {
        format!(
            "The items fall into {} groups that never met, not even through others: {}. Where items of different groups stand to \
             each other comes from the start of the run or from a prior, not from results: only orders within a group say something.",
            joined.groups.sizes.len(),
            joined.name_groups(&names)
        )
    });
    Ok(Box::new(Stability {
        names,
        groups,
        label: run.label.clone(),
        stepper: (run.fresh)()?,
        last: run.step,
        since: vec![0; tops(order.len()).len()],
        order,
        steps: Vec::new(),
        lines: vec![Vec::new(); LINES],
        done: false,
    }))
}

/// How many from the top are looked at.
fn tops(n: usize) -> Vec<usize> {
    let mut all: Vec<usize> = [1, 3, 5, 10].into_iter().filter(|k| *k < n).collect();
    all.push(n);
    all
}

struct Stability {
    names: Vec<String>,
    /// What is to know where not all items met.
    groups: Option<String>,
    label: String,
    stepper: Box<dyn Stepper>,
    last: u64,
    /// The order at the end.
    order: Vec<u32>,
    /// For each of [`tops`] the first step from which on its order is the last one.
    since: Vec<u64>,
    /// The steps that the chart shows.
    steps: Vec<u64>,
    /// Ranks of the first items at those steps.
    lines: Vec<Vec<f64>>,
    done: bool,
}

impl Stability {
    /// Looks at the current iterate.
    fn look(&mut self) -> Result<(), BuildError> {
        let none = || BuildError::new("analysis", "this kind of run has no iterate that could be looked at");
        let now: Rc<dyn std::any::Any> = self.stepper.snapshot().ok_or_else(none)?;
        let now: &Strengths = now.downcast_ref().ok_or_else(none)?;
        let (step, order) = (self.stepper.steps(), by_strength(&now.log));
        let same = self.order.iter().zip(&order).take_while(|(a, b)| a == b).count();
        for (since, k) in self.since.iter_mut().zip(tops(order.len())) {
            if same < k {
                *since = step + 1;
            }
        }
        let shown =
            step <= EVERY || step == self.last || self.steps.last().is_none_or(|s| step as f64 >= *s as f64 * 1.1);
        if shown {
            self.steps.push(step);
            let rank = ranks(&now.log);
            for (line, i) in self.lines.iter_mut().zip(&self.order) {
                line.push(f64::from(rank[*i as usize]));
            }
        }
        Ok(())
    }
}

impl Job for Stability {
    fn work(&mut self) -> Result<f64, BuildError> {
        if self.done {
            return Ok(1.0);
        }
        if self.steps.is_empty() {
            self.look()?;
        }
        for _ in 0..(PIECE / self.names.len()).clamp(1, 2000) {
            if self.stepper.steps() >= self.last {
                break;
            }
            let before = self.stepper.steps();
            let progress = self.stepper.advance(1).map_err(|e| BuildError::new("analysis", e.to_string()))?;
            if self.stepper.steps() == before {
                // It ended by itself, and the step that is shown is this one.
                break;
            }
            self.look()?;
            if matches!(progress, Progress::Stopped(_)) {
                break;
            }
        }
        let ended = self.stepper.steps() >= self.last || self.stepper.advance(0) != Ok(Progress::Advanced);
        self.done = ended;
        Ok(if ended { 1.0 } else { (self.stepper.steps() as f64 / self.last as f64).min(0.999) })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let n = self.names.len();
        if !self.done {
            return report;
        }
        if let Some(groups) = &self.groups {
            report.say(groups.as_str());
        }
        let last = self.last;
        let who = |k: usize| match k {
            1 => format!("the first ({})", self.names[self.order[0] as usize]),
            k if k == n => "the whole order".into(),
            k => format!("the top {k}"),
        };
        let say = |k: usize, since: u64| {
            if since == 0 { format!("{} from the start", who(k)) } else { format!("{} since step {since}", who(k)) }
        };
        let parts: Vec<String> = tops(n).iter().zip(&self.since).map(|(k, s)| say(*k, *s)).collect();
        report.say(format!("{}: final as at step {last} are {}.", self.label, parts.join(", ")));
        let all = self.since.last().copied().unwrap_or(0);
        if last > 0 && all == last {
            report.say("The order still changed at the last step: let the run go on before reading ranks from it.");
        } else if last > 0 {
            let spare = last - all;
            report.say(format!(
                "Any stop rule that ends this run at step {all} or later gives the same order; the last {} changed strengths only.",
                count(spare as usize, "step", "steps")
            ));
        }
        let lines = n.min(LINES);
        // A run of hundreds of steps is read on a logarithmic axis, which has no place for step 0: it is left out there.
        let long = last > EVERY;
        let x: Vec<f64> = self.steps.iter().map(|s| if long && *s == 0 { f64::NAN } else { *s as f64 }).collect();
        let mut marks: Vec<Mark> = (0..lines)
            .map(|k| {
                let near = |rank: &f64| if *rank <= LOWEST { *rank } else { f64::NAN };
                let y = self.lines[k].iter().map(near).collect();
                Mark::Line { label: String::new(), x: x.clone(), y, tone: k, dashed: false }
            })
            .collect();
        marks.push(Mark::Points {
            label: String::new(),
            x: vec![x.last().copied().unwrap_or(0.0); lines],
            y: (1..=lines).map(|k| k as f64).collect(),
            names: self.order[..lines].iter().map(|i| self.names[*i as usize].clone()).collect(),
            tones: (0..lines).collect(),
            named: true,
        });
        for (k, since) in tops(n).into_iter().zip(&self.since).filter(|(k, s)| **s > 0 && (*k == 5 || *k == n)) {
            let label = if k == n { "all final".into() } else { format!("top {k} final") };
            marks.push(Mark::Rule { label, at: *since as f64, vertical: true });
        }
        let below = if n as f64 > LOWEST { format!("; below rank {LOWEST} lines are left out") } else { String::new() };
        let rest = if n > lines { format!(" The {lines} that end first, of {n}{below}.") } else { String::new() };
        report.plot(Plot {
            caption: format!("Rank of each item at each step.{rest}"),
            x: Axis { scale: if long { Scale::Log } else { Scale::Linear }, ..Axis::linear("step") },
            y: Axis::linear("rank").flipped(),
            marks,
        });
        let row = |(k, since): (usize, &u64)| {
            vec![Cell::Text(if k == n { "all".into() } else { format!("top {k}") }), Cell::Int(*since as i64)]
        };
        let columns = vec![Heading::new("order of", 0), Heading::new("final since step", 6)];
        let rows = tops(n).into_iter().zip(&self.since).map(row).collect();
        report.table(ReportTable {
            caption: "The first step from which on the order did not change.".into(),
            columns,
            rows,
        });
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::TestRun;
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, cell, plots, tables, text};

    const ID: &str = "ranking.stability";

    #[test]
    fn the_steps_are_those_of_a_run_watched_from_outside() {
        let given = [("players", 40.into()), ("games", 1200.into())];
        let asked = AnalysisCase::synthetic(&given, 2023);
        let report = asked.ask(ID, &[], Some(("ranking.zermelo", 80))).unwrap();
        let mut run = TestRun::new(&asked.set, "ranking.zermelo", &[]).unwrap();
        let mut orders = vec![by_strength(&run.strengths(&asked.set))];
        for _ in 0..80 {
            run.advance(1);
            orders.push(by_strength(&run.strengths(&asked.set)));
        }
        for k in tops(40) {
            let same = |o: &Vec<u32>| o[..k] == orders[80][..k];
            let since = orders.iter().rposition(|o| !same(o)).map_or(0, |s| s + 1);
            let name = if k == 40 { "all".into() } else { format!("top {k}") };
            assert_eq!(cell(tables(&report)[0], &name, "final since step"), since as f64, "{name}");
        }
        let Mark::Line { x, y, .. } = &plots(&report)[0].marks[0] else { panic!("lines first") };
        assert_eq!((x.len(), x.last(), y.last()), (y.len(), Some(&80.0), Some(&1.0)));
        assert!(x.len() > 62 && x.len() < 70, "{}", x.len());
    }

    #[test]
    fn a_run_that_ends_by_itself_or_has_not_begun_is_told() {
        let asked = AnalysisCase::sample(BASEBALL, &[]);
        let report = asked.ask(ID, &[], Some(("ranking.kemeny", 500))).unwrap();
        assert!(!tables(&report).is_empty());
        let report = asked.ask(ID, &[], Some(("ranking.newman", 0))).unwrap();
        assert!(text(&report).contains("final as at step 0"), "{}", text(&report));
    }
}
