//! Damaged tables of trials: never a panic, and never a row that is lost without a word.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use secateur::analysis::{Options, analyse};
use secateur::results::parse;

const COMPLETE: &str = "study,cell,learner,link,k_star,r,d,alpha,q,s,kept,width,n,trial,seed,status,risk,alignment,subspace,recall,precision,mass,simulation,seconds,noise,input,pearson,spearman,auc\n";
/// What a damage may put anywhere.
const PIECES: [&str; 24] = [
    ",",
    "\"",
    "\n",
    "\r",
    "\r\n",
    ";",
    "\t",
    " ",
    "",
    "NaN",
    "inf",
    "-inf",
    "1e999",
    "-1",
    "0",
    "1.5",
    "9e18",
    "99999999999999999999",
    "\u{feff}",
    "\u{0}",
    "ok",
    "learner",
    "learner,d,n,trial,risk\n",
    "θ",
];

/// Two learners, four dimensions, three sample sizes, three trials.
fn table(complete: bool) -> String {
    let mut text = if complete { COMPLETE } else { "learner,d,n,trial,risk\n" }.to_owned();
    for (learner, d) in [("pruned", 16), ("pruned", 64), ("own", 16), ("own", 25)] {
        for (i, n) in [d * 8, d * 16, d * 32].into_iter().enumerate() {
            for trial in 0..3 {
                let risk = [0.9, 0.6, 0.2][i] + 0.01 * f64::from(trial);
                text += &if complete {
                    format!(
                        "x,{learner}{d},{learner},He2,2,1,{d},0.5,0,4,4,64,{n},{trial},7,ok,{risk},1,1,1,1,1,reduced,0.1,0.1,gaussian,0.5,0.5,0.5\n"
                    )
                } else {
                    format!("{learner},{d},{n},{trial},{risk}\n")
                };
            }
        }
    }
    text
}

/// A number below `end`.
fn below(rng: &mut Xoshiro256PlusPlus, end: usize) -> usize {
    (rng.next_u64() % end as u64) as usize
}

/// Bytes replaced, removed or inserted, fields replaced, lines doubled or removed, ends cut off.
fn damage(text: &mut Vec<u8>, rng: &mut Xoshiro256PlusPlus) {
    let at = below(rng, text.len());
    let piece = PIECES[below(rng, PIECES.len())].bytes();
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

#[test]
fn no_damage_makes_the_analysis_panic() {
    let options = Options { bootstrap: 40, ..Options::default() };
    let (mut read, mut refused) = (0, 0);
    for seed in 0..4000 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut text = table(seed % 2 == 0).into_bytes();
        for _ in 0..=below(&mut rng, 3) {
            damage(&mut text, &mut rng);
        }
        match parse("t.csv", &text).and_then(|loaded| analyse("t", &loaded.records, &options)) {
            Ok(analysis) => {
                read += 1;
                assert!(!analysis.exponents.is_empty(), "seed {seed}");
            }
            Err(error) => {
                refused += 1;
                assert!(
                    !error.message().is_empty() && !error.message().contains('\n'),
                    "seed {seed}: {error}"
                );
            }
        }
    }
    assert!(read > 500 && refused > 500, "{read} read, {refused} refused");
}

#[test]
fn every_row_is_read_noted_or_refused() {
    for seed in 0..4000 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut text = table(seed % 2 == 0).into_bytes();
        damage(&mut text, &mut rng);
        let Ok(loaded) = parse("t.csv", &text) else { continue };
        let filled = |line: &&[u8]| !line.trim_ascii().is_empty();
        let lines = text.split(|b| *b == b'\n').filter(filled).count();
        let noted = loaded.notes.iter().filter(|note| note.contains("cut off")).count();
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(
            loaded.records.len() + noted,
            lines - 1,
            "seed {seed}: {:?}\n{shown}",
            loaded.notes
        );
    }
}
