//! Which vector filter finds the places where needles may begin, and by which of their units.
use super::frequency::frequency;
use lanewise_simd::{CANDIDATES, Candidate, Kernels, Pair, Probe, Teddy, Width};

/// A [`Teddy`] of this many buckets takes about half the time of one that has twice as many.
const SLIM: usize = 8;
const FAT: usize = 16;
/// At most as many units of a needle does a [`Teddy`] look at.
const WINDOW_MAX: usize = 4;
/// So many of its first units of a needle are thought of.
pub(super) const PLACES_MAX: usize = 64;

/// Of each place of a needle the units that may stand there.
type Places = Vec<Vec<u16>>;

/// Finds the places where needles may begin.
pub(crate) struct Filter {
    kind: Kind,
    /// The needles of bucket `i` are `needles[firsts[i]..firsts[i + 1]]`, ascending.
    needles: Vec<u32>,
    firsts: Vec<u32>,
}

enum Kind {
    Pair(Pair),
    /// Looks at the units from `offset` of each needle on.
    Teddy {
        teddy: Box<Teddy>,
        offset: usize,
    },
}

impl Filter {
    /// The filter for needles of which at most the first `PLACES_MAX` places are given, each at least one.
    pub(crate) fn new(width: Width, needles: &[Places]) -> Self {
        if let [only] = needles
            && let Some(pair) = rarest_pair(width, only)
        {
            return Self { kind: Kind::Pair(pair), needles: vec![0], firsts: vec![0, 1] };
        }
        let window = Window::choose(width, needles);
        let mut grouping = Grouping::new(&window);
        let fat = grouping.down_to(FAT).to_vec();
        let slim = grouping.down_to(SLIM).to_vec();
        let rate = |groups: &[Group]| groups.iter().map(|group| group.rate).sum::<f64>();
        let groups = if rate(&slim) <= rate(&fat) + FAT_RATE { slim } else { fat };
        let mut teddy = Teddy::new(width, window.len, groups.len());
        let (mut members, mut firsts) = (Vec::new(), vec![0]);
        for (bucket, mut group) in groups.into_iter().enumerate() {
            group.needles.sort_unstable();
            for &needle in &group.needles {
                for (place, units) in window.of(&needles[needle as usize]).iter().enumerate() {
                    units.iter().for_each(|&unit| teddy.allow(bucket, place, unit));
                }
            }
            members.extend(group.needles);
            firsts.push(members.len() as u32);
        }
        Self { kind: Kind::Teddy { teddy: Box::new(teddy), offset: window.offset }, needles: members, firsts }
    }

    /// Writes the next candidates that start at `from` or later to the front of `out`, ascending; gives how many, and where to go on: the number of
    /// units when all is done. `want` is how many are enough.
    #[inline]
    pub(crate) fn candidates(
        &self,
        kernels: &Kernels,
        haystack: &[u8],
        from: usize,
        want: usize,
        out: &mut [Candidate; CANDIDATES],
    ) -> (usize, usize) {
        match &self.kind {
            Kind::Pair(pair) => kernels.pair(pair, haystack, from, want, out),
            Kind::Teddy { teddy, offset } => {
                let (count, next) = kernels.teddy(teddy, haystack, from.saturating_add(*offset), want, out);
                out[..count].iter_mut().for_each(|candidate| candidate.at -= *offset as u32);
                (count, if next < teddy.width().units(haystack) { next - offset } else { next })
            }
        }
    }

    /// The needles of a bucket, ascending.
    #[inline]
    pub(crate) fn bucket(&self, bucket: u32) -> &[u32] {
        let bucket = bucket as usize;
        &self.needles[self.firsts[bucket] as usize..self.firsts[bucket + 1] as usize]
    }

    pub(crate) fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Pair(_) => "pair",
            Kind::Teddy { .. } if self.firsts.len() - 1 <= SLIM => "teddy",
            Kind::Teddy { .. } => "fat teddy",
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let teddy = if let Kind::Teddy { .. } = self.kind { size_of::<Teddy>() } else { 0 };
        (self.needles.len() + self.firsts.len()) * size_of::<u32>() + teddy
    }
}

/// A pair of units that is more frequent than this, were they independent of each other, gives more candidates than it saves time: letters that
/// stand together in words are some twenty times as frequent together.
const PAIR_MAX: u64 = (1 << 32) / 20_000;

/// The two rarest units of the needle, if a [`Probe`] can say what may stand in two places or it has but one, and a [`Teddy`], which looks at more
/// places but is slower, would not do better.
fn rarest_pair(width: Width, places: &Places) -> Option<Pair> {
    let mut probes: Vec<(u32, Probe)> = places
        .iter()
        .enumerate()
        .filter_map(|(offset, units)| {
            let (unit, fold) = match units[..] {
                [unit] => (unit, 0),
                [unit, other] if (unit ^ other).is_power_of_two() => (unit, unit ^ other),
                _ => return None,
            };
            Some((units.iter().map(|&unit| frequency(width, unit)).sum(), Probe { offset, unit, fold }))
        })
        .collect();
    probes.sort_by_key(|&(frequency, _)| frequency);
    match probes[..] {
        [(a, _), (b, _), ..] if places.len() > 2 && u64::from(a) * u64::from(b) > PAIR_MAX => None,
        [(_, first), (_, second), ..] => Some(Pair::new(width, first, second)),
        [(_, only)] if places.len() == 1 => Some(Pair::new(width, only, only)),
        _ => None,
    }
}

/// Candidates for each unit of the haystack that take as long as the second half of sixteen buckets: measured with AVX2, where the places that a
/// [`Teddy`] looks at cost nothing.
const FAT_RATE: f64 = 0.002;

/// The units of each needle that a [`Teddy`] looks at.
struct Window<'n> {
    width: Width,
    needles: &'n [Places],
    offset: usize,
    len: usize,
}

/// Needles that share a bucket.
#[derive(Clone)]
struct Group {
    needles: Vec<u32>,
    masks: Masks,
    /// The expected number of candidates for each unit of the haystack.
    rate: f64,
}

/// Of each place of the window the nibbles that are allowed, low and high.
type Masks = [(u16, u16); WINDOW_MAX];

impl<'n> Window<'n> {
    /// Where a filter is expected to take the least time.
    fn choose(width: Width, needles: &'n [Places]) -> Self {
        let least = needles.iter().map(Vec::len).min().unwrap_or(0);
        let mut best = (f64::INFINITY, Self { width, needles, offset: 0, len: 1 });
        let len = least.min(WINDOW_MAX);
        for offset in 0..=least - len {
            let window = Self { width, needles, offset, len };
            let rate: f64 = needles.iter().map(|needle| window.rate(&window.masks(needle))).sum();
            if rate < best.0 {
                best = (rate, window);
            }
        }
        best.1
    }

    fn of<'p>(&self, places: &'p Places) -> &'p [Vec<u16>] {
        &places[self.offset..self.offset + self.len]
    }

    fn masks(&self, places: &Places) -> Masks {
        let mut masks = Masks::default();
        for (mask, units) in masks.iter_mut().zip(self.of(places)) {
            for unit in units {
                mask.0 |= 1 << (unit & 0x0f);
                mask.1 |= 1 << (unit >> 4 & 0x0f);
            }
        }
        masks
    }

    /// How many of the units of a haystack are expected to begin what `masks` allow.
    fn rate(&self, masks: &Masks) -> f64 {
        let bits = |mask: u16| (0..16).filter(move |bit| mask >> bit & 1 == 1);
        let chance = |&(low, high): &(u16, u16)| {
            let units = bits(high).flat_map(|high| bits(low).map(move |low| high << 4 | low));
            units.map(|unit| frequency(self.width, unit)).sum::<u32>().min(0x1_0000)
        };
        masks[..self.len].iter().map(|mask| f64::from(chance(mask)) / 65536.0).product()
    }
}

/// The needles in ever fewer groups: those come together that are the most alike.
struct Grouping<'w, 'n> {
    window: &'w Window<'n>,
    groups: Vec<Group>,
    /// Of any two groups how many more candidates they have as one. Each is a look at many units, so it is kept.
    costs: Vec<Vec<f64>>,
}

impl<'w, 'n> Grouping<'w, 'n> {
    /// Each needle alone.
    fn new(window: &'w Window<'n>) -> Self {
        let alone = |(needle, places)| {
            let masks = window.masks(places);
            Group { needles: vec![needle], masks, rate: window.rate(&masks) }
        };
        let groups: Vec<Group> = (0..).zip(window.needles).map(alone).collect();
        let mut grouping = Self { window, costs: vec![vec![0.0; groups.len()]; groups.len()], groups };
        (0..grouping.groups.len()).for_each(|group| grouping.look_at(group, group));
        grouping
    }

    /// Finds the costs of `group` and each of the first `count`.
    fn look_at(&mut self, group: usize, count: usize) {
        for other in 0..count {
            let (a, b) = (&self.groups[group], &self.groups[other]);
            let cost = self.window.rate(&join(&a.masks, &b.masks)) - a.rate - b.rate;
            self.costs[group][other] = cost;
            self.costs[other][group] = cost;
        }
    }

    /// At most `count` groups.
    fn down_to(&mut self, count: usize) -> &[Group] {
        while self.groups.len() > count {
            let pairs = (0..self.groups.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let Some((a, b)) = pairs.min_by(|&(a, b), &(c, d)| self.costs[a][b].total_cmp(&self.costs[c][d])) else { break };
            self.join(a, b);
        }
        &self.groups
    }

    /// Makes group `a` part of group `b`, which comes before it; the last group takes its place.
    fn join(&mut self, a: usize, b: usize) {
        let other = self.groups.swap_remove(a);
        self.costs.swap_remove(a);
        self.costs.iter_mut().for_each(|costs| _ = costs.swap_remove(a));
        let group = &mut self.groups[b];
        group.masks = join(&group.masks, &other.masks);
        group.rate = self.window.rate(&group.masks);
        group.needles.extend(other.needles);
        self.look_at(b, self.groups.len());
    }
}

fn join(a: &Masks, b: &Masks) -> Masks {
    std::array::from_fn(|place| (a[place].0 | b[place].0, a[place].1 | b[place].1))
}
