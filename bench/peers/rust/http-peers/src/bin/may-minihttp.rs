//! may_minihttp, coroutines on one worker thread: each request gets a constant.
use std::net::TcpListener;

use may_minihttp::{HttpServer, HttpService, Request, Response};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Clone)]
struct Constant;

impl HttpService for Constant {
    fn call(&mut self, _: Request, reply: &mut Response) -> std::io::Result<()> {
        reply.header("Content-Type: application/json");
        reply.body("{\"message\":\"hello\"}");
        Ok(())
    }
}

fn main() -> std::io::Result<()> {
    may::config().set_workers(1);
    // It does not say which port it got, so one that was free a moment ago is named.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = HttpServer(Constant).start(address)?;
    println!("listening on http://{address}");
    server.join().map_err(|_| std::io::Error::other("the server has panicked"))
}
