//! Typed mathematics, checked as one types.

use iterscope_core::{BuildError, Value};
use leptos::prelude::*;

use super::field::Field;
use crate::model::Urgency;

/// Characters shown on either side of an error.
const AROUND: usize = 14;

/// An expression.
pub fn expression(f: Field) -> AnyView {
    let value = Memo::new(move |_| f.value().to_string());
    view! {
        <input type="text" class="mono" autocomplete="off" autocapitalize="off" spellcheck="false" id=f.id()
            title=f.param.doc.as_ref() prop:value=move || value.get()
            on:input=move |ev| f.set(Value::from(event_target_value(&ev).as_str()), Urgency::Typed)/>
    }
    .into_any()
}

/// What is wrong; for mathematics with a mark under the first wrong character.
pub fn error_view(error: &BuildError, typed: &str) -> AnyView {
    let mark = error.at.map(|at| view! { <pre class="caret" aria-hidden="true">{caret(typed, at)}</pre> });
    let words = match error.at {
        Some(at) => format!("character {}: {}", at + 1, error.message),
        None => error.message.clone(),
    };
    view! { {mark} <p class="error" role="alert">{words}</p> }.into_any()
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
