//! How the kernels look for what a [`Teddy`] allows: which halves of which bytes they look up.
//!
//! Each look-up costs time at every place of the haystack. Each candidate that is none costs time too. So a plan estimates, by how often bytes
//! stand in texts, how many candidates each choice of look-ups leaves, and takes the cheapest one. Names in a text, for example, are found by
//! the low halves of three bytes and the high half of the first, which is what makes it a capital: half the time of looking at all.
//!
//! Units of 16 bits are made bytes first, in one of two ways. Where all that is allowed lies within 256 units, as the letters of a script
//! do, the first of these becomes 0, and what lies outside becomes 255. Where it does not, the high byte of each unit is left out.

use crate::candidates::{Allowed, BUCKETS_MAX, PLACES_MAX, Teddy, Width};

/// The look-ups of a filter.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) shape: Shape,
    /// The look-ups of low halves: the first ones, as many as the shape says.
    pub(crate) low: [Look; PLACES_MAX],
    /// Those of high halves.
    pub(crate) high: [Look; PLACES_MAX],
    /// Whether there are more than 8 buckets.
    pub(crate) fat: bool,
    /// Whether all allowed bytes are ASCII. Then the look-up of a low half also rules out what is not.
    pub(crate) ascii: bool,
    /// A unit of 16 bits becomes the byte `(unit - base) & mask`, or 255 where that is more.
    pub(crate) base: u16,
    pub(crate) mask: u16,
    /// For each place how many units behind the start it is, and the bytes that some bucket allows there, the first one several times, where these
    /// are not more than 16.
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    pub(crate) sets: [Option<(usize, [u8; 16])>; PLACES_MAX],
}

/// One look-up, at each place of the haystack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// How many units behind the place.
    pub(crate) place: usize,
    /// For each value of the half, the buckets that allow it: 0 to 7, then 8 to 15.
    pub(crate) tables: [[u8; 16]; 2],
}

/// How many look-ups of low and of high halves there are. Each of them is a copy of the kernel of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    L2H1,
    L2H2,
    L3H1,
    L3H2,
    L4H2,
    L4H4,
}

impl Shape {
    /// With what each costs: the time of a block of 64 places in cycles of a Zen 3 with AVX2.
    const COSTS: [(Shape, f32); 6] =
        [(Shape::L2H1, 5.5), (Shape::L3H1, 7.0), (Shape::L2H2, 7.5), (Shape::L3H2, 9.0), (Shape::L4H2, 10.5), (Shape::L4H4, 15.0)];

    fn numbers(self) -> (usize, usize) {
        match self {
            Shape::L2H1 => (2, 1),
            Shape::L2H2 => (2, 2),
            Shape::L3H1 => (3, 1),
            Shape::L3H2 => (3, 2),
            Shape::L4H2 => (4, 2),
            Shape::L4H4 => (4, 4),
        }
    }
}

/// What a candidate costs in the same unit, until whoever asked has seen that it is none: the second look at its block and the comparison, and for
/// each a branch that nobody can predict. Measured: a third of that makes 16 to 64 names in prose take 1.2 to 1.5 times as long.
const CANDIDATE_COST: f32 = 200.0;

impl Plan {
    pub(crate) fn new(teddy: &Teddy) -> Self {
        let none = [Look { place: 0, tables: [[0; 16]; 2] }; PLACES_MAX];
        let (base, mask) = narrowing(teddy);
        let mut plan = Plan {
            shape: Shape::L4H4,
            low: none,
            high: none,
            fat: teddy.fat,
            ascii: true,
            base,
            mask,
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            sets: [None; PLACES_MAX],
        };
        for &Allowed { bucket, place, unit } in &teddy.allowed {
            let byte = plan.byte(unit);
            plan.ascii &= byte.is_ascii();
            plan.low[usize::from(place)].allow(bucket, byte & 0x0f);
            plan.high[usize::from(place)].allow(bucket, byte >> 4);
        }
        for (place, &offset) in teddy.offsets().iter().enumerate() {
            plan.low[place].place = offset;
            plan.high[place].place = offset;
        }
        let (shape, low, high) = plan.cheapest(teddy);
        let (lows, highs) = shape.numbers();
        plan.low = pick(&plan.low, low, lows);
        plan.high = pick(&plan.high, high, highs);
        plan.shape = shape;
        #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
        {
            plan.sets = core::array::from_fn(|place| {
                let offset = *teddy.offsets().get(place)?;
                Some((offset, plan.allowed(offset).at_most()?))
            });
        }
        plan
    }

    /// The bytes that some bucket allows there.
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    fn allowed(&self, place: usize) -> crate::ByteSet {
        (0..=0xff).filter(|&byte| self.buckets(place, byte) != 0).collect()
    }

    /// The buckets that allow `byte` at the place that is `place` units behind the start.
    pub(crate) fn buckets(&self, place: usize, byte: u8) -> u16 {
        let at = |look: &&Look| look.place == place;
        let low = self.lows().iter().filter(at).fold(u16::MAX, |buckets, look| buckets & self.low_half(look, byte));
        self.highs().iter().filter(at).fold(low, |buckets, look| buckets & self.high_half(look, byte))
    }

    pub(crate) fn lows(&self) -> &[Look] {
        &self.low[..self.shape.numbers().0]
    }

    pub(crate) fn highs(&self) -> &[Look] {
        &self.high[..self.shape.numbers().1]
    }

    /// The byte by which the kernels know `unit`.
    #[inline(always)]
    pub(crate) fn byte(&self, unit: u16) -> u8 {
        (unit.wrapping_sub(self.base) & self.mask).min(0xff) as u8
    }

    /// The buckets that allow the low half of `byte`.
    #[inline(always)]
    pub(crate) fn low_half(&self, look: &Look, byte: u8) -> u16 {
        if self.ascii && !byte.is_ascii() { 0 } else { look.buckets(byte & 0x0f) }
    }

    /// The buckets that allow the high half of `byte`.
    #[inline(always)]
    pub(crate) fn high_half(&self, look: &Look, byte: u8) -> u16 {
        look.buckets(byte >> 4)
    }

    /// The cheapest shape, and the places of which it looks up the low and the high half, one bit per place.
    fn cheapest(&self, teddy: &Teddy) -> (Shape, usize, usize) {
        let rates = self.rates(teddy);
        let choices = 1..1usize << teddy.offsets().len();
        let mut cheapest = (Shape::L4H4, choices.end - 1, choices.end - 1);
        let mut cost_min = f32::INFINITY;
        for low in choices.clone() {
            for high in choices.clone() {
                let fits = |&&(shape, _): &&(Shape, f32)| {
                    let (lows, highs) = shape.numbers();
                    low.count_ones() as usize <= lows && high.count_ones() as usize <= highs
                };
                let Some(&(shape, cost)) = Shape::COSTS.iter().find(fits) else {
                    continue;
                };
                let cost = cost * if self.fat { 2.0 } else { 1.0 } + 64.0 * CANDIDATE_COST * rate(&rates, low, high);
                if cost < cost_min {
                    cost_min = cost;
                    cheapest = (shape, low, high);
                }
            }
        }
        cheapest
    }

    /// For each bucket and place, how often a unit passes no look-up, that of its low half, that of its high half, both.
    fn rates(&self, teddy: &Teddy) -> Vec<[[f32; 4]; PLACES_MAX]> {
        let frequencies = frequencies(teddy, self);
        let used = teddy.allowed.iter().fold(0u16, |used, allowed| used | 1 << allowed.bucket);
        let mut rates = Vec::new();
        for bucket in (0..BUCKETS_MAX).filter(|bucket| used >> bucket & 1 == 1) {
            let mut places = [[1.0, 0.0, 0.0, 0.0]; PLACES_MAX];
            for (place, rates) in places.iter_mut().enumerate() {
                for (byte, frequency) in (0..=255).zip(frequencies) {
                    let low = self.low_half(&self.low[place], byte) >> bucket & 1;
                    let high = self.high_half(&self.high[place], byte) >> bucket & 1;
                    for (kind, passes) in [(1, low), (2, high), (3, low & high)] {
                        rates[kind] += frequency * f32::from(passes);
                    }
                }
            }
            rates.push(places);
        }
        rates
    }
}

/// How often a place is a candidate when the halves at `low` and `high` are looked up, one bit per place.
fn rate(rates: &[[[f32; 4]; PLACES_MAX]], low: usize, high: usize) -> f32 {
    let kind = |place: usize| (low >> place & 1) | (high >> place & 1) << 1;
    rates.iter().map(|places| places.iter().enumerate().map(|(place, rates)| rates[kind(place)]).product::<f32>()).sum()
}

/// `count` of the `looks` that `chosen` has a bit for, the first one several times where these are fewer.
fn pick(looks: &[Look; PLACES_MAX], chosen: usize, count: usize) -> [Look; PLACES_MAX] {
    let mut picked = [looks[chosen.trailing_zeros() as usize]; PLACES_MAX];
    let chosen = looks.iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1);
    for (to, (_, look)) in picked[..count].iter_mut().zip(chosen) {
        *to = *look;
    }
    picked
}

impl Look {
    fn allow(&mut self, bucket: u8, nibble: u8) {
        self.tables[usize::from(bucket / 8)][usize::from(nibble)] |= 1 << (bucket % 8);
    }

    #[inline(always)]
    fn buckets(&self, nibble: u8) -> u16 {
        let nibble = usize::from(nibble);
        u16::from_le_bytes([self.tables[0][nibble], self.tables[1][nibble]])
    }
}

/// How a unit becomes a byte: [`Plan::base`] and [`Plan::mask`].
fn narrowing(teddy: &Teddy) -> (u16, u16) {
    let units = teddy.allowed.iter().map(|allowed| allowed.unit);
    let (first, last) = (units.clone().min().unwrap_or(0), units.max().unwrap_or(0));
    // Both cases of a letter have the same low half then, in most scripts.
    let base = first & !0x1f;
    if teddy.width() == Width::Two && last - base <= 0xff { (base, 0xffff) } else { (0, 0xff) }
}

/// How often each byte stands in a text, of what kind the allowed units let expect: a guess.
fn frequencies(teddy: &Teddy, plan: &Plan) -> [f32; 256] {
    /// Of a byte that leads a character beyond ASCII and that no string has at a place that is looked at.
    const LEAD: f32 = 1.0 / 50.0;
    /// Of a letter of another script than Latin, in text of that script, and of what such a script has in common with all others.
    const LETTER: f32 = 1.0 / 40.0;
    const OTHERS: f32 = 0.2;
    let ascii = |byte: usize| f32::from(ASCII[byte].max(1)) / 4096.0;
    core::array::from_fn(|byte| match teddy.width() {
        Width::One if byte < 0x80 => ascii(byte) * if plan.ascii { 1.0 } else { 0.3 },
        // The continuations of UTF-8, and the leads of which a text has one or two that are frequent.
        Width::One if byte < 0xc0 => LETTER,
        Width::One if teddy.allowed.iter().all(|allowed| usize::from(allowed.unit) != byte) => LEAD,
        Width::One => OTHERS,
        Width::Two if plan.mask == 0xff => LETTER / 2.0,
        Width::Two if byte == 0xff => OTHERS,
        Width::Two => {
            let unit = usize::from(plan.base) + byte;
            if unit < 0x80 { ascii(unit) } else { LETTER }
        }
    })
}

/// Of 4096 characters: the mean of English prose, Rust and TypeScript, and a log.
#[rustfmt::skip]
const ASCII: [u16; 128] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 53, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    620, 4, 15, 3, 1, 0, 5, 9, 26, 26, 4, 1, 47, 47, 40, 60,
    74, 90, 72, 32, 37, 33, 39, 26, 26, 24, 44, 16, 3, 59, 5, 3,
    0, 10, 4, 4, 4, 10, 6, 3, 2, 9, 1, 1, 3, 3, 11, 11,
    3, 1, 17, 7, 6, 3, 2, 6, 1, 1, 0, 18, 4, 18, 0, 24,
    4, 190, 37, 55, 94, 281, 52, 32, 104, 159, 2, 28, 77, 69, 137, 147,
    62, 15, 156, 184, 244, 94, 27, 45, 11, 30, 3, 9, 3, 9, 0, 0,
];
