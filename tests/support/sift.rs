//! Made-up inputs: how many of them are accepted.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Shows `check` at least so many values, more if `PROPTEST_CASES` says so, which says whether the program
/// accepted them; the share that it accepted. A floor under it tells a test that looks at
/// accepted values from one that never sees any.
pub(crate) fn accepted<S: Strategy>(
    cases: u32,
    values: &S,
    check: impl Fn(S::Value) -> Result<bool, TestCaseError>,
) -> f64 {
    let (seen, good) = (std::cell::Cell::new(0.0), std::cell::Cell::new(0.0));
    let usual = Config::default();
    let run =
        TestRunner::new(Config { cases: cases.max(usual.cases), ..usual }).run(values, |value| {
            seen.set(seen.get() + 1.0);
            good.set(good.get() + f64::from(u8::from(check(value)?)));
            Ok(())
        });
    run.unwrap_or_else(|error| panic!("{error}"));
    good.get() / seen.get()
}
