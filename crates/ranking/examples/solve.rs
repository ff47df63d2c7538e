//! Ranks a file of games and says how long each part took, for the comparison with other programs in `tests/bench`.
//!
//! `solve GAMES METHOD RTOL STRENGTHS`: `GAMES` has lines `winner,loser` of item numbers from 0; the log-strengths are
//! written to `STRENGTHS`, one a line; the times go to standard output as JSON.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]
#![allow(clippy::disallowed_methods, reason = "it runs natively alone")]

use std::error::Error;
use std::time::Instant;
use std::{env, fs};

use iterscope_core::{
    Artifact, Backend, Comparisons, Dataset, Encounter, Method, MethodInput, Params, ProblemInput, Progress, Values,
    artifact::Cell,
};
use iterscope_ranking::{FAMILY, data::games::Games};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [games, method, rtol, strengths] = &args[..] else { return Err("solve GAMES METHOD RTOL STRENGTHS".into()) };
    let rtol: f64 = rtol.parse()?;
    let data = read(&fs::read_to_string(games)?)?;
    let method = FAMILY.methods.iter().find(|m| m.info.id == method.as_str()).ok_or("there is no such method")?;

    // What another program does when it is handed lists of games: count them by pair, then iterate.
    let start = Instant::now();
    let counted = Games::read(&data)?;
    let count = start.elapsed().as_secs_f64();

    let problem = FAMILY.problems.iter().find(|p| p.info.id == "ranking.pairwise").ok_or("there is no such problem")?;
    let values = Values::resolve(&problem.info.params, &Params::new()).map_err(|e| format!("{e:?}"))?;
    let data = Dataset::Comparisons(data);
    let instance = (problem.build)(&ProblemInput { values: &values, data: Some(&data), seed: 0 })?;
    let stop: Vec<usize> = (0..instance.series().len()).filter(|i| instance.series()[*i].stop).collect();

    // The iterations alone: what the referee measures after each is not part of the method.
    let start = Instant::now();
    let mut stepper = build(method, &instance)?;
    let mut run = start.elapsed().as_secs_f64();
    let mut row = vec![f64::NAN; instance.series().len() + method.info.diagnostics.len()];
    loop {
        stepper.measure(&mut row)?;
        if stop.iter().any(|i| row[*i] <= rtol) || stepper.steps() >= 100_000 {
            break;
        }
        let start = Instant::now();
        let progress = stepper.advance(1)?;
        run += start.elapsed().as_secs_f64();
        if progress != Progress::Advanced {
            break;
        }
    }
    let mut log = vec![f64::NAN; counted.items];
    if let Artifact::Table { rows, .. } = stepper.result()? {
        for row in &rows {
            if let [_, Cell::Text(name), Cell::Real(strength), ..] = &row[..] {
                log[name.parse::<usize>()?] = strength.ln();
            }
        }
    }
    fs::write(strengths, log.iter().map(|s| format!("{s}\n")).collect::<String>())?;
    println!(
        "{{\"items\":{},\"pairs\":{},\"steps\":{},\"count\":{count},\"run\":{run}}}",
        counted.items,
        counted.pairs.len(),
        stepper.steps()
    );
    Ok(())
}

fn build(
    method: &Method,
    instance: &std::rc::Rc<dyn iterscope_core::Instance>,
) -> Result<Box<dyn iterscope_core::Stepper>, Box<dyn Error>> {
    let values = Values::resolve(&method.info.params, &Params::new()).map_err(|e| format!("{e:?}"))?;
    Ok((method.build)(&MethodInput { instance, values: &values, backend: Backend::CpuF64, seed: 0 })?)
}

fn read(text: &str) -> Result<Comparisons, Box<dyn Error>> {
    let mut encounters = Vec::new();
    for line in text.lines() {
        let (winner, loser) = line.split_once(',').ok_or("a line without a comma")?;
        encounters.push(Encounter { winner: winner.parse()?, loser: loser.parse()?, count: 1.0, tie: false });
    }
    let most = encounters.iter().map(|e| e.winner.max(e.loser)).max().ok_or("no games")?;
    let items = (0..=most).map(|i| i.to_string()).collect();
    Ok(Comparisons { items, encounters, ..Comparisons::default() })
}
