//! The right zone: what happens.

mod card;
mod stage;

use crate::dom::{El, svg};
use crate::theme;
use iterscope_decimal::Short;

pub use stage::stage;

/// The mark of a run: its colour and its dashes, as its curve has them.
pub fn marker(colour: usize) -> El {
    let dashes: Vec<String> = theme::run_dash(colour).iter().map(|d| Short(d * 0.8).to_string()).collect();
    let class = format!("marker c{colour}");
    svg("svg", &[("class", &class), ("viewBox", "0 0 20 10"), ("aria-hidden", "true")])
        .add(svg("path", &[("d", "M0 5h20"), ("stroke-dasharray", &dashes.join(" "))]))
        .add(svg("circle", &[("cx", "10"), ("cy", "5"), ("r", "4")]))
}
