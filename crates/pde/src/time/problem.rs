//! An evolution problem: a typed system on a mesh with its start, ready to be integrated.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    BuildError, Instance, Note, ParamInfo, PictureInfo, PictureKind, ProblemInput, Scale, SeriesInfo, Severity, Values,
};
use iterscope_expr::Expr;
use iterscope_expr::system::{FieldKind, Symbol, SystemError, TypedSystem};

use super::boundary;
use crate::system::{Part, System};

use super::semidiscrete::{Advection, SemiDiscrete, mesh_for};

/// The most values of a state.
const MOST_VALUES: usize = 16_000_000;

const fn bound(key: &'static str, label: &'static str, default: f64, dimensions: &'static [&'static str]) -> ParamInfo {
    let bound = ParamInfo::real(key, label, "The end of the domain on this axis", [-1e6, 1e6], default);
    if dimensions.is_empty() { bound } else { bound.when("dimension", dimensions) }
}

/// Defaults that tell one problem in time from another.
pub struct Defaults {
    /// The text of the system.
    pub equations: &'static str,
    /// 1, 2 or 3.
    pub dimension: &'static str,
    /// Intervals along x.
    pub n: i64,
    /// Ends of the domain along every axis.
    pub bounds: [f64; 2],
    /// `central` or `upwind`.
    pub advection: &'static str,
    /// The exact solution, or nothing.
    pub exact: &'static str,
    /// What is integrated over the domain at every moment.
    pub measures: &'static str,
}

/// Number of the parameters.
pub const PARAMS: usize = 12;

/// The parameters of a problem in time.
pub const fn params(d: &Defaults) -> [ParamInfo; PARAMS] {
    let [low, high] = d.bounds;
    [
        ParamInfo::text_of(
            "equations",
            "Equations",
            "One statement a line: u_t = lap(u) + ..., parameters a = 1 in [0, 2], starts u(0) = ..., sides left: u = 0",
            d.equations,
        ),
        ParamInfo::choice(
            "dimension",
            "Dimension",
            "Directions of space",
            &[("1", "1-D"), ("2", "2-D"), ("3", "3-D")],
            d.dimension,
        ),
        ParamInfo::int(
            "n",
            "Intervals",
            "Intervals along x; along the other axes as many as make nearly square cells",
            [2, 4096],
            d.n,
        )
        .log(),
        bound("x_min", "x from", low, &[]),
        bound("x_max", "x to", high, &[]),
        bound("y_min", "y from", low, &["2", "3"]),
        bound("y_max", "y to", high, &["2", "3"]),
        bound("z_min", "z from", low, &["3"]),
        bound("z_max", "z to", high, &["3"]),
        ParamInfo::choice(
            "advection",
            "First derivatives",
            "Central differences are more accurate and may oscillate; those against the wind smear",
            &[("central", "central"), ("upwind", "against the wind")],
            d.advection,
        ),
        ParamInfo::text_of(
            "exact",
            "Exact solution",
            "Of the first field, in x, y, z, t and parameters; may be empty",
            d.exact,
        ),
        ParamInfo::text_of(
            "measures",
            "Measures",
            "One a line, such as energy = u_x^2/2: its integral over the domain is shown over time",
            d.measures,
        ),
    ]
}

/// A measure that people typed: the integral of an expression.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// The integrand, in the variables of the system.
    pub integrand: Expr,
}

/// The instance.
pub struct Evolution {
    typed: Rc<TypedSystem>,
    discrete: SemiDiscreteRecipe,
    /// The state at time 0.
    pub start: Rc<Vec<f64>>,
    /// The exact solution of the first field.
    pub exact: Option<Expr>,
    /// What is integrated.
    pub measures: Vec<Measure>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    notes: Vec<Note>,
    summary: String,
}

struct SemiDiscreteRecipe {
    mesh: super::mesh::Mesh,
    advection: Advection,
}

fn placed(e: SystemError) -> BuildError {
    BuildError::at("equations", format!("line {}, column {}: {}", e.line, e.column, e.message), e.at)
}

/// Builds the problem from its parameters.
///
/// # Errors
/// Names the field, with line and column of the text.
pub fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    Ok(Rc::new(Evolution::new(input.values, input.seed)?))
}

impl Evolution {
    /// The problem from its parameters.
    ///
    /// # Errors
    /// As [`build`].
    pub fn new(values: &Values, seed: u64) -> Result<Evolution, BuildError> {
        let dimension = values.text("dimension").parse::<usize>().unwrap_or(2);
        let typed = Rc::new(TypedSystem::parse(values.text("equations"), dimension).map_err(placed)?);
        let lower = ["x_min", "y_min", "z_min"].map(|key| values.real(key));
        let upper = ["x_max", "y_max", "z_max"].map(|key| values.real(key));
        for (axis, key) in ["x_max", "y_max", "z_max"].into_iter().enumerate().take(dimension) {
            if lower[axis] >= upper[axis] {
                return Err(BuildError::new(key, format!("must be larger than {}", lower[axis])));
            }
        }
        let mesh = mesh_for(&typed, values.size("n"), lower, upper)?;
        if mesh.len().saturating_mul(typed.fields.len()) > MOST_VALUES {
            let why = format!("{} nodes and {} fields are too many values", grouped(mesh.len()), typed.fields.len());
            return Err(BuildError::new("n", why));
        }
        let advection = if values.text("advection") == "upwind" { Advection::Upwind } else { Advection::Central };
        let mut system = SemiDiscrete::new(&typed, mesh.clone(), advection)?;
        let start = Rc::new(system.start(seed)?);
        let exact = exact(&typed, values.text("exact"))?;
        let measures = measures(&typed, values.text("measures"))?;
        let mut notes = Vec::new();
        let open = boundary::not_given(&typed, mesh.periodic);
        if !open.is_empty() {
            let text = format!("No condition is given for {}: the value 0 is taken there.", open.join(" and "));
            notes.push(Note::new(Severity::Info, Some("equations"), text));
        }
        let shown: Vec<usize> = (0..typed.fields.len()).filter(|&f| is_shown(&typed, f)).collect();
        let sizes: Vec<String> = mesh.nodes[..dimension].iter().map(ToString::to_string).collect();
        let names: Vec<&str> = shown.iter().map(|&f| typed.fields[f].name.as_str()).collect();
        let summary = format!("{} at {} nodes", names.join(", "), sizes.join(" × "));
        Ok(Evolution {
            series: series(&typed, exact.is_some(), &measures),
            pictures: pictures(&typed, &shown, dimension),
            discrete: SemiDiscreteRecipe { mesh, advection },
            typed,
            start,
            exact,
            measures,
            notes,
            summary,
        })
    }

    /// The system on its mesh, with memory of its own.
    pub fn system(&self) -> SemiDiscrete {
        let built = SemiDiscrete::new(&self.typed, self.discrete.mesh.clone(), self.discrete.advection);
        let mut system = built.expect("it was built before");
        // The first evaluation allocates; those of a step must not.
        system.rate(Part::All, 0.0, &self.start, &mut vec![0.0; self.start.len()]);
        system
    }

    /// The typed system.
    pub fn typed(&self) -> &TypedSystem {
        &self.typed
    }
}

/// Whether people see a field: those that they typed.
pub(super) fn is_shown(typed: &TypedSystem, field: usize) -> bool {
    matches!(typed.fields[field].kind, FieldKind::Evolving | FieldKind::Algebraic)
}

/// Keys of series, in the order in which [`super::referee`] measures.
fn series(typed: &TypedSystem, exact: bool, measures: &[Measure]) -> Vec<SeriesInfo> {
    let owned = |key: String, label: String, doc: String, scale: Scale| SeriesInfo {
        key: key.into(),
        label: label.into(),
        doc: doc.into(),
        scale,
        stop: false,
        unseen: false,
    };
    let mut all = Vec::new();
    if exact {
        const ERROR: SeriesInfo = SeriesInfo::new(
            "error.l2.rel",
            "Error",
            "Norm of the difference from the exact solution, as a part of the exact solution's largest norm so far",
        );
        all.push(ERROR);
    }
    all.push(SeriesInfo::new("max", "Largest value", "The largest size of any field at any node"));
    all.push(SeriesInfo::new("rate", "Rate of change", "Root mean square of the rates of change: 0 at rest"));
    for (_, field) in typed.fields.iter().enumerate().filter(|(f, _)| is_shown(typed, *f)) {
        let (key, label) = (format!("mean.{}", field.name), format!("Mean of {}", field.name));
        let doc = "Its integral by the trapezoidal rule, over the size of the domain".to_owned();
        all.push(owned(key, label, doc, Scale::Linear));
    }
    for measure in measures {
        let doc = format!("The integral of {} over the domain", measure.integrand);
        all.push(owned(format!("measure.{}", measure.name), measure.name.clone(), doc, Scale::Linear));
    }
    all.push(SeriesInfo::new(SeriesInfo::TIME, "Simulated time", "The time that the iterate stands for").linear());
    all
}

fn pictures(typed: &TypedSystem, shown: &[usize], dimension: usize) -> Vec<PictureInfo> {
    let info = |key: String, label: String, kind| PictureInfo {
        key: key.into(),
        label: label.into(),
        ..PictureInfo::new("", "", kind)
    };
    let moment = if dimension == 1 { PictureKind::Line } else { PictureKind::Field };
    let mut all: Vec<PictureInfo> = shown
        .iter()
        .map(|&f| {
            let name = &typed.fields[f].name;
            info(name.clone(), name.clone(), moment)
        })
        .collect();
    if dimension == 1 {
        for &f in shown {
            let name = &typed.fields[f].name;
            all.push(info(format!("course.{name}"), format!("{name} over x and time"), PictureKind::Field));
        }
    }
    all
}

/// Names of the variables, by which people write exact solutions and measures.
fn names(typed: &TypedSystem) -> Vec<&str> {
    typed.names.iter().map(String::as_str).collect()
}

fn exact(typed: &TypedSystem, text: &str) -> Result<Option<Expr>, BuildError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let expr = Expr::parse(text, &names(typed)).map_err(|e| BuildError::at("exact", e.message, e.at))?;
    let wrong = typed.symbols.iter().enumerate().find(|(v, s)| {
        !matches!(s, Symbol::Coordinate(_) | Symbol::Time | Symbol::Parameter(_)) && expr.depends_on(*v)
    });
    if let Some((v, _)) = wrong {
        let why = format!("an exact solution is known from x, t and parameters alone, not from {}", typed.names[v]);
        return Err(BuildError::new("exact", why));
    }
    Ok(Some(expr))
}

fn measures(typed: &TypedSystem, text: &str) -> Result<Vec<Measure>, BuildError> {
    let mut all: Vec<Measure> = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let characters = line.chars().count() + 1;
        if !line.trim().is_empty() {
            let Some((name, formula)) = line.split_once('=') else {
                return Err(BuildError::at("measures", "a measure is written name = EXPR", at));
            };
            let name = name.trim().to_owned();
            if name.is_empty() || all.iter().any(|m| m.name == name) {
                return Err(BuildError::at("measures", "every measure needs a name of its own before the =", at));
            }
            let before = line.chars().count() - formula.chars().count();
            let integrand = Expr::parse(formula, &names(typed))
                .map_err(|e| BuildError::at("measures", measured(&e.message), at + before + e.at))?;
            all.push(Measure { name, integrand });
        }
        at += characters;
    }
    Ok(all)
}

/// A derivative can be measured where it occurs in the equations; the message says so.
fn measured(message: &str) -> String {
    format!("{message} (a derivative such as u_x can be used here where it stands in the equations too)")
}

impl Instance for Evolution {
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
        self.summary.clone()
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
}
