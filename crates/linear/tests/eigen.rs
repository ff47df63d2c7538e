//! Eigenvalues against closed forms and oracles.

mod support;

use std::rc::Rc;

use iterscope_core::{Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::csr::Csr;
use iterscope_linear::eigen::inverse::Inverse;
use iterscope_linear::eigen::lanczos::Lanczos;
use iterscope_linear::eigen::lobpcg::Lobpcg;
use iterscope_linear::eigen::rayleigh::Rayleigh;
use iterscope_linear::eigen::subspace::Subspace;
use iterscope_linear::eigen::{EigenSolver, residual, shifted};
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::{Matrix, Operator};
use support::*;

/// The L-shape (-1, 1)^2 without x >= 0, y <= 0, intervals of 2/n.
fn l_shape(n: usize) -> Rc<Matrix<f64>> {
    let half = n / 2;
    let inside = |i: usize, j: usize| i > 0 && j > 0 && i < n && j < n && !(i >= half && j <= half);
    let mut number = vec![u32::MAX; (n + 1) * (n + 1)];
    let nodes: Vec<(usize, usize)> =
        (0..(n + 1) * (n + 1)).map(|k| (k % (n + 1), k / (n + 1))).filter(|&(i, j)| inside(i, j)).collect();
    nodes.iter().enumerate().for_each(|(k, &(i, j))| number[j * (n + 1) + i] = k as u32);
    let scale = (half * half) as f64;
    let mut triplets = Vec::new();
    for (k, &(i, j)) in nodes.iter().enumerate() {
        triplets.push((k as u32, k as u32, 4.0 * scale));
        for (p, q) in [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)] {
            if inside(p, q) {
                triplets.push((k as u32, number[q * (n + 1) + p], -scale));
            }
        }
    }
    Rc::new(Csr::from_triplets(nodes.len(), nodes.len(), &triplets).unwrap().into())
}

/// Runs until the residuals of all wanted modes are below `tolerance` times their values.
fn modes(solver: &mut dyn EigenSolver, a: &Matrix<f64>, name: &str, tolerance: f64, most: usize) -> (Vec<f64>, usize) {
    let a_rc = Rc::new(a.clone());
    let mut m = preconditioner(name, &a_rc, None, "{}");
    let mut scratch = vec![0.0; a.len()];
    for step in 0..most {
        let outcome = solver.step(a, &mut *m, &mut Work::default());
        let values = solver.values().to_vec();
        let off = |(&value, v): (&f64, &Vec<f64>)| {
            assert!((norm(v) - 1.0).abs() < 1e-10, "vectors have length one");
            residual(a, value, v, &mut scratch) / value.abs()
        };
        let worst = values.iter().zip(solver.vectors()).map(off).fold(0.0, f64::max);
        if worst <= tolerance || outcome != Outcome::Continue {
            return (values, step + 1);
        }
    }
    (solver.values().to_vec(), most)
}

#[test]
fn the_l_shape() {
    let expected = oracle("spec-01-laplace-eigenvalues-lshape-disc");
    let known: Vec<f64> =
        expected["lshape_fd_n32 (h=2/n)"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let a = l_shape(32);
    let n = a.len();
    let inverse = || shifted(&a, 0.0).unwrap();
    let solvers: Vec<(&str, &str, Box<dyn EigenSolver>)> = vec![
        ("lanczos", "none", Box::new(Lanczos::new(n, 3, 40, None, 1))),
        ("shift and invert", "none", Box::new(Lanczos::new(n, 3, 20, Some((inverse(), 0.0)), 1))),
        ("lobpcg", "aggregation", Box::new(Lobpcg::new(n, 3, 2, 1))),
        ("lobpcg plain", "none", Box::new(Lobpcg::new(n, 3, 2, 1))),
        ("subspace", "none", Box::new(Subspace::new(n, 3, 3, inverse(), 1))),
    ];
    for (name, m, mut solver) in solvers {
        let (values, steps) = modes(&mut *solver, &a, m, 1e-7, 600);
        for (value, known) in values.iter().zip(&known) {
            assert!((value - known).abs() < 1e-8 * known.max(1.0), "{name} after {steps}: {value}, known {known}");
        }
        assert_eq!(values.len(), 3, "{name}");
    }
    let (values, steps) = modes(&mut Inverse::new(n, inverse(), 1), &a, "none", 1e-7, 200);
    assert!((values[0] - known[0]).abs() < 1e-8, "{steps} {values:?}");
    // With a shift near the second mode: cubic convergence, few steps.
    let (values, steps) = modes(&mut Rayleigh::new(&a, 15.0, 2, 1), &a, "none", 1e-10, 30);
    assert!((values[0] - known[1]).abs() < 1e-8 && steps <= 6, "{steps} {values:?}");
    assert_eq!(shifted(&a, 15.0).unwrap().negative(), Some(1), "one eigenvalue below 15");
}

#[test]
fn double_eigenvalues_of_the_square() {
    let n = 16;
    let a = poisson(n);
    let wave = |i: usize| {
        let s = libm::sin(i as f64 * std::f64::consts::PI / 2.0 / n as f64);
        4.0 * (n * n) as f64 * s * s
    };
    let known = [wave(1) + wave(1), wave(1) + wave(2), wave(1) + wave(2), wave(2) + wave(2)];
    for (name, mut solver) in [
        ("subspace", Box::new(Subspace::new(225, 4, 3, shifted(&a, 0.0).unwrap(), 2)) as Box<dyn EigenSolver>),
        ("lobpcg", Box::new(Lobpcg::new(225, 4, 3, 2))),
    ] {
        let (values, steps) = modes(&mut *solver, &a, "none", 1e-8, 400);
        let off = values.iter().zip(known).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
        assert!(off < 1e-12, "{name} after {steps}: {off}");
    }
}

#[test]
fn ritz_values_fall_and_state_repeats() {
    let a = poisson(20);
    let n = a.len();
    let makers: [&dyn Fn() -> Box<dyn EigenSolver>; 5] = [
        &|| Box::new(Lanczos::new(n, 2, 12, None, 5)),
        &|| Box::new(Lobpcg::new(n, 2, 1, 5)),
        &|| Box::new(Subspace::new(n, 2, 1, shifted(&a, 3.0).unwrap(), 5)),
        &|| Box::new(Inverse::new(n, shifted(&a, 3.0).unwrap(), 5)),
        &|| Box::new(Rayleigh::new(&a, 3.0, 2, 5)),
    ];
    for (which, make) in makers.iter().enumerate() {
        let (mut first, mut second, mut work) = (make(), make(), Work::default());
        let mut before = f64::INFINITY;
        for _ in 0..15 {
            first.step(&*a, &mut Identity, &mut work);
            let now = first.values()[0];
            assert!(now <= before * (1.0 + 1e-12), "solver {which}: {now} after {before}");
            before = now;
        }
        let mut saved = StateWriter::default();
        first.save(&mut saved);
        let saved = saved.into_values();
        second.load(&mut StateReader::new(&saved));
        for _ in 0..15 {
            first.step(&*a, &mut Identity, &mut work);
            second.step(&*a, &mut Identity, &mut work);
        }
        assert_eq!(first.values(), second.values(), "solver {which}");
        assert_eq!(first.vectors(), second.vectors(), "solver {which}");
    }
}
