//! What is said of connectivity before a run, on cases small enough to check by hand.

use std::rc::Rc;

use iterscope_core::{Instance, Note, Severity, Value};

use crate::test_support::{choice, pairwise};

fn note(set: &Rc<dyn Instance>, severity: Severity) -> &Note {
    set.notes().iter().find(|n| n.severity == severity).unwrap_or_else(|| panic!("{:?}", set.notes()))
}

fn fixes(note: &Note) -> Vec<(&str, &str)> {
    let pairs = note.fixes.iter().flat_map(|f| &f.params);
    pairs.map(|(k, v)| (&**k, v.as_text().unwrap_or_default())).collect()
}

#[test]
fn a_cycle_of_wins_is_well() {
    let set = pairwise(3, &[(0, 1, 1.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false)], &[]).unwrap();
    assert!(note(&set, Severity::Good).text.contains("exists"));
    assert_eq!(set.series()[0].key, "gradient.rel");
    assert!(set.series()[0].stop);
}

#[test]
fn a_player_who_never_loses_is_named() {
    let games = [(3, 0, 1.0, false), (0, 1, 1.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false)];
    let set = pairwise(4, &games, &[]).unwrap();
    let warning = note(&set, Severity::Warning);
    assert!(warning.text.contains("2 strongly connected parts: {p0, p1, p2}, {p3}."), "{}", warning.text);
    assert!(warning.text.contains("Never lost a point outside their part (their strength grows for ever): p3."));
    assert!(!warning.text.contains("Never won"), "the rest has nothing to answer for: {}", warning.text);
    assert_eq!(fixes(warning), [("estimate", "map"), ("part", "largest")]);

    let part = pairwise(4, &games, &[choice("part", "largest")]).unwrap();
    assert_eq!(part.labels(), ["p0", "p1", "p2"]);
    assert!(note(&part, Severity::Info).text.contains("3 of 4 items. Left out: p3."));
    assert!(part.series()[0].stop);
    let map = pairwise(4, &games, &[choice("estimate", "map")]).unwrap();
    assert!(note(&map, Severity::Good).text.contains("would be infinite"));
    assert!(map.notes().iter().all(|n| n.severity != Severity::Warning));
}

#[test]
fn a_player_who_never_wins_is_named_and_a_tie_saves_him() {
    let mut games = vec![(0, 1, 1.0, false), (1, 0, 1.0, false), (0, 2, 1.0, false)];
    let set = pairwise(3, &games, &[]).unwrap();
    assert!(note(&set, Severity::Warning).text.contains("falls for ever): p2."));
    games.push((1, 2, 1.0, true));
    assert!(note(&pairwise(3, &games, &[]).unwrap(), Severity::Good).text.contains("exists"));
}

#[test]
fn two_groups_that_never_met_are_named() {
    let mut games = Vec::new();
    for k in 0..4u32 {
        games.push((k, (k + 1) % 4, 1.0, false));
        games.push((4 + k, 4 + (k + 1) % 4, 1.0, false));
    }
    let set = pairwise(8, &games, &[]).unwrap();
    let text = &note(&set, Severity::Warning).text;
    assert!(text.contains("2 groups that never met"), "{text}");
    assert!(text.contains("{p0, p1, p2, p3}, {p4, p5, p6, p7}."), "{text}");
}

#[test]
fn long_lists_are_cut() {
    // Thirty players in a row, each beating the next.
    let games: Vec<_> = (0..29).map(|k| (k, k + 1, 1.0, false)).collect();
    let set = pairwise(30, &games, &[]).unwrap();
    let warning = note(&set, Severity::Warning);
    assert!(
        warning.text.contains("30 strongly connected parts: {p0}, {p1}, {p2} and 27 more parts."),
        "{}",
        warning.text
    );
    assert_eq!(fixes(warning), [("estimate", "map")], "a part of one is no remedy");
    let error = pairwise(30, &games, &[choice("part", "largest")]).err().unwrap();
    assert_eq!(error.field, "part");
}

#[test]
fn the_tie_strength_is_diagnosed() {
    let davidson = |n, games: &[_], more: &[(&str, Value)]| {
        pairwise(n, games, &[&[choice("ties", "davidson")], more].concat()).unwrap()
    };
    let cycle = [(0, 1, 1.0, false), (1, 2, 1.0, false), (2, 0, 1.0, false)];
    assert!(note(&davidson(3, &cycle, &[]), Severity::Info).text.contains("no ties"));

    // Wins only downwards, ties between neighbours: strengths and nu can grow together.
    let ordered = [(0, 1, 2.0, false), (0, 1, 1.0, true), (1, 2, 1.0, false), (1, 2, 1.0, true)];
    let set = davidson(3, &ordered, &[]);
    assert!(note(&set, Severity::Warning).text.contains("No chain of wins"));
    assert!(!set.series()[0].stop);
    assert!(davidson(3, &ordered, &[choice("estimate", "map")]).series()[0].stop);
    // A win over two places against one tie: 0 beats 1 beats 2, and 2 ties 0.
    let enough = [(0, 1, 1.0, false), (1, 2, 1.0, false), (2, 0, 1.0, true)];
    let set = davidson(3, &enough, &[]);
    assert!(set.series()[0].stop && set.series().iter().any(|s| s.key == "nll.gap"), "{:?}", set.notes());
}

#[test]
fn of_two_halves_the_upper_one_is_named() {
    let mut games = vec![(0, 2, 1.0, false)];
    for (i, j) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        games.push((i, j, 1.0, false));
    }
    let set = pairwise(4, &games, &[]).unwrap();
    let text = &note(&set, Severity::Warning).text;
    assert!(text.contains("grows for ever): p0, p1.") && text.contains("falls for ever): p2, p3."), "{text}");
}
