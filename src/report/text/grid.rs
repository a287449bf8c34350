//! Tables of words: aligned for the terminal, or in Markdown.

use maud::{Markup, html};

/// Characters of a cell that is shown in full.
const LONGEST: usize = 400;

/// Headings, which columns stand right, and rows of a table.
pub(crate) struct Grid<'a, const N: usize> {
    pub(crate) headings: [&'a str; N],
    pub(crate) right: [bool; N],
    pub(crate) rows: Vec<[String; N]>,
}

impl<const N: usize> Grid<'_, N> {
    /// Aligned text with a rule below the headings. Ends with a line break.
    pub(crate) fn text(&self) -> String {
        let mut rows: Vec<[String; N]> = vec![self.headings.map(str::to_owned)];
        rows.extend(self.rows.iter().map(|row| row.each_ref().map(|cell| short(cell))));
        let width = |text: &String| text.chars().count();
        let widths: [usize; N] =
            std::array::from_fn(|i| rows.iter().map(|row| width(&row[i])).max().unwrap_or(0));
        rows.insert(1, widths.map(|width| "─".repeat(width)));
        let pad = |row: &[String; N], i: usize| {
            let blank = " ".repeat(widths[i] - width(&row[i]));
            if self.right[i] { blank + &row[i] } else { row[i].clone() + &blank }
        };
        let mut table = String::new();
        for row in &rows {
            let cells: Vec<String> = (0..N).map(|i| pad(row, i)).collect();
            table += cells.join("  ").trim_end();
            table.push('\n');
        }
        table
    }

    /// A table of a page.
    pub(crate) fn html(&self) -> Markup {
        let class = |i: usize| self.right[i].then_some("r");
        html! {
            table {
                thead { tr { @for (i, text) in self.headings.iter().enumerate() {
                    th scope="col" class=[class(i)] { (text) }
                } } }
                tbody { @for row in &self.rows { tr { @for (i, text) in row.iter().enumerate() {
                    td class=[class(i)] { (text) }
                } } } }
            }
        }
    }

    /// A Markdown table.
    pub(crate) fn markdown(&self) -> String {
        let rule = self.right.map(|right| if right { "--:" } else { ":--" }.to_owned());
        let rows = self.rows.iter().map(|row| row.each_ref().map(|cell| markdown(cell)));
        let mut table = String::new();
        for row in [self.headings.map(str::to_owned), rule].into_iter().chain(rows) {
            table.extend(["| ", &row.join(" | "), " |\n"]);
        }
        table
    }
}

fn short(cell: &str) -> String {
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

/// Text as Markdown shows it as it is: no table, emphasis, code, link or element begins in it.
pub(super) fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => shown += "&lt;",
            '>' => shown += "&gt;",
            '&' => shown += "&amp;",
            '\n' => shown.push(' '),
            '\\' | '|' | '*' | '`' => shown.extend(['\\', c]),
            '(' if shown.ends_with(']') => shown += "\\(",
            _ => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_without_end_is_cut() {
        let rows = vec![["é".repeat(70_000), "1".to_owned()]];
        let text = Grid { headings: ["name", "n"], right: [false, true], rows }.text();
        let wide = LONGEST + 1;
        let rule = "─".repeat(wide);
        let head = format!("name{}  n\n{rule}  ─\n", " ".repeat(wide - 4));
        assert_eq!(text, format!("{head}{}…  1\n", "é".repeat(LONGEST)));
    }

    #[test]
    fn markdown_shows_text_as_it_is() {
        assert_eq!(
            markdown("a\\|b <i> & `c` *d* [e](f) g_h"),
            r"a\\\|b &lt;i&gt; &amp; \`c\` \*d\* [e]\(f) g_h"
        );
    }
}
