//! Routes: the transformations that bring each table into the topic of its dataset. Debezium calls topics by tables, and topics have storage names.
//!
//! Every record passes all transformations of its source. So tables that are called as their datasets are share one, for each datastore and schema, as
//! somebody would write by hand; only a table with another name has its own.

use super::connector::{Config, literal};
use std::collections::BTreeMap;

/// A table, as its source calls it, and its topic.
pub(super) struct Routed<'t> {
    /// The name of its events before that of the table, with the dot between them.
    pub(super) qualifier: String,
    pub(super) table: &'t str,
    pub(super) topic: &'t str,
}

/// Returns the transformations of tables.
pub(super) fn routes(tables: &[Routed<'_>]) -> Config {
    // By what is before the name of the table, in the topic and at the source.
    let mut shared: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut routes: Vec<(String, String)> = Vec::new();
    for Routed { qualifier, table, topic } in tables {
        // A pattern of several is read again by what is between their names.
        match topic.strip_suffix(table).filter(|_| !table.contains(['|', '(', ')', '\\'])) {
            Some(before) => shared.entry((before, qualifier)).or_default().push(table),
            None => routes.push((literal(&format!("{qualifier}{table}")), (*topic).to_owned())),
        }
    }
    routes.extend(shared.into_iter().map(|((before, qualifier), tables)| match tables[..] {
        [table] => (literal(&format!("{qualifier}{table}")), format!("{before}{table}")),
        _ => {
            let tables: Vec<String> = tables.into_iter().map(literal).collect();
            (format!("{}({})", literal(qualifier), tables.join("|")), format!("{before}$1"))
        }
    }));
    routes.sort();
    let names: Vec<String> = (1..=routes.len()).map(|number| format!("route{number}")).collect();
    let mut config = Config::from([("transforms".to_owned(), names.join(","))]);
    for (name, (regex, replacement)) in names.into_iter().zip(routes) {
        let prefix = format!("transforms.{name}");
        config.insert(format!("{prefix}.type"), "org.apache.kafka.connect.transforms.RegexRouter".to_owned());
        config.insert(format!("{prefix}.regex"), regex);
        config.insert(format!("{prefix}.replacement"), replacement);
    }
    config
}

/// Returns the name that the events of each table have, with the topic into which the transformations of a source bring them.
pub(super) fn routed(config: &Config) -> Vec<(String, String)> {
    let routes = config.iter().filter_map(|(name, replacement)| {
        let route = name.strip_prefix("transforms.")?.strip_suffix(".replacement")?;
        Some((config.get(&format!("transforms.{route}.regex"))?, replacement))
    });
    let routed = routes.flat_map(|(regex, replacement)| match replacement.strip_suffix("$1") {
        Some(before) => {
            let (qualifier, tables) = regex.rsplit_once('(').unwrap_or_default();
            let qualifier = unescaped(qualifier);
            let tables = tables.trim_end_matches(')').split('|').map(unescaped);
            tables.map(|table| (format!("{qualifier}{table}"), format!("{before}{table}"))).collect()
        }
        None => vec![(unescaped(regex), replacement.clone())],
    });
    routed.collect()
}

/// The name that a pattern matches.
fn unescaped(pattern: &str) -> String {
    let mut characters = pattern.chars();
    let mut name = String::new();
    while let Some(character) = characters.next() {
        name.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table<'t>(qualifier: &str, table: &'t str, topic: &'t str) -> Routed<'t> {
        Routed { qualifier: qualifier.to_owned(), table, topic }
    }

    #[test]
    fn tables_share_a_transformation_for_each_datastore_and_schema() {
        let tables = [
            table("S.db.public.", "orders", "S.Shop__orders"),
            table("S.db.public.", "line-items", "S.Shop__line-items"),
            table("S.db.sales.", "orders", "S.Sales__orders"),
            table("S.db.public.", "tbl_17", "S.Shop__customers"),
            table("S.db.public.", "a|b", "S.Shop__a|b"),
        ];
        let config = routes(&tables);
        let of = |name: &str, part: &str| config[&format!("transforms.{name}.{part}")].as_str();
        assert_eq!(config["transforms"], "route1,route2,route3,route4");
        assert_eq!(of("route1", "regex"), r"S\.db\.public\.(orders|line\-items)");
        assert_eq!(of("route1", "replacement"), "S.Shop__$1");
        assert_eq!(
            (of("route3", "regex"), of("route3", "replacement")),
            (r"S\.db\.public\.tbl_17", "S.Shop__customers")
        );
        assert_eq!(
            (of("route4", "regex"), of("route4", "replacement")),
            (r"S\.db\.sales\.orders", "S.Sales__orders")
        );
        let routed = routed(&config);
        let routed: Vec<(&str, &str)> =
            routed.iter().map(|(event, topic)| (event.as_str(), topic.as_str())).collect();
        let expected = [
            ("S.db.public.orders", "S.Shop__orders"),
            ("S.db.public.line-items", "S.Shop__line-items"),
            ("S.db.public.a|b", "S.Shop__a|b"),
            ("S.db.public.tbl_17", "S.Shop__customers"),
            ("S.db.sales.orders", "S.Sales__orders"),
        ];
        assert_eq!(routed, expected);
    }
}
