//! One trial of the pruned network through the library, from the target to its metrics.
//!
//! ```sh
//! cargo run --release --example one_trial
//! ```

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::{Granted, Options, World, metrics};
use secateur::model::direction::DirectionLaw;
use secateur::model::target::Target;
use secateur::model::{LearnerKind, Link, Metric};
use secateur::sample::{Design, Key};
use strum::IntoEnumIterator;

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> secateur::Result<()> {
    let (d, n) = (4096, 16_384);

    // What is to be learned: y = He2(⟨v, x⟩)/√2 + 0.1 ξ, v on d^¼ = 8 of 4096 coordinates.
    let link = Link::parse("He2", None)?.normalised()?;
    let k_star = link.information_exponent()?;
    let law = DirectionLaw::Hard { alpha: 0.25 };

    // Every random number of the trial descends from this key.
    let trial = Key::root(1);
    let mut rng = ChaCha8Rng::seed_from_u64(trial.named("directions").bits());
    let directions = law.draw(d, link.r(), &mut rng)?;

    // The learner is told k*, and nothing else of the target.
    let options = Options::default();
    let learner = LearnerKind::Pruned.build(&options, &Granted::new(&link, k_star))?;

    // n samples, a third for each of its stages: ranking, gradient step, second layer.
    let target = Target::new(link, directions, 0.1);
    let design = Design::new(trial);
    let trained = learner.train(World::new(&target, design), trial.named("learner"), n)?;

    // The metrics alone hold the network against the target, on samples that no stage has seen.
    let measured = metrics::measure(&trained, &target, design, 4096)?;
    for metric in Metric::iter() {
        if let Some(value) = measured[metric] {
            println!("{:>10} {value:.4}", metric.name());
        }
    }
    println!("{:>10} {:?}", "kept", trained.network.layer.coordinates);
    println!("{:>10} {:?}", "relevant", target.directions().relevant());
    Ok(())
}
