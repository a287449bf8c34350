//! Rankings in several rounds: whole trainings by hand in double precision, the later stages in
//! reduced form, what stays as it was, and where rounds are refused.

use secateur::learner::options::{Keep, Normalize, Simulation};
use secateur::learner::stage::gradient::FeatureStep;
use secateur::learner::stage::network::Layer;
use secateur::learner::{Options, metrics};
use secateur::model::metric::Metric;
use secateur::model::target::Target;
use secateur::model::{Activation, Channel, LearnerKind, Statistic};
use secateur::sample::key::mix;
use secateur::sample::{Key, Samples, Stage};
use secateur::study::{Profile, Study};

use crate::rivals::{explicit, inner, neuron, rows};
use crate::stats::{rank_sum, smirnov};
use crate::{Measures, Task, centred, columns, design, target};

/// Coordinates, and those that are kept in the end.
const D: usize = 24;
const M: usize = 4;

fn task(target: &Target, n: u64, seed: u64) -> Task<'_> {
    Task { target, design: design(seed), key: Key::root(82), n }
}

fn options(rounds: u32, steps: u32) -> Options {
    let mut options = explicit(6);
    options.prune.keep = Keep::Count(M);
    options.prune.rounds = rounds;
    options.feature.steps = steps;
    options
}

/// Samples of part `at` of `count` of a stage of `n`.
fn part(n: u64, at: u32, count: u32) -> u64 {
    let edge = |at: u32| n * u64::from(at) / u64::from(count);
    edge(at + 1) - edge(at)
}

/// The `count` of `coordinates` with the largest |Σ_i ỹ_i h(x_ij)|/sd h of the two channels that
/// ReLU has at shift 0, increasing.
fn best(samples: &Samples<'_>, coordinates: &[u32], count: usize) -> Vec<u32> {
    let channels = [Channel::Even, Channel::Linear]
        .map(|channel| Statistic::new(Activation::Relu, channel, 0.0, false).unwrap());
    let y = centred(samples);
    let score = |x: &Vec<f64>| {
        let sum = |h: &Statistic| x.iter().zip(&y).map(|(&x, y)| y * h.value(x)).sum::<f64>();
        channels.iter().map(|h| sum(h).abs() / h.std).fold(0.0, f64::max)
    };
    let scores: Vec<f64> = columns(samples, coordinates).iter().map(score).collect();
    let mut order: Vec<usize> = (0..coordinates.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut best: Vec<u32> = order.iter().take(count).map(|&at| coordinates[at]).collect();
    best.sort_unstable();
    best
}

fn norm(v: &[f64]) -> f64 {
    inner(v, v).sqrt()
}

/// A first layer in training: coordinates, and one weight a coordinate for every neuron.
struct Hand<'a> {
    task: &'a Task<'a>,
    options: &'a Options,
    kept: Vec<u32>,
    neurons: Vec<Vec<f64>>,
}

impl Hand<'_> {
    fn initialise(&mut self) {
        let (kept, width) = (self.kept.clone(), self.options.width.at(D));
        let key = self.task.key.named("weights");
        let layer = Layer::on_sphere(kept, width, Activation::Relu, key);
        let column = |j| layer.weights.col_as_slice(j).iter().map(|&w| f64::from(w)).collect();
        self.neurons = (0..width).map(column).collect();
    }

    /// Round `k` from 0, on to `count` coordinates; neurons lose the others and keep their norms.
    fn round(&mut self, k: u32, count: usize) {
        let stage = if k == 0 { Stage::Prune } else { Stage::Round(k) };
        let n = part(self.task.n / 3, k, self.options.prune.rounds);
        let samples = self.task.design.samples(self.task.target, stage, n);
        let kept = best(&samples, &self.kept, count);
        for w in &mut self.neurons {
            let left: Vec<f64> = (self.kept.iter().zip(&*w))
                .filter_map(|(j, &w)| kept.contains(j).then_some(w))
                .collect();
            let scale = norm(w) / norm(&left);
            *w = left.iter().map(|w| w * scale).collect();
        }
        self.kept = kept;
    }

    fn step(&mut self, k: u32) {
        let (task, feature) = (self.task, &self.options.feature);
        let n = part(task.n / 3, k, feature.steps);
        let samples = task.design.samples(task.target, Stage::Feature(k), n);
        let (x, y) = (rows(&samples, D), centred(&samples));
        let shift = FeatureStep::new(feature, Activation::Relu, 2).shift();
        for w in &mut self.neurons {
            let mut gradient = vec![0.0; w.len()];
            for (x, y) in x.iter().zip(&y) {
                let u: f64 = self.kept.iter().zip(&*w).map(|(&i, w)| x[i as usize] * w).sum();
                let gate = y * Activation::Relu.derivative(u + shift);
                gradient.iter_mut().zip(&self.kept).for_each(|(g, &i)| *g += gate * x[i as usize]);
            }
            *w = gradient;
        }
        let squares = self.neurons.iter().map(|w| inner(w, w)).sum::<f64>();
        let all = (squares / self.neurons.len() as f64).sqrt();
        let signs = task.key.named("signs").child(u64::from(k));
        for (j, w) in (0_u64..).zip(&mut self.neurons) {
            let own = if feature.normalize == Normalize::Global { all } else { norm(w) };
            let sign = if mix(signs.child(j).bits()) & 1 == 0 { 1.0 } else { -1.0 };
            for w in w.iter_mut() {
                *w *= sign / own;
            }
        }
    }
}

/// The order in which rounds and steps come, written out: `i` draws the layer.
fn by_hand<'a>(
    task: &'a Task<'a>,
    options: &'a Options,
    order: &str,
    counts: &[usize],
) -> Hand<'a> {
    let kept = (0..D as u32).collect();
    let mut hand = Hand { task, options, kept, neurons: Vec::new() };
    let (mut rounds, mut steps) = (0, 0);
    for what in order.chars() {
        match what {
            'i' => hand.initialise(),
            'r' => {
                hand.round(rounds, counts[rounds as usize]);
                rounds += 1;
            }
            _ => {
                hand.step(steps);
                steps += 1;
            }
        }
    }
    hand
}

/// 24, 13, 7, 4 and 24, 10, 4 coordinates: 24 (1/6)^{k/T}.
#[test]
fn rounds_and_steps_alternate_on_samples_of_their_own() {
    let mut survivors_decided = 0;
    for seed in 0..6 {
        let target = target("He2", D, 4, 0.1, 83 + seed);
        let task = task(&target, 900, seed);
        for (rounds, steps, order, counts) in [
            (3, 1, "rrirs", &[13, 7, 4][..]),
            (3, 2, "rirsrs", &[13, 7, 4]),
            (3, 3, "irsrsrs", &[13, 7, 4]),
            (2, 3, "irsrss", &[10, 4]),
        ] {
            for normalize in [Normalize::Neuron, Normalize::Global] {
                let mut options = options(rounds, steps);
                options.feature.normalize = normalize;
                let network = task.train(LearnerKind::Pruned, &options, 2).unwrap().network;
                let hand = by_hand(&task, &options, order, counts);
                assert_eq!(network.layer.coordinates, hand.kept, "{order}, seed {seed}");
                for (j, exact) in hand.neurons.iter().enumerate() {
                    for (found, exact) in neuron(&network, j).iter().zip(exact) {
                        assert!((found - exact).abs() < 1e-4, "{order}: {found} {exact}");
                    }
                }
                let n = part(task.n / 3, rounds - 1, rounds);
                let last = task.design.samples(&target, Stage::Round(rounds - 1), n);
                let all: Vec<u32> = (0..D as u32).collect();
                survivors_decided += usize::from(best(&last, &all, M) != hand.kept);
            }
        }
    }
    // A last round that read every coordinate would have kept others.
    assert!(survivors_decided > 10, "{survivors_decided}");
}

/// The layer is independent of the samples of each step, whatever the rounds before it kept.
#[test]
fn steps_between_rounds_have_the_law_of_explicit_ones_in_reduced_form() {
    let trial = |simulation, seed: u64| {
        let target = target("He2", 64, 6, 0.1, 700 + seed);
        let mut options = Options { simulation, ..options(3, 2) };
        (options.width, options.prune.keep) = (4.into(), Keep::Count(24));
        let task = task(&target, 1500, 1000 + seed);
        let trained = task.train(LearnerKind::Pruned, &options, 2).unwrap();
        assert_eq!(trained.is_reduced(), simulation == Simulation::Auto);
        let found = metrics::measure(&trained, &target, task.design, 1024).unwrap();
        [Metric::Risk, Metric::Alignment].map(|metric| found.of(metric))
    };
    let all = |simulation, from: u64| -> Vec<[f64; 2]> {
        (from..from + 150).map(|seed| trial(simulation, seed)).collect()
    };
    // Other seeds, so that the two samples are independent.
    let (explicit, reduced) = (all(Simulation::Explicit, 0), all(Simulation::Auto, 500));
    for metric in [0, 1] {
        let of = |these: &[[f64; 2]]| these.iter().map(|m| m[metric]).collect::<Vec<f64>>();
        let (a, b) = (of(&explicit), of(&reduced));
        assert!(rank_sum(&a, &b).abs() < 4.5 && smirnov(&a, &b) < 2.51, "{metric}");
    }
}

fn study(samples: &str, table: &str) -> secateur::Result<Study> {
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[samples]\n{samples}\n[learner.pruned]\n{table}\n\
         [[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = 64\n"
    );
    Study::parse("s", "s.toml", &text, Profile::Standard, &[])
}

#[test]
fn one_round_is_no_option_of_a_cell() {
    let name = |table| study("", table).unwrap().series[0].cells[0].name();
    assert_eq!(name("rounds = 1"), name(""));
    assert_ne!(name("rounds = 2"), name(""));
    assert_ne!(name("rounds = 2"), name("rounds = 3"));
    let visited = |table| {
        let study = study("", table).unwrap();
        let (setting, cell) = (&study.series[0].setting, &study.series[0].cells[0]);
        setting.built.learner.cost(&setting.case(cell)).screening.unwrap().d
    };
    // A round compares what the one before it left: 64, 32 and 16 on the way to M = 8.
    assert_eq!((visited("rounds = 3"), visited("rounds = 1")), (112.0 / 3.0, 64.0));
}

#[test]
fn rounds_that_are_none_are_refused() {
    let refused = |samples: &str, table: &str, why: &str| {
        let error = study(samples, &format!("rounds = 4\n{table}")).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert!(error.hint_text().is_some());
    };
    refused("", "data = \"reuse\"", "rounds = 4 of the same samples are one");
    refused("", "keep = \"auto\"", "rounds = 4 fall to a number of coordinates");
    refused("", "keep = { fdr = 0.25 }", "rounds = 4 fall to a number of coordinates");
    refused("", "score = \"row\"", "compare coordinates one by one");
    refused("simulation = \"limit\"", "", "rounds = 4 have no limit simulation");
    refused(
        "simulation = \"reduced\"",
        "",
        "the ranking cannot be simulated in reduced form: rounds = 4 choose among survivors",
    );
    let starved = study("", "rounds = 11").unwrap_err().to_string();
    assert!(starved.contains("n = 64 samples are too few for 11 rounds"), "{starved}");
    assert!(study("", "rounds = 4\nshift = 1.0\naugmentation = \"noise\"").is_ok());
}
