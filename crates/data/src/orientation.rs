//! How a picture is to be turned before it is shown, as a camera notes it beside the pixels (Exif 2.32, tag 0x0112).

use iterscope_core::Image;

const TAG: u16 = 0x0112;

/// Where the first row and the first column of the pixels as stored are in the picture as it is to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    /// The rows as stored become columns; it comes before the mirrors.
    transposed: bool,
    mirrored_across: bool,
    mirrored_down: bool,
}

impl Orientation {
    /// Reads the note from Exif data, that is a TIFF header and its first directory. What is damaged, missing or of no
    /// meaning leaves the picture as it is stored.
    pub fn read(exif: &[u8]) -> Self {
        Self::find(exif).unwrap_or_default()
    }

    fn find(exif: &[u8]) -> Option<Self> {
        let big = match exif.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        let short = |at: usize| {
            let pair: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
        };
        let (first, second) = (short(4)?, short(6)?);
        let (high, low) = if big { (first, second) } else { (second, first) };
        let directory = usize::from(high) << 16 | usize::from(low);
        let entries = (0..usize::from(short(directory)?)).map(|i| directory + 2 + 12 * i);
        let value = entries.map_while(|at| Some((short(at)?, short(at + 8)?))).find(|(tag, _)| *tag == TAG)?.1;
        Self::numbered(value)
    }

    /// The orientation of a number from 1 to 8.
    pub fn numbered(value: u16) -> Option<Self> {
        let (transposed, mirrored_across, mirrored_down) = match value {
            1 => (false, false, false),
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => return None,
        };
        Some(Self { transposed, mirrored_across, mirrored_down })
    }

    /// Turns a picture as stored into the one to be seen.
    pub fn apply(self, mut picture: Image) -> Image {
        if self == Self::default() {
            return picture;
        }
        let (stored_width, stored) = (picture.width, picture.width * picture.height);
        if self.transposed {
            (picture.width, picture.height) = (picture.height, picture.width);
        }
        let (width, height) = (picture.width, picture.height);
        let plane = |values: &[f64]| {
            let pixel = |i: usize| {
                let (x, y) = (i % width, i / width);
                let x = if self.mirrored_across { width - 1 - x } else { x };
                let y = if self.mirrored_down { height - 1 - y } else { y };
                let (column, row) = if self.transposed { (y, x) } else { (x, y) };
                values[row * stored_width + column]
            };
            (0..stored).map(pixel).collect::<Vec<_>>()
        };
        let planes = |values: &[f64]| values.chunks_exact(stored).flat_map(plane).collect();
        (picture.grey, picture.rgb) = (planes(&picture.grey), planes(&picture.rgb));
        picture.alpha = planes(&picture.alpha);
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_notes_turn_nothing() {
        for bytes in [&b""[..], b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"JJ*\0\x08\0\0\0"] {
            assert_eq!(Orientation::read(bytes), Orientation::default(), "{bytes:?}");
        }
    }
}
