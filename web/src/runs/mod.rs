//! The right zone: what happens.

mod card;
mod stage;

use leptos::prelude::*;

use crate::theme;

pub use stage::stage;

/// The mark of a run: its colour and its dashes, as its curve has them.
pub fn marker(colour: usize) -> AnyView {
    let dashes: Vec<String> = theme::run_dash(colour).iter().map(|d| (d * 0.8).to_string()).collect();
    view! {
        <svg class=format!("marker c{colour}") viewBox="0 0 20 10" aria-hidden="true">
            <path d="M0 5h20" stroke-dasharray=dashes.join(" ")></path>
            <circle cx="10" cy="5" r="4"></circle>
        </svg>
    }
    .into_any()
}
