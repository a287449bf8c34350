//! Which ticks an axis carries, and which of them have room for a label.

use super::axis::Axis;
use super::font;
use super::style;
use crate::report::format;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Fraction of the axis.
    pub(crate) at: f64,
    /// Its label; a minor tick has none.
    pub(crate) label: Option<String>,
}

/// The room along an axis.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Room {
    /// Labels stand side by side over this length, and may stick out by that much.
    Across(f64, f64),
    /// Labels stand above each other over this length.
    Up(f64),
}

impl Room {
    fn length(self) -> f64 {
        match self {
            Self::Across(length, _) | Self::Up(length) => length,
        }
    }

    /// Start and end of a label along the axis.
    fn span(self, at: f64, label: &str) -> (f64, f64) {
        let (size, gap) = match self {
            Self::Across(..) => (font::width(label, style::SMALL, false), 3.5),
            Self::Up(_) => (style::SMALL * font::CAP_HEIGHT, 3.0),
        };
        let centre = at * self.length();
        (centre - f64::midpoint(size, gap), centre + f64::midpoint(size, gap))
    }

    fn holds(self, span: (f64, f64)) -> bool {
        let over = match self {
            Self::Across(_, over) => over + 1.75,
            Self::Up(_) => style::SMALL,
        };
        span.0 >= -over && span.1 <= self.length() + over
    }
}

type Candidate = (f64, String);

/// The ticks of an axis that has this room.
pub(crate) fn ticks(axis: &Axis, room: Room) -> Vec<Tick> {
    let labelled = if !axis.named.is_empty() {
        thinned(room, named(axis))
    } else if axis.log {
        logarithmic(axis, room)
    } else {
        linear(axis, room)
    };
    let mut ticks: Vec<Tick> = minor(axis, room)
        .into_iter()
        .filter(|at| labelled.iter().all(|(major, _)| (major - at).abs() > 1e-9))
        .map(|at| Tick { at, label: None })
        .collect();
    ticks.extend(labelled.into_iter().map(|(at, label)| Tick { at, label: Some(label) }));
    ticks
}

/// Labels of the values that the axis names, the largest first.
fn named(axis: &Axis) -> Vec<Candidate> {
    let mut values = axis.named.clone();
    values.sort_by(|a, b| b.total_cmp(a));
    placed(axis, values.into_iter().map(|v| (v, format::short(v))))
}

fn placed(axis: &Axis, values: impl Iterator<Item = (f64, String)>) -> Vec<Candidate> {
    values
        .filter_map(|(value, label)| Some((axis.fraction(value)?, label)))
        .filter(|(at, _)| (-1e-9..=1.0 + 1e-9).contains(at))
        .collect()
}

/// Keeps every label that does not touch one kept before: every k-th if that is even,
/// else the first come.
fn thinned(room: Room, all: Vec<Candidate>) -> Vec<Candidate> {
    let all: Vec<_> = all.into_iter().filter(|(at, l)| room.holds(room.span(*at, l))).collect();
    let even = (1..=3).map(|k| all.iter().step_by(k).cloned().collect::<Vec<_>>());
    if let Some(even) = even.into_iter().find(|labels| fit(room, labels)) {
        return even;
    }
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        kept.push(candidate);
        if !fit(room, &kept) {
            kept.pop();
        }
    }
    kept
}

/// Whether no two labels touch.
fn fit(room: Room, labels: &[Candidate]) -> bool {
    let mut spans: Vec<_> = labels.iter().map(|(at, label)| room.span(*at, label)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    spans.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-9)
}

/// The finest of the usual patterns that fits: 1–2–5, every decade, every k-th decade.
fn logarithmic(axis: &Axis, room: Room) -> Vec<Candidate> {
    let (low, high) = axis.range;
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    let pattern = |mantissas: &'static [u32]| {
        let values = (first..=last).flat_map(move |power| {
            let value =
                move |&m: &u32| (f64::from(m) * 10_f64.powi(power), format::scientific(m, power));
            mantissas.iter().map(value)
        });
        placed(axis, values)
    };
    if high - low < 0.5 {
        return linear(axis, room);
    }
    let mut scales = Vec::new();
    if high - low < 2.0 {
        for mantissas in [&[1, 2, 5][..], &[1, 3][..], &[1, 5][..]] {
            let held = |(at, label): &Candidate| room.holds(room.span(*at, label));
            let labels: Vec<_> = pattern(mantissas).into_iter().filter(held).collect();
            scales.extend(Some(labels).filter(|labels| fit(room, labels)));
        }
    }
    // Less than a decade has few of them: round steps have more.
    if high - low < 1.0 {
        scales.push(linear(axis, room));
    }
    // Two labels do not tell a scale from another, and one is no scale.
    let first_of = |least: usize| scales.iter().find(|labels| labels.len() >= least).cloned();
    let best = first_of(3).or_else(|| first_of(2));
    best.unwrap_or_else(|| decades(axis, room, first, last))
}

fn decades(axis: &Axis, room: Room, first: i32, last: i32) -> Vec<Candidate> {
    for step in 1..=(last - first).max(1) {
        let powers = (first..=last).filter(|p| p % step == 0);
        // From the power itself, as 10³⁰⁹ is no number.
        let (low, high) = axis.range;
        let labels: Vec<_> = powers
            .map(|p| ((f64::from(p) - low) / (high - low), format::power_of_ten(p)))
            .filter(|(at, label)| (0.0..=1.0).contains(at) && room.holds(room.span(*at, label)))
            .collect();
        if fit(room, &labels) {
            return labels;
        }
    }
    Vec::new()
}

/// Round steps: the finest of 1, 2, 2.5, 5 times a power of ten that fits.
fn linear(axis: &Axis, room: Room) -> Vec<Candidate> {
    let ends =
        if axis.log { (10_f64.powf(axis.range.0), 10_f64.powf(axis.range.1)) } else { axis.range };
    let span = ends.1 - ends.0;
    if !(span.is_finite() && span > 0.0) {
        return Vec::new();
    }
    let unit = 10_f64.powf(span.log10().floor() - 1.0);
    for factor in [2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0] {
        let step = factor * unit;
        let (first, count) = ((ends.0 / step - 1e-9).ceil(), (span / step) as usize);
        let values = (0..=count).map(|i| step * (first + i as f64));
        let labels: Vec<_> = placed(axis, values.map(|v| (v, plain(v, step))))
            .into_iter()
            .filter(|(at, label)| room.holds(room.span(*at, label)))
            .collect();
        if labels.len() <= 7 && fit(room, &labels) {
            return labels;
        }
    }
    Vec::new()
}

fn plain(value: f64, step: f64) -> String {
    if value.abs() >= 1e7 || step < 1e-3 { format!("{value:.3e}") } else { format::short(value) }
}

/// Subdued ticks: named values without room, or the multiples of powers of ten.
fn minor(axis: &Axis, room: Room) -> Vec<f64> {
    let (low, high) = axis.range;
    if !axis.named.is_empty() {
        return named(axis).into_iter().map(|(at, _)| at).collect();
    }
    if !axis.log || high - low > 40.0 {
        return Vec::new();
    }
    let roomy = room.length() / (high - low) > 17.0;
    let mantissas = if roomy { 1..10 } else { 1..2 };
    (low.floor() as i32..=high.ceil() as i32)
        .flat_map(|p| mantissas.clone().map(move |m| f64::from(p) + f64::from(m).log10()))
        .map(|log| (log - low) / (high - low))
        .filter(|at| (0.0..=1.0).contains(at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, room: Room) -> Vec<String> {
        ticks(axis, room).into_iter().filter_map(|t| t.label).collect()
    }

    #[test]
    fn wide_ranges_show_powers_and_skip_when_crowded() {
        let axis = Axis::log([1.0, 1e6]).unwrap();
        assert_eq!(labels(&axis, Room::Across(200.0, 5.0)).len(), 7);
        let crowded = labels(&axis, Room::Across(42.0, 5.0));
        assert_eq!(crowded, ["10⁰", "10³", "10⁶"]);
    }

    #[test]
    fn narrow_ranges_show_round_numbers() {
        let axis = Axis::log([700.0, 6000.0]).unwrap();
        assert_eq!(labels(&axis, Room::Up(100.0)), ["1000", "2000", "5000"]);
    }

    #[test]
    fn less_than_a_decade_has_three_labels_where_there_is_room() {
        for (low, high) in [(0.55, 2.1), (0.3, 1.1), (700.0, 2900.0)] {
            let axis = Axis::log([low, high]).unwrap();
            let labels = labels(&axis, Room::Up(80.0));
            assert!(labels.len() > 2, "{low} {high} {labels:?}");
        }
    }

    #[test]
    fn an_axis_about_one_has_more_than_one_label() {
        for (low, high) in [(0.52, 1.98), (0.51, 2.3), (0.6, 4.9), (0.3, 2.6)] {
            let axis = Axis::log([low, high]).unwrap();
            for length in [55.0, 70.0, 110.0] {
                assert!(labels(&axis, Room::Up(length)).len() > 1, "{low} {high} {length}");
            }
        }
    }

    #[test]
    fn named_values_are_thinned() {
        let dims: Vec<f64> = (6..13).map(|k| f64::from(1 << k)).collect();
        let axis = Axis::log(dims.clone()).unwrap().naming(dims);
        assert_eq!(labels(&axis, Room::Across(300.0, 9.0)).len(), 7);
        let thin = labels(&axis, Room::Across(100.0, 9.0));
        assert_eq!(thin, ["4096", "1024", "256", "64"]);
    }

    #[test]
    fn absurd_ranges_do_not_panic() {
        for values in [[1e-300, 1e300], [1.0, 1.0 + 1e-15], [5e-324, 1.7e308]] {
            let axis = Axis::log(values).unwrap();
            assert!(ticks(&axis, Room::Across(80.0, 5.0)).len() < 500);
        }
    }
}
