//! Stochastic gradient descent over the seen entries.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome,
    ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use super::shared::half_sweep::Ridge;
use super::shared::params::{ENTRY_PROBLEMS, RANK, RIDGE};
use super::shared::ridge;
use crate::instance::Completion;
use crate::methods::shared::start::{balanced, generator};
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "order",
        "Order",
        "In which order the entries are visited: shuffled anew in every epoch, shuffled once, or drawn with replacement.",
        &[
            ("reshuffling", "shuffled each epoch"),
            ("shuffle-once", "shuffled once"),
            ("with-replacement", "with replacement"),
        ],
        "reshuffling",
    ),
    ParamInfo::real(
        "eta",
        "Step η",
        "Step length at the start. At 1 a step fits its entry completely, at the average size of the rows.",
        [1e-4, 2.0],
        0.2,
    )
    .log()
    .live(),
    ParamInfo::real("decay", "Decay", "The step of epoch t (from 0) is η / (1 + decay t).", [0.0, 10.0], 0.0).live(),
    ParamInfo::real(
        "momentum",
        "Momentum β",
        "Heavy ball: each row keeps a velocity, which is multiplied by β whenever the row is visited.",
        [0.0, 0.99],
        0.0,
    )
    .live(),
    RIDGE,
];

const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("step.eta", "step η", "Step length of the last epoch, in the unit of the parameter."),
    ridge::OBJECTIVE,
    ridge::OPTIMALITY,
];

/// `completion.sgd`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.sgd"),
        label: Str::Borrowed("Stochastic gradient descent"),
        summary: words(
            "One entry at a time: a row of U and a row of V step along the gradient of that entry's square. Where the data \
             can be fitted exactly a constant step converges; with noise it ends in a cloud around the solution, which \
             shrinks with the step, and is smaller when entries are shuffled than when they are drawn with replacement.",
        ),
        math: words(
            r"e = M_{ij} - u_i^{\top} v_j, \quad u_i \leftarrow u_i + \eta_t \big(e\,v_j - \tfrac{\lambda}{|\Omega_i|} u_i\big), \quad
v_j \leftarrow v_j + \eta_t \big(e\,u_i - \tfrac{\lambda}{|\Omega_j|} v_j\big), \qquad (i, j) = \omega_{\pi_t(1)}, \omega_{\pi_t(2)}, \dots",
        ),
        citation: words(
            "S. Funk: Netflix update. 2006. Y. Koren, R. Bell, C. Volinsky: Matrix factorization techniques for recommender \
             systems. Computer 42 (2009). K. Mishchenko, A. Khaled, P. Richtárik: Random reshuffling: simple analysis with \
             vast improvements. NeurIPS 2020, arXiv:2006.05988.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one epoch, |Ω| entries; 8 |Ω| k flops, 14 |Ω| k with momentum"),
        limits: words(
            "Many epochs where alternating least squares needs a few sweeps; slow for ill-conditioned matrices. Too long a \
             step diverges, and rows with many entries are the first to do so. With noise it converges only as the step \
             decreases. Velocities of rows that are not visited rest, as is usual for sparse data. Starts from the spectral \
             start with equal shares.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryOrder {
    Reshuffling,
    ShuffleOnce,
    WithReplacement,
}

/// One seen entry, its numbers side by side: entries are visited in random order.
#[derive(Clone, Copy, Default)]
struct Entry {
    row: u32,
    col: u32,
    value: f64,
}

/// Entries that are looked up before the first of them is visited, so that the memory's delays overlap.
const AHEAD: usize = 32;

struct Sgd {
    model: Rc<Model>,
    order: EntryOrder,
    x: Factors,
    /// Changed only while there is momentum.
    velocity: Factors,
    entries: Vec<Entry>,
    /// One over the number of entries of each row and of each column.
    row_share: Vec<f64>,
    col_share: Vec<f64>,
    places: Vec<u32>,
    rng: Rng,
    /// Step length that η = 1 means.
    unit: f64,
    epochs: u64,
    /// η, decay, β, λ.
    live: [f64; LIVE.len()],
    last: f64,
}

const LIVE: [&str; 4] = ["eta", "decay", "momentum", "ridge"];

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let mut rng = generator(input.seed);
    let x = balanced(entries, rank, &mut rng);
    let order = match input.values.text("order") {
        "shuffle-once" => EntryOrder::ShuffleOnce,
        "with-replacement" => EntryOrder::WithReplacement,
        _ => EntryOrder::Reshuffling,
    };
    let a = &entries.by_row;
    let mut list = Vec::with_capacity(entries.count());
    for i in 0..a.rows {
        list.extend(a.row_iter(i).map(|(j, value)| Entry { row: i as u32, col: j as u32, value }));
    }
    let share = |a: &Csr| -> Vec<f64> { a.indptr.windows(2).map(|w| 1.0 / f64::from((w[1] - w[0]).max(1))).collect() };
    let mut places: Vec<u32> = (0..entries.count() as u32).collect();
    if order == EntryOrder::ShuffleOnce {
        shuffle(&mut places, &mut rng);
    }
    let unit = unit(&list, &x);
    let live = LIVE.map(|key| input.values.real(key));
    let iteration = Sgd {
        model: model.clone(),
        order,
        velocity: Factors::zero(model.rows, model.cols, rank),
        x,
        entries: list,
        row_share: share(a),
        col_share: share(&entries.by_col),
        places,
        rng,
        unit,
        epochs: 0,
        last: live[0],
        live,
    };
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, rank)))
}

/// One over the mean of |u_i|² + |v_j|² over the seen entries: the step that fits an average entry.
fn unit(entries: &[Entry], x: &Factors) -> f64 {
    let mut sum = 0.0;
    for e in entries {
        let (u, v) = (x.row(e.row as usize), x.col(e.col as usize));
        sum += inner(u, u) + inner(v, v);
    }
    if sum > 0.0 { entries.len() as f64 / sum } else { 1.0 }
}

/// Fisher and Yates' shuffle.
fn shuffle(places: &mut [u32], rng: &mut Rng) {
    for i in (1..places.len()).rev() {
        places.swap(i, rng.below(i + 1));
    }
}

/// Inner product in four interleaved sums: one sum alone waits for itself.
fn inner_by_four(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut lanes = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for l in 0..4 {
            lanes[l] += a[l] * b[l];
        }
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]) + inner(a_tail, b_tail)
}

impl Sgd {
    /// Visits the entries in their order with that step.
    fn epoch<const MOMENTUM: bool>(&mut self, step: f64) {
        let ([_, _, beta, ridge], k, count) = (self.live, self.x.rank, self.entries.len());
        let mut ahead = [Entry::default(); AHEAD];
        for start in (0..count).step_by(AHEAD) {
            let ahead = &mut ahead[..AHEAD.min(count - start)];
            for (to, &place) in ahead.iter_mut().zip(&self.places[start..]) {
                let e = match self.order {
                    EntryOrder::WithReplacement => self.rng.below(count),
                    _ => place as usize,
                };
                *to = self.entries[e];
            }
            for e in &*ahead {
                let (i, j) = (e.row as usize, e.col as usize);
                let (u, v) = (&mut self.x.u[i * k..][..k], &mut self.x.v[j * k..][..k]);
                let along = step * (e.value - inner_by_four(u, v));
                let (shrink_u, shrink_v) = (step * ridge * self.row_share[i], step * ridge * self.col_share[j]);
                if MOMENTUM {
                    let (to_u, to_v) = (&mut self.velocity.u[i * k..][..k], &mut self.velocity.v[j * k..][..k]);
                    for c in 0..k {
                        let (old_u, old_v) = (u[c], v[c]);
                        to_u[c] = beta * to_u[c] + (along * old_v - shrink_u * old_u);
                        to_v[c] = beta * to_v[c] + (along * old_u - shrink_v * old_v);
                        u[c] += to_u[c];
                        v[c] += to_v[c];
                    }
                } else {
                    let (keep_u, keep_v) = (1.0 - shrink_u, 1.0 - shrink_v);
                    for (u, v) in u.iter_mut().zip(v) {
                        let (old_u, old_v) = (*u, *v);
                        *u = keep_u * old_u + along * old_v;
                        *v = keep_v * old_v + along * old_u;
                    }
                }
            }
        }
    }
}

impl Iteration for Sgd {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let [eta, decay, beta, _] = self.live;
        if self.order == EntryOrder::Reshuffling {
            // From the same beginning, so that the generator alone is the state.
            for (e, place) in self.places.iter_mut().enumerate() {
                *place = e as u32;
            }
            shuffle(&mut self.places, &mut self.rng);
        }
        self.last = eta / (1.0 + decay * self.epochs as f64);
        let step = self.last * self.unit;
        if beta > 0.0 {
            self.epoch::<true>(step)
        } else {
            self.epoch::<false>(step)
        }
        self.epochs += 1;
        let (c, k) = (self.entries.len() as u64, self.x.rank as u64);
        work.operator += 1;
        let (flops, bytes) = if beta > 0.0 { (14, 64) } else { (8, 32) };
        work.flops += flops * c * k;
        work.bytes += c * (20 + bytes * k);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.last;
        if let Data::Entries(entries) = &self.model.data {
            let ridge = Ridge { lambda: self.live[3], weighted: false };
            out[1..].copy_from_slice(&ridge::measure(entries, &self.x, ridge, None));
        }
    }

    fn criterion(&self) -> Option<Criterion> {
        ridge::criterion(self.live[3], 1)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (LIVE.iter().position(|k| *k == key), value.as_real()) {
            (Some(place), Some(value)) => {
                self.live[place] = value;
                if key == "momentum" && value == 0.0 {
                    // So that momentum that is switched on again starts from rest.
                    self.velocity.u.fill(0.0);
                    self.velocity.v.fill(0.0);
                }
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.velocity.u);
        out.slice(&self.velocity.v);
        out.slice(&self.live);
        out.real(self.last);
        out.bits(self.epochs);
        out.bits(self.rng.state());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.velocity.u);
        from.slice(&mut self.velocity.v);
        from.slice(&mut self.live);
        self.last = from.real();
        self.epochs = from.bits();
        self.rng = Rng::from_state(from.bits());
    }
}
