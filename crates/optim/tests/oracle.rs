//! Every rule and algorithm against programs written from the formulas in numpy: `oracle/rules.py`, whose output is
//! `oracle/rules.json`.

mod support;

use iterscope_core::{Value, Work};
use iterscope_optim::algorithm::Algorithm;
use iterscope_optim::forward::Forward;
use iterscope_optim::fosi::{self, Fosi};
use iterscope_optim::objective::Objective;
use iterscope_optim::optex::{self, OptEx};
use iterscope_optim::order::SampleOrder;
use iterscope_optim::papers::{Logistic, MatrixSquares};
use iterscope_optim::proxprox::{self, ProxProx};
use iterscope_optim::stochastic::Stochastic;
use iterscope_optim::{curvature, forward, params};
use support::values;

const SCALES: [f64; 6] = [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125];
const LENGTH: f64 = 0.7;

fn logistic(parts: usize) -> Logistic {
    Logistic::new([12, parts], &SCALES, 0.05, 7)
}

fn expected(name: &str) -> Vec<f64> {
    let all: serde_json::Value = serde_json::from_str(include_str!("oracle/rules.json")).unwrap();
    all[name].as_array().unwrap_or_else(|| panic!("no figures of {name}")).iter().map(|x| x.as_f64().unwrap()).collect()
}

fn agree(name: &str, found: &[f64], tolerance: f64) {
    let expected = expected(name);
    assert_eq!(found.len(), expected.len(), "{name}");
    let size = expected.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() <= tolerance * size, "{name}: {found:?}, expected {expected:?}");
    }
}

fn advance(algorithm: &mut dyn Algorithm, f: &mut dyn Objective, steps: u32) {
    for _ in 0..steps {
        algorithm.step(f, &mut Work::default());
    }
}

fn run(name: &str, rule: &str, f: &mut dyn Objective, more: &[(&str, Value)], epochs: u32, tolerance: f64) {
    let mut given = vec![("rule", Value::from(rule)), ("order", Value::from("cyclic"))];
    given.extend_from_slice(more);
    let start = vec![0.0; f.size()];
    let mut made = Stochastic::new(f, &start, &values(params::PARAMS, &given), 5).unwrap();
    made.set_length(LENGTH);
    advance(&mut made, f, epochs);
    agree(name, made.result(), tolerance);
}

#[test]
fn rules() {
    let warm = [("warmup", Value::Int(5))];
    let four = [("horizon", Value::Int(4))];
    for (rule, more, epochs) in [
        ("plain", &[][..], 8),
        ("heavy-ball", &[], 8),
        ("nesterov", &[], 8),
        ("adam", &[], 8),
        ("schedule-free", &warm, 8),
        ("schedule-free-adam", &warm, 8),
        ("linear-decay", &four, 4),
        ("refined-decay", &four, 9),
        ("dog", &[], 40),
    ] {
        run(rule, rule, &mut logistic(3), more, epochs, 1e-12);
    }
    run("u-dog", "u-dog", &mut logistic(1), &[], 25, 1e-10);
}

#[test]
fn adaptive_scaling() {
    let truncation = 0.02 / curvature::largest(&mut logistic(1), iterscope_optim::Sample::Whole, &[0.0; 6]);
    let given = [("probes", Value::Int(4)), ("truncation", Value::Real(truncation))];
    run("scaling", "scaling", &mut logistic(3), &given, 8, 1e-9);
    run("scaling-whole", "scaling", &mut logistic(1), &given, 20, 1e-9);
}

#[test]
fn shampoo() {
    let three = ("every", Value::Int(3));
    run("shampoo", "shampoo", &mut logistic(3), std::slice::from_ref(&three), 8, 1e-9);
    let matrix = || MatrixSquares::new(5, 4, 10.0, 9);
    run("shampoo-matrix", "shampoo", &mut matrix(), std::slice::from_ref(&three), 12, 1e-9);
    run("shampoo-4bit", "shampoo-4bit", &mut matrix(), std::slice::from_ref(&three), 12, 1e-9);
    // Iterated roots are those of the eigenvalues, as far as their ridge is the same.
    for root in ["newton", "schulz"] {
        run("shampoo-matrix", "shampoo", &mut matrix(), &[three.clone(), ("root", Value::from(root))], 12, 0.05);
    }
}

#[test]
fn fosi_with_exact_eigenvectors() {
    for base in ["plain", "heavy-ball", "adam"] {
        let given = [("base", Value::from(base)), ("pairs", Value::Int(2)), ("every", Value::Int(5))];
        let mut f = logistic(1);
        let mut made = Fosi::new(&mut f, &[0.0; 6], &values(fosi::PARAMS, &given), 1);
        made.set_length(0.05);
        advance(&mut made, &mut f, 12);
        agree(&format!("fosi-{base}"), made.result(), 1e-9);
    }
}

#[test]
fn optex() {
    for base in ["plain", "heavy-ball", "adam"] {
        let given = [("base", Value::from(base)), ("ahead", Value::Int(3)), ("history", Value::Int(6))];
        let mut f = logistic(1);
        let mut made = OptEx::new(&mut f, &[0.0; 6], &values(optex::PARAMS, &given));
        made.set_length(0.05);
        advance(&mut made, &mut f, 9);
        agree(&format!("optex-{base}"), made.result(), 1e-7);
    }
}

#[test]
fn proxprox_with_its_inner_problem_solved() {
    let mut f = logistic(3);
    let given = [("inner", Value::Int(300))];
    let mut made = ProxProx::new(&mut f, &[0.0; 6], &values(proxprox::PARAMS, &given));
    made.set_length(1.0 / 0.3);
    advance(&mut made, &mut f, 6);
    agree("proxprox", made.result(), 1e-10);
}

#[test]
fn forward_gradient() {
    let mut f = logistic(1);
    let mut made = Forward::new(&mut f, &[0.0; 6], &values(forward::PARAMS, &[("moves", Value::Int(30))]), 3);
    made.set_length(0.05);
    advance(&mut made, &mut f, 1);
    agree("forward", made.result(), 1e-12);
}

#[test]
fn balanced_orders() {
    for name in ["grab", "grab-pair"] {
        let mut order = SampleOrder::new(name, 7, 2, 5);
        let mut seen = Vec::new();
        for _ in 0..4 {
            order.begin();
            for t in 0..7 {
                let part = order.pick(t);
                order.visited(part, &[part as f64, 1.0 - (part * part % 5) as f64]);
                seen.push(part as f64);
            }
        }
        agree(name, &seen, 0.0);
    }
}
