//! Everything in Cargo.lock may be used and passed on under terms that ask for no more than a notice.

mod metadata;

use metadata::{packages, text};

const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Whether an SPDX expression can be satisfied with accepted licences alone. An exception (`WITH`) only grants more.
fn accepted(expression: &str) -> bool {
    // Before SPDX expressions, `/` meant `OR`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let verdict = either(&mut words);
    verdict && words.peek().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>) -> bool {
    let mut verdict = all(words);
    while words.next_if_eq(&"OR").is_some() {
        verdict |= all(words);
    }
    verdict
}

fn all(words: &mut Words<'_>) -> bool {
    let mut verdict = one(words);
    while words.next_if_eq(&"AND").is_some() {
        verdict &= one(words);
    }
    verdict
}

fn one(words: &mut Words<'_>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let verdict = either(words);
        return words.next() == Some(")") && verdict;
    }
    let verdict = words.next().is_some_and(|name| ACCEPTED.contains(&name));
    if words.next_if_eq(&"WITH").is_some() {
        words.next();
    }
    verdict
}

#[test]
fn every_package_has_an_accepted_licence() {
    let packages = packages(&[]);
    assert!(packages.len() > 13, "the dependencies are listed too");
    let refused: Vec<_> = packages
        .iter()
        .filter(|package| !accepted(text(package, "license")))
        .map(|package| format!("{}: {}", text(package, "name"), package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn expressions_are_understood() {
    for expression in [
        "MIT",
        "MIT/Apache-2.0",
        "MIT OR GPL-3.0-only",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
        "Zlib OR Apache-2.0 OR MIT",
    ] {
        assert!(accepted(expression), "{expression}");
    }
    for expression in [
        "",
        "GPL-3.0-or-later",
        "MIT AND GPL-3.0-only",
        "(MIT OR Apache-2.0) AND AGPL-3.0-only",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "MIT Apache-2.0",
        "(MIT",
    ] {
        assert!(!accepted(expression), "{expression}");
    }
}
