//! Small parts that the others are made of.

mod icon;
mod marker;
mod math;
mod select;
mod theme_button;

pub use icon::{Icon, IconButton, IconView, SmallButton};
pub use marker::Marker;
pub use math::Math;
pub use select::{Choice, Select};
pub use theme_button::ThemeButton;
