//! Tables of words: aligned for the terminal, or in Markdown.

/// Headings, which columns stand right, and rows of a table.
pub(crate) struct Grid<'a, const N: usize> {
    pub(crate) headings: [&'a str; N],
    pub(crate) right: [bool; N],
    pub(crate) rows: Vec<[String; N]>,
}

impl<const N: usize> Grid<'_, N> {
    /// Aligned text with a rule below the headings. Ends with a line break.
    pub(crate) fn text(&self) -> String {
        let head = self.headings.map(str::to_owned);
        let widths: [usize; N] = std::array::from_fn(|i| {
            let cells = self.rows.iter().chain([&head]).map(|row| row[i].chars().count());
            cells.max().unwrap_or_default()
        });
        let rule = widths.map(|width| "─".repeat(width));
        let pad = |row: &[String; N], i: usize| {
            let width = widths[i];
            if self.right[i] {
                format!("{:>width$}", row[i])
            } else {
                format!("{:<width$}", row[i])
            }
        };
        let mut table = String::new();
        for row in [&head, &rule].into_iter().chain(&self.rows) {
            let cells: Vec<String> = (0..N).map(|i| pad(row, i)).collect();
            table += cells.join("  ").trim_end();
            table.push('\n');
        }
        table
    }

    /// A Markdown table.
    pub(crate) fn markdown(&self) -> String {
        let rule = self.right.map(|right| if right { "--:" } else { ":--" }.to_owned());
        let mut table = String::new();
        for row in [&self.headings.map(str::to_owned), &rule].into_iter().chain(&self.rows) {
            let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            table.extend(["| ", &cells.join(" | "), " |\n"]);
        }
        table
    }
}
