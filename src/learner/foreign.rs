//! A learner in another program: it gets the samples of a trial as arrays and answers with
//! predictions. Risk and everything else is measured here, so that all learners are measured
//! alike.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use faer::Mat;
use strum::IntoEnumIterator;

use super::contract::{Granted, Learner, Question};
use super::options::{Grant, Options, WorkerOptions};
use super::stage::{Answered, Budget, Case, Cost, Portion, Trained, Work};
use crate::error::{Error, Result};
use crate::sample::{Samples, Stage};
use crate::worker::protocol::PROTOCOL;
use crate::worker::{Exchange, Request, pool};

/// Bytes of a number of the arrays.
const NUMBER: u64 = 4;

/// A program that is asked for predictions.
#[derive(Clone, Debug)]
pub struct Foreign {
    worker: WorkerOptions,
    width: usize,
    k_star: u32,
    link: String,
}

impl Foreign {
    /// The learner that `options` name.
    ///
    /// # Errors
    /// When they name no program, or a width that grows with d.
    pub fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let worker = options.worker.clone();
        let worker = worker.ok_or_else(|| Error::usage("no command is given"))?;
        let width = options.width.fixed("a learner with a command")?;
        let link = granted.link_text().to_owned();
        Ok(Self { worker, width, k_star: granted.k_star(), link })
    }

    /// Bytes of the arrays of a trial.
    fn bytes(d: usize, n: u64) -> u64 {
        n.saturating_mul(d as u64 + 1).saturating_mul(NUMBER)
    }

    /// Asks a worker for its predictions on `test` samples.
    ///
    /// # Errors
    /// When it has none, or they are not finite.
    fn ask(&self, budget: &mut Budget<'_>, question: Question) -> Result<Answered> {
        let Question { test, alpha, turned } = question;
        let test = if turned { test / 2 } else { test };
        let stages = self.worker.stages.iter().map(|&stage| budget.take(stage));
        let mut portions: Vec<Portion<'_>> = stages.collect::<Result<_>>()?;
        if portions.is_empty() {
            portions.push(budget.take(Stage::Shared)?);
        }
        let n: u64 = portions.iter().map(Portion::n).sum();
        let d = budget.d();
        let exchange = Exchange::new(Self::bytes(d, n + test))?;
        let read: Vec<Samples<'_>> = portions.iter().map(Portion::samples).collect();
        write_inputs(&exchange, "x", d, n, &read)?;
        write_labels(&exchange, n, &read)?;
        let tests = budget.beside(Stage::Test, test).samples();
        if turned {
            write_turned(&exchange, "x_test", d, &tests)?;
        } else {
            write_inputs(&exchange, "x_test", d, test, &[tests])?;
        }
        let mut first = 0;
        let mut stages = BTreeMap::new();
        for (stage, portion) in self.worker.stages.iter().zip(&portions) {
            stages.insert(stage.name(), [first, portion.n()]);
            first += portion.n();
        }
        let granted = self.worker.granted.clone().unwrap_or_else(|| Grant::iter().collect());
        let told = |grant| granted.contains(&grant);
        let request = Request {
            protocol: PROTOCOL,
            folder: exchange.path().to_owned(),
            n,
            n_test: test,
            d: d as u64,
            r: budget.r(),
            s: told(Grant::S).then(|| budget.s()),
            alpha: told(Grant::Alpha).then_some(alpha),
            k_star: told(Grant::KStar).then_some(self.k_star),
            link: told(Grant::Link).then(|| self.link.clone()),
            noise: told(Grant::Noise).then(|| budget.noise()),
            width: self.width,
            options: self.worker.options.clone(),
            seed: budget.key("worker").bits(),
            stages,
            granted: granted.iter().copied().map(Into::into).collect(),
        };
        let timeout = Duration::from_secs_f64(self.worker.timeout);
        pool::ask(&self.worker.command, &request, timeout, || read_answer(&exchange, d, test))
    }
}

impl Learner for Foreign {
    fn stages(&self) -> usize {
        self.worker.stages.len().max(1)
    }

    fn check_size(&self, d: usize, n_max: u64, test: u64) -> Result<()> {
        let (bytes, most) = (Self::bytes(d, n_max.saturating_add(test)), self.worker.memory);
        if bytes <= most {
            return Ok(());
        }
        let gb = |bytes: u64| bytes as f64 / 1e9;
        Err(Error::usage(format!(
            "{n_max} samples in dimension {d} are {:.3} GB, more than the memory of {:.3} GB",
            gb(bytes),
            gb(most)
        ))
        .hint("lower samples.n_max or d, or raise memory (in GB) in the learner's table"))
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        // A pilot trial says what the program itself takes.
        Cost::of(case.d, Work::new(case.d as f64, 0.0))
    }

    fn answer(&self, budget: &mut Budget<'_>, question: Question) -> Option<Result<Answered>> {
        Some(self.ask(budget, question))
    }

    fn train(&self, _budget: &mut Budget<'_>) -> Result<Trained> {
        Err(Error::runtime("a learner in another program has no network here"))
    }
}

/// Writes the inputs of `samples`, one after the other, as rows.
fn write_inputs(
    exchange: &Exchange,
    name: &str,
    d: usize,
    n: u64,
    samples: &[Samples<'_>],
) -> Result<()> {
    exchange.write(name, &[n, d as u64], |push| samples.iter().try_for_each(|s| s.rows(d, push)))
}

/// The same, the last row first; all of them in memory.
fn write_turned(exchange: &Exchange, name: &str, d: usize, samples: &Samples<'_>) -> Result<()> {
    exchange.write(name, &[samples.n(), d as u64], |push| {
        let mut all = Vec::new();
        samples.rows(d, &mut |rows| -> io::Result<()> {
            all.extend_from_slice(rows);
            Ok(())
        })?;
        all.chunks(d).rev().try_for_each(push)
    })
}

fn write_labels(exchange: &Exchange, n: u64, samples: &[Samples<'_>]) -> Result<()> {
    exchange.write("y", &[n], |push| {
        let mut narrow =
            |labels: &[f64]| push(&labels.iter().map(|&y| y as f32).collect::<Vec<_>>());
        samples.iter().try_for_each(|s| s.each_labels(true, &mut narrow))
    })
}

fn wrong(what: String) -> Error {
    Error::runtime(what).hint("docs/workers.md lists the arrays of an answer, with their shapes")
}

fn read_answer(exchange: &Exchange, d: usize, test: u64) -> Result<Answered> {
    let vector = |name: &str, length: u64| -> Result<Option<Vec<f64>>> {
        let Some((values, shape)) = exchange.read(name, length.max(d as u64))? else {
            return Ok(None);
        };
        if shape.iter().product::<u64>() != length
            || shape.iter().any(|&side| side != 1 && side != length)
        {
            return Err(wrong(format!("{name}.npy has the shape {shape:?}, not [{length}]")));
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(wrong(format!("{name}.npy has {} in place {at}", values[at]))),
            None => Ok(Some(values)),
        }
    };
    let predictions = vector("predictions", test)?
        .ok_or_else(|| wrong("the worker wrote no predictions.npy".to_owned()))?;
    let scores = vector("scores", d as u64)?;
    let kept = exchange.read("kept", d as u64)?.map(|(values, _)| coordinates(&values, d));
    let kept = kept.transpose()?;
    let rows = kept.as_ref().map_or(d, Vec::len);
    let most = (rows as u64).saturating_mul(1 << 16);
    let weights = exchange.read("weights", most)?.map(|(values, shape)| match shape[..] {
        [found, neurons] if found == rows as u64 && values.iter().all(|w| w.is_finite()) => {
            Ok(Mat::from_fn(rows, neurons as usize, |i, j| values[i * neurons as usize + j]))
        }
        _ => Err(wrong(format!("weights.npy is no finite matrix with {rows} rows: {shape:?}"))),
    });
    Ok(Answered { predictions, scores, kept, weights: weights.transpose()? })
}

/// Increasing coordinates below `d`.
fn coordinates(values: &[f64], d: usize) -> Result<Vec<u32>> {
    let found: Vec<u32> = values.iter().map(|&value| value as u32).collect();
    let whole = found.iter().zip(values).all(|(&j, &value)| f64::from(j) == value);
    let sound =
        whole && found.iter().all(|&j| (j as usize) < d) && found.is_sorted_by(|a, b| a < b);
    if !sound || found.is_empty() {
        let what = format!("kept.npy does not hold increasing coordinates below {d}");
        return Err(wrong(what));
    }
    Ok(found)
}
