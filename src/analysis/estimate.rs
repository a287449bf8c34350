//! What the analysis yields: curves, thresholds, exponents. Plain values, no behaviour.

use serde::{Deserialize, Serialize, Serializer};

use crate::model::expectation::Predicted;
use crate::model::metric::Metrics;
use crate::model::problem::Series;

/// Risk at one sample size of one cell, over its successful trials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Total samples n.
    pub n: u64,
    /// Trials with status `ok`.
    pub trials: usize,
    /// Trials that failed.
    pub failed: usize,
    /// Median risk; not-a-number, like the quartiles, when no trial succeeded.
    pub median: f64,
    /// Lower quartile of the risk.
    pub lower_quartile: f64,
    /// Upper quartile of the risk.
    pub upper_quartile: f64,
    /// Means of the metrics over the successful trials that have them.
    pub means: Metrics,
    /// Share of all trials, failed ones included, that reached a risk of at most τ.
    pub success: f64,
}

/// Learning curve of one cell, points in order of n.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The series it belongs to.
    pub series: Series,
    /// Key of the cell.
    pub cell: String,
    /// Input dimension d.
    pub d: usize,
    /// Relevant rows s.
    pub s: Option<usize>,
    /// Points in increasing n.
    pub points: Vec<CurvePoint>,
}

impl Curve {
    /// ln n of its points.
    #[must_use]
    pub fn ln_n(&self) -> Vec<f64> {
        self.points.iter().map(|point| (point.n as f64).ln()).collect()
    }
}

/// Whether, and on which side, the crossing lies outside the sample sizes that were run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Censoring {
    /// The median risk crosses the threshold inside the range.
    None,
    /// Already below the threshold at the smallest n: n* ≤ `n_star`.
    Below,
    /// Never below the threshold: n* > `n_star`.
    Above,
}

/// n*(d) of one cell at one threshold: a row of `thresholds.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// The series it belongs to.
    pub series: Series,
    /// Input dimension d.
    pub d: usize,
    /// Relevant rows s.
    pub s: Option<usize>,
    /// The risk τ that has to be reached.
    pub threshold: f64,
    /// Samples at which the median risk crosses τ; the bound itself when censored, and 0
    /// (nothing known) when no trial of the cell succeeded.
    pub n_star: f64,
    /// Lower end of the 95 % bootstrap interval; 0 when censored below.
    pub ci_low: f64,
    /// Upper end of the 95 % bootstrap interval; infinite when censored above.
    pub ci_high: f64,
    /// Whether `n_star` is only a bound.
    pub censored: Censoring,
    /// Successful trials per sample size, the most over the curve: a bracket search runs all next
    /// to the crossing and fewer elsewhere.
    pub trials: usize,
    /// Bootstrap standard error of ln n*; absent when censored.
    pub se_ln: Option<f64>,
    /// The second estimator of n*, by logistic regression of success on ln n.
    pub logistic: Option<Interval>,
}

/// How a fitted exponent stands to a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Prediction inside the 95 % interval, half-width at most 0.15.
    Consistent,
    /// Prediction outside the 95 % interval.
    Excluded,
    /// Prediction inside, but the interval is too wide to say.
    Unresolved,
    /// Too few dimensions are left because crossings lie outside the range.
    Censored,
    /// Fewer than four dimensions in the series.
    TooFewDimensions,
    /// Theory names no exponent for this learner.
    NoPrediction,
}

impl Verdict {
    /// The word for it, in tables, files and notes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Consistent => "consistent",
            Self::Excluded => "excluded",
            Self::Unresolved => "unresolved",
            Self::Censored => "censored",
            Self::TooFewDimensions => "too few dimensions",
            Self::NoPrediction => "no prediction",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Point estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Exponent β of one series at one threshold: a row of `exponents.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exponent {
    /// The series.
    pub series: Series,
    /// Smallest uncensored dimension (of all dimensions when nothing could be fitted).
    pub d_min: usize,
    /// Largest uncensored dimension (of all dimensions when nothing could be fitted).
    pub d_max: usize,
    /// Uncensored dimensions in the fit.
    pub points: usize,
    /// Dimensions whose crossing is censored.
    pub censored: usize,
    /// The risk τ.
    pub threshold: f64,
    /// β in n* = C d^β; absent with fewer than two uncensored dimensions.
    pub exponent: Option<Interval>,
    /// ln C of that fit, for drawing the line.
    pub log_constant: Option<f64>,
    /// β in n* = C d^β ln d.
    pub log_corrected: Option<Interval>,
    /// Slopes of ln n* on ln d between neighbouring uncensored dimensions: (d₁, d₂, slope).
    pub local_slopes: Vec<(usize, usize, f64)>,
    /// What theory predicts for this learner.
    pub predicted: Option<f64>,
    /// The CSQ lower bound min(α, ½) k*.
    pub csq: Option<f64>,
    /// β against `predicted`.
    pub verdict: Verdict,
    /// β against `csq`.
    pub verdict_csq: Verdict,
    /// What else the series says about β: a row of `diagnostics.csv`.
    pub diagnostics: Diagnostics,
    /// What would settle a verdict that is `unresolved`.
    pub resolution: Option<Resolution>,
}

/// Which of two laws the data prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Preference {
    /// n* = C d^β.
    #[serde(rename = "power")]
    Power,
    /// n* = C d^β ln d.
    #[serde(rename = "power log")]
    PowerLog,
    /// The difference of AICc is within 2.
    #[serde(rename = "neither")]
    Neither,
}

/// Checks of one exponent beside its interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diagnostics {
    /// Standard deviation of ln n* about the line beyond the noise of the trials.
    pub scatter: Option<f64>,
    /// AICc of C d^β ln d less that of C d^β: positive if the plain power is preferred.
    pub delta_aicc: Option<f64>,
    /// What that difference says.
    pub preferred: Option<Preference>,
    /// β at risk τ = 0.3.
    pub at_03: Option<Interval>,
    /// β at risk τ = 0.7.
    pub at_07: Option<Interval>,
    /// Smallest β when one dimension is left out.
    pub leave_one_out_low: Option<f64>,
    /// Largest β when one dimension is left out.
    pub leave_one_out_high: Option<f64>,
    /// β at d → ∞ if local slopes are linear in 1/ln d.
    pub extrapolated: Option<Interval>,
}

/// What would bring the half-width of an exponent to 0.15.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolution {
    /// More trials at the same dimensions; absent if they would not do.
    pub trials: Option<MoreTrials>,
    /// Further dimensions with as many trials; absent if they would not do.
    pub dimensions: Option<MoreDimensions>,
}

/// So many times the trials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoreTrials {
    /// The multiple, at least 2.
    pub factor: usize,
    /// Samples that the additional trials would read.
    pub samples: f64,
}

/// Dimensions to add.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoreDimensions {
    /// The dimensions.
    pub dimensions: Vec<usize>,
    /// Samples that their trials would read.
    pub samples: f64,
}

/// n*_unpruned / n* at one dimension: a row of `ratios.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// Input dimension d.
    pub d: usize,
    /// The ratio, or the bound on it.
    pub ratio: f64,
    /// Lower end of its 95 % bootstrap interval; 0 if it is an upper bound.
    pub ci_low: f64,
    /// Upper end; infinite if it is a lower bound.
    pub ci_high: f64,
    /// Whether the ratio is only a bound: `above` if it is at least `ratio`.
    pub censored: Censoring,
    /// Trials that both learners ran on the same data, which are resampled in pairs.
    pub shared: usize,
}

/// How n*_unpruned / n* of one series grows with d: a row of `advantages.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advantage {
    /// The series that is held against the unpruned one.
    pub series: Series,
    /// The risk τ.
    pub threshold: f64,
    /// The ratios, in order of d.
    pub ratios: Vec<Ratio>,
    /// Dimensions at which the ratio is no bound.
    pub points: usize,
    /// Common dimensions at which it is one, or unknown.
    pub censored: usize,
    /// γ in n*_unpruned / n* = C d^γ.
    pub exponent: Option<Interval>,
    /// ln C.
    pub log_constant: Option<f64>,
    /// Difference of the predicted exponents.
    pub predicted: Option<f64>,
    /// γ against `predicted`.
    pub verdict: Verdict,
}

/// One quantity of an expectation, held against its prediction: rows of `expectations.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The expectation in words.
    pub claim: String,
    /// What was measured: `β(pruned)`, `n*(unpruned) / n*(pruned)`, `subspace(pruned)`.
    pub quantity: String,
    /// What it should be.
    pub predicted: Predicted,
    /// The series, if the value is of one; of a ratio, that of the learner below.
    pub series: Option<Series>,
    /// Dimensions (of an exponent) or cells behind the value, bounds and unknown ones included.
    pub points: usize,
    /// How many of them are bounds, or unknown.
    pub censored: usize,
    /// The value, absent if nothing is known; an open end is infinite, or 0 for a ratio.
    pub value: Option<Interval>,
    /// Value against prediction.
    pub verdict: Verdict,
    /// The values of single cells, of a ratio or metric.
    pub cells: Vec<JudgedCell>,
}

/// The value of one cell behind a [`Judged`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedCell {
    /// The series of the cell; of a ratio, that of the learner below.
    pub series: Series,
    /// Input dimension d.
    pub d: usize,
    /// The value with its 95 % interval.
    pub value: Interval,
    /// Whether it is only a bound.
    pub censored: Censoring,
}

/// All estimates of one study at one threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analysis {
    /// Name of the study.
    pub study: String,
    /// Identifier of the manifest of the run whose trials these are.
    pub manifest: Option<String>,
    /// The risk τ.
    pub threshold: f64,
    /// Learning curves, one a cell.
    pub curves: Vec<Curve>,
    /// Thresholds, one a cell.
    pub thresholds: Vec<Threshold>,
    /// Exponents, one a series.
    pub exponents: Vec<Exponent>,
    /// Advantages over the unpruned learner, one a series that has an unpruned twin.
    pub advantages: Vec<Advantage>,
    /// What the study expects, held against the estimates.
    pub expectations: Vec<Judged>,
}
