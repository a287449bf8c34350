//! The one place where an instruction set is chosen, at run time.

use std::sync::LazyLock;

use fearless_simd::Level;
#[cfg(target_arch = "x86_64")]
use fearless_simd::{
    Simd,
    x86::{Avx2, Avx512},
};

use crate::error::{Error, Result};

/// Environment variable that chooses an instruction set in place of the best one: `portable`,
/// `avx2` or `native`. To compare them: results do not depend on it.
pub const VARIABLE: &str = "SECATEUR_SIMD";

/// An instruction set that this processor has.
#[derive(Clone, Copy, Debug)]
enum Path {
    /// The baseline of the architecture.
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

static CHOSEN: LazyLock<Path> = LazyLock::new(|| match std::env::var(VARIABLE) {
    Ok(name) => named(&name).unwrap_or_else(best),
    Err(_) => best(),
});

fn best() -> Path {
    match Level::new() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512(simd) => Path::Avx512(simd),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2(simd) => Path::Avx2(simd),
        _ => Path::Portable,
    }
}

fn named(name: &str) -> Option<Path> {
    match name {
        "native" => Some(best()),
        "portable" => Some(Path::Portable),
        #[cfg(target_arch = "x86_64")]
        "avx2" => Level::new().as_avx2().map(Path::Avx2),
        _ => None,
    }
}

/// Checks what the environment asks for.
///
/// # Errors
/// When `SECATEUR_SIMD` names nothing that this processor has.
pub fn check() -> Result<()> {
    match std::env::var_os(VARIABLE) {
        Some(name) if name.to_str().and_then(named).is_none() => Err(Error::usage(format!(
            "{VARIABLE}={} is no instruction set of this processor",
            name.display()
        ))
        .hint("it takes `portable`, `native` and, where there is AVX2, `avx2`")),
        _ => Ok(()),
    }
}

/// Runs `work` compiled for the best instruction set of this processor.
///
/// `work` must be a closure marked `#[inline(always)]` that calls only functions marked so:
/// what is not inlined here is compiled for the baseline. Results do not depend on the
/// choice, as long as `work` uses IEEE operations in a fixed order; products and sums are
/// fused where `work` says `mul_add`, and nowhere else.
#[inline]
pub fn vectorise<R>(work: impl FnOnce() -> R) -> R {
    CHOSEN.run(work)
}

/// Name of the instruction set in use.
#[must_use]
pub fn name() -> &'static str {
    match *CHOSEN {
        Path::Portable if cfg!(target_arch = "aarch64") => "NEON",
        Path::Portable => "portable",
        #[cfg(target_arch = "x86_64")]
        Path::Avx2(_) => "AVX2",
        #[cfg(target_arch = "x86_64")]
        Path::Avx512(_) => "AVX-512",
    }
}

/// The kind of processor, of an instruction set by its name: trials of one kind agree to the bit.
///
/// AVX2 and AVX-512 are one. Others round the linear algebra in another order.
#[must_use]
pub fn arithmetic(name: &str) -> &str {
    if name == "AVX-512" { "AVX2" } else { name }
}

/// Whether this path has the fused products of AVX2, which faer then uses.
pub(super) fn is_fused() -> bool {
    #[cfg(test)]
    if WITHOUT_FUSED.get() {
        return false;
    }
    !matches!(*CHOSEN, Path::Portable)
}

#[cfg(test)]
thread_local! {
    static WITHOUT_FUSED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Runs `work` as on a processor without AVX2.
#[cfg(test)]
pub(super) fn without_fused<R>(work: impl FnOnce() -> R) -> R {
    WITHOUT_FUSED.set(true);
    let result = work();
    WITHOUT_FUSED.set(false);
    result
}

impl Path {
    #[inline]
    fn run<R>(self, work: impl FnOnce() -> R) -> R {
        match self {
            Self::Portable => work(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => simd.vectorize(work),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => simd.vectorize(work),
        }
    }
}

/// What `work` returns on each instruction set that this processor has, portable first.
#[cfg(test)]
pub(crate) fn on_every_path<R>(mut work: impl FnMut() -> R) -> Vec<(&'static str, R)> {
    ["portable", "avx2", "native"]
        .into_iter()
        .filter_map(|name| Some((name, named(name)?.run(&mut work))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_names() {
        assert!(named("portable").is_some() && named("native").is_some());
        assert!(named("AVX2").is_none() && named("").is_none());
    }
}
