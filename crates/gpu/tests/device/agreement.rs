//! The device against the CPU: tightly in the same precision, loosely in double precision.

use iterscope_core::Backend;
use iterscope_pde::LinearProblem;

use crate::support::{device, distance, drive, flow, iterate, on_cpu, on_gpu, symmetric, text, tolerances};
use crate::twin;

/// One unknown; fewer rows than the stencil has; not a multiple of a workgroup; several workgroups.
const SIZES: [i64; 5] = [2, 3, 7, 33, 65];

#[test]
fn jacobi_agrees() {
    let Some(gpu) = device() else { return };
    let allowed = tolerances(&gpu);
    for n in SIZES {
        for (problem, omega) in [(symmetric(n), 1.0), (flow(n), 0.8)] {
            let omega = [("omega", omega.into())];
            let side = n as usize - 1;
            let mut here = on_gpu(&gpu, "pde.jacobi", &problem, &omega);
            assert_eq!(drive(&gpu, &mut *here, 50), None);
            let found = iterate(&mut *here, side);
            for (backend, most) in [(Backend::CpuF32, allowed.jacobi), (Backend::CpuF64, allowed.double)] {
                let mut there = on_cpu("pde.jacobi", &problem, &omega, backend);
                there.advance(50).unwrap();
                let apart = distance(&found, &iterate(&mut *there, side));
                eprintln!("jacobi, n = {n}, {backend}: {apart:.2} eps");
                assert!(apart <= most, "n = {n}, {backend}: {apart} epsilons apart, {most} allowed");
                if backend == Backend::CpuF32 {
                    assert_eq!((here.steps(), here.work()), (there.steps(), there.work()));
                }
            }
        }
    }
}

#[test]
fn cg_agrees() {
    let Some(gpu) = device() else { return };
    let allowed = tolerances(&gpu);
    // Below 9 the method ends within 20 steps, and what follows is rounding.
    for n in [9, 33, 65] {
        let problem = symmetric(n);
        let side = n as usize - 1;
        let mut here = on_gpu(&gpu, "pde.cg", &problem, &[]);
        assert_eq!(drive(&gpu, &mut *here, 20), None);
        let found = iterate(&mut *here, side);

        let linear = problem.as_any().downcast_ref::<LinearProblem>().unwrap();
        let apart = distance(&found, &twin::conjugate_gradients(linear, 20));
        eprintln!("cg, n = {n}, twin: {apart:.2} eps");
        assert!(apart <= allowed.cg_twin, "n = {n}, twin: {apart} epsilons apart");

        for (backend, most) in [(Backend::CpuF32, allowed.cg), (Backend::CpuF64, allowed.double)] {
            let mut there = on_cpu("pde.cg", &problem, &[], backend);
            there.advance(20).unwrap();
            let apart = distance(&found, &iterate(&mut *there, side));
            eprintln!("cg, n = {n}, {backend}: {apart:.2} eps");
            assert!(apart <= most, "n = {n}, {backend}: {apart} epsilons apart, {most} allowed");
            if backend == Backend::CpuF32 {
                assert_eq!((here.steps(), here.work()), (there.steps(), there.work()));
            }
        }
    }
}

#[test]
fn the_device_solves_and_the_referee_sees_it() {
    let Some(gpu) = device() else { return };
    let problem = symmetric(33);
    let keys: Vec<&str> = problem.series().iter().map(|s| s.key.as_ref()).collect();
    assert_eq!(keys[0], "residual.l2.rel");
    let mut here = on_gpu(&gpu, "pde.cg", &problem, &[]);
    let mut there = on_cpu("pde.cg", &problem, &[], Backend::CpuF64);
    let mut values = [vec![f64::NAN; keys.len()], vec![f64::NAN; keys.len()]];
    drive(&gpu, &mut *here, 200);
    there.advance(200).unwrap();
    here.measure(&mut values[0]).unwrap();
    there.measure(&mut values[1]).unwrap();
    eprintln!("{keys:?}: device {:?}, double precision {:?}", values[0], values[1]);
    assert!(values[1][0] < 1e-10);
    for (i, (key, here)) in keys.iter().zip(&values[0]).enumerate() {
        // The rounded iterate has a residual of about epsilon times the condition number, 440 here; the error against the
        // exact solution is that of the discretisation, which both share.
        let most = if *key == "error.exact.l2.rel" { 1.1 * values[1][i] + 1e-6 } else { 1e-4 };
        assert!(*here < most, "{key}: {here}");
    }
}

#[test]
fn a_zero_on_the_diagonal_is_refused_as_on_the_cpu() {
    let Some(gpu) = device() else { return };
    // 4 / h^2 = 64 in the middle of n = 4.
    let problem = crate::support::problem(&[("n", 4.into()), ("reaction", text("-64"))]);
    let expected = crate::support::try_on_cpu("pde.jacobi", &problem, &[], Backend::CpuF32).err();
    assert!(expected.as_ref().is_some_and(|e| e.message.contains("diagonal without zeros")), "{expected:?}");
    let found = crate::support::try_on_gpu(&gpu, "pde.jacobi", &problem, &[]).err();
    assert_eq!(found, expected);
}
