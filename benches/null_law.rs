//! The law of null scores against scores drawn one by one:
//! `cargo bench --bench null_law [-- tails | channels | speed]`.
//!
//! Without arguments, 2·10⁵ scores of every channel, activation and law of inputs, by the
//! statistic of Kolmogorov and Smirnov. With `tails`, 10⁸ scores in three cases, counted beyond
//! the points where the law says 10⁻⁴, 10⁻⁵ and 10⁻⁶. With `channels`, three
//! channels at once, which the law takes as independent. With `speed`, CPU seconds of a ranking by either way.

#![expect(clippy::print_stdout, reason = "what it measured")]

use std::process::ExitCode;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use secateur::learner::options::{DataUse, Simulation};
use secateur::learner::stage::{Budget, GradientComparison, Screen, Split};
use secateur::learner::{Options, World};
use secateur::model::direction::DirectionLaw;
use secateur::model::nulls::{LabelSums, NullLaw, ScoreLaw, TermLaw};
use secateur::model::target::Target;
use secateur::model::{Activation, Channel, Input, Link, Statistic};
use secateur::sample::{Design, Key, Stage, gaussian, simd};

const SCORES: u64 = 200_000;
const TAIL_SCORES: u64 = 100_000_000;

fn main() -> ExitCode {
    let asked = |name: &str| std::env::args().any(|a| a == name);
    if asked("speed") {
        speed();
        return ExitCode::SUCCESS;
    }
    if asked("channels") {
        channels();
        return ExitCode::SUCCESS;
    }
    let sound = if asked("tails") { tails() } else { kolmogorov() };
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Links of the cases, of standard normals.
fn label(link: &str, [z, w]: [f64; 2]) -> f64 {
    match link {
        "He2" => (z * z - 1.0) / 2.0_f64.sqrt(),
        "He3" => z * (z * z - 3.0) / 6.0_f64.sqrt(),
        "He4" => ((z * z - 6.0) * z * z + 3.0) / 24.0_f64.sqrt(),
        "z1*z2" => z * w,
        "exp" => z.exp(),
        _ => z.signum(),
    }
}

fn labels(link: &str, n: usize) -> Vec<f32> {
    let mut normals = vec![0.0_f32; 3 * n];
    gaussian::fill(Key::root(5).named(link), n as u64, &mut normals);
    let noisy = |z: &[f32]| {
        let [z, w, noise] = [z[0], z[1], z[2]].map(f64::from);
        label(link, [z, w]) + 0.1 * noise
    };
    let y: Vec<f64> = normals.chunks_exact(3).map(noisy).collect();
    let mean = y.iter().sum::<f64>() / n as f64;
    y.iter().map(|y| (y - mean) as f32).collect()
}

fn norm(labels: &[f32]) -> f64 {
    labels.iter().map(|&y| f64::from(y).powi(2)).sum::<f64>().sqrt()
}

/// n inputs, from normals as in `sample::input`.
fn inputs(input: Input, key: Key, position: u64, out: &mut [f64], strip: &mut [f32]) {
    let mut normals = |part| {
        gaussian::fill(key.child(part), position, strip);
        strip.iter().map(|&x| f64::from(x)).collect::<Vec<_>>()
    };
    let g = [normals(0), normals(1), normals(2), normals(3)];
    for (i, x) in out.iter_mut().enumerate() {
        *x = match input {
            Input::Rademacher => 1.0_f64.copysign(g[0][i]),
            Input::Uniform => {
                let square: f64 = g[..3].iter().map(|g| g[i] * g[i]).sum();
                3.0_f64.sqrt() * g[0][i] / square.sqrt()
            }
            Input::Laplace => (g[0][i] * g[1][i] - g[2][i] * g[3][i]) / 2.0_f64.sqrt(),
            _ => g[0][i],
        };
    }
}

struct Case {
    link: &'static str,
    n: usize,
    activation: Activation,
    channels: &'static [Channel],
    shift: f64,
    input: Input,
}

fn cases() -> Vec<Case> {
    use Activation::{Gelu, He2, Relu, Softplus, Tanh};
    use Channel::{Even, Linear, Odd, OddNoLinear, Raw};
    use Input::{Gaussian, Laplace, Rademacher, Uniform};
    let case = |link, n, activation, channels, shift, input| Case {
        link,
        n,
        activation,
        channels,
        shift,
        input,
    };
    vec![
        case("He2", 300, Relu, &[Even], 0.0, Gaussian),
        case("He2", 300, Relu, &[Even, Linear], 0.0, Gaussian),
        case("He2", 300, Relu, &[Raw], 0.5, Gaussian),
        case("He2", 300, Relu, &[Odd], -0.7, Gaussian),
        case("He2", 300, Relu, &[Linear], 0.0, Gaussian),
        case("z1*z2", 300, Relu, &[Even], 0.0, Gaussian),
        case("He3", 300, Relu, &[OddNoLinear], 2.05, Gaussian),
        case("He3", 300, Relu, &[Even], 2.05, Gaussian),
        case("He3", 3000, Relu, &[Even], 2.05, Gaussian),
        case("He4", 1000, Relu, &[Even], 2.92, Gaussian),
        case("exp", 1000, Relu, &[Even], 0.0, Gaussian),
        case("exp", 1000, Relu, &[OddNoLinear], 2.05, Gaussian),
        case("sign", 300, Relu, &[Linear], 0.0, Uniform),
        case("He2", 300, Tanh, &[Even], 0.7, Gaussian),
        case("He3", 300, Tanh, &[OddNoLinear], 1.0, Gaussian),
        case("He3", 300, Gelu, &[OddNoLinear], 1.0, Gaussian),
        case("He2", 300, Softplus, &[Raw], 0.0, Gaussian),
        case("He2", 300, He2, &[Raw], 0.5, Gaussian),
        case("He2", 300, Relu, &[Even], 0.0, Uniform),
        case("He3", 300, Relu, &[OddNoLinear], 1.0, Uniform),
        case("He2", 300, Gelu, &[Even], 0.5, Uniform),
        case("He2", 300, Relu, &[Even], 0.0, Laplace),
        case("He3", 300, Relu, &[OddNoLinear], 2.05, Laplace),
        case("He2", 300, Tanh, &[Even], 0.5, Laplace),
        case("He3", 300, Relu, &[Odd], 1.5, Rademacher),
    ]
}

/// √n sup |F_n − F| and its probability to be exceeded, of values that should be uniform.
fn uniform(mut p: Vec<f64>) -> (f64, f64) {
    p.sort_by(f64::total_cmp);
    let n = p.len() as f64;
    let gap = |(i, p): (usize, &f64)| ((i as f64 + 1.0) / n - p).max(p - i as f64 / n);
    let gap = n.sqrt() * p.iter().enumerate().map(gap).fold(0.0, f64::max);
    let term =
        |k: i32| (-2.0 * f64::from(k * k) * gap * gap).exp() * f64::from(1 - 2 * (1 - k % 2));
    (gap, (2.0 * (1..60).map(term).sum::<f64>()).clamp(0.0, 1.0))
}

fn kolmogorov() -> bool {
    let cases = cases();
    let least = 0.01 / cases.len() as f64;
    let mut sound = true;
    println!("√n sup |F_n − F| of {SCORES} scores, and the probability to exceed it");
    for case in &cases {
        let (gap, p) = uniform(p_values(case));
        let Case { link, n, activation, channels, shift, input } = case;
        let channels: Vec<_> = channels.iter().map(|c| c.name()).collect();
        let mark = if p < least { "  FAILED" } else { "" };
        sound &= p >= least;
        println!(
            "{link:6} n {n:5} {:9} {:28} c {shift:5} {:11} {gap:.2} {p:.3}{mark}",
            activation.name(),
            channels.join(" + "),
            input.name()
        );
    }
    sound
}

fn p_values(case: &Case) -> Vec<f64> {
    let labels = labels(case.link, case.n);
    let statistic = |&c: &Channel| Statistic::new(case.activation, c, case.shift, false);
    let statistics: Vec<_> = case.channels.iter().filter_map(|c| statistic(c).ok()).collect();
    let laws: Vec<NullLaw> = statistics.iter().map(|h| law(h, case.input, &labels)).collect();
    let several = (laws.len() > 1).then(|| ScoreLaw::new(laws.clone()));
    let scale = norm(&labels);
    let (mut x, mut strip) = (vec![0.0; case.n], vec![0.0_f32; case.n]);
    let score = |position: u64| {
        inputs(case.input, Key::root(6), position, &mut x, &mut strip);
        let score = |h: &Statistic| {
            let sum: f64 = x.iter().zip(&labels).map(|(&x, &y)| h.value(x) * f64::from(y)).sum();
            sum / (scale * h.std)
        };
        if let Some(several) = &several {
            return several.beyond(statistics.iter().map(|h| score(h).abs()).fold(0.0, f64::max));
        }
        let score = score(&statistics[0]);
        if score.abs() < 1e-6 {
            // No input beyond the shift: the atom at 0, spread over its jump.
            let jump = 1.0 - laws[0].above(0.0) - laws[0].below(0.0);
            return laws[0].above(0.0) + jump * (position as f64 * 0.618_033_988_749_895).fract();
        }
        if score >= 0.0 { laws[0].above(score) } else { 1.0 - laws[0].below(-score) }
    };
    (0..SCORES).map(score).collect()
}

fn law(h: &Statistic, input: Input, labels: &[f32]) -> NullLaw {
    let term = TermLaw::of(h, input).expect("a law");
    NullLaw::new(&term, &LabelSums::of(labels, term.radius())).expect("a law")
}

fn tails() -> bool {
    use Channel::{Even, Linear, OddNoLinear};
    let levels = [1e-4, 1e-5, 1e-6];
    [("He2", &[Even][..], 0.0), ("He3", &[OddNoLinear], 2.05), ("He2", &[Even, Linear], 0.0)]
        .into_iter()
        .map(|(link, channels, shift)| beyond(link, 256, channels, shift, levels, TAIL_SCORES))
        .collect::<Vec<_>>()
        .iter()
        .all(|worst| *worst < 3.5)
}

/// What it costs to take three channels as independent.
fn channels() {
    use Channel::{Even, Linear, OddNoLinear};
    for n in [1008, 3008, 10_000, 40_000] {
        let scores = 6_000_000_000 / n as u64;
        beyond("He3", n, &[Even, OddNoLinear, Linear], 2.045, [0.5, 0.1, 0.01], scores);
    }
}

/// Prints how many of so many `scores` lie beyond the points that the law gives to `levels`;
/// returns the largest |z|.
fn beyond(
    link: &str,
    n: usize,
    channels: &[Channel],
    shift: f64,
    levels: [f64; 3],
    scores: u64,
) -> f64 {
    let labels = labels(link, n);
    let h = channels.iter().map(|&c| Statistic::new(Activation::Relu, c, shift, false));
    let h: Vec<_> = h.map(|h| h.expect("a statistic")).collect();
    let score = ScoreLaw::new(h.iter().map(|h| law(h, Input::Gaussian, &labels)).collect());
    let points = levels.map(|p| score.threshold(p));
    let counts = count(&h, &labels, points, scores);
    let names: Vec<_> = channels.iter().map(|c| c.name()).collect();
    let mut worst = 0.0_f64;
    for ((p, t), count) in levels.into_iter().zip(points).zip(counts) {
        let mean = p * scores as f64;
        let z = (count as f64 - mean) / (mean * (1.0 - p)).sqrt();
        worst = worst.max(z.abs());
        let normal = libm::erfc(t / 2.0_f64.sqrt());
        let names = names.join(" + ");
        println!(
            "{link} {names} n {n}: beyond {t:.3} {count} for {mean:.0}, ratio {:.4}, z {z:+.2}; p over normal {:.2}",
            count as f64 / mean,
            p / normal
        );
    }
    worst
}

/// Of so many `scores`, how many lie beyond each point.
fn count(h: &[Statistic], labels: &[f32], points: [f64; 3], scores: u64) -> [u64; 3] {
    let part = |part: u64| {
        let mut counts = [0; 3];
        let mut x = vec![0.0_f32; labels.len()];
        for position in (part * scores / 2)..((part + 1) * scores / 2) {
            let score = simd::vectorise(
                #[inline(always)]
                || {
                    gaussian::fill_inline(Key::root(9), position, &mut x);
                    h.iter().map(|h| slopes(h, &x, labels)).fold(0.0, f64::max)
                },
            );
            for (count, point) in counts.iter_mut().zip(points) {
                *count += u64::from(score > point);
            }
        }
        counts
    };
    let part = &part;
    std::thread::scope(|scope| {
        let other = scope.spawn(move || part(1));
        let mine = part(0);
        let other = other.join().expect("a thread");
        std::array::from_fn(|k| mine[k] + other[k])
    })
}

/// |Σ y h(x)|/(‖y‖ sd h) of ReLU's even and odd channels; Σ y = 0 takes the mean of h out.
#[inline(always)]
fn slopes(h: &Statistic, x: &[f32], y: &[f32]) -> f64 {
    let (mut sums, c) = ([0.0_f32; 16], h.shift as f32);
    let (x, _) = x.as_chunks::<16>();
    let (y, _) = y.as_chunks::<16>();
    let (inner, outer) = (h.value(0.5 * h.shift) + h.mean, h.value(h.shift + 1.0) + h.mean);
    let even = h.channel == Channel::Even;
    let (inner, outer) = match h.channel {
        Channel::Linear => (1.0, 1.0),
        _ if h.shift == 0.0 => (0.0, outer as f32),
        _ => ((inner / (0.5 * h.shift)) as f32, (outer / (h.shift + 1.0)) as f32),
    };
    for (x, y) in x.iter().zip(y) {
        for lane in 0..16 {
            let size = x[lane].abs();
            let slope = if size < c { inner } else { outer };
            sums[lane] += y[lane] * slope * if even { size } else { x[lane] };
        }
    }
    let scale: f32 = y.iter().flatten().map(|y| y * y).sum();
    let sum: f64 = sums.iter().map(|&s| f64::from(s)).sum();
    sum.abs() / (f64::from(scale.sqrt()) * h.std)
}

/// CPU time of this thread, in seconds.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1e-9
}

/// CPU seconds of one ranking at d = 65536, α = ¼, n at n*: all coordinates, and relevant ones.
fn speed() {
    const REPEAT: u32 = 64;
    for (text, k_star, n, d, s) in [("He2", 2, 6450, 65_536, 16), ("He3", 3, 40_000, 65_536, 16)] {
        let link = Link::parse(text, None).and_then(Link::normalised).expect("a link");
        let law = DirectionLaw::Hard { alpha: (s as f64).ln() / f64::from(d).ln() };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let target = Target::new(link, law.draw(d as usize, 1, &mut rng).expect("V"), 0.1);
        let relevant = target.directions().relevant();
        let [explicit, reduced] = [Simulation::Explicit, Simulation::Reduced].map(|simulation| {
            let options = Options { simulation, ..Options::default() };
            let comparison = GradientComparison::new(&options.prune, options.activation, k_star);
            Screen::new(comparison.expect("h"), &options)
        });
        let split = Split::new(1, None, DataUse::Fresh).expect("a split");
        let mut times = [Vec::new(), Vec::new()];
        for trial in 0..9 {
            let key = Key::root(trial);
            let world = World::new(&target, Design::new(key));
            let budget = Budget::new(world, key, &split, n).expect("samples");
            let portion = budget.beside(Stage::Prune, n);
            let start = cpu();
            let all = explicit.select(&portion, |y| y, key).expect("scores").kept;
            let middle = cpu();
            // The clock of a thread ticks in milliseconds.
            let ranked = || reduced.select(&portion, |y| y, key).expect("a law").kept;
            let few: Vec<_> = (0..REPEAT).map(|_| ranked()).collect();
            times[0].push(middle - start);
            times[1].push((cpu() - middle) / f64::from(REPEAT));
            let hits = |kept: &[u32]| kept.iter().filter(|j| relevant.contains(j)).count();
            let hits = [hits(&all), hits(&few[0])];
            println!(
                "{text} kept of {}: explicit {}, reduced {}",
                relevant.len(),
                hits[0],
                hits[1]
            );
        }
        let median = times.map(|mut t| {
            t.sort_by(f64::total_cmp);
            t[t.len() / 2]
        });
        println!(
            "{text} n₁ {n} d {d}: explicit {:.3} s, reduced {:.2} ms, ratio {:.0}",
            median[0],
            1e3 * median[1],
            median[0] / median[1]
        );
    }
}
