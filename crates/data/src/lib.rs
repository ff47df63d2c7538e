//! Reading what people bring and writing what they take away.
//!
//! [`read`] turns the bytes of a file into a [`Dataset`]; every error names the line and the column, what was found and
//! what would be right. [`encode`] turns a result into a file. [`SAMPLES`] are data sets that come with the program.
//!
//! Nothing here touches a file system or a network, and nothing panics on what a file holds. Memory is linear in its size.

#![cfg_attr(
    not(all(feature = "comparisons", feature = "orders", feature = "ratings", feature = "table", feature = "image")),
    allow(dead_code, reason = "what several kinds of data share is not used by each of them")
)]

#[cfg(feature = "comparisons")]
mod comparisons;
#[cfg(any(feature = "comparisons", feature = "ratings"))]
mod date;
mod error;
#[cfg(feature = "image")]
mod image;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "tables")]
mod kinds;
#[cfg(feature = "tables")]
mod layout;
#[cfg(any(feature = "comparisons", feature = "orders"))]
mod made;
#[cfg(feature = "ratings")]
mod market;
#[cfg(any(feature = "comparisons", feature = "orders"))]
mod names;
#[cfg(feature = "orders")]
mod orders;
#[cfg(feature = "image")]
mod orientation;
#[cfg(any(feature = "comparisons", feature = "orders"))]
mod preflib;
#[cfg(feature = "ratings")]
mod ratings;
#[cfg(any(feature = "comparisons", feature = "orders"))]
mod records;
#[cfg(feature = "tables")]
mod report;
mod resolve;
#[cfg(feature = "tables")]
mod rows;
mod samples;
#[cfg(feature = "tables")]
mod sheet;
#[cfg(feature = "table")]
mod table;
mod text;
#[cfg(feature = "tables")]
mod words;
mod write;

use iterscope_core::{Columns, DataKind, Dataset, Survey};

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

/// Reads a file of the given kind; `name` is for messages only. What the columns are for is found out, or is what
/// `columns` says.
///
/// Tables are UTF-8 text with the columns separated by a comma, a semicolon, a tab or a bar, which is found out. Names
/// are kept as written, without white space around them: `7` and `007` are two. Where columns are not separated by
/// commas, numbers may have decimal commas.
///
/// - **Comparisons** are `winner,loser[,count]`, `a,b,outcome`, two players with two scores, with how often each of them
///   won or with a margin, or a square table of wins of the row over the column. A header in any case and many spellings
///   decides; without one, what stands in the cells does. Outcomes are `a`, `b`, `tie`; `1`, `0`, `0.5`; home, away, draw;
///   a score such as `3-1`; or the winner's name. The first of `home,away` and of `white,black` has the advantage, unless a
///   column such as `neutral` says otherwise. Dates, groups and margins are kept where every row has them.
/// - **Orders** have one race or ballot in each line, best first, with a count in front or without; or are ballots such as
///   `12: A > B = C`, files of PrefLib, lines of `race,item,place`, or items with one column of places for each race.
///   Where a place is shared, the order ends: the rest came behind. So did those who did not come in (DNF); who did not
///   start or was disqualified is left out.
/// - **Ratings** are `user,item,rating[,time]`, also separated by `::`, or a Matrix Market file with coordinates. Where a
///   pair comes again, all are kept; the problem says which of them count.
/// - **Tables** are numbers with holes (empty, `NA`, `?`, `-` and the like), with or without names of rows and columns.
///   Columns of text are left out while they are fewer than those of numbers.
/// - **Images** are PNG or JPEG of at most [`MAX_SIDE`] pixels a side; they keep at most [`KEPT_SIDE`].
///
/// Rows that say nothing are left out, and the data's remarks say which and why: an item against itself, a count of 0, a
/// game without a result, an item without a place. What cannot be read is an error, however rare: a typing mistake should
/// be mended, not vanish.
///
/// # Errors
/// The first thing that is wrong, with its line and column where it has them.
pub fn read(kind: DataKind, name: &str, bytes: &[u8], columns: Option<&Columns>) -> Result<Dataset, DataError> {
    #[cfg(feature = "image")]
    if kind == DataKind::Image {
        if columns.is_some() {
            return Err(DataError::columns("a picture has no columns"));
        }
        return image::read(name, bytes).map(Dataset::Image);
    }
    #[cfg(feature = "tables")]
    if let Some(reader) = reader(kind) {
        columns.map_or(Ok(()), |said| said.check_choices(kind)).map_err(DataError::columns)?;
        let text = text::decode(name, bytes)?;
        #[cfg(feature = "ratings")]
        if kind == DataKind::Ratings && market::is_market(&text.body) {
            return read_market(&text.body, columns, &mut report::Report::default()).map(Dataset::Ratings);
        }
        let mut data = reader.read(kind, &text.body, columns)?;
        kinds::remarks_of(&mut data).splice(0..0, text.remarks);
        return Ok(data);
    }
    let _ = (kind, bytes, columns);
    Err(DataError::file(format!("{name}: this module does not read data of this kind")))
}

/// Looks a table over: its columns, what they were taken for, and what was left out. A table that does not read has a
/// survey with an error in it, so that what the columns are for can be said.
///
/// # Errors
/// The file is no table at all.
pub fn survey(kind: DataKind, name: &str, bytes: &[u8], columns: Option<&Columns>) -> Result<Survey, DataError> {
    #[cfg(feature = "tables")]
    if let Some(reader) = reader(kind) {
        columns.map_or(Ok(()), |said| said.check_choices(kind)).map_err(DataError::columns)?;
        let text = text::decode(name, bytes)?;
        #[cfg(feature = "ratings")]
        if kind == DataKind::Ratings && market::is_market(&text.body) {
            let mut report = report::Report::default();
            let data = read_market(&text.body, columns, &mut report)?;
            let (rows, remarks) = (report.rows, data.remarks.clone());
            let summary = kinds::summary(&Dataset::Ratings(data));
            return Ok(Survey { rows, remarks, summary, ..Survey::default() });
        }
        let mut survey = reader.survey(kind, &text.body, columns)?;
        survey.remarks.splice(0..0, text.remarks);
        return Ok(survey);
    }
    let _ = (kind, bytes, columns);
    Err(DataError::file(format!("{name}: there are no columns in data of this kind")))
}

#[cfg(feature = "ratings")]
fn read_market(
    text: &str,
    columns: Option<&Columns>,
    report: &mut report::Report,
) -> Result<iterscope_core::Ratings, DataError> {
    if columns.is_some() {
        return Err(DataError::columns("a Matrix Market file says itself what its columns are"));
    }
    let mut data = market::read(text, report)?;
    data.remarks.clone_from(&report.remarks);
    Ok(data)
}

#[cfg(feature = "tables")]
fn reader(kind: DataKind) -> Option<&'static kinds::Kind> {
    match kind {
        #[cfg(feature = "comparisons")]
        DataKind::Comparisons => Some(&comparisons::KIND),
        #[cfg(feature = "orders")]
        DataKind::Orders => Some(&orders::KIND),
        #[cfg(feature = "ratings")]
        DataKind::Ratings => Some(&ratings::KIND),
        #[cfg(feature = "table")]
        DataKind::Table => Some(&table::KIND),
        _ => None,
    }
}
