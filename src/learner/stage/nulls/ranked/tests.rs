use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::*;
use crate::model::nulls::{LabelSums, NullLaw, TermLaw};
use crate::model::{Activation, Channel, Input, Statistic};

const SCORES: [f64; 6] = [2.2, 4.0, 3.1, 0.8, 2.6, 2.9];
const NORMS: [f64; 6] = [0.5, 0.3, 0.5, 0.4, 0.2, 0.46];

/// Labels of 2 z² − 1 at evenly spread z, and even ReLU scores.
fn case() -> (Vec<f32>, Statistic, ScoreLaw) {
    let labels: Vec<f32> = (0..120).map(|i| (i as f32 / 60.0 - 0.991).powi(2)).collect();
    let mean = labels.iter().sum::<f32>() / 120.0;
    let labels: Vec<f32> = labels.iter().map(|y| y - mean).collect();
    let h = Statistic::new(Activation::Relu, Channel::Even, 0.0, false).expect("a statistic");
    let term = TermLaw::of(&h, Input::Gaussian).expect("a law");
    let law = NullLaw::new(&term, &LabelSums::of(&labels, term.radius())).expect("a law");
    (labels, h, ScoreLaw::new(vec![law]))
}

/// The smallest score that is a discovery, by the definition: the largest k with p_(k) ≤ qk/d.
fn smallest_discovery(scores: &[f64], law: &ScoreLaw, q: f64) -> Option<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let d = scores.len() as f64;
    (1..=scores.len())
        .rev()
        .map(|k| (k, sorted[k - 1]))
        .find_map(|(k, t)| (law.beyond(t) <= q * k as f64 / d).then_some(t))
}

/// Kept relevant ones, kept null ones, AUC, Spearman's and Pearson's correlation.
fn explicit(nulls: &[f64], survivors: Survivors, cut: f64, law: &ScoreLaw) -> [f64; 5] {
    let scores: Vec<f64> = SCORES.iter().chain(nulls).copied().collect();
    let norms: Vec<f64> = NORMS.into_iter().chain(nulls.iter().map(|_| 0.0)).collect();
    let rank = |values: &[f64], j: usize| {
        let below = values.iter().filter(|v| **v < values[j]).count() as f64;
        below + 0.5 * values.iter().filter(|v| **v == values[j]).count() as f64
    };
    let ranks = |values: &[f64]| (0..values.len()).map(|j| rank(values, j)).collect::<Vec<_>>();
    let discovery = match survivors {
        Survivors::Discovered(q) => smallest_discovery(&scores, law, q).unwrap_or(f64::INFINITY),
        _ => f64::INFINITY,
    };
    let kept = |j: &usize| match survivors {
        Survivors::Largest(count) => scores.len() as f64 - rank(&scores, *j) < count as f64,
        Survivors::Beyond(_) => scores[*j] > cut,
        Survivors::Discovered(_) => scores[*j] >= discovery,
    };
    let pairs = SCORES.iter().flat_map(|t| nulls.iter().map(move |u| f64::from(t > u)));
    [
        (0..SCORES.len()).filter(kept).count() as f64,
        (SCORES.len()..scores.len()).filter(kept).count() as f64,
        pairs.sum::<f64>() / (SCORES.len() * nulls.len()) as f64,
        correlation(&ranks(&scores), &ranks(&norms)),
        correlation(&scores, &norms),
    ]
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let moment = |x: &[f64], mx: f64, y: &[f64], my: f64| {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
    };
    moment(a, ma, b, mb) / (moment(a, ma, a, ma) * moment(b, mb, b, mb)).sqrt()
}

/// Moments of everything that a ranking reports, against null scores drawn one by one.
#[test]
fn a_ranking_has_the_law_of_an_explicit_one() {
    const TRIALS: usize = 800;
    const NULLS: usize = 300;
    let (labels, h, law) = case();
    let norm = labels.iter().map(|&y| f64::from(y).powi(2)).sum::<f64>().sqrt();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    // At the rate q = ½ even the weakest decide: with their 4 there is no draw without a discovery.
    for survivors in [Survivors::Largest(6), Survivors::Beyond(0.01), Survivors::Discovered(0.5)] {
        let cut = law.threshold(0.01);
        assert!((law.beyond(cut) / 0.01 - 1.0).abs() < 1e-9);
        let (mut drawn, mut reduced) = (vec![], vec![]);
        for _ in 0..TRIALS {
            let score = |rng: &mut ChaCha8Rng| {
                let mut term = |&y: &f32| {
                    let x: f64 = StandardNormal.sample(rng);
                    h.value(x) * f64::from(y)
                };
                (labels.iter().map(&mut term).sum::<f64>() / (norm * h.std)).abs()
            };
            let nulls: Vec<f64> = (0..NULLS).map(|_| score(&mut rng)).collect();
            drawn.push(explicit(&nulls, survivors, cut, &law));
            let relevant = Relevant { scores: &SCORES, norms: &NORMS };
            let r = RankedNulls::draw(relevant, NULLS as u64, &law, survivors, &mut rng);
            reduced.push([
                r.relevant.len() as f64,
                r.nulls as f64,
                r.ranking.auc.unwrap(),
                r.ranking.spearman.unwrap(),
                r.ranking.pearson.unwrap(),
            ]);
        }
        for k in 0..5 {
            let moments = |x: &[[f64; 5]]| {
                let mean = x.iter().map(|x| x[k]).sum::<f64>() / TRIALS as f64;
                let square = x.iter().map(|x| (x[k] - mean).powi(2)).sum::<f64>();
                (mean, (square / TRIALS as f64).sqrt())
            };
            let ((a, spread), (b, other)) = (moments(&drawn), moments(&reduced));
            let error = (2.0 / TRIALS as f64).sqrt() * spread;
            assert!((a - b).abs() <= 4.0 * error, "{survivors:?} {k}: {a} against {b}");
            assert!((spread - other).abs() <= 0.15 * spread, "{k}: spread {spread} {other}");
        }
    }
}

#[test]
fn the_ends_of_the_range() {
    let (.., law) = case();
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut draw = |scores: &[f64], nulls, survivors| {
        let relevant = Relevant { scores, norms: &NORMS[..scores.len()] };
        RankedNulls::draw(relevant, nulls, &law, survivors, &mut rng)
    };
    // Dimensions to 2⁶²: strong coordinates stand above all, weak ones are lost.
    let top = draw(&[40.0, 30.0, 0.1], 1 << 62, Survivors::Largest(3));
    assert_eq!((top.relevant, top.nulls), (vec![0, 1], 1));
    let Ranking { auc, spearman, pearson } = top.ranking;
    assert!(auc > Some(0.6) && auc < Some(0.75) && spearman > Some(0.0) && pearson.is_some());
    // Somebody survives, also when nobody is beyond the threshold.
    let none = draw(&[0.1, 0.2], 1 << 62, Survivors::Beyond(0.0));
    assert_eq!((none.relevant, none.nulls), (vec![], 1));
    let strong = draw(&[0.1, 50.0], 9, Survivors::Beyond(0.0));
    assert_eq!((strong.relevant, strong.nulls), (vec![1], 0));
    let found = draw(&[40.0, 30.0, 0.1], 1 << 62, Survivors::Discovered(0.01));
    assert!(found.relevant == [0, 1] && found.nulls < 3 && found.evidence > 1e3);
    let none = draw(&[0.1, 0.2], 1 << 62, Survivors::Discovered(1e-6));
    assert_eq!((none.relevant, none.nulls), (vec![], 1));
    // No null coordinates at all, and fewer than are asked for.
    let alone = draw(&SCORES, 0, Survivors::Largest(6));
    assert_eq!((alone.relevant.len(), alone.nulls), (6, 0));
    assert_eq!((alone.ranking.auc, alone.ranking.pearson), (None, None));
    for s in [9, 96] {
        let scores: Vec<f64> = (0..s).map(|j| f64::from(j * 7 % 5)).collect();
        let relevant =
            Relevant { scores: &scores, norms: &vec![f64::from(s).sqrt().recip(); s as usize] };
        let ranking = RankedNulls::draw(relevant, 0, &law, Survivors::Largest(1), &mut rng).ranking;
        assert_eq!((ranking.auc, ranking.pearson, ranking.spearman), (None, None, None), "{s}");
    }
    let mut draw = |scores: &[f64], nulls, survivors| {
        let relevant = Relevant { scores, norms: &NORMS[..scores.len()] };
        RankedNulls::draw(relevant, nulls, &law, survivors, &mut rng)
    };
    let greedy = draw(&SCORES, 4, Survivors::Largest(20));
    assert_eq!((greedy.relevant.len(), greedy.nulls), (6, 4));
}
