//! Which route answers a request.
//!
//! The first route in the order of the config that matches path and method answers. `matchit` finds one pattern that matches, the most specific one,
//! and with each pattern are listed, in the order of the config, the routes that may match what it matches; these are then tested. A list holds
//! the route of the pattern and the few that are more general.
//!
//! A path without params is found by comparing it whole, before `matchit` is asked: that is what most requests are for.
//!
//! A look-up of `matchit` allocates where a static segment and a param compete, and a param and a '*' may not compete at all. So patterns are
//! spread over layers, in each of which nothing competes; a path goes to the layers in turn.

use crate::pattern::{Pattern, RouteError, Segment, is_decodable};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;

/// The routes of a config, compiled for look-up.
#[derive(Debug)]
pub struct Routes {
    routes: Vec<Route>,
    /// The paths without params, sorted, and where each may go.
    fixed: Vec<(String, Vec<u32>)>,
    /// The other shapes. In each layer a path matches one at most.
    layers: Vec<matchit::Router<Vec<u32>>>,
    /// Every method that has a name here, sorted; a method is its place.
    methods: Vec<String>,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To the route of this number.
    Route(usize),
    /// To none, with 400: a param of a route that matches is not percent-encoded UTF-8.
    Malformed,
    /// To none, with 404.
    NotFound,
    /// To none, with 405: the path takes these methods.
    NotAllowed(Methods),
}

/// A set of methods, of which [`Routes::write_allow`] knows the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods(u64);

#[derive(Debug)]
struct Route {
    pattern: Pattern,
    /// Whether its path has no params.
    is_fixed: bool,
    methods: Methods,
    /// Whether it takes also those methods that have no name here.
    takes_all: bool,
}

/// A stretch of a path, as far as it matters to where a path may go.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step<'p> {
    Text(&'p str),
    /// Any text but none, without a slash.
    Param,
    /// Any text but none, to the end.
    Rest,
}

/// What `matchit` is given of a pattern.
type Shape<'p> = Vec<Step<'p>>;

/// Params in a shape: more would make `matchit` allocate. What follows them is one that takes all.
const PARAMS_MAX: usize = 3;

impl Routes {
    /// Compiles pairs of a path and the methods that it takes, `None` for every one. What takes GET takes HEAD too.
    ///
    /// # Errors
    /// For a path that is none, and when more than 64 methods have a name.
    /// # Complexity
    /// O(r^2) for r routes, times the size of a path.
    pub fn new<'a>(routes: impl IntoIterator<Item = (&'a str, Option<&'a [&'a str]>)>) -> Result<Self, RouteError> {
        let routes: Vec<_> = routes.into_iter().collect();
        let named = routes.iter().filter_map(|(_, methods)| *methods).flatten().copied();
        let methods: BTreeSet<&str> = named.chain(["HEAD", "OPTIONS"]).collect();
        let methods: Vec<String> = methods.into_iter().map(str::to_owned).collect();
        if methods.len() > u64::BITS as usize {
            return Err(RouteError::Methods);
        }
        let mut compiled = Self { routes: Vec::new(), fixed: Vec::new(), layers: Vec::new(), methods };
        for (path, methods) in routes {
            let pattern = Pattern::parse(path)?;
            let is_fixed = pattern.names().next().is_none();
            let route = Route {
                is_fixed,
                pattern,
                methods: methods.map_or(Methods(u64::MAX), |methods| compiled.set(methods)),
                takes_all: methods.is_none(),
            };
            compiled.routes.push(route);
        }
        (compiled.fixed, compiled.layers) = layers(&compiled.routes)?;
        Ok(compiled)
    }

    /// The route that answers `method` at `path`, which has no query; `params` then are where in `path` its params are, in the order of
    /// [`Routes::names`]. Else why there is none.
    ///
    /// # Complexity
    /// O(path.len()) for each layer and each route that is listed where the path is found, mostly one or two. Allocates only while `params` grows.
    pub fn find(&self, method: &[u8], path: &[u8], params: &mut Vec<Range<usize>>) -> Target {
        if let Ok(place) = self.fixed.binary_search_by(|(fixed, _)| order(fixed.as_bytes(), path)) {
            return self.first(self.fixed[place].1.iter().map(|&route| route as usize), true, method, path, params);
        }
        let Ok(text) = std::str::from_utf8(path) else {
            return self.first(0..self.routes.len(), false, method, path, params);
        };
        match self.layers.iter().find_map(|layer| layer.at(text).ok()) {
            Some(found) => self.first(found.value.iter().map(|&route| route as usize), false, method, path, params),
            None => Target::NotFound,
        }
    }

    /// The names of the params of a route, '*' the last one where its path is open.
    pub fn names(&self, route: usize) -> impl Iterator<Item = &str> {
        self.routes.get(route).into_iter().flat_map(|route| route.pattern.names())
    }

    /// Appends the value of Allow for these methods: sorted, with HEAD where there is GET, and with OPTIONS.
    pub fn write_allow(&self, Methods(methods): Methods, out: &mut Vec<u8>) {
        let start = out.len();
        let Methods(options) = self.set(&["OPTIONS"]);
        for (i, name) in self.methods.iter().enumerate() {
            if (methods | options) >> i & 1 == 1 {
                if out.len() > start {
                    out.extend_from_slice(b", ");
                }
                out.extend_from_slice(name.as_bytes());
            }
        }
    }

    /// The first of `routes` that matches. `is_known`: those among them that have no params are known to match.
    fn first(
        &self,
        routes: impl Iterator<Item = usize>,
        is_known: bool,
        method: &[u8],
        path: &[u8],
        params: &mut Vec<Range<usize>>,
    ) -> Target {
        let Methods(asked) = self.place(method);
        let mut others = None;
        for number in routes {
            let route = &self.routes[number];
            if is_known && route.is_fixed {
                params.clear();
            } else if !route.pattern.capture(path, params) {
                continue;
            }
            if !params.iter().all(|param| is_decodable(&path[param.clone()])) {
                return Target::Malformed;
            }
            if route.takes_all || route.methods.0 & asked != 0 {
                return Target::Route(number);
            }
            others = Some(Methods(others.map_or(0, |Methods(others)| others) | route.methods.0));
        }
        others.map_or(Target::NotFound, Target::NotAllowed)
    }

    /// The set of this method alone; nothing where it has no name here.
    fn place(&self, method: &[u8]) -> Methods {
        Methods(self.methods.iter().position(|name| name.as_bytes() == method).map_or(0, |place| 1 << place))
    }

    /// The set of these methods, with HEAD where there is GET.
    fn set(&self, methods: &[&str]) -> Methods {
        let head = methods.contains(&"GET").then_some("HEAD");
        Methods(methods.iter().copied().chain(head).fold(0, |set, method| set | self.place(method.as_bytes()).0))
    }
}

/// Paths by length, then by bytes: few have the same length.
fn order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Paths without params, and the routes that each may go to.
type Fixed = Vec<(String, Vec<u32>)>;
type Layers = Vec<matchit::Router<Vec<u32>>>;

/// The shapes of `routes`: those that are paths, and the layers of the others; with each the routes that may match what it matches.
fn layers(routes: &[Route]) -> Result<(Fixed, Layers), RouteError> {
    let shapes: Vec<(usize, Shape<'_>)> = (0..)
        .zip(routes)
        .flat_map(|(number, route)| shapes(&route.pattern).into_iter().flatten().map(move |shape| (number, shape)))
        .collect();
    // A path that is as it stands in the config comes first, and no wildcard competes with it.
    let mut layers: Vec<Vec<&Shape<'_>>> = vec![Vec::new()];
    let places: Vec<usize> = shapes.iter().map(|(_, shape)| place(shape, &mut layers)).collect();
    let listed = |number: usize, shape: &Shape<'_>| {
        // What an earlier layer has is found there.
        let may_match = shapes.iter().zip(&places).filter(|((_, other), place)| **place >= number && overlap(shape, other));
        let mut listed: Vec<u32> = may_match.map(|((route, _), _)| *route as u32).collect();
        listed.dedup();
        listed
    };
    let mut fixed: Fixed = layers[0].iter().map(|shape| (text_of(shape), listed(0, shape))).collect();
    fixed.sort_unstable_by(|(a, _), (b, _)| order(a.as_bytes(), b.as_bytes()));
    let router = |(number, layer): (usize, &Vec<&Shape<'_>>)| {
        let mut router = matchit::Router::new();
        for shape in layer {
            router.insert(path_of(shape), listed(number, shape)).map_err(|error| RouteError::Router(error.to_string()))?;
        }
        Ok(router)
    };
    Ok((fixed, layers.iter().enumerate().skip(1).map(router).collect::<Result<_, _>>()?))
}

/// The layer where `shape` is, or is put.
fn place<'s, 'p>(shape: &'s Shape<'p>, layers: &mut Vec<Vec<&'s Shape<'p>>>) -> usize {
    let has_room = |layer: &Vec<&Shape<'_>>| layer.iter().all(|other| shape == *other || !compete(shape, other));
    let is_fixed = shape.iter().all(|step| matches!(step, Step::Text(_)));
    let place = if is_fixed { 0 } else { 1 + layers[1..].iter().position(has_room).unwrap_or(layers.len() - 1) };
    if place == layers.len() {
        layers.push(Vec::new());
    }
    if !layers[place].contains(&shape) {
        layers[place].push(shape);
    }
    place
}

/// The shapes of `pattern`, which together match at least what it matches. That of '/files/*' do so for '/files/' and for what is longer.
fn shapes(pattern: &Pattern) -> [Option<Shape<'_>>; 2] {
    let mut shape = Vec::new();
    for segment in pattern.segments() {
        match segment {
            Segment::Text(text) => shape.push(Step::Text(text)),
            Segment::Name(_) if shape.iter().filter(|step| **step == Step::Param).count() + 1 == PARAMS_MAX => {
                shape.push(Step::Rest);
                return [Some(shape), None];
            }
            Segment::Name(_) => shape.push(Step::Param),
        }
    }
    if !pattern.is_open() {
        return [Some(shape), None];
    }
    let mut empty = shape.clone();
    empty.push(Step::Text(""));
    shape.push(Step::Rest);
    [Some(shape), Some(empty)]
}

/// Whether a look-up could have to choose between the two, or to go back from one to the other: where they part, one of them takes any text.
fn compete(a: &Shape<'_>, b: &Shape<'_>) -> bool {
    let ends = |shape: &Shape<'_>, at: usize| at + 1 == shape.len() && shape[at] == Step::Text("");
    let parting = (0..a.len().min(b.len())).find(|&at| a[at] != b[at]);
    parting.is_some_and(|at| !matches!((&a[at], &b[at]), (Step::Text(_), Step::Text(_))) && !ends(a, at) && !ends(b, at))
}

/// Whether there is a path that both match.
fn overlap(a: &Shape<'_>, b: &Shape<'_>) -> bool {
    for (a, b) in a.iter().zip(b) {
        match (a, b) {
            (Step::Text(a), Step::Text(b)) if a != b => return false,
            (Step::Text(text), Step::Param) | (Step::Param, Step::Text(text)) if text.is_empty() => return false,
            (Step::Rest, _) | (_, Step::Rest) => return true,
            _ => {}
        }
    }
    a.len() == b.len()
}

/// The path that a shape without params is.
fn text_of(shape: &Shape<'_>) -> String {
    let texts = shape.iter().map(|step| if let Step::Text(text) = step { *text } else { "" });
    texts.fold(String::new(), |path, text| path + "/" + text)
}

/// `shape` as `matchit` writes it.
fn path_of(shape: &Shape<'_>) -> String {
    let mut path = String::new();
    for (i, step) in shape.iter().enumerate() {
        path.push('/');
        match step {
            Step::Text(text) => path.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Step::Param => path.push_str(&format!("{{{i}}}")),
            Step::Rest => path.push_str("{*rest}"),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sources of segments, and texts of segments that they may match.
    const SEGMENTS: &[&str] = &["", "a", "b", "ab", ":x", ":y", "%41", ":z", ":u", ":v"];
    const TEXTS: &[&str] = &["", "a", "b", "ab", "abc", "%41", "%", "{x}", "\u{e9}", "*", ":x"];
    const METHODS: &[&[&str]] = &[&["GET"], &["POST"], &["GET", "POST"], &["OPTIONS"], &["HEAD"]];
    const ASKED: &[&str] = &["GET", "POST", "HEAD", "OPTIONS", "BREW"];

    fn source() -> impl Strategy<Value = String> {
        let names_differ = |source: &String| Pattern::parse(source) != Err(RouteError::NameTwice);
        (prop::collection::vec(prop::sample::select(SEGMENTS), 0..6), any::<bool>())
            .prop_map(|(segments, is_open)| {
                let mut source: String = segments.iter().map(|segment| format!("/{segment}")).collect();
                if is_open || source.is_empty() {
                    source.push_str("/*");
                }
                source
            })
            .prop_filter("each name once", names_differ)
    }

    fn path() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(TEXTS), 1..7)
            .prop_map(|segments| segments.iter().map(|segment| format!("/{segment}")).collect())
    }

    type Config = Vec<(String, Option<&'static [&'static str]>)>;

    fn config() -> impl Strategy<Value = Config> {
        prop::collection::vec((source(), prop::option::weighted(0.8, prop::sample::select(METHODS))), 0..12)
    }

    /// One route after the other, and Allow where there is none.
    fn naive(config: &Config, method: &str, path: &str) -> (Target, Vec<Range<usize>>, BTreeSet<&'static str>) {
        let (mut params, mut allowed) = (Vec::new(), BTreeSet::new());
        for (number, (source, methods)) in config.iter().enumerate() {
            if !Pattern::parse(source).unwrap().capture(path.as_bytes(), &mut params) {
                continue;
            }
            if !params.iter().all(|param| is_decodable(&path.as_bytes()[param.clone()])) {
                return (Target::Malformed, Vec::new(), BTreeSet::new());
            }
            if methods.is_none_or(|methods| methods.contains(&method) || method == "HEAD" && methods.contains(&"GET")) {
                return (Target::Route(number), params, BTreeSet::new());
            }
            allowed.extend(methods.unwrap_or_default());
        }
        if allowed.is_empty() {
            return (Target::NotFound, Vec::new(), allowed);
        }
        if allowed.contains("GET") {
            allowed.insert("HEAD");
        }
        allowed.insert("OPTIONS");
        (Target::NotAllowed(Methods(0)), Vec::new(), allowed)
    }

    fn compile(config: &Config) -> Routes {
        Routes::new(config.iter().map(|(path, methods)| (path.as_str(), *methods))).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn gives_the_first_route_in_the_order_of_the_config(
            config in config(),
            paths in prop::collection::vec(path(), 1..20),
            method in prop::sample::select(ASKED),
        ) {
            let routes = compile(&config);
            let mut params = Vec::new();
            // Patterns are paths too.
            for path in paths.iter().chain(config.iter().map(|(source, _)| source)) {
                let (expected, spans, allowed) = naive(&config, method, path);
                match routes.find(method.as_bytes(), path.as_bytes(), &mut params) {
                    Target::NotAllowed(methods) => {
                        prop_assert_eq!(expected, Target::NotAllowed(Methods(0)), "{}", path);
                        let mut allow = b"Allow: ".to_vec();
                        routes.write_allow(methods, &mut allow);
                        let names: Vec<&str> = allowed.into_iter().collect();
                        prop_assert_eq!(String::from_utf8(allow).unwrap(), format!("Allow: {}", names.join(", ")));
                    }
                    found => {
                        prop_assert_eq!(found, expected, "{}", path);
                        if let Target::Route(number) = found {
                            prop_assert_eq!(&params, &spans);
                            prop_assert_eq!(routes.names(number).count(), spans.len());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_path_that_is_no_text_finds_its_route() {
        let routes = compile(&vec![("/a".into(), None), ("/files/*".into(), None)]);
        let mut params = Vec::new();
        assert_eq!(routes.find(b"GET", b"/files/\xff", &mut params), Target::Route(1));
        assert_eq!(params.first(), Some(&(7..8)));
        assert_eq!(routes.find(b"GET", b"/\xff", &mut params), Target::NotFound);
    }

    #[test]
    fn lists_no_more_than_what_is_as_general() {
        let paths: Vec<String> = (0..100).flat_map(|i| [format!("/static/{i}"), format!("/users/:id/{i}")]).collect();
        let config: Config = paths.into_iter().chain(["/*".into()]).map(|path| (path, None)).collect();
        let routes = compile(&config);
        assert_eq!((routes.fixed.len(), routes.layers.len()), (101, 2));
        let fixed = |path: &str| routes.fixed.iter().find(|(fixed, _)| fixed == path).map(|(_, listed)| listed.len());
        let listed =
            |path: &str| fixed(path).or_else(|| routes.layers.iter().find_map(|layer| layer.at(path).ok()).map(|found| found.value.len()));
        assert_eq!(listed("/static/7"), Some(2));
        assert_eq!(listed("/users/x/7"), Some(2));
        assert_eq!(listed("/"), Some(1));
        assert_eq!(listed("/other"), Some(1));
    }

    #[test]
    fn says_which_path_is_none() {
        assert_eq!(Routes::new([("/a", None), ("b", None)]).unwrap_err(), RouteError::NoSlash);
        let methods: Vec<String> = (0..63).map(|i| format!("M{i}")).collect();
        let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
        assert_eq!(Routes::new([("/a", Some(methods.as_slice()))]).unwrap_err(), RouteError::Methods);
        assert!(Routes::new([("/a", Some(&methods[1..]))]).is_ok());
    }
}
