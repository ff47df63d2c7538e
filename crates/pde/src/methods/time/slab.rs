//! Methods that are parallel in time: they iterate on all moments of a slab of time at once. What they share.
//!
//! The slab has moments `0 = t_0 < t_1 < ... < t_N = T`. The fine propagator takes a state from one to the next; marching with it is what all of them
//! come to. One step of such a method is one iteration over the whole slab.

use iterscope_core::{
    BuildError, CpuStepper, Criterion, Iteration, MethodInput, Outcome, ParamInfo, SeriesInfo, StateReader,
    StateWriter, Stepper, Stop, Value, Values, Work, brush,
};
use iterscope_kernels::compiled::{norm2, norm2_diff};

use super::implicit::{Implicit, Newton};
use super::midpoint_all_at_once::Midpoint;
use super::runge_kutta::RungeKutta;
use super::{euler, implicit_euler, rk4};
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stepper::{FixedStep, Live, Moment};

/// The end of the slab.
pub const SPAN: ParamInfo = ParamInfo::real(
    "span",
    "Length of the slab",
    "Simulated time that is corrected at once; the end that the experiment asks for goes before",
    [1e-9, 1e6],
    0.1,
)
.log();

/// The number of moments.
pub const INTERVALS: ParamInfo =
    ParamInfo::int("intervals", "Intervals", "Pieces of the slab, each for a processor of its own", [1, 2000], 20)
        .log();

/// The fine propagator.
pub const FINE: ParamInfo = integrator("fine", "Fine method", "What all of the slab comes to", "rk4");
/// Its steps on one interval.
pub const FINE_STEPS: ParamInfo =
    ParamInfo::int("fine_steps", "Fine steps", "Steps of the fine method on each interval", [1, 10_000], 20).log();
/// The coarse propagator.
pub const COARSE: ParamInfo =
    integrator("coarse", "Coarse method", "A cheap method that hands on what changes", "implicit-euler");
/// Its steps on one interval.
pub const COARSE_STEPS: ParamInfo =
    ParamInfo::int("coarse_steps", "Coarse steps", "Steps of the coarse method on each interval", [1, 1000], 1).log();

const fn integrator(key: &'static str, label: &'static str, doc: &'static str, default: &'static str) -> ParamInfo {
    const METHODS: &[(&str, &str)] = &[("euler", "Euler"), ("rk4", "RK4"), ("implicit-euler", "implicit Euler")];
    ParamInfo::choice(key, label, doc, METHODS, default)
}

/// The implicit midpoint rule, which methods of it alone take as the fine method.
pub const MIDPOINT: &str = "midpoint";

/// How far the slab is from what the fine method makes of it.
pub const RESIDUAL: SeriesInfo = SeriesInfo::new(
    "slab.residual",
    "Residual of the slab",
    "The largest jump between what the fine method makes of one moment and the next one, over the largest state",
);

/// How far the slab is from marching.
pub const ERROR: SeriesInfo = SeriesInfo::new(
    "slab.error",
    "Error of the slab",
    "The largest difference from marching with the fine method, over the largest state",
);

/// What waits for each other.
pub const SEQUENTIAL: SeriesInfo = SeriesInfo::new(
    "slab.sequential",
    "Evaluations in sequence",
    "Evaluations of the rate that had to wait for each other, were every interval computed by a processor of its own",
)
.linear();

/// What these methods show beside the referee's series; behind that what a method adds ([`SlabMethod::diagnostics`]).
pub static DIAGNOSTICS: &[SeriesInfo] = &[RESIDUAL, ERROR, SEQUENTIAL];

/// Several steps of one integrator.
pub struct Propagator {
    integrator: Box<dyn FixedStep>,
    /// Steps on one interval.
    pub steps: usize,
}

impl Propagator {
    /// The integrator of that name.
    ///
    /// # Errors
    /// Its linear solver cannot be made.
    pub fn new(name: &str, steps: usize, n: usize) -> Result<Propagator, BuildError> {
        let newton = || Newton::new(n, &Values::default(), Part::All);
        let integrator: Box<dyn FixedStep> = match name {
            "euler" => Box::new(RungeKutta::new(euler::TABLEAU, n)),
            "implicit-euler" => Box::new(Implicit::new(newton()?, implicit_euler::ImplicitEuler::new(n))),
            MIDPOINT => Box::new(Implicit::new(newton()?, Midpoint::new(n))),
            _ => Box::new(RungeKutta::new(rk4::TABLEAU, n)),
        };
        Ok(Propagator { integrator, steps })
    }

    /// As [`FixedStep::prepare`].
    ///
    /// # Errors
    /// The integrator does not fit the system.
    pub fn prepare(&mut self, system: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.integrator.prepare(system, start)
    }

    /// Prepares, and does one step, which takes the memory that its matrix needs. `u` is scratch afterwards.
    ///
    /// # Errors
    /// The integrator does not fit the system.
    pub fn warm_up(&mut self, system: &mut dyn System, u: &mut [f64], dt: f64) -> Result<(), BuildError> {
        self.prepare(system, u)?;
        // Whether it succeeds is for the step that counts to say.
        let _ = self.step(system, (0.0, dt), u, &mut Work::default());
        self.forget();
        Ok(())
    }

    /// As [`FixedStep::step`], of a length from a time.
    ///
    /// # Errors
    /// The same.
    pub fn step(
        &mut self,
        system: &mut dyn System,
        (t, dt): (f64, f64),
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        self.integrator.step(system, t, dt, u, work)
    }

    /// As [`FixedStep::forget`].
    pub fn forget(&mut self) {
        self.integrator.forget();
    }

    /// Takes `u` from `from` to `to`.
    ///
    /// # Errors
    /// As [`FixedStep::step`].
    pub fn run(
        &mut self,
        system: &mut dyn System,
        [from, to]: [f64; 2],
        u: &mut [f64],
        work: &mut Work,
    ) -> Result<(), Stop> {
        let dt = (to - from) / self.steps as f64;
        for k in 0..self.steps {
            self.integrator.step(system, from + k as f64 * dt, dt, u, work)?;
        }
        Ok(())
    }
}

/// What a method has at hand.
pub struct Tools<'a> {
    /// The system.
    pub system: &'a mut dyn System,
    /// Times of the moments, the start first.
    pub times: &'a [f64],
    /// The fine propagator.
    pub fine: &'a mut Propagator,
    /// The coarse propagator.
    pub coarse: &'a mut Propagator,
    /// What waits for each other, in evaluations of the rate.
    pub sequential: &'a mut u64,
}

impl Tools<'_> {
    /// Runs the fine propagator over the interval that ends at moment `i`; every interval at the same time as the others, so that nothing is counted
    /// as sequential.
    ///
    /// # Errors
    /// As [`Propagator::run`].
    pub fn fine(&mut self, i: usize, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        self.fine.run(self.system, [self.times[i - 1], self.times[i]], u, work)
    }

    /// Runs the coarse propagator over the interval that ends at moment `i`, one after the other.
    ///
    /// # Errors
    /// As [`Propagator::run`].
    pub fn coarse(&mut self, i: usize, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let before = work.operator;
        let done = self.coarse.run(self.system, [self.times[i - 1], self.times[i]], u, work);
        *self.sequential += work.operator - before;
        done
    }
}

/// One method on a slab. `slab[i]` is the state at moment `i`; `slab[0]` is given.
pub trait SlabMethod {
    /// Fills the slab with the first guess.
    ///
    /// # Errors
    /// A propagator cannot go on.
    fn begin(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop>;

    /// Does one iteration.
    ///
    /// # Errors
    /// As [`SlabMethod::begin`].
    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop>;

    /// Values of the method's own diagnostics, behind those of all.
    fn diagnostics(&self, out: &mut [f64]) {
        let _ = out;
    }

    /// Writes what the next iteration depends on, beside the slab.
    fn save(&self, out: &mut StateWriter) {
        let _ = out;
    }

    /// Reads what `save` wrote.
    fn load(&mut self, tools: &mut Tools<'_>, slab: &[Vec<f64>], from: &mut StateReader<'_>) {
        let _ = (tools, slab, from);
    }
}

/// The first guess: the start at all times.
pub fn constant(slab: &mut [Vec<f64>]) {
    let (first, rest) = slab.split_at_mut(1);
    rest.iter_mut().for_each(|state| state.copy_from_slice(&first[0]));
}

struct SlabIteration {
    system: Box<dyn System>,
    method: Box<dyn SlabMethod>,
    fine: Propagator,
    coarse: Propagator,
    span: f64,
    times: Vec<f64>,
    /// The state at the end, and all of them.
    moment: Moment,
    /// Marching with the fine method.
    marched: Vec<Vec<f64>>,
    is_marched: bool,
    begun: bool,
    failed: Option<Stop>,
    /// The work of the first guess, counted with the first step.
    start: Work,
    sequential: u64,
    looked: bool,
    diagnostics: [f64; 3],
}

/// A run of `method` on the problem that was asked for.
///
/// # Errors
/// The problem is not one in time, or a propagator cannot be made.
pub fn build(method: Box<dyn SlabMethod>, input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = input.downcast::<Evolution>()?;
    let (n, values) = (problem.start.len(), input.values);
    let count = values.size("intervals");
    let given = |key: &str| values.get(key).is_some();
    let fine_steps = if given("fine_steps") { values.size("fine_steps") } else { 1 };
    let name = if given("fine") { values.text("fine") } else { MIDPOINT };
    let fine = Propagator::new(name, fine_steps, n)?;
    let coarse = if given("coarse") {
        Propagator::new(values.text("coarse"), values.size("coarse_steps"), n)?
    } else {
        Propagator::new("euler", 1, n)?
    };
    let slab = vec![problem.start.to_vec(); count + 1];
    let mut system = problem.system();
    let live = Live::of(&mut *system);
    let iteration = SlabIteration {
        system,
        method,
        fine,
        coarse,
        span: values.real("span"),
        times: vec![0.0; count + 1],
        moment: Moment { time: 0.0, values: problem.start.to_vec(), slab, live },
        marched: vec![problem.start.to_vec(); count + 1],
        is_marched: false,
        begun: false,
        failed: None,
        start: Work::default(),
        sequential: 0,
        looked: false,
        diagnostics: [f64::NAN; 3],
    };
    Ok(CpuStepper::boxed(iteration, problem.referee()))
}

impl SlabIteration {
    /// Sets the times, and marches through the slab for comparison.
    fn march(&mut self) {
        if std::mem::replace(&mut self.is_marched, true) {
            return;
        }
        self.forget();
        let last = self.times.len() - 1;
        for (i, t) in self.times.iter_mut().enumerate() {
            *t = self.span * i as f64 / last as f64;
        }
        self.moment.time = self.span;
        // What is compared with is not the method's work.
        let mut unseen = Work::default();
        for i in 1..self.times.len() {
            let mut u = std::mem::take(&mut self.marched[i]);
            u.copy_from_slice(&self.marched[i - 1]);
            let interval = [self.times[i - 1], self.times[i]];
            if self.fine.run(&mut *self.system, interval, &mut u, &mut unseen).is_err() {
                u.fill(f64::NAN);
            }
            self.marched[i] = u;
        }
    }

    /// Fills the slab with the first guess.
    fn begin(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        self.march();
        self.forget();
        (self.start, self.sequential) = (Work::default(), 0);
        let mut work = Work::default();
        self.failed = self.with(|method, tools, slab| method.begin(tools, slab, &mut work)).err();
        self.start = work;
        self.looked = false;
    }

    /// Looking at the slab must not change how it goes on, nor what was before a reset.
    fn forget(&mut self) {
        self.fine.integrator.forget();
        self.coarse.integrator.forget();
    }

    fn with<R>(&mut self, act: impl FnOnce(&mut dyn SlabMethod, &mut Tools<'_>, &mut [Vec<f64>]) -> R) -> R {
        let mut tools = Tools {
            system: &mut *self.system,
            times: &self.times,
            fine: &mut self.fine,
            coarse: &mut self.coarse,
            sequential: &mut self.sequential,
        };
        act(&mut *self.method, &mut tools, &mut self.moment.slab)
    }

    /// Measures how far the slab is from what the fine method makes of it.
    fn look(&mut self) {
        if std::mem::replace(&mut self.looked, true) {
            return;
        }
        let (slab, mut unseen) = (&self.moment.slab, Work::default());
        let scale = self.marched.iter().map(|u| norm2(u)).fold(f64::MIN_POSITIVE, f64::max);
        let (mut residual, mut error) = (0.0f64, 0.0f64);
        let u = &mut self.moment.values;
        for i in 1..slab.len() {
            u.copy_from_slice(&slab[i - 1]);
            let interval = [self.times[i - 1], self.times[i]];
            let ran = self.fine.run(&mut *self.system, interval, u, &mut unseen);
            let jump = if ran.is_ok() { norm2_diff(u, &slab[i]) } else { f64::NAN };
            let off = norm2_diff(&slab[i], &self.marched[i]);
            // What is no number must not get lost.
            residual = if jump <= residual { residual } else { jump };
            error = if off <= error { error } else { off };
        }
        self.diagnostics = [residual / scale, error / scale, self.sequential as f64];
    }
}

impl Iteration for SlabIteration {
    type Iterate = Moment;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.begin();
        if let Some(stop) = self.failed {
            return Outcome::Stop(stop);
        }
        let start = std::mem::take(&mut self.start);
        work.operator += start.operator;
        work.inner += start.inner;
        work.flops += start.flops;
        work.bytes += start.bytes;
        self.looked = false;
        self.forget();
        let done = self.with(|method, tools, slab| method.iterate(tools, slab, work));
        match done {
            Err(stop) => Outcome::Stop(stop),
            Ok(()) if !self.moment.slab.iter().flatten().all(|v| v.is_finite()) => Outcome::Stop(Stop::Diverged),
            Ok(()) => Outcome::Continue,
        }
    }

    fn iterate(&mut self) -> &Moment {
        self.begin();
        self.look();
        let last = self.moment.slab.len() - 1;
        self.moment.values.copy_from_slice(&self.moment.slab[last]);
        &self.moment
    }

    fn end_at(&mut self, until: f64) {
        self.span = until;
        (self.begun, self.is_marched) = (false, false);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if brush::field_of(key).is_some() {
            let why = "all of a course is corrected at once: there is no moment at which something could be added";
            return Err(BuildError::new(key, why));
        }
        match self.moment.live.set(&mut *self.system, key, value)? {
            None => return Err(BuildError::new(key, "cannot change while running")),
            // All of the slab is of another system: it is begun anew.
            Some(true) => (self.begun, self.is_marched, self.failed) = (false, false, None),
            Some(false) => {}
        }
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let (all, own) = out.split_at_mut(self.diagnostics.len());
        all.copy_from_slice(&self.diagnostics);
        self.method.diagnostics(own);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 0, label: "residual of the slab", tolerance: None })
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(f64::from(u8::from(self.begun)));
        for counter in self.start.counters() {
            out.bits(counter);
        }
        out.bits(self.sequential);
        self.moment.live.save(out);
        for state in &self.moment.slab {
            out.slice(state);
        }
        self.method.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let begun = from.real() == 1.0;
        let [operator, preconditioner, inner, flops, bytes] = std::array::from_fn(|_| from.bits());
        let sequential = from.bits();
        if self.moment.live.load(&mut *self.system, from) {
            self.is_marched = false;
        }
        for state in &mut self.moment.slab {
            from.slice(state);
        }
        // Marching and times are those of the span and the parameters.
        self.march();
        self.with(|method, tools, slab| method.load(tools, slab, from));
        (self.begun, self.failed) = (begun, None);
        (self.start, self.sequential) = (Work { operator, preconditioner, inner, flops, bytes }, sequential);
        self.looked = false;
    }
}
