//! Which vector filter finds the places where needles may begin, and by which of their units.
use super::frequency::frequency;
use crate::effort;
use lanewise_simd::{CANDIDATES, Candidate, Kernels, Pair, Probe, Teddy, Width};

/// A [`Teddy`] of this many buckets takes about half the time of one that has twice as many.
const SLIM: usize = 8;
const FAT: usize = 16;
/// At most as many units of a needle does a [`Teddy`] look at.
const WINDOW_MAX: usize = 4;
/// There are so many filters at most: a third one that shares no place with the first two leaves out the worst of what is left.
const FILTERS_MAX: usize = 3;
/// How many samples of a haystack tell which filter is the best one, and how many units each has: the lines of a log fit.
pub(super) const SAMPLES: usize = 16;
pub(super) const SAMPLE: usize = 512;
/// So many of its first units of a needle are thought of.
pub(super) const PLACES_MAX: usize = 64;

/// Of each place of a needle the units that may stand there.
type Places = Vec<Vec<u16>>;

/// Filters that look at different units of the needles, the one first of which the fewest candidates are expected.
///
/// How many there are depends on the haystack: `"level":"` stands in each line of a log, though its letters are not frequent. Which of them do, only
/// the haystack knows, and two filters that share no place are seldom both as bad.
pub(crate) struct Filters {
    all: Vec<Filter>,
}

/// Finds the places where needles may begin.
pub(crate) struct Filter {
    kind: Kind,
    /// The needles of bucket `i` are `needles[firsts[i]..firsts[i + 1]]`, ascending.
    needles: Vec<u32>,
    firsts: Vec<u32>,
}

enum Kind {
    Pair(Pair),
    Teddy(Box<Teddy>),
}

impl Filters {
    /// The filters for needles of which at most the first `PLACES_MAX` places are given, each at least one.
    pub(crate) fn new(width: Width, needles: &[Places]) -> Self {
        let mut all = Vec::new();
        if let [only] = needles
            && let Some(pair) = rarest_pair(width, only)
        {
            all.push(Filter { kind: Kind::Pair(pair), needles: vec![0], firsts: vec![0, 1] });
        }
        let mut used = Vec::new();
        while all.len() < FILTERS_MAX
            && let Some(window) = Window::choose(width, needles, &used)
        {
            all.push(Filter::of_window(&window));
            used.extend(window.offsets);
        }
        Self { all }
    }

    /// The one with which a search begins.
    #[inline]
    pub(crate) fn first(&self) -> &Filter {
        &self.all[0]
    }

    /// The one that takes the least time for samples of what follows unit `from`. Each filter reads [`SAMPLES`] of them, of [`SAMPLE`] units.
    #[cold]
    pub(crate) fn best(&self, kernels: &Kernels, width: Width, haystack: &[u8], from: usize) -> &Filter {
        let rest = &haystack[width.size() * from..];
        let step = width.units(rest) / SAMPLES;
        let cost = |filter: &Filter| -> f64 {
            let samples = (0..SAMPLES).filter_map(|nth| rest.get(width.size() * nth * step..)?.get(..width.size() * SAMPLE));
            let candidates: usize = samples.map(|sample| filter.count(kernels, width, sample)).sum();
            candidates as f64 + if filter.is_fat() { FAT_RATE * (SAMPLES * SAMPLE) as f64 } else { 0.0 }
        };
        effort::add(self.all.len() * SAMPLES * SAMPLE);
        self.all.iter().min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or(self.first())
    }

    /// Whether there are several.
    pub(crate) fn differ(&self) -> bool {
        self.all.len() > 1
    }

    pub(crate) fn name(&self) -> &'static str {
        self.first().name()
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.all.iter().map(|filter| size_of::<Filter>() + filter.memory_bytes()).sum()
    }
}

impl Filter {
    fn of_window(window: &Window<'_>) -> Self {
        let (width, needles) = (window.width, window.needles);
        let mut grouping = Grouping::new(window);
        let fat = grouping.down_to(FAT).to_vec();
        let slim = grouping.down_to(SLIM).to_vec();
        let rate = |groups: &[Group]| groups.iter().map(|group| group.rate).sum::<f64>();
        let groups = if rate(&slim) <= rate(&fat) + FAT_RATE { slim } else { fat };
        let mut teddy = Teddy::at(width, &window.offsets, groups.len());
        let (mut members, mut firsts) = (Vec::new(), vec![0]);
        for (bucket, mut group) in groups.into_iter().enumerate() {
            group.needles.sort_unstable();
            for &needle in &group.needles {
                for (place, units) in window.of(&needles[needle as usize]).enumerate() {
                    units.iter().for_each(|&unit| teddy.allow(bucket, place, unit));
                }
            }
            members.extend(group.needles);
            firsts.push(members.len() as u32);
        }
        Self { kind: Kind::Teddy(Box::new(teddy)), needles: members, firsts }
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
            Kind::Teddy(teddy) => kernels.teddy(teddy, haystack, from, want, out),
        }
    }

    /// How many candidates `haystack` has.
    fn count(&self, kernels: &Kernels, width: Width, haystack: &[u8]) -> usize {
        let mut candidates = [Candidate::default(); CANDIDATES];
        let (mut all, mut from) = (0, 0);
        while from < width.units(haystack) {
            let (count, next) = self.candidates(kernels, haystack, from, CANDIDATES, &mut candidates);
            all += count;
            from = next;
        }
        all
    }

    fn is_fat(&self) -> bool {
        self.firsts.len() - 1 > SLIM
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
            Kind::Teddy(_) if self.is_fat() => "fat teddy",
            Kind::Teddy(_) => "teddy",
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let teddy = if let Kind::Teddy(teddy) = &self.kind { teddy.memory_bytes() } else { 0 };
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
    /// Ascending.
    offsets: Vec<usize>,
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
    /// The places at which the fewest candidates are expected: one after the other the one that helps the most, and then each again, until none of them
    /// has a better one. None of them is in `used`; `None` where too few are not.
    fn choose(width: Width, needles: &'n [Places], used: &[usize]) -> Option<Self> {
        let places = needles.iter().map(Vec::len).min().unwrap_or(0);
        let chances: Vec<Vec<f64>> =
            needles.iter().map(|needle| needle[..places].iter().map(|units| chance(width, mask(units))).collect()).collect();
        let rate = |offsets: &[usize]| -> f64 {
            chances.iter().map(|chances| offsets.iter().map(|&offset| chances[offset]).product::<f64>()).sum()
        };
        let mut offsets = Vec::new();
        for _ in 0..(places - used.len()).min(WINDOW_MAX) {
            offsets.push(usize::MAX);
            let last = offsets.len() - 1;
            improve(&mut offsets, last, places, used, &rate);
        }
        let rounds = offsets.len();
        for nth in (0..rounds).cycle().take(4 * rounds) {
            improve(&mut offsets, nth, places, used, &rate);
        }
        offsets.sort_unstable();
        // One place alone is seldom better than those before it.
        (offsets.len() > 1 || used.is_empty()).then_some(Self { width, needles, offsets })
    }

    /// Of a needle what may stand at the places of the window.
    fn of<'p>(&self, places: &'p Places) -> impl Iterator<Item = &'p Vec<u16>> {
        self.offsets.iter().map(|&offset| &places[offset])
    }

    fn masks(&self, places: &Places) -> Masks {
        let mut masks = Masks::default();
        masks.iter_mut().zip(self.of(places)).for_each(|(to, units)| *to = mask(units));
        masks
    }

    /// How many of the units of a haystack are expected to begin what `masks` allow.
    fn rate(&self, masks: &Masks) -> f64 {
        masks[..self.offsets.len()].iter().map(|&mask| chance(self.width, mask)).product()
    }
}

/// Puts the offset at place `nth` that gives the least `rate`: one that is not there yet.
fn improve(offsets: &mut [usize], nth: usize, places: usize, used: &[usize], rate: &impl Fn(&[usize]) -> f64) {
    let before = offsets[nth];
    let mut best = (if before < places { rate(offsets) } else { f64::INFINITY }, before);
    for offset in 0..places {
        if !offsets.contains(&offset) && !used.contains(&offset) {
            let kept = std::mem::replace(&mut offsets[nth], offset);
            let rate = rate(offsets);
            if rate < best.0 {
                best = (rate, offset);
            }
            offsets[nth] = kept;
        }
    }
    offsets[nth] = best.1;
}

/// The nibbles of these units, low and high.
fn mask(units: &[u16]) -> (u16, u16) {
    units.iter().fold((0, 0), |(low, high), unit| (low | 1 << (unit & 0x0f), high | 1 << (unit >> 4 & 0x0f)))
}

/// How likely a unit of a haystack is one that these nibbles allow.
fn chance(width: Width, (low, high): (u16, u16)) -> f64 {
    let units = bits(high).flat_map(|high| bits(low).map(move |low| high << 4 | low));
    f64::from(units.map(|unit| frequency(width, unit)).sum::<u32>().min(0x1_0000)) / 65536.0
}

/// The numbers of the bits that are set.
fn bits(mut mask: u16) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then_some(mask.trailing_zeros() as u16)?;
        mask &= mask - 1;
        Some(bit)
    })
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
