//! Queries on a tree.
//!
//! A query is a walk: what is still to be done waits on a stack of tasks, the next one on top. To visit a node in a segment is to put
//! the children that it selects there, each to be visited in the next segment, and below them, in a descendant segment, all
//! children to be visited in the same one. Taken one by one that is the order of RFC 9535, in which the nodes that a segment gives
//! are the concatenation of those that it gives for each of its inputs, and a match can be reported, or end the walk, before
//! the rest is looked at.
//!
//! Segments may give a node more than once: `$[0,0]`, `$..*..*`. From [`Query::revisits_from`] on a walk notes how much each visit
//! found. What found nothing is not visited again; where only the number of matches matters, nothing is. So a walk takes no
//! more than (segments x nodes) visits from one match to the next, and a query in a filter no more than that for all
//! candidates together.

use crate::children::{self, Children};
use crate::filter::Patterns;
use crate::path::Location;
use crate::program::{ChildSelector, Origin, Query, QueryId, Segment};
use crate::tree::{Kind, Tree};
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::ControlFlow;

/// One evaluation of a selector: the tree, the queries in its filters, and what has been learnt on the way.
pub(crate) struct Evaluation<'e, T: Tree> {
    pub(crate) tree: &'e T,
    queries: &'e [Query],
    /// One for each query in a filter.
    memories: Vec<Memory<T::Node>>,
    pub(crate) patterns: Patterns,
    pub(crate) children: Children<T::Node>,
}

/// What a query keeps from one run to the next.
struct Memory<N> {
    /// Empty between runs.
    tasks: Vec<Task<N>>,
    path: Vec<Location<N>>,
    /// How many matches lie behind a visit of a node in a segment: exact for [`Goal::Count`], else at least 1 or 0.
    found: HashMap<(u32, N), u64>,
    /// Of a query from the root, once it has run.
    answer: Option<Answer<N>>,
}

impl<N> Default for Memory<N> {
    fn default() -> Self {
        Self { tasks: Vec::new(), path: Vec::new(), found: HashMap::new(), answer: None }
    }
}

/// What a query in a filter is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Whether there is a match: the walk ends at the first.
    Any,
    /// The match, if there is but one: the walk ends at the second.
    Only,
    /// How many matches there are.
    Count,
    /// All matches, one by one: for the selector itself.
    Each,
}

/// What came of a query in a filter.
#[derive(Clone, Copy)]
pub(crate) struct Answer<N> {
    /// The matches up to the end of the walk.
    pub(crate) found: u64,
    /// The last one that was walked to.
    pub(crate) last: Option<N>,
}

/// A node, how it was reached, and the segment that it is an input of.
#[derive(Clone, Copy)]
struct Visit<N> {
    node: N,
    /// Its index, or `MEMBER`. (Of the root it says nothing.)
    element: u32,
    /// How many containers it lies in.
    depth: u32,
    segment: u32,
}

/// Stands where the index of an element would.
const MEMBER: u32 = u32::MAX;

impl<N> Visit<N> {
    /// A child of the node, in the same segment.
    fn child(&self, node: N, element: u32) -> Self {
        Self { node, element, depth: self.depth + 1, segment: self.segment }
    }

    /// The same node as an input of the next segment.
    fn onward(self) -> Self {
        Self { segment: self.segment + 1, ..self }
    }
}

enum Task<N> {
    Visit(Visit<N>),
    /// To visit the node in the next segment if it passes the filter with this number in its own.
    Test(Visit<N>, u32),
    /// All tasks of a visit are done.
    Leave {
        segment: u32,
        node: N,
        found_before: u64,
    },
}

impl<'e, T: Tree> Evaluation<'e, T> {
    pub(crate) fn new(tree: &'e T, queries: &'e [Query]) -> Self {
        let memories = queries.iter().map(|_| Memory::default()).collect();
        Self { tree, queries, memories, patterns: Patterns::default(), children: Children::default() }
    }

    /// Walks from the root, and gives every match and its path to `report` until that breaks.
    pub(crate) fn run(&mut self, query: &'e Query, report: impl FnMut(T::Node, &[Location<T::Node>]) -> ControlFlow<()>) {
        self.walk(query, &mut Memory::default(), self.tree.root(), Goal::Each, report);
    }

    /// What a query in a filter gives for `candidate`.
    pub(crate) fn ask(&mut self, id: QueryId, candidate: T::Node, goal: Goal) -> Answer<T::Node> {
        let query = &self.queries[id];
        let mut memory = std::mem::take(&mut self.memories[id]);
        let answer = match (query.origin, memory.answer) {
            (Origin::Root, Some(answer)) => answer,
            (Origin::Root, None) => self.answer(query, &mut memory, self.tree.root(), goal),
            (Origin::Current, _) => self.answer(query, &mut memory, candidate, goal),
        };
        if query.origin == Origin::Root {
            memory.answer = Some(answer);
        }
        self.memories[id] = memory;
        answer
    }

    fn answer(&mut self, query: &'e Query, memory: &mut Memory<T::Node>, start: T::Node, goal: Goal) -> Answer<T::Node> {
        if query.is_trail {
            let last = self.follow(query, start);
            return Answer { found: last.is_some().into(), last };
        }
        let mut answer = Answer { found: 0, last: None };
        let mut reports = 0;
        answer.found = self.walk(query, memory, start, goal, |node, _| {
            answer.last = Some(node);
            reports += 1;
            if goal == Goal::Any || goal == Goal::Only && reports == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        answer
    }

    /// The only node that a query of names and indices can lead to.
    fn follow(&self, query: &Query, start: T::Node) -> Option<T::Node> {
        let mut selectors = query.segments.iter().flat_map(|segment| &segment.selectors);
        selectors.try_fold(start, |node, selector| Some(children::single(self.tree, node, selector)?.0))
    }

    /// The number of matches that are behind `start`, up to the one where `report` breaks.
    fn walk(
        &mut self,
        query: &'e Query,
        memory: &mut Memory<T::Node>,
        start: T::Node,
        goal: Goal,
        mut report: impl FnMut(T::Node, &[Location<T::Node>]) -> ControlFlow<()>,
    ) -> u64 {
        let mut found = 0_u64;
        memory.tasks.push(Task::Visit(Visit { node: start, element: MEMBER, depth: 0, segment: 0 }));
        while let Some(task) = memory.tasks.pop() {
            let visit = match task {
                Task::Visit(visit) => visit,
                Task::Test(visit, selector) if self.passes(query, visit, selector) => visit.onward(),
                Task::Test(..) => continue,
                Task::Leave { segment, node, found_before } => {
                    memory.found.insert((segment, node), found - found_before);
                    continue;
                }
            };
            memory.step_to(visit);
            let Some(segment) = query.segments.get(visit.segment as usize) else {
                found = found.saturating_add(1);
                if report(visit.node, &memory.path).is_break() {
                    break;
                }
                continue;
            };
            if !self.tree.kind(visit.node).is_container() {
                continue;
            }
            if visit.segment as usize >= query.revisits_from {
                match (memory.recall(visit, found), goal) {
                    (Some(0), _) => continue,
                    (Some(known), Goal::Count) => {
                        found = found.saturating_add(known);
                        continue;
                    }
                    (Some(known), Goal::Any) => {
                        found += known;
                        break;
                    }
                    _ => {}
                }
            }
            self.expand(query, segment, visit, &mut memory.tasks);
        }
        memory.stop(found);
        found
    }

    fn passes(&mut self, query: &'e Query, visit: Visit<T::Node>, selector: u32) -> bool {
        match &query.segments[visit.segment as usize].selectors[selector as usize] {
            ChildSelector::Filter(expression) => self.holds(expression, visit.node),
            _ => true,
        }
    }

    /// Puts what a visit leads to on top of `tasks`, the first on top.
    fn expand(&mut self, query: &Query, segment: &Segment, visit: Visit<T::Node>, tasks: &mut Vec<Task<T::Node>>) {
        let (bottom, tree) = (tasks.len(), self.tree);
        let is_array = tree.kind(visit.node) == Kind::Array;
        let is_last = visit.segment as usize + 1 == query.segments.len();
        let all = match segment.descendant || segment.selectors.iter().any(takes_all) {
            true => self.children.fill(tree, visit.node),
            false => &[],
        };
        let children = all.iter().zip(0..).map(|(&node, index)| visit.child(node, if is_array { index } else { MEMBER }));
        let containers = children.clone().filter(|child| tree.kind(child.node).is_container());
        // Of most values a further segment selects nothing; they need no task.
        let inputs = children.filter(|child| is_last || tree.kind(child.node).is_container());
        for (selector, number) in segment.selectors.iter().zip(0..) {
            match selector {
                ChildSelector::Wildcard => tasks.extend(inputs.clone().map(Visit::onward).map(Task::Visit)),
                ChildSelector::Filter(_) => tasks.extend(inputs.clone().map(|child| Task::Test(child, number))),
                ChildSelector::Slice(slice) if is_array => {
                    let selected = children::positions(*slice, all.len()).map(|index| visit.child(all[index], index as u32));
                    tasks.extend(selected.map(Visit::onward).map(Task::Visit));
                }
                ChildSelector::Slice(_) => {}
                ChildSelector::Name(_) | ChildSelector::Index(_) | ChildSelector::Token { .. } => {
                    let selected = children::single(tree, visit.node, selector);
                    let selected = selected.map(|(node, index)| visit.child(node, index.map_or(MEMBER, |index| index as u32)));
                    tasks.extend(selected.map(Visit::onward).map(Task::Visit));
                }
            }
        }
        if segment.descendant {
            tasks.extend(containers.map(Task::Visit));
        }
        tasks[bottom..].reverse();
    }
}

/// Whether a selector looks at all children of a node.
fn takes_all(selector: &ChildSelector) -> bool {
    matches!(selector, ChildSelector::Wildcard | ChildSelector::Slice(_) | ChildSelector::Filter(_))
}

impl<N: Copy + Eq + Hash> Memory<N> {
    /// The path of the node that is visited now. Its parent was the last node to be visited at its depth.
    fn step_to(&mut self, visit: Visit<N>) {
        let Some(parent_depth) = visit.depth.checked_sub(1) else { return self.path.clear() };
        self.path.truncate(parent_depth as usize);
        self.path.push(match visit.element {
            MEMBER => Location::Member(visit.node),
            index => Location::Element(index as usize),
        });
    }

    /// What is known of the matches behind a visit. Where nothing is, that is noted when all of its tasks are done.
    fn recall(&mut self, visit: Visit<N>, found: u64) -> Option<u64> {
        let known = self.found.get(&(visit.segment, visit.node)).copied();
        if known.is_none() {
            self.tasks.push(Task::Leave { segment: visit.segment, node: visit.node, found_before: found });
        }
        known
    }

    /// Drops what is left to be done. What had not been left led to the match that ended the walk.
    fn stop(&mut self, found: u64) {
        for task in self.tasks.drain(..) {
            if let Task::Leave { segment, node, found_before } = task {
                self.found.insert((segment, node), found - found_before);
            }
        }
    }
}
