//! Parameters that people type: `a = 0.5 in [0, 1]`, one a line or separated by `;`.

use super::lexer::{is_name_part, is_name_start};
use super::{Expr, ExprError};

/// The values that a slider offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// The distance between neighbours, where one was given.
    pub step: Option<f64>,
}

/// A statement `name = value` or `name = value in [min, max]` or `name = value in [min, step, max]`.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value, a formula in the names of all parameters. A number where there is a range.
    pub value: Expr,
    /// The range of its slider.
    pub range: Option<Range>,
    /// The first character of the statement in the whole text.
    pub at: usize,
    /// The first character of the value in the whole text, and the number of characters.
    pub place: (usize, usize),
}

/// Parameters in the order of the text, with the order in which they can be computed.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// As they were typed.
    pub list: Vec<Parameter>,
    order: Vec<usize>,
}

/// A piece of a text, with the place of its first character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Piece<'a> {
    /// Without white space at its ends.
    pub(super) fn trimmed(self) -> Self {
        let start = self.text.trim_start();
        let skipped = self.text.chars().count() - start.chars().count();
        Piece { text: start.trim_end(), at: self.at + skipped }
    }

    pub(super) fn len(self) -> usize {
        self.text.chars().count()
    }

    pub(super) fn split(self, separators: &'a [char]) -> impl Iterator<Item = Self> {
        let mut at = self.at;
        self.text.split(separators).map(move |text| {
            let piece = Piece { text, at };
            at += piece.len() + 1;
            piece
        })
    }

    pub(super) fn fault(self, message: impl Into<String>) -> ExprError {
        ExprError::new(self.at, self.len(), message)
    }

    /// Reads the piece as a formula; errors are placed in the whole text.
    pub(super) fn parse(self, vars: &[&str]) -> Result<Expr, ExprError> {
        Expr::parse(self.text, vars).map_err(|e| ExprError { at: e.at + self.at, ..e })
    }

    /// Reads the piece as a number or a formula of numbers.
    fn number(self) -> Result<f64, ExprError> {
        let value = self.parse(&[])?.eval(&[]);
        if value.is_finite() { Ok(value) } else { Err(self.trimmed().fault("this is no finite number")) }
    }
}

/// Whether a text is a name as formulas know them.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_part)
}

/// The place of the single `=` of a statement, in bytes.
pub(super) fn equals_sign(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&i| {
        let before = i.checked_sub(1).map(|k| bytes[k]);
        bytes[i] == b'=' && bytes.get(i + 1) != Some(&b'=') && !matches!(before, Some(b'=' | b'<' | b'>' | b'!'))
    })
}

/// `value in [..]` cut into value and range.
pub(super) fn value_and_range<'a>(right: Piece<'a>) -> Result<(Piece<'a>, Option<Range>), ExprError> {
    let is_word = |i: usize| {
        let around = [right.text[..i].chars().next_back(), right.text[i + 2..].chars().next()];
        right.text[i..].starts_with("in") && !around.iter().flatten().any(|&c| is_name_part(c))
    };
    let places = right.text.match_indices("in").map(|(i, _)| i);
    let Some(i) = places.into_iter().find(|&i| is_word(i)) else { return Ok((right.trimmed(), None)) };
    let value = Piece { text: &right.text[..i], at: right.at };
    let range = Piece { text: &right.text[i + 2..], at: value.at + value.len() + 2 }.trimmed();
    let Some(inner) = range.text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) else {
        return Err(range.fault("a range is written [min, max] or [min, step, max]"));
    };
    let inner = Piece { text: inner, at: range.at + 1 };
    let numbers = inner.split(&[',']).map(Piece::number).collect::<Result<Vec<_>, _>>()?;
    let found = match *numbers {
        [min, max] => Range { min, max, step: None },
        [min, step, max] => Range { min, max, step: Some(step) },
        _ => return Err(range.fault("a range has two numbers, [min, max], or three, [min, step, max]")),
    };
    if found.min >= found.max {
        return Err(range.fault("the first number of a range must be below the last"));
    }
    if found.step.is_some_and(|step| step <= 0.0 || step > found.max - found.min) {
        return Err(range.fault("the step, the number in the middle, must be above 0 and fit into the range"));
    }
    Ok((value.trimmed(), Some(found)))
}

impl Parameters {
    /// Reads all statements of a text. They may refer to one another in any order.
    ///
    /// # Errors
    /// Places are counted in characters over the whole text: a statement that is none, a name given twice, an unknown name
    /// or a wrong formula, a value outside its range, parameters that need one another in a circle.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let whole = Piece { text, at: 0 };
        let statements: Vec<Piece<'_>> =
            whole.split(&['\n', ';']).map(Piece::trimmed).filter(|p| !p.text.is_empty()).collect();
        let mut parts = Vec::new();
        for statement in statements {
            let Some(i) = equals_sign(statement.text) else {
                return Err(statement.fault("a parameter is written name = value, or name = value in [min, max]"));
            };
            let name = Piece { text: &statement.text[..i], at: statement.at };
            let right = Piece { text: &statement.text[i + 1..], at: name.at + name.len() + 1 };
            parts.push((name.trimmed(), right));
        }
        Self::from_parts(&parts)
    }

    /// Parameters from names and right-hand sides.
    pub(super) fn from_parts(parts: &[(Piece<'_>, Piece<'_>)]) -> Result<Self, ExprError> {
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.text).collect();
        let mut list = Vec::new();
        for (k, &(name, right)) in parts.iter().enumerate() {
            if !is_name(name.text) {
                return Err(name.fault(format!("`{}` is not a name: letters, digits and _", name.text)));
            }
            if names[..k].contains(&name.text) {
                return Err(name.fault(format!("`{}` is given twice", name.text)));
            }
            let (value, range) = value_and_range(right)?;
            let expr = value.parse(&names)?;
            if let Some(range) = range {
                if !expr.is_constant() {
                    return Err(value.fault("a value with a range is a number: it is set by a slider"));
                }
                let start = expr.eval(&[]);
                if !(range.min..=range.max).contains(&start) {
                    return Err(value.fault("the value is outside its range"));
                }
            }
            let place = (value.at, value.len());
            list.push(Parameter { name: name.text.to_owned(), value: expr, range, at: name.at, place });
        }
        let order = order(&list)?;
        Ok(Parameters { list, order })
    }

    /// The names, in the order of the text.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|p| p.name.as_str())
    }

    /// All values, in the order of the text. `set` gives the value of a parameter that was moved, by its place in the text.
    pub fn values(&self, set: impl Fn(usize) -> Option<f64>) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.list.len()];
        for &k in &self.order {
            values[k] = set(k).unwrap_or_else(|| self.list[k].value.eval(&values));
        }
        values
    }

    /// The text that the parameters were read from, with other values of some of them, which `set` gives by their place in the text.
    pub fn rewritten(&self, text: &str, set: impl Fn(usize) -> Option<f64>) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let mut places: Vec<(usize, usize)> = self.list.iter().enumerate().map(|(k, p)| (p.place.0, k)).collect();
        places.sort_unstable();
        // From the end, so that those before stay where they are.
        for (at, k) in places.into_iter().rev() {
            if let Some(value) = set(k) {
                let new = if value.abs() >= 1e16 { format!("{value:e}") } else { value.to_string() };
                characters.splice(at..at + self.list[k].place.1, new.chars());
            }
        }
        characters.into_iter().collect()
    }
}

/// An order in which each parameter comes behind those that it needs.
fn order(list: &[Parameter]) -> Result<Vec<usize>, ExprError> {
    let mut order: Vec<usize> = Vec::with_capacity(list.len());
    while order.len() < list.len() {
        let ready = |k: usize| (0..list.len()).all(|other| !list[k].value.depends_on(other) || order.contains(&other));
        let next = (0..list.len()).find(|&k| !order.contains(&k) && ready(k));
        let Some(next) = next else {
            let circle = circle(list.len(), &order, |k, other| list[k].value.depends_on(other));
            let names: Vec<&str> = circle.iter().map(|&k| list[k].name.as_str()).collect();
            let first = &list[circle[0]];
            let len = first.name.chars().count();
            return Err(ExprError::new(
                first.at,
                len,
                format!("these need one another in a circle: {}", names.join(" -> ")),
            ));
        };
        order.push(next);
    }
    Ok(order)
}

/// A circle among those that are not in `done`, each of which needs another one; the first one again at the end.
pub(super) fn circle(count: usize, done: &[usize], needs: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let next = |k: usize| (0..count).find(|&other| !done.contains(&other) && needs(k, other));
    let mut path: Vec<usize> = (0..count).filter(|k| !done.contains(k)).take(1).collect();
    while let Some(other) = path.last().and_then(|&k| next(k)) {
        if let Some(start) = path.iter().position(|&k| k == other) {
            path.push(other);
            return path.split_off(start);
        }
        path.push(other);
    }
    path
}
