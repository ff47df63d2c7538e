//! The standard normal distribution: its logarithm and the derivatives of that, accurate in both tails.

use core::f64::consts::FRAC_1_SQRT_2;

/// log sqrt(2 pi).
const LOG_ROOT: f64 = 0.918_938_533_204_672_8;
/// Below this the ratio of density and distribution comes from its continued fraction.
const FAR: f64 = -3.0;
/// Terms of the continued fraction; enough at `FAR`, and ever more than enough beyond.
const TERMS: u32 = 70;

/// Logarithm of the distribution function and how it goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Below {
    /// The logarithm of the chance to be below x.
    pub log: f64,
    /// Its derivative: density over distribution function.
    pub slope: f64,
    /// The negated second derivative, in (0, 1).
    pub bend: f64,
}

/// Logarithm of the density.
pub fn log_density(x: f64) -> f64 {
    -0.5 * x * x - LOG_ROOT
}

/// The logarithm of the distribution function at `x` and its derivatives.
pub fn below(x: f64) -> Below {
    if x < FAR {
        // Density over distribution is -x plus the fraction 1/(-x + 2/(-x + 3/(-x + ...))) (Laplace).
        let t = -x;
        let mut rest = 0.0;
        for j in (2..=TERMS).rev() {
            rest = f64::from(j) / (t + rest);
        }
        let rest = 1.0 / (t + rest);
        let slope = t + rest;
        return Below { log: log_density(x) - libm::log(slope), slope, bend: slope * rest };
    }
    let density = libm::exp(log_density(x));
    let (log, part) = if x > 0.0 {
        let above = 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
        (libm::log1p(-above), 1.0 - above)
    } else {
        let part = 0.5 * libm::erfc(-x * FRAC_1_SQRT_2);
        (libm::log(part), part)
    };
    let slope = density / part;
    Below { log, slope, bend: slope * (slope + x) }
}

/// The logarithm of the distribution function.
pub fn log_normal_below(x: f64) -> f64 {
    below(x).log
}

/// Where the distribution function is `p`, in (0, 1): bisection to the last bit.
pub fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-39.0, 39.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if 0.5 * libm::erfc(-middle * FRAC_1_SQRT_2) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
