//! Parameters that change while a run goes on.

use iterscope_core::Value;

use super::{matrix, run};
use crate::methods::{als, gd_small_init, robust_altmin};

#[test]
fn live_parameters_change_a_run_and_others_do_not() {
    let setting = matrix(30, 24, 2, &[]);
    for (method, key, value) in [
        (&als::METHOD, "ridge", Value::Real(2.0)),
        (&robust_altmin::METHOD, "q", Value::Int(0)),
        (&gd_small_init::METHOD, "eta", Value::Real(1e-6)),
    ] {
        let (mut a, mut b) = (run(&setting, method, &[]), run(&setting, method, &[]));
        b.stepper.set(key, &value).expect("it is live");
        // Gradient descent shows a difference only once it leaves the start.
        a.advance(50);
        b.advance(50);
        assert_ne!(a.value("residual.seen.rel"), b.value("residual.seen.rel"), "{key}");
        assert_eq!(b.stepper.set("rank", &Value::Int(1)).expect_err("it is not live").field, "rank");
    }
}
