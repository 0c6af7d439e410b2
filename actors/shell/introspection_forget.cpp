/// The part of introspection.hpp that forgets a host.

#include <chrono>

#include "actors/shell/introspection.hpp"
#include "actors/storage/traffic.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Above what ingest waits, below what a session does.
constexpr auto forget_timeout = std::chrono::milliseconds(4500);

/// One row on the last one. tributary-shell asks on while `state` is `running`.
shell_report report_of(const forget_state& x) {
  static constexpr const char* phases[]
      = {"none", "running", "done", "waits for a commit"};
  report_table result;
  result.key = "forget";
  result.vertical = true;
  result.columns = {{"state", "forgetting"},
                    {"hostname", "host"},
                    {"guid", "guid"},
                    {"entries", "erased", column_kind::count}};
  report_row row;
  row.cells.resize(result.columns.size());
  row.cells[0] = std::string{phases[x.at]};
  if (x.at != forget_state::none) {
    row.cells[1] = x.hostname;
    row.cells[2] = to_string(x.host);
    row.cells[3] = static_cast<int64_t>(x.entries);
  }
  result.rows.push_back(std::move(row));
  return {{std::move(result)}};
}

/// The host of that GUID or name. Yields `ec::not_found`, and
/// `ec::bad_request` where several have the name.
caf::expected<host_summary> find_host(const std::vector<host_summary>& hosts,
                                      const std::string& wanted) {
  const host_summary* result = nullptr;
  std::string guids;
  for (auto& x : hosts) {
    if (to_string(x.definition.id) == wanted)
      return x;
    if (x.definition.hostname != wanted)
      continue;
    guids += (result == nullptr ? "" : ", ") + to_string(x.definition.id);
    result = &x;
  }
  if (result == nullptr)
    return make_error(ec::not_found, "no host is called " + wanted);
  if (guids != to_string(result->definition.id))
    return make_error(ec::bad_request, "several hosts are called " + wanted
                                           + "; say the GUID: " + guids);
  return *result;
}

} // namespace

void introspection::answer_forget(const std::string& wanted, promise to) {
  auto fail = [to](caf::error& error) mutable {
    to.deliver(std::move(error));
  };
  auto refuse = [to](caf::error error) mutable {
    to.deliver(std::move(error));
  };
  auto tell = [to](const forget_state_ptr& x) mutable {
    to.deliver(std::make_shared<const shell_report>(report_of(*x)));
  };
  if (!ingest_ || !writer_)
    return refuse(make_error(ec::busy, "storage is not open"));
  static constexpr std::string_view flag = " --yes";
  auto host = wanted;
  auto is_sure
      = host.size() > flag.size()
        && host.compare(host.size() - flag.size(), flag.size(), flag.data())
               == 0;
  if (is_sure)
    host.resize(host.size() - flag.size());
  if (host.empty()) {
    request(writer_, forget_timeout, forget_atom_v, guid{}).then(tell, fail);
    return;
  }
  request(ingest_, forget_timeout, hosts_atom_v)
      .then(
          [this, tell, fail, refuse, host,
           is_sure](const host_list_ptr& hosts) mutable {
            auto found = find_host(*hosts, host);
            if (!found)
              return refuse(std::move(found.error()));
            auto id = found->definition.id;
            if (!is_sure && !found->connected)
              return refuse(make_error(
                  ec::bad_request,
                  "this erases all that is kept here of host "
                      + to_plain_text(found->definition.hostname) + " ("
                      + to_string(id) + ") for good; to do it: forget " + host
                      + " --yes"));
            request(ingest_, forget_timeout, forget_atom_v, id)
                .then(tell, fail);
          },
          fail);
}

} // namespace tributary
