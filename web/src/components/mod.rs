//! The parts of the page.

mod announcer;
mod answers;
mod card;
mod chips;
mod colours;
mod details;
mod dialogs;
mod export;
mod header;
mod notices;
mod remedy;
mod stage;
mod studies;
mod transport;

pub use announcer::Announcer;
pub use dialogs::Dialogs;
pub use header::Header;
pub use stage::Stage;
pub use transport::{Transport, TransportControls};
