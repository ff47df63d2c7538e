//! Anderson's mixing: from the last m + 1 pairs of an iterate and its image, the combination whose images differ least from it (D. G. Anderson,
//! Iterative procedures for nonlinear integral equations, Journal of the ACM 12, 1965).
//!
//! On a linear map with all pairs kept it makes the iterates of GMRES, mapped once (H. F. Walker and P. Ni, Anderson acceleration for fixed-point
//! iterations, SIAM Journal on Numerical Analysis 49, 2011); a contraction it leaves one (A. Toth and C. T. Kelley, Convergence analysis for Anderson
//! acceleration, SIAM Journal on Numerical Analysis 53, 2015). Here the map is Picard's.
//!
//! One step is one linear solve with lagged coefficients and a least-squares problem of m columns.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_linear::inner_solver::{self, InnerSolver};

use super::live;
use super::nonlinear::{Lagged, NONLINEAR, no_solution};
use crate::nonlinear;

/// A column of which less than this part is new is left out.
const DEPENDENT: f64 = 1e-10;

static PARAMS: &[ParamInfo] = &[
    inner_solver::ANY,
    ParamInfo::int("m", "Memory m", "Earlier pairs that are combined; 0 is Picard's iteration", [0, 50], 5),
    ParamInfo::real("beta", "Mixing β", "Part of the combined residual that is added", [0.01, 2.0], 1.0).live(),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("inner", "Inner steps", "Steps of the linear solver in this step; 1 for the direct one").linear(),
    SeriesInfo::new("pairs", "Pairs", "Earlier pairs in the combination").linear(),
    SeriesInfo::new("gain", "Gain", "What the combination leaves of the difference between iterate and image").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.anderson"),
        label: Str::Borrowed("Anderson"),
        summary: words(
            "Picard's iteration that remembers: combines the last images so that they differ least from their iterates. Often converges where Picard's iteration \
             does not, without any derivative.",
        ),
        math: words(
            r"\min_{\gamma} \Bigl\| f_k - \sum_j \gamma_j \Delta f_j \Bigr\|, \qquad u_{k+1} = u_k + \beta f_k - \sum_j \gamma_j\,(\Delta u_j + \beta\, \Delta f_j), \qquad f = G(u) - u",
        ),
        citation: words(
            "D. G. Anderson, Iterative procedures for nonlinear integral equations, Journal of the ACM 12, 1965; H. F. Walker and P. Ni, Anderson acceleration \
             for fixed-point iterations, SIAM Journal on Numerical Analysis 49, 2011",
        ),
        params: List::Borrowed(PARAMS),
        problems: NONLINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one linear solve with lagged coefficients, least squares with m columns"),
        limits: words(
            "Nothing keeps the residual from growing on the way. A long memory holds pairs from far away, and its least-squares problem becomes ill-conditioned: pairs \
             that add nothing are left out.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = nonlinear::of(input)?;
    let solver = InnerSolver::build(input.values)?.seeded(input.seed);
    let u = problem.initial.to_vec();
    let mixing = Mixing::new(u.len(), input.values.size("m"), input.values.real("beta"));
    let method = Anderson { map: Lagged::new(problem, solver)?, mixing, image: vec![0.0; u.len()], u, stopped: None };
    Ok(CpuStepper::boxed(method, problem.referee()))
}

struct Anderson {
    map: Lagged,
    mixing: Mixing,
    u: Vec<f64>,
    image: Vec<f64>,
    stopped: Option<Stop>,
}

impl Iteration for Anderson {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.image.copy_from_slice(&self.u);
        self.stopped = self.map.apply(&self.u, &mut self.image, work).err();
        if self.stopped.is_none() {
            self.mixing.mix(&mut self.u, &self.image, work);
            if !compiled::norm2(&self.u).is_finite() {
                self.stopped = Some(Stop::Diverged);
            }
        }
        self.stopped.map_or(Outcome::Continue, Outcome::Stop)
    }

    fn iterate(&mut self) -> &[f64] {
        &self.u
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let values = [f64::from(self.map.inner), self.mixing.kept as f64, self.mixing.gain];
        out.iter_mut().zip(values).for_each(|(out, value)| *out = value);
    }

    fn remark(&self) -> Option<String> {
        no_solution(self.stopped)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.mixing.beta = live(PARAMS, key, value)?.as_real().unwrap_or(1.0);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(f64::from(self.map.inner));
        out.slice(&self.u);
        self.mixing.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.map.inner = from.real() as u32;
        from.slice(&mut self.u);
        self.mixing.load(from);
        self.stopped = None;
    }
}

/// The mixing alone, for any map.
pub struct Mixing {
    beta: f64,
    /// Differences of residuals and of iterates, the next to be overwritten at `next`.
    df: Vec<Vec<f64>>,
    du: Vec<Vec<f64>>,
    count: usize,
    next: usize,
    f: Vec<f64>,
    u: Vec<f64>,
    started: bool,
    /// An orthonormal basis of the columns, what they are made of, and which they are.
    basis: Vec<Vec<f64>>,
    triangle: Vec<f64>,
    columns: Vec<usize>,
    gamma: Vec<f64>,
    kept: usize,
    gain: f64,
}

impl Mixing {
    /// For `n` unknowns with `m` earlier pairs.
    pub fn new(n: usize, m: usize, beta: f64) -> Mixing {
        let many = || vec![vec![0.0; n]; m];
        Mixing {
            beta,
            df: many(),
            du: many(),
            count: 0,
            next: 0,
            f: vec![0.0; n],
            u: vec![0.0; n],
            started: false,
            basis: many(),
            triangle: vec![0.0; m * m],
            columns: vec![0; m],
            gamma: vec![0.0; m],
            kept: 0,
            gain: 1.0,
        }
    }

    /// Replaces `u`, whose image is given, by the next iterate.
    pub fn mix(&mut self, u: &mut [f64], image: &[f64], work: &mut Work) {
        let (n, m) = (u.len(), self.df.len());
        if self.started && m > 0 {
            let (df, du) = (&mut self.df[self.next], &mut self.du[self.next]);
            for k in 0..n {
                df[k] = image[k] - u[k] - self.f[k];
                du[k] = u[k] - self.u[k];
            }
            self.next = (self.next + 1) % m;
            self.count = (self.count + 1).min(m);
        }
        for k in 0..n {
            self.f[k] = image[k] - u[k];
        }
        self.u.copy_from_slice(u);
        self.started = true;
        // The newest columns first: where two say the same, the older is left out.
        self.kept = 0;
        for back in 0..self.count {
            let column = (self.next + m - 1 - back) % m;
            let (known, rest) = self.basis.split_at_mut(self.kept);
            let q = &mut rest[0];
            q.copy_from_slice(&self.df[column]);
            let size = compiled::norm2(q);
            for (i, p) in known.iter().enumerate() {
                let along = compiled::dot(p, q);
                self.triangle[self.kept * m + i] = along;
                compiled::axpy(-along, p, q);
            }
            let left = compiled::norm2(q);
            if left.is_nan() || left <= DEPENDENT * size {
                continue;
            }
            q.iter_mut().for_each(|q| *q *= 1.0 / left);
            self.triangle[self.kept * m + self.kept] = left;
            self.columns[self.kept] = column;
            self.kept += 1;
        }
        let whole = compiled::norm2(&self.f);
        // The part of the residual that the columns reach.
        let mut reached = 0.0;
        for i in 0..self.kept {
            self.gamma[i] = compiled::dot(&self.basis[i], &self.f);
            reached += self.gamma[i] * self.gamma[i];
        }
        self.gain = if whole > 0.0 { (1.0 - reached / (whole * whole)).max(0.0).sqrt() } else { 1.0 };
        for i in (0..self.kept).rev() {
            let mut sum = self.gamma[i];
            for j in i + 1..self.kept {
                sum -= self.triangle[j * m + i] * self.gamma[j];
            }
            self.gamma[i] = sum / self.triangle[i * m + i];
        }
        compiled::axpy(self.beta, &self.f, u);
        for i in 0..self.kept {
            let column = self.columns[i];
            compiled::axpy(-self.gamma[i], &self.du[column], u);
            compiled::axpy(-self.beta * self.gamma[i], &self.df[column], u);
        }
        let kept = self.kept as u64;
        work.flops += (2 * kept * (kept + 1) + 6 * kept + 8) * n as u64;
        work.bytes += (2 * kept * (kept + 1) + 6 * kept + 8) * 8 * n as u64;
    }

    fn save(&self, out: &mut StateWriter) {
        let counts = [self.count, self.next, usize::from(self.started), self.kept].map(|c| c as f64);
        out.slice(&counts);
        out.slice(&[self.beta, self.gain]);
        out.slice(&self.f);
        out.slice(&self.u);
        self.df.iter().chain(&self.du).for_each(|v| out.slice(v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut counts = [0.0; 4];
        from.slice(&mut counts);
        let m = self.df.len();
        let [count, next, started, kept] = counts.map(|c| c as usize);
        (self.count, self.next, self.started, self.kept) = (count.min(m), next.min(m), started != 0, kept);
        let mut scalars = [0.0; 2];
        from.slice(&mut scalars);
        [self.beta, self.gain] = scalars;
        from.slice(&mut self.f);
        from.slice(&mut self.u);
        self.df.iter_mut().chain(&mut self.du).for_each(|v| from.slice(v));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::csr::Csr;
    use iterscope_kernels::rng::Rng;
    use iterscope_linear::preconditioners::identity::Identity;
    use iterscope_linear::solvers::gmres::Gmres;
    use iterscope_linear::{LinearSolver, Matrix, Operator};

    #[test]
    fn on_a_linear_map_its_iterates_are_those_of_gmres_mapped_once() {
        let n = 20;
        let mut rng = Rng::new(7);
        let mut triplets = Vec::new();
        for i in 0..n as u32 {
            triplets.push((i, i, 1.0));
            triplets.extend((0..n as u32).map(|j| (i, j, 0.3 * rng.normal() / f64::from(n as u32).sqrt())));
        }
        let a = Matrix::from(Csr::from_triplets(n, n, &triplets).expect("valid"));
        let mut b = vec![0.0; n];
        rng.normal_fill(&mut b);
        let mut work = Work::default();
        let mut gmres = Gmres::new(n, n);
        gmres.start(&a, &mut Identity, &b, &vec![0.0; n], &mut work);
        let mut mixing = Mixing::new(n, n, 1.0);
        let (mut x, mut r) = (vec![0.0; n], vec![0.0; n]);
        let map = |x: &[f64], r: &mut [f64]| {
            a.residual(&b, x, r);
            x.iter().zip(r.iter()).map(|(x, r)| x + r).collect::<Vec<f64>>()
        };
        for step in 0..12 {
            let image = map(&x, &mut r);
            mixing.mix(&mut x, &image, &mut work);
            let expected = map(gmres.iterate(), &mut r);
            let worst = x.iter().zip(&expected).map(|(x, e)| (x - e).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-9, "step {step}: {worst}");
            gmres.step(&a, &mut Identity, &b, &mut work);
        }
        assert!(mixing.gain < 1.0 && gmres.residual() < 1e-5, "{}", gmres.residual());
    }

    #[test]
    fn pairs_that_say_the_same_are_left_out() {
        let mut mixing = Mixing::new(2, 3, 1.0);
        let mut x = vec![1.0, 0.0];
        for _ in 0..6 {
            // Everything happens along one line.
            let image: Vec<f64> = x.iter().map(|x| 0.9 * x).collect();
            mixing.mix(&mut x, &image, &mut Work::default());
            assert!(mixing.kept <= 1 && x.iter().all(|x| x.is_finite()), "{} {x:?}", mixing.kept);
        }
        assert!(x[0].abs() < 1e-12);
    }
}
