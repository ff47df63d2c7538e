//! ZIP archives, as far as NumPy and others write them: entries that are stored or deflated.
//! PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.

#[cfg(feature = "table")]
pub(crate) use reading::inflated;
#[cfg(feature = "tables")]
pub(crate) use reading::{Entry, entries, is_zip};

/// An archive of stored files.
pub(crate) fn write(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let at = (out.len() as u32).to_le_bytes();
        // Version 2.0; names in UTF-8 (bit 11); stored; 1 January 1980, so that equal results make equal files.
        let mut head = vec![20, 0, 0, 8, 0, 0, 0, 0, 33, 0];
        head.extend(crc32fast::hash(bytes).to_le_bytes());
        head.extend((bytes.len() as u32).to_le_bytes());
        head.extend((bytes.len() as u32).to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.as_bytes());
        out.extend(bytes);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(at);
        directory.extend(name.as_bytes());
    }
    let (count, at) = ((files.len() as u16).to_le_bytes(), (out.len() as u32).to_le_bytes());
    let size = (directory.len() as u32).to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    for part in [&count[..], &count, &size, &at, &[0, 0]] {
        out.extend(part);
    }
    out
}

#[cfg(feature = "tables")]
mod reading {
    use std::borrow::Cow;
    use std::io::Read;

    use crate::DataError;
    use crate::error::quoted;
    use crate::text::MAX_BYTES;

    /// All that a decoder gives, where it is no more than `most` bytes.
    pub(crate) fn inflated(decoder: impl Read, most: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decoder.take(most as u64 + 1).read_to_end(&mut out).ok()?;
        (out.len() <= most).then_some(out)
    }

    /// A file in an archive.
    #[derive(Debug)]
    pub(crate) struct Entry<'a> {
        /// Its name, with its folders.
        pub name: String,
        packed: &'a [u8],
        size: u64,
        deflated: bool,
        crc: u32,
    }

    /// Whether the bytes begin like an archive.
    pub(crate) fn is_zip(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
    }

    fn damaged(why: &str) -> DataError {
        DataError::file(format!("the archive is damaged: {why}"))
    }

    fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let part = bytes.get(at..at.checked_add(size)?)?;
        Some(part.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// The files in an archive, folders left out.
    ///
    /// # Errors
    /// It has no directory at its end, or the directory points out of the file.
    pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<Entry<'_>>, DataError> {
        directory(bytes).ok_or_else(|| damaged("its directory is missing or points out of the file"))?.collect()
    }

    fn directory(bytes: &[u8]) -> Option<impl Iterator<Item = Result<Entry<'_>, DataError>>> {
        // The end of the directory is followed by a comment of at most 65,535 bytes.
        let last = bytes.len().checked_sub(22)?;
        let end = (last.saturating_sub(65_535)..=last).rev().find(|&at| bytes[at..].starts_with(b"PK\x05\x06"))?;
        let (mut count, mut at) = (number(bytes, end + 10, 2)?, number(bytes, end + 16, 4)?);
        if (count == 0xffff || at == 0xffff_ffff)
            && let Some(locator) = end.checked_sub(20).filter(|&at| bytes[at..].starts_with(b"PK\x06\x07"))
        {
            let large = usize::try_from(number(bytes, locator + 8, 8)?).ok()?;
            (count, at) = (number(bytes, large.checked_add(32)?, 8)?, number(bytes, large.checked_add(48)?, 8)?);
        }
        let mut at = usize::try_from(at).ok()?;
        // A header has 46 bytes at least.
        let count = count.min(bytes.len() as u64 / 46);
        let next = move |_| {
            let found = entry(bytes, &mut at);
            found.unwrap_or_else(|| Err(damaged("its directory points out of the file")))
        };
        Some((0..count).map(next).filter(|e| e.as_ref().map_or(true, |e| !e.name.ends_with('/'))))
    }

    /// The entry whose header in the directory stands at `at`, which moves on.
    fn entry<'a>(bytes: &'a [u8], at: &mut usize) -> Option<Result<Entry<'a>, DataError>> {
        let head = bytes.get(*at..)?;
        if !head.starts_with(b"PK\x01\x02") {
            return None;
        }
        let field = |at, size| number(head, at, size);
        let (flags, method, crc) = (field(8, 2)?, field(10, 2)?, field(16, 4)? as u32);
        let (mut packed, mut size, mut local) = (field(20, 4)?, field(24, 4)?, field(42, 4)?);
        let (name, extra, comment) = (field(28, 2)? as usize, field(30, 2)? as usize, field(32, 2)? as usize);
        let text = String::from_utf8_lossy(head.get(46..46 + name)?).into_owned();
        let mut more = head.get(46 + name..46 + name + extra)?;
        while let (Some(id), Some(length)) = (number(more, 0, 2), number(more, 2, 2)) {
            let body = more.get(4..4 + length as usize)?;
            if id == 1 {
                // Sizes of eight bytes stand here in this order, as far as the short ones are full.
                let mut place = 0;
                for value in [&mut size, &mut packed, &mut local] {
                    if *value == 0xffff_ffff {
                        *value = number(body, place, 8)?;
                        place += 8;
                    }
                }
            }
            more = &more[4 + length as usize..];
        }
        *at += 46 + name + extra + comment;
        if flags & 1 == 1 {
            return Some(Err(DataError::file(format!("{} in the archive is locked by a password", quoted(&text)))));
        }
        let deflated = match method {
            0 => false,
            8 => true,
            _ => {
                let why = format!(
                    "{} in the archive is packed by method {method}; stored and deflated are read",
                    quoted(&text)
                );
                return Some(Err(DataError::file(why)));
            }
        };
        let local = usize::try_from(local).ok()?;
        let from = local.checked_add(30)?
            + number(bytes, local.checked_add(26)?, 2)? as usize
            + number(bytes, local.checked_add(28)?, 2)? as usize;
        let packed = bytes.get(from..from.checked_add(usize::try_from(packed).ok()?)?)?;
        Some(Ok(Entry { name: text, packed, size, deflated, crc }))
    }

    impl<'a> Entry<'a> {
        /// Its bytes.
        ///
        /// # Errors
        /// They are too many, or not those that were packed.
        pub fn open(&self) -> Result<Cow<'a, [u8]>, DataError> {
            if self.size > MAX_BYTES as u64 {
                return Err(DataError::file(format!(
                    "{} in the archive has more than {} MiB; bring a smaller part",
                    quoted(&self.name),
                    MAX_BYTES >> 20
                )));
            }
            let wrong = || damaged(&format!("{} is not what was packed", quoted(&self.name)));
            let bytes = if self.deflated {
                let inflated = inflated(flate2::read::DeflateDecoder::new(self.packed), self.size as usize);
                Cow::Owned(inflated.ok_or_else(wrong)?)
            } else {
                Cow::Borrowed(self.packed)
            };
            if bytes.len() as u64 != self.size || crc32fast::hash(&bytes) != self.crc {
                return Err(wrong());
            }
            Ok(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_what_is_cut_does_not_panic() {
        let files = [("a.npy".to_owned(), vec![1, 2, 3]), ("ü/b".to_owned(), vec![]), ("c/".to_owned(), vec![])];
        let bytes = write(&files);
        let read = entries(&bytes).unwrap();
        assert_eq!(read.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["a.npy", "ü/b"]);
        assert_eq!(*read[0].open().unwrap(), [1, 2, 3]);
        for end in 0..bytes.len() {
            assert!(entries(&bytes[..end]).is_err(), "{end}");
        }
        let mut wrong = bytes.clone();
        wrong[35] ^= 1;
        assert!(entries(&wrong).unwrap()[0].open().unwrap_err().message.contains("`a.npy` is not what was packed"));
    }
}
