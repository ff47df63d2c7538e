//! A typed system on a mesh as a model of a problem in time.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use iterscope_core::naming::grouped;
use iterscope_core::{
    Brush, BuildError, Fix, Instance, Kind, Note, ParamInfo, Params, PictureInfo, PictureKind, Referee, Scale,
    SeriesInfo, Severity, Str, Value, Values,
};
use iterscope_expr::system::{FieldKind, TypedSystem};
use iterscope_expr::{Expr, Parameter};
use iterscope_linear::Side;

use super::brush;
use super::cells::{Cells, cells};
use super::formulas::{TypedIntegral, exact, measures};
use super::mesh::Mesh;
use super::problem::{BoxOfUnknowns, Evolution, Shown, TimeModel, placed};
use super::referee::MomentReferee;
use super::reference::{self, Reference};
use super::right_side::Advection;
use super::semidiscrete::SemiDiscrete;
use super::spectrum::rough;
use super::stepper::{Moment, OF_EQUATIONS};
use crate::system::{Part, System};

/// The most values of a state for which the problem is built anew when a slider moves while it runs.
const QUICK: usize = 20_000;
/// The most values of a state for which a compiled system is kept beside those of the runs.
const SHARED: usize = 1_000_000;

/// A typed system on a mesh.
pub struct Typed {
    typed: Rc<TypedSystem>,
    /// The same with the derivatives that are measured.
    observed: Rc<TypedSystem>,
    mesh: Mesh,
    advection: Advection,
    start: Rc<Vec<f64>>,
    /// The exact solution of the first field.
    pub exact: Option<Expr>,
    /// What is integrated.
    pub measures: Vec<TypedIntegral>,
    cells: Cells,
    /// The system and that with the derivatives that are measured, compiled once, where memory for that is little.
    compiled: [OnceCell<Box<SemiDiscrete>>; 2],
    reference: Option<OnceCell<Rc<RefCell<Reference>>>>,
    live: Vec<ParamInfo>,
    brushes: Vec<Brush>,
    /// What it was built from.
    values: Values,
    seed: u64,
    /// The same with other values of live parameters, which was asked for last.
    changed: RefCell<Option<(Params, Rc<dyn Instance>)>>,
}

impl Typed {
    /// From its text, with the other values that it is built from.
    ///
    /// # Errors
    /// As [`super::problem::build`].
    pub(super) fn on_mesh(
        typed: TypedSystem,
        mesh: Mesh,
        advection: Advection,
        values: &Values,
        seed: u64,
    ) -> Result<Typed, BuildError> {
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
        Ok(Typed {
            observed: Rc::new(observed),
            live: sliders(&typed),
            brushes: brush::brushes(&typed, &mesh),
            typed,
            mesh,
            advection,
            start,
            exact,
            measures,
            cells: in_cells,
            compiled: Default::default(),
            reference: with_reference.then(OnceCell::new),
            values: values.clone(),
            seed,
            changed: RefCell::default(),
        })
    }

    /// The problem in time, with what a person should know of it.
    pub(super) fn evolution(self, notes: Vec<Note>, summary: String) -> Evolution {
        let fields: Vec<usize> = (0..self.typed.fields.len()).filter(|&f| is_shown(&self.typed, f)).collect();
        let is_point = self.mesh.is_point();
        let pictures = if is_point { phase_plane(&self.typed) } else { pictures(&self.typed, &fields) };
        let (series, start) = (self.series(), Rc::clone(&self.start));
        Evolution::of(Box::new(self), start, Shown { series, pictures, notes, summary })
    }

    /// Keys of series, in the order in which its referee measures.
    pub fn series(&self) -> Vec<SeriesInfo> {
        let compared = [self.exact.is_some(), self.reference.is_some()];
        series(&self.typed, self.mesh.is_point(), compared, &self.measures)
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

    /// Central differences oscillate behind what is steeper than a cell resolves.
    pub(super) fn peclet_note(&self) -> Option<Note> {
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

    /// Names of the fields that people see.
    pub(super) fn shown_names(&self) -> String {
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

    /// Its parameters with a range.
    pub(super) fn live(&self) -> &[ParamInfo] {
        &self.live
    }

    /// Its fields that can be painted on.
    pub(super) fn brushes(&self) -> &[Brush] {
        &self.brushes
    }

    /// See [`Instance::settled`].
    pub(super) fn settled(&self, live: &Params) -> Params {
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

    /// See [`Instance::with_live`].
    pub(super) fn with_live(&self, live: &Params) -> Option<Rc<dyn Instance>> {
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

impl TimeModel for Typed {
    fn system(&self) -> Box<dyn System> {
        Box::new(Typed::system(self))
    }

    fn referee(&self) -> Box<dyn Referee<Iterate = Moment>> {
        Box::new(MomentReferee::new(self))
    }

    fn rough(&self) -> Vec<f64> {
        rough(&Typed::system(self))
    }

    fn unknowns(&self) -> Option<BoxOfUnknowns> {
        let system = Typed::system(self);
        let &[field] = system.state_fields() else { return None };
        let sides = system.ends(field);
        let inner = |axis: usize| {
            let [low, high] = sides[axis].map(|side| usize::from(side == Side::Given));
            low..self.mesh.nodes[axis] - high
        };
        let ranges: Vec<_> = (0..self.mesh.dimension).map(inner).collect();
        if ranges.iter().any(|r| r.is_empty()) {
            return None;
        }
        let is_unknown =
            |node: &u32| ranges.iter().zip(self.mesh.steps(*node as usize)).all(|(range, step)| range.contains(&step));
        let given = sides.iter().flatten().any(|side| *side == Side::Given);
        let places = given.then(|| (0..self.mesh.len() as u32).filter(is_unknown).collect());
        Some(BoxOfUnknowns { shape: ranges.iter().map(ExactSizeIterator::len).collect(), sides, places })
    }

    fn typed(&self) -> Option<&Typed> {
        Some(self)
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
fn series(
    typed: &TypedSystem,
    is_point: bool,
    [exact, reference]: [bool; 2],
    measures: &[TypedIntegral],
) -> Vec<SeriesInfo> {
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
