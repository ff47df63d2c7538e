//! Accelerated distance over gradients, without the damping that noise would need.

use iterscope_core::{BuildError, StateReader, StateWriter};
use iterscope_kernels::reduce::{norm2, norm2_diff};

use super::dog::{FIRST, REGULAR};
use crate::rule::{Make, Probe, Rule, RuleInfo, Setup, Unit};

/// `u-dog`.
pub const RULE: RuleInfo = RuleInfo {
    key: "u-dog",
    label: "U-DoG (no step, whole gradients)",
    math: r"\begin{gathered} \alpha_t = \textstyle\sum_{s \le t} \bar r_s / \bar r_t, \quad m = \nabla f\Big(\tfrac{\alpha_t y + \Sigma}{A_t}\Big), \quad x = y - \tfrac{\bar r_t}{\sqrt{Q}}\,\alpha_t m, \quad g = \nabla f\Big(\tfrac{\alpha_t x + \Sigma}{A_t}\Big), \quad Q \leftarrow Q + \alpha_t^2 \lVert g - m \rVert^2, \\ y \leftarrow y - \tfrac{\bar r_t}{\sqrt{Q}}\,\alpha_t g, \quad \Sigma = \textstyle\sum_{s<t} \alpha_s x_s, \quad A_t = \sum_{s \le t} \alpha_s \end{gathered}",
    citation: "I. Kreisler, M. Ivgi, O. Hinder, Y. Carmon: Accelerated parameter-free stochastic optimization. COLT 2024, \
               arXiv:2404.00666.",
    limits: "two gradients an update. The damping that the paper adds against noise is left out; without it the rule \
             diverges on sampled gradients, so it takes a single part.",
    unit: Unit::Own,
    step: 1.0,
    make: Make::Build(build),
};

struct UDog {
    start: Vec<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
    /// Sum of the alpha x so far.
    sum: Vec<f64>,
    /// The mean in which the next gradient is taken, and the one that is reported.
    at: Vec<f64>,
    reported: Vec<f64>,
    second: Vec<f64>,
    distance: f64,
    distances: f64,
    alphas: f64,
    squares: f64,
    length: f64,
}

fn build(setup: &Setup<'_>) -> Result<Box<dyn Rule>, BuildError> {
    if setup.parts > 1 {
        let why = "u-dog diverges on sampled gradients; choose 1 part, or dog";
        return Err(BuildError::new("rule", why));
    }
    let (start, n) = (|| setup.start.to_vec(), setup.start.len());
    Ok(Box::new(UDog {
        distance: FIRST * (1.0 + norm2(setup.start)),
        start: start(),
        x: start(),
        y: start(),
        sum: vec![0.0; n],
        at: start(),
        reported: start(),
        second: vec![0.0; n],
        distances: 0.0,
        alphas: 0.0,
        squares: REGULAR,
        length: 0.0,
    }))
}

impl UDog {
    /// The alpha of the next update, and the sum with it.
    fn next(&self) -> (f64, f64) {
        let alpha = (self.distances + self.distance) / self.distance;
        (alpha, self.alphas + alpha)
    }
}

impl Rule for UDog {
    fn at(&self) -> &[f64] {
        &self.at
    }

    fn result(&self) -> &[f64] {
        &self.reported
    }

    fn update(&mut self, gradient: &[f64], _: f64, probe: &mut Probe<'_>) {
        let (alpha, alphas) = self.next();
        self.distances += self.distance;
        self.length = self.distance / self.squares.sqrt() * alpha;
        for (((x, y), m), (mean, sum)) in
            (self.x.iter_mut().zip(&self.y).zip(gradient)).zip(self.reported.iter_mut().zip(&self.sum))
        {
            *x = y - self.length * m;
            *mean = (alpha * *x + sum) / alphas;
        }
        probe.gradient(&self.reported, &mut self.second);
        let change = norm2_diff(&self.second, gradient);
        self.squares += alpha * alpha * change * change;
        self.length = self.distance / self.squares.sqrt() * alpha;
        for (((y, g), x), sum) in self.y.iter_mut().zip(&self.second).zip(&self.x).zip(&mut self.sum) {
            *y -= self.length * g;
            *sum += alpha * x;
        }
        self.alphas = alphas;
        let (x, y) = (norm2_diff(&self.x, &self.start), norm2_diff(&self.y, &self.start));
        self.distance = self.distance.max(x).max(y);
        let (alpha, alphas) = self.next();
        for ((at, y), sum) in self.at.iter_mut().zip(&self.y).zip(&self.sum) {
            *at = (alpha * y + sum) / alphas;
        }
        probe.work.flops += 24 * gradient.len() as u64;
    }

    fn length(&self) -> f64 {
        self.length
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x, &self.y, &self.sum, &self.at, &self.reported] {
            out.slice(part);
        }
        out.slice(&[self.distance, self.distances, self.alphas, self.squares, self.length]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x, &mut self.y, &mut self.sum, &mut self.at, &mut self.reported] {
            from.slice(part);
        }
        for number in [&mut self.distance, &mut self.distances, &mut self.alphas, &mut self.squares, &mut self.length] {
            *number = from.real();
        }
    }
}
