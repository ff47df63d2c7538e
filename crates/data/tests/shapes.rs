//! The shapes in which people have their games, races and tables, each with what is read of it.

use iterscope_core::{Columns, Comparisons, DataKind, Dataset, Orders, Ratings, Role, Survey, Table};
use iterscope_data::{DataError, read, survey};

fn as_said(kind: DataKind, text: &str, columns: Option<&str>) -> Result<Dataset, DataError> {
    let columns: Option<Columns> = columns.map(|c| c.parse().unwrap());
    read(kind, "x.csv", text.as_bytes(), columns.as_ref())
}

fn games_as(text: &str, columns: Option<&str>) -> Result<Comparisons, DataError> {
    match as_said(DataKind::Comparisons, text, columns)? {
        Dataset::Comparisons(data) => Ok(data),
        other => panic!("{other:?}"),
    }
}

fn games(text: &str) -> Comparisons {
    games_as(text, None).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

fn orders_as(text: &str, columns: Option<&str>) -> Result<Orders, DataError> {
    match as_said(DataKind::Orders, text, columns)? {
        Dataset::Orders(data) => Ok(data),
        other => panic!("{other:?}"),
    }
}

fn ratings(text: &str) -> Result<Ratings, DataError> {
    match as_said(DataKind::Ratings, text, None)? {
        Dataset::Ratings(data) => Ok(data),
        other => panic!("{other:?}"),
    }
}

fn table(text: &str) -> Result<Table, DataError> {
    match as_said(DataKind::Table, text, None)? {
        Dataset::Table(data) => Ok(data),
        other => panic!("{other:?}"),
    }
}

/// Games as `winner>loser`, `first=second`, with `*count` where it is not 1.
fn signs(data: &Comparisons) -> Vec<String> {
    let name = |i: u32| &data.items[i as usize];
    let count = |n: f64| if n == 1.0 { String::new() } else { format!("*{n}") };
    let sign = |tie| if tie { '=' } else { '>' };
    let games = data.encounters.iter();
    games.map(|e| format!("{}{}{}{}", name(e.winner), sign(e.tie), name(e.loser), count(e.count))).collect()
}

/// Orders as `Ada>Ben|Cleo,Dan`, with those behind after the bar and `count*` in front where it is not 1.
fn lines(data: &Orders) -> Vec<String> {
    let names =
        |ids: &[u32], by: &str| ids.iter().map(|&i| data.items[i as usize].as_str()).collect::<Vec<_>>().join(by);
    let line = |o: &iterscope_core::Order| {
        let count = if o.count == 1.0 { String::new() } else { format!("{}*", o.count) };
        let behind = if o.behind.is_empty() { String::new() } else { format!("|{}", names(&o.behind, ",")) };
        format!("{count}{}{behind}", names(&o.placed, ">"))
    };
    data.orders.iter().map(line).collect()
}

#[test]
fn games_with_two_scores() {
    let cases: [(&str, &[&str]); 9] = [
        (
            "home,away,home_goals,away_goals\nAnn,Bob,3,1\nBob,Ann,0,2\nAnn,Cid,1,1\n",
            &["Ann>Bob", "Ann>Bob", "Ann=Cid"],
        ),
        ("Team 1;Team 2;Score 1;Score 2\nAnn;Bob;1,5;2\n", &["Bob>Ann"]),
        ("Date,HomeTeam,AwayTeam,FTHG,FTAG\n2020-01-01,Ann,Bob,0,0\n", &["Ann=Bob"]),
        ("home,hgoal,visitor,vgoal\nAnn,2,Bob,1\n", &["Ann>Bob"]),
        ("home,hgoal,away,agoal\nAnn,1,Bob,2\n", &["Bob>Ann"]),
        ("Ann,Bob,3,1\nBob,Cid,0,2\n", &["Ann>Bob", "Cid>Bob"]),
        ("Ann,3,Bob,1\nBob,0,Cid,2\n", &["Ann>Bob", "Cid>Bob"]),
        ("Ann,3,1,Bob\nBob,0,2,Cid\n", &["Ann>Bob", "Cid>Bob"]),
        ("Heim,Gast,Tore,Gegentore\nAnn,Bob,3,1\nBob,Cid,0,2\n", &["Ann>Bob", "Cid>Bob"]),
    ];
    for (text, expected) in cases {
        assert_eq!(signs(&games(text)), expected, "{text:?}");
    }
    let data = games("home,away,home_goals,away_goals\nAnn,Bob,3,1\nBob,Ann,0,2\nAnn,Cid,1,1\n");
    // Bob was at home when Ann won 2 to 0.
    assert_eq!(data.details.advantage, [1, -1, 1]);
    assert_eq!(data.details.margin, [2.0, 2.0, 0.0]);
    let error = games_as("home,away,hg,ag\nAnn,Bob,3,x\n", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2, column 4: found `x`; expected a score such as 3, or two empty scores where there was no game"
    );
}

#[test]
fn games_with_other_results() {
    let cases: [(&str, &[&str]); 8] = [
        ("player1,player2,win1,win2\nAnn,Bob,3,1\nBob,Cid,0,2\n", &["Ann>Bob*3", "Bob>Ann", "Cid>Bob*2"]),
        ("item1,item2,wins1,ties,wins2\nAnn,Bob,0,4,1\n", &["Bob>Ann", "Ann=Bob*4"]),
        ("a,b,margin\nAnn,Bob,-7\nAnn,Bob,0\n", &["Bob>Ann", "Ann=Bob"]),
        (
            "model_a,model_b,winner\nAnn,Bob,model_b\nAnn,Bob,tie (bothbad)\nAnn,Bob,model_a\n",
            &["Bob>Ann", "Ann=Bob", "Ann>Bob"],
        ),
        ("2020-01-05,Ann,Bob,1-0\n2020-01-06,Bob,Cid,½-½\n", &["Ann>Bob", "Bob=Cid"]),
        ("2020-01-05,Ann,Bob\n2020-01-06,Bob,Cid\n", &["Ann>Bob", "Bob>Cid"]),
        ("Ann,3-1,Bob\nBob,2-2,Cid\n", &["Ann>Bob", "Bob=Cid"]),
        ("Ann,Bob,a,3\nAnn,Bob,tie,2\n", &["Ann>Bob*3", "Ann=Bob*2"]),
    ];
    for (text, expected) in cases {
        assert_eq!(signs(&games(text)), expected, "{text:?}");
    }
}

#[test]
fn rounds_say_the_order_where_nothing_is_dated() {
    // The file, the games in order, and the reading that is offered.
    let cases: [(&str, &[&str], Option<&str>); 10] = [
        (
            "week,winner,loser\n3,Ann,Bob\n1,Bob,Cid\n2,Cid,Ann\n",
            &["Bob>Cid", "Cid>Ann", "Ann>Bob"],
            Some("as-in-file"),
        ),
        (
            "Round,winner,loser\nRound 2,Ann,Bob\nRound 1,Bob,Cid\nRound 10,Cid,Ann\nRound 3,Cid,Bob\n",
            &["Bob>Cid", "Ann>Bob", "Cid>Bob", "Cid>Ann"],
            Some("as-in-file"),
        ),
        ("week,winner,loser\n1,Ann,Bob\n2,Bob,Cid\n2,Cid,Ann\n", &["Ann>Bob", "Bob>Cid", "Cid>Ann"], None),
        // Two tournaments, or two rounds that were filed apart.
        ("round,winner,loser\n1,Ann,Bob\n2,Bob,Cid\n1,Cid,Ann\n", &["Ann>Bob", "Bob>Cid", "Cid>Ann"], Some("in-order")),
        (
            "season,week,winner,loser\n2023/24,1,Ann,Bob\n2023/24,2,Bob,Cid\n2022/23,1,Cid,Ann\n",
            &["Cid>Ann", "Ann>Bob", "Bob>Cid"],
            Some("as-in-file"),
        ),
        (
            "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc\n2020,30,A,70,B,60,H\n2020,12,B,70,C,60,N\n2020,25,C,70,A,60,A\n",
            &["B>C", "C>A", "A>B"],
            Some("as-in-file"),
        ),
        // A date says more, and rounds before a final are counted from its end.
        ("date,round,winner,loser\n2024-01-01,2,Ann,Bob\n2024-01-02,1,Bob,Cid\n", &["Ann>Bob", "Bob>Cid"], None),
        ("round,winner,loser\nR16,Ann,Bob\nQF,Bob,Cid\nSF,Cid,Ann\n", &["Ann>Bob", "Bob>Cid", "Cid>Ann"], None),
        ("week,winner,loser\n3,Ann,Bob\n1,Bob,Cid\n,Cid,Ann\n", &["Ann>Bob", "Bob>Cid", "Cid>Ann"], None),
        (
            "home,away,hg,ag,week\nAnn,Bob,3,1,2\nBob,Cid,0,2,1\nCid,Ann,1,1,3\n",
            &["Cid>Bob", "Ann>Bob", "Cid=Ann"],
            Some("as-in-file"),
        ),
    ];
    for (text, expected, offered) in cases {
        let data = games(text);
        assert_eq!(signs(&data), expected, "{text:?}");
        let remark = data.remarks.iter().find(|r| r.text.contains("do not stand in the order"));
        let reading = remark.and_then(|r| r.readings.first());
        assert_eq!(reading.map(|r| r.columns.clone()), offered.map(|o| format!("rounds={o}")), "{text:?}");
        if let Some(reading) = reading {
            assert_ne!(signs(&games_as(text, Some(&reading.columns)).unwrap()), expected, "{text:?}");
        }
    }
    // What is known of a game moves with it.
    let data = games("home,away,hg,ag,week\nAnn,Bob,3,1,2\nBob,Cid,0,2,1\nCid,Ann,1,1,3\n");
    assert_eq!((data.details.margin, data.details.advantage), (vec![2.0, 2.0, 0.0], vec![-1, 1, 1]));
    let some = games("week,winner,loser\n3,Ann,Bob\n1,Bob,Cid\n,Cid,Ann\n");
    assert!(
        some.remarks.iter().any(|r| r.text.contains("not every row has a number of a round")),
        "{:?}",
        some.remarks
    );
}

#[test]
fn win_matrices() {
    let named = ",Ann,Bob,Cid\nAnn,-,3,1\nBob,0,,2\nCid,4,0,0\n";
    assert_eq!(signs(&games(named)), ["Ann>Bob*3", "Ann>Cid", "Bob>Cid*2", "Cid>Ann*4"]);
    let turned = "x;Ann;Bob\nBob;2,5;0\nAnn;0;1\n";
    assert_eq!(signs(&games(turned)), ["Bob>Ann*2.5", "Ann>Bob"]);
    let plain = "0,3,1\n0,0,2\n4,0,0\n";
    assert_eq!(signs(&games(plain)), ["1>2*3", "1>3", "2>3*2", "3>1*4"]);
    // Games between players with numbers are no matrix: the diagonal is not empty.
    assert_eq!(signs(&games("1,2,5\n2,1,3\n1,3,2\n")), ["1>2*5", "2>1*3", "1>3*2"]);
    let wrong = |text: &str, columns: &str| games_as(text, Some(columns)).unwrap_err().to_string();
    assert_eq!(
        wrong(",a,b\na,1,2\nb,3,0\n", "header;name,wins,wins"),
        "line 2, column 2: found 1 in the row and the column of `a`; the diagonal of a table of wins is empty or 0: nobody plays against itself"
    );
    assert_eq!(wrong(",a,b\na,0,2\nc,3,0\n", "header;name,wins,..."), "line 3, column 1: `c` is the name of no column");
    assert_eq!(wrong(",a,b\na,0,2\n", "header;name,wins,wins"), "the row of `b` is missing among 2 columns");
    assert_eq!(
        wrong("0,1\n1,0\n1,1\n", "plain;wins,wins"),
        "line 3: a square table has as many rows as columns of wins (2), each once"
    );
}

#[test]
fn details_of_games() {
    let text = "date,home_team,away_team,home_score,away_score,tournament,city,country,neutral\n\
                2024-12-31,Ann,Bob,0,1,Cup,X,Y,TRUE\n\
                1970-01-02,Bob,Ann,0,1,League,X,Y,FALSE\n\
                1970-01-02,Bob,Ann,5,1,Cup,X,Y,FALSE\n";
    let data = games(text);
    assert_eq!(data.details.day, [20_088.0, 1.0, 1.0]);
    assert_eq!(data.details.advantage, [0, -1, 1]);
    assert_eq!(data.details.margin, [1.0, 1.0, 4.0]);
    assert_eq!((data.details.group, data.details.groups), (vec![0, 1, 0], vec!["Cup".into(), "League".into()]));
    assert_eq!(data.remarks, ["Ignored 2 columns: `city`, `country`."]);
    // The winner's own place.
    let data = games("WTeamID,WScore,LTeamID,LScore,WLoc\n7,70,007,60,H\n7,80,8,60,A\n8,65,7,60,N\n");
    assert_eq!(data.items, ["7", "007", "8"]);
    assert_eq!(data.details.advantage, [1, -1, 0]);
    assert_eq!(data.details.margin, [10.0, 20.0, 5.0]);
    // White moves first; scores within the outcome count as margins.
    let data = games("white,black,result\nAnn,Bob,0-1\nAnn,Bob,½-½\n");
    assert_eq!((data.details.advantage, data.details.margin), (vec![-1, 1], vec![1.0, 0.0]));
    // Nothing is kept of what only some rows say.
    let data = games("date,winner,loser\n2020-01-01,Ann,Bob\nsoon,Bob,Ann\n");
    assert!(data.details.day.is_empty());
    assert_eq!(data.remarks, ["Some rows have no date in column 1: nothing is kept of it."]);
    assert!(games("winner,loser\nAnn,Bob\n").details == iterscope_core::Details::default());
    // A person who names the column wants to know.
    let error = games_as("2020-01-01,Ann,Bob\nsoon,Bob,Ann\n", Some("date,winner,loser")).unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 1: `soon` is no date");
}

#[test]
fn dates_in_their_order() {
    let with = |dates: [&str; 3]| {
        let rows: Vec<_> = dates.iter().map(|d| format!("{d},Ann,Bob")).collect();
        games_as(&format!("date,winner,loser\n{}", rows.join("\n")), None)
    };
    assert_eq!(with(["31.12.2024", "1.2.1970", "01.01.1970"]).unwrap().details.day, [20_088.0, 31.0, 0.0]);
    assert_eq!(with(["12/31/2024", "2/1/1970", "01/01/1970"]).unwrap().details.day, [20_088.0, 31.0, 0.0]);
    let data = with(["1/2/1970", "3/1/1970", "1/1/1970"]).unwrap();
    assert_eq!(data.details.day, [31.0, 2.0, 0.0]);
    assert!(data.remarks[0].contains("were read as day/month"), "{:?}", data.remarks);
    let error = with(["31/12/2024", "1/31/1970", "1/1/1970"]).unwrap_err();
    assert_eq!((error.line, error.column), (Some(3), Some(1)));
}

#[test]
fn rows_that_say_nothing_are_left_out_and_reported() {
    let text = "home,away,hg,ag\nAnn,Bob,1,0\nAnn,Ann,1,0\nBob,Ann,,\nBob,Ann,postponed,\nCid,Ann,-,-\nBob,Ann,2,2\n";
    let data = games(text);
    assert_eq!(signs(&data), ["Ann>Bob", "Bob=Ann"]);
    assert_eq!(
        data.remarks,
        [
            "Left out line 3, because its item is held against itself.",
            "Left out lines 4, 5, 6, because it has no score."
        ]
    );
    let mut many = String::from("winner,loser\nAnn,Bob\n");
    for _ in 0..30 {
        many.push_str("Ann,Ann\n");
    }
    let seen = look(DataKind::Comparisons, &many, None);
    assert_eq!((seen.rows, seen.left_out_rows, seen.left_out.len()), (31, 30, 20));
    assert_eq!((seen.left_out[0].line, seen.left_out[19].line), (3, 22));
    assert!(seen.remarks[0].ends_with("21, 22 and 10 more, because its item is held against itself."));
}

#[test]
fn shapes_of_orders() {
    let preflib = "# FILE NAME: x.toc\n# NUMBER ALTERNATIVES: 3\n# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Ben, jr\n\
                   # ALTERNATIVE NAME 3: Cleo\n2: 1,2,3\n5: 3,{1,2}\n1: {1,3},2\n";
    let older = "3\n1,Ada\n2,Ben, jr\n3,Cleo\n8,8,3\n2,1,2,3\n5,3,{1,2}\n1,{1,3},2\n";
    let wanted: &[&str] = &["2*Ada>Ben, jr>Cleo", "5*Cleo|Ada,Ben, jr", "Ada|Cleo,Ben, jr", "Cleo|Ada,Ben, jr"];
    let cases: [(&str, &[&str]); 17] = [
        ("Ada,Ben,Cleo\nBen,Cleo\n", &["Ada>Ben>Cleo", "Ben>Cleo"]),
        ("Ada;Ben;Cleo\nCleo;Ben;\n", &["Ada>Ben>Cleo", "Cleo>Ben"]),
        ("first,second,third\nAda,Ben,Cleo\nBen,Ada,\n", &["Ada>Ben>Cleo", "Ben>Ada"]),
        ("race,1st,2nd,3rd\nx,Ada,Ben,Cleo\ny,Ben,Ada,Cleo\n", &["Ada>Ben>Cleo", "Ben>Ada>Cleo"]),
        ("n,rank1,rank2\n12,Ada,Ben\n3,Ben,Ada\n", &["12*Ada>Ben", "3*Ben>Ada"]),
        ("12,Ada,Ben\n3,Ben,Ada\n", &["12*Ada>Ben", "3*Ben>Ada"]),
        ("A > B > C\nC>A\n", &["A>B>C", "C>A"]),
        ("12: A > B > C\n3: C>A\n", &["12*A>B>C", "3*C>A"]),
        ("A > B = C\nA = B > C\nC > A = D > B", &["A|B,C", "A|B,C", "B|A,C", "C|A,D,B", "A|D,B", "D|A,B"]),
        ("12: A, B, C\n3: C, {A, B}\n", &["12*A>B>C", "3*C|A,B"]),
        (preflib, wanted),
        (older, wanted),
        ("race,driver,place\nx,Ada,1\nx,Ben,2\ny,Ben,1\ny,Ada,DNF\ny,Cleo,DNS\n", &["Ada>Ben", "Ben|Ada"]),
        ("x;Ada;1\nx;Ben;2\ny;Ben;1\ny;Ada;2\n", &["Ada>Ben", "Ben>Ada"]),
        (
            "event,name,rank\nx,Ada,T2\nx,Ben,1st\nx,Cleo,T2\nx,Dan,4\n",
            &["Ben|Ada,Cleo,Dan", "Ada|Cleo,Dan", "Cleo|Ada,Dan"],
        ),
        ("name,race1,race2\nAda,1,DNF\nBen,2,1\nCleo,,2\n", &["Ada>Ben", "Ben>Cleo|Ada"]),
        ("Ada,2\nBen,1\nCleo,3\n", &["Ben>Ada>Cleo"]),
    ];
    for (text, expected) in cases {
        let data = orders_as(text, None).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(lines(&data), expected, "{text:?}");
    }
}

#[test]
fn remarks_on_orders() {
    let remarks = |text: &str| orders_as(text, None).unwrap().remarks;
    assert!(remarks("Ada,Ben\nBen,Ada\n").is_empty());
    assert_eq!(
        remarks("A > B = C > D\nA>B\nA=B\n"),
        [
            "2 of 3 ballots, the first in line 2, do not name all items: those that are not named count as not on the ballot.",
            "The order in line 1 has a shared place: each of those who share it counts as chosen before all behind it, out of all who share it and all behind.",
            "Left out line 3, because its first place is shared, so that it says nothing more."
        ]
    );
    assert_eq!(
        remarks("race,item,place\nx,Ada,1\nx,Ben,ret\nx,Cleo,dsq\nx,Dan,\ny,Ada,1\n"),
        [
            "1 results, the first in line 3, did not come in: they count as behind all others of the race.",
            "1 results, the first in line 4, were disqualified: they are left out of the race.",
            "Left out line 5, because it has no place.",
            "Left out line 6, because it has one item or none."
        ]
    );
}

#[test]
fn wrong_orders() {
    let wrong = |text: &str| orders_as(text, None).unwrap_err().to_string();
    assert_eq!(wrong(""), "the file is empty; expected rows of items, best first, or race,item,place");
    assert_eq!(wrong("Ada,Ben,Ada\n"), "line 1, column 3: `Ada` stands twice in this order");
    assert_eq!(wrong("Ada,,Ben\n"), "line 1, column 3: `Ben` stands behind an empty place: an order has no holes");
    assert_eq!(wrong("3: {A,B\n"), "line 1: a brace { is opened in this row and never closed");
    assert_eq!(wrong("n,1st,2nd\nx,Ada,Ben\n"), "line 2, column 1: found `x`; expected how often, such as 3");
    assert_eq!(
        wrong("race,item,place\nx,Ada,third\n"),
        "line 2, column 3: found `third`; expected a place such as 3, or DNF, or nothing"
    );
    assert_eq!(wrong("race,item,place\nx,Ada,1\nx,Ada,2\n"), "line 3, column 2: `Ada` comes twice in the same race");
    assert_eq!(
        wrong("race,item,place\n"),
        "the file has a header and no rows below it; expected rows of items, best first, or race,item,place"
    );
}

#[test]
fn ratings_with_times() {
    let day = |text: &str| ratings(text).unwrap().day;
    assert_eq!(day("user,item,rating,timestamp\n1,2,3.5,1735603200\n1,3,4,0\n"), [20_088.0, 0.0]);
    assert_eq!(day("1::2::3::1735603200\n2::2::4::1735603201\n").len(), 2);
    assert_eq!(day("1\t2\t3\t881280000\n"), [10_200.0]);
    assert_eq!(day("Ann;X;4,5;31.12.2024\n"), [20_088.0]);
    assert!(day("Ann,X,1,2\n").is_empty());
    // Both ratings of a pair are kept, each with its own time.
    let data = ratings("user,item,rating,date\nAnn,X,1,2024-12-30\nBob,X,2,2024-12-30\nAnn,X,3,2024-12-31\n").unwrap();
    assert_eq!((data.entries.len(), data.entries[2].value, data.day), (3, 3.0, vec![20_087.0, 20_087.0, 20_088.0]));
    let data = ratings("user,item,rating,date\nAnn,X,1,soon\n").unwrap();
    assert_eq!(data.remarks, ["Line 2 has no date in column 4: dates are left out."]);
    assert_eq!(ratings("7::X::1\n007::X::2\n").unwrap().users, ["7", "007"]);
    let error = ratings("1::2::3\n1::3::inf\n").unwrap_err();
    assert_eq!((error.line, error.column), (Some(2), Some(3)));
}

#[test]
fn matrix_market() {
    let head = "%%MatrixMarket matrix coordinate";
    let entries = |text: &str| -> Vec<String> {
        let data = ratings(text).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        let name = |all: &[String], i: u32| all[i as usize].clone();
        data.entries
            .iter()
            .map(|e| format!("{}/{}:{}", name(&data.users, e.user), name(&data.items, e.item), e.value))
            .collect()
    };
    assert_eq!(entries(&format!("{head} real general\n% words\n3 2 2\n1 2 1.5\n\n3 1 -2e0\n")), ["1/2:1.5", "3/1:-2"]);
    assert_eq!(entries(&format!("{head} pattern general\r\n2 2 1\r\n2 1\r\n")), ["2/1:1"]);
    assert_eq!(entries(&format!("{head} integer symmetric\n2 2 2\n1 1 4\n2 1 3\n")), ["1/1:4", "2/1:3", "1/2:3"]);
    assert_eq!(entries(&format!("{head} real skew-symmetric\n2 2 1\n2 1 3\n")), ["2/1:3", "1/2:-3"]);
    let wrong = |text: &str| ratings(&format!("{head} {text}")).unwrap_err().to_string();
    assert_eq!(
        wrong("complex general\n1 1 1\n1 1 1 0\n"),
        "line 1, column 4: entries that are `complex` cannot be read; real, integer and pattern can"
    );
    assert_eq!(wrong("real general\n2 2 1\n3 1 1\n"), "line 3, column 1: the row 3 is not between 1 and 2");
    assert_eq!(wrong("real general\n2 2 1\n1 0 1\n"), "line 3, column 2: the column 0 is not between 1 and 2");
    assert_eq!(wrong("real general\n2 2 1\n1 1 inf\n"), "line 3, column 3: found `inf`; expected a finite number");
    assert_eq!(wrong("real general\n2 2 2\n1 1 1\n"), "the file ends after 1 of 2 entries");
    assert_eq!(
        wrong("real general\n2 2 1\n1 1 1\n1 2 1\n"),
        "line 4: there are more entries than the 1 that the file says"
    );
    let array = "%%MatrixMarket matrix array";
    assert_eq!(entries(&format!("{array} real general\n2 2\n1\n2\n3\n4\n")), ["1/1:1", "2/1:2", "1/2:3", "2/2:4"]);
    assert_eq!(entries(&format!("{array} real symmetric\n2 2\n1\n2\n3\n")), ["1/1:1", "2/1:2", "1/2:2", "2/2:3"]);
    assert_eq!(entries(&format!("{array} integer skew-symmetric\n2 2\n2\n")), ["2/1:2", "1/2:-2"]);
    let wrong = |text: &str| ratings(&format!("{array} {text}")).unwrap_err().to_string();
    assert_eq!(wrong("real general\n2 2\n1\n2\n3\n"), "the file ends after 3 of 4 entries");
    assert!(wrong("real general\n1 1\n1\n2\n").starts_with("line 4, column 1: there are more entries than the 1 x 1"));
    assert!(wrong("real symmetric\n2 3\n1\n").starts_with("line 2, column 2: a symmetric matrix must be square"));
    assert!(wrong("pattern general\n1 1\n1\n").starts_with("line 1, column 4: an array that is a `pattern`"));
    let columns: Columns = "user,item,rating".parse().unwrap();
    let text = format!("{head} real general\n1 1 1\n1 1 1\n");
    assert!(read(DataKind::Ratings, "x.mtx", text.as_bytes(), Some(&columns)).unwrap_err().of_columns);
}

#[test]
fn tables_with_holes() {
    let cells = |t: &Table| {
        t.values.iter().map(|v| if v.is_nan() { "?".into() } else { v.to_string() }).collect::<Vec<_>>().join(" ")
    };
    let cases: [(&str, &[&str], &[&str], &str); 9] = [
        ("a,b\n1,2\n3,NA\n", &["a", "b"], &["1", "2"], "1 2 3 ?"),
        ("1,2\n3,\n?,4\n", &["1", "2"], &["1", "2", "3"], "1 2 3 ? ? 4"),
        ("name;x;y\nAda;1,5;-\nBen;n/a;2\n", &["x", "y"], &["Ada", "Ben"], "1.5 ? ? 2"),
        (",x,y\n1,10,20\n2,30,null\n", &["x", "y"], &["1", "2"], "10 20 30 ?"),
        ("Ada,1,2\nBen,3,4\n", &["1", "2"], &["Ada", "Ben"], "1 2 3 4"),
        ("id,x\n7,1\n007,2\n", &["x"], &["7", "007"], "1 2"),
        (",Ada,Ben\nAda,0,2.5\nBen,2.5,0\n", &["Ada", "Ben"], &["Ada", "Ben"], "0 2.5 2.5 0"),
        ("x,word,y\n1,a,2\n3,b,4\n", &["x", "y"], &["1", "2"], "1 2 3 4"),
        ("x,y\nNA,1\nNA,2\n", &["x", "y"], &["1", "2"], "? 1 ? 2"),
    ];
    for (text, columns, rows, values) in cases {
        let data = table(text).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(
            (&data.columns[..], &data.rows[..], cells(&data).as_str()),
            (
                &columns.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..],
                &rows.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..],
                values
            ),
            "{text:?}"
        );
    }
}

#[test]
fn remarks_and_errors_of_tables() {
    let remarks = |text: &str| table(text).unwrap().remarks;
    assert!(remarks("a,b\n1,2\n3,4\n").is_empty());
    assert_eq!(
        remarks("x,word,y\n1,a,2\n3,b,4\n"),
        ["Left out 1 column, because what stands there is no numbers: `word`."]
    );
    assert_eq!(remarks("x,y,z\n1,,1\n2,,3\n,,\n"), ["Left out 1 empty row.", "The column `y` has no numbers."]);
    assert_eq!(remarks("n,x,y\na,1,1\nb,2,3\nc,NA,NA\n"), ["The row `c` has no numbers.", "The row `a` is constant."]);
    let wrong = |text: &str| table(text).unwrap_err().to_string();
    assert_eq!(wrong("a,b\n1,2\n3,inf\n"), "line 3, column 2: `inf` is not finite; leave empty what is not known");
    assert_eq!(
        wrong("a,b\n1,2\n3,4\n5,6x\n"),
        "line 4, column 2: found `6x`; expected a number such as 4.5, or nothing"
    );
    assert_eq!(
        wrong("a,b,c\nx,y,z\n1,u,v\n2,p,q\n"),
        "line 2, column 2: 2 of 3 columns hold no numbers; expected numbers, with holes left empty"
    );
    assert_eq!(wrong("a,b\nNA,NA\n"), "the table holds no number at all");
}

fn look(kind: DataKind, text: &str, columns: Option<&str>) -> Survey {
    let columns: Option<Columns> = columns.map(|c| c.parse().unwrap());
    survey(kind, "x.csv", text.as_bytes(), columns.as_ref()).unwrap()
}

fn roles(survey: &Survey) -> Vec<Role> {
    survey.columns.iter().map(|c| c.role).collect()
}

#[test]
fn surveys_show_what_was_guessed() {
    let text = "date;winner;loser;place\n2020-01-01;Ann;Bob;x\n2020-01-02;Bob;Bob;y\n";
    let seen = look(DataKind::Comparisons, text, None);
    assert_eq!((seen.delimiter.as_str(), seen.header, seen.rows), (";", true, 2));
    assert_eq!(roles(&seen), [Role::Date, Role::Winner, Role::Loser, Role::Ignored]);
    assert_eq!(
        (seen.columns[1].name.as_str(), &seen.columns[1].cells[..]),
        ("winner", &["Ann".to_owned(), "Bob".to_owned()][..])
    );
    assert_eq!((seen.left_out_rows, seen.left_out[0].line), (1, 3));
    assert_eq!((seen.summary.as_str(), seen.error), ("1 games between 2 items", None));
    let long: String = (0..20).map(|i| format!("a{},b{i}\n", i % 7)).collect();
    let seen = look(DataKind::Orders, &format!("{long}x,y,z\n"), None);
    assert_eq!((seen.columns.len(), seen.columns[0].cells.len(), seen.header), (2, 8, false));
    assert_eq!(roles(&seen), [Role::Ranked, Role::Ranked]);
    let seen = look(DataKind::Table, "n,x\na,1\nb,NA\n", None);
    assert_eq!((roles(&seen), seen.summary.as_str()), (vec![Role::Name, Role::Value], "2 rows, 1 columns, 1 holes"));
    let seen = look(DataKind::Ratings, "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 3\n", None);
    assert_eq!((seen.columns.len(), seen.summary.as_str()), (0, "1 ratings of 1 items by 1 users"));
    assert!(survey(DataKind::Image, "x.png", b"\x89PNG", None).is_err());
    assert!(survey(DataKind::Comparisons, "x.csv", b"", None).is_err());
}

#[test]
fn what_does_not_read_has_a_survey_and_columns_mend_it() {
    let text = "wer,gegen,was,wie\nAnn,Bob,x,Ann\nBob,Cid,y,Cid\n";
    let seen = look(DataKind::Comparisons, text, None);
    assert!(seen.error.is_some_and(|e| e.contains("found 4 columns without a known header")));
    assert_eq!((seen.columns.len(), seen.columns[3].name.as_str()), (4, "wie"));
    let seen = look(DataKind::Comparisons, text, Some("header;first,second,group,outcome"));
    assert_eq!((seen.error, seen.summary.as_str()), (None, "2 games between 3 items"));
    let data = games_as(text, Some("header;first,second,group,outcome")).unwrap();
    assert_eq!(signs(&data), ["Ann>Bob", "Cid>Bob"]);
    assert_eq!(data.details.groups, ["x", "y"]);
}

#[test]
fn columns_decide_over_the_guess() {
    let with = |columns: &str| games_as("Ann,Bob,0\nAnn,Bob,1\n", Some(columns)).map(|d| signs(&d));
    assert_eq!(with("loser,winner,count").unwrap(), ["Bob>Ann"]);
    assert_eq!(with("first,second,outcome").unwrap(), ["Bob>Ann", "Ann>Bob"]);
    assert_eq!(with("winner,loser,-").unwrap(), ["Ann>Bob", "Ann>Bob"]);
    assert_eq!(with("header;winner,loser,-").unwrap(), ["Ann>Bob"]);
    assert_eq!(
        games_as("Ann,Bob\n", Some("home,away")).unwrap_err().to_string(),
        "beside two players, the columns need an outcome, two scores, two wins or a margin"
    );
    let wrong = |columns: &str| {
        let error = with(columns).unwrap_err();
        assert!(error.of_columns);
        error.to_string()
    };
    assert_eq!(wrong("winner,loser"), "2 roles are given, and the file has 3 columns");
    assert_eq!(wrong("winner,loser,winner"), "two columns are `winner`; only one can be");
    assert_eq!(wrong("winner,loser,..."), "two columns are `loser`; only one can be");
    assert!(
        wrong("winner,loser,rating").starts_with("data of this kind have no column `rating`; the roles are -, winner")
    );
    assert!(wrong("winner,-,-").starts_with("the columns need winner and loser"));
    // Whether the first line is a header is found out by its words, or by what stands where numbers should.
    let count = |text: &str, columns: &str| games_as(text, Some(columns)).unwrap().encounters.len();
    assert_eq!(count("Wer,Wen,Oft\nAnn,Bob,2\n", "winner,loser,count"), 1);
    assert_eq!(count("loser,winner\nAnn,Bob\n", "winner,loser"), 1);
    assert_eq!(count("Wer,Wen\nAnn,Bob\n", "winner,loser"), 2);
    let orders = orders_as("7,Ada,Ben\n8,Ben,Ada\n", Some("-,ranked,...")).unwrap();
    assert_eq!(lines(&orders), ["Ada>Ben", "Ben>Ada"]);
    let Dataset::Table(table) = as_said(DataKind::Table, "1,2,3\n4,5,6\n", Some("name,-,value")).unwrap() else {
        unreachable!()
    };
    assert_eq!((table.rows, table.values), (vec!["1".to_owned(), "4".to_owned()], vec![3.0, 6.0]));
    let Dataset::Ratings(ratings) = as_said(DataKind::Ratings, "4,X,Ann\n", Some("rating,item,user")).unwrap() else {
        unreachable!()
    };
    assert_eq!((ratings.users, ratings.entries[0].value), (vec!["Ann".to_owned()], 4.0));
}
