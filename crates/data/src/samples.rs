//! Small data sets that come with the program: public facts, and a matrix made for it.

use std::borrow::Cow;

use iterscope_core::{DataKind, SampleInfo};

/// A data set that comes with the program.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What it is, and where the facts come from.
    pub info: SampleInfo,
    text: fn() -> &'static str,
}

impl Sample {
    const fn new(
        id: &'static str,
        label: &'static str,
        kind: DataKind,
        source: &'static str,
        text: fn() -> &'static str,
    ) -> Self {
        let (id, label, source) = (Cow::Borrowed(id), Cow::Borrowed(label), Cow::Borrowed(source));
        Sample { info: SampleInfo { id, label, kind, source }, text }
    }

    /// The file, for [`crate::read`]. A function gives it, so that a list of samples does not bring all of them along.
    pub fn text(&self) -> &'static str {
        (self.text)()
    }

    /// A file name, for messages.
    pub fn file_name(&self) -> String {
        let end = if self.info.kind == DataKind::Matrix { "mtx" } else { "csv" };
        format!("{}.{end}", self.info.id)
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
        || include_str!("../samples/world-cup-2022.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "citations",
        "Citations among journals of statistics",
        DataKind::Comparisons,
        "S. M. Stigler, Citation patterns in the journals of statistics and probability, Statistical Science 9 (1994) \
         94-108, in the extract of A. Agresti, Categorical Data Analysis, 2nd ed. (2002), p. 448. The cited journal wins \
         against the citing one.",
        || include_str!("../samples/citations.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "baseball-1987",
        "Baseball 1987, American League East",
        DataKind::Comparisons,
        "All 273 games of the 1987 season between the seven teams of the Eastern Division of the American League, by home \
         and away: A. Agresti, Categorical Data Analysis, 2nd ed. (2002), section 10.6.",
        || include_str!("../samples/baseball-1987.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "scotland-1994",
        "Football in Scotland 1994-95",
        DataKind::Comparisons,
        "All 180 matches of the Scottish Premier Division 1994-95 with dates, home and away teams and goals, as reported by \
         the Scottish Football League; collected by J. P. Curley, engsoccerdata.",
        || include_str!("../samples/scotland-1994.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "chameleons",
        "Contests of chameleons",
        DataKind::Comparisons,
        "106 contests between 35 male Cape dwarf chameleons, in the order in which they took place: D. M. Stuart-Fox, \
         D. Firth, A. Moussalli, M. J. Whiting, Multiple signals in chameleon contests: designing and analysing animal \
         contests as a tournament, Animal Behaviour 71 (2006) 1263-1271; the data set chameleons of BradleyTerry2.",
        || include_str!("../samples/chameleons.csv"),
    ),
    #[cfg(feature = "comparisons")]
    Sample::new(
        "flavours",
        "Judged strength of flavours",
        DataKind::Comparisons,
        "Which of two has the stronger flavour, nine mixtures of flavour and gel concentrations, each pair judged about 25 \
         times, ties allowed: A. Springall, Response surface fitting using a generalization of the Bradley-Terry paired \
         comparison model, Applied Statistics 22 (1973) 59-68, section 7; the data set springall of BradleyTerry2.",
        || include_str!("../samples/flavours.csv"),
    ),
    #[cfg(feature = "orders")]
    Sample::new(
        "formula-1-2008",
        "Formula One 2008",
        DataKind::Orders,
        "The 18 races of the Formula One World Championship 2008: 22 drivers in the order of the official classification, \
         those who did not finish behind those who did, by distance; data set 00052 of PrefLib, from the Ergast database.",
        || include_str!("../samples/formula-1-2008.csv"),
    ),
    #[cfg(feature = "ratings")]
    Sample::new(
        "ratings-small",
        "Lawyers' ratings of judges",
        DataKind::Ratings,
        "Mean ratings of 43 state judges of the US Superior Court by lawyers on eleven criteria: New Haven Register, \
         14 January 1977, collected by J. Hartigan; the data set USJudgeRatings of R, without its count of contacts.",
        || include_str!("../samples/ratings-small.csv"),
    ),
    #[cfg(feature = "ratings")]
    Sample::new(
        "premier-league-2015",
        "Premier League 2015-16, goals ahead",
        DataKind::Ratings,
        "All 380 matches of the Premier League 2015-16 with their dates, as reported by the league; collected by football.csv. \
         Users are the home teams, items their guests, and a rating is by how many goals the home team won or, below zero, \
         lost.",
        || include_str!("../samples/premier-league-2015.csv"),
    ),
    #[cfg(feature = "table")]
    Sample::new(
        "air-1973",
        "Air in New York 1973",
        DataKind::Table,
        "Ozone (parts per billion), solar radiation (langley), wind (miles per hour) and temperature (degrees Fahrenheit) in \
         New York on 153 days, 44 of 612 values missing: New York State Department of Conservation and National Weather \
         Service, in J. M. Chambers et al., Graphical Methods for Data Analysis (1983); the data set airquality of R.",
        || include_str!("../samples/air-1973.csv"),
    ),
    #[cfg(feature = "matrix")]
    Sample::new(
        "network",
        "Network of conductors",
        DataKind::Matrix,
        "Made for this program: 200 points at random in a square, each wired to its six nearest, conductances spread evenly on a \
         logarithmic scale from 0.1 to 10, and every twentieth point tied to the ground by 0.05. The points are numbered at random.",
        || include_str!("../samples/network.mtx"),
    ),
];

/// The sample of that id.
pub fn sample(id: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.info.id == id)
}
