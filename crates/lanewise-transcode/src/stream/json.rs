//! The way of the automaton through a JSON text.

use super::program::Program;
use super::run::Run;
use super::way::{Key, Place, Shape, Way};
use super::{How, Scratch};
use lanewise_error::Error;
use lanewise_json::walk::{Child, Walk};
use lanewise_json::{Limits, LoneSurrogate, unescape};
use lanewise_simd::{Isa, Task};
use std::ops::Range;

pub(super) struct JsonWay<'a, I> {
    input: &'a [u8],
    limits: &'a Limits,
    walk: Walk<'a, I>,
}

/// No child has been met.
const FIRST: Place = Place(0);
const NEXT: Place = Place(1);

fn child(place: Place) -> Child {
    if place.0 == FIRST.0 { Child::First } else { Child::Next }
}

impl<'a, I: Isa> JsonWay<'a, I> {
    #[inline(always)]
    pub(super) fn new(isa: I, input: &'a [u8], limits: &'a Limits) -> Self {
        Self { input, limits, walk: Walk::new(isa, input) }
    }
}

impl<I: Isa> Way for JsonWay<'_, I> {
    #[inline(always)]
    fn validate(&mut self) -> Result<(), Error> {
        lanewise_json::validate(self.input, self.limits)
    }

    #[inline(always)]
    fn begin(&mut self) -> Result<(), Error> {
        self.walk.value().map(|_| ())
    }

    #[inline(always)]
    fn offset(&self) -> usize {
        self.walk.offset()
    }

    #[inline(always)]
    fn shape(&self) -> Shape {
        match self.input[self.walk.offset()] {
            b'{' => Shape::Object,
            b'[' => Shape::Array,
            _ => Shape::Leaf,
        }
    }

    #[inline(always)]
    fn enter(&mut self, depth: u32) -> Result<Place, Error> {
        self.walk.enter(depth, self.limits.depth_max)?;
        Ok(FIRST)
    }

    #[inline(always)]
    fn member(&mut self, place: &mut Place) -> Result<Option<Key>, Error> {
        let key = self.walk.member(child(*place))?;
        *place = NEXT;
        Ok(key.map(|key| Key { range: key.range, is_plain: !key.escaped }))
    }

    #[inline(always)]
    fn element(&mut self, place: &mut Place) -> Result<bool, Error> {
        let is_there = self.walk.element(child(*place))?;
        *place = NEXT;
        Ok(is_there)
    }

    #[inline(always)]
    fn leave(&mut self, _: Place, is_object: bool) -> Result<(), Error> {
        self.walk.leave(is_object)
    }

    #[inline(always)]
    fn go_back(&mut self, offset: usize) {
        self.walk.go_back(offset);
    }

    #[inline(always)]
    fn skip(&mut self) -> Result<(), Error> {
        self.walk.skip()
    }

    #[inline(always)]
    fn read(&mut self, depth: u32) -> Result<(), Error> {
        self.walk.read(depth, self.limits).map(|_| ())
    }

    #[inline(always)]
    fn finish(&mut self) -> Result<(), Error> {
        self.walk.finish()
    }

    #[inline(always)]
    fn push_name(key: &[u8], out: &mut Vec<u8>) {
        unescape(key, LoneSurrogate::Keep, out);
    }
}

/// Takes each text and how the run over it has ended; its matches are in the scratch then. An error of its own ends all.
type Ended<'t> = dyn FnMut(Range<usize>, Result<(), Error>, &Scratch) -> Result<(), Error> + 't;

/// Runs over one text after the other. It is compiled for each instruction set, and so the one way to all runs over JSON.
pub(super) struct RunJson<'t> {
    pub(super) program: &'t Program,
    pub(super) input: &'t [u8],
    pub(super) limits: &'t Limits,
    pub(super) how: How,
    pub(super) scratch: &'t mut Scratch,
    /// Where in the input the texts are.
    pub(super) texts: &'t mut dyn Iterator<Item = Range<usize>>,
    pub(super) ended: &'t mut Ended<'t>,
}

impl Task for RunJson<'_> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        for text in self.texts {
            let input = &self.input[text.clone()];
            let outcome = Run::new(JsonWay::new(isa, input, self.limits), self.program, input, self.how, self.scratch).run();
            (self.ended)(text, outcome, self.scratch)?;
        }
        Ok(())
    }
}
