//! Krylov methods against oracles, theory and breakdowns.

mod support;

use std::rc::Rc;

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::rng::Rng;
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::solvers::bicgstab::BiCgStab;
use iterscope_linear::solvers::cg::ConjugateGradients;
use iterscope_linear::solvers::chebyshev::{Chebyshev, Interval};
use iterscope_linear::solvers::fgmres::flexible;
use iterscope_linear::solvers::gcrodr::GcroDr;
use iterscope_linear::solvers::gmres::Gmres;
use iterscope_linear::solvers::idr::Idr;
use iterscope_linear::solvers::lsqr::Lsqr;
use iterscope_linear::solvers::minres::MinRes;
use iterscope_linear::solvers::steepest_descent::SteepestDescent;
use iterscope_linear::{LinearSolver, Matrix, Operator};
use support::*;

type Solver = Box<dyn LinearSolver<f64>>;

/// All of them, for n unknowns.
fn all(n: usize) -> Vec<(&'static str, Solver)> {
    vec![
        ("cg", Box::new(ConjugateGradients::new(n))),
        ("minres", Box::new(MinRes::new(n))),
        ("gmres", Box::new(Gmres::new(n, 10))),
        ("fgmres", Box::new(flexible(n, 10))),
        ("bicgstab", Box::new(BiCgStab::new(n))),
        ("idr", Box::new(Idr::new(n, 2, 1))),
        ("lsqr", Box::new(Lsqr::new(n))),
        ("steepest-descent", Box::new(SteepestDescent::new(n))),
    ]
}

#[test]
fn counts_on_the_square() {
    let expected = oracle("ell-01-poisson-cg-pcg");
    let (a, b) = (poisson(64), vec![1.0; 63 * 63]);
    let cg = plain(&mut ConjugateGradients::new(b.len()), &a, &b, 500);
    near(cg.steps, &expected["cg"], 1, "cg");
    assert!((cg.x[b.len() / 2] - expected["u_centre_discrete"].as_f64().unwrap()).abs() < 1e-8);
    let minres = plain(&mut MinRes::new(b.len()), &a, &b, 500);
    near(minres.steps, &expected["minres_true_residual"], 1, "minres");
    assert!(minres.residual <= 1.001e-8);
    for (name, parameters) in [("ssor_1", "1"), ("ssor_1.906455", "1.906455"), ("ssor_1.7", "1.7")] {
        let mut m = preconditioner("ssor", &a, None, &format!(r#"{{"omega": {parameters}}}"#));
        let cg = run(&mut ConjugateGradients::new(b.len()), &*a, &mut *m, &b, 1e-8, 500);
        near(cg.steps, &expected[format!("pcg_{name}")], 1, name);
        // The recurrence for the true residual holds with a preconditioner, too, and MINRES needs about as many steps.
        let minres = run(&mut MinRes::new(b.len()), &*a, &mut *m, &b, 1e-8, 500);
        assert!(
            minres.residual <= 1.01e-8 && minres.steps.abs_diff(cg.steps) <= 4,
            "{} {}",
            minres.residual,
            minres.steps
        );
    }
    let expected = oracle("ell-13-poisson-3d");
    let (a, b) = (poisson_3d(24), vec![1.0; 23 * 23 * 23]);
    let cg = plain(&mut ConjugateGradients::new(b.len()), &a, &b, 500);
    near(cg.steps, &expected["cg"], 1, "cg 3-D");
    assert!((cg.x[b.len() / 2] - expected["u_centre"].as_f64().unwrap()).abs() < 1e-8);
}

#[test]
fn counts_in_a_rotating_flow() {
    let expected = oracle("ell-02-rotating-flow-gmres-bicgstab");
    let (a, b) = rotating(40);
    for m in [5, 10, 20, 50] {
        let gmres = plain(&mut Gmres::new(b.len(), m), &a, &b, 4000);
        near(gmres.steps, &expected[format!("gmres_{m}")], 1, "gmres");
        assert!(gmres.residual <= 1.01e-8);
    }
    near(plain(&mut Gmres::new(b.len(), 300), &a, &b, 400).steps, &expected["gmres_full"], 1, "gmres");
    let steps = plain(&mut BiCgStab::new(b.len()), &a, &b, 400).steps as f64;
    assert!((steps / expected["bicgstab"].as_f64().unwrap() - 1.0).abs() < 0.05, "bicgstab {steps}");
    let medians = oracle("ell-09-idrs");
    for s in [1, 2, 4, 8] {
        let mut counts: Vec<usize> =
            (0..10).map(|seed| plain(&mut Idr::new(b.len(), s, seed), &a, &b, 1000).steps).collect();
        counts.sort_unstable();
        let median = (counts[4] + counts[5]) as f64 / 2.0;
        let known = medians[format!("idr_{s}_matvecs_median_min_max_over_10_P")][0].as_f64().unwrap();
        assert!((median / known - 1.0).abs() < 0.15, "idr({s}): {median}, the oracle has {known}");
    }
}

#[test]
fn idr_ends_after_n_and_n_over_s_products() {
    let mut triplets = Vec::new();
    for i in 0..30u32 {
        triplets.push((i, i, f64::from(i + 1)));
        triplets.extend((i + 1..30).map(|j| (i, j, 0.3)));
    }
    let a: Matrix<f64> = iterscope_kernels::csr::Csr::from_triplets(30, 30, &triplets).unwrap().into();
    for s in [1, 2, 3, 5] {
        let run = run(&mut Idr::new(30, s, 1), &a, &mut Identity, &[1.0; 30], 1e-10, 200);
        // Rounding may cost a product or two.
        assert!(run.steps <= 30 + 30 / s + 2 && run.residual < 1e-8, "s = {s}: {} {}", run.steps, run.residual);
    }
}

#[test]
fn restarts_stagnate_and_say_so() {
    let expected = oracle("ell-03-gmres-restart-stagnation");
    let n = 24;
    let shift: Vec<_> = (0..n as u32).map(|j| ((j + 1) % n as u32, j, 1.0)).collect();
    let a: Matrix<f64> = iterscope_kernels::csr::Csr::from_triplets(n, n, &shift).unwrap().into();
    let mut b = vec![0.0; n];
    b[0] = 1.0;
    let (mut full, mut work) = (Gmres::new(n, n), Work::default());
    full.start(&a, &mut Identity, &b, &vec![0.0; n], &mut work);
    for known in expected["gmres_full_residuals_steps_0_to_n"].as_array().unwrap() {
        assert!((full.residual() - known.as_f64().unwrap()).abs() < 1e-10);
        full.step(&a, &mut Identity, &b, &mut work);
    }
    let short = plain(&mut Gmres::new(n, n - 1), &a, &b, 500);
    assert_eq!((short.stop, short.steps), (Some(Stop::Stagnated), n - 1));
    assert!((short.residual - expected["gmres_n-1_residual_after_5_cycles"].as_f64().unwrap()).abs() < 1e-10);
}

#[test]
fn indefinite_matrices() {
    let expected = oracle("ell-04-helmholtz-indefinite");
    let (a, b) = helmholtz();
    let cg = plain(&mut ConjugateGradients::new(b.len()), &a, &b, 600);
    assert_eq!((cg.stop, cg.steps), (Some(Stop::Breakdown(Breakdown::Indefinite)), 1), "at step 2");
    let minres = plain(&mut MinRes::new(b.len()), &a, &b, 600);
    near(minres.steps, &expected["minres_or_full_gmres"], 1, "minres");
    near(plain(&mut Gmres::new(b.len(), 200), &a, &b, 600).steps, &expected["minres_or_full_gmres"], 1, "gmres");
    // Changes of b in its last bits make 217 to 306 steps of it: the oracle's count must lie among those.
    let mut rng = Rng::new(3);
    let mut shaken = || b.iter().map(|x| x * (1.0 + 1e-15 * rng.normal())).collect::<Vec<f64>>();
    let counts: Vec<usize> = (0..40).map(|_| plain(&mut BiCgStab::new(b.len()), &a, &shaken(), 4000).steps).collect();
    let known = expected["bicgstab"].as_u64().unwrap() as usize;
    let (least, most) = (*counts.iter().min().unwrap(), *counts.iter().max().unwrap());
    assert!(least <= known && known <= most && most < 400, "{known} is not among {least} to {most}");
    let gmres = plain(&mut Gmres::new(b.len(), 20), &a, &b, 4000);
    assert!(gmres.stop.is_none() && gmres.residual > 1e-5 && gmres.residual < 2e-5, "{}", gmres.residual);
    let factors = iterscope_linear::factors::Factors::new(a.rows()).unwrap();
    assert_eq!(factors.negative(), expected["negative_eigenvalues"].as_u64().map(|n| n as usize));
    let lsqr = plain(&mut Lsqr::new(b.len()), &a, &b, 4000);
    assert!(lsqr.residual <= 1.1e-8, "{}", lsqr.residual);
}

#[test]
fn chebyshev_on_a_given_and_an_estimated_interval() {
    let expected = oracle("ell-07-anisotropic-lines-chebyshev");
    let a = advection_diffusion(48, |_, _| [1.0, 0.01], |_, _| [0.0; 2], 0.0);
    let b = vec![1.0; 47 * 47];
    near(plain(&mut ConjugateGradients::new(b.len()), &a, &b, 600).steps, &expected["cg"], 1, "cg");
    let at = |i: usize| expected["interval"][i].as_f64().unwrap();
    let given = plain(&mut Chebyshev::new(b.len(), Interval::Given(at(0), at(1))), &a, &b, 2000);
    near(given.steps, &expected["chebyshev_exact_interval"], 1, "chebyshev");
    let mut estimated = Chebyshev::new(b.len(), Interval::Estimated { steps: 60, seed: 3 });
    let run = plain(&mut estimated, &a, &b, 2000);
    let [least, most] = estimated.interval();
    assert!(run.residual <= 1e-8 && least > at(0) && most > at(1), "{} {least} {most}", run.residual);
    let bounds = iterscope_linear::spectrum::gershgorin(a.rows());
    assert!(bounds[0] <= at(0) && bounds[1] >= at(1));
}

#[test]
fn ritz_values_of_conjugate_gradients() {
    let expected = oracle("spec-02-cg-ritz-values");
    let (a, b) = (poisson(16), vec![1.0; 225]);
    let mut cg = ConjugateGradients::new(225);
    plain(&mut cg, &a, &b, 8);
    let (values, weights) = cg.coefficients().unwrap().ritz(8);
    for (got, known) in values.iter().zip(expected["ritz_after_8"].as_array().unwrap()) {
        assert!((got / known.as_f64().unwrap() - 1.0).abs() < 1e-6);
    }
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn tiny_systems_and_named_breakdowns() {
    let swap = dense(&[&[0.0, 1.0], &[1.0, 0.0]]);
    let indefinite = Some(Stop::Breakdown(Breakdown::Indefinite));
    for b in [[1.0, -1.0], [1.0, 0.0]] {
        let cg = plain(&mut ConjugateGradients::new(2), &swap, &b, 5);
        assert_eq!((cg.stop, cg.steps), (indefinite, 0));
        let steps = if b[1] == 0.0 { 2 } else { 1 };
        for (name, solver) in all(2) {
            let mut solver = solver;
            let run = plain(&mut *solver, &swap, &b, 5);
            assert!(run.x.iter().all(|x| x.is_finite()), "{name}");
            if ["minres", "gmres", "fgmres"].contains(&name) {
                assert_eq!((run.stop, run.steps), (None, steps), "{name}");
                assert!((run.x[0] - b[1]).abs() < 1e-14 && (run.x[1] - b[0]).abs() < 1e-14, "{name}");
            }
        }
    }
    let bicgstab = plain(&mut BiCgStab::new(2), &swap, &[1.0, 0.0], 5);
    assert_eq!((bicgstab.stop, bicgstab.steps), (Some(Stop::Breakdown(Breakdown::ZeroInnerProduct)), 0));
    let eye = dense(&[&[1.0, 0.0], &[0.0, 1.0]]);
    for (name, mut solver) in all(2) {
        let run = plain(&mut *solver, &eye, &[1.0, 2.0], 5);
        // One direction of IDR is not along the residual.
        assert!(run.steps <= 1 + usize::from(name == "idr") && run.residual < 1e-15, "{name} {}", run.steps);
        let zero = plain(&mut *solver, &eye, &[0.0, 0.0], 5);
        assert!(zero.stop.is_none_or(|s| s == Stop::Converged) && zero.x == [0.0, 0.0], "{name}");
        let mut work = Work::default();
        solver.start(&*eye, &mut Identity, &[1.0, 2.0], &[1.0, 2.0], &mut work);
        assert_eq!(solver.residual(), 0.0, "{name}");
        assert!(
            matches!(solver.step(&*eye, &mut Identity, &[1.0, 2.0], &mut work), Outcome::Stop(Stop::Converged)),
            "{name}"
        );
        let one = dense(&[&[4.0]]);
        let mut solver = all(1).into_iter().find(|s| s.0 == name).unwrap().1;
        let run = plain(&mut *solver, &one, &[8.0], 5);
        assert!((run.x[0] - 2.0).abs() < 1e-15 && run.steps <= 2, "{name}");
    }
    // A singular matrix whose equations have no solution: a name, or the least residual, never a claim.
    let singular = dense(&[&[1.0, 0.0], &[0.0, 0.0]]);
    for (name, mut solver) in all(2) {
        let run = plain(&mut *solver, &singular, &[1.0, 1.0], 50);
        assert!(run.residual > 0.5 && run.x.iter().all(|x| x.is_finite()), "{name}");
        assert!(run.stop != Some(Stop::Converged), "{name}");
    }
}

#[test]
fn what_theory_says_falls_with_every_step() {
    let a = poisson(24);
    let n = a.len();
    let mut exact = vec![0.0; n];
    Rng::new(7).normal_fill(&mut exact);
    let mut b = vec![0.0; n];
    a.apply(&exact, &mut b);
    let energy = |x: &[f64]| {
        let e: Vec<f64> = x.iter().zip(&exact).map(|(x, y)| x - y).collect();
        let mut ae = vec![0.0; n];
        a.apply(&e, &mut ae);
        e.iter().zip(&ae).map(|(a, b)| a * b).sum::<f64>().sqrt()
    };
    for name in ["none", "ssor"] {
        for (method, mut solver) in all(n) {
            let mut m = preconditioner(name, &a, None, "{}");
            let mut work = Work::default();
            solver.start(&*a, &mut *m, &b, &vec![0.0; n], &mut work);
            let (mut before, mut energy_before) = (f64::INFINITY, f64::INFINITY);
            for step in 0..40 {
                let (now, now_energy) = (true_residual(&*a, &b, solver.iterate()), energy(solver.iterate()));
                match method {
                    "cg" | "steepest-descent" => assert!(now_energy < energy_before, "{method} {name} {step}"),
                    // With a preconditioner MINRES lowers another norm.
                    "gmres" | "fgmres" | "lsqr" => assert!(now <= before * (1.0 + 1e-12), "{method} {name} {step}"),
                    "minres" if name == "none" => assert!(now <= before * (1.0 + 1e-12), "{method} {step}"),
                    _ => {}
                }
                let own = solver.residual() / norm(&b);
                assert!((own - now).abs() <= 1e-7 * now + 1e-12, "{method} {name} {step}: says {own}, is {now}");
                (before, energy_before) = (now, now_energy);
                if matches!(solver.step(&*a, &mut *m, &b, &mut work), Outcome::Stop(_)) {
                    break;
                }
            }
        }
    }
    let steepest = plain(&mut SteepestDescent::new(n), &a, &b, 40);
    let bound = |kappa: f64| (kappa - 1.0) / (kappa + 1.0);
    assert!(energy(&steepest.x) <= energy(&vec![0.0; n]) * libm::pow(bound(240.0), 40.0));
}

#[test]
fn state_repeats_bit_for_bit() {
    let (a, b) = rotating(12);
    let n = b.len();
    let mut makers: Vec<fn(usize) -> Solver> = vec![
        |n| Box::new(ConjugateGradients::new(n)),
        |n| Box::new(MinRes::new(n)),
        |n| Box::new(Gmres::new(n, 7)),
        |n| Box::new(BiCgStab::new(n)),
        |n| Box::new(Idr::new(n, 3, 1)),
        |n| Box::new(Lsqr::new(n)),
        |n| Box::new(SteepestDescent::new(n)),
        |n| Box::new(GcroDr::new(n, 8, 3)),
    ];
    makers.push(|n| Box::new(Chebyshev::new(n, Interval::Given(20.0, 1200.0))));
    for (which, make) in makers.iter().enumerate() {
        for m in ["none", "jacobi"] {
            let mut m = preconditioner(m, &a, None, "{}");
            let mut work = Work::default();
            let mut first = make(n);
            first.start(&*a, &mut *m, &b, &vec![0.0; n], &mut work);
            for _ in 0..11 {
                first.step(&*a, &mut *m, &b, &mut work);
            }
            let mut saved = StateWriter::default();
            first.save(&mut saved);
            let mut second = make(n);
            second.start(&*a, &mut *m, &b, &vec![0.0; n], &mut work);
            let saved = saved.into_values();
            second.load(&mut StateReader::new(&saved));
            for _ in 0..9 {
                first.step(&*a, &mut *m, &b, &mut work);
                second.step(&*a, &mut *m, &b, &mut work);
                assert_eq!(first.residual().to_bits(), second.residual().to_bits(), "solver {which}");
            }
            let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(first.iterate()), bits(second.iterate()), "solver {which}");
        }
    }
}

#[test]
fn the_single_precision_twin_converges() {
    let a = Rc::new(poisson(24).cast::<f32>());
    let b = vec![1.0f32; a.len()];
    let n = b.len();
    let solvers: Vec<(&str, Box<dyn LinearSolver<f32>>)> = vec![
        ("cg", Box::new(ConjugateGradients::new(n))),
        ("minres", Box::new(MinRes::new(n))),
        ("gmres", Box::new(Gmres::new(n, 40))),
        ("bicgstab", Box::new(BiCgStab::new(n))),
        ("idr", Box::new(Idr::new(n, 4, 1))),
    ];
    for (name, mut solver) in solvers {
        let run = run(&mut *solver, &*a, &mut Identity, &b, 1e-4, 400);
        assert!(run.residual < 2e-4 && run.steps < 200, "{name}: {} {}", run.residual, run.steps);
    }
}

#[test]
fn a_singular_compatible_problem() {
    // Oracle ell-06: pure Neumann on (n + 1)^2 nodes, rows weighted by the trapezoid rule.
    let expected = oracle("ell-06-pure-neumann");
    let (n, size) = (32usize, 33usize);
    let weight = |i: usize| if i == 0 || i == n { 0.5 } else { 1.0 };
    let h2 = (n * n) as f64;
    let mut triplets = Vec::new();
    for k in 0..size * size {
        let (i, j) = (k % size, k / size);
        let mut link = |other: usize, value: f64| {
            triplets.push((k as u32, other as u32, -value));
            triplets.push((k as u32, k as u32, value));
        };
        if i > 0 {
            link(k - 1, weight(j) * h2);
        }
        if i < n {
            link(k + 1, weight(j) * h2);
        }
        if j > 0 {
            link(k - size, weight(i) * h2);
        }
        if j < n {
            link(k + size, weight(i) * h2);
        }
    }
    let a: Matrix<f64> =
        iterscope_kernels::csr::Csr::from_triplets(size * size, size * size, &triplets).unwrap().into();
    let pi = std::f64::consts::PI;
    let source = |k: usize, shift: f64| {
        let (x, y) = ((k % size) as f64 / n as f64, (k / size) as f64 / n as f64);
        weight(k % size) * weight(k / size) * (libm::cos(pi * x) * libm::cos(2.0 * pi * y) + shift)
    };
    let b: Vec<f64> = (0..size * size).map(|k| source(k, 0.0)).collect();
    near(plain(&mut ConjugateGradients::new(b.len()), &a, &b, 300).steps, &expected["compatible_cg"], 1, "cg");
    let mut b: Vec<f64> = (0..size * size).map(|k| source(k, 0.1)).collect();
    let floor = expected["incompatible_smallest_possible_relative_residual"].as_f64().unwrap();
    let minres = run(&mut MinRes::new(b.len()), &a, &mut Identity, &b, floor * (1.0 + 1e-6), 200);
    near(minres.steps, &expected["incompatible_minres_steps_to_within_1e-6_of_floor"], 1, "minres");
    let cg = plain(&mut ConjugateGradients::new(b.len()), &a, &b, 300);
    assert!(cg.residual >= floor, "the true residual cannot fall below the floor");
    let mean = b.iter().sum::<f64>() / b.len() as f64;
    b.iter_mut().for_each(|b| *b -= mean);
    near(plain(&mut ConjugateGradients::new(b.len()), &a, &b, 300).steps, &expected["projected_cg"], 1, "projected");
}
