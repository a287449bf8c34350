//! docs/study.schema.json, which editors read, against the reader and the committed studies.

use std::collections::BTreeSet;

use secateur::study::{Profile, Study};
use serde_json::Value as Json;

fn schema() -> Json {
    let text = std::fs::read_to_string("docs/study.schema.json").unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What `node` may stand for: itself, or what it refers to, or each of its alternatives.
fn meanings<'a>(root: &'a Json, node: &'a Json) -> Vec<&'a Json> {
    let referred = node["$ref"].as_str().map(|path| root.pointer(&path[1..]).expect(path));
    let choices = node["oneOf"].as_array().into_iter().flatten();
    let below = referred.into_iter().chain(choices).flat_map(|n| meanings(root, n));
    std::iter::once(node).chain(below).collect()
}

/// The paths of keys below `value` that no meaning in `nodes` has.
fn strangers(root: &Json, nodes: &[&Json], value: &toml::Value, path: &str) -> Vec<String> {
    let inner = |found: Vec<&Json>, value: &toml::Value, path: &str| {
        let all: Vec<&Json> = found.into_iter().flat_map(|n| meanings(root, n)).collect();
        strangers(root, &all, value, path)
    };
    match value {
        toml::Value::Table(table) => {
            let one = |(key, value): (&String, &toml::Value)| {
                let path = format!("{path}.{key}");
                let named = nodes.iter().filter_map(|n| n["properties"].get(key));
                let any = nodes.iter().filter_map(|n| n.get("additionalProperties"));
                let found: Vec<&Json> = named.chain(any.filter(|n| n.is_object())).collect();
                if found.is_empty() { vec![path] } else { inner(found, value, &path) }
            };
            table.iter().flat_map(one).collect()
        }
        toml::Value::Array(items) => {
            let found: Vec<&Json> = nodes.iter().filter_map(|n| n.get("items")).collect();
            items.iter().flat_map(|item| inner(found.clone(), item, path)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_key_of_the_committed_studies_is_in_the_schema() {
    let (root, mut count) = (schema(), 0);
    for entry in std::fs::read_dir("studies").unwrap() {
        let path = entry.unwrap().path();
        let study = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let unknown = strangers(&root, &[&root], &study, "");
        assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
        count += 1;
    }
    assert!(count > 20);
    let strange = "[model]\nlonk = 1\n[[sweep]]\n[sweep.deep]\n[profiles.quick.samples]\ntets = 2";
    let unknown = strangers(&root, &[&root], &toml::from_str(strange).unwrap(), "");
    assert_eq!(unknown, [".model.lonk", ".profiles.quick.samples.tets", ".sweep.deep"]);
}

/// The keys that the reader names when it meets one that is like none of them.
fn keys_read(tables: &str) -> BTreeSet<String> {
    let text = format!(
        "claim = \"c\"\n{tables}\n[model]\nlink = \"He2\"\n\
         [[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [16]\n"
    );
    let refused = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap_err();
    let hint = refused.hint_text().unwrap_or_default();
    let (_, keys) = hint.split_once(" are ").unwrap_or_else(|| panic!("{tables}: {hint}"));
    keys.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_key_of_the_reader_is_in_the_schema_and_no_other() {
    let root = schema();
    let said = |pointer: &str| {
        let table = root.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
        table["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
    };
    let strange = "qqqqqqqqqqqq = 1";
    let expect = "[[expect]]\nclaim = \"e\"\nexponent = \"pruned\"\n";
    for (pointer, tables) in [
        ("", strange.to_owned()),
        ("/properties/profiles", format!("[profiles.qqqqqqqqqqqq]\n{strange}")),
        ("/$defs/profile", format!("[profiles.quick]\n{strange}")),
        ("/$defs/model", "[model.qqqqqqqqqqqq]".to_owned()),
        ("/$defs/sweep", format!("[[sweep]]\n{strange}")),
        ("/$defs/samples", format!("[samples]\n{strange}")),
        ("/$defs/options/properties/feature", format!("[learner.pruned.feature]\n{strange}")),
        ("/$defs/options/properties/keep/oneOf/1", format!("[learner.pruned.keep]\n{strange}")),
        ("/$defs/options/properties/width/oneOf/1", format!("[learner.pruned.width]\n{strange}")),
        ("/$defs/options/properties/predicted", format!("[learner.pruned.predicted]\n{strange}")),
        ("/$defs/expect", format!("[[expect]]\n{strange}")),
        ("/$defs/figure", format!("[figure]\n{strange}")),
        (
            "/$defs/figure/properties/base",
            format!("[figure]\nx = \"noise\"\ny = \"ratio\"\nbase = {{ {strange} }}"),
        ),
        (
            "/$defs/expect/properties/predicted/oneOf/1",
            format!("{expect}predicted = {{ {strange} }}"),
        ),
    ] {
        assert_eq!(said(pointer), keys_read(&tables), "{pointer}");
    }
    // A learner of the program, and one in another.
    let own = keys_read(&format!("[learner.pruned]\n{strange}"));
    let other = keys_read(&format!("[learner.mine]\ncommand = [\"mine\"]\n{strange}"));
    assert_eq!(said("/$defs/options"), &own | &other);
}
