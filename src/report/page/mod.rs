//! The page of a result: one HTML file that opens from disk, is complete without a script or a
//! network, and reads aloud.

mod document;
mod embed;
mod facts;
mod index;
mod write;

pub use facts::Origin;
pub use index::Card;
pub use write::{write_index, write_page};
