//! Prints `ts/generated/error-codes.ts` (`npm run generate`).
use lanewise_error::ErrorCode;

fn main() {
    println!("// Generated from crates/lanewise-error by `npm run generate`. Do not edit.");
    println!("/** Every error code, at the index of its number in Rust. */");
    println!("export const ERROR_CODES = [");
    for code in ErrorCode::ALL {
        println!("  '{}',", code.name());
    }
    println!("] as const;");
    println!("/** Every error code that lanewise gives. */");
    println!("export type ErrorCode = (typeof ERROR_CODES)[number];");
    println!("/** What each code means, for people. */");
    println!("export const ERROR_MESSAGES: Readonly<Record<ErrorCode, string>> = {{");
    for code in ErrorCode::ALL {
        println!("  {}: {:?},", code.name(), code.message());
    }
    println!("}};");
}
