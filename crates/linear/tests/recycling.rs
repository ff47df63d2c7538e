//! GCRO-DR over a family of systems, against the means of an independent program.

mod support;

use std::rc::Rc;

use iterscope_core::Work;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::solvers::gcrodr::GcroDr;
use iterscope_linear::solvers::gmres::Gmres;
use iterscope_linear::{Matrix, Operator};
use support::*;

/// `-div(a grad u) = 1` on 32 x 32 inner nodes, a = exp of nine cosines, rows divided by the diagonal.
fn darcy(parameters: &[f64]) -> (Rc<Matrix<f64>>, Vec<f64>) {
    let (m, h, pi) = (32usize, 1.0 / 33.0, std::f64::consts::PI);
    let a = |i: usize, j: usize| {
        let (x, y) = (i as f64 * h, j as f64 * h);
        let mode = |k: usize| libm::cos((k / 3 + 1) as f64 * pi * x) * libm::cos((k % 3 + 1) as f64 * pi * y);
        libm::exp((0..9).map(|k| parameters[k] * mode(k)).sum())
    };
    let (mut triplets, mut b) = (Vec::new(), Vec::new());
    for k in 0..m * m {
        let (i, j) = (k % m + 1, k / m + 1);
        let face = |p: usize, q: usize| (a(i, j) + a(p, q)) / 2.0;
        let faces = [face(i - 1, j), face(i + 1, j), face(i, j - 1), face(i, j + 1)];
        let diagonal: f64 = faces.iter().sum();
        let inside = [i > 1, i < m, j > 1, j < m];
        let other = [k.wrapping_sub(1), k + 1, k.wrapping_sub(m), k + m];
        triplets.push((k as u32, k as u32, 1.0));
        for side in 0..4 {
            if inside[side] {
                triplets.push((k as u32, other[side] as u32, -faces[side] / diagonal));
            }
        }
        b.push(h * h / diagonal);
    }
    (Rc::new(Csr::from_triplets(m * m, m * m, &triplets).unwrap().into()), b)
}

#[test]
fn recycling_saves_what_the_card_says() {
    let mut rng = Rng::new(11);
    let family: Vec<_> = (0..60).map(|_| darcy(&(0..9).map(|_| 0.5 * rng.normal()).collect::<Vec<f64>>())).collect();
    // Other random numbers than the card's: means to 8 %.
    for (tolerance, known) in [(1e-4, [107.0, 68.3, 40.3]), (1e-7, [193.5, 101.7, 66.2])] {
        let (mut gmres, mut alone, mut carried) = (0, 0, 0);
        let mut keeper = GcroDr::new(1024, 30, 10);
        for (a, b) in &family {
            gmres += run(&mut Gmres::new(1024, 30), &**a, &mut Identity, b, tolerance, 2000).steps;
            alone += run(&mut GcroDr::new(1024, 30, 10), &**a, &mut Identity, b, tolerance, 2000).steps;
            let kept = run(&mut keeper, &**a, &mut Identity, b, tolerance, 2000);
            assert!(kept.residual <= tolerance * (1.0 + 1e-6), "{}", kept.residual);
            carried += kept.steps;
        }
        for (got, known) in [gmres, alone, carried].into_iter().zip(known) {
            let mean = got as f64 / 60.0;
            assert!((mean / known - 1.0).abs() < 0.08, "{mean}, the card has {known}");
        }
    }
}

#[test]
fn the_image_of_the_space_is_orthonormal_and_preconditioned_runs_converge() {
    let (a, b) = rotating(24);
    for name in ["none", "jacobi", "ssor"] {
        let mut m = preconditioner(name, &a, None, "{}");
        let mut solver = GcroDr::new(b.len(), 12, 4);
        let first = run(&mut solver, &*a, &mut *m, &b, 1e-8, 2000);
        assert!(first.residual <= 1.001e-8, "{name} {}", first.residual);
        assert_eq!(solver.recycled(), 4);
        // A M^-1 U is orthonormal.
        let mut images = Vec::new();
        for u in solver.space() {
            let (mut z, mut image) = (vec![0.0; b.len()], vec![0.0; b.len()]);
            m.apply(u, &mut z, &mut Work::default());
            a.apply(&z, &mut image);
            images.push(image);
        }
        for i in 0..4 {
            for j in 0..4 {
                let dot: f64 = images[i].iter().zip(&images[j]).map(|(a, b)| a * b).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-8, "{name} {i} {j} {dot}");
            }
        }
        let again = run(&mut solver, &*a, &mut *m, &b, 1e-8, 2000);
        assert!(again.steps < first.steps && again.residual <= 1.001e-8, "{name} {} {}", again.steps, first.steps);
        solver.forget();
        assert_eq!(run(&mut solver, &*a, &mut *m, &b, 1e-8, 2000).steps, first.steps);
    }
}
