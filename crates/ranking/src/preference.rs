//! Preference fitting with a reference, on a table: a policy over a few answers is moved from a reference by duels between
//! them. The table is small enough that the optimum is known in closed form.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::phase;
use iterscope_core::{
    Artifact, BuildError, Comparisons, Extent, Instance, Note, Order, Orders, Picture, PictureInfo, PictureKind,
    Referee, SeriesInfo, Severity,
};
use iterscope_kernels::reduce::max_abs;

use crate::model::Estimate;
use crate::orders::instance::{connectivity, existence};
use crate::orders::likelihood::{Scratch, gradient};
use crate::orders::model::{Contests, OrderModel};
use crate::orders::optimum::Optimum;

/// One pair's duels, from the winners' side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duel {
    /// Who won.
    pub winner: u32,
    /// Who lost.
    pub loser: u32,
    /// How often; half a duel for a tie.
    pub count: f64,
}

/// What is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct DuelTable {
    /// Logarithms of the reference's probabilities.
    pub reference: Vec<f64>,
    /// How dear it is to leave the reference.
    pub beta: f64,
    /// The duels.
    pub duels: Vec<Duel>,
    /// All duels.
    pub total: f64,
}

/// The problem, built.
pub struct Preference {
    table: Rc<DuelTable>,
    /// The same duels as races of two.
    model: Rc<OrderModel>,
    names: Rc<Vec<String>>,
    /// The best policy, where it exists.
    best: Option<Rc<Vec<f64>>>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    notes: Vec<Note>,
}

/// Probabilities in proportion to the exponentials of `logits`.
pub fn softmax(logits: &[f64], out: &mut [f64]) {
    let most = logits.iter().fold(f64::NEG_INFINITY, |m, t| m.max(*t));
    let mut total = 0.0;
    for (p, t) in out.iter_mut().zip(logits) {
        *p = libm::exp(t - most);
        total += *p;
    }
    out.iter_mut().for_each(|p| *p /= total);
}

impl Preference {
    /// From duels, positive weights of the reference, and the price of leaving it.
    ///
    /// # Errors
    /// Field `data`: see [`Races::read`].
    pub fn build(data: &Comparisons, weights: &[f64], beta: f64) -> Result<Preference, BuildError> {
        let mut duels = Vec::new();
        for e in &data.encounters {
            let share = if e.tie { 0.5 } else { 1.0 };
            duels.push(Duel { winner: e.winner, loser: e.loser, count: share * e.count });
            if e.tie {
                duels.push(Duel { winner: e.loser, loser: e.winner, count: share * e.count });
            }
        }
        let order = |d: &Duel| Order { placed: vec![d.winner, d.loser], behind: Vec::new(), count: d.count };
        let orders =
            Orders { items: data.items.clone(), orders: duels.iter().map(order).collect(), remarks: Vec::new() };
        let contests = Contests::read(&orders)?;
        let joined = connectivity(&contests);
        let connected = joined.is_strong();
        let mut notes: Vec<Note> =
            data.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
        let mut existence = existence(&joined, &data.items, Estimate::Likelihood).remove(0);
        if connected {
            existence.text = "The best policy is finite, and known in closed form from the maximum-likelihood strengths of the duels."
                .into();
        }
        // The remedies of a ranking are no parameters here.
        existence.fixes.clear();
        existence.field = Some("data".into());
        notes.insert(0, existence);
        let text = "A table of a few answers with a probability each, as a model of how language models are fitted to preferences; no \
                    language model is involved.";
        notes.push(Note::new(Severity::Info, None, text));
        let all: f64 = weights.iter().sum();
        let table = DuelTable {
            reference: weights.iter().map(|w| libm::log(w / all)).collect(),
            beta,
            total: contests.total,
            duels,
        };
        let model = Rc::new(OrderModel { contests, estimate: Estimate::Likelihood });
        let best = match connected {
            true => phase::reference(|| Optimum::find(&model, &joined.groups)),
            false => None,
        };
        let best = best.map(|o| {
            let logits: Vec<f64> = table.reference.iter().zip(&o.at.log).map(|(r, s)| r + s / beta).collect();
            let mut policy = vec![0.0; logits.len()];
            softmax(&logits, &mut policy);
            Rc::new(policy)
        });
        let mut pictures = vec![
            PictureInfo::new("policy", "probabilities", PictureKind::Bars),
            PictureInfo::new("moved", "reference and policy", PictureKind::Scatter),
        ];
        if best.is_some() {
            pictures.push(PictureInfo::new("closed", "closed form and policy", PictureKind::Scatter));
        }
        Ok(Preference {
            series: series(best.is_some(), joined.groups_are_strong()),
            table: Rc::new(table),
            model,
            names: Rc::new(data.items.clone()),
            best,
            pictures,
            notes,
        })
    }

    /// What the methods run on.
    pub fn table(&self) -> Rc<DuelTable> {
        Rc::clone(&self.table)
    }

    /// A referee for one run.
    pub fn referee(&self) -> PreferenceReferee {
        let n = self.names.len();
        PreferenceReferee {
            scratch: Scratch::new(&self.model.contests),
            strengths: vec![0.0; n],
            slope: vec![0.0; n],
            policy: vec![0.0; n],
            order: (0..n as u32).collect(),
            table: self.table(),
            model: Rc::clone(&self.model),
            names: Rc::clone(&self.names),
            best: self.best.clone(),
        }
    }
}

fn series(best: bool, finite: bool) -> Vec<SeriesInfo> {
    let mut gradient = SeriesInfo::new(
        "gradient.max.rel",
        "gradient",
        "Largest entry of the gradient of the log-likelihood of the duels by the implied rewards, over the number of duels.",
    );
    if finite {
        gradient = gradient.stops();
    }
    let mut all = vec![gradient];
    if best {
        all.push(SeriesInfo::new(
            "policy.max.error",
            "distance from the closed form",
            "Largest difference of a probability from the reference times exp(s/beta), brought to sum 1, with the \
             maximum-likelihood strengths s of the duels.",
        ));
    }
    let loss = SeriesInfo::new(
        "preference.loss",
        "preference loss",
        "Negative log-likelihood of the duels, in nats per duel.",
    );
    let kl = SeriesInfo::new(
        "policy.kl",
        "divergence",
        "Kullback-Leibler divergence of the policy from the reference, in nats.",
    );
    all.extend([loss.linear(), kl.linear()]);
    all
}

impl Instance for Preference {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn series(&self) -> &[SeriesInfo] {
        &self.series
    }
    fn pictures(&self) -> &[PictureInfo] {
        &self.pictures
    }
    fn summary(&self) -> String {
        format!("{} answers, {} duels", self.names.len(), self.table.total)
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
    fn labels(&self) -> &[String] {
        &self.names
    }
}

/// The referee of one run; it looks at logits.
pub struct PreferenceReferee {
    table: Rc<DuelTable>,
    model: Rc<OrderModel>,
    names: Rc<Vec<String>>,
    best: Option<Rc<Vec<f64>>>,
    scratch: Scratch,
    strengths: Vec<f64>,
    slope: Vec<f64>,
    policy: Vec<f64>,
    order: Vec<u32>,
}

impl PreferenceReferee {
    fn sort(&mut self, logits: &[f64]) {
        softmax(logits, &mut self.policy);
        let p = &self.policy;
        self.order.sort_unstable_by(|&a, &b| p[b as usize].total_cmp(&p[a as usize]).then(a.cmp(&b)));
    }

    /// What the policy takes each answer to be worth, up to a constant.
    fn reward(&self, logits: &[f64], i: usize) -> f64 {
        self.table.beta * (logits[i] - self.table.reference[i])
    }
}

impl Referee for PreferenceReferee {
    type Iterate = [f64];

    fn series(&self) -> usize {
        3 + usize::from(self.best.is_some())
    }

    fn measure(&mut self, logits: &[f64], out: &mut [f64]) {
        softmax(logits, &mut self.policy);
        for i in 0..logits.len() {
            self.strengths[i] = self.reward(logits, i);
        }
        let total = self.table.total;
        let value = gradient(&self.model, &self.strengths, &mut self.slope, &mut self.scratch);
        let kl = self.policy.iter().zip(&self.table.reference);
        let kl = kl.filter(|(p, _)| **p > 0.0).fold(0.0, |sum, (p, r)| sum + p * (libm::log(*p) - r));
        let slope = max_abs(&self.slope) / total;
        match &self.best {
            Some(best) => {
                let off = best.iter().zip(&self.policy).fold(0.0, |m: f64, (b, p)| m.max((b - p).abs()));
                out.copy_from_slice(&[slope, off, -value / total, kl]);
            }
            None => out.copy_from_slice(&[slope, -value / total, kl]),
        }
    }

    fn picture(&mut self, key: &str, logits: &[f64], extent: Extent, out: &mut Picture) {
        self.sort(logits);
        let width = self.order.len().min(extent.width as usize);
        let other = |i: usize| match (key, &self.best) {
            ("moved", _) => Some(libm::exp(self.table.reference[i])),
            ("closed", Some(best)) => Some(best[i]),
            _ => None,
        };
        match key {
            "policy" => {
                out.start(PictureKind::Bars, width, 1);
                for &i in &self.order[..width] {
                    out.values.push(self.policy[i as usize] as f32);
                    out.aux.push(i as f32);
                }
            }
            _ if other(0).is_some() => {
                out.start(PictureKind::Scatter, width, 1);
                for &i in &self.order[..width] {
                    out.values.extend(other(i as usize).map(|x| x as f32));
                    out.aux.push(self.policy[i as usize] as f32);
                }
            }
            _ => out.start(PictureKind::Bars, 0, 0),
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }

    fn result(&mut self, logits: &[f64]) -> Artifact {
        self.sort(logits);
        let columns = ["rank", "item", "probability", "reference", "reward"].map(String::from).to_vec();
        let row = |(place, &i): (usize, &u32)| {
            let i = i as usize;
            vec![
                Cell::Int(place as i64 + 1),
                Cell::Text(self.names[i].clone()),
                Cell::Real(self.policy[i]),
                Cell::Real(libm::exp(self.table.reference[i])),
                Cell::Real(self.reward(logits, i)),
            ]
        };
        let rows = self.order.iter().enumerate().map(row).collect();
        Artifact::Table { columns, rows }
    }
}
