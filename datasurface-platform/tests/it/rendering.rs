//! What arrives from another program keeps to the rules, or does not come in.

use datasurface_platform::{
    Plan,
    prelude::{File, Rendering, Resource, json, serde_json, serde_json::Value},
};

fn rendering() -> Rendering {
    let mut rendering = Rendering::from_resources([
        Resource::new("topic.a", "topic").attribute("b", json!({"y": 1, "x": 2})),
        Resource::new("topic.b", "topic").dependency("topic.a"),
    ])
    .unwrap();
    let bytes = File::new("image.bin", "application/octet-stream", vec![0xff, 0]).unwrap();
    rendering.add(bytes, [Resource::new("image", "image")]).unwrap();
    rendering
}

fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::to_value(rendering()).unwrap();
    change(&mut value);
    serde_json::from_value::<Rendering>(value).unwrap_err().to_string()
}

#[test]
fn renderings_come_back_as_they_were() {
    let text = serde_json::to_string(&rendering()).unwrap();
    assert_eq!(serde_json::from_str::<Rendering>(&text).unwrap(), rendering());
}

#[test]
fn a_rendering_that_arrives_goes_on_refusing() {
    let text = serde_json::to_string(&rendering()).unwrap();
    let mut arrived: Rendering = serde_json::from_str(&text).unwrap();
    let twice = File::new("IMAGE.bin", "text/plain", "x").unwrap();
    assert!(arrived.add(twice, [Resource::new("other", "image")]).is_err());
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let mut after = rendering();
    let file = |path: &str| File::new(path, "text/plain", "x").unwrap();
    let resource = |address: &str| Resource::new(address, "image");
    assert!(after.add(file("new"), []).is_err());
    assert!(after.add(file("new"), [resource("new"), resource("new")]).is_err());
    assert!(after.add(file("new"), [resource("new"), resource("topic.a")]).is_err());
    assert_eq!(after, rendering());
    after.add(file("new"), [resource("new")]).unwrap();
}

#[test]
fn what_breaks_the_rules_does_not_arrive() {
    let copy = |value: &mut Value, list: &str, member: &str, text: &str| {
        let mut twin = value[list][0].clone();
        twin[member] = text.into();
        value[list].as_array_mut().unwrap().push(twin);
    };
    let cases = [
        (refusal(|value| value["files"][0]["path"] = "../../etc/passwd".into()), "not a safe relative path"),
        (refusal(|value| value["resources"][0]["file"] = "/etc/passwd".into()), "not a safe relative path"),
        (refusal(|value| copy(value, "files", "path", "IMAGE.BIN")), "is rendered twice"),
        (refusal(|value| copy(value, "files", "path", "more.json")), "declares no resource"),
        (refusal(|value| copy(value, "resources", "kind", "image")), "is used twice"),
        (refusal(|value| copy(value, "resources", "file", "none.json")), "is in no rendered file"),
        (refusal(|value| value["resources"][0]["file"] = Value::Null), "declares no resource"),
        (refusal(|value| value["files"][1]["bytes"] = json!([1])), "either text or bytes"),
        (refusal(|value| value["more"] = json!(1)), "unknown field"),
        (refusal(|value| value["resources"][0]["origin"] = json!(["x"])), "is not the key of a node"),
    ];
    for (refusal, expected) in cases {
        assert!(refusal.contains(expected), "{refusal} does not say {expected}");
    }
}

#[test]
fn attributes_are_canonical_whoever_writes_them() {
    let mut value = serde_json::to_value(rendering()).unwrap();
    let written = serde_json::to_string(&rendering()).unwrap();
    value["resources"][1]["attributes"] = serde_json::from_str(r#"{"b": {"y": 1, "x": 2}}"#).unwrap();
    let arrived: Rendering = serde_json::from_value(value).unwrap();
    assert_eq!(serde_json::to_string(&arrived).unwrap(), written);
}

#[test]
fn a_plan_that_arrives_is_in_order() {
    let step = |action: &str, resource: &str, needs: &[&str]| {
        json!({"action": action, "meaning": "compatible", "effect": "none", "resource": resource, "kind": "k",
               "scope": "foundation", "reason": "", "cause": {"nodes": []}, "depends_on": needs})
    };
    let steps = [step("retire", "a", &[]), step("create", "b", &["c"]), step("create", "c", &[])];
    let plan: Plan = serde_json::from_value(json!({ "steps": steps })).unwrap();
    let order: Vec<_> = plan.steps().iter().map(|step| step.resource.as_str()).collect();
    assert_eq!(order, ["c", "b", "a"]);
}
