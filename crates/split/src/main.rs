//! `iterscope-split plain MODULE OUT` leaves out what the linker wrote down of a module; `mark MODULE OUT` writes one that tells which of
//! its functions were called; `part MODULE LINKED NEEDED FOLDER [PATH,..]..` takes it apart: `LINKED` is the module as it was linked,
//! `NEEDED` a file with the numbers of functions, and the folder gets `first.wasm`, `part0.wasm` and so on.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use iterscope_split::{References, instrument, split, without_references};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["plain", module, out] => write(Path::new(out), &without_references(&read(module)?)?),
        ["mark", module, out] => write(Path::new(out), &instrument(&read(module)?)?),
        ["part", module, linked, needed, folder, paths @ ..] => {
            let needed = String::from_utf8(read(needed)?)?;
            let needed =
                needed.split_whitespace().map(|n| n.parse().context("a number")).collect::<Result<Vec<usize>>>()?;
            let parts: Vec<Vec<String>> =
                paths.iter().map(|list| list.split(',').map(str::to_owned).collect()).collect();
            let references = References::read(&read(linked)?).with_context(|| (*linked).to_owned())?;
            let split = split(&read(module)?, &references, &needed, &parts)?;
            let folder = Path::new(folder);
            fs::create_dir_all(folder)?;
            write(&folder.join("first.wasm"), &split.first)?;
            for (i, part) in split.parts.iter().enumerate() {
                write(&folder.join(format!("part{i}.wasm")), part)?;
            }
            Ok(())
        }
        _ => bail!("say `plain MODULE OUT`, `mark MODULE OUT` or `part MODULE LINKED NEEDED FOLDER [PATH,..]..`"),
    }
}

fn read(path: &str) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.to_owned())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| path.display().to_string())
}
