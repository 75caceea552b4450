//! A naive tree of a text, and what the RFCs say of patches, written down for it word by word.

use lanewise_error::ErrorCode;
use lanewise_json::Limits;
use lanewise_json::reader::{Event, Reader};

#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// As it is spelled.
    Scalar(String),
    /// Unescaped, in WTF-8.
    String(Vec<u8>),
    Array(Vec<Tree>),
    /// By unescaped name, each once.
    Object(Vec<(Vec<u8>, Tree)>),
}

impl Tree {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut reader = Reader::new(text, &Limits { depth_max: u32::MAX, ..Limits::default() });
        let event = reader.next().unwrap().unwrap();
        let tree = Self::read(event, &mut reader, text);
        assert_eq!(reader.next(), Ok(None));
        tree
    }

    fn read(event: Event, reader: &mut Reader<'_>, text: &[u8]) -> Self {
        match event {
            Event::ArrayStart => {
                let mut elements = Vec::new();
                loop {
                    match reader.next().unwrap().unwrap() {
                        Event::ArrayEnd => return Self::Array(elements),
                        event => elements.push(Self::read(event, reader, text)),
                    }
                }
            }
            Event::ObjectStart => {
                let mut object = Self::Object(Vec::new());
                while let Some(Event::Key(key)) = reader.next().unwrap() {
                    let event = reader.next().unwrap().unwrap();
                    let value = Self::read(event, reader, text);
                    object.set(&key.to_wtf8(text), value);
                }
                object
            }
            Event::String(string) => Self::String(string.to_wtf8(text).into_owned()),
            Event::Number(range) => Self::Scalar(String::from_utf8(text[range].to_vec()).unwrap()),
            Event::Bool(value) => Self::Scalar(value.to_string()),
            Event::Null => Self::Scalar("null".to_string()),
            event => unreachable!("{event:?} is no value"),
        }
    }

    fn set(&mut self, name: &[u8], value: Self) {
        let Self::Object(members) = self else { panic!("no object") };
        match members.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => members.push((name.to_vec(), value)),
        }
    }

    fn child_mut(&mut self, token: &str) -> Option<&mut Self> {
        match self {
            Self::Array(elements) => elements.get_mut(index(token)?),
            Self::Object(members) => members.iter_mut().find(|(name, _)| name == token.as_bytes()).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn get(&mut self, path: &[String]) -> Option<&mut Self> {
        path.iter().try_fold(self, |tree, token| tree.child_mut(token))
    }

    pub(crate) fn add(&mut self, path: &[String], value: Self) -> Option<()> {
        let Some((token, parent)) = path.split_last() else {
            *self = value;
            return Some(());
        };
        match self.get(parent)? {
            Self::Array(elements) => {
                let index = if token == "-" { elements.len() } else { index(token)? };
                (index <= elements.len()).then(|| elements.insert(index, value))
            }
            object @ Self::Object(_) => {
                object.set(token.as_bytes(), value);
                Some(())
            }
            _ => None,
        }
    }

    pub(crate) fn remove(&mut self, path: &[String]) -> Option<Self> {
        let (token, parent) = path.split_last()?;
        match self.get(parent)? {
            Self::Array(elements) => index(token).filter(|&index| index < elements.len()).map(|index| elements.remove(index)),
            Self::Object(members) => {
                let at = members.iter().position(|(name, _)| name == token.as_bytes())?;
                Some(members.remove(at).1)
            }
            _ => None,
        }
    }

    /// RFC 6902, one operation.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Result<(), ErrorCode> {
        let missing = ErrorCode::Patch;
        match operation {
            Operation::Add(path, value) => self.add(path, value.clone()).ok_or(missing),
            Operation::Remove(path) => self.remove(path).map(drop).ok_or(missing),
            Operation::Replace(path, value) => self.get(path).map(|old| *old = value.clone()).ok_or(missing),
            Operation::Copy(from, path) => {
                let value = self.get(from).ok_or(missing)?.clone();
                self.add(path, value).ok_or(missing)
            }
            Operation::Move(from, path) if from == path => self.get(from).map(drop).ok_or(missing),
            Operation::Move(from, path) if path.starts_with(from) => Err(missing),
            Operation::Move(from, path) => {
                let value = self.remove(from).ok_or(missing)?;
                self.add(path, value).ok_or(missing)
            }
            Operation::Test(path, value) => {
                if self.get(path).ok_or(missing)?.equals(value) {
                    Ok(())
                } else {
                    Err(ErrorCode::PatchTest)
                }
            }
        }
    }

    /// RFC 7396 section 2.
    pub(crate) fn merge(target: Option<Self>, patch: &Self) -> Self {
        let Self::Object(members) = patch else { return patch.clone() };
        let mut merged = match target {
            Some(object @ Self::Object(_)) => object,
            _ => Self::Object(Vec::new()),
        };
        for (name, value) in members {
            let Self::Object(olds) = &mut merged else { unreachable!() };
            let at = olds.iter().position(|(other, _)| other == name);
            if matches!(value, Self::Scalar(null) if null == "null") {
                at.map(|at| olds.remove(at));
                continue;
            }
            let old = at.map(|at| olds[at].1.clone());
            merged.set(name, Self::merge(old, value));
        }
        merged
    }

    /// Members in any order, numbers numerically.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => a == b || a.parse::<f64>().is_ok_and(|a| Ok(a) == b.parse()),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b)),
            (Self::Object(a), Self::Object(b)) => {
                let has = |name, value: &Self| b.iter().any(|(other, b)| other == name && value.equals(b));
                a.len() == b.len() && a.iter().all(|(name, value)| has(name, value))
            }
            _ => false,
        }
    }

    /// Of every value that has one in UTF-8.
    pub(crate) fn paths(&self) -> Vec<Vec<String>> {
        let children: Vec<(String, &Self)> = match self {
            Self::Array(elements) => elements.iter().enumerate().map(|(at, element)| (at.to_string(), element)).collect(),
            Self::Object(members) => {
                members.iter().map(|(name, value)| (String::from_utf8(name.clone()).expect("names are UTF-8"), value)).collect()
            }
            _ => Vec::new(),
        };
        let below =
            children.into_iter().flat_map(|(token, child)| child.paths().into_iter().map(move |path| [vec![token.clone()], path].concat()));
        [Vec::new()].into_iter().chain(below).collect()
    }
}

fn index(token: &str) -> Option<usize> {
    token.parse().ok().filter(|index: &usize| index.to_string() == token)
}

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Add(Vec<String>, Tree),
    Remove(Vec<String>),
    Replace(Vec<String>, Tree),
    Move(Vec<String>, Vec<String>),
    Copy(Vec<String>, Vec<String>),
    Test(Vec<String>, Tree),
}
