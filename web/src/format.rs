//! Numbers in words: short, and in a width that does not jump while they change.

/// A measured value: three significant digits, `4.13e-2` outside of the range that reads well without an exponent.
pub fn value(v: f64) -> String {
    if v.is_nan() {
        return "NaN".into();
    }
    if v.is_infinite() {
        return if v > 0.0 { "∞" } else { "-∞" }.into();
    }
    let size = v.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-2..1e5).contains(&size) {
        return format!("{v:.2e}");
    }
    let digits = match size {
        s if s >= 1000.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        s if s >= 1.0 => 3,
        _ => 4,
    };
    format!("{v:.digits$}")
}

/// A label of an axis or a colour bar: as short as the number allows.
pub fn tick(v: f64) -> String {
    let size = v.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e5).contains(&size) {
        let text = format!("{v:.1e}");
        return match text.split_once('e') {
            Some((lead, power)) => format!("{}e{power}", lead.strip_suffix(".0").unwrap_or(lead)),
            None => text,
        };
    }
    let digits = match size {
        s if s >= 100.0 => 0,
        s if s >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{v:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A factor per step: four decimals where it is close to 1 and they matter.
pub fn rate(v: f64) -> String {
    match v {
        v if !v.is_finite() => "—".into(),
        v if (0.1..10.0).contains(&v) => format!("{v:.4}"),
        v => value(v),
    }
}

/// A whole number in groups of three.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A whole number in three digits, as no prediction has more.
pub fn rounded(n: u64) -> u64 {
    let mut grain = 1;
    while n / grain >= 1000 {
        grain *= 10;
    }
    n.saturating_add(grain / 2) / grain * grain
}

/// A time span.
pub fn seconds(s: f64) -> String {
    match s {
        0.0 => "0".into(),
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 100.0 => format!("{s:.1} s"),
        s => format!("{s:.0} s"),
    }
}

/// A large amount with a prefix, such as `2.5 M`.
pub fn amount(v: f64) -> String {
    let (scaled, unit) = match v.abs() {
        a if a >= 1e12 => (v / 1e12, " T"),
        a if a >= 1e9 => (v / 1e9, " G"),
        a if a >= 1e6 => (v / 1e6, " M"),
        a if a >= 1e3 => (v / 1e3, " k"),
        _ => (v, ""),
    };
    format!("{}{unit}", tick((scaled * 1000.0).round() / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_width() {
        let texts: Vec<String> = [0.0413, 4.1e-9, 1.0, 12.0, 123.0, 4321.0, 1e5, -0.5].map(value).into();
        assert_eq!(texts, ["0.0413", "4.10e-9", "1.000", "12.00", "123.0", "4321", "1.00e5", "-0.5000"]);
        assert_eq!((value(f64::NAN), value(f64::INFINITY), value(0.0)), ("NaN".into(), "∞".into(), "0".into()));
    }

    #[test]
    fn ticks_are_short() {
        let texts: Vec<String> = [1.0, 0.5, 0.25, 1e-6, 2.5e7, 1200.0, 0.0].map(tick).into();
        assert_eq!(texts, ["1", "0.5", "0.25", "1e-6", "2.5e7", "1200", "0"]);
    }

    #[test]
    fn counts_are_grouped_and_times_have_units() {
        assert_eq!(
            (count(0), count(999), count(15000), count(1_234_567)),
            ("0".into(), "999".into(), "15,000".into(), "1,234,567".into())
        );
        assert_eq!((seconds(2e-5), seconds(0.034), seconds(1.25)), ("20 µs".into(), "34 ms".into(), "1.2 s".into()));
        assert_eq!((amount(2_500_000.0), amount(12.0), amount(3e9)), ("2.5 M".into(), "12".into(), "3 G".into()));
        assert_eq!((rate(0.99931), rate(f64::NAN), rate(1e-3)), ("0.9993".into(), "—".into(), "1.00e-3".into()));
    }

    #[test]
    fn predictions_have_three_digits() {
        assert_eq!([7, 999, 15_284, 999_900].map(rounded), [7, 999, 15_300, 1_000_000]);
        assert!(rounded(u64::MAX) > 0);
    }
}
