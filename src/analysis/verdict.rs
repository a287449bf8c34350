//! From an interval and a prediction to one word.

use super::estimate::{Interval, Verdict};

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
    if evidence.dimensions < FEWEST_DIMENSIONS {
        return Verdict::TooFewDimensions;
    }
    let Some(interval) = evidence.exponent.filter(|_| evidence.points >= FEWEST_DIMENSIONS) else {
        return Verdict::Censored;
    };
    if predicted < interval.low || predicted > interval.high {
        Verdict::Excluded
    } else if (interval.high - interval.low) / 2.0 > WIDEST_HALF_WIDTH {
        Verdict::Unresolved
    } else {
        Verdict::Consistent
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
