//! Ranges and ticks of the axes.

/// A round number that is at least `x`: the end of an axis that grows in jumps, not with every step.
pub fn nice_ceil(x: f64) -> f64 {
    if !(x > 0.0 && x.is_finite()) {
        return 1.0;
    }
    let power = 10f64.powf(x.log10().floor());
    let lead = x / power;
    let nice = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0].into_iter().find(|n| lead <= n * (1.0 + 1e-12));
    nice.unwrap_or(10.0) * power
}

/// Powers of ten from `lo` to `hi`, no more than `most`.
pub fn decades(lo: f64, hi: f64, most: usize) -> Vec<f64> {
    let (first, last) = (lo.log10().ceil() as i32, hi.log10().floor() as i32);
    let count = (last - first + 1).max(0) as usize;
    let stride = [1, 2, 3, 5, 10, 20, 50, 100].into_iter().find(|s| count <= s * most.max(1)).unwrap_or(100);
    let stride = stride as i32;
    let mut k = first.div_euclid(stride) * stride;
    let mut out = Vec::new();
    while k <= last {
        if k >= first {
            out.push(10f64.powi(k));
        }
        k += stride;
    }
    if out.len() < 2 {
        out.clear();
        for k in first - 1..=last {
            out.extend([1.0, 2.0, 5.0].map(|m| m * 10f64.powi(k)).into_iter().filter(|v| (lo..=hi).contains(v)));
        }
    }
    out
}

/// Round numbers at equal distances from `lo` to `hi`, about `most` of them at most.
pub fn ticks(lo: f64, hi: f64, most: f64) -> Vec<f64> {
    let least = (hi - lo) / most.max(1.0);
    if !(least > 0.0 && least.is_finite()) {
        return Vec::new();
    }
    let power = 10f64.powf(least.log10().floor());
    let lead = [1.0, 2.0, 2.5, 5.0].into_iter().find(|n| n * power >= least * (1.0 - 1e-9)).unwrap_or(10.0);
    let step = lead * power;
    // Multiples, not sums: errors would add up.
    let (first, last) = ((lo / step).ceil(), (hi / step + 1e-9).floor());
    (0..(last - first + 1.0) as u32).map(|k| (first + f64::from(k)) * step).collect()
}

/// The range of a logarithmic axis around positive values: at least one decade, with a little room.
pub fn log_range(lo: f64, hi: f64) -> (f64, f64) {
    if !(lo > 0.0 && hi >= lo && hi.is_finite()) {
        return (1e-8, 1.0);
    }
    let (mut a, mut b) = (lo.log10(), hi.log10());
    if b - a < 1.0 {
        let middle = f64::midpoint(a, b);
        (a, b) = (middle - 0.5, middle + 0.5);
    }
    let room = (b - a) * 0.04;
    (10f64.powf(a - room), 10f64.powf(b + room))
}

/// The range of a linear axis around values, with a little room.
pub fn linear_range(lo: f64, hi: f64) -> (f64, f64) {
    if !(lo.is_finite() && hi.is_finite() && lo <= hi) {
        return (0.0, 1.0);
    }
    if lo == hi {
        let room = if lo == 0.0 { 1.0 } else { lo.abs() * 0.1 };
        return (lo - room, hi + room);
    }
    let room = (hi - lo) * 0.05;
    (lo - room, hi + room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!([214.0, 1.0, 9.0, 1001.0, 0.0].map(nice_ceil), [300.0, 1.0, 10.0, 1500.0, 1.0]);
    }

    #[test]
    fn ticks_are_powers_of_ten_and_few() {
        assert_eq!(decades(1e-3, 1.0, 6), [1e-3, 1e-2, 1e-1, 1.0]);
        let many = decades(1e-17, 1e3, 7);
        assert!(many.len() <= 7 && many.len() >= 4, "{many:?}");
        assert_eq!(decades(0.4, 3.0, 6), [0.5, 1.0, 2.0]);
    }

    #[test]
    fn ticks_are_round_and_apart() {
        assert_eq!(ticks(0.0, 300.0, 7.0), [0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0]);
        assert_eq!(ticks(-0.3, 1.1, 3.0), [0.0, 0.5, 1.0]);
        assert_eq!(ticks(0.0, 10.0, 4.5), [0.0, 2.5, 5.0, 7.5, 10.0]);
        assert!(ticks(1.0, 1.0, 5.0).is_empty() && ticks(2.1, 2.9, 1.0).is_empty());
        assert!(ticks(0.0, f64::INFINITY, 5.0).is_empty() && ticks(f64::NAN, 1.0, 5.0).is_empty());
    }

    #[test]
    fn ranges_have_room() {
        let (lo, hi) = log_range(0.5, 0.5);
        assert!(lo < 0.2 && hi > 1.2);
        assert_eq!(log_range(0.0, f64::NAN), (1e-8, 1.0));
        assert_eq!(linear_range(2.0, 2.0), (1.8, 2.2));
    }
}
