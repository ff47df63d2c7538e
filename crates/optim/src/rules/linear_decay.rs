//! Steps that fall linearly to zero at a horizon, and their refinement by the gradient norms of a first run.

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::reduce::norm2;

use crate::rule::{Make, Probe, Rule, RuleInfo, Setup, Unit};

const CITATION: &str = "A. Defazio, A. Cutkosky, H. Mehta, K. Mishchenko: Optimal linear decay learning rate schedules and \
                        further refinements. 2023, arXiv:2310.07831.";

/// `linear-decay`.
pub const RULE: RuleInfo = RuleInfo {
    key: "linear-decay",
    label: "linear decay",
    math: r"x \leftarrow x - \eta \big(1 - \tfrac tT\big)\, g, \qquad t = 0, \dots, T-1",
    citation: CITATION,
    limits: "the horizon T has to be known beforehand, and nothing before it is a good answer; at T the run ends.",
    unit: Unit::Curvature,
    step: 1.0,
    make: Make::Build(|setup| Ok(LinearDecay::boxed(setup, false))),
};

/// `refined-decay`.
pub const REFINED: RuleInfo = RuleInfo {
    key: "refined-decay",
    label: "refined decay",
    math: r"\hat G_t = \operatorname{median}_{|s-t| \le T/20} \lVert g_s \rVert \text{ in a first run}, \quad w_t = \hat G_t^{-2}, \quad \eta_t = \eta\, \frac{\omega_t}{\max_s \omega_s}, \quad \omega_t = w_t \textstyle\sum_{p > t} w_p \text{ in the second}",
    citation: CITATION,
    limits: "two runs of length T for one answer, and a method of convex theory: where the gradient of every part vanishes \
             at the solution, norms fall by orders of magnitude and w puts nearly all of the step at the end.",
    unit: Unit::Curvature,
    step: 1.0,
    make: Make::Build(|setup| Ok(LinearDecay::boxed(setup, true))),
};

/// Half of the median's window, as a share of the horizon.
const HALF_WINDOW: f64 = 0.05;

struct LinearDecay {
    start: Vec<f64>,
    x: Vec<f64>,
    /// Gradient norms of the first run, then the schedule of the second; empty where there is but one run.
    schedule: Vec<f64>,
    /// Work space for the refinement.
    weights: Vec<f64>,
    window: Vec<f64>,
    horizon: usize,
    second: bool,
    at: usize,
    length: f64,
}

impl LinearDecay {
    fn boxed(setup: &Setup<'_>, refined: bool) -> Box<dyn Rule> {
        let horizon = setup.options.horizon;
        let norms = if refined { horizon } else { 0 };
        let half = half_window(horizon);
        Box::new(LinearDecay {
            start: setup.start.to_vec(),
            x: setup.start.to_vec(),
            schedule: vec![0.0; norms],
            weights: vec![0.0; norms],
            window: Vec::with_capacity(2 * half + 2),
            horizon,
            second: false,
            at: 0,
            length: 0.0,
        })
    }
}

fn half_window(horizon: usize) -> usize {
    (HALF_WINDOW * horizon as f64) as usize
}

/// The schedule for gradient norms `norms`, which it replaces; its largest value is 1. `weights` is of the same length,
/// `window` has room for twice [`half_window`] and 2 more.
fn refine(norms: &mut [f64], weights: &mut [f64], window: &mut Vec<f64>) {
    let (n, half) = (norms.len(), half_window(norms.len()) as isize);
    let place = |t: isize| t.clamp(0, n as isize - 1) as usize;
    let below = |window: &[f64], x: f64| window.partition_point(|y| y.total_cmp(&x).is_lt());
    window.clear();
    for t in -half..=half {
        let x = norms[place(t)];
        window.insert(below(window, x), x);
    }
    let mut largest = 0.0f64;
    for t in 0..n as isize {
        weights[t as usize] = window[half as usize];
        largest = largest.max(window[half as usize]);
        let (out, new) = (norms[place(t - half)], norms[place(t + 1 + half)]);
        window.remove(below(window, out));
        window.insert(below(window, new), new);
    }
    // A vanishing norm would take all of the schedule.
    let least = if largest > 0.0 { 1e-12 * largest } else { 1.0 };
    for w in weights.iter_mut() {
        let g = w.max(least);
        *w = 1.0 / (g * g);
    }
    let (mut after, mut most) = (0.0, 0.0f64);
    for (eta, w) in norms.iter_mut().zip(weights.iter()).rev() {
        *eta = w * after;
        after += w;
        most = most.max(*eta);
    }
    if most > 0.0 {
        norms.iter_mut().for_each(|eta| *eta /= most);
    }
}

impl Rule for LinearDecay {
    fn at(&self) -> &[f64] {
        &self.x
    }

    fn update(&mut self, gradient: &[f64], eta: f64, probe: &mut Probe<'_>) {
        if self.at == self.horizon {
            if self.is_over() {
                return;
            }
            // The gradient belongs to the end of the first run; the second begins where that began.
            refine(&mut self.schedule, &mut self.weights, &mut self.window);
            self.x.copy_from_slice(&self.start);
            (self.second, self.at) = (true, 0);
            return;
        }
        let share = if self.second { self.schedule[self.at] } else { 1.0 - self.at as f64 / self.horizon as f64 };
        if !self.second && !self.schedule.is_empty() {
            self.schedule[self.at] = norm2(gradient);
        }
        self.length = eta * share;
        for (x, g) in self.x.iter_mut().zip(gradient) {
            *x -= self.length * g;
        }
        self.at += 1;
        probe.work.flops += 4 * gradient.len() as u64;
    }

    fn length(&self) -> f64 {
        self.length
    }

    fn is_over(&self) -> bool {
        self.at == self.horizon && (self.second || self.schedule.is_empty())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.slice(&self.schedule);
        out.slice(&[self.at as f64, self.length, f64::from(self.second)]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        from.slice(&mut self.schedule);
        self.at = from.real() as usize;
        self.length = from.real();
        self.second = from.real() != 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refined(mut norms: Vec<f64>) -> Vec<f64> {
        let (mut weights, mut window) = (vec![0.0; norms.len()], Vec::new());
        refine(&mut norms, &mut weights, &mut window);
        norms
    }

    #[test]
    fn equal_norms_give_exactly_linear_decay() {
        let schedule = refined(vec![0.7; 50]);
        for (t, eta) in schedule.iter().enumerate() {
            assert!((eta - (49 - t) as f64 / 49.0).abs() < 1e-14);
        }
    }

    #[test]
    fn growing_norms_anneal_and_large_first_norms_warm_up() {
        let growing = refined((0..100).map(|t| 1.0 + 0.1 * t as f64).collect());
        assert!((1..99).all(|t| growing[t] < growing[t - 1]) && growing[50] < 0.1);
        let falling = refined((0..100).map(|t| if t < 20 { 10.0 } else { 1.0 }).collect());
        assert!(falling[5] < 0.05 && (falling[30] - 69.0 / 79.0).abs() < 0.1);
    }

    #[test]
    fn the_median_is_that_of_a_sorted_window() {
        let norms: Vec<f64> = (0..60).map(|t| ((t * t) % 17) as f64 + 1.0).collect();
        let mut weights = vec![0.0; 60];
        refine(&mut norms.clone(), &mut weights, &mut Vec::new());
        for t in 0..60isize {
            let mut window: Vec<f64> = (t - 3..=t + 3).map(|s| norms[s.clamp(0, 59) as usize]).collect();
            window.sort_by(f64::total_cmp);
            assert_eq!(weights[t as usize], 1.0 / (window[3] * window[3]));
        }
    }
}
