//! What a file holds, by its first bytes: only where that is plain to see.

use iterscope_core::DataKind;

/// Names of columns that only a list of games has.
const GAMES: &[&str] = &["winner", "loser", "home", "away", "home_team", "away_team", "hometeam", "awayteam"];
/// Names of columns for who rates.
const USERS: &[&str] = &["user", "userid", "user_id", "customer", "customer_id", "reviewer", "user-id"];
/// Names of columns for what is rated.
const RATED: &[&str] =
    &["item", "itemid", "item_id", "movie", "movieid", "movie_id", "product", "product_id", "book", "isbn", "track"];
/// Names of columns for the rating itself.
const RATINGS: &[&str] = &["rating", "ratings", "stars", "score", "book-rating"];

/// The kind of data in a file, from its name and its first bytes.
pub fn recognise(name: &str, start: &[u8]) -> Option<DataKind> {
    if start.starts_with(b"\x89PNG\r\n\x1a\n") || start.starts_with(b"\xff\xd8\xff") {
        return Some(DataKind::Image);
    }
    if start.is_empty() && [".png", ".jpg", ".jpeg"].iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
        return Some(DataKind::Image);
    }
    let text = String::from_utf8_lossy(start);
    let header = text.trim_start_matches('\u{feff}').lines().next()?.to_lowercase();
    let columns: Vec<&str> =
        header.split([',', ';', '\t', '|']).map(|c| c.trim().trim_matches('"')).filter(|c| !c.is_empty()).collect();
    let has = |names: &[&str]| columns.iter().any(|c| names.contains(c));
    match () {
        () if has(USERS) && (has(RATED) || has(RATINGS)) || has(RATED) && has(RATINGS) => Some(DataKind::Ratings),
        () if columns.iter().filter(|c| GAMES.contains(c)).count() >= 2 => Some(DataKind::Comparisons),
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
        assert_eq!(kind("\u{feff}userId,movieId,rating,timestamp\n1,31,2.5,1\n"), Some(DataKind::Ratings));
        assert_eq!(kind("\"user\"\t\"item\"\t\"stars\"\n"), Some(DataKind::Ratings));
        assert_eq!(recognise("a", b"\x89PNG\r\n\x1a\n...."), Some(DataKind::Image));
    }

    #[test]
    fn what_is_not_plain_is_left_open() {
        for text in ["", "1,2,3\n4,5,6\n", "Ada,Ben,Cleo\n", "time,a,b\n1,2,3\n", "home,price\n1,2\n", "a sentence\n"] {
            assert_eq!(recognise("a.csv", text.as_bytes()), None, "{text}");
        }
    }
}
