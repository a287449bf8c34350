//! A trial gives the same bits whether one thread works on it or several.

use secateur::results::Record;
use secateur::sample::Crew;
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Series, Study};

/// Enough samples for every stage to be shared among threads.
const N: u64 = 1 << 17;

fn records(simulation: &str, threads: usize) -> Vec<Record> {
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\nsimulation = \"{simulation}\"\n\
         [learner.pruned]\nwidth = 8\n[learner.unpruned]\nwidth = 8\n\
         [[sweep]]\nlearner = [\"pruned\", \"unpruned\"]\nalpha = 0.5\nd = 36\n"
    );
    let study = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap();
    let run = |series: &Series| {
        let setting = &series.setting;
        let (cell, crew) = (&series.cells[0], &Crew::new(threads));
        Conditions { study: "s", manifest: "", setting, cell, test: 1 << 16, crew }.run(N, 0)
    };
    study.series.iter().map(run).collect()
}

#[test]
fn helpers_change_no_bit_of_a_trial() {
    let bits = |r: &Record| [r.risk, r.alignment, r.subspace, r.mass].map(f64::to_bits);
    for simulation in ["explicit", "auto"] {
        let alone = records(simulation, 1);
        assert_eq!(alone.len(), 2);
        for threads in [2, 4] {
            for (record, alone) in records(simulation, threads).iter().zip(&alone) {
                assert_eq!(record.status, "ok");
                assert_eq!(bits(record), bits(alone), "{} on {threads} threads", record.learner);
            }
        }
    }
}
