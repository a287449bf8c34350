//! Reading `trials.csv`: what is accepted. tests/messages has what is not.

use secateur::model::{Metric, Problem, Real};
use secateur::results::{Record, columns, header, line, parse};

const HEADER: &str = "study,cell,learner,link,k_star,r,d,alpha,q,noise,input,s,kept,width,n,trial,seed,status,risk,alignment,subspace,recall,precision,mass,pearson,spearman,auc,simulation,seconds";
const ROW: &str = "demo,00ff,pruned,He2,2,1,256,0.5,0,0.1,gaussian,16,16,64,1024,0,7,ok,0.4,0.8,0.7,1,1,1,0.5,0.4,0.9,reduced,0.02";

fn file(lines: &[&str]) -> String {
    lines.join("\n") + "\n"
}

#[test]
fn a_good_file_is_read_field_by_field() {
    let second = ROW.replace("1024,0", "1448,3").replace("He2", "\"z1*z2, say\"");
    let failed = ROW.replace("1024,0", "1024,1").replace("ok,0.4,0.8,0.7,1,1,1", "failed,NaN,,,,,");
    let loaded = parse("trials.csv", file(&[HEADER, ROW, &second, &failed]).as_bytes());
    let loaded = loaded.expect("the file is good");
    assert!(loaded.notes.is_empty());
    assert_eq!(loaded.records.len(), 3);
    let [_, second, failed] = &loaded.records[..] else { panic!("three rows") };
    assert_eq!((second.n, second.trial, second.seconds), (1448, 3, Some(0.02)));
    assert_eq!((second.risk(), second.metric(Metric::Auc)), (Some(0.4), Some(0.9)));
    assert_eq!(second.series.problem.link.as_deref(), Some("z1*z2, say"));
    assert_eq!((&failed.outcome, failed.risk()), (&Err("failed".to_owned()), None));
}

#[test]
fn columns_are_found_by_name_and_further_ones_ignored() {
    let header = format!("{HEADER},host");
    let row = format!("{ROW},elsewhere");
    let loaded = parse("trials.csv", file(&[&header, &row]).as_bytes()).expect("good");
    let plain = parse("trials.csv", file(&[HEADER, ROW]).as_bytes()).expect("good");
    assert_eq!(loaded.records, plain.records);
    assert_eq!(loaded.notes, ["trials.csv: column `host` is not used"]);
}

#[test]
fn a_table_of_another_program_needs_five_columns() {
    let text = "trial, n ,d,learner,risk\n0,128.0,16, svm ,0.75\r\n\r\n1,1.28e2,16,svm,0.5";
    let loaded = parse("runs/svm.csv", text.as_bytes()).expect("good");
    let [first, second] = &loaded.records[..] else { panic!("{loaded:?}") };
    assert_eq!((&*first.series.learner, first.d, first.n, first.trial), ("svm", 16, 128, 0));
    assert_eq!((&*first.study, &*first.cell), ("svm", "svm, d = 16"));
    assert_eq!((second.n, second.trial, second.risk()), (128, 1, Some(0.5)));
    assert_eq!((&first.series.problem, first.s), (&Problem::default(), None));
    assert_eq!((first.metric(Metric::Mass), first.seconds), (None, None));
    assert_eq!(
        loaded.notes,
        [
            "runs/svm.csv has no `link`, `k_star`, `r`, `alpha`, `q`, `s`: left empty, and what theory predicts from it is not known"
        ]
    );
}

#[test]
fn an_optional_number_may_be_absent_in_some_rows() {
    let text = "learner,d,n,trial,risk,alpha,k_star,link,alfa\n\
                a,16,128,0,0.75,,,He2,\n\
                a,16,128,1,0.75,0.5,2,He2,9\n";
    let loaded = parse("t.csv", text.as_bytes()).expect("good");
    let problems = loaded.records.iter().map(|r| &r.series.problem);
    let settings: Vec<_> = problems.map(|p| (p.alpha, p.k_star)).collect();
    assert_eq!(settings, [(None, None), (Real::new(0.5), Some(2))]);
    let cells: Vec<_> = loaded.records.iter().map(|r| &*r.cell).collect();
    assert_eq!(cells, ["a, He2, d = 16", "a, He2, k* = 2, alpha = 0.5, d = 16"]);
    assert_eq!(
        loaded.notes,
        ["t.csv: column `alfa` is not used", "t.csv has no `r`, `q`, `s`: left empty"]
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for (end, blank) in [("\n", ""), ("\r\n", ""), ("\n", "\n\n"), ("\r\n", "\r\n")] {
        for last in ["", end] {
            let quoted = "\"two\nlines\",16,128,0,0.5";
            let rows = ["learner,d,n,trial,risk", quoted, "a,16,128,1,0.5", "a,16,128,2,much"];
            let text = rows.join(&format!("{end}{blank}")) + last;
            let error = parse("t.csv", text.as_bytes()).expect_err("no number");
            // Lines of the rows before, the second of which has two, and the blank ones.
            let line = 5 + 3 * blank.matches('\n').count();
            let message = format!("t.csv, line {line}: column `risk` is `much`, not a number");
            assert_eq!(error.message(), message, "{text:?}");
        }
    }
}

#[test]
fn what_the_writer_writes_is_read_back() {
    let mut records = parse("trials.csv", file(&[HEADER, ROW]).as_bytes()).expect("good").records;
    records.push(Record { trial: 1, outcome: Err("failed".into()), ..records[0].clone() });
    let mut bytes = header().into_bytes();
    for record in &records {
        bytes.extend(line(record));
    }
    let again = parse("trials.csv", &bytes).expect("good").records;
    assert_eq!(again, records);
}

/// CRC-32 bit by bit, by its definition: the polynomial 0xedb88320, reflected.
fn crc(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| (c >> 1) ^ (0xedb8_8320 * (c & 1)))
    })
}

#[test]
fn the_check_is_the_crc_of_the_fields_but_the_wall_time() {
    let mut record = parse("trials.csv", file(&[HEADER, ROW]).as_bytes()).expect("good").records;
    let record = record.remove(0);
    let text =
        |seconds| String::from_utf8(line(&Record { seconds, ..record.clone() })).expect("text");
    let (short, long) = (text(Some(0.25)), text(Some(1.5)));
    let mut fields: Vec<&str> = short.trim_end().split(',').collect();
    let found = fields.pop().expect("fields");
    fields[columns().iter().position(|c| c == "seconds").expect("a column")] = "";
    let ended = fields.iter().flat_map(|f| f.bytes().chain([0x1f]));
    assert_eq!(found, format!("{:08x}", crc(ended)));
    assert!(long.ends_with(&format!(",0.9,reduced,1.5,,{found}\n")), "{long}");
}

#[test]
fn a_changed_byte_of_a_row_is_found_wherever_it_is() {
    let header = header();
    let records = parse("trials.csv", file(&[HEADER, ROW]).as_bytes()).expect("good").records;
    let row = line(&records[0]);
    let commas: Vec<usize> = (0..row.len()).filter(|&i| row[i] == b',').collect();
    let seconds = columns().iter().position(|c| c == "seconds").expect("a column");
    // The wall time and the commas around it, and the check.
    let free = [commas[seconds - 1]..commas[seconds] + 1, commas[columns().len() - 2]..row.len()];
    let mut found = 0;
    for at in (0..row.len() - 1).filter(|at| !free.iter().any(|f| f.contains(at))) {
        for bit in 0..8 {
            let mut damaged = row.clone();
            damaged[at] ^= 1 << bit;
            let text = [header.as_bytes(), &damaged].concat();
            assert!(parse("trials.csv", &text).is_err(), "byte {at}, bit {bit}");
            found += 1;
        }
    }
    assert!(found > 500);
    let text = [header.as_bytes(), &row].concat();
    assert_eq!(parse("trials.csv", &text).expect("good").records.len(), 1);
    let other = String::from_utf8(text).expect("text").replace(",ok,0.", ",ok,1.");
    let error = parse("trials.csv", other.as_bytes()).expect_err("the risk was changed");
    assert_eq!(
        error.message(),
        "trials.csv, line 2: not as it was written: its check does not match"
    );
}

#[test]
fn a_torn_last_line_is_left_out_wherever_it_was_cut() {
    let whole = file(&[HEADER, ROW]);
    let last = ROW.replace("1024,0", "1024,1").replace("He2", "\"θ, x\"");
    let note = "trials.csv, line 3: cut off while it was written; this trial is left out";
    // The last field may be left empty, so a cut behind the last comma is not seen.
    for cut in 1..=last.rfind(',').expect("a row has commas") {
        let text = [whole.as_bytes(), &last.as_bytes()[..cut]].concat();
        let loaded = parse("trials.csv", &text).expect("a torn line is no error");
        assert_eq!(
            (loaded.records.len(), loaded.notes.as_slice()),
            (1, [note.to_owned()].as_slice()),
            "{cut}"
        );
    }
    let complete = format!("{whole}{last}");
    let loaded = parse("trials.csv", complete.as_bytes()).expect("good");
    assert_eq!((loaded.records.len(), loaded.notes.len()), (2, 0));
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let bytes = [file(&[HEADER]).as_bytes(), b"\xff\xfe\n"].concat();
    let error = parse("trials.csv", &bytes).expect_err("no text");
    assert_eq!(error.message(), "trials.csv, line 2: not text in UTF-8");
}

#[test]
fn a_missing_file_is_named() {
    let error = secateur::results::read("no/such/trials.csv".as_ref()).expect_err("none");
    assert!(error.message().starts_with("cannot read no/such/trials.csv: "), "{error}");
    assert!(error.hint_text().is_some());
}
