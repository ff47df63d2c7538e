//! Doubly adaptive scaling: a diagonal estimated from Hessian-vector products, and a step from the local smoothness in the
//! norm of that diagonal.

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::rng::Rng;

use crate::objective::Sample;
use crate::rule::{Make, Options, Probe, Rule, RuleInfo, Setup, Unit};

/// `scaling`.
pub const RULE: RuleInfo = RuleInfo {
    key: "scaling",
    label: "adaptive scaling (no step)",
    math: r"\begin{gathered} D \leftarrow \beta_D D + (1-\beta_D)\, z \odot \nabla^2 f_i(x) z, \quad z \in \{\pm 1\}^d, \quad \hat D = \max(|D|, a), \\ \eta_t = \min\Big(\sqrt{1 + \theta_{t-1}}\,\eta_{t-1},\ \frac{\lVert x_t - x_{t-1} \rVert_{\hat D}}{2\,\lVert g_t - g_{t-1} \rVert_{\hat D^{-1}}}\Big), \quad \theta_t = \frac{\eta_t}{\eta_{t-1}}, \quad x \leftarrow x - \eta_t \hat D^{-1} g \end{gathered}",
    citation: "M. Jahani, S. Rusakov, Z. Shi, P. Richtárik, M. W. Mahoney, M. Takáč: Doubly adaptive scaled algorithm for machine \
               learning using second-order information. ICLR 2022, arXiv:2109.05198.",
    limits: "a gradient and a Hessian-vector product an update, and a second gradient where there are parts. The diagonal \
             helps where parameters are badly scaled, not where they are badly mixed. a is a share of the largest curvature.",
    unit: Unit::Own,
    step: 1.0,
    make: Make::Build(|setup| Ok(Box::new(Scaling::new(setup)))),
};

/// The first step, in Newton steps.
const FIRST_STEP: f64 = 1e-3;
/// The first ratio of steps: the second step is free to grow.
const FIRST_RATIO: f64 = 1e9;
/// Decay rate of the diagonal.
const FORGET: f64 = 0.99;

struct Scaling {
    options: Options,
    least: f64,
    rng: Rng,
    x: Vec<f64>,
    last_x: Vec<f64>,
    last_g: Vec<f64>,
    diagonal: Vec<f64>,
    z: Vec<f64>,
    hz: Vec<f64>,
    eta: f64,
    ratio: f64,
    begun: bool,
}

impl Scaling {
    fn new(setup: &Setup<'_>) -> Scaling {
        let zero = || vec![0.0; setup.start.len()];
        Scaling {
            options: setup.options,
            least: setup.options.truncation * setup.curvature,
            rng: Rng::new(setup.seed),
            x: setup.start.to_vec(),
            last_x: setup.start.to_vec(),
            last_g: zero(),
            diagonal: zero(),
            z: zero(),
            hz: zero(),
            eta: FIRST_STEP,
            ratio: FIRST_RATIO,
            begun: false,
        }
    }

    /// diagonal <- keep diagonal + share z (H z) for random signs z.
    fn estimate(&mut self, keep: f64, share: f64, probe: &mut Probe<'_>) {
        self.z.iter_mut().for_each(|z| *z = if self.rng.uniform() < 0.5 { -1.0 } else { 1.0 });
        probe.hessian_times(&self.x, &self.z, &mut self.hz);
        for ((d, z), h) in self.diagonal.iter_mut().zip(&self.z).zip(&self.hz) {
            *d = keep * *d + share * z * h;
        }
        probe.work.flops += 4 * self.x.len() as u64;
    }
}

impl Rule for Scaling {
    fn at(&self) -> &[f64] {
        &self.x
    }

    fn update(&mut self, gradient: &[f64], _: f64, probe: &mut Probe<'_>) {
        if self.begun {
            self.estimate(FORGET, 1.0 - FORGET, probe);
            if probe.of != Sample::Whole {
                probe.gradient(&self.last_x, &mut self.last_g);
            }
            let (mut moved, mut turned) = (0.0, 0.0);
            let points = self.x.iter().zip(&self.last_x);
            for (((x, last_x), (g, last_g)), d) in points.zip(gradient.iter().zip(&self.last_g)).zip(&self.diagonal) {
                let d = d.abs().max(self.least);
                let (dx, dg) = (x - last_x, g - last_g);
                moved += d * dx * dx;
                turned += dg * dg / d;
            }
            let free = (1.0 + self.ratio).sqrt() * self.eta;
            let local = 0.5 * moved.sqrt() / turned.sqrt().max(1e-300);
            let eta = free.min(local);
            self.ratio = eta / self.eta;
            self.eta = eta;
        } else {
            for _ in 0..self.options.probes {
                self.estimate(1.0, 1.0 / self.options.probes as f64, probe);
            }
            self.begun = true;
        }
        self.last_x.copy_from_slice(&self.x);
        self.last_g.copy_from_slice(gradient);
        for ((x, g), d) in self.x.iter_mut().zip(gradient).zip(&self.diagonal) {
            *x -= self.eta * g / d.abs().max(self.least);
        }
        probe.work.flops += 14 * gradient.len() as u64;
    }

    fn length(&self) -> f64 {
        self.eta
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x, &self.last_x, &self.last_g, &self.diagonal] {
            out.slice(part);
        }
        out.slice(&[self.eta, self.ratio, f64::from(self.begun)]);
        out.bits(self.rng.state());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x, &mut self.last_x, &mut self.last_g, &mut self.diagonal] {
            from.slice(part);
        }
        self.eta = from.real();
        self.ratio = from.real();
        self.begun = from.real() != 0.0;
        self.rng = Rng::from_state(from.bits());
    }
}
