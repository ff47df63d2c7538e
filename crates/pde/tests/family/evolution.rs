//! The named problems in time: exact solutions, what they keep, and numbers of independent programs.

use std::collections::BTreeMap;

use iterscope_core::{Instance, Params, Referee, Values};
use iterscope_pde::FAMILY;
use iterscope_pde::system::{Part, System};
use iterscope_pde::time::problem::Evolution;
use iterscope_pde::time::referee::MomentReferee;
use iterscope_pde::time::stepper::{Live, Moment};

use crate::time::system;

/// A named problem with some parameters given.
pub fn named(id: &str, json: &str) -> Evolution {
    let problem = FAMILY.problems.iter().find(|p| p.info.id == id).unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let values = Values::resolve(&problem.info.params, &given).unwrap();
    let built = if id == "pde.ode" { Evolution::ode(&values, 7) } else { Evolution::new(&values, 7) };
    built.unwrap_or_else(|e| panic!("{id}: {}: {}", e.field, e.message))
}

/// One run of a simple integrator, looked at through the referee.
pub struct Run {
    pub problem: Evolution,
    pub moment: Moment,
    referee: MomentReferee,
    system: iterscope_pde::time::semidiscrete::SemiDiscrete,
}

impl Run {
    pub fn new(problem: Evolution) -> Run {
        let typed = problem.typed().unwrap();
        let (referee, mut system) = (MomentReferee::new(typed), typed.system());
        let moment =
            Moment { time: 0.0, values: problem.start.to_vec(), slab: Vec::new(), live: Live::of(&mut system) };
        Run { referee, system, problem, moment }
    }

    /// Steps of Euler's method.
    pub fn euler(&mut self, dt: f64, steps: usize) -> &mut Run {
        let Moment { time, values, .. } = &mut self.moment;
        let (mut rate, start) = (vec![0.0; values.len()], *time);
        for k in 0..steps {
            self.system.rate(Part::All, *time, values, &mut rate);
            values.iter_mut().zip(&rate).for_each(|(u, f)| *u += dt * f);
            *time = start + (k + 1) as f64 * dt;
        }
        self
    }

    /// Steps of the classical method of Runge and Kutta.
    pub fn rk4(&mut self, dt: f64, steps: usize) -> &mut Run {
        let Moment { time, values, .. } = &mut self.moment;
        let n = values.len();
        let (mut at, mut rate, mut sum) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let start = *time;
        for step in 0..steps {
            sum.fill(0.0);
            rate.fill(0.0);
            for (c, weight) in [(0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)] {
                for k in 0..n {
                    at[k] = values[k] + c * dt * rate[k];
                }
                self.system.rate(Part::All, *time + c * dt, &at, &mut rate);
                sum.iter_mut().zip(&rate).for_each(|(s, f)| *s += weight * f);
            }
            values.iter_mut().zip(&sum).for_each(|(u, s)| *u += dt / 6.0 * s);
            *time = start + (step + 1) as f64 * dt;
        }
        self
    }

    /// All series now.
    pub fn measured(&mut self) -> BTreeMap<String, f64> {
        let mut out = vec![f64::NAN; self.referee.series()];
        self.referee.measure(&self.moment, &mut out);
        self.problem.series().iter().map(|s| s.key.to_string()).zip(out).collect()
    }

    /// One of them.
    pub fn series(&mut self, key: &str) -> f64 {
        self.measured()[key]
    }
}

#[test]
fn exact_solutions_are_met_with_second_order() {
    let smooth = r#""advection": "central", "equations": "u_t = -dx(u)\nu(0) = exp(sin(2*pi*x))\nperiodic", "exact": "exp(sin(2*pi*(x - t)))""#;
    for (id, json, [coarse, fine], dt, end) in [
        ("pde.heat", "", [16, 32], 2e-4, 0.04),
        ("pde.wave", "", [16, 32], 0.005, 0.7),
        ("pde.advection", smooth, [50, 100], 0.002, 0.5),
        ("pde.burgers", "", [128, 256], 2.5e-4, 0.5),
        ("pde.schroedinger", "", [256, 512], 5e-4, 1.0),
        ("pde.kdv", "", [256, 512], 2.5e-4, 1.0),
    ] {
        let error = |n: usize| {
            let comma = if json.is_empty() { "" } else { ", " };
            let mut run = Run::new(named(id, &format!(r#"{{"n": {n}{comma}{json}}}"#)));
            assert!(run.series("error.l2.rel") < 1e-5, "{id} starts on its solution");
            run.rk4(dt, (end / dt).round() as usize).series("error.l2.rel")
        };
        let (first, second) = (error(coarse), error(fine));
        let order = libm::log2(first / second);
        assert!((1.85..2.2).contains(&order), "{id}: {first} {second}, order {order}");
    }
}

#[test]
fn what_equations_keep_meshes_keep() {
    for (id, json, dt, steps, kept) in [
        ("pde.wave", r#"{"n": 16}"#, 0.002, 300, &["measure.energy"][..]),
        ("pde.schroedinger", r#"{"n": 128}"#, 0.001, 400, &["measure.norm", "measure.energy"]),
        ("pde.kdv", r#"{"n": 128}"#, 0.001, 400, &["measure.mass", "measure.square"]),
        ("pde.kuramoto-sivashinsky", r#"{"n": 128}"#, 0.005, 400, &["measure.mass"]),
        ("pde.cahn-hilliard", r#"{"n": 32}"#, 0.005, 200, &["measure.mass"]),
    ] {
        let mut run = Run::new(named(id, json));
        let before = run.measured();
        let after = run.rk4(dt, steps).measured();
        for key in kept {
            // Where the mean is 0, the size of the values says what is little.
            let size = before[*key].abs().max(1e-3 * after["max"]);
            assert!((after[*key] - before[*key]).abs() <= 1e-6 * size, "{id}, {key}: {} {}", before[*key], after[*key]);
        }
    }
}

#[test]
fn energies_that_can_only_fall_do() {
    for (id, json, dt) in [
        ("pde.allen-cahn", r#"{"n": 32}"#, 0.02),
        ("pde.cahn-hilliard", r#"{"n": 32, "x_max": 32, "y_max": 32}"#, 0.01),
        ("pde.swift-hohenberg", r#"{"n": 32, "x_max": 25, "y_max": 25}"#, 0.005),
    ] {
        let mut run = Run::new(named(id, json));
        let mut last = run.series("measure.energy");
        let first = last;
        for _ in 0..40 {
            let now = run.euler(dt, 25).series("measure.energy");
            assert!(now <= last, "{id}: {last} to {now}");
            last = now;
        }
        assert!(last < first - 1e-3 * first.abs(), "{id}: {first} to {last}");
    }
}

#[test]
fn cahn_hilliard_separates_as_its_modes_grow() {
    // time-08: 64 x 64 nodes with h = 1; mode 4 about u = 0 by Euler's method.
    let text = "u_t = lap(u^3 - u - lap(u)); u(0) = 1e-6*cos(2*pi*4*x/64); periodic";
    let mut run = Run::new(system(&format!(r#"{{"n": 64, "x_max": 64, "y_max": 64, "equations": "{text}"}}"#)));
    let rate = libm::log(run.euler(0.01, 100).moment.values[0] / 1e-6);
    assert!((rate - 0.128_980_417_180_012_88).abs() < 1e-6, "{rate}");
    // Its mass over 1,000 steps from noise.
    let mut run = Run::new(named("pde.cahn-hilliard", "{}"));
    let before = run.series("measure.mass");
    let after = run.euler(0.01, 1000).series("measure.mass");
    assert!((after - before).abs() <= 1e-12 * before.abs(), "{before} {after}");
}

#[test]
fn fronts_run_with_their_speed() {
    // time-07: Nagumo's equation, h = 0.1, Euler's method with 0.4 h^2.
    let text = "u_t = lap(u) + u*(1 - u)*(u - a); a = 0.25; u(0) = 1/(1 + exp((x - 20)/sqrt(2))); all: du/dn = 0";
    let json = format!(r#"{{"dimension": "1", "n": 800, "x_max": 80, "equations": "{text}"}}"#);
    let mut run = Run::new(system(&json));
    let front = |u: &[f64]| {
        let k = u.windows(2).position(|w| w[0] >= 0.5 && w[1] < 0.5).unwrap();
        0.1 * (k as f64 + (u[k] - 0.5) / (u[k] - u[k + 1]))
    };
    let from = front(&run.euler(0.004, 5000).moment.values);
    let to = front(&run.euler(0.004, 10_000).moment.values);
    let speed = (to - from) / 40.0;
    assert!((speed / 0.353_553_390_593_273_8 - 1.0).abs() < 0.005, "{speed}");
    assert!((speed - 0.353_472_358_693_594_67).abs() < 2e-5, "{speed}");
}

#[test]
fn a_box_is_carried_around_as_an_independent_program_does() {
    // time-05: u_t + u_x = 0, 100 nodes, the box 1 on nodes 40 to 59, one period.
    let text = "u_t = -dx(u); u(0) = where(x > 0.395 and x < 0.595, 1, 0); periodic";
    let run = |advection: &str, courant: f64| {
        let json = format!(r#"{{"dimension": "1", "n": 100, "advection": "{advection}", "equations": "{text}"}}"#);
        let mut run = Run::new(system(&json));
        let start = run.moment.values.clone();
        let end = run.euler(courant / 100.0, (100.0 / courant).round() as usize).moment.values.clone();
        (start, end)
    };
    let (start, end) = run("upwind", 1.0);
    assert!(start.iter().zip(&end).all(|(a, b)| (a - b).abs() < 1e-12), "a shift by whole nodes is exact");
    let (start, end) = run("upwind", 0.5);
    let most = end.iter().fold(0.0f64, |m, x| m.max(*x));
    let l1: f64 = start.iter().zip(&end).map(|(a, b)| (a - b).abs() / 100.0).sum();
    assert!((most - 0.841_834_654_799_059_3).abs() < 1e-6 && (l1 - 0.112_510_770_764_148_48).abs() < 1e-6);
    let mass = |u: &[f64]| u.iter().sum::<f64>() / 100.0;
    assert!((mass(&start) - mass(&end)).abs() < 1e-13);
    // Euler's method with central differences: the mode of four nodes grows by sqrt(1 + C^2).
    let text = "u_t = -dx(u); u(0) = sin(50*pi*x); periodic";
    let mut run = Run::new(system(&format!(r#"{{"dimension": "1", "n": 100, "equations": "{text}"}}"#)));
    let norm = |u: &[f64]| u.iter().map(|u| u * u).sum::<f64>().sqrt();
    let before = norm(&run.moment.values);
    let growth = norm(&run.euler(0.005, 1).moment.values) / before;
    assert!((growth - 1.25f64.sqrt()).abs() < 1e-12, "{growth}");
}

#[test]
fn a_free_packet_moves_as_the_discrete_hamiltonian_says() {
    // time-09: 199 inner nodes, dt = 1e-5.
    let text = "u_t = -lap(v)/2; v_t = lap(u)/2; s = 0.05; k = 40; all: u = 0, v = 0; \
                u(0) = (2*pi*s^2)^(-1/4)*exp(-(x - 0.5)^2/(4*s^2))*cos(k*x); \
                v(0) = (2*pi*s^2)^(-1/4)*exp(-(x - 0.5)^2/(4*s^2))*sin(k*x)";
    let json = format!(
        r#"{{"dimension": "1", "n": 200, "equations": "{text}", "measures": "norm = u^2 + v^2\nx = x*(u^2 + v^2)"}}"#
    );
    let mut run = Run::new(system(&json));
    let start = run.series("measure.norm");
    let grown = libm::sqrt(run.euler(1e-5, 20).series("measure.norm") / start);
    assert!((grown - 1.000_879_523_343_672_5).abs() < 1e-6, "{grown}");
    let mut run = Run::new(system(&json));
    let now = run.rk4(2.5e-6, 2000).measured();
    let mean = now["measure.x"] / now["measure.norm"];
    assert!((mean - 0.698_420_877_356_110_9).abs() < 1e-6, "{mean}");
}

#[test]
fn fields_without_space_are_ordinary_equations() {
    // Kaps: u = exp(-2t), v = exp(-t), whatever the stiffness.
    let kaps = r#"{"equations": "u_t = -(m + 2)*u + m*v^2\nv_t = u - v - v^2\nm = 50\nu(0) = 1\nv(0) = 1", "exact": "exp(-2*t)"}"#;
    let mut run = Run::new(named("pde.ode", kaps));
    let now = run.rk4(0.01, 100).measured();
    assert!(now["error.l2.rel"] < 1e-6 && (now["value.v"] - libm::exp(-1.0)).abs() < 1e-6, "{now:?}");
    // Robertson: the sum of all is kept.
    let robertson = r#"{"equations": "u_t = -0.04*u + 1e4*v*w\nv_t = 0.04*u - 1e4*v*w - 3e7*v^2\nw_t = 3e7*v^2\nu(0) = 1", "measures": "all = u + v + w"}"#;
    let mut run = Run::new(named("pde.ode", robertson));
    let now = run.rk4(1e-4, 4000).measured();
    assert!((now["measure.all"] - 1.0).abs() < 1e-12, "{now:?}");
    // From the literature (E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, 1996): at t = 0.4.
    assert!((now["value.u"] - 0.985_172_1).abs() < 1e-6 && (now["value.v"] - 3.386_395e-5).abs() < 1e-9, "{now:?}");
    let problem = FAMILY.problems.iter().find(|p| p.info.id == "pde.ode").unwrap();
    for (text, what) in [("u_t = lap(u)", "a derivative in space"), ("u_t = u_x", "u_x"), ("u_t = x*u", "x")] {
        let given: Params = serde_json::from_str(&format!(r#"{{"equations": "{text}"}}"#)).unwrap();
        let error = Evolution::ode(&Values::resolve(&problem.info.params, &given).unwrap(), 7).err().unwrap();
        assert!(error.field == "equations" && error.message.contains(what), "{text}: {}", error.message);
    }
}

#[test]
fn a_disc_is_left_out_of_its_box() {
    // Nothing flows through its edge.
    let json = r#"{"n": 40, "x_min": -1, "y_min": -1, "domain": "x^2 + y^2 < 0.8", "equations": "u_t = lap(u); u(0) = exp(-20*((x - 0.3)^2 + y^2)); all: du/dn = 0", "measures": "mass = u\nslope = u_x^2 + u_y^2"}"#;
    let mut run = Run::new(system(json));
    let before = run.measured();
    let after = run.euler(5e-4, 2000).measured();
    assert!((after["measure.mass"] - before["measure.mass"]).abs() < 1e-12, "{before:?} {after:?}");
    assert!(after["measure.slope"] < 1e-3 * before["measure.slope"]);
    // u = 0 on the edge: it decays with the square of the first zero of Bessel's function over that of the radius.
    let rate = |n: usize| {
        let json = format!(
            r#"{{"n": {n}, "x_min": -1.1, "x_max": 1.1, "y_min": -1.1, "y_max": 1.1, "domain": "x^2 + y^2 < R^2", "equations": "u_t = lap(u); R = 1; u(0) = 1 - x^2 - y^2; all: u = 0"}}"#
        );
        let mut run = Run::new(system(&json));
        let dt = 0.2 * (2.2 / n as f64) * (2.2 / n as f64);
        let steps = (0.3 / dt).round() as usize;
        let first = run.euler(dt, steps).series("mean.u");
        libm::log(first / run.euler(dt, steps).series("mean.u")) / (dt * steps as f64)
    };
    let exact = 2.404_825_557_695_773 * 2.404_825_557_695_773;
    let (coarse, fine) = ((rate(44) / exact - 1.0).abs(), (rate(88) / exact - 1.0).abs());
    assert!(coarse < 0.08 && fine < 0.04, "{coarse} {fine}");
}

#[test]
fn domains_have_their_edge_and_their_derivative() {
    let json = r#"{"n": 9, "x_min": -1, "y_min": -1, "domain": "hypot(x, y) < 0.85", "equations": "u_t = div((1 + v^2)*grad(u)) - u_xxxx; v_t = lap(w) - dx(u*v); w = v^3 - lap(v); u(0) = x + y^2; v(0) = 1 + x*y; edge: du/dn + 2*u = v, v = u; left, right, bottom, top: u = 0, v = 1"}"#;
    let evolution = system(json);
    let u = evolution.start.to_vec();
    let mut run = evolution.typed().unwrap().system();
    let jacobian = run.jacobian(Part::All, 0.0, &u);
    let direction: Vec<f64> = (0..u.len()).map(|k| libm::sin(1.0 + 7.3 * k as f64)).collect();
    let (mut up, mut down, mut product) = (vec![0.0; u.len()], vec![0.0; u.len()], vec![0.0; u.len()]);
    let eps = 1e-5;
    let moved = |s: f64| u.iter().zip(&direction).map(|(u, d)| u + s * eps * d).collect::<Vec<_>>();
    run.rate(Part::All, 0.0, &moved(1.0), &mut up);
    run.rate(Part::All, 0.0, &moved(-1.0), &mut down);
    jacobian.matvec(&direction, &mut product);
    let scale = product.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let mesh = run.mesh().clone();
    for k in 0..u.len() {
        let slope = (up[k] - down[k]) / (2.0 * eps);
        assert!((slope - product[k]).abs() <= 1e-4 * scale, "at {k}: {slope} {}", product[k]);
        assert!(mesh.is_inside(k % mesh.len()) || up[k] == 0.0);
    }
    // A rate follows from its arguments alone.
    let mut again = evolution.typed().unwrap().system();
    again.rate(Part::All, 0.0, &moved(-1.0), &mut up);
    assert_eq!(up, down);
}
