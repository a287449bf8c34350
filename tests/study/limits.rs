//! A small file asks for bounded work: what is too much is refused before it is laid out.

use std::fmt::Write;
use std::time::Instant;

use secateur::study::{Profile, Study};

use crate::prices::worked;

fn parse(text: &str) -> secateur::Result<Study> {
    Study::parse("s", "s.toml", text, Profile::Standard, &[])
}

/// Seconds of this thread, so far as they can be told from those of the clock.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let (clock, start) = (Instant::now(), worked());
    let done = work();
    let wall = clock.elapsed().as_secs_f64();
    (start.zip(worked()).map_or(wall, |(start, end)| end - start), done)
}

fn refused(text: &str) -> String {
    let (spent, parsed) = timed(|| parse(text));
    let Err(error) = parsed else { panic!("is read") };
    assert!(spent < 10.0, "{spent} s: {}", error.message());
    error.message().to_owned()
}

/// `1, 2, …, count` times `step`.
fn list(count: u32, step: f64) -> String {
    (1..=count).map(|i| format!("{:?}", f64::from(i) * step)).collect::<Vec<_>>().join(",")
}

#[test]
fn ten_billion_cells_are_refused_before_they_are_made() {
    let d = (64..1064).map(|d: u32| d.to_string()).collect::<Vec<_>>().join(",");
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\n\
         alpha = [{}]\nnoise = [{}]\nd = [{d}]\n",
        list(3162, 1e-4),
        list(3162, 1e-4)
    );
    let message = refused(&text);
    assert_eq!(message, "the sweeps have more than 10000 series");
}

#[test]
fn many_sweeps_are_no_way_around_the_limits() {
    let sweep = "[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [16, 25, 36, 49, 64]\n";
    let text = |count| format!("claim = \"c\"\nmodel.link = \"He2\"\n{}", sweep.repeat(count));
    assert_eq!(refused(&text(10_001)), "the sweeps have more than 10000 series");
    let d = (64..264).map(|d: u32| d.to_string()).collect::<Vec<_>>().join(",");
    let text = text(600).replace("16, 25, 36, 49, 64", &d);
    assert_eq!(refused(&text), "the sweeps have more than 100000 cells");
}

#[test]
fn many_learner_tables_are_read_in_linear_time() {
    let text = |count: u32| {
        let mut text = "claim = \"c\"\nmodel.link = \"He2\"\n".to_owned();
        let mut names = String::new();
        for i in 0..count {
            write!(text, "[learner.\"pruned/{i}\"]\nwidth = 16\n").unwrap();
            write!(names, "\"pruned/{i}\",").unwrap();
        }
        text + &format!("[[sweep]]\nlearner = [{names}]\nalpha = 0.5\nd = 64\n")
    };
    let time = |count| {
        let (spent, study) = timed(|| parse(&text(count)));
        assert_eq!(study.unwrap().series.len(), count as usize);
        spent
    };
    time(100);
    let (few, many) = (time(1000), time(10_000));
    assert!(many < 40.0 * few, "{few} s for 1000, {many} s for 10 000");
    assert_eq!(refused(&text(10_001)), "there are more than 10000 tables [learner.NAME]");
}

#[test]
fn many_expectations_are_refused() {
    let expect = "[[expect]]\nclaim = \"c\"\nexponent = \"pruned\"\npredicted = 1\n";
    let text = format!(
        "claim = \"c\"\nmodel.link = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\n\
         d = 64\n{}",
        expect.repeat(1001)
    );
    assert_eq!(refused(&text), "there are more than 1000 expectations");
}

#[test]
fn soft_directions_of_huge_dimension_are_refused_before_they_are_made() {
    let text = "claim = \"c\"\nmodel.link = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\n\
                alpha = 0.5\nq = 1\nd = 1073741824\n";
    assert_eq!(refused(text), "d = 1073741824 is too large for soft directions");
}

/// A message shows the place, not the megabyte around it.
#[test]
fn long_lines_are_shown_in_part() {
    let filler = "x".repeat(1 << 20);
    for text in [
        format!("claim = \"{filler}\"\nmodel.link = \"He2\"\nnonsense = \"{filler}\"\n"),
        format!("claim = \"c\"\nmodel = {{ link = \"{filler}\" }}\n"),
        format!("claim = \"c\"\n{filler} = 1\n"),
        format!("claim = \"c\"\nmodel.link = \"He2\"\nsamples.search = \"{filler}\"\n"),
        format!("claim = \"{filler}\" ? \"{filler}\"\n"),
        format!("claim = \"c\"\nmodel.link = \"He2\"\nsweep = [{{ learner = \"{filler}\" }}]"),
    ] {
        let Err(error) = parse(&text) else { panic!("is read") };
        let shown = format!("{:?}", miette::Report::new(error));
        assert!(shown.len() < 4000, "{} bytes: {}", shown.len(), &shown[..2000]);
    }
}
