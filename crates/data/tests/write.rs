//! Results as files.

use iterscope_core::artifact::{Artifact, Cell};
use iterscope_core::{DataKind, Dataset};
use iterscope_data::{Format, encode, read};

fn grid() -> Artifact {
    Artifact::Grid { rows: 2, cols: 3, values: vec![1.5, -0.0, 1e300, f64::NAN, f64::INFINITY, -2.5e-310] }
}

fn table() -> Artifact {
    Artifact::Table {
        columns: vec!["rank".into(), "item".into(), "strength".into()],
        rows: vec![
            vec![Cell::Int(1), Cell::Text("Smith, \"J\"\nJr.".into()), Cell::Real(0.1)],
            vec![Cell::Int(2), Cell::Text("=1+1".into()), Cell::Real(2.0)],
            vec![Cell::Int(-3), Cell::Text("<script>ü".into()), Cell::Real(1.0 / 3.0)],
        ],
    }
}

fn text(artifact: &Artifact, format: Format) -> String {
    String::from_utf8(encode(artifact, format).unwrap()).unwrap()
}

#[test]
fn npy_is_what_numpy_writes() {
    // grid.npy was written by numpy 2.4.6: np.save(f, np.array([[1.5, -0.0, 1e300], [nan, inf, -2.5e-310]])).
    assert_eq!(encode(&grid(), Format::Npy).unwrap(), include_bytes!("grid.npy"));
}

#[test]
fn npy_data_begin_at_a_multiple_of_64() {
    for (rows, cols) in [(0, 0), (1, 1), (12, 34), (123_456, 0)] {
        let bytes = encode(&Artifact::Grid { rows, cols, values: vec![0.0; rows * cols] }, Format::Npy).unwrap();
        assert_eq!((bytes.len() - 8 * rows * cols) % 64, 0);
        let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!(10 + length + 8 * rows * cols, bytes.len());
        assert_eq!(bytes[9 + length], b'\n');
    }
}

#[test]
fn csv_of_both() {
    assert_eq!(text(&grid(), Format::Csv), "1.5,-0,1e300\nNaN,inf,-2.5e-310\n");
    assert_eq!(
        text(&table(), Format::Csv),
        "rank,item,strength\n1,\"Smith, \"\"J\"\"\nJr.\",0.1\n2,=1+1,2\n-3,<script>ü,0.3333333333333333\n"
    );
}

#[test]
fn json_of_both() {
    assert_eq!(
        text(&grid(), Format::Json),
        "{\"cols\":3,\"rows\":2,\"values\":[[1.5,-0.0,1e+300],[null,null,-2.5e-310]]}\n"
    );
    assert_eq!(
        text(&table(), Format::Json),
        "{\"columns\":[\"rank\",\"item\",\"strength\"],\"rows\":[[1,\"Smith, \\\"J\\\"\\nJr.\",0.1],[2,\"=1+1\",2.0],\
         [-3,\"<script>ü\",0.3333333333333333]]}\n"
    );
}

#[test]
fn endings() {
    assert_eq!(Format::from_name("out/run.CSV"), Ok(Format::Csv));
    assert_eq!(Format::from_name("a.b.npy"), Ok(Format::Npy));
    assert_eq!(Format::from_name("x.json"), Ok(Format::Json));
    assert_eq!(Format::from_name("x.Npz"), Ok(Format::Npz));
    for name in ["x", "x.txt", "csv", ""] {
        assert_eq!(Format::from_name(name), Err(format!("`{name}` should end in .csv, .npy, .npz or .json")));
    }
}

#[test]
fn tables_read_back_from_arrays_with_their_names() {
    let text = |t: &str| Cell::Text(t.into());
    let columns = ["row", "größe", "it's\n2", "größe", ""].map(String::from).to_vec();
    let rows = vec![
        vec![text("ann"), Cell::Real(0.1), Cell::Int(3), Cell::Real(-1e-300), text("")],
        vec![text("bob; ü"), text(""), Cell::Int(-4), Cell::Real(2.5), Cell::Int(7)],
    ];
    let artifact = Artifact::Table { columns, rows };
    for format in [Format::Npy, Format::Npz] {
        let bytes = encode(&artifact, format).unwrap();
        assert_eq!(bytes, encode(&artifact, format).unwrap());
        let Dataset::Table(t) = read(DataKind::Table, "x", &bytes, None).unwrap() else { panic!("a table") };
        assert_eq!(t.rows, ["ann", "bob; ü"], "{format:?}");
        assert_eq!(t.columns[..2], ["größe", "it's\n2"], "{format:?}");
        let bits: Vec<u64> = t.values.iter().map(|v| v.to_bits()).collect();
        let nan = f64::NAN;
        let expected = [0.1, 3.0, -1e-300, nan, nan, -4.0, 2.5, 7.0].map(f64::to_bits);
        assert_eq!(bits, expected, "{format:?}");
    }
    let grid = Artifact::Grid { rows: 2, cols: 3, values: vec![1.0, 2.0, 3.0, 0.25, -5.0, 1e300] };
    for format in [Format::Npy, Format::Npz] {
        let bytes = encode(&grid, format).unwrap();
        let Dataset::Table(t) = read(DataKind::Table, "x", &bytes, None).unwrap() else { panic!("a table") };
        assert_eq!((t.rows.len(), t.values), (2, vec![1.0, 2.0, 3.0, 0.25, -5.0, 1e300]), "{format:?}");
    }
}

#[test]
fn records_are_those_that_numpy_writes() {
    // NumPy leaves room in the header for more rows.
    let parts = |bytes: &[u8]| {
        let end = bytes.iter().position(|b| *b == b'\n').unwrap();
        (
            String::from_utf8(bytes[10..end].to_vec()).unwrap().trim_end().to_owned(),
            bytes[end + 1..].to_vec(),
            (end + 1) % 64,
        )
    };
    let columns = ["row", "a", "b (standard error)"].map(String::from).to_vec();
    let text = |t: &str| Cell::Text(t.into());
    let rows =
        vec![vec![text("ann"), Cell::Real(0.1), text("")], vec![text("bob; ü"), Cell::Int(-4), Cell::Real(1e-300)]];
    let bytes = encode(&Artifact::Table { columns, rows }, Format::Npy).unwrap();
    assert_eq!(parts(&bytes), parts(include_bytes!("fixtures/completion/written.npy")));
}

#[test]
fn what_cannot_be_written() {
    let short = Artifact::Grid { rows: 2, cols: 2, values: vec![0.0; 3] };
    assert_eq!(encode(&short, Format::Csv), Err("a grid of 2 x 2 cannot have 3 values".into()));
    let huge = Artifact::Grid { rows: usize::MAX, cols: 2, values: vec![] };
    assert!(encode(&huge, Format::Npy).is_err());
    let ragged = Artifact::Table { columns: vec!["a".into()], rows: vec![vec![Cell::Int(1)], vec![]] };
    assert_eq!(encode(&ragged, Format::Json), Err("row 2 of the table has 0 cells for 1 columns".into()));
}
