//! The examples in Python, as components: `componentize-py` makes these of them.

use datasurface_platform::Registry;
use datasurface_testkit::{Law, LawReport, Laws, northwind};
use datasurface_wasm::{Limits, Module, platform};
use serde_json::{Value, json};
use std::{
    env, error::Error, ffi::OsStr, fs, io, net::TcpListener, path::Path, process::Command, time::Duration,
};

/// Python takes more than small guests do, and a machine may have other work.
pub(crate) const LIMITS: Limits =
    Limits { fuel: 20_000_000_000, time: Duration::from_secs(120), memory: 512 << 20, answer: 64 << 20 };

/// A component of an example; nothing where `componentize-py` is missing.
pub(crate) fn component(example: &str) -> Result<Option<Module>, Box<dyn Error>> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    component_of(&examples.join(format!("{example}.py")), LIMITS)
}

/// A component of a file with a function `answer`; nothing where `componentize-py` is missing.
pub(crate) fn component_of(source: &Path, limits: Limits) -> Result<Option<Module>, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let module = source.file_stem().and_then(OsStr::to_str).ok_or("the file has no name")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(module);
    fs::create_dir_all(&folder)?;
    fs::copy(source, folder.join(format!("{module}.py")))?;
    let app = format!(
        "import {module}\nfrom wit_world import WitWorld as World\n\n\nclass WitWorld(World):\n    \
         def answer(self, line):\n        return {module}.answer(line)\n"
    );
    fs::write(folder.join("app.py"), app)?;
    let file = folder.join("component.wasm");
    let program = env::var("DATASURFACE_COMPONENTIZE_PY").unwrap_or_else(|_| "componentize-py".to_owned());
    let mut command = Command::new(program);
    command.arg("-d").arg(root.join("program.wit")).args(["-w", "program", "componentize", "app", "-o"]);
    match command.arg(&file).current_dir(&folder).output() {
        Ok(output) if output.status.success() => Ok(Some(Module::from_file(&file, limits)?)),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            assert!(env::var_os("DATASURFACE_TEST_REQUIRE").is_none(), "componentize-py is not there");
            eprintln!("skipped: componentize-py is not there; install it from PyPI");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Settings of programs and modules are judged by their host, by the JSON Schema that they state: here there is none.
fn keeps_all_but_settings(report: &LawReport) {
    let broken: Vec<Law> = report.laws().into_iter().filter(|law| *law != Law::SettingsAreChecked).collect();
    assert!(broken.is_empty() && report.insufficiency.is_none(), "{report}");
}

#[test]
fn a_platform_in_python_keeps_every_law_as_a_component_but_that_of_its_host() -> Result<(), Box<dyn Error>> {
    let Some(module) = component("custom_platform")? else { return Ok(()) };
    let laws = Laws::new(Registry::new().with_factory(platform(&module)?)).with_kind("topics");
    keeps_all_but_settings(&laws.check(&laws.adapted(&northwind())));
    keeps_all_but_settings(&laws.check_generated(3));
    Ok(())
}

/// A component finds nothing of the machine, though a file and a listener are there, and none of its answers knows of another one.
#[test]
fn a_component_finds_neither_an_environment_nor_files_a_network_or_the_time() -> Result<(), Box<dyn Error>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/nosy.py");
    let Some(module) = component_of(&source, LIMITS)? else { return Ok(()) };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nosy/secret.txt");
    fs::write(&file, "Swordfish")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let asked = json!({ "file": file, "port": listener.local_addr()?.port() }).to_string();
    let answer = module.answer(&asked)?;
    assert_eq!(module.answer(&asked)?, answer, "it depends on the line alone");
    let found: Value = serde_json::from_str(&answer)?;
    for (name, value) in env::vars() {
        assert!(found["environment"].get(&name).is_none_or(|known| *known != value), "{name}: {answer}");
    }
    assert_eq!((&found["arguments"], &found["time"]), (&json!([]), &json!(0.0)), "{answer}");
    for look in ["read", "write", "folder", "network", "name", "program"] {
        assert!(found[look].get("failed").is_some(), "{look}: {answer}");
    }
    assert!(!file.with_extension("txt.new").exists());
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "nobody called");
    Ok(())
}
