//! What the tests share: a device, problems, runs, and how close two runs must be.

use std::rc::Rc;

use iterscope_core::{Backend, Instance, Method, MethodInput, Params, Progress, State, Stepper, Stop, Value, Values};
use iterscope_gpu::{Gpu, METHODS};
use iterscope_pde::methods::{cg, jacobi};
use iterscope_pde::problems::advection_diffusion;

/// A device; none only where the tests are to be left out.
pub fn device() -> Option<Gpu> {
    match pollster::block_on(Gpu::request()) {
        Ok(gpu) => Some(gpu),
        Err(absence) if std::env::var("ITERSCOPE_NO_GPU_TESTS").is_ok_and(|v| v == "1") => {
            eprintln!("left out, as ITERSCOPE_NO_GPU_TESTS asks: {absence}");
            None
        }
        Err(absence) => panic!(
            "{absence}. Install a Vulkan driver (Debian: mesa-vulkan-drivers), or set ITERSCOPE_NO_GPU_TESTS=1 to leave \
             the tests on a device out"
        ),
    }
}

/// How far a run on the device may be from its counterpart: the largest difference of two iterates, as a multiple of the
/// single-precision epsilon times the largest value of the iterate.
pub struct Tolerances {
    backend: &'static str,
    software: bool,
    /// Jacobi against the CPU in single precision, after 50 steps.
    pub jacobi: f64,
    /// Conjugate gradients against the twin that sums in the same order, after 20 steps.
    pub cg_twin: f64,
    /// Conjugate gradients against the CPU in single precision, which sums in another order, after 20 steps.
    pub cg: f64,
    /// Either against double precision.
    pub double: f64,
}

/// One line for each kind of device. Software rounds every operation by itself, as the CPU does, and is expected to agree
/// with its twins but for a few roundings. Hardware may fuse a multiplication with an addition and divide with an error of
/// 2.5 units in the last place, both of which WGSL allows: 800 epsilons are 1e-4.
const TOLERANCES: &[Tolerances] = &[
    Tolerances { backend: "vulkan", software: true, jacobi: 4.0, cg_twin: 16.0, cg: 32.0, double: 100.0 },
    Tolerances { backend: "vulkan", software: false, jacobi: 50.0, cg_twin: 400.0, cg: 800.0, double: 800.0 },
];

/// The line for this device.
pub fn tolerances(gpu: &Gpu) -> &'static Tolerances {
    let info = gpu.info();
    let found = TOLERANCES.iter().find(|t| t.backend == info.backend && t.software == info.software);
    found.unwrap_or_else(|| panic!("no tolerances for {info:?}"))
}

pub type Pairs<'a> = &'a [(&'a str, Value)];

pub fn text(t: &'static str) -> Value {
    t.into()
}

/// Symmetric, positive definite, with coefficients that vary.
pub fn symmetric(n: i64) -> Rc<dyn Instance> {
    problem(&[("n", n.into()), ("reaction", text("10 * x * y")), ("exact", text("x * (1 - x) * exp(y) + y^2"))])
}

/// Not symmetric, all terms present.
pub fn flow(n: i64) -> Rc<dyn Instance> {
    problem(&[
        ("n", n.into()),
        ("diffusion_x", text("1 + x * y")),
        ("diffusion_y", text("2 - y")),
        ("velocity_x", text("3 * (y - 0.5)")),
        ("velocity_y", text("-3 * (x - 0.5)")),
        ("reaction", text("x")),
        ("exact", text("sin(3 * x) * cos(2 * y)")),
    ])
}

pub fn problem(pairs: Pairs<'_>) -> Rc<dyn Instance> {
    Rc::new(advection_diffusion::from_pairs(pairs).unwrap())
}

pub fn method(id: &str) -> &'static Method {
    [&jacobi::METHOD, &cg::METHOD].into_iter().find(|m| m.info.id == id).unwrap()
}

fn build_with<T>(
    id: &str,
    problem: &Rc<dyn Instance>,
    pairs: Pairs<'_>,
    backend: Backend,
    f: impl Fn(&MethodInput<'_>) -> T,
) -> T {
    let given: Params = pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let values = Values::resolve(&method(id).info.params, &given).unwrap();
    f(&MethodInput { instance: problem, values: &values, backend, seed: 0 })
}

pub fn on_cpu(id: &str, problem: &Rc<dyn Instance>, pairs: Pairs<'_>, backend: Backend) -> Box<dyn Stepper> {
    try_on_cpu(id, problem, pairs, backend).unwrap()
}

pub fn try_on_cpu(
    id: &str,
    problem: &Rc<dyn Instance>,
    pairs: Pairs<'_>,
    backend: Backend,
) -> Result<Box<dyn Stepper>, iterscope_core::BuildError> {
    build_with(id, problem, pairs, backend, |input| (method(id).build)(input))
}

pub fn on_gpu(gpu: &Gpu, id: &str, problem: &Rc<dyn Instance>, pairs: Pairs<'_>) -> Box<dyn Stepper> {
    try_on_gpu(gpu, id, problem, pairs).unwrap()
}

pub fn try_on_gpu(
    gpu: &Gpu,
    id: &str,
    problem: &Rc<dyn Instance>,
    pairs: Pairs<'_>,
) -> Result<Box<dyn Stepper>, iterscope_core::BuildError> {
    let found = METHODS.iter().find(|m| m.id == id).unwrap();
    build_with(id, problem, pairs, Backend::WebgpuF32, |input| (found.build)(gpu, input))
}

/// Goes on until `n` more steps are made or the method ends.
pub fn drive(gpu: &Gpu, stepper: &mut dyn Stepper, n: u32) -> Option<Stop> {
    loop {
        match stepper.advance(n).unwrap() {
            Progress::Pending => gpu.wait(),
            Progress::Advanced => return None,
            Progress::Stopped(stop) => return Some(stop),
        }
    }
}

/// The iterate, through the checkpoint on the device and through the result on the CPU.
pub fn iterate(stepper: &mut dyn Stepper, unknowns_per_side: usize) -> Vec<f64> {
    match (stepper.save().unwrap().state, stepper.result().unwrap()) {
        (State::Iterate(x), _) => x,
        (_, iterscope_core::Artifact::Grid { cols, values, .. }) => {
            let inside = 1..=unknowns_per_side;
            inside
                .clone()
                .flat_map(|j| inside.clone().map(move |i| (i, j)))
                .map(|(i, j)| values[j * cols + i])
                .collect()
        }
        _ => panic!("no field"),
    }
}

/// The largest difference, in single-precision epsilons of the largest value.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().chain(b).all(|x| x.is_finite()));
    let largest = b.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    assert!(largest > 0.0, "an iterate of zeros would agree with everything");
    let difference = a.iter().zip(b).fold(0.0, |m: f64, (x, y)| m.max((x - y).abs()));
    difference / (largest * f64::from(f32::EPSILON))
}
