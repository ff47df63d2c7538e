//! What every problem, method and preset must do. The tests iterate the catalog: nothing is listed here.

use std::collections::{BTreeMap, BTreeSet};

use iterscope_catalog::{
    BuiltProblem, Devices, FAMILIES, build_problem, build_runs, checks, methods, presets, problems,
};
use iterscope_core::{
    Backend, DataRef, Dataset, Experiment, Extent, Kind, MethodInfo, Params, Picture, PictureKind, ProblemSpec,
    Progress, RunSpec, SCHEMA, SeriesInfo, Severity, Stepper, StopRule, Value, View,
};
use iterscope_driver::{Plan, Run, trace_hash};
use iterscope_testkit::{Counting, allocations};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn data_of(experiment: &Experiment) -> Option<Dataset> {
    let problem = problems().find(|p| p.info.id == experiment.problem.id.as_str()).expect("a known problem");
    let none = |name: &str| Err(format!("{name} does not come with the program"));
    let read = |data| iterscope_data::resolve(problem.info.data?, data, None, &none).map_err(|e| panic!("{e}")).ok();
    experiment.problem.data.as_ref().and_then(read)
}

fn built(experiment: &Experiment) -> BuiltProblem {
    build_problem(experiment, data_of(experiment).as_ref())
        .unwrap_or_else(|e| panic!("{}: {e:?}", experiment.to_json()))
}

fn steppers(experiment: &Experiment, problem: &BuiltProblem) -> Vec<Box<dyn Stepper>> {
    let built = build_runs(experiment, problem, &Devices::none("not in this test"));
    built.unwrap_or_else(|e| panic!("{}: {e:?}", experiment.to_json())).into_iter().map(|b| b.stepper).collect()
}

/// The default experiment of a method on a problem; on a small mesh, where there is one.
fn plain(method: &MethodInfo, problem: &str, backend: Backend) -> Experiment {
    let info = &problems().find(|p| p.info.id == problem).expect("a known problem").info;
    let samples = iterscope_data::sample_infos();
    let sample = info.data.filter(|_| info.data_required).and_then(|kind| samples.iter().find(|s| s.kind == kind));
    Experiment {
        schema: SCHEMA,
        problem: ProblemSpec {
            id: problem.to_owned(),
            data: sample.map(|s| DataRef::Name(format!("sample:{}", s.id))),
            columns: None,
            params: if problem.starts_with("pde.") && info.params.iter().any(|p| p.key == "n") {
                Params::from([("n".to_owned(), Value::Int(12))])
            } else {
                Params::new()
            },
        },
        runs: vec![RunSpec { method: method.id.to_string(), backend, params: Params::new() }],
        seed: 3,
        stop: StopRule { rtol: 0.0, max_steps: 20, until: None },
        changes: Vec::new(),
        view: View::default(),
    }
}

/// Every method on every problem and CPU backend that it names.
fn for_each_pair(mut f: impl FnMut(&MethodInfo, &Experiment, &BuiltProblem)) {
    for method in methods() {
        for problem in method.info.problems.iter() {
            for &backend in method.info.backends.iter().filter(|b| **b != Backend::WebgpuF32) {
                let experiment = plain(&method.info, problem, backend);
                f(&method.info, &experiment, &built(&experiment));
            }
        }
    }
}

fn hash(experiment: &Experiment, problem: &BuiltProblem, method: &MethodInfo, stepper: Box<dyn Stepper>) -> u64 {
    let plan = Plan::new(stepper, problem.instance.series(), method.diagnostics.len(), experiment.stop);
    let mut run = Run::new(plan);
    run.pump(u64::MAX, &|| 0.0, 1.0).expect("the CPU does not fail");
    trace_hash(run.history())
}

#[test]
fn ids_are_unique_and_begin_with_their_family() {
    let mut seen = BTreeSet::new();
    for family in FAMILIES {
        let ids = family.problems.iter().map(|p| p.info.id.as_ref());
        let ids =
            ids.chain(family.methods.iter().map(|m| m.info.id.as_ref())).chain(family.presets.iter().map(|p| p.id));
        for id in ids.chain(family.checks.iter().map(|c| c.id)) {
            assert!(id.starts_with(&format!("{}.", family.id)), "{id} is not of {}", family.id);
            assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c)), "{id}");
        }
        let kinds = [
            family.problems.iter().map(|p| p.info.id.as_ref()).collect::<Vec<_>>(),
            family.methods.iter().map(|m| m.info.id.as_ref()).collect(),
            family.presets.iter().map(|p| p.id).collect(),
            family.checks.iter().map(|c| c.id).collect(),
        ];
        for (kind, ids) in kinds.into_iter().enumerate() {
            for id in ids {
                assert!(seen.insert((kind, id.to_owned())), "{id} stands twice");
            }
        }
    }
}

#[test]
fn descriptions_are_complete() {
    for m in methods() {
        let i = &m.info;
        for (what, text) in [
            ("label", &i.label),
            ("summary", &i.summary),
            ("math", &i.math),
            ("citation", &i.citation),
            ("step", &i.step),
        ] {
            assert!(!text.is_empty(), "{} has no {what}", i.id);
        }
        assert!(i.backends.contains(&Backend::CpuF64), "{} has no truth to compare with", i.id);
        assert!(i.problems.iter().all(|p| problems().any(|q| q.info.id == p)), "{}: unknown problem", i.id);
    }
    let params = methods().flat_map(|m| m.info.params.iter()).chain(problems().flat_map(|p| p.info.params.iter()));
    for p in params {
        assert_eq!(p.check(&p.default).as_ref(), Ok(&p.default), "{}: its default is refused", p.key);
        assert!(!p.doc.is_empty() && !p.label.is_empty(), "{} has no help", p.key);
    }
    for schema in methods().map(|m| &m.info.params).chain(problems().map(|p| &p.info.params)) {
        for p in schema.iter() {
            if let Some(when) = &p.when {
                let other = schema.iter().find(|q| q.key == when.key).expect("`when` names a parameter");
                if let Kind::Choice { options } = &other.kind {
                    assert!(when.is.iter().all(|v| options.iter().any(|(o, _)| o == v)), "{}: {when:?}", p.key);
                }
            }
        }
    }
}

#[test]
fn the_catalog_survives_being_sent() {
    let info = iterscope_catalog::info(iterscope_data::sample_infos());
    let text = serde_json::to_string(&info).expect("it can be written");
    let back: iterscope_core::CatalogInfo = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(serde_json::to_string(&back).expect("it can be written"), text);
}

#[test]
fn every_preset_runs_and_every_method_is_in_one() {
    let catalog = iterscope_catalog::info(Vec::new());
    let mut shown = BTreeSet::new();
    for preset in presets() {
        let experiment = Experiment::from_json(preset.json).unwrap_or_else(|e| panic!("{}: {e}", preset.id));
        let problem = built(&experiment);
        let width = problem.instance.series().len();
        for (mut stepper, spec) in steppers(&experiment, &problem).into_iter().zip(&experiment.runs) {
            shown.insert(spec.method.clone());
            stepper.advance(3).expect("the CPU does not fail");
            let method = catalog.method(&spec.method).expect("a known method");
            let mut out = vec![f64::NAN; width + method.diagnostics.len()];
            stepper.measure(&mut out).expect("the CPU does not fail");
        }
        assert!(!preset.summary.is_empty(), "{}: no reason to look at it", preset.id);
        let View { series, picture, .. } = &experiment.view;
        let methods = experiment.runs.iter().map(|spec| catalog.method(&spec.method).expect("a known method"));
        let all: Vec<_> =
            problem.instance.series().iter().cloned().chain(methods.flat_map(|m| m.diagnostics.to_vec())).collect();
        assert!(series.is_empty() || all.iter().any(|s| s.key == *series), "{}: no series {series}", preset.id);
        let pictures = problem.instance.pictures();
        assert!(picture.is_empty() || pictures.iter().any(|p| p.key == *picture), "{}: no {picture}", preset.id);
    }
    for m in methods() {
        assert!(shown.contains(m.info.id.as_ref()), "{} is in no preset", m.info.id);
    }
}

#[test]
fn checks_name_methods_and_presets_that_exist() {
    for check in checks() {
        assert!(!check.source.is_empty(), "{}", check.id);
        for m in check.methods {
            assert!(methods().any(|known| known.info.id == *m), "{}: {m}", check.id);
        }
        if let Some(preset) = check.preset {
            assert!(presets().any(|p| p.id == preset), "{}: {preset}", check.id);
        }
    }
}

#[test]
fn a_run_repeats_bit_for_bit_after_reset_and_from_a_checkpoint() {
    for_each_pair(|method, experiment, problem| {
        let fresh = || steppers(experiment, problem).remove(0);
        let first = hash(experiment, problem, method, fresh());
        let mut again = fresh();
        again.advance(17).expect("the CPU does not fail");
        again.reset().expect("the CPU does not fail");
        assert_eq!(hash(experiment, problem, method, again), first, "{}: reset", method.id);

        let measure = |s: &mut Box<dyn Stepper>| {
            let mut out = vec![0.0; problem.instance.series().len() + method.diagnostics.len()];
            s.measure(&mut out).expect("the CPU does not fail");
            (s.steps(), s.work(), out.into_iter().map(f64::to_bits).collect::<Vec<_>>())
        };
        let mut straight = fresh();
        straight.advance(5).expect("the CPU does not fail");
        let checkpoint = straight.save().expect("the CPU does not fail");
        straight.advance(6).expect("the CPU does not fail");
        let mut resumed = fresh();
        resumed.advance(2).expect("the CPU does not fail");
        resumed.load(&checkpoint).expect("its own checkpoint");
        resumed.advance(6).expect("the CPU does not fail");
        assert_eq!(measure(&mut straight), measure(&mut resumed), "{}: checkpoint", method.id);
    });
}

#[test]
fn a_step_does_not_allocate() {
    for_each_pair(|method, experiment, problem| {
        let mut stepper = steppers(experiment, problem).remove(0);
        // A method for a whole slab of time fills it when it begins.
        let timed = problem.instance.series().iter().any(|s| s.key == SeriesInfo::TIME);
        if timed && stepper.clock().is_none() {
            stepper.advance(2).expect("the CPU does not fail");
        }
        let (progress, count) = allocations(|| stepper.advance(25));
        progress.expect("the CPU does not fail");
        assert_eq!(count, 0, "{} on {} {}", method.id, experiment.problem.id, experiment.runs[0].backend);
    });
}

#[test]
fn live_parameters_can_be_set_and_others_cannot() {
    for_each_pair(|method, experiment, problem| {
        let mut stepper = steppers(experiment, problem).remove(0);
        for p in method.params.iter() {
            let set = stepper.set(&p.key, &p.default);
            assert_eq!(set.is_ok(), p.live, "{}: {}", method.id, p.key);
        }
        assert!(stepper.set("no-such-parameter", &true.into()).is_err());
    });
}

#[test]
fn series_and_pictures_are_what_they_say() {
    for_each_pair(|method, experiment, problem| {
        let instance = &problem.instance;
        let series: BTreeMap<_, _> = instance.series().iter().map(|s| (s.key.as_ref(), s)).collect();
        assert_eq!(series.len(), instance.series().len(), "a key stands twice");
        // Where there is nothing to converge to, a warning says so.
        let warned = instance.notes().iter().any(|n| n.severity == Severity::Warning);
        let timed = series.contains_key(SeriesInfo::TIME);
        assert!(
            warned || timed || instance.series().iter().any(|s| s.stop),
            "{}: nothing stops the run",
            experiment.problem.id
        );
        assert!(method.diagnostics.iter().all(|d| !series.contains_key(d.key.as_ref())));
        for level in instance.levels() {
            assert!(series.contains_key(level.series.as_ref()), "{}", level.label);
        }
        let mut stepper = steppers(experiment, problem).remove(0);
        stepper.advance(4).expect("the CPU does not fail");
        let extent = Extent { width: 40, height: 30 };
        let mut picture = Picture::default();
        for info in instance.pictures() {
            assert_eq!(stepper.picture(&info.key, extent, &mut picture), Ok(Progress::Advanced));
            whole(&info.key, &picture, extent);
            assert_eq!(picture.kind, info.kind);
        }
        for info in instance.given_pictures() {
            assert!(instance.draw_given(&info.key, extent, &mut picture), "{}", info.key);
            whole(&info.key, &picture, extent);
        }
    });
}

fn whole(key: &str, picture: &Picture, extent: Extent) {
    let size = (picture.width * picture.height) as usize;
    assert!(size > 0 && picture.values.len() == size, "{key}: {} x {}", picture.width, picture.height);
    // Curves keep the least and the largest of neighbours.
    let most = if picture.kind == PictureKind::Line { 2 * extent.width } else { extent.width.max(64) };
    assert!(picture.width <= most && picture.height <= extent.height, "{key}: larger than asked for");
    assert!(picture.lo <= picture.hi, "{key}: {} {}", picture.lo, picture.hi);
}
