//! Prints `ts/generated/failures.ts` (`npm run generate`).
use lanewise_http::{FAILURES, Failure, Refusal};

fn main() {
    println!("// Generated from crates/lanewise-http by `npm run generate`. Do not edit.");
    println!("/** Every answer that is an error: its code and its message, by status. */");
    println!("export const FAILURE_TABLE = {{");
    for Failure { status, code, message, .. } in FAILURES {
        println!("  {status}: [{code:?}, {message:?}],");
    }
    println!("}} as const;");
    println!("/** Why a native transport refuses a message, by number. */");
    println!("export const REFUSALS = [");
    for refusal in Refusal::ALL {
        println!("  {:?},", refusal.name());
    }
    println!("] as const;");
}
