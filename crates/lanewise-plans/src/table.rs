//! The routes of a config and their plans, compiled.

use crate::echo::greeting;
use crate::heads::Heads;
use crate::media::{JSON, MSGPACK, Representation};
use crate::pattern::RouteError;
use crate::respond::{Answer, Respond};
use crate::routes::Routes;
use lanewise_http::response::Body;
use lanewise_text::Matcher;
use lanewise_transcode::Query;
use std::fmt;
use std::sync::Arc;

/// What a route does.
pub enum Plan {
    /// Answers POST with the body, checked and written anew as Accept asks, or with what `select` finds in it; GET with a greeting.
    Echo {
        /// What is taken of a body: each selector's first match under its name.
        select: Option<Query>,
    },
    /// Answers with what the config says.
    Respond(Respond),
    /// Answers with the matches in the body, or with the body without them.
    Search {
        /// What is looked for.
        matcher: Arc<Matcher>,
        /// What stands in place of each match.
        replace: Option<Vec<u8>>,
    },
    /// Is answered by whoever asks for the plan, with the body.
    Handler,
    /// Is answered by whoever asks for the plan, whatever the body is.
    Report,
}

/// A route of a config.
pub struct Route {
    /// In capital letters. None is every method for [`Plan::Respond`], [`Plan::Handler`] and [`Plan::Report`], else those that the plan has an answer for.
    pub method: Option<String>,
    /// '/a/:id', '/files/*'.
    pub path: String,
    /// What it does.
    pub plan: Plan,
}

/// The routes of a config, compiled. Threads share it.
#[derive(Debug)]
pub struct Table {
    pub(crate) routes: Routes,
    pub(crate) plans: Vec<Compiled>,
    /// Heads of answers under the usual names of the formats.
    pub(crate) json: Usual,
    pub(crate) msgpack: Usual,
}

/// Heads of answers in a format under its usual name.
#[derive(Debug)]
pub(crate) struct Usual {
    /// Without a length.
    pub(crate) any: Heads,
    /// With that of a greeting.
    pub(crate) greeting: Heads,
}

/// [`Plan`], with what can be made before the first request.
pub(crate) enum Compiled {
    Echo { select: Option<Query> },
    Respond(Box<Answer>),
    Search { matcher: Arc<Matcher>, replace: Option<Vec<u8>> },
    Handler,
    Report,
}

impl Table {
    /// Compiles routes; the first one that matches a request answers it.
    ///
    /// # Errors
    /// For a path that is none, for more than 64 methods, and for a media type that no header field can hold.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Result<Self, RouteError> {
        let routes: Vec<Route> = routes.into_iter().collect();
        let methods: Vec<Option<Vec<&str>>> = routes.iter().map(Route::methods).collect();
        let named = routes.iter().zip(&methods).map(|(route, methods)| (route.path.as_str(), methods.as_deref()));
        let compiled = Routes::new(named)?;
        drop(methods);
        let plans = routes.into_iter().map(Compiled::new).collect::<Result<_, _>>()?;
        Ok(Self { routes: compiled, plans, json: Usual::new(JSON)?, msgpack: Usual::new(MSGPACK)? })
    }

    /// The names of the params of a route, in the order of [`Plans::params`](crate::Plans::params); '*' the last one where its path is open.
    pub fn names(&self, route: usize) -> impl Iterator<Item = &str> {
        self.routes.names(route)
    }
}

impl Route {
    /// The methods that it answers besides HEAD where it answers GET; None for every method.
    fn methods(&self) -> Option<Vec<&str>> {
        match (&self.method, &self.plan) {
            (Some(method), _) => Some(vec![method]),
            (None, Plan::Echo { .. }) => Some(vec!["GET", "POST"]),
            (None, Plan::Search { .. }) => Some(vec!["POST"]),
            (None, Plan::Respond(_) | Plan::Handler | Plan::Report) => None,
        }
    }
}

impl Usual {
    fn new(kind: Representation<'static>) -> Result<Self, RouteError> {
        let heads = |body| Heads::new(200, body, &[(b"Content-Type", kind.name)]).map_err(|_| RouteError::MediaType);
        Ok(Self { any: heads(Body::None)?, greeting: heads(Body::Length(greeting(kind.format).len() as u64))? })
    }
}

impl Compiled {
    fn new(Route { method, plan, .. }: Route) -> Result<Self, RouteError> {
        Ok(match plan {
            Plan::Echo { select } => Self::Echo { select },
            Plan::Respond(respond) => Self::Respond(Box::new(Answer::new(respond, method.as_deref()).map_err(|_| RouteError::MediaType)?)),
            Plan::Search { matcher, replace } => Self::Search { matcher, replace },
            Plan::Handler => Self::Handler,
            Plan::Report => Self::Report,
        })
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Echo { .. } => "Echo",
            Self::Respond(_) => "Respond",
            Self::Search { .. } => "Search",
            Self::Handler => "Handler",
            Self::Report => "Report",
        })
    }
}
