//! Solves -Δu = 1 on the unit square and says how long the parts took, for the comparison with other programs in `tests/bench`.
//!
//! `poisson INTERVALS HOW [CHANGE]`: `HOW` is `copy`, `apply`, `red-black`, `gauss-seidel` (with `varied` or `solid` in place of `CHANGE` for a
//! matrix that has no two rows alike, or for seven points in three dimensions), `full-multigrid`, or `cg` with the preconditioner in place of
//! `CHANGE` (`none`, `ic0`, `aggregation`, `multigrid`). Seconds go to standard output as JSON: of the processor on Linux, so that other programs
//! disturb them less, and of the clock elsewhere.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Instant;

use iterscope_core::{Params, Values, Work};
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::hierarchy::Cycle;
use iterscope_linear::preconditioners::gauss_seidel::{GaussSeidel, SweepOrder};
use iterscope_linear::preconditioners::multigrid::{Multigrid, Options};
use iterscope_linear::preconditioners::{KINDS, identity::Identity};
use iterscope_linear::solvers::cg::ConjugateGradients;
use iterscope_linear::solvers::richardson::Richardson;
use iterscope_linear::{LinearSolver, Matrix, Operator, Precision, Preconditioner, Setup};

/// Five points on (n - 1)^2 unknowns, or seven on (n - 1)^3; `varied` by a factor for each node that is hardly one.
fn stencil(n: usize, dimension: u32, varied: bool) -> Stencil<f64> {
    let m = n - 1;
    let strides: Vec<usize> = (0..dimension).map(|a| m.pow(a)).collect();
    let scale = (n * n) as f64;
    let mut stencil = Stencil::zero(m.pow(dimension), &strides);
    for k in 0..stencil.len() {
        let scale = if varied { scale * (1.0 + (k % 1000) as f64 * 1e-6) } else { scale };
        stencil.centre[k] = f64::from(2 * dimension) * scale;
        for link in &mut stencil.links {
            let at = k / link.stride % m;
            link.lower[k] = if at > 0 { -scale } else { 0.0 };
            link.upper[k] = if at + 1 < m { -scale } else { 0.0 };
        }
    }
    stencil
}

/// Seconds of the processor that this program has had, or of the clock where that is not to be had.
fn now() -> f64 {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = spent.as_deref().and_then(|s| s.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed().as_secs_f64(), |ns| ns * 1e-9)
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, f64) {
    let begun = now();
    let result = work();
    (result, now() - begun)
}

/// The seconds of a call: the least mean of a few stretches, each long enough for the clock, which may stand still for some milliseconds.
fn least(mut work: impl FnMut()) -> f64 {
    let calls = 1 + (0.1 / timed(|| (0..10).for_each(|_| work())).1.max(1e-3) * 10.0) as u32;
    let stretch = |_| timed(|| (0..calls).for_each(|_| work())).1 / f64::from(calls);
    (0..8).map(stretch).fold(f64::INFINITY, f64::min)
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Runs to a residual of 1e-8 of the right-hand side; both looked at after every step, outside of the clock.
fn solve(
    solver: &mut dyn LinearSolver<f64>,
    m: &mut dyn Preconditioner<f64>,
    a: &Rc<Matrix<f64>>,
    b: &[f64],
    setup: f64,
) {
    let (mut work, mut r) = (Work::default(), vec![0.0; b.len()]);
    let zero = vec![0.0; b.len()];
    let mut seconds = timed(|| solver.start(&**a, m, b, &zero, &mut work)).1;
    let (size, mut steps, mut residual) = (norm(b), 0, 1.0);
    while residual > 1e-8 && steps < 5000 {
        seconds += timed(|| solver.step(&**a, m, b, &mut work)).1;
        steps += 1;
        a.residual(b, solver.iterate(), &mut r);
        residual = norm(&r) / size;
    }
    let units = work.flops as f64 / (a.cost().flops as f64 + b.len() as f64);
    let vectors = (solver.memory() + m.memory()) as f64 / (8 * b.len()) as f64;
    println!(
        "{{\"setup\": {setup:e}, \"solve\": {seconds:e}, \"steps\": {steps}, \"residual\": {residual:e}, \"units\": {units:.2}, \"vectors\": {vectors:.2}}}"
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [n, how, rest @ ..] = &args[..] else { return Err("poisson INTERVALS HOW [PRECONDITIONER]".into()) };
    let n: usize = n.parse()?;
    let change = rest.first().map_or("none", String::as_str);
    let dimension = if change == "solid" { 3 } else { 2 };
    let shape = vec![n - 1; dimension as usize];
    let stencil = stencil(n, dimension, change == "varied");
    // What is made of the entries is part of the set-up.
    let (a, looked_at) = timed(|| Rc::new(Matrix::from(stencil)));
    let b = vec![1.0; a.len()];
    let setup = Setup::new(&a).shaped(&shape);
    let mut out = vec![0.5; b.len()];
    // Vectors that are read or written once in a pass; coefficients are, where they differ from row to row.
    let coefficients = if a.uniform().is_some() { 0 } else { 2 * dimension as usize };
    let seconds = |seconds: f64, vectors: usize| {
        println!("{{\"seconds\": {seconds:e}, \"bytes\": {}}}", 8 * b.len() * vectors);
    };
    let relax = |order: SweepOrder, out: &mut [f64]| -> Result<f64, iterscope_core::BuildError> {
        let mut sweep = GaussSeidel::new(&setup, order, 1.0)?;
        let mut scratch = [Vec::new(), Vec::new()];
        let mut work = Work::default();
        Ok(least(|| sweep.relax(&*a, std::hint::black_box(&b), out, &mut scratch, &mut work)))
    };
    match how.as_str() {
        "copy" => seconds(least(|| out.copy_from_slice(std::hint::black_box(&b))), 2),
        // The vector and the result; the diagonal and the couplings.
        "apply" => {
            let diagonal = usize::from(coefficients > 0);
            seconds(least(|| a.apply(std::hint::black_box(&b), &mut out)), 2 + diagonal + coefficients);
        }
        // The right-hand side, and the vector read and written; the inverse of the diagonal and the couplings.
        "red-black" | "gauss-seidel" => {
            let order = if how == "red-black" { SweepOrder::RedBlack } else { SweepOrder::Forward };
            seconds(relax(order, &mut out)?, 3 + usize::from(coefficients > 0) + coefficients);
        }
        "full-multigrid" => {
            let (made, spent) = timed(|| {
                let options = Options { cycle: Cycle::Full, mirrored: false, ..Options::default() };
                Multigrid::new(&setup, &options).map(|m| (m, Richardson::new(b.len(), 1.0)))
            });
            let (mut multigrid, mut solver) = made?;
            solve(&mut solver, &mut multigrid, &a, &b, looked_at + spent);
        }
        "cg" => {
            let (made, spent) = timed(|| -> Result<Box<dyn Preconditioner<f64>>, Box<dyn Error>> {
                let Some(kind) = KINDS.iter().find(|k| k.info.name == change && change != "none") else {
                    return Ok(Box::new(Identity));
                };
                let values = Values::resolve(&kind.info.params, &Params::new()).map_err(|e| format!("{e:?}"))?;
                Ok(f64::build(kind, &setup, &values)?)
            });
            let mut m = made?;
            let mut solver = ConjugateGradients::new(b.len());
            solve(&mut solver, &mut *m, &a, &b, looked_at + spent);
        }
        other => return Err(format!("{other} is not known").into()),
    }
    Ok(())
}
