//! Steady advection, diffusion and reaction in two dimensions, in non-divergence form.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{
    BuildError, Extent, Instance, Level, List, Note, ParamInfo, Picture, PictureInfo, PictureKind, Problem,
    ProblemInfo, ProblemInput, Referee, SeriesInfo, Str, Values, naming, words,
};
use iterscope_kernels::compiled;
use iterscope_linear::{Coarsening, Matrix};

use crate::discrete::Discrete;
use crate::equation::{Equation, VARIABLES};
use crate::linear::{Facts, Linear};
use crate::referee::PdeReferee;
use crate::{coarsening, notes, referee};

/// Id of the problem.
pub const ID: &str = "pde.advection-diffusion";

/// Largest number of intervals per side up to which the discrete problem is also solved directly, for reference.
pub const DIRECT_LIMIT: usize = 128;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int("n", "n", "Intervals per side; (n - 1)² unknowns", [2, 512], 64).log(),
    ParamInfo::expression("diffusion_x", "d₁", "Coefficient of -u_xx; positive", VARIABLES, "1"),
    ParamInfo::expression("diffusion_y", "d₂", "Coefficient of -u_yy; positive", VARIABLES, "1"),
    ParamInfo::expression("velocity_x", "v₁", "Velocity in x", VARIABLES, "0"),
    ParamInfo::expression("velocity_y", "v₂", "Velocity in y", VARIABLES, "0"),
    ParamInfo::expression("reaction", "c", "Coefficient of u", VARIABLES, "0"),
    ParamInfo::expression("source", "f", "Right-hand side, unless an exact solution is given", VARIABLES, "1"),
    ParamInfo::expression("boundary", "g", "Boundary values, unless an exact solution is given", VARIABLES, "0"),
    ParamInfo::expression(
        "exact",
        "exact u",
        "Exact solution: source and boundary values follow from it; leave empty to give them",
        VARIABLES,
        "",
    ),
    ParamInfo::choice(
        "advection",
        "advection",
        "Difference formula of the first derivatives",
        &[("central", "central, second order"), ("upwind", "upwind, first order")],
        "central",
    ),
];

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Advection, diffusion, reaction"),
        summary: words(
            "A steady linear equation on the unit square with Dirichlet boundary values, on a uniform mesh. Give source and \
             boundary values, or an exact solution from which both are derived.",
        ),
        math: words(
            r"-d_1\,u_{xx} - d_2\,u_{yy} + v_1\,u_x + v_2\,u_y + c\,u = f \quad\text{in } (0,1)^2, \qquad u = g \quad\text{on the boundary}",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    Ok(Rc::new(AdvectionDiffusion::new(input.values)?))
}

/// The problem on a mesh, with what is known about it before a method runs.
pub struct AdvectionDiffusion {
    /// The equation as typed.
    pub equation: Equation,
    /// Its discretisation.
    pub discrete: Rc<Discrete>,
    /// Its matrix, as solvers take it.
    pub matrix: Rc<Matrix<f64>>,
    shape: [usize; 2],
    /// The solution of the discrete problem by direct elimination, up to [`DIRECT_LIMIT`] intervals per side.
    pub direct: Option<Rc<Vec<f64>>>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    given: Vec<PictureInfo>,
    notes: Vec<Note>,
    levels: Vec<Level>,
}

impl AdvectionDiffusion {
    /// Builds the problem from its complete parameters.
    ///
    /// # Errors
    /// Names the parameter that is wrong, and the character or the point where it is.
    pub fn new(values: &Values) -> Result<AdvectionDiffusion, BuildError> {
        let equation = Equation::parse(values)?;
        let n = values.size("n");
        let discrete = Rc::new(equation.discretise(n, n)?);
        let solved = if n <= DIRECT_LIMIT { discrete.solve_direct() } else { None };
        let notes = notes::about(&discrete, n > DIRECT_LIMIT, solved.is_some());
        let direct = solved.map(Rc::new);
        let mut levels = Vec::new();
        if let (Some(exact), Some(direct)) = (&discrete.exact, &direct) {
            levels.push(Level {
                series: Str::Borrowed(referee::EXACT),
                label: "error of the discrete solution".into(),
                value: relative_distance(direct, exact),
            });
        }
        let (series, pictures) = referee::offers(&discrete, direct.is_some());
        let given = given(&discrete, direct.is_some());
        let matrix = Rc::new(Matrix::from(discrete.stencil.clone()));
        let shape = [discrete.width(), discrete.height()];
        Ok(AdvectionDiffusion { equation, discrete, matrix, shape, direct, series, pictures, given, notes, levels })
    }

    /// The problem from `key, value` pairs, all other parameters at their defaults.
    ///
    /// # Errors
    /// As [`AdvectionDiffusion::new`], and where a key is unknown or a value has the wrong type.
    pub fn from_pairs(pairs: &[(&str, iterscope_core::Value)]) -> Result<AdvectionDiffusion, BuildError> {
        let given = pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let values = Values::resolve(PARAMS, &given).map_err(|mut errors| errors.swap_remove(0))?;
        AdvectionDiffusion::new(&values)
    }
}

impl Linear for AdvectionDiffusion {
    fn matrix(&self) -> &Rc<Matrix<f64>> {
        &self.matrix
    }
    fn rhs(&self) -> &[f64] {
        &self.discrete.rhs
    }
    fn shape(&self) -> Option<&[usize]> {
        Some(&self.shape)
    }
    fn coarsening(&self) -> Option<Rc<dyn Coarsening<f64>>> {
        Some(coarsening::of_equation(self.equation.clone(), self.discrete.nx))
    }
    fn facts(&self) -> Facts {
        Facts { symmetric: self.discrete.symmetric, positive_definite: self.discrete.positive_definite }
    }
    fn referee(&self) -> Box<dyn Referee<Iterate = [f64]>> {
        Box::new(PdeReferee::new(self))
    }
}

/// `||u - v|| / ||v||`, or `||u||` where v is zero.
pub(crate) fn relative_distance(u: &[f64], v: &[f64]) -> f64 {
    let scale = compiled::norm2(v);
    compiled::norm2_diff(u, v) / if scale > 0.0 { scale } else { 1.0 }
}

const GIVEN_EXACT: PictureInfo = PictureInfo::new("exact", "exact solution", PictureKind::Field);
const GIVEN_DIRECT: PictureInfo = PictureInfo::new("direct", "discrete solution", PictureKind::Field);
const GIVEN_SOURCE: PictureInfo = PictureInfo::new("source", "source", PictureKind::Field).signed();
const GIVEN_SPEED: PictureInfo = PictureInfo::new("speed", "speed of the flow", PictureKind::Field);
const GIVEN_DIFFUSION: PictureInfo = PictureInfo::new("diffusion", "diffusion in x", PictureKind::Field);
const GIVEN_REACTION: PictureInfo = PictureInfo::new("reaction", "reaction", PictureKind::Field).signed();

fn given(d: &Discrete, direct: bool) -> Vec<PictureInfo> {
    let varies = |v: &[f64]| v.iter().any(|x| *x != v[0]);
    let moves = d.nodal.velocity_x.iter().chain(&d.nodal.velocity_y).any(|v| *v != 0.0);
    let offers = [
        (d.exact.is_some(), GIVEN_EXACT),
        (direct, GIVEN_DIRECT),
        (true, GIVEN_SOURCE),
        (moves, GIVEN_SPEED),
        (varies(&d.nodal.diffusion_x), GIVEN_DIFFUSION),
        (varies(&d.nodal.reaction), GIVEN_REACTION),
    ];
    offers.into_iter().filter_map(|(offered, info)| offered.then_some(info)).collect()
}

impl Instance for AdvectionDiffusion {
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
        let d = &self.discrete;
        format!("{} unknowns on a {} × {} mesh", naming::grouped(d.len()), d.nx, d.ny)
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
    fn levels(&self) -> &[Level] {
        &self.levels
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        if !self.given.iter().any(|p| p.key == key) {
            return false;
        }
        let d = &*self.discrete;
        match (key, &d.exact, &self.direct) {
            ("exact", Some(u), _) => referee::draw_with_boundary(d, u, extent, out),
            ("direct", _, Some(u)) => referee::draw_with_boundary(d, u, extent, out),
            ("source", ..) => referee::draw_inside(d, extent, out, |k| d.nodal.source[k]),
            ("speed", ..) => referee::draw_inside(d, extent, out, |k| {
                let (v, w) = (d.nodal.velocity_x[k], d.nodal.velocity_y[k]);
                (v * v + w * w).sqrt()
            }),
            ("diffusion", ..) => referee::draw_inside(d, extent, out, |k| d.nodal.diffusion_x[k]),
            _ => referee::draw_inside(d, extent, out, |k| d.nodal.reaction[k]),
        }
        true
    }
}
