//! Waivers: what is accepted for a while.

use crate::base::{consumer, day, deriving, valid};
use datasurface_model::{
    Classification, CodeInfo, DataContainer, DataTransformer, DatasetGroup, Diagnostic, Ecosystem, Findings,
    GovernanceZone, ModelPath, Permitted, Policy, PolicyRule, Set, Team, Validate, Validation, Waiver,
    Workspace,
};

#[test]
fn a_waived_error_lets_the_ecosystem_be_valid_and_is_still_told() {
    let path = "zones/USA/teams/NorthWind/workspaces/Mask/transformer/selects/customers";
    let transformer =
        DataTransformer::sql("Masked").select("customers", "SELECT customer_id, city FROM NW_Data_customers");
    let leaky = valid().edit_team("USA", "NorthWind", |team| {
        let workspace = deriving("Mask", "NW_Data/customers", transformer);
        team.without_workspace(&"Mask".into()).workspace(workspace)
    });
    let on = Validation::on(day("2026-06-30"));
    assert!(leaky.clone().validate(&on).is_err());
    let waiver = Waiver::new("transformer/under-classified", path, "is masked by hand", day("2026-12-31"));
    let checked = leaky.edit_zone("USA", |zone| zone.waiver(waiver)).validate(&on).unwrap();
    assert!(checked.findings().is_empty());
    assert_eq!(checked.waived().codes().collect::<Vec<_>>(), ["transformer/under-classified"]);
}

#[test]
fn a_waiver_that_names_a_policy_leaves_what_others_deny() {
    let deny = |name: &str| {
        let denied = Permitted::all_except([Classification::from("PII")]);
        Policy::new(name, PolicyRule::Classifications(denied))
    };
    let zone = GovernanceZone::new().policy(deny("first")).policy(deny("second"));
    let ecosystem = apart(zone);
    let path = "zones/Apart/teams/Readers/workspaces/W/groups/everything/sinks/NW_Data/customers";
    let on = Validation::on(day("2026-06-30"));
    let waiver = Waiver::new("governance/classification", path, "is agreed", day("2026-12-31"));

    let by_zone = |ecosystem: &Ecosystem, waiver: Waiver| {
        ecosystem.clone().edit_zone("Apart", |zone| zone.waiver(waiver))
    };
    let one = by_zone(&ecosystem, waiver.clone().with_policy("first"));
    let left = one.clone().validate(&on).unwrap_err();
    assert_eq!(left.findings().codes().collect::<Vec<_>>(), ["governance/classification"]);
    assert!(left.findings().iter().all(|finding| finding.message().contains("`second`")));
    let both = by_zone(&one, waiver.clone().with_policy("Apart/second")).validate(&on).unwrap();
    assert!(both.findings().is_empty(), "{}", both.findings());
    assert_eq!(both.waived().len(), 2);
    // Those that name a policy are told before one that does not, and one that is over is not told at all.
    for (expires, of_each) in [("2026-01-01", 1), ("2027-01-01", 2)] {
        let general = Waiver::new("governance/classification", path, "is older", day(expires));
        let three = by_zone(both.ecosystem(), general);
        for finding in both.waived().iter() {
            let waivers: Vec<_> = three.waivers_of(finding, day("2026-06-30")).collect();
            assert_eq!(waivers.len(), of_each);
            assert_eq!(waivers[0].policy_of(&finding.guardian()), finding.policy());
        }
    }

    let all = by_zone(&ecosystem, waiver.clone()).validate(&on).unwrap();
    assert_eq!(all.findings().codes().collect::<Vec<_>>(), ["waiver/several-policies"]);
    let spelled = |policy: &str| {
        let none = by_zone(&ecosystem, waiver.clone().with_policy(policy)).validate(&on).unwrap_err();
        let codes: Set<_> = none.findings().codes().collect();
        assert_eq!(codes, ["governance/classification", "reference/unknown-policy"].into());
        let of_policy = |finding: &&Diagnostic| finding.code() == "reference/unknown-policy";
        let help = none.findings().iter().find(of_policy).and_then(Diagnostic::help).map(str::to_owned);
        help.unwrap_or_default()
    };
    for slip in ["Apart/frist", "frist", "Apert/first"] {
        assert_eq!(spelled(slip), "did you mean `Apart/first`?", "{slip}");
    }
    assert_eq!(spelled("Elsewhere/other"), "name a policy of the zone, or leave it out");
}

#[test]
fn what_a_platform_finds_is_brought_by_no_policy() {
    static FULL: CodeInfo = CodeInfo::warning("cupboard/full", "a cupboard is full", "Take something out.");
    static BROKEN: CodeInfo = CodeInfo::error("cupboard/broken", "a cupboard is broken", "Mend it.");
    let denied = Permitted::all_except([Classification::from("MNPI")]);
    let zone = GovernanceZone::new().policy(Policy::new("first", PolicyRule::Classifications(denied)));
    let waiver = |code: &str| {
        Waiver::new(code, "platforms/Local", "is agreed", day("2026-12-31")).with_policy("Apart/first")
    };
    let waived =
        apart(zone).waiver(waiver(FULL.code)).waiver(waiver(BROKEN.code)).waiver(waiver("cupboard/empty"));
    let checked = waived.validate(&Validation::on(day("2026-06-30"))).unwrap();
    let found = [&FULL, &BROKEN].map(|code| {
        Diagnostic::new(
            code,
            ModelPath::root().child("platforms", "Local"),
            "`Local` is a cupboard".to_owned(),
        )
    });
    let (left, _) = checked.ecosystem().apply_waivers(Findings::from_iter(found), &[]);
    let unused = left.iter().filter(|finding| finding.code() == "waiver/unused");
    let unused: Vec<_> = unused.map(|finding| finding.path().to_string()).collect();
    assert_eq!(left.len(), 3, "{left}");
    assert!(unused.len() == 1 && unused[0].contains(FULL.code), "{unused:?}");
}

#[test]
fn only_the_owner_whom_a_finding_protects_waives_it() {
    let on = Validation::on(day("2026-06-30"));
    let denied = Permitted::all_except([Classification::from("PII")]);
    let zone = GovernanceZone::new().policy(Policy::new("here", PolicyRule::Classifications(denied)));
    let path = "zones/Apart/teams/Readers/workspaces/W/groups/everything/sinks/NW_Data/customers";
    let waiver = || Waiver::new("governance/classification", path, "is agreed", day("2026-12-31"));
    let codes = |ecosystem: Ecosystem| -> Vec<String> {
        let codes = |findings: &Findings| findings.codes().map(str::to_owned).collect();
        match ecosystem.validate(&on) {
            Ok(checked) => codes(checked.findings()),
            Err(invalid) => codes(invalid.findings()),
        }
    };
    let of_zone = || apart(zone.clone());
    // The zone of the policy does.
    assert_eq!(codes(of_zone().edit_zone("Apart", |zone| zone.waiver(waiver()))), [""; 0]);
    // Neither the ecosystem does, nor the team that wants the data, nor the zone of the data.
    let refused = [
        of_zone().waiver(waiver()),
        of_zone().edit_team("Apart", "Readers", |team| team.waiver(waiver())),
        of_zone().edit_zone("USA", |zone| zone.waiver(waiver())),
    ];
    for refused in refused {
        let findings = refused.clone().validate(&on).unwrap_err().findings().clone();
        let of_waiver = |finding: &&Diagnostic| finding.code() == "waiver/other-owner";
        let found = findings.iter().find(of_waiver).unwrap();
        assert!(found.message().ends_with("protects the zone `Apart`"), "{found}");
        assert_eq!(findings.len(), 2, "{findings}");
    }
    // Nor does anybody what is unwaivable.
    let strict = of_zone().edit_zone("Apart", |zone| {
        let [policy] = &zone.policies().iter().cloned().collect::<Vec<_>>()[..] else {
            panic!("there is one")
        };
        GovernanceZone::new()
            .policy(policy.clone().unwaivable())
            .with_teams(zone.teams().iter().cloned())
            .waiver(waiver())
    });
    assert_eq!(codes(strict), ["governance/classification", "waiver/unwaivable"]);
    // What protects the ecosystem is waived by it, and not by the zone or team in which it is.
    let reserved = || {
        valid().edit_team("USA", "NorthWind", |team| team.workspace(consumer("Order", "NW_Data/customers")))
    };
    let path = "zones/USA/teams/NorthWind/workspaces/Order";
    let known = || Waiver::new("name/reserved-word", path, "is known", day("2026-12-31"));
    assert_eq!(codes(reserved()), ["name/reserved-word"]);
    assert_eq!(codes(reserved().waiver(known())), [""; 0]);
    let by_team = reserved().edit_team("USA", "NorthWind", |team| team.waiver(known()));
    assert_eq!(codes(by_team), ["waiver/other-owner", "name/reserved-word"]);
}

#[test]
fn a_team_waives_what_protects_its_container() {
    let on = Validation::on(day("2026-06-30"));
    let own = DataContainer::sqlite("Own", "own.db").located("Azure/USA");
    let wanted = DatasetGroup::new("everything").sink("NW_Data/customers");
    let reader = Workspace::new("W").with_container("USA/NorthWind/Own").group(wanted);
    let ecosystem = valid()
        .edit_team("USA", "NorthWind", |team| team.container(own))
        .edit_zone("USA", |zone| zone.team("Others", "git:others@main", Team::new().workspace(reader)));
    let found = ecosystem.clone().validate(&on).unwrap_err().findings().clone();
    let [found] =
        &found.iter().filter(|found| found.code() == "container/not-usable").collect::<Vec<_>>()[..]
    else {
        panic!("{found}")
    };
    let waiver = Waiver::new(found.code(), found.path().to_string(), "until autumn", day("2026-12-31"));
    let by_owner = ecosystem.clone().edit_team("USA", "NorthWind", |team| team.waiver(waiver.clone()));
    let checked = by_owner.validate(&on).unwrap();
    assert_eq!(checked.waived().codes().collect::<Vec<_>>(), ["container/not-usable"]);
    for other in [
        ecosystem.clone().waiver(waiver.clone()),
        ecosystem.clone().edit_zone("USA", |zone| zone.waiver(waiver.clone())),
        ecosystem.clone().edit_team("USA", "Others", |team| team.waiver(waiver)),
    ] {
        let refused = other.validate(&on).unwrap_err();
        let codes: Vec<_> = refused.findings().codes().collect();
        assert!(
            codes.contains(&"container/not-usable") && codes.contains(&"waiver/other-owner"),
            "{codes:?}"
        );
    }
}

fn apart(zone: GovernanceZone) -> Ecosystem {
    let team = Team::new().workspace(consumer("W", "NW_Data/customers"));
    valid().zone("Apart", "git:apart@main", zone.team("Readers", "git:readers@main", team))
}
