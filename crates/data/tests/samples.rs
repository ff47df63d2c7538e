//! The samples against what is known of them from elsewhere.

use std::collections::BTreeMap;

use iterscope_core::{Comparisons, DataKind, Dataset, Ratings};
use iterscope_data::{SAMPLES, read, sample};

fn comparisons(id: &str) -> Comparisons {
    let sample = sample(id).unwrap();
    match read(sample.info.kind, &sample.file_name(), sample.text.as_bytes(), None).unwrap() {
        Dataset::Comparisons(data) => data,
        other => panic!("{other:?}"),
    }
}

fn ratings(id: &str) -> Ratings {
    let sample = sample(id).unwrap();
    match read(sample.info.kind, &sample.file_name(), sample.text.as_bytes(), None).unwrap() {
        Dataset::Ratings(data) => data,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_sample_reads_without_remarks_and_names_its_source() {
    for sample in SAMPLES {
        assert!(sample.info.source.len() > 40, "{}", sample.info.id);
        let data = read(sample.info.kind, &sample.file_name(), sample.text.as_bytes(), None).unwrap();
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
