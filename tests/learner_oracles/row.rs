//! Scores by whole rows of the gradient: against sums over triples, their null law, what they see
//! that the diagonal does not, and where they are refused.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::options::{DataUse, Keep, PruneOptions, Score, Shift, Simulation};
use secateur::learner::stage::keep::normal_tail;
use secateur::learner::stage::{Budget, GradientComparison, Scoring, Screen, Split, survivors};
use secateur::learner::{Options, World};
use secateur::model::direction::DirectionLaw;
use secateur::model::target::Target;
use secateur::model::{Activation, Channel, ChannelChoice, Link, Statistic};
use secateur::results::Record;
use secateur::sample::{BLOCK, CentredLabels, Crew, Key, Samples, Stage};
use secateur::study::trial::Conditions;
use secateur::study::{Profile, Study};
use strum::IntoEnumIterator;

use crate::stats::{kolmogorov, mean_and_error};
use crate::{centred, columns, design, metric_bits, target};

fn options(channel: ChannelChoice, shift: f64, score: Score) -> PruneOptions {
    PruneOptions {
        channel,
        score,
        shift: Shift::Fixed(shift),
        keep: Keep::Ratio(1.0),
        rounds: 1,
        augmented: false,
    }
}

fn by_row(channel: ChannelChoice, shift: f64, activation: Activation) -> GradientComparison {
    GradientComparison::new(&options(channel, shift, Score::Row), activation, 2).unwrap()
}

/// The factor of x in the statistic of `channel`, before centring.
fn gate(activation: Activation, channel: Channel, shift: f64, x: f64) -> f64 {
    let (plus, minus) = (activation.derivative(x + shift), activation.derivative(shift - x));
    match channel {
        Channel::Raw => plus,
        Channel::Even => 0.5 * (plus - minus),
        Channel::Odd | Channel::OddNoLinear => 0.5 * (plus + minus),
        Channel::Linear => 1.0,
    }
}

/// E f and sd f of a standard normal, by the rule of midpoints.
fn moments(f: impl Fn(f64) -> f64) -> (f64, f64) {
    let step = 1e-5;
    let (mut mean, mut square) = (0.0, 0.0);
    for i in 0..1_800_000 {
        let x = -9.0 + (f64::from(i) + 0.5) * step;
        let weight = (-0.5 * x * x).exp() * step / (2.0 * std::f64::consts::PI).sqrt();
        mean += weight * f(x);
        square += weight * f(x).powi(2);
    }
    (mean, (square - mean * mean).max(0.0).sqrt())
}

/// max over l of |(1/√n) Σ_i ỹ_i (g(x_ij) − E g) x_il|/(sd g sd y) for every j, with the diagonal
/// by the statistic itself: sums over i, j, l.
fn direct(
    samples: &Samples<'_>,
    h: Option<&Statistic>,
    gate: impl Fn(f64) -> f64,
    d: usize,
) -> Vec<f64> {
    let y = centred(samples);
    let n = y.len() as f64;
    let deviation = (y.iter().map(|y| y * y).sum::<f64>() / n).sqrt();
    let x = columns(samples, &(0..d as u32).collect::<Vec<_>>());
    let (mean, std) = moments(&gate);
    let entry = |j: usize, l: usize| {
        let terms = y.iter().zip(&x[j]).zip(&x[l]);
        if j == l {
            let sum = terms.map(|((y, &x), _)| y * h.unwrap().value(x)).sum::<f64>();
            return sum / h.unwrap().std;
        }
        if std < 1e-4 {
            return 0.0;
        }
        terms.map(|((y, &xj), xl)| y * (gate(xj) - mean) * xl).sum::<f64>() / std
    };
    let row = |j| (0..d).map(|l| entry(j, l).abs()).fold(0.0, f64::max);
    (0..d).map(|j| row(j) / (n.sqrt() * deviation)).collect()
}

#[test]
fn scores_are_the_largest_of_direct_sums_over_triples() {
    let d = 11;
    let target = target("z1*z2 + He3(z1) + 0.5*z2", d, 5, 0.1, 4);
    let samples = design(8).samples(&target, Stage::Prune, 2 * BLOCK as u64 + 203);
    let labels = CentredLabels::new(samples);
    // Chains of 512 terms in single precision, and midpoints beside a jump: 10⁻⁵ of √n.
    let tolerance = 2e-5 * (samples.n() as f64).sqrt();
    let cases = [
        (Activation::Relu, 0.0),
        (Activation::Relu, 1.0),
        (Activation::Tanh, 0.7),
        (Activation::Gelu, 1.2),
    ];
    for (activation, shift) in cases {
        let mut auto = vec![0.0_f64; d];
        for channel in Channel::iter() {
            let h = Statistic::new(activation, channel, shift, false).unwrap();
            if h.is_null() {
                continue;
            }
            let expected = direct(&samples, Some(&h), |x| gate(activation, channel, shift, x), d);
            let found = by_row(ChannelChoice::Fixed(channel), shift, activation).scores(&labels, d);
            for (j, (score, exact)) in found.iter().zip(&expected).enumerate() {
                let error = (score - exact).abs();
                assert!(error < tolerance, "{activation:?} {channel:?} {shift} {j}: {error}");
            }
            if !matches!(channel, Channel::Raw | Channel::Odd) {
                auto.iter_mut().zip(&expected).for_each(|(a, &e)| *a = a.max(e));
            }
        }
        let found = by_row(ChannelChoice::Auto, shift, activation).scores(&labels, d);
        for (score, exact) in found.iter().zip(&auto) {
            assert!((score - exact).abs() < tolerance, "{activation:?} auto {shift}");
        }
    }
}

#[test]
fn a_gate_that_is_constant_leaves_the_diagonal() {
    let target = target("He2", 20, 4, 0.1, 5);
    let labels = CentredLabels::new(design(3).samples(&target, Stage::Prune, 1500));
    let linear = ChannelChoice::Fixed(Channel::Linear);
    let usual = options(linear, 0.0, Score::Diagonal);
    let usual = GradientComparison::new(&usual, Activation::Relu, 2).unwrap();
    let row = by_row(linear, 0.0, Activation::Relu);
    assert_eq!((row.compared(20), usual.compared(20)), (1, 1));
    for (row, usual) in row.scores(&labels, 20).iter().zip(usual.scores(&labels, 20)) {
        assert!((row - usual).abs() < 1e-12 * usual.max(1.0));
    }
    // Even and linear; what is left of the odd channel vanishes.
    assert_eq!(by_row(ChannelChoice::Auto, 0.0, Activation::Relu).compared(20), 2 + 19);
}

/// Labels that are nearly all noise, one score a trial: scores of a trial share entries' inputs.
#[test]
fn a_null_score_is_the_largest_of_d_normal_numbers() {
    let (d, count) = (40, 4000);
    for (channel, shift) in [(Channel::Even, 0.0), (Channel::OddNoLinear, 1.0), (Channel::Raw, 0.4)]
    {
        let comparison = by_row(ChannelChoice::Fixed(channel), shift, Activation::Relu);
        let scores: Vec<f64> = (0..count)
            .map(|trial| {
                let target = target("He2", d, 4, 30.0, trial);
                let samples = design(trial).samples(&target, Stage::Prune, 1024);
                let null = (0..=u32::MAX)
                    .find(|j| target.directions().support().binary_search(j).is_err());
                comparison.scores(&CentredLabels::new(samples), d)[null.unwrap() as usize]
            })
            .collect();
        let distance = kolmogorov(&scores, |t| 1.0 - normal_tail(t, comparison.compared(d)));
        assert!(distance < 2.2, "{channel:?}: {distance}");
    }
}

fn on_disjoint_supports(link: &str, d: usize, seed: u64) -> Target {
    let link = Link::parse(link, None).unwrap().normalised().unwrap();
    let law = DirectionLaw::Disjoint { alpha: 0.5 };
    let v = law.draw(d, link.r(), &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
    Target::new(link, v, 0.1)
}

/// Mean and error, over 20 trials, of the share of each direction's coordinates that are among the
/// s best.
fn recalls(score: Score, link: &str, k_star: u32, n: u64) -> [(f64, f64); 2] {
    let d = 64;
    let options = PruneOptions { score, ..Options::default().prune };
    let comparison = GradientComparison::new(&options, Activation::Relu, k_star).unwrap();
    let mut found = [Vec::new(), Vec::new()];
    for trial in 0..20 {
        let target = on_disjoint_supports(link, d, trial);
        let labels = CentredLabels::new(design(trial).samples(&target, Stage::Prune, n));
        let v = target.directions();
        let kept = survivors(&comparison.scores(&labels, d), Keep::Ratio(1.0), v.s(), 0.0);
        for (a, found) in found.iter_mut().enumerate() {
            let own = v.support().iter().zip(v.rows()).filter(|(_, row)| row[a] != 0.0);
            let own: Vec<u32> = own.map(|(&j, _)| j).collect();
            let kept = own.iter().filter(|j| kept.contains(j)).count();
            found.push(kept as f64 / own.len() as f64);
        }
    }
    found.map(|found| mean_and_error(&found))
}

/// V_jᵀ H V_j = 0 for every row: the diagonal sees the spread of y² h² alone, at any n.
#[test]
fn a_product_on_disjoint_supports_is_ranked_by_rows_and_not_by_the_diagonal() {
    for n in [4096, 1 << 17] {
        for (recall, _) in recalls(Score::Row, "z1*z2", 2, n) {
            assert!(recall > 0.99, "{n}: {recall}");
        }
        for (recall, error) in recalls(Score::Diagonal, "z1*z2", 2, n) {
            assert!(recall < 0.4 + 3.0 * error, "{n}: {recall}");
        }
    }
}

/// At k* = 3 entry l of row j sees T_jjl: for z1 He2(z2) on disjoint supports that of the
/// coordinates of z2 with those of z1, while T_jjl = 0 for every j of z1.
#[test]
fn rows_of_the_third_order_see_the_direction_that_is_squared() {
    let [_, (squared, _)] = recalls(Score::Row, "z1*He2(z2)", 3, 1 << 17);
    assert!(squared > 0.99, "{squared}");
    let [(single, error), _] = recalls(Score::Row, "z1*He2(z2)", 3, 1 << 17);
    assert!(single < 0.8 + 3.0 * error, "{single}");
    let diagonal = recalls(Score::Diagonal, "z1*He2(z2)", 3, 1 << 17);
    assert!(diagonal.iter().all(|(recall, error)| *recall < 0.5 + 3.0 * error), "{diagonal:?}");
}

/// How many null coordinates of 64 `keep = "auto"` keeps for He2 of `s` at noise `noise`: mean, error.
fn kept_nulls(s: usize, noise: f64) -> (f64, f64) {
    let prune = PruneOptions { keep: Keep::Auto, ..options(ChannelChoice::Auto, 0.0, Score::Row) };
    let all = Options { prune, ..Options::default() };
    let comparison = GradientComparison::new(&all.prune, Activation::Relu, 2).unwrap();
    let screen = Screen::new(comparison, &all);
    let split = Split::new(1, None, DataUse::Fresh).unwrap();
    let kept: Vec<f64> = (0..400)
        .map(|trial| {
            let target = target("He2", 64, s, noise, trial);
            let world = World::new(&target, design(5000 + trial));
            let budget = Budget::new(world, Key::root(1), &split, 4096).unwrap();
            let portion = budget.beside(Stage::Prune, 4096);
            let kept = screen.select(&portion, |y| y, Key::root(trial)).unwrap().kept;
            let support = target.directions().support();
            kept.iter().filter(|j| support.binary_search(j).is_err()).count() as f64
        })
        .collect();
    mean_and_error(&kept)
}

#[test]
fn keep_auto_keeps_about_one_coordinate_of_noise() {
    // One on average, and one in place of none. Scores share entries' inputs in pairs, which moves
    // the share of empty choices, between e⁻¹ and ½, and not the mean number. Two of 64 are relevant.
    let (mean, error) = kept_nulls(2, 1e4);
    assert!(mean > 1.25 - 4.5 * error && mean < 1.55 + 4.5 * error, "{mean} ± {error}");
    // Entries with relevant inputs are wider than the threshold takes them for: more than one.
    let (mean, error) = kept_nulls(8, 0.1);
    assert!(mean > 1.0 + 4.5 * error && mean < 2.2, "{mean} ± {error}");
}

fn study(samples: &str, table: &str, d: usize) -> secateur::Result<Study> {
    let text = format!(
        "claim = \"c\"\n[model]\nlink = \"z1*z2\"\ndirection = \"disjoint\"\n[samples]\n{samples}\n\
         [learner.pruned]\nscore = \"row\"\nwidth = 8\n{table}\n\
         [[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = {d}\n"
    );
    Study::parse("s", "s.toml", &text, Profile::Standard, &[])
}

#[test]
fn threads_change_no_bit_and_the_trial_is_explicit() {
    let study = study("", "", 36).unwrap();
    let series = &study.series[0];
    let run = |threads: usize| -> Record {
        let (setting, cell, crew) = (&series.setting, &series.cells[0], &Crew::new(threads));
        let conditions = Conditions { study: "s", setting, cell, test: 4096, crew, manifest: "" };
        conditions.run(1 << 17, 0)
    };
    let alone = run(1);
    assert!(alone.is_ok(), "{:?}", alone.outcome);
    for threads in [2, 4] {
        assert_eq!(metric_bits(&run(threads)), metric_bits(&alone), "{threads}");
    }
    let screening = series.setting.built.learner.cost(&series.setting.case(&series.cells[0]));
    let screening = screening.screening.unwrap();
    assert!(!screening.is_reduced(1e9));
    assert_eq!(screening.work(1000.0).products, 1000.0 * 36.0 * 36.0);
}

#[test]
fn what_is_not_exact_is_refused() {
    let refused = |samples: &str, table: &str, d: usize, why: &str| {
        let error = study(samples, table, d).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    let labels = "multiplies each coordinate with those that the labels depend on";
    refused("simulation = \"reduced\"", "", 36, labels);
    refused("simulation = \"limit\"", "", 36, labels);
    refused("", "augmentation = \"noise\"", 36, "no gates for augmented data");
    refused("", "", 4097, "4096 is its largest dimension");
    assert_eq!(study("", "", 36).unwrap().series[0].setting.options.simulation(), Simulation::Auto);
}
