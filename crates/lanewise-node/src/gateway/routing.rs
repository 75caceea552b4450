//! The routes of a config, as JavaScript describes them.
use std::sync::Arc;

use lanewise_plans::{Plan, Respond, Route, RouteError, Table};
use lanewise_text::Matcher;
use lanewise_transcode::Query;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

/// A route, of one of the kinds `echo`, `respond`, `search`, `handler` and `report`.
#[napi(object)]
pub struct GatewayRoute {
    pub method: Option<String>,
    pub path: String,
    pub kind: String,
    /// What its answers are counted under.
    pub counter: u32,
    /// Of an echo: names and selectors in turn.
    pub select: Option<Vec<String>>,
    /// Of a respond route.
    pub status: Option<u32>,
    pub media: Option<String>,
    pub body: Option<Uint8Array>,
    /// Of a search: the saved form of the matcher.
    pub matcher: Option<Uint8Array>,
    pub replace: Option<Uint8Array>,
    /// Of a handler: it takes the body as it arrives.
    pub is_streamed: bool,
}

/// Routes, and what the transport knows of them beside their plans.
#[derive(Clone)]
pub(crate) struct Routing {
    pub(crate) table: Arc<Table>,
    pub(crate) routes: Arc<[Traits]>,
    /// What answers without a route are counted under.
    pub(crate) unrouted: u16,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub(crate) counter: u16,
    pub(crate) is_streamed: bool,
}

impl Routing {
    /// Compiles routes.
    ///
    /// # Errors
    /// For what the checks of the config should have found.
    pub(crate) fn new(routes: Vec<GatewayRoute>, unrouted: u16) -> napi::Result<Self> {
        let traits = routes.iter().map(|route| Traits { counter: route.counter as u16, is_streamed: route.is_streamed }).collect();
        let compiled = routes.into_iter().map(compile).collect::<napi::Result<Vec<_>>>()?;
        Ok(Self { table: Arc::new(Table::new(compiled).map_err(refused)?), routes: traits, unrouted })
    }

    pub(crate) fn traits(&self, route: usize) -> Traits {
        self.routes.get(route).copied().unwrap_or(Traits { counter: self.unrouted, is_streamed: false })
    }
}

fn compile(route: GatewayRoute) -> napi::Result<Route> {
    let plan = match route.kind.as_str() {
        "echo" => Plan::Echo { select: route.select.map(select).transpose()? },
        "respond" => Plan::Respond(Respond {
            status: route.status.unwrap_or(200) as u16,
            content_type: route.media.unwrap_or_default(),
            body: bytes(route.body).unwrap_or_default(),
        }),
        "search" => {
            let matcher =
                Matcher::load(&bytes(route.matcher).unwrap_or_default()).map_err(|error| napi::Error::from_reason(error.to_string()))?;
            Plan::Search { matcher: Arc::new(matcher), replace: bytes(route.replace) }
        }
        "handler" => Plan::Handler,
        _ => Plan::Report,
    };
    Ok(Route { method: route.method, path: route.path, plan })
}

fn select(texts: Vec<String>) -> napi::Result<Query> {
    let pairs = texts.as_chunks().0.iter().map(|[name, selector]: &[String; 2]| (name.encode_utf16(), selector.encode_utf16()));
    Query::new(pairs).map_err(|error| napi::Error::from_reason(error.to_string()))
}

fn bytes(array: Option<Uint8Array>) -> Option<Vec<u8>> {
    array.map(|array| array.to_vec())
}

fn refused(error: RouteError) -> napi::Error {
    napi::Error::from_reason(error.to_string())
}
