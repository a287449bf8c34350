//! secateur
fn main() {}
