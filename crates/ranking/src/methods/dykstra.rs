//! Dykstra's projections onto all triangle inequalities in turn, every one remembered.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use crate::metric::Dissimilarities;
use crate::metric::instance::MetricRepair;
use crate::solvers::{TOLERANCE, tolerance};

const PARAMS: &[ParamInfo] = &[TOLERANCE];
const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "dykstra.change",
        "largest change",
        "Largest projection of the last pass, in the unit of the dissimilarities; the run ends when it is below the tolerance.",
    ),
    SeriesInfo::new("constraints.active", "constraints that push", "Constraints with a multiplier above 1e-9.")
        .linear(),
];

/// See [`MethodInfo::summary`].
pub static DYKSTRA: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.dykstra"),
        label: Str::Borrowed("Dykstra"),
        summary: words(
            "Goes through all triangles, projects onto each inequality, and remembers for every one how far it pushed, so that it \
             can give way later. It ends at the nearest metric. The comparison for Project and Forget, which keeps a small part \
             of the constraints.",
        ),
        math: words(
            r"\text{for all } i<j,\ k:\quad c = \min\left(\tfrac13\left(D_{ik}+D_{kj}-D_{ij}\right),\, z_{ijk}\right), \qquad D_{ij} \mathrel{+}= c, \quad D_{ik},\, D_{kj} \mathrel{-}= c, \quad z_{ijk} \mathrel{-}= c",
        ),
        citation: words(
            "R. L. Dykstra, An algorithm for restricted least squares regression, J. Amer. Statist. Assoc. 78, 1983; for metrics: \
             J. Brickell, I. S. Dhillon, S. Sra, J. A. Tropp, The metric nearness problem, SIAM J. Matrix Anal. Appl. 30, 2008.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["ranking.metric-repair"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one pass over all triangle inequalities, n (n-1)(n-2)/2 of them"),
        limits: words(
            "It needs all dissimilarities: where a pair never met, triangles are not all constraints, and the method is refused. \
             Memory grows with the cube of the number of items.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let instance = input.downcast::<MetricRepair>()?;
    let table = instance.table();
    let n = table.items;
    if table.known.len() < n * (n - 1) / 2 {
        let why = "this method needs a dissimilarity for every pair, and some pairs never met; use ranking.project-and-forget";
        return Err(BuildError::new("method", why));
    }
    let method = Dykstra {
        tolerance: input.values.real("tolerance"),
        now: table.given.clone(),
        duals: vec![0.0; n * (n - 1) / 2 * (n - 2)],
        change: f64::NAN,
        table,
    };
    Ok(CpuStepper::boxed(method, instance.referee()))
}

/// The iteration.
struct Dykstra {
    table: Rc<Dissimilarities>,
    tolerance: f64,
    now: Vec<f64>,
    /// By pair, then by the third item.
    duals: Vec<f64>,
    change: f64,
}

impl Iteration for Dykstra {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        let n = self.table.items;
        let d = &mut self.now;
        self.change = 0.0;
        let mut duals = self.duals.iter_mut();
        for i in 0..n {
            for j in i + 1..n {
                for (k, z) in (0..n).filter(|k| *k != i && *k != j).zip(&mut duals) {
                    let push = ((d[i * n + k] + d[k * n + j] - d[i * n + j]) / 3.0).min(*z);
                    if push == 0.0 {
                        continue;
                    }
                    *z -= push;
                    for (a, b, by) in [(i, j, push), (i, k, -push), (k, j, -push)] {
                        d[a * n + b] += by;
                        d[b * n + a] += by;
                    }
                    self.change = self.change.max(push.abs());
                }
            }
        }
        let all = self.duals.len() as u64;
        work.operator += 1;
        work.inner += all;
        work.flops += 4 * all;
        work.bytes += 32 * all;
        if self.change < self.tolerance { Outcome::Stop(Stop::Converged) } else { Outcome::Continue }
    }

    fn iterate(&mut self) -> &[f64] {
        &self.now
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.change, self.duals.iter().filter(|z| **z > 1e-9).count() as f64]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.now);
        out.slice(&self.duals);
        out.real(self.change);
        out.real(self.tolerance);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.now);
        from.slice(&mut self.duals);
        self.change = from.real();
        self.tolerance = from.real();
    }
}
