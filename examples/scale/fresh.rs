//! What a plan costs, from nothing or after one edit, in a process that begins with it and reads everything from the disk: documents, lock and target.
//!
//! Time is that of the processor, so that other work on the machine counts little.

use crate::{
    arguments::{Arguments, Format},
    broker::{Site, registry},
    documents::by_team,
    report::Report,
};
use chrono::NaiveDate;
use datasurface::{
    broker::Target,
    document::{Documents, value_to_yaml},
    model::{Validate, Validation},
};
use serde_json::Value;
use std::{env, error::Error, fs, path::Path, process::Command};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }

    fn text(self, document: &Value) -> String {
        match self {
            Self::Json => document.to_string(),
            Self::Yaml => value_to_yaml(document),
        }
    }
}

/// Writes a model into the folder that has its target and its lock, if there are any, and has a process of its own plan it, for each format.
pub(crate) fn measure(folder: &Path, model: &Value, formats: &[Format], report: &mut Report) -> Result<()> {
    let documents = by_team(model.clone());
    for format in formats {
        for (name, document) in &documents {
            let path = folder.join(format!("model.{0}/{name}.{0}", format.name()));
            fs::create_dir_all(path.parent().ok_or("a document has no folder")?)?;
            fs::write(path, format.text(document))?;
        }
        let mut process = Command::new(env::current_exe()?);
        process.args(env::args().skip(1)).args(["--json", "--fresh", format.name(), "--folder"]).arg(folder);
        let output = process.output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        report.add(&serde_json::from_slice(&output.stdout)?);
    }
    Ok(())
}

/// Plans what is in a folder.
pub(crate) fn plan(format: Format, folder: &Path, arguments: &Arguments, report: &mut Report) -> Result<()> {
    let site = Site::new(registry(arguments), folder);
    let name = |what: &str| format!("fresh_{}_{what}", format.name());
    let phase = |what: &str| name(&format!("{what}_cpu_ms"));
    let loaded = report
        .processor(&phase("load"), || Documents::open(folder.join(format!("model.{}", format.name()))))?;
    let on = Validation::on(NaiveDate::MIN);
    let checked = report.processor(&phase("validate"), || loaded.ecosystem.validate(&on))?;
    let target = report.processor(&phase("open"), || Target::open(&site.target))?;
    report.peak_rss(&name("loaded_peak_rss_mib"));
    let placed = report.processor(&phase("place"), || site.place_checked(checked.ecosystem()))?;
    let proposed = report.processor(&phase("propose"), || site.propose(&placed, &target))?;
    report.count(&name("steps"), proposed.plans().map(|(_, plan)| plan.steps().len()).sum());
    let phases = ["load", "validate", "open", "place", "propose"].map(phase);
    report.sum(&phase("plan"), &phases.each_ref().map(String::as_str));
    report.ratio(&name("plan_to_load"), &phase("plan"), &phase("load"));
    report.peak_rss(&name("peak_rss_mib"));
    Ok(())
}
