//! What a file holds, by its first bytes: only where that is plain to see.

use iterscope_core::DataKind;

/// Names of columns that only a list of games has, as all names here without case, blanks and punctuation.
const GAMES: &[&str] = &["winner", "loser", "home", "away", "hometeam", "awayteam", "modela", "modelb"];
/// Names of columns for who rates.
const USERS: &[&str] = &["user", "userid", "customer", "customerid", "reviewer", "reviewerid"];
/// Names of columns for what is rated.
const RATED: &[&str] = &["item", "itemid", "movie", "movieid", "product", "productid", "book", "isbn", "asin", "track"];
/// Names of columns for the rating itself.
const RATINGS: &[&str] = &["rating", "ratings", "stars", "score", "overall", "bookrating"];

/// The first bytes of pictures, also of those that the page cannot read: the reader says how to save them.
const PICTURES: &[&[u8]] = &[b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"];
/// The first bytes of arrays, of tables of other programs, and of what only its reader refuses by name.
const TABLES: &[&[u8]] = &[
    b"\x93NUMPY",
    b"MATLAB 5.0",
    b"PK\x03\x04",
    b"PAR1",
    b"\xd0\xcf\x11\xe0",
    b"\x89HDF",
    b"#1.2",
    b"#1.3",
    b"!Series_",
];

fn begins(all: &[&[u8]], start: &[u8]) -> bool {
    all.iter().any(|magic| start.starts_with(magic))
}

/// What a problem that reads no tables can say of a file that is none of text: arrays may hold ratings too, and archives anything.
pub fn recognise_tables(start: &[u8]) -> Option<DataKind> {
    begins(TABLES, start).then_some(DataKind::Table)
}

/// What texts of some layouts begin with.
fn layout(text: &str) -> Option<DataKind> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    let first = lines.next()?.trim_end();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match () {
        () if first.starts_with('[') && first.ends_with("\"]") && first.contains(" \"") => Some(DataKind::Comparisons),
        () if matches!(first.get(..4), Some("001 " | "012 " | "022 ")) => Some(DataKind::Comparisons),
        () if first.starts_with("# FILE NAME:") => {
            let games = [".wmd", ".tog"].iter().any(|end| first.ends_with(end));
            Some(if games { DataKind::Comparisons } else { DataKind::Orders })
        }
        () if first.strip_suffix(':').is_some_and(digits) => {
            lines.next().is_some_and(|line| line.split(',').count() == 3).then_some(DataKind::Ratings)
        }
        () if first.to_lowercase().starts_with("@relation") => Some(DataKind::Table),
        () => None,
    }
}

/// The kind of data in a file, from its name and its first bytes.
pub fn recognise(name: &str, start: &[u8]) -> Option<DataKind> {
    let film = start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP");
    let bitmap = start.starts_with(b"BM") && start.get(6..10) == Some(&[0; 4]);
    if begins(PICTURES, start) || film || bitmap {
        return Some(DataKind::Image);
    }
    if start.is_empty() && [".png", ".jpg", ".jpeg"].iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
        return Some(DataKind::Image);
    }
    let text = String::from_utf8_lossy(start);
    if let Some(kind) = layout(&text) {
        return Some(kind);
    }
    let header = text.trim_start_matches('\u{feff}').lines().next()?.to_lowercase();
    // The keys of objects are in quotes before a colon; of lists of objects those of the first are looked at.
    let json = header.trim_start_matches(['[', ' ']).starts_with("{\"");
    fn key(c: &str) -> &str {
        c.split("\":").next().unwrap_or_default()
    }
    let columns: Vec<String> = header
        .split([',', ';', '\t', '|'])
        .map(|c| if json { key(c) } else { c })
        .map(|c| c.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
        .filter(|c| !c.is_empty())
        .collect();
    let has = |names: &[&str]| columns.iter().any(|c| names.contains(&c.as_str()));
    match () {
        () if has(USERS) && (has(RATED) || has(RATINGS)) || has(RATED) && has(RATINGS) => Some(DataKind::Ratings),
        () if columns.iter().filter(|c| GAMES.contains(&c.as_str())).count() >= 2 => Some(DataKind::Comparisons),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_games_from_ratings() {
        let kind = |text: &str| recognise("a.csv", text.as_bytes());
        assert_eq!(kind("winner,loser\nAda,Ben\n"), Some(DataKind::Comparisons));
        assert_eq!(kind("date;Home_Team;Away_Team;FTHG\n"), Some(DataKind::Comparisons));
        assert_eq!(kind("Matchday,Home Team,\"Away Team\",Result\n"), Some(DataKind::Comparisons));
        assert_eq!(kind("\u{feff}userId,movieId,rating,timestamp\n1,31,2.5,1\n"), Some(DataKind::Ratings));
        assert_eq!(kind("\"user\"\t\"item\"\t\"stars\"\n"), Some(DataKind::Ratings));
        assert_eq!(recognise("a", b"\x89PNG\r\n\x1a\n...."), Some(DataKind::Image));
    }

    #[test]
    fn files_of_other_programs_are_told_by_their_beginning() {
        let kind = |start: &[u8]| recognise("a", start);
        for start in [&b"GIF89a"[..], b"II*\0\x08", b"RIFF\x10\0\0\0WEBPVP8L", b"BM\x46\0\0\0\0\0\0\0\x36"] {
            assert_eq!(kind(start), Some(DataKind::Image), "{start:?}");
        }
        for start in
            [&b"\x93NUMPY\x01"[..], b"MATLAB 5.0 MAT-file", b"PK\x03\x04", b"#1.2\n40\t10\n", b"!Series_title\n"]
        {
            assert_eq!((kind(start), recognise_tables(start)), (None, Some(DataKind::Table)), "{start:?}");
        }
        let text = |text: &str| kind(text.as_bytes());
        for games in [
            "[Event \"Club\"]\n[White \"Abel\"]\n",
            "012 Open\n",
            "# FILE NAME: a.wmd\n",
            "[{\"model_a\": \"x\", \"model_b\": \"y\", \"winner\": \"model_a\"}]",
        ] {
            assert_eq!(text(games), Some(DataKind::Comparisons), "{games}");
        }
        assert_eq!(text("# FILE NAME: a.soi\n"), Some(DataKind::Orders));
        assert_eq!(text("7:\n15,3,2005-04-01\n"), Some(DataKind::Ratings));
        let review = "{\"reviewerID\": \"a\", \"asin\": \"b\", \"overall\": 5.0}\n";
        assert_eq!(text(review), Some(DataKind::Ratings));
    }

    #[test]
    fn what_is_not_plain_is_left_open() {
        for text in ["", "1,2,3\n4,5,6\n", "Ada,Ben,Cleo\n", "time,a,b\n1,2,3\n", "home,price\n1,2\n", "a sentence\n"] {
            assert_eq!(recognise("a.csv", text.as_bytes()), None, "{text}");
        }
    }
}
