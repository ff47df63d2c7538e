//! From what an experiment names to data.

use iterscope_core::{BuildError, DataKind, DataRef, Dataset};

use crate::{read, sample};

/// Reads the data an experiment names: a sample, inline text, or a file that `load` brings.
///
/// # Errors
/// At `problem.data`: there is no such sample or file, or it does not read; the message begins with the name.
pub fn resolve(
    kind: DataKind,
    data: &DataRef,
    load: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Dataset, BuildError> {
    let error = |message: String| BuildError::new("problem.data", message);
    let read = |name: &str, bytes: &[u8]| read(kind, name, bytes).map_err(|e| error(format!("{name}: {e}")));
    match data {
        DataRef::Inline { name, text } => read(name, text.as_bytes()),
        DataRef::Name(name) => match name.strip_prefix("sample:") {
            Some(id) => {
                let found = sample(id).filter(|s| s.info.kind == kind);
                let found = found.ok_or_else(|| error(format!("no sample of this kind is called `{id}`")))?;
                read(&found.file_name(), found.text.as_bytes())
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
        let named = |name: &str| resolve(DataKind::Comparisons, &DataRef::Name(name.into()), &none);
        assert!(named("sample:citations").is_ok());
        assert!(named("sample:nothing").unwrap_err().message.contains("`nothing`"));
        assert_eq!(named("games.csv").unwrap_err().message, "no games.csv");
        let inline = |text: &str| {
            let data = DataRef::Inline { name: "mine.csv".into(), text: text.into() };
            resolve(DataKind::Comparisons, &data, &none)
        };
        assert!(inline("a,b\nb,a\n").is_ok());
        let error = inline("a,b\nc,c\n").unwrap_err();
        assert_eq!(error.field, "problem.data");
        assert!(error.message.starts_with("mine.csv: line 2"), "{}", error.message);
    }
}
