//! What the methods share that delegate to an optimiser of flat vectors: the negative log-likelihood as a mean over parts
//! of the pairs or races.

use iterscope_core::{BuildError, Iteration, Outcome, StateReader, StateWriter, Value, Work};
use iterscope_kernels::reduce::dot;
use iterscope_kernels::rng::Rng;
use iterscope_optim::{Algorithm, Block, Differences, Objective, Sample, order};

use super::LOG_LIMIT;
use crate::model::Strengths;
use crate::model::objective::{LogLikelihood, Shape};
use crate::solvers::ascent::center;

/// Negative log-likelihood (minus log-prior) in nats per game or race, of the log-strengths and then of what else is
/// estimated. Part k is the same of a random share of the pairs or races, their sum scaled up; each part has the whole prior.
pub struct Fit {
    parts: Vec<Box<dyn LogLikelihood>>,
    /// The prior alone.
    bare: Box<dyn LogLikelihood>,
    shape: Shape,
    terms: usize,
    blocks: Vec<Block>,
    at: Strengths,
    /// Gradients of the log-likelihood of a part, and of the prior.
    slope: Vec<f64>,
    prior: Vec<f64>,
    other: Vec<f64>,
    differences: Option<Differences>,
}

impl Fit {
    /// Deals the terms of `whole` out into `parts` parts by `seed`, fewer where there are fewer terms.
    pub fn new(whole: &dyn LogLikelihood, parts: usize, seed: u64) -> Fit {
        let (shape, terms) = (whole.shape(), whole.terms());
        let parts = parts.min(terms);
        let mut places: Vec<u32> = (0..terms as u32).collect();
        if parts > 1 {
            order::shuffle(&mut places, &mut Rng::new(seed));
        }
        let part = |k: usize| {
            let share = &mut places[k * terms / parts..(k + 1) * terms / parts];
            share.sort_unstable();
            whole.part(share)
        };
        let mut blocks = vec![Block { rows: shape.items, cols: 1 }];
        if shape.has_nu {
            blocks.push(Block { rows: 1, cols: 1 });
        }
        if shape.extras > 0 {
            blocks.push(Block { rows: shape.extras, cols: 1 });
        }
        let size = shape.order();
        Fit {
            parts: (0..parts).map(part).collect(),
            bare: whole.part(&[]),
            terms,
            blocks,
            at: whole.start(),
            slope: vec![0.0; shape.width],
            prior: vec![0.0; shape.width],
            other: vec![0.0; size],
            differences: Some(Differences::new(size)),
            shape,
        }
    }

    /// The log-likelihood of one part without the prior, at `self.at`; its gradient is added to `sum`.
    fn part(&mut self, k: usize, prior: f64, factor: f64, sum: &mut [f64]) -> f64 {
        let value = self.parts[k].gradient(&self.at, &mut self.slope);
        for ((sum, g), p) in sum.iter_mut().zip(&self.slope).zip(&self.prior) {
            *sum += factor * (g - p);
        }
        value - prior
    }
}

/// The strengths of a vector of parameters.
fn place(likelihood: &dyn LogLikelihood, shape: &Shape, x: &[f64], at: &mut Strengths) {
    let n = at.log.len();
    at.log.copy_from_slice(&x[..n]);
    if shape.has_nu {
        at.nu = likelihood.nu_at(x[n]);
    }
    at.extra.copy_from_slice(&x[shape.first_extra()..shape.order()]);
    likelihood.follow(at);
}

impl Objective for Fit {
    fn size(&self) -> usize {
        self.other.len()
    }

    fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn parts(&self) -> usize {
        self.parts.len()
    }

    fn gradient(&mut self, of: Sample, x: &[f64], gradient: &mut [f64], work: &mut Work) -> f64 {
        place(self.bare.as_ref(), &self.shape, x, &mut self.at);
        let total = self.shape.total;
        let prior = self.bare.gradient(&self.at, &mut self.prior);
        for (g, p) in gradient.iter_mut().zip(&self.prior) {
            *g = -p / total;
        }
        let parts = self.parts.len();
        let (range, factor) = match of {
            Sample::Whole => (0..parts, 1.0),
            Sample::Part(k) => (k..k + 1, parts as f64),
        };
        let mut value = -prior / total;
        let (mut terms, mut cost) = (0, [0, 0]);
        for k in range {
            value -= factor * self.part(k, prior, -factor / total, gradient) / total;
            let [flops, bytes] = self.parts[k].cost();
            cost = [cost[0] + flops, cost[1] + bytes];
            terms += self.parts[k].terms();
        }
        // Passes are counted; those by parts are counted where the parts are visited.
        work.operator += u64::from(terms == self.terms);
        work.flops += cost[0] + 8 * x.len() as u64;
        work.bytes += cost[1] + 32 * x.len() as u64;
        value
    }

    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], work: &mut Work) -> f64 {
        // A gradient costs no more here than a derivative along one direction: a term has few items.
        let mut gradient = std::mem::take(&mut self.other);
        self.gradient(of, x, &mut gradient, work);
        self.other = gradient;
        dot(&self.other, v)
    }

    fn hessian_times(&mut self, of: Sample, x: &[f64], v: &[f64], out: &mut [f64], work: &mut Work) {
        // Whatever the model, its gradient is known.
        let Some(mut differences) = self.differences.take() else { return };
        differences.hessian_times(x, v, out, |x, g| {
            self.gradient(of, x, g, work);
        });
        self.differences = Some(differences);
    }

    fn in_range(&self, x: &[f64]) -> bool {
        x.iter().all(|s| s.abs() <= LOG_LIMIT)
    }
}

/// An optimiser on the likelihood, from equal strengths.
pub struct Descent {
    fit: Fit,
    algorithm: Box<dyn Algorithm>,
    view: Strengths,
}

impl Descent {
    /// `make` makes the optimiser on the fit at its first point.
    ///
    /// # Errors
    /// What `make` answers.
    pub fn new(
        mut fit: Fit,
        make: impl FnOnce(&mut Fit, &[f64]) -> Result<Box<dyn Algorithm>, BuildError>,
    ) -> Result<Descent, BuildError> {
        let start = vec![0.0; fit.size()];
        let algorithm = make(&mut fit, &start)?;
        let view = fit.at.clone();
        Ok(Descent { fit, algorithm, view })
    }
}

impl Iteration for Descent {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.algorithm.step(&mut self.fit, work)
    }

    fn iterate(&mut self) -> &Strengths {
        place(self.fit.bare.as_ref(), &self.fit.shape, self.algorithm.result(), &mut self.view);
        if self.fit.shape.level_is_free {
            center(&mut self.view.log);
        }
        &self.view
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.algorithm.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.algorithm.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.algorithm.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.algorithm.load(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::instance::OrderInstance;
    use crate::orders::objective::OrderLikelihood;
    use crate::pairs::instance::PairInstance;
    use crate::pairs::objective::PairLikelihood;
    use crate::test_support::{choice, problem, synthetic};

    fn wholes() -> Vec<(Box<dyn LogLikelihood>, usize)> {
        let mut all: Vec<(Box<dyn LogLikelihood>, usize)> = Vec::new();
        for (estimate, ties) in [("ml", "half"), ("map", "half"), ("ml", "davidson"), ("map", "davidson")] {
            let given = [("players", 8.into()), ("games", 200.into()), ("tie_rate", 0.3.into())];
            let set =
                synthetic(&[&given[..], &[choice("estimate", estimate), choice("ties", ties)]].concat(), 5).unwrap();
            let model = set.as_any().downcast_ref::<PairInstance>().unwrap().model();
            all.push((Box::new(PairLikelihood(model)), 8 + usize::from(ties == "davidson")));
        }
        for estimate in ["ml", "map"] {
            let given =
                [("players", 8.into()), ("races", 40.into()), ("placed", 3.into()), choice("estimate", estimate)];
            let set = problem("ranking.synthetic-orders", &given, 5, None).unwrap();
            let model = set.as_any().downcast_ref::<OrderInstance>().unwrap().model();
            all.push((Box::new(OrderLikelihood::new(model)), 8));
        }
        all
    }

    #[test]
    fn derivatives_are_those_of_the_likelihood_and_parts_make_the_whole() {
        for (mut whole, size) in wholes() {
            let mut fit = Fit::new(whole.as_ref(), 3, 1);
            let (n, work) = (fit.size(), &mut Work::default());
            assert_eq!(n, size);
            let (mut x, mut v) = (vec![0.0; n], vec![0.0; n]);
            Rng::new(1).normal_fill(&mut x);
            Rng::new(2).normal_fill(&mut v);
            let (mut g, mut h, mut mean) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
            for of in [Sample::Part(0), Sample::Part(1), Sample::Part(2), Sample::Whole] {
                let at = |fit: &mut Fit, t: f64, g: &mut [f64]| {
                    let y: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + t * v).collect();
                    fit.gradient(of, &y, g, &mut Work::default())
                };
                let along = (at(&mut fit, 1e-5, &mut g) - at(&mut fit, -1e-5, &mut g)) / 2e-5;
                fit.gradient(of, &x, &mut g, work);
                assert!((along - dot(&g, &v)).abs() < 1e-7, "{of:?}: {along}");
                assert!((fit.slope(of, &x, &v, work) - dot(&g, &v)).abs() < 1e-14);
                fit.hessian_times(of, &x, &v, &mut h, work);
                let (mut above, mut below) = (vec![0.0; n], vec![0.0; n]);
                at(&mut fit, 1e-4, &mut above);
                at(&mut fit, -1e-4, &mut below);
                for ((h, a), b) in h.iter().zip(&above).zip(&below) {
                    assert!((h - (a - b) / 2e-4).abs() < 1e-7, "{of:?}");
                }
                if of != Sample::Whole {
                    mean.iter_mut().zip(&g).for_each(|(m, g)| *m += g / 3.0);
                }
            }
            assert!(g.iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-13));
            // The referee's own route, with all pairs at once.
            let shape = whole.shape();
            let (mut at, mut slope) = (whole.start(), vec![0.0; shape.width]);
            place(whole.as_ref(), &shape, &x, &mut at);
            let value = whole.gradient(&at, &mut slope);
            let found = fit.gradient(Sample::Whole, &x, &mut g, work);
            assert!((found + value / shape.total).abs() < 1e-13);
            assert!(g.iter().zip(&slope).all(|(a, b)| (a + b / shape.total).abs() < 1e-13));
        }
    }

    #[test]
    fn there_are_never_more_parts_than_pairs() {
        let set = crate::test_support::pairwise(3, &[(0, 1, 2.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false)], &[])
            .unwrap();
        let model = set.as_any().downcast_ref::<PairInstance>().unwrap().model();
        assert_eq!(Fit::new(&PairLikelihood(model), 8, 1).parts(), 3);
    }
}
