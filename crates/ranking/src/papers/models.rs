//! What is claimed of models beyond Bradley and Terry's.

use iterscope_core::{BuildError, Comparisons, Dataset, Encounter, Finding, PaperCheck};

use super::findings;
use crate::test_support::{TestRun, choice, problem};

/// All methods that estimate any model to rounding.
const GENERAL: &[&str] = &[
    "ranking.newton",
    "ranking.coordinate-descent",
    "ranking.gradient",
    "ranking.nesterov",
    "ranking.lbfgs",
    "ranking.lazy-newton",
    "ranking.root-newton",
    "ranking.trust-region",
];

/// The same, and Zermelo's iteration, which has the advantage, too.
const PLACED: &[&str] = &{
    let mut all = ["ranking.zermelo"; GENERAL.len() + 1];
    let mut k = 0;
    while k < GENERAL.len() {
        all[k] = GENERAL[k];
        k += 1;
    }
    all
};

/// The advantage of the home ground in baseball.
pub(crate) const HOME: PaperCheck = PaperCheck {
    id: "ranking.advantage.baseball",
    source: "A. Agresti, Categorical Data Analysis, Wiley 1990, section 10.6 (seven teams of the American League, 1987), to the four \
             digits of H. Turner, D. Firth, Bradley-Terry models in R: the BradleyTerry2 package, J. Stat. Softw. 48(9), 2012",
    methods: PLACED,
    preset: Some("ranking.home-advantage"),
    run: || findings(home()),
};

/// Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore: games won and lost at home against each.
const RESULTS: [[(u32, u32); 7]; 7] = [
    [(0, 0), (4, 3), (4, 2), (4, 3), (6, 1), (4, 2), (6, 0)],
    [(3, 3), (0, 0), (4, 2), (4, 3), (6, 0), (6, 1), (4, 3)],
    [(2, 5), (4, 3), (0, 0), (2, 4), (4, 3), (4, 2), (6, 0)],
    [(3, 3), (5, 1), (2, 5), (0, 0), (4, 3), (4, 2), (6, 1)],
    [(5, 1), (2, 5), (3, 3), (4, 2), (0, 0), (5, 2), (6, 0)],
    [(2, 5), (3, 3), (3, 4), (4, 3), (4, 2), (0, 0), (2, 4)],
    [(2, 5), (1, 5), (1, 6), (2, 4), (1, 6), (3, 4), (0, 0)],
];

fn home() -> Result<Vec<Finding>, BuildError> {
    let mut data = Comparisons { items: (0..7).map(|i| format!("team {i}")).collect(), ..Comparisons::default() };
    for (i, row) in RESULTS.iter().enumerate() {
        for (j, (won, lost)) in row.iter().enumerate() {
            let (home, away) = (i as u32, j as u32);
            for (winner, loser, count, side) in [(home, away, *won, 1), (away, home, *lost, -1)] {
                if count > 0 {
                    data.encounters.push(Encounter { winner, loser, count: f64::from(count), tie: false });
                    data.details.advantage.push(side);
                }
            }
        }
    }
    let data = Dataset::Comparisons(data);
    let mut out = Vec::new();
    let mut solved = |id: &str, advantage: &str, strength: f64, home: f64| -> Result<(), BuildError> {
        let set = problem("ranking.pairwise", &[choice("advantage", advantage)], 0, Some(&data))?;
        let mut run = TestRun::new(&set, id, &[])?;
        run.steps_until("gradient.rel", 1e-12, 3000);
        let strengths = run.strengths(&set);
        let found = libm::log(strengths[0] / strengths[6]);
        let model = if advantage == "off" { "without the advantage" } else { "with the advantage" };
        out.push(Finding::new(format!("{id}: Milwaukee over Baltimore, {model}"), strength, found, 5e-5 / strength));
        if advantage != "off" {
            out.push(Finding::new(
                format!("{id}: advantage of the home ground"),
                home,
                run.value("advantage"),
                5e-5 / home,
            ));
        }
        Ok(())
    };
    for id in PLACED {
        solved(id, "off", 1.5814, 0.0)?;
        solved(id, "estimated", 1.6196, 0.3023)?;
    }
    Ok(out)
}

/// Massey's ratings of five football teams.
pub(crate) const MASSEY: PaperCheck = PaperCheck {
    id: "ranking.massey.five-teams",
    source: "A. N. Langville, C. D. Meyer, Who's #1? The science of rating and ranking, Princeton University Press 2012, chapter 2 \
             (five teams of the Atlantic Coast Conference, 2005)",
    methods: &["ranking.massey"],
    preset: Some("ranking.score-differences"),
    run: || findings(massey()),
};

/// Points of each of Duke, Miami, North Carolina, Virginia and Virginia Tech against those that come after it, and theirs.
const POINTS: [(u32, u32, f64, f64); 10] = [
    (0, 1, 7.0, 52.0),
    (0, 2, 21.0, 24.0),
    (0, 3, 7.0, 38.0),
    (0, 4, 0.0, 45.0),
    (1, 2, 34.0, 16.0),
    (1, 3, 25.0, 17.0),
    (1, 4, 27.0, 7.0),
    (2, 3, 7.0, 5.0),
    (2, 4, 3.0, 30.0),
    (3, 4, 14.0, 52.0),
];

fn massey() -> Result<Vec<Finding>, BuildError> {
    let teams = ["Duke", "Miami", "UNC", "UVA", "VT"];
    let mut data = Comparisons { items: teams.map(String::from).to_vec(), ..Comparisons::default() };
    for (a, b, ours, theirs) in POINTS {
        let (winner, loser) = if ours > theirs { (a, b) } else { (b, a) };
        data.encounters.push(Encounter { winner, loser, count: 1.0, tie: false });
        data.details.margin.push((ours - theirs).abs());
    }
    // The conference had a team that lost all games: maximum likelihood would put it infinitely far away.
    let set = problem("ranking.pairwise", &[], 0, Some(&Dataset::Comparisons(data)))?;
    let mut run = TestRun::new(&set, "ranking.massey", &[])?;
    run.advance(20);
    // Strengths are ratings over the spread, in units of the logistic distribution's standard deviation.
    let unit = run.value("massey.spread") * 3.0_f64.sqrt() / core::f64::consts::PI;
    let ratings = run.strengths(&set);
    let claimed = [-24.8, 18.2, -8.0, -3.4, 18.0];
    let found = |i: usize| libm::log(ratings[i]) * unit;
    Ok((0..5).map(|i| Finding::new(format!("rating of {}", teams[i]), claimed[i], found(i), 1e-9)).collect())
}
