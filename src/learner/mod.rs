//! Learners: from labelled samples to a network, in stages that each read fresh samples.
//!
//! A network is f(x) = Σ_j a_j φ(⟨w_j, x⟩ + b_j) + a_0. Each learner has a file of its name,
//! which holds all that it owes (see [`contract`]); the list of them is in `model/kind.rs`.

pub mod contract;
pub mod foreign;
pub mod metrics;
pub mod options;
pub mod ranking;
pub mod registry;
pub mod stage;

macro_rules! modules {
    ($($Kind:ident $file:ident($rate:path, $queries:ident);)*) => {
        $(pub mod $file;)*
    };
}
crate::model::kind::learners!(modules);

pub use contract::{Granted, Learner, Question, Recipe};
pub use options::Options;
pub use registry::{Built, Outcome};
pub use stage::network::{Network, Trained};
pub use stage::world::World;
