//! An evolution problem: a typed system on a mesh with its start, ready to be integrated.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    BuildError, Fix, Instance, Kind, Note, ParamInfo, Params, PictureInfo, PictureKind, ProblemInput, Scale,
    SeriesInfo, Severity, Str, Value, Values,
};
use iterscope_expr::system::{FieldKind, Symbol, SystemError, TypedSystem};
use iterscope_expr::{Expr, Parameter};

use super::boundary;
use super::cells::{Cells, cells};
use super::formulas::{Measure, domain, exact, measures};
use super::mesh::Mesh;
use super::reference::{self, Reference};
use super::right_side::Advection;
use super::semidiscrete::{SemiDiscrete, mesh_for};
use super::spectrum::{Spectrum, spectrum};
use super::stepper::OF_EQUATIONS;
use crate::system::{Part, System};

/// The most values of a state for which the problem is built anew when a slider moves while it runs.
const QUICK: usize = 20_000;
/// The most values of a state for which a compiled system is kept beside those of the runs.
const SHARED: usize = 1_000_000;
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

/// The instance.
pub struct Evolution {
    typed: Rc<TypedSystem>,
    /// The same with the derivatives that are measured.
    observed: Rc<TypedSystem>,
    mesh: Mesh,
    advection: Advection,
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
    spectra: [OnceCell<Spectrum>; 3],
    cells: Cells,
    /// The system and that with the derivatives that are measured, compiled once, where memory for that is little.
    compiled: [OnceCell<Box<SemiDiscrete>>; 2],
    reference: Option<OnceCell<Rc<RefCell<Reference>>>>,
    live: Vec<ParamInfo>,
    /// What it was built from.
    values: Values,
    seed: u64,
    /// The same with other values of live parameters, which was asked for last.
    changed: RefCell<Option<(Params, Rc<dyn Instance>)>>,
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
        let mut evolution = Evolution::on_mesh(typed, mesh, advection, values, seed)?;
        evolution.summary = format!("{} at {sizes} nodes", evolution.shown_names());
        notes.extend(evolution.peclet_note());
        evolution.notes = notes;
        Ok(evolution)
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
        let mut evolution = Evolution::on_mesh(typed, Mesh::point(), Advection::Central, values, seed)?;
        evolution.summary = evolution.shown_names();
        Ok(evolution)
    }

    /// The same on a coarser mesh with its number of intervals, where a state has more than so many values.
    ///
    /// # Errors
    /// It cannot be built on that mesh.
    pub fn with_at_most(&self, values: usize) -> Result<Option<(Evolution, usize)>, BuildError> {
        let mut n = self.mesh.nodes[0];
        let mut evolution = None;
        while evolution.as_ref().map_or(self.start.len(), |e: &Evolution| e.start.len()) > values && n > 2 {
            n = n * 9 / 10;
            let coarser = self.values.with("n", Value::Int(n as i64)).with("reference", Value::Bool(false));
            evolution = Some(Evolution::new(&coarser, self.seed)?);
        }
        Ok(evolution.map(|e| (e, n)))
    }

    fn on_mesh(
        typed: TypedSystem,
        mesh: Mesh,
        advection: Advection,
        values: &Values,
        seed: u64,
    ) -> Result<Evolution, BuildError> {
        let typed = Rc::new(typed);
        let mut system = SemiDiscrete::new(&typed, mesh.clone(), advection)?;
        let start = Rc::new(system.start(seed)?);
        system.complete(0.0, &start);
        let fields: Vec<Vec<f64>> = (0..typed.fields.len()).map(|f| system.field(f).to_vec()).collect();
        let in_cells =
            if mesh.is_point() { Cells::default() } else { cells(&typed, &mesh, system.parameters(), &fields) };
        let exact = exact(&typed, values.text("exact"))?;
        let (equations, measured) = (values.text("equations"), values.text("measures"));
        let formulas: Vec<&str> = measured.split(['\n', '=']).collect();
        let observed = TypedSystem::parse_for(equations, typed.dimension, &formulas).map_err(placed)?;
        let measures = measures(&observed, measured)?;
        let with_reference = values.bool("reference");
        if with_reference && start.len() > reference::MOST_VALUES {
            let most = grouped(reference::MOST_VALUES);
            let why = format!(
                "is affordable for up to {most} values, and there are {}: take fewer intervals",
                grouped(start.len())
            );
            return Err(BuildError::new("reference", why));
        }
        let shown: Vec<usize> = (0..typed.fields.len()).filter(|&f| is_shown(&typed, f)).collect();
        let is_point = mesh.is_point();
        Ok(Evolution {
            series: series(&typed, is_point, [exact.is_some(), with_reference], &measures),
            pictures: if is_point { phase_plane(&typed) } else { pictures(&typed, &shown) },
            observed: Rc::new(observed),
            live: sliders(&typed),
            mesh,
            advection,
            typed,
            start,
            exact,
            measures,
            notes: Vec::new(),
            summary: String::new(),
            spectra: Default::default(),
            cells: in_cells,
            compiled: Default::default(),
            reference: with_reference.then(OnceCell::new),
            values: values.clone(),
            seed,
            changed: RefCell::default(),
        })
    }

    /// Central differences oscillate behind what is steeper than a cell resolves.
    fn peclet_note(&self) -> Option<Note> {
        let peclet = self.cells.peclet;
        if self.advection == Advection::Upwind || peclet <= 2.0 {
            return None;
        }
        let how = if peclet.is_finite() {
            format!("The cell Peclet number, speed times spacing over diffusion, reaches {peclet:.3} here")
        } else {
            "Something is carried along that does not spread".to_owned()
        };
        let text = format!(
            "{how}: central differences oscillate behind what is steep. Differences against the wind do not, and smear it."
        );
        let mut note = Note::new(Severity::Info, Some("advection"), text);
        note.fixes.push(Fix {
            label: "Differences against the wind".to_owned(),
            params: Params::from([("advection".to_owned(), "upwind".into())]),
        });
        Some(note)
    }

    /// Numbers of the cells at the start.
    pub fn cells(&self) -> Cells {
        self.cells
    }

    fn shown_names(&self) -> String {
        let shown = (0..self.typed.fields.len()).filter(|&f| is_shown(&self.typed, f));
        shown.map(|f| self.typed.fields[f].name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The system on its mesh, with memory of its own.
    pub fn system(&self) -> SemiDiscrete {
        self.evaluated(&self.typed, 0)
    }

    /// The same with the derivatives that are measured, which cost time.
    pub fn observed_system(&self) -> SemiDiscrete {
        self.evaluated(&self.observed, 1)
    }

    fn evaluated(&self, typed: &Rc<TypedSystem>, place: usize) -> SemiDiscrete {
        let new = || {
            let built = SemiDiscrete::new(typed, self.mesh.clone(), self.advection);
            built.expect("it was built before, and few formulas are measured")
        };
        let shared = || (**self.compiled[place].get_or_init(|| Box::new(new()))).clone();
        let mut system = if self.start.len() <= SHARED { shared() } else { new() };
        // The first evaluation allocates; those of a step must not.
        system.rate(Part::All, 0.0, &self.start, &mut vec![0.0; self.start.len()]);
        system
    }

    /// What runs are compared with, where that was asked for; all runs share it.
    pub fn reference(&self) -> Option<Rc<RefCell<Reference>>> {
        let place = self.reference.as_ref()?;
        Some(Rc::clone(place.get_or_init(|| Rc::new(RefCell::new(Reference::new(self.system(), &self.start))))))
    }

    /// The rates of modes about the start, computed once.
    pub fn spectrum(&self, part: Part) -> &Spectrum {
        self.spectra[part as usize].get_or_init(|| spectrum(self, part))
    }

    /// The typed system.
    pub fn typed(&self) -> &TypedSystem {
        &self.typed
    }
}

/// The parameters that have a range.
fn sliders(typed: &TypedSystem) -> Vec<ParamInfo> {
    let of = |p: &Parameter| {
        let range = p.range?;
        let doc = "Of the equations: a change acts from the next step on, in all runs";
        let kind = Kind::Real { min: range.min, max: range.max, log: false };
        let plain = ParamInfo::real("", "", doc, [0.0, 1.0], p.value.eval(&[])).live();
        Some(ParamInfo {
            key: Str::Owned(format!("{OF_EQUATIONS}{}", p.name)),
            label: Str::Owned(p.name.clone()),
            kind,
            ..plain
        })
    };
    typed.parameters.list.iter().filter_map(of).collect()
}

/// The key of the picture of all values over time.
pub(super) const COMPONENTS: &str = "components";

/// The key of the picture of two values over each other.
pub(super) const PHASE_PLANE: &str = "phase-plane";

/// Whether a state holds a field.
pub(super) fn is_state(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Evolving | FieldKind::Velocity(_))
}

/// Whether people see a field: those that they typed.
pub(super) fn is_shown(typed: &TypedSystem, field: usize) -> bool {
    matches!(typed.fields[field].kind, FieldKind::Evolving | FieldKind::Algebraic)
}

/// Keys of series, in the order in which [`super::referee`] measures.
fn series(typed: &TypedSystem, is_point: bool, [exact, reference]: [bool; 2], measures: &[Measure]) -> Vec<SeriesInfo> {
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
    if reference {
        const ERROR: SeriesInfo = SeriesInfo::new(
            "error.time.l2.rel",
            "Error of the time stepping",
            "Norm of the difference of all fields from the same system on this mesh integrated to tight tolerances, as a part of its largest norm so far. The error of the mesh is in both and not in it",
        );
        all.push(ERROR);
    }
    all.push(SeriesInfo::new(SeriesInfo::LARGEST, "Largest value", "The largest size of any field at any node"));
    all.push(SeriesInfo::new("rate", "Rate of change", "Root mean square of the rates of change: 0 at rest"));
    for (_, field) in typed.fields.iter().enumerate().filter(|(f, _)| is_shown(typed, *f)) {
        let name = &field.name;
        let (key, label, doc) = if is_point {
            (format!("value.{name}"), name.clone(), format!("The value of {name}"))
        } else {
            let doc = "Its integral by the trapezoidal rule, over the size of the domain".to_owned();
            (format!("mean.{name}"), format!("Mean of {name}"), doc)
        };
        all.push(owned(key, label, doc, Scale::Linear));
    }
    for measure in measures {
        let over = if is_point { "The value of" } else { "The integral over the domain of" };
        let doc = format!("{over} {}", measure.integrand);
        all.push(owned(format!("measure.{}", measure.name), measure.name.clone(), doc, Scale::Linear));
    }
    all.push(SeriesInfo::new(SeriesInfo::TIME, "Simulated time", "The time that the iterate stands for").linear());
    all
}

fn pictures(typed: &TypedSystem, shown: &[usize]) -> Vec<PictureInfo> {
    let info = |key: String, label: String, kind| PictureInfo {
        key: key.into(),
        label: label.into(),
        ..PictureInfo::new("", "", kind)
    };
    let moment = if typed.dimension == 1 { PictureKind::Line } else { PictureKind::Field };
    let mut all: Vec<PictureInfo> = shown
        .iter()
        .map(|&f| {
            let name = &typed.fields[f].name;
            info(name.clone(), name.clone(), moment)
        })
        .collect();
    if typed.dimension == 1 {
        for &f in shown {
            let name = &typed.fields[f].name;
            all.push(info(format!("course.{name}"), format!("{name} over x and time"), PictureKind::Field));
        }
    }
    all
}

/// The way of the first two values of the state, one over the other, and of all over time.
fn phase_plane(typed: &TypedSystem) -> Vec<PictureInfo> {
    let state: Vec<&str> = typed.fields.iter().filter(|f| is_state(f.kind)).map(|f| f.name.as_str()).collect();
    let components = PictureInfo {
        key: COMPONENTS.into(),
        label: format!("{} over time", state.join(", ")).into(),
        ..PictureInfo::new("", "", PictureKind::Line)
    };
    let [x, y, ..] = *state else { return vec![components] };
    vec![
        PictureInfo {
            key: PHASE_PLANE.into(),
            label: format!("{y} over {x}").into(),
            ..PictureInfo::new("", "", PictureKind::Points)
        },
        components,
    ]
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
        &self.live
    }
    fn settled(&self, live: &Params) -> Params {
        let text = self.values.text("equations");
        let name = |k: usize| self.typed.parameters.list[k].name.as_str();
        let set = |k: usize| live.get(&format!("{OF_EQUATIONS}{}", name(k)))?.as_real();
        let other = self.typed.parameters.rewritten(text, set);
        if other == text {
            Params::new()
        } else {
            Params::from([("equations".to_owned(), Value::from(other.as_str()))])
        }
    }
    fn with_live(&self, live: &Params) -> Option<Rc<dyn Instance>> {
        if self.start.len() > QUICK {
            return None;
        }
        let mut changed = self.changed.borrow_mut();
        if let Some((_, known)) = changed.as_ref().filter(|(values, _)| values == live) {
            return Some(Rc::clone(known));
        }
        let settled = self.settled(live).into_iter();
        let values = settled.fold(self.values.clone(), |values, (key, value)| values.with(&key, value));
        let built =
            if self.mesh.is_point() { Evolution::ode(&values, self.seed) } else { Evolution::new(&values, self.seed) };
        let built: Rc<dyn Instance> = Rc::new(built.ok()?);
        *changed = Some((live.clone(), Rc::clone(&built)));
        Some(built)
    }
}
