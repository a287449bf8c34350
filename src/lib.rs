//! How many samples does a learner need to learn a sparse target in high dimension, and how does
//! that number grow with the dimension?
//!
//! ```text
//! x ~ N(0, I_d),   y = σ*(Vᵀx) + √Δ ξ,   V on about d^α coordinates          n*(d) ≍ d^β,   β = ?
//! ```
//!
//! n*(d) is the number of labelled samples at which the mean risk over trials falls to τ = ½. Theory
//! has an exponent for most learners: α k* for a network pruned by comparing gradients, k* for one
//! that is not, min(α, ½) k* as a lower bound for all correlational methods, with k* the
//! information exponent of the link σ* (Vural and Erdogdu, COLT 2024, arXiv 2406.08658). This crate
//! measures it: a study file becomes cells, cells become trials, trials become n*, β and a verdict.
//!
//! ```text
//!  studies/NAME.toml                                             tables, figures, words
//!         │                                                               ▲
//!      [study] ──► [learner] ──► [sample] ──► [model]          [report] ──┤
//!         │        stages of     the virtual   link, V,            ▲      │
//!         │        a network     design        theory, law         │      │
//!         ▼                                                    [analysis] ┘
//!      [results]  trials.csv: one record a trial ──────────────────┘
//! ```
//!
//! [`model`] is the question and what theory says of it, [`sample`] the data, [`learner`] what is
//! trained, [`results`] a trial on disk, [`study`] which trials are run, [`analysis`] what they
//! come to, [`report`] how that is shown. `ARCHITECTURE.md` follows one trial and one number
//! through the files; the program `secateur` is made of the same parts.
//!
//! # One trial
//!
//! ```
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//! use secateur::learner::{Granted, Options, World, metrics};
//! use secateur::model::{LearnerKind, Link, Metric, direction::DirectionLaw, target::Target};
//! use secateur::sample::{Design, Key};
//!
//! // y = (⟨v, x⟩² − 1)/√2 + 0.1 ξ, v on d^½ = 16 of 256 coordinates.
//! let link = Link::parse("He2", None)?.normalised()?;
//! let k_star = link.information_exponent()?;
//! let trial = Key::root(1);
//! let mut rng = ChaCha8Rng::seed_from_u64(trial.named("directions").bits());
//! let directions = DirectionLaw::Hard { alpha: 0.5 }.draw(256, link.r(), &mut rng)?;
//!
//! let pruned = LearnerKind::Pruned.build(&Options::default(), &Granted::new(&link, k_star))?;
//! let target = Target::new(link, directions, 0.1);
//! let design = Design::new(trial);
//! let trained = pruned.train(World::new(&target, design), trial.named("learner"), 60_000)?;
//! let measured = metrics::measure(&trained, &target, design, 4096)?;
//!
//! assert_eq!(measured[Metric::Recall], Some(1.0));
//! assert!(measured[Metric::Risk] < Some(0.2));
//! # Ok::<(), secateur::Error>(())
//! ```

pub mod analysis;
pub mod cluster;
pub mod error;
pub mod learner;
pub mod model;
pub mod report;
pub mod results;
pub mod sample;
pub mod study;
pub mod threads;
pub mod words;
pub mod worker;

pub use error::{Error, ErrorKind, Result};
