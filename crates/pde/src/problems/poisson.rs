//! Poisson's equation with diffusion and reaction, in one, two or three dimensions, in flux form.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, List, Note, ParamInfo, PictureInfo, PictureKind, Problem, ProblemInfo, ProblemInput,
    Severity, Str, Values, words,
};

use super::on_grid::{self, CONDITION, DIMENSION, Given, OnGrid, Parts, Y, Z, end, side};
use crate::flux::{Discrete, Equation, FaceMean};
use crate::grid::COORDINATES;
use crate::layout::Source;
use crate::linear::{Facts, LinearProblem, Origin};
use crate::typed::Typed;

/// Id of the problem.
pub const ID: &str = "pde.poisson";

const XYZ: &[&str] = &COORDINATES;

static PARAMS: &[ParamInfo] = &[
    DIMENSION,
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
    side("left", "Left", CONDITION, "u = 0", &[]),
    side("right", "Right", CONDITION, "u = 0", &[]),
    side("bottom", "Bottom", CONDITION, "u = 0", Y),
    side("top", "Top", CONDITION, "u = 0", Y),
    side("back", "Back", CONDITION, "u = 0", Z),
    side("front", "Front", CONDITION, "u = 0", Z),
    end("x_min", "x from", 0.0, &[]),
    end("x_max", "x to", 1.0, &[]),
    end("y_min", "y from", 0.0, Y),
    end("y_max", "y to", 1.0, Y),
    end("z_min", "z from", 0.0, Z),
    end("z_max", "z to", 1.0, Z),
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
    let grid = on_grid::read_grid(values)?;
    let dimension = grid.dimension;
    let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, dimension);
    let bounds = on_grid::read_bounds(values, dimension)?;
    let diffusion = typed("diffusion")?;
    let source = Source::read(values, &grid, &[("source", "1")])?;
    let gradient = |_| (0..dimension).map(|a| diffusion.derivative(a)).collect::<Result<Vec<_>, _>>();
    let diffusion_gradient = source.exact().map(gradient).transpose()?.unwrap_or_default();
    let face_mean = if values.text("face_mean") == "harmonic" { FaceMean::Harmonic } else { FaceMean::Arithmetic };
    let reaction = typed("reaction")?;
    Ok(Equation { grid, diffusion, diffusion_gradient, face_mean, reaction, source, bounds })
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<LinearProblem, BuildError> {
    of(read(values)?, true)
}

/// The problem of an equation; with `reference`, solved directly where that is affordable.
///
/// # Errors
/// As [`build`].
pub fn of(equation: Equation, reference: bool) -> Result<LinearProblem, BuildError> {
    let mut discrete = equation.discretise()?;
    let (matrix, rhs) = discrete.assemble()?;
    let mut notes = Vec::new();
    let untied = on_grid::untied(&discrete, &matrix, &mut notes);
    let definite = !on_grid::has_negative(&discrete);
    if !definite {
        let text = "A negative coefficient may make the matrix indefinite: conjugate gradients may break down, Jacobi and Gauss-Seidel may \
                    diverge. MINRES and GMRES do not need definiteness.";
        notes.push(Note::new(Severity::Warning, Some("reaction"), text));
    } else if untied.is_none() {
        let text = "The matrix is symmetric positive definite: conjugate gradients apply.";
        notes.push(Note::new(Severity::Good, None, text));
    }
    let equation = Rc::new(equation);
    let whole = Rc::clone(&equation);
    let make = move |intervals| {
        let discrete = whole.on(intervals).discretise().ok()?;
        Some((Rc::new(discrete.assemble().ok()?.0), discrete.shape.clone()?))
    };
    let parts = Parts {
        exact: discrete.exact.take(),
        given: given(&discrete),
        discrete,
        matrix,
        rhs,
        facts: Facts { symmetric: true, positive_definite: definite },
        constants: untied.filter(|_| definite),
        solve: reference,
        notes,
        make: Rc::new(make),
    };
    parts.problem(|_| Origin::Flux(equation))
}

impl OnGrid for Discrete {
    fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]) {
        Discrete::residual(self, u, values, out);
    }
    fn reaction(&self) -> &[f64] {
        &self.reaction
    }
    fn robin(&self) -> Vec<(usize, f64)> {
        Discrete::robin(self).collect()
    }
}

fn given(d: &Discrete) -> Given {
    const SOURCE: PictureInfo = PictureInfo::new("source", "Source", PictureKind::Field).signed();
    const DIFFUSION: PictureInfo = PictureInfo::new("diffusion", "Diffusion", PictureKind::Field);
    const REACTION: PictureInfo = PictureInfo::new("reaction", "Reaction", PictureKind::Field).signed();
    let varies = |v: &[f64]| v.iter().any(|x| *x != v[0]);
    let mut given: Given = vec![(SOURCE, Rc::new(d.source.clone()), false)];
    if varies(&d.cells) {
        given.push((DIFFUSION, Rc::new(d.diffusion_at_unknowns()), false));
    }
    if varies(&d.reaction) {
        given.push((REACTION, Rc::new(d.reaction.clone()), false));
    }
    given
}
