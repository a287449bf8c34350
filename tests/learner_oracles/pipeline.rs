//! Whole learners: stages composed by hand, shared data, determinism, every option end to end.

use secateur::learner::options::{DataUse, Keep, Lambda, Normalize, ReadoutMethod, Shift};
use secateur::learner::stage::gradient::{FeatureStep, first_layer_gradient};
use secateur::learner::stage::network::Layer;
use secateur::learner::stage::readout;
use secateur::learner::stage::{GradientComparison, Scoring, survivors};
use secateur::learner::{Network, Options, metrics};
use secateur::model::metric::Metric;
use secateur::model::target::Target;
use secateur::model::{Activation, ChannelChoice, LearnerKind};
use secateur::sample::{CentredLabels, Design, Key, Stage};
use strum::IntoEnumIterator;

use crate::{Measures, Task, design, target};

fn task(target: &Target, n: u64) -> Task<'_> {
    Task { target, design: design(41), key: Key::root(42), n }
}

fn train(kind: LearnerKind, options: &Options, task: &Task<'_>) -> Network {
    task.train(kind, options, 2).unwrap().network
}

/// Every number of a network.
fn bits(network: &Network) -> (Vec<u32>, Vec<u32>, Vec<u64>) {
    let layer = &network.layer;
    let weights = (0..layer.width()).flat_map(|j| layer.weights.col_as_slice(j).to_vec());
    (
        layer.coordinates.clone(),
        weights.chain(network.biases.iter().copied()).map(f32::to_bits).collect(),
        network.readout.iter().chain([&network.intercept]).map(|a| a.to_bits()).collect(),
    )
}

/// Parts 1 to 6 one after the other; `stage` names the samples of each, `sizes` their number.
fn by_hand(
    options: &Options,
    target: &Target,
    design: Design,
    key: Key,
    stage: impl Fn(Stage) -> Stage,
    sizes: &[u64],
) -> Network {
    let samples = |name, n| design.samples(target, stage(name), n);
    let labels = CentredLabels::new(samples(Stage::Prune, sizes[0]));
    let comparison = GradientComparison::new(&options.prune, options.activation, 2).unwrap();
    let directions = target.directions();
    let scores = comparison.scores(&labels, directions.d());
    let kept = survivors(&scores, options.prune.keep, directions.s(), f64::INFINITY);
    let mut layer =
        Layer::on_sphere(kept, options.width.at(0), options.activation, key.named("weights"));
    let step = FeatureStep::new(&options.feature, options.activation, 2);
    for (number, &n) in (0_u32..).zip(&sizes[1..sizes.len() - 1]) {
        let labels = CentredLabels::new(samples(Stage::Feature(number), n));
        let gradient = first_layer_gradient(&layer, step.shift() as f32, &labels);
        step.apply(&mut layer, &gradient, key.named("signs").child(u64::from(number))).unwrap();
    }
    let last = samples(Stage::Readout, sizes[sizes.len() - 1]);
    readout::fit(layer, &options.readout, &last, key.named("biases")).unwrap()
}

#[test]
fn a_learner_is_its_stages_on_fresh_samples() {
    let target = target("He2", 40, 6, 0.1, 43);
    let task = task(&target, 5000);
    let mut options = Options { width: 16.into(), ..Options::default() };
    let composed = by_hand(&options, &target, task.design, task.key, |s| s, &[1666, 1666, 1668]);
    assert_eq!(bits(&train(LearnerKind::Pruned, &options, &task)), bits(&composed));
    // Three steps share the stage, each with samples of its own.
    options.feature.steps = 3;
    options.split = Some(vec![2.0, 2.0, 1.0]);
    let sizes = [2000, 666, 667, 667, 1000];
    let composed = by_hand(&options, &target, task.design, task.key, |s| s, &sizes);
    assert_eq!(bits(&train(LearnerKind::Pruned, &options, &task)), bits(&composed));
    // The oracle notices a step that reads the samples of another.
    let reread = |s| if s == Stage::Feature(1) { Stage::Feature(0) } else { s };
    let wrong = by_hand(&options, &target, task.design, task.key, reread, &sizes);
    assert_ne!(bits(&wrong), bits(&composed));
}

#[test]
fn reused_data_are_the_same_samples_in_every_stage() {
    let target = target("He2", 40, 6, 0.1, 43);
    let task = task(&target, 2100);
    let options = Options { width: 16.into(), data: DataUse::Reuse, ..Options::default() };
    let composed = by_hand(&options, &target, task.design, task.key, |_| Stage::Shared, &[2100; 3]);
    assert_eq!(bits(&train(LearnerKind::Pruned, &options, &task)), bits(&composed));
}

#[test]
fn pruned_and_unpruned_share_the_samples_of_their_common_stages() {
    let target = target("He2", 20, 4, 0.1, 43);
    let mut pruned = Options { width: 16.into(), ..Options::default() };
    // Pruning that keeps everything leaves the unpruned network, on the same data.
    pruned.prune.keep = Keep::Count(20);
    pruned.split = Some(vec![1.0, 2.0, 1.0]);
    let mut unpruned = Options { width: 16.into(), ..Options::default() };
    unpruned.split = Some(vec![2.0, 1.0]);
    let all = train(LearnerKind::Pruned, &pruned, &task(&target, 4000));
    let same = train(LearnerKind::Unpruned, &unpruned, &task(&target, 3000));
    assert_eq!(bits(&all), bits(&same));
    let other = train(LearnerKind::Unpruned, &unpruned, &task(&target, 3100));
    assert_ne!(bits(&all), bits(&other));
}

#[test]
fn a_learner_gives_the_same_bits_twice_and_others_for_other_keys() {
    let target = target("He2", 40, 6, 0.1, 43);
    for kind in LearnerKind::ALL {
        let first = train(kind, &Options::default(), &task(&target, 3000));
        let again = train(kind, &Options::default(), &task(&target, 3000));
        assert_eq!(bits(&first), bits(&again));
        let key = Task { key: Key::root(1), ..task(&target, 3000) };
        let data = Task { design: design(1), ..task(&target, 3000) };
        for other in [key, data] {
            assert_ne!(bits(&first), bits(&train(kind, &Options::default(), &other)));
        }
    }
}

/// Data augmentation, shared data and number of steps; the other options vary with them.
fn variant(activation: Activation, augmented: bool, data: DataUse, steps: u32) -> Options {
    let mut options = Options { width: 12.into(), activation, data, ..Options::default() };
    options.prune.augmented = augmented;
    // The best shifts of smooth activations take a second of quadrature.
    if augmented || activation != Activation::Relu {
        options.prune.shift = Shift::Fixed(0.5);
        options.feature.shift = Shift::Fixed(-0.62);
    }
    options.prune.keep = if steps == 2 { Keep::Auto } else { Keep::Ratio(1.5) };
    options.feature.steps = steps;
    options.feature.normalize = if augmented { Normalize::Global } else { Normalize::Neuron };
    options.readout.lambda = Lambda::Validate;
    if data == DataUse::Reuse {
        options.readout.method = ReadoutMethod::GradientDescent;
        options.readout.lambda = Lambda::Fixed(0.1);
    }
    options
}

#[test]
fn every_option_trains_on_every_kind_of_link() {
    let links = ["He2", "He3 + He1", "abs", "z1*z2", "He2(z1) - He2(z2)"];
    for (which, link) in links.into_iter().enumerate() {
        let target = target(link, 30, 6, 0.1, 44);
        // Enough that no neuron of large bias is active on a single sample of the readout:
        // with a tiny validated penalty such a neuron alone can ruin the risk.
        let task = task(&target, 9000);
        let k_star = target.link().information_exponent().unwrap();
        for activation in Activation::iter() {
            // Moments of augmented statistics are two-dimensional integrals: not on every link.
            for options in [
                variant(activation, false, DataUse::Fresh, 1),
                variant(activation, which == 3, DataUse::Fresh, 2),
                variant(activation, false, DataUse::Reuse, 1),
            ] {
                for kind in [LearnerKind::Pruned, LearnerKind::Unpruned] {
                    let trained = task.train(kind, &options, k_star).unwrap();
                    let found = metrics::measure(&trained, &target, task.design, 1024).unwrap();
                    // Better than a constant would be asking much at this n; far from it is wrong.
                    assert!(
                        found.of(Metric::Risk) > 0.0 && found.of(Metric::Risk) < 3.0,
                        "{link} {options:?} {found:?}"
                    );
                    let shares = [
                        found.of(Metric::Alignment),
                        found.of(Metric::Subspace),
                        found.of(Metric::Recall),
                        found.of(Metric::Mass),
                    ];
                    assert!(shares.iter().all(|s| (0.0..=1.0 + 1e-6).contains(s)), "{found:?}");
                    let kept = trained.network.layer.coordinates.len();
                    match (kind, options.prune.keep) {
                        (LearnerKind::Unpruned, _) => assert_eq!(kept, 30),
                        (LearnerKind::Pruned, Keep::Ratio(_)) => assert_eq!(kept, 9),
                        (LearnerKind::Pruned, _) => assert!((1..=30).contains(&kept)),
                        _ => unreachable!("not among these kinds"),
                    }
                }
            }
        }
    }
}

#[test]
fn augmented_comparison_finds_the_coordinates_too() {
    // √(n/3) ρ v² = 2.9 · 0.936: at shift 0 augmentation changes nothing.
    let target = target("He2", 64, 4, 0.1, 45);
    for shift in [Shift::Fixed(0.0), Shift::Fixed(0.4)] {
        let mut options = Options { width: 8.into(), ..Options::default() };
        options.prune.augmented = true;
        options.prune.shift = shift;
        let network = train(LearnerKind::Pruned, &options, &task(&target, 12_000));
        assert_eq!(network.layer.coordinates, target.directions().support(), "{shift:?}");
    }
}

#[test]
fn stages_need_samples_and_shares() {
    let target = target("He2", 10, 2, 0.1, 43);
    let error = |kind: LearnerKind, n| {
        task(&target, n).train(kind, &Options::default(), 2).unwrap_err().to_string()
    };
    assert!(error(LearnerKind::Pruned, 5).contains("n = 5 samples are too few for 3 stages"));
    assert!(error(LearnerKind::Unpruned, 3).contains("n = 3 samples are too few for 2 stages"));
    let pruned = |options: &Options| task(&target, 6).train(LearnerKind::Pruned, options, 2);
    assert!(pruned(&Options::default()).is_ok());
    for split in [vec![1.0], vec![1.0, 0.0, 1.0], vec![1.0, f64::NAN, 1.0]] {
        let options = Options { split: Some(split), ..Options::default() };
        assert!(pruned(&options).is_err());
    }
    let mut options = Options::default();
    options.prune.channel = ChannelChoice::Auto;
    options.prune.shift = Shift::Fixed(11.0);
    assert!(pruned(&options).is_err());
}
