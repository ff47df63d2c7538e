//! Poisson's equation with diffusion and reaction, in one, two or three dimensions, in flux form.

use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Artifact, BuildError, Cell, Extent, Instance, List, Note, ParamInfo, Picture, PictureInfo, PictureKind, Problem,
    ProblemInfo, ProblemInput, Severity, Str, Values, words,
};
use iterscope_kernels::compiled;

use crate::boundary::Condition;
use crate::flux::{Discrete, Equation, Exact, FaceMean, Source};
use crate::grid::{COORDINATES, Grid, SIDES};
use crate::linear::{self, Constants, Direct, Facts, LinearProblem, View};
use crate::typed::Typed;

/// Id of the problem.
pub const ID: &str = "pde.poisson";

/// The most unknowns.
const MOST_UNKNOWNS: usize = 4_300_000;

const XYZ: &[&str] = &COORDINATES;

const fn side(key: &'static str, label: &'static str, dimensions: &'static [&'static str]) -> ParamInfo {
    let doc =
        "Condition on this side: `u = EXPR`, `du/dn = EXPR`, `du/dn + EXPR*u = EXPR` (n points outwards) or `periodic`";
    let mut side = ParamInfo::text(key, label, doc);
    std::mem::forget(std::mem::replace(&mut side.default, iterscope_core::Value::Text(Str::Borrowed("u = 0"))));
    if dimensions.is_empty() { side } else { side.when("dimension", dimensions) }
}

const fn bound(key: &'static str, label: &'static str, default: f64, dimensions: &'static [&'static str]) -> ParamInfo {
    let bound = ParamInfo::real(key, label, "End of the box along this axis", [-1e6, 1e6], default);
    if dimensions.is_empty() { bound } else { bound.when("dimension", dimensions) }
}

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "dimension",
        "Dimension",
        "Number of space dimensions",
        &[("1", "1"), ("2", "2"), ("3", "3")],
        "2",
    ),
    ParamInfo::int("n", "Grid n", "Intervals along every axis", [2, 1_000_000], 64).log(),
    ParamInfo::expression(
        "diffusion",
        "Diffusion a",
        "Coefficient a of the flux, sampled at the centres of the cells; positive",
        XYZ,
        "1",
    ),
    ParamInfo::choice(
        "face_mean",
        "Mean on faces",
        "How the diffusion of the cells beside an edge is joined; the harmonic mean is exact for layers that the flux crosses",
        &[("arithmetic", "arithmetic"), ("harmonic", "harmonic")],
        "arithmetic",
    ),
    ParamInfo::expression(
        "reaction",
        "Reaction c",
        "Coefficient of u; negative values make the Helmholtz equation",
        XYZ,
        "0",
    ),
    ParamInfo::expression("source", "Source f", "Right-hand side, unless an exact solution is given", XYZ, "1"),
    ParamInfo::expression(
        "exact",
        "Exact solution",
        "Source and boundary values follow from it; leave empty to give them",
        XYZ,
        "",
    ),
    ParamInfo::expression(
        "domain",
        "Domain",
        "An inequality that holds inside, such as `x^2 + y^2 < 1`; empty for the whole box",
        XYZ,
        "",
    ),
    ParamInfo::expression(
        "boundary",
        "Value on the domain's edge",
        "Value of u where the typed domain ends inside the box",
        XYZ,
        "0",
    ),
    side("left", "Left", &[]),
    side("right", "Right", &[]),
    side("bottom", "Bottom", &["2", "3"]),
    side("top", "Top", &["2", "3"]),
    side("back", "Back", &["3"]),
    side("front", "Front", &["3"]),
    bound("x_min", "x from", 0.0, &[]),
    bound("x_max", "x to", 1.0, &[]),
    bound("y_min", "y from", 0.0, &["2", "3"]),
    bound("y_max", "y to", 1.0, &["2", "3"]),
    bound("z_min", "z from", 0.0, &["3"]),
    bound("z_max", "z to", 1.0, &["3"]),
];

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Poisson"),
        summary: words(
            "Diffusion with sources, in flux form, so that nothing is lost where the diffusion jumps. Any of the usual conditions \
             on each side, any domain that an inequality describes, one to three dimensions.",
        ),
        math: words(r"-\nabla \cdot (a\, \nabla u) + c\, u = f"),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

/// The equation as typed.
///
/// # Errors
/// Names the field, and the character where an expression is wrong.
pub fn read(values: &Values) -> Result<Equation, BuildError> {
    let dimension = values.text("dimension").parse::<usize>().unwrap_or(2);
    let grid = Grid {
        dimension,
        n: values.size("n"),
        lower: ["x_min", "y_min", "z_min"].map(|key| values.real(key)),
        upper: ["x_max", "y_max", "z_max"].map(|key| values.real(key)),
    };
    for (axis, key) in ["x_max", "y_max", "z_max"].into_iter().enumerate().take(dimension) {
        if grid.lower[axis] >= grid.upper[axis] {
            return Err(BuildError::new(key, format!("must be larger than {}", grid.lower[axis])));
        }
    }
    if (grid.n + 1).checked_pow(dimension as u32).is_none_or(|nodes| nodes > MOST_UNKNOWNS) {
        let most = libm::pow(MOST_UNKNOWNS as f64, 1.0 / dimension as f64) as usize - 1;
        return Err(BuildError::new("n", format!("must be at most {most} in {dimension}-D, not {}", grid.n)));
    }
    let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, dimension);
    let sides = SIDES[..2 * dimension]
        .iter()
        .map(|key| Condition::parse(key, values.text(key), dimension))
        .collect::<Result<Vec<_>, _>>()?;
    let diffusion = typed("diffusion")?;
    let source = if values.text("exact").trim().is_empty() {
        Source::Typed(typed("source")?)
    } else {
        if values.text("source").trim() != "1" {
            let why = "the source follows from the exact solution: clear this field, or `source`";
            return Err(BuildError::new("exact", why));
        }
        let u = typed("exact")?;
        let bounds: Vec<[f64; 2]> = (0..dimension).map(|a| [grid.lower[a], grid.upper[a]]).collect();
        u.smooth(&bounds)?;
        let gradient = (0..dimension).map(|a| u.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        let second = gradient.iter().enumerate().map(|(a, ux)| ux.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        let diffusion_gradient = (0..dimension).map(|a| diffusion.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        Source::Exact(Exact { u, gradient, second, diffusion_gradient })
    };
    let domain = if values.text("domain").trim().is_empty() { None } else { Some(typed("domain")?) };
    let face_mean = if values.text("face_mean") == "harmonic" { FaceMean::Harmonic } else { FaceMean::Arithmetic };
    let (reaction, edge) = (typed("reaction")?, typed("boundary")?);
    Ok(Equation { grid, diffusion, face_mean, reaction, source, sides, domain, edge })
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<LinearProblem, BuildError> {
    let equation = read(values)?;
    let mut discrete = equation.discretise()?;
    let (matrix, mut rhs) = discrete.assemble()?;
    let mut notes = Vec::new();
    let parts = linear::parts(&matrix);
    name_parts(&discrete, &parts.id, &parts.sizes, &mut notes);
    let (facts, constants) = judge(&discrete, &parts.id, parts.sizes, &mut notes);
    if let Some(constants) = &constants {
        let whole = compiled::norm2(&rhs);
        let taken = constants.remove(&mut rhs);
        notes.push(null_space(taken / if whole > 0.0 { whole } else { 1.0 }));
    }
    let exact = discrete.exact.take().map(Rc::new);
    let direct = match linear::solve_direct(&matrix, &rhs, constants.as_ref()) {
        Direct::Solved(u) => Some(Rc::new(u)),
        Direct::TooLarge => {
            let text = "This is too large to be solved directly for reference: errors are measured against an exact solution only.";
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
    let given = given(&discrete, &exact, &direct);
    let shape = discrete.shape.clone().filter(|_| matrix.stencil().is_some());
    let coarsening = shape.as_ref().map(|shape| equation.coarsening(shape));
    let view = {
        let discrete = Rc::clone(&discrete);
        Box::new(move || Box::new(FluxView::new(&discrete)) as Box<dyn View>)
    };
    let size = [discrete.grid.n.to_string().as_str()].repeat(discrete.grid.dimension).join(" × ");
    let summary = format!("{} unknowns on a grid of {size} cells", grouped(discrete.len()));
    let problem = LinearProblem {
        matrix,
        rhs: Rc::new(rhs),
        shape,
        coarsening,
        facts,
        constants: constants.map(Rc::new),
        exact,
        direct,
        view,
        summary,
        notes,
        levels,
        given,
        series: Vec::new(),
        pictures: Vec::new(),
        given_pictures: Vec::new(),
    };
    Ok(problem.finished())
}

/// Says that a domain falls apart, and into what.
fn name_parts(d: &Discrete, part: &[u32], sizes: &[u32], notes: &mut Vec<Note>) {
    if sizes.len() < 2 {
        return;
    }
    let named = (0..sizes.len().min(4)).map(|p| {
        let first = part.iter().position(|&q| q as usize == p).unwrap_or(0);
        let at = d.grid.coordinates(d.nodes[first]);
        let place = crate::typed::place(&at[..d.grid.dimension]);
        format!("{} unknowns from {place} on", grouped(sizes[p] as usize))
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

/// What is known of the matrix, and its null space.
fn judge(d: &Discrete, part: &[u32], sizes: Vec<u32>, notes: &mut Vec<Note>) -> (Facts, Option<Constants>) {
    let negative = d.reaction.iter().any(|&c| c < 0.0) || d.robin().any(|(_, r)| r < 0.0);
    let mut anchored = vec![false; sizes.len()];
    for (k, &p) in part.iter().enumerate() {
        let p = p as usize;
        if !anchored[p] {
            anchored[p] = d.is_anchored(k) || d.reaction[k] != 0.0;
        }
    }
    for (k, _) in d.robin() {
        anchored[part[k] as usize] = true;
    }
    if negative {
        let text = "A negative coefficient may make the matrix indefinite: conjugate gradients may break down, Jacobi and Gauss-Seidel may \
                    diverge. MINRES and GMRES do not need definiteness.";
        notes.push(Note::new(Severity::Warning, Some("reaction"), text));
        return (Facts { symmetric: true, positive_definite: false }, None);
    }
    let free = anchored.iter().any(|a| !a);
    if !free {
        let text = "The matrix is symmetric positive definite: conjugate gradients apply.";
        notes.push(Note::new(Severity::Good, None, text));
    }
    let size = sizes.iter().zip(&anchored).map(|(&size, &tied)| if tied { 0 } else { size }).collect();
    let constants = free.then(|| Constants { part: part.to_vec(), size });
    (Facts { symmetric: true, positive_definite: true }, constants)
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

fn given(
    d: &Discrete,
    exact: &Option<Rc<Vec<f64>>>,
    direct: &Option<Rc<Vec<f64>>>,
) -> Vec<(PictureInfo, Rc<Vec<f64>>, bool)> {
    const EXACT: PictureInfo = PictureInfo::new("exact", "Exact solution", PictureKind::Field);
    const DIRECT: PictureInfo = PictureInfo::new("direct", "Reference (direct solve)", PictureKind::Field);
    const SOURCE: PictureInfo = PictureInfo::new("source", "Source", PictureKind::Field).signed();
    const DIFFUSION: PictureInfo = PictureInfo::new("diffusion", "Diffusion", PictureKind::Field);
    const REACTION: PictureInfo = PictureInfo::new("reaction", "Reaction", PictureKind::Field).signed();
    let varies = |v: &[f64]| v.iter().any(|x| *x != v[0]);
    let mut given = Vec::new();
    if let Some(u) = exact {
        given.push((EXACT, Rc::clone(u), true));
    }
    if let Some(u) = direct {
        given.push((DIRECT, Rc::clone(u), true));
    }
    given.push((SOURCE, Rc::new(d.source.clone()), false));
    if varies(&d.cells) {
        given.push((DIFFUSION, Rc::new(d.diffusion_at_unknowns()), false));
    }
    if varies(&d.reaction) {
        given.push((REACTION, Rc::new(d.reaction.clone()), false));
    }
    given
}

/// Measures, draws and writes by the nodes of the grid.
struct FluxView {
    discrete: Rc<Discrete>,
    values: Vec<f64>,
}

impl FluxView {
    fn new(discrete: &Rc<Discrete>) -> FluxView {
        FluxView { discrete: Rc::clone(discrete), values: vec![0.0; discrete.grid.nodes()] }
    }
}

impl View for FluxView {
    fn residual(&mut self, u: &[f64], out: &mut [f64]) {
        self.discrete.residual(u, &mut self.values, out);
    }

    fn draw(&self, u: &[f64], known: bool, extent: Extent, out: &mut Picture) {
        let d = &*self.discrete;
        let (g, n) = (&d.grid, d.grid.n);
        let masked = d.shape.is_none();
        let at = |steps: [usize; 3]| {
            let mut steps = steps;
            for (step, &joined) in steps.iter_mut().zip(&d.periodic) {
                if joined && *step == n {
                    *step = 0;
                }
            }
            let node = g.node(steps);
            match d.unknown[node] {
                crate::flux::KNOWN if known && !masked => d.known[node],
                crate::flux::KNOWN if masked || known => f64::NAN,
                crate::flux::KNOWN => 0.0,
                k => u[k as usize],
            }
        };
        match g.dimension {
            // A strip: as high as it takes to be seen.
            1 => out.field((n / 8).max(1), n + 1, extent, |_, col| at([col, 0, 0])),
            // y grows upwards. Of three dimensions the layer in the middle is drawn.
            dimension => {
                let layer = if dimension == 3 { n / 2 } else { 0 };
                out.field(n + 1, n + 1, extent, |row, col| at([col, n - row, layer]));
            }
        }
    }

    fn result(&self, u: &[f64]) -> Artifact {
        let d = &*self.discrete;
        let rows = d.taking_part().into_iter().map(|node| {
            let value = match d.unknown[node] {
                crate::flux::KNOWN => d.known[node],
                k => u[k as usize],
            };
            let at = d.grid.coordinates(node);
            at[..d.grid.dimension].iter().chain([&value]).map(|&x| Cell::Real(x)).collect()
        });
        let columns = COORDINATES[..d.grid.dimension].iter().chain(&["u"]).map(|&name| name.to_owned()).collect();
        Artifact::Table { columns, rows: rows.collect() }
    }
}
