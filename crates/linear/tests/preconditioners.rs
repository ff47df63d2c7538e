//! Preconditioners against oracles and theory.

mod support;

use std::rc::Rc;

use iterscope_core::Work;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;
use iterscope_linear::preconditioners::KINDS;
use iterscope_linear::preconditioners::learned::Learned;
use iterscope_linear::preconditioners::polynomial::Symmetric;
use iterscope_linear::solvers::bicgstab::BiCgStab;
use iterscope_linear::solvers::cg::ConjugateGradients;
use iterscope_linear::solvers::gmres::Gmres;
use iterscope_linear::solvers::richardson::Richardson;
use iterscope_linear::{Coarsening, Matrix, Operator, Preconditioner, Setup};
use support::*;

fn cg(a: &Rc<Matrix<f64>>, shape: Option<&[usize]>, name: &str, given: &str) -> Run {
    let b = vec![1.0; a.len()];
    let mut m = preconditioner(name, a, shape, given);
    run(&mut ConjugateGradients::new(b.len()), &**a, &mut *m, &b, 1e-8, 2000)
}

fn stationary(a: &Rc<Matrix<f64>>, shape: &[usize], name: &str, given: &str, most: usize) -> Run {
    let b = vec![1.0; a.len()];
    let mut m = preconditioner(name, a, Some(shape), given);
    run(&mut Richardson::new(b.len(), 1.0), &**a, &mut *m, &b, 1e-8, most)
}

#[test]
fn incomplete_factorisations_count_like_the_oracles() {
    let expected = oracle("ell-01-poisson-cg-pcg");
    near(cg(&poisson(64), None, "ic0", "{}").steps, &expected["pcg_ic0"], 1, "ic0");
    near(cg(&poisson(64), None, "jacobi", "{}").steps, &expected["pcg_jacobi"], 1, "jacobi");
    let thin = advection_diffusion(48, |_, _| [1.0, 0.01], |_, _| [0.0; 2], 0.0);
    let expected = oracle("ell-07-anisotropic-lines-chebyshev");
    near(cg(&thin, None, "ic0", "{}").steps, &expected["pcg_ic0_x_fastest"], 1, "ic0");
    let expected = oracle("ell-13-poisson-3d");
    near(cg(&poisson_3d(24), None, "ssor", r#"{"omega": 1.5}"#).steps, &expected["pcg_ssor_1_5"], 1, "ssor");
    let (a, b) = rotating(40);
    let expected = oracle("ell-02-rotating-flow-gmres-bicgstab");
    let mut m = preconditioner("ilu0", &a, None, "{}");
    for (restart, name) in [(10, "gmres_10_ilu0_right"), (200, "gmres_full_ilu0_right")] {
        let gmres = run(&mut Gmres::new(b.len(), restart), &*a, &mut *m, &b, 1e-8, 2000);
        near(gmres.steps, &expected[name], 1, name);
        assert!(gmres.residual < 1.01e-8);
    }
    let steps = run(&mut BiCgStab::new(b.len()), &*a, &mut *m, &b, 1e-8, 2000).steps as f64;
    assert!((steps / expected["bicgstab_ilu0_right"].as_f64().unwrap() - 1.0).abs() <= 0.05, "{steps}");
}

/// Oracle ell-10: the clamped plate, thirteen points, mirrored beyond the rim.
fn clamped(n: usize) -> Rc<Matrix<f64>> {
    let m = n as i64 - 1;
    let h4 = (n * n * n * n) as f64;
    let mut triplets = Vec::new();
    let points = [(0, 0, 20.0), (1, 0, -8.0), (-1, 0, -8.0), (0, 1, -8.0), (0, -1, -8.0), (1, 1, 2.0), (1, -1, 2.0)];
    let far = [(-1, 1, 2.0), (-1, -1, 2.0), (2, 0, 1.0), (-2, 0, 1.0), (0, 2, 1.0), (0, -2, 1.0)];
    for j in 0..m {
        for i in 0..m {
            let k = (j * m + i) as u32;
            for (di, dj, value) in points.into_iter().chain(far) {
                // One node beyond the rim is the mirror image of the first inside.
                let mirror = |p: i64| {
                    if p == -2 {
                        0
                    } else if p == m + 1 {
                        m - 1
                    } else {
                        p
                    }
                };
                let (p, q) = (mirror(i + di), mirror(j + dj));
                if (0..m).contains(&p) && (0..m).contains(&q) {
                    triplets.push((k, (q * m + p) as u32, value * h4));
                }
            }
        }
    }
    Rc::new(Csr::from_triplets((m * m) as usize, (m * m) as usize, &triplets).unwrap().into())
}

#[test]
fn pivots_that_are_not_positive_are_counted_and_a_shift_is_offered() {
    let expected = oracle("ell-10-biharmonic-plate");
    let a = clamped(32);
    let plain = cg(&a, None, "none", "{}");
    let known = expected["clamped_n32_cg"].as_f64().unwrap();
    assert!((plain.steps as f64 / known - 1.0).abs() <= 0.03, "{}", plain.steps);
    assert!((plain.x[31 * 15 + 15] - expected["clamped_centre_n32"].as_f64().unwrap()).abs() < 1e-9);
    let error = try_preconditioner("ic0", &a, None, "{}").err().unwrap();
    assert_eq!(error.field, "shift");
    let count = expected["clamped_n32_ic0_nonpositive_pivots"].as_u64().unwrap();
    assert!(error.message.starts_with(&format!("{count} pivots are not positive")), "{}", error.message);
    let shift = error.message.split("a shift of ").nth(1).unwrap().split(' ').next().unwrap();
    let shifted = cg(&a, None, "ic0", &format!(r#"{{"shift": {shift}}}"#));
    assert!(shifted.residual < 1.01e-8 && 2 * shifted.steps < plain.steps, "{}", shifted.steps);
    let swap = dense(&[&[0.0, 1.0], &[1.0, 0.0]]);
    for name in ["ic0", "ilu0"] {
        assert_eq!(try_preconditioner(name, &swap, None, "{}").err().unwrap().field, "method");
    }
    let skew = dense(&[&[1.0, 1.0], &[0.0, 1.0]]);
    assert!(try_preconditioner("ic0", &skew, None, "{}").err().unwrap().message.contains("symmetric"));
}

#[test]
fn lines_count_like_the_oracle() {
    let a = advection_diffusion(48, |_, _| [1.0, 0.01], |_, _| [0.0; 2], 0.0);
    let expected = oracle("ell-07-anisotropic-lines-chebyshev");
    let along_x = stationary(&a, &[47, 47], "line", r#"{"direction": "x"}"#, 100);
    near(along_x.steps, &expected["line_gauss_seidel_along_x"], 1, "lines along x");
    let along_y = stationary(&a, &[47, 47], "line", r#"{"direction": "y"}"#, 5000);
    near(along_y.steps, &expected["line_gauss_seidel_along_y"], 1, "lines along y");
    let error = try_preconditioner("line", &a, Some(&[47, 47]), r#"{"direction": "z"}"#).err().unwrap();
    assert_eq!(error.field, "direction");
    assert!(try_preconditioner("line", &a, None, "{}").is_err());
}

#[test]
fn successive_over_relaxation_counts() {
    // 10 x 10 unknowns, the figures of an independent program (Learning to relax): sweeps to 1e-8 by relaxation.
    for (shift, omega, known) in [(0.0, 1.0, 223), (0.0, 1.6, 43), (0.0, 1.9, 187), (-0.15, 1.8, 293), (0.45, 1.4, 25)]
    {
        let n = 10u32;
        let mut triplets = Vec::new();
        for k in 0..n * n {
            triplets.push((k, k, 4.0 + shift));
            if k % n > 0 {
                triplets.extend([(k, k - 1, -1.0), (k - 1, k, -1.0)]);
            }
            if k >= n {
                triplets.extend([(k, k - n, -1.0), (k - n, k, -1.0)]);
            }
        }
        let a: Rc<Matrix<f64>> = Rc::new(Csr::from_triplets(100, 100, &triplets).unwrap().into());
        let sweeps = stationary(&a, &[10, 10], "gauss-seidel", &format!(r#"{{"omega": {omega}}}"#), 1000).steps;
        assert!(sweeps.abs_diff(known) <= 1, "{shift} {omega}: {sweeps}, known {known}");
    }
}

#[test]
fn colours_do_not_depend_on_the_order_within() {
    let a = poisson(12);
    let mut rng = Rng::new(2);
    let mut b = vec![0.0; 121];
    rng.normal_fill(&mut b);
    let apply = |shape: Option<&[usize]>, order: &str| {
        let mut m = preconditioner("gauss-seidel", &a, shape, &format!(r#"{{"order": "{order}"}}"#));
        let mut z = vec![0.0; 121];
        m.apply(&b, &mut z, &mut Work::default());
        z
    };
    // The chessboard, and colours found from the graph, which are the same two here.
    assert_eq!(apply(Some(&[11, 11]), "red-black"), apply(None, "red-black"));
    assert_ne!(apply(Some(&[11, 11]), "red-black"), apply(Some(&[11, 11]), "black-red"));
    // Nine points need four colours; the sweep is then still Gauss-Seidel, whose energy falls.
    let mut triplets = Vec::new();
    for k in 0..36i64 {
        for (di, dj) in (-1..=1).flat_map(|i| (-1..=1).map(move |j| (i, j))) {
            let (i, j) = (k % 6 + di, k / 6 + dj);
            if (0..6).contains(&i) && (0..6).contains(&j) {
                triplets.push((k as u32, (j * 6 + i) as u32, if di == 0 && dj == 0 { 8.0 } else { -1.0 }));
            }
        }
    }
    let nine: Rc<Matrix<f64>> = Rc::new(Csr::from_triplets(36, 36, &triplets).unwrap().into());
    let run = stationary(&nine, &[6, 6], "gauss-seidel", r#"{"order": "red-black"}"#, 300);
    assert!(run.residual <= 1e-8);
}

#[test]
fn symmetric_ones_are_symmetric_and_all_repeat_and_converge() {
    let a = Rc::new(rectangle(16, 16));
    let geometry: Rc<dyn Coarsening<f64>> = Rc::new(Square([15, 15]));
    let infos: Vec<_> = KINDS.iter().map(|k| &k.info).collect();
    let n = a.len();
    let (mut x, mut y) = (vec![0.0; n], vec![0.0; n]);
    Rng::new(5).normal_fill(&mut x);
    Rng::new(6).normal_fill(&mut y);
    for kind in KINDS {
        let name = kind.info.name.as_ref();
        let values = iterscope_core::component::resolve(&kind.info.params, &infos, &Default::default()).unwrap();
        let setup = Setup { coarsening: Some(&geometry), ..Setup::new(&a).shaped(&[15, 15]) };
        let mut m = (kind.build)(&setup, &values).unwrap();
        let (mut mx, mut my, mut again, mut work) = (vec![0.0; n], vec![0.0; n], vec![0.0; n], Work::default());
        m.apply(&x, &mut mx, &mut work);
        m.apply(&y, &mut my, &mut work);
        m.apply(&x, &mut again, &mut work);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        if m.is_symmetric() && m.is_fixed() {
            assert!((dot(&mx, &y) - dot(&x, &my)).abs() <= 1e-12 * norm(&mx) * norm(&y), "{name}");
            assert!(dot(&mx, &x) > 0.0 && dot(&my, &y) > 0.0, "{name}");
        }
        assert_eq!(mx, again, "{name}: an application leaves nothing behind");
        assert_eq!(work.preconditioner, if name == "none" { 0 } else { 3 }, "{name}");
        // Relaxation is what the trait says: a residual and an application.
        let mut r = vec![0.0; n];
        a.residual(&y, &x, &mut r);
        let mut z = vec![0.0; n];
        m.apply(&r, &mut z, &mut work);
        let mut relaxed = x.clone();
        m.relax(&*a, &y, &mut relaxed, &mut [vec![0.0; n], vec![0.0; n]], &mut work);
        let off = (0..n).map(|k| (relaxed[k] - x[k] - z[k]).abs()).fold(0.0, f64::max);
        if m.is_fixed() {
            assert!(off <= 1e-10 * norm(&x), "{name}: {off}");
        }
        let b = vec![1.0; n];
        let gmres = run(&mut Gmres::new(n, 60), &*a, &mut *m, &b, 1e-8, 200);
        assert!(gmres.residual <= 1.01e-8, "{name}: {}", gmres.residual);
    }
}

#[test]
fn single_precision_twins_agree() {
    let double = Rc::new(rectangle(16, 16));
    let wide: Rc<dyn Coarsening<f64>> = Rc::new(Square([15, 15]));
    let narrow: Rc<dyn Coarsening<f32>> = Rc::new(Square([15, 15]));
    let a = Rc::new(double.cast::<f32>());
    let infos: Vec<_> = KINDS.iter().map(|k| &k.info).collect();
    let (mut x, n) = (vec![0.0; double.len()], double.len());
    Rng::new(5).normal_fill(&mut x);
    let x32: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    for kind in KINDS {
        let values = iterscope_core::component::resolve(&kind.info.params, &infos, &Default::default()).unwrap();
        let shape = Some(&[15usize, 15][..]);
        let mut single =
            (kind.build_f32)(&Setup { shape, coarsening: Some(&narrow), ..Setup::new(&a) }, &values).unwrap();
        let mut m = (kind.build)(&Setup { shape, coarsening: Some(&wide), ..Setup::new(&double) }, &values).unwrap();
        let (mut z, mut z32) = (vec![0.0; n], vec![0.0f32; n]);
        m.apply(&x, &mut z, &mut Work::default());
        single.apply(&x32, &mut z32, &mut Work::default());
        let off: Vec<f64> = z.iter().zip(&z32).map(|(a, b)| a - f64::from(*b)).collect();
        assert!(norm(&off) <= 2e-3 * norm(&z), "{}: {}", kind.info.name, norm(&off) / norm(&z));
    }
}

#[test]
fn chebyshev_polynomials_lower_the_number_of_steps() {
    let a = poisson(64);
    let (four, eight) = (cg(&a, None, "chebyshev", "{}"), cg(&a, None, "chebyshev", r#"{"degree": 8, "share": 0.01}"#));
    assert!(four.steps * 3 < 118 && eight.steps < four.steps, "{} {}", four.steps, eight.steps);
}

#[test]
fn symmetric_polynomials_have_the_spectrum_of_the_card() {
    let lambda = [1000.0, 100.0, 10.0, 2.0, 1.5, 1.2, 1.0, 1.0, 1.0, 1.0];
    let triplets: Vec<_> = (0..10u32).map(|i| (i, i, lambda[i as usize])).collect();
    let a: Rc<Matrix<f64>> = Rc::new(Csr::from_triplets(10, 10, &triplets).unwrap().into());
    for (tau, kappa, steps) in
        [(0, 1000.0, 6403), (1, 106.2002, 678), (2, 16.6344, 104), (3, 6.5284, 39), (4, 3.7525, 21)]
    {
        let mut p = Symmetric::new(&Setup::new(&a), tau).unwrap();
        let mut own = Vec::new();
        for i in 0..10 {
            let (mut unit, mut z) = (vec![0.0; 10], vec![0.0; 10]);
            unit[i] = 1.0;
            p.apply(&unit, &mut z, &mut Work::default());
            own.push(z[i] * lambda[i]);
        }
        let most = own.iter().copied().fold(0.0, f64::max);
        let least = own.iter().copied().fold(f64::INFINITY, f64::min);
        assert!((most / least / kappa - 1.0).abs() < 1e-4, "{tau}: {}", most / least);
        // Gradient steps of the length 1/most, from ones, until the objective has fallen by 1e8.
        let (mut x, mut count) = (vec![1.0; 10], 0);
        let f = |x: &[f64]| x.iter().zip(&lambda).map(|(x, l)| l * x * x / 2.0).sum::<f64>();
        let first = f(&x);
        while f(&x) > 1e-8 * first {
            let g: Vec<f64> = x.iter().zip(&lambda).map(|(x, l)| x * l).collect();
            let mut z = vec![0.0; 10];
            p.apply(&g, &mut z, &mut Work::default());
            x.iter_mut().zip(&z).for_each(|(x, z)| *x -= z / most);
            count += 1;
        }
        assert!(usize::abs_diff(count, steps) <= 1, "{tau}: {count}, known {steps}");
    }
}

#[test]
fn schwarz_needs_its_coarse_level() {
    let steps = |n: usize, parts: usize, coarse: bool| {
        let given = format!(r#"{{"parts": {parts}, "overlap": 2, "coarse": {coarse}}}"#);
        cg(&poisson(n), Some(&[n - 1, n - 1]), "schwarz", &given).steps
    };
    // Parts of the same size, more of them: without a coarse level the count grows with their number.
    let (few, many) = ([steps(32, 2, false), steps(32, 2, true)], [steps(128, 8, false), steps(128, 8, true)]);
    assert!(many[0] * 10 > few[0] * 18, "{few:?} {many:?}");
    assert!(many[1] < many[0] && many[1] * few[0] < many[0] * few[1], "{few:?} {many:?}");
    // More overlap, fewer steps.
    let overlap = |layers: usize| {
        let given = format!(r#"{{"overlap": {layers}, "coarse": false}}"#);
        cg(&poisson(64), Some(&[63, 63]), "schwarz", &given).steps
    };
    assert!(overlap(4) < overlap(1) && overlap(1) < overlap(0));
    // The multiplicative form converges by itself, and a single part is a direct solve.
    let run = stationary(&poisson(32), &[31, 31], "schwarz", r#"{"kind": "multiplicative"}"#, 200);
    assert!(run.residual <= 1e-8);
    let one = stationary(&poisson(16), &[15, 15], "schwarz", r#"{"parts": 1}"#, 3);
    assert_eq!(one.steps, 1);
    let (a, b) = rotating(24);
    for kind in ["additive", "multiplicative"] {
        let mut m = preconditioner("schwarz", &a, None, &format!(r#"{{"kind": "{kind}"}}"#));
        assert!(run_gmres(&a, &b, &mut *m) < 60, "{kind}");
    }
}

fn run_gmres(a: &Rc<Matrix<f64>>, b: &[f64], m: &mut dyn Preconditioner<f64>) -> usize {
    let run = run(&mut Gmres::new(b.len(), 60), &**a, m, b, 1e-8, 200);
    assert!(run.residual <= 1.01e-8);
    run.steps
}

#[test]
fn an_inner_solver_helps_the_flexible_method() {
    let (a, b) = rotating(40);
    let mut inner = preconditioner("inner", &a, None, r#"{"steps": 20, "preconditioner": "ilu0"}"#);
    let mut work = Work::default();
    let mut z = vec![0.0; b.len()];
    inner.apply(&b, &mut z, &mut work);
    assert!(work.inner > 0 && work.inner <= 20 && work.preconditioner == 1 && work.operator == 0);
    let outer = run_gmres(&a, &b, &mut *inner);
    assert!(outer < 8, "{outer} outer steps; 56 without the inner solver");
    assert!(
        try_preconditioner("inner", &a, None, r#"{"preconditioner": "ic0"}"#)
            .err()
            .unwrap()
            .field
            .starts_with("preconditioner.")
    );
}

/// Figures of an independent program in NumPy; what is learned depends on the draw by 0.02, the steps by one.
#[test]
fn a_learned_factor_is_as_good_as_its_examples() {
    for (n, solutions, weights, steps) in [
        (32, true, [1.6913, 0.7337], 22),
        (64, true, [1.6734, 0.7522], 31),
        (32, false, [1.8883, 0.4912], 32),
        (64, false, [1.8875, 0.4914], 58),
    ] {
        let (a, b) = (poisson(n), vec![1.0; (n - 1) * (n - 1)]);
        let mut m = Learned::new(&Setup::new(&a), solutions, 16).unwrap();
        // The figures are for a diagonal of 4 and couplings of -1.
        let [d, e] = m.weights();
        let own = [2.0 * d, 0.5 * e];
        assert!((own[0] - weights[0]).abs() < 0.03 && (own[1] - weights[1]).abs() < 0.03, "{n} {solutions}: {own:?}");
        let run = run(&mut ConjugateGradients::new(b.len()), &*a, &mut m, &b, 1e-8, 200);
        assert!(run.residual <= 1e-8 && run.steps.abs_diff(steps) <= 1, "{n} {solutions}: {}", run.steps);
    }
}
