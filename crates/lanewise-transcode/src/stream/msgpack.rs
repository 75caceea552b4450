//! The way of the automaton through a MessagePack value.

use super::way::{Key, Place, Shape, Way};
use crate::key::push_key;
use lanewise_error::Error;
use lanewise_msgpack::walk::{self, Walk};
use lanewise_msgpack::{Limits, Scratch, validate_with};
use lanewise_simd::Kernels;

/// A place is the number of elements or members that are to come.
pub(super) struct MsgpackWay<'a> {
    input: &'a [u8],
    limits: &'a Limits,
    memory: &'a mut Scratch,
    walk: Walk<'a>,
}

impl<'a> MsgpackWay<'a> {
    pub(super) fn new(kernels: &'a Kernels, input: &'a [u8], limits: &'a Limits, memory: &'a mut Scratch) -> Self {
        Self { input, limits, memory, walk: Walk::new(kernels, input) }
    }
}

impl Way for MsgpackWay<'_> {
    #[inline]
    fn validate(&mut self) -> Result<(), Error> {
        validate_with(self.input, self.limits, self.memory)
    }

    #[inline]
    fn begin(&mut self) -> Result<(), Error> {
        self.walk.shape().map(|_| ())
    }

    #[inline]
    fn offset(&self) -> usize {
        self.walk.offset()
    }

    #[inline]
    fn shape(&self) -> Shape {
        match self.walk.shape() {
            Ok(walk::Shape::Map) => Shape::Object,
            Ok(walk::Shape::Array) => Shape::Array,
            _ => Shape::Leaf,
        }
    }

    #[inline]
    fn enter(&mut self, depth: u32) -> Result<Place, Error> {
        self.walk.enter(depth, self.limits.depth_max).map(Place)
    }

    #[inline]
    fn member(&mut self, place: &mut Place) -> Result<Option<Key>, Error> {
        while place.0 > 0 {
            place.0 -= 1;
            if let Some(key) = self.walk.key()? {
                self.walk.shape()?;
                return Ok(Some(Key { range: key.range, is_plain: key.is_string }));
            }
            self.walk.skip(1)?;
        }
        Ok(None)
    }

    #[inline]
    fn element(&mut self, place: &mut Place) -> Result<bool, Error> {
        if place.0 == 0 {
            return Ok(false);
        }
        place.0 -= 1;
        self.walk.shape()?;
        Ok(true)
    }

    #[inline]
    fn leave(&mut self, place: Place, is_object: bool) -> Result<(), Error> {
        self.walk.skip(u64::from(place.0) << u32::from(is_object))
    }

    #[inline]
    fn go_back(&mut self, offset: usize) {
        self.walk.go_back(offset);
    }

    #[inline]
    fn skip(&mut self) -> Result<(), Error> {
        self.walk.skip(1)
    }

    #[inline]
    fn read(&mut self, depth: u32) -> Result<(), Error> {
        self.walk.read(depth, self.limits)
    }

    #[inline]
    fn finish(&mut self) -> Result<(), Error> {
        self.walk.finish()
    }

    #[inline]
    fn push_name(key: &[u8], out: &mut Vec<u8>) {
        push_key(key, out);
    }
}
