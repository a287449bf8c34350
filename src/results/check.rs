//! Whether a row is as it was written.

/// Ends a field, so that text cannot move from one to the next unseen.
const END: &[u8] = b"\x1f";

/// CRC-32 (ISO 3309) of `fields`, each with its end, as 8 hexadecimal digits. It finds every
/// change of up to 32 bits in a row.
pub(super) fn check<'a>(fields: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hasher = crc32fast::Hasher::new();
    for field in fields {
        hasher.update(field);
        hasher.update(END);
    }
    format!("{:08x}", hasher.finalize())
}
