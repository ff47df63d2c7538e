//! Running other programs, with failures told as sentences; and where things lie.

use std::env;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every step returns: the error is a sentence for a person.
pub type Result<T = (), E = String> = std::result::Result<T, E>;

/// The root of the repository. Cargo names the crate it runs; run by hand, the current directory must be the root.
pub fn root() -> PathBuf {
    match env::var_os("CARGO_MANIFEST_DIR") {
        Some(krate) => Path::new(&krate).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default(),
        None => env::current_dir().unwrap_or_default(),
    }
}

/// Cargo's target directory.
pub fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Where the built page lies unless asked otherwise.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The cargo that runs this program, in the root of the repository.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where the program `name` is on the search path.
pub fn which(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Runs a program with its output going to the terminal.
pub fn run(command: &mut Command) -> Result {
    let status = command.status();
    let status = status.map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed ({status}); what it said stands above", words(command)))
    }
}

/// Runs a program and returns what it wrote to standard output; standard error goes to the terminal.
pub fn capture(command: &mut Command) -> Result<String> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output();
    let output = output.map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        return Err(format!("`{}` failed ({})", words(command), output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` wrote text that is not UTF-8", words(command)))
}

/// What a program says for itself when asked quietly: `None` if it is missing or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Runs a program, passing its standard output on to the terminal line by line and showing each line to `see`.
pub fn run_watched(command: &mut Command, mut see: impl FnMut(&str)) -> Result {
    let child = command.stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| cannot_start(command, &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| format!("`{}`: {error}", words(command)))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            see(&line);
        }
    }
    let status = child.wait();
    let status = status.map_err(|error| format!("`{}`: {error}", words(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed ({status}); what it said stands above", words(command)))
    }
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    let program = Path::new(command.get_program()).display();
    match error.kind() {
        ErrorKind::NotFound => format!("the program `{program}` was not found"),
        _ => format!("the program `{program}` could not be started: {error}"),
    }
}

/// The command as a person would type it, without the folders of the program.
fn words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program());
    let mut words = program.to_string_lossy().into_owned();
    for arg in command.get_args() {
        words.push(' ');
        words.push_str(&arg.to_string_lossy());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere"));
        assert_eq!(error, Err("the program `no-such-program-anywhere` was not found".into()));
    }

    #[test]
    fn a_failing_program_is_quoted() {
        let error = capture(cargo().arg("no-such-subcommand")).unwrap_err();
        assert!(error.starts_with("`cargo"), "{error}");
        assert!(error.contains("no-such-subcommand` failed"), "{error}");
    }

    #[test]
    fn lines_are_watched() {
        let mut lines = Vec::new();
        run_watched(cargo().arg("--version"), |line| lines.push(line.to_owned())).expect("cargo runs");
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("cargo "));
    }
}
