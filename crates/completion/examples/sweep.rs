//! Fits ratings and says how long a sweep took, for the comparison with other programs in `tests/bench`.
//!
//! `sweep RATINGS METHOD RANK RIDGE SWEEPS`: `RATINGS` has lines `user,item,rating` with numbers from 0. A random tenth is
//! held out. Times and errors go to standard output as JSON.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;
use std::time::Instant;
use std::{env, fs};

use iterscope_completion::FAMILY;
use iterscope_core::{Backend, Dataset, MethodInput, ParamInfo, Params, ProblemInput, Rating, Ratings, Value, Values};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [file, method, rank, ridge, sweeps] = &args[..] else {
        return Err("sweep RATINGS METHOD RANK RIDGE SWEEPS".into());
    };
    let (rank, ridge, sweeps): (i64, f64, u32) = (rank.parse()?, ridge.parse()?, sweeps.parse()?);
    let problem = FAMILY.problems.iter().find(|p| p.info.id == "completion.ratings").ok_or("no such problem")?;
    let method = FAMILY.methods.iter().find(|m| m.info.id == method.as_str()).ok_or("no such method")?;
    let data = Dataset::Ratings(read(&fs::read_to_string(file)?)?);

    let start = Instant::now();
    let values = resolve(&problem.info.params, &[("rank", Value::Int(rank)), ("centre", Value::from("mean"))])?;
    let instance = (problem.build)(&ProblemInput { values: &values, data: Some(&data), seed: 1 })?;
    let build = start.elapsed().as_secs_f64();
    drop(data);

    let ridge = ("ridge", Value::Real(ridge));
    let given: Vec<_> =
        [ridge].into_iter().filter(|(key, _)| method.info.params.iter().any(|p| p.key == *key)).collect();
    let values = resolve(&method.info.params, &given)?;
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 1 };
    let mut stepper = (method.build)(&input)?;
    let start = Instant::now();
    stepper.advance(sweeps)?;
    let run = start.elapsed().as_secs_f64();
    let mut row = vec![f64::NAN; instance.series().len() + method.info.diagnostics.len()];
    stepper.measure(&mut row)?;
    let held = instance.series().iter().position(|s| s.key == "rmse.heldout").ok_or("nothing is held out")?;
    println!("{{\"build\":{build},\"run\":{run},\"sweeps\":{},\"rmse\":{}}}", stepper.steps(), row[held]);
    Ok(())
}

fn resolve(schema: &[ParamInfo], given: &[(&str, Value)]) -> Result<Values, Box<dyn Error>> {
    let params: Params = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Values::resolve(schema, &params).map_err(|errors| format!("{errors:?}").into())
}

fn read(text: &str) -> Result<Ratings, Box<dyn Error>> {
    let mut entries = Vec::new();
    for line in text.lines() {
        let mut cells = line.split(',');
        let mut next = || cells.next().ok_or("a line that is too short");
        entries.push(Rating { user: next()?.parse()?, item: next()?.parse()?, value: next()?.parse()? });
    }
    let names = |most: Option<u32>| (0..=most.unwrap_or(0)).map(|i| i.to_string()).collect();
    Ok(Ratings {
        users: names(entries.iter().map(|e| e.user).max()),
        items: names(entries.iter().map(|e| e.item).max()),
        entries,
        ..Ratings::default()
    })
}
