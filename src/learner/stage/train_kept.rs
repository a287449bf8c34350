//! Parts 4 to 6 of `PruneNetwork` on any list of coordinates: re-initialise, step, fit the
//! second layer. What network learners differ in is how they come to their list.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::budget::{Budget, Portion};
use super::gradient::{FeatureStep, gradient_sums};
use super::limit::Shadow;
use super::network::{Kept, Layer, Limit, Trained};
use super::reduced::Reduction;
use super::second_layer::SecondLayer;
use crate::error::Result;
use crate::learner::options::{Options, Simulation, Width};
use crate::learner::ranking::Ranking;
use crate::model::activation::Activation;
use crate::sample::{Key, LabelMap};

/// Re-initialisation on the kept coordinates, gradient step, second layer: two stages.
#[derive(Clone, Debug)]
pub struct TrainKept {
    width: Width,
    activation: Activation,
    feature: FeatureStep,
    simulation: Simulation,
    second: SecondLayer,
    labels: LabelMap,
    /// What becomes of an entry of the mean gradient, if it does not stay.
    entry: Option<fn(f64) -> f64>,
}

impl TrainKept {
    /// Resolves `auto` for links of information exponent `k_star`.
    #[must_use]
    pub fn new(options: &Options, k_star: u32) -> Self {
        Self {
            width: options.width,
            activation: options.activation,
            feature: FeatureStep::new(&options.feature, options.activation, k_star),
            simulation: options.simulation(),
            second: SecondLayer::new(options),
            labels: LabelMap::clipped(options.clip),
            entry: None,
        }
    }

    /// With T(y) in place of y in the gradient step; the second layer fits y itself.
    #[must_use]
    pub fn with_labels(self, labels: impl Into<LabelMap>) -> Self {
        Self { labels: labels.into(), ..self }
    }

    /// With e(g) in place of each entry g of (1/n) Σ_i ỹ_i φ'(⟨`w_j`, x_i⟩ + c₂) x_i.
    #[must_use]
    pub fn with_entries(self, entry: fn(f64) -> f64) -> Self {
        Self { entry: Some(entry), ..self }
    }

    /// Why its gradient step cannot learn a feature.
    #[must_use]
    pub fn blindness(&self) -> Vec<String> {
        self.feature.blindness().into_iter().collect()
    }

    /// Number of gradient steps.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.feature.steps()
    }

    /// A random first layer on the coordinates `kept`: part 4.
    #[must_use]
    pub fn initial(&self, budget: &Budget<'_>, kept: Vec<u32>) -> Layer {
        let width = self.width.at(budget.d());
        Layer::on_sphere(kept, width, self.activation, budget.key("weights"))
    }

    /// Trains on the coordinates `kept` with the next two stages of `budget`.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train(&self, budget: &mut Budget<'_>, kept: Vec<u32>) -> Result<Trained> {
        if self.simulation == Simulation::Limit {
            let count = kept.len() as u64;
            return self.predict(budget, Kept { touched: kept, count }, None);
        }
        self.train_layer(budget, self.initial(budget, kept))
    }

    /// [`TrainKept::train`] on every coordinate.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train_all(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        if self.simulation == Simulation::Limit {
            let directions = budget.world.target.directions();
            let touched = directions.support().to_vec();
            return self.predict(budget, Kept { touched, count: directions.d() as u64 }, None);
        }
        self.train(budget, budget.all())
    }

    /// [`TrainKept::train`] in the limit, on coordinates of which `ranking` says how they were
    /// chosen.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn predict(
        &self,
        budget: &mut Budget<'_>,
        kept: Kept,
        ranking: Option<Ranking>,
    ) -> Result<Trained> {
        let mut rng = ChaCha8Rng::seed_from_u64(budget.key("limit").bits());
        let (target, width) = (budget.world.target, self.width.at(budget.d()));
        let mut shadow = Shadow::new(target, &kept, width, self.activation, &mut rng)?;
        let signs = budget.key("signs");
        for (step, portion) in (0_u64..).zip(budget.take_steps(self.feature.steps())?) {
            shadow.step(&self.feature, &portion, signs.child(step), &mut rng)?;
        }
        let network = self.second.fit_limit(&shadow, budget)?;
        let limit = Some(Box::new(Limit { target: shadow.target, kept, ranking }));
        Ok(Trained { network, reduced: false, scores: None, limit })
    }

    /// [`TrainKept::train`] from the first layer `layer`.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train_layer(&self, budget: &mut Budget<'_>, layer: Layer) -> Result<Trained> {
        self.train_within(budget, layer, |_| ())
    }

    /// The same with `restrict` before the first step and after each; it may depend on no sample of
    /// these stages.
    ///
    /// # Errors
    /// When a stage has no finite result.
    pub fn train_within(
        &self,
        budget: &mut Budget<'_>,
        mut layer: Layer,
        mut restrict: impl FnMut(&mut Layer),
    ) -> Result<Trained> {
        restrict(&mut layer);
        let keys = ["complement", "signs"].map(|name| budget.key(name));
        for (step, portion) in (0_u64..).zip(budget.take_steps(self.feature.steps())?) {
            self.step(&mut layer, &portion, keys.map(|key| key.child(step)))?;
            restrict(&mut layer);
        }
        self.second.fit(layer, budget)
    }

    /// The second layer on a first one that is ready: part 6.
    ///
    /// # Errors
    /// When the linear system has no finite solution.
    pub fn fit_second(&self, layer: Layer, budget: &mut Budget<'_>) -> Result<Trained> {
        self.second.fit(layer, budget)
    }

    /// One gradient step: part 5. `keys` are those of the complement of a reduced gradient and
    /// of the signs.
    ///
    /// # Errors
    /// When the gradient is zero or not finite.
    pub fn step(
        &self,
        layer: &mut Layer,
        portion: &Portion<'_>,
        [complement, signs]: [Key; 2],
    ) -> Result<()> {
        let target = portion.world.target;
        let sums = |layer: &Layer, portion: &Portion<'_>, second_moment| {
            let labels = portion.transformed(self.labels);
            gradient_sums(layer, self.feature.shift() as f32, &labels, second_moment)
        };
        let (kept, r) = (layer.coordinates.len(), target.directions().r());
        let gaussian = target.input().is_gaussian();
        let mut gradient = if gaussian && self.simulation.reduces(kept, layer.width(), r) {
            let reduction = Reduction::new(layer, target)?;
            let sums = sums(&reduction.layer, &portion.within(&reduction.target), true);
            reduction.lift(&sums, complement)?
        } else {
            sums(layer, portion, false).gradient
        };
        if let Some(entry) = self.entry {
            let n = portion.n() as f64;
            for g in &mut gradient {
                *g = entry(*g / n);
            }
        }
        self.feature.apply(layer, &gradient, signs)
    }
}
