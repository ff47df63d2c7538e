//! What the words in headers of ratings mean.

use iterscope_core::Role;

use crate::words::plain;

/// Words of headers, without case, spaces, accents' variants and endings such as `id`: who rates, in several languages.
const USERS: &[&str] = &[
    "user",
    "usr",
    "u",
    "person",
    "rater",
    "reviewer",
    "judge",
    "customer",
    "row",
    "reader",
    "member",
    "client",
    "profile",
    "account",
    "author",
    "respondent",
    "participant",
    "student",
    "viewer",
    "listener",
    "consumer",
    "buyer",
    "shopper",
    "guest",
    "visitor",
    "critic",
    "voter",
    "subject",
    "patron",
    "borrower",
    "learner",
    "fan",
    "login",
    "email",
    "nick",
    "nickname",
    "handle",
    "who",
    "nutzer",
    "benutzer",
    "kunde",
    "leser",
    "utilisateur",
    "usuario",
    "utente",
];
/// What is rated.
const ITEMS: &[&str] = &[
    "item",
    "i",
    "movie",
    "film",
    "product",
    "book",
    "isbn",
    "artist",
    "song",
    "track",
    "title",
    "wine",
    "joke",
    "column",
    "col",
    "business",
    "restaurant",
    "asin",
    "parentasin",
    "anime",
    "manga",
    "game",
    "recipe",
    "place",
    "poi",
    "venue",
    "article",
    "show",
    "tvshow",
    "series",
    "album",
    "course",
    "beer",
    "hotel",
    "app",
    "video",
    "dish",
    "shop",
    "store",
    "sku",
    "ean",
    "upc",
    "gtin",
    "podcast",
    "episode",
    "paper",
    "doc",
    "document",
    "url",
    "page",
    "news",
    "offer",
    "drink",
    "toy",
    "event",
    "attraction",
    "destination",
    "location",
    "listing",
    "what",
    "buch",
    "artikel",
    "produkt",
    "spiel",
    "livre",
    "produit",
    "libro",
    "producto",
    "pelicula",
    "película",
];
/// How it is rated.
const RATINGS: &[&str] = &[
    "rating",
    "ratings",
    "score",
    "stars",
    "star",
    "value",
    "grade",
    "points",
    "mark",
    "overall",
    "rate",
    "vote",
    "bewertung",
    "wertung",
    "sterne",
    "punkte",
    "calificacion",
    "calificación",
    "puntuacion",
    "puntuación",
];
/// When.
const TIMES: &[&str] = &[
    "time",
    "timestamp",
    "date",
    "datetime",
    "day",
    "when",
    "unixtime",
    "reviewtime",
    "unixreviewtime",
    "ratedat",
    "createdat",
    "updatedat",
    "reviewdate",
    "ratingdate",
    "ratingtime",
    "tstamp",
    "ts",
    "datum",
    "zeit",
];
/// What may stand behind such a word.
const ENDINGS: &[&str] =
    &["id", "ids", "name", "title", "index", "idx", "number", "num", "no", "nr", "key", "code", "hash", "uuid"];

/// What a word of a header says.
pub(super) fn role(cell: &str) -> Role {
    let word = plain(cell);
    // `bookRating` and `user_stars`, but no `rating_count`.
    let rates = RATINGS.contains(&word.as_str()) || ["rating", "stars", "score"].iter().any(|end| word.ends_with(end));
    if rates {
        return Role::Rating;
    }
    if TIMES.contains(&word.as_str()) {
        return Role::Date;
    }
    let stem = ENDINGS.iter().filter_map(|end| word.strip_suffix(end)).find(|stem| !stem.is_empty()).unwrap_or(&word);
    if USERS.contains(&stem) || USERS.contains(&word.as_str()) {
        Role::User
    } else if ITEMS.contains(&stem) || ITEMS.contains(&word.as_str()) {
        Role::Item
    } else {
        Role::Ignored
    }
}
