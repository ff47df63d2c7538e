//! The run loop on a method small enough to know every number of.

use std::cell::Cell;
use std::rc::Rc;

use iterscope_core::{
    Artifact, BuildError, Change, Checkpoint, CpuStepper, Extent, Iteration, Outcome, Picture, Progress, Referee,
    SeriesInfo, StateReader, StateWriter, Status, StepError, Stepper, Stop, StopRule, Value, Work,
};
use iterscope_driver::{Pace, Plan, Pumped, Race, Run, trace_hash};

/// `x <- factor * x`, from 1.
struct Shrink {
    x: [f64; 1],
    factor: f64,
}

impl Iteration for Shrink {
    type Iterate = [f64];
    fn step(&mut self, work: &mut Work) -> Outcome {
        self.x[0] *= self.factor;
        work.operator += 1;
        Outcome::Continue
    }
    fn iterate(&mut self) -> &[f64] {
        &self.x
    }
    fn set(&mut self, _: &str, value: &Value) -> Result<(), BuildError> {
        self.factor = value.as_real().ok_or_else(|| BuildError::new("factor", "must be a number"))?;
        Ok(())
    }
    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.real(self.factor);
    }
    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        self.factor = from.real();
    }
    fn restart(&mut self, iterate: &[f64]) -> Result<(), BuildError> {
        self.x.copy_from_slice(iterate);
        Ok(())
    }
}

struct Size;
impl Referee for Size {
    type Iterate = [f64];
    fn series(&self) -> usize {
        1
    }
    fn measure(&mut self, x: &[f64], out: &mut [f64]) {
        out[0] = x[0].abs();
    }
    fn picture(&mut self, _: &str, _: &[f64], _: Extent, _: &mut Picture) {}
    fn result(&mut self, x: &[f64]) -> Artifact {
        Artifact::Grid { rows: 1, cols: 1, values: x.to_vec() }
    }
}

fn shrink(factor: f64) -> Box<dyn Stepper> {
    CpuStepper::boxed(Shrink { x: [1.0], factor }, Size)
}

fn plan(stepper: Box<dyn Stepper>, max_steps: u64) -> Plan {
    Plan {
        stepper,
        width: 1,
        series: 1,
        stops: vec![0],
        time: None,
        size: 0,
        rule: StopRule { rtol: 1e-6, max_steps, until: None },
        growth: None,
        plateaus: false,
        fallback: None,
        index: 0,
        changes: Vec::new(),
    }
}

fn finish(run: &mut Run) -> Status {
    let clock = || 0.0;
    while run.pump(u64::MAX, &clock, 1.0).unwrap() != Pumped::Done {}
    run.status()
}

#[test]
fn each_stop_reason_is_told_apart() {
    let stop = |factor, max| finish(&mut Run::new(plan(shrink(factor), max)));
    assert_eq!(stop(0.5, 5000), Status::Stopped(Stop::Converged));
    assert_eq!(stop(0.999, 100), Status::Stopped(Stop::MaxSteps));
    assert_eq!(stop(1.0, 5000), Status::Stopped(Stop::Stagnated));
    assert_eq!(stop(3.0, 5000), Status::Stopped(Stop::Diverged));
    assert_eq!(stop(f64::NAN, 5000), Status::Stopped(Stop::Diverged));
}

/// Grows to a hundred at first, then shrinks slowly: what matrices far from normal do.
struct Hump(Shrink);

impl Iteration for Hump {
    type Iterate = [f64];
    fn step(&mut self, work: &mut Work) -> Outcome {
        work.operator += 1;
        self.0.x[0] *= if work.operator <= 10 { 1.6 } else { 0.99 };
        Outcome::Continue
    }
    fn iterate(&mut self) -> &[f64] {
        self.0.iterate()
    }
    fn save(&self, out: &mut StateWriter) {
        self.0.save(out);
    }
    fn load(&mut self, from: &mut StateReader<'_>) {
        self.0.load(from);
    }
}

#[test]
fn growth_before_convergence_is_not_stagnation() {
    let hump = CpuStepper::boxed(Hump(Shrink { x: [1.0], factor: 1.0 }), Size);
    assert_eq!(finish(&mut Run::new(plan(hump, 5000))), Status::Stopped(Stop::Converged));
    // Slow growth is not stagnation either.
    assert_eq!(finish(&mut Run::new(plan(shrink(1.005), 5000))), Status::Stopped(Stop::Diverged));
}

/// Measures the size, and how far it is from a quarter: what is not seen would have the method stop there.
struct Quarter;
impl Referee for Quarter {
    type Iterate = [f64];
    fn series(&self) -> usize {
        2
    }
    fn measure(&mut self, x: &[f64], out: &mut [f64]) {
        (out[0], out[1]) = (x[0].abs(), (x[0] - 0.25).abs() + 0.1);
    }
    fn picture(&mut self, _: &str, _: &[f64], _: Extent, _: &mut Picture) {}
    fn result(&mut self, x: &[f64]) -> Artifact {
        Size.result(x)
    }
}

#[test]
fn the_end_of_a_run_says_from_where_on_it_overfitted() {
    let series = [SeriesInfo::new("fit", "Fit", "").stops(), SeriesInfo::new("error", "Error", "").unseen()];
    let words = |factor: f64, max: u64| {
        let stepper = CpuStepper::boxed(Shrink { x: [1.0], factor }, Quarter);
        let mut run = Run::new(Plan { width: 2, series: 2, ..plan(stepper, max) });
        finish(&mut run);
        run.explain(&series).unwrap()
    };
    assert!(words(0.5, 5000).ends_with("Error: least at step 2, 250 % larger at the end (overfitting)."));
    assert!(words(0.5, 2).starts_with("The limit") && !words(0.5, 2).contains("overfitting"));
    // Past the quarter, then without bound: lost, not overfitted.
    let mut run = Run::new(Plan {
        width: 2,
        series: 2,
        ..plan(CpuStepper::boxed(Shrink { x: [1.0], factor: 0.5 }, Quarter), 5000)
    });
    run.pump(4, &|| 0.0, 1.0).unwrap();
    run.set("factor", &Value::Real(1000.0)).unwrap();
    finish(&mut run);
    let words = run.explain(&series).unwrap();
    assert!(words.starts_with("Diverged") && !words.contains("overfitting"));
}

#[test]
fn convergence_is_seen_at_the_step_at_which_it_happens() {
    let mut run = Run::new(plan(shrink(0.5), 5000));
    finish(&mut run);
    assert_eq!(run.shown(), 20);
    assert_eq!(run.history().len(), 21);
}

#[test]
fn the_trace_does_not_depend_on_how_the_loop_was_cut_up() {
    let mut whole = Run::new(plan(shrink(0.999), 5000));
    finish(&mut whole);
    let mut cut = Run::new(plan(shrink(0.999), 5000));
    let ticks = Cell::new(0.0);
    let clock = || {
        ticks.set(ticks.get() + 0.001);
        ticks.get()
    };
    let mut limit = 0;
    while cut.status() == Status::Ready {
        limit += 37;
        cut.pump(limit, &clock, ticks.get() + 0.003).unwrap();
    }
    assert_eq!(trace_hash(whole.history()), trace_hash(cut.history()));
}

#[test]
fn a_run_sought_back_repeats_itself() {
    let mut run = Run::new(plan(shrink(0.99), 5000));
    finish(&mut run);
    let (hash, end) = (trace_hash(run.history()), run.shown());
    for step in [0, 7, 150, end, 42] {
        assert_eq!(run.seek(step).unwrap(), step);
        let row = run.history().at(step).unwrap();
        let Artifact::Grid { values, .. } = run.result().unwrap() else { panic!("a grid was written") };
        assert_eq!(values[0], run.history().row(row).values[0]);
    }
    assert_eq!(run.status(), Status::Ready);
    assert_eq!(finish(&mut run), Status::Stopped(Stop::Converged));
    assert_eq!((trace_hash(run.history()), run.shown()), (hash, end));
}

#[test]
fn a_changed_parameter_takes_effect_and_is_kept_by_seeking() {
    let mut run = Run::new(plan(shrink(0.99), 5000));
    run.pump(100, &|| 0.0, 1.0).unwrap();
    run.set("factor", &Value::Real(0.5)).unwrap();
    finish(&mut run);
    assert!(run.shown() < 130);
    let end = run.shown();
    run.seek(110).unwrap();
    let at_110 = run.history().row(run.history().at(110).unwrap()).values[0];
    let Artifact::Grid { values, .. } = run.result().unwrap() else { panic!("a grid was written") };
    assert_eq!(values[0], at_110);
    run.seek(50).unwrap();
    finish(&mut run);
    assert!(run.shown() > end, "the change lay after the step that was gone back to");
}

/// A stepper on a device that is lost after some steps.
struct Device {
    inner: Box<dyn Stepper>,
    dies_at: u64,
    pending: bool,
}
impl Stepper for Device {
    fn advance(&mut self, n: u32) -> Result<Progress, StepError> {
        if self.inner.steps() >= self.dies_at {
            return Err(StepError::DeviceLost("unplugged".into()));
        }
        self.pending = !self.pending;
        if self.pending { Ok(Progress::Pending) } else { self.inner.advance(n) }
    }
    fn batch(&self) -> u32 {
        16
    }
    fn steps(&self) -> u64 {
        self.inner.steps()
    }
    fn work(&self) -> Work {
        self.inner.work()
    }
    fn measure(&mut self, out: &mut [f64]) -> Result<Progress, StepError> {
        self.inner.measure(out)
    }
    fn picture(&mut self, key: &str, extent: Extent, out: &mut Picture) -> Result<Progress, StepError> {
        self.inner.picture(key, extent, out)
    }
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.inner.set(key, value)
    }
    fn reset(&mut self) -> Result<(), StepError> {
        self.inner.reset()
    }
    fn save(&mut self) -> Result<Checkpoint, StepError> {
        let Artifact::Grid { values, .. } = self.inner.result()? else { panic!("a grid was written") };
        Ok(Checkpoint { state: iterscope_core::State::Iterate(values), ..self.inner.save()? })
    }
    fn load(&mut self, from: &Checkpoint) -> Result<(), BuildError> {
        self.inner.load(from)
    }
    fn result(&mut self) -> Result<Artifact, StepError> {
        self.inner.result()
    }
}

/// Brings a run to a step.
fn to(run: &mut Run, step: u64) {
    while run.pump(step, &|| 0.0, 1.0).unwrap() != Pumped::Done {}
    assert_eq!(run.shown(), step);
}

#[test]
fn recorded_changes_are_made_again_to_the_same_trace() {
    let mut live = Run::new(plan(shrink(0.99), 900));
    for (step, factor) in [(3, 0.995), (250, 0.999), (416, 0.9)] {
        to(&mut live, step);
        live.set("factor", &Value::Real(factor)).unwrap();
    }
    finish(&mut live);
    assert_eq!(live.status(), Status::Stopped(Stop::Converged));
    let changes = live.changes().to_vec();
    assert_eq!(changes.iter().map(|c| c.step).collect::<Vec<_>>(), [3, 250, 416]);
    let replay = || Run::new(Plan { changes: changes.clone(), ..plan(shrink(0.99), 900) });
    let mut whole = replay();
    finish(&mut whole);
    let mut cut = replay();
    while cut.status() == Status::Ready {
        let step = cut.shown();
        cut.pump(step + 7, &|| 0.0, 1.0).unwrap();
    }
    assert_eq!([trace_hash(whole.history()), trace_hash(cut.history())], [trace_hash(live.history()); 2]);
    // Every step sought to is that of the run, whichever change lies between it and the last.
    for (step, factor) in [(414, 0.999), (3, 0.995), (2, 0.99), (250, 0.999), (1, 0.99), (420, 0.9), (0, 0.99)] {
        assert_eq!(whole.seek(step).unwrap(), step);
        let (x, at) = (whole.result().unwrap(), whole.history().at(step).unwrap());
        assert_eq!(x, Artifact::Grid { rows: 1, cols: 1, values: whole.history().row(at).values.to_vec() }, "{step}");
        let now = whole.changes().iter().rfind(|c| c.step <= step).map_or(0.99, |c| c.value.as_real().unwrap());
        assert_eq!(now, factor, "{step}");
    }
}

#[test]
fn going_on_from_before_a_change_forgets_it() {
    let mut run = Run::new(plan(shrink(0.99), 200));
    to(&mut run, 100);
    run.set("factor", &Value::Real(0.3)).unwrap();
    to(&mut run, 110);
    run.seek(50).unwrap();
    assert_eq!(run.changes().len(), 1, "looking back changes nothing");
    to(&mut run, 100);
    assert!(run.changes().is_empty());
    let mut untouched = Run::new(plan(shrink(0.99), 200));
    to(&mut untouched, 100);
    assert_eq!(trace_hash(run.history()), trace_hash(untouched.history()));
    // What is still to come stays, unless a parameter is set before it.
    let later = Run::changes(&{
        let mut run = Run::new(plan(shrink(0.99), 200));
        to(&mut run, 150);
        run.set("factor", &Value::Real(0.5)).unwrap();
        run
    })
    .to_vec();
    let mut run = Run::new(Plan { changes: later, ..plan(shrink(0.99), 200) });
    to(&mut run, 20);
    run.seek(10).unwrap();
    to(&mut run, 12);
    assert_eq!(run.changes().len(), 1);
    run.set("factor", &Value::Real(0.8)).unwrap();
    run.set("factor", &Value::Real(0.9)).unwrap();
    let now: Vec<_> = run.changes().iter().map(|c| (c.step, c.value.clone())).collect();
    assert_eq!(now, [(12, Value::Real(0.9))]);
}

#[test]
fn a_change_that_cannot_be_made_is_an_error_with_words() {
    let change = Change { run: 0, step: 5, key: "factor".into(), value: Value::Bool(true) };
    let mut run = Run::new(Plan { changes: vec![change], ..plan(shrink(0.99), 200) });
    let error = run.pump(9, &|| 0.0, 1.0).unwrap_err();
    assert!(error.to_string().starts_with("factor cannot be changed to true at step 5"), "{error}");
}

#[test]
fn a_run_that_moves_keeps_its_changes() {
    let device = Device { inner: shrink(0.999), dies_at: 100, pending: false };
    let change = |step: u64, factor: f64| Change { run: 0, step, key: "factor".into(), value: Value::Real(factor) };
    let changes = vec![change(32, 0.99), change(192, 0.98)];
    let mut run = Run::new(Plan {
        fallback: Some(Box::new(|| Ok(shrink(0.999)))),
        changes: changes.clone(),
        ..plan(Box::new(device), 5000)
    });
    for _ in 0..10_000 {
        if run.pump(u64::MAX, &|| 0.0, 1.0).unwrap() == Pumped::Done {
            break;
        }
    }
    let mut whole = Run::new(Plan { changes, ..plan(shrink(0.999), 5000) });
    finish(&mut whole);
    assert_eq!(run.history().last().unwrap().values[0], whole.history().last().unwrap().values[0]);
}

#[test]
fn a_lost_device_moves_the_run_to_its_fallback_with_words() {
    let device = Device { inner: shrink(0.99), dies_at: 100, pending: false };
    let mut run = Run::new(Plan { fallback: Some(Box::new(|| Ok(shrink(0.99)))), ..plan(Box::new(device), 5000) });
    let mut words = None;
    for _ in 0..10_000 {
        match run.pump(u64::MAX, &|| 0.0, 1.0).unwrap() {
            Pumped::Done => break,
            Pumped::Moved(said) => words = Some(said),
            Pumped::Pending | Pumped::More => {}
        }
    }
    assert!(words.unwrap().contains("unplugged"));
    assert_eq!(run.status(), Status::Stopped(Stop::Converged));
    let mut whole = Run::new(plan(shrink(0.99), 5000));
    finish(&mut whole);
    assert_eq!(run.history().last().unwrap().values[0], whole.history().last().unwrap().values[0]);
}

#[test]
fn a_lost_device_without_fallback_is_an_error() {
    let mut run = Run::new(plan(Box::new(Device { inner: shrink(0.5), dies_at: 0, pending: false }), 10));
    assert!(matches!(run.pump(5, &|| 0.0, 1.0), Err(StepError::DeviceLost(_))));
}

#[test]
fn lockstep_keeps_runs_together_and_speeds_up() {
    let now = Rc::new(Cell::new(0.0));
    let clock = {
        let now = now.clone();
        move || now.get()
    };
    let mut race = Race::new(vec![Run::new(plan(shrink(0.9995), 5000)), Run::new(plan(shrink(0.9999), 5000))]);
    let pace = Pace::Lockstep { factor: 1.0 };
    let mut seconds = 0;
    while !race.finished() {
        for _ in 0..60 {
            now.set(now.get() + 1.0 / 60.0);
            race.tick(pace, &clock, 0.01).unwrap();
            if !race.finished() {
                assert_eq!(race.runs[0].shown(), race.runs[1].shown());
            }
        }
        seconds += 1;
        if seconds == 1 {
            assert!((55..=62).contains(&race.front()));
        }
    }
    // 5000 steps: about 1 + ln(5000 / 60) seconds of 60 steps' growth each.
    assert!((4..=8).contains(&seconds), "{seconds}");
}

/// A falling stone: a clock, and steps of its own length.
struct Clocked {
    time: [f64; 1],
    dt: f64,
    end: f64,
}

impl Iteration for Clocked {
    type Iterate = [f64];
    fn step(&mut self, work: &mut Work) -> Outcome {
        work.operator += 1;
        self.time[0] = (self.time[0] + self.dt).min(self.end);
        if self.time[0] >= self.end { Outcome::Stop(Stop::TimeReached) } else { Outcome::Continue }
    }
    fn iterate(&mut self) -> &[f64] {
        &self.time
    }
    fn clock(&self) -> Option<f64> {
        Some(self.time[0])
    }
    fn end_at(&mut self, until: f64) {
        self.end = until;
    }
    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.time);
    }
    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.time);
    }
}

#[test]
fn runs_with_clocks_are_kept_and_sought_at_the_same_time() {
    let run = |dt: f64| {
        let series = [SeriesInfo::new(SeriesInfo::TIME, "time", "")];
        let rule = StopRule { rtol: 0.0, max_steps: 100_000, until: Some(10.0) };
        let stepper = CpuStepper::boxed(Clocked { time: [0.0], dt, end: f64::INFINITY }, Size);
        Run::new(Plan::new(stepper, &series, 0, rule))
    };
    let mut race = Race::new(vec![run(0.01), run(0.25)]);
    let ticks = Cell::new(0.0);
    let clock = || ticks.get();
    let pace = Pace::Lockstep { factor: 1.0 };
    // One of them alone comes to its first step at first.
    race.runs[1].pump(1, &clock, 1.0).unwrap();
    race.tick(pace, &clock, 0.01).unwrap();
    for _ in 0..60 {
        ticks.set(ticks.get() + 1.0 / 30.0);
        race.tick(pace, &clock, 0.01).unwrap();
    }
    // Two of ten seconds: a fifth of the time, whatever the steps.
    let times: Vec<f64> = race.runs.iter().map(|r| r.clock().unwrap()).collect();
    assert!(times.iter().all(|t| (1.7..=2.6).contains(t)), "{times:?}");
    while !race.finished() {
        race.tick(Pace::Free, &clock, 0.01).unwrap();
    }
    assert!(race.runs.iter().all(|r| r.status() == Status::Stopped(Stop::TimeReached)));
    race.seek(500).unwrap();
    let times: Vec<f64> = race.runs.iter().map(|r| r.clock().unwrap()).collect();
    assert!((times[0] - 5.0).abs() < 0.06 && (times[1] - 5.0).abs() < 0.3, "{times:?}");
    let words = race.runs[1].explain(&[SeriesInfo::new("time", "time", "")]);
    assert!(words.is_none(), "shown before its end, it can go on");
}
