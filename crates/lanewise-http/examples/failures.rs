//! Prints `ts/generated/failures.ts` (`npm run generate`).
use lanewise_http::{FAILURES, Failure};

fn main() {
    println!("// Generated from crates/lanewise-http by `npm run generate`. Do not edit.");
    println!("/** Every answer that is an error: its code and its message, by status. */");
    println!("export const FAILURE_TABLE = {{");
    for Failure { status, code, message, .. } in FAILURES {
        println!("  {status}: [{code:?}, {message:?}],");
    }
    println!("}} as const;");
}
