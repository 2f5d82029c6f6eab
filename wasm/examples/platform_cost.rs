//! The cost of a platform that is a module: `cargo run --release --example platform_cost -- FILE`, where the file is a component of
//! `examples/custom_platform.py`. It is asked what `docs/protocol.md` shows.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use datasurface_wasm::{Limits, Module};
use serde_json::Value;
use std::{
    env,
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

const TURNS: u32 = 50;

/// The requests of the conversation, each on a line.
fn requests() -> Result<Vec<String>, Box<dyn Error>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md"))?;
    let (_, conversation) = text.split_once("## A conversation").ok_or("there is no conversation")?;
    let blocks = conversation.split("```json\n").skip(1).filter_map(|block| block.split("```").next());
    let lines = blocks.map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let requests = lines.iter().filter(|line| line.get("request").is_some());
    Ok(requests.map(Value::to_string).collect())
}

fn name(request: &str) -> Option<String> {
    let request: Value = serde_json::from_str(request).ok()?;
    request.get("request")?.as_object()?.keys().next().cloned()
}

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(env::args().nth(1).ok_or("which component?")?)?;
    let requests = requests()?;
    let limits = Limits { answer: 64 << 20, memory: 512 << 20, fuel: u64::MAX, ..Limits::default() };
    let before = Instant::now();
    let module = Module::from_bytes(&bytes, limits)?;
    println!("compiled: {:?}", before.elapsed());
    let mut cold = Duration::MAX;
    let mut instance = module.instance()?;
    for _ in 0..TURNS {
        let before = Instant::now();
        instance = module.instance()?;
        for greeting in requests.iter().take(2) {
            instance.answer(greeting)?;
        }
        cold = cold.min(before.elapsed());
    }
    println!("cold, an instance that greeted and was created: {cold:?}");
    for request in requests.iter().skip(2) {
        let mut warm = Duration::MAX;
        for _ in 0..TURNS {
            let before = Instant::now();
            instance.answer(request)?;
            warm = warm.min(before.elapsed());
        }
        println!("warm, {}: {} bytes, {warm:?}", name(request).unwrap_or_default(), request.len());
    }
    Ok(())
}
