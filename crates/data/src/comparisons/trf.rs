//! Reports of chess tournaments in FIDE's format, TRF16 and TRF26: lines `001` with the players and, from column 92 on, ten
//! characters for each round: the opponent's number, the colour and the result.
//!
//! FIDE Handbook C.04 Annex 2, Tournament Report File 2016 and 2026.

use std::collections::BTreeMap;

use crate::DataError;
use crate::error::quoted;
use crate::made::Made;
use crate::sheet::Sheet;

/// Columns, from 0, of the number, the name, and the first round.
const NUMBER: (usize, usize) = (4, 8);
const NAME: (usize, usize) = (14, 47);
const ROUNDS: usize = 91;
/// What stands before a comment, since TRF26.
const COMMENT: &str = "###";

struct Player {
    line: u64,
    number: u32,
    name: String,
    /// Opponent, colour and result of each round.
    rounds: Vec<(u32, char, char)>,
}

fn part(chars: &[char], from: usize, to: usize) -> String {
    let end = to.min(chars.len());
    chars.get(from.min(end)..end).unwrap_or_default().iter().collect::<String>().trim().to_owned()
}

/// The games; `None` if the text is no such report.
///
/// # Errors
/// A player without a number or a name, a number that two have, or an opponent whom nobody is.
pub(super) fn open(text: &str) -> Result<Option<Sheet<'static>>, DataError> {
    // The format asks for a carriage return behind each line; some files have nothing else there.
    let returns;
    let text = if text.contains('\n') {
        text
    } else {
        returns = text.replace('\r', "\n");
        &returns
    };
    let tagged = |line: &str| {
        line.len() > 3 && line.as_bytes()[..3].iter().all(u8::is_ascii_digit) && line.as_bytes()[3] == b' '
    };
    let is_report = text.lines().any(|l| l.starts_with("012 "))
        || text.lines().find(|l| !l.trim().is_empty() && !l.starts_with(COMMENT)).is_some_and(tagged);
    if !is_report || !text.lines().any(|l| l.starts_with("001 ") && l.chars().count() > 60) {
        return Ok(None);
    }
    let mut players: Vec<Player> = Vec::new();
    let mut dates: Vec<String> = Vec::new();
    for (k, line) in text.lines().enumerate() {
        let at = k as u64 + 1;
        let chars: Vec<char> = line.chars().collect();
        let rounds = || (0..).map(|r| ROUNDS + 10 * r).take_while(|from| *from < chars.len());
        if line.starts_with("132 ") {
            dates = dates_of(&part(&chars, ROUNDS, chars.len()));
        }
        if !line.starts_with("001 ") {
            continue;
        }
        let (number, name) = (part(&chars, NUMBER.0, NUMBER.1), part(&chars, NAME.0, NAME.1));
        let (Ok(number), false) = (number.parse(), name.is_empty()) else {
            return Err(DataError::line(
                at,
                "a player needs a number in columns 5 to 8 and a name in columns 15 to 47",
            ));
        };
        let one = |from: usize| {
            let sign = |i: usize| chars.get(from + i).copied().unwrap_or(' ');
            // Letters may be small or capital.
            (
                part(&chars, from, from + 4).parse().unwrap_or(0),
                sign(5).to_ascii_lowercase(),
                sign(7).to_ascii_uppercase(),
            )
        };
        players.push(Player { line: at, number, name, rounds: rounds().map(one).collect() });
    }
    let mut by_number = BTreeMap::new();
    let mut names: BTreeMap<&str, u32> = BTreeMap::new();
    for (i, player) in players.iter().enumerate() {
        if by_number.insert(player.number, i).is_some() {
            return Err(DataError::line(player.line, format!("the number {} is that of two players", player.number)));
        }
        *names.entry(&player.name).or_default() += 1;
    }
    // Two of one name are told apart by their numbers.
    let name = |p: &Player| match names.get(p.name.as_str()) {
        Some(1) => p.name.clone(),
        _ => format!("{} ({})", p.name, p.number),
    };
    let dated = players.iter().all(|p| p.rounds.len() <= dates.len()) && dates.iter().all(|d| !d.is_empty());
    let header = ["date", "white", "black", "result"];
    let mut made = Made::new(&header[usize::from(!dated)..]);
    let (mut games, mut byes, mut contradictions) = (0u64, 0u64, Vec::new());
    let rounds = players.iter().map(|p| p.rounds.len()).max().unwrap_or(0);
    for r in 0..rounds {
        for player in &players {
            let Some(&(opponent, colour, result)) = player.rounds.get(r) else { continue };
            if opponent == 0 {
                byes += u64::from(result != ' ');
                continue;
            }
            let Some(other) = by_number.get(&opponent).map(|i| &players[*i]) else {
                let message = format!("round {}: the opponent {opponent} is no player of the report", r + 1);
                return Err(DataError::line(player.line, message));
            };
            let told = other.rounds.get(r).filter(|(back, ..)| *back == player.number);
            // Each game is told twice; White's line is taken, or that of the lower number.
            let mine = match colour {
                'w' => true,
                'b' => told.is_none_or(|(_, c, _)| *c == 'b'),
                _ => told.is_none_or(|(_, c, _)| *c != 'w') && player.number < opponent || told.is_none(),
            };
            if !mine {
                continue;
            }
            if told.is_none_or(|(_, _, back)| !agree(result, *back)) {
                contradictions.push(player.line);
            }
            let as_white = colour != 'b';
            let (white, black) = if as_white { (player, other) } else { (other, player) };
            let (won, lost) = if as_white { ("1-0", "0-1") } else { ("0-1", "1-0") };
            let words = match result {
                '1' => won.to_owned(),
                '0' => lost.to_owned(),
                '=' => "1/2-1/2".to_owned(),
                // Not played, or over before it began.
                '+' | 'W' => format!("{won}F"),
                '-' | 'L' => format!("{lost}F"),
                'D' | 'H' | 'F' | 'U' | 'Z' => "walkover".to_owned(),
                ' ' | '*' => "*".to_owned(),
                other => {
                    let message = format!("round {}: {} is no result", r + 1, quoted(&other.to_string()));
                    return Err(DataError::line(player.line, message));
                }
            };
            games += 1;
            let date = dates.get(r).map_or("", String::as_str);
            let cells = [date, &name(white), &name(black), &words];
            made.row(player.line, cells[usize::from(!dated)..].iter().copied());
        }
    }
    let mut sheet = made.sheet();
    let bye = match byes {
        0 => String::new(),
        1 => "; a bye is no game".to_owned(),
        n => format!("; {n} byes are no games"),
    };
    sheet.remarks.push(
        format!(
            "Read {games} games of {rounds} rounds between {} players from a tournament report{bye}.",
            players.len()
        )
        .into(),
    );
    if let Some(line) = contradictions.first() {
        let n = contradictions.len();
        sheet.remarks.push(
            format!(
                "{n} results are told otherwise, or not at all, in the opponent's line; the first is in line {line}."
            )
            .into(),
        );
    }
    Ok(Some(sheet))
}

/// The dates of the rounds. The format gives each ten columns, as the rounds have; years of four digits and a program that sets
/// them closer move them, so that their order counts. A round between two others cannot be without one.
fn dates_of(text: &str) -> Vec<String> {
    text.split_whitespace().map(date).collect()
}

/// `23/10/24` or `2023/10/24`, as a date that leaves no doubt.
fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let digits = parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    match parts[..] {
        _ if !digits => String::new(),
        [y, m, d] if y.len() == 2 => format!("20{y}-{m}-{d}"),
        [y, m, d] => format!("{y}-{m}-{d}"),
        _ => String::new(),
    }
}

/// Whether what the two players of a game say goes together.
fn agree(one: char, other: char) -> bool {
    matches!(
        (one, other),
        ('1', '0')
            | ('0', '1')
            | ('=', '=')
            | ('+', '-')
            | ('-', '+')
            | ('-', '-')
            | ('W', 'L')
            | ('L', 'W')
            | ('D', 'D')
            | (' ', ' ')
            | ('*', '*')
            | ('0', '0')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn player(number: u32, name: &str, rounds: &[&str]) -> String {
        let head = format!("001 {number:>4} m    {name:<33} 2000 FRA     1234567 1990/01/01  1.0    1");
        format!("{head:<91}{}\n", rounds.iter().map(|r| format!("{r:<10}")).collect::<String>())
    }

    #[test]
    fn each_game_is_taken_once() {
        let text = String::from("012 Open\n")
            + &format!("{:<91}23/10/24  23/10/25\n", "132")
            + &player(1, "Abel, Ann", &["   2 w 1  ", "   3 b =  "])
            + &player(2, "Bird, Bo", &["   1 b 0  ", "0000 - U  "])
            + &player(3, "Cole, Cy", &["0000 - Z  ", "   1 w =  "]);
        let sheet = open(&text).unwrap().unwrap();
        let mut rows = sheet.rows();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.cells().collect::<Vec<_>>().join("|")));
        }
        let wanted = [
            (1, "date|white|black|result"),
            (3, "2023-10-24|Abel, Ann|Bird, Bo|1-0"),
            (5, "2023-10-25|Cole, Cy|Abel, Ann|1/2-1/2"),
        ];
        assert_eq!(seen, wanted.map(|(l, s)| (l, s.to_owned())));
        assert_eq!(sheet.remarks.len(), 1);
        assert!(sheet.remarks[0].contains("2 byes are no games"), "{}", sheet.remarks[0]);
        let returns = text.replace('\n', "\r");
        assert!(open(&returns).unwrap().unwrap().remarks[0].contains("2 games of 2 rounds"));
        let wrong = player(1, "Abel, Ann", &["   9 w 1  "]);
        let error = open(&(String::from("012 Open\n") + &wrong)).unwrap_err().to_string();
        assert_eq!(error, "line 2: round 1: the opponent 9 is no player of the report");
        assert!(open("001 is no report\n").unwrap().is_none());
    }
}
