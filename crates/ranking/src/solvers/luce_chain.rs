//! The Markov chain of Luce spectral ranking: it leaves an item for those that won against it. Its stationary distribution,
//! by sweeps over the items.

use iterscope_core::Work;

use super::LOG_LIMIT;
use crate::model::PairModel;
use crate::solvers::fixed_point::bounded;

/// Rates of the transitions between the two items of each pair, and to and from the item of strength 1 that the prior's
/// games are against.
pub struct Chain {
    /// From the second item of each pair to the first.
    forth: Vec<f64>,
    /// From the first to the second.
    back: Vec<f64>,
    /// Between each item and the prior's, either way; empty without a prior.
    prior: Vec<f64>,
    /// Weight of the prior's item.
    anchor: f64,
    upwards: bool,
}

impl Chain {
    /// Memory for the chain of `model`.
    pub fn new(model: &PairModel) -> Chain {
        let rates = || vec![0.0; model.games.pairs.len()];
        let prior = vec![0.0; if model.has_prior() { model.games.items } else { 0 }];
        Chain { forth: rates(), back: rates(), prior, anchor: 1.0, upwards: false }
    }

    /// Sets the rates at strengths `pi` and tie strength `nu`. A point won against an opponent counts by the inverse of what
    /// the two are worth together; at the fixed point the flows balance as the likelihood's gradient vanishes.
    pub fn set(&mut self, model: &PairModel, pi: &[f64], nu: f64, work: &mut Work) {
        for (k, p) in model.games.pairs.iter().enumerate() {
            let (x, y) = (pi[p.i as usize], pi[p.j as usize]);
            let root = nu * (x * y).sqrt();
            let inverse = 1.0 / (x + y + 2.0 * root);
            self.forth[k] = p.points() * (1.0 + root / y) * inverse;
            self.back[k] = p.points_against() * (1.0 + root / x) * inverse;
        }
        for (rate, pi) in self.prior.iter_mut().zip(pi) {
            *rate = 1.0 / (pi + 1.0);
        }
        (self.anchor, self.upwards) = (1.0, false);
        let pairs = model.games.pairs.len() as u64;
        work.operator += 1;
        work.flops += 10 * pairs;
        work.bytes += 56 * pairs;
    }

    /// One sweep of Gauss and Seidel, forwards and backwards in turn: each weight becomes what flows to its item over the
    /// rate of leaving. Returns the imbalance that the sweep met, over the flow.
    pub fn sweep(&mut self, model: &PairModel, pi: &mut [f64], work: &mut Work) -> f64 {
        let n = pi.len();
        let (mut off, mut all) = (0.0, 0.0);
        for k in 0..n {
            let i = if self.upwards { n - 1 - k } else { k };
            let (mut inflow, mut rate) = (0.0, 0.0);
            for m in model.games.of(i) {
                let pair = m.pair as usize;
                let first = model.games.pairs[pair].i as usize == i;
                let (to, from) =
                    if first { (self.forth[pair], self.back[pair]) } else { (self.back[pair], self.forth[pair]) };
                inflow += to * pi[m.opponent as usize];
                rate += from;
            }
            if let Some(prior) = self.prior.get(i) {
                inflow += prior * self.anchor;
                rate += prior;
            }
            off += (inflow - rate * pi[i]).abs();
            all += inflow;
            if inflow > 0.0 || rate > 0.0 {
                pi[i] = bounded(pi[i], inflow, rate);
            }
        }
        if !self.prior.is_empty() {
            let (mut inflow, mut rate) = (0.0, 0.0);
            for (r, pi) in self.prior.iter().zip(pi.iter()) {
                inflow += r * pi;
                rate += r;
            }
            self.anchor = inflow / rate;
        }
        self.upwards = !self.upwards;
        let meetings = 2 * model.games.pairs.len() as u64;
        work.inner += 1;
        work.flops += 3 * meetings + 6 * n as u64;
        work.bytes += 64 * meetings;
        if all > 0.0 { off / all } else { 0.0 }
    }

    /// Brings the weights to the scale of strengths: the prior's item has strength 1, otherwise the geometric mean is 1.
    pub fn level(&self, pi: &mut [f64]) {
        let factor = if self.prior.is_empty() {
            libm::exp(-pi.iter().fold(0.0, |sum, pi| sum + libm::log(*pi)) / pi.len() as f64)
        } else {
            1.0 / self.anchor
        };
        pi.iter_mut().for_each(|pi| *pi *= factor);
    }

    /// Weight of the prior's item and direction of the next sweep, for a method that keeps its rates.
    pub fn place(&mut self) -> (&mut f64, &mut bool) {
        (&mut self.anchor, &mut self.upwards)
    }

    /// The same to be written.
    pub fn state(&self) -> [f64; 2] {
        [self.anchor, f64::from(u8::from(self.upwards))]
    }
}

/// Whether some weight left every sensible range or is not finite.
pub fn left_range(pi: &[f64]) -> bool {
    let limit = libm::exp(LOG_LIMIT);
    !pi.iter().all(|&pi| pi >= 1.0 / limit && pi <= limit)
}
