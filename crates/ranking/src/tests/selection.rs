//! What is made of groups, weights and missing columns before a model is built.

use iterscope_core::{Comparisons, Value};

use super::models::{built, model_of};
use super::samples::{amounts, build, flavours, scotland};
use crate::test_support::{TestRun, choice};

#[test]
fn what_the_data_do_not_say_is_refused_under_its_parameter() {
    let plain = Comparisons { details: Default::default(), ..flavours() };
    for (key, value) in [
        ("advantage", Value::from("estimated")),
        ("margin", Value::from("log")),
        ("half_life", Value::from(30.0)),
        ("group", Value::from("juniors")),
        ("covariates", Value::from("item,x\n")),
    ] {
        assert_eq!(build(&plain, &[(key, value)]).err().map(|e| e.field), Some(key.into()));
    }
    let davidson = [choice("link", "probit"), choice("ties", "davidson")];
    assert_eq!(build(&plain, &davidson).err().unwrap().field, "ties");
    let table = amounts(&plain.items);
    let effects = [choice("covariates", &table), choice("covariate_effect", "items")];
    assert_eq!(build(&plain, &effects).err().unwrap().field, "covariate_effect");
    let mut neutral = scotland();
    neutral.details.advantage.fill(0);
    assert!(build(&neutral, &[choice("advantage", "estimated")]).err().unwrap().message.contains("nobody"));
}

#[test]
fn groups_have_boards_of_their_own_and_buttons() {
    let mut data = scotland();
    data.details.groups = vec!["autumn".into(), "spring".into()];
    data.details.group = data.details.day.iter().map(|d| u32::from(*d > 9131.0)).collect();
    let all = built(&data, &[]);
    let note = all.notes().iter().find(|n| n.field.as_deref() == Some("group")).unwrap();
    assert_eq!(note.fixes.len(), 2);
    assert_eq!(note.fixes[1].params["group"], Value::from("spring"));
    let one = built(&data, &[choice("group", "spring")]);
    let games = model_of(&one).games.total;
    assert!(games > 50.0 && games < 120.0, "{games}");
    // The same as a file of these games alone.
    let keep: Vec<usize> = (0..data.encounters.len()).filter(|k| data.details.group[*k] == 1).collect();
    let alone = Comparisons {
        items: data.items.clone(),
        encounters: keep.iter().map(|k| data.encounters[*k]).collect(),
        ..Comparisons::default()
    };
    assert_eq!(model_of(&built(&alone, &[])).games, model_of(&one).games);
    let error = build(&data, &[choice("group", "winter")]).err().unwrap();
    assert!(error.message.contains("autumn, spring"), "{error}");
}

#[test]
fn weights_leave_the_counts_of_the_table() {
    let set = built(&scotland(), &[("half_life", 20.0.into()), choice("margin", "log"), choice("estimate", "map")]);
    let games = &model_of(&set).games;
    assert!(games.total < 100.0);
    let mut run = TestRun::new(&set, "ranking.newman", &[]).unwrap();
    let iterscope_core::Artifact::Table { rows, .. } = run.stepper.result().unwrap() else { panic!("a table") };
    // Each of ten clubs plays 36 games.
    assert!(rows.iter().all(|r| r[7] == iterscope_core::artifact::Cell::Real(36.0)));
    assert!(set.notes().iter().any(|n| n.text.contains("1995-05-")), "{:?}", set.notes());
}
