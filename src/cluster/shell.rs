//! Words of a shell script.

/// `word` as one word of a POSIX shell, whatever it holds: bare where that is safe, else in
/// single quotes, where only the single quote itself is special.
#[must_use]
pub fn quote(word: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(bare) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn plain_words_stay_and_the_rest_is_quoted() {
        assert_eq!(quote("--set=model.noise=0.2"), "--set=model.noise=0.2");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("$HOME`x`\\\"~"), "'$HOME`x`\\\"~'");
        assert_eq!(quote("it's"), r"'it'\''s'");
    }
}
