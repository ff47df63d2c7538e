//! What programs and sites write, and what a first look takes for something else: numbers over columns, games from both sides,
//! times of day, names of other people, totals. The layouts are those of pandas' `to_csv`, tennis-data.co.uk, Transfermarkt's
//! and FiveThirtyEight's tables, AlpacaEval, cricket's results, cast vote records and Qualtrics; the cells are made up.

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

fn games(data: &Comparisons) -> String {
    let one = |e: &iterscope_core::Encounter| {
        let (a, b) = (&data.items[e.winner as usize], &data.items[e.loser as usize]);
        let count = if e.count == 1.0 { String::new() } else { format!("*{:.2}", e.count) };
        format!("{a}{}{b}{count}", if e.tie { "=" } else { ">" })
    };
    data.encounters.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn orders(text: &str, columns: Option<&str>) -> (String, Vec<Remark>) {
    let data: Orders = match said(DataKind::Orders, text, columns) {
        Ok(Dataset::Orders(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    };
    let names = |o: &iterscope_core::Order| {
        o.placed.iter().map(|&i| data.items[i as usize].as_str()).collect::<Vec<_>>().join(">")
    };
    (data.orders.iter().map(names).collect::<Vec<_>>().join(" "), data.remarks)
}

fn table(text: &str, columns: Option<&str>) -> Table {
    match said(DataKind::Table, text, columns) {
        Ok(Dataset::Table(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn words(remarks: &[Remark]) -> String {
    remarks.iter().map(|r| r.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The one other reading of the remark that has such words.
fn offered<'a>(remarks: &'a [Remark], words: &str) -> &'a str {
    let remark = remarks.iter().find(|r| r.text.contains(words)).unwrap_or_else(|| panic!("{words}: {remarks:?}"));
    assert_eq!(remark.readings.len(), 1, "{remark:?}");
    &remark.readings[0].columns
}

#[test]
fn numbers_over_columns_are_their_names() {
    const TAKEN: &str = "were taken as the names of the columns";
    for (text, columns, rows, plain) in [
        // to_csv() of a frame without names.
        (",0,1,2\n0,1.5,,3.0\n1,4.0,5.25,\n2,7.0,8.0,9.25\n3,2.0,2.5,1.0\n", "0 1 2", "0 1 2 3", 5),
        // The same with names of rows, and with years; index_label; index=False.
        (",0,1,2\na,1.5,,3.0\nb,4.0,5.25,\nc,7.0,8.0,9.25\n", "0 1 2", "a b c", 4),
        (",0.5,1.5\na,1.5,\nb,4.0,5.25\nc,7.0,8.0\n", "0.5 1.5", "a b c", 4),
        ("city\t2019\t2020\t2021\na\t1.5\t\t3.0\nb\t4.0\t5.25\t\n", "2019 2020 2021", "a b", 3),
        ("Country,1990,2000,2010\nA,1.5,2,\nB,,4,5\nC,2,,4\n", "1990 2000 2010", "A B C", 4),
        ("2019,2020,2021\n1.5,,3.0\n4.0,5.25,\n7.0,8.0,9.25\n", "2019 2020 2021", "1 2 3", 4),
        ("0,1,2\n1.5,,3.5\n4.5,5.25,\n7.0,8.0,9.25\n", "0 1 2", "1 2 3", 4),
    ] {
        let data = table(text, None);
        assert_eq!((data.columns.join(" "), data.rows.join(" ")), (columns.into(), rows.into()), "{text}");
        let other = table(text, Some(offered(&data.remarks, TAKEN)));
        assert_eq!((other.rows.len(), other.columns[0].as_str()), (plain, "1"), "{text}");
    }
    // Numbers like all others are none, and where nothing decides the other reading is offered.
    for text in ["1,2,3\n4,5,6\n7,8,9\n", "5.5,2,1\n1.5,,3\n4,5.25,2\n", "1.5,2.5\n3,4\n5,6\n"] {
        assert_eq!((table(text, None).rows.len(), table(text, None).remarks.len()), (3, 0), "{text}");
    }
    let text = "dose,5,20,80\na,1.5,,3.0\nb,4.0,5.25,\n";
    let data = table(text, None);
    assert_eq!(data.rows.join(" "), "dose a b");
    let other = table(text, Some(offered(&data.remarks, "were taken as numbers like the others")));
    assert_eq!((other.columns.join(" "), other.rows.join(" ")), ("5 20 80".into(), "a b".into()));
    // A square of distances whose points have numbers.
    let data = table(",7,5,9\n7,0,5,6\n5,5,0,7\n9,6,7,0\n", None);
    assert_eq!((data.columns.join(" "), data.rows.join(" ")), ("7 5 9".into(), "7 5 9".into()));
}

#[test]
fn games_from_both_sides_count_once() {
    const TWICE: &str = "once from each side: each counts once";
    for text in [
        "date,team,opponent,result\n2024-01-01,A,B,W\n2024-01-01,B,A,L\n2024-01-02,B,C,D\n2024-01-02,C,B,D\n",
        "player,opponent,score\nA,B,3-1\nB,C,2-2\nB,A,1-3\nC,B,2-2\nC,A,0-4\nA,C,4-0\n",
        "team,opponent,team_score,opponent_score\nA,B,3,1\nB,A,1,3\nB,C,2,2\nC,B,2,2\nC,A,0,4\nA,C,4,0\n",
    ] {
        let data = comparisons(text, None);
        let all = text.lines().count() - 1;
        assert_eq!((data.encounters.len(), &games(&data)[..7]), (all / 2, "A>B B=C"), "{text}");
        let both = comparisons(text, Some(offered(&data.remarks, TWICE)));
        assert_eq!(both.encounters.len(), all);
        let details = &data.details;
        assert!([0, all / 2].contains(&details.day.len()) && [0, all / 2].contains(&details.margin.len()));
    }
    for text in [
        // At home and away, with the same winner; one more game; another result.
        "home,away,score\nA,B,3-1\nB,A,1-3\nB,C,2-2\nC,B,2-2\nC,A,0-4\nA,C,4-0\n",
        "team,opponent,result\nA,B,W\nB,A,L\nB,C,D\nC,B,D\nC,A,L\n",
        "team,opponent,result\nA,B,W\nB,A,L\nB,C,W\nC,B,W\nC,A,L\nA,C,W\n",
        "winner,loser\nA,B\nB,A\nB,C\nC,B\n",
    ] {
        assert_eq!(comparisons(text, None).encounters.len(), text.lines().count() - 1, "{text}");
    }
}

#[test]
fn the_time_of_day_and_the_round_order_games_of_one_date() {
    let days = |text: &str| comparisons(text, None).details.day;
    let text =
        "Date,Time,Home,Away,HG,AG\n2024-03-02,20:00,A,B,1,0\n2024-03-02,12:30,B,C,2,1\n2024-03-01,15:00,C,A,0,0\n";
    let clock = |h: f64| h / 24.0;
    assert_eq!(days(text), [19_784.0 + clock(20.0), 19_784.0 + clock(12.5), 19_783.625]);
    assert!(!words(&comparisons(text, None).remarks).contains("Time"));
    // Not every game has one.
    assert_eq!(days(&text.replace("12:30", "")), [19_784.0, 19_784.0, 19_783.0]);
    let text = "played_at,winner,loser\n2024-03-01T18:00:00Z,A,B\n2024-03-01T17:00:00+02:00,B,C\n";
    assert_eq!(days(text), [19_783.75, 19_783.625]);
    let text = "year,month,day,winner,loser\n2024,3,2,A,B\n2023,12,30,B,C\n";
    assert_eq!(days(text), [19_784.0, 19_721.0]);
    // The final of a tournament stands above the games that led to it.
    let text = "tourney_date,winner_name,loser_name,score,round\n20240101,A,B,6-4 6-4,F\n20240101,A,C,6-4 6-4,SF\n\
                20240101,B,D,6-4 6-4,SF\n20240101,C,E,6-0 6-0,QF\n20231201,C,D,6-1 6-1,R16\n";
    let data = comparisons(text, None);
    assert_eq!(games(&data), "C>D C>E A>C B>D A>B");
    let as_it_is =
        comparisons(text, Some(offered(&data.remarks, "games of one date do not stand in the order of `round`")));
    assert_eq!(games(&as_it_is), "A>B A>C B>D C>E C>D");
    let data = comparisons("Month,White,Black,Score\n2,A,B,1\n1,B,C,0.5\n3,C,A,0\n", None);
    assert_eq!(games(&data), "B=C A>B A>C");
}

#[test]
fn players_are_who_plays() {
    // The clubs, not those who manage them; goals, not what both legs together gave.
    let text = "game_id,season,round,date,home_club_id,away_club_id,home_club_goals,away_club_goals,home_club_position,\
                away_club_position,home_club_manager_name,away_club_manager_name,home_club_name,away_club_name,aggregate\n\
                1,2013,1. Matchday,2013-08-18,159,86,3,3,8,9,Lu,Ro,Ayr,Bute,3:3\n\
                2,2013,2. Matchday,2013-08-20,86,33,2,0,6,7,Ro,Je,Bute,Coll,2:1\n\
                3,2013,3. Matchday,2013-11-20,33,159,2,0,6,7,Je,Lu,Coll,Ayr,0:2\n";
    assert_eq!(games(&comparisons(text, None)), "Ayr=Bute Bute>Coll Coll>Ayr");
    // Points of the ranking are no scores, and a game that nobody played is none.
    let text = "ATP,Date,Round,Best of,Winner,Loser,WRank,LRank,WPts,LPts,W1,L1,W2,L2,Wsets,Lsets,Comment\n\
                1,02/01/2023,1st Round,3,A,B,60,40,811,811,6,4,6,3,2,0,Completed\n\
                1,03/01/2023,1st Round,3,B,C,40,39,811,1040,6,4,4,1,1,0,Retired\n\
                1,14/01/2023,2nd Round,3,C,A,39,60,1040,811,,,,,,,Walkover\n";
    let data = comparisons(text, None);
    assert_eq!((games(&data), data.details.margin), ("A>B B>C".into(), vec![2.0, 1.0]));
    // What a game was won by is no outcome, where a column has the winner.
    let text = "id,date,team1,team2,toss_winner,winner,result,result_margin\n1,2008-04-18,A,B,A,B,runs,140\n\
                2,2008-04-19,B,C,C,C,wickets,3\n3,2009-04-19,C,A,C,A,tie,NA\n4,2009-05-19,C,A,C,NA,NA,NA\n";
    assert_eq!(games(&comparisons(text, None)), "B>A C>B A>C");
    // Texts that the players wrote do not come again, and are offered.
    let text = r#"[{"output_1": "p", "generator_1": "m1", "output_2": "q", "generator_2": "m2", "preference": 2.0},
                   {"output_1": "r", "generator_1": "m2", "output_2": "s", "generator_2": "m3", "preference": 1.0},
                   {"output_1": "t", "generator_1": "m3", "output_2": "u", "generator_2": "m1", "preference": 1.5},
                   {"output_1": "v", "generator_1": "m1", "output_2": "w", "generator_2": "m3", "preference": 1.0}]"#;
    let data = comparisons(text, None);
    assert_eq!(games(&data), "m2>m1 m2>m3 m3=m1 m1>m3");
    assert_eq!(
        games(&comparisons(text, Some(offered(&data.remarks, "were taken for the two players")))),
        "q>p r>s t=u v>w"
    );
    // 1.9 of 1 to 2 is nearly the second.
    let text = "generator_1,generator_2,preference\na,b,1.9\nb,c,1.25\n";
    assert_eq!(games(&comparisons(text, None)), "a>b*0.10 b>a*0.90 b>c*0.75 c>b*0.25");
    // Ratings of players are never offered as their scores.
    let error =
        said(DataKind::Comparisons, "white_name,black_name,white_rating,black_rating\na,b,1500,1600\nb,c,1,2\n", None);
    assert!(!format!("{error:?}").contains("they are scores"), "{error:?}");
}

#[test]
fn names_typed_and_typeset_are_nearly_equal() {
    let text = "winner,loser\nO'Neil,Bo\nO\u{2019}Neil,Cy\nBo,Saint-Etienne\nSaint\u{2013}Etienne,Cy\nCy,\u{ff22}o\n";
    let data = comparisons(text, None);
    assert_eq!(data.items.len(), 7);
    let merged = comparisons(text, Some(offered(&data.remarks, "accents, quotes and dashes")));
    assert_eq!(merged.items, ["O'Neil", "Bo", "Cy", "Saint-Etienne"]);
}

#[test]
fn words_over_orders_are_no_order() {
    let text = "Best,Middle,Worst\na,b,c\nc,a,b\nb,a,c\n";
    let (found, remarks) = orders(text, None);
    assert_eq!(found, "a>b>c c>a>b b>a>c");
    assert_eq!(orders(text, Some(offered(&remarks, "was taken as a header"))).0, "Best>Middle>Worst a>b>c c>a>b b>a>c");
    // Where one name below comes once only, the first line may be an order, too.
    assert_eq!(orders("x,y,z\na,b,c\nc,a,b\nb,a,d\n", None).0, "x>y>z a>b>c c>a>b b>a>d");
    let (found, remarks) = orders(
        "Ballot ID,Precinct,Rank 1,Rank 2,Rank 3\n1,P,Ann,Bo,Cy\n2,P,Bo,undervote,Ann\n3,P,Cy,Ann,overvote\n4,P,Cy,skipped,Bo\n",
        None,
    );
    assert_eq!(found, "Ann>Bo>Cy Bo>Ann Cy>Ann Cy>Bo");
    let words = words(&remarks);
    assert!(words.contains("2 places, the first in line 3, were left out by the voter"), "{words}");
    assert!(words.contains("1 ballots, the first in line 4, end where two names share a place"), "{words}");
    let survey = "ResponseId,Q1_1,Q1_2\nResponse ID,Rank - Tea,Rank - Milk\n\
                  \"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"QID1_1\"\"}\",\"{\"\"ImportId\"\":\"\"QID1_2\"\"}\"\nR_1,1,2\nR_2,2,1\n";
    for kind in [DataKind::Orders, DataKind::Comparisons, DataKind::Table] {
        let error = said(kind, survey, None).unwrap_err();
        assert!(error.to_string().starts_with("line 3: this is a survey exported from Qualtrics"), "{error}");
    }
}

#[test]
fn totals_are_said() {
    let text = "store,mon,tue,Grand Total\nA,1,2,3\nB,,4,4\nC,3,5,8\n";
    let data = table(text, None);
    assert_eq!(table(text, Some(offered(&data.remarks, "sums them up"))).columns, ["mon", "tue"]);
    let data = table("region,jan,feb\nNorth,1,2\nSouth,,3\nTotal,1,5\n", None);
    assert!(words(&data.remarks).contains("The row `Total` was taken as a row like the others"), "{:?}", data.remarks);
}

#[test]
fn without_a_header_users_and_items_may_be_exchanged() {
    let text = "B1,A1,5.0,978480000\nB1,A2,5.0,953424000\nB2,A1,4.0,1383523200\n";
    let ratings = |columns: Option<&str>| match said(DataKind::Ratings, text, columns) {
        Ok(Dataset::Ratings(data)) => data,
        other => panic!("{other:?}"),
    };
    let data = ratings(None);
    assert_eq!(data.users, ["B1", "B2"]);
    assert_eq!(ratings(Some(offered(&data.remarks, "There is no header"))).users, ["A1", "A2"]);
}

#[test]
fn a_tar_archive_is_named() {
    let mut bytes = vec![0u8; 1024];
    bytes[..5].copy_from_slice(b"t.csv");
    bytes[257..262].copy_from_slice(b"ustar");
    let error = read(DataKind::Table, "t.tar", &bytes, None).unwrap_err();
    assert!(error.to_string().contains("is a tar archive"), "{error}");
}
