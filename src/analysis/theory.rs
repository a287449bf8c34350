//! STAND-IN for `model::theory` until the model room is merged; then this file goes.

/// Exponent that theory predicts for a learner.
pub(super) fn predicted_exponent(learner: &str, k_star: u32, alpha: f64) -> Option<f64> {
    match learner {
        "pruned" => Some(alpha * f64::from(k_star)),
        "unpruned" => Some(f64::from(k_star)),
        _ => None,
    }
}

/// The CSQ lower bound min(α, ½) k*.
pub(super) fn csq_exponent(k_star: u32, alpha: f64) -> f64 {
    alpha.min(0.5) * f64::from(k_star)
}
