//! The pruned network: the paper's `PruneNetwork`.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::contract::{Coordinates, Granted, Keys, Learner, Recipe};
use super::options::{COMPARISON, NETWORK, Options, Simulation};
use super::stage::limit::LimitRanking;
use super::stage::{Budget, Case, Cost, GradientComparison, Rounds, Screen, TrainKept, Trained};
use crate::error::Result;
use crate::model::input::Input;
use crate::model::law::LawPoint;
use crate::sample::Stage;

/// Gradient comparison, pruning, re-initialisation, gradient step, readout.
#[derive(Clone, Debug)]
pub struct Pruned {
    screen: Screen<GradientComparison>,
    /// |ρ_{k*}| of the coordinate statistic, at least a tenth.
    correlation: f64,
    /// The ranking in more than one round, if that is asked for.
    rounds: Option<Rounds>,
    /// The comparison in the limit, if that is asked for.
    limit: Option<LimitRanking>,
    later: TrainKept,
}

impl Recipe for Pruned {
    const KEYS: Keys = &[NETWORK, COMPARISON, &["rounds"]];
    const LIMIT: bool = true;

    fn new(options: &Options, granted: &Granted<'_>) -> Result<Self> {
        let k_star = granted.k_star();
        let comparison = GradientComparison::new(&options.prune, options.activation, k_star)?;
        let limit = options.simulation() == Simulation::Limit;
        Ok(Self {
            rounds: Rounds::new(options, &comparison)?,
            limit: limit.then(|| LimitRanking::new(&comparison)).transpose()?,
            correlation: comparison.correlation().abs().max(0.1),
            screen: Screen::new(comparison, options),
            later: TrainKept::new(options, k_star),
        })
    }
}

impl Learner for Pruned {
    fn stages(&self) -> usize {
        3
    }

    fn check(&self, d: usize, _: usize) -> Result<()> {
        self.screen.scoring().check(d)
    }

    fn blindness(&self) -> Vec<String> {
        self.screen.scoring().blindness().into_iter().chain(self.later.blindness()).collect()
    }

    fn coordinates(&self, input: Input) -> Coordinates {
        let rounds = self.rounds.as_ref().map(Rounds::explicit);
        Coordinates::Ranked(rounds.map_or_else(|| self.screen.check(input), Err))
    }

    fn cost(&self, case: &Case<'_>) -> Cost {
        let cost = Cost::of_step(case, case.kept());
        let cost = match (&self.limit, &self.rounds) {
            (Some(_), _) => cost.with_relevant(case),
            (None, Some(rounds)) => rounds.cost(cost, case, self.screen.screening(case)),
            (None, None) => cost.with(self.screen.screening(case)),
        };
        if cost.kept == case.d {
            return cost;
        }
        let compare = |rho| case.comparison(case.k_star, rho);
        let slowest = cost.slowest.max(compare(self.correlation));
        // A third of the samples, unless the split says otherwise.
        let share = |shares: &Vec<f64>| 3.0 * shares[0] / shares.iter().sum::<f64>();
        let share = case.options.split.as_ref().map_or(1.0, share);
        let scoring = self.screen.scoring();
        let harder = (compare(scoring.sight()) / share / slowest).max(1.0);
        Cost { slowest, harder: harder / scoring.relief(case.link.r()), ..cost }
    }

    fn law(&self, case: &Case<'_>, tau: f64, share: f64) -> Option<LawPoint> {
        self.screen.scoring().law(case, tau, share)
    }

    fn train(&self, budget: &mut Budget<'_>) -> Result<Trained> {
        if let Some(rounds) = &self.rounds {
            return rounds.train(budget, &self.later);
        }
        let portion = budget.take(Stage::Prune)?;
        if let Some(limit) = &self.limit {
            let mut rng = ChaCha8Rng::seed_from_u64(budget.key("ranking").bits());
            let (kept, ranking) = limit.rank(&portion, self.screen.keep(), &mut rng)?;
            return self.later.predict(budget, kept, Some(ranking));
        }
        let chosen = self.screen.select(&portion, |y| y, budget.key("nulls"))?;
        Ok(self.later.train(budget, chosen.kept)?.by(chosen.scores))
    }
}
