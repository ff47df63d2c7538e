//! A choice of one among several.

use leptos::html;
use leptos::prelude::*;

/// One option.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its value.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Why it cannot be chosen.
    pub blocked: Option<String>,
}

impl Choice {
    /// An option that can be chosen.
    pub fn new(value: &str, label: &str) -> Choice {
        Choice { value: value.to_owned(), label: label.to_owned(), blocked: None }
    }
}

/// A choice of one.
#[component]
pub fn Select(
    /// Its id.
    #[prop(optional, into)]
    id: Option<String>,
    /// Its name, where no label stands beside it.
    #[prop(optional, into)]
    label: Option<String>,
    /// What it means.
    #[prop(optional, into)]
    title: Option<String>,
    /// What can be chosen.
    #[prop(into)]
    options: Signal<Vec<Choice>>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// Called with what was chosen.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    // After the options: a value that is no option is not taken.
    Effect::new(move |_| {
        options.with(|_| ());
        let value = value.get();
        if let Some(select) = select.get() {
            select.set_value(&value);
        }
    });
    let option = |choice: Choice| {
        view! { <option value=choice.value disabled=choice.blocked.is_some() title=choice.blocked>{choice.label}</option> }
    };
    view! {
        <select
            id=id
            aria-label=label
            title=title
            node_ref=select
            on:change=move |ev| on_choose.run(event_target_value(&ev))
        >
            {move || options.get().into_iter().map(option).collect_view()}
        </select>
    }
}
