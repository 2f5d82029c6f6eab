//! Changes that concern several owners, as steps of one owner each: `review` allows every one of them, and none that
//! somebody else makes, or that comes too early.

use crate::{models, run::Fixture};

/// A closed datastore with one consumer, and a team beside.
const CLOSED: &str = include_str!("../steps/closed.yaml");

/// A transformer that copies what a zone keeps at one place.
const COPIED: &str = include_str!("../steps/copied.yaml");

const ECOSYSTEM: &str = "model";
const EU: &str = "eu";
const US: &str = "us";
const SALES: &str = "sales";
const FINANCE: &str = "finance";
const OTHER: &str = "other";

/// The live model, which goes on from step to step.
struct Live {
    model: String,
    fixture: Fixture,
}

/// What stands in the document, and what is to stand there.
type Edit<'a> = (&'a str, &'a str);

impl Live {
    fn new(model: &str) -> Self {
        let fixture = Fixture::new(&models::first());
        for side in ["old", "new"] {
            std::fs::create_dir(fixture.path(side)).unwrap();
        }
        Self { model: model.to_owned(), fixture }
    }

    fn edited(&self, edits: &[Edit<'_>]) -> String {
        edits.iter().fold(self.model.clone(), |model, (found, replacement)| {
            assert_eq!(model.matches(found).count(), 1, "{found:?} in:\n{model}");
            model.replace(found, replacement)
        })
    }

    /// The codes of errors of a change by the owner of a part.
    fn errors(&self, by: &str, edits: &[Edit<'_>]) -> Vec<String> {
        self.fixture.write("old/model.yaml", &self.model);
        self.fixture.write("new/model.yaml", self.edited(edits));
        let source = format!("--source github:big/{by}@main --on 2026-11-21 --format json");
        let said = self.fixture.run(&format!("review old new {source}"));
        let findings = said.json()["findings"].as_array().unwrap().clone();
        let errors = findings.iter().filter(|finding| finding["severity"] == "error");
        let codes: Vec<_> = errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(codes.is_empty(), said.code == 0, "{said:?}");
        codes
    }

    /// The consent that `check` proposes.
    fn consent(&self) -> String {
        self.fixture.write("model.yaml", &self.model);
        let findings =
            self.fixture.run("check model.yaml --on 2026-11-21 --format json").json()["findings"].clone();
        let proposed =
            findings.as_array().unwrap().iter().map(|finding| &finding["suggestion"]["patch"]["add"]);
        proposed.filter(|proposed| !proposed.is_null()).map(ToString::to_string).next().unwrap()
    }

    /// What the review of a change that is allowed says to people, as text and as a comment.
    fn told(&self, by: &str, edits: &[Edit<'_>]) -> [String; 2] {
        assert_eq!(self.errors(by, edits), [""; 0]);
        let source = format!("--source github:big/{by}@main --on 2026-11-21");
        ["text", "markdown"]
            .map(|form| self.fixture.run(&format!("review old new {source} --format {form}")).out)
    }

    #[track_caller]
    fn step(&mut self, by: &str, edits: &[Edit<'_>]) {
        assert_eq!(self.errors(by, edits), [""; 0], "{by}: {edits:?}");
        self.model = self.edited(edits);
    }

    #[track_caller]
    fn refused(&self, by: &str, edits: &[Edit<'_>], code: &str) {
        let codes = self.errors(by, edits);
        assert!(codes.iter().any(|found| found == code), "{by}: {codes:?} for {edits:?}");
    }
}

/// The workspace that reads the closed datastore, and what names it.
const REPORT: &str = "
        workspaces:
        - name: Report
          container: US/Finance/Lake
          groups:
          - name: daily
            sinks: [Shop/orders]";
const APPROVED: &str = "{team: US/Finance, group: Report/daily, dataset: orders, onward: closed}";
const PINNED: &str = "
group_pins:
- group: Report/daily
  platforms: [Mill]";

/// The end of the container of the team `Other`, and one more consumer behind it.
const AFTER_OTHER: &str = "other.db}}
          locations: [Mine/Bonn]
          encryption: company";
const TALLY: &str = "other.db}}
          locations: [Mine/Bonn]
          encryption: company
        workspaces:
        - name: Tally
          container: US/Other/Lake
          groups:
          - name: g
            sinks: [Shop/orders]";

#[test]
fn a_consumer_joins_a_closed_datastore_once_it_is_approved() {
    let mut live = Live::new(CLOSED);
    let joins = [(AFTER_OTHER, TALLY)];
    live.refused(OTHER, &joins, "access/not-approved");
    let both = format!("{APPROVED}\n          - {{team: US/Other, group: Tally/g, dataset: orders}}");
    live.refused(OTHER, &[(APPROVED, &both)], "authorization/not-yours");
    live.step(SALES, &[(APPROVED, &both)]);
    live.refused(FINANCE, &joins, "authorization/not-yours");
    live.step(OTHER, &joins);
}

#[test]
fn a_consumer_leaves_before_its_approval_and_its_pin_do() {
    let mut live = Live::new(CLOSED);
    let none = format!("\n          - {APPROVED}");
    live.refused(SALES, &[(&none, " []")], "access/not-approved");
    live.step(FINANCE, &[(REPORT, "")]);
    // Nobody else takes the name, and the wishes with it.
    let taken = TALLY.replace("Tally", "Report").replace("name: g", "name: daily");
    live.refused(OTHER, &[(AFTER_OTHER, &taken)], "access/not-approved");
    live.refused(OTHER, &[(AFTER_OTHER, &taken)], "authorization/needs-approval");
    live.step(SALES, &[(&none, " []")]);
    live.step(ECOSYSTEM, &[(PINNED, "")]);
}

#[test]
fn an_approved_workspace_and_its_group_are_renamed_by_their_team() {
    for (name, former, now) in [
        ("        - name: Report", "\n          renamed_from: Report", "Monthly/daily"),
        ("          - name: daily", "\n            renamed_from: daily", "Report/monthly"),
    ] {
        let mut live = Live::new(CLOSED);
        let word = now.split('/').find(|word| !["Report", "daily"].contains(word)).unwrap();
        let other = name.replace("Report", word).replace("daily", word);
        let renamed = format!("{other}{former}");
        live.refused(FINANCE, &[(name, &other)], "access/not-approved");
        live.step(FINANCE, &[(name, &renamed)]);
        live.refused(FINANCE, &[(former, "")], "access/not-approved");
        live.step(SALES, &[("group: Report/daily, dataset", &format!("group: {now}, dataset"))]);
        live.step(ECOSYSTEM, &[("- group: Report/daily", &format!("- group: {now}"))]);
        live.step(FINANCE, &[(former, "")]);
    }
}

#[test]
fn a_team_that_is_listed_and_has_a_container_in_use_is_renamed_by_its_parent() {
    let mut live = Live::new(CLOSED);
    let finance = "    - name: Finance\n      owner: github:big/finance@main";
    let former = "\n      renamed_from: Finance";
    let renamed = format!("    - name: Money{former}\n      owner: github:big/finance@main");
    live.refused(FINANCE, &[(finance, &renamed)], "authorization/not-yours");
    let handed_over = renamed.replace("big/finance", "big/other");
    live.refused(US, &[(finance, &handed_over)], "authorization/needs-approval");
    live.step(US, &[(finance, &renamed)]);
    live.refused(US, &[(former, "")], "reference/unknown-container");
    live.step(FINANCE, &[("US/Finance/Lake", "US/Money/Lake")]);
    live.step(SALES, &[("team: US/Finance", "team: US/Money")]);
    live.step(US, &[(former, "")]);
}

#[test]
fn a_zone_whose_team_is_listed_and_whose_container_is_in_use_is_renamed_by_its_parent() {
    let mut live = Live::new(CLOSED);
    let former = "\n  renamed_from: US";
    let renamed = [("- name: US", format!("- name: America{former}"))];
    let renamed = renamed.each_ref().map(|(found, now)| (*found, now.as_str()));
    live.refused(US, &renamed, "authorization/not-yours");
    live.step(ECOSYSTEM, &renamed);
    live.step(FINANCE, &[("container: US/Finance/Lake", "container: America/Finance/Lake")]);
    live.step(SALES, &[("team: US/Finance", "team: America/Finance")]);
    live.step(ECOSYSTEM, &[(former, "")]);
    // So is the one in which the data is.
    live.step(ECOSYSTEM, &[("- name: EU", "- name: Europe\n  renamed_from: EU")]);
    live.step(SALES, &[("container: EU/Sales/Source", "container: Europe/Sales/Source")]);
}

#[test]
fn a_document_of_its_own_follows_a_rename_by_the_parent() {
    let live = Live::new(CLOSED);
    let frame = "format: datasurface/1\nname: Big\nowner: github:big/model@main\nlive: github:big/live@main\nzones:\n";
    let zone = "- {name: EU, owner: 'github:big/eu@main'}\n";
    let renamed = "- {name: Europe, owner: 'github:big/eu@main', renamed_from: EU}\n";
    for (side, zone) in [("old", zone), ("new", renamed)] {
        live.fixture.write(&format!("{side}/model.yaml"), format!("{frame}{zone}"));
        live.fixture
            .write(&format!("{side}/eu.yaml"), "format: datasurface/1\nzone: EU\ndocumentation: Europe\n");
    }
    let review =
        |by: &str| live.fixture.run(&format!("review old new --source github:big/{by}@main --on 2026-11-21"));
    review(EU).bad();
    let said = review(ECOSYSTEM).good();
    assert!(
        said.out.contains("warning[document/former-name]: the zone `EU` is called `Europe` now"),
        "{said:?}"
    );
    assert!(said.out.contains("new/eu.yaml:2:7"), "{said:?}");
    // It is told once, by whatever verb reads the model.
    for verb in ["check", "graph"] {
        let said = live.fixture.run(&format!("{verb} new --on 2026-11-21")).good();
        let told = format!("{}{}", said.out, said.err);
        assert_eq!(told.matches("document/former-name").count(), 1, "{said:?}");
    }
}

/// A zone that lets its team keep data where it does not permit it, for a while.
const WAIVED: &str = "format: datasurface/1
name: Big
owner: github:big/model@main
live: github:big/live@main
vendors: [{name: Mine, locations: [Bonn, Ulm, Trier]}]
zones:
- name: EU
  owner: github:big/eu@main
  definition:
    policies: [{name: here, rule: {locations: {allow: [Mine/Bonn]}}}]
    waivers:
    - code: governance/location
      path: zones/EU/teams/Sales/datastores/Shop/capture/container
      policy: here
      reason: until the cellar is dry
      expires: 2027-06-30
    teams:
    - name: Sales
      owner: github:big/sales@main
      definition:
        containers: [{name: Source, kind: {sqlite: {file: source.db}}, locations: [Mine/Ulm]}]
        datastores:
        - name: Shop
          capture: {container: EU/Sales/Source, kind: {sql_snapshot: {}}}
          datasets: [{name: orders, schema: id Integer key}]
";

#[test]
fn what_a_zone_accepts_at_one_place_it_is_asked_about_at_another_one() {
    let mut live = Live::new(WAIVED);
    live.refused(SALES, &[("Mine/Ulm", "Mine/Trier")], "authorization/needs-approval");
    live.step(SALES, &[("Mine/Ulm", "Mine/Bonn")]);
    // It is as the zone permits now. Whether the waiver that is left accepts anything again is up to the zone.
    for place in ["Ulm", "Trier"] {
        let back = format!("locations: [Mine/{place}]}}]");
        live.refused(SALES, &[("locations: [Mine/Bonn]}]", &back)], "authorization/needs-approval");
    }
    live.step(SALES, &[("source.db", "other.db")]);
    // A location is not all that is in the one around it; what is inside of it is.
    let nested = WAIVED
        .replace("locations: [Bonn, Ulm, Trier]", "locations: [Bonn, Ulm/Cellar/Left, Ulm/Attic]")
        .replace("locations: [Mine/Ulm]", "locations: [Mine/Ulm/Cellar]");
    let live = Live::new(&nested);
    for place in ["Mine/Ulm/Attic", "Mine/Ulm"] {
        let moved = format!("locations: [{place}]");
        live.refused(SALES, &[("locations: [Mine/Ulm/Cellar]", &moved)], "authorization/needs-approval");
    }
    let inside = [("locations: [Mine/Ulm/Cellar]", "locations: [Mine/Ulm/Cellar/Left]")];
    assert_eq!(live.errors(SALES, &inside), [""; 0]);
}

/// What platforms find is waived as well.
#[test]
fn what_a_zone_accepts_on_one_platform_it_is_asked_about_on_another_one() {
    let live = Live::new(include_str!("../steps/pinned.yaml"));
    live.refused(
        ECOSYSTEM,
        &[("Shop, platform: Mill}", "Shop, platform: Other}")],
        "authorization/needs-approval",
    );
    let moved = [("place: Mine/Ulm}, locations: [Mine/Ulm]", "place: Mine/Trier}, locations: [Mine/Trier]")];
    live.refused(ECOSYSTEM, &moved, "authorization/needs-approval");
    assert_eq!(live.errors(ECOSYSTEM, &[("mill.db", "other-mill.db")]), [""; 0]);
    // A platform whose settings alone say where it is.
    let settings = "place: Mine/Ulm}, locations: [Mine/Ulm]";
    let undeclared = include_str!("../steps/pinned.yaml").replace(settings, "place: Mine/Ulm}");
    assert_ne!(undeclared, include_str!("../steps/pinned.yaml"));
    Live::new(&undeclared).refused(
        ECOSYSTEM,
        &[("place: Mine/Ulm}", "place: Mine/Trier}")],
        "authorization/needs-approval",
    );
}

/// A zone lets go what has certain classes only, and only where it can be seen what that is made of.
#[test]
fn only_what_can_be_read_and_has_these_classes_alone_is_freed() {
    let policy = "rule: {locations: {allow: [Mine/Bonn]}}";
    let frees = COPIED.replace(policy, &format!("frees: {{classified_only: [Internal]}}\n      {policy}"));
    let maker = "- name: Mask\n          container: US/Finance/Lake";
    let reader = "- name: Away\n          container: US/Finance/Far\n          groups:\n          - {name: daily, sinks: [Masked/orders]}";
    let both = format!("{reader}\n        {maker}");
    let reads = [(maker, both.as_str())];
    Live::new(COPIED).refused(FINANCE, &reads, "governance/location");
    assert_eq!(Live::new(&frees).errors(FINANCE, &reads), [""; 0], "it is freed");
    let selects = "{sql: {selects: [{dataset: orders, sql: \"SELECT id, amount FROM Shop_orders\"}]}}";
    let made = "- name: Masked\n          datasets:\n          - name: orders\n            schema: id Integer key, amount Decimal(9,2)\n            classifications: [Internal]";
    for (found, replacement) in [
        (selects, "{python: {package: masking, version: '==1.2', entry_point: 'masking:orders'}}".to_owned()),
        ("SELECT id, amount FROM", "SELECT TRANSFORM(id, amount) USING cat AS (id, amount) FROM".to_owned()),
        (made, made.replace("[Internal]", "[Internal, PII]")),
        (made, made.replace("[Internal]", "[Public]")),
        (made, made.replace("\n            classifications: [Internal]", "")),
    ] {
        assert_eq!(frees.matches(found).count(), 1, "{found}");
        let live = Live::new(&frees.replace(found, &replacement));
        live.refused(FINANCE, &reads, "governance/location");
    }
}

#[test]
fn a_container_is_opened_used_and_closed_again() {
    let mut live = Live::new(CLOSED);
    let capture = format!(
        "{AFTER_OTHER}
        datastores:
        - name: Depot
          capture:
            container: EU/Sales/Source
            kind: {{sql_snapshot: {{}}}}
          datasets:
          - {{name: stock, schema: id Integer key, classifications: [Internal]}}"
    );
    let source = "source.db}}\n          locations: [Mine/Bonn]";
    let open = format!("{source}\n          usable_by: {{read: [US/Other]}}");
    live.refused(OTHER, &[(AFTER_OTHER, &capture)], "container/not-usable");
    live.refused(OTHER, &[(source, &open)], "authorization/not-yours");
    live.step(SALES, &[(source, &open)]);
    live.step(OTHER, &[(AFTER_OTHER, &capture)]);
    live.refused(SALES, &[(&open, source)], "container/not-usable");
    live.step(OTHER, &[(&capture, AFTER_OTHER)]);
    live.step(SALES, &[(&open, source)]);
}

#[test]
fn a_release_is_consented_to_and_its_workspace_is_renamed() {
    let mut live = Live::new(COPIED);
    let sql = "SELECT id, amount FROM Shop_orders\"}]}}";
    let released = format!("{sql}\n            releases: [{{output: orders, zone: EU, reason: no persons}}]");
    let far = format!(
        "{released}
        - name: Report
          container: US/Finance/Far
          groups:
          - name: daily
            sinks: [Masked/orders]"
    );
    live.step(FINANCE, &[(sql, &released)]);
    live.refused(FINANCE, &[(&released, &far)], "governance/location");
    let consented = format!("    consents: [{}]\n    policies:", live.consent());
    let consents = [("    policies:", consented.as_str())];
    live.refused(FINANCE, &consents, "authorization/not-yours");
    live.step(EU, &consents);
    live.step(FINANCE, &[(&released, &far)]);
    // Another statement is another release.
    live.refused(FINANCE, &[("SELECT id, amount", "SELECT id, 2 * amount")], "transformer/consent-outdated");
    live.step(FINANCE, &[("- name: Mask\n", "- name: Blind\n          renamed_from: Mask\n")]);
    live.step(EU, &[("\"Mask\"", "\"Blind\"")]);
    live.refused(EU, &[(&consented.replace("Mask", "Blind"), "    policies:")], "governance/location");
}

#[test]
fn whoever_opens_a_datastore_tells_every_zone_from_which_its_data_comes() {
    let mut live = Live::new(COPIED);
    let output = "- name: Masked\n          datasets:";
    let closed = "- name: Masked\n          approved: []\n          datasets:";
    live.step(FINANCE, &[(output, closed)]);
    let [text, comment] = live.told(FINANCE, &[(closed, output)]);
    for (zone, owner) in [("EU", EU), ("US", US)] {
        let told =
            format!("the zone `{zone}` (github:big/{owner}@main): the datastore `Masked` is open to all");
        assert!(text.contains(&format!("tell: {told}")), "{text}");
        assert!(
            comment.contains(&format!("- `` the zone `{zone}` `` (` github:big/{owner}@main `)")),
            "{comment}"
        );
    }
    assert!(comment.contains("### Owners to tell\n"), "{comment}");
    // Nobody else reads by that what comes from a closed datastore, and to close it again needs no word.
    live.step(FINANCE, &[(closed, output)]);
    let [text, _] = live.told(FINANCE, &[(output, closed)]);
    assert!(!text.contains("tell: the zone"), "{text}");
}

#[test]
fn what_was_read_while_a_datastore_was_open_is_its_owners_again_when_it_is_closed() {
    let mut live = Live::new(CLOSED);
    let list = format!("\n          approved:\n          - {APPROVED}");
    live.step(SALES, &[(&list, "")]);
    let copies = "other.db}}
          locations: [Mine/Bonn]
          encryption: company
        datastores:
        - name: Masked
          datasets:
          - {name: orders, schema: 'id Integer key, amount Decimal(9,2)', classifications: [Internal]}
        workspaces:
        - name: Mask
          container: US/Other/Lake
          groups:
          - name: inputs
            sinks: [Shop/orders]
          transformer:
            output: Masked
            artifact: {sql: {selects: [{dataset: orders, sql: SELECT id, amount FROM Shop_orders}]}}";
    let copies = copies
        .replace("sql: SELECT id, amount FROM Shop_orders", "sql: 'SELECT id, amount FROM Shop_orders'");
    live.step(OTHER, &[(AFTER_OTHER, &copies)]);
    let reads = "[Shop/orders, Masked/orders]\n    - name: Other";
    live.step(FINANCE, &[("[Shop/orders]\n    - name: Other", reads)]);
    // Closed as it was, it is closed for the copy, and for those who read that.
    let before_us = "classifications: [Internal]\n- name: US";
    let closed = |list: &str| before_us.replace("\n- name", &format!("{list}\n- name"));
    live.refused(SALES, &[(before_us, &closed(&list))], "access/not-approved");
    let copied = "{team: US/Other, group: Mask/inputs, dataset: orders, onward: closed}";
    let only_copied = format!("\n          approved:\n          - {copied}");
    live.refused(SALES, &[(before_us, &closed(&only_copied))], "access/not-approved");
    live.step(SALES, &[(before_us, &closed(&format!("{list}\n          - {copied}")))]);
}
