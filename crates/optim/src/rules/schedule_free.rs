//! Schedule-free steps: gradients between a base point and its running average, which is the answer at any time.

use iterscope_core::{StateReader, StateWriter};

use super::adam::EPSILON;
use crate::rule::{Make, Options, Probe, Rule, RuleInfo, Setup, Unit};

const CITATION: &str = "A. Defazio, X. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky: The road less scheduled. \
                        NeurIPS 2024, arXiv:2405.15682.";

/// `schedule-free`.
pub const RULE: RuleInfo = RuleInfo {
    key: "schedule-free",
    label: "schedule-free",
    math: r"y = (1-\beta) z + \beta x, \quad z \leftarrow z - \eta\,\nabla f_i(y), \quad x \leftarrow (1-c) x + c z, \quad c = \eta_{\max,t}^2 \big/ \textstyle\sum_{s \le t} \eta_{\max,s}^2",
    citation: CITATION,
    limits: "not always the best average: on smooth convex problems the plain average of a constant step (β = 0) can win. \
             Far starts stay in the average.",
    unit: Unit::Curvature,
    step: 1.0,
    make: Make::Build(|setup| Ok(ScheduleFree::boxed(setup, false))),
};

/// `schedule-free-adam`.
pub const ADAM: RuleInfo = RuleInfo {
    key: "schedule-free-adam",
    label: "schedule-free Adam",
    math: r"v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad z \leftarrow z - \eta\, g \big/ \big(\sqrt{v/(1-\beta_2^t)} + \epsilon\big), \quad \text{else as schedule-free}",
    citation: CITATION,
    limits: "the average removes most of the level on which Adam ends, at the price of a slow approach.",
    unit: Unit::Size,
    step: 0.05,
    make: Make::Build(|setup| Ok(ScheduleFree::boxed(setup, true))),
};

struct ScheduleFree {
    options: Options,
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    /// Mean squares; empty without Adam's division.
    v: Vec<f64>,
    count: f64,
    largest: f64,
    weights: f64,
    length: f64,
}

impl ScheduleFree {
    fn boxed(setup: &Setup<'_>, adam: bool) -> Box<dyn Rule> {
        let start = || setup.start.to_vec();
        Box::new(ScheduleFree {
            options: setup.options,
            x: start(),
            y: start(),
            z: start(),
            v: vec![0.0; if adam { setup.start.len() } else { 0 }],
            count: 0.0,
            largest: 0.0,
            weights: 0.0,
            length: 0.0,
        })
    }
}

impl Rule for ScheduleFree {
    fn at(&self) -> &[f64] {
        &self.y
    }

    fn result(&self) -> &[f64] {
        &self.x
    }

    fn update(&mut self, gradient: &[f64], eta: f64, probe: &mut Probe<'_>) {
        let Options { momentum: beta, beta2, warmup, .. } = self.options;
        self.count += 1.0;
        self.length = if self.count < warmup as f64 { eta * self.count / warmup as f64 } else { eta };
        self.largest = self.largest.max(self.length);
        let weight = self.largest * self.largest;
        self.weights += weight;
        let c = weight / self.weights;
        if self.v.is_empty() {
            for (z, g) in self.z.iter_mut().zip(gradient) {
                *z -= self.length * g;
            }
        } else {
            let fill = 1.0 - libm::pow(beta2, self.count);
            for ((z, v), g) in self.z.iter_mut().zip(&mut self.v).zip(gradient) {
                *v = beta2 * *v + (1.0 - beta2) * g * g;
                *z -= self.length * g / ((*v / fill).sqrt() + EPSILON);
            }
        }
        for ((x, y), z) in self.x.iter_mut().zip(&mut self.y).zip(&self.z) {
            *x += c * (z - *x);
            *y = (1.0 - beta) * z + beta * *x;
        }
        let each = if self.v.is_empty() { 8 } else { 18 };
        probe.work.flops += each * gradient.len() as u64;
    }

    fn length(&self) -> f64 {
        self.length
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x, &self.y, &self.z, &self.v] {
            out.slice(part);
        }
        out.slice(&[self.count, self.largest, self.weights, self.length]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x, &mut self.y, &mut self.z, &mut self.v] {
            from.slice(part);
        }
        for number in [&mut self.count, &mut self.largest, &mut self.weights, &mut self.length] {
            *number = from.real();
        }
    }
}
