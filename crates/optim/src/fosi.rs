//! FOSI: Newton's step in the space of the largest curvatures, a first-order rule in the rest.

use iterscope_core::{BuildError, Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Value, Values, Work};
use iterscope_kernels::reduce::{axpy, dot};
use iterscope_kernels::rng::Rng;

use crate::algorithm::{Algorithm, not_live, outcome};
use crate::curvature;
use crate::direction::Direction;
use crate::first_order::FirstOrder;
use crate::lanczos::Lanczos;
use crate::objective::{Objective, Sample};
use crate::params;
use crate::rule::{Options, Unit};
use crate::rules::{adam, heavy_ball, plain};

/// LaTeX.
pub const MATH: &str = r"\begin{aligned} & \nabla^2 f \approx \textstyle\sum_i \lambda_i v_i v_i^{\top} + \cdots \text{ by Lanczos' method now and then}, \quad g_1 = V V^{\top} g, \quad g_2 = g - g_1, \\ & x \leftarrow x - \alpha\, V \operatorname{diag}(1/|\lambda_i|) V^{\top} \bar g_1 - s\,\eta\,(I - V V^{\top})\, d(g_2), \qquad s = \min(\lambda_1/\lambda_k,\ s_{\max}) \end{aligned}";
/// Source.
pub const CITATION: &str =
    "H. Sivan, M. Gabel, A. Schuster: FOSI: hybrid first and second order optimization. ICLR 2024, arXiv:2302.08484.";
/// What to expect of it.
pub const LIMITS: &str = "4 k Hessian-vector products whenever the space is renewed. The rest is left to the base rule, so it helps where few \
                          curvatures stand out; a space that is old or was found far from the solution can send the step astray. \
                          Whole gradients only here.";

/// `base`.
pub const BASE: ParamInfo = ParamInfo::choice(
    "base",
    "base rule",
    "What steps in the rest of the space.",
    &[("plain", "plain"), ("heavy-ball", "heavy ball"), ("adam", "Adam")],
    "heavy-ball",
);
/// `step`.
pub const STEP: ParamInfo = ParamInfo::real(
    "step",
    "step",
    "Step of the base rule; 0 takes the rule's own. In units of one over the largest curvature at the start; for Adam, of \
     the typical size of the parameters.",
    [0.0, 1000.0],
    0.0,
)
.live();
/// `momentum`.
pub const MOMENTUM: ParamInfo =
    ParamInfo::real("momentum", "momentum β", "Share of the past that momentum keeps.", [0.0, 0.999], 0.9)
        .when("base", &["heavy-ball", "adam"]);
/// `pairs`.
pub const PAIRS: ParamInfo =
    ParamInfo::int("pairs", "eigenvectors k", "Dimension of the space in which Newton's step is taken.", [1, 50], 10);
/// `every`.
pub const EVERY: ParamInfo =
    ParamInfo::int("every", "renewed every", "Steps between two computations of the space.", [1, 10_000], 50);
/// `warmup`.
pub const WARMUP: ParamInfo = ParamInfo::int(
    "warmup",
    "first after",
    "Steps of the base rule alone before the first computation.",
    [0, 10_000],
    0,
);
/// `newton`.
pub const NEWTON: ParamInfo = ParamInfo::real(
    "newton",
    "Newton step α",
    "Length of Newton's step, on top of which the base rule's momentum acts.",
    [1e-3, 1.0],
    0.1,
)
.log()
.live();
/// `stretch`.
pub const STRETCH: ParamInfo = ParamInfo::real(
    "stretch",
    "largest stretch",
    "The base rule's step, plain or heavy ball, is stretched as the largest curvature left to it allows, up to this.",
    [1.0, 1e9],
    3.0,
)
.log();
/// All of them.
pub const PARAMS: &[ParamInfo] = &[BASE, STEP, MOMENTUM, PAIRS, EVERY, WARMUP, NEWTON, STRETCH];
/// What it tells about itself.
pub const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("curvature.largest", "λ₁", "Largest eigenvalue of the Hessian when the space was last renewed."),
    SeriesInfo::new(
        "curvature.kept",
        "λₖ",
        "Smallest eigenvalue in the space of Newton's step, in magnitude: about the largest that the base rule sees.",
    ),
];

/// Eigenvalues below this share of the largest are left to the base rule.
const NEGLIGIBLE: f64 = 1e-8;

/// A base rule.
pub(crate) struct Base {
    pub direction: Direction,
    pub unit: Unit,
    pub step: f64,
    pub key: &'static str,
}

/// The base rule of that key.
pub(crate) fn base(key: &str) -> Base {
    let (info, direction) = match key {
        "adam" => (&adam::RULE, adam::DIRECTION),
        "heavy-ball" => (&heavy_ball::RULE, heavy_ball::DIRECTION),
        _ => (&plain::RULE, plain::DIRECTION),
    };
    Base { direction, unit: info.unit, step: info.step, key: info.key }
}

/// The algorithm.
pub struct Fosi {
    base: Base,
    options: Options,
    x: Vec<f64>,
    gradient: Vec<f64>,
    memory: Vec<f64>,
    along: Vec<f64>,
    lanczos: Lanczos,
    rng: Rng,
    /// Eigenvalues and vectors, by rows; the first `found` count.
    values: Vec<f64>,
    vectors: Vec<f64>,
    found: usize,
    /// Momentum of the gradient in the space; the parts along each vector.
    momentum: Vec<f64>,
    parts: Vec<f64>,
    every: u64,
    warmup: u64,
    stretch: f64,
    unit: f64,
    step: f64,
    newton: f64,
    count: u64,
}

impl Fosi {
    /// Starts at `start`.
    pub fn new(f: &mut dyn Objective, start: &[f64], values: &Values, seed: u64) -> Fosi {
        let base = base(values.text("base"));
        let n = start.len();
        let pairs = values.size("pairs").min(n);
        let unit = match base.unit {
            Unit::Size => curvature::typical_size(start),
            _ => 1.0 / curvature::largest(f, Sample::Whole, start),
        };
        Fosi {
            options: params::base_options(values.real("momentum")),
            x: start.to_vec(),
            gradient: vec![0.0; n],
            memory: base.direction.memory(n),
            along: vec![0.0; n],
            lanczos: Lanczos::new(n, 4 * pairs),
            rng: Rng::new(seed),
            values: vec![0.0; pairs],
            vectors: vec![0.0; pairs * n],
            found: 0,
            momentum: vec![0.0; n],
            parts: vec![0.0; pairs],
            every: values.size("every") as u64,
            warmup: values.size("warmup") as u64,
            stretch: values.real("stretch"),
            unit,
            step: values.real("step"),
            newton: values.real("newton"),
            count: 0,
            base,
        }
    }

    /// Sets the base rule's step in absolute length.
    pub fn set_length(&mut self, length: f64) {
        self.step = length / self.unit;
    }

    fn renew(&mut self, f: &mut dyn Objective, work: &mut Work) {
        let x = &self.x;
        let apply = |v: &[f64], out: &mut [f64]| f.hessian_times(Sample::Whole, x, v, out, work);
        self.found = self.lanczos.largest(&mut self.rng, &mut self.values, &mut self.vectors, apply);
        let largest = self.values[..self.found].iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        // The list descends: what is negligible stands at its end, unless there are negative curvatures.
        let counts = |v: &f64| v.abs() > NEGLIGIBLE * largest;
        self.found = self.values[..self.found].iter().take_while(|v| counts(v)).count();
    }
}

impl FirstOrder for Fosi {
    const PARAMS: &'static [ParamInfo] = PARAMS;
    const DIAGNOSTICS: &'static [SeriesInfo] = DIAGNOSTICS;
    const MATH: &'static str = MATH;
    const CITATION: &'static str = CITATION;
    const LIMITS: &'static str = LIMITS;

    fn make(
        f: &mut dyn Objective,
        start: &[f64],
        values: &Values,
        seed: u64,
    ) -> Result<Box<dyn Algorithm>, BuildError> {
        Ok(Box::new(Fosi::new(f, start, values, seed)))
    }
}

impl Algorithm for Fosi {
    fn step(&mut self, f: &mut dyn Objective, work: &mut Work) -> Outcome {
        if self.count >= self.warmup && (self.count - self.warmup).is_multiple_of(self.every) {
            self.renew(f, work);
        }
        self.count += 1;
        let n = self.x.len();
        f.gradient(Sample::Whole, &self.x, &mut self.gradient, work);
        let eigen = || self.vectors.chunks_exact(n).take(self.found);
        // The momentum gathers the part in the space; the gradient keeps the rest.
        let (keep, share) = match self.base.key {
            "adam" => (self.options.momentum, 1.0 - self.options.momentum),
            "heavy-ball" => (self.options.momentum, 1.0),
            _ => (0.0, 1.0),
        };
        self.momentum.iter_mut().for_each(|m| *m *= keep);
        for (part, v) in self.parts.iter_mut().zip(eigen()) {
            *part = dot(v, &self.gradient);
        }
        for (part, v) in self.parts.iter().zip(eigen()) {
            axpy(-part, v, &mut self.gradient);
            axpy(share * part, v, &mut self.momentum);
        }
        self.base.direction.next(&mut self.memory, &self.options, &self.gradient, &mut self.along);
        for v in eigen() {
            let inside = dot(v, &self.along);
            axpy(-inside, v, &mut self.along);
        }
        let mut stretch = 1.0;
        if self.base.key != "adam" && self.found > 0 {
            let all = self.values[..self.found].iter().map(|v| v.abs());
            let (largest, least) = all.fold((0.0f64, f64::INFINITY), |(a, b), v| (a.max(v), b.min(v)));
            stretch = (largest / least).clamp(1.0, self.stretch);
        }
        let step = if self.step > 0.0 { self.step } else { self.base.step };
        // Newton's part is computed before x moves, from the momentum in the space of today.
        for ((part, v), value) in self.parts.iter_mut().zip(eigen()).zip(&self.values) {
            *part = dot(v, &self.momentum) / value.abs();
        }
        axpy(-stretch * step * self.unit, &self.along, &mut self.x);
        for (part, v) in self.parts.iter().zip(self.vectors.chunks_exact(n).take(self.found)) {
            axpy(-self.newton * part, v, &mut self.x);
        }
        work.flops += (14 * self.found as u64 + self.base.direction.flops) * n as u64;
        outcome(f, &self.x)
    }

    fn result(&self) -> &[f64] {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let kept = self.values[..self.found].iter().map(|v| v.abs());
        out[0] = if self.found > 0 { self.values[0] } else { f64::NAN };
        out[1] = if self.found > 0 { kept.fold(f64::INFINITY, f64::min) } else { f64::NAN };
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key {
            "step" => params::set(&mut self.step, &STEP, value),
            "newton" => params::set(&mut self.newton, &NEWTON, value),
            _ => not_live(key),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x, &self.memory, &self.values, &self.vectors, &self.momentum] {
            out.slice(part);
        }
        out.slice(&[self.found as f64, self.step, self.newton]);
        out.bits(self.count);
        out.bits(self.rng.state());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x, &mut self.memory, &mut self.values, &mut self.vectors, &mut self.momentum] {
            from.slice(part);
        }
        self.found = (from.real() as usize).min(self.values.len());
        self.step = from.real();
        self.newton = from.real();
        self.count = from.bits();
        self.rng = Rng::from_state(from.bits());
    }
}
