//! The instrument within another page.

mod messages;

use leptos::prelude::*;

use crate::components::{Stage, TransportControls};
use crate::format;
use crate::state::{Mode, use_app};
use crate::ui::{Icon, IconView};

pub use messages::converse;

/// The embedded figure: pictures, chart or both, the transport, a link to the full page.
#[component]
pub fn Embed() -> impl IntoView {
    let app = use_app();
    let class = match app.mode {
        Mode::Embed { runs: true, chart: false } => "embed only-runs",
        Mode::Embed { runs: false, chart: true } => "embed only-chart",
        _ => "embed",
    };
    view! {
        <div class=class>
            <Stage/>
            <footer class="transport" aria-label="Transport">
                <TransportControls/>
                <output class="count">{move || format::count(app.shown_step())}</output>
                <a
                    class="icon-button"
                    target="_blank"
                    rel="noopener"
                    title="Open in Iterscope"
                    aria-label="Open in Iterscope"
                    href=move || format!("./#{}", app.address())
                >
                    <IconView icon=Icon::Out/>
                </a>
            </footer>
        </div>
    }
}
