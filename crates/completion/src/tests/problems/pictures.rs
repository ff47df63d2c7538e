//! Pictures as problems.

use iterscope_core::{Artifact, Dataset, Extent, Image, Picture, PictureKind};

use super::{built, field, int, model, noted, real, run, text};
use crate::methods::als;
use crate::problems::image;

#[test]
fn colours_are_completed_and_drawn_as_colours() {
    for (kind, shape) in [("beside", (24, 72)), ("stacked", (72, 24))] {
        let given =
            [text("picture", "waves"), text("colour", kind), int("size", 24), int("rank", 5), real("rate", 0.7)];
        let setting = built(&image::PROBLEM, &given, None);
        let of = model(&setting);
        assert_eq!((of.rows, of.cols), shape);
        let mut run = run(&setting, &als::METHOD, &[], 60);
        assert!(run.value("error.all.rel") < 1e-6, "{kind}: {}", run.value("error.all.rel"));
        let (mut found, mut truth, mut seen) = (Picture::default(), Picture::default(), Picture::default());
        let extent = Extent { width: 100, height: 100 };
        run.stepper.picture("matrix", extent, &mut found).expect("the CPU");
        assert!(setting.instance.draw_given("truth", extent, &mut truth));
        assert!(setting.instance.draw_given("seen", extent, &mut seen));
        assert_eq!((found.kind, found.width, found.height), (PictureKind::Colour, 24, 24));
        assert_eq!((found.lo, found.hi), (truth.lo, truth.hi), "one colour scale");
        assert!(found.values.iter().zip(&truth.values).all(|(a, b)| (a - b).abs() < 1e-4));
        let holes = seen.values.chunks(3).filter(|rgb| rgb.iter().all(|x| x.is_nan())).count();
        assert_eq!(holes, seen.aux.iter().filter(|a| **a == 0.0).count());
        let Artifact::Grid { rows, cols, values } = run.stepper.result().expect("a result") else { panic!("a grid") };
        assert_eq!((rows, cols), (24, 72));
        assert!((values[30] - f64::from(truth.values[3 * 6 + 1])).abs() < 1e-4, "green of pixel 6 in the first row");
    }
    let rgb: Vec<f64> = (0..48).map(|e| f64::from(e % 7) / 7.0).collect();
    let own = Image { width: 4, height: 4, grey: vec![0.5; 16], rgb, ..Image::default() };
    let given = [text("colour", "beside"), int("rank", 2), real("rate", 0.9)];
    assert_eq!(model(&built(&image::PROBLEM, &given, Some(&Dataset::Image(own.clone())))).cols, 12);
    let without = Dataset::Image(Image { rgb: Vec::new(), ..own.clone() });
    assert!(noted(&built(&image::PROBLEM, &given, Some(&without)), "has no colour"));
    let broken = Dataset::Image(Image { rgb: vec![0.5; 5], ..own });
    assert_eq!(field(&image::PROBLEM, &given, Some(&broken)).0, "data");
}

#[test]
fn patches_beat_columns_of_pixels_on_a_wall() {
    let size = int("size", 48);
    let mut errors = Vec::new();
    for (columns, series) in
        [("pixels", "error.all.rel"), ("tiles", "error.picture.rel"), ("patches", "error.picture.rel")]
    {
        let given =
            [text("picture", "bricks"), text("columns", columns), size.clone(), int("rank", 8), real("rate", 0.6)];
        let setting = built(&image::PROBLEM, &given, None);
        let mut als = run(&setting, &als::METHOD, &[real("ridge", 0.3)], 40);
        errors.push(als.value(series));
        if columns != "pixels" {
            assert!(noted(&setting, "kinds of texture"));
            let Ok(Artifact::Grid { rows, cols, .. }) = als.stepper.result() else { panic!("a grid") };
            assert_eq!((rows, cols), (48, 48));
        }
    }
    assert!(errors[1] < 0.8 * errors[0] && errors[2] < 0.8 * errors[0], "{errors:?}");
    let small = [text("columns", "tiles"), int("size", 16), int("patch", 20)];
    assert_eq!(field(&image::PROBLEM, &small, None).0, "patch");
    let many = [text("columns", "patches"), int("size", 256), int("patch", 16), int("stride", 1)];
    assert_eq!(field(&image::PROBLEM, &many, None).0, "stride");
}

#[test]
fn own_colours_are_planes_one_after_the_other() {
    // The left half red, the right half blue.
    let (w, h) = (8, 8);
    let plane = |c: usize| (0..w * h).map(move |e| f64::from(u8::from(c == if e % w < 4 { 0 } else { 2 })));
    let rgb: Vec<f64> = (0..3).flat_map(plane).collect();
    let own = Dataset::Image(Image { width: w, height: h, grey: vec![0.2; w * h], rgb, ..Image::default() });
    for more in [
        vec![text("colour", "beside")],
        vec![text("colour", "stacked")],
        vec![text("colour", "beside"), text("columns", "tiles"), int("patch", 4)],
        vec![text("colour", "stacked"), text("columns", "patches"), int("patch", 4), int("stride", 2)],
    ] {
        let given = [vec![int("size", 8), int("rank", 4), real("rate", 1.0)], more.clone()].concat();
        let mut run = run(&built(&image::PROBLEM, &given, Some(&own)), &als::METHOD, &[], 100);
        let Ok(Artifact::Grid { rows, cols, values }) = run.stepper.result() else { panic!("a grid") };
        assert_eq!((rows, cols), (8, 24), "{more:?}");
        for (e, value) in values.iter().enumerate() {
            let expected = f64::from(u8::from((e % 24) / 8 == if e % 8 < 4 { 0 } else { 2 }));
            assert!((value - expected).abs() < 1e-6, "{more:?}: row {}, column {}: {value}", e / 24, e % 24);
        }
    }
}

#[test]
fn transparent_pixels_are_holes() {
    // On white, as a reader gives it; four pixels are clear, two of them half.
    let (w, h) = (10, 6);
    let level = |e: usize| 0.2 + 0.01 * (e % 7) as f64;
    let alpha: Vec<f64> = (0..w * h)
        .map(|e| {
            if [11, 12].contains(&e) {
                0.0
            } else if e == 13 {
                0.75
            } else {
                1.0
            }
        })
        .collect();
    let grey: Vec<f64> = alpha.iter().enumerate().map(|(e, a)| a * level(e) + 1.0 - a).collect();
    let own = Dataset::Image(Image { width: w, height: h, grey, alpha, ..Image::default() });
    let given =
        |more: &[(&'static str, iterscope_core::Value)]| [&[int("size", 16), int("rank", 2)][..], more].concat();
    let setting = built(&image::PROBLEM, &given(&[text("mask", "none")]), Some(&own));
    assert!(noted(&setting, "2 pixels are transparent"));
    let of = model(&setting);
    let crate::model::Data::Entries(entries) = &of.data else { panic!("entries") };
    assert_eq!((entries.count(), of.held_out.len(), of.truth.is_none()), (w * h - 2, 0, true));
    for (j, value) in entries.by_row.row_iter(1) {
        assert!((value - level(w + j)).abs() < 1e-12, "the colour of pixel {j} itself: {value}");
    }
    let half = built(&image::PROBLEM, &given(&[text("mask", "rate"), real("rate", 0.8)]), Some(&own));
    let of = model(&half);
    let crate::model::Data::Entries(entries) = &of.data else { panic!("entries") };
    assert_eq!(entries.count() + of.held_out.len(), w * h - 2);
    assert!(!of.held_out.is_empty());
    let white = built(&image::PROBLEM, &given(&[text("mask", "none"), text("transparent", "white")]), Some(&own));
    assert!(noted(&white, "taken as white"));
    let of = model(&white);
    let crate::model::Data::Entries(entries) = &of.data else { panic!("entries") };
    assert_eq!(entries.count(), w * h);
    assert!(entries.by_row.row_iter(1).any(|(_, value)| value == 1.0));
}
