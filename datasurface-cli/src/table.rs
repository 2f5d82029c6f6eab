//! Tables for people.

/// Columns under their names, numbers to the right. No blanks at the end of a line.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug)]
struct Column {
    name: &'static str,
    is_number: bool,
}

impl Table {
    /// These columns, none of them numbers.
    pub(crate) fn new<const N: usize>(names: [&'static str; N]) -> Self {
        let columns = names.map(|name| Column { name, is_number: false }).into();
        Self { columns, rows: Vec::new() }
    }

    /// The same columns, and numbers of these names.
    pub(crate) fn numbers<const N: usize>(mut self, names: [&'static str; N]) -> Self {
        self.columns.extend(names.map(|name| Column { name, is_number: true }));
        self
    }

    /// The same columns, and this one.
    pub(crate) fn text(mut self, name: &'static str) -> Self {
        self.columns.push(Column { name, is_number: false });
        self
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// All of it as text; nothing if there are no rows.
    pub(crate) fn print(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let names: Vec<String> = self.columns.iter().map(|column| column.name.to_owned()).collect();
        let lines = || std::iter::once(&names).chain(&self.rows);
        let width = |at: usize| {
            let cells = lines().filter_map(|cells| cells.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &Vec<String>| {
            let cells = cells.iter().zip(&self.columns).zip(&widths);
            let cells: Vec<String> = cells
                .map(|((cell, column), width)| match column.is_number {
                    true => format!("{cell:>width$}"),
                    false => format!("{cell:<width$}"),
                })
                .collect();
            format!("{}\n", cells.join("  ").trim_end())
        };
        lines().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["name"]).numbers(["rows"]).text("why");
        assert_eq!(table.print(), "");
        table.row(["customers".to_owned(), "7".to_owned(), "ü".to_owned()]);
        table.row(["a".to_owned(), "12345".to_owned(), String::new()]);
        assert_eq!(table.print(), "name        rows  why\ncustomers      7  ü\na          12345\n");
    }
}
