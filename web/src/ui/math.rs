//! Formulas.

use leptos::prelude::*;

use crate::state::use_app;

/// The mathematics of an id, where it is known.
#[component]
pub fn Math(
    /// Id of a problem or a method.
    id: String,
) -> impl IntoView {
    let app = use_app();
    // The build made this markup from the catalog; nothing that a person typed gets here.
    let markup = move || app.math.with(|all| all.get(&id).cloned()).unwrap_or_default();
    view! { <div class="math" tabindex="0" role="group" aria-label="Formula" inner_html=markup></div> }
}
