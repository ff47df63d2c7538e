//! Building: what is drawn, refused, measured and given away.

use iterscope_core::{Artifact, Dataset, Experiment, Extent, Picture, PictureKind, Ratings, Values, artifact::Cell};

use crate::FAMILY;
use crate::methods::{Aim, that_aim_at};
use crate::pairs::instance::PairInstance;
use crate::test_support::{TestRun, choice, pairwise, portable, problem, synthetic};

#[test]
fn the_portable_set_is_the_one_of_the_independent_program() {
    let set = portable().unwrap();
    let games = &set.as_any().downcast_ref::<PairInstance>().unwrap().model().games;
    assert_eq!((games.items, games.total, games.points[0]), (40, 1200.0, 14.0));
    assert_eq!(set.summary(), format!("40 items, 1,200 games, {} pairs that met", games.pairs.len()));
    assert_eq!(set.labels()[39], "player 40");
}

#[test]
fn missing_or_wrong_data_are_named() {
    let field = |data: Option<&Dataset>| problem("ranking.pairwise", &[], 0, data).err().unwrap().field;
    assert_eq!(field(None), "data");
    assert_eq!(field(Some(&Dataset::Ratings(Ratings::default()))), "data");
    assert!(pairwise(1, &[], &[]).err().unwrap().message.contains("no games"));
    assert_eq!(synthetic(&[("players", 1.into())], 0).err().unwrap().field, "players");
}

#[test]
fn synthetic_ties_and_ladders_are_what_they_say() {
    let given = [("players", 2.into()), ("games", 4000.into()), ("spread", 0.0.into()), ("tie_rate", 0.4.into())];
    let set = synthetic(&given, 3).unwrap();
    let games = &set.as_any().downcast_ref::<PairInstance>().unwrap().model().games;
    // Four standard deviations.
    assert!((games.ties / 4000.0 - 0.4).abs() < 0.031, "{}", games.ties);
    let set = synthetic(&[("players", 9.into()), choice("pairing", "neighbours")], 3).unwrap();
    let games = &set.as_any().downcast_ref::<PairInstance>().unwrap().model().games;
    assert_eq!(games.pairs.len(), 8);
    assert!((0..9).all(|i| games.of(i).len() <= 2));
}

#[test]
fn the_pictures_and_the_table() {
    let games = [(0, 1, 3.0, false), (1, 0, 1.0, false), (1, 2, 2.0, false), (2, 1, 1.0, true), (2, 0, 1.0, false)];
    let set = pairwise(3, &games, &[]).unwrap();
    let mut run = TestRun::new(&set, "ranking.newton", &[]).unwrap();
    run.advance(20);
    let strengths = run.strengths(&set);
    let extent = Extent { width: 2, height: 100 };
    let mut picture = Picture::default();
    run.stepper.picture("strengths", extent, &mut picture).unwrap();
    assert_eq!((picture.kind, picture.width, picture.values.len()), (PictureKind::Bars, 2, 2));
    assert!(picture.values[0] >= picture.values[1] && picture.values[0] < 1.0);
    let best = picture.aux[0] as usize;
    assert!(strengths.iter().all(|s| *s <= strengths[best]));
    assert!((f64::from(picture.values[0]) - strengths[best] / (1.0 + strengths[best])).abs() < 1e-7);

    run.stepper.picture("calibration", extent, &mut picture).unwrap();
    assert_eq!((picture.kind, picture.width), (PictureKind::Scatter, 3));
    assert_eq!(picture.aux, [0.75, 0.0, (2.5 / 3.0) as f32]);
    let predicted = strengths[0] / (strengths[0] + strengths[1]);
    assert!((f64::from(picture.values[0]) - predicted).abs() < 1e-7);
    run.stepper.picture("nothing", extent, &mut picture).unwrap();
    assert!(picture.values.is_empty());

    let Artifact::Table { columns, rows } = run.stepper.result().unwrap() else { panic!("a table") };
    assert_eq!(columns, ["rank", "item", "strength", "probability", "wins", "losses", "ties", "games"]);
    let place = rows.iter().find(|r| r[1] == Cell::Text("p1".into())).unwrap();
    assert_eq!(place[4..], [3.0, 3.0, 1.0, 7.0].map(Cell::Real));
    assert_eq!(rows[0][0], Cell::Int(1));
    let product: f64 = strengths.iter().product();
    assert!((product - 1.0).abs() < 1e-12, "geometric mean 1");
}

#[test]
fn many_pairs_are_drawn_in_bins_that_lie_near_the_diagonal() {
    let set = synthetic(&[("players", 200.into()), ("games", 20_000.into())], 1).unwrap();
    let mut run = TestRun::new(&set, "ranking.newman", &[]).unwrap();
    run.advance(20);
    let mut picture = Picture::default();
    run.stepper.picture("calibration", Extent { width: 100, height: 100 }, &mut picture).unwrap();
    assert!(picture.values.len() > 20 && picture.values.len() <= 40);
    for (p, o) in picture.values.iter().zip(&picture.aux).filter(|(p, _)| (**p - 0.5).abs() < 0.3) {
        assert!((p - o).abs() < 0.1, "{p} {o}");
    }
    run.stepper.picture("truth", Extent { width: 100, height: 100 }, &mut picture).unwrap();
    assert_eq!(picture.values.len(), 100);
    let off: f32 = picture.values.iter().zip(&picture.aux).map(|(t, e)| (t - e).abs()).sum::<f32>() / 100.0;
    assert!(off < 0.08, "the estimate is close to the truth: {off}");
}

#[test]
fn a_hundred_thousand_games_between_five_thousand_players() {
    let given = [("players", 5000.into()), ("games", 100_000.into()), ("spread", 0.5.into())];
    let set = synthetic(&given, 7).unwrap();
    let model = set.as_any().downcast_ref::<PairInstance>().unwrap().model();
    assert!(model.games.pairs.len() <= 100_000 && model.games.pairs.len() > 99_000);
    let mut run = TestRun::new(&set, "ranking.newman", &[]).unwrap();
    assert!(run.steps_until("gradient.rel", 1e-8, 60) < 60);
}

#[test]
fn presets_are_experiments_of_this_family() {
    assert!(FAMILY.presets.len() >= 7);
    for preset in FAMILY.presets {
        let e = Experiment::from_json(preset.json).unwrap_or_else(|e| panic!("{}: {e}", preset.id));
        let problem = FAMILY.problems.iter().find(|p| p.info.id == *e.problem.id).unwrap();
        let values = Values::resolve(&problem.info.params, &e.problem.params).unwrap();
        assert!(e.problem.data.is_some() || !problem.info.data_required, "{}", preset.id);
        for run in &e.runs {
            let method = FAMILY.methods.iter().find(|m| m.info.id == *run.method).unwrap();
            Values::resolve(&method.info.params, &run.params).unwrap_or_else(|e| panic!("{}: {e:?}", preset.id));
        }
        if e.problem.data.is_none() {
            let input = iterscope_core::ProblemInput { values: &values, data: None, seed: e.seed };
            (problem.build)(&input).unwrap_or_else(|e| panic!("{}: {e}", preset.id));
        }
    }
}

#[test]
fn every_method_that_solves_the_model_is_checked_against_its_sources() {
    for id in that_aim_at(Aim::Optimum) {
        let by_all = FAMILY.checks.iter().filter(|c| c.id.contains("evalica") || c.id.contains("davidson"));
        assert!(by_all.clone().count() == 2 && by_all.clone().all(|c| c.methods.contains(&id)), "{id}");
    }
}

#[test]
fn the_paper_checks_hold() {
    for check in FAMILY.checks {
        assert!(check.preset.is_none_or(|id| FAMILY.presets.iter().any(|p| p.id == id)), "{}", check.id);
        for f in (check.run)() {
            assert!(f.ok || f.known_not_reproduced, "{}: {f:?}", check.id);
            assert!(f.measured.is_finite(), "{}: {f:?}", check.id);
        }
    }
}
