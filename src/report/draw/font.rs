//! The vendored font: registered once, and measured.
//!
//! Text in a PNG is drawn with this font, so figures look alike on every machine. Text in
//! an SVG stays text and names the font first, then narrower substitutes.

use std::sync::OnceLock;

use ab_glyph::FontRef;
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use crate::error::{Error, Result};

/// The family as an SVG names it; plotters knows the font under the same name.
pub(crate) const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

/// Ascent plus descent of the font in ems: what plotters takes a font size to mean.
pub(crate) const LINE_HEIGHT: f64 = 2384.0 / 2048.0;

/// Height of a capital in ems.
pub(crate) const CAP_HEIGHT: f64 = 0.73;

/// Depth of a descender in ems.
pub(crate) const DESCENT: f64 = 0.24;

static REGULAR: &[u8] = include_bytes!("font/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("font/DejaVuSans-Bold.ttf");

/// Makes the font known to plotters; any call after the first does nothing.
pub(crate) fn register() -> Result<()> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, BOLD).is_ok()
    });
    if *done { Ok(()) } else { Err(unreadable()) }
}

/// The font, plain and bold, for whoever needs its outlines.
pub(super) fn faces() -> Result<[FontRef<'static>; 2]> {
    let face = |bytes: &'static [u8]| FontRef::try_from_slice(bytes).map_err(|_| unreadable());
    Ok([face(REGULAR)?, face(BOLD)?])
}

fn unreadable() -> Error {
    Error::runtime("the built-in font cannot be read")
        .hint("this is a fault of the build: rebuild from a clean checkout")
}

/// Width of `text` in the unit of `size`, its font size.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    const EM: f64 = 1000.0;
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    // A description looks its font up when it is made: one made earlier would only guess.
    let known = register();
    let font = FontDesc::new(FontFamily::Name(FAMILY), EM * LINE_HEIGHT, style);
    let measured = known.ok().and_then(|()| font.box_size(text).ok());
    let guess = || (600 * text.chars().count()) as u32;
    f64::from(measured.map_or_else(guess, |(width, _)| width)) / EM * size
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use plotters::backend::{BitMapBackend, DrawingBackend};
    use plotters::style::{TextStyle, WHITE};

    use super::*;
    use crate::results::disk;

    /// Whether the font has `c`: it draws something.
    fn has(c: char, style: FontStyle) -> bool {
        const SIDE: u32 = 64;
        register().unwrap();
        let mut dots = vec![0; (SIDE * SIDE * 3) as usize];
        let font = FontDesc::new(FontFamily::Name(FAMILY), 32.0, style);
        let style = TextStyle::from(font).color(&WHITE);
        let mut page = BitMapBackend::with_buffer(&mut dots, (SIDE, SIDE));
        page.draw_text(&c.to_string(), &style, (8, 8)).unwrap();
        drop(page);
        dots.iter().any(|&dot| dot > 0)
    }

    /// What the font lacks is a gap in a PNG: two labels had one in place of `ᵏ`.
    #[test]
    fn the_font_has_every_letter_that_figures_write() {
        let room = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/");
        let mut letters = std::collections::BTreeSet::new();
        for folder in ["figure", "draw"] {
            let folder = format!("{room}{folder}");
            for file in disk::list(Path::new(&folder)).unwrap() {
                let Ok(text) = std::fs::read_to_string(format!("{folder}/{file}")) else {
                    continue;
                };
                let code = text.split("#[cfg(test)]").next().unwrap_or_default().lines();
                let code = code.filter(|line| !line.trim_start().starts_with("//"));
                letters.extend(code.flat_map(str::chars).filter(|c| !c.is_ascii()));
            }
        }
        assert!(letters.len() > 10, "{letters:?}");
        assert!(!has('\u{1d49}', FontStyle::Normal), "a gap is seen");
        for style in [FontStyle::Normal, FontStyle::Bold] {
            let gaps: Vec<&char> = letters.iter().filter(|c| !has(**c, style)).collect();
            assert!(gaps.is_empty(), "{gaps:?}");
        }
    }

    #[test]
    fn width_grows_with_text_size_and_weight() {
        assert!(width("n*", 8.0, false) < width("n**", 8.0, false));
        assert!((width("αβ", 16.0, false) / width("αβ", 8.0, false) - 2.0).abs() < 1e-9);
        assert!(width("risk", 8.0, false) < width("risk", 8.0, true));
    }
}
