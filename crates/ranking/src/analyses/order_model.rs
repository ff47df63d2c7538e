//! Orders of several, as what the analyses ask of a model.

use std::rc::Rc;

use iterscope_core::{BuildError, Order, Orders};
use iterscope_kernels::graph::Components;
use iterscope_kernels::rng::Rng;

use super::information::Information;
use super::predictions::{GamePrediction, PredictedProbability};
use super::ranking_model::{Draws, RankingModel, Vocabulary};
use super::resample::multinomial;
use super::shared::amount;
use crate::model::likelihood::chance;
use crate::model::objective::LogLikelihood;
use crate::model::{Estimate, Strengths};
use crate::orders::instance::connectivity;
use crate::orders::links::links;
use crate::orders::model::{Contests, OrderModel};
use crate::orders::objective::OrderLikelihood;

impl OrderModel {
    /// How often `a` is known to have come ahead of `b` in a contest of both, and `b` of `a`.
    pub fn ahead(&self, a: usize, b: usize) -> (f64, f64) {
        let contests = &self.contests;
        let (mut own, mut other) = (0.0, 0.0);
        let mut rest = contests.of_item(b);
        // Both lists are in the order of the contests.
        for entry in contests.of_item(a) {
            rest = &rest[rest.partition_point(|e| e.contest < entry.contest)..];
            let Some(met) = rest.first().filter(|e| e.contest == entry.contest) else { continue };
            let contest = contests.contest(entry.contest as usize);
            if (entry.position.min(met.position) as usize) < contest.stages {
                *if entry.position < met.position { &mut own } else { &mut other } += contest.count;
            }
        }
        (own, other)
    }
}

impl RankingModel for OrderModel {
    fn objective(self: Rc<Self>) -> Box<dyn LogLikelihood> {
        Box::new(OrderLikelihood::new(self))
    }

    /// That of the choices as they were: who could be chosen depends on who was before.
    fn information(&self, at: &Strengths, groups: &Components) -> Information {
        let found = links(self, &at.log);
        Information::of_edges(found.edges, found.prior, (!OrderModel::has_prior(self)).then_some(groups))
    }

    fn has_prior(&self) -> bool {
        OrderModel::has_prior(self)
    }

    fn name(&self) -> String {
        format!("Plackett-Luce, {}", self.estimate.name())
    }

    fn words(&self) -> Vocabulary {
        Vocabulary { games: "races", one: "one race of both", beats: "comes ahead of", wins: "is ahead" }
    }

    fn chances(
        &self,
        at: &Strengths,
        (a, b): (usize, usize),
        covariance: &[f64],
        _extras: &[f64],
    ) -> Vec<GamePrediction> {
        let error = (covariance[a] - covariance[b]).max(0.0).sqrt();
        let of = |d: f64| PredictedProbability { value: chance(d), error };
        let d = at.log[a] - at.log[b];
        vec![GamePrediction { words: String::new(), error, first: of(d), second: of(-d), tie: None }]
    }

    fn record(&self, names: &[String], (a, b): (usize, usize), at: &Strengths) -> String {
        let (own, other) = self.ahead(a, b);
        let (first, second) = (&names[a], &names[b]);
        let total = own + other;
        if total == 0.0 {
            return format!(
                "No race says which of {first} and {second} came ahead: the chance comes from races against others alone."
            );
        }
        let expected = total * chance(at.log[a] - at.log[b]);
        format!(
            "In {} that say which of the two came ahead, it was {first} {} times and {second} {}; {} of {first} were to be expected.",
            if total == 1.0 { "the one race".into() } else { format!("the {} races", amount(total)) },
            amount(own),
            amount(other),
            amount((10.0 * expected).round() / 10.0)
        )
    }

    fn draws(self: Rc<Self>, names: &[String]) -> Box<dyn Draws> {
        let parts = connectivity(&self.contests).parts.sizes.len();
        Box::new(RaceDraws { orders: self.contests.orders(), names: names.to_vec(), estimate: self.estimate, parts })
    }
}

struct RaceDraws {
    estimate: Estimate,
    /// Strongly connected parts of the orders themselves.
    parts: usize,
    names: Vec<String>,
    orders: Vec<Order>,
}

impl Draws for RaceDraws {
    fn draw(&self, rng: &mut Rng) -> Result<(Box<dyn LogLikelihood>, bool), BuildError> {
        let counts: Vec<f64> = self.orders.iter().map(|o| o.count).collect();
        let drawn = self.orders.iter().zip(multinomial(&counts, rng)).filter(|(_, count)| *count > 0.0);
        let orders = drawn.map(|(o, count)| Order { count, ..o.clone() }).collect();
        let contests = Contests::read(&Orders { items: self.names.clone(), orders, remarks: Vec::new() })?;
        let apart = self.estimate == Estimate::Likelihood && connectivity(&contests).parts.sizes.len() > self.parts;
        let estimate = if apart { Estimate::Posterior } else { self.estimate };
        Ok((Box::new(OrderLikelihood::new(Rc::new(OrderModel { contests, estimate }))), apart))
    }
}
