//! From bytes to text: the size, the encoding, and what only pretends to be text.

use std::borrow::Cow;

use iterscope_core::Remark;

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
    const KINDS: [(&[u8], &str); 33] = [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"RIFF", "a RIFF file (a WebP picture or a sound)"),
        (b"II*\0", "a TIFF picture"),
        (b"MM\0*", "a TIFF picture"),
        (b"II+\0", "a TIFF picture"),
        (b"MM\0+", "a TIFF picture"),
        (b"BM", "a BMP picture"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or a workbook of Excel or LibreOffice"),
        (b"\xd0\xcf\x11\xe0", "an old workbook of Excel"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"PAR1", "a Parquet file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
        (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
        (b"\0\0\x01\0", "an icon"),
        (b"8BPS", "a picture of Photoshop"),
        (b"ARROW1", "a Feather file"),
        (b"FEA1", "a Feather file"),
        (b"<stata_dta>", "a file of Stata"),
        (b"$FL2", "a file of SPSS"),
        (b"$FL3", "a file of SPSS"),
        (b"RDX2\n", "data of R"),
        (b"RDX3\n", "data of R"),
        (b"X\n\0\0\0", "data of R"),
        (b"BZh", "a bzip2 archive"),
        (b"\xfd7zXZ\0", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
    ];
    let pages = || {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).trim_start().to_ascii_lowercase();
        let start = start.trim_start_matches('\u{feff}').to_owned();
        let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
        match () {
            () if begins(&["<svg"]) || begins(&["<?xml"]) && start.contains("<svg") => Some("an SVG drawing"),
            () if begins(&["<!doctype html", "<html", "<table", "<head", "<body"]) => Some("a page of HTML"),
            () if begins(&["<?xml"]) => Some("an XML file"),
            () => None,
        }
    };
    // Boxes of the kind that films have, too.
    let boxed = || match bytes.get(4..12)? {
        b"ftypavif" | b"ftypavis" => Some("an AVIF picture"),
        b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftypheim" => Some("a HEIC picture"),
        _ => None,
    };
    // A number of the version, then one of a few.
    let versioned = || match *bytes.get(..4)? {
        [0x80, 2..=5, ..] => Some("a pickle of Python"),
        // Versions 8 to 12 of the program; later ones begin with a word.
        [105 | 108 | 110..=115, 1 | 2, 1, 0] => Some("a file of Stata"),
        _ => None,
    };
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("a tar archive");
    }
    let Some((magic, kind)) = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)) else {
        return versioned().or_else(boxed).or_else(pages);
    };
    // Few letters are a weak sign: a table may start with them too.
    (!matches!(*magic, b"BM" | b"BZh" | b"8BPS" | b"FEA1" | b"ARROW1" | b"$FL2" | b"$FL3")
        || bytes.iter().take(64).any(|&b| b == 0))
    .then_some(*kind)
}

/// A text, and what is to say of how it was had.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    /// Without a byte order mark.
    pub body: Cow<'a, str>,
    pub remarks: Vec<Remark>,
}

/// The bytes as text: UTF-8, or converted from UTF-16, from Windows-1252 (which is Latin-1 and more) or out of gzip.
///
/// # Errors
/// Names the size, a binary format, or the place of the first byte that is no text.
pub(crate) fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<Text<'a>, DataError> {
    check_size(name, bytes)?;
    #[cfg(feature = "tables")]
    if bytes.starts_with(b"\x1f\x8b") {
        let whole = unpacked(name, bytes)?;
        let text = decode(name, &whole)?;
        let mut remarks = vec!["The file was unpacked from gzip.".into()];
        remarks.extend(text.remarks);
        return Ok(Text { body: Cow::Owned(text.body.into_owned()), remarks });
    }
    if let Some(kind) = recognise(bytes) {
        return Err(DataError::file(format!(
            "{} is {kind}, not a text table: save or export it as CSV in UTF-8",
            quoted(name)
        )));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || looks_utf16(bytes) {
        return from_utf16(name, bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (body, remarks) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), Vec::new()),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let found = bytes[error.valid_up_to()];
            let (line, column) = place(before);
            let Some(text) = from_windows(bytes).filter(|_| before.is_ascii()) else {
                return Err(DataError::at(
                    line,
                    column,
                    format!("the byte 0x{found:02X} is not UTF-8 text: save the file again as CSV in UTF-8"),
                ));
            };
            let first = text.chars().find(|c| !c.is_ascii()).map(String::from).unwrap_or_default();
            let remark = format!(
                "The file is not UTF-8 and was read as Windows-1252 (Latin-1); the first character that this decides is {} \
                 in line {line}.",
                quoted(&first)
            );
            (Cow::Owned(text), vec![remark.into()])
        }
    };
    // Lines of old programs end in CR alone; most readers look for LF.
    let body = if body.contains('\n') || !body.contains('\r') { body } else { Cow::Owned(with_line_feeds(&body)) };
    match body.find('\0') {
        None => Ok(Text { body, remarks }),
        Some(at) => {
            let (line, column) = place(&body.as_bytes()[..at]);
            Err(DataError::at(line, column, "found a zero byte, so this is not a text table: bring CSV in UTF-8"))
        }
    }
}

/// What a gzip archive holds, as far as it is no larger than what is read at all.
#[cfg(feature = "tables")]
pub(crate) fn unpacked(name: &str, bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    use std::io::Read;
    let mut out = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).take(MAX_BYTES as u64 + 1).read_to_end(&mut out);
    if let Err(error) = read {
        return Err(DataError::file(format!("{} is a gzip archive that does not unpack: {error}", quoted(name))));
    }
    check_size(name, &out)?;
    if out.starts_with(b"\x1f\x8b") {
        return Err(DataError::file(format!("{} is packed twice by gzip: unpack it once", quoted(name))));
    }
    Ok(out)
}

/// Refuses what Qualtrics exports: two lines about the questions below the header.
///
/// # Errors
/// It is one, with what to do.
pub(crate) fn refuse_survey(text: &str) -> Result<(), DataError> {
    let about =
        |line: &str| line.trim_start().starts_with("\"{\"\"ImportId\"\":") || line.starts_with("{\"ImportId\":");
    // Questions of several lines stand in quotes.
    const LOOKED_AT: usize = 400;
    match text.lines().take(LOOKED_AT).position(about) {
        Some(at) if at > 0 => Err(DataError::line(
            at as u64 + 1,
            "this is a survey exported from Qualtrics, with three lines of names: delete the first line and this one, so that the \
             questions are the names of the columns",
        )),
        _ => Ok(()),
    }
}

/// The same with LF for CR, but for what stands in quotes.
fn with_line_feeds(text: &str) -> String {
    let mut quoted = false;
    let one = |c: char| {
        quoted ^= c == '"';
        if c == '\r' && !quoted { '\n' } else { c }
    };
    text.chars().map(one).collect()
}

/// Text from UTF-16 of either byte order, with a byte order mark or without.
fn from_utf16<'a>(name: &str, bytes: &[u8]) -> Result<Text<'a>, DataError> {
    let (rest, large) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        // Latin letters have their zero first where the large byte is first.
        _ => (bytes, bytes.first() == Some(&0)),
    };
    let units = rest.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if large { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    let mut body = String::with_capacity(rest.len() / 2);
    for found in char::decode_utf16(units) {
        match found {
            Ok('\0') | Err(_) => {
                let (line, column) = place(body.as_bytes());
                let message =
                    format!("{} begins as UTF-16 text, and here is none: save it again as CSV in UTF-8", quoted(name));
                return Err(DataError::at(line, column, message));
            }
            Ok(c) => body.push(c),
        }
    }
    if !rest.len().is_multiple_of(2) {
        return Err(DataError::file(format!("{} is UTF-16 text that ends within a character", quoted(name))));
    }
    let body = if body.contains('\n') { body } else { with_line_feeds(&body) };
    Ok(Text { body: Cow::Owned(body), remarks: vec!["The file was converted from UTF-16.".into()] })
}

/// Text from Windows-1252; `None` where a byte is no character of a text in it.
fn from_windows(bytes: &[u8]) -> Option<String> {
    // 0x80 to 0x9F, where it differs from Latin-1; the holes are no characters.
    const UPPER: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”',
        '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    bytes
        .iter()
        .map(|&byte| match byte {
            b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xa0.. => Some(char::from(byte)),
            0x80..=0x9f => Some(UPPER[usize::from(byte - 0x80)]).filter(|c| *c != '\0'),
            _ => None,
        })
        .collect()
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
    fn other_encodings_are_converted_and_said() {
        let text = "winner,loser\nJosé,Zoë €\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let large: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [[&[0xff, 0xfe][..], &little].concat(), [&[0xfe, 0xff][..], &large].concat(), little.clone(), large.clone()]
        {
            let found = decode("x", &bytes).unwrap();
            assert_eq!((found.body.as_ref(), found.remarks.len()), (text, 1));
        }
        let latin = b"winner,loser\nJos\xe9,Zo\xeb \x80\n";
        let found = decode("x", latin).unwrap();
        assert_eq!(found.body, text);
        assert!(
            found.remarks[0].contains("Windows-1252 (Latin-1); the first character that this decides is `é` in line 2")
        );
        // Text that is UTF-8 but for a byte is damaged, not Latin-1.
        assert!(decode("x", "é\n".as_bytes()).unwrap().remarks.is_empty());
        assert!(
            decode("x", b"\xc3\xa9\n\xe9\n").unwrap_err().to_string().starts_with("line 2, column 1: the byte 0xE9")
        );
        assert!(decode("x", b"a\x01\xe9\n").is_err() && decode("x", b"a\x81\n").is_err());
        assert!(decode("x", &little[..7]).is_err());
    }

    #[cfg(feature = "tables")]
    #[test]
    fn gzip_is_unpacked_and_said() {
        use std::io::Write;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(b"winner,loser\na,b\n").unwrap();
        let packed = packed.finish().unwrap();
        let found = decode("x.csv.gz", &packed).unwrap();
        assert_eq!(
            (found.body.as_ref(), found.remarks[0].text.as_str()),
            ("winner,loser\na,b\n", "The file was unpacked from gzip.")
        );
        assert!(decode("x", &packed[..20]).unwrap_err().message.contains("does not unpack"));
    }

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
