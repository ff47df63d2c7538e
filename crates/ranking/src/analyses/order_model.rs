//! What the answers ask of a model of orders.

use std::rc::Rc;

use iterscope_core::{BuildError, Order, Orders};
use iterscope_kernels::rng::Rng;

use super::instance::parts;
use super::links::links;
use super::model::{OrderModel, Races};
use super::objective::OfOrders;
use crate::analyses::information::Information;
use crate::analyses::outlook::{Chance, Chances};
use crate::analyses::ranked::{Draws, Ranked, Words};
use crate::analyses::resample::multinomial;
use crate::analyses::shared::amount;
use crate::likelihood::chance;
use crate::model::{Estimate, Strengths};
use crate::objective::Objective;

impl OrderModel {
    /// How often `a` is known to have come ahead of `b` in a race of both, and `b` of `a`.
    pub fn ahead(&self, a: usize, b: usize) -> (f64, f64) {
        let races = &self.races;
        let (mut own, mut other) = (0.0, 0.0);
        let mut rest = races.of_item(b);
        // Both lists are in the order of the races.
        for entry in races.of_item(a) {
            rest = &rest[rest.partition_point(|e| e.race < entry.race)..];
            let Some(met) = rest.first().filter(|e| e.race == entry.race) else { continue };
            let race = races.race(entry.race as usize);
            if (entry.position.min(met.position) as usize) < race.stages {
                *if entry.position < met.position { &mut own } else { &mut other } += race.count;
            }
        }
        (own, other)
    }
}

impl Ranked for OrderModel {
    fn objective(self: Rc<Self>) -> Box<dyn Objective> {
        Box::new(OfOrders::new(self))
    }

    /// That of the choices as they were: who could be chosen depends on who was before.
    fn information(&self, at: &Strengths) -> Information {
        let found = links(self, &at.log);
        Information::of_edges(found.edges, found.prior, !OrderModel::prior(self))
    }

    fn prior(&self) -> bool {
        OrderModel::prior(self)
    }

    fn words(&self) -> Words {
        Words { games: "races", one: "one race of both", beats: "comes ahead of", wins: "is ahead" }
    }

    fn chances(&self, at: &Strengths, (a, b): (usize, usize), covariance: &[f64], _extras: &[f64]) -> Vec<Chances> {
        let error = (covariance[a] - covariance[b]).max(0.0).sqrt();
        let of = |d: f64| Chance { value: chance(d), error };
        let d = at.log[a] - at.log[b];
        vec![Chances { words: String::new(), error, first: of(d), second: of(-d), tie: None }]
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
        let one = |k: usize| {
            let race = self.races.race(k);
            let (placed, behind) = race.members.split_at(race.stages);
            Order { placed: placed.to_vec(), behind: behind.to_vec(), count: race.count }
        };
        let orders = (0..self.races.len()).map(one).collect();
        Box::new(RaceDraws { orders, names: names.to_vec(), estimate: self.estimate })
    }
}

struct RaceDraws {
    estimate: Estimate,
    names: Vec<String>,
    orders: Vec<Order>,
}

impl Draws for RaceDraws {
    fn draw(&self, rng: &mut Rng) -> Result<(Box<dyn Objective>, bool), BuildError> {
        let counts: Vec<f64> = self.orders.iter().map(|o| o.count).collect();
        let drawn = self.orders.iter().zip(multinomial(&counts, rng)).filter(|(_, count)| *count > 0.0);
        let orders = drawn.map(|(o, count)| Order { count, ..o.clone() }).collect();
        let races = Races::read(&Orders { items: self.names.clone(), orders, remarks: Vec::new() })?;
        let apart = self.estimate == Estimate::Likelihood && parts(&races).sizes.len() > 1;
        let estimate = if apart { Estimate::Posterior } else { self.estimate };
        Ok((Box::new(OfOrders::new(Rc::new(OrderModel { races, estimate }))), apart))
    }
}
