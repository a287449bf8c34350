//! Made-up estimates that look like those of a real study.

use crate::analysis::estimate::{
    Advantage, Analysis, Censoring, Curve, CurvePoint, Diagnostics, Exponent, Interval,
    MoreDimensions, MoreTrials, Ratio, Resolution, Threshold,
};
use crate::analysis::judge::{BoundVerdict, Verdict};
use crate::model::metric::Metrics;
use crate::model::problem::{Problem, Real, Series};
use crate::model::rate::Rate;

pub(super) const ALPHAS: [f64; 6] = [0.25, 0.375, 0.5, 0.625, 0.75, 1.0];
const DIMS: [usize; 7] = [64, 128, 256, 512, 1024, 2048, 4096];

/// k* = 2, six values of α, seven dimensions: one cell censored, one series short.
pub(super) fn realistic() -> Analysis {
    let mut analysis = Analysis {
        manifest: None,
        study: "alpha_sweep".to_owned(),
        threshold: 0.5,
        predictions: 0,
        curves: Vec::new(),
        thresholds: Vec::new(),
        exponents: Vec::new(),
        pooled: Vec::new(),
        laws: Vec::new(),
        advantages: Vec::new(),
        expectations: Vec::new(),
        question: None,
        clouds: Vec::new(),
    };
    for alpha in ALPHAS {
        for learner in ["unpruned", "pruned"] {
            let short = learner == "pruned" && alpha == 0.625;
            let dims = if short { &DIMS[..3] } else { &DIMS[..] };
            add_series(&mut analysis, &key(learner, "t^2 + t^4", 2, alpha), dims);
        }
        analysis.advantages.push(advantage(alpha));
    }
    analysis
}

/// d^{2(1 − α)}/8 at every second dimension, the last a bound at α = 0.75.
fn advantage(alpha: f64) -> Advantage {
    let gamma = 2.0 * (1.0 - alpha);
    let ratio = |&d: &usize| {
        let ratio = (d as f64).powf(gamma) / 8.0;
        let open = alpha == 0.75 && d == 4096;
        let (ci_high, censored) =
            if open { (f64::INFINITY, Censoring::Above) } else { (ratio * 1.2, Censoring::None) };
        Ratio { d, ratio, ci_low: ratio * 0.9, ci_high, censored, shared: 15 }
    };
    let ratios: Vec<Ratio> = DIMS.iter().step_by(2).map(ratio).collect();
    Advantage {
        series: key("pruned", "t^2 + t^4", 2, alpha),
        threshold: 0.5,
        ratios,
        points: 4,
        censored: 0,
        exponent: Some(Interval { value: gamma, low: gamma - 0.1, high: gamma + 0.1 }),
        log_constant: Some(-8_f64.ln()),
        predicted: Some(gamma),
    }
}

pub(super) fn key(learner: &str, link: &str, k_star: u32, alpha: f64) -> Series {
    let problem = Problem {
        link: Some(link.to_owned()),
        k_star: Some(k_star),
        r: Some(1),
        q: Real::new(0.0),
        input: Some("gaussian".to_owned()),
        noise: Real::new(0.1),
        alpha: Real::new(alpha),
    };
    Series { problem, learner: learner.to_owned() }
}

fn alpha(series: &Series) -> f64 {
    series.problem.alpha().unwrap_or(f64::NAN)
}

fn k_star(series: &Series) -> f64 {
    series.problem.k_star.map_or(f64::NAN, f64::from)
}

/// A wobble in [-1, 1] that is the same in every run.
fn wobble(i: usize) -> f64 {
    (i as f64 * 12.9898).sin()
}

pub(super) fn add_series(analysis: &mut Analysis, key: &Series, dims: &[usize]) {
    let k = k_star(key);
    let (beta, constant) = if key.learner == "pruned" {
        (alpha(key) * k, 120.0 * 0.007_f64.powf(alpha(key)))
    } else {
        (k, 0.55)
    };
    for (i, &d) in dims.iter().enumerate() {
        let n_star = constant * (d as f64).powf(beta) * (1.0 + 0.06 * wobble(i + 3));
        let last = i + 1 == dims.len() && key.learner == "unpruned" && alpha(key) == 0.75;
        let censored = if last { Censoring::Above } else { Censoring::None };
        let s = (d as f64).powf(alpha(key)).round() as usize;
        analysis.thresholds.push(Threshold {
            series: key.clone(),
            d,
            s: Some(s),
            threshold: 0.5,
            n_star,
            ci_low: n_star * 0.9,
            ci_high: n_star * 1.1,
            censored,
            trials: 15,
            se_ln: None,
            n_star_median: None,
            law: None,
            limit: None,
        });
        let points = curve(n_star, censored == Censoring::Above);
        let cell = format!("{}-{}-{d}", key.learner, alpha(key));
        analysis.curves.push(Curve { series: key.clone(), cell, d, s: Some(s), points });
    }
    analysis.exponents.push(exponent(key, dims, beta, constant));
}

fn curve(n_star: f64, censored: bool) -> Vec<CurvePoint> {
    let last = if censored { 0 } else { 5 };
    let point = |i: i32| {
        let ratio = 2_f64.powf(f64::from(i) / 2.0);
        let median =
            1.0 / (1.0 + ratio.powf(1.7)) * (1.0 + 0.05 * wobble(i.unsigned_abs() as usize));
        CurvePoint {
            n: (n_star * ratio) as u64,
            trials: 15,
            failed: 0,
            median,
            lower_quartile: median * 0.85,
            upper_quartile: median * 1.12,
            bounded: median.min(1.0),
            means: Metrics::default(),
            success: (15.0 / (1.0 + ratio.powf(-6.0))).round() / 15.0,
        }
    };
    (-6..last).map(point).collect()
}

fn exponent(key: &Series, dims: &[usize], beta: f64, constant: f64) -> Exponent {
    let k = k_star(key);
    let half = 0.05 + 0.03 * wobble((alpha(key) * 40.0) as usize).abs();
    let value = beta + 0.03 * wobble((alpha(key) * 16.0) as usize + 1);
    let interval = Interval { value, low: value - half, high: value + half };
    let short = dims.len() < 4;
    let csq = alpha(key).min(0.5) * k;
    let within = (beta - value).abs() + half;
    let verdict = match within <= 0.15 {
        _ if short => Verdict::TooFewDimensions,
        true => Verdict::Matches,
        false => Verdict::Open,
    };
    let meets = (csq - value).abs() + half <= 0.15;
    Exponent {
        series: key.clone(),
        d_min: dims.first().copied().unwrap_or_default(),
        d_max: dims.last().copied().unwrap_or_default(),
        points: dims.len(),
        censored: usize::from(key.learner == "unpruned" && alpha(key) == 0.75),
        threshold: 0.5,
        exponent: (dims.len() > 1).then_some(interval),
        log_constant: Some(constant.ln() + (beta - value) * 512_f64.ln()),
        log_corrected: None,
        local_slopes: Vec::new(),
        predicted: Some(Rate::of(beta)),
        csq: Some(csq),
        rate_low: Some(value - half),
        rate_high: Some(value + half),
        within: Some(within),
        p: Some(0.5),
        verdict: Some(verdict),
        verdict_csq: Some(if meets { BoundVerdict::Meets } else { BoundVerdict::Above }),
        contradiction: false,
        diagnostics: Diagnostics::default(),
        resolution: (alpha(key) == 1.0).then(|| Resolution {
            trials: Some(MoreTrials { factor: 3, samples: 2.5e7 }),
            dimensions: Some(MoreDimensions { dimensions: vec![8192, 16384], samples: 4e9 }),
        }),
        resolution_csq: None,
    }
}
