//! Names that people type, and numbers of things in words.

use crate::BuildError;

/// Names beyond these are not compared for being close.
const COMPARED: usize = 20_000;

/// The place of a name that was typed: exactly, or regardless of case and of spaces at its ends. `what` is said of it.
///
/// # Errors
/// Field `key`: there is none, or several but for case; the message lists names that are close.
pub fn named(names: &[String], typed: &str, key: &str, what: &str) -> Result<usize, BuildError> {
    if let Some(i) = names.iter().position(|n| n == typed) {
        return Ok(i);
    }
    let wanted = typed.trim().to_lowercase();
    let mut fits = names.iter().enumerate().filter(|(_, n)| n.trim().to_lowercase() == wanted);
    match (fits.next(), fits.next()) {
        (Some((i, _)), None) => return Ok(i),
        (Some((_, a)), Some((_, b))) => {
            return Err(BuildError::new(key, format!("`{typed}` may be `{a}` or `{b}`: write it as in the data")));
        }
        _ => {}
    }
    let mut near: Vec<(usize, &String)> =
        names.iter().take(COMPARED).map(|n| (distance(&n.trim().to_lowercase(), &wanted), n)).collect();
    near.sort_by_key(|(d, _)| *d);
    let near: Vec<String> = near.iter().take(3).map(|(_, n)| format!("`{n}`")).collect();
    Err(BuildError::new(key, format!("there is no {what} `{typed}`; closest are {}", near.join(", "))))
}

/// Edits between two names; a name that contains the other is close.
fn distance(name: &str, typed: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (name.chars().take(60).collect(), typed.chars().take(60).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let best = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = best;
        }
    }
    if !typed.is_empty() && name.contains(typed) { row[b.len()].min(1) } else { row[b.len()] }
}

/// `1 item`, `12 items`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// Digits with separators, such as `10,007`.
pub fn grouped(whole: impl ToString) -> String {
    let digits = whole.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 10007, 1234567].map(grouped), ["0", "999", "1,000", "10,007", "1,234,567"]);
    }

    #[test]
    fn names_are_found_however_they_are_typed() {
        let names: Vec<String> = ["Iran", "South Korea", "Costa Rica", "iRAN", "Serbia"].map(String::from).to_vec();
        assert_eq!(named(&names, "Iran", "a", "item").unwrap(), 0);
        assert_eq!(named(&names, " costa rica", "a", "item").unwrap(), 2);
        assert!(named(&names, "IRAN", "a", "item").unwrap_err().message.contains("may be `Iran` or `iRAN`"));
        let error = named(&names, "Korea", "b", "item").unwrap_err();
        assert_eq!(error.field, "b");
        assert!(error.message.contains("closest are `South Korea`"), "{error}");
    }

    #[test]
    fn names_are_found_or_their_neighbours_named() {
        let names: Vec<String> = ["Anna", "Hanna", "anna", "Otto"].map(String::from).to_vec();
        assert_eq!(named(&names, "anna", "user", "user").unwrap(), 2);
        assert_eq!(named(&names, " OTTO", "user", "user").unwrap(), 3);
        assert!(named(&names, "ANNA", "user", "user").unwrap_err().message.contains("may be `Anna` or `anna`"));
        let error = named(&names, "Hannah", "user", "user").unwrap_err();
        assert!(error.message.contains("there is no user `Hannah`; closest are `Hanna`"), "{error}");
        assert_eq!((distance("kitten", "sitting"), distance("", "ab")), (3, 2));
    }
}
