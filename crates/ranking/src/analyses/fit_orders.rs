//! Whether the model fits orders of several.
//!
//! Given who was chosen before, each choice is independent of the others under this model, so what the choices of one place
//! say beyond expectation has a variance that is known. Over all places together it vanishes at maximum likelihood, whatever
//! the data: only places apart from one another can tell (J. A. Hausman, P. A. Ruud, Specifying and testing econometric models
//! for rank-ordered data, J. Econometrics 34, 1987).

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{Axis, BuildError, Heading, Job, Mark, Plot, Report, ReportTable};

use super::fitted_model::FittedModel;
use super::ranking_model::Question;
use super::shared::{normal_below, normal_quantile};
use crate::model::likelihood::chance;
use crate::orders::model::OrderModel;

/// Places that are told one by one; those beyond are one.
const PLACES: usize = 30;
/// Bins of the predicted share, from one half to one.
const BINS: usize = 10;
/// Rows of the table of items.
const ROWS: usize = 20;
/// Visits of two members of a race in one piece of work.
const PIECE: usize = 200_000;

/// Starts.
///
/// # Errors
/// The estimate is infinite.
pub fn job(question: Question<OrderModel>) -> Result<Box<dyn Job>, BuildError> {
    let n = question.names.len();
    let most = question.model.contests.all().map(|r| r.members.len()).max().unwrap_or(0);
    Ok(Box::new(FitOrders {
        basis: FittedModel::of(&question)?,
        model: question.model,
        names: question.names,
        next: 0,
        weight: Vec::with_capacity(most),
        places: vec![Place::default(); PLACES],
        bins: [Bin::default(); BINS],
        firsts: vec![[0.0; 2]; n],
        done: false,
    }))
}

/// Choices of one place.
#[derive(Clone, Copy, Default)]
struct Place {
    choices: f64,
    /// Sums of the logarithm of the chance of whom was chosen, of its expectation and of its variance.
    seen: f64,
    expected: f64,
    variance: f64,
    /// How often the strongest was chosen, and was to be expected.
    favourite: [f64; 2],
}

impl Place {
    /// What was seen beyond expectation, in standard deviations.
    fn surplus(&self) -> f64 {
        if self.variance > 0.0 { (self.seen - self.expected) / self.variance.sqrt() } else { 0.0 }
    }
}

/// Pairs whose predicted share is alike.
#[derive(Clone, Copy, Default)]
struct Bin {
    pairs: f64,
    expected: f64,
    seen: f64,
    /// Sum of the squares over races of what was seen beyond expectation.
    square: f64,
}

/// The score of strengths whose scale changes from place to place, in standard deviations: negative where they show less
/// further back. The common scale, which maximum likelihood has fitted, is taken out. None with fewer than two places.
fn trend(places: &[Place]) -> Option<f64> {
    let told = || places.iter().enumerate().filter(|(_, p)| p.variance > 0.0).map(|(v, p)| (v as f64, p));
    let total = told().fold(0.0, |sum, (_, p)| sum + p.variance);
    let mean = told().fold(0.0, |sum, (v, p)| sum + v * p.variance) / total;
    let score = told().fold(0.0, |sum, (v, p)| sum + (v - mean) * (p.seen - p.expected));
    let square = told().fold(0.0, |sum, (v, p)| sum + (v - mean) * (v - mean) * p.variance);
    (square > 0.0).then(|| score / square.sqrt())
}

struct FitOrders {
    model: Rc<OrderModel>,
    names: Vec<String>,
    basis: FittedModel<OrderModel>,
    /// The next race.
    next: usize,
    weight: Vec<f64>,
    places: Vec<Place>,
    bins: [Bin; BINS],
    /// Expected first places of each item, and their variance.
    firsts: Vec<[f64; 2]>,
    done: bool,
}

impl FitOrders {
    /// Adds race `k` at log-strengths `log`; how many visits that took.
    fn add(&mut self, k: usize, log: &[f64]) -> usize {
        let contest = self.model.contests.contest(k);
        let m = contest.members.len();
        let best = contest.members.iter().fold(f64::NEG_INFINITY, |m, i| m.max(log[*i as usize]));
        self.weight.clear();
        self.weight.extend(contest.members.iter().map(|i| libm::exp(log[*i as usize] - best)));
        for v in 0..contest.stages {
            let rest = &self.weight[v..];
            let sum = rest.iter().fold(0.0, |sum, w| sum + w);
            let (mut mean, mut square, mut favourite) = (0.0, 0.0, 0.0f64);
            for w in rest {
                let p = w / sum;
                let l = libm::log(p);
                // A chance that vanished says nothing.
                if p > 0.0 {
                    mean += p * l;
                    square += p * l * l;
                }
                favourite = favourite.max(p);
            }
            let own = rest[0] / sum;
            let place = &mut self.places[v.min(PLACES - 1)];
            place.choices += contest.count;
            place.seen += contest.count * libm::log(own);
            place.expected += contest.count * mean;
            place.variance += contest.count * (square - mean * mean).max(0.0);
            place.favourite[0] += contest.count * f64::from(u8::from(own == favourite));
            place.favourite[1] += contest.count * favourite;
            if v == 0 {
                for (w, i) in rest.iter().zip(contest.members) {
                    let p = w / sum;
                    self.firsts[*i as usize][0] += contest.count * p;
                    self.firsts[*i as usize][1] += contest.count * p * (1.0 - p);
                }
            }
        }
        let mut off = [0.0; BINS];
        for v in 0..contest.stages {
            for w in v + 1..m {
                let ahead = chance(log[contest.members[v] as usize] - log[contest.members[w] as usize]);
                let (share, seen) = if ahead >= 0.5 { (ahead, 1.0) } else { (1.0 - ahead, 0.0) };
                let b = (((share - 0.5) * 2.0 * BINS as f64) as usize).min(BINS - 1);
                self.bins[b].pairs += contest.count;
                self.bins[b].expected += contest.count * share;
                self.bins[b].seen += contest.count * seen;
                off[b] += seen - share;
            }
        }
        for (bin, off) in self.bins.iter_mut().zip(off) {
            bin.square += contest.count * off * off;
        }
        2 * m * contest.stages
    }
}

impl Job for FitOrders {
    fn work(&mut self) -> Result<f64, BuildError> {
        let ready = self.basis.work()?;
        if ready < 1.0 {
            return Ok(0.3 * ready);
        }
        let log = self.basis.optimum().to_vec();
        let (contests, mut visits) = (self.model.contests.len(), 0);
        while self.next < contests && visits < PIECE {
            visits += self.add(self.next, &log);
            self.next += 1;
        }
        self.done = self.next == contests;
        Ok(if self.done { 1.0 } else { 0.3 + 0.69 * self.next as f64 / contests as f64 })
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.done {
            if let Some(remark) = self.basis.scope.remark() {
                report.say(remark);
            }
            self.tell_places(&mut report);
            self.tell_pairs(&mut report);
            self.tell_firsts(&mut report);
        }
        report
    }
}

impl FitOrders {
    fn tell_places(&self, report: &mut Report) {
        let places: Vec<(usize, &Place)> = self.places.iter().enumerate().filter(|(_, p)| p.choices > 0.0).collect();
        let name = |v: usize| if v + 1 == PLACES { format!("{PLACES} and beyond") } else { format!("{}", v + 1) };
        report.say(match trend(&self.places) {
            None => "Only one place of each race is known: there is nothing to compare the places of races with.".into(),
            Some(z) => {
                let p = 2.0 * normal_below(-z.abs());
                let how = format!("the trend over {} is {z:.1} standard deviations, p = {p:.3}", count(places.len(), "place", "places"));
                if p >= 0.05 {
                    format!("One strength for each item explains front and back of the races alike, as far as they tell: {how}.")
                } else {
                    format!(
                        "Strengths show {} at the front of the races than further back, where the model has them alike: {how}. {}",
                        if z < 0.0 { "more" } else { "less" },
                        "Intervals from Fisher's information are then off: ask the bootstrap, or rank by the first places alone."
                    )
                }
            }
        });
        if self.model.has_prior() {
            report.say("With a prior the estimate is drawn to the middle: the surplus of all places is then positive a little.");
        }
        let z = normal_quantile(0.975);
        let half = |p: &Place| z * p.variance.sqrt() / p.choices;
        let mean = |p: &Place| (p.seen - p.expected) / p.choices;
        let of = |f: &dyn Fn(&Place) -> f64| -> Vec<f64> { places.iter().map(|(_, p)| f(p)).collect() };
        report.plot(Plot {
            caption: "Logarithm of the chance of who took each place, less what was to be expected, with 95 % intervals. Right of the line \
                      strengths tell more of that place than the model says; left of it, less."
                .into(),
            x: Axis::linear("nats per choice"),
            y: Axis::named("place", places.iter().map(|(v, _)| name(*v)).collect()),
            marks: vec![
                Mark::Rule { label: String::new(), at: 0.0, vertical: true },
                Mark::Intervals {
                    label: String::new(),
                    at: (0..places.len()).map(|k| k as f64).collect(),
                    low: of(&|p| mean(p) - half(p)),
                    mid: of(&mean),
                    high: of(&|p| mean(p) + half(p)),
                    tone: 0,
                },
            ],
        });
        let row = |(v, p): &(usize, &Place)| {
            vec![
                Cell::Text(name(*v)),
                Cell::Real(p.choices),
                Cell::Real(p.seen / p.choices),
                Cell::Real(p.expected / p.choices),
                Cell::Real(p.surplus()),
                Cell::Real(p.favourite[0] / p.choices),
                Cell::Real(p.favourite[1] / p.choices),
            ]
        };
        let columns = [
            ("place", 0),
            ("choices", 6),
            ("log chance", 4),
            ("expected", 4),
            ("standard deviations off", 3),
            ("strongest took it", 3),
            ("expected share", 3),
        ];
        report.table(ReportTable {
            caption: "What the strengths tell of each place: the mean logarithm of the chance of who took it, and how often that was the \
                      strongest of those left."
                .into(),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: places.iter().map(row).collect(),
        });
    }

    fn tell_pairs(&self, report: &mut Report) {
        let z = normal_quantile(0.975);
        let (mut at, mut low, mut mid, mut high, mut rows, mut off) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0);
        for bin in self.bins.iter().filter(|b| b.pairs > 0.0) {
            let (expected, seen) = (bin.expected / bin.pairs, bin.seen / bin.pairs);
            let half = z * bin.square.sqrt() / bin.pairs;
            off += usize::from((seen - expected).abs() > half);
            at.push(expected);
            low.push((seen - half).max(0.0));
            mid.push(seen);
            high.push((seen + half).min(1.0));
            rows.push(
                [expected, seen, (seen - half).max(0.0), (seen + half).min(1.0), bin.pairs].map(Cell::Real).to_vec(),
            );
        }
        let bins = count(at.len(), "bin", "bins");
        report.say(match off {
            0 => format!("Of two, the stronger came ahead as often as predicted in all {bins}."),
            off => format!(
                "In {off} of {bins} the stronger of two came ahead more or less often than predicted by more than the 95 % interval; of \
                 twenty such intervals one misses by chance."
            ),
        });
        report.plot(Plot {
            caption: "Predicted chance that the stronger of two comes ahead against how often it did, with 95 % intervals that take races, \
                      not pairs, as independent."
                .into(),
            x: Axis::linear("observed share"),
            y: Axis::linear("predicted share"),
            marks: vec![Mark::Diagonal, Mark::Intervals { label: String::new(), at, low, mid, high, tone: 0 }],
        });
        let columns = ["predicted", "observed", "from", "to", "pairs"].map(|l| Heading::new(l, 3)).to_vec();
        report.table(ReportTable { caption: "How often the stronger of two came ahead.".into(), columns, rows });
    }

    fn tell_firsts(&self, report: &mut Report) {
        let won = &self.model.contests.firsts;
        let residual = |i: usize| (won[i] - self.firsts[i][0]) / self.firsts[i][1].sqrt();
        let mut list: Vec<(f64, usize)> =
            (0..won.len()).filter(|i| self.firsts[*i][1] > 0.0).map(|i| (residual(i), i)).collect();
        list.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
        let beyond = list.iter().filter(|(r, _)| r.abs() > 1.959963984540054).count();
        let row = |(residual, i): &(f64, usize)| {
            vec![
                Cell::Text(self.names[*i].clone()),
                Cell::Real(self.model.contests.played[*i]),
                Cell::Real(won[*i]),
                Cell::Real(self.firsts[*i][0]),
                Cell::Real(*residual),
            ]
        };
        let columns = [("item", 0), ("races", 6), ("first places", 4), ("expected", 3), ("residual", 3)];
        report.table(ReportTable {
            caption: format!(
                "First places, those that surprise most. Of {}, {beyond} are beyond 1.96 standard deviations; about {:.0} are to be expected.",
                count(list.len(), "item", "items"),
                0.05 * list.len() as f64
            ),
            columns: columns.map(|(l, d)| Heading::new(l, d)).to_vec(),
            rows: list.iter().take(ROWS).map(row).collect(),
        });
    }
}
