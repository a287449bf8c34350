//! The one place where an instruction set is chosen, at run time.

/// Runs `work` compiled for the best instruction set of this processor.
///
/// `work` must be a closure marked `#[inline(always)]` that calls only functions marked so:
/// what is not inlined here is compiled for the baseline. Results do not depend on the
/// choice, as long as `work` uses IEEE operations in a fixed order; products and sums are
/// fused where `work` says `mul_add`, and nowhere else.
#[inline]
pub fn vectorise<R>(work: impl FnMut() -> R) -> R {
    pulp::Arch::new().dispatch(Vectorised(work))
}

/// Name of the instruction set in use.
#[must_use]
pub fn name() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::x86::{V3, V4};
        if V4::try_new().is_some() {
            return "AVX-512";
        } else if V3::try_new().is_some() {
            return "AVX2";
        }
    }
    if cfg!(target_arch = "aarch64") { "NEON" } else { "portable" }
}

struct Vectorised<F>(F);

// Not `FnOnce`: calling that through pulp goes by a shim that is not inlined, and the
// closure would be compiled for the baseline.
impl<R, F: FnMut() -> R> pulp::WithSimd for Vectorised<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}

/// What `work` returns on each instruction set that this processor has, portable first.
#[cfg(test)]
pub(crate) fn on_every_path<R>(mut work: impl FnMut() -> R) -> Vec<(&'static str, R)> {
    use pulp::Simd;
    let mut results = vec![("portable", work())];
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(simd) = pulp::x86::V3::try_new() {
            results.push(("AVX2", Simd::vectorize(simd, Vectorised(&mut work))));
        }
        if let Some(simd) = pulp::x86::V4::try_new() {
            results.push(("AVX-512", Simd::vectorize(simd, Vectorised(&mut work))));
        }
    }
    results.push(("chosen", vectorise(work)));
    results
}
