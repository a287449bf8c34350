//! Learners in other languages: processes that are kept, one a thread, and asked trial by trial.
//!
//! A worker reads one line of JSON a trial on its standard input and answers with one on its
//! standard output; arrays travel as `.npy` files in a folder of the trial. The protocol is in
//! [`protocol`], for whoever writes one without the Python package: `docs/workers.md`.

pub mod exchange;
pub mod pool;
pub mod process;
pub mod protocol;
pub mod watch;

pub use exchange::Exchange;
pub use protocol::Request;
