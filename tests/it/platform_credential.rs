//! What a platform logs in with is none of a team's credentials, whoever comes second.

use crate::base::{edited, today, valid};
use datasurface_model::*;

const CODE: &str = "platform/team-credential";

fn codes(outcome: &Result<Checked, Invalid>) -> Vec<&str> {
    let findings = outcome.as_ref().map_or_else(|it| it.findings(), |it| it.findings());
    findings.codes().collect()
}

#[test]
fn a_platform_takes_no_credential_of_a_team_and_a_team_none_of_a_platform() {
    let declared = |ecosystem: Ecosystem, name: &str| {
        let credential = Credential::new(name, CredentialKind::Password).opening("USA/NorthWind/Source");
        ecosystem.edit_team("USA", "NorthWind", |team| team.credential(credential))
    };
    let named = |ecosystem: Ecosystem, name: &str| {
        let setting = serde_json::json!([{ "login": format!("USA/NorthWind/{name}") }]);
        ecosystem.platform(PlatformDeclaration::new("Broker", "kafka").setting("clusters", setting))
    };
    let both = |name: &str| named(declared(valid(), "reader"), name);
    for before in [valid(), declared(valid(), "reader"), named(valid(), "reader"), both("broker")] {
        let before = before.validate(&Validation::on(today())).unwrap();
        assert_eq!(codes(&Ok(before.clone())), [""; 0]);
        let after = both("reader").validate(&Validation::on(today()).since(&before));
        assert_eq!(codes(&after), [CODE]);
        let mended = both("broker").validate(&Validation::on(today()).since(&after.unwrap_err()));
        assert_eq!(codes(&mended), [""; 0]);
    }
}

#[test]
fn the_credential_of_a_repository_is_no_credential_of_a_team() {
    let reached = |name: &str| {
        let owner = Repository::from("github:nw/eu@main").with_credential(name);
        edited(|team| {
            let credential = Credential::new("reader", CredentialKind::Password);
            team.credential(credential.opening("USA/NorthWind/Source"))
        })
        .zone_declaration(ZoneDeclaration::new("EU", owner))
    };
    // Neither is it looked for among those of a team, nor is one of these meant by its name.
    for name in ["reader", "robot"] {
        let checked = reached(name).validate(&Validation::on(today())).unwrap();
        assert_eq!(codes(&Ok(checked.clone())), [""; 0]);
        let [credential] =
            checked.ecosystem().credentials().into_iter().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(credential.to_string(), "USA/NorthWind/reader");
    }
}
