//! Matrix Market files with coordinates: <https://math.nist.gov/MatrixMarket/formats.html>.

use iterscope_core::Ratings;

use crate::DataError;
use crate::error::quoted;
use crate::ratings::Builder;
use crate::report::Report;
use crate::words::number;

/// Whether a text says that it is such a file.
pub(crate) fn is_market(text: &str) -> bool {
    text.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("%%MatrixMarket"))
}

/// Reads the entries; rows become users and columns items, named by their numbers from 1.
///
/// # Errors
/// Complex or dense matrices, a line that is no entry, or another number of entries than is said.
pub(crate) fn read(text: &str, report: &mut Report) -> Result<Ratings, DataError> {
    let mut lines = (1u64..).zip(text.lines());
    let head = lines.next().map_or("", |(_, line)| line).to_ascii_lowercase();
    let words: Vec<&str> = head.split_whitespace().skip(1).collect();
    let (pattern, symmetric, sign) = match words[..] {
        ["matrix", "coordinate", field, symmetry] => {
            let pattern = match field {
                "real" | "integer" | "double" => false,
                "pattern" => true,
                _ => {
                    return Err(DataError::line(
                        1,
                        format!("entries that are {} cannot be read; real, integer and pattern can", quoted(field)),
                    ));
                }
            };
            match symmetry {
                "general" => (pattern, false, 1.0),
                "symmetric" => (pattern, true, 1.0),
                "skew-symmetric" => (pattern, true, -1.0),
                _ => {
                    return Err(DataError::line(
                        1,
                        format!(
                            "the symmetry {} cannot be read; general, symmetric and skew-symmetric can",
                            quoted(symmetry)
                        ),
                    ));
                }
            }
        }
        _ => {
            let message =
                "expected %%MatrixMarket matrix coordinate, then real, integer or pattern, then general or symmetric";
            return Err(DataError::line(1, message));
        }
    };
    let mut size: Option<[u64; 3]> = None;
    let mut builder = Builder::default();
    let mut read = 0u64;
    for (line, text) in lines {
        if text.trim().is_empty() || text.trim_start().starts_with('%') {
            continue;
        }
        let mut cells = text.split_whitespace();
        let mut next = || cells.next().unwrap_or_default();
        let whole = |text: &str, column| {
            text.parse::<u64>()
                .map_err(|_| DataError::at(line, column, format!("found {}; expected a whole number", quoted(text))))
        };
        let Some([m, n, entries]) = size else {
            size = Some([whole(next(), 1)?, whole(next(), 2)?, whole(next(), 3)?]);
            continue;
        };
        let (row, column) = (next(), next());
        for (text, most, at) in [(row, m, 1), (column, n, 2)] {
            let index = whole(text, at)?;
            if index == 0 || index > most {
                return Err(DataError::at(line, at, format!("the index {index} is not between 1 and {most}")));
            }
        }
        let value = if pattern {
            1.0
        } else {
            let text = next();
            let value = number(text, false).filter(|v| v.is_finite());
            value.ok_or_else(|| DataError::at(line, 3, format!("found {}; expected a finite number", quoted(text))))?
        };
        if !next().is_empty() {
            return Err(DataError::line(line, "there is more in this line than one entry"));
        }
        read += 1;
        if read > entries {
            return Err(DataError::line(line, format!("there are more entries than the {entries} that the file says")));
        }
        builder.add(row, column, value, line);
        if symmetric && row != column {
            builder.add(column, row, sign * value, line);
        }
    }
    match size {
        Some([.., entries]) if read < entries => {
            Err(DataError::file(format!("the file ends after {read} of {entries} entries")))
        }
        Some(_) if read > 0 => {
            report.rows = read;
            Ok(builder.finish(Vec::new(), report))
        }
        _ => Err(DataError::file("the file has no entries")),
    }
}
