//! Every reader takes any bytes without panicking, and reads back what was written.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use iterscope_core::artifact::{Artifact, Cell};
use iterscope_core::{DataKind, Dataset};
use iterscope_data::{Format, encode, read};
use proptest::prelude::*;

const KINDS: [DataKind; 5] =
    [DataKind::Comparisons, DataKind::Orders, DataKind::Ratings, DataKind::Table, DataKind::Image];

/// Reads as every kind, and checks what must hold of whatever comes out.
fn read_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    for kind in KINDS {
        match read(kind, "any", bytes, None) {
            Err(error) => {
                prop_assert!(!error.message.is_empty());
                prop_assert!(error.line != Some(0) && error.column != Some(0));
                prop_assert!(error.line.is_some() || error.column.is_none());
            }
            Ok(Dataset::Comparisons(data)) => {
                prop_assert!(!data.encounters.is_empty());
                for e in &data.encounters {
                    prop_assert!(e.winner != e.loser && e.count > 0.0 && e.count.is_finite());
                    prop_assert!((e.winner.max(e.loser) as usize) < data.items.len());
                }
            }
            Ok(Dataset::Ratings(data)) => {
                let pairs: HashSet<_> = data.entries.iter().map(|e| (e.user, e.item)).collect();
                prop_assert!(!pairs.is_empty() && pairs.len() == data.entries.len());
                for e in &data.entries {
                    prop_assert!(e.value.is_finite() && (e.user as usize) < data.users.len());
                    prop_assert!((e.item as usize) < data.items.len());
                }
            }
            Ok(Dataset::Orders(data)) => {
                for order in &data.orders {
                    let all: Vec<u32> = order.placed.iter().chain(&order.behind).copied().collect();
                    let different: HashSet<_> = all.iter().collect();
                    prop_assert!(all.len() >= 2 && different.len() == all.len());
                    prop_assert!(all.iter().all(|i| (*i as usize) < data.items.len()));
                    prop_assert!(order.count > 0.0 && order.count.is_finite());
                }
            }
            Ok(Dataset::Table(table)) => {
                prop_assert_eq!(table.values.len(), table.rows.len() * table.columns.len());
                prop_assert!(table.values.iter().all(|v| !v.is_infinite()));
            }
            Ok(Dataset::Image(image)) => {
                prop_assert_eq!(image.grey.len(), image.width * image.height);
                prop_assert!(image.rgb.is_empty() || image.rgb.len() == 3 * image.grey.len());
                prop_assert!(image.grey.iter().chain(&image.rgb).all(|v| (0.0..=1.0).contains(v)));
            }
        }
    }
    Ok(())
}

/// Names as nobody should give them, without white space at the ends, which is not kept.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,3}",
        "[0-9]{1,3}",
        "[-=+@,;|\t\"'\n\r a-z0-9]{1,8}",
        Just("<script>alert('x')</script>".into()),
        Just("Ünïcødé 棋士".into()),
        Just("\u{202e}אבג\u{2066}".into()),
        Just("winner".into()),
        Just("a".into()),
        Just("NaN".into()),
        "\\PC{1,6}",
    ]
    .prop_map(|name| name.trim().to_owned())
    .prop_filter("names are not empty", |name: &String| !name.is_empty())
}

fn pair() -> impl Strategy<Value = (String, String)> {
    (name(), name()).prop_filter("two different names", |(a, b)| a != b)
}

fn csv(columns: &[&str], rows: Vec<Vec<Cell>>) -> Vec<u8> {
    let columns = columns.iter().map(|c| (*c).to_owned()).collect();
    encode(&Artifact::Table { columns, rows }, Format::Csv).unwrap()
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes)?;
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        read_all(text.as_bytes())?;
    }

    #[test]
    fn text_like_tables(text in "((a|b|x|1|0|2|-1|0,5|nan|tie|home|winner|loser|user|item|rating|outcome|sep=|\"|\"\"|\u{feff})?[,;|\t\r\n ]){0,40}") {
        read_all(text.as_bytes())?;
    }

    #[test]
    fn pictures_that_begin_well(
        jpeg in any::<bool>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut whole = if jpeg { vec![0xff, 0xd8, 0xff] } else { b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec() };
        whole.extend(bytes);
        read_all(&whole)?;
    }

    #[test]
    fn counts_come_back(games in proptest::collection::vec((pair(), 1e-300..1e300f64), 1..20)) {
        let rows = games
            .iter()
            .map(|((a, b), n)| vec![Cell::Text(a.clone()), Cell::Text(b.clone()), Cell::Real(*n)])
            .collect();
        let bytes = csv(&["winner", "loser", "count"], rows);
        let Dataset::Comparisons(data) = read(DataKind::Comparisons, "x", &bytes, None).unwrap() else { unreachable!() };
        prop_assert!(data.remarks.is_empty());
        let back: Vec<_> = data
            .encounters
            .iter()
            .map(|e| ((data.items[e.winner as usize].clone(), data.items[e.loser as usize].clone()), e.count))
            .collect();
        prop_assert_eq!(back, games);
    }

    #[test]
    fn outcomes_come_back(games in proptest::collection::vec((pair(), 0..3usize), 1..20)) {
        // Words that are no names here.
        let words = ["win", "loss", "draw"];
        prop_assume!(games.iter().all(|((a, b), _)| !words.contains(&a.as_str()) && !words.contains(&b.as_str())));
        let rows = games
            .iter()
            .map(|((a, b), i)| [a.as_str(), b, words[*i]].map(|t| Cell::Text(t.into())).to_vec())
            .collect();
        let bytes = csv(&["player1", "player2", "result"], rows);
        let Dataset::Comparisons(data) = read(DataKind::Comparisons, "x", &bytes, None).unwrap() else { unreachable!() };
        for (e, ((a, b), i)) in data.encounters.iter().zip(&games) {
            let (winner, loser) = (&data.items[e.winner as usize], &data.items[e.loser as usize]);
            prop_assert_eq!(e.tie, *i == 2);
            prop_assert_eq!((winner, loser), if *i == 1 { (b, a) } else { (a, b) });
        }
    }

    #[test]
    fn ratings_come_back(
        known in proptest::collection::hash_map((name(), name()), proptest::num::f64::NORMAL, 1..20),
    ) {
        let known: Vec<_> = known.into_iter().collect();
        let rows = known
            .iter()
            .map(|((user, item), v)| vec![Cell::Text(user.clone()), Cell::Text(item.clone()), Cell::Real(*v)])
            .collect();
        let bytes = csv(&["user", "item", "rating"], rows);
        let Dataset::Ratings(data) = read(DataKind::Ratings, "x", &bytes, None).unwrap() else { unreachable!() };
        let back: Vec<_> = data
            .entries
            .iter()
            .map(|e| ((data.users[e.user as usize].clone(), data.items[e.item as usize].clone()), e.value))
            .collect();
        prop_assert_eq!(back, known);
        prop_assert!(data.remarks.is_empty());
    }

    #[test]
    fn grids_come_back(values in proptest::collection::vec(any::<f64>().prop_filter("a number", |v| !v.is_nan()), 1..30)) {
        let grid = Artifact::Grid { rows: 1, cols: values.len(), values: values.clone() };
        let text = String::from_utf8(encode(&grid, Format::Csv).unwrap()).unwrap();
        let back: Vec<f64> = text.trim_end().split(',').map(|v| v.parse().unwrap()).collect();
        let bits = |v: &[f64]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&back), bits(&values));
    }
}

#[test]
fn fifty_megabytes_are_read_in_seconds() {
    let mut text = String::with_capacity(51 << 20);
    let mut lines = 0u64;
    while text.len() < 50 << 20 {
        use std::fmt::Write;
        let (a, b) = (lines * 7919 % 5000, lines * 104_729 % 4999 + 5000);
        writeln!(text, "player {a},player {b},{}", lines % 9 + 1).unwrap();
        lines += 1;
    }
    let start = Instant::now();
    let Dataset::Comparisons(data) = read(DataKind::Comparisons, "big.csv", text.as_bytes(), None).unwrap() else {
        unreachable!()
    };
    assert_eq!((data.encounters.len() as u64, data.items.len()), (lines, 9999));
    // Nothing is kept of a row but its 24 bytes.
    assert!(data.encounters.capacity() <= 2 * data.encounters.len());
    let Dataset::Ratings(data) = read(DataKind::Ratings, "big.csv", text.as_bytes(), None).unwrap() else {
        unreachable!()
    };
    assert_eq!((data.users.len(), data.items.len()), (5000, 4999));
    assert!(start.elapsed() < Duration::from_secs(60), "took {:?}", start.elapsed());
    // An error at the end is found there.
    text.push_str("player 1,,2\n");
    let error = read(DataKind::Comparisons, "big.csv", text.as_bytes(), None).err();
    assert_eq!(error.and_then(|e| e.line), Some(lines + 1));
}
