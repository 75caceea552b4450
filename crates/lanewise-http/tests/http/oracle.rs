//! Slow readers, written from the grammars of RFC 9112 without a thought for speed: each call judges all bytes anew.

use lanewise_http::{Framing, HeadLimits, Refusal, Version};

/// What a head says, all of it owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeadFacts {
    pub(crate) size: usize,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) version: Version,
    pub(crate) framing: Framing,
    pub(crate) keep_alive: bool,
    pub(crate) expects_continue: bool,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
}

/// The first fault that is there, or what the head says; None while it is incomplete.
pub(crate) fn judge_head(bytes: &[u8], limits: &HeadLimits) -> Option<Result<HeadFacts, Refusal>> {
    let seen = &bytes[..bytes.len().min(limits.bytes)];
    match judge(seen, limits) {
        Err(Stop::Refused(refusal)) => Some(Err(refusal)),
        Ok(facts) => Some(Ok(facts)),
        Err(Stop::Missing { .. }) if bytes.len() <= limits.bytes => None,
        Err(Stop::Missing { in_target: true }) => Some(Err(Refusal::TargetTooLong)),
        Err(Stop::Missing { in_target: false }) => Some(Err(Refusal::HeadTooLarge)),
    }
}

enum Stop {
    Refused(Refusal),
    Missing { in_target: bool },
}

const MISSING: Stop = Stop::Missing { in_target: false };

fn judge(bytes: &[u8], limits: &HeadLimits) -> Result<HeadFacts, Stop> {
    let mut at = 0;
    let mut empty_lines = 0;
    while bytes[at..].starts_with(b"\r\n") {
        empty_lines += 1;
        if empty_lines > 4 {
            return Err(Stop::Refused(Refusal::EmptyLines));
        }
        at += 2;
    }
    match bytes[at..] {
        [] | [b'\r'] => return Err(MISSING),
        [b'\r' | b'\n', ..] => return Err(Stop::Refused(Refusal::LineEnd)),
        _ => {}
    }
    let method = until_space(bytes, &mut at, is_tchar, Refusal::Method, MISSING)?;
    let is_target_char = |c: u8| (0x21..0x7f).contains(&c) && c != b'#';
    let target = until_space(bytes, &mut at, is_target_char, Refusal::Target, Stop::Missing { in_target: true })?;
    let version = version(bytes, &mut at)?;
    let fields = fields(bytes, &mut at, limits)?;
    let refuse = |refusal| Err(Stop::Refused(refusal));
    if method == "CONNECT" {
        return refuse(Refusal::Connect);
    }
    let Some((path, query)) = split_target(&method, &target) else { return refuse(Refusal::Target) };
    let all = |name: &str| fields.iter().filter(|field| field.0.eq_ignore_ascii_case(name)).map(|field| text(&field.1)).collect::<Vec<_>>();
    // Host and Content-Length are judged in the order of their lines.
    let (mut hosts, mut lengths) = (0, vec![]);
    for (name, value) in &fields {
        if name.eq_ignore_ascii_case("host") {
            hosts += 1;
            if hosts == 2 {
                return refuse(Refusal::HostRepeated);
            }
            if !is_authority(&text(value)) {
                return refuse(Refusal::HostInvalid);
            }
        }
        if name.eq_ignore_ascii_case("content-length") {
            let value = text(value);
            if !lengths.is_empty() {
                return refuse(Refusal::ContentLengthRepeated);
            }
            let number = value.trim_start_matches(|c: char| c.is_ascii_digit());
            if number.starts_with(',') {
                return refuse(Refusal::ContentLengthRepeated);
            }
            let is_number = number.is_empty() && !value.is_empty() && value.trim_start_matches('0').len() <= 20;
            match value.trim_start_matches('0').parse::<u128>() {
                _ if is_number && value.trim_start_matches('0').is_empty() => lengths.push(0),
                Ok(length) if is_number && length <= u64::MAX.into() => lengths.push(length as u64),
                _ => return refuse(Refusal::ContentLength),
            }
        }
    }
    if hosts == 0 && version == Version::Http11 {
        return refuse(Refusal::HostMissing);
    }
    let codings = all("transfer-encoding");
    let framing = if codings.is_empty() {
        lengths.first().map_or(Framing::None, |length| Framing::Length(*length))
    } else if !lengths.is_empty() {
        return refuse(Refusal::LengthAndChunked);
    } else if version == Version::Http10 {
        return refuse(Refusal::TransferEncodingVersion);
    } else {
        match judge_codings(&codings.join(",")) {
            Ok(()) => Framing::Chunked,
            Err(refusal) => return refuse(refusal),
        }
    };
    let options: Vec<String> = all("connection").join(",").split(',').map(|option| trim(option).to_ascii_lowercase()).collect();
    let has = |option: &str| options.iter().any(|other| other == option);
    let keep_alive = !has("close") && (version == Version::Http11 || has("keep-alive"));
    let joined = all("expect").join(",");
    let expectations: Vec<&str> = joined.split(',').map(trim).filter(|expectation| !expectation.is_empty()).collect();
    if version == Version::Http11 && expectations.iter().any(|expectation| !expectation.eq_ignore_ascii_case("100-continue")) {
        return refuse(Refusal::Expectation);
    }
    let announces = !matches!(framing, Framing::None | Framing::Length(0));
    let expects_continue = version == Version::Http11 && !expectations.is_empty() && announces;
    Ok(HeadFacts { size: at, method, target, path, query, version, framing, keep_alive, expects_continue, fields })
}

fn until_space(bytes: &[u8], at: &mut usize, belongs: impl Fn(u8) -> bool, refusal: Refusal, missing: Stop) -> Result<String, Stop> {
    let rest = &bytes[*at..];
    let size = rest.iter().take_while(|c| belongs(**c)).count();
    match rest.get(size) {
        None => Err(missing),
        Some(b' ') if size > 0 => {
            *at += size + 1;
            Ok(text(&rest[..size]))
        }
        Some(_) => Err(Stop::Refused(refusal)),
    }
}

fn version(bytes: &[u8], at: &mut usize) -> Result<Version, Stop> {
    for (i, form) in "HTTP/d.d\r\n".chars().enumerate() {
        let c = char::from(*bytes.get(*at + i).ok_or(MISSING)?);
        if if form == 'd' { !c.is_ascii_digit() } else { c != form } {
            return Err(Stop::Refused(if c == '\n' || form == '\n' { Refusal::LineEnd } else { Refusal::Version }));
        }
    }
    let (major, minor) = (bytes[*at + 5], bytes[*at + 7]);
    *at += 10;
    match (major, minor) {
        (b'1', b'0') => Ok(Version::Http10),
        (b'1', _) => Ok(Version::Http11),
        _ => Err(Stop::Refused(Refusal::VersionUnsupported)),
    }
}

fn fields(bytes: &[u8], at: &mut usize, limits: &HeadLimits) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let mut fields = vec![];
    loop {
        let size = bytes[*at..].iter().position(|c| *c == b'\n').ok_or(MISSING)?;
        let line = &bytes[*at..*at + size];
        *at += size + 1;
        if line == b"\r" {
            return Ok(fields);
        }
        let field = judge_line(line).map_err(Stop::Refused)?;
        if fields.len() == limits.fields {
            return Err(Stop::Refused(Refusal::TooManyFields));
        }
        fields.push(field);
    }
}

/// Judges a field line, without its LF.
fn judge_line(line: &[u8]) -> Result<(String, Vec<u8>), Refusal> {
    match line.first() {
        None | Some(b'\r') => return Err(Refusal::LineEnd),
        Some(b' ' | b'\t') => return Err(Refusal::Folding),
        Some(_) => {}
    }
    let name_size = line.iter().take_while(|c| is_tchar(**c)).count();
    if name_size == 0 || line.get(name_size) != Some(&b':') {
        return Err(Refusal::FieldName);
    }
    let value = &line[name_size + 1..];
    let is_value = |c: u8| c == b'\t' || (c >= b' ' && c != 0x7f);
    let sound = value.iter().take_while(|c| is_value(**c)).count();
    match &value[sound..] {
        b"\r" => {}
        [] | [b'\r', ..] => return Err(Refusal::LineEnd),
        _ => return Err(Refusal::FieldValue),
    }
    let value = &value[..sound];
    let from = value.iter().position(|c| !b" \t".contains(c)).unwrap_or(value.len());
    let to = value.iter().rposition(|c| !b" \t".contains(c)).map_or(from, |last| last + 1);
    Ok((text(&line[..name_size]), value[from..to].to_vec()))
}

fn judge_codings(value: &str) -> Result<(), Refusal> {
    let codings: Vec<String> = value.split(',').map(|coding| trim(coding).to_ascii_lowercase()).collect();
    let is_coding = |coding: &String| {
        let name = trim(coding.split(';').next().unwrap_or_default());
        !name.is_empty() && name.bytes().all(is_tchar) && (name != "chunked" || coding == "chunked")
    };
    let (last, others) = codings.split_last().unwrap();
    if !codings.iter().all(is_coding) || last != "chunked" || others.iter().any(|coding| coding == "chunked") {
        return Err(Refusal::TransferEncoding);
    }
    if others.is_empty() { Ok(()) } else { Err(Refusal::TransferCoding) }
}

/// Path and query.
fn split_target(method: &str, target: &str) -> Option<(String, String)> {
    let (before, query) = target.split_once('?').unwrap_or((target, ""));
    if before.starts_with('/') {
        return Some((before.into(), query.into()));
    }
    if target == "*" {
        return (method == "OPTIONS").then(|| ("*".into(), String::new()));
    }
    let (scheme, rest) = before.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.is_empty() || !is_authority(authority) {
        return None;
    }
    Some((if path.is_empty() { "/".into() } else { path.into() }, query.into()))
}

/// `uri-host [ ":" port ]` of RFC 3986.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((literal, port)) => return is_literal(literal) && is_port(port),
            None => return false,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let unescaped = |host: &str| {
        let mut parts = host.split('%');
        let first = parts.next().unwrap_or_default().to_string();
        parts.try_fold(first, |whole, part| {
            (part.len() >= 2 && part.bytes().take(2).all(|c| c.is_ascii_hexdigit())).then(|| whole + &part[2..])
        })
    };
    unescaped(host).is_some_and(|host| host.chars().all(|c| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=".contains(c))) && is_port(port)
}

fn is_port(port: &str) -> bool {
    port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()))
}

fn is_literal(literal: &str) -> bool {
    if let Some(future) = literal.strip_prefix(['v', 'V']) {
        let Some((version, address)) = future.split_once('.') else { return false };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:".contains(c);
        return !version.is_empty() && version.chars().all(|c| c.is_ascii_hexdigit()) && !address.is_empty() && address.chars().all(fits);
    }
    literal.parse::<std::net::Ipv6Addr>().is_ok()
}

fn is_tchar(c: u8) -> bool {
    c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c)
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// One char for each byte.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// What a chunked body brings in the end: its data and its size as sent. None while it is incomplete.
pub(crate) fn judge_chunks(bytes: &[u8], bytes_max: usize) -> Option<Result<(Vec<u8>, usize), u16>> {
    let mut data = vec![];
    let mut at = 0;
    let mut extension_bytes = 0;
    loop {
        let line = line_at(bytes, at)?;
        at += line.len() + 1;
        let Some(line) = text(line).strip_suffix('\r').map(String::from) else { return Some(Err(400)) };
        let (digits, extensions) = line.split_at(line.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(line.len()));
        extension_bytes += if extensions.is_empty() { 0 } else { extensions.len() };
        if digits.is_empty() || digits.len() > 16 || extension_bytes > 4096 || !are_extensions(extensions) {
            return Some(Err(400));
        }
        let size = u64::from_str_radix(digits, 16).unwrap();
        if size == 0 {
            break;
        }
        if data.len() as u64 + size > bytes_max as u64 {
            return Some(Err(413));
        }
        data.extend_from_slice(bytes.get(at..at + size as usize)?);
        at += size as usize;
        match &bytes[at..] {
            [b'\r', b'\n', ..] => at += 2,
            [] | [b'\r'] => return None,
            _ => return Some(Err(400)),
        }
    }
    loop {
        let line = line_at(bytes, at)?;
        at += line.len() + 1;
        if line == b"\r" {
            return Some(Ok((data, at)));
        }
        if judge_line(line).is_err() {
            return Some(Err(400));
        }
    }
}

fn line_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let size = bytes[at..].iter().position(|c| *c == b'\n')?;
    Some(&bytes[at..at + size])
}

/// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`
fn are_extensions(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(after) = bws(rest).strip_prefix(';') else { return false };
        let Some(after) = token(bws(after)) else { return false };
        rest = after;
        if let Some(after) = bws(rest).strip_prefix('=') {
            let Some(after) = token(bws(after)).or_else(|| quoted(bws(after))) else { return false };
            rest = after;
        }
    }
    true
}

fn bws(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn token(text: &str) -> Option<&str> {
    let after = text.trim_start_matches(|c: char| c.is_ascii() && is_tchar(c as u8));
    (after.len() < text.len()).then_some(after)
}

fn quoted(text: &str) -> Option<&str> {
    let mut chars = text.strip_prefix('"')?.chars();
    let is_text = |c: char| c == '\t' || (c >= ' ' && c != '\x7f');
    loop {
        match chars.next()? {
            '"' => return Some(chars.as_str()),
            '\\' if chars.next().is_some_and(is_text) => {}
            c if c != '\\' && is_text(c) => {}
            _ => return None,
        }
    }
}
