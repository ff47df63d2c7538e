//! How uncertain the strengths are while a run goes on: Fisher's information at the present iterate, inverted densely, for
//! problems of so few items that this takes no longer than a picture may.

use iterscope_kernels::dense::cholesky;
use iterscope_kernels::graph::Components;
use iterscope_kernels::reduce::dot;

use crate::model::hessian::Hessian;
use crate::model::{PairModel, Strengths};

/// The most items.
pub const MOST: usize = 150;
/// Standard errors to each side: 95 % of the normal distribution.
pub const WIDTH: f64 = 1.959963984540054;

/// Standard errors of the log-strengths, computed anew for each iterate.
pub struct StrengthIntervals {
    hessian: Hessian,
    /// The information, then its Cholesky factor.
    factor: Vec<f64>,
    column: Vec<f64>,
    image: Vec<f64>,
    /// Who met whom; each of these groups has a level that is free under maximum likelihood.
    groups: Components,
    /// The pin of the free levels; 0 where there are none.
    pin: f64,
}

impl StrengthIntervals {
    /// Memory for `model`; none where there are too many items, or where strengths are no variables of their own.
    pub fn new(model: &PairModel, groups: &Components) -> Option<StrengthIntervals> {
        if model.games.items > MOST || model.strengths_follow() {
            return None;
        }
        let m = model.order();
        let (factor, column, image) = (vec![0.0; m * m], vec![0.0; m], vec![0.0; m]);
        let groups = groups.clone();
        Some(StrengthIntervals { hessian: Hessian::new(model), factor, column, image, groups, pin: 0.0 })
    }

    /// Factors the information at `at`; false where it says nothing of some strengths.
    pub fn factor(&mut self, model: &PairModel, at: &Strengths) -> bool {
        let (n, m) = (model.games.items, self.column.len());
        self.hessian.assemble(model, at);
        self.factor.fill(0.0);
        let mut trace = 0.0;
        for i in 0..n {
            self.factor[i * m + i] = self.hessian.diagonal[i];
            trace += self.hessian.diagonal[i];
        }
        for (p, link) in model.games.pairs.iter().zip(&self.hessian.link) {
            self.factor[p.j as usize * m + p.i as usize] -= link;
        }
        for k in n..m {
            self.column.fill(0.0);
            self.column[k] = 1.0;
            self.hessian.apply(model, &self.column, &mut self.image);
            self.factor[k * m..=k * m + k].copy_from_slice(&self.image[..=k]);
        }
        self.pin = 0.0;
        if model.level_is_free() {
            // The common level of a group, of which the games say nothing, is pinned, and taken out again in `error`.
            self.pin = trace / (n * n) as f64;
            let group = &self.groups.id;
            for i in 0..n {
                let row = self.factor[i * m..=i * m + i].iter_mut().zip(group);
                row.filter(|(_, g)| **g == group[i]).for_each(|(x, _)| *x += self.pin);
            }
        }
        cholesky(&mut self.factor, m).is_ok()
    }

    /// Standard error of the log-strength of item `i`, after [`StrengthIntervals::factor`]; infinite for one that met nobody.
    pub fn error(&mut self, i: usize) -> f64 {
        let m = self.column.len();
        // The first entries of the solution of L x = e_i are zeros.
        self.column[i] = 1.0 / self.factor[i * m + i];
        for k in i + 1..m {
            let row = &self.factor[k * m..(k + 1) * m];
            self.column[k] = -dot(&row[i..k], &self.column[i..k]) / row[k];
        }
        let size = self.groups.sizes[self.groups.id[i] as usize] as usize;
        if self.pin > 0.0 && size == 1 {
            return f64::INFINITY;
        }
        let level = if self.pin > 0.0 { 1.0 / (self.pin * (size * size) as f64) } else { 0.0 };
        (dot(&self.column[i..], &self.column[i..]) - level).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::artifact::Cell;
    use iterscope_core::{Extent, Picture};

    use super::WIDTH;
    use crate::pairs::instance::PairInstance;
    use crate::test_support::{TestRun, choice, pairwise};
    use crate::tests::analysis_case::{AnalysisCase, BASEBALL, tables};

    /// Items of the bars, and low and high ends of their whiskers.
    fn bars(run: &mut TestRun) -> (Vec<f64>, Vec<(f64, f64)>) {
        let mut out = Picture::default();
        run.stepper.picture("strengths", Extent { width: 500, height: 500 }, &mut out).unwrap();
        let n = out.values.len();
        let real = |x: &f32| f64::from(*x);
        let ends = out.aux[n..].iter().map(real);
        let ends = if out.aux.len() == n { Vec::new() } else { ends.clone().zip(ends.skip(n)).collect() };
        (out.aux[..n].iter().map(real).collect(), ends)
    }

    /// At the optimum the whiskers are the intervals of the analysis, which inverts the information by another route.
    #[test]
    fn at_the_optimum_they_are_the_intervals_of_the_analysis() {
        for given in [
            vec![],
            vec![choice("estimate", "map")],
            vec![choice("estimate", "map"), choice("prior", "gaussian")],
            vec![choice("advantage", "estimated")],
            vec![choice("link", "probit")],
        ] {
            let asked = AnalysisCase::sample(BASEBALL, &given);
            let report = asked.ask("ranking.intervals", &[], Some(("ranking.newton", 20))).unwrap();
            let model = asked.set.as_any().downcast_ref::<PairInstance>().unwrap().model();
            let mut run = TestRun::new(&asked.set, "ranking.newton", &[]).unwrap();
            run.advance(20);
            let (items, ends) = bars(&mut run);
            assert_eq!(ends.len(), 7);
            for ((item, (low, high)), row) in items.iter().zip(ends).zip(&tables(&report)[0].rows) {
                let [_, Cell::Text(name), Cell::Real(log), Cell::Real(error), ..] = &row[..] else { panic!("{row:?}") };
                assert_eq!(*name, asked.set.labels()[*item as usize]);
                let (from, to) = (model.chance(log - WIDTH * error), model.chance(log + WIDTH * error));
                assert!((low - from).abs() < 1e-6 && (high - to).abs() < 1e-6, "{name}: {low} {from}, {high} {to}");
            }
        }
    }

    #[test]
    fn ties_of_their_own_count() {
        // Two that met alone: the information by the difference and by log(2 nu) is diagonal when the games are even, and by
        // the difference it is the games times p q + tie (p + q) / 4 with shares p = q = tie = 1/3: 12/6; each strength is
        // half of the difference.
        let games = [(0, 1, 4.0, false), (1, 0, 4.0, false), (0, 1, 4.0, true)];
        let set = pairwise(2, &games, &[choice("ties", "davidson")]).unwrap();
        let mut run = TestRun::new(&set, "ranking.newton", &[]).unwrap();
        run.advance(20);
        let (_, ends) = bars(&mut run);
        let expected = 1.0 / (1.0 + libm::exp(-WIDTH * 0.5 * (1.0 / 2.0f64).sqrt()));
        assert!((ends[0].1 - expected).abs() < 1e-6, "{ends:?} {expected}");
    }

    #[test]
    fn groups_that_never_met_have_their_own() {
        let apart = [(0, 1, 2.0, false), (1, 0, 1.0, false), (2, 3, 2.0, false), (3, 2, 1.0, false)];
        let set = pairwise(4, &apart, &[]).unwrap();
        // Each two by themselves: half of the variance of their difference, 1/(3 p q), with p = 2/3.
        let mut run = TestRun::new(&set, "ranking.newman", &[]).unwrap();
        run.advance(50);
        let (_, ends) = bars(&mut run);
        let half = 0.5 * libm::log(2.0);
        let low = 1.0 / (1.0 + libm::exp(-(half - WIDTH * 0.5 * (4.5f64 / 3.0).sqrt())));
        assert!((ends[0].0 - low).abs() < 1e-6, "{ends:?} {low}");
        let set = pairwise(4, &apart, &[choice("estimate", "map")]).unwrap();
        assert_eq!(bars(&mut TestRun::new(&set, "ranking.newman", &[]).unwrap()).1.len(), 4);
    }
}
