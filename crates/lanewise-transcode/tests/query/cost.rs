//! No selector takes exponential time, whatever it is run on: the steps of the walk are counted.

use crate::document::{Document, selector};
use lanewise_query::{Kind, Number, Tree};
use lanewise_transcode::{JsonChildren, JsonTree};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::ControlFlow;

/// Counts how often a child is asked for.
struct Counted<'d> {
    tree: JsonTree<'d>,
    steps: Cell<usize>,
}

impl Tree for Counted<'_> {
    type Node = u32;
    type Children = JsonChildren;

    fn root(&self) -> u32 {
        self.tree.root()
    }

    fn kind(&self, node: u32) -> Kind {
        self.tree.kind(node)
    }

    fn array_size(&self, array: u32) -> usize {
        self.tree.array_size(array)
    }

    fn children(&self, container: u32) -> JsonChildren {
        self.tree.children(container)
    }

    fn next_child(&self, children: &mut JsonChildren) -> Option<u32> {
        self.steps.set(self.steps.get() + 1);
        self.tree.next_child(children)
    }

    fn key(&self, member: u32) -> Cow<'_, [u8]> {
        self.tree.key(member)
    }

    fn number(&self, node: u32) -> Number {
        self.tree.number(node)
    }

    fn string(&self, node: u32) -> Cow<'_, [u8]> {
        self.tree.string(node)
    }
}

/// The number of matches, at most `matches_max`, and of steps.
fn run(document: &Document, query: &str, matches_max: usize) -> (usize, usize) {
    let tree = Counted { tree: document.tree(), steps: Cell::new(0) };
    let mut matches = 0;
    selector(query).matches(&tree, |_| {
        matches += 1;
        if matches < matches_max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (matches, tree.steps.get())
}

/// Values, containers and depth of which are of the same order.
fn deep_and_wide(depth: usize) -> Document {
    Document::new(&format!("{}0{}", r#"[1,{"b":2,"a":"#.repeat(depth), "},3]".repeat(depth)))
}

#[test]
fn what_is_selected_twice_is_not_walked_twice() {
    let document = Document::new(&format!("{}{}", "[".repeat(100), "]".repeat(100)));
    let doubled = "[0,0]".repeat(90);
    for (query, matches) in
        [(format!("${doubled}.x"), 0), (format!("${doubled}[?@.x]"), 0), (format!("$[?@{doubled}.x]"), 0), (format!("$[?@{doubled}]"), 1)]
    {
        let (found, steps) = run(&document, &query, usize::MAX);
        assert_eq!(found, matches, "{query}");
        assert!(steps <= 1000, "{query} {steps}");
    }
    // 2^90 saturates at the largest count.
    for (query, matches) in [
        (format!("$[?count(@{doubled}) > 1e19]"), 1),
        (format!("$[?count(@{}) == 1099511627776]", "[0,0]".repeat(40)), 1),
        (format!("$[?value(@{doubled}) == 1]"), 0),
    ] {
        let (found, steps) = run(&document, &query, usize::MAX);
        assert_eq!(found, matches, "{query}");
        assert!(steps <= 1000, "{query} {steps}");
    }
}

#[test]
fn matches_come_steadily() {
    let document = Document::new(&format!("{}{}", "[".repeat(100), "]".repeat(100)));
    let (found, steps) = run(&document, &format!("${}", "[0,0]".repeat(90)), 1000);
    assert_eq!(found, 1000);
    assert!(steps <= 1000 * 2 * 91, "{steps}");
    let (found, steps) = run(&deep_and_wide(200), "$..*..*..*..*..*..a", 1000);
    assert_eq!(found, 1000);
    assert!(steps <= 1000 * 1000 * 6, "{steps}");
}

#[test]
fn nested_descents_take_time_linear_in_segments_and_nodes() {
    let depth = 500;
    let document = deep_and_wide(depth);
    let values = 6 * depth;
    for (query, segments) in [
        ("$..*..*..*..*..x", 5),
        ("$..a..a..a..a..x", 5),
        ("$..*[?@..*..*..x]", 5),
        ("$..[?@..[?@..[?@..[?@..x]]]]", 5),
        ("$..[?@[?@[?@[?@.x]]]]", 5),
        ("$..[?count(@..*) < 0]", 3),
        ("$..[?count(@..*..*..*..*) < 0]", 5),
        ("$..[?count(@..[?count(@..*) < 0]) > 0]", 5),
        ("$..[?value($..x) == 1 || $..*..x]", 5),
    ] {
        let (found, steps) = run(&document, query, usize::MAX);
        assert_eq!(found, 0, "{query}");
        assert!(steps <= 4 * segments * values, "{query} {steps}");
    }
}

#[test]
fn the_first_match_ends_the_walk() {
    let text = format!("[{}]", r#"{"a":[1,2,3]},"#.repeat(10_000).trim_end_matches(','));
    let document = Document::new(&text);
    for query in ["$[?@.a]", "$..a", "$[?@.a[?@ == 2]]", "$..[?@ == 1]", "$[*]..[2]"] {
        let (found, steps) = run(&document, query, 1);
        assert_eq!(found, 1, "{query}");
        // The children of the root are listed once.
        assert!(steps <= 10_050, "{query} {steps}");
    }
}
