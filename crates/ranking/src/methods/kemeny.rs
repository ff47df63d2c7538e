//! Kemeny's order by local search: each item to the place where the fewest points stand against the order.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};

use super::PROBLEMS;
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::{ChangeTracker, center};
use crate::solvers::{CHANGE, share_nu};

const START: ParamInfo = ParamInfo::choice(
    "start",
    "Start",
    "The order that the search begins with; where it ends depends on it.",
    &[("points", "by the share of points"), ("file", "as in the file")],
    "points",
);

const PARAMS: &[ParamInfo] = &[START];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "kemeny.against",
        "points against",
        "Points won by the item that the order places lower, in all games.",
    )
    .linear(),
    SeriesInfo::new(
        "kemeny.moves",
        "moves",
        "Items that the last sweep moved; the run ends with the first sweep that moves none.",
    )
    .linear(),
];

/// See [`MethodInfo::summary`].
pub static KEMENY: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.kemeny"),
        label: Str::Borrowed("Kemeny, local search"),
        summary: words(
            "Looks for the order with the fewest points won against it, by moving one item at a time to its best place. There are \
             no strengths in it: it solves another model, drawn here with evenly spaced chances, and its distance to the \
             Bradley-Terry optimum does not go to zero.",
        ),
        math: words(
            r"\min_{\text{orders}} \sum_{i \text{ above } j} a_{ji}, \qquad \text{each item in turn to its best place}",
        ),
        citation: words(
            "J. G. Kemeny, Mathematics without numbers, Daedalus 88, 1959; local search: A. Ali, M. Meila, Experiments with \
             Kemeny ranking: what works when?, Math. Social Sci. 64, 2012.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one sweep: for each item one pass over those it met, sorted by place, and one shift where it moves",
        ),
        limits: words(
            "Solves another model: its distance to the Bradley-Terry optimum does not go to zero. The best order is hard to find \
             in general, and the search ends at one that no single move improves, which need not be the best. Only pairs \
             that met count, so that with few games many orders are equally good and the start decides among them. The tie \
             strength is only read off the share of ties.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

/// Gains below this are rounding.
const LEAST: f64 = 1e-9;

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let n = model.games.items;
    let mut view = Strengths::equal(&model);
    view.nu = share_nu(&model);
    let mut order: Vec<u32> = (0..n as u32).collect();
    if input.values.text("start") == "points" {
        let share = |i: u32| {
            let (points, played) = (model.games.points[i as usize], model.games.played[i as usize]);
            if played > 0.0 { points / played } else { 0.5 }
        };
        order.sort_by(|a, b| share(*b).total_cmp(&share(*a)));
    }
    let most = (0..n).map(|i| model.games.of(i).len()).max().unwrap_or(0);
    let mut kemeny = Kemeny {
        moves: f64::NAN,
        against: 0.0,
        place: vec![0; n],
        met: Vec::with_capacity(most),
        track: ChangeTracker::new(&view),
        order,
        view,
        model,
    };
    kemeny.show();
    kemeny.track = ChangeTracker::new(&kemeny.view);
    Ok(CpuStepper::boxed(kemeny, ranking.referee()))
}

/// The iteration.
struct Kemeny {
    model: Rc<PairModel>,
    /// Items, best first.
    order: Vec<u32>,
    /// The place of each item.
    place: Vec<u32>,
    /// Places of those that an item met, with the points that the item won less those it lost.
    met: Vec<(u32, f64)>,
    against: f64,
    moves: f64,
    track: ChangeTracker,
    view: Strengths,
}

impl Kemeny {
    /// The best place of item `i`, and the points against that it saves.
    fn best(&mut self, i: usize) -> (usize, f64) {
        let own = self.place[i];
        self.met.clear();
        for m in self.model.games.of(i) {
            self.met.push((self.place[m.opponent as usize], m.won - m.lost));
        }
        self.met.sort_unstable_by_key(|(place, _)| *place);
        let middle = self.met.partition_point(|(place, _)| *place < own);
        let (mut best, mut most) = (own, LEAST);
        let mut saved = 0.0;
        for (place, surplus) in self.met[..middle].iter().rev() {
            saved += surplus;
            if saved > most {
                (best, most) = (*place, saved);
            }
        }
        saved = 0.0;
        for (place, surplus) in &self.met[middle..] {
            saved -= surplus;
            if saved > most {
                (best, most) = (*place, saved);
            }
        }
        (best as usize, most)
    }

    /// Moves the item at place `from` to place `to`; those between make room.
    fn shift(&mut self, from: usize, to: usize) {
        if to < from {
            self.order[to..=from].rotate_right(1);
        } else {
            self.order[from..=to].rotate_left(1);
        }
        for k in from.min(to)..=from.max(to) {
            self.place[self.order[k] as usize] = k as u32;
        }
    }

    /// Places, points against and evenly spaced chances of the present order.
    fn show(&mut self) {
        let n = self.order.len() as f64;
        for (k, i) in self.order.iter().enumerate() {
            self.place[*i as usize] = k as u32;
            let p = (n - k as f64 - 0.5) / n;
            self.view.log[*i as usize] = libm::log(p / (1.0 - p));
        }
        center(&mut self.view.log);
        let against = |p: &crate::model::Pair| {
            let first_is_above = self.place[p.i as usize] < self.place[p.j as usize];
            if first_is_above { p.points_against() } else { p.points() }
        };
        self.against = self.model.games.pairs.iter().fold(0.0, |sum, p| sum + against(p));
    }
}

impl Iteration for Kemeny {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.moves = 0.0;
        for i in 0..self.order.len() {
            let (to, saved) = self.best(i);
            let from = self.place[i] as usize;
            if to != from && saved > LEAST {
                self.shift(from, to);
                self.moves += 1.0;
                work.bytes += 12 * from.abs_diff(to) as u64;
            }
        }
        self.show();
        self.track.moved(&self.view);
        let meetings = 2 * self.model.games.pairs.len() as u64;
        work.operator += 1;
        work.flops += 3 * meetings;
        work.bytes += 64 * meetings;
        if self.moves == 0.0 { Outcome::Stop(Stop::Converged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 2, label: "number of items moved", tolerance: Some(0.0) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.against, self.moves]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.order.iter().for_each(|i| out.real(f64::from(*i)));
        self.track.save(out);
        out.real(self.moves);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let most = self.order.len() as u32 - 1;
        self.order.iter_mut().for_each(|i| *i = (from.real() as u32).min(most));
        self.track.load(from);
        self.moves = from.real();
        self.show();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::{Progress, Stop};
    use iterscope_kernels::rng::Rng;

    use crate::pairs::instance::PairInstance;
    use crate::test_support::{TestRun, choice, pairwise, portable};

    /// The fewest points against any order of few items, by trying all.
    fn fewest(set: &PairInstance, order: &mut Vec<usize>) -> f64 {
        let games = &set.model().games;
        if order.len() == games.items {
            let place = |i: u32| order.iter().position(|k| *k == i as usize);
            let against =
                |p: &crate::model::Pair| if place(p.i) < place(p.j) { p.points_against() } else { p.points() };
            return games.pairs.iter().map(against).sum();
        }
        let mut best = f64::INFINITY;
        for i in 0..games.items {
            if !order.contains(&i) {
                order.push(i);
                best = best.min(fewest(set, order));
                order.pop();
            }
        }
        best
    }

    #[test]
    fn small_sets_are_solved_as_by_trying_all_orders() {
        let mut rng = Rng::new(5);
        let mut exact = 0;
        for _ in 0..12 {
            let games: Vec<_> = (0..15)
                .map(|_| (rng.below(6) as u32, rng.below(6) as u32, 1.0, false))
                .filter(|g| g.0 != g.1)
                .collect();
            let set = pairwise(6, &games, &[]).unwrap();
            let mut run = TestRun::new(&set, "ranking.kemeny", &[]).unwrap();
            assert_eq!(run.stepper.advance(50), Ok(Progress::Stopped(Stop::Converged)));
            let (found, least) =
                (run.value("kemeny.against"), fewest(set.as_any().downcast_ref().unwrap(), &mut Vec::new()));
            assert!(found >= least);
            exact += u32::from(found == least);
        }
        assert!(exact >= 9, "{exact} of 12");
    }

    #[test]
    fn every_sweep_lowers_the_points_against_until_none_moves() {
        let set = portable().unwrap();
        for start in ["points", "file"] {
            let mut run = TestRun::new(&set, "ranking.kemeny", &[choice("start", start)]).unwrap();
            let mut last = run.value("kemeny.against");
            while run.stepper.advance(1) == Ok(Progress::Advanced) {
                let now = run.value("kemeny.against");
                assert!(now < last, "{start}: {last} {now}");
                last = now;
            }
            assert_eq!((run.value("kemeny.against"), run.value("kemeny.moves")), (last, 0.0));
        }
    }

    #[test]
    fn where_all_majorities_agree_that_order_is_found_from_any_start() {
        // The item of rank r is number 5 r mod 13; the better one wins three of four.
        let number = |rank: u32| 5 * rank % 13;
        let pairs = (0..13).flat_map(|r| (0..r).map(move |better| (number(better), number(r))));
        let games: Vec<_> = pairs.flat_map(|(a, b)| [(a, b, 3.0, false), (b, a, 1.0, false)]).collect();
        let set = pairwise(13, &games, &[]).unwrap();
        let mut run = TestRun::new(&set, "ranking.kemeny", &[choice("start", "file")]).unwrap();
        assert_eq!(run.stepper.advance(50), Ok(Progress::Stopped(Stop::Converged)));
        let s = run.strengths(&set);
        assert!((1..13).all(|r| s[number(r) as usize] < s[number(r - 1) as usize]), "{s:?}");
    }
}
