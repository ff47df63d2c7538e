//! Nonlinear steady problems: what they show to the methods, and their common instance and referee.
//!
//! The referee goes through the equations unknown by unknown, the methods through the corners of the cells (`model.rs`); tests hold both together.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Artifact, BuildError, Extent, Instance, MethodInput, Note, Params, Picture, PictureInfo, PictureKind, Referee,
    SeriesInfo, Severity, Values, Work,
};
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;
use iterscope_linear::preconditioners::KINDS;
use iterscope_linear::solvers::cg::ConjugateGradients;
use iterscope_linear::{LinearSolver, Precision, Setup as LinearSetup};

use crate::boundary::Condition;
use crate::flux::Equation;
use crate::layout::Source;
use crate::methods::newton::Energy;
use crate::problems::poisson;
use crate::referee::{EXACT, RESIDUAL};
use crate::system::{Part, System};
use crate::typed::{Typed, finite};

pub mod model;
pub mod theory;

use model::{GridEquation, Law};

/// The most nodes: in three dimensions each has eight corners of its own.
const MOST_NODES: [usize; 3] = [1_100_000, 1_100_000, 300_000];

const RESIDUAL_INFO: SeriesInfo = SeriesInfo::new(
    RESIDUAL,
    "residual",
    "||F(u)|| / ||F(0)|| in the Euclidean norm over the unknowns, summed equation by equation; absolute where F(0) = 0",
)
.stops();
const EXACT_INFO: SeriesInfo = SeriesInfo::new(
    EXACT,
    "error against the exact solution",
    "Euclidean norm of the difference over the unknowns, relative to the exact solution; absolute where that is zero",
);
const ENERGY_INFO: SeriesInfo = SeriesInfo::new(
    "energy",
    "energy",
    "The integral whose derivative the equation is; for a minimal surface its area",
)
.linear();
const LARGEST_INFO: SeriesInfo =
    SeriesInfo::new("value.max", "largest value", "The largest value of u at an unknown").linear();

const SOLUTION: PictureInfo = PictureInfo::new("solution", "solution", PictureKind::Field);
const RESIDUAL_PICTURE: PictureInfo = PictureInfo::new("residual", "residual", PictureKind::Field).signed();
const ERROR_PICTURE: PictureInfo = PictureInfo::new("error", "error", PictureKind::Field).signed();
const START: PictureInfo = PictureInfo::new("start", "Start", PictureKind::Field);
const EXACT_PICTURE: PictureInfo = PictureInfo::new("exact", "Exact solution", PictureKind::Field);

/// The parameters of a nonlinear problem: its own, then those that all have. `$dimensions` are the choices of the dimension, `$sides` the default
/// conditions left, right, below and above, `$source` the default right-hand side.
macro_rules! parameters {
    ([$($own:expr),*], $dimensions:expr, $sides:expr, $source:expr) => {
        &[
            $($own,)*
            ParamInfo::choice("dimension", "Dimension", "Number of space dimensions", $dimensions, "2"),
            ParamInfo::int("n", "Grid n", "Intervals along every axis", [2, 1_000_000], 64).log(),
            ParamInfo::expression(
                "source",
                "Source f",
                "Right-hand side, unless an exact solution is given",
                &crate::grid::COORDINATES,
                $source,
            ),
            ParamInfo::expression(
                "exact",
                "Exact solution",
                "Source and boundary values follow from it; leave empty to give them",
                &crate::grid::COORDINATES,
                "",
            ),
            ParamInfo::expression(
                "initial",
                "Start u0",
                "Where all methods start; empty for the solution of the linear equation with the same data",
                &crate::grid::COORDINATES,
                "",
            ),
            ParamInfo::expression(
                "domain",
                "Domain",
                "An inequality that holds inside, such as `x^2 + y^2 < 1`; empty for the whole box",
                &crate::grid::COORDINATES,
                "",
            ),
            ParamInfo::expression(
                "boundary",
                "Value on the domain's edge",
                "Value of u where the typed domain ends inside the box",
                &crate::grid::COORDINATES,
                "0",
            ),
            crate::problems::on_grid::side("left", "Left", crate::problems::on_grid::CONDITION, $sides[0], &[]),
            crate::problems::on_grid::side("right", "Right", crate::problems::on_grid::CONDITION, $sides[1], &[]),
            crate::problems::on_grid::side("bottom", "Bottom", crate::problems::on_grid::CONDITION, $sides[2], &["2", "3"]),
            crate::problems::on_grid::side("top", "Top", crate::problems::on_grid::CONDITION, $sides[3], &["2", "3"]),
            crate::problems::on_grid::side("back", "Back", crate::problems::on_grid::CONDITION, "u = 0", &["3"]),
            crate::problems::on_grid::side("front", "Front", crate::problems::on_grid::CONDITION, "u = 0", &["3"]),
            crate::problems::on_grid::end("x_min", "x from", 0.0, &[]),
            crate::problems::on_grid::end("x_max", "x to", 1.0, &[]),
            crate::problems::on_grid::end("y_min", "y from", 0.0, &["2", "3"]),
            crate::problems::on_grid::end("y_max", "y to", 1.0, &["2", "3"]),
            crate::problems::on_grid::end("z_min", "z from", 0.0, &["3"]),
            crate::problems::on_grid::end("z_max", "z to", 1.0, &["3"]),
        ]
    };
}
pub(crate) use parameters;

/// An equation as typed, for any number of intervals.
pub struct Setup {
    /// Grid, sides, domain and linear part.
    pub equation: Equation,
    law: Rc<dyn Law>,
    /// The second derivatives of the exact solution, by rows.
    second: Vec<Vec<Typed>>,
}

impl Setup {
    /// The equation that the parameters of a problem describe; `source` is the default of its right-hand side.
    ///
    /// # Errors
    /// Names the field, and the character where an expression is wrong.
    pub fn read(values: &Values, law: Rc<dyn Law>, source: &str) -> Result<Setup, BuildError> {
        let exact = !values.text("exact").trim().is_empty();
        if exact && values.text("source").trim() != source {
            let why = "the source follows from the exact solution: clear this field, or `source`";
            return Err(BuildError::new("exact", why));
        }
        let linear = &poisson::PROBLEM.info.params;
        let taken = values.iter().filter(|(key, _)| linear.iter().any(|p| p.key == key.as_str()));
        let mut given: Params = taken.map(|(key, value)| (key.clone(), value.clone())).collect();
        if exact {
            given.remove("source");
        }
        let values = Values::resolve(linear, &given).map_err(|mut errors| errors.remove(0))?;
        let equation = poisson::read(&values)?;
        let (dimension, n) = (equation.grid.dimension, equation.grid.intervals[0]);
        let most = MOST_NODES[dimension - 1];
        if equation.grid.nodes() > most {
            let most = libm::pow(most as f64, 1.0 / dimension as f64) as usize - 1;
            return Err(BuildError::new("n", format!("must be at most {most} in {dimension}-D, not {n}")));
        }
        let second = match &equation.source {
            Source::Exact(e) => {
                let rows = e.gradient.iter();
                rows.map(|ux| (0..dimension).map(|a| ux.derivative(a)).collect()).collect::<Result<Vec<_>, _>>()?
            }
            Source::Typed(_) => Vec::new(),
        };
        Ok(Setup { equation, law, second })
    }

    /// The equation on a grid of `n` intervals along every axis.
    ///
    /// # Errors
    /// As `discretise` of the equation; or a condition on a derivative does not fit a coefficient that depends on it.
    pub fn model(&self, n: usize) -> Result<GridEquation, BuildError> {
        let mut equation = self.equation.clone();
        equation.grid = equation.grid.with_intervals(n);
        let mut discrete = equation.discretise()?;
        if let Source::Exact(e) = &equation.source {
            let dimension = equation.grid.dimension;
            for k in 0..discrete.len() {
                let at = equation.grid.coordinates(discrete.nodes[k]);
                let slope: Vec<f64> = e.gradient.iter().map(|ux| ux.value(&at)).collect();
                let s: f64 = slope.iter().map(|u| u * u).sum();
                let (mut laplacian, mut along) = (0.0, 0.0);
                for (i, row) in self.second.iter().enumerate() {
                    laplacian += row[i].value(&at);
                    along += row.iter().zip(&slope).map(|(uij, uj)| slope[i] * uij.value(&at) * uj).sum::<f64>();
                }
                let bend = if self.law.is_linear() { 0.0 } else { 2.0 * self.law.slope(s) * along };
                let f = -(self.law.coefficient(s) * laplacian + bend) - self.law.source(0.0, e.u.value(&at));
                discrete.source[k] = finite("exact", "the source that follows from it", f, &at[..dimension])?;
            }
        }
        if !self.law.is_linear()
            && let Some(key) = self.not_natural(&discrete)
        {
            let why = "must be `u = EXPR`, `periodic` or `du/dn = 0`: other fluxes depend on the solution here";
            return Err(BuildError::new(key, why));
        }
        GridEquation::new(discrete, Rc::clone(&self.law))
    }

    /// A side whose condition on the derivative is not zero.
    fn not_natural(&self, d: &crate::flux::Discrete) -> Option<&'static str> {
        let robin = |c: &Condition| matches!(c, Condition::Robin { .. });
        let neumann = |c: &Condition| matches!(c, Condition::Neumann(_));
        let sides = || crate::grid::SIDES.into_iter().zip(&self.equation.bounds.sides);
        if let Some((key, _)) = sides().find(|(_, c)| robin(c)) {
            return Some(key);
        }
        d.natural().any(|(_, _, value)| value != 0.0).then(|| sides().find(|(_, c)| neumann(c)))?.map(|(key, _)| key)
    }
}

/// A nonlinear problem `F(u) = 0` with what is known about it before a method runs.
pub struct NonlinearProblem {
    /// The equation on its grid.
    pub model: Rc<GridEquation>,
    /// The same for other grids.
    pub setup: Rc<Setup>,
    /// Where methods start.
    pub initial: Rc<Vec<f64>>,
    /// The norm of `F(0)`, 1 where that is zero: residuals are relative to it.
    pub scale: f64,
    exact: Option<Rc<Vec<f64>>>,
    /// Why there is no solution, where that is known.
    unsolvable: Option<String>,
    notes: Vec<Note>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    given: Vec<PictureInfo>,
}

/// The problem that a method was asked to run on.
///
/// # Errors
/// It is of another kind.
pub fn of<'a>(input: &'a MethodInput<'_>) -> Result<&'a NonlinearProblem, BuildError> {
    input.downcast()
}

impl NonlinearProblem {
    /// The problem of a setup. `initial` is typed; `unsolvable` says why it has no solution, where that is known.
    ///
    /// # Errors
    /// A field is wrong.
    pub fn build(
        setup: Setup,
        initial: &str,
        mut notes: Vec<Note>,
        unsolvable: Option<String>,
    ) -> Result<NonlinearProblem, BuildError> {
        let model = setup.model(setup.equation.grid.intervals[0])?;
        let exact = model.discrete.exact.clone().map(Rc::new);
        let n = model.len();
        let mut values = model.values();
        let initial = if initial.trim().is_empty() {
            linear_start(&model)
        } else {
            let g = &model.discrete.grid;
            let typed = Typed::parse("initial", initial, 0, g.dimension)?;
            model.discrete.nodes.iter().map(|&node| typed.finite(&g.coordinates(node))).collect::<Result<_, _>>()?
        };
        let mut f = vec![0.0; n];
        model.residual(&vec![0.0; n], &mut values, &mut f);
        let scale = compiled::norm2(&f);
        let scale = if scale > 0.0 { scale } else { 1.0 };
        if exact.is_some() {
            let text =
                "Source and boundary values are derived from the exact solution, so that the error can be measured.";
            notes.push(Note::new(Severity::Info, Some("exact"), text));
        }
        let kept = [(true, RESIDUAL_INFO), (exact.is_some(), EXACT_INFO), (true, ENERGY_INFO), (true, LARGEST_INFO)];
        let series = kept.into_iter().filter_map(|(offered, info)| offered.then_some(info)).collect();
        let mut pictures = vec![SOLUTION, RESIDUAL_PICTURE];
        let mut given = vec![START];
        if exact.is_some() {
            pictures.push(ERROR_PICTURE);
            given.push(EXACT_PICTURE);
        }
        Ok(NonlinearProblem {
            model: Rc::new(model),
            setup: Rc::new(setup),
            initial: Rc::new(initial),
            scale,
            exact,
            unsolvable,
            notes,
            series,
            pictures,
            given,
        })
    }

    /// Measures iterates by a route of its own.
    pub fn referee(&self) -> Box<dyn Referee<Iterate = [f64]>> {
        Box::new(NonlinearReferee {
            model: Rc::clone(&self.model),
            exact: self.exact.clone(),
            unsolvable: self.unsolvable.clone(),
            scale: self.scale,
            values: self.model.values(),
            work: vec![0.0; self.model.len()],
            series: self.series.len(),
        })
    }

    /// The energy of an iterate, up to a factor.
    pub fn energy(&self) -> Energy {
        let (model, mut values) = (Rc::clone(&self.model), self.model.values());
        Box::new(move |u| model.energy(u, &mut values))
    }

    /// The problem as a system of equations.
    pub fn system(&self) -> NonlinearSystem {
        NonlinearSystem { values: self.model.values(), model: Rc::clone(&self.model) }
    }
}

/// The solution of the linear equation with the same data, by preconditioned conjugate gradients; zero where nothing ties it down.
fn linear_start(model: &GridEquation) -> Vec<f64> {
    let n = model.len();
    let zero = vec![0.0; n];
    let d = &model.discrete;
    if !(0..n).any(|k| d.touches_known(k)) && d.robin().next().is_none() {
        return zero;
    }
    let Ok((matrix, rhs)) = d.assemble() else { return zero };
    let matrix = Rc::new(matrix);
    if compiled::norm2(&rhs) == 0.0 {
        return zero;
    }
    let make = |name: &str| {
        let kind = KINDS.iter().find(|k| k.info.name == name)?;
        let values = Values::resolve(&kind.info.params, &Params::new()).ok()?;
        let linear = LinearSetup { shape: d.shape.as_deref(), ..LinearSetup::new(&matrix) };
        f64::build(kind, &linear, &values).ok()
    };
    let Some(mut m) = d.is_plain_box().then(|| make("multigrid")).flatten().or_else(|| make("ic0")) else {
        return zero;
    };
    let mut solver = ConjugateGradients::new(n);
    let mut work = Work::default();
    solver.start(&*matrix, &mut *m, &rhs, &zero, &mut work);
    let target = 1e-12 * compiled::norm2(&rhs);
    for _ in 0..10_000 {
        if solver.residual() <= target
            || !matches!(solver.step(&*matrix, &mut *m, &rhs, &mut work), iterscope_core::Outcome::Continue)
        {
            break;
        }
    }
    let u = solver.iterate();
    if u.iter().all(|u| u.is_finite()) { u.to_vec() } else { zero }
}

impl Instance for NonlinearProblem {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn series(&self) -> &[SeriesInfo] {
        &self.series
    }
    fn pictures(&self) -> &[PictureInfo] {
        &self.pictures
    }
    fn summary(&self) -> String {
        format!("{} unknowns on a grid of {} cells", grouped(self.model.len()), self.model.discrete.grid.size())
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let values = match (key, &self.exact) {
            ("start", _) => &self.initial,
            ("exact", Some(exact)) => exact,
            _ => return false,
        };
        self.model.discrete.draw(values, true, extent, out);
        true
    }
}

/// Measures iterates of a [`NonlinearProblem`].
struct NonlinearReferee {
    model: Rc<GridEquation>,
    exact: Option<Rc<Vec<f64>>>,
    unsolvable: Option<String>,
    scale: f64,
    values: Vec<f64>,
    work: Vec<f64>,
    series: usize,
}

impl NonlinearReferee {
    fn residual(&mut self, u: &[f64]) {
        self.model.lay(u, &mut self.values);
        for (k, out) in self.work.iter_mut().enumerate() {
            *out = self.model.at_unknown(k, &self.values).0;
        }
    }
}

impl Referee for NonlinearReferee {
    type Iterate = [f64];

    fn series(&self) -> usize {
        self.series
    }

    fn measure(&mut self, u: &[f64], out: &mut [f64]) {
        self.residual(u);
        let mut places = out.iter_mut();
        let mut write = |value: f64| *places.next().expect("a place for every series") = value;
        write(compiled::norm2(&self.work) / self.scale);
        if let Some(exact) = &self.exact {
            let size = compiled::norm2(exact);
            write(compiled::norm2_diff(u, exact) / if size > 0.0 { size } else { 1.0 });
        }
        write(self.model.energy(u, &mut self.values) * self.model.volume());
        write(u.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    }

    fn picture(&mut self, key: &str, u: &[f64], extent: Extent, out: &mut Picture) {
        match key {
            "residual" => {
                self.residual(u);
                self.model.discrete.draw(&self.work, false, extent, out);
            }
            "error" => {
                if let Some(exact) = &self.exact {
                    self.work.iter_mut().zip(u).zip(exact.iter()).for_each(|((e, u), v)| *e = u - v);
                    self.model.discrete.draw(&self.work, false, extent, out);
                }
            }
            _ => self.model.discrete.draw(u, true, extent, out),
        }
    }

    fn result(&mut self, u: &[f64]) -> Artifact {
        self.model.discrete.result(u)
    }

    fn remark(&self) -> Option<String> {
        self.unsolvable.clone()
    }
}

/// `u' = F(u)`, whose steady states are the solutions.
pub struct NonlinearSystem {
    model: Rc<GridEquation>,
    values: Vec<f64>,
}

impl System for NonlinearSystem {
    fn len(&self) -> usize {
        self.model.len()
    }

    fn rate(&mut self, part: Part, _: f64, u: &[f64], out: &mut [f64]) {
        let model = &*self.model;
        match part {
            Part::All => model.residual(u, &mut self.values, out),
            Part::Rest if model.is_semilinear() => model.source(u, out),
            Part::Rest => model.residual(u, &mut self.values, out),
            Part::Stiff if model.is_semilinear() => {
                model.residual(u, &mut self.values, out);
                for (k, out) in out.iter_mut().enumerate() {
                    *out -= model.source_at(k, u[k]);
                }
            }
            // None of the terms is linear.
            Part::Stiff => out.fill(0.0),
        }
    }

    fn jacobian(&mut self, part: Part, t: f64, u: &[f64]) -> Csr {
        // The number of entries was counted when the problem was built.
        let mut out = self.model.pattern(false).expect("it was made before");
        self.jacobian_into(part, t, u, &mut out);
        out
    }

    fn jacobian_into(&mut self, part: Part, _: f64, u: &[f64], out: &mut Csr) {
        let semilinear = self.model.is_semilinear();
        if part == Part::Stiff && !semilinear {
            out.values.fill(0.0);
            return;
        }
        self.model.jacobian(u, &mut self.values, out);
        out.values.iter_mut().for_each(|v| *v = -*v);
        if part == Part::All || !semilinear {
            return;
        }
        if part == Part::Rest {
            out.values.fill(0.0);
        }
        let sign = if part == Part::Rest { 1.0 } else { -1.0 };
        for (k, &u) in u.iter().enumerate() {
            model::add(out, k, k, sign * self.model.source_slope_at(k, u));
        }
    }

    fn is_linear(&self, part: Part) -> bool {
        part == Part::Stiff
    }

    fn flops(&self) -> u64 {
        self.model.flops()
    }
}
