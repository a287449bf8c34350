//! The limit simulation beside the reduced one, and the n* that it predicts.
//!
//! ```text
//! cargo run --release --example limit -- compare pruned He2 0.5 400 1024:40000 4096:200000
//! cargo run --release --example limit -- curve unpruned He2 0.5 200 64 128 256 512
//! ```
//!
//! `compare LEARNER LINK ALPHA TRIALS D:N …`: both at the same n, their mean risks and the
//! two-sample statistic of Kolmogorov and Smirnov. `curve LEARNER LINK ALPHA TRIALS D …`: n* by the
//! limit.

use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::options::Simulation;
use secateur::learner::{Granted, Options, World, metrics};
use secateur::model::direction::DirectionLaw;
use secateur::model::target::Target;
use secateur::model::{LearnerKind, Link, Metric};
use secateur::sample::{Design, Key};

/// Test samples of a trial.
const TEST: u64 = 4096;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, learner, link, alpha, trials, points @ ..] = arguments.as_slice() else {
        return Err("usage: compare|curve LEARNER LINK ALPHA TRIALS POINT …".into());
    };
    let case = Case {
        kind: LearnerKind::parse(learner)?,
        link: Link::parse(link, None)?.normalised()?,
        law: DirectionLaw::Hard { alpha: alpha.parse()? },
        trials: trials.parse()?,
    };
    for point in points {
        if mode == "curve" {
            case.curve(point.parse()?)?;
        } else {
            let (d, n) = point.split_once(':').ok_or("a point is D:N")?;
            case.compare(d.parse()?, n.parse()?)?;
        }
    }
    Ok(())
}

struct Case {
    kind: LearnerKind,
    link: Link,
    law: DirectionLaw,
    trials: u64,
}

impl Case {
    /// Risks of trials, and seconds that one took.
    fn risks(
        &self,
        simulation: Simulation,
        d: usize,
        n: u64,
        seed: u64,
    ) -> secateur::Result<(Vec<f64>, f64)> {
        let options = Options { simulation, ..self.kind.defaults() };
        let granted = Granted::new(&self.link, self.link.information_exponent()?);
        let learner = self.kind.build(&options, &granted)?;
        let start = Instant::now();
        let risks = (0..self.trials).map(|trial| {
            let key = Key::root(seed).child(trial);
            let mut rng = ChaCha8Rng::seed_from_u64(key.named("directions").bits());
            let v = self.law.draw(d, self.link.r(), &mut rng)?;
            let target = Target::new(self.link.clone(), v, 0.1);
            let design = Design::new(key);
            let trained = learner.train(World::new(&target, design), key.named("learner"), n)?;
            Ok(metrics::measure(&trained, &target, design, TEST)?[Metric::Risk].unwrap_or(f64::NAN))
        });
        let risks = risks.collect::<secateur::Result<Vec<f64>>>()?;
        Ok((risks, start.elapsed().as_secs_f64() / self.trials as f64))
    }

    fn compare(&self, d: usize, n: u64) -> secateur::Result<()> {
        let (limit, fast) = self.risks(Simulation::Limit, d, n, 1)?;
        let (reduced, slow) = self.risks(Simulation::Reduced, d, n, 2)?;
        let ([mean, spread], [mean_r, spread_r]) = (moments(&limit), moments(&reduced));
        let statistic = smirnov(&limit, &reduced);
        println!(
            "{d:8} {n:12}  risk {mean:.4} ({spread:.4}) limit, {mean_r:.4} ({spread_r:.4}) reduced  \
             KS {statistic:.2}  z {:+.1}  {:.1} against {:.1} ms",
            (mean - mean_r) / ((spread * spread + spread_r * spread_r) / self.trials as f64).sqrt(),
            1e3 * fast,
            1e3 * slow,
        );
        Ok(())
    }

    /// n at which the mean of min(risk, 1) is one half: by doubling, then on a grid of ratio 2^¼.
    fn curve(&self, d: usize) -> secateur::Result<()> {
        let start = Instant::now();
        let size = |i: i32| (64.0 * 2_f64.powf(0.25 * f64::from(i))).round() as u64;
        let few = Self { trials: self.trials.div_ceil(8), link: self.link.clone(), ..*self };
        let at = |case: &Self, i| {
            let risks = case.risks(Simulation::Limit, d, size(i), 3)?.0;
            Ok::<[f64; 2], secateur::Error>(moments(
                &risks.iter().map(|r| r.min(1.0)).collect::<Vec<_>>(),
            ))
        };
        let mut i = 8;
        while at(&few, i)?[0] > 0.5 {
            i += 8;
        }
        let (mut low, mut high) = (i - 8, i);
        while high - low > 2 {
            let middle = i32::midpoint(low, high);
            if at(&few, middle)?[0] > 0.5 { low = middle } else { high = middle }
        }
        // A weighted line of the mean risk on ln n over five sizes.
        let points: Vec<_> = (-1..=3)
            .map(|o| Ok((f64::from(low + o) * 0.25 * 2_f64.ln(), at(self, low + o)?)))
            .collect::<secateur::Result<Vec<_>>>()?;
        let (n_star, error) = crossing(&points, self.trials as f64);
        let power = n_star / (d as f64).powi(self.link.information_exponent()? as i32);
        println!(
            "{d:10}  n* {n_star:.4e} ± {:.2} %   n*/d^k {power:.4}   {:.0} s",
            100.0 * error,
            start.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

/// Crossing of ½ by a parabola in ln n fitted to the means, and its relative standard error.
fn crossing(points: &[(f64, [f64; 2])], trials: f64) -> (f64, f64) {
    let centre = points[points.len() / 2].0;
    let mut normal = [[0.0; 4]; 3];
    for &(x, [mean, _]) in points {
        let row = [1.0, x - centre, (x - centre).powi(2), mean - 0.5];
        for i in 0..3 {
            for j in 0..4 {
                normal[i][j] += row[i] * row[j];
            }
        }
    }
    for i in 0..3 {
        for k in 0..3 {
            if k != i {
                let factor = normal[k][i] / normal[i][i];
                for j in 0..4 {
                    normal[k][j] -= factor * normal[i][j];
                }
            }
        }
    }
    let [a, b, c] = [0, 1, 2].map(|i| normal[i][3] / normal[i][i]);
    let mut x = 0.0;
    for _ in 0..50 {
        x -= (a + b * x + c * x * x) / (b + 2.0 * c * x);
    }
    let spread = points.iter().map(|p| p.1[1]).sum::<f64>() / points.len() as f64;
    let error = spread / (trials * points.len() as f64).sqrt() / (b + 2.0 * c * x).abs();
    (64.0 * (centre + x).exp(), error)
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()]
}

/// √(nm/(n + m)) sup |F − G|: above 1.63 with a probability of 1 %.
fn smirnov(a: &[f64], b: &[f64]) -> f64 {
    let share = |x: &[f64], v: f64| x.iter().filter(|&&x| x <= v).count() as f64 / x.len() as f64;
    let gap = a.iter().chain(b).map(|&v| (share(a, v) - share(b, v)).abs()).fold(0.0, f64::max);
    let (n, m) = (a.len() as f64, b.len() as f64);
    (n * m / (n + m)).sqrt() * gap
}
