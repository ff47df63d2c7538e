//! One coordinate at a time to where the likelihood is largest: what coordinate ascent on pairs and on orders share.

use iterscope_core::ParamInfo;

/// `order`: which coordinate is next.
pub const ORDER: ParamInfo = ParamInfo::choice(
    "order",
    "Order",
    "All items in turn, or always the one with the largest gradient (Gauss-Southwell); a step is as many updates as there are \
     items either way.",
    &[("cyclic", "in turn"), ("greedy", "largest gradient first")],
    "cyclic",
)
.live();

/// The longest move of one update, a factor of 100: an item without wins has its maximum at minus infinity.
pub const LONGEST: f64 = 4.605170185988092;
/// The most iterations for one coordinate.
const MOST: usize = 60;

/// The zero of a falling function within `LONGEST` of `start`, by Newton's method inside a bracket; `f` gives the value and
/// the negated derivative.
pub fn zero(start: f64, mut f: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high, mut x) = (start - LONGEST, start + LONGEST, start);
    for _ in 0..MOST {
        let (value, slope) = f(x);
        if value == 0.0 {
            break;
        }
        if value > 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x + value / slope;
        // Written so that a NaN takes the middle.
        let next = if newton >= low && newton <= high { newton } else { 0.5 * (low + high) };
        let done = (next - x).abs() <= 4.0 * f64::EPSILON * (1.0 + x.abs());
        x = next;
        if done {
            break;
        }
    }
    x
}
