//! From values to fractions of an axis.

/// One axis of a panel: its range, and which values it had better name.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    /// Whether it is logarithmic.
    pub(crate) log: bool,
    /// Its ends, as log₁₀ when logarithmic.
    pub(crate) range: (f64, f64),
    /// The values to label, if they are known: dimensions, say.
    pub(crate) named: Vec<f64>,
}

impl Axis {
    /// A logarithmic axis that holds all values that a logarithm has.
    pub(crate) fn log(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let logs = values.into_iter().map(f64::log10);
        let (low, high) = extent(logs)?;
        let pad = if high - low < 1e-9 { 0.3 } else { 0.06 * (high - low) };
        Some(Self { log: true, range: (low - pad, high + pad), named: Vec::new() })
    }

    /// A linear axis from `low` to `high`.
    pub(crate) fn linear(low: f64, high: f64) -> Self {
        Self { log: false, range: (low, high), named: Vec::new() }
    }

    /// The same axis with these values labelled as far as there is room.
    pub(crate) fn naming(self, named: Vec<f64>) -> Self {
        Self { named, ..self }
    }

    /// Where a value lies: 0 at the start, 1 at the end; none for a value off any axis.
    pub(crate) fn fraction(&self, value: f64) -> Option<f64> {
        let value = if self.log { value.log10() } else { value };
        let fraction = (value - self.range.0) / (self.range.1 - self.range.0);
        fraction.is_finite().then_some(fraction)
    }
}

/// Smallest and largest of the finite values.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|v| v.is_finite());
    finite.fold(None, |range, v| {
        Some(range.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v))))
    })
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn values_without_logarithm_are_off_the_axis() {
        let axis = Axis::log([0.0, -1.0, f64::NAN, f64::INFINITY, 1.0, 100.0]).unwrap();
        assert!((axis.fraction(10.0).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(axis.fraction(0.0), None);
        assert_eq!(axis.fraction(-3.0), None);
        assert!(Axis::log([0.0, f64::NAN]).is_none());
    }

    #[test]
    fn one_value_still_makes_an_axis() {
        let axis = Axis::log([64.0, 64.0]).unwrap();
        assert!((axis.fraction(64.0).unwrap() - 0.5).abs() < 1e-12);
    }
}
