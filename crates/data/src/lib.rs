//! Reading what people bring and writing what they take away.
//!
//! [`read`] turns the bytes of a file into a [`Dataset`]; every error names the line and the column, what was found and
//! what would be right. [`encode`] turns a result into a file. [`SAMPLES`] are data sets that come with the program.
//!
//! Nothing here touches a file system or a network, and nothing panics on what a file holds. Memory is linear in its size.

#[cfg(feature = "comparisons")]
mod comparisons;
mod error;
#[cfg(feature = "image")]
mod image;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "comparisons")]
mod outcome;
#[cfg(feature = "ratings")]
mod ratings;
mod resolve;
mod samples;
#[cfg(any(feature = "comparisons", feature = "ratings"))]
mod table;
#[cfg_attr(
    not(any(feature = "comparisons", feature = "ratings")),
    allow(dead_code, reason = "pictures need a part of it, results nothing")
)]
mod text;
mod write;

use iterscope_core::{DataKind, Dataset};

pub use error::DataError;
#[cfg(feature = "image")]
pub use image::{KEPT_SIDE, MAX_SIDE};
pub use resolve::resolve;
pub use samples::{SAMPLES, Sample, sample};
pub use text::MAX_BYTES;
pub use write::{Format, encode};

/// Descriptions of all samples.
pub fn sample_infos() -> Vec<iterscope_core::SampleInfo> {
    SAMPLES.iter().map(|s| s.info.clone()).collect()
}

/// Reads a file of the given kind; `name` is for messages only.
///
/// Tables are UTF-8 text with the columns separated by a comma, a semicolon, a tab or a bar, which is found out. Names
/// are kept as written, without white space around them.
///
/// - Comparisons are `winner,loser[,count]` or `a,b,outcome[,count]`. A header in any case decides; without one, two
///   columns are winner and loser, and a third is an outcome or a count by what stands in it. Outcomes are `a`, `b`,
///   `tie`; `1`, `0`, `0.5`; home, away, draw; a score such as `3-1`; or the winner's name.
/// - Ratings are `user,item,rating` and more columns, which are left out. Where a pair comes again, the last one counts.
/// - Images are PNG or JPEG of at most [`MAX_SIDE`] pixels a side; they become grey, with at most [`KEPT_SIDE`].
///
/// # Errors
/// The first thing that is wrong, with its line and column where it has them.
pub fn read(kind: DataKind, name: &str, bytes: &[u8]) -> Result<Dataset, DataError> {
    match kind {
        #[cfg(feature = "comparisons")]
        DataKind::Comparisons => text::decode(name, bytes).and_then(comparisons::read).map(Dataset::Comparisons),
        #[cfg(feature = "ratings")]
        DataKind::Ratings => text::decode(name, bytes).and_then(ratings::read).map(Dataset::Ratings),
        #[cfg(feature = "image")]
        DataKind::Image => image::read(name, bytes).map(Dataset::Image),
        _ => {
            let _ = bytes;
            Err(DataError::file(format!("{name}: this module does not read data of this kind")))
        }
    }
}
