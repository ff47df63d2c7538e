//! An evolution problem: a system in a discrete space, most often a typed one on a mesh, with its start, ready to be integrated.

use std::any::Any;
use std::cell::OnceCell;
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Brush, BuildError, Instance, Note, ParamInfo, Params, PictureInfo, ProblemInput, Referee, SeriesInfo, Severity,
    Values,
};
use iterscope_expr::system::{Symbol, SystemError, TypedSystem};
use iterscope_linear::Side;

use super::boundary;
use super::cells::Cells;
use super::formulas::domain;
use super::mesh::Mesh;
use super::right_side::Advection;
use super::semidiscrete::mesh_for;
use super::spectrum::{Spectrum, spectrum};
use super::stepper::Moment;
use super::typed::Typed;
use crate::system::{Part, System};

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
pub const PARAMS: usize = 14;

/// The parameters of a problem in time.
pub const fn params(d: &Defaults) -> [ParamInfo; PARAMS] {
    let [low, high] = d.bounds;
    [
        ParamInfo::text_of(
            "equations",
            "Equations",
            "One statement a line: u_t = lap(u) + ..., parameters a = 1 in [0, 2], starts u(0) = ..., sides left: u = 0, edge: u = 0",
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
        ParamInfo::text(
            "domain",
            "Domain",
            "The part of the box that takes part, as an inequality such as x^2 + y^2 < 1; nothing flows through its edge unless a line edge: says otherwise",
        ),
        ParamInfo::choice(
            "advection",
            "First derivatives",
            "Central differences are more accurate and may oscillate; those against the wind smear",
            &[("central", "central"), ("upwind", "against the wind")],
            d.advection,
        ),
        exact_solution(d.exact),
        ParamInfo::text_of(
            "measures",
            "Measures",
            "One a line, such as energy = u_x^2/2: its integral over the domain is shown over time",
            d.measures,
        ),
        REFERENCE,
    ]
}

/// Number of the parameters of a system without space.
pub const ODE_PARAMS: usize = 4;

/// The parameters of a system without space.
pub const fn ode_params(d: &Defaults) -> [ParamInfo; ODE_PARAMS] {
    [
        ParamInfo::text_of(
            "equations",
            "Equations",
            "One statement a line: u_t = v, v_t = -u, or u_tt = -u; parameters a = 1 in [0, 2]; starts u(0) = 1",
            d.equations,
        ),
        exact_solution(d.exact),
        ParamInfo::text_of(
            "measures",
            "Measures",
            "One a line, such as energy = (u^2 + v^2)/2: its value is shown over time",
            d.measures,
        ),
        REFERENCE,
    ]
}

const REFERENCE: ParamInfo = ParamInfo::switch(
    "reference",
    "Reference",
    "Runs are compared with the same system integrated to tight tolerances: the error of the time stepping alone, without that of the mesh. For up to 4,096 values",
    false,
);

const fn exact_solution(default: &'static str) -> ParamInfo {
    ParamInfo::text_of(
        "exact",
        "Exact solution",
        "Of the first field, in x, y, z, t and parameters; may be empty",
        default,
    )
}

/// The values of a state that an implicit step solves for, where they form a box.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxOfUnknowns {
    /// Their number along each axis, x fastest.
    pub shape: Vec<usize>,
    /// How the axes end.
    pub sides: Vec<[Side; 2]>,
    /// Their places in the state, where values on sides are given and stand in it beside them.
    pub places: Option<Vec<u32>>,
}

/// What a problem in time is made of: the system in its discrete space, and who looks at its states.
pub trait TimeModel {
    /// The system, with memory of its own; it was evaluated once, so that its rate allocates no more.
    fn system(&self) -> Box<dyn System>;

    /// Who measures and draws its moments.
    fn referee(&self) -> Box<dyn Referee<Iterate = Moment>>;

    /// A start for power and Krylov methods: the roughest state, with a little of everything.
    fn rough(&self) -> Vec<f64>;

    /// The unknowns of implicit steps, where they are one field on a box.
    fn unknowns(&self) -> Option<BoxOfUnknowns>;

    /// The typed system, where it is one.
    fn typed(&self) -> Option<&Typed> {
        None
    }

    /// The state about which rates of modes say most, where that is not the start: the steady one that runs come to.
    fn linearised_about(&self) -> Option<Vec<f64>> {
        None
    }
}

/// The instance: a model with its start, and what is shown of it.
pub struct Evolution {
    /// The state at time 0.
    pub start: Rc<Vec<f64>>,
    model: Box<dyn TimeModel>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    notes: Vec<Note>,
    summary: String,
    spectra: [OnceCell<Spectrum>; 3],
}

/// What is shown of a problem in time.
pub struct Shown {
    /// Keys of series, in the order in which its referee measures; the last is the time.
    pub series: Vec<SeriesInfo>,
    /// Pictures.
    pub pictures: Vec<PictureInfo>,
    /// What a person should know.
    pub notes: Vec<Note>,
    /// In a few words.
    pub summary: String,
}

pub(super) fn placed(e: SystemError) -> BuildError {
    BuildError::at("equations", format!("line {}, column {}: {}", e.line, e.column, e.message), e.at)
}

/// Builds the problem from its parameters.
///
/// # Errors
/// Names the field, with line and column of the text.
pub fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    Ok(Rc::new(Evolution::new(input.values, input.seed)?))
}

/// Builds a system without space from its parameters.
///
/// # Errors
/// As [`build`]; a derivative in space occurs.
pub fn build_ode(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    Ok(Rc::new(Evolution::ode(input.values, input.seed)?))
}

impl Evolution {
    /// The problem from its parameters.
    ///
    /// # Errors
    /// As [`build`].
    pub fn new(values: &Values, seed: u64) -> Result<Evolution, BuildError> {
        let dimension = values.text("dimension").parse::<usize>().unwrap_or(2);
        let typed = TypedSystem::parse(values.text("equations"), dimension).map_err(placed)?;
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
        let mesh = domain(&typed, mesh, values.text("domain"))?;
        let mut notes = Vec::new();
        let open = boundary::not_given(&typed, mesh.periodic);
        if !open.is_empty() {
            let text = format!("No condition is given for {}: the value 0 is taken there.", open.join(" and "));
            notes.push(Note::new(Severity::Info, Some("equations"), text));
        }
        let sizes: Vec<String> = mesh.nodes[..dimension].iter().map(ToString::to_string).collect();
        let sizes = match mesh.inside {
            Some(_) => format!("{} of {}", grouped(mesh.count_inside()), sizes.join(" × ")),
            None => sizes.join(" × "),
        };
        let typed = Typed::on_mesh(typed, mesh, advection, values, seed)?;
        notes.extend(typed.peclet_note());
        let summary = format!("{} at {sizes} nodes", typed.shown_names());
        Ok(typed.evolution(notes, summary))
    }

    /// A system without space from its parameters.
    ///
    /// # Errors
    /// As [`build_ode`].
    pub fn ode(values: &Values, seed: u64) -> Result<Evolution, BuildError> {
        let typed = TypedSystem::parse(values.text("equations"), 1).map_err(placed)?;
        let in_space = |s: &Symbol| matches!(s, Symbol::Derivative { .. } | Symbol::Coordinate(_));
        let used = |v: usize| {
            let formulas = typed.equations.iter().flat_map(|e| [&e.tau, &e.reaction]);
            formulas.chain(typed.starts.iter().flatten()).any(|e| e.depends_on(v))
        };
        let stranger = typed.symbols.iter().enumerate().find(|(v, s)| in_space(s) && used(*v));
        if stranger.is_some() || typed.equations.iter().any(|e| !e.terms.is_empty()) {
            let name = stranger.map_or("a derivative in space", |(v, _)| typed.names[v].as_str());
            let why = format!("there is no space here, but {name} occurs: take a typed system (pde.system)");
            return Err(BuildError::new("equations", why));
        }
        let typed = Typed::on_mesh(typed, Mesh::point(), Advection::Central, values, seed)?;
        let summary = typed.shown_names();
        Ok(typed.evolution(Vec::new(), summary))
    }

    /// A problem of any model.
    pub fn of(model: Box<dyn TimeModel>, start: Rc<Vec<f64>>, shown: Shown) -> Evolution {
        let Shown { series, pictures, notes, summary } = shown;
        Evolution { start, model, series, pictures, notes, summary, spectra: Default::default() }
    }

    /// See [`TimeModel::system`].
    pub fn system(&self) -> Box<dyn System> {
        self.model.system()
    }

    /// See [`TimeModel::referee`].
    pub fn referee(&self) -> Box<dyn Referee<Iterate = Moment>> {
        self.model.referee()
    }

    /// See [`TimeModel::rough`].
    pub fn rough(&self) -> Vec<f64> {
        self.model.rough()
    }

    /// See [`TimeModel::unknowns`].
    pub fn unknowns(&self) -> Option<BoxOfUnknowns> {
        self.model.unknowns()
    }

    /// See [`TimeModel::typed`].
    pub fn typed(&self) -> Option<&Typed> {
        self.model.typed()
    }

    /// Numbers of the cells at the start, where the system is typed.
    pub fn cells(&self) -> Cells {
        self.typed().map_or_else(Cells::default, Typed::cells)
    }

    /// See [`TimeModel::linearised_about`].
    pub fn linearised_about(&self) -> Option<Vec<f64>> {
        self.model.linearised_about()
    }

    /// The rates of modes about the start or [`TimeModel::linearised_about`], computed once.
    pub fn spectrum(&self, part: Part) -> &Spectrum {
        self.spectra[part as usize].get_or_init(|| spectrum(self, part))
    }
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
    fn live(&self) -> &[ParamInfo] {
        self.typed().map_or(&[], Typed::live)
    }
    fn settled(&self, live: &Params) -> Params {
        self.typed().map_or_else(Params::new, |typed| typed.settled(live))
    }
    fn with_live(&self, live: &Params) -> Option<Rc<dyn Instance>> {
        self.typed()?.with_live(live)
    }
    fn brushes(&self) -> &[Brush] {
        self.typed().map_or(&[], Typed::brushes)
    }
}
