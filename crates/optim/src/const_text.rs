//! Joining constant texts, so that the words of a method are made of those of its rules.

/// Bytes of all pieces.
pub const fn length(pieces: &[&str]) -> usize {
    let (mut sum, mut k) = (0, 0);
    while k < pieces.len() {
        sum += pieces[k].len();
        k += 1;
    }
    sum
}

/// The pieces one after the other; `N` is their [`length`].
pub const fn joined<const N: usize>(pieces: &[&str]) -> [u8; N] {
    let (mut out, mut at, mut k) = ([0; N], 0, 0);
    while k < pieces.len() {
        let bytes = pieces[k].as_bytes();
        let mut b = 0;
        while b < bytes.len() {
            out[at] = bytes[b];
            (at, b) = (at + 1, b + 1);
        }
        k += 1;
    }
    out
}

/// What was joined, as text.
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        // Whole texts joined are text.
        Err(_) => "",
    }
}
