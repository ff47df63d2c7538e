//! Every solver with every preconditioner, on the problem as it is.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::{count, grouped};
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, Backend, BuildError, ComponentInfo, Experiment, Heading, Instance,
    Job, Kind, List, Mark, Method, ParamInfo, Params, Plot, Progress, Report, ReportTable, RunSpec, Scale, Stop, Str,
    Subject, clock, words,
};
use iterscope_linear::Operator;
use iterscope_linear::preconditioners::KINDS;

use super::trial::Trial;
use crate::linear::LinearProblem;
use crate::methods::adaptor::{LINEAR, PRECONDITIONER};

/// Floating-point operations of one piece of work.
const PIECE: u64 = 20_000_000;
/// A residual that has grown so far grows on.
const GROWN: f64 = 1e8;
/// From this step on it is not measured at every one, but each time this part further, as in a race.
const EVERY: u64 = 200;
const PART: u64 = 128;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::real(
        "tolerance",
        "Relative residual",
        "How small the residual is to become; 0 takes that of the experiment's stop rule",
        [0.0, 0.1],
        0.0,
    ),
    ParamInfo::int("steps", "Steps", "The most steps of each pair", [1, 100_000], 1000).log(),
    ParamInfo::int("work", "Work", "The most work of each pair, in products with the matrix", [1, 10_000_000], 400)
        .log(),
    ParamInfo::switch(
        "alone",
        "Methods without a choice",
        "Also methods that take no preconditioner: relaxation, multigrid, elimination and others",
        true,
    ),
];

/// See [`AnalysisInfo::summary`].
pub static PAIRS: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.pairs"),
        label: Str::Borrowed("Which solver with which preconditioner?"),
        summary: words(
            "Runs every solver with every preconditioner on this problem, all with their default parameters, and lists steps, work, seconds and memory, \
             and for pairs that do not fit or do not get there the reason. A cell of the map opens its pair.",
        ),
        citation: words(
            "R. Barrett et al., Templates for the Solution of Linear Systems, SIAM 1994; Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd edition, \
             SIAM 2003.",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        subject: Subject::Problem,
        limits: words(
            "Defaults are no verdict: a relaxation parameter or a restart length that fits may change the order. Seconds hold for this machine, here and \
             now, and include the making of the preconditioner; memory is that of vectors and factors, the matrix itself left out.",
        ),
    },
    build,
};

/// One solver with one preconditioner, or without a choice of it.
#[derive(Clone, Copy)]
struct Pair {
    method: &'static Method,
    /// Place among the preconditioners.
    preconditioner: Option<usize>,
    /// Place of the method among those that take one.
    row: usize,
}

impl Pair {
    fn params(&self) -> Params {
        let name = self.preconditioner.map(|p| KINDS[p].info.name.as_ref());
        name.map(|name| Params::from([(PRECONDITIONER.to_owned(), name.into())])).unwrap_or_default()
    }

    fn preconditioner(&self) -> &'static str {
        self.preconditioner.map_or("", |p| KINDS[p].info.label.as_ref())
    }

    fn name(&self) -> String {
        match self.preconditioner {
            Some(p) if KINDS[p].info.name != "none" => {
                format!("{} with {}", self.method.info.label, KINDS[p].info.label)
            }
            _ => self.method.info.label.to_string(),
        }
    }
}

/// What a method asks of its preconditioner; none where it takes none.
fn needs(method: &Method) -> Option<Vec<String>> {
    let param = method.info.params.iter().find(|p| p.key == PRECONDITIONER)?;
    let Kind::Component { needs, .. } = &param.kind else { return None };
    Some(needs.iter().map(str::to_owned).collect())
}

/// Why a preconditioner cannot be chosen.
fn misfit(info: &ComponentInfo, needs: &[String]) -> Option<String> {
    let lacks = needs.iter().find(|need| !info.properties.has(need))?;
    Some(match lacks.as_str() {
        "symmetric" => "this solver rests on a symmetric preconditioner, and this one is not".to_owned(),
        "fixed" => "this solver rests on the same map in every step, and this one changes".to_owned(),
        other => format!("this solver needs one that is {other}"),
    })
}

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let unit = input.downcast::<LinearProblem>()?.matrix.cost().flops.max(1);
    let v = input.values;
    let id = input.experiment.problem.id.as_str();
    let (mut pairs, mut rows) = (Vec::new(), Vec::new());
    for method in crate::FAMILY.methods.iter().copied().filter(|m| m.info.problems.has(id)) {
        if needs(method).is_none() {
            continue;
        }
        let row = rows.len();
        rows.push(method);
        pairs.extend((0..KINDS.len()).map(|p| Pair { method, preconditioner: Some(p), row }));
    }
    if v.bool("alone") {
        let alone = crate::FAMILY.methods.iter().copied().filter(|m| m.info.problems.has(id) && needs(m).is_none());
        pairs.extend(alone.map(|method| Pair { method, preconditioner: None, row: usize::MAX }));
    }
    let tolerance = match v.real("tolerance") {
        0.0 => input.experiment.stop.rtol,
        own => own,
    };
    Ok(Box::new(Pairs {
        instance: Rc::clone(input.instance),
        experiment: input.experiment.clone(),
        tolerance,
        most: (v.size("steps") as u64, v.size("work") as u64),
        unit,
        pairs,
        rows,
        found: Vec::new(),
        running: None,
    }))
}

/// How a pair ended.
#[derive(Clone, Debug, PartialEq)]
enum End {
    Converged,
    /// It did not get there.
    Short(String),
    /// It does not fit.
    Refused(String),
}

struct Found {
    end: End,
    steps: u64,
    products: u64,
    flops: u64,
    seconds: f64,
    memory: f64,
    residual: f64,
}

struct Running {
    trial: Trial,
    seconds: f64,
    residual: f64,
}

struct Pairs {
    instance: Rc<dyn Instance>,
    experiment: Experiment,
    tolerance: f64,
    /// Steps, and work in products.
    most: (u64, u64),
    /// Operations of a product.
    unit: u64,
    pairs: Vec<Pair>,
    /// Methods that take a preconditioner.
    rows: Vec<&'static Method>,
    found: Vec<Found>,
    running: Option<Running>,
}

/// What a piece of work gives, and the seconds that it took, which are not a number without a clock.
fn timed<R>(work: impl FnOnce() -> R) -> (R, f64) {
    let begun = clock::now();
    let result = work();
    let seconds = clock::now().zip(begun).map_or(f64::NAN, |(now, begun)| now - begun);
    (result, seconds)
}

impl Job for Pairs {
    fn work(&mut self) -> Result<f64, BuildError> {
        let mut spent = 0;
        while self.found.len() < self.pairs.len() && spent < PIECE {
            // Making a preconditioner takes about as long as some products.
            spent += match &self.running {
                None => self.start(),
                Some(_) => self.go_on(PIECE - spent)?,
            };
        }
        Ok(self.found.len() as f64 / self.pairs.len().max(1) as f64)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.found.is_empty() {
            return report;
        }
        self.summarise(&mut report);
        report.plot(self.map());
        report.table(self.table());
        report
    }
}

impl Pairs {
    fn start(&mut self) -> u64 {
        let pair = self.pairs[self.found.len()];
        let fits = pair.preconditioner.and_then(|p| misfit(&KINDS[p].info, &needs(pair.method)?));
        let made = match fits {
            Some(why) => Err(why),
            None => {
                let (made, seconds) =
                    timed(|| Trial::begin(&pair.method.info.id, &pair.params(), &self.instance, self.experiment.seed));
                made.map(|trial| (trial, seconds)).map_err(|e| e.message)
            }
        };
        match made {
            Ok((mut trial, seconds)) => {
                trial.stepper.watch(self.tolerance);
                self.running = Some(Running { trial, seconds, residual: f64::NAN });
                PIECE / 10
            }
            Err(why) => {
                self.found.push(Found {
                    end: End::Refused(why),
                    steps: 0,
                    products: 0,
                    flops: 0,
                    seconds: f64::NAN,
                    memory: f64::NAN,
                    residual: f64::NAN,
                });
                0
            }
        }
    }

    /// Goes on with the pair that runs until it is done, or has spent so many operations; how many it spent.
    fn go_on(&mut self, budget: u64) -> Result<u64, BuildError> {
        let Some(run) = &mut self.running else { return Ok(0) };
        let from = run.trial.stepper.work().flops;
        let end = loop {
            let step = run.trial.stepper.steps();
            let chunk = if step < EVERY { 1 } else { step / PART };
            let chunk = chunk.min(self.most.0 - step).max(1) as u32;
            let (progress, seconds) = timed(|| run.trial.advance(chunk));
            let progress = progress?;
            run.seconds += seconds;
            run.residual = run.trial.residual()?;
            let (steps, flops) = (run.trial.stepper.steps(), run.trial.stepper.work().flops);
            if run.residual <= self.tolerance {
                break Some(End::Converged);
            }
            if run.residual.is_nan() || run.residual > GROWN {
                break Some(End::Short("diverged".to_owned()));
            }
            if let Progress::Stopped(stop) = progress {
                break Some(End::Short(match stop {
                    Stop::Breakdown(how) => format!("broke down: {}", how.words()),
                    _ => format!("{}, with a residual of {:.1e}", stop.word(), run.residual),
                }));
            }
            if steps >= self.most.0 {
                break Some(End::Short(format!("not within {} steps", grouped(steps))));
            }
            if flops / self.unit >= self.most.1 {
                break Some(End::Short(format!("not within the work of {} products", grouped(self.most.1))));
            }
            if flops - from >= budget {
                break None;
            }
        };
        let work = run.trial.stepper.work();
        if let Some(end) = end {
            self.found.push(Found {
                end,
                steps: run.trial.stepper.steps(),
                products: work.operator,
                flops: work.flops,
                seconds: run.seconds,
                memory: run.trial.stepper.memory().map_or(f64::NAN, |bytes| bytes as f64),
                residual: run.residual,
            });
            self.running = None;
        }
        Ok((work.flops - from).max(PIECE / 1000))
    }

    /// Work in products.
    fn units(&self, found: &Found) -> f64 {
        found.flops as f64 / self.unit as f64
    }

    fn done(&self) -> impl Iterator<Item = (&Pair, &Found)> {
        self.pairs.iter().zip(&self.found)
    }

    fn experiment(&self, pair: &Pair) -> Experiment {
        let mut e = self.experiment.clone();
        e.runs = vec![RunSpec {
            method: pair.method.info.id.to_string(),
            backend: Backend::default(),
            params: pair.params(),
        }];
        e.changes.clear();
        e
    }

    fn summarise(&self, report: &mut Report) {
        let of = |wanted: fn(&End) -> bool| self.done().filter(|(_, f)| wanted(&f.end)).count();
        let (there, refused) = (of(|e| *e == End::Converged), of(|e| matches!(e, End::Refused(_))));
        let short = self.found.len() - there - refused;
        let rest = self.pairs.len() - self.found.len();
        let open = if rest > 0 { format!(" {rest} are still to come.") } else { String::new() };
        report.say(format!(
            "{}: {there} reached a relative residual of {:e}, {short} did not, and {refused} do not fit the problem or each other.{open}",
            count(self.found.len(), "pair", "pairs"),
            self.tolerance
        ));
        let least = |key: fn(&Found) -> f64| {
            let there = self.done().filter(|(_, f)| f.end == End::Converged && key(f).is_finite());
            there.min_by(|a, b| key(a.1).total_cmp(&key(b.1)))
        };
        let mut best = Vec::new();
        if let Some((pair, f)) = least(|f| f.flops as f64) {
            best.push(format!("least work: {} (that of {:.1} products)", pair.name(), self.units(f)));
        }
        if let Some((pair, f)) = least(|f| f.seconds) {
            best.push(format!("least time: {} ({:.2e} s)", pair.name(), f.seconds));
        }
        if let Some((pair, f)) = least(|f| f.memory) {
            best.push(format!("least memory: {} ({:.3} MB)", pair.name(), f.memory / 1e6));
        }
        if !best.is_empty() {
            report.say(format!("Of those that got there, {}.", best.join("; ")));
        }
    }

    fn map(&self) -> Plot {
        let cells = self.rows.len() * KINDS.len();
        let (mut values, mut names, mut opens) = (vec![f64::NAN; cells], vec![String::new(); cells], vec![None; cells]);
        for (pair, f) in self.done() {
            let Some(p) = pair.preconditioner else { continue };
            let cell = pair.row * KINDS.len() + p;
            let what = match &f.end {
                End::Converged => {
                    values[cell] = self.units(f);
                    format!("{} steps, the work of {:.1} products", grouped(f.steps), values[cell])
                }
                End::Short(why) | End::Refused(why) => why.clone(),
            };
            names[cell] = format!("{}: {what}", pair.name());
            opens[cell] = (!matches!(f.end, End::Refused(_))).then(|| self.experiment(pair));
        }
        let labels = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let at = |n: usize| (0..n).map(|i| i as f64).collect::<Vec<_>>();
        let mut x = Axis::named("preconditioner", labels(KINDS.iter().map(|k| k.info.label.as_ref()).collect()));
        x.flipped = false;
        Plot {
            caption: "Work until the residual was small enough, in products with the matrix. A cell without a colour did not get there; pointing at it \
                      says why. A cell opens its pair."
                .into(),
            x,
            y: Axis::named("solver", labels(self.rows.iter().map(|m| m.info.label.as_ref()).collect())),
            marks: vec![Mark::Heat {
                x: at(KINDS.len()),
                y: at(self.rows.len()),
                values,
                label: "work, in products".into(),
                scale: Scale::Log,
                names,
                opens,
            }],
        }
    }

    fn table(&self) -> ReportTable {
        let columns = [
            ("solver", 0),
            ("preconditioner", 0),
            ("how it ended", 0),
            ("steps", 0),
            ("products with A", 0),
            ("work, in products", 4),
            ("seconds", 3),
            ("memory, MB", 3),
            ("residual", 2),
        ];
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        let rank = |i: usize| match &self.found[i].end {
            End::Converged => (0, self.found[i].flops),
            End::Short(_) => (1, 0),
            End::Refused(_) => (2, 0),
        };
        order.sort_by_key(|&i| (rank(i), i));
        let row = |i: usize| {
            let (pair, f) = (&self.pairs[i], &self.found[i]);
            let how = match &f.end {
                End::Converged => "converged".to_owned(),
                End::Short(why) => why.clone(),
                End::Refused(why) => format!("refused: {why}"),
            };
            vec![
                Cell::Text(pair.method.info.label.to_string()),
                Cell::Text(pair.preconditioner().to_owned()),
                Cell::Text(how),
                Cell::Int(f.steps as i64),
                Cell::Int(f.products as i64),
                Cell::Real(if matches!(f.end, End::Refused(_)) { f64::NAN } else { self.units(f) }),
                Cell::Real(f.seconds),
                Cell::Real(f.memory / 1e6),
                Cell::Real(f.residual),
            ]
        };
        ReportTable {
            caption: "Every pair, the least work first; then those that did not get there, and those that do not fit."
                .into(),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: order.into_iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::test_support::{Given, ask, text};

    fn asked(problem: &str, given: Given<'_>, question: Given<'_>) -> Report {
        ask(problem, given, "pde.pairs", question).unwrap()
    }

    /// How a pair ended, and its steps.
    fn pair(report: &Report, solver: &str, preconditioner: &str) -> (String, i64) {
        let sheet = report.tables().next().unwrap();
        let name = |cell: &Cell| if let Cell::Text(t) = cell { t.clone() } else { String::new() };
        let row = sheet.rows.iter().find(|r| name(&r[0]) == solver && name(&r[1]) == preconditioner);
        let row = row.unwrap_or_else(|| panic!("{solver} with {preconditioner}"));
        let Cell::Int(steps) = row[3] else { panic!("steps") };
        (name(&row[2]), steps)
    }

    /// Counts of SciPy 1.17.1 with NumPy 2.4.6, true residual, zero start, to 1e-8.
    #[test]
    fn pairs_agree_with_another_program_and_reasons_are_given() {
        let report = asked("pde.poisson", &[("n", 32.into())], &[("alone", false.into())]);
        let known = [("none", 58), ("Jacobi", 58), ("IC(0)", 29)];
        for (solver, preconditioner, steps) in
            known.map(|(p, n)| ("Conjugate gradients", p, n)).into_iter().chain([("MINRES", "none", 58)])
        {
            let (end, own) = pair(&report, solver, preconditioner);
            assert!(
                end == "converged" && (steps - 1..=steps + 1).contains(&own),
                "{solver} with {preconditioner}: {end} {own}"
            );
        }

        let (multigrid, _) = pair(&report, "Conjugate gradients", "multigrid");
        assert_eq!(multigrid, "converged");
        let (end, _) = pair(&report, "Conjugate gradients", "inner solver");
        assert!(end.starts_with("refused: this solver rests on"), "{end}");
        assert!(text(&report).contains("least memory"), "{}", text(&report));
        // No clock was lent.
        assert!(!text(&report).contains("least time"));
        let Mark::Heat { values, opens, y, .. } = &report.plots().next().unwrap().marks[0] else { panic!("a map") };
        assert_eq!((values.len(), opens.len()), (y.len() * KINDS.len(), y.len() * KINDS.len()));
        let opened = opens[0].as_ref().unwrap();
        assert_eq!(opened.runs.len(), 1);
    }

    #[test]
    fn what_does_not_get_there_says_how() {
        let given = [("n", 16.into()), ("reaction", "-150".into())];
        let report = asked("pde.poisson", &given, &[("steps", 200.into())]);
        assert_eq!(pair(&report, "Direct", ""), ("converged".to_owned(), 1));
        let (end, _) = pair(&report, "Conjugate gradients", "none");
        assert!(end.starts_with("broke down: the operator is not symmetric positive definite"), "{end}");
        let (end, steps) = pair(&report, "Steepest descent", "none");
        assert!(end != "converged" && steps <= 200, "{end}");
        assert_eq!(pair(&report, "MINRES", "none").0, "converged");
    }
}
