//! Games and orders in files that other programs wrote, read game by game as `fixtures/ranking/reading.py` reads them with
//! Python's own modules, and what is said of them.

use std::path::Path;

use iterscope_core::{Columns, Comparisons, DataKind, Dataset, Orders};
use iterscope_data::{DataError, read};

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ranking").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn said(kind: DataKind, bytes: &[u8], columns: Option<&str>) -> Result<Dataset, DataError> {
    let columns: Option<Columns> = columns.map(|c| c.parse().unwrap_or_else(|e| panic!("{c}: {e}")));
    read(kind, "x", bytes, columns.as_ref())
}

fn games(data: &Comparisons) -> Vec<String> {
    let name = |i: u32| &data.items[i as usize];
    let count = |n: f64| if n == 1.0 { String::new() } else { format!(" * {}", (n * 1e12).round() / 1e12) };
    let one = |e: &iterscope_core::Encounter| {
        format!("{} {} {}{}", name(e.winner), if e.tie { "=" } else { ">" }, name(e.loser), count(e.count))
    };
    data.encounters.iter().map(one).collect()
}

fn orders(data: &Orders) -> Vec<String> {
    let names = |ids: &[u32]| ids.iter().map(|&i| data.items[i as usize].as_str()).collect::<Vec<_>>();
    let one = |o: &iterscope_core::Order| {
        let mut behind = names(&o.behind);
        behind.sort_unstable();
        let head = if o.count == 1.0 { String::new() } else { format!("{}: ", o.count) };
        let tail = if behind.is_empty() { String::new() } else { format!(" | {}", behind.join(" ")) };
        format!("{head}{}{tail}", names(&o.placed).join(" > "))
    };
    data.orders.iter().map(one).collect()
}

fn lines(data: &Dataset) -> Vec<String> {
    match data {
        Dataset::Comparisons(data) => games(data),
        Dataset::Orders(data) => orders(data),
        other => panic!("{other:?}"),
    }
}

/// Which of the fixtures hold orders.
fn kind_of(name: &str) -> DataKind {
    let ballots = ["soc", "soi", "toc", "toi", "cat", "order"].iter().any(|end| name.ends_with(&format!(".{end}")));
    let tables = ["json-is-no-order", "rank-matrix", "orders-tied-first", "null-as-backslash-n", "forms-choices"];
    if ballots || tables.iter().any(|start| name.starts_with(start)) { DataKind::Orders } else { DataKind::Comparisons }
}

/// The independent readings: each file with its lines.
fn readings() -> Vec<(String, Vec<String>)> {
    let text = String::from_utf8(file("readings.txt")).unwrap();
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("== "), all.last_mut()) {
            (Some(name), _) => all.push((name.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => panic!("{line}"),
        }
    }
    all
}

#[test]
fn every_file_is_read_as_it_is() {
    let all = readings();
    assert_eq!(all.len(), 64);
    for (name, expected) in all {
        let data = said(kind_of(&name), &file(&name), None).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(lines(&data), expected, "{name}");
    }
}

/// What a remark offers can be had as it is written, and is another reading.
#[test]
fn every_other_reading_that_is_offered_can_be_had() {
    let mut offered = 0;
    for (name, expected) in readings() {
        let (kind, bytes) = (kind_of(&name), file(&name));
        let data = said(kind, &bytes, None).unwrap();
        for remark in data.remarks() {
            assert!(remark.text.ends_with('.'), "{name}: {remark}");
            for reading in &remark.readings {
                offered += 1;
                match said(kind, &bytes, Some(&reading.columns)) {
                    Ok(other) => assert!(lines(&other) != expected || other != data, "{name}: {reading:?}"),
                    // Ranks are no names: an item would stand twice in its order.
                    Err(e) => assert!(reading.columns.contains("ranked"), "{name}: {reading:?}: {e}"),
                }
            }
        }
    }
    assert!(offered > 15, "{offered}");
}

fn remarks(kind: DataKind, name: &str, columns: Option<&str>) -> Vec<String> {
    let data = said(kind, &file(name), columns).unwrap_or_else(|e| panic!("{name}: {e}"));
    data.remarks().iter().map(|r| r.text.clone()).collect()
}

#[test]
fn what_was_left_out_is_counted_and_its_lines_named() {
    let games = |name| remarks(DataKind::Comparisons, name, None);
    assert!(
        games("walkovers.csv").contains(&"Left out line 3, because nobody played it: a walkover or a forfeit.".into())
    );
    let many = games("walkovers-49-columns.csv");
    assert!(
        many.iter().any(|r| r.starts_with("Left out lines 7, 14, 21,") && r.contains("a walkover or a forfeit")),
        "{many:?}"
    );
    assert!(games("byes.csv").contains(&"Left out lines 4, 7, because one of its players is a bye.".into()));
    let chess = games("chess-forfeits.csv");
    for wanted in [
        "Left out line 6, because nobody played it: a walkover or a forfeit.",
        "Left out line 9, because one of its players is a bye.",
        "Left out line 10, because it has no opponent.",
        "Left out line 11, because it has no outcome.",
    ] {
        assert!(chess.contains(&wanted.to_owned()), "{wanted}: {chess:?}");
    }
    assert!(games("chess-unfinished.csv").contains(&"Left out line 10, because it has no outcome.".into()));
    assert!(games("comment-lines.csv").contains(&"Left out 2 comment lines, the first is line 1.".into()));
    let races = remarks(DataKind::Orders, "null-as-backslash-n.csv", None);
    assert!(races.iter().any(|r| r.contains("did not come in")), "{races:?}");
}

#[test]
fn walkovers_may_be_counted() {
    let count = |name: &str, columns| match said(DataKind::Comparisons, &file(name), columns).unwrap() {
        Dataset::Comparisons(data) => games(&data),
        other => panic!("{other:?}"),
    };
    assert_eq!(count("walkovers.csv", Some("walkovers=counted")), ["A > B", "B > A", "B > A", "B > A"]);
    assert_eq!(count("walkovers-49-columns.csv", Some("walkovers=counted")).len(), 90);
    // The plus of a forfeit is the winner's.
    assert!(count("chess-forfeits.csv", Some("walkovers=counted")).contains(&"Abel > Cole".to_owned()));
    assert_eq!(count("ids-in-place-of-text.csv", Some("invalid=counted")).len(), 30);
    let believed = count("winner-loser-equal-scores.csv", Some("equal-scores=wins"));
    assert_eq!((believed[1].as_str(), believed[4].as_str()), ("Blues > Reds", "Reds > Greens"));
}

#[test]
fn ballots_that_name_only_some_have_two_readings() {
    let read = |columns| match said(DataKind::Orders, &file("soi-bullet-ballots.soi"), columns).unwrap() {
        Dataset::Orders(data) => orders(&data),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        read(Some("unnamed=behind")),
        [
            "12: Prawn roll > Eel | Squid Tuna",
            "9: Eel | Prawn roll Squid Tuna",
            "7: Tuna > Prawn roll > Eel | Squid",
            "4: Squid > Tuna > Eel > Prawn roll",
            "3: Eel > Tuna > Squid | Prawn roll",
            "2: Squid | Eel Prawn roll Tuna",
        ]
    );
    let words = remarks(DataKind::Orders, "soi-bullet-ballots.soi", None).join(" ");
    assert!(words.contains("5 of 6 ballots, the first in line 17, do not name all items"), "{words}");
    // A shared place may end the order, as it did before it was read as choices.
    match said(DataKind::Orders, &file("tiefirst.toc"), Some("shared=end")).unwrap() {
        Dataset::Orders(data) => assert_eq!(data.orders.len(), 3),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nearly_equal_names_may_be_merged() {
    for (name, apart, merged) in [("near-equal-names.csv", 4, 2), ("names-nfc-nfd.csv", 3, 2)] {
        let items = |columns| match said(DataKind::Comparisons, &file(name), columns).unwrap() {
            Dataset::Comparisons(data) => (data.items.len(), data.encounters.len()),
            other => panic!("{other:?}"),
        };
        let (before, games) = items(None);
        assert_eq!(before, apart, "{name}");
        assert_eq!(items(Some("names=merged")), (merged, games), "{name}");
        let words = remarks(DataKind::Comparisons, name, None).join(" ");
        assert!(
            words.contains("differ only by case, by blanks or by how accents, quotes and dashes are written"),
            "{words}"
        );
    }
}

#[test]
fn what_cannot_be_decided_is_refused_with_its_readings() {
    let refuse = |text: &str| said(DataKind::Comparisons, text.as_bytes(), None).unwrap_err();
    let cases: [(&str, &[&str]); 8] = [
        ("x,y,1\ny,z,2\nz,x,2\n", &["codes=numbers;plain;first,second,outcome", "plain;winner,loser,count"]),
        ("a,b,winner\nx,y,1\ny,z,0\n", &["codes=index", "codes=points"]),
        ("left,right,label\nx,y,1\ny,z,0\n", &["codes=index", "codes=points"]),
        ("a,b,outcome\nx,y,1\ny,z,0\nz,x,2\n", &["codes=numbers", "codes=points", "codes=index"]),
        ("a,b,outcome\nx,y,1\ny,z,3\nz,x,2\n", &["codes=numbers", "codes=scale"]),
        ("x,y,0.7\ny,z,0.2\n", &["codes=points;plain;first,second,outcome", "plain;winner,loser,count"]),
        ("home,away,result\nx,y,a\ny,z,tie\n", &["letter-a=away", "letter-a=first"]),
        ("a,b,c\nx,y,-2\ny,z,1\n", &["codes=signed;header;first,second,outcome"]),
    ];
    for (text, wanted) in cases {
        let error = refuse(text);
        let columns: Vec<_> = error.readings.iter().map(|r| r.columns.as_str()).collect();
        assert_eq!(columns, wanted, "{text:?}: {error}");
        let mut seen = Vec::new();
        for reading in &error.readings {
            let found = said(DataKind::Comparisons, text.as_bytes(), Some(&reading.columns));
            let found = lines(&found.unwrap_or_else(|e| panic!("{text:?}: {reading:?}: {e}")));
            assert!(!seen.contains(&found), "{text:?}: {reading:?}");
            assert!(error.to_string().contains(&format!("`{}` ({})", reading.columns, reading.label)));
            seen.push(found);
        }
    }
    let ranks = said(DataKind::Orders, b"1,2,3\n2,1,3\n3,1,2\n", None).unwrap_err();
    assert_eq!(ranks.readings.len(), 2, "{ranks}");
}

#[test]
fn other_kinds_of_file_are_refused_by_name() {
    let wrong = |kind, text: &str| said(kind, text.as_bytes(), None).unwrap_err().to_string();
    assert!(wrong(DataKind::Orders, "winner,loser\nA,B\n").contains("the header is that of a table of games"));
    let nested = "[{\"players\": {\"white\": \"a\"}, \"date\": \"2020-01-01\", \"x\": 1}]";
    assert!(wrong(DataKind::Comparisons, nested).contains("`[0].players` is an object"));
    let lists = "[{\"ranking\": [\"a\", \"b\"], \"n\": 1}]";
    assert!(wrong(DataKind::Orders, lists).contains("`[0].ranking` is a list"), "{}", wrong(DataKind::Orders, lists));
    let diagonal = said(DataKind::Comparisons, &file("count-matrix-diagonal.csv"), None).unwrap_err().to_string();
    assert!(diagonal.starts_with("line 5, column 5: found 24 in the row and the column of `D`"), "{diagonal}");
    let graph = said(DataKind::Orders, &file("new.wmd"), None).unwrap_err().to_string();
    assert!(graph.contains("weighted graph (wmd), not ballots"), "{graph}");
    let ballots = said(DataKind::Comparisons, &file("new.soc"), None).unwrap_err().to_string();
    assert!(ballots.contains("holds ballots (soc), not games"), "{ballots}");
}

/// Scores, shoot-outs and forfeits as sites write them, in a table of results.
#[test]
fn results_as_people_write_them() {
    let text =
        "team,opponent,result\nA,B,W 3-1\nB,C,L 0-2\nA,C,T 1-1\nA,C,1-1 (4-3 p)\nB,A,2-0 forfeit\nC,B,6-4 7-6(5)\n";
    let read = |columns| match said(DataKind::Comparisons, text.as_bytes(), columns).unwrap() {
        Dataset::Comparisons(data) => data,
        other => panic!("{other:?}"),
    };
    assert_eq!(games(&read(None)), ["A > B", "C > B", "A = C", "A > C", "C > B"]);
    assert_eq!(games(&read(Some("shoot-outs=ties"))), ["A > B", "C > B", "A = C", "A = C", "C > B"]);
    let words = read(None).remarks.iter().map(|r| r.text.clone()).collect::<Vec<_>>().join(" ");
    assert!(words.contains("1 game, in line 5; whoever won the shoot-out won."), "{words}");
}

#[test]
fn details_are_those_of_the_files() {
    let read = |name: &str| match said(DataKind::Comparisons, &file(name), None).unwrap() {
        Dataset::Comparisons(data) => data.details,
        other => panic!("{other:?}"),
    };
    // Visitors stand first, and the date has the name of its month: 2023-10-24 is day 19654.
    let details = read("basketball-reference.csv");
    assert_eq!(details.advantage, [1, -1, 1, 1, -1, 1, 1, -1]);
    assert_eq!(details.margin[..3], [12.0, 4.0, 2.0]);
    assert_eq!(details.day[..3], [19_654.0 + 19.5 / 24.0, 19_654.0 + 22.0 / 24.0, 19_655.0 + 19.0 / 24.0]);
    // @ where the winner was away.
    let details = read("pro-football-reference.csv");
    assert_eq!(details.advantage, [-1, 1, -1, 1, 1, -1, 1, 1]);
    assert_eq!(details.margin, [1.0, 14.0, 3.0, 0.0, 17.0, 3.0, 17.0, 3.0]);
    // Rounds a week apart, from 2 January 2024 on.
    let days = read("club.trf").day;
    assert_eq!((days.first(), days.last()), (Some(&19_724.0), Some(&19_745.0)));
    // 05/08/2022 is the fifth of August, since others are no months; the game began at 20:00.
    assert_eq!(read("fd_E0.csv").day[0], 19_209.0 + 20.0 / 24.0);
    assert_eq!(read("likert.csv").margin, [2.0, 1.0, 0.0, 3.0]);
}
