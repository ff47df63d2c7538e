//! What sites, forms and spreadsheets make of tables when they export them: lines of names that come again, lines that end in
//! a delimiter or in CR alone, places in words, codes under headers that nobody knows.

use iterscope_core::{Columns, Comparisons, DataKind, Dataset, Orders, Remark, Table};
use iterscope_data::{DataError, read};

fn said(kind: DataKind, text: &str, columns: Option<&str>) -> Result<Dataset, DataError> {
    let columns: Option<Columns> = columns.map(|c| c.parse().unwrap_or_else(|e| panic!("{c}: {e}")));
    read(kind, "file", text.as_bytes(), columns.as_ref())
}

fn comparisons(text: &str, columns: Option<&str>) -> Comparisons {
    match said(DataKind::Comparisons, text, columns) {
        Ok(Dataset::Comparisons(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

/// `a>b` and `a=b`, with how often behind where it is not once.
fn games(text: &str, columns: Option<&str>) -> String {
    let data = comparisons(text, columns);
    let one = |e: &iterscope_core::Encounter| {
        let (a, b) = (&data.items[e.winner as usize], &data.items[e.loser as usize]);
        let count = if e.count == 1.0 { String::new() } else { format!("*{}", e.count) };
        format!("{a}{}{b}{count}", if e.tie { "=" } else { ">" })
    };
    data.encounters.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn orders(text: &str) -> Orders {
    match said(DataKind::Orders, text, None) {
        Ok(Dataset::Orders(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn placed(data: &Orders) -> String {
    let names = |o: &iterscope_core::Order| {
        o.placed.iter().map(|&i| data.items[i as usize].as_str()).collect::<Vec<_>>().join(">")
    };
    data.orders.iter().map(names).collect::<Vec<_>>().join(" ")
}

fn table(text: &str) -> Table {
    match said(DataKind::Table, text, None) {
        Ok(Dataset::Table(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn refused(kind: DataKind, text: &str) -> DataError {
    match said(kind, text, None) {
        Err(error) => error,
        Ok(data) => panic!("{text:?} was read: {data:?}"),
    }
}

fn words(remarks: &[Remark]) -> String {
    remarks.iter().map(|r| r.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn shown(values: &[f64]) -> String {
    values.iter().map(|v| if v.is_nan() { "?".to_owned() } else { v.to_string() }).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_of_columns_may_come_again() {
    const AGAIN: &str = "Left out 2 lines that repeat the names of the columns, the first is line 3.";
    let text = "winner;loser\na;b\nwinner;loser\nb;c\nwinner;loser\nc;a\n";
    assert_eq!((games(text, None), words(&comparisons(text, None).remarks)), ("a>b b>c c>a".into(), AGAIN.into()));
    let text = "user,item,rating\nA,x,4\nuser,item,rating\nB,x,3\nuser,item,rating\nA,y,2\n";
    match said(DataKind::Ratings, text, None).unwrap() {
        Dataset::Ratings(data) => assert_eq!((data.entries.len(), words(&data.remarks)), (3, AGAIN.into())),
        other => panic!("{other:?}"),
    }
    let text = "race,name,place\r\n1,a,1\r\nrace,name,place\r\n1,b,2\r\nrace,name,place\r\n";
    let data = orders(text);
    assert_eq!((placed(&data), words(&data.remarks)), ("a>b".into(), AGAIN.into()));
    // A game that is played again is no header, nor is a row of numbers.
    assert_eq!(games("a,b,3\nb,c,1\na,b,3\nc,a,2\n", None), "a>b*3 b>c a>b*3 c>a*2");
    assert_eq!(games("a,b\nb,c\na,b\nc,a\n", None), "a>b b>c a>b c>a");
    assert_eq!(placed(&orders("x,y,z\ny,x,z\nx,y,z\n")), "x>y>z y>x>z x>y>z");
    assert_eq!(table("1,2\n3,4\n1,2\n5,6\n").rows.len(), 4);
}

#[test]
fn lines_end_in_a_delimiter_or_in_cr() {
    for text in ["a,b,c,\n1,2,3,\n4,,6,\n7,8,9,\n", "a,b,c\n1,2,3,\n4,,6,\n7,8,9,\n"] {
        let data = table(text);
        assert_eq!(
            (data.columns.join(" "), shown(&data.values)),
            ("a b c".into(), "1 2 3 4 ? 6 7 8 9".into()),
            "{text}"
        );
    }
    assert_eq!(games("winner,loser\ra,b\rb,c\r", None), "a>b b>c");
    let pgn = "[White \"A\"]\r[Black \"B\"]\r[Result \"1-0\"]\r\r1. e4 1-0\r\r[White \"B\"]\r[Black \"C\"]\r[Result \"0-1\"]\r\r0-1\r";
    assert_eq!(games(pgn, None), "A>B C>B");
    assert_eq!(placed(&orders("2: A > B > C\r1: C > A > B\r")), "A>B>C C>A>B");
    // As UTF-16, too.
    let wide: Vec<u8> =
        [0xfeffu16].into_iter().chain("winner,loser\ra,b\r".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert!(
        matches!(read(DataKind::Comparisons, "x", &wide, None), Ok(Dataset::Comparisons(d)) if d.encounters.len() == 1)
    );
}

#[test]
fn codes_from_zero_under_unknown_names_are_asked_about() {
    for (text, readings) in [
        (
            "heim,gast,tendenz\na,b,1\nb,c,2\nc,a,0\na,c,1\n",
            ["a>b c>b c=a a>c", "a=b b>c a>c a=c", "b>a b=c c>a c>a"].as_slice(),
        ),
        ("heim;gast;punkte\na;b;3\nb;c;0\nc;a;1\n", &["a>b c>b c=a"]),
    ] {
        let error = refused(DataKind::Comparisons, text);
        assert!(error.message.contains("they could say who won, or count wins"), "{error}");
        let mut all: Vec<_> = error.readings.iter().map(|r| games(text, Some(&r.columns))).collect();
        all.sort_unstable();
        for wanted in readings {
            assert!(all.iter().any(|found| found == wanted), "{wanted}: {all:?}");
        }
        all.dedup();
        assert_eq!(all.len(), error.readings.len(), "{all:?}");
    }
    // Larger numbers count.
    assert_eq!(games("heim,gast,siege\na,b,7\nb,c,0\nc,a,12\n", None), "a>b*7 c>a*12");
}

#[test]
fn two_columns_of_votes_are_scores_or_wins() {
    let text = "team1,team2,votes1,votes2\na,b,\"1,204\",987\nb,c,\"2,001\",\"1,999\"\nc,a,12,\"3,000\"\n";
    let error = refused(DataKind::Comparisons, text);
    let all: Vec<_> = error.readings.iter().map(|r| games(text, Some(&r.columns))).collect();
    assert_eq!(all, ["a>b b>c a>c", "a>b*1204 b>a*987 b>c*2001 c>b*1999 c>a*12 a>c*3000"], "{error}");
    let scores = "home,away,home_score,away_score\na,b,\"1,204\",987\nb,a,12,\"3,000\"\n";
    assert_eq!(games(scores, None), "a>b a>b");
}

#[test]
fn a_tie_that_a_column_says_needs_no_winner() {
    for text in [
        "p1,p2,winner,is_tie\na,b,a,no\nb,c,,yes\nc,a,NA,yes\n",
        "model_a;model_b;winner;tie\na;b;a;0\nb;c;;1\nc;a;-;1\n",
    ] {
        assert_eq!(games(text, None), "a>b b=c c=a", "{text}");
    }
    // Without it there is no outcome.
    assert_eq!(games("p1,p2,winner,is_tie\na,b,a,no\nb,c,,no\n", None), "a>b");
}

#[test]
fn unknown_names_over_two_columns_are_told_by_all_rows() {
    let text = "Sieger;Verlierer\na;b\nb;c\nc;a\na;c\n";
    let data = comparisons(text, None);
    assert_eq!(games(text, None), "a>b b>c c>a a>c");
    assert!(
        words(&data.remarks).contains("Line 1 (`Sieger`, `Verlierer`) was taken as a header"),
        "{:?}",
        data.remarks
    );
    assert_eq!(games(text, Some(&data.remarks[0].readings[0].columns)), "Sieger>Verlierer a>b b>c c>a a>c");
    // Where others come once, too, it is a game, and the header is offered.
    let text = "Sieger;Verlierer\na;b\nb;c\nc;a\na;d\n";
    assert_eq!(comparisons(text, None).encounters.len(), 5);
    assert!(words(&comparisons(text, None).remarks).contains("if it is a header"));
}

#[test]
fn places_in_words_and_with_marks() {
    let forms = "Timestamp,Email,Q [Tea],Q [Milk],Q [Water]\n\
                 2024/01/02 3:04:05 PM,a@x,Rank 1,Rank 2,Rank 3\n2024/01/02 3:05:05 PM,b@x,Rank 3,Rank 1,Rank 2\n";
    assert_eq!(placed(&orders(forms)), "Tea>Milk>Water Milk>Water>Tea");
    let choices = "Tea,Milk,Water\nFirst choice,Third choice,Second choice\nThird choice,First choice,Second choice\n";
    assert_eq!(placed(&orders(choices)), "Tea>Water>Milk Milk>Water>Tea");
    let season =
        "Pos.;Driver;Team;BHR;SAU;AUS;Points\n1;VER;RB;1PF;2†;Ret;51\n2;PER;RB;2;1F;5P;48\n3;ALO;AM;3;DNS;3;45\n";
    let data = orders(season);
    assert_eq!(placed(&data), "VER>PER>ALO PER>VER ALO>PER");
}

#[test]
fn what_is_no_order_is_refused() {
    for (text, wanted) in [
        (
            "id,ranking\n1,\"['a', 'b', 'c']\"\n2,\"['b', 'a', 'c']\"\n",
            "the cells of `ranking` are lists as Python prints them",
        ),
        ("When,Who,Says\n2024-01-02,Ann,yes\n2024-01-03,Bo,no\n2024-01-04,Cy,yes\n", "column 1 (`When`) holds dates"),
        ("a,b,c\nd,e,f\ng,h,i\n", "no name stands in two rows"),
    ] {
        let error = refused(DataKind::Orders, text);
        assert!(error.message.contains(wanted), "{error}");
    }
}

#[test]
fn true_and_false_are_one_and_zero() {
    for text in [
        "name,wet,rain\np,True,1.5\nq,False,\nr,True,3\n",
        "name,wet,rain\np,TRUE,1.5\nq,,2\nr,false,3\n",
        "[{\"wet\": true, \"rain\": 1.5}, {\"wet\": false, \"rain\": 2}]",
    ] {
        let data = table(text);
        assert_eq!(
            (data.columns.join(" "), data.values[0], data.values[data.values.len() - 1] >= 2.0),
            ("wet rain".into(), 1.0, true)
        );
        assert!(words(&data.remarks).contains("True and false were read as 1 and 0, in `wet`."), "{:?}", data.remarks);
    }
    // Beside other words they are words.
    assert_eq!(table("name,wet,rain,sun\np,True,1.5,2\nq,maybe,1,3\nr,False,3,4\n").columns, ["rain", "sun"]);
}

#[test]
fn codes_far_from_everything_are_found_in_small_tables() {
    let data = table("station,t1,t2,t3\nA,12.5,-9999,3\nB,-9999.0,4.5,2\nC,1,2,-9999\n");
    assert_eq!(shown(&data.values), "12.5 ? 3 ? 4.5 2 1 2 ?");
    assert!(words(&data.remarks).contains("Taken as missing"), "{:?}", data.remarks);
    // Two numbers of a size say nothing of a third.
    assert_eq!(shown(&table("n,a,b\nx,999,5\ny,1,6\nz,998,7\n").values), "999 5 1 6 998 7");
}
