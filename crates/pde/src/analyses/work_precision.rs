//! Error over work for all methods of the race, each over a ladder of steps or tolerances.

use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, Backend, BuildError, Cell, Heading, Instance, Job, List, Mark, Names,
    ParamInfo, Plot, Progress, Report, ReportTable, RunSpec, Stepper, Stop, Str, Subject, Value, Work, words,
};

use super::courses::{begin, moment};
use super::trial::method;
use crate::problems::evolution;
use crate::time::problem::Evolution;
use crate::time::reference::{MOST_VALUES, Reference};

/// Steps in one piece of work.
const PIECE: u32 = 4;
/// Evaluated values of one run, with what an evaluation costs besides, at most.
const EFFORT: u64 = 100_000_000;
/// Floating-point operations of one run, at most.
const OPERATIONS: u64 = 2_000_000_000;
/// What an evaluation costs besides its values, in values.
const BESIDES: u64 = 200;
/// Simulated time where the experiment has no end: so many of the longest steps.
const STEPS: f64 = 200.0;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int(
        "levels",
        "Levels",
        "Runs of each method: each with half the step, or a tenth of the tolerance, of the one before",
        [2, 8],
        5,
    ),
    ParamInfo::real(
        "until",
        "Until",
        "The simulated time at which errors are compared; 0 takes the end of the experiment",
        [0.0, 1e6],
        0.0,
    ),
    ParamInfo::choice(
        "work",
        "Work",
        "What is on the horizontal axis: operations count what implicit methods spend on matrices, evaluations of the rate do not",
        &[("flops", "operations"), ("operator", "evaluations of the rate")],
        "flops",
    ),
];

/// The question.
pub static WORK_PRECISION: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.work-precision"),
        label: Str::Borrowed("Work and precision"),
        summary: words(
            "What an error costs with each method of the race: every run is repeated with ever shorter steps, or ever tighter tolerances, and its error at the end is set against \
             its work. The slope is the observed order.",
        ),
        citation: words(
            "E. Hairer, S. P. Nørsett and G. Wanner, Solving Ordinary Differential Equations I, 1993, section II.10",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(evolution::IDS),
        subject: Subject::Problem,
        limits: words(
            "Errors are those of the time stepping: the difference from the same equations on the same mesh, integrated to tight tolerances. Where neighbouring solutions part, \
             only times are compared for which the reference is known.",
        ),
    },
    build,
};

/// One run of the ladder.
struct Trial {
    run: usize,
    /// The step or the tolerance.
    fineness: f64,
    spec: RunSpec,
    outcome: Option<Reached>,
}

/// What came of it.
struct Reached {
    steps: u64,
    work: Work,
    /// The error at the end; none where it did not come there.
    error: Option<f64>,
    words: String,
}

struct Ladder {
    instance: Rc<dyn Instance>,
    seed: u64,
    reference: Reference,
    start: Rc<Vec<f64>>,
    until: f64,
    /// The end of the reference has been found.
    settled: bool,
    uncertainty: f64,
    trials: Vec<Trial>,
    next: usize,
    now: Option<Box<dyn Stepper>>,
    names: Vec<String>,
    by_flops: bool,
    said: Vec<String>,
}

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let problem = input.downcast::<Evolution>()?;
    let mut said = Vec::new();
    let refused = || BuildError::new("analysis", "this is asked of typed systems");
    let instance = match problem.typed().ok_or_else(refused)?.with_at_most(MOST_VALUES)? {
        None => Rc::clone(input.instance),
        Some((smaller, n)) => {
            said.push(format!(
                "On a mesh of {n} intervals: a reference is affordable for up to {} values.",
                grouped(MOST_VALUES)
            ));
            Rc::new(smaller) as Rc<dyn Instance>
        }
    };
    let problem: &Evolution = instance.as_any().downcast_ref().expect("it is a problem in time");
    let (experiment, levels) = (input.experiment, input.values.size("levels"));
    let (mut trials, mut names, mut longest) = (Vec::new(), Vec::new(), 0.0f64);
    for (run, spec) in experiment.runs.iter().enumerate() {
        let info = &method(&spec.method)?.info;
        let label = format!("{}: {}", run + 1, info.label);
        names.push(label.clone());
        let Some(key) = ["dt", "rtol"].into_iter().find(|key| info.params.iter().any(|p| p.key == *key)) else {
            said.push(format!("{label} has no steps in time and is left out."));
            continue;
        };
        let given = spec.params.get(key).and_then(Value::as_real);
        let default = || info.params.iter().find(|p| p.key == key).and_then(|p| p.default.as_real());
        let coarsest = given.or_else(default).unwrap_or(1e-3);
        if key == "dt" {
            longest = longest.max(coarsest);
        }
        for level in 0..levels {
            let fineness = coarsest * libm::pow(if key == "dt" { 0.5 } else { 0.1 }, level as f64);
            let mut spec = spec.clone();
            spec.params.insert(key.to_owned(), Value::Real(fineness));
            if key == "rtol" && fineness < 1e-13 {
                continue;
            }
            // Both tolerances go down side by side.
            if let Some(absolute) = spec.params.get("atol").and_then(Value::as_real).or((key == "rtol").then_some(1e-8))
            {
                let absolute = (absolute * fineness / coarsest).max(1e-16);
                spec.params.insert("atol".to_owned(), Value::Real(absolute));
            }
            trials.push(Trial { run, fineness, spec, outcome: None });
        }
    }
    if trials.is_empty() {
        // A race of methods that are parallel in time: what their slabs come to, by steps.
        longest = 0.01;
        said.push("In their place stands RK4.".to_owned());
        names.push("RK4".to_owned());
        for level in 0..levels {
            let fineness = longest * libm::pow(0.5, level as f64);
            let params = [("dt".to_owned(), Value::Real(fineness))].into();
            let spec = RunSpec { method: "pde.rk4".into(), backend: Backend::CpuF64, params };
            trials.push(Trial { run: names.len() - 1, fineness, spec, outcome: None });
        }
    }
    let asked = input.values.real("until");
    let default = if longest > 0.0 { STEPS * longest } else { 1.0 };
    let until = if asked > 0.0 { asked } else { experiment.stop.until.unwrap_or(default) };
    Ok(Box::new(Ladder {
        reference: Reference::new(problem.typed().ok_or_else(refused)?.system(), &problem.start),
        start: Rc::clone(&problem.start),
        seed: experiment.seed,
        until,
        settled: false,
        uncertainty: 0.0,
        trials,
        next: 0,
        now: None,
        names,
        by_flops: input.values.text("work") == "flops",
        said,
        instance,
    }))
}

impl Ladder {
    /// Finds the time up to which there is a reference; true once it is known.
    fn settle(&mut self) -> Result<bool, BuildError> {
        if self.settled {
            return Ok(true);
        }
        if self.reference.work(self.until) {
            return Ok(false);
        }
        if let Some((end, _)) = self.reference.end().filter(|(end, _)| *end < self.until) {
            if end <= 0.0 {
                return Err(BuildError::new(
                    "analysis",
                    "no reference is known for this problem: it cannot be integrated to tight tolerances",
                ));
            }
            self.said.extend(self.reference.words());
            self.until = end;
        }
        let compared = self.reference.compare(self.until, &self.start);
        self.uncertainty = compared.map_or(0.0, |c| c.uncertainty);
        self.settled = true;
        Ok(true)
    }

    /// Goes on with the run under way, or begins the next.
    fn step(&mut self) -> Result<(), BuildError> {
        let n = self.start.len() as u64 + BESIDES;
        let trial = &mut self.trials[self.next];
        let stepper = match &mut self.now {
            Some(stepper) => stepper,
            None => {
                let mut stepper = begin(&trial.spec.method, &trial.spec.params, &self.instance, self.seed)?;
                stepper.end_at(self.until);
                self.now.insert(stepper)
            }
        };
        let progress = stepper.advance(PIECE).map_err(|e| BuildError::new("analysis", e.to_string()))?;
        let (steps, work) = (stepper.steps(), stepper.work());
        let dear =
            work.operator.saturating_mul(n) > EFFORT || steps.saturating_mul(n) > EFFORT || work.flops > OPERATIONS;
        let words = match progress {
            Progress::Stopped(Stop::TimeReached) => "",
            Progress::Stopped(Stop::Diverged) => "diverged",
            Progress::Stopped(_) => "broke down",
            _ if dear => "too many steps",
            _ => return Ok(()),
        };
        let moment = moment(stepper.as_mut()).filter(|_| words.is_empty());
        let compared = moment.and_then(|m| self.reference.compare(m.time, &m.values));
        let error = compared.map(|c| c.error).filter(|e| e.is_finite());
        trial.outcome = Some(Reached { steps, work, error, words: words.to_owned() });
        self.now = None;
        self.next += 1;
        Ok(())
    }

    fn cost(&self, outcome: &Reached) -> f64 {
        (if self.by_flops { outcome.work.flops } else { outcome.work.operator }) as f64
    }

    /// The order between a trial and the one with twice its step.
    fn order(&self, k: usize) -> f64 {
        let error = |k: usize| self.trials[k].outcome.as_ref().and_then(|o| o.error);
        let before = k.checked_sub(1).filter(|&j| self.trials[j].run == self.trials[k].run);
        let by_step = self.trials[k].spec.params.contains_key("dt");
        match (before.and_then(error), error(k)) {
            // Below what the reference may be wrong by nothing is observed.
            (Some(a), Some(b)) if by_step && b > 3.0 * self.uncertainty.max(1e-13) => libm::log2(a / b),
            _ => f64::NAN,
        }
    }
}

impl Job for Ladder {
    fn work(&mut self) -> Result<f64, BuildError> {
        // The reference is about as much work as the runs.
        if !self.settle()? {
            return Ok(0.0);
        }
        if self.next < self.trials.len() {
            self.step()?;
        }
        Ok((1 + self.next) as f64 / (1 + self.trials.len()) as f64)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let mut marks = Vec::new();
        for (run, name) in self.names.iter().enumerate() {
            let outcomes = self.trials.iter().filter(|t| t.run == run).filter_map(|t| t.outcome.as_ref());
            let points = outcomes.filter_map(|o| Some((self.cost(o), o.error?))).filter(|(_, e)| *e > 0.0);
            let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
            if !x.is_empty() {
                let points = Mark::Points {
                    label: String::new(),
                    x: x.clone(),
                    y: y.clone(),
                    names: Vec::new(),
                    tones: vec![run],
                    named: false,
                };
                marks.extend([Mark::Line { label: name.clone(), x, y, tone: run, dashed: false }, points]);
            }
        }
        if self.uncertainty > 0.0 {
            let label = "what the reference may be wrong by".to_owned();
            marks.push(Mark::Rule { label, at: self.uncertainty, vertical: false });
        }
        let work = if self.by_flops { "floating-point operations" } else { "evaluations of the rate" };
        report.say(format!("Errors at t = {}. {}", self.until, self.best()));
        report.plot(Plot {
            caption: "The error at the end over the work it took: further left and further down is better.".into(),
            x: Axis::log(work),
            y: Axis::log("error"),
            marks,
        });
        let done = self.trials.iter().enumerate().filter_map(|(k, t)| Some((k, t, t.outcome.as_ref()?)));
        let rows = done.map(|(k, t, o)| {
            vec![
                Cell::Text(self.names[t.run].clone()),
                Cell::Real(t.fineness),
                Cell::Int(o.steps as i64),
                Cell::Int(o.work.operator as i64),
                Cell::Real(o.work.flops as f64),
                Cell::Real(o.error.unwrap_or(f64::NAN)),
                Cell::Real(self.order(k)),
                Cell::Text(o.words.clone()),
            ]
        });
        let heads = [
            ("method", 0),
            ("dt or tolerance", 4),
            ("steps", 9),
            ("evaluations", 9),
            ("operations", 4),
            ("error", 3),
            ("order", 3),
            ("", 0),
        ];
        report.table(ReportTable {
            caption: "Every run of the ladder.".into(),
            columns: heads.iter().map(|(label, digits)| Heading::new(*label, *digits)).collect(),
            rows: rows.collect(),
        });
        for line in &self.said {
            report.say(line.clone());
        }
        report
    }
}

impl Ladder {
    /// Which method is cheapest for a coarse and for a fine error.
    fn best(&self) -> String {
        let of_run = |run: usize| {
            let trials = self.trials.iter().filter(move |t| t.run == run);
            trials.filter_map(|t| t.outcome.as_ref()).filter_map(|o| Some((self.cost(o), o.error?)))
        };
        let cheapest = |error: f64| {
            let least =
                |run: usize| of_run(run).filter(|(_, e)| *e <= error).map(|(c, _)| c).fold(f64::INFINITY, f64::min);
            let found = (0..self.names.len()).map(|run| (run, least(run))).filter(|(_, c)| c.is_finite());
            found.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(run, _)| self.names[run].as_str())
        };
        let words =
            |error: f64| cheapest(error).map(|name| format!("An error of {error:e} is had cheapest by {name}."));
        [1e-2, 1e-4, 1e-6].into_iter().filter_map(words).collect::<Vec<_>>().join(" ")
    }
}
