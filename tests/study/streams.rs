//! The virtual design matrix: the same numbers for everyone, and independent ones elsewhere.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::model::Link;
use secateur::model::direction::DirectionLaw;
use secateur::model::target::Target;
use secateur::sample::{BLOCK, CentredLabels, Design, Key, LabelScratch, Samples, Stage, Tile};

fn target(text: &str, d: usize, alpha: f64, noise: f64) -> Target {
    let link = Link::parse(text, None).unwrap().normalised().unwrap();
    let law = DirectionLaw::Hard { alpha };
    let v = law.draw(d, link.r(), &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
    Target::new(link, v, noise)
}

fn strip(samples: &Samples<'_>, block: u64, j: u32) -> Vec<f32> {
    let mut x = vec![0.0; samples.block_len(block)];
    samples.columns(block, &[j], &mut x);
    x
}

fn auxiliary(samples: &Samples<'_>, block: u64) -> Vec<f32> {
    let mut x = vec![0.0; samples.block_len(block)];
    samples.auxiliary(block, &mut x);
    x
}

fn labels(samples: &Samples<'_>, block: u64) -> Vec<f64> {
    let mut y = vec![0.0; samples.block_len(block)];
    samples.labels(block, Tile::default(), &mut LabelScratch::default(), &mut y);
    y
}

/// Σ x y / √n: standard normal for independent standard normals.
fn correlation(x: &[f32], y: &[f32]) -> f64 {
    let sum: f64 = x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    sum / (x.len() as f64).sqrt()
}

#[test]
fn more_samples_begin_with_the_same_ones() {
    let target = target("He2", 64, 0.5, 0.3);
    let design = Design::new(Key::root(1));
    let long = design.samples(&target, Stage::Readout, 3 * BLOCK as u64);
    for n in [1, 700, BLOCK as u64, 2 * BLOCK as u64 + 33] {
        let short = design.samples(&target, Stage::Readout, n);
        assert_eq!((0..short.blocks()).map(|b| short.block_len(b) as u64).sum::<u64>(), n);
        for block in 0..short.blocks() {
            let rows = short.block_len(block);
            assert_eq!(strip(&short, block, 17), strip(&long, block, 17)[..rows]);
            assert_eq!(auxiliary(&short, block), auxiliary(&long, block)[..rows]);
            assert_eq!(labels(&short, block), labels(&long, block)[..rows]);
        }
    }
}

#[test]
fn a_request_gives_the_same_bits_whatever_was_asked_before_or_beside_it() {
    let target = target("He2", 64, 0.5, 0.3);
    let samples = Design::new(Key::root(1)).samples(&target, Stage::Prune, 2500);
    let alone = strip(&samples, 1, 9);
    let mut together = vec![0.0; 3 * BLOCK];
    samples.columns(1, &[2, 9, 63], &mut together);
    assert_eq!(together[BLOCK..2 * BLOCK], alone);
    // Labels do not depend on which coordinates the caller has already generated.
    let support = target.directions().support();
    let mut values = vec![0.0; support.len() * BLOCK];
    samples.columns(1, support, &mut values);
    let mut known = vec![0.0; BLOCK];
    samples.labels(
        1,
        Tile { coordinates: support, values: &values },
        &mut LabelScratch::default(),
        &mut known,
    );
    assert_eq!(known, labels(&samples, 1));
}

#[test]
fn labels_are_the_link_of_the_projections_and_the_noise() {
    let target = target("z1*z2", 64, 0.5, 0.0);
    let noisy = Target::new(target.link().clone(), target.directions().clone(), 0.7);
    let design = Design::new(Key::root(2));
    let samples = design.samples(&target, Stage::Prune, 40 * BLOCK as u64);
    let v = target.directions();
    let mut xi = Vec::new();
    for block in 0..samples.blocks() {
        let x: Vec<Vec<f32>> = v.support().iter().map(|&j| strip(&samples, block, j)).collect();
        let with_noise = labels(&design.samples(&noisy, Stage::Prune, samples.n()), block);
        for (i, (clean, noisy)) in labels(&samples, block).iter().zip(&with_noise).enumerate() {
            let project = |k: usize| -> f64 {
                x.iter().zip(v.rows()).map(|(x, row)| row[k] * f64::from(x[i])).sum()
            };
            // z₁z₂ has mean 0 and variance 1.
            assert!((clean - project(0) * project(1)).abs() < 1e-12);
            xi.push((noisy - clean) / 0.7);
        }
    }
    // ξ is standard normal, and not correlated with the inputs.
    let n = xi.len() as f64;
    let mean = xi.iter().sum::<f64>() / n.sqrt();
    let variance = xi.iter().map(|x| x * x - 1.0).sum::<f64>() / (2.0 * n).sqrt();
    assert!(mean.abs() < 4.5 && variance.abs() < 4.5, "{mean} {variance}");
    let noise: Vec<f32> = xi[..BLOCK].iter().map(|&x| x as f32).collect();
    for j in 0..64 {
        assert!(correlation(&noise, &strip(&samples, 0, j)).abs() < 4.5);
    }
    assert!(correlation(&noise, &auxiliary(&samples, 0)).abs() < 4.5);
}

/// Strips that should be independent: coordinates, blocks, stages, trials, each next to another.
fn neighbours() -> Vec<Vec<f32>> {
    let target = target("He2", 64, 0.5, 0.3);
    let n = 4 * BLOCK as u64;
    let root = Key::root(20_240_608);
    let stages = [
        Stage::Prune,
        Stage::Feature(0),
        Stage::Feature(1),
        Stage::Readout,
        Stage::Test,
        Stage::Shared,
    ];
    let mut strips = Vec::new();
    for trial in 0..3 {
        let design = Design::new(root.child(trial));
        for stage in stages {
            let samples = design.samples(&target, stage, n);
            for block in 0..2 {
                strips.extend((0..4).map(|j| strip(&samples, block, j)));
                strips.push(auxiliary(&samples, block));
            }
        }
    }
    // Another seed; coordinates and blocks that differ in one high bit.
    let samples = Design::new(Key::root(20_240_609).child(0)).samples(&target, Stage::Prune, n);
    strips.push(strip(&samples, 0, 0));
    let samples = Design::new(root.child(0)).samples(&target, Stage::Prune, 1 << 40);
    strips.extend([8, 16, 24, 29].map(|bit| strip(&samples, 0, 1 << bit)));
    strips.extend([8, 16, 24, 29].map(|bit| strip(&samples, 1 << bit, 0)));
    strips
}

#[test]
fn neighbouring_strips_are_not_correlated() {
    let strips = neighbours();
    let (mut pairs, mut squares) = (0.0, 0.0);
    for (a, first) in strips.iter().enumerate() {
        for second in &strips[..a] {
            // Shifted by one sample too, and in squares, where a sign cannot hide.
            for z in [
                correlation(first, second),
                correlation(&first[1..], &second[..BLOCK - 1]),
                correlation(&squared(first), &squared(second)),
            ] {
                // 53 000 tests: one of them beyond 6 has probability 10⁻⁴; squares have
                // heavier tails, and a shared strip would give 32.
                assert!(z.abs() < 8.0, "strip {a}: {z}");
                pairs += 1.0;
                squares += z * z;
            }
        }
    }
    // Pairwise independent, so the mean square is 1 ± √(Var z²/pairs); products of centred
    // squares have Var z² ≈ 2 + 225/1024, hence 2.3 for all.
    let deviation = (squares / pairs - 1.0) / (2.3_f64 / pairs).sqrt();
    assert!(pairs > 50_000.0 && deviation.abs() < 4.5, "{pairs} {deviation}");
}

/// (x² − 1)/√2, standardised.
fn squared(x: &[f32]) -> Vec<f32> {
    x.iter().map(|x| (x * x - 1.0) / std::f32::consts::SQRT_2).collect()
}

#[test]
fn plain_correlations_keep_the_bound_of_bonferroni() {
    let strips = neighbours();
    for (a, first) in strips.iter().enumerate() {
        for second in &strips[..a] {
            // 17 766 pairs: 4.5σ each leaves 0.12 expected beyond; 5.2σ leaves 4·10⁻³.
            assert!(correlation(first, second).abs() < 5.2, "strip {a}");
        }
    }
}

#[test]
fn centred_labels_have_mean_zero_and_the_variance_of_the_link_and_the_noise() {
    let target = target("He2", 64, 0.5, 0.5);
    let n = 100_000;
    let samples = Design::new(Key::root(4)).samples(&target, Stage::Prune, n);
    let centred = CentredLabels::new(samples);
    let mut sum = 0.0;
    for block in 0..samples.blocks() {
        let mut y = vec![0.0; samples.block_len(block)];
        centred.block(block, &mut LabelScratch::default(), &mut y);
        sum += y.iter().map(|&y| f64::from(y)).sum::<f64>();
    }
    // Roundings of 2⁻²⁴ |y| each.
    assert!((sum / n as f64).abs() < 1e-7, "{sum}");
    // Var ỹ² = 14 + 4 · 0.25 + 2 · 0.0625 for He₂/√2 and noise ½.
    let z = (centred.variance() - 1.25) / (15.125 / n as f64).sqrt();
    assert!(z.abs() < 4.5, "{z}");
}
