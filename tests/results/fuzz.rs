//! Damaged tables of trials: never a panic, never a row that is lost without a word, never one
//! that the table does not hold. `PROPTEST_CASES=100000 cargo test --release --test results fuzz`
//! looks longer.

use proptest::prelude::*;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use secateur::analysis::{Options, analyse};
use secateur::model::Asked;
use secateur::results::{Record, Trials, header, line, parse, same_result};

use crate::sift::accepted;

/// What a damage may put anywhere.
const PIECES: &str = ",|\"|\n|\r|\r\n|;|\t| ||NaN|inf|-inf|1e999|-1|0|1.5|9e18|99999999999999999999|\u{feff}|\
    \u{0}|ok|learner|learner,d,n,trial,risk\n|θ";

/// Two learners, four dimensions, three sample sizes, three trials, in the columns of any program.
fn foreign() -> String {
    let mut text = "learner,d,n,trial,risk\n".to_owned();
    for (learner, d) in [("pruned", 16), ("pruned", 64), ("own", 16), ("own", 25)] {
        for (i, n) in [d * 8, d * 16, d * 32].into_iter().enumerate() {
            for trial in 0..3 {
                let risk = [0.9, 0.6, 0.2][i] + 0.01 * f64::from(trial);
                text += &format!("{learner},{d},{n},{trial},{risk}\n");
            }
        }
    }
    text
}

/// The same as this program writes it, each row with its check.
fn own() -> String {
    let mut text = header().into_bytes();
    parse("t.csv", foreign().as_bytes()).expect("sound").records.iter().for_each(|record| {
        text.extend(line(record));
    });
    String::from_utf8(text).expect("text")
}

/// A number below `end`.
fn below(rng: &mut Xoshiro256PlusPlus, end: usize) -> usize {
    (rng.next_u64() % end as u64) as usize
}

/// Bytes replaced, removed or inserted, fields replaced, lines doubled or removed, ends cut off.
fn damage(text: &mut Vec<u8>, rng: &mut Xoshiro256PlusPlus) {
    let at = below(rng, text.len());
    let pieces: Vec<&str> = PIECES.split('|').collect();
    let piece = pieces[below(rng, pieces.len())].bytes();
    match below(rng, 7) {
        0 => text[at] = rng.next_u64() as u8,
        1 => drop(text.remove(at)),
        2 => drop(text.splice(at..at, piece)),
        3 => {
            let end = |b: &u8| matches!(b, b',' | b'\n');
            let start = text[..at].iter().rposition(end).map_or(0, |i| i + 1);
            let stop = text[at..].iter().position(end).map_or(text.len(), |i| at + i);
            text.splice(start.min(stop)..stop, piece);
        }
        4 => text.truncate(at + 1),
        choice => {
            let start = text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            let stop =
                text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |i| at + i + 1);
            let line = text[start..stop].to_vec();
            text.splice(start..stop, if choice == 5 { line.repeat(2) } else { Vec::new() });
        }
    }
    if text.is_empty() {
        text.push(b'\n');
    }
}

/// The fields of a table by another reader: one row a record, in the order of the file.
fn faithful(text: &[u8], records: &[Record]) -> Result<(), String> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader
        .trim(csv::Trim::All)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| e.to_string())?.clone();
    let rows = reader.records().map(|row| row.expect("text"));
    let rows = rows.filter(|row| row.iter().any(|field| !field.is_empty()));
    let mut left = records.iter();
    for row in rows {
        let Some(record) = left.next() else { return Err(format!("no record of {row:?}")) };
        let of = |name| header.iter().position(|h| h == name).map_or("", |i| &row[i]);
        let number = |name| of(name).parse::<f64>().ok();
        let trial = (Some(record.d as f64), Some(record.n as f64), Some(f64::from(record.trial)));
        if record.series.learner != of("learner")
            || trial != (number("d"), number("n"), number("trial"))
            || record.is_ok() && record.risk() != number("risk")
        {
            return Err(format!("{row:?} is {record:?}"));
        }
    }
    left.next().map_or(Ok(()), |record| Err(format!("nothing says {record:?}")))
}

#[test]
fn no_damage_makes_the_analysis_panic() {
    let options = Options { bootstrap: 40, ..Options::default() };
    for (table, least) in [(own(), 100), (foreign(), 250)] {
        let (mut read, mut refused) = (0, 0);
        for seed in 0..2000 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut text = table.clone().into_bytes();
            for _ in 0..=below(&mut rng, 3) {
                damage(&mut text, &mut rng);
            }
            let trials = parse("t.csv", &text).and_then(|loaded| Trials::new(loaded.records));
            match trials.and_then(|trials| analyse(&trials, &Asked::default(), &options)) {
                Ok(analysis) => {
                    read += 1;
                    assert!(!analysis.exponents.is_empty(), "seed {seed}");
                }
                Err(error) => {
                    refused += 1;
                    let message = error.message();
                    assert!(!message.is_empty() && !message.contains('\n'), "{seed}: {message}");
                }
            }
        }
        assert!(read > least && refused > 500, "{read} read, {refused} refused");
    }
}

#[test]
fn every_row_is_read_noted_or_refused() {
    for (table, checks, least) in [(own(), true, 200), (foreign(), false, 400)] {
        let originals = parse("t.csv", table.as_bytes()).expect("sound").records;
        let mut read = 0;
        for seed in 0..2000 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut text = table.clone().into_bytes();
            damage(&mut text, &mut rng);
            let Ok(loaded) = parse("t.csv", &text) else { continue };
            read += 1;
            let shown = String::from_utf8_lossy(&text);
            let lines = text.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty());
            let noted = loaded.notes.iter().filter(|note| note.contains("cut off")).count();
            let (found, wanted) = (loaded.records.len() + noted, lines.count() - 1);
            assert_eq!(found, wanted, "seed {seed}: {:?}\n{shown}", loaded.notes);
            if noted == 0 {
                let told = faithful(&text, &loaded.records);
                assert_eq!(told, Ok(()), "seed {seed}\n{shown}");
            }
            // A row with a check is one that was written; without its header it may lack a column.
            if checks && text.starts_with(header().as_bytes()) {
                for record in &loaded.records {
                    let known = originals.iter().any(|o| same_result(o, record));
                    assert!(known, "seed {seed}: {record:?}\n{shown}");
                }
            }
        }
        assert!(read > least, "{read} read");
    }
}

/// Whether the table is read; if so it says what another reader finds.
fn check(bytes: &[u8]) -> Result<bool, TestCaseError> {
    match parse("fuzz.csv", bytes) {
        Err(error) => {
            prop_assert!(error.message().starts_with("fuzz.csv"), "{error}");
            Ok(false)
        }
        Ok(loaded) => {
            let told = faithful(bytes, &loaded.records);
            prop_assert!(told.is_ok(), "{told:?}");
            Ok(true)
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_as_a_table(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }
}

#[test]
fn tables_with_a_patch() {
    const SOUND: &str =
        "learner,d,n,trial,risk,alpha\na,16,64,0,0.5,0.25\na,16,64,1,\"0.25\",0.25\n";
    let patched =
        (0..=SOUND.len(), 0..12_usize, prop_oneof![any::<String>(), "[0-9.,a \n\"]{0,3}"])
            .prop_map(|(at, length, patch)| {
                format!("{}{patch}{}", &SOUND[..at], &SOUND[(at + length).min(SOUND.len())..])
            });
    let share = accepted(256, &patched, |text| check(text.as_bytes()));
    assert!((0.02..0.9).contains(&share), "{share}");
}
