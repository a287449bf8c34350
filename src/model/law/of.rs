//! The signal of a link under one of this program's statistics.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Signal;
use crate::model::link::Link;
use crate::model::quadrature::gaussian_means;
use crate::model::statistic::Statistic;

/// Answers that a study asks for again in every cell: each is computed once.
struct Known<Q, A>(Mutex<Vec<(Q, A)>>);

impl<Q: PartialEq, A: Clone> Known<Q, A> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn answer(&self, question: Q, compute: impl FnOnce() -> A) -> A {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = known.iter().find(|(asked, _)| *asked == question) {
            return answer.clone();
        }
        let answer = compute();
        known.push((question, answer.clone()));
        answer
    }
}

impl Signal {
    /// That of `statistic` for a single-index link, or the link f of a sum Σ_i f(z_i); `noise` is Δ.
    ///
    /// None if the link has more than one variable.
    #[must_use]
    pub fn of(link: &Link, statistic: &Statistic, noise: f64) -> Option<Self> {
        static SIGNALS: Known<(Link, Statistic), Option<Signal>> = Known::new();
        let signal = SIGNALS
            .answer((link.clone(), *statistic), || Self::computed(link, statistic, noise))?;
        Some(signal.with_noise(noise))
    }

    fn computed(link: &Link, statistic: &Statistic, noise: f64) -> Option<Self> {
        let f = |z: f64| link.eval(&[z]);
        let bias = if statistic.augmented { 0.0 } else { statistic.shift };
        let steps = statistic.activation.kinks().iter();
        let kinks: Vec<f64> = steps.flat_map(|k| [k - bias, bias - k]).chain([0.0]).collect();
        let known = RefCell::new(HashMap::new());
        // A quadrature each with augmentation, and asked for at the same few nodes several times.
        let moments = |x: f64| {
            *known.borrow_mut().entry(x.to_bits()).or_insert_with(|| over_zeta(statistic, x))
        };
        let (first, second) = (|x| moments(x)[0], |x| moments(x)[1]);
        (link.r() == 1).then(|| Self::new(f, &[0.0], first, second, &kinks, noise))
    }

    /// The normalised f of a link that is a multiple of the sum Σ_i f(z_i) over its directions.
    ///
    /// For r = 1 that is the link. Otherwise f is the link's text read for one direction, if the
    /// link takes the values of r^{−½} Σ_i f(z_i): `sum(He2)` is a sum, `z1*z2` is not.
    #[must_use]
    pub fn summand(link: &Link) -> Option<Link> {
        static SUMMANDS: Known<Link, Option<Link>> = Known::new();
        SUMMANDS.answer(link.clone(), || Self::computed_summand(link))
    }

    fn computed_summand(link: &Link) -> Option<Link> {
        let f = Link::parse(link.text(), Some(1)).ok()?.normalised().ok()?;
        let (whole, r) = (link.clone().normalised().ok()?, link.r());
        let same = PROBES.iter().all(|probe| {
            let z: Vec<f64> = (1..=r).map(|i| (probe * i as f64).sin() * 3.0).collect();
            let sum: f64 = z.iter().map(|&z| f.eval(&[z])).sum::<f64>() / (r as f64).sqrt();
            (whole.eval(&z) - sum).abs() < 1e-9 * (1.0 + sum.abs())
        });
        same.then_some(f)
    }
}

/// E h(x, ζ) and E h(x, ζ)²; ζ is there with augmentation only.
fn over_zeta(statistic: &Statistic, x: f64) -> [f64; 2] {
    let both = |h: f64| [h, h.powi(2)];
    if !statistic.augmented {
        return both(statistic.value(x));
    }
    // Where the gates of ±x jump in ζ.
    let (slope, c) = ((1.0 - statistic.shift.powi(2)).sqrt(), statistic.shift);
    let steps = statistic.activation.kinks().iter();
    let steps = steps.flat_map(|k| [(k - slope * x) / c, (k + slope * x) / c]);
    let steps: Vec<f64> = steps.filter(|at| at.is_finite()).collect();
    gaussian_means(|zeta| both(statistic.value_augmented(x, zeta)), &steps)
}

/// Places, of no importance, at which a link is held against a sum.
const PROBES: [f64; 4] = [0.7, 1.3, 2.1, 5.9];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Channel};

    #[test]
    fn sums_are_told_from_other_links() {
        let summand = |text: &str, r| Signal::summand(&Link::parse(text, Some(r)).unwrap());
        let he2 = Link::parse("He2", None).unwrap().normalised().unwrap();
        assert_eq!(summand("sum(He2)", 3).unwrap().coefficients(), he2.coefficients());
        assert!(summand("t^2 + t^4", 1).is_some());
        for text in ["z1*z2", "He2(z1) - He2(z2)", "sum(He2) + z1", "sum(He2) * 2 + z2"] {
            assert!(summand(text, 2).is_none(), "{text}");
        }
    }

    /// E h He_k and Var h of a statistic have another way through the program.
    #[test]
    fn the_mean_is_the_correlation_of_the_statistic() {
        let link = Link::parse("t^2 + t^4", None).unwrap().normalised().unwrap();
        for (shift, augmented) in [(0.0, false), (2.9, false), (0.35, true)] {
            let h = Statistic::new(Activation::Relu, Channel::Even, shift, augmented).unwrap();
            let signal = Signal::of(&link, &h, 0.01).unwrap();
            for k in [2, 4] {
                let expected = (h.correlation(k) * link.coefficients()[k as usize]).abs();
                let found = signal.leading(k);
                assert!(
                    (found - expected).abs() < 1e-6 * expected,
                    "{k} {shift}: {found} {expected}"
                );
            }
        }
    }
}
