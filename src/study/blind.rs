//! Warnings about what a study cannot see, before it runs.

use super::cell::Setting;
use super::file::Study;
use crate::learner::Kind;
use crate::learner::feature::FeatureStep;
use crate::learner::prune::GradientComparison;
use crate::model::feature_gain;

/// Signals below this share count as none.
const INVISIBLE: f64 = 1e-9;

/// One sentence for each learner that is blind to the order k* of its link.
#[must_use]
pub fn warnings(study: &Study) -> Vec<String> {
    let mut warnings = Vec::new();
    for series in &study.series {
        let setting = &series.setting;
        let what = format!("{} on `{}`", setting.learner, setting.link.text());
        for cause in [comparison(setting), step(setting)].into_iter().flatten() {
            let warning = format!("{what}: {cause}");
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    warnings
}

/// Why the gradient comparison cannot rank the coordinates.
fn comparison(setting: &Setting) -> Option<String> {
    if setting.kind != Kind::Pruned {
        return None;
    }
    let (options, k) = (&setting.options, setting.k_star);
    let comparison = GradientComparison::new(&options.prune, options.activation, k).ok()?;
    let seen = comparison.channels().iter().any(|s| s.correlation(k).abs() > INVISIBLE);
    let names: Vec<&str> = comparison.channels().iter().map(|s| s.channel.name()).collect();
    (!seen).then(|| {
        format!(
            "no channel of the gradient comparison ({}) sees order {k} with {} at shift {:.3}{}",
            names.join(", "),
            options.activation.name(),
            comparison.shift(),
            if options.prune.augmented { " and augmentation" } else { "" }
        )
    })
}

/// Why the gradient step cannot learn a feature.
fn step(setting: &Setting) -> Option<String> {
    if !setting.kind.has_gradient_step() {
        return None;
    }
    let (options, k) = (&setting.options, setting.k_star);
    let shift = FeatureStep::new(&options.feature, options.activation, k).shift();
    (feature_gain(options.activation, k, shift) < INVISIBLE).then(|| {
        format!(
            "the gradient step has no signal of order {k} with {} at feature.shift {shift:.3}",
            options.activation.name()
        )
    })
}
