//! What selectors are compiled to.

use lanewise_query::{Choice, Selector, Step};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Number of a state.
pub(super) type StateId = u32;

/// The state of the document as a whole.
pub(super) const ROOT: StateId = 0;

/// The steps of all selectors, as an automaton that goes from the states of a value to those of its children.
///
/// It is the tree of the steps: equal beginnings of selectors are the same states. A value has as many states as there are different
/// beginnings that lead to it; each at most once, because a selector has at most one descendant segment.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) states: Vec<State>,
    /// For each selector how many of its steps are left at its descendant segment, which is one of them; 0 where it has none.
    pub(super) tails: Vec<usize>,
    pub(super) has_descents: bool,
    /// Whether no selector matches more than once.
    pub(super) is_singular: bool,
}

/// What the selectors that came to a value want of its children.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The state that leads to it.
    pub(super) parent: StateId,
    /// How many selectors end in it or behind it.
    pub(super) selectors: u32,
    /// Selectors that end here.
    pub(super) matches: Vec<u32>,
    /// Whether a child of a value with this state can have a state.
    pub(super) goes_on: bool,
    /// The state that any value with this one has too: that of the descendant segments.
    pub(super) descent: Option<StateId>,
    /// Whether every child has this state again.
    pub(super) is_descent: bool,
    /// The states of members by name; shorter names first, those of the same size in order.
    pub(super) names: Vec<Name>,
    /// A bit for each size that a name has, the last one for all larger sizes.
    sizes: u64,
    pub(super) elements: Vec<Elements>,
    /// The state of every child.
    pub(super) wildcard: Option<StateId>,
}

/// A member, and the states of its value: two where it is both a name and a token that spells an index.
#[derive(Clone, Debug)]
pub(super) struct Name {
    text: Box<[u8]>,
    pub(super) states: Vec<StateId>,
}

/// Elements at `start`, `start + step` and so on, before `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements {
    start: u64,
    pub(super) end: u64,
    step: u64,
    pub(super) state: StateId,
}

impl Elements {
    #[inline(always)]
    pub(super) fn has(&self, index: u64) -> bool {
        self.start <= index && index < self.end && (self.step == 1 || (index - self.start).is_multiple_of(self.step))
    }
}

impl Program {
    pub(super) fn new(selectors: &[Selector]) -> Option<Self> {
        let selectors: Vec<Vec<Step<'_>>> = selectors.iter().map(Selector::steps).collect::<Option<_>>()?;
        let mut builder = Builder { states: vec![State::default()], known: HashMap::new() };
        for (steps, selector) in selectors.iter().zip(0..) {
            builder.add(steps, selector);
        }
        let is_singular = selectors.iter().flatten().all(|step| !step.descendant && is_single(&step.choice));
        let tail = |steps: &Vec<Step<'_>>| steps.iter().position(|step| step.descendant).map_or(0, |descent| steps.len() - descent);
        let tails: Vec<usize> = selectors.iter().map(tail).collect();
        let has_descents = tails.iter().any(|&tail| tail != 0);
        Some(Self { states: builder.finish(), tails, has_descents, is_singular })
    }
}

fn is_single(choice: &Choice<'_>) -> bool {
    matches!(choice, Choice::Name(_) | Choice::Index(_) | Choice::Token { .. })
}

impl State {
    /// Whether every child has a state.
    #[inline(always)]
    pub(super) fn takes_all(&self) -> bool {
        self.is_descent || self.wildcard.is_some()
    }

    /// Which of the names is `key`.
    #[inline(always)]
    pub(super) fn find(&self, key: &[u8]) -> Option<usize> {
        if self.sizes & size_bit(key) == 0 {
            return None;
        }
        self.names.binary_search_by(|name| by_size(&name.text, key)).ok()
    }
}

#[inline(always)]
fn by_size(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[inline(always)]
fn size_bit(name: &[u8]) -> u64 {
    1 << name.len().min(63)
}

struct Builder<'s> {
    states: Vec<State>,
    known: HashMap<(StateId, Choice<'s>), StateId>,
}

impl<'s> Builder<'s> {
    fn add(&mut self, steps: &[Step<'s>], selector: u32) {
        let mut state = ROOT;
        self.states[ROOT as usize].selectors += 1;
        for step in steps {
            let from = if step.descendant { self.descent(state) } else { state };
            state = self.step(from, step.choice);
            self.states[state as usize].selectors += 1;
            self.states[from as usize].selectors += u32::from(step.descendant);
        }
        self.states[state as usize].matches.push(selector);
    }

    fn push(&mut self, state: State) -> StateId {
        self.states.push(state);
        self.states.len() as StateId - 1
    }

    fn descent(&mut self, of: StateId) -> StateId {
        if let Some(descent) = self.states[of as usize].descent {
            return descent;
        }
        let descent = self.push(State { parent: of, is_descent: true, ..State::default() });
        self.states[of as usize].descent = Some(descent);
        descent
    }

    fn step(&mut self, from: StateId, choice: Choice<'s>) -> StateId {
        let choice = match choice {
            Choice::Token { name, index: None } => Choice::Name(name),
            choice => choice,
        };
        if let Some(&to) = self.known.get(&(from, choice)) {
            return to;
        }
        let to = self.push(State { parent: from, ..State::default() });
        self.known.insert((from, choice), to);
        let state = &mut self.states[from as usize];
        let name = |text: &[u8]| Name { text: text.into(), states: vec![to] };
        let element = |index: u64| Elements { start: index, end: index.saturating_add(1), step: 1, state: to };
        match choice {
            Choice::Name(text) => state.names.push(name(text)),
            Choice::Index(index) => state.elements.push(element(index)),
            Choice::Token { name: text, index } => {
                state.names.push(name(text));
                state.elements.extend(index.map(element));
            }
            Choice::Wildcard => state.wildcard = Some(to),
            Choice::Slice { start, end, step } => state.elements.push(Elements { start, end: end.unwrap_or(u64::MAX), step, state: to }),
        }
        to
    }

    fn finish(mut self) -> Vec<State> {
        for state in &mut self.states {
            state.names.sort_by(|left, right| by_size(&left.text, &right.text));
            state.names.dedup_by(|next, name| {
                let is_same = next.text == name.text;
                if is_same {
                    name.states.append(&mut next.states);
                }
                is_same
            });
            state.goes_on = state.takes_all() || !state.names.is_empty() || !state.elements.is_empty();
            state.sizes = state.names.iter().fold(0, |sizes, name| sizes | size_bit(&name.text));
        }
        self.states
    }
}
