//! Where a monotone learning curve meets a level.

use super::interval::Censoring;
use super::isotonic::non_increasing;
use super::resample::Median;

/// A risk below this counts as this, so that its logarithm exists.
const SMALLEST_RISK: f64 = 1e-12;

/// Where the isotonic curve meets the threshold, on the scale of ln n.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Inside the sample sizes that were run.
    Inside(f64),
    /// At or before the smallest of them.
    Below(f64),
    /// After the largest of them.
    Above(f64),
}

impl Place {
    /// ln n*, or its bound.
    #[must_use]
    pub fn ln_n(self) -> f64 {
        match self {
            Self::Inside(ln_n) | Self::Below(ln_n) | Self::Above(ln_n) => ln_n,
        }
    }

    /// Whether and on which side it is only a bound.
    #[must_use]
    pub fn censoring(self) -> Censoring {
        match self {
            Self::Inside(_) => Censoring::None,
            Self::Below(_) => Censoring::Below,
            Self::Above(_) => Censoring::Above,
        }
    }
}

/// The scale on which medians of the risk are fitted.
pub(super) fn ln_risk(risk: f64) -> f64 {
    risk.max(SMALLEST_RISK).ln()
}

/// A monotone learning curve: ln n and an isotonic fit to what falls with it.
pub(super) struct Descent {
    x: Vec<f64>,
    fit: Vec<f64>,
}

impl Descent {
    /// That of `scale` of the values at each ln n, weighted by their trials; none without a
    /// single one.
    pub(super) fn new(
        ln_n: &[f64],
        values: &[Option<(f64, usize)>],
        scale: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let points = || ln_n.iter().zip(values).filter_map(|(&x, value)| Some((x, (*value)?)));
        let x: Vec<f64> = points().map(|(x, _)| x).collect();
        let y: Vec<f64> = points().map(|(_, (value, _))| scale(value)).collect();
        let weights: Vec<f64> = points().map(|(_, (_, trials))| trials as f64).collect();
        (!x.is_empty()).then(|| Self { x, fit: non_increasing(&y, &weights) })
    }

    /// Where it reaches `level`, on straight lines between the points.
    pub(super) fn reaches(&self, level: f64) -> Place {
        let Self { x, fit } = self;
        match fit.iter().position(|&value| value <= level) {
            None => Place::Above(x[x.len() - 1]),
            Some(0) => Place::Below(x[0]),
            Some(i) => {
                let share = (fit[i - 1] - level) / (fit[i - 1] - fit[i]);
                Place::Inside(x[i - 1] + share * (x[i] - x[i - 1]))
            }
        }
    }
}

/// Crossing of the isotonic fit to a curve of medians with `ln_tau` = ln τ.
///
/// The log medians are fitted non-increasing in n, weighted by their trials
/// ([`non_increasing`]). The crossing lies between the first point at which the fit is
/// ≤ ln τ and the one before it, on the straight line in (ln n, ln risk). So a stretch of
/// the fit exactly at τ counts from its left end, and a stretch pooled above τ is left
/// at its right end. A curve that starts at τ or below is [`Place::Below`].
///
/// Points without a median are passed over; none at all yields none.
#[must_use]
pub fn locate(ln_n: &[f64], medians: &[Option<Median>], ln_tau: f64) -> Option<Place> {
    Descent::new(ln_n, medians, ln_risk).map(|descent| descent.reaches(ln_tau))
}
