//! Input at the edge of what makes sense, and beyond it.

use iterscope_core::{Dataset, Image, Method, Rating, Ratings, Severity, Value};

use super::{matrix, methods_on, refuse, run};
use crate::FAMILY;
use crate::harness::Setting;
use crate::problems::{image, low_rank, ratings, sensing};

/// Parameters with which a method fits what it sees: nothing is regularised.
fn unbiased(method: &Method) -> Vec<(&'static str, Value)> {
    let free = [("lambda", 0.0), ("weight", 100.0)];
    let has = |key: &str| method.info.params.iter().any(|p| p.key == key);
    free.into_iter().filter(|(key, _)| has(key)).map(|(key, value)| (key, Value::Real(value))).collect()
}

#[test]
fn tiny_matrices_are_solved() {
    for (rows, cols) in [(1, 1), (1, 5), (5, 1), (2, 2)] {
        let setting = matrix(rows, cols, 1, &[("sampling", Value::Real(1.0))]);
        for method in methods_on(&low_rank::PROBLEM) {
            let mut run = run(&setting, method, &unbiased(method));
            let steps = run.steps_below("residual.seen.rel", 1e-6, 3000);
            assert!(steps.is_some(), "{rows} x {cols}, {}", method.info.id);
        }
    }
}

#[test]
fn empty_rows_are_told_and_survived() {
    let setting = matrix(40, 40, 3, &[("sampling", Value::Real(0.05))]);
    let warned =
        |text: &str| setting.instance.notes().iter().any(|n| n.severity == Severity::Warning && n.text.contains(text));
    assert!(warned("without a seen entry") && warned("degrees of freedom"));
    for method in methods_on(&low_rank::PROBLEM) {
        let mut run = run(&setting, method, &[]);
        run.advance(20);
        assert!(run.measure().iter().all(|x| x.is_finite()), "{}", method.info.id);
    }
}

#[test]
fn wrong_input_is_refused_at_its_field() {
    let none =
        refuse(&low_rank::PROBLEM, &[("rows", Value::Int(1)), ("cols", Value::Int(2)), ("rank", Value::Int(2))], None);
    assert!(none.field == "rank" && none.message.contains("1 x 2 matrix has rank 1 at most"));
    let small =
        &[("rows", Value::Int(2)), ("cols", Value::Int(2)), ("rank", Value::Int(1)), ("sampling", Value::Real(0.001))];
    assert_eq!(refuse(&low_rank::PROBLEM, small, None).field, "sampling");
    let painted = &[("mask", Value::from("brush")), ("holes", Value::from("0.5,0.5,1"))];
    assert_eq!(refuse(&image::PROBLEM, painted, None).field, "holes");
    assert_eq!(
        refuse(&image::PROBLEM, &[("mask", Value::from("brush")), ("holes", Value::from("a"))], None).at,
        Some(0)
    );
    assert_eq!(refuse(&image::PROBLEM, &[("size", Value::Int(8)), ("rank", Value::Int(9))], None).field, "rank");
    let broken = Dataset::Image(Image { width: 2, height: 2, grey: vec![0.0, 2.0, 0.0, 0.0], ..Image::default() });
    assert_eq!(refuse(&image::PROBLEM, &[("rank", Value::Int(1))], Some(&broken)).field, "data");
    assert_eq!(refuse(&ratings::PROBLEM, &[], None).field, "data");
    assert_eq!(refuse(&ratings::PROBLEM, &[], Some(&broken)).field, "data");
    assert!(refuse(&ratings::PROBLEM, &[], Some(&Dataset::Ratings(Ratings::default()))).message.contains("no rating"));
    let zero = ["sigma1", "sigma2", "sigma3"].map(|key| (key, Value::Real(0.0)));
    assert_eq!(refuse(&sensing::PROBLEM, &zero, None).field, "sigma1");
    assert_eq!(refuse(&sensing::PROBLEM, &[("d", Value::Int(2))], None).field, "d");
    let large = &[("d", Value::Int(64)), ("measurements", Value::Int(9000))];
    assert_eq!(refuse(&sensing::PROBLEM, large, None).field, "measurements");
    let setting = matrix(5, 4, 2, &[]);
    for method in FAMILY.methods {
        let error = setting.run(method, &[("rank", Value::Int(5))]).err().expect("too large a rank");
        assert_eq!(error.field, "rank");
    }
}

#[test]
fn one_rating_alone_is_a_problem() {
    let entries = vec![Rating { user: 0, item: 0, value: 4.0 }];
    let data = Dataset::Ratings(Ratings {
        users: vec!["a".into()],
        items: vec!["b".into()],
        entries,
        day: Vec::new(),
        remarks: Vec::new(),
    });
    let setting = Setting::new(&ratings::PROBLEM, &[("rank", Value::Int(1))], Some(&data), 2).expect("valid");
    for method in methods_on(&ratings::PROBLEM) {
        let mut run = run(&setting, method, &[]);
        run.advance(5);
        let series = setting.instance.series().len();
        assert!(run.measure()[..series].iter().all(|x| x.is_finite()), "{}", method.info.id);
    }
}
