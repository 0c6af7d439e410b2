#pragma once

/// Fixed definitions, rows, frames and messages. Golden bytes are made of them
/// and fuzz targets start from them: what is here never changes, new things are
/// added.

#include <vector>

#include "schema/frame_codec.hpp"
#include "schema/link.hpp"
#include "schema/roster.hpp"

namespace tributary::examples {

constexpr epoch_number epoch = 7;

/// `system.cpu`: three counters, shown as per cent of their increments.
chart_ptr cpu_chart();

/// `system.load`: three gauges of a thousandth.
chart_ptr load_chart();

/// `wide.gauges`: 60 gauges, so that a roster with it needs two bitmap words.
chart_ptr wide_chart();

/// `system.cpu`, `system.load`, `wide.gauges`: 66 columns.
roster wide_roster();

host_definition host();

/// A row, what it was sealed as, and whether a key frame was asked for.
struct sealed_row {
  const char* name;
  frame_header header;
  frame_row row;
  frame_ptr frame;
};

/// Frames of one lane, each readable by who has read those before: `key`,
/// `delta`, `gaps`, `grown` (first with `wide.gauges`), `late_part`.
std::vector<sealed_row> sealed_rows();

struct named_message {
  const char* name;
  link_message message;
};

/// One of each alternative of `link_message`, in their order.
std::vector<named_message> messages();

/// The body of a framed message, without its length word.
std::string body_of(const link_message& message);

} // namespace tributary::examples
