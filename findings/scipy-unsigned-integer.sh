#!/bin/sh
# SciPy 1.17.1 writes a matrix of unsigned integers to Matrix Market with the field "unsigned-integer". The format (NISTIR 5935,
# and https://math.nist.gov/MatrixMarket/formats.html) knows real, complex, integer and pattern, and so does the documentation of
# mmwrite. Expected: "integer". Readers that follow the format refuse the file.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q scipy==1.17.1 numpy==2.4.6
cd "$folder"
cat > show.py <<'PY'
import numpy as np
import scipy.io
import scipy.sparse
for kind in ["int32", "uint32"]:
    scipy.io.mmwrite(kind + ".mtx", scipy.sparse.coo_matrix(np.array([[1, 0], [0, 2]], dtype=kind)))
    print(kind, "->", open(kind + ".mtx").readline().strip())
assert "'integer'" in scipy.io.mmwrite.__doc__ and "unsigned" not in scipy.io.mmwrite.__doc__
assert open("int32.mtx").readline().split()[3] == "integer"
assert open("uint32.mtx").readline().split()[3] == "unsigned-integer"
PY
"$folder/venv/bin/python" show.py
# Output seen:
# int32 -> %%MatrixMarket matrix coordinate integer symmetric
# uint32 -> %%MatrixMarket matrix coordinate unsigned-integer symmetric
