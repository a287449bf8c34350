use strum::IntoEnumIterator;

use super::complex::{c64, real};
use super::faddeeva::erfcx;
use super::labels::LabelSums;
use super::tail::Cumulants;
use super::{NullLaw, TermLaw};
use crate::model::statistic::{Channel, Statistic};
use crate::model::{Activation, Input};

/// Labels of `scripts/null_tails.py`: the same operations in the same order.
fn labels(name: &str, n: usize) -> Vec<f32> {
    let label = |i: usize| {
        let u = (2.0 * i as f64 + 1.0) / (2.0 * n as f64);
        let w = 2.0 * u - 1.0;
        let z = w * (1.2 + 1.6 * w * w * w * w * w * w);
        match name {
            "he2" => z * z - 1.0,
            "he3" => z * z * z - 3.0 * z,
            _ => 1.0 / (1.02 - u),
        }
    };
    let y: Vec<f64> = (0..n).map(label).collect();
    let mean = y.iter().sum::<f64>() / n as f64;
    y.iter().map(|y| (y - mean) as f32).collect()
}

fn term(name: &str) -> TermLaw {
    let (input, channel) = name.split_once('/').expect("law/channel");
    let Some((channel, shift)) = channel.split_once('@') else {
        return TermLaw::square(Input::Gaussian).expect("a law");
    };
    let channel = Channel::iter().find(|c| c.name() == channel).expect("a channel");
    let input = Input::iter().find(|i| i.name() == input).expect("a law");
    of(Activation::Relu, channel, shift.parse().expect("a shift"), input)
}

fn of(activation: Activation, channel: Channel, shift: f64, input: Input) -> TermLaw {
    let statistic = Statistic::new(activation, channel, shift, false).expect("a statistic");
    TermLaw::of(&statistic, input).expect("a law")
}

fn records(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

#[test]
fn the_error_function_is_that_of_mpmath() {
    for record in records(include_str!("../../../tests/fixtures/erfcx.csv")) {
        let [x, y, re, im] = [0, 1, 2, 3].map(|i| number(record[i]));
        let error = (erfcx(c64::new(x, y)) - c64::new(re, im)).norm() / re.hypot(im);
        assert!(error < 2e-15, "{x} {y}: {error:e}");
    }
}

#[test]
fn tails_are_those_of_mpmath() {
    let records: Vec<_> = records(include_str!("../../../tests/fixtures/null_tails.csv")).collect();
    for case in records.chunk_by(|a, b| a[..2] == b[..2]) {
        let (name, channel) = (case[0][0], case[0][1]);
        let n = [("he2", 200), ("he3", 300), ("heavy", 600)].into_iter().find(|n| n.0 == name);
        let term = term(channel);
        let labels = labels(name, n.expect("a label set").1);
        let law = NullLaw::new(&term, &LabelSums::of(&labels, term.radius())).expect("a law");
        for record in case {
            let tail = law.above(number(record[2]) / term.unit());
            let error = (tail / number(record[3]) - 1.0).abs();
            // Where the score is nearly discrete the line ends before the integrand does.
            let bound = if channel == "gaussian/even@2.05" { 1e-10 } else { 1e-12 };
            assert!(error < bound, "{record:?}: {tail:e}, off by {error:e}");
        }
    }
}

/// Every label by itself, without power sums: n evaluations of κ.
#[test]
fn power_sums_stand_for_the_labels() {
    for (name, n) in [("he2", 2000), ("he3", 4000), ("heavy", 9000)] {
        let labels = labels(name, n);
        let norm = labels.iter().map(|&y| f64::from(y).powi(2)).sum::<f64>().sqrt();
        for term in
            [term("gaussian/even@0"), term("gaussian/odd_no_linear@2.05"), term("gaussian/square")]
        {
            let sums = LabelSums::of(&labels, term.radius());
            let cumulants = Cumulants::new(&term, &sums, 1.0);
            for z in
                [real(1.0), c64::new(0.5, 3.0), c64::new(4.0, 1.0), c64::new(2.0, 6.0), real(7.0)]
            {
                let each = labels.iter().map(|&y| term.log_mgf(z * (f64::from(y) / norm)));
                let (sum, direct) = (cumulants.at(z), each.sum::<c64>());
                let turn = (sum.im - direct.im) / std::f64::consts::TAU;
                let error = (sum.re - direct.re).abs() + (turn - turn.round()).abs();
                assert!(error < 1e-11, "{name} at {z}: {sum} against {direct}");
            }
        }
    }
}

/// However blocks are grouped, and centred before or after (labels rounded to single precision).
#[test]
fn power_sums_merge() {
    let labels = labels("heavy", 3001);
    let whole = LabelSums::of(&labels, 2.0);
    let bound = LabelSums::bound(&labels, 3001.0, 2.0);
    let mut merged = LabelSums::new(bound);
    for block in labels.chunks(1024) {
        let mut part = LabelSums::new(bound);
        part.add(block);
        merged.merge(&part);
    }
    let term = term("gaussian/even@0");
    let law = |sums| NullLaw::new(&term, sums).expect("a law").beyond(4.0);
    assert!((law(&merged) / law(&whole) - 1.0).abs() < 1e-13);
    assert_eq!(merged.count(), 3001.0);
    let aside: Vec<f32> = labels.iter().map(|y| y + 0.0625).collect();
    let mut moved = LabelSums::new(bound);
    moved.add(&aside);
    let moved = moved.less(0.0625);
    assert!((law(&moved) / law(&whole) - 1.0).abs() < 1e-6);
    assert!((moved.norm() / whole.norm() - 1.0).abs() < 1e-7);
}

/// Lugannani and Rice 1980, an asymptotic formula that shares nothing but K with the integral.
fn lugannani_rice(cumulants: &Cumulants<'_>, theta: f64) -> (f64, f64) {
    let (k, x) = (cumulants.at(real(theta)).re, cumulants.slope(theta));
    let curvature = (cumulants.slope(theta + 1e-4) - cumulants.slope(theta - 1e-4)) / 2e-4;
    let (w, v) = ((2.0 * (theta * x - k)).sqrt(), theta * curvature.sqrt());
    let density = (-0.5 * w * w).exp() / std::f64::consts::TAU.sqrt();
    let normal = 0.5 * libm::erfc(w * std::f64::consts::FRAC_1_SQRT_2);
    (x, normal + density * (1.0 / v - 1.0 / w))
}

#[test]
fn the_saddle_point_formula_agrees() {
    for (name, channel, n, bound) in [
        ("he2", "gaussian/even@0", 1000, 1e-3),
        ("he3", "gaussian/odd_no_linear@2.05", 2000, 0.03),
        ("he3", "uniform/even@0", 1000, 1e-3),
        ("he3", "laplace/odd@1", 4000, 0.03),
    ] {
        let term = term(channel);
        let sums = LabelSums::of(&labels(name, n), term.radius());
        let law = NullLaw::new(&term, &sums).expect(channel);
        for theta in [0.7, 1.5, 2.5, 4.0, 5.5, 7.0] {
            let (x, tail) = lugannani_rice(&Cumulants::new(&term, &sums, 1.0), theta);
            let exact = law.above(x / term.unit());
            assert!((tail / exact - 1.0).abs() < bound, "{channel} at {x}: {tail:e} {exact:e}");
        }
    }
}

/// He3 with noise at n = 3000, odd channel: 6 standard deviations are nothing special.
#[test]
fn a_normal_law_would_be_wrong_by_two_orders() {
    let n = 3000;
    let quantile = |u: f64| {
        let (mut low, mut high) = (-9.0, 9.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            let below = crate::model::normal::distribution(middle) < u;
            (low, high) = if below { (middle, high) } else { (low, middle) };
        }
        low
    };
    let he3 = |z: f64| (z * z * z - 3.0 * z) / 6.0_f64.sqrt();
    let labels: Vec<f32> =
        (0..n).map(|i| he3(quantile((f64::from(i) + 0.5) / f64::from(n))) as f32).collect();
    let term = term("gaussian/odd_no_linear@2.05");
    let law = NullLaw::new(&term, &LabelSums::of(&labels, term.radius())).expect("a law");
    let factor = law.beyond(6.0) / libm::erfc(6.0 / std::f64::consts::SQRT_2);
    assert!(factor > 100.0, "{factor}");
}

/// So few labels that each is taken by itself.
#[test]
fn a_handful_of_labels_is_centred_too() {
    let labels = labels("he2", 12);
    let term = term("gaussian/even@0");
    let aside: Vec<f32> = labels.iter().map(|y| y + 0.25).collect();
    let mut moved = LabelSums::new(LabelSums::bound(&labels, 12.0, term.radius()));
    moved.add(&aside);
    let [moved, whole] = [moved.less(0.25), LabelSums::of(&labels, term.radius())]
        .map(|sums| NullLaw::new(&term, &sums).expect("a law").beyond(2.0));
    assert!(whole > 0.01 && whole < 0.1 && (moved / whole - 1.0).abs() < 1e-6, "{moved} {whole}");
}

/// Labels that count several times, and large ones in groups, against the labels themselves.
#[test]
fn repeated_labels_have_the_tails_of_as_many() {
    let once = labels("he3", 2000);
    let often = once.repeat(3);
    for channel in ["gaussian/odd_no_linear@2.05", "gaussian/linear@0"] {
        let term = term(channel);
        let all = NullLaw::new(&term, &LabelSums::of(&often, term.radius())).expect("a law");
        let mut sums = LabelSums::new(LabelSums::bound(&once, 6000.0, term.radius()));
        sums.add(&once);
        let repeated = NullLaw::new(&term, &sums.repeated(3)).expect("a law");
        for x in [0.5, 2.0, 4.0, 6.0] {
            let ratio = repeated.beyond(x) / all.beyond(x);
            assert!((ratio - 1.0).abs() < 2e-3, "{channel} {x}: {ratio}");
        }
    }
}

/// A score under a shift that few labels feel, of which the power sums cannot be followed far from
/// the axis (the law used to be 1 everywhere), against each label by itself.
#[test]
fn a_nearly_discrete_score_has_the_law_of_its_labels() {
    for (shift, n) in [(2.4, 1500), (2.6, 2000)] {
        let term = of(Activation::Relu, Channel::Even, shift, Input::Gaussian);
        let labels = labels("he3", n);
        let mut all = LabelSums::new(0.0);
        all.add(&labels);
        let law = |sums| NullLaw::new(&term, sums).expect("a law");
        let (short, long) = (law(&LabelSums::of(&labels, term.radius())), law(&all));
        for x in [0.3, 1.0, 2.0, 3.0, 5.0, 8.0] {
            let (tail, exact) = (short.beyond(x), long.beyond(x));
            assert!((tail / exact - 1.0).abs() < 1e-3, "{shift} at {x}: {tail:e} {exact:e}");
        }
    }
}
