//! The speed of programs beside the same loops written by hand.

use iterscope_expr::{Expr, Input};

fn points(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 37 + seed * 11) % 113) as f64 / 113.0).collect()
}

/// The Gray-Scott reaction, as one would write it.
fn by_hand(u: &[f64], v: &[f64], f: &mut [f64], g: &mut [f64], feed: f64, kill: f64) {
    for (((u, v), f), g) in u.iter().zip(v).zip(f).zip(g) {
        let uvv = u * v * v;
        *f = feed * (1.0 - u) - uvv;
        *g = uvv - (feed + kill) * v;
    }
}

/// `cargo test --release -p iterscope-blocks -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, to be made in release builds"]
#[allow(clippy::print_stdout, reason = "it is what the measurement is made for")]
fn speed_beside_loops_by_hand() {
    let names = ["u", "v", "F", "k"];
    let read = |text| Expr::parse(text, &names).expect("valid");
    let reaction = [read("-u*v^2 + F*(1 - u)"), read("u*v^2 - (F + k)*v")];
    let program = Expr::program(&[&reaction[0], &reaction[1]], &[true, true, false, false]);
    let mut scratch = program.scratch();
    for n in [64 * 64, 128 * 128, 512 * 512, 1024 * 1024] {
        let (u, v) = (points(n, 1), points(n, 2));
        let (mut f, mut g) = (vec![0.0; n], vec![0.0; n]);
        let repeat = ((1 << 19) / n).max(1);
        // The best of many short rounds, in turn: other programs may run beside.
        let (mut hand, mut ours) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..300 {
            let start = std::time::Instant::now();
            for _ in 0..repeat {
                by_hand(&u, &v, &mut f, &mut g, std::hint::black_box(0.037), 0.06);
                std::hint::black_box(&mut f);
            }
            hand = hand.min(start.elapsed().as_secs_f64());
            let start = std::time::Instant::now();
            for _ in 0..repeat {
                let inputs =
                    [Input::Each(&u), Input::Each(&v), Input::Same(std::hint::black_box(0.037)), Input::Same(0.06)];
                program.run(&inputs, &mut scratch, &mut [&mut f, &mut g]);
                std::hint::black_box(&mut f);
            }
            ours = ours.min(start.elapsed().as_secs_f64());
        }
        let per_point = 1e9 / (repeat * n) as f64;
        let (a, b, ratio) = (hand * per_point, ours * per_point, ours / hand);
        println!("{n:>8} points: by hand {a:.3} ns, program {b:.3} ns a point, ratio {ratio:.2}");
    }
}
