//! Icons, drawn with lines on a 24-unit square.

use leptos::prelude::*;

/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// The mark of the program: an axis and a falling curve.
    Logo,
    /// Start.
    Play,
    /// Pause.
    Pause,
    /// One step.
    Step,
    /// Back to the beginning.
    Reset,
    /// Add.
    Plus,
    /// Close or remove.
    Cross,
    /// Duplicate.
    Copy,
    /// Information.
    Info,
    /// Open or close a part.
    Chevron,
    /// Fill the stage.
    Expand,
    /// Back to its size.
    Shrink,
    /// Undo.
    Undo,
    /// Follows the system.
    System,
    /// Light.
    Sun,
    /// Dark.
    Moon,
    /// The form on small screens.
    Sliders,
    /// A file.
    File,
    /// To another page.
    Out,
    /// Share.
    Share,
    /// Take away.
    Download,
    /// Kept where it is.
    Pin,
    /// A remedy.
    Wand,
    /// A film is made.
    Record,
    /// Paint on a picture.
    Brush,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Logo => "M4 3v17h17M7 5c1.200 8 4 11 13 11.500",
            Icon::Play => "M8 5.500v13l10.500-6.500z",
            Icon::Pause => "M8.500 6v12M15.500 6v12",
            Icon::Step => "M7 6v12l8-6zM17.500 6v12",
            Icon::Reset => "M4.500 12a7.500 7.500 0 1 0 2.300-5.400L4.500 9M4.500 4.500V9H9",
            Icon::Plus => "M12 5v14M5 12h14",
            Icon::Cross => "M6.500 6.500l11 11M17.500 6.500l-11 11",
            Icon::Copy => "M9 9h10v10H9zM15 9V5H5v10h4",
            Icon::Info => "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 11v5M12 8v.01",
            Icon::Chevron => "M6.500 9.500l5.500 5.500 5.500-5.500",
            Icon::Expand => "M14 4.500h5.500V10M10 19.500H4.500V14M19.500 4.500L13.500 10.500M4.500 19.500l6-6",
            Icon::Shrink => "M19 10h-5V5M5 14h5v5M14 10l6-6M10 14l-6 6",
            Icon::Undo => "M8.500 5L4.500 9l4 4M4.500 9h9a5.500 5.500 0 0 1 0 11H9",
            Icon::System => "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
            Icon::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400"
            }
            Icon::Moon => "M19.500 14.200A8 8 0 1 1 9.800 4.500a6.300 6.300 0 0 0 9.700 9.700z",
            Icon::Sliders => "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
            Icon::File => "M6 3.500h8l4.500 4.500v12.500H6zM13.500 3.500V8.500h5",
            Icon::Share => "M12 14.500V4M8.500 7L12 3.500 15.500 7M7 11H5v9h14v-9h-2",
            Icon::Download => "M12 4v10.500M8.500 11.500L12 15l3.500-3.500M5 16v4h14v-4",
            Icon::Pin => "M9 4h6l-.7 6.500L17 13.500H7l2.700-3zM12 13.500V20",
            Icon::Wand => {
                "M4.500 19.500l9-9M15.500 4v3M15.500 11v3M10.500 9h3M17.500 9h3M19 5.500l-1.500 1.500M19 12.500l-1.500-1.500"
            }
            Icon::Brush => {
                "M19.500 4.500c-3.500 1.500-7.500 5-9 8.500l1.500 1.500c3.500-1.500 7-5.500 7.500-10zM10 13.500c-2.500-.5-4 1-4 3 0 1-.5 2-1.500 2.500 3 1 7 .5 7-3"
            }
            Icon::Record => "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10z",
            Icon::Out => "M10 5H5v14h14v-5M14 4.500h5.500V10M19.500 4.500L11 13",
        }
    }

    fn filled(self) -> bool {
        matches!(self, Icon::Play | Icon::Record)
    }
}

/// The icon; it says nothing to a screen reader, its button does.
#[component]
pub fn IconView(
    /// Which.
    #[prop(into)]
    icon: Signal<Icon>,
) -> impl IntoView {
    view! {
        <svg class="icon" class:filled=move || icon.get().filled() viewBox="0 0 24 24" aria-hidden="true">
            <path d=move || icon.get().path()></path>
        </svg>
    }
}

/// A button that is only an icon, with its name.
#[component]
pub fn IconButton(
    /// Which icon.
    #[prop(into)]
    icon: Signal<Icon>,
    /// Its name, shown when the pointer rests on it.
    #[prop(into)]
    name: Signal<String>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// Called when pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            title=name
            aria-label=name
            on:click=move |_| on_press.run(())
        >
            <IconView icon/>
        </button>
    }
}

/// A small button with an icon and a text.
#[component]
pub fn SmallButton(
    /// Which icon, if any.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
    /// What it does, at more length.
    #[prop(optional, into)]
    title: Option<String>,
    /// It cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Called when pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="small" title=title disabled=disabled on:click=move |_| on_press.run(())>
            {icon.map(|icon| view! { <IconView icon/> })}
            {label}
        </button>
    }
}
