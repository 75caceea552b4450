//! The structured log object as a type. Each field has its tag of protobuf, and its name elsewhere.

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub struct LogRecord {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(uint64, tag = "2")]
    pub ts: u64,
    #[prost(string, tag = "3")]
    pub level: String,
    #[prost(string, tag = "4")]
    pub service: String,
    #[prost(string, tag = "5")]
    pub message: String,
    #[prost(message, optional, tag = "6")]
    pub request: Option<Request>,
    #[prost(message, optional, tag = "7")]
    pub metadata: Option<Metadata>,
    #[prost(string, tag = "8")]
    pub detail: String,
}

#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub struct Request {
    #[prost(string, tag = "1")]
    pub method: String,
    #[prost(string, tag = "2")]
    pub path: String,
    #[prost(uint32, tag = "3")]
    pub status: u32,
    #[prost(double, tag = "4")]
    pub ms: f64,
}

#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub struct Metadata {
    #[prost(string, tag = "1")]
    pub host: String,
    #[prost(uint32, tag = "2")]
    pub pid: u32,
    #[prost(message, optional, tag = "3")]
    pub user: Option<User>,
    #[prost(message, optional, tag = "4")]
    pub trace: Option<Trace>,
    #[prost(message, optional, tag = "5")]
    pub labels: Option<Labels>,
    #[prost(double, repeated, tag = "6")]
    pub timings: Vec<f64>,
}

#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub struct User {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub email: String,
    #[prost(string, repeated, tag = "4")]
    pub roles: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub struct Trace {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub span: String,
    #[prost(bool, tag = "3")]
    pub sampled: bool,
    #[prost(string, optional, tag = "4")]
    pub parent: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub struct Labels {
    #[prost(string, tag = "1")]
    pub region: String,
    #[prost(string, tag = "2")]
    pub version: String,
    #[prost(bool, tag = "3")]
    pub canary: bool,
    #[prost(string, tag = "4")]
    #[serde(rename = "app.kubernetes.io/name")]
    pub name: String,
}
