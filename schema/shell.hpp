#pragma once

/// What a shell and a node say to each other, as plain values and as bytes;
/// schema/shell.capnp is the specification. Called by both sides.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <caf/expected.hpp>

#include "schema/error.hpp"

namespace tributary {

/// How a column is shown to people. JSON has the plain numbers.
enum class column_kind : uint8_t {
  text = 0,
  count = 1,
  bytes = 2,
  nanoseconds = 3,
  milliseconds = 4,
  /// An instant, unix time in milliseconds.
  time_ms = 5,
  /// An instant, unix time in seconds.
  tick = 6,
  /// A share; 1000 is all.
  per_mille = 7,
};

struct report_column {
  /// Name in JSON with its unit, for example `busy_ns`.
  std::string key;
  /// For people, without the unit.
  std::string heading;
  column_kind kind = column_kind::text;
  /// People see it otherwise, for example by the place in a tree.
  bool json_only = false;
};

/// Nothing, a text or a number.
using report_cell = std::variant<std::monostate, std::string, int64_t>;

struct report_row {
  /// In a tree: how far below the top level the row stands.
  uint16_t depth = 0;
  /// As many as the table has columns.
  std::vector<report_cell> cells;
};

struct report_table {
  /// Name in JSON, for example `actors`.
  std::string key;
  /// For people; may be empty.
  std::string title;
  std::vector<report_column> columns;
  std::vector<report_row> rows;
  /// One row, shown to people as a line for each column.
  bool vertical = false;
};

/// What a command answers.
struct shell_report {
  std::vector<report_table> tables;
  /// Shown behind the tables as it is, for example the answer to a query.
  std::string document = {};
};

/// A command and its arguments.
struct shell_request {
  std::vector<std::string> words;
  /// It came over a link: what changes the node is refused. Not on the socket,
  /// where who asks is the owner.
  bool is_from_above = false;
};

/// Why a command has no answer.
struct shell_failure {
  /// The name of an `ec`.
  std::string code;
  std::string words;
};

using shell_message = std::variant<shell_request, shell_report, shell_failure>;

/// Appends one framed message to `to`.
void put_shell_message(std::string& to, const shell_message& what);

/// Reads the body of one message. Yields `ec::corrupt` for what does not decode
/// or breaks a bound, so that a hostile peer of either side costs no more than
/// its message.
caf::expected<shell_message> open_shell_message(std::string_view body);

/// Takes the first whole body off the front of `bytes`; empty while it is not
/// there yet. Yields `ec::too_large` and `ec::corrupt` for a bad length.
/// @param body_bytes_max of the message, the length words apart.
caf::expected<std::string> take_shell_body(std::string& bytes,
                                           size_t body_bytes_max);

/// Length word and zero word before each body.
constexpr size_t shell_header_bytes = 8;

/// A request: a command with a few names.
constexpr size_t shell_request_bytes_max = 16u << 10;

/// A report: 100,000 rows of ten cells.
constexpr size_t shell_report_bytes_max = 32u << 20;

/// Words of a request.
constexpr size_t shell_words_max = 64;

/// Rows of one table that a node sends; what is left out is said.
constexpr size_t report_rows_max = 20'000;

} // namespace tributary
