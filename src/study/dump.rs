//! A trial, or a data set alone, as arrays for NumPy. `docs/arrays.md` lists them.

use std::io;

use crate::error::{Error, Result};
use crate::learner::Outcome;
use crate::learner::stage::{Network, Scores};
use crate::model::target::Target;
use crate::results::npy::Npz;
use crate::sample::{Design, Lines, Samples, Stage};

use super::trial::Seen;

/// Which arrays to write.
#[derive(Clone, Debug)]
pub struct Chosen(Vec<String>);

impl Chosen {
    /// Those that are named, all if none is; `x` stands for the inputs of every stage.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        Self(names.to_vec())
    }

    fn has(&self, name: &str) -> bool {
        let base = name.split('_').next().unwrap_or_default();
        self.0.is_empty() || self.0.iter().any(|chosen| chosen == name || chosen == base)
    }
}

/// V, d × r.
///
/// # Errors
/// When it cannot be written.
pub fn directions(npz: &mut Npz<'_>, target: &Target, chosen: &Chosen) -> io::Result<()> {
    if !chosen.has("V") {
        return Ok(());
    }
    let (directions, r) = (target.directions(), target.directions().r());
    let mut v = vec![0.0_f64; directions.d() * r];
    for (&j, row) in directions.support().iter().zip(directions.rows()) {
        v[j as usize * r..][..r].copy_from_slice(row);
    }
    npz.values("V", &[directions.d() as u64, r as u64], &v)
}

/// `x_NAME`, `y_NAME` and `f_NAME` of the first `n` samples of `stage`: inputs, labels, and labels
/// without their noise.
///
/// # Errors
/// When they cannot be written.
pub fn samples(
    npz: &mut Npz<'_>,
    (target, design): (&Target, Design<'_>),
    (stage, n): (Stage, u64),
    name: &str,
    chosen: &Chosen,
) -> io::Result<()> {
    let samples = design.samples(target, stage, n);
    let d = target.directions().d();
    let named =
        |array: &str| if name.is_empty() { array.to_owned() } else { format!("{array}_{name}") };
    let x = named("x");
    if chosen.has(&x) {
        npz.array(&x, &[n, d as u64], |push| samples.rows(d, push))?;
    }
    for (array, noisy) in [("y", true), ("f", false)] {
        let array = named(array);
        if chosen.has(&array) {
            npz.array(&array, &[n], |push| samples.each_labels(noisy, push))?;
        }
    }
    Ok(())
}

/// All of a trial: V, the samples of its stages and of the test, and what was learned.
///
/// # Errors
/// When it was simulated in reduced form: there are no samples then.
pub fn check(seen: &Seen<'_>) -> Result<()> {
    if matches!(seen.outcome, Outcome::Trained(trained) if trained.is_reduced() || trained.limit.is_some())
    {
        return Err(Error::usage("this trial was simulated in reduced form: it has no inputs")
            .hint("run the study with --set samples.simulation=explicit, and look into a trial of that"));
    }
    Ok(())
}

/// Writes a trial that [`check`] has passed, `test` samples of its test.
///
/// # Errors
/// When it cannot be written.
pub fn trial(npz: &mut Npz<'_>, seen: &Seen<'_>, test: u64, chosen: &Chosen) -> io::Result<()> {
    let world = (seen.target, seen.design);
    directions(npz, seen.target, chosen)?;
    for &(stage, n) in seen.stages {
        let name = match stage {
            Stage::Feature(step) if step > 0 => format!("feature{step}"),
            Stage::Round(round) => format!("{}{round}", stage.name()),
            stage => stage.name().to_owned(),
        };
        samples(npz, world, (stage, n), &name, chosen)?;
    }
    samples(npz, world, (Stage::Test, test), "test", chosen)?;
    let d = seen.target.directions().d() as u64;
    match seen.outcome {
        Outcome::Trained(trained) => {
            if let (Some(Scores::All(scores)), true) = (&trained.scores, chosen.has("scores")) {
                npz.values("scores", &[d], scores)?;
            }
            network(npz, &trained.network, chosen)?;
            let tests = seen.design.samples(seen.target, Stage::Test, test);
            predictions(npz, &trained.network, &tests, chosen)
        }
        Outcome::Answered(answered) => {
            if let Some(scores) = answered.scores.as_ref().filter(|_| chosen.has("scores")) {
                npz.values("scores", &[d], scores)?;
            }
            if let Some(kept) = answered.kept.as_ref().filter(|_| chosen.has("kept")) {
                npz.values("kept", &[kept.len() as u64], kept)?;
            }
            if chosen.has("predictions") {
                npz.values("predictions", &[test], &answered.predictions)?;
            }
            Ok(())
        }
    }
}

/// `kept`, `W` (M × m), `b`, `a`, `a0`.
fn network(npz: &mut Npz<'_>, network: &Network, chosen: &Chosen) -> io::Result<()> {
    let Network { layer, biases, readout, intercept } = network;
    let (rows, width) = (layer.coordinates.len() as u64, layer.width() as u64);
    if chosen.has("kept") {
        npz.values("kept", &[rows], &layer.coordinates)?;
    }
    if chosen.has("W") {
        let weights = &layer.weights;
        npz.array("W", &[rows, width], |push| {
            (0..weights.nrows()).try_for_each(|i| {
                push(&(0..weights.ncols()).map(|j| weights[(i, j)]).collect::<Vec<f32>>())
            })
        })?;
    }
    if chosen.has("b") {
        npz.values("b", &[width], biases)?;
    }
    if chosen.has("a") {
        npz.values("a", &[width], readout)?;
        npz.values("a0", &[], &[*intercept])?;
    }
    Ok(())
}

/// `predictions` on the test samples.
fn predictions(
    npz: &mut Npz<'_>,
    network: &Network,
    tests: &Samples<'_>,
    chosen: &Chosen,
) -> io::Result<()> {
    if !chosen.has("predictions") {
        return Ok(());
    }
    npz.array("predictions", &[tests.n()], |push| {
        let kept = &network.layer.coordinates;
        let (mut x, mut features, mut out) = (Lines::default(), Lines::default(), Vec::new());
        for block in 0..tests.blocks() {
            let rows = tests.block_len(block);
            x.resize(rows * kept.len());
            out.resize(rows, 0.0);
            tests.columns(block, kept, &mut x);
            network.predict(&x, rows, &mut features, &mut out);
            push(&out)?;
        }
        Ok(())
    })
}
