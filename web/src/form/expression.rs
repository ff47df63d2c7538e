//! Typed mathematics, checked as one types.

use iterscope_core::{BuildError, Value};
use leptos::prelude::*;

use super::field::Field;
use crate::state::Urgency;

/// Characters shown on either side of an error.
const AROUND: usize = 14;

/// An expression.
#[component]
pub fn ExpressionInput(field: Field) -> impl IntoView {
    view! {
        <input
            class="mono"
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            id=field.id()
            title=field.param.doc.to_string()
            prop:value=move || field.value().to_string()
            on:input=move |ev| field.set(Value::from(event_target_value(&ev).as_str()), Urgency::Typed)
        />
    }
}

/// What is wrong; for mathematics with a mark under the first wrong character.
#[component]
pub fn ErrorView(
    /// The error.
    error: BuildError,
    /// What was typed.
    #[prop(optional, into)]
    typed: String,
) -> impl IntoView {
    match error.at {
        Some(at) => view! {
            <pre class="caret" aria-hidden="true">{caret(&typed, at)}</pre>
            <ErrorLine text=format!("character {}: {}", at + 1, error.message)/>
        }
        .into_any(),
        None => view! { <ErrorLine text=error.message/> }.into_any(),
    }
}

/// What is wrong, in a sentence.
#[component]
pub fn ErrorLine(
    /// The sentence.
    text: String,
) -> impl IntoView {
    view! { <p class="error" role="alert">{text}</p> }
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
