//! MATLAB's files of level 5 (versions 5 to 7): MathWorks, MAT-File Format (2023), chapter 1.

use super::{Cells, Found, Named};
use crate::DataError;
use crate::text::MAX_BYTES;

/// Types of elements, and the flag of complex numbers.
const COMPRESSED: u32 = 15;
const MATRIX: u32 = 14;
const COMPLEX: u32 = 1 << 11;

/// Whether the bytes begin like such a file: a text of 124 bytes, the version, and a mark of the byte order.
pub(crate) fn is_mat(bytes: &[u8]) -> bool {
    matches!(bytes.get(124..128), Some([0, 1, b'I', b'M'] | [1, 0, b'M', b'I']))
}

/// Whether the bytes begin like a file of level 4: the kind of the numbers, the sides, and the name of a matrix.
pub(crate) fn is_level_4(bytes: &[u8]) -> bool {
    let word = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let (Some(kind), Some(imaginary), Some(length)) = (word(0), word(12), word(16)) else { return false };
    let name = || bytes.get(20..(20 + length as usize)).and_then(<[u8]>::split_last);
    kind < 60
        && kind % 10 <= 2
        && imaginary <= 1
        && (2..64).contains(&length)
        && name().is_some_and(|(end, name)| *end == 0 && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_'))
}

/// Whether the bytes are a file of version 7.3, which is HDF5.
pub(crate) fn is_hdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89HDF\r\n\x1a\n") || bytes.get(512..).is_some_and(|b| b.starts_with(b"\x89HDF\r\n\x1a\n"))
}

fn damaged(why: &str) -> DataError {
    DataError::file(format!("the MATLAB file is damaged: {why}"))
}

/// Bytes in one of the two orders.
#[derive(Clone, Copy)]
struct Data<'a> {
    bytes: &'a [u8],
    big: bool,
}

/// One element: its type and its bytes.
struct Element<'a> {
    kind: u32,
    body: Data<'a>,
}

impl<'a> Data<'a> {
    fn unsigned(self, at: usize, size: usize) -> Option<u64> {
        let part = self.bytes.get(at..at.checked_add(size)?)?;
        let push = |n: u64, b: &u8| n << 8 | u64::from(*b);
        Some(if self.big { part.iter().fold(0, push) } else { part.iter().rev().fold(0, push) })
    }

    /// Takes the first element off.
    fn take(&mut self) -> Option<Element<'a>> {
        let word = self.unsigned(0, 4)? as u32;
        // Up to four bytes may stand in the tag itself.
        let (kind, size, from): (u32, usize, usize) = if word >> 16 > 0 {
            (word & 0xffff, (word >> 16) as usize, 4)
        } else {
            (word, self.unsigned(4, 4)? as usize, 8)
        };
        let bytes = self.bytes.get(from..from.checked_add(size)?)?;
        // Elements end at a multiple of eight bytes, but packed ones.
        let end = if from == 4 {
            8
        } else if kind == COMPRESSED {
            from + size
        } else {
            from + size.next_multiple_of(8)
        };
        self.bytes = self.bytes.get(end..).unwrap_or_default();
        Some(Element { kind, body: Data { bytes, big: self.big } })
    }
}

impl Element<'_> {
    /// Bytes of a number of this type.
    fn width(&self) -> Option<usize> {
        Some(match self.kind {
            1 | 2 | 16 => 1,
            3 | 4 | 17 => 2,
            5..=7 | 18 => 4,
            9 | 12 | 13 => 8,
            _ => return None,
        })
    }

    fn count(&self) -> Option<usize> {
        Some(self.body.bytes.len() / self.width()?)
    }

    fn real(&self, i: usize) -> Option<f64> {
        let bits = self.body.unsigned(i * self.width()?, self.width()?)?;
        Some(match self.kind {
            1 => f64::from(bits as u8 as i8),
            3 => f64::from(bits as u16 as i16),
            5 => f64::from(bits as u32 as i32),
            7 => f64::from(f32::from_bits(bits as u32)),
            9 => f64::from_bits(bits),
            12 => bits as i64 as f64,
            _ => bits as f64,
        })
    }

    fn whole(&self, i: usize) -> Option<i64> {
        let bits = self.body.unsigned(i * self.width()?, self.width()?)?;
        Some(match self.kind {
            1 => i64::from(bits as u8 as i8),
            3 => i64::from(bits as u16 as i16),
            5 => i64::from(bits as u32 as i32),
            7 | 9 => return None,
            _ => bits as i64,
        })
    }
}

/// The variables that hold matrices of numbers, in the order of the file, and the names of all others.
///
/// # Errors
/// An element that ends beyond the file, or is not as it says.
pub(crate) fn read(bytes: &[u8]) -> Result<(Vec<Named>, Vec<String>), DataError> {
    let big = bytes.get(126) == Some(&b'M');
    let mut data = Data { bytes: bytes.get(128..).unwrap_or_default(), big };
    let (mut named, mut others) = (Vec::new(), Vec::new());
    let mut room = MAX_BYTES;
    while !data.bytes.is_empty() {
        let element = data.take().ok_or_else(|| damaged("it ends within a variable"))?;
        let inflated;
        let element = if element.kind == COMPRESSED {
            inflated = inflated_to(element.body.bytes, room)
                .ok_or_else(|| damaged("a packed variable does not unpack, or is too large"))?;
            room -= inflated.len();
            let mut inner = Data { bytes: &inflated, big };
            inner.take().ok_or_else(|| damaged("a packed variable ends too early"))?
        } else {
            element
        };
        if element.kind != MATRIX {
            continue;
        }
        match matrix(element.body).ok_or_else(|| damaged("a variable is not as it says"))? {
            (name, Some(found)) => named.push(Named { name, found }),
            (name, None) if !name.is_empty() => others.push(name),
            _ => {}
        }
    }
    Ok((named, others))
}

fn inflated_to(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    crate::zip::inflated(flate2::read::ZlibDecoder::new(packed), most)
}

/// A variable; nothing where it holds no matrix of real numbers.
fn matrix(mut data: Data) -> Option<(String, Option<Found>)> {
    let flags = data.take()?.body.unsigned(0, 4)? as u32;
    let class = flags & 0xff;
    // Objects have neither sides nor a name here.
    if class == 17 {
        return Some((String::new(), None));
    }
    let sides = data.take()?;
    let name = data.take()?;
    let name = String::from_utf8_lossy(name.body.bytes).into_owned();
    let sides: Vec<usize> =
        (0..sides.count()?).map(|i| usize::try_from(sides.whole(i)?).ok()).collect::<Option<_>>()?;
    let kept: Vec<usize> =
        if sides.len() > 2 { sides.iter().copied().filter(|n| *n != 1).collect() } else { sides.clone() };
    let (rows, cols) = match kept[..] {
        [] => (1, 1),
        [n] => (n, 1),
        [m, n] => (m, n),
        _ => return Some((name, None)),
    };
    let count = rows.checked_mul(cols)?;
    if flags & COMPLEX != 0 || !matches!(class, 5..=15) {
        return Some((name, None));
    }
    if class == 5 {
        let (ir, jc, values) = (data.take()?, data.take()?, data.take()?);
        let mut triplets = Vec::new();
        for j in 0..cols {
            let (from, to) = (usize::try_from(jc.whole(j)?).ok()?, usize::try_from(jc.whole(j + 1)?).ok()?);
            if from > to || to > values.count()? {
                return None;
            }
            for e in from..to {
                let i = usize::try_from(ir.whole(e)?).ok().filter(|i| *i < rows)?;
                triplets.push((i as u32, j as u32, values.real(e)?));
            }
        }
        return Some((name, Some(Found::Sparse { rows, cols, first: 1, triplets })));
    }
    let values = data.take()?;
    if values.count()? != count {
        return None;
    }
    // Columns stand one after the other. Whole numbers stay exact, also beyond what a double holds.
    let place = |e: usize| e % cols.max(1) * rows + e / cols.max(1);
    let cells = match (class, values.kind) {
        (8..=15, 7 | 9) | (6 | 7, _) => Cells::Real((0..count).map(|e| values.real(place(e))).collect::<Option<_>>()?),
        (_, 13) => {
            Cells::Unsigned((0..count).map(|e| values.whole(place(e)).map(|v| v as u64)).collect::<Option<_>>()?)
        }
        _ => Cells::Signed((0..count).map(|e| values.whole(place(e))).collect::<Option<_>>()?),
    };
    Some((name, Some(Found::Dense { rows, cols, cells, row_names: Vec::new(), col_names: Vec::new() })))
}
