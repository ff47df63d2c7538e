//! NumPy's format for one array, versions 1 to 3:
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::Cells;
use super::literal::{self, Literal};
use crate::DataError;
use crate::error::quoted;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The most bytes of a header; NumPy itself refuses more than 10,000 unless told otherwise.
const MOST_HEADER: usize = 1 << 20;

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Npy {
    /// An array; its cells stand row by row (in C order), whatever the order in the file.
    Plain {
        /// Its sides.
        shape: Vec<usize>,
        /// As many as the product of the sides.
        cells: Cells,
    },
    /// A list of records.
    Fields {
        /// Names and cells of the fields, all of the same length.
        fields: Vec<(String, Cells)>,
    },
}

/// What the bytes of one element are.
#[derive(Clone, Copy, Debug)]
enum Type {
    Float(usize),
    Signed(usize),
    Unsigned(usize),
    Bool,
    Bytes(usize),
    Unicode(usize),
}

impl Type {
    fn size(self) -> usize {
        match self {
            Type::Float(n) | Type::Signed(n) | Type::Unsigned(n) | Type::Bytes(n) => n,
            Type::Bool => 1,
            Type::Unicode(n) => 4 * n,
        }
    }

    /// The type that a code such as `<f8` says, and whether its bytes stand largest first.
    fn parse(code: &str) -> Result<(Type, bool), DataError> {
        let refuse = || {
            Err(DataError::file(format!(
                "the array holds elements of type {}; numbers (integers, floats of 2, 4 or 8 bytes) and texts are read",
                quoted(code)
            )))
        };
        let (big, rest) = match code.as_bytes() {
            [b'>', ..] => (true, &code[1..]),
            [b'<' | b'=' | b'|', ..] => (false, &code[1..]),
            _ => (false, code),
        };
        let mut chars = rest.chars();
        let (Some(letter), Ok(n)) = (chars.next(), chars.as_str().parse::<usize>()) else { return refuse() };
        let kind = match (letter, n) {
            ('f', 2 | 4 | 8) => Type::Float(n),
            ('i', 1 | 2 | 4 | 8) => Type::Signed(n),
            ('u', 1 | 2 | 4 | 8) => Type::Unsigned(n),
            ('b', 1) => Type::Bool,
            ('S' | 'a', 0..=65_536) => Type::Bytes(n),
            ('U', 0..=65_536) => Type::Unicode(n),
            _ => return refuse(),
        };
        Ok((kind, big))
    }

    /// `count` elements, the first at `offset`, each `stride` bytes after the one before. The bytes are known to be there.
    fn cells(self, big: bool, data: &[u8], offset: usize, stride: usize, count: usize) -> Cells {
        let size = self.size();
        let one = |i: usize| &data[offset + i * stride..][..size];
        let bits = |i: usize| {
            let mut value = 0u64;
            for k in 0..size {
                value = value << 8 | u64::from(one(i)[if big { k } else { size - 1 - k }]);
            }
            value
        };
        match self {
            Type::Float(8) => Cells::Real((0..count).map(|i| f64::from_bits(bits(i))).collect()),
            Type::Float(4) => Cells::Real((0..count).map(|i| f64::from(f32::from_bits(bits(i) as u32))).collect()),
            Type::Float(_) => Cells::Real((0..count).map(|i| half(bits(i) as u16)).collect()),
            Type::Signed(n) => {
                // The sign stands in the highest bit of the n bytes.
                let shift = 64 - 8 * n as u32;
                Cells::Signed((0..count).map(|i| (bits(i) << shift) as i64 >> shift).collect())
            }
            Type::Unsigned(_) => Cells::Unsigned((0..count).map(bits).collect()),
            Type::Bool => Cells::Unsigned((0..count).map(|i| u64::from(one(i)[0] != 0)).collect()),
            Type::Bytes(_) => {
                let text = |i: usize| String::from_utf8_lossy(one(i)).trim_end_matches('\0').to_owned();
                Cells::Text((0..count).map(text).collect())
            }
            Type::Unicode(n) => {
                let letter = |i: usize, k: usize| {
                    let b: [u8; 4] = one(i)[4 * k..][..4].try_into().unwrap_or_default();
                    let code = if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                };
                let text = |i: usize| {
                    let text: String = (0..n).map(|k| letter(i, k)).collect();
                    text.trim_end_matches('\0').to_owned()
                };
                Cells::Text((0..count).map(text).collect())
            }
        }
    }
}

/// A float of two bytes (IEEE 754 binary16), exactly.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let power = |e: i32| f64::from_bits(((1023 + e) as u64) << 52);
    sign * match exponent {
        0 => fraction * power(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1024.0 + fraction) * power(e - 25),
    }
}

/// Whether the bytes begin like such a file.
pub(crate) fn is_npy(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads an array.
///
/// # Errors
/// A version, type or shape that is not read, or a file that ends too early.
pub(crate) fn read(bytes: &[u8]) -> Result<Npy, DataError> {
    let damaged = |why: &str| DataError::file(format!("the NumPy array is damaged: {why}"));
    let version = bytes.get(6).copied().filter(|_| is_npy(bytes)).ok_or_else(|| damaged("it has no header"))?;
    let (length, from) = match (version, bytes.get(8..10), bytes.get(8..12)) {
        (1, Some(b), _) => (usize::from(u16::from_le_bytes([b[0], b[1]])), 10),
        (2 | 3, _, Some(b)) => (u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize, 12),
        (1..=3, ..) => return Err(damaged("it ends in its header")),
        _ => return Err(DataError::file(format!("the NumPy array has format version {version}; 1 to 3 are read"))),
    };
    if length > MOST_HEADER {
        return Err(damaged("its header is too long"));
    }
    let header = bytes.get(from..from + length).ok_or_else(|| damaged("it ends in its header"))?;
    // Versions 1 and 2 are Latin-1, and in practice ASCII.
    let header = String::from_utf8_lossy(header);
    let header = literal::parse(&header).ok_or_else(|| damaged("its header is no dictionary"))?;
    let (Some(descr), Some(Literal::Bool(fortran)), Some(Literal::List(shape))) =
        (header.get("descr"), header.get("fortran_order"), header.get("shape"))
    else {
        return Err(damaged("its header does not say descr, fortran_order and shape"));
    };
    let side = |l: &Literal| match l {
        Literal::Whole(n) => usize::try_from(*n).ok(),
        _ => None,
    };
    let shape: Vec<usize> =
        shape.iter().map(side).collect::<Option<_>>().ok_or_else(|| damaged("its shape is no list of numbers"))?;
    let data = &bytes[from + length..];
    let count = shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side));
    let room = |size: usize| {
        let needed = count.and_then(|n| n.checked_mul(size)).filter(|n| *n <= data.len());
        needed.and(count).filter(|n| *n <= u32::MAX as usize).ok_or_else(|| {
            let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
            damaged(&format!("it ends before its {} elements", sides.join(" x ")))
        })
    };
    match descr {
        Literal::Text(code) => {
            let (kind, big) = Type::parse(code)?;
            // Elements without bytes would ask for memory that no file pays for.
            let count = room(kind.size().max(1))?;
            let cells = kind.cells(big, data, 0, kind.size(), count);
            let cells = if *fortran { cells.reordered(&shape) } else { cells };
            Ok(Npy::Plain { shape, cells })
        }
        Literal::List(list) => {
            let (mut offset, mut types) = (0usize, Vec::new());
            for field in list {
                let (name, kind, big) = field_of(field)?;
                types.push((name, kind, big, offset));
                offset += kind.size();
            }
            if offset == 0 {
                return Err(damaged("its records have no fields"));
            }
            let count = room(offset)?;
            let read =
                |(name, kind, big, at): (String, Type, bool, usize)| (name, kind.cells(big, data, at, offset, count));
            Ok(Npy::Fields { fields: types.into_iter().map(read).collect() })
        }
        _ => Err(damaged("its type is neither a code nor a list of fields")),
    }
}

/// A field of records: name (or title and name), type, no further shape.
fn field_of(field: &Literal) -> Result<(String, Type, bool), DataError> {
    if let Literal::List(parts) = field
        && let [name, Literal::Text(code)] = parts.as_slice()
    {
        let name = match name {
            Literal::Text(name) => Some(name),
            Literal::List(both) => match both.as_slice() {
                [_, Literal::Text(name)] => Some(name),
                _ => None,
            },
            _ => None,
        };
        if let Some(name) = name {
            let (kind, big) = Type::parse(code)?;
            return Ok((name.clone(), kind, big));
        }
    }
    Err(DataError::file(
        "the array has records whose fields are arrays or records themselves; only plain fields are read",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103515625e-5),
            (0x0001, 5.960464477539063e-8),
            (0x3555, 0.333251953125),
            (0x8000, -0.0),
            (0x7c00, f64::INFINITY),
        ] {
            assert_eq!(half(bits).to_bits(), f64::to_bits(value), "{bits:x}");
        }
        assert!(half(0x7e00).is_nan());
    }
}
