//! Tables of words: aligned for the terminal, or in Markdown.

use maud::{Markup, html};

/// Characters of a cell that is shown in full.
const LONGEST: usize = 400;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Aligned, with a rule below the headings.
    Text,
    /// As Markdown has it.
    Markdown,
    /// A `tabular` that needs no package.
    Latex,
    /// Fields separated by commas.
    Csv,
}

impl Form {
    /// Words between tables, as they have to be written.
    pub(super) fn words(self, text: &str) -> String {
        match self {
            Self::Text => text.to_owned(),
            Self::Markdown => markdown(text),
            Self::Latex => latex(text),
            Self::Csv => fields([text]),
        }
    }
}

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

    /// The table in a form. Ends with a line break.
    pub(crate) fn shown(&self, form: Form) -> String {
        match form {
            Form::Text => self.text(),
            Form::Markdown => self.markdown(),
            Form::Latex => self.latex(),
            Form::Csv => {
                let rows = self.rows.iter().map(|row| fields(row.each_ref().map(String::as_str)));
                std::iter::once(fields(self.headings)).chain(rows).collect()
            }
        }
    }

    fn latex(&self) -> String {
        let columns: String =
            self.right.iter().map(|right| if *right { 'r' } else { 'l' }).collect();
        let line = |cells: [&str; N]| format!("{} \\\\\n", cells.map(latex).join(" & "));
        let rows = self.rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
        let (head, body) = (line(self.headings), rows.collect::<String>());
        format!(
            "\\begin{{tabular}}{{{columns}}}\n\\hline\n{head}\\hline\n{body}\\hline\n\\end{{tabular}}\n"
        )
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

/// A line of a table of comma-separated values.
fn fields<const N: usize>(cells: [&str; N]) -> String {
    let mut line = csv::Writer::from_writer(Vec::new());
    // Into memory: nothing can fail.
    let _ = line.write_record(cells.map(short));
    String::from_utf8(line.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Text as LaTeX shows it as it is, also at the beginning of a row, where a bracket would belong to
/// the end of the last; symbols of mathematics by their commands.
fn latex(text: &str) -> String {
    const COMMANDS: [(char, &str); 43] = [
        ('\\', "\\textbackslash{}"),
        ('~', "\\textasciitilde{}"),
        ('^', "\\textasciicircum{}"),
        ('<', "$<$"),
        ('>', "$>$"),
        ('|', "$|$"),
        ('α', "$\\alpha$"),
        ('β', "$\\beta$"),
        ('γ', "$\\gamma$"),
        ('ε', "$\\varepsilon$"),
        ('κ', "$\\kappa$"),
        ('σ', "$\\sigma$"),
        ('τ', "$\\tau$"),
        ('φ', "$\\varphi$"),
        ('Δ', "$\\Delta$"),
        ('√', "$\\surd$"),
        ('∝', "$\\propto$"),
        ('≤', "$\\leq$"),
        ('≥', "$\\geq$"),
        ('−', "$-$"),
        ('×', "$\\times$"),
        ('·', "$\\cdot$"),
        ('½', "$\\frac12$"),
        ('¼', "$\\frac14$"),
        ('¾', "$\\frac34$"),
        ('²', "$^2$"),
        ('³', "$^3$"),
        ('⁴', "$^4$"),
        ('₀', "$_0$"),
        ('₁', "$_1$"),
        ('₂', "$_2$"),
        ('₃', "$_3$"),
        ('₄', "$_4$"),
        ('ᵀ', "$^\\top$"),
        ('ρ', "$\\rho$"),
        ('≍', "$\\asymp$"),
        ('→', "$\\to$"),
        ('≈', "$\\approx$"),
        ('±', "$\\pm$"),
        ('θ', "$\\theta$"),
        ('μ', "$\\mu$"),
        ('–', "--"),
        ('…', "\\dots{}"),
    ];
    let mut shown = String::with_capacity(text.len());
    if text.starts_with(['[', '*']) {
        shown += "{}";
    }
    for c in short(text).chars() {
        match (c, COMMANDS.iter().find(|(symbol, _)| *symbol == c)) {
            (_, Some((_, command))) => shown += command,
            ('{' | '}' | '$' | '&' | '#' | '_' | '%', None) => shown.extend(['\\', c]),
            ('\n', None) => shown.push(' '),
            _ => shown.push(c),
        }
    }
    shown
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
    fn latex_and_csv_show_text_as_it_is() {
        let rows = vec![
            ["[a_b] \\input{x} 50 % & #1 $y$ ~^".to_owned(), "β ≤ 1–2".to_owned()],
            ["a, \"b\"".to_owned(), "1".to_owned()],
        ];
        let grid = Grid { headings: ["n* / d^b", "α"], right: [false, true], rows };
        let tabular = r#"\begin{tabular}{lr}
\hline
n* / d\textasciicircum{}b & $\alpha$ \\
\hline
{}[a\_b] \textbackslash{}input\{x\} 50 \% \& \#1 \$y\$ \textasciitilde{}\textasciicircum{} & $\beta$ $\leq$ 1--2 \\
a, "b" & 1 \\
\hline
\end{tabular}
"#;
        assert_eq!(grid.shown(Form::Latex), tabular);
        assert!(latex("z₁³ ≍ ρ², ¼ → ¾ ± μ ≈ θ …").is_ascii());
        let csv = grid.shown(Form::Csv);
        let mut read = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(read.headers().unwrap(), &["n* / d^b", "α"][..]);
        let read: Vec<_> = read.records().map(Result::unwrap).collect();
        assert_eq!(read[0], grid.rows[0][..]);
        assert_eq!(read[1], grid.rows[1][..]);
    }

    #[test]
    fn markdown_shows_text_as_it_is() {
        assert_eq!(
            markdown("a\\|b <i> & `c` *d* [e](f) g_h"),
            r"a\\\|b &lt;i&gt; &amp; \`c\` \*d\* [e]\(f) g_h"
        );
    }
}
