//! Measures and draws an iterate from the list of pairs, by routes that no method uses.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Extent, Picture, PictureKind, Referee};
use iterscope_kernels::reduce::norm2;

use crate::data::parts::{Connectivity, drift, level_groups, ranks_within};
use crate::model::likelihood::{GameLikelihood, gradient, gradient_scale};
use crate::model::{Estimate, PairModel, Strengths};
use crate::pairs::many::ManyPairs;
use crate::pairs::optimum::Optimum;
use crate::views::intervals::{StrengthIntervals, WIDTH};
use crate::views::rank_history::{self, RankHistory};

/// Pairs are drawn one by one up to this many, beyond in bins.
const MOST_POINTS: usize = 256;
/// Bins of the predicted share.
const BINS: usize = 40;

/// The referee of one run.
pub struct PairReferee {
    model: Rc<PairModel>,
    names: Rc<Vec<String>>,
    /// Wins, losses and ties as they were counted, where games have weights.
    records: Option<Rc<Vec<[f64; 3]>>>,
    optimum: Option<Rc<Optimum>>,
    truth: Option<Rc<Vec<f64>>>,
    gradient: Vec<f64>,
    scale: f64,
    order: Vec<u32>,
    rank_history: RankHistory,
    step: u64,
    intervals: Option<StrengthIntervals>,
    /// A cheaper route to the likelihood, where there are many pairs.
    many: Option<ManyPairs>,
    /// How games join the items.
    joined: Rc<Connectivity>,
    /// What is said of every run where strengths move apart for ever.
    drift: Option<String>,
    /// Sets of items that are ranked together.
    sets: Rc<Vec<u32>>,
    /// Where groups that never met have no common level, the strengths with each group's mean taken out.
    levelled: Option<Strengths>,
}

impl PairReferee {
    /// A referee that measures against `optimum`, and draws against `truth` (log-strengths), where they are known; `records`
    /// are the wins, losses and ties of the items, where those of the model are weighted.
    pub fn new(
        model: Rc<PairModel>,
        names: Rc<Vec<String>>,
        records: Option<Rc<Vec<[f64; 3]>>>,
        optimum: Option<Rc<Optimum>>,
        truth: Option<Rc<Vec<f64>>>,
        joined: Rc<Connectivity>,
    ) -> PairReferee {
        let n = model.games.items;
        let (gradient, order) = (vec![0.0; model.width()], (0..n as u32).collect());
        let sets = Rc::new(joined.ranked_together(model.estimate));
        let scale = gradient_scale(&model);
        let (rank_history, intervals) =
            (RankHistory::new(Rc::clone(&sets)), StrengthIntervals::new(&model, &joined.groups));
        let several = joined.groups.sizes.len() > 1 && model.level_is_free();
        let levelled = several.then(|| Strengths::equal(&model));
        let drift = drift(&joined, &names, model.level_is_free());
        let many = ManyPairs::new(&model);
        PairReferee {
            scale,
            gradient,
            order,
            rank_history,
            step: 0,
            intervals,
            many,
            model,
            names,
            records,
            optimum,
            truth,
            joined,
            drift,
            sets,
            levelled,
        }
    }

    /// Brings the items into the order of their strengths, best first, set by set; equal ones keep the order of their numbers.
    fn sort(&mut self, now: &Strengths) {
        let sets = &self.sets;
        self.order.sort_unstable_by(|&a, &b| {
            let by_set = sets[a as usize].cmp(&sets[b as usize]);
            by_set.then(now.log[b as usize].total_cmp(&now.log[a as usize])).then(a.cmp(&b))
        });
    }

    /// Calls `then` with the strengths, those of each group at mean 0 where groups have no common level.
    fn at_level<R>(&mut self, now: &Strengths, then: impl FnOnce(&mut Self, &Strengths) -> R) -> R {
        let Some(mut levelled) = self.levelled.take() else { return then(self, now) };
        levelled.copy(now);
        level_groups(&self.joined.groups, &mut levelled.log);
        let out = then(self, &levelled);
        self.levelled = Some(levelled);
        out
    }

    /// Bars with their 95 % intervals, where these can be had in time: from the information at this iterate, as if the run had
    /// ended here.
    fn strengths(&mut self, now: &Strengths, extent: Extent, out: &mut Picture) {
        self.sort(now);
        let width = self.order.len().min(extent.width as usize);
        out.start(PictureKind::Bars, width, 1);
        for &i in &self.order[..width] {
            out.values.push(self.model.chance(now.log[i as usize]) as f32);
            out.aux.push(i as f32);
        }
        if let Some(intervals) = &mut self.intervals
            && intervals.factor(&self.model, now)
        {
            out.aux.resize(3 * width, 0.0);
            for (place, &i) in self.order[..width].iter().enumerate() {
                let (s, half) = (now.log[i as usize], WIDTH * intervals.error(i as usize));
                out.aux[width + place] = self.model.chance(s - half) as f32;
                out.aux[2 * width + place] = self.model.chance(s + half) as f32;
            }
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }

    /// Predicted and observed share of the points: one dot for each pair, or for all sides of games whose prediction falls
    /// into the same bin.
    fn calibration(&self, now: &Strengths, out: &mut Picture) {
        let law = self.model.game_likelihood(now.nu);
        let pairs = &self.model.games.pairs;
        let predicted = |k: usize| {
            let q = law.shares(self.model.difference(now, k));
            q.first + 0.5 * q.tie
        };
        if pairs.len() <= MOST_POINTS {
            out.start(PictureKind::Scatter, pairs.len(), 1);
            for (k, p) in pairs.iter().enumerate() {
                out.values.push(predicted(k) as f32);
                out.aux.push((p.points() / p.games()) as f32);
            }
        } else {
            let mut bins = [[0.0f64; 3]; BINS];
            for (k, p) in pairs.iter().enumerate() {
                let share = predicted(k);
                for (share, points) in [(share, p.points()), (1.0 - share, p.points_against())] {
                    let bin = &mut bins[((share * BINS as f64) as usize).min(BINS - 1)];
                    bin[0] += p.games();
                    bin[1] += p.games() * share;
                    bin[2] += points;
                }
            }
            out.start(PictureKind::Scatter, bins.iter().filter(|b| b[0] > 0.0).count(), 1);
            for [games, expected, points] in bins.into_iter().filter(|b| b[0] > 0.0) {
                out.values.push((expected / games) as f32);
                out.aux.push((points / games) as f32);
            }
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }

    /// At most as many items as there are columns, evenly picked.
    fn truth(&self, truth: &[f64], now: &Strengths, extent: Extent, out: &mut Picture) {
        let stride = truth.len().div_ceil((extent.width as usize).max(1)).max(1);
        out.start(PictureKind::Scatter, truth.len().div_ceil(stride), 1);
        for i in (0..truth.len()).step_by(stride) {
            out.values.push(self.model.chance(truth[i]) as f32);
            out.aux.push(self.model.chance(now.log[i]) as f32);
        }
        (out.lo, out.hi) = (0.0, 1.0);
    }
}

impl Referee for PairReferee {
    type Iterate = Strengths;

    fn series(&self) -> usize {
        2 + 2 * usize::from(self.optimum.is_some()) + usize::from(self.model.has_nu()) + self.model.extras()
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
        self.at_level(now, PairReferee::table)
    }
}

impl PairReferee {
    fn measure_at(&mut self, now: &Strengths, out: &mut [f64]) {
        self.rank_history.record(self.step, &now.log);
        let value = match &mut self.many {
            Some(many) => many.gradient(&self.model, now, &mut self.gradient),
            None => gradient(&self.model, now, &mut self.gradient),
        };
        let total = self.model.games.total;
        let (slope, nll) = (norm2(&self.gradient) / self.scale, -value / total);
        let mut next = 0;
        let mut put = |x: f64| {
            out[next] = x;
            next += 1;
        };
        put(slope);
        match &self.optimum {
            Some(optimum) => {
                put(optimum.gap(&self.model, now) / total);
                put(nll);
                let square = now.log.iter().zip(&optimum.p).fold(0.0, |sum, (s, p)| {
                    let off = self.model.chance(*s) - p;
                    sum + off * off
                });
                put((square / now.log.len() as f64).sqrt());
            }
            None => put(nll),
        }
        if self.model.has_nu() {
            put(self.model.tie_parameter(now.nu));
        }
        now.extra.iter().for_each(|x| put(*x));
    }

    fn draw(&mut self, key: &str, now: &Strengths, extent: Extent, out: &mut Picture) {
        match (key, self.truth.clone()) {
            ("strengths", _) => self.strengths(now, extent, out),
            (rank_history::KEY, _) => self.rank_history.draw(self.step, &now.log, extent, out),
            ("calibration", _) => self.calibration(now, out),
            ("truth", Some(truth)) => self.truth(&truth, now, extent, out),
            _ => out.start(PictureKind::Bars, 0, 0),
        }
    }

    fn table(&mut self, now: &Strengths) -> Artifact {
        self.sort(now);
        let mut columns =
            ["rank", "item", "strength", "probability", "wins", "losses", "ties", "games"].map(String::from).to_vec();
        if self.model.covariates.is_some() {
            columns.push("explained".into());
        }
        let (joined, ml) = (&self.joined, self.model.estimate == Estimate::Likelihood);
        let several = joined.groups.sizes.len() > 1;
        let split = ml && !joined.groups_are_strong();
        if several {
            columns.push("group".into());
        }
        if split {
            columns.push("part".into());
        }
        let rank = ranks_within(&self.order, &self.sets);
        let row = |(place, &i): (usize, &u32)| {
            let s = now.log[i as usize];
            let games = &self.model.games;
            let (wins, losses, ties) = games.record(i as usize);
            let counted = self.records.as_ref().map(|r| r[i as usize]);
            let [wins, losses, ties] = counted.unwrap_or([wins, losses, ties]);
            let mut row = vec![
                Cell::Int(i64::from(rank[place])),
                Cell::Text(self.names[i as usize].clone()),
                Cell::Real(self.model.odds(s)),
                Cell::Real(self.model.chance(s)),
                Cell::Real(wins),
                Cell::Real(losses),
                Cell::Real(ties),
                Cell::Real(counted.map_or(games.played[i as usize], |c| c[0] + c[1] + c[2])),
            ];
            if let Some(covariates) = &self.model.covariates {
                let explained = covariates.explained(i as usize, self.model.coefficients(now));
                row.push(Cell::Real(self.model.odds(explained)));
            }
            if several {
                row.push(Cell::Int(i64::from(joined.groups.id[i as usize]) + 1));
            }
            if split {
                row.push(Cell::Int(i64::from(joined.parts.id[i as usize]) + 1));
            }
            row
        };
        let rows = self.order.iter().enumerate().map(row).collect();
        Artifact::Table { columns, rows }
    }
}
