//! From what an experiment names to data.

use iterscope_core::{BuildError, Columns, DataKind, DataRef, Dataset, path};

use crate::{read, sample};

/// Reads the data an experiment names: a sample, inline text, or a file that `load` brings. `columns` is what the
/// experiment says of them.
///
/// # Errors
/// At `problem.data`: there is no such sample or file, or it does not read; the message begins with the name. At
/// `problem.columns`: what is said of the columns is wrong, or does not fit the file.
pub fn resolve(
    kind: DataKind,
    data: &DataRef,
    columns: Option<&str>,
    load: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Dataset, BuildError> {
    let error = |message: String| BuildError::new(path::DATA, message);
    let columns: Option<Columns> =
        columns.map(str::parse).transpose().map_err(|e| BuildError::new(path::COLUMNS, e))?;
    let read = |name: &str, bytes: &[u8]| {
        read(kind, name, bytes, columns.as_ref()).map_err(|e| {
            let e: BuildError = e.into();
            BuildError { message: format!("{name}: {}", e.message), ..e }
        })
    };
    match data {
        DataRef::Inline { name, text } => read(name, text.as_bytes()),
        DataRef::Name(name) => match name.strip_prefix("sample:") {
            Some(id) => {
                let found = sample(id).filter(|s| s.info.kind == kind);
                let found = found.ok_or_else(|| error(format!("no sample of this kind is called `{id}`")))?;
                read(&found.file_name(), found.text().as_bytes())
            }
            None => read(name, &load(name).map_err(error)?),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(name: &str) -> Result<Vec<u8>, String> {
        Err(format!("no {name}"))
    }

    #[test]
    fn each_way_of_naming_data_is_followed() {
        let named = |name: &str| resolve(DataKind::Comparisons, &DataRef::Name(name.into()), None, &none);
        assert!(named("sample:citations").is_ok());
        assert!(named("sample:nothing").unwrap_err().message.contains("`nothing`"));
        assert_eq!(named("games.csv").unwrap_err().message, "no games.csv");
        let inline = |text: &str, columns: Option<&str>| {
            let data = DataRef::Inline { name: "mine.csv".into(), text: text.into() };
            resolve(DataKind::Comparisons, &data, columns, &none)
        };
        assert!(inline("a,b\nb,a\n", None).is_ok());
        let error = inline("a,b\nc,\n", None).unwrap_err();
        assert_eq!(error.field, "problem.data");
        assert!(error.message.starts_with("mine.csv: line 2"), "{}", error.message);
        assert!(inline("a,b\nb,a\n", Some("loser,winner")).is_ok());
        let error = inline("a,b\nb,a\n", Some("loser,winner,-")).unwrap_err();
        assert_eq!(error.to_string(), "problem.columns: mine.csv: 3 roles are given, and the file has 2 columns");
        assert_eq!(inline("a,b\n", Some("looser")).unwrap_err().field, "problem.columns");
    }
}
