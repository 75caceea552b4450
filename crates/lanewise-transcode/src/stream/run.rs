//! The automaton on its way through a document.

use super::program::{Elements, Program, ROOT, State, StateId};
use super::shadowed::Member;
use super::way::{Key, Place, Shape, Way};
use super::{Goal, Hit, How, Scratch};
use lanewise_error::Error;
use lanewise_json::Check;

/// An open container that has states. What it has on the stacks of [`Scratch`] lies there from the named positions on.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Offset of its first byte.
    start: usize,
    is_object: bool,
    place: Place,
    states: usize,
    met: usize,
    members: usize,
    /// The first of the matches that this container itself is, and the first in it.
    hits: usize,
    hits_inside: usize,
    /// How many names may still be met.
    names_left: usize,
    /// The index of the next element.
    index: u64,
    /// The index from which on nothing is wanted.
    index_end: u64,
    /// Whether all children are looked at.
    takes_all: bool,
}

pub(super) struct Run<'r, 'a, W> {
    program: &'r Program,
    input: &'a [u8],
    way: W,
    how: How,
    scratch: &'r mut Scratch,
    /// All before is known to be valid.
    checked: usize,
    /// Whether the first of duplicate keys may be taken for the only one.
    takes_first_key: bool,
    /// Whether what has a match is no longer looked for.
    drops_found: bool,
}

impl<'r, 'a, W: Way> Run<'r, 'a, W> {
    /// `way` stands at the start of `input`.
    #[inline(always)]
    pub(super) fn new(way: W, program: &'r Program, input: &'a [u8], how: How, scratch: &'r mut Scratch) -> Self {
        Self {
            program,
            input,
            way,
            how,
            scratch,
            checked: 0,
            takes_first_key: how.check == Check::Path || how.keys_are_unique,
            drops_found: how.goal == Goal::First && how.check == Check::Path && !program.is_singular,
        }
    }

    /// Leaves the matches in the scratch; those of each selector in the order of RFC 9535.
    #[inline(always)]
    pub(super) fn run(mut self) -> Result<(), Error> {
        self.reset();
        if self.how.check == Check::All {
            self.way.validate()?;
            self.checked = self.input.len();
        }
        self.way.begin()?;
        self.give(ROOT);
        if let Some(mut frame) = self.value(0, 0, 0)? {
            loop {
                let child = if frame.is_object { self.object(&mut frame)? } else { self.array(&mut frame)? };
                if let Some(child) = child {
                    self.scratch.frames.push(std::mem::replace(&mut frame, child));
                    continue;
                }
                self.close(&frame);
                let Some(parent) = self.scratch.frames.pop() else { break };
                frame = parent;
                if frame.is_object {
                    self.end_member();
                }
            }
        }
        self.way.finish()?;
        self.scratch.shadowed.drop_from(&mut self.scratch.hits);
        if self.program.has_descents {
            self.scratch.hits.sort_unstable_by_key(|hit| (hit.visited, hit.range.start, hit.selector));
        }
        Ok(())
    }

    #[inline(always)]
    fn reset(&mut self) {
        let scratch = &mut *self.scratch;
        scratch.states.clear();
        scratch.frames.clear();
        scratch.met.clear();
        scratch.hits.clear();
        scratch.members.clear();
        scratch.shadowed.clear();
        if self.drops_found {
            scratch.missing.clear();
            scratch.missing.extend(self.program.states.iter().map(|state| state.selectors));
            scratch.found.clear();
            scratch.found.resize(self.program.tails.len(), false);
        }
    }

    /// Reads the members of an object, up to one that is a container with states, whose frame it gives, or to the end.
    #[inline(always)]
    fn object(&mut self, frame: &mut Frame) -> Result<Option<Frame>, Error> {
        let (states, depth) = (self.scratch.states.len(), self.scratch.frames.len() + 1);
        loop {
            if frame.names_left == 0 || self.is_done(frame, states) {
                self.way.leave(frame.place, true)?;
                return Ok(None);
            }
            let Some(key) = self.way.member(&mut frame.place)? else { return Ok(None) };
            self.choose_member(frame, &key, states);
            let has_state = self.scratch.states.len() > states;
            if !self.takes_first_key && (has_state || frame.takes_all) {
                // Where all members are looked at, one without a state may still shadow another.
                let start = self.way.offset();
                self.scratch.members.push(Member { key, value: start..start });
            }
            if !has_state {
                self.way.skip()?;
                continue;
            }
            if let Some(child) = self.value(states, depth, frame.start)? {
                return Ok(Some(child));
            }
            self.end_member();
        }
    }

    /// Reads the elements of an array, up to one that is a container with states, whose frame it gives, or to the end.
    #[inline(always)]
    fn array(&mut self, frame: &mut Frame) -> Result<Option<Frame>, Error> {
        let (states, depth) = (self.scratch.states.len(), self.scratch.frames.len() + 1);
        loop {
            if frame.index >= frame.index_end || self.is_done(frame, states) {
                self.way.leave(frame.place, false)?;
                return Ok(None);
            }
            if !self.way.element(&mut frame.place)? {
                return Ok(None);
            }
            self.choose_element(frame, states);
            frame.index += 1;
            if self.scratch.states.len() == states {
                self.way.skip()?;
                continue;
            }
            if let Some(child) = self.value(states, depth, frame.start)? {
                return Ok(Some(child));
            }
        }
    }

    /// Whether every selector that has a state here has its match.
    #[inline(always)]
    fn is_done(&self, frame: &Frame, states_end: usize) -> bool {
        self.drops_found && self.scratch.states[frame.states..states_end].iter().all(|&state| self.scratch.missing[state as usize] == 0)
    }

    /// Gives the value of the member `key` its states.
    #[inline(always)]
    fn choose_member(&mut self, frame: &mut Frame, key: &Key, states_end: usize) {
        let program = self.program;
        if !key.is_plain {
            self.scratch.key.clear();
            W::push_name(&self.input[key.range.clone()], &mut self.scratch.key);
        }
        let mut met = frame.met;
        for nth in frame.states..states_end {
            let id = self.scratch.states[nth];
            let state = &program.states[id as usize];
            let name = state.find(if key.is_plain { &self.input[key.range.clone()] } else { &self.scratch.key });
            if let Some(name) = name
                && !self.meets_again(met + name)
            {
                frame.names_left -= usize::from(self.takes_first_key && frame.names_left != EVERY_NAME);
                state.names[name].states.iter().for_each(|&to| self.give(to));
            }
            self.choose_any(id, state);
            met += state.names.len();
        }
    }

    /// Notes that a name is met; whether it was before, where that counts.
    #[inline(always)]
    fn meets_again(&mut self, name: usize) -> bool {
        self.takes_first_key && std::mem::replace(&mut self.scratch.met[name], true)
    }

    /// Gives the next element its states.
    #[inline(always)]
    fn choose_element(&mut self, frame: &Frame, states_end: usize) {
        let program = self.program;
        for nth in frame.states..states_end {
            let id = self.scratch.states[nth];
            let state = &program.states[id as usize];
            for elements in state.elements.iter().filter(|elements| elements.has(frame.index)) {
                self.give(elements.state);
            }
            self.choose_any(id, state);
        }
    }

    /// Gives any child of a value in `state` its states.
    #[inline(always)]
    fn choose_any(&mut self, id: StateId, state: &State) {
        if let Some(to) = state.wildcard {
            self.give(to);
        }
        // No selector ends in such a state, so of anything but a container it wants nothing.
        if state.is_descent && self.way.shape() != Shape::Leaf {
            self.give(id);
        }
    }

    /// Gives the value that comes next a state, if that is still wanted.
    #[inline(always)]
    fn give(&mut self, state: StateId) {
        if self.drops_found && self.scratch.missing[state as usize] == 0 {
            return;
        }
        self.scratch.states.push(state);
        if let Some(descent) = self.program.states[state as usize].descent {
            self.scratch.states.push(descent);
        }
    }

    /// Takes the value that starts here and has the states from `states` on: reads it, or goes into it and gives its frame. It lies in
    /// `depth` containers, of which the innermost starts at `parent`.
    #[inline(always)]
    fn value(&mut self, states: usize, depth: usize, parent: usize) -> Result<Option<Frame>, Error> {
        let start = self.way.offset();
        let shape = self.way.shape();
        let hits = self.scratch.hits.len();
        self.hit(states, start, parent);
        let is_hit = self.scratch.hits.len() > hits;
        let is_container = shape != Shape::Leaf;
        let opens = is_container && self.scratch.states.len() > states;
        let is_unchecked = start >= self.checked && (is_hit || !is_container);
        if is_unchecked {
            self.way.read(depth as u32)?;
            self.checked = self.way.offset();
        }
        if opens {
            self.way.go_back(start);
            return self.open(states, hits, depth, shape == Shape::Object).map(Some);
        }
        if !is_unchecked {
            self.way.skip()?;
        }
        self.end_hits(hits, self.scratch.hits.len());
        self.scratch.states.truncate(states);
        Ok(None)
    }

    /// Notes which selectors match the value at `start`. Of its states those remain that want something of its children.
    #[inline(always)]
    fn hit(&mut self, states: usize, start: usize, parent: usize) {
        let program = self.program;
        let mut kept = states;
        for nth in states..self.scratch.states.len() {
            let id = self.scratch.states[nth];
            let state = &program.states[id as usize];
            for &selector in &state.matches {
                let tail = program.tails[selector as usize];
                if self.drops_found && tail == 0 && self.drop_found(id, selector) {
                    continue;
                }
                let visited = match tail {
                    0 => 0,
                    1 => parent,
                    // The innermost container is not among the frames.
                    _ => self.scratch.frames[self.scratch.frames.len() + 1 - tail].start,
                };
                self.scratch.hits.push(Hit { selector, visited, range: start..start });
            }
            if state.goes_on {
                self.scratch.states[kept] = id;
                kept += 1;
            }
        }
        self.scratch.states.truncate(kept);
    }

    /// Notes that `selector`, which ends in `state`, has its match; whether it had one before. With a descendant segment it would not be known
    /// which match is the first.
    fn drop_found(&mut self, state: StateId, selector: u32) -> bool {
        if std::mem::replace(&mut self.scratch.found[selector as usize], true) {
            return true;
        }
        let mut at = state;
        loop {
            self.scratch.missing[at as usize] -= 1;
            if at == ROOT {
                return false;
            }
            at = self.program.states[at as usize].parent;
        }
    }

    /// Goes into the container that starts here and has the states from `states` on.
    #[inline(always)]
    fn open(&mut self, states: usize, hits: usize, depth: usize, is_object: bool) -> Result<Frame, Error> {
        let (program, scratch) = (self.program, &mut *self.scratch);
        let start = self.way.offset();
        let place = self.way.enter(depth as u32)?;
        let met = scratch.met.len();
        let (mut names, mut index_end, mut takes_all) = (0, 0, false);
        for &state in &scratch.states[states..] {
            let state = &program.states[state as usize];
            names += state.names.len();
            index_end = state.elements.iter().map(|elements: &Elements| elements.end).fold(index_end, u64::max);
            takes_all |= state.takes_all();
        }
        if self.takes_first_key && is_object {
            scratch.met.resize(met + names, false);
        }
        // Where the last of duplicate keys counts, one more may always come.
        let is_open_ended = takes_all || !self.takes_first_key && names != 0;
        Ok(Frame {
            start,
            is_object,
            place,
            states,
            met,
            members: scratch.members.len(),
            hits,
            hits_inside: scratch.hits.len(),
            names_left: if is_open_ended { EVERY_NAME } else { names },
            index: 0,
            index_end: if takes_all { u64::MAX } else { index_end },
            takes_all,
        })
    }

    /// The container of `frame` ends here.
    #[inline(always)]
    fn close(&mut self, frame: &Frame) {
        self.end_hits(frame.hits, frame.hits_inside);
        let scratch = &mut *self.scratch;
        if frame.is_object && scratch.hits.len() > frame.hits_inside {
            scratch.shadowed.note(&scratch.members[frame.members..], self.input, W::push_name);
        }
        scratch.members.truncate(frame.members);
        scratch.states.truncate(frame.states);
        scratch.met.truncate(frame.met);
    }

    /// The value of the last member that has states ends here.
    #[inline(always)]
    fn end_member(&mut self) {
        if let Some(member) = self.scratch.members.last_mut() {
            member.value.end = self.way.offset();
        }
    }

    #[inline(always)]
    fn end_hits(&mut self, from: usize, to: usize) {
        for hit in &mut self.scratch.hits[from..to] {
            hit.range.end = self.way.offset();
        }
    }
}

/// More names than an object can have: it is read to its end.
const EVERY_NAME: usize = usize::MAX;
