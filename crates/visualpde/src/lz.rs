//! LZ compression with an alphabet fit for links: sixty-four characters of six bits each (pieroxy's lz-string).
//!
//! Codes grow from two bits on; each bit of a code comes lowest first. Code 0 is followed by a new character of 8 bits, 1 by
//! one of 16, 2 ends the text; the others name a piece seen before.

use crate::ImportError;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";

/// The most characters that a text may unpack to.
const MOST: usize = 1 << 20;

struct Bits {
    /// Six bits each, with the place of their character.
    digits: Vec<(u8, usize)>,
    /// The next bit.
    next: usize,
    /// The place behind the last character.
    end: usize,
}

impl Bits {
    fn take(&mut self, count: u32) -> Result<u32, ImportError> {
        let mut value = 0;
        for k in 0..count {
            let Some(&(digit, _)) = self.digits.get(self.next / 6) else {
                return Err(ImportError::at(self.end, "the link is cut off here: copy it whole"));
            };
            let bit = digit >> (5 - self.next % 6) & 1;
            value |= u32::from(bit) << k;
            self.next += 1;
        }
        Ok(value)
    }

    fn place(&self) -> usize {
        self.digits.get(self.next / 6).map_or(self.end, |&(_, at)| at)
    }
}

/// Unpacks characters, each given with its place in what was brought. A space stands for the plus sign that it was.
pub(crate) fn unpack(packed: impl Iterator<Item = (char, usize)>) -> Result<String, ImportError> {
    let mut digits = Vec::new();
    let mut end = 0;
    for (c, at) in packed {
        let plain = if c == ' ' { '+' } else { c };
        end = at + c.len_utf8().min(1);
        let digit = match plain {
            '$' => break,
            _ => ALPHABET.iter().position(|&a| char::from(a) == plain),
        };
        let Some(digit) = digit else {
            return Err(ImportError::at(at, format!("the character `{}` cannot be in such a link", c.escape_debug())));
        };
        digits.push((digit as u8, at));
    }
    let mut bits = Bits { digits, next: 0, end };
    let units = units(&mut bits)?;
    String::from_utf16(&units).map_err(|_| ImportError::new("the link does not hold a text: it was changed on its way"))
}

fn units(bits: &mut Bits) -> Result<Vec<u16>, ImportError> {
    // Pieces seen before, as parts of what was written already.
    let mut pieces: Vec<std::ops::Range<usize>> = vec![0..0; 3];
    let mut out: Vec<u16> = Vec::new();
    let mut width = 2;
    // How many more pieces there may be before codes grow.
    let mut room = 1_usize;
    let mut last: Option<std::ops::Range<usize>> = None;
    loop {
        let place = bits.place();
        let code = bits.take(width)? as usize;
        let start = out.len();
        match code {
            0 | 1 => {
                let unit = bits.take(if code == 0 { 8 } else { 16 })?;
                out.push(unit as u16);
                pieces.push(start..start + 1);
                room -= 1;
                if room == 0 {
                    room = 1 << width;
                    width += 1;
                }
            }
            2 => return Ok(out),
            _ => {
                let piece = match (pieces.get(code), &last) {
                    (Some(piece), _) => piece.clone(),
                    // The piece that is about to be made of the last one and its own first character.
                    (None, Some(last)) if code == pieces.len() => last.start..last.end + 1,
                    _ => return Err(ImportError::at(place, "the link was changed on its way: this does not unpack")),
                };
                for k in piece {
                    let unit = out.get(k).copied();
                    out.extend(unit);
                }
            }
        }
        if out.len() > MOST {
            return Err(ImportError::at(place, "the link unpacks to more than a million characters"));
        }
        let written = start..out.len();
        if let Some(last) = last {
            // The last piece and the first character of this one stand side by side.
            pieces.push(last.start..last.end + 1);
            room -= 1;
            if room == 0 {
                room = 1 << width;
                width += 1;
            }
        }
        last = Some(written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, ImportError> {
        unpack(text.chars().enumerate().map(|(i, c)| (c, i)))
    }

    #[test]
    fn errors_have_a_place() {
        assert_eq!(read("Q"), Ok(String::new()));
        assert!(read("N").is_err_and(|e| e.at == Some(1) && e.message.contains("cut off")));
        assert!(read("N4*g").is_err_and(|e| e.at == Some(2)));
    }
}
