//! The likelihood of very many pairs and its gradient, in a tenth of the time: strengths once by item in place of an exponential
//! for each pair, and one logarithm for the product of many sums.

use crate::data::games::Pair;
use crate::model::{Link, PairModel, Strengths};

/// Pairs from which on the referee goes this way.
const MANY: usize = 200_000;
/// Factors of one product, each in [1, 2).
const FACTORS: u32 = 1000;
/// The bits of the fraction of a number, and those of the exponent of 1.
const FRACTION: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;

/// Memory for the route.
pub struct ManyPairs {
    /// Strengths pi.
    strength: Vec<f64>,
}

impl ManyPairs {
    /// Memory for `model`; none where there are not so many pairs, or where chances are no quotients of strengths.
    pub fn new(model: &PairModel) -> Option<ManyPairs> {
        let quotients = model.link == Link::Logistic && !model.has_nu() && model.extras() == 0;
        let many = model.games.pairs.len() > MANY;
        (quotients && many).then(|| ManyPairs { strength: vec![0.0; model.games.items] })
    }

    /// Log-likelihood (with the prior, where there is one) and its gradient; see [`crate::model::likelihood::gradient`].
    /// Log-strengths within [`crate::solvers::LOG_LIMIT`] neither overflow nor vanish here.
    pub fn gradient(&mut self, model: &PairModel, at: &Strengths, gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut total = 0.0;
        for (i, (pi, s)) in self.strength.iter_mut().zip(&at.log).enumerate() {
            *pi = libm::exp(*s);
            total += model.games.points[i] * s;
        }
        let mut logs = Logarithms::default();
        for p in &model.games.pairs {
            let (i, j) = (p.i as usize, p.j as usize);
            let (first, second) = (self.strength[i], self.strength[j]);
            let sum = first + second;
            let surplus = surplus(p, first, second, sum);
            gradient[i] += surplus;
            gradient[j] -= surplus;
            logs.add(p.games(), sum);
        }
        total -= logs.finish();
        if model.has_prior() {
            for (i, g) in gradient.iter_mut().enumerate().take(model.games.items) {
                let (value, slope) = model.prior_at(at.log[i]);
                *g += slope;
                total += value;
            }
        }
        total
    }
}

/// Points of the first beyond expectation.
fn surplus(p: &Pair, first: f64, second: f64, sum: f64) -> f64 {
    let inverse = 1.0 / sum;
    p.points() * (second * inverse) - p.points_against() * (first * inverse)
}

/// A sum of logarithms of positive normal numbers, by their product: fractions are multiplied, exponents added.
struct Logarithms {
    total: f64,
    product: f64,
    factors: u32,
    exponents: i64,
}

impl Default for Logarithms {
    fn default() -> Logarithms {
        Logarithms { total: 0.0, product: 1.0, factors: 0, exponents: 0 }
    }
}

impl Logarithms {
    /// Adds `count` times the logarithm of `x`.
    fn add(&mut self, count: f64, x: f64) {
        if count != 1.0 {
            self.total += count * libm::log(x);
            return;
        }
        let bits = x.to_bits();
        self.exponents += (bits >> 52) as i64 - 1023;
        self.product *= f64::from_bits(bits & FRACTION | ONE);
        self.factors += 1;
        if self.factors == FACTORS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.total += libm::log(self.product);
        (self.product, self.factors) = (1.0, 0);
    }

    fn finish(mut self) -> f64 {
        self.flush();
        self.total + self.exponents as f64 * core::f64::consts::LN_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::likelihood;
    use crate::pairs::instance::PairInstance;
    use crate::test_support::{choice, synthetic};

    #[test]
    fn it_agrees_with_the_route_by_pairs() {
        for estimate in ["ml", "map"] {
            let given = [("players", 60.into()), ("games", 2500.into()), choice("estimate", estimate)];
            let set = synthetic(&[&given[..], &[("tie_rate", 0.2.into())]].concat(), 3).unwrap();
            let model = set.as_any().downcast_ref::<PairInstance>().unwrap().model();
            let at =
                Strengths { log: (0..60).map(|i| 4.0 * libm::sin(f64::from(i))).collect(), ..Strengths::equal(&model) };
            let (mut own, mut known) = (vec![0.0; model.width()], vec![0.0; model.width()]);
            let mut many = ManyPairs { strength: vec![0.0; 60] };
            let (value, expected) =
                (many.gradient(&model, &at, &mut own), likelihood::gradient(&model, &at, &mut known));
            assert!((value / expected - 1.0).abs() < 1e-13, "{value} {expected}");
            assert!(own.iter().zip(&known).all(|(a, b)| (a - b).abs() < 1e-11), "{own:?} {known:?}");
        }
    }

    #[test]
    fn products_are_sums_of_logarithms_however_long_and_wide() {
        let numbers: Vec<f64> = (0..5000).map(|k| libm::exp(f64::from(k % 451) - 225.0)).collect();
        let (mut logs, mut expected) = (Logarithms::default(), 0.0);
        for (k, x) in numbers.iter().enumerate() {
            let count = if k % 7 == 0 { 2.5 } else { 1.0 };
            logs.add(count, *x);
            expected += count * libm::log(*x);
        }
        let found = logs.finish();
        assert!((found - expected).abs() < 1e-9 * 5000.0, "{found} {expected}");
    }
}
