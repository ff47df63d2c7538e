//! Measures and draws an iterate from the list of contests, by routes that no method uses.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Extent, Picture, PictureKind, Referee};
use iterscope_kernels::reduce::norm2;

use super::likelihood::{Scratch, gradient, gradient_scale};
use super::model::OrderModel;
use super::optimum::Optimum;
use crate::data::parts::{Connectivity, drift, level_groups, ranks_within};
use crate::model::Strengths;
use crate::model::likelihood::chance;
use crate::views::rank_history::{self, RankHistory};

/// Bins of the predicted share.
const BINS: usize = 40;
/// Pairs of places that a picture looks at; of more, every so many contests.
const MOST_PAIRS: usize = 2_000_000;

/// The referee of one run.
pub struct OrderReferee {
    model: Rc<OrderModel>,
    names: Rc<Vec<String>>,
    optimum: Option<Rc<Optimum>>,
    truth: Option<Rc<Vec<f64>>>,
    scratch: Scratch,
    slope: Vec<f64>,
    scale: f64,
    /// Items by strength.
    order: Vec<u32>,
    /// Expected first places.
    firsts: Vec<f64>,
    rank_history: RankHistory,
    step: u64,
    /// How orders join the items.
    joined: Rc<Connectivity>,
    /// What is said of every run where strengths move apart for ever.
    drift: Option<String>,
    /// Sets of items that are ranked together.
    sets: Rc<Vec<u32>>,
    /// Where groups that never met have no common level, the log-strengths with each group's mean taken out.
    levelled: Option<Vec<f64>>,
}

impl OrderReferee {
    /// A referee that measures against `optimum`, and draws against `truth` (log-strengths), where they are known.
    pub fn new(
        model: Rc<OrderModel>,
        names: Rc<Vec<String>>,
        optimum: Option<Rc<Optimum>>,
        truth: Option<Rc<Vec<f64>>>,
        joined: Rc<Connectivity>,
    ) -> OrderReferee {
        let n = model.contests.items;
        let sets = Rc::new(joined.ranked_together(model.estimate));
        let several = joined.groups.sizes.len() > 1 && !model.has_prior();
        OrderReferee {
            scratch: Scratch::new(&model.contests),
            slope: vec![0.0; n],
            scale: gradient_scale(&model),
            order: (0..n as u32).collect(),
            firsts: vec![0.0; n],
            rank_history: RankHistory::new(Rc::clone(&sets)),
            step: 0,
            drift: drift(&joined, &names, !model.has_prior()),
            sets,
            levelled: several.then(|| vec![0.0; n]),
            joined,
            model,
            names,
            optimum,
            truth,
        }
    }

    /// Brings the items into the order of their strengths, best first, set by set; equal ones keep the order of their numbers.
    fn sort(&mut self, now: &[f64]) {
        let sets = &self.sets;
        self.order.sort_unstable_by(|&a, &b| {
            let by_set = sets[a as usize].cmp(&sets[b as usize]);
            by_set.then(now[b as usize].total_cmp(&now[a as usize])).then(a.cmp(&b))
        });
    }

    /// Calls `then` with the log-strengths, those of each group at mean 0 where groups have no common level.
    fn at_level<R>(&mut self, now: &Strengths, then: impl FnOnce(&mut Self, &[f64]) -> R) -> R {
        let Some(mut levelled) = self.levelled.take() else { return then(self, &now.log) };
        levelled.copy_from_slice(&now.log);
        level_groups(&self.joined.groups, &mut levelled);
        let out = then(self, &levelled);
        self.levelled = Some(levelled);
        out
    }

    fn strengths(&mut self, now: &[f64], extent: Extent, out: &mut Picture) {
        self.sort(now);
        let width = self.order.len().min(extent.width as usize);
        out.start(PictureKind::Bars, width, 1);
        for &i in &self.order[..width] {
            out.values.push(chance(now[i as usize]) as f32);
            out.aux.push(i as f32);
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }

    /// Expected against observed share of first places, a dot for each item.
    fn first_places(&mut self, now: &[f64], extent: Extent, out: &mut Picture) {
        self.firsts.fill(0.0);
        for contest in self.model.contests.all() {
            let best = contest.members.iter().fold(f64::NEG_INFINITY, |m, i| m.max(now[*i as usize]));
            let weight = |i: &u32| libm::exp(now[*i as usize] - best);
            let sum = contest.members.iter().fold(0.0, |sum, i| sum + weight(i));
            for i in contest.members {
                self.firsts[*i as usize] += contest.count * weight(i) / sum;
            }
        }
        let contests = &self.model.contests;
        let stride = contests.items.div_ceil((extent.width as usize).max(1)).max(1);
        out.start(PictureKind::Scatter, contests.items.div_ceil(stride), 1);
        for i in (0..contests.items).step_by(stride) {
            // An item of the list may be in no contest.
            let played = if contests.played[i] > 0.0 { contests.played[i] } else { 1.0 };
            out.values.push((self.firsts[i] / played) as f32);
            out.aux.push((contests.firsts[i] / played) as f32);
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }

    /// Predicted and observed share of being ahead, over all pairs of places of the contests, in bins.
    fn pairs(&self, now: &[f64], out: &mut Picture) {
        let contests = &self.model.contests;
        let stride = contests.visits().div_ceil(MOST_PAIRS).max(1);
        let mut bins = [[0.0f64; 3]; BINS];
        for contest in contests.all().step_by(stride) {
            for v in 0..contest.stages {
                for w in v + 1..contest.members.len() {
                    let ahead = chance(now[contest.members[v] as usize] - now[contest.members[w] as usize]);
                    for (share, seen) in [(ahead, 1.0), (1.0 - ahead, 0.0)] {
                        let bin = &mut bins[((share * BINS as f64) as usize).min(BINS - 1)];
                        bin[0] += contest.count;
                        bin[1] += contest.count * share;
                        bin[2] += contest.count * seen;
                    }
                }
            }
        }
        out.start(PictureKind::Scatter, bins.iter().filter(|b| b[0] > 0.0).count(), 1);
        for [pairs, expected, seen] in bins.into_iter().filter(|b| b[0] > 0.0) {
            out.values.push((expected / pairs) as f32);
            out.aux.push((seen / pairs) as f32);
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }

    /// At most as many items as there are columns, evenly picked.
    fn truth(&self, truth: &[f64], now: &[f64], extent: Extent, out: &mut Picture) {
        let stride = truth.len().div_ceil((extent.width as usize).max(1)).max(1);
        out.start(PictureKind::Scatter, truth.len().div_ceil(stride), 1);
        for i in (0..truth.len()).step_by(stride) {
            out.values.push(chance(truth[i]) as f32);
            out.aux.push(chance(now[i]) as f32);
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }
}

impl Referee for OrderReferee {
    type Iterate = Strengths;

    fn series(&self) -> usize {
        2 + 2 * usize::from(self.optimum.is_some())
    }

    fn at(&mut self, step: u64) {
        self.step = step;
    }

    fn forget_after(&mut self, step: u64) {
        self.rank_history.forget_after(step);
    }

    fn measure(&mut self, now: &Strengths, out: &mut [f64]) {
        self.at_level(now, |referee, now| referee.measure_at(now, out));
    }

    fn picture(&mut self, key: &str, now: &Strengths, extent: Extent, out: &mut Picture) {
        self.at_level(now, |referee, now| referee.draw(key, now, extent, out));
    }

    fn remark(&self) -> Option<String> {
        self.drift.clone()
    }

    fn snapshot(&self, now: &Strengths) -> Option<Rc<dyn Any>> {
        let mut now = now.clone();
        if self.levelled.is_some() {
            level_groups(&self.joined.groups, &mut now.log);
        }
        Some(Rc::new(now))
    }

    fn result(&mut self, now: &Strengths) -> Artifact {
        self.at_level(now, OrderReferee::table)
    }
}

impl OrderReferee {
    fn measure_at(&mut self, now: &[f64], out: &mut [f64]) {
        self.rank_history.record(self.step, now);
        let value = gradient(&self.model, now, &mut self.slope, &mut self.scratch);
        let total = self.model.contests.total;
        let (slope, nll) = (norm2(&self.slope) / self.scale, -value / total);
        match &self.optimum {
            Some(optimum) => {
                let square = now.iter().zip(&optimum.p).fold(0.0, |sum, (s, p)| {
                    let off = chance(*s) - p;
                    sum + off * off
                });
                let rms = (square / now.len() as f64).sqrt();
                out.copy_from_slice(&[slope, optimum.gap(&self.model, now) / total, nll, rms]);
            }
            None => out.copy_from_slice(&[slope, nll]),
        }
    }

    fn draw(&mut self, key: &str, now: &[f64], extent: Extent, out: &mut Picture) {
        match (key, self.truth.clone()) {
            ("strengths", _) => self.strengths(now, extent, out),
            (rank_history::KEY, _) => self.rank_history.draw(self.step, now, extent, out),
            ("firsts", _) => self.first_places(now, extent, out),
            ("calibration", _) => self.pairs(now, out),
            ("truth", Some(truth)) => self.truth(&truth, now, extent, out),
            _ => out.start(PictureKind::Bars, 0, 0),
        }
    }

    fn table(&mut self, now: &[f64]) -> Artifact {
        self.sort(now);
        let mut columns = ["rank", "item", "strength", "probability", "races", "firsts"].map(String::from).to_vec();
        let joined = &self.joined;
        let several = joined.groups.sizes.len() > 1;
        let split = !self.model.has_prior() && !joined.groups_are_strong();
        if several {
            columns.push("group".into());
        }
        if split {
            columns.push("part".into());
        }
        let rank = ranks_within(&self.order, &self.sets);
        let row = |(place, &i): (usize, &u32)| {
            let i = i as usize;
            let mut row = vec![
                Cell::Int(i64::from(rank[place])),
                Cell::Text(self.names[i].clone()),
                Cell::Real(libm::exp(now[i])),
                Cell::Real(chance(now[i])),
                Cell::Real(self.model.contests.played[i]),
                Cell::Real(self.model.contests.firsts[i]),
            ];
            if several {
                row.push(Cell::Int(i64::from(joined.groups.id[i]) + 1));
            }
            if split {
                row.push(Cell::Int(i64::from(joined.parts.id[i]) + 1));
            }
            row
        };
        let rows = self.order.iter().enumerate().map(row).collect();
        Artifact::Table { columns, rows }
    }
}
