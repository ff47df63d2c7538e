//! Boundary conditions as people type them, one for each side.

use iterscope_core::BuildError;

use crate::typed::Typed;

/// What holds on a side; `n` is the outward normal.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `u = value`
    Dirichlet(Typed),
    /// `du/dn = value`
    Neumann(Typed),
    /// `du/dn + coefficient * u = value`
    Robin {
        /// Coefficient of `u`.
        coefficient: Typed,
        /// Right-hand side.
        value: Typed,
    },
    /// The side is joined to the opposite one.
    Periodic,
}

const FORMS: &str = "write `u = EXPR`, `du/dn = EXPR`, `du/dn + EXPR*u = EXPR` or `periodic`";

impl Condition {
    /// Reads the condition of the side `key`.
    ///
    /// # Errors
    /// Names the side, and the character.
    pub fn parse(key: &'static str, text: &str, dimension: usize) -> Result<Condition, BuildError> {
        let trimmed = text.trim();
        if trimmed == "periodic" {
            return Ok(Condition::Periodic);
        }
        let characters: Vec<char> = text.chars().collect();
        let is_equals = |&i: &usize| {
            characters[i] == '='
                && !(i > 0 && "<>=!".contains(characters[i - 1]))
                && characters.get(i + 1) != Some(&'=')
        };
        let Some(equals) = (0..characters.len()).find(is_equals) else {
            return Err(BuildError::at(key, format!("there is no condition in it: {FORMS}"), 0));
        };
        let part = |from: usize, to: usize| characters[from..to].iter().collect::<String>();
        let value = || Typed::parse(key, &part(equals + 1, characters.len()), equals + 1, dimension);
        let left: Vec<(usize, char)> =
            characters[..equals].iter().copied().enumerate().filter(|(_, c)| !c.is_whitespace()).collect();
        let compact: String = left.iter().map(|(_, c)| c).collect();
        if compact == "u" {
            return Ok(Condition::Dirichlet(value()?));
        }
        let Some(rest) = compact.strip_prefix("du/dn") else {
            return Err(BuildError::at(key, format!("the left side is neither u nor du/dn: {FORMS}"), 0));
        };
        if rest.is_empty() {
            return Ok(Condition::Neumann(value()?));
        }
        let sign = left[5].1;
        let ends = left[left.len() - 1].1 == 'u' && (sign == '+' || sign == '-');
        let (from, to) = (left[5].0 + 1, left[left.len() - 1].0);
        if !ends || from > to {
            return Err(BuildError::at(key, format!("after du/dn there may stand + EXPR*u: {FORMS}"), left[5].0));
        }
        let mut inner = part(from, to);
        while inner.ends_with(char::is_whitespace) {
            inner.pop();
        }
        if inner.ends_with('*') {
            inner.pop();
        }
        let text = match (inner.trim().is_empty(), sign) {
            (true, '-') => "-1".to_owned(),
            (true, _) => "1".to_owned(),
            (false, '-') => format!("-({inner})"),
            (false, _) => inner,
        };
        Ok(Condition::Robin { coefficient: Typed::parse(key, &text, from, dimension)?, value: value()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Condition, BuildError> {
        Condition::parse("left", text, 2)
    }

    #[test]
    fn the_four_forms_are_read() {
        let at = [0.5, 2.0, 0.0];
        assert!(matches!(read(" u = x*y "), Ok(Condition::Dirichlet(v)) if v.value(&at) == 1.0));
        assert!(matches!(read("du/dn=3"), Ok(Condition::Neumann(v)) if v.value(&at) == 3.0));
        assert!(matches!(read(" periodic"), Ok(Condition::Periodic)));
        let robin = |text: &str| match read(text) {
            Ok(Condition::Robin { coefficient, value }) => (coefficient.value(&at), value.value(&at)),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(robin("du/dn + 2*y*u = 1"), (4.0, 1.0));
        assert_eq!(robin("du/dn + u = y"), (1.0, 2.0));
        assert_eq!(robin("du/dn - (1 + y) * u = 0"), (-3.0, 0.0));
    }

    #[test]
    fn wrong_ones_are_refused_at_the_place() {
        assert_eq!(read("u = sin(q)").unwrap_err().at, Some(8));
        assert!(read("0").unwrap_err().message.contains("`u = EXPR`"));
        assert!(read("v = 0").unwrap_err().message.contains("neither u nor du/dn"));
        assert_eq!(read("du/dn + 2 = 0").unwrap_err().at, Some(6));
        let third = Condition::parse("left", "u = z", 2).unwrap_err();
        assert!(third.message.contains("there is no z in 2-D"), "{}", third.message);
    }
}
