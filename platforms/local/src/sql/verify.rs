//! Whether a copy has what the buffer has: versions are compared by key and by the batch that they came with. One whose key
//! was edited is missing, and one is there that nobody brought.

use super::{
    keyless,
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    quote::quoted,
};

/// How the versions that a copy should have are found, and compared with those that it has.
pub(crate) struct CopyVerification<'a> {
    /// Where they are, with the alias `expected`, or `stage` where they were sent.
    pub(crate) expected: String,
    pub(crate) alias: &'a str,
    /// That the keys of both are the same.
    pub(crate) same_key: String,
    /// That something else is not, if there is anything else.
    pub(crate) differs: Option<String>,
    /// The operator by which NULL is the same as NULL.
    pub(crate) is_not: &'a str,
    /// What ended with this batch or before is owed to nobody; none where all of it is.
    pub(crate) last_old: Option<String>,
}

impl CopyVerification<'_> {
    /// Selects how many versions are missing, how many are there that should not, and how many read otherwise. Versions from
    /// before the batch `:first`, which is the first that is known, are not compared.
    pub(crate) fn select(&self, copy: &Milestoned, table: &str) -> String {
        let Self { expected, alias, is_not, .. } = self;
        let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
        let same_version = format!("{}\n      AND {alias}.{into} = copy.{into}", self.same_key);
        let owed = |of: &str| match (&self.last_old, copy.history) {
            (_, false) => format!("{of}.{out} IS NULL"),
            (Some(last_old), true) => format!("({of}.{out} IS NULL OR {of}.{out} > {last_old})"),
            (None, true) => "TRUE".to_owned(),
        };
        let differs = self.differs.iter().map(|differs| format!(" OR {differs}")).collect::<String>();
        let known = match copy.history {
            true => format!("{}\n    AND (copy.{out} IS NULL OR copy.{into} >= :first)", owed("copy")),
            // Versions that ended should not be there.
            false => "(:first IS NOT NULL)".to_owned(),
        };
        format!(
            "SELECT\n  (\n    SELECT count(*)\n    FROM {expected} AS {alias}\n    WHERE {owed_there}\n    AND NOT EXISTS (\n      \
             SELECT 1\n      FROM {table} AS copy\n      WHERE {same_version}\n    )\n  ) AS \"missing\",\n  (\n    \
             SELECT count(*)\n    FROM {table} AS copy\n    WHERE {known}\n    AND NOT EXISTS (\n      SELECT 1\n      \
             FROM {expected} AS {alias}\n      WHERE {same_version}\n      AND {owed_there}\n    )\n  ) AS \"added\",\n  (\n    \
             SELECT count(*)\n    FROM {table} AS copy\n    JOIN {expected} AS {alias} ON {same_version}\n    \
             WHERE {owed_there}\n    AND (copy.{out} {is_not} {alias}.{out}{differs})\n  ) AS \"different\";",
            owed_there = owed(alias),
        )
    }
}

/// In a file: the buffer is attached.
pub(crate) fn in_file(copy: &Milestoned, buffer: &str, last_old: Option<String>) -> String {
    if copy.is_keyless() {
        let columns: Vec<(String, String)> = copy.names().map(|name| (quoted(name), quoted(name))).collect();
        let latest = |table: &str| keyless::latest(table);
        return keyless::verify(&columns, &latest(buffer), &latest(&format!("main.{}", copy.quoted_table())));
    }
    let differs = copy.compare_values("copy.", "IS NOT", "expected.");
    let with = last_old.as_ref().map(|last_old| {
        format!(
            "WITH last_old (\"batch\") AS (\n  SELECT coalesce({}, 0)\n)\n",
            last_old.replace('\n', "\n  ")
        )
    });
    let verified = CopyVerification {
        expected: buffer.to_owned(),
        alias: "expected",
        same_key: copy.same_key("expected.", "copy."),
        differs: differs.trim_start().strip_prefix("AND ").map(str::to_owned),
        is_not: "IS NOT",
        last_old: last_old.map(|_| "(SELECT \"batch\" FROM last_old)".to_owned()),
    };
    with.unwrap_or_default() + &verified.select(copy, &format!("main.{}", copy.quoted_table()))
}
