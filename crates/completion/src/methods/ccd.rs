//! Cyclic coordinate descent, one rank-one term after the other.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome,
    ParamInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::csr::Csr;

use super::shared::half_sweep::Ridge;
use super::shared::params::{ENTRY_PROBLEMS, RIDGE};
use super::shared::ridge;
use crate::instance::Completion;
use crate::linalg::leading::residual;
use crate::methods::shared::live_rank::{LIVE_RANK, asked, resized, saved};
use crate::methods::shared::start::{START, generator, start};
use crate::model::factors::Factors;
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    LIVE_RANK,
    RIDGE,
    ParamInfo::int("inner", "Inner rounds", "Alternations within one rank-one term before the next.", [1, 20], 1)
        .live(),
    START,
];

/// `completion.ccd`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.ccd"),
        label: Str::Borrowed("CCD++"),
        summary: words(
            "Cyclic coordinate descent: one column of U and of V at a time is fitted to what the others leave over, each \
             entry by a division. A sweep is linear in the rank, where alternating least squares is quadratic; the \
             objective never rises.",
        ),
        math: words(
            r"\hat R = P_\Omega\Big(M - \sum_{s \ne t} u_s v_s^{\top}\Big), \quad
v_{tj} \leftarrow \frac{\sum_{i} \hat R_{ij} u_{ti}}{\lambda + \sum_{i:(i,j) \in \Omega} u_{ti}^2}, \quad
u_{ti} \leftarrow \frac{\sum_{j} \hat R_{ij} v_{tj}}{\lambda + \sum_{j:(i,j) \in \Omega} v_{tj}^2}, \quad t = 1, \dots, k",
        ),
        citation: words(
            "H.-F. Yu, C.-J. Hsieh, S. Si, I. Dhillon: Scalable coordinate descent approaches to parallel matrix \
             factorization for recommender systems. ICDM 2012.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(ridge::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one sweep over all k terms, with T inner rounds each; (8 T + 6) |Ω| k flops"),
        limits: words(
            "More sweeps than alternating least squares, since columns are fitted one at a time: slow where columns are \
             nearly parallel or the matrix is ill-conditioned. Pays off at high rank.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Ccd {
    model: Rc<Model>,
    x: Factors,
    residual: Vec<f64>,
    ridge: f64,
    inner: u64,
    u: Vec<f64>,
    v: Vec<f64>,
    /// Numerators and denominators of one column.
    top: Vec<f64>,
    bottom: Vec<f64>,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let iteration = Ccd {
        x: start(input.values.text("init"), entries, rank, &mut generator(input.seed)),
        residual: vec![0.0; entries.count()],
        ridge: input.values.real("ridge"),
        inner: input.values.int("inner") as u64,
        u: vec![0.0; m],
        v: vec![0.0; n],
        top: vec![0.0; m.max(n)],
        bottom: vec![0.0; m.max(n)],
        model: model.clone(),
    };
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, rank)))
}

/// values += sign u v' at the places of `a`.
fn add(a: &Csr, sign: f64, u: &[f64], v: &[f64], values: &mut [f64]) {
    for (i, u) in u.iter().enumerate() {
        let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
        for (x, &j) in values[start..end].iter_mut().zip(&a.indices[start..end]) {
            *x += sign * u * v[j as usize];
        }
    }
}

impl Ccd {
    /// v, or u where `left`, from the other one and the residual without this term. Coordinates without entries and with
    /// no ridge become zero.
    fn divide(&mut self, a: &Csr, left: bool) {
        let count = if left { a.rows } else { a.cols };
        let (top, bottom) = (&mut self.top[..count], &mut self.bottom[..count]);
        top.fill(0.0);
        bottom.fill(self.ridge);
        for i in 0..a.rows {
            let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
            for (&r, &j) in self.residual[start..end].iter().zip(&a.indices[start..end]) {
                let j = j as usize;
                let (place, other) = if left { (i, self.v[j]) } else { (j, self.u[i]) };
                top[place] += r * other;
                bottom[place] += other * other;
            }
        }
        let to = if left { &mut self.u } else { &mut self.v };
        for ((to, top), bottom) in to.iter_mut().zip(&*top).zip(&*bottom) {
            *to = if *bottom == 0.0 { 0.0 } else { top / bottom };
        }
    }
}

impl Iteration for Ccd {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let (a, k) = (&entries.by_row, self.x.rank);
        // Computed anew for each sweep, so that rounding does not gather in it.
        residual(entries, &self.x, &mut self.residual);
        for t in 0..k {
            take(&self.x.u, k, t, &mut self.u);
            take(&self.x.v, k, t, &mut self.v);
            add(a, 1.0, &self.u, &self.v, &mut self.residual);
            for _ in 0..self.inner {
                self.divide(a, false);
                self.divide(a, true);
            }
            add(a, -1.0, &self.u, &self.v, &mut self.residual);
            put(&self.u, k, t, &mut self.x.u);
            put(&self.v, k, t, &mut self.x.v);
        }
        let (c, s, k) = (entries.count() as u64, (model.rows + model.cols) as u64, k as u64);
        work.operator += 2;
        work.flops += (8 * self.inner + 6) * c * k;
        work.bytes += (2 * self.inner + 3) * k * (20 * c + 16 * s);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let Data::Entries(entries) = &self.model.data else { return };
        let ridge = Ridge { lambda: self.ridge, weighted: false };
        out.copy_from_slice(&ridge::measure(entries, &self.x, ridge, None));
    }

    fn criterion(&self) -> Option<Criterion> {
        ridge::criterion(self.ridge, 0)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real(), value.as_int()) {
            ("ridge", Some(ridge), _) => self.ridge = ridge,
            ("inner", _, Some(inner)) => self.inner = inner.unsigned_abs(),
            ("rank", ..) => {
                self.x = resized(&self.x, asked(&self.model, value)?, 0, self.model.entries().ok());
            }
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.x.rank as u64);
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.real(self.ridge);
        out.bits(self.inner);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let width = saved(from, &self.model, self.x.rank, 0);
        if width != self.x.rank {
            self.x = Factors::zero(self.model.rows, self.model.cols, width);
        }
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.ridge = from.real();
        self.inner = from.bits();
    }
}

/// column = column t of `a`, which has k columns.
fn take(a: &[f64], k: usize, t: usize, column: &mut [f64]) {
    for (to, from) in column.iter_mut().zip(a.iter().skip(t).step_by(k)) {
        *to = *from;
    }
}

/// Column t of `a` = column.
fn put(column: &[f64], k: usize, t: usize, a: &mut [f64]) {
    for (to, from) in a.iter_mut().skip(t).step_by(k).zip(column) {
        *to = *from;
    }
}
