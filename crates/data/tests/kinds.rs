//! Every kind of misreading with files that differ from the fixtures in words, delimiters and order: what was taken is said, what
//! else there is can be had, and what nothing decides is refused.

use iterscope_core::{Columns, Comparisons, DataKind, Dataset, Orders, Ratings, Remark, Table};
use iterscope_data::{DataError, read};

fn said(kind: DataKind, bytes: &[u8], columns: Option<&str>) -> Result<Dataset, DataError> {
    let columns: Option<Columns> = columns.map(|c| c.parse().unwrap_or_else(|e| panic!("{c}: {e}")));
    read(kind, "file", bytes, columns.as_ref())
}

fn comparisons(text: &str, columns: Option<&str>) -> Comparisons {
    match said(DataKind::Comparisons, text.as_bytes(), columns) {
        Ok(Dataset::Comparisons(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

/// `Ann>Bob` and `Ann=Bob`, with how often behind where it is not once.
fn games(text: &str, columns: Option<&str>) -> String {
    let data = comparisons(text, columns);
    let one = |e: &iterscope_core::Encounter| {
        let count = if e.count == 1.0 { String::new() } else { format!("*{}", e.count) };
        format!(
            "{}{}{}{count}",
            data.items[e.winner as usize],
            if e.tie { "=" } else { ">" },
            data.items[e.loser as usize]
        )
    };
    data.encounters.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn orders(text: &str, columns: Option<&str>) -> String {
    let data: Orders = match said(DataKind::Orders, text.as_bytes(), columns) {
        Ok(Dataset::Orders(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    };
    let names = |ids: &[u32], by: &str| {
        let mut all: Vec<&str> = ids.iter().map(|&i| data.items[i as usize].as_str()).collect();
        if by == " " {
            all.sort_unstable();
        }
        all.join(by)
    };
    let one = |o: &iterscope_core::Order| {
        let count = if o.count == 1.0 { String::new() } else { format!("{}:", o.count) };
        let behind = if o.behind.is_empty() { String::new() } else { format!("|{}", names(&o.behind, " ")) };
        format!("{count}{}{behind}", names(&o.placed, ">"))
    };
    data.orders.iter().map(one).collect::<Vec<_>>().join(" ; ")
}

fn table(text: &str, columns: Option<&str>) -> Table {
    match said(DataKind::Table, text.as_bytes(), columns) {
        Ok(Dataset::Table(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn ratings(text: &str) -> Ratings {
    match said(DataKind::Ratings, text.as_bytes(), None) {
        Ok(Dataset::Ratings(data)) => data,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn refused(kind: DataKind, text: &str) -> DataError {
    match said(kind, text.as_bytes(), None) {
        Err(error) => error,
        Ok(data) => panic!("{text:?} was read: {data:?}"),
    }
}

fn words(remarks: &[Remark]) -> String {
    remarks.iter().map(|r| r.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The readings that remarks offer.
fn offers(remarks: &[Remark]) -> Vec<&str> {
    remarks.iter().flat_map(|r| &r.readings).map(|r| r.columns.as_str()).collect()
}

#[test]
fn choices_of_one_of_two() {
    // What the header calls it does not matter, nor the delimiter; 1 and 2 are the two.
    for text in [
        "item1,item2,chosen\ncat,dog,1\ndog,fox,2\nfox,cat,1\n",
        "opt_left;opt_right;picked\ncat;dog;1\ndog;fox;2\nfox;cat;1\n",
        "judge\tsampleA\tsampleB\tpreferred\nj1\tcat\tdog\t1\nj2\tdog\tfox\t2\nj1\tfox\tcat\t1\n",
    ] {
        assert_eq!(games(text, None), "cat>dog fox>dog fox>cat", "{text}");
        let data = comparisons(text, None);
        assert!(words(&data.remarks).contains("1 was read as the first and 2 as the second"), "{text}");
        assert!(offers(&data.remarks).iter().any(|c| c.contains("winner,loser,count")), "{text}");
    }
    // L is left beside R, and lost beside W.
    for (text, wanted) in [
        ("left,right,choice\ncat,dog,L\ndog,fox,R\nfox,cat,tie\n", "cat>dog fox>dog fox=cat"),
        ("item_1,item_2,response\ncat,dog,left\ndog,fox,right\n", "cat>dog fox>dog"),
        ("p1,p2,res\ncat,dog,W\ndog,fox,L\nfox,cat,T\n", "cat>dog fox>dog fox=cat"),
    ] {
        assert_eq!(games(text, None), wanted, "{text}");
    }
    let both = refused(DataKind::Comparisons, "left,right,choice\ncat,dog,L\ndog,fox,R\nfox,cat,B\n");
    assert!(both.message.contains("letters for a and b"), "{both}");
}

#[test]
fn numbers_that_may_be_scales_or_counts() {
    // The header names two players, so that winners and losers are not to be guessed.
    for (text, wanted) in [
        (
            "left,right,rating\nx,y,1\ny,z,7\nz,x,4\n",
            &["codes=scale;header;first,second,outcome", "header;winner,loser,count"][..],
        ),
        ("left,right,slider\nx,y,-100\ny,z,55\nz,x,0\n", &["codes=signed;header;first,second,outcome"]),
        (
            "model_1,model_2,preference_score\nx,y,0.7\ny,z,0.25\n",
            &["codes=points;header;first,second,outcome", "header;winner,loser,count"],
        ),
    ] {
        let error = refused(DataKind::Comparisons, text);
        let offered: Vec<_> = error.readings.iter().map(|r| r.columns.as_str()).collect();
        assert_eq!(offered, wanted, "{text}: {error}");
        let all: Vec<_> = offered.iter().map(|c| games(text, Some(c))).collect();
        assert!(all.windows(2).all(|w| w[0] != w[1]), "{all:?}");
    }
    assert_eq!(
        games("left,right,slider\nx,y,-100\ny,z,55\nz,x,0\n", Some("codes=signed;header;first,second,outcome")),
        "y>x y>z z=x"
    );
    // More values than a scale has.
    let text: String = (-15..=15).map(|k| format!("a{},b,{}\n", k + 15, k * 6)).collect();
    let data = comparisons(&format!("left,right,preference\n{text}"), None);
    assert_eq!((data.encounters.len(), data.encounters.iter().filter(|e| e.tie).count()), (31, 1));
    assert!(words(&data.remarks).contains("from -90 to 90"), "{}", words(&data.remarks));
}

#[test]
fn scores_and_wins_of_the_two() {
    // Scores under the name of the team, and draws of all spellings.
    for text in [
        "team1,team2,team1_goals,team2_goals\na,b,1,0\nb,c,2,2\nc,a,1,2\n",
        "Home Team;Away Team;Home Pts;Away Pts\na;b;1;0\nb;c;2;2\nc;a;1;2\n",
        "winner,loser,is_draw\na,b,False\nb,c,True\na,c,False\n",
        "Winner,Loser,Drawn?\na,b,no\nb,c,yes\na,c,no\n",
        "winner,loser,score\na,b,1-0\nb,c,2-2\na,c,2-1\n",
        "winner,w_pts,loser,l_pts\na,1,b,0\nb,2,c,2\na,2,c,1\n",
    ] {
        let found = games(text, None);
        assert!(found == "a>b b=c a>c" || found == "a>b b=c c>a" || found.starts_with("a>b b=c"), "{text}: {found}");
        assert!(found.ends_with("a>c"), "{text}: {found}");
    }
    // Two bare columns may be scores of one game, or how often each won.
    for text in ["item_a,item_b,n_a,n_b\ncat,dog,3,2\ndog,fox,1,4\n", "cat,dog,3,2\ndog,fox,1,4\n"] {
        assert_eq!(games(text, None), "cat>dog fox>dog", "{text}");
        let data = comparisons(text, None);
        let [wins] = offers(&data.remarks)[..] else { panic!("{:?}", data.remarks) };
        assert_eq!(games(text, Some(wins)), "cat>dog*3 dog>cat*2 dog>fox fox>dog*4", "{text}");
    }
}

#[test]
fn games_that_nobody_played() {
    let text = "id,home,away,fthg,ftag,status\n1,A,B,1,0,FT\n2,B,C,,,PST\n3,C,A,1,1,FT\n4,C,B,3,0,AWD\n";
    assert_eq!(games(text, None), "A>B C=A");
    assert_eq!(games(text, Some("walkovers=counted")), "A>B C=A C>B");
    // A point without an opponent is a bye.
    let text = "white,black,result\na,b,1-0\nb,,1\nc,BYE,1\nb,c,½-½\n";
    assert_eq!(games(text, None), "a>b b=c");
    let left = words(&comparisons(text, None).remarks);
    assert!(left.contains("Left out line 3, because it has no opponent."), "{left}");
    assert!(left.contains("Left out line 4, because one of its players is a bye."), "{left}");
    let pgn = "[White \"Abel\"]\n[Black \"?\"]\n[Result \"1-0\"]\n\n1-0\n\n[White \"Abel\"]\n[Black \"Bird\"]\n[Result \"0-1\"]\n\n0-1\n";
    assert_eq!(games(pgn, None), "Bird>Abel");
    // A winner without a loser is a mistake.
    assert!(refused(DataKind::Comparisons, "winner,loser\na,b\nb,\n").message.contains("the name is empty"));
}

#[test]
fn games_between_blanks() {
    for text in [
        "winner loser\nA B\nB C\nC A\n",
        "\"winner\" \"loser\"\n\"1\" \"A\" \"B\"\n\"2\" \"B\" \"C\"\n\"3\" \"C\" \"A\"\n",
        "  A   B\n  B   C\n  C   A\n",
    ] {
        assert_eq!(games(text, None), "A>B B>C C>A", "{text}");
        assert!(words(&comparisons(text, None).remarks).contains("Blanks separate the columns"), "{text}");
    }
    let counted = "\"home.team\" \"away.team\" \"home.wins\" \"away.wins\"\n\"1\" \"New York\" \"Boston\" 3 1\n\"2\" \"Boston\" \"New York\" 2 0\n";
    assert_eq!(games(counted, None), "New York>Boston*3 Boston>New York Boston>New York*2");
}

#[test]
fn ranks_of_judges() {
    // A column of judges under a word, a number or nothing; mid-ranks; places that others left empty.
    for (text, wanted) in [
        ("Judge,Tea,Cola,Milk\nAnn,1.5,1.5,3\nBen,2,1,3\nCy,1,3,2\n", "Cola>Tea>Milk"),
        ("\"\",\"Tea\",\"Cola\",\"Milk\"\n\"1\",1,2,3\n\"2\",2,1,3\n\"3\",3,1,2\n", "Cola>Tea>Milk"),
        ("voter;Tea;Cola;Milk\n11;1;2;3\n12;2;1;3\n13;1;3;2\n", "Cola>Tea>Milk"),
    ] {
        let found = orders(text, None);
        assert!(found.contains(wanted) && !found.contains("Ann") && !found.contains("11"), "{text}: {found}");
    }
    // Items in rows, in front of races of theirs.
    let found = orders(",j1,j2,j3\nTea,1,2,1\nCola,2,1,3\nMilk,3,3,2\nRum,4,4,4\n", None);
    assert_eq!(found, "Tea>Cola>Milk>Rum ; Cola>Tea>Milk>Rum ; Tea>Milk>Cola>Rum");
}

#[test]
fn seasons_have_columns_for_their_end() {
    let text = "Pos,Driver,BHR,SAU,AUS,Points\n1,VER,1,1,Ret,50\n2,PER,2,2,5,40\n3,SAI,3,DNS,1,30\n";
    assert_eq!(orders(text, None), "VER>PER>SAI ; VER>PER ; SAI>PER|VER");
    let text = "Skier;Team;Oslo;Lahti;Total\nJo;N;1;3;100\nEl;S;2;1;120\nMi;F;3;2;90\n";
    assert_eq!(orders(text, None), "Jo>El>Mi ; El>Mi>Jo");
}

#[test]
fn what_is_no_list_of_items_is_refused() {
    let wrong = |text: &str| refused(DataKind::Orders, text);
    // One unknown word does not make names of a header.
    let times = wrong("event,athlete,time\n1,A,10.2\n1,B,10.1\n2,A,9.9\n2,B,10.3\n");
    assert!(times.message.contains("`event`, `athlete`, `time`"), "{times}");
    assert_eq!(times.readings[0].columns, "header;event,item,place");
    let text = "event,athlete,time\n1,A,10.2\n1,B,10.1\n2,A,9.9\n2,B,10.3\n";
    assert_eq!(orders(text, Some("header;event,item,place")), "B>A ; A>B");
    assert!(
        wrong("meet,heat_no,swimmer,lane,place\nx,1,A,4,1\nx,1,B,5,2\n")
            .message
            .contains("expected race, item and place")
    );
    // Scores under names.
    let scores = wrong("Tea,Cola,Milk\n5,4,1\n4,5,2\n5,3,4\n");
    assert!(scores.message.contains("not ranks from 1 on") && scores.readings.len() == 2, "{scores}");
    assert!(wrong("['A', 'B', 'C']\n['B', 'A', 'C']\n").message.contains("as Python prints them"));
    assert!(
        wrong("{\"ranking\": [\"A\", \"B\"]}\n{\"ranking\": [\"B\", \"A\"]}\n")
            .message
            .contains("`[0].ranking` is a list")
    );
}

#[test]
fn ballots_with_counts_before_and_behind() {
    assert_eq!(orders("A>B>C,12\nB>A>C,7\n", None), "12:A>B>C ; 7:B>A>C");
    assert_eq!(orders("A > B > C; 2\nC > A > B; 3\n", None), "2:A>B>C ; 3:C>A>B");
    assert_eq!(orders("A > B > C\n3: C > A > B\n", None), "A>B>C ; 3:C>A>B");
}

#[test]
fn numbers_in_other_words() {
    // The word that stands where nothing is known can be said to be one.
    let text = "n,a,b\nx,1,2\ny,n.a.,3\nz,2,1\n";
    let error = refused(DataKind::Table, text);
    assert_eq!((error.line, error.column), (Some(3), Some(2)));
    assert_eq!(error.readings[0].columns, "missing=n.a.");
    assert!(table(text, Some("missing=n.a.")).values[2].is_nan());
    let more = "n,a,b\nx,1,2\ny,n.a.,*\nz,2,1\n";
    let error = said(DataKind::Table, more.as_bytes(), Some("missing=n.a.")).unwrap_err();
    assert_eq!(error.readings[0].columns, "missing=n.a.,*");
    assert!(said(DataKind::Table, more.as_bytes(), Some("missing=n.a.,*")).is_ok());
    let error = refused(DataKind::Ratings, "user,item,rating\na,x,3\na,y,unknown\nb,x,2\n");
    assert_eq!(error.readings[0].columns, "missing=unknown");
    // Amounts with points between thousands, beside decimal points: both readings.
    let amounts = "n;a;b\nx;€1.234;5.41\ny;€858;4.07\nz;€2.500;1.5\nw;€9.120;3\n";
    let data = table(amounts, None);
    assert_eq!(data.values[0], 1.234);
    assert!(
        words(&data.remarks).contains("`€1.234` was read as 1.234, not as 1234: other columns have decimal points")
    );
    assert_eq!(offers(&data.remarks), ["decimal=comma"]);
    // Nothing else than a decimal comma explains what has one digit behind it.
    let data = ratings("user,item,rating\na,x,\"4,5\"\na,y,\"3,5\"\nb,x,2\n");
    assert_eq!(data.entries[0].value, 4.5);
    assert!(words(&data.remarks).contains("a comma stands before decimals: `4,5` was read as 4.5"));
}

#[test]
fn json_of_ratings_and_of_tables() {
    let lines = "{\"reviewerID\": \"a\", \"asin\": \"x\", \"overall\": 5.0}\n{\"reviewerID\": \"b\", \"asin\": \"x\", \"overall\": 3.0}\n";
    let list = "[{\"user\": \"a\", \"item\": \"x\", \"rating\": 5}, {\"item\": \"x\", \"user\": \"b\", \"rating\": 3}]";
    for text in [lines, list] {
        let data = ratings(text);
        let values: Vec<f64> = data.entries.iter().map(|e| e.value).collect();
        assert_eq!(
            (data.users, data.items, values),
            (vec!["a".into(), "b".into()], vec!["x".to_owned()], vec![5.0, 3.0])
        );
    }
    // As pandas writes frames by columns, by records and as values.
    for text in [
        "{\"p\":{\"0\":1.043,\"1\":null},\"q\":{\"0\":2.0,\"1\":858}}",
        "[{\"p\":1.043,\"q\":2.0},{\"p\":null,\"q\":858}]",
        "{\"columns\":[\"p\",\"q\"],\"index\":[0,1],\"data\":[[1.043,2.0],[null,858]]}",
    ] {
        let data = table(text, None);
        assert_eq!(data.columns, ["p", "q"], "{text}");
        assert_eq!(data.values.iter().filter(|v| v.is_nan()).count(), 1, "{text}");
        assert_eq!((data.values[0], data.values[1], data.values[3]), (1.043, 2.0, 858.0), "{text}");
        assert!(offers(&data.remarks).is_empty(), "{:?}", data.remarks);
    }
    let data = table("[[1.5, 2], [null, 3], [4, 5]]", None);
    assert_eq!((data.rows.len(), data.columns.len()), (3, 2));
    let uneven = refused(DataKind::Table, "[[1.5, 2],\n [3]]");
    assert_eq!(uneven.line, Some(2), "{uneven}");
}

#[test]
fn names_that_are_nearly_equal() {
    let text = "user,item,rating\nAnn,X,3\nann,Y,4\nBob,Y,2\nBob, x,1\nCy,Y\u{200b},5\n";
    let data = ratings(text);
    assert_eq!((data.users.len(), data.items.len()), (4, 4));
    let said_of = words(&data.remarks);
    assert!(said_of.contains("`Ann` and `ann`") && said_of.contains("`X` and `x`"), "{said_of}");
    assert_eq!(offers(&data.remarks), ["names=merged"; 2]);
    match said(DataKind::Ratings, text.as_bytes(), Some("names=merged")).unwrap() {
        Dataset::Ratings(data) => {
            assert_eq!(
                (data.users, data.items),
                (vec!["Ann".into(), "Bob".into(), "Cy".to_owned()], vec!["X".into(), "Y".to_owned()])
            );
            assert_eq!(data.entries.len(), 5);
        }
        other => panic!("{other:?}"),
    }
    for text in ["winner,loser\nstraße,Bo\nBo,STRASSE\n", "winner,loser\nAda\u{a0}Lee,Bo\nBo,Ada Lee\n"] {
        assert_eq!(comparisons(text, None).items.len(), 3);
        assert_eq!(comparisons(text, Some("names=merged")).items.len(), 2, "{text}");
    }
}

#[test]
fn lists_of_pairs_are_no_tables() {
    let error = refused(DataKind::Table, "from,to,distance\nA,B,1.5\nA,C,2\nB,A,1.5\nB,C,3\nC,A,2\nC,B,3\n");
    assert!(error.message.contains("a list of pairs, not a table"), "{error}");
    // Notes beside a column of numbers are none.
    assert_eq!(table("name,remark,x\na,fine,1\nb,fine,2\nc,bad,3\n", None).values, [1.0, 2.0, 3.0]);
}

#[test]
fn files_of_other_programs_are_refused_by_name() {
    let starts: [(&[u8], &str); 15] = [
        (b"ARROW1\0\0\xff\xff", "a Feather file"),
        (b"\x80\x04\x95\x10\0\0\0", "a pickle of Python"),
        (b"\x80\x05\x95\xd1\x05\0\0", "a pickle of Python"),
        (b"\x80\x02ccopy_reg\n", "a pickle of Python"),
        // As pandas writes them by default.
        (b"\x72\x02\x01\x00\x05\0", "a file of Stata"),
        (b"<stata_dta><header>", "a file of Stata"),
        (b"BZh91AY&SY\0\xfa", "a bzip2 archive"),
        (b"\xfd7zXZ\0\0\x04", "an xz archive"),
        (b"RDX3\nX\n\0\0\0\x03", "data of R"),
        (b"<!DOCTYPE html>\n<table><tr><td>1</td></tr></table>", "a page of HTML"),
        (b"<table border=\"1\" class=\"dataframe\">\n<tr>", "a page of HTML"),
        (b"<?xml version='1.0'?>\n<data><row/></data>", "an XML file"),
        (b"PAR1\x15\x04\x15", "a Parquet file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old workbook of Excel"),
    ];
    for (bytes, what) in starts {
        for kind in [DataKind::Table, DataKind::Ratings, DataKind::Comparisons, DataKind::Orders] {
            let error = said(kind, bytes, None).unwrap_err();
            assert!(error.message.contains(what), "{what}: {error}");
        }
    }
    // A matrix X of 8 x 3 numbers, as scipy.io.savemat writes it with format='4'.
    let mut level_4: Vec<u8> = [0u32, 8, 3, 0, 2].iter().flat_map(|v| v.to_le_bytes()).collect();
    level_4.extend(b"X\0");
    level_4.extend([0; 8 * 24]);
    let error = said(DataKind::Table, &level_4, None).unwrap_err();
    assert!(error.message.contains("a MATLAB file of version 4"), "{error}");
    for (bytes, what) in [
        (&b"\0\0\0\x0cjP  \r\n\x87\n"[..], "a JPEG 2000 picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture"),
        (b"\0\0\x01\0\x01\0\x10\x10", "an icon"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG drawing"),
    ] {
        let error = said(DataKind::Image, bytes, None).unwrap_err();
        assert!(error.message.contains(what) && error.message.contains("save or export it as PNG"), "{what}: {error}");
    }
    // A table may begin like one of them.
    assert_eq!(table("BZh,b\n1,2\n3,4\n", None).columns, ["BZh", "b"]);
}

/// A structured array whose fields are two, as `numpy.save` writes it: its names are no line of a file.
#[test]
fn fields_of_arrays_are_no_lines() {
    let header = "{'descr': [('row', '<i4'), ('value', '<f4')], 'fortran_order': False, 'shape': (2,), }";
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    let padded = format!("{header:<117}\n");
    bytes.extend((padded.len() as u16).to_le_bytes());
    bytes.extend(padded.as_bytes());
    bytes.extend([0; 16]);
    let error = said(DataKind::Ratings, &bytes, None).unwrap_err();
    assert_eq!(
        (error.line, error.column, error.message.as_str()),
        (None, None, "found 2 columns; expected user,item,rating")
    );
}

#[test]
fn arrays_have_no_commas() {
    // Numbers with three decimals beside whole ones, as NumPy stores them.
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 1), }";
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    let padded = format!("{header:<117}\n");
    bytes.extend((padded.len() as u16).to_le_bytes());
    bytes.extend(padded.as_bytes());
    for value in [1.043, 2.5, 858.0, 3.125] {
        bytes.extend(f64::to_le_bytes(value));
    }
    match said(DataKind::Table, &bytes, None) {
        Ok(Dataset::Table(data)) => {
            assert_eq!(data.values, [1.043, 2.5, 858.0, 3.125]);
            assert!(offers(&data.remarks).is_empty(), "{:?}", data.remarks);
        }
        other => panic!("{other:?}"),
    }
}
