//! The equations of Navier and Stokes for incompressible flow in the plane.

use std::cell::OnceCell;
use std::f64::consts::{PI, TAU};
use std::rc::Rc;

use iterscope_core::{
    BuildError, Fix, Instance, List, Note, ParamInfo, Params, PictureInfo, PictureKind, Problem, ProblemInfo,
    ProblemInput, Referee, SeriesInfo, Severity, Str, Value, Values, words,
};
use iterscope_expr::Expr;
use iterscope_kernels::rng::Rng;
use iterscope_linear::Side;

use crate::system::{Part, System};
use crate::time::problem::{BoxOfUnknowns, Evolution, Shown, TimeModel};
use crate::time::stepper::Moment;
use flow::{Setup, StreamFunctionSystem};
use referee::{FlowReferee, Wanted};

pub mod flow;
pub mod ghia;
mod poisson;
pub mod referee;

/// Id of the problem.
pub const ID: &str = "pde.navier-stokes";

const SPEED: &str = "speed";
const VORTICITY: &str = "vorticity";
const PSI: &str = "psi";
const PROFILE: &str = "profile";

const CAVITY: &str = "cavity";
const TAYLOR_GREEN: &str = "taylor-green";
const SHEAR: &str = "shear-layers";

/// The finest grid on which the steady flow is computed to compare with.
const FINEST_STEADY: usize = 96;

/// A velocity in the plane at a time, for a viscosity.
pub type Exact = fn(f64, f64) -> Box<dyn Fn(f64, f64) -> [f64; 2]>;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "flow",
        "Flow",
        "A square box whose lid slides, from rest; an array of decaying vortices, which is exact; two layers that slide along each other and roll up. \
         The last two are periodic",
        &[(CAVITY, "lid-driven cavity"), (TAYLOR_GREEN, "Taylor-Green vortices"), (SHEAR, "two shear layers")],
        CAVITY,
    ),
    ParamInfo::real(
        "re",
        "Reynolds number",
        "1 over the viscosity: velocities and lengths of the flows are of the size 1",
        [0.01, 1e5],
        100.0,
    )
    .log(),
    ParamInfo::int("n", "Cells", "Cells along each side of the square", [4, 512], 32).log(),
    ParamInfo::text_of("lid", "Velocity of the lid", "Along x, in x and t, such as 16*x^2*(1 - x)^2 or sin(t)", "1")
        .when("flow", &[CAVITY]),
    ParamInfo::text_of("force_x", "Force along x", "In x, y and t; of a periodic flow its mean does nothing", "0"),
    ParamInfo::text_of("force_y", "Force along y", "In x, y and t; of a periodic flow its mean does nothing", "0"),
];

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Navier-Stokes"),
        summary: words(
            "Incompressible flow in a square: a box with a sliding lid, vortices that decay as they should, layers that roll up. The state is the stream \
             function of velocities on a staggered grid, so that the divergence is zero whatever the integrator, and lines of equal stream function are \
             streamlines.",
        ),
        math: words(
            r"\partial_t \mathbf{u} + \nabla \cdot (\mathbf{u} \otimes \mathbf{u}) = -\nabla p + \tfrac{1}{\mathrm{Re}} \Delta \mathbf{u} + \mathbf{f}, \quad \nabla \cdot \mathbf{u} = 0, \quad \mathbf{u} = (\partial_y \psi, -\partial_x \psi); \qquad L \dot\psi = C^\top \mathbf{a}(C \psi), \quad L = C^\top C",
        ),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

struct FlowModel {
    setup: Setup,
    wanted: Wanted,
    start: Rc<Vec<f64>>,
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the place where it is.
pub fn build(values: &Values) -> Result<Evolution, BuildError> {
    let (kind, re, n) = (values.text("flow"), values.real("re"), values.size("n"));
    let periodic = kind != CAVITY;
    let h = if periodic { TAU } else { 1.0 } / n as f64;
    let lid = typed("lid", values.text("lid"), 1.0, periodic)?;
    let force = |key: &'static str| -> Result<Option<Rc<Expr>>, BuildError> {
        let expr = typed(key, values.text(key), h * n as f64, false)?;
        Ok((!(expr.is_constant() && expr.eval(&[]) == 0.0)).then_some(expr))
    };
    let force = [force("force_x")?, force("force_y")?];
    let changes = [Some(&lid), force[0].as_ref(), force[1].as_ref()].into_iter().flatten().any(|e| e.depends_on(2));
    let forced = force.iter().any(Option::is_some);
    let setup = Setup { n, h, periodic, viscosity: 1.0 / re, lid, force };
    let mut flow = StreamFunctionSystem::new(setup.clone());
    let mut start = vec![0.0; flow.len()];
    match kind {
        TAYLOR_GREEN => flow.project(|x, y| vortices(0.0, 0.0)(x, y), &mut start),
        SHEAR => flow.project(layers, &mut start),
        _ => {}
    }
    let plain_lid = setup.lid.is_constant() && setup.lid.eval(&[]) == 1.0;
    let wanted = Wanted {
        exact: (kind == TAYLOR_GREEN && !forced).then_some(vortices as Exact),
        steady: (!periodic && !changes && n <= FINEST_STEADY).then(|| Rc::new(OnceCell::new())),
        table: !periodic && !forced && plain_lid && re == 100.0,
        vortex: !periodic,
    };
    let shown = Shown {
        series: series(&wanted),
        pictures: pictures(&wanted, periodic),
        notes: notes(&setup, kind, forced, wanted.steady.is_some()),
        summary: format!(
            "{} at Re = {re}, {n} × {n} cells",
            match kind {
                TAYLOR_GREEN => "Taylor-Green vortices",
                SHEAR => "two shear layers",
                _ => "lid-driven cavity",
            }
        ),
    };
    let start = Rc::new(start);
    Ok(Evolution::of(Box::new(FlowModel { setup, wanted, start: Rc::clone(&start) }), start, shown))
}

/// A formula of x, y and t that is finite on the square of this size at time 0.
fn typed(key: &'static str, text: &str, size: f64, unused: bool) -> Result<Rc<Expr>, BuildError> {
    let expr = Expr::parse(text, &["x", "y", "t"]).map_err(|e| BuildError::at(key, e.message, e.at))?;
    for k in (0..=16 * 16).filter(|_| !unused) {
        let at = [(k % 17) as f64 / 16.0 * size, (k / 17) as f64 / 16.0 * size];
        crate::typed::finite(key, "it", expr.eval(&[at[0], at[1], 0.0]), &at)?;
    }
    Ok(Rc::new(expr))
}

/// G. I. Taylor and A. E. Green, Mechanism of the production of small eddies from large ones, Proceedings of the Royal Society A 158, 1937.
fn vortices(t: f64, viscosity: f64) -> Box<dyn Fn(f64, f64) -> [f64; 2]> {
    let decay = libm::exp(-2.0 * viscosity * t);
    Box::new(move |x, y| [decay * libm::cos(x) * libm::sin(y), -decay * libm::sin(x) * libm::cos(y)])
}

/// J. B. Bell, P. Colella and H. M. Glaz, A second-order projection method for the incompressible Navier-Stokes equations, Journal of Computational
/// Physics 85, 1989.
fn layers(x: f64, y: f64) -> [f64; 2] {
    let edge = if y <= PI { y - PI / 2.0 } else { 1.5 * PI - y };
    [libm::tanh(15.0 / PI * edge), 0.05 * libm::sin(x)]
}

/// In the order in which [`referee`] measures.
fn series(wanted: &Wanted) -> Vec<SeriesInfo> {
    const ERROR: SeriesInfo = SeriesInfo::new(
        "error.l2.rel",
        "Error",
        "Norm of the velocity's difference from the exact one, as a part of the velocity at the start",
    );
    const STEADY: SeriesInfo = SeriesInfo::new(
        "distance",
        "Distance from the steady flow",
        "Norm of the velocity's difference from that of the steady flow on the same grid, as a part of the latter",
    );
    const TABLE: SeriesInfo = SeriesInfo::new(
        "table",
        "Deviation from the table",
        "The largest difference from the velocities that Ghia, Ghia and Shin (1982) give on the vertical line through the middle",
    );
    const RATE: SeriesInfo = SeriesInfo::new(
        "rate",
        "Rate of change",
        "Root mean square of the rates of change of the stream function: 0 at rest",
    );
    const ENERGY: SeriesInfo =
        SeriesInfo::new("energy", "Kinetic energy", "The integral of half the square of the velocity").linear();
    const ENSTROPHY: SeriesInfo =
        SeriesInfo::new("enstrophy", "Enstrophy", "The integral of half the square of the vorticity");
    const DIVERGENCE: SeriesInfo = SeriesInfo::new(
        "divergence",
        "Divergence",
        "The largest divergence of any cell: rounding, as velocities are differences of a stream function",
    );
    const VORTEX: SeriesInfo = SeriesInfo::new(
        "vortex",
        "Strength of the vortex",
        "What flows around its middle: the least value of the stream function, with its sign changed",
    )
    .linear();
    const TIME: SeriesInfo =
        SeriesInfo::new(SeriesInfo::TIME, "Simulated time", "The time that the iterate stands for").linear();
    let of = |is: bool, info: SeriesInfo| is.then_some(info);
    let all = [
        of(wanted.exact.is_some(), ERROR),
        of(wanted.steady.is_some(), STEADY),
        of(wanted.table, TABLE),
        Some(RATE),
        Some(ENERGY),
        Some(ENSTROPHY),
        Some(DIVERGENCE),
        of(wanted.vortex, VORTEX),
        Some(TIME),
    ];
    all.into_iter().flatten().collect()
}

fn pictures(wanted: &Wanted, periodic: bool) -> Vec<PictureInfo> {
    let mut all = vec![
        PictureInfo::new(SPEED, "Speed", PictureKind::Field).flowing(true),
        PictureInfo::new(VORTICITY, "Vorticity", PictureKind::Field).signed().flowing(true),
        PictureInfo::new(PSI, "Stream function", PictureKind::Field).signed().flowing(true),
    ];
    if !periodic {
        let label = if wanted.table { "u on the middle line, and the table" } else { "u on the middle line" };
        all.push(PictureInfo::new(PROFILE, label, PictureKind::Line));
    }
    all
}

fn notes(setup: &Setup, kind: &str, forced: bool, has_steady: bool) -> Vec<Note> {
    let mut notes = Vec::new();
    let cell = setup.h / setup.viscosity;
    if cell > 20.0 {
        let finer = ((setup.n as f64 * cell / 10.0).ceil() as usize).min(512);
        let text = format!(
            "The cell Reynolds number is {cell:.1}: central differences cannot carry layers as thin as these, and leave waves in the vorticity."
        );
        let fix =
            |key: &str, label: String, value: Value| Fix { label, params: Params::from([(key.to_owned(), value)]) };
        let re = 10.0 / setup.h;
        let fixes = vec![
            fix("n", format!("{finer} cells"), Value::Int(finer as i64)),
            fix("re", format!("Re = {}", re.floor()), re.floor().into()),
        ];
        notes.push(Note { fixes, ..Note::new(Severity::Warning, Some("n"), text) });
    }
    if kind == TAYLOR_GREEN && !forced {
        let text = "The velocity decays by exp(-2 t/Re), exactly, as its nonlinear term is a gradient. On the grid it is one too, and decays by \
                    exp(-(4 - 4 cos h) t / (Re h²)): the error that is left with a fine dt is that difference.";
        notes.push(Note::new(Severity::Good, Some("flow"), text));
    }
    if kind == CAVITY {
        let text = if has_steady {
            "Stable steps are predicted from the rates of modes about the steady flow, which is computed by Newton's method."
        } else {
            "Stable steps are predicted from the rates of modes about rest, where nothing is carried: the flow may ask for shorter ones."
        };
        notes.push(Note::new(Severity::Info, Some("flow"), text));
    }
    notes
}

impl FlowModel {
    fn flow(&self) -> StreamFunctionSystem {
        let mut flow = StreamFunctionSystem::new(self.setup.clone());
        flow.rate(Part::All, 0.0, &self.start, &mut vec![0.0; self.start.len()]);
        flow
    }
}

impl TimeModel for FlowModel {
    fn system(&self) -> Box<dyn System> {
        Box::new(self.flow())
    }

    fn referee(&self) -> Box<dyn Referee<Iterate = Moment>> {
        Box::new(FlowReferee::new(&self.setup, self.wanted.clone()))
    }

    fn rough(&self) -> Vec<f64> {
        let count = self.start.len();
        let m = (count as f64).sqrt().round() as usize;
        let mut rng = Rng::new(1);
        let sign = |k: usize| if (k % m + k / m).is_multiple_of(2) { 1.0 } else { -1.0 };
        (0..count).map(|k| sign(k) + 0.05 * rng.normal()).collect()
    }

    fn unknowns(&self) -> Option<BoxOfUnknowns> {
        let (m, side) =
            if self.setup.periodic { (self.setup.n, Side::Periodic) } else { (self.setup.n - 1, Side::Given) };
        Some(BoxOfUnknowns { shape: vec![m; 2], sides: vec![[side; 2]; 2], places: None })
    }

    fn linearised_about(&self) -> Option<Vec<f64>> {
        let steady = self.wanted.steady.as_ref()?;
        steady.get_or_init(|| referee::steady(&self.setup)).clone()
    }
}
