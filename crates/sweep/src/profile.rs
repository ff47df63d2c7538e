//! Performance profiles: which share of a set of problems each method solves within a factor of the best (Dolan and Moré, Benchmarking
//! optimization software with performance profiles, Mathematical Programming 91, 2002).

mod report;

use std::rc::Rc;

use iterscope_core::{BuildError, Dataset, Experiment, Measure, Report, RunSpec};
use iterscope_driver::Clock;

use crate::runner::Runner;
use crate::{MOST_RUNS, RunSummary, Study, method_label, on_the_cpu};

/// The most methods.
const MOST_METHODS: usize = 12;
/// Seconds by which clocks of browsers tick at most: what takes less counts as that.
const TICK: f64 = 1e-4;

/// One problem of a set: that of an experiment, with its seed and its stop rule; its runs are left aside.
pub struct ProfileProblem {
    /// What people read.
    pub name: String,
    /// The experiment.
    pub experiment: Experiment,
    /// Its data, which were read.
    pub data: Option<Rc<Dataset>>,
}

/// Methods on a set of problems, under way or done.
pub struct Profile {
    methods: Vec<RunSpec>,
    labels: Vec<String>,
    problems: Vec<ProfileProblem>,
    seeds: usize,
    /// For each problem, for each seed, for each method.
    outcomes: Vec<RunSummary>,
    runner: Runner,
    moved: bool,
    /// Names of problems that stand in the set twice, with those they are the same as.
    doubles: Vec<(String, String)>,
}

impl Profile {
    /// The runs of an experiment as methods, on each problem with `seeds` seeds, from that of its experiment on. Runs that ask for a graphics device are
    /// made in single precision on the CPU.
    ///
    /// # Errors
    /// Field `methods`, `problems` or `seeds`: too few or too many of them; or `problems[INDEX]`, which none of the methods runs on.
    pub fn new(methods: &Experiment, problems: Vec<ProfileProblem>, seeds: u32) -> Result<Profile, BuildError> {
        let (methods, mut moved) = on_the_cpu(methods);
        if !(2..=MOST_METHODS).contains(&methods.runs.len()) {
            let why = format!("a profile compares 2 to {MOST_METHODS} methods, not {}", methods.runs.len());
            return Err(BuildError::new("methods", why));
        }
        if seeds == 0 {
            return Err(BuildError::new("seeds", "must be at least 1"));
        }
        let (mut set, mut doubles) = (Vec::<ProfileProblem>::new(), Vec::new());
        for (i, mut problem) in problems.into_iter().enumerate() {
            let id = problem.experiment.problem.id.as_str();
            let runs_on_it = |run: &RunSpec| {
                let method = iterscope_catalog::methods().find(|m| m.info.id == run.method.as_str());
                method.is_some_and(|m| m.info.problems.has(id))
            };
            if !methods.runs.iter().any(runs_on_it) {
                let why = format!("{}: none of the methods runs on {id}", problem.name);
                return Err(BuildError::new(format!("problems[{i}]"), why));
            }
            problem.experiment.runs.clear();
            let (experiment, elsewhere) = on_the_cpu(&problem.experiment);
            moved |= elsewhere;
            problem.experiment = experiment;
            let data = |p: &ProfileProblem| p.data.as_ref().map(Rc::as_ptr);
            let key = |p: &ProfileProblem| (p.experiment.problem.clone(), p.experiment.seed, p.experiment.stop);
            match set.iter().find(|known| key(known) == key(&problem) && data(known) == data(&problem)) {
                Some(known) => doubles.push((problem.name, known.name.clone())),
                None => set.push(problem),
            }
        }
        if set.is_empty() {
            return Err(BuildError::new("problems", "there must be at least one"));
        }
        let count = set.len() * seeds as usize * methods.runs.len();
        if count > MOST_RUNS {
            return Err(BuildError::new("problems", format!("{count} runs are too many; {MOST_RUNS} are the most")));
        }
        let labels = methods.runs.iter().map(|run| method_label(&run.method)).collect();
        Ok(Profile {
            methods: methods.runs,
            labels,
            problems: set,
            seeds: seeds as usize,
            outcomes: Vec::new(),
            runner: Runner::default(),
            moved,
            doubles,
        })
    }

    /// The problem and the seed of an instance: every problem with every seed is one.
    fn instance(&self, index: usize) -> (&ProfileProblem, u64) {
        let problem = &self.problems[index / self.seeds];
        (problem, problem.experiment.seed.wrapping_add((index % self.seeds) as u64))
    }

    /// How many instances there are.
    fn instances(&self) -> usize {
        self.problems.len() * self.seeds
    }

    /// The experiment of an instance, with these methods.
    fn experiment(&self, index: usize, methods: &[RunSpec]) -> Experiment {
        let (problem, seed) = self.instance(index);
        Experiment { seed, runs: methods.to_vec(), ..problem.experiment.clone() }
    }

    /// What the runs came to so far: for each problem, for each seed, for each method.
    pub fn outcomes(&self) -> &[RunSummary] {
        &self.outcomes
    }

    /// Instances of which all methods have been run.
    fn known(&self) -> usize {
        self.outcomes.len() / self.methods.len()
    }

    /// For each method the ratios of its costs to those of the best, one for each instance that is known, infinite where it did not come to
    /// the tolerance.
    pub fn ratios(&self, measure: Measure) -> Vec<Vec<f64>> {
        let least = if matches!(measure, Measure::Seconds) { TICK } else { 0.0 };
        let mut ratios = vec![Vec::new(); self.methods.len()];
        for of in self.outcomes.chunks_exact(self.methods.len()) {
            let costs: Vec<f64> = of.iter().map(|o| at_least(least, o.value(measure))).collect();
            let best = costs.iter().copied().fold(f64::INFINITY, f64::min);
            for (ratios, cost) in ratios.iter_mut().zip(costs) {
                // Nothing to do is done at once by all who see it.
                let ratio = if cost == best { 1.0 } else { cost / best };
                ratios.push(if ratio.is_nan() { f64::INFINITY } else { ratio });
            }
        }
        ratios
    }
}

impl Study for Profile {
    fn name(&self) -> &'static str {
        "profile"
    }

    fn title(&self) -> &'static str {
        "Performance profile"
    }

    fn advance(&mut self, until: (&dyn Clock, f64)) {
        let (index, run) = (self.outcomes.len() / self.methods.len(), self.outcomes.len() % self.methods.len());
        let mut runner = std::mem::take(&mut self.runner);
        let alone = || self.experiment(index, &self.methods[run..=run]);
        let made = runner.go(alone, self.instance(index).0.data.as_ref(), "", until);
        self.runner = runner;
        let Some(made) = made else { return };
        // The label of the first that could be built: what it says of parameters is the same for all.
        if self.labels[run] == self.methods[run].method && made.outcome.stop.is_some() {
            self.labels[run] = made.labels.0;
        }
        self.outcomes.push(made.outcome);
    }

    fn share(&self) -> f64 {
        self.outcomes.len() as f64 / (self.instances() * self.methods.len()) as f64
    }

    fn report(&self) -> Report {
        report::report(self)
    }
}

/// The cost, or what is least; a cost that is not known stays so.
fn at_least(least: f64, cost: f64) -> f64 {
    if cost < least { least } else { cost }
}

/// Which share of the instances has a ratio of at most `factor`.
pub fn within(ratios: &[f64], factor: f64) -> f64 {
    ratios.iter().filter(|r| **r <= factor).count() as f64 / ratios.len().max(1) as f64
}
