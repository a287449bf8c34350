//! A second estimator of n*: where half of the trials succeed.

use super::estimate::Interval;
use super::resample::Ensemble;
use super::stats::student_975;

/// Steps after which the iteration is given up; it takes about ten.
const MOST_STEPS: usize = 200;

/// One trial at one n: ln n from the mean, whether it succeeded, and which trial it was.
struct Outcome {
    x: f64,
    success: f64,
    trial: usize,
}

/// n at which a trial has risk ≤ τ with probability ½, by logistic regression on ln n.
///
/// P(risk ≤ τ) = 1/(1 + e^{−(a + b ln n)}), n½ = e^{−a/b}. The median risk crosses τ where half of
/// the trials are below it, so n½ estimates n* from the counts alone: the sizes of the risks
/// play no part.
///
/// a and b maximise the log-likelihood + ½ ln det I(a, b), I the Fisher information: the
/// penalty of Firth (*Biometrika* 80, 1993, 27), which keeps them finite when a sample size
/// separates failures from successes. The interval is ln n½ ± t_{T−1} · se by the delta method, with
/// the larger of two variances of (a, b): I⁻¹, which takes the outcomes as independent, and
/// the sandwich I⁻¹ (Σ_t u_t u_tᵀ) I⁻¹ T/(T−1) with one score u_t per trial, since a trial's outcomes
/// at different n depend on each other (Liang and Zeger, *Biometrika* 73, 1986, 13).
///
/// None with fewer than two trials or sample sizes, if success does not become more likely with n,
/// or if n½ is outside the sample sizes: then it would be an extrapolation.
#[must_use]
pub fn crossing(ln_n: &[f64], ensemble: &Ensemble, tau: f64) -> Option<Interval> {
    let (outcomes, mean) = outcomes(ln_n, ensemble, tau);
    let trials = ensemble.streams().len();
    if trials < 2 || outcomes.iter().all(|o| o.x == outcomes[0].x) {
        return None;
    }
    let ([a, b], information) = firth(&outcomes)?;
    let ln_half = mean - a / b;
    let (low, high) = (ln_n.first()?, ln_n.last()?);
    if b <= 0.0 || !(*low..=*high).contains(&ln_half) {
        return None;
    }
    let inverse = inverse(information)?;
    let gradient = [-1.0 / b, a / (b * b)];
    let direction = product(inverse, gradient);
    let naive = gradient[0] * direction[0] + gradient[1] * direction[1];
    let clustered = clustered(&outcomes, trials, [a, b], direction);
    let half = student_975(trials - 1) * naive.max(clustered).sqrt();
    Some(Interval {
        value: ln_half.exp(),
        low: (ln_half - half).exp(),
        high: (ln_half + half).exp(),
    })
}

/// Outcomes with ln n measured from its mean over them, and that mean.
fn outcomes(ln_n: &[f64], ensemble: &Ensemble, tau: f64) -> (Vec<Outcome>, f64) {
    let points = ln_n.iter().zip(ensemble.risks());
    let all =
        points.flat_map(|(&x, risks)| risks.iter().map(move |&(risk, trial)| (x, risk, trial)));
    let mut outcomes: Vec<Outcome> =
        all.map(|(x, risk, trial)| Outcome { x, success: f64::from(risk <= tau), trial }).collect();
    let mean = outcomes.iter().map(|o| o.x).sum::<f64>() / outcomes.len() as f64;
    for outcome in &mut outcomes {
        outcome.x -= mean;
    }
    (outcomes, mean)
}

fn probability([a, b]: [f64; 2], x: f64) -> f64 {
    1.0 / (1.0 + (-(a + b * x)).exp())
}

/// Root of Firth's score Σ (y − p + h (½ − p)) (1, x), h the leverages, by Fisher scoring.
/// Returns (a, b) and the information Σ p (1 − p) (1, x)(1, x)ᵀ as its entries 00, 01, 11.
fn firth(outcomes: &[Outcome]) -> Option<([f64; 2], [f64; 3])> {
    let mut at = [0.0, 0.0];
    for _ in 0..MOST_STEPS {
        let information = information(outcomes, at);
        let inverse = inverse(information)?;
        let mut score = [0.0, 0.0];
        for o in outcomes {
            let p = probability(at, o.x);
            let leverage =
                p * (1.0 - p) * (inverse[0] + 2.0 * inverse[1] * o.x + inverse[2] * o.x * o.x);
            let residual = o.success - p + leverage * (0.5 - p);
            score[0] += residual;
            score[1] += residual * o.x;
        }
        let step = product(inverse, score);
        // A long step may leave the region where the quadratic model holds.
        let length = (step[0].abs()).max(step[1].abs());
        let damping = (2.0 / length).min(1.0);
        at = [at[0] + damping * step[0], at[1] + damping * step[1]];
        if length < 1e-12 * (1.0 + at[1].abs()) {
            return Some((at, information));
        }
    }
    None
}

fn information(outcomes: &[Outcome], at: [f64; 2]) -> [f64; 3] {
    outcomes.iter().fold([0.0; 3], |[i00, i01, i11], o| {
        let p = probability(at, o.x);
        let w = p * (1.0 - p);
        [i00 + w, i01 + w * o.x, i11 + w * o.x * o.x]
    })
}

/// Inverse of a symmetric 2 × 2 matrix given by its entries 00, 01, 11.
fn inverse([a, b, c]: [f64; 3]) -> Option<[f64; 3]> {
    let det = a * c - b * b;
    (det.is_finite() && det > 0.0).then(|| [c / det, -b / det, a / det])
}

fn product([a, b, c]: [f64; 3], [x, y]: [f64; 2]) -> [f64; 2] {
    [a * x + b * y, b * x + c * y]
}

/// Variance of a linear form by the sandwich: `direction` is I⁻¹ times its gradient.
fn clustered(outcomes: &[Outcome], trials: usize, at: [f64; 2], direction: [f64; 2]) -> f64 {
    let mut scores = vec![0.0; trials];
    for o in outcomes {
        let residual = o.success - probability(at, o.x);
        scores[o.trial] += residual * (direction[0] + direction[1] * o.x);
    }
    let squares: f64 = scores.iter().map(|s| s * s).sum();
    squares * trials as f64 / (trials - 1) as f64
}
