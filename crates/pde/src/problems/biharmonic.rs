//! The bending of a clamped or simply supported plate, or of a beam: the biharmonic equation.

use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Artifact, BuildError, Cell, Extent, Instance, List, Note, ParamInfo, Picture, PictureInfo, PictureKind, Problem,
    ProblemInfo, ProblemInput, Severity, Str, Values, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_linear::{Matrix, Side};

use crate::coarsening;
use crate::grid::{COORDINATES, Grid};
use crate::layout::{KNOWN, Layout};
use crate::linear::{self, Direct, Facts, LinearProblem, Origin, View};
use crate::typed::{Typed, finite};

/// Id of the problem.
pub const ID: &str = "pde.biharmonic";

/// The most nodes: a row has thirteen entries.
const MOST_NODES: usize = 1_100_000;

const XY: &[&str] = COORDINATES.split_at(2).0;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice("dimension", "Dimension", "A beam or a plate", &[("1", "1: a beam"), ("2", "2: a plate")], "2"),
    ParamInfo::int("n", "Grid n", "Intervals along every axis", [2, 1_000_000], 32).log(),
    ParamInfo::choice(
        "edges",
        "Edges",
        "Clamped: value and slope are given; simply supported: value and Laplacian",
        &[("clamped", "clamped"), ("simply-supported", "simply supported")],
        "clamped",
    ),
    ParamInfo::expression("source", "Load f", "Right-hand side, unless an exact solution is given", XY, "1"),
    ParamInfo::expression(
        "exact",
        "Exact solution",
        "Load and values on the edges follow from it; leave empty for edges at rest",
        XY,
        "",
    ),
];

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Plate"),
        summary: words(
            "A plate (or a beam) that bends under a load. Of fourth order: the condition number grows with the fourth power of the intervals, and \
             what is easy for Poisson's equation is hard here. With simply supported edges it is Poisson's equation twice.",
        ),
        math: words(
            r"\Delta^2 u = f, \qquad u = \frac{\partial u}{\partial n} = 0 \quad\text{or}\quad u = \Delta u = 0 \text{ on the edges}",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

/// What holds on the edges besides the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edges {
    /// The slope is given: the node beyond is the mirror image of the first inside.
    Clamped,
    /// The bending is given: the node beyond is the mirror image with the opposite sign.
    Supported,
}

impl Edges {
    fn sign(self) -> f64 {
        match self {
            Edges::Clamped => 1.0,
            Edges::Supported => -1.0,
        }
    }
}

/// The exact solution and what follows from it.
struct Exact {
    u: Typed,
    load: Vec<(f64, Typed)>,
    slope: Vec<Typed>,
    bending: Vec<Typed>,
}

impl Exact {
    fn new(u: Typed, dimension: usize) -> Result<Exact, BuildError> {
        u.smooth(&vec![[0.0, 1.0]; dimension])?;
        let slope = (0..dimension).map(|a| u.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        let bending = slope.iter().enumerate().map(|(a, s)| s.derivative(a)).collect::<Result<Vec<_>, _>>()?;
        let mut load = Vec::new();
        for (a, second) in bending.iter().enumerate() {
            for b in a..dimension {
                let factor = if a == b { 1.0 } else { 2.0 };
                load.push((factor, second.derivative(b)?.derivative(b)?));
            }
        }
        Ok(Exact { u, load, slope, bending })
    }
}

/// A plate or beam on the nodes of a grid.
struct Plate {
    grid: Grid,
    edges: Edges,
    /// The load at the unknowns.
    load: Vec<f64>,
    /// Values on the edges, zero inside.
    known: Vec<f64>,
    /// What is known of the node beyond each node of an edge, along each axis: it is this plus or minus its mirror image.
    beyond: Vec<Vec<f64>>,
    exact: Option<Vec<f64>>,
}

impl Plate {
    fn new(grid: Grid, edges: Edges, source: &Typed, exact: Option<&Exact>) -> Result<Plate, BuildError> {
        let (d, n, h) = (grid.dimension, grid.intervals[0], grid.spacing(0));
        let mut plate = Plate {
            load: Vec::new(),
            known: vec![0.0; grid.nodes()],
            beyond: vec![vec![0.0; grid.nodes()]; d],
            exact: exact.map(|_| Vec::new()),
            edges,
            grid,
        };
        for node in 0..plate.grid.nodes() {
            let (steps, at) = (plate.grid.steps(node), plate.grid.coordinates(node));
            let edge: Vec<usize> = (0..d).filter(|&a| steps[a] == 0 || steps[a] == n).collect();
            let Some(e) = exact else {
                if edge.is_empty() {
                    plate.load.push(source.finite(&at)?);
                }
                continue;
            };
            let value = e.u.finite(&at)?;
            if edge.is_empty() {
                let mut load = 0.0;
                for (factor, part) in &e.load {
                    load += factor * part.value(&at);
                }
                plate.load.push(finite("exact", "the load that follows from it", load, &at[..d])?);
                plate.exact.iter_mut().for_each(|v| v.push(value));
                continue;
            }
            plate.known[node] = value;
            for axis in edge {
                plate.beyond[axis][node] = match edges {
                    Edges::Clamped => {
                        let slope = e.slope[axis].finite(&at)?;
                        2.0 * h * if steps[axis] == 0 { -slope } else { slope }
                    }
                    Edges::Supported => 2.0 * value + h * h * e.bending[axis].finite(&at)?,
                };
            }
        }
        Ok(plate)
    }

    /// Intervals along each axis.
    fn intervals(&self) -> usize {
        self.grid.intervals[0]
    }

    /// Unknowns along each axis.
    fn side(&self) -> usize {
        self.intervals() - 1
    }

    fn len(&self) -> usize {
        self.side().pow(self.grid.dimension as u32)
    }

    /// The steps of unknown `k` from the lowest corner.
    fn steps(&self, k: usize) -> [usize; 3] {
        let m = self.side();
        [k % m + 1, if self.grid.dimension > 1 { k / m + 1 } else { 0 }, 0]
    }

    /// The unknown at these steps; none on an edge.
    fn unknown(&self, steps: [usize; 3]) -> Option<usize> {
        let (n, m) = (self.intervals(), self.side());
        let inside = (0..self.grid.dimension).all(|a| steps[a] > 0 && steps[a] < n);
        inside.then(|| steps[0] - 1 + if self.grid.dimension > 1 { (steps[1] - 1) * m } else { 0 })
    }

    /// Matrix and right-hand side from the stencil of five or thirteen points.
    fn assemble(&self) -> Result<(Rc<Matrix<f64>>, Vec<f64>), BuildError> {
        let h = self.grid.spacing(0);
        let scale = 1.0 / (h * h * h * h);
        let stencil: &[(i64, i64, f64)] = match self.grid.dimension {
            1 => &[(0, 0, 6.0), (-1, 0, -4.0), (1, 0, -4.0), (-2, 0, 1.0), (2, 0, 1.0)],
            _ => &[
                (0, 0, 20.0),
                (-1, 0, -8.0),
                (1, 0, -8.0),
                (0, -1, -8.0),
                (0, 1, -8.0),
                (-1, -1, 2.0),
                (1, -1, 2.0),
                (-1, 1, 2.0),
                (1, 1, 2.0),
                (-2, 0, 1.0),
                (2, 0, 1.0),
                (0, -2, 1.0),
                (0, 2, 1.0),
            ],
        };
        let n = self.intervals() as i64;
        let mut rhs = self.load.clone();
        let mut triplets = Vec::with_capacity(stencil.len() * self.len());
        for (k, rhs) in rhs.iter_mut().enumerate() {
            let steps = self.steps(k);
            for &(di, dj, factor) in stencil {
                let (mut factor, mut to) = (factor * scale, [steps[0] as i64 + di, steps[1] as i64 + dj]);
                for axis in 0..self.grid.dimension {
                    if to[axis] >= 0 && to[axis] <= n {
                        continue;
                    }
                    // One node beyond: what is known of it, and the mirror image.
                    let mut edge = steps;
                    edge[axis] = if to[axis] < 0 { 0 } else { n as usize };
                    *rhs -= factor * self.beyond[axis][self.grid.node(edge)];
                    factor *= self.edges.sign();
                    to[axis] = if to[axis] < 0 { 1 } else { n - 1 };
                }
                let to = [to[0] as usize, to[1] as usize, 0];
                match self.unknown(to) {
                    Some(column) => triplets.push((k as u32, column as u32, factor)),
                    None => *rhs -= factor * self.known[self.grid.node(to)],
                }
            }
        }
        let rows = Csr::from_triplets(self.len(), self.len(), &triplets);
        Ok((Rc::new(rows.map_err(|e| BuildError::new("n", e.to_string()))?.into()), rhs))
    }

    fn lay(&self, u: &[f64], values: &mut [f64]) {
        values.copy_from_slice(&self.known);
        for (k, &u) in u.iter().enumerate() {
            values[self.grid.node(self.steps(k))] = u;
        }
    }

    /// The second difference of `v` along `axis` at an inner node of that axis or, with what is known beyond, on its edge.
    fn second(&self, v: &[f64], steps: [usize; 3], axis: usize) -> f64 {
        let n = self.intervals();
        let at = |step: usize| {
            let mut to = steps;
            to[axis] = step;
            v[self.grid.node(to)]
        };
        let ends = if steps[axis] == 0 || steps[axis] == n {
            let inner = at(if steps[axis] == 0 { 1 } else { n - 1 });
            self.beyond[axis][self.grid.node(steps)] + self.edges.sign() * inner + inner
        } else {
            at(steps[axis] - 1) + at(steps[axis] + 1)
        };
        let h = self.grid.spacing(axis);
        (ends - 2.0 * v[self.grid.node(steps)]) / (h * h)
    }

    /// The Laplacian of the plate at every node but the corners.
    fn bend(&self, values: &[f64], out: &mut [f64]) {
        let (d, n) = (self.grid.dimension, self.intervals());
        for (node, out) in out.iter_mut().enumerate() {
            let steps = self.grid.steps(node);
            let corner = d > 1 && (0..d).all(|a| steps[a] == 0 || steps[a] == n);
            *out = if corner { 0.0 } else { (0..d).map(|a| self.second(values, steps, a)).sum() };
        }
    }
}

/// A plate with its load, on a grid.
pub struct Equation {
    /// The grid.
    pub grid: Grid,
    data: Rc<Data>,
}

/// What does not depend on the grid.
struct Data {
    edges: Edges,
    source: Typed,
    exact: Option<Exact>,
}

impl Equation {
    /// The same on another grid.
    pub fn on(&self, intervals: usize) -> Rc<Equation> {
        let grid = Grid::unit(&vec![intervals; self.grid.dimension]);
        Rc::new(Equation { grid, data: Rc::clone(&self.data) })
    }

    /// Where the unknowns lie.
    pub fn layout(&self) -> Layout {
        let (d, n) = (self.grid.dimension, self.grid.intervals[0]);
        let inside = |node: &usize| (0..d).all(|a| (1..n).contains(&self.grid.steps(*node)[a]));
        let nodes: Vec<usize> = (0..self.grid.nodes()).filter(inside).collect();
        let mut unknown = vec![KNOWN; self.grid.nodes()];
        nodes.iter().enumerate().for_each(|(k, &node)| unknown[node] = k as u32);
        Layout {
            known: vec![0.0; unknown.len()],
            unknown,
            nodes,
            periodic: [false; 3],
            sides: vec![[Side::Given; 2]; d],
            shape: Some(vec![n - 1; d]),
            grid: self.grid.clone(),
        }
    }
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<LinearProblem, BuildError> {
    let dimension = values.text("dimension").parse::<usize>().unwrap_or(2);
    let grid = Grid::unit(&vec![values.size("n"); dimension]);
    let edges = if values.text("edges") == "clamped" { Edges::Clamped } else { Edges::Supported };
    let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, dimension);
    check_nodes(&grid)?;
    let exact = if values.text("exact").trim().is_empty() {
        None
    } else if values.text("source").trim() == "1" {
        Some(Exact::new(typed("exact")?, dimension)?)
    } else {
        return Err(BuildError::new(
            "exact",
            "the load follows from the exact solution: clear this field, or `source`",
        ));
    };
    of(Rc::new(Equation { grid, data: Rc::new(Data { edges, source: typed("source")?, exact }) }), true)
}

fn check_nodes(grid: &Grid) -> Result<(), BuildError> {
    let (n, dimension) = (grid.intervals[0], grid.dimension);
    if (n + 1).checked_pow(dimension as u32).is_none_or(|nodes| nodes > MOST_NODES) {
        let most = libm::pow(MOST_NODES as f64, 1.0 / dimension as f64) as usize - 1;
        return Err(BuildError::new("n", format!("must be at most {most} in {dimension}-D, not {n}")));
    }
    Ok(())
}

/// The problem of a plate; with a solution by elimination for reference, where that is affordable.
///
/// # Errors
/// As [`build`].
pub fn of(equation: Rc<Equation>, reference: bool) -> Result<LinearProblem, BuildError> {
    let (grid, data) = (equation.grid.clone(), Rc::clone(&equation.data));
    let (dimension, edges, exact) = (grid.dimension, data.edges, data.exact.as_ref());
    check_nodes(&grid)?;
    let mut plate = Plate::new(grid, edges, &data.source, exact)?;
    let (matrix, rhs) = plate.assemble()?;
    linear::check_size(if exact.is_some() { "exact" } else { "source" }, &rhs)?;
    let mut notes = vec![hard(&plate)];
    let exact = plate.exact.take().map(Rc::new);
    let direct = match reference.then(|| linear::solve_direct(&matrix, &rhs, None)) {
        None => None,
        Some(Direct::Solved(u)) => Some(Rc::new(u)),
        Some(Direct::TooLarge | Direct::Singular) => {
            let text = "This is too large to be solved directly for reference: errors are measured against an exact solution only.";
            notes.push(Note::new(Severity::Info, Some("n"), text));
            None
        }
    };
    let levels = match (&exact, &direct) {
        (Some(exact), Some(direct)) => vec![linear::discretisation_error(direct, exact, None)],
        _ => Vec::new(),
    };
    const EXACT: PictureInfo = PictureInfo::new("exact", "Exact solution", PictureKind::Field);
    const DIRECT: PictureInfo = PictureInfo::new("direct", "Reference (direct solve)", PictureKind::Field);
    const LOAD: PictureInfo = PictureInfo::new("source", "Load", PictureKind::Field).signed();
    let mut given: Vec<(PictureInfo, Rc<Vec<f64>>, bool)> = Vec::new();
    given.extend(exact.iter().map(|u| (EXACT, Rc::clone(u), true)));
    given.extend(direct.iter().map(|u| (DIRECT, Rc::clone(u), true)));
    given.push((LOAD, Rc::new(plate.load.clone()), false));
    let plate = Rc::new(plate);
    let shape = vec![plate.side(); dimension];
    let size = plate.grid.size();
    let coarse = move |intervals: usize| {
        let grid = Grid::unit(&vec![intervals; dimension]);
        let zero = Typed::parse("source", "0", 0, dimension).ok()?;
        let plate = Plate::new(grid, edges, &zero, None).ok()?;
        Some((plate.assemble().ok()?.0, vec![plate.side(); dimension]))
    };
    let problem = LinearProblem {
        matrix,
        rhs: Rc::new(rhs),
        coarsening: Some(coarsening::given_sides(&shape, plate.intervals(), coarse)),
        shape: Some(shape),
        facts: Facts { symmetric: true, positive_definite: true },
        constants: None,
        exact,
        direct,
        summary: format!("{} unknowns on a grid of {size} cells", grouped(plate.len())),
        view: Box::new(move || {
            let nodes = plate.grid.nodes();
            Box::new(PlateView { plate: Rc::clone(&plate), work: [vec![0.0; nodes], vec![0.0; nodes]] })
        }),
        origin: Origin::Plate(equation),
        nodes: None,
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

/// Says how hard it is, and how simply supported edges make it easy.
fn hard(plate: &Plate) -> Note {
    let tan = libm::tan(std::f64::consts::PI / (2 * plate.intervals()) as f64);
    let condition = 1.0 / (tan * tan * tan * tan);
    let rounded = libm::pow(10.0, (libm::log10(condition) * 10.0).round() / 10.0).round();
    let (about, more) = match plate.edges {
        Edges::Supported => (
            "is",
            "With simply supported edges this is Poisson's equation twice, -Δv = f and -Δu = v, each of which is far easier.",
        ),
        Edges::Clamped => {
            ("is near", "With clamped edges it is not Poisson's equation twice: the edges say nothing of Δu.")
        }
    };
    let text = format!(
        "The matrix is symmetric positive definite, and its condition number {about} the square of that of Poisson's equation, some {rounded:e}: \
         conjugate gradients need about as many steps as that one's condition number. {more}"
    );
    Note::new(Severity::Info, None, text)
}

/// Measures by taking the Laplacian twice, draws and writes by the nodes of the grid.
struct PlateView {
    plate: Rc<Plate>,
    work: [Vec<f64>; 2],
}

impl View for PlateView {
    fn residual(&mut self, u: &[f64], out: &mut [f64]) {
        let p = &*self.plate;
        let [values, bent] = &mut self.work;
        p.lay(u, values);
        p.bend(values, bent);
        for (k, out) in out.iter_mut().enumerate() {
            let steps = p.steps(k);
            let twice: f64 = (0..p.grid.dimension).map(|a| p.second(bent, steps, a)).sum();
            *out = p.load[k] - twice;
        }
    }

    fn kind(&self) -> PictureKind {
        if self.plate.grid.dimension == 1 { PictureKind::Line } else { PictureKind::Field }
    }

    fn draw(&self, u: &[f64], known: bool, extent: Extent, out: &mut Picture) {
        let p = &*self.plate;
        let n = p.intervals();
        let at = |steps: [usize; 3]| match p.unknown(steps) {
            Some(k) => u[k],
            None if known => p.known[p.grid.node(steps)],
            None => 0.0,
        };
        match p.grid.dimension {
            1 => out.line((n + 1, 1), extent, |i| p.grid.coordinates(i)[0], |_, i| at([i, 0, 0])),
            // y grows upwards.
            _ => out.field(n + 1, n + 1, extent, |row, col| at([col, n - row, 0])),
        }
    }

    fn result(&self, u: &[f64]) -> Artifact {
        let (p, d) = (&*self.plate, self.plate.grid.dimension);
        let rows = (0..p.grid.nodes()).map(|node| {
            let value = p.unknown(p.grid.steps(node)).map_or(p.known[node], |k| u[k]);
            let at = p.grid.coordinates(node);
            at[..d].iter().chain([&value]).map(|&x| Cell::Real(x)).collect()
        });
        let columns = COORDINATES[..d].iter().chain(&["u"]).map(|&name| name.to_owned()).collect();
        Artifact::Table { columns, rows: rows.collect() }
    }
}
