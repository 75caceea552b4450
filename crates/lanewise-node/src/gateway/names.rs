//! Ids of requests: each plane has its own, and JavaScript, which hears of all planes, has one name for each.

/// Which request of which plane an id of JavaScript stands for, and back.
#[derive(Default)]
pub(crate) struct Names {
    given: Vec<Option<(usize, u32)>>,
    free: Vec<u32>,
    /// By thread and its id.
    back: Vec<Vec<u32>>,
}

impl Names {
    /// Names request `id` of a thread, whose last name is free.
    pub(crate) fn give(&mut self, thread: usize, id: u32) -> u32 {
        let name = self.free.pop().unwrap_or_else(|| {
            self.given.push(None);
            (self.given.len() - 1) as u32
        });
        self.given[name as usize] = Some((thread, id));
        if thread >= self.back.len() {
            self.back.resize_with(thread + 1, Vec::new);
        }
        let back = &mut self.back[thread];
        if id as usize >= back.len() {
            back.resize(id as usize + 1, u32::MAX);
        }
        back[id as usize] = name;
        name
    }

    /// The name of a request that has one.
    pub(crate) fn of(&self, thread: usize, id: u32) -> Option<u32> {
        let name = *self.back.get(thread)?.get(id as usize)?;
        (self.get(name) == Some((thread, id))).then_some(name)
    }

    /// The thread, and its id, of a name that is in use.
    pub(crate) fn get(&self, name: u32) -> Option<(usize, u32)> {
        self.given.get(name as usize).copied().flatten()
    }

    /// The same, and frees the name.
    pub(crate) fn release(&mut self, name: u32) -> Option<(usize, u32)> {
        let given = self.given.get_mut(name as usize)?.take()?;
        self.free.push(name);
        Some(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// Planes give an id again once its request is over; names are found both ways for as long as they are in use, and never shared.
        #[test]
        fn names_lead_to_their_requests_until_they_are_released(steps in prop::collection::vec((0..3usize, 0..5u32, any::<bool>()), 0..200)) {
            let mut names = Names::default();
            let mut known: HashMap<(usize, u32), u32> = HashMap::new();
            for (thread, id, gives) in steps {
                if gives && !known.contains_key(&(thread, id)) {
                    let name = names.give(thread, id);
                    prop_assert!(known.values().all(|&other| other != name));
                    known.insert((thread, id), name);
                } else if let Some(name) = known.remove(&(thread, id)) {
                    prop_assert_eq!(names.release(name), Some((thread, id)));
                    prop_assert_eq!(names.release(name), None);
                }
                for thread in 0..4 {
                    for id in 0..6 {
                        prop_assert_eq!(names.of(thread, id), known.get(&(thread, id)).copied());
                    }
                }
                for (&request, &name) in &known {
                    prop_assert_eq!(names.get(name), Some(request));
                }
            }
            // As many names as there were requests at a time, no more.
            prop_assert!(names.given.len() <= 15);
        }
    }

    #[test]
    fn what_was_never_given_is_nothing() {
        let mut names = Names::default();
        assert_eq!((names.of(7, 7), names.get(u32::MAX), names.release(0)), (None, None, None));
    }
}
