//! A document while it is patched.
//!
//! Nothing is built of it but the containers on the way to a change, and of those only where their children are; whatever is not changed
//! stays a range of its text. Values are never changed: a change of a value makes a new one, and the containers around it anew. So a copy
//! is a number, whatever its size.
//!
//! # Whitespace
//! What is not changed keeps every byte. A child that goes takes the comma and the whitespace on its side with it, one whose value is
//! replaced keeps what stands around the value. A new child gets the whitespace that the children of its container have: behind the bracket,
//! the comma and the colon. An emptied container has none.

mod equal;
mod number;
mod rope;

use crate::escape::push_string;
use crate::output;
use crate::pointer::Token;
use crate::scan;
use crate::source::{ROOT, Source};
use lanewise_error::Error;
use rope::{Piece, Rope, Ropes};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use equal::equal;

/// Which text an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Text {
    Document,
    Patch,
}

/// A value as it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) text: Text,
    pub(crate) entry: u32,
}

/// A container whose children are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Container {
    /// Its number in `Edit::opened`.
    opened: u32,
    rope: Rope,
}

/// A value of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// As in the text.
    Raw(Place),
    /// A container with other children than in the text.
    Edited(Container),
}

impl Value {
    pub(crate) fn container_mut(&mut self) -> Option<&mut Container> {
        match self {
            Self::Raw(_) => None,
            Self::Edited(container) => Some(container),
        }
    }
}

/// What is known of a container of a text. Its children are numbered in the order of the text, names that it gets later follow.
struct Opened<'a> {
    place: Place,
    is_object: bool,
    /// The entries of the elements or keys.
    children: Vec<u32>,
    /// The unescaped names in order, with the number of the last member that has it.
    by_name: Vec<(Cow<'a, [u8]>, u32)>,
    added: Vec<Added>,
    added_by_name: BTreeMap<Vec<u8>, u32>,
    /// All children but those hidden by a later one of the same name.
    rope: Rope,
    /// The whitespace behind the bracket, behind a comma, and before the closing bracket.
    first: &'a [u8],
    next: &'a [u8],
    last: &'a [u8],
    /// What stands between a key and its value.
    colon: &'a [u8],
}

struct Added {
    name: Vec<u8>,
    /// As JSON spells it.
    key: Vec<u8>,
}

/// The number of an element that was not in the text.
const NEW: u32 = u32::MAX - 1;

/// A document and a patch, and the document as it has become.
pub(crate) struct Edit<'a> {
    texts: [Source<'a>; 2],
    opened: Vec<Opened<'a>>,
    opened_by_place: BTreeMap<Place, u32>,
    ropes: Ropes,
    pub(crate) root: Value,
}

impl<'a> Edit<'a> {
    pub(crate) fn new(document: Source<'a>, patch: Source<'a>) -> Self {
        Self {
            texts: [document, patch],
            opened: Vec::new(),
            opened_by_place: BTreeMap::new(),
            ropes: Ropes::default(),
            root: Value::Raw(Place { text: Text::Document, entry: ROOT }),
        }
    }

    pub(crate) fn source(&self, text: Text) -> &Source<'a> {
        &self.texts[text as usize]
    }

    fn opened(&self, container: Container) -> &Opened<'a> {
        &self.opened[container.opened as usize]
    }

    /// The children of `value`; `None` when it is no container.
    pub(crate) fn open(&mut self, value: Value) -> Option<Container> {
        let place = match value {
            Value::Edited(container) => return Some(container),
            Value::Raw(place) => place,
        };
        if !self.source(place.text).is_container(place.entry) {
            return None;
        }
        let opened = match self.opened_by_place.get(&place) {
            Some(&opened) => opened,
            None => self.read(place),
        };
        Some(Container { opened, rope: self.opened[opened as usize].rope })
    }

    /// The container without its children.
    pub(crate) fn emptied(&self, container: Container) -> Container {
        Container { rope: Rope::EMPTY, ..container }
    }

    pub(crate) fn is_object(&self, container: Container) -> bool {
        self.opened(container).is_object
    }

    pub(crate) fn count(&self, container: Container) -> u32 {
        self.ropes.count(container.rope)
    }

    /// The value of the child at `position`, which must be below the count.
    pub(crate) fn child(&self, container: Container, position: u32) -> Value {
        let (piece, at) = self.ropes.find(container.rope, position);
        let opened = self.opened(container);
        piece.value.unwrap_or_else(|| Value::Raw(opened.value(piece.from + at)))
    }

    /// The position of the child that `token` names.
    pub(crate) fn position(&self, container: Container, token: &Token) -> Option<u32> {
        if self.is_object(container) {
            return self.member(container, &token.name);
        }
        let index = u32::try_from(token.index?).ok()?;
        (index < self.count(container)).then_some(index)
    }

    /// The position of the member called `name`, unescaped.
    pub(crate) fn member(&self, container: Container, name: &[u8]) -> Option<u32> {
        let number = self.number(container, name)?;
        self.ropes.search(container.rope, number).ok()
    }

    /// The container with `value` as that of the child at `position`.
    pub(crate) fn replace(&mut self, container: Container, position: u32, value: Value) -> Container {
        let (piece, at) = self.ropes.find(container.rope, position);
        let (before, behind) = self.cut(container, position, 1);
        self.joined(container, before, piece.from + at, value, behind)
    }

    /// The container without the child at `position`.
    pub(crate) fn remove(&mut self, container: Container, position: u32) -> Container {
        let (before, behind) = self.cut(container, position, 1);
        Container { rope: self.ropes.concat(before, behind), ..container }
    }

    /// The array with `value` before the element at `position`.
    pub(crate) fn insert(&mut self, array: Container, position: u32, value: Value) -> Container {
        let (before, behind) = self.cut(array, position, 0);
        self.joined(array, before, NEW, value, behind)
    }

    /// The object with `value` as that of the member called `name`.
    pub(crate) fn set(&mut self, object: Container, name: &[u8], value: Value) -> Container {
        let number = self.number(object, name).unwrap_or_else(|| self.add_name(object, name));
        match self.ropes.search(object.rope, number) {
            Ok(position) => self.replace(object, position, value),
            Err(position) => {
                let (before, behind) = self.cut(object, position, 0);
                self.joined(object, before, number, value, behind)
            }
        }
    }

    /// Gives back the memory of what has been changed meanwhile, if it is much. To be called before each change; `held` are those containers
    /// that the caller still needs beside the root.
    pub(crate) fn tidy<'c>(&mut self, held: impl Iterator<Item = &'c mut Container>) {
        if !self.ropes.is_crowded() {
            return;
        }
        let mut roots: Vec<&mut Rope> = Vec::new();
        roots.extend(held.map(|container| &mut container.rope));
        roots.extend(self.root.container_mut().map(|container| &mut container.rope));
        roots.extend(self.opened.iter_mut().map(|opened| &mut opened.rope));
        self.ropes.retain(&mut roots);
    }

    /// What stands before `position`, and what stands `count` children behind it.
    fn cut(&mut self, container: Container, position: u32, count: u32) -> (Rope, Rope) {
        let opened = &self.opened[container.opened as usize];
        let source = &self.texts[opened.place.text as usize];
        let size = |from, to| opened.size(source, from, to);
        let (before, rest) = self.ropes.split(container.rope, position, &size);
        let (_, behind) = self.ropes.split(rest, count, &size);
        (before, behind)
    }

    fn joined(&mut self, container: Container, before: Rope, number: u32, value: Value, behind: Rope) -> Container {
        let opened = self.opened(container);
        let source = self.source(opened.place.text);
        let frame = match opened.key(number) {
            Key::Own => {
                let old = source.range(opened.value(number).entry);
                opened.size(source, number, number + 1) - old.len() as u64
            }
            Key::Added(key) => (1 + opened.next.len() + key.len() + opened.colon.len()) as u64,
            Key::None => 1 + opened.next.len() as u64,
        };
        let size = frame.saturating_add(self.size(value));
        let piece = Piece { from: number, to: number + 1, value: Some(value), size };
        Container { rope: self.ropes.join(before, piece, behind), ..container }
    }

    /// The most bytes that `value` can have.
    fn size(&self, value: Value) -> u64 {
        match value {
            Value::Raw(place) => self.source(place.text).range(place.entry).len() as u64,
            Value::Edited(container) => {
                let opened = self.opened(container);
                let frame = 2 + opened.first.len() + opened.next.len() + opened.last.len();
                self.ropes.size(container.rope).saturating_add(frame as u64)
            }
        }
    }

    /// The name of a member, unescaped.
    pub(crate) fn name(&self, object: Container, position: u32) -> Cow<'_, [u8]> {
        let (piece, at) = self.ropes.find(object.rope, position);
        let opened = self.opened(object);
        let number = (piece.from + at) as usize;
        match opened.children.get(number) {
            Some(&key) => self.source(opened.place.text).string(key),
            None => opened.added[number - opened.children.len()].name.as_slice().into(),
        }
    }

    /// The number of the member called `name`, whether `object` still has it or not.
    fn number(&self, object: Container, name: &[u8]) -> Option<u32> {
        let opened = self.opened(object);
        match opened.by_name.binary_search_by(|(other, _)| other.as_ref().cmp(name)) {
            Ok(at) => Some(opened.by_name[at].1),
            Err(_) => opened.added_by_name.get(name).copied(),
        }
    }

    fn add_name(&mut self, object: Container, name: &[u8]) -> u32 {
        let opened = &mut self.opened[object.opened as usize];
        let number = (opened.children.len() + opened.added.len()) as u32;
        let mut key = Vec::new();
        push_string(name, &mut key);
        opened.added.push(Added { name: name.to_vec(), key });
        opened.added_by_name.insert(name.to_vec(), number);
        number
    }

    /// Finds the children of the container at `place`.
    fn read(&mut self, place: Place) -> u32 {
        let source = &self.texts[place.text as usize];
        let mut opened = Opened::new(source, place);
        let mut shown = vec![true; opened.children.len()];
        if opened.is_object {
            let mut members: Vec<_> = opened.children.iter().map(|&key| source.string(key)).zip(0..).collect();
            members.sort_unstable();
            for pair in members.windows(2) {
                shown[pair[0].1 as usize] = pair[0].0 != pair[1].0;
            }
            members.retain(|&(_, number)| shown[number as usize]);
            opened.by_name = members;
        }
        let mut from = 0;
        for run in shown.chunk_by(|a, b| a == b) {
            let to = from + run.len() as u32;
            if run[0] {
                let run = self.ropes.single(Piece { from, to, value: None, size: opened.size(source, from, to) });
                opened.rope = self.ropes.concat(opened.rope, run);
            }
            from = to;
        }
        let number = self.opened.len() as u32;
        self.opened_by_place.insert(place, number);
        self.opened.push(opened);
        number
    }
}

/// The key of a child.
enum Key<'o> {
    /// That of the text, if it has one there.
    Own,
    Added(&'o [u8]),
    /// Of a new element.
    None,
}

impl<'a> Opened<'a> {
    fn new(source: &Source<'a>, place: Place) -> Self {
        let container = place.entry;
        let mut opened = Self {
            place,
            is_object: source.kind(container) == b'{',
            children: source.children(container).collect(),
            by_name: Vec::new(),
            added: Vec::new(),
            added_by_name: BTreeMap::new(),
            rope: Rope::EMPTY,
            first: b"",
            next: b"",
            last: b"",
            colon: b":",
        };
        if let (Some(&first), Some(last)) = (opened.children.first(), opened.children.len().checked_sub(1)) {
            let input = source.input;
            opened.first = &input[source.start(container) + 1..source.start(first)];
            opened.next = if last > 0 { opened.lead(source, 1) } else { opened.first };
            opened.last = opened.trail(source, last as u32);
            if opened.is_object {
                opened.colon = &input[source.range(first).end..source.start(first + 1)];
            }
        }
        opened
    }

    fn key(&self, number: u32) -> Key<'_> {
        match self.children.get(number as usize) {
            Some(_) => Key::Own,
            None if self.is_object => Key::Added(&self.added[number as usize - self.children.len()].key),
            None => Key::None,
        }
    }

    /// Where the value of a child is in the text.
    fn value(&self, number: u32) -> Place {
        Place { entry: self.children[number as usize] + u32::from(self.is_object), ..self.place }
    }

    /// Where a child begins; behind the last one, the closing bracket.
    fn start(&self, source: &Source<'a>, number: u32) -> usize {
        let child = self.children.get(number as usize).copied();
        source.start(child.unwrap_or_else(|| source.end(self.place.entry)))
    }

    /// The bytes of the children `from..to` with what stands behind each.
    fn size(&self, source: &Source<'a>, from: u32, to: u32) -> u64 {
        (self.start(source, to) - self.start(source, from)) as u64
    }

    /// The whitespace before a child.
    fn lead(&self, source: &Source<'a>, number: u32) -> &'a [u8] {
        let before = &source.input[..self.start(source, number)];
        let start = before.iter().rposition(|&byte| !scan::is_whitespace(byte)).map_or(0, |at| at + 1);
        &before[start..]
    }

    /// The whitespace behind a child.
    fn trail(&self, source: &Source<'a>, number: u32) -> &'a [u8] {
        let start = source.range(self.value(number).entry).end;
        &source.input[start..scan::whitespace(source.input, start)]
    }
}

/// A container that is being written.
struct Open<'a> {
    container: Container,
    /// What is still to come: pieces with what stands behind them, innermost last.
    pending: Vec<Rope>,
    /// What stands behind the child that was written last, if another one follows; `None` before the first.
    trail: Option<&'a [u8]>,
}

impl Open<'_> {
    fn new(container: Container, ropes: &Ropes) -> Self {
        let mut open = Self { container, pending: Vec::new(), trail: None };
        open.descend(container.rope, ropes);
        open
    }

    fn descend(&mut self, mut rope: Rope, ropes: &Ropes) {
        while let Some((left, ..)) = ropes.parts(rope) {
            self.pending.push(rope);
            rope = left;
        }
    }

    fn next(&mut self, ropes: &Ropes) -> Option<Piece> {
        let (_, piece, right) = ropes.parts(self.pending.pop()?)?;
        self.descend(right, ropes);
        Some(piece)
    }
}

impl<'a> Edit<'a> {
    /// Appends the document as it has become, with the whitespace that stood around it.
    ///
    /// Fails with `LW_SIZE`; `out` then is as it was.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let document = self.source(Text::Document);
        let around = document.range(ROOT);
        let (head, tail) = (&document.input[..around.start], &document.input[around.end..]);
        output::reserve(out, self.size(self.root).saturating_add((head.len() + tail.len()) as u64))?;
        out.extend_from_slice(head);
        let mut open = Vec::new();
        open.extend(self.write_value(self.root, out));
        while let Some(innermost) = open.last_mut() {
            match innermost.next(&self.ropes) {
                Some(piece) => {
                    let entered = self.write_piece(piece, innermost, out);
                    open.extend(entered);
                }
                None => {
                    self.write_end(innermost, out);
                    open.pop();
                }
            }
        }
        out.extend_from_slice(tail);
        Ok(())
    }

    /// Writes a value of a text, or the opening bracket of an edited container, which is entered.
    fn write_value(&self, value: Value, out: &mut Vec<u8>) -> Option<Open<'a>> {
        match value {
            Value::Raw(place) => {
                out.extend_from_slice(self.source(place.text).text(place.entry));
                None
            }
            Value::Edited(container) => {
                out.push(if self.is_object(container) { b'{' } else { b'[' });
                Some(Open::new(container, &self.ropes))
            }
        }
    }

    fn write_end(&self, open: &Open<'a>, out: &mut Vec<u8>) {
        let opened = self.opened(open.container);
        if open.trail.is_some() {
            out.extend_from_slice(opened.last);
        }
        out.push(if opened.is_object { b'}' } else { b']' });
    }

    fn write_piece(&self, piece: Piece, open: &mut Open<'a>, out: &mut Vec<u8>) -> Option<Open<'a>> {
        let opened = self.opened(open.container);
        let source = self.source(opened.place.text);
        let is_own = (piece.from as usize) < opened.children.len();
        match open.trail {
            None => out.extend_from_slice(opened.first),
            Some(trail) => {
                out.extend_from_slice(trail);
                out.push(b',');
                out.extend_from_slice(if is_own && piece.from > 0 { opened.lead(source, piece.from) } else { opened.next });
            }
        }
        let last = piece.to - 1;
        open.trail = Some(if is_own && last as usize + 1 < opened.children.len() { opened.trail(source, last) } else { b"" });
        let start = opened.start(source, piece.from);
        let Some(value) = piece.value else {
            out.extend_from_slice(&source.input[start..source.range(opened.value(last).entry).end]);
            return None;
        };
        match opened.key(piece.from) {
            Key::Own => out.extend_from_slice(&source.input[start..source.start(opened.value(piece.from).entry)]),
            Key::Added(key) => {
                out.extend_from_slice(key);
                out.extend_from_slice(opened.colon);
            }
            Key::None => {}
        }
        self.write_value(value, out)
    }
}
