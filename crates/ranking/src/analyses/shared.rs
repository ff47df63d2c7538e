//! What the answers share: laws of probability, numbers in words.

/// Problems of games between two.
pub const GAMES: iterscope_core::Names = iterscope_core::Names::Static(&["ranking.pairwise", "ranking.synthetic"]);
/// The same, and those of orders of several.
pub const GAMES_AND_ORDERS: iterscope_core::Names = crate::methods::PAIRS_AND_ORDERS;
/// Items that a plot shows one by one.
pub const SHOWN: usize = 40;

/// The chance that a standard normal number is at most `x`.
pub fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

/// The number that a standard normal one exceeds with chance `1 - p`, for `p` in (0, 1): bisection to the last bit, then no
/// table of coefficients is needed.
pub fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-39.0, 39.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if normal_below(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The chance that a chi-square number with `df` degrees of freedom exceeds `x`: the incomplete gamma function, by its
/// series for small `x` and by its continued fraction for large.
pub fn chi_square_above(x: f64, df: f64) -> f64 {
    let (a, z) = (0.5 * df, 0.5 * x);
    if z <= 0.0 || a <= 0.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(z) - z - libm::lgamma(a));
    if z < a + 1.0 {
        let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, a);
        while term > 1e-17 * sum {
            k += 1.0;
            term *= z / k;
            sum += term;
        }
        return (1.0 - front * sum).max(0.0);
    }
    // Lentz's method.
    let mut b = z + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut h = d;
    for k in 1..100_000 {
        let k = f64::from(k);
        let step = -k * (k - a);
        b += 2.0;
        d = 1.0 / (step * d + b);
        c = b + step / c;
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (front * h).clamp(0.0, 1.0)
}

/// Wilson's interval for a share of `points` in `games`, at `z` standard deviations (E. B. Wilson, J. Amer. Statist.
/// Assoc. 22, 1927).
pub fn wilson(points: f64, games: f64, z: f64) -> (f64, f64) {
    let (p, zz) = (points / games, z * z);
    let middle = (p + zz / (2.0 * games)) / (1.0 + zz / games);
    let half = z / (1.0 + zz / games) * (p * (1.0 - p) / games + zz / (4.0 * games * games)).max(0.0).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// The value that a part `p` of the sorted list does not exceed, between neighbours by interpolation.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = p * last as f64;
    let below = (at as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

/// Numbers of the items, strongest first; equal ones keep the order of their numbers.
pub fn by_strength(log: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..log.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| log[b as usize].total_cmp(&log[a as usize]).then(a.cmp(&b)));
    order
}

/// The rank of each item, from 1.
pub fn ranks(log: &[f64]) -> Vec<u32> {
    let mut rank = vec![0; log.len()];
    for (place, i) in by_strength(log).into_iter().enumerate() {
        rank[i as usize] = place as u32 + 1;
    }
    rank
}

/// A share as a percentage that is never rounded to a certainty it is not.
pub fn percent(share: f64) -> String {
    let p = 100.0 * share;
    if !p.is_finite() {
        "unknown".into()
    } else if p > 99.9 && p < 100.0 {
        "more than 99.9 %".into()
    } else if p > 0.0 && p < 0.1 {
        "less than 0.1 %".into()
    } else if (10.0..=90.0).contains(&p) {
        format!("{p:.0} %")
    } else {
        format!("{p:.1} %")
    }
}

/// A level of confidence: `95 %`.
pub fn level(level: f64) -> String {
    let p = 100.0 * level;
    if (p - p.round()).abs() < 1e-9 { format!("{p:.0} %") } else { format!("{p:.1} %") }
}

/// A number of games: whole where it is.
pub fn amount(x: f64) -> String {
    if x == x.trunc() { format!("{x}") } else { format!("{x:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_agree_with_tables() {
        // scipy.stats 1.x: norm.ppf, chi2.sf.
        for (p, x) in [(0.975, 1.959963984540054), (0.5, 0.0), (0.9995, 3.290526731491926), (1e-6, -4.753424308822899)]
        {
            assert!((normal_quantile(p) - x).abs() < 1e-12, "{p}");
        }
        for (x, df, p) in [
            (3.841458820694124, 1.0, 0.05),
            (15.737, 15.0, 0.3997428937822332),
            (2.0, 10.0, 0.9963401531726563),
            (150.0, 100.0, 0.0009039320423540184),
            (1e4, 10_100.0, 0.758422937357275),
        ] {
            assert!((chi_square_above(x, df) - p).abs() < 1e-9 * p, "{x} {df} {}", chi_square_above(x, df));
        }
        // statsmodels' proportion_confint(7, 10, method="wilson").
        let (low, high) = wilson(7.0, 10.0, normal_quantile(0.975));
        assert!((low - 0.3967781).abs() < 1e-6 && (high - 0.8922087).abs() < 1e-6, "{low} {high}");
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
    }

    #[test]
    fn percentages_never_claim_certainty() {
        let shown = [0.99999, 1.0, 0.0, 0.0002, 0.523, 0.031, f64::NAN].map(percent);
        assert_eq!(shown, ["more than 99.9 %", "100.0 %", "0.0 %", "less than 0.1 %", "52 %", "3.1 %", "unknown"]);
    }
}
