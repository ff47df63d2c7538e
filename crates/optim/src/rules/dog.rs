//! Distance over gradients: the step is the largest distance from the start, divided by the root of all squared gradients.

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::reduce::{dot, norm2, norm2_diff};

use crate::rule::{Make, Probe, Rule, RuleInfo, Setup, Unit};

/// `dog`.
pub const RULE: RuleInfo = RuleInfo {
    key: "dog",
    label: "DoG (no step)",
    math: r"\bar r_t = \max\big(10^{-6}(1 + \lVert x_0 \rVert),\ \max_{s \le t} \lVert x_s - x_0 \rVert\big), \quad x_{t+1} = x_t - \frac{\bar r_t}{\sqrt{10^{-8} + \sum_{s \le t} \lVert g_s \rVert^2}}\, g_t, \quad \text{reported: the mean of the } x_t \text{ weighted by } \bar r_t",
    citation: "M. Ivgi, O. Hinder, Y. Carmon: DoG is SGD's best friend: a parameter-free dynamic step size schedule. ICML 2023, \
               arXiv:2302.12022.",
    limits: "the first tens of updates only find the scale, and the mean keeps what it saw on the way: slow where a good \
             step is known. Its theory wants bounded gradients.",
    unit: Unit::Own,
    step: 1.0,
    make: Make::Build(|setup| Ok(Box::new(Dog::new(setup)))),
};

/// The first distance, for a start at zero.
pub(crate) const FIRST: f64 = 1e-6;
/// Keeps the first division from being one by zero.
pub(crate) const REGULAR: f64 = 1e-8;

struct Dog {
    start: Vec<f64>,
    x: Vec<f64>,
    mean: Vec<f64>,
    distance: f64,
    squares: f64,
    weights: f64,
    length: f64,
}

impl Dog {
    fn new(setup: &Setup<'_>) -> Dog {
        let start = || setup.start.to_vec();
        Dog {
            distance: FIRST * (1.0 + norm2(setup.start)),
            start: start(),
            x: start(),
            mean: start(),
            squares: REGULAR,
            weights: 0.0,
            length: 0.0,
        }
    }
}

impl Rule for Dog {
    fn at(&self) -> &[f64] {
        &self.x
    }

    fn result(&self) -> &[f64] {
        &self.mean
    }

    fn update(&mut self, gradient: &[f64], _: f64, probe: &mut Probe<'_>) {
        self.squares += dot(gradient, gradient);
        self.distance = self.distance.max(norm2_diff(&self.x, &self.start));
        self.length = self.distance / self.squares.sqrt();
        self.weights += self.distance;
        let share = self.distance / self.weights;
        for ((x, mean), g) in self.x.iter_mut().zip(&mut self.mean).zip(gradient) {
            *x -= self.length * g;
            *mean += share * (*x - *mean);
        }
        probe.work.flops += 10 * gradient.len() as u64;
    }

    fn length(&self) -> f64 {
        self.length
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.slice(&self.mean);
        out.slice(&[self.distance, self.squares, self.weights, self.length]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        from.slice(&mut self.mean);
        for number in [&mut self.distance, &mut self.squares, &mut self.weights, &mut self.length] {
            *number = from.real();
        }
    }
}
