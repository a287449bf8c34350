//! The rooms of the house, read from its source: no files that import each other, directly or in
//! a circle; files, clocks and the terminal only in the rooms made for them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use secateur::model::LearnerKind;

/// What has rooms of its own, the beginnings of its paths, and the beginnings of the names of
/// the files below `src/` where these may stand.
const ROOMS: [(&str, &str, &str); 3] = [
    (
        "files",
        "std::fs",
        "cli/generate results/disk results/growing results/lock results/machine results/npy worker/exchange",
    ),
    (
        "clocks",
        "std::time::Instant std::time::SystemTime",
        "cli/interrupt cli/progress cli/study results/machine results/growing study/plan/pilot study/trial",
    ),
    (
        "the terminal",
        "print! println! eprint! eprintln! std::io::stdout std::io::stderr",
        "cli/plan cli/print cli/progress",
    ),
];

/// `crate::a::b`, or `main::a` in the program.
type Path = Vec<String>;

/// One source file, which is one module.
#[derive(Default)]
struct File {
    /// `a/b.rs`.
    name: String,
    /// Names brought in, what they stand for, and whether others may use them from here.
    imports: BTreeMap<String, (Path, bool)>,
    /// Paths in its code, and those it imports for itself rather than passes on.
    paths: Vec<Path>,
    /// There is more in it than modules and re-exports.
    code: bool,
}

type Tree = BTreeMap<Path, File>;

/// Reads the file `name` and the modules below it; `read` gives the text of a file.
fn load(tree: &mut Tree, module: &Path, name: &str, read: &dyn Fn(&str) -> Option<String>) {
    let text = read(name).unwrap_or_else(|| panic!("there is no {name}"));
    let mut file = File { name: name.to_owned(), ..File::default() };
    let mut children = Vec::new();
    file.code = file.scan(text.parse().expect("it is Rust"), &mut children);
    tree.insert(module.clone(), file);
    if name == "learner/mod.rs" {
        // A macro declares these.
        children.extend(LearnerKind::ALL.map(|kind| kind.name().to_owned()));
    }
    let folder = match name.rsplit_once('/') {
        Some((folder, "mod.rs")) => format!("{folder}/"),
        None if matches!(name, "lib.rs" | "main.rs") => String::new(),
        _ => name.replace(".rs", "/"),
    };
    for child in children {
        let flat = format!("{folder}{child}.rs");
        let name = read(&flat).map_or(format!("{folder}{child}/mod.rs"), |_| flat);
        load(tree, &[&module[..], &[child]].concat(), &name, read);
    }
}

fn is(token: Option<&TokenTree>, text: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(_) | TokenTree::Punct(_)))
        && token.is_some_and(|token| token.to_string() == text)
}

impl File {
    /// Takes in what `tokens` import, name and declare; whether there is anything else in them.
    fn scan(&mut self, tokens: TokenStream, children: &mut Vec<String>) -> bool {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut at, mut code, mut public) = (0, false, false);
        while at < tokens.len() {
            let token = tokens.get(at);
            let here = |offset: usize| tokens.get(at + offset);
            let end = |ends: &dyn Fn(&TokenTree) -> bool| {
                tokens[at..].iter().position(ends).map_or(tokens.len(), |i| at + i + 1)
            };
            if is(token, "#") {
                // What is for tests only may look anywhere.
                let test = here(1).is_some_and(|t| t.to_string() == "[cfg (test)]");
                let item = |t: &TokenTree| is(Some(t), ";") || in_braces(t);
                at = if test { end(&item) } else { at + 2 + usize::from(is(here(1), "!")) };
            } else if is(token, "pub") {
                public = true;
                at += 1 + usize::from(matches!(here(1), Some(TokenTree::Group(_))));
                continue;
            } else if is(token, "use") && !is(here(1), "<") {
                let end = end(&|t| is(Some(t), ";"));
                self.import(&tokens[at + 1..end - 1], &[], public);
                at = end;
            } else if is(token, "mod") && is(here(2), ";") {
                children.push(tokens[at + 1].to_string());
                at += 3;
            } else if let Some(TokenTree::Ident(_)) = token {
                let field = at > 0 && is(tokens.get(at - 1), ".");
                let path = path(&tokens[at..]);
                at += 3 * path.len() - 2;
                if !field {
                    self.paths.push(path);
                }
                code = true;
            } else {
                if let Some(TokenTree::Group(group)) = token {
                    self.scan(group.stream(), children);
                }
                at += 1;
            }
            public = false;
        }
        code
    }

    /// Takes in the trees of a `use`; what is only passed on is no import of the file itself.
    fn import(&mut self, trees: &[TokenTree], prefix: &[String], public: bool) {
        for tree in trees.split(|t| is(Some(t), ",")).filter(|tree| !tree.is_empty()) {
            let mut whole = [prefix, &path(tree)].concat();
            if let Some(TokenTree::Group(inner)) = tree.last() {
                let inner: Vec<TokenTree> = inner.stream().into_iter().collect();
                self.import(&inner, &whole, public);
                continue;
            }
            whole.truncate(whole.len() - usize::from(whole.last().is_some_and(|w| w == "self")));
            let name = tree.last().map(ToString::to_string).filter(|name| name != "self");
            if !public {
                self.paths.push(whole.clone());
            }
            let name = name.unwrap_or_else(|| whole[whole.len() - 1].clone());
            self.imports.insert(name, (whole, public));
        }
    }
}

fn in_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The path that `tokens` begin with; the last word of a macro's has its `!`.
fn path(tokens: &[TokenTree]) -> Path {
    let mut path = Vec::new();
    for part in tokens.chunks(3) {
        let Some(TokenTree::Ident(name)) = part.first() else { break };
        path.push(name.to_string());
        if !(is(part.get(1), ":") && is(part.get(2), ":")) {
            let called = is(part.get(1), "!") && matches!(part.get(2), Some(TokenTree::Group(_)));
            path.last_mut().expect("a word").extend(called.then_some('!'));
            break;
        }
    }
    path
}

/// The module in which `path`, as written in `module`, ends, and whether it names an item there.
fn resolve(tree: &Tree, module: &Path, path: &[String], depth: usize) -> Option<(Path, bool)> {
    let below = |here: &Path, word: &String| [here, std::slice::from_ref(word)].concat();
    let imported = |here: &Path, word: &String| {
        let (path, public) = tree.get(here)?.imports.get(word)?;
        (*public || module.starts_with(here)).then_some(path)
    };
    let mut here = module.clone();
    let rest = match path[0].as_str() {
        _ if depth > 9 => return None,
        "crate" => {
            here.truncate(1);
            &path[1..]
        }
        "secateur" => {
            here = vec!["crate".to_owned()];
            &path[1..]
        }
        "self" => &path[1..],
        "super" => path,
        _ if tree.contains_key(&below(&here, &path[0])) => path,
        _ => imported(&here, &path[0]).map(|_| path)?,
    };
    for word in rest {
        let child = below(&here, word);
        if word == "super" {
            here.pop();
        } else if tree.contains_key(&child) {
            here = child;
        } else {
            let Some(import) = imported(&here, word) else { return Some((here, true)) };
            let (target, item) = resolve(tree, &here, import, depth + 1)?;
            if item {
                return Some((target, true));
            }
            here = target;
        }
    }
    Some((here, false))
}

/// Which file imports which, or, by `name` of a file, which room which; with a path that does so.
fn imports<'a>(
    tree: &'a Tree,
    name: impl Fn(&'a File) -> &'a str,
) -> BTreeMap<&'a str, BTreeMap<&'a str, String>> {
    let mut all: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for (module, file) in tree.iter().filter(|(_, file)| file.code) {
        for path in &file.paths {
            let Some((target, true)) = resolve(tree, module, path, 0) else { continue };
            if tree[&target].code && name(&tree[&target]) != name(file) {
                let of = all.entry(name(file)).or_default().entry(name(&tree[&target]));
                of.or_insert_with(|| format!("{}: {}", file.name, path.join("::")));
            }
        }
    }
    all
}

/// The groups of names that reach each other, each with the imports within it.
fn circles(imports: &BTreeMap<&str, BTreeMap<&str, String>>) -> Vec<String> {
    let reach = |from: &str, to: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(name) = open.pop() {
            let next = imports.get(name).into_iter().flat_map(|of| of.keys());
            open.extend(next.filter(|name| seen.insert(**name)));
        }
        seen.contains(to)
    };
    let mut groups = BTreeSet::new();
    for &a in imports.keys().filter(|a| reach(a, a)) {
        groups.insert(imports.keys().filter(|b| reach(a, b) && reach(b, a)).collect::<Vec<_>>());
    }
    let shown = groups.iter().map(|group| {
        let mut text = format!("{} import each other:\n", group.len());
        for a in group {
            for (b, path) in imports[*a].iter().filter(|(b, _)| group.contains(b)) {
                text += &format!("  {a} -> {b} ({path})\n");
            }
        }
        text
    });
    shown.collect()
}

fn whole_name(file: &File) -> &str {
    &file.name
}

fn room(file: &File) -> &str {
    file.name.split_once('/').map_or(&file.name, |(room, _)| room)
}

/// Paths outside their rooms.
fn strays(tree: &Tree) -> Vec<String> {
    let mut shown = BTreeSet::new();
    for file in tree.values() {
        for path in &file.paths {
            let first =
                file.imports.get(&path[0]).map(|(first, _)| first).filter(|first| *first != path);
            let whole = first.map_or(path.clone(), |first| [first, &path[1..]].concat()).join("::");
            for (what, paths, rooms) in ROOMS {
                let ours = paths.split(' ').any(|p| whole.starts_with(p));
                if ours && !rooms.split_whitespace().any(|room| file.name.starts_with(room)) {
                    shown
                        .insert(format!("{}: `{whole}` is kept to the rooms of {what}", file.name));
                }
            }
        }
    }
    shown.into_iter().collect()
}

fn house() -> Tree {
    let read = |name: &str| {
        std::fs::read_to_string(format!("{}/src/{name}", env!("CARGO_MANIFEST_DIR"))).ok()
    };
    let mut tree = Tree::new();
    load(&mut tree, &vec!["crate".to_owned()], "lib.rs", &read);
    load(&mut tree, &vec!["main".to_owned()], "main.rs", &read);
    tree
}

#[test]
fn no_files_import_each_other() {
    let house = house();
    assert!(house.len() > 100, "{} files", house.len());
    let circles = circles(&imports(&house, whole_name));
    assert!(circles.is_empty(), "{} circles\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn no_rooms_import_each_other() {
    let circles = circles(&imports(&house(), room));
    assert!(circles.is_empty(), "{} circles\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn files_clocks_and_the_terminal_have_their_rooms() {
    let strays = strays(&house());
    assert!(strays.is_empty(), "\n{}", strays.join("\n"));
}

/// A house with two circles, one of them through a re-export and one with a parent, and with
/// imports that make none: of tests, in words, of a parent that only passes on.
const CROOKED: [(&str, &str); 8] = [
    ("lib.rs", "pub mod a; mod b; pub use a::Two;"),
    ("a/mod.rs", "//! Passes on.\nmod one; mod two; mod three;\npub use {one::One, two::Two};"),
    (
        "a/one.rs",
        "use std::{fs, time::Duration}; use super::{two::{self, Two as Second}, Two};
         // use super::three::Three;
         pub struct One(Second); fn f() -> u8 { println!(\"crate::a::three::Three\"); two::g() }",
    ),
    ("a/two.rs", "use crate::b::c::C; pub struct Two(C); pub fn g() -> u8 { 1 }"),
    (
        "a/three.rs",
        "pub struct Three; #[cfg(test)] mod tests { use crate::a::Three; use crate::b::B; }",
    ),
    (
        "b/mod.rs",
        "mod c; pub use c::C; pub struct B(C); impl B { fn of(_: crate::a::three::Three) {} }",
    ),
    ("b/c.rs", "use super::{B, d}; use crate::a::One; pub struct C(One); fn h() { fs::read(B) }"),
    ("b/d.rs", ""),
];

#[test]
fn the_circles_of_a_crooked_house_are_found() {
    let read =
        |name: &str| CROOKED.iter().find(|(n, _)| *n == name).map(|(_, text)| (*text).to_owned());
    let mut tree = Tree::new();
    load(&mut tree, &vec!["crate".to_owned()], "lib.rs", &read);
    let found = circles(&imports(&tree, whole_name));
    let expected = "4 import each other:
  a/one.rs -> a/two.rs (a/one.rs: super::two::Two)
  a/two.rs -> b/c.rs (a/two.rs: crate::b::c::C)
  b/c.rs -> a/one.rs (b/c.rs: crate::a::One)
  b/c.rs -> b/mod.rs (b/c.rs: super::B)
  b/mod.rs -> b/c.rs (b/mod.rs: C)
";
    assert_eq!(found, [expected]);
    let rooms = circles(&imports(&tree, room));
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    let strays = strays(&tree);
    assert_eq!(strays.len(), 2, "{strays:?}");
    assert!(strays[0].starts_with("a/one.rs: `println!` is"), "{strays:?}");
    assert!(strays[1].starts_with("a/one.rs: `std::fs` is"), "{strays:?}");
}
