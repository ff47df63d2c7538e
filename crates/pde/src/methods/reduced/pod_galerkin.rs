//! Galerkin's method on modes of proper orthogonal decomposition.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Stop,
    Str, Work, words,
};
use iterscope_kernels::compiled::{norm2, norm2_diff};

use super::basis::{Basis, Memory, Projected, SNAPSHOTS, SPAN, TRAIN, Training, proper_modes, training};
use crate::methods::time::shifted::affordable;
use crate::methods::time::slab::Propagator;
use crate::methods::time::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// The parameter that asks for the full run beside.
pub const COMPARE: ParamInfo = ParamInfo::switch(
    "compare",
    "Compare",
    "Runs the full system beside, with the same integrator and dt, to show the error that the reduction makes: it costs its time, which is not counted as work",
    true,
);

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::int("modes", "Modes", "Vectors that span the space", [1, 100], 6),
    ParamInfo::choice(
        "integrator",
        "Integrator",
        "Of the training run and of the reduced system",
        &[("euler", "Euler"), ("rk4", "RK4"), ("implicit-euler", "implicit Euler")],
        "rk4",
    ),
    SPAN,
    SNAPSHOTS,
    TRAIN,
    COMPARE,
];

/// Key of the error against a run with all unknowns.
pub const ERROR_KEY: &str = "rom.error";

/// The error against the full run.
pub const ERROR: SeriesInfo = SeriesInfo::new(
    ERROR_KEY,
    "Error of the reduction",
    "Norm of the difference from a run of the full system with the same integrator and dt, as a part of that run's state",
);

static DIAGNOSTICS: &[SeriesInfo] = &[
    ERROR,
    SeriesInfo::new(
        "rom.outside",
        "Rate outside of the space",
        "The part of the full rate of change that no mode can follow: small where the error grows slowly",
    ),
    SeriesInfo::new(
        "rom.left",
        "What the modes leave out",
        "The first singular value of the snapshots that is left out over the first of all",
    ),
    SeriesInfo::new("rom.modes", "Modes", "Vectors that span the space").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.pod-galerkin"),
        label: Str::Borrowed("POD-Galerkin"),
        summary: words(
            "A run over the first part of the time, or with other parameters, shows where states are: its first singular vectors span a small space, and the \
             equations are projected onto it. A handful of unknowns then follow as long as nothing new happens. Diffusion needs few modes, what travels \
             needs many.",
        ),
        math: words(
            r"S = [u(t_0) - \bar u, \dots, u(t_m) - \bar u] = U \Sigma W^\top, \quad V = [U_1, \dots, U_r], \quad u \approx \bar u + V z, \quad \dot z = V^\top F(t, \bar u + V z)",
        ),
        citation: words(
            "L. Sirovich, Turbulence and the dynamics of coherent structures, Quarterly of Applied Mathematics 45, 1987; G. Berkooz, P. Holmes and J. L. Lumley, The \
             proper orthogonal decomposition in the analysis of turbulent flows, Annual Review of Fluid Mechanics 25, 1993",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "a step of the integrator on r unknowns; each evaluation is one of the full rate, and 4 n r operations for the projection",
        ),
        limits: words(
            "The rate is evaluated at all nodes, so that a step saves the size of its equations, not its evaluations. Nothing holds the reduced system stable, \
             and what training did not show cannot appear.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        let (values, dt) = (input.values, input.values.real("dt"));
        let pod = Pod {
            integrator: values.text("integrator").to_owned(),
            training: training(input)?,
            wanted: (values.real("span"), dt, values.size("snapshots"), values.size("modes")),
            basis: None,
            reduced: None,
            z: Vec::new(),
            memory: Memory::new(n),
            full: values.bool("compare").then(|| Beside::new(values.text("integrator"), n)).transpose()?,
            rate: vec![0.0; n],
            outside: f64::NAN,
        };
        build(Box::new(Fixed::new(pod, dt)), input)
    },
    predict: None,
};

/// A run of the full system to compare with.
pub struct Beside {
    integrator: Propagator,
    /// Its state.
    pub u: Vec<f64>,
    /// Of the state beside which it ran, as a part of its own.
    pub error: f64,
    failed: bool,
}

impl Beside {
    /// For states of `n` values.
    ///
    /// # Errors
    /// There is no such integrator.
    pub fn new(integrator: &str, n: usize) -> Result<Beside, BuildError> {
        Ok(Beside { integrator: Propagator::new(integrator, 1, n)?, u: vec![0.0; n], error: 0.0, failed: false })
    }

    /// Begins at the start.
    ///
    /// # Errors
    /// The integrator does not fit.
    pub fn prepare(&mut self, system: &mut dyn System, start: &[f64], dt: f64) -> Result<(), BuildError> {
        self.u.copy_from_slice(start);
        self.integrator.warm_up(system, &mut self.u, dt)?;
        self.u.copy_from_slice(start);
        Ok(())
    }

    /// Does a step, and compares.
    pub fn step(&mut self, system: &mut dyn System, (t, dt): (f64, f64), other: &[f64]) {
        // What is compared with is not the method's work.
        let mut unseen = Work::default();
        self.integrator.forget();
        self.failed |= self.integrator.step(system, (t, dt), &mut self.u, &mut unseen).is_err();
        let size = norm2(&self.u);
        let off = norm2_diff(&self.u, other);
        self.error = if self.failed { f64::NAN } else { off / if size > 0.0 { size } else { 1.0 } };
    }

    /// Writes what the next steps depend on.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.u);
        out.real(self.error);
        out.bits(u64::from(self.failed));
    }

    /// Reads it.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.u);
        self.error = from.real();
        self.failed = from.bits() != 0;
        self.integrator.forget();
    }
}

struct Pod {
    integrator: String,
    training: Vec<Training>,
    /// Training time and dt, snapshots, modes.
    wanted: (f64, f64, usize, usize),
    basis: Option<Basis>,
    reduced: Option<Propagator>,
    z: Vec<f64>,
    memory: Memory,
    full: Option<Beside>,
    rate: Vec<f64>,
    outside: f64,
}

impl FixedStep for Pod {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        let implicit = self.integrator == "implicit-euler";
        if implicit {
            affordable(system)?;
        }
        let (span, dt, snapshots, modes) = self.wanted;
        let mut training = std::mem::take(&mut self.training);
        let (basis, _) = proper_modes(&mut training, &self.integrator, (span, dt), (snapshots, modes), start)?;
        if basis.modes == 0 {
            return Err(BuildError::new("span", "nothing changed during the training run: there are no modes"));
        }
        self.z = vec![0.0; basis.modes];
        let mut reduced = Propagator::new(&self.integrator, 1, basis.modes)?;
        let mut projected = Projected { system, basis: &basis, memory: &mut self.memory };
        reduced.warm_up(&mut projected, &mut self.z, dt)?;
        if let Some(full) = &mut self.full {
            full.prepare(system, start, dt)?;
        }
        (self.basis, self.reduced) = (Some(basis), Some(reduced));
        Ok(())
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let (Some(basis), Some(reduced)) = (&self.basis, &mut self.reduced) else { return Err(Stop::Stagnated) };
        basis.project(u, &mut self.z, &mut self.rate);
        let mut projected = Projected { system, basis, memory: &mut self.memory };
        reduced.forget();
        reduced.step(&mut projected, (t, dt), &mut self.z, work)?;
        basis.lift(&self.z, u);
        // What the space cannot follow.
        system.rate(Part::All, t + dt, u, &mut self.rate);
        let whole = norm2(&self.rate);
        basis.coordinates(&self.rate, &mut self.z);
        let within = norm2(&self.z);
        let rest = (whole * whole - within * within).max(0.0).sqrt();
        self.outside = if whole > 0.0 { rest / whole } else { 0.0 };
        if let Some(full) = &mut self.full {
            full.step(system, (t, dt), u);
        }
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let (left, modes) = self.basis.as_ref().map_or((f64::NAN, f64::NAN), |b| (b.left, b.modes as f64));
        let error = self.full.as_ref().map_or(f64::NAN, |full| full.error);
        out.copy_from_slice(&[error, self.outside, left, modes]);
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.outside);
        if let Some(full) = &self.full {
            full.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.outside = from.real();
        if let Some(full) = &mut self.full {
            full.load(from);
        }
    }
}
