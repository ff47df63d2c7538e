#!/bin/sh
# py4swiss 0.3.1 reads and writes the dates of rounds in tournament reports nine columns apart. FIDE's format (Handbook C.04, Annex 2,
# TRF16: line 132, columns 92 to 99, 102 to 109, ...) sets them ten apart, as it does the rounds of the players.
# Expected: a report that follows the format is read. It is refused, and what the package writes has its dates from the second round
# on in other columns than the format says, so that whoever reads by columns gets 4/01/09 for 24/01/09.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q py4swiss==0.3.1
cd "$folder"
cat > show.py <<'PY'
from pathlib import Path
from py4swiss.trf import TrfParser

def player(number, name, points, rounds):
    return f"001 {number:>4} m    {name:<33} 2000 FRA {'':>11} {'':>10} {points:>4} {number:>4}  {rounds}\n"

players = player(1, "Abel, Ann", 1.0, "   2 w 1") + player(2, "Bird, Bo", 0.0, "   1 b 0")
dates = ["24/01/02", "24/01/09"]
for step in (10, 9):
    line = "132 " + " " * 87 + (" " * (step - 8)).join(dates) + "\n"
    assert line[91:99] == dates[0] and line[91 + step:99 + step] == dates[1]
    Path("report.trf").write_text("012 Open\n" + line + players + "XXR 2\n")
    try:
        report = TrfParser.parse(Path("report.trf"))
        found = [str(d) for d in report.tournament_section.dates_of_the_round]
        report.write_to_file(Path("again.trf"))
        written = [l for l in Path("again.trf").read_text().splitlines() if l.startswith("132")][0]
        print(step, "columns apart: read as", found, "and written", repr(written[91:]))
        assert step == 9 and written[91:] == "24/01/02 24/01/09"
    except Exception as error:
        print(step, "columns apart:", type(error).__name__, error)
        assert step == 10 and "Invalid date" in str(error)
PY
"$folder/venv/bin/python" show.py
# Output seen:
# 10 columns apart: ParsingError Invalid date '/01/0' (Row 2, Column 97)
# 9 columns apart: read as ['year=24 month=1 day=2', 'year=24 month=1 day=9'] and written '24/01/02 24/01/09'
