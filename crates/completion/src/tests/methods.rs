//! What theory says of each method, on small problems.

use iterscope_core::{Method, State, Value};
use iterscope_kernels::dense::{at_b, singular_values_of_product, svd, thin_qr};
use iterscope_kernels::reduce::norm2;

use crate::Completion;
use crate::harness::{Given, MethodRun, Setting};
use crate::linalg::spectral::largest_singular_value;
use crate::methods::{
    als, ccd, grouse, hm_irls, iht, irls, nuclear_apg, riemannian_cg, riemannian_tr, rpca, scaled_gd, sgd, soft_impute,
    soft_impute_als, svt,
};
use crate::model::Truth;
use crate::model::factors::Factors;
use crate::problems::low_rank;

const ERROR: &str = "error.all.rel";
const RESIDUAL: &str = "residual.seen.rel";

fn matrix(size: [i64; 2], rank: i64, sampling: f64, more: Given<'_>) -> Setting {
    let mut given = vec![
        ("rows", Value::Int(size[0])),
        ("cols", Value::Int(size[1])),
        ("rank", Value::Int(rank)),
        ("sampling", Value::Real(sampling)),
    ];
    given.extend_from_slice(more);
    Setting::new(&low_rank::PROBLEM, &given, None, 6).expect("a valid problem")
}

fn run(setting: &Setting, method: &Method, given: Given<'_>) -> MethodRun {
    setting.run(method, given).expect("a valid method")
}

/// The method's own diagnostic at that place, counted from the end.
fn last_diagnostic(run: &mut MethodRun, from_end: usize) -> f64 {
    let all = run.measure();
    all[all.len() - 1 - from_end]
}

/// The factors, of that size.
fn factors(run: &mut MethodRun, m: usize, n: usize, k: usize) -> Factors {
    let x = run.factors();
    assert_eq!((x.rank, x.u.len(), x.v.len()), (k, m * k, n * k));
    x
}

fn dense(x: &Factors, m: usize, n: usize) -> Vec<f64> {
    (0..m * n).map(|e| x.at(e / n, e % n)).collect()
}

/// Relative difference in the Frobenius norm.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let d: Vec<f64> = a.iter().zip(b).map(|(x, y)| x - y).collect();
    norm2(&d) / norm2(b)
}

#[test]
fn methods_recover_a_matrix() {
    let setting = matrix([100, 80], 2, 0.5, &[]);
    let lambda: Given<'_> = &[("lambda", Value::Real(1e-3)), ("path", Value::Int(40))];
    let runs: [(&Method, Given<'_>, f64); 24] = [
        (&scaled_gd::METHOD, &[], 1e-8),
        (&scaled_gd::METHOD, &[("direction", Value::from("plain"))], 1e-8),
        (&iht::METHOD, &[], 1e-8),
        (&iht::METHOD, &[("step", Value::from("fixed"))], 1e-8),
        (&soft_impute::METHOD, lambda, 2e-3),
        (&nuclear_apg::METHOD, lambda, 2e-3),
        (&svt::METHOD, &[], 1e-6),
        (&ccd::METHOD, &[], 1e-10),
        (&ccd::METHOD, &[("init", Value::from("random")), ("inner", Value::Int(3))], 1e-10),
        (&sgd::METHOD, &[], 1e-10),
        (&sgd::METHOD, &[("order", Value::from("shuffle-once"))], 1e-10),
        (&sgd::METHOD, &[("order", Value::from("with-replacement"))], 1e-10),
        (&sgd::METHOD, &[("eta", Value::Real(0.1)), ("momentum", Value::Real(0.8))], 1e-10),
        (&irls::METHOD, &[], 1e-8),
        (&irls::METHOD, &[("p", Value::Real(0.5))], 1e-8),
        (&hm_irls::METHOD, &[], 1e-12),
        (&hm_irls::METHOD, &[("p", Value::Real(0.5))], 1e-12),
        (&rpca::METHOD, &[], 1e-6),
        (&riemannian_cg::METHOD, &[], 1e-10),
        (&riemannian_cg::METHOD, &[("direction", Value::from("steepest"))], 1e-10),
        (&riemannian_tr::METHOD, &[], 1e-10),
        (&riemannian_tr::METHOD, &[("hessian", Value::from("gauss-newton"))], 1e-10),
        (&grouse::METHOD, &[], 1e-10),
        (&grouse::METHOD, &[("init", Value::from("random"))], 1e-10),
    ];
    for (method, given, limit) in runs {
        let mut run = run(&setting, method, given);
        let steps = run.steps_below(ERROR, limit, 300);
        assert!(steps.is_some(), "{} {given:?}: {}", method.info.id, run.value(ERROR));
    }
}

#[test]
fn objectives_fall_where_theory_says_so() {
    let setting = matrix([40, 30], 3, 0.5, &[("noise", Value::Real(0.3))]);
    // The residual itself is the objective of the first three; a step of p there is one of 1 for the matrix.
    let runs: [(&Method, Given<'_>, Option<usize>); 12] = [
        (&scaled_gd::METHOD, &[("eta", Value::Real(2.0))], None),
        (&scaled_gd::METHOD, &[("direction", Value::from("plain")), ("rank", Value::Int(8))], None),
        (&iht::METHOD, &[("step", Value::from("fixed")), ("eta", Value::Real(0.45))], None),
        (&riemannian_cg::METHOD, &[], None),
        (&riemannian_cg::METHOD, &[("rank", Value::Int(8))], None),
        (&riemannian_tr::METHOD, &[], None),
        (&riemannian_tr::METHOD, &[("rank", Value::Int(8)), ("inner", Value::Int(5))], None),
        (&ccd::METHOD, &[], None),
        (&ccd::METHOD, &[("rank", Value::Int(8)), ("inner", Value::Int(2))], None),
        (&soft_impute::METHOD, &[("lambda", Value::Real(0.1))], Some(2)),
        (&soft_impute_als::METHOD, &[("lambda", Value::Real(0.1))], Some(2)),
        (&nuclear_apg::METHOD, &[("lambda", Value::Real(0.1))], Some(2)),
    ];
    for (method, given, objective) in runs {
        let mut run = run(&setting, method, given);
        // At the random start of the alternating form the nuclear norm is not known yet.
        run.advance(1);
        let mut last = f64::INFINITY;
        for step in 0..80 {
            let now = match objective {
                None => run.value(RESIDUAL),
                Some(place) => last_diagnostic(&mut run, place),
            };
            assert!(now <= last * (1.0 + 1e-9), "{} {given:?}, step {step}: {last} to {now}", method.info.id);
            last = now;
            run.advance(1);
        }
        assert!(last < 0.9, "{}: {last}", method.info.id);
    }
}

#[test]
fn the_rate_of_scaled_descent_does_not_depend_on_the_condition_number() {
    let steps = |condition: f64, direction: &str| {
        let setting = matrix([200, 150], 3, 0.8, &[("condition", Value::Real(condition))]);
        let mut run = run(&setting, &scaled_gd::METHOD, &[("direction", Value::from(direction))]);
        run.steps_below(ERROR, 1e-6, 500).unwrap_or(500) as f64
    };
    assert!(steps(20.0, "scaled") < 2.0 * steps(1.0, "scaled"));
    assert!(steps(20.0, "plain") > 8.0 * steps(1.0, "plain"));
}

#[test]
fn both_forms_of_soft_impute_and_the_accelerated_method_agree() {
    let setting = matrix([40, 30], 3, 0.5, &[("noise", Value::Real(0.3))]);
    let lambda = ("lambda", Value::Real(0.2));
    let mut found: Vec<(Vec<f64>, f64, f64)> = Vec::new();
    let forms: [(&Method, Given<'_>, u32); 4] = [
        (&soft_impute::METHOD, &[], 300),
        (&soft_impute_als::METHOD, &[], 600),
        (&soft_impute::METHOD, &[("path", Value::Int(50))], 300),
        (&nuclear_apg::METHOD, &[], 100),
    ];
    for (method, given, steps) in forms {
        let mut given = given.to_vec();
        given.push(lambda.clone());
        let mut run = run(&setting, method, &given);
        run.advance(steps);
        let x = dense(&factors(&mut run, 40, 30, 11), 40, 30);
        found.push((x, last_diagnostic(&mut run, 2), last_diagnostic(&mut run, 1)));
    }
    for (x, objective, rank) in &found {
        assert!(difference(x, &found[0].0) < 1e-5, "{}", difference(x, &found[0].0));
        assert!((objective - found[0].1).abs() < 1e-9);
        assert_eq!(*rank, found[0].2);
    }
    // The cap must not have cut anything off.
    assert!(found[0].2 > 2.0 && found[0].2 < 11.0);
}

#[test]
fn the_dual_of_thresholding_rises_within_the_bound_of_its_theorem() {
    let setting = matrix([100, 80], 2, 0.5, &[]);
    let mut run = run(&setting, &svt::METHOD, &[("delta", Value::Real(0.95)), ("tau", Value::Real(1.0))]);
    run.advance(1);
    let mut last = f64::NEG_INFINITY;
    for _ in 0..200 {
        let now = last_diagnostic(&mut run, 1);
        assert!(now >= last - 1e-12 * last.abs(), "{last} to {now}");
        last = now;
        run.advance(1);
    }
    // At the optimum it equals the primal objective, tau |X|_* + |X|^2 / 2; tau is the same unit for both.
    let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
    let entries = model.entries().expect("entries");
    let tau = largest_singular_value(entries) / entries.rate();
    let x = factors(&mut run, 100, 80, 9);
    let s = singular_values_of_product(&x.u, &x.v, 100, 80, 9);
    let primal = tau * s.iter().sum::<f64>() + 0.5 * norm2(&s) * norm2(&s);
    assert!((last * tau * entries.norm / primal - 1.0).abs() < 1e-9, "{last} {primal}");
    assert!(run.value(RESIDUAL) < 1e-12);
}

#[test]
fn coordinate_descent_and_alternating_least_squares_end_at_the_same_point() {
    let setting = matrix([40, 30], 3, 0.5, &[("noise", Value::Real(0.3))]);
    let ridge = [("ridge", Value::Real(0.7))];
    let end = |method: &Method, steps: u32| {
        let mut run = run(&setting, method, &ridge);
        run.advance(steps);
        dense(&factors(&mut run, 40, 30, 3), 40, 30)
    };
    let (a, b) = (end(&als::METHOD, 300), end(&ccd::METHOD, 500));
    assert!(difference(&a, &b) < 1e-9, "{}", difference(&a, &b));
    let mut free = run(&setting, &ccd::METHOD, &[]);
    free.advance(300);
    assert!(free.value("gradient.fro.rel") < 1e-9);
}

#[test]
fn stochastic_noise_shrinks_with_the_step_and_with_shuffling() {
    let setting = matrix([60, 50], 2, 0.5, &[("noise", Value::Real(0.3))]);
    // The gradient that is left, averaged over some epochs.
    let left = |given: Given<'_>| {
        let mut run = run(&setting, &sgd::METHOD, given);
        run.advance(150);
        (0..20).map(|_| (run.advance(1), run.value("gradient.fro.rel")).1).sum::<f64>() / 20.0
    };
    let shuffled = left(&[]);
    assert!(shuffled < 0.7 * left(&[("order", Value::from("with-replacement"))]));
    assert!(left(&[("eta", Value::Real(0.02))]) < 0.3 * shuffled);
    assert!(left(&[("decay", Value::Real(0.2))]) < 0.2 * shuffled);
}

#[test]
fn outliers_are_set_apart() {
    let outliers = ("outliers", Value::Real(0.1));
    let setting = matrix([100, 80], 2, 0.7, std::slice::from_ref(&outliers));
    let mut robust = run(&setting, &rpca::METHOD, &[]);
    robust.advance(300);
    assert!(robust.value(ERROR) < 1e-6, "{}", robust.value(ERROR));
    let share = last_diagnostic(&mut robust, 2);
    assert!((share - 0.1).abs() < 0.02, "{share}");
    let mut plain = run(&setting, &als::METHOD, &[]);
    plain.advance(100);
    assert!(plain.value(ERROR) > 0.1);
}

#[test]
fn the_split_into_low_rank_and_sparse_is_optimal() {
    let (m, n, k) = (40, 30, 30);
    let more = [("outliers", Value::Real(0.1)), ("noise", Value::Real(0.1))];
    let setting = matrix([m as i64, n as i64], 3, 0.6, &more);
    let mut run = run(&setting, &rpca::METHOD, &[("rank", Value::Int(k as i64))]);
    run.advance(3000);
    let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
    let entries = model.entries().expect("entries");
    let State::Full(all) = run.stepper.save().expect("a checkpoint").state else { panic!("the CPU saves all") };
    let rest = &all[(m + n) * k..];
    let (s, y) = (&rest[..entries.count()], &rest[entries.count()..2 * entries.count()]);
    let weight = 1.0 / (entries.rate() * m as f64).sqrt();
    // Y is a subgradient of the weighted sum of magnitudes at S ...
    for (s, y) in s.iter().zip(y) {
        assert!(y.abs() < weight * (1.0 + 1e-9));
        assert!(*s == 0.0 || (y - weight * s.signum()).abs() < 1e-9);
    }
    // ... and of the nuclear norm at L: its norm is 1, and its inner product with L is the nuclear norm.
    let mut full = vec![0.0; m * n];
    let mut at = 0;
    for i in 0..m {
        for (j, _) in entries.by_row.row_iter(i) {
            full[i * n + j] = y[at];
            at += 1;
        }
    }
    let norm = svd(&full, m, n).1[0];
    assert!((norm - 1.0).abs() < 1e-6, "{norm}");
    let x = factors(&mut run, m, n, k);
    let nuclear: f64 = singular_values_of_product(&x.u, &x.v, m, n, k).iter().sum();
    let product: f64 = dense(&x, m, n).iter().zip(&full).map(|(a, b)| a * b).sum();
    assert!((product / nuclear - 1.0).abs() < 1e-6);
    assert!(last_diagnostic(&mut run, 3) < 1e-7, "the constraint holds");
}

#[test]
fn the_smoothing_of_reweighting_never_rises() {
    let setting = matrix([60, 40], 2, 0.5, &[("noise", Value::Real(0.1))]);
    for (method, from_end) in [(&irls::METHOD, 0), (&hm_irls::METHOD, 1)] {
        let mut run = run(&setting, method, &[]);
        let mut last = f64::INFINITY;
        for _ in 0..40 {
            let now = last_diagnostic(&mut run, from_end);
            assert!(now <= last && now > 0.0);
            last = now;
            run.advance(1);
        }
    }
}

/// The errors above rounding, one for each step.
fn errors(run: &mut MethodRun, steps: u64) -> Vec<f64> {
    let mut all = Vec::new();
    while run.stepper.steps() < steps && run.value(ERROR) > 1e-13 {
        all.push(run.value(ERROR));
        run.advance(1);
    }
    all
}

#[test]
fn harmonic_means_give_the_local_order_of_their_theorem() {
    let setting = matrix([100, 80], 3, 0.4, &[("condition", Value::Real(5.0))]);
    // One-sided weights: each step gains a factor. Both sides: log e_(t+1) / log e_t tends to 2 - p.
    for (p, order) in [(0.0, 2.0), (0.5, 1.5)] {
        let all = errors(&mut run(&setting, &hm_irls::METHOD, &[("p", Value::Real(p))]), 60);
        let slopes: Vec<f64> = all
            .windows(3)
            .filter(|w| w[0] < 1e-2 && w[2] > 1e-12)
            .map(|w| libm::log(w[2] / w[1]) / libm::log(w[1] / w[0]))
            .collect();
        assert!(slopes.iter().any(|s| (s - order).abs() < 0.15 * order), "p = {p}: {slopes:?} {all:?}");
    }
    let one_sided = errors(&mut run(&setting, &irls::METHOD, &[]), 60);
    let two_sided = errors(&mut run(&setting, &hm_irls::METHOD, &[]), 60);
    assert!(3 * two_sided.len() < one_sided.len(), "{} {}", two_sided.len(), one_sided.len());
}

#[test]
fn the_trust_region_ends_superlinearly_and_conjugate_gradients_do_not() {
    let setting = matrix([100, 80], 3, 0.3, &[("condition", Value::Real(10.0))]);
    let factors = |method: &Method| -> Vec<f64> {
        let all = errors(&mut run(&setting, method, &[]), 400);
        all.windows(2).filter(|w| w[0] < 1e-3 && w[1] > 1e-12).map(|w| w[1] / w[0]).collect()
    };
    let (second, first) = (factors(&riemannian_tr::METHOD), factors(&riemannian_cg::METHOD));
    let least = |all: &[f64]| all.iter().copied().fold(1.0, f64::min);
    assert!(second.len() < 6 && least(&second) < 1e-2, "{second:?}");
    assert!(first.len() > 10 && least(&first) > 0.1, "{first:?}");
}

#[test]
fn riemannian_descent_ends_where_alternating_least_squares_does() {
    let setting = matrix([40, 30], 3, 0.5, &[("noise", Value::Real(0.3))]);
    let end = |method: &Method, steps: u32| {
        let mut run = run(&setting, method, &[]);
        run.advance(steps);
        dense(&factors(&mut run, 40, 30, 3), 40, 30)
    };
    let als = end(&als::METHOD, 300);
    for (method, steps) in [(&riemannian_cg::METHOD, 300), (&riemannian_tr::METHOD, 30)] {
        let found = end(method, steps);
        assert!(difference(&als, &found) < 1e-7, "{}: {}", method.info.id, difference(&als, &found));
    }
}

#[test]
fn greedy_rotations_never_lose_similarity_to_the_true_subspace() {
    // Zhang and Balzano: with all entries seen and no noise, det(Q'U U'Q) rises, Q a basis of the truth.
    let setting = matrix([40, 12], 3, 1.0, &[("condition", Value::Real(10.0))]);
    let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
    let Some(Truth::Factors(truth)) = &model.truth else { panic!("the truth is known") };
    let mut q = truth.u.clone();
    thin_qr(&mut q, 40, 3, &mut [0.0; 9], &mut [0.0; 6]);
    let mut grouse = run(&setting, &grouse::METHOD, &[("init", Value::from("random")), ("eta", Value::Real(0.2))]);
    let mut last = 0.0;
    for _ in 0..15 {
        let u = factors(&mut grouse, 40, 12, 3).u;
        let mut overlap = [0.0; 9];
        at_b(&q, &u, &mut overlap, 40, 3, 3);
        let similarity: f64 = svd(&overlap, 3, 3).1.iter().map(|s| s * s).product();
        assert!(similarity >= last - 1e-12, "{last} to {similarity}");
        last = similarity;
        grouse.advance(1);
    }
    assert!(last > 0.5 && last < 1.0 + 1e-9, "{last}");
}

#[test]
fn first_order_optimisers_recover_a_matrix() {
    use crate::methods::{forward_gradient, fosi, optex, optimiser, proxprox};
    let setting = matrix([60, 50], 2, 0.5, &[]);
    let within = |method: &Method, given: Given<'_>, limit: f64, steps: u64| {
        let mut run = run(&setting, method, given);
        let found = run.steps_below(ERROR, limit, steps);
        assert!(found.is_some(), "{} {given:?}: {:e}", method.info.id, run.value(ERROR));
    };
    for (rule, limit) in [
        ("plain", 1e-8),
        ("heavy-ball", 1e-8),
        ("nesterov", 1e-8),
        ("adam", 1e-2),
        ("schedule-free", 1e-4),
        ("schedule-free-adam", 1e-3),
        ("linear-decay", 1e-8),
        ("dog", 0.1),
        ("shampoo", 1e-6),
        ("shampoo-4bit", 1e-6),
        ("scaling", 1e-8),
    ] {
        within(&optimiser::METHOD, &[("rule", Value::from(rule)), ("horizon", Value::Int(150))], limit, 150);
    }
    for (order, _) in iterscope_optim::order::CHOICES {
        within(&optimiser::METHOD, &[("rule", Value::from("plain")), ("order", Value::from(*order))], 1e-8, 150);
    }
    within(&optex::METHOD, &[("base", Value::from("heavy-ball"))], 1e-8, 150);
    within(&fosi::METHOD, &[], 1e-2, 150);
    within(&proxprox::METHOD, &[("parts", Value::Int(2))], 1e-6, 150);
    within(&forward_gradient::METHOD, &[("moves", Value::Int(300))], 1e-2, 150);
}
