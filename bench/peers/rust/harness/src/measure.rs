//! Rounds that alternate, as in `bench/harness/measure.mjs`: A B A B …, so that a slow moment of the machine hits all alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long and how often.
#[derive(Clone, Copy)]
pub struct Plan {
    pub rounds: usize,
    pub round: Duration,
}

/// One way to do the work of a case.
pub struct Contender<'a> {
    pub name: String,
    /// Bytes that what it keeps between calls takes, where it can say so.
    pub memory: Option<usize>,
    /// The result's size or verdict, so that the work cannot be left out.
    call: Box<dyn FnMut() -> usize + 'a>,
}

impl<'a> Contender<'a> {
    pub fn new(name: impl Into<String>, call: impl FnMut() -> usize + 'a) -> Self {
        Self { name: name.into(), memory: None, call: Box::new(call) }
    }

    pub fn taking(self, memory: usize) -> Self {
        Self { memory: Some(memory), ..self }
    }

    fn run(&mut self, calls: u64) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            black_box((self.call)());
        }
        start.elapsed()
    }

    /// Also the warm-up: doubles the calls until they fill half a round at least.
    fn calls_per_round(&mut self, plan: Plan) -> u64 {
        let mut calls = 1;
        while self.run(calls) < plan.round / 2 {
            calls *= 2;
        }
        calls
    }
}

/// ns per call, for each contender, for each round.
pub fn alternate(contenders: &mut [Contender<'_>], plan: Plan) -> Vec<Vec<f64>> {
    let calls: Vec<u64> = contenders.iter_mut().map(|contender| contender.calls_per_round(plan)).collect();
    let mut times = vec![Vec::with_capacity(plan.rounds); contenders.len()];
    for _ in 0..plan.rounds {
        for (i, contender) in contenders.iter_mut().enumerate() {
            times[i].push(contender.run(calls[i]).as_nanos() as f64 / calls[i] as f64);
        }
    }
    times
}
