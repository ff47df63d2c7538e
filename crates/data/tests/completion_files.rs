//! Files that other programs wrote, cell by cell against an independent reading of them; how both were made says
//! `fixtures/completion/generate.py`.

use std::fs;
use std::path::PathBuf;

use iterscope_core::{Columns, DataKind, Dataset, Image, Ratings, Reading, Table};
use iterscope_data::{DataError, read, survey};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/completion")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn read_as(kind: DataKind, name: &str, columns: Option<&str>) -> Result<Dataset, DataError> {
    let columns: Option<Columns> = columns.map(|c| c.parse().unwrap());
    read(kind, name, &bytes(name), columns.as_ref())
}

fn table(name: &str, columns: Option<&str>) -> Table {
    match read_as(DataKind::Table, name, columns) {
        Ok(Dataset::Table(table)) => table,
        other => panic!("{name}: {other:?}"),
    }
}

fn ratings(name: &str, columns: Option<&str>) -> Ratings {
    match read_as(DataKind::Ratings, name, columns) {
        Ok(Dataset::Ratings(ratings)) => ratings,
        other => panic!("{name}: {other:?}"),
    }
}

/// All other readings that are offered.
fn offered(data: &Dataset) -> Vec<Reading> {
    data.remarks().iter().flat_map(|r| r.readings.clone()).collect()
}

fn number(text: &str) -> f64 {
    if text.is_empty() { f64::NAN } else { text.parse().unwrap() }
}

fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

/// The independent readings: the name of each file and the lines of its reading.
fn readings(ending: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == ending))
        .map(|p| (p.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&p).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn every_cell_is_what_another_program_reads() {
    let mut count = 0;
    for (name, expected) in readings("cells") {
        let mut lines = expected.lines();
        let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
        if head[0] == "ratings" {
            let found = ratings(&name, None);
            let expected: Vec<&str> = lines.collect();
            assert_eq!(found.entries.len(), expected.len(), "{name}");
            for (entry, line) in found.entries.iter().zip(expected) {
                let cells: Vec<&str> = line.split('\t').collect();
                let (user, item) = (&found.users[entry.user as usize], &found.items[entry.item as usize]);
                assert_eq!([user.as_str(), item], [cells[0], cells[1]], "{name}");
                assert_eq!(entry.value, number(cells[2]), "{name}");
            }
        } else {
            let found = table(&name, None);
            assert_eq!(found.columns, head[1..], "{name}");
            let mut values = found.values.chunks(found.columns.len());
            let expected: Vec<&str> = lines.collect();
            assert_eq!(found.rows.len(), expected.len(), "{name}");
            for (row, line) in found.rows.iter().zip(expected) {
                let cells: Vec<&str> = line.split('\t').collect();
                assert_eq!(row, cells[0], "{name}");
                for ((a, b), column) in values.next().unwrap().iter().zip(&cells[1..]).zip(&found.columns) {
                    assert!(same(*a, number(b)), "{name}, row {row}, column {column}: {a} instead of {b}");
                }
            }
        }
        count += 1;
    }
    assert!(count > 55, "{count} readings");
}

#[test]
fn what_was_taken_and_what_else_there_is() {
    // The file, what a remark says of it, and the other reading that goes with it.
    for (kind, name, says, other) in [
        (DataKind::Table, "t_minus9999.csv", "-9999 (in 46 cells of 5 columns)", "missing=none"),
        (DataKind::Table, "jester99.csv", "99 (in 471 cells", "missing=none"),
        (DataKind::Table, "jester99.csv", "counts the known cells behind it", "plain;value,"),
        (DataKind::Table, "numeric_id.csv", "taken as the names of the rows", "header;value,value"),
        (DataKind::Table, "percent_column.csv", "50% was read as 50", "percent=fraction"),
        (DataKind::Table, "thousands.tsv", "`2,401` was read as 2401, not as 2.401", "decimal=comma"),
        (DataKind::Table, "dollars.csv", "Amounts in $", ""),
        (DataKind::Table, "genes.gct", "descriptions was left out", ""),
        (DataKind::Table, "several.npz", "`large` (7 x 4) was read", "array=small"),
        (DataKind::Table, "several.mat", "`M` (7 x 4) was read", "array=tiny"),
        (DataKind::Table, "skew_coordinate.mtx", "the others were taken as missing", "unstored=zero"),
        (DataKind::Ratings, "melted_na.csv", "and 631 more, because it has no rating", ""),
        (DataKind::Ratings, "mm_pat.mtx", "all of them are 1", ""),
        (DataKind::Ratings, "netflix.txt", "Ratings in", ""),
    ] {
        let data = read_as(kind, name, None).unwrap();
        let remark = data.remarks().iter().find(|r| r.text.contains(says));
        let remark = remark.unwrap_or_else(|| panic!("{name}: no `{says}` in {:?}", data.remarks()));
        assert_eq!(remark.readings.is_empty(), other.is_empty(), "{name}: {remark:?}");
        if let Some(reading) = remark.readings.first() {
            assert!(reading.columns.starts_with(other), "{name}: {reading:?}");
        }
        // Every offer can be taken, and gives something else.
        for reading in offered(&data) {
            let taken =
                read_as(kind, name, Some(&reading.columns)).unwrap_or_else(|e| panic!("{name}, {reading:?}: {e}"));
            assert!(!same_data(&taken, &data), "{name}: {reading:?} changes nothing");
        }
        // A look at the file says the same.
        if let Ok(survey) = survey(kind, name, &bytes(name), None) {
            assert_eq!((survey.remarks.as_slice(), survey.error), (data.remarks(), None), "{name}");
        }
    }
}

fn same_data(a: &Dataset, b: &Dataset) -> bool {
    match (a, b) {
        (Dataset::Table(a), Dataset::Table(b)) => {
            a.columns == b.columns && a.rows == b.rows && a.values.iter().zip(&b.values).all(|(a, b)| same(*a, *b))
        }
        (Dataset::Ratings(a), Dataset::Ratings(b)) => {
            (&a.entries, &a.users, &a.items) == (&b.entries, &b.users, &b.items)
        }
        _ => false,
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    for (kind, name, why) in [
        (DataKind::Table, "complex.mat", "the file holds no matrix of real numbers: `z` is something else"),
        (
            DataKind::Table,
            "book.xlsx",
            "`book.xlsx` is a workbook of Excel: open it there, choose File, Save As, and the type CSV UTF-8",
        ),
        (DataKind::Table, "complex.mtx", "line 1, column 4: entries that are `complex` cannot be read"),
    ] {
        let error = read_as(kind, name, None).unwrap_err().to_string();
        assert!(error.starts_with(why), "{name}: {error}");
    }
}

#[test]
fn a_person_says_what_is_missing() {
    let numbers = table("t_minus9999.csv", Some("missing=none"));
    assert_eq!(numbers.values.iter().filter(|v| **v == -9999.0).count(), 46);
    assert!(!numbers.values.iter().any(|v| v.is_nan()));
    let fraction = table("percent_column.csv", Some("percent=fraction"));
    assert_eq!(fraction.values[4], 0.657);
    let small = table("several.npz", Some("array=small"));
    assert_eq!((small.rows.len(), small.values), (2, vec![1.0; 4]));
    let zero = table("skew_coordinate.mtx", Some("unstored=zero"));
    assert_eq!([0, 5, 10, 15].map(|e| zero.values[e]), [0.0; 4]);
    let wrong = read_as(DataKind::Table, "several.npz", Some("array=none")).unwrap_err();
    assert!(wrong.of_columns && wrong.message.contains("it holds `small` (2 x 2), `large` (7 x 4)"), "{wrong}");
}

#[test]
fn dates_in_blocks_are_kept() {
    let data = ratings("netflix_combined.txt", None);
    assert_eq!((data.users.len(), data.items.len(), data.day.len()), (40, 30, 549));
    // 1 April 2005.
    assert_eq!(data.day[0], 12874.0);
}

#[test]
fn a_square_of_distances_comes_from_half_of_it() {
    let half = table("d_lower_ragged.csv", None);
    assert_eq!((half.rows.len(), half.columns.len()), (20, 20));
    assert_eq!(half.rows, half.columns);
    let known = half.values.iter().filter(|v| !v.is_nan()).count();
    assert_eq!(known, 20 + 190);
    assert_eq!(half.values[20], 4.499926);
    assert_eq!(half.values[2 * 20 + 1], 0.756793);
}

fn picture(name: &str) -> Image {
    match read_as(DataKind::Image, name, None) {
        Ok(Dataset::Image(image)) => image,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
#[cfg(feature = "pictures")]
fn rarer_kinds_of_tiff_are_refused_as_what_they_are() {
    let error = read_as(DataKind::Image, "jpeg_inside.tif", None).unwrap_err();
    assert!(error.message.contains("of a kind that is not read") && error.message.contains("as PNG"), "{error}");
    assert!(!error.message.contains("damaged"), "{error}");
    // Cut off, it is damaged all the same.
    let cut = read(DataKind::Image, "x.tif", &bytes("lzw.tif")[..60], None).unwrap_err();
    assert!(cut.message.contains("damaged or not complete"), "{cut}");
}

#[test]
fn every_pixel_is_what_another_program_reads() {
    let mut count = 0;
    for (name, expected) in readings("pixels") {
        if !name.ends_with(".png") && !cfg!(feature = "pictures") {
            continue;
        }
        let found = picture(&name);
        let mut lines = expected.lines();
        let side: Vec<usize> = lines.next().unwrap().split('\t').map(|n| n.parse().unwrap()).collect();
        assert_eq!([found.width, found.height], side[..], "{name}");
        let pixels = side[0] * side[1];
        let clear = !found.alpha.is_empty();
        for (e, line) in lines.enumerate() {
            let value: Vec<f64> = line.split('\t').map(number).collect();
            let alpha = if clear { found.alpha[e] } else { 1.0 };
            assert!((alpha - value[3]).abs() < 1e-15, "{name}, pixel {e}: alpha {alpha} instead of {}", value[3]);
            for c in 0..3 {
                let over_white = value[c] * value[3] + 1.0 - value[3];
                let level = if found.rgb.is_empty() { found.grey[e] } else { found.rgb[c * pixels + e] };
                assert!(
                    (level - over_white).abs() < 1e-12,
                    "{name}, pixel {e}, channel {c}: {level} instead of {over_white}"
                );
            }
        }
        assert_eq!(found.grey.len(), pixels, "{name}");
        count += 1;
    }
    assert!(count >= if cfg!(feature = "pictures") { 19 } else { 5 }, "{count} pictures");
    if cfg!(feature = "pictures") {
        assert_eq!(picture("pages.tif").remarks, ["The first of several pictures was read."]);
    }
}
