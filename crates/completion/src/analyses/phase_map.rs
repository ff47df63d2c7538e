//! Where recovery succeeds: a grid of ranks and sampling rates, each cell a small problem of its own.

mod report;

use std::rc::Rc;

use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Backend, BuildError, Experiment, Instance, Job, List, Method, MethodInput,
    Names, ParamInfo, Params, ProblemInput, Progress, Report, RunSpec, Stepper, Str, Subject, Value, Values, words,
};

use crate::problems::low_rank::PROBLEM;

/// Flops and steps of one piece of work.
const PIECE: u64 = 3_000_000;
const PIECE_STEPS: usize = 200;
/// The error is looked at after that many steps.
const LOOK: u32 = 5;
/// A residual on the seen entries this small is a fit: what is then wrong with the rest stays wrong.
const FITTED: f64 = 1e-9;
/// An error this many times the size of the matrix is no estimate any more, however much larger it is.
const LOST: f64 = 100.0;
/// Weight of the nuclear norm: small, since it bends the solution, and reached by this many steps.
const LAMBDA: f64 = 1e-4;
const PATH: i64 = 40;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "method",
        "Method",
        "What has to find the matrix. Methods with the nuclear norm get a weight of 10⁻⁴, approached in 40 steps; all else \
         has its default.",
        &[
            ("als", "ALS"),
            ("riemannian-cg", "Riemannian conjugate gradients"),
            ("riemannian-tr", "Riemannian trust region"),
            ("scaled-gd", "scaled gradient descent"),
            ("gd-small-init", "gradient descent, small start"),
            ("iht", "iterative hard thresholding"),
            ("soft-impute", "soft-impute"),
            ("soft-impute-als", "soft-impute ALS"),
            ("nuclear-apg", "accelerated proximal gradient"),
            ("hm-irls", "harmonic-mean IRLS"),
        ],
        "als",
    ),
    ParamInfo::int(
        "max_rank",
        "Largest rank",
        "The largest rank on the map; 0 takes a third of the shorter side.",
        [0, 50],
        0,
    ),
    ParamInfo::int("ranks", "Ranks", "Rows of the map at most, each a rank.", [2, 40], 10),
    ParamInfo::int("rates", "Rates", "Columns of the map, each a share of entries seen.", [2, 40], 10),
    ParamInfo::int("repeats", "Repeats", "How many matrices are drawn for each cell.", [1, 20], 3),
    ParamInfo::int("steps", "Steps", "The most steps of each run.", [1, 20_000], 200).log(),
    ParamInfo::int(
        "size",
        "Longest side",
        "Matrices with a longer side are made smaller, in the same proportions.",
        [10, 400],
        50,
    )
    .log(),
    ParamInfo::real(
        "tolerance",
        "Recovered below",
        "The relative error on all entries below which the matrix counts as recovered.",
        [1e-10, 0.5],
        1e-2,
    )
    .log(),
];

/// See [`AnalysisInfo::summary`].
pub static PHASE_MAP: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("completion.phase-map"),
        label: Str::Borrowed("When is the matrix recovered?"),
        summary: words(
            "Draws matrices of every rank on a grid, shows a method every share of their entries, and counts how often it finds the rest. \
             A cell opens the experiment behind it.",
        ),
        citation: words(
            "E. J. Candès, B. Recht, Exact matrix completion via convex optimization, Found. Comput. Math. 9, 2009. D. L. Donoho, \
             M. Gavish, A. Montanari, The phase transition of matrix recovery from Gaussian measurements matches the minimax MSE of \
             matrix denoising, Proc. Natl. Acad. Sci. 110, 2013.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.low-rank"]),
        subject: Subject::Problem,
        limits: words(
            "A cell that is not recovered may be beyond this method within these steps only, not beyond every method. Small matrices \
             have a wider band between always and never than large ones.",
        ),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let v = input.values;
    let given =
        Values::resolve(&PROBLEM.info.params, &input.experiment.problem.params).map_err(|mut e| e.swap_remove(0))?;
    let id = format!("completion.{}", v.text("method"));
    let method = crate::FAMILY.methods.iter().copied().find(|m| m.info.id == id.as_str());
    let method = method.ok_or_else(|| BuildError::new("method", "there is no such method"))?;
    let [rows, cols] = shrunk([given.size("rows"), given.size("cols")], v.size("size"));
    let short = rows.min(cols);
    let most = match v.size("max_rank") {
        0 => short.div_ceil(3).min(50),
        r if r > short => {
            let why = format!("a {rows} x {cols} matrix has rank {short} at most");
            return Err(BuildError::new("max_rank", why));
        }
        r => r,
    };
    let apart = most.div_ceil(v.size("ranks"));
    let ranks: Vec<usize> = (1..=most).filter(|r| (most - r) % apart == 0).collect();
    let columns = v.size("rates");
    let rates: Vec<f64> = (0..columns).map(|c| (c as f64 + 0.5) / columns as f64).collect();
    let mut base = input.experiment.clone();
    base.problem.params.insert("rows".into(), Value::Int(rows as i64));
    base.problem.params.insert("cols".into(), Value::Int(cols as i64));
    base.stop.max_steps = v.size("steps") as u64;
    base.runs = vec![RunSpec { method: id, backend: Backend::default(), params: tuned(method) }];
    let cells = ranks.len() * rates.len();
    Ok(Box::new(PhaseMap {
        size: [rows, cols],
        shrunk: rows != given.size("rows") || cols != given.size("cols"),
        noisy: given.real("noise").max(given.real("outliers")) > 0.0,
        method,
        base,
        ranks,
        rates,
        repeats: v.size("repeats"),
        steps: v.size("steps") as u64,
        tolerance: v.real("tolerance"),
        found: vec![Found::default(); cells],
        trial: 0,
        run: None,
    }))
}

/// Both sides, the longer one at most `most`, in the same proportions.
fn shrunk(sides: [usize; 2], most: usize) -> [usize; 2] {
    let long = sides[0].max(sides[1]);
    if long <= most {
        return sides;
    }
    sides.map(|s| ((s * most + long / 2) / long).max(2))
}

/// What differs from the defaults so that the exact solution is within reach.
fn tuned(method: &Method) -> Params {
    let mut params = Params::new();
    for (key, value) in [("lambda", Value::Real(LAMBDA)), ("path", Value::Int(PATH))] {
        if method.info.params.iter().any(|p| p.key == key) {
            params.insert(key.into(), value);
        }
    }
    params
}

/// What came of one cell.
#[derive(Clone, Default)]
struct Found {
    tried: usize,
    recovered: usize,
    /// Errors and steps of all runs.
    errors: Vec<f64>,
    steps: u64,
}

/// A run under way.
struct Run {
    stepper: Box<dyn Stepper>,
    measured: Vec<f64>,
    /// Places of the residual on seen entries and of the error on all.
    residual: usize,
    error: usize,
}

struct PhaseMap {
    size: [usize; 2],
    shrunk: bool,
    noisy: bool,
    method: &'static Method,
    /// The experiment with the sizes of the map and the one method.
    base: Experiment,
    ranks: Vec<usize>,
    rates: Vec<f64>,
    repeats: usize,
    steps: u64,
    tolerance: f64,
    /// Row by row, the lowest rank first.
    found: Vec<Found>,
    /// Runs that are done: all cells once, then all again, so that the whole map is soon there.
    trial: usize,
    run: Option<Run>,
}

impl PhaseMap {
    fn experiment(&self, cell: usize) -> Experiment {
        let mut e = self.base.clone();
        e.problem.params.insert("rank".into(), Value::Int(self.ranks[cell / self.rates.len()] as i64));
        e.problem.params.insert("sampling".into(), Value::Real(self.rates[cell % self.rates.len()]));
        e
    }

    /// The run of the next trial; none where no entry at all was drawn.
    fn start(&self) -> Result<Option<Run>, BuildError> {
        let (cell, repeat) = (self.trial % self.found.len(), self.trial / self.found.len());
        let e = self.experiment(cell);
        let seed = e.seed.wrapping_add(repeat as u64);
        let first = |mut errors: Vec<BuildError>| errors.swap_remove(0);
        let values = Values::resolve(&PROBLEM.info.params, &e.problem.params).map_err(first)?;
        let instance: Rc<dyn Instance> = match (PROBLEM.build)(&ProblemInput { values: &values, data: None, seed }) {
            Err(error) if error.field == "sampling" => return Ok(None),
            other => other?,
        };
        let values = Values::resolve(&self.method.info.params, &e.runs[0].params).map_err(first)?;
        let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed };
        let stepper = (self.method.build)(&input)?;
        let place = |key: &str| {
            let found = instance.series().iter().position(|s| s.key == key);
            found.ok_or_else(|| BuildError::new("analysis", format!("`{key}` is not measured")))
        };
        let (residual, error) = (place("residual.seen.rel")?, place("error.all.rel")?);
        let measured = vec![0.0; instance.series().len() + self.method.info.diagnostics.len()];
        Ok(Some(Run { stepper, measured, residual, error }))
    }

    fn note(&mut self, error: f64, steps: u64) {
        let cell = self.trial % self.found.len();
        let found = &mut self.found[cell];
        found.tried += 1;
        found.recovered += usize::from(error < self.tolerance);
        found.errors.push(error);
        found.steps += steps;
        self.trial += 1;
        self.run = None;
    }

    fn trials(&self) -> usize {
        self.found.len() * self.repeats
    }
}

impl Job for PhaseMap {
    fn work(&mut self) -> Result<f64, BuildError> {
        let (mut spent, mut steps) = (0, 0);
        while self.trial < self.trials() && spent < PIECE && steps < PIECE_STEPS {
            let Some(run) = &mut self.run else {
                match self.start()? {
                    // Without data nothing is found.
                    None => self.note(1.0, 0),
                    some => self.run = some,
                }
                spent += (self.size[0] * self.size[1] * 40) as u64;
                continue;
            };
            let failed = |e: iterscope_core::StepError| BuildError::new("analysis", e.to_string());
            let left = self.steps - run.stepper.steps();
            let (before, flops) = (run.stepper.steps(), run.stepper.work().flops);
            let progress = run.stepper.advance(left.min(u64::from(LOOK)) as u32).map_err(failed)?;
            run.stepper.measure(&mut run.measured).map_err(failed)?;
            let now = run.stepper.steps();
            spent += run.stepper.work().flops - flops;
            steps += LOOK as usize;
            let (residual, error) = (run.measured[run.residual], run.measured[run.error]);
            let over = now >= self.steps || now == before || matches!(progress, Progress::Stopped(_));
            // Written so that an error that is not a number ends the run.
            let open = error >= self.tolerance && residual > FITTED;
            if over || !open {
                self.note(error, now);
            }
        }
        let (done, all) = (self.trial as f64, self.trials() as f64);
        // Cells with few entries take longer than their number says, but a share that only grows is enough.
        Ok(if self.trial == self.trials() { 1.0 } else { (done / all).min(0.999) })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.trial == 0 {
            return report;
        }
        self.summarise(&mut report);
        report.plot(self.map());
        report.table(self.table());
        report
    }
}

impl Found {
    /// Runs whose error has no bound.
    fn diverged(&self) -> usize {
        self.errors.iter().filter(|e| e.is_nan() || **e > LOST).count()
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::Mark;
    use iterscope_core::artifact::Cell;

    use super::*;
    use crate::analyses::test_support::{Asked, plots, tables, text};

    const ID: &str = "completion.phase-map";

    fn small(extra: &[(&str, Value)]) -> Report {
        let given = [("rows", 40.into()), ("cols", 30.into())];
        let mut params = vec![
            ("max_rank", Value::Int(9)),
            ("ranks", Value::Int(3)),
            ("rates", Value::Int(4)),
            ("repeats", Value::Int(2)),
            ("steps", Value::Int(150)),
        ];
        params.extend_from_slice(extra);
        Asked::low_rank(&given, 3).ask(ID, &params, None).unwrap()
    }

    #[test]
    fn low_ranks_with_many_entries_are_recovered_and_high_ranks_with_few_are_not() {
        for method in ["als", "riemannian-cg", "soft-impute-als"] {
            let report = small(&[("method", Value::Text(method.into()))]);
            let Mark::Heat { x, y, values, opens, .. } = &plots(&report)[0].marks[0] else { panic!("a map first") };
            assert_eq!((x.as_slice(), y.as_slice()), (&[0.125, 0.375, 0.625, 0.875][..], &[3.0, 6.0, 9.0][..]));
            assert_eq!(values[3], 1.0, "{method}: rank 3 of which seven eighths are seen");
            assert_eq!(values[8], 0.0, "{method}: rank 9 of which an eighth is seen");
            let e = opens[3].as_ref().unwrap();
            assert_eq!(e.runs[0].method, format!("completion.{method}"));
            assert_eq!(e.problem.params["rank"], Value::Int(3));
            assert_eq!(e.problem.params["sampling"], Value::Real(0.875));
            assert_eq!(tables(&report)[0].rows.len(), 12);
        }
    }

    #[test]
    fn nothing_is_recovered_from_fewer_entries_than_degrees_of_freedom() {
        let report = small(&[]);
        let Mark::Heat { x, y, values, .. } = &plots(&report)[0].marks[0] else { panic!("a map first") };
        let mut below = 0;
        for (i, r) in y.iter().enumerate() {
            for (j, rate) in x.iter().enumerate().filter(|(_, rate)| **rate * 1200.0 < r * (70.0 - r)) {
                assert_eq!(values[i * 4 + j], 0.0, "rank {r}, share {rate}");
                below += 1;
            }
        }
        assert!(below >= 4);
        assert!(text(&report).contains("rank 3 were recovered from"), "{}", text(&report));
    }

    #[test]
    fn errors_without_bound_are_called_so_and_not_shown_as_numbers() {
        let report = small(&[("steps", 400.into())]);
        let rows = &tables(&report)[0].rows;
        let lost = rows.iter().filter(|r| r[5] != Cell::Int(0)).count();
        assert!(
            lost > 0 && text(&report).contains(&format!("In {lost} of 12 cells runs diverged")),
            "{}",
            text(&report)
        );
        for row in rows {
            match &row[6] {
                Cell::Real(error) => assert!(*error <= LOST),
                word => assert!(*word == Cell::Text("diverged".into()) && row[5] != Cell::Int(0)),
            }
        }
        let Mark::Points { x, .. } = &plots(&report)[0].marks[2] else { panic!("dots after the map and the line") };
        assert_eq!(x.len(), lost);
        // The nuclear norm keeps small what nothing determines.
        let report = small(&[("method", "soft-impute-als".into())]);
        assert!(plots(&report)[0].marks.len() == 2 && !text(&report).contains("diverged"));
    }

    #[test]
    fn large_problems_are_mapped_small_and_ranks_beyond_the_size_are_refused() {
        assert_eq!(shrunk([200, 150], 50), [50, 38]);
        assert_eq!(shrunk([20, 15], 50), [20, 15]);
        let asked = Asked::low_rank(&[], 3);
        let error = asked.ask(ID, &[("max_rank", 40.into()), ("size", 30.into())], None).unwrap_err();
        assert_eq!(error.field, "max_rank");
    }
}
