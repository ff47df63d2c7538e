//! `llms.txt`: how programs that write text write an experiment, with every id of the catalog.

use std::fmt::Write;

use iterscope_core::experiment::MAX_RUNS;
use iterscope_core::{CatalogInfo, FamilyInfo, ParamInfo};

/// The text, in Markdown.
pub fn text(catalog: &CatalogInfo) -> String {
    let mut out = format!(
        "# Iterscope

> An oscilloscope for iterative methods: partial differential equations, matrix completion and ranking. An experiment is one problem and
> one to {MAX_RUNS} methods that race on it. It is a JSON object, and everything runs in the page.

An experiment:

```json
{example}
```

- `problem.id` and `runs[].method` are ids from the lists below, of one family; the schema says which methods run on which problem.
- `params` are optional: each has a default. Parameters of a component stand behind the key of its choice and a dot, as in
  `\"solver.tolerance\"`. Formulas are text: `\"sin(pi*x)*sin(pi*y)\"`.
- `problem.data` is `\"sample:ID\"` (see Data), a file for the command line, or `{{\"name\": \"games.csv\", \"text\": \"winner,loser\\n...\"}}`.
- `seed` (a whole number), `stop` (`rtol`, `max_steps`, `until`) and `view` (`series`, `picture`) are optional.
- Unknown keys, values out of range and methods that do not run on the problem are refused with the path to what is wrong.

A link opens it: the address of the page, `#`, and the JSON percent-encoded (or `#e=` and base64url of it, or `#preset=ID`).
A figure in another page: `<script src=\"iter-scope.js\" async></script><iter-scope experiment='JSON' view=\"both\" autoplay></iter-scope>`
or with `preset=\"ID\"`. The command line: `iterscope run experiment.json --json --result result.csv`.

## Files

- [experiment.schema.json](experiment.schema.json): JSON Schema (2020-12) of the experiment: all parameters with types, ranges, defaults, and
  which methods run on which problem
- [catalog.json](catalog.json): families, problems and presets in outline; `catalog/FAMILY.json` has each family in full, `presets/ID.json`
  a preset with its experiment
",
        example = example(catalog),
    );
    for family in &catalog.families {
        section(&mut out, family);
    }
    out.push_str("\n## Data that come with the program\n\n");
    for sample in &catalog.samples {
        let _ = writeln!(out, "- `sample:{}`: {}", sample.id, sample.label);
    }
    out
}

/// The first preset, as it is opened.
fn example(catalog: &CatalogInfo) -> String {
    catalog.families.iter().find_map(|f| f.presets.first()).map(|p| p.experiment.to_json()).unwrap_or_default()
}

fn section(out: &mut String, family: &FamilyInfo) {
    let keys = |params: &[ParamInfo]| {
        let keys: Vec<&str> = params.iter().map(|p| p.key.as_ref()).collect();
        if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(", ")) }
    };
    let _ = write!(out, "\n## {}: problems\n\n", family.label);
    for p in &family.problems {
        let _ = writeln!(out, "- `{}`: {}{}", p.id, p.label, keys(&p.params));
    }
    let _ = write!(out, "\n## {}: methods\n\n", family.label);
    for m in &family.methods {
        let _ = writeln!(out, "- `{}`: {}{}", m.id, m.label, keys(&m.params));
    }
    if !family.components.is_empty() {
        let _ = write!(out, "\n## {}: components, by role\n\n", family.label);
        for c in &family.components {
            let _ = writeln!(out, "- {} `{}`: {}{}", c.role, c.name, c.label, keys(&c.params));
        }
    }
    let _ = write!(out, "\n## {}: presets\n\n", family.label);
    for p in &family.presets {
        let _ = writeln!(out, "- `{}`: {}", p.id, p.label);
    }
}
