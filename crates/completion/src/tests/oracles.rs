//! Trajectories and solutions on a small matrix, against dense implementations in numpy: tests/oracles/small.py, run with
//! Python 3.11.7 and numpy 2.4.6 as `python3 tests/oracles/small.py`; those of harmonic-mean IRLS, of biases and of fixed
//! rank from tests/oracles/second.py in the same way.

use iterscope_core::{Method, Value};
use iterscope_kernels::reduce::norm2;

use crate::Completion;
use crate::harness::{Given, Setting};
use crate::methods::{
    als, ccd, hm_irls, iht, irls, nuclear_apg, riemannian_cg, riemannian_tr, rpca, soft_impute, soft_impute_als, svt,
};
use crate::model::metric::Metric;
use crate::model::{Baseline, Data, Entries, Form, Model};

const M: usize = 12;
const N: usize = 10;

fn setting() -> Setting {
    let mut triplets = Vec::new();
    for i in 0..M {
        for j in 0..N {
            if (3 * i * i + 7 * j + i * j * j + 2 * i) % 11 < 7 {
                let whole = |a: usize, shift: f64| a as f64 - shift;
                let value = whole((3 * i + 1) % 7, 3.0) * whole((2 * j + 1) % 5, 2.0) / 4.0
                    + whole((i * i + 2 * j) % 3, 1.0) * whole((j * j + i) % 4, 1.5) / 3.0
                    + whole((5 * i + 11 * j) % 13, 6.0) / 40.0;
                triplets.push((i as u32, j as u32, value));
            }
        }
    }
    Setting::of(
        Completion::instance(Model {
            rows: M,
            cols: N,
            rank: 2,
            data: Data::Entries(Entries::new(M, N, &triplets, "x").expect("entries")),
            truth: None,
            singular: Vec::new(),
            held_out: Vec::new(),
            baseline: Baseline::zero(M, N),
            range: (0.0, 1.0),
            form: Form::Matrix,
            summary: String::new(),
            notes: Vec::new(),
            levels: Vec::new(),
            whole: None,
            tested: None,
            metrics: vec![Metric::ResidualSeen],
        }),
        1,
    )
}

struct Found {
    /// Norm of the iterate, entry (0, 0), entry (5, 7).
    x: [f64; 3],
    /// Relative residual on the seen entries, then diagnostics.
    measured: Vec<f64>,
}

fn after(method: &Method, given: Given<'_>, steps: u32) -> Found {
    let mut run = setting().run(method, given).expect("valid");
    run.advance(steps);
    let measured = run.measure().to_vec();
    let x = run.factors();
    let full: Vec<f64> = (0..M * N).map(|e| x.at(e / N, e % N)).collect();
    Found { x: [norm2(&full), x.at(0, 0), x.at(5, 7)], measured }
}

fn agree(found: &[f64], expected: &[f64], tolerance: f64) {
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < tolerance * b.abs(), "{found:?}, expected {expected:?}");
    }
}

const FULL: (&str, Value) = ("rank", Value::Int(10));

#[test]
fn nuclear_norm_solutions() {
    let lambda = ("lambda", Value::Real(0.1));
    let runs: [(&Method, Given<'_>, u32); 3] = [
        (&soft_impute::METHOD, &[FULL, lambda.clone()], 800),
        (&soft_impute_als::METHOD, &[FULL, lambda.clone()], 1500),
        (&nuclear_apg::METHOD, &[FULL, lambda.clone()], 300),
    ];
    for (method, given, steps) in runs {
        let found = after(method, given, steps);
        agree(&found.x, &[7.504914740832114, 0.5893782843398706, 0.3812312310068605], 1e-6);
        agree(&found.measured[1..], &[0.24121367741041366, 4.0], 1e-9);
    }
}

#[test]
fn thresholding() {
    let found = after(&svt::METHOD, &[FULL, ("tau", Value::Real(2.0)), ("delta", Value::Real(0.8))], 25);
    agree(&found.x, &[8.435752282346188, 0.849448176452715, 0.4753529617230215], 1e-6);
    agree(&found.measured, &[0.08085941687793519], 1e-6);
}

#[test]
fn hard_thresholding() {
    let fixed = after(&iht::METHOD, &[("step", Value::from("fixed"))], 4);
    agree(&fixed.x, &[7.976393312257519, 0.671270048078515, 0.3960885624849215], 1e-6);
    agree(&fixed.measured, &[0.23460380412370754], 1e-6);
    let normalised = after(&iht::METHOD, &[], 4);
    agree(&normalised.x, &[8.033561762997508, 0.6738559512732655, 0.4299480569644082], 1e-6);
    agree(&normalised.measured, &[0.23319383821864698], 1e-6);
}

#[test]
fn reweighted_least_squares() {
    let expected = [
        (0.0, [8.570310514324133, 0.6600363793654357, 0.4408401936290297], 0.8894251130311382),
        (0.5, [8.403728115726375, 0.6450109342339783, 0.4284982754516857], 0.9181239433100845),
    ];
    for (p, x, smoothing) in expected {
        let found = after(&irls::METHOD, &[("p", Value::Real(p))], 4);
        agree(&found.x, &x, 1e-6);
        agree(&found.measured[1..], &[smoothing / 6.392721330943807], 1e-6);
    }
}

#[test]
fn harmonic_mean_reweighting() {
    let expected = [
        (0.0, [8.673336160024238, 0.6420110823903145, 0.45253005091805815], 0.8380203808167277),
        (0.5, [8.510352037108072, 0.6346209753470166, 0.43721918719566305], 0.863489005796065),
    ];
    for (p, x, smoothing) in expected {
        let found = after(&hm_irls::METHOD, &[("p", Value::Real(p))], 4);
        agree(&found.x, &x, 1e-6);
        agree(&found.measured[1..2], &[smoothing / 6.392721330943807], 1e-6);
    }
}

#[test]
fn best_fits_of_fixed_rank_are_local_ones() {
    let runs: [(&Method, u32, [f64; 3], f64); 3] = [
        (&als::METHOD, 6000, [8.846316365789368, 0.6387987991829911, 0.4861176271756793], 0.16938376411641545),
        (&riemannian_cg::METHOD, 3000, [8.726900247162861, 0.6264629317237717, 0.381370481346611], 0.17069826850157788),
        (&riemannian_tr::METHOD, 100, [8.726900247162861, 0.6264629317237717, 0.381370481346611], 0.17069826850157788),
    ];
    for (method, steps, x, residual) in runs {
        let found = after(method, &[], steps);
        agree(&found.x, &x, 1e-6);
        agree(&found.measured[..1], &[residual], 1e-9);
    }
}

#[test]
fn low_rank_and_sparse() {
    let found = after(&rpca::METHOD, &[FULL, ("weight", Value::Real(1.5))], 3000);
    agree(&found.x, &[8.357359051152955, 0.85, 0.458333333333333], 1e-6);
    agree(&found.measured[2..3], &[11.0 / 80.0], 1e-9);
}

#[test]
fn regularised_least_squares() {
    for method in [&als::METHOD, &ccd::METHOD] {
        let found = after(method, &[("ridge", Value::Real(0.3))], 1500);
        agree(&found.x, &[8.151142423995937, 0.6133895658233012, 0.4215796983343728], 1e-9);
    }
}

#[test]
fn weights_by_counts_and_biases() {
    let counts = ("weighting", Value::from("counts"));
    let biases = ("biases", Value::from(true));
    let runs: [(Given<'_>, [f64; 3]); 3] = [
        (&[("ridge", Value::Real(0.05)), counts.clone()], [8.065611218539559, 0.6187898155536389, 0.42784256283726685]),
        (&[("ridge", Value::Real(0.3)), biases.clone()], [8.178594748112022, 0.6526582425525005, 0.42174950131391337]),
        (&[("ridge", Value::Real(0.05)), counts, biases], [8.087078004594115, 0.6626903367399157, 0.4354823355852]),
    ];
    for (given, x) in runs {
        agree(&after(&als::METHOD, given, 3000).x, &x, 1e-9);
    }
}
