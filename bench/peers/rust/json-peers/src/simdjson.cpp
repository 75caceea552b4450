// simdjson behind a C interface: DOM, On-Demand and minify. Parsers are kept between calls, as its documentation advises.
#include "simdjson.h"

using namespace simdjson;

extern "C" {

const char *simdjson_version_text() { return SIMDJSON_VERSION; }

const char *simdjson_kernel() {
  static const std::string name = get_active_implementation()->name();
  return name.c_str();
}

size_t simdjson_padding() { return SIMDJSON_PADDING; }

dom::parser *simdjson_dom() { return new dom::parser; }

// `data` has simdjson_padding() readable bytes behind it, here and below.
bool simdjson_dom_parse(dom::parser *parser, const char *data, size_t size) {
  dom::element element;
  return parser->parse(data, size, false).get(element) == SUCCESS;
}

ondemand::parser *simdjson_ondemand() { return new ondemand::parser; }

// The length of the value's text, which starts at `*out`; 0 where there is none.
size_t simdjson_ondemand_get(ondemand::parser *parser, const char *data, size_t size, const char *pointer, size_t pointer_size,
                             const char **out) {
  ondemand::document document;
  ondemand::value value;
  std::string_view text;
  if (parser->iterate(padded_string_view(data, size, size + SIMDJSON_PADDING)).get(document)) return 0;
  if (document.at_pointer(std::string_view(pointer, pointer_size)).get(value)) return 0;
  if (value.raw_json().get(text)) return 0;
  *out = text.data();
  return text.size();
}

// The length of the result; 0 for what it refuses.
size_t simdjson_minify(const char *data, size_t size, char *out) {
  size_t length = 0;
  return minify(data, size, out, length) == SUCCESS ? length : 0;
}
}
