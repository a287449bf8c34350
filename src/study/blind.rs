//! Warnings about what a study cannot see, before it runs.

use super::file::Study;

/// One sentence for each learner that is blind to the order k* of its link.
#[must_use]
pub fn warnings(study: &Study) -> Vec<String> {
    let mut warnings = Vec::new();
    for series in &study.series {
        let setting = &series.setting;
        for cause in setting.built.learner.blindness() {
            let warning = format!("{} on `{}`: {cause}", setting.learner, setting.link.text());
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    warnings
}
