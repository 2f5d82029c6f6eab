//! A waiver is about certain data, which came to be in a certain way.

use crate::{
    fixture::{broker, today},
    review::refusals,
};
use datasurface_change::ChangeSource;
use datasurface_document::Documents;
use datasurface_review::{Review, ReviewReport, ReviewSide};

/// Data of a zone that a team of another one copies.
const COPIED: &str = include_str!("../../../datasurface-cli/tests/steps/copied.yaml");
const EU: &str = "github:big/eu@main";
const FINANCE: &str = "github:big/finance@main";
const NEEDS: &str = "authorization/needs-approval";

/// Whoever reads the copy, where the zone does not permit it.
const AWAY: &str = "        - name: Away
          container: US/Finance/Far
          groups:
          - {name: daily, sinks: [Masked/orders]}
";

/// A copy of the copy, and whoever reads that.
const AGAIN: &str = "        - name: Again
          container: US/Finance/Lake
          groups: [{name: inputs, sinks: [Masked/orders]}]
          transformer:
            output: Copied
            artifact: {sql: {selects: [{dataset: orders, sql: \"SELECT id, amount FROM Masked_orders\"}]}}
        - name: Away
          container: US/Finance/Far
          groups:
          - {name: daily, sinks: [Copied/orders]}
";

const COPY: &str = "        - name: Copied
          datasets:
          - name: orders
            schema: id Integer key, amount Decimal(9,2)
            classifications: [Internal]
";

/// Returns a model with each text followed, or preceded, by another one.
fn with(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(COPIED.to_owned(), |text, (at, edited)| {
        assert!(text.contains(at), "{at}");
        text.replacen(at, edited, 1)
    })
}

fn before(at: &str, text: &str) -> String {
    format!("{text}{at}")
}

const MASK: &str = "        - name: Mask\n";
const EU_TEAMS: &str = "    teams:\n    - name: Sales";

/// A waiver of the zone of the data at a sink.
fn zone_waives(sink: &str) -> String {
    format!(
        "    waivers:
    - code: governance/location
      path: zones/US/teams/Finance/workspaces/Away/groups/daily/sinks/{sink}
      policy: P
      reason: amounts only
      expires: 2027-06-30
"
    )
}

/// The same data, kept where the zone does not permit it, which it accepts.
fn accepted() -> String {
    with(&[(EU_TEAMS, &before(EU_TEAMS, &zone_waives("Masked/orders"))), (MASK, &before(MASK, AWAY))])
}

fn reviewed(source: &str, old: &str, new: &str) -> ReviewReport {
    assert_ne!(old, new);
    let broker = broker();
    let side = |text: &str| ReviewSide::new(Documents::new().document("model.yaml", text));
    Review::new(&broker, ChangeSource::new(source), today()).judge(&side(old), &side(new))
}

fn asks(source: &str, old: &str, new: &str) -> bool {
    let report = reviewed(source, old, new);
    let refusals = refusals(&report);
    // Only what validation accepts is asked about.
    assert!(refusals.iter().all(|code| *code == NEEDS || code.starts_with("choice/")), "{refusals:?}");
    refusals.contains(&NEEDS)
}

fn is_asked(owner: &str, source: &str, old: &str, new: &str) -> bool {
    let report = reviewed(source, old, new);
    report.missing_approvals.iter().any(|missing| missing.repository.to_string() == owner)
}

#[test]
fn another_statement_is_accepted_by_whoever_waived() {
    let live = accepted();
    let other = live
        .replace("SELECT id, amount FROM Shop_orders", "SELECT id, amount * 2 AS amount FROM Shop_orders");
    assert!(asks(FINANCE, &live, &other));
    // The mirror: the same statement, and something else in the same team.
    let beside = live.replace("- {name: Far,", "- {name: Far, documentation: ours,");
    assert!(!asks(FINANCE, &live, &beside));
    // That the waiver has expired makes nothing free.
    let [live, other, beside] = [&live, &other, &beside].map(|text| text.replace("2027-06-30", "2020-01-01"));
    assert!(asks(FINANCE, &live, &other));
    assert!(!asks(FINANCE, &live, &beside));
    let live = accepted();
    assert!(!asks(EU, &live, &live.replace("amounts only", "amounts, for a while")));
}

#[test]
fn another_statement_upstream_is_accepted_by_whoever_waived() {
    let live = with(&[
        (EU_TEAMS, &before(EU_TEAMS, &zone_waives("Copied/orders"))),
        (MASK, &before(MASK, AGAIN)),
        ("        - name: Masked\n", &before("        - name: Masked\n", COPY)),
    ]);
    let upstream = live
        .replace("SELECT id, amount FROM Shop_orders", "SELECT id, amount * 2 AS amount FROM Shop_orders");
    assert!(asks(FINANCE, &live, &upstream));
    // The mirrors: what is not on the way, and a rename of what is.
    let beside = live.replace("- {name: Far,", "- {name: Far, documentation: ours,");
    assert!(!asks(FINANCE, &live, &beside));
    let renamed =
        live.replace("        - name: Masked\n", "        - name: Hidden\n          renamed_from: Masked\n");
    assert!(!asks(FINANCE, &live, &renamed));
}

#[test]
fn another_dataset_of_a_group_is_accepted_by_whoever_waived_for_the_group() {
    let policy = "    - name: Q
      rule: {platforms: {deny: [Other]}}
    waivers:
    - code: governance/platform
      path: group_pins/Away/daily/platforms/Other
      policy: Q
      reason: orders only
      expires: 2027-06-30
";
    let pinned = "- name: Other
  kind: local
  config: {database: other.db, place: Mine/Bonn, encryption: company}
  locations: [Mine/Bonn]
group_pins:
- {group: Away/daily, platforms: [Other]}
zones:";
    let customers = "          - name: customers
            schema: id Integer key
            classifications: [Internal]
- name: US";
    let own = "        - name: Own
          capture: {container: US/Finance/Far, kind: {sql_snapshot: {}}, trigger: {cron: \"0 * * * *\"}}
          datasets:
          - {name: costs, schema: id Integer key, classifications: [Internal]}
        - name: Masked
";
    let near = AWAY.replace("US/Finance/Far", "US/Finance/Lake").replace("Masked/orders", "Shop/orders");
    let live = with(&[
        (EU_TEAMS, &before(EU_TEAMS, policy)),
        (MASK, &before(MASK, &near)),
        ("zones:", pinned),
        ("- name: US", customers),
        ("        - name: Masked\n", own),
    ]);
    let reading = |sinks: &str| live.replacen("sinks: [Shop/orders]}", &format!("sinks: [{sinks}]}}"), 1);
    assert!(asks(FINANCE, &live, &reading("Shop/customers, Shop/orders")));
    // The mirrors: data of others, and less.
    assert!(!asks(FINANCE, &live, &reading("Own/costs, Shop/orders")));
    let both = reading("Own/costs, Shop/orders");
    assert!(!asks(FINANCE, &both, &live));
}

#[test]
fn another_statement_is_accepted_by_the_owner_of_what_is_closed() {
    let closed = "          approved:
          - {team: US/Finance, group: Mask/inputs, dataset: orders, onward: closed}
          datasets:";
    let waiver = "        waivers:
        - code: access/not-approved
          path: zones/US/teams/Finance/workspaces/Away/groups/daily/sinks/Masked/orders
          reason: amounts only
          expires: 2027-06-30
        containers:
        - name: Source";
    let near = AWAY.replace("US/Finance/Far", "US/Finance/Lake");
    let live = with(&[
        ("          datasets:", closed),
        ("        containers:\n        - name: Source", waiver),
        (MASK, &before(MASK, &near)),
    ]);
    let other = live
        .replace("SELECT id, amount FROM Shop_orders", "SELECT id, amount * 2 AS amount FROM Shop_orders");
    assert!(asks(FINANCE, &live, &other));
    let beside = live.replace("- {name: Far,", "- {name: Far, documentation: ours,");
    assert!(!asks(FINANCE, &live, &beside));
}

#[test]
fn another_table_is_accepted_by_the_team_of_the_container() {
    let waiver = "        waivers:
        - code: container/not-usable
          path: zones/US/teams/Finance/datastores/Lent/capture/container
          reason: stocks only
          expires: 2027-06-30
        containers:
        - name: Source";
    let lent = "        - name: Lent
          capture:
            container: EU/Sales/Source
            kind: {sql_snapshot: {tables: {stocks: dbo.stocks}}}
            trigger: {cron: \"0 * * * *\"}
          datasets:
          - {name: stocks, schema: id Integer key, classifications: [Internal]}
        - name: Masked
";
    let live =
        with(&[("        containers:\n        - name: Source", waiver), ("        - name: Masked\n", lent)]);
    assert!(asks(FINANCE, &live, &live.replace("dbo.stocks", "dbo.salaries")));
    let two = live.replace(
        "          - {name: stocks,",
        "          - {name: salaries, schema: id Integer key, classifications: [Internal]}\n          - {name: stocks,",
    );
    assert!(asks(FINANCE, &live, &two));
    // The mirrors: how often, and how the same table is called here.
    let rarely = live.replace(
        "dbo.stocks}}}\n            trigger: {cron: \"0 * * * *\"}",
        "dbo.stocks}}}\n            trigger: {cron: \"0 3 * * *\"}",
    );
    assert!(!asks(FINANCE, &live, &rarely));
    let renamed = live.replace("{stocks: dbo.stocks}", "{goods: dbo.stocks}");
    let renamed = renamed.replace("{name: stocks,", "{name: goods, renamed_from: stocks,");
    assert!(!asks(FINANCE, &live, &renamed));
    // Without a table that is named, a rename captures the former one, until it is not stated any more.
    let live = live.replace("{tables: {stocks: dbo.stocks}}", "{}");
    let renamed = live.replace("{name: stocks,", "{name: goods, renamed_from: stocks,");
    assert!(!asks(FINANCE, &live, &renamed));
    assert!(asks(FINANCE, &renamed, &renamed.replace(" renamed_from: stocks,", "")));
}

#[test]
fn other_classes_of_what_a_zone_receives_are_accepted_by_it() {
    let policy = "  owner: github:big/us@main
  definition:
    policies:
    - name: R
      rule: {classifications: {deny: [Internal, Secret]}}
    waivers:
    - code: governance/classification
      path: zones/US/teams/Finance/workspaces/Away/groups/daily/sinks/Shop/orders
      policy: R
      reason: amounts only
      expires: 2027-06-30
";
    let near = AWAY.replace("US/Finance/Far", "US/Finance/Lake").replace("Masked/orders", "Shop/orders");
    let live =
        with(&[("  owner: github:big/us@main\n  definition:\n", policy), (MASK, &before(MASK, &near))]);
    // The copy, which US keeps, stays out of it.
    let live = live.split_once("        - name: Mask\n").unwrap().0.to_owned();
    let live = live.replace(
        "        - name: Masked\n          datasets:\n          - name: orders\n            schema: id Integer key, amount Decimal(9,2)\n            classifications: [Internal]\n",
        "        - {name: Masked}\n",
    );
    const SALES: &str = "github:big/sales@main";
    assert!(asks(SALES, &live, &live.replacen("[Internal]\n- name", "[Internal, Secret]\n- name", 1)));
    let table = live.replacen("sql_snapshot: {}", "sql_snapshot: {tables: {orders: sales.orders}}", 1);
    assert!(!asks(SALES, &live, &table));
}

#[test]
fn other_columns_and_classes_of_what_others_make_are_accepted_by_whoever_waived() {
    let all = |text: String| text.replace("SELECT id, amount FROM Shop_orders", "SELECT * FROM Shop_orders");
    let live = all(accepted()).replacen("amount Decimal(9,2)", "amount Decimal(9,2), phone VarChar(20)", 1);
    // The statement returns the column already, and nobody took it.
    let (shop, masked) = live.split_at(live.find("- name: Masked").unwrap());
    let taken = masked.replacen("amount Decimal(9,2)", "amount Decimal(9,2), phone VarChar(20)", 1);
    assert!(asks(FINANCE, &live, &format!("{shop}{taken}")));
    let relabelled = masked.replacen("[Internal]", "[Internal, Public]", 1);
    assert!(asks(FINANCE, &live, &format!("{shop}{relabelled}")));
    // The mirror: where the zone has its data from is its own word.
    let own = shop.replacen("sql_snapshot: {}", "sql_snapshot: {tables: {orders: sales.orders}}", 1);
    assert!(!asks("github:big/sales@main", &live, &format!("{own}{masked}")));
}

#[test]
fn another_address_of_the_container_is_accepted_by_whoever_waived() {
    let live = accepted();
    assert!(asks(FINANCE, &live, &live.replace("{file: far.db}", "{file: farther.db}")));
    assert!(!asks(FINANCE, &live, &live.replace("{file: uslake.db}", "{file: lake2.db}")));
}

#[test]
fn another_owner_of_the_team_is_accepted_by_whoever_waived_for_it() {
    const US: &str = "github:big/us@main";
    let (live, unwaived) = (accepted(), with(&[]));
    let sold = |text: &str| text.replacen(FINANCE, "github:evil/x@main", 1);
    assert!(is_asked(EU, US, &live, &sold(&live)));
    assert!(!is_asked(EU, US, &unwaived, &sold(&unwaived)));
}

#[test]
fn a_zone_is_told_what_its_rules_begin_to_free() {
    let frees = "{name: P, frees: {classified_only: [Internal]}, rule: {locations: {allow: [Mine/Bonn]}}}";
    let freeing = COPIED.replacen(
        "    - name: P\n      rule: {locations: {allow: [Mine/Bonn]}}",
        &format!("    - {frees}"),
        1,
    );
    let (shop, masked) = freeing.split_at(freeing.find("- name: Masked").unwrap());
    let secret = format!("{shop}{}", masked.replacen("[Internal]", "[Internal, Secret]", 1));
    let told = |source: &str| {
        let report = reviewed(source, &secret, &freeing);
        let notices = report.owner_notices().iter().filter(|notice| notice.owner.to_string() == EU);
        notices.flat_map(|notice| notice.events.values().cloned().collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(told(FINANCE), ["`Masked/orders` is free from `P` from now on"]);
}
