//! Kaczmarz, sketches and block descent against the numbers of independent programs.

mod support;

use std::rc::Rc;

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::csr::Csr;
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::solvers::block_descent::{BlockDescent, Selection, Update, colours, combs, runs};
use iterscope_linear::solvers::kaczmarz::{Kaczmarz, RowOrder};
use iterscope_linear::solvers::sketch::{Draw, Sketch};
use iterscope_linear::{LinearSolver, Matrix, Operator};
use support::*;

fn band(n: u32) -> Rc<Matrix<f64>> {
    let mut triplets = Vec::new();
    for i in 0..n {
        triplets.push((i, i, 4.0));
        if i > 0 {
            triplets.extend([(i, i - 1, -1.0), (i - 1, i, -1.0)]);
        }
    }
    Rc::new(Csr::from_triplets(n as usize, n as usize, &triplets).unwrap().into())
}

/// The mean over 200 seeds of the squared relative error after so many steps.
fn mean(make: impl Fn(u64) -> Box<dyn LinearSolver<f64>>, a: &Matrix<f64>, b: &[f64], steps: usize) -> f64 {
    let mut total = 0.0;
    for seed in 0..200 {
        let (mut solver, mut work) = (make(seed), Work::default());
        solver.start(a, &mut Identity, b, &vec![0.0; b.len()], &mut work);
        let mut before = f64::INFINITY;
        for _ in 0..steps {
            solver.step(a, &mut Identity, b, &mut work);
            let error = solver.iterate().iter().map(|x| (x - 1.0) * (x - 1.0)).sum::<f64>() / b.len() as f64;
            assert!(error <= before * (1.0 + 1e-14), "the error never grows");
            before = error;
        }
        total += before;
    }
    total / 200.0
}

#[test]
fn random_projections_keep_to_their_bounds() {
    let a = band(30);
    let mut b = vec![0.0; 30];
    a.apply(&[1.0; 30], &mut b);
    // 300 projections; bounds 0.105 and 0.104, figures of an independent program to 10 %.
    let uniform = mean(|seed| Box::new(Kaczmarz::new(&a, RowOrder::Uniform, seed)), &a, &b, 10);
    assert!((uniform / 1.60e-2 - 1.0).abs() < 0.15, "{uniform}");
    let weighted = mean(|seed| Box::new(Kaczmarz::new(&a, RowOrder::Weighted, seed)), &a, &b, 10);
    assert!((weighted / 1.61e-2 - 1.0).abs() < 0.15, "{weighted}");
    let normal = mean(|seed| Box::new(Sketch::new(&a, Draw::Normal, 1, seed)), &a, &b, 300);
    assert!((normal / 1.26e-2 - 1.0).abs() < 0.15, "{normal}");
    let row = mean(|seed| Box::new(Sketch::new(&a, Draw::Rows, 1, seed)), &a, &b, 300);
    assert!((row / 1.60e-2 - 1.0).abs() < 0.15, "{row}");
    let rows = mean(|seed| Box::new(Sketch::new(&a, Draw::Rows, 6, seed)), &a, &b, 50);
    assert!(rows < row, "six equations at a time, the same number in all: {rows}");
    let cyclic = plain(&mut Kaczmarz::new(&a, RowOrder::Cyclic, 0), &a, &b, 200);
    assert!(cyclic.residual <= 1e-8);
    // As many combinations as unknowns: solved in one step.
    let all = plain(&mut Sketch::new(&a, Draw::Normal, 30, 1), &a, &b, 3);
    assert!(all.residual < 1e-8 && all.steps <= 2, "{} {}", all.steps, all.residual);
}

#[test]
fn drawn_equations_hold_and_dependent_ones_do_no_harm() {
    let twice = dense(&[&[1.0, 2.0, 0.0], &[1.0, 2.0, 0.0], &[0.0, 1.0, 1.0]]);
    let b = [3.0, 3.0, 2.0];
    let run = plain(&mut Sketch::new(&twice, Draw::Rows, 3, 1), &twice, &b, 3);
    assert!(run.residual < 1e-13 && run.steps == 1, "{}", run.residual);
    let zero = dense(&[&[0.0, 0.0], &[0.0, 2.0]]);
    assert!(plain(&mut Kaczmarz::new(&zero, RowOrder::Cyclic, 1), &zero, &[0.0, 4.0], 3).residual < 1e-15);
}

/// The lattice of the card: 20 x 20 nodes, weights 1 + (7 i + 13 j) mod 10, the Laplacian plus the identity.
fn lattice() -> (Rc<Matrix<f64>>, Vec<f64>) {
    let m = 20u32;
    let mut triplets: Vec<(u32, u32, f64)> = (0..m * m).map(|k| (k, k, 1.0)).collect();
    for i in 0..m {
        for j in 0..m {
            let (k, weight) = (i * m + j, f64::from(1 + (7 * i + 13 * j) % 10));
            let mut edge = |q: u32| {
                triplets.extend([(k, k, weight), (q, q, weight), (k, q, -weight), (q, k, -weight)]);
            };
            if i + 1 < m {
                edge(k + m);
            }
            if j + 1 < m {
                edge(k + 1);
            }
        }
    }
    let b = (0..m * m).map(|k| libm::sin(0.37 * f64::from(k))).collect();
    (Rc::new(Csr::from_triplets(400, 400, &triplets).unwrap().into()), b)
}

/// Steps until the objective is within 1e-6 of its least value, relative to the start.
fn steps(blocks: Vec<Vec<u32>>, selection: Selection, update: Update) -> usize {
    let (a, b) = lattice();
    let mut exact = b.clone();
    iterscope_linear::factors::Factors::new(a.rows()).unwrap().solve(&mut exact);
    let height = |x: &[f64]| {
        let e: Vec<f64> = x.iter().zip(&exact).map(|(x, y)| x - y).collect();
        let mut ae = vec![0.0; e.len()];
        a.apply(&e, &mut ae);
        0.5 * e.iter().zip(&ae).map(|(a, b)| a * b).sum::<f64>()
    };
    let first = height(&[0.0; 400]);
    assert!((first - 16.919534163414).abs() < 1e-10);
    let (mut solver, mut work) = (BlockDescent::new(&a, blocks, selection, update, 1).unwrap(), Work::default());
    solver.start(&*a, &mut Identity, &b, &[0.0; 400], &mut work);
    let (mut before, mut count) = (first, 0);
    while before > 1e-6 * first {
        solver.step(&*a, &mut Identity, &b, &mut work);
        let now = height(solver.iterate());
        assert!(now <= before * (1.0 + 1e-12), "the objective never grows");
        (before, count) = (now, count + 1);
    }
    count
}

#[test]
fn block_descent_counts() {
    let fives = || runs(400, 5);
    let check = |got: usize, known: usize| assert!(got.abs_diff(known) * 200 <= known.max(200), "{got}, known {known}");
    for (selection, gradient, exact) in [
        (Selection::Cyclic, 9364, 1931),
        (Selection::Gradient, 6300, 1534),
        (Selection::Lipschitz, 6180, 1490),
        (Selection::Diagonal, 6465, 1615),
        (Selection::Exact, 6278, 1529),
    ] {
        check(steps(fives(), selection, Update::Exact), exact);
        check(steps(fives(), selection, Update::Gradient), gradient);
    }
    check(steps(combs(20, 20).to_vec(), Selection::Cyclic, Update::Exact), 40);
    check(steps(colours(20, 20).to_vec(), Selection::Cyclic, Update::Exact), 82);
    check(steps(runs(400, 50), Selection::Cyclic, Update::Exact), 84);
}

#[test]
fn combs_are_trees_that_cover_the_box() {
    for (width, height) in [(20, 20), (7, 4), (1, 5), (5, 1)] {
        let [first, second] = combs(width, height);
        assert_eq!(first.len() + second.len(), width * height);
        for comb in [first, second] {
            let has = |k: u32| comb.contains(&k);
            let across = comb.iter().filter(|&&k| !(k as usize + 1).is_multiple_of(width) && has(k + 1)).count();
            let along = comb.iter().filter(|&&k| has(k + width as u32)).count();
            assert!(comb.is_empty() || across + along < comb.len(), "no circle in {width} x {height}");
        }
    }
}

#[test]
fn blocks_that_do_not_fit_are_refused() {
    let (a, _) = lattice();
    let error = |blocks: Vec<Vec<u32>>| {
        BlockDescent::new(&a, blocks, Selection::Cyclic, Update::Exact, 1).err().map(|e| e.to_string()).unwrap()
    };
    assert!(error(vec![vec![]]).contains("block 1"));
    assert!(error(vec![vec![0], vec![3, 3]]).contains("block 2"));
    assert!(error(vec![vec![400]]).contains("not there"));
    let skew = dense(&[&[1.0, 1.0], &[0.0, 1.0]]);
    let made = BlockDescent::new(&skew, vec![vec![0, 1]], Selection::Cyclic, Update::Exact, 1);
    assert!(made.err().is_some_and(|e| e.to_string().contains("symmetric")));
}

#[test]
fn state_repeats_bit_for_bit() {
    let (a, b) = lattice();
    let blocks = || runs(400, 5);
    let makers: [&dyn Fn() -> Box<dyn LinearSolver<f64>>; 4] = [
        &|| Box::new(Kaczmarz::new(&a, RowOrder::Weighted, 3)),
        &|| Box::new(Sketch::new(&a, Draw::Rows, 7, 3)),
        &|| Box::new(Sketch::new(&a, Draw::Normal, 3, 3)),
        &|| Box::new(BlockDescent::new(&a, blocks(), Selection::Random, Update::Exact, 3).unwrap()),
    ];
    for make in makers {
        let (mut first, mut second, mut work) = (make(), make(), Work::default());
        first.start(&*a, &mut Identity, &b, &[0.0; 400], &mut work);
        for _ in 0..5 {
            first.step(&*a, &mut Identity, &b, &mut work);
        }
        let mut saved = StateWriter::default();
        first.save(&mut saved);
        let saved = saved.into_values();
        second.load(&mut StateReader::new(&saved));
        for solver in [&mut first, &mut second] {
            for _ in 0..5 {
                solver.step(&*a, &mut Identity, &b, &mut work);
            }
        }
        assert_eq!(first.iterate(), second.iterate());
    }
}
