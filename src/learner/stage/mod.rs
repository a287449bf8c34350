//! What learners are made of: the samples they are given, and the parts they share.

pub mod block;
pub mod budget;
pub mod compare;
pub mod gradient;
pub mod keep;
pub mod limit;
pub mod moment;
pub mod network;
pub mod nulls;
pub mod price;
pub mod readout;
pub mod reduced;
pub mod rounds;
pub mod row;
pub mod screen;
pub mod second_layer;
pub mod sphere_sgd;
pub mod subspace;
pub mod train_kept;
pub mod world;

pub use budget::{Budget, Portion, Split};
pub use compare::GradientComparison;
pub use keep::{kept_count, random_subset, survivors};
pub use network::{Answered, Layer, Network, Scores, Trained};
pub use price::{Case, Cost, Screening, Work};
pub use rounds::Rounds;
pub use screen::{Scoring, Screen, Selected};
pub use second_layer::SecondLayer;
pub use train_kept::TrainKept;
pub use world::World;
