/// The part of introspection.hpp that sends this node's children away.

#include <chrono>

#include "actors/link/drain_desk.hpp"
#include "actors/shell/introspection.hpp"

namespace tributary {

namespace {

/// A slow commit.
constexpr auto flush_timeout = std::chrono::seconds(3);

/// Names that are told; the rest is a number.
constexpr size_t names_max = 8;

std::string names_of(const std::vector<std::string>& children) {
  std::string result;
  for (size_t i = 0; i < children.size() && i < names_max; ++i)
    result += (i == 0 ? "" : ", ") + children[i];
  if (children.size() > names_max)
    result += " and " + std::to_string(children.size() - names_max) + " more";
  return result;
}

} // namespace

report_table drain_table(const drain_state& drain, bool is_committed) {
  report_table result;
  result.key = "drain";
  result.vertical = true;
  result.columns
      = {{"state", "drain"},
         {"left", "children that left", column_kind::count},
         {"leaving", "still here", column_kind::count},
         {"leaving_names", "these"},
         {"staying", "stay, with nowhere else to go", column_kind::count},
         {"staying_names", "these"}};
  auto is_running = drain.is_on && (!drain.leaving.empty() || !is_committed);
  report_row row;
  row.cells.resize(result.columns.size());
  row.cells[0] = std::string{is_running    ? "running"
                             : drain.is_on ? "done"
                                           : "off"};
  if (drain.is_on) {
    row.cells[1] = static_cast<int64_t>(drain.left);
    row.cells[2] = static_cast<int64_t>(drain.leaving.size());
    row.cells[4] = static_cast<int64_t>(drain.staying.size());
    if (!drain.leaving.empty())
      row.cells[3] = names_of(drain.leaving);
    if (!drain.staying.empty())
      row.cells[5] = names_of(drain.staying);
  }
  result.rows.push_back(std::move(row));
  return result;
}

void introspection::answer_drain(const std::string& wanted, promise to) {
  auto tell = [to](const drain_state& x, bool is_committed) mutable {
    to.deliver(std::make_shared<const shell_report>(
        shell_report{{drain_table(x, is_committed)}}));
  };
  if (!options_.drains
      || (!wanted.empty() && wanted != "off" && wanted != "status")) {
    to.deliver(make_error(ec::bad_request, "drain, drain status or drain off"));
    return;
  }
  auto& drains = *options_.drains;
  if (wanted == "off")
    drains.end();
  else if (wanted.empty())
    drains.begin();
  auto state = drains.state();
  if (!state.is_on || !state.leaving.empty() || !writer_)
    return tell(state, false);
  // What came last is durable, too.
  request(writer_, flush_timeout, flush_atom_v)
      .then([tell, state](bool committed) mutable { tell(state, committed); },
            [tell, state](caf::error&) mutable { tell(state, false); });
}

} // namespace tributary
