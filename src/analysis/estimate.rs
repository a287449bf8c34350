//! What the analysis yields: curves, thresholds, exponents. Plain values, no behaviour.

use serde::Serialize;

pub use super::interval::{Censoring, Interval};

use super::judge::{BoundVerdict, Verdict};

use crate::model::LimitPoint;
use crate::model::expectation::{Basis, Predicted};
use crate::model::metric::Metrics;
use crate::model::problem::Series;
use crate::model::question::Question;
use crate::model::rate::Rate;

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
    /// Mean of min(risk, 1) over all trials, a failed one counting 1.
    pub bounded: f64,
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
    /// Samples at which the mean of min(risk, 1) crosses τ, a failed trial counting 1; the bound
    /// itself when censored.
    pub n_star: f64,
    /// Lower end of the 95 % bootstrap interval; 0 when censored below.
    pub ci_low: f64,
    /// Upper end of the 95 % bootstrap interval; infinite when censored above.
    pub ci_high: f64,
    /// Whether `n_star` is only a bound.
    pub censored: Censoring,
    /// Trials per sample size, failed ones included, the most over the curve: a bracket search runs all next
    /// to the crossing and fewer elsewhere.
    pub trials: usize,
    /// Bootstrap standard error of ln n*; absent when censored.
    pub se_ln: Option<f64>,
    /// Samples at which the median risk of the successful trials crosses τ, if it does.
    pub n_star_median: Option<f64>,
    /// n* by the finite-size law of the ranking ([`crate::model::law`]), where it has one.
    pub law: Option<f64>,
    /// n* in the limit simulation, where a prediction needed it.
    pub limit: Option<LimitPoint>,
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
    /// The rate that theory has for this learner.
    pub predicted: Option<Rate>,
    /// The CSQ lower bound min(α, ½) k*.
    pub csq: Option<f64>,
    /// L of the rate band ([`super::band`]) with the γmax of the prediction.
    pub rate_low: Option<f64>,
    /// H of the rate band.
    pub rate_high: Option<f64>,
    /// The smallest margin within which the exponent is the predicted one.
    pub within: Option<f64>,
    /// p-value of the prediction, adjusted over the study.
    pub p: Option<f64>,
    /// The prediction held against the band; absent without one.
    pub verdict: Option<Verdict>,
    /// The CSQ bound held against the band.
    pub verdict_csq: Option<BoundVerdict>,
    /// Whether a theorem is contradicted.
    pub contradiction: bool,
    /// What else the series says about β: a row of `diagnostics.csv`.
    pub diagnostics: Diagnostics,
    /// What would settle a verdict that is `open`.
    pub resolution: Option<Resolution>,
    /// What would settle that on the CSQ bound.
    pub resolution_csq: Option<Resolution>,
}

/// Checks of one exponent beside its interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diagnostics {
    /// Standard deviation of ln n* about the line beyond the noise of the trials.
    pub scatter: Option<f64>,
    /// β at risk τ = 0.3.
    pub at_03: Option<Interval>,
    /// β at risk τ = 0.7.
    pub at_07: Option<Interval>,
    /// Smallest β when one dimension is left out.
    pub leave_one_out_low: Option<f64>,
    /// Largest β when one dimension is left out.
    pub leave_one_out_high: Option<f64>,
}

/// What would likely settle an open verdict: of a rate, by a match if the prediction is right; of the
/// CSQ bound or an expectation, by any word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolution {
    /// More trials at the same dimensions; absent if they would not do.
    pub trials: Option<MoreTrials>,
    /// Further dimensions with as many trials; absent if they would not do, and where it is not about
    /// the slope of a series.
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
    /// Where that comes from.
    pub basis: Basis,
    /// The series, if the value is of one; of a ratio, that of the learner below.
    pub series: Option<Series>,
    /// Dimensions (of an exponent) or cells behind the value, bounds and unknown ones included.
    pub points: usize,
    /// How many of them are bounds, or unknown.
    pub censored: usize,
    /// The value, absent if nothing is known; an open end is infinite, or 0 for a ratio.
    pub value: Option<Interval>,
    /// How near the prediction the value has to be; a factor for a ratio.
    pub margin: f64,
    /// p-value of the prediction, adjusted over the expectations of the study.
    pub p: Option<f64>,
    /// Value against prediction.
    pub verdict: Verdict,
    /// Whether the expectation was written when results were known.
    pub posterior: bool,
    /// The values of single cells, of a ratio or metric.
    pub cells: Vec<JudgedCell>,
    /// Series and dimension of the cells whose trials it is made of; of a ratio, those of both sides.
    #[serde(skip)]
    pub sources: Vec<(Series, usize)>,
    /// What would settle a verdict that is `open`.
    pub resolution: Option<Resolution>,
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

/// κ and C of the series of one learner on problems that differ in α alone: a row of `law.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LawRow {
    /// The series without its α.
    pub series: Series,
    /// κ in ln n* − 2 ln(t + σz) = a_α + κ k* ln s: 1 if the law is right.
    pub kappa: Option<Interval>,
    /// C: n* over the law, a geometric mean.
    pub constant: Option<Interval>,
    /// Standard deviation of ln(n*/law).
    pub scatter: f64,
    /// Cells.
    pub cells: usize,
}

/// What the threshold τ moves: estimates and verdicts at one of several.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The risk τ.
    pub threshold: f64,
    /// Thresholds, one a cell.
    pub thresholds: Vec<Threshold>,
    /// Exponents, one a series.
    pub exponents: Vec<Exponent>,
    /// Exponents over several α.
    pub pooled: Vec<Exponent>,
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
    /// Trials that are predictions, of the limit simulation, and not measurements.
    pub predictions: usize,
    /// Learning curves, one a cell.
    pub curves: Vec<Curve>,
    /// Thresholds, one a cell.
    pub thresholds: Vec<Threshold>,
    /// Exponents, one a series.
    pub exponents: Vec<Exponent>,
    /// Exponents of what theory calls one number, over the α of a study; no α in the series.
    pub pooled: Vec<Exponent>,
    /// The study against the finite-size law of the ranking, one row a link and learner.
    pub laws: Vec<LawRow>,
    /// Advantages over the unpruned learner, one a series that has an unpruned twin.
    pub advantages: Vec<Advantage>,
    /// What the study expects, held against the estimates.
    pub expectations: Vec<Judged>,
    /// What the study asks in one picture.
    #[serde(skip)]
    pub question: Option<Question>,
    /// Trials one by one, if that is what it asks for.
    #[serde(skip)]
    pub clouds: Vec<Cloud>,
}

/// The trials of a series one by one: a metric against another.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// The series.
    pub series: Series,
    /// The line of the question that it is on.
    pub line: String,
    /// Both metrics of each trial that has them.
    pub points: Vec<(f64, f64)>,
}
