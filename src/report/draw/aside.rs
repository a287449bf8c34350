//! Points that would hide each other, side by side.

/// Sideways distance of two of them, in points.
const APART: f64 = 5.5;
/// A marker stays this far inside the frame.
const MARGIN: f64 = 3.5;

/// What a point covers: its x, and from where to where down the page.
pub(crate) type Span = (f64, f64, f64);

/// The shift of each point. Those at one x that cover the same heights take as few places as keep
/// them apart, about their x as far as the frame from `left` to `right` allows, and `most` points
/// wide at most; who meets nobody stays where it is.
pub(crate) fn aside(spans: &[Span], (left, right): (f64, f64), most: f64) -> Vec<f64> {
    let meet = |a: &Span, b: &Span| (a.0 - b.0).abs() < 1.0 && a.1 < b.2 && b.1 < a.2;
    let mut places: Vec<usize> = Vec::new();
    for span in spans {
        let taken: Vec<usize> =
            places.iter().zip(spans).filter(|(_, s)| meet(s, span)).map(|(p, _)| *p).collect();
        places.push((0..=taken.len()).find(|place| !taken.contains(place)).unwrap_or_default());
    }
    let last = last(spans, &places, meet);
    let shift = |((&(x, ..), place), last): ((&Span, usize), usize)| {
        let step = APART.min(most / last.max(1) as f64);
        let half = step * last as f64 / 2.0;
        let (from, to) = (left + half + MARGIN, right - half - MARGIN);
        let centre = if last > 0 && from < to { x.clamp(from, to) } else { x };
        centre - x + step * place as f64 - half
    };
    spans.iter().zip(places).zip(last).map(shift).collect()
}

/// The last place that is taken among all who meet each other, be it through others.
fn last(spans: &[Span], places: &[usize], meet: impl Fn(&Span, &Span) -> bool) -> Vec<usize> {
    let mut last = places.to_vec();
    loop {
        let of = |a: &Span| {
            let met = spans.iter().zip(&last).filter(|(b, _)| meet(a, b));
            met.map(|(_, place)| *place).max().unwrap_or_default()
        };
        let next: Vec<usize> = spans.iter().zip(&last).map(|(a, own)| of(a).max(*own)).collect();
        if next == last {
            return last;
        }
        last = next;
    }
}

#[cfg(test)]
mod tests {
    use super::{APART, aside};

    #[test]
    fn only_who_would_hide_each_other_step_aside_and_about_where_they_belong() {
        let frame = (0.0, 100.0);
        // Two that meet, one above them, one at another x.
        let spans = [(50.0, 0.0, 6.0), (50.0, 4.0, 10.0), (50.0, 20.0, 26.0), (80.0, 0.0, 6.0)];
        assert_eq!(aside(&spans, frame, 50.0), [-APART / 2.0, APART / 2.0, 0.0, 0.0]);
        // The third meets the second alone: there is a place beside the first.
        let chain = [(50.0, 0.0, 6.0), (50.0, 4.0, 10.0), (50.0, 8.0, 14.0)];
        assert_eq!(aside(&chain, frame, 50.0), [-APART / 2.0, APART / 2.0, -APART / 2.0]);
        let crowd = [(50.0, 0.0, 6.0); 5];
        assert_eq!(aside(&crowd, frame, 8.0), [-4.0, -2.0, 0.0, 2.0, 4.0]);
    }

    #[test]
    fn they_stay_inside_the_frame() {
        for x in [0.5, 99.5] {
            for shift in aside(&[(x, 0.0, 6.0); 3], (0.0, 100.0), 50.0) {
                assert!((3.0..97.0).contains(&(x + shift)), "{x} {shift}");
            }
        }
    }
}
