//! Solves -Δu = 1 on the unit square and says how long the parts took, for the comparison with other programs in `tests/bench`.
//!
//! `poisson INTERVALS HOW [CHANGE]`: `HOW` is `copy`, `apply`, `red-black`, `full-multigrid`, or `cg` with the preconditioner in place of `CHANGE`
//! (`none`, `ic0`, `aggregation`, `multigrid`). Times go to standard output as JSON.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;
use std::rc::Rc;
use std::time::Instant;

use iterscope_core::{Params, Values, Work};
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::hierarchy::Cycle;
use iterscope_linear::preconditioners::gauss_seidel::{GaussSeidel, Order};
use iterscope_linear::preconditioners::multigrid::{Multigrid, Options};
use iterscope_linear::preconditioners::{KINDS, identity::Identity};
use iterscope_linear::solvers::cg::ConjugateGradients;
use iterscope_linear::solvers::richardson::Richardson;
use iterscope_linear::{LinearSolver, Matrix, Operator, Precision, Preconditioner, Setup};

fn matrix(n: usize) -> Matrix<f64> {
    let m = n - 1;
    let scale = (n * n) as f64;
    let mut stencil = Stencil::zero(m * m, &[1, m]);
    stencil.centre.fill(4.0 * scale);
    for k in 0..m * m {
        let (i, j) = (k % m, k / m);
        for (axis, at) in [i, j].into_iter().enumerate() {
            let link = &mut stencil.links[axis];
            link.lower[k] = if at > 0 { -scale } else { 0.0 };
            link.upper[k] = if at + 1 < m { -scale } else { 0.0 };
        }
    }
    stencil.into()
}

/// The least seconds of some calls.
fn least(times: usize, mut work: impl FnMut()) -> f64 {
    let one = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    };
    (0..times).map(one).fold(f64::INFINITY, f64::min)
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
    let begun = Instant::now();
    solver.start(&**a, m, b, &vec![0.0; b.len()], &mut work);
    let mut seconds = begun.elapsed().as_secs_f64();
    let (size, mut steps, mut residual) = (norm(b), 0, 1.0);
    while residual > 1e-8 && steps < 5000 {
        let begun = Instant::now();
        solver.step(&**a, m, b, &mut work);
        seconds += begun.elapsed().as_secs_f64();
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
    let m = n - 1;
    let (a, b, shape) = (Rc::new(matrix(n)), vec![1.0; m * m], [m, m]);
    let setup = Setup::new(&a).shaped(&shape);
    let seconds = |seconds: f64, bytes: usize| println!("{{\"seconds\": {seconds:e}, \"bytes\": {bytes}}}");
    let mut out = vec![0.5; m * m];
    match how.as_str() {
        "copy" => seconds(least(30, || out.copy_from_slice(std::hint::black_box(&b))), 16 * b.len()),
        // The diagonal, four couplings, the vector and the result.
        "apply" => seconds(least(30, || a.apply(std::hint::black_box(&b), &mut out)), 7 * 8 * b.len()),
        "red-black" => {
            let mut sweep = GaussSeidel::new(&setup, Order::RedBlack, 1.0)?;
            let mut scratch = [Vec::new(), Vec::new()];
            let mut work = Work::default();
            let one = || sweep.relax(&*a, std::hint::black_box(&b), &mut out, &mut scratch, &mut work);
            // Four couplings, the inverse of the diagonal, the right-hand side, and the vector read and written.
            seconds(least(30, one), 8 * 8 * b.len());
        }
        "full-multigrid" => {
            let begun = Instant::now();
            let options = Options { cycle: Cycle::Full, mirrored: false, ..Options::default() };
            let mut multigrid = Multigrid::new(&setup, &options)?;
            let mut solver = Richardson::new(b.len(), 1.0);
            let made = begun.elapsed().as_secs_f64();
            solve(&mut solver, &mut multigrid, &a, &b, made);
        }
        "cg" => {
            let name = rest.first().map_or("none", String::as_str);
            let begun = Instant::now();
            let mut m: Box<dyn Preconditioner<f64>> = match KINDS.iter().find(|k| k.info.name == name) {
                Some(kind) if name != "none" => {
                    let values = Values::resolve(&kind.info.params, &Params::new()).map_err(|e| format!("{e:?}"))?;
                    f64::build(kind, &setup, &values)?
                }
                _ => Box::new(Identity),
            };
            let mut solver = ConjugateGradients::new(b.len());
            let made = begun.elapsed().as_secs_f64();
            solve(&mut solver, &mut *m, &a, &b, made);
        }
        other => return Err(format!("{other} is not known").into()),
    }
    Ok(())
}
