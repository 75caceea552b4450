//! Planes on threads, and a consumer of their requests on another.
#![cfg(target_os = "linux")]

mod common;

use common::respond;
use lanewise_dataplane::*;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

/// Hands every request to the consumer.
struct Forwarding {
    thread: usize,
    batch: Vec<(usize, Token, Vec<u8>)>,
    outbox: Outbox<(usize, Token, Vec<u8>)>,
}

impl Service for Forwarding {
    fn admit(&mut self, _: &Request<'_>) -> Admission {
        Admission::Collect
    }

    fn serve(&mut self, request: &Request<'_>, _: &mut Reply<'_>) -> Served {
        self.batch.push((self.thread, request.token, request.head.path(request.head_bytes).to_vec()));
        Served::Later
    }

    fn piece(&mut self, _: Token, _: &[u8], _: bool) -> Flow {
        Flow::More
    }

    fn gone(&mut self, _: Token, _: Gone) {}
    fn writable(&mut self, _: Token) {}
}

impl Worker<Epoll> for Forwarding {
    type Letter = (Token, Vec<u8>);

    fn read(plane: &mut Plane<Epoll, Self>, (token, body): Self::Letter) {
        plane.answer(token, |reply| respond(reply, 200, &body));
    }

    fn turned(plane: &mut Plane<Epoll, Self>) {
        let service = plane.service_mut();
        service.outbox.send_all(&mut service.batch);
    }
}

#[test]
fn requests_travel_to_one_consumer_and_back() {
    let (bell, rung) = mpsc::channel();
    let (outbox, mut inbox) = mail(move || _ = bell.send(()));
    let address = "127.0.0.1:0".parse().unwrap();
    let make = move |thread| Forwarding { thread, batch: Vec::new(), outbox: outbox.clone() };
    let threads = Threads::start(2, address, &Limits::default(), 1, Epoll::new, make).unwrap();
    let address = threads.address();
    let clients: Vec<_> = (0..16)
        .map(|client| {
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                for i in 0..50 {
                    stream.write_all(format!("GET /{client}/{i} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
                    let (mut received, mut buffer, expected) = (Vec::new(), [0; 1000], format!("\r\n\r\n/{client}/{i}"));
                    while !received.ends_with(expected.as_bytes()) {
                        let count = stream.read(&mut buffer).unwrap();
                        assert!(count > 0);
                        received.extend_from_slice(&buffer[..count]);
                    }
                }
            })
        })
        .collect();
    let (mut batch, mut served) = (Vec::new(), [0; 2]);
    while served.iter().sum::<usize>() < 800 {
        rung.recv_timeout(Duration::from_secs(10)).expect("a bell rings while requests wait");
        inbox.take(&mut batch);
        for (thread, token, path) in batch.drain(..) {
            served[thread] += 1;
            threads.send(thread, [(token, path)]);
        }
    }
    clients.into_iter().for_each(|client| client.join().unwrap());
    let counters: Vec<&Counters> = threads.counters().map(|counters| &**counters).collect();
    let mut words = Vec::new();
    Counters::snapshot_of(&counters, &mut words);
    assert_eq!((words[0], words[1], words[2]), (800, 800, 16));
    threads.drain(Duration::from_secs(5));
    threads.join().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (outbox, _inbox) = mail(|| {});
    let make = move |thread| Forwarding { thread, batch: Vec::new(), outbox: outbox.clone() };
    let result = Threads::start(2, taken.local_addr().unwrap(), &Limits::default(), 1, Epoll::new, make);
    assert_eq!(result.err().map(|error| error.kind()), Some(std::io::ErrorKind::AddrInUse));
}
