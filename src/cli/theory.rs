//! Commands about theory: `predict` and `link`.

use secateur::Result;
use secateur::learner::stage::Case;
use secateur::learner::{Granted, Options};
use secateur::model::direction::DirectionLaw;
use secateur::model::input::Input;
use secateur::model::kind::LearnerKind;
use secateur::model::target::USUAL_NOISE;
use secateur::model::{self, Activation, Channel, Link, Prediction, Statistic, theory};
use serde::Serialize;
use serde_json::json;

use super::arguments::{Format, LinkArguments, PredictArguments};
use super::ending::Ending;
use super::print;

/// α of the table that `predict` shows when none is given.
const ALPHAS: [f64; 7] = [0.1, 0.25, 0.375, 0.5, 0.625, 0.75, 1.0];

/// `secateur predict`: exponents, and with `--d` the sharp prediction of the pruning stage.
pub(crate) fn predict(arguments: &PredictArguments) -> Result<Ending> {
    let own = arguments.link.as_deref().map(|text| Link::parse(text, None)?.normalised());
    let own = own.transpose()?;
    let k = match &own {
        Some(link) => link.information_exponent()?,
        None => arguments.k_star.unwrap_or_default(),
    };
    let r = own.as_ref().map_or(arguments.r, Link::r);
    let of_link = own.as_ref().and_then(Link::generative_exponent);
    // He_{k*}, alone or summed, has one that is known; that of a link may be out of reach.
    let usually = own.is_none().then(|| theory::default_generative_exponent(k));
    let s_star = arguments.s_star.or(of_link).or(usually);
    let activation = Activation::parse(&arguments.activation)?;
    let alphas = arguments.alpha.map_or_else(|| ALPHAS.to_vec(), |a| vec![a]);
    let rows = alphas
        .into_iter()
        .map(|alpha| {
            let exponents = model::predict(k, alpha, r, s_star)?;
            let link = || own.clone().map_or_else(|| usual(k, r), Ok);
            let sharp = arguments.d.map(|d| Sharp::new(activation, k, alpha, d as usize, &link()?));
            Ok(Row { alpha, exponents, sharp: sharp.transpose()? })
        })
        .collect::<Result<Vec<_>>>()?;
    match arguments.format {
        Format::Json if arguments.alpha.is_some() => print::json(&rows[0]),
        Format::Json => print::json(&rows),
        Format::Text => print::text(&predict_text(k, s_star, &rows)),
    }?;
    Ok(Ending::Done)
}

#[derive(Serialize)]
struct Row {
    alpha: f64,
    #[serde(flatten)]
    exponents: Prediction,
    #[serde(skip_serializing_if = "Option::is_none")]
    sharp: Option<Sharp>,
}

/// He_{k*}, summed over r directions: the link of a prediction that names none.
fn usual(k: u32, r: usize) -> Result<Link> {
    let text = if r == 1 { format!("He{k}") } else { format!("sum(He{k})") };
    Link::parse(&text, Some(r))?.normalised()
}

/// What the pruned network needs for the link, with its usual options.
#[derive(Serialize)]
struct Sharp {
    d: usize,
    s: usize,
    shift: f64,
    rho: f64,
    /// By the law of the ranking; absent where nothing is pruned.
    n_star: Option<f64>,
    threshold: f64,
    noise: f64,
    /// No learner finds the support with fewer samples.
    fewest_samples: f64,
}

impl Sharp {
    fn new(activation: Activation, k: u32, alpha: f64, d: usize, link: &Link) -> Result<Self> {
        let r = link.r();
        let law = DirectionLaw::Hard { alpha };
        law.check(d, r)?;
        let s = law.sparsity(d, r);
        let shift = model::best_shift(activation, k, false);
        let rho =
            Statistic::new(activation, Channel::matching(k), shift, false)?.correlation(k).abs();
        let options = Options { activation, ..LearnerKind::Pruned.defaults() };
        let built = LearnerKind::Pruned.build(&options, &Granted::new(link, k))?;
        let (threshold, noise) = (0.5, USUAL_NOISE);
        let input = Input::Gaussian;
        let case = Case { d, s, k_star: k, link, noise, directions: law, input, options: &options };
        let n_star = built.law(&case, threshold).map(|law| law.n_star);
        let fewest_samples = theory::fewest_samples(d, s, noise);
        Ok(Self { d, s, shift, rho, n_star, threshold, noise, fewest_samples })
    }
}

impl Sharp {
    fn words(&self) -> String {
        let Self { d, s, n_star, threshold, noise, .. } = self;
        let silent = if s == d {
            "nothing is pruned, the law of the ranking is silent"
        } else {
            "the law of the ranking is silent about this link"
        };
        n_star.map_or(silent.to_owned(), |n| {
            format!("pruned needs n* = {n:.0} by the law of the ranking, at risk {threshold} and noise {noise}")
        })
    }
}

fn predict_text(k: u32, s_star: Option<u32>, rows: &[Row]) -> String {
    let s_star = s_star.map_or("not known".to_owned(), |s| s.to_string());
    let mut text = format!("exponents of n*(d), k* = {k}, s* = {s_star}\n\n");
    text +=
        "  alpha   pruned  unpruned   CSQ bound   online SGD   smoothed SGD     SQ  information\n";
    let short = |x: f64| (x * 1e6).round() / 1e6;
    for Row { alpha, exponents: e, .. } in rows {
        text += &format!(
            "{alpha:>7} {:>8} {:>9} {:>11} {:>12} {:>14} {:>6} {:>12}\n",
            short(e.pruned),
            short(e.unpruned),
            short(e.csq),
            short(e.online_sgd),
            short(e.smoothed_sgd),
            e.sq.map_or("–".to_owned(), |sq| short(sq).to_string()),
            short(e.information)
        );
    }
    for Row { alpha, sharp, .. } in rows {
        if let Some(sharp) = sharp {
            text += &format!(
                "\nα = {alpha}, d = {}, s = {}: {} (c = {:.2}, ρ = {:.3})",
                sharp.d,
                sharp.s,
                sharp.words(),
                sharp.shift,
                sharp.rho
            );
            if sharp.fewest_samples > 0.0 {
                text += &format!(
                    "; below {:.0} no learner finds the support as often as not",
                    sharp.fewest_samples
                );
            }
        }
    }
    text
}

/// A channel that does not see the direction of a link.
#[derive(Serialize)]
struct Blind {
    activation: &'static str,
    channel: &'static str,
    shift: f64,
    augmentation: &'static str,
    order: u32,
    reason: String,
}

/// `secateur link`: what theory reads off a link.
pub(crate) fn link(arguments: &LinkArguments) -> Result<Ending> {
    let link = Link::parse(&arguments.link, arguments.r)?;
    let k_star = link.information_exponent()?;
    let activation = Activation::parse(&arguments.activation)?;
    let best = model::best_shift(activation, k_star, false);
    let mut shifts = arguments.shift.map_or_else(|| vec![0.0, best], |c| vec![c]);
    shifts.dedup();
    let blind = blind(activation, k_star, &shifts)?;
    match arguments.format {
        Format::Json => print::json(&json!({
            "link": link.text(),
            "r": link.r(),
            "k_star": k_star,
            "s_star": link.generative_exponent(),
            "coefficients": link.coefficients(),
            "tensor_norms": link.tensor_norms(),
            "mean": link.mean(),
            "variance": link.variance(),
            "best_shift": best,
            "blind": blind,
        })),
        Format::Text => print::text(&link_text(&link, k_star, activation, best, &blind)),
    }?;
    Ok(Ending::Done)
}

fn blind(activation: Activation, k_star: u32, shifts: &[f64]) -> Result<Vec<Blind>> {
    let mut all = Vec::new();
    for &shift in shifts {
        for (augmented, augmentation) in [(false, "none"), (true, "noise")] {
            if augmented && shift.abs() > 1.0 {
                continue;
            }
            let blind = model::blind_channels(activation, k_star, shift, augmented)?;
            all.extend(blind.into_iter().map(|b| Blind {
                activation: activation.name(),
                channel: b.channel.name(),
                shift,
                augmentation,
                order: b.order,
                reason: b.reason,
            }));
        }
    }
    Ok(all)
}

fn link_text(
    link: &Link,
    k_star: u32,
    activation: Activation,
    best: f64,
    blind: &[Blind],
) -> String {
    let mut text = format!("link                    {}\n", link.text());
    text += &format!("directions r            {}\n", link.r());
    text += &format!("information exponent k* {k_star}\n");
    let s_star = link.generative_exponent().map_or("not computed".to_owned(), |s| s.to_string());
    let name = if link.r() == 1 { "exponent s*" } else { "leap s*    " };
    text += &format!("generative {name}  {s_star}\n");
    text += &format!("mean, variance          {:.6}, {:.6}\n", link.mean(), link.variance());
    let (name, values) = if link.r() == 1 {
        ("Hermite coefficients    ", link.coefficients())
    } else {
        ("Hermite tensor norms    ", link.tensor_norms())
    };
    let shown: Vec<String> = values.iter().map(|c| format!("{c:.6}")).collect();
    text += &format!("{name}{}\n", shown.join(" "));
    text += &format!("best shift, {:<11} c = {best:.3}\n", activation.name());
    text += &format!("channels blind to order {k_star}:\n");
    for Blind { channel, shift, augmentation, reason, .. } in blind {
        text +=
            &format!("  {channel:<14} c = {shift:<6.3} augmentation {augmentation:<6} {reason}\n");
    }
    text
}
