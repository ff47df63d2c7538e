//! Files that hold a table and are no text: a lone file in an archive is taken out of it; for all others it is said how to
//! save them as text.

use crate::DataError;
use crate::error::quoted;
use crate::zip;

/// What is in the only file of an archive; `None` where the file is no archive, or one of arrays.
///
/// # Errors
/// It is a workbook, a database or a file of columns, an archive of several files, or damaged.
pub(crate) fn unpacked(name: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>, DataError> {
    let refuse = |what: &str, how: &str| Err(DataError::file(format!("{} is {what}: {how}", quoted(name))));
    if bytes.starts_with(b"PAR1") {
        return refuse(
            "a Parquet file",
            "write it as CSV, in Python by pandas.read_parquet(name).to_csv(name + '.csv'), in R by write.csv(arrow::read_parquet(name))",
        );
    }
    if bytes.starts_with(b"ARROW1\0") {
        return refuse(
            "a Feather file",
            "write it as CSV, in Python by pandas.read_feather(name).to_csv(name + '.csv'), in R by write.csv(arrow::read_feather(name))",
        );
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return refuse("an old workbook of Excel", "open it there, choose File, Save As, and the type CSV UTF-8");
    }
    if !zip::is_zip(bytes) {
        return Ok(None);
    }
    // What only begins like one is refused as what it pretends to be.
    let Ok(entries) = zip::entries(bytes) else { return Ok(None) };
    let has = |part: &str| entries.iter().any(|e| e.name == part);
    if has("xl/workbook.xml") || has("xl/workbook.bin") {
        return refuse("a workbook of Excel", "open it there, choose File, Save As, and the type CSV UTF-8");
    }
    if has("content.xml") && has("mimetype") {
        return refuse("a document of LibreOffice", "open it there, choose File, Save As, and the type Text CSV");
    }
    if has("Index/Document.iwa") {
        return refuse("a document of Numbers", "open it there and choose File, Export To, CSV");
    }
    if entries.iter().any(|e| e.name.ends_with(".npy")) {
        return Ok(None);
    }
    // Systems leave notes of their own beside the files.
    let kept: Vec<&zip::Entry> = entries
        .iter()
        .filter(|e| !e.name.starts_with("__MACOSX/") && !e.name.rsplit('/').next().unwrap_or("").starts_with('.'))
        .collect();
    match kept[..] {
        [] => Err(DataError::file(format!("{} is an archive with nothing in it", quoted(name)))),
        [only] => Ok(Some(only.open()?.into_owned())),
        _ => {
            let names: Vec<String> = kept.iter().take(5).map(|e| quoted(&e.name)).collect();
            let message = format!(
                "{} is an archive of {} files ({}): bring one of them",
                quoted(name),
                kept.len(),
                names.join(", ")
            );
            Err(DataError::file(message))
        }
    }
}
