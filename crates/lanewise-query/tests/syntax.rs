//! What is a selector, and where a text stops being one.

use lanewise_error::{Error, ErrorCode};
use lanewise_query::{Choice, NESTING_MAX, Selector, Step};

fn parse(selector: &str) -> Result<Selector, Error> {
    Selector::parse(selector.encode_utf16())
}

#[test]
fn takes_everything_of_the_grammar() {
    let selectors = [
        "",
        "/",
        "/a~0~1/0",
        "//",
        "/ ",
        "$",
        "$.a",
        "$.*",
        "$..a",
        "$..*",
        "$..[0]",
        "$..['a', 0]",
        "$._a9",
        "$.é",
        "$.😀x",
        "$.a1",
        // Blanks stand before segments, within brackets, and around operators.
        "$ .a",
        "$\t\n\r ['a']",
        "$ ..a [0] .b",
        "$[ 'a' ]",
        "$[ 0 , 1\n]",
        "$[\t*\r]",
        "$[ ? @ .a [0] ]",
        "$..[ * ]",
        "$['a']",
        "$[\"a\"]",
        "$['']",
        "$['\"']",
        "$[\"'\"]",
        r#"$["\"\/\\\b\f\n\r\t\u00e9\uD83D\ude00\uD7FF\uE000"]"#,
        r"$['\'\/\\\b\f\n\r\t\u00E9\uFFFF\u0000']",
        "$['\u{7f}\u{2028}😀']",
        "$[0]",
        "$[-1]",
        "$[9007199254740991]",
        "$[-9007199254740991]",
        "$[0,0]",
        "$['a','a',*,?@]",
        "$[-10]",
        "$[:]",
        "$[::]",
        "$[1:]",
        "$[:1]",
        "$[::1]",
        "$[1:2]",
        "$[1:2:3]",
        "$[-1:-2:-3]",
        "$[ 1 : 2 : 3 ]",
        "$[1 :]",
        "$[: 1]",
        "$[: : 1]",
        "$[::0]",
        "$[1::]",
        "$[1: :2]",
        "$[?@]",
        "$[?$]",
        "$[?@.a]",
        "$[?@..a]",
        "$[?@.*]",
        "$[?@[0,1]]",
        "$[?@[?@.a]]",
        "$[?$.a.b]",
        "$[? @.a]",
        "$[?@.a ]",
        "$[?(@.a)]",
        "$[?((@.a))]",
        "$[?( @.a )]",
        "$[?!@.a]",
        "$[?! @.a]",
        "$[?!(@.a)]",
        "$[?! ( @.a )]",
        "$[?!$.a]",
        "$[?@ [ 'a' ]]",
        "$[?@\n.a]",
        "$[?@.a==1]",
        "$[?@.a == 1]",
        "$[?@.a!=1]",
        "$[?@.a<1]",
        "$[?@.a<=1]",
        "$[?@.a>1]",
        "$[?@.a>=1]",
        "$[?1==@.a]",
        "$[?1==1]",
        "$[?@==@]",
        "$[?@['a']==$['b'][0]]",
        "$[?@ ['a'] [-1]==$ .b]",
        "$[?'a'=='b']",
        "$[?\"a\"=='b']",
        "$[?true==false]",
        "$[?null!=@.a]",
        "$[?@.a==null ]",
        "$[?(@.a==1)]",
        "$[?!(@.a==1)]",
        "$[?@==0]",
        "$[?@==-0]",
        "$[?@==1.5]",
        "$[?@==-1.5e3]",
        "$[?@==1e3]",
        "$[?@==1E+3]",
        "$[?@==0e-0]",
        "$[?@==-0.0]",
        "$[?@==18446744073709551616]",
        "$[?@==9e999]",
        "$[?@==1.00]",
        "$[?@.a&&@.b]",
        "$[?@.a||@.b]",
        "$[?@.a && @.b || !@.c && (@.d||@.e)]",
        "$[?@.a&&\n@.b]",
        "$[?!(@.a||@.b)&&@.c==1]",
        "$[?1==1&&2==2||3==3]",
        "$[?@.a,?@.b]",
        "$[?@.a , ?@.b==1 , 0]",
        "$[?length(@)==1]",
        "$[?length(@.a)<length($.b)]",
        "$[?length('a')==1]",
        "$[?length(1)==1]",
        "$[?length(null)==1]",
        "$[?length(length(@))==1]",
        "$[?length( @.a )==1]",
        "$[?length(value(@..a))==1]",
        "$[?1==length(@)]",
        "$[?count(@.*)==1]",
        "$[?count($..a)>1]",
        "$[?count(@)==1]",
        "$[?count(@['a','b'])==count(@[?@])]",
        "$[?value(@..a)=='x']",
        "$[?value(@.a)==1]",
        "$[?match(@.a,'x')]",
        "$[?match( @.a , 'x' )]",
        "$[?match(@.a,@.b)]",
        "$[?!match(@.a,'x')]",
        "$[?search(@.a,'[')]",
        "$[?match('a',\"a\")]",
        "$[?match(1,2)]",
        "$[?match(@.a,'x')&&search(@.b,'y')]",
        "$[?(match(@.a,'x'))]",
        "$[?match(length(@),value(@.*))]",
        "$[?match(@,'a') ]",
        "$[?length(@ .a .b)==3]",
        "$[?length($ ['a'] [0])==3]",
        "$[?count(@ [ 0 , 1 ] ) == 2]",
        "$.true",
        "$.length",
        "$[?@.true==@.null]",
    ];
    for selector in selectors {
        assert!(parse(selector).is_ok(), "{selector} {:?}", parse(selector));
    }
}

#[test]
fn names_the_unit_that_breaks_a_path() {
    let cases: &[(&str, usize)] = &[
        ("a", 0),
        (" ", 0),
        ("@", 0),
        ("#/a", 0),
        ("é", 0),
        (" $", 0),
        ("$ ", 2),
        ("$.a ", 4),
        ("$a", 1),
        ("$$", 1),
        ("$.", 2),
        ("$..", 3),
        ("$...a", 3),
        ("$. a", 2),
        ("$.. a", 3),
        ("$.a.", 4),
        ("$.1", 2),
        ("$.-", 2),
        ("$.a-b", 3),
        ("$.'a'", 2),
        ("$.a b", 4),
        ("$.😀 ", 5),
        ("$.&", 2),
        ("$.a[", 4),
        ("$[", 2),
        ("$[]", 2),
        ("$[ ]", 3),
        ("$[a]", 2),
        ("$['a'", 5),
        ("$['a',]", 6),
        ("$[,]", 2),
        ("$['a' 'b']", 6),
        ("$[0 1]", 4),
        ("$[*1]", 3),
        ("$.*a", 3),
        ("$..*a", 4),
        ("$.[0]", 2),
        ("$..]", 3),
        ("$[0]]", 4),
        ("$(0)", 1),
        ("$['a').b", 5),
        ("$\u{a0}.a", 1),
        ("$\u{c}.a", 1),
        ("$[0\u{2028}]", 3),
        // Strings.
        ("$['a", 4),
        ("$['a\"", 5),
        ("$['\n']", 3),
        ("$['\u{1f}']", 3),
        ("$['\0']", 3),
        (r#"$['\"']"#, 4),
        (r#"$["\'"]"#, 4),
        (r"$['\a']", 4),
        (r"$['\0']", 4),
        (r"$['\x41']", 4),
        (r"$['\", 4),
        (r"$['\u']", 5),
        (r"$['\u00", 7),
        (r"$['\u004']", 8),
        (r"$['\uD800']", 9),
        (r"$['\uD800x']", 9),
        (r"$['\uD800\n']", 10),
        (r"$['\uD800\u0041']", 11),
        (r"$['\uD800\uD800']", 12),
        (r"$['\uDC00']", 6),
        (r"$['\udfff']", 6),
        (r"$['\uD800\uDg00']", 12),
        (r"$['\U0041']", 4),
        // Integers.
        ("$[-]", 3),
        ("$[-0]", 3),
        ("$[01]", 3),
        ("$[00]", 3),
        ("$[-01]", 3),
        ("$[+1]", 2),
        ("$[1.0]", 3),
        ("$[1e1]", 3),
        ("$[9007199254740992]", 17),
        ("$[-9007199254740992]", 18),
        ("$[90071992547409910]", 18),
        ("$[0x1]", 3),
        ("$[- 1]", 3),
        ("$[1:01]", 5),
        ("$[1:-0]", 5),
        ("$[::-0]", 5),
        ("$[1:2:3:4]", 7),
        ("$[1:a]", 4),
        ("$[1:2 3]", 6),
        ("$[:::]", 4),
        ("$[:9007199254740992]", 18),
        ("$[::9007199254740992]", 19),
        ("$[1:'a']", 4),
        ("$[٣]", 2),
        // Filters.
        ("$[?]", 3),
        ("$[? ]", 4),
        ("$?@", 1),
        ("$[?@.a", 6),
        ("$[?@a]", 4),
        ("$[?a]", 3),
        ("$[?@.a=1]", 7),
        ("$[?@.a = 1]", 8),
        ("$[?@.a===1]", 8),
        ("$[?@.a!1]", 7),
        ("$[?@.a<>1]", 7),
        ("$[?@.a=<1]", 7),
        ("$[?@.a==]", 8),
        ("$[?@.a== ]", 9),
        ("$[?==1]", 3),
        ("$[?@.a==1==2]", 9),
        ("$[?@.a&@.b]", 7),
        ("$[?@.a|@.b]", 7),
        ("$[?@.a& &@.b]", 7),
        ("$[?@.a&&]", 8),
        ("$[?&&@.a]", 3),
        ("$[?@.a||]", 8),
        ("$[?@.a and @.b]", 7),
        ("$[?!]", 4),
        ("$[?!!@.a]", 4),
        ("$[?!@.a==1]", 7),
        ("$[?!1==1]", 4),
        ("$[?()]", 4),
        ("$[?(@.a]", 7),
        ("$[?@.a)]", 6),
        ("$[?(@.a)==1]", 8),
        ("$[?(@.a==1]", 10),
        ("$[?1]", 4),
        ("$[?'a']", 6),
        ("$[?true]", 7),
        ("$[?null && 1==1]", 8),
        ("$[?!true]", 4),
        ("$[?@.a==1 2]", 10),
        ("$[?@.a==(1)]", 8),
        ("$[?@.a==[1]]", 8),
        ("$[?@.a=={}]", 8),
        ("$[?@.a==01]", 9),
        ("$[?@.a==-01]", 10),
        ("$[?@.a==1.]", 10),
        ("$[?@.a==.5]", 8),
        ("$[?@.a==-]", 9),
        ("$[?@.a==-.5]", 9),
        ("$[?@.a==1e]", 10),
        ("$[?@.a==1e+]", 11),
        ("$[?@.a==1.e1]", 10),
        ("$[?@.a==1.5.5]", 11),
        ("$[?@.a==+1]", 8),
        ("$[?@.a==Infinity]", 8),
        ("$[?@.a==0x1]", 9),
        ("$[?@.a==tru]", 11),
        ("$[?@.a==True]", 8),
        ("$[?@.a==truex]", 12),
        ("$[?@.a==nul", 11),
        ("$[?@.a==nil]", 9),
        ("$[?@.a=='x]", 11),
        ("$[?@.a==\"x']", 12),
        // Only singular queries are compared, and those have no blanks inside their brackets.
        ("$[?@.*==1]", 6),
        ("$[?@..a==1]", 7),
        ("$[?@[0,1]==1]", 9),
        ("$[?@[:]==1]", 7),
        ("$[?@[?@.a]==1]", 10),
        ("$[?@[ 'a']==1]", 10),
        ("$[?@['a' ]==1]", 10),
        ("$[?@[0 ]==1]", 8),
        ("$[?1==@.*]", 8),
        ("$[?1==@..a]", 8),
        ("$[?1==@[0,1]]", 9),
        ("$[?1==@[:1]]", 8),
        ("$[?1==@[1:]]", 9),
        ("$[?1==@[ 0]]", 8),
        ("$[?1==@[0 ]]", 9),
        ("$[?1==@['a' ]]", 11),
        ("$[?1==$[*]]", 8),
        ("$[?1==@.a[?@]]", 10),
        ("$[?@.a==1&&@.*==2]", 14),
        // Functions.
        ("$[?foo(@)]", 4),
        ("$[?lengt(@)==1]", 8),
        ("$[?lengthy(@)==1]", 9),
        ("$[?length (@)==1]", 9),
        ("$[?length]", 9),
        ("$[?Length(@)==1]", 3),
        ("$[?length(@]", 11),
        ("$[?length(@ 1)==1]", 12),
        ("$[?length(@)==]", 14),
        ("$[?length(@)=1]", 13),
        ("$[?length(@)", 12),
        ("$[?length(", 10),
        ("$[?length(a)==1]", 10),
        ("$[?count(@.*", 12),
        ("$[?match(@.a 'x')]", 13),
        ("$[?match(@.a,'x'", 16),
        ("$[?match(@.a,'x') 1]", 18),
        ("$.length(@)", 8),
        ("$[?@.length()]", 11),
        ("$[?match(@.a,'x'),]", 18),
        ("$[?count[@.*]==1]", 8),
    ];
    for &(selector, offset) in cases {
        assert_eq!(parse(selector).err(), Some(Error::new(ErrorCode::QuerySyntax, offset)), "{selector}");
    }
}

#[test]
fn names_the_unit_that_is_not_well_typed() {
    let cases: &[(&str, usize)] = &[
        ("$[?length(@.*)<3]", 12),
        ("$[?length(@..a)<3]", 12),
        ("$[?length(@[0,1])<3]", 13),
        ("$[?length(@[ 0])<3]", 12),
        ("$[?length(@['a' ])<3]", 15),
        ("$[?length(@[1:2])<3]", 13),
        ("$[?length(@[?@])<3]", 12),
        ("$[?length(@.a[*])<3]", 14),
        ("$[?length()<3]", 10),
        ("$[?length(@,1)<3]", 11),
        ("$[?length(@==1)<3]", 11),
        ("$[?length(@ && 1==1)<3]", 12),
        ("$[?length(!@)<3]", 10),
        ("$[?length((@))<3]", 10),
        ("$[?length(match(@,'a'))<3]", 10),
        ("$[?length(@)]", 12),
        ("$[?length(@) && @.a]", 13),
        ("$[?(length(@))]", 13),
        ("$[?length(@),0]", 12),
        ("$[?!length(@)]", 4),
        ("$[?!length(@)==1]", 4),
        ("$[?count(1)==1]", 9),
        ("$[?count('a')==1]", 9),
        ("$[?count(true)==1]", 9),
        ("$[?count(length(@))==1]", 9),
        ("$[?count()==1]", 9),
        ("$[?count(@,@)==1]", 10),
        ("$[?count(@.a==1)==1]", 12),
        ("$[?count(!@)==1]", 9),
        ("$[?count((@))==1]", 9),
        ("$[?count(@.*)]", 13),
        ("$[?value(1)==1]", 9),
        ("$[?value()==1]", 9),
        ("$[?value(@.a)]", 13),
        ("$[?value(@..color)]", 18),
        ("$[?value(value(@.a))==1]", 9),
        ("$[?match(@.a,'x')==true]", 17),
        ("$[?match(@.a,'x') == true]", 18),
        ("$[?true==match(@.a,'x')]", 9),
        ("$[?match(@.a)]", 12),
        ("$[?match()]", 9),
        ("$[?match(@.a,)]", 13),
        ("$[?match(@.a,'x','y')]", 16),
        ("$[?match(@.*,'x')]", 11),
        ("$[?match(@.a,@.*)]", 15),
        ("$[?search(@.a,'x')<1]", 18),
        ("$[?search(@.a==1,'x')]", 13),
        ("$[?search(@.a,search(@.a,'x'))]", 14),
        ("$[?match(@.a,'x' || 1)]", 17),
    ];
    for &(selector, offset) in cases {
        assert_eq!(parse(selector).err(), Some(Error::new(ErrorCode::QueryType, offset)), "{selector}");
    }
}

#[test]
fn a_selector_is_shared_by_threads() {
    fn is_shared<T: Send + Sync + Clone>(_: &T) {}
    is_shared(&parse("$[?match(@, 'a')]").unwrap());
}

#[test]
fn names_the_unit_that_breaks_a_pointer() {
    for (pointer, offset) in [("/~", 2), ("/a~2", 3), ("/é~/b", 3), ("/a/b~~0", 5), ("/ab/~0~", 7), ("/~ 0", 2)] {
        assert_eq!(parse(pointer).err(), Some(Error::new(ErrorCode::Pointer, offset)), "{pointer}");
    }
}

#[test]
fn counts_units_of_utf16_and_refuses_lone_surrogates_in_paths() {
    let path = |units: &[u16]| Selector::parse("$['".encode_utf16().chain(units.iter().copied()).chain("']".encode_utf16()));
    assert!(path(&[0xd83d, 0xde00]).is_ok());
    assert_eq!(path(&[0x61, 0xd83d]).err(), Some(Error::new(ErrorCode::QuerySyntax, 4)));
    assert_eq!(path(&[0xde00]).err(), Some(Error::new(ErrorCode::QuerySyntax, 3)));
    assert_eq!(Selector::parse([0x24, 0x2e, 0x61, 0xd83d]).err(), Some(Error::new(ErrorCode::QuerySyntax, 3)));
    assert_eq!(parse("$['😀'x").err(), Some(Error::new(ErrorCode::QuerySyntax, 6)));
    assert_eq!(Selector::parse([0x2f, 0xd83d]).unwrap().steps().unwrap()[0].choice, Choice::Token { name: b"\xed\xa0\xbd", index: None });
}

#[test]
fn nests_as_deep_as_it_says_and_no_deeper() {
    let depth = NESTING_MAX as usize;
    let nestings: [(&str, &str, &str); 4] = [("$[?", "(", ")"), ("$", "[?@", "]"), ("$[?1==", "length(", ")"), ("$[?", "!(", ")")];
    for (prefix, open, close) in nestings {
        let opened_before = usize::from(prefix.contains('?'));
        let nested = |count: usize| {
            let core = if prefix.starts_with("$[?") { "@" } else { "" };
            format!("{prefix}{}{core}{}{}", open.repeat(count), close.repeat(count), "]".repeat(opened_before))
        };
        let fitting = depth - opened_before;
        assert!(parse(&nested(fitting)).is_ok(), "{open}");
        let offset = prefix.len() + fitting * open.len() + if open == "[?@" { 1 } else { open.len() - 1 };
        for count in [fitting + 1, 100_000] {
            assert_eq!(parse(&nested(count)).err(), Some(Error::new(ErrorCode::Depth, offset)), "{open}");
        }
    }
    // What is long but not nested has no limit.
    assert!(parse(&format!("$[?@.a{}]", "&&@.b||@.c".repeat(100_000))).is_ok());
    assert!(parse(&format!("${}", "[?@]..a[0,1]".repeat(100_000))).is_ok());
}

#[test]
fn says_which_selectors_are_simple() {
    let child = |choice| Step { descendant: false, choice };
    let descendant = |choice| Step { descendant: true, choice };
    let slice = |start, end, step| Choice::Slice { start, end, step };
    let simple: &[(&str, &[Step<'_>])] = &[
        ("", &[]),
        ("$", &[]),
        (
            "/a~1/0/01//18446744073709551616",
            &[
                child(Choice::Token { name: b"a/", index: None }),
                child(Choice::Token { name: b"0", index: Some(0) }),
                child(Choice::Token { name: b"01", index: None }),
                child(Choice::Token { name: b"", index: None }),
                child(Choice::Token { name: b"18446744073709551616", index: None }),
            ],
        ),
        (
            "/18446744073709551615/-",
            &[
                child(Choice::Token { name: b"18446744073709551615", index: Some(u64::MAX) }),
                child(Choice::Token { name: b"-", index: None }),
            ],
        ),
        (
            "$.a['\\u00e9'][7].*[*]",
            &[
                child(Choice::Name(b"a")),
                child(Choice::Name("é".as_bytes())),
                child(Choice::Index(7)),
                child(Choice::Wildcard),
                child(Choice::Wildcard),
            ],
        ),
        ("$.a..b[0]", &[child(Choice::Name(b"a")), descendant(Choice::Name(b"b")), child(Choice::Index(0))]),
        ("$..[1:3]", &[descendant(slice(1, Some(3), 1))]),
        ("$[:][2:][:3:2]", &[child(slice(0, None, 1)), child(slice(2, None, 1)), child(slice(0, Some(3), 2))]),
        ("$[5:9:0]", &[child(slice(0, Some(0), 1))]),
    ];
    for (selector, steps) in simple {
        assert_eq!(parse(selector).unwrap().steps().as_deref(), Some(*steps), "{selector}");
    }
    for selector in ["$[-1]", "$[0,1]", "$[?@]", "$[-1:]", "$[:-1]", "$[::-1]", "$..a..b", "$..[0,1]", "$['a','b']", "$.a[?@.b==1]"] {
        assert_eq!(parse(selector).unwrap().steps(), None, "{selector}");
    }
}

proptest::proptest! {
    /// A failure is inside the text or at its end, and what stands before it can be continued: cutting there moves it nowhere nearer.
    #[test]
    fn never_panics_and_fails_where_it_says(selector in r#"[$@.*\[\]?(),:'"\\!=<>&|a0-9 eu-]{0,24}"#) {
        for text in [selector.clone(), format!("$[?{selector}"), format!("$.a[?length(@.b)==1&&{selector}]")] {
            let Err(error) = parse(&text) else { continue };
            proptest::prop_assert!(error.offset <= text.len());
            if let Err(before) = parse(&text[..error.offset]) {
                proptest::prop_assert_eq!(before.offset, error.offset);
            }
        }
    }
}
