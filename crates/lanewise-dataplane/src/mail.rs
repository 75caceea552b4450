//! Batches from one thread to another, with one wake-up for all that is waiting.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The end that is sent from. Clones send to the same receiver.
pub struct Outbox<T> {
    waiting: Arc<Mutex<Vec<T>>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// The end that is received at.
pub struct Inbox<T> {
    waiting: Arc<Mutex<Vec<T>>>,
}

/// A way from any thread to one. `wake` is called, on the sending thread, when something waits and nothing did before: the receiver then takes
/// everything. Nothing is allocated once the batches have had their largest size.
pub fn mail<T>(wake: impl Fn() + Send + Sync + 'static) -> (Outbox<T>, Inbox<T>) {
    let waiting = Arc::new(Mutex::new(Vec::new()));
    (Outbox { waiting: waiting.clone(), wake: Arc::new(wake) }, Inbox { waiting })
}

/// A thread that panicked while it held the lock has left a list of whole letters.
fn lock<T>(waiting: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Outbox<T> {
    /// Sends one letter.
    pub fn send(&self, letter: T) {
        let was_empty = {
            let mut waiting = lock(&self.waiting);
            waiting.push(letter);
            waiting.len() == 1
        };
        if was_empty {
            (self.wake)();
        }
    }

    /// Sends what `batch` holds, in order, under one lock; `batch` is empty then, and keeps some memory.
    pub fn send_all(&self, batch: &mut Vec<T>) {
        if batch.is_empty() {
            return;
        }
        let was_empty = {
            let mut waiting = lock(&self.waiting);
            let was_empty = waiting.is_empty();
            if was_empty {
                mem::swap(&mut *waiting, batch);
            } else {
                waiting.append(batch);
            }
            was_empty
        };
        if was_empty {
            (self.wake)();
        }
    }
}

impl<T> Clone for Outbox<T> {
    fn clone(&self) -> Self {
        Self { waiting: self.waiting.clone(), wake: self.wake.clone() }
    }
}

impl<T> Inbox<T> {
    /// Takes everything that waits, in the order of each sender, into `batch`, which is empty.
    pub fn take(&mut self, batch: &mut Vec<T>) {
        debug_assert!(batch.is_empty());
        mem::swap(&mut *lock(&self.waiting), batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[test]
    fn all_that_waits_is_announced_once() {
        let wakes = Arc::new(AtomicUsize::new(0));
        let (outbox, mut inbox) = mail({
            let wakes = wakes.clone();
            move || _ = wakes.fetch_add(1, SeqCst)
        });
        let mut batch = vec![1, 2, 3];
        outbox.send_all(&mut batch);
        outbox.send(4);
        outbox.clone().send_all(&mut vec![5, 6]);
        outbox.send_all(&mut Vec::new());
        assert_eq!((wakes.load(SeqCst), batch.len()), (1, 0));
        inbox.take(&mut batch);
        assert_eq!((batch.as_slice(), wakes.load(SeqCst)), ([1, 2, 3, 4, 5, 6].as_slice(), 1));
        batch.clear();
        inbox.take(&mut batch);
        assert!(batch.is_empty());
        outbox.send(7);
        assert_eq!(wakes.load(SeqCst), 2);
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        let (bell, rung) = std::sync::mpsc::channel();
        let (outbox, mut inbox) = mail(move || _ = bell.send(()));
        let senders: Vec<_> = (0..4u32)
            .map(|sender| {
                let outbox = outbox.clone();
                std::thread::spawn(move || {
                    for i in 0..1000 {
                        outbox.send_all(&mut vec![(sender, 2 * i), (sender, 2 * i + 1)]);
                    }
                })
            })
            .collect();
        let (mut next, mut batch, mut count) = ([0; 4], Vec::new(), 0);
        while count < 8000 {
            rung.recv_timeout(std::time::Duration::from_secs(10)).expect("somebody rings while something waits");
            inbox.take(&mut batch);
            count += batch.len();
            for (sender, i) in batch.drain(..) {
                assert_eq!(i, next[sender as usize]);
                next[sender as usize] += 1;
            }
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    }
}
