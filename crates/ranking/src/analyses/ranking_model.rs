//! What the answers ask of a model, whatever its data are: games between two, or orders of several.

use std::rc::Rc;

use iterscope_core::{AnalysisInput, BuildError, Instance};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::graph::Components;
use iterscope_kernels::rng::Rng;

use super::information::Information;
use super::predictions::{GamePrediction, chances, of_pair, points};
use super::resample::{Line, lines_of, resampled, with_games};
use super::shared::{amount, ranks};
use crate::data::parts::{Connectivity, level_groups, ranks_within};
use crate::methods;
use crate::model::objective::LogLikelihood;
use crate::model::{Estimate, PairModel, Strengths};
use crate::orders::instance::{OrderInstance, results};
use crate::orders::links::cost;
use crate::orders::model::OrderModel;
use crate::pairs::existence;
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
    /// Fisher's information at `at`; `groups` are those of items that met.
    fn information(&self, at: &Strengths, groups: &Components) -> Information;
    /// Whether there is a prior.
    fn has_prior(&self) -> bool;
    /// Its name, with what is estimated.
    fn name(&self) -> String;
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
    /// What can be compared with what.
    pub scope: Rc<Scope>,
}

/// What can be compared with what: all items with a prior, else those of a strongly connected part. The games between parts say
/// nothing of the strengths within them, which are those of the parts alone, and are left out of the model.
pub struct Scope {
    /// How all results join the items, and the graph of them.
    pub joined: Rc<Connectivity>,
    graph: Csr,
    /// Groups of those who met in the games that count.
    pub groups: Components,
    /// Sets of items whose strengths can be compared.
    pub sets: Vec<u32>,
    /// The number of items in each of them.
    pub sizes: Vec<u32>,
    prior: bool,
    names: Vec<String>,
}

impl Scope {
    fn new(joined: &Rc<Connectivity>, graph: Csr, prior: bool, names: &[String]) -> Scope {
        let parts = &joined.parts;
        let (sets, sizes) = if prior {
            (vec![0; names.len()], vec![names.len() as u32])
        } else {
            (parts.id.clone(), parts.sizes.clone())
        };
        let groups =
            if prior { joined.groups.clone() } else { Components { id: parts.id.clone(), sizes: parts.sizes.clone() } };
        Scope { joined: Rc::clone(joined), graph, groups, sets, sizes, prior, names: names.to_vec() }
    }

    /// Whether all items can be compared.
    pub fn is_one(&self) -> bool {
        self.sizes.len() == 1
    }

    /// The number of items that there are to be compared with item `i`, itself among them.
    pub fn size(&self, i: usize) -> usize {
        self.sizes[self.sets[i] as usize] as usize
    }

    /// Items set by set, the largest first, and strongest first in each; those with nobody to compare with are left out.
    pub fn by_strength(&self, log: &[f64]) -> Vec<u32> {
        let mut order: Vec<u32> =
            (0..log.len() as u32).filter(|i| self.size(*i as usize) > 1 || log.len() == 1).collect();
        order.sort_unstable_by(|&a, &b| {
            let (i, j) = (a as usize, b as usize);
            let set = |i: usize| (std::cmp::Reverse(self.size(i)), self.sets[i]);
            set(i).cmp(&set(j)).then(log[j].total_cmp(&log[i])).then(a.cmp(&b))
        });
        order
    }

    /// The rank of each item within its set, from 1.
    pub fn ranks(&self, log: &[f64]) -> Vec<u32> {
        if self.is_one() {
            return ranks(log);
        }
        let order = self.by_strength(log);
        let mut rank = vec![1; log.len()];
        for (i, r) in order.iter().zip(ranks_within(&order, &self.sets)) {
            rank[*i as usize] = r;
        }
        rank
    }

    /// The estimate with the mean of each set taken out, where sets have no common level.
    pub fn levelled(&self, at: &Strengths) -> Strengths {
        let mut at = at.clone();
        if !self.prior {
            level_groups(&self.groups, &mut at.log);
        }
        at
    }

    /// Whether there is anything to compare.
    pub fn is_empty(&self) -> bool {
        self.sizes.iter().all(|s| *s == 1)
    }

    /// What to know before reading an answer on several sets or groups.
    pub fn remark(&self) -> Option<String> {
        let groups = self.joined.groups.sizes.len();
        if self.prior {
            return (groups > 1).then(|| {
                format!(
                    "The items fall into {groups} groups that never met, not even through others: {}. Between groups the prior alone \
                     decides.",
                    self.joined.name_groups(&self.names)
                )
            });
        }
        if self.is_one() {
            return None;
        }
        let alone = self.sizes.iter().filter(|s| **s == 1).count();
        let left = match alone {
            0 => String::new(),
            1 => " One item has nobody to be compared with and is left out.".into(),
            n => format!(" {n} items have nobody to be compared with and are left out."),
        };
        let why = if self.joined.groups_are_strong() {
            "that never met, not even through others"
        } else {
            "between which all results point one way, or there are none"
        };
        Some(format!(
            "The items fall into {} parts {why}: {}. All that follows holds within a part, by its own games; across parts nothing is \
             claimed.{left}",
            self.sizes.len(),
            self.joined.name_parts(&self.names)
        ))
    }

    /// What the data say of two items that cannot be compared; none where they can, or where a prior does it.
    pub fn beyond(&self, a: usize, b: usize) -> Option<String> {
        let (first, second) = (&self.names[a], &self.names[b]);
        if self.joined.groups.id[a] != self.joined.groups.id[b] {
            let never = format!("{first} and {second} never met, not even through others");
            return Some(if self.prior {
                format!("{never}: the prior alone decides between them.")
            } else {
                format!("{never}: the data say nothing of the one against the other.")
            });
        }
        if self.sets[a] == self.sets[b] {
            return None;
        }
        Some(match self.joined.ahead(&self.graph, a, b) {
            Some((ahead, behind)) => format!(
                "Every chain of results between the two points one way: maximum likelihood puts {} ahead of {} without bound, and how \
                 likely another result is the data do not tell. With a prior (MAP) there is a number.",
                self.names[ahead], self.names[behind]
            ),
            None => format!(
                "No chain of results leads from {first} to {second} or back: the data say nothing of the one against the other."
            ),
        })
    }
}

/// The label of the run that is asked about, where its method has an answer of its own, which is not the model's.
pub fn own_answer(input: &AnalysisInput<'_>) -> Option<String> {
    let run = input.run.as_ref()?;
    let method = &input.experiment.runs.get(run.index)?.method;
    (methods::aim(method) == Some(methods::Aim::Other)).then(|| run.label.clone())
}

/// The gradient stops a run exactly where there is a finite estimate.
fn finite(ranking: &dyn Instance) -> bool {
    ranking.series().first().is_some_and(|s| s.stop)
}

impl Question<PairModel> {
    /// Of games.
    pub fn of_games(ranking: &PairInstance) -> Question<PairModel> {
        let (full, names) = (ranking.model(), ranking.labels().to_vec());
        let scope = Scope::new(ranking.joined(), existence::results(&full.games), full.has_prior(), &names);
        let known = ranking.optimum().map(|o| o.at.clone());
        if full.has_prior() || full.covariates.is_some() || ranking.joined().groups_are_strong() {
            return Question { names, known, finite: finite(ranking), model: full, scope: Rc::new(scope) };
        }
        // Within parts the estimate is that of their own games.
        let model = Rc::new(full.with(full.games.within(&scope.sets)));
        let within = existence::diagnose(&model, &existence::connectivity(&model.games), &names);
        Question { names, known: None, finite: within.finite == Some(true), model, scope: Rc::new(scope) }
    }
}

impl Question<OrderModel> {
    /// Of orders.
    ///
    /// # Errors
    /// There are too many pairs of places; the field is `analysis`.
    pub fn of_orders(ranking: &OrderInstance) -> Result<Question<OrderModel>, BuildError> {
        let (full, names) = (ranking.model(), ranking.labels().to_vec());
        let scope = Scope::new(ranking.joined(), results(&full.contests), full.has_prior(), &names);
        let mut known = ranking.optimum().map(|o| o.at.clone());
        let model = if full.has_prior() || ranking.joined().groups_are_strong() {
            full
        } else if scope.is_empty() {
            return Ok(Question { names, model: full, known: None, finite: false, scope: Rc::new(scope) });
        } else {
            known = None;
            let contests = full.contests.within(&scope.sets, &names)?;
            Rc::new(OrderModel { contests, estimate: full.estimate })
        };
        let visits = cost(&model);
        if visits > MOST_VISITS {
            let why = format!(
                "Fisher's information of these races takes {:.0} million visits of two competitors; at most {} million are made here",
                visits as f64 / 1e6,
                MOST_VISITS / 1_000_000
            );
            return Err(BuildError::new("analysis", why));
        }
        Ok(Question { names, model, known, finite: true, scope: Rc::new(scope) })
    }
}

impl Question<dyn RankingModel> {
    /// Of games or orders.
    ///
    /// # Errors
    /// The problem is another, or too large.
    pub fn of(input: &AnalysisInput<'_>) -> Result<Question<dyn RankingModel>, BuildError> {
        if let Ok(ranking) = input.downcast::<OrderInstance>() {
            let Question { names, model, known, finite, scope } = Question::of_orders(ranking)?;
            return Ok(Question { names, model, known, finite, scope });
        }
        let Question { names, model, known, finite, scope } = Question::of_games(input.downcast::<PairInstance>()?);
        Ok(Question { names, model, known, finite, scope })
    }
}

impl RankingModel for PairModel {
    fn objective(self: Rc<Self>) -> Box<dyn LogLikelihood> {
        Box::new(PairLikelihood(self))
    }

    fn information(&self, at: &Strengths, groups: &Components) -> Information {
        Information::new(self, at, groups)
    }

    fn has_prior(&self) -> bool {
        PairModel::has_prior(self)
    }

    fn name(&self) -> String {
        PairModel::name(self)
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
        let parts = existence::connectivity(&self.games).parts.sizes.len();
        Box::new(GameDraws { lines: lines_of(&self.games), names: names.to_vec(), parts, model: self })
    }
}

struct GameDraws {
    model: Rc<PairModel>,
    /// Strongly connected parts of the games themselves.
    parts: usize,
    names: Vec<String>,
    lines: Vec<Line>,
}

impl Draws for GameDraws {
    fn draw(&self, rng: &mut Rng) -> Result<(Box<dyn LogLikelihood>, bool), BuildError> {
        let mut model = with_games(&self.model, &self.names, &resampled(&self.lines, rng))?;
        let apart = model.level_is_free() && existence::connectivity(&model.games).parts.sizes.len() > self.parts;
        if apart {
            model.estimate = Estimate::Posterior;
        }
        Ok((Box::new(PairLikelihood(Rc::new(model))), apart))
    }
}
