//! The pruned network on a transformed label, which statistical queries allow and correlational
//! ones do not.

use super::network::Network;
use super::options::{Options, TransformChoice};
use super::prune::GradientComparison;
use super::ranking::Selected;
use super::split::Split;
use super::train_kept::TrainKept;
use super::{Learner, Task};
use crate::error::{Error, Result};
use crate::model::hermite::fill_normalised;
use crate::model::link::Link;
use crate::model::quadrature::density;
use crate::sample::{CentredLabels, Stage};

/// A transformation T of the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// T(y) = y.
    Identity,
    /// T(y) = y².
    Square,
    /// T(y) = |y|.
    Abs,
    /// T(y) = max(y, 0).
    Relu,
    /// T(y) = sign y.
    Sign,
}

impl Transform {
    /// All of them: the dictionary that `"auto"` chooses from.
    pub const ALL: [Self; 5] = [Self::Identity, Self::Square, Self::Abs, Self::Relu, Self::Sign];

    /// The name in study files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Square => "square",
            Self::Abs => "abs",
            Self::Relu => "relu",
            Self::Sign => "sign",
        }
    }

    /// T.
    #[must_use]
    pub fn function(self) -> fn(f64) -> f64 {
        match self {
            Self::Identity => |y| y,
            Self::Square => |y| y * y,
            Self::Abs => f64::abs,
            Self::Relu => |y| y.max(0.0),
            Self::Sign => f64::signum,
        }
    }

    /// Information exponent of T(σ*(z)), z ~ N(0, 1), up to order [`MAX_ORDER`]: the lowest
    /// k ≥ 1 whose squared Hermite coefficient is above 10⁻⁴ of the variance. `None` without one,
    /// or for a link of several variables.
    ///
    /// On a grid, of noiseless labels; noise much smaller than the label changes the order of
    /// none of them.
    #[must_use]
    pub fn information_exponent(self, link: &Link) -> Option<u32> {
        /// Points of the grid over [−8, 8]; even, so that it is symmetric without 0.
        const POINTS: usize = 4_000;
        if link.r() > 1 {
            return None;
        }
        let step = 16.0 / POINTS as f64;
        let z: Vec<f64> =
            (0..POINTS).map(|i| (i as f64 - 0.5 * (POINTS as f64 - 1.0)) * step).collect();
        let mut y = vec![0.0; POINTS];
        link.eval_block(&z, POINTS, &mut y);
        let transform = self.function();
        let mut coefficients = vec![0.0; MAX_ORDER as usize + 1];
        let (mut square, mut he) = (0.0, coefficients.clone());
        for (z, y) in z.iter().zip(y) {
            let (weight, value) = (step * density(*z), transform(y));
            fill_normalised(*z, &mut he);
            square += weight * value * value;
            coefficients.iter_mut().zip(&he).for_each(|(c, h)| *c += weight * value * h);
        }
        let variance = square - coefficients[0].powi(2);
        (1..=MAX_ORDER).find(|&k| coefficients[k as usize].powi(2) > 1e-4 * variance)
    }
}

/// Highest order that is looked for in T(y).
pub const MAX_ORDER: u32 = 8;

/// `pruned` with T(y), centred, in place of y in the comparison and in the gradient step; the
/// readout fits y itself. Single-index links only.
///
/// The order k' of T(y) takes the place of k* in every `"auto"`: n ≍ d^{αk'}. It may lie below
/// k*, down to the generative exponent s* (Damian, Pillaud-Vivien, Lee and Bruna 2024), hence
/// below the bound min(α, ½) k* for correlational queries. For He3: y² has order 2, sign y has
/// order 1 = s*. k' is granted to the learner, computed from the link, as k* is to `pruned`.
///
/// `transform = "auto"` spends a first stage of its own on the choice: among the dictionary, the
/// T whose largest coordinate score, in null standard deviations, is largest.
#[derive(Clone, Debug)]
pub struct LabelTransform {
    options: Options,
    split: Split,
}

impl LabelTransform {
    /// The learner; the orders are those of the transformed labels.
    ///
    /// # Errors
    /// When the split does not fit.
    pub fn new(options: &Options) -> Result<Self> {
        let stages = if options.transform == TransformChoice::Auto { 4 } else { 3 };
        Ok(Self {
            options: options.clone(),
            split: Split::new(stages, options.split.as_deref(), options.data)?,
        })
    }

    fn comparison(&self, order: u32) -> Result<GradientComparison> {
        GradientComparison::new(&self.options.prune, self.options.activation, order)
    }

    /// The transformation with the largest score on `n` samples, and its order.
    fn choose(&self, task: &Task<'_>, n: u64) -> Result<(Transform, u32)> {
        let d = task.target.directions().d();
        let mut best = None;
        let mut top = f64::NEG_INFINITY;
        for transform in Transform::ALL {
            let Some(order) = transform.information_exponent(task.target.link()) else { continue };
            let samples = self.split.samples(task, Stage::Choose, n);
            let labels = CentredLabels::transformed(samples, transform.function());
            let scores = self.comparison(order)?.scores(&labels, d);
            let largest = scores.iter().copied().fold(0.0, f64::max);
            if largest > top {
                (best, top) = (Some((transform, order)), largest);
            }
        }
        best.ok_or_else(|| no_order("any transformation"))
    }
}

fn no_order(what: &str) -> Error {
    Error::usage(format!("{what} of the label has no Hermite order up to {MAX_ORDER}"))
        .hint("choose another transform; \"auto\" tries the label itself too")
}

impl Learner for LabelTransform {
    fn stages(&self) -> usize {
        self.split.stages()
    }

    fn check(&self, _: usize, r: usize) -> Result<()> {
        if r > 1 {
            return Err(Error::usage(format!("`label_transform` is single-index, but r = {r}"))
                .hint("the order of a transformed label is computed for one variable only"));
        }
        Ok(())
    }

    fn train(&self, task: &Task<'_>) -> Result<Network> {
        let sizes = self.split.sizes(task.n)?;
        let directions = task.target.directions();
        self.check(directions.d(), directions.r())?;
        let (transform, order) = match self.options.transform {
            TransformChoice::Auto => self.choose(task, sizes[0])?,
            TransformChoice::Fixed(transform) => {
                let order = transform.information_exponent(task.target.link());
                (transform, order.ok_or_else(|| no_order(transform.name()))?)
            }
        };
        let [prune, feature, readout] = [3, 2, 1].map(|back| sizes[sizes.len() - back]);
        let samples = self.split.samples(task, Stage::Prune, prune);
        let labels = CentredLabels::transformed(samples, transform.function());
        let keep = self.options.prune.keep;
        let Selected { kept, ranking } = self.comparison(order)?.select(&labels, keep, directions);
        let train = TrainKept::new(&self.options, order).with_labels(transform.function());
        Ok(train.train(task, kept, &self.split, [feature, readout])?.ranked(ranking))
    }
}
