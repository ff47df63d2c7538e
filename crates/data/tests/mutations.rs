//! Files of games and orders, changed at random: whatever comes of it, nothing panics, every error says something, and every
//! reading that is offered is one that can be asked for.
//!
//! A million inputs are tried with `cargo test --release -p iterscope-data --test mutations -- --ignored`.

use std::path::Path;

use iterscope_core::{Columns, DataKind};
use iterscope_data::{read, survey};

/// What mutated files are cut to: a table shows its faults in few lines.
const LONGEST: usize = 3000;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ranking");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the fixtures").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    let skip = |path: &std::path::PathBuf| path.ends_with("readings.txt") || path.ends_with("reading.py");
    let mut all: Vec<Vec<u8>> =
        paths.iter().filter(|p| !skip(p)).map(|p| std::fs::read(p).expect("it reads")).collect();
    let more = [
        "No,Name,Rtg,1,2,3,Pts\n1,Abel,2100,x,1,½,1.5\n2,Bird,2000,0,x,+,1\n3,Cole,1900,½,-,x,0.5\n",
        "Rk,Name,Rd1,Rd2\n1,Abel,2w1,3b½\n2,Bird,1b0,bye\n3,Cole,-,1w½\n",
        "Home \\ Away,Ayr,Bute\nAyr,—,2–1\nBute,1–3,—\n",
        "team,opponent,result\nA,B,W 3-1\nB,C,1-1 (4-3 p)\nC,B,6-4 7-6(5)\nA,C,+/-\n",
        "{\"columns\": [\"a\", \"b\", \"outcome\"], \"data\": [[\"x\", \"y\", 1], [\"y\", \"z\", 0]]}",
    ];
    all.extend(more.iter().map(|text| text.as_bytes().to_vec()));
    all
}

fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    const PIECES: [&str; 22] = [
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "\"",
        "{",
        "}",
        "[",
        "]",
        "0",
        "1",
        "2",
        "-1",
        "½",
        "=",
        "tie",
        "NA",
        "\\N",
        "W/O",
        "2024-01-01",
        "9999999999999999999",
    ];
    let mut bytes = corpus[random.below(corpus.len())].clone();
    bytes.truncate(200 + random.below(LONGEST - 200));
    for _ in 0..1 + random.below(6) {
        let at = random.below(bytes.len() + 1);
        match random.below(7) {
            0 if at < bytes.len() => bytes[at] = random.next() as u8,
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => {
                let end = (at + random.below(30)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let end = (at + random.below(60)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            4 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len());
                let piece = other[from..(from + random.below(80)).min(other.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].bytes())),
        }
    }
    bytes
}

fn try_all(seed: u64, inputs: usize) {
    let corpus = corpus();
    let mut random = Random(seed);
    for _ in 0..inputs {
        let bytes = mutated(&corpus, &mut random);
        let shown = || String::from_utf8_lossy(&bytes).into_owned();
        for kind in [DataKind::Comparisons, DataKind::Orders] {
            let readings = match read(kind, "x", &bytes, None) {
                Ok(data) => {
                    assert!(data.remarks().iter().all(|r| !r.text.is_empty()), "{}", shown());
                    data.remarks().iter().flat_map(|r| r.readings.clone()).collect()
                }
                Err(error) => {
                    assert!(!error.message.is_empty() && error.line != Some(0), "{}", shown());
                    error.readings
                }
            };
            for reading in readings {
                let columns: Columns =
                    reading.columns.parse().unwrap_or_else(|e| panic!("{reading:?}: {e}: {}", shown()));
                let _ = read(kind, "x", &bytes, Some(&columns));
            }
            let _ = survey(kind, "x", &bytes, None);
        }
    }
}

#[test]
fn changed_files_never_panic() {
    try_all(1, 3000);
}

#[test]
#[ignore = "takes minutes; run outside the usual tests"]
fn a_million_changed_files_never_panic() {
    try_all(2, 1_000_000);
}
