//! The mark of a run: its colour and its dashes, as its curve has them.

use leptos::prelude::*;

use crate::theme::run_dash;

/// The mark of a run.
#[component]
pub fn Marker(
    /// Colour of the run.
    colour: usize,
) -> impl IntoView {
    let dashes: Vec<String> = run_dash(colour).iter().map(|d| (d * 0.8).to_string()).collect();
    view! {
        <svg class=format!("marker c{}", colour % 6) viewBox="0 0 20 10" aria-hidden="true">
            <path d="M0 5h20" stroke-dasharray=dashes.join(" ")></path>
            <circle cx="10" cy="5" r="4"></circle>
        </svg>
    }
}
