//! What linear problems on a grid have in common: parameters, the way from a matrix to a problem, the referee's view.

use std::ops::Deref;
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::phase;
use iterscope_core::{
    Artifact, BuildError, Extent, Note, ParamInfo, Picture, PictureInfo, PictureKind, Severity, Str, Value, Values,
};
use iterscope_kernels::compiled;
use iterscope_linear::Matrix;

use crate::boundary::Condition;
use crate::coarsening::{self, Make};
use crate::grid::{Grid, SIDES};
use crate::layout::{Bounds, Layout};
use crate::linear::{self, Constants, Direct, Facts, LinearProblem, Origin, View};
use crate::typed::{Typed, place};

/// The most unknowns.
const MOST_UNKNOWNS: usize = 4_300_000;

/// The choice of the dimension.
pub const DIMENSION: ParamInfo = ParamInfo::choice(
    "dimension",
    "Dimension",
    "Number of space dimensions",
    &[("1", "1"), ("2", "2"), ("3", "3")],
    "2",
);

/// The dimensions that have a y, and those that have a z.
pub const Y: &[&str] = &["2", "3"];
/// See [`Y`].
pub const Z: &[&str] = &["3"];

const fn within(param: ParamInfo, dimensions: &'static [&'static str]) -> ParamInfo {
    if dimensions.is_empty() { param } else { param.when("dimension", dimensions) }
}

/// The condition on a side of boxes with these dimensions; of all where there are none.
pub const fn side(
    key: &'static str,
    label: &'static str,
    doc: &'static str,
    default: &'static str,
    dimensions: &'static [&'static str],
) -> ParamInfo {
    let mut side = ParamInfo::text(key, label, doc);
    std::mem::forget(std::mem::replace(&mut side.default, Value::Text(Str::Borrowed(default))));
    within(side, dimensions)
}

/// What a condition on a side may be.
pub const CONDITION: &str =
    "Condition on this side: `u = EXPR`, `du/dn = EXPR`, `du/dn + EXPR*u = EXPR` (n points outwards) or `periodic`";

/// An end of boxes with these dimensions; of all where there are none.
pub const fn end(
    key: &'static str,
    label: &'static str,
    default: f64,
    dimensions: &'static [&'static str],
) -> ParamInfo {
    within(ParamInfo::real(key, label, "End of the box along this axis", [-1e6, 1e6], default), dimensions)
}

/// The grid of the parameters `dimension`, `n` and the ends of the box.
///
/// # Errors
/// The box is empty, or has too many nodes.
pub fn read_grid(values: &Values) -> Result<Grid, BuildError> {
    let dimension = values.text("dimension").parse::<usize>().unwrap_or(2);
    let n = values.size("n");
    let grid = Grid {
        dimension,
        intervals: [0; 3],
        lower: ["x_min", "y_min", "z_min"].map(|key| values.real(key)),
        upper: ["x_max", "y_max", "z_max"].map(|key| values.real(key)),
    };
    for (axis, key) in ["x_max", "y_max", "z_max"].into_iter().enumerate().take(dimension) {
        if grid.lower[axis] >= grid.upper[axis] {
            return Err(BuildError::new(key, format!("must be larger than {}", grid.lower[axis])));
        }
    }
    if (n + 1).checked_pow(dimension as u32).is_none_or(|nodes| nodes > MOST_UNKNOWNS) {
        let most = libm::pow(MOST_UNKNOWNS as f64, 1.0 / dimension as f64) as usize - 1;
        return Err(BuildError::new("n", format!("must be at most {most} in {dimension}-D, not {n}")));
    }
    Ok(grid.with_intervals(n))
}

/// Sides, `domain` and its edge; a side that is left empty has the value on the edge.
///
/// # Errors
/// Names the field and the character.
pub fn read_bounds(values: &Values, dimension: usize) -> Result<Bounds, BuildError> {
    let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, dimension);
    let edge = typed("boundary")?;
    let side = |key: &&'static str| match values.text(key) {
        text if text.trim().is_empty() => Ok(Condition::Dirichlet(edge.clone())),
        text => Condition::parse(key, text, dimension),
    };
    let sides = SIDES[..2 * dimension].iter().map(side).collect::<Result<Vec<_>, _>>()?;
    let domain = if values.text("domain").trim().is_empty() { None } else { Some(typed("domain")?) };
    Ok(Bounds { sides, domain, edge })
}

/// An equation at the unknowns of a grid.
pub trait OnGrid: Deref<Target = Layout> + 'static {
    /// `b - A u` without the matrix; `values` is scratch of the length of the grid.
    fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]);
    /// `u' A u` without the matrix, where there is a way.
    fn energy(&self, u: &[f64], values: &mut [f64]) -> Option<f64> {
        let _ = (u, values);
        None
    }
    /// What a person takes away.
    fn written(&self, u: &[f64]) -> Artifact {
        self.result(u)
    }
    /// Coefficient of `u` at the unknowns.
    fn reaction(&self) -> &[f64];
    /// Velocities at the unknowns of the plane, by axis, where something flows.
    fn flow(&self) -> Option<&[Vec<f64>]> {
        None
    }
    /// Coefficients of the conditions on the derivative, with their unknowns.
    fn robin(&self) -> Vec<(usize, f64)>;
}

/// Whether a coefficient of `u` is negative.
pub fn has_negative(d: &impl OnGrid) -> bool {
    d.reaction().iter().any(|&c| c < 0.0) || d.robin().iter().any(|&(_, r)| r < 0.0)
}

/// The parts of the domain on which nothing ties the solution down: no known value, no reaction, no coefficient on a side.
pub fn untied<D: OnGrid>(d: &D, matrix: &Matrix<f64>, notes: &mut Vec<Note>) -> Option<Constants> {
    let parts = linear::parts(matrix);
    name_parts(d, &parts.id, &parts.sizes, notes);
    let mut tied = vec![false; parts.sizes.len()];
    for (k, &p) in parts.id.iter().enumerate() {
        let p = p as usize;
        if !tied[p] {
            tied[p] = d.reaction()[k] != 0.0 || d.touches_known(k);
        }
    }
    for (k, _) in d.robin() {
        tied[parts.id[k] as usize] = true;
    }
    let free = tied.iter().any(|tied| !tied);
    let size = parts.sizes.iter().zip(&tied).map(|(&size, &tied)| if tied { 0 } else { size }).collect();
    free.then_some(Constants { part: parts.id, size })
}

/// Says that a domain falls apart, and into what.
fn name_parts(d: &Layout, part: &[u32], sizes: &[u32], notes: &mut Vec<Note>) {
    if sizes.len() < 2 {
        return;
    }
    let named = (0..sizes.len().min(4)).map(|p| {
        let first = part.iter().position(|&q| q as usize == p).unwrap_or(0);
        let at = d.grid.coordinates(d.nodes[first]);
        format!("{} unknowns from {} on", grouped(sizes[p] as usize), place(&at[..d.grid.dimension]))
    });
    let more = if sizes.len() > 4 { format!(", and {} more", sizes.len() - 4) } else { String::new() };
    let list: Vec<String> = named.collect();
    let text = format!(
        "The domain falls apart into {} pieces: {}{more}. Each is a problem of its own.",
        sizes.len(),
        list.join("; ")
    );
    notes.push(Note::new(Severity::Warning, Some("domain"), text));
}

/// Says that constants are in the null space, and what that does to the right-hand side.
fn null_space(floor: f64) -> Note {
    if floor <= 1e-9 {
        let text = "The matrix is singular: nothing ties the solution down, so that a constant can be added to it (its null space). The data \
                    are compatible; shown is the solution with mean zero.";
        return Note::new(Severity::Info, Some("left"), text);
    }
    let text = format!(
        "The matrix is singular: a constant can be added to the solution (its null space), and the data are incompatible: no solution \
         exists, and the relative residual cannot fall below {floor:.4e}. The part that no solution reaches, the mean, was taken out of the \
         right-hand side; residuals are of what is left."
    );
    Note::new(Severity::Warning, Some("source"), text)
}

/// Pictures of a problem itself: values at the unknowns, and whether known values belong to them.
pub type Given = Vec<(PictureInfo, Rc<Vec<f64>>, bool)>;

/// What a problem is made of.
pub struct Parts<D> {
    /// The equation at its unknowns.
    pub discrete: D,
    /// `A`
    pub matrix: Matrix<f64>,
    /// `b`
    pub rhs: Vec<f64>,
    /// The exact solution at the unknowns.
    pub exact: Option<Vec<f64>>,
    /// What is known of `A`.
    pub facts: Facts,
    /// The null space; the part of the right-hand side along it is taken out.
    pub constants: Option<Constants>,
    /// Whether to solve directly for reference, where that is affordable.
    pub solve: bool,
    /// What was said until now.
    pub notes: Vec<Note>,
    /// Pictures of the coefficients.
    pub given: Given,
    /// Makes the matrix and the shape of the box of so many intervals along each axis.
    pub make: Rc<Make>,
}

impl<D: OnGrid> Parts<D> {
    /// The problem; `origin` is made from the equation at its unknowns.
    ///
    /// # Errors
    /// The right-hand side is too large or too small for its square to be a number.
    pub fn problem(self, origin: impl FnOnce(&Rc<D>) -> Origin) -> Result<LinearProblem, BuildError> {
        let Parts { discrete, matrix, mut rhs, exact, facts, constants, solve, mut notes, mut given, make } = self;
        linear::check_size(if exact.is_some() { "exact" } else { "source" }, &rhs)?;
        if let Some(constants) = &constants {
            let whole = compiled::norm2(&rhs);
            let taken = constants.remove(&mut rhs);
            notes.push(null_space(taken / if whole > 0.0 { whole } else { 1.0 }));
        }
        let exact = exact.map(Rc::new);
        let solved = match solve {
            true => phase::reference(|| linear::solve_direct(&matrix, &rhs, constants.as_ref())),
            false => Direct::TooLarge,
        };
        let direct = match solved {
            Direct::Solved(u) => Some(Rc::new(u)),
            Direct::TooLarge => {
                let text = "The discrete problem is too large and is not solved directly: errors are measured against an exact solution only.";
                notes.push(Note::new(Severity::Info, Some("n"), text));
                None
            }
            Direct::Singular => {
                let text = "The matrix is singular: elimination finds no pivot, and there is no unique solution. Change the reaction or the \
                            number of intervals.";
                notes.push(Note::new(Severity::Warning, Some("reaction"), text));
                None
            }
        };
        let levels = match (&exact, &direct) {
            (Some(exact), Some(direct)) => vec![linear::discretisation_error(direct, exact, constants.as_ref())],
            _ => Vec::new(),
        };
        let discrete = Rc::new(discrete);
        const EXACT: PictureInfo = PictureInfo::new("exact", "Exact solution", PictureKind::Field);
        const DIRECT: PictureInfo = PictureInfo::new("direct", "Reference (direct solve)", PictureKind::Field);
        let solutions = [(EXACT, &exact), (DIRECT, &direct)];
        let solutions = solutions.into_iter().filter_map(|(info, u)| Some((info, Rc::clone(u.as_ref()?), true)));
        given.splice(0..0, solutions);
        let shape = discrete.shape.clone().filter(|_| matrix.stencil().is_some());
        let boxed = |_: &Vec<usize>| coarsening::of(&discrete, make);
        let coarsening = shape.as_ref().map(boxed);
        let view = {
            let discrete = Rc::clone(&discrete);
            Box::new(move || Box::new(GridView::new(&discrete)) as Box<dyn View>)
        };
        let summary = format!("{} unknowns on a grid of {} cells", grouped(discrete.len()), discrete.grid.size());
        let origin = origin(&discrete);
        let problem = LinearProblem {
            matrix: Rc::new(matrix),
            rhs: Rc::new(rhs),
            shape,
            coarsening,
            facts,
            constants: constants.map(Rc::new),
            exact,
            direct,
            view,
            origin,
            nodes: Some(discrete),
            summary,
            notes,
            levels,
            given,
            excited: None,
            series: Vec::new(),
            pictures: Vec::new(),
            given_pictures: Vec::new(),
        };
        Ok(problem.finished())
    }
}

/// Measures, draws and writes by the nodes of the grid.
struct GridView<D> {
    discrete: Rc<D>,
    values: Vec<f64>,
}

impl<D: OnGrid> GridView<D> {
    fn new(discrete: &Rc<D>) -> Self {
        GridView { discrete: Rc::clone(discrete), values: vec![0.0; discrete.grid.nodes()] }
    }
}

impl<D: OnGrid> View for GridView<D> {
    fn residual(&mut self, u: &[f64], out: &mut [f64]) {
        self.discrete.residual(u, &mut self.values, out);
    }

    fn energy(&mut self, u: &[f64]) -> Option<f64> {
        self.discrete.energy(u, &mut self.values)
    }

    fn kind(&self) -> PictureKind {
        self.discrete.kind()
    }

    fn draw(&self, u: &[f64], known: bool, extent: Extent, out: &mut Picture) {
        self.discrete.draw(u, known, extent, out);
        // Fluxes and differences have no flow of their own.
        if let Some(velocity) = self.discrete.flow().filter(|_| known) {
            self.discrete.draw_flow(velocity, out);
        }
    }

    fn flows(&self) -> bool {
        self.discrete.flow().is_some()
    }

    fn result(&self, u: &[f64]) -> Artifact {
        self.discrete.written(u)
    }
}
