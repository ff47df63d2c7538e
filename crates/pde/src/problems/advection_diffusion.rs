//! Steady advection, diffusion and reaction in one, two or three dimensions, in non-divergence form.

use std::rc::Rc;

use iterscope_core::{
    Artifact, BuildError, Instance, List, Note, ParamInfo, PictureInfo, PictureKind, Problem, ProblemInfo,
    ProblemInput, Severity, Str, Value, Values, words,
};
use iterscope_kernels::compiled;

use super::on_grid::{self, DIMENSION, Given, OnGrid, Parts, Y, Z, end, side};
use crate::discrete::{Advection, Discrete};
use crate::equation::Equation;
use crate::grid::COORDINATES;
use crate::layout::Source;
use crate::linear::{Facts, LinearProblem, Origin};
use crate::notes;
use crate::typed::Typed;

/// Id of the problem.
pub const ID: &str = "pde.advection-diffusion";

/// Largest number of intervals per side of a rectangle up to which the discrete problem is also solved directly, for reference.
const DIRECT_LIMIT: usize = 128;

const XYZ: &[&str] = &COORDINATES;

const CONDITION: &str = "Condition on this side: `u = EXPR`, `du/dn = EXPR`, `du/dn + EXPR*u = EXPR` (n points outwards) or `periodic`; \
                         empty for u = g";

static PARAMS: &[ParamInfo] = &[
    DIMENSION,
    ParamInfo::int("n", "n", "Intervals along every axis", [2, 1_000_000], 64).log(),
    ParamInfo::expression("diffusion_x", "d₁", "Coefficient of -u_xx; positive", XYZ, "1"),
    ParamInfo::expression("diffusion_y", "d₂", "Coefficient of -u_yy; positive", XYZ, "1").when("dimension", Y),
    ParamInfo::expression("diffusion_z", "d₃", "Coefficient of -u_zz; positive", XYZ, "1").when("dimension", Z),
    ParamInfo::expression("velocity_x", "v₁", "Velocity in x", XYZ, "0"),
    ParamInfo::expression("velocity_y", "v₂", "Velocity in y", XYZ, "0").when("dimension", Y),
    ParamInfo::expression("velocity_z", "v₃", "Velocity in z", XYZ, "0").when("dimension", Z),
    ParamInfo::expression("reaction", "c", "Coefficient of u", XYZ, "0"),
    ParamInfo::expression("source", "f", "Right-hand side, unless an exact solution is given", XYZ, "1"),
    ParamInfo::expression(
        "boundary",
        "g",
        "Value of u on sides whose field is empty and on the edge of a typed domain, unless an exact solution is given",
        XYZ,
        "0",
    ),
    ParamInfo::expression(
        "exact",
        "exact u",
        "Exact solution: source and boundary values follow from it; leave empty to give them",
        XYZ,
        "",
    ),
    ParamInfo::choice(
        "advection",
        "advection",
        "Difference formula of the first derivatives",
        &[("central", "central, second order"), ("upwind", "upwind, first order")],
        "central",
    ),
    ParamInfo::expression(
        "domain",
        "Domain",
        "An inequality that holds inside, such as `x^2 + y^2 < 1`; empty for the whole box",
        XYZ,
        "",
    ),
    side("left", "Left", CONDITION, "", &[]),
    side("right", "Right", CONDITION, "", &[]),
    side("bottom", "Bottom", CONDITION, "", Y),
    side("top", "Top", CONDITION, "", Y),
    side("back", "Back", CONDITION, "", Z),
    side("front", "Front", CONDITION, "", Z),
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
        label: Str::Borrowed("Advection, diffusion, reaction"),
        summary: words(
            "A steady linear equation in one to three dimensions, in non-divergence form, on a uniform mesh of a box or of any domain in \
             it. Give source and boundary conditions, or an exact solution from which both are derived.",
        ),
        math: words(
            r"-d_1\,u_{xx} - d_2\,u_{yy} - d_3\,u_{zz} + v_1\,u_x + v_2\,u_y + v_3\,u_z + c\,u = f, \qquad u = g \quad\text{on the boundary}",
        ),
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
    let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, grid.dimension);
    let along = |keys: [&'static str; 3]| keys[..grid.dimension].iter().map(|key| typed(key)).collect::<Result<_, _>>();
    Ok(Equation {
        source: Source::read(values, &grid, &[("source", "1"), ("boundary", "0")])?,
        diffusion: along(["diffusion_x", "diffusion_y", "diffusion_z"])?,
        velocity: along(["velocity_x", "velocity_y", "velocity_z"])?,
        reaction: typed("reaction")?,
        bounds: on_grid::read_bounds(values, grid.dimension)?,
        advection: if values.text("advection") == "upwind" { Advection::Upwind } else { Advection::Central },
        grid,
    })
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<LinearProblem, BuildError> {
    of(read(values)?, true)
}

/// The problem from `key, value` pairs, all other parameters at their defaults.
///
/// # Errors
/// As [`build`], and where a key is unknown or a value has the wrong type.
pub fn from_pairs(pairs: &[(&str, Value)]) -> Result<LinearProblem, BuildError> {
    let given = pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    build(&Values::resolve(PARAMS, &given).map_err(|mut errors| errors.swap_remove(0))?)
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
    let symmetric = matrix.equals_transpose();
    let negative = on_grid::has_negative(&discrete);
    let definite = symmetric && (!negative || (discrete.robin().all(|(_, r)| r >= 0.0) && discrete.bottom() > 0.0));
    let facts = Facts { symmetric, positive_definite: definite };
    notes.extend(notes::about(&discrete, facts, untied.is_some()));
    if untied.is_some() && !symmetric {
        let text = "The matrix is singular: nothing ties the solution down, so that a constant can be added to it. With a flow only one \
                    combination of the sources has a solution, and none is taken out: residuals may come to rest above zero.";
        notes.push(Note::new(Severity::Warning, Some("left"), text));
    }
    let affordable = discrete.grid.dimension != 2 || discrete.grid.intervals[0] <= DIRECT_LIMIT;
    let solve = reference && affordable && (untied.is_none() || definite);
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
        facts,
        constants: untied.filter(|_| definite),
        solve,
        notes,
        make: Rc::new(make),
    };
    parts.problem(|discrete| Origin::Nodal(equation, Rc::clone(discrete)))
}

impl OnGrid for Discrete {
    fn residual(&self, u: &[f64], values: &mut [f64], out: &mut [f64]) {
        Discrete::residual(self, u, values, out);
    }
    fn energy(&self, u: &[f64], values: &mut [f64]) -> Option<f64> {
        Some(Discrete::energy(self, u, values))
    }
    /// A field on a rectangle stays one, to be taken as an array; elsewhere it is nodes with their values.
    fn written(&self, u: &[f64]) -> Artifact {
        self.rectangle(u).unwrap_or_else(|| self.result(u))
    }
    fn reaction(&self) -> &[f64] {
        &self.reaction
    }
    fn flow(&self) -> Option<&[Vec<f64>]> {
        (self.grid.dimension == 2 && self.has_flow()).then_some(&self.velocity)
    }
    fn robin(&self) -> Vec<(usize, f64)> {
        Discrete::robin(self).collect()
    }
}

/// `||u - v|| / ||v||`, or `||u||` where v is zero.
pub(crate) fn relative_distance(u: &[f64], v: &[f64]) -> f64 {
    let scale = compiled::norm2(v);
    compiled::norm2_diff(u, v) / if scale > 0.0 { scale } else { 1.0 }
}

fn given(d: &Discrete) -> Given {
    const SOURCE: PictureInfo = PictureInfo::new("source", "source", PictureKind::Field).signed();
    const SPEED: PictureInfo = PictureInfo::new("speed", "speed of the flow", PictureKind::Field);
    const DIFFUSION: PictureInfo = PictureInfo::new("diffusion", "diffusion in x", PictureKind::Field);
    const REACTION: PictureInfo = PictureInfo::new("reaction", "reaction", PictureKind::Field).signed();
    let varies = |v: &[f64]| v.iter().any(|x| *x != v[0]);
    let mut given: Given = vec![(SOURCE, Rc::new(d.source.clone()), false)];
    if d.has_flow() {
        let square = |k: usize| d.velocity.iter().map(|v| v[k] * v[k]).sum::<f64>();
        given.push((SPEED, Rc::new((0..d.len()).map(|k| square(k).sqrt()).collect()), false));
    }
    if varies(&d.diffusion[0]) {
        given.push((DIFFUSION, Rc::new(d.diffusion[0].clone()), false));
    }
    if varies(&d.reaction) {
        given.push((REACTION, Rc::new(d.reaction.clone()), false));
    }
    given
}
