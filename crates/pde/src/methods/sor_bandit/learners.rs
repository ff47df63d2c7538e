//! Bandits: each time one of `d` arms is drawn, and only its cost is seen. Tsallis-INF (J. Zimmert and Y. Seldin, Tsallis-INF: an optimal
//! algorithm for stochastic and adversarial bandits, JMLR 22, 2021) and ChebCB, which looks at a number first, with the settings of
//! M. Khodak, E. Chow, M.-F. Balcan and A. Talwalkar, Learning to relax, ICLR 2024.

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::rng::Rng;

/// Chebyshev features of a context.
const FEATURES: usize = 6;
/// Newton steps for the distribution of Tsallis-INF.
const NEWTON: usize = 20;
/// Sweeps of coordinate descent for a regression.
const SWEEPS: usize = 60;

/// Draws from `p`.
fn draw(p: &[f64], rng: &mut Rng) -> usize {
    let (u, mut sum) = (rng.uniform(), 0.0);
    for (i, p) in p.iter().enumerate() {
        sum += p;
        if u < sum {
            return i;
        }
    }
    p.len() - 1
}

/// Tsallis-INF.
#[derive(Clone, Debug)]
pub struct Tsallis {
    estimates: Vec<f64>,
    p: Vec<f64>,
    total: f64,
    rounds: f64,
}

impl Tsallis {
    /// For so many arms.
    pub fn new(arms: usize) -> Self {
        Tsallis { estimates: vec![0.0; arms], p: vec![1.0 / arms as f64; arms], total: 0.0, rounds: 0.0 }
    }

    /// The arm for the next round.
    pub fn choose(&mut self, rng: &mut Rng) -> usize {
        let eta = 2.0 / (self.rounds + 1.0).sqrt();
        let scale = if self.rounds > 0.0 { (self.total / self.rounds - 1.0).max(f64::MIN_POSITIVE) } else { 1.0 };
        // There the chance of the best arm alone is 1: from there on the steps go one way.
        let mut x = self.estimates.iter().copied().fold(f64::INFINITY, f64::min) / scale - 2.0 / eta;
        for _ in 0..NEWTON {
            let (mut sum, mut slope) = (0.0, 0.0);
            for (p, k) in self.p.iter_mut().zip(&self.estimates) {
                let root = 2.0 / (eta * (k / scale - x));
                *p = root * root;
                sum += *p;
                slope += *p * root.abs();
            }
            x -= (sum - 1.0) / (eta * slope);
        }
        draw(&self.p, rng)
    }

    /// Learns the cost of the arm that was chosen.
    pub fn learn(&mut self, arm: usize, cost: f64) {
        self.total += cost;
        self.rounds += 1.0;
        self.estimates[arm] += (cost - 1.0) / self.p[arm].max(f64::MIN_POSITIVE);
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        self.estimates.iter_mut().chain(&mut self.p).chain([&mut self.total, &mut self.rounds])
    }
}

/// What is known of an arm: the sums that a regression on its features needs.
#[derive(Clone, Debug, Default)]
struct Arm {
    theta: [f64; FEATURES],
    gram: [[f64; FEATURES]; FEATURES],
    right: [f64; FEATURES],
    square: f64,
}

impl Arm {
    fn value(&self, phi: &[f64; FEATURES]) -> f64 {
        self.theta.iter().zip(phi).map(|(t, p)| t * p).sum()
    }

    /// Least squares of the costs over `scale`, each coefficient within its bound, by coordinate descent.
    fn fit(&mut self, scale: f64, bounds: &[f64; FEATURES]) {
        for _ in 0..SWEEPS {
            for (j, &bound) in bounds.iter().enumerate() {
                if self.gram[j][j] == 0.0 {
                    continue;
                }
                let rest: f64 = (0..FEATURES).filter(|&l| l != j).map(|l| self.gram[j][l] * self.theta[l]).sum();
                let free = (self.right[j] / scale - rest) / self.gram[j][j];
                self.theta[j] = free.clamp(-bound, bound);
            }
        }
    }

    /// The sum of squares that the regression leaves.
    fn left(&self, scale: f64) -> f64 {
        let mut sum = self.square / (scale * scale);
        for j in 0..FEATURES {
            sum -= 2.0 * self.theta[j] * self.right[j] / scale;
            sum += self.theta[j] * (0..FEATURES).map(|l| self.gram[j][l] * self.theta[l]).sum::<f64>();
        }
        sum.max(0.0)
    }
}

/// ChebCB: a regression on Chebyshev polynomials of the context for each arm, and inverse gaps for the chances.
#[derive(Clone, Debug)]
pub struct ChebCb {
    arms: Vec<Arm>,
    range: [f64; 2],
    p: Vec<f64>,
    eta: f64,
    most: f64,
    rounds: f64,
    phi: [f64; FEATURES],
    guess: f64,
    /// Sums of squared guesses, guesses times costs, squared costs.
    sums: [f64; 3],
}

impl ChebCb {
    /// For so many arms and contexts in this range.
    pub fn new(arms: usize, range: [f64; 2]) -> Self {
        let p = vec![1.0 / arms as f64; arms];
        let arms = vec![Arm::default(); arms];
        ChebCb { arms, range, p, eta: 0.0, most: 0.0, rounds: 0.0, phi: [0.0; FEATURES], guess: 0.0, sums: [0.0; 3] }
    }

    /// The arm for the next round.
    pub fn choose(&mut self, context: f64, rng: &mut Rng) -> usize {
        let [a, b] = self.range;
        let x = (2.0 * (context - a) / (b - a) - 1.0).clamp(-1.0, 1.0);
        (self.phi[0], self.phi[1]) = (1.0, x);
        for j in 2..FEATURES {
            self.phi[j] = 2.0 * x * self.phi[j - 1] - self.phi[j - 2];
        }
        let value = |i: usize| self.arms[i].value(&self.phi);
        let best = (0..self.arms.len()).min_by(|&i, &j| value(i).total_cmp(&value(j))).unwrap_or(0);
        let (least, d) = (value(best), self.arms.len() as f64);
        let mut rest = 1.0;
        for i in 0..self.arms.len() {
            if i != best {
                self.p[i] = 1.0 / (d + self.eta * (self.arms[i].value(&self.phi) - least));
                rest -= self.p[i];
            }
        }
        self.p[best] = rest.max(0.0);
        let arm = draw(&self.p, rng);
        self.guess = self.arms[arm].value(&self.phi);
        arm
    }

    /// Learns the cost of the arm that was chosen.
    pub fn learn(&mut self, arm: usize, cost: f64) {
        let m = FEATURES as f64;
        let own = &mut self.arms[arm];
        for j in 0..FEATURES {
            (0..FEATURES).for_each(|l| own.gram[j][l] += self.phi[j] * self.phi[l]);
            own.right[j] += self.phi[j] * (cost - 1.0);
        }
        own.square += (cost - 1.0) * (cost - 1.0);
        // The slope of the costs is taken as their largest over the range.
        let n = 2.0 + 4.0 * (1.0 + libm::log(m));
        let mut bounds = [1.0 / n; FEATURES];
        (1..FEATURES).for_each(|j| bounds[j] = 2.0 / (n * j as f64));
        let grown = cost > self.most;
        self.most = self.most.max(cost);
        let scale = self.most * n;
        if grown {
            self.arms.iter_mut().for_each(|a| a.fit(scale, &bounds));
        } else {
            self.arms[arm].fit(scale, &bounds);
        }
        let parts = [self.guess * self.guess, self.guess * cost, cost * cost];
        self.sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        let regret = self.sums[0] - 2.0 * self.sums[1] / scale + self.sums[2] / (scale * scale);
        let left: f64 = self.arms.iter().map(|a| a.left(scale)).sum();
        let pi = std::f64::consts::PI;
        let alpha = (pi + 2.0 / pi * libm::log(2.0 * m + 1.0)) / (2.0 * n * (m + 1.0));
        let t = self.rounds + 1.0;
        let below = (regret - left + 2.0 * alpha * alpha * t).max(f64::MIN_POSITIVE);
        self.eta = 2.0 * t * (self.arms.len() as f64 * t / below).sqrt();
        self.rounds = t;
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let arms = self.arms.iter_mut().flat_map(|a| {
            a.theta.iter_mut().chain(a.gram.iter_mut().flatten()).chain(&mut a.right).chain([&mut a.square])
        });
        let own = [&mut self.eta, &mut self.most, &mut self.rounds, &mut self.guess];
        arms.chain(&mut self.p).chain(own).chain(&mut self.phi).chain(&mut self.sums)
    }
}

/// How the arm is chosen.
#[derive(Clone, Debug)]
pub enum Learner {
    /// Always the same.
    Fixed,
    /// One Tsallis-INF for each of some equal bins of the context.
    Tsallis(Vec<Tsallis>, [f64; 2]),
    /// ChebCB.
    Cheb(Box<ChebCb>),
}

impl Learner {
    fn bin(bins: usize, range: [f64; 2], context: f64) -> usize {
        let part = (context - range[0]) / (range[1] - range[0]) * bins as f64;
        (part.max(0.0) as usize).min(bins - 1)
    }

    /// The arm for the next round.
    pub fn choose(&mut self, context: f64, rng: &mut Rng) -> usize {
        match self {
            Learner::Fixed => 0,
            Learner::Tsallis(bins, range) => {
                let bin = Self::bin(bins.len(), *range, context);
                bins[bin].choose(rng)
            }
            Learner::Cheb(learner) => learner.choose(context, rng),
        }
    }

    /// Learns the cost of the arm that was chosen in this context.
    pub fn learn(&mut self, context: f64, arm: usize, cost: f64) {
        match self {
            Learner::Fixed => {}
            Learner::Tsallis(bins, range) => {
                let bin = Self::bin(bins.len(), *range, context);
                bins[bin].learn(arm, cost);
            }
            Learner::Cheb(learner) => learner.learn(arm, cost),
        }
    }

    fn each(&mut self, mut visit: impl FnMut(&mut f64)) {
        match self {
            Learner::Fixed => {}
            Learner::Tsallis(bins, _) => bins.iter_mut().for_each(|b| b.numbers().for_each(&mut visit)),
            Learner::Cheb(learner) => learner.numbers().for_each(visit),
        }
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        self.clone().each(|x| out.real(*x));
    }

    /// Reads what [`Learner::save`] wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.each(|x| *x = from.real());
    }
}
