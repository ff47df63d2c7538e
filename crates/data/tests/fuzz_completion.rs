//! Files of other programs with bytes changed, left out, doubled and exchanged: every reader answers, and never panics.
//!
//! A few of them in every run; `cargo test -p iterscope-data --release --features pictures --test fuzz_completion -- --ignored`
//! reads a million for each reader (`ITERSCOPE_FUZZ` says how many, `ITERSCOPE_FUZZ_SEED` which, so that several runs add up).

use std::fs;
use std::path::PathBuf;

use iterscope_core::{DataKind, Dataset};
use iterscope_data::{matrix_market, read};

/// Each reader, the kind of data it reads, and the files that are changed.
const READERS: &[(&str, DataKind, &[&str])] = &[
    (
        "NumPy arrays",
        DataKind::Table,
        &["fortran_big_f4.npy", "half.npy", "records.npy", "whole_i2.npy", "matrix_f8.npy"],
    ),
    ("archives of arrays", DataKind::Table, &["several.npz", "compressed.npz", "lists.npz"]),
    ("sparse archives", DataKind::Ratings, &["sparse_csr.npz", "sparse_csc.npz", "sparse_coo.npz"]),
    ("MATLAB", DataKind::Table, &["several.mat", "whole.mat", "single.mat", "sparse.mat", "complex.mat"]),
    (
        "Matrix Market",
        DataKind::Ratings,
        &[
            "mm_arr.mtx",
            "mm_dup.mtx",
            "mm_fort.mtx",
            "mm_sym.mtx",
            "mm_pat.mtx",
            "symmetric_array.mtx",
            "skew_coordinate.mtx",
        ],
    ),
    ("gzip", DataKind::Table, &["packed.csv.gz"]),
    ("GCT", DataKind::Table, &["genes.gct"]),
    ("ARFF", DataKind::Table, &["small.arff", "sparse.arff"]),
    ("GEO", DataKind::Table, &["series_matrix.txt"]),
    ("PHYLIP", DataKind::Table, &["square.phy", "lower.phy"]),
    ("triangles", DataKind::Table, &["d_lower_ragged.csv", "d_upper_n1.csv"]),
    ("Netflix", DataKind::Ratings, &["netflix.txt"]),
    ("blanks", DataKind::Table, &["printed.txt", "savetxt.txt", "r_writetable.tsv", "space_separated.txt"]),
    (
        "numbers",
        DataKind::Table,
        &["german_thousands.csv", "dollars.csv", "thousands.tsv", "percent_column.csv", "t_minus9999.csv"],
    ),
    ("ratings", DataKind::Ratings, &["u.data", "ratings.dat", "jester99.csv", "yelp_itemfirst.csv", "melted_na.csv"]),
    (
        "JSON tables",
        DataKind::Table,
        &["frame_columns.json", "frame_split.json", "frame_records.json", "frame_lines.jsonl", "frame_values.json"],
    ),
    ("JSON ratings", DataKind::Ratings, &["reviews.jsonl"]),
    ("PNG", DataKind::Image, &["grey16.png", "rgba16.png", "rgba_hole.png", "red_blue.png"]),
    #[cfg(feature = "pictures")]
    ("GIF", DataKind::Image, &["plain.gif", "clear.gif"]),
    #[cfg(feature = "pictures")]
    ("BMP", DataKind::Image, &["plain.bmp", "palette.bmp"]),
    #[cfg(feature = "pictures")]
    (
        "TIFF",
        DataKind::Image,
        &[
            "rgb16.tif",
            "float.tif",
            "lzw.tif",
            "deflated.tif",
            "alpha.tif",
            "turned.tif",
            "premultiplied.tif",
            "pages.tif",
        ],
    ),
    #[cfg(feature = "pictures")]
    ("WebP", DataKind::Image, &["lossless.webp", "turned.webp"]),
];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// A file with one to six changes.
fn changed(file: &[u8], random: &mut Random) -> Vec<u8> {
    // Bytes that mean something somewhere.
    const TELLING: &[u8] = b"\0\xff\x7f\x80,;\t |\"'\n\r-+.eE%()#!:{}0123456789NAn";
    let mut bytes = file.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        let length = 1 + random.below(8).min(bytes.len().saturating_sub(at));
        match random.below(7) {
            0 if !bytes.is_empty() => bytes[at] = random.next() as u8,
            1 if !bytes.is_empty() => bytes[at] = TELLING[random.below(TELLING.len())],
            2 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..(at + length).min(bytes.len()))),
            5 => {
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => bytes.insert(at.min(bytes.len()), TELLING[random.below(TELLING.len())]),
        }
    }
    bytes
}

fn check(kind: DataKind, bytes: &[u8]) {
    match read(kind, "any", bytes, None) {
        Err(error) => {
            assert!(!error.message.is_empty());
            assert!(error.line != Some(0) && error.column != Some(0), "{error:?}");
        }
        Ok(Dataset::Table(t)) => {
            assert_eq!(t.values.len(), t.rows.len() * t.columns.len());
            assert!(t.values.iter().all(|v| !v.is_infinite()));
        }
        Ok(Dataset::Ratings(r)) => {
            assert!(!r.entries.is_empty() && (r.day.is_empty() || r.day.len() == r.entries.len()));
            let inside = |e: &iterscope_core::Rating| {
                e.value.is_finite() && (e.user as usize) < r.users.len() && (e.item as usize) < r.items.len()
            };
            assert!(r.entries.iter().all(inside));
        }
        Ok(Dataset::Image(i)) => {
            let pixels = i.width * i.height;
            assert!(
                i.grey.len() == pixels
                    && [0, 3 * pixels].contains(&i.rgb.len())
                    && [0, pixels].contains(&i.alpha.len())
            );
            assert!(i.grey.iter().chain(&i.rgb).chain(&i.alpha).all(|v| (0.0..=1.0).contains(v)));
        }
        Ok(_) => {}
    }
    if kind == DataKind::Ratings
        && let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(matrix) = matrix_market(text)
    {
        let inside =
            |(i, j, v): (u32, u32, f64)| (i as usize) < matrix.rows && (j as usize) < matrix.cols && v.is_finite();
        assert!(matrix.all().all(|(_, entry)| inside(entry)));
        assert_eq!(matrix.entries.len(), matrix.lines.len());
    }
}

fn fuzz(count: usize, seed: u64) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/completion");
    for (k, (reader, kind, names)) in READERS.iter().enumerate() {
        let files: Vec<Vec<u8>> = names.iter().map(|n| fs::read(folder.join(n)).unwrap()).collect();
        let mut random = Random(seed + k as u64);
        for n in 0..count {
            let file = &files[random.below(files.len())];
            let bytes = changed(file, &mut random);
            // What a panic does not say.
            let told = std::panic::catch_unwind(|| check(*kind, &bytes));
            assert!(told.is_ok(), "{reader}: input {n}: {:?}", String::from_utf8_lossy(&bytes));
        }
        // Said as it goes: a run that is cut short has read so many all the same.
        eprintln!("{reader}: {count} inputs, seed {seed}");
    }
}

#[test]
fn a_few_changed_files() {
    fuzz(150, 1);
}

#[test]
#[ignore = "minutes; the figure is in docs/benchmarks.md"]
fn a_million_changed_files() {
    let said = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    fuzz(said("ITERSCOPE_FUZZ").unwrap_or(1_000_000) as usize, said("ITERSCOPE_FUZZ_SEED").unwrap_or(1));
}
