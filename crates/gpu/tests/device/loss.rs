//! A device can be lost at any time; the run goes on elsewhere.

use iterscope_core::{Backend, Progress, StepError};

use crate::support::{device, drive, on_cpu, on_gpu, symmetric, try_on_gpu};

#[test]
fn a_device_lost_in_the_middle_of_a_run_is_reported_and_the_cpu_takes_over() {
    for id in ["pde.jacobi", "pde.cg"] {
        let Some(gpu) = device() else { return };
        let problem = symmetric(17);
        let mut here = on_gpu(&gpu, id, &problem, &[]);
        drive(&gpu, &mut *here, 40);
        let checkpoint = here.save().unwrap();
        let mut at_loss = vec![0.0; problem.series().len()];
        here.measure(&mut at_loss).unwrap();

        assert_eq!(here.advance(100), Ok(Progress::Pending));
        assert!(!gpu.is_lost());
        gpu.destroy();
        assert!(gpu.is_lost());
        let error = here.advance(100).unwrap_err();
        assert!(matches!(&error, StepError::DeviceLost(why) if !why.is_empty()), "{error}");
        assert!(here.advance(1).is_err(), "it stays lost");
        assert!(here.reset().is_err());
        assert_eq!(here.save().unwrap(), checkpoint, "what arrived is still there");

        let mut there = on_cpu(id, &problem, &[], Backend::CpuF64);
        there.load(&checkpoint).unwrap();
        assert_eq!((there.steps(), there.work()), (40, checkpoint.work));
        let mut values = vec![0.0; problem.series().len()];
        there.measure(&mut values).unwrap();
        assert_eq!(values, at_loss, "the referee sees the same iterate");
        for _ in 0..300 {
            there.advance(10).unwrap();
            there.measure(&mut values).unwrap();
            if values[0] <= 1e-8 {
                break;
            }
        }
        assert!(values[0] <= 1e-8, "{id}: {}", values[0]);
    }
}

#[test]
fn a_device_lost_between_batches_is_reported() {
    let Some(gpu) = device() else { return };
    let problem = symmetric(9);
    let mut run = on_gpu(&gpu, "pde.cg", &problem, &[]);
    drive(&gpu, &mut *run, 3);
    gpu.destroy();
    assert!(matches!(run.advance(1), Err(StepError::DeviceLost(_))));
    let checkpoint = run.save().unwrap();
    assert!(run.load(&checkpoint).is_err());
    assert_eq!(try_on_gpu(&gpu, "pde.cg", &problem, &[]).err().unwrap().field, "backend");
    drop(run);
    let Some(another) = device() else { return };
    assert!(!another.is_lost(), "devices are independent");
}
