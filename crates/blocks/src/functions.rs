//! The operations and functions, and their values. Truth values are 1 and 0.

/// A function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unary {
    /// -x
    Negate,
    /// 1 where x is 0, else 0.
    Not,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Tangent.
    Tan,
    /// Inverse sine.
    Asin,
    /// Inverse cosine.
    Acos,
    /// Inverse tangent.
    Atan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Inverse hyperbolic sine.
    Asinh,
    /// Inverse hyperbolic cosine.
    Acosh,
    /// Inverse hyperbolic tangent.
    Atanh,
    /// Exponential.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Logarithm to the base 10.
    Log10,
    /// Logarithm to the base 2.
    Log2,
    /// Square root.
    Sqrt,
    /// Cube root, negative for negative arguments.
    Cbrt,
    /// Absolute value.
    Abs,
    /// -1, 0 or 1.
    Sign,
    /// 0 below 0, 1 from 0 on.
    Step,
    /// 0 below 0, 1/2 at 0, 1 above.
    Heaviside,
    /// The next whole number not above.
    Floor,
    /// The next whole number not below.
    Ceil,
    /// The nearest whole number; halves go away from 0.
    Round,
    /// The error function.
    Erf,
    /// 1 minus the error function.
    Erfc,
}

/// An operation or a function of two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binary {
    /// a + b
    Add,
    /// a - b
    Sub,
    /// a b
    Mul,
    /// a / b
    Div,
    /// a to the power b; whole powers up to [`MAX_PRODUCT_POWER`] are products.
    Pow,
    /// The smaller one; NaN if one is.
    Min,
    /// The larger one; NaN if one is.
    Max,
    /// The angle of the point (b, a).
    Atan2,
    /// a - b floor(a / b): it has the sign of b.
    Mod,
    /// a < b
    Less,
    /// a <= b
    LessEq,
    /// a > b
    Greater,
    /// a >= b
    GreaterEq,
    /// a = b
    Equal,
    /// a differs from b
    NotEqual,
    /// Both hold.
    And,
    /// One or both hold.
    Or,
}

/// Whole exponents up to this size are products.
pub const MAX_PRODUCT_POWER: f64 = 64.0;

impl Unary {
    /// The value at `x`. Outside the domain it is NaN or infinite.
    #[must_use]
    pub fn at(self, x: f64) -> f64 {
        match self {
            Unary::Negate => -x,
            Unary::Not => truth(x == 0.0),
            Unary::Sin => libm::sin(x),
            Unary::Cos => libm::cos(x),
            Unary::Tan => libm::tan(x),
            Unary::Asin => libm::asin(x),
            Unary::Acos => libm::acos(x),
            Unary::Atan => libm::atan(x),
            Unary::Sinh => libm::sinh(x),
            Unary::Cosh => libm::cosh(x),
            Unary::Tanh => libm::tanh(x),
            Unary::Asinh => libm::asinh(x),
            // The library's own answer below 1 is not NaN everywhere.
            Unary::Acosh => {
                if x < 1.0 {
                    f64::NAN
                } else {
                    libm::acosh(x)
                }
            }
            Unary::Atanh => {
                if x.abs() > 1.0 {
                    f64::NAN
                } else {
                    libm::atanh(x)
                }
            }
            Unary::Exp => libm::exp(x),
            Unary::Ln => libm::log(x),
            Unary::Log10 => libm::log10(x),
            Unary::Log2 => libm::log2(x),
            Unary::Sqrt => x.sqrt(),
            Unary::Cbrt => libm::cbrt(x),
            Unary::Abs => x.abs(),
            Unary::Sign if x > 0.0 => 1.0,
            Unary::Sign if x < 0.0 => -1.0,
            Unary::Step if x >= 0.0 => 1.0,
            Unary::Step if x < 0.0 => 0.0,
            Unary::Heaviside if x > 0.0 => 1.0,
            Unary::Heaviside if x < 0.0 => 0.0,
            Unary::Heaviside if x == 0.0 => 0.5,
            // Zero has the sign 0; NaN stays NaN.
            Unary::Sign | Unary::Step | Unary::Heaviside => x,
            Unary::Floor => x.floor(),
            Unary::Ceil => x.ceil(),
            Unary::Round => x.round(),
            Unary::Erf => libm::erf(x),
            Unary::Erfc => libm::erfc(x),
        }
    }
}

impl Binary {
    /// The value at `a`, `b`.
    #[must_use]
    pub fn at(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            Binary::Pow => power(a, b),
            Binary::Min if a.is_nan() || a < b => a,
            Binary::Max if a.is_nan() || a > b => a,
            Binary::Min | Binary::Max => b,
            Binary::Atan2 => libm::atan2(a, b),
            Binary::Mod => a - b * (a / b).floor(),
            Binary::Less => truth(a < b),
            Binary::LessEq => truth(a <= b),
            Binary::Greater => truth(a > b),
            Binary::GreaterEq => truth(a >= b),
            Binary::Equal => truth(a == b),
            Binary::NotEqual => truth(a != b),
            Binary::And => truth(a != 0.0 && b != 0.0),
            Binary::Or => truth(a != 0.0 || b != 0.0),
        }
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// The exponent where a power is a product.
pub(crate) fn product_power(exponent: f64) -> Option<i32> {
    (exponent.abs() <= MAX_PRODUCT_POWER && exponent == exponent.trunc()).then_some(exponent as i32)
}

fn power(base: f64, exponent: f64) -> f64 {
    let Some(whole) = product_power(exponent) else { return libm::pow(base, exponent) };
    let mut left = whole.unsigned_abs();
    let (mut product, mut square) = (1.0, base);
    while left > 0 {
        if left % 2 == 1 {
            product *= square;
        }
        square *= square;
        left /= 2;
    }
    if whole < 0 { 1.0 / product } else { product }
}
