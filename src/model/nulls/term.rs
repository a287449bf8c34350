//! The law of one term of a score: what a channel's statistic does to one input.

use super::complex::{c64, real};
use super::form::{Form, Law};
use crate::error::{Error, Result};
use crate::model::activation::Activation;
use crate::model::input::Input;
use crate::model::quadrature::{density, legendre};
use crate::model::statistic::{Channel, Statistic};

/// Order of the power series of κ.
pub(super) const ORDER: usize = 32;

/// Share of the radius of convergence up to which the series stands for κ: 0.35³³ ≈ 10⁻¹⁵.
const SERIES_SHARE: f64 = 0.35;

/// The law of g = (h(Z) − E h)/sd h, one coordinate's statistic in its own standard deviations.
///
/// Its cumulant generating function κ(v) = ln E e^{vg} comes from a power series near 0, where
/// the closed form would lose digits to the logarithm of nearly 1, and from the form elsewhere:
///
/// | statistic | κ |
/// |---|---|
/// | ReLU: b₀x, b₁x, b₂x below −a, between, above a | ln of three integrals of e^{βx}: the error function of a complex argument for Gaussian inputs, elementary for uniform and Laplace ones |
/// | a x² + b x, Gaussian | ½ b²u²/(1 − 2au) − ½ ln(1 − 2au) − u a |
/// | smooth ones | quadrature |
#[derive(Clone, Debug)]
pub struct TermLaw {
    form: Form,
    /// E h of the uncentred form.
    mean: f64,
    /// sd h.
    std: f64,
    /// κ(v) = Σ_k `series[k]` v^k.
    series: [f64; ORDER + 1],
    /// Radius of convergence of the series.
    radius: f64,
    /// Standard deviations of h in the unit of scores: that of a Gaussian input.
    unit: f64,
}

impl TermLaw {
    /// The law of `statistic` under `input`; scores stay in units of its null standard
    /// deviation for Gaussian inputs.
    ///
    /// # Errors
    /// Where no generating function exists or the coordinates of a score are not independent
    /// given the labels: the message says why.
    pub fn of(statistic: &Statistic, input: Input) -> Result<Self> {
        if statistic.augmented {
            return Err(refused("augmented data share a noise coordinate among all scores"));
        }
        let law = Self::new(form(statistic, input)?);
        if law.std < 1e-7 {
            return Err(refused(&format!(
                "channel `{}` is constant for {} inputs",
                statistic.channel.name(),
                input.name()
            )));
        }
        Ok(Self { unit: statistic.std / law.std, ..law })
    }

    /// The law of x² − 1 under `input`, what diagonal thresholding sums, in units of √2.
    ///
    /// # Errors
    /// As [`TermLaw::of`].
    pub fn square(input: Input) -> Result<Self> {
        let law = match Law::of(input) {
            Some(Law::Gaussian) => Self::new(Form::Quadratic { square: 1.0, linear: 0.0 }),
            Some(Law::Uniform) => Self::new(atoms(|x| x * x, Some(Law::Uniform))),
            _ => return Err(refused(&format!("x² of {} inputs has none", input.name()))),
        };
        Ok(Self { unit: std::f64::consts::SQRT_2 / law.std, ..law })
    }

    fn new(form: Form) -> Self {
        let (mean, std, series) = match &form {
            Form::Quadratic { square, linear } => quadratic_series(*square, *linear),
            Form::Pieces { input, knot, slopes } => {
                let h = |x: f64| slopes[usize::from(x > -knot) + usize::from(x > *knot)] * x;
                series(nodes(*input, &[-knot, *knot]).iter().map(|&(x, p)| (h(x), p)))
            }
            Form::Atoms { atoms, .. } => series(atoms.iter().copied()),
        };
        // The root test, over the last few orders; a Gaussian κ ends at v².
        let root = |k: usize| series[k].abs().powf(-1.0 / k as f64);
        let radius = (ORDER - 8..=ORDER).map(root).fold(20.0, f64::min);
        Self { form, mean, std, series, radius, unit: 1.0 }
    }

    /// κ(v), up to a multiple of 2πi.
    pub(super) fn log_mgf(&self, v: c64) -> c64 {
        if v.norm_sqr() <= (SERIES_SHARE * self.radius).powi(2) {
            return horner(&self.series, v);
        }
        let u = v / self.std;
        self.form.log_mgf(u) - u * self.mean
    }

    /// The coefficients of κ.
    pub(super) fn series(&self) -> &[f64; ORDER + 1] {
        &self.series
    }

    /// The radius of convergence of the series, at most 20.
    #[must_use]
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// The supremum of the v > 0 (`sign` = 1) for which κ(± v) is finite.
    pub(super) fn limit(&self, sign: f64) -> f64 {
        self.form.limit(sign) * self.std
    }

    /// Whether g and −g have the same law.
    pub(super) fn is_symmetric(&self) -> bool {
        (3..16).step_by(2).all(|k| self.series[k].abs() * self.radius.powi(k as i32) < 1e-10)
    }

    /// The probability of the one value that g takes with positive probability, 0 without one.
    pub(super) fn atom(&self) -> f64 {
        self.form.atom().unwrap_or(0.0)
    }

    /// A score in the unit of the caller, in standard deviations of g.
    pub(super) fn unit(&self) -> f64 {
        self.unit
    }
}

/// Σ_k a_k z^k.
pub(super) fn horner(coefficients: &[f64], z: c64) -> c64 {
    coefficients.iter().rev().fold(real(0.0), |sum, a| sum * z + a)
}

fn refused(why: &str) -> Error {
    Error::usage(why).hint("use samples.simulation = \"explicit\" or \"auto\"")
}

/// The statistic as a function whose generating function is known.
fn form(statistic: &Statistic, input: Input) -> Result<Form> {
    let (channel, activation) = (statistic.channel, statistic.activation);
    let law = Law::of(input);
    match (law, activation) {
        (Some(Law::Gaussian), _) if channel == Channel::Linear => {
            Ok(Form::Quadratic { square: 0.0, linear: 1.0 })
        }
        (Some(input), _) if channel == Channel::Linear => {
            Ok(Form::Pieces { input, knot: 0.0, slopes: [1.0; 3] })
        }
        (Some(input), Activation::Relu) => {
            let knot = statistic.shift.abs();
            let slope = |x: f64| (statistic.value(x) + statistic.mean) / x;
            let slopes = [-knot - 1.0, 0.5 * knot, knot + 1.0].map(slope);
            // Where there is nothing between the knots, any slope will do.
            Ok(Form::Pieces {
                input,
                knot,
                slopes: slopes.map(|b| if b.is_finite() { b } else { 0.0 }),
            })
        }
        (Some(Law::Gaussian), Activation::He2) => {
            let [below, above] = [-1.0, 1.0].map(|x| statistic.value(x) + statistic.mean);
            Ok(Form::Quadratic { square: 0.5 * (above + below), linear: 0.5 * (above - below) })
        }
        (None, _) if input != Input::Rademacher => Err(refused(match input {
            Input::Correlated => "neighbouring coordinates are correlated",
            Input::Structured(_) => "coordinates have a part in common",
            _ => "Student's t has no moment generating function",
        })),
        (
            Some(Law::Gaussian | Law::Laplace),
            Activation::He2 | Activation::He3 | Activation::He4,
        ) => Err(refused(&format!(
            "the statistic of {} grows too fast for {} inputs to have a generating function",
            activation.name(),
            input.name()
        ))),
        (law, _) => Ok(atoms(|x| statistic.value(x), law)),
    }
}

/// h as a discrete law, by quadrature; of random signs (no `input`) it is one.
fn atoms(h: impl Fn(f64) -> f64, input: Option<Law>) -> Form {
    let (nodes, range) = match input {
        None => (vec![(-1.0, 0.5), (1.0, 0.5)], f64::INFINITY),
        // On the whole line the trapezoidal rule is best for functions without kinks.
        Some(Law::Gaussian) => {
            let at = |k: i32| (0.2 * f64::from(k), 0.2 * density(0.2 * f64::from(k)));
            ((-120..=120).map(at).collect(), 0.5 * 24.0 * 24.0 - 36.0)
        }
        Some(law) => (nodes(law, &[]), if law == Law::Uniform { f64::INFINITY } else { 48.0 }),
    };
    let range = range.min(600.0);
    Form::Atoms { atoms: nodes.into_iter().map(|(x, p)| (h(x), p)).collect(), range }
}

/// A rule for the mean under `law` of functions that are smooth between the `kinks`: nodes and
/// weights, 16 of Gauss and Legendre on panels of width 1 at most.
fn nodes(law: Law, kinks: &[f64]) -> Vec<(f64, f64)> {
    let (half_width, density): (f64, fn(f64) -> f64) = match law {
        Law::Gaussian => (18.0, density),
        Law::Uniform => (3.0_f64.sqrt(), |_| 1.0 / 12.0_f64.sqrt()),
        Law::Laplace => (60.0, |x| (-2.0_f64.sqrt() * x.abs()).exp() / 2.0_f64.sqrt()),
    };
    let whole = half_width.floor() as i32;
    let mut ends: Vec<f64> = (-whole..=whole).map(f64::from).collect();
    ends.extend([-half_width, half_width]);
    ends.extend(kinks.iter().filter(|k| k.abs() < half_width));
    ends.sort_by(f64::total_cmp);
    let rule = legendre(16);
    let panel = |ends: &[f64]| {
        let (centre, half) = (f64::midpoint(ends[0], ends[1]), 0.5 * (ends[1] - ends[0]));
        let at = |&(node, weight): &(f64, f64)| (centre + half * node, half * weight);
        rule.iter().map(at).map(|(x, w)| (x, w * density(x))).collect::<Vec<_>>()
    };
    ends.windows(2).flat_map(panel).collect()
}

/// Mean, standard deviation and the series of κ of a x² + b x, Gaussian: with
/// q = 2a/sd and l = b/sd, `κ_k/k!` = q^k/(2k) + l² q^{k−2}/2.
fn quadratic_series(square: f64, linear: f64) -> (f64, f64, [f64; ORDER + 1]) {
    let std = (2.0 * square * square + linear * linear).sqrt();
    let (q, l) = (2.0 * square / std, linear / std);
    let coefficient = |k: usize| {
        let power = q.powi(k as i32 - 2);
        if k < 2 { 0.0 } else { 0.5 * power * (q * q / k as f64 + l * l) }
    };
    (square, std, std::array::from_fn(coefficient))
}

/// Mean, standard deviation and the series of κ of a discrete law of (h, probability).
///
/// With μ_k = E g^k/k!, the series m of E e^{vg}, k l_k = k μ_k − Σ_{0<j<k} j l_j μ_{k−j}.
fn series(law: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64, [f64; ORDER + 1]) {
    let mean: f64 = law.clone().map(|(h, p)| p * h).sum();
    let std = law.clone().map(|(h, p)| p * (h - mean).powi(2)).sum::<f64>().sqrt();
    let mut moments = [0.0; ORDER + 1];
    for (h, p) in law {
        let g = (h - mean) / std;
        let mut power = p;
        for (k, moment) in moments.iter_mut().enumerate() {
            *moment += power;
            power *= g / (k as f64 + 1.0);
        }
    }
    let mut series = [0.0; ORDER + 1];
    for k in 2..=ORDER {
        let known: f64 = (2..k).map(|j| j as f64 * series[j] * moments[k - j]).sum();
        series[k] = moments[k] - known / k as f64;
    }
    (mean, std, series)
}
