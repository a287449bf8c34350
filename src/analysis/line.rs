//! Straight lines through points, some of which are only bounds.

use super::place::Place;
use super::stats::mills;

/// A straight line y = intercept + slope x, fitted by weighted least squares.
///
/// minimise Σᵢ wᵢ (yᵢ − a − β xᵢ)²:  β = Σᵢ wᵢ (xᵢ − x̄) yᵢ / Σᵢ wᵢ (xᵢ − x̄)²,  a = ȳ − β x̄,
/// with weighted means x̄, ȳ.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// β.
    pub slope: f64,
    /// a.
    pub intercept: f64,
    /// ∂β/∂yᵢ.
    pub sensitivity: Vec<f64>,
    /// Σᵢ wᵢ (yᵢ − a − β xᵢ)² over the points that are no bounds.
    pub chi2: f64,
}

/// Fits a [`Line`] in closed form.
///
/// | argument | shape | range |
/// |---|---|---|
/// | `x`, `y` | N | finite |
/// | `weights` | N | positive: inverse variances of y |
///
/// None if fewer than two of the x differ, or if the lengths differ.
#[must_use]
pub fn weighted_line(x: &[f64], y: &[f64], weights: &[f64]) -> Option<Line> {
    // Equal x would leave a spread of rounding errors, not of zero.
    let distinct = x.iter().any(|v| *v != x[0]);
    if !distinct || x.len() != y.len() || x.len() != weights.len() {
        return None;
    }
    let total: f64 = weights.iter().sum();
    let mean = |values: &[f64]| dot(weights, values) / total;
    let (x_mean, y_mean) = (mean(x), mean(y));
    let spread: f64 = x.iter().zip(weights).map(|(x, w)| w * (x - x_mean).powi(2)).sum();
    if !(spread.is_finite() && spread > 0.0) {
        return None;
    }
    let sensitivity: Vec<f64> =
        x.iter().zip(weights).map(|(x, w)| w * (x - x_mean) / spread).collect();
    let slope = dot(&sensitivity, y);
    let intercept = y_mean - slope * x_mean;
    let squares = x.iter().zip(y).map(|(x, y)| (y - intercept - slope * x).powi(2));
    let chi2 = squares.zip(weights).map(|(square, w)| w * square).sum();
    Some(Line { slope, intercept, sensitivity, chi2 })
}

/// Σ aᵢ bᵢ.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Fits a [`Line`] to values and bounds by maximum likelihood.
///
/// ```text
/// maximise  − ½ Σ wᵢ (yᵢ − ηᵢ)²          values,          ηᵢ = a + β xᵢ
///           + Σ ln Φ( √wᵢ (ηᵢ − yᵢ))     lower bounds:    the value is above yᵢ
///           + Σ ln Φ(−√wᵢ (ηᵢ − yᵢ))     upper bounds:    the value is below yᵢ
/// ```
///
/// Tobin, *Econometrica* 26, 1958, 24, with a variance 1/wᵢ of each point that is known. The
/// likelihood is concave; Newton's method with halved steps finds its one maximum. A bound far
/// on the allowed side of the line has no influence. Without bounds this is [`weighted_line`].
///
/// None if the values alone do not determine a line.
#[must_use]
pub fn bounded_line(x: &[f64], y: &[Place], weights: &[f64]) -> Option<Line> {
    let start = line_of_values(x, y, weights)?;
    if y.iter().all(|place| matches!(place, Place::Inside(_))) {
        return Some(start);
    }
    let centre = x.iter().sum::<f64>() / x.len() as f64;
    let problem = Bounded { x: x.iter().map(|x| x - centre).collect(), y, weights };
    let [level, slope] = problem.maximise([start.intercept + start.slope * centre, start.slope]);
    let (_, information, curvatures) = problem.derivatives([level, slope]);
    let det = determinant(information);
    let sensitivity: Vec<f64> = curvatures
        .iter()
        .zip(&problem.x)
        .map(|(k, x)| k * (information[0] * x - information[1]) / det)
        .collect();
    let intercept = level - slope * centre;
    let terms = x.iter().zip(y).zip(weights);
    let chi2 = terms.filter_map(|((x, place), w)| match place {
        Place::Inside(y) => Some(w * (y - intercept - slope * x).powi(2)),
        _ => None,
    });
    Some(Line { slope, intercept, sensitivity, chi2: chi2.sum() })
}

fn line_of_values(x: &[f64], y: &[Place], weights: &[f64]) -> Option<Line> {
    let mut values = (Vec::new(), Vec::new(), Vec::new());
    for ((&x, place), &w) in x.iter().zip(y).zip(weights) {
        if let Place::Inside(y) = place {
            values.0.push(x);
            values.1.push(*y);
            values.2.push(w);
        }
    }
    weighted_line(&values.0, &values.1, &values.2)
}

/// The likelihood of [`bounded_line`]; its parameters are the level at x = 0 and the slope.
struct Bounded<'a> {
    x: Vec<f64>,
    y: &'a [Place],
    weights: &'a [f64],
}

impl Bounded<'_> {
    fn maximise(&self, mut at: [f64; 2]) -> [f64; 2] {
        for _ in 0..100 {
            let (score, information, _) = self.derivatives(at);
            let [a, b, c] = information;
            let det = determinant(information);
            let step = [(c * score[0] - b * score[1]) / det, (a * score[1] - b * score[0]) / det];
            let before = step[0] * score[0] + step[1] * score[1];
            let mut length = 1.0;
            // Concave: a step is too long exactly if the slope along it has turned.
            while length > 1e-9 {
                let next = [at[0] + length * step[0], at[1] + length * step[1]];
                let (there, ..) = self.derivatives(next);
                if step[0] * there[0] + step[1] * there[1] > -0.5 * before {
                    break;
                }
                length /= 2.0;
            }
            at = [at[0] + length * step[0], at[1] + length * step[1]];
            if before <= 1e-24 {
                break;
            }
        }
        at
    }

    /// Score, information (entries 00, 01, 11) and each point's share κᵢ of it.
    fn derivatives(&self, [level, slope]: [f64; 2]) -> ([f64; 2], [f64; 3], Vec<f64>) {
        let (mut score, mut information) = ([0.0; 2], [0.0; 3]);
        let mut curvatures = Vec::with_capacity(self.x.len());
        for ((&x, place), &w) in self.x.iter().zip(self.y).zip(self.weights) {
            let above = level + slope * x - place.ln_n();
            let (force, curvature) = match place {
                Place::Inside(_) => (-w * above, w),
                Place::Above(_) => bound(above, w),
                Place::Below(_) => {
                    let (force, curvature) = bound(-above, w);
                    (-force, curvature)
                }
            };
            score = [score[0] + force, score[1] + force * x];
            let [a, b, c] = information;
            information = [a + curvature, b + curvature * x, c + curvature * x * x];
            curvatures.push(curvature);
        }
        (score, information, curvatures)
    }
}

/// First and negative second derivative of ln Φ(√w t) in t.
fn bound(t: f64, w: f64) -> (f64, f64) {
    let z = w.sqrt() * t;
    let ratio = mills(z);
    (w.sqrt() * ratio, w * ratio * (z + ratio).max(0.0))
}

fn determinant([a, b, c]: [f64; 3]) -> f64 {
    a * c - b * b
}
