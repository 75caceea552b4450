//! Sockets of Linux: listen, accept, receive, send.

use std::io;
use std::mem::size_of;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Connections that the system may hold before they are accepted; the system has a limit of its own too (net.core.somaxconn).
const BACKLOG: i32 = 4096;

/// A socket that listens, bound and not accepted from yet.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Listens at `address`; port 0 lets the system choose. With `shared`, several listeners may be bound to the same address, among which the
    /// system spreads the connections (SO_REUSEPORT). An IPv6 wildcard takes IPv4 too where the system is set so.
    ///
    /// # Errors
    /// What the system says, `AddrInUse` among others.
    pub fn bind(address: SocketAddr, shared: bool) -> io::Result<Self> {
        let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
        // SAFETY: the call takes no pointers.
        let descriptor = check(unsafe { libc::socket(family, libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC, 0) })?;
        // SAFETY: the system has just made the descriptor, and nobody else owns it.
        let listener = Self(unsafe { TcpListener::from_raw_fd(descriptor) });
        set_option(descriptor, libc::SOL_SOCKET, libc::SO_REUSEADDR)?;
        if shared {
            set_option(descriptor, libc::SOL_SOCKET, libc::SO_REUSEPORT)?;
        }
        let (storage, length) = to_raw(address);
        // SAFETY: `storage` is a socket address of `length` bytes, alive during the call.
        check(unsafe { libc::bind(descriptor, (&raw const storage).cast(), length) })?;
        // SAFETY: the call takes no pointers.
        check(unsafe { libc::listen(descriptor, BACKLOG) })?;
        Ok(listener)
    }

    /// Where it listens, with the port that the system chose.
    ///
    /// # Errors
    /// What the system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Accepts one connection; it never blocks, and sends small answers at once (TCP_NODELAY).
pub(super) fn accept(listener: &Listener) -> io::Result<(OwnedFd, SocketAddr)> {
    // SAFETY: all zeroes are a valid address, of no family.
    let mut storage: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let mut length = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: `storage` has room for `length` bytes, and both live during the call.
    let descriptor = check(unsafe { libc::accept4(listener.as_raw_fd(), (&raw mut storage).cast(), &raw mut length, flags) })?;
    // SAFETY: the system has just made the descriptor, and nobody else owns it.
    let socket = unsafe { OwnedFd::from_raw_fd(descriptor) };
    // A connection that cannot be tuned still works.
    _ = set_option(descriptor, libc::IPPROTO_TCP, libc::TCP_NODELAY);
    Ok((socket, from_raw(&storage)))
}

/// Sets a connection up that the system has accepted by itself, and asks who it is.
pub(super) fn tune_and_name(socket: &OwnedFd) -> SocketAddr {
    _ = set_option(socket.as_raw_fd(), libc::IPPROTO_TCP, libc::TCP_NODELAY);
    // SAFETY: all zeroes are a valid address, of no family.
    let mut storage: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let mut length = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    // SAFETY: `storage` has room for `length` bytes, and both live during the call. Without an answer the address stays without a family.
    unsafe { libc::getpeername(socket.as_raw_fd(), (&raw mut storage).cast(), &raw mut length) };
    from_raw(&storage)
}

/// Receives what is there, up to the length of `into`; 0 is the end.
pub(super) fn receive(socket: RawFd, into: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: `into` is writable for its length during the call.
        let count = unsafe { libc::recv(socket, into.as_mut_ptr().cast(), into.len(), 0) };
        match usize::try_from(count) {
            Ok(count) => return Ok(count),
            Err(_) => retry_unless_failed()?,
        }
    }
}

/// Sends as much as the system takes now, without a signal where the client has gone.
pub(super) fn send(socket: RawFd, bytes: &[u8]) -> io::Result<usize> {
    loop {
        // SAFETY: `bytes` is readable for its length during the call.
        let count = unsafe { libc::send(socket, bytes.as_ptr().cast(), bytes.len(), libc::MSG_NOSIGNAL) };
        match usize::try_from(count) {
            Ok(count) => return Ok(count),
            Err(_) => retry_unless_failed()?,
        }
    }
}

/// Shuts one side or both: SHUT_WR sends FIN.
pub(super) fn shutdown(socket: RawFd, sides: i32) {
    // SAFETY: the call takes no pointers. It fails only when the connection is gone already.
    unsafe { libc::shutdown(socket, sides) };
}

/// Ends a connection by RST now, whoever still holds the socket: connecting to no address is how it is taken apart.
pub(super) fn reset(socket: RawFd) {
    // SAFETY: all zeroes are a valid address, of no family (AF_UNSPEC).
    let nowhere: libc::sockaddr = unsafe { std::mem::zeroed() };
    // SAFETY: `nowhere` is as long as the length says, and lives during the call. It fails only when the connection is gone already.
    unsafe { libc::connect(socket, &raw const nowhere, size_of::<libc::sockaddr>() as libc::socklen_t) };
}

/// Whether an error of accept says that the system has no room for another connection now.
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM))
}

fn retry_unless_failed() -> io::Result<()> {
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) }
}

pub(super) fn check(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn set_option(socket: RawFd, level: i32, name: i32) -> io::Result<()> {
    let on = 1i32;
    // SAFETY: `on` is as long as the length says, and lives during the call.
    check(unsafe { libc::setsockopt(socket, level, name, (&raw const on).cast(), size_of::<i32>() as libc::socklen_t) })?;
    Ok(())
}

fn to_raw(address: SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: all zeroes are a valid address, of no family.
    let mut storage: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let length = match address {
        SocketAddr::V4(v4) => {
            // SAFETY: a `sockaddr_storage` is large enough and aligned for every kind of address, and exclusively borrowed here.
            let raw = unsafe { &mut *(&raw mut storage).cast::<libc::sockaddr_in>() };
            raw.sin_family = libc::AF_INET as libc::sa_family_t;
            raw.sin_port = v4.port().to_be();
            raw.sin_addr.s_addr = u32::from_ne_bytes(v4.ip().octets());
            size_of::<libc::sockaddr_in>()
        }
        SocketAddr::V6(v6) => {
            // SAFETY: as above.
            let raw = unsafe { &mut *(&raw mut storage).cast::<libc::sockaddr_in6>() };
            raw.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            raw.sin6_port = v6.port().to_be();
            raw.sin6_addr.s6_addr = v6.ip().octets();
            raw.sin6_flowinfo = v6.flowinfo();
            raw.sin6_scope_id = v6.scope_id();
            size_of::<libc::sockaddr_in6>()
        }
    };
    (storage, length as libc::socklen_t)
}

/// The address that the system wrote; one of another family, which no listener of ours has, is no address.
fn from_raw(storage: &libc::sockaddr_storage) -> SocketAddr {
    match i32::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says what the system wrote; the storage is large enough and aligned for it.
            let raw = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in>() };
            SocketAddrV4::new(Ipv4Addr::from(raw.sin_addr.s_addr.to_ne_bytes()), u16::from_be(raw.sin_port)).into()
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let raw = unsafe { &*(&raw const *storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(raw.sin6_addr.s6_addr);
            SocketAddrV6::new(ip, u16::from_be(raw.sin6_port), raw.sin6_flowinfo, raw.sin6_scope_id).into()
        }
        _ => SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0).into(),
    }
}

/// Nanoseconds.
pub(super) fn clock(which: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` lives during the call. Both clocks exist on every Linux, so it does not fail.
    unsafe { libc::clock_gettime(which, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_way_to_the_system_and_back() {
        for text in ["127.0.0.1:80", "255.1.2.3:65535", "[::1]:443", "[fe80::1%7]:1"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(from_raw(&to_raw(address).0), address);
        }
    }

    #[test]
    fn an_address_is_shared_only_where_all_say_so() {
        let first = Listener::bind("127.0.0.1:0".parse().unwrap(), true).unwrap();
        let address = first.address().unwrap();
        assert_ne!(address.port(), 0);
        Listener::bind(address, true).unwrap();
        assert_eq!(Listener::bind(address, false).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn a_client_is_accepted_with_its_address() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let listener = Listener::bind(address.parse().unwrap(), false).unwrap();
            let client = std::net::TcpStream::connect(listener.address().unwrap()).unwrap();
            let (socket, peer) = accept(&listener).unwrap();
            assert_eq!((peer, tune_and_name(&socket)), (client.local_addr().unwrap(), peer));
            assert_eq!(accept(&listener).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        }
    }
}
