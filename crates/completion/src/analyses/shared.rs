//! What the answers share: names that people type, numbers in words.

use iterscope_core::BuildError;

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
    let plain = |name: &str| name.trim().to_lowercase();
    let wanted = plain(typed);
    let fits: Vec<usize> = (0..names.len()).filter(|i| plain(&names[*i]) == wanted).take(2).collect();
    match fits[..] {
        [i] => return Ok(i),
        [a, b] => {
            let why = format!("`{typed}` may be `{}` or `{}`: write it as in the data", names[a], names[b]);
            return Err(BuildError::new(key, why));
        }
        _ => {}
    }
    let mut near: Vec<(usize, &String)> =
        names.iter().take(COMPARED).map(|n| (distance(&plain(n), &wanted), n)).collect();
    near.sort_by_key(|(d, _)| *d);
    let near: Vec<String> = near.iter().take(3).map(|(_, n)| format!("`{n}`")).collect();
    Err(BuildError::new(key, format!("there is no {what} `{typed}`; closest are {}", near.join(", "))))
}

/// Letters to insert, drop or change to make one word of the other (V. I. Levenshtein, 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(60).collect();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(60).enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = above[j] + usize::from(x != *y);
            row.push(changed.min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above[b.len()]
}

/// `1 item`, `12 items`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

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
