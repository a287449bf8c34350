//! What programs are told: every line on standard error is an event of docs/events.schema.json.

use serde_json::Value as Json;

use crate::place::{MINI, Place};

/// What of `value` is not as `schema` says, with the path to it; of JSON Schema as much as the
/// schema uses.
fn faults(schema: &Json, value: &Json, path: &str) -> Vec<String> {
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(n) if n.is_u64() => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let is = |wanted: &Json| wanted == kind || (wanted == "number" && kind == "integer");
    let mut found = Vec::new();
    for (word, rule) in schema.as_object().expect("a schema is an object") {
        let fine = match word.as_str() {
            "type" => rule.as_array().map_or_else(|| is(rule), |kinds| kinds.iter().any(is)),
            "const" => rule == value,
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "required" => rule.as_array().expect("a list").iter().all(|key| {
                value.as_object().is_none_or(|v| v.contains_key(key.as_str().expect("a key")))
            }),
            "additionalProperties" => value
                .as_object()
                .is_none_or(|v| v.keys().all(|key| schema["properties"].get(key).is_some())),
            "oneOf" => {
                let rules = rule.as_array().expect("a list");
                rules.iter().filter(|rule| faults(rule, value, path).is_empty()).count() == 1
            }
            "properties" => {
                for (key, rule) in rule.as_object().expect("keys") {
                    let inner = value.get(key).map(|v| faults(rule, v, &format!("{path}.{key}")));
                    found.extend(inner.unwrap_or_default());
                }
                true
            }
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(rule, item, &format!("{path}[{i}]")));
                }
                true
            }
            "$schema" | "title" | "description" => true,
            other => panic!("the schema uses `{other}`"),
        };
        if !fine {
            found.push(format!("{path} = {value}: {word} {rule}"));
        }
    }
    found
}

fn schema() -> Json {
    serde_json::from_str(include_str!("../../docs/events.schema.json")).expect("JSON")
}

/// The events of what a command said, each as the schema has it.
pub(crate) fn events(said: &str) -> Vec<Json> {
    let schema = schema();
    let event = |line: &str| {
        let event: Json = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let all = schema["oneOf"].as_array().expect("a list");
        let own = all.iter().find(|s| s["properties"]["event"]["const"] == event["event"]);
        let own = own.unwrap_or_else(|| panic!("no such event: {line}"));
        assert_eq!(faults(own, &event, ""), Vec::<String>::new());
        assert!(faults(&schema, &event, "").is_empty());
        event
    };
    said.lines().map(event).collect()
}

fn names(events: &[Json]) -> Vec<&str> {
    let mut names: Vec<&str> = events.iter().filter_map(|e| e["event"].as_str()).collect();
    names.dedup();
    names
}

#[test]
fn the_schema_refuses_what_is_no_event() {
    let refused = |text: &str| !faults(&schema(), &text.parse().expect("JSON"), "").is_empty();
    assert!(!refused(r#"{"event": "note", "text": "x"}"#));
    assert!(refused(r#"{"event": "note"}"#));
    assert!(refused(r#"{"event": "note", "text": 1}"#));
    assert!(refused(r#"{"event": "note", "text": "x", "more": 1}"#));
    assert!(refused(r#"{"event": "cell", "cell": "x", "ran": -1, "reused": 0}"#));
    assert!(refused(r#"{"event": "unheard", "text": "x"}"#));
}

#[test]
fn every_line_of_a_study_is_an_event() {
    let place = Place::new();
    let run = |arguments: &[&str], code| {
        let ran = place.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
        (events(&ran.err), ran.out)
    };
    let (said, out) = run(&["study", "mini"], 0);
    assert_eq!(names(&said), ["plan", "cell", "ran", "search", "page"]);
    assert!(out.starts_with("{\n"), "{out}");
    let (said, _) = run(&["study", "mini", "--fresh"], 0);
    assert_eq!(names(&said), ["moved", "plan", "cell", "ran", "search", "page"]);
    let (said, out) = run(&["study", "mini", "--shard", "1/2"], 0);
    assert_eq!((names(&said).last(), out.as_str()), (Some(&"next"), ""));
    // Without a penalty the readout has no solution, and no trial succeeds.
    let sets = [
        "learner.pruned.lambda=0",
        "learner.unpruned.lambda=0",
        "samples.search=grid",
        "samples.n_max=64",
    ];
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let failing: Vec<&str> = ["study", "mini", "--out", "failed"].into_iter().chain(sets).collect();
    let (said, out) = run(&failing, 3);
    assert_eq!(
        (names(&said), out.as_str()),
        // No n* lies within such a range, which is said first.
        (vec!["warning", "plan", "cell", "ran", "failed", "nothing"], "")
    );
    assert_eq!(said[said.len() - 2]["first"].as_array().map(Vec::len), Some(3));
    let expects = MINI.replace("trials = 3", "expected = \"β = 1\"\ntrials = 3");
    place.write(
        "studies/expects.toml",
        expects.replace("test = 64", "test = 64\nn_max = 256").replace("n_max = 1024\n", ""),
    );
    let (said, _) = run(&["study", "expects"], 0);
    assert!(names(&said).ends_with(&["expected", "page"]));
    assert_eq!(said[said.len() - 2]["text"], "β = 1");
}

#[test]
fn errors_are_events_where_results_are_for_programs() {
    let place = Place::new();
    place.write("studies/bad.toml", MINI.replace("trials", "trails"));
    let json = ["--format", "json"];
    let error = |arguments: &[&str], code: i32| {
        let ran = place.run(&[arguments, &json].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?}: {}", ran.err);
        let mut said = events(&ran.err);
        let error = said.pop().expect("an event");
        assert_eq!((&error["event"], &error["code"]), (&"error".into(), &code.into()));
        (error["message"].as_str().expect("text").to_owned(), error)
    };
    let (message, bad) = error(&["study", "bad", "--quiet"], 2);
    assert_eq!(message, "unknown key `trails` in the study");
    let place = serde_json::json!({"name": "studies/bad.toml", "line": 2, "column": 1, "label": "no such key"});
    assert_eq!((&bad["place"], &bad["hint"]), (&place, &"did you mean `trials`?".into()));
    assert_eq!(error(&["plan", "none"], 2).1["place"], Json::Null);
    error(&["fit", "nothing"], 2);
    error(&["compare", "a", "b"], 2);
    error(&["link", "He2("], 2);
    error(&["predict", "--k-star", "0"], 2);
    error(&["rerun", "mini", "--trial", "a/1/0"], 2);
    // What is not understood at all, too.
    let (message, _) = error(&["study", "mini", "--no-such"], 2);
    assert_eq!(message, "unexpected argument '--no-such' found");
    assert_eq!(error(&["study", "mini", "--trials", "0"], 2).0.lines().count(), 1);
}
