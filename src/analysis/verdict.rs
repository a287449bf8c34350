//! From an interval and a prediction to one word.

use super::estimate::{Interval, Verdict};
use crate::model::expectation::Predicted;

/// Dimensions that a verdict needs.
pub const FEWEST_DIMENSIONS: usize = 4;

/// Half-width of the interval above which a prediction inside it proves nothing.
pub const WIDEST_HALF_WIDTH: f64 = 0.15;

/// What a series has to say about an exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Dimensions of the series, censored or not.
    pub dimensions: usize,
    /// Uncensored dimensions.
    pub points: usize,
    /// The fitted exponent, if any.
    pub exponent: Option<Interval>,
}

/// Holds an exponent against a prediction. The first line that applies decides:
///
/// | if | verdict |
/// |---|---|
/// | theory predicts nothing | `no prediction` |
/// | the series has fewer than 4 dimensions | `too few dimensions` |
/// | fewer than 4 of them are uncensored | `censored` |
/// | the prediction is outside the 95 % interval | `excluded` |
/// | the interval's half-width is above 0.15 | `unresolved` |
/// | otherwise | `consistent` |
///
/// The ends of the interval belong to it.
#[must_use]
pub fn verdict(evidence: &Evidence, predicted: Option<f64>) -> Verdict {
    let Some(predicted) = predicted.filter(|p| p.is_finite()) else { return Verdict::NoPrediction };
    judge(evidence, Predicted::Value(predicted))
}

/// [`verdict`] on a prediction that there is, a number or a bound ([`against`]).
#[must_use]
pub fn judge(evidence: &Evidence, predicted: Predicted) -> Verdict {
    if evidence.dimensions < FEWEST_DIMENSIONS {
        return Verdict::TooFewDimensions;
    }
    let Some(interval) = evidence.exponent.filter(|_| evidence.points >= FEWEST_DIMENSIONS) else {
        return Verdict::Censored;
    };
    against(interval, predicted, WIDEST_HALF_WIDTH)
}

/// Holds an interval against a number or a bound.
///
/// | prediction | `excluded` | `consistent` | otherwise |
/// |---|---|---|---|
/// | a number | outside the interval | inside, half-width at most `widest` | `unresolved` |
/// | at least, at most x | all of the interval breaks it | all of the interval keeps it | `unresolved` |
///
/// The ends of the interval belong to it.
#[must_use]
pub fn against(interval: Interval, predicted: Predicted, widest: f64) -> Verdict {
    let Interval { low, high, .. } = interval;
    let (excluded, consistent) = match predicted {
        Predicted::Value(x) => (x < low || x > high, (high - low) / 2.0 <= widest),
        Predicted::AtLeast(x) => (high < x, low >= x),
        Predicted::AtMost(x) => (low > x, high <= x),
    };
    match (excluded, consistent) {
        (true, _) => Verdict::Excluded,
        (false, true) => Verdict::Consistent,
        (false, false) => Verdict::Unresolved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_applies_decides() {
        let tight = Some(Interval { value: 2.0, low: 1.9, high: 2.1 });
        let wide = Some(Interval { value: 2.0, low: 1.8, high: 2.2 });
        let cases = [
            ((4, 4, tight), None, Verdict::NoPrediction),
            ((3, 3, tight), None, Verdict::NoPrediction),
            ((4, 4, tight), Some(f64::NAN), Verdict::NoPrediction),
            ((3, 3, tight), Some(2.0), Verdict::TooFewDimensions),
            ((3, 0, None), Some(2.0), Verdict::TooFewDimensions),
            ((4, 3, tight), Some(2.0), Verdict::Censored),
            ((6, 0, None), Some(2.0), Verdict::Censored),
            ((4, 4, tight), Some(2.0), Verdict::Consistent),
            ((4, 4, tight), Some(2.1), Verdict::Consistent),
            ((4, 4, tight), Some(2.11), Verdict::Excluded),
            ((4, 4, tight), Some(1.0), Verdict::Excluded),
            ((4, 4, wide), Some(2.0), Verdict::Unresolved),
            ((4, 4, wide), Some(3.0), Verdict::Excluded),
        ];
        for ((dimensions, points, exponent), predicted, expected) in cases {
            let evidence = Evidence { dimensions, points, exponent };
            assert_eq!(verdict(&evidence, predicted), expected, "{evidence:?} {predicted:?}");
        }
    }
}
