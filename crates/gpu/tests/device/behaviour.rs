//! What the run loop relies on: batches, outcomes, live parameters, checkpoints.

use iterscope_core::{Backend, Breakdown, Checkpoint, Extent, Picture, Progress, State, Stop, Work};
use iterscope_gpu::METHODS;

use crate::support::{device, drive, flow, iterate, method, on_cpu, on_gpu, problem, symmetric, text};

#[test]
fn the_methods_that_claim_the_device_are_the_ones_that_have_it() {
    let claimed = iterscope_pde::FAMILY.methods.iter().filter(|m| m.info.backends.contains(&Backend::WebgpuF32));
    let mut claimed: Vec<&str> = claimed.map(|m| m.info.id.as_ref()).collect();
    let mut present: Vec<&str> = METHODS.iter().map(|m| m.id).collect();
    claimed.sort_unstable();
    present.sort_unstable();
    assert_eq!(claimed, present);
}

#[test]
fn a_call_does_not_wait_and_shows_only_what_arrived() {
    let Some(gpu) = device() else { return };
    for id in ["pde.jacobi", "pde.cg"] {
        let mut run = on_gpu(&gpu, id, &symmetric(33), &[]);
        assert!(run.batch() > 1);
        assert_eq!(run.advance(0), Ok(Progress::Advanced));
        assert_eq!(run.advance(3), Ok(Progress::Pending));
        assert_eq!((run.steps(), run.work()), (0, Work::default()));
        assert!(iterate(&mut *run, 32).iter().all(|&x| x == 0.0));
        gpu.wait();
        assert_eq!(run.advance(3), Ok(Progress::Advanced));
        assert_eq!(run.steps(), 3);
        assert!(iterate(&mut *run, 32).iter().any(|&x| x != 0.0));
    }
}

#[test]
fn portions_do_not_change_the_bits() {
    let Some(gpu) = device() else { return };
    for id in ["pde.jacobi", "pde.cg"] {
        let problem = symmetric(33);
        let results = [vec![60], vec![1, 2, 57], vec![7; 10]].map(|portions| {
            let mut run = on_gpu(&gpu, id, &problem, &[]);
            for n in portions {
                if run.steps() < 60 {
                    let left = 60 - run.steps() as u32;
                    drive(&gpu, &mut *run, n.min(left));
                }
            }
            assert_eq!(run.steps(), 60);
            iterate(&mut *run, 32)
        });
        assert_eq!(results[0], results[1], "{id}");
        assert_eq!(results[0], results[2], "{id}");
    }
}

#[test]
fn more_steps_than_one_submission_holds_are_made() {
    let Some(gpu) = device() else { return };
    let problem = flow(9);
    let mut here = on_gpu(&gpu, "pde.jacobi", &problem, &[]);
    let mut submissions = 0;
    while here.advance(600).unwrap() == Progress::Pending {
        submissions += 1;
        gpu.wait();
    }
    assert_eq!((here.steps(), submissions), (600, 3));
    let mut there = on_cpu("pde.jacobi", &problem, &[], Backend::CpuF32);
    there.advance(600).unwrap();
    assert_eq!(here.work(), there.work());
}

/// Both backends stop at the same step, for the same reason, having spent the same.
fn stops_alike(problem: &std::rc::Rc<dyn iterscope_core::Instance>, expected: Stop) {
    let Some(gpu) = device() else { return };
    let mut here = on_gpu(&gpu, "pde.cg", problem, &[]);
    let mut there = on_cpu("pde.cg", problem, &[], Backend::CpuF32);
    assert_eq!(drive(&gpu, &mut *here, 50), Some(expected));
    assert_eq!(there.advance(50), Ok(Progress::Stopped(expected)));
    assert_eq!((here.steps(), here.work()), (there.steps(), there.work()));
    let mut values = vec![0.0; problem.series().len()];
    here.measure(&mut values).unwrap();
    assert!(values.iter().all(|v| v.is_finite()), "{values:?}");
    // It stays stopped, and makes no further step.
    assert_eq!(here.advance(5), Ok(Progress::Stopped(expected)));
    assert_eq!(here.steps(), there.steps());
}

#[test]
fn an_indefinite_matrix_is_a_breakdown() {
    let problem = problem(&[("n", 16.into()), ("reaction", text("-5000"))]);
    stops_alike(&problem, Stop::Breakdown(Breakdown::Indefinite));
}

#[test]
fn a_zero_residual_is_not_divided_by() {
    stops_alike(&problem(&[("n", 16.into()), ("source", text("0"))]), Stop::Converged);
    // One unknown: solved exactly by the first step, found out by the second.
    stops_alike(&problem(&[("n", 2.into()), ("source", text("1"))]), Stop::Converged);
}

#[test]
fn omega_changes_with_the_next_batch_and_is_checked() {
    let Some(gpu) = device() else { return };
    let problem = flow(17);
    let mut here = on_gpu(&gpu, "pde.jacobi", &problem, &[]);
    let mut there = on_cpu("pde.jacobi", &problem, &[], Backend::CpuF32);
    drive(&gpu, &mut *here, 5);
    there.advance(5).unwrap();
    for run in [&mut here, &mut there] {
        assert_eq!(run.set("omega", &9.0.into()).unwrap_err().field, "omega");
        assert_eq!(run.set("speed", &1.0.into()).unwrap_err().field, "speed");
        run.set("omega", &0.5.into()).unwrap();
    }
    let before = iterate(&mut *here, 16);
    drive(&gpu, &mut *here, 1);
    there.advance(1).unwrap();
    let (here, there) = (iterate(&mut *here, 16), iterate(&mut *there, 16));
    assert!(crate::support::distance(&here, &there) <= 50.0);
    assert!(crate::support::distance(&here, &before) > 50.0);
    let mut cg = on_gpu(&gpu, "pde.cg", &symmetric(9), &[]);
    assert_eq!(cg.set("omega", &0.5.into()).unwrap_err().field, "omega");
}

#[test]
fn reset_repeats_the_run() {
    let Some(gpu) = device() else { return };
    for id in ["pde.jacobi", "pde.cg"] {
        let mut run = on_gpu(&gpu, id, &symmetric(17), &[]);
        drive(&gpu, &mut *run, 9);
        let first = (iterate(&mut *run, 16), run.work());
        // In the middle of a batch, whose result must then be nobody's.
        assert_eq!(run.advance(30), Ok(Progress::Pending));
        run.reset().unwrap();
        assert_eq!((run.steps(), run.work()), (0, Work::default()));
        assert!(iterate(&mut *run, 16).iter().all(|&x| x == 0.0));
        drive(&gpu, &mut *run, 9);
        assert_eq!((iterate(&mut *run, 16), run.work()), first, "{id}");
    }
}

#[test]
fn checkpoints_hold_the_iterate() {
    let Some(gpu) = device() else { return };
    let problem = symmetric(17);
    let mut run = on_gpu(&gpu, "pde.jacobi", &problem, &[]);
    drive(&gpu, &mut *run, 9);
    let nine = run.save().unwrap();
    drive(&gpu, &mut *run, 5);
    let fourteen = run.save().unwrap();
    assert_eq!(run.advance(30), Ok(Progress::Pending));
    run.load(&nine).unwrap();
    assert_eq!(run.save().unwrap(), nine);
    drive(&gpu, &mut *run, 5);
    assert_eq!(run.save().unwrap(), fourteen);

    let short = Checkpoint { state: State::Iterate(vec![0.0; 3]), ..nine.clone() };
    assert!(run.load(&short).unwrap_err().message.contains("not of this problem"));
    let full = on_cpu("pde.jacobi", &problem, &[], Backend::CpuF32).save().unwrap();
    assert_eq!(run.load(&full).unwrap_err().field, "checkpoint");
    assert_eq!(run.save().unwrap(), fourteen, "a refused checkpoint changes nothing");
}

#[test]
fn cg_restarts_from_an_iterate_as_on_the_cpu() {
    let Some(gpu) = device() else { return };
    let problem = symmetric(33);
    let mut here = on_gpu(&gpu, "pde.cg", &problem, &[]);
    drive(&gpu, &mut *here, 10);
    let ten = here.save().unwrap();
    let mut there = on_cpu("pde.cg", &problem, &[], Backend::CpuF32);
    for run in [&mut here, &mut there] {
        run.load(&ten).unwrap();
    }
    assert_eq!(drive(&gpu, &mut *here, 10), None);
    there.advance(10).unwrap();
    assert_eq!((here.steps(), here.work()), (20, there.work()));
    let apart = crate::support::distance(&iterate(&mut *here, 32), &iterate(&mut *there, 32));
    assert!(apart <= crate::support::tolerances(&gpu).cg, "{apart}");
}

#[test]
fn pictures_are_those_of_the_iterate() {
    let Some(gpu) = device() else { return };
    let problem = symmetric(17);
    let extent = Extent { width: 64, height: 64 };
    let mut here = on_gpu(&gpu, "pde.jacobi", &problem, &[]);
    let mut there = on_cpu("pde.jacobi", &problem, &[], Backend::CpuF32);
    drive(&gpu, &mut *here, 20);
    there.advance(20).unwrap();
    for info in problem.pictures() {
        let mut pictures = [Picture::default(), Picture::default()];
        here.picture(&info.key, extent, &mut pictures[0]).unwrap();
        there.picture(&info.key, extent, &mut pictures[1]).unwrap();
        let [here, there] = pictures;
        assert_eq!((here.width, here.height, here.kind), (there.width, there.height, info.kind));
        let scale = there.hi.abs().max(there.lo.abs());
        let apart = here.values.iter().zip(&there.values).fold(0.0, |m: f32, (x, y)| m.max((x - y).abs()));
        assert!(apart <= 1e-3 * scale, "{}: {apart} of {scale}", info.key);
    }
    assert!(method("pde.jacobi").info.diagnostics.is_empty() && method("pde.cg").info.diagnostics.is_empty());
}
