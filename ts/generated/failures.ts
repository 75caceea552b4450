// Generated from crates/lanewise-http by `npm run generate`. Do not edit.
/** Every answer that is an error: its code and its message, by status. */
export const FAILURE_TABLE = {
  400: ["BAD_REQUEST", "the request is malformed"],
  404: ["NOT_FOUND", "there is nothing at this path"],
  405: ["METHOD_NOT_ALLOWED", "this path does not take this method; Allow lists those that it takes"],
  406: ["NOT_ACCEPTABLE", "the answer can be application/json or application/msgpack, Accept takes neither"],
  408: ["REQUEST_TIMEOUT", "the request did not arrive in time"],
  411: ["LENGTH_REQUIRED", "the body needs a Content-Length"],
  413: ["PAYLOAD_TOO_LARGE", "the body exceeds the limit"],
  414: ["URI_TOO_LONG", "the target of the request exceeds the limit"],
  415: ["UNSUPPORTED_MEDIA_TYPE", "the body must be application/json, +json or application/msgpack, in UTF-8 and not compressed"],
  417: ["EXPECTATION_FAILED", "the only expectation that can be met is 100-continue"],
  431: ["HEADERS_TOO_LARGE", "the head of the request exceeds the limit"],
  500: ["INTERNAL", "the request failed on our side"],
  501: ["NOT_IMPLEMENTED", "the only transfer coding is chunked"],
  503: ["UNAVAILABLE", "there is too much to do at the moment"],
  504: ["HANDLER_TIMEOUT", "there was no answer in time"],
  505: ["HTTP_VERSION_NOT_SUPPORTED", "the request must be HTTP/1.1 or HTTP/1.0"],
} as const;
