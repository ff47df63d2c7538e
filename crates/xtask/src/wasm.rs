//! Imports and exports of a wasm module, as far as they are names.

use std::collections::BTreeMap;

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// What is wrong with a module that does not read.
const BROKEN: &str = "a built module does not read as wasm";

/// The rest of what is read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(BROKEN)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<usize, String> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(BROKEN.into())
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| BROKEN.into())
    }

    /// The bytes that `skip` passes over.
    fn passed(&mut self, skip: impl FnOnce(&mut Self) -> Result<(), String>) -> Result<&'a [u8], String> {
        let before = self.0;
        skip(self)?;
        Ok(&before[..before.len() - self.0.len()])
    }

    /// The type of an import.
    fn import_type(&mut self) -> Result<&'a [u8], String> {
        self.passed(|r| {
            let limits = |r: &mut Self| {
                let bounded = r.byte()? & 1 == 1;
                r.number()?;
                if bounded { r.number().map(drop) } else { Ok(()) }
            };
            match r.byte()? {
                0 => r.number().map(drop),
                1 => {
                    r.byte()?;
                    limits(r)
                }
                2 => limits(r),
                3 => r.take(2).map(drop),
                _ => Err(BROKEN.into()),
            }
        })
    }
}

fn push_number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn push_name(out: &mut Vec<u8>, name: &str) {
    push_number(out, name.len());
    out.extend_from_slice(name.as_bytes());
}

/// The module with one section rewritten: `edit` takes what the section holds and returns what it is to hold.
fn with_section(
    module: &[u8],
    id: u8,
    edit: impl Fn(&mut Reader<'_>) -> Result<(usize, Vec<u8>), String>,
) -> Result<Vec<u8>, String> {
    let mut reader = Reader(module);
    let mut out = reader.take(8)?.to_vec();
    while !reader.0.is_empty() {
        let section = reader.byte()?;
        let length = reader.number()?;
        let mut body = Reader(reader.take(length)?);
        let mut written = Vec::new();
        if section == id {
            let (count, entries) = edit(&mut body)?;
            push_number(&mut written, count);
            written.extend(entries);
        } else {
            written.extend_from_slice(body.0);
        }
        out.push(section);
        push_number(&mut out, written.len());
        out.extend(written);
    }
    Ok(out)
}

/// The names of what a module imports.
pub fn imports(module: &[u8]) -> Result<Vec<String>, String> {
    let names = std::cell::RefCell::new(Vec::new());
    with_section(module, IMPORTS, |body| {
        for _ in 0..body.number()? {
            body.name()?;
            names.borrow_mut().push(body.name()?.to_owned());
            body.import_type()?;
        }
        Ok((0, Vec::new()))
    })?;
    Ok(names.into_inner())
}

/// The module with other names for what it imports.
pub fn rename_imports(module: &[u8], names: &BTreeMap<String, String>) -> Result<Vec<u8>, String> {
    with_section(module, IMPORTS, |body| {
        let count = body.number()?;
        let mut out = Vec::new();
        for _ in 0..count {
            push_name(&mut out, body.name()?);
            let name = body.name()?;
            push_name(&mut out, names.get(name).map_or(name, String::as_str));
            out.extend_from_slice(body.import_type()?);
        }
        Ok((count, out))
    })
}

/// The module without the exports that `keep` does not want.
pub fn keep_exports(module: &[u8], keep: impl Fn(&str) -> bool) -> Result<Vec<u8>, String> {
    with_section(module, EXPORTS, |body| {
        let (mut count, mut out) = (0, Vec::new());
        for _ in 0..body.number()? {
            let name = body.name()?;
            let what = body.passed(|r| {
                r.byte()?;
                r.number().map(drop)
            })?;
            if keep(name) {
                count += 1;
                push_name(&mut out, name);
                out.extend_from_slice(what);
            }
        }
        Ok((count, out))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(import "m" "long_name" (func (type 0))) (import "m" "x" (memory 1 2)) (export "a" (func 0)) (export "b" (func 0))`
    fn module() -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend(b"\x01\x04\x01\x60\0\0");
        module.extend(b"\x02\x17\x02\x01m\x09long_name\0\0\x01m\x01x\x02\x01\x01\x02");
        module.extend(b"\x07\x09\x02\x01a\0\0\x01b\0\0");
        module
    }

    #[test]
    fn imports_are_listed_and_renamed() {
        assert_eq!(imports(&module()).expect("names"), ["long_name", "x"]);
        let names = BTreeMap::from([("long_name".to_owned(), "q".to_owned())]);
        let renamed = rename_imports(&module(), &names).expect("a module");
        assert_eq!(imports(&renamed).expect("names"), ["q", "x"]);
        assert_eq!(renamed.len(), module().len() - 8);
        assert_eq!(rename_imports(&module(), &BTreeMap::new()), Ok(module()));
    }

    #[test]
    fn exports_are_dropped() {
        assert_eq!(keep_exports(&module(), |_| true), Ok(module()));
        let one = keep_exports(&module(), |name| name == "b").expect("a module");
        assert!(one.ends_with(b"\x07\x05\x01\x01b\0\0"), "{one:?}");
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for broken in [&module()[..9], &module()[..20], b"\0asm\x01\0\0\0\x02\xff\xff\xff\xff\xff"] {
            assert_eq!(imports(broken), Err(BROKEN.to_owned()), "{broken:?}");
        }
    }
}
