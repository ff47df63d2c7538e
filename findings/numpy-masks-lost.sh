#!/bin/sh
# NumPy 2.4.6 and SciPy 1.17.1 write masked arrays without their masks and without a word: numpy.savez, numpy.savetxt,
# scipy.io.savemat and scipy.io.mmwrite put what lies under the mask into the file, be it -9999; so does numpy.save into a
# buffer, while into a file it raises NotImplementedError. Expected: the mask kept, the cell left empty or NaN, or that error
# everywhere. Whoever reads the file has numbers where nothing is known.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6 scipy==1.17.1
cd "$folder"
cat > show.py <<'PY'
import io
import warnings
import numpy as np
import scipy.io

warnings.simplefilter("error")
known = np.ma.masked_equal(np.array([[1.5, -9999.0], [3.0, 4.0]]), -9999.0)
assert known.count() == 3 and known.sum() == 8.5
buffer = io.BytesIO()
np.save(buffer, known)
np.savez("a.npz", known=known)
np.savetxt("a.csv", known, fmt="%g", delimiter=",")
scipy.io.savemat("a.mat", {"known": known})
scipy.io.mmwrite("a.mtx", known)
found = {
    "numpy.save, buffer": np.load(io.BytesIO(buffer.getvalue())),
    "numpy.savez": np.load("a.npz")["known"],
    "numpy.savetxt": np.loadtxt("a.csv", delimiter=","),
    "scipy.io.savemat": scipy.io.loadmat("a.mat")["known"],
    "scipy.io.mmwrite": scipy.io.mmread("a.mtx"),
}
for name, array in found.items():
    print(name, "->", array.tolist(), "sum", array.sum())
    assert not np.ma.isMaskedArray(array) and array[0, 1] == -9999.0
try:
    np.save("a.npy", known)
    raise SystemExit("numpy.save wrote a file, too")
except NotImplementedError as error:
    print("numpy.save, file ->", error)
PY
"$folder/venv/bin/python" show.py
# Output seen:
# numpy.save, buffer -> [[1.5, -9999.0], [3.0, 4.0]] sum -9990.5
# numpy.savez -> [[1.5, -9999.0], [3.0, 4.0]] sum -9990.5
# numpy.savetxt -> [[1.5, -9999.0], [3.0, 4.0]] sum -9990.5
# scipy.io.savemat -> [[1.5, -9999.0], [3.0, 4.0]] sum -9990.5
# scipy.io.mmwrite -> [[1.5, -9999.0], [3.0, 4.0]] sum -9990.5
# numpy.save, file -> MaskedArray.tofile() not implemented yet.
