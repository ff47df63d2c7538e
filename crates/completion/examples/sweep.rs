//! Fits ratings and says how long every step took and how wrong predictions were after it, for the comparison with other
//! programs in `tests/bench`.
//!
//! `sweep RATINGS METHOD RANK STEPS [KEY=VALUE...]`: `RATINGS` has lines `user,item,rating,day` with numbers from 0; the
//! ratings of day 1 are held out, those of day 0 are seen. Each line of the output has the seconds since the data were ready
//! and the root mean square error; the first is the start. Seconds are those of the processor where the system says so.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;
use std::time::Instant;
use std::{env, fs};

use iterscope_completion::FAMILY;
use iterscope_core::{Backend, Dataset, MethodInput, ParamInfo, Params, ProblemInput, Rating, Ratings, Value, Values};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [file, method, rank, steps, given @ ..] = &args[..] else {
        return Err("sweep RATINGS METHOD RANK STEPS [KEY=VALUE...]".into());
    };
    let (rank, steps): (i64, u32) = (rank.parse()?, steps.parse()?);
    let problem = FAMILY.problems.iter().find(|p| p.info.id == "completion.ratings").ok_or("no such problem")?;
    let method = FAMILY.methods.iter().find(|m| m.info.id == method.as_str()).ok_or("no such method")?;
    let data = read(&fs::read_to_string(file)?)?;
    let held_out = data.day.iter().sum::<f64>() / data.day.len() as f64;
    let data = Dataset::Ratings(data);
    let asked = [
        ("rank", Value::Int(rank)),
        ("centre", Value::from("mean")),
        ("split", Value::from("time")),
        ("held_out", Value::Real(held_out)),
    ];
    let values = resolve(&problem.info.params, &asked)?;
    let instance = (problem.build)(&ProblemInput { values: &values, data: Some(&data), seed: 1 })?;
    drop(data);

    let given: Vec<_> = given.iter().filter_map(|g| g.split_once('=')).map(|(k, v)| (k, value(v))).collect();
    let values = resolve(&method.info.params, &given)?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 1 };
    let place = instance.series().iter().position(|s| s.key == "rmse.heldout").ok_or("nothing is held out")?;
    let mut row = vec![f64::NAN; instance.series().len() + method.info.diagnostics.len()];
    let clock = Instant::now();
    let mut from = seconds(&clock);
    let mut stepper = (method.build)(&input)?;
    let mut spent = seconds(&clock) - from;
    for step in 0..=steps {
        if step > 0 {
            from = seconds(&clock);
            stepper.advance(1)?;
            spent += seconds(&clock) - from;
        }
        stepper.measure(&mut row)?;
        println!("{spent} {}", row[place]);
    }
    Ok(())
}

/// Seconds of the processor, or of the clock.
fn seconds(clock: &Instant) -> f64 {
    let nanoseconds = fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = nanoseconds.and_then(|s| s.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| clock.elapsed().as_secs_f64(), |n| n * 1e-9)
}

/// A number, or else a word.
fn value(text: &str) -> Value {
    text.parse().map_or_else(|_| Value::from(text), Value::Real)
}

fn resolve(schema: &[ParamInfo], given: &[(&str, Value)]) -> Result<Values, Box<dyn Error>> {
    let params: Params = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Values::resolve(schema, &params).map_err(|errors| format!("{errors:?}").into())
}

fn read(text: &str) -> Result<Ratings, Box<dyn Error>> {
    let mut data = Ratings::default();
    for line in text.lines() {
        let mut cells = line.split(',');
        let mut next = || cells.next().ok_or("a line that is too short");
        data.entries.push(Rating { user: next()?.parse()?, item: next()?.parse()?, value: next()?.parse()? });
        data.day.push(next()?.parse()?);
    }
    let names = |most: Option<u32>| (0..=most.unwrap_or(0)).map(|i| i.to_string()).collect();
    data.users = names(data.entries.iter().map(|e| e.user).max());
    data.items = names(data.entries.iter().map(|e| e.item).max());
    Ok(data)
}
