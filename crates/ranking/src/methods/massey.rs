//! Massey's ratings: the strengths whose differences fit the differences of the scores best, by conjugate gradients.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::reduce::norm2;

use super::PROBLEMS;
use crate::model::{Link, PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::solvers::ascent::{ChangeTracker, center};
use crate::solvers::conjugate_gradients::{ConjugateGradients, System, divide};
use crate::solvers::{CHANGE, LOG_LIMIT, TOLERANCE, share_nu, tolerance};

const PARAMS: &[ParamInfo] = &[TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "massey.residual.l2.rel",
        "residual",
        "Euclidean norm of the residual of the normal equations over that at the start; the run ends when it is at most the \
         tolerance.",
    ),
    SeriesInfo::new(
        "massey.spread",
        "spread of scores",
        "Standard deviation of the differences of the scores around what the ratings expect, in points or goals.",
    )
    .linear(),
    SeriesInfo::new(
        "massey.advantage",
        "place, in points",
        "What the home advantage adds to the difference of the scores, where it is estimated.",
    )
    .linear(),
];

/// Standard deviation of the logistic distribution: the scale at which it is closest to the normal one in variance.
const LOGISTIC: f64 = core::f64::consts::PI / SQRT_3;
const SQRT_3: f64 = 1.7320508075688772;

/// See [`MethodInfo::summary`].
pub static MASSEY: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.massey"),
        label: Str::Borrowed("Massey (score differences)"),
        summary: words(
            "A normal model of by how much games are won: the difference of the scores is the difference of two ratings, the \
             advantage of the place where it is estimated, and noise. Least squares on the graph of games gives the ratings. It solves \
             another model: its distance to the optimum of wins and losses does not go to zero.",
        ),
        math: words(
            r"y_k = r_{i_k} - r_{j_k} \pm \gamma + \varepsilon_k, \quad \varepsilon_k \sim N(0,\sigma^2), \qquad \min_{r,\gamma} \sum_k \left(y_k - (r_{i_k} - r_{j_k} \pm \gamma)\right)^2; \qquad s = \frac{\pi}{\sqrt3}\,\frac{r}{\sigma} \text{ (logistic link)}, \quad s = \frac{r}{\sigma} \text{ (normal link)}",
        ),
        citation: words(
            "K. Massey, Statistical models applied to the rating of sports teams, Bluefield College, 1997; with the advantage of the \
             place: D. Harville, J. Amer. Statist. Assoc. 72, 1977.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PROBLEMS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one step of conjugate gradients, two passes over the results"),
        limits: words(
            "Solves another model: its distance to the optimum of wins and losses does not go to zero. Needs scores, such as 3-1: where the data have none, every win counts as one by 1. Large wins weigh as much as they are \
             large. Ratings are in points; as strengths they are over the spread of the scores, which makes an expected win by \
             one spread about as likely as the normal model says. Weights by margin and date are left out, and the prior of MAP becomes \
             two draws against an item of rating 0.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

/// One result.
struct Row {
    winner: u32,
    loser: u32,
    side: f64,
    count: f64,
    margin: f64,
}

impl Row {
    /// What the ratings `at` of that many items, and the advantage after them, expect of the margin.
    fn expected(&self, at: &[f64], items: usize) -> f64 {
        let place = at.get(items).map_or(0.0, |gamma| self.side * gamma);
        at[self.winner as usize] - at[self.loser as usize] + place
    }
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let n = model.games.items;
    let scores = ranking.scores();
    let rows: Vec<Row> = (ranking.lines().iter().enumerate())
        .map(|(k, e)| Row {
            winner: e.winner,
            loser: e.loser,
            side: scores.advantage.get(k).map_or(0.0, |side| f64::from(*side)),
            count: e.count,
            margin: scores.margin.get(k).copied().unwrap_or(if e.tie { 0.0 } else { 1.0 }),
        })
        .collect();
    let order = n + usize::from(model.advantage);
    let ridge = if model.has_prior() { 2.0 } else { 0.0 };
    let (mut residual, mut diagonal) = (vec![0.0; order], vec![0.0; order]);
    diagonal[..n].fill(ridge);
    for row in &rows {
        let ends = [(row.winner as usize, 1.0), (row.loser as usize, -1.0)];
        for (at, sign) in ends.into_iter().chain((order > n).then_some((n, row.side))) {
            residual[at] += sign * row.count * row.margin;
            diagonal[at] += sign * sign * row.count;
        }
    }
    let mut view = Strengths::equal(&model);
    view.nu = share_nu(&model);
    let mut massey = Massey {
        tolerance: input.values.real("tolerance"),
        start: norm2(&residual),
        rest: 1.0,
        spread: 0.0,
        ratings: ConjugateGradients::new(residual),
        diagonal,
        ridge,
        rows,
        track: ChangeTracker::new(&view),
        view,
        model,
    };
    massey.judge();
    Ok(CpuStepper::boxed(massey, ranking.referee()))
}

/// The iteration.
struct Massey {
    model: Rc<PairModel>,
    tolerance: f64,
    rows: Vec<Row>,
    /// Of the normal matrix.
    diagonal: Vec<f64>,
    ridge: f64,
    start: f64,
    rest: f64,
    spread: f64,
    /// Ratings, then the advantage where it is estimated.
    ratings: ConjugateGradients,
    track: ChangeTracker,
    view: Strengths,
}

impl Massey {
    /// Residual and spread at the present ratings, and these as strengths.
    fn judge(&mut self) {
        let (n, now) = (self.model.games.items, &self.ratings.solution);
        let (mut square, mut games) = (0.0, 0.0);
        for row in &self.rows {
            let off = row.margin - row.expected(now, n);
            square += row.count * off * off;
            games += row.count;
        }
        self.spread = (square / games).sqrt();
        self.rest = if self.start > 0.0 { norm2(&self.ratings.residual) / self.start } else { 0.0 };
        let unit = if self.model.link == Link::Logistic { LOGISTIC } else { 1.0 };
        let strength = |rating: f64, spread: f64| {
            let s = if rating == 0.0 { 0.0 } else { unit * rating / spread };
            s.clamp(-LOG_LIMIT, LOG_LIMIT)
        };
        for (s, rating) in self.view.log.iter_mut().zip(&now[..n]) {
            *s = strength(*rating, self.spread);
        }
        if let Some(gamma) = now.get(n) {
            self.view.extra[0] = strength(*gamma, self.spread);
        }
        if !self.model.has_prior() {
            center(&mut self.view.log);
        }
    }
}

/// The normal matrix of the results.
struct Normal<'a> {
    rows: &'a [Row],
    items: usize,
    diagonal: &'a [f64],
    ridge: f64,
}

impl System for Normal<'_> {
    fn precondition(&self, residual: &[f64], out: &mut [f64]) {
        divide(residual, self.diagonal.iter().copied(), out);
    }

    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        y.fill(0.0);
        for (y, p) in y[..self.items].iter_mut().zip(x) {
            *y = self.ridge * p;
        }
        for row in self.rows {
            let flow = row.count * row.expected(x, self.items);
            y[row.winner as usize] += flow;
            y[row.loser as usize] -= flow;
            if let Some(place) = y.get_mut(self.items) {
                *place += row.side * flow;
            }
        }
    }
}

impl Iteration for Massey {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        if self.rest <= self.tolerance {
            return Outcome::Stop(Stop::Converged);
        }
        let items = self.model.games.items;
        let mut system = Normal { rows: &self.rows, items, diagonal: &self.diagonal, ridge: self.ridge };
        if self.ratings.step(&mut system).is_none() {
            // Only a common level is left to move, which changes nothing.
            self.rest = 0.0;
            return Outcome::Stop(Stop::Converged);
        }
        self.judge();
        self.track.moved(&self.view);
        let (rows, order) = (self.rows.len() as u64, self.ratings.solution.len() as u64);
        work.operator += 1;
        work.flops += 14 * rows + 16 * order;
        work.bytes += 96 * rows + 120 * order;
        if self.rest <= self.tolerance { Outcome::Stop(Stop::Converged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &Strengths {
        &self.view
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 1, label: "residual", tolerance: Some(self.tolerance) })
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let gamma = self.ratings.solution.get(self.model.games.items).copied().unwrap_or(f64::NAN);
        out.copy_from_slice(&[self.track.change, self.rest, self.spread, gamma]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        self.ratings.save(out);
        self.track.save(out);
        out.real(self.tolerance);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.ratings.load(from);
        self.track.load(from);
        self.tolerance = from.real();
        self.judge();
    }
}
