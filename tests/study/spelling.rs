//! The spelling of a link is no part of a study's identity, and committed studies are spelled as
//! their results say.

use secateur::model::Link;
use secateur::study::{Cell, Profile, Study};

/// Every text that stands for a key `link`.
fn links(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::Array(items) => items.iter().for_each(|item| links(item, found)),
        toml::Value::Table(table) => {
            for (key, value) in table {
                let texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                if key == "link" {
                    found.extend(texts.iter().filter_map(|t| t.as_str().map(str::to_owned)));
                }
                links(value, found);
            }
        }
        _ => {}
    }
}

/// The seeds of trials hash the spelling.
#[test]
fn committed_studies_are_spelled_canonically() {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("studies").unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        links(&toml::from_str(&text).unwrap(), &mut found);
    }
    assert!(found.len() > 100, "{}", found.len());
    for text in found {
        assert_eq!(Link::canonical(&text).unwrap(), text);
    }
}

#[test]
fn cells_do_not_depend_on_the_spelling() {
    let study = |link: &str| {
        let text = format!(
            "claim = \"c\"\n[model]\nlink = \"{link}\"\n[[sweep]]\nlearner = \"pruned\"\n\
             alpha = 0.5\nd = [16, 25]\n[[expect]]\nclaim = \"e\"\nexponent = \"pruned\"\n\
             link = \"He3 + 0.5*He1\"\npredicted = 1\n"
        );
        let study = Study::parse("s", "s.toml", &text, Profile::Standard, &[]).unwrap();
        study.cells().map(Cell::name).collect::<Vec<_>>()
    };
    let cells = study("He3 + 0.5*He1");
    for other in [" He3+.5*He1 ", "(He3(t)) + 0.50*He1(t)", "He3(z1) + 5e-1*He1(z1)"] {
        assert_eq!(study(other), cells, "{other}");
    }
}
