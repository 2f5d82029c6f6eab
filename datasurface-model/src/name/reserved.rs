//! Words that SQL:2016 reserves: such a name must be quoted wherever a person writes it.

/// By the first letter: every column is looked up, and a name meets a dozen words rather than all.
static WORDS: [Words; 26] = [
    Words::of(&[
        "ABS",
        "ALL",
        "ALLOCATE",
        "ALTER",
        "AND",
        "ANY",
        "ARE",
        "ARRAY",
        "AS",
        "ASENSITIVE",
        "ASYMMETRIC",
        "AT",
        "ATOMIC",
        "AUTHORIZATION",
        "AVG",
    ]),
    Words::of(&["BEGIN", "BETWEEN", "BIGINT", "BINARY", "BLOB", "BOOLEAN", "BOTH", "BY"]),
    Words::of(&[
        "CALL",
        "CALLED",
        "CARDINALITY",
        "CASCADED",
        "CASE",
        "CAST",
        "CEIL",
        "CEILING",
        "CHAR",
        "CHARACTER",
        "CHECK",
        "CLOB",
        "CLOSE",
        "COALESCE",
        "COLLATE",
        "COLLECT",
        "COLUMN",
        "COMMIT",
        "CONDITION",
        "CONNECT",
        "CONSTRAINT",
        "CONVERT",
        "CORR",
        "CORRESPONDING",
        "COUNT",
        "CREATE",
        "CROSS",
        "CUBE",
        "CURRENT",
        "CURSOR",
        "CYCLE",
    ]),
    Words::of(&[
        "DATE",
        "DAY",
        "DEALLOCATE",
        "DEC",
        "DECIMAL",
        "DECLARE",
        "DEFAULT",
        "DELETE",
        "DEREF",
        "DESCRIBE",
        "DETERMINISTIC",
        "DISCONNECT",
        "DISTINCT",
        "DOUBLE",
        "DROP",
        "DYNAMIC",
    ]),
    Words::of(&[
        "EACH", "ELEMENT", "ELSE", "END", "ESCAPE", "EVERY", "EXCEPT", "EXEC", "EXECUTE", "EXISTS", "EXP",
        "EXTERNAL", "EXTRACT",
    ]),
    Words::of(&[
        "FALSE", "FETCH", "FILTER", "FLOAT", "FLOOR", "FOR", "FOREIGN", "FREE", "FROM", "FULL", "FUNCTION",
        "FUSION",
    ]),
    Words::of(&["GET", "GLOBAL", "GRANT", "GROUP", "GROUPING", "GROUPS"]),
    Words::of(&["HAVING", "HOLD", "HOUR"]),
    Words::of(&[
        "IDENTITY",
        "IN",
        "INDICATOR",
        "INNER",
        "INOUT",
        "INSENSITIVE",
        "INSERT",
        "INT",
        "INTEGER",
        "INTERSECT",
        "INTERSECTION",
        "INTERVAL",
        "INTO",
        "IS",
    ]),
    Words::of(&["JOIN"]),
    Words::of(&[]),
    Words::of(&["LANGUAGE", "LARGE", "LATERAL", "LEADING", "LEFT", "LIKE", "LN", "LOCAL", "LOWER"]),
    Words::of(&[
        "MATCH", "MAX", "MEMBER", "MERGE", "METHOD", "MIN", "MINUTE", "MOD", "MODIFIES", "MODULE", "MONTH",
        "MULTISET",
    ]),
    Words::of(&[
        "NATIONAL",
        "NATURAL",
        "NCHAR",
        "NCLOB",
        "NEW",
        "NO",
        "NONE",
        "NORMALIZE",
        "NOT",
        "NULL",
        "NULLIF",
        "NUMERIC",
    ]),
    Words::of(&[
        "OF", "OFFSET", "OLD", "ON", "ONLY", "OPEN", "OR", "ORDER", "OUT", "OUTER", "OVER", "OVERLAPS",
        "OVERLAY",
    ]),
    Words::of(&[
        "PARAMETER",
        "PARTITION",
        "POSITION",
        "POWER",
        "PRECISION",
        "PREPARE",
        "PRIMARY",
        "PROCEDURE",
    ]),
    Words::of(&[]),
    Words::of(&[
        "RANGE",
        "RANK",
        "READS",
        "REAL",
        "RECURSIVE",
        "REF",
        "REFERENCES",
        "REFERENCING",
        "RELEASE",
        "RESULT",
        "RETURN",
        "RETURNS",
        "REVOKE",
        "RIGHT",
        "ROLLBACK",
        "ROLLUP",
        "ROW",
        "ROWS",
    ]),
    Words::of(&[
        "SAVEPOINT",
        "SCOPE",
        "SCROLL",
        "SEARCH",
        "SECOND",
        "SELECT",
        "SENSITIVE",
        "SET",
        "SIMILAR",
        "SMALLINT",
        "SOME",
        "SPECIFIC",
        "SQL",
        "SQRT",
        "START",
        "STATIC",
        "SUBMULTISET",
        "SUBSTRING",
        "SUM",
        "SYMMETRIC",
        "SYSTEM",
    ]),
    Words::of(&[
        "TABLE",
        "TABLESAMPLE",
        "THEN",
        "TIME",
        "TIMESTAMP",
        "TO",
        "TRAILING",
        "TRANSLATE",
        "TRANSLATION",
        "TREAT",
        "TRIGGER",
        "TRIM",
        "TRUE",
        "TRUNCATE",
    ]),
    Words::of(&["UESCAPE", "UNION", "UNIQUE", "UNKNOWN", "UNNEST", "UPDATE", "UPPER", "USER", "USING"]),
    Words::of(&["VALUE", "VALUES", "VARBINARY", "VARCHAR", "VARYING"]),
    Words::of(&["WHEN", "WHENEVER", "WHERE", "WINDOW", "WITH", "WITHIN", "WITHOUT"]),
    Words::of(&[]),
    Words::of(&["YEAR"]),
    Words::of(&[]),
];

/// The words that begin with one letter, in upper case.
struct Words {
    words: &'static [&'static str],
    /// Their last letters, one bit each: most names that begin alike end in something else.
    endings: u32,
}

impl Words {
    const fn of(words: &'static [&'static str]) -> Self {
        let mut endings = 0;
        let mut rest = words;
        while let [word, others @ ..] = rest {
            if let [.., last] = word.as_bytes() {
                endings |= 1 << number(*last);
            }
            rest = others;
        }
        Self { words, endings }
    }

    fn contain(&self, word: &str, last: u8) -> bool {
        let ending = 1_u32.checked_shl(number(last).into()).unwrap_or_default();
        self.endings & ending != 0 && self.words.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
    }
}

/// Whether SQL:2016 reserves `word`, in any case.
#[must_use]
pub fn is_reserved_word(word: &str) -> bool {
    // None is of one letter.
    let [first, .., last] = word.as_bytes() else { return false };
    WORDS.get(usize::from(number(*first))).is_some_and(|words| words.contain(word, *last))
}

/// The place of a letter in the alphabet, from 0 to 25; more than that for everything else.
const fn number(letter: u8) -> u8 {
    letter.to_ascii_uppercase().wrapping_sub(b'A')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_where_it_is_looked_for() {
        for word in WORDS.iter().flat_map(|words| words.words) {
            assert!(is_reserved_word(word) && is_reserved_word(&word.to_lowercase()), "{word}");
        }
        assert!(is_reserved_word("order") && is_reserved_word("Year"));
        assert!(!["orders", "", "1", "_", "é", "{"].into_iter().any(is_reserved_word));
    }
}
