//! How the error falls as the grid is refined.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::grouped;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Experiment, Heading, Instance, Job, List, Mark, Names,
    ParamInfo, Plot, Report, ReportTable, Str, Subject, words,
};

use super::solve::{Solve, Solved};
use crate::discrete::Advection;
use crate::grid::COORDINATES;
use crate::layout::{KNOWN, Layout, Source};
use crate::linear::{LinearProblem, Origin};
use crate::problems::{advection_diffusion, biharmonic, poisson};
use crate::typed::Typed;

/// The most nodes of the finest grid.
const MOST: usize = 2_200_000;
/// Those of the grids that are chosen where nothing is said beyond the three that an order needs, and how many there are at most.
const USUAL: (usize, usize) = (20_000, 8);
/// An order this near to the promised one is that one.
const NEAR: f64 = 0.15;
/// The nodes of the finest grid for plates, whose factors fill in more.
const USUAL_PLATE: usize = 5_000;
/// An error this small beside the solution is rounding.
const ROUNDING: f64 = 1e-13;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::int("coarsest", "Coarsest n", "Intervals along every axis of the coarsest grid", [2, 4096], 8).log(),
    ParamInfo::int(
        "grids",
        "Grids",
        "How many grids, each with twice the intervals of the one before; 0 takes as many as are solved soon",
        [0, 12],
        0,
    ),
    ParamInfo::expression(
        "solution",
        "Compare with",
        "A solution to compare with, where the problem has none or another one; it may have kinks. Empty for the exact solution of the \
         problem, and without one for the next finer grid",
        &COORDINATES,
        "",
    ),
];

/// See [`AnalysisInfo::summary`].
pub static REFINEMENT: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("pde.refinement"),
        label: Str::Borrowed("How fast does the error fall?"),
        summary: words(
            "Solves the problem on finer and finer grids, exactly up to rounding, and measures the error in the largest value and in the mean square: how \
             fast it falls is the order of the scheme on this problem. Where solution or data have kinks, corners or jumps it is lower than the \
             scheme promises. Every point opens its experiment.",
        ),
        citation: words(
            "P. J. Roache, Verification and Validation in Computational Science and Engineering, Hermosa 1998, chapters 3 and 5; R. J. LeVeque, Finite \
             Difference Methods for Ordinary and Partial Differential Equations, SIAM 2007, section 2.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[advection_diffusion::ID, poisson::ID, biharmonic::ID]),
        subject: Subject::Problem,
        limits: words(""),
    },
    build,
};

/// What errors are measured against.
enum Truth {
    Exact,
    Typed(Typed),
    Finer,
}

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let problem = input.downcast::<LinearProblem>()?;
    let none = || BuildError::new("analysis", "this is asked of problems on a grid");
    let dimension = problem.grid().ok_or_else(none)?.dimension;
    let v = input.values;
    let (coarsest, wanted) = (v.size("coarsest"), v.size("grids"));
    let nodes = |grid: usize| {
        let n = coarsest.checked_shl(grid as u32).filter(|n| n >> grid == coarsest)?;
        (n + 1).checked_pow(dimension as u32)
    };
    let fits = |grid: usize, most: usize| nodes(grid).is_some_and(|n| n <= most);
    let usual = if matches!(problem.origin, Origin::Plate(_)) { USUAL_PLATE } else { USUAL.0 };
    let grids = match wanted {
        0 => (0..USUAL.1).take_while(|&g| g < 3 || fits(g, usual)).count(),
        n => n,
    };
    if !fits(grids - 1, MOST) {
        let most = (0..12).take_while(|&g| fits(g, MOST)).count();
        let (key, why) = match most {
            0 => ("coarsest", format!("has more than {} nodes in {dimension}-D", grouped(MOST))),
            _ => ("grids", format!("must be at most {most} from {coarsest} intervals on in {dimension}-D")),
        };
        return Err(BuildError::new(key, why));
    }
    let truth = match (v.text("solution").trim(), &problem.exact) {
        ("", Some(_)) => Truth::Exact,
        ("", None) => Truth::Finer,
        (text, _) => Truth::Typed(Typed::parse("solution", text, 0, dimension)?),
    };
    let least = if matches!(truth, Truth::Finer) { 3 } else { 2 };
    if grids < least {
        let why =
            format!("an order needs {least} grids{}", if least == 3 { " where no solution is known" } else { "" });
        return Err(BuildError::new("grids", why));
    }
    Ok(Box::new(Refinement {
        instance: Rc::clone(input.instance),
        experiment: input.experiment.clone(),
        seed: input.experiment.seed,
        truth,
        sizes: (0..grids).map(|g| coarsest << g).collect(),
        done: 0,
        solving: None,
        last: None,
        found: Vec::new(),
    }))
}

/// One grid.
struct Found {
    n: usize,
    spacing: f64,
    unknowns: usize,
    /// In the largest value and in the mean square; NaN where it is not known.
    error: [f64; 2],
    /// The largest value of the solution.
    scale: f64,
    by: &'static str,
    steps: u64,
    residual: f64,
    /// Why there is no solution.
    why: Option<String>,
}

struct Refinement {
    instance: Rc<dyn Instance>,
    experiment: Experiment,
    seed: u64,
    truth: Truth,
    sizes: Vec<usize>,
    done: usize,
    solving: Option<Solve>,
    /// The grid before with its solution, where errors are measured against the next finer one.
    last: Option<(Solve, Rc<Vec<f64>>)>,
    found: Vec<Found>,
}

impl Job for Refinement {
    fn work(&mut self) -> Result<f64, BuildError> {
        let Some(&n) = self.sizes.get(self.done) else { return Ok(1.0) };
        let result = match &mut self.solving {
            None => self.start(n).map(|solve| {
                self.solving = Some(solve);
                None
            }),
            Some(solve) => solve.work(),
        };
        match result {
            Ok(None) => {}
            Ok(Some(solved)) => self.note(n, &solved),
            Err(error) => self.note_failure(n, &error),
        }
        let all = |n: &usize| libm::pow(*n as f64, self.dimension() as f64);
        let done: f64 = self.sizes[..self.done].iter().map(all).sum();
        let share = done / self.sizes.iter().map(all).sum::<f64>();
        Ok(if self.done == self.sizes.len() { 1.0 } else { share.min(0.999) })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.found.is_empty() {
            return report;
        }
        self.verdict(&mut report);
        report.plot(self.plot());
        report.table(self.table());
        report
    }
}

impl Refinement {
    fn base(&self) -> &LinearProblem {
        self.instance.as_any().downcast_ref().expect("it was built for a linear problem")
    }

    fn dimension(&self) -> usize {
        self.base().grid().map_or(1, |g| g.dimension)
    }

    fn start(&self, n: usize) -> Result<Solve, BuildError> {
        Solve::begin(Rc::new(self.base().on(n)?), self.seed)
    }

    fn note(&mut self, n: usize, solved: &Solved) {
        let Some(solve) = self.solving.take() else { return };
        let Some(problem) = solve.problem() else { return };
        let Some(layout) = layout(problem) else { return };
        let layout = &layout;
        let error = match &self.truth {
            Truth::Exact => problem.exact.as_ref().map(|u| distance(problem, layout, &solved.u, |k| u[k])),
            Truth::Typed(typed) => {
                Some(distance(problem, layout, &solved.u, |k| typed.value(&layout.grid.coordinates(layout.nodes[k]))))
            }
            Truth::Finer => None,
        };
        if let Some((before, u)) = self.last.take()
            && let (Some(coarse), Some(row)) = (before.problem(), self.found.last_mut())
            && let Some(own) = self::layout(coarse)
        {
            row.error = distance(coarse, &own, &u, |k| {
                let steps = own.grid.steps(own.nodes[k]).map(|s| 2 * s);
                match layout.unknown[layout.grid.node(steps)] {
                    KNOWN => f64::NAN,
                    finer => solved.u[finer as usize],
                }
            });
        }
        self.found.push(Found {
            n,
            spacing: (0..layout.grid.dimension).map(|a| layout.grid.spacing(a)).fold(0.0, f64::max),
            unknowns: layout.len(),
            error: error.unwrap_or([f64::NAN; 2]),
            scale: solved.u.iter().fold(0.0, |m, u| u.abs().max(m)),
            by: solved.by,
            steps: solved.steps,
            residual: solved.residual,
            why: None,
        });
        if matches!(self.truth, Truth::Finer) {
            self.last = Some((solve, Rc::clone(&solved.u)));
        }
        self.done += 1;
    }

    fn note_failure(&mut self, n: usize, error: &BuildError) {
        (self.solving, self.last) = (None, None);
        self.found.push(Found {
            n,
            spacing: f64::NAN,
            unknowns: 0,
            error: [f64::NAN; 2],
            scale: f64::NAN,
            by: "not solved",
            steps: 0,
            residual: f64::NAN,
            why: Some(error.message.clone()),
        });
        self.done += 1;
    }

    /// The order from grid `i - 1` to grid `i` in a norm; NaN where it is not known, or where errors are rounding.
    fn order(&self, i: usize, norm: usize) -> f64 {
        let Some(before) = i.checked_sub(1).map(|b| &self.found[b]) else { return f64::NAN };
        let (coarse, fine) = (before.error[norm], self.found[i].error[norm]);
        if coarse.max(fine) <= ROUNDING * self.found[i].scale { f64::NAN } else { libm::log2(coarse / fine) }
    }

    fn experiment(&self, n: usize) -> Option<Experiment> {
        let mut e = self.experiment.clone();
        e.problem.params.insert("n".into(), (n as i64).into());
        (!e.runs.is_empty()).then_some(e)
    }

    /// The order that the scheme has on smooth solutions.
    fn promised(&self) -> f64 {
        match self.base().nodal() {
            Some((equation, discrete)) if equation.advection == Advection::Upwind && discrete.has_flow() => 1.0,
            _ => 2.0,
        }
    }

    /// What may lower the order, of this problem.
    fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let problem = self.base();
        let (bounds, source, fields): (_, _, Vec<&Typed>) = match &problem.origin {
            Origin::Flux(e) => (&e.bounds, &e.source, vec![&e.diffusion, &e.reaction]),
            Origin::Nodal(e, _) => {
                let fields = e.diffusion.iter().chain(&e.velocity).chain([&e.reaction]);
                (&e.bounds, &e.source, fields.collect())
            }
            Origin::Plate(_) | Origin::Matrix => return reasons,
        };
        let Some(grid) = problem.grid() else { return reasons };
        let box_ = grid.bounds();
        if let Truth::Typed(typed) = &self.truth
            && typed.smooth(&box_).is_err()
        {
            reasons.push("the solution to compare with has a kink or a jump".to_owned());
        }
        if bounds.domain.is_some() {
            reasons.push(
                "the edge of the typed domain is made of nodes: it is a staircase, off by up to one interval"
                    .to_owned(),
            );
        }
        if let Source::Typed(source) = source
            && source.smooth(&box_).is_err()
        {
            reasons.push("the source has a kink or a jump".to_owned());
        }
        let rough: Vec<&str> = fields.iter().filter(|f| f.smooth(&box_).is_err()).map(|f| f.key).collect();
        if !rough.is_empty() {
            reasons.push(format!("a coefficient has a kink or a jump ({})", rough.join(", ")));
        }
        reasons
    }

    fn verdict(&self, report: &mut Report) {
        let against = match self.truth {
            Truth::Exact => "the exact solution",
            Truth::Typed(_) => "the solution that was typed",
            Truth::Finer => "the solution on the next finer grid, at the nodes of both, as no other is known",
        };
        for failed in self.found.iter().filter(|f| f.why.is_some()) {
            let why = failed.why.as_deref().unwrap_or_default();
            report.say(format!("With n = {} there is no solution: {why}.", failed.n));
        }
        let last = (1..self.found.len()).rev().find(|&i| self.order(i, 1).is_finite());
        let measured = self.found.iter().filter(|f| f.error[1].is_finite());
        let exact = measured.clone().all(|f| f.error[0] <= ROUNDING * 100.0 * f.scale);
        if measured.clone().count() >= 2 && exact {
            report.say(format!(
                "Errors against {against} are rounding on every grid: the scheme has no error on this solution, as on polynomials of low degree."
            ));
            return;
        }
        let Some(last) = last else {
            if self.done == self.sizes.len() {
                report.say("Too few grids could be solved to say an order.");
            }
            return;
        };
        let (largest, square, promised) = (self.order(last, 0), self.order(last, 1), self.promised());
        let grids = format!("from n = {} to {}", self.found[last - 1].n, self.found[last].n);
        let from = match (self.found[last].error[1] > self.found[last - 1].error[1], square < promised - NEAR) {
            (true, _) => {
                "The error has stopped falling: what is left is rounding, or it does not fall at all.".to_owned()
            }
            (false, true) => {
                let mut reasons = self.reasons();
                if reasons.is_empty() {
                    reasons.push(
                        "the solution is less smooth than the scheme needs, as at corners that point inwards, where conditions on two sides do not fit \
                         together, or where a layer is not resolved yet"
                            .to_owned(),
                    );
                }
                format!(
                    "That is less than the {promised} of the scheme on smooth solutions. What may be the reason: {}.",
                    reasons.join("; ")
                )
            }
            (false, false) if square > promised + NEAR => {
                format!(
                    "That is more than the {promised} of the scheme: errors cancel here, or the grids are still coarse."
                )
            }
            _ if (largest - promised).abs() > NEAR => format!(
                "In the mean square that is the order of the scheme, {promised}; the largest error sits at few places and falls in another way."
            ),
            _ => format!("That is the order of the scheme, {promised}."),
        };
        report.say(format!(
            "Against {against} the error falls with order {square:.2} in the mean square and {largest:.2} in the largest value, {grids}. {from}"
        ));
    }

    fn plot(&self) -> Plot {
        let known: Vec<&Found> =
            self.found.iter().filter(|f| f.error[0].is_finite() && f.error[1].is_finite()).collect();
        let x: Vec<f64> = known.iter().map(|f| f.spacing).collect();
        let of = |norm: usize| known.iter().map(|f| f.error[norm]).collect::<Vec<f64>>();
        let line = |label: &str, y: Vec<f64>, tone: usize, dashed: bool| Mark::Line {
            label: label.into(),
            x: x.clone(),
            y,
            tone,
            dashed,
        };
        let mut marks = Vec::new();
        if let (Some(first), promised) = (known.first(), self.promised()) {
            let slope = x.iter().map(|h| first.error[1] * libm::pow(h / x[0], promised)).collect();
            marks.push(line(&format!("order {promised}"), slope, 2, true));
        }
        for (norm, label) in [(0, "largest error"), (1, "mean square")] {
            marks.push(line(label, of(norm), norm, false));
            marks.push(Mark::Doors {
                x: x.clone(),
                y: of(norm),
                names: known.iter().map(|f| format!("n = {}: {:.3e}", f.n, f.error[norm])).collect(),
                opens: known.iter().map(|f| self.experiment(f.n)).collect(),
                tone: norm,
            });
        }
        Plot {
            caption: "Error over the length of an interval. A point opens the experiment on its grid.".into(),
            x: Axis::log("h, length of an interval"),
            y: Axis::log("error"),
            marks,
        }
    }

    fn table(&self) -> ReportTable {
        let columns = [
            ("n", 0),
            ("unknowns", 0),
            ("largest error", 4),
            ("order", 3),
            ("mean square error", 4),
            ("order", 3),
            ("solved by", 0),
            ("steps", 0),
            ("residual left", 2),
        ];
        let row = |(i, f): (usize, &Found)| {
            vec![
                Cell::Int(f.n as i64),
                Cell::Int(f.unknowns as i64),
                Cell::Real(f.error[0]),
                Cell::Real(self.order(i, 0)),
                Cell::Real(f.error[1]),
                Cell::Real(self.order(i, 1)),
                Cell::Text(f.by.into()),
                Cell::Int(f.steps as i64),
                Cell::Real(f.residual),
            ]
        };
        ReportTable {
            caption: "Errors on every grid; the order is the binary logarithm of how many times smaller one is than the one before. The mean square is the \
                      root of the integral of the squared error."
                .into(),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: self.found.iter().enumerate().map(row).collect(),
        }
    }
}

/// Where the unknowns of a problem lie.
fn layout(problem: &LinearProblem) -> Option<Layout> {
    match &problem.origin {
        Origin::Plate(equation) => Some(equation.layout()),
        _ => problem.layout().cloned(),
    }
}

/// The largest difference of values at the unknowns to a truth, and the root of the integral of its square; unknowns whose truth is not a number
/// are left out.
fn distance(problem: &LinearProblem, layout: &Layout, u: &[f64], truth: impl Fn(usize) -> f64) -> [f64; 2] {
    let mut rest: Vec<f64> = u.iter().enumerate().map(|(k, u)| u - truth(k)).collect();
    rest.iter_mut().filter(|e| e.is_nan()).for_each(|e| *e = 0.0);
    if let Some(constants) = &problem.constants {
        constants.remove(&mut rest);
    }
    let grid = &layout.grid;
    let cell: f64 = (0..grid.dimension).map(|a| grid.spacing(a)).product();
    let square: f64 = rest.iter().zip(&layout.nodes).map(|(e, &node)| layout.weight(grid.steps(node)) * e * e).sum();
    [rest.iter().fold(0.0, |m: f64, e| m.max(e.abs())), (cell * square).sqrt()]
}

#[cfg(test)]
mod tests {
    use iterscope_core::Value;

    use super::*;
    use crate::analyses::test_support::{Given, ask, text};

    fn asked(problem: &str, given: Given<'_>, question: Given<'_>) -> Report {
        ask(problem, given, "pde.refinement", question).unwrap()
    }

    fn column(report: &Report, at: usize) -> Vec<f64> {
        let sheet = report.tables().next().unwrap();
        sheet.rows.iter().map(|r| if let Cell::Real(x) = r[at] { x } else { panic!("a number") }).collect()
    }

    /// -u'' = pi^2 sin(pi x): the second difference has the eigenvalue (2 n sin(pi / 2n))^2, so that the error at the middle is known.
    #[test]
    fn errors_of_a_sine_are_what_the_discrete_eigenvalue_says() {
        let report =
            asked("pde.poisson", &[("dimension", "1".into()), ("exact", "sin(pi*x)".into())], &[("grids", 6.into())]);
        for (error, n) in column(&report, 2).iter().zip([8.0, 16.0, 32.0, 64.0, 128.0, 256.0]) {
            let pi = std::f64::consts::PI;
            let root = 2.0 * n * libm::sin(pi / (2.0 * n));
            let expected = pi * pi / (root * root) - 1.0;
            assert!((error / expected - 1.0).abs() < 1e-7, "{n}: {error} and {expected}");
        }
        // The mean square of a sine over the unit interval is one half, on any grid.
        let (largest, square) = (column(&report, 2), column(&report, 4));
        assert!(largest.iter().zip(&square).all(|(l, s)| (s / l - 0.5f64.sqrt()).abs() < 1e-9));
        assert!(text(&report).contains("That is the order of the scheme, 2"), "{}", text(&report));
    }

    /// A simply supported plate is bent by two membranes after each other, so that the error of a sine follows from their eigenvalue; a clamped
    /// one has the order of its mirrored nodes.
    #[test]
    fn plates_have_the_errors_of_their_eigenvalues() {
        let pi = std::f64::consts::PI;
        let given = [("exact", "sin(pi*x)*sin(pi*y)".into()), ("edges", "simply-supported".into())];
        let report = asked("pde.biharmonic", &given, &[("grids", 3.into())]);
        for (error, n) in column(&report, 2).iter().zip([8.0, 16.0, 32.0]) {
            let root = 2.0 * n * libm::sin(pi / (2.0 * n));
            let ratio = pi * pi / (root * root);
            let expected = ratio * ratio - 1.0;
            assert!((error / expected - 1.0).abs() < 1e-6, "{n}: {error} and {expected}");
        }
        let given = [("exact", "(sin(pi*x)*sin(pi*y))^2".into()), ("edges", "clamped".into())];
        let report = asked("pde.biharmonic", &given, &[]);
        assert!((column(&report, 5)[3] - 2.0).abs() < 0.1, "{:?}", column(&report, 5));
    }

    #[test]
    fn orders_are_those_of_the_schemes_in_three_dimensions_and_of_upwind_differences() {
        let exact = ("exact", Value::from("sin(x)*exp(y)*cos(z)"));
        let report = asked("pde.poisson", &[("dimension", "3".into()), exact], &[("grids", 3.into())]);
        assert!((column(&report, 5)[2] - 2.0).abs() < 0.1, "{:?}", column(&report, 5));
        let given = [("velocity_x", "3".into()), ("exact", "sin(x)*exp(y)".into()), ("advection", "upwind".into())];
        let report = asked("pde.advection-diffusion", &given, &[("grids", 6.into())]);
        assert!((column(&report, 5)[5] - 1.0).abs() < 0.1, "{:?}", column(&report, 5));
        assert!(text(&report).contains("the order of the scheme, 1"), "{}", text(&report));
    }

    /// The singular function of a corner of 3/2 pi behaves like r^(2/3): errors in the mean square fall with 4/3.
    #[test]
    fn a_corner_that_points_inwards_lowers_the_order() {
        let given =
            [("x_min", Value::Real(-1.0)), ("y_min", Value::Real(-1.0)), ("domain", "not (x >= 0 and y <= 0)".into())];
        let report = asked("pde.poisson", &given, &[]);
        let orders = column(&report, 5);
        let last = orders[orders.len() - 2];
        assert!((1.2..1.5).contains(&last), "{orders:?}");
        assert!(
            text(&report).contains("next finer grid") && text(&report).contains("less than the 2"),
            "{}",
            text(&report)
        );
    }

    /// The source of the typed solution with a kink is a point source, which was not given.
    #[test]
    fn a_kink_is_seen_by_the_order_and_named() {
        let given = [("dimension", "1".into()), ("source", "if(x < 0.3, 1, 0)".into())];
        let report = asked("pde.poisson", &given, &[]);
        assert!(text(&report).contains("the source has a kink or a jump"), "{}", text(&report));
        let kink = [("solution", "abs(x - 0.5) - 0.5".into())];
        let report = asked("pde.poisson", &[("dimension", "1".into()), ("source", "0".into())], &kink);
        assert!(column(&report, 2).iter().all(|e| (e - 0.5).abs() < 1e-9), "{:?}", column(&report, 2));
        let words = text(&report);
        assert!(words.contains("the solution to compare with has a kink"), "{words}");
    }

    #[test]
    fn polynomials_have_no_error_and_too_many_grids_are_refused() {
        let given = [("exact", "x^2 + x*y".into())];
        let words = text(&asked("pde.poisson", &given, &[("grids", 3.into())]));
        assert!(words.contains("rounding on every grid"), "{words}");
        let error = ask("pde.poisson", &given, "pde.refinement", &[("grids", 12.into())]).unwrap_err();
        assert!(error.field == "grids" && error.message.contains("at most 8"), "{error}");
        let error = ask("pde.poisson", &[], "pde.refinement", &[("grids", 2.into())]).unwrap_err();
        assert!(error.message.contains("3 grids"), "{error}");
    }
}
