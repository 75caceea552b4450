//! Calls on queries.
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use lanewise_error::Error;
use lanewise_json::Check;
use lanewise_query::Number;
use lanewise_text::{Haystack, Matcher};
use lanewise_transcode::ndjson::{self, Condition, Constants, OnError, Project, Target, Test};
use lanewise_transcode::{Format, Query, Scratch};

use crate::codecs::CHECK_PATH;
use crate::frame::Call;
use crate::handles::Handles;
use crate::list::{List, units};
use crate::outcome::{fault, with_bytes, with_words};
use crate::search::matcher;

/// `onError: 'skip'` of the calls on NDJSON.
const SKIP: u32 = 4;
/// `to: 'msgpack'` of [`ndjson_project`].
const TO_MSGPACK: u32 = 8;
/// The input of [`query_pick`], [`query_values`] and [`query_paths`] is MessagePack.
const OF_MSGPACK: u32 = 16;

/// The kinds of a condition's items behind its pointer: `WHERE` in `ts/where.ts`.
const EQUALS: u8 = 1;
const MIN: u8 = 2;
const MAX: u8 = 3;
const EXISTS: u8 = 4;
const MATCHES: u8 = 5;

/// Up to so many bytes of input memory is kept for the next call.
const KEPT_MAX: usize = 1 << 18;

thread_local! {
    /// The queries of this thread.
    static QUERIES: RefCell<Handles<Query>> = const { RefCell::new(Handles::new()) };
    /// Used again from call to call.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The handle of a query for the list in the input, a name and a selector by turns, or the fault.
#[must_use]
pub fn query_new(call: Call<'_>) -> f64 {
    let items: Vec<&[u8]> = List(call.input).map(|(_, item)| item).collect();
    let selectors = items.as_chunks().0.iter().map(|&[name, selector]| (units(name), units(selector)));
    match Query::new(selectors) {
        Ok(query) => f64::from(QUERIES.with_borrow_mut(|queries| queries.keep(query))),
        Err(error) => fault(error),
    }
}

/// Gives the memory of a query back; its handle may be given out again. 0.
#[must_use]
pub fn query_free(call: Call<'_>) -> f64 {
    QUERIES.with_borrow_mut(|queries| queries.free(call.handle));
    0.0
}

/// Two words a selector: start and end of its first match, twice 0 where there is none.
#[must_use]
pub fn query_pick(call: Call<'_>) -> f64 {
    let query = query(call.handle);
    with_words(call.out, |words| {
        let mut found = Vec::new();
        with_scratch(call.input, |scratch| query.first(call.input, format(call.flags), check(call.flags), scratch, &mut found))?;
        words.extend(found.into_iter().flat_map(|range| range.map_or([0, 0], bounds)));
        Ok(())
    })
}

/// Of each selector the number of its matches, then two words a match: start and end.
#[must_use]
pub fn query_values(call: Call<'_>) -> f64 {
    let query = query(call.handle);
    let check = check(call.flags);
    with_words(call.out, |words| {
        for matches in with_scratch(call.input, |scratch| query.all(call.input, format(call.flags), check, scratch))? {
            words.push(matches.len() as u32);
            words.extend(matches.into_iter().flat_map(bounds));
        }
        Ok(())
    })
}

/// The number of bytes: of each selector a word with the number of its matches, then of each match a word with the size of its path, and the
/// path in WTF-8.
#[must_use]
pub fn query_paths(call: Call<'_>) -> f64 {
    let query = query(call.handle);
    with_bytes(call.out, |bytes| {
        for paths in with_scratch(call.input, |scratch| query.paths(call.input, format(call.flags), scratch))? {
            bytes.extend((paths.len() as u32).to_le_bytes());
            for path in paths {
                bytes.extend((path.len() as u32).to_le_bytes());
                bytes.extend(path);
            }
        }
        Ok(())
    })
}

/// The number of bytes of the columns of this NDJSON; see [`lanewise_transcode::ndjson::columns`] for what they are.
#[must_use]
pub fn ndjson_columns(call: Call<'_>) -> f64 {
    let query = query(call.handle);
    with_bytes(call.out, |bytes| ndjson::columns(call.input, &query, check(call.flags), on_error(call.flags), bytes))
}

/// The number of bytes of the projected records of this NDJSON. The pointer of the call is the condition, empty where there is none.
#[must_use]
pub fn ndjson_project(call: Call<'_>) -> f64 {
    projecting(&call)(call)
}

/// [`ndjson_project`], to be made on any thread: it takes along what the handles of `call` name.
pub(crate) fn projecting(call: &Call<'_>) -> impl FnOnce(Call<'_>) -> f64 + Send + use<> {
    let query = query(call.handle);
    let matcher = matching(call.pointer);
    move |call| project(call, &query, matcher.as_deref())
}

fn project(call: Call<'_>, query: &Query, matcher: Option<&Matcher>) -> f64 {
    let matches = |text: &[u8]| matcher.is_some_and(|matcher| matcher.test(Haystack::Bytes(text)));
    with_bytes(call.out, |bytes| {
        let target = if call.flags & TO_MSGPACK == 0 { Target::Ndjson } else { Target::Msgpack };
        let condition = condition(call.pointer, &matches)?;
        let how = Project { condition, target, on_error: on_error(call.flags), check: check(call.flags) };
        ndjson::project(call.input, query, &how, bytes)
    })
}

/// The limits are those that the facade has where none are given.
fn format(flags: u32) -> Format<'static> {
    static JSON: lanewise_json::Limits =
        lanewise_json::Limits { depth_max: lanewise_json::DEPTH_MAX, duplicate_keys: lanewise_json::DuplicateKeys::Last };
    static MSGPACK: lanewise_msgpack::Limits =
        lanewise_msgpack::Limits { depth_max: lanewise_msgpack::DEPTH_MAX, string_keys: false, invalid_utf8: false };
    if flags & OF_MSGPACK == 0 { Format::Json(&JSON) } else { Format::Msgpack(&MSGPACK) }
}

pub(crate) fn with_scratch<R>(input: &[u8], run: impl FnOnce(&mut Scratch) -> R) -> R {
    if input.len() > KEPT_MAX { run(&mut Scratch::default()) } else { SCRATCH.with_borrow_mut(run) }
}

fn check(flags: u32) -> Check {
    if flags & CHECK_PATH == 0 { Check::All } else { Check::Path }
}

fn on_error(flags: u32) -> OnError {
    if flags & SKIP == 0 { OnError::Throw } else { OnError::Skip }
}

/// An empty one for a handle that is not in use, which the facade never gives.
pub(crate) fn query(handle: u32) -> Arc<Query> {
    let query = QUERIES.with_borrow(|queries| queries.get(handle).cloned());
    query.unwrap_or_else(|| Arc::new(Query::new(std::iter::empty::<([u16; 0], [u16; 0])>()).expect("nothing is no bad selector")))
}

fn bounds(range: Range<usize>) -> [u32; 2] {
    [range.start as u32, range.end as u32]
}

/// Reads a condition: its pointer, then what is asked of the value. `None` where there is none.
fn condition<'m>(list: &[u8], matches: &'m dyn Fn(&[u8]) -> bool) -> Result<Option<Condition<'m>>, Error> {
    let mut items = List(list);
    let Some((_, pointer)) = items.next() else { return Ok(None) };
    let mut constants = Vec::new();
    let (mut min, mut max) = (None, None);
    let mut test = None;
    for (kind, item) in items {
        match kind {
            EQUALS => constants.push(item),
            MIN => min = Some(Number::from_json(item)),
            MAX => max = Some(Number::from_json(item)),
            EXISTS => test = Some(Test::Exists(item != [0])),
            MATCHES => test = Some(Test::Matches(matches)),
            _ => {}
        }
    }
    let test = match (test, min, max) {
        (Some(test), ..) => test,
        // A constant has no place in the input.
        (None, None, None) => Test::In(Constants::new(constants).map_err(|error| Error::nowhere(error.code))?),
        (None, min, max) => Test::Within { min, max },
    };
    Ok(Some(Condition { pointer: units(pointer).collect(), test }))
}

/// The matcher that a condition names.
fn matching(list: &[u8]) -> Option<Arc<Matcher>> {
    let (_, handle) = List(list).skip(1).find(|(kind, _)| *kind == MATCHES)?;
    matcher(u32::from_le_bytes(handle.try_into().ok()?))
}
