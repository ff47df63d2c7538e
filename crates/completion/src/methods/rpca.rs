//! Robust principal component analysis on the seen entries, by the alternating direction method of multipliers.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome,
    ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use iterscope_kernels::reduce::norm2;

use super::shared::params::{ENTRY_PROBLEMS, RANK_CAP, RANK_USED, cut_off, rank_cap};
use crate::instance::Completion;
use crate::linalg::distance::Distance;
use crate::linalg::leading::{Leading, SparsePlusLowRank, residual};
use crate::methods::shared::start::generator;
use crate::model::factors::Factors;
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    RANK_CAP,
    ParamInfo::real(
        "weight",
        "Weight of outliers",
        "Price of an outlier against rank, in units of 1/√(p max(m, n)), p the share seen. The larger, the fewer outliers.",
        [0.01, 100.0],
        1.0,
    )
    .log()
    .live(),
    ParamInfo::real(
        "mu",
        "Penalty μ",
        "Penalty of the augmented Lagrangian, in units of |Ω| / (4 Σ |M|). It changes the speed, not the solution.",
        [0.01, 100.0],
        1.0,
    )
    .log()
    .live(),
];

const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "constraint.seen.rel",
        "constraint",
        "Frobenius norm of L + S - M on the seen entries, divided by that of M there.",
    ),
    SeriesInfo::new("outliers.share", "share of outliers", "Share of the seen entries where S is not zero.").linear(),
    RANK_USED,
    SeriesInfo::new(
        "optimality.rpca.rel",
        "optimality",
        "The larger of the constraint, |L + S - M| / |M|, and of what is missing from the optimality of L, \
         mu sqrt(|change of S|^2 + |change of L|^2) / |Y|: both are zero exactly at the solution. A run ends when it is at \
         most the tolerance.",
    ),
];

/// `completion.rpca`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.rpca"),
        label: Str::Borrowed("Robust PCA"),
        summary: words(
            "Splits the seen entries into a low-rank matrix and a sparse one that takes the outliers, by nuclear norm and sum \
             of magnitudes. A few entries may be wrong by any amount without spoiling the rest, which ruins every least \
             squares method.",
        ),
        math: words(
            r"\min_{L, S} \lVert L \rVert_* + w \lVert S \rVert_1 \ \text{ subject to } \ P_\Omega(L + S) = P_\Omega(M): \quad
L \leftarrow D_{1/\mu}(A), \quad S \leftarrow \operatorname{soft}_{w/\mu}\big(P_\Omega(M - L + Y/\mu)\big), \quad
Y \leftarrow Y + \mu P_\Omega(M - L - S), \quad A = P_\Omega(M - S + Y/\mu) + P_\Omega^{\perp}(L)",
        ),
        citation: words(
            "E. J. Candès, X. Li, Y. Ma, J. Wright: Robust principal component analysis? Journal of the ACM 58 (2011), \
             arXiv:0912.3599. Z. Lin, M. Chen, Y. Ma: The augmented Lagrange multiplier method for exact recovery of corrupted \
             low-rank matrices. arXiv:1009.5055 (2010).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "2 to 10 rounds of block power iteration, each 4 |Ω| b + 4 (m + n) k b + 6 (m + n) b² flops, b = k + 5, and a few \
             operations for each entry",
        ),
        limits: words(
            "Its aim is L + S = M, so the residual of L alone stays at the size of the outliers: watch constraint and optimality. \
             Outliers must be few and scattered: whole corrupted rows pass for rank. Dense noise is not \
             modelled. Speed depends on μ, which is not adapted. The theorem asks for more entries than exact completion.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Rpca {
    model: Rc<Model>,
    /// L.
    x: Factors,
    s: Vec<f64>,
    y: Vec<f64>,
    /// M - L on the seen entries.
    residual: Vec<f64>,
    values: Vec<f64>,
    leading: Leading,
    weight: f64,
    mu: f64,
    rank: f64,
    /// L before the last step, and by how much S changed in it.
    previous: Factors,
    moved: f64,
    /// The largest rank cut off singular values above the threshold.
    cut: bool,
    taken: u64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let count = model.entries()?.count();
    let mut rpca = Rpca {
        x: Factors::zero(model.rows, model.cols, k),
        s: vec![0.0; count],
        y: vec![0.0; count],
        residual: vec![0.0; count],
        values: vec![0.0; count],
        leading: Leading::new(model.rows, model.cols, k, k, &mut generator(input.seed)),
        weight: input.values.real("weight"),
        mu: input.values.real("mu"),
        rank: 0.0,
        previous: Factors::zero(model.rows, model.cols, k),
        moved: 0.0,
        cut: false,
        taken: 0,
        model: model.clone(),
    };
    rpca.refresh();
    Ok(CpuStepper::boxed(rpca, CompletionReferee::new(model, k)))
}

impl Rpca {
    fn refresh(&mut self) {
        if let Data::Entries(entries) = &self.model.data {
            residual(entries, &self.x, &mut self.residual);
        }
    }

    /// w and μ in units of the data.
    fn units(&self, entries: &Entries) -> (f64, f64) {
        let longer = self.model.rows.max(self.model.cols) as f64;
        let total: f64 = entries.by_row.values.iter().map(|v| v.abs()).sum();
        let mean = if total > 0.0 { total / entries.count() as f64 } else { 1.0 };
        (self.weight / (entries.rate() * longer).sqrt(), self.mu / (4.0 * mean))
    }
}

impl Iteration for Rpca {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let (weight, mu) = self.units(entries);
        // A - L on the seen entries.
        for (((v, r), s), y) in self.values.iter_mut().zip(&self.residual).zip(&self.s).zip(&self.y) {
            *v = r - s + y / mu;
        }
        let a = SparsePlusLowRank { places: &entries.by_row, values: &self.values, low: &[(1.0, &self.x)] };
        let threshold = 1.0 / mu;
        self.leading.find(&a, threshold, work);
        std::mem::swap(&mut self.previous, &mut self.x);
        self.cut = self.leading.s.get(self.x.rank).is_some_and(|s| *s > threshold);
        self.leading.write(&mut self.x, |s| (s - threshold).max(0.0));
        self.rank = self.leading.s[..self.x.rank].iter().filter(|s| **s > threshold).count() as f64;
        self.refresh();
        let mut moved = 0.0;
        for ((s, y), r) in self.s.iter_mut().zip(&mut self.y).zip(&self.residual) {
            let target = r + *y / mu;
            let size = (target.abs() - weight / mu).max(0.0);
            let old = *s;
            *s = if target < 0.0 { -size } else { size };
            moved += (*s - old) * (*s - old);
            *y += mu * (r - *s);
        }
        self.moved = moved.sqrt();
        self.taken += 1;
        let (c, k) = (entries.count() as u64, self.x.rank as u64);
        work.operator += 1;
        work.flops += 2 * c * k + 10 * c;
        work.bytes += c * (60 + 8 * k);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let Data::Entries(entries) = &self.model.data else { return };
        let (mut sum, mut outliers) = (0.0, 0.0);
        for (r, s) in self.residual.iter().zip(&self.s) {
            sum += (r - s) * (r - s);
            outliers += f64::from(u8::from(*s != 0.0));
        }
        out[0] = sum.sqrt() / entries.norm;
        out[1] = outliers / entries.count() as f64;
        out[2] = self.rank;
        let (_, mu) = self.units(entries);
        let change = Distance::new(self.model.rows, self.model.cols, self.x.rank, self.previous.rank)
            .between(&self.x, &self.previous);
        let dual = mu * (self.moved * self.moved + change * change).sqrt();
        let size = norm2(&self.y);
        out[3] = if self.taken == 0 { 1.0 } else { out[0].max(if size > 0.0 { dual / size } else { dual }) };
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { diagnostic: 3, label: "optimality", tolerance: None })
    }

    fn remark(&self) -> Option<String> {
        self.cut.then(|| cut_off(self.x.rank))
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("weight", Some(weight)) => self.weight = weight,
            ("mu", Some(mu)) => self.mu = mu,
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.s);
        out.slice(&self.y);
        out.slice(&self.previous.u);
        out.slice(&self.previous.v);
        self.leading.save(out);
        for value in [self.weight, self.mu, self.rank, self.moved] {
            out.real(value);
        }
        out.bits(u64::from(self.cut));
        out.bits(self.taken);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.s);
        from.slice(&mut self.y);
        from.slice(&mut self.previous.u);
        from.slice(&mut self.previous.v);
        self.leading.load(from);
        self.weight = from.real();
        self.mu = from.real();
        self.rank = from.real();
        self.moved = from.real();
        self.cut = from.bits() > 0;
        self.taken = from.bits();
        self.refresh();
    }
}
