//! The project's own commands: `cargo xtask setup | build | serve | test | docs`.
#![allow(clippy::print_stdout, reason = "a program that talks to a person on a terminal")]

mod build;
mod docs;
mod minify;
mod parts;
mod process;
mod program;
mod progress;
mod serve;
mod setup;
mod size;
mod stages;
mod system;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;

use build::Purpose;
use process::Result;

const HELP: &str = "\
Iterscope's own commands.

  cargo xtask setup                      install what the build and the browser tests need
  cargo xtask build [--release] [--out DIR]
                                         build the page into dist/ (or DIR): quickly, or to be published
  cargo xtask serve [--port N] [--no-build]
                                         build the page and serve it on http://127.0.0.1:8080
  cargo xtask test [--only STAGE,..] [--skip STAGE,..]
                                         run everything that must hold
  cargo xtask docs [--check]             write (or compare) the generated docs/methods.md
";

/// One command with its options, as typed.
enum Task {
    Help,
    Setup,
    Build { out: Option<PathBuf>, release: bool },
    Serve { port: u16, build: bool },
    Test { only: Vec<String>, skip: Vec<String> },
    Docs { check: bool },
}

fn main() -> ExitCode {
    let done = match parse(lexopt::Parser::from_env()) {
        Ok(task) => perform(task),
        Err(error) => Err(format!("{error}\n\n{HELP}{}", stages::help())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result {
    match task {
        Task::Help => {
            print!("{HELP}{}", stages::help());
            Ok(())
        }
        Task::Setup => {
            setup::for_tests()?;
            println!("setup: everything is there");
            Ok(())
        }
        Task::Build { out, release } => {
            let out = match out {
                Some(out) => std::path::absolute(&out).map_err(|error| format!("--out {}: {error}", out.display()))?,
                None => process::dist(),
            };
            build::build(&out, if release { Purpose::Release } else { Purpose::Look })
        }
        Task::Serve { port, build } => serve::serve(port, build),
        Task::Test { only, skip } => stages::test(&only, &skip),
        Task::Docs { check } => docs::methods(check),
    }
}

fn parse(mut args: lexopt::Parser) -> Result<Task, lexopt::Error> {
    let mut task = match args.next()? {
        None | Some(Long("help") | Short('h')) => return Ok(Task::Help),
        Some(Value(name)) => match name.string()?.as_str() {
            "help" => return Ok(Task::Help),
            "setup" => Task::Setup,
            "build" => Task::Build { out: None, release: false },
            "serve" => Task::Serve { port: 8080, build: true },
            "test" => Task::Test { only: Vec::new(), skip: Vec::new() },
            "docs" => Task::Docs { check: false },
            other => return Err(format!("there is no command `{other}`").into()),
        },
        Some(other) => return Err(other.unexpected()),
    };
    while let Some(arg) = args.next()? {
        match (&mut task, arg) {
            (_, Long("help") | Short('h')) => return Ok(Task::Help),
            (Task::Build { out, .. }, Long("out")) => *out = Some(args.value()?.into()),
            (Task::Build { release, .. }, Long("release")) => *release = true,
            (Task::Serve { port, .. }, Long("port")) => *port = args.value()?.parse()?,
            (Task::Serve { build, .. }, Long("no-build")) => *build = false,
            (Task::Test { only, .. }, Long("only")) => only.extend(stage_names(&mut args)?),
            (Task::Test { skip, .. }, Long("skip")) => skip.extend(stage_names(&mut args)?),
            (Task::Docs { check }, Long("check")) => *check = true,
            (_, other) => return Err(other.unexpected()),
        }
    }
    Ok(task)
}

fn stage_names(args: &mut lexopt::Parser) -> Result<Vec<String>, lexopt::Error> {
    let names = args.value()?.string()?;
    let names: Vec<String> = names.split(',').map(|name| name.trim().into()).collect();
    for name in &names {
        if !stages::names().any(|known| known == name) {
            let known: Vec<_> = stages::names().collect();
            let known = known.join(", ");
            return Err(format!("there is no stage `{name}`; the stages are {known}").into());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Task, lexopt::Error> {
        parse(lexopt::Parser::from_args(args))
    }

    #[test]
    fn options_belong_to_their_command() {
        assert!(matches!(parsed(&["serve", "--port", "0", "--no-build"]), Ok(Task::Serve { port: 0, build: false })));
        assert!(matches!(parsed(&["docs", "--check"]), Ok(Task::Docs { check: true })));
        assert!(matches!(parsed(&["build", "--release"]), Ok(Task::Build { out: None, release: true })));
        assert!(parsed(&["build", "--port", "1"]).is_err());
        assert!(parsed(&["serve", "--port", "70000"]).is_err());
        assert!(parsed(&["deploy"]).is_err());
    }

    #[test]
    fn stages_are_given_by_name() {
        let Ok(Task::Test { only, skip }) = parsed(&["test", "--only", "fmt,native", "--skip", "size"]) else {
            panic!("a test command");
        };
        assert_eq!(only, ["fmt", "native"]);
        assert_eq!(skip, ["size"]);
        assert!(parsed(&["test", "--only", "speed"]).is_err());
    }
}
