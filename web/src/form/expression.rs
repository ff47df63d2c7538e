//! Typed mathematics, checked as one types.

use iterscope_core::{BuildError, Value};

use super::field::Field;
use crate::dom::{El, el, text};
use crate::model::Urgency;

/// Characters shown on either side of an error.
const AROUND: usize = 14;

/// An expression.
pub fn expression(f: Field) -> El {
    el("input", "mono")
        .attr("type", "text")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "off")
        .attr("spellcheck", "false")
        .id(&f.id())
        .title(&f.param.doc)
        .live_value(move || f.value().to_string())
        .on_value("input", move |typed| f.set(Value::from(typed.as_str()), Urgency::Typed))
}

/// What is wrong; for mathematics with a mark under the first wrong character.
pub fn error_view(error: &BuildError, typed: &str) -> Vec<El> {
    match error.at {
        Some(at) => vec![
            text("pre", "caret", &caret(typed, at)).attr("aria-hidden", "true"),
            error_line(&format!("character {}: {}", at + 1, error.message)),
        ],
        None => vec![error_line(&error.message)],
    }
}

/// What is wrong, in a sentence.
pub fn error_line(words: &str) -> El {
    text("p", "error", words).attr("role", "alert")
}

/// Two lines: the part of the text around the error, and a mark under it.
fn caret(typed: &str, at: usize) -> String {
    let text: Vec<char> = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let from = at.saturating_sub(AROUND).min(text.len());
    let to = (at + AROUND).min(text.len());
    let mut line: String = text[from..to].iter().collect();
    let mut place = at - from.min(at);
    if from > 0 {
        line.insert(0, '…');
        place += 1;
    }
    if to < text.len() {
        line.push('…');
    }
    format!("{line}\n{}^", " ".repeat(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_the_character() {
        assert_eq!(caret("1 + * x", 4), "1 + * x\n    ^");
        assert_eq!(caret("", 0), "\n^");
        assert_eq!(caret("λλ+", 3), "λλ+\n   ^");
        let long = "a".repeat(40) + "?" + &"b".repeat(40);
        let lines = caret(&long, 40);
        let (text, mark) = lines.split_once('\n').unwrap();
        let place = mark.chars().count() - 1;
        assert_eq!(text.chars().nth(place), Some('?'));
        assert!(text.starts_with('…') && text.ends_with('…'));
        // A place beyond the text is no reason to fail.
        assert_eq!(caret("x", 9).lines().count(), 2);
    }
}
