//! The unpruned network: one gradient step on all d coordinates, then the readout
//! (Damian, Lee & Soltanolkotabi 2022, with fresh samples in each stage).

use std::fmt::Debug;
use std::marker::PhantomData;

use super::contract::{Granted, Keys, Learner, Recipe};
use super::options::{COMPARISON, NETWORK, Options, Simulation};
use super::stage::{Budget, Case, Cost, TrainKept, Trained};
use crate::error::{Error, Result};

/// Parts 4 to 6 of `PruneNetwork` with M = d.
///
/// `clip = c` puts max(−c, min(y, c)), centred, in place of y in the steps; the second layer fits y
/// itself.
pub type Unpruned = Whole<Gradient>;

/// What a network on all coordinates steps by.
pub trait Step: Debug + Send + Sync + 'static {
    /// The keys that its table may have.
    const KEYS: Keys;

    /// Whether it knows the limit simulation.
    const LIMIT: bool = false;

    /// What stands in place of each entry of the gradient, if not it itself.
    const ENTRY: Option<fn(f64) -> f64> = None;
}

/// The gradient itself.
#[derive(Debug)]
pub struct Gradient;

impl Step for Gradient {
    /// Those of the comparison have no effect: so that a table can be copied from `pruned`.
    const KEYS: Keys = &[NETWORK, COMPARISON, &["clip"]];
    const LIMIT: bool = true;
}

/// Parts 4 to 6 of `PruneNetwork` with M = d, and with `S` in place of the gradient.
#[derive(Debug)]
pub struct Whole<S>(TrainKept, PhantomData<S>);

impl<S: Step> Recipe for Whole<S> {
    const KEYS: Keys = S::KEYS;
    const LIMIT: bool = S::LIMIT;

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        if options.clip.is_some() && options.simulation() == Simulation::Limit {
            return Err(Error::usage("the limit of a step on labels that are cut is not known")
                .hint("use samples.simulation = \"auto\", or leave clip out"));
        }
        let mut train = TrainKept::new(options, granted.k_star());
        if let Some(entry) = S::ENTRY {
            train = train.with_entries(entry);
        }
        Ok(Self(train, PhantomData))
    }
}

impl<S: Step> Learner for Whole<S> {
    fn stages(&self) -> usize {
        2
    }

    fn blindness(&self) -> Vec<String> {
        self.0.blindness()
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        Cost::of_step(case, case.d)
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        self.0.train_all(budget)
    }
}
