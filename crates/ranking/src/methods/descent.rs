//! What the methods share that delegate to an optimiser of flat vectors: the negative log-likelihood as a mean over parts
//! of the pairs.

use std::rc::Rc;

use iterscope_core::{
    BuildError, CpuStepper, Iteration, MethodInput, Outcome, StateReader, StateWriter, Stepper, Value, Work,
};
use iterscope_kernels::reduce::dot;
use iterscope_kernels::rng::Rng;
use iterscope_optim::{Algorithm, Block, Differences, Objective, Sample, order};

use super::LOG_LIMIT;
use super::point::{center, follow};
use crate::instance::Ranking;
use crate::likelihood;
use crate::model::{Model, Pair, Strengths};

/// Negative log-likelihood (minus log-prior) in nats per game, of the log-strengths and then log(nu), where that is a
/// variable. Part k is the same of a random share of the pairs, their sum scaled up; each part has the whole prior.
pub(crate) struct Fit {
    /// The model, without pairs between calls.
    model: Model,
    /// The pairs of each part, and who had the advantage in them, where that matters.
    parts: Vec<(Vec<Pair>, Vec<i8>)>,
    pairs: usize,
    blocks: Vec<Block>,
    at: Strengths,
    /// Gradients of the log-likelihood of a part, and of the prior.
    slope: Vec<f64>,
    prior: Vec<f64>,
    other: Vec<f64>,
    differences: Option<Differences>,
}

impl Fit {
    /// Deals the pairs out into `parts` parts by `seed`, fewer where there are fewer pairs.
    pub fn new(model: &Model, parts: usize, seed: u64) -> Fit {
        let mut model = model.clone();
        let pairs = std::mem::take(&mut model.games.pairs);
        let sides = std::mem::take(&mut model.games.sides);
        let parts = parts.min(pairs.len());
        let mut places: Vec<u32> = (0..pairs.len() as u32).collect();
        if parts > 1 {
            order::shuffle(&mut places, &mut Rng::new(seed));
        }
        let part = |k: usize| {
            let share = &mut places[k * pairs.len() / parts..(k + 1) * pairs.len() / parts];
            share.sort_unstable();
            let sides = share.iter().filter_map(|p| sides.get(*p as usize).copied()).collect();
            (share.iter().map(|p| pairs[*p as usize]).collect(), sides)
        };
        let n = model.games.items;
        let mut blocks = vec![Block { rows: n, cols: 1 }];
        if model.has_nu() {
            blocks.push(Block { rows: 1, cols: 1 });
        }
        if model.extras() > 0 {
            blocks.push(Block { rows: model.extras(), cols: 1 });
        }
        let size = model.order();
        Fit {
            parts: (0..parts).map(part).collect(),
            pairs: pairs.len(),
            blocks,
            at: Strengths::equal(&model),
            slope: vec![0.0; model.width()],
            prior: vec![0.0; model.width()],
            other: vec![0.0; size],
            differences: Some(Differences::new(size)),
            model,
        }
    }

    /// The log-likelihood of one part without the prior, at `self.at`; its gradient is added to `sum`.
    fn part(&mut self, k: usize, prior: f64, factor: f64, sum: &mut [f64]) -> f64 {
        // The model is lent the pairs of the part for the time of the call.
        let games = &mut self.model.games;
        std::mem::swap(&mut games.pairs, &mut self.parts[k].0);
        std::mem::swap(&mut games.sides, &mut self.parts[k].1);
        let value = likelihood::gradient(&self.model, &self.at, &mut self.slope);
        let games = &mut self.model.games;
        std::mem::swap(&mut games.pairs, &mut self.parts[k].0);
        std::mem::swap(&mut games.sides, &mut self.parts[k].1);
        for ((sum, g), p) in sum.iter_mut().zip(&self.slope).zip(&self.prior) {
            *sum += factor * (g - p);
        }
        value - prior
    }
}

/// The strengths of a vector of parameters.
fn place(model: &Model, x: &[f64], at: &mut Strengths) {
    let n = at.log.len();
    at.log.copy_from_slice(&x[..n]);
    if model.has_nu() {
        at.nu = model.nu_at(x[n]);
    }
    at.extra.copy_from_slice(&x[model.first_extra()..model.order()]);
    follow(model, at);
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
        place(&self.model, x, &mut self.at);
        let total = self.model.games.total;
        // Without pairs there is the prior alone.
        let prior = likelihood::gradient(&self.model, &self.at, &mut self.prior);
        for (g, p) in gradient.iter_mut().zip(&self.prior) {
            *g = -p / total;
        }
        let parts = self.parts.len();
        let (range, factor) = match of {
            Sample::Whole => (0..parts, 1.0),
            Sample::Part(k) => (k..k + 1, parts as f64),
        };
        let mut value = -prior / total;
        let mut pairs = 0;
        for k in range {
            value -= factor * self.part(k, prior, -factor / total, gradient) / total;
            pairs += self.parts[k].0.len() as u64;
        }
        // Passes are counted; those by parts are counted where the parts are visited.
        work.operator += u64::from(pairs == self.pairs as u64);
        work.flops += 40 * pairs + 8 * x.len() as u64;
        work.bytes += 40 * pairs + 32 * x.len() as u64;
        value
    }

    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], work: &mut Work) -> f64 {
        // A gradient costs no more here than a derivative along one direction: each pair has two items.
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
struct Descent {
    fit: Fit,
    algorithm: Box<dyn Algorithm>,
    view: Strengths,
}

/// A seed of the method's own: problems draw from the experiment's.
pub(crate) fn own_seed(input: &MethodInput<'_>) -> u64 {
    !input.seed
}

/// Builds the stepper of a method, the pairs in `parts` parts.
///
/// # Errors
/// What `make` answers.
pub(crate) fn build(
    input: &MethodInput<'_>,
    parts: usize,
    make: impl FnOnce(&mut Fit, &[f64]) -> Result<Box<dyn Algorithm>, BuildError>,
) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<Ranking>()?;
    let model: Rc<Model> = ranking.model();
    let mut fit = Fit::new(&model, parts, own_seed(input));
    let start = vec![0.0; fit.size()];
    let algorithm = make(&mut fit, &start)?;
    let view = Strengths::equal(&model);
    Ok(CpuStepper::boxed(Descent { fit, algorithm, view }, ranking.referee()))
}

impl Iteration for Descent {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.algorithm.step(&mut self.fit, work)
    }

    fn iterate(&mut self) -> &Strengths {
        place(&self.fit.model, self.algorithm.result(), &mut self.view);
        if self.fit.model.level_is_free() {
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
    use crate::trial::{choice, synthetic};

    #[test]
    fn derivatives_are_those_of_the_likelihood_and_parts_make_the_whole() {
        for (estimate, ties) in [("ml", "half"), ("map", "half"), ("ml", "davidson"), ("map", "davidson")] {
            let given = [("players", 8.into()), ("games", 200.into()), ("tie_rate", 0.3.into())];
            let set =
                synthetic(&[&given[..], &[choice("estimate", estimate), choice("ties", ties)]].concat(), 5).unwrap();
            let model = set.as_any().downcast_ref::<Ranking>().unwrap().model();
            let mut fit = Fit::new(&model, 3, 1);
            let (n, work) = (fit.size(), &mut Work::default());
            assert_eq!(n, 8 + usize::from(ties == "davidson"));
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
            let (mut at, mut slope) = (Strengths::equal(&model), vec![0.0; 9]);
            place(&model, &x, &mut at);
            let value = likelihood::gradient(&model, &at, &mut slope);
            let found = fit.gradient(Sample::Whole, &x, &mut g, work);
            assert!((found + value / model.games.total).abs() < 1e-13);
            assert!(g.iter().zip(&slope).all(|(a, b)| (a + b / model.games.total).abs() < 1e-13));
        }
    }

    #[test]
    fn there_are_never_more_parts_than_pairs() {
        let set =
            crate::trial::pairwise(3, &[(0, 1, 2.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false)], &[]).unwrap();
        let model = set.as_any().downcast_ref::<Ranking>().unwrap().model();
        assert_eq!(Fit::new(&model, 8, 1).parts(), 3);
    }
}
