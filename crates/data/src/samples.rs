//! Small real data sets of public facts that come with the program.

use std::borrow::Cow;

use iterscope_core::{DataKind, SampleInfo};

/// A data set that comes with the program.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What it is, and where the facts come from.
    pub info: SampleInfo,
    /// The file, for [`crate::read`].
    pub text: &'static str,
}

#[cfg_attr(not(any(feature = "comparisons", feature = "ratings")), allow(dead_code, reason = "no sample is left"))]
impl Sample {
    const fn new(
        id: &'static str,
        label: &'static str,
        kind: DataKind,
        source: &'static str,
        text: &'static str,
    ) -> Self {
        let (id, label, source) = (Cow::Borrowed(id), Cow::Borrowed(label), Cow::Borrowed(source));
        Sample { info: SampleInfo { id, label, kind, source }, text }
    }

    /// A file name, for messages.
    pub fn file_name(&self) -> String {
        format!("{}.csv", self.info.id)
    }
}

/// All samples, in the order in which they are offered.
pub const SAMPLES: &[Sample] = &[
    #[cfg(feature = "comparisons")]
    Sample::new(
        "world-cup-2022",
        "FIFA World Cup 2022",
        DataKind::Comparisons,
        "All 64 matches of the FIFA World Cup 2022 in Qatar in the order of play, as reported by FIFA; results after extra \
         time, and the five matches decided by penalties count as ties.",
        include_str!("../samples/world-cup-2022.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "citations",
        "Citations among journals of statistics",
        DataKind::Comparisons,
        "S. M. Stigler, Citation patterns in the journals of statistics and probability, Statistical Science 9 (1994) \
         94-108, in the extract of A. Agresti, Categorical Data Analysis, 2nd ed. (2002), p. 448. The cited journal wins \
         against the citing one.",
        include_str!("../samples/citations.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "baseball-1987",
        "Baseball 1987, American League East",
        DataKind::Comparisons,
        "All 273 games of the 1987 season between the seven teams of the Eastern Division of the American League, by home \
         and away: A. Agresti, Categorical Data Analysis, 2nd ed. (2002), section 10.6.",
        include_str!("../samples/baseball-1987.csv"),
    ),
    #[cfg(feature = "ratings")]
    Sample::new(
        "ratings-small",
        "Lawyers' ratings of judges",
        DataKind::Ratings,
        "Mean ratings of 43 state judges of the US Superior Court by lawyers on eleven criteria: New Haven Register, \
         14 January 1977, collected by J. Hartigan; the data set USJudgeRatings of R, without its count of contacts.",
        include_str!("../samples/ratings-small.csv"),
    ),
];

/// The sample of that id.
pub fn sample(id: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.info.id == id)
}
