//! A Matrix Market file as the matrix of a linear system.

use iterscope_core::{Mirror, Remark, SparseMatrix};

use crate::error::quoted;
use crate::market::{Symmetry, is_market, matrix_market};
use crate::{DataError, archive, text};

/// Reads the matrix of a linear system.
///
/// # Errors
/// The file is not in the format of Matrix Market, its matrix is not square or empty, or as [`matrix_market`].
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<SparseMatrix, DataError> {
    text::check_size(name, bytes)?;
    let unpacked = archive::unpacked(name, bytes)?;
    let text = text::decode(name, unpacked.as_deref().unwrap_or(bytes))?;
    let mut remarks = text.remarks;
    let text = &*text.body;
    if !is_market(text) {
        let first = text.split_whitespace().next().unwrap_or_default();
        let message = format!("found {}; a matrix begins with %%MatrixMarket", quoted(first));
        return Err(DataError::at(1, 1, message));
    }
    let market = matrix_market(text)?;
    let side = market.side()?;
    if side == 0 {
        return Err(DataError::at(market.size_line, 1, "the matrix has no rows"));
    }
    let entries: Vec<(u32, u32, f64)> = market.all().map(|(_, entry)| entry).collect();
    let mirror = match market.symmetry {
        Symmetry::General => Mirror::None,
        Symmetry::Symmetric => Mirror::Symmetric,
        Symmetry::Skew => Mirror::Skew,
    };
    if market.pattern {
        remarks.push("The file stores a pattern only: every entry is 1.".into());
    }
    if let Some(remark) = again(&entries, &market.lines, &market.entries) {
        remarks.push(remark);
    }
    Ok(SparseMatrix { side, entries, mirror, remarks })
}

/// What to say of places that are stored more than once: their entries are summed.
fn again(all: &[(u32, u32, f64)], lines: &[u32], stored: &[(u32, u32, f64)]) -> Option<Remark> {
    let mut places: Vec<(u32, u32)> = all.iter().map(|&(i, j, _)| (i, j)).collect();
    places.sort_unstable();
    let repeated = places.windows(2).filter(|w| w[0] == w[1]).count();
    let (i, j) = places.windows(2).find(|w| w[0] == w[1])?[0];
    let line = stored.iter().zip(lines).rfind(|((a, b, _), _)| (*a, *b) == (i, j) || (*b, *a) == (i, j))?.1;
    let text = format!(
        "{repeated} entries stand at a place that has one already, such as row {}, column {} in line {line}: entries of one place \
         are summed.",
        i + 1,
        j + 1
    );
    Some(text.into())
}
