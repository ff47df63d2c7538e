//! Reading what people bring and writing what they take away.
//!
//! [`read`] turns the bytes of a file into a [`Dataset`]; every error names the line and the column, what was found and
//! what would be right. [`encode`] turns a result into a file. [`SAMPLES`] are data sets that come with the program.
//!
//! Nothing here touches a file system or a network, and nothing panics on what a file holds. Memory is linear in its size.

#![cfg_attr(
    not(all(
        feature = "comparisons",
        feature = "orders",
        feature = "ratings",
        feature = "table",
        feature = "matrix",
        feature = "image"
    )),
    allow(dead_code, reason = "what several kinds of data share is not used by each of them")
)]

#[cfg(feature = "tables")]
mod archive;
#[cfg(feature = "table")]
mod arrays;
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
#[cfg(feature = "tables")]
mod layouts;
#[cfg(feature = "tables")]
mod made;
#[cfg(any(feature = "table", feature = "matrix"))]
mod market;
#[cfg(feature = "matrix")]
mod matrix;
#[cfg(feature = "table")]
mod missing;
#[cfg(any(feature = "comparisons", feature = "orders", feature = "ratings"))]
mod names;
#[cfg(feature = "table")]
mod numbers;
mod numpy;
#[cfg(feature = "orders")]
mod orders;
#[cfg(feature = "image")]
mod orientation;
#[cfg(feature = "pictures")]
mod pictures;
#[cfg(any(feature = "comparisons", feature = "orders"))]
mod preflib;
#[cfg(feature = "ratings")]
mod ratings;
#[cfg(feature = "tables")]
mod records;
#[cfg(feature = "tables")]
mod report;
mod resolve;
#[cfg(feature = "tables")]
mod rows;
mod samples;
#[cfg(feature = "tables")]
mod sheet;
#[cfg(feature = "tables")]
mod source;
#[cfg(feature = "table")]
mod table;
mod text;
#[cfg(feature = "tables")]
mod words;
mod write;
mod zip;

use iterscope_core::{Columns, DataKind, Dataset, Survey};

pub use error::DataError;
#[cfg(feature = "image")]
pub use image::{KEPT_SIDE, MAX_SIDE};
#[cfg(any(feature = "table", feature = "matrix"))]
pub use market::{Market, Symmetry, matrix_market};
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
///   `12: A > B = C`, files of PrefLib, lines of `race,item,place`, items with one column of places for each race, or judges
///   with one column of ranks for each item. Where a place is shared, the row becomes several orders (Breslow's way). Who did
///   not come in (DNF) came behind; who did not start or was disqualified is left out.
/// - **Ratings** are `user,item,rating[,time]`, also separated by `::`, or a Matrix Market file with coordinates. Where a
///   pair comes again, all are kept; the problem says which of them count.
/// - **Tables** are numbers with holes (empty, `NA`, `?`, `-` and the like), with or without names of rows and columns.
///   Columns of text are left out while they are fewer than those of numbers.
/// - **Matrices** are files of Matrix Market with a square matrix; entries of one place are summed.
/// - **Images** are PNG, JPEG, and with the feature `pictures` GIF, BMP, TIFF or WebP, of at most [`MAX_SIDE`] pixels a side; they keep at most [`KEPT_SIDE`].
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
    #[cfg(feature = "matrix")]
    if kind == DataKind::Matrix {
        if columns.is_some() {
            return Err(DataError::columns("the columns of a matrix have no roles"));
        }
        return matrix::read(name, bytes).map(Dataset::Matrix);
    }
    #[cfg(feature = "tables")]
    if let Some(reader) = reader(kind) {
        return look(kind, name, bytes, columns, |looked| match looked {
            Looked::Source(source) => reader.read(kind, source, columns),
            #[cfg(feature = "ratings")]
            Looked::Ratings(data, _) => Ok(Dataset::Ratings(data)),
        });
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
        return look(kind, name, bytes, columns, |looked| match looked {
            Looked::Source(source) => reader.survey(kind, source, columns),
            #[cfg(feature = "ratings")]
            Looked::Ratings(data, rows) => {
                let remarks = data.remarks.clone();
                let summary = kinds::summary(&Dataset::Ratings(data));
                Ok(Survey { rows, remarks, summary, ..Survey::default() })
            }
        });
    }
    let _ = (kind, bytes, columns);
    Err(DataError::file(format!("{name}: there are no columns in data of this kind")))
}

/// What a file was found to be.
#[cfg(feature = "tables")]
enum Looked<'s> {
    /// Rows of text.
    Source(&'s source::Source<'s>),
    /// A sparse matrix, and how many entries it stores.
    #[cfg(feature = "ratings")]
    Ratings(iterscope_core::Ratings, u64),
}

/// Unpacks a file, finds out what it is, and hands it on.
#[cfg(feature = "tables")]
fn look<T>(
    kind: DataKind,
    name: &str,
    bytes: &[u8],
    columns: Option<&Columns>,
    then: impl FnOnce(Looked<'_>) -> Result<T, DataError>,
) -> Result<T, DataError> {
    columns.map_or(Ok(()), |said| said.check_choices(kind)).map_err(DataError::columns)?;
    text::check_size(name, bytes)?;
    let mut remarks: Vec<iterscope_core::Remark> = Vec::new();
    // What is no text in gzip, such as arrays.
    let packed = bytes.starts_with(b"\x1f\x8b") && matches!(kind, DataKind::Ratings | DataKind::Table);
    let unpacked = if packed { Some(text::unpacked(name, bytes)?) } else { None };
    if unpacked.is_some() {
        remarks.push("The file was unpacked from gzip.".into());
    }
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    let unpacked = archive::unpacked(name, bytes)?;
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    #[cfg(feature = "table")]
    if let Some(source) = arrays::open(kind, bytes, columns)? {
        return then(Looked::Source(&source.after(remarks)));
    }
    let text = text::decode(name, bytes)?;
    remarks.extend(text.remarks);
    let text = &*text.body;
    text::refuse_survey(text)?;
    #[cfg(feature = "table")]
    if matches!(kind, DataKind::Ratings | DataKind::Table) {
        if market::is_market(text) {
            let matrix = market::with_holes(text)?;
            #[cfg(feature = "ratings")]
            if kind == DataKind::Ratings {
                let (mut data, rows) = ratings::of_market(&matrix, columns)?;
                data.remarks.splice(0..0, remarks);
                return then(Looked::Ratings(data, rows));
            }
            return then(Looked::Source(&arrays::of_market(&matrix, columns)?.after(remarks)));
        }
        return then(Looked::Source(&layouts::rows(kind, text)?.after(remarks)));
    }
    then(Looked::Source(&source::Source::plain(text).after(remarks)))
}

#[cfg(feature = "tables")]
fn reader(kind: DataKind) -> Option<&'static kinds::TableReader> {
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
