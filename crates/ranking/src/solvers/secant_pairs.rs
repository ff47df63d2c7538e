//! The inverse Hessian as L-BFGS reads it off the last steps: a ring of steps and of the gradient's falls along them.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::reduce::{axpy, dot, scale};

/// The ring.
pub struct SecantPairs {
    width: usize,
    most: usize,
    /// Steps remembered, and the place of the newest.
    kept: usize,
    newest: usize,
    /// The steps, their falls of the gradient, and the inverses of their inner products.
    steps: Vec<f64>,
    falls: Vec<f64>,
    inverse: Vec<f64>,
    weights: Vec<f64>,
}

impl SecantPairs {
    /// For at most `most` steps of `width` variables.
    pub fn new(width: usize, most: usize) -> SecantPairs {
        let (steps, falls) = (vec![0.0; most * width], vec![0.0; most * width]);
        SecantPairs {
            width,
            most,
            kept: 0,
            newest: 0,
            steps,
            falls,
            inverse: vec![0.0; most],
            weights: vec![0.0; most],
        }
    }

    /// The direction of ascent at `slope`, and the slope along it. Without a memory, `safe` times the gradient.
    pub fn aim(&mut self, slope: &[f64], safe: f64, direction: &mut [f64]) -> f64 {
        self.turn(slope, safe, direction);
        let rise = dot(slope, direction);
        if rise > 0.0 {
            return rise;
        }
        // Rounding spoilt the memory: start it anew.
        self.kept = 0;
        self.turn(slope, safe, direction);
        dot(slope, direction)
    }

    /// The product of the inverse Hessian's approximation with the gradient, by the recursion in two loops.
    fn turn(&mut self, slope: &[f64], safe: f64, direction: &mut [f64]) {
        let at = |k: usize| k * self.width..(k + 1) * self.width;
        let place = |age: usize| (self.newest + self.most - age) % self.most;
        direction.copy_from_slice(slope);
        if self.kept == 0 {
            scale(safe, direction);
            return;
        }
        for age in 0..self.kept {
            let k = place(age);
            self.weights[k] = self.inverse[k] * dot(&self.steps[at(k)], direction);
            axpy(-self.weights[k], &self.falls[at(k)], direction);
        }
        let y = &self.falls[at(self.newest)];
        scale(1.0 / (self.inverse[self.newest] * dot(y, y)), direction);
        for age in (0..self.kept).rev() {
            let k = place(age);
            let back = self.inverse[k] * dot(&self.falls[at(k)], direction);
            axpy(self.weights[k] - back, &self.steps[at(k)], direction);
        }
    }

    /// Remembers a step, unless the gradient did not fall along it; `change` gives for each variable the step and the
    /// gradient before it less the one after it.
    pub fn remember(&mut self, change: impl Fn(usize) -> (f64, f64)) {
        let next = if self.kept == 0 { 0 } else { (self.newest + 1) % self.most };
        let at = next * self.width..(next + 1) * self.width;
        let (u, y) = (&mut self.steps[at.clone()], &mut self.falls[at]);
        for (i, (u, y)) in u.iter_mut().zip(y.iter_mut()).enumerate() {
            (*u, *y) = change(i);
        }
        let inner = dot(u, y);
        if inner > 1e-10 * (dot(u, u) * dot(y, y)).sqrt() {
            self.inverse[next] = 1.0 / inner;
            self.newest = next;
            self.kept = (self.kept + 1).min(self.most);
        } else {
            // Its place may have held the oldest step that was remembered.
            self.kept = self.kept.min(self.most - 1);
        }
    }

    /// Counts one direction.
    pub fn count(&self, work: &mut Work) {
        work.flops += (8 * self.kept as u64 + 6) * self.width as u64;
        work.bytes += 32 * (self.kept as u64 + 1) * self.width as u64;
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        for list in [&self.steps, &self.falls, &self.inverse] {
            out.slice(list);
        }
        out.real(self.kept as f64);
        out.real(self.newest as f64);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        for list in [&mut self.steps, &mut self.falls, &mut self.inverse] {
            from.slice(list);
        }
        self.kept = (from.real() as usize).min(self.most);
        self.newest = (from.real() as usize).min(self.most - 1);
    }
}
