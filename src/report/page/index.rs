//! Several results on one page: a picture, a sentence and a verdict each.

use maud::{Markup, html};

use super::document::{picture, whole};
use super::facts::Origin;
use crate::analysis::estimate::Analysis;
use crate::report::text::says::says;
use crate::report::text::table::{conclusion, met};

/// What an index shows of one result.
pub struct Card(Markup);

impl Card {
    /// The card of `analysis`, whose page is at `link`, relative to the index.
    #[must_use]
    pub fn new(analysis: &Analysis, origin: &Origin<'_>, link: &str) -> Self {
        Self(html! {
            article {
                h2 { a href=(address(link)) { (analysis.study) } }
                @if let Some(setting) = origin.setting() { p.soft { "with " (setting) } }
                @if let Some(claim) = origin.claim() { p { (claim) } }
                (picture(analysis))
                @match met(analysis) {
                    Some(text) => p { (text) },
                    None => ul {
                        @for sentence in says(&analysis.exponents, &analysis.pooled).iter().take(4) {
                            li { (sentence) }
                        }
                    },
                }
                p.soft { (conclusion(analysis)) }
            }
        })
    }
}

/// A path as an address below the index, whatever is in it.
fn address(path: &str) -> String {
    let mut text = "./".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}

/// The page of all `cards`.
pub(super) fn index(cards: &[Card]) -> String {
    let body = html! {
        header { h1 { "Results" } }
        main { div.cards { @for card in cards { (card.0) } } }
    };
    whole("Results: secateur", &body)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_stays_below_the_index() {
        assert_eq!(address("noise@trials=8/report.html"), "./noise%40trials%3D8/report.html");
        assert_eq!(address("javascript:x"), "./javascript%3Ax");
    }
}
