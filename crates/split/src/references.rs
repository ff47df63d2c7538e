//! Which constant data functions refer to, as the linker tells it in a module linked with `--emit-relocs`: the sections `linking` and
//! `reloc.*` of <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use wasmparser::{
    BinaryReader, KnownCustom, Linking, LinkingSectionReader, Parser, Payload, RelocSectionReader, RelocationEntry,
    RelocationType, SymbolInfo,
};

/// The segment of what is never written.
const CONSTANT: &str = ".rodata";

/// Who refers to which constant data.
#[derive(Debug, Default)]
pub struct References {
    objects: Vec<Object>,
    /// The objects that a function refers to, by its name as people read it.
    functions: HashMap<String, Vec<usize>>,
}

/// One piece of data.
#[derive(Debug, Default)]
struct Object {
    /// Its first address and the one behind its last.
    range: (u32, u32),
    /// It is never written.
    constant: bool,
    /// The objects that it points to.
    refers: Vec<usize>,
}

impl References {
    /// Reads what the linker left in `linked`.
    ///
    /// # Errors
    ///
    /// If the module cannot be read, or was linked without `--emit-relocs`.
    pub fn read(linked: &[u8]) -> Result<Self> {
        let sections = Sections::read(linked)?;
        let (mut objects, object_of) = sections.objects()?;
        let mut by_segment: Vec<(usize, u32, u32, usize)> = sections
            .data_symbols()
            .map(|(symbol, data)| (data.index as usize, data.offset, data.offset + data.size, object_of[&symbol]))
            .collect();
        by_segment.sort_unstable();
        for entry in sections.relocations("reloc.DATA")? {
            let Some(&target) = points_to_data(&entry).then(|| object_of.get(&entry.index)).flatten() else { continue };
            let segment = sections
                .segments
                .iter()
                .rposition(|s| s.at <= entry.offset)
                .context("a reference outside of all data")?;
            let offset = entry.offset - sections.segments[segment].at;
            let holds = |&&(s, from, to, _): &&(usize, u32, u32, usize)| s == segment && (from..to).contains(&offset);
            let before = by_segment.partition_point(|&(s, from, ..)| (s, from) <= (segment, offset));
            let Some(&(.., holder)) = by_segment[..before].iter().rev().find(holds) else {
                bail!("a reference in no piece of data");
            };
            objects[holder].refers.push(target);
        }
        let mut functions: Vec<Vec<usize>> = vec![Vec::new(); sections.bodies.len()];
        for entry in sections.relocations("reloc.CODE")? {
            if let Some(&target) = points_to_data(&entry).then(|| object_of.get(&entry.index)).flatten() {
                let body = sections.bodies.partition_point(|&at| at <= entry.offset);
                functions[body.checked_sub(1).context("a reference outside of all functions")?].push(target);
            }
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, refers) in functions.into_iter().enumerate() {
            let index = sections.imported + u32::try_from(i)?;
            let name = sections.names.get(&index).with_context(|| format!("function {index} has no name"))?;
            by_name.entry(unnumbered(name).to_owned()).or_default().extend(refers);
        }
        Ok(Self { objects, functions: by_name })
    }

    /// Whether the linker knows a function of that name.
    pub fn knows(&self, function: &str) -> bool {
        self.functions.contains_key(unnumbered(function))
    }

    /// The addresses of everything that could be referred to, if there is any.
    pub fn span(&self) -> Option<(u32, u32)> {
        let constant = || self.objects.iter().filter(|o| o.constant);
        Some((constant().map(|o| o.range.0).min()?, constant().map(|o| o.range.1).max()?))
    }

    /// Which objects those functions come to, directly or through other data.
    fn reach<'a>(&self, functions: impl Iterator<Item = &'a str>) -> Vec<bool> {
        let mut reached = vec![false; self.objects.len()];
        let mut open: Vec<usize> =
            functions.filter_map(|name| self.functions.get(unnumbered(name))).flatten().copied().collect();
        while let Some(object) = open.pop() {
            if !std::mem::replace(&mut reached[object], true) {
                open.extend(&self.objects[object].refers);
            }
        }
        reached
    }

    /// Where constant data go: which functions stay in the first module, by their names, and which go to each of the parts.
    pub fn place(&self, first: &[&str], parts: &[Vec<&str>]) -> Placement {
        let (start, end) = self.span().unwrap_or_default();
        let stays = self.reach(first.iter().copied());
        let reached: Vec<Vec<bool>> = parts.iter().map(|part| self.reach(part.iter().copied())).collect();
        let mask = |chosen: &dyn Fn(usize) -> bool| {
            let mut mask = vec![false; (end - start) as usize];
            for (i, object) in self.objects.iter().enumerate().filter(|(_, object)| object.constant) {
                if chosen(i) {
                    mask[(object.range.0 - start) as usize..(object.range.1 - start) as usize].fill(true);
                }
            }
            mask
        };
        let asked_for = |i: usize| reached.iter().any(|part| part[i]);
        // What nobody refers to by name stays, and so does what lies between two pieces.
        let kept = mask(&|i| stays[i] || !asked_for(i));
        let moved = mask(&|i| !stays[i] && asked_for(i));
        let later = |byte: usize| moved[byte] && !kept[byte];
        Placement {
            start,
            first: (0..kept.len()).map(|byte| !later(byte)).collect(),
            parts: reached
                .iter()
                .map(|part| {
                    let own = mask(&|i| part[i]);
                    (0..own.len()).map(|byte| own[byte] && later(byte)).collect()
                })
                .collect(),
        }
    }
}

/// Which bytes of the constant data go where. What several parts need is in each of them: whoever comes writes the same.
pub struct Placement {
    start: u32,
    first: Vec<bool>,
    parts: Vec<Vec<bool>>,
}

/// Two runs that are not further apart are one: a run of its own costs some bytes, too.
const GAP: usize = 8;

impl Placement {
    /// What stays of a segment that begins at `at`.
    pub fn of_first(&self, at: u32, bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
        self.runs(at, bytes, |byte| byte.is_none_or(|byte| self.first[byte]))
    }

    /// What a part holds of it.
    pub fn of_part(&self, part: usize, at: u32, bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
        self.runs(at, bytes, |byte| byte.is_some_and(|byte| self.parts[part][byte]))
    }

    /// The runs of chosen bytes, which are asked for by their place in the masks.
    fn runs(&self, at: u32, bytes: &[u8], chosen: impl Fn(Option<usize>) -> bool) -> Vec<(u32, Vec<u8>)> {
        let place = |i: usize| {
            let byte = (at as usize + i).checked_sub(self.start as usize)?;
            (byte < self.first.len()).then_some(byte)
        };
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for i in (0..bytes.len()).filter(|&i| chosen(place(i))) {
            match runs.last_mut() {
                // Constant data: the bytes between are what they are wherever they come from.
                Some((_, end)) if i <= *end + GAP => *end = i + 1,
                _ => runs.push((i, i + 1)),
            }
        }
        runs.into_iter().map(|(from, to)| (at + from as u32, bytes[from..to].to_vec())).collect()
    }
}

fn points_to_data(entry: &RelocationEntry) -> bool {
    use RelocationType::{MemoryAddrI32, MemoryAddrLeb, MemoryAddrSleb};
    matches!(entry.ty, MemoryAddrLeb | MemoryAddrSleb | MemoryAddrI32)
}

/// What is read of the linked module.
#[derive(Default)]
struct Sections<'a> {
    /// Number of imported functions.
    imported: u32,
    names: HashMap<u32, String>,
    /// Where the bodies of functions begin, from the beginning of their section on.
    bodies: Vec<u32>,
    segments: Vec<Segment>,
    segment_names: Vec<&'a str>,
    symbols: Vec<SymbolInfo<'a>>,
    relocations: Vec<(&'a str, RelocSectionReader<'a>)>,
}

struct Segment {
    /// Where its bytes begin, from the beginning of the section on.
    at: u32,
    /// Its first address.
    address: u32,
}

impl<'a> Sections<'a> {
    fn read(linked: &'a [u8]) -> Result<Self> {
        let mut read = Self::default();
        let mut code = 0;
        for payload in Parser::new(0).parse_all(linked) {
            match payload.context("the linked module")? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        read.imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => code = range.start,
                Payload::CodeSectionEntry(body) => read.bodies.push(u32::try_from(body.range().start - code)?),
                Payload::DataSection(segments) => {
                    let begin = segments.range().start;
                    for segment in segments {
                        let segment = segment?;
                        let wasmparser::DataKind::Active { offset_expr, .. } = segment.kind else {
                            bail!("a segment of data without a place");
                        };
                        let wasmparser::Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
                        else {
                            bail!("a segment of data whose place is computed");
                        };
                        let at = u32::try_from(segment.range.end - segment.data.len() - begin)?;
                        read.segments.push(Segment { at, address: value.cast_unsigned() });
                    }
                }
                Payload::CustomSection(custom) => read.custom(custom.name(), &custom)?,
                _ => {}
            }
        }
        if read.symbols.is_empty() {
            bail!("the module was linked without --emit-relocs");
        }
        Ok(read)
    }

    fn custom(&mut self, name: &'a str, custom: &wasmparser::CustomSectionReader<'a>) -> Result<()> {
        let reader = || BinaryReader::new(custom.data(), custom.data_offset());
        match name {
            "linking" => {
                for part in LinkingSectionReader::new(reader())?.subsections() {
                    match part? {
                        Linking::SymbolTable(symbols) => {
                            self.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                        }
                        Linking::SegmentInfo(segments) => {
                            for segment in segments {
                                self.segment_names.push(segment?.name);
                            }
                        }
                        _ => {}
                    }
                }
            }
            "reloc.CODE" | "reloc.DATA" => self.relocations.push((name, RelocSectionReader::new(reader())?)),
            _ => {
                if let KnownCustom::Name(names) = custom.as_known() {
                    for part in names {
                        let wasmparser::Name::Function(map) = part? else { continue };
                        for naming in map {
                            let naming = naming?;
                            self.names.insert(naming.index, readable(naming.name));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn relocations(&self, of: &str) -> Result<Vec<RelocationEntry>> {
        let of = self.relocations.iter().filter(|(name, _)| *name == of);
        of.flat_map(|(_, section)| section.entries()).map(|entry| entry.context("a reference")).collect()
    }

    /// The pieces of data that have a name and a size, by the number of their symbol.
    fn data_symbols(&self) -> impl Iterator<Item = (u32, wasmparser::DefinedDataSymbol)> {
        (0..).zip(&self.symbols).filter_map(|(i, symbol)| match symbol {
            SymbolInfo::Data { symbol: Some(data), .. } if data.size > 0 => Some((i, *data)),
            _ => None,
        })
    }

    fn objects(&self) -> Result<(Vec<Object>, HashMap<u32, usize>)> {
        let (mut objects, mut object_of) = (Vec::new(), HashMap::new());
        for (symbol, data) in self.data_symbols() {
            let segment = self.segments.get(data.index as usize).context("a piece of data in no segment")?;
            let start = segment.address + data.offset;
            let constant = self.segment_names.get(data.index as usize) == Some(&CONSTANT);
            object_of.insert(symbol, objects.len());
            objects.push(Object { range: (start, start + data.size), constant, refers: Vec::new() });
        }
        Ok((objects, object_of))
    }
}

/// A name without the number in brackets by which wasm-bindgen tells functions of the same name apart: here they are taken together.
fn unnumbered(name: &str) -> &str {
    match name.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        Some((plain, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => plain,
        _ => name,
    }
}

/// A name as wasm-bindgen writes it: that of a function it exports stands for the time being before an underscore and a hash.
fn readable(name: &str) -> String {
    let plain = || match name.rsplit_once('_') {
        Some((exported, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => exported,
        _ => name,
    };
    rustc_demangle::try_demangle(name).map_or_else(|_| plain().to_owned(), |name| name.to_string())
}
