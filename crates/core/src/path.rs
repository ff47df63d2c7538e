//! Paths of the fields of an experiment, as errors name them.

/// Before the key of a parameter of the problem.
pub const PROBLEM_PARAMS: &str = "problem.params.";
/// Before the key of a parameter of a run or of a question, within it.
pub const PARAMS: &str = "params.";
/// The data.
pub const DATA: &str = "problem.data";
/// What the columns of the data are for.
pub const COLUMNS: &str = "problem.columns";

/// A run.
pub fn run(index: usize) -> String {
    format!("runs[{index}]")
}

/// Before a field of a run.
pub fn in_run(index: usize) -> String {
    format!("runs[{index}].")
}

/// Before the key of a parameter of a run.
pub fn run_params(index: usize) -> String {
    format!("runs[{index}].{PARAMS}")
}

/// A field of a change on the way.
pub fn change(index: usize, field: &str) -> String {
    format!("changes[{index}].{field}")
}
