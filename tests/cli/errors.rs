//! Everything a user can get wrong: one clear message with its place and a hint, the right
//! exit code, nothing on standard output, and no file touched.

#![expect(clippy::too_many_lines, reason = "a test is a table of whole messages")]

use crate::place::Place;

/// The whole message, of a command that must change nothing.
fn refused(place: &Place, arguments: &[&str], code: i32, message: &str) {
    let before = place.files();
    let ran = place.run(arguments);
    assert_eq!(ran.err.trim(), message.trim(), "{arguments:?}");
    assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{arguments:?}");
    assert!(place.files() == before, "{arguments:?} touched files");
}

/// The message of `secateur plan` about the study file `text`.
fn bad_study(text: impl AsRef<[u8]>, message: &str) {
    let place = Place::new();
    place.write("studies/bad.toml", text);
    refused(&place, &["plan", "bad"], 2, message);
}

/// The message of `secateur plan mini --set …`.
fn bad_set(assignment: &str, message: &str) {
    refused(&Place::new(), &["plan", "mini", "--set", assignment], 2, message);
}

/// The message about a folder of results whose `trials.csv` is `text`.
fn bad_trials(text: &str, arguments: &[&str], message: &str) {
    let place = Place::new();
    place.write("results/mini/trials.csv", text);
    refused(&place, arguments, 1, message);
}

/// Names of studies: unknown, or unfit to name a folder.
#[test]
fn an_unknown_study_is_met_with_the_nearest_name() {
    refused(
        &Place::new(),
        &["study", "minj"],
        2,
        r"
× unknown study `minj`
  help: did you mean `mini`? `secateur list` shows all",
    );
    refused(
        &Place::new(),
        &["study", "zzzzzz"],
        2,
        r"
× unknown study `zzzzzz`
  help: the studies are mini",
    );
    refused(
        &Place::new(),
        &["study", "a/b"],
        2,
        r"
× `a/b` cannot name a study
  help: use letters, digits, `_`, `-` and `.`; the name becomes a folder of results",
    );
    refused(
        &Place::new(),
        &["study", ".."],
        2,
        r"
× `..` cannot name a study
  help: use letters, digits, `_`, `-` and `.`; the name becomes a folder of results",
    );
    refused(
        &Place::new(),
        &["study", ""],
        2,
        r"
× `` cannot name a study
  help: use letters, digits, `_`, `-` and `.`; the name becomes a folder of results",
    );
    refused(
        &Place::new(),
        &["study", "<b>"],
        2,
        r"
× `<b>` cannot name a study
  help: use letters, digits, `_`, `-` and `.`; the name becomes a folder of results",
    );
    refused(
        &Place::new(),
        &["study", "a\u{1b}[31m"],
        2,
        r"
× `a\u{1b}[31m` cannot name a study
  help: use letters, digits, `_`, `-` and `.`; the name becomes a folder of results",
    );
    refused(
        &Place::new(),
        &["study", "x.toml"],
        2,
        r"
× there is no study file x.toml
  help: `secateur list` shows the studies",
    );
    refused(
        &Place::new(),
        &["study", "studies"],
        2,
        r"
× unknown study `studies`
  help: the studies are mini",
    );
}

#[test]
fn a_file_that_is_no_study_says_why() {
    bad_study(
        "",
        r"
× studies/bad.toml is empty
  help: a study needs a claim, a [model] with a link, and a [[sweep]]; studies/ has examples",
    );
    bad_study(
        b"claim = \"\xff\"\n",
        r"
× studies/bad.toml, line 1: not text in UTF-8
  help: is this a study file? Save it as UTF-8",
    );
    bad_study(
        "claim = \n",
        r"
× studies/bad.toml is not valid TOML: string values must be quoted, expected literal string
   ╭─[studies/bad.toml:1:9]
 1 │ claim = 
   ·         ▲
   ·         ╰── here
   ╰────
  help: see https://toml.io for the syntax, and studies/ for examples",
    );
    bad_study(
        "claim = \"a\"\nclaim = \"b\"\n",
        r#"
× studies/bad.toml is not valid TOML: duplicate key
   ╭─[studies/bad.toml:2:1]
 1 │ claim = "a"
 2 │ claim = "b"
   · ──┬──
   ·   ╰── here
   ╰────
  help: see https://toml.io for the syntax, and studies/ for examples"#,
    );
    bad_study(
        "claim = \"a\"\n",
        r#"
× `model` is missing in the study
   ╭─[studies/bad.toml:1:1]
 1 │ claim = "a"
   · ▲
   · ╰── without model
   ╰────
  help: add `model`; docs/studies.md lists the keys of a study"#,
    );
    bad_study(
        "[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× `claim` is missing in the study
   ╭─[studies/bad.toml:1:1]
 1 │ [model]
   · ▲
   · ╰── without claim
 2 │ link = "He2"
   ╰────
  help: add `claim`; docs/studies.md lists the keys of a study"#,
    );
}

#[test]
fn an_unknown_key_is_shown_with_the_nearest_one() {
    bad_study(
        "claim = \"c\"\ntrails = 4\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× unknown key `trails` in the study
   ╭─[studies/bad.toml:2:1]
 1 │ claim = "c"
 2 │ trails = 4
   · ───┬──
   ·    ╰── no such key
 3 │ [model]
   ╰────
  help: did you mean `trials`?"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\nnoice = 0.1\n",
        r"
× unknown key `noice` in sweep
   ╭─[studies/bad.toml:8:1]
 7 │ d = [8]
 8 │ noice = 0.1
   · ──┬──
   ·   ╰── no such key
   ╰────
  help: did you mean `noise`?",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\nzzzzzzzz = 1\n",
        r"
× unknown key `zzzzzzzz` in sweep
   ╭─[studies/bad.toml:8:1]
 7 │ d = [8]
 8 │ zzzzzzzz = 1
   · ────┬───
   ·     ╰── no such key
   ╰────
  help: the keys of sweep are learner, alpha, d, link, r, q, noise, input, trials",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n[learner.pruned]\nwidht = 3\n",
        r"
× unknown key `widht` in learner.pruned
   ╭─[studies/bad.toml:9:1]
 8 │ [learner.pruned]
 9 │ widht = 3
   · ──┬──
   ·   ╰── no such key
   ╰────
  help: did you mean `width`?",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n[profiles.quick]\ntrails = 3\n",
        r"
× unknown key `trails` in profiles.quick
   ╭─[studies/bad.toml:9:1]
 8 │ [profiles.quick]
 9 │ trails = 3
   · ───┬──
   ·    ╰── no such key
   ╰────
  help: did you mean `trials`?",
    );
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    bad_study(
        "claim = \"c\"\ntrials = \"many\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× trials must be a whole number, not a text
   ╭─[studies/bad.toml:2:10]
 1 │ claim = "c"
 2 │ trials = "many"
   ·          ───┬──
   ·             ╰── a text
 3 │ [model]
   ╰────
  help: write, for example, trials = 16"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = \"half\"\nd = [8]\n",
        r#"
× alpha must be a number, not a text
   ╭─[studies/bad.toml:6:9]
 5 │ learner = "pruned"
 6 │ alpha = "half"
   ·         ───┬──
   ·            ╰── a text
 7 │ d = [8]
   ╰────
  help: write, for example, alpha = 0.5"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8.5]\n",
        r"
× d must be a whole number, not a decimal number
   ╭─[studies/bad.toml:7:6]
 6 │ alpha = 0.5
 7 │ d = [8.5]
   ·      ─┬─
   ·       ╰── a decimal number
   ╰────
  help: write, for example, d = 16",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = 3\nalpha = 0.5\nd = [8]\n",
        r#"
× learner must be a text, not a whole number
   ╭─[studies/bad.toml:5:11]
 4 │ [[sweep]]
 5 │ learner = 3
   ·           ┬
   ·           ╰── a whole number
 6 │ alpha = 0.5
   ╰────
  help: write, for example, learner = "…", in quotes"#,
    );
    bad_study(
        "claim = 5\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× claim must be a text, not a whole number
   ╭─[studies/bad.toml:1:9]
 1 │ claim = 5
   ·         ┬
   ·         ╰── a whole number
 2 │ [model]
   ╰────
  help: write, for example, claim = "…", in quotes"#,
    );
    bad_study(
        "claim = \"c\"\nmodel = 3\n",
        r#"
× model must be a table, not a whole number
   ╭─[studies/bad.toml:2:9]
 1 │ claim = "c"
 2 │ model = 3
   ·         ┬
   ·         ╰── a whole number
   ╰────
  help: the keys of model are link, r, noise, input, normalize, direction, q"#,
    );
    bad_study(
        "claim = \"c\"\ntrials = 1979-05-27\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× trials must be a whole number, not a text
   ╭─[studies/bad.toml:2:10]
 1 │ claim = "c"
 2 │ trials = 1979-05-27
   ·          ─────┬────
   ·               ╰── a text
 3 │ [model]
   ╰────
  help: write, for example, trials = 16"#,
    );
}

#[test]
fn a_number_out_of_range_is_refused() {
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 1.5\nd = [8]\n",
        r#"
× alpha = 1.5 is out of range
   ╭─[studies/bad.toml:6:9]
 5 │ learner = "pruned"
 6 │ alpha = 1.5
   ·         ─┬─
   ·          ╰── out of range
 7 │ d = [8]
   ╰────
  help: alpha must be between 0 and 1"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = -0.1\nd = [8]\n",
        r#"
× alpha = -0.1 is out of range
   ╭─[studies/bad.toml:6:9]
 5 │ learner = "pruned"
 6 │ alpha = -0.1
   ·         ──┬─
   ·           ╰── out of range
 7 │ d = [8]
   ╰────
  help: alpha must be between 0 and 1"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8, 0]\n",
        r"
× d = 0 is too small
   ╭─[studies/bad.toml:7:9]
 6 │ alpha = 0.5
 7 │ d = [8, 0]
   ·         ┬
   ·         ╰── less than 1
   ╰────
  help: d must be at least 1",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [-4]\n",
        r"
× d = -4 is too small
   ╭─[studies/bad.toml:7:6]
 6 │ alpha = 0.5
 7 │ d = [-4]
   ·      ─┬
   ·       ╰── less than 1
   ╰────
  help: d must be at least 1",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [1000000000000000000000000000000]\n",
        r"
× d is too large
   ╭─[studies/bad.toml:7:6]
 6 │ alpha = 0.5
 7 │ d = [1000000000000000000000000000000]
   ·      ───────────────┬───────────────
   ·                     ╰── more than 1073741824
   ╰────
  help: d must be between 1 and 1073741824",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [1e30]\n",
        r"
× d must be a whole number, not a decimal number
   ╭─[studies/bad.toml:7:6]
 6 │ alpha = 0.5
 7 │ d = [1e30]
   ·      ──┬─
   ·        ╰── a decimal number
   ╰────
  help: write, for example, d = 16",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = nan\nd = [8]\n",
        r#"
× alpha must be a finite number
   ╭─[studies/bad.toml:6:9]
 5 │ learner = "pruned"
 6 │ alpha = nan
   ·         ─┬─
   ·          ╰── not finite
 7 │ d = [8]
   ╰────
  help: inf, nan and numbers beyond 1.8e308 are not allowed"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 1e400\nd = [8]\n",
        r#"
× alpha must be a finite number
   ╭─[studies/bad.toml:6:9]
 5 │ learner = "pruned"
 6 │ alpha = 1e400
   ·         ──┬──
   ·           ╰── not finite
 7 │ d = [8]
   ╰────
  help: inf, nan and numbers beyond 1.8e308 are not allowed"#,
    );
    bad_study(
        "claim = \"c\"\ntrials = 0\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× trials = 0 is too small
   ╭─[studies/bad.toml:2:10]
 1 │ claim = "c"
 2 │ trials = 0
   ·          ┬
   ·          ╰── less than 1
 3 │ [model]
   ╰────
  help: trials must be at least 1"#,
    );
    bad_study(
        "claim = \"c\"\ntrials = 10000000000\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× trials is too large
   ╭─[studies/bad.toml:2:10]
 1 │ claim = "c"
 2 │ trials = 10000000000
   ·          ─────┬─────
   ·               ╰── more than 1000000
 3 │ [model]
   ╰────
  help: trials must be between 1 and 1000000"#,
    );
    bad_study(
        "claim = \"c\"\nseed = -1\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× seed = -1 is too small
   ╭─[studies/bad.toml:2:8]
 1 │ claim = "c"
 2 │ seed = -1
   ·        ─┬
   ·         ╰── less than 0
 3 │ [model]
   ╰────
  help: seed must be at least 0"#,
    );
    bad_study(
        "claim = \"c\"\nseed = 18446744073709551616\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× seed is too large
   ╭─[studies/bad.toml:2:8]
 1 │ claim = "c"
 2 │ seed = 18446744073709551616
   ·        ──────────┬─────────
   ·                  ╰── more than 18446744073709551615
 3 │ [model]
   ╰────
  help: seed must be between 0 and 18446744073709551615"#,
    );
}

#[test]
fn the_model_is_checked() {
    bad_set(
        "model.noise=-1",
        r"
× noise = -1 is out of range
   ╭─[--set:1:13]
 1 │ model.noise=-1
   ·             ─┬
   ·              ╰── out of range
   ╰────
  help: noise must be between 0 and 1000000",
    );
    bad_set(
        "model.noise=inf",
        r"
× noise must be a finite number
   ╭─[--set:1:13]
 1 │ model.noise=inf
   ·             ─┬─
   ·              ╰── not finite
   ╰────
  help: inf, nan and numbers beyond 1.8e308 are not allowed",
    );
    bad_set(
        "model.noise=1e308",
        r"
× noise = 1e308 is out of range
   ╭─[--set:1:13]
 1 │ model.noise=1e308
   ·             ──┬──
   ·               ╰── out of range
   ╰────
  help: noise must be between 0 and 1000000",
    );
    bad_set(
        "model.q=2",
        r"
× q = 2 is out of range
   ╭─[--set:1:9]
 1 │ model.q=2
   ·         ┬
   ·         ╰── out of range
   ╰────
  help: q must be between 0 and 1.99",
    );
    bad_set(
        "model.q=0.5",
        r"
× a soft profile with q = 0.5 cannot be as sparse as α = 0.5 at d = 8
    ╭─[studies/mini.toml:14:6]
 13 │ alpha = 0.5
 14 │ d = [8, 16, 25, 32]
    ·      ┬
    ·      ╰── here
    ╰────
  help: its smallest ‖V‖_{2,q}^q is 2.665, α asks for 2.181: raise α or d, or lower q",
    );
    bad_set(
        "model.direction=soft",
        r"
× direction and q = 0 contradict each other
   ╭─[--set:1:17]
 1 │ model.direction=soft
   ·                 ──┬─
   ·                   ╰── with this q
   ╰────
  help: soft directions need 0 < q < 2; hard and dense ones have q = 0",
    );
    bad_set(
        "model.direction=dense",
        r#"
× dense directions have alpha = 1, not 0.5
    ╭─[studies/mini.toml:13:9]
 12 │ learner = ["pruned", "unpruned"]
 13 │ alpha = 0.5
    ·         ─┬─
    ·          ╰── not 1
 14 │ d = [8, 16, 25, 32]
    ╰────
  help: use direction = "hard" or "soft" for sparse directions"#,
    );
    bad_set(
        "model.normalize=maybe",
        r"
× normalize must be true or false, not a text
   ╭─[--set:1:17]
 1 │ model.normalize=maybe
   ·                 ──┬──
   ·                   ╰── a text
   ╰────
  help: write, for example, normalize = true, without quotes",
    );
}

/// r > d cannot be; r > round(d^α) only raises s.
#[test]
fn more_directions_than_dimensions_are_refused() {
    refused(
        &Place::new(),
        &["plan", "mini", "--set", "model.link=sum(He2)", "--set", "model.r=9"],
        2,
        r"
× r = 9 directions do not fit into d = 8 dimensions
    ╭─[studies/mini.toml:14:6]
 13 │ alpha = 0.5
 14 │ d = [8, 16, 25, 32]
    ·      ┬
    ·      ╰── here
    ╰────
  help: V has orthonormal columns: choose r ≤ d",
    );
    bad_set(
        "model.r=2",
        r#"
× link, character 1: `t` and bare functions are single-index, but r = 2
   ╭─[studies/mini.toml:5:8]
 4 │ [model]
 5 │ link = "He2"
   ·        ──┬──
   ·          ╰── here
 6 │ 
   ╰────
  help: write the link in z1, z2, …, or use `sum(…)`"#,
    );
    bad_set(
        "model.r=0",
        r"
× r = 0 is too small
   ╭─[--set:1:9]
 1 │ model.r=0
   ·         ┬
   ·         ╰── less than 1
   ╰────
  help: r must be at least 1",
    );
}

#[test]
fn a_link_that_is_none_is_shown_at_its_place() {
    bad_set(
        "model.link=\"5\"",
        r#"
× the link `5` is constant
   ╭─[--set:1:12]
 1 │ model.link="5"
   ·            ─┬─
   ·             ╰── here
   ╰────
  help: a target must depend on its relevant directions"#,
    );
    bad_set(
        "model.link=t - t",
        r"
× the link `t - t` is constant
   ╭─[--set:1:12]
 1 │ model.link=t - t
   ·            ──┬──
   ·              ╰── here
   ╰────
  help: a target must depend on its relevant directions",
    );
    bad_set(
        "model.link=He2 + ",
        r"
× link, character 6: the link ends too early
   ╭─[--set:1:12]
 1 │ model.link=He2 + 
   ·            ───┬──
   ·               ╰── here
   ╰────
  help: links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, `relu`, `tanh(2*t)`, `z1*z2`,
        `He2(z1) - He2(z2)`, `sum(He2)`",
    );
    bad_set(
        "model.link=foo",
        r"
× link, character 1: unknown name `foo`
   ╭─[--set:1:12]
 1 │ model.link=foo
   ·            ─┬─
   ·             ╰── here
   ╰────
  help: links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, `relu`, `tanh(2*t)`, `z1*z2`,
        `He2(z1) - He2(z2)`, `sum(He2)`",
    );
    refused(
        &Place::new(),
        &["link", ""],
        2,
        r"
× the link is empty
  help: links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, `relu`, `tanh(2*t)`, `z1*z2`,
        `He2(z1) - He2(z2)`, `sum(He2)`",
    );
    refused(
        &Place::new(),
        &["link", "5"],
        2,
        r"
× the link `5` is constant
  help: a target must depend on its relevant directions",
    );
    refused(
        &Place::new(),
        &["link", "He2 + *3"],
        2,
        r"
× link, character 7: unexpected `*`
   ╭─[link:1:7]
 1 │ He2 + *3
   ·       ┬
   ·       ╰── here
   ╰────
  help: links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, `relu`, `tanh(2*t)`, `z1*z2`,
        `He2(z1) - He2(z2)`, `sum(He2)`",
    );
    refused(
        &Place::new(),
        &["link", "t^2 + ü"],
        2,
        r"
× link, character 7: unknown name `ü`
   ╭─[link:1:7]
 1 │ t^2 + ü
   ·       ┬
   ·       ╰── here
   ╰────
  help: links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, `relu`, `tanh(2*t)`, `z1*z2`,
        `He2(z1) - He2(z2)`, `sum(He2)`",
    );
    refused(
        &Place::new(),
        &["link", "t^99"],
        2,
        r"
× link, character 3: the exponent `99` is not allowed
   ╭─[link:1:3]
 1 │ t^99
   ·   ─┬
   ·    ╰── here
   ╰────
  help: powers are whole numbers from 0 to 64, as in `t^2`",
    );
    refused(
        &Place::new(),
        &["link", "1e400*t"],
        2,
        r"
× link, character 1: `1e400` is too large
   ╭─[link:1:1]
 1 │ 1e400*t
   · ──┬──
   ·   ╰── here
   ╰────
  help: numbers must be finite",
    );
    refused(
        &Place::new(),
        &[
            "link",
            "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((t))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))",
        ],
        2,
        r"
× link, character 50: nested more than 48 deep
   ╭─[link:1:50]
 1 │ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((t))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
   ·                                                  ┬
   ·                                                  ╰── here
   ╰────
  help: remove superfluous parentheses and signs",
    );
    refused(
        &Place::new(),
        &["link", "He3("],
        2,
        r"
× link, character 5: the link ends too early
   ╭─[link:1:5]
 1 │ He3(
   ╰────
  help: links are written like `He2`, `He3 + 0.5*He1`, `t^2 + t^4`, `relu`, `tanh(2*t)`, `z1*z2`,
        `He2(z1) - He2(z2)`, `sum(He2)`",
    );
    refused(
        &Place::new(),
        &["link", "z1*z3"],
        2,
        r"
× r = 3, but the link does not depend on z2
   ╭─[link:1:1]
 1 │ z1*z3
   · ──┬──
   ·   ╰── this link
   ╰────
  help: lower r, renumber the variables, or use `sum(…)`, which runs over all r",
    );
    refused(
        &Place::new(),
        &["link", "sum(He2)"],
        2,
        r"
× link, character 1: `sum` needs the number of directions r
   ╭─[link:1:1]
 1 │ sum(He2)
   · ─┬─
   ·  ╰── here
   ╰────
  help: give r, or spell the sum out: `He2(z1) + He2(z2)`",
    );
    refused(
        &Place::new(),
        &["link", "t", "--r", "0"],
        2,
        r"
× r = 0 is outside 1..=64
  help: r counts the relevant directions; single-index links have r = 1",
    );
    refused(
        &Place::new(),
        &["link", "t", "--shift", "nan"],
        2,
        r"
× shift = NaN is outside [-10, 10]
  help: beyond that hardly a sample reaches the kink; `auto` finds the best shift",
    );
}

#[test]
fn sample_sizes_are_checked() {
    bad_set(
        "samples.n_min=2000",
        r"
× no sample size lies between n_min = 2000 and n_max = 1024
   ╭─[studies/mini.toml:7:1]
 6 │ 
 7 │ [samples]
   · ────┬────
   ·     ╰── empty range
 8 │ n_max = 1024
   ╰────
  help: sample sizes are round(64 · 2^{i/2}): 64, 91, 128, 181, …",
    );
    bad_set(
        "samples.n_max=99999999999999999",
        r"
× n_max is too large
   ╭─[--set:1:15]
 1 │ samples.n_max=99999999999999999
   ·               ────────┬────────
   ·                       ╰── more than 1099511627776
   ╰────
  help: n_max must be between 1 and 1099511627776",
    );
    bad_set(
        "samples.test=1",
        r"
× test = 1 is too small
   ╭─[--set:1:14]
 1 │ samples.test=1
   ·              ┬
   ·              ╰── less than 2
   ╰────
  help: test must be at least 2",
    );
    bad_set(
        "samples.threshold=-1",
        r"
× threshold = -1 is out of range
   ╭─[--set:1:19]
 1 │ samples.threshold=-1
   ·                   ─┬
   ·                    ╰── out of range
   ╰────
  help: threshold must be between 0.000001 and 1000000",
    );
    bad_set(
        "samples.threshold=nan",
        r"
× threshold must be a finite number
   ╭─[--set:1:19]
 1 │ samples.threshold=nan
   ·                   ─┬─
   ·                    ╰── not finite
   ╰────
  help: inf, nan and numbers beyond 1.8e308 are not allowed",
    );
    bad_set(
        "samples.search=brakcet",
        r#"
× unknown search `brakcet`
   ╭─[--set:1:16]
 1 │ samples.search=brakcet
   ·                ───┬───
   ·                   ╰── no such search
   ╰────
  help: did you mean "bracket"?"#,
    );
    bad_set(
        "learner.pruned.split=[1,2]",
        r#"
× split has 2 shares for 3 stages
    ╭─[studies/mini.toml:12:12]
 11 │ [[sweep]]
 12 │ learner = ["pruned", "unpruned"]
    ·            ────┬───
    ·                ╰── here
 13 │ alpha = 0.5
    ╰────
  help: docs/studies.md lists the stages of each learner; pruned has prune, feature, readout"#,
    );
    bad_set(
        "learner.pruned.split=[1,1000,1]",
        r#"
× n = 64 samples are too few for 3 stages: each needs 2
    ╭─[studies/mini.toml:12:12]
 11 │ [[sweep]]
 12 │ learner = ["pruned", "unpruned"]
    ·            ────┬───
    ·                ╰── here
 13 │ alpha = 0.5
    ╰────
  help: raise samples.n_min, or give the smallest stage a larger share of the split"#,
    );
    bad_set(
        "learner.pruned.split=[1,0,1]",
        r#"
× a share of split is not positive
    ╭─[studies/mini.toml:12:12]
 11 │ [[sweep]]
 12 │ learner = ["pruned", "unpruned"]
    ·            ────┬───
    ·                ╰── here
 13 │ alpha = 0.5
    ╰────
  help: give positive numbers; only their ratios matter"#,
    );
    bad_set(
        "learner.pruned.split=thirds",
        r#"
× split is neither "equal" nor a list of shares
   ╭─[--set:1:22]
 1 │ learner.pruned.split=thirds
   ·                      ───┬──
   ·                         ╰── here
   ╰────
  help: give one share a stage, for example split = [1, 1, 2]"#,
    );
}

#[test]
fn learners_are_checked() {
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"prunned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× unknown learner `prunned`
   ╭─[studies/bad.toml:5:11]
 4 │ [[sweep]]
 5 │ learner = "prunned"
   ·           ────┬────
   ·               ╰── here
 6 │ alpha = 0.5
   ╰────
  help: did you mean `pruned`?"#,
    );
    bad_set(
        "learner.prunde.width=3",
        r"
× unknown learner `prunde`
   ╭─[--set:1:1]
 1 │ learner.prunde.width=3
   · ───┬───
   ·    ╰── here
   ╰────
  help: did you mean `pruned`?",
    );
    bad_set(
        "learner.pruned.lambda=-1",
        r"
× lambda = -1 is out of range
   ╭─[--set:1:23]
 1 │ learner.pruned.lambda=-1
   ·                       ─┬
   ·                        ╰── out of range
   ╰────
  help: lambda must be at least 0",
    );
    bad_set(
        "learner.pruned.width=0",
        r"
× width = 0 is too small
   ╭─[--set:1:22]
 1 │ learner.pruned.width=0
   ·                      ┬
   ·                      ╰── less than 1
   ╰────
  help: width must be at least 1",
    );
    bad_set(
        "learner.pruned.width=99999999999",
        r"
× width is too large
   ╭─[--set:1:22]
 1 │ learner.pruned.width=99999999999
   ·                      ─────┬─────
   ·                           ╰── more than 65536
   ╰────
  help: width must be between 1 and 65536",
    );
    bad_set(
        "learner.pruned.activation=rleu",
        r"
× unknown activation `rleu`
   ╭─[--set:1:27]
 1 │ learner.pruned.activation=rleu
   ·                           ──┬─
   ·                             ╰── here
   ╰────
  help: did you mean `relu`?",
    );
    bad_set(
        "learner.pruned.channel=evne",
        r"
× unknown channel `evne`
   ╭─[--set:1:24]
 1 │ learner.pruned.channel=evne
   ·                        ──┬─
   ·                          ╰── here
   ╰────
  help: did you mean `even`?",
    );
    bad_set(
        "learner.pruned.keep={ratio=1,count=2}",
        r#"
× keep has both a ratio and a count
   ╭─[--set:1:21]
 1 │ learner.pruned.keep={ratio=1,count=2}
   ·                     ────────┬────────
   ·                             ╰── here
   ╰────
  help: write keep = { ratio = 1.0 }, keep = { count = 64 } or keep = "auto""#,
    );
    bad_set(
        "learner.pruned.keep={}",
        r#"
× keep has neither a ratio nor a count
   ╭─[--set:1:21]
 1 │ learner.pruned.keep={}
   ·                     ─┬
   ·                      ╰── here
   ╰────
  help: write keep = { ratio = 1.0 }, keep = { count = 64 } or keep = "auto""#,
    );
    bad_set(
        "learner.pruned.keep={count=0}",
        r"
× count = 0 is too small
   ╭─[--set:1:21]
 1 │ learner.pruned.keep={count=0}
   ·                     ────┬────
   ·                         ╰── less than 1
   ╰────
  help: count must be at least 1",
    );
    bad_set(
        "learner.pruned.keep={ratio=-1}",
        r"
× ratio = -1 is out of range
   ╭─[--set:1:21]
 1 │ learner.pruned.keep={ratio=-1}
   ·                     ─────┬────
   ·                          ╰── out of range
   ╰────
  help: ratio must be between 0 and 1000000000",
    );
    bad_set(
        "learner.pruned.keep=half",
        r#"
× keep is neither a ratio, nor a count, nor "auto"
   ╭─[--set:1:21]
 1 │ learner.pruned.keep=half
   ·                     ──┬─
   ·                       ╰── here
   ╰────
  help: write keep = { ratio = 1.0 }, keep = { count = 64 } or keep = "auto""#,
    );
    bad_set(
        "learner.pruned.shift=40",
        r"
× shift = 40 is out of range
   ╭─[--set:1:22]
 1 │ learner.pruned.shift=40
   ·                      ─┬
   ·                       ╰── out of range
   ╰────
  help: shift must be between -10 and 10",
    );
    bad_set(
        "learner.pruned={augmentation=\"noise\",shift=2}",
        r#"
× shift = 2 is out of range
   ╭─[--set:1:16]
 1 │ learner.pruned={augmentation="noise",shift=2}
   ·                ───────────────┬──────────────
   ·                               ╰── out of range
   ╰────
  help: shift must be between -1 and 1"#,
    );
    bad_set(
        "learner.pruned.feature.steps=9999999",
        r"
× steps is too large
   ╭─[--set:1:30]
 1 │ learner.pruned.feature.steps=9999999
   ·                              ───┬───
   ·                                 ╰── more than 1048576
   ╰────
  help: steps must be between 1 and 1048576",
    );
}

#[test]
fn an_empty_or_ambiguous_sweep_is_refused() {
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = []\n",
        r"
× d is an empty list
   ╭─[studies/bad.toml:7:5]
 6 │ alpha = 0.5
 7 │ d = []
   ·     ─┬
   ·      ╰── empty
   ╰────
  help: give d at least one value",
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = []\nd = [8]\n",
        r#"
× alpha is an empty list
   ╭─[studies/bad.toml:6:9]
 5 │ learner = "pruned"
 6 │ alpha = []
   ·         ─┬
   ·          ╰── empty
 7 │ d = [8]
   ╰────
  help: give alpha at least one value"#,
    );
    bad_study(
        "claim = \"c\"\nsweep = []\n[model]\nlink = \"He2\"\n",
        r#"
× sweep is an empty list
   ╭─[studies/bad.toml:2:9]
 1 │ claim = "c"
 2 │ sweep = []
   ·         ─┬
   ·          ╰── empty
 3 │ [model]
   ╰────
  help: give sweep at least one value"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\ninput = \"laplac\"\n",
        r#"
× unknown input `laplac`
   ╭─[studies/bad.toml:8:9]
 7 │ d = [8]
 8 │ input = "laplac"
   ·         ────┬───
   ·             ╰── no such input
   ╰────
  help: did you mean "laplace"?"#,
    );
    bad_study(
        "claim = \"c\"\n[model]\nlink = \"He2\"\ninput = \"uniform\"\n[samples]\nsimulation = \"reduced\"\n[[sweep]]\nlearner = \"pruned\"\nalpha = 0.5\nd = [8]\n",
        r#"
× uniform inputs cannot be simulated in reduced form
   ╭─[studies/bad.toml:4:9]
 3 │ link = "He2"
 4 │ input = "uniform"
   ·         ────┬────
   ·             ╰── not gaussian
 5 │ [samples]
   ╰────
  help: the reduced law is that of Gaussian inputs: use samples.simulation = "explicit" or "auto""#,
    );
}

#[test]
fn a_bad_assignment_is_refused() {
    bad_set(
        "model.noise",
        r"
× --set model.noise is not an assignment
  help: write --set key=value, for example --set model.noise=0.2",
    );
    bad_set(
        "=3",
        r"
× --set =3 is not an assignment
  help: write --set key=value, for example --set model.noise=0.2",
    );
    bad_set(
        "model.noise=",
        r"
× --set model.noise= is not an assignment
  help: write --set key=value, for example --set model.noise=0.2",
    );
    bad_set(
        "a..b=1",
        r"
× --set a..b=1 is not an assignment
  help: write --set key=value, for example --set model.noise=0.2",
    );
    bad_set(
        "trials.x=3",
        r"
× --set trials.x=3: `trials` is a whole number, it has no key `x`
  help: only tables have keys: change trials as a whole, or in the file",
    );
    bad_set(
        "sweep.d=[8]",
        r"
× --set sweep.d=[8]: `sweep` is a list, it has no key `d`
  help: only tables have keys: change sweep as a whole, or in the file",
    );
    bad_set(
        "profiles.quick.trials=3",
        r"
× unknown key `profiles` in the study
   ╭─[--set:1:1]
 1 │ profiles.quick.trials=3
   · ────┬───
   ·     ╰── no such key
   ╰────
  help: the keys of the study are claim, expected, seed, trials, model, samples, learner, sweep,
        expect",
    );
    bad_set(
        "model.nois=0.2",
        r"
× unknown key `nois` in model
   ╭─[--set:1:7]
 1 │ model.nois=0.2
   ·       ──┬─
   ·         ╰── no such key
   ╰────
  help: did you mean `noise`?",
    );
    refused(
        &Place::new(),
        &["plan", "mini", "--trials", "0"],
        2,
        r"
error: invalid value '0' for '--trials <COUNT>': 0 is not in 1..=1000000

For more information, try '--help'.",
    );
    refused(
        &Place::new(),
        &["plan", "mini", "--trials", "-1"],
        2,
        r"
error: invalid value '-1' for '--trials <COUNT>': -1 is not in 1..=1000000

For more information, try '--help'.",
    );
    refused(
        &Place::new(),
        &["plan", "mini", "--threads", "0"],
        2,
        r"
error: invalid value '0' for '--threads <COUNT>': 0 is not in 1..=4096

For more information, try '--help'.",
    );
    refused(
        &Place::new(),
        &["plan", "mini", "--profile", "fast"],
        2,
        r"
error: invalid value 'fast' for '--profile <PROFILE>'
  [possible values: quick, standard, full]

For more information, try '--help'.",
    );
}

#[test]
fn predict_refuses_what_theory_does_not_cover() {
    refused(
        &Place::new(),
        &["predict", "--k-star", "0"],
        2,
        r"
× information exponent 0 is outside 1..=20
  help: it is the order of the link's lowest Hermite coefficient: `secateur link` finds it",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "99"],
        2,
        r"
× information exponent 99 is outside 1..=20
  help: it is the order of the link's lowest Hermite coefficient: `secateur link` finds it",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "-1"],
        2,
        r"
error: invalid value '-1' for '--k-star <ORDER>': -1 is not in 0..=4294967295

For more information, try '--help'.",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--alpha", "2"],
        2,
        r"
× alpha = 2 is outside [0, 1]
  help: alpha is the sparsity exponent: the target has d^alpha relevant rows",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--alpha", "-1"],
        2,
        r"
× alpha = -1 is outside [0, 1]
  help: alpha is the sparsity exponent: the target has d^alpha relevant rows",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--alpha", "nan"],
        2,
        r"
× alpha = NaN is outside [0, 1]
  help: alpha is the sparsity exponent: the target has d^alpha relevant rows",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--r", "0"],
        2,
        r"
× r = 0: a target needs at least one relevant direction
  help: single-index targets have r = 1",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--s-star", "5"],
        2,
        r"
× generative exponent 5 is outside 1..=2
  help: the generative exponent never exceeds the information exponent",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--alpha", "0.5", "--d", "0"],
        2,
        r"
error: invalid value '0' for '--d <DIMENSION>': 0 is not in 1..=1073741824

For more information, try '--help'.",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--alpha", "0.5", "--d", "99999999999999999999"],
        2,
        r"
error: invalid value '99999999999999999999' for '--d <DIMENSION>': number too large to fit in target type

For more information, try '--help'.",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--alpha", "0.5", "--d", "4", "--r", "5"],
        2,
        r"
× r = 5 directions do not fit into d = 4 dimensions
  help: V has orthonormal columns: choose r ≤ d",
    );
    refused(
        &Place::new(),
        &["predict", "--k-star", "2", "--activation", "rleu"],
        2,
        r"
× unknown activation `rleu`
  help: did you mean `relu`?",
    );
}

#[test]
fn results_that_cannot_be_read_are_refused() {
    bad_trials(
        "",
        &["fit", "mini"],
        r"
× results/mini/trials.csv is empty: it has not even a header
  help: the first line names the columns, at least `learner`, `d`, `n`, `trial`, `risk`",
    );
    bad_trials(
        "study,cell,learner,link,k_star,r,d,alpha,q,s,kept,width,n,trial,seed,status,risk,alignment,subspace,recall,precision,mass,simulation,seconds,noise,input,pearson,spearman,auc\n",
        &["fit", "mini"],
        r"
× study `mini` has no trials to analyse
  help: run the study first; `trials.csv` has a header and no rows",
    );
    bad_trials(
        "x,y,z\n",
        &["fit", "mini"],
        r"
× results/mini/trials.csv, line 1: these are not the columns of a table of trials: `x`, `y`, `z`
  help: a table of trials has at least `learner`, `d`, `n`, `trial`, `risk`",
    );
    bad_trials(
        "study,cell,learner,link,k_star,r,d,alpha,q,s,kept,width,n,trial,seed,status,risk,alignment,subspace,recall,precision,mass,simulation,seconds,noise,input,pearson,spearman,auc\na,b,c\n",
        &["fit", "mini"],
        r"
× results/mini/trials.csv, line 2: 3 fields, but the header has 29
  help: delete the line: running the study again repeats the trial that it stood for",
    );
    bad_trials(
        "study,cell,learner,link,k_star,r,d,alpha,q,s,kept,width,n,trial,seed,status,risk,alignment,subspace,recall,precision,mass,simulation,seconds,noise,input,pearson,spearman,auc\n",
        &["plot", "mini"],
        r"
× study `mini` has no trials to analyse
  help: run the study first; `trials.csv` has a header and no rows",
    );
    refused(
        &Place::new(),
        &["fit", "mini"],
        2,
        r"
× there are no results of `mini`
  help: run `secateur study mini` first, or give a folder with a trials.csv",
    );
    refused(
        &Place::new(),
        &["plot", "zz"],
        2,
        r"
× there are no results of `zz`
  help: run `secateur study zz` first, or give a folder with a trials.csv",
    );
}

#[test]
fn a_folder_that_cannot_hold_results_is_refused() {
    refused(
        &Place::new(),
        &["study", "mini", "--quiet", "--out", "studies/mini.toml/x"],
        1,
        r"
× cannot write studies/mini.toml/x/mini: Not a directory (os error 20)
  help: check that the folder exists and may be written, or choose another with --out",
    );
    bad_trials(
        "foo,bar\n1,2\n",
        &["study", "mini", "--quiet"],
        r"
× results/mini/trials.csv was not written by this version: its header differs
  help: found `foo,bar`; use --fresh to move the old results aside, or another --out",
    );
}
