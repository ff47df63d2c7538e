//! What each kind of table does with text, and what is common to all of them.

use iterscope_core::{Columns, DataKind, Dataset, Remark, Role, Survey, SurveyColumn};

use crate::DataError;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::{Form, Sheet};
use crate::source::Source;

/// How many cells of a column are shown, and how many characters of each.
const SHOWN: (usize, usize) = (8, 60);

/// How a kind of table is read.
pub(crate) struct TableReader {
    pub form: Form,
    /// Finds the rows.
    pub open: for<'a> fn(&'a str, &Form) -> Result<Sheet<'a>, DataError>,
    /// Finds out what the columns are for.
    pub guess: fn(&Sheet, &Report) -> Result<Layout, DataError>,
    /// Whether roles that a person chose are enough, or what is missing.
    pub check: fn(&[Role]) -> Result<(), &'static str>,
    /// Reads the rows.
    pub read: fn(&Sheet, &Layout, &mut Report) -> Result<Dataset, DataError>,
}

impl TableReader {
    fn layout(&self, kind: DataKind, sheet: &Sheet, report: &Report) -> Result<Layout, DataError> {
        let said = &report.said;
        if said.roles.is_empty() {
            return (self.guess)(sheet, report)
                .map_err(|e| DataError { message: format!("{}{}", e.message, sheet.hint), ..e });
        }
        let layout = Layout::given(kind, sheet, &self.form, said)?;
        (self.check)(&layout.roles).map_err(DataError::columns)?;
        Ok(layout)
    }

    /// Reads a text as columns that are guessed, or as a person says.
    pub fn read(&self, kind: DataKind, source: &Source, said: Option<&Columns>) -> Result<Dataset, DataError> {
        let sheet = Sheet::of(source, &self.form, self.open, said)?;
        let mut report = Report::of(said);
        report.remarks.extend(source.remarks.iter().cloned());
        let layout = self.layout(kind, &sheet, &report).map_err(DataError::in_file)?;
        self.rows(&sheet, &layout, &mut report).map_err(DataError::in_file)
    }

    fn rows(&self, sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Dataset, DataError> {
        let source_remarks = report.remarks.len();
        let mut data = (self.read)(sheet, layout, report)?;
        report.finish();
        // What the file is comes first, then what its columns are for.
        let at = source_remarks.min(report.remarks.len());
        report.remarks.splice(at..at, sheet.remarks.iter().chain(&layout.remarks).cloned());
        *remarks_of(&mut data) = report.remarks.clone();
        Ok(data)
    }

    /// Looks a text over.
    pub fn survey(&self, kind: DataKind, source: &Source, said: Option<&Columns>) -> Result<Survey, DataError> {
        let sheet = Sheet::of(source, &self.form, self.open, said)?;
        let mut report = Report::of(said);
        report.remarks.extend(source.remarks.iter().cloned());
        let found = self.layout(kind, &sheet, &report);
        let (layout, result) = match found {
            Ok(layout) => {
                let result = self.rows(&sheet, &layout, &mut report);
                (layout, result)
            }
            Err(error) => {
                let said = said.filter(|said| !said.roles.is_empty());
                let layout = Layout {
                    roles: said.map(|s| s.roles.clone()).unwrap_or_default(),
                    header: said.is_none_or(|s| s.header.unwrap_or(true)),
                    more: said.is_some_and(|s| s.more),
                    ..Layout::default()
                };
                (layout, Err(error))
            }
        };
        let mut survey = Survey {
            delimiter: sheet.delimiter.to_owned(),
            header: layout.header,
            columns: preview(&sheet, &layout),
            rows: report.rows,
            left_out: report.named,
            left_out_rows: report.left_out,
            remarks: report.remarks,
            ..Survey::default()
        };
        match result {
            Ok(data) => survey.summary = summary(&data),
            Err(error) => {
                let error = error.in_file();
                survey.error = Some(error.to_string());
                survey.readings = error.readings;
            }
        }
        Ok(survey)
    }
}

fn preview(sheet: &Sheet, layout: &Layout) -> Vec<SurveyColumn> {
    let mut columns: Vec<SurveyColumn> = Vec::new();
    let mut rows = sheet.rows();
    let short = |text: &str| text.chars().take(SHOWN.1).collect::<String>();
    let mut left = SHOWN.0 + usize::from(layout.header);
    let mut first = true;
    while left > 0
        && let Ok(Some(row)) = rows.next()
    {
        left -= 1;
        while columns.len() < row.len() {
            let role = layout.role(columns.len());
            // Rows above it were shorter.
            let cells = columns.first().map_or(0, |c| c.cells.len());
            columns.push(SurveyColumn { name: String::new(), role, cells: vec![String::new(); cells] });
        }
        for (i, column) in columns.iter_mut().enumerate() {
            if first && layout.header {
                column.name = short(row.get(i));
            } else {
                column.cells.push(short(row.get(i)));
            }
        }
        first = false;
    }
    columns
}

pub(crate) fn remarks_of(data: &mut Dataset) -> &mut Vec<Remark> {
    match data {
        Dataset::Comparisons(d) => &mut d.remarks,
        Dataset::Orders(d) => &mut d.remarks,
        Dataset::Ratings(d) => &mut d.remarks,
        Dataset::Table(d) => &mut d.remarks,
        Dataset::Matrix(d) => &mut d.remarks,
        Dataset::Image(d) => &mut d.remarks,
    }
}

/// What was read, in one line.
pub(crate) fn summary(data: &Dataset) -> String {
    match data {
        Dataset::Comparisons(d) => {
            let games: f64 = d.encounters.iter().map(|e| e.count).sum();
            format!("{games} games between {} items", d.items.len())
        }
        Dataset::Orders(d) => format!("{} orders of {} items", d.orders.len(), d.items.len()),
        Dataset::Ratings(d) => {
            format!("{} ratings of {} items by {} users", d.entries.len(), d.items.len(), d.users.len())
        }
        Dataset::Table(d) => {
            let holes = d.values.iter().filter(|v| v.is_nan()).count();
            format!("{} rows, {} columns, {holes} holes", d.rows.len(), d.columns.len())
        }
        Dataset::Matrix(d) => format!("{0} x {0} with {1} entries", d.side, d.entries.len()),
        Dataset::Image(d) => format!("{} x {} pixels", d.width, d.height),
    }
}
