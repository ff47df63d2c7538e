//! Eigenvalues and modes of diffusion with reaction, on every domain of [`super::poisson`].

use std::any::Any;
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    BuildError, Extent, Instance, Level, List, MethodInput, Note, ParamInfo, Picture, PictureInfo, PictureKind,
    Problem, ProblemInfo, ProblemInput, SeriesInfo, Severity, Str, Values, words,
};
use iterscope_expr::Expr;
use iterscope_kernels::csr::Csr;
use iterscope_linear::{Coarsening, Matrix};

use super::on_grid::{self, DIMENSION, Y, Z, end, side};
use crate::boundary::Condition;
use crate::coarsening;
use crate::flux::{Discrete, Equation, FaceMean};
use crate::grid::{COORDINATES, Grid, SIDES};
use crate::layout::{Bounds, Source};
use crate::typed::{Typed, place};

mod referee;
mod spectrum;

pub use referee::{DISCRETE, EXACT, Modes, ModesReferee, ORTHOGONALITY, RESIDUAL};
pub use spectrum::Spectrum;

/// Id of the problem.
pub const ID: &str = "pde.eigen";

/// The most nodes: methods keep dozens of vectors.
const MOST_NODES: usize = 600_000;
/// The most modes.
const MOST_MODES: i64 = 20;

const XYZ: &[&str] = &COORDINATES;

const CONDITION: &str =
    "Condition on this side, homogeneous: `u = 0`, `du/dn = 0`, `du/dn + EXPR*u = 0` (n points outwards) or `periodic`";

static PARAMS: &[ParamInfo] = &[
    DIMENSION,
    ParamInfo::int("n", "Grid n", "Intervals along every axis", [2, 100_000], 48).log(),
    ParamInfo::int("modes", "Modes", "Number of lowest modes that are wanted", [1, MOST_MODES], 4),
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
        "Coefficient of u, such as the potential of Schrödinger's equation",
        XYZ,
        "0",
    ),
    ParamInfo::expression(
        "domain",
        "Domain",
        "An inequality that holds inside, such as `x^2 + y^2 < 1`; u is zero on its edge; empty for the whole box",
        XYZ,
        "",
    ),
    ParamInfo::text(
        "known",
        "Known eigenvalues",
        "Of the differential operator, rising and separated by commas, such as `9.6397238440, 15.1972519265, 2*pi^2`: what the \
         discrete ones are compared with. A box with constant coefficients has a formula",
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
        label: Str::Borrowed("Eigenmodes"),
        summary: words(
            "The lowest modes of a membrane, a cavity or a quantum well: functions that the operator only stretches, and by how \
             much. On any domain that an inequality describes, in one to three dimensions.",
        ),
        math: words(r"-\nabla \cdot (a\, \nabla u) + c\, u = \lambda\, u, \qquad \int u^2 = 1"),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

/// A discrete eigenproblem `A u = lambda W u`, with the parts of full cells W on the diagonal, and as methods see it: `B x = lambda x` with
/// `B = W^(-1/2) A W^(-1/2)` and `u = W^(-1/2) x`.
pub struct EigenProblem {
    /// `B`
    pub matrix: Rc<Matrix<f64>>,
    /// `A`, which preconditioners are made from.
    pub plain: Rc<Matrix<f64>>,
    /// The diagonal of `W^(1/2)`, where it is not the identity.
    pub root: Option<Rc<Vec<f64>>>,
    /// Numbers of unknowns along the axes, where they form a box with a stencil.
    pub shape: Option<Vec<usize>>,
    /// The box and its coarser ones, where they form one.
    pub coarsening: Option<Rc<dyn Coarsening<f64>>>,
    /// Number of wanted modes.
    pub modes: usize,
    /// What is known of the eigenvalues of the discrete operator.
    pub spectrum: Option<Rc<Spectrum>>,
    /// The wanted eigenvalues of the differential operator, as far as they are known.
    pub exact: Rc<Vec<f64>>,
    /// Eigenvalues below this are measured against it.
    pub unit: f64,
    discrete: Rc<Discrete>,
    notes: Vec<Note>,
    levels: Vec<Level>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    given: Vec<(PictureInfo, Vec<f64>)>,
    given_pictures: Vec<PictureInfo>,
}

/// The problem that a method was asked to run on.
///
/// # Errors
/// It is no eigenproblem.
pub fn of<'a>(input: &'a MethodInput<'_>) -> Result<&'a EigenProblem, BuildError> {
    input.downcast::<EigenProblem>()
}

/// The equation as typed, with a source of zero.
fn read(values: &Values) -> Result<Equation, BuildError> {
    let grid = on_grid::read_grid(values)?;
    let dimension = grid.dimension;
    if grid.nodes() > MOST_NODES {
        let most = libm::pow(MOST_NODES as f64, 1.0 / dimension as f64) as usize - 1;
        let n = grid.intervals[0];
        let why = format!("must be at most {most} in {dimension}-D, not {n}: methods keep dozens of vectors");
        return Err(BuildError::new("n", why));
    }
    let typed = |key: &'static str| Typed::parse(key, values.text(key), 0, dimension);
    let zero = || Typed::parse("reaction", "0", 0, dimension);
    let side = |key: &&'static str| Condition::parse(key, values.text(key), dimension);
    let sides = SIDES[..2 * dimension].iter().map(side).collect::<Result<Vec<_>, _>>()?;
    for (which, condition) in sides.iter().enumerate() {
        homogeneous(&grid, which, condition)?;
    }
    let domain = if values.text("domain").trim().is_empty() { None } else { Some(typed("domain")?) };
    Ok(Equation {
        diffusion: typed("diffusion")?,
        diffusion_gradient: Vec::new(),
        face_mean: if values.text("face_mean") == "harmonic" { FaceMean::Harmonic } else { FaceMean::Arithmetic },
        reaction: typed("reaction")?,
        source: Source::Typed(zero()?),
        bounds: Bounds { sides, domain, edge: zero()? },
        grid,
    })
}

/// Refuses a condition whose right-hand side is not zero.
fn homogeneous(grid: &Grid, which: usize, condition: &Condition) -> Result<(), BuildError> {
    let (Condition::Dirichlet(value) | Condition::Neumann(value) | Condition::Robin { value, .. }) = condition else {
        return Ok(());
    };
    let (axis, end) = (which / 2, if which.is_multiple_of(2) { 0 } else { grid.intervals[which / 2] });
    for node in (0..grid.nodes()).filter(|&node| grid.steps(node)[axis] == end) {
        let at = grid.coordinates(node);
        let found = value.finite(&at)?;
        if found != 0.0 {
            let at = place(&at[..grid.dimension]);
            let why = format!(
                "the right side is {found} at {at}; eigenmodes need zero there: `u = 0`, `du/dn = 0` or `du/dn + EXPR*u = 0`"
            );
            return Err(BuildError::new(SIDES[which], why));
        }
    }
    Ok(())
}

/// Numbers separated by commas, rising.
fn known(text: &str) -> Result<Vec<f64>, BuildError> {
    let mut values = Vec::new();
    let (mut depth, mut from) = (0, 0);
    let characters: Vec<char> = text.chars().chain([',']).collect();
    for (at, &c) in characters.iter().enumerate() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c != ',' || depth > 0 {
            continue;
        }
        let part: String = characters[from..at].iter().collect();
        if !part.trim().is_empty() {
            let value = Expr::parse(&part, &[]).map_err(|e| BuildError::at("known", e.message, from + e.at))?.eval(&[]);
            if !value.is_finite() || values.last().is_some_and(|&before| before > value) {
                let why = format!("must be finite and rise, but here is {value}");
                return Err(BuildError::at("known", why, from));
            }
            values.push(value);
        }
        from = at + 1;
    }
    Ok(values)
}

/// `W^(-1/2) A W^(-1/2)` and `W^(1/2)`, where that is not the identity.
fn standard(matrix: &Rc<Matrix<f64>>, weight: &[f64]) -> (Rc<Matrix<f64>>, Option<Rc<Vec<f64>>>) {
    if weight.iter().all(|w| *w == 1.0) {
        return (Rc::clone(matrix), None);
    }
    let root: Vec<f64> = weight.iter().map(|w| w.sqrt()).collect();
    let scaled = match matrix.stencil() {
        Some(stencil) => {
            let mut s = stencil.clone();
            s.centre.iter_mut().zip(weight).for_each(|(c, w)| *c /= w);
            for link in &mut s.links {
                for k in link.stride..root.len() {
                    let both = root[k] * root[k - link.stride];
                    link.lower[k] /= both;
                    link.upper[k - link.stride] /= both;
                }
            }
            Matrix::from(s)
        }
        None => {
            let mut rows: Csr = matrix.rows().clone();
            for i in 0..rows.rows {
                for at in rows.indptr[i] as usize..rows.indptr[i + 1] as usize {
                    rows.values[at] /= root[i] * root[rows.indices[at] as usize];
                }
            }
            Matrix::from(rows)
        }
    };
    (Rc::new(scaled), Some(Rc::new(root)))
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<EigenProblem, BuildError> {
    let equation = read(values)?;
    let discrete = equation.discretise()?;
    let plain = Rc::new(discrete.assemble()?.0);
    let (n, modes) = (discrete.len(), values.size("modes"));
    if modes > n {
        return Err(BuildError::new("modes", format!("there are {n} unknowns, and so many modes at most")));
    }
    let given = known(values.text("known"))?;
    let (matrix, root) = standard(&plain, &discrete.weight);
    let unit = spectrum::unit(&discrete);
    let count = modes + spectrum::BEYOND;
    let spectrum =
        spectrum::by_formula(&equation, &discrete, count).or_else(|| spectrum::computed(&matrix, unit, count));
    let spectrum = spectrum.filter(|s| s.lowest.len() >= modes).map(Rc::new);

    let mut notes = Vec::new();
    // Says whether the domain falls apart; constants are modes like others.
    let _ = on_grid::untied(&discrete, &plain, &mut notes);
    notes.push(about(&discrete, spectrum.as_deref()));
    let mut exact = match &spectrum {
        _ if !given.is_empty() => given,
        Some(s) => s.continuous.clone().unwrap_or_default(),
        None => Vec::new(),
    };
    exact.truncate(modes);
    let levels = match &spectrum {
        Some(s) if !exact.is_empty() => {
            let value = referee::largest_error(&s.lowest, &exact, unit);
            let label = "error of the discrete eigenvalues".into();
            vec![Level { series: Str::Borrowed(EXACT), label, value }]
        }
        _ => Vec::new(),
    };
    let shape = discrete.shape.clone().filter(|_| plain.stencil().is_some());
    let make = move |intervals| {
        let discrete = equation.on(intervals).discretise().ok()?;
        Some((Rc::new(discrete.assemble().ok()?.0), discrete.shape.clone()?))
    };
    let coarsening = shape.as_ref().map(|_| coarsening::of(&discrete, Rc::new(make)));
    let varies = |v: &[f64]| v.iter().any(|x| *x != v[0]);
    const DIFFUSION: PictureInfo = PictureInfo::new("diffusion", "Diffusion", PictureKind::Field);
    const REACTION: PictureInfo = PictureInfo::new("reaction", "Reaction", PictureKind::Field).signed();
    let mut given = Vec::new();
    if varies(&discrete.cells) {
        given.push((DIFFUSION, discrete.diffusion_at_unknowns()));
    }
    if varies(&discrete.reaction) {
        given.push((REACTION, discrete.reaction.clone()));
    }
    let kind = discrete.kind();
    Ok(EigenProblem {
        matrix,
        plain,
        root,
        shape,
        coarsening,
        modes,
        series: referee::series(modes, spectrum.is_some(), !exact.is_empty()),
        pictures: referee::pictures(modes, kind, spectrum.as_deref()),
        spectrum,
        exact: Rc::new(exact),
        unit,
        discrete: Rc::new(discrete),
        notes,
        levels,
        given_pictures: given.iter().map(|(info, _)| info.clone().of_kind(kind)).collect(),
        given,
    })
}

/// What is known of the eigenvalues, in words.
fn about(discrete: &Discrete, spectrum: Option<&Spectrum>) -> Note {
    let Some(s) = spectrum else {
        let text = "The discrete eigenvalues are not computed for reference: nothing says whether a mode was overlooked but that its residual \
                    is small.";
        return Note::new(Severity::Info, Some("n"), text);
    };
    let shown: Vec<String> = s.lowest.iter().take(4).map(|&v| ((v * 1e4).round() / 1e4).to_string()).collect();
    let how = if s.formula {
        "follow from a formula"
    } else {
        "were computed with an exact solve, and counted by the signs of the pivots (Sylvester's law of inertia)"
    };
    let text = format!(
        "The lowest eigenvalues of the discrete operator on {} unknowns {how}: {}, …",
        grouped(discrete.len()),
        shown.join(", ")
    );
    Note::new(Severity::Good, None, text)
}

impl EigenProblem {
    /// Measures iterates by a route of its own.
    pub fn referee(&self) -> ModesReferee {
        ModesReferee::new(self)
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.discrete.len()
    }

    /// Whether there are none; never so for a problem that was built.
    pub fn is_empty(&self) -> bool {
        self.discrete.is_empty()
    }

    /// The lowest eigenvalues and the largest, where they are known.
    pub fn spectrum(&self) -> Option<&Spectrum> {
        self.spectrum.as_deref()
    }
}

impl Instance for EigenProblem {
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
        let size = self.discrete.grid.size();
        let modes = if self.modes == 1 { "the lowest mode".into() } else { format!("the {} lowest modes", self.modes) };
        format!("{modes} of {} unknowns on a grid of {size} cells", grouped(self.len()))
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
    fn levels(&self) -> &[Level] {
        &self.levels
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given_pictures
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let Some((_, values)) = self.given.iter().find(|(info, _)| info.key == key) else { return false };
        self.discrete.draw(values, false, extent, out);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_read() {
        assert_eq!(known(" 1, max(2, 3) ,9.5,").unwrap(), [1.0, 3.0, 9.5]);
        assert!(known("").unwrap().is_empty());
        assert_eq!(known("1, 2*q").unwrap_err().at, Some(5));
        assert_eq!(known("2, 1").unwrap_err().at, Some(2));
        assert_eq!(known("2, 1/0").unwrap_err().field, "known");
    }
}
