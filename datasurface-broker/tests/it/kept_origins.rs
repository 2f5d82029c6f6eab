//! Rows of before keep their origins: what an output does not derive from any more, whoever reads its versions still reads.

use crate::fixture::*;
use chrono::NaiveDate;
use datasurface_broker::{Base, BrokerError, Lock};
use datasurface_model::*;
use serde_json::Value;

const FAR: &str = "zones/Away/teams/T/workspaces/Far/groups/g/sinks";

/// What two readers get of `Mix`, which is made of `People`, whose zone keeps it at one place, and of `Items`.
#[derive(Clone)]
struct World {
    /// Whether `People` is an input.
    is_mixed: bool,
    /// The name of the output, with the one that it had before.
    output: (&'static str, Option<&'static str>),
    /// The data that the output takes up.
    continues: Option<&'static str>,
    /// What is kept for the reader beside the data.
    near: (Milestoning, Option<Retention>),
    /// Whether the reader beside the data is served by a platform elsewhere.
    is_moved: bool,
    /// Whether there is a reader elsewhere.
    is_far_read: bool,
    /// Whether that one reads `Items` as they are captured.
    is_far_raw: bool,
    /// Whether `Items` are captured from a container of the zone of `People`.
    is_captured_at_home: bool,
    /// Whether that one reads the rows of now alone.
    is_far_live: bool,
    /// Whether `Next/out` is made of the output. Who reads elsewhere reads that one, and somebody beside the data, for ever.
    is_derived_from: bool,
    /// Whether `People` is closed, rather than kept at a place.
    is_closed: bool,
    /// Whether the zone of `People` waives.
    is_waived: bool,
    /// Whether it has said that nobody can. Then it waives whatever policy it is.
    is_unwaivable: bool,
    /// The zone of `People`.
    home: (&'static str, Option<&'static str>),
}

impl World {
    fn mixed() -> Self {
        Self {
            is_mixed: true,
            output: ("Mix", None),
            continues: None,
            near: (Milestoning::LiveAndForensic, None),
            is_moved: false,
            is_far_read: false,
            is_far_live: false,
            is_far_raw: false,
            is_captured_at_home: false,
            is_derived_from: false,
            is_closed: false,
            is_waived: false,
            is_unwaivable: false,
            home: ("Home", None),
        }
    }

    /// The same, and `Mix` is made of `Items` alone.
    fn apart(self) -> Self {
        Self { is_mixed: false, ..self }
    }

    fn read_far(self) -> Self {
        Self { is_far_read: true, ..self }
    }

    fn build(&self) -> Ecosystem {
        let dataset = |name: &str| Dataset::new(name, "id Integer key, text VarChar(10)");
        let (home, former) = self.home;
        let people = Datastore::new("People")
            .captured(Capture::sql_snapshot(format!("{home}/T/Source").as_str()))
            .dataset(dataset("a"));
        let people = match self.is_closed {
            true => {
                let groups = ["Mixer/g", "Near/g"].map(|group| Approval::new("Away/T", group, "a"));
                groups.into_iter().fold(people.restricted(), Datastore::approval)
            }
            false => people,
        };
        let here = PolicyRule::Locations(Permitted::only([Place::from("V/L")]));
        let policies = (!self.is_closed).then(|| Policy::new("here", here));
        let policies = policies.map(|policy| if self.is_unwaivable { policy.unwaivable() } else { policy });
        let zone = policies.into_iter().fold(GovernanceZone::new(), GovernanceZone::policy);
        let waiver = Waiver::new(
            "governance/location",
            format!("{FAR}/{}/out", self.output.0),
            "agreed",
            NaiveDate::MAX,
        );
        let waiver = match self.is_unwaivable {
            true => waiver,
            false => waiver.with_policy(PolicyKey::new(home, "here")),
        };
        let zone = if self.is_waived { zone.waiver(waiver) } else { zone };
        let zone = zone.team(
            "T",
            "github:o/people@main",
            Team::new()
                .container(
                    DataContainer::sqlite("Source", "p.db")
                        .located("V/L")
                        .readable_by(ContainerUser::Team("Away/T".into())),
                )
                .datastore(people),
        );

        let items = match self.is_captured_at_home {
            true => Capture::sql_snapshot(format!("{home}/T/Source").as_str()).table("a", "items"),
            false => Capture::sql_snapshot("Away/T/Source"),
        };
        let (name, was) = self.output;
        let select = match self.is_mixed {
            true => "SELECT p.id, i.text FROM People_a p JOIN Items_a i ON p.id = i.id",
            false => "SELECT id, text FROM Items_a",
        };
        let inputs = match self.is_mixed {
            true => vec!["People/a", "Items/a"],
            false => vec!["Items/a"],
        };
        let out = self.continues.into_iter().fold(dataset("out"), Dataset::continuing);
        let output = Datastore::new(name).dataset(out);
        let output = was.into_iter().fold(output, Datastore::renamed_from);
        let mixer = Workspace::new("Mixer")
            .with_container("Away/T/Lake")
            .group(DatasetGroup::new("g").with_sinks(inputs))
            .with_transformer(DataTransformer::sql(name).select("out", select));
        let reader = |workspace: &str, container: &str, (milestoning, retention): (_, Option<Retention>)| {
            let read = match workspace {
                "Far" if self.is_far_raw => "Items/a".to_owned(),
                "Far" | "Beside" if self.is_derived_from => "Next/out".to_owned(),
                _ => format!("{name}/out"),
            };
            let group = DatasetGroup::new("g").sink(read.as_str());
            let group = group.with_milestoning(milestoning);
            let group = retention.into_iter().fold(group, DatasetGroup::with_retention);
            Workspace::new(workspace).with_container(container).group(group)
        };
        let team = Team::new()
            .container(DataContainer::sqlite("Source", "i.db").located("V/L"))
            .container(DataContainer::sqlite("Lake", "lake.db").located("V/L"))
            .container(DataContainer::sqlite("Remote", "remote.db").located("V/M"))
            .datastore(Datastore::new("Items").captured(items).dataset(dataset("a")))
            .datastore(output)
            .workspace(mixer)
            .workspace(reader("Near", "Away/T/Lake", self.near));
        let team = match self.is_derived_from {
            true => {
                let select = format!("SELECT id, text FROM {name}_out");
                let next = Workspace::new("Next")
                    .with_container("Away/T/Lake")
                    .group(DatasetGroup::new("g").sink(format!("{name}/out").as_str()))
                    .with_transformer(DataTransformer::sql("Next").select("out", select.as_str()));
                let beside = reader("Beside", "Away/T/Lake", (Milestoning::LiveAndForensic, None));
                team.datastore(Datastore::new("Next").dataset(dataset("out")))
                    .workspace(next)
                    .workspace(beside)
            }
            false => team,
        };
        let far = if self.is_far_live { Milestoning::Live } else { Milestoning::LiveAndForensic };
        let team = match self.is_far_read {
            true => team.workspace(reader("Far", "Away/T/Remote", (far, None))),
            false => team,
        };
        let declared = ZoneDeclaration::new(home, "github:o/home@main").defined(zone);
        let declared = former.into_iter().fold(declared, ZoneDeclaration::renamed_from);
        let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
            .vendor(InfrastructureVendor::new("V").location("L").location("M"))
            .platform(minimal_platform("P").setting("at", "V/L"))
            .zone_declaration(declared)
            .zone("Away", "github:o/away@main", GovernanceZone::new().team("T", "github:o/team@main", team));
        match self.is_moved {
            true => ecosystem
                .platform(minimal_platform("Q").setting("at", "V/M"))
                .group_pin("Near/g", ["Q"])
                .primary_pin(name, "Q"),
            false => ecosystem,
        }
    }

    fn render(&self, site: &Site, on: &str) {
        let checked = self.build().validate(&Validation::on(day(on))).unwrap();
        let placed = broker().place(checked.ecosystem(), &site.lock()).unwrap();
        let target = site.target();
        let proposal = broker().propose(&placed, Base::Target(target.manifest()), day(on)).unwrap();
        proposal.write(&mut site.target(), &site.lock_path()).unwrap();
    }

    fn place(&self, lock: &Lock, on: &str) -> Result<(), BrokerError> {
        let checked = self.build().validate(&Validation::on(day(on))).unwrap();
        broker().place(checked.ecosystem(), lock).map(drop)
    }
}

fn refusal(placed: Result<(), BrokerError>) -> Vec<(String, String)> {
    let refused = placed.unwrap_err();
    let told = |finding: &Diagnostic| (finding.code().to_owned(), finding.path().to_string());
    refused.findings().iter().map(told).collect()
}

fn denied_at(output: &str) -> Vec<(String, String)> {
    vec![("governance/location".to_owned(), format!("{FAR}/{output}/out"))]
}

const FIRST: &str = "2026-11-21";
const SECOND: &str = "2026-11-22";

/// A site where versions were kept of what `People` was a part of, and is not any more.
fn site(world: &World) -> Site {
    let site = Site::new();
    world.render(&site, FIRST);
    world.clone().apart().render(&site, SECOND);
    site
}

#[test]
fn who_may_not_have_the_rows_of_before_is_refused() {
    let world = World::mixed();
    let site = site(&world);
    let apart = world.apart();
    assert_eq!(apart.place(&site.lock(), SECOND).err().map(|_| ()), None, "who read them may go on");
    let far = apart.read_far();
    assert_eq!(refusal(far.place(&site.lock(), SECOND)), denied_at("Mix"));
    // Years later, too: they are kept for ever.
    assert_eq!(refusal(far.place(&site.lock(), "2036-11-22")), denied_at("Mix"));
    let refused = far.place(&site.lock(), SECOND).unwrap_err();
    let finding = refused.findings().iter().next().unwrap();
    assert!(
        finding.related_places().iter().any(|place| place.message.contains("derived from data of `Home`")),
        "{refused}"
    );
    // The zone may let them go, and who begins with nothing may have what is made.
    World { is_waived: true, ..far.clone() }.place(&site.lock(), SECOND).unwrap();
    far.place(&Lock::default(), SECOND).unwrap();
}

#[test]
fn not_even_the_zone_lets_rows_of_before_go_if_its_policy_is_unwaivable() {
    let world = World { is_unwaivable: true, ..World::mixed() };
    let site = site(&world);
    let waived = World { is_waived: true, ..world.apart().read_far() };
    let refused = refusal(waived.place(&site.lock(), SECOND));
    let waiver = format!("zones/Home/waivers/governance/location {FAR}/Mix/out");
    assert_eq!(refused, [denied_at("Mix"), vec![("waiver/unwaivable".to_owned(), waiver)]].concat());
    waived.place(&Lock::default(), SECOND).unwrap();
}

#[test]
fn both_steps_at_once_are_refused_too() {
    let site = Site::new();
    let world = World::mixed();
    world.render(&site, FIRST);
    assert_eq!(refusal(world.apart().read_far().place(&site.lock(), SECOND)), denied_at("Mix"));
}

#[test]
fn rows_of_before_have_a_last_day() {
    let year = Some(Retention::years(1));
    let world = World { near: (Milestoning::LiveAndForensic, year), ..World::mixed() };
    let site = site(&world);
    let far = world.apart().read_far();
    // A year, and the week in which they are replaced.
    assert_eq!(refusal(far.place(&site.lock(), "2027-11-29")), denied_at("Mix"));
    far.place(&site.lock(), "2027-11-30").unwrap();
    // Who asks for more meanwhile keeps what is there.
    let longer = Retention::years(2);
    let longer = World { near: (Milestoning::LiveAndForensic, Some(longer)), is_far_read: false, ..far };
    longer.render(&site, "2027-06-01");
    assert_eq!(refusal(longer.read_far().place(&site.lock(), "2027-11-30")), denied_at("Mix"));
}

#[test]
fn rows_without_versions_are_there_until_they_are_replaced() {
    let world = World { near: (Milestoning::Live, None), ..World::mixed() };
    let site = site(&world);
    let far = world.apart().read_far();
    assert_eq!(refusal(far.place(&site.lock(), "2026-11-29")), denied_at("Mix"));
    // Who asks for versions before that has them among these.
    let near = World { near: (Milestoning::LiveAndForensic, None), is_far_read: false, ..far };
    near.render(&site, SECOND);
    assert_eq!(refusal(near.read_far().place(&site.lock(), "2026-11-30")), denied_at("Mix"));
}

#[test]
fn rows_that_were_replaced_are_over() {
    let world = World { near: (Milestoning::Live, None), ..World::mixed() };
    let site = site(&world);
    let far = World { is_far_live: true, ..world.apart().read_far() };
    assert_eq!(refusal(far.place(&site.lock(), "2026-11-29")), denied_at("Mix"));
    far.place(&site.lock(), "2026-11-30").unwrap();
}

#[test]
fn a_rename_of_the_output_or_of_the_zone_changes_nothing() {
    let world = World::mixed();
    let site = site(&world);
    let renamed = World { output: ("Blend", Some("Mix")), home: ("House", Some("Home")), ..world.apart() };
    assert_eq!(refusal(renamed.clone().read_far().place(&site.lock(), SECOND)), denied_at("Blend"));
    renamed.render(&site, SECOND);
    let settled = World { output: ("Blend", None), home: ("House", None), ..renamed };
    settled.render(&site, SECOND);
    assert_eq!(refusal(settled.read_far().place(&site.lock(), SECOND)), denied_at("Blend"));
}

#[test]
fn rows_of_a_closed_datastore_stay_closed() {
    let world = World { is_closed: true, ..World::mixed() };
    let site = site(&world);
    let refused = refusal(world.apart().read_far().place(&site.lock(), SECOND));
    assert_eq!(refused, [("access/not-approved".to_owned(), format!("{FAR}/Mix/out"))]);
}

#[test]
fn what_is_derived_again_is_not_told_twice() {
    let world = World::mixed();
    let site = site(&world);
    world.render(&site, SECOND);
    let text: Value = serde_json::from_str(&site.lock().to_text()).unwrap();
    assert_eq!(text["origins"]["Mix/out"].get("former"), None, "{text:#}");
}

#[test]
fn who_takes_the_rows_up_takes_their_origins_along() {
    let world = World { near: (Milestoning::LiveAndForensic, Some(Retention::years(1))), ..World::mixed() };
    let site = Site::new();
    world.render(&site, FIRST);
    let gone = World { output: ("Other", None), ..world.clone().apart() };
    gone.render(&site, SECOND);
    let again = World { output: ("Again", None), continues: Some("Mix/out"), ..world.apart() };
    again.place(&site.lock(), SECOND).unwrap();
    assert_eq!(refusal(again.read_far().place(&site.lock(), SECOND)), denied_at("Again"));
}

#[test]
fn a_lock_without_them_is_refused_by_the_target() {
    let world = World::mixed();
    let site = site(&world);
    let mut lock: Value = serde_json::from_str(&site.lock().to_text()).unwrap();
    lock.as_object_mut().unwrap().remove("origins").unwrap();
    let lost = Lock::from_text(&lock.to_string()).unwrap();
    let far = world.apart().read_far();
    let checked = far.build().validate(&Validation::on(day(SECOND))).unwrap();
    let placed = broker().place(checked.ecosystem(), &lost).unwrap();
    let refused = broker().propose(&placed, Base::Target(site.target().manifest()), day(SECOND)).unwrap_err();
    assert_eq!(codes(&refused), ["lock/other-storage"]);
}

#[test]
fn no_platform_elsewhere_serves_rows_of_before() {
    let world = World::mixed();
    let site = site(&world);
    let moved = World { is_moved: true, ..world.apart() };
    moved.place(&Lock::default(), SECOND).unwrap();
    let refused = moved.place(&site.lock(), SECOND).unwrap_err();
    assert!(refused.findings().codes().any(|code| code == "governance/platform-location"), "{refused}");
}

#[test]
fn what_was_captured_elsewhere_has_rows_of_before_too() {
    let captured = World { is_captured_at_home: true, ..World::mixed() };
    let site = Site::new();
    captured.render(&site, FIRST);
    let moved = World { is_captured_at_home: false, ..captured.apart() };
    moved.place(&site.lock(), SECOND).unwrap();
    let refused = refusal(World { is_far_raw: true, ..moved.read_far() }.place(&site.lock(), SECOND));
    assert_eq!(refused, [("governance/location".to_owned(), format!("{FAR}/Items/a"))]);
}

#[test]
fn what_is_made_of_rows_of_before_outlives_them() {
    let near = (Milestoning::LiveAndForensic, Some(Retention::years(1)));
    let world = World { near, is_derived_from: true, ..World::mixed() };
    let site = site(&world);
    let apart = world.apart();
    // `Mix` is free of rows of before after a year and a week, and `Next` keeps what it made of them.
    apart.render(&site, "2027-11-30");
    assert_eq!(refusal(apart.read_far().place(&site.lock(), "2029-01-01")), denied_at("Next"));
}
