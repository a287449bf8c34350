//! A strip: one coordinate of one block of samples, the unit in which the design is generated.

/// Samples in a block.
///
/// A strip (4 KiB) fits the first-level cache.
pub const BLOCK: usize = 1024;

/// Where the random numbers of coordinate `j` of `block` lie in the stream of a stage.
pub(super) fn position(block: u64, j: u32) -> u64 {
    debug_assert!(block < 1 << 32, "more than 2⁴² samples");
    (block << 32) | u64::from(j)
}
