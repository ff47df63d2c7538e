//! Simulations as people bring them. `link-vectors.json` holds systems of our own, packed by lz-string 1.5.0.

use iterscope_visualpde::{import, is_simulation, options};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("link-vectors.json")).expect("valid");
    file["vectors"].as_array().expect("a list").clone()
}

fn link(vector: &Value, form: &str) -> String {
    format!("https://visualpde.com/sim/{}", vector[form].as_str().expect("a query"))
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn links_give_the_options_that_were_packed() {
    for vector in vectors() {
        for form in ["query", "plus_as_space"] {
            let found = options(&link(&vector, form)).expect("a whole link");
            for (key, value) in vector["options"].as_object().expect("options") {
                let of_key = found.iter().rev().find(|(k, _)| k == key);
                assert_eq!(of_key.map(|(_, v)| v.as_str()), Some(as_text(value).as_str()), "{key} ({form})");
            }
            assert_eq!(found.len(), vector["options"].as_object().expect("options").len() + 1, "and the preset's name");
        }
        // What a messenger makes of it.
        let escaped = link(&vector, "query").replace('+', "%2B");
        assert_eq!(options(&escaped), options(&link(&vector, "query")));
    }
}

#[test]
fn a_link_that_is_cut_off_says_where() {
    for vector in vectors() {
        let whole = link(&vector, "query");
        for keep in [whole.len() - 2, whole.len() / 2, 45] {
            let error = options(&whole[..keep]).expect_err("cut off");
            assert!(error.message.contains("cut off"), "{error}");
            assert_eq!(error.at, Some(keep));
        }
        let mut changed = whole.clone();
        changed.replace_range(60..61, "!");
        assert_eq!(options(&changed).expect_err("changed").at, Some(60));
    }
}

#[test]
fn links_become_systems() {
    let all = vectors();
    let one = import(&link(&all[0], "query")).expect("posed");
    assert_eq!(one.equations, "c_t = 2.5*lap(c)\nc(0) = exp(-(x - 80)^2/50)\nleft, right: dc/dn = 0");
    assert_eq!(one.experiment["problem"]["params"]["n"], json!(400));
    assert_eq!(one.experiment["problem"]["params"]["x_max"], json!(200.0));
    assert_eq!(one.experiment["runs"], json!([{ "method": "pde.euler", "params": { "dt": 0.02 } }]));

    let two = import(&link(&all[1], "query")).expect("posed");
    assert_eq!(
        two.equations,
        "m_t = D*lap(m) + a - m + m^2*q\nq_t = 20*lap(q) + b - m^2*q\n\
         a = 0.2 in [0, 1]\nb = 0.8 in [0.1, 0.05, 2]\nD = a*2\n\
         m(0) = a + b + 0.1*cos(x)\nq(0) = b/(a + b)^2\n\
         left, right, bottom, top: m periodic\nleft, right, bottom, top: q periodic"
    );
    let three = import(&link(&all[2], "query")).expect("posed");
    assert_eq!(
        three.equations,
        "u_t = lap(u) - 0.1*u\nu(0) = 1\nleft: u = 1\nright: du/dn = 0.5 - u\ntop, bottom: du/dn = 0"
    );
    assert_eq!(three.experiment["problem"]["params"]["domain"], json!("(x - 25)^2 + (y - 25)^2 < 400"));
    assert!(three.notes.iter().any(|n| n.contains("periodic on the side bottom")), "{:?}", three.notes);
}

#[test]
fn the_default_is_gray_scott() {
    let found = import("https://visualpde.com/sim/?preset=default&dt=0.5&timesteppingScheme=Mid").expect("posed");
    assert_eq!(
        found.equations.lines().take(2).collect::<Vec<_>>(),
        ["u_t = 0.04*lap(u) - u*v^2 + 0.037*(1.0 - u)", "v_t = 0.02*lap(v) + u*v^2 - (0.037 + 0.06)*v"]
    );
    assert_eq!(found.experiment["runs"][0], json!({ "method": "pde.heun", "params": { "dt": 0.5 } }));
    assert!(found.notes.iter().any(|n| n.contains("Gray-Scott")) && found.notes.iter().any(|n| n.contains("a square")));
}

#[test]
fn code_of_presets_with_parents_and_old_names() {
    let code = r#"
        presets["child"] = { // of the other
          reactionStrU: 'u*(1-u) - H(u-0.5) + u_xf', "clearValueU": "RAND", fixRandSeed: true, randSeed: 3,
          parent: "base", views: [{ name: "one", }],
        };
        presets["base"] = {
          numSpecies: 1, diffusionStrUU: "1;0.5*x", domainScale: "10", spatialStep: .1, squareCanvas: true,
          boundaryConditionsU: "robin", robinStrU: "-u", timescales: true, timescale_1: "2", algebraicV: false,
          kineticParams: "k_t = 3 in [0, 1]; r = k_t^0.5; c",
          reactionStrU: "0"
        };"#;
    let found = import(code).expect("posed");
    assert_eq!(
        found.equations,
        "(2)*u_t = dx((1)*u_x) + dy((0.5*x)*u_y) + u*(1 - u) - smoothstep(-0.01, 0.01, u - 0.5) + u_x\n\
         k_t_ = 3 in [0, 3]\nr = abs(k_t_)^0.5\n\
         u(0) = (0.5 + 0.5*noise(x, y))\nleft, right, bottom, top: du/dn = -u"
    );
    assert_eq!((&found.experiment["seed"], found.title.as_deref()), (&json!(3), Some("child")));
    for part in [
        "one-sided difference u_xf",
        "outside its range",
        "called `k_t_`",
        "`c` has no value",
        "views",
        "depends on how the device rounds",
    ] {
        assert!(found.notes.iter().any(|n| n.contains(part)), "{part}: {:?}", found.notes);
    }
}

#[test]
fn formulas_are_translated() {
    let reaction = |text: &str| {
        let code = format!(
            "presets[\"x\"] = {{ numSpecies: 2, squareCanvas: true, kineticParams: \"a=2\", reactionStr_1: \"{text}\" }}"
        );
        let found = import(&code).unwrap_or_else(|e| panic!("{text}: {e}"));
        let line = found.equations.lines().next().expect("a line").to_owned();
        line.trim_start_matches("u_t = 0.04*lap(u) + ").to_owned()
    };
    for (text, expected) in [
        ("2uv", "2*u*v"),
        ("(u+1)(v-1)a", "(u + 1)*(v - 1)*a"),
        ("usin(x)", "u*sin(x)"),
        ("au^2", "a*u^2"),
        ("u^-2", "u^(-2)"),
        // Signs as safepow gives them: (-8)^(1/3) is 2 there.
        ("u^(1/3)", "abs(u)^(1/3)"),
        ("u^0.6", "(sign(u)*abs(u)^0.6)"),
        ("exp(u)^0.6", "exp(u)^0.6"),
        ("ind(x<L_x/2 && u>0.5)", "ind(x < 100/2 and u > 0.5)"),
        ("step(0.5,u)", "ind((u) >= (0.5))"),
        ("H(u,0.2)", "smoothstep(-0.01, 0.01, u - (0.2))"),
        ("Bump(L_x/2,L_y/2,10)", "Bump(100/2, 100/2, 10)"),
        ("u_xx+u_y", "u_xx + u_y"),
        ("dx*t", "0.5*t"),
        ("RAND", "0.5"),
    ] {
        let got = reaction(text);
        assert_eq!(got.trim_matches(['(', ')']), expected.trim_matches(['(', ')']), "{text}");
    }
}

#[test]
fn cross_diffusion_and_algebraic_fields() {
    let code = r#"presets["CH"] = { numSpecies: 2, numAlgebraicSpecies: 1, crossDiffusion: true, squareCanvas: true,
        diffusionStr_1_1: "0", diffusionStr_1_2: "1", diffusionStr_2_1: "-g*u^2", diffusionStr_2_2: "0",
        reactionStr_1: "0", reactionStr_2: "u^3-u", kineticParams: "g = 0.01", initCond_1: "tanh(30*(RANDN))" }"#;
    let found = import(code).expect("posed");
    assert_eq!(
        found.equations.lines().take(4).collect::<Vec<_>>(),
        ["u_t = lap(v)", "v = div((-g*u^2)*grad(u)) + u^3 - u", "g = 0.01", "u(0) = tanh(30*(normal(x, y)))"]
    );
}

#[test]
fn what_cannot_be_posed_says_why() {
    for (text, message) in [
        ("https://visualpde.com/sim/?mini=abc", "a short link is kept by a web service"),
        ("https://visualpde.com/sim/?preset=GrayScott", "the preset `GrayScott` is kept by VisualPDE"),
        ("https://visualpde.com", "neither a link"),
        ("presets[\"a\"] = { reactionStr_1: \"u", "closing quote"),
        ("presets[\"a\"] = { reactionStr_1: \"u\"", "copied whole"),
        ("presets[\"a\"] = { dt: 0.1x }", "`0.1x` is no number"),
        ("presets[\"a\"] = { dt: 0 }", "the time step is 0"),
        ("presets[\"a\"] = { reactionStr_1: \"u[x-1,y]\" }", "values at other places"),
        ("presets[\"a\"] = { reactionStr_1: \"I_T\" }", "images in formulas"),
        ("presets[\"a\"] = { reactionStr_1: \"(u\" }", "a closing bracket is missing"),
        ("presets[\"a\"] = { reactionStr_1: \"u + nowhere\" }", "`nowhere` is not defined"),
        ("presets[\"a\"] = { numSpecies: 5 }", "there are 5 fields"),
        (
            "presets[\"a\"] = { domainViaIndicatorFun: true, domainIndicatorFun: \"x<t\" }",
            "a domain that changes in time",
        ),
    ] {
        let error = import(text).expect_err(text);
        assert!(error.to_string().contains(message), "{text}: {error}");
    }
    assert!(is_simulation("https://visualpde.com/sim/?preset=GrayScott") && !is_simulation("{\"schema\": 1}"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default()
    })]

    #[test]
    fn no_link_makes_it_panic(text in "[?](options|preset|dt)=[A-Za-z0-9+$%-]{0,60}") {
        let _ = import(&text);
    }

    #[test]
    fn no_formula_makes_it_panic(text in "[uvxyatH0-9.^*/()<&,;_ -]{0,30}") {
        let _ = import(&format!("presets[\"a\"] = {{ reactionStr_1: \"{text}\", diffusionStr_2_2: \"{text}\" }}"));
    }
}
