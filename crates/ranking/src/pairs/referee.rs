//! Measures and draws an iterate from the list of pairs, by routes that no method uses.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Extent, Picture, PictureKind, Referee};
use iterscope_kernels::reduce::norm2;

use crate::model::likelihood::{GameLikelihood, gradient, gradient_scale};
use crate::model::{PairModel, Strengths};
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
    ) -> PairReferee {
        let n = model.games.items;
        let (gradient, order) = (vec![0.0; model.width()], (0..n as u32).collect());
        let (scale, rank_history, intervals) =
            (gradient_scale(&model), RankHistory::new(n), StrengthIntervals::new(&model));
        PairReferee { scale, gradient, order, rank_history, step: 0, intervals, model, names, records, optimum, truth }
    }

    /// Brings the items into the order of their strengths, best first; equal ones keep the order of their numbers.
    fn sort(&mut self, now: &Strengths) {
        self.order.sort_unstable_by(|&a, &b| now.log[b as usize].total_cmp(&now.log[a as usize]).then(a.cmp(&b)));
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
        self.rank_history.record(self.step, &now.log);
        let value = gradient(&self.model, now, &mut self.gradient);
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

    fn picture(&mut self, key: &str, now: &Strengths, extent: Extent, out: &mut Picture) {
        match (key, self.truth.clone()) {
            ("strengths", _) => self.strengths(now, extent, out),
            (rank_history::KEY, _) => self.rank_history.draw(self.step, &now.log, extent, out),
            ("calibration", _) => self.calibration(now, out),
            ("truth", Some(truth)) => self.truth(&truth, now, extent, out),
            _ => out.start(PictureKind::Bars, 0, 0),
        }
    }

    fn snapshot(&self, now: &Strengths) -> Option<Rc<dyn Any>> {
        Some(Rc::new(now.clone()))
    }

    fn result(&mut self, now: &Strengths) -> Artifact {
        self.sort(now);
        let mut columns =
            ["rank", "item", "strength", "probability", "wins", "losses", "ties", "games"].map(String::from).to_vec();
        if self.model.covariates.is_some() {
            columns.push("explained".into());
        }
        let row = |(place, &i): (usize, &u32)| {
            let s = now.log[i as usize];
            let games = &self.model.games;
            let (wins, losses, ties) = games.record(i as usize);
            let counted = self.records.as_ref().map(|r| r[i as usize]);
            let [wins, losses, ties] = counted.unwrap_or([wins, losses, ties]);
            let mut row = vec![
                Cell::Int(place as i64 + 1),
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
            row
        };
        let rows = self.order.iter().enumerate().map(row).collect();
        Artifact::Table { columns, rows }
    }
}
