//! Answers to people: text, tables and plots as data. `iterscope-report` turns them into pages, pictures and files.

use crate::artifact::Cell;
use crate::{Experiment, Scale};

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Its parts, in the order in which they are read.
    pub blocks: Vec<Block>,
}

/// One part of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A table.
    Table(ReportTable),
    /// A plot.
    Plot(Plot),
}

/// A table to be read, sorted and taken away.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportTable {
    /// What it shows, in one sentence.
    pub caption: String,
    /// Headings with what the column holds.
    pub columns: Vec<Heading>,
    /// Rows, each as long as `columns`. A real number that is not finite is shown as a dash.
    pub rows: Vec<Vec<Cell>>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Text.
    pub label: String,
    /// Significant digits of real numbers as they are shown; files have all of them.
    pub digits: u8,
}

impl Heading {
    /// A heading whose real numbers are shown with `digits` significant digits.
    pub fn new(label: impl Into<String>, digits: u8) -> Self {
        Heading { label: label.into(), digits }
    }
}

/// A plot of marks over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// What it shows, in one sentence.
    pub caption: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, the first at the bottom.
    pub marks: Vec<Mark>,
}

/// An axis; its range is that of the marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures and in which unit; empty for none.
    pub label: String,
    /// Its scale. What a logarithmic axis cannot show is left out.
    pub scale: Scale,
    /// Names at 0, 1, 2, ...; empty for numbers.
    pub names: Vec<String>,
    /// The smallest value is on the right, or at the top.
    pub flipped: bool,
    /// No line, no ticks: the coordinates mean nothing.
    pub bare: bool,
    /// Of a logarithmic axis: ticks at powers of two.
    pub doublings: bool,
}

impl Axis {
    /// A linear axis of numbers.
    pub fn linear(label: impl Into<String>) -> Self {
        Axis {
            label: label.into(),
            scale: Scale::Linear,
            names: Vec::new(),
            flipped: false,
            bare: false,
            doublings: false,
        }
    }
    /// A logarithmic axis.
    pub fn log(label: impl Into<String>) -> Self {
        Axis { scale: Scale::Log, ..Axis::linear(label) }
    }
    /// A logarithmic axis with ticks at powers of two.
    pub fn log2(label: impl Into<String>) -> Self {
        Axis { doublings: true, ..Axis::log(label) }
    }
    /// Names at 0, 1, 2, ...; a vertical axis has the first at the top.
    pub fn named(label: impl Into<String>, names: Vec<String>) -> Self {
        Axis { names, flipped: true, ..Axis::linear(label) }
    }
    /// Coordinates without a meaning.
    pub fn bare() -> Self {
        Axis { bare: true, ..Axis::linear("") }
    }
    /// The smallest value is on the right, or at the top.
    #[must_use]
    pub fn flipped(mut self) -> Self {
        self.flipped = true;
        self
    }
}

/// What is drawn. All lists of one mark have the same length unless it says otherwise; a point with a coordinate that is not
/// finite is left out and breaks a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// For the legend; empty for none.
        label: String,
        /// Abscissas.
        x: Vec<f64>,
        /// Ordinates.
        y: Vec<f64>,
        /// Colour, as runs are coloured; from 6 on they repeat.
        tone: usize,
        /// Theory, not data.
        dashed: bool,
    },
    /// Points.
    Points {
        /// For the legend; empty for none.
        label: String,
        /// Abscissas.
        x: Vec<f64>,
        /// Ordinates.
        y: Vec<f64>,
        /// What each point is, shown when it is pointed at; empty for none.
        names: Vec<String>,
        /// Colour of each point, or one colour for all of them.
        tones: Vec<usize>,
        /// Names are written beside the points.
        named: bool,
    },
    /// Horizontal intervals with a mid point, such as estimates of named items.
    Intervals {
        /// For the legend; empty for none.
        label: String,
        /// Ordinates.
        at: Vec<f64>,
        /// Left ends.
        low: Vec<f64>,
        /// Mid points.
        mid: Vec<f64>,
        /// Right ends.
        high: Vec<f64>,
        /// Colour.
        tone: usize,
    },
    /// Lines between two points each, such as the edges of a graph.
    Edges {
        /// `(x, y)` where they start.
        from: Vec<(f64, f64)>,
        /// `(x, y)` where they end.
        to: Vec<(f64, f64)>,
        /// Width of each line, 1 being normal.
        weight: Vec<f64>,
        /// Colour.
        tone: usize,
    },
    /// The area between two lines.
    Band {
        /// For the legend; empty for none.
        label: String,
        /// Abscissas.
        x: Vec<f64>,
        /// Lower line.
        low: Vec<f64>,
        /// Upper line.
        high: Vec<f64>,
        /// Colour.
        tone: usize,
    },
    /// Points that open experiments, over the curve that goes through them.
    Doors {
        /// Abscissas.
        x: Vec<f64>,
        /// Ordinates.
        y: Vec<f64>,
        /// What each point is, shown when it is pointed at.
        names: Vec<String>,
        /// What each point opens.
        opens: Vec<Option<Experiment>>,
        /// Colour.
        tone: usize,
    },
    /// A grid of coloured cells, cell `(row, column)` at `(x[column], y[row])`; cells end half-way to their neighbours.
    Heat {
        /// Middles of the columns.
        x: Vec<f64>,
        /// Middles of the rows.
        y: Vec<f64>,
        /// `y.len() * x.len()` values, row by row; NaN is not there yet.
        values: Vec<f64>,
        /// What the colour means.
        label: String,
        /// How values become colours.
        scale: Scale,
        /// What each cell is, shown when it is pointed at; empty for the value alone.
        names: Vec<String>,
        /// An experiment for each cell that opens one, row by row; empty for none.
        opens: Vec<Option<Experiment>>,
    },
    /// A vertical or horizontal line across the plot.
    Rule {
        /// Beside the line.
        label: String,
        /// Where.
        at: f64,
        /// Vertical, at an abscissa.
        vertical: bool,
    },
    /// The line on which both coordinates are equal.
    Diagonal,
}

impl Report {
    /// The tables.
    pub fn tables(&self) -> impl Iterator<Item = &ReportTable> {
        self.blocks.iter().filter_map(|b| if let Block::Table(table) = b { Some(table) } else { None })
    }
    /// The plots.
    pub fn plots(&self) -> impl Iterator<Item = &Plot> {
        self.blocks.iter().filter_map(|b| if let Block::Plot(plot) = b { Some(plot) } else { None })
    }
    /// The paragraphs.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(|b| if let Block::Text(text) = b { Some(text.as_str()) } else { None })
    }
    /// Adds a paragraph.
    pub fn say(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }
    /// Adds a table.
    pub fn table(&mut self, table: ReportTable) {
        self.blocks.push(Block::Table(table));
    }
    /// Adds a plot.
    pub fn plot(&mut self, plot: Plot) {
        self.blocks.push(Block::Plot(plot));
    }
}
