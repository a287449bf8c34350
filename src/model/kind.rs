//! The learners there are.

use super::problem::{Problem, Series};
use super::rate::Rate;
use super::theory;
use crate::error::{Error, Result, nearest};
use crate::words::steers;

/// Hands the list of learners to the macro `$then`: the kind, the file in `learner/` that bears
/// its name, the rate that theory has for it, and how it looks at the data. The order is that of
/// tables and legends.
///
/// The enum below, the modules of `learner` and their registry are made of it, so that a new
/// learner is one line here and its file.
macro_rules! learners {
    ($then:ident) => {
        $then! {
            Pruned pruned(theory::pruned, CORRELATIONAL);
            Unpruned unpruned(theory::dense, CORRELATIONAL);
            Oracle oracle(theory::sparse, OTHER);
            RandomMask random_mask(theory::none, CORRELATIONAL);
            Spectral spectral(theory::spectral, OTHER);
            DiagonalThresholding diagonal_thresholding(theory::screened, CORRELATIONAL);
            OnlineSgd online_sgd(theory::online, CORRELATIONAL);
            SmoothedSgd smoothed_sgd(theory::smoothed, CORRELATIONAL);
            LabelTransform label_transform(theory::generative, OTHER);
            MagnitudePruning magnitude_pruning(theory::none, OTHER);
            RandomFeatures random_features(theory::degree, OTHER);
            OneStepReuse one_step_reuse(theory::dense, OTHER);
            Adaptive adaptive(theory::adaptive, CORRELATIONAL);
            SignStep sign_step(theory::none, CORRELATIONAL);
            AdamStep adam_step(theory::none, CORRELATIONAL);
            SparseInit sparse_init(theory::none, CORRELATIONAL);
            IterativeMagnitudePruning iterative_magnitude_pruning(theory::none, OTHER);
            RecursiveFeatures recursive_features(theory::none, OTHER);
            PrunedGroups pruned_groups(theory::grouped, CORRELATIONAL);
        }
    };
}
pub(crate) use learners;

/// It looks at the data through averages of the label times a function of the input, each sample
/// once, and is not told the support.
const CORRELATIONAL: bool = true;

/// It is told the support, reads samples again and again, or takes a function of the label, be it
/// by the spread of averages as well.
const OTHER: bool = false;

macro_rules! kinds {
    ($($Kind:ident $file:ident($rate:path, $queries:ident);)*) => {
        /// The learners there are, each described in the module of its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LearnerKind {
            $(
                #[doc = concat!("`", stringify!($file), "`: see `learner/", stringify!($file), ".rs`.")]
                $Kind,
            )*
        }

        impl LearnerKind {
            /// Every learner, in the order of tables and legends.
            pub const ALL: [Self; [$(Self::$Kind),*].len()] = [$(Self::$Kind),*];

            /// The learner's name in studies and results.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$Kind => stringify!($file),)*
                }
            }

            /// The rate that a measured series of it and of its variants is held against.
            ///
            /// `None` where theory says nothing about the learner as it is implemented, or where
            /// what the formula needs is not known.
            #[must_use]
            pub fn rate(self, problem: &Problem) -> Option<Rate> {
                match self {
                    $(Self::$Kind => $rate(problem),)*
                }
            }

            /// Whether the lower bound for correlational statistical queries is about it.
            #[must_use]
            pub fn is_correlational(self) -> bool {
                match self {
                    $(Self::$Kind => $queries,)*
                }
            }
        }
    };
}
learners!(kinds);

/// Characters of the longest name of a variant.
const LONGEST_NAME: usize = 100;

impl LearnerKind {
    /// The learner behind `name`, if there is one. A variant is named `kind/variant`, as in
    /// `pruned/raw`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let kind = name.split('/').next().unwrap_or_default();
        Self::ALL.into_iter().find(|k| k.name() == kind)
    }

    /// [`LearnerKind::of`], with advice.
    ///
    /// # Errors
    /// When there is no such learner, or the name of the variant is none.
    pub fn parse(name: &str) -> Result<Self> {
        Self::check_name(name)?;
        Self::of(name).ok_or_else(|| {
            let error = Error::usage(format!("unknown learner `{name}`"));
            let names = Self::ALL.map(Self::name);
            match nearest(name.split('/').next().unwrap_or_default(), names) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("the learners are {}", names.join(", "))),
            }
        })
    }

    /// Whether `name` can stand for a learner, or a variant of one, in tables and figures.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check_name(name: &str) -> Result<()> {
        let unseen = |c: char| c.is_control() || steers(c);
        if name.contains(unseen) || name.chars().count() > LONGEST_NAME {
            let start: String = name.chars().take(LONGEST_NAME).collect();
            return Err(Error::usage(format!("`{}` cannot name a learner", start.escape_debug()))
                .hint(format!("at most {LONGEST_NAME} characters, all of which can be seen")));
        }
        Ok(())
    }
}

impl Series {
    /// The learner behind its name, if this program has it.
    #[must_use]
    pub fn kind(&self) -> Option<LearnerKind> {
        LearnerKind::of(&self.learner)
    }

    /// The rate that it is held against, if theory has one.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.kind().filter(|_| theory::covers(&self.problem))?.rate(&self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::Real;
    use super::LearnerKind as Kind;
    use super::*;

    #[test]
    fn names_find_their_learner_and_variants_find_it_too() {
        for kind in LearnerKind::ALL {
            assert_eq!(LearnerKind::of(kind.name()), Some(kind));
            assert_eq!(LearnerKind::of(&format!("{}/mine", kind.name())), Some(kind));
        }
        assert_eq!(LearnerKind::of("unheard_of"), None);
        let error = LearnerKind::parse("prunned/raw").unwrap_err();
        assert_eq!(error.hint_text(), Some("did you mean `pruned`?"));
        let long = "x".repeat(LONGEST_NAME);
        for variant in ["a\u{1b}[2J", "a\nb", "\u{202e}a", &long] {
            let error = LearnerKind::parse(&format!("pruned/{variant}")).unwrap_err();
            assert!(error.message().ends_with("cannot name a learner"), "{error}");
        }
    }

    #[test]
    fn learners_have_the_exponents_of_theory() {
        let on = |kind: LearnerKind, link: &str, k_star, alpha| {
            let link = Some(link.to_owned());
            let alpha = Real::new(alpha);
            let problem = Problem { link, k_star: Some(k_star), alpha, ..Problem::default() };
            kind.rate(&problem).map(|rate| rate.exponent)
        };
        let of = |kind, k_star, alpha| on(kind, "He2", k_star, alpha);
        assert_eq!(of(Kind::Pruned, 2, 0.5), Some(1.0));
        assert_eq!(of(Kind::Pruned, 3, 0.5), Some(1.5));
        assert_eq!(of(Kind::Oracle, 2, 0.5), Some(1.0));
        assert_eq!(of(Kind::Unpruned, 2, 0.5), Some(2.0));
        assert_eq!(of(Kind::RandomMask, 2, 0.5), None);
        assert_eq!(of(Kind::MagnitudePruning, 2, 0.5), None);
        for (k, spectral, online) in [(1, 1.0, 1.0), (2, 1.0, 1.0), (3, 1.5, 2.0), (4, 2.0, 3.0)] {
            assert_eq!(of(Kind::Spectral, k, 0.5), Some(spectral));
            assert_eq!(of(Kind::SmoothedSgd, k, 0.5), Some(spectral));
            assert_eq!(of(Kind::OnlineSgd, k, 0.5), Some(online));
        }
        assert_eq!(of(Kind::DiagonalThresholding, 2, 0.25), Some(0.5));
        assert_eq!(of(Kind::DiagonalThresholding, 2, 1.0), Some(1.0));
        assert_eq!(on(Kind::LabelTransform, "He3", 3, 0.5), Some(0.5));
        assert_eq!(on(Kind::LabelTransform, "t^2 + t^4", 2, 0.5), Some(1.0));
        assert_eq!(on(Kind::LabelTransform, "not a link", 2, 0.5), None);
        assert_eq!(on(Kind::RandomFeatures, "t^2 + t^4", 2, 0.5), Some(4.0));
        assert_eq!(on(Kind::RandomFeatures, "abs", 2, 0.5), None);
    }

    #[test]
    fn what_is_not_known_predicts_nothing() {
        let exponent = |learner: &str, k_star, alpha: Option<f64>| {
            let alpha = alpha.and_then(Real::new);
            let problem = Problem { k_star, alpha, ..Problem::default() };
            Series { problem, learner: learner.to_owned() }.rate().map(|rate| rate.exponent)
        };
        assert_eq!(exponent("unpruned/raw", Some(2), None), Some(2.0));
        assert_eq!(exponent("pruned", Some(2), None), None);
        assert_eq!(exponent("unpruned", None, Some(0.5)), None);
        assert_eq!(exponent("unheard_of", Some(2), Some(0.5)), None);
    }

    #[test]
    fn logarithms_are_those_of_a_choice_among_coordinates_and_of_online_descent() {
        for kind in LearnerKind::ALL {
            let at = |alpha| {
                let link = Some("He2".to_owned());
                let alpha = Real::new(alpha);
                let problem = Problem { link, k_star: Some(2), alpha, ..Problem::default() };
                kind.rate(&problem).map(|rate| rate.log_power)
            };
            let expected = match kind {
                LearnerKind::Pruned
                | LearnerKind::DiagonalThresholding
                | LearnerKind::LabelTransform
                | LearnerKind::Adaptive
                | LearnerKind::PrunedGroups => [Some(1.0), Some(0.0)],
                LearnerKind::OnlineSgd | LearnerKind::SmoothedSgd => [Some(1.0); 2],
                LearnerKind::RandomMask
                | LearnerKind::MagnitudePruning
                | LearnerKind::SignStep
                | LearnerKind::AdamStep
                | LearnerKind::SparseInit
                | LearnerKind::IterativeMagnitudePruning
                | LearnerKind::RecursiveFeatures => [None; 2],
                _ => [Some(0.0); 2],
            };
            assert_eq!([at(0.5), at(1.0)], expected, "{}", kind.name());
        }
    }
}
