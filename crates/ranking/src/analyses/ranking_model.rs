//! What the answers ask of a model, whatever its data are: games between two, or orders of several.

use std::rc::Rc;

use iterscope_core::{AnalysisInput, BuildError, Instance};
use iterscope_kernels::rng::Rng;

use super::information::Information;
use super::predictions::{GamePrediction, chances, of_pair, points};
use super::resample::{Line, lines_of, resampled, with_games};
use super::shared::amount;
use crate::model::objective::LogLikelihood;
use crate::model::{Estimate, PairModel, Strengths};
use crate::orders::instance::OrderInstance;
use crate::orders::links::cost;
use crate::orders::model::OrderModel;
use crate::pairs::existence::parts;
use crate::pairs::instance::PairInstance;
use crate::pairs::objective::PairLikelihood;

/// Visits of two members of a race that Fisher's information may take.
const MOST_VISITS: usize = 50_000_000;

/// How the data are called.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// What there are many of.
    pub games: &'static str,
    /// One of them, of two items.
    pub one: &'static str,
    /// What one item does to another, and what that is.
    pub beats: &'static str,
    /// The same without the other.
    pub wins: &'static str,
}

/// Draws from the data.
pub trait Draws {
    /// A model of as many games or races, drawn with replacement, and whether that needed a prior which the model has not,
    /// because maximum likelihood would be infinite.
    ///
    /// # Errors
    /// Nothing was drawn.
    fn draw(&self, rng: &mut Rng) -> Result<(Box<dyn LogLikelihood>, bool), BuildError>;
}

/// A model of strengths.
pub trait RankingModel {
    /// Its log-likelihood.
    fn objective(self: Rc<Self>) -> Box<dyn LogLikelihood>;
    /// Fisher's information at `at`.
    fn information(&self, at: &Strengths) -> Information;
    /// Whether there is a prior.
    fn has_prior(&self) -> bool;
    /// How its data are called.
    fn words(&self) -> Vocabulary;
    /// What may happen between two items; see [`chances`].
    fn chances(&self, at: &Strengths, pair: (usize, usize), covariance: &[f64], extras: &[f64]) -> Vec<GamePrediction>;
    /// What two items have done against each other, beside what was to be expected of them.
    fn record(&self, names: &[String], pair: (usize, usize), at: &Strengths) -> String;
    /// Draws from its data.
    fn draws(self: Rc<Self>, names: &[String]) -> Box<dyn Draws>;
}

/// A ranking of which something is asked.
pub struct Question<M: ?Sized> {
    /// Its items.
    pub names: Vec<String>,
    /// Its model.
    pub model: Rc<M>,
    /// The optimum, where it was found beforehand.
    pub known: Option<Strengths>,
    /// Whether its estimate is finite.
    pub finite: bool,
}

/// The gradient stops a run exactly where there is a finite estimate.
fn finite(ranking: &dyn Instance) -> bool {
    ranking.series().first().is_some_and(|s| s.stop)
}

impl Question<PairModel> {
    /// Of games.
    pub fn of_games(ranking: &PairInstance) -> Question<PairModel> {
        Question {
            names: ranking.labels().to_vec(),
            model: ranking.model(),
            known: ranking.optimum().map(|o| o.at.clone()),
            finite: finite(ranking),
        }
    }
}

impl Question<OrderModel> {
    /// Of orders.
    ///
    /// # Errors
    /// There are too many pairs of places; the field is `analysis`.
    pub fn of_orders(ranking: &OrderInstance) -> Result<Question<OrderModel>, BuildError> {
        let model = ranking.model();
        let visits = cost(&model);
        if visits > MOST_VISITS {
            let why = format!(
                "Fisher's information of these races takes {:.0} million visits of two competitors; at most {} million are made here",
                visits as f64 / 1e6,
                MOST_VISITS / 1_000_000
            );
            return Err(BuildError::new("analysis", why));
        }
        let (known, finite) = (ranking.optimum().map(|o| o.at.clone()), finite(ranking));
        Ok(Question { names: ranking.labels().to_vec(), model, known, finite })
    }
}

impl Question<dyn RankingModel> {
    /// Of games or orders.
    ///
    /// # Errors
    /// The problem is another, or too large.
    pub fn of(input: &AnalysisInput<'_>) -> Result<Question<dyn RankingModel>, BuildError> {
        if let Ok(ranking) = input.downcast::<OrderInstance>() {
            let Question { names, model, known, finite } = Question::of_orders(ranking)?;
            return Ok(Question { names, model, known, finite });
        }
        let Question { names, model, known, finite } = Question::of_games(input.downcast::<PairInstance>()?);
        Ok(Question { names, model, known, finite })
    }
}

impl RankingModel for PairModel {
    fn objective(self: Rc<Self>) -> Box<dyn LogLikelihood> {
        Box::new(PairLikelihood(self))
    }

    fn information(&self, at: &Strengths) -> Information {
        Information::new(self, at)
    }

    fn has_prior(&self) -> bool {
        PairModel::has_prior(self)
    }

    fn words(&self) -> Vocabulary {
        Vocabulary { games: "games", one: "one game", beats: "beats", wins: "wins" }
    }

    fn chances(&self, at: &Strengths, pair: (usize, usize), covariance: &[f64], extras: &[f64]) -> Vec<GamePrediction> {
        chances(self, at, pair, covariance, extras)
    }

    fn record(&self, names: &[String], (a, b): (usize, usize), at: &Strengths) -> String {
        let games = &self.games;
        let met = games.of(a).filter(|m| m.opponent as usize == b);
        let (mut won, mut lost, mut tied, mut expected) = (0.0, 0.0, 0.0, 0.0);
        for m in met {
            let p = &games.pairs[m.pair as usize];
            let share = points(&of_pair(self, at, m.pair as usize));
            expected += p.games() * if p.i as usize == a { share } else { 1.0 - share };
            let (own, other) = if p.i as usize == a { (p.won, p.lost) } else { (p.lost, p.won) };
            (won, lost, tied) = (won + own, lost + other, tied + p.tied);
        }
        let total = won + lost + tied;
        let (first, second) = (&names[a], &names[b]);
        if total == 0.0 {
            return format!("{first} and {second} have not met: the chance comes from games against others alone.");
        }
        let ties = if tied > 0.0 { format!(", {} tied", amount(tied)) } else { String::new() };
        format!(
            "In their {} against each other {first} won {} and {second} {}{ties}; {} points of {first} were to be expected, and there are \
             {}.",
            if total == 1.0 { "one game".into() } else { format!("{} games", amount(total)) },
            amount(won),
            amount(lost),
            amount((10.0 * expected).round() / 10.0),
            amount(won + 0.5 * tied)
        )
    }

    fn draws(self: Rc<Self>, names: &[String]) -> Box<dyn Draws> {
        Box::new(GameDraws { lines: lines_of(&self.games), names: names.to_vec(), model: self })
    }
}

struct GameDraws {
    model: Rc<PairModel>,
    names: Vec<String>,
    lines: Vec<Line>,
}

impl Draws for GameDraws {
    fn draw(&self, rng: &mut Rng) -> Result<(Box<dyn LogLikelihood>, bool), BuildError> {
        let mut model = with_games(&self.model, &self.names, &resampled(&self.lines, rng))?;
        let apart = model.level_is_free() && parts(&model.games).sizes.len() > 1;
        if apart {
            model.estimate = Estimate::Posterior;
        }
        Ok((Box::new(PairLikelihood(Rc::new(model))), apart))
    }
}
