//! Load at a constant rate, whatever the server does; or connections that are only held.
//!
//! ```sh
//! open-loop load ADDRESS REQUEST CONNECTIONS RATE SECONDS   # prints one line of JSON, latencies in µs
//! open-loop hold ADDRESS REQUEST CONNECTIONS                # prints "held", and holds them until its standard input ends
//! ```
//!
//! REQUEST is a file, the bytes of one request. Request i is due at i / RATE seconds, and is sent then, or as soon as a connection is free. Its
//! latency counts from when it was due: a server that stalls is charged for all that waited meanwhile, not only for the requests that it
//! had at that moment ("coordinated omission", Gil Tene).
mod connection;
mod load;

use std::io::{Read, Result};

use connection::Connection;

const USAGE: &str = "open-loop load ADDRESS REQUEST CONNECTIONS RATE SECONDS | open-loop hold ADDRESS REQUEST CONNECTIONS";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["load", address, request, connections, rate, seconds] => {
            let (request, connections) = open(address, request, connections)?;
            let report = load::run(connections, &request, number(rate)?, number(seconds)?)?;
            println!("{report}");
        }
        ["hold", address, request, connections] => {
            let (_, held) = open(address, request, connections)?;
            println!("held");
            std::io::stdin().read_to_end(&mut Vec::new())?;
            drop(held);
        }
        _ => return Err(std::io::Error::other(USAGE)),
    }
    Ok(())
}

/// Opens connections one after the other and asks on each of them once, so that none is new to the server when it counts.
fn open(address: &str, request: &str, count: &str) -> Result<(Vec<u8>, Vec<Connection>)> {
    let request = std::fs::read(request)?;
    let mut connections = Vec::new();
    for _ in 0..number(count)? {
        connections.push(Connection::open(address, &request)?);
    }
    Ok((request, connections))
}

fn number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| std::io::Error::other(format!("{text} is no number\n{USAGE}")))
}
