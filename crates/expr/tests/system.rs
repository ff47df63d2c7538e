//! Systems of equations: how they are taken apart, and what is refused, where, and with which words.

use iterscope_expr::system::{Condition, Equation, FieldKind, SIDES, Symbol, Term, TypedSystem};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn read(text: &str, dimension: usize) -> TypedSystem {
    TypedSystem::parse(text, dimension).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// An equation written out: `x(c y u)` is d/dx (c du/dy), `c u_xxx` a derivative, `x[f]` a flux, the rest at the end.
fn written(s: &TypedSystem, e: &Equation) -> String {
    let axis = |k: usize| ["x", "y", "z"][k];
    let name = |k: usize| &s.fields[k].name;
    let mut parts: Vec<String> = e
        .terms
        .iter()
        .map(|term| match term {
            Term::Diffusion { of, outer, inner, coefficient } => {
                format!("{}({coefficient} {} {})", axis(*outer), axis(*inner), name(*of))
            }
            Term::Derivative { of, orders, coefficient } => {
                let axes: String = (0..3).flat_map(|k| vec![axis(k); orders[k] as usize]).collect();
                format!("{{{coefficient}}} {}_{axes}", name(*of))
            }
            Term::Flux { axis: a, flux } => format!("{}[{flux}]", axis(*a)),
        })
        .collect();
    parts.push(e.reaction.to_string());
    parts.join(" ")
}

fn first(text: &str, dimension: usize) -> String {
    let s = read(text, dimension);
    written(&s, &s.equations[0])
}

#[test]
fn right_hand_sides_are_taken_apart() {
    for (dimension, right, expected) in [
        (2, "lap(u)", "x(1 x u) y(1 y u) 0"),
        (1, "2*lap(u) - u + u^3", "x(2 x u) u^3 - u"),
        (2, "-(1 - u*lap(u))/2", "{1/2*u} u_xx {1/2*u} u_yy -1/2"),
        (1, "D*u_xx + x*u_xx", "x(D x u) {x} u_xx 0"),
        (2, "u_xy", "x(1 y u) 0"),
        (2, "div((1 + u)*grad(u)) + 3", "x(1 + u x u) y(1 + u y u) 3"),
        (1, "div(x*grad(u^2) - t*grad(x*u))", "x(2*x*u x u) x[-t*u] x(-t*x x u) 0"),
        (2, "lap(u^2)", "x(2*u x u) y(2*u y u) 0"),
        (2, "lap(x*u)", "x[u] x(x x u) y(x y u) 0"),
        (2, "dx(u^2/2) + dy(u)", "x[u^2/2] u_y"),
        (2, "dx(2*u_x) + dy(3*u_x + u)", "x(2 x u) y(3 x u) y[u] 0"),
        (1, "dx(D*dx(u))", "x(D x u) 0"),
        (1, "dx(abs(u_x)^2*u_x)", "x(abs(u_x)^2 x u) 0"),
        (1, "-6*u*u_x - u_xxx", "{-1} u_xxx -6*u*u_x"),
        (1, "-6*u*dx(u) - dx(u_xx)", "{-1} u_xxx -6*u*u_x"),
        (1, "-u_xx - u_xxxx - u*u_x", "x(-1 x u) {-1} u_xxxx -u*u_x"),
        (1, "u_xx^2", "u_xx^2"),
        (1, "(u_xx + u)*D", "x(D x u) D*u"),
        (2, "u_x + u_y*u", "u_x + u_y*u"),
    ] {
        assert_eq!(first(&format!("u_t = {right}; D = 1"), dimension), expected, "{right}");
    }
}

#[test]
fn operators_within_others_become_fields() {
    let s = read("u_t = lap(u^3 - u - 0.01*lap(u))", 1);
    assert_eq!(written(&s, &s.equations[0]), "x(1 x inner_1) 0");
    assert_eq!(written(&s, &s.equations[1]), "x(-0.01 x u) u^3 - u");
    assert_eq!((s.fields[1].kind, s.algebraic_order.as_slice()), (FieldKind::Auxiliary, &[1][..]));
    let s = read("u_t = sin(lap(u)) + x*div(u*grad(u))", 2);
    assert_eq!(written(&s, &s.equations[0]), "sin(lap_1) + x*div_2");
    assert_eq!(written(&s, &s.equations[1]), "x(1 x u) y(1 y u) 0");
    assert_eq!(written(&s, &s.equations[2]), "x(u x u) y(u y u) 0");
    let s = read("u_t = -(u + 2*lap(u) + lap(lap(u)))", 1);
    assert_eq!(written(&s, &s.equations[0]), "x(-2 x u) x(-1 x inner_1) -u");
}

#[test]
fn fields_parameters_starts() {
    let s = read(
        "# Gray-Scott, and what follows from it\n\
         u_t = D*lap(u) - u*v^2 + F*(1 - u)   // feed\n\
         tau*v_t = D/2*lap(v) + chi*div(u*grad(u)) + u*v^2 - k2*v\n\
         w = u + v + s\n s = 2*w0 + x\n\
         D = 0.04 in [0, 1]; F = 0.037\n k2 = F + 0.06; tau = 1; w0 = F; chi = 1\n\
         u(0) = 1 - 0.5*ind(x < 0.5) + 0.01*noise(x, y); v(0) = 0.25*normal(x,y,3)",
        2,
    );
    let kinds: Vec<_> = s.fields.iter().map(|f| (f.name.as_str(), f.kind)).collect();
    let (evolving, algebraic) = (FieldKind::Evolving, FieldKind::Algebraic);
    assert_eq!(kinds, [("u", evolving), ("v", evolving), ("w", algebraic), ("s", algebraic)]);
    assert_eq!(s.algebraic_order, [3, 2]);
    assert_eq!(s.parameters.names().collect::<Vec<_>>(), ["D", "F", "k2", "tau", "w0", "chi"]);
    assert_eq!(s.equations[1].tau.to_string(), "tau");
    assert_eq!(written(&s, &s.equations[1]), "x(D/2 x v) y(D/2 y v) x(chi*u x u) y(chi*u y u) u*v^2 - k2*v");
    assert_eq!(s.starts[0].as_ref().map(ToString::to_string).as_deref(), Some("1 - 0.5*(x < 0.5) + 0.01*noise"));
    assert!(s.variable(Symbol::Noise { normal: false, stream: 0 }).is_some());
    assert!(s.variable(Symbol::Noise { normal: true, stream: 3 }).is_some());
    assert!(s.starts[2].is_none());
    // Every formula is in the same variables.
    let values: Vec<f64> = s
        .symbols
        .iter()
        .map(|symbol| match symbol {
            Symbol::Coordinate(_) => 0.5,
            Symbol::Field(k) => [0.4, 0.2][*k % 2],
            Symbol::Parameter(k) => s.parameters.values(|_| None)[*k],
            _ => 0.0,
        })
        .collect();
    let expected = -0.4 * (0.2 * 0.2) + 0.037 * (1.0 - 0.4);
    assert!((s.equations[0].reaction.eval(&values) - expected).abs() < 1e-15);
}

#[test]
fn second_order_in_time() {
    let s = read("u_tt = c^2*lap(u) - 0.1*u_t; c = 2; u(0) = exp(-x^2); u_t(0) = x", 1);
    assert_eq!(s.fields.iter().map(|f| f.kind).collect::<Vec<_>>(), [FieldKind::Evolving, FieldKind::Velocity(0)]);
    assert_eq!(written(&s, &s.equations[0]), "u_t");
    assert_eq!(written(&s, &s.equations[1]), "x(c^2 x u) -0.1*u_t");
    assert_eq!(s.starts[1].as_ref().map(ToString::to_string).as_deref(), Some("x"));
    assert_eq!(first("du/dt = -u", 1), "-u");
    assert_eq!(first("∂u/∂t = u_xx", 1), "x(1 x u) 0");
    let s = read("2 dTemp/dt = Temp", 1);
    assert_eq!((s.fields[0].name.as_str(), s.equations[0].tau.to_string().as_str()), ("Temp", "2"));
}

fn on_side(s: &TypedSystem, field: usize, side: &str) -> String {
    let side = SIDES.iter().position(|name| *name == side).expect("a side");
    match &s.conditions[field][side] {
        None => "none".into(),
        Some(Condition::Value(e)) => format!("u = {e}"),
        Some(Condition::Slope(e)) => format!("u_n = {e}"),
        Some(Condition::Robin { coefficient, value }) => format!("u_n + ({coefficient}) u = {value}"),
        Some(Condition::Periodic) => "periodic".into(),
    }
}

#[test]
fn conditions_on_sides() {
    let s = read(
        "u_t = lap(u); v_t = lap(v); h = 3\n\
         left: u = sin(y)*t, dv/dn = 0; right: du/dn + h*u = 1\n right: dv/dn = v*(1 - v)\n bottom: periodic\n",
        2,
    );
    assert_eq!(on_side(&s, 0, "left"), "u = sin(y)*t");
    assert_eq!(on_side(&s, 1, "left"), "u_n = 0");
    assert_eq!(on_side(&s, 0, "right"), "u_n + (h) u = 1");
    // Not linear: a slope that depends on the field.
    assert_eq!(on_side(&s, 1, "right"), "u_n = v*(1 - v)");
    assert_eq!((on_side(&s, 0, "top"), on_side(&s, 1, "bottom")), ("periodic".into(), "periodic".into()));
    let s = read("c_t = lap(c); all: 2*c + 4*dc/dn = 6", 1);
    assert_eq!(on_side(&s, 0, "left"), "u_n + (2/4) u = 6/4");
    assert_eq!(on_side(&s, 0, "bottom"), "none");
    assert_eq!(on_side(&read("u_t = u_xx; left: 2*u - 1 = x", 1), 0, "left"), "u = -(-1 - x)/2");
    assert_eq!(on_side(&read("u_t = u_xx; right: ∂u/∂n = 0.5 - u", 1), 0, "right"), "u_n + (1) u = 0.5");
    assert_eq!(on_side(&read("u_t = u_xx; periodic", 1), 0, "right"), "periodic");
    let s = read("u_t = lap(u); v_t = lap(v); left, right: u = max(0, 1), v periodic", 2);
    assert_eq!((on_side(&s, 0, "right"), on_side(&s, 1, "left")), ("u = max(0, 1)".into(), "periodic".into()));
}

#[test]
fn errors_name_line_and_column() {
    for (text, line, column, message) in [
        ("", 1, 1, "there is no equation such as u_t = lap(u)"),
        ("a = 1", 1, 1, "there is no equation such as u_t = lap(u)"),
        ("u_t = lap(u) + w", 1, 16, "`w` is not defined: give it a line `w = ...`, or `w_t = ...`"),
        ("u_t = lap(u)\nv_t = u + sinn(v)", 2, 11, "unknown function `sinn`"),
        ("u_t = lap(u)\n\n  nonsense", 3, 3, "this is no statement"),
        ("u_t = lap(u); u_t = 1", 1, 15, "`u` has been given before"),
        ("u_t = a*u; a = 1; a = 2", 1, 19, "`a` has been given before"),
        ("u_t = a*u\na = b\nb = a + 1", 2, 1, "these need one another in a circle: a -> b -> a"),
        ("u_t = w\nw = u + w", 2, 1, "an algebraic field cannot follow from itself: w -> w"),
        ("u_t = w; w = u + s; s = lap(w)", 1, 10, "an algebraic field cannot follow from itself: w -> s -> w"),
        ("u_t = u; v_t = v; w_t = w; p_t = p; q_t = q", 1, 37, "there are more than 4 fields"),
        ("x_t = 1", 1, 1, "`x` has its own meaning here"),
        ("u_t = lap(u); u_x = 2", 1, 15, "`u_x` means a derivative of `u`"),
        ("u_t = u_yy", 1, 7, "there is no y in 1 dimensions"),
        ("u_t = u*y", 1, 9, "there is no coordinate y in this number of dimensions"),
        ("u_t = dy(u^2)", 1, 7, "there is no y in 1 dimensions"),
        ("u_t = grad(u)", 1, 7, "grad(...) can only stand within div(...)"),
        ("u_t = 2*div(u)", 1, 9, "div(...) needs terms of the form EXPR*grad(u)"),
        ("u_t = v_t; v_t = v", 1, 7, "`v_t` can stand on the right only where there is an equation v_tt"),
        ("u_t = noise(x)", 1, 7, "unknown function `noise`"),
        ("u_t = u; u(0) = u", 1, 17, "a start depends on place and parameters alone, not on `u`"),
        ("u_t = u; v(0) = 1", 1, 10, "`v` has no equation with a rate of change"),
        ("u_t = u; u(0) = 1; u(0) = 2", 1, 20, "the start of `u` has been given before"),
        ("u_t = u; u(0) =", 1, 10, "nothing stands behind `=`"),
        ("u_t = u; sin(u) = 2", 1, 10, "before `=` stands u_t"),
        ("u_t = u; lft: u = 0", 1, 10, "before the colon stands a side"),
        ("u_t = u; top: u = 0", 1, 10, "there is no side `top` in 1 dimensions"),
        ("u_t = u; left: u", 1, 16, "a condition is written u = EXPR"),
        ("u_t = u; left: 0 = u", 1, 16, "the left side of a condition is about one field"),
        ("u_t = u; left: u = 0; left: u = 1", 1, 29, "there are two conditions on `u` on the side `left`"),
        ("u_t = u; left: u = 0; right: periodic", 1, 30, "periodic sides come in pairs"),
        ("u_t = u; left: u^2 = 4", 1, 16, "the field must occur linearly"),
        ("u_t = u; left: u = q", 1, 20, "unknown name `q`"),
        ("u_t = u; a = 2 in [0, 1]", 1, 14, "the value is outside its range"),
        ("u_t = u; left: v periodic", 1, 16, "`v` is no field that can have a condition"),
    ] {
        let e = TypedSystem::parse(text, 1).expect_err(text);
        assert!(e.message.contains(message), "{text}: {e}");
        assert_eq!((e.line, e.column), (line, column), "{text}: {e}");
    }
}

#[test]
fn operators_may_be_multiplied_by_derivatives() {
    for dimension in 1..4 {
        for right in ["lap(u) u_x", "lap(u)*u_x*u_x", "u_x*lap(u)*u_x", "2 lap(u) (u_x)", "dx(u^2)*u_x"] {
            for text in [format!("u_t = {right}"), format!("u_t = u\nv = {right}")] {
                let s = read(&text, dimension);
                assert!(s.fields.iter().any(|f| f.kind == FieldKind::Auxiliary) || right.starts_with("u_x"), "{text}");
                let last = &s.equations[usize::from(text.contains("v ="))];
                assert!(written(&s, last).contains("u_x"), "{text}: {}", written(&s, last));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_makes_it_panic(
        text in "((u|v|w)(_t|_tt|_x|[(]0[)])?|left|all|periodic|du/dn|lap|div|grad|dx|noise|in|[-+*/^(),=:;\n<\\[\\]? ]|2|a){0,40}",
        dimension in 1usize..4,
    ) {
        if let Err(e) = TypedSystem::parse(&text, dimension) {
            prop_assert!(e.at + e.len <= text.chars().count(), "{}", e);
        }
    }
}
