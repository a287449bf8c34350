//! Texts that nobody wrote: links and studies are refused, or mean what they say, and never panic.
//! `PROPTEST_CASES=100000 cargo test --release --test study fuzz` looks longer.

use proptest::prelude::*;
use proptest::sample::select;
use secateur::model::Link;
use secateur::study::manifest;
use secateur::study::{Profile, Study};

use crate::sift::accepted;

/// Pieces of links.
const LINK: [&str; 34] = [
    "He", "He2", "He3", "He64", "He65", "t", "z1", "z2", "z64", "z65", "^", "^2", "^64", "+", "-",
    "*", "/", "(", ")", "sum(", "relu", "abs", "tanh", "sin(", "exp", "sign", "1", "0", "0.5",
    "1e308", "1e-308", "2", " ", ".",
];

/// Pieces of studies.
const STUDY: &str = "\
    claim|expected|seed|trials|[model]|link|r|noise|normalize|direction|q|[samples]|search|\
    threshold|precision|n_min|n_max|test|simulation|[[sweep]]|learner|alpha|d|\
    [learner.pruned]|[learner.\"pruned/x\"]|width|keep|shift|feature|steps|lambda|\
    [profiles.quick]|sweep|= |\n|\"He2\"|\"pruned\"|\"grid\"|[16, 64]|[]|{ ratio = 2 }|{|0.5|\
    -1|1e400|18446744073709551616|true|nan";

/// A study that is sound.
const SOUND: &str = "claim = \"x\"\ntrials = 4\n[model]\nlink = \"He2\"\n[samples]\nn_max = 1024\n\
    [learner.pruned]\nkeep = { ratio = 1.5 }\n[[sweep]]\nlearner = [\"pruned\", \"unpruned\"]\n\
    alpha = 0.5\nd = [16, 64]\n[profiles.quick]\ntrials = 2\n";

fn pieces(of: Vec<&'static str>, most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(of), 0..=most).prop_map(|pieces| pieces.concat())
}

/// A sum, or else, of what a link is made of, whose value is known without the parser.
#[derive(Clone, Debug)]
enum Tree {
    Number(f64),
    /// Orders above 0 of the first or second variable.
    Hermite(u32, usize),
    /// A named function of 2 z − ½.
    Named(&'static str, usize),
    Sum(Box<Tree>, Box<Tree>),
    Difference(Box<Tree>, Box<Tree>),
    Product(Box<Tree>, Box<Tree>),
    Power(Box<Tree>, u32),
}

impl Tree {
    fn any() -> impl Strategy<Value = Self> {
        let leaf = prop_oneof![
            select(&[0.5, 2.0, 3.25][..]).prop_map(Self::Number),
            (1..5_u32, 1..3_usize).prop_map(|(k, z)| Self::Hermite(k, z)),
            (select(&["relu", "abs", "tanh", "sin", "cos"][..]), 1..3_usize)
                .prop_map(|(name, z)| Self::Named(name, z)),
        ];
        leaf.prop_recursive(3, 8, 2, |inner| {
            let two = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
            prop_oneof![
                two().prop_map(|(a, b)| Self::Sum(a, b)),
                two().prop_map(|(a, b)| Self::Difference(a, b)),
                two().prop_map(|(a, b)| Self::Product(a, b)),
                (inner.clone().prop_map(Box::new), 1..4_u32).prop_map(|(a, k)| Self::Power(a, k)),
            ]
        })
    }

    /// In the words of a link, with the parentheses that what binds tighter than `level` needs.
    fn text(&self, level: u8) -> String {
        let (own, text) = match self {
            Self::Number(x) => (3, x.to_string()),
            Self::Hermite(1, z) => (3, format!("z{z}")),
            Self::Hermite(k, z) => (3, format!("He{k}(z{z})")),
            Self::Named(name, z) => (3, format!("{name}(2*z{z} - 0.5)")),
            Self::Sum(a, b) => (0, format!("{} + {}", a.text(0), b.text(0))),
            Self::Difference(a, b) => (0, format!("{} - {}", a.text(0), b.text(1))),
            Self::Product(a, b) => (1, format!("{}*{}", a.text(1), b.text(1))),
            Self::Power(a, k) => (2, format!("{}^{k}", a.text(3))),
        };
        if own < level { format!("({text})") } else { text }
    }

    /// Its value at z, or, to judge roundings by, that of its terms without their signs.
    fn value(&self, z: [f64; 2], unsigned: bool) -> f64 {
        let sign = if unsigned { 1.0 } else { -1.0 };
        let of = |tree: &Self| tree.value(z, unsigned);
        match self {
            Self::Number(x) => *x,
            Self::Hermite(k, i) => {
                let (mut below, mut value, x) = (0.0, 1.0, z[i - 1]);
                for k in 0..*k {
                    (below, value) = (value, x * value + sign * f64::from(k) * below);
                }
                value
            }
            Self::Named(..) if unsigned => 1.0 + 2.0 * z[0].max(z[1]),
            Self::Named(name, i) => {
                let x = 2.0 * z[i - 1] - 0.5;
                match *name {
                    "relu" => x.max(0.0),
                    "abs" => x.abs(),
                    "tanh" => x.tanh(),
                    "sin" => x.sin(),
                    _ => x.cos(),
                }
            }
            Self::Sum(a, b) => of(a) + of(b),
            Self::Difference(a, b) => of(a) + sign * of(b),
            Self::Product(a, b) => of(a) * of(b),
            Self::Power(a, k) => of(a).powi(*k as i32),
        }
    }
}

/// Whether `text` is a link; if so it is that of the same text in parentheses, and twice the link
/// has four times the variance.
fn check_link(text: &str, r: Option<usize>) -> Result<bool, TestCaseError> {
    let link = match Link::parse(text, r) {
        Ok(link) => link,
        Err(error) => {
            prop_assert!(!error.message().is_empty());
            return Ok(false);
        }
    };
    for (other, factor) in [(format!(" ( {text} ) "), 1.0), (format!("2*({text})"), 2.0)] {
        let other = match Link::parse(&other, Some(link.r())) {
            Ok(other) => other,
            Err(error) => {
                let message = error.message();
                let limit =
                    ["nested", "large", "finite", "many"].iter().any(|w| message.contains(w));
                prop_assert!(limit, "{other}: {message}");
                continue;
            }
        };
        let (found, wanted) = (other.variance(), factor * factor * link.variance());
        prop_assert!((found - wanted).abs() <= 1e-9 * wanted, "{text}: {found} {wanted}");
        let (found, own) = (other.coefficients(), link.coefficients());
        prop_assert_eq!(found.len(), own.len());
        let scale = own.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
        let near = |(a, b): (&f64, &f64)| (a - factor * b).abs() <= 1e-9 * scale;
        prop_assert!(found.iter().zip(&own).all(near), "{text}: {found:?} {own:?}");
    }
    Ok(true)
}

/// Whether `text` is a study; if so all its cells can be run, and what a manifest keeps of it is
/// the same study.
fn check_study(text: &str) -> Result<bool, TestCaseError> {
    let mut good = false;
    for profile in [Profile::Quick, Profile::Standard] {
        let study = match Study::parse("fuzz", "fuzz.toml", text, profile, &[]) {
            Ok(study) => study,
            Err(error) => {
                prop_assert!(!error.message().is_empty());
                continue;
            }
        };
        good = true;
        prop_assert!(study.cells().count() > 0);
        for series in &study.series {
            let setting = &series.setting;
            prop_assert!((0.0..=1.0).contains(&setting.alpha), "{}", setting.alpha);
            for cell in &series.cells {
                let aim = study.samples.aim(cell);
                prop_assert!(setting.link.r() <= cell.s && cell.s <= cell.d, "{cell:?}");
                prop_assert!(!aim.range.is_empty() && aim.trials > 0, "{aim:?}");
                prop_assert!(setting.built.check_n(study.samples.n_min.max(64)).is_ok());
            }
        }
        let kept = manifest::study(&manifest::start(&study, None, 1));
        let kept = kept.map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        let names =
            |study: &Study| study.cells().map(secateur::study::Cell::name).collect::<Vec<_>>();
        prop_assert_eq!(names(&kept), names(&study));
        prop_assert_eq!(&kept.samples, &study.samples);
    }
    Ok(good)
}

proptest! {
    #[test]
    fn any_text_as_a_link(text in any::<String>(), r in prop::option::of(0..70_usize)) {
        check_link(&text, r)?;
    }

    #[test]
    fn any_text_as_a_study(text in any::<String>()) {
        check_study(&text)?;
    }

    #[test]
    fn pieces_of_studies(text in pieces(STUDY.split('|').collect(), 23)) {
        check_study(&text)?;
    }
}

#[test]
fn pieces_of_links() {
    let texts = (pieces(LINK.to_vec(), 23), prop::option::of(1..5_usize));
    let share = accepted(8192, &texts, |(text, r)| check_link(&text, r));
    assert!(share > 0.01, "{share}");
}

/// The value of a link is that of the expression that it spells.
#[test]
fn links_mean_what_they_say() {
    let share = accepted(256, &Tree::any(), |tree| {
        let text = tree.text(0);
        let Ok(link) = Link::parse(&text, None) else { return Ok(false) };
        for z in [[-1.7, 0.6], [-0.3, -0.9], [0.4, 1.9], [1.3, -2.2]] {
            let (found, value) = (link.eval(&z[..link.r()]), tree.value(z, false));
            // A polynomial is kept as a sum of Hermite polynomials: its roundings are those of its
            // size where it is large.
            let error = 1e-11 * tree.value(z.map(f64::abs), true) + 1e-15 * link.variance().sqrt();
            prop_assert!((found - value).abs() <= error, "{text} at {z:?}: {found} {value}");
        }
        Ok(true)
    });
    assert!(share > 0.3, "{share}");
}

#[test]
fn studies_with_a_patch() {
    let patched = (0..=SOUND.len(), 0..12_usize, pieces(STUDY.split('|').collect(), 3)).prop_map(
        |(at, length, patch)| {
            format!("{}{patch}{}", &SOUND[..at], &SOUND[(at + length).min(SOUND.len())..])
        },
    );
    let share = accepted(2048, &patched, |text| check_study(&text));
    assert!((0.02..0.9).contains(&share), "{share}");
}
