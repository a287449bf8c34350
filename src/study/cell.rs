//! Cells and series: what a study consists of.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use strum::{EnumIter, IntoStaticStr};

use crate::learner::stage::price::Case;
use crate::learner::{Built, Options};
use crate::model::LearnerKind;
use crate::model::direction::DirectionLaw;
use crate::model::input::Input;
use crate::model::link::Link;
use crate::model::problem;
use crate::sample::Key;

/// Version of the numbers: part of every cell's key. Raise it when a change moves results.
const NUMERICS: u32 = 4;

/// Everything of a cell but its dimension.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The learner and its problem, as results name them.
    pub series: Arc<problem::Series>,
    /// Name of the learner or of its variant.
    pub learner: String,
    /// The learner behind the name; none if it is another program.
    pub kind: Option<LearnerKind>,
    /// Its options.
    pub options: Options,
    /// The link σ*, normalised if asked for.
    pub link: Arc<Link>,
    /// Whether the link was normalised.
    pub normalize: bool,
    /// Information exponent of the link.
    pub k_star: u32,
    /// Sparsity exponent α.
    pub alpha: f64,
    /// Norm exponent q.
    pub q: f64,
    /// Law of V, by name.
    pub direction: Direction,
    /// Standard deviation √Δ of the label noise.
    pub noise: f64,
    /// Law of the inputs.
    pub input: Input,
    /// The learner itself.
    pub built: Arc<Built>,
}

/// Laws of V that a study can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Direction {
    /// s non-zero rows.
    Hard,
    /// s non-zero rows, each of one direction alone.
    Disjoint,
    /// s non-zero rows of unequal entries.
    Uneven,
    /// Decaying rows.
    Soft,
    /// A rotation of the sphere.
    Dense,
}

impl Direction {
    /// The law of this name at sparsity exponent `alpha` and norm exponent `q`.
    #[must_use]
    pub fn law(self, alpha: f64, q: f64) -> DirectionLaw {
        match self {
            Self::Hard => DirectionLaw::Hard { alpha },
            Self::Disjoint => DirectionLaw::Disjoint { alpha },
            Self::Uneven => DirectionLaw::Uneven { alpha },
            Self::Soft => DirectionLaw::Soft { alpha, q },
            Self::Dense => DirectionLaw::Dense,
        }
    }
}

impl Setting {
    /// The law of V.
    #[must_use]
    pub fn law(&self) -> DirectionLaw {
        self.direction.law(self.alpha, self.q)
    }

    /// What the learner reads: the law of its inputs, and of V as it sees it, which is dense where
    /// whitening spreads it.
    #[must_use]
    pub fn read(&self) -> (Input, DirectionLaw) {
        match (self.options.whiten, self.input.covariance()) {
            (true, Some(sigma)) if sigma.keeps_support() => (Input::Gaussian, self.law()),
            (true, Some(_)) => (Input::Gaussian, DirectionLaw::Dense),
            _ => (self.input, self.law()),
        }
    }

    /// What `cell` asks of the learner, for its price.
    #[must_use]
    pub fn case(&self, cell: &Cell) -> Case<'_> {
        let Self { k_star, link, options, noise, .. } = self;
        let (k_star, noise, (input, directions)) = (*k_star, *noise, self.read());
        Case { d: cell.d, s: cell.s, k_star, link, options, noise, directions, input }
    }

    /// What decides the data, shared by all learners of a cell: names in alphabetical order and
    /// the shortest numbers, so that equal texts are equal data.
    fn data(&self) -> Json {
        json!({
            "alpha": self.alpha,
            "direction": <&str>::from(self.direction),
            "input": self.input.name(),
            "link": self.link.text(),
            "noise": self.noise,
            "normalize": self.normalize,
            "q": self.q,
            "r": self.link.r(),
        })
    }

    /// Key of the series that has this setting.
    #[must_use]
    pub fn key(&self, seed: u64) -> Key {
        Key::root(seed).named(&self.description())
    }

    /// All that can change the numbers of its trials.
    pub(super) fn description(&self) -> String {
        let (learner, options) = (&self.learner, &self.options);
        json!({ "data": self.data(), "learner": learner, "options": options }).to_string()
    }
}

/// One point of the sweep.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Input dimension d.
    pub d: usize,
    /// Relevant rows s.
    pub s: usize,
    /// Trials per sample size.
    pub trials: u32,
    /// Precision of its search, if not that of the study.
    pub precision: Option<f64>,
    /// Key of all that can change the numbers of a trial.
    pub id: Key,
    /// Key of the data, the same for all learners.
    data: Key,
}

impl Cell {
    /// The cells of `setting` in the dimensions `ds`; `test` is the number of test samples.
    #[must_use]
    pub fn all(setting: &Setting, ds: &[usize], seed: u64, test: u64, trials: u32) -> Vec<Self> {
        let (whole, data) = (setting.description(), setting.data().to_string());
        let cell = |&d: &usize| {
            let root = Key::root(seed).child(d as u64);
            let id = root.child(u64::from(NUMERICS)).named(&whole).child(test);
            let s = setting.law().sparsity(d, setting.link.r());
            Self { d, s, trials, precision: None, id, data: root.named(&data) }
        };
        ds.iter().map(cell).collect()
    }

    /// The cell's name in `trials.csv`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:016x}", self.id.bits())
    }

    /// Key of trial number `trial`: the same for every learner and every n, so that learners
    /// can be compared on the same data.
    #[must_use]
    pub fn trial(&self, trial: u32) -> Key {
        self.data.child(u64::from(trial))
    }
}

/// Cells that differ only in d, in increasing d.
#[derive(Clone, Debug)]
pub struct Series {
    /// What they share.
    pub setting: Setting,
    /// The cells.
    pub cells: Vec<Cell>,
}
