//! The files that the page handed over, and the data set read last.

use std::collections::BTreeMap;
use std::rc::Rc;

use iterscope_core::{BuildError, DataKind, DataRef, Dataset, Survey};

/// Files by name, and the data set that was read last: typing in a form does not read a file again.
#[derive(Default)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    last: Option<(DataKind, DataRef, Option<String>, Rc<Dataset>)>,
}

impl Files {
    /// Keeps a file, in place of one of the same name.
    pub fn keep(&mut self, name: String, bytes: Vec<u8>) {
        // A new file may stand under an old name.
        self.last = None;
        self.files.insert(name, bytes);
    }

    /// Looks over a table that a person brought. What it says of columns that does not read is passed over here: reading the
    /// data complains of it.
    pub fn survey(&self, kind: DataKind, data: &DataRef, columns: Option<&str>) -> Survey {
        let (name, bytes) = match data {
            DataRef::Inline { name, text } => (name, text.as_bytes()),
            DataRef::Name(name) => (name, self.files.get(name).map_or(&[][..], Vec::as_slice)),
        };
        let columns = columns.and_then(|c| c.parse().ok());
        let failed = |error: iterscope_data::DataError| Survey {
            error: Some(error.to_string()),
            readings: error.readings,
            ..Survey::default()
        };
        iterscope_data::survey(kind, name, bytes, columns.as_ref()).unwrap_or_else(failed)
    }

    /// Reads the data an experiment names, with columns as it says.
    ///
    /// # Errors
    /// At `problem.data`: the file is not here, or does not read. At `problem.columns`: they do not fit.
    pub fn read(&mut self, kind: DataKind, data: &DataRef, columns: Option<&str>) -> Result<Rc<Dataset>, BuildError> {
        if let Some((k, d, c, set)) = &self.last
            && (*k, d, c.as_deref()) == (kind, data, columns)
        {
            return Ok(set.clone());
        }
        let files = &self.files;
        let load = |name: &str| {
            files.get(name).cloned().ok_or_else(|| {
                format!(
                    "the file {name} is not in this page: data stay on the machine they came from; choose the file here"
                )
            })
        };
        let set = Rc::new(iterscope_data::resolve(kind, data, columns, &load)?);
        self.last = Some((kind, data.clone(), columns.map(str::to_owned), set.clone()));
        Ok(set)
    }
}
