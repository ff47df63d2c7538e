//! What holds for every rule, order and algorithm: no step allocates, and a saved state continues bit for bit. Objectives
//! are held to finite differences.

mod support;

use iterscope_core::{
    Artifact, BuildError, CpuStepper, Extent, Iteration, Outcome, Picture, Progress, Referee, StateReader, StateWriter,
    Stepper, Value, Work,
};
use iterscope_kernels::rng::Rng;
use iterscope_optim::algorithm::Algorithm;
use iterscope_optim::forward::{self, Forward};
use iterscope_optim::fosi::{self, Fosi};
use iterscope_optim::objective::{Block, Differences, Objective, Sample};
use iterscope_optim::optex::{self, OptEx};
use iterscope_optim::papers::{Beale, Diagonal, Function, Logistic, MatrixSquares, Rosenbrock, SumOfSquares};
use iterscope_optim::proxprox::{self, ProxProx};
use iterscope_optim::stochastic::Stochastic;
use iterscope_optim::{order, params, rules};
use iterscope_testkit::{Counting, allocations};
use support::values;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Any algorithm on any objective, as a family would join them.
struct Joined<F> {
    f: F,
    algorithm: Box<dyn Algorithm>,
}

impl<F: Objective> Iteration for Joined<F> {
    type Iterate = [f64];
    fn step(&mut self, work: &mut Work) -> Outcome {
        self.algorithm.step(&mut self.f, work)
    }
    fn iterate(&mut self) -> &[f64] {
        self.algorithm.result()
    }
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.algorithm.set(key, value)
    }
    fn save(&self, out: &mut StateWriter) {
        self.algorithm.save(out);
    }
    fn load(&mut self, from: &mut StateReader<'_>) {
        self.algorithm.load(from);
    }
}

/// Measures the entries themselves.
struct Entries(usize);

impl Referee for Entries {
    type Iterate = [f64];
    fn series(&self) -> usize {
        self.0
    }
    fn measure(&mut self, iterate: &[f64], out: &mut [f64]) {
        out.copy_from_slice(iterate);
    }
    fn picture(&mut self, _: &str, _: &[f64], _: Extent, _: &mut Picture) {}
    fn result(&mut self, _: &[f64]) -> Artifact {
        unreachable!("no test asks for it")
    }
}

type Stepping = CpuStepper<Entries>;

const D: usize = 9;

fn objective(parts: usize) -> Logistic {
    Logistic::new([42, parts], &[1.0; D], 0.01, 2)
}

fn joined(f: Logistic, algorithm: Box<dyn Algorithm>) -> Stepping {
    CpuStepper::new(Box::new(Joined { f, algorithm }), Entries(D))
}

/// Every rule in one order, every order with one rule, and every other algorithm.
fn all() -> Vec<(String, Box<dyn Fn() -> Stepping>)> {
    let stochastic = |rule: &'static str, order: &'static str| -> (String, Box<dyn Fn() -> Stepping>) {
        let parts = if rule == "u-dog" { 1 } else { 7 };
        let made = move || {
            let given = [
                ("rule", Value::from(rule)),
                ("order", Value::from(order)),
                ("horizon", Value::Int(4)),
                ("every", Value::Int(3)),
            ];
            let mut f = objective(parts);
            let run = Stochastic::new(&mut f, &[0.0; D], &values(params::PARAMS, &given), 4).unwrap();
            joined(f, Box::new(run))
        };
        (format!("{rule} {order}"), Box::new(made))
    };
    let mut all: Vec<_> = rules::CHOICES.iter().map(|(rule, _)| stochastic(rule, "grab")).collect();
    all.extend(order::CHOICES.iter().map(|(order, _)| stochastic("heavy-ball", order)));
    for base in ["plain", "heavy-ball", "adam"] {
        all.push((
            format!("fosi {base}"),
            Box::new(move || {
                let given = [("base", Value::from(base)), ("pairs", Value::Int(2)), ("every", Value::Int(4))];
                let mut f = objective(1);
                let run = Fosi::new(&mut f, &[0.0; D], &values(fosi::PARAMS, &given), 4);
                joined(f, Box::new(run))
            }),
        ));
        all.push((
            format!("optex {base}"),
            Box::new(move || {
                let given = [("base", Value::from(base)), ("history", Value::Int(6))];
                let mut f = objective(1);
                let run = OptEx::new(&mut f, &[0.0; D], &values(optex::PARAMS, &given));
                joined(f, Box::new(run))
            }),
        ));
    }
    all.push((
        "proxprox".into(),
        Box::new(|| {
            let mut f = objective(3);
            let run = ProxProx::new(&mut f, &[0.0; D], &values(proxprox::PARAMS, &[]));
            joined(f, Box::new(run))
        }),
    ));
    all.push((
        "forward".into(),
        Box::new(|| {
            let mut f = objective(1);
            let run = Forward::new(&mut f, &[0.0; D], &values(forward::PARAMS, &[]), 4);
            joined(f, Box::new(run))
        }),
    ));
    all
}

fn bits(stepper: &mut Stepping) -> (Vec<u64>, Work) {
    let mut out = [0.0; D];
    stepper.measure(&mut out).unwrap();
    (out.map(f64::to_bits).to_vec(), stepper.work())
}

#[test]
fn a_saved_state_continues_bit_for_bit() {
    for (name, make) in all() {
        for at in [0, 3, 5] {
            let mut straight = make();
            straight.advance(at).unwrap();
            let checkpoint = straight.save().unwrap();
            straight.advance(6).unwrap();
            let mut resumed = make();
            resumed.advance(2).unwrap();
            resumed.load(&checkpoint).unwrap();
            resumed.advance(6).unwrap();
            let expected = bits(&mut straight);
            assert_eq!(bits(&mut resumed), expected, "{name} from {at}");
            straight.reset().unwrap();
            straight.advance(at).unwrap();
            straight.advance(6).unwrap();
            assert_eq!(bits(&mut straight), expected, "{name}: reset");
        }
    }
}

#[test]
fn a_step_does_not_allocate() {
    for (name, make) in all() {
        let mut stepper = make();
        let (progress, count) = allocations(|| stepper.advance(12));
        progress.unwrap();
        assert_eq!(count, 0, "{name}");
    }
}

#[test]
fn every_rule_approaches_the_minimiser_on_whole_gradients() {
    let mut f = objective(1);
    let best = f.minimiser();
    let least = f.value(&best);
    let first = f.value(&[0.0; D]) - least;
    for (rule, _) in rules::CHOICES {
        let given = [("rule", Value::from(*rule)), ("parts", Value::Int(1)), ("horizon", Value::Int(300))];
        let mut run = Stochastic::new(&mut f, &[0.0; D], &values(params::PARAMS, &given), 4).unwrap();
        for _ in 0..601 {
            run.step(&mut f, &mut Work::default());
        }
        let gap = f.value(run.result()) - least;
        assert!(gap < 0.02 * first, "{rule}: {gap:e} of {first:e}");
    }
}

#[test]
fn schedules_end_the_run() {
    for (rule, epochs) in [("linear-decay", 4), ("refined-decay", 9)] {
        let given = [("rule", Value::from(rule)), ("horizon", Value::Int(4)), ("parts", Value::Int(7))];
        let mut f = objective(7);
        let mut run = Stochastic::new(&mut f, &[0.0; D], &values(params::PARAMS, &given), 4).unwrap();
        let goes_on = |run: &mut Stochastic, f: &mut Logistic| run.step(f, &mut Work::default()) == Outcome::Continue;
        assert!((1..epochs).all(|_| goes_on(&mut run, &mut f)), "{rule} ended early");
        assert!(!goes_on(&mut run, &mut f), "{rule} goes on");
    }
}

#[test]
fn only_live_parameters_in_range_are_taken() {
    for (name, make) in all() {
        let mut stepper = make();
        assert_eq!(stepper.set("step", &Value::Real(-1.0)).unwrap_err().field, "step", "{name}");
        assert!(stepper.set("step", &Value::Real(0.5)).is_ok(), "{name}");
        assert!(stepper.set("rule", &Value::from("adam")).is_err(), "{name}");
        assert_eq!(stepper.advance(1), Ok(Progress::Advanced), "{name}");
    }
}

/// The whole gradient is that of one row, the same for two calls: a noisy oracle that says it is exact.
struct Noisy {
    f: Logistic,
    rng: Rng,
    row: usize,
    calls: u32,
}

impl Objective for Noisy {
    fn size(&self) -> usize {
        self.f.size()
    }
    fn blocks(&self) -> &[Block] {
        self.f.blocks()
    }
    fn parts(&self) -> usize {
        1
    }
    fn gradient(&mut self, _: Sample, x: &[f64], gradient: &mut [f64], work: &mut Work) -> f64 {
        if self.calls.is_multiple_of(2) {
            self.row = self.rng.below(500);
        }
        self.calls += 1;
        self.f.gradient(Sample::Part(self.row), x, gradient, work)
    }
    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], work: &mut Work) -> f64 {
        self.f.slope(of, x, v, work)
    }
    fn hessian_times(&mut self, of: Sample, x: &[f64], v: &[f64], out: &mut [f64], work: &mut Work) {
        self.f.hessian_times(of, x, v, out, work);
    }
}

#[test]
fn accelerated_dog_without_damping_is_refused_on_parts_because_noise_drives_it_away() {
    let given = [("rule", Value::from("u-dog"))];
    let mut f = objective(7);
    let refused = Stochastic::new(&mut f, &[0.0; D], &values(params::PARAMS, &given), 4);
    assert_eq!(refused.err().map(|e| e.field), Some("rule".into()));
    let row_by_row = Logistic::new([500, 500], &[1.0; 30], 0.0, 81);
    let mut f = Noisy { f: row_by_row, rng: Rng::new(3), row: 0, calls: 0 };
    let mut run = Stochastic::new(&mut f, &[0.0; 30], &values(params::PARAMS, &given), 4).unwrap();
    (f.rng, f.calls) = (Rng::new(3), 0);
    for _ in 0..10_000 {
        run.step(&mut f, &mut Work::default());
    }
    let (start, end) = (f.f.value(&[0.0; 30]), f.f.value(run.result()));
    assert!(end > 1e10 * start, "{start} {end}");
}

/// Gradient, slope and Hessian of every sample against differences of what is above them.
fn consistent(name: &str, f: &mut dyn Objective, x: &[f64]) {
    let (n, parts) = (f.size(), f.parts());
    let work = &mut Work::default();
    let v: Vec<f64> = (0..n).map(|k| ((k * 7 % 5) as f64 - 1.5) / 2.0).collect();
    let (mut g, mut other, mut h, mut d) = (vec![0.0; n], vec![0.0; n], vec![0.0; n], Differences::new(n));
    let mut mean = vec![0.0; n];
    for of in (0..parts).map(Sample::Part).chain([Sample::Whole]) {
        f.gradient(of, x, &mut g, work);
        let step = 1e-5;
        let at = |f: &mut dyn Objective, t: f64, g: &mut [f64]| {
            let y: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + t * v).collect();
            f.gradient(of, &y, g, &mut Work::default())
        };
        let along = (at(f, step, &mut other) - at(f, -step, &mut other)) / (2.0 * step);
        let exact: f64 = g.iter().zip(&v).map(|(g, v)| g * v).sum();
        let size = g.iter().fold(1e-3, |m: f64, g| m.max(g.abs()));
        assert!((along - exact).abs() < 1e-6 * size, "{name} {of:?}: {along} {exact}");
        assert!((f.slope(of, x, &v, work) - exact).abs() < 1e-11 * size, "{name} {of:?}");
        f.hessian_times(of, x, &v, &mut h, work);
        d.hessian_times(x, &v, &mut other, |y, g| {
            f.gradient(of, y, g, &mut Work::default());
        });
        let size = h.iter().fold(1e-3, |m: f64, h| m.max(h.abs()));
        assert!(h.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-7 * size), "{name} {of:?}: {h:?} {other:?}");
        if of == Sample::Whole {
            assert!(mean.iter().zip(&g).all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + b.abs())), "{name}");
        } else {
            mean.iter_mut().zip(&g).for_each(|(m, g)| *m += g / parts as f64);
        }
    }
}

#[test]
fn objectives_are_consistent() {
    let x: Vec<f64> = (0..D).map(|k| 0.3 * k as f64 - 1.0).collect();
    consistent("logistic", &mut objective(7), &x);
    consistent("sum of squares", &mut SumOfSquares::new(5, D, 3), &x);
    consistent("diagonal", &mut Diagonal::new(x.iter().map(|x| x * x).collect()), &x);
    consistent("matrix", &mut MatrixSquares::new(3, 3, 10.0, 3), &x);
    // Of one part, which is the whole.
    consistent("Rosenbrock", &mut Function::new(Rosenbrock(D)), &x);
    consistent("Beale", &mut Function::new(Beale), &[0.4, -0.3]);
}
