//! There and back again, and all that comes out is valid.

use lanewise_error::ErrorCode;
use lanewise_transcode::{FromJson, NonStringKeys, ToJson, from_json, to_json};
use proptest::prelude::*;
use rmpv::Value;

/// A float that JSON spells with a fraction or as -0, so that it comes back as a float.
fn float() -> impl Strategy<Value = f64> {
    let is_float =
        |value: &f64| value.is_finite() && (value.fract() != 0.0 || value.abs() >= 1e20 || value.to_bits() == (-0.0_f64).to_bits());
    prop_oneof![any::<f64>(), any::<f32>().prop_map(f64::from), Just(-0.0), (-1000..1000_i32).prop_map(|value| f64::from(value) / 8.0)]
        .prop_filter("a float in JSON too", is_float)
}

/// Values that JSON can hold, in the formats that `from_json` chooses.
fn json_like() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        (any::<u64>(), 0..64_u32).prop_map(|(value, shift)| Value::from(value >> shift)),
        (any::<i64>(), 0..64_u32).prop_map(|(value, shift)| Value::from(value >> shift)),
        float().prop_map(|value| if f64::from(value as f32) == value { Value::F32(value as f32) } else { Value::F64(value) }),
        text().prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 60, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            prop::collection::vec((text().prop_map(Value::from), inner), 0..20).prop_map(Value::Map),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-c\"\\\\\\x00-\\x1fé😀\\[{:,]{0,12}", 1 => prop::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter)]
}

/// Values that MessagePack can hold, JSON or not.
fn any_value() -> impl Strategy<Value = Value> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    let scalar = prop_oneof![
        json_like(),
        any::<f64>().prop_map(Value::from),
        bytes().prop_map(Value::from),
        (any::<i8>(), bytes()).prop_map(|(kind, data)| Value::Ext(kind, data))
    ];
    scalar.prop_recursive(3, 30, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..6).prop_map(Value::Map),
        ]
    })
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    rmpv::encode::write_value(&mut out, value).unwrap();
    out
}

/// The value as serde_json sees it. Of duplicate keys the last counts there.
fn expected(value: &Value) -> serde_json::Value {
    match value {
        Value::Array(elements) => elements.iter().map(expected).collect(),
        Value::Map(members) => members.iter().map(|(key, value)| (key.as_str().unwrap().to_string(), expected(value))).collect(),
        Value::Nil => serde_json::Value::Null,
        Value::Boolean(value) => (*value).into(),
        Value::String(text) => text.as_str().unwrap().into(),
        // Numbers are compared as they are spelled.
        Value::Integer(value) => value.to_string().parse().unwrap(),
        Value::F32(value) => ecmascript(f64::from(*value)),
        Value::F64(value) => ecmascript(*value),
        Value::Binary(_) | Value::Ext(..) => panic!("not in `json_like`"),
    }
}

fn ecmascript(value: f64) -> serde_json::Value {
    let text = if value.to_bits() == (-0.0_f64).to_bits() { "-0".to_string() } else { ryu_js::Buffer::new().format(value).to_string() };
    assert_eq!(text.parse(), Ok(value));
    serde_json::from_str(&text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn msgpack_comes_back_from_json_byte_by_byte(value in json_like()) {
        let msgpack = encoded(&value);
        let (mut json, mut back) = (Vec::new(), Vec::new());
        to_json(&msgpack, &ToJson::default(), &mut json).unwrap();
        prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&json).unwrap(), expected(&value));
        from_json(&json, &FromJson::default(), &mut back).unwrap();
        prop_assert_eq!(back, msgpack);
    }

    #[test]
    fn json_without_whitespace_comes_back_from_msgpack_byte_by_byte(value in json_like()) {
        let mut json = Vec::new();
        to_json(&encoded(&value), &ToJson::default(), &mut json).unwrap();
        let (mut msgpack, mut back) = (Vec::new(), Vec::new());
        from_json(&json, &FromJson::default(), &mut msgpack).unwrap();
        to_json(&msgpack, &ToJson::default(), &mut back).unwrap();
        prop_assert_eq!(String::from_utf8(back), String::from_utf8(json));
    }

    #[test]
    fn whatever_comes_out_is_valid_and_whatever_does_not_has_its_error(value in any_value(), stringify in any::<bool>(), at in any::<prop::sample::Index>(), mutation in prop::option::of(any::<u8>())) {
        let mut msgpack = encoded(&value);
        if let Some(byte) = mutation {
            let at = at.index(msgpack.len());
            msgpack[at] = byte;
        }
        let non_string_keys = if stringify { NonStringKeys::Stringify } else { NonStringKeys::Error };
        let mut json = Vec::new();
        let result = to_json(&msgpack, &ToJson { non_string_keys, ..ToJson::default() }, &mut json);
        let validity = lanewise_msgpack::validate(&msgpack, &lanewise_msgpack::Limits::default());
        match result {
            Ok(()) => {
                prop_assert_eq!(validity, Ok(()));
                prop_assert_eq!(lanewise_json::validate(&json, &lanewise_json::Limits::default()), Ok(()));
                prop_assert!(json.len() < 13 * msgpack.len());
            }
            Err(error) if error.code == ErrorCode::MsgpackNotJson => prop_assert!(validity.is_ok() || validity.unwrap_err().offset >= error.offset),
            Err(error) => prop_assert_eq!(validity, Err(error)),
        }
    }
}
