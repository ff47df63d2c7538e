//! Hand-made tables: what is read, and the exact words for what is wrong.

use iterscope_core::{Comparisons, DataKind, Dataset, Ratings};
use iterscope_data::{DataError, read};

fn comparisons(text: impl AsRef<[u8]>) -> Result<Comparisons, DataError> {
    match read(DataKind::Comparisons, "games.csv", text.as_ref(), None)? {
        Dataset::Comparisons(data) => Ok(data),
        other => panic!("{other:?}"),
    }
}

fn ratings(text: impl AsRef<[u8]>) -> Result<Ratings, DataError> {
    match read(DataKind::Ratings, "ratings.csv", text.as_ref(), None)? {
        Dataset::Ratings(data) => Ok(data),
        other => panic!("{other:?}"),
    }
}

/// Games as `winner>loser*count` or `first=second*count`.
fn games(text: impl AsRef<[u8]>) -> Vec<String> {
    let data = comparisons(text).unwrap();
    let name = |i: u32| &data.items[i as usize];
    let sign = |tie| if tie { '=' } else { '>' };
    data.encounters.iter().map(|e| format!("{}{}{}*{}", name(e.winner), sign(e.tie), name(e.loser), e.count)).collect()
}

/// Ratings as `user/item:value`.
fn entries(text: &str) -> Vec<String> {
    let data = ratings(text).unwrap();
    let (users, items) = (&data.users, &data.items);
    data.entries.iter().map(|e| format!("{}/{}:{}", users[e.user as usize], items[e.item as usize], e.value)).collect()
}

#[test]
fn shapes_of_comparisons() {
    let cases: [(&str, &[&str]); 27] = [
        ("Ann,Bob\nBob,Cid\n", &["Ann>Bob*1", "Bob>Cid*1"]),
        ("Ann,Bob", &["Ann>Bob*1"]),
        ("winner,loser\nAnn,Bob\n", &["Ann>Bob*1"]),
        ("LOSER;Winner\r\nAnn;Bob\r\n", &["Bob>Ann*1"]),
        ("Winner\tLoser\tCount\nAnn\tBob\t3\n", &["Ann>Bob*3"]),
        ("Ann|Bob|3\nBob|Ann|1\n", &["Ann>Bob*3", "Bob>Ann*1"]),
        ("Ann;Bob;2,5\nBob;Ann;1\n", &["Ann>Bob*2.5", "Bob>Ann*1"]),
        ("n,loser,winner\n2,Ann,Bob\n", &["Bob>Ann*2"]),
        ("a,b,outcome\nAnn,Bob,a\nAnn,Bob,b\nAnn,Bob,tie\n", &["Ann>Bob*1", "Bob>Ann*1", "Ann=Bob*1"]),
        ("Ann,Bob,A\nAnn,Bob,B\nAnn,Bob,Draw\n", &["Ann>Bob*1", "Bob>Ann*1", "Ann=Bob*1"]),
        ("Ann,Bob,1\nAnn,Bob,0\nAnn,Bob,0.5\n", &["Ann>Bob*1", "Bob>Ann*1", "Ann=Bob*1"]),
        ("Ann,Bob,0\nAnn,Bob,3\n", &["Ann>Bob*3"]),
        ("Ann,Bob,Bob\nBob,Cid,Bob\n", &["Bob>Ann*1", "Bob>Cid*1"]),
        ("player1,player2,winner\nAnn,Bob,Bob\nAnn,Bob,tie\n", &["Bob>Ann*1", "Ann=Bob*1"]),
        ("Player 1;Player_2;Result\nAnn;Bob;0,5\nAnn;Bob;1\n", &["Ann=Bob*1", "Ann>Bob*1"]),
        ("home,away,ftr\nAnn,Bob,H\nAnn,Bob,D\nAnn,Bob,A\n", &["Ann>Bob*1", "Ann=Bob*1", "Bob>Ann*1"]),
        ("home,away,outcome,count\nAnn,Bob,home,4\nAnn,Bob,away,3\n", &["Ann>Bob*4", "Bob>Ann*3"]),
        ("date,white,black,result\n2020-01-01,Ann,Bob,1-0\n,Bob,Ann,½-½\n", &["Ann>Bob*1", "Bob=Ann*1"]),
        ("a,b,outcome\nAnn,Bob,3-1\nAnn,Bob,0:2\nAnn,Bob,1 - 1\n", &["Ann>Bob*1", "Bob>Ann*1", "Ann=Bob*1"]),
        ("Sieger,Verlierer,Anzahl\nAnn,Bob,3\n", &["Ann>Bob*3"]),
        ("Eins,Zwei,Ausgang\nAnn,Bob,tie\n", &["Ann=Bob*1"]),
        ("\u{feff}winner,loser\nAnn,Bob\n", &["Ann>Bob*1"]),
        ("sep=;\nwinner;loser\nA,nn;Bob\n", &["A,nn>Bob*1"]),
        ("\"Smith, J.\",\"O\"\"Neil\"\n", &["Smith, J.>O\"Neil*1"]),
        ("  Ann , Bob \n\n   \n,\nBob,Ann\n", &["Ann>Bob*1", "Bob>Ann*1"]),
        ("a,b,2\nb,a,4\n", &["a>b*2", "b>a*4"]),
        ("winner,loser\r<script>alert(1)</script>,\u{202e}الف\r", &["<script>alert(1)</script>>\u{202e}الف*1"]),
    ];
    for (text, expected) in cases {
        assert_eq!(games(text), expected, "{text:?}");
    }
}

#[test]
fn wrong_comparisons() {
    let cases: [(&str, &str); 37] = [
        ("", "the file is empty; expected rows of winner,loser[,count] or a,b,outcome"),
        (" \r\n\n", "the file is empty; expected rows of winner,loser[,count] or a,b,outcome"),
        ("\u{feff}", "the file is empty; expected rows of winner,loser[,count] or a,b,outcome"),
        (",,\n,,\n", "the file has only empty rows; expected rows of winner,loser[,count] or a,b,outcome"),
        (
            "winner,loser\n",
            "the file has a header and no rows below it; expected rows of winner,loser[,count] or a,b,outcome",
        ),
        (
            "a,b,outcome",
            "the file has a header and no rows below it; expected rows of winner,loser[,count] or a,b,outcome",
        ),
        (
            "\nAnn\nBob\n",
            "line 2: found only one column (`Ann`); expected winner,loser[,count] or a,b,outcome, with the columns separated by a comma, a semicolon, a tab or |",
        ),
        (
            "Ann:Bob:1\nBob:Ann:2\n",
            "line 1: found only one column (`Ann:Bob:1`); expected winner,loser[,count] or a,b,outcome, with the columns separated by a comma, a semicolon, a tab or |",
        ),
        ("Ann,Ann\n", "no games are left: all 1 were left out, most because its item is held against itself"),
        ("Ann,Bob\n,Bob\n", "line 2, column 1: the name is empty; expected the name of a player"),
        ("Ann,Bob\nAnn, \n", "line 2, column 2: the name is empty; expected the name of a player"),
        (
            "winner,loser,count\nAnn,Bob,-2\n",
            "line 2, column 3: the count -2 is negative; expected how often it happened, such as 3",
        ),
        (
            "Ann,Bob,2\r\nAnn,Bob,NaN\r\n",
            "line 2, column 3: the count `NaN` is not finite; expected how often it happened, such as 3",
        ),
        (
            "Ann,Bob,2\nAnn,Bob,inf\n",
            "line 2, column 3: the count `inf` is not finite; expected how often it happened, such as 3",
        ),
        (
            "Ann,Bob,2\nAnn,Bob,1e999\n",
            "line 2, column 3: the count `1e999` is not finite; expected how often it happened, such as 3",
        ),
        ("Ann,Bob,2\nAnn,Bob,\n", "line 2, column 3: the count is empty; expected how often it happened, such as 3"),
        ("Ann,Bob,2\nAnn,Bob,two\n", "line 2, column 3: found `two`; expected how often it happened, such as 3"),
        (
            "winner,loser,count\nAnn,Bob,1.000,5\n",
            "line 2, column 4: found 4 columns where line 1 has 3; every row needs the same columns, and a name that contains a comma needs quotes around it",
        ),
        (
            "Ann;Bob\nBob\n",
            "line 2, column 2: found 1 column where line 1 has 2; every row needs the same columns, and a name that contains a semicolon needs quotes around it",
        ),
        (
            "Ann\tBob\n\nBob\tCid\tDan\n",
            "line 3, column 3: found 3 columns where line 1 has 2; every row needs the same columns, and a name that contains a tab needs quotes around it",
        ),
        (
            "Ann,Bob,0\nAnn,Bob,0\nBob,Ann,0\nx,y,2\nx,y,-1",
            "line 5, column 3: the count -1 is negative; expected how often it happened, such as 3. Say which, by the columns `codes=signed;plain;first,second,outcome` (the numbers say who won: above 0 the first, below the second)",
        ),
        ("winner,loser,count\nAnn,Bob,0\n", "no games are left: all 1 were left out, most because its count is 0"),
        (
            "a,b,outcome\nAnn,Bob,c\n",
            "line 2, column 3: found `c`; expected a, b or tie (or 1, 0, 0.5, a score such as 3-1, or the winner's name)",
        ),
        ("a,b,outcome\nAnn,Bob,\n", "no games are left: all 1 were left out, most because it has no outcome"),
        (
            "a,b,outcome\nAnn,Bob,3\n",
            "line 2, column 3: found `3`; expected a, b or tie (or 1, 0, 0.5, a score such as 3-1, or the winner's name)",
        ),
        (
            "a,b,outcome\nAnn,Bob,-3--1\n",
            "line 2, column 3: found `-3--1`; expected a, b or tie (or 1, 0, 0.5, a score such as 3-1, or the winner's name)",
        ),
        (
            "home,away,result\nAnn,Bob,a\n",
            "line 2, column 3: `a` may mean the first player or the away team: write home, away or tie. Say which, by the columns `letter-a=away` (`a` is the away team), or `letter-a=first` (`a` is the first)",
        ),
        (
            "home,away,result\nAnn,Bob,b\nAnn,Bob,home\n",
            "line 2, column 3: both `b` and signs for home or away are used: write home, away or tie",
        ),
        (
            "a,b,outcome\nAnn,Bob,1\nAnn,Bob,0\nAnn,Bob,2\n",
            "column 3 has the outcomes `0`, `1`, `2`, which have several readings. Say which, by the columns `codes=numbers` (1 is the first, 2 the second, 0 or 3 neither), or `codes=points` (the most points for a win of the first, 0 for one of the second), or `codes=index` (0 is the first, 1 the second, 2 neither)",
        ),
        (
            "a,b,outcome\nb,a,a\n",
            "line 2, column 3: the outcome is the name of one player and the sign for another result: rename the player, or write winner,loser instead",
        ),
        (
            "2020,Ann,Bob,1\n",
            "line 1: found 4 columns without a known header: start with a line such as winner,loser,count or a,b,outcome",
        ),
        (
            "home,away,home_score,attendance\nAnn,Bob,1,2\n",
            "line 1: the header names two players but no outcome: add a column named outcome with a, b or tie, or name the players' columns winner and loser",
        ),
        ("winner,other\nAnn,Bob\n", "line 1: the header has a column winner but no column loser"),
        (
            "winner,loser,count,n\nAnn,Bob,1,2\n",
            "line 1, column 4: the header has a second column like `n`: rename or remove one",
        ),
        (
            "Ann,Bob\n\"Bob,Cid\nDan,Eve\n",
            "line 2: a quote \" is opened in this row and never closed; inside quotes, write \"\" for \"",
        ),
        (
            "\u{1b}[31m\u{202e}x\n",
            "line 1: found only one column (`\\u{1b}[31m\\u{202e}x`); expected winner,loser[,count] or a,b,outcome, with the columns separated by a comma, a semicolon, a tab or |",
        ),
        ("Ann,Bob\0\n", "line 1, column 8: found a zero byte, so this is not a text table: bring CSV in UTF-8"),
    ];
    for (text, expected) in cases {
        assert_eq!(comparisons(text).unwrap_err().to_string(), expected, "{text:?}");
    }
}

#[test]
fn remarks_on_comparisons() {
    let cases: [(&str, &[&str]); 7] = [
        ("winner,loser\nAnn,Bob\n", &[]),
        ("date,winner,loser,place\n1,Ann,Bob,x\n", &["Ignored 1 column: `place`."]),
        ("Ann,Bob,3\nBob,Ann,0\n", &["Left out line 2, because its count is 0."]),
        (
            "Ann,Bob,3\nBob,Ann,0\n,,\nBob,Ann,0\n",
            &["Left out 1 empty row.", "Left out lines 2, 4, because its count is 0."],
        ),
        ("Sieger,Verlierer,Anzahl\nAnn,Bob,3\n", &["Line 1 was taken as a header of unknown names."]),
        (
            "Ann,Bob,1\nBob,Ann,0\n",
            &["The third column was read as outcomes, 1 for a win of the first player; if it counts wins, start the \
               file with the line winner,loser,count."],
        ),
        (
            "Sieger,Verlierer\nAnn,Bob\nBob,Ann\n",
            &["Line 1 (`Sieger`, `Verlierer`) was read as a game; its names do not occur again: if it is a header, \
               name its columns winner,loser,count or a,b,outcome."],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(comparisons(text).unwrap().remarks, expected, "{text:?}");
    }
}

#[test]
fn zero_counts_bring_no_players() {
    assert_eq!(comparisons("Ann,Bob,2\nCid,Dan,0\n").unwrap().items, ["Ann", "Bob"]);
}

#[test]
fn shapes_of_ratings() {
    let cases: [(&str, &[&str]); 17] = [
        ("Ann,X,4\nAnn,Y,\nBob,Y,NA\nBob,X,3\n", &["Ann/X:4", "Bob/X:3"]),
        ("user,item,rating\nAnn,X,\"4,5\"\n", &["Ann/X:4.5"]),
        ("flurb,user,stars\nX,Ann,4\nX,Bob,5\nY,Ann,1\n", &["Ann/X:4", "Bob/X:5", "Ann/Y:1"]),
        ("who,movie,when,stars\nAnn,X,2020-01-02,4\nBob,X,2020-02-03,5\n", &["Ann/X:4", "Bob/X:5"]),
        ("4,Ann,X\n5,Bob,X\n", &["Ann/X:4", "Bob/X:5"]),
        ("user,A,B,C,D\nAnn,1,,2,3\nBob,,4,5,\n", &["Ann/A:1", "Ann/C:2", "Ann/D:3", "Bob/B:4", "Bob/C:5"]),
        ("Ann\tX\t2,401\nBob\tX\t858\n", &["Ann/X:2401", "Bob/X:858"]),
        ("20 14 1.5\n24 25 2.5\n", &["20/14:1.5", "24/25:2.5"]),
        ("user,item,rating\n007,01,4\n7,1,5\n", &["007/01:4", "7/1:5"]),
        ("1e3,1.0,4\n1000,1,5\n+7,-0,3\n", &["1e3/1.0:4", "1000/1:5", "+7/-0:3"]),
        ("Ann,X,4.5\nBob,X,-1e-3\n", &["Ann/X:4.5", "Bob/X:-0.001"]),
        ("Nutzer;Film;Note\r\nAnn;X;4,5\r\n", &["Ann/X:4.5"]),
        ("userId,movieId,rating,timestamp\n1,2,3.5,964982703\n", &["1/2:3.5"]),
        ("1\t2\t3\t881250949\n1\t3\t4\t881250949\n", &["1/2:3", "1/3:4"]),
        ("score|title|reviewer\n4|X|Ann\n", &["Ann/X:4"]),
        ("Ann,X,1\nAnn,Y,2\nAnn,X,3\n", &["Ann/X:1", "Ann/Y:2", "Ann/X:3"]),
        ("\"a,\"\"b\"\"\nc\",<b>,1\n", &["a,\"b\"\nc/<b>:1"]),
    ];
    for (text, expected) in cases {
        assert_eq!(entries(text), expected, "{text:?}");
    }
}

#[test]
fn wrong_ratings() {
    let cases: [(&str, &str); 14] = [
        ("", "the file is empty; expected rows of user,item,rating"),
        ("user,item,rating\n", "the file has a header and no rows below it; expected rows of user,item,rating"),
        ("Nutzer,Film,Note", "the file has a header and no rows below it; expected rows of user,item,rating"),
        (
            "Ann\n",
            "line 1: found only one column (`Ann`); expected user,item,rating, with the columns separated by a comma, a semicolon, a tab or |",
        ),
        ("Ann,4\nBob,5\n", "line 1: found 2 columns; expected user,item,rating"),
        ("user,item,rating\nAnn,X,NaN\n", "no ratings are left: all 1 were left out, most because it has no rating"),
        (
            "rating,item,user\n-inf,X,Ann\n",
            "line 2, column 1: the rating `-inf` is not finite; expected a number such as 4.5 (leave out what is not known)",
        ),
        (
            "Ann,X,4x\nAnn,Y,2\n",
            "line 1, column 3: found `4x`; expected a number such as 4.5 (leave out what is not known)",
        ),
        (
            "user,item,rating\nAnn,X,\"4,5,6\"\n",
            "line 2, column 3: found `4,5,6`; expected a number such as 4.5 (leave out what is not known)",
        ),
        (
            "user,flurb,glarb,stars\nAnn,X,Y,1\nBob,X,Y,2\nAnn,Z,W,3\n",
            "line 1: the header names user and rating, and nothing decides which of `flurb`, `glarb` is the item. Say which, by \
             the columns `header;user,item,-,rating` (flurb is the item), or `header;user,-,item,rating` (glarb is the item)",
        ),
        (
            "Ann\tX\t2,401\nBob\tX\t3,125\n",
            "line 1, column 3: `2,401` may be 2401 or 2.401: nothing in the column says whether commas stand between thousands or \
             before decimals. Say which, by the columns `decimal=point` (decimal points), or `decimal=comma` (decimal commas)",
        ),
        ("Ann,X,4\n,Y,2\n", "line 2, column 1: the user is empty; expected its name or number"),
        ("Ann,X,4\nAnn,,2\n", "line 2, column 2: the item is empty; expected its name or number"),
        (
            "user,item,rating\n\"a\nb\",X,3\nAnn,X\n",
            "line 4, column 3: found 2 columns where line 1 has 3; every row needs the same columns, and a name that contains a comma needs quotes around it",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(ratings(text).unwrap_err().to_string(), expected, "{text:?}");
    }
}

#[test]
fn remarks_on_ratings() {
    let cases: [(&str, &[&str]); 6] = [
        ("user,item,rating\nAnn,X,1\n", &[]),
        ("user,item,rating,place\nAnn,X,1,2\n", &["Ignored 1 column: `place`."]),
        ("Ann,X,1,2,3\n", &["Ignored 2 columns after the third."]),
        (
            "Ann,X,4,5\n",
            &[
                "Ignored 1 column after the third. If it is what follows a decimal comma, separate the columns by semicolons.",
            ],
        ),
        (
            "Ann,X,1\nAnn,X,2\n",
            &["Line 2 rates an item for a second time by the same user: the parameter `duplicates` says what counts."],
        ),
        (
            "Wer,Was,Wie\nAnn,X,1\nAnn,X,2\nBob,X,2\nAnn,X,3\n",
            &[
                "Line 1 was taken as a header of unknown names; the columns were read as user,item,rating.",
                "2 rows rate an item again by the same user, the first of them in line 3: the parameter `duplicates` says what counts.",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(ratings(text).unwrap().remarks, expected, "{text:?}");
    }
}

#[test]
fn what_only_pretends_to_be_a_table() {
    let utf16 = |bom: bool, text: &str| {
        let mut bytes = if bom { vec![0xff, 0xfe] } else { vec![] };
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    // Text in other encodings is converted, and that is said.
    for (bytes, name, remark) in [
        (utf16(true, "Ann,Bob\n"), "Ann", "The file was converted from UTF-16."),
        (utf16(false, "Ann,Bob\n"), "Ann", "The file was converted from UTF-16."),
        (
            b"J\xfcrgen,Bob\r\n".to_vec(),
            "Jürgen",
            "The file is not UTF-8 and was read as Windows-1252 (Latin-1); the first character that this decides is `ü` in \
             line 1.",
        ),
    ] {
        let data = comparisons(&bytes).unwrap();
        assert_eq!((data.items[0].as_str(), data.remarks[0].text.as_str()), (name, remark));
    }
    let cases: [(Vec<u8>, &str); 6] = [
        (b"\xfe\xff\0A\0".to_vec(), "`games.csv` is UTF-16 text that ends within a character"),
        (
            b"\xef\xbb\xbf\xc3\xa9\xff".to_vec(),
            "line 1, column 2: the byte 0xFF is not UTF-8 text: save the file again as CSV in UTF-8",
        ),
        (
            b"\x89PNG\r\n\x1a\n....".to_vec(),
            "`games.csv` is a PNG picture, not a text table: save or export it as CSV in UTF-8",
        ),
        (
            b"PK\x03\x04....".to_vec(),
            "`games.csv` is a ZIP archive or a workbook of Excel or LibreOffice, not a text table: save or export it as \
             CSV in UTF-8",
        ),
        (
            b"\x93NUMPY\x01\x00".to_vec(),
            "`games.csv` is a NumPy array, not a text table: save or export it as CSV in UTF-8",
        ),
        (
            vec![b'a'; (256 << 20) + 1],
            "`games.csv` has 256.1 MiB; files of at most 256 MiB are read: leave out columns or rows that are not needed",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(comparisons(&bytes).unwrap_err().to_string(), expected);
    }
    assert_eq!(games("BM,Bob\n"), ["BM>Bob*1"]);
}

#[test]
fn errors_become_errors_of_the_form_field() {
    let error: iterscope_core::BuildError = comparisons("Ann,\n").unwrap_err().into();
    assert_eq!(error.field, "problem.data");
    assert!(error.message.starts_with("line 1, column 2: "));
}
