//! The samples against what is known of them from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use iterscope_core::{Comparisons, DataKind, Dataset, Details, Ratings};
use iterscope_data::{SAMPLES, read, sample};

fn comparisons(id: &str) -> Comparisons {
    let sample = sample(id).unwrap();
    match read(sample.info.kind, &sample.file_name(), sample.text().as_bytes(), None).unwrap() {
        Dataset::Comparisons(data) => data,
        other => panic!("{other:?}"),
    }
}

/// Points, games won, drawn and lost, and goals of each team of a league, best first.
fn league(data: &Comparisons, text: &str) -> Vec<(String, [u32; 6])> {
    let mut table: BTreeMap<&str, [u32; 6]> = BTreeMap::new();
    for (game, line) in data.encounters.iter().zip(text.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        let goals = [cells[3], cells[4]].map(|c| c.parse::<u32>().unwrap());
        for (own, other) in [(0, 1), (1, 0)] {
            let team = cells[1 + own];
            let row = table.entry(team).or_default();
            let won = data.items[game.winner as usize] == team;
            let result = if game.tie { 2 } else { 1 + 2 * usize::from(!won) };
            row[0] += [3, 1, 0][result - 1];
            row[result] += 1;
            row[4] += goals[own];
            row[5] += goals[other];
        }
    }
    let mut rows: Vec<_> = table.into_iter().map(|(team, row)| (team.to_owned(), row)).collect();
    rows.sort_by_key(|(_, row)| std::cmp::Reverse((row[0], row[4] + 1000 - row[5])));
    rows
}

fn ratings(id: &str) -> Ratings {
    let sample = sample(id).unwrap();
    match read(sample.info.kind, &sample.file_name(), sample.text().as_bytes(), None).unwrap() {
        Dataset::Ratings(data) => data,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_sample_reads_without_remarks_and_names_its_source() {
    for sample in SAMPLES {
        assert!(sample.info.source.len() > 40, "{}", sample.info.id);
        let data = read(sample.info.kind, &sample.file_name(), sample.text().as_bytes(), None).unwrap();
        let remarks = data.remarks();
        assert!(remarks.is_empty(), "{}: {remarks:?}", sample.info.id);
    }
    assert!(sample("nothing").is_none());
    assert!(SAMPLES.iter().any(|s| s.info.kind == DataKind::Ratings));
}

/// Points in the order of the final group tables as published by FIFA, 3 for a win and 1 for a tie.
const GROUPS: [[(&str, u32); 4]; 8] = [
    [("Netherlands", 7), ("Senegal", 6), ("Ecuador", 4), ("Qatar", 0)],
    [("England", 7), ("United States", 5), ("Iran", 3), ("Wales", 1)],
    [("Argentina", 6), ("Poland", 4), ("Mexico", 4), ("Saudi Arabia", 3)],
    [("France", 6), ("Australia", 6), ("Tunisia", 4), ("Denmark", 1)],
    [("Japan", 6), ("Spain", 4), ("Germany", 4), ("Costa Rica", 3)],
    [("Morocco", 7), ("Croatia", 5), ("Belgium", 4), ("Canada", 0)],
    [("Brazil", 6), ("Switzerland", 6), ("Cameroon", 4), ("Serbia", 1)],
    [("Portugal", 6), ("South Korea", 4), ("Uruguay", 4), ("Ghana", 3)],
];

#[test]
fn world_cup_agrees_with_the_group_tables_and_the_knock_out_tree() {
    let data = comparisons("world-cup-2022");
    assert_eq!((data.encounters.len(), data.items.len()), (64, 32));
    let name = |i: u32| data.items[i as usize].as_str();
    let (group_games, knock_out) = data.encounters.split_at(48);
    for group in GROUPS {
        let teams: BTreeMap<&str, u32> = group.into();
        let games: Vec<_> = group_games.iter().filter(|g| teams.contains_key(name(g.winner))).collect();
        assert_eq!(games.len(), 6);
        let mut pairs: Vec<_> = games.iter().map(|g| (g.winner.min(g.loser), g.winner.max(g.loser))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), 6, "every pair of a group meets once");
        let mut points: BTreeMap<&str, u32> = group.iter().map(|(team, _)| (*team, 0)).collect();
        for game in games {
            *points.get_mut(name(game.winner)).unwrap() += if game.tie { 1 } else { 3 };
            *points.get_mut(name(game.loser)).unwrap() += u32::from(game.tie);
        }
        assert_eq!(points, teams);
    }
    // The first two of each group go on: 1A-2B, 1C-2D, 1D-2C, 1B-2A, 1E-2F, 1G-2H, 1F-2E, 1H-2G.
    let seat = |group: usize, place: usize| GROUPS[group][place - 1].0;
    let sixteen = [(0, 1), (2, 3), (3, 2), (1, 0), (4, 5), (6, 7), (5, 4), (7, 6)];
    for (game, (first, second)) in knock_out.iter().zip(sixteen) {
        let mut teams = [name(game.winner), name(game.loser)];
        let mut seats = [seat(first, 1), seat(second, 2)];
        teams.sort_unstable();
        seats.sort_unstable();
        assert_eq!(teams, seats);
    }
    let later: Vec<_> = knock_out[8..]
        .iter()
        .map(|g| format!("{}{}{}", name(g.winner), if g.tie { "=" } else { ">" }, name(g.loser)))
        .collect();
    assert_eq!(
        later,
        [
            "Croatia=Brazil",
            "Netherlands=Argentina",
            "Morocco>Portugal",
            "France>England",
            "Argentina>Croatia",
            "France>Morocco",
            "Croatia>Morocco",
            "Argentina=France"
        ]
    );
    assert_eq!(knock_out.iter().filter(|g| g.tie).count(), 5, "five penalty shoot-outs");
}

#[test]
fn citations_are_a_full_table_of_four() {
    let data = comparisons("citations");
    assert_eq!((data.items.len(), data.encounters.len()), (4, 12));
    assert_eq!(data.encounters.iter().map(|e| e.count).sum::<f64>(), 3727.0);
    let cited = |i: u32| data.encounters.iter().filter(|e| e.winner == i).map(|e| e.count).sum::<f64>();
    // Row sums of the table: Biometrika, Communications in Statistics, JASA, JRSS-B.
    assert_eq!([cited(0), cited(1), cited(2), cited(3)], [1449.0, 118.0, 1275.0, 885.0]);
}

#[test]
fn baseball_has_thirteen_games_a_pair() {
    let data = comparisons("baseball-1987");
    assert_eq!(data.items.len(), 7);
    let mut pairs = BTreeMap::new();
    let mut wins = BTreeMap::new();
    for e in &data.encounters {
        *pairs.entry((e.winner.min(e.loser), e.winner.max(e.loser))).or_insert(0.0) += e.count;
        *wins.entry(data.items[e.winner as usize].as_str()).or_insert(0.0) += e.count;
    }
    assert_eq!(pairs.len(), 21);
    assert!(pairs.values().all(|games| *games == 13.0));
    // Agresti's order of the teams by strength.
    let mut order: Vec<_> = wins.into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let order: Vec<_> = order.into_iter().map(|(team, _)| team).collect();
    assert_eq!(order, ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]);
}

#[test]
fn ratings_have_the_published_means() {
    let data = ratings("ratings-small");
    assert_eq!((data.users.len(), data.items.len(), data.entries.len()), (43, 11, 43 * 11));
    // Column means as printed by R's summary(USJudgeRatings).
    let means = [8.021, 7.516, 7.693, 7.479, 7.565, 7.467, 7.488, 7.293, 7.384, 7.935, 7.602];
    for (item, expected) in means.iter().enumerate() {
        let sum: f64 = data.entries.iter().filter(|e| e.item as usize == item).map(|e| e.value).sum();
        assert!((sum / 43.0 - expected).abs() <= 5e-4, "{}: {}", data.items[item], sum / 43.0);
    }
}

#[test]
fn the_season_of_2015_agrees_with_its_final_table() {
    let data = ratings("premier-league-2015");
    assert_eq!((data.users.len(), data.items.len(), data.entries.len()), (20, 20, 380));
    // From 8 August 2015 to 17 May 2016, each pair once at home.
    assert!(data.day.is_sorted());
    assert_eq!((data.day[0], data.day[379]), (16_655.0, 16_938.0));
    let pairs: BTreeSet<_> = data.entries.iter().map(|e| (e.user, e.item)).collect();
    assert_eq!(pairs.len(), 380);
    let mut table: BTreeMap<&str, [i32; 5]> = BTreeMap::new();
    for e in &data.entries {
        let ahead = e.value as i32;
        assert_eq!(f64::from(ahead), e.value);
        for (team, ahead) in [(&data.users[e.user as usize], ahead), (&data.items[e.item as usize], -ahead)] {
            let row = table.entry(team).or_default();
            let result = (1 - ahead.signum()) as usize;
            row[0] += [3, 1, 0][result];
            row[1 + result] += 1;
            row[4] += ahead;
        }
    }
    // Points, games won, drawn and lost, and goals ahead.
    let expected = [
        ("Leicester City", [81, 23, 12, 3, 32]),
        ("Arsenal", [71, 20, 11, 7, 29]),
        ("Tottenham Hotspur", [70, 19, 13, 6, 34]),
        ("Manchester City", [66, 19, 9, 10, 30]),
        ("Manchester United", [66, 19, 9, 10, 14]),
        ("Southampton", [63, 18, 9, 11, 18]),
        ("West Ham United", [62, 16, 14, 8, 14]),
        ("Liverpool", [60, 16, 12, 10, 13]),
        ("Stoke City", [51, 14, 9, 15, -14]),
        ("Chelsea", [50, 12, 14, 12, 6]),
        ("Everton", [47, 11, 14, 13, 4]),
        ("Swansea City", [47, 12, 11, 15, -10]),
        ("Watford", [45, 12, 9, 17, -10]),
        ("West Bromwich Albion", [43, 10, 13, 15, -14]),
        ("Crystal Palace", [42, 11, 9, 18, -12]),
        ("Bournemouth", [42, 11, 9, 18, -22]),
        ("Sunderland", [39, 9, 12, 17, -14]),
        ("Newcastle United", [37, 9, 10, 19, -21]),
        ("Norwich City", [34, 9, 7, 22, -28]),
        ("Aston Villa", [17, 3, 8, 27, -49]),
    ];
    assert_eq!(table, BTreeMap::from(expected));
}

#[test]
fn scotland_agrees_with_the_final_table() {
    let data = comparisons("scotland-1994");
    assert_eq!((data.encounters.len(), data.items.len()), (180, 10));
    // Played in order from 13 August 1994 to 13 May 1995, each pair twice at home and twice away.
    assert!(data.details.day.is_sorted());
    assert_eq!((data.details.day[0], data.details.day[179]), (8990.0, 9263.0));
    let mut pairs = BTreeMap::new();
    for (game, advantage) in data.encounters.iter().zip(&data.details.advantage) {
        let (home, away) = if *advantage == 1 { (game.winner, game.loser) } else { (game.loser, game.winner) };
        *pairs.entry((home, away)).or_insert(0) += 1;
    }
    assert!(pairs.len() == 90 && pairs.values().all(|n| *n == 2));
    let table = league(&data, sample("scotland-1994").unwrap().text());
    let expected = [
        ("Rangers", [69, 20, 9, 7, 60, 35]),
        ("Motherwell", [54, 14, 12, 10, 50, 50]),
        ("Hibernian", [53, 12, 17, 7, 49, 37]),
        ("Celtic", [51, 11, 18, 7, 39, 33]),
        ("Falkirk", [48, 12, 12, 12, 48, 47]),
        ("Hearts", [43, 12, 7, 17, 44, 51]),
        ("Kilmarnock", [43, 11, 10, 15, 40, 48]),
        ("Partick Thistle", [43, 10, 13, 13, 40, 50]),
        ("Aberdeen", [41, 10, 11, 15, 43, 46]),
        ("Dundee United", [36, 9, 9, 18, 40, 56]),
    ];
    assert_eq!(table, expected.map(|(team, row)| (team.to_owned(), row)));
}

#[test]
fn chameleons_and_flavours_have_their_counts() {
    let data = comparisons("chameleons");
    assert_eq!((data.encounters.len(), data.items.len(), data.details), (106, 35, Details::default()));
    let data = comparisons("flavours");
    let count = |tie: bool| data.encounters.iter().filter(|e| e.tie == tie).map(|e| e.count).sum::<f64>();
    assert_eq!((data.items.len(), count(false), count(true)), (9, 687.0, 198.0));
}

#[test]
fn formula_one_gives_the_points_of_the_championship() {
    let sample = sample("formula-1-2008").unwrap();
    let Dataset::Orders(data) = read(DataKind::Orders, "x", sample.text().as_bytes(), None).unwrap() else {
        unreachable!()
    };
    assert_eq!((data.orders.len(), data.items.len()), (18, 22));
    let mut points = [0; 22];
    for order in &data.orders {
        assert!(order.behind.is_empty() && order.placed.len() >= 20);
        for (driver, gained) in order.placed.iter().zip([10, 8, 6, 5, 4, 3, 2, 1]) {
            points[*driver as usize] += gained;
        }
    }
    let of = |name: &str| points[data.items.iter().position(|n| n == name).unwrap()];
    // The final standing: one point decided it.
    let expected =
        [("Hamilton", 98), ("Massa", 97), ("Räikkönen", 75), ("Kubica", 75), ("Alonso", 61), ("Heidfeld", 60)];
    for (name, total) in expected {
        assert_eq!(of(name), total, "{name}");
    }
}

#[test]
fn air_has_the_published_means_and_holes() {
    let sample = sample("air-1973").unwrap();
    let Dataset::Table(data) = read(DataKind::Table, "x", sample.text().as_bytes(), None).unwrap() else {
        unreachable!()
    };
    assert_eq!((data.rows.len(), data.columns.len()), (153, 4));
    assert_eq!((data.rows[0].as_str(), data.rows[152].as_str()), ("1973-05-01", "1973-09-30"));
    // As printed by R's summary(airquality).
    for (column, known, mean) in [(0, 116, 42.13), (1, 146, 185.9), (2, 153, 9.958), (3, 153, 77.88)] {
        let values: Vec<f64> = data.values.iter().skip(column).step_by(4).copied().filter(|v| !v.is_nan()).collect();
        assert_eq!(values.len(), known);
        assert!((values.iter().sum::<f64>() / known as f64 - mean).abs() < 5e-4 * mean);
    }
}
