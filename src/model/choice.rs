//! A setting that may be left to the program.

use serde::Serialize;

/// A value, or the best one: `"auto"` in study files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice<T> {
    /// The best one, where it is used.
    Auto,
    /// This one.
    #[serde(untagged)]
    Fixed(T),
}

impl<T: Copy> Choice<T> {
    /// The value, `best` if it is left open.
    pub fn or_else(self, best: impl FnOnce() -> T) -> T {
        match self {
            Self::Auto => best(),
            Self::Fixed(value) => value,
        }
    }
}
