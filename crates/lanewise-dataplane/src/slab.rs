//! Values with numbers: a place is used again once it is free, and its generation tells one tenant from the next.

/// Ends a list of free places.
const NONE: u32 = u32::MAX;

/// Values by index. Inserting, removing and looking up take constant time; only growth allocates.
pub(crate) struct Slab<T> {
    places: Vec<Place<T>>,
    /// The place that was freed last: the memory that is most likely still near.
    free: u32,
    count: usize,
}

struct Place<T> {
    generation: u32,
    value: Option<T>,
    free_next: u32,
}

impl<T> Slab<T> {
    pub(crate) fn new() -> Self {
        Self { places: Vec::new(), free: NONE, count: 0 }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Places, free ones included: every index is below.
    pub(crate) fn places(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn insert(&mut self, value: T) -> u32 {
        self.count += 1;
        if self.free == NONE {
            self.places.push(Place { generation: 0, value: Some(value), free_next: NONE });
            return (self.places.len() - 1) as u32;
        }
        let index = self.free;
        let place = &mut self.places[index as usize];
        self.free = place.free_next;
        place.value = Some(value);
        index
    }

    pub(crate) fn remove(&mut self, index: u32) -> Option<T> {
        let place = self.places.get_mut(index as usize)?;
        let value = place.value.take()?;
        place.generation = place.generation.wrapping_add(1);
        place.free_next = self.free;
        self.free = index;
        self.count -= 1;
        Some(value)
    }

    /// How often the place had other tenants.
    pub(crate) fn generation(&self, index: u32) -> u32 {
        self.places[index as usize].generation
    }

    /// Whether the place has the tenant that it had when its generation was read.
    pub(crate) fn holds(&self, index: u32, generation: u32) -> bool {
        self.places.get(index as usize).is_some_and(|place| place.generation == generation && place.value.is_some())
    }

    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.places.get(index as usize)?.value.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.places.get_mut(index as usize)?.value.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_under_another_generation() {
        let mut slab = Slab::new();
        let (a, b) = (slab.insert('a'), slab.insert('b'));
        let generation = slab.generation(a);
        assert!(slab.holds(a, generation));
        assert_eq!(slab.remove(a), Some('a'));
        assert!(!slab.holds(a, generation) && slab.get(a).is_none());
        assert_eq!(slab.remove(a), None);
        assert_eq!((slab.insert('c'), slab.count(), slab.places()), (a, 2, 2));
        assert!(!slab.holds(a, generation) && slab.holds(a, slab.generation(a)));
        assert_eq!(slab.get(b), Some(&'b'));
        assert!(!slab.holds(9, 0) && slab.get(9).is_none() && slab.remove(9).is_none());
    }
}
