//! The one place where an instruction set is chosen, at run time.

/// Runs `work` compiled for the best instruction set of this processor.
///
/// `work` must be a closure marked `#[inline(always)]` that calls only functions marked so:
/// what is not inlined here is compiled for the baseline. Results do not depend on the
/// choice, as long as `work` uses IEEE operations in a fixed order and no fused ones.
#[inline]
pub fn vectorise<R>(work: impl FnMut() -> R) -> R {
    pulp::Arch::new().dispatch(Vectorised(work))
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
