#include "schema/shell.hpp"

#include <cstring>

#include "schema/framed.hpp"
#include "schema/shell.capnp.h"

namespace tributary {

namespace {

/// A table has as many columns as people can read.
constexpr unsigned columns_max = 64;
constexpr unsigned tables_max = 64;

caf::error broken(const char* what) {
  return make_error(ec::corrupt, std::string{"shell: "} + what);
}

// -- writing ------------------------------------------------------------------

void write_cell(const report_cell& from, wire::ShellCell::Builder to) {
  if (auto text = std::get_if<std::string>(&from))
    to.setText(*text);
  else if (auto number = std::get_if<int64_t>(&from))
    to.setNumber(*number);
  else
    to.setNone();
}

void write_table(const report_table& from, wire::ShellTable::Builder to) {
  to.setKey(from.key);
  to.setTitle(from.title);
  to.setVertical(from.vertical);
  auto columns = to.initColumns(static_cast<unsigned>(from.columns.size()));
  for (unsigned i = 0; i < columns.size(); ++i) {
    columns[i].setKey(from.columns[i].key);
    columns[i].setHeading(from.columns[i].heading);
    columns[i].setKind(
        static_cast<wire::ShellColumn::Kind>(from.columns[i].kind));
    columns[i].setJsonOnly(from.columns[i].json_only);
  }
  auto rows = to.initRows(static_cast<unsigned>(from.rows.size()));
  for (unsigned i = 0; i < rows.size(); ++i) {
    auto& row = from.rows[i];
    rows[i].setDepth(row.depth);
    auto cells = rows[i].initCells(static_cast<unsigned>(row.cells.size()));
    for (unsigned j = 0; j < cells.size(); ++j)
      write_cell(row.cells[j], cells[j]);
  }
}

struct message_writer {
  wire::ShellMessage::Builder to;

  void operator()(const shell_request& x) {
    auto words
        = to.initRequest().initWords(static_cast<unsigned>(x.words.size()));
    for (unsigned i = 0; i < words.size(); ++i)
      words.set(i, x.words[i]);
  }

  void operator()(const shell_report& x) {
    auto report = to.initReport();
    report.setDocument(x.document);
    auto tables = report.initTables(static_cast<unsigned>(x.tables.size()));
    for (unsigned i = 0; i < tables.size(); ++i)
      write_table(x.tables[i], tables[i]);
  }

  void operator()(const shell_failure& x) {
    auto failure = to.initFailure();
    failure.setCode(x.code);
    failure.setWords(x.words);
  }
};

// -- reading ------------------------------------------------------------------

/// Ends at a zero byte, as it would where it is written again.
std::string text_of(capnp::Text::Reader x) {
  return x.cStr();
}

report_cell read_cell(wire::ShellCell::Reader from) {
  switch (from.which()) {
  case wire::ShellCell::TEXT:
    return text_of(from.getText());
  case wire::ShellCell::NUMBER:
    return from.getNumber();
  default: // a kind of cell that this program does not know yet
    return {};
  }
}

caf::error read_table(wire::ShellTable::Reader from, report_table& to) {
  to.key = text_of(from.getKey());
  to.title = text_of(from.getTitle());
  to.vertical = from.getVertical();
  if (from.getColumns().size() > columns_max)
    return broken("too many columns");
  for (auto x : from.getColumns()) {
    auto kind = static_cast<uint16_t>(x.getKind());
    auto last = static_cast<uint16_t>(column_kind::per_mille);
    report_column column;
    column.key = text_of(x.getKey());
    column.heading = text_of(x.getHeading());
    column.json_only = x.getJsonOnly();
    // A kind newer than this program is shown as it comes.
    column.kind
        = kind > last ? column_kind::count : static_cast<column_kind>(kind);
    to.columns.push_back(std::move(column));
  }
  for (auto x : from.getRows()) {
    report_row row;
    row.depth = x.getDepth();
    if (x.getCells().size() != to.columns.size())
      return broken("a row has another number of cells than the table columns");
    for (auto cell : x.getCells())
      row.cells.push_back(read_cell(cell));
    to.rows.push_back(std::move(row));
  }
  return {};
}

caf::error read_union(wire::ShellMessage::Reader from, shell_message& to) {
  switch (from.which()) {
  case wire::ShellMessage::REQUEST: {
    shell_request x;
    if (from.getRequest().getWords().size() > shell_words_max)
      return broken("too many words");
    for (auto word : from.getRequest().getWords())
      x.words.push_back(text_of(word));
    to = std::move(x);
    return {};
  }
  case wire::ShellMessage::REPORT: {
    shell_report x;
    if (from.getReport().getTables().size() > tables_max)
      return broken("too many tables");
    for (auto table : from.getReport().getTables()) {
      x.tables.emplace_back();
      if (auto error = read_table(table, x.tables.back()))
        return error;
    }
    x.document = text_of(from.getReport().getDocument());
    to = std::move(x);
    return {};
  }
  case wire::ShellMessage::FAILURE: {
    auto x = from.getFailure();
    to = shell_failure{text_of(x.getCode()), text_of(x.getWords())};
    return {};
  }
  }
  return broken("unknown message");
}

} // namespace

void put_shell_message(std::string& to, const shell_message& what) {
  capnp::MallocMessageBuilder builder;
  std::visit(message_writer{builder.initRoot<wire::ShellMessage>()}, what);
  put_framed(to, builder);
}

caf::expected<shell_message> open_shell_message(std::string_view body) {
  shell_message result;
  constexpr unsigned nesting_max = 8;
  auto error = with_framed(body, nesting_max, "shell", [&](auto& message) {
    return read_union(message.template getRoot<wire::ShellMessage>(), result);
  });
  if (error)
    return error;
  return result;
}

caf::expected<std::string> take_shell_body(std::string& bytes,
                                           size_t body_bytes_max) {
  if (bytes.size() < shell_header_bytes)
    return std::string{};
  uint32_t length = 0;
  uint32_t zero = 0;
  memcpy(&length, bytes.data(), 4);
  memcpy(&zero, bytes.data() + 4, 4);
  if (zero != 0 || length == 0 || length % 8 != 0)
    return broken("a bad length word");
  if (length > body_bytes_max)
    return make_error(ec::too_large, "shell: a message of "
                                         + std::to_string(length) + " bytes");
  if (bytes.size() < shell_header_bytes + length)
    return std::string{};
  auto body = bytes.substr(shell_header_bytes, length);
  bytes.erase(0, shell_header_bytes + length);
  return body;
}

} // namespace tributary
