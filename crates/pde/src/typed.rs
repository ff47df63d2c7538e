//! Expressions of the coordinates, together with the form field they were typed into.

use iterscope_core::BuildError;
use iterscope_expr::{Expr, Jump};

use crate::grid::COORDINATES;

/// An expression of the first `dimension` coordinates.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The field.
    pub key: &'static str,
    expr: Expr,
    dimension: usize,
}

/// A point as people read it.
pub(crate) fn place(at: &[f64]) -> String {
    let named = COORDINATES.iter().zip(at).map(|(name, x)| format!("{name} = {}", x));
    named.collect::<Vec<_>>().join(", ")
}

impl Typed {
    /// Reads `text`, which begins at character `offset` of the field.
    ///
    /// # Errors
    /// Names the field and the character.
    pub fn parse(key: &'static str, text: &str, offset: usize, dimension: usize) -> Result<Typed, BuildError> {
        let expr = Expr::parse(text, &COORDINATES[..dimension]).map_err(|e| {
            let beyond = COORDINATES[dimension..].iter().find(|name| e.message.contains(&format!("`{name}`")));
            let more = beyond.map_or(String::new(), |name| format!(" (there is no {name} in {dimension}-D)"));
            BuildError::at(key, format!("{}{more}", e.message), offset + e.at)
        })?;
        Ok(Typed { key, expr, dimension })
    }

    /// The same field with another expression in the same coordinates, such as a derivative.
    pub(crate) fn with(&self, expr: Expr) -> Typed {
        Typed { expr, ..self.clone() }
    }

    /// The derivative along `axis`.
    ///
    /// # Errors
    /// It has none.
    pub fn derivative(&self, axis: usize) -> Result<Typed, BuildError> {
        Ok(self.with(self.expr.diff(axis).map_err(|e| BuildError::at(self.key, e.message, e.at))?))
    }

    /// Value at a point, whatever it is.
    pub fn value(&self, at: &[f64; 3]) -> f64 {
        self.expr.eval(&at[..self.dimension])
    }

    /// Whether it is the constant 0.
    pub fn is_zero(&self) -> bool {
        self.expr.is_constant() && self.value(&[0.0; 3]) == 0.0
    }

    /// Value at a point.
    ///
    /// # Errors
    /// It is not finite.
    pub fn finite(&self, at: &[f64; 3]) -> Result<f64, BuildError> {
        finite(self.key, "it", self.value(at), &at[..self.dimension])
    }

    /// Value at a point.
    ///
    /// # Errors
    /// It is not finite, or not positive.
    pub fn positive(&self, at: &[f64; 3]) -> Result<f64, BuildError> {
        let value = self.finite(at)?;
        if value > 0.0 {
            return Ok(value);
        }
        let place = place(&at[..self.dimension]);
        Err(BuildError::new(self.key, format!("must be positive on the whole mesh, but is {value} at {place}")))
    }

    /// Refuses an expression whose value or slope jumps within the box: no source belongs to such a solution.
    ///
    /// # Errors
    /// Where, and because of which part.
    pub fn smooth(&self, bounds: &[[f64; 2]]) -> Result<(), BuildError> {
        let found = self.expr.kink_inside(bounds).map_err(|e| BuildError::new(self.key, e.message))?;
        let Some(kink) = found else { return Ok(()) };
        let what = match kink.jump {
            Jump::Value => "the value jumps",
            Jump::Slope => "the slope jumps",
        };
        // The place was found by halving.
        let at: Vec<f64> = kink.at.iter().map(|x| (x * 1e6).round() / 1e6).collect();
        let (place, piece) = (place(&at), kink.piece);
        let why = format!(
            "{what} at {place}, because of `{piece}`: no source belongs to such a solution. Take a smooth one, such as \
             sqrt((x - 0.5)^2 + 0.001) for abs(x - 0.5), or clear this field and give source and boundary"
        );
        Err(BuildError::new(self.key, why))
    }
}

/// Refuses a number that is not finite.
///
/// # Errors
/// At the field, with the point.
pub fn finite(key: &str, what: &str, value: f64, at: &[f64]) -> Result<f64, BuildError> {
    if value.is_finite() {
        return Ok(value);
    }
    let kind = if value.is_nan() { "not a number" } else { "infinite" };
    Err(BuildError::new(key, format!("{what} is {kind} at {}; it must be finite on the whole mesh", place(at))))
}
