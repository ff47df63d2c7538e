//! Matrices with a prescribed spectrum.

use iterscope_kernels::dense::thin_qr;

use crate::model::factors::Factors;

/// The parameter that names the decay; `condition` is its end.
pub(crate) const DECAYS: &[(&str, &str)] = &[
    ("factors", "as the factors give it"),
    ("flat", "flat"),
    ("linear", "linear"),
    ("exponential", "exponential"),
    ("power", "power law"),
];

/// `k` singular values from 1 down to 1/condition.
pub(crate) fn decay(kind: &str, k: usize, condition: f64) -> Vec<f64> {
    let last = 1.0 / condition;
    let value = |s: usize| {
        // From 0 at the largest to 1 at the smallest.
        let t = if k > 1 { s as f64 / (k - 1) as f64 } else { 0.0 };
        match kind {
            "linear" => 1.0 - (1.0 - last) * t,
            "exponential" => libm::exp(-t * libm::log(condition)),
            "power" if k > 1 => libm::pow(1.0 + s as f64, -libm::log(condition) / libm::log(k as f64)),
            _ => 1.0,
        }
    };
    (0..k).map(value).collect()
}

/// Gives the product of the factors these singular values times the root of the number of its entries, so that an even
/// matrix has entries of the size of the values; column spaces stay.
pub(crate) fn impose(truth: &mut Factors, values: &[f64]) {
    let k = truth.rank;
    let (m, n) = (truth.u.len() / k, truth.v.len() / k);
    for side in [&mut truth.u, &mut truth.v] {
        let rows = side.len() / k;
        thin_qr(side, rows, k, &mut vec![0.0; k * k], &mut vec![0.0; 2 * k]);
    }
    let size = ((m * n) as f64).sqrt();
    for row in truth.u.chunks_exact_mut(k) {
        row.iter_mut().zip(values).for_each(|(x, s)| *x *= size * s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::dense::singular_values_of_product;
    use iterscope_kernels::rng::Rng;

    #[test]
    fn spectra_are_as_asked() {
        for (kind, _) in &DECAYS[1..] {
            let values = decay(kind, 5, 16.0);
            let mut f = Factors::zero(20, 12, 5);
            let mut rng = Rng::new(1);
            rng.normal_fill(&mut f.u);
            rng.normal_fill(&mut f.v);
            impose(&mut f, &values);
            let found = singular_values_of_product(&f.u, &f.v, 20, 12, 5);
            let size = 240f64.sqrt();
            assert!(found.iter().zip(&values).all(|(a, b)| (a - size * b).abs() < 1e-12 * size), "{kind} {found:?}");
            let last = if *kind == "flat" { 1.0 } else { 1.0 / 16.0 };
            assert!((values[4] - last).abs() < 1e-14 && values[0] == 1.0, "{kind}");
            assert_eq!(decay(kind, 1, 9.0), [1.0]);
        }
        let middle = |kind| decay(kind, 5, 16.0)[2];
        assert!(middle("linear") > 0.5 && (middle("exponential") - 0.25).abs() < 1e-14 && middle("power") < 0.25);
    }
}
