//! Shards: the parts that a study is split into, for several processes or machines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::header::shown;
use crate::error::{Error, Result};
use crate::sample::Key;

/// Largest number of shards.
const MOST: u32 = 1_000_000;

/// Part k of N of the units of a study; k counts from 1.
///
/// A unit belongs to the shard that a hash of its key names, so what belongs together stays
/// together when a study grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    k: u32,
    of: u32,
}

impl Shard {
    /// Whether the unit with key `unit` belongs to this shard.
    #[must_use]
    pub fn holds(self, unit: Key) -> bool {
        unit.named("shard").bits() % u64::from(self.of) == u64::from(self.k - 1)
    }

    /// `STEM-k-of-N.ENDING`, the name of this shard's own file.
    #[must_use]
    pub fn file(self, stem: &str, ending: &str) -> String {
        format!("{stem}-{}-of-{}{ending}", self.k, self.of)
    }

    /// The shard whose file [`Shard::file`] calls `name`.
    #[must_use]
    pub fn of_file(name: &str, stem: &str, ending: &str) -> Option<Self> {
        let middle = name.strip_prefix(stem)?.strip_prefix('-')?.strip_suffix(ending)?;
        let (k, of) = middle.split_once("-of-")?;
        format!("{k}/{of}").parse().ok().filter(|s: &Self| s.file(stem, ending) == name)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.of)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl TryFrom<String> for Shard {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts =
            text.split_once('/').and_then(|(k, of)| Some((k.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((k, of)) if (1..=of).contains(&k) && of <= MOST => Ok(Self { k, of }),
            _ => Err(Error::usage(format!(
                "`{}` is not a shard: write k/N with 1 ≤ k ≤ N ≤ {MOST}, for example 3/7",
                shown(text)
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_has_one_shard_and_shards_are_even() {
        for of in [1, 2, 7, 100] {
            let shards: Vec<Shard> = (1..=of).map(|k| Shard { k, of }).collect();
            let mut sizes = vec![0_u32; of as usize];
            for unit in 0..20_000 {
                let unit = Key::root(3).child(unit);
                let owners: Vec<usize> =
                    (0..shards.len()).filter(|&i| shards[i].holds(unit)).collect();
                let [owner] = owners[..] else { panic!("{owners:?}") };
                sizes[owner] += 1;
            }
            let mean = 20_000.0 / f64::from(of);
            let off = sizes.iter().map(|&s| (f64::from(s) - mean).abs() / mean.sqrt());
            assert!(off.fold(0.0, f64::max) < 4.5, "{of}: {sizes:?}");
        }
    }

    #[test]
    fn texts_and_file_names_are_read_back_and_others_refused() {
        let shard: Shard = "3/7".parse().expect("a shard");
        assert_eq!(shard.file("trials", ".csv"), "trials-3-of-7.csv");
        assert_eq!(Shard::of_file("trials-3-of-7.csv", "trials", ".csv"), Some(shard));
        for name in ["trials.csv", "trials-0-of-7.csv", "trials-8-of-7.csv", "trials-03-of-7.csv"] {
            assert_eq!(Shard::of_file(name, "trials", ".csv"), None, "{name}");
        }
        for bad in
            ["", "3", "0/7", "8/7", "-1/7", "1/0", "3/7/1", "a/b", "1/1000001", "1/99999999999"]
        {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
