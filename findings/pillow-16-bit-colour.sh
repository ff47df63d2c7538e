#!/bin/sh
# Pillow 13.0.0 opens a PNG of 16-bit colours as 8-bit colours, without a word: the lower eight bits of every sample are lost.
# Expected: 16-bit samples, as for 16-bit grey pictures (mode "I;16"), or a warning. A picture is read right with pypng.
# So an "independent reading" by Pillow cannot show whether a program keeps 16-bit colours.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 pypng==0.20220715.0
cd "$folder"
cat > show.py <<'PY'
import warnings
import png
from PIL import Image
warnings.simplefilter("error", UserWarning)
with open("deep.png", "wb") as f:
    png.Writer(2, 1, bitdepth=16, greyscale=False).write(f, [[0x1234, 0x12FF, 0xFFFF, 0x0001, 0x00FF, 0x8000]])
written = [int(v) for row in png.Reader("deep.png").read()[2] for v in row]
picture = Image.open("deep.png")
print("written:", written)
print("Pillow: ", picture.mode, list(picture.tobytes()))
assert picture.mode == "RGB" and list(picture.tobytes()) == [v >> 8 for v in written]
PY
"$folder/venv/bin/python" show.py
# Output seen:
# written: [4660, 4863, 65535, 1, 255, 32768]
# Pillow:  RGB [18, 18, 255, 0, 0, 128]
