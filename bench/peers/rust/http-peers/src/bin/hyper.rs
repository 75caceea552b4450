//! hyper 1 on tokio, one thread: a GET gets a constant, the JSON body of a POST is read and written again by sonic-rs.
//!
//! That goes token by token (`serde_transcode`), which takes less time than a `sonic_rs::Value` of it; `hyper value` makes one.
use std::convert::Infallible;
use std::sync::OnceLock;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Reply = Response<Full<Bytes>>;

/// Whether a body becomes a value.
static AS_VALUE: OnceLock<bool> = OnceLock::new();

fn main() -> std::io::Result<()> {
    AS_VALUE.get_or_init(|| std::env::args().any(|arg| arg == "value"));
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(listen())
}

async fn listen() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A connection that breaks ends alone.
        tokio::spawn(http1::Builder::new().pipeline_flush(true).serve_connection(TokioIo::new(stream), service_fn(serve)));
    }
}

async fn serve(request: Request<Incoming>) -> Result<Reply, Infallible> {
    if request.method() == Method::GET {
        return Ok(json(Bytes::from_static(b"{\"message\":\"hello\"}")));
    }
    Ok(match request.into_body().collect().await {
        Ok(body) => echo(&body.to_bytes()).map_or_else(refusal, |text| json(text.into())),
        Err(_) => refusal(),
    })
}

/// None for what is no JSON.
fn echo(body: &[u8]) -> Option<Vec<u8>> {
    if AS_VALUE.get() == Some(&true) { by_value(body) } else { by_token(body) }
}

fn by_value(body: &[u8]) -> Option<Vec<u8>> {
    let value: sonic_rs::Value = sonic_rs::from_slice(body).ok()?;
    sonic_rs::to_vec(&value).ok()
}

fn by_token(body: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(body.len());
    let mut reader = sonic_rs::Deserializer::from_slice(body);
    serde_transcode::transcode(&mut reader, &mut sonic_rs::Serializer::new(&mut text)).ok()?;
    reader.end().ok()?;
    Some(text)
}

fn json(body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

fn refusal() -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = StatusCode::BAD_REQUEST;
    reply
}
