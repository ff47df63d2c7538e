//! Every reader takes any bytes without panicking, and reads back what was written.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use iterscope_core::artifact::{Artifact, Cell};
use iterscope_core::{Columns, DataKind, Dataset, Role};
use iterscope_data::{Format, encode, read, survey};
use proptest::prelude::*;

const KINDS: [DataKind; 5] =
    [DataKind::Comparisons, DataKind::Orders, DataKind::Ratings, DataKind::Table, DataKind::Image];

/// Reads as every kind, and checks what must hold of whatever comes out.
fn read_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    for kind in KINDS {
        if let Ok(survey) = survey(kind, "any", bytes, None) {
            // It says the same as reading does.
            prop_assert_eq!(survey.error, read(kind, "any", bytes, None).err().map(|e| e.to_string()));
            prop_assert!(survey.left_out.len() <= 20 && survey.left_out.len() as u64 <= survey.left_out_rows);
            prop_assert!(survey.columns.iter().all(|c| c.cells.len() <= 8));
        }
        match read(kind, "any", bytes, None) {
            Err(error) => {
                prop_assert!(!error.message.is_empty());
                prop_assert!(error.line != Some(0) && error.column != Some(0));
                prop_assert!(error.line.is_some() || error.column.is_none());
            }
            Ok(Dataset::Matrix(data)) => {
                prop_assert!(data.entries.iter().all(|&(i, j, _)| (i.max(j) as usize) < data.side));
            }
            Ok(Dataset::Comparisons(data)) => {
                prop_assert!(!data.encounters.is_empty());
                for e in &data.encounters {
                    prop_assert!(e.winner != e.loser && e.count > 0.0 && e.count.is_finite());
                    prop_assert!((e.winner.max(e.loser) as usize) < data.items.len());
                }
                let (details, n) = (&data.details, data.encounters.len());
                for length in [details.advantage.len(), details.margin.len(), details.day.len(), details.group.len()] {
                    prop_assert!(length == 0 || length == n);
                }
                prop_assert!(details.advantage.iter().all(|a| a.abs() <= 1));
                prop_assert!(details.margin.iter().all(|m| *m >= 0.0 && m.is_finite()));
                prop_assert!(details.day.iter().all(|d| d.is_finite()));
                prop_assert!(details.group.iter().all(|g| (*g as usize) < details.groups.len()));
            }
            Ok(Dataset::Ratings(data)) => {
                prop_assert!(!data.entries.is_empty());
                prop_assert!(data.day.is_empty() || data.day.len() == data.entries.len());
                prop_assert!(data.day.iter().all(|d| d.is_finite()));
                for e in &data.entries {
                    prop_assert!(e.value.is_finite() && (e.user as usize) < data.users.len());
                    prop_assert!((e.item as usize) < data.items.len());
                }
            }
            Ok(Dataset::Orders(data)) => {
                prop_assert!(!data.orders.is_empty());
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
    .prop_filter("a bye is nobody's name", |name: &String| !["bye", "byes"].contains(&name.to_lowercase().as_str()))
}

fn pair() -> impl Strategy<Value = (String, String)> {
    (name(), name()).prop_filter("two different names", |(a, b)| a != b)
}

/// A way of writing a table: what separates columns and lines, whether all cells have quotes, and a byte order mark.
fn dialect() -> impl Strategy<Value = (char, &'static str, bool, bool)> {
    let delimiter = prop_oneof![Just(','), Just(';'), Just('\t'), Just('|')];
    (delimiter, prop_oneof![Just("\n"), Just("\r\n"), Just("\r")], any::<bool>(), any::<bool>())
}

fn written(rows: &[Vec<String>], dialect: (char, &'static str, bool, bool)) -> String {
    let (delimiter, end, quotes, mark) = dialect;
    let mut text = String::from(if mark { "\u{feff}" } else { "" });
    for row in rows {
        let cells: Vec<_> = row
            .iter()
            .map(|cell| {
                if quotes || cell.contains([delimiter, '"', '\n', '\r']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell.clone()
                }
            })
            .collect();
        text.push_str(&cells.join(&delimiter.to_string()));
        text.push_str(end);
    }
    text
}

/// Names that are no holes, of which different ones stay different.
fn entrant() -> impl Strategy<Value = String> {
    name().prop_filter("no hole", |n| n.chars().any(char::is_alphabetic) && n.len() > 4 && n != "<none>")
}

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|c| (*c).to_owned()).collect()
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
        let near = |r: &iterscope_core::Remark| r.contains("names that differ only by case");
        prop_assert!(data.remarks.iter().all(near), "{:?}", data.remarks);
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
        // A number beyond all others may mean that nothing is known.
        prop_assert!(data.remarks.iter().all(|r| ["was taken as a number", "are kept apart"].iter().any(|w| r.text.contains(w))));
    }

    #[test]
    fn scores_and_dates_come_back(
        games in proptest::collection::vec((pair(), 0..9u32, 0..9u32, 0..20_000u32), 1..20),
        dialect in dialect(),
    ) {
        let mut rows = vec![strings(&["date", "home_team", "away_team", "home_score", "away_score"])];
        for ((a, b), x, y, day) in &games {
            let seconds = format!("{}", 86_400.0 * f64::from(*day) + 1e9);
            rows.push(vec![seconds, a.clone(), b.clone(), x.to_string(), y.to_string()]);
        }
        let text = written(&rows, dialect);
        let Dataset::Comparisons(data) = read(DataKind::Comparisons, "x", text.as_bytes(), None).unwrap() else {
            unreachable!()
        };
        let near = |r: &iterscope_core::Remark| r.contains("names that differ only by case");
        prop_assert!(data.remarks.iter().all(near), "{:?}", data.remarks);
        for (k, ((a, b), x, y, day)) in games.iter().enumerate() {
            let e = data.encounters[k];
            let (winner, loser) = (&data.items[e.winner as usize], &data.items[e.loser as usize]);
            prop_assert_eq!(e.tie, x == y);
            prop_assert_eq!((winner, loser), if x < y { (b, a) } else { (a, b) });
            prop_assert_eq!(data.details.advantage[k], if x < y { -1 } else { 1 });
            prop_assert_eq!(data.details.margin[k], f64::from(x.abs_diff(*y)));
            prop_assert!((data.details.day[k] - f64::from(*day) - 1e9 / 86_400.0).abs() < 1e-9);
        }
    }

    #[test]
    fn matrices_come_back(
        names in proptest::collection::hash_set(entrant(), 2..6),
        counts in proptest::collection::vec(0..50u32, 36),
        dialect in dialect(),
    ) {
        let names: Vec<_> = names.into_iter().collect();
        let mut rows = vec![std::iter::once(String::new()).chain(names.iter().cloned()).collect::<Vec<_>>()];
        let count = |i: usize, j: usize| if i == j { 0 } else { counts[6 * i + j] };
        for (i, name) in names.iter().enumerate() {
            let cells = (0..names.len()).map(|j| if i == j { "-".to_owned() } else { count(i, j).to_string() });
            rows.push(std::iter::once(name.clone()).chain(cells).collect());
        }
        prop_assume!((0..names.len()).any(|i| (0..names.len()).any(|j| count(i, j) > 0)));
        let text = written(&rows, dialect);
        let Dataset::Comparisons(data) = read(DataKind::Comparisons, "x", text.as_bytes(), None).unwrap() else {
            unreachable!()
        };
        prop_assert_eq!(&data.items, &names);
        let total: f64 = data.encounters.iter().map(|e| e.count).sum();
        prop_assert_eq!(total, f64::from((0..36).filter(|k| k / 6 < names.len() && k % 6 < names.len()).map(|k| count(k / 6, k % 6)).sum::<u32>()));
        for e in &data.encounters {
            prop_assert_eq!(e.count, f64::from(count(e.winner as usize, e.loser as usize)));
        }
    }

    #[test]
    fn orders_come_back(
        items in proptest::collection::hash_set(entrant(), 2..7),
        keys in proptest::collection::vec(proptest::collection::vec(any::<u32>(), 7), 1..8),
        dialect in dialect(),
        said in any::<bool>(),
    ) {
        let items: Vec<_> = items.into_iter().collect();
        let orders: Vec<Vec<String>> = keys
            .iter()
            .map(|keys| {
                let mut order: Vec<usize> = (0..items.len()).collect();
                order.sort_by_key(|i| keys[*i]);
                order.into_iter().map(|i| items[i].clone()).collect()
            })
            .collect();
        let header: Vec<_> = (1..=items.len()).map(|i| format!("place {i}")).collect();
        let mut rows = vec![header];
        rows.extend(orders.iter().cloned());
        let columns: Columns = "header;ranked,...".parse().unwrap();
        let text = written(&rows, dialect);
        let Dataset::Orders(data) = read(DataKind::Orders, "x", text.as_bytes(), said.then_some(&columns)).unwrap() else {
            unreachable!()
        };
        let back: Vec<Vec<String>> =
            data.orders.iter().map(|o| o.placed.iter().map(|i| data.items[*i as usize].clone()).collect()).collect();
        prop_assert_eq!(back, orders);
    }

    #[test]
    fn tables_come_back(
        cells in proptest::collection::vec(proptest::option::weighted(0.8, proptest::num::f64::NORMAL), 8..40),
        width in 2..5usize,
        dialect in dialect(),
    ) {
        let mut rows = vec![(0..width).map(|i| format!("column {i}")).collect::<Vec<_>>()];
        for line in cells.chunks_exact(width) {
            rows.push(line.iter().map(|c| c.map_or_else(|| "NA".to_owned(), |v| v.to_string())).collect());
        }
        // A first column of holes alone may be taken for names.
        prop_assume!((0..width).all(|i| cells.chunks_exact(width).any(|line| line[i].is_some())));
        let text = written(&rows, dialect);
        let Dataset::Table(data) = read(DataKind::Table, "x", text.as_bytes(), None).unwrap() else { unreachable!() };
        prop_assert_eq!(&data.columns, &rows[0]);
        let back: Vec<_> = data.values.iter().map(|v| (!v.is_nan()).then_some(*v)).collect();
        prop_assert_eq!(&back[..], &cells[..cells.len() / width * width]);
    }

    #[test]
    fn matrix_market_comes_back(
        entries in proptest::collection::btree_map((1..20u32, 1..9u32), proptest::num::f64::NORMAL, 1..20),
    ) {
        let mut text = format!("%%MatrixMarket matrix coordinate real general\n20 9 {}\n", entries.len());
        for ((i, j), v) in &entries {
            text.push_str(&format!("{i} {j} {v}\n"));
        }
        let Dataset::Ratings(data) = read(DataKind::Ratings, "x", text.as_bytes(), None).unwrap() else {
            unreachable!()
        };
        let number = |names: &[String], i: u32| names[i as usize].parse::<u32>().unwrap();
        let back: Vec<_> =
            data.entries.iter().map(|e| ((number(&data.users, e.user), number(&data.items, e.item)), e.value)).collect();
        prop_assert_eq!(back, entries.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn any_roles_on_any_table(
        text in "([a-c0-3=>{}:]{0,3}[,;\t\n]){0,30}",
        roles in proptest::collection::vec(0..Role::ALL.len(), 1..6),
        header in any::<Option<bool>>(),
        more in any::<bool>(),
    ) {
        let roles = roles.into_iter().map(|i| Role::ALL[i]).collect();
        let columns = Columns { header, roles, more, ..Columns::default() };
        prop_assert_eq!(columns.to_string().parse::<Columns>().unwrap(), columns.clone());
        for kind in KINDS {
            if let Err(error) = read(kind, "any", text.as_bytes(), Some(&columns)) {
                prop_assert!(!error.message.is_empty() && error.line != Some(0));
            }
            let _ = survey(kind, "any", text.as_bytes(), Some(&columns));
        }
    }

    #[test]
    fn text_like_orders_and_markets(
        text in "(%%MatrixMarket matrix coordinate (real|pattern) (general|symmetric)\n|# ALTERNATIVE NAME 1: x\n|3\n1,a\n)?((1|2|a|b|\\{|\\}|12:|DNF|1st|2000-01-01|-)?[,;>= \n]){0,40}",
    ) {
        read_all(text.as_bytes())?;
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
