//! What a trial measures.

use std::ops::{Index, IndexMut};

use serde::Serialize;
use strum::{EnumCount, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// A metric of a trained network: a column of `trials.csv` of the same name.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumCount,
    EnumIter,
    EnumString,
    IntoStaticStr,
    Serialize,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// E(f − f*)² / Var f*, f* the noiseless target, on fresh samples.
    Risk,
    /// Mean over neurons of ‖Vᵀw‖ / ‖w‖, in [0, 1].
    Alignment,
    /// ‖V̂ᵀV‖_F² / r, V̂ the top r right singular vectors of the first layer, in [0, 1].
    Subspace,
    /// Share of the s relevant coordinates that were kept.
    Recall,
    /// Share of the kept coordinates that are relevant.
    Precision,
    /// ‖`V_kept`‖_F² / r, in [0, 1].
    Mass,
    /// Pearson's correlation of scores and row norms ‖V_j‖₂.
    Pearson,
    /// Spearman's: Pearson's of the ranks.
    Spearman,
    /// Probability that a relevant coordinate scores above an irrelevant one.
    Auc,
}

impl Metric {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it judges the ranking of coordinates, and rises with n from 0 or ½ to 1.
    #[must_use]
    pub fn is_of_ranking(self) -> bool {
        matches!(self, Self::Recall | Self::Pearson | Self::Spearman | Self::Auc)
    }
}

/// A value for every metric that has one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics([Option<f64>; Metric::COUNT]);

impl Metrics {
    /// All metrics, each from its value.
    pub fn from_fn(mut value: impl FnMut(Metric) -> Option<f64>) -> Self {
        let mut metrics = Self::default();
        for metric in Metric::iter() {
            metrics[metric] = value(metric);
        }
        metrics
    }
}

impl Index<Metric> for Metrics {
    type Output = Option<f64>;

    fn index(&self, metric: Metric) -> &Option<f64> {
        &self.0[metric as usize]
    }
}

impl IndexMut<Metric> for Metrics {
    fn index_mut(&mut self, metric: Metric) -> &mut Option<f64> {
        &mut self.0[metric as usize]
    }
}

impl Serialize for Metrics {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Metric::iter().map(|metric| (metric.name(), self[metric])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_indexed_by_their_metric() {
        let metrics = Metrics::from_fn(|m| (m != Metric::Auc).then_some(f64::from(m as u8)));
        for metric in Metric::iter() {
            let value = f64::from(metric as u8);
            assert_eq!(metrics[metric], (metric != Metric::Auc).then_some(value));
            assert_eq!(metric.name().parse(), Ok(metric));
        }
    }
}
