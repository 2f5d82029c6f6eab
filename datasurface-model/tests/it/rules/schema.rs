//! Rules of schemas.

use crate::base::{edited, store, validated};
use datasurface_model::{Column, DataType, Dataset, TableSchema};

#[test]
fn a_long_key_is_judged_like_a_short_one() {
    let column = |number: usize| Column::new(format!("c{number}"), DataType::Integer);
    let columns = (0..20).map(|number| if number == 7 { column(7) } else { column(number).not_null() });
    let key = (0..=20).map(|number| format!("c{number}"));
    let dataset = Dataset::new("d", TableSchema::new(columns).keyed(key));
    let findings = validated(edited(|team| team.datastore(store("S", dataset))));
    let codes: Vec<_> = findings.codes().collect();
    assert_eq!(codes, ["schema/unknown-key-column", "schema/nullable-key"]);
}
