//! From bytes to text: the size, the encoding, and what only pretends to be text.

use crate::DataError;
use crate::error::quoted;

/// The largest file that is read: 256 MiB, ten million ratings.
pub const MAX_BYTES: usize = 256 << 20;

/// Refuses files above [`MAX_BYTES`].
pub(crate) fn check_size(name: &str, bytes: &[u8]) -> Result<(), DataError> {
    if bytes.len() <= MAX_BYTES {
        return Ok(());
    }
    let tenths = (bytes.len() as u64 * 10).div_ceil(1 << 20);
    Err(DataError::file(format!(
        "{} has {}.{} MiB; files of at most 256 MiB are read: leave out columns or rows that are not needed",
        quoted(name),
        tenths / 10,
        tenths % 10
    )))
}

/// What the first bytes say the file is, where that is not text.
pub(crate) fn recognise(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 14] = [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"RIFF", "a RIFF file (a WebP picture or a sound)"),
        (b"II*\0", "a TIFF picture"),
        (b"MM\0*", "a TIFF picture"),
        (b"BM", "a BMP picture"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or a workbook of Excel or LibreOffice"),
        (b"\xd0\xcf\x11\xe0", "an old workbook of Excel"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"PAR1", "a Parquet file"),
        (b"SQLite format 3\0", "an SQLite database"),
    ];
    let (magic, kind) = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic))?;
    // Two letters are a weak sign: a table may start with them too.
    (magic != b"BM" || bytes.iter().take(64).any(|&b| b == 0)).then_some(*kind)
}

/// The bytes as text without a byte order mark.
///
/// # Errors
/// Names the size, a binary format, UTF-16, or the place of the first byte that is not UTF-8.
pub(crate) fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, DataError> {
    check_size(name, bytes)?;
    if let Some(kind) = recognise(bytes) {
        return Err(DataError::file(format!(
            "{} is {kind}, not a text table: save or export it as CSV in UTF-8",
            quoted(name)
        )));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || looks_utf16(bytes) {
        return Err(DataError::file(format!("{} is UTF-16 text: save it again as CSV in UTF-8", quoted(name))));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let found = bytes[error.valid_up_to()];
        let (line, column) = place(before);
        DataError::at(
            line,
            column,
            format!(
                "the byte 0x{found:02X} is not UTF-8 text (the file may be Latin-1 or Windows-1252): \
                 save it again as CSV in UTF-8"
            ),
        )
    })?;
    match text.find('\0') {
        None => Ok(text),
        Some(at) => {
            let (line, column) = place(&text.as_bytes()[..at]);
            Err(DataError::at(line, column, "found a zero byte, so this is not a text table: bring CSV in UTF-8"))
        }
    }
}

/// Line and character, from 1, of what follows `before`, which is UTF-8.
fn place(before: &[u8]) -> (u64, u64) {
    let text = std::str::from_utf8(before).unwrap_or_default();
    let start = text.rfind(['\n', '\r']).map_or(0, |i| i + 1);
    (1 + line_ends(before), 1 + text[start..].chars().count() as u64)
}

/// Number of line ends: LF, CR LF or CR, each counted once.
pub(crate) fn line_ends(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut after_cr = false;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || (byte == b'\n' && !after_cr));
        after_cr = byte == b'\r';
    }
    count
}

/// UTF-16 without a byte order mark: mostly Latin text has a zero in every other byte.
fn looks_utf16(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let half = head.len() / 2;
    half >= 4 && (even == 0 && odd * 10 >= half * 7 || odd == 0 && even * 10 >= half * 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_all_kinds() {
        assert_eq!(line_ends(b"a\nb\r\nc\rd"), 3);
        assert_eq!(line_ends(b"\r\r\n\n"), 3);
        assert_eq!(line_ends(b""), 0);
    }

    #[test]
    fn places_count_characters_not_bytes() {
        assert_eq!(place("é\nüü".as_bytes()), (2, 3));
    }
}
