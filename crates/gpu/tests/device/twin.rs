//! Conjugate gradients on the CPU in single precision, summing in the order of the kernels: the twin that leaves nothing
//! but rounding inside single operations as a difference.

use iterscope_gpu::GROUP;
use iterscope_pde::{LinearProblem, Stencil};

/// The sum over a workgroup: lane i takes lane i + reach, reach = GROUP/2, GROUP/4, ..., 1.
fn group_sum(mut lanes: Vec<f32>) -> f32 {
    lanes.resize(GROUP as usize, 0.0);
    let mut reach = lanes.len() / 2;
    while reach > 0 {
        for i in 0..reach {
            lanes[i] += lanes[i + reach];
        }
        reach /= 2;
    }
    lanes[0]
}

/// The inner product in two stages.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let group = GROUP as usize;
    let products: Vec<f32> = a.iter().zip(b).map(|(x, y)| x * y).collect();
    let sums: Vec<f32> = products.chunks(group).map(|c| group_sum(c.to_vec())).collect();
    let lanes = (0..group.min(sums.len())).map(|lane| sums.iter().skip(lane).step_by(group).fold(0.0, |s, x| s + x));
    group_sum(lanes.collect())
}

/// The iterate after `steps` steps from zero.
pub fn conjugate_gradients(problem: &LinearProblem, steps: u32) -> Vec<f64> {
    let a: Stencil<f32> = problem.matrix.stencil().expect("a box").cast();
    let mut r: Vec<f32> = problem.rhs.iter().map(|&b| b as f32).collect();
    let (mut p, mut q, mut x) = (r.clone(), vec![0.0; r.len()], vec![0.0f32; r.len()]);
    let mut rr = dot(&r, &r);
    for _ in 0..steps {
        a.apply(None, &p, &mut q);
        let alpha = rr / dot(&p, &q);
        for k in 0..x.len() {
            x[k] += alpha * p[k];
            r[k] -= alpha * q[k];
        }
        let next = dot(&r, &r);
        let beta = next / rr;
        rr = next;
        for k in 0..x.len() {
            p[k] = r[k] + beta * p[k];
        }
    }
    x.into_iter().map(f64::from).collect()
}

#[test]
fn the_tree_sums_everything_once() {
    for n in [1usize, 255, 256, 257, 1000, 70_000] {
        let ones = vec![1.0f32; n];
        assert_eq!(dot(&ones, &ones), n as f32);
    }
}
