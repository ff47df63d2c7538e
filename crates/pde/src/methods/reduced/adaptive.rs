//! A reduced model that takes one full step where an indicator says that its space is too small, and learns from it.

use iterscope_core::{
    Breakdown, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter,
    Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::compiled::{dot, norm2};
use iterscope_kernels::csr::Csr;

use super::basis::{Basis, SNAPSHOTS, SPAN, TRAIN, Training, proper_modes, training};
use super::pod_galerkin::{Beside, COMPARE, ERROR};
use crate::methods::time::implicit::{Newton, SOLVER};
use crate::methods::time::shifted::affordable;
use crate::methods::time::{BACKENDS, EVOLUTION};
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// The most Newton iterations of a reduced step.
const NEWTON: usize = 30;

const TOLERANCE: ParamInfo = ParamInfo::real(
    "tol",
    "Tolerance",
    "A full step is taken where the residual of the reduced one is more than this part of the rate of change at the start's state",
    [1e-12, 1e9],
    0.1,
)
.log()
.live();

static PARAMS: &[ParamInfo] = &[
    DT,
    TOLERANCE,
    ParamInfo::int("modes", "Modes", "Vectors that span the space at the beginning", [1, 100], 6),
    ParamInfo::int("most", "Most modes", "The space grows up to these", [1, 200], 40),
    SPAN,
    SNAPSHOTS,
    TRAIN,
    COMPARE,
    SOLVER,
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    ERROR,
    SeriesInfo::new(
        "rom.indicator",
        "Indicator",
        "The residual of the reduced step in the full equations, as a part of the rate of change at the start's state",
    ),
    SeriesInfo::new("rom.full", "Full steps", "Steps that were taken with the full equations, up to now").linear(),
    SeriesInfo::new("rom.modes", "Modes", "Vectors that span the space").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.adaptive-rom"),
        label: Str::Borrowed("Adaptive reduced model"),
        summary: words(
            "Modes that were found with one parameter fail with another. Here every reduced step is put into the full equations; where the residual is too \
             large, one full step is taken, what is new of it joins the space, and the reduced run goes on.",
        ),
        math: words(
            r"R(w) = \tfrac{w - u}{\Delta t} - F(t_+, w), \quad V^\top R(\bar u + V z) = 0, \quad e = \frac{\|R(\bar u + V z)\|}{\|F(t_+, \bar u)\|}; \qquad e > \tau: \; R(w) = 0, \quad V \leftarrow \bigl[ V, \tfrac{(I - V V^\top)(w - \bar u)}{\|\cdot\|} \bigr]",
        ),
        citation: words(
            "F. Casenave and N. Akkari, An error indicator-based adaptive reduced order model for nonlinear structural mechanics: application to high-pressure turbine \
             blades, Mathematical and Computational Applications 24, 2019; the indicator here is the residual in place of the source's, which is built from \
             its reduced quadrature",
        ),
        params: List::Borrowed(PARAMS),
        problems: EVOLUTION,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "Newton's method of implicit Euler on r unknowns, each iteration with a full Jacobian and its projection; at times a full step",
        ),
        limits: words(
            "Without reduced quadrature an iteration still costs the evaluation of all nodes. The indicator is a residual, not an error: errors of early steps are \
             carried on unseen.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let n = input.downcast::<Evolution>()?.start.len();
        let (values, dt) = (input.values, input.values.real("dt"));
        let most = values.size("most").min(n);
        let zero = || vec![0.0; n];
        let adaptive = Adaptive {
            training: training(input)?,
            wanted: (values.real("span"), dt, values.size("snapshots"), values.size("modes").min(most)),
            tolerance: values.real("tol"),
            most,
            basis: None,
            first: 0,
            newton: Newton::of(input, Part::All, dt)?,
            jacobian: Csr { rows: 0, cols: 0, indptr: Vec::new(), indices: Vec::new(), values: Vec::new() },
            z: vec![0.0; most],
            right: vec![0.0; most],
            matrix: vec![0.0; most * most],
            w: zero(),
            before: zero(),
            residual: zero(),
            image: zero(),
            full: values.bool("compare").then(|| Beside::new("implicit-euler", n)).transpose()?,
            indicator: f64::NAN,
            full_steps: 0,
        };
        build(Box::new(Fixed::new(adaptive, dt)), input)
    },
    predict: None,
};

struct Adaptive {
    training: Vec<Training>,
    wanted: (f64, f64, usize, usize),
    tolerance: f64,
    most: usize,
    basis: Option<Basis>,
    /// Modes at the beginning.
    first: usize,
    newton: Newton,
    jacobian: Csr,
    z: Vec<f64>,
    right: Vec<f64>,
    matrix: Vec<f64>,
    w: Vec<f64>,
    before: Vec<f64>,
    residual: Vec<f64>,
    image: Vec<f64>,
    full: Option<Beside>,
    indicator: f64,
    full_steps: u64,
}

/// Solves `A x = b` in place by elimination with pivoting, `A` row by row; false where it is singular.
fn eliminate(a: &mut [f64], b: &mut [f64]) -> bool {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).fold(k, |p, i| if a[i * n + k].abs() > a[p * n + k].abs() { i } else { p });
        if a[pivot * n + k] == 0.0 || !a[pivot * n + k].is_finite() {
            return false;
        }
        if pivot != k {
            (0..n).for_each(|j| a.swap(k * n + j, pivot * n + j));
            b.swap(k, pivot);
        }
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            for j in k..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
            b[i] -= factor * b[k];
        }
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|j| a[i * n + j] * b[j]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
    true
}

impl Adaptive {
    /// Writes the residual of implicit Euler at `self.w`.
    fn look(&mut self, system: &mut dyn System, t: f64, dt: f64) {
        system.rate(Part::All, t, &self.w, &mut self.residual);
        for ((r, w), b) in self.residual.iter_mut().zip(&self.w).zip(&self.before) {
            *r = (w - b) / dt - *r;
        }
    }

    /// Newton's method in the space; `self.w` is what it came to.
    fn reduced(&mut self, system: &mut dyn System, (t, dt): (f64, f64), work: &mut Work) -> Result<(), Stop> {
        let Some(basis) = self.basis.take() else { return Err(Stop::Stagnated) };
        let (r, n) = (basis.modes, self.w.len());
        basis.project(&self.before, &mut self.z[..r], &mut self.image);
        let mut done = Err(Stop::Breakdown(Breakdown::NoConvergence));
        for _ in 0..NEWTON {
            basis.lift(&self.z[..r], &mut self.w);
            self.look(system, t, dt);
            system.jacobian_into(Part::All, t, &self.w, &mut self.jacobian);
            work.operator += 1 + system.jacobian_evaluations(Part::All);
            work.flops += (1 + system.jacobian_evaluations(Part::All)) * system.flops() + 2 * (r * r * n) as u64;
            basis.coordinates(&self.residual, &mut self.right[..r]);
            for j in 0..r {
                self.jacobian.matvec(basis.column(j), &mut self.image);
                for i in 0..r {
                    let identity = f64::from(u8::from(i == j)) / dt;
                    self.matrix[i * r + j] = identity - dot(basis.column(i), &self.image);
                }
            }
            if !eliminate(&mut self.matrix[..r * r], &mut self.right[..r]) {
                done = Err(Stop::Breakdown(Breakdown::Singular));
                break;
            }
            self.z[..r].iter_mut().zip(&self.right).for_each(|(z, d)| *z -= d);
            let (change, size) = (norm2(&self.right[..r]), norm2(&self.z[..r]));
            if !change.is_finite() {
                break;
            }
            if change <= 1e-10 * size.max(1.0) {
                done = Ok(());
                break;
            }
        }
        basis.lift(&self.z[..r], &mut self.w);
        self.basis = Some(basis);
        done
    }
}

impl FixedStep for Adaptive {
    fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        affordable(system)?;
        let (span, dt, snapshots, modes) = self.wanted;
        let mut training = std::mem::take(&mut self.training);
        let (basis, _) = proper_modes(&mut training, "implicit-euler", (span, dt), (snapshots, modes), start)?;
        self.first = basis.modes;
        self.basis = Some(basis.with_room(self.most));
        self.newton.prepare(system, start)?;
        self.jacobian = system.jacobian(Part::All, 0.0, start);
        if let Some(full) = &mut self.full {
            full.prepare(system, start, dt)?;
        }
        Ok(())
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        self.before.copy_from_slice(u);
        let next = t + dt;
        let found = self.reduced(system, (next, dt), work);
        self.look(system, next, dt);
        let size = norm2(&self.residual);
        if let Some(basis) = &self.basis {
            system.rate(Part::All, next, &basis.origin, &mut self.image);
        }
        let scale = norm2(&self.image);
        self.indicator = size / if scale > 0.0 { scale } else { 1.0 };
        work.operator += 2;
        work.flops += 2 * system.flops();
        // What is no number is too large as well.
        let good = found.is_ok() && self.indicator <= self.tolerance;
        if good {
            u.copy_from_slice(&self.w);
        } else {
            self.newton.forget();
            self.newton.begin_step(system);
            self.newton.solve(system, (next, dt), &self.before, u, work)?;
            self.full_steps += 1;
            if let Some(basis) = &mut self.basis {
                self.image.iter_mut().zip(u.iter().zip(&basis.origin)).for_each(|(d, (u, o))| *d = u - o);
                basis.enrich(&mut self.image);
            }
        }
        if let Some(full) = &mut self.full {
            full.step(system, (t, dt), u);
        }
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let modes = self.basis.as_ref().map_or(f64::NAN, |b| b.modes as f64);
        let error = self.full.as_ref().map_or(f64::NAN, |full| full.error);
        out.copy_from_slice(&[error, self.indicator, self.full_steps as f64, modes]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != TOLERANCE.key {
            return Err(BuildError::new(key, "cannot change while running"));
        }
        self.tolerance = TOLERANCE.check(value)?.as_real().unwrap_or(self.tolerance);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.tolerance);
        out.real(self.indicator);
        out.bits(self.full_steps);
        let n = self.w.len();
        if let Some(basis) = &self.basis {
            out.bits(basis.modes as u64);
            for k in self.first..self.most {
                // What is not used yet is zero, so that the state has one length.
                if k < basis.modes { out.slice(basis.column(k)) } else { (0..n).for_each(|_| out.real(0.0)) }
            }
        }
        if let Some(full) = &self.full {
            full.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.tolerance = from.real();
        self.indicator = from.real();
        self.full_steps = from.bits();
        let (n, first) = (self.w.len(), self.first);
        if let Some(basis) = &mut self.basis {
            basis.modes = from.bits() as usize;
            from.slice(&mut basis.room()[first * n..]);
        }
        if let Some(full) = &mut self.full {
            full.load(from);
        }
    }
}
