//! Matrices that scipy wrote, entry by entry, and files that are no matrix of a system.

use iterscope_core::{DataKind, Dataset, Mirror, SparseMatrix};
use iterscope_data::{DataError, read};

fn matrix(bytes: &[u8]) -> Result<SparseMatrix, DataError> {
    match read(DataKind::Matrix, "mine.mtx", bytes, None)? {
        Dataset::Matrix(matrix) => Ok(matrix),
        other => panic!("{other:?}"),
    }
}

fn dense(matrix: &SparseMatrix) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![0.0; matrix.side]; matrix.side];
    for &(i, j, a) in &matrix.entries {
        rows[i as usize][j as usize] += a;
    }
    rows
}

/// Files in `fixtures/matrix` were written by `scipy.io.mmwrite` of scipy 1.17.1, with 17 digits; the `.dense` files beside them hold
/// the arrays that they were written from, as numpy prints them.
macro_rules! written {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("fixtures/matrix/", $name, ".mtx")).as_slice(),
            include_str!(concat!("fixtures/matrix/", $name, ".dense")),
        )
    };
}

#[test]
fn what_scipy_writes_is_read_entry_by_entry() {
    let files = [
        (written!("general"), Mirror::None),
        (written!("symmetric"), Mirror::Symmetric),
        (written!("skew"), Mirror::Skew),
        (written!("pattern"), Mirror::None),
        (written!("integer"), Mirror::None),
        (written!("array"), Mirror::None),
        (written!("array-symmetric"), Mirror::Symmetric),
        (written!("array-skew"), Mirror::Skew),
    ];
    for ((name, bytes, expected), mirror) in files {
        let found = matrix(bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let row = |line: &str| line.split(' ').map(|w| w.parse().unwrap()).collect::<Vec<f64>>();
        assert_eq!(dense(&found), expected.lines().map(row).collect::<Vec<_>>(), "{name}");
        assert_eq!(found.mirror, mirror, "{name}");
        assert_eq!(found.remarks.len(), usize::from(name == "pattern"), "{name}: {:?}", found.remarks);
    }
}

#[test]
fn places_that_come_again_are_summed_and_named() {
    let text = "%%MatrixMarket matrix coordinate real general\n2 2 4\n1 1 1\n1 2 5\n2 2 3\n1 1 0.5\n";
    let found = matrix(text.as_bytes()).unwrap();
    assert_eq!(dense(&found), [[1.5, 5.0], [0.0, 3.0]]);
    let said = &found.remarks[0].text;
    assert!(said.contains("row 1, column 1 in line 6") && said.contains("summed"), "{said}");
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let head = "%%MatrixMarket matrix coordinate real general\n";
    let refused = |text: &str| {
        let error = matrix(text.as_bytes()).unwrap_err();
        (error.line, error.column, error.message)
    };
    let (line, column, message) = refused(&format!("{head}2 3 1\n1 1 1\n"));
    assert_eq!((line, column), (Some(2), Some(2)));
    assert!(message.contains("must be square"), "{message}");
    let (line, column, message) = refused(&format!("{head}% said\n2 2 1\n1 3 1\n"));
    assert_eq!((line, column), (Some(4), Some(2)));
    assert!(message.contains("3 is not between 1 and 2"), "{message}");
    let (line, column, message) = refused("1,2\n3,4\n");
    assert_eq!((line, column), (Some(1), Some(1)));
    assert!(message.contains("`1,2`") && message.contains("%%MatrixMarket"), "{message}");
    assert!(refused(&format!("{head}0 0 0\n")).2.contains("no rows"));
    let columns = "-".parse().unwrap();
    let error = read(DataKind::Matrix, "mine.mtx", head.as_bytes(), Some(&columns)).unwrap_err();
    assert!(error.of_columns);
}
